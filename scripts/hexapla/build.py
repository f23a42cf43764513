"""The build: a MkDocs build per locale, side by side in processes; then what spans locales; then one swap.

Each locale is built into a folder of its own, a part. The source locale's part holds what all share; of another part
only the locale's own files count. The parts are joined beside the site's folder, and take its place only when every
locale was built without a warning, so that the last good site stays otherwise.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import re
import shutil
import sys
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from hexapla import beginning, parts, swap
from hexapla.beginning import Beginning
from hexapla.built import Built, note
from hexapla.cache import Marks, Store, Time
from hexapla.config import Locale, Site
from hexapla.inputs import Snapshot
from hexapla.parts import WHOLE, Shard
from hexapla.problems import Problem, Severity, Stop, is_file, say
from hexapla.publication import Publication
from hexapla.swap import Before
from hexapla.untouched import Untouched, owners
from hexapla.workers import FEW

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

    from hexapla.compiling import Templates
    from hexapla.facts import Kept, Reader, Reading

CONFLICT = re.compile(r"\b(?:IsADirectoryError|NotADirectoryError|FileExistsError)\b")
"""What keeps a page out of a folder in which something else has its name."""

MANY, HOUR = 50, 3600
"""The cache is looked through for what is too much after a build that rendered so many pages, else after so many
seconds: to look through it takes a good part of what a build takes that renders few."""

Progress = Callable[[Locale, str], None]
"""Called with a locale and what happened to it: `started` or `done`."""


def build(
    found: Publication | Beginning,
    report: Progress = lambda locale, what: None,
    warn: Callable[[Sequence[Problem]], None] = lambda problems: None,
    store: Store | None = None,
    seen: Snapshot | None = None,
) -> list[Built]:
    """Build a publication that was checked into `site_dir`; give what came of each locale, in the configured order.

    `warn` is told what the check of links warns of; `store` keeps pages for the next build. `seen` is what the site
    is made from, looked at before it was read. Raises Stop, with everything that is wrong in records or catalogs, that
    MkDocs warns of in any locale, or with all links that are broken, and leaves the old site as it was.
    """
    store = store or Store(None)
    begun = beginning.of(found, store)
    site = begun.found.site
    seen = seen or Snapshot.of(site, store.marks)
    spare = swap.spare_of(store, site.site_dir)
    with swap.beside(site.site_dir) as folder:
        whole = folder / "site"
        before = swap.take(spare, whole, store.marks, site.site_dir if store.has("keys") else None)
        copy = folder / "copy" if spare and before is None and not site.site_dir.exists() else None
        job = _Job.of(begun, whole, store, before or {}, copy)
        untouched = Untouched(begun.found, begun.states, seen, store)
        check = _LinkCheck(begun.found, whole, store)
        results, readings = _build_anew(job, untouched, before is not None, report, check.prepare)
        pages = {path: digest for result in results for path, digest in result.digests.items()}
        sizes, digests, shared = _complete(job, pages)
        totals = _totals(site, sizes)
        results = [replace(result, size=totals[result.locale.code]) for result in results]
        told = check.told(digests, sizes, readings)
        if all(result.is_known for result in results) and seen.is_present(site):
            note(site, seen, digests, results, store, len(told))
            untouched.keep({one.locale.code: (one.pages, one.fallbacks) for one in results}, digests, shared)
        if copy and spare:
            swap.keep_spare(copy, spare, pages, store.marks)
        swap.publish(whole, site.site_dir, spare)
    warn(told)
    if sum(result.rendered for result in results) >= MANY or store.was_trimmed < time.time() - HOUR:
        store.trim()
    return results


def _build_anew(
    job: _Job, untouched: Untouched, has_old: bool, report: Progress, meanwhile: Callable[[], None]
) -> tuple[list[Built], list[Reading]]:
    """Build all locales but those that can be left as they are, as `_build_locales` does; once more from nothing where
    an old site stands in the way."""
    locales = job.begun.found.site.locales
    left = [one for locale in locales if (one := _leave(job, untouched, locale, report))] if has_old else []
    others = [locale for locale in locales if locale not in {one.locale for one in left}]
    try:
        built, readings = _build_locales(job, others, WHOLE, report, meanwhile)
        return sorted([*left, *built], key=lambda one: locales.index(one.locale)), readings
    except Stop as stop:
        if not has_old or not any(CONFLICT.search(problem.message) for problem in stop.problems):
            raise
    shutil.rmtree(job.whole)  # a page has the name that a folder had, or the other way round
    return _build_locales(replace(job, before={}), locales, WHOLE, report)


def _leave(job: _Job, untouched: Untouched, locale: Locale, report: Progress) -> Built | None:
    """Give what came of a locale, where it can be left as the last build left it."""
    start = time.perf_counter()
    left = untouched.take(locale, job.whole, job.before)
    if left is None:
        return None
    report(locale, "started")
    report(locale, "done")
    seconds = time.perf_counter() - start
    return Built(locale, left.pages, left.fallbacks, 0, seconds, digests=left.digests, is_known=True)


def _complete(job: _Job, pages: Mapping[str, str]) -> tuple[Mapping[str, int], Mapping[str, str], Sequence[str]]:
    """Remove what is left of the site before, and write what spans locales; `pages` are the digests of what the locales
    have written, by their paths in the site.

    Gives the bytes of all files of the new site, by their paths there, their digests, and which of them span locales.
    """
    from hexapla import outputs

    site, whole = job.begun.found.site, job.whole
    files = swap.sweep(whole, job.before, pages)
    shared = outputs.write_shared(whole, site)
    shared += outputs.write_status(whole, site, job.begun.states, job.begun.messages, job.store)
    files |= {path: (whole / path).stat() for path in shared}
    sizes = {path: facts.st_size for path, facts in files.items()}
    return sizes, _digests(whole, files, pages, job.store.marks), shared


def _digests(
    whole: Path, files: Mapping[str, os.stat_result], pages: Mapping[str, str], marks: Marks
) -> Mapping[str, str]:
    """The digests of all files of the new site, where those of `pages` are known; all are noted for the next build."""
    others = {path: marks.digest_of(str(whole / path), facts) for path, facts in files.items() if path not in pages}
    for path, digest in pages.items():
        marks.note(files[path], digest)
    marks.write()
    return others | dict(pages)


@dataclass
class _LinkCheck:
    """The check of a new site's links, before that takes its place."""

    found: Publication
    whole: Path
    store: Store
    kept: Kept | None = field(default=None, init=False)

    def prepare(self) -> None:
        """Read what the last check has kept, while the locales are built."""
        from hexapla import links

        self.kept = links.kept_of(self.found.site.site_url, self.store)

    def told(self, digests: Mapping[str, str], sizes: Mapping[str, int], readings: Sequence[Reading]) -> list[Problem]:
        """Check the links; give what is no error. Raises Stop with what is broken."""
        from hexapla import links
        from hexapla.facts import Known

        site = self.found.site
        one = links.Subject(self.whole, site.site_url, self.found, shown_as=site.site_dir, today=date.min)
        known = Known(digests, sizes, readings, self.kept)
        problems = list(links.check(one, self.store, known).report.problems)
        if broken := [problem for problem in problems if problem.severity is Severity.ERROR]:
            raise Stop(broken)
        return problems


