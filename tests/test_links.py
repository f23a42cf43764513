"""Links of a built site: planted faults, all told and nothing besides; and input that nobody would wish for.

What each fault is, and where it must be told, stands in tests/faults.py.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hexapla import addresses, links, pages, publication, resolution
from hexapla.addresses import Base
from hexapla.config import Site
from hexapla.problems import Problem, Stop
from hexapla.rules import RULES, Scope
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import faults
from tests.faults import HOST, SITES

ROOTS = ("/", "/docs/")
ASKS_OTHERS = {"dead-link", "unverified-link", "private-link", "links-file"}
"""Rules about other sites, and about the file that says which of them are known."""

HTML = '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<main>\n%s\n</main>\n'


def told_of(folder: Path, url: str) -> faults.Places:
    problems = links.check(links.subject(folder, None, url)).report.problems
    return faults.found((one.path.relative_to(folder).as_posix(), one.line, one.rule) for one in problems)


# Planted faults


@pytest.mark.parametrize("regions", [{}, faults.REGIONS], ids=["languages", "regions"])
@pytest.mark.parametrize("root", ROOTS)
def test_the_clean_site_has_no_problem(root: str, regions: Mapping[str, str], tmp_path: Path) -> None:
    site = faults.clean(root, regions)
    site.write(tmp_path)
    assert not faults.differing(faults.Places(), told_of(tmp_path, HOST + root), site.files)


def test_the_clean_site_uses_everything(tmp_path: Path) -> None:
    faults.clean().write(tmp_path)
    built = [page for path, _ in resolution.files(tmp_path) if (page := pages.read(tmp_path, path))]
    kinds = {use.kind for page in built for use in page.uses}
    assert kinds >= set(
        "a href,area href,img src,img srcset,source srcset,video src,video poster,track src,audio src,object data,"
        "iframe src,use href,image href,form action,button formaction,blockquote cite,a ping,css url,css import,"
        "link canonical,link alternate,link stylesheet,link icon,link preload,link imagesrcset,link manifest,link prev,"
        "link next,meta refresh,meta og:image,meta twitter:image,json-ld,sitemap loc,sitemap alternate,feed link,"
        "feed guid,feed enclosure,feed a href,feed img src,robots sitemap,manifest start_url,manifest scope,manifest icon,"
        "manifest shortcut,search location,redirects to,headers path".split(",")
    )
    assert any(":~:text=" in use.text for page in built for use in page.uses)
    assert len(built) > 70


def test_the_publication_has_no_problem(site: Site, built: Path) -> None:
    checked = links.check(links.subject(built, publication.read(site)))
    assert not checked.report.problems
    assert sum(facts.is_html for facts in checked.built.facts) > 30


@pytest.mark.parametrize(
    ("name", "root"), [(name, root) for name in SITES for root in ROOTS if (name, root) != ("versions", "/")]
)
def test_every_fault_is_told_and_nothing_else(name: str, root: str, tmp_path: Path) -> None:
    site = SITES[name](root)
    site.write(tmp_path)
    assert not faults.differing(site.expected, told_of(tmp_path, HOST + root), site.files)


def test_the_table_is_large_enough() -> None:
    made = [make("/") for make in SITES.values()]
    assert sum(site.faults for site in made) == sum(site.expected.total() for site in made) >= 1500
    kinds = {one.kind for one in (*faults.REFERENCES, *faults.BETWEEN)} | {one.kind for one in faults.VERSIONS}
    assert len(kinds) >= 500


def test_every_rule_of_the_built_site_is_in_the_table() -> None:
    names = {name for name, rule in RULES.items() if rule.scope is Scope.BUILT}
    assert faults.rules() == names - ASKS_OTHERS | {"url-scheme"}


# Bad input


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files, and a home page where they have none."""
    for name, data in {"index.html": HTML % "", **files}.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass"))
    return folder


def run(folder: Path | str, *options: str, cwd: Path) -> tuple[int, str]:
    """Run the command; give its exit status and all that it prints. It may neither hang nor show a traceback."""
    command = [sys.executable, "-m", "hexapla", "links", str(folder), *options]
    done = subprocess.run(command, cwd=cwd, capture_output=True, timeout=240, check=False)
    output = (done.stdout + done.stderr).decode("utf-8", "replace")
    assert "Traceback" not in output, output
    return done.returncode, output


