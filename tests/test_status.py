"""The state of all translations: the same with what is kept from the last time as without, whatever has changed."""

from __future__ import annotations

import os
import pickle
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hexapla import cache, catalogs, publication, records, status, translations
from hexapla.cache import Store
from hexapla.config import load
from hexapla.problems import Stop
from hexapla.status import Report
from hexapla.translations import State

from tests.conftest import SMALL
from tests.test_platforms import tool
from tests.test_recording import EN, FR, PO, SOURCE, TRANSLATION, edit

GERMAN = TRANSLATION.replace("Le premier paragraphe", "Der erste Absatz").replace("Une citation", "Ein Zitat")
CONFIGURATION = SMALL.replace(
    "        - locale: fr\n          name: Français\n",
    "        - {locale: fr, name: Français}\n        - {locale: de, name: Deutsch}\n",
).replace("  font: false\n", "  font: false\n  custom_dir: theme\n")
SITE = {
    "mkdocs.yml": CONFIGURATION,
    "docs/en/index.md": "# Home\n",
    "docs/fr/index.md": "# Accueil\n",
    EN: SOURCE,
    FR: TRANSLATION,
    "docs/de/guide.md": GERMAN,
    "docs/en/more.md": SOURCE.replace("Guide", "More"),
    "docs/fr/more.md": TRANSLATION,
    "docs/de/index.md": "# Anfang\n",
    "theme/main.html": "{% extends 'base.html' %}{{ _('A word of ours') }}",
}


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with two translations, one page of which has none, and records."""
    folder = tmp_path_factory.mktemp("recorded") / "site"
    for name, text in SITE.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    for command in (("record",), ("catalogs", "update")):
        assert tool(folder, *command).returncode == 0
    words = 'msgid "A word of ours"\nmsgstr "'
    edit(folder / "locales/fr/LC_MESSAGES/site.po", words, f"{words}Un mot à nous")
    return folder


@pytest.fixture
def folder(recorded: Path, tmp_path: Path) -> Path:
    """A copy of that site, to be changed."""
    return Path(shutil.copytree(recorded, tmp_path / "site"))


def store_of(folder: Path) -> Store:
    return Store(folder / ".cache")


def found_in(folder: Path) -> publication.Publication:
    return publication.read(load(str(folder / "mkdocs.yml")))


def all_of(report: Report) -> Any:
    """What a report says, the pairs included."""
    units = {name: list(report.units[name]) for name in report.units}
    return report.rows, report.counts, report.stale, report.has_records, units


def said(folder: Path, store: Store | None = None) -> Any:
    try:
        return all_of(status.report(found_in(folder), store))
    except Stop as stop:
        return stop.problems


def words_said(folder: Path, store: Store | None = None) -> Any:
    try:
        return status.words(load(str(folder / "mkdocs.yml")), store)
    except Stop as stop:
        return stop.problems


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The documents whose pairs are made, one by one as that happens, with a word for what else takes long."""
    made: list[str] = []
    pair, read, extract = translations.pair, catalogs.shared, catalogs.messages_of

    def noted(source: Any, translation: Any, entries: Any) -> Any:
        made.append((translation or source).path.parent.name + "/" + (translation or source).path.name)
        return pair(source, translation, entries)

    monkeypatch.setattr(translations, "pair", noted)
    monkeypatch.setattr(catalogs, "shared", lambda path, locale: made.append("site.po") or read(path, locale))
    monkeypatch.setattr(catalogs, "messages_of", lambda site: made.append("messages") or extract(site))
    return made


def test_only_what_has_changed_is_paired(folder: Path, counted: list[str]) -> None:
    status.report(found_in(folder), store_of(folder))
    # The German pages that are missing are the source's.
    first = ["fr/guide.md", "de/guide.md", "fr/more.md", "en/more.md", "fr/index.md", "de/index.md"]
    assert sorted(one for one in counted if "/" in one) == sorted(first)
    assert counted.count("site.po") == 2 and counted.count("messages") == 1
    counted.clear()
    status.report(found_in(folder), store_of(folder))
    assert counted == []
    edit(folder / FR, "Le premier", "Le tout premier")
    status.report(found_in(folder), store_of(folder))
    assert counted == ["fr/guide.md"]
    counted.clear()
    edit(folder / EN, "The first", "The very first")
    status.report(found_in(folder), store_of(folder))
    assert counted == ["fr/guide.md", "de/guide.md"]
    counted.clear()
    edit(folder / "locales/de/LC_MESSAGES/guide.md.po", "Der erste", "Der allererste")
    status.report(found_in(folder), store_of(folder))
    assert counted == ["de/guide.md"]
    counted.clear()
    edit(folder / "locales/fr/LC_MESSAGES/site.po", "Un mot à nous", "Un mot")
    status.report(found_in(folder), store_of(folder))
    assert counted == ["messages", "site.po"]
    counted.clear()
    edit(folder / "theme/main.html", "A word of ours", "Another word")
    status.report(found_in(folder), store_of(folder))
    assert counted == ["messages", "site.po", "site.po"]


