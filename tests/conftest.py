"""What the tests share: the built publication, small sites made from texts, a server, a browser."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import http.server
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hexapla import build as building
from hexapla import config, publication
from hexapla.config import Site

from tests import browser

ROOT = Path(__file__).parent.parent

SMALL = """
site_name: Small
site_url: https://small.example/
theme:
  name: material
  font: false
plugins:
  - search
  - i18n:
      docs_structure: folder
      languages:
        - locale: en
          name: English
          default: true
        - locale: fr
          name: Français
  - hexapla
"""
"""A site of somebody else: Material as it comes, and the plugin with nothing configured."""

MakeSite = Callable[..., Path]


@pytest.fixture
def make_site(tmp_path: Path) -> MakeSite:
    """Make a site from texts: `make_site({"docs/en/index.md": "# Home"})` gives the path of its mkdocs.yml.

    A page that the site cannot do without is added where the texts do not name it.
    """

    def make(texts: Mapping[str, str | bytes], configuration: str = SMALL) -> Path:
        standard = {"mkdocs.yml": configuration, "docs/en/index.md": "# Home\n", "docs/fr/index.md": "# Accueil\n"}
        for name, text in (standard | dict(texts)).items():
            path = tmp_path / "site-source" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return tmp_path / "site-source" / "mkdocs.yml"

    return make


@pytest.fixture(scope="session")
def site() -> Site:
    """The publication."""
    return config.load(str(ROOT / "mkdocs.yml"))


@pytest.fixture(scope="session")
def built(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The publication, built once for all tests that only read it."""
    folder = tmp_path_factory.mktemp("built") / "site"
    building.build(publication.read(dataclasses.replace(site, site_dir=folder)))
    return folder


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """A static host like most: it knows one page for what it does not find."""

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer with the site's 404.html."""
        page = Path(self.directory) / "404.html"
        if code != 404 or not page.is_file():
            super().send_error(code, message, explain)
            return
        body = page.read_bytes()
        self.send_response(404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve a folder on loopback; give its address, ending in '/'."""
    handler = functools.partial(QuietHandler, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="session")
def address(built: Path) -> Iterator[str]:
    """The built publication's address on loopback."""
    with serving(built) as url:
        yield url


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A running browser. Without one, browser tests are skipped; under CI they fail."""
    path = browser.find_or_install()
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("no browser could be found or installed, and under CI browser tests may not be skipped")
        pytest.skip("no Chromium, Chrome or Edge here, and none could be installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=browser.ARGUMENTS)
        yield running
        running.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that hold slow tests: one that is left over at the end keeps one process busy alone."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say loudly how many browser tests were skipped."""
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if "browser" in report.keywords]
    if skipped:
        terminalreporter.section("BROWSER TESTS SKIPPED", red=True, bold=True)
        terminalreporter.line(f"{len(skipped)} browser tests did not run: there is no Chromium, Chrome or Edge.")
