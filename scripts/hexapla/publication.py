"""All documents of a site in all its locales: what a translation inherits, and where the source stands in for it."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from hexapla import cldr, content
from hexapla.cache import Store, Table
from hexapla.config import Locale, Site
from hexapla.content import Document
from hexapla.problems import Problem, Stop

MARKDOWN_SUFFIXES = (".md", ".markdown", ".mdown", ".mkdn", ".mkd")
"""What MkDocs takes for Markdown (mkdocs.utils.markdown_extensions)."""

WORDS_OF_A_TRANSLATION = frozenset({"title", "description", "picture_alt", "translators", "subtitle"})
"""Front matter that a translation never inherits, because it is in the source's language or about the source."""


@dataclass(frozen=True)
class Publication:
    """Every document, by locale code and by path below the locale's folder ('/'-separated, such as `about.md`).

    `files` holds every path that is there, `documents` those that could be read; what could not is in `problems`.
    """

    site: Site
    files: Mapping[str, tuple[str, ...]]
    documents: Mapping[str, Mapping[str, Document]] = field(repr=False)
    problems: tuple[Problem, ...] = ()

    def document(self, locale: Locale, path: str) -> Document | None:
        """A locale's own version of a document; None where it has none."""
        return self.documents[locale.code].get(path)

    def locales_of(self, path: str) -> tuple[Locale, ...]:
        """The locales that have a version of their own, in the order of the configuration."""
        return tuple(locale for locale in self.site.locales if path in self.documents[locale.code])

    def is_fallback(self, locale: Locale, path: str) -> bool:
        """Whether the source's text stands in for a translation that is not there."""
        return path not in self.documents[locale.code]

    def meta(self, locale: Locale, path: str) -> dict[str, Any]:
        """The front matter that counts: a translation's own, and whatever it inherits from its source."""
        own = self.document(locale, path)
        if own is None or locale.is_source:
            source = self.document(self.site.source, path)
            return dict(source.meta) if source else {}
        return self.inherited(path) | dict(own.meta)

    def inherited(self, path: str) -> dict[str, Any]:
        """The front matter that every translation of a document inherits, unless it has its own."""
        source = self.document(self.site.source, path)
        meta = source.meta if source else {}
        return {key: value for key, value in meta.items() if key not in WORDS_OF_A_TRANSLATION}

    def url(self, locale: Locale, path: str) -> str:
        """The address of a document below the site's root, as MkDocs and static-i18n make it."""
        return url_of(locale.folder + path, self.site.use_directory_urls)

    def absolute_url(self, locale: Locale, path: str) -> str:
        """The address of a document with the site's own."""
        return self.site.site_url + self.url(locale, path)

    def last_modified(self, locale: Locale, path: str) -> date | None:
        """When the document says that it was last changed: `updated`, or else `date`."""
        own, source = self.document(locale, path), self.document(self.site.source, path)
        chain = [one.meta for one in (own, source) if one]  # what a translation does not say, it inherits

        def day(key: str) -> date | None:
            return next((cldr.as_date(meta[key]) for meta in chain if key in meta), None)

        return day("updated") or day("date")

    def in_category(self, key: str) -> tuple[str, ...]:
        """The paths of the documents in a category, the newest first."""
        return self._newest(path for path, doc in self._sources.items() if doc.meta.get("category") == key)

    def articles(self) -> tuple[str, ...]:
        """The paths of what belongs into a feed, the newest first: what has a category, or, in a site without
        categories, what has a date."""
        if self.site.categories:
            chosen = [path for path, doc in self._sources.items() if doc.meta.get("category") in self.site.categories]
        else:
            chosen = [path for path, doc in self._sources.items() if cldr.as_date(doc.meta.get("date"))]
        return self._newest(chosen)

    def without(self, uris: Set[str]) -> Publication:
        """The same publication but for some documents, named with their locale's folder: `en/draft.md`."""
        documents = {
            code: {path: document for path, document in own.items() if f"{code}/{path}" not in uris}
            for code, own in self.documents.items()
        }
        return replace(self, documents=documents)

    @cached_property
    def _sources(self) -> Mapping[str, Document]:
        return self.documents[self.site.source.code]

    def _newest(self, paths: Iterable[str]) -> tuple[str, ...]:
        oldest = date.min
        days = {path: cldr.as_date(self._sources[path].meta.get("date")) or oldest for path in sorted(paths)}
        return tuple(sorted(days, key=days.__getitem__, reverse=True))


