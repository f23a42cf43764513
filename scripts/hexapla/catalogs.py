"""The words of the interface: gettext catalogs, read and written through Babel.

`locales/site.pot` lists the messages, `locales/<locale>/LC_MESSAGES/site.po` translates them. Messages come from the
templates, from the tool, and from the strings of mkdocs.yml that readers see. Catalogs are written without dates,
names and line numbers, so that nothing in them changes by itself.
"""

from __future__ import annotations

import ast
import gettext
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from email import message_from_string
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from babel.messages import pofile
from babel.messages.catalog import Catalog as BabelCatalog
from babel.messages.catalog import Message as BabelMessage

from hexapla import cldr
from hexapla.config import Locale, Site
from hexapla.problems import Problem, Stop, read_exact, read_text, say, write_text

DOMAIN = "site"
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "plural_forms": (1, 2),
}
PROGRAM, TEMPLATES = ".py", (".html", ".xml")
"""How the names of files end that hold messages."""

TRANSLATOR_COMMENT = "translators:"
PLACEHOLDER = re.compile(r"%%|%\([^()]*\)[#0 +-]*[a-zA-Z]?|%[#0+-]?[a-zA-Z](?![a-zA-Z])|\{[^{}]*\}")
PLACEHOLDERS_OF_ONE = frozenset({"%(number)s", "%(minutes)s", "%(count)s"})
"""A form for exactly one thing may say the number in words."""

TAG = re.compile(r"</?[A-Za-z!][^<>]*>?")
SIGNS = re.compile(r"[%{<\n]")
"""A message without any of these is nothing but words."""

OWN_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Messages:
    """The translations of one locale, ready for use. Where one is missing, the source text is given."""

    locale: Locale
    entries: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict, repr=False)

    def gettext(self, message: str) -> str:
        """Translate a message."""
        return self.pgettext("", message)

    def pgettext(self, context: str, message: str) -> str:
        """Translate a message that means something else elsewhere."""
        forms = self.entries.get((context, message))
        return forms[0] if forms else message

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        """Translate a message that counts something."""
        return self.npgettext("", singular, plural, number)

    def npgettext(self, context: str, singular: str, plural: str, number: int) -> str:
        """Translate a message that counts something and means something else elsewhere."""
        forms = self.entries.get((context, singular))
        if not forms:
            return singular if number == 1 else plural
        return forms[min(cldr.plural_index(number, self.locale.code), len(forms) - 1)]

    def plural_forms(self, singular: str, plural: str) -> dict[str, str]:
        """Give each CLDR category's form of a counting message, for scripts, which know the number only later."""
        samples = cldr.plural_samples(self.locale.code)
        return {tag: self.ngettext(singular, plural, number) for tag, number in samples.items()}


def path_of(site: Site, locale: Locale, domain: str = DOMAIN) -> Path:
    """Where a locale's catalog is."""
    return site.catalogs_dir / locale.code / "LC_MESSAGES" / f"{domain}.po"


def template_path(site: Site, domain: str = DOMAIN) -> Path:
    """Where the list of all messages is."""
    return site.catalogs_dir / f"{domain}.pot"


def load(site: Site, locale: Locale) -> Messages:
    """Read the interface's words in a locale, for use. Raises Stop where the catalog cannot be read."""
    return load_file(path_of(site, locale), locale)


def load_file(path: Path, locale: Locale) -> Messages:
    """Read a catalog for use. One that is not there counts as empty, fuzzy entries and those that cannot be filled in
    as missing.

    Raises Stop with a `po-syntax` problem where the file cannot be read.
    """
    if not path.is_file():
        return Messages(locale)
    entries = {}
    for message in shared(path, locale):
        forms = forms_of(message)
        if message.id and all(forms) and not message.fuzzy and is_usable(message):
            singular = message.id if isinstance(message.id, str) else message.id[0]
            entries[message.context or "", singular] = forms
    return Messages(locale, entries)


