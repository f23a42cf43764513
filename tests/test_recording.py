"""The record, the Markdown and the catalog in step: nothing that somebody wrote is lost, whatever changed."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from itertools import product
from pathlib import Path

import polib
import pytest
from hexapla import publication, recording, records, translations
from hexapla.config import Site, load
from hexapla.problems import Stop

from tests.conftest import ROOT, MakeSite
from tests.test_checks import findings, run

SOURCE = """---
title: Guide
description: What it says.
---

# Guide { #guide }

The first paragraph.

## Steps { #steps }

- one step
- another step

> A quotation
> on two lines.

| Key | Value |
| --- | --- |
| yes | yes |

The last paragraph.
"""
TRANSLATION = """---
title: Le guide
description: Ce qu’il dit.
---

# Le guide { #guide }

Le premier paragraphe.

## Étapes { #steps }

- une étape
- une autre étape

> Une citation
> sur deux lignes.

| Clé | Valeur |
| --- | --- |
| oui | oui |

Le dernier paragraphe.
"""


@pytest.fixture
def guide(make_site: MakeSite) -> Path:
    """A site with one translated document and its record; gives the folder."""
    config_file = make_site({"docs/en/guide.md": SOURCE, "docs/fr/guide.md": TRANSLATION})
    assert run(config_file, "record").returncode == 0
    return config_file.parent


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text, (path, old, text)
    path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="")


def tool(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run(folder / "mkdocs.yml", *arguments)


def states(folder: Path) -> dict[str, int]:
    """The states of guide.md, as `status` counts them."""
    rows = json.loads(tool(folder, "status", "--format", "json").stdout)
    (row,) = [row for row in rows if row["document"] == "guide.md"]
    return {name: row[name] for name in ("current", "stale", "missing", "orphan") if row[name]}


EN, FR, PO = "docs/en/guide.md", "docs/fr/guide.md", "locales/fr/LC_MESSAGES/guide.md.po"
ALL = 13


def test_a_fresh_record_holds_everything_and_a_second_changes_nothing(guide: Path) -> None:
    assert states(guide) == {"current": ALL}
    before = {path: path.read_bytes() for path in guide.rglob("*") if path.is_file()}
    assert tool(guide, "record").stdout.strip() == "All records are up to date."
    assert tool(guide, "apply").stdout.strip() == "The Markdown holds everything that the catalogs hold."
    assert {path: path.read_bytes() for path in guide.rglob("*") if path.is_file()} == before


def test_entries_say_what_they_are_and_hold_no_line_numbers(guide: Path) -> None:
    text = (guide / PO).read_text(encoding="utf-8")
    entry = next(part for part in text.split("\n\n") if "one step" in part)
    assert entry.splitlines()[0] == "#. item, under “Steps”"
    assert "#: docs/en/guide.md" in entry.splitlines()
    assert not re.search(r"\.md:\d|Date|Translator", text)
    contexts = re.findall(r'msgctxt "(.*)"\nmsgid "(.*)"', text)
    assert contexts == [("title", "Guide"), ("heading", "Guide"), ("Steps", "yes"), ("Steps (2)", "yes")]


def test_an_edit_elsewhere_changes_no_entry(guide: Path) -> None:
    before = (guide / PO).read_text(encoding="utf-8")
    for name, words in ((EN, "```\ncode\n```\n"), (FR, "```\ncode\n```\n")):
        edit(guide / name, "## ", words + "\n## ")
    tool(guide, "record")
    assert (guide / PO).read_text(encoding="utf-8") == before


def test_wrapping_a_paragraph_again_changes_nothing(guide: Path) -> None:
    before = (guide / PO).read_text(encoding="utf-8")
    edit(guide / FR, "Le premier paragraphe.", "Le premier\nparagraphe.")
    edit(guide / EN, "> A quotation\n> on two lines.", "> A quotation on two lines.")
    tool(guide, "record")
    assert (guide / PO).read_text(encoding="utf-8") == before
    assert states(guide) == {"current": ALL}


def test_a_changed_source_makes_exactly_that_paragraph_stale(guide: Path) -> None:
    edit(guide / EN, "The first paragraph.", "The very first paragraph.")
    assert states(guide) == {"current": ALL - 1, "stale": 1}
    tool(guide, "record")
    assert states(guide) == {"current": ALL - 1, "stale": 1}
    entry = next(part for part in (guide / PO).read_text(encoding="utf-8").split("\n\n") if "very first" in part)
    assert "#, fuzzy" in entry
    assert '#| msgid "The first paragraph."' in entry
    assert 'msgstr "Le premier paragraphe."' in entry


def test_translating_again_and_recording_clears_it(guide: Path) -> None:
    edit(guide / EN, "The first paragraph.", "The very first paragraph.")
    tool(guide, "record")
    edit(guide / FR, "Le premier paragraphe.", "Le tout premier paragraphe.")
    tool(guide, "record")
    assert states(guide) == {"current": ALL}
    assert "fuzzy" not in (guide / PO).read_text(encoding="utf-8")


@pytest.mark.parametrize("target", [FR, f"{FR}:8", f"{FR}:8:3"])
def test_done_clears_it_without_a_change(guide: Path, target: str) -> None:
    edit(guide / EN, "The first paragraph.", "The very first paragraph.")
    tool(guide, "record")
    text = (guide / FR).read_text(encoding="utf-8")
    assert tool(guide, "done", target).returncode == 0
    assert states(guide) == {"current": ALL}
    assert (guide / FR).read_text(encoding="utf-8") == text
    assert "fuzzy" not in (guide / PO).read_text(encoding="utf-8")


def test_done_where_nothing_is_stale(guide: Path) -> None:
    edit(guide / EN, "The first paragraph.", "The very first paragraph.")
    result = tool(guide, "done", f"{FR}:10")
    assert findings(result.stderr) == [f"{FR}:10:1: no paragraph here is stale [done]"]
    assert "by line: 8" in result.stderr and result.returncode == 1


def test_a_word_for_a_place_that_is_none(guide: Path) -> None:
    result = tool(guide, "record", "docs/fr/giude.md")
    assert findings(result.stderr) == ["docs/fr/giude.md:1:1: is no translated document and no locale [target]"]


def test_missing_and_orphan(guide: Path) -> None:
    edit(guide / EN, "- another step\n", "- another step\n- a third step\n")
    edit(guide / EN, "\nThe last paragraph.\n", "")
    assert states(guide) == {"current": ALL - 1, "missing": 1, "orphan": 1}
    tool(guide, "record")
    text = (guide / PO).read_text(encoding="utf-8")
    assert 'msgid "a third step"\nmsgstr ""' in text
    assert '#~ msgid "The last paragraph."\n#~ msgstr "Le dernier paragraphe."' in text
    assert states(guide) == {"current": ALL - 1, "missing": 1, "orphan": 1}
    edit(guide / FR, "\nLe dernier paragraphe.\n", "")
    tool(guide, "record")
    assert "#~" not in (guide / PO).read_text(encoding="utf-8")


def test_a_copy_of_the_source_counts_as_missing(guide: Path) -> None:
    edit(guide / FR, "Le dernier paragraphe.", "The last paragraph.")
    assert states(guide) == {"current": ALL - 1, "missing": 1}


def test_diff_shows_the_change_word_by_word(guide: Path) -> None:
    edit(guide / EN, "The first paragraph.", "The very first part.")
    result = tool(guide, "diff", FR)
    assert f"{FR}:8  Le premier paragraphe." in result.stdout
    assert f"{EN}:8  The{{+ very+}} first [-paragraph-]{{+part+}}." in result.stdout


# The catalog, edited


def translate(folder: Path, source: str, words: str, fuzzy: bool | None = None) -> None:
    """Edit a catalog as PO tools built on polib do."""
    catalog = polib.pofile(str(folder / PO), wrapwidth=100)
    (entry,) = [entry for entry in catalog if entry.msgid == source]
    entry.msgstr = words
    if fuzzy is False and entry.fuzzy:
        entry.flags.remove("fuzzy")
        entry.previous_msgid = None
    catalog.save()


def test_apply_writes_what_was_edited_and_nothing_else(guide: Path) -> None:
    translate(guide, "The last paragraph.", "Le tout dernier paragraphe.")
    translate(guide, "What it says.", "Ce qu’il dit : tout.")
    translate(guide, "A quotation on two lines.", "Une citation  \nsur deux lignes.")
    expected = TRANSLATION.replace("Le dernier paragraphe", "Le tout dernier paragraphe")
    expected = expected.replace("description: Ce qu’il dit.", "description: 'Ce qu’il dit : tout.'")
    expected = expected.replace("> Une citation\n> sur deux", "> Une citation  \n> sur deux")
    assert tool(guide, "apply").returncode == 0
    assert (guide / FR).read_text(encoding="utf-8") == expected
    assert states(guide) == {"current": ALL}
    assert tool(guide, "record").stdout.strip() == "All records are up to date."


def test_apply_puts_missing_paragraphs_in_their_place(guide: Path) -> None:
    edit(guide / EN, "- another step\n", "- another step\n- a third step\n")
    edit(guide / EN, "The last paragraph.\n", "A paragraph between.\n\nThe last paragraph.\n\n## End { #end }\n")
    tool(guide, "record")
    translate(guide, "a third step", "une troisième étape")
    translate(guide, "A paragraph between.", "Un paragraphe entre deux.")
    translate(guide, "End", "Fin")
    assert tool(guide, "apply").returncode == 0, tool(guide, "apply").stderr
    expected = TRANSLATION.replace("- une autre étape\n", "- une autre étape\n- une troisième étape\n")
    expected = expected.replace("Le dernier paragraphe.\n", "Un paragraphe entre deux.\n\nLe dernier paragraphe.\n")
    assert (guide / FR).read_text(encoding="utf-8") == expected + "\n## Fin { #end }\n"
    assert states(guide) == {"current": ALL + 3}


def test_record_does_not_overwrite_an_edited_catalog(guide: Path) -> None:
    translate(guide, "The last paragraph.", "Le tout dernier.")
    result = tool(guide, "record")
    assert result.returncode == 1
    line = next(
        number
        for number, text in enumerate((guide / PO).read_text(encoding="utf-8").split("\n"), start=1)
        if text == 'msgid "The last paragraph."'
    )
    assert findings(result.stderr) == [
        f"{PO}:{line}:1: this translation was changed here and not in the Markdown [unapplied]"
    ]
    assert "Le tout dernier." in (guide / PO).read_text(encoding="utf-8")


@pytest.mark.parametrize(("in_source", "in_markdown", "in_catalog"), list(product([False, True], repeat=3)))
def test_three_ways(guide: Path, in_source: bool, in_markdown: bool, in_catalog: bool) -> None:
    """Source, translation and catalog, each changed or not: every case ends as it should, and no words are lost."""
    if in_source:
        edit(guide / EN, "The first paragraph.", "The very first paragraph.")
    if in_markdown:
        edit(guide / FR, "Le premier paragraphe.", "Le paragraphe premier.")
    if in_catalog:
        translate(guide, "The first paragraph.", "Premier paragraphe.")
    files = {path: path.read_bytes() for path in (guide / FR, guide / PO)}
    applied = tool(guide, "apply")
    if in_markdown and in_catalog:
        assert applied.returncode == 1
        found = findings(applied.stderr)
        assert [one.split(":")[0] for one in found] == [FR, PO] and all("[conflict]" in one for one in found)
        assert re.search(rf"{FR}:8", applied.stderr) and re.search(rf"{PO}:\d+", applied.stderr)
        recorded = tool(guide, "record")
        assert recorded.returncode == 1
        assert {path: path.read_bytes() for path in files} == files
        return
    assert applied.returncode == 0
    assert tool(guide, "record").returncode == 0
    text = (guide / FR).read_text(encoding="utf-8")
    words = (
        "Premier paragraphe." if in_catalog else "Le paragraphe premier." if in_markdown else "Le premier paragraphe."
    )
    assert words in text
    is_stale = in_source and not in_markdown
    assert states(guide) == ({"current": ALL - 1, "stale": 1} if is_stale else {"current": ALL})


def test_removing_fuzzy_in_a_po_tool_is_done(guide: Path) -> None:
    edit(guide / EN, "The first paragraph.", "The very first paragraph.")
    tool(guide, "record")
    translate(guide, "The very first paragraph.", "Le premier paragraphe.", fuzzy=False)
    assert tool(guide, "apply").returncode == 0
    assert states(guide) == {"current": ALL}


def test_applied_text_follows_the_words_that_stood_there(guide: Path) -> None:
    """A stale paragraph translated in a PO tool, fuzzy removed, is current; left fuzzy, it stays stale."""
    edit(guide / EN, "The first paragraph.", "The very first paragraph.")
    edit(guide / EN, "The last paragraph.", "The very last paragraph.")
    tool(guide, "record")
    translate(guide, "The very first paragraph.", "Le tout premier paragraphe.", fuzzy=False)
    translate(guide, "The very last paragraph.", "Le tout dernier paragraphe.")
    assert tool(guide, "apply").returncode == 0
    assert states(guide) == {"current": ALL - 1, "stale": 1}
    assert "Le tout dernier" in (guide / FR).read_text(encoding="utf-8")


# Other tools


def test_survives_polib(guide: Path) -> None:
    before = (guide / FR).read_bytes()
    polib.pofile(str(guide / PO)).save()
    assert tool(guide, "apply").returncode == 0
    tool(guide, "record")
    assert states(guide) == {"current": ALL}
    assert (guide / FR).read_bytes() == before


@pytest.mark.skipif(not shutil.which("msgmerge"), reason="GNU gettext is not installed")
def test_survives_msgmerge(guide: Path) -> None:
    subprocess.run(["msgfmt", "--check", "-o", "/dev/null", PO], cwd=guide, check=True, capture_output=True)
    subprocess.run(["msgattrib", "--clear-obsolete", "-o", "t.pot", PO], cwd=guide, check=True, capture_output=True)
    subprocess.run(["msgmerge", "--update", "--previous", PO, "t.pot"], cwd=guide, check=True, capture_output=True)
    assert tool(guide, "apply").returncode == 0
    assert states(guide) == {"current": ALL}


def test_xliff_both_ways_without_loss(guide: Path) -> None:
    """translate-toolkit's own po2xliff and xliff2po, a translation edited in between."""
    edit(guide / EN, "The first paragraph.", "The very first paragraph.")
    tool(guide, "record")
    before = polib.pofile(str(guide / PO))
    folder = Path(sys.executable).parent
    subprocess.run([folder / "po2xliff", PO, "g.xlf"], cwd=guide, check=True, capture_output=True)
    text = (guide / "g.xlf").read_text(encoding="utf-8")
    assert "Le dernier paragraphe." in text
    (guide / "g.xlf").write_text(text.replace("Le dernier paragraphe.", "Le tout dernier."), encoding="utf-8")
    subprocess.run([folder / "xliff2po", "g.xlf", "back.po"], cwd=guide, check=True, capture_output=True)
    after = polib.pofile(str(guide / "back.po"))
    assert [entry.msgid for entry in after] == [entry.msgid for entry in before]
    expected = {"Le dernier paragraphe.": "Le tout dernier."}
    assert [one.msgstr for one in after] == [expected.get(one.msgstr, one.msgstr) for one in before]
    assert [one.fuzzy for one in after] == [one.fuzzy for one in before]
    shutil.copy(guide / "back.po", guide / PO)
    assert tool(guide, "apply").returncode == 0
    assert (guide / FR).read_text(encoding="utf-8") == TRANSLATION.replace("Le dernier paragraphe.", "Le tout dernier.")
    assert states(guide) == {"current": ALL - 1, "stale": 1}
    restored = polib.pofile(str(guide / PO))
    assert [(one.msgctxt, one.previous_msgid) for one in restored] == [
        (one.msgctxt, one.previous_msgid) for one in before
    ]


