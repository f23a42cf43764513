"""Every rule that the build relies on, and the one runner.

A rule is a generator of Problems under `@rule`; its docstring is its documentation, with a `Bad:` and a `Good:` line.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from hexapla import catalogs, config, publication
from hexapla.blocks import Opaque
from hexapla.config import Site, guess
from hexapla.content import Document
from hexapla.problems import Problem, Stop
from hexapla.publication import MARKDOWN_SUFFIXES, Publication

Rule = Callable[[Publication], Iterator[Problem]]
RULES: dict[str, Rule] = {}


def rule(name: str) -> Callable[[Rule], Rule]:
    """Register a rule under the name that its problems carry."""

    def register(function: Rule) -> Rule:
        RULES[name] = function
        return function

    return register


def read(config_file: str | None) -> Publication:
    """Read and check a whole publication, for whoever is about to build it.

    Raises Stop with everything that is wrong, in the configuration as in the documents and catalogs.
    """
    site, problems = config.examine(config_file)
    found = publication.read(site)
    problems += run(found)
    if problems:
        raise Stop(problems)
    return found


def run(texts: Publication) -> tuple[Problem, ...]:
    """Run every rule; give all problems, those met while reading included, by path and line."""
    found = set(texts.problems)
    for check in RULES.values():
        found.update(check(texts))
    return tuple(sorted(found))


@rule("locale-folder")
def locale_folder(texts: Publication) -> Iterator[Problem]:
    """A locale that mkdocs.yml lists has a folder in docs/ with at least one document.

    Bad: `- locale: fr` in mkdocs.yml, and no docs/fr
    Good: `- locale: fr` in mkdocs.yml, and docs/fr/index.md
    """
    site = texts.site
    for locale in site.locales:
        if not texts.files[locale.code]:
            folder = site.docs_dir / locale.code
            what = "holds no Markdown file" if folder.is_dir() else "is missing"
            message = f"the locale {locale.code} is configured, but its folder {_below(folder, site.root)} {what}"
            hint = f"put a first page there, such as {locale.code}/index.md, or remove the locale"
            yield Problem(site.config_file, *locale.place, "locale-folder", message, hint)


@rule("no-locale")
def no_locale(texts: Publication) -> Iterator[Problem]:
    """A document is in the folder of a locale.

    Bad: docs/about.md
    Good: docs/en/about.md
    """
    site = texts.site
    if site.docs_dir.is_dir():
        for path in sorted(site.docs_dir.iterdir()):
            if path.suffix in MARKDOWN_SUFFIXES and not path.name.startswith(".") and path.is_file():
                message = "is in no locale's folder, so no language can be given to it"
                hint = f"move it to {_below(site.docs_dir, site.root)}/{site.source.code}/"
                yield Problem(path, 1, 1, "no-locale", message, hint)


@rule("no-source")
def no_source(texts: Publication) -> Iterator[Problem]:
    """A translation has a source of the same name.

    Bad: docs/fr/abuot.md, where docs/en holds about.md
    Good: docs/fr/about.md, where docs/en holds about.md
    """
    site = texts.site
    sources = list(texts.files[site.source.code])
    for locale in site.translations:
        for path in texts.files[locale.code]:
            if path not in sources:
                file = site.docs_dir / locale.code / path
                message = f"is a translation without a source: there is no {site.source.code}/{path}"
                hint = (
                    guess(path, sources) if guess(path, sources).startswith("did") else "remove it, or add its source"
                )
                yield Problem(file, 1, 1, "no-source", message, hint)


@rule("front-matter")
def front_matter(texts: Publication) -> Iterator[Problem]:
    """Front matter is a YAML mapping of known keys to values of the right kind.

    Bad: `titel: About us`
    Good: `title: About us`
    """
    known = set(KEYS) | MKDOCS_KEYS | texts.site.front_matter | _keys_of_templates(texts.site.custom_dir)
    for documents in texts.documents.values():
        for document in documents.values():
            for key, value in document.meta.items():
                if key not in known:
                    hint = guess(key, sorted(known))
                    if not hint.startswith("did"):
                        hint = "remove it, or list it in mkdocs.yml under plugins: hexapla: front_matter:"
                    yield _at(document, key, f"{key!r} is not a key that this site knows", hint)
                elif key in KEYS:
                    yield from _check_value(texts, document, key, value)


@rule("fence")
def fence(texts: Publication) -> Iterator[Problem]:
    """A fence of code is closed; else it swallows the rest of the document.

    Bad: a line of three backticks, and none after it
    Good: a line of three backticks, the code, a line of three backticks
    """
    for documents in texts.documents.values():
        for document in documents.values():
            yield from unclosed_fences(document)


def unclosed_fences(document: Document) -> Iterator[Problem]:
    """Yield a problem at the opening line of each fence that is never closed."""
    for piece in document.pieces:
        if piece.kind != "fence" or not isinstance(piece, Opaque):
            continue
        lines = [line.strip(" \t>") for line in piece.text.splitlines()]
        mark = re.match(r"`{3,}|~{3,}", lines[0].lstrip("-*+0123456789.) "))
        closing = lines[-1] if len(lines) > 1 else ""
        if mark and not (closing.startswith(mark.group()) and not closing.strip(mark.group()[0])):
            column = piece.text.index(mark.group()) + 1
            hint = f"close it with a line of {mark.group()}"
            message = "this fence is never closed, and takes the rest of the document for code"
            yield Problem(document.path, piece.line, column, "fence", message, hint)


@rule("po-syntax")
def po_syntax(texts: Publication) -> Iterator[Problem]:
    """A catalog can be read.

    Bad: `msgstr "Lire la suite`
    Good: `msgstr "Lire la suite"`
    """
    for locale in texts.site.translations:
        try:
            catalogs.load(texts.site, locale)
        except Stop as stop:
            yield from stop.problems


@rule("theme-partial")
def theme_partial(texts: Publication) -> Iterator[Problem]:
    """Material for MkDocs has the words of its own parts in each locale, or overrides/ supplies them.

    Without them the build ends inside a template.

    Bad: `- locale: sw` in mkdocs.yml, and no overrides/partials/languages/sw.html
    Good: `- locale: sw` in mkdocs.yml, and overrides/partials/languages/sw.html
    """
    site = texts.site
    if site.theme != "material":
        return
    for locale in site.locales:
        name = f"partials/languages/{locale.code}.html"
        if not has_partial(site, locale.code):
            where = _below(site.custom_dir or site.root / "overrides", site.root)
            message = f"Material for MkDocs has no {name}, so pages in {locale.code} cannot be built"
            hint = f"add {where}/{name} with the keys of Material's partials/languages/en.html, translated"
            yield Problem(site.config_file, *locale.place, "theme-partial", message, hint)


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
    return _is_text(value) or (isinstance(value, dict) and _is_text(value.get("name")))


KEYS: dict[str, tuple[Callable[[Any], bool], str, str]] = {
    "title": (_is_text, "a text", "put quotation marks around it"),
    "description": (_is_text, "a text", "put quotation marks around it"),
    "picture": (_is_text, "a path", "name a picture below the source's folder, such as images/desk.svg"),
    "picture_alt": (_is_text, "a text", "say what the picture shows, in quotation marks"),
    "date": (lambda value: isinstance(value, date), "a date", "write it as 2026-11-22"),
    "updated": (lambda value: isinstance(value, date), "a date", "write it as 2026-11-22"),
    "category": (_is_text, "a category's key", "use a key of extra.categories in mkdocs.yml"),
    "author": (_is_text, "an author's key", "use a key of extra.authors in mkdocs.yml"),
    "comments": (lambda value: isinstance(value, bool), "true or false", "write true or false"),
    "related": (
        lambda value: isinstance(value, list) and all(map(_is_text, value)),
        "a list of documents",
        "write '- about.md' on lines of their own below it",
    ),
    "translators": (
        lambda value: isinstance(value, list) and bool(value) and all(map(_is_name, value)),
        "a list of names",
        "write '- Jane Doe' on lines of their own below it",
    ),
}
"""What this project reads from front matter: a test of the value, what is expected, how to mend it."""

MKDOCS_KEYS = frozenset(
    "template hide icon status subtitle search tags boost authors categories draft links pin readtime slug "
    "social render_macros revision_date created cover robots".split()
)
"""Keys that MkDocs, Material for MkDocs or their usual plugins read."""


def _check_value(texts: Publication, document: Document, key: str, value: Any) -> Iterator[Problem]:
    """Check the kind of a value, and that what it refers to is there."""
    is_right, wanted, hint = KEYS[key]
    site = texts.site
    if not is_right(value):
        yield _at(document, key, f"{key} must be {wanted}", hint)
    elif key == "category" and site.categories and value not in site.categories:
        yield _at(document, key, f"there is no category {value!r}", guess(value, sorted(site.categories)))
    elif key == "author" and site.authors and value not in site.authors:
        yield _at(document, key, f"there is no author {value!r}", guess(value, sorted(site.authors)))
    elif key == "picture" and not (site.docs_dir / site.source.code / value).is_file():
        yield _at(document, key, f"there is no picture {site.source.code}/{value}", hint)
    elif key == "related":
        sources = texts.files[site.source.code]
        for path in value:
            if path not in sources:
                yield _at(document, key, f"there is no document {path!r}", guess(path, list(sources)))


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