def test_what_is_current_needs_no_pairs(folder: Path, counted: list[str]) -> None:
    """Neither now nor later: its row says that there is nothing to mark."""
    edit(folder / EN, "The first", "The very first")
    status.report(found_in(folder), store_of(folder))
    counted.clear()
    report = status.report(found_in(folder), store_of(folder))
    assert len(report.units) == len(report.counts) == 5 and ("fr", "guide.md") in report.counts
    assert [report.counts["fr", path].stale for path in ("guide.md", "more.md")] == [1, 0]
    assert [one.text for one in report.stale["fr", "guide.md"]] == ["Le premier paragraphe."]
    status.publishable(found_in(folder), report)
    assert counted == []
    assert [unit.state for unit in report.units["fr", "guide.md"]].count(State.STALE) == 1
    assert report.units["fr", "guide.md"] is report.units.get(("fr", "guide.md"))
    assert counted == ["fr/guide.md"]
    assert report.units.get(("de", "more.md"), ()) == () and ("en", "guide.md") not in report.units


def test_a_stale_paragraph_is_told_as_its_pair_tells_it(folder: Path) -> None:
    edit(folder / EN, "# Guide {", "# The guide {")
    edit(folder / EN, "title: Guide", "title: The guide")
    edit(folder / EN, "- one step", "- one little step")
    report = status.report(found_in(folder))
    (heading,) = [one for one in report.stale["fr", "guide.md"] if one.kind == "heading"]
    assert (heading.text, heading.line, heading.anchor) == ("Le guide", 6, "guide")
    for one in report.stale["de", "guide.md"]:
        (unit,) = [
            unit for unit in report.units["de", "guide.md"] if unit.translation and unit.translation.line == one.line
        ]
        assert unit.source and unit.translation and unit.state is State.STALE
        assert (one.text, one.kind, one.anchor) == (
            unit.translation.text,
            unit.source.kind,
            translations.anchor_of(unit.source),
        )
    assert [one.kind for one in report.stale["de", "guide.md"]] == ["front matter", "heading", "item"]


def test_keys_follow_everything_that_pairs_are_made_from(folder: Path) -> None:
    def keys() -> dict[Any, str]:
        return dict(status.report(found_in(folder), store_of(folder)).keys)

    before = keys()
    assert set(before) == set(status.report(found_in(folder)).counts)
    assert status.report(found_in(folder)).keys == {}
    for name in (EN, FR, PO):
        edit(folder / name, "paragra", "Paragra")
        after = keys()
        assert {one for one in after if after[one] != before[one]} == (
            {("fr", "guide.md"), ("de", "guide.md")} if name == EN else {("fr", "guide.md")}
        )
        before = after


# The same with a cache and without

WORDS = (
    "The first paragraph.",
    "one step",
    "A quotation",
    "yes",
    "Le premier paragraphe.",
    "une étape",
    "oui",
    "paragraph",
    "Der erste",
)


