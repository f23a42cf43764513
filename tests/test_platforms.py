"""Weblate and Crowdin: what they are told, and that what they write back ends in the Markdown, or is refused.

Neither can run here. Weblate writes catalogs with translate-toolkit's PO classes, which are used here as it uses them;
Crowdin makes each catalog anew from its template, with comments and headers as its exports have them.
"""

from __future__ import annotations

import contextlib
import csv
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polib
import pytest
import yaml
from click.testing import CliRunner
from hexapla import catalogs, cli, exchange, publication
from hexapla.config import Site, load
from translate.storage import pypo

from tests.conftest import ROOT, MakeSite
from tests.test_checks import findings
from tests.test_recording import ALL, EN, FR, PO, SOURCE, TRANSLATION, edit

TOOLS = Path(sys.executable).parent


@dataclass
class Said:
    """How a command ended, and what it said."""

    returncode: int
    stdout: str
    stderr: str


def tool(folder: Path, *arguments: str) -> Said:
    """Run the tool in a folder, in this process: there are many runs here. What it does not expect is raised."""
    with contextlib.chdir(folder):
        result = CliRunner().invoke(cli.main, arguments)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Said(result.exit_code, result.stdout, result.stderr)


@pytest.fixture
def guide(make_site: MakeSite) -> Path:
    """A site with one translated document and its record; gives the folder."""
    folder = make_site({EN: SOURCE, FR: TRANSLATION}).parent
    assert tool(folder, "record").returncode == 0
    return folder


def states(folder: Path) -> dict[str, int]:
    """The states of guide.md, as `status` counts them."""
    rows = json.loads(tool(folder, "status", "--format", "json").stdout)
    (row,) = [row for row in rows if row["document"] == "guide.md"]
    return {name: row[name] for name in ("current", "stale", "missing", "orphan") if row[name]}


# What Weblate is told


@pytest.fixture(scope="module")
def weblate() -> dict[str, Any]:
    data: dict[str, Any] = json.loads((ROOT / "weblate.json").read_text(encoding="utf-8"))
    return data


def test_weblate_has_each_catalog_in_one_component(weblate: dict[str, Any], site: Site) -> None:
    """By its file mask, or by what the discovery add-on finds beside them."""
    codes = [locale.code for locale in site.translations]
    files = {path.relative_to(ROOT).as_posix() for path in (ROOT / "locales").rglob("*.po")}
    known: dict[str, list[str]] = {name: [] for name in files}
    masks = [component["filemask"] for component in weblate["components"]]
    for mask in masks:
        for code in codes:
            known[mask.replace("*", code)].append(mask)
    (addon,) = weblate["addons"]
    for name in files:
        match = re.fullmatch(addon["configuration"]["match"], name)
        if match and name.replace(f"/{match['language']}/", "/*/", 1) not in masks:
            assert match["language"] in codes
            known[name].append(match["component"])
    assert {name: len(found) for name, found in known.items() if len(found) != 1} == {}


def test_weblate_writes_no_language_but_those_of_the_site(weblate: dict[str, Any], site: Site) -> None:
    codes = {locale.code for locale in site.translations}
    patterns = [one["language_regex"] for one in weblate["components"]]
    patterns += [one["configuration"]["language_regex"] for one in weblate["addons"]]
    for pattern in patterns:
        assert {code for code in (*codes, "en", "xx", "fr-CA", "../fr") if re.fullmatch(pattern, code)} == codes


def test_weblate_components_are_bilingual_and_say_where_new_messages_come_from(weblate: dict[str, Any]) -> None:
    for component in weblate["components"]:
        assert (component["file_format"], component["template"], component["new_lang"]) == ("po", "", "none")
        assert (
            component["allow_translation_propagation"]
            is component["edit_template"]
            is component["manage_units"]
            is False
        )
        assert not component["new_base"] or (ROOT / component["new_base"]).is_file()
    first, *others = weblate["components"]
    assert {component["repo"] for component in others} == {f"weblate://hexapla/{first['slug']}"}


# What programs write back that work on our catalogs themselves

