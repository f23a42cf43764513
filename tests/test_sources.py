"""From a reference in a built page to the line to edit. All lines and columns are counted by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hexapla import addresses, build, pages, prechecks
from hexapla.pages import Page
from hexapla.sources import Sources
from hexapla.written import Spot

from tests.conftest import MakeSite

SETTINGS = """
site_name: Small
site_url: https://small.example/
copyright: >-
  Made by <a href="https://maker.example/">us</a>
theme:
  name: material
  font: false
  custom_dir: overrides
  logo: pictures/logo.svg
extra:
  social:
    - icon: fontawesome/brands/mastodon
      link: https://social.example/@small
extra_css:
  - styles/own.css
markdown_extensions:
  - attr_list
  - footnotes
  - md_in_html
  - tables
  - toc:
      permalink: true
validation:
  nav:
    omitted_files: ignore
    not_found: ignore
  links:
    not_found: ignore
    unrecognized_links: ignore
    absolute_links: ignore
plugins:
  - search
  - i18n:
      docs_structure: folder
      languages:
        - locale: en
          name: English
          default: true
        - locale: fr
          name: Français
        - locale: hi
          name: हिन्दी
  - hexapla:
      front_matter: [related_page]
      checks:
        missing-page: ignore
        missing-anchor: ignore
        duplicate-id: ignore
        malformed-url: ignore
        canonical: ignore
nav:
  - index.md
  - Links: links.md
  - Lost: lost.md
  - Gone: https://gone.example/
"""

LINKS = """\
# A [title](titled.md)

