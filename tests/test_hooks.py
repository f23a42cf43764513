"""The hooks that other repositories use with pre-commit: what it expects of them, and what each does on a small site."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT, MakeSite

MANIFEST = ROOT / ".pre-commit-hooks.yaml"
HOOKS: dict[str, dict[str, Any]] = {hook["id"]: hook for hook in yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))}

KEYS = {
    "id": str,
    "name": str,
    "description": str,
    "entry": str,
    "language": str,
    "additional_dependencies": list,
    "files": str,
    "types": list,
    "pass_filenames": bool,
    "require_serial": bool,
    "stages": list,
}
"""Keys of a hook and the kinds of their values (pre-commit, "Creating new hooks")."""


def test_hooks_are_what_pre_commit_expects() -> None:
    assert list(HOOKS) == ["hexapla-check", "hexapla-record", "hexapla-links"]
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    runtime = (ROOT / "requirements" / "runtime.in").read_text(encoding="utf-8").splitlines()
    for hook in HOOKS.values():
        assert set(hook["additional_dependencies"]) <= set(runtime)
        for key, value in hook.items():
            assert isinstance(value, KEYS[key]), (hook["id"], key)
        assert {"id", "name", "entry", "language"} <= set(hook)
        assert hook["language"] == "python" and shlex.split(hook["entry"])[0] in scripts
        assert hook["pass_filenames"] is False and hook["require_serial"] is True
        assert set(hook.get("stages", [])) <= {"pre-commit", "pre-push", "manual"}


def test_pre_commit_takes_the_manifest(tmp_path: Path) -> None:
    command = [str(Path(sys.executable).parent / "pre-commit"), "validate-manifest"]
    text = MANIFEST.read_text(encoding="utf-8")
    (tmp_path / "wrong.yaml").write_text(text.replace("language: python", "language: latin"))
    result = subprocess.run([*command, str(MANIFEST)], capture_output=True, text=True)
    assert (result.returncode, result.stdout + result.stderr) == (0, "")
    assert subprocess.run([*command, str(tmp_path / "wrong.yaml")], capture_output=True).returncode == 1


@pytest.mark.parametrize(
    ("path", "hooks"),
    [
        ("docs/fr/about.md", {"check", "record", "links"}),
        ("docs/en/deep/about.markdown", {"check", "record", "links"}),
        ("locales/fr/LC_MESSAGES/about.md.po", {"check", "record", "links"}),
        ("locales/fr/glossary.toml", {"check", "links"}),
        ("docs/en/images/desk.svg", {"check", "links"}),
        ("mkdocs.yml", {"check", "links"}),
        ("mkdocs.yaml", {"check", "links"}),
        ("overrides/main.html", {"check", "links"}),
        ("src/docs/fr/about.md", set()),
        ("README.md", set()),
        ("mkdocs.yml.orig", set()),
    ],
)
def test_files_that_wake_a_hook(path: str, hooks: set[str]) -> None:
    assert {f"hexapla-{name}" for name in hooks} == {
        hook["id"] for hook in HOOKS.values() if re.search(hook["files"], path)
    }


def run_hook(folder: Path, name: str) -> subprocess.CompletedProcess[str]:
    """Run a hook's command as pre-commit does: in the top folder of the repository, without a shell or a file name."""
    program, *arguments = shlex.split(HOOKS[name]["entry"])
    command = [str(Path(sys.executable).parent / program), *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def folder(make_site: MakeSite) -> Path:
    """A site with one document in both languages."""
    texts = {
        "docs/en/guide.md": "# Guide { #guide }\n\nSee [home](index.md).\n",
        "docs/fr/guide.md": "# Le guide { #guide }\n\nVoir [l’accueil](index.md).\n",
    }
    config_file = make_site(texts)
    config_file.write_text(config_file.read_text(encoding="utf-8") + "markdown_extensions: [attr_list]\n")
    return config_file.parent


def test_check(folder: Path) -> None:
    result = run_hook(folder, "hexapla-check")
    assert result.returncode == 0, result.stderr
    (folder / "docs/fr/guide.md").write_text("# Le guide { #guide }\n\nVoir [l’accueil](https://evil.example/).\n")
    result = run_hook(folder, "hexapla-check")
    assert result.returncode == 1 and result.stderr.startswith("docs/fr/guide.md:3:18: ")


def test_record(folder: Path) -> None:
    """It writes, which fails a commit by pre-commit's own rule; once that is added, it has nothing to do."""
    assert run_hook(folder, "hexapla-record").returncode == 0
    record = folder / "locales/fr/LC_MESSAGES/guide.md.po"
    before = record.read_bytes()
    assert "Voir [l’accueil](index.md)." in before.decode()
    assert run_hook(folder, "hexapla-record").stdout == "All records are up to date.\n"
    assert record.read_bytes() == before


def test_links(folder: Path) -> None:
    result = run_hook(folder, "hexapla-links")
    assert result.returncode == 2 and "hint: build it first: hexapla build" in result.stderr
    built = subprocess.run([sys.executable, "-m", "hexapla", "build"], cwd=folder, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    assert run_hook(folder, "hexapla-links").returncode == 0
    page = folder / "site/fr/guide/index.html"
    page.write_text(
        page.read_text(encoding="utf-8").replace("Voir <a", 'Voir <a href="/gone/">x</a> <a'), encoding="utf-8"
    )
    result = run_hook(folder, "hexapla-links")
    assert result.returncode == 1 and "[missing-page]" in result.stderr