def change(folder: Path, choice: random.Random) -> None:
    """Change something, as people and other programs do."""
    files = sorted(path for path in folder.rglob("*") if path.suffix in (".md", ".po", ".html", ".yml"))
    path = choice.choice([one for one in files if ".cache" not in one.parts])
    what = choice.randrange(8)
    if path.suffix == ".yml":
        policy = f"  - hexapla:\n      policy:\n        fr:\n          publish: {choice.randint(0, 100)}\n"
        path.write_text(CONFIGURATION.replace("  - hexapla\n", policy), encoding="utf-8")
        return
    text = path.read_text(encoding="utf-8")
    if what == 0 and path.suffix != ".html":
        path.unlink()
    elif what == 1 and path.suffix == ".md":
        path.write_text(
            text + choice.choice(("\nMore words.\n", "\n```\ncode\n", "\n| a | b |\n| - | - |\n| c | d |\n")),
            encoding="utf-8",
        )
    elif what == 2 and path.suffix == ".md":
        rows = text.split("\n")
        del rows[choice.randrange(len(rows) // 2, len(rows))]
        path.write_text("\n".join(rows), encoding="utf-8")
    elif what == 3 and path.suffix == ".po":
        rows = text.split("\n")
        at = choice.randrange(len(rows))
        rows[at : at + choice.randint(0, 1)] = [
            choice.choice(('msgid "a"', 'msgstr ""', "#, fuzzy", '"x"', "", '#. follows: "q"'))
        ]
        path.write_text("\n".join(rows), encoding="utf-8")
    elif what == 4:
        other = choice.choice([one for one in files if one.suffix == path.suffix and ".cache" not in one.parts])
        path.write_text(other.read_text(encoding="utf-8") if other.exists() else text, encoding="utf-8")
    elif what == 5 and path.suffix == ".html":
        path.write_text(
            choice.choice(("{{ _('A word') }}", "{{ _('One') }}{{ _('Two more words') }}", "{% if %}", "")),
            encoding="utf-8",
        )
    else:
        word = choice.choice(WORDS)
        path.write_text(
            text.replace(word, choice.choice((f"{word} more", "", f"other {word}")), 1), encoding="utf-8", newline=""
        )


@pytest.mark.parametrize("seed", range(3))
def test_random_edits_give_the_same_as_without_a_cache(folder: Path, seed: int) -> None:
    choice = random.Random(seed)
    texts = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    good = 0
    for step in range(20):
        for _ in range(choice.randint(1, 3)):
            change(folder, choice)
        expected, words = said(folder), words_said(folder)
        assert said(folder, store_of(folder)) == expected
        assert said(folder, store_of(folder)) == expected
        assert words_said(folder, store_of(folder)) == words
        good += isinstance(words, dict) and isinstance(expected[0], tuple)
        if not isinstance(expected[0], tuple) or step % 5 == 4:  # broken: go on from the beginning, with this cache
            for path, data in texts.items():
                path.write_bytes(data)
            assert said(folder, store_of(folder)) == said(folder)
    assert 5 <= good < 20, "with some edits a record, a catalog or a template is broken, with others not"


def test_rows_of_the_status_command_are_those_of_the_build(folder: Path) -> None:
    edit(folder / EN, "The first", "The very first")
    problems: list[Any] = []
    assert tuple(status.rows(found_in(folder), problems)) == status.report(found_in(folder)).rows
    assert problems == []
    (folder / PO).write_text("nonsense", encoding="utf-8")
    rows = status.rows(found_in(folder), problems)
    assert ("fr", "guide.md") not in {(row.locale, row.document) for row in rows} and len(rows) == 7
    with pytest.raises(Stop) as stop:
        status.report(found_in(folder), store_of(folder))
    assert stop.value.problems == tuple(problems)


@pytest.mark.parametrize("processors", [1, 2, 5])
def test_it_is_the_same_with_other_processes(folder: Path, monkeypatch: pytest.MonkeyPatch, processors: int) -> None:
    edit(folder / EN, "The first", "The very first")
    expected = said(folder)
    monkeypatch.setattr(status, "FEW", 1)
    monkeypatch.setattr(os, "cpu_count", lambda: processors)
    assert said(folder, store_of(folder)) == expected
    assert said(folder, store_of(folder)) == expected


# A bad cache


def damaged(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-7] + b"garbage")


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:20])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("harm", [damaged, cut_short, emptied, a_folder])
def test_a_damaged_cache_changes_nothing(folder: Path, harm: Callable[[Path], None]) -> None:
    edit(folder / EN, "The first", "The very first")
    expected = said(folder, store_of(folder)), words_said(folder, store_of(folder))
    files = [path for path in (folder / ".cache").rglob("*") if path.is_file()]
    assert len(files) >= 4
    for path in files:
        harm(path)
    assert (said(folder, store_of(folder)), words_said(folder, store_of(folder))) == expected