def read(path: Path, locale: Locale | None = None) -> BabelCatalog:
    """Read a catalog file strictly.

    Raises Stop with `po-syntax` problems at the lines that cannot be understood, with `duplicate` ones for entries
    that are there twice, and with a `po-header` one for a header that would mislead whoever reads on.
    """
    return _parse(path, read_text(path), locale)


def shared(path: Path, locale: Locale | None = None) -> BabelCatalog:
    """Read a catalog as `read` does, for looking only: several rules look at the same one, which is parsed once."""
    return _parse_once(path, read_text(path), locale)


@lru_cache(maxsize=16)
def _parse_once(path: Path, text: str, locale: Locale | None) -> BabelCatalog:
    return _parse(path, text, locale)


def _parse(path: Path, text: str, locale: Locale | None) -> BabelCatalog:
    if read_exact(path).startswith("\ufeff"):
        message = say("starts with a byte order mark, which gettext tools refuse")
        raise Stop([Problem(path, 1, 1, "po-syntax", message, say("save it as UTF-8 without BOM"))])
    _refuse_what_is_no_catalog(path, text)
    _refuse_a_fatal_header(path, text, locale)
    _refuse_further_forms(path, text, locale)
    try:
        catalog = pofile.read_po(
            io.BytesIO(text.encode()), locale=str(cldr.parse(locale.code)) if locale else None, abort_invalid=True
        )
    except pofile.PoFileError as error:
        line = (error.lineno or 0) + 1
        hint = say("compare with the entries around it: msgid and msgstr, each text in double quotes")
        message = say("is not a gettext entry: %(reason)s", reason=error.args[0])
        raise Stop([Problem(path, line, 1, "po-syntax", message, hint)]) from None
    except Exception as error:
        # Babel lets what it stumbles over through as it is: ValueError, IndexError, UnicodeError, LookupError.
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        hint = say("compare its header with that of another locale's catalog")
        message = say("cannot be read as a catalog: %(reason)s", reason=reason)
        raise Stop([Problem(path, 1, 1, "po-syntax", message, hint)]) from None
    for entry in catalog:
        # Babel takes previous msgids (`#|`) for comments of people; previous_of reads them.
        entry.user_comments = [comment for comment in entry.user_comments if not comment.startswith("|")]
    return catalog


LINE = re.compile(
    r"""\s*(?: \#.* | (?P<keyword>msgctxt|msgid|msgid_plural|msgstr(?:\[\d{1,3}\])?)\s+(?P<text>"(?:[^"\\]|\\.)*")\s*
        | (?P<more>"(?:[^"\\]|\\.)*")\s* )?""",
    re.VERBOSE,
)
"""A line of a PO file (GNU gettext manual, "The Format of PO Files"): comment, keyword, more text, nothing."""

PREVIOUS = re.compile(r'#\| (msgid |msgctxt )?("(?:[^"\\]|\\.)*")\s*')
"""A line of what a message was before its source changed."""

_TEXT = r'"[^"\\\n]*(?:\\.[^"\\\n]*)*"'
_TEXTS = rf"{_TEXT}(?:\n{_TEXT})*"
ENTRY = re.compile(
    rf"""(?:\#.*\n|\n)* (?:msgctxt[ ](?P<context>{_TEXTS})\n)? msgid[ ](?P<identity>{_TEXTS})\n
        (?:msgid_plural[ ]{_TEXTS}\n(?:msgstr\[\d\][ ]{_TEXTS}(?:\n|\Z))+ | msgstr[ ]{_TEXTS}(?:\n|\Z)) \n*""",
    re.VERBOSE,
)
"""An entry as tools write it, with the comments before it, to see quickly that a catalog holds nothing else."""


