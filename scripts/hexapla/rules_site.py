"""Rules of the site: what a build relies on, in mkdocs.yml, in folders and in front matter."""

from __future__ import annotations

import importlib.util
import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from hexapla import catalogs
from hexapla.addresses import is_safe_address
from hexapla.blocks import LINES, Opaque
from hexapla.config import Site, guess
from hexapla.content import TRANSLATABLE, Document
from hexapla.problems import Problem, Stop, is_file, say
from hexapla.publication import entries_below, is_markdown
from hexapla.rules import Corpus, Scope, all_rules, rule


@rule("locale-folder", Scope.SITE, is_for_build=True)
def locale_folder(corpus: Corpus) -> Iterator[Problem]:
    """A locale that mkdocs.yml lists has a folder in docs/ with at least one document.

    Bad: `- locale: fr` in mkdocs.yml, and no docs/fr
    Good: `- locale: fr` in mkdocs.yml, and docs/fr/index.md
    """
    site = corpus.site
    for locale in site.locales:
        if not corpus.publication.files[locale.code]:
            folder = site.docs_dir / locale.code
            values = {"locale": locale.code, "folder": _below(folder, site.root)}
            if folder.is_dir():
                message = say(
                    "the locale %(locale)s is configured, but its folder %(folder)s holds no Markdown file", **values
                )
            else:
                message = say("the locale %(locale)s is configured, but its folder %(folder)s is missing", **values)
            hint = say("put a first page there, such as %(locale)s/index.md, or remove the locale", **values)
            yield Problem(site.config_file, *locale.place, "locale-folder", message, hint)


@rule("no-locale", Scope.SITE, is_for_build=True)
def no_locale(corpus: Corpus) -> Iterator[Problem]:
    """A document is in the folder of a locale; elsewhere nobody checks it, and every language shows it.

    Bad: docs/about.md, docs/drafts/about.md
    Good: docs/en/about.md
    """
    site = corpus.site
    hint = say("move it to %(folder)s", folder=f"{_below(site.docs_dir, site.root)}/{site.source.code}/")
    known = {locale.code for locale in site.locales}
    for entry in entries_below(site.docs_dir):
        folder, slash, _ = entry.inside.partition("/")
        if slash and (folder in known or folder == "templates" or UNKNOWN_LOCALE.fullmatch(folder)):
            continue
        path = Path(entry.path)
        if is_markdown(entry.path) and path.is_file():
            message = say("is in no locale's folder, so no language can be given to it")
            yield Problem(path, 1, 1, "no-locale", message, hint)


UNKNOWN_LOCALE = re.compile(r"[a-z]{2}(?:-[A-Za-z]{4})?(?:-[A-Z]{2})?|[a-z]{2}_[A-Z]{2}")
"""Folders that static-i18n takes for locales; it publishes none that is not configured (its RE_LOCALE)."""


@rule("no-source", Scope.SITE, is_for_build=True)
def no_source(corpus: Corpus) -> Iterator[Problem]:
    """A translation has a source of the same name.

    Bad: docs/fr/abuot.md, where docs/en holds about.md
    Good: docs/fr/about.md, where docs/en holds about.md
    """
    site = corpus.site
    sources = list(corpus.publication.files[site.source.code])
    for locale in site.translations:
        for path in sorted(set(corpus.publication.files[locale.code]).difference(sources)):
            is_told = not corpus.is_for_build and _is_spelt_apart(path, sources)  # by `file-name`
            if not is_told:
                file = site.docs_dir / locale.code / path
                source = f"{site.source.code}/{path}"
                message = say("is a translation without a source: there is no %(source)s", source=source)
                near = guess(path, sources)
                hint = near if near.startswith("did") else say("remove it, or add its source")
                yield Problem(file, 1, 1, "no-source", message, hint)


def _is_spelt_apart(path: str, sources: list[str]) -> bool:
    """Whether a source's name differs only in how its accents are written, which nobody can see."""
    same = unicodedata.normalize("NFC", path)
    return any(unicodedata.normalize("NFC", source) == same for source in sources)


