"""A build on several machines: the plan deals out every page once, and the parts merge to the bytes of one build."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hexapla import build as building
from hexapla import engine, parts, prechecks, publication
from hexapla.built import Built
from hexapla.cache import FOLDER, Store
from hexapla.config import Site
from hexapla.parts import HEAD, Shard
from hexapla.problems import Stop
from hypothesis import example, given
from hypothesis import strategies as st

from tests.conftest import SMALL, MakeSite
from tests.test_build import digest
from tests.test_checks import findings, run
from tests.test_warm import CATALOG, DOT, Sample, make

# The processes of a build are forked, and would each import MkDocs and Material.
assert engine.__name__

# Shares


@given(st.lists(st.integers(0, 1000), max_size=40), st.integers(1, 20))
@example([], 3)
@example([5], 4)
@example([0, 0, 0], 2)
def test_each_page_is_in_one_share_and_shares_are_balanced(words: list[int], of: int) -> None:
    shares = [Shard(number, of).chosen(words) for number in range(1, of + 1)]
    assert sorted(index for share in shares for index in share) == list(range(len(words)))
    sums = [sum(words[index] + 1 for index in share) for share in shares]
    # No share is larger than the smallest by more than one page.
    assert max(sums) - min(sums) <= max(words, default=0) + 1


@pytest.mark.parametrize(
    ("text", "number", "of"), [("1/1", 1, 1), ("2/4", 2, 4), ("20/20", 20, 20), ("1/9999", 1, 9999)]
)
def test_a_share_on_the_command_line(text: str, number: int, of: int) -> None:
    assert parts.parse(text) == Shard(number, of)
    assert str(Shard(number, of)) == text


NO_SHARES = [
    "0/2",
    "3/2",
    "-1/2",
    "1/0",
    "1",
    "a/b",
    "1/2/3",
    " 1/2",
    "1/2\n",
    "1.0/2",
    "١/٢",
    "01/2",
    "1/10000",
    "9" * 5000,
]


@pytest.mark.parametrize("text", NO_SHARES)
def test_what_is_no_share(text: str) -> None:
    with pytest.raises(Stop) as caught:
        parts.parse(text)
    assert [problem.rule for problem in caught.value.problems] == ["target"]


# The plan

THREE = SMALL.replace(
    "        - locale: fr\n", "        - locale: pt-BR\n          name: Português\n        - locale: fr\n"
)


def site_of(make_site: MakeSite, lengths: list[int], configuration: str = THREE) -> publication.Publication:
    """A site of documents with so many words each; those in French have twice as many, the others are fallbacks."""
    texts: dict[str, str | bytes] = {"docs/pt-BR/index.md": "# Casa\n"}
    for number, length in enumerate(lengths):
        texts[f"docs/en/{number}.md"] = "word " * length + "\n"
        texts[f"docs/fr/{number}.md"] = "mot " * length * 2 + "\n"
    return prechecks.read(str(make_site(texts, configuration)))


def test_a_plan_has_every_share_once_for_any_number_of_jobs(make_site: MakeSite) -> None:
    found = site_of(make_site, [100, 400, 30, 250, 1, 80])
    codes = {"en", "fr", "pt-BR"}
    for most in range(1, 21):
        jobs = parts.plan(found, most, 1)
        assert len(jobs) == most
        assert len({job["name"] for job in jobs}) == most
        taken: dict[str, list[Shard]] = {code: [] for code in codes}
        for job in jobs:
            match = re.fullmatch(r"((?:--locale \S+ ?)+)(?:--shard (\S+))?", job["arguments"])
            assert match, job
            for code in re.findall(r"--locale (\S+)", match[1]):
                taken[code].append(parts.parse(match[2]) if match[2] else parts.WHOLE)
        for shares in taken.values():
            of = shares[0].of
            assert sorted(shares, key=str) == sorted((Shard(number, of) for number in range(1, of + 1)), key=str)
        total = sum(job["words"] for job in jobs)
        assert abs(total - sum(job["words"] for job in parts.plan(found, 1, 1))) <= most  # rounded
        # French has half of the words, and no share need be larger than twice a fair one, nor a locale be cut in vain.
        largest = max(job["words"] for job in jobs)
        assert (
            largest
            <= max(2 * total / most, max(job["words"] for job in parts.plan(found, 3, 1)) if most < 3 else 0) + 1
        )


def test_a_plan_has_no_more_jobs_than_it_takes(make_site: MakeSite) -> None:
    found = site_of(make_site, [100, 400])
    words = sum(job["words"] for job in parts.plan(found, 1, 1))
    for most, each, count in ((16, words, 1), (16, words // 2 + 1, 2), (16, words // 5 + 1, 5), (4, words // 5 + 1, 4)):
        assert len(parts.plan(found, most, each)) == count


def test_no_job_of_a_plan_is_without_a_locale(make_site: MakeSite) -> None:
    """A job without arguments would build the whole site."""
    texts: dict[str, str | bytes] = {f"docs/{code}/index.md": "" for code in ("de", "fr", "pt-BR")}
    texts["docs/en/index.md"] = "one two three four five"
    more = THREE.replace(
        "        - locale: fr\n", "        - locale: de\n          name: Deutsch\n        - locale: fr\n"
    )
    found = prechecks.read(str(make_site(texts, more)))
    jobs = parts.plan(found, 3, 1)
    assert [job for job in jobs if "--locale" not in job["arguments"]] == []
    assert len(jobs) == 3


def test_the_plan_is_a_matrix_as_json(make_site: MakeSite) -> None:
    config_file = site_of(make_site, [10, 20]).site.config_file
    result = run(config_file, "plan", "--jobs", "4", "--words", "1")
    assert result.returncode == 0, result.stderr
    plan = json.loads(result.stdout)
    assert list(plan) == ["include"]
    assert [sorted(job) for job in plan["include"]] == [["arguments", "name", "words"]] * 4
    assert run(config_file, "plan", "--jobs", "0").returncode == 2
    assert not (config_file.parent / "site").exists()


# Parts of a site, and what they merge to

SITE = SMALL.replace("locale: fr\n          name: Français", "locale: pt-BR\n          name: Português") + (
    "markdown_extensions: [attr_list]\nextra:\n  categories: {news: News}\n"
)
TEXTS = {
    "mkdocs.yml": SITE,
    "docs/en/index.md": "# Home { #home }\n\nSee [about](about.md) and [one](articles/one.md). ![Dot](dot.svg)\n",
    "docs/pt-BR/index.md": "# Casa { #home }\n\nVeja [sobre](about.md) e [um](articles/one.md). ![Ponto](dot.svg)\n",
    "docs/en/about.md": "# About { #about }\n\nWords that are to change.\n",
    "docs/pt-BR/about.md": "# Sobre { #about }\n\nPalavras.\n",
    "docs/en/articles/one.md": "---\ntitle: One\ndate: 2024-02-03\ncategory: news\nrelated: [about.md]\n---\n\n# One { #one }\n\nFirst.\n",
    "docs/pt-BR/articles/one.md": "---\ntitle: Um\n---\n\n# Um { #one }\n\nPrimeiro.\n",
    "docs/en/only.md": "# Only { #only }\n\nSome [words](index.md).\n",
    "docs/en/dot.svg": DOT,
    "locales/pt-BR/LC_MESSAGES/site.po": CATALOG,
}


def copied(sample: Sample, root: Path) -> Sample:
    """The same site on another machine, without its cache."""
    shutil.copytree(sample.root, root, ignore=shutil.ignore_patterns("site", ".cache"))
    return Sample(root)


def part(sample: Sample, out: Path, code: str, shard: Shard) -> list[Built]:
    found = sample.read()
    return building.build_part(found, [found.site.locale(code)], shard, out, sample.store, lambda locale, what: None)


def merged(sample: Sample, *folders: Path) -> dict[str, int]:
    """Merge parts as `hexapla merge` does; give the number of pages rendered in each locale."""
    found = sample.read()
    parts.verify(found.site, folders)
    results = building.build(found, store=Store(sample.cache, folders))
    return {one.locale.code: one.rendered for one in results}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """A site with a stale paragraph, a fallback and a category, and what one build makes of it."""
    sample = make(
        tmp_path_factory.mktemp("whole") / "source", TEXTS, {"docs/en/about.md": ("are to change", "changed")}
    )
    sample.base = sample.cold()
    return sample


Shares = dict[tuple[str, Shard], Path]


@pytest.fixture(scope="module")
def shares(whole: Sample, tmp_path_factory: pytest.TempPathFactory) -> Shares:
    """Parts of that site, each from a machine of its own: English in three, Portuguese whole and in two."""
    cuts = [*(("en", Shard(number, 3)) for number in (1, 2, 3)), ("pt-BR", parts.WHOLE)]
    cuts += [("pt-BR", Shard(number, 2)) for number in (1, 2)]
    folders = {}
    for code, shard in cuts:
        place = tmp_path_factory.mktemp("machine")
        folders[code, shard] = place / "part"
        part(copied(whole, place / "source"), place / "part", code, shard)
    return folders


@pytest.fixture
def here(whole: Sample, tmp_path: Path) -> Sample:
    """The machine that merges, with an old site."""
    sample = copied(whole, tmp_path / "source")
    sample.site_dir.mkdir()
    (sample.site_dir / "index.html").write_text("the old site", encoding="utf-8")
    return sample


def of(shares: Shares, *names: str) -> list[Path]:
    """The folders of parts: `en 1/3`."""
    return [folder for (code, shard), folder in shares.items() if f"{code} {shard}" in names]


WHOLE = ("en 1/3", "en 2/3", "en 3/3", "pt-BR 1/1")


@pytest.mark.parametrize(
    "names",
    [WHOLE, ("en 1/3", "en 2/3", "en 3/3", "pt-BR 1/2", "pt-BR 2/2"), (*WHOLE, "pt-BR 2/2")],
    ids=["a locale is cut", "both are", "one is there twice"],
)
def test_parts_merge_to_the_bytes_of_one_build(
    names: tuple[str, ...], shares: Shares, here: Sample, whole: Sample
) -> None:
    folders = of(shares, *names)
    before = [digest(folder) for folder in folders]
    assert merged(here, *folders, folders[0]) == {"en": 0, "pt-BR": 0}
    assert here.built() == whole.base
    assert [digest(folder) for folder in folders] == before


def test_the_publication_is_the_same_however_it_is_built(site: Site, built: Path, tmp_path: Path) -> None:
    """So what tests find of one build, which has no cache, is true of warm, cut and merged ones."""
    expected = digest(built)
    found = publication.read(dataclasses.replace(site, site_dir=tmp_path / "site"))
    for _ in ("cold", "out of the copy", "out of the old site"):
        building.build(found, store=Store(tmp_path / "cache"))
        assert digest(found.site.site_dir) == expected
    folders = tuple(tmp_path / f"{locale.code}-{number}" for locale in site.locales for number in (1, 2))
    for folder in folders:
        code, _, number = folder.name.rpartition("-")
        shard, store = Shard(int(number), 2), Store(tmp_path / f"cache-{folder.name}")
        building.build_part(found, [site.locale(code)], shard, folder, store, lambda locale, what: None)
    parts.verify(found.site, folders)
    results = building.build(found, store=Store(tmp_path / "cache-merged", folders))
    assert sum(one.rendered for one in results) == 0
    assert digest(found.site.site_dir) == expected


def test_a_merge_is_built_on_like_any_build(shares: Shares, here: Sample) -> None:
    merged(here, *of(shares, *WHOLE))
    with here.edited({"docs/pt-BR/about.md": "# Sobre { #about }\n\nOutras palavras.\n"}):
        here.warm()
        assert here.built() == here.cold()


def test_a_part_holds_its_share_and_nothing_else(shares: Shares) -> None:
    sizes = []
    for (code, shard), folder in shares.items():
        head = json.loads((folder / HEAD).read_text(encoding="utf-8"))
        assert (head["locales"], head["number"], head["of"]) == ([code], shard.number, shard.of)
        assert {path.name for path in folder.iterdir()} <= {HEAD, ".gitignore", "pages", "titles", "beside"}
        sizes.append((code, shard.of, len([path for path in folder.glob("pages/*/*") if path.is_file()])))
    pages = {(code, of): sum(count for one, cut, count in sizes if (one, cut) == (code, of)) for code, of, _ in sizes}
    # Four documents, a category, the state of the translations.
    assert pages == {("en", 3): 6, ("pt-BR", 1): 6, ("pt-BR", 2): 6}
    assert min(count for _, of, count in sizes if of == 3) >= 1


def test_a_site_of_few_pages_in_many_parts(make_site: MakeSite, tmp_path: Path) -> None:
    """Shares without a page are parts, too."""
    root = make_site({"docs/en/index.md": "# Home\n", "docs/fr/index.md": "# Home\n"}).parent
    sample = Sample(root)
    folders = []
    for code, of in (("en", 3), ("fr", 1)):
        for number in range(1, of + 1):
            folders.append(tmp_path / f"{code}-{number}")
            part(Sample(root), folders[-1], code, Shard(number, of))
            assert not sample.cache.exists()
    assert merged(sample, *folders) == {"en": 0, "fr": 0}
    assert sample.built() == sample.cold()


def test_several_locales_in_one_part(whole: Sample, here: Sample, tmp_path: Path) -> None:
    other = copied(whole, tmp_path / "other")
    found = other.read()
    building.build_part(
        found, found.site.locales, parts.WHOLE, tmp_path / "part", other.store, lambda locale, what: None
    )
    assert merged(here, tmp_path / "part") == {"en": 0, "pt-BR": 0}
    assert here.built() == whole.base


def test_a_part_from_a_cache_that_holds_everything(whole: Sample, here: Sample, shares: Shares, tmp_path: Path) -> None:
    other = copied(whole, tmp_path / "other")
    other.warm()
    results = part(other, tmp_path / "part", "en", parts.WHOLE)
    assert [one.rendered for one in results] == [0]
    assert merged(here, tmp_path / "part", *of(shares, "pt-BR 1/1")) == {"en": 0, "pt-BR": 0}
    assert here.built() == whole.base


# Parts that are damaged: what they lack is rendered


def pages_of(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("pages/*/*") if path.is_file())


def each_file(folder: Path, harm: Callable[[Path], object]) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != HEAD:
            harm(path)


def make_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


DAMAGE: dict[str, tuple[Callable[[Path], object], int]] = {
    "a page is lost": (lambda folder: pages_of(folder)[0].unlink(), 1),
    "a page is cut": (lambda folder: pages_of(folder)[0].write_bytes(pages_of(folder)[0].read_bytes()[:-1]), 1),
    "a page is empty": (lambda folder: pages_of(folder)[0].write_bytes(b""), 1),
    "a page is another": (lambda folder: pages_of(folder)[0].write_bytes(b"<p>other words</p>"), 1),
    "a page is a folder": (lambda folder: make_folder(pages_of(folder)[0]), 1),
    "all pages are lost": (lambda folder: shutil.rmtree(folder / "pages"), 6),
    "all files are cut": (lambda folder: each_file(folder, lambda path: path.write_bytes(path.read_bytes()[:20])), 6),
    "the titles are lost": (lambda folder: shutil.rmtree(folder / "titles"), 0),
    "what is beside the pages is lost": (lambda folder: shutil.rmtree(folder / "beside"), 0),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_what_a_part_has_lost_is_rendered(
    name: str, shares: Shares, here: Sample, whole: Sample, tmp_path: Path
) -> None:
    harm, rendered = DAMAGE[name]
    (portuguese,) = of(shares, "pt-BR 1/1")
    shutil.copytree(portuguese, tmp_path / "damaged")
    harm(tmp_path / "damaged")
    assert merged(here, *of(shares, "en 1/3", "en 2/3", "en 3/3"), tmp_path / "damaged") == {"en": 0, "pt-BR": rendered}
    assert here.built() == whole.base


# Bad input: one clear line, and the old site stays


def lines_of(stop: pytest.ExceptionInfo[Stop]) -> list[str]:
    return [f"{problem.path.name}: {problem.message} [{problem.rule}]" for problem in stop.value.problems]


HEADS = [
    b"",
    b"{",
    b"[]",
    b"null",
    b"7",
    b"{}",
    b"\xff",
    b'{"inputs": "x", "locales": null, "number": 1, "of": 1}',
    b'{"inputs": "x", "locales": ["en"], "number": "one", "of": 1}',
    b'{"inputs": "x", "locales": ["en"], "number": Infinity, "of": 1}',
    b'{"inputs": "x", "locales": ["en"], "number": 1}',
    b"[" * 100_000,
]


@pytest.mark.parametrize("head", HEADS, ids=[str(number) for number in range(len(HEADS))])
def test_a_folder_that_says_nonsense_is_no_part(head: bytes, here: Sample, tmp_path: Path) -> None:
    (tmp_path / "part").mkdir()
    (tmp_path / "part" / HEAD).write_bytes(head)
    with pytest.raises(Stop) as caught:
        merged(here, tmp_path / "part")
    assert lines_of(caught) == ["part: is no part of a build [part]"]


@pytest.mark.parametrize("name", ["nowhere", "empty", "file", "a folder for the head"])
def test_a_folder_that_is_no_part(name: str, shares: Shares, here: Sample, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "a folder for the head" / HEAD).mkdir(parents=True)
    with pytest.raises(Stop) as caught:
        merged(here, *of(shares, *WHOLE), tmp_path / name)
    assert lines_of(caught) == [f"{name}: is no part of a build [part]"]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("en 1/3", "en 3/3", "pt-BR 1/1"), ["en 2/3"]),
        (("en 2/3", "pt-BR 1/1"), ["en 1/3, en 3/3"]),
        (("en 1/3", "en 2/3", "en 3/3"), ["pt-BR"]),
        (("en 1/3", "pt-BR 2/2"), ["en 2/3, en 3/3", "pt-BR 1/2"]),
        (("pt-BR 1/2", "pt-BR 2/2"), ["en"]),
    ],
)
def test_parts_that_are_missing_are_named(
    names: tuple[str, ...], expected: list[str], shares: Shares, here: Sample
) -> None:
    with pytest.raises(Stop) as caught:
        merged(here, *of(shares, *names))
    assert lines_of(caught) == [f"mkdocs.yml: parts are missing: {one} [part]" for one in expected]


def test_parts_of_another_state_of_the_site(shares: Shares, here: Sample) -> None:
    changes = {
        "docs/en/about.md": "# About { #about }\n\nLater.\n",
        "mkdocs.yml": SITE + "copyright: Later\n",
        "locales/pt-BR/LC_MESSAGES/site.po": CATALOG.replace("Notícias", "Novas"),
    }
    for name, text in changes.items():
        with here.edited({name: text}), pytest.raises(Stop) as caught:
            merged(here, *of(shares, "en 2/3"))
        assert lines_of(caught) == ["part: was made from another state of the site than the one here [part]"]


def test_a_part_of_a_broken_site_is_not_written(here: Sample, tmp_path: Path) -> None:
    with here.edited({"docs/en/about.md": "---\ntitle: a: b\n---\n"}), pytest.raises(Stop):
        part(here, tmp_path / "part", "en", parts.WHOLE)
    with here.edited({"docs/en/about.md": "# About\n\n[Gone](gone.md)\n"}), pytest.raises(Stop):
        part(here, tmp_path / "part", "en", parts.WHOLE)
        merged(here, tmp_path / "part")
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "part") == ["source"]


def test_a_site_that_keeps_nothing_cannot_be_built_in_parts(here: Sample, tmp_path: Path) -> None:
    snippets = SITE.replace("[attr_list]", "[attr_list, pymdownx.snippets]")
    with here.edited({"mkdocs.yml": snippets}), pytest.raises(Stop) as caught:
        part(here, tmp_path / "part", "en", parts.WHOLE)
    assert "Markdown extensions that may read other files: pymdownx.snippets" in lines_of(caught)[0]
    assert [path.name for path in tmp_path.iterdir()] == ["source"]


def test_a_part_needs_no_cache_that_can_be_written(here: Sample, whole: Sample, tmp_path: Path) -> None:
    (here.root / ".cache").write_bytes(b"no folder")
    for code in ("en", "pt-BR"):
        part(here, tmp_path / code, code, parts.WHOLE)
    (here.root / ".cache").unlink()
    assert merged(here, tmp_path / "en", tmp_path / "pt-BR") == {"en": 0, "pt-BR": 0}
    assert here.built() == whole.base


# The commands


def result_of(result: subprocess.CompletedProcess[str]) -> tuple[int, list[str]]:
    assert "Traceback" not in result.stderr
    lines = (
        findings(result.stderr)
        if result.returncode == 1 or "hint:" in result.stderr
        else result.stderr.splitlines()[-1:]
    )
    return result.returncode, lines


def test_the_commands_make_parts_and_merge_them(here: Sample, whole: Sample) -> None:
    config_file = here.root / "mkdocs.yml"
    for number in ("1", "2"):
        result = run(config_file, "build", "--locale", "en", "--shard", f"{number}/2", "--out", f"parts/en-{number}")
        assert result.returncode == 0, result.stderr
        assert f"Built parts/en-{number}" in result.stdout
    result = run(config_file, "merge", "parts/en-1", "parts/en-2")
    assert result_of(result) == (1, ["mkdocs.yml:1:1: parts are missing: pt-BR [part]"])
    assert here.built().keys() == {"index.html"}  # the old site
    assert run(config_file, "build", "-l", "pt-BR", "--out", "parts/pt").returncode == 0
    result = run(config_file, "merge", "parts/en-1", "parts/en-2", "parts/pt")
    assert result.returncode == 0, result.stderr
    assert here.built() == whole.base


BAD: dict[str, tuple[list[str], int, str]] = {
    "a share out of range": (["build", "--shard", "5/4", "--out", "part"], 2, "'5/4' is no share of the pages"),
    "a share of nothing": (["build", "--shard", "x", "--out", "part"], 2, "'x' is no share of the pages"),
    "a share without a place": (["build", "--shard", "1/2"], 2, "needs --out"),
    "a locale without a place": (["build", "--locale", "en"], 2, "needs --out"),
    "a locale that is not there": (["build", "--locale", "xx", "--out", "part"], 1, "there is no locale 'xx'"),
    "a place that holds something": (["build", "--locale", "en", "--out", "docs"], 1, "has to be empty"),
    "a place that is a file": (["build", "--locale", "en", "--out", "mkdocs.yml"], 1, "has to be empty"),
    "a place that is the old site": (["build", "--locale", "en", "--out", "site"], 1, "has to be empty"),
    "a place below a file": (
        ["build", "--locale", "en", "--out", "mkdocs.yml/part"],
        1,
        "nothing can be written beside it",
    ),
    "nothing to merge": (["merge"], 2, "Missing argument"),
    "a merge of the documents": (["merge", "docs"], 1, "is no part of a build"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_line(name: str, here: Sample) -> None:
    arguments, status, words = BAD[name]
    before = digest(here.root)
    code, lines = result_of(run(here.root / "mkdocs.yml", *arguments))
    assert (code, len(lines)) == (status, 1), lines
    assert words in lines[0]
    after = digest(here.root)
    assert {path: after[path] for path in after if not path.startswith(str(FOLDER))} == before
    assert not (here.root / "part").exists()
