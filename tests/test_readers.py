"""What readers download: few bytes, few requests, nothing before the text, nothing that moves it."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jinja2
import lxml.html
import pytest
from hexapla import assets, build, config, publication, styles
from hexapla.compact import Compact, compact
from hexapla.config import Site
from hexapla.menu import LIMIT, Entry, Menu, Pages, part

from tests.benchmarks.corpus import write_records
from tests.benchmarks.readers import ARTICLE, CODES, Host, hosting, visit
from tests.conftest import ROOT, SMALL, MakeSite


def parsed(html: bytes, **options: Any) -> Any:
    return lxml.html.fromstring(html, **options)


FOLDERS = {"en": "", "fr": "fr/", "de": "de/", "is": "is/", "hi": "hi/", "sw": "sw/"}


# Sheets, cut to a page


SHEET = """
@charset "utf-8";
:root { --used: var(--inner); --inner: red; --unused: blue; --icon-note: url("data:image/svg+xml,<svg/>"); }
a, .note > p , h1:not(.plain) { color: var(--used) /* why */; margin: 0 -0.5px }
.note::before { content: ") } a"; mask-image: var(--icon-note) }
[dir=rtl] .note { float: left }
table { border: 0 }
ul[type] { float: none }
#top { float: none }
@media print { .note { display: none } .other { display: none } }
@supports (display: grid) { @media (min-width: 1em) { .note { display: grid } } }
@keyframes turn { to { transform: rotate(1turn) } }
@keyframes unturned { to { top: 0 } }
.spin { animation: turn 1s }
@font-face { font-family: "X"; src: url(x.woff2) }
"""


def cut(html: str, text: str | None = None, **options: Any) -> str:
    rules = styles.parse(SHEET)
    style = styles.Style((), rules, **options) if text is None else styles.Style(rules, (), **options)
    return style.text_for(html, text or "")


@pytest.mark.parametrize(
    ("html", "there", "missing"),
    [
        ("<p>", ["@font-face{"], ["{color", "note", "table", "--used", "--icon", "print", "frames", "#top", "[dir"]),
        ("<a href=#>", ["a{", "--used:var(--inner);--inner:red", "{color:var(--used);margin:0 -.5px}"], ["--unused"]),
        ("<div class='other note'><P>", [".note>p", "--icon-note:url(", "@media print{.note{", ".other{"], ["rtl"]),
        ("<i class=note>", ["@supports (display:grid){@media (min-width:1em){.note{display:grid}}}"], ["p{", "p,"]),
        ('<div dir="rtl"><p class=note>', ["[dir=rtl] .note{float:left}"], ["table", "@keyframes"]),
        ("<TABLE>", ["table{border:0}"], ["ul[type]"]),
        ("<ul type=a>", ["ul[type]{float:none}"], ["table"]),
        ("<ul>", [], ["ul[type]"]),
        ('<b id="top">', ["#top{float:none}"], ["table"]),
        ("<i class='spin'>", [".spin{animation:turn 1s}", "@keyframes turn{"], ["unturned"]),
        ('<i style="color: var(--unused)">', ["--unused:blue"], ["--icon"]),
    ],
)
def test_a_page_gets_the_rules_that_can_match(html: str, there: list[str], missing: list[str]) -> None:
    found = cut(html)
    assert ([one for one in there if one not in found], [one for one in missing if one in found]) == ([], []), found


def test_a_rule_of_the_theme_is_for_texts_only() -> None:
    page = "<html dir=rtl><table><a>"
    assert "table" not in cut(page, "<p class=note>")
    assert "[dir=rtl] .note" in cut(page, "<p class=note>")
    assert "a{" not in cut(page, "<p>") and "a{" in cut(page, "<p>", around="<a>")


def test_properties_of_the_theme_that_the_own_sheet_sets_are_left_out() -> None:
    own = styles.parse(":root { --used: green } @media print { :root { --inner: none } }")
    found = styles.Style(styles.without_lost(styles.parse(SHEET), own, {}), own).text_for("<a>", "<a>")
    assert "--used:green" in found and "--used:var" not in found


@pytest.mark.parametrize(
    ("theme", "own", "left"),
    [
        (".text p { top: 0; left: 0 }", ".in .text p { top: 1px }", ".text p{left:0}"),
        (".text p, .text a { top: 0 }", ".in .text p { top: 1px }", ".text a{top:0}"),
        (".text p { top: 0 }", ".in .text p { --top: 0; bottom: 1px }", ".text p{top:0}"),
        (".text p { top: 0 !important }", ".in .text p { top: 1px !important }", ".text p{top:0!important}"),
        (".text p { top: 0 }", "@media print { .in .text p { top: 1px } }", ".text p{top:0}"),
        ("@media print { .text p { top: 0 } }", ".in .text p { top: 1px }", ""),
        (
            ".text p { margin-left: 0; border-radius: 0 }",
            ".in .text p { margin: 0; border: 0 }",
            ".text p{border-radius:0}",
        ),
        (
            ".text p { border-top: 0; border-top-left-radius: 0; border-collapse: collapse }",
            ".in .text p { border: 0 }",
            ".text p{border-top-left-radius:0;border-collapse:collapse}",
        ),
        (".text p { margin: 0 }", ".in .text p { margin-left: 0 }", ".text p{margin:0}"),
        (".text a:hover { top: 0 }", ".in .text a { top: 1px }", ""),
        (".text a:before { top: 0 }", ".in .text a { top: 1px }", ".text a:before{top:0}"),
        (".text p a:hover { top: 0 }", ".in .text a { top: 1px }", ".text p a:hover{top:0}"),
        ("[dir=ltr] .text p { top: 0 }", ".in .text p { top: 1px }", ""),
        ("a { top: 0 }", ".hx a { top: 1px }", ""),
        ("a { top: 0 }", ".in a { top: 1px }", "a{top:0}"),
        ("* { top: 0 } body { top: 0 }", ".hx * { top: 1px } .hx body { top: 1px }", "*{top:0}body{top:0}"),
        ("body { top: 0 }", "body.hx { top: 1px }", ""),
    ],
)
def test_what_the_own_sheet_always_sets_otherwise_is_left_out_of_the_themes(theme: str, own: str, left: str) -> None:
    inside = {".hx": "", ".in": ".text"}
    html = "<html dir=ltr><body class=hx><div class='in'><div class=text><p><a>"
    rules = styles.without_lost(styles.parse(theme), styles.parse(own), inside)
    with_it = styles.Style(rules, styles.parse(own), around=html).text_for(html, html)
    without = styles.Style((), styles.parse(own)).text_for(html, html)
    assert with_it == left + without


def test_a_page_holds_the_rules_of_the_languages_that_are_on_it() -> None:
    sheet = styles.parse(
        ":root { --size: 1px; --lead: 1 } :root:lang(hi), p:lang(hi) { --size: 2px } p { top: var(--size) }"
        "@media print { :root { --size: 4px } :root:lang(hi) { --size: 5px } } .x { left: var(--lead) }"
    )
    style = styles.Style((), sheet)
    hindi = ":root:lang(hi),p:lang(hi){--size:2px}p{top:var(--size)}@media print{:root:lang(hi){--size:5px}}"
    plain = ":root{--size:1px}p{top:var(--size)}@media print{:root{--size:4px}}"
    assert style.text_for('<html lang="hi"><p>', "") == style.text_for("<html dir=ltr lang=hi-IN><p>", "") == hindi
    assert style.text_for('<html lang="en"><p hreflang="hi">', "") == style.text_for("<p>", "") == plain
    below = ":root{--size:1px}:root:lang(hi) p{--size:2px}p{top:var(--size)}"
    assert styles.Style((), styles.parse(below)).text_for("<html lang=hi><p>", "") == below
    strange = "p:lang(1){top:0}p:lang(hi,fr){top:0}p:lang(){top:0}:root p:lang(hi){top:0}"
    assert styles.Style((), styles.parse(strange)).text_for("<p>", "") == strange.partition(":root")[0]
    some = plain.replace("p{", "p:lang(hi){--size:2px}p{", 1)
    assert style.text_for('<html lang="en"><p lang="hi-IN">', "") == some


def test_rules_survive_the_cache() -> None:
    rules = styles.parse(SHEET)
    assert styles.from_json(styles.to_json(rules)) == rules


def test_the_whole_of_a_sheet_is_kept_smaller() -> None:
    found = styles.smaller('/* why */ a > b , c { margin : 0.5em  -1px ; content: "a  b" !important }\n\n')
    assert found == 'a>b,c{margin:.5em -1px;content:"a  b"!important}'


# Templates without their blanks


@pytest.mark.parametrize(
    ("template", "output"),
    [
        ("<ul>\n  <li>\n    One\n    two\n  </li>\n</ul>\n", "<ul><li>One two</li></ul>"),
        ("<p>a <b>b</b> c</p>", "<p>a <b>b</b> c</p>"),
        ("<a\n  href=x\n  class=y>z</a>", "<a href=x class=y>z</a>"),
        ("{{ a }}\n{{ b }}", "1 2"),
        ("{{ a }} {{ b }}", "1 2"),
        ("<p>\n  {{ a }}\n  {% if b %}\n  {{ b }}\n  {% endif %}\n</p>\n", "<p>12</p>"),
        ("<p>\n  {{ pre }}\n</p>", "<p><pre>\n  x\n</pre></p>"),
        ("<!-- a\n note --><p><!--text-->x", "<p><!--text-->x"),
    ],
)
def test_templates_lose_breaks_and_nothing_else(template: str, output: str) -> None:
    loader = jinja2.DictLoader({"hexapla/x.html": template, "other.html": template, "hexapla/x.txt": template})
    environment = jinja2.Environment(loader=loader, extensions=[Compact])  # noqa: S701
    words = {"a": 1, "b": 2, "pre": "<pre>\n  x\n</pre>"}
    assert environment.get_template("hexapla/x.html").render(words) == output
    plain = jinja2.Environment(loader=loader).get_template("other.html").render(words)  # noqa: S701
    assert environment.get_template("other.html").render(words) == plain
    assert environment.get_template("hexapla/x.txt").render(words) == plain


def test_the_blanks_of_a_piece_depend_on_what_is_beside_it() -> None:
    assert [compact("\n"), compact("\n", True), compact("\n", True, True)] == ["", "", " "]


# The list of pages


def many(count: int) -> Pages:
    articles = [Entry(f"Article {n}", f"articles/{n}/") for n in range(count)]
    sections = [
        Entry(f"Part {n}", f"{n}/0/", children=[Entry("x", f"{n}/0/"), Entry("y", f"{n}/1/")]) for n in range(count)
    ]
    return Pages([Entry("Home", ""), Entry("Articles", "articles/0/", children=articles), *sections], "pages/")


def links(menu: Menu) -> list[str]:
    def walk(entries: Any) -> Iterator[str]:
        for entry in entries:
            yield from walk(entry.children) if entry.is_open else [entry.url]

    return list(walk(menu.entries))


@pytest.mark.parametrize("count", [50, 1000])
def test_the_menu_of_a_large_site_is_short(count: int) -> None:
    pages = many(count)
    for number in (0, 1, count // 2, count - 1):
        found = links(pages.menu(f"articles/{number}/"))
        near = [f"articles/{n}/" for n in range(number - 5, number + 6) if 0 <= n < count]
        assert set(near) <= set(found) and found[0] == "" and len(found) <= LIMIT
        (section,) = [one for one in pages.menu(f"articles/{number}/").entries if one.is_open]
        assert [one.url for one in section.children if one.is_current] == [f"articles/{number}/"]
    last = links(pages.menu(f"{count - 1}/1/"))
    assert last[0] == "" and f"{count - 1}/0/" in last and len(last) <= LIMIT
    assert 0 < len(links(pages.menu("nowhere/"))) <= LIMIT


def test_the_menu_of_a_small_site_has_all_pages_but_those_of_other_sections() -> None:
    parts = [Entry("Part", "a/", children=[Entry("A", "a/"), Entry("B", "b/")]), Entry("C", "c/")]
    pages = Pages(parts)
    assert links(pages.menu("b/")) == ["a/", "b/", "c/"]
    assert [one.title for one in pages.menu("c/").entries[0].children] == ["A"]
    assert pages.menu("c/").all_url == ""


# The site


@pytest.fixture(scope="module")
def host(built: Path) -> Iterator[Host]:
    with hosting(built) as one:
        yield one


def test_nothing_that_no_page_uses_is_in_the_site(built: Path) -> None:
    names = [path.relative_to(built).as_posix() for path in built.rglob("*") if path.is_file()]
    assert [name for name in names if re.search(r"bundle|lunr|worker|palette|main\.|\.map$|hexapla/", name)] == []
    assert sorted(re.sub(r"[0-9a-f]{8}", "#", name) for name in names if name.startswith("assets/")) == [
        "assets/after.#.css", "assets/images/hexapla.svg", "assets/page.#.js", "assets/search.#.js",
    ]  # fmt: skip


def test_words_for_scripts_are_those_of_the_locale(built: Path) -> None:
    found = {code: json.loads((built / FOLDERS[code] / "words.json").read_text(encoding="utf-8")) for code in CODES}
    for path in (("offer",), ("dismiss",), ("search", "none"), ("comment", "missing"), ("comment", "email")):
        said = []
        for code in CODES:
            value: Any = found[code]
            for key in path:
                value = value[key]
            said.append(value)
        assert len(set(said)) == len(CODES) and all(said), path
    assert found["fr"]["search"]["results"]["other"].startswith("%(count)s")


def test_the_html_of_a_page_is_small(built: Path) -> None:
    """At most 30 KB, for everything around the text where its words alone make more of it."""
    for path in built.rglob("index.html"):
        name = path.relative_to(built).as_posix()
        page = path.read_bytes()
        body = parsed(page)
        article = len(lxml.html.tostring(body.xpath("//article")[0], encoding="utf-8"))
        assert len(page) - article <= 24_000, (name, len(page), article)
        if ARTICLE in name and not name.startswith("hi/"):
            assert len(page) <= 30_000, (name, len(page))
        frame = re.sub(rb"<article.*</article>|<script>.*?</script>", b"", page, flags=re.DOTALL)
        assert b"\n" not in frame and b"  " not in frame and b"<!--" not in page, name


def test_what_the_style_of_a_page_uses_is_defined_for_all_of_it(built: Path) -> None:
    for path in built.rglob("*.html"):
        style = path.read_text(encoding="utf-8").partition("<style>")[2].partition("</style>")[0]
        used = set(re.findall(r"var\((--hx-[\w-]+)", style))
        roots = re.findall(r"(?:^|})[^{}@]*:root[^{}]*{([^{}]*)", style)
        missing = used - {name for root in roots for name in re.findall(r"(--hx-[\w-]+):", root)}
        assert roots and not missing, (path, missing)


LONG_TEXTS = {
    f"hi/{ARTICLE}index.html": 33_600,
    "hi/translating/index.html": 31_300,
}
"""Documents that are longer than 30,000 bytes of HTML by their own words, and what they may weigh until they are cut."""


def test_a_page_of_six_hundred_words_has_thirty_thousand_bytes(built: Path) -> None:
    """With as many words as an article of the benchmarks has, whatever the language, the longest texts among them."""
    for path in built.rglob("index.html"):
        page = path.read_bytes()
        article = parsed(page).xpath("//article")[0]
        size = len(lxml.html.tostring(article, encoding="utf-8"))
        share = min(1, 600 / max(1, len(article.text_content().split())))
        assert len(page) - size + size * share <= 30_000, path


def test_no_other_page_has_more_than_thirty_thousand_bytes(built: Path) -> None:
    sizes = {path.relative_to(built).as_posix(): path.stat().st_size for path in built.rglob("*.html")}
    assert {name: size for name, size in sizes.items() if size > LONG_TEXTS.get(name, 30_000)} == {}
    assert [name for name in LONG_TEXTS if sizes[name] <= 30_000] == []


@pytest.mark.browser
@pytest.mark.parametrize("code", CODES)
def test_a_first_visit_is_small(chromium: Any, host: Host, built: Path, code: str) -> None:
    """The article in a cold browser: 50 KB in 8 requests, 20 KB until the text; then the next page in 10 KB."""
    seen = visit(chromium, host, FOLDERS[code])
    assert [one for one in seen.first + seen.second if one.status != 200] == []
    assert len(seen.first) <= 8 and sum(one.size for one in seen.first) <= 50_000, seen.first
    assert seen.first[0].path.endswith(ARTICLE) and seen.first[0].size <= 20_000
    assert len(seen.second) == 1 and seen.second[0].size <= 10_000, seen.second
    assert not [one.path for one in seen.first if "search" in one.path or "words" in one.path]
    # The article, too, is a small second page.
    assert len(gzip.compress((built / FOLDERS[code] / ARTICLE / "index.html").read_bytes(), 6)) <= 9_800


SHIFTS = """() => new Promise((done) => {
  const found = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) found.push([entry.value, ...entry.sources.map((one) => one.node?.className)]);
  }).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(found), 200);
})"""
BOXES = """() => [...document.querySelectorAll("header *, article *")].filter((one) => !one.closest("details > ul")).map(
  (one) => [one.tagName, ...["x", "y", "width", "height"].map((key) => Math.round(one.getBoundingClientRect()[key]))]
)"""


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("code", CODES)
def test_the_text_waits_for_nothing_and_never_moves(chromium: Any, host: Host, code: str, width: int) -> None:
    """While the sheet and the scripts are on their way, header and text stand where they stay."""
    context = chromium.new_context(viewport={"width": width, "height": 6000}, locale="sw-KE")
    page = context.new_page()
    host.withheld = (".css", ".js")
    page.goto(host.address + FOLDERS[code] + ARTICLE, wait_until="commit")
    page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length")
    assert page.locator(".hx-prose > p").last.is_visible()
    assert page.locator(".hx-author").count() == 0
    before = page.evaluate(BOXES)
    host.withheld = ()
    page.goto("about:blank")
    page.goto(host.address + FOLDERS[code] + ARTICLE)
    page.wait_for_load_state("networkidle")
    assert page.locator("[data-offer=sw].hx-offer").count() == (code != "sw")
    after = page.evaluate(BOXES)
    assert before == after and len(before) > 60
    assert page.evaluate(SHIFTS) == []
    context.close()


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 700, 1280])
def test_nothing_moves_while_a_page_arrives_in_pieces(chromium: Any, host: Host, width: int) -> None:
    """Pieces end with a tag: a heading that is cut would be balanced anew. Tables find their widths by their rows."""
    for path in ("is/", "is/checks/", "is/category/content-marketing/", "sw/no/such/page/", f"hi/{ARTICLE}"):
        context = chromium.new_context(viewport={"width": width, "height": 6000}, locale="sw-KE")
        page = context.new_page()
        host.piece = 400
        page.goto(f"{host.address}{path}")
        page.wait_for_load_state("networkidle")
        host.piece = 0
        assert page.evaluate(SHIFTS) == [], path
        context.close()


@pytest.mark.browser
def test_search_fetches_what_it_needs_when_it_opens(chromium: Any, host: Host) -> None:
    page = chromium.new_context(locale="hi").new_page()
    page.goto(host.address + "hi/about/")
    page.wait_for_load_state("networkidle")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    with page.expect_response("**/search_index.json"), page.expect_response("**/words.json"):
        page.locator("[data-open=search]").click()
    page.wait_for_selector("#search-query")
    page.wait_for_timeout(500)  # in which nothing else comes
    fetched = sorted(re.sub(r"[0-9a-f]{8}", "#", path) for path in asked)
    assert fetched == ["/assets/search.#.js", "/hi/search/search_index.json", "/hi/words.json"]
    page.context.close()


@pytest.mark.browser
def test_search_that_cannot_be_fetched_says_so(chromium: Any, host: Host) -> None:
    page = chromium.new_context(locale="fr").new_page()
    told: list[str] = []
    page.on("dialog", lambda dialog: (told.append(dialog.message), dialog.accept()))
    page.goto(host.address + "fr/about/")
    page.route("**/words.json", lambda route: route.abort())
    with page.expect_event("dialog"):
        page.locator("[data-open=search]").click()
    assert told == [page.locator("[data-open=search]").get_attribute("data-failed")] and told[0]
    page.unroute("**/words.json")
    page.locator("[data-open=search]").click()
    page.wait_for_selector("#search-query")
    page.context.close()


# What Material's Markdown can do


FEATURES = r"""
# Heading { #heading }