# A part of the site


def build_part(
    found: Publication | Beginning, locales: Sequence[Locale], shard: Shard, out: Path, store: Store, report: Progress
) -> list[Built]:
    """Build some locales, or a share of their pages, into the folder of a part; give what came of each.

    The folder must be empty, or not there. Raises Stop as `build` does, and where the site cannot be built in parts.
    """
    begun = beginning.of(found, store.only_read())
    site = begun.found.site
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        hint = say("name a folder that is empty or not there yet")
        raise Stop([Problem(out, 1, 1, "part", say("the folder of a part has to be empty"), hint)])
    with swap.beside(out) as folder:
        # The site's cache may be read-only; what is new goes into the part.
        own = Store(folder / "part", store.folders)
        job = _Job.of(begun, folder / "site", own, {})
        results, _ = _build_locales(job, locales, shard, report)
        if reasons := [result.time.reason for result in results if result.time.reason]:
            hint = say("build it whole; parts need pages that are kept in the cache")
            message = say("this site cannot be built in parts: %(reason)s", reason=reasons[0])
            raise Stop([Problem(site.config_file, 1, 1, "part", message, hint)])
        keys = dict.fromkeys(key for result in results for key in result.keys)
        values = {key: own.get(*key) or b"" for key in keys}
        shutil.rmtree(folder / "part", ignore_errors=True)
        own = Store(folder / "part")
        for (kind, key), value in values.items():
            own.put(kind, key, value)
        if own.trouble:
            hint = say("check that the folder may be written and has room")
            raise Stop([Problem(out, 1, 1, "part", say("cannot be written: %(reason)s", reason=own.trouble), hint)])
        parts.write(folder / "part", site, [locale.code for locale in locales], shard)
        swap.publish(folder / "part", out)
    return results


