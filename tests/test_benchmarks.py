"""The benchmarks: the articles that they build, and the picture of what they have measured."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hexapla import config, content

from tests.benchmarks import build, chart, corpus, peers
from tests.benchmarks.corpus import CODES
from tests.test_checks import run


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of two articles."""
    folder = tmp_path_factory.mktemp("corpus") / "site-source"
    corpus.write(folder, 2)
    return folder


def files(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_the_same_count_gives_the_same_bytes(root: Path, tmp_path: Path) -> None:
    corpus.write(tmp_path / "again", 2)
    assert files(tmp_path / "again") == files(root)


def test_all_versions_have_the_same_skeleton_in_letters_of_their_own(root: Path) -> None:
    for name in ("index.md", "articles/0000.md", "articles/0001.md"):
        documents = [content.read(root / "docs" / code / name) for code in CODES]
        shapes = [[piece.shape for piece in document.pieces] for document in documents]
        assert all(shape == shapes[0] for shape in shapes)
        assert len({document.text for document in documents}) == len(CODES)
    hindi = (root / "docs" / "hi" / "articles" / "0000.md").read_text(encoding="utf-8")
    assert len(re.findall("[\u0900-\u097f]", hindi)) > 2000


def test_articles_are_long_and_different() -> None:
    articles = [corpus.article("en", number, 500) for number in range(500)]
    assert all(550 < len(re.findall(r"\w+", text)) < 750 for text in articles)
    titles = [text.split("\n")[1] for text in articles]
    assert len(set(titles)) == len(titles)
    words = [set(re.findall(r"\w+", text)) for text in articles]
    assert len(set.union(*words)) > 2000


def test_names_of_villages_are_all_different() -> None:
    for code in ("en", "hi"):
        names = [corpus.language(code).name(number) for number in range(30_000)]
        assert len(set(names)) == len(names)


def test_every_language_has_a_word_for_each_of_the_source() -> None:
    source = {key: len(words) for key, words in corpus.language("en").words.items()}
    for code in CODES:
        assert {key: len(words) for key, words in corpus.language(code).words.items()} == source


def test_our_tool_finds_nothing_wrong_and_nothing_to_record(root: Path) -> None:
    before = files(root)
    assert run(root / "mkdocs.yml", "check").stdout == "Nothing is wrong.\n"
    assert run(root / "mkdocs.yml", "record").returncode == 0
    assert {path: text for path, text in files(root).items() if not path.startswith(".cache/")} == before


def test_stock_mkdocs_gets_the_same_documents_and_nothing_of_ours(root: Path, tmp_path: Path) -> None:
    corpus.write_stock(tmp_path, 2)
    ours, stock = files(root), files(tmp_path)
    assert {path: text for path, text in stock.items() if path.startswith("docs/")} == {
        path: text for path, text in ours.items() if path.startswith("docs/")
    }
    assert sorted(path for path in stock if not path.startswith("docs/")) == [
        "mkdocs.yml",
        "overrides/partials/languages/sw.html",
    ]
    assert b"hexapla\n" not in stock["mkdocs.yml"]
    assert [line.split()[-1] for line in stock["mkdocs.yml"].decode().split("\n") if "locale:" in line] == list(CODES)


def test_a_site_of_fewer_languages(tmp_path: Path) -> None:
    corpus.write(tmp_path, 1, ("en", "hi"))
    assert [locale.code for locale in config.load(str(tmp_path / "mkdocs.yml")).locales] == ["en", "hi"]
    assert sorted(path.name for path in (tmp_path / "locales").iterdir() if path.is_dir()) == ["hi"]


@pytest.mark.parametrize(
    ("edit", "rules"),
    [
        (build.edit_translation, {"unrecorded"}),
        (build.edit_source, {"stale"}),
        (build.edit_title, {"stale"}),
        (build.edit_catalog, set()),
    ],
)
def test_each_edit_changes_one_file_and_does_no_more(
    edit: Callable[[Path, int], None], rules: set[str], tmp_path: Path
) -> None:
    corpus.write(tmp_path, 2, ("en", "fr"))
    before = files(tmp_path)
    edit(tmp_path, 2)
    assert len([path for path, text in files(tmp_path).items() if before[path] != text]) == 1
    result = run(tmp_path / "mkdocs.yml", "check", "--format", "json")
    assert {problem["rule"] for problem in json.loads(result.stdout)} == rules, result.stdout


def test_what_is_measured_of_a_command(tmp_path: Path) -> None:
    seconds, processors, megabytes = build.measure(tmp_path, [sys.executable, "-c", "x = bytearray(80_000_000)"])
    assert 0 < seconds < 60 and 0 < processors < 60
    assert 80 < megabytes < 160
    with pytest.raises(SystemExit, match="ended with 3:\noh no"):
        build.measure(tmp_path, [sys.executable, "-c", "import sys; print('oh no', file=sys.stderr); sys.exit(3)"])


FIGURES = [
    build.Figure(50, "MkDocs", build.COLD, [2000.0]),
    build.Figure(200, "Hexapla", build.COLD, [4.0, 5.0, 90.0]),
    build.Figure(200, "MkDocs", build.COLD, [30.0, 20.0, 25.0]),
    build.Figure(200, "Hexapla", "nothing changed", [1.25]),
    build.Figure(200, "A < B & C", build.EDITED, [0.125]),
    build.Figure(1000, "Hexapla", build.COLD, [4000.0]),
]


def test_a_ratio_is_that_within_a_turn() -> None:
    assert build.ratio([1, 10, 3], [2, 40, 6]) == 0.5
    assert build.ratio([1, 2, 9], [4]) == 0.5
    assert build.ratio([], [4]) is None


def test_the_picture_shows_what_was_measured() -> None:
    svg = ElementTree.fromstring(chart.draw(json.loads(build.kept(FIGURES, 3))))
    space = "{http://www.w3.org/2000/svg}"
    texts = [element.text for element in svg.iter(f"{space}text")]
    assert texts[0] == "200 articles in each of six languages"
    assert texts[3:7] == ["MkDocs", "25 s", "Hexapla", "5.0 s"]
    assert texts[8:] == ["A < B & C", "0.12 s"]
    widths = [float(element.attrib["width"]) for element in svg.iter(f"{space}rect")]
    assert widths == [chart.LONGEST, chart.LONGEST / 5, round(chart.LONGEST / 200, 1)]
    described = " ".join(next(svg.iter(f"{space}desc")).itertext())
    assert "MkDocs 25 s; Hexapla 5.0 s." in described
    assert svg.attrib["role"] == "img"


def test_the_picture_in_the_readme_is_that_of_the_figures_beside_it() -> None:
    kept = json.loads((chart.FOLDER / "build.json").read_text(encoding="utf-8"))
    assert (chart.FOLDER / "build.svg").read_text(encoding="utf-8") == chart.draw(kept)


def test_hugo_gets_pages_that_have_pages_below_them(tmp_path: Path) -> None:
    peers.write_hugo(tmp_path, 1)
    assert (tmp_path / "docs" / "fr" / "_index.md").is_file() and not (tmp_path / "docs" / "fr" / "index.md").exists()
