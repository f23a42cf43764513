"""Locales that a build leaves as the last one left them: nothing has changed that their pages are made from.

A locale's files are a function of everything that a site is made from, but for this: how the paragraphs of the other
translations read. Of those, its pages show no more than the front matter, and how far they are.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from hexapla import cache, swap
from hexapla.cache import Store
from hexapla.config import Locale, Site
from hexapla.inputs import Snapshot
from hexapla.publication import Publication
from hexapla.status import Report, total
from hexapla.swap import Before, was_there


class Left(NamedTuple):
    """What the last build made of a locale: its pages, how many of them are fallbacks, the digests of all its files by
    their paths below the site's folder. `key` is the digest of what they were made from."""

    key: str
    pages: int
    fallbacks: int
    digests: Mapping[str, str]


class Untouched:
    """What is known of all locales of a site."""

    def __init__(self, found: Publication, states: Report, seen: Snapshot, store: Store) -> None:
        """Find out what each locale is made from now, and what the last build has kept of it in a store."""
        self.site, self.marks = found.site, store.marks
        self.keys = keys_of(found, states, seen)
        self._table = store.table("locales", str(found.site.site_dir))

    def take(self, locale: Locale, whole: Path, before: Mapping[str, Before]) -> Left | None:
        """Give what the last build made of a locale, where the same would come of it now, and see to it that all its
        files are in the folder of the new site; `before` is what is there already. None where it has to be built."""
        left = _left(self._table.get(locale.code))
        if left is None or left.key != self.keys[locale.code]:
            return None
        try:
            for path, digest in left.digests.items():
                if not was_there(before, path, digest) and not self._fetch(path, digest, whole):
                    return None
        except OSError:
            return None
        return left

    def _fetch(self, path: str, digest: str, whole: Path) -> bool:
        """Copy a file of the old site that is newer than the spare's, if it is what the last build has made of it."""
        place, target = (os.path.join(folder, path) for folder in (self.site.site_dir, whole))  # noqa: PTH118
        if self.marks.known(os.stat(place, follow_symlinks=False)) != digest:  # noqa: PTH116
            return False
        return swap.copy(place, target, self.marks) == digest

    def keep(self, counts: Mapping[str, tuple[int, int]], digests: Mapping[str, str], shared: Iterable[str]) -> None:
        """Keep what a build has made of each locale, for the next one: its pages and fallbacks, by code, and its files
        among all of the site but those that span locales."""
        own: dict[str, dict[str, str]] = {code: {} for code in counts}
        spanning = frozenset(shared)
        for path, code in owners(self.site, digests):
            if path not in spanning:
                own[code][path] = digests[path]
        for code, (pages, fallbacks) in counts.items():
            self._table.set(code, [self.keys[code], pages, fallbacks, own[code]])
        self._table.write()


def owners(site: Site, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Give the paths of files of a built site, each with the code of its locale; what is no translation's is the
    source's."""
    from hexapla import outputs

    codes = {locale.folder.partition("/")[0]: locale.code for locale in site.translations}
    codes |= {outputs.sitemap_name(locale): locale.code for locale in site.translations}
    for path in paths:
        yield path, codes.get(path.partition("/")[0], site.source.code)


def keys_of(found: Publication, states: Report, seen: Snapshot) -> dict[str, str]:
    """Give the digest of all that each locale is made from, by its code."""
    own: dict[str, list[str]] = {code: [] for code in found.documents}
    heads: dict[str, list[str]] = {code: [] for code in found.documents}
    rest: list[str] = [seen.common, _shown(states)]
    for path, digest in sorted(seen.docs.items()):
        code, _, name = path.partition("/")
        document = found.documents.get(code, {}).get(name)
        (own[code] if document else rest).extend((path, digest))
        if document:
            heads[code] += (path, document.text[: document.body_start])
    for path, digest in sorted(seen.catalogs.items()):
        code, _, name = path.partition("/LC_MESSAGES/")
        is_record = name.removesuffix(".po") in found.documents.get(code, {})
        (own[code] if is_record else rest).extend((path, digest))
    whole, brief = ({code: cache.digest(*parts) for code, parts in each.items()} for each in (own, heads))
    source, common = found.site.source.code, cache.digest(*rest)
    return {
        code: cache.digest(common, *(whole[one] if one in (code, source) else brief[one] for one in found.documents))
        for code in found.documents
    }


def _shown(states: Report) -> str:
    """A digest of what pages of one locale show of how far the others are: all of it, or sums where that is too much
    (`Viewer.status_page`)."""
    codes = dict.fromkeys(row.locale for row in states.rows)
    sums = [total(code, states.rows) for code in codes]
    all_of_it = [] if states.is_large else [states.rows, *states.stale.items()]
    return cache.digest(json.dumps([states.has_records, sums, all_of_it]))


def _left(value: Any) -> Left | None:
    """What `Untouched.keep` has made of a locale; None for anything else."""
    try:
        key, pages, fallbacks, digests = value
        return Left(str(key), int(pages), int(fallbacks), {str(path): str(digest) for path, digest in digests.items()})
    except (TypeError, ValueError, AttributeError):
        return None
