"""Reading records quickly: in the form in which we write them, and the same as Babel reads; all else is left to Babel."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hexapla import catalogs, records
from hexapla.blocks import Segment
from hexapla.config import Site, load
from hexapla.problems import Stop
from hexapla.records import Entry, Line
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests import fuzzing
from tests.test_platforms import WRITERS, Edits, guide  # noqa: F401 - a fixture
from tests.test_recording import PO, edit
from tests.test_recording import tool as run_tool

NAME = "a.md"
BRIEF = settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))

SCRAPS = st.sampled_from(
    (
        "words", " ", " ", "-", '"', "\\", "\\n", "\n", "  \n", "\t", "\r", "% s", "%(x)s", "{n}", "é", "हि", "😀", "\u00a0", "\u2028", "\x85",
        "\x0c", "\x1c", "\ufeff", "[x](y)", "#", "#~ ", "#| ", "msgid ", 'msgstr ""', "recorded: 0123456789", 'follows: "x"', "fuzzy", "long" * 30,
    )
)  # fmt: skip
WORDS = st.lists(SCRAPS | st.text(max_size=4), min_size=1, max_size=12).map(lambda parts: "x" + "".join(parts))
ENCODABLE = WORDS.filter(lambda text: text.isascii() or not any("\ud800" <= sign <= "\udfff" for sign in text))
PLAIN = ENCODABLE.map(lambda text: text.replace("\u2068", "").replace("\u2069", ""))
SEGMENTS = st.builds(
    lambda kind, text, under: Segment(kind, text, 0, 1, 1, 1, key="title", under=under),
    st.sampled_from(("paragraph", "heading", "front matter")),
    PLAIN,
    st.just("") | PLAIN,
)
LINES = st.lists(
    st.builds(Line, SEGMENTS, SEGMENTS, st.just("") | PLAIN)
    | st.builds(Line, SEGMENTS, st.none())
    | st.builds(Line, st.none(), SEGMENTS, PLAIN),
    max_size=5,
)
ROWS = st.sampled_from(
    (
        'msgid "a"', 'msgid ""', 'msgstr "b"', 'msgstr ""', '"c"', '"\\n"', '"\\q\\\\"', "#, fuzzy", "#, python-format", "#, Fuzzy", "#,fuzzy",
        '#| msgid "old"', '#| msgctxt "c"', '#| "more"', '#~ msgid "g"', '#~ msgstr "h"', '#~ "more"', '#~| msgid "q"', "# note", "#", "#: a b",
        "#: \u2068a b\u2069", "#: \u2068a", "#. x", "#.", "#. ", "#. recorded: 0123456789", '#. follows: "o"', "#.  recorded: aaaaaaaaaa",
        "#. \x1frecorded: aaaaaaaaaa", 'msgctxt "k"', 'msgctxt ""', 'msgid_plural "p"', 'msgstr[0] "q"', "", " ", "<<<<<<< HEAD", "\ufeff",
        '\t"x"', 'msgid  "two"', 'msgid "a" ', 'msgid "a"\r',
    )
)  # fmt: skip
CHANGES = st.lists(
    st.tuples(st.integers(0, 60), st.sampled_from(("delete", "insert", "replace", "repeat", "sign")), ROWS, st.integers(0, 99)),
    min_size=1,
    max_size=4,
)  # fmt: skip


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return fuzzing.make_site(tmp_path_factory.mktemp("records"))


def written(site: Site, lines: list[Line], notes: records.Notes | None = None) -> str:
    """The text of a record as `record` writes it."""
    locale = site.locale("fr")
    file = records.path_of(site, locale, NAME)
    file.unlink(missing_ok=True)
    catalogs.write(file, records.render(site, locale, NAME, lines, notes), locale)
    return file.read_bytes().decode()


def quickly(site: Site, text: str) -> list[Entry] | None:
    return records._as_we_write(text, site.locale("fr"))


def slowly(site: Site, text: str, path: str = NAME) -> Any:
    """What Babel reads, or what is wrong."""
    locale = site.locale("fr")
    file = records.path_of(site, locale, path)
    file.write_bytes(text.encode())
    try:
        return records._as_gettext(site, locale, path, file)
    except Stop as stop:
        return stop.problems


@BRIEF
@given(lines=LINES, notes=st.lists(PLAIN, max_size=2))
@example(lines=[], notes=[])
@example(lines=[Line(None, Segment("item", 'a "b"', 0, 1, 1, 1), "c\\d " * 40)], notes=[])
def test_a_record_of_ours_is_read_quickly_and_as_babel_reads_it(
    small: Site, lines: list[Line], notes: list[str]
) -> None:
    text = written(small, lines, {(line.source.text, ""): notes for line in lines if line.source})
    found = quickly(small, text)
    assert found is not None
    assert found == slowly(small, text)


def changed(text: str, changes: list[tuple[int, str, str, int]]) -> str:
    rows = text.split("\n")
    for number, what, row, place in changes:
        at = (7 + number) % len(rows)  # the header is not the point
        if what == "delete":
            del rows[at]
        elif what == "insert":
            rows.insert(at, row)
        elif what == "replace":
            rows[at] = row
        elif what == "repeat":
            rows.insert(at, rows[(at * 7 + place) % len(rows)])
        else:
            cut = place % (len(rows[at]) + 1)
            rows[at] = rows[at][:cut] + row[-1:] + rows[at][cut + place % 2 :]
        rows = rows or [""]
    return "\n".join(rows)


@settings(BRIEF, max_examples=400)
@given(lines=LINES, changes=CHANGES)
def test_a_damaged_record_is_read_as_babel_reads_it(small: Site, lines: list[Line], changes: Any) -> None:
    text = changed(written(small, lines), changes)
    found = quickly(small, text)
    assert found is None or found == slowly(small, text)


TWO = 'msgid "a"\nmsgstr "b"\n\nmsgid "c"\nmsgstr "d"\n'


@pytest.mark.parametrize(
    "old, new",
    [
        ('"c"', '"a"'),
        ('msgid "c"', 'msgctxt ""\nmsgid "c"'),
        ('msgid "c"', 'msgid ""'),
        ('msgid "c"', '#: \u2068a\nmsgid "c"'),
        ('msgid "c"', 'msgid "c"\nmsgid_plural "e"'),
        ('"d"\n', '"d"\n\n#~ msgid "e"\n#~ msgstr "f"\n\n#~ msgid "e"\n#~ msgstr "g"\n'),
        ('"d"', '"d\re"'),
        ("\n", "\r\n"),
        ('"d"', '"d" '),
        ("Language: fr", "Language: de"),
        ("UTF-8", "ISO-8859-1"),
        ("nplurals=3", "nplurals=2"),
        ('msgid ""', '\ufeffmsgid ""'),
    ],
)
def test_what_babel_or_the_checks_of_catalogs_might_refuse_is_left_to_them(small: Site, old: str, new: str) -> None:
    text = records._header(small.locale("fr")) + TWO
    assert quickly(small, text) == slowly(small, text) != []
    assert text.replace(old, new) != text
    assert quickly(small, text.replace(old, new)) is None


@pytest.mark.parametrize(
    "comments",
    [
        '#. item\n#. follows: "e f"\n#, fuzzy',
        '#. item\n#. recorded: 0123456789\n#. follows: "e\n#. same same\n#. same same\n#. f"\n#, fuzzy',
        "#. item\n#.  recorded: 0123456789\n#. recorded: 9876543210",
        "#. item\n#. recorded: 0123456789\n#. recorded: 9876543210",
        "# A note.\n#. item\n#: a.md b.md\n#, python-format, fuzzy",
        "#. item\n#, c-format, no-fuzzy",
        '#. item\n#. follows: "g"\n#, fuzzy\n#| msgid "e \\"f\\""\n#| "g"',
        "#. item\n#. follows: nonsense\n#, fuzzy",
    ],
)
def test_comments_say_what_they_say_to_babel(small: Site, comments: str) -> None:
    text = records._header(small.locale("fr")) + TWO.replace('msgid "c"', f'{comments}\nmsgid "c"')
    found = quickly(small, text)
    assert found is not None and found == slowly(small, text)
    assert found[1] != Entry("c", "d", line=found[1].line) or "no-fuzzy" in comments


@pytest.mark.parametrize("rewrite", WRITERS)
def test_what_other_programs_write_is_read_alike(guide: Path, rewrite: Callable[[Path, Edits], None]) -> None:  # noqa: F811
    """Whatever they make of comments, flags and lines; with their headers, and as if they had left ours alone."""
    edit(
        guide / "docs/en/guide.md",
        "The first paragraph.",
        "The *very* first paragraph, with some more words, so that it is long.",
    )
    edit(guide / "docs/en/guide.md", "- one step\n", "")
    run_tool(guide, "record")
    site = load(str(guide / "mkdocs.yml"))
    assert "fuzzy" in (guide / PO).read_text(encoding="utf-8")
    rewrite(guide / PO, {"another step": ("« une autre » étape", True), "A quotation on two lines.": ("", False)})
    text = (guide / PO).read_bytes().decode()
    expected = slowly(site, text, "guide.md")
    assert isinstance(expected, list)
    assert records.read(site, site.locale("fr"), "guide.md") == expected
    ours = records._header(site.locale("fr")) + text.replace("\r\n", "\n").split("\n\n", 1)[1]
    found = records._as_we_write(ours, site.locale("fr"))
    assert found is None or found == slowly(site, ours, "guide.md")


def test_the_records_of_the_publication_are_read_quickly(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [path for locale in site.translations for path in records.folder_of(site, locale).rglob("*.md.po")]
    assert len(paths) >= 20
    expected = {}
    for locale in site.translations:
        for file in sorted(records.folder_of(site, locale).rglob("*.md.po")):
            name = file.relative_to(records.folder_of(site, locale)).as_posix().removesuffix(".po")
            expected[locale.code, name] = records._as_gettext(site, locale, name, file)
    monkeypatch.delattr(records, "_as_gettext")
    for (code, name), entries in expected.items():
        assert records.read(site, site.locale(code), name) == entries
