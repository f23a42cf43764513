"""The record: which source words each translated paragraph follows. One gettext catalog per document and locale.

`msgid` is a paragraph of the source, `msgstr` its translation. A translation whose source has moved on is `fuzzy`, and
the previous msgid says which words it follows (so does a comment, because XLIFF tools drop previous msgids on the way
back). `#.` comments tell the kind of the block, the heading it stands under,
and a digest of the translation as it was recorded: from that, a change in the catalog is told from one in the Markdown.
Whatever every PO tool knows, and nothing else; nothing in it changes by itself.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from babel.messages import pofile
from babel.messages.catalog import Catalog as BabelCatalog
from babel.messages.catalog import Message as BabelMessage

from hexapla import catalogs, cldr
from hexapla.blocks import Segment
from hexapla.config import Locale, Site
from hexapla.problems import Problem, Stop, read_exact, read_text, say, shown

DOUBTED = "(somebody has marked this translation fuzzy)"
"""What stands for the source words of a translation that was current, until somebody doubted it in a PO tool."""

FOLLOWS = "follows: "
DIGEST = re.compile(r"recorded: ([0-9a-f]{10})")


class Entry(NamedTuple):
    """A paragraph in a record. `recorded` is the digest of its translation when it was recorded; `line` is its place.

    `previous` is the source text that a fuzzy translation follows. An entry that is `obsolete` has lost its source.
    """

    source: str
    translation: str
    previous: str = ""
    is_fuzzy: bool = False
    is_obsolete: bool = False
    recorded: str = ""
    line: int = 1

    @property
    def follows(self) -> str:
        """The source text that the translation follows; DOUBTED where a fuzzy mark says that it follows none."""
        if not self.is_fuzzy:
            return self.source
        return self.previous or DOUBTED

    @property
    def is_edited(self) -> bool:
        """Whether the catalog's translation is another than the one that was recorded."""
        return bool(self.translation) and digest(self.translation) != self.recorded


@lru_cache(maxsize=1 << 10)  # a record's translations are the paragraphs of its document, mostly
def digest(text: str) -> str:
    """A short digest of a segment's text."""
    return hashlib.sha256(text.strip().encode()).hexdigest()[:10]


def path_of(site: Site, locale: Locale, path: str) -> Path:
    """Where the record of a document is: `about.md` has `locales/fr/LC_MESSAGES/about.md.po`."""
    return folder_of(site, locale) / f"{path}.po"


def folder_of(site: Site, locale: Locale) -> Path:
    """Where a locale's records are, each under the path of its document."""
    return Path(site.catalogs_dir, locale.code, "LC_MESSAGES")


def read(site: Site, locale: Locale, path: str) -> list[Entry] | None:
    """Read a document's record; None where there is none.

    Raises Stop with everything that keeps the catalog from being understood.
    """
    file = path_of(site, locale, path)
    if not file.is_file():
        return None
    entries = _as_we_write(read_exact(file), locale)
    return _as_gettext(site, locale, path, file) if entries is None else entries


def _as_gettext(site: Site, locale: Locale, path: str, file: Path) -> list[Entry]:
    """Read a record with all the freedom that catalogs have, as Babel does. Raises as `read`."""
    catalog = catalogs.read(file, locale)
    if problems := list(catalogs.check_header(file, locale, read_text(file))):
        raise Stop(problems)
    previous = catalogs.previous_of(read_text(file))
    entries = [_entry(message, previous.get(message.lineno or 0, "")) for message in catalog if message.id]
    entries += [_entry(message, "", is_obsolete=True) for message in catalog.obsolete.values()]
    for message in catalog:
        if message.pluralizable:
            what = say("a record holds paragraphs, which have no plural forms")
            hint = say("run: hexapla record %(path)s", path=shown(site.docs_dir / locale.code / path))
            raise Stop([Problem(file, message.lineno or 1, 1, "record", what, hint)])
    return entries


