"""A build that takes pages from the cache gives the bytes of one that renders them all, whatever was edited before."""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import json
import multiprocessing
import os
import resource
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hexapla import build as building
from hexapla import built, cache, config, engine, prechecks, publication, recording, status
from hexapla.built import Built
from hexapla.cache import FOLDER, Store
from hexapla.inputs import Snapshot
from hexapla.menu import LIMIT
from hexapla.problems import Stop
from hexapla.serve import Preview

from tests.conftest import ROOT, SMALL
from tests.test_build import digest, mkdocs_build


@pytest.fixture(autouse=True)
def _settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Believe the digests of files that were written just now, as those of files that were written long ago."""
    monkeypatch.setattr(cache, "QUIET", -3600)


# The processes of a build are forked, and would each import MkDocs and Material.
assert engine.__name__

Change = str | bytes | None | Callable[[str], str]
"""What a file holds after an edit; None where it is gone. A function is given what it held before."""

FULL = """
site_name: Full
site_description: A small site that uses everything.
site_url: https://full.example/
repo_url: https://code.example/full
edit_uri: edit/main/docs/
theme:
  name: material
  custom_dir: theme
  font: false
plugins:
  - search
  - i18n:
      docs_structure: folder
      languages:
        - locale: en
          name: English
          default: true
        - locale: pt-BR
          name: Português
  - hexapla:
      rules_page: true
nav:
  - index.md
  - about.md
  - articles/one.md
  - articles/two.md
markdown_extensions:
  - admonition
  - attr_list
  - tables
extra:
  categories:
    news: News
  authors:
    jo:
      name: Jo
      url: https://jo.example/
      role: Writer
  notice: Made by volunteers.
  comments:
    notice_page: about.md
