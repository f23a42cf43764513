"""Keep records, Markdown and catalogs in step: record, done, apply, adopt. Nothing that somebody wrote is ever lost."""

from __future__ import annotations

import functools
import re
import subprocess
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hexapla import content, editing, records, rules_site, translations, workers
from hexapla.alignment import like
from hexapla.blocks import Segment
from hexapla.config import Locale, Site, absolute, guess
from hexapla.content import Document
from hexapla.problems import Problem, Stop, say, shown, write_text
from hexapla.publication import Publication
from hexapla.records import Entry
from hexapla.translations import State, Unit


@dataclass
class Outcome:
    """What a run has changed, and what it could not do."""

    changed: list[Path] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def targets(publication: Publication, arguments: Iterable[str]) -> list[tuple[Locale, str]]:
    """Turn what the user names (locales, files, folders; nothing for everything) into translated documents.

    Raises Stop where something is named that is no translation.
    """
    site = publication.site
    everything = [(one, path) for one in site.translations for path in publication.documents[one.code]]
    found: list[tuple[Locale, str]] = []
    problems = []
    for argument in arguments:
        named = [pair for pair in everything if _is_named(site, pair, argument)]
        if not named:
            codes = [locale.code for locale in site.translations]
            hint = say("%(hint)s; or a file such as docs/fr/about.md", hint=guess(argument, codes))
            problems.append(
                Problem(Path(argument), 1, 1, "target", say("is no translated document and no locale"), hint)
            )
        found += named
    if problems:
        raise Stop(problems)
    return sorted(set(found or everything), key=lambda pair: (site.locales.index(pair[0]), pair[1]))


def _is_named(site: Site, pair: tuple[Locale, str], argument: str) -> bool:
    locale, path = pair
    file = site.docs_dir / locale.code / path
    record = records.path_of(site, locale, path)
    given = absolute(Path(argument))
    return argument == locale.code or given in (file, record) or given in file.parents


def record(publication: Publication, documents: Sequence[tuple[Locale, str]], source_at: str = "") -> Outcome:
    """Bring records up to date: a changed translation follows the present source, a changed source makes it stale.

    With a revision of git, a changed translation follows the source as it was there: somebody had it before their eyes,
    and what the source has become since makes the paragraph stale.
    A record whose catalog was edited and not applied is left alone, with a problem at the edited line.
    """
    return joined(workers.each(functools.partial(_record_one, source_at=source_at), publication, documents))


def joined(outcomes: Iterable[Outcome]) -> Outcome:
    """Make one outcome of several."""
    whole = Outcome()
    for one in outcomes:
        whole.changed += one.changed
        whole.problems += one.problems
    return whole


def _record_one(publication: Publication, locale: Locale, path: str, source_at: str = "") -> Outcome:
    site = publication.site
    try:
        entries = records.read(site, locale, path) or []
        units = translations.of_document(publication, locale, path, entries)
        if waiting := _unapplied(site, locale, path, units, entries) + _unsound(publication, locale, path, units):
            return Outcome(problems=waiting)
        source, translation = publication.document(site.source, path), publication.document(locale, path)
        if source_at and source and (old := _source_at(source, source_at)):
            entries = records.entries_of(translations.settled(old, translation, entries))
        changed = records.write(site, locale, path, translations.settled(source, translation, entries))
    except Stop as stop:
        return Outcome(problems=list(stop.problems))
    return Outcome([records.path_of(site, locale, path)] if changed else [])


def _source_at(source: Document, revision: str) -> Document | None:
    """Give the source as it was at a revision; None where it was not there, or could not be read."""
    try:
        return content.parse(source.path, show(source.path, revision))
    except Stop:
        return None


def _unsound(publication: Publication, locale: Locale, path: str, units: Sequence[Unit]) -> list[Problem]:
    """Find what must not be recorded: text that a fence has swallowed, or that is no translation of its source."""
    source = publication.document(publication.site.source, path)
    translation = publication.document(locale, path)
    if source is None or translation is None:
        return []
    problems = [*rules_site.unclosed_fences(source), *rules_site.unclosed_fences(translation)]
    record = records.path_of(publication.site, locale, path)
    held = records.read(publication.site, locale, path) if not translation.segments else None
    if any(entry.translation for entry in held or []):
        message = say("is empty, and its record still holds translations: %(record)s", record=shown(record))
        hint = say("restore it from an earlier version, or remove both files")
        problems.append(Problem(translation.path, 1, 1, "empty", message, hint))
    different = translations.structure_problem(source, translation, units)
    return problems or ([different] if different else [])