@rule("front-matter", Scope.SITE, is_for_build=True)
def front_matter(corpus: Corpus) -> Iterator[Problem]:
    """Front matter is a YAML mapping of known keys to values of the right kind; no key is there twice.

    A translation holds only what readers read (`title`, `description`, `picture_alt`) and its `translators`; the rest
    is the source's.

    Bad: `titel: À propos`, or `date: 2026-11-22` in docs/fr
    Good: `title: À propos`
    """
    yield from corpus.met_while_reading("front-matter")
    site = corpus.site
    known = set(KEYS) | MKDOCS_KEYS | site.front_matter | _keys_of_templates(site.custom_dir)
    for code, documents in corpus.publication.documents.items():
        for path, document in documents.items():
            source = corpus.publication.document(site.source, path) if code != site.source.code else None
            for key, value in document.meta.items():
                if key not in known:
                    hint = guess(key, sorted(known))
                    if not hint.startswith("did"):
                        hint = say("remove it, or list it in mkdocs.yml under plugins: hexapla: front_matter:")
                    yield _at(document, key, say("%(key)s is not a key that this site knows", key=repr(key)), hint)
                elif source and not corpus.is_for_build and not _may_differ(site, key):
                    yield _own_key(document, source, key)
                elif key in KEYS:
                    yield from _check_value(corpus, document, key, value)


def _may_differ(site: Site, key: str) -> bool:
    """Whether a key is for translations too."""
    return key in (*TRANSLATABLE, "translators") or key in site.front_matter


def _own_key(document: Document, source: Document, key: str) -> Problem:
    """A key that a translation takes from its source, whatever its value."""
    if key in source.meta:
        message = say("%(key)s is taken from the source, so a translation does not repeat it", key=repr(key))
    else:
        message = say("%(key)s is not for translations", key=repr(key))
    return _at(document, key, message, say("remove it; only words for readers differ"))


@rule("fence", Scope.SITE, is_for_build=True)
def fence(corpus: Corpus) -> Iterator[Problem]:
    """A fence of code is closed; else it swallows the rest of the document.

    Bad: a line of three backticks, and none after it
    Good: a line of three backticks, the code, a line of three backticks
    """
    for documents in corpus.publication.documents.values():
        for document in documents.values():
            yield from unclosed_fences(document)


def unclosed_fences(document: Document) -> Iterator[Problem]:
    """Yield a problem at the opening line of each fence that is never closed."""
    if are_closed(document.body):
        return
    for piece in document.pieces:
        if piece.kind != "fence" or not isinstance(piece, Opaque):
            continue
        lines = [line.rstrip("\r\n") for line in LINES.findall(piece.text)]
        mark = re.search(r"`{3,}|~{3,}", lines[0])
        if mark and not (len(lines) > 1 and _closes(lines[-1], mark.group(), piece.nest)):
            column = piece.text.index(mark.group()) + 1
            shown = mark.group() if len(mark.group()) < 40 else mark.group()[:20] + "…"
            hint = say("close it with a line of %(mark)s", mark=shown)
            message = say("this fence is never closed, and takes the rest of the document for code")
            yield Problem(document.path, piece.line, column, "fence", message, hint)


PLAIN_FENCE = re.compile(r"(`{3,})[\w+#.-]*")
"""A line that opens a fence at the margin, with at most the name of a language."""


def are_closed(text: str) -> bool:
    """Whether a text is one of those whose fences are certainly closed: each begins at the margin, of backticks, and
    is followed by the same mark alone in its line, and there is no HTML around them. Most need no closer look."""
    at = text.find("```")
    if "~~~" in text or (at >= 0 and ("<" in text or "\r" in text)):
        return False
    opened = ""
    while at >= 0:
        end = text.find("\n", at)
        end = end if end >= 0 else len(text)
        line = text[text.rfind("\n", 0, at) + 1 : end]
        if not opened:
            match = PLAIN_FENCE.fullmatch(line)
            if not match:
                return False
            opened = match[1]
        elif line == opened:
            opened = ""
        elif line.lstrip().startswith(opened):
            return False  # a longer mark, or one that is set in
        at = text.find("```", end)
    return not opened