def problems_of(folder: Path, url: str = "") -> list[Problem]:
    return list(links.check(links.subject(folder, None, url)).report.problems)


def rows_of(folder: Path, url: str = "") -> list[tuple[str, int, str]]:
    return sorted((one.path.relative_to(folder).as_posix(), one.line, one.rule) for one in problems_of(folder, url))


@pytest.mark.parametrize("what", ["missing", "file.html", "empty", "texts"])
def test_what_is_no_site(what: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    write(tmp_path / "texts", {"readme.txt": "x"})
    (tmp_path / "texts/index.html").rename(tmp_path / "file.html")
    code, output = run(what, cwd=tmp_path)
    assert (code, "holds no HTML" in output) == (2, True), output


def test_the_exit_status_tells_pages_from_anchors(tmp_path: Path) -> None:
    write(tmp_path / "good", {})
    write(tmp_path / "anchors", {"index.html": HTML % '<a href="#no">x</a>'})
    write(tmp_path / "pages", {"index.html": HTML % '<a href="#no">x</a><a href="no/">x</a>'})
    assert [run(name, cwd=tmp_path)[0] for name in ("good", "anchors", "pages")] == [0, 3, 1]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("<p><a href='no/'>x<b></p></a></i><table><a href=no/>", [5, 5]),
        ("<<<>>><a href=no/", [5]),
        ("<a href='no/'>\n<a href=\"nono/", [5]),
        ("<!-- <a href='no/'> --!><a href='no/'>x</a>", [5]),
        ("<textarea><a href='no/'></textarea>\n<a href=no/ href=never/>", [6]),
        ("\0<a\0><a\nhref\n=\nno/>x</a>\0", [8]),
        ("</body></html><a href=no/>", [5]),
        ("<a href=no/><plaintext><a href=no/>", [5]),
        ("<template><a href=no/></template>", []),
        ("<noscript><a href=no/></noscript>", [5]),
        ("&#0;<a href='&notit;no/'>x", [5]),
    ],
)
def test_broken_html_is_read_as_browsers_read_it(text: str, lines: list[int], tmp_path: Path) -> None:
    rows = rows_of(write(tmp_path, {"index.html": HTML % text}))
    assert [line for _, line, rule in rows if rule == "missing-page"] == lines


def test_a_page_of_50_megabytes(tmp_path: Path) -> None:
    write(tmp_path, {"index.html": HTML % '<a href="large.html#x">x</a>', "large.html": HTML})
    os.truncate(tmp_path / "large.html", 50_000_000)
    code, output = run(".", cwd=tmp_path)
    assert code == 1
    assert "large.html:1:1: is larger than" in output
    assert output.count("\n  hint:") == 1


@contextmanager
def soon(seconds: float) -> Iterator[None]:
    """Hold what is done to so many seconds of the processor; a wait for a busy one is not counted."""
    started = time.process_time()
    yield
    assert time.process_time() - started < seconds


def test_many_links_on_a_page(tmp_path: Path) -> None:
    """That each of them is broken must not cost more than that each of them is told."""
    broken = "\n".join(f'<a href="no-{number}/#x">x</a><a href="#no-{number}">x</a>' for number in range(3000))
    other = "\n".join(f'<p id="n-{number}"><a href="../#no-{number}">x</a>' for number in range(3000))
    with soon(10):
        rows = rows_of(write(tmp_path, {"index.html": HTML % broken, "n/index.html": HTML % other}))
    assert len([rule for _, _, rule in rows if rule in ("missing-page", "missing-anchor")]) == 9000


def test_a_sitemap_where_everything_is_broken(tmp_path: Path) -> None:
    rows = "\n".join(f"<url><loc>{HOST}/no-{number}/</loc></url>" for number in range(5000))
    with soon(5):
        told = rows_of(write(tmp_path, {"sitemap.xml": f"<urlset>\n{rows}\n</urlset>"}), HOST + "/")
    assert told == [("sitemap.xml", number, "missing-page") for number in range(2, 5002)]


@pytest.mark.slow
def test_a_million_links_on_a_page(tmp_path: Path) -> None:
    text = '<a href="#x">x</a>\n' * 999_999 + '<a href="#no">x</a>'
    code, output = run(".", cwd=write(tmp_path, {"index.html": HTML % f'<p id="x">{text}'}))
    assert (code, "index.html:1000004:" in output) == (3, True), output


