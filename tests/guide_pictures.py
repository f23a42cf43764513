"""Take the pictures of the translators' guide, in every language: python3 -m tests.guide_pictures.

They show pages of the publication as they are when one sentence of the English has changed: it is changed in a copy.
A picture stands at `docs/<locale>/images/`, beside the text that shows it; a language without its own gets English's.
"""

from __future__ import annotations

import base64
import dataclasses
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hexapla import build, config, publication
from hexapla.config import Site

from tests import browser
from tests.conftest import ROOT, serving

WIDTH = 480
"""CSS pixels: narrow, so that a phone need not make the words much smaller."""
SCALE = 1.5
"""So many pixels of the file for a CSS pixel."""
QUALITY = 82
LARGEST = 40_000
"""So many bytes a picture may have: the guide is read over slow connections too."""

PAGE = "about.md"
BEFORE, AFTER = "Hexapla is made by volunteers.", "Hexapla is made by volunteers, in their spare time."
ENGLISH_SHOWS = "fr"
"""The translation that the English guide shows where it has to show one."""


@dataclass(frozen=True)
class Picture:
    """A part of a page: from the element `first` to `last`, what is `hidden` left out, `ringed` ringed.

    `path` is the page's, empty for the state of the translations. In selectors, `{code}` stands for the translation
    that is shown. A picture is as high as `height` says in every language, so that all guides give the same size.
    """

    path: str
    first: str
    last: str
    hidden: str
    ringed: str
    opened: str
    shows_translation: bool
    height: int


PICTURES = {
    "improve-link.webp": Picture(
        path=PAGE,
        first=".hx-neighbours",
        last=".hx-edit",
        hidden=".hx-nav, .hx-footer, .hx-notice, .hx-offer",
        ringed=".hx-edit a",
        opened="",
        shows_translation=False,
        height=184,
    ),
    "stale-paragraph.webp": Picture(
        path=PAGE,
        first="#how-it-is-paid-for",
        last="#how-it-is-paid-for ~ .hx-original",
        hidden="#who-does-the-work, #who-does-the-work ~ *, .hx-main > :not(article), .hx-nav, .hx-footer",
        ringed="",
        opened="#how-it-is-paid-for ~ .hx-original",
        shows_translation=True,
        height=292,
    ),
    "status.webp": Picture(
        path="",
        first="#progress-{code}",
        last="section[aria-labelledby='progress-{code}'] tr:nth-child(3)",
        hidden="section[aria-labelledby='progress-{code}'] tr:nth-child(3) ~ tr, .hx-nav, .hx-footer,"
        " section[aria-labelledby='progress-{code}'] ~ *",
        ringed="section[aria-labelledby='progress-{code}'] tr:nth-child(2) li a + a",
        opened="",
        shows_translation=True,
        height=344,
    ),
}


def main() -> None:
    """Build a copy in which a sentence has changed, take every picture, say where they are."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        site = _changed_copy(Path(folder) / "copy")
        texts = publication.read(dataclasses.replace(site, site_dir=Path(folder) / "site"))
        build.build(texts)
        running = playwright.chromium.launch(executable_path=browser.find_or_install(), args=browser.ARGUMENTS)
        with serving(Path(folder) / "site") as address:
            for locale in site.locales:
                for name, picture in PICTURES.items():
                    shown = ENGLISH_SHOWS if locale.is_source else locale.code
                    of = site.locale(shown) if picture.shows_translation and picture.path else locale
                    prefix = "" if of.is_source else f"{of.code}/"
                    url = address + (texts.url(of, picture.path) if picture.path else f"{prefix}status/")
                    page = running.new_page(viewport={"width": WIDTH, "height": 900}, locale=of.code)
                    page.goto(url)
                    data = _take(page, picture, shown)
                    page.close()
                    path = ROOT / "docs" / locale.code / "images" / name
                    path.parent.mkdir(exist_ok=True)
                    path.write_bytes(data)
                    print(path.relative_to(ROOT), len(data))
                    assert len(data) <= LARGEST, f"{path} is larger than {LARGEST} bytes"
        running.close()


def _changed_copy(folder: Path) -> Site:
    """Copy what the publication is built from, and change a sentence of the English there."""
    folder.mkdir()
    for name in ("docs", "locales", "overrides"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "mkdocs.yml", folder)
    page = folder / "docs/en" / PAGE
    text = page.read_text(encoding="utf-8")
    assert BEFORE in text, f"{PAGE} does not say: {BEFORE}"
    page.write_text(text.replace(BEFORE, AFTER), encoding="utf-8")
    return config.load(str(folder / "mkdocs.yml"))


def _take(page: Any, picture: Picture, code: str) -> bytes:
    """Give the picture as WebP, in a thin frame: a page is white on white."""

    def named(selector: str) -> str:
        return selector.replace("{code}", code)

    if picture.opened:
        page.eval_on_selector(named(picture.opened), "element => { element.open = true; }")
    style = f"{named(picture.hidden)} {{ display: none !important; }} html {{ min-height: 300vh; }}"
    if picture.ringed:
        style += f"{named(picture.ringed)} {{ outline: 2px solid #c2185b; outline-offset: 2px; border-radius: 2px; }}"
    page.add_style_tag(content=style)
    top, bottom = _edges(page, [named(picture.first), named(picture.last)])
    spare = picture.height - (bottom - top)
    assert spare >= 0, f"{page.url} is {-spare} pixels too high for its picture"
    y = max(0.0, top - min(14.0, spare / 2))
    page.evaluate(
        """([y, width, height]) => {
            const frame = document.createElement("div");
            frame.style.cssText = `position:absolute; box-sizing:border-box; border:1px solid #bbb; z-index:9;
                left:0; top:${y}px; width:${width}px; height:${height}px`;
            document.body.append(frame);
        }""",
        [y, WIDTH, picture.height],
    )
    clip = {"x": 0, "y": y, "width": WIDTH, "height": picture.height, "scale": SCALE}
    settings = {"format": "webp", "quality": QUALITY, "clip": clip, "captureBeyondViewport": True}
    taken = page.context.new_cdp_session(page).send("Page.captureScreenshot", settings)
    return base64.b64decode(taken["data"])


def _edges(page: Any, selectors: Sequence[str]) -> tuple[float, float]:
    """Give where the first element begins and the last one ends, in pixels from the top of the page."""
    boxes = [page.locator(selector).first.bounding_box() for selector in selectors]
    assert all(boxes), f"{page.url} has no {selectors}"
    return boxes[0]["y"], boxes[-1]["y"] + boxes[-1]["height"]


if __name__ == "__main__":
    main()