HEADERS = {
    "project_id_version": "Hexapla 1",
    "report_msgid_bugs_to": "bugs@example.org",
    "PO_Revision_Date": "2026-11-22 10:00+0000",
    "last_translator": "Jo Smith <jo@example.org>",
    "language_team": "French <https://hosted.example/projects/hexapla/guide/fr/>",
    "X_Generator": "Weblate 5.14",
}
Edits = Mapping[str, tuple[str, bool]]
"""A translation by its source text, and whether the translator is unsure of it."""


def as_weblate(wrap: int) -> Callable[[Path, Edits], None]:
    """Write as Weblate does: its headers, its width; a translation that needs no editing loses its previous msgid."""

    def rewrite(file: Path, edits: Edits) -> None:
        store = pypo.pofile.parsefile(str(file))
        store.wrapper.width = wrap
        store.updateheader(add=True, **HEADERS)
        for unit in store.units:
            if unit.source in edits and not unit.isheader():
                unit.target, is_fuzzy = edits[unit.source]
                unit.markfuzzy(is_fuzzy)
                if not is_fuzzy:
                    unit.prev_msgid, unit.prev_msgctxt = [], []
        file.write_bytes(bytes(store))

    return rewrite


def as_polib(file: Path, edits: Edits) -> None:
    catalog = polib.pofile(str(file), wrapwidth=60)
    catalog.metadata |= {
        "X-Generator": "Poedit 3.6",
        "PO-Revision-Date": "2026-11-22 10:00+0000",
        "Last-Translator": "",
    }
    for entry in catalog:
        if entry.msgid in edits:
            entry.msgstr, is_fuzzy = edits[entry.msgid]
            entry.fuzzy = is_fuzzy
            if not is_fuzzy:
                entry.previous_msgid = entry.previous_msgctxt = None
    catalog.save()


def through(*command: str) -> Callable[[Path, Edits], None]:
    """Edit with polib, then let a program of GNU gettext write the whole file."""

    def rewrite(file: Path, edits: Edits) -> None:
        as_polib(file, edits)
        subprocess.run([*command, "-o", str(file), str(file)], check=True, capture_output=True)

    return rewrite


def as_merged(file: Path, edits: Edits) -> None:
    """msgmerge against a template of the catalog itself, as an add-on of Weblate would."""
    as_polib(file, edits)
    template = file.with_suffix(".pot")
    subprocess.run(["msgattrib", "--clear-obsolete", "-o", template, file], check=True, capture_output=True)
    subprocess.run(["msgmerge", "-q", "--previous", "-o", file, file, template], check=True, capture_output=True)
    template.unlink()


def as_pomerge(file: Path, edits: Edits) -> None:
    """translate-toolkit's pomerge puts the words of one catalog into another."""
    new = file.with_suffix(".new.po")
    shutil.copy(file, new)
    as_weblate(77)(new, edits)
    command: list[str | Path] = [TOOLS / "pomerge", "--progress=none", "-t", file, "-i", new, "-o", file]
    subprocess.run(command, check=True, capture_output=True)
    new.unlink()


gettext_is_here = pytest.mark.skipif(not shutil.which("msgmerge"), reason="GNU gettext is not installed")
WRITERS = [
    pytest.param(as_weblate(77), id="weblate"),
    pytest.param(as_weblate(-1), id="weblate, not wrapped"),
    pytest.param(as_weblate(20), id="weblate, narrow"),
    pytest.param(as_polib, id="polib"),
    pytest.param(as_pomerge, id="pomerge"),
    pytest.param(through("msgcat", "--no-wrap"), id="msgcat, not wrapped", marks=gettext_is_here),
    pytest.param(through("msgcat", "--width=30"), id="msgcat, narrow", marks=gettext_is_here),
    pytest.param(through("msgcat", "--sort-output"), id="msgcat, sorted", marks=gettext_is_here),
    pytest.param(through("msgattrib", "--no-location"), id="msgattrib, no places", marks=gettext_is_here),
    pytest.param(as_merged, id="msgmerge", marks=gettext_is_here),
]