@pytest.mark.parametrize(
    ("base", "rules"),
    [
        ("https://elsewhere.example/", {"base"}),
        ("//elsewhere.example/x/", {"base"}),
        ("javascript:alert(1)", {"url-scheme"}),
        ("http://[", {"malformed-url"}),
        ("", {"malformed-url"}),
        ("http://localhost/", {"development-host"}),
        ("../../../", {"missing-page"}),
        ("no-such/", {"missing-page"}),
    ],
)
def test_bases(base: str, rules: set[str], tmp_path: Path) -> None:
    page = HTML % f'<base href="{base}"><a href="no-such/">x</a>'
    if base == "http://localhost/" or rules == {"url-scheme"} or "[" in base or not base:
        rules = {*rules, "missing-page"}  # such a base is none, for us
    assert {one.rule for one in problems_of(write(tmp_path, {"index.html": page}))} == rules


def test_refreshes_go_on_and_on(tmp_path: Path) -> None:
    """3,000 pages that lead to the next one, the last back to the middle: those from there on go around."""
    form = '<meta http-equiv="refresh" content="0; url=%s.html">'
    files = {f"{number}.html": form % (number + 1 if number < 2999 else 1500) for number in range(3000)}
    with soon(10):
        rows = rows_of(write(tmp_path, {**files, "index.html": HTML % '<a href="0.html">x</a>'}))
    assert {path for path, _, rule in rows if rule == "redirect-loop"} == {
        f"{number}.html" for number in range(1500, 3000)
    }


def test_redirects_go_on_and_on(tmp_path: Path) -> None:
    lines = [*(f"/{number} /{number + 1}" for number in range(3000)), "/3000 /1500", "/3000 /", "/* /:splat 200"]
    rows = rows_of(write(tmp_path, {"_redirects": "\n".join(lines), "index.html": HTML % '<a href="17">x</a>'}))
    assert [rule for _, _, rule in rows] == ["redirect-loop"] * 1501


ODD = "\x01 \x1b[31m\\ \u202e\ufffe\U0010ffff%00%0a%1b[31m%C2%9B%E2%80%AE"
FORMS = (("--format", "text"), ("--format", "json"), ("--format", "sarif"), ("--format", "github"), ("--dump",))


@pytest.mark.parametrize("options", FORMS, ids=" ".join)
def test_odd_characters_reach_no_terminal(options: tuple[str, ...], tmp_path: Path) -> None:
    """In addresses, in anchors, in ids, in JSON; whatever is printed is UTF-8, and nothing that a terminal obeys."""
    folder = write(
        tmp_path / "site",
        {
            "index.html": HTML
            % f'<a href="{ODD}">x</a><a href="{ODD[-30:]}">x</a><a href="%0Ax%1B%C2%9B/">x</a><a href="#%0Ax%1B%C2%9B%ED%A0%80">x</a>'
            "<a href='#&#10;&#27;[0m'>x</a><a href='x&#xD800;'>x</a><p id='&#10;&#27;&quot; x'></p><p id='&#10;&#27;&quot; x'></p>",
            "raw.html": (HTML % "").encode() + b'<a href="\xed\xa0\x80.html#\xed\xbf\xbf">x</a>',
            "search/search_index.json": '{"docs": [{"location": "\\ud800\\u001b[31m/"}, {"location": "x/#\\ud800"}]}',
            "site.webmanifest": '{"start_url": "\\udfff", "icons": [{"src": "\\ud800\\n"}]}',
            "ld.html": HTML % '<script type="application/ld+json">{"url": "https://\\ud800.example/\\u001b"}</script>',
            "_redirects": "/a /\ud800\n/b /\x1b[31m\n",
            "robots.txt": "Sitemap: \x1b[31m\ud800\n",
            "style.css": "p { background: url('\\1b [31m\\d800 x') }\n",
        },
    )
    code, output = run(folder, *options, cwd=tmp_path)
    assert code == (0 if options == ("--dump",) else 1)
    # What is written for programs holds references as they are.
    wrong = r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]" if options[-1] in ("text", "github") else r"[\x00-\x09\x0b-\x1f]"
    assert not re.search(wrong, output), re.findall(f".{{,40}}{wrong}", output)


