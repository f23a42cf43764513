"""A quick look finds pages plain that are beyond suspicion, and no others."""

from __future__ import annotations

from pathlib import Path

import pytest
from hexapla import cleaning
from hexapla.rendering import Page
from hypothesis import example, given, settings
from hypothesis import strategies as st

NAMES = sorted(
    {*cleaning.INSIDE, *cleaning.BLOCKS, *"li th td details summary script form svg input body select".split()}
)
ATTRIBUTES = (
    "", "", "", ' id="one"', ' id="__search"', ' class="headerlink"', ' class="md-nav"', ' href="../a/"', ' style="text-align: left;"',
    ' href="javascript:x"', ' src="a.png"', ' src="https://a.b/c.png"', ' onclick="x"', ' title="a"', ' title="a" title="b"',
    ' style="color: red"', ' start="2"', ' align="left"', " open", " id=a", ' title="<i>"', ' href="?a&amp;b"',
)  # fmt: skip
starts = st.tuples(st.sampled_from(NAMES), st.sampled_from(ATTRIBUTES)).map(lambda one: f"<{one[0]}{one[1]}>")
pieces = st.one_of(
    starts,
    st.sampled_from(NAMES).map(lambda name: f"</{name}>"),
    st.sampled_from(["words", " ", "\n", "&lt;", "<br />", "<hr>", "<!-- x -->", "<", ">", "\x00", "<p/>"]),
)


def nested(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    one = st.tuples(st.sampled_from(NAMES), st.sampled_from(ATTRIBUTES), st.lists(children, max_size=3))
    return one.map(lambda it: f"<{it[0]}{it[1]}>{''.join(it[2])}</{it[0]}>")


trees = st.recursive(st.sampled_from(["words", "", "<br />", '<img src="a.png">']), nested, max_leaves=12)


@settings(max_examples=1500, deadline=None)
@given(st.lists(trees | pieces, max_size=6).map("".join))
@example('<p>one <em>two</em> <a href="../b/">three</a></p>\n<ul>\n<li>\n<p>x</p>\n</li>\n</ul>')
@example("<p><em><ul></ul></em></p>")
@example("<a><a></a></a>")
@example("<table><tr><td></td></tr></table>")
def test_what_is_plain_is_beyond_suspicion(html: str) -> None:
    if cleaning.is_plain(html):
        assert not cleaning._is_suspect(Page(html), Page(""))
        assert cleaning.clean(html, lambda: pytest.fail("the source was asked for")) == html


@pytest.mark.parametrize(
    "html",
    [
        "<p>words</p>",
        '<h2 id="a">x<a class="headerlink" href="#a" title="Link">¶</a></h2>',
        "<ul>\n<li><strong>a</strong> b</li>\n<li>\n<p>c</p>\n<ol>\n<li>d</li>\n</ol>\n</li>\n</ul>",
        '<table>\n<thead>\n<tr>\n<th style="text-align: left;">a</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>b</td>\n</tr>\n</tbody>\n</table>',
        '<div class="highlight"><pre><span></span><code><span class="n">x</span> <span class="o">=</span>\n</code></pre></div>',
        "<blockquote>\n<p>a<br />\nb</p>\n</blockquote>\n<hr />",
        '<p><img alt="a" src="b.png" /></p>',
    ],
)
def test_what_markdown_writes_is_plain(html: str) -> None:
    assert cleaning.is_plain(html)


@pytest.mark.parametrize(
    "html",
    [
        "<p>a", "a</p>", "<p><div></p></div>", "<p><ul></ul></p>", "<ul><p>a</p></ul>", "<table><div></div></table>",
        "<script>x</script>", '<p onclick="x">a</p>', '<a href="javascript:x">a</a>', '<p id="__x">a</p>', "<P>a</P>",
        "<p>a < b</p>", "<!-- a -->", '<a href="b"><p>a</p></a>', '<p title="a" title="b">a</p>', "<p class=a>b</p>",
        '<p class="md-nav">a</p>', "<li>a</li>", "</p>", "<p>a</p ><p>b", '<em>a<p>b</p></em>',
    ],
)  # fmt: skip
def test_what_is_not_sure_is_not_plain(html: str) -> None:
    assert not cleaning.is_plain(html)


def test_texts_of_the_publication_are_plain(built: Path) -> None:
    path = built / "fr" / "about" / "index.html"
    text = path.read_text(encoding="utf-8")
    content = text.partition('<div class="md-typeset hx-prose">')[2].partition("</div>")[0]
    assert len(content) > 500
    assert cleaning.is_plain(content)