@pytest.mark.parametrize("rewrite", WRITERS)
def test_a_catalog_that_was_only_rewritten_changes_nothing(guide: Path, rewrite: Callable[[Path, Edits], None]) -> None:
    before = (guide / PO).read_bytes()
    rewrite(guide / PO, {})
    assert tool(guide, "check").stdout == "Nothing is wrong.\n"
    assert tool(guide, "apply").returncode == 0
    assert (guide / FR).read_text(encoding="utf-8") == TRANSLATION
    assert (guide / PO).read_bytes() == before, "the record is ours again, without dates and names"


@pytest.mark.parametrize("rewrite", WRITERS)
def test_what_a_platform_writes_ends_in_the_markdown(guide: Path, rewrite: Callable[[Path, Edits], None]) -> None:
    """One translation mended, a stale one translated anew, another left as it was, one added, one in front matter."""
    edit(guide / EN, "The first paragraph.", "The very first paragraph.")
    edit(guide / EN, "The last paragraph.\n", "The very last paragraph.\n\nA new one.\n")
    tool(guide, "record")
    long = "Un paragraphe nouveau, si long que chaque programme le coupe à sa façon, avec «\u00a0guillemets\u00a0» et une \\ barre."
    rewrite(
        guide / PO,
        {
            "one step": ("une première étape", False),
            "The very first paragraph.": ("Le tout premier paragraphe.", False),
            "A new one.": (long, False),
            "What it says.": ("Ce qu’il dit\u00a0: tout.", False),
        },
    )
    applied = tool(guide, "apply")
    assert applied.returncode == 0, applied.stderr
    expected = TRANSLATION.replace("- une étape", "- une première étape")
    expected = expected.replace("Le premier paragraphe.", "Le tout premier paragraphe.")
    expected = expected.replace("description: Ce qu’il dit.", "description: 'Ce qu’il dit\u00a0: tout.'")
    expected = expected.replace("Le dernier paragraphe.\n", f"Le dernier paragraphe.\n\n{long}\n")
    assert (guide / FR).read_text(encoding="utf-8") == expected
    assert states(guide) == {"current": ALL, "stale": 1}
    checked = tool(guide, "check")
    assert checked.returncode == 0, checked.stderr
    text = (guide / PO).read_text(encoding="utf-8")
    assert "Jo Smith" not in text and "X-Generator" not in text and "2026" not in text
    assert tool(guide, "record").stdout == "All records are up to date.\n"


@pytest.mark.parametrize("rewrite", WRITERS)
def test_what_needs_editing_is_not_published_as_current(guide: Path, rewrite: Callable[[Path, Edits], None]) -> None:
    rewrite(guide / PO, {"The last paragraph.": ("Le dernier ?", True)})
    result = tool(guide, "apply")
    assert [re.sub(r":\d+:1:", ":", one) for one in findings(result.stderr)] == [
        f"{PO}: this translation is marked fuzzy: somebody, or a program, was not sure of it [fuzzy]"
    ]
    assert result.returncode == 1 and (guide / FR).read_text(encoding="utf-8") == TRANSLATION


def test_apply_and_record_serve_both_ways_of_translating(guide: Path) -> None:
    """What a machine runs after a merge: it need not know whether the Markdown was edited, or the catalog, or both."""
    edit(guide / EN, "> A quotation", "> A longer quotation")
    edit(guide / FR, "Le premier paragraphe.", "Le tout premier paragraphe.")
    as_weblate(77)(guide / PO, {"The last paragraph.": ("Le tout dernier.", False)})
    for verb in ("apply", "record"):
        result = tool(guide, verb)
        assert result.returncode == 0, result.stderr
    text = (guide / FR).read_text(encoding="utf-8")
    assert "Le tout premier paragraphe." in text and "Le tout dernier." in text
    assert states(guide) == {"current": ALL - 1, "stale": 1}
    assert tool(guide, "record").stdout == "All records are up to date.\n"


