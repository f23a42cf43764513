"""What a check of links keeps for the next one: it saves work, and changes nothing of what is told."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hexapla import addresses, cache, facts, links, pages, resolution, workers
from hexapla.cache import Store
from hexapla.facts import Known
from hexapla.problems import Problem
from hexapla.rules import RULES

from tests import faults
from tests.faults import HOST

Files = dict[str, bytes]


def problems_of(
    folder: Path, url: str = HOST + "/", store: Store | None = None, digests: Mapping[str, str] | None = None
) -> tuple[Problem, ...]:
    return links.check(links.Subject(folder, url), store, Known(digests or {})).report.problems


def write(folder: Path, files: Mapping[str, bytes]) -> dict[str, str]:
    """Let a folder hold these files and no others; give their digests."""
    shutil.rmtree(folder, ignore_errors=True)
    faults.Site("/", dict(files)).write(folder)
    return {path: cache.digest_of_bytes((folder / path).read_bytes()) for path in files}


def with_lines(lines: Sequence[faults.Fault] = ()) -> Files:
    """A site with these lines in it, in which no link quotes the text of a page: what a page says is not kept."""
    return {path: re.sub(rb":~:[^\"'\s)<]*", b"", data) for path, data in faults.with_lines(lines).files.items()}


def only_value(folder: Path) -> Path:
    """The file of a cache that holds one value."""
    (path,) = (path for path in (folder / "links").rglob("*") if path.is_file())
    return path


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Grows by one with each check in which the rules look at the site."""
    times: list[str] = []
    one = RULES["missing-page"]

    def noting(built: resolution.Built) -> Iterator[facts.Telling]:
        times.append("asked")
        return one.check(built)

    monkeypatch.setitem(RULES, "missing-page", one._replace(check=noting))
    return times


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that are taken apart."""
    paths: list[str] = []
    parse = pages.parse

    def noting(path: str, data: bytes) -> pages.Page:
        paths.append(path)
        return parse(path, data)

    monkeypatch.setattr(pages, "parse", noting)
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    return paths


# The same is told


def edited(files: Files, chance: random.Random, way: int | None = None) -> Files:
    """Edit a site in one of the eight ways in which people do."""
    files = dict(files)
    html = sorted(path for path in files if path.endswith(".html"))
    one, other = chance.sample(html, 2)
    way = chance.randrange(8) if way is None else way
    if way == 0:
        del files[one]
    elif way == 1:
        files[one.replace(".html", "-new.html").replace("index-new", "new/index")] = files.pop(one)
    elif way == 2:
        files[one], files[other] = files[other], files[one]
    elif way == 3:
        files[one] = files[one].replace(b' id="', b' id="new-', 1)
    elif way == 4:
        files[one] = files[one].replace(b"</main>", b'<p id="more">More</p><a href="#more">x</a></main>')
    elif way == 5:
        files[one] = files[one].replace(b"<link rel=", b"<link data-rel=", 1)
    elif way == 6:
        files["_redirects"] = files.get("_redirects", b"") + f"\n/{one} /{other}\n".encode()
    else:
        files[chance.choice(sorted(files))] = b'<a href="http://example.org/">x</a><a href="https://example.org/">x</a>'
    return files


@pytest.mark.parametrize("way", range(8))
def test_what_is_wrong_since_all_was_well_is_told(way: int, tmp_path: Path) -> None:
    files = with_lines()
    count = 0
    for seed in range(6):
        write(tmp_path / "site", files)
        assert problems_of(tmp_path / "site", store=Store(tmp_path / "cache")) == ()
        write(tmp_path / "site", edited(files, random.Random(seed), way))
        told = problems_of(tmp_path / "site", store=Store(tmp_path / "cache"))
        assert told == problems_of(tmp_path / "site")
        count += len(told)
    assert count


BY_RULE = {rule: one for one in (*faults.REFERENCES, *faults.BETWEEN) for rule in one.rules}
del BY_RULE["redirect-loop"]  # takes two lines


@pytest.mark.parametrize("rule", sorted(BY_RULE))
def test_one_line_that_is_wrong_since_all_was_well_is_told(rule: str, tmp_path: Path) -> None:
    write(tmp_path / "site", with_lines())
    assert problems_of(tmp_path / "site", store=Store(tmp_path / "cache")) == ()
    write(tmp_path / "site", with_lines([BY_RULE[rule]]))
    told = problems_of(tmp_path / "site", store=Store(tmp_path / "cache"))
    assert told == problems_of(tmp_path / "site")
    assert rule in {one.rule for one in told}


def states(chance: random.Random, root: str) -> Iterator[Files]:
    """Give what a site is one time after the other: with other faults each time, or with a few edits more."""
    lines = [*faults.REFERENCES, *faults.BETWEEN]
    for _ in range(4):
        yield faults.with_lines(chance.sample(lines, 40), root).files
        files = faults.with_changes(chance.sample(faults.VERSIONS, 4), root).files
        for _ in range(3):
            yield files
            files = edited(files, chance)
        yield faults.clean(root).files


@pytest.mark.parametrize(("seed", "root"), [(1, "/"), (2, "/docs/"), (3, "/")])
def test_the_same_is_told_with_and_without_what_is_kept(seed: int, root: str, tmp_path: Path) -> None:
    chance = random.Random(seed)
    folder = tmp_path / "site"
    for files in states(chance, root):
        share = chance.choice((0, 0.5, 1))
        digests = {path: digest for path, digest in write(folder, files).items() if chance.random() < share}
        url = chance.choice((HOST + root, HOST + root, ""))
        told = problems_of(folder, url, Store(tmp_path / "cache"), digests)
        assert told == problems_of(folder, url)


def test_the_same_is_told_by_many_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = faults.with_lines(faults.REFERENCES[::7])
    site.write(tmp_path / "site")
    alone = problems_of(tmp_path / "site")
    monkeypatch.setattr(resolution, "CHUNK", 1)
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    assert workers.each(lambda _, one: os.getpid(), None, [(one,) for one in range(40)], 2).count(os.getpid()) < 40
    assert problems_of(tmp_path / "site", store=Store(tmp_path / "cache")) == alone != ()
    assert problems_of(tmp_path / "site", store=Store(tmp_path / "cache")) == alone


def test_guesses_do_not_depend_on_what_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where too much is broken to guess everywhere, it is guessed at the same places each time."""
    monkeypatch.setattr(resolution, "SITE_GUESSES", 3)
    monkeypatch.setattr("hexapla.rules_pages.SITE_GUESSES", 3)
    links = [b'<a href="pagx%d.html">x</a><a href="page.html#anchxr%d">x</a>' % (n, n) for n in range(9)]
    page = b"".join(b'<p id="anchor%d">' % n for n in range(9))
    files = {f"page{number}.html": b'<html lang="en">' for number in range(9)}
    files |= dict.fromkeys(("index.html", "other.html"), b"".join(reversed(links))) | {"page.html": page}
    write(tmp_path / "site", files)
    first = problems_of(tmp_path / "site", store=Store(tmp_path / "cache"))
    write(tmp_path / "site", files | {"index.html": b"".join(links)})
    told = problems_of(tmp_path / "site", store=Store(tmp_path / "cache"))
    assert told == problems_of(tmp_path / "site")
    hints = {(one.rule, str(one.hint)) for one in (*first, *told) if "did you mean" in str(one.hint)}
    assert len(hints) == 6


