"""The files of a locale are placed as mkdocs-static-i18n places them."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hexapla import localized
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, InclusionLevel
from mkdocs_static_i18n.folder import create_i18n_file

CODES = ["en", "fr", "pt-BR"]
PATHS = [
    *("en/index.md", "en/about.md", "en/a/index.md", "en/a/b.md", "en/picture.svg", "en/enough/x.md", "en/readme.md"),
    *("fr/index.md", "fr/a/b.md", "fr/a b/é?.md", "fr/en/x.md", "fr/logo.png", "pt-BR/a/b.md", "pt-BR/x.css"),
    *("shared/x.js", "shared/a/en/y.css", "ende/x.png", "en/README.md", "fr/a/README.md"),
]


@pytest.mark.parametrize("current, is_directory", list(product(CODES, (True, False))))
def test_a_file_is_placed_as_by_static_i18n(tmp_path: Path, current: str, is_directory: bool) -> None:
    config = MkDocsConfig()
    config.load_dict(
        {
            "site_name": "Sample",
            "docs_dir": str(tmp_path / "docs"),
            "site_dir": str(tmp_path / "site"),
            "use_directory_urls": is_directory,
        }
    )
    quick = 0
    for path in PATHS:
        file = File(path, config.docs_dir, "elsewhere", is_directory, inclusion=InclusionLevel.INCLUDED)
        wanted: Any = create_i18n_file(file, current, "en", CODES, config)
        place = (str(wanted.locale), str(wanted.localization or ""))
        found = localized._placed_quickly(file, place, current, "en", config)
        if found is None:
            assert path.endswith("README.md")
            continue
        quick += 1
        assert found.alternates == {current: found}  # type: ignore[attr-defined]
        names = set(vars(wanted)) - {"alternates", "dest_dir", "name"}  # static-i18n takes a file's path for dest_dir
        assert {name: getattr(found, name) for name in names} == {name: getattr(wanted, name) for name in names}, path
        assert found.name == wanted.name and found.page is None
    assert quick >= len(PATHS) - 2