def test_addresses_of_100_kilobytes(tmp_path: Path) -> None:
    long = "x" * 100_000
    forms = [long, f"https://{long}.example/", f"#{long}", f"?{long}", "../" * 33_000, f"mailto:{long}", f"{long}:x"]
    page = HTML % "\n".join(f'<a href="{form}">x</a>' for form in forms)
    code, output = run(".", cwd=write(tmp_path, {"index.html": page}))
    assert code == 1
    assert output.count("[malformed-url]") + output.count("[url-scheme]") == len(forms)
    assert max(map(len, output.splitlines())) < 400


@pytest.mark.parametrize(
    ("data", "is_readable"),
    [
        ((HTML % "é").encode("latin-1"), False),
        ((HTML % "é").replace("utf-8", "no-such").encode(), False),
        ((HTML % "é").replace("utf-8", "idna").encode(), False),
        ((HTML % "é").replace("utf-8", "zlib").encode(), False),
        ((HTML % "é").replace("utf-8", "latin-1").encode("latin-1"), True),
        ((HTML % "é").replace("utf-8", "utf-16").encode(), False),
        ((HTML % "é").encode("utf-16"), True),
        ((HTML % "é").encode("utf-8-sig"), True),
        (b"\xff\xfe\x00", False),
        (b"\xff\xfe" + "\ud800".encode("utf-16-le", "surrogatepass"), False),
    ],
)
def test_character_sets(data: bytes, is_readable: bool, tmp_path: Path) -> None:
    rules = {one.rule for one in problems_of(write(tmp_path, {"index.html": data}))}
    assert rules == (set() if is_readable else {"unreadable"})