"""

DOT = '<svg xmlns="http://www.w3.org/2000/svg"/>'

FULL_TEXTS: dict[str, str] = {
    "mkdocs.yml": FULL,
    "docs/en/dot.svg": DOT,
    "docs/en/index.md": "---\ntitle: Home\n---\n\n# Welcome { #welcome }\n\nRead [about us](about.md) and [one](articles/one.md).\n\n"
    '<p>Or <a href="articles/two/">two</a>, or <a href="only/">what is only here</a>.</p>\n',
    "docs/pt-BR/index.md": "---\ntitle: Início\n---\n\n# Bem-vindos { #welcome }\n\nLeia [sobre nós](about.md) e [um](articles/one.md).\n\n"
    '<p>Ou <a href="articles/two/">dois</a>, ou <a href="only/">o que só há aqui</a>.</p>\n',
    "docs/en/about.md": '# About us { #about-us }\n\nWe are [here](index.md). ![A dot](dot.svg)\n\n## Where { #where }\n\nNowhere "special".\n',
    "docs/en/only.md": "---\ntitle: Only here\n---\n\n# Only here\n\nSee [one](articles/one.md).\n",
    "docs/en/articles/one.md": "---\ntitle: One\ndescription: The first.\ndate: 2024-02-03\nupdated: 2024-03-04\ncategory: news\n"
    "author: jo\npicture: dot.svg\npicture_alt: A dot\nrelated:\n  - about.md\n  - articles/two.md\ncomments: true\n---\n\n# One { #one }\n\n"
    "First words.\n\nSecond words, and [about](../about.md#where).\n\n!!! note\n    Third words.\n",
    "docs/pt-BR/articles/one.md": "---\ntitle: Um\ndescription: O primeiro.\npicture_alt: Um ponto\ntranslators:\n  - Léa\n---\n\n# Um { #one }\n\n"
    "Primeiras palavras.\n\nSegundas palavras, e [sobre](../about.md#where).\n\n!!! note\n    Terceiras palavras.\n",
    "docs/en/articles/two.md": "---\ntitle: Two\ndate: 2024-01-02\ncategory: news\nauthor: jo\nrelated:\n  - articles/one.md\n  - only.md\n---\n\n"
    "# Two { #two }\n\nSome words.\n\nOther words.\n",
    "docs/pt-BR/about.md": "# Sobre nós { #about-us }\n\nEstamos [aqui](index.md). ![Um ponto](dot.svg)\n\n## Onde { #where }\n\nEm lugar nenhum.\n",
    "docs/pt-BR/articles/two.md": "---\ntitle: Dois\n---\n\n# Dois { #two }\n\nPalavras.\n\nOutras palavras.\n",
}
STALE = {"docs/en/articles/one.md": ("First words.", "First and new words.")}
MISSING = {"docs/en/articles/two.md": ("Other words.", "Other words.\n\nWords that came later.")}


@dataclasses.dataclass
class Sample:
    """A site with a cache, and what a build without one made of it."""

    root: Path
    base: dict[str, str] = dataclasses.field(default_factory=dict)
    cache: Path = Path()

    def __post_init__(self) -> None:
        self.cache = self.root / FOLDER

    @property
    def site_dir(self) -> Path:
        return self.root / "site"

    @property
    def store(self) -> Store:
        return Store(self.cache)

    def warm(self, store: Store | None = None) -> dict[str, int]:
        """Build with what the cache holds; give the number of pages rendered in each locale."""
        seen = self.seen()
        results = building.build(self.read(), store=store or self.store, seen=seen)
        return {one.locale.code: one.rendered for one in results}

    def cold(self, store: Store | None = None) -> dict[str, str]:
        """Build elsewhere, with no cache, or with another; give the digests of the files."""
        found = self.read()
        folder = self.root.parent / "cold"
        building.build(dataclasses.replace(found, site=dataclasses.replace(found.site, site_dir=folder)), store=store)
        return digest(folder)

    def rendered(self) -> dict[str, str]:
        """The same, with a cache of nothing but compiled templates and parsed style sheets: to make them takes half of
        the time of a build that renders everything."""
        return self.cold(Compiled(self.root.parent / "compiled"))

    def built(self) -> dict[str, str]:
        return digest(self.site_dir)

    def read(self) -> publication.Publication:
        return prechecks.read(str(self.root / "mkdocs.yml"))

    def unchanged(self) -> list[Built] | None:
        found = built.unchanged(config.load(str(self.root / "mkdocs.yml")), self.store, self.seen())
        return found[0] if found else None

    def seen(self) -> Snapshot:
        return Snapshot.of(config.load(str(self.root / "mkdocs.yml")))

    def keep_base(self) -> None:
        """Build as it is, with and without a cache; put that cache aside."""
        self.base = self.cold()
        self.warm()
        assert self.built() == self.base
        self.cache.rename(self.root.parent / "cache")
        self.begin()

    def begin(self) -> None:
        """Let the cache hold what it held after the first build, and nothing else."""
        if self.cache.is_dir() and not self.cache.is_symlink():
            shutil.rmtree(self.cache)
        else:
            self.cache.unlink(missing_ok=True)
        shutil.copytree(self.root.parent / "cache", self.cache)

    @contextlib.contextmanager
    def edited(self, changes: Mapping[str, Change]) -> Iterator[None]:
        """Edit files; put them back afterwards."""
        before = {name: path.read_bytes() if (path := self.root / name).is_file() else None for name in changes}
        try:
            for name, change in changes.items():
                was = (before[name] or b"").decode()
                text = change(was) if callable(change) else change
                assert text != was, f"{name} was not edited"
                self._write(name, text.encode() if isinstance(text, str) else text)
            yield
        finally:
            for name, data in before.items():
                self._write(name, data)

    def _write(self, name: str, data: bytes | None) -> None:
        path = self.root / name
        if data is None:
            path.unlink()
            if not any(path.parent.iterdir()):
                path.parent.rmdir()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)


class Compiled(Store):
    """A store of what is made of the theme alone."""

    def get(self, kind: str, key: str) -> bytes | None:
        return super().get(kind, key) if kind in ("templates", "styles") else None

    def put(self, kind: str, key: str, value: bytes) -> None:
        if kind in ("templates", "styles"):
            super().put(kind, key, value)


def make(root: Path, texts: Mapping[str, str | bytes], *later: Mapping[str, tuple[str, str]]) -> Sample:
    """Make a site, record its translations, then edit its source."""
    sample = Sample(root)
    for name, text in texts.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    found = sample.read()
    recording.record(found, recording.targets(found, []), "")
    for edits in later:
        for name, (old, new) in edits.items():
            text = (root / name).read_text(encoding="utf-8")
            assert old in text
            (root / name).write_text(text.replace(old, new), encoding="utf-8")
    return sample


def swap(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new)


@pytest.fixture(scope="module")
def whole_full(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """A site with our theme, three locales, and everything that a page can have; built once."""
    root = tmp_path_factory.mktemp("full") / "source"
    shutil.copytree(ROOT / "overrides", root / "theme")
    sample = make(root, FULL_TEXTS, STALE, MISSING)
    sample.keep_base()
    return sample


@pytest.fixture
def full(whole_full: Sample) -> Sample:
    """The same, with the cache of the first build."""
    whole_full.begin()
    return whole_full


STOCK = SMALL.replace("  - hexapla\n", "  - hexapla:\n      front_matter: [status, icon]\n")
STOCK_TEXTS = {
    "mkdocs.yml": STOCK + "markdown_extensions: [attr_list]\n",
    "docs/en/index.md": "# Home { #home }\n\nSee [about](about.md).\n",
    "docs/fr/index.md": "# Accueil { #home }\n\nVoir [qui](about.md).\n",
    "docs/en/about.md": "---\ntitle: About\nstatus: new\n---\n\n# About { #about }\n\nWords.\n",
    "docs/fr/about.md": "---\ntitle: Qui\n---\n\n# Qui { #about }\n\nMots.\n",
    "docs/en/alone.md": "# Alone { #alone }\n\nNobody links here.\n",
    "docs/fr/alone.md": "# Seul { #alone }\n\nPersonne ne mène ici.\n",
    "docs/en/only.md": "# Only { #only }\n\nNot yet translated.\n",
}


@pytest.fixture(scope="module")
def whole_stock(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """A site with Material as it comes, and no navigation in its configuration."""
    sample = make(tmp_path_factory.mktemp("stock") / "source", STOCK_TEXTS)
    sample.keep_base()
    return sample


@pytest.fixture
def stock(whole_stock: Sample) -> Sample:
    """The same, with the cache of the first build."""
    whole_stock.begin()
    return whole_stock


def test_a_preview_shows_what_the_source_of_a_draft_says_now(tmp_path: Path) -> None:
    """A draft is in a preview, but not in its publication: what links to it shows its source's words."""
    source = "---\ntitle: Only here\ndescription: %s words.\ncategory: news\ndate: 2023-01-01\n---\n\n# Only here\n"
    texts = FULL_TEXTS | {
        "mkdocs.yml": FULL + "draft_docs: /pt-BR/only.md\n",
        "docs/en/only.md": source % "Old",
        "docs/pt-BR/only.md": "---\ntitle: Só aqui\n---\n\n# Só aqui\n",
    }
    (tmp_path / "theme").mkdir()
    sample = make(tmp_path, texts)
    site = config.load(str(tmp_path / "mkdocs.yml"))
    warm = Preview(site, None, tmp_path / "warm", "http://127.0.0.1:8000/")
    warm.build()
    (tmp_path / "docs/en/only.md").write_text(source % "New", encoding="utf-8")
    warm.build()
    shutil.rmtree(sample.cache)
    Preview(site, None, tmp_path / "cold", "http://127.0.0.1:8000/").build()
    assert digest(tmp_path / "warm") == digest(tmp_path / "cold")
    assert "New words." in (tmp_path / "warm/pt-BR/category/news/index.html").read_text(encoding="utf-8")


