"""Cutting Markdown: nothing is lost, whatever the text; and what is found is what translators translate."""

from __future__ import annotations

from pathlib import Path

import pytest
from hexapla import blocks, content
from hexapla.blocks import Segment, cut
from hexapla.problems import Stop
from hypothesis import example, given, settings
from hypothesis import strategies as st

PIECES = st.sampled_from(
    ["# A", "text", "- x", "1. y", "> q", "    ", "\t", "```", "~~~", "|a|b|", "|-|-|", "---", "===", "!!! note", '"T"',
     "\n", "\r\n", "\r", "\n\n", "  \n", "\\\n", "[^1]: ", ":   ", "<div>", "</div>", "{{< x >}}", "--8<--", "*", "`",
     "![a](b)", "{ #i }", "=== ", '???+ tip "', "\u2028", "\x0b", "\x0c", "\x85", "\ufeff", "é", "हि", "\x00"]
)  # fmt: skip
MARKDOWN = st.lists(PIECES | st.text(max_size=8), max_size=40).map("".join)


LINES = st.lists(
    st.tuples(
        st.sampled_from(["", "", "", "    ", "  ", "- ", "> ", "\t"]),
        st.sampled_from(
            ["word", "# Head", "# a #", "#", "- item", "1. one", "> quote", "```", "```py", "````", "~~~", "`a` b", "---",
             "***", "===", "[a]: /x", "[^1]: note", "[a](b)", "![a](b)", '!!! note "T"', ": def", "| a | b |", "|---|---|",
             "a | b", "<div>", "<script>", "-->", "\xa0x", "\u2028y", "*em* x", "_u_", "{: .a }", "[a", "b]: /x", "3 x",
             "x\\", "- [ ] t", "$$", '--8<-- "a"', "\x85", "\x0cff", "हिन्दी", "two  ", ""]
        ),
        st.sampled_from(["\n", "\n", "\n\n", "\r\n", "\r"]),
    ),
    max_size=14,
).map(lambda lines: "".join(map("".join, lines)))  # fmt: skip


@settings(max_examples=1500, deadline=None)
@given(LINES | MARKDOWN)
@example("- item\n\n    ```\n\nword\n")
@example("word\n\n    : def\n")
@example("- <script>\n\nword\n")
@example("\x85\nx\n")
def test_what_is_plain_is_read_as_markdown_it_reads_it(text: str) -> None:
    quick = cut(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "_tokens", blocks._parse)
        assert quick == cut(text)


def test_most_documents_are_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """The parser is asked for the list of two paragraphs only, and not for what is around it."""
    read: list[str] = []
    parse = blocks.PARSER.parse
    monkeypatch.setattr(blocks.PARSER, "parse", lambda text: read.append(text) or parse(text))
    cut("# Head\n\nSome *words*\non two lines.\n\n- one\n\n  two\n\n“More” words.\n\n```\na\n\nb\n```\n")
    cut("- one\n- *two*\n\n# Head\n\n9. nine\n7. seven\n")
    assert read == ["- one\n\n  two\n", "```\na\n\nb\n```"]


@settings(max_examples=300, deadline=None)
@given(MARKDOWN)
@example("\x1f\r0")
def test_segments_stand_where_they_say(text: str) -> None:
    """Segments are in order, do not overlap, and hold their words: only marks and white space lie between."""
    end = 0
    for piece in cut(text):
        assert 0 <= piece.start <= piece.end <= len(text)
        if isinstance(piece, Segment):
            assert piece.start >= end
            end = piece.end
            inside = text[piece.start : piece.end]
            words = [word for word in piece.text.replace("\\", " ").split()]
            assert all(word in inside.replace("\\", " ").replace("\x00", "\ufffd") for word in words), (piece, inside)
            before = text[: piece.start].replace("\r\n", "\n").replace("\r", "\n")
            assert (piece.line, piece.column) == (before.count("\n") + 1, len(before) - before.rfind("\n"))


@settings(max_examples=200, deadline=None)
@given(MARKDOWN)
def test_any_document_can_be_read_or_refused(text: str) -> None:
    """A document is read whole, or refused with a problem; nothing else happens."""
    try:
        document = content.parse(Path("x.md"), text)
    except Stop:
        return
    assert document.text == text
    assert text[: document.body_start] + document.body == text
    list(document.segments)


