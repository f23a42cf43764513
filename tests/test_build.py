"""The build as a whole: the same bytes as MkDocs, every time; all or nothing."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import shlex
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import jinja2
import pytest
from hexapla import beginning, compiling, config, configuring, engine, prechecks, publication, swap, workers
from hexapla import build as building
from hexapla.cache import Store
from hexapla.config import Site
from hexapla.problems import Stop

from tests.conftest import ROOT, SMALL, MakeSite
from tests.test_checks import findings, run


def digest(folder: Path) -> dict[str, str]:
    """Every file of a folder with a digest of its bytes."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def mkdocs_build(root: Path, folder: Path, **environment: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", str(folder)],
        cwd=root,
        env=os.environ | environment,
        check=True,
        timeout=120,
    )


def test_plain_mkdocs_build_gives_the_same_bytes(built: Path, tmp_path: Path) -> None:
    mkdocs_build(ROOT, tmp_path / "site")
    assert digest(tmp_path / "site") == digest(built)


def test_two_builds_are_the_same_whatever_the_date(
    site: Site, built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "315532800")  # 1980
    building.build(publication.read(dataclasses.replace(site, site_dir=tmp_path / "one")))
    mkdocs_build(ROOT, tmp_path / "two", SOURCE_DATE_EPOCH="4102444800")  # 2100
    assert digest(tmp_path / "one") == digest(built) == digest(tmp_path / "two")


def test_the_table_tells_what_was_built(make_site: MakeSite) -> None:
    config_file = make_site({"docs/en/more.md": "# More\n"})
    result = run(config_file, "build")
    assert result.returncode == 0, result.stderr
    rows = {line.split()[0]: line.split() for line in result.stdout.splitlines() if line.startswith(("en ", "fr "))}
    assert (rows["en"][1:3], rows["fr"][1:3]) == (["2", "0"], ["2", "1"])
    size = sum(path.stat().st_size for path in (config_file.parent / "site" / "fr").rglob("*") if path.is_file())
    size += (config_file.parent / "site" / "sitemap-fr.xml").stat().st_size
    assert int(rows["fr"][3].replace(",", "")) == size
    assert "en: done" in result.stdout


@pytest.mark.parametrize("name", ["status.report", "build._render"])
def test_a_process_that_was_killed_is_one_line(make_site: MakeSite, name: str) -> None:
    config_file = make_site({"site/index.html": "the old site"})
    killing = f"{name} = lambda *_: os.kill(os.getpid(), signal.SIGKILL)"
    code = f"import os, signal; from hexapla import build, cli, status; {killing}; cli.main()"
    command = [sys.executable, "-c", code, "build"]
    result = subprocess.run(command, cwd=config_file.parent, capture_output=True, text=True, check=False, timeout=120)
    assert result.returncode == 1
    lines = result.stderr.splitlines()
    assert [line.split(" ")[0] for line in lines] == ["mkdocs.yml:1:1:", ""], result.stderr
    assert lines[0].endswith(" [process]")
    assert (config_file.parent / "site" / "index.html").read_text(encoding="utf-8") == "the old site"
    assert not [path for path in config_file.parent.iterdir() if path.name.startswith(".site")]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no device that is always full")
@pytest.mark.parametrize("arguments", [["--help"], ["status"], ["build"]])
def test_a_full_disk_behind_the_output_is_one_line(make_site: MakeSite, arguments: list[str]) -> None:
    command = [sys.executable, "-m", "hexapla", *arguments]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, cwd=make_site({}).parent, stdout=full, stderr=subprocess.PIPE, text=True)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1) and "No space left" in done.stderr


