"""Catalogs, held against real gettext tools."""

from __future__ import annotations

import gettext
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hexapla import catalogs, cldr, config
from hexapla.config import Site
from hexapla.problems import Stop

from tests.conftest import SMALL, MakeSite
from tests.test_checks import findings, run

TEMPLATE = (
    '{% extends "base.html" %}{% block content %}{# translators: on a button #}{{ _("Go on") }}'
    '{{ ngettext("%(count)s page", "%(count)s pages", 3, count=3) }}{{ pgettext("verb", "Open") }}{% endblock %}'
)
CUSTOM = SMALL.replace("  name: material\n", "  name: material\n  custom_dir: theme\n")


@pytest.fixture
def small(make_site: MakeSite) -> Path:
    return make_site({"theme/main.html": TEMPLATE}, CUSTOM)


def po(config_file: Path) -> Path:
    return config_file.parent / "locales" / "fr" / "LC_MESSAGES" / "site.po"


def test_update_writes_template_and_catalogs_once(small: Path) -> None:
    result = run(small, "catalogs", "update")
    assert result.stdout.splitlines() == ["locales/site.pot: written", "locales/fr/LC_MESSAGES/site.po: written"]
    text = po(small).read_text(encoding="utf-8")
    assert '#. on a button\n#: theme/main.html\nmsgid "Go on"\nmsgstr ""\n' in text
    assert 'msgctxt "verb"\nmsgid "Open"\n' in text
    entry = text[text.index('msgid "%(count)s page"') :].split("\n\n")[0]
    assert [line.split(" ")[0] for line in entry.splitlines()[2:]] == ["msgstr[0]", "msgstr[1]", "msgstr[2]"]
    assert "locales/en" not in result.stdout
    again = run(small, "catalogs", "update")
    assert again.stdout.strip() == "All catalogs are up to date."


def test_catalogs_hold_no_dates_names_or_lines(small: Path) -> None:
    run(small, "catalogs", "update")
    for path in small.parent.rglob("*.po*"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"Date|Translator|Generated|Babel|:\d+\n", text)


def test_extract_alone_touches_only_the_template(small: Path) -> None:
    assert run(small, "catalogs", "extract").stdout.strip() == "locales/site.pot: written"
    assert not po(small).exists()


def test_a_reworded_message_becomes_fuzzy_and_keeps_its_translation(small: Path) -> None:
    run(small, "catalogs", "update")
    text = (
        po(small).read_text(encoding="utf-8").replace('msgid "Go on"\nmsgstr ""', 'msgid "Go on"\nmsgstr "Continuer"')
    )
    po(small).write_text(text, encoding="utf-8")
    (small.parent / "theme" / "main.html").write_text(TEMPLATE.replace("Go on", "Go on now"), encoding="utf-8")
    run(small, "catalogs", "update")
    entry = next(part for part in po(small).read_text(encoding="utf-8").split("\n\n") if "Continuer" in part)
    assert "#, fuzzy" in entry and 'msgid "Go on now"' in entry
    site = config.load(str(small))
    assert catalogs.load(site, site.locale("fr")).gettext("Go on now") == "Go on now"


def test_check_names_what_is_wrong_at_its_line(small: Path) -> None:
    run(small, "catalogs", "update")
    text = po(small).read_text(encoding="utf-8")
    text = text.replace('msgid "Go on"\nmsgstr ""', '#, fuzzy\nmsgid "Go on"\nmsgstr "Aller"')
    empty = 'msgid "%(count)s page"\nmsgid_plural "%(count)s pages"\nmsgstr[0] ""\nmsgstr[1] ""\nmsgstr[2] ""'
    assert empty in text
    filled = empty.replace('[0] ""', '[0] "%(cuont)s p"').replace('[1] ""', '[1] "a"').replace('[2] ""', '[2] "b"')
    text = text.replace(empty, filled)
    text = text.replace("Language: fr", "Language: de")
    po(small).write_text(text, encoding="utf-8")
    result = run(small, "catalogs", "check")
    assert result.returncode == 1
    lines = text.split("\n")
    wanted = {
        '"Language: de\\n"': "Language is 'de' [po-header]",
        'msgid "Go on"': "'Go on' is marked fuzzy [fuzzy]",
        'msgid "%(count)s page"': "the source does not have %(cuont)s [placeholder]",
        'msgid "Open"': "'Open' has no translation [untranslated-message]",
    }
    expected = {f"{lines.index(line) + 1}:1: {what}" for line, what in wanted.items()}
    found = {one.removeprefix("locales/fr/LC_MESSAGES/site.po:") for one in findings(result.stderr)}
    assert expected <= found
    assert all(one.endswith("[untranslated-message]") for one in found - expected)


def test_check_sees_that_the_template_is_behind(small: Path) -> None:
    run(small, "catalogs", "update")
    (small.parent / "theme" / "main.html").write_text(TEMPLATE.replace("Go on", "Go away"), encoding="utf-8")
    result = run(small, "catalogs", "check")
    assert "locales/site.pot:1:1: is not what the templates hold [catalog]" in findings(result.stderr)


PROGRAM = """
def view(words, say, pages):
    # not for translators
    # translators: on a button,
    # which is round
    go = words.gettext("Go on")
    words.gettext(
        "In two "
        "parts"
    )
    more = f"{words.npgettext('verb', 'one page', 'many pages', len(pages))} {say('No message')}"
    # translators: of something else

    return words.pgettext("noun", "Open"), words.gettext(go), words.gettext(f"{go}"), words.gettext(""), more
"""


