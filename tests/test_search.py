"""What goes into the search index: our reader of pages finds what that of Material's search plugin finds."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hexapla import search
from hypothesis import example, given
from hypothesis import strategies as st
from material.plugins.search.plugin import Parser, SearchIndex, SearchPlugin
from mkdocs.contrib.search import SearchPlugin as TheirSearchPlugin
from mkdocs.plugins import PluginCollection

NAMES = "p code pre li ol ul sub sup h1 h2 h3 a em div table td br img hr blockquote details b P H2".split()
ATTRIBUTES = (
    ' id="one"', ' id="two"', " id", ' id=""', ' class="headerlink"', ' class="a b"', ' title="a > b"', "\n  hidden",
    ' ID="three"', ' id="x" id="y"', ' href="?a=1"', ' title="<p>"',
)  # fmt: skip
TEXTS = (
    "word",
    " ",
    "\n",
    "two\nlines",
    "&amp;",
    "&lt;p&gt;",
    "&eacute;&nbsp;",
    "&",
    "a &b",
    "हिन्दी",
    "¶",
    "  ",
    "\u2028",
)
STRANGE = (
    "<", ">", "<!-- note -->", "<script>x < y</script>", '<p data-search-exclude="true">', '<P DATA-SEARCH-exclude>', "<p class=x>", "<p class='x'>",
    '<div class="linenodiv">', "<3", "</ p>", "<x-y>", "<p/ >", "<?x?>", "<![CDATA[x]]>", "<style>p</style>",
    "<textarea>", "<p\tid='a'>", '<h2 id="a&amp;b">', "<hx>", "</", "<p", '<p title="', "\x00", "</p class>", "<title>",
)  # fmt: skip


def tag(name: str, attributes: list[str], end: str) -> str:
    return f"<{name}{''.join(attributes)}{end}>"


starts = st.builds(
    tag, st.sampled_from(NAMES), st.lists(st.sampled_from(ATTRIBUTES), max_size=2), st.sampled_from(["", "/", " /"])
)
ends = st.sampled_from(NAMES).map(lambda name: f"</{name}>")
texts = st.sampled_from(TEXTS)
plain = st.lists(starts | ends | texts, max_size=30).map("".join)
anything = st.lists(starts | ends | texts | st.sampled_from(STRANGE), max_size=20).map("".join)


def by_material(html: str) -> list[tuple[Any, ...]] | str:
    parser: Any = Parser()
    try:
        parser.feed(html)
        parser.close()
    except ValueError as error:
        return type(error).__name__
    return [(one.el.tag, one.depth, one.id or None, one.title, one.text) for one in parser.data]


def by_us(html: str) -> list[tuple[Any, ...]] | str | None:
    try:
        found = search.sections(html)
    except ValueError as error:
        return type(error).__name__
    return None if found is None else [(one.tag, one.depth, one.id or None, one.title, one.text) for one in found]


@given(plain)
@example('<h2 id="a">x<a class="headerlink">¶</a></h2><p>text</p><p> </p><div><h3 id="b">y</h3>z</div>after')
@example("<h2>no id</h2><pre><code>a\n\n</code></pre>")
def test_pages_as_programs_write_them(html: str) -> None:
    ours = by_us(html)
    assert ours is not None
    assert ours == by_material(html)


@given(anything)
def test_what_is_strange_is_left_to_the_plugin(html: str) -> None:
    ours = by_us(html)
    assert ours is None or ours == by_material(html)


@pytest.mark.parametrize("html", [one for one in STRANGE if one not in (">", "\x00", "<p\tid='a'>")])
def test_what_is_strange(html: str) -> None:
    assert search.sections(f"<p>before</p>{html}") is None


def test_texts_of_the_publication_are_read_quickly(built: Path) -> None:
    count = 0
    for path in sorted(built.rglob("index.html")):
        _, opening, rest = path.read_text(encoding="utf-8").partition('<div class="md-typeset hx-prose">')
        content = opening + rest.partition("<form")[0].partition("<footer")[0].partition("<script")[0]
        ours = by_us(content)
        assert ours == by_material(content), path
        count += ours is not None and len(ours) > 1
    assert count > 12


class Counted(SearchPlugin):
    """Material's plugin, that counts how often its own method is called for a page."""

    def __init__(self) -> None:
        super().__init__()
        self.load_config({})
        self.search_index = SearchIndex()
        self.slow = 0

    def on_page_context(self, context: Any, **page: Any) -> None:
        self.slow += 1
        super().on_page_context(context, **page)


def collected(page: Any, is_quick: bool) -> tuple[Counted, str]:
    """The plugin after it has been given a page, and the page's text after that."""
    plugins = PluginCollection()
    plugin = plugins["material/search"] = Counted()
    if is_quick:
        search.quicken(plugins)
    plugins.run_event("page_context", {}, page=page, config=None, nav=None)
    return plugin, page.content


@pytest.mark.parametrize(
    ("content", "meta", "slow"),
    [
        ('<h1 id="a">A</h1><p>b</p><h2 id="c">C &amp; c</h2><p>d</p>', {}, 0),
        ("<p>b</p>", {"search": {"boost": 2}}, 1),
        ("<p>b</p>", {"search": {"exclude": True}}, 1),
        ("<p data-search-exclude>b</p>", {"tags": ["x"]}, 1),
        ('<p><code>a data-search-exclude="b" c</code></p>', {}, 1),
        ("<p>b</p>", {"tags": ["x", "y"], "title": "T"}, 0),
    ],
)
def test_entries_are_those_of_the_plugin(content: str, meta: dict[str, Any], slow: int) -> None:
    pages = [SimpleNamespace(content=content, meta=meta, toc=[], url="a/", title="Title") for _ in range(2)]
    (theirs, their_text), (plugin, text) = collected(pages[0], is_quick=False), collected(pages[1], is_quick=True)
    assert plugin.search_index.entries == theirs.search_index.entries
    assert text == their_text
    assert plugin.slow == slow


def test_other_search_plugins_are_left_alone() -> None:
    plugins = PluginCollection()
    search.quicken(plugins)
    plugins["search"] = TheirSearchPlugin()
    methods = [*plugins.events["page_context"]]
    search.quicken(plugins)
    assert plugins.events["page_context"] == methods != []