# Locales, side by side


@dataclass(frozen=True)
class _Job:
    """What every locale's build is given. `whole` is the folder of the new site, `before` are the files that were there
    before it, `reader` reads the links there. `copy` is the folder of a copy for the next build, if there is to be
    one."""

    begun: Beginning
    whole: Path
    store: Store
    before: Mapping[str, Before]
    templates: Templates
    reader: Reader
    copy: Path | None

    @classmethod
    def of(
        cls, begun: Beginning, whole: Path, store: Store, before: Mapping[str, Before], copy: Path | None = None
    ) -> _Job:
        """Make the job of building into a folder."""
        from hexapla.addresses import Base
        from hexapla.compiling import Templates
        from hexapla.facts import Reader

        reader = Reader(whole, Base.of(begun.found.site.site_url))
        return cls(begun, whole, store, before, Templates(store), reader, copy)


_job: _Job
"""That of the present process; a forked one need not be sent it."""


def _take(job: _Job) -> None:
    global _job
    _job = job


def _build_locales(
    job: _Job, locales: Sequence[Locale], shard: Shard, report: Progress, meanwhile: Callable[[], None] = lambda: None
) -> tuple[list[Built], list[Reading]]:
    """Build locales, as many at a time as there are processors; call `meanwhile` when they have begun.

    Gives what came of each, and what stands in the files of a whole site: these are read as soon as they are written,
    a few at a time, so that no processor waits for the last locale. Raises Stop with all that MkDocs warns of.
    """
    # Forking spares each process the imports. It is safe on Linux as long as no thread runs here; elsewhere (macOS's
    # system libraries use threads) processes start afresh.
    method = "fork" if sys.platform == "linux" else "spawn"
    workers = max(1, min(len(locales), os.cpu_count() or 1))
    with ProcessPoolExecutor(workers, multiprocessing.get_context(method), _take, (job,)) as pool:
        futures = {}
        for locale in locales:
            futures[pool.submit(_build_locale, locale, shard)] = locale
            report(locale, "started")
        meanwhile()
        reading = []
        for future in as_completed(futures):
            written = future.result().written if shard == WHOLE else ()
            reading += [pool.submit(_read, written[at : at + FEW]) for at in range(0, len(written), FEW)]
            report(futures[future], "done")
        readings = [future.result() for future in reading]
    by_locale = {futures[future]: future.result() for future in futures}
    results = [by_locale[locale] for locale in locales]
    if wrong := [problem for result in results for problem in result.warnings]:
        raise Stop(wrong)
    return results, readings


def _read(paths: Sequence[str]) -> Reading:
    """Read some files of the new site, and copy them if need be. Runs in a process of its own."""
    if _job.copy:
        swap.add_to_spare(_job.copy, _job.whole, paths)
    return _job.reader.read(paths)


def _build_locale(locale: Locale, shard: Shard) -> Built:
    """Build one locale into the new site. Runs in a process of its own."""
    from mkdocs.exceptions import MkDocsException

    start = time.perf_counter()
    collector = _Collector(_job.begun.found.site)
    logger = logging.getLogger("mkdocs")
    logger.addHandler(collector)
    logger.setLevel(logging.WARNING)
    logger.propagate = False
    result = Built(locale, 0, 0, 0, 0.0)
    try:
        with warnings.catch_warnings():
            # Deprecations inside MkDocs and its plugins are not the translator's business.
            warnings.simplefilter("ignore")
            result = _render(_job, locale, shard, collector)
    except (MkDocsException, SystemExit) as error:
        collector.end(str(error))
    except Exception as error:
        # What a theme or a plugin stumbles over reaches the reader as one line, not as a traceback.
        collector.end(f"{type(error).__name__}: {error}")
    finally:
        logger.removeHandler(collector)
    return replace(result, seconds=time.perf_counter() - start, warnings=tuple(collector.problems))


