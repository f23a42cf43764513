"""How fast `hexapla links` is, beside lychee offline on the same site: python3 -m tests.benchmarks.links [PAGES ...]

The site has six languages; each page has a navigation with the 200 pages of its section, as themes write it, alternates,
a switcher, a table of contents and a text of 3,000 words: 75 KB and 240 links a page. The last columns are a check as
`hexapla build` makes it, in seconds of processors: the first one, then where nothing has changed, then one page.
Nothing is asserted: seconds depend on the machine, the ratios (to the first line's milliseconds a page, and to
lychee's) do not.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from hexapla import cache, links
from hexapla.cache import Store
from hexapla.facts import Known

from tests.benchmarks.status import measure
from tests.conftest import ROOT

CODES = ("en", "fr", "de", "is", "hi", "sw")
SECTION = 200
URL = "https://bench.example/"
SENTENCE = "The words of this page are here so that it is as long as a page of an article is in the end, no more. "


def write_site(root: Path, count: int) -> int:
    """Write a site with so many pages in all; give its bytes."""
    size = 0
    each = count // len(CODES)
    for code in CODES:
        for number in range(each):
            path = root / folder(code) / str(number) / "index.html"
            path.parent.mkdir(parents=True)
            text = page(code, number, each)
            path.write_text(text, encoding="utf-8")
            size += len(text.encode())
        home = root / folder(code) / "index.html"
        links = "".join(f'<a href="{number}/">Page {number}</a>' for number in range(0, each))
        head = alternates("") + f'<link rel="canonical" href="{URL}{folder(code)}">'
        home.write_text(f'<!doctype html><html lang="{code}"><head>{head}</head><main>{links}</main></html>', "utf-8")
    return size


def folder(code: str) -> str:
    """The folder of a locale: none for the source."""
    return "" if code == "en" else f"{code}/"


def alternates(path: str) -> str:
    """Name all versions of a page."""
    return "".join(f'<link rel="alternate" hreflang="{code}" href="{URL}{folder(code)}{path}">' for code in CODES)


def page(code: str, number: int, each: int) -> str:
    """Write one page."""
    first = number // SECTION * SECTION
    nav = "".join(
        f'<li class="md-nav__item"><a href="../{other}/" class="md-nav__link">\n'
        f'<span class="md-ellipsis">An article about customers, number {other}</span></a></li>\n'
        for other in range(first, min(first + SECTION, each))
    )
    up = "../" if code == "en" else "../../"
    switcher = "".join(f'<a href="{up}{folder(other)}{number}/" hreflang="{other}">{other}</a>' for other in CODES)
    toc = "".join(f'<li><a href="#part-{part}">Part {part}</a></li>' for part in range(12))
    sections = "".join(
        f'<h2 id="part-{part}">Part {part}<a class="headerlink" href="#part-{part}">¶</a></h2>\n<p>{SENTENCE * 35}'
        f'<a href="../{(number + part) % each}/#part-{part}">There</a></p>\n'
        for part in range(12)
    )
    return (
        f'<!doctype html><html lang="{code}"><head><meta charset="utf-8"><title>{number}</title>'
        f'<link rel="canonical" href="{URL}{folder(code)}{number}/">{alternates(f"{number}/")}</head><body>'
        f"<header>{switcher}</header><nav><ul>{nav}</ul></nav><main><h1 id='top-{number}'>{number}</h1>"
        f"<ul>{toc}</ul>{sections}</main></body></html>"
    )


def lychee(root: Path) -> float | None:
    """Give the seconds that lychee takes for the site, offline, fragments included; None where it is not installed."""
    program = shutil.which("lychee", path=str(Path(sys.executable).parent)) or shutil.which("lychee")
    if program is None:
        return None
    command = [program, "--offline", "--include-fragments", "--no-progress", "--quiet", "--root-dir", str(root)]
    command += ["--index-files", "index.html", "--remap", f"{URL} file://{root}/", f"{root}/**/*.html"]
    start = time.perf_counter()
    subprocess.run(command, capture_output=True, check=False)
    return time.perf_counter() - start


def kept(root: Path, folder: Path) -> list[float]:
    """Give the seconds of processors that three checks take which keep what stands in the files: the first, one where
    nothing has changed, and one where a page has."""
    cache.tool_key()  # a build has it already
    seconds = []
    for change in ("", "", "<!-- changed -->"):
        page = root / "0" / "index.html"
        page.write_text(page.read_text("utf-8") + change, "utf-8")
        digests = {path.relative_to(root).as_posix(): cache.digest(path.read_bytes()) for path in root.rglob("*.html")}
        before = sum(os.times()[:4])
        links.check(links.Subject(root, URL), Store(folder), Known(digests))
        seconds.append(sum(os.times()[:4]) - before)
    return seconds


def main(counts: list[int]) -> None:
    """Print the publication's time, and a line for each number of pages."""
    seconds, megabytes = measure(ROOT, "links")
    start, _ = measure(ROOT, "--version")
    print(f"the publication: {seconds:.2f} s, of which {start:.2f} s to start; {megabytes:.0f} MB")
    print(
        f"{'pages':>7} {'MB':>6} {'seconds':>8} {'memory':>8} {'pages/s':>8} {'to the first':>13} {'lychee':>8} {'ratio':>6}"
        f" {'first':>6} {'same':>6} {'edited':>6}"
    )
    first = 0.0
    for count in counts:
        with tempfile.TemporaryDirectory() as name:
            root = Path(name)
            size = write_site(root, count) / 1e6
            seconds, megabytes = measure(root, "links", ".", "--base-url", URL)
            each = seconds / count
            first = first or each
            other = lychee(root)
            beside = f"{other:>8.2f} {seconds / other:>6.2f}" if other else f"{'–':>8} {'–':>6}"
            with tempfile.TemporaryDirectory() as folder_of_cache:
                own = " ".join(f"{seconds:>6.2f}" for seconds in kept(root, Path(folder_of_cache)))
            print(
                f"{count:>7} {size:>6.0f} {seconds:>8.2f} {megabytes:>5.0f} MB {1 / each:>8.0f} {each / first:>13.2f} "
                f"{beside} {own}"
            )


if __name__ == "__main__":
    main([int(one) for one in sys.argv[1:]] or [1200, 4800, 12000])