def test_counted_as_we_count(site: Site) -> None:
    """pocount, which knows nothing of us, finds every record whole."""
    command: list[str | Path] = [TOOLS / "pocount", "--csv", ROOT / "locales/fr/LC_MESSAGES/about.md.po"]
    result = subprocess.run(command, check=True, capture_output=True, text=True)
    (row,) = csv.DictReader(result.stdout.splitlines(), skipinitialspace=True)
    units = len([one for one in catalogs.read(ROOT / "locales/fr/LC_MESSAGES/about.md.po") if one.id])
    assert int(row["Translated Messages"]) == units and int(row["Fuzzy Messages"]) == 0


HOSTILE = {
    "a script": "Texte <script>alert(1)</script>",
    "an event": "Texte <img src=x onerror=alert(1)>",
    "a link that runs": "[Texte](javascript:alert(1))",
    "a foreign link": "[Texte](https://evil.example/)",
    "a foreign picture": "![Texte](https://evil.example/pixel.png)",
    "a template": "{{ config.extra }} {% include '/etc/passwd' %}",
    "another block": "Texte\n\n## Titre\n\n<iframe src=x></iframe>",
    "a fence": "Texte\n\n```\ncode",
    "attributes": 'Texte\n{ onclick="alert(1)" }',
    "a snippet": '--8<-- "/etc/passwd"',
    "a hidden turn": "Texte \u202eetxet",
    "a form": '<form action="https://evil.example/"><input name="password"></form>',
}


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
def test_hostile_words_are_refused(guide: Path, words: str) -> None:
    """Either they cannot get into the Markdown, or `check` fails on it."""
    as_weblate(77)(guide / PO, {"The last paragraph.": (words, False)})
    applied, checked = tool(guide, "apply"), tool(guide, "check")
    assert "Traceback" not in applied.stderr + checked.stderr
    assert applied.returncode == 1 or checked.returncode == 1, (guide / FR).read_text(encoding="utf-8")
    if applied.returncode == 1:
        assert (guide / FR).read_text(encoding="utf-8") == TRANSLATION


HEADER_END = "X-Generator: Weblate 5.14"
BOMB = "Plural-Forms: nplurals=999999999; plural=0;\\n"
"""So many plural forms would take all the memory that there is."""


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("Language: fr", "Language: de", "po-header"),
        ("charset=UTF-8", "charset=UTF-16", "po-header"),
        ("nplurals=3", "nplurals=999999999", "po-header"),
        (HEADER_END, 'Plural-Forms: nplurals=999999999; plural=0;\\n' + HEADER_END, "po-header"),
        (HEADER_END, 'X: x\\rPlural-Forms: nplurals=999999999; plural=0;\\n' + HEADER_END, "po-header"),
        (HEADER_END, 'Plural-Forms:\\n nplurals=999999999; plural=0;\\n' + HEADER_END, "po-header"),
        (HEADER_END, 'Content-Type: text/plain; charset=utf-7\\n' + HEADER_END, "po-header"),
        ('msgid "one step"', f'msgid ""\nmsgstr "{BOMB}"\n\nmsgid "one step"', "po-syntax"),
        ('msgid "one step"', f'msgctxt "c"\nmsgid ""\nmsgstr "{BOMB}"\n\nmsgid "one step"', "po-syntax"),
        ('msgid "one step"', 'msgid "one step"\nmsgstr "x"\n\nmsgid "one step"', "duplicate"),
        ('msgid "one step"', '<<<<<<< HEAD\nmsgid "one step"', "po-syntax"),
        ('msgid "one step"', '# ' + "x" * (1 << 20) + '\nmsgid "one step"', "size"),
        ('msgid "one step"', 'msgid "one step\\x"', ""),
    ],
)  # fmt: skip
def test_hostile_catalogs_are_refused(guide: Path, old: str, new: str, rule: str) -> None:
    as_weblate(-1)(guide / PO, {"The last paragraph.": ("Le tout dernier.", False)})
    edit(guide / PO, old, new)
    result = tool(guide, "apply")
    assert "Traceback" not in result.stderr
    if rule:
        assert result.returncode == 1 and findings(result.stderr)[0].endswith(f"[{rule}]")
        assert (guide / FR).read_text(encoding="utf-8") == TRANSLATION


