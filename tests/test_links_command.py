"""`hexapla links` as people meet it: what it prints, where it points, how it ends, what it mends."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hexapla import config, external, links, publication
from hexapla.external import Verdict

from tests.conftest import SMALL, MakeSite, serving

LENIENT = SMALL.replace(
    "  - hexapla\n",
    "  - hexapla:\n      checks: {missing-page: warning, missing-anchor: warning, wrong-case: warning}\n",
)
"""Publishes what has broken links, so that there is something to check."""

HOME = """---
title: Accueil
---
# Accueil {: #home }

Voir [nous](abuot.md), [plus bas](#nulle-part) et [les prix](Prix.md#bas).
"""


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the tool in a folder."""
    command = [sys.executable, "-m", "hexapla", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)


@pytest.fixture
def broken(make_site: MakeSite) -> Path:
    """The folder of a site that was built with three broken links in docs/fr/index.md; then they became errors."""
    texts = {
        "docs/en/index.md": "# Home {: #home }\n\nSee [prices](prix.md).\n",
        "docs/en/prix.md": "# Prices {: #low }\n\n[Home](index.md)\n",
        "docs/fr/index.md": HOME,
        "docs/fr/prix.md": "# Prix {: #low }\n\n[Accueil](index.md)\n",
    }
    config_file = make_site(texts, LENIENT + "markdown_extensions: [attr_list]\n")
    folder = config_file.parent
    built = run(folder, "build")
    assert built.returncode == 0, built.stderr
    assert "To see them: hexapla links" in built.stdout
    config_file.write_text(SMALL + "markdown_extensions: [attr_list]\n", encoding="utf-8")
    return folder


def test_text_names_the_line_to_edit(broken: Path) -> None:
    result = run(broken, "links")
    assert result.returncode == 1
    places = [line for line in result.stderr.splitlines() if line.startswith("docs/fr/index.md")]
    assert places == [
        "docs/fr/index.md:6:13: there is no /fr/abuot.md on this site [missing-page]",
        "docs/fr/index.md:6:35: this page has no anchor #nulle-part [missing-anchor]",
        "docs/fr/index.md:6:62: there is no /fr/Prix.md on this site [missing-page]",
    ]


def test_json_has_page_and_target(broken: Path) -> None:
    result = run(broken, "links", "--format", "json")
    found = [one for one in json.loads(result.stdout) if one["path"] == "docs/fr/index.md"]
    assert [(one["page"], one["target"], one["rule"]) for one in found] == [
        ("fr/index.html", "abuot.md", "missing-page"),
        ("fr/index.html", "#nulle-part", "missing-anchor"),
        ("fr/index.html", "Prix.md#bas", "missing-page"),
    ]
    assert found[0] | {"message": "", "hint": ""} == {
        "path": "docs/fr/index.md",
        "line": 6,
        "column": 13,
        "end_line": 6,
        "end_column": 21,
        "locale": "fr",
        "rule": "missing-page",
        "severity": "error",
        "message": "",
        "hint": "",
        "segment": None,
        "page": "fr/index.html",
        "target": "abuot.md",
    }


def test_annotations_speak_the_language_of_the_line(broken: Path) -> None:
    result = run(broken, "links", "--format", "github")
    line = next(line for line in result.stdout.splitlines() if "abuot.md" in line and "docs/fr/index.md" in line)
    assert line.startswith("::error file=docs/fr/index.md,line=6,col=13,title=missing-page")
    assert "n’existe pas" in line or "n’y a pas" in line  # in French
    assert "there is no /fr/abuot.md on this site" in line


def test_sarif_knows_the_rules(broken: Path) -> None:
    data = json.loads(run(broken, "links", "--format", "sarif").stdout)
    rules = {rule["id"] for rule in data["runs"][0]["tool"]["driver"]["rules"]}
    assert {"missing-page", "missing-anchor"} <= rules


def test_exit_status_tells_pages_from_anchors(broken: Path) -> None:
    home = broken / "site" / "fr" / "index.html"
    text = home.read_text(encoding="utf-8").replace("abuot.md", "./").replace("Prix.md#bas", "prix/")
    home.write_text(text, encoding="utf-8")
    assert run(broken, "links").returncode == 3
    home.write_text(text.replace('href="#nulle-part"', 'href="#home"'), encoding="utf-8")
    assert run(broken, "links").returncode == 0
    assert run(broken, "links", "--strict").returncode in (0, 1)
    assert run(broken, "links", "no-such-folder").returncode == 2
    assert run(broken, "links", "--no-such-option").returncode == 2


def test_a_build_with_broken_links_is_not_published(broken: Path) -> None:
    before = {path: path.read_bytes() for path in (broken / "site").rglob("*") if path.is_file()}
    result = run(broken, "build")
    assert result.returncode == 1
    assert "docs/fr/index.md:6:13: there is no /fr/abuot.md on this site [missing-page]" in result.stderr
    assert {path: path.read_bytes() for path in (broken / "site").rglob("*") if path.is_file()} == before


def test_baseline_leaves_known_links_out(broken: Path) -> None:
    run(broken, "links", "--write-baseline", "known.json")
    result = run(broken, "links", "--baseline", "known.json")
    assert result.returncode == 0
    (broken / "site/fr/prix/index.html").write_text("<a href='/nope/'>x</a>", encoding="utf-8")
    assert run(broken, "links", "--baseline", "known.json").returncode == 1


def test_dump_is_json_by_the_line(broken: Path) -> None:
    lines = [json.loads(line) for line in run(broken, "links", "--dump").stdout.splitlines()]
    assert {"kind": "use", "page": "fr/index.html", "by": "a href", "target": "abuot.md"} in lines
    assert {"kind": "anchor", "page": "fr/prix/index.html", "id": "low"} in lines
    assert {"kind": "file", "page": "sitemap.xml"} in lines


def test_a_folder_of_somebody_else(tmp_path: Path) -> None:
    """No mkdocs.yml, no sources: the place is in the HTML, and the site's address is its own canonical link."""
    (tmp_path / "web" / "a").mkdir(parents=True)
    head = '<link rel="canonical" href="https://web.example/sub/">\n'
    (tmp_path / "web" / "index.html").write_text(
        f'{head}<a href="/sub/a/">good</a>\n<a href="https://web.example/sub/b/">bad</a>\n', encoding="utf-8"
    )
    (tmp_path / "web" / "a" / "index.html").write_text(
        '<link rel="canonical" href="https://web.example/sub/a/">\n<a href="../../c/">out of the site</a>', "utf-8"
    )
    result = run(tmp_path, "links", "web")
    assert result.returncode == 1
    assert [line.partition(": ")[0] for line in result.stderr.splitlines() if "[missing-page]" in line] == [
        "web/a/index.html:2:10",
        "web/index.html:3:10",
    ]
    assert run(tmp_path, "links", "web", "--base-url", "https://other.example/").returncode == 1


def test_fix_writes_the_right_case(make_site: MakeSite) -> None:
    """A picture whose name has another case is mended in the Markdown, after the change was shown."""
    texts = {
        "docs/en/index.md": "# Home\n\n![A dot](Dot.svg)\n",
        "docs/en/dot.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>",
    }
    folder = make_site(texts, LENIENT).parent
    assert run(folder, "build").returncode == 0
    shown = run(folder, "links", "--fix")
    assert "-![A dot](Dot.svg)" in shown.stderr and "+![A dot](dot.svg)" in shown.stderr
    assert "Dot.svg" in (folder / "docs/en/index.md").read_text(encoding="utf-8")
    run(folder, "links", "--fix", "--yes")
    assert (folder / "docs/en/index.md").read_text(encoding="utf-8") == texts["docs/en/index.md"].replace("Dot", "dot")


def test_fix_leads_back_into_the_language(make_site: MakeSite) -> None:
    """A link into the source's pages becomes one to the locale's own, relative as the document needs it."""
    texts = {
        "docs/en/sub/about.md": "# About {: #about }\n\n[Home](../index.md)\n",
        "docs/fr/sub/about.md": "# À propos {: #about }\n\n[Accueil](../index.md)\n",
        "docs/en/index.md": "# Home {: #home }\n\n[Us](sub/about.md)\n",
        "docs/fr/index.md": '# Accueil {: #home }\n\n[Nous](sub/about.md) et <a href="../sub/about/#about">nous</a>\n',
    }
    configuration = SMALL.replace("  - hexapla\n", "  - hexapla:\n      checks: {wrong-locale: warning}\n")
    folder = make_site(texts, configuration + "markdown_extensions: [attr_list]\n").parent
    built = run(folder, "build")
    assert built.returncode == 0, built.stderr
    result = run(folder, "links")
    assert "docs/fr/index.md:3:34: this leads to /sub/about/, out of fr, which has the page too" in result.stderr
    run(folder, "links", "--fix", "--yes")
    assert '<a href="sub/about/#about">' in (folder / "docs/fr/index.md").read_text(encoding="utf-8")


def test_rules_are_listed_and_explained(tmp_path: Path) -> None:
    listed = run(tmp_path, "links", "--list").stdout
    assert "wrong-locale" in listed and "dead-link" in listed
    assert run(tmp_path, "links", "--explain", "orphan-page").stdout.startswith("orphan-page (warning)")


# Other sites


def test_a_dead_link_is_told_once_with_every_locale(
    make_site: MakeSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real server on loopback stands for the other site: only the host's name in the documents is another."""
    with serving(tmp_path / "empty") as address:
        host = address.removeprefix("http://").rstrip("/")
        ask = external.check

        def check(urls: Any, settings: Any, cache: Path, allowed: Any) -> dict[str, Verdict]:
            asked = {url: url.replace("https://other.example.net", f"http://{host}") for url in urls}
            found = ask(list(asked.values()), settings, cache, {host})
            return {url: found[real] for url, real in asked.items() if real in found}

        monkeypatch.setattr(external, "check", check)
        texts = {
            "docs/en/index.md": "# Home {: #home }\n\nSee [it](https://other.example.net/gone).\n",
            "docs/fr/index.md": "# Accueil {: #home }\n\nVoir [cela](https://other.example.net/gone).\n",
            "locales/links.toml": '[[allowed]]\nurl = "https://never.linked.net/"\nreason = "old"\nexpires = 2999-01-01\n',
        }
        folder = make_site(texts, SMALL + "markdown_extensions: [attr_list]\n").parent
        assert run(folder, "build").returncode == 0
        found = publication.read(config.load(str(folder / "mkdocs.yml")))
        one = links.subject(found.site.site_dir, found)
        report = links.check_external(one, links.check(one), tmp_path / "cache")
        told = [
            f"{p.path.relative_to(folder).as_posix()}:{p.line}:{p.column} {p.rule} {p.message}" for p in report.problems
        ]
        # Material's own links lead to a host that nobody can look up here.
        assert [one for one in told if "squidfunk" not in one] == [
            "docs/en/index.md:3:10 dead-link https://other.example.net/gone: answers 404; in en, fr",
            "locales/links.toml:1:1 links-file no page links to https://never.linked.net/",
        ]


def test_a_dead_link_is_replaced(make_site: MakeSite, tmp_path: Path) -> None:
    """An entry of links.toml says what should stand there; `--fix` writes it."""
    toml = '[[replaced]]\nurl = "https://dead.example.net/x"\nby = "https://archive.example.net/x"\nreason = "gone"\n'
    texts = {
        "docs/en/index.md": "# Home {: #home }\n\nSee [it](https://dead.example.net/x).\n",
        "locales/links.toml": toml + "expires = 2999-01-01\n",
    }
    folder = make_site(texts, SMALL).parent
    assert run(folder, "build").returncode == 0
    result = run(folder, "links", "--external", "--fix", "--yes")
    assert "dead.example.net" in result.stderr.partition("mended")[0]  # shown before it was written
    assert "dead.example.net" not in result.stderr.partition("mended")[2]
    assert "[it](https://archive.example.net/x)" in (folder / "docs/en/index.md").read_text(encoding="utf-8")
