"""Bad input: every fixture states what it expects; all findings come in one run, and the old site stays."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import SMALL, MakeSite

HEADER = (
    'msgid ""\nmsgstr ""\n"Language: fr\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
    '"Plural-Forms: nplurals=3; plural=(n == 0 || n == 1 ? 0 : n % 1000000 == 0 ? 1 : 2);\\n"\n\n'
)
PO = "locales/fr/LC_MESSAGES/site.po"

LANGUAGE = "        - locale: fr\n          name: Français\n"

CASES: dict[str, tuple[dict[str, str | bytes], list[str]]] = {
    "nothing wrong": ({}, []),
    "source without translation": ({"docs/en/more.md": "# More\n"}, []),
    "translation without source": (
        {"docs/en/about.md": "# About\n", "docs/fr/abuot.md": "# À propos\n"},
        ["docs/fr/abuot.md:1:1: is a translation without a source: there is no en/abuot.md [no-source]"],
    ),
    "document outside of every locale": (
        {"docs/about.md": "# About\n"},
        ["docs/about.md:1:1: is in no locale's folder, so no language can be given to it [no-locale]"],
    ),
    "YAML that does not parse": (
        {"docs/fr/index.md": "---\ntitle: Bon: jour\n---\n# Accueil\n"},
        [
            "docs/fr/index.md:2:11: is not valid YAML: a value with ': ' in it needs quotation marks around it [front-matter]"
        ],
    ),
    "YAML with a tab": (
        {"docs/fr/index.md": "---\ntitle: a\n\tb: c\n---\n"},
        ["docs/fr/index.md:3:1: is not valid YAML: found character '\\t' that cannot start any token [front-matter]"],
    ),
    "a control character in YAML": (
        {"docs/fr/index.md": "---\ntitle: a\x07b\n---\n"},
        [
            "docs/fr/index.md:2:1: front matter cannot be read: unacceptable character #x0007: "
            "special characters are not allowed [front-matter]"
        ],
    ),
    "an impossible date": (
        {"docs/en/index.md": "---\ndate: 2026-13-45\n---\n"},
        ["docs/en/index.md:2:1: front matter cannot be read: month must be in 1..12 [front-matter]"],
    ),
    "front matter that is a list": (
        {"docs/fr/index.md": "---\n- title\n---\n"},
        ["docs/fr/index.md:2:1: front matter must be a mapping of keys to values, but it is a list [front-matter]"],
    ),
    "front matter that is never closed": (
        {"docs/fr/index.md": "---\ntitle: Accueil\n\n# Accueil\n"},
        ["docs/fr/index.md:1:1: front matter opens here and is never closed [front-matter]"],
    ),
    "a first line that MkDocs would drop": (
        {"docs/fr/index.md": "Note: ceci disparaît\n\nTexte\n"},
        ["docs/fr/index.md:1:1: MkDocs takes 'Note:' for metadata and drops the line from the page [front-matter]"],
    ),
    "unknown keys in two files": (
        {"docs/en/index.md": "---\ntitle: T\ncolor: red\n---\n", "docs/fr/index.md": "---\ntitel: T\n---\n"},
        [
            "docs/en/index.md:3:1: 'color' is not a key that this site knows [front-matter]",
            "docs/fr/index.md:2:1: 'titel' is not a key that this site knows [front-matter]",
        ],
    ),
    "values of the wrong kind": (
        {
            "docs/en/index.md": "---\ntitle: 2026\ndate: soon\ncomments: maybe\ntranslators: Jo\n"
            "related:\n- nothing.md\n---\n"
        },
        [
            "docs/en/index.md:2:1: title must be a text [front-matter]",
            "docs/en/index.md:3:1: date must be a date [front-matter]",
            "docs/en/index.md:4:1: comments must be true or false [front-matter]",
            "docs/en/index.md:5:1: translators must be a list of names [front-matter]",
            "docs/en/index.md:6:1: there is no document 'nothing.md' [front-matter]",
        ],
    ),
    "a picture that is not there": (
        {"docs/en/index.md": "---\npicture: images/no.svg\n---\n"},
        ["docs/en/index.md:2:1: there is no picture en/images/no.svg [front-matter]"],
    ),
    "not UTF-8": (
        {"docs/fr/index.md": "# Accueil\n\nd\xe9j\xe0".encode("latin-1")},
        ["docs/fr/index.md:3:2: is not UTF-8: byte 0xe9 at offset 12 [encoding]"],
    ),
    "a byte order mark is no problem": ({"docs/fr/index.md": b"\xef\xbb\xbf---\ntitle: T\n---\n# T\n"}, []),
    "Windows line endings are no problem": ({"docs/fr/index.md": "---\r\ntitle: T\r\n---\r\n# T\r\n"}, []),
    "a text that is not closed in a catalog": (
        {PO: HEADER + 'msgid "Next"\nmsgstr "Suivant\n\nmsgid "Previous"\nmsgstr "Précédent"\n'},
        [f"{PO}:8:8: a text that opens here is not closed [po-syntax]"],
    ),
    "marks of a merge in a catalog": (
        {PO: HEADER + 'msgid "Next"\n<<<<<<< HEAD\nmsgstr "A"\n=======\nmsgstr "B"\n>>>>>>> b\n'},
        [
            f"{PO}:8:1: holds the marks of an unfinished merge [po-syntax]",
            f"{PO}:10:1: holds the marks of an unfinished merge [po-syntax]",
            f"{PO}:12:1: holds the marks of an unfinished merge [po-syntax]",
        ],
    ),
    "prose in a catalog": (
        {PO: HEADER + "hello\n"},
        [f"{PO}:7:1: is not a line of a gettext catalog [po-syntax]"],
    ),
    "a catalog that is not UTF-8": (
        {PO: HEADER.encode() + b'msgid "Next"\nmsgstr "d\xe9j\xe0"\n'},
        [f"{PO}:8:10: is not UTF-8: byte 0xe9 at offset {len(HEADER.encode()) + 22} [encoding]"],
    ),
}


def run(config_file: Path, *arguments: str, tool: str = "hexapla") -> subprocess.CompletedProcess[str]:
    """Run a command of the tool (or of MkDocs) in the folder of a site."""
    return subprocess.run(
        [sys.executable, "-m", tool, *arguments],
        cwd=config_file.parent,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def findings(text: str) -> list[str]:
    """The lines that name a place; each must have a hint below it."""
    lines = [line for line in text.splitlines() if line.strip()]
    found = [line for line in lines if not line.startswith("  hint: ")]
    hints = [line for line in lines if line.startswith("  hint: ")]
    assert len(hints) == len(found), text
    return found


@pytest.mark.parametrize("name", CASES)
def test_bad_input(name: str, make_site: MakeSite) -> None:
    texts, expected = CASES[name]
    config_file = make_site(texts | {"site/index.html": "the old site"})
    result = run(config_file, "build")
    assert "Traceback" not in result.stderr + result.stdout
    assert findings(result.stderr) == expected
    old = (config_file.parent / "site" / "index.html").read_text(encoding="utf-8")
    assert (result.returncode, old == "the old site") == ((1, True) if expected else (0, False))
    leftovers = [path.name for path in config_file.parent.iterdir() if path.name.startswith(".site")]
    assert leftovers == []


def test_all_findings_in_one_run(make_site: MakeSite) -> None:
    """Everything that is wrong, in the configuration as in the files, whatever the rule, is told at once."""
    names = ("translation without source", "YAML that does not parse", "prose in a catalog")
    texts: dict[str, str | bytes] = {}
    expected = []
    for name in names:
        texts |= CASES[name][0]
        expected += CASES[name][1]
    more = LANGUAGE + "        - locale: qx\n          name: Nobody\n        - locale: sw\n          name: Kiswahili\n"
    expected += [
        "mkdocs.yml:17:11: CLDR knows no locale 'qx' [locale]",
        "mkdocs.yml:19:11: the locale sw is configured, but its folder docs/sw is missing [locale-folder]",
        "mkdocs.yml:19:11: Material for MkDocs has no partials/languages/sw.html, so pages in sw cannot be built "
        "[theme-partial]",
    ]
    result = run(make_site(texts, SMALL.replace(LANGUAGE, more)), "build")
    assert sorted(findings(result.stderr)) == sorted(expected)
    assert result.returncode == 1


def test_plain_mkdocs_refuses_too_and_leaves_the_site(make_site: MakeSite) -> None:
    texts, expected = CASES["YAML that does not parse"]
    config_file = make_site(texts | {"site/index.html": "the old site"})
    result = run(config_file, "build", tool="mkdocs")
    assert result.returncode == 1
    assert expected[0] in result.stderr
    assert "Traceback" not in result.stderr
    assert (config_file.parent / "site" / "index.html").read_text(encoding="utf-8") == "the old site"


@pytest.mark.parametrize(
    ("change", "texts", "expected"),
    [
        (
            (LANGUAGE, LANGUAGE + "        - locale: qx\n          name: Nobody\n"),
            {},
            ["mkdocs.yml:17:11: CLDR knows no locale 'qx' [locale]"],
        ),
        (
            (LANGUAGE, LANGUAGE + "        - locale: de\n          name: Deutsch\n"),
            {},
            ["mkdocs.yml:17:11: the locale de is configured, but its folder docs/de is missing [locale-folder]"],
        ),
        (
            (LANGUAGE, LANGUAGE + "        - locale: de\n          name: Deutsch\n"),
            {"docs/de/picture.svg": "<svg/>"},
            [
                "mkdocs.yml:17:11: the locale de is configured, but its folder docs/de holds no Markdown file "
                "[locale-folder]"
            ],
        ),
        (
            (LANGUAGE, LANGUAGE + "        - locale: sw\n          name: Kiswahili\n"),
            {"docs/sw/index.md": "# Mwanzo\n"},
            [
                "mkdocs.yml:17:11: Material for MkDocs has no partials/languages/sw.html, so pages in sw cannot be "
                "built [theme-partial]"
            ],
        ),
        (
            ("site_url: https://small.example/\n", ""),
            {},
            ["mkdocs.yml:1:1: site_url is needed: alternates, sitemaps and feeds hold absolute addresses [config]"],
        ),
        (
            ("      docs_structure: folder\n", ""),
            {},
            ["mkdocs.yml:9:5: docs_structure must be 'folder': this tool needs a folder for each locale [locale]"],
        ),
        (
            ("          default: true\n", ""),
            {},
            [
                "mkdocs.yml:11:7: exactly one language must be the default: the source that the others are "
                "translated from [locale]"
            ],
        ),
        (
            ("  - hexapla\n", ""),
            {},
            ["mkdocs.yml:7:1: the plugin hexapla is not configured [config]"],
        ),
        (("plugins:", "plugins: ["), {}, ["mkdocs.yml:8:3: is not valid YAML: "]),
        ((SMALL, "\n"), {}, ["mkdocs.yml:1:1: holds no settings: a YAML mapping is expected [config]"]),
        (
            ("site_name: Small", "site_name: Sm\x01all"),
            {},
            ["mkdocs.yml:2:1: has a character that YAML does not allow: #x0001 [config]"],
        ),
        (
            ("site_name: Small", "since: 2026-13-45"),
            {},
            ["mkdocs.yml:1:1: cannot be read: month must be in 1..12 [config]"],
        ),
        (
            ("site_name: Small", "INHERIT: base.yml"),
            {"base.yml": "INHERIT: mkdocs.yml\n"},
            ["base.yml:1:1: mkdocs.yml inherits itself [config]"],
        ),
        (
            ("site_url: https://small.example/", "extra: &a {b: *a}"),
            {},
            ["mkdocs.yml:1:1: site_url is needed"],
        ),
        (
            (LANGUAGE, LANGUAGE + "        - locale: fr\n          name: Encore\n"),
            {},
            ["mkdocs.yml:17:11: the language fr is listed twice [locale]"],
        ),
        (
            ("  - hexapla\n", "  - hexapla:\n      policy:\n        rf: {publish: 80}\n"),
            {},
            ["mkdocs.yml:19:9: a policy is set for 'rf', which is no locale of this site [config]"],
        ),
        *(
            (
                ("site_name: Small", f"site_name: Small\nsite_dir: {where}"),
                {},
                [f"mkdocs.yml:3:1: the built site cannot be put there: {what} is there [config]"],
            )
            for where, what in {
                "docs": "docs",
                "docs/en/out": "docs",
                "./": "mkdocs.yml",
                "..": "mkdocs.yml",
                "locales": "locales",
                ".cache/hexapla": ".cache",
            }.items()
        ),
        (
            ("site_name: Small", 'site_name: "Small\n'),
            {},
            ["mkdocs.yml:2:12: is not valid YAML: this quotation mark is never closed [config]"],
        ),
    ],
)
def test_bad_configuration(
    change: tuple[str, str], texts: dict[str, str | bytes], expected: list[str], make_site: MakeSite
) -> None:
    assert change[0] in SMALL
    config_file = make_site(texts, SMALL.replace(*change))
    result = run(config_file, "build")
    assert "Traceback" not in result.stderr
    found = findings(result.stderr)
    assert len(found) == len(expected)
    assert all(one.startswith(other) for one, other in zip(found, expected, strict=True)), found
    assert result.returncode == 1


@pytest.mark.parametrize(
    "verb", [["build"], ["serve"], ["catalogs", "extract"], ["catalogs", "update"], ["catalogs", "check"]]
)
def test_every_verb_takes_a_configuration_file(verb: list[str], tmp_path: Path) -> None:
    result = run(tmp_path / "mkdocs.yml", *verb, "-f", "elsewhere/mkdocs.yml")
    assert findings(result.stderr) == ["elsewhere/mkdocs.yml:1:1: there is no such file [config]"]
    assert result.returncode == 1


def test_unknown_verb_is_a_usage_error(tmp_path: Path) -> None:
    assert run(tmp_path / "x", "biuld").returncode == 2


def test_keys_that_the_sites_own_templates_read_are_known(make_site: MakeSite) -> None:
    custom = SMALL.replace("  name: material\n", "  name: material\n  custom_dir: theme\n")
    template = '{% extends "base.html" %}{% block content %}{{ page.meta.colour }}{{ page.content }}{% endblock %}'
    texts = {"theme/main.html": template, "docs/en/index.md": "---\ncolour: red\n---\n# Home\n"}
    assert run(make_site(texts, custom), "build").returncode == 0


def test_keys_that_the_configuration_lists_are_known(make_site: MakeSite) -> None:
    listed = SMALL.replace("  - hexapla\n", "  - hexapla:\n      front_matter: [colour]\n")
    config_file = make_site({"docs/en/index.md": "---\ncolour: red\n---\n# Home\n"}, listed)
    assert run(config_file, "build").returncode == 0


def test_names_that_are_too_long_for_a_file(make_site: MakeSite) -> None:
    long = "a" * 300
    texts = {"docs/en/index.md": f"---\npicture: {long}.svg\n---\n# Home\n\n[x](/{long}.md)\n"}
    config_file = make_site(texts | {"docs/fr/index.md": f"# Accueil\n\n[x](/{long}.md)\n"})
    for verb in ("check", "build"):
        result = run(config_file, verb)
        assert "Traceback" not in result.stderr
        assert f"docs/en/index.md:2:1: there is no picture en/{long}.svg" in result.stderr


def test_a_message_of_yaml_is_told_in_the_readers_language(make_site: MakeSite) -> None:
    config_file = make_site({"docs/fr/index.md": '---\ntitle: "Accueil\n---\n# Accueil\n'})
    result = run(config_file, "check", "--ui-locale", "fr")
    assert "docs/fr/index.md:2:8" in result.stderr
    assert "quotation mark" not in result.stderr and "guillemet" in result.stderr


def test_documents_that_cannot_be_read_fail_the_status(make_site: MakeSite) -> None:
    config_file = make_site({"docs/fr/index.md": "---\ntitle: Bon: jour\n---\n# Accueil\n"})
    result = run(config_file, "status")
    assert result.returncode == 1 and "docs/fr/index.md:2:11" in result.stderr