def test_opens_in_translate_toolkit(guide: Path) -> None:
    from translate.storage import pypo

    store = pypo.pofile.parsefile(str(guide / PO))
    assert sum(unit.istranslated() for unit in store.units if not unit.isheader()) == ALL


def test_two_contributors_merge_without_conflict(guide: Path) -> None:
    """Two branches, each with another paragraph translated anew and recorded."""

    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=T", "-c", "user.email=t@example.org"]
        subprocess.run(["git", *identity, *arguments], cwd=guide, check=True, capture_output=True)

    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-qm", "start")
    for branch, old, new in (
        ("one", "Le premier paragraphe.", "Le tout premier paragraphe."),
        ("two", "- une étape", "- une première étape"),
    ):
        git("checkout", "-qb", branch, "main")
        edit(guide / FR, old, new)
        tool(guide, "record")
        git("commit", "-qam", branch)
    git("merge", "-q", "one", "-m", "both")
    assert tool(guide, "record").stdout.strip() == "All records are up to date."
    assert states(guide) == {"current": ALL}


# Adopting what was there before


def test_adopt_at_a_revision_tells_what_is_stale(make_site: MakeSite) -> None:
    config_file = make_site({EN: SOURCE, FR: TRANSLATION})
    folder = config_file.parent

    def git(*arguments: str) -> str:
        identity = ["-c", "user.name=T", "-c", "user.email=t@example.org"]
        result = subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True)
        return result.stdout.strip()

    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-qm", "translated")
    revision = git("rev-parse", "HEAD")
    edit(folder / EN, "The first paragraph.", "The very first paragraph.")
    git("commit", "-qam", "changed")
    assert tool(folder, "adopt", "--source-at", revision).returncode == 0
    assert states(folder) == {"current": ALL - 1, "stale": 1}
    shutil.rmtree(folder / "locales")
    assert tool(folder, "adopt").returncode == 0
    assert states(folder) == {"current": ALL}
    shutil.rmtree(folder / "locales")
    edit(folder / FR, "title: Le guide\n", f"title: Le guide\ndefault_lang_commit: '{revision}'\n")
    result = tool(folder, "adopt", "--source-at-key", "default_lang_commit", "docs/fr/guide.md")
    assert result.returncode == 0, result.stderr
    assert states(folder) == {"current": ALL - 1, "stale": 1}
    shutil.rmtree(folder / "locales")
    result = tool(folder, "adopt", "--source-at", "deadbeef", "docs/fr/guide.md")
    assert findings(result.stderr)[0].startswith("docs/en/guide.md:1:1: is not to be had at revision 'deadbeef'")
    assert result.returncode == 1 and not (folder / "locales").exists()