def assign(entries: Sequence[Entry], units: Sequence[Unit]) -> list[tuple[Entry, Unit | None]]:
    """Say which pair each entry of a record is about, no pair for two entries; None where it is in no text any more.

    The first entry of a source text is about the first paragraph with that text, and so on; where the source has
    changed, a translation as it was recorded tells, or else the paragraph that is most like what the source was.
    """
    present = [entry for entry in entries if not entry.is_obsolete]
    by_source: dict[str, list[Unit]] = {}
    for unit in units:
        if unit.source:
            by_source.setdefault(unit.source.text, []).append(unit)
    found: dict[int, Unit] = {}
    for entry in present:
        if waiting := by_source.get(entry.source):
            found[id(entry)] = waiting.pop(0)
    taken = {id(unit) for unit in found.values()}
    for entry in present:
        if id(entry) in found:
            continue
        free = [unit for unit in units if id(unit) not in taken]
        same = [one for one in free if one.translation and records.digest(one.translation.text) == entry.recorded]
        likeness = {like(entry.follows, unit.source.text): unit for unit in free if unit.source}
        best = max(likeness, default=0.0)
        chosen = same[0] if same else likeness[best] if best > 0.5 else None
        if chosen:
            found[id(entry)] = chosen
            taken.add(id(chosen))
    return [(entry, found.get(id(entry))) for entry in present]


def _unapplied(site: Site, locale: Locale, path: str, units: Sequence[Unit], entries: Sequence[Entry]) -> list[Problem]:
    """Find translations that were written into the catalog, and are not in the Markdown."""
    file = records.path_of(site, locale, path)
    document = site.docs_dir / locale.code / path
    found = []
    for entry, unit in assign(entries, units):
        own = unit.translation if unit else None
        if not entry.is_edited or (own and own.text == entry.translation):
            continue
        if own and unit and unit.state is not State.MISSING and records.digest(own.text) != entry.recorded:
            found.append(_conflict(file, entry.line, f"{shown(document)}:{own.line}"))
        else:
            message = say("this translation was changed here and not in the Markdown")
            hint = say("run: hexapla apply %(path)s", path=shown(file))
            found.append(Problem(file, entry.line, 1, "unapplied", message, hint))
    return found


def _conflict(catalog: Path, line: int, other: str) -> Problem:
    """Tell of an entry that has other words than both its record and the Markdown, at the place `other`."""
    hint = say("choose one of the two and make both alike; the other is at %(other)s", other=other)
    message = say("this translation was changed here and in the Markdown since it was recorded")
    return Problem(catalog, line, 1, "conflict", message, hint)


def done(publication: Publication, locale: Locale, path: str, line: int | None) -> Outcome:
    """Record stale paragraphs as right as they stand: all of a document, or the one that covers a line.

    Named by its line, a paragraph that is the same as its source, and therefore counted as missing, is right too.
    Raises Stop where there is nothing to say so of.
    """
    site = publication.site
    entries = records.read(site, locale, path) or []
    units = translations.of_document(publication, locale, path, entries)
    if waiting := _unapplied(site, locale, path, units, entries) + _unsound(publication, locale, path, units):
        raise Stop(waiting)
    file = site.docs_dir / locale.code / path
    stale = [unit for unit in units if unit.state is State.STALE and unit.translation]
    document = publication.document(locale, path)
    open_ones = [unit for unit in units if unit.translation and unit.state in (State.STALE, State.MISSING)]
    chosen = stale if line is None else [unit for unit in open_ones if _covers(document, unit.translation, line)]
    if not chosen:
        known = {entry.translation for entry in entries}
        covered = [unit.translation for unit in units if line and _covers(document, unit.translation, line)]
        if any(own and own.text not in known for own in covered):
            message = say("this paragraph was changed since it was recorded, so nobody asks whether it is right")
            hint = say("run: hexapla record %(path)s", path=shown(file))
            raise Stop([Problem(file, line or 1, 1, "done", message, hint)])
        lines = ", ".join(str(unit.translation.line) for unit in stale if unit.translation) or "none"
        message = say("no paragraph here is stale") if line else say("no paragraph of this document is stale")
        hint = say("stale paragraphs of this document, by line: %(lines)s", lines=lines)
        raise Stop([Problem(file, line or 1, 1, "done", message, hint)])
    follow = {id(unit) for unit in chosen}
    lines_to_write = [
        records.Line(unit.source, unit.translation) if id(unit) in follow else one
        for unit, one in zip(units, translations.lines_of(units), strict=True)
    ]
    changed = records.write(site, locale, path, lines_to_write)
    return Outcome([records.path_of(site, locale, path)] if changed else [])