def test_a_header_with_other_spaces_is_read_too(guide: Path) -> None:
    as_weblate(-1)(guide / PO, {"The last paragraph.": ("Le tout dernier.", False)})
    edit(guide / PO, 'msgid ""\nmsgstr "', '  msgid   ""  \n  msgstr   "')
    edit(guide / PO, "nplurals=3", "nplurals=999999999")
    result = tool(guide, "apply")
    assert result.returncode == 1 and findings(result.stderr)[0].endswith("[po-header]")


# The interface


@pytest.fixture
def interface(guide: Path) -> Path:
    """The same site with catalogs of its interface, every message translated by its own words."""
    assert tool(guide, "catalogs", "update").returncode == 0
    catalog = polib.pofile(str(guide / SITE_PO), wrapwidth=100)
    for entry in catalog:
        if entry.msgid_plural:
            entry.msgstr_plural = {0: entry.msgid, 1: entry.msgid_plural, 2: entry.msgid_plural}
        else:
            entry.msgstr = entry.msgid
    catalog.save()
    assert tool(guide, "catalogs", "update").returncode == 0
    assert tool(guide, "catalogs", "check").returncode == 0
    return guide


SITE_PO = "locales/fr/LC_MESSAGES/site.po"
COUNTING = "The original of %(count)s paragraph on this page has changed since it was translated."


@pytest.mark.parametrize("rewrite", [writer for writer in WRITERS if writer.id not in ("pomerge", "msgcat, sorted")])
def test_the_interface_comes_back_whole(interface: Path, rewrite: Callable[[Path, Edits], None]) -> None:
    message = next(
        one.msgid for one in polib.pofile(str(interface / SITE_PO)) if not one.msgid_plural and "%" not in one.msgid
    )
    rewrite(interface / SITE_PO, {message: ("Dit autrement", False)})
    result = tool(interface, "catalogs", "check")
    assert result.returncode == 0, result.stderr
    site = load(str(interface / "mkdocs.yml"))
    assert catalogs.load(site, site.locale("fr")).gettext(message) == "Dit autrement"
    tool(interface, "catalogs", "update")
    assert "Jo Smith" not in (interface / SITE_PO).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ("<script>alert(1)</script>", "html-in-message"),
        ("%(evil)s", "placeholder"),
        ("{message.__class__}", "placeholder"),
        ("100 %", "placeholder"),
    ],
)
def test_hostile_messages_are_refused(interface: Path, words: str, rule: str) -> None:
    message = next(
        one.msgid for one in polib.pofile(str(interface / SITE_PO)) if not one.msgid_plural and "%" not in one.msgid
    )
    as_weblate(77)(interface / SITE_PO, {message: (words, False)})
    result = tool(interface, "check")
    assert result.returncode == 1 and any(one.endswith(f"[{rule}]") for one in findings(result.stderr))


# Crowdin, which makes catalogs anew


@pytest.fixture(scope="module")
def crowdin() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((ROOT / "crowdin.yml").read_text(encoding="utf-8"))
    return data


def test_crowdin_finds_what_is_exported_and_writes_where_it_is_read(
    crowdin: dict[str, Any], site: Site, tmp_path: Path
) -> None:
    (rule,) = crowdin["files"]
    exchange.export(publication.read(site), tmp_path / "exchange")
    top = rule["source"].split("**")[0].strip("/")
    found = sorted((tmp_path / top).rglob(rule["source"].rpartition("/")[2]))
    assert len(found) == len(list((tmp_path / "exchange" / site.source.code).rglob("*"))) - 1  # one folder
    expected = {path for path in (tmp_path / "exchange").rglob("*.po")}
    written = set()
    for file in found:
        inner = file.parent.relative_to(tmp_path / top).as_posix()
        for locale in site.translations:
            path = rule["translation"].replace("%two_letters_code%", locale.code)
            path = path.replace("/**/", f"/{inner}/").replace("%file_name%", file.stem)
            written.add(tmp_path / path.strip("/"))
    assert {Path(path) for path in written} == expected
    assert "api_token" not in crowdin and "project_id" not in crowdin