# Every kind of edit


PAGES = 17
"""The pages of each locale of the full site: five documents (one is a fallback in Portuguese), a category, two for
comments, the states, eight of rules."""

NONE = {"en": 0, "pt-BR": 0}
ALL = {"en": PAGES, "pt-BR": PAGES}

CATALOG = """msgid ""
msgstr ""
"Language: pt_BR\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=3; plural=(n == 0 || n == 1 ? 0 : n % 1000000 == 0 ? 1 : 2);\\n"

msgid "News"
msgstr "Notícias"

msgid "This page does not exist"
msgstr "Não há nada aqui"
"""
NEW = "# New { #new }\n\nFresh words.\n"
NOVO = "# Novo { #new }\n\nPalavras frescas.\n"
POLICY = "      policy:\n        pt-BR: {publish: 100}\n"
WORDS_PO = "locales/pt-BR/LC_MESSAGES/"

EDITS: dict[str, tuple[dict[str, Change], tuple[int, int]]] = {
    # The page in each locale, since translations are behind it now, and the one that shows how far they are.
    "a source": ({"docs/en/about.md": swap("Nowhere", "Somewhere")}, (2, 2)),
    "a source that is stale": ({"docs/en/articles/one.md": swap("new words", "newer words")}, (2, 2)),
    "a source without translations": ({"docs/en/only.md": swap("See", "Look at")}, (1, 1)),
    "a translation": ({"docs/pt-BR/about.md": swap("Em lugar nenhum.", "Aqui.")}, (0, 1)),
    "a stale translation": ({"docs/pt-BR/articles/one.md": swap("Primeiras palavras.", "Palavras.")}, (1, 2)),
    # The menu of each page names all pages.
    "a title": ({"docs/en/articles/one.md": swap("title: One", "title: First")}, (PAGES, 2)),
    "a title of a translation": ({"docs/pt-BR/articles/one.md": swap("title: Um", "title: Primeiro")}, (0, PAGES)),
    "a heading that is the title": ({"docs/en/about.md": swap("# About us", "# On us")}, (PAGES, 2)),
    "a translated heading": ({"docs/pt-BR/about.md": swap("# Sobre nós", "# De nós")}, (0, PAGES)),
    "a title out of the menu": ({"docs/en/only.md": swap("title: Only", "title: Just")}, (3, 3)),
    # Also the article that names it as related, and its category; to translators, a description is a text as any other.
    "a description": ({"docs/en/articles/one.md": swap("The first.", "The very first.")}, (4, 2)),
    "a translated description": ({"docs/pt-BR/articles/one.md": swap("O primeiro.", "O primeiríssimo.")}, (0, 3)),
    "a date": ({"docs/en/articles/two.md": swap("2024-01-02", "2025-01-02")}, (3, 3)),
    "a day of change": ({"docs/en/articles/one.md": swap("2024-03-04", "2025-03-04")}, (3, 3)),
    "a category": ({"docs/en/articles/two.md": swap("category: news\n", "")}, (2, 2)),
    "what is related": ({"docs/en/articles/one.md": swap("  - about.md\n", "")}, (1, 1)),
    "a translator": ({"docs/pt-BR/articles/one.md": swap("Léa", "Zoé")}, (0, 1)),
    # Every page of the locale; elsewhere, the page that shows how much of the interface is translated.
    "a catalog": ({WORDS_PO + "site.po": CATALOG}, (1, PAGES)),
    "a record": ({WORDS_PO + "about.md.po": swap("Nowhere", "Elsewhere")}, (1, 2)),
    "no record": ({WORDS_PO + "articles/one.md.po": None}, (1, 2)),
    "a template": ({"theme/hexapla/footer.html": lambda text: text + "<p>Hello</p>"}, (PAGES, PAGES)),
    "a style": ({"theme/hexapla/text.css": lambda text: text + "\n.hx-nav { margin: 1px }\n"}, (PAGES, PAGES)),
    "a script": ({"theme/hexapla/page.js": lambda text: text + "\n;\n"}, (PAGES, PAGES)),
    "names": (
        {"mkdocs.yml": lambda text: text.replace("name: Full", "name: Fuller").replace("Made by", "Written by")},
        (PAGES, PAGES),
    ),
    "the navigation": ({"mkdocs.yml": swap("  - articles/two.md\n", "")}, (PAGES, PAGES)),
    "an extension": ({"mkdocs.yml": swap("  - tables\n", "  - tables\n  - smarty\n")}, (PAGES, PAGES)),
    "a policy": ({"mkdocs.yml": swap("      rules_page: true\n", "      rules_page: true\n" + POLICY)}, (PAGES, PAGES)),
    # What is a fallback is marked in every link that leads there.
    "a new document": ({"docs/en/new.md": NEW}, (2, PAGES + 1)),
    "a new document, translated": ({"docs/en/new.md": NEW, "docs/pt-BR/new.md": NOVO}, (2, 2)),
    "a new translation": (
        {"docs/pt-BR/only.md": "---\ntitle: Aqui\n---\n\n# Aqui { #only-here }\n\nPalavras.\n"},
        (2, PAGES),
    ),
    "a translation less": ({"docs/pt-BR/about.md": None, WORDS_PO + "about.md.po": None}, (2, PAGES)),
    "a document less": (
        {
            **dict.fromkeys(("docs/en/articles/two.md", "docs/pt-BR/articles/two.md", WORDS_PO + "articles/two.md.po")),
            "docs/en/articles/one.md": swap("  - articles/two.md\n", ""),
            "docs/en/index.md": swap("articles/two/", "only/"),
            "docs/pt-BR/index.md": swap("articles/two/", "only/"),
            "mkdocs.yml": swap("  - articles/two.md\n", ""),
        },
        (PAGES - 1, PAGES - 1),
    ),
    "a new picture": ({"docs/en/dash.svg": DOT}, (0, 0)),
    "other bytes of a picture": ({"docs/en/dot.svg": swap("/>", "></svg>")}, (0, 0)),
    "a picture of a translation": ({"docs/pt-BR/dot.svg": DOT + "\n"}, (0, 1)),
}


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_gives_the_bytes_of_a_build_without_a_cache(name: str, full: Sample) -> None:
    changes, (english, portuguese) = EDITS[name]
    with full.edited(changes):
        expected = full.cold() if "theme/" in str(changes) else full.rendered()
        assert full.warm() == {"en": english, "pt-BR": portuguese}
        assert full.built() == expected
        assert expected != full.base