def _covers(document: Document | None, segment: Segment | None, line: int) -> bool:
    """Whether a segment stands on a line of its document."""
    if not document or not segment:
        return False
    return segment.line <= line <= segment.line + document.text[segment.start : segment.end].count("\n")


# From the catalog into the Markdown


def apply(publication: Publication, documents: Sequence[tuple[Locale, str]]) -> Outcome:
    """Write into the Markdown what was edited in catalogs, then record it.

    Where a paragraph was changed on both sides since it was recorded, neither is touched: a problem names both places.
    A document with such a paragraph is left as it is.
    """
    outcome = Outcome()
    for locale, path in documents:
        try:
            _apply_one(publication, locale, path, outcome)
        except Stop as stop:
            outcome.problems += stop.problems
    return outcome


def _apply_one(publication: Publication, locale: Locale, path: str, outcome: Outcome) -> None:
    site = publication.site
    entries = records.read(site, locale, path)
    document = publication.document(locale, path)
    if entries is None or document is None:
        return
    units = translations.of_document(publication, locale, path, entries)
    if unsound := _unsound(publication, locale, path, units):
        raise Stop(unsound)
    plan = _Plan(publication, locale, path, document, units)
    for entry, unit in assign(entries, units):
        if entry.is_edited:
            plan.add(entry, unit)
    plan.finish()
    if plan.problems:
        outcome.problems += plan.problems
        return
    text = plan.result()
    file = site.docs_dir / locale.code / path
    if text != document.text:
        written = content.parse(file, text)  # what would not be read again is not written
        write_text(file, text)
        outcome.changed.append(file)
        document = written
    source = publication.document(site.source, path)
    # What was written in a PO tool follows the words that stood there, not what the source has become since:
    # translations.pair knows that from the entries.
    lines = translations.settled(source, document, entries)
    if records.write(site, locale, path, lines):
        outcome.changed.append(records.path_of(site, locale, path))


class _Plan:
    """What is to be changed in one Markdown document."""

    def __init__(
        self, publication: Publication, locale: Locale, path: str, document: Document, units: Sequence[Unit]
    ) -> None:
        self.file = document.path
        self.catalog = records.path_of(publication.site, locale, path)
        self.document = document
        self.source = publication.document(publication.site.source, path)
        self.units = units
        self.edits = editing.Edits(document.text)
        self.planned: list[Entry] = []
        self.keys: dict[str, str] = {}
        self.problems: list[Problem] = []

    def add(self, entry: Entry, unit: Unit | None) -> None:
        """Plan one edited entry, which is about a pair, or note why it cannot be applied."""
        if unit is None or unit.source is None:
            message = say("the paragraph of this entry is in the source no more")
            hint = say("copy the words to where they belong, then empty this msgstr")
            self.problems.append(Problem(self.catalog, entry.line, 1, "apply", message, hint))
        elif unit.translation and unit.translation.text == entry.translation:
            return
        elif entry.is_fuzzy and not entry.previous:
            message = say("this translation is marked fuzzy: somebody, or a program, was not sure of it")
            self.problems.append(
                Problem(self.catalog, entry.line, 1, "fuzzy", message, say("check it, then remove the mark"))
            )
        elif unit.translation is None:
            self._insert(unit, entry)
        elif records.digest(unit.translation.text) == entry.recorded or unit.state is State.MISSING:
            self._replace(unit.translation, entry)
        else:
            self.problems.append(_conflict(self.catalog, entry.line, f"{shown(self.file)}:{unit.translation.line}"))
            hint = say(
                "choose one of the two and make both alike; the other is at %(other)s",
                other=f"{shown(self.catalog)}:{entry.line}",
            )
            what = say("this translation was changed here and in the catalog since it was recorded")
            place = (unit.translation.line, unit.translation.column)
            self.problems.append(Problem(self.file, *place, "conflict", what, hint))

    def finish(self) -> None:
        """Put in the keys of the front matter, and make sure that everything planned can be read back as it is."""
        if self.keys:
            lines = "".join(f"{key}: {editing.quote(words)}\n" for key, words in self.keys.items())
            match = re.match(r"\ufeff?-{3}[ \t]*(?:\r\n|\r|\n)", self.document.text)
            if self.document.body_start > 1 and match:
                self.edits.insert(match.end(), lines)
            else:
                self.edits.insert(self.document.body_start, f"---\n{lines}---\n")
        if self.problems:
            return
        read_back = Counter(one.text for one in content.parse(self.file, self.result()).segments)
        for entry in self.planned:
            if not read_back[entry.translation]:
                message = say(
                    "these words cannot stand in the Markdown as they are: it would read them as something else"
                )
                hint = say("write \\| for | in a table, and no straight quotation marks in a title")
                self.problems.append(Problem(self.catalog, entry.line, 1, "apply", message, hint))
            read_back[entry.translation] -= 1

    def result(self) -> str:
        """The document's text with everything that was planned, all line endings as they were."""
        text = self.edits.result()
        if text != self.document.text and "\r\n" in self.document.text:
            text = re.sub(r"(?<!\r)\n", "\r\n", text)
        return text

    def _replace(self, segment: Segment, entry: Entry) -> None:
        self.planned.append(entry)
        words = editing.place_words(self.document.text, segment, entry.translation)
        self.edits.replace(segment.start, segment.end, words)

    def _insert(self, unit: Unit, entry: Entry) -> None:
        """Plan the block of a missing paragraph behind the paragraph before it, with the marks of its source."""
        source = unit.source
        assert source is not None and self.source is not None
        if source.kind in ("cell", "title", "term"):
            message = say("a %(kind)s cannot be put into the Markdown by itself", kind=source.kind)
            hint = say("add the whole block to the Markdown by hand, then run: hexapla record")
            self.problems.append(Problem(self.catalog, entry.line, 1, "apply", message, hint))
            return
        self.planned.append(entry)
        if source.kind == "front matter":
            self.keys[source.key] = entry.translation
            return
        at, block = editing.insertion(self.document, self.source, self.units, unit, {source.start: entry.translation})
        self.edits.insert(at, block)


