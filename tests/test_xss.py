"""Nothing that a translation brings in runs in a reader's browser, and `check` names every attempt.

The payloads are in tests/fixtures/xss/, a file for each place; they call `pwned()`. A line `%%% name` begins each.
"""

from __future__ import annotations

import dataclasses
import json
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from hexapla import build as building
from hexapla import checks, publication
from hexapla import config as configuration
from hexapla.problems import Problem, Severity
from hexapla.rules import RULES, Scope
from selectolax.lexbor import LexborHTMLParser

from tests.conftest import ROOT, SMALL, serving
from tests.test_rules import _unescape as unescape

FOLDER = Path(__file__).parent / "fixtures" / "xss"
PLACES = ("body", "attributes", "ids", "titles", "frontmatter")
"""Where a payload is in a document of its own; those of catalogs are together in one catalog."""

EXTENSIONS = """
markdown_extensions:
  - abbr
  - admonition
  - attr_list
  - def_list
  - footnotes
  - md_in_html
  - tables
  - toc:
      permalink: true
  - pymdownx.arithmatex:
      generic: true
  - pymdownx.caret
  - pymdownx.details
  - pymdownx.highlight:
      anchor_linenums: true
  - pymdownx.inlinehilite
  - pymdownx.keys
  - pymdownx.magiclink
  - pymdownx.mark
  - pymdownx.smartsymbols
  - pymdownx.superfences:
      custom_fences:
        - name: mermaid
          class: mermaid
          format: !!python/name:pymdownx.superfences.fence_code_format
  - pymdownx.tabbed:
      alternate_style: true
  - pymdownx.tasklist
"""
"""What sites with Material for MkDocs usually have."""

QUIET = """
validation:
  nav: {omitted_files: ignore, not_found: ignore, absolute_links: ignore}
  links: {not_found: ignore, absolute_links: ignore, unrecognized_links: ignore, anchors: ignore}
"""
"""Without the warnings that would keep a site from being published."""

FEATURES = (
    "[content.tooltips, content.footnote.tooltips, content.code.copy, content.code.annotate, navigation.footer, "
    "navigation.indexes, search.suggest, search.highlight, search.share, toc.follow]"
)

SOURCE = "# A desk { #desk }\n\nThe desk answers every question that readers send on the same day.\n"
TRANSLATION = (
    "# Un bureau { #desk }\n\nLe bureau répond le jour même à toutes les questions que les lecteurs envoient.\n"
)
WORDS = "title: A desk\ndescription: Where questions are answered.\n"
TRANSLATED_WORDS = "title: Un bureau\ndescription: Où l’on répond aux questions.\n"
CONTROL = f'---\n{WORDS}---\n\n{SOURCE}\n<img src=x onerror="pwned()">\n'
"""A page of the source, which is trusted: what it runs shows that the browser would tell."""


@dataclass(frozen=True)
class Payload:
    """What somebody might try: in which place, its number there, its name, its text."""

    place: str
    number: int
    name: str
    text: str

    @property
    def path(self) -> str:
        return f"{self.place}-{self.number:03}"

    @property
    def is_built(self) -> bool:
        return "(not built)" not in self.name

    @property
    def documents(self) -> tuple[str, str]:
        """A source and its translation, which is faithful but for the payload."""
        if self.place == "frontmatter":
            rest = "".join(line for line in TRANSLATED_WORDS.splitlines(True) if line.split(":")[0] not in self.text)
            return f"---\n{WORDS}---\n\n{SOURCE}", f"---\n{self.text}{rest}---\n\n{TRANSLATION}"
        if self.place == "titles":  # without titles of their own, so that themes take that of the heading
            return SOURCE, self.text + "\n" + TRANSLATION.partition("\n\n")[2]
        return f"---\n{WORDS}---\n\n{SOURCE}", f"---\n{TRANSLATED_WORDS}---\n\n{TRANSLATION}\n{self.text}"