def test_what_one_page_has_is_not_taken_for_what_another_has(tmp_path: Path) -> None:
    page = b'<html lang="en"><main><a href="#one">x</a><a href="z/">x</a><img src="c.png">%s</main>'
    files = {"index.html": page % b'<p id="one">', "z/index.html": page % b"", "c.png": b"", "z/z/index.html": b""}
    write(tmp_path / "site", files)
    told = [(one.path.parent.name, one.rule, one.target) for one in problems_of(tmp_path / "site")]
    assert told == [("z", "missing-anchor", "#one"), ("z", "missing-page", "c.png")]


# Work is saved


def test_only_what_has_changed_is_taken_apart(read: list[str], tmp_path: Path) -> None:
    files = faults.clean().files
    write(tmp_path / "site", files)
    problems_of(tmp_path / "site", store=Store(tmp_path / "cache"))
    assert len(read) > 60
    read.clear()
    problems_of(tmp_path / "site", store=Store(tmp_path / "cache"))
    assert [path for path in read if path != "_redirects"] == []  # it says where all others lead, and is small
    (tmp_path / "site/about/index.html").write_bytes(files["about/index.html"] + b"\n")
    problems_of(tmp_path / "site", store=Store(tmp_path / "cache"))
    assert [path for path in read if path != "_redirects"] == ["about/index.html"]