# First records of translations that were there before


def adopt(
    publication: Publication, documents: Sequence[tuple[Locale, str]], revision: str = "", key: str = ""
) -> Outcome:
    """Make records where there are none: against the present source, or against the source at a revision of git.

    `revision` names one for all; `key` is the front-matter key in which each translation names its own. What the source
    has become since then makes the translation stale.
    """
    outcome = Outcome()
    site = publication.site
    for locale, path in documents:
        if records.path_of(site, locale, path).is_file():
            continue
        translation = publication.document(locale, path)
        source = publication.document(site.source, path)
        if translation is None or source is None:
            continue
        try:
            at = _revision(translation, key) if key else revision
            old = content.parse(source.path, show(source.path, at)) if at else source
        except Stop as stop:
            outcome.problems += stop.problems
            continue
        first = translations.pair(old, translation, [])
        if unsound := _unsound(publication, locale, path, first):
            outcome.problems += unsound
            continue
        entries = [
            Entry(unit.source.text, unit.translation.text, recorded=records.digest(unit.translation.text))
            for unit in first
            if unit.source and unit.translation and unit.state is not State.MISSING
        ]
        if records.write(site, locale, path, translations.settled(source, translation, entries)):
            outcome.changed.append(records.path_of(site, locale, path))
    return outcome


def _revision(document: Document, key: str) -> str:
    """The revision that a translation names in its front matter."""
    value = document.meta.get(key)
    if not isinstance(value, str | int) or not re.fullmatch(r"[0-9a-fA-F]{4,64}", str(value)):
        message = say("names no revision of git in %(key)s", key=repr(key))
        hint = say("write the commit that was translated, in quotes: %(key)s: '1a2b3c4'", key=key)
        raise Stop([Problem(document.path, *document.place(key), "revision", message, hint)])
    return str(value)


def show(path: Path, revision: str) -> str:
    """Give a file's text at a revision of git.

    Raises Stop with a `revision` problem where git is missing, or knows no such revision or file.
    """
    try:
        result = subprocess.run(
            ["git", "-C", str(path.parent), "show", "--end-of-options", f"{revision}:./{path.name}"],
            capture_output=True,
            check=False,
        )
        if result.returncode == 0:
            return result.stdout.decode()
        reason = (result.stderr.decode(errors="replace").strip().splitlines() or ["unknown"])[-1]
    except (OSError, UnicodeDecodeError) as error:
        reason = str(error)
    message = say("is not to be had at revision %(revision)s: %(reason)s", revision=repr(revision), reason=reason)
    raise Stop([Problem(path, 1, 1, "revision", message, say("fetch the whole history, or name another revision"))])