LAUGHS = "".join(f'<!ENTITY x{number + 1} "{f"&x{number};" * 10}">' for number in range(12))
BOMBS = {
    "entities.xml": f'<!DOCTYPE x [<!ENTITY x0 "ha">{LAUGHS}]><urlset><url><loc>&x12;</loc></url></urlset>'.encode(),
    "outside.xml": b'<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]><urlset><url><loc>&x;</loc></url></urlset>',
    "deep.xml": b"<a>" * 1_000_000,
    "attribute.xml": f'<!DOCTYPE x [<!ENTITY x0 "ha">{LAUGHS}]><urlset><link hreflang="de" href="&x12;"/></urlset>'.encode(),
    "zeros.xml.gz": gzip.compress(bytes(200_000_000), 1),
    "twice.xml.gz": gzip.compress(gzip.compress(b"<urlset/>")),
    "feed.atom": b'<feed><entry><content type="html">' + b"&lt;div>" * 100_000 + b"</content></entry></feed>",
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs(name: str, tmp_path: Path) -> None:
    with soon(5):
        rows = rows_of(write(tmp_path, {name: BOMBS[name]}))
    assert rows == [(name, 1, "unreadable")]


def test_links_of_the_file_system_that_go_in_circles(tmp_path: Path) -> None:
    folder = write(
        tmp_path / "site", {"a/index.html": HTML % "", "index.html": HTML % '<a href="a/">x</a><a href="b/up/a/">x</a>'}
    )
    (folder / "a/up").symlink_to("..")
    (folder / "b").symlink_to("a")
    (folder / "itself.html").symlink_to("itself.html")
    (folder / "nowhere.html").symlink_to("no-such.html")
    for number in range(20):  # each of them leads to all: ways without number
        (folder / f"c{number}").mkdir()
        for other in range(20):
            (folder / f"c{number}/d{other}").symlink_to(f"../c{other}")
    code, output = run(folder, cwd=tmp_path)
    assert code in (0, 1), output


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_what_is_no_file(tmp_path: Path) -> None:
    folder = write(tmp_path, {"index.html": HTML % '<a href="pipe.html">x</a><a href="zero.html">x</a>'})
    os.mkfifo(folder / "pipe.html")
    (folder / "zero.html").symlink_to("/dev/zero")
    (folder / "folder.html").mkdir()
    assert rows_of(folder) == [("index.html", 5, "missing-page")] * 2


@pytest.mark.parametrize("name", ["index.html", "style.css", "sitemap.xml", "_redirects", "site.webmanifest"])
def test_files_that_may_not_be_read(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write(tmp_path, {"style.css": "", "sitemap.xml": "<urlset/>", "_redirects": "", "site.webmanifest": "{}"})
    opening = Path.open

    def refuse(self: Path, *arguments: object, **keywords: object) -> object:
        if self.name == name:
            raise PermissionError(13, "Permission denied")
        return opening(self, *arguments, **keywords)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refuse)
    assert rows_of(folder) == [(name, 1, "unreadable")]


def test_files_that_vanish_before_they_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write(tmp_path, {"index.html": HTML % '<a href="gone.html#x">x</a>'})
    listed = [*resolution.files(folder), ("gone.html", 9), ("_redirects", 9), ("gone.css", 9), ("gone.png", 9)]
    monkeypatch.setattr(resolution, "files", lambda root: iter(listed))
    assert rows_of(folder) == [(name, 1, "unreadable") for name in ("_redirects", "gone.css", "gone.html")]


def test_files_that_vanish_before_they_are_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    line = '<link rel="canonical" href="x"><link rel="alternate" hreflang="de" href="x"><a href="no/">x</a><p id="x"></p><p id="x"></p>'
    folder = write(tmp_path, {"x.html": HTML % line, "index.html": HTML % ('<a href="x.html#:~:text=no">x</a>' + line)})
    reading = resolution.read

    def read(*arguments: object) -> resolution.Built:
        built = reading(*arguments)  # type: ignore[arg-type]
        for file in folder.glob("*.html"):
            file.unlink()
        return built

    one = links.subject(folder, None, "")
    monkeypatch.setattr(resolution, "read", read)
    told = {(problem.line, problem.rule) for problem in links.check(one).report.problems}
    assert told >= {(1, "missing-page"), (1, "duplicate-id")}


def test_folders_that_vanish_or_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write(tmp_path, {"a/index.html": HTML % "", "index.html": HTML % '<a href="a/">x</a>'})
    scanning = os.scandir

    def scan(path: str) -> Any:
        if Path(path).name == "a":
            raise PermissionError(13, "Permission denied")
        return scanning(path)

    monkeypatch.setattr(os, "scandir", scan)
    assert rows_of(folder) == [("index.html", 5, "missing-page")]


@pytest.mark.skipif(sys.platform != "linux", reason="needs names that are no UTF-8")
@pytest.mark.parametrize("options", FORMS, ids=" ".join)
def test_names_of_files_that_are_no_utf_8(options: tuple[str, ...], tmp_path: Path) -> None:
    folder = write(
        tmp_path / "site", {"index.html": HTML % '<a href="caf%C3%A9.html">x</a><a href="caf%E9.html">x</a>'}
    )
    for name in (b"caf\xe9.html", b"a\nb\x1b[31m.html", b"\xff.css", b"x\xed\xa0\x80.xml"):
        Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_bytes(b'<a href="no/">url(no.png)')
    code, output = run(folder, *options, cwd=tmp_path)
    assert code == (0 if options == ("--dump",) else 1)
    assert "\x1b" not in output
    assert "a\nb" not in output


DEEP = "<div>" * 100_000
HEAVY = {
    "divs": (DEEP, 1),
    "divs with links": (DEEP + '<a hreflang="de" href="#x">x</a>' * 1000, 1),
    "closed again": ("<div>" * 1900 + '<a hreflang="de" href="#top">x</a>' * 10_000 + "</div>" * 1900 + "<p>" * 30_000, 0),
    "lists of all kinds": ("<ul><li><b><i><table><tr><td>" * 20_000, 1),
    "json": (f'<script type="application/ld+json">{"[" * 1_000_000}</script>', 1),
    "srcset": (f'<img srcset="{"#x 1x, " * 20_000}">', 1),
    "srcset, parentheses": (f'<img srcset="data:, {"(" * 100_000}">', 1),
    "spaces in a refresh": (f'<meta http-equiv="refresh" content="{" " * 100_000}">', 0),
    "spaces in css": (f"<style>p {{ background: url({' ' * 100_000}</style>", 0),
    "quotation marks in css": ("<style>" + "url(\"url('" * 30_000 + "</style>", 0),
    "comments in css": ("<style>" + "/*" * 100_000 + "url(no.png)</style>", 0),
    "imports in css": ("<style>" + "@import  " * 100_000 + "</style>", 0),
    "ping": (f'<a ping="{"#top " * 100_000}">x</a>', 0),
}  # fmt: skip


@pytest.mark.parametrize("name", HEAVY)
def test_heavy_pages_take_no_time(name: str, tmp_path: Path) -> None:
    text, status = HEAVY[name]
    with soon(5):
        rows = rows_of(write(tmp_path, {"index.html": HTML % text}))
    assert bool(rows) == bool(status)


JSON = ("", "{", "[]", "null", "1", '"x"', '{"docs": 1}', '{"docs": [1, null, {"location": 2}, {}]}', '{"icons": {"src": 1}}',
        '{"icons": [null, {"src": null}, {"src": []}], "start_url": 7, "scope": {}}', "[" * 100_000, '{"url": [[["x"]]]}',
        '{"a": 1e999, "b": NaN}', "\ufeff{}", '{"docs": [{"location": "\\ud800"}]}', "9" * 5000)  # fmt: skip


@pytest.mark.parametrize("text", JSON, ids=lambda text: repr(text[:30]))
def test_json_that_is_none_or_of_a_wrong_kind(text: str, tmp_path: Path) -> None:
    try:
        json.loads(text.removeprefix("\ufeff"))
        expected = set()
    except (ValueError, RecursionError):
        expected = {"unreadable"}
    files = {"site.webmanifest": text, "manifest.json": text, "search/search_index.json": text}
    rows = rows_of(write(tmp_path, files))
    assert {rule for path, _, rule in rows if rule != "malformed-url"} == expected
    assert {path for path, _, rule in rows if rule == "unreadable"} == (set(files) if expected else set())
    page = HTML % f'<script type="application/ld+json">{text}</script>'
    assert ("unreadable" in {one.rule for one in problems_of(write(tmp_path / "ld", {"index.html": page}))}) == (
        bool(expected) or text.startswith("\ufeff")
    )


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("p { background: url(no.png) } /* url(never.png)", 1),
        ("p { background: url(no.png", 0),
        ('p { background: url("no.png }', 0),
        ("@import 'no.css", 0),
        ("@import url(no.css)", 1),
        ("/* */ /* p { } */ p { background: url(no.png) } */ p { background: url(none.png) }", 2),
        ("p { background: url(no\\.png) url(no\\2e png) url(no\\ffffff png) }", 3),
        ("\ufeffp { background: url( no.png ) }", 1),
        ("p { background: u\\72l(no.png) }", 0),
        ("p { background: URL('no.png'), image-set(url(none.png) 1x) }", 2),
        ("}}}{{{url(no.png)", 1),
        ("\0url(no.png)", 1),
    ],
)
def test_css_that_is_broken(text: str, count: int, tmp_path: Path) -> None:
    assert len(rows_of(write(tmp_path, {"style.css": text}))) == count