def test_what_has_a_known_digest_is_not_even_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = faults.clean().files
    digests = write(tmp_path / "site", files)
    problems_of(tmp_path / "site", store=Store(tmp_path / "cache"), digests=digests)
    opened: list[str] = []
    load = pages.load

    def noting(root: Path, path: str) -> bytes | pages.Fault:
        opened.append(path)
        return load(root, path)

    monkeypatch.setattr(pages, "load", noting)
    del digests["robots.txt"]
    digests["about/index.html"] = "another"
    problems_of(tmp_path / "site", store=Store(tmp_path / "cache"), digests=digests)
    assert sorted(path for path in opened if path != "_redirects") == ["about/index.html", "robots.txt"]


def test_nothing_is_written_where_nothing_has_changed(tmp_path: Path) -> None:
    write(tmp_path / "site", faults.clean().files)
    problems_of(tmp_path / "site", store=Store(tmp_path / "cache"))
    written = only_value(tmp_path / "cache").stat()
    problems_of(tmp_path / "site", store=Store(tmp_path / "cache"))
    assert only_value(tmp_path / "cache").stat().st_mtime_ns == written.st_mtime_ns


def test_a_few_changes_are_written_beside_what_is_kept(read: list[str], tmp_path: Path) -> None:
    """And no more than they: what was written first stays as it is until too much has changed."""
    files = faults.clean().files
    write(tmp_path / "site", files)
    problems_of(tmp_path / "site", store=Store(tmp_path / "cache"))
    written = only_value(tmp_path / "cache").stat()
    first, second, *others = sorted(path for path in files if path.endswith("/index.html"))
    for number in range(3):
        del files[others[number]]
        files |= {first: files[first] + b'<a href="?%d">x</a>' % number, f"new-{number}.html": files[second]}
        write(tmp_path / "site", files)
        problems_of(tmp_path / "site", store=Store(tmp_path / "cache"))
        read.clear()
        assert problems_of(tmp_path / "site", store=Store(tmp_path / "cache")) == problems_of(tmp_path / "site") != ()
        assert only_value(tmp_path / "cache").stat().st_mtime_ns == written.st_mtime_ns
        (since,) = (path for path in (tmp_path / "cache/links-since").rglob("*") if path.is_file())
        assert since.stat().st_size < written.st_size / 4
        kept = facts.Kept(Store(tmp_path / "cache"), addresses.Base.of(HOST + "/"))
        assert {first, f"new-{number}.html"} < kept.facts.keys()
        assert not kept.facts.keys() & {*others[: number + 1]}
    for path in others[:-3]:
        files[path] = files.get(path, b"") + b"\n"
    write(tmp_path / "site", files)
    problems_of(tmp_path / "site", store=Store(tmp_path / "cache"))
    assert only_value(tmp_path / "cache").stat().st_mtime_ns > written.st_mtime_ns
    read.clear()
    assert problems_of(tmp_path / "site", store=Store(tmp_path / "cache")) == problems_of(tmp_path / "site")


def test_what_is_gone_is_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts, "SHARE", 10**9)  # all is written anew each time
    files = faults.clean().files
    for number in range(3):
        write(tmp_path / "site", files | {f"page-{number}.html": b'<a href="no-such-%d.html">x</a>' % number})
        problems_of(tmp_path / "site", store=Store(tmp_path / "cache"))
    kept = facts.Kept(Store(tmp_path / "cache"), addresses.Base.of(HOST + "/"))
    assert [path for path in kept.facts if path.startswith("page-")] == ["page-2.html"]
    assert [one.path for one in kept.needs.by_number.values() if one.path.startswith("no-")] == ["no-such-2.html"]