def _refuse_what_is_no_catalog(path: Path, text: str) -> None:
    """Stop at every line that is no part of a catalog, and at every entry that was there before.

    Babel would name a later line, or none, and lets the last of several entries win.
    """
    if _has_plain_entries(text):
        return
    problems = []
    seen: dict[tuple[str, str], int] = {}
    context = identity = keyword = ""
    start = 0
    for number, line in enumerate([*text.split("\n"), 'msgid ""'], start=1):
        match = LINE.fullmatch(line)
        if not match:
            problems.append(_bad_line(path, number, line))
            continue
        if match["keyword"] == "msgstr" and keyword != "msgid" and not problems:
            message = say("there is no msgid to which this msgstr belongs")
            problems.append(Problem(path, number, 1, "po-syntax", message, say("put it below its msgid, once")))
        if match["keyword"] in ("msgctxt", "msgid") and keyword.startswith("msgstr"):
            if not identity and seen:
                message = say("a header stands here, and belongs at the beginning")
                problems.append(Problem(path, start, 1, "po-syntax", message, say("keep one header, at the beginning")))
            elif (context, identity) in seen:
                message = say("the same entry is already at line %(line)s", line=seen[context, identity])
                problems.append(Problem(path, start, 1, "duplicate", message, say("keep one of the two")))
            seen.setdefault((context, identity), start)
            context = identity = ""
        keyword = match["keyword"] or keyword
        if match["keyword"] == "msgid":
            start = number
        words = (match["text"] or match["more"] or '""')[1:-1]
        if keyword == "msgctxt":
            context += words
        elif keyword == "msgid":
            identity += words
    if problems:
        raise Stop(problems)


def _has_plain_entries(text: str) -> bool:
    """Whether a catalog is nothing but entries, each there once, the header first; line by line that takes long."""
    seen: set[tuple[str, str]] = set()
    end = 0
    while end < len(text) and (match := ENTRY.match(text, end)):
        context, identity = match["context"] or "", match["identity"]
        if "\n" in context or "\n" in identity:
            context, identity = context.replace('"\n"', ""), identity.replace('"\n"', "")
        if (context or '""', identity) in seen or (seen and identity == '""'):
            return False
        seen.add((context or '""', identity))
        end = match.end()
    return end == len(text)


def _bad_line(path: Path, number: int, line: str) -> Problem:
    """Say what is wrong with a line that is no part of a catalog."""
    column = len(line) - len(line.lstrip()) + 1
    if line.startswith(("<<<<<<<", "=======", ">>>>>>>")):
        message, hint = (
            say("holds the marks of an unfinished merge"),
            say("choose one side and remove the three mark lines"),
        )
    elif line.count('"') % 2:
        message, hint = say("a text that opens here is not closed"), say('end it with a double quote: "')
        column = line.index('"') + 1
    elif line.count('"') > 2:
        message, hint = (
            say("a double quote inside a text needs a backslash"),
            say('write \\" for a quote inside a text'),
        )
        column = line.index('"') + 1
    else:
        message, hint = (
            say("is not a line of a gettext catalog"),
            say("write a comment (#), msgid, msgstr or a quoted text"),
        )
    return Problem(path, number, column, "po-syntax", message, hint)


def previous_of(text: str) -> dict[int, str]:
    """Give the previous msgids (`#| msgid "…"`), which Babel writes but does not read, by the line of their msgid."""
    found: dict[int, str] = {}
    parts: list[str] = []
    for number, line in enumerate(text.split("\n") if "#| " in text else (), start=1):
        if match := PREVIOUS.fullmatch(line):
            if match[1] == "msgid ":
                parts = [match[2]]
            elif match[1] is None and parts:
                parts.append(match[2])
        elif line.startswith("msgid "):
            if parts:
                found[number] = "".join(pofile.unescape(part) for part in parts)
            parts = []
    return found


class Row(NamedTuple):
    """A line of a text in a catalog: where its words begin, and what they are, escapes resolved."""

    line: int
    column: int
    text: str