def test_ids_of_all_kinds(tmp_path: Path) -> None:
    names = ("a b", "&quot;", "'", "a&#10;b", "%20", "#", "&lt;x&gt;", "क", "e&#x301;", "a/b?c", "&amp;amp;")
    page = "\n".join(f'<p id="{name}"></p>' for name in names)
    good = (
        "#a%20b",
        "#&quot;",
        "#'",
        "#%22",
        "#a%0Ab",
        "#%20",
        "#%2520",
        "##",
        "#%23",
        "#%3Cx%3E",
        "#%E0%A4%95",
        "#e&#x301;",
        "#a/b?c",
        "#&amp;amp;",
    )
    bad = ("#a+b", "#%C3%A9", "#A%20B", "#a", "#%E0%A4", "#&amp;")
    links_of = "\n".join(f'<a href="{form}">x</a>' for form in (*good, *bad))
    rows = rows_of(write(tmp_path, {"index.html": HTML % f"{page}\n{links_of}"}))
    first = 5 + len(names) + len(good)
    assert rows == [("index.html", first + number, "missing-anchor") for number in range(len(bad))]


# Whatever there may be

KINDS = (
    "x.html",
    "x.svg",
    "x.css",
    "x.xml",
    "x.xml.gz",
    "x.atom",
    "x.webmanifest",
    "search_index.json",
    "robots.txt",
    "_redirects",
    "_headers",
)
PARTS = st.sampled_from(
    (
        *(b"<a href='", b"<base href=", b"<link rel=alternate hreflang=de href=", b"<meta http-equiv=refresh content='0;url=", b"'>", b">"),
        *(b"<style>", b"</style>", b"url(", b")", b"@import '", b"/*", b"*/", b"<script type=application/ld+json>", b"{", b"[", b"}", b"]"),
        *(b"<urlset><url><loc>", b"</loc>", b"<feed><content type=html>", b"&lt;a href=x>", b"]]>", b"<![CDATA[", b"<!ENTITY a 'b'>", b"&a;"),
        *(b"\xff\xfe", b"\xed\xa0\x80", b"\\", b"\x00", b"%", b"#", b"://", b"https:", b"//", b"\n", b" ", b"\x1f\x8b\x08", b'"docs"', b":"),
        *(b"<img srcset='", b", 1x", b"<main>", b"<svg>", b"<meta charset=", b"utf-16", b"id='", b"sitemap:", b"* :splat", b'"location"'),
    )
)  # fmt: skip
BYTES = st.lists(st.one_of(PARTS, st.binary(max_size=6)), max_size=30).map(b"".join)
BRIEF = settings(max_examples=200, deadline=None)