# Bad records


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('"Language: fr\\n"\n', "", "1:1: Language is missing in the header [po-header]"),
        ("Language: fr", "Language: de", "3:1: Language is 'de' [po-header]"),
        ("charset=UTF-8", "charset=KOI8-R", "6:1: Content-Type is 'text/plain; charset=KOI8-R', and catalogs here are UTF-8 [po-header]"),
        ("nplurals=3", "nplurals=999999999", "4:1: Plural-Forms is 'nplurals=999999999; plural=(n == 0 || n == 1 ? 0 : !(n == 0)'; Français has 3 plural forms [po-header]"),
        ("n == 0 || n == 1 ? 0", "n == 1 ? 0", "4:1: the plural rule '(n == 1 ? 0 : !(n == 0) && n % 1000000 == 0 ? 1 : 2)' is not that of Français [po-header]"),
        ('msgstr "Étapes"', 'msgstr "Étapes', "{Étapes}:8: a text that opens here is not closed [po-syntax]"),
        ('msgstr "Étapes"', 'msgstr "Étapes"\n<<<<<<< HEAD', "{<<<<<<<}:1: holds the marks of an unfinished merge [po-syntax]"),
        ('msgid "Steps"\n', 'msgid "Steps"\nmsgstr "Pas"\n\nmsgid "Steps"\n', "{2 msgid \"Steps\"}:1: the same entry is already at line {1 msgid \"Steps\"} [duplicate]"),
        ('msgid "Steps"\n', 'nonsense\n', "{nonsense}:1: is not a line of a gettext catalog [po-syntax]"),
        ('msgid ""', '\ufeffmsgid ""', "1:1: starts with a byte order mark, which gettext tools refuse [po-syntax]"),
        ('msgid "Steps"\nmsgstr "Étapes"', 'msgid "Steps"\nmsgid_plural "S"\nmsgstr[0] "a"\nmsgstr[1] "b"\nmsgstr[2] "c"', "{msgid \"Steps\"}:1: a record holds paragraphs, which have no plural forms [record]"),
    ],
)  # fmt: skip
def test_bad_records(guide: Path, old: str, new: str, expected: str) -> None:
    edit(guide / PO, old, new)
    text = (guide / PO).read_text(encoding="utf-8")
    before = {path: path.read_bytes() for path in guide.rglob("*") if path.is_file()}

    def line_of(match: re.Match[str]) -> str:
        count, _, words = match[1].rpartition(" ") if match[1][0].isdigit() else ("1", "", match[1])
        if match[1][0].isdigit():
            count, words = match[1].split(" ", 1)
        places = [number for number, line in enumerate(text.split("\n"), start=1) if words in line]
        return str(places[int(count) - 1])

    wanted = f"{PO}:" + re.sub(r"\{([^}]*)\}", line_of, expected)
    for verb in ("record", "apply"):
        result = tool(guide, verb)
        assert findings(result.stderr) == [wanted]
        assert result.returncode == 1 and "Traceback" not in result.stderr
        assert {path: path.read_bytes() for path in guide.rglob("*") if path.is_file()} == before