def payloads(place: str) -> list[Payload]:
    parts = re.split(r"^%%% (.+)\n", (FOLDER / f"{place}.txt").read_text(encoding="utf-8"), flags=re.MULTILINE)
    found = []
    for number, (name, text) in enumerate(zip(parts[1::2], parts[2::2], strict=True), start=1):
        found.append(Payload(place, number, name, unescape(text) if "(escaped)" in name else text))
    return found


CORPUS = {place: payloads(place) for place in (*PLACES, "catalogs")}


def write_site(root: Path, text: str, chosen: list[Payload]) -> Path:
    """Write a site with a document for each payload, and the payloads of catalogs in one catalog."""
    (root / "mkdocs.yml").write_text(text, encoding="utf-8")
    for code, home, folder in (("en", "# Home\n", 0), ("fr", "# Accueil\n", 1)):
        (root / "docs" / code).mkdir(parents=True)
        (root / "docs" / code / "index.md").write_text(home, encoding="utf-8")
        for one in chosen:
            document = one.documents[folder].encode("utf-8", "surrogatepass")
            (root / "docs" / code / f"{one.path}.md").write_bytes(document)
    (root / "docs/en/control.md").write_text(CONTROL, encoding="utf-8")
    return root / "mkdocs.yml"


def catalog(root: Path) -> dict[str, range]:
    """Write the catalog of a site; give the lines of each payload in it."""
    text = HEADER
    lines = {}
    for one in CORPUS["catalogs"]:
        start = text.count("\n") + 1
        text += one.text + "\n"
        lines[one.name] = range(start, text.count("\n") + 1)
    for name in ("site.po", "hexapla.po"):
        path = root / "locales" / "fr" / "LC_MESSAGES" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text if name == "site.po" else HEADER, encoding="utf-8")
    return lines


HEADER = (ROOT / "locales/fr/LC_MESSAGES/site.po").read_text(encoding="utf-8").partition("\n\n")[0] + "\n\n"


def test_the_corpus_is_large_enough() -> None:
    every = [one for found in CORPUS.values() for one in found]
    assert len(every) >= 320
    assert len({(one.place, one.name) for one in every}) == len(every)
    assert len({(one.place, one.text) for one in every}) == len(every)


# check names every one


@pytest.fixture(scope="module")
def problems(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Problem]]:
    """What `check` tells of a site with every payload: the errors of each file of French."""
    root = tmp_path_factory.mktemp("checked")
    chosen = [one for place in PLACES for one in CORPUS[place]]
    config_file = write_site(root, SMALL + EXTENSIONS, chosen)
    catalog(root)
    (root / "locales" / "site.pot").write_bytes((ROOT / "locales/site.pot").read_bytes())
    found: dict[str, list[Problem]] = {}
    for problem in checks.run(str(config_file)).problems:
        if problem.severity is Severity.ERROR:
            found.setdefault(problem.path.name, []).append(problem)
    return found


@pytest.mark.parametrize("place", PLACES)
def test_check_names_every_payload(problems: dict[str, list[Problem]], place: str) -> None:
    assert [one.name for one in CORPUS[place] if not problems.get(f"{one.path}.md")] == []


def test_check_names_every_payload_in_catalogs(problems: dict[str, list[Problem]], tmp_path: Path) -> None:
    lines = catalog(tmp_path)
    rules = {"html-in-message", "placeholder"}
    told = {problem.line for problem in problems["site.po"] if problem.rule in rules}
    assert not [name for name, own in lines.items() if not told.intersection(own)]


# The built pages in a browser


def stock() -> str:
    """Somebody else's site: Material as it comes. Its scripts ask for the site's address, which must fail fast."""
    text = SMALL.replace("https://small.example/", "http://127.0.0.1:9/")
    return text.replace("  font: false\n", f"  font: false\n  features: {FEATURES}\n")