_TEXT = r'"[^"\\\n]*(?:\\.[^"\\\n]*)*"'
_ENTRY = re.compile(
    rf"""(?:\#(?:[ ].*)?\n)*
        (?P<comments>(?:\#\.[ ](?!\s|recorded:[ ]|follows:[ ]).*\n)*
            (?:\#\.[ ]recorded:[ ](?P<recorded>[0-9a-f]{{10}})\n)?
            (?P<more>(?:\#\.[ ].*\n)*))
        (?:\#:[ ].*\n)*
        (?:\#,[ ](?P<flags>[a-z-]+(?:,[ ][a-z-]+)*)\n)?
        (?P<previous>(?:\#\|.*\n)*)
        (?:msgctxt[ ](?P<context>{_TEXT}(?:\n{_TEXT})*)\n)?
        msgid[ ](?P<source>{_TEXT}(?:\n{_TEXT})*)\n
        msgstr[ ](?P<translation>{_TEXT}(?:\n{_TEXT})*)\n
        (?:\n+|\Z)""",
    re.VERBOSE,
)
_OBSOLETE = re.compile(
    rf"""(?:\#(?:[ ].*)?\n)*
        \#~[ ]msgid[ ](?P<source>{_TEXT}(?:\n\#~[ ]{_TEXT})*)\n
        \#~[ ]msgstr[ ](?P<translation>{_TEXT}(?:\n\#~[ ]{_TEXT})*)\n
        (?:\n+|\Z)""",
    re.VERBOSE,
)
"""Entries as `write` leaves them. Whoever changes one by hand or with a tool mostly leaves them like this, too."""


def _as_we_write(text: str, locale: Locale) -> list[Entry] | None:
    """Read a record that is in the form of `write`, several times as fast as Babel; None for every other text.

    What it gives is what Babel would give; where that is not sure, it gives nothing.
    """
    header = _header(locale)
    if not text.startswith(header) or "\r" in text or "\u2068" in text or "\u2069" in text:
        return None  # U+2068 stands around file names with spaces, and has rules of its own
    entries: list[Entry] = []
    seen: set[tuple[str, str]] = set()
    at, line = len(header), header.count("\n") + 1
    while match := _ENTRY.match(text, at):
        comments, recorded, more, flags, previous, context, source, translation = match.groups("")
        start, end = match.start("source"), match.end()
        words = _unquoted(source)
        key = (context and _unquoted(context), words)
        if key in seen or context == '""' or not words:
            return None
        seen.add(key)
        if previous:
            previous = next(iter(catalogs.previous_of(text[at : start + len(source)]).values()), "")
        if more:
            rows = dict.fromkeys(row[2:].strip() for row in comments.split("\n"))
            previous, recorded = _commented([row for row in rows if row], previous)
        is_fuzzy = flags != "" and "fuzzy" in flags.split(", ")
        place = line + text.count("\n", at, start)
        entries.append(Entry(words, _unquoted(translation), previous, is_fuzzy, False, recorded, place))
        line = place + text.count("\n", start, end)
        at = end
    lost = set()
    while match := _OBSOLETE.match(text, at):
        source, translation = (_unquoted(words.replace("\n#~ ", "\n")) for words in match.groups())
        if source in lost or not source:
            return None
        lost.add(source)
        entries.append(Entry(source, translation, is_obsolete=True, line=line + text.count("\n", at, match.start(1))))
        line += text.count("\n", at, match.end())
        at = match.end()
    return None if text[at:].strip("\n") else entries


@cache
def _header(locale: Locale) -> str:
    """What a record begins with, as `catalogs.write` makes it."""
    fields = (
        f"Language: {locale.code}",
        f"Plural-Forms: {cldr.plural_forms(locale.code)}",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=UTF-8",
        "Content-Transfer-Encoding: 8bit",
    )
    return 'msgid ""\nmsgstr ""\n' + "".join(f'"{field}\\n"\n' for field in fields) + "\n"


def _unquoted(text: str) -> str:
    """The words of a text in quotation marks, on one line or on several."""
    if "\n" in text:
        text = text.replace('"\n"', "")
    return str(pofile.unescape(text)) if "\\" in text else text[1:-1]


def _entry(message: BabelMessage, previous: str, is_obsolete: bool = False) -> Entry:
    previous, recorded = _commented(message.auto_comments, previous)
    return Entry(
        source=str(message.id if isinstance(message.id, str) else message.id[0]),
        translation=message.string if isinstance(message.string, str) else "",
        previous=previous,
        is_fuzzy=message.fuzzy,
        is_obsolete=is_obsolete,
        recorded=recorded,
        line=message.lineno or 1,
    )


def _commented(comments: Sequence[str], previous: str) -> tuple[str, str]:
    """What comments say: the source words that a translation follows, if `previous` does not, and its digest."""
    starts = [index for index, comment in enumerate(comments) if comment.startswith(FOLLOWS)]
    if starts and not previous:
        previous = _unpack(" ".join(comments[starts[0] :]).removeprefix(FOLLOWS))
    digests = [match[1] for comment in comments if (match := DIGEST.fullmatch(comment))]
    return previous, digests[0] if digests else ""


class Line(NamedTuple):
    """What is to be recorded of one pair; `follows` is the source text that the translation follows, if another."""

    source: Segment | None
    translation: Segment | None
    follows: str = ""