def test_a_fence_that_is_never_closed_is_cited_at_its_opening(guide: Path) -> None:
    edit(guide / FR, "## Étapes", "~~~sh\ncode\n\n## Étapes")
    before = (guide / PO).read_bytes()
    for verb in ("record", "apply", "build"):
        result = tool(guide, verb)
        assert findings(result.stderr) == [
            f"{FR}:10:1: this fence is never closed, and takes the rest of the document for code [fence]"
        ]
        assert result.returncode == 1 and (guide / PO).read_bytes() == before


def test_a_closed_fence_in_a_list_is_no_problem(guide: Path) -> None:
    for name in (EN, FR):
        edit(guide / name, "> ", "- item\n\n    ```sh\n    code\n    ```\n\n> ```\n> code\n> ```\n\n> ")
    assert tool(guide, "record").returncode == 0, tool(guide, "record").stderr


def test_a_text_that_is_no_translation_of_its_source(guide: Path) -> None:
    (guide / FR).write_text("# Autre chose\n\n" + "- un point\n" * 12, encoding="utf-8")
    before = (guide / PO).read_bytes()
    result = tool(guide, "record")
    (found,) = findings(result.stderr)
    assert (
        found.startswith(f"{FR}:3:1: does not follow its source: ")
        and f"where {EN}:8 has another block (paragraph)" in found
    )
    assert found.endswith("[structure]") and (guide / PO).read_bytes() == before