@BRIEF
@given(data=BYTES, is_packed=st.booleans())
def test_any_bytes_can_be_read(data: bytes, is_packed: bool) -> None:
    with tempfile.TemporaryDirectory() as name:
        for kind in KINDS:
            (Path(name) / kind).write_bytes(gzip.compress(data) if is_packed and kind.endswith("gz") else data)
            page = pages.read(Path(name), kind)
            assert page is not None
            assert page.uses is not None
            assert not page.content or 0 <= page.content.start <= page.content.stop <= len(page.uses)


@settings(max_examples=30, deadline=None)
@given(data=BYTES)
def test_any_bytes_can_be_checked(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = write(Path(name), dict.fromkeys(KINDS, data))
        for problem in problems_of(folder, "https://site.example/docs/"):
            assert problem.line >= 1
            assert problem.column >= 1
            assert problem.message
            assert problem.hint


WORDS = st.one_of(
    st.text(alphabet=st.characters(exclude_categories=())),
    st.lists(st.sampled_from(("../", "./", "/", "#", "?", "%", "%ED%A0%80", "\\", "https:", "mailto:", "//", "@", "[", "]", ":", "a", ".", "\t", "site.example", "docs", "\ud800"))).map("".join),
)  # fmt: skip


@settings(max_examples=1000, deadline=None)
@given(
    text=WORDS,
    url=st.sampled_from(("", "https://site.example/", "https://site.example/docs/")),
    is_resource=st.booleans(),
)
def test_any_address_can_be_read(text: str, url: str, is_resource: bool) -> None:
    base = Base.of(url)
    reference = addresses.read(text, base, is_resource)
    assert bool(reference.rule) == bool(reference.message) == bool(reference.hint)
    if reference.is_inside:
        for file in ("index.html", "a/b/index.html"):
            path = addresses.below(addresses.folders_of(file), reference, base)
            assert path is None or not path.startswith("/") or "//" in text or "%2" in text.lower()


@BRIEF
@given(url=WORDS)
def test_any_address_of_a_site_is_read_or_refused(url: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        write(Path(name), {})
        try:
            links.check(links.subject(Path(name), None, url))
        except Stop as stop:
            assert stop.problems


def test_anchors_differ_where_each_language_has_a_folder(tmp_path: Path) -> None:
    """No language is at the root: x-default says which one the others are translated from."""
    for code, anchor in (("en", "one"), ("fr", "un")):
        folder = tmp_path / code
        folder.mkdir()
        alternates = "".join(
            f'<link rel="alternate" hreflang="{tag}" href="https://each.example/{name}/">'
            for tag, name in (("en", "en"), ("fr", "fr"), ("x-default", "en"))
        )
        own = f'<link rel="canonical" href="https://each.example/{code}/">'
        (folder / "index.html").write_text(
            f'<!doctype html><html lang="{code}"><head>{own}{alternates}</head>\n<main><h2 id="{anchor}">1</h2></main>',
            "utf-8",
        )
    (tmp_path / "index.html").write_text('<meta http-equiv="refresh" content="0; url=en/">', encoding="utf-8")
    report = links.check(links.subject(tmp_path, None, "https://each.example/")).report
    assert [(p.path.relative_to(tmp_path).as_posix(), p.line, p.rule) for p in report.problems] == [
        ("fr/index.html", 2, "same-anchors")
    ]


def test_a_base_url_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<p>x", encoding="utf-8")
    with pytest.raises(Stop, match="is no address of a site"):
        links.subject(tmp_path, None, "//[")
