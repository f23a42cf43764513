"""The words of the interface: gettext catalogs, read and written through Babel.

`locales/site.pot` lists the messages, `locales/<locale>/LC_MESSAGES/site.po` translates them. Messages come from the
templates, from the tool, and from the strings of mkdocs.yml that readers see. Catalogs are written without dates,
names and line numbers, so that nothing in them changes by itself.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jinja2.ext
from babel.messages import pofile
from babel.messages.catalog import Catalog as BabelCatalog
from babel.messages.catalog import Message as BabelMessage
from babel.messages.extract import extract_from_file

from hexapla import cldr
from hexapla.config import Locale, Site
from hexapla.problems import Problem, Stop, read_text

DOMAIN = "site"
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "plural_forms": (1, 2),
}
EXTRACTORS: dict[str, Any] = {
    ".html": jinja2.ext.babel_extract,
    ".xml": jinja2.ext.babel_extract,
    ".py": "python",
}
"""Which files hold messages, and what finds them there."""
TRANSLATOR_COMMENT = "translators:"
PLACEHOLDER = re.compile(r"%\((\w+)\)([a-z])|%%")
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
        forms = self.entries.get(("", singular))
        if not forms:
            return singular if number == 1 else plural
        return forms[min(cldr.plural_index(number, self.locale.code), len(forms) - 1)]

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


def path_of(site: Site, locale: Locale) -> Path:
    """Where a locale's catalog is."""
    return site.catalogs_dir / locale.code / "LC_MESSAGES" / f"{DOMAIN}.po"


def template_path(site: Site) -> Path:
    """Where the list of all messages is."""
    return site.catalogs_dir / f"{DOMAIN}.pot"


def load(site: Site, locale: Locale) -> Messages:
    """Read a locale's translations for use. A catalog that is not there counts as empty, fuzzy entries as missing.

    Raises Stop with a `po-syntax` problem where the file cannot be read.
    """
    path = path_of(site, locale)
    if not path.is_file():
        return Messages(locale)
    entries = {}
    for message in read(path, locale):
        forms = _forms(message)
        if message.id and all(forms) and not message.fuzzy:
            singular = message.id if isinstance(message.id, str) else message.id[0]
            entries[message.context or "", singular] = forms
    return Messages(locale, entries)


def read(path: Path, locale: Locale | None = None) -> BabelCatalog:
    """Read a catalog file strictly.

    Raises Stop with a `po-syntax` problem at the line that cannot be understood.
    """
    text = read_text(path)
    _refuse_unterminated(path, text)
    try:
        return pofile.read_po(
            io.BytesIO(text.encode()), locale=str(cldr.parse(locale.code)) if locale else None, abort_invalid=True
        )
    except pofile.PoFileError as error:
        line = (error.lineno or 0) + 1
        hint = "compare with the entries around it: msgid and msgstr, each text in double quotes"
        raise Stop([Problem(path, line, 1, "po-syntax", f"is not a gettext entry: {error.args[0]}", hint)]) from None
    except Exception as error:
        # Babel lets what it stumbles over through as it is: ValueError, IndexError, UnicodeError, LookupError.
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        hint = "compare its header with that of another locale's catalog"
        raise Stop([Problem(path, 1, 1, "po-syntax", f"cannot be read as a catalog: {reason}", hint)]) from None


LINE = re.compile(
    r"""\s*(?: \#.* | (?:msgctxt|msgid|msgid_plural|msgstr(?:\[\d{1,3}\])?)\s+(?P<text>"(?:[^"\\]|\\.)*")\s*
        | (?P<more>"(?:[^"\\]|\\.)*")\s* )?""",
    re.VERBOSE,
)
"""A line of a PO file (GNU gettext manual, "The Format of PO Files"): comment, keyword, more text, nothing."""


def _refuse_unterminated(path: Path, text: str) -> None:
    """Stop at the first line that is no part of a catalog; Babel would name a later line, or none."""
    problems = []
    for number, line in enumerate(text.split("\n"), start=1):
        if LINE.fullmatch(line):
            continue
        if line.startswith(("<<<<<<<", "=======", ">>>>>>>")):
            message, hint = (
                "holds the marks of an unfinished merge",
                "choose one side and remove the three mark lines",
            )
            column = 1
        elif line.count('"') % 2:
            message, hint = "a text that opens here is not closed", 'end it with a double quote: "'
            column = line.index('"') + 1
        else:
            message, hint = (
                "is not a line of a gettext catalog",
                "write a comment (#), msgid, msgstr or a quoted text",
            )
            column = len(line) - len(line.lstrip()) + 1
        problems.append(Problem(path, number, column, "po-syntax", message, hint))
    if problems:
        raise Stop(problems)


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
    pofile.write_po(buffer, catalog, width=100, omit_header=True, include_lineno=False, sort_output=False)
    body = buffer.getvalue().decode()
    lines = "".join(f'"{line}\\n"\n' for line in header)
    text = f'msgid ""\nmsgstr ""\n{lines}\n{body.strip()}\n'
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    return True


# Extraction


