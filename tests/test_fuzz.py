"""Nothing that strangers write makes a reader or a rule raise, fail or hang."""

from __future__ import annotations

import pytest
from hexapla.config import Site
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import fuzzing

PIECES = (
    "# a", "## b { #b }", "{: .x onclick=y }", "- ", "1. ", "  - ", "> ", "| a | b |", "| - | - |", "```", "~~~", "    code",
    "[x](", "https://a.example/", ")", "[x][y]", "[y]: z", "![p](q)", "<b>", "</b>", "<!-- ", " -->", "<script>", "&amp;", "&#x6A;",
    "`", "``", "*", "**", "_", "\\", "^1", "[^1]", "[^1]: n", "!!! note \"t\"", "=== \"t\"", ": d", "---", "title: x", "...",
    "{{ x }}", "{% y %}", "--8<-- \"z\"", "<<<<<<< a", "=======", ">>>>>>> b", "«", "»", "“", "”", "„", "\"", "'", "…", "..", "  ",
    "\u00a0", "\u202f", "\u200d", "\u202e", "\ufffd", "\ue000", "é", "e\u0301", "а", "ग्राहक सेवा।", "support", "customer service",
    "ExactTarget", "US$50", "1.234,5", "१२", "22 November 2026", "?", "!", ":", ".", "<!-- hexapla: ignore number: x -->",
)  # fmt: skip
WORDS = st.one_of(st.sampled_from(PIECES), st.text(max_size=8))
TEXTS = st.lists(st.tuples(WORDS, st.sampled_from(("", " ", "\n", "\n\n", "\r\n"))), max_size=40).map(
    lambda parts: "".join(word + gap for word, gap in parts)
)
BRIEF = settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return fuzzing.make_site(tmp_path_factory.mktemp("fuzz"))


@pytest.mark.slow
@BRIEF
@given(source=TEXTS, translation=TEXTS, code=st.sampled_from(("fr", "hi")))
def test_documents(small: Site, source: str, translation: str, code: str) -> None:
    fuzzing.try_documents(small, source, translation, code)


SKELETON = {
    "structure",
    "link-target",
    "link-new-host",
    "code",
    "image",
    "footnote",
    "html",
    "template-code",
    "kept-name",
}


@pytest.mark.slow
@BRIEF
@given(text=TEXTS)
def test_a_document_has_the_skeleton_of_itself(small: Site, text: str) -> None:
    """A copy of the source differs from it in nothing that a rule of the skeleton compares."""
    assert not fuzzing.try_documents(small, text, text, "hi") & SKELETON


@BRIEF
@given(text=TEXTS)
def test_inline(text: str) -> None:
    fuzzing.try_inline(text)


PO_LINES = st.one_of(
    st.sampled_from(
        (
            'msgid ""', 'msgstr ""', '"Language: fr\\n"', '"Content-Type: text/plain; charset=UTF-8\\n"', 'msgid "a"', 'msgstr "b"',
            'msgid_plural "c"', 'msgstr[0] "d"', 'msgstr[99999999] "e"', "#, fuzzy", '#| msgid "f"', '#~ msgid "g"', "# x", 'msgctxt "h"',
            '"Plural-Forms: nplurals=3; plural=(n > 1);\\n"', '"%(q)s {m.__class__}"', "", "<<<<<<< HEAD", "\ufeff",
        )
    ),
    st.text(max_size=12),
)  # fmt: skip


@BRIEF
@given(lines=st.lists(PO_LINES, max_size=20))
def test_catalogs(small: Site, lines: list[str]) -> None:
    fuzzing.try_catalog(small, "\n".join(lines))


@BRIEF
@given(
    text=st.one_of(
        st.text(max_size=60),
        st.lists(st.sampled_from(("[terms]", "keep = ", '["a"]', '"support" = ', "x", "\n", "[[", "1979-05-27"))).map(
            "".join
        ),
    )
)
def test_glossaries(small: Site, text: str) -> None:
    fuzzing.try_glossary(small, text)