def entries_of(lines: Sequence[Line]) -> list[Entry]:
    """Give the entries that a record of these lines will hold."""
    entries = []
    for line in lines:
        words = line.translation.text if line.translation else ""
        mark = digest(words) if words else ""
        if line.source:
            is_stale = bool(words and line.follows and line.follows != line.source.text)
            previous = line.follows if is_stale else ""
            entries.append(Entry(line.source.text, words, previous, is_stale, recorded=mark))
        elif line.follows:
            entries.append(Entry(line.follows, words, is_obsolete=True, recorded=mark))
    return entries


Notes = Mapping[tuple[str, str], list[str]]
"""Comments that people have put at entries, by the source text of the entry and its context, which may be empty."""


def render(site: Site, locale: Locale, path: str, lines: Sequence[Line], notes: Notes | None = None) -> BabelCatalog:
    """Make the catalog of a document, its entries in the order of the source, then those that lost their source.

    `notes` are comments that people have put at entries.
    """
    notes = notes or {}
    catalog = BabelCatalog(locale=str(cldr.parse(locale.code)), fuzzy=False)
    document = f"{site.docs_dir.name}/{site.source.code}/{path}"
    contexts = _contexts(line.source for line in lines if line.source)
    for line in lines:
        if line.source:
            translation = line.translation.text if line.translation else ""
            is_stale = bool(translation and line.follows and line.follows != line.source.text)
            context, number = contexts[id(line.source)]
            comments = _comments(line.source)
            if translation:
                comments.append(f"recorded: {digest(translation)}")
            if is_stale:
                comments.append(FOLLOWS + json.dumps(line.follows, ensure_ascii=False))
            catalog.add(
                line.source.text,
                translation,
                # Where a text occurs again, its place differs, so that tools that know no context keep all of them.
                locations=[(document if number == 1 else f"{document}#{number}", 0)],
                flags=["fuzzy"] if is_stale else [],
                auto_comments=comments,
                user_comments=_noted(notes, line.source.text, context) or _noted(notes, line.follows, context),
                previous_id=line.follows if is_stale else "",
                context=context,
            )
        elif line.translation and line.follows:
            words = line.translation.text
            noted = _noted(notes, line.follows, None)
            lost = BabelMessage(line.follows, words, auto_comments=[f"recorded: {digest(words)}"], user_comments=noted)
            catalog.obsolete[line.follows] = lost
    return catalog


def _comments(segment: Segment) -> list[str]:
    """The kind of a block, and where it stands."""
    kind = f"{segment.kind}: {segment.key}" if segment.kind == "front matter" else segment.kind
    return [f"{kind}, under “{segment.under}”" if segment.under else kind]


def _contexts(segments: Iterable[Segment]) -> dict[int, tuple[str | None, int]]:
    """Give a context to segments whose text occurs more than once, from the heading they stand under; and number them.

    The keys are the ids of the segments.
    """
    found = list(segments)
    count = Counter(segment.text for segment in found)
    used: Counter[tuple[str, str]] = Counter()
    contexts: dict[int, tuple[str | None, int]] = {}
    for segment in found:
        name = segment.key if segment.kind == "front matter" else segment.under or segment.kind
        used[segment.text, name] += 1
        used[segment.text, ""] += 1
        number = used[segment.text, name]
        context = name if number == 1 else f"{name} ({number})"
        contexts[id(segment)] = (context if count[segment.text] > 1 else None, used[segment.text, ""])
    return contexts


def _noted(notes: Notes, text: str, context: str | None) -> list[str]:
    """The comments at an entry. Where its text occurs once now, all that were at entries of this text."""
    if context is None:
        found = [comment for (of, _), comments in notes.items() if of == text for comment in comments]
        return list(dict.fromkeys(found))
    return notes.get((text, context)) or notes.get((text, "")) or []


def _unpack(text: str) -> str:
    """Read what a comment says that a translation follows; a comment that was edited into nonsense says nothing."""
    try:
        value = json.loads(text)
    except ValueError:
        return ""
    return value if isinstance(value, str) else ""


def write(site: Site, locale: Locale, path: str, lines: Sequence[Line]) -> bool:
    """Write a document's record if that changes the file; say whether it did."""
    file = path_of(site, locale, path)
    notes: dict[tuple[str, str], list[str]] = {}
    if file.is_file() and re.search(r"^#( |$)", read_text(file), re.MULTILINE):  # people's comments are rare
        catalog = catalogs.read(file, locale)
        for message in (*catalog, *catalog.obsolete.values()):
            if message.id and message.user_comments:
                notes[str(message.id), message.context or ""] = message.user_comments
    return catalogs.write(file, render(site, locale, path, lines, notes), locale)