def rows_of(lines: Sequence[str], start: int) -> list[list[Row]]:
    """Give the lines of each msgstr of the entry whose msgid is on a line, by plural form."""
    forms: list[list[Row]] = []
    for number in range(start, len(lines) + 1):
        match = LINE.fullmatch(lines[number - 1])
        if not match or (number > start and match["keyword"] in ("msgid", "msgctxt")):
            break
        if match["keyword"] and match["keyword"].startswith("msgstr"):
            forms.append([])
        words = match["text"] or match["more"]
        if forms and words:
            column = lines[number - 1].index(words) + 2
            forms[-1].append(Row(number, column, pofile.unescape(words)))
        elif forms:
            break
    return forms


def header_of(text: str) -> Mapping[str, tuple[str, int]]:
    """Give the header fields of a catalog's text, in lower case, each with its value and its line.

    The header is read as Babel reads it, however its fields are spread over lines: several in one, one in several.
    """
    return _fields_of(tuple(_header_lines(text)))


@lru_cache(maxsize=64)  # most catalogs of a locale have the same
def _fields_of(lines: tuple[tuple[int, str], ...]) -> Mapping[str, tuple[str, int]]:
    fields: dict[str, tuple[str, int]] = {}
    for name, value in message_from_string("".join(words for _, words in lines)).items():
        found = [number for number, words in lines if f"{name.lower()}:" in words.lower()]
        fields[name.strip().lower()] = (" ".join(str(value).split()), found[-1] if found else 1)
    return fields


def _header_lines(text: str) -> Iterator[tuple[int, str]]:
    """Give the words of the header, which is the first entry, line by line, with the numbers of the lines."""
    keyword = ""
    for number, line in enumerate(text.split("\n"), start=1):
        match = LINE.fullmatch(line)
        if not match:
            return
        if match["keyword"] and keyword.startswith("msgstr"):
            return  # the next entry
        keyword = match["keyword"] or keyword
        words = pofile.unescape(match["text"] or match["more"] or '""')
        if keyword == "msgid" and words:
            return  # there is no header
        if keyword.startswith("msgstr") and (match["text"] or match["more"]):
            yield number, words


def _refuse_a_fatal_header(path: Path, text: str, locale: Locale | None) -> None:
    """Stop before a header makes Babel read something else, or reserve room for a milliard plural forms."""
    fields = header_of(text)
    charset, number = fields.get("content-type", ("charset=UTF-8", 1))
    match = re.search(r"charset=([\w-]+)", charset)
    if not match or match[1].lower() not in ("utf-8", "utf8"):
        message = say("Content-Type is %(charset)s, and catalogs here are UTF-8", charset=repr(charset))
        hint = say("save the file as UTF-8 and write: Content-Type: text/plain; charset=UTF-8")
        raise Stop([Problem(path, number, 1, "po-header", message, hint)])
    forms, number = fields.get("plural-forms", ("", 1))
    if locale and forms and (problem := _wrong_plurals(forms, locale)):
        hint = say("write: %(line)s", line=f"Plural-Forms: {cldr.plural_forms(locale.code)}")
        raise Stop([Problem(path, number, 1, "po-header", problem, hint)])

    if locale and not forms and "\nmsgid_plural" in text:  # Babel would count as it sees fit
        raise Stop(check_header(path, locale, text))


def _refuse_further_forms(path: Path, text: str, locale: Locale | None) -> None:
    """Stop at plural forms that a language does not have."""
    if not locale or "msgstr[" not in text:
        return
    count = len(cldr.plural_samples(locale.code))
    hint = say("write msgstr[0] and so on, one for each form")
    problems = []
    for number, line in enumerate(text.split("\n"), start=1):
        if "msgstr[" in line and (match := re.match(r"\s*msgstr\[(\d+)\]", line)) and int(match[1]) >= count:
            values = {"number": match[1], "language": locale.name, "count": count}
            message = say("there is no form %(number)s: %(language)s has %(count)s, counted from 0", **values)
            problems.append(Problem(path, number, 1, "plural-count", message, hint))
    if problems:
        raise Stop(problems)


