"""scripts/run.py, which must speak even where nothing of this project can run."""

from __future__ import annotations

import ast
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.conftest import ROOT

SCRIPT = ROOT / "scripts" / "run.py"


@pytest.fixture
def bootstrap() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bootstrap", SCRIPT)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_any_python_3_can_read_it() -> None:
    ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 4))


def test_standard_library_only() -> None:
    tree = ast.parse(SCRIPT.read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert names <= sys.stdlib_module_names


def test_old_python(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(bootstrap.sys, "version_info", (3, 9, 2))
    with pytest.raises(SystemExit) as caught:
        bootstrap.main(["site"])
    lines = capsys.readouterr().err.splitlines()
    assert caught.value.code == 1
    assert lines[0] == "run.py: Python 3.9 is too old; 3.11 or newer is needed [python]"
    assert len(lines) == 2 and lines[1].startswith("  hint: ")


def test_no_venv_module(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    with pytest.raises(SystemExit) as caught:
        bootstrap.main(["site"])
    error = capsys.readouterr().err
    assert caught.value.code == 1
    assert error.startswith("run.py: this Python has no working venv module") and "python3-venv" in error


def copy_of_the_bootstrap(folder: Path) -> Path:
    """A fresh clone, as far as the bootstrap needs it."""
    for name in ("scripts", "requirements"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder / name)
    return folder / "scripts" / "run.py"


def test_no_network(tmp_path: Path) -> None:
    """An index that nobody answers at is one line, and pip's own words are kept."""
    script = copy_of_the_bootstrap(tmp_path)
    nowhere = {
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_EXTRA_INDEX_URL": "",
        "PIP_FIND_LINKS": "",
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_RETRIES": "0",
        "PIP_NO_CACHE_DIR": "1",
    }
    result = subprocess.run(
        [sys.executable, str(script), "site"], capture_output=True, text=True, env=os.environ | nowhere, check=False
    )
    lines = result.stderr.splitlines()
    assert result.returncode == 1
    assert lines[-2].endswith("the package index cannot be reached, so the requirements cannot be installed [network]")
    assert lines[-1].startswith("  hint: ") and "Traceback" not in result.stderr
    assert (tmp_path / ".venv" / "install.log").is_file()
    assert not list((tmp_path / ".venv").glob("*.stamp"))


def test_without_a_verb_it_explains_itself(bootstrap: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert bootstrap.main([]) == 2
    assert "site    build the publication" in capsys.readouterr().out


def test_a_second_run_installs_nothing(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What is stamped is not installed again; a changed list is."""
    calls: list[Any] = []
    monkeypatch.setattr(bootstrap, "run_pip", lambda arguments, log: calls.append(arguments))
    monkeypatch.setattr(bootstrap, "VENV", str(tmp_path / ".venv"))
    monkeypatch.setattr(bootstrap, "PYTHON", sys.executable)
    (tmp_path / ".venv").mkdir()
    bootstrap.ensure_environment("test")
    assert len(calls) == 2 and "--require-hashes" in calls[0]
    bootstrap.ensure_environment("test")
    bootstrap.ensure_environment("runtime")
    assert len(calls) == 2
    monkeypatch.setattr(bootstrap, "fingerprint", lambda requirements: "another")
    bootstrap.ensure_environment("runtime")
    assert len(calls) == 4


def test_the_package_is_compiled_where_python_would_not(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Once, and again when a source is newer."""
    source = tmp_path / "scripts" / "hexapla" / "one.py"
    source.parent.mkdir(parents=True)
    source.write_text("ONE = 1\n", encoding="utf-8")
    (tmp_path / ".venv").mkdir()
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.delenv("PYTHONPYCACHEPREFIX", raising=False)
    for name, value in (("ROOT", tmp_path), ("VENV", tmp_path / ".venv"), ("PYTHON", sys.executable)):
        monkeypatch.setattr(bootstrap, name, str(value))
    folder = source.parent / "__pycache__"
    bootstrap.ensure_bytecode()
    (compiled,) = folder.iterdir()
    compiled.unlink()
    bootstrap.ensure_bytecode()
    assert not list(folder.iterdir())
    later = time.time() + 10
    os.utime(source, (later, later))
    bootstrap.ensure_bytecode()
    assert list(folder.iterdir()) == [compiled]


def test_every_requirement_is_pinned_with_hashes_and_no_index_is_named() -> None:
    for name in ("runtime", "test"):
        text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
        assert "://" not in text and "--index" not in text and "--find-links" not in text
        entries = text.replace("\\\n", " ").splitlines()
        assert len(entries) > 20
        for entry in entries:
            assert "==" in entry and "--hash=sha256:" in entry, entry


def test_unknown_verbs_reach_the_tool() -> None:
    result = subprocess.run([sys.executable, str(SCRIPT), "biuld"], capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert "No such command 'biuld'" in result.stderr