def test_a_file_in_which_something_is_wrong_is_read_each_time(read: list[str], tmp_path: Path) -> None:
    write(tmp_path / "site", {"index.html": b'<a href="#no">x</a>', "a.html": b'<a href="no.html">x</a>'})
    for _ in range(2):
        read.clear()
        assert len(problems_of(tmp_path / "site", store=Store(tmp_path / "cache"))) == 3
    assert set(read) == {"index.html", "a.html"}  # the one for what is in it, the other to find the line
    assert facts.Kept(Store(tmp_path / "cache"), addresses.Base.of(HOST + "/")).facts.keys() == {"a.html"}


def test_rules_look_only_at_what_may_have_become_wrong(asked: list[str], tmp_path: Path) -> None:
    """Not at a site in which all was well, and whose files say what they said: most edits are of words."""
    files = with_lines() | {"logo.svg": b"<svg/>"}
    page = files["about/index.html"]
    link = b'<a href="https://new.example/">%s</a></main>'
    for change, is_looked_at in (
        ({}, True),
        ({}, False),
        ({"about/index.html": page.replace(b"</main>", b"<p>More words.</p></main>")}, False),
        ({"about/index.html": page.replace(b"</main>", link % b"more")}, True),
        ({"about/index.html": page.replace(b"</main>", link % b"more words")}, False),
        ({"about/index.html": page}, True),
        ({"logo.svg": b"<svg> </svg>"}, False),
        ({"other.png": b"?"}, True),
        ({}, False),
        ({"_redirects": files["_redirects"] + b"/old-shop /prices/ 301\n"}, True),
        ({}, False),
    ):
        files |= change
        asked.clear()
        write(tmp_path / "site", files)
        assert problems_of(tmp_path / "site", store=Store(tmp_path / "cache")) == ()
        assert bool(asked) == is_looked_at, change
    files["about/index.html"] = page.replace(b"</main>", b'<a href="no.html">x</a></main>')
    write(tmp_path / "site", files)
    for _ in range(2):
        asked.clear()
        assert problems_of(tmp_path / "site", store=Store(tmp_path / "cache")) != ()
        assert asked


def test_words_that_a_link_quotes_are_looked_for_each_time(tmp_path: Path) -> None:
    link = b'<html lang="en"><main><a href="about.html#:~:text=good%20words">x</a></main>'
    for words, rules in (("good words", []), ("other words", ["missing-anchor"]), ("good words", [])):
        write(tmp_path / "site", {"index.html": link, "about.html": f'<html lang="en"><p>{words}'.encode()})
        told = problems_of(tmp_path / "site", store=Store(tmp_path / "cache"))
        assert [one.rule for one in told] == rules


def test_a_file_that_has_grown_too_large_is_told_of(tmp_path: Path) -> None:
    page = b'<html lang="en"><main><img src="a.png"></main>'
    for size, rules in ((10, []), (1_000_001, ["heavy"]), (1_000_002, ["heavy"]), (11, [])):
        write(tmp_path / "site", {"index.html": page, "a.png": b"x" * size})
        told = problems_of(tmp_path / "site", store=Store(tmp_path / "cache"))
        assert [one.rule for one in told] == rules
        assert told == problems_of(tmp_path / "site")


# What is kept cannot be believed


@pytest.mark.parametrize("share", [0.0, 0.5, 0.99])
def test_a_file_of_the_cache_that_was_cut_off(share: float, tmp_path: Path) -> None:
    write(tmp_path / "site", faults.clean().files)
    problems_of(tmp_path / "site", store=Store(tmp_path / "cache"))
    path = only_value(tmp_path / "cache")
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    assert problems_of(tmp_path / "site", store=Store(tmp_path / "cache")) == ()