def extract(site: Site) -> BabelCatalog:
    """Collect the messages of the templates, of the tool's templates and of mkdocs.yml, in a stable order."""
    catalog = BabelCatalog(fuzzy=False)
    for text in site.messages:
        catalog.add(text.text, locations=[(site.config_file.name, 0)], auto_comments=[text.comment])
    folders = [(OWN_FOLDER, "hexapla")]
    if site.custom_dir:
        folders.append((site.custom_dir, site.custom_dir.relative_to(site.root).as_posix()))
    for folder, shown_as in folders:
        for path in sorted(folder.rglob("*")):
            if path.suffix in EXTRACTORS and path.is_file():
                name = f"{shown_as}/{path.relative_to(folder).as_posix()}"
                for _, message, comments, context in _messages_of(path):
                    cleaned = [comment.split(":", 1)[-1].strip() for comment in comments]
                    catalog.add(message, locations=[(name, 0)], auto_comments=cleaned, context=context)
    return catalog


def _messages_of(path: Path) -> Iterator[tuple[int, Any, list[str], str | None]]:
    """Read the messages of one file: the calls of `_`, `ngettext` and the like in it."""
    yield from extract_from_file(
        EXTRACTORS[path.suffix],
        str(path),
        keywords=KEYWORDS,
        comment_tags=[TRANSLATOR_COMMENT],
        options={"silent": "false", "newstyle_gettext": "true", "encoding": "utf-8"},
    )


def update(site: Site) -> list[Path]:
    """Bring site.pot and every locale's catalog up to date; give the files that changed.

    A message whose source text was only reworded keeps its translation as `fuzzy`, with the previous text. The source
    locale needs no catalog: its messages are the texts themselves.
    """
    template = extract(site)
    changed = [template_path(site)] if write(template_path(site), template, None) else []
    for locale in site.translations:
        path = path_of(site, locale)
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
        forms = list(_forms(message))[:count]
        message.string = tuple(forms + [""] * (count - len(forms)))


def _forms(message: BabelMessage) -> tuple[str, ...]:
    """Give the translations of a message as a tuple: one, or one per plural form."""
    return tuple(message.string) if isinstance(message.string, list | tuple) else (message.string or "",)


# Checks


def check(site: Site) -> Iterator[Problem]:
    """Yield what keeps the catalogs from being complete and in step with the templates."""
    template = extract(site)
    pot = template_path(site)
    hint = "run: hexapla catalogs update"
    if not pot.is_file() or _ids(read(pot)) != _ids(template):
        yield Problem(pot, 1, 1, "catalog", "is not what the templates hold", hint)
    for locale in site.translations:
        path = path_of(site, locale)
        if not path.is_file():
            yield Problem(path, 1, 1, "catalog", f"the catalog of {locale.code} is missing", hint)
            continue
        try:
            catalog = read(path, locale)
        except Stop as stop:
            yield from stop.problems
            continue
        lines = read_text(path).split("\n")
        if _ids(catalog) != _ids(template):
            yield Problem(path, 1, 1, "catalog", "does not hold the messages of site.pot", hint)
        yield from _check_header(path, locale, lines)
        for message in catalog:
            if message.id:
                yield from _check_message(path, locale, message)


def _ids(catalog: BabelCatalog) -> list[Any]:
    return [(message.context, message.id) for message in catalog if message.id]


def _check_header(path: Path, locale: Locale, lines: list[str]) -> Iterator[Problem]:
    """The header names the locale and CLDR's plural forms."""
    for name, wanted in (("Language", locale.code), ("Plural-Forms", cldr.plural_forms(locale.code))):
        number = next((n for n, line in enumerate(lines, 1) if line.startswith(f'"{name}:')), 1)
        value = lines[number - 1].removeprefix(f'"{name}:').removesuffix('\\n"').strip()
        if value != wanted:
            yield Problem(path, number, 1, "po-header", f"{name} is {value!r}", f"write: {name}: {wanted}")


def _check_message(path: Path, locale: Locale, message: BabelMessage) -> Iterator[Problem]:
    """A message is translated, in as many forms as the language has, with the placeholders of its source."""
    line = message.lineno or 1
    source = message.id if isinstance(message.id, str) else message.id[0]
    forms = _forms(message)
    short = source if len(source) <= 50 else source[:49] + "…"
    if message.fuzzy:
        yield Problem(
            path, line, 1, "fuzzy", f"{short!r} is marked fuzzy", "translate it anew, then remove '#, fuzzy'"
        )
    elif not all(forms):
        yield Problem(path, line, 1, "untranslated", f"{short!r} has no translation", "fill in its msgstr")
    else:
        wanted = set(PLACEHOLDER.findall(message.id if isinstance(message.id, str) else message.id[1]))
        allowed_missing = {("number", "s"), ("minutes", "s"), ("count", "s")} if message.pluralizable else set()
        for form in forms:
            found = set(PLACEHOLDER.findall(form))
            if extra := found - wanted:
                yield _placeholder(path, line, extra, "which the source does not have", "remove it")
            if missing := wanted - found - allowed_missing:
                yield _placeholder(path, line, missing, "is missing", "put it where your sentence needs it")
    if message.pluralizable and len(forms) != (count := len(cldr.plural_samples(locale.code))):
        what = f"has {len(forms)} plural forms; {locale.name} has {count}"
        yield Problem(path, line, 1, "plural-count", what, "write msgstr[0] and so on, one for each form")


def _placeholder(path: Path, line: int, names: set[tuple[str, str]], what: str, hint: str) -> Problem:
    shown_names = ", ".join(f"%({name}){kind}" if name else "%%" for name, kind in sorted(names))
    return Problem(path, line, 1, "placeholder", f"{shown_names} {what}", hint)
