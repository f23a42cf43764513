"""What readers and maintainers see of the state of a translation: on the page, on the status page, in figures."""

from __future__ import annotations

import json
import re
import shutil
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import lxml.html
import pytest
from hexapla import build, catalogs, config, publication, recording, records, status, translations
from hexapla.config import Site
from hexapla.content import parse

from tests.conftest import ROOT, SMALL, MakeSite, serving
from tests.test_browser import WIDTHS, Visit
from tests.test_checks import findings, run
from tests.test_recording import EN, FR, SOURCE, TRANSLATION, edit

STATUS_COLUMNS = ["locale", "document", "segments", "words", "current", "stale", "missing", "orphan"]


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The publication after its English text has moved on; gives the built site."""
    root = tmp_path_factory.mktemp("behind")
    for name in ("docs", "locales", "overrides"):
        shutil.copytree(ROOT / name, root / name)
    shutil.copy(ROOT / "mkdocs.yml", root)
    article = root / "docs/en/articles/customer-service-versus-customer-support.md"
    edit(article, "Meanwhile systems", "In the meantime systems")
    edit(article, "- Others offer no support whatsoever.", "- A few sell hope.\n- Others offer no support whatsoever.")
    edit(article, "## An open question", "## A wide open question")
    edit(root / "docs/en/comment-data.md", "| Your comment |", "| Your mood | no | never |\n| Your comment |")
    with (root / "docs/en/about.md").open("a", encoding="utf-8") as file:
        file.write('\n!!! tip "A new tip"\n\n    Body of the tip.\n')
    result = run(root / "mkdocs.yml", "build")
    assert result.returncode == 0, result.stderr
    return root / "site"


def page(site: Path, code: str, name: str) -> Any:
    return lxml.html.fromstring((site / code / name / "index.html").read_text(encoding="utf-8"))


ARTICLE = "articles/customer-service-versus-customer-support"


@pytest.mark.parametrize("code", ["fr", "de", "is", "hi", "sw"])
def test_a_missing_paragraph_is_shown_in_its_place_in_its_language(behind: Path, code: str) -> None:
    html = page(behind, code, ARTICLE)
    items = html.xpath("//div[contains(@class, 'hx-prose')]/ul/li")
    assert len(items) == 4
    missing = items[2]
    assert missing.get("lang") == "en" and "hx-missing" in missing.get("class")
    assert missing.text == "A few sell hope."
    (mark,) = missing.xpath("small")
    words = catalogs.load(config.load(str(ROOT / "mkdocs.yml")), config.Locale(code, is_source=False))
    assert (mark.get("lang"), mark.text.strip()) == (code, f"({words.gettext('not yet translated')})")
    assert [item.get("lang") for item in items].count("en") == 1


@pytest.mark.parametrize("code", ["fr", "hi"])
def test_a_stale_paragraph_opens_to_the_present_original(behind: Path, code: str) -> None:
    html = page(behind, code, ARTICLE)
    stale = html.xpath("//*[contains(@class, 'hx-stale')]")
    assert [one.tag for one in stale] == ["p", "h2"]
    originals = html.xpath("//details[@class='hx-original']/div[@lang='en']/text()")
    assert originals[0].startswith("In the meantime systems depend on each other")
    assert originals[1] == "A wide open question"
    assert all(one.get("id") for one in stale)
    assert stale[1].get("id") == "an-open-question"


@pytest.mark.parametrize("code", ["fr", "sw"])
def test_a_row_of_a_table_is_put_in_its_place(behind: Path, code: str) -> None:
    html = page(behind, code, "comment-data")
    rows = html.xpath("//div[contains(@class, 'hx-prose')]//table//tr")
    assert len(rows) == 6
    assert [cell.text for cell in rows[4].xpath("td")] == ["Your mood", "no", "never"]
    assert {cell.get("lang") for cell in rows[4].xpath("td")} == {"en"}


def test_an_admonition_is_put_in_its_place(behind: Path) -> None:
    html = page(behind, "de", "about")
    (box,) = html.xpath("//div[@class='admonition tip']")
    assert [one.get("lang") for one in box.xpath("p")] == ["en", "en"]
    assert box.xpath("p")[1].text == "Body of the tip."


@pytest.mark.parametrize("code", ["fr", "de", "is", "hi", "sw"])
def test_a_notice_counts_both_in_the_readers_language(behind: Path, code: str, site: Site) -> None:
    notice = page(behind, code, ARTICLE).xpath("//aside[@class='hx-states']/p/text()")
    words = catalogs.load(site, site.locale(code))
    one = "The original of %(count)s paragraph on this page has changed since it was translated."
    many = "The original of %(count)s paragraphs on this page has changed since they were translated."
    assert notice[0] == words.ngettext(one, many, 2) % {"count": "2"} and notice[0] != many % {"count": "2"}
    assert len(notice) == 2


def test_an_up_to_date_page_shows_none_of_it(behind: Path, built: Path) -> None:
    assert "hx-stale" not in (behind / "fr" / "translating" / "index.html").read_text(encoding="utf-8")
    for path in built.rglob("*.html"):
        assert not re.search(r"hx-(stale|missing|states|original)", path.read_text(encoding="utf-8")), path


def test_what_is_in_the_source_language_is_not_in_the_index(behind: Path) -> None:
    index = (behind / "fr" / "search" / "search_index.json").read_text(encoding="utf-8")
    assert "sell hope" not in index and "In the meantime" not in index
    assert not re.search(r"data-search-", (behind / "fr" / ARTICLE / "index.html").read_text(encoding="utf-8"))


# The status page


def test_status_page_in_every_language(behind: Path, site: Site) -> None:
    for locale in site.locales:
        html = page(behind, locale.folder, "status")
        sections = html.xpath("//section[@class='hx-progress']")
        assert [one.xpath("string(h2/span)") for one in sections] == [one.name for one in site.translations]
        for section, other in zip(sections, site.translations, strict=True):
            rows = section.xpath(".//tbody/tr[th]")
            assert len(rows) == 7
            widths = [int(row.xpath(".//rect/@width")[0].removesuffix("%")) for row in rows]
            assert sum(width < 100 for width in widths) == 3, (locale.code, other.code, widths)


def test_stale_paragraphs_are_linked_to_their_place_and_to_the_file(behind: Path) -> None:
    html = page(behind, "fr", "status")
    links = html.xpath("//section[.//span[@lang='de']]//li/a/@href")
    assert len(links) == 4
    place, file = links[0], links[1]
    assert place.startswith(f"../../de/{ARTICLE}/#hx-")
    target = page(behind, "de", ARTICLE)
    assert target.xpath(f"//*[@id='{place.split('#')[1]}']")
    line = int(file.rsplit("#L", 1)[1])
    assert file.startswith("https://code.hexapla.example/hexapla/edit/main/docs/de/articles/")
    text = (behind.parent / "docs/de" / f"{ARTICLE}.md").read_text(encoding="utf-8").split("\n")[line - 1]
    assert text.startswith(target.xpath(f"string(//*[@id='{place.split('#')[1]}'])")[:40])


def test_figures_and_badges_beside_the_page(behind: Path) -> None:
    rows = json.loads((behind / "status" / "status.json").read_text(encoding="utf-8"))
    assert all(list(row) == STATUS_COLUMNS for row in rows)
    assert {(row["stale"], row["missing"]) for row in rows if row["document"] == f"{ARTICLE}.md"} == {(2, 1)}
    for code in ("fr", "de", "is", "hi", "sw"):
        badge = ET.parse(behind / "status" / f"{code}.svg").getroot()
        assert badge.attrib["role"] == "img" and badge.attrib["aria-label"] == badge[0].text
    assert (behind / "status" / "fr.svg").read_text(encoding="utf-8").count("%") >= 2


def test_a_site_without_records_has_no_status_page(make_site: MakeSite) -> None:
    config_file = make_site({})
    assert run(config_file, "build").returncode == 0
    assert not (config_file.parent / "site" / "status").exists()


# In the browser


@pytest.fixture(scope="module")
def behind_address(behind: Path) -> Iterator[str]:
    with serving(behind) as url:
        yield url


@pytest.mark.browser
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("code", ["fr", "hi"])
def test_pages_with_states_are_sound(chromium: Any, behind_address: str, code: str, width: str) -> None:
    visit = Visit(chromium, behind_address, viewport={"width": WIDTHS[width], "height": 800})
    for name in (ARTICLE, "about", "comment-data", "status"):
        tab = visit.go(f"{code}/{name}/")
        for summary in tab.locator(".hx-original summary").all():
            summary.click()
        overflow = tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert (visit.violations(), overflow, visit.wrong) == ([], 0, []), name
    visit.context.close()


@pytest.mark.browser
def test_originals_open_without_scripts(chromium: Any, behind_address: str) -> None:
    visit = Visit(chromium, behind_address, java_script_enabled=False)
    tab = visit.go(f"fr/{ARTICLE}/")
    original = tab.locator(".hx-original").first
    assert not original.locator("div").is_visible()
    original.locator("summary").click()
    assert original.locator("div").is_visible()
    visit.context.close()


# Figures


def test_status_formats(make_site: MakeSite) -> None:
    config_file = make_site({EN: SOURCE, FR: TRANSLATION})
    run(config_file, "record")
    edit(config_file.parent / EN, "The first paragraph.", "The very first paragraph.")
    result = run(config_file, "status", "--format", "json")
    rows = json.loads(result.stdout)
    assert result.returncode == 0
    row = next(row for row in rows if row["document"] == "guide.md")
    assert list(row) == STATUS_COLUMNS
    assert (row["segments"], row["current"], row["stale"]) == (13, 12, 1)
    words = sum(
        translations.count_words(one.text)
        for one in parse(Path("x.md"), (config_file.parent / EN).read_text("utf-8")).segments
    )
    assert row["words"] == words
    markdown = run(config_file, "status", "--format", "markdown").stdout.splitlines()
    percent = 100 * (words - 4) // words
    assert f"| fr | guide.md | 13 | {words} | 12 | 1 | 0 | 0 | {percent} % |" in markdown
    table = run(config_file, "status").stdout.splitlines()
    assert table[0].split() == [*STATUS_COLUMNS, "percent"]
    assert [line.split() for line in table if "guide.md" in line] == [
        ["fr", "guide.md", "13", str(words), "12", "1", "0", "0", str(percent), "%"]
    ]


def test_percent_is_never_rounded_up_to_all() -> None:
    assert status.Row("fr", "x", 1000, 1000, 999, 1, 0, 0, 999).percent == 99
    assert status.Row("fr", "x", 0, 0, 0, 0, 0, 0, 0).percent == 100


# Policy


@pytest.mark.parametrize(("publish", "is_shown"), [(80, False), (30, True), (0, True)])
def test_policy_lets_the_source_stand_in(make_site: MakeSite, publish: int, is_shown: bool) -> None:
    policy = f"  - hexapla:\n      policy:\n        fr:\n          publish: {publish}\n"
    config_file = make_site({EN: SOURCE, FR: TRANSLATION}, SMALL.replace("  - hexapla\n", policy))
    run(config_file, "record")
    edit(
        config_file.parent / EN, "The last paragraph.", "The last paragraph, which has grown by many words since then."
    )
    edit(config_file.parent / EN, "A quotation\n", "A quotation that is quite another one now\n")
    assert run(config_file, "build").returncode == 0
    built = config_file.parent / "site"
    text = (built / "fr" / "guide" / "index.html").read_text(encoding="utf-8")
    assert ("Le dernier paragraphe" in text) == is_shown
    assert ('rel="canonical" href="https://small.example/guide/"' in text) != is_shown
    assert ("guide" in (built / "sitemap-fr.xml").read_text(encoding="utf-8")) == is_shown


def test_paragraphs_with_the_same_words_share_no_anchor(make_site: MakeSite) -> None:
    """The words of two paragraphs have changed in the same way; a page must not have an id twice."""
    words = "# Words { #words }\n\nOne.\n\n## More { #more }\n\nOne.\n"
    file = make_site({"docs/en/words.md": words, "docs/fr/words.md": words.replace("One.", "Un.")})
    found = publication.read(config.load(str(file)))
    recording.record(found, [(found.site.locale("fr"), path) for path in ("index.md", "words.md")])
    path = file.parent / "docs/en/words.md"
    path.write_text(words.replace("One.", "Two."), encoding="utf-8")
    build.build(publication.read(found.site))
    page = (found.site.site_dir / "fr/words/index.html").read_text(encoding="utf-8")
    assert page.count('class="hx-stale"') == 2
    assert len(re.findall(r'<p class="hx-stale" id="hx-', page)) == 1


def test_policy_out_of_range(make_site: MakeSite) -> None:
    policy = "  - hexapla:\n      policy:\n        fr:\n          publish: 200\n"
    result = run(make_site({}, SMALL.replace("  - hexapla\n", policy)), "build")
    assert findings(result.stderr) == ["mkdocs.yml:20:11: publish must be a whole number from 0 to 100 [config]"]


# Starting


def test_new_locale_builds_at_once_and_is_honest(make_site: MakeSite) -> None:
    custom = SMALL.replace("  font: false\n", "  font: false\n  custom_dir: theme\n")
    config_file = make_site(
        {"theme/.keep": "", "docs/en/index.md": "---\ntitle: Home\n---\n# Our home { #home }\n\nSome words.\n"}, custom
    )
    result = run(config_file, "new", "zu")
    assert result.returncode == 0, result.stderr
    assert "What to do next:" in result.stdout
    root = config_file.parent
    written = [line.removesuffix(": written") for line in result.stdout.splitlines() if line.endswith(": written")]
    assert all((root / name).is_file() for name in written)
    assert "theme/partials/languages/zu.html" in written and "locales/zu/LC_MESSAGES/site.po" in written
    assert config_file.read_text(encoding="utf-8") == custom.replace(
        "          name: Français\n", "          name: Français\n        - locale: zu\n          name: IsiZulu\n"
    )
    assert run(config_file, "build").returncode == 0
    text = (root / "site" / "zu" / "index.html").read_text(encoding="utf-8")
    assert text.count("hx-missing") == 2 and '<html lang="zu"' in text
    rows = json.loads(run(config_file, "status", "--format", "json").stdout)
    (row,) = [row for row in rows if row["locale"] == "zu" and row["document"] == "index.md"]
    assert (row["current"], row["missing"]) == (0, 3)
    again = run(config_file, "new", "zu")
    assert findings(again.stderr) == ["mkdocs.yml:12:7: the locale zu is there already [locale]"]


def test_new_document_is_a_copy_that_counts_as_missing(make_site: MakeSite) -> None:
    config_file = make_site({EN: SOURCE.replace("title: Guide\n", "title: Guide\ndate: 2026-11-22\n")})
    result = run(config_file, "new", "fr", "docs/en/guide.md")
    assert result.returncode == 0, result.stderr
    text = (config_file.parent / FR).read_text(encoding="utf-8")
    assert text == SOURCE
    rows = json.loads(run(config_file, "status", "--format", "json").stdout)
    (row,) = [row for row in rows if row["document"] == "guide.md"]
    assert (row["current"], row["missing"]) == (0, 13)
    edit(config_file.parent / FR, "The first paragraph.", "Le premier paragraphe.")
    run(config_file, "record")
    assert run(config_file, "done", f"{FR}:20").returncode == 0
    rows = json.loads(run(config_file, "status", "--format", "json").stdout)
    (row,) = [row for row in rows if row["document"] == "guide.md"]
    assert row["current"] == 3  # the paragraph, and the two cells of the line that is right as it stands


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["qx"], "mkdocs.yml:11:7: CLDR knows no locale 'qx' [locale]"),
        (["fr", "nothing.md"], "docs/en/nothing.md:1:1: there is no such source [no-source]"),
        (["fr", "index.md"], "docs/fr/index.md:1:1: this translation is there already [new]"),
        (["xx", "index.md"], "mkdocs.yml:11:7: there is no locale 'xx' in this configuration [locale]"),
    ],
)
def test_new_with_a_wrong_word(make_site: MakeSite, arguments: list[str], expected: str) -> None:
    config_file = make_site({})
    before = {path: path.read_bytes() for path in config_file.parent.rglob("*") if path.is_file()}
    result = run(config_file, "new", *arguments)
    assert findings(result.stderr) == [expected] and result.returncode == 1
    assert {path: path.read_bytes() for path in config_file.parent.rglob("*") if path.is_file()} == before


def test_comments_of_people_stay_in_a_record(make_site: MakeSite) -> None:
    config_file = make_site({EN: SOURCE, FR: TRANSLATION})
    run(config_file, "record")
    file = config_file.parent / "locales/fr/LC_MESSAGES/guide.md.po"
    edit(file, "#. item, under “Steps”\n", "# Ask Jo about this.\n#. item, under “Steps”\n")
    edit(config_file.parent / EN, "The first paragraph.", "The very first paragraph.")
    run(config_file, "record")
    assert "# Ask Jo about this.\n" in file.read_text(encoding="utf-8")


def test_digest_is_of_the_words(site: Site) -> None:
    assert records.digest("a  \nb") != records.digest("a b")
    assert records.digest(" a ") == records.digest("a")