def as_crowdin(folder: Path, name: str, edits: Edits, plural: str = "nplurals=2; plural=(n > 1);") -> Path:
    """Make a catalog as Crowdin exports it: the template's entries and comments, its own header, all translations."""
    template = polib.pofile(str(folder / "exchange" / "en" / f"{name}.pot"))
    file = folder / "exchange" / "fr" / f"{name}.po"
    known = {(one.msgctxt, one.msgid): one for one in polib.pofile(str(file))} if file.is_file() else {}
    template.metadata = {
        "Project-Id-Version": "hexapla",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": plural,
        "X-Crowdin-Project": "hexapla",
        "X-Crowdin-Language": "fr",
        "X-Crowdin-File": f"/exchange/en/{name}.pot",
        "Language-Team": "French",
        "Language": "fr_FR",
        "PO-Revision-Date": "2026-11-22 10:00",
    }
    for entry in template:
        former = known.get((entry.msgctxt, entry.msgid))
        if entry.msgid_plural and former:
            entry.msgstr_plural = {0: former.msgstr_plural[0], 1: former.msgstr_plural[2]}
        elif former:
            entry.msgstr = former.msgstr
        if entry.msgid in edits:
            entry.msgstr, is_fuzzy = edits[entry.msgid]
            entry.fuzzy = is_fuzzy
    template.save(str(file))
    return file


def test_export_leaves_out_what_is_stale(guide: Path) -> None:
    edit(guide / EN, "The first paragraph.", "The very first paragraph.")
    tool(guide, "record")
    result = tool(guide, "exchange", "export")
    assert result.returncode == 0 and result.stdout == "exchange: 5 files written\n", result.stdout
    uploaded = {one.msgid: one.msgstr for one in polib.pofile(str(guide / "exchange/fr/guide.md.po"))}
    assert uploaded["The very first paragraph."] == "" and uploaded["one step"] == "une étape"
    template = polib.pofile(str(guide / "exchange/en/guide.md.pot"))
    assert [one.msgid for one in template] == list(
        one.msgid for one in polib.pofile(str(guide / "exchange/fr/guide.md.po"))
    )
    assert not any(one.msgstr or "recorded" in one.comment for one in template)
    assert tool(guide, "exchange", "export").stdout == "exchange: 0 files written\n"


def test_crowdin_brings_nothing_new(interface: Path) -> None:
    tool(interface, "exchange", "export")
    before = {
        path: path.read_bytes() for path in interface.rglob("*.*") if "exchange" not in path.parts and path.is_file()
    }
    for name in ("guide.md", "index.md", "site"):
        as_crowdin(interface, name, {})
    result = tool(interface, "exchange", "import")
    assert (result.returncode, result.stdout) == (0, "The catalogs hold all words already.\n"), result.stderr
    assert {path: path.read_bytes() for path in before} == before