def _closes(line: str, mark: str, nest: str) -> bool:
    """Whether a line closes a fence, for Python-Markdown too: with the same mark, not a longer one."""
    lead = " \t>" if "quote" in nest else " \t" if nest else ""
    return re.fullmatch(rf" {{0,3}}{re.escape(mark)}[ \t]*", line.lstrip(lead) if lead else line) is not None


@rule("po-syntax", Scope.SITE)
def po_syntax(corpus: Corpus) -> Iterator[Problem]:
    """A catalog can be read.

    Bad: `msgstr "Lire la suite`
    Good: `msgstr "Lire la suite"`
    """
    for locale in corpus.site.translations:
        try:
            catalogs.load(corpus.site, locale)
        except Stop as stop:
            yield from stop.problems
    yield from corpus.met_in_catalogs("po-syntax")  # of the template too, which no build reads


@rule("theme-partial", Scope.SITE, is_for_build=True)
def theme_partial(corpus: Corpus) -> Iterator[Problem]:
    """Material for MkDocs has the words of its own parts in each locale, or overrides/ supplies them.

    Without them the build ends inside a template.

    Bad: `- locale: sw` in mkdocs.yml, and no overrides/partials/languages/sw.html
    Good: `- locale: sw` in mkdocs.yml, and overrides/partials/languages/sw.html
    """
    site = corpus.site
    if site.theme != "material":
        return
    for locale in site.locales:
        name = f"partials/languages/{locale.code}.html"
        if not has_partial(site, locale.code):
            where = _below(site.custom_dir or site.root / "overrides", site.root)
            values = {"name": name, "locale": locale.code, "where": where}
            message = say("Material for MkDocs has no %(name)s, so pages in %(locale)s cannot be built", **values)
            hint = say(
                "add %(where)s/%(name)s with the keys of Material's partials/languages/en.html, translated", **values
            )
            yield Problem(site.config_file, *locale.place, "theme-partial", message, hint)


@rule("config", Scope.SITE)
def configuration(corpus: Corpus) -> Iterator[Problem]:
    """What mkdocs.yml says of the checks is about rules and locales that there are.

    Bad: `checks: {tipography: warning}`
    Good: `checks: {typography: warning}`
    """
    yield from corpus.met_while_reading("config")
    site = corpus.site
    codes = [locale.code for locale in site.locales]
    for rule_name, code in site.severities:
        key = f"plugins.hexapla.checks.{rule_name}"
        if rule_name not in all_rules():
            message = say("there is no rule %(rule)s", rule=repr(rule_name))
            yield site.problem(key, "config", message, guess(rule_name, sorted(all_rules())))
        elif code and code not in codes:
            message = say("there is no locale %(locale)s in this configuration", locale=repr(code))
            yield site.problem(f"{key}.{code}", "config", message, guess(code, codes))


def theme_folders() -> list[Path]:
    """The folders with the templates of Material for MkDocs."""
    spec = importlib.util.find_spec("material")
    return [Path(folder) / "templates" for folder in (spec and spec.submodule_search_locations) or []]


def has_partial(site: Site, code: str) -> bool:
    """Whether the theme, or the site's own templates, have the theme's words in a locale."""
    folders = [*theme_folders(), *([site.custom_dir] if site.custom_dir else [])]
    return any((folder / "partials" / "languages" / f"{code}.html").is_file() for folder in folders)


# Front matter, key by key


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_name(value: Any) -> bool:
    if isinstance(value, dict):
        return _is_text(value.get("name")) and is_safe_address(str(value.get("url") or ""))
    return _is_text(value)


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_date(value: Any) -> bool:
    return isinstance(value, date)