STOCK_EDITS: dict[str, dict[str, Change]] = {
    "a source": {"docs/en/about.md": swap("Words.", "Other words.")},
    "a translation": {"docs/fr/about.md": swap("Mots.", "Autres mots.")},
    "a heading that is the title": {"docs/en/alone.md": swap("# Alone", "# Lonely")},
    "front matter that the menu shows": {"docs/en/about.md": swap("status: new", "status: deprecated")},
    "a new document": {"docs/en/new.md": NEW},
    "a new name": {
        **dict.fromkeys(("docs/en/alone.md", "docs/fr/alone.md", "locales/fr/LC_MESSAGES/alone.md.po")),
        "docs/en/lonely.md": STOCK_TEXTS["docs/en/alone.md"],
        "docs/fr/lonely.md": STOCK_TEXTS["docs/fr/alone.md"],
    },
    "a translation under another name": {
        **dict.fromkeys(("docs/fr/alone.md", "locales/fr/LC_MESSAGES/alone.md.po")),
        "docs/fr/only.md": STOCK_TEXTS["docs/fr/alone.md"].replace("alone", "only"),
    },
    "a locale less": {
        "mkdocs.yml": swap("        - locale: fr\n          name: Français\n", ""),
        **dict.fromkeys(name for name in STOCK_TEXTS if name.startswith("docs/fr/")),
    },
    "a new locale": {
        "mkdocs.yml": swap(
            "        - locale: fr\n", "        - locale: de\n          name: Deutsch\n        - locale: fr\n"
        ),
        "docs/de/index.md": "# Start { #home }\n\nSiehe [wer](about.md).\n",
    },
    "another theme": {"mkdocs.yml": swap("  name: material\n", "  name: mkdocs\n")},
    "pages without folders": {"mkdocs.yml": lambda text: text + "use_directory_urls: false\n"},
}


@pytest.mark.parametrize("name", STOCK_EDITS)
def test_an_edit_of_a_site_with_stock_material(name: str, stock: Sample) -> None:
    with stock.edited(STOCK_EDITS[name]):
        expected = stock.rendered()
        stock.warm()
        assert stock.built() == expected
        assert expected != stock.base


@pytest.mark.slow
def test_edits_are_undone_one_by_one(full: Sample) -> None:
    def edit_and_undo(names: Sequence[str]) -> None:
        full.warm()
        before = full.built()
        if names:
            with full.edited(EDITS[names[0]][0]):
                edit_and_undo(names[1:])
            assert full.warm() == NONE
            assert full.built() == before

    edit_and_undo(("a source", "a title of a translation", "a new translation", "a record", "a template"))
    assert full.built() == full.base