TEXT = """\
# Title { #title .big }

Para one
continues [here](x.md).
{: .lead }

> quote *one*
> two

- item a
- item b

    second para of b

1. one
   wrapped

!!! note "Title here"

    Body text.

    - nested item

=== "Tab A"

    Tab text

??? tip

    Hidden

| A | B |
|---|---|
| x | `y|z` |
| x | a \\| b |

Term
:   Definition one

Text[^1].

[^1]: The note.

![Alt text](a.png){ width=300 }

--8<-- "snippet.md"

{{< shortcode "x" >}}

{{% block %}}

::: package.module

```py
code
```

<div markdown>

inner

</div>

line  
hard\\
break
"""

EXPECTED = [
    ("heading", "", "Title", "title"),
    ("paragraph", "", "Para one continues [here](x.md).", ""),
    ("quote", "quote", "quote *one* two", ""),
    ("item", "ul/li", "item a", ""),
    ("item", "ul/li", "item b", ""),
    ("item", "ul/li", "second para of b", ""),
    ("item", "ol/li", "one wrapped", ""),
    ("title", "", "Title here", ""),
    ("paragraph", "admonition", "Body text.", ""),
    ("item", "admonition/ul/li", "nested item", ""),
    ("title", "", "Tab A", ""),
    ("paragraph", "tab", "Tab text", ""),
    ("paragraph", "details", "Hidden", ""),
    ("cell", "table/tr", "A", ""),
    ("cell", "table/tr", "B", ""),
    ("cell", "table/tr", "x", ""),
    ("cell", "table/tr", "`y", ""),
    ("cell", "table/tr", "x", ""),
    ("cell", "table/tr", "a \\| b", ""),
    ("term", "dl", "Term", ""),
    ("definition", "dl/definition", "Definition one", ""),
    ("paragraph", "", "Text[^1].", ""),
    ("footnote", "footnote", "The note.", ""),
    ("alt", "", "Alt text", ""),
    ("paragraph", "", "inner", ""),
    ("paragraph", "", "line  \nhard\\\nbreak", ""),
]


def test_what_is_a_segment() -> None:
    found = [(one.kind, one.nest, one.text, one.key) for one in cut(TEXT) if isinstance(one, Segment)]
    assert found == EXPECTED


def test_what_is_left_whole() -> None:
    found = [one.text.split("\n")[0] for one in cut(TEXT) if not isinstance(one, Segment) and one.kind != "container"]
    assert found == [
        '--8<-- "snippet.md"', '{{< shortcode "x" >}}', "{{% block %}}", "::: package.module", "```py",
        "<div markdown>", "</div>",
    ]  # fmt: skip


@pytest.mark.parametrize("ending", ["\r\n", "\r"])
def test_line_endings_change_nothing_but_offsets(ending: str) -> None:
    one = [(s.kind, s.text, s.line, s.column) for s in cut(TEXT) if isinstance(s, Segment)]
    other = [(s.kind, s.text, s.line, s.column) for s in cut(TEXT.replace("\n", ending)) if isinstance(s, Segment)]
    assert one == other


def test_wrapping_changes_nothing() -> None:
    one, other = cut("> A long line of words.\n"), cut("> A long\n> line\n> of words.\n")
    assert [piece.text for piece in one] == [piece.text for piece in other] == ["A long line of words."]


def test_front_matter_segments_have_their_places() -> None:
    text = '---\r\ntitle: "A: b"\r\ndate: 2026-11-22\r\ndescription: Words\r\n---\r\n# H\r\n'
    document = content.parse(Path("x.md"), text)
    found = [(one.key, one.text, text[one.start : one.end], one.line, one.column) for one in document.words]
    assert found == [("title", "A: b", '"A: b"', 2, 8), ("description", "Words", "Words", 4, 14)]
    assert document.segments[-1].line == 6


def test_deep_nesting_is_no_trouble() -> None:
    assert blocks.cut("> " * 500 + "deep\n") is not None
    assert blocks.cut("- " * 500 + "deep\n") is not None
