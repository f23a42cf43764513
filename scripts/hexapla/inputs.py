"""What a site is made from, as digests: the files of mkdocs.yml, of the documents, the catalogs and the templates."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import NamedTuple

from hexapla import cache
from hexapla.config import Site

TODAY = re.compile(rb"build_date|update_date|\bnow\b")
"""Names by which a template can tell the day."""

MORE = re.compile(rb"custom_icons|!!python/(?!name:(?:material|pymdownx|mermaid2)\.)")
"""What mkdocs.yml can name besides values."""


def of_configuration(site: Site) -> str:
    """A digest of mkdocs.yml, of what it inherits, and of the environment where it reads variables."""
    return cache.digest(*_configuration(site))


def reads_more(site: Site) -> bool:
    """Whether mkdocs.yml names programs of the site's own, or folders of icons, that a page depends on besides."""
    return any(MORE.search(data) for data in _configuration(site))


def _configuration(site: Site) -> Iterator[bytes]:
    for path in site.config_files:
        data = path.read_bytes() if path.is_file() else b""
        yield data
        if b"!ENV" in data:
            yield repr(sorted(os.environ.items())).encode("utf-8", "surrogateescape")


def of_templates(site: Site, marks: cache.Marks | None = None) -> str:
    """A digest of the site's own templates, styles and scripts; of the day too, where a template can tell it.

    Files that `marks` knows are not read for it.
    """
    if site.custom_dir is None:
        return ""
    texts = (path.read_bytes() for path in sorted(site.custom_dir.rglob("*.html")) if path.is_file())
    today = os.environ.get("SOURCE_DATE_EPOCH") or date.today().isoformat()  # MkDocs takes the former for the latter
    day = today if any(TODAY.search(text) for text in texts) else ""
    return cache.digest(cache.digest_of_files(site.custom_dir, marks), day)


def of_site(site: Site, marks: cache.Marks | None = None) -> str:
    """A digest of everything that a site is made from; `marks` as for `of_templates`."""
    return Snapshot.of(site, marks).digest


class Snapshot(NamedTuple):
    """What a site is made from, as it was at one time.

    `digest` is `of_site`. It is made of `common`, what is no document and no catalog, and of the digests of `docs` and
    `catalogs`, by their paths in these folders. `times` tells without reading the files whether one of them was changed
    since.
    """

    digest: str
    common: str
    docs: Mapping[str, str]
    catalogs: Mapping[str, str]
    times: str

    @classmethod
    def of(cls, site: Site, marks: cache.Marks | None = None) -> Snapshot:
        """Look at all that a site is made from; `marks` as for `of_templates`."""
        # Each is looked at once. If it is changed before it is read, these are not the times of what was read.
        entries = _entries(site)
        times = _times(site, entries)
        docs, catalogs = (cache.digests_of(entries[folder], marks) for folder in (site.docs_dir, site.catalogs_dir))
        codes = " ".join(locale.code for locale in site.locales)
        common = cache.digest(cache.tool_key(), codes, of_configuration(site), of_templates(site, marks))
        digest = cache.digest(common, cache.digest_of(docs), cache.digest_of(catalogs))
        return cls(digest, common, docs, catalogs, times)

    def is_present(self, site: Site) -> bool:
        """Whether nobody has changed a file since."""
        return _times(site, _entries(site)) == self.times


def _entries(site: Site) -> dict[Path, list[tuple[str, os.DirEntry[str]]]]:
    """All files that a site is made from, by their folders, as `cache.entries_of` gives them."""
    folders = (site.docs_dir, site.catalogs_dir, site.custom_dir)
    return {folder: list(cache.entries_of(folder)) for folder in folders if folder}


def _times(site: Site, entries: Mapping[Path, Iterable[tuple[str, os.DirEntry[str]]]]) -> str:
    """A digest of the times and sizes of all files that a site is made from, by their folders."""
    parts = [of_configuration(site)]
    for own in entries.values():
        found = []
        for _, entry in own:
            with contextlib.suppress(OSError):
                found.append(f"{entry.path} {cache.mark_of(cache.facts_of(entry))}")
        parts += sorted(found)
    return cache.digest(*parts)