@pytest.mark.parametrize(
    "value", [{}, "x", 7, [1, 2], [1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 3, 4, 5, 6, 7, [["a"]]], [["a"]]]
)
def test_foreign_values_in_a_cache_count_as_none(folder: Path, value: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = said(folder), words_said(folder)
    monkeypatch.setattr(cache.Table, "get", lambda self, key: value)
    assert (said(folder, store_of(folder)), words_said(folder, store_of(folder))) == expected


def test_a_cache_that_cannot_be_written_changes_nothing(folder: Path) -> None:
    (folder / ".cache").write_text("a file, and no folder", encoding="utf-8")
    expected = said(folder), words_said(folder)
    assert (said(folder, store_of(folder)), words_said(folder, store_of(folder))) == expected
    assert said(folder, Store(None)) == said(folder)


def test_what_changes_while_it_is_counted_is_counted_anew(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the figures of one text would be kept for another."""
    read, extract = records.read, catalogs.messages_of
    before = (folder / PO).read_bytes(), (folder / "theme/main.html").read_bytes()

    def read_and_edit(site: Any, locale: Any, path: str) -> Any:
        if (locale.code, path) == ("fr", "guide.md"):
            edit(folder / PO, 'msgid "The first', 'msgid "The final')
        return read(site, locale, path)

    def extract_and_edit(site: Any) -> Any:
        edit(folder / "theme/main.html", "A word of ours", "Other")
        return extract(site)

    with monkeypatch.context() as patch:
        patch.setattr(records, "read", read_and_edit)
        patch.setattr(catalogs, "messages_of", extract_and_edit)
        wrong = status.report(found_in(folder), store_of(folder))
    (folder / PO).write_bytes(before[0])
    (folder / "theme/main.html").write_bytes(before[1])
    expected = status.report(found_in(folder))
    for document in ("guide.md", status.INTERFACE):
        assert [row for row in expected.rows if row.document == document] != [
            row for row in wrong.rows if row.document == document
        ]
    assert status.report(found_in(folder), store_of(folder)).rows == expected.rows


# What is made of a report


@pytest.mark.parametrize(("least", "is_left"), [(100, False), (60, True)])
def test_what_may_be_published(folder: Path, least: int, is_left: bool) -> None:
    policy = f"  - hexapla:\n      policy:\n        fr:\n          publish: {least}\n"
    (folder / "mkdocs.yml").write_text(CONFIGURATION.replace("  - hexapla\n", policy), encoding="utf-8")
    edit(folder / EN, "The first", "The very first")
    found = found_in(folder)
    left = status.publishable(found, status.report(found, store_of(folder)))
    assert ("guide.md" in left.documents["fr"]) is is_left
    assert "more.md" in left.documents["fr"] and "guide.md" in left.documents["de"]


def test_a_report_can_be_sent_to_another_process(folder: Path) -> None:
    report = status.report(found_in(folder), store_of(folder))
    again = pickle.loads(pickle.dumps(report))
    assert all_of(again) == all_of(report)
    assert again.keys == report.keys


def test_words_are_those_that_catalogs_load(folder: Path, counted: list[str]) -> None:
    edit(folder / "locales/fr/LC_MESSAGES/site.po", 'msgid "A word of ours"', 'msgctxt "c"\nmsgid "A word of ours"')
    site = load(str(folder / "mkdocs.yml"))
    expected = {locale.code: catalogs.load(site, locale) for locale in site.locales}
    assert words_said(folder) == words_said(folder, store_of(folder)) == expected
    counted.clear()
    words = status.words(site, store_of(folder))
    assert words == expected and counted == []
    assert words["fr"].pgettext("c", "A word of ours") == "Un mot à nous"
    assert words["en"].gettext("Anything") == "Anything"


def test_words_that_change_while_they_are_read_are_read_anew(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site, load_words = load(str(folder / "mkdocs.yml")), catalogs.load
    file = folder / "locales/fr/LC_MESSAGES/site.po"

    def edit_and_load(site: Any, locale: Any) -> Any:
        if locale.code == "fr":
            edit(file, "Un mot", "Un autre mot")
        return load_words(site, locale)

    with monkeypatch.context() as patch:
        patch.setattr(catalogs, "load", edit_and_load)
        assert status.words(site, store_of(folder))["fr"].gettext("A word of ours") == "Un autre mot à nous"
    edit(file, "Un autre mot", "Un mot")
    assert status.words(site, store_of(folder))["fr"].gettext("A word of ours") == "Un mot à nous"