def test_headers_as_poedit_writes_them(guide: Path) -> None:
    edit(guide / PO, '"Language: fr\\n"', '"Project-Id-Version: \\n"\n"Language-Team: \\n"\n"Language: fr\\n"')
    edit(
        guide / PO,
        '"Content-Transfer-Encoding: 8bit\\n"',
        '"Content-Transfer-Encoding: 8bit\\n"\n"X-Generator: Poedit 3.6\\n"',
    )
    forms = "nplurals=3; plural=(n == 0 || n == 1) ? 0 : n != 0 && n % 1000000 == 0 ? 1 : 2;"
    text = (guide / PO).read_text(encoding="utf-8")
    (guide / PO).write_text(re.sub(r"nplurals=[^\\]*", forms, text, count=1), encoding="utf-8")
    assert tool(guide, "apply").returncode == 0, tool(guide, "apply").stderr
    assert states(guide) == {"current": ALL}


def test_policy_makes_stale_an_error_of_check(guide: Path) -> None:
    edit(guide / EN, "The first paragraph.", "The very first paragraph.")
    known = tool(guide, "check")
    assert (known.returncode, known.stdout) == (0, "Errors: 0, warnings: 1.\n")
    edit(guide / "mkdocs.yml", "  - hexapla\n", "  - hexapla:\n      policy:\n        fr: {stale: error}\n")
    result = tool(guide, "check")
    assert result.returncode == 1
    assert findings(result.stderr) == [
        f"{FR}:8:1: the original of this paragraph has changed since it was translated: {EN}:8 [stale]"
    ]
    edit(guide / "mkdocs.yml", "stale: error", "stale: loud")
    assert any("[config]" in line for line in findings(tool(guide, "check").stderr))


