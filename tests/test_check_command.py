"""`hexapla check` as people and programs use it: formats, exit statuses, configuration, baselines, mending."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from hexapla.rules import all_rules

from tests.conftest import SMALL, MakeSite
from tests.test_checks import findings, run

EN = "docs/en/a.md"
FR = "docs/fr/a.md"
SOURCE = "# A [link](https://example.org/) { #a }\n\nIt costs 50 dollars, and it is “cheap”.\n"
GOOD = "# Un [lien](https://example.org/) { #a }\n\nCela coûte 50 dollars, et c’est «\u00a0peu\u00a0».\n"
BAD = '# Un [lien](https://example.org/x)\n\nCela coûte 40 dollars, et et c\'est "peu".\n'
FOUND = {
    f"{FR}:1:3: this heading has no id, its source has a [heading-id]",
    f"{FR}:1:13: this link leads to https://example.org/x, in the source to https://example.org/ [link-target]",
    f"{FR}:3:12: 40 is not what the source says, which is 50 [number]",
    f"{FR}:3:24: 'et' stands here 2 times in a row [doubled-word]",
    f"{FR}:3:31: ' in place of an apostrophe [typography]",
    f"{FR}:3:36: a straight quotation mark [typography]",
    f"{FR}:3:40: a straight quotation mark [typography]",
}


@pytest.fixture
def good(make_site: MakeSite) -> Path:
    return make_site({EN: SOURCE, FR: GOOD, "docs/en/index.md": "", "docs/fr/index.md": ""})


@pytest.fixture
def bad(make_site: MakeSite) -> Path:
    return make_site({EN: SOURCE, FR: BAD, "docs/en/index.md": "", "docs/fr/index.md": ""})


def test_nothing_wrong(good: Path) -> None:
    result = run(good, "check")
    assert (result.returncode, result.stdout, result.stderr) == (0, "Nothing is wrong.\n", "")


def test_text_names_place_rule_and_hint(bad: Path) -> None:
    result = run(bad, "check")
    assert result.returncode == 1
    found = findings(result.stderr)
    places = [tuple(map(int, line.split(":")[1:3])) for line in found]
    assert (set(found), places) == (FOUND, sorted(places))
    assert result.stdout == "Errors: 7, warnings: 0.\n"


def test_a_locale_a_file_or_a_folder_can_be_named(bad: Path) -> None:
    assert run(bad, "check", "en").returncode == 0
    for target in ("fr", FR, "docs/fr"):
        assert run(bad, "check", target).returncode == 1
    unknown = run(bad, "check", "frr")
    assert unknown.returncode == 2
    assert findings(unknown.stderr) == ["frr:1:1: is no file, and no locale of this site [target]"]


def test_json_has_every_field(bad: Path) -> None:
    result = run(bad, "check", "--format", "json")
    assert result.returncode == 1
    objects = json.loads(result.stdout)
    number = next(one for one in objects if one["rule"] == "number")
    assert number == {
        "path": FR,
        "line": 3,
        "column": 12,
        "end_line": 3,
        "end_column": 14,
        "locale": "fr",
        "rule": "number",
        "severity": "error",
        "message": "40 is not what the source says, which is 50",
        "hint": "write it as 50",
        "segment": BAD.splitlines()[2],
    }
    assert {
        f"{one['path']}:{one['line']}:{one['column']}: {one['message']} [{one['rule']}]" for one in objects
    } == FOUND


def test_json_of_nothing_is_an_empty_list(good: Path) -> None:
    assert json.loads(run(good, "check", "--format", "json").stdout) == []


def test_github_annotations_speak_the_locales_language_with_english_beneath(bad: Path) -> None:
    lines = run(bad, "check", "--format", "github").stdout.splitlines()
    assert len(lines) == len(FOUND)
    number = next(line for line in lines if "title=number" in line)
    fields, _, text = number.removeprefix("::error ").partition("::")
    assert fields == f"file={FR},line=3,col=12,title=number,endLine=3,endColumn=14"
    french, _, english = text.partition("%0A%0A")
    assert english == "40 is not what the source says, which is 50%0Awrite it as 50"
    assert french == "40 n’est pas ce que dit l’original (50)%0Aécrivez plutôt 50"


def test_github_annotations_cannot_be_escaped_from(make_site: MakeSite) -> None:
    """What a contribution says ends no workflow command and begins none."""
    text = "# A\n\n[x](https://evil.example/%0A::add-mask::x) ::set-output name=a::b\n"
    config_file = make_site(
        {EN: "# A\n\nText\n", FR: text, "docs/fr/b,c%3A.md": "Texte\n", "docs/en/b,c%3A.md": "Text\n\nMore\n"}
    )
    lines = run(config_file, "check", "--format", "github").stdout.splitlines()
    assert lines
    for line in lines:
        assert line.startswith(("::error file=docs/fr/", "::warning file=docs/fr/"))
        fields = line.split("::")[1]
        assert "%0A" not in fields or "%250A" in fields
    assert any("file=docs/fr/b%2Cc%253A.md" in line for line in lines)


def test_sarif_has_rules_and_places(bad: Path) -> None:
    log = json.loads(run(bad, "check", "--format", "sarif").stdout)
    assert log["version"] == "2.1.0"
    (one,) = log["runs"]
    names = [rule["id"] for rule in one["tool"]["driver"]["rules"]]
    assert names == sorted({line.rpartition("[")[2][:-1] for line in FOUND})
    for result in one["results"]:
        assert names[result["ruleIndex"]] == result["ruleId"]
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == FR and place["region"]["startLine"] in (1, 3)
    assert one["columnKind"] == "unicodeCodePoints"


def test_problems_are_explained_in_the_language_that_is_asked_for(bad: Path) -> None:
    result = run(bad, "check", "--ui-locale", "fr")
    assert "40 n’est pas ce que dit l’original (50) [number]" in result.stderr
    assert "is not what the source says" not in result.stderr
    assert run(bad, "check", "--ui-locale", "xx-nope").returncode == 2


def test_rules_can_be_listed_and_explained(tmp_path: Path) -> None:
    listed = run(tmp_path / "x", "check", "--list").stdout.splitlines()
    assert [line.split()[0] for line in listed] == sorted(all_rules())
    result = run(tmp_path / "x", "check", "--explain", "number")
    assert result.returncode == 0
    assert "\nBad: `40 dollars`" in result.stdout and "\nGood: `50 dollars`" in result.stdout
    unknown = run(tmp_path / "x", "check", "--explain", "nubmer")
    assert unknown.returncode == 2
    assert "did you mean 'number'?" in unknown.stderr
    french = run(tmp_path / "x", "check", "--ui-locale", "fr", "--explain", "number").stdout
    assert "Nombres" in french or "nombres" in french


CHECKS = "  - hexapla:\n      checks:\n"


@pytest.mark.parametrize(
    ("setting", "status", "left"),
    [
        ("        number: ignore\n", 1, len(FOUND) - 1),
        ("        number: {fr: ignore}\n", 1, len(FOUND) - 1),
        ("        number: {en: ignore}\n", 1, len(FOUND)),
        (
            "".join(
                f"        {rule}: warning\n"
                for rule in ("number", "typography", "heading-id", "link-target", "doubled-word")
            ),
            0,
            len(FOUND),
        ),
    ],
)
def test_severity_by_rule_and_locale(setting: str, status: int, left: int, bad: Path) -> None:
    bad.write_text(SMALL.replace("  - hexapla\n", CHECKS + setting), encoding="utf-8")
    result = run(bad, "check")
    assert (result.returncode, len(findings(result.stderr))) == (status, left)
    assert run(bad, "check", "--strict").returncode == 1


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("        nubmer: ignore\n", "mkdocs.yml:19:9: there is no rule 'nubmer' [config]"),
        ("        number: loud\n", "mkdocs.yml:19:9: a severity is error, warning or ignore, not 'loud' [config]"),
        ("        number: {xx: ignore}\n", "mkdocs.yml:19:18: there is no locale 'xx' in this configuration [config]"),
    ],
)
def test_bad_severities(setting: str, expected: str, good: Path) -> None:
    good.write_text(SMALL.replace("  - hexapla\n", CHECKS + setting), encoding="utf-8")
    result = run(good, "check")
    assert (result.returncode, findings(result.stderr)) == (1, [expected])


def test_baseline_leaves_out_what_is_known_and_tells_what_is_new(bad: Path) -> None:
    assert run(bad, "check", "--write-baseline", "known.json").returncode == 0
    again = run(bad, "check", "--baseline", "known.json")
    assert (again.returncode, again.stderr) == (0, "")
    assert "Known from the baseline: 7" in again.stdout
    file = bad.parent / FR
    file.write_text("Une ligne de plus.\n\n" + BAD.replace("\n\nCela", "\n\nCela cela"), encoding="utf-8")
    new = run(bad, "check", "--baseline", "known.json")
    assert new.returncode == 1
    assert any("'Cela' stands here 2 times" in line for line in findings(new.stderr))
    assert not any("heading-id" in line for line in findings(new.stderr))


@pytest.mark.parametrize("text", ["[]", "{", '{"a": "b"}', "null", "[" * 100_000])
def test_a_bad_baseline_is_one_line(text: str, good: Path) -> None:
    (good.parent / "known.json").write_text(text, encoding="utf-8")
    result = run(good, "check", "--baseline", "known.json")
    assert (result.returncode, findings(result.stderr)) == (1, ["known.json:1:1: is no baseline [baseline]"])


def test_fix_shows_a_diff_and_writes_only_when_it_may(bad: Path) -> None:
    file = bad.parent / FR
    shown = run(bad, "check", "--fix")
    assert "+# Un [lien](https://example.org/) { #a }" in shown.stderr
    assert file.read_text(encoding="utf-8") == BAD
    done = run(bad, "check", "--fix", "--yes")
    assert done.returncode == 1  # a wrong number is for people to mend
    assert findings(done.stderr.partition("mended\n")[2]) == [
        f"{FR}:3:12: 40 is not what the source says, which is 50 [number]"
    ]
    assert file.read_text(encoding="utf-8") == GOOD.replace("50", "40")


def test_fix_keeps_to_what_is_new_and_leaves_the_source_alone(bad: Path) -> None:
    """With a baseline, what it knows is not told afterwards; the source is mended only where it is named."""
    source = bad.parent / EN
    source.write_text(SOURCE.replace("cheap", "cheap..."), encoding="utf-8")
    assert run(bad, "check", "--write-baseline", "known.json").returncode == 0
    (bad.parent / FR).write_text(BAD.replace("coûte", "coûte  "), encoding="utf-8")
    done = run(bad, "check", "--baseline", "known.json", "--fix", "--yes")
    assert "docs/fr/a.md: mended" in done.stderr and done.stdout.endswith("Nothing is wrong.\n")
    assert source.read_text(encoding="utf-8") == SOURCE.replace("cheap", "cheap...")
    run(bad, "check", EN, "--fix", "--yes")
    assert source.read_text(encoding="utf-8") == SOURCE.replace("cheap", "cheap…")


def test_a_baseline_knows_a_problem_whose_source_has_moved(make_site: MakeSite) -> None:
    fenced = "Text is here.\n\n```sh\nmake {}\n```\n"
    texts = {EN: fenced.format("all"), FR: fenced.format("tout").replace("Text is here", "Le texte est ici")}
    config_file = make_site(texts | {"docs/en/index.md": "", "docs/fr/index.md": ""})
    assert run(config_file, "check", "--write-baseline", "known.json").returncode == 0
    for name, words in ((EN, "One more line.\n\n"), (FR, "Une ligne de plus.\n\n")):
        path = config_file.parent / name
        path.write_text(words + path.read_text(encoding="utf-8"), encoding="utf-8")
    moved = run(config_file, "check", "--baseline", "known.json")
    assert (moved.returncode, moved.stderr) == (0, "")


def test_what_a_terminal_would_obey_is_written_out(make_site: MakeSite) -> None:
    config_file = make_site({"docs/fr/a\n::error::x.md": "Texte\n", "docs/fr/index.md": "Un\u202e mot.\n"})
    result = run(config_file, "check")
    assert "docs/fr/a\\n::error::x.md:1:1: " in result.stderr
    assert not any(line.startswith("::") for line in result.stderr.splitlines())
    assert "\u202e" not in result.stderr


def test_files_of_somebody_else_are_not_checked(good: Path) -> None:
    result = run(good, "check", "/etc/hostname")
    assert (result.returncode, len(findings(result.stderr))) == (2, 1)


def test_what_is_ignored_needs_a_reason_and_must_be_there(bad: Path) -> None:
    file = bad.parent / FR
    comment = "<!-- hexapla: ignore number, doubled-word, typography: a quotation -->\n\n"
    file.write_text(BAD.replace("Cela", comment + "Cela"), encoding="utf-8")
    assert len(findings(run(bad, "check").stderr)) == 2


@pytest.fixture
def repository(good: Path) -> Path:
    """The good site under git, with a branch to compare with."""
    for command in (
        ["init", "-q", "-b", "main"],
        ["add", "-A"],
        ["commit", "-q", "-m", "first"],
        ["switch", "-q", "-c", "change"],
    ):
        git(good, *command)
    return good


def git(config_file: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    subprocess.run(["git", *identity, *arguments], cwd=config_file.parent, check=True, capture_output=True)


def test_a_change_stays_within_one_locale(repository: Path) -> None:
    file = repository.parent / FR
    file.write_text(GOOD.replace("peu", "rien"), encoding="utf-8")
    assert run(repository, "check", "--changed-since", "main").returncode == 0
    (repository.parent / "new.txt").write_text("new", encoding="utf-8")
    with repository.open("a", encoding="utf-8") as config:
        config.write("# a comment\n")
    git(repository, "commit", "-q", "-am", "change")
    result = run(repository, "check", "--changed-since", "main")
    assert findings(result.stderr) == [
        "mkdocs.yml:1:1: is changed together with the translation into Français [outside-locale]",
        "new.txt:1:1: is changed together with the translation into Français [outside-locale]",
    ]


def test_a_change_of_the_tool_is_no_translation(repository: Path) -> None:
    (repository.parent / "new.txt").write_text("new", encoding="utf-8")
    assert run(repository, "check", "--changed-since", "main").returncode == 0


@pytest.mark.parametrize("revision", ["nope", "--output=x", ""])
def test_an_unknown_revision_is_one_line(revision: str, repository: Path) -> None:
    result = run(repository, "check", "--changed-since", revision)
    if revision:
        assert result.returncode == 1
        (line,) = findings(result.stderr)
        assert line.startswith(f"mkdocs.yml:1:1: nothing is known of revision {revision!r}") and line.endswith(
            "[revision]"
        )
    assert not (repository.parent / "x").exists()
