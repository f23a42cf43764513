"""Front matter: two readers of YAML give the same, to the letter, or the quick one is not asked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hexapla import content
from hexapla.cache import Store, Table
from hexapla.content import Document, parse
from hexapla.problems import Stop
from hypothesis import example, given, settings
from hypothesis import strategies as st

KEYS = (
    "title: ",
    "description: ",
    "subtitle: ",
    "picture_alt: ",
    "title:",
    "a: ",
    "- ",
    "  - ",
    "  b: ",
    "? ",
    "",
    "  ",
    "'q': ",
)
SCRAPS = st.sampled_from(
    (
        "words", "Two words", " ", ": ", ":", " #", "# c", "'", '"', "''", '\\"', "\\n", "\\x41", "\\ud83d", "\\/", "[", "]", "{", "}",
        ", ", ",", "&a ", "*a", "*", "!", "!!str ", "!!int ", "|", ">", "|-\n  ", ">+\n\n  ", "|#", "%", "@", "`", "---", "...", "~",
        "null", "yes", "1", "0x1F", "1_000", ".5", "1:30", "2026-11-22", "2026-13-45", "2026-11-22T10:00:00Z", "<<", "<<: ", "=", "\n  ",
        "\n- ", "\n\n", "Q & A", "C#", "a?", " ?", " !", "\t", "\r\n", "\r", "\x85", "\u2028", "\ufeff", "\u00a0", "\u200b", "\x00", "\x07",
        "\x7f", "\ue000", "\ufffe", "é", "हि", "😀", "«", "\ud800", "x" * 1030, "w " * 520, "- - ",
    )
)  # fmt: skip
VALUES = st.lists(SCRAPS | st.text(max_size=4), max_size=5).map("".join)
ROWS = st.lists(st.builds("{}{}".format, st.sampled_from(KEYS), VALUES), max_size=5)
FRONT_MATTER = st.builds(
    lambda rows, end: f"---{end}{end.join(rows)}{end}---{end}\nText\n", ROWS, st.sampled_from(("\n", "\n", "\r\n"))
)


def outcome(text: str, kept: Table | None = None) -> Any:
    """All that is known of a document, or what is wrong with it."""
    try:
        document = parse(Path("x.md"), text, kept)
    except Stop as stop:
        return stop.problems
    return document, document.meta, document.places, document.words


def by_pyyaml(text: str) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(content, "_QuickLoader", None)
        return outcome(text)


@settings(max_examples=400, deadline=None)
@given(FRONT_MATTER)
@example("---\ntitle: a\tb\n---\n")
@example("---\ntitle: !\n---\n")
@example("---\ntitle: &a x\nb: *a\n---\n")
@example("---\n\ufefftitle: x\n---\n")
@example("---\ntitle: >#\n  a\n---\n")
@example("---\ntitle: [a?]\n---\n")
@example('---\ntitle: "\\ud83d"\n---\n')
@example("---\ntitle: x\ntitle: y\n---\n")
@example("---\ntitle: x\n<<: {a: b}\n---\n")
def test_both_readers_say_the_same(text: str) -> None:
    quick, slow = outcome(text), by_pyyaml(text)
    assert repr(quick) == repr(slow)  # for YAML's .nan, and for 1 and true, which are equal
    assert quick[1:] == slow[1:] or ".nan" in text.lower()


@pytest.mark.parametrize(
    "text", ["a: " + "[" * 300, "- " * 300, "? " * 300, "\n".join(" " * n + "a:" for n in range(100))]
)
def test_what_is_nested_deep_is_not_for_libyaml(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """It has no limit of its own, and would end the whole program."""
    asked: list[Any] = []
    monkeypatch.setattr(content, "_QuickLoader", asked.append)
    outcome(f"---\n{text}\n---\n")
    assert not asked


def quickly(monkeypatch: pytest.MonkeyPatch, text: str) -> Document:
    """Read a document where the slow reader is not to be had."""

    def fail(text: str) -> None:
        raise AssertionError(text)

    monkeypatch.setattr(content, "_Loader", fail)
    return parse(Path("x.md"), text)


@pytest.mark.skipif(not yaml.__with_libyaml__, reason="PyYAML was built without libyaml")
@pytest.mark.parametrize(
    "text",
    [
        "title: Why, and who? Because!\ndate: 2026-11-22\nrelated: [about.md, index.md]\n",
        "title: 'It''s'\ndescription: >\n  two\n  rows\n# a comment\ntranslators:\n  - {name: A}\n  - B & C\n",
        'title: "\\u00e9 “quoted” 😀"\r\ndescription: हिन्दी\r\n',
        "",
    ],
)
def test_usual_front_matter_is_read_quickly(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    whole = f"---\n{text}---\n# Text\n"
    assert quickly(monkeypatch, whole).meta == (yaml.safe_load(text) or {})


@pytest.mark.skipif(not yaml.__with_libyaml__, reason="PyYAML was built without libyaml")
def test_the_front_matter_of_the_publication_is_read_quickly(monkeypatch: pytest.MonkeyPatch, site: Any) -> None:
    paths = sorted(site.docs_dir.rglob("*.md"))
    assert len(paths) > 20
    for path in paths:
        text = path.read_text(encoding="utf-8")
        with monkeypatch.context() as patch:
            found = quickly(patch, text)
        assert (found, found.meta, found.places, found.words) == by_pyyaml(text)


def table(values: dict[str, Any]) -> Table:
    return Table(Store(None), "front-matter", "", json.loads(json.dumps(values)))


@settings(max_examples=400, deadline=None)
@given(FRONT_MATTER)
@example("---\ndate: 2026-11-22\nupdated: 2026-11-22T10:00:00Z\n---\n")
@example("---\na: [x, 1, true, null, '2026-11-22']\nb: .nan\n1: one\n---\n")
@example("---\na: [2026-11-22, [x]]\nb: {c: d}\n---\n")
@example("---\na: 'date'\n---\n")
def test_what_is_kept_of_front_matter_is_what_was_read(text: str) -> None:
    first = table({})
    read = outcome(text, first)
    assert repr(read) == repr(outcome(text)) == repr(outcome(text, table(first.used)))


def test_front_matter_that_is_kept_is_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "---\ntitle: Words\ndate: 2026-11-22\nrelated: [about.md]\ndraft: true\n---\nText\n"
    first = table({})
    read = parse(Path("x.md"), text, first)
    assert read.meta == yaml.safe_load(text.split("---")[1])
    monkeypatch.setattr(content, "_parse", None)
    again = parse(Path("y.md"), text.replace("Text", "Other text"), table(first.used))
    assert again.meta == read.meta and again.body == "Other text\n"


@pytest.mark.parametrize("value", [1, "words", [1], [["a"]], [["date", "x", "date"]], [["date", 1, "date"]], {"a": 1}])
def test_front_matter_that_is_kept_as_something_else_is_read(value: Any) -> None:
    text = "---\ntitle: Words\n---\n"
    first = table({})
    parse(Path("x.md"), text, first)
    assert parse(Path("x.md"), text, table(dict.fromkeys(first.used, value))).meta == {"title": "Words"}