def test_a_document_that_cannot_be_read_stops_everything(guide: Path) -> None:
    edit(guide / FR, "title: Le guide", "title: Le: guide")
    result = tool(guide, "record")
    assert findings(result.stderr)[0].startswith(f"{FR}:2:10: is not valid YAML")
    assert result.returncode == 1


# The publication


def test_publication_has_records_that_are_up_to_date(site: Site) -> None:
    texts = publication.read(site)
    documents = recording.targets(texts, [])
    assert len(documents) == 30
    for locale, path in documents:
        assert records.path_of(site, locale, path).is_file()
        units = translations.of_document(texts, locale, path)
        assert {unit.state for unit in units} == {translations.State.CURRENT}, (locale.code, path)


def test_editing_one_english_paragraph_makes_it_stale_in_five_locales(tmp_path: Path) -> None:
    for name in ("docs", "locales", "overrides"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    edit(tmp_path / "docs/en/about.md", "It is built with", "Nowadays it is built with")
    rows = json.loads(run(tmp_path / "mkdocs.yml", "status", "--format", "json").stdout)
    stale = {(row["locale"], row["document"]): row["stale"] for row in rows if row["stale"]}
    assert stale == {(code, "about.md"): 1 for code in ("fr", "de", "is", "hi", "sw")}


def test_applying_the_publications_records_changes_no_byte(tmp_path: Path) -> None:
    for name in ("docs", "locales"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.*") if path.is_file()}
    found = publication.read(load(str(tmp_path / "mkdocs.yml")))
    assert recording.apply(found, recording.targets(found, [])).changed == []
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.*") if path.is_file()} == before


def test_unknown_target_is_a_stop(site: Site) -> None:
    with pytest.raises(Stop):
        recording.targets(publication.read(site), ["xx"])


# Paragraphs with the same words, and other ways to lose some


def pair_of(make_site: MakeSite, source: str, translation: str) -> Path:
    config_file = make_site({EN: source, FR: translation})
    assert run(config_file, "record").returncode == 0
    return config_file.parent


def test_same_translations_are_told_apart_by_their_sources(make_site: MakeSite) -> None:
    folder = pair_of(make_site, "- Yes now\n- Sure now\n", "- Oui\n- Oui\n")
    translate(folder, "Sure now", "Bien")
    assert tool(folder, "apply").returncode == 0
    assert (folder / FR).read_text(encoding="utf-8") == "- Oui\n- Bien\n"


def test_an_edit_that_equals_another_paragraph_is_applied(make_site: MakeSite) -> None:
    folder = pair_of(make_site, "- Yes now\n- Sure now\n", "- Oui\n- Bien sûr\n")
    translate(folder, "Sure now", "Oui")
    assert tool(folder, "record").returncode == 1
    assert tool(folder, "apply").returncode == 0
    assert (folder / FR).read_text(encoding="utf-8") == "- Oui\n- Oui\n"


def test_missing_paragraphs_with_the_same_words_go_to_their_own_places(make_site: MakeSite) -> None:
    source = "## One { #one }\n\nSame words here.\n\n## Two { #two }\n\nSame words here.\n"
    folder = pair_of(make_site, source, "## Un { #one }\n\n## Deux { #two }\n")
    catalog = polib.pofile(str(folder / PO), wrapwidth=100)
    for number, entry in enumerate([one for one in catalog if one.msgid == "Same words here."], start=1):
        entry.msgstr = f"Texte {number}."
    catalog.save()
    assert tool(folder, "apply").returncode == 0
    expected = "## Un { #one }\n\nTexte 1.\n\n## Deux { #two }\n\nTexte 2.\n"
    assert (folder / FR).read_text(encoding="utf-8") == expected


def test_done_does_not_overwrite_an_edited_catalog(guide: Path) -> None:
    edit(guide / EN, "The first paragraph.", "The very first paragraph.")
    tool(guide, "record")
    translate(guide, "The last paragraph.", "Le tout dernier.")
    result = tool(guide, "done", FR)
    assert result.returncode == 1 and "[unapplied]" in findings(result.stderr)[0]
    assert "Le tout dernier." in (guide / PO).read_text(encoding="utf-8")


@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_front_matter_is_put_in_once(make_site: MakeSite, start: str) -> None:
    folder = pair_of(make_site, "---\ntitle: Guide\ndescription: What it says.\n---\n# Guide\n", f"{start}# Le guide\n")
    catalog = polib.pofile(str(folder / PO), wrapwidth=100)
    for entry in catalog:
        entry.msgstr = entry.msgstr or f"Mots : {entry.msgid}"
    catalog.save()
    assert tool(folder, "apply").returncode == 0
    expected = f"{start}---\ntitle: 'Mots : Guide'\ndescription: 'Mots : What it says.'\n---\n# Le guide\n"
    assert (folder / FR).read_text(encoding="utf-8") == expected


@pytest.mark.parametrize(("source", "words"), [("Key", "un | deux"), ("Tip here", 'le "mot"')])
def test_words_that_markdown_would_read_as_something_else(make_site: MakeSite, source: str, words: str) -> None:
    text = '| Key | Value |\n| --- | --- |\n| a b | c d |\n\n!!! note "Tip here"\n\n    Body text.\n'
    folder = pair_of(
        make_site, text, text.replace("Key", "Clé").replace("Tip here", "Conseil").replace("Body", "Corps")
    )
    before = (folder / FR).read_bytes()
    translate(folder, source, words)
    result = tool(folder, "apply")
    assert result.returncode == 1 and findings(result.stderr)[0].endswith("as something else [apply]")
    assert (folder / FR).read_bytes() == before and words.replace('"', '\\"') in (folder / PO).read_text(
        encoding="utf-8"
    )


def test_line_endings_stay_those_of_the_document(make_site: MakeSite) -> None:
    folder = pair_of(make_site, "One word.\n\nTwo words.\n\n> Three words.\n", "Un mot.\r\n\r\n> Trois mots.\r\n")
    translate(folder, "Two words.", "Deux mots.")
    translate(folder, "Three words.", "Trois  \nmots.")
    assert tool(folder, "apply").returncode == 0
    expected = b"Un mot.\r\n\r\nDeux mots.\r\n\r\n> Trois  \r\n> mots.\r\n"
    assert (folder / FR).read_bytes() == expected


def test_a_guess_marked_fuzzy_is_not_published(guide: Path) -> None:
    edit(guide / EN, "The last paragraph.\n", "The last paragraph.\n\nA new one.\n")
    tool(guide, "record")
    edit(guide / PO, 'msgid "A new one."\nmsgstr ""', '#, fuzzy\nmsgid "A new one."\nmsgstr "MACHINE"')
    result = tool(guide, "apply")
    assert result.returncode == 1 and "[fuzzy]" in findings(result.stderr)[0]
    assert "MACHINE" not in (guide / FR).read_text(encoding="utf-8")


def test_a_doubt_in_a_po_tool_makes_stale_until_done(guide: Path) -> None:
    edit(guide / PO, 'msgid "The last paragraph."', '#, fuzzy\nmsgid "The last paragraph."')
    assert states(guide) == {"current": ALL - 1, "stale": 1}
    tool(guide, "record")
    assert states(guide) == {"current": ALL - 1, "stale": 1}
    assert tool(guide, "done", FR).returncode == 0
    assert states(guide) == {"current": ALL}


def test_an_emptied_translation_does_not_empty_its_record(guide: Path) -> None:
    (guide / FR).write_text("", encoding="utf-8")
    before = (guide / PO).read_bytes()
    result = tool(guide, "record")
    assert result.returncode == 1 and findings(result.stderr)[0].startswith(f"{FR}:1:1: is empty")
    assert (guide / PO).read_bytes() == before


def test_a_link_to_a_document_stays_a_link(guide: Path) -> None:
    elsewhere = guide / "docs" / "shared" / "elsewhere.md"
    elsewhere.parent.mkdir()
    (guide / FR).rename(elsewhere)
    (guide / FR).symlink_to(elsewhere)
    translate(guide, "The last paragraph.", "Le tout dernier.")
    assert tool(guide, "apply").returncode == 0
    assert (guide / FR).is_symlink() and "Le tout dernier." in elsewhere.read_text(encoding="utf-8")


# What people have written into records


def test_comments_stay_at_their_entries(make_site: MakeSite) -> None:
    """Also where two entries have the same text, and where the paragraph of one is gone."""
    source = "# Home\n\n## One\n\nThe same.\n\n## Two\n\nThe same.\n\nThe last.\n"
    words = "# Accueil\n\n## Un\n\nPareil.\n\n## Deux\n\nPareil.\n\nLe dernier.\n"
    folder = make_site({"docs/en/guide.md": source, "docs/fr/guide.md": words}).parent
    assert tool(folder, "record").returncode == 0
    edit(folder / PO, "#. paragraph, under “One”\n", "# first\n#. paragraph, under “One”\n")
    edit(folder / PO, "#. paragraph, under “Two”\n", "# last\n#. paragraph, under “Two”\n")
    edit(folder / FR, "Le dernier.", "Le tout dernier.")
    assert tool(folder, "record").returncode == 0
    text = (folder / PO).read_text(encoding="utf-8")
    assert re.findall(r"^# (.*)\n#\. (.*)", text, re.MULTILINE) == [
        ("first", "paragraph, under “One”"),
        ("last", "paragraph, under “Two”"),
    ]
    edit(folder / PO, "# last\n", "# last\n# and more\n")
    edit(folder / EN, "\n\n## Two\n\nThe same.", "")
    edit(folder / FR, "\n\n## Deux\n\nPareil.", "")
    assert tool(folder, "record").returncode == 0
    assert (folder / PO).read_text(encoding="utf-8").count("# and more\n") == 1
    edit(folder / EN, "The same.\n\n", "")
    assert tool(folder, "record").returncode == 0
    for words in ("Début", "Commencement"):
        assert re.search(r"^# first\n(?:#.*\n)*?#~ msgid", (folder / PO).read_text(encoding="utf-8"), re.MULTILINE)
        (folder / FR).write_text(f"# {words}\n\n## Un\n\nPareil.\n\nLe dernier.\n", encoding="utf-8")
        assert tool(folder, "record").returncode == 0


def test_a_conflict_is_one_for_record_too(guide: Path) -> None:
    edit(guide / PO, 'msgstr "Le premier', 'msgstr "Le tout premier')
    assert "[unapplied]" in tool(guide, "record").stderr
    edit(guide / FR, "Le premier", "Le vrai premier")
    assert "[conflict]" in tool(guide, "record").stderr


def test_done_of_what_was_changed_already(guide: Path) -> None:
    edit(guide / EN, "The first", "The very first")
    edit(guide / FR, "Le premier", "Le tout premier")
    line = next(
        n for n, text in enumerate((guide / FR).read_text(encoding="utf-8").split("\n"), 1) if "tout premier" in text
    )
    result = tool(guide, "done", f"{FR}:{line}")
    assert "was changed since it was recorded" in result.stderr
    assert f"run: hexapla record {FR}" in result.stderr