def test_crowdin_goes_all_the_way(guide: Path) -> None:
    edit(guide / EN, "The first paragraph.", "The very first paragraph.")
    edit(guide / EN, "> A quotation", "> A longer quotation")
    edit(guide / EN, "The last paragraph.\n", "The last paragraph.\n\nA new one.\n")
    tool(guide, "record")
    tool(guide, "exchange", "export")
    edits = {
        "one step": ("une première étape", False),
        "another step": ("MACHINE", True),
        "The very first paragraph.": ("Le tout premier paragraphe.", False),
        "A new one.": ("Un nouveau.", False),
    }
    as_crowdin(guide, "guide.md", edits)
    result = tool(guide, "exchange", "import")
    assert (result.returncode, result.stdout) == (0, f"{PO}: written\n"), result.stderr
    taken = {entry.msgid: entry for entry in polib.pofile(str(guide / PO))}
    assert taken["A longer quotation on two lines."].previous_msgid == "A quotation on two lines."
    assert not taken["The very first paragraph."].previous_msgid and not taken["The very first paragraph."].fuzzy
    assert taken["another step"].msgstr == "une autre étape"
    assert tool(guide, "apply").returncode == 0
    expected = TRANSLATION.replace("- une étape", "- une première étape")
    expected = expected.replace("Le premier paragraphe.", "Le tout premier paragraphe.")
    expected = expected.replace("Le dernier paragraphe.\n", "Le dernier paragraphe.\n\nUn nouveau.\n")
    assert (guide / FR).read_text(encoding="utf-8") == expected
    assert states(guide) == {"current": ALL, "stale": 1}, "nobody has looked at the quotation"
    assert tool(guide, "check").returncode == 0
    assert "#| msgid" in (guide / PO).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("un", "deux", ("un", "deux", "deux")),
        ("un", None, ("un", "Plenty", "Many")),
        (None, None, ("One", "Plenty", "Many")),
    ],
)
def test_plural_forms_of_another_rule(
    interface: Path, first: str | None, second: str | None, expected: tuple[str, str, str]
) -> None:
    """Crowdin has two forms for French, CLDR three: what it does not tell apart stays as we have it."""
    count = " %(count)s"
    catalog = polib.pofile(str(interface / SITE_PO), wrapwidth=100)
    (entry,) = [one for one in catalog if one.msgid == COUNTING]
    entry.msgstr_plural = {0: "One" + count, 1: "Plenty" + count, 2: "Many" + count}
    catalog.save()
    tool(interface, "exchange", "export")
    file = as_crowdin(interface, "site", {})
    catalog = polib.pofile(str(file))
    (entry,) = [one for one in catalog if one.msgid == COUNTING]
    entry.msgstr_plural = {0: (first or "One") + count, 1: (second or "Many") + count}
    catalog.save()
    result = tool(interface, "exchange", "import")
    assert result.returncode == 0, result.stderr
    (entry,) = [one for one in polib.pofile(str(interface / SITE_PO)) if one.msgid == COUNTING]
    assert tuple(entry.msgstr_plural.values()) == tuple(words + count for words in expected)


def test_hostile_messages_of_crowdin_are_not_taken(interface: Path) -> None:
    tool(interface, "exchange", "export")
    words = [
        one.msgid for one in polib.pofile(str(interface / SITE_PO)) if not one.msgid_plural and "%" not in one.msgid
    ]
    edits = {words[0]: ("<script>alert(1)</script>", False), words[1]: ("%(evil)s", False), words[2]: ("Bien", False)}
    as_crowdin(interface, "site", edits)
    result = tool(interface, "exchange", "import")
    assert sorted(one.rpartition("[")[2] for one in findings(result.stderr)) == ["html-in-message]", "placeholder]"]
    assert result.returncode == 1
    text = (interface / SITE_PO).read_text(encoding="utf-8")
    assert "script" not in text and "evil" not in text and 'msgstr "Bien"' in text


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
def test_hostile_words_of_crowdin_are_refused(guide: Path, words: str) -> None:
    tool(guide, "exchange", "export")
    as_crowdin(guide, "guide.md", {"The last paragraph.": (words, False)})
    taken, applied, checked = (tool(guide, *verb) for verb in (("exchange", "import"), ("apply",), ("check",)))
    assert 1 in (taken.returncode, applied.returncode, checked.returncode)
    assert "Traceback" not in taken.stderr + applied.stderr + checked.stderr


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("Language: fr_FR", "Language: de", "Language is 'de' [po-header]"),
        ("nplurals=2; plural=(n > 1);", "nplurals=999999999; plural=0;", "is no rule for plural forms: 'nplurals=999999999; plural=0;' [po-header]"),
        ("plural=(n > 1)", "plural=1/n", "is no rule for plural forms: 'nplurals=2; plural=1/n;' [po-header]"),
        ("plural=(n > 1)", "plural=__import__", "is no rule for plural forms: 'nplurals=2; plural=__import__;' [po-header]"),
        ("charset=UTF-8", "charset=utf-7", "Content-Type is 'text/plain; charset=utf-7', and catalogs here are UTF-8 [po-header]"),
        ('msgid "one step"', 'msgid "one step"\nmsgstr "a"\n\nmsgid "one step"', "the same entry is already at line "),
        ('msgid "one step"', 'msgid "no step"', "these words translate a text that locales/fr/LC_MESSAGES/guide.md.po does not hold [exchange]"),
        ('msgid "one step"\nmsgstr "une étape"', 'msgid "one step"\nmsgid_plural "p"\nmsgstr[0] "a"\nmsgstr[1] "b"', "has plural forms where its source has none, or the other way round [plural-forms]"),
        ('msgid "one step"', "nonsense", "is not a line of a gettext catalog [po-syntax]"),
        ('msgid "one step"', "# " + "x" * (1 << 20) + '\nmsgid "one step"', "bytes large, and 1048576 are the limit [size]"),
    ],
)  # fmt: skip
def test_hostile_catalogs_of_crowdin_are_refused(guide: Path, old: str, new: str, expected: str) -> None:
    tool(guide, "exchange", "export")
    file = as_crowdin(guide, "guide.md", {})
    edit(file, old, new)
    before = (guide / PO).read_bytes()
    result = tool(guide, "exchange", "import")
    (found,) = findings(result.stderr)
    assert found.startswith("exchange/fr/guide.md.po:") and expected in found
    assert result.returncode == 1 and (guide / PO).read_bytes() == before