def test_messages_of_a_program_are_found_with_their_comments(make_site: MakeSite) -> None:
    config_file = make_site({"theme/main.html": "{}", "theme/view.py": PROGRAM}, CUSTOM)
    run(config_file, "catalogs", "update")
    found = [
        one for one in catalogs.messages_of(config.load(str(config_file))) if ("theme/view.py", 0) in one.locations
    ]
    assert [(one.context, one.id, one.auto_comments) for one in found] == [
        (None, "Go on", ["on a button,", "which is round"]),
        (None, "In two parts", []),
        ("verb", ("one page", "many pages"), []),
        ("noun", "Open", []),
    ]


def test_a_program_that_cannot_be_read_is_told_at_its_line(make_site: MakeSite) -> None:
    config_file = make_site({"theme/view.py": 'words.gettext("Go on")\nfor for'}, CUSTOM)
    result = run(config_file, "catalogs", "update")
    assert result.stderr.startswith("theme/view.py:2:1: cannot be read: invalid syntax [template]\n")


HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'
ENTRIES = {
    "two": ('msgid "a"\nmsgstr "b"\n\n#. note\nmsgctxt "c"\nmsgid "a"\nmsgstr ""\n"b"\n"c"', []),
    "plural": ('msgid "a"\nmsgid_plural "b"\nmsgstr[0] "c"\nmsgstr[1] "d"\n', []),
    "escaped": ('msgid "a\\"\\\\"\nmsgstr "b"\n', []),
    "twice": ('msgid "a"\nmsgstr "b"\n\nmsgid "a"\nmsgstr "c"\n', [("duplicate", 8)]),
    "twice, once in two lines": ('msgid "ab"\nmsgstr "b"\n\nmsgid "a"\n"b"\nmsgstr "c"\n', [("duplicate", 8)]),
    "twice, once with an empty context": (
        'msgid "a"\nmsgstr "b"\n\nmsgctxt ""\nmsgid "a"\nmsgstr "c"\n',
        [("duplicate", 9)],
    ),
    "a header below": ('msgid "a"\nmsgstr "b"\n\nmsgid ""\nmsgstr "c"\n', [("po-syntax", 8)]),
    "open": ('msgid "a\nmsgstr "b"\n', [("po-syntax", 5)]),
    "a quote inside": ('msgid "a"\nmsgstr "b"c"\n', [("po-syntax", 6)]),
    "another word": ('msgid "a"\nmsgstr "b"\nmsgstring "c"\n', [("po-syntax", 7)]),
    "a second translation": ('msgid "a"\nmsgstr "b"\nmsgstr "c"\n', [("po-syntax", 7)]),
    "no id": ('msgstr "b"\n', [("po-syntax", 5)]),
}


@pytest.mark.parametrize("name", ENTRIES)
def test_what_is_no_catalog_is_told_at_its_line(name: str, tmp_path: Path) -> None:
    """Catalogs are looked at quickly first: what that lets through, the look at each line must let through too."""
    entries, expected = ENTRIES[name]
    path = tmp_path / "site.po"
    path.write_text(HEADER + entries, encoding="utf-8")
    told = []
    try:
        catalogs.read(path)
    except Stop as stop:
        told = [(problem.rule, problem.line) for problem in stop.problems]
    assert told == expected


def test_catalogs_of_the_publication_need_no_look_at_each_line(site: Site) -> None:
    for path in site.catalogs_dir.rglob("*.po"):
        assert catalogs._has_plain_entries(path.read_text(encoding="utf-8")), path


def test_placeholders_are_filled_and_translations_are_escaped(small: Path) -> None:
    (small.parent / "theme" / "hexapla").mkdir()
    (small.parent / "theme" / "main.html").write_text('{% extends "hexapla/own.html" %}', encoding="utf-8")
    own = '{% extends "base.html" %}{% block content %}<i>{{ _("Hello %(name)s", name="<b>") }}</i>{{ page.content|safe }}{% endblock %}'
    (small.parent / "theme" / "hexapla" / "own.html").write_text(own, encoding="utf-8")
    run(small, "catalogs", "update")
    text = po(small).read_text(encoding="utf-8")
    po(small).write_text(
        text.replace('msgid "Hello %(name)s"\nmsgstr ""', 'msgid "Hello %(name)s"\nmsgstr "<script>%(name)s"'),
        encoding="utf-8",
    )
    result = run(small, "build")
    assert result.returncode == 0, result.stderr
    page = (small.parent / "site" / "fr" / "index.html").read_text(encoding="utf-8")
    assert "<i>&lt;script&gt;&lt;b&gt;</i>" in page


@pytest.mark.skipif(not shutil.which("msgfmt"), reason="GNU gettext is not installed")
@pytest.mark.parametrize("code", ["fr", "de", "is", "hi", "sw"])
def test_catalogs_of_the_publication_pass_msgfmt(code: str, site: Site, tmp_path: Path) -> None:
    """GNU msgfmt accepts them, and what it compiles counts as CLDR does."""
    path = catalogs.path_of(site, site.locale(code))
    compiled = tmp_path / "site.mo"
    subprocess.run(["msgfmt", "--check", "-o", str(compiled), str(path)], check=True, capture_output=True)
    with compiled.open("rb") as file:
        native = gettext.GNUTranslations(file)
    own = catalogs.load(site, site.locale(code))
    singular, plural = "%(minutes)s minute to read", "%(minutes)s minutes to read"
    for number in (0, 1, 2, 5, 11, 21, 101, 1_000_000):
        assert own.ngettext(singular, plural, number) == native.ngettext(singular, plural, number)


def test_publication_catalogs_are_complete(site: Site) -> None:
    assert list(catalogs.check(site)) == []


def test_plural_forms_for_scripts_are_by_category(site: Site) -> None:
    forms = catalogs.load(site, site.locale("is")).plural_forms("%(count)s result", "%(count)s results")
    assert set(forms) == {"one", "other"} == set(cldr.plural_samples("is"))
    assert forms["one"] != forms["other"]