A paragraph with **strong**, *emphasis*, `code`, ==mark==, ~~gone~~, H~2~O, x^2^, ++ctrl+alt+del++, HTML,
[a link](#heading), a footnote[^1], and ^^inserted^^ words. :smile:

*[HTML]: Hypertext

!!! note "A title"
    Its body, with `code` and a [link](#heading).

!!! warning
    ???+ tip "Nested"
        Deep.

??? danger "Closed"
    Hidden.

| Head | Other |
| :--- | ----: |
| `a`  | b     |

``` python title="name.py" linenums="1" hl_lines="2"
def call(one: int) -> str:  # (1)!
    return "text" + str(one)
```

=== "First"
    One.

=== "Second"
    - Two

- [x] Done
- [ ] Open
    1. One
        1. Deep

Term
:   Its meaning

> A quotation.
>
> > Deeper.

***

<figure markdown="span">
  ![Picture](picture.png){ align=left width=10 }
  <figcaption>Caption</figcaption>
</figure>

[Button](#heading){ .md-button .md-button--primary }

<div class="grid cards" markdown>

- One
- Two

</div>

<table><tr><td>Plain</td></tr></table>

[^1]: The note.
"""
EXTENSIONS = """
markdown_extensions:
  - abbr
  - admonition
  - attr_list
  - def_list
  - footnotes
  - md_in_html
  - tables
  - toc: {permalink: true}
  - pymdownx.betterem
  - pymdownx.caret
  - pymdownx.details
  - pymdownx.highlight: {pygments_lang_class: true}
  - pymdownx.inlinehilite
  - pymdownx.keys
  - pymdownx.mark
  - pymdownx.superfences
  - pymdownx.tabbed: {alternate_style: true}
  - pymdownx.tasklist: {custom_checkbox: true}
  - pymdownx.tilde
"""
OURS = SMALL.replace("  font: false\n", f"  font: false\n  custom_dir: {ROOT / 'overrides'}\n")
RICH = OURS.replace("  - search\n", "") + EXTENSIONS  # Material's search stumbles over some of these features
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c6360000000020001e221bc330000000049454e44ae426082"
)
RICH_TEXTS: dict[str, str | bytes] = {
    "docs/en/features.md": FEATURES,
    "docs/fr/features.md": FEATURES,
    "docs/en/picture.png": PICTURE,
    "docs/en/plain.md": "# Plain\n\nWords.\n",
    "docs/fr/plain.md": "# Plain\n\nWords.\n",
}
STYLES = """(pseudo) => {
  const names = [...getComputedStyle(document.body)].filter((name) => !name.startsWith("--"));
  return [...document.querySelectorAll(".md-typeset, .md-typeset *")].map((one) => {
    const style = getComputedStyle(one, pseudo || undefined);
    const values = names.map((name) => `${name}: ${style.getPropertyValue(name)}`);
    return [`${one.tagName}.${one.className}`, ...values].join("\\n");
  });
}"""


def make(make_site: MakeSite, texts: dict[str, str | bytes], configuration: str) -> Path:
    file = make_site(texts, configuration)
    site: Site = config.load(str(file))
    build.build(publication.read(site))
    return site.site_dir


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize(
    ("width", "scheme", "direction"), [(360, "light", "ltr"), (1280, "dark", "ltr"), (1280, "light", "rtl")]
)
def test_all_of_markdown_looks_as_with_the_whole_of_materials_sheet(
    chromium: Any, make_site: MakeSite, width: int, scheme: str, direction: str
) -> None:
    """Every computed style of every element of a text, and of what stands before and after it, is the same."""
    folder = make(make_site, RICH_TEXTS, RICH)
    page_html = (folder / "features/index.html").read_text(encoding="utf-8")
    own = re.search("<style>(.*?)</style>", page_html, re.DOTALL)
    assert own
    page_html = page_html.replace('dir="ltr"', f'dir="{direction}"', 1)
    import material

    theme = next((Path(material.__path__[0]) / "templates").glob(assets.MATERIAL)).read_text(encoding="utf-8")
    whole = theme + (ROOT / "overrides/hexapla/text.css").read_text(encoding="utf-8")
    own_rules = styles.parse((ROOT / "overrides/hexapla/text.css").read_text("utf-8"))
    left = styles.without_lost(styles.parse(theme), own_rules, assets.INSIDE)
    rebuilt = styles.Style(left, own_rules, around=assets.AROUND)
    part = own[1] if direction == "ltr" else rebuilt.text_for(page_html, page_html)
    assert len(part) < len(whole) / 3
    pages = []
    for style in (part, whole):
        context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        page = context.new_page()
        html = page_html.replace(own[1], style)
        (folder / "features/copy.html").write_text(html, encoding="utf-8")
        with hosting(folder) as host:
            page.goto(host.address + "features/copy.html")
            page.wait_for_load_state("networkidle")
            page.wait_for_timeout(300)  # transitions
            pages.append([page.evaluate(STYLES, pseudo) for pseudo in ("", "::before", "::after", "::marker")])
        context.close()
    for ours, theirs in zip(*pages, strict=True):
        assert len(ours) == len(theirs) > 120
        for one, other in zip(ours, theirs, strict=True):
            assert one.count("\n") > 300
            pairs = zip(one.split("\n"), other.split("\n"), strict=True)
            assert [pair for pair in pairs if pair[0] != pair[1]] == [], one.partition("\n")[0]


def test_a_plain_text_does_not_pay_for_what_others_use(make_site: MakeSite) -> None:
    folder = make(make_site, RICH_TEXTS, RICH)
    plain = (folder / "plain/index.html").read_text(encoding="utf-8")
    rich = (folder / "features/index.html").read_text(encoding="utf-8")
    for name in (".admonition", ".tabbed", ".highlight", ".task-list", ".footnote", " details", " table"):
        assert name in rich.partition("</style>")[0] and name not in plain.partition("</style>")[0], name


def test_what_the_site_adds_finds_what_it_needs(make_site: MakeSite) -> None:
    added = "extra_css: [extra.css]\nextra_javascript: [extra.js]\n"
    texts: dict[str, str | bytes] = {
        "docs/en/extra.css": "p { color: var(--md-code-hl-string-color) }",
        "docs/extra.css": "p { color: var(--md-code-hl-string-color) }",
        "docs/extra.js": "document.body.className = 'tabbed-set'",
    }
    with_them = make(make_site, texts, OURS + added)
    head = (with_them / "index.html").read_text(encoding="utf-8").partition("</style>")[0]
    assert "--md-code-hl-string-color:" in head and ".tabbed-set" in head


def test_other_themes_keep_everything_of_theirs(make_site: MakeSite) -> None:
    folder = make(make_site, {"docs/en/index.md": "# Home\n\n<style></style><!--text-->\n"}, SMALL)
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert "<style></style>" in page and re.search(r"assets/stylesheets/main\.\w+\.min\.css", page)
    assert list((folder / "assets/javascripts").glob("bundle.*.js")) and not (folder / "words.json").exists()


# A large site


def large(make_site: MakeSite, count: int) -> Path:
    texts: dict[str, str | bytes] = {"docs/en/about.md": "# About\n", "docs/fr/about.md": "# À propos\n"}
    for number in range(count):
        texts[f"docs/en/articles/{number:03}.md"] = f"# Article {number:03}\n\nWords.\n"
        texts[f"docs/fr/articles/{number:03}.md"] = f"# Article {number:03}\n\nMots.\n"
    return make(make_site, texts, OURS)


def test_pages_of_a_large_site_do_not_grow_with_it(make_site: MakeSite, tmp_path: Path) -> None:
    sizes = []
    for count in (60, 90):
        folder = large(make_site, count)
        for name in ("index.html", "articles/030/index.html", "fr/articles/030/index.html", "404.html"):
            page = (folder / name).read_bytes()
            sizes.append((name, len(page)))
            nav = parsed(page).xpath("//nav[@id='pages']//a/@href")
            assert (11 if "030" in name else 3) <= len(nav) <= LIMIT + 1 and len(page) < 20_000, (
                name,
                len(nav),
                len(page),
            )
    half = len(sizes) // 2
    assert [abs(one[1] - other[1]) < 40 for one, other in zip(sizes[:half], sizes[half:], strict=True)] == [True] * half
    # Nothing is out of reach without scripts: from the home page, by links.
    for home in ("", "fr/"):
        waiting, found = [home], {home}
        while waiting:
            url = waiting.pop()
            tree = parsed((folder / url / "index.html").read_bytes(), base_url=f"https://x/{url}")
            tree.make_links_absolute()
            for href in tree.xpath("//body//a/@href"):
                target = str(href).partition("#")[0].removeprefix("https://x/")
                if (
                    str(href).startswith("https://x/")
                    and target not in found
                    and (folder / target / "index.html").is_file()
                ):
                    found.add(target)
                    waiting.append(target)
        assert {f"{home}articles/{number:03}/" for number in range(90)} <= found
        assert f"{home}pages/" in found
    lists = [parsed((folder / f"fr/pages/{name}index.html").read_bytes()) for name in ("", "2/")]
    listed = [tree.xpath("//article//ul[not(ancestor::nav)]//a/text()") for tree in lists]
    assert [len(one) for one in listed] == [60, 32]
    assert listed[0][:3] == ["Accueil", "À propos", "Article 000"] and listed[1][-1] == "Article 089"


LONG = "ग्राहक सेवा और ग्राहक सहायता एक ही चीज़ नहीं हैं, भले ही दोनों नाम साथ-साथ लिए जाते हों"
"""A title of 84 characters, 219 bytes."""


@pytest.fixture(scope="module")
def wordy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of 130 articles in one category, with long titles and descriptions in Hindi; 40 translations are stale."""
    root = tmp_path_factory.mktemp("wordy")
    texts = {
        "mkdocs.yml": OURS.replace("locale: fr", "locale: hi").replace("name: Français", "name: हिन्दी")
        + "extra:\n  categories:\n    long: Long\n",
        "docs/en/index.md": "# Home\n",
        "docs/hi/index.md": "# होम\n",
    }
    for number in range(130):
        name, front = f"articles/{number:03}.md", f"date: 2026-01-01\ncategory: long\ntitle: Article {number:03}"
        texts[f"docs/en/{name}"] = f"---\n{front}\ndescription: Words.\n---\n\n# A\n" + "".join(
            f"\nWords, words {one}.\n" for one in range(6)
        )
        meta = f"title: {number:03} {LONG}\ndescription: {LONG}, {LONG}"
        texts[f"docs/hi/{name}"] = f"---\n{meta}\n---\n\n# {LONG}\n" + "".join(
            f"\n{LONG} {LONG} {one}.\n" for one in range(6)
        )
    for path, text in texts.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    write_records(config.load(str(root / "mkdocs.yml")))
    for number in range(40):
        name, more = f"docs/en/articles/{number:03}.md", 1 + number % 5
        (root / name).write_text(texts[name].replace("Words, words", "Other words", more), encoding="utf-8")
    site = config.load(str(root / "mkdocs.yml"))
    build.build(publication.read(site))
    return site.site_dir


def test_no_page_of_a_large_site_is_large(wordy: Path) -> None:
    sizes = {path.relative_to(wordy).as_posix(): path.stat().st_size for path in wordy.rglob("*.html")}
    assert len(sizes) > 270
    assert {name: size for name, size in sizes.items() if size > 30_000} == {}


def test_a_long_category_takes_several_pages(wordy: Path) -> None:
    trees = [parsed((wordy / f"category/long/{name}index.html").read_bytes()) for name in ("", "2/", "3/", "6/")]
    members = [tree.xpath("//ul[@class='hx-members']/li/a/text()") for tree in trees]
    assert [len(one) for one in members] == [24, 24, 24, 10]
    assert not set(members[0]) & set(members[1])
    assert [tree.xpath("string(//h1)") for tree in trees] == ["Long", "Long (2)", "Long (3)", "Long (6)"]
    numbers = [[item.xpath("string()") for item in tree.xpath("//nav[@class='hx-numbers']//li")] for tree in trees]
    assert numbers == [[*"123", "…", "6"], [*"1234", "…", "6"], list("123456"), ["1", "…", "4", "5", "6"]]
    assert trees[1].xpath("//nav[@class='hx-numbers']//a/@href") == [
        "../../../category/long/",
        "../../../category/long/3/",
        "../../../category/long/4/",
        "../../../category/long/6/",
    ]
    assert trees[1].xpath("//nav[@class='hx-numbers']//a/@rel") == ["prev", "next"]
    assert trees[1].xpath("//nav[@class='hx-numbers']//*[@aria-current='page']/text()") == ["2"]
    assert trees[1].xpath("//link[@rel='canonical']/@href") == ["https://small.example/category/long/2/"]
    assert trees[1].xpath("//link[@rel='alternate'][@hreflang='hi']/@href") == [
        "https://small.example/hi/category/long/2/"
    ]
    assert not (wordy / "category/long/7").exists()
    sitemap = (wordy / "sitemap-hi.xml").read_text(encoding="utf-8")
    assert "<loc>https://small.example/hi/category/long/6/</loc>" in sitemap


def test_the_status_page_of_a_large_site_lists_what_is_behind_in_its_language(wordy: Path) -> None:
    source, hindi = (parsed((wordy / name).read_bytes()) for name in ("status/index.html", "hi/status/index.html"))
    assert not source.xpath("//table")
    assert source.xpath("//h2[@id='progress-hi']/a/@href") == ["../hi/status/"]
    heading = source.xpath("string(//h2[@id='progress-hi'])")
    assert re.fullmatch(r"हिन्दी – [1-9]\d%", heading) and heading == hindi.xpath("string(//h2[@id='progress-hi'])")
    rows = hindi.xpath("//table/tbody/tr[th]")
    assert len(rows) == 12
    behind = [int(row.xpath("string(td[2])")) for row in rows]
    assert behind == [0] + [5] * 8 + [4] * 3  # the words of the interface are missing in this language
    assert {len(cell.xpath(".//li")) for cell in hindi.xpath("//td[@colspan]")} == {2}
    text = hindi.xpath("string(//main)")
    assert "Pages that are up to date: 91 of 131" in text and "Further pages that are not: 29" in text
    figures = json.loads((wordy / "status/status.json").read_text(encoding="utf-8"))
    assert sum(row["stale"] > 0 for row in figures) == 40


def test_a_document_with_the_name_of_a_list_page_stays(make_site: MakeSite) -> None:
    texts: dict[str, str | bytes] = {f"docs/en/articles/{number:03}.md": f"# {number:03}\n" for number in range(70)}
    texts |= {"docs/en/pages/2.md": "# Mine\n", "docs/fr/pages/2.md": "# À moi\n"}
    folder = make(make_site, texts, OURS)
    assert "Mine" in (folder / "pages/2/index.html").read_text(encoding="utf-8")
    assert "À moi" in (folder / "fr/pages/2/index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("start", "stop", "titles"),
    [(0, 2, ["a", ("s", ["b"])]), (1, 3, [("s", ["b", "c"])]), (2, 5, [("s", ["c", ("t", ["d"])]), "e"]), (5, 9, [])],
)
def test_a_part_of_the_pages_stays_in_its_sections(start: int, stop: int, titles: list[Any]) -> None:
    inner = Entry("t", "d/", children=[Entry("d", "d/")])
    entries = [
        Entry("a", "a/"),
        Entry("s", "b/", children=[Entry("b", "b/"), Entry("c", "c/"), inner]),
        Entry("e", "e/"),
    ]

    def shown(found: Any) -> list[Any]:
        return [(one.title, shown(one.children)) if one.children else one.title for one in found]

    assert shown(part(entries, start, stop)) == titles