def test_files_that_belong_to_nothing(guide: Path, tmp_path: Path) -> None:
    result = tool(guide, "exchange", "import")
    assert findings(result.stderr) == ["exchange:1:1: there is no such folder [exchange]"]
    tool(guide, "exchange", "export")
    known = guide / "exchange/fr/guide.md.po"
    shutil.copy(known, guide / "exchange/fr/other.md.po")
    (tmp_path / "elsewhere").mkdir()
    known.rename(tmp_path / "elsewhere" / "guide.md.po")
    known.symlink_to(tmp_path / "elsewhere" / "guide.md.po")
    (guide / "exchange/fr/deep").symlink_to(tmp_path / "elsewhere")
    before = (guide / PO).read_bytes()
    result = tool(guide, "exchange", "import")
    found = [one for one in findings(result.stderr) if "/deep/" not in one]  # some Pythons do not look behind a link
    assert found == [
        "exchange/fr/guide.md.po:1:1: is a link [symlink]",
        "exchange/fr/other.md.po:1:1: is the catalog of no document of this site [exchange]",
    ]
    assert result.returncode == 1 and (guide / PO).read_bytes() == before


def test_a_document_that_is_not_there_yet(make_site: MakeSite) -> None:
    folder = make_site({"docs/en/more.md": "# More\n\nSome words.\n"}).parent
    tool(folder, "record")
    assert tool(folder, "exchange", "export").returncode == 0
    as_crowdin(folder, "more.md", {})
    assert tool(folder, "exchange", "import").returncode == 0
    as_crowdin(folder, "more.md", {"Some words.": ("Des mots.", False)})
    result = tool(folder, "exchange", "import")
    assert findings(result.stderr) == [
        "exchange/fr/more.md.po:1:1: is translated, and locales/fr/LC_MESSAGES/more.md.po is not there yet [exchange]"
    ]
    assert "hint: run: hexapla new fr more.md" in result.stderr


def test_the_publication_goes_round_without_a_change(tmp_path: Path) -> None:
    for name in ("docs", "locales", "overrides"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    folder = tmp_path / "exchange"
    found = publication.read(load(str(tmp_path / "mkdocs.yml")))
    for locale in found.site.translations:  # somebody may be at work on these with a tool of their own
        for name in exchange.domains(found.site):
            file = catalogs.path_of(found.site, locale, name)
            catalogs.write(file, catalogs.read(file, locale), locale)
    exchange.export(found, folder)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.po")}
    taken = exchange.take(found, folder)
    assert (taken.changed, taken.problems) == ([], [])
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.po")} == before


def test_the_glossary_as_a_table(site: Site, tmp_path: Path) -> None:
    exchange.export(publication.read(site), tmp_path)
    for locale in site.translations:
        with (tmp_path / "glossary" / f"{locale.code}.csv").open(encoding="utf-8", newline="") as file:
            rows = {row["source"]: row for row in csv.DictReader(file)}
        assert rows["WordPress VIP"]["target"] == "WordPress VIP"
        assert rows["customer service"]["target"] and "*" not in rows["customer service"]["target"]
        assert all(set(row) == {"source", "target", "developer_comments"} and row["target"] for row in rows.values())