@cache
def _wrong_plurals(forms: str, locale: Locale) -> str:
    """Compare a Plural-Forms header with CLDR, by what it computes; give what is wrong, or nothing."""
    if forms == cldr.plural_forms(locale.code):
        return ""
    match = re.fullmatch(r"nplurals\s*=\s*(\d+)\s*;\s*plural\s*=\s*([^;]+);?\s*", forms)
    samples = cldr.plural_samples(locale.code)
    if not match or len(match[1]) > 2 or int(match[1]) != len(samples):
        values = {"forms": repr(forms[:60]), "language": locale.name, "count": len(samples)}
        return say("Plural-Forms is %(forms)s; %(language)s has %(count)s plural forms", **values)
    try:
        plural = gettext.c2py(match[2])
        numbers = (*range(0, 131), *samples.values())
        same = all(plural(number) == cldr.plural_index(number, locale.code) for number in numbers)
    except (ValueError, RecursionError, ZeroDivisionError, OverflowError):
        same = False
    if same:
        return ""
    return say("the plural rule %(rule)s is not that of %(language)s", rule=repr(match[2][:60]), language=locale.name)


def check_header(path: Path, locale: Locale, text: str) -> Iterator[Problem]:
    """Yield what is missing or wrong in a header that can be read all the same."""
    fields = header_of(text)
    for name, wanted in (("Language", locale.code), ("Plural-Forms", cldr.plural_forms(locale.code))):
        value, number = fields.get(name.lower(), ("", 1))
        if not value:
            message = say("%(name)s is missing in the header", name=name)
            yield Problem(path, number, 1, "po-header", message, say("write: %(line)s", line=f"{name}: {wanted}"))
        elif name == "Language" and cldr.language_tag(value) != locale.tag:
            message = say("%(name)s is %(value)s", name=name, value=repr(value))
            yield Problem(path, number, 1, "po-header", message, say("write: %(line)s", line=f"{name}: {wanted}"))


def write(path: Path, catalog: BabelCatalog, locale: Locale | None) -> bool:
    """Write a catalog if that changes the file; say whether it did.

    The header holds only what is needed to read the file: Babel's dates, names and versions would make every run a
    change.
    """
    header = ["MIME-Version: 1.0", "Content-Type: text/plain; charset=UTF-8", "Content-Transfer-Encoding: 8bit"]
    if locale:
        # Babel writes as many forms as this header says, not as many as a message has.
        catalog.mime_headers = [("Plural-Forms", cldr.plural_forms(locale.code))]
        header = [f"Language: {locale.code}", f"Plural-Forms: {cldr.plural_forms(locale.code)}", *header]
    buffer = io.BytesIO()
    pofile.write_po(buffer, catalog, width=100, omit_header=True, include_lineno=False, include_previous=True)
    body = buffer.getvalue().decode()
    lines = "".join(f'"{line}\\n"\n' for line in header)
    text = f'msgid ""\nmsgstr ""\n{lines}\n{body.strip()}\n'
    if path.is_file() and read_exact(path).replace("\r\n", "\n") == text:
        return False
    write_text(path, text)
    return True


# Extraction


def extract(site: Site) -> BabelCatalog:
    """Collect the messages of the templates, of the tool's templates and of mkdocs.yml, in a stable order."""
    catalog = BabelCatalog(fuzzy=False)
    for text in site.messages:
        catalog.add(text.text, locations=[(site.config_file.name, 0)], auto_comments=[text.comment])
    folders = [(OWN_FOLDER, "hexapla")]
    if site.custom_dir:
        is_inside = site.custom_dir.is_relative_to(site.root)
        name = site.custom_dir.relative_to(site.root).as_posix() if is_inside else site.custom_dir.name
        folders.append((site.custom_dir, name))
    for folder, shown_as in folders:
        for path in sorted(folder.rglob("*")):
            if path.suffix in (PROGRAM, *TEMPLATES) and path.is_file() and _may_hold_messages(path):
                name = f"{shown_as}/{path.relative_to(folder).as_posix()}"
                for _, message, comments, context in _messages_of(path):
                    cleaned = [comment.split(":", 1)[-1].strip() for comment in comments]
                    catalog.add(message, locations=[(name, 0)], auto_comments=cleaned, context=context)
    return catalog


