"""Inline Markdown comes out as from Python-Markdown itself, and patterns that cannot match are not tried."""

from __future__ import annotations

from typing import Any

import pytest
from hexapla import spans
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
]
PIECES = st.sampled_from(
    ["a", "word", " ", "\n", "  \n", "\n\n", "*", "**", "***", "_", "__", "`", "``", "\\", "\\*", "[", "]", "(", ")", "![",
     "[a](b)", "![a](b)", "[a][b]", "[a]", "\n\n[b]: /x\n\n", "<", ">", "<b>", "</b>", "<a@b.c>", "<https://a.b>", "&",
     "&amp;", "&#38;", "~~", "^", "==", "++a++", "(c)", "--", "'", '"', "[[w]]", "[^1]", "{: .a }", "- ", "> ", "# ", "|",
     "\x02", "\x03", "klzzwxh:0001", "हि"]
)  # fmt: skip


def converted(text: str, extensions: list[Any], quick: bool) -> str:
    md = Markdown(extensions=extensions)
    if quick:
        spans.quicken(md)
        assert type(md.treeprocessors["inline"]) is spans.QuickInlineProcessor
    try:
        return md.convert(text)
    except Exception as error:
        return repr(error)


@settings(max_examples=600, deadline=None)
@given(st.lists(PIECES | st.text(max_size=4), max_size=30).map("".join), st.sampled_from(EXTENSIONS))
@example("**a *b* c** [d `e`](f) ![g](h) &amp; <i> two  \nlines \\* _u_ __v__", [])
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
    spans.quicken(md)
    assert md.convert("Only words.") == "<p>Only words.</p>"
    assert not tried
    assert md.convert("Some *more* words.") == "<p>Some <em>more</em> words.</p>"
    assert set(tried) == {r"\*|_"}


def test_unknown_patterns_are_tried_on_everything() -> None:
    class Shout(InlineProcessor):
        def handleMatch(self, m: Any, data: str) -> Any:
            return m[0].upper(), m.start(), m.end()

    md = Markdown()
    md.inlinePatterns.register(Shout("oh"), "shout", 70)
    spans.quicken(md)
    assert md.convert("oh no") == "<p>OH no</p>"


@pytest.mark.parametrize("times", [1, 2])
def test_a_processor_of_somebody_else_stays(times: int) -> None:
    md = Markdown()
    for _ in range(times):
        spans.quicken(md)
    mine = md.treeprocessors["inline"]
    spans.quicken(md)
    assert md.treeprocessors["inline"] is mine