@cache
def url_of(path: str, use_directory_urls: bool) -> str:
    """Give the address of a Markdown file below the site's root, as MkDocs does; that of the home page is empty."""
    folder, name = posixpath.split(path)
    stem = posixpath.splitext(name)[0]
    if stem in {"index", "README"}:
        url = posixpath.join(folder, "" if use_directory_urls else "index.html")
    else:
        url = posixpath.join(folder, stem, "") if use_directory_urls else posixpath.join(folder, stem + ".html")
    return quote(url)


Memory = dict[Path, tuple[tuple[int, int, int], Document]]
"""Documents that were read before, by their paths, each with the time, size and number of its file then."""


def read(site: Site, memory: Memory | None = None, store: Store | None = None) -> Publication:
    """Read every document of every locale. What cannot be read becomes a problem, not an exception.

    A document in the `memory` whose file is as it was is not read again; `store` keeps what front matter says.
    """
    problems: list[Problem] = []
    files: dict[str, tuple[str, ...]] = {}
    documents: dict[str, dict[str, Document]] = {}
    kept = store.table("front-matter", "") if store and not memory else None
    for locale in site.locales:
        folder = site.docs_dir / locale.code
        files[locale.code] = tuple(sorted(_markdown_below(folder, locale.is_source)))
        documents[locale.code] = {}
        for path in files[locale.code]:
            try:
                place = folder / path
                document = content.read(place, kept) if memory is None else _remembered(place, memory, kept)
                documents[locale.code][path] = document
            except Stop as stop:
                problems += stop.problems
    if kept:
        kept.write()
    return Publication(site, files, documents, tuple(problems))


def _remembered(path: Path, memory: Memory, kept: Table | None) -> Document:
    try:
        facts = path.stat()
    except OSError:
        return content.read(path, kept)
    mark = (facts.st_mtime_ns, facts.st_size, facts.st_ino)
    if path not in memory or memory[path][0] != mark:
        memory[path] = (mark, content.read(path, kept))
    return memory[path][1]


class Entry(NamedTuple):
    """A file or a link: its path, that below the folder in which it was found ('/'-separated), and whether it links."""

    path: str
    inside: str
    is_link: bool


def entries_below(folder: Path, prefix: str = "") -> Iterator[Entry]:
    """Give every file and every link below a folder, a folder's own first, each sorted by name.

    Links are not followed, what is hidden is left out. A site has thousands, so no Path is made of them.
    """
    try:
        with os.scandir(os.path.join(folder, prefix)) as scan:  # noqa: PTH118
            found = sorted((entry for entry in scan if not entry.name.startswith(".")), key=lambda entry: entry.name)
    except OSError:
        return  # not there, or closed to us
    is_folder = [entry.is_dir(follow_symlinks=False) for entry in found]
    for entry, is_one in zip(found, is_folder, strict=True):
        if not is_one:
            yield Entry(entry.path, prefix + entry.name, entry.is_symlink())
    for entry, is_one in zip(found, is_folder, strict=True):
        if is_one:
            yield from entries_below(folder, f"{prefix}{entry.name}/")


def files_below(folder: Path) -> Iterator[Path]:
    """Give the paths of what `entries_below` gives."""
    return (Path(entry.path) for entry in entries_below(folder))


def _markdown_below(folder: Path, may_leave: bool) -> Iterator[str]:
    """Give the Markdown files that MkDocs would build: none that is hidden, none in a hidden folder.

    A link that leads out of the folder is passed over, unless it `may_leave`; the rule `symlink` tells of it.
    """
    home = os.path.realpath(folder.parent)
    if folder.is_symlink() and not (may_leave or Path(os.path.realpath(folder)).is_relative_to(home)):
        return
    for path, inside, is_link in entries_below(folder):
        if not is_markdown(path):
            continue
        may_be_read = may_leave or not is_link or Path(os.path.realpath(path)).is_relative_to(home)
        if may_be_read and os.path.isfile(path):  # noqa: PTH113
            yield inside


def is_markdown(path: str) -> bool:
    """Whether MkDocs takes a file for Markdown, by its name."""
    return os.path.splitext(path)[1] in MARKDOWN_SUFFIXES  # noqa: PTH122