CALLS = re.compile(rb"\.(?:n?p?gettext|plural_forms)\(\s*[\"'][^\"']")


def _may_hold_messages(path: Path) -> bool:
    """Whether a file is worth reading closely: a program can only hold messages if it calls what translates them."""
    return path.suffix != PROGRAM or CALLS.search(path.read_bytes()) is not None


def messages_of(site: Site) -> list[BabelMessage]:
    """Give every message that readers of a site can meet, without the header."""
    return [message for message in extract(site) if message.id]


def _messages_of(path: Path) -> Iterator[tuple[int, Any, list[str], str | None]]:
    """Read the messages of one file, the calls of `_`, `ngettext` and the like: line, message, comments, context."""
    if path.suffix == PROGRAM:
        yield from _messages_of_program(path)
        return
    from babel.messages.extract import extract_from_file  # these two take long to import
    from jinja2 import TemplateSyntaxError

    try:
        yield from extract_from_file(
            "jinja2.ext:babel_extract",
            str(path),
            keywords=KEYWORDS,
            comment_tags=[TRANSLATOR_COMMENT],
            options={"silent": "false", "newstyle_gettext": "true", "encoding": "utf-8"},
        )
    except TemplateSyntaxError as error:
        hint = say("compare the braces of its {{ }} and {%% %%} with those of another template")
        raise Stop(
            [Problem(path, error.lineno, 1, "template", say("cannot be read: %(reason)s", reason=error.message), hint)]
        ) from None


def _messages_of_program(path: Path) -> Iterator[tuple[int, Any, list[str], str | None]]:
    """Read the messages of a program, by its syntax tree: Babel reads programs sign by sign."""
    text = read_text(path)
    lines = [line.strip() for line in text.split("\n")]
    try:
        calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    except (SyntaxError, ValueError) as error:
        line, reason = (error.lineno or 1, error.msg) if isinstance(error, SyntaxError) else (1, str(error))
        hint = say("Python cannot run it either: python3 -m py_compile says more")
        raise Stop(
            [Problem(path, line, 1, "template", say("cannot be read: %(reason)s", reason=reason), hint)]
        ) from None
    for call in sorted(calls, key=lambda node: (node.func.end_lineno or 0, node.func.end_col_offset or 0)):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if name not in KEYWORDS:
            continue
        context, texts = None, []
        for place in KEYWORDS[name] or (1,):
            number, is_context = (place[0], True) if isinstance(place, tuple) else (place, False)
            argument = call.args[number - 1] if number <= len(call.args) else None
            value = argument.value if isinstance(argument, ast.Constant) else None
            if not isinstance(value, str):
                break
            if is_context:
                context = value
            else:
                texts.append(value)
        else:
            if texts[0]:
                line = call.func.end_lineno or 1
                yield line, tuple(texts) if len(texts) > 1 else texts[0], _comments_above(lines, line), context


def _comments_above(lines: Sequence[str], number: int) -> list[str]:
    """Give the comment for translators in the lines that stand directly above a line."""
    first = number - 1
    while first and lines[first - 1].startswith("#"):
        first -= 1
    comments = [line.removeprefix("#").strip() for line in lines[first : number - 1]]
    start = next((at for at, line in enumerate(comments) if line.startswith(TRANSLATOR_COMMENT)), len(comments))
    return comments[start:]


