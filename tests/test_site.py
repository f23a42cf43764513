"""What every page of the built publication holds, page by page."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import feedparser
import lxml.html
import pytest
from hexapla import cldr, publication
from hexapla.config import Site
from hexapla.publication import Publication
from hexapla.rules import RULES
from hexapla.views import count_of_rule_pages

from tests.conftest import ROOT

ROOT_URL = "https://hexapla.example/"
CODES = ("en", "fr", "de", "is", "hi", "sw")
DOCUMENTS = (
    "index.md",
    "about.md",
    "comment-data.md",
    "translating.md",
    "translating-more.md",
    "articles/customer-service-versus-customer-support.md",
)
ARTICLE = DOCUMENTS[-1]
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
XHTML = "{http://www.w3.org/1999/xhtml}"


@dataclass(frozen=True)
class BuiltPage:
    """A built page: its address below the root, its locale, its parsed HTML."""

    url: str
    locale: str
    html: Any

    def attributes(self, xpath: str) -> list[str]:
        return [str(value) for value in self.html.xpath(xpath)]

    def one(self, xpath: str) -> str:
        found = self.attributes(xpath)
        assert len(found) == 1, f"{self.url}: {xpath}: {found}"
        return found[0]


@pytest.fixture(scope="module")
def texts(site: Site) -> Publication:
    return publication.read(site)


@pytest.fixture(scope="module")
def pages(built: Path) -> list[BuiltPage]:
    found = []
    for path in sorted(built.rglob("*.html")):
        name = path.relative_to(built).as_posix()
        locale = name.split("/")[0] if name.split("/")[0] in CODES else "en"
        url = name.removesuffix("index.html")
        found.append(BuiltPage(url, locale, lxml.html.fromstring(path.read_text(encoding="utf-8"))))
    return found


@pytest.fixture(scope="module")
def documents(pages: list[BuiltPage], texts: Publication, site: Site) -> dict[tuple[str, str], BuiltPage]:
    by_url = {page.url: page for page in pages}
    return {(one.code, path): by_url[texts.url(one, path)] for one in site.locales for path in DOCUMENTS}


def indexed(pages: list[BuiltPage]) -> list[BuiltPage]:
    return [page for page in pages if not page.html.xpath("//meta[@name='robots']")]


def test_every_locale_has_every_page(pages: list[BuiltPage]) -> None:
    expected = {
        "",
        "404.html",
        "about/",
        "comment-data/",
        "translating/",
        "translating-more/",
        "articles/customer-service-versus-customer-support/",
        "category/content-marketing/",
        "comments/thanks/",
        "comments/sorry/",
        "checks/",
        *(f"checks/{number}/" for number in range(2, count_of_rule_pages() + 1)),
        "status/",
    }
    for code in CODES:
        folder = "" if code == "en" else f"{code}/"
        assert {page.url.removeprefix(folder) for page in pages if page.locale == code} == expected


def test_language_and_direction(pages: list[BuiltPage]) -> None:
    for page in pages:
        assert (page.html.get("lang"), page.html.get("dir")) == (page.locale, "ltr"), page.url


def test_alternates_are_absolute_complete_and_reciprocal(pages: list[BuiltPage]) -> None:
    by_url = {ROOT_URL + page.url: page for page in pages}
    for page in indexed(pages):
        links = page.html.xpath("//link[@rel='alternate'][@hreflang]")
        found = {link.get("hreflang"): link.get("href") for link in links}
        assert len(links) == len(found) == 7, page.url
        assert found[page.locale] == ROOT_URL + page.url
        assert found["x-default"] == found["en"]
        for code in CODES:
            other = by_url[found[code]]
            assert other.locale == code
            back = other.html.xpath(f"//link[@rel='alternate'][@hreflang='{page.locale}']/@href")
            assert back == [ROOT_URL + page.url]


def test_canonical_is_the_page_itself(pages: list[BuiltPage]) -> None:
    for page in indexed(pages):
        assert page.one("//link[@rel='canonical']/@href") == ROOT_URL + page.url


def test_pages_that_are_not_for_search_engines(pages: list[BuiltPage]) -> None:
    hidden = [page for page in pages if page.html.xpath("//meta[@name='robots'][@content='noindex']")]
    assert len(hidden) == 6 * 3  # thanks, sorry, 404
    for page in hidden:
        assert not page.html.xpath("//link[@rel='canonical'] | //link[@hreflang and not(@type)]"), page.url


def test_sitemaps_hold_the_same_alternates_as_the_pages(pages: list[BuiltPage], built: Path) -> None:
    index = ET.parse(built / "sitemap.xml").getroot()
    maps = [str(one.text) for one in index.iter(f"{SITEMAP}loc")]
    assert maps == [f"{ROOT_URL}sitemap-{code}.xml" for code in CODES]
    assert {one.text for one in index.iter(f"{SITEMAP}lastmod")} == {"2026-11-28"}
    listed: dict[str, dict[str, str]] = {}
    for code in CODES:
        for entry in ET.parse(built / f"sitemap-{code}.xml").getroot():
            location = str(entry.findtext(f"{SITEMAP}loc"))
            # The pages that list the rules change with the tool, not with the texts, and say no date.
            changed = "2026-11-28" if "/translating" in location or "/status/" in location else "2026-11-22"
            expected = None if "/checks/" in location else changed
            assert entry.findtext(f"{SITEMAP}lastmod") == expected
            links = entry.findall(f"{XHTML}link")
            listed[location] = {link.attrib["hreflang"]: link.attrib["href"] for link in links}
    assert set(listed) == {ROOT_URL + page.url for page in indexed(pages)}
    for page in indexed(pages):
        head = {link.get("hreflang"): link.get("href") for link in page.html.xpath("//link[@hreflang and not(@type)]")}
        assert listed[ROOT_URL + page.url] == head


def test_open_graph(pages: list[BuiltPage]) -> None:
    tags = {"en": "en_US", "fr": "fr_FR", "de": "de_DE", "is": "is_IS", "hi": "hi_IN", "sw": "sw_TZ"}
    for page in indexed(pages):
        assert page.one("//meta[@property='og:locale']/@content") == tags[page.locale]
        others = page.attributes("//meta[@property='og:locale:alternate']/@content")
        assert set(others) == set(tags.values()) - {tags[page.locale]}
        assert page.one("//meta[@property='og:url']/@content") == ROOT_URL + page.url
        assert page.one("//meta[@property='og:title']/@content") in page.one("//title/text()")
        assert page.one("//meta[@property='og:description']/@content") == page.one(
            "//meta[@name='description']/@content"
        )


def test_json_ld_of_the_article(documents: dict[tuple[str, str], BuiltPage], texts: Publication, site: Site) -> None:
    urls = {one.code: texts.absolute_url(one, ARTICLE) for one in site.locales}
    for code in CODES:
        page = documents[code, ARTICLE]
        work = json.loads(page.one("//script[@type='application/ld+json']/text()"))
        assert (work["@type"], work["inLanguage"], work["@id"]) == ("Article", code, urls[code])
        assert work["author"] == {"@type": "Person", "name": "Douglas Karr", "url": "https://martech.zone/"}
        assert work["headline"] == texts.meta(site.locale(code), ARTICLE)["title"]
        assert (work["datePublished"], work["dateModified"]) == ("2026-11-22", "2026-11-22")
        if code == "en":
            versions = {one["inLanguage"]: one["@id"] for one in work["workTranslation"]}
            assert versions == {other: url for other, url in urls.items() if other != "en"}
            assert "translator" not in work
        else:
            assert (work["translationOfWork"]["@id"], work["translationOfWork"]["inLanguage"]) == (urls["en"], "en")
            assert [one["name"] for one in work["translator"]] == texts.meta(site.locale(code), ARTICLE)["translators"]


@pytest.mark.parametrize("code", CODES)
def test_feed(code: str, built: Path, texts: Publication, site: Site) -> None:
    locale = site.locale(code)
    feed = feedparser.parse((built / locale.folder / "feed.xml").read_bytes())
    assert not feed.bozo, feed.get("bozo_exception")
    assert feed.version == "atom10"
    assert feed.feed.language == code
    own = [link.href for link in feed.feed.links if link.rel == "self"]
    assert own == [f"{ROOT_URL}{locale.folder}feed.xml"]
    (entry,) = feed.entries
    assert entry.link == entry.id == texts.absolute_url(locale, ARTICLE)
    assert entry.title == texts.meta(locale, ARTICLE)["title"]
    assert entry.author == "Douglas Karr"
    assert entry.published == "2026-11-22T00:00:00Z"


def test_every_page_names_its_feed(pages: list[BuiltPage]) -> None:
    for page in pages:
        folder = "" if page.locale == "en" else f"{page.locale}/"
        href = page.one("//link[@type='application/atom+xml']/@href")
        assert urljoin(ROOT_URL + page.url, href) == f"{ROOT_URL}{folder}feed.xml"


def test_search_index_holds_one_locale(built: Path, site: Site, texts: Publication) -> None:
    for locale in site.locales:
        index = json.loads((built / locale.folder / "search" / "search_index.json").read_text(encoding="utf-8"))
        found = {doc["location"].partition("#")[0] for doc in index["docs"]}
        assert found == {texts.url(locale, path).removeprefix(locale.folder) for path in DOCUMENTS}
        titles = {texts.meta(locale, path)["title"] for path in DOCUMENTS[1:]}
        assert titles <= {doc["title"].replace("&amp;", "&") for doc in index["docs"]}


def test_switcher_names_each_language_in_itself_and_keeps_the_page(
    documents: dict[tuple[str, str], BuiltPage], texts: Publication, site: Site
) -> None:
    names = ["English", "Français", "Deutsch", "Íslenska", "हिन्दी", "Kiswahili"]
    for (code, path), page in documents.items():
        items = page.html.xpath("//nav[@class='hx-languages']//li/*")
        assert [item.text_content().strip() for item in items] == names
        for item, locale in zip(items, site.locales, strict=True):
            assert item.get("lang") == locale.tag
            if locale.code == code:
                assert (item.tag, item.get("aria-current")) == ("span", "true")
            else:
                target = urljoin(ROOT_URL + page.url, item.get("href"))
                assert (item.get("hreflang"), target) == (locale.tag, texts.absolute_url(locale, path))


def test_headings_have_the_same_ids_in_every_locale(documents: dict[tuple[str, str], BuiltPage]) -> None:
    xpath = "//article//*[self::h1 or self::h2 or self::h3]/@id"
    for path in DOCUMENTS:
        source = documents["en", path].attributes(xpath)
        assert source and len(source) == len(set(source))
        assert not [one for one in source if one.startswith("_")]
        for code in CODES:
            assert documents[code, path].attributes(xpath) == source, (code, path)


def test_translations_have_the_links_of_their_source(documents: dict[tuple[str, str], BuiltPage]) -> None:
    for path in DOCUMENTS:
        source = [href for href in documents["en", path].attributes("//article//a/@href") if href.startswith("http")]
        for code in CODES:
            own = [href for href in documents[code, path].attributes("//article//a/@href") if href.startswith("http")]
            assert sorted(own) == sorted(source), (code, path)


KEPT = (
    "ExactTarget|Outlook|Google Analytics|Google Apps|YouTube|WordPress VIP|WordPress|Twitter|Facebook|Webtrends"
    "|Lyris|Squarespace|Martech Zone"
).split("|")


def test_front_matter_of_translations_holds_only_what_differs(texts: Publication, site: Site) -> None:
    for locale in site.translations:
        for path in DOCUMENTS:
            document = texts.document(locale, path)
            assert document
            assert {"title", "description", "translators"} <= set(document.meta)
            assert set(document.meta) <= {"title", "description", "translators", "picture_alt"}, (locale.code, path)
            assert ("picture_alt" in document.meta) == ("picture_alt" in texts.meta(site.source, path))


def test_names_are_kept_in_every_language(documents: dict[tuple[str, str], BuiltPage]) -> None:
    for code in CODES:
        text = documents[code, ARTICLE].html.xpath("string(//article)")
        assert [name for name in KEPT if name not in text] == [], code


def test_no_reference_leads_outside_but_links(pages: list[BuiltPage]) -> None:
    """Nothing is fetched from another host: no script, style, picture, font or frame."""
    for page in pages:
        fetched = page.attributes(
            "//script/@src | //img/@src | //iframe/@src | //link[@rel='stylesheet' or @rel='icon']/@href"
        )
        assert [url for url in fetched if "//" in url] == []
        styles = "".join(page.attributes("//style/text() | //@style"))
        assert re.findall(r"@import|url\((?!\"data:)[^)]*\)", styles) == []


def test_every_internal_reference_is_there(pages: list[BuiltPage], built: Path) -> None:
    ids = {page.url: set(page.attributes("//@id")) for page in pages}
    for page in pages:
        for href in page.attributes("//a/@href | //link/@href | //script/@src | //img/@src"):
            target = urljoin(ROOT_URL + page.url, href)
            if not target.startswith(ROOT_URL) or page.url.endswith("404.html"):
                continue
            name, _, anchor = target.removeprefix(ROOT_URL).partition("#")
            file = built / name / "index.html" if not name or name.endswith("/") else built / name
            assert file.is_file(), (page.url, href)
            assert not anchor or anchor in ids[name], (page.url, href)


def test_links_of_404_pages_work_at_any_depth(pages: list[BuiltPage], built: Path) -> None:
    lost = [page for page in pages if page.url.endswith("404.html")]
    assert len(lost) == 6
    for page in lost:
        for href in page.attributes("//a/@href | //link/@href | //script/@src"):
            if not href.startswith(("http", "#")):
                assert href.startswith("/"), (page.url, href)
                name = href.removeprefix("/")
                assert (built / name / "index.html").is_file() or (built / name).is_file(), href


def test_root_404_speaks_all_languages(pages: list[BuiltPage]) -> None:
    root = next(page for page in pages if page.url == "404.html")
    sections = root.html.xpath("//section[@data-lost]")
    assert [section.get("lang") for section in sections] == list(CODES)
    assert len({section.text_content() for section in sections}) == 6
    own = next(page for page in pages if page.url == "fr/404.html")
    assert not own.html.xpath("//section[@data-lost]")
    assert "n’existe pas" in own.html.xpath("string(//h1)")


def test_article_page_has_its_parts(
    documents: dict[tuple[str, str], BuiltPage], site: Site, texts: Publication
) -> None:
    for code in CODES:
        page = documents[code, ARTICLE]
        assert page.one("//p[@class='hx-category']/a/@href").endswith("category/content-marketing/")
        times = page.html.xpath("//ul[@class='hx-facts']//time")
        assert [time.get("datetime") for time in times] == ["2026-11-22", "2026-11-22"]
        assert {time.text for time in times} == {cldr.format_date(__import__("datetime").date(2026, 11, 22), code)}
        assert page.one("//section[@class='hx-author']/h2/a/text()") == "Douglas Karr"
        assert len(page.html.xpath("//section[@class='hx-related']//li")) == 2
        assert page.html.xpath("//a[@rel='prev']") and page.html.xpath("//a[@rel='next']")
        assert page.one("//aside[@class='hx-notice']/p/text()")
        alt = page.one("//img[@class='hx-picture']/@alt")
        assert alt == texts.meta(site.locale(code), ARTICLE)["picture_alt"]
        facts = page.html.xpath("string(//ul[@class='hx-facts'])")
        for translator in texts.meta(site.locale(code), ARTICLE).get("translators", []):
            assert translator in facts


def test_comment_form_is_disabled_and_says_so(documents: dict[tuple[str, str], BuiltPage]) -> None:
    sentences = set()
    for code in CODES:
        page = documents[code, ARTICLE]
        assert page.html.xpath("//section[@class='hx-comments']//fieldset[@disabled]")
        described = page.one("//fieldset/@aria-describedby")
        sentences.add(page.one(f"//*[@id='{described}']/text()"))
        assert page.one("//p[@class='hx-spam']/a/@href").endswith("comment-data/")
        named = {label.get("for") for label in page.html.xpath("//section[@class='hx-comments']//label")}
        fields = page.attributes(
            "//section[@class='hx-comments']//*[self::input[not(@type='hidden')] or self::textarea]/@id"
        )
        assert len(fields) == 6 and set(fields) == named
        autocomplete = page.attributes("//section[@class='hx-comments']//input[not(@type='hidden')]/@autocomplete")
        assert autocomplete == ["name", "email", "url", "off"]
    assert len(sentences) == 6


@pytest.mark.parametrize("code", CODES)
def test_every_rule_is_named_on_the_first_page_and_explained_on_another(pages: list[BuiltPage], code: str) -> None:
    home = "" if code == "en" else f"{code}/"
    by_url = {page.url: page for page in pages}
    first = by_url[f"{home}checks/"]
    assert first.attributes("//ul[@class='hx-rules']/li/@id") == sorted(RULES)
    for name, href in zip(sorted(RULES), first.attributes("//ul[@class='hx-rules']/li/a/@href"), strict=True):
        url, _, anchor = urljoin(f"{ROOT_URL}{first.url}", href).removeprefix(ROOT_URL).partition("#")
        assert anchor == name and by_url[url].one(f"//section[@class='hx-rule']/h2/@id[.='{name}']")


def test_every_page_has_one_title_and_one_heading(pages: list[BuiltPage]) -> None:
    for page in pages:
        assert page.one("//title/text()").strip()
        headings = page.html.xpath("//main//h1")
        assert len(headings) == (6 if page.url == "404.html" else 1), page.url


def test_no_english_is_left_in_the_interface(pages: list[BuiltPage], built: Path) -> None:
    """The words of the interface differ from English wherever the catalog translates them."""
    english = next(page for page in pages if page.url == "about/")
    labels = "//header//a/text() | //header//button//text() | //footer//a/text() | //nav/@aria-label | //nav//h2/text()"
    source = {text.strip() for text in english.attributes(labels)} - {"", "Hexapla"}
    names = {"English", "Français", "Deutsch", "Íslenska", "हिन्दी", "Kiswahili"}
    for page in pages:
        if page.locale != "en" and page.url.endswith("/about/"):
            shared = {text.strip() for text in page.attributes(labels)} & source - names
            assert shared <= {"Menu"}, (page.url, shared)  # the French word


@pytest.mark.parametrize("code", CODES)
def test_material_partial_is_complete(code: str) -> None:
    """Every key of Material's English words is there in each language, so that none falls back to English."""
    import importlib.util

    import jinja2

    spec = importlib.util.find_spec("material")
    assert spec and spec.submodule_search_locations
    theme = Path(spec.submodule_search_locations[0]) / "templates"
    env = jinja2.Environment(loader=jinja2.FileSystemLoader([ROOT / "overrides", theme]), autoescape=True)
    keys = set(re.findall(r'^\s+"([\w.]+)":', (theme / "partials/languages/en.html").read_text("utf-8"), re.MULTILINE))
    assert len(keys) > 50
    # Material itself leaves these out where English is right.
    optional = {"direction", "search.config.lang", "search.config.pipeline", "search.config.separator"}
    translate: Any = env.get_template(f"partials/languages/{code}.html").module.t  # type: ignore[attr-defined]
    missing = {key for key in keys - optional if not str(translate(key))}
    if code in {"is", "hi", "sw"}:
        assert missing == set()
    else:
        assert missing <= {"blog.authors"}  # the publication has no blog plugin
