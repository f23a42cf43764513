"""What a reader's browser fetches: python3 -m tests.benchmarks.readers [--requests]

The publication is built, and built again as Material for MkDocs and mkdocs-static-i18n come; both are served with gzip
from loopback to a browser that has seen nothing yet. Printed are, by locale, the requests and bytes of a first visit to
the article, the bytes of the home page after it, and the HTML as it is before compression. Where Lighthouse is
installed (`lighthouse` on PATH, or its path in $LIGHTHOUSE), its mobile scores are printed beside: performance,
accessibility, best practices, SEO. Nothing is asserted here; tests/test_readers.py holds the limits.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import gzip
import http.server
import json
import mimetypes
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hexapla import build as building
from hexapla import config, publication

from tests import browser
from tests.conftest import ROOT

ARTICLE = "articles/customer-service-versus-customer-support/"
CODES = ("en", "fr", "de", "is", "hi", "sw")
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
TEXTS = re.compile(r"text/|application/(json|xml|javascript)|image/svg")

STOCK = """
site_name: Stock
site_url: https://stock.example/
docs_dir: {docs}
theme:
  name: material
  font: false
plugins:
  - search
  - i18n:
      docs_structure: folder
      fallback_to_default: true
      languages:
        - {{locale: en, name: English, default: true}}
        - {{locale: fr, name: Français}}
        - {{locale: de, name: Deutsch}}
        - {{locale: is, name: Íslenska}}
        - {{locale: hi, name: हिन्दी}}
        - {{locale: sw, name: Kiswahili}}