def own() -> str:
    """Our own pages, with two of their languages."""
    data = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    for key in ("nav", "validation", "markdown_extensions"):
        data.pop(key, None)
    next(plugin["hexapla"] for plugin in data["plugins"] if "hexapla" in plugin).pop("reviewers", None)
    i18n = next(plugin["i18n"] for plugin in data["plugins"] if "i18n" in plugin)
    i18n["languages"] = [one for one in i18n["languages"] if one["locale"] in ("en", "fr")]
    data["theme"]["custom_dir"] = str(ROOT / "overrides")
    data["extra"]["comments"]["notice_page"] = "index.md"
    return yaml.safe_dump(data, allow_unicode=True)


@dataclass
class BuiltSite:
    folder: Path
    chosen: list[Payload]
    entries: list[dict[str, Any]]


@pytest.fixture(scope="module", params=["own", "stock"])
def built_site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> BuiltSite:
    """A site with a page for each payload, built without the checks."""
    root = tmp_path_factory.mktemp(request.param)
    chosen = [one for place in PLACES for one in CORPUS[place] if one.is_built]
    shown = [one for one in chosen if one.name.startswith(("title ", "end of a title"))]
    nav = "nav:\n  - index.md\n" + "".join(f"  - {one.path}.md\n" for one in shown)
    config_file = write_site(root, (stock() if request.param == "stock" else own()) + EXTENSIONS + QUIET + nav, chosen)
    catalog(root)
    if request.param == "own":
        for path in (root / "docs/en").glob("*-*.md"):
            text = path.read_text(encoding="utf-8")
            more = "category: content-marketing\nauthor: douglas-karr\ncomments: true\ndate: 2026-11-22\n"
            path.write_text(text.replace(WORDS, WORDS + more), encoding="utf-8")
    site = configuration.load(str(config_file))
    # Without the check of links too: half of the corpus would not be built.
    off = {(rule.name, ""): Severity.IGNORE for rule in RULES.values() if rule.scope is Scope.BUILT}
    off["url-scheme", ""] = Severity.IGNORE
    building.build(publication.read(dataclasses.replace(site, severities=off)))
    index = json.loads((site.site_dir / "fr/search/search_index.json").read_text(encoding="utf-8"))
    lighten(site.site_dir)
    return BuiltSite(site.site_dir, chosen, index["docs"])


def lighten(folder: Path) -> None:
    """Take away what makes visits slow: style sheets, and the index of the search, which has a test of its own."""
    for path in folder.rglob("*.css"):
        path.write_text("", encoding="utf-8")
    for path in folder.rglob("search_index.json"):
        path.write_text('{"config": {"lang": ["en"], "separator": " "}, "docs": []}', encoding="utf-8")


PROVOKE = """
async () => {
  const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));
  const bad = /^[\\s\\x00-\\x1f]*(javascript|vbscript|data:text|data:image\\/svg)/i;
  const wrong = [];
  // Links and forms that only lead elsewhere are none of ours.
  addEventListener("click", (event) => {
    const link = event.target.closest("a, area");
    if (link && /^(https?|mailto):$/.test(link.protocol || "")) event.preventDefault();
  });
  addEventListener("submit", (event) => {
    if (!bad.test(event.submitter?.getAttribute("formaction") || event.target.getAttribute("action") || "")) event.preventDefault();
  });
  const all = [...document.querySelectorAll("*")];
  const inside = new Set(document.querySelectorAll("article *"));
  for (const element of all) {
    for (const { name, value } of [...element.attributes]) {
      if (name.startsWith("on")) {
        element.dispatchEvent(new Event(name.slice(2), { bubbles: false }));
        if (/pwned/.test(value)) wrong.push(`${element.tagName} ${name}`);
      } else if (bad.test(value) && /^(href|src|srcset|srcdoc|action|formaction|data|poster|values|to|from|xlink:href)$/.test(name)) {
        wrong.push(`${element.tagName} ${name}=${value}`);
      }
    }
    if (element.matches("script, iframe, object, embed, base, meta[http-equiv]") && /pwned|evil/.test(element.outerHTML)) {
      if (element.type !== "application/ld+json") wrong.push(element.outerHTML.slice(0, 200));
    }
  }
  for (const element of all) {
    if (!inside.has(element)) continue;
    for (const name of ["mouseover", "mouseenter", "pointerenter"]) element.dispatchEvent(new MouseEvent(name));
    if (element.matches("a, area, summary, button:not([type=submit]), label, [tabindex], svg *, math *")) {
      element.focus?.();
      element.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
    }
  }
  await pause(5);
  return wrong;
}
"""