def broken_values(values: dict[str, Any]) -> Iterator[Any]:
    """Give what a check could have kept, with one thing in it that no check keeps."""
    yield from (["x"], {"files": 1}, {"x": {}})
    files = values["files"]
    path = next(path for path, row in files.items() if row[-2])  # a sitemap
    wrong: Any
    for wrong in ({}, 1.5, "x", [[]], 10**6, 10**12, True):
        for name in values:
            if (name, wrong) != ("files", {}):  # nothing is known
                yield values | {name: wrong}
        for name in values["needs"]:
            yield values | {"needs": values["needs"] | {name: wrong}}
            yield values | {"needs": values["needs"] | {name: [wrong, *values["needs"][name]]}}
            if not isinstance(wrong, str | int) or (name == "kind" and wrong == "x"):
                yield values | {"needs": values["needs"] | {name: [wrong, *values["needs"][name][1:]]}}
        for place, right in enumerate(files[path]):
            if type(wrong) is not type(right) and not (wrong is True and isinstance(right, int)):
                row = [*files[path][:place], wrong, *files[path][place + 1 :]]
                if isinstance(wrong, str) and right is None:
                    continue  # another canonical link
                yield values | {"files": files | {path: row}}
        yield values | {"files": files | {path: files[path][:-1]}}
        yield values | {"files": files | {path: [*files[path][:-1], [wrong]]}} if wrong is not True else []


def test_what_no_check_has_kept_is_not_believed(tmp_path: Path) -> None:
    files = {
        path: data for path, data in faults.clean().files.items() if path in ("sitemap-en.xml", "about/index.html")
    }
    write(tmp_path / "site", files)
    right = problems_of(tmp_path / "site", store=Store(tmp_path / "cache"))
    table = Store(tmp_path / "cache").table("links", "site.example /")
    assert table.values
    key = table.key
    count = 0
    for values in broken_values(table.values):
        Store(tmp_path / "cache").put("links", key, json.dumps(values).encode())
        assert problems_of(tmp_path / "site", store=Store(tmp_path / "cache")) == right, values
        count += 1
    assert count > 100


def test_changes_that_no_check_has_kept_are_not_believed(tmp_path: Path) -> None:
    files = faults.clean().files
    write(tmp_path / "site", files)
    problems_of(tmp_path / "site", store=Store(tmp_path / "cache"))
    other = tmp_path / "other"
    shutil.copytree(tmp_path / "cache", other)
    write(tmp_path / "site", files | {"sitemap-en.xml": files["sitemap-en.xml"] + b"\n"})
    right = problems_of(tmp_path / "site", store=Store(tmp_path / "cache"))
    table = Store(tmp_path / "cache").table("links-since", "site.example /")
    assert table.values["files"].keys() == {"sitemap-en.xml"}
    for values in (table.values | {"of": "another"}, *list(broken_values(table.values))[::8]):
        Store(other).put("links-since", table.key, json.dumps(values).encode())
        assert problems_of(tmp_path / "site", store=Store(other)) == right, values


def test_a_cache_that_cannot_be_written(tmp_path: Path) -> None:
    write(tmp_path / "site", faults.with_lines(faults.REFERENCES[:20]).files)
    (tmp_path / "cache").write_text("a file, not a folder", encoding="utf-8")
    store = Store(tmp_path / "cache")
    assert problems_of(tmp_path / "site", store=store) == problems_of(tmp_path / "site") != ()
    assert store.trouble


def test_another_address_of_the_site_has_values_of_its_own(tmp_path: Path) -> None:
    link = b'<html lang="en"><a href="https://one.example/no.html">x</a>'
    write(tmp_path / "site", {"index.html": link})
    for url, rules in (
        ("https://one.example/", ["missing-page", "own-domain"]),
        ("https://two.example/", []),
        ("https://one.example/docs/", []),
        ("https://one.example/", ["missing-page", "own-domain"]),
    ):
        told = problems_of(tmp_path / "site", url, Store(tmp_path / "cache"))
        assert sorted(one.rule for one in told) == rules, url
