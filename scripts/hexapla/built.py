"""What came of a build, and whether another one would come to the same."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hexapla import cache
from hexapla.cache import Store, Time
from hexapla.config import Locale, Site
from hexapla.inputs import Snapshot
from hexapla.problems import Problem


@dataclass(frozen=True)
class Built:
    """What came of one locale: pages and how many of them are fallbacks, bytes of its files, seconds it took.

    `rendered` is the number of pages that the cache did not hold, `time` says where the seconds went. `written` are the
    paths, below the site's folder, of what was not there already, where they are known. `is_known` says that nothing
    else can come of it as long as nothing changes that a Snapshot shows.
    """

    locale: Locale
    pages: int
    fallbacks: int
    size: int
    seconds: float
    warnings: tuple[Problem, ...] = ()
    rendered: int = 0
    time: Time = field(default_factory=Time)
    keys: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    digests: Mapping[str, str] = field(default_factory=dict, repr=False)
    written: tuple[str, ...] = field(default=(), repr=False)
    is_known: bool = False


def unchanged(site: Site, store: Store, seen: Snapshot) -> tuple[list[Built], int] | None:
    """Give what came of the last build, and how much the check of links warned of, if it would come of another one and
    the site is as that one left it."""
    start = time.perf_counter()
    data = store.get("builds", cache.digest(seen.digest, str(site.site_dir)))
    try:
        noted = json.loads(data or b"null")
        is_there = noted and noted["site"] == cache.digest_of_files(site.site_dir, store.marks)
        store.marks.write()
        if not is_there:
            return None
        counts = [(site.locale(code), pages, fallbacks, size) for code, pages, fallbacks, size in noted["locales"]]
        warned = int(noted["warned"])
    except (ValueError, TypeError, KeyError):
        return None
    seconds = time.perf_counter() - start
    return [Built(locale, pages, fallbacks, size, seconds) for locale, pages, fallbacks, size in counts], warned


def note(
    site: Site, seen: Snapshot, digests: Mapping[str, str], results: Sequence[Built], store: Store, warned: int
) -> None:
    """Note what a build came to."""
    counts = [[one.locale.code, one.pages, one.fallbacks, one.size] for one in results]
    value = json.dumps({"site": cache.digest_of(digests), "locales": counts, "warned": warned})
    store.put("builds", cache.digest(seen.digest, str(site.site_dir)), value.encode())
