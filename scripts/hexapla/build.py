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
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from hexapla import catalogs, links, outputs, status
from hexapla.catalogs import Messages
from hexapla.config import Locale, Site
from hexapla.problems import Problem, Severity, Stop
from hexapla.publication import Publication
from hexapla.status import Report

Progress = Callable[[Locale, str], None]
"""Called with a locale and what happened to it: `started` or `done`."""


@dataclass(frozen=True)
class Built:
    """What came of one locale: pages and how many of them are fallbacks, bytes of its files, seconds it took."""

    locale: Locale
    pages: int
    fallbacks: int
    size: int
    seconds: float
    warnings: tuple[Problem, ...]


def build(
    found: Publication,
    report: Progress = lambda locale, what: None,
    warn: Callable[[Sequence[Problem]], None] = lambda problems: None,
) -> list[Built]:
    """Build a publication that was checked into `site_dir`; give what came of each locale, in the configured order.

    `warn` is told what the check of links warns of. Raises Stop, with everything that MkDocs warns of in any locale, or
    with all links that are broken, and leaves the old site as it was.
    """
    site = found.site
    states = status.report(found)
    messages = {locale.code: catalogs.load(site, locale) for locale in site.locales}
    site.site_dir.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{site.site_dir.name}-", dir=site.site_dir.parent) as name:
        folder = Path(name)
        folder.chmod(0o755)
        results = _build_parts(found, states, messages, folder, report)
        if wrong := [problem for result in results for problem in result.warnings]:
            raise Stop(wrong)
        whole = folder / site.source.code
        for locale in site.translations:
            _join(whole, folder / locale.code, locale)
        outputs.write_shared(whole, site)
        outputs.write_status(whole, site, states, messages)
        _check_links(found, whole, warn)
        publish(whole, site.site_dir)
    return results


def _check_links(found: Publication, whole: Path, warn: Callable[[Sequence[Problem]], None]) -> None:
    """Check the links of the finished site before it takes its place. Raises Stop where some are broken."""
    one = links.Subject(whole, found.site.site_url, found, shown_as=found.site.site_dir, today=date.min)
    problems = links.check(one).report.problems
    if broken := [problem for problem in problems if problem.severity is Severity.ERROR]:
        raise Stop(broken)
    warn(problems)


def _build_parts(
    found: Publication, states: Report, messages: dict[str, Messages], folder: Path, report: Progress
) -> list[Built]:
    """Build every locale, as many at a time as there are processors."""
    locales = found.site.locales
    # Forking spares each process the imports. It is safe on Linux as long as no thread runs here; elsewhere (macOS's
    # system libraries use threads) processes start afresh.
    method = "fork" if sys.platform == "linux" else "spawn"
    if method == "fork":
        _import_mkdocs()
    workers = min(len(locales), os.cpu_count() or 1)
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context(method)) as pool:
        futures = {}
        for locale in locales:
            futures[pool.submit(_build_part, found, states, messages, locale, folder / locale.code)] = locale
            report(locale, "started")
        for future in as_completed(futures):
            future.result()
            report(futures[future], "done")
    results = {futures[future]: future.result() for future in futures}
    return [results[locale] for locale in locales]


def _import_mkdocs() -> None:
    import mkdocs.commands.build  # noqa: F401

    import hexapla.plugin  # noqa: F401


def _build_part(
    found: Publication, states: Report, messages: dict[str, Messages], locale: Locale, folder: Path
) -> Built:
    """Build one locale with MkDocs into `folder`. Runs in a process of its own."""
    from mkdocs.commands.build import build as mkdocs_build
    from mkdocs.config import load_config
    from mkdocs.exceptions import MkDocsException

    from hexapla.plugin import HexaplaPlugin, build_only

    start = time.perf_counter()
    collector = _Collector(found.site)
    logger = logging.getLogger("mkdocs")
    logger.addHandler(collector)
    logger.setLevel(logging.WARNING)
    logger.propagate = False
    pages: list[bool] = []
    try:
        with warnings.catch_warnings():
            # Deprecations inside MkDocs and its plugins are not the translator's business.
            warnings.simplefilter("ignore")
            config = load_config(str(found.site.config_file), site_dir=str(folder), strict=False)
            plugin = config.plugins["hexapla"]
            assert isinstance(plugin, HexaplaPlugin)
            plugin.use(found, states, messages)
            plugin.is_part = True
            # The links of the finished site are checked below. MkDocs knows only those that it has resolved itself, and
            # takes a percent-encoded anchor for a missing one.
            config.validation.links.update(dict.fromkeys(("not_found", "anchors"), logging.DEBUG))
            build_only(config, locale.code)
            mkdocs_build(config)
            pages = [view.is_fallback for view in plugin.pages.values()]
            pages += [False] * len(plugin.others)
    except (MkDocsException, SystemExit) as error:
        collector.end(str(error))
    except Exception as error:
        # What a theme or a plugin stumbles over reaches the reader as one line, not as a traceback.
        collector.end(f"{type(error).__name__}: {error}")
    finally:
        logger.removeHandler(collector)
    size = sum(path.stat().st_size for path in _own_files(folder, locale))
    seconds = time.perf_counter() - start
    return Built(locale, len(pages), sum(pages), size, seconds, tuple(collector.problems))


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
        documents = [self.site.docs_dir / name for name in names if (self.site.docs_dir / name).is_file()]
        hint = "MkDocs says so; a build with warnings is not published"
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
    if locale.is_source:
        return [path for path in folder.rglob("*") if path.is_file()]
    own = [path for path in (folder / locale.folder).rglob("*") if path.is_file()]
    sitemap = folder / outputs.sitemap_name(locale)
    return [*own, sitemap] if sitemap.is_file() else own


def _join(whole: Path, part: Path, locale: Locale) -> None:
    """Move a translation's files from its part into the whole."""
    for path in _own_files(part, locale):
        target = whole / path.relative_to(part)
        target.parent.mkdir(parents=True, exist_ok=True)
        path.replace(target)


def publish(new: Path, site_dir: Path) -> None:
    """Put a finished site into place: the old one steps aside, and comes back if the new one cannot be moved.

    Raises Stop with a `site-dir` problem where the folder cannot be replaced.
    """
    old = new.with_name(new.name + ".old")
    try:
        if site_dir.exists():
            site_dir.rename(old)
        try:
            new.rename(site_dir)
        except OSError:
            if old.exists():
                old.rename(site_dir)
            raise
    except OSError as error:
        hint = "check that the folder may be written and that no program holds it open"
        message = f"the new site cannot take its place: {error.strerror}"
        raise Stop([Problem(site_dir, 1, 1, "site-dir", message, hint)]) from None
    shutil.rmtree(old, ignore_errors=True)