def update(site: Site, template: BabelCatalog | None = None, domain: str = DOMAIN) -> list[Path]:
    """Bring the template and every locale's catalog up to date; give the files that changed.

    `template` holds the messages of the domain: those of the site's interface, where it is not given.

    A message whose source text was only reworded keeps its translation as `fuzzy`, with the previous text. The source
    locale needs no catalog: its messages are the texts themselves.
    """
    template = template or extract(site)
    pot = template_path(site, domain)
    changed = [pot] if write(pot, template, None) else []
    for locale in site.translations:
        path = path_of(site, locale, domain)
        catalog = read(path, locale) if path.is_file() else BabelCatalog(locale=str(cldr.parse(locale.code)))
        catalog.update(template, no_fuzzy_matching=False, update_header_comment=False, keep_user_comments=True)
        catalog.obsolete.clear()
        for message in catalog:
            _fit_forms(message, len(cldr.plural_samples(locale.code)))
        if write(path, catalog, locale):
            changed.append(path)
    return changed


def _fit_forms(message: BabelMessage, count: int) -> None:
    """Give a counting message as many forms as its language has."""
    if message.pluralizable:
        forms = list(forms_of(message))[:count]
        message.string = tuple(forms + [""] * (count - len(forms)))


def forms_of(message: BabelMessage) -> tuple[str, ...]:
    """Give the translations of a message as a tuple: one, or one per plural form."""
    return tuple(message.string) if isinstance(message.string, list | tuple) else (message.string or "",)


# Checks


def check(site: Site, template: BabelCatalog | None = None, domain: str = DOMAIN) -> Iterator[Problem]:
    """Yield what keeps the catalogs from being complete and in step with the templates.

    `template` holds the messages of the domain: those of the site's interface, where it is not given.
    """
    template = template or extract(site)
    pot = template_path(site, domain)
    hint = say("run: hexapla catalogs update")
    try:
        is_behind = not pot.is_file() or _ids(shared(pot)) != _ids(template)
    except Stop as stop:
        is_behind = False
        yield from stop.problems
    if is_behind:
        yield Problem(pot, 1, 1, "catalog", say("is not what the templates hold"), hint)
    for locale in site.translations:
        path = path_of(site, locale, domain)
        if not path.is_file():
            message = say("the catalog of %(locale)s is missing", locale=locale.code)
            yield Problem(path, 1, 1, "catalog", message, hint)
            continue
        try:
            catalog = shared(path, locale)
        except Stop as stop:
            yield from stop.problems
            continue
        if _ids(catalog) != _ids(template):
            yield Problem(path, 1, 1, "catalog", say("does not hold the messages of %(name)s", name=pot.name), hint)
        yield from _check_entries(path, locale, catalog)


def check_file(path: Path, locale: Locale) -> Iterator[Problem]:
    """Yield what is wrong with a catalog by itself, whatever the messages are that it should hold."""
    try:
        catalog = shared(path, locale)
    except Stop as stop:
        yield from stop.problems
        return
    yield from _check_entries(path, locale, catalog)


def _check_entries(path: Path, locale: Locale, catalog: BabelCatalog) -> Iterator[Problem]:
    text = read_text(path)
    yield from check_header(path, locale, text)
    for entry in catalog:
        if entry.id:
            yield from check_message(path, locale, entry)
    for number, line in enumerate(text.split("\n") if "#~ msgid " in text else (), start=1):
        if line.startswith("#~ msgid "):
            what = say("%(message)s is no message of the site any more", message=_short(line[9:].strip('"')))
            yield Problem(path, number, 1, "obsolete", what, say("run: hexapla catalogs update"))


def has_catalogs(site: Site) -> bool:
    """Whether a site keeps catalogs at all."""
    paths = [template_path(site), *(path_of(site, locale) for locale in site.translations)]
    return any(path.is_file() for path in paths)


def _ids(catalog: BabelCatalog) -> list[Any]:
    return [(message.context, message.id) for message in catalog if message.id]


def _short(text: str) -> str:
    return repr(text if len(text) <= 50 else text[:49] + "…")