See [about](abuot.md#x) and [about](<abuot.md#x> "again").

![A picture](pictures/gone.png) [![Inner](pictures/inner.png)](outer.md)

By [reference][one], by [one], by [itself][] and <https://auto.example/a?b=c&d>.

- In a list: [item](item.md)

    Further: [item](item.md)

| One | Two |
| --- | --- |
| [a](cell.md) | [b](cell.md) |

## A [heading](heading.md)

A note[^1] and [twice](twice.md).

[^1]: In a note: [noted](noted.md) and [twice](twice.md).

Then [twice](twice.md), `[twice](twice.md)`.

    [twice](twice.md)

<!-- [twice](twice.md) -->

<a href="raw.html">raw</a> <img srcset="one.png 1x, two.png 2x" src='three.png' alt="">
<span style="background: url(style.png)">styled</span>

<video poster="poster.png"><source src="film.webm"></video>

[Asked](https://ask.example/?a=1&b=2) [again](https://ask.example/?a=1&amp;c=3).

[हिन्दी](hindi.md#परिचय) [same](hindi.md#%E0%A4%AA)

![Listed](listed.png){: srcset="wide.png 2x" }

[Paren](paren_(one).md) [Escaped](a\\_b.md)

[one]: defined.md
  "A title"
[itself]: <itself.md>
"""

TEXTS: dict[str, str] = {
    "docs/en/index.md": "# Home\n\n[Links](links.md) [Lost](links.md#lost)\n",
    "docs/fr/index.md": "# Accueil\n\n[Liens](links.md) [Perdu](links.md#lost)\n",
    "docs/en/links.md": LINKS,
    "docs/en/front.md": (
        "---\ntitle: Front\npicture: pictures/front.png\nrelated_page: 'nowhere.md'\n---\n# Front\n\nText.\n"
    ),
    "docs/en/part.md": "# Part\n\nOne [x](part-x.md).\n\n- Two [y](part-x.md).\n\n> Three [z](part-x.md).\n",
    "docs/en/ids.md": (
        "# Ids\n\n## One thing\n\n## One thing\n\n## Named {: #named }\n\nA paragraph.\n{: #named }\n\n"
        '<div id="named">raw</div>\n\n## With *marks* &amp; `code`\n'
    ),
    "docs/fr/ids.md": "# Ids\n\n## Une chose\n",
    "docs/fr/part.md": "# Partie\n\nUn [x](part-x.md).\n\n> Trois [z](part-x.md).\n",
    "docs/en/anchors.md": "# Anchors\n\n[a](ids.md#\u092a) [b](ids.md#%E0%A4%AA)\n\n[c](./ids.md#\u092a) ![d](pictures/front.png)\n",
    "docs/en/styles/own.css": "/* url(no.png) */\nbody { color: red; }\na { background: url('gone.svg'); }\n",
    "docs/en/pictures/logo.svg": '<svg xmlns="http://www.w3.org/2000/svg"/>',
    "docs/en/pictures/front.png": "no picture",
    "docs/en/raw.html": '<p>\n<a href="gone.html">x</a></p>\n',
    "overrides/main.html": (
        '{% extends "base.html" %}\n{% block announce %}\n'
        '<a {% if page %}class="x"{% endif %} href="{{ base_url }}/nope/">Nope</a>\n'
        '<a href="#pages">Pages</a> <a href="{{ \'papers/gone.pdf\' | url }}">Paper</a>\n'
        '<a href="{{ _("https://said.example/") }}">Said</a>\n'
        "{% endblock %}\n"
    ),
    "overrides/assets/extra.css": '@import "gone.css";\nb { background: url(a.png) }\ni { background: url(a.png) }\n',
    "locales/fr/LC_MESSAGES/site.po": (
        'msgid ""\nmsgstr ""\n"Language: fr\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'
        'msgid "https://said.example/"\nmsgstr "https://said.example/fr"\n\n'
        'msgid "Long"\nmsgstr ""\n"Un « <a href=\\"nul/\\">"\n"lien</a> »"\n'
    ),
}


class Small:
    """A built site, its sources, and what can be asked of them."""

    def __init__(self, config_file: Path, is_built: bool = True) -> None:
        self.folder = config_file.parent
        self.found = prechecks.read(str(config_file))
        self.root = self.found.site.site_dir
        if is_built:
            build.build(self.found)
        self.sources = Sources(self.root, addresses.Base.of(self.found.site.site_url), self.found)

    def page(self, path: str) -> Page:
        page = pages.read(self.root, path)
        assert page is not None
        return page

    def shown(self, spot: Spot) -> str:
        return f"{spot.path.relative_to(self.folder).as_posix()}:{spot.line}:{spot.column}"

    def of_use(self, path: str, text: str, kind: str = "") -> list[str]:
        page = self.page(path)
        chosen = [n for n, use in enumerate(page.uses) if use.text == text and use.kind.startswith(kind)]
        assert chosen, [(use.text, use.kind) for use in page.uses]
        return [self.shown(self.sources.of_use(page, number)) for number in chosen]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Small:
    """A site with a reference of every kind."""
    folder = tmp_path_factory.mktemp("sources")
    for name, text in (TEXTS | {"mkdocs.yml": SETTINGS, "docs/hi/index.md": "# घर\n"}).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return Small(folder / "mkdocs.yml")


# Documents


@pytest.mark.parametrize(
    ("text", "kind", "places"),
    [
        ("titled.md", "a href", ["1:13"]),  # in the title, which some themes put elsewhere
        ("abuot.md#x", "a href", ["3:13", "3:38"]),
        ("pictures/gone.png", "img src", ["5:14"]),
        ("pictures/inner.png", "img src", ["5:43"]),
        ("outer.md", "a href", ["5:64"]),
        ("defined.md", "a href", ["42:8", "42:8"]),
        ("itself.md", "a href", ["44:12"]),
        ("https://auto.example/a?b=c&d", "a href", ["7:51"]),
        ("item.md", "a href", ["9:21", "11:21"]),
        ("cell.md", "a href", ["15:7", "15:22"]),
        ("heading.md", "a href", ["17:16"]),
        ("noted.md", "a href", ["21:26"]),
        ("twice.md", "a href", ["19:24", "23:14", "21:48"]),  # footnotes come last; code and comments are no links
        ("raw.html", "a href", ["29:10"]),
        ("one.png", "img srcset", ["29:41"]),
        ("two.png", "img srcset", ["29:53"]),
        ("three.png", "img src", ["29:70"]),
        ("style.png", "css url", ["30:30"]),
        ("poster.png", "video poster", ["32:16"]),
        ("film.webm", "source src", ["32:41"]),
        ("https://ask.example/?a=1&b=2", "a href", ["34:9"]),
        ("https://ask.example/?a=1&c=3", "a href", ["34:47"]),
        ("hindi.md#परिचय", "a href", ["36:10"]),
        ("hindi.md#%E0%A4%AA", "a href", ["36:33"]),
        ("wide.png", "img srcset", ["38:33"]),
        ("paren_(one).md", "a href", ["40:9"]),
        ("a_b.md", "a href", ["40:35"]),
    ],
)
@pytest.mark.parametrize("path", ["links/index.html", "fr/links/index.html", "hi/links/index.html"])
def test_markdown(small: Small, path: str, text: str, kind: str, places: list[str]) -> None:
    """The source's page, and the pages that fall back to it, lead to its document."""
    found = small.of_use(path, text, kind)
    assert list(dict.fromkeys(found)) == list(dict.fromkeys(f"docs/en/links.md:{place}" for place in places))


def test_a_spot_is_all_of_the_address_and_nothing_else(small: Small) -> None:
    page = small.page("fr/links/index.html")
    number = next(n for n, use in enumerate(page.uses) if use.text == "a_b.md")
    spot = small.sources.of_use(page, number)
    assert (spot.line, spot.column, spot.end_line, spot.end_column) == (40, 35, 40, 42)
    assert LINKS[spot.start : spot.end] == spot.written == "a\\_b.md"
    assert (spot.locale, spot.document) == ("en", "links.md")


def test_addresses_that_mkdocs_has_rewritten(small: Small) -> None:
    page = "anchors/index.html"
    assert small.of_use(page, "../ids/#प", "a href") == ["docs/en/anchors.md:3:5", "docs/en/anchors.md:5:5"]
    assert small.of_use(page, "../ids/#%E0%A4%AA", "a href") == ["docs/en/anchors.md:3:19"]
    assert small.of_use(page, "../pictures/front.png", "img src") == ["docs/en/anchors.md:5:22"]
    assert small.of_use("fr/index.html", "links/", "a href")[-1] == "docs/fr/index.md:3:9"


def test_a_paragraph_that_is_not_translated_is_edited_in_the_source(small: Small) -> None:
    found = small.of_use("fr/part/index.html", "part-x.md")
    assert found == ["docs/fr/part.md:3:8", "docs/en/part.md:5:11", "docs/fr/part.md:5:13"]


def test_front_matter(small: Small) -> None:
    found = small.of_use("front/index.html", "https://small.example/pictures/front.png", "meta og:image")
    assert set(found) == {"docs/en/front.md:3:10"}
    assert set(small.of_use("fr/front/index.html", "https://small.example/pictures/front.png", "meta")) == set(found)


# The frame


def test_configuration(small: Small) -> None:
    page = "fr/ids/index.html"
    assert set(small.of_use(page, "https://maker.example/")) == {"mkdocs.yml:5:20"}
    assert set(small.of_use(page, "../../pictures/logo.svg")) == {"mkdocs.yml:10:9"}
    assert set(small.of_use(page, "https://social.example/@small")) == {"mkdocs.yml:14:13"}
    assert set(small.of_use(page, "../../styles/own.css")) == {"mkdocs.yml:16:5"}
    assert set(small.of_use(page, "../links/", "a href")) == {"mkdocs.yml:54:12"}
    assert set(small.of_use(page, "../../lost.md")) == {"mkdocs.yml:55:11"}
    assert set(small.of_use(page, "https://gone.example/")) == {"mkdocs.yml:56:11"}


def test_what_a_page_says_about_itself_is_no_entry_of_the_navigation(small: Small) -> None:
    for text, kind in (("https://small.example/", "link canonical"), ("https://small.example/", "meta og:url")):
        assert all(one.startswith("site/index.html:") for one in small.of_use("index.html", text, kind))
    assert small.of_use("sitemap-en.xml", "https://small.example/links/", "sitemap loc")[0].startswith(
        "site/sitemap-en"
    )


def test_templates_and_catalogs(small: Small) -> None:
    for path, up, nope in (
        ("ids/index.html", "../", "../nope/"),
        ("fr/ids/index.html", "../../", "../../nope/"),
        ("404.html", "/", "//nope/"),  # what base_url is there ends in a slash, which is a mistake to be told
    ):
        assert small.of_use(path, nope) == ["overrides/main.html:3:44"]
        assert small.of_use(path, "#pages") == ["overrides/main.html:4:10"]
        assert small.of_use(path, f"{up}papers/gone.pdf") == ["overrides/main.html:4:41"]
    assert small.of_use("ids/index.html", "https://said.example/") == ["overrides/main.html:5:16"]
    assert small.of_use("fr/ids/index.html", "https://said.example/fr") == ["locales/fr/LC_MESSAGES/site.po:7:9"]


def test_files_that_are_published_as_they_are(small: Small) -> None:
    assert small.of_use("styles/own.css", "gone.svg") == ["docs/en/styles/own.css:3:22"]
    assert small.of_use("assets/extra.css", "gone.css") == ["overrides/assets/extra.css:1:10"]
    assert small.of_use("assets/extra.css", "a.png") == [f"overrides/assets/extra.css:{line}:21" for line in (2, 3)]
    assert small.of_use("raw.html", "gone.html") == ["docs/en/raw.html:2:10"]
    assert small.shown(small.sources.of_page(small.page("raw.html"))) == "docs/en/raw.html:1:1"


def test_ids(small: Small) -> None:
    def places(path: str, identity: str) -> list[str]:
        page = small.page(path)
        return [small.shown(small.sources.of_id(page, identity, n)) for n in range(page.ids.count(identity))]

    assert places("ids/index.html", "named") == [f"docs/en/ids.md:{place}" for place in ("7:14", "10:5", "12:10")]
    assert places("ids/index.html", "one-thing") == ["docs/en/ids.md:3:4"]
    assert places("ids/index.html", "one-thing_1") == ["docs/en/ids.md:5:4"]
    assert places("ids/index.html", "with-marks-code") == ["docs/en/ids.md:14:4"]
    assert places("fr/ids/index.html", "une-chose") == ["docs/fr/ids.md:3:4"]
    assert places("fr/ids/index.html", "named")[0] == "docs/en/ids.md:7:14"
    assert places("links/index.html", "a-heading") == ["docs/en/links.md:17:4"]


def test_pages(small: Small) -> None:
    for path, place in (
        ("links/index.html", "docs/en/links.md:1:1"),
        ("fr/links/index.html", "docs/en/links.md:1:1"),
        ("fr/ids/index.html", "docs/fr/ids.md:1:1"),
        ("sitemap.xml", "site/sitemap.xml:1:1"),
    ):
        assert small.shown(small.sources.of_page(small.page(path))) == place
    spot = small.sources.of_page(small.page("fr/404.html"))
    assert (spot.path.parts[-2:], spot.line, spot.column) == (("templates", "404.html"), 1, 1)


# Sites that were not built here


NO_HINDI = SETTINGS.replace("        - locale: hi\n          name: हिन्दी\n", "")


def by_hand(config_file: Path, built: Mapping[str, str]) -> Small:
    """Write built pages beside sources that are never built."""
    for name, text in built.items():
        path = config_file.parent / "site" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return Small(config_file, is_built=False)


def main(*lines: str) -> str:
    return "<!doctype html><html><body><main>\n" + "\n".join(lines) + "\n</main></body></html>\n"


def test_front_matter_of_other_templates(make_site: MakeSite) -> None:
    texts = {
        "docs/en/front.md": '---\ntitle: Front\nrelated:\n  - "index.md"\ncanonical: https://else.example/x\n---\n# Front\n',
    }
    html = '<link rel="canonical" href="https://else.example/x">' + main('<a href="../">x</a>', "<article>y</article>")
    config_file = make_site(texts, NO_HINDI.replace("[related_page]", "[canonical]"))
    site = by_hand(config_file, {"front/index.html": html})
    assert site.of_use("front/index.html", "https://else.example/x") == ["docs/en/front.md:5:12"]
    assert site.of_use("front/index.html", "../") == ["docs/en/front.md:4:6"]


def test_a_link_inside_of_a_translated_sentence(make_site: MakeSite) -> None:
    name = "locales/fr/LC_MESSAGES/site.po"
    html = main('Un « <a href="nul/">lien</a> »')
    site = by_hand(make_site({name: TEXTS[name]}), {"fr/seul.html": html, "seul.html": html})
    assert site.of_use("fr/seul.html", "nul/") == [f"{name}:11:17"]
    assert site.of_use("seul.html", "nul/") == ["site/seul.html:2:15"]


def test_templates_of_generated_pages(make_site: MakeSite) -> None:
    pages_of = ("category/news", "fr/comments/thanks", "status", "checks")
    built = {f"{path}/index.html": main('<a href="x/">x</a>') for path in pages_of}
    site = by_hand(make_site({"overrides/hexapla/status.html": "<p>"}, NO_HINDI), built)
    found = [site.sources.of_page(site.page(path)).path.as_posix() for path in built]
    names = (
        "templates/hexapla/category.html",
        "templates/hexapla/thanks.html",
        "site-source/overrides/hexapla/status.html",
    )
    for path, name in zip(found, (*names, "templates/hexapla/checks.html"), strict=True):
        assert path.endswith(name)


def test_a_page_that_its_locale_does_not_publish_is_the_sources(make_site: MakeSite) -> None:
    texts = {"docs/en/x.md": "# X\n\nSome words.\n\n[x](y.md)\n", "docs/fr/x.md": "# X\n\n[x](y.md)\n"}
    own, source = (f'<link rel="canonical" href="https://small.example/{code}x/">' for code in ("fr/", ""))
    shown = main('<a href="y.md">x</a>')
    site = by_hand(make_site(texts), {"fr/x/index.html": own + shown})
    assert site.of_use("fr/x/index.html", "y.md") == ["docs/fr/x.md:3:5"]
    site = by_hand(make_site(texts), {"fr/x/index.html": source + shown})
    assert site.of_use("fr/x/index.html", "y.md") == ["docs/en/x.md:5:5"]


def test_line_ends_and_what_stands_before_the_text(make_site: MakeSite) -> None:
    texts = {"docs/en/x.md": "---\r\ntitle: X\r\n---\r\n# X\r\n\r\n[x](y.md) `a\r\nb` [z][z]\r\n\r\n[z]: w.md\r\n"}
    site = by_hand(make_site(texts), {"x/index.html": main('<a href="y.md">x</a> <a href="w.md">z</a>')})
    assert site.of_use("x/index.html", "y.md") == ["docs/en/x.md:6:5"]
    assert site.of_use("x/index.html", "w.md") == ["docs/en/x.md:9:6"]


def test_links_of_the_frame_are_not_counted(make_site: MakeSite) -> None:
    texts = {"docs/en/x.md": "# X\n\n[a](index.md)\n\n[b](index.md)\n"}
    link = '<a href="../">x</a>'
    html = main(f"<nav>{link}{link}</nav>", f"<article>{link}", f"{link}</article>", f"<p>{link}</p>")
    site = by_hand(make_site(texts), {"x/index.html": html})
    found = site.of_use("x/index.html", "../")
    assert found[2:4] == ["docs/en/x.md:3:5", "docs/en/x.md:5:5"]


def test_addresses_of_the_page_at_its_host(make_site: MakeSite) -> None:
    configuration = NO_HINDI.replace(
        "copyright", "repo_url: https://code.example/x\nedit_uri: 'edit/main/docs/'\ncopyright"
    )
    html = main('<a href="https://code.example/x/edit/main/docs/en/x.md">x</a> <a href="https://code.example/x">y</a>')
    site = by_hand(make_site({"docs/en/x.md": "# X\n"}, configuration), {"x/index.html": html})
    assert site.of_use("x/index.html", "https://code.example/x/edit/main/docs/en/x.md") == ["mkdocs.yml:5:12"]
    assert site.of_use("x/index.html", "https://code.example/x") == ["mkdocs.yml:4:11"]


def test_the_same_element_of_a_template_is_preferred(make_site: MakeSite) -> None:
    texts = {"overrides/parts.html": '<area href="#same">\n<a href="#same">x</a>\n<map id="same"></map>\n'}
    site = by_hand(make_site(texts, NO_HINDI), {"lone.html": '<a href="#same">x</a><map id=same></map>'})
    assert site.of_use("lone.html", "#same") == ["overrides/parts.html:2:10"]
    assert site.shown(site.sources.of_id(site.page("lone.html"), "same")) == "overrides/parts.html:3:10"


def test_an_inherited_configuration(make_site: MakeSite) -> None:
    texts = {"base/common.yml": "extra:\n  link: https://inherited.example/\n"}
    html = main('<a href="https://inherited.example/">x</a>')
    site = by_hand(make_site(texts, "INHERIT: base/common.yml\n" + NO_HINDI), {"index.html": html})
    assert site.of_use("index.html", "https://inherited.example/") == ["base/common.yml:2:9"]


def test_a_page_with_a_base(make_site: MakeSite) -> None:
    html = '<base href="/y/">' + main('<article><a href="../z/#a">x</a></article>')
    texts = {"docs/en/x.md": "# X\n\n[z](z.md#a)\n", "docs/en/z.md": "# Z\n"}
    site = by_hand(make_site(texts), {"deep/x/index.html": html, "x/index.html": html})
    assert site.of_use("x/index.html", "../z/#a") == ["docs/en/x.md:3:5"]


def test_addresses_without_marks_count_where_an_extension_links_them(make_site: MakeSite) -> None:
    texts = {"docs/en/x.md": "# X\n\nSee https://a.example/b, and [b](https://b.example/) or https://b.example/.\n"}
    html = main('<article><a href="https://a.example/b">x</a> <a href="https://b.example/">y</a></article>')
    site = by_hand(make_site(texts), {"x/index.html": html})
    assert site.of_use("x/index.html", "https://a.example/b") == ["docs/en/x.md:3:5"]
    assert site.of_use("x/index.html", "https://b.example/") == ["docs/en/x.md:3:34"]


def test_without_directory_urls(make_site: MakeSite) -> None:
    texts = {"docs/en/x.md": "# X\n\n[z](sub/z.md#a) [home](index.md)\n", "docs/en/sub/z.md": "# Z\n\n[x](../x.md)\n"}
    x = main('<article><a href="sub/z.html#a">z</a> <a href="index.html">home</a></article>')
    z = main('<article><a href="../x.html">z</a></article>')
    site = by_hand(make_site(texts, "use_directory_urls: false\n" + NO_HINDI), {"x.html": x, "fr/sub/z.html": z})
    assert site.of_use("x.html", "sub/z.html#a") == ["docs/en/x.md:3:5"]
    assert site.of_use("x.html", "index.html") == ["docs/en/x.md:3:24"]
    assert site.of_use("fr/sub/z.html", "../x.html") == ["docs/en/sub/z.md:3:5"]


# Folders of HTML


@pytest.fixture
def plain(tmp_path: Path) -> Callable[..., list[str]]:
    """Give the places of what a file uses, without any sources."""

    def places(text: str | bytes, name: str = "a.html") -> list[str]:
        (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        page = pages.read(tmp_path, name)
        assert page is not None
        sources = Sources(tmp_path, addresses.Base.of(""), None)
        found = (sources.of_use(page, number) for number in range(len(page.uses)))
        return [f"{spot.written} {spot.line}:{spot.column}" for spot in found]

    return places


def test_html_without_sources(plain: Callable[..., list[str]]) -> None:
    html = (
        "<!doctype html>\r\n<!-- <a href=x> -->\r\n<script>'<a href=x>'</script><a href=x>1</a>\r\n"
        "<A HREF = 'x'>2</A><a class=\"y\" href=\"a?b&amp;c&copy=1\"></a><img src=x alt='<a href=x>'>\r\n"
        '<a\r\n href="">e</a><div style="background:url(&quot;q&quot;)"></div>'
        '<img srcset="x 1x, data:image/png;base64,ab 2x,z">'
    )
    assert plain(html) == [
        "x 3:38",
        "x 4:12",
        "a?b&amp;c&copy=1 4:39",
        "x 4:70",
        " 6:8",
        "&quot;q&quot; 6:42",
        "x 6:77",
        "data:image/png;base64,ab 6:83",
        "z 6:111",
    ]


def test_other_files_without_sources(plain: Callable[..., list[str]]) -> None:
    sitemap = (
        "<urlset>\n<url><loc>https://a.example/</loc></url>\n<url><loc>https://a.example/b?c&amp;d</loc></url></urlset>"
    )
    assert plain(sitemap, "sitemap.xml") == ["https://a.example/ 2:11", "https://a.example/b?c&amp;d 3:11"]
    assert plain("/* url(x) */ a{b:url( 'x' )}\n@import 'x';", "a.css") == ["x 1:24", "x 2:10"]
    assert plain('{"start_url": "/",\n "icons": [{"src": "a\\/b.png"}]}', "manifest.json") == [
        "/ 1:16",
        "a\\/b.png 2:21",
    ]
    assert plain("User-agent: *\nSitemap: /s.xml", "robots.txt") == ["/s.xml 2:10"]
    svg = '<svg xmlns="http://www.w3.org/2000/svg">\n<use xlink:href="#x"/><a href="#x"/></svg>'
    assert sorted(plain(svg, "a.svg")) == ["#x 2:18", "#x 2:32"]
    json_ld = '<script type="application/ld+json">\n{"url": "https:\\/\\/a.example#me"}</script>'
    assert plain(json_ld) == ["https:\\/\\/a.example#me 2:10"]


def test_ids_without_sources(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text('<p id=x>\n<a name="x" id="x">\n<a name="x">\n<p data-id="x">', encoding="utf-8")
    page = pages.read(tmp_path, "a.html")
    assert page is not None
    sources = Sources(tmp_path, addresses.Base.of(""), None)
    spots = [sources.of_id(page, "x", number) for number in range(3)]
    assert [(spot.line, spot.column, spot.written) for spot in spots] == [(1, 7, "x"), (2, 17, "x"), (3, 10, "x")]
    spot = sources.of_id(page, "y")
    assert (spot.path, spot.line, spot.column) == (tmp_path / "a.html", 1, 1)


@pytest.mark.parametrize(
    "html",
    [
        "<a href=x",
        "<a href='x",
        '<a = "> <a href=x>',
        "<a href=x>\0<a href='\0'>",
        "<!-- <a href=x>",
        "<style>a{b:url(x",
        '<script type=application/ld+json>{"url": "https://a.example',
        "<meta http-equiv=refresh content='0;url=x'><a href=&#x>",
        "<a href='&#1114112;&#xd800;'>",
        "<base href=http://[><a href='http://['>",
        "\ufeff<a href=x>",
    ],
)
def test_nothing_is_raised_for_broken_html(make_site: MakeSite, html: str) -> None:
    site = by_hand(make_site({}), {"index.html": html, "a.html": html, "fr/x/index.html": html})
    for name in ("index.html", "a.html", "fr/x/index.html"):
        page = site.page(name)
        for sources in (site.sources, Sources(site.root, addresses.Base.of(""), None)):
            for number in range(len(page.uses)):
                assert sources.of_use(page, number).line >= 1
            assert sources.of_id(page, "x").line >= 1
            assert sources.of_page(page).line == 1


def test_files_that_vanish_or_are_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.html"
    file.write_text('<p>\n<a href="x">', encoding="utf-8")
    page = pages.read(tmp_path, "a.html")
    assert page is not None
    for harm in (lambda: monkeypatch.setattr(pages, "LARGEST", 5), file.unlink, file.mkdir):
        harm()
        spot = Sources(tmp_path, addresses.Base.of(""), None).of_use(page, 0)
        assert (spot.path, spot.line, spot.column) == (file, 1, 1)


def test_a_character_set_that_is_declared(plain: Callable[..., list[str]]) -> None:
    html = '<meta charset="latin1"><p>é</p><a href="é">'
    assert plain(html.encode("latin1")) == ["é 1:41"]
    assert plain(html.replace("latin1", "utf-16").encode("utf-16")) == ["é 1:41"]