class Tab:
    """A tab that notes what ran in it, and where it went."""

    def __init__(self, context: Any, address: str) -> None:
        self.address = address
        self.page = context.new_page()
        self.noted: list[str] = []
        self.page.expose_binding("pwned", lambda source, *rest: self.noted.append("ran"))
        self.page.on("dialog", self._dialog)
        self.page.on("framenavigated", self._navigated)
        self.page.on("popup", lambda other: self.noted.append(f"opened {other.url}"))

    def _dialog(self, dialog: Any) -> None:
        self.noted.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def _navigated(self, frame: Any) -> None:
        if frame == self.page.main_frame and not frame.url.startswith((self.address, "about:blank")):
            self.noted.append(f"left for {frame.url}")

    def open(self, path: str) -> None:
        """Begin to visit a page."""
        self.noted.clear()
        self.page.goto(self.address + path, wait_until="commit")

    def provoke(self) -> list[str]:
        """Wait for the page, and touch everything on it; give what happened."""
        try:
            self.page.wait_for_load_state("load")
            wrong = self.page.evaluate(PROVOKE)
        except Exception as error:  # of Playwright, where a page has gone elsewhere
            wrong = [str(error).splitlines()[0]]
        return [*wrong, *self.noted]


@pytest.mark.browser
@pytest.mark.slow
def test_nothing_runs(built_site: BuiltSite, chromium: Any) -> None:
    context = chromium.new_context(locale="fr")
    names = {f"fr/{one.path}/": one.name for one in built_site.chosen}
    shown = [path.parent for path in built_site.folder.glob("fr/**/index.html") if path.parent.name != "control"]
    built = [path.relative_to(built_site.folder).as_posix() for path in shown]
    paths = sorted({*names, *(f"{path}/" for path in built)})
    wrong = {}
    with serving(built_site.folder) as address:
        tabs = [Tab(context, address) for _ in range(3)]
        tabs[0].open("control/")
        assert "ran" in tabs[0].provoke(), "the browser would tell"
        for start in range(0, len(paths), len(tabs)):
            some = list(zip(tabs, paths[start : start + len(tabs)], strict=False))
            for tab, path in some:
                tab.open(path)
            for tab, path in some:
                if happened := tab.provoke():
                    wrong[f"{path} {names.get(path, '')}"] = happened
        context.close()
    assert not wrong, "\n".join(f"{name}: {happened}" for name, happened in wrong.items())


@pytest.mark.slow
def test_the_search_holds_no_markup_but_its_own(built_site: BuiltSite) -> None:
    """Material puts what the index holds into the page as HTML."""
    assert len(built_site.entries) > len(built_site.chosen)
    for entry in built_site.entries:
        for text in (entry["title"], entry["text"]):
            for node in LexborHTMLParser(text).css("body *"):
                assert node.tag in {"p", "code", "pre", "li", "ol", "ul", "sub", "sup"} and not node.attributes, text


@pytest.mark.slow
def test_what_machines_read_can_be_read(built_site: BuiltSite) -> None:
    """The feed, the sitemaps, the badge and JSON-LD hold contributed words as words."""
    for path in [*built_site.folder.glob("**/*.xml"), *built_site.folder.glob("status/*.svg")]:
        root = ET.fromstring(path.read_text(encoding="utf-8"))
        assert not [one for one in root.iter() if one.tag.endswith("script")]
    for one in built_site.chosen:
        html = (built_site.folder / "fr" / one.path / "index.html").read_text(encoding="utf-8")
        scripts = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
        for script in scripts:
            assert json.loads(script)["@context"] == "https://schema.org"