@pytest.mark.parametrize("name", ["full", "stock"])
def test_plain_mkdocs_gives_the_same_bytes(name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    sample: Sample = request.getfixturevalue(name)
    mkdocs_build(sample.root, tmp_path / "plain")
    assert digest(tmp_path / "plain") == sample.base


def test_drafts_come_and_go(tmp_path: Path) -> None:
    texts = {name: text for name, text in STOCK_TEXTS.items() if "/about" not in name and "/index" not in name}
    sample = make(tmp_path / "source", texts | {"docs/en/index.md": "# Home\n", "docs/fr/index.md": "# Home\n"})
    shutil.rmtree(sample.root / "locales")
    sample.warm()
    base = sample.built()
    with sample.edited({"mkdocs.yml": lambda text: text + "draft_docs: |\n  alone.md\n"}):
        sample.warm()
        assert sample.built() == sample.rendered()
        assert not [name for name in sample.built() if "alone" in name]
    sample.warm()
    assert sample.built() == base
    assert "fr/alone/index.html" in base


def test_pages_that_come_to_the_same_are_not_written_again(full: Sample) -> None:
    for _ in range(2):  # the site, and the spare
        full.warm()
    with full.edited(EDITS["a description"][0]):
        results = building.build(full.read(), store=full.store)
        assert full.built() == full.rendered()
    for one in results:
        assert sum(path.endswith("index.html") for path in one.written) == one.rendered


# What the site has that no key could tell of, were it not looked at


def test_a_sheet_in_the_documents_changes_what_pages_hold_of_the_style(full: Sample) -> None:
    name = "docs/css/own.css"
    listed: dict[str, Change] = {
        "mkdocs.yml": lambda text: text + "extra_css: [css/own.css]\n",
        name: "p { color: red }\n",
    }
    with full.edited(listed):
        full.warm()
        before = full.built()
        with full.edited({name: "p { color: var(--md-code-hl-number-color) }\n"}):
            assert full.warm() == ALL
            assert full.built() == full.rendered()
            assert full.built()["index.html"] != before["index.html"]


@pytest.mark.parametrize(
    ("shown", "edited", "shown_in"),
    [
        ("{% for entry in menu.entries %}{{ entry.title }} {% endfor %}", "last", ""),
        ("{{ nav.items[-1].children[-1].title }}", f"p{LIMIT - 1}", ""),
        ("{% for one in pages %}{{ one.page.title }} {% endfor %}", "alone", ""),
        ("{{ ((page.next_page or page).next_page or page).title }}", "p02", "p00"),
        ("{% for key in {nav.items[-1].children[-1].title: 1} %}{{ key }}{% endfor %}", f"p{LIMIT - 1}", ""),
    ],
)
def test_a_theme_that_shows_titles_of_other_pages(shown: str, edited: str, shown_in: str, tmp_path: Path) -> None:
    page = (
        '<!doctype html><html lang="{{ view.locale.tag }}"><head><style></style>{% include "hexapla/head.html" %}</head>'
        f"<body>{shown}{{{{ page.content }}}}</body></html>"
    )
    listed = "nav: [index.md, last.md, {More: [" + ", ".join(f"p{number:02}.md" for number in range(LIMIT)) + "]}]\n"
    configuration = SMALL.replace("  font: false\n", "  custom_dir: theme\n") + listed
    texts = {"mkdocs.yml": configuration, "theme/hexapla/base.html": page}
    texts |= {"theme/main.html": '{% extends "hexapla/base.html" %}'}
    texts |= {f"theme/hexapla/{name}": "" for name in ("text.css", "after.css", "page.js", "search.js")}
    for name in ("index", "last", "alone", *(f"p{number:02}" for number in range(LIMIT))):
        texts |= {f"docs/{code}/{name}.md": f"---\ntitle: {name}\n---\n" for code in ("en", "fr")}
    sample = make(tmp_path / "source", texts)
    sample.warm()
    with sample.edited({f"docs/en/{edited}.md": swap(f"title: {edited}", "title: Another")}):
        sample.warm()
        assert "Another" in (sample.site_dir / shown_in / "index.html").read_text(encoding="utf-8")
        assert sample.built() == sample.rendered()


@pytest.mark.parametrize("shown", ["page.update_date", "build_date_utc"])
def test_a_template_that_tells_the_day(shown: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    block = "{% extends 'base.html' %}{% block content %}{{ " + shown + " }}{{ page.content }}{% endblock %}"
    texts = {"mkdocs.yml": SMALL.replace("  font: false\n", "  custom_dir: theme\n"), "theme/main.html": block}
    sample = make(tmp_path / "source", texts | {"docs/en/index.md": "# Home\n", "docs/fr/index.md": "# Home\n"})
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "315532800")  # 1980
    sample.warm()
    assert "1980" in (sample.site_dir / "index.html").read_text(encoding="utf-8")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "946684800")  # 2000
    assert sample.unchanged() is None
    sample.warm()
    assert sample.built() == sample.rendered()


