"""Other tools that build the same articles: MkDocs as it comes, always; the rest where their program is on PATH.

Hugo and Eleventy have no theme: they get a minimal one of ours (others/), whose pages have a navigation as well. Zensical
knows one language at a time, and builds six sites.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks import corpus

TEMPLATES = Path(__file__).with_name("others")
ADDRESS = "ADDRESS"
"""Stands in the command of a preview for where it is to listen: host and port."""


@dataclass(frozen=True)
class Tool:
    """A tool. `write` makes a site of so many articles for it; `build` and `preview` are commands.

    `page` is the address of an article in the preview, with its locale and its number to be filled in.
    """

    name: str
    write: Callable[[Path, int], None]
    build: Sequence[str]
    preview: Sequence[str] = ()
    page: str = "{locale}/articles/{number}/"


def write_zensical(root: Path, count: int) -> None:
    """Write a configuration for each locale. Zensical has no words for Swahili."""
    corpus.write_documents(root, count)
    text = (TEMPLATES / "zensical.yml").read_text(encoding="utf-8")
    for code in corpus.CODES:
        own = text.replace("LOCALE", code).replace("LANGUAGE", "en" if code == "sw" else code)
        (root / f"{code}.yml").write_text(own, encoding="utf-8")


def write_hugo(root: Path, count: int) -> None:
    """Write the documents as Hugo has them: a page that has others below it is called _index.md."""
    corpus.write_documents(root, count)
    for code in corpus.CODES:
        home = root / "docs" / code / "index.md"
        home.rename(home.with_name("_index.md"))
    shutil.copytree(TEMPLATES / "hugo", root, dirs_exist_ok=True)


def write_eleventy(root: Path, count: int) -> None:
    """Write the documents, and what puts them into a page."""
    corpus.write_documents(root, count)
    shutil.copytree(TEMPLATES / "eleventy", root, dirs_exist_ok=True)
    (root / "docs" / "docs.json").write_text('{"layout": "page.njk"}\n', encoding="utf-8")


def _in_every_locale(command: str) -> tuple[str, ...]:
    return ("sh", "-c", " && ".join(command.format(locale=code) for code in corpus.CODES))


HEXAPLA = Tool(
    "Hexapla",
    corpus.write,
    (sys.executable, "-m", "hexapla", "build"),
    (sys.executable, "-m", "hexapla", "serve", "fr", "-a", ADDRESS),
)
STOCK = Tool(
    "MkDocs",
    corpus.write_stock,
    (sys.executable, "-m", "mkdocs", "build", "--quiet"),
    (sys.executable, "-m", "mkdocs", "serve", "--quiet", "-a", ADDRESS),
)
"""MkDocs, Material for MkDocs and mkdocs-static-i18n as they come."""

OTHERS = {
    "zensical": Tool("Zensical", write_zensical, _in_every_locale("zensical build --config-file {locale}.yml")),
    "hugo": Tool("Hugo", write_hugo, ("hugo", "--quiet", "--destination", "site")),
    "eleventy": Tool("Eleventy", write_eleventy, ("eleventy", "--quiet")),
}
"""By program."""


def installed() -> list[Tool]:
    """Give the others whose program is there."""
    return [tool for program, tool in OTHERS.items() if shutil.which(program)]