def _render(job: _Job, locale: Locale, shard: Shard, collector: _Collector) -> Built:
    """Write the files of a locale."""
    from hexapla import configuring, engine

    def configured(site_dir: Path) -> MkDocsConfig:
        return configuring.configure(job.begun, locale, site_dir, job.templates)

    config = configured(job.whole)
    if reason := configuring.reason_against(config):
        part = job.whole.with_name(f"part-{locale.code}")
        config = configured(part)
        _render_with_mkdocs(config, part, job.whole, locale)
        plugin = configuring.plugin_of(config)
        fallbacks = sum(view.is_fallback for view in plugin.pages.values())
        count = len(plugin.pages) + len(plugin.others)
        return Built(locale, count, fallbacks, 0, 0.0, rendered=count, time=Time(reason=reason))
    edition = engine.Edition(
        job.begun.found, locale, config, job.store, lambda: len(collector.problems), before=job.before
    )
    edition.build(shard)
    keys = tuple(edition.keys) if edition.is_cached else ()
    return Built(
        locale=locale,
        pages=edition.pages,
        fallbacks=edition.fallbacks,
        size=0,
        seconds=0.0,
        rendered=len(edition.rendered),
        time=edition.time,
        keys=keys,
        digests=edition.digests,
        written=tuple(dict.fromkeys(edition.written)),
        is_known=edition.is_known,
    )


def _render_with_mkdocs(config: MkDocsConfig, part: Path, whole: Path, locale: Locale) -> None:
    """Let MkDocs build a locale into a folder of its own, and take what counts of it: all of the source's files,
    what belongs to the locale of another's."""
    from mkdocs.commands.build import build as mkdocs_build

    mkdocs_build(config)
    for path in _own_files(part, locale):
        target = whole / path.relative_to(part)
        target.parent.mkdir(parents=True, exist_ok=True)
        path.replace(target)


class _Collector(logging.Handler):
    """Turns MkDocs' warnings into problems, at the line of the document that they name, where they name one."""

    def __init__(self, site: Site) -> None:
        super().__init__(logging.WARNING)
        self.site = site
        self.problems: list[Problem] = []

    def emit(self, record: logging.LogRecord) -> None:
        # static-i18n does not know the home page of a locale such as pt-BR; HexaplaPlugin.on_nav does.
        if "Could not find a homepage for locale" not in record.getMessage():
            self.add(record.getMessage())

    def end(self, reason: str) -> None:
        """Note why the build ended, unless MkDocs has just said so."""
        if not self.problems:
            self.add(f"the build ended: {reason}")

    def add(self, message: str) -> None:
        """Turn a message into a problem."""
        text = re.sub(r"\s+", " ", message).strip()
        names = re.findall(r"'([^']+)'", text)
        documents = [path for name in names if is_file(path := self.site.docs_dir / name)]
        hint = say("MkDocs says so; a build with warnings is not published")
        if not documents:
            self.problems.append(Problem(self.site.config_file, 1, 1, "mkdocs", text, hint))
            return
        line, column = _locate(documents[0], names)
        self.problems.append(Problem(documents[0], line, column, "mkdocs", text, hint))


def _locate(path: Path, names: Sequence[str]) -> tuple[int, int]:
    """Find the first place in a document where one of the words stands that a warning quotes."""
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
        for name in names:
            if f"({name}" in line or f"]: {name}" in line or f'"{name}' in line:
                return number, line.index(name) + 1
    return 1, 1


def _own_files(folder: Path, locale: Locale) -> list[Path]:
    """The files of a part that count: all of the source's, and what belongs to a translation."""
    from hexapla import outputs

    if locale.is_source:
        return [path for path in folder.rglob("*") if path.is_file()]
    own = [path for path in (folder / locale.folder).rglob("*") if path.is_file()]
    sitemap = folder / outputs.sitemap_name(locale)
    return [*own, sitemap] if sitemap.is_file() else own


def _totals(site: Site, sizes: Mapping[str, int]) -> dict[str, int]:
    """The bytes of each locale's files, by its code."""
    totals = dict.fromkeys((locale.code for locale in site.locales), 0)
    for path, code in owners(site, sizes):
        totals[code] += sizes[path]
    return totals
