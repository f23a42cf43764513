"""Who reviews what: what mkdocs.yml may say of it, and the file that a code host reads."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from hexapla import owners
from hexapla.config import Site, load

from tests.conftest import ROOT, SMALL, MakeSite
from tests.test_checks import findings, run

CODEOWNERS = ".github/CODEOWNERS"


def with_reviewers(value: str) -> str:
    return SMALL.replace("  - hexapla\n", f"  - hexapla:\n      reviewers: {value}\n")


LINE = with_reviewers("X").splitlines().index("      reviewers: X") + 1


def owner_of(text: str, path: str) -> str:
    """Whose a file is, as GitHub reads the patterns that are used here: the last one that matches counts."""
    found = ""
    for line in text.splitlines():
        if line and not line.startswith("#"):
            pattern, _, names = line.partition(" ")
            anchored = pattern.startswith("/")
            whole = re.escape(pattern.strip("/")) if pattern != "*" else ".*"
            if re.fullmatch(rf"{'' if anchored else '(?:.*/)?'}{whole}{'/.*' if pattern.endswith('/') else ''}", path):
                found = names
    return found


def test_the_publications_file_is_up_to_date(site: Site) -> None:
    assert owners.render(site) == (ROOT / CODEOWNERS).read_text(encoding="utf-8")
    result = run(ROOT / "mkdocs.yml", "owners", "--check")
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize(
    ("path", "owner"),
    [
        ("docs/fr/about.md", "fr"),
        ("docs/fr/articles/customer-service-versus-customer-support.md", "fr"),
        ("locales/fr/LC_MESSAGES/about.md.po", "fr"),
        ("locales/fr/glossary.toml", "fr"),
        ("docs/sw/about.md", "sw"),
        ("docs/en/about.md", "maintainers"),
        ("docs/fr/.gitattributes", "maintainers"),
        ("locales/fr/deep/.gitmodules", "maintainers"),
        (".gitattributes", "maintainers"),
        ("locales/glossary.toml", "maintainers"),
        ("locales/site.pot", "maintainers"),
        ("mkdocs.yml", "maintainers"),
        ("overrides/partials/languages/sw.html", "maintainers"),
        ("scripts/run.py", "maintainers"),
        (".github/CODEOWNERS", "maintainers"),
        (".github/workflows/publish.yml", "maintainers"),
        ("pyproject.toml", "maintainers"),
        ("elsewhere/docs/fr/about.md", "maintainers"),
    ],
)
def test_whose_a_file_is(site: Site, path: str, owner: str) -> None:
    assert owner_of(owners.render(site), path) == f"@hexapla/{owner}"


def test_every_file_has_an_owner_and_a_locale_owns_only_its_folders(site: Site) -> None:
    text = owners.render(site)
    files = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    codes = {locale.code for locale in site.translations}
    for path in files:
        match = re.match(r"(?:docs|locales)/(\w+)/", path)
        wanted = match[1] if match and match[1] in codes else "maintainers"
        assert owner_of(text, path) == f"@hexapla/{wanted}", path


def test_writing_and_checking(make_site: MakeSite) -> None:
    config_file = make_site(
        {}, with_reviewers('{"*": ["@ada"], fr: ["@org/team-fr", "jo@example.org", "@org/team-fr"]}')
    )
    file = config_file.parent / CODEOWNERS
    assert findings(run(config_file, "owners", "--check").stderr) == [
        f"{CODEOWNERS}:1:1: is not what mkdocs.yml says of reviewers [owners]"
    ]
    assert not file.exists()
    assert run(config_file, "owners").stdout == f"{CODEOWNERS}: written\n"
    assert "\n/docs/fr/ @org/team-fr jo@example.org\n/locales/fr/ @org/team-fr jo@example.org\n" in file.read_text(
        encoding="utf-8"
    )
    assert run(config_file, "owners").stdout == f"{CODEOWNERS}: is up to date\n"
    assert run(config_file, "owners", "--check").returncode == 0
    file.write_text(file.read_text(encoding="utf-8").replace("/locales/fr/ @org/team-fr", "/locales/fr/ @mallory"))
    result = run(config_file, "owners", "--check")
    assert findings(result.stderr) == [f"{CODEOWNERS}:7:1: is not what mkdocs.yml says of reviewers [owners]"]
    assert result.returncode == 1
    file.write_text(owners.render(load(str(config_file))) + "/docs/ @mallory\n", encoding="utf-8")
    assert findings(run(config_file, "owners", "--check").stderr)[0].startswith(f"{CODEOWNERS}:15:1: ")


def test_what_somebody_wrote_is_not_written_over(make_site: MakeSite) -> None:
    config_file = make_site({CODEOWNERS: "* @ada\n"}, with_reviewers('{"*": ["@jo"]}'))
    result = run(config_file, "owners")
    assert findings(result.stderr) == [f"{CODEOWNERS}:1:1: was not written by hexapla owners [owners]"]
    assert result.returncode == 1
    assert (config_file.parent / CODEOWNERS).read_text(encoding="utf-8") == "* @ada\n"


def test_a_site_below_the_top_of_its_repository(make_site: MakeSite) -> None:
    config_file = make_site({}, with_reviewers('{"*": ["@ada"], fr: ["@jo"]}'))
    top = config_file.parent.parent
    (top / ".git").mkdir()
    assert run(config_file, "owners").returncode == 0
    text = (top / CODEOWNERS).read_text(encoding="utf-8")
    assert owner_of(text, "site-source/docs/fr/index.md") == "@jo"
    assert owner_of(text, "site-source/mkdocs.yml") == owner_of(text, "docs/fr/index.md") == "@ada"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('{fr: ["@jo"]}', ["7: there are no maintainers, so nobody would have to look at a change of the configuration [owners]"]),
        ('["@jo"]', ["7: plugins.hexapla.reviewers must be a mapping [config]"]),
        ('{"*": ["@ada"], rf: ["@jo"]}', ["34: reviewers are named for 'rf', which is no locale of this site [config]"]),
        ('{"*": ["@ada"], fr: []}', ["34: the reviewers of 'fr' must be a list of at least one name [config]"]),
        ('{"*": ["@ada"], fr: "@jo"}', ["34: the reviewers of 'fr' must be a list of at least one name [config]"]),
        ('{"*": ["@ada"], fr: ["@jo", jo]}', ["46: 'jo' names no reviewer [config]"]),
        ('{"*": ["@ada\\n/scripts/ @eve"]}', ["25: '@ada\\n/scripts/ @eve' names no reviewer [config]"]),
        ('{"*": ["@ada @eve", "@a/b/c", "@", 7]}', [
            "25: '@ada @eve' names no reviewer [config]",
            "38: '@a/b/c' names no reviewer [config]",
            "48: '@' names no reviewer [config]",
            "53: 7 names no reviewer [config]",
        ]),
        ('{"*": ["<b>@everyone</b>", "@ada\u202e"]}', [
            "25: '<b>@everyone</b>' names no reviewer [config]",
            "45: '@ada\\u202e' names no reviewer [config]",
        ]),
        ("{fr: [@jo]}", ["24: is not valid YAML: found character '@' that cannot start any token [config]"]),
    ],
)  # fmt: skip
def test_what_is_refused(make_site: MakeSite, value: str, expected: list[str]) -> None:
    config_file = make_site({}, with_reviewers(value))
    result = run(config_file, "owners")
    place = f"mkdocs.yml:{LINE}:"
    assert findings(result.stderr) == [place + one for one in expected]
    assert result.returncode == 1 and "Traceback" not in result.stderr
    assert not (config_file.parent / CODEOWNERS).exists()


@pytest.mark.parametrize("folder", ["our docs", "do[c]s", "../elsewhere"])
def test_folders_that_no_pattern_names(make_site: MakeSite, folder: str) -> None:
    config_file = make_site({}, with_reviewers('{"*": ["@ada"], fr: ["@jo"]}') + f'docs_dir: "{folder}"\n')
    result = run(config_file, "owners")
    assert len(findings(result.stderr)) == 1 and "cannot be given owners" in result.stderr
    assert result.returncode == 1 and not list(config_file.parent.parent.rglob("CODEOWNERS"))


def test_reviewers_do_not_disturb_a_build(make_site: MakeSite) -> None:
    """MkDocs knows the option; an unknown one is a warning, and a warning fails the build."""
    config_file = make_site({}, with_reviewers('{"*": ["@ada"]}'))
    result = run(config_file, "build")
    assert result.returncode == 0, result.stderr


def test_where_it_is_read(site: Site) -> None:
    assert site.reviewers["*"] == ("@hexapla/maintainers",)
    assert owners.path_of(site) == Path(ROOT / CODEOWNERS)
