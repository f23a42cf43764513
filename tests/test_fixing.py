"""What `hexapla fix` does to typography: it mends every finding, and changes nothing but marks and spaces."""

from __future__ import annotations

import unicodedata
from html import unescape
from pathlib import Path

import pytest
from hexapla import checks, fixing

from tests.test_rules import FIXTURES, FOLDER, unpack

BAD = [name for name in FIXTURES if name.startswith("typography/bad")]


def words_of(text: str) -> str:
    """Letters, digits and their marks, in order."""
    return "".join(sign for sign in unescape(text) if unicodedata.category(sign)[0] in "LNM")


@pytest.mark.parametrize("name", BAD)
def test_typography_is_mended(name: str, tmp_path: Path) -> None:
    unpack((FOLDER / name).read_text(encoding="utf-8"), tmp_path)
    problems = [one for one in checks.run(str(tmp_path / "mkdocs.yml")).problems if one.rule == "typography"]
    planned = fixing.plan(problems)
    assert planned
    for path, (old, new) in planned.items():
        assert words_of(new) == words_of(old)
        path.write_text(new, encoding="utf-8", newline="")
    left = checks.run(str(tmp_path / "mkdocs.yml")).problems
    assert [str(one) for one in left if one.rule == "typography"] == []
