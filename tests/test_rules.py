"""Every rule, on fixtures that state what they expect: path, line, column and rule, and nothing besides.

A fixture is a file in tests/fixtures/checks/<rule>/, named bad-<locale>… or good-<locale>…. Its first lines say what it
shows. Then come the files of a small site, each under a line `--- path`, and the findings under `--- expect`.
`--- path (escaped)` is for what cannot be seen: `\\u202e`, `\\x00`, `\\r`; `--- path (bytes)` for what is no UTF-8.
`--- path -> target` makes a link. A site without a mkdocs.yml gets one with the locales of its folders; a locale
without a document gets an empty home page.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from hexapla import checks, glossary, languages, prechecks, rules, rules_characters
from hexapla.problems import Severity, shown
from hexapla.rules import RULES, Scope
from hexapla.rules_characters import code_points

FOLDER = Path(__file__).parent / "fixtures" / "checks"
FIXTURES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.glob("*/*.txt"))
HEAD = "site_name: Small\nsite_url: https://small.example/\nplugins:\n  - i18n:\n      docs_structure: folder\n      languages:\n"

BY_HAND = frozenset(
    "size outside-locale slow failed catalog placeholder plural-forms plural-count html-in-message newline fuzzy "
    "obsolete untranslated-message".split()
)
"""Rules that a fixture cannot show: tests/test_rules_by_hand.py has their good and bad cases."""


def unpack(text: str, root: Path) -> list[str]:
    """Write the files of a fixture; give the findings that it expects."""
    parts = re.split(r"^--- (.+)\n", text, flags=re.MULTILINE)
    expected: list[str] = []
    for name, body in zip(parts[1::2], parts[2::2], strict=True):
        if name == "expect":
            expected = [line for line in body.splitlines() if line.strip()]
            continue
        path, _, target = name.partition(" -> ")
        match = re.fullmatch(r"(.*?)(?: \((escaped|bytes)\))?", path)
        assert match
        file = root / _unescape(match[1])
        file.parent.mkdir(parents=True, exist_ok=True)
        if target:
            file.symlink_to(target)
        elif match[2] == "bytes":
            file.write_bytes(_unescape(body).encode("latin-1"))
        else:
            file.write_bytes((_unescape(body) if match[2] else body).encode())
    _complete(root)
    return expected


def _unescape(text: str) -> str:
    pattern = r"\\(u[0-9a-f]{4}|U[0-9a-f]{8}|x[0-9a-f]{2}|[nrt\\])"
    return re.sub(pattern, lambda match: match[0].encode().decode("unicode_escape"), text)


def _complete(root: Path) -> None:
    (root / "docs").mkdir(exist_ok=True)
    codes = {path.name for path in (root / "docs").iterdir() if re.fullmatch("[a-z]{2}", path.name)} | {"en", "fr"}
    for code in codes:
        home = root / "docs" / code / "index.md"
        if not home.exists() and not home.is_symlink():
            home.parent.mkdir(parents=True, exist_ok=True)
            home.write_text("", encoding="utf-8")
    if not (root / "mkdocs.yml").exists():
        rows = [
            f"        - {{locale: {code}, name: '{code}'{', default: true' * (code == 'en')}}}\n"
            for code in sorted(codes)
        ]
        (root / "mkdocs.yml").write_text(HEAD + "".join(rows) + "  - hexapla\n", encoding="utf-8")


def found_in(root: Path) -> list[str]:
    """Check a site; give its findings as fixtures write them."""
    report = checks.run(str(root / "mkdocs.yml"))
    for problem in report.problems:
        assert problem.message and problem.hint, problem
    rows = []
    for problem in report.problems:
        path = problem.path.relative_to(root).as_posix() if problem.path.is_relative_to(root) else shown(problem.path)
        rows.append(f"{path.encode('unicode_escape').decode()}:{problem.line}:{problem.column} {problem.rule}")
    return sorted(rows)


@pytest.mark.parametrize("name", FIXTURES)
def test_fixture(name: str, tmp_path: Path) -> None:
    rule = name.split("/")[0]
    expected = unpack((FOLDER / name).read_text(encoding="utf-8"), tmp_path)
    assert found_in(tmp_path) == sorted(expected)
    assert Path(name).name.startswith("bad" if expected else "good")
    assert not expected or any(line.endswith(f" {rule}") for line in expected)


def test_every_rule_has_good_and_bad_fixtures() -> None:
    of_sources = {name for name, rule in RULES.items() if rule.scope is not Scope.BUILT}  # the others: test_links.py
    for rule in of_sources - BY_HAND:
        names = [name.split("/")[1] for name in FIXTURES if name.startswith(f"{rule}/")]
        assert {name.split("-")[0] for name in names} >= {"good", "bad"}, rule


@pytest.mark.parametrize("name", sorted(RULES))
def test_every_rule_is_documented(name: str) -> None:
    rule = RULES[name]
    assert rule.summary.endswith(".")
    assert rule.bad and rule.good and rule.bad != rule.good
    assert rule.severity in Severity


def test_what_quick_looks_at_letters_rely_on() -> None:
    """All letters up to U+024F are Latin; those of the Devanagari block are Devanagari; patterns know all letters."""
    for sign in map(chr, (*range(0xD800), *range(0xE000, 0x20000))):
        script = languages.script(sign)
        if script not in ("", "LATIN"):
            assert languages.FOREIGN_LETTER.match(sign), code_points(sign)
        if rules_characters.UNMIXED.fullmatch("a" + sign):
            assert script in ("", "LATIN"), code_points(sign)
        if rules_characters.UNMIXED.fullmatch("\u0905" + sign):
            assert script in ("", "DEVANAGARI"), code_points(sign)
    # Letters and vowel signs of Devanagari belong to words, its full stops and digits' signs do not.
    letter = re.compile(glossary.LETTER)
    assert [code_points(sign) for sign in map(chr, range(0x0900, 0x0980)) if not letter.match(sign)] == [
        "U+0964",
        "U+0965",
        "U+0970",
    ]


def test_every_rule_is_found_and_those_for_a_build_without_the_others() -> None:
    """A build imports few rules, the command line none; `all_rules` imports each module that registers one."""
    folder = Path(rules.__file__).parent
    registering = {
        path.stem for path in folder.glob("*.py") if re.search("^@rule\\(", path.read_text(encoding="utf-8"), re.M)
    }
    assert registering == set(rules.MODULES)
    found = rules.all_rules()
    own = {module.__name__ for module in prechecks.MODULES}
    assert {one.check.__module__ for one in found.values() if one.is_for_build} == own
    assert _rules_imported_by("hexapla.cli") == set()
    assert _rules_imported_by("hexapla.build", "hexapla.prechecks") == own


def _rules_imported_by(*modules: str) -> set[str]:
    """The modules of rules that a process of its own has imported after `modules`."""
    names = "name for name in sys.modules if name.startswith('hexapla.rules_')"
    code = f"import sys, {', '.join(modules)}; print(*({names}))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(result.stdout.split())