markdown_extensions: [admonition, attr_list, tables]
"""
"""The same texts without anything of ours; Material has no Swahili, so its words are English there."""


@dataclass(frozen=True)
class Answer:
    """What a server has sent: the path, and the bytes of head and body on the wire."""

    path: str
    status: int
    size: int


@dataclass
class Host:
    """A server on loopback.

    It has an address and what it has sent; it keeps paths with some endings waiting for ever, and where pages are to
    come in pieces of so many bytes, they come slowly and uncompressed, each piece with the rest of its last tag.
    """

    address: str = ""
    sent: list[Answer] = field(default_factory=list)
    withheld: tuple[str, ...] = ()
    piece: int = 0
    end: threading.Event = field(default_factory=threading.Event)

    def taken(self) -> list[Answer]:
        """Give what was sent since this was last asked for."""
        found, self.sent = self.sent, []
        return found


class Handler(http.server.SimpleHTTPRequestHandler):
    """A host as they are: gzip for texts, and times for which browsers may keep what they have."""

    protocol_version = "HTTP/1.1"
    host: Host

    def do_GET(self) -> None:
        """Answer with a file, or with the site's 404.html."""
        if self.path.endswith(self.host.withheld or ("\0",)):
            self.host.end.wait(30)
            self.close_connection = True
            return
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        status = 200 if path.is_file() else 404
        body = (path if status == 200 else Path(self.directory) / "404.html").read_bytes()
        kind = mimetypes.guess_type(path.name)[0] or "text/html"
        lines = [f"Content-Type: {kind}; charset=utf-8"]
        piece = self.host.piece if kind == "text/html" else 0
        if not piece and TEXTS.match(kind) and "gzip" in self.headers.get("Accept-Encoding", ""):
            body = gzip.compress(body, 6, mtime=0)
            lines.append("Content-Encoding: gzip")
        has_digest = re.search(r"\.[0-9a-f]{8}\.", path.name)
        lines.append(f"Cache-Control: {'max-age=31536000, immutable' if has_digest else 'max-age=600'}")
        lines.append(f"Content-Length: {len(body)}")
        reason = "OK" if status == 200 else "Not Found"
        head = "\r\n".join([f"HTTP/1.1 {status} {reason}", *lines, "", ""]).encode()
        self.host.sent.append(Answer(self.path, status, len(head) + len(body)))
        with contextlib.suppress(ConnectionError):
            if not piece:
                self.wfile.write(head + body)
                return
            self.wfile.write(head)
            for part in re.findall(rb".{1,%d}[^>]*>?" % piece, body, re.DOTALL):
                self.wfile.write(part)
                time.sleep(0.02)  # a frame or two

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextlib.contextmanager
def hosting(folder: Path) -> Iterator[Host]:
    """Serve a folder on loopback; give the host."""
    host = Host()
    handler = functools.partial(type("Own", (Handler,), {"host": host}), directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    server.block_on_close = False
    host.address = f"http://127.0.0.1:{server.server_port}/"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield host
    finally:
        host.end.set()
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass(frozen=True)
class Visit:
    """What a browser that knew nothing has fetched for the article, and after that for the home page."""

    first: list[Answer]
    second: list[Answer]


def visit(chromium: Any, host: Host, folder: str) -> Visit:
    """Open the article of a locale, then its home page, in a fresh browser. A tab's icon counts as well."""
    # Headless browsers fetch no icon.
    context = chromium.new_context(locale="sw-KE" if folder == "sw/" else f"{folder.strip('/') or 'en'}")
    page = context.new_page()
    host.taken()
    found = []
    for path in (ARTICLE, ""):
        page.goto(host.address + folder + path)
        page.wait_for_load_state("networkidle")
        if path:
            page.evaluate("fetch(document.querySelector('link[rel~=icon]').href)")
            page.wait_for_load_state("networkidle")
            page.wait_for_timeout(100)
        found.append(host.taken())
    context.close()
    return Visit(*found)


def lighthouse(address: str) -> dict[str, int]:
    """Give Lighthouse's mobile scores for a page; empty where it is not installed."""
    program = os.environ.get("LIGHTHOUSE") or shutil.which("lighthouse")
    if not program:
        return {}
    flags = f"--chrome-flags=--headless=new {' '.join(browser.ARGUMENTS)}"
    command = [program, address, "--quiet", "--output=json", f"--only-categories={','.join(CATEGORIES)}", flags]
    environment = os.environ | {"CHROME_PATH": browser.installed() or ""}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        print(done.stderr.strip().splitlines()[-1:], file=sys.stderr)
        return {}
    report = json.loads(done.stdout)
    for name in CATEGORIES:
        for one in report["categories"][name]["auditRefs"]:
            audit = report["audits"][one["id"]]
            if one["weight"] and audit["score"] is not None and audit["score"] < 1:
                print(f"  {name}: {audit['id']}: {audit.get('displayValue') or audit['title']}", file=sys.stderr)
    return {name: round(100 * report["categories"][name]["score"]) for name in CATEGORIES}


def build_stock(folder: Path) -> Path:
    """Build the publication's texts with Material as it comes; Swahili needs its words, which Material lacks."""
    (folder / "overrides/partials/languages").mkdir(parents=True)
    words = '{% import "partials/languages/en.html" as en %}{% macro t(key) %}{{ en.t(key) }}{% endmacro %}\n'
    (folder / "overrides/partials/languages/sw.html").write_text(words, encoding="utf-8")
    text = STOCK.format(docs=ROOT / "docs").replace("  font: false\n", "  font: false\n  custom_dir: overrides\n")
    (folder / "mkdocs.yml").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--config-file", str(folder / "mkdocs.yml")]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    return folder / "site"


def main(shows_requests: bool) -> None:
    """Print a line for each locale of both sites."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        site = config.load(str(ROOT / "mkdocs.yml"))
        building.build(publication.read(dataclasses.replace(site, site_dir=folder / "ours")))
        (folder / "stock").mkdir()
        sites = {"ours": folder / "ours", "stock": build_stock(folder / "stock")}
        chromium = playwright.chromium.launch(executable_path=browser.installed(), args=browser.ARGUMENTS)
        print(f"{'site':<6} {'':<3} {'requests':>8} {'bytes':>9} {'HTML':>7} {'plain':>7} {'second':>7}  Lighthouse")
        for kind, built in sites.items():
            with hosting(built) as host:
                for code in CODES:
                    home = "" if code == "en" else f"{code}/"
                    seen = visit(chromium, host, home)
                    size, second = (sum(one.size for one in part) for part in (seen.first, seen.second))
                    plain = (built / home / ARTICLE / "index.html").stat().st_size
                    scores = lighthouse(host.address + home + ARTICLE)
                    figures = f"{len(seen.first):>8} {size:>9,} {seen.first[0].size:>7,} {plain:>7,} {second:>7,}"
                    print(f"{kind:<6} {code:<3} {figures}  {' '.join(map(str, scores.values()))}", flush=True)
                    for one in seen.first if shows_requests else []:
                        print(f"{'':<10} {one.status} {one.size:>9,} {one.path}")
        chromium.close()


if __name__ == "__main__":
    main("--requests" in sys.argv[1:])