@pytest.mark.parametrize("arguments", ["--version", "build"])
def test_a_command_without_an_output_ends_well(make_site: MakeSite, arguments: str) -> None:
    command = f"{shlex.quote(sys.executable)} -m hexapla {arguments} >&-"
    done = subprocess.run(command, shell=True, cwd=make_site({}).parent, stderr=subprocess.PIPE, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_who_does_not_read_on_is_no_fault(make_site: MakeSite) -> None:
    config_file = make_site({})
    command = [sys.executable, "-m", "hexapla", "build"]
    with subprocess.Popen(command, cwd=config_file.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout and process.stderr
        process.stdout.close()
        assert process.stderr.read() == b""


def test_warnings_of_all_locales_fail_the_build_at_their_lines(make_site: MakeSite) -> None:
    texts = {
        "docs/en/index.md": "# Home\n\nRead [this](nowhere.md).\n",
        "docs/fr/index.md": "# Accueil\n\nLisez\nceci : [ici](nulle-part.md).\n",
        "site/index.html": "the old site",
    }
    config_file = make_site(texts)
    result = run(config_file, "build")
    assert result.returncode == 1
    places = [line.split(" ")[0] for line in findings(result.stderr)]
    assert places == ["docs/en/index.md:3:13:", "docs/fr/index.md:4:14:"]
    assert (config_file.parent / "site" / "index.html").read_text(encoding="utf-8") == "the old site"
    assert not [path for path in config_file.parent.iterdir() if path.name.startswith(".site")]


def test_a_template_that_breaks_is_one_line_per_locale(make_site: MakeSite) -> None:
    custom = SMALL.replace("  name: material\n", "  name: material\n  custom_dir: theme\n")
    broken = '{% extends "base.html" %}{% block content %}{{ nothing.at.all }}{% endblock %}'
    result = run(make_site({"theme/main.html": broken}, custom), "build")
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert any("'nothing' is undefined" in line for line in findings(result.stderr))


def test_a_new_site_takes_the_place_of_the_old_one_whole(make_site: MakeSite) -> None:
    config_file = make_site({"site/gone.html": "a page that is no more"})
    building.build(prechecks.read(str(config_file)))
    built = config_file.parent / "site"
    assert (built / "fr" / "index.html").is_file()
    assert not (built / "gone.html").exists()
    assert sorted(path.name for path in config_file.parent.iterdir()) == ["docs", "mkdocs.yml", "site"]
    assert built.stat().st_mode & 0o777 == 0o755


def test_the_old_site_comes_back_if_the_new_one_cannot_be_moved(tmp_path: Path) -> None:
    old = tmp_path / "site"
    old.mkdir()
    (old / "index.html").write_text("old", encoding="utf-8")
    with pytest.raises(Stop) as caught:
        swap.publish(tmp_path / "not-there", old)
    assert [problem.rule for problem in caught.value.problems] == ["site-dir"]
    assert (old / "index.html").read_text(encoding="utf-8") == "old"


# Somebody else's site: a stock theme, the plugin with nothing configured.


def test_a_site_with_stock_material(make_site: MakeSite) -> None:
    texts = {"docs/en/about.md": "---\ntitle: A & B\n---\n# About\n", "docs/fr/about.md": "# À propos\n"}
    config_file = make_site(texts)
    result = run(config_file, "build")
    assert result.returncode == 0, result.stderr
    built = config_file.parent / "site"
    page = (built / "fr" / "about" / "index.html").read_text(encoding="utf-8")
    assert page.count('hreflang="') == 3 + 2  # en, fr, x-default in the head; two in Material's own menu
    assert '<link rel="alternate" hreflang="x-default" href="https://small.example/about/">' in page
    assert '"base": "../../fr"' in page  # Material looks for the search index below it
    assert '"locale"' not in page
    index = (built / "fr" / "search" / "search_index.json").read_text(encoding="utf-8")
    assert "propos" in index and "A & B" not in index and '"lang":["fr"]' in index
    english = (built / "about" / "index.html").read_text(encoding="utf-8")
    assert '<meta property="og:title" content="A &amp; B">' in english
    assert "Cette" not in english
    assert (built / "fr" / "404.html").is_file()
    assert "sitemap-fr.xml" in (built / "sitemap.xml").read_text(encoding="utf-8")
    mkdocs_build(config_file.parent, config_file.parent / "plain")
    assert digest(config_file.parent / "plain") == digest(built)


@pytest.mark.parametrize(
    "change",
    [
        ("  name: material\n  font: false\n", "  name: mkdocs\n"),
        ("  - search\n", ""),
        ("site_name: Small\n", "site_name: Small\nuse_directory_urls: false\n"),
        ("site_url: https://small.example/\n", "site_url: https://small.example/deep/down/\n"),
    ],
)
def test_other_configurations(change: tuple[str, str], make_site: MakeSite) -> None:
    assert change[0] in SMALL
    texts = {"docs/en/a/b.md": "# B\n", "docs/fr/a/b.md": "# B fr\n", "docs/en/only.md": "# Only\n"}
    config_file = make_site(texts, SMALL.replace(*change))
    result = run(config_file, "build")
    assert result.returncode == 0, result.stderr
    mkdocs_build(config_file.parent, config_file.parent / "plain")
    built = config_file.parent / "site"
    assert digest(config_file.parent / "plain") == digest(built)
    site = config.load(str(config_file))
    page = "a/b.html" if "directory" in change[1] else "a/b/index.html"
    address = site.site_url + "fr/" + page.removesuffix("index.html")
    text = (built / "fr" / page).read_text(encoding="utf-8")
    assert f'<link rel="alternate" hreflang="fr" href="{address}">' in text
    assert f"<loc>{address}</loc>" in (built / "sitemap-fr.xml").read_text(encoding="utf-8")


# Fallbacks


@pytest.fixture
def with_fallback(make_site: MakeSite) -> Path:
    texts = {
        "docs/en/only.md": "---\ntitle: Only English\n---\n# Only here\n\nWords.\n",
        "docs/fr/index.md": "# Accueil\n",
    }
    config_file = make_site(texts)
    building.build(prechecks.read(str(config_file)))
    return config_file.parent / "site"


def test_fallback_shows_the_source_inside_its_language(with_fallback: Path) -> None:
    import lxml.html

    html = lxml.html.fromstring((with_fallback / "fr" / "only" / "index.html").read_text(encoding="utf-8"))
    assert html.get("lang") == "fr"
    assert "Words." in str(html.xpath("string(//div[@lang='en'])"))
    assert html.xpath("//aside[@role='note']")
    assert html.xpath("//link[@rel='canonical']/@href") == ["https://small.example/only/"]
    assert html.xpath("//link[@rel='alternate'][@hreflang and not(@type)]") == []


def test_fallback_is_in_no_sitemap_no_index_and_no_alternate(with_fallback: Path) -> None:
    assert "only" not in (with_fallback / "sitemap-fr.xml").read_text(encoding="utf-8")
    assert "Only" not in (with_fallback / "fr" / "search" / "search_index.json").read_text(encoding="utf-8")
    source = (with_fallback / "only" / "index.html").read_text(encoding="utf-8")
    assert 'hreflang="fr" href="https://small.example/' not in source
    assert 'hreflang="en" href="https://small.example/only/"' in source


def test_drafts_and_excluded_documents_are_nowhere(make_site: MakeSite) -> None:
    configuration = SMALL + "draft_docs: |\n  draft.md\nexclude_docs: |\n  secret.md\n"
    texts = {"docs/en/draft.md": "# Draft\n", "docs/fr/draft.md": "# Ébauche\n", "docs/en/secret.md": "# Secret\n"}
    config_file = make_site(texts, configuration)
    building.build(prechecks.read(str(config_file)))
    for path in (config_file.parent / "site").rglob("*.*ml"):
        text = path.read_text(encoding="utf-8")
        assert "/draft" not in text and "/secret" not in text, path


def test_nothing_in_a_title_or_description_can_leave_its_place(make_site: MakeSite) -> None:
    attack = '</title><script>alert(1)</script>\\" onload=\\"x'
    front = f'---\ntitle: "{attack}"\ndescription: "{attack}"\ntranslators: ["{attack}"]\n---\n# Hello\n'
    custom = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").split("nav:")[0]
    custom = custom.replace("custom_dir: overrides", f"custom_dir: {ROOT / 'overrides'}")
    keep = "        - locale: de"
    custom = custom[: custom.index(keep)] + "  - hexapla\n"
    config_file = make_site({"docs/en/index.md": front, "docs/fr/index.md": front}, custom)
    site = config.load(str(config_file))
    building.build(publication.read(dataclasses.replace(site, custom_dir=None)))
    for name in ("index.html", "fr/index.html", "feed.xml", "sitemap-en.xml"):
        assert "<script>alert" not in (config_file.parent / "site" / name).read_text(encoding="utf-8")
        assert 'onload="x' not in (config_file.parent / "site" / name).read_text(encoding="utf-8")


# What other sites do


def test_words_of_catalogs_are_escaped_wherever_they_enter_a_page(make_site: MakeSite) -> None:
    config_file = make_site({})
    run(config_file, "record")  # with a record there is a status page, whose template is asked for by itself
    run(config_file, "catalogs", "update")
    catalog = config_file.parent / "locales/fr/LC_MESSAGES/site.po"
    text = catalog.read_text(encoding="utf-8")
    filled = text.replace('"\nmsgstr ""\n', '"\nmsgstr "<script>alert(1)</script>"\n')
    assert filled.count("<script>") > 10
    header, _, rest = filled.partition("\n\n")
    catalog.write_text(text.partition("\n\n")[0] + "\n\n" + rest, encoding="utf-8")
    result = run(config_file, "build")
    assert result.returncode == 0, result.stderr
    pages = list((config_file.parent / "site" / "fr").rglob("*.html"))
    assert len(pages) >= 3
    for path in pages:
        assert "<script>alert" not in path.read_text(encoding="utf-8"), path
    assert header


def test_marks_never_reach_a_page(make_site: MakeSite) -> None:
    source = "<details>\n<summary>More</summary>\n\nHidden words.\n\n</details>\n\n- [ ] a task to do\n"
    translation = source.replace("Hidden words", "Mots cachés").replace("a task to do", "une tâche")
    configuration = SMALL + "markdown_extensions: [pymdownx.tasklist]\n"
    config_file = make_site({"docs/en/a.md": source, "docs/fr/a.md": translation}, configuration)
    run(config_file, "record")
    changed = source.replace("Hidden words", "Hidden old words").replace("a task to do", "a task to have done")
    (config_file.parent / "docs/en/a.md").write_text(changed, encoding="utf-8")
    assert run(config_file, "build").returncode == 0
    page = (config_file.parent / "site/fr/a/index.html").read_text(encoding="utf-8")
    assert "Mots cachés." in page and 'type="checkbox"' in page
    built = [path.read_text(encoding="utf-8") for path in (config_file.parent / "site").rglob("*.*ml")]
    assert not [text for text in built if "\ue000" in text or "\ue001" in text]


def test_a_stale_heading_keeps_its_anchor(make_site: MakeSite) -> None:
    texts = {
        "docs/en/a.md": "## My heading\n\n[it](#my-heading)\n",
        "docs/fr/a.md": "## Mon titre\n\n[ici](#mon-titre)\n",
    }
    config_file = make_site(texts, SMALL + "validation: {anchors: warn}\n")
    run(config_file, "record")
    (config_file.parent / "docs/en/a.md").write_text("## My own heading\n\n[it](#my-own-heading)\n", encoding="utf-8")
    result = run(config_file, "build")
    assert result.returncode == 0, result.stderr
    assert 'id="mon-titre"' in (config_file.parent / "site/fr/a/index.html").read_text(encoding="utf-8")


def test_a_locale_with_a_territory_and_a_fallback_in_a_folder(make_site: MakeSite) -> None:
    configuration = SMALL.replace("locale: fr", "locale: pt-BR")
    texts = {"docs/pt-BR/index.md": "# Casa\n", "docs/en/sub/b.md": "# B\n"}
    config_file = make_site(texts, configuration)
    (config_file.parent / "docs/fr/index.md").unlink()
    result = run(config_file, "build")
    assert result.returncode == 0, result.stderr
    page = (config_file.parent / "site/pt-BR/sub/b/index.html").read_text(encoding="utf-8")
    assert 'lang="en"' in page and 'href="../../.."' not in page


def test_a_translation_goes_with_its_excluded_source(make_site: MakeSite) -> None:
    texts = {"docs/en/w.md": "# W\n", "docs/fr/w.md": "# W fr\n"}
    config_file = make_site(texts, SMALL + "exclude_docs: |\n  /en/w.md\n")
    result = run(config_file, "build")
    assert result.returncode == 0, result.stderr
    assert not list((config_file.parent / "site").rglob("w/index.html"))


def test_a_template_with_a_syntax_error_is_one_line(make_site: MakeSite) -> None:
    custom = SMALL.replace("  name: material\n", "  name: material\n  custom_dir: theme\n")
    config_file = make_site({"theme/main.html": '{% extends "base.html" %}\n{% block %}\n'}, custom)
    result = run(config_file, "status")
    assert "Traceback" not in result.stderr
    assert findings(result.stderr)[0].startswith("theme/main.html:2:1: cannot be read: ")


def test_templates_outside_of_the_sites_folder(make_site: MakeSite, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    custom = SMALL.replace("  name: material\n", f"  name: material\n  custom_dir: {tmp_path / 'elsewhere'}\n")
    assert run(make_site({}, custom), "build").returncode == 0


def test_new_locale_after_a_language_with_a_list(make_site: MakeSite) -> None:
    configuration = SMALL.replace(
        "          name: Français\n", "          name: Français\n          nav:\n            - index.md\n"
    )
    config_file = make_site({}, configuration)
    assert run(config_file, "new", "de").returncode == 0
    expected = configuration.replace(
        "            - index.md\n", "            - index.md\n        - locale: de\n          name: Deutsch\n"
    )
    assert config_file.read_text(encoding="utf-8") == expected


def test_a_translation_shows_a_picture_of_the_source(make_site: MakeSite) -> None:
    """The locales are built side by side, and each finds the files that only the source's folder has."""
    dot = '<svg xmlns="http://www.w3.org/2000/svg"/>'
    texts = {"docs/en/dot.svg": dot, "docs/en/a.md": "![A dot](dot.svg)\n", "docs/fr/a.md": "![Un point](dot.svg)\n"}
    config_file = make_site(texts)
    result = run(config_file, "build")
    assert result.returncode == 0, result.stderr
    built = config_file.parent / "site"
    assert 'src="../../dot.svg"' in (built / "fr/a/index.html").read_text(encoding="utf-8")
    assert sorted(path.relative_to(built).as_posix() for path in built.rglob("dot.svg")) == ["dot.svg"]


@pytest.mark.parametrize("may_fork", [True, False])
def test_templates_are_compiled_once_for_all_locales(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, may_fork: bool
) -> None:
    """What is set up before processes are forked is what each of them asks for, though the cache has nothing."""
    compiled: list[str] = []
    compile_ = jinja2.Environment.compile

    def noting(self: jinja2.Environment, source: Any, name: str | None = None, *rest: Any, **more: Any) -> Any:
        compiled.append(str(name))
        return compile_(self, source, name, *rest, **more)

    monkeypatch.setattr(jinja2.Environment, "compile", noting)
    monkeypatch.setattr(compiling, "compiled", {})
    own = {"main.html", "hexapla/base.html", "hexapla/content.html", "hexapla/status.html", "hexapla/head.html"}
    monkeypatch.setattr(workers, "may_fork", may_fork)
    configuring.set_up(site, Store(None))
    assert may_fork or own <= set(compiled)  # else another process has done it, where there is one
    compiled.clear()
    begun = beginning.of(publication.read(site), Store(None))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # deprecations inside of MkDocs and its plugins
        for locale in site.locales[:2]:
            given = configuring.configure(begun, locale, tmp_path / "site", compiling.Templates(Store(None)))
            edition = engine.Edition(begun.found, locale, given, Store(None))
            environment = edition.config.theme.get_env()
            edition.config.plugins.on_env(environment, config=edition.config, files=edition.files)
            for name in own:
                environment.get_template(name)
    assert own.isdisjoint(compiled)


def test_what_no_build_has_put_into_the_site(make_site: MakeSite) -> None:
    """Somebody may deploy from there."""
    config_file = make_site({})
    assert run(config_file, "build").returncode == 0
    kept = config_file.parent / "site" / ".git" / "HEAD"
    kept.parent.mkdir()
    kept.write_text("ref: refs/heads/pages\n", encoding="utf-8")
    for words in ("One", "Two"):
        (config_file.parent / "docs/en/index.md").write_text(f"# {words}\n", encoding="utf-8")
        assert run(config_file, "build").returncode == 0
        assert words in (config_file.parent / "site/index.html").read_text(encoding="utf-8")
        assert kept.is_file()


@pytest.mark.skipif(sys.platform == "win32", reason="no file can have such a name")
def test_names_that_an_edit_link_has_to_escape(make_site: MakeSite) -> None:
    configured = SMALL.replace("theme:", "repo_url: https://code.example/small\nedit_uri: edit/main/docs/\ntheme:", 1)
    config_file = make_site({"docs/en/a b#c%20.md": "# Page\n"}, configured.replace("name: material", "name: mkdocs"))
    assert run(config_file, "build").returncode == 0
    (page,) = (config_file.parent / "site").glob("a b*/index.html")
    assert "https://code.example/small/edit/main/docs/en/a%20b%23c%2520.md" in page.read_text(encoding="utf-8")
