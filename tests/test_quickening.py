"""Markdown comes out as from Python-Markdown itself, and what cannot make a difference is not tried."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hexapla import quickening
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown import Markdown
from markdown.inlinepatterns import InlineProcessor

EXTENSIONS: list[Any] = [
    [],
    ["attr_list", "tables", "footnotes", "abbr", "smarty", "md_in_html", "nl2br", "toc"],
    [
        "pymdownx.betterem",
        "pymdownx.caret",
        "pymdownx.tilde",
        "pymdownx.keys",
        "pymdownx.smartsymbols",
        "pymdownx.mark",
    ],
    ["legacy_em", "wikilinks", "sane_lists", "def_list"],
    ["abbr", "admonition", "def_list", "footnotes", "md_in_html", "sane_lists", "tables", "toc"],
    ["admonition", "pymdownx.details", "toc", "tables", "pymdownx.superfences"],
]
PIECES = st.sampled_from(
    ["a", "word", " ", "\n", "  \n", "\n\n", "*", "**", "***", "_", "__", "`", "``", "\\", "\\*", "[", "]", "(", ")", "![",
     "[a](b)", "![a](b)", "[a][b]", "[a]", "\n\n[b]: /x\n\n", "<", ">", "<b>", "</b>", "<a@b.c>", "<https://a.b>", "&",
     "&amp;", "&#38;", "~~", "^", "==", "++a++", "(c)", "--", "'", '"', "[[w]]", "[^1]", "{: .a }", "- ", "> ", "# ", "|",
     "\x02", "\x03", "klzzwxh:0001", "हि", "a\n\n", "\n\n# ", "\n\n- a\n\n", "\n\n    ", "    ", "\n===\n", "\n\n1. ", "[TOC]",
     "\n\n[TOC]\n\n", "\n\n!!! note\n", "\n\n: ", "\n\n[^1]: ", "\n\n*[a]: ", "\n\n<div markdown='1'>\n", "</div>", "\n|-|-|\n"]
)  # fmt: skip


def converted(text: str, extensions: list[Any], quick: bool) -> str:
    md = Markdown(extensions=extensions)
    if quick:
        quickening.quicken(md)
        assert type(md.treeprocessors["inline"]) is quickening.QuickInlineProcessor
    try:
        return md.convert(text)
    except Exception as error:
        return repr(error)


@settings(max_examples=600, deadline=None)
@given(st.lists(PIECES | st.text(max_size=4), max_size=30).map("".join), st.sampled_from(EXTENSIONS))
@example("**a *b* c** [d `e`](f) ![g](h) &amp; <i> two  \nlines \\* _u_ __v__", [])
@example('[a](b\\_c "d\\*")', [])
@example("<div markdown='1'>\n\\*a\n</div>", EXTENSIONS[1])
@example("a[^1]\n\n[^1]: \\*\n\n*[a]: \\*\n", EXTENSIONS[1])
def test_everything_comes_out_the_same(text: str, extensions: list[Any]) -> None:
    assert converted(text, extensions, quick=True) == converted(text, extensions, quick=False)


def test_patterns_without_their_sign_are_not_tried() -> None:
    md = Markdown()
    tried: list[str] = []

    def watch(pattern: Any) -> None:
        find = pattern.getCompiledRegExp
        pattern.getCompiledRegExp = lambda: tried.append(pattern.pattern) or find()

    for pattern in md.inlinePatterns:
        watch(pattern)
    quickening.quicken(md)
    assert md.convert("Only words.") == "<p>Only words.</p>"
    assert not tried
    assert md.convert("Some *more* words.") == "<p>Some <em>more</em> words.</p>"
    assert set(tried) == {r"\*|_"}


def test_unknown_patterns_are_tried_on_everything() -> None:
    class Shout(InlineProcessor):
        def handleMatch(self, m: re.Match[str], data: str) -> tuple[str, int, int]:  # type: ignore[override]
            return m[0].upper(), m.start(), m.end()

    md = Markdown()
    md.inlinePatterns.register(Shout("oh"), "shout", 70)
    quickening.quicken(md)
    assert md.convert("oh no") == "<p>OH no</p>"


@pytest.mark.parametrize("times", [1, 2])
def test_a_processor_of_somebody_else_stays(times: int) -> None:
    md = Markdown()
    for _ in range(times):
        quickening.quicken(md)
    mine = md.treeprocessors["inline"]
    quickening.quicken(md)
    assert md.treeprocessors["inline"] is mine


def test_a_plain_paragraph_is_asked_of_no_processor() -> None:
    md = Markdown(extensions=["tables", "toc"])
    quickening.quicken(md)
    asked: list[str] = []

    def watch(processor: Any) -> None:
        test = processor.test
        processor.test = lambda parent, block: asked.append(block) or test(parent, block)

    for processor in md.parser.blockprocessors:
        watch(processor)
    assert md.convert("One: `two` | three.\n\n# Four\n") == (
        '<p>One: <code>two</code> | three.</p>\n<h1 id="four">Four</h1>'
    )
    assert asked and not [block for block in asked if "One" in block]


def test_a_table_of_contents_is_made_where_it_is_asked_for() -> None:
    md = Markdown(extensions=["toc"])
    quickening.quicken(md)
    assert 'href="#one"' in md.convert("[TOC]\n\n# One\n")
    assert 'href="#one"' not in md.convert("# One\n")
    assert 'href="#two"' in md.convert("[TOC]\n\n# Two\n")


def test_escaped_signs_are_looked_for_where_there_is_a_backslash() -> None:
    md = Markdown()
    quickening.quicken(md)
    unescape: Any = md.treeprocessors["unescape"]
    looked: list[str] = []
    unescape.unescape = lambda text: looked.append(text) or type(unescape).unescape(unescape, text)
    assert md.convert("one\n\ntwo *three*") == "<p>one</p>\n<p>two <em>three</em></p>"
    assert not looked
    assert md.convert("one\n\ntwo \\*") == "<p>one</p>\n<p>two *</p>"
    assert looked
