"""The preview: MkDocs' own server with live reload, and a build behind it that renders only what a change touches."""

from __future__ import annotations

import functools
import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from hexapla import beginning, catalogs, workers
from hexapla.cache import FOLDER, Store
from hexapla.config import Locale, Site
from hexapla.problems import Problem, Stop
from hexapla.publication import Memory

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

DELAY = 0.02
"""Programs that save a file in several steps take less than so many seconds from one to the next."""

log = logging.getLogger(__name__)


def serve(
    site: Site,
    code: str | None,
    address: str | None,
    open_browser: bool,
    report: Callable[[Sequence[Problem]], None] = lambda problems: None,
) -> None:
    """Serve the site until the user interrupts. With a locale's code, only that one is built, which is faster.

    `report` is told what is wrong after a change; the pages stay as they were until it is mended. Raises Stop or
    MkDocs' exceptions where the first build fails, and OSError where the address is taken.
    """
    from mkdocs.config import load_config

    from hexapla import configuring

    locale = site.locale(code) if code else None
    config = load_config(str(site.config_file), **({"dev_addr": address} if address else {}))
    if configuring.reason_against(config):
        _serve_with_mkdocs(site, locale, address, open_browser)
    else:
        _serve_quickly(site, locale, config, open_browser, report)


def _serve_with_mkdocs(site: Site, locale: Locale | None, address: str | None, open_browser: bool) -> None:
    """Leave a site with plugins that are not known here to MkDocs, which renders every page after every change."""
    from mkdocs.commands import serve as mkdocs_serve

    from hexapla.plugin import ONLY

    if locale:
        os.environ[ONLY] = locale.code
    watch = [str(path) for path in watched(site) if path.is_dir()]
    # None stands for the address in mkdocs.yml.
    mkdocs_serve.serve(str(site.config_file), watch=watch, open_in_browser=open_browser, dev_addr=address)


def watched(site: Site) -> list[Path]:
    """The folders whose changes show in the preview, besides docs/ and mkdocs.yml, which MkDocs watches itself."""
    return [catalogs.template_path(site).parent, *([site.custom_dir] if site.custom_dir else [])]


def _serve_quickly(
    site: Site,
    locale: Locale | None,
    config: MkDocsConfig,
    open_browser: bool,
    report: Callable[[Sequence[Problem]], None],
) -> None:
    from mkdocs.livereload import LiveReloadServer, _serve_url
    from watchdog import events
    from watchdog.observers import Observer

    # It tells of files that are read, too, and a build reads all of them.
    changes = [events.FileCreatedEvent, events.FileModifiedEvent, events.FileMovedEvent, events.FileDeletedEvent]

    host, port = config.dev_addr
    mount = urlsplit(config.site_url or "/").path
    folder = Path(tempfile.mkdtemp(prefix="hexapla-"))
    preview = Preview(site, locale, folder, _serve_url(host, port, mount))

    def build() -> None:
        try:
            preview.build()
        except Stop as stop:
            report(stop.problems)

    server = LiveReloadServer(builder=build, host=host, port=port, root=str(folder), mount_path=mount)
    # MkDocs' server looks at all files twice a second; the system can tell at once.
    observer = Observer()
    schedule = observer.schedule
    observer.schedule = functools.partial(schedule, event_filter=changes)  # type: ignore[method-assign]
    server.observer = observer  # type: ignore[assignment]
    server.url += locale.folder if locale else ""  # what is told, and opened
    server.build_delay = DELAY
    server.error_handler = lambda number: _error_page(folder, locale, number)
    try:
        preview.build()
        # Processes may be forked as long as no threads run, and these begin now.
        workers.may_fork = False
        for path in (site.docs_dir, site.config_file, *watched(site)):
            if path.exists():
                server.watch(str(path))
        try:
            server.serve(open_in_browser=open_browser)  # type: ignore[no-untyped-call]
        except KeyboardInterrupt:
            log.info("Shutting down")
        finally:
            server.shutdown()
    finally:
        workers.may_fork = True
        shutil.rmtree(folder, ignore_errors=True)


def _error_page(folder: Path, locale: Locale | None, number: int) -> bytes | None:
    """The page for what is not found."""
    page = folder / (locale.folder if locale else "") / f"{number}.html"
    return page.read_bytes() if page.is_file() else None


class Preview:
    """The built pages of a site, or of one locale, in a folder; brought up to date by `build`."""

    def __init__(self, site: Site, locale: Locale | None, folder: Path, url: str) -> None:
        """`url` is where the preview is served."""
        from hexapla.compiling import Templates

        self.config_file = site.config_file
        self.code = locale.code if locale else ""
        self.folder = folder
        self.url = url
        self.store = Store(site.root / FOLDER)
        self.templates = Templates(self.store)
        self.memory: Memory = {}

    def build(self) -> None:
        """Render what has changed since the last call. Raises Stop with what keeps the site from being built."""
        from hexapla import configuring, engine, localized

        localized.forget_files()
        begun = beginning.read(str(self.config_file), self.store, self.memory)
        for locale in begun.found.site.locales:
            if self.code in ("", locale.code):
                config = configuring.configure(begun, locale, self.folder, self.templates)
                config.site_url = self.url
                configuring.plugin_of(config).is_part = not self.code
                engine.Edition(begun.found, locale, config, self.store, is_preview=True).build()
