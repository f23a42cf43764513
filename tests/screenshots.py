"""Take the pictures of the README: python3 -m tests.screenshots, in the environment of the tests."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Literal

from hexapla import build, config, publication
from playwright.sync_api import ViewportSize, sync_playwright

from tests import browser
from tests.conftest import ROOT, serving
from tests.test_site import ARTICLE

FOLDER = Path(__file__).parent / "screenshots"
PICTURES: dict[str, tuple[str, ViewportSize, Literal["dark", "light"]]] = {
    "fr-wide.png": ("fr", {"width": 1200, "height": 760}, "light"),
    "hi-narrow.png": ("hi", {"width": 360, "height": 760}, "light"),
    "is-dark.png": ("is", {"width": 360, "height": 760}, "dark"),
}


def main() -> None:
    """Build the publication, take every picture, say where they are."""
    site = config.load(str(ROOT / "mkdocs.yml"))
    texts = publication.read(site)
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        built = Path(folder) / "site"
        build.build(publication.read(replace(site, site_dir=built)))
        path = browser.find_or_install()
        running = playwright.chromium.launch(executable_path=path, args=browser.ARGUMENTS)
        with serving(built) as address:
            for name, (code, viewport, scheme) in PICTURES.items():
                page = running.new_page(viewport=viewport, color_scheme=scheme, locale=code)
                page.goto(address + texts.url(site.locale(code), ARTICLE))
                page.screenshot(path=FOLDER / name)
                page.close()
                print(FOLDER.relative_to(ROOT) / name)
        running.close()


if __name__ == "__main__":
    main()