def _is_template(value: Any) -> bool:
    return _is_text(value) and bool(re.fullmatch(r"(?!\.)[\w-]+(?:/[\w-]+)*\.html", value))


Kind = tuple[Callable[[Any], bool], str, str]
TEXT: Kind = (_is_text, say("a text"), say("put quotation marks around it"))
DATE: Kind = (_is_date, say("a date"), say("write it as 2026-11-22"))
FLAG: Kind = (_is_flag, say("true or false"), say("write true or false"))
LIST: Kind = (_is_list, say("a list of texts"), say("write '- text' on lines of their own below it"))

KEYS: dict[str, Kind] = {
    "title": TEXT,
    "description": TEXT,
    "picture": (_is_text, say("a path"), say("name a picture below the source's folder, such as images/desk.svg")),
    "picture_alt": (_is_text, say("a text"), say("say what the picture shows, in quotation marks")),
    "date": DATE,
    "updated": DATE,
    "category": (_is_text, say("a category's key"), say("use a key of extra.categories in mkdocs.yml")),
    "author": (_is_text, say("an author's key"), say("use a key of extra.authors in mkdocs.yml")),
    "comments": FLAG,
    "related": (_is_list, say("a list of documents"), say("write '- about.md' on lines of their own below it")),
    "translators": (
        lambda value: isinstance(value, list) and bool(value) and all(map(_is_name, value)),
        say("a list of names"),
        say("write '- Jane Doe' on lines of their own below it"),
    ),
    "subtitle": TEXT,
    "icon": TEXT,
    "status": TEXT,
    "hide": LIST,
    "template": (_is_template, say("the name of a template"), say("name a file below overrides/, such as home.html")),
}
"""What is read from front matter: a test of the value, what is expected, how to mend it."""

MKDOCS_KEYS = frozenset(
    "search tags boost authors categories draft links pin readtime slug "
    "social render_macros revision_date created cover robots".split()
)
"""Further keys that MkDocs, Material for MkDocs or their usual plugins read."""


def _check_value(corpus: Corpus, document: Document, key: str, value: Any) -> Iterator[Problem]:
    """Check the kind of a value, and that what it refers to is there."""
    is_right, wanted, hint = KEYS[key]
    site = corpus.site
    if not is_right(value):
        yield _at(document, key, say("%(key)s must be %(wanted)s", key=key, wanted=wanted), hint)
    elif key == "category" and site.categories and value not in site.categories:
        message = say("there is no category %(name)s", name=repr(value))
        yield _at(document, key, message, guess(value, sorted(site.categories)))
    elif key == "author" and site.authors and value not in site.authors:
        message = say("there is no author %(name)s", name=repr(value))
        yield _at(document, key, message, guess(value, sorted(site.authors)))
    elif key == "picture" and not _is_below(site.docs_dir / site.source.code, value):
        yield _at(document, key, say("there is no picture %(name)s", name=f"{site.source.code}/{value}"), hint)
    elif key == "related":
        sources = list(corpus.publication.files[site.source.code])
        for path in value:
            if path not in sources:
                message = say("there is no document %(name)s", name=repr(path))
                yield _at(document, key, message, guess(path, list(sources)))


def _is_below(folder: Path, name: str) -> bool:
    """Whether a file is there, and not outside of a folder."""
    return ".." not in Path(name).parts and not Path(name).is_absolute() and is_file(folder / name)


def _keys_of_templates(folder: Path | None) -> set[str]:
    """Collect the keys that the site's own templates read, so that those need no configuration."""
    if not folder or not folder.is_dir():
        return set()
    texts = (path.read_text(encoding="utf-8", errors="replace") for path in folder.rglob("*.html"))
    return {key for text in texts for key in re.findall(r"\bmeta(?:\.|\[[\"']|\.get\([\"'])(\w+)", text)}


def _at(document: Document, key: str, message: str, hint: str) -> Problem:
    return Problem(document.path, *document.place(key), "front-matter", message, hint)


def _below(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