HOOK = """
from pathlib import Path


def on_page_markdown(markdown, **_):
    return markdown.replace("Words.", Path("words.txt").read_text())
"""
UNKNOWN: dict[str, dict[str, str]] = {
    "an extension that reads files": {
        "mkdocs.yml": STOCK + "markdown_extensions:\n  - pymdownx.snippets: {base_path: [.]}\n",
        "docs/en/about.md": '# About\n\n--8<-- "words.txt"\n',
    },
    "a hook": {"mkdocs.yml": STOCK + "hooks: [hook.py]\n", "hook.py": HOOK},
    "an unknown plugin": {
        "mkdocs.yml": STOCK.replace("  - search\n", "  - search\n  - tags\n") + "hooks: [hook.py]\n",
        "hook.py": HOOK,
    },
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_is_not_known_keeps_nothing_and_is_right(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = {"docs/en/index.md": "# Home\n", "docs/fr/index.md": "# Home\n", "docs/en/about.md": "# About\n\nWords.\n"}
    sample = make(tmp_path / "source", texts | UNKNOWN[name] | {"words.txt": "The first words."})
    monkeypatch.chdir(sample.root)
    assert min(sample.warm().values()) >= 2
    assert "The first words." in (sample.site_dir / "about/index.html").read_text(encoding="utf-8")
    assert sample.unchanged() is None
    with sample.edited({"words.txt": "The second words."}):
        assert sample.unchanged() is None
        assert min(sample.warm().values()) >= 2
        assert "The second words." in (sample.site_dir / "about/index.html").read_text(encoding="utf-8")
        assert sample.built() == sample.rendered()
    assert not (sample.cache / "pages").exists()


# Nothing has changed, but for the site's folder


def test_nothing_is_rendered_when_nothing_has_changed(full: Sample) -> None:
    full.warm()
    assert full.warm() == NONE
    results = full.unchanged()
    assert results is not None
    sizes = sum(path.stat().st_size for path in full.site_dir.rglob("*") if path.is_file())
    assert sum(one.size for one in results) == sizes
    assert [(one.locale.code, one.pages, one.fallbacks) for one in results] == [("en", PAGES, 0), ("pt-BR", PAGES, 1)]


@pytest.mark.parametrize(
    "harm",
    [
        lambda folder: (folder / "index.html").write_text("other words", encoding="utf-8"),
        lambda folder: (folder / "pt-BR" / "about" / "index.html").unlink(),
        lambda folder: (folder / "more.html").write_text("nobody built this", encoding="utf-8"),
        lambda folder: (folder / "dot.svg").rename(folder / "dash.svg"),
        shutil.rmtree,
    ],
    ids=["changed", "removed", "added", "renamed", "all gone"],
)
def test_a_site_that_somebody_has_changed_is_mended(harm: Callable[[Path], object], full: Sample) -> None:
    if digest(full.site_dir) != full.base:
        full.warm()
    assert full.unchanged() is not None
    harm(full.site_dir)
    assert full.unchanged() is None
    assert full.warm() == NONE
    assert full.built() == full.base
    assert full.unchanged() is not None


def test_an_edit_while_a_build_runs_is_taken_up_by_the_next(stock: Sample) -> None:
    seen, found = stock.seen(), stock.read()
    with stock.edited({"docs/en/about.md": swap("Words.", "Later words.")}):
        building.build(found, store=stock.store, seen=seen)  # has read what was there before
        assert stock.unchanged() is None
        stock.warm()
        assert "Later words." in (stock.site_dir / "about/index.html").read_text(encoding="utf-8")
    stock.warm()
    assert stock.built() == stock.base


def test_what_is_rendered_is_what_its_key_is_made_of(tmp_path: Path) -> None:
    sample = make(tmp_path / "source", STOCK_TEXTS)
    found = sample.read()
    with sample.edited({"docs/en/about.md": swap("Words.", "Later words.")}):
        building.build(found, store=sample.store)
    sample.warm()
    assert sample.built() == sample.rendered()


def test_an_edit_during_the_last_steps_is_not_taken_for_built(stock: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    check = building._LinkCheck.told
    with contextlib.ExitStack() as stack:

        def edit_and_check(*arguments: Any) -> Any:
            stack.enter_context(stock.edited({"docs/en/about.md": swap("Words.", "Later words.")}))
            return check(*arguments)

        monkeypatch.setattr(building._LinkCheck, "told", edit_and_check)
        stock.warm()
        assert stock.unchanged() is None


# Locales that an edit does not concern


def left(results: Sequence[Built]) -> set[str]:
    """The locales of which no page was even looked at."""
    return {one.locale.code for one in results if not one.time.stages}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a translation", {"en"}),
        ("a translator", set()),  # which is front matter
        ("a source", set()),
        ("a stale translation", set()),  # whose words the states show in every language
        ("a record", set()),
        ("a catalog", set()),
        ("a new picture", set()),
        ("a template", set()),
    ],
)
def test_a_locale_that_an_edit_does_not_concern_is_left(name: str, expected: set[str], full: Sample) -> None:
    full.warm()
    with full.edited(EDITS[name][0]):
        results = building.build(full.read(), store=full.store)
        assert left(results) == expected
        assert [(one.locale.code, one.pages, one.fallbacks) for one in results] == [
            ("en", PAGES, 0),
            ("pt-BR", PAGES, 1),
        ]
        sizes = sum(path.stat().st_size for path in full.site_dir.rglob("*") if path.is_file())
        assert sum(one.size for one in results) == sizes


@pytest.mark.parametrize(("rows", "expected"), [(40, set()), (1, {"en"})])
def test_a_large_site_shows_stale_words_in_their_own_language_only(
    rows: int, expected: set[str], full: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(status, "ROWS", rows)
    full.warm()
    with full.edited({"docs/pt-BR/articles/one.md": swap("Primeiras", "\nPrimeiras")}):  # stale, and a line below
        assert left(building.build(full.read(), store=full.store)) == expected
        assert full.built() == full.rendered()
    with full.edited(EDITS["a stale translation"][0]):  # which is up to date now
        assert left(building.build(full.read(), store=full.store)) == set()
        assert full.built() == full.rendered()


def test_a_locale_is_left_where_the_spare_is_older_than_its_last_edit(full: Sample) -> None:
    full.warm()
    full.warm()
    with full.edited({**EDITS["a source"][0], **EDITS["a style"][0]}):
        full.warm()
        assert full.unchanged() is not None  # looks at all files of the site
        with full.edited({"docs/pt-BR/index.md": swap("Leia", "Veja")}):
            assert left(building.build(full.read(), store=full.store)) == {"en"}
            assert full.built() == full.rendered()


@pytest.mark.parametrize("harmed", ["about/index.html", "sitemap-en.xml", "words.json", "dot.svg"])
def test_a_locale_whose_files_somebody_has_changed_is_not_left(harmed: str, full: Sample) -> None:
    full.warm()
    full.warm()
    (spare,) = (full.cache / "spare").iterdir()
    with full.edited(EDITS["a translation"][0]):
        for folder in (full.site_dir, spare):
            (folder / harmed).write_bytes(b"other words")
        assert left(building.build(full.read(), store=full.store)) == set()
        assert full.built() == full.rendered()


@pytest.mark.parametrize("value", [1, [], ["x"], [1, 2, 3, 4], ["x", "x", "x", {}], {"x": 1}])
def test_what_no_build_has_kept_of_a_locale_is_not_believed(value: object, full: Sample) -> None:
    full.warm()
    table = full.store.table("locales", str(full.site_dir))
    keys = {code: table.get(code)[0] for code in ("en", "pt-BR")}
    for code, key in keys.items():
        wrong = [key, *value[1:]] if isinstance(value, list) else value
        table.set(code, wrong)
    table.write()
    assert left(building.build(full.read(), store=full.store)) == set()
    assert full.built() == full.base


# The old site, which the next build brings up to date


def harm_spare(stock: Sample, harm: Callable[[Path], object]) -> None:
    """Build, so that there is a spare; harm it."""
    stock.warm()
    stock.warm()
    (spare,) = (stock.cache / "spare").iterdir()
    harm(spare)


def add_a_page_of_tomorrow(spare: Path) -> None:
    """As where the spare comes from a machine whose clock is ahead, or the clock here was put back."""
    (spare / "more").mkdir()
    (spare / "more" / "index.html").write_text("nobody built this", encoding="utf-8")
    for path in spare.rglob("*"):
        os.utime(path, (time.time() + 86400, time.time() + 86400))


SPARES: dict[str, Callable[[Path], object]] = {
    "as it was left": lambda spare: None,
    "a file changed": lambda spare: (spare / "index.html").write_text("other words", encoding="utf-8"),
    "a file more": lambda spare: (spare / "more.html").write_text("nobody built this", encoding="utf-8"),
    "a page less": lambda spare: shutil.rmtree(spare / "fr"),
    "of tomorrow": add_a_page_of_tomorrow,
    "a folder for a page": lambda spare: ((spare / "index.html").unlink(), (spare / "index.html").mkdir()),
    "a file for a folder": lambda spare: (shutil.rmtree(spare / "fr"), (spare / "fr").write_bytes(b"")),
}


@pytest.mark.parametrize("name", SPARES)
def test_whatever_the_old_site_is_the_new_one_is_right(name: str, stock: Sample) -> None:
    harm_spare(stock, SPARES[name])
    stock.warm()
    assert stock.built() == stock.base


@pytest.mark.parametrize("name", SPARES)
def test_whatever_the_first_site_is_the_next_one_is_right(name: str, stock: Sample) -> None:
    """Without a spare, a copy of the site is brought up to date; the site itself is left as it is until the swap."""
    stock.warm()
    shutil.rmtree(stock.cache / "spare", ignore_errors=True)
    SPARES[name](stock.site_dir)
    stock.warm()
    assert stock.built() == stock.base


def test_the_pages_of_a_copy_are_not_written_again(stock: Sample) -> None:
    stock.warm()
    for name in ("spare", "locales"):
        shutil.rmtree(stock.cache / name, ignore_errors=True)
    results = building.build(stock.read(), store=stock.store)
    assert stock.built() == stock.base
    assert {path for one in results for path in one.written} == {
        "status/index.html",
        "fr/status/index.html",
    }  # which show texts of all pages


def build_first(sample: Sample) -> Path:
    """Build where neither a site nor a spare is; give the place of the spare."""
    for folder in (sample.site_dir, sample.cache):
        shutil.rmtree(folder)
    sample.warm()
    (spare,) = (sample.cache / "spare").iterdir()
    return spare


def test_the_site_after_the_first_is_made_of_the_copy_that_the_first_build_made(full: Sample) -> None:
    spare = build_first(full)
    assert {name for name in full.base if name.endswith(".html") and "status" not in name} <= digest(spare).keys()
    number = spare.stat().st_ino
    with full.edited(EDITS["a translation"][0]):
        assert left(building.build(full.read(), store=full.store)) == {"en"}
        assert full.site_dir.stat().st_ino == number
        assert full.built() == full.rendered()


@pytest.mark.parametrize("done", [0, 10])
def test_the_copy_of_a_first_site_is_not_believed_where_it_is_not_whole(
    done: int, full: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = shutil.copyfile

    def copyfile(path: str, target: str) -> object:
        if "/copy/" not in str(target):
            return whole(path, target)
        Path(target).parent.mkdir(parents=True, exist_ok=True)
        Path(target).write_bytes(Path(path).read_bytes()[:done])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", copyfile)
    spare = build_first(full)
    assert list(spare.rglob("*.html")) == []
    assert full.built() == full.base
    monkeypatch.undo()
    with full.edited(EDITS["a translation"][0]):
        full.warm()
        assert full.built() == full.rendered()


def test_the_old_site_leads_nowhere_else(stock: Sample, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "index.html").write_text("theirs", encoding="utf-8")
    (tmp_path / "file").write_text("theirs", encoding="utf-8")
    before = digest(tmp_path)

    def link(spare: Path) -> None:
        shutil.rmtree(spare / "fr")
        (spare / "fr").symlink_to(tmp_path / "folder")
        (spare / "index.html").unlink()
        (spare / "index.html").symlink_to(tmp_path / "file")
        (spare / "about" / "index.html").unlink()
        (spare / "about" / "index.html").hardlink_to(tmp_path / "file")

    harm_spare(stock, link)
    stock.warm()
    assert stock.built() == stock.base
    assert digest(tmp_path) == before


# Builds that fail, builds at the same time


def test_a_failing_build_keeps_the_old_site_and_the_next_is_right(full: Sample) -> None:
    full.warm()
    with full.edited({"docs/en/dot.svg": None}):
        for _ in range(2):
            with pytest.raises(Stop) as caught:
                full.warm()
            assert "dot.svg" in str(caught.value.problems[0])
            assert full.built() == full.base
            assert full.unchanged() is None
        with full.edited({"docs/en/dot.svg": swap("", DOT.replace("/>", "><title>Dot</title></svg>"))}):
            full.warm()
            assert full.built() == full.rendered()
    assert full.warm() == NONE
    assert full.built() == full.base


def _build_into(sample: Sample, folder: Path) -> dict[str, str]:
    found = sample.read()
    building.build(
        dataclasses.replace(found, site=dataclasses.replace(found.site, site_dir=folder)), store=sample.store
    )
    return digest(folder)


@pytest.mark.skipif(sys.platform != "linux", reason="forks")
def test_two_builds_at_the_same_time_share_a_cache(stock: Sample, tmp_path: Path) -> None:
    shutil.rmtree(stock.cache)
    with ProcessPoolExecutor(2, multiprocessing.get_context("fork")) as pool:
        futures = [pool.submit(_build_into, stock, tmp_path / name) for name in ("one", "two")]
        assert [future.result() for future in futures] == [stock.base] * 2
    assert stock.warm() == {"en": 0, "fr": 0}
    assert stock.built() == stock.base


# Damage


def each_file(folder: Path, harm: Callable[[Path], object]) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            harm(path)


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes() or b"?")
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def make_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def replace_with(link: str) -> Callable[[Path], None]:
    def replace(folder: Path) -> None:
        shutil.rmtree(folder)
        folder.symlink_to(link)

    return replace


def replace_with_file(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.write_bytes(b"no folder")


DAMAGE: dict[str, Callable[[Path], object]] = {
    "truncated": lambda folder: each_file(folder, lambda path: path.write_bytes(path.read_bytes()[:-1])),
    "cut to the digest": lambda folder: each_file(folder, lambda path: path.write_bytes(path.read_bytes()[:16])),
    "emptied": lambda folder: each_file(folder, lambda path: path.write_bytes(b"")),
    "a bit flipped": lambda folder: each_file(folder, flip),
    "folders for files": lambda folder: each_file(folder, make_folder),
    "pages only": lambda folder: each_file(folder / "pages", flip),
    "titles only": lambda folder: each_file(folder / "titles", flip),
    "keys gone": lambda folder: shutil.rmtree(folder / "keys"),
    "pages gone": lambda folder: shutil.rmtree(folder / "pages"),
    "templates gone": lambda folder: shutil.rmtree(folder / "templates"),
    "a file": replace_with_file,
    "a link to nothing": replace_with("nowhere"),
    "a link to itself": replace_with("hexapla"),
    "a link to where nothing can be written": replace_with("/proc/self"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_cache_costs_nothing_but_time(name: str, stock: Sample) -> None:
    DAMAGE[name](stock.cache)
    shutil.rmtree(stock.site_dir, ignore_errors=True)
    stock.warm()
    assert stock.built() == stock.base
    for folder in stock.cache.rglob("*") if name == "folders for files" else ():
        assert not folder.is_file() or folder.parent.name != "pages"


def test_a_cache_of_another_version_is_passed_over(stock: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "tool_key", lambda: "another version")
    assert min(stock.warm().values()) > 0
    assert stock.built() == stock.base


def files_of(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_full_disk_costs_nothing_but_time(stock: Sample) -> None:
    shutil.rmtree(stock.cache)
    store = FullDisk(stock.cache)
    stock.warm(store)
    assert stock.built() == stock.base
    # The old site is moved there, which takes no room.
    assert {path.name for path in stock.cache.iterdir() if files_of(path)} <= {"spare"}


@dataclasses.dataclass
class FullDisk(Store):
    """A store on a disk that has no room for another byte."""

    def put(self, kind: str, key: str, value: bytes) -> None:
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
        try:
            super().put(kind, key, value)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("kept", ["", "../../../outside", "/e/outside", "ab", "\0", "é" * 32, 7, None, ["ab"]])
def test_a_key_that_is_none_is_not_followed(kept: object, stock: Sample) -> None:
    """Parts come from other machines; what they hold as the key of a page becomes its path."""
    pages = [path for path in (stock.cache / "pages").rglob("*") if path.is_file()]
    shutil.rmtree(stock.cache / "pages")
    tables = [path.parent.name + path.name for path in (stock.cache / "keys").rglob("*") if path.is_file()]
    assert tables
    for key in tables:
        values = json.loads(stock.store.get("keys", key) or b"")
        stock.store.put("keys", key, json.dumps(dict.fromkeys(values, kept)).encode())
    assert min(stock.warm().values()) > 0
    assert stock.built() == stock.base
    assert sorted(path for path in stock.cache.rglob("pages/*/*") if path.is_file()) == sorted(pages)
