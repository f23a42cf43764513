"""A pseudo-locale proves that no word of the interface is hard-coded: everything that readers get is transformed."""

from __future__ import annotations

import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from hexapla import build as building
from hexapla import catalogs, config, content, publication
from hexapla.config import Site

from tests.conftest import ROOT

PSEUDO = "eo"  # any language of CLDR that the publication does not have; its catalog is made here
ACCENTS = str.maketrans("aeiouyAEIOUYcnszCNSZ", "áéíóúýÁÉÍÓÚÝçñšžÇÑŠŽ")
SPOKEN = ("alt", "aria-label", "title", "placeholder", "content", "data-missing", "data-wrong", "data-summary",
          "data-none", "data-failed")  # fmt: skip
MACHINE = {"viewport", "color-scheme", "robots"}


def transform(text: str) -> str:
    """Mark a message as translated, leaving its placeholders alone."""
    parts = re.split(r"(%\(\w+\)s|%%)", text)
    return "⟦" + "".join(part if part.startswith("%") else part.translate(ACCENTS) for part in parts) + "⟧"


@pytest.fixture(scope="module")
def pseudo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The publication with one more locale, whose every word is transformed."""
    root = tmp_path_factory.mktemp("pseudo")
    for name in ("docs", "locales", "overrides"):
        shutil.copytree(ROOT / name, root / name)
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    language = f"        - locale: {PSEUDO}\n          name: Pseudo\n  - hexapla:\n"
    # With an action the form is live, so that its words for that case are built too.
    text = text.replace("  - hexapla:\n", language).replace(
        "    action:\n", "    action: https://comments.example/\n", 1
    )
    (root / "mkdocs.yml").write_text(text, encoding="utf-8")
    for path in (root / "docs" / "en").rglob("*.md"):
        target = root / "docs" / PSEUDO / path.relative_to(root / "docs" / "en")
        target.parent.mkdir(parents=True, exist_ok=True)
        words = re.sub(r"\A---\n.*?\n---\n", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        front = "title: ⟦T⟧\ndescription: ⟦D⟧\npicture_alt: ⟦P⟧\ntranslators:\n  - ⟦N⟧\n"
        target.write_text(f"---\n{front}---\n{_mark_prose(words)}", encoding="utf-8")
    # One page is left out, so that the notice of a fallback is built.
    (root / "docs" / PSEUDO / "comment-data.md").unlink()
    (root / "overrides" / "partials" / "languages" / f"{PSEUDO}.html").write_text(_partial(), encoding="utf-8")
    site = config.load(str(root / "mkdocs.yml"))
    _write_catalog(site)
    building.build(publication.read(site))
    return root / "site"


def _mark_prose(text: str) -> str:
    """Mark the words of a document, line by line, so that they are told from the interface's."""
    lines = []
    for line in text.split("\n"):
        heading = re.fullmatch(r"(#+ )(.*?)( \{ #.*)", line)
        lines.append(f"{heading[1]}⟦{heading[2]}⟧{heading[3]}" if heading else line)
    return "\n".join(lines)


def _partial() -> str:
    """Material's words, transformed, from our complete Swahili partial."""
    text = (ROOT / "overrides/partials/languages/sw.html").read_text(encoding="utf-8")
    return re.sub(r'("(?!language|direction|search\.config)[\w.]+": ")([^"]+)"', r'\1⟦\2⟧"', text)


def _write_catalog(site: Site) -> None:
    locale = site.locale(PSEUDO)
    catalog = Catalog(locale=PSEUDO)
    for message in catalogs.extract(site):
        if message.id:
            plural = not isinstance(message.id, str)
            texts = tuple(map(transform, message.id)) if plural else transform(str(message.id))
            catalog.add(message.id, texts, context=message.context)
    catalogs.write(catalogs.path_of(site, locale), catalog, locale)


class Collector(HTMLParser):
    """Collects what is seen or read aloud, outside the text of documents and of other languages."""

    VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())

    def __init__(self) -> None:
        super().__init__()
        self.stack: list[tuple[str, bool]] = []
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = {name: value or "" for name, value in attrs}
        foreign = own.get("lang", PSEUDO) != PSEUDO
        skipped = foreign or tag in {"script", "style", "svg", "path", "code"} or (self.stack and self.stack[-1][1])
        text_of_document = "hx-prose" in own.get("class", "")
        if not skipped and not (tag == "meta" and own.get("name") in MACHINE):
            machine_property = own.get("property", "").startswith("og:") and own["property"] not in {
                "og:title", "og:description", "og:image:alt"}  # fmt: skip
            self.found += [own[name] for name in SPOKEN if own.get(name) and not machine_property]
            if "data-results" in own:
                self.found += json.loads(own["data-results"]).values()
        if tag not in self.VOID:
            self.stack.append((tag, bool(skipped or text_of_document)))

    def handle_endtag(self, tag: str) -> None:
        while self.stack and self.stack.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not (self.stack and self.stack[-1][1]):
            self.found.append(data.strip())


ALLOWED = re.compile(
    r"Hexapla|Douglas Karr|"  # names
    r"Esperanto|"  # the language's name in itself
    r"2026-Novembro-22|"  # a date, from CLDR
    r"[⟦⟧–\s.,:()\d]+"
)
"""What need not be translated."""


def test_no_word_of_the_interface_is_hard_coded(pseudo: Path, site: Site) -> None:
    meta = content.read(site.docs_dir / "en" / "comment-data.md").meta
    fallback = {meta["title"], f"{meta['title']} – Hexapla", meta["description"]}
    checked = 0
    for path in sorted((pseudo / PSEUDO).rglob("*.html")):
        collector = Collector()
        collector.feed(path.read_text(encoding="utf-8"))
        # A fallback has its source's title and description, and a head cannot say that they are in another language.
        for text in set(collector.found) - (fallback if path.parent.name == "comment-data" else set()):
            rest = re.sub(r"⟦[^⟧]*⟧", "", text)
            rest = ALLOWED.sub("", rest)
            assert not re.search(r"\w", rest), (path.relative_to(pseudo), text)
            checked += 1
    assert checked > 250


def test_collector_finds_a_hard_coded_word() -> None:
    collector = Collector()
    collector.feed('<p>⟦ok⟧</p><button aria-label="Close">⟦x⟧</button><p lang="en">English</p><span>Oops</span>')
    assert collector.found == ["⟦ok⟧", "Close", "⟦x⟧", "Oops"]