def check_message(path: Path, locale: Locale, message: BabelMessage) -> Iterator[Problem]:
    """A message is translated, in as many forms as the language has, with what its source has besides words."""
    line = message.lineno or 1
    forms = forms_of(message)
    if all(forms) and not message.fuzzy and not message.pluralizable:
        yield from _differences(path, line, message)
        return
    name = _short(message.id if isinstance(message.id, str) else message.id[0])
    count = len(cldr.plural_samples(locale.code))
    if message.pluralizable and len(forms) != count:
        values = {"own": len(forms), "language": locale.name, "count": count}
        what = say("has %(own)s plural forms; %(language)s has %(count)s", **values)
        hint = say("write msgstr[0] and so on, one for each form")
        yield Problem(path, line, 1, "plural-count", what, hint)
    if message.fuzzy:
        hint = say("translate it anew, then remove '#, fuzzy'")
        yield Problem(path, line, 1, "fuzzy", say("%(message)s is marked fuzzy", message=name), hint)
    elif not any(forms):
        hint = say("fill in its msgstr")
        yield Problem(path, line, 1, "untranslated-message", say("%(message)s has no translation", message=name), hint)
    elif not all(forms):
        number = forms.index("")
        what = say("%(message)s lacks its plural form %(number)s", message=name, number=number)
        yield Problem(path, line, 1, "plural-forms", what, say("fill in msgstr[%(number)s]", number=number))
    else:
        yield from _differences(path, line, message)


def _differences(path: Path, line: int, message: BabelMessage) -> Iterator[Problem]:
    """What a translation has, and its source has not, or the other way round."""
    sources = [message.id] if isinstance(message.id, str) else list(message.id)
    if not SIGNS.search(" ".join((*sources, *forms_of(message)))):
        return
    optional = PLACEHOLDERS_OF_ONE if message.pluralizable else set()
    wanted = set(placeholders(sources[-1]))
    tags = set(TAG.findall(" ".join(sources)))
    for form in forms_of(message):
        found = set(placeholders(form))
        extra, missing = ", ".join(sorted(found - wanted)), ", ".join(sorted(wanted - found - optional))
        if extra:
            what = say("the source does not have %(names)s", names=extra)
            hint = say("write %(names)s", names=missing) if missing else say("remove it")
            yield Problem(path, line, 1, "placeholder", what, hint)
        elif missing:
            what = say("%(names)s is missing", names=missing)
            yield Problem(path, line, 1, "placeholder", what, say("put it where your sentence needs it"))
        if _is_loose(form) and not any(map(_is_loose, sources)):
            what = say("a percent sign stands alone, and programs take it for a placeholder")
            yield Problem(path, line, 1, "placeholder", what, say("write it twice, or say it in words"))
        if added := [tag for tag in TAG.findall(form) if tag not in tags]:
            what = say("the source does not have %(tags)s", tags=", ".join(added))
            yield Problem(
                path, line, 1, "html-in-message", what, say("write plain words: pages show tags as they stand")
            )
        for is_at_edge in (str.startswith, str.endswith):
            if is_at_edge(form, "\n") != is_at_edge(sources[0], "\n"):
                what = say("has a line break at its beginning or end where the source has none, or the other way round")
                yield Problem(path, line, 1, "newline", what, say("begin and end it as the source does"))


def placeholders(text: str) -> list[str]:
    """Give what a program would fill in: `%(name)s`, `%s`, `{name}`; `%%` is a percent sign."""
    return [match for match in PLACEHOLDER.findall(text) if match != "%%"]


def _is_loose(text: str) -> bool:
    """Whether a percent sign belongs to no placeholder: filling in would fail on it."""
    return "%" in PLACEHOLDER.sub("", text)


def is_usable(message: BabelMessage) -> bool:
    """Whether a translation can be filled in and shown: a wrong placeholder would end the build."""
    sources = message.id if isinstance(message.id, str) else message.id[-1]
    wanted = {*placeholders(sources), *placeholders(message.id if isinstance(message.id, str) else message.id[0])}
    may_be_loose = _is_loose(sources)
    return all(
        set(placeholders(form)) <= wanted and (may_be_loose or not _is_loose(form)) for form in forms_of(message)
    )
