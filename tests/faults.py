"""A site that is made, not built, and a table of faults to plant in it: what is wrong, where, and what must be told.

The clean site has everything that a check of links reads. A fault stands on a line of its own, or changes one line;
where it must be told follows from where it was planted. tests/test_links.py compares that with what is found.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import cycle
from pathlib import Path
from urllib.parse import quote

HOST = "https://site.example"
FOLDERS = {"en": "", "fr": "fr/", "de": "de/", "hi": "hi/"}
"""The folder of each language; the source's is the root."""

DOCUMENTS = (
    *("", "about/", "prices/", "contact/", "guide/", "guide/first/", "guide/second/", "blog/", "blog/one/"),
    *("blog/two/", "café/", "two words.html", "help.html", "team/", "terms/"),
)
IN_HINDI = frozenset({"", "about/", "prices/", "guide/", "guide/first/"})
FALLBACK = ("de", "terms/")
"""A page that shows the text of the source."""

ANCHOR = "मूल्य"
WORDS = {
    "en": "Two desks by the window",
    "fr": "Deux bureaux près de la fenêtre",
    "de": "Zwei Tische am Fenster",
    "hi": "खिड़की के पास दो मेज़ें",
}
PIXEL = bytes.fromhex("89504e470d0a1a0a")
LIMIT = 1_000_000

Places = Counter[tuple[str, int, str]]
"""What is told: file, line and rule, and how often."""


def file_of(path: str) -> str:
    """Give the file that a host serves for a path."""
    return path + "index.html" if not path or path.endswith("/") else path


def is_there(language: str, document: str) -> bool:
    """Whether a language has a version of a document, fallbacks included. Those not in DOCUMENTS are everywhere."""
    return language != "hi" or document not in DOCUMENTS or document in IN_HINDI


@dataclass
class Maker:
    """Makes the site: published below `root`, with `further` documents, those of them `listed` in a sitemap; `regions`
    are the languages as pages name them."""

    root: str = "/"
    further: Sequence[str] = ()
    listed: Sequence[str] = ()
    regions: Mapping[str, str] = field(default_factory=dict)

    def whole(self, language: str, document: str) -> str:
        """Give the whole address of a version of a document."""
        return HOST + quote(self.root + FOLDERS[language] + document)

    def alternates(self, document: str) -> list[tuple[str, str]]:
        """Give the alternates that every version of a document names: hreflang and address."""
        names = [one for one in FOLDERS if is_there(one, document) and (one, document) != FALLBACK]
        return [(one, self.whole(one, document)) for one in names] + [("x-default", self.whole("en", document))]

    def page(self, language: str, document: str, is_linked: bool = True) -> str:
        """Make a page; lines `<!-- head -->` and the like say where faults go."""
        up = "../" * document.count("/")
        above = "../" * (FOLDERS[language] + document).count("/")
        is_fallback = (language, document) == FALLBACK
        canonical = self.whole("en" if is_fallback else language, document)
        named = self.alternates(document) if is_linked and not is_fallback else []
        own = [one for one in DOCUMENTS if is_there(language, one)]
        menu = [f'<li><a href="{up}{quote(one) or "./"}">{one or "home"}</a></li>' for one in own]
        menu[0] = f'<li><a href="{up or "./"}">home</a></li>'
        switcher = [
            f'<li><a rel="alternate" hreflang="{self.regions.get(one, one)}" '
            f'href="{self.root}{folder}{quote(document) if one == language or (is_linked and is_there(one, document)) else ""}">'
            f"{one}</a></li>"
            for one, folder in FOLDERS.items()
        ]
        further = self.further if not document else ()
        lines = [
            "<!doctype html>",
            f'<html lang="{self.regions.get(language, language)}">',
            "<head>",
            '<meta charset="utf-8">',
            f"<title>{document or 'home'}</title>",
            f'<link rel="canonical" href="{canonical}">',
            *(f'<link rel="alternate" hreflang="{one}" href="{address}">' for one, address in named),
            f'<link rel="alternate" type="application/atom+xml" href="{self.root}feed.atom">',
            f'<link rel="stylesheet" href="{above}assets/style.css?v=1">',
            f'<link rel="icon" href="{above}assets/icon.png">',
            f'<link rel="preload" as="image" href="{above}assets/desk.png" imagesrcset="{above}assets/desk.png 1x">',
            f'<link rel="manifest" href="{self.root}site.webmanifest">',
            '<link rel="preconnect" href="https://fonts.example">',
            f'<link rel="prev" href="{up}about/">',
            f'<link rel="next" href="{up}prices/">',
            f'<meta property="og:image" content="{HOST}{self.root}assets/desk.png">',
            f'<meta name="twitter:image" content="{HOST}{self.root}assets/desk.png">',
            '<script type="application/ld+json">',
            f'{{"@context": "https://schema.org", "@type": "WebPage", "url": "{canonical}", "@id": "{canonical}#it"}}',
            "</script>",
            f'<style>@import "{above}assets/print.css"; h1 {{ background: url("{above}assets/desk.png") }}</style>',
            "<!-- head -->",
            "</head>",
            "<body>",
            "<header>",
            "<nav>",
            "<ul>",
            *menu,
            "</ul>",
            "</nav>",
            "<nav>",
            *switcher,
            "<!-- nav -->",
            "</nav>",
            "</header>",
            f'<nav aria-label="breadcrumbs"><a href="{up or "./"}">home</a> <a href="">here</a></nav>'.replace(
                'href=""', f'href="{quote(document.rpartition("/")[2]) or "./"}"'
            ),
            "<main>",
            '<h1 id="heading">A heading</h1>',
            f'<h2 id="{ANCHOR}">Prices</h2>',
            '<h2 id="second">A second heading</h2>',
            f"<p>{WORDS['en' if is_fallback else language]}, &amp; more.</p>",
            f'<p><a href="#{ANCHOR}">plain</a> <a href="#{quote(ANCHOR)}">escaped</a> <a href="#top">top</a></p>',
            f'<p><a href="{up}guide/#{ANCHOR}">plain</a> <a href="{up}guide/#{quote(ANCHOR)}">escaped</a></p>',
            f'<p><a href="{up}about/#:~:text={quote(WORDS[language])}">words</a></p>',
            f'<p><a href="{up}about/#second:~:text={quote(WORDS[language][:3].upper())},-{quote(WORDS[language][-3:])}">ends</a></p>',
            f'<p><a href="{self.root}shop">sent on</a> <a href="{self.root}old/" hreflang="en">moved</a></p>',
            f'<p><a href="{self.root}blog/?page=2#second" lang="en">in English</a></p>',
            '<p><a href="https://secure.example/a?b=c&amp;d=e#f">there</a> <a href="http://plain.example/">old</a></p>',
            '<p><a href="mailto:us@site.example?subject=x">write</a> <a href="tel:+3545550100">call</a></p>',
            f'<img src="{above}assets/desk.png" srcset="{above}assets/desk.png 1x, {above}assets/desk.png?2 2x" alt="">',
            '<img src="data:image/png;base64,iVBORw0KGgo=" alt="">',
            f'<picture><source srcset="{above}assets/desk.png"><img src="{above}assets/desk.png" alt=""></picture>',
            f'<video src="{above}assets/film.mp4" poster="{above}assets/desk.png"><track src="{above}assets/film.vtt"></video>',
            f'<audio src="{above}assets/film.mp4"></audio>',
            f'<object data="{above}assets/paper.pdf#page=2"></object>',
            f'<iframe src="{above}assets/frame.html" title="x"></iframe>',
            f'<svg><use href="{above}assets/sprite.svg#pen"/><use xlink:href="#own"/><symbol id="own"/></svg>',
            f'<svg><image href="{above}assets/desk.png"/></svg>',
            f'<form action="{self.root}search/"><button formaction="{up}about/">go</button></form>',
            f'<blockquote cite="{up}about/">quoted</blockquote>',
            f'<a href="{up}about/" ping="{self.root}ping">counted</a>',
            f"<p style=\"background: url('{above}assets/desk.png')\">styled</p>",
            f'<map name="m"><area href="{up}prices/" alt=""></map>',
            *(
                [f'<p><a href="{up}terms/" hreflang="en">not translated yet</a></p>']
                if language == "de"
                else [f'<p><a href="{self.root}terms/">no such page in Hindi</a></p>']
                if language == "hi"
                else []
            ),
            *(
                [f'<p><a href="{up}सेवा/#दाम">one</a> <a href="{up}{quote("सेवा/")}#{quote("दाम")}">two</a></p>']
                if language == "hi"
                else []
            ),
            *(f'<p><a href="{one}">further</a></p>' for one in further),
            "<!-- main -->",
            "</main>",
            "<footer>",
            "<!-- foot -->",
            "</footer>",
            "</body>",
            "</html>",
        ]
        return "\n".join(lines) + "\n"

    def files(self) -> dict[str, bytes]:
        """Make all files of the site, by their paths."""
        texts = {
            file_of(folder + document): self.page(language, document)
            for language, folder in FOLDERS.items()
            for document in (*DOCUMENTS, *self.further)
            if is_there(language, document)
        }
        hindi = self.page("hi", "सेवा/", is_linked=False)
        texts["hi/सेवा/index.html"] = hindi.replace('id="second"', 'id="दाम"')
        texts |= self._further_pages() | self._assets() | self._lists()
        files = {path: text.encode() for path, text in texts.items()}
        files |= {f"assets/{name}": PIXEL for name in ("icon.png", "desk.png", "film.mp4", "film.vtt", "paper.pdf")}
        files["assets/huge.png"] = bytes(LIMIT + 1)
        files["sitemap-others.xml.gz"] = gzip.compress(self._sitemap(("fr", "de", "hi"), DOCUMENTS).encode(), mtime=0)
        return files

    def _further_pages(self) -> dict[str, str]:
        """Make the pages that are none of a document."""
        bare = f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n%s<main>\n<a href="{self.root}">home</a>\n</main>\n'
        return {
            "404.html": bare % "",
            "thanks/index.html": bare % '<meta name="robots" content="noindex">\n',
            "search/index.html": bare % '<meta name="robots" content="noindex">\n',
            "assets/frame.html": bare % '<meta name="robots" content="noindex">\n',
            "old/index.html": bare % f'<meta http-equiv="refresh" content="0; url={self.root}about/">\n',
        }

    def _assets(self) -> dict[str, str]:
        manifest = {
            "name": "Site",
            "start_url": "./?from=home",
            "scope": "./",
            "icons": [{"src": "assets/icon.png", "sizes": "64x64"}, {"src": "MARK"}],
            "shortcuts": [{"name": "us", "url": "about/"}],
        }
        return {
            "assets/style.css": '@import "print.css";\n@import url(print.css) screen;\n/* url(no-such.png) */\n'
            "h1 { background: url(desk.png) }\nh2 { background: url('../assets/desk.png') }\n"
            "h3 { filter: url(#blur); background: url(data:image/png;base64,iVBORw0KGgo=) }\n/* css */\n",
            "assets/print.css": "h1 { color: black }\n",
            "assets/sprite.svg": '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">\n'
            '<symbol id="pen"><path d="M0 0"/></symbol>\n<use href="#pen"/>\n<image xlink:href="desk.png"/>\n<!-- svg -->\n</svg>\n',
            "site.webmanifest": json.dumps(manifest, indent=1)
            .replace('{\n   "src": "MARK"\n  }', "/* icons */")
            .replace("},\n  /* icons */", "}\n/* icons */"),
            "robots.txt": f"User-agent: *\nDisallow:\n# robots\nSitemap: {HOST}{self.root}sitemap.xml\n",
            "_redirects": "# redirects\n%sshop %sprices/ 301\n%snews/* %sblog/\n%sday/:day /:day 302\n"
            % ((self.root,) * 5),
            "_headers": f"# headers\n{self.root}about/\n  X-Frame-Options: DENY\n{self.root}assets/*\n  Cache-Control: public\n",
            "ping": "",
        }

    def _lists(self) -> dict[str, str]:
        """Make sitemaps, feeds and search indexes."""
        here = HOST + self.root
        texts = {
            "sitemap.xml": '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
            f"<sitemap><loc>{here}sitemap-en.xml</loc></sitemap>\n<sitemap><loc>{here}sitemap-others.xml.gz</loc></sitemap>\n"
            "<!-- index -->\n</sitemapindex>\n",
            "sitemap-en.xml": self._sitemap(("en",), DOCUMENTS),
            "sitemap-further.xml": self._sitemap(tuple(FOLDERS), self.listed),
            "feed.atom": '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
            f'<id>{here}</id>\n<title>News</title>\n<link href="{here}"/>\n<link rel="self" href="{here}feed.atom"/>\n'
            f'<entry>\n<id>{here}blog/one/</id>\n<link href="{here}blog/one/"/>\n<link rel="enclosure" href="assets/film.mp4"/>\n'
            '<content type="html">&lt;p>&lt;a href="about/">us&lt;/a> &lt;img src="assets/desk.png">&lt;/p></content>\n'
            "</entry>\n<!-- atom -->\n</feed>\n",
            "feed.rss": '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0">\n<channel>\n<title>News</title>\n'
            f"<link>{here}</link>\n<item>\n<link>{here}blog/two/</link>\n<guid>{here}blog/two/</guid>\n"
            f'<enclosure url="{here}assets/film.mp4"/>\n<description><![CDATA[<a href="{here}about/">us</a>]]></description>\n'
            '</item>\n<item><guid isPermaLink="false">number 7</guid></item>\n<!-- rss -->\n</channel>\n</rss>\n',
        }
        for language, folder in FOLDERS.items():
            places = [
                "",
                *(quote(one) + part for one in DOCUMENTS if is_there(language, one) for part in ("", "#second") if one),
            ]
            rows = ",\n".join(json.dumps({"location": one, "title": "x"}) for one in places)
            texts[f"{folder}search/search_index.json"] = f'{{"docs": [\n{rows}\n/* docs */\n]}}\n'
        return texts

    def _sitemap(self, languages: Iterable[str], documents: Iterable[str]) -> str:
        rows = []
        for language, document in ((one, two) for one in languages for two in documents):
            if is_there(language, document) and (language, document) != FALLBACK:
                rows += ["<url>", f"<loc>{self.whole(language, document)}</loc>"]
                rows += [
                    f'<xhtml:link rel="alternate" hreflang="{one}" href="{address}"/>'
                    for one, address in self.alternates(document)
                ]
                rows.append("</url>")
        names = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml"'
        return "\n".join(['<?xml version="1.0"?>', f"<urlset {names}>", *rows, "<!-- sitemap -->", "</urlset>", ""])


# Faults in one reference, wherever it stands


@dataclass(frozen=True)
class Use:
    """A way to refer to something: what it is, the slot or the file that it can be planted in, and the line that does
    it, with `{t}` for the address. `lacks` are the kinds of targets that it cannot have."""

    kind: str
    where: str
    line: str
    is_resource: bool = False
    may_be_whole: bool = False
    lacks: str = ""


@dataclass(frozen=True)
class Target:
    """An address that is wrong, and the rules that must say so: of what it is, and of how it is written."""

    kind: str
    address: str
    rule: str


USES = (
    Use("a href", "main", '<a href="{t}">x</a>'),
    Use("a href in the navigation", "nav", '<a href="{t}">x</a>'),
    Use("a href in the footer", "foot", '<a href="{t}">x</a>'),
    Use("a href, quoted otherwise", "main", "<A HREF='{t}'>x</A>"),
    Use("area href", "main", '<map><area href="{t}" alt=""></map>'),
    Use("svg a href", "main", '<svg><a href="{t}"><path d=""/></a></svg>'),
    Use("svg a xlink:href", "main", '<svg><a xlink:href="{t}"><path d=""/></a></svg>'),
    Use("svg use", "main", '<svg><use href="{t}"/></svg>', is_resource=True),
    Use("svg use xlink", "main", '<svg><use xlink:href="{t}"/></svg>', is_resource=True),
    Use("svg image", "main", '<svg><image href="{t}"/></svg>', is_resource=True),
    Use("svg filter", "main", '<svg><feImage href="{t}"/></svg>', is_resource=True),
    Use("img src", "main", '<img src="{t}" alt="">', is_resource=True),
    Use("img srcset", "main", '<img srcset="{t} 2x" alt="">', is_resource=True, lacks="empty space"),
    Use("source srcset", "main", '<picture><source srcset="data:image/gif;base64,AAAA 1x, {t} 300w"></picture>', True, lacks="empty space"),
    Use("source src", "main", '<video><source src="{t}"></video>', is_resource=True),
    Use("video src", "main", '<video src="{t}"></video>', is_resource=True),
    Use("video poster", "main", '<video poster="{t}"></video>', is_resource=True),
    Use("audio src", "main", '<audio src="{t}"></audio>', is_resource=True),
    Use("track src", "main", '<video><track src="{t}"></video>', is_resource=True),
    Use("iframe src", "main", '<iframe src="{t}"></iframe>', is_resource=True),
    Use("embed src", "main", '<embed src="{t}">', is_resource=True),
    Use("object data", "main", '<object data="{t}"></object>', is_resource=True),
    Use("input src", "main", '<input type="image" src="{t}">', is_resource=True),
    Use("script src", "main", '<script src="{t}"></script>', is_resource=True),
    Use("form action", "main", '<form action="{t}"></form>', may_be_whole=True),
    Use("button formaction", "main", '<button formaction="{t}">x</button>', may_be_whole=True),
    Use("input formaction", "main", '<input formaction="{t}">', may_be_whole=True),
    Use("blockquote cite", "main", '<blockquote cite="{t}">x</blockquote>'),
    Use("q cite", "main", '<q cite="{t}">x</q>'),
    Use("ins cite", "main", '<ins cite="{t}">x</ins>'),
    Use("del cite", "main", '<del cite="{t}">x</del>'),
    Use("a ping", "main", '<a ping="{t}">x</a>', lacks="empty space"),
    Use("img longdesc", "main", '<img longdesc="{t}" alt="">'),
    Use("td background", "main", '<table><td background="{t}"></td></table>'),
    Use("style attribute", "main", "<p style=\"background: url('{t}')\">x</p>", is_resource=True, lacks="backslash"),
    Use("style element", "head", '<style>p { background: URL( "{t}" ) }</style>', is_resource=True, lacks="control backslash"),
    Use("style element, import", "head", '<style>@import "{t}";</style>', is_resource=True, lacks="control backslash"),
    Use("link stylesheet", "head", '<link rel="stylesheet" href="{t}">', is_resource=True),
    Use("link alternate stylesheet", "head", '<link rel="preload stylesheet" href="{t}">', is_resource=True),
    Use("link icon", "head", '<link rel="shortcut icon" href="{t}">', is_resource=True),
    Use("link apple-touch-icon", "head", '<link rel="apple-touch-icon" href="{t}">', is_resource=True),
    Use("link preload", "head", '<link rel="preload" as="font" href="{t}">', is_resource=True),
    Use("link modulepreload", "head", '<link rel="modulepreload" href="{t}">', is_resource=True),
    Use("link imagesrcset", "head", '<link rel="preload" href="data:," imagesrcset="{t} 1x">', True, lacks="empty space"),
    Use("link manifest", "head", '<link rel="manifest" href="{t}">', is_resource=True),
    Use("link prev", "head", '<link rel="prev" href="{t}">', may_be_whole=True),
    Use("link next", "head", '<link rel="next" href="{t}">', may_be_whole=True),
    Use("link author", "head", '<link rel="author" href="{t}">', may_be_whole=True),
    Use("link license", "head", '<link rel="license" href="{t}">', may_be_whole=True),
    Use("link search", "head", '<link rel="search" href="{t}">', may_be_whole=True),
    Use("link feed", "head", '<link rel="alternate" type="application/rss+xml" href="{t}">', may_be_whole=True),
    Use("meta refresh", "head", '<meta http-equiv="refresh" content="9; url={t}">', may_be_whole=True, lacks="empty"),
    Use("og:image", "head", '<meta property="og:image" content="{t}">', may_be_whole=True),
    Use("og:image:secure_url", "head", '<meta property="og:image:secure_url" content="{t}">', may_be_whole=True),
    Use("og:url", "head", '<meta property="og:url" content="{t}">', may_be_whole=True),
    Use("og:video", "head", '<meta property="og:video" content="{t}">', may_be_whole=True),
    Use("twitter:image", "head", '<meta name="twitter:image" content="{t}">', may_be_whole=True),
    Use("twitter:image:src", "head", '<meta name="twitter:image:src" content="{t}">', may_be_whole=True),
    Use("tile image", "head", '<meta name="msapplication-TileImage" content="{t}">', may_be_whole=True),
)  # fmt: skip
"""Uses in pages."""

TARGETS = (
    Target("missing page", "{up}no-such-{n}/", "missing-page"),
    Target("missing file", "{root}assets/no-such-{n}.png?x=1&amp;y=2", "missing-page"),
    Target("wrong case", "{above}assets/Icon.png?{n}", "wrong-case"),
    Target("missing slash", "{own}about?{n}", "missing-slash"),
    Target("empty", "", "malformed-url"),
    Target("space", "{up}about us {n}/", "malformed-url"),
    Target("backslash", "{up}about\\{n}", "malformed-url"),
    Target("control", "{up}about\x01{n}", "malformed-url"),
    Target("scheme", "javascript:alert({n})", "url-scheme"),
    Target("own host", "http://localhost:8000/{n}", "development-host"),
    Target("no host", "https:/site.example/{n}", "malformed-url"),
    Target("insecure", "http://secure.example/{n}", "insecure"),
    Target("own domain", "{host}{own}about/?{n}", "own-domain"),
    Target("heavy", "{above}assets/huge.png?{n}", "heavy"),
)
"""What any use can lead to."""


def _fits(use: Use, target: Target) -> bool:
    return (
        target.kind not in use.lacks.split()
        and (target.kind != "own domain" or not use.may_be_whole)
        and (target.kind != "heavy" or use.is_resource)
    )


LINKS = {
    "missing-page": (
        "{root}no-such-{n}.html", "./no-such-{n}/", "../no-such-{n}", "{up}no-such-{n}/#second", 
        "{up}about/no-such-{n}/", "{up}about/index.htm?{n}", "{root}no%20such-{n}/", "{root}{hindi}-{n}/", "{up}../../../no-such-{n}/",
        "{own}team.html?{n}", "//site.example{root}no-such-{n}/", "HTTPS://SITE.EXAMPLE{root}no-such-{n}/", "{root}terms/no-such-{n}.md",
    ),
    "missing-anchor": (
        "#no-such-{n}", "{up}about/#no-such-{n}", "{own}guide/#{hindi}-{n}", "#{hindi}-{n}", "#%E0%A4%95-{n}", "{up}about/#%E0%A4%95-{n}",
        "{up}about/#Second?{n}", "#SECOND", "{up}guide/first/#:~:text=no%20such%20words%20{n}", "{up}about/#second:~:text=A%20second,no%20{n}",
        "#:~:text=no%20such%20words%20{n}", "{up}about/#no-such-{n}:~:text=heading", "{above}assets/sprite.svg#no-such-{n}", "?page=2#no-{n}",
    ),
    "wrong-case": (
        "{up}About/?{n}", "{up}ABOUT/?{n}#second", "{up}about/Index.html?{n}", "{up}guide/First?{n}", "{own}GUIDE/first/?{n}",
        "{above}assets/Desk.PNG?{n}", "{above}Assets/desk.png?{n}", "{root}Feed.atom?{n}",
    ),
    "missing-slash": ("{own}about?{n}", "{up}guide/first?{n}", "{up}guide/first?{n}#second", "{up}guide?{n}", "{up}prices?{n}"),
    "malformed-url": (
        "", " ", "&#9;", "{up}about/ ?{n}", " {up}about/?{n}", "{up}about\n{n}", "{up}about&#0;{n}", "{up}about\x7f{n}", "..\\about\\{n}",
        "\\\\site.example\\{n}", "{up}about/%zz{n}", "%", "{up}%E9{n}", "{up}%ED%A0%80{n}", "{up}%ED%B0%80-{n}", "{up}&#xFFFD;{n}", "{up}&#xD800;{n}",
        "https:", "https:///{n}", "https:site.example/{n}", "https://site.example:99999/{n}", "https://exa mple.org/{n}",
        "https://site.example@evil.example/{n}", "https://us:secret@other.example/{n}", "https://no-dots-{n}/", "https://exa%zzmple.org/{n}",
        "https://[::1/{n}", "//", "mailto:", "mailto:us", "mailto:us@site", "mailto:@site.example?{n}", "mailto:us@site.example,them", "tel:", "tel:x{n}", "sms:",
        "mailto:?subject={n}",
    ),
    "url-scheme": (
        "javascript:void({n})", "JavaScript:alert({n})", "java&#10;script:alert({n})", "&#1;javascript:alert({n})", "vbscript:x{n}",
        "data:text/html,{n}", "file:///etc/passwd?{n}", "blob:https://site.example/{n}", "ftp://ftp.example.org/{n}", "C:/Users/{n}",
        "about:blank?{n}", "ws://site.example/{n}", "view-source:https://site.example/{n}", "htp://site.example/{n}", "chrome://version/{n}",
    ),
    "development-host": (
        "http://localhost/{n}", "https://LOCALHOST:4000/{n}", "http://127.0.0.1:8000/{n}", "http://127.1/{n}", "http://2130706433/{n}",
        "http://0x7f.0.0.1/{n}", "http://0177.0.0.1/{n}", "http://0.0.0.0/{n}", "http://10.1.2.3/{n}", "http://172.16.0.1/{n}",
        "http://192.168.1.1/{n}", "http://169.254.169.254/{n}", "http://100.64.0.1/{n}", "http://[::1]:3000/{n}", "http://[fe80::1]/{n}",
        "http://[fd00::1]/{n}", "http://[::ffff:127.0.0.1]/{n}", "http://printer.local/{n}", "https://wiki.internal/{n}", "//localhost/{n}",
        "http://site.localhost/{n}", "http://site.test/{n}", "http://router.lan/{n}", "http://nas.home.arpa/{n}", "http://localhost./{n}",
    ),
    "insecure": (
        "http://secure.example/{n}", "HTTP://SECURE.EXAMPLE/{n}", "http://secure.example?{n}", "http://secure.example#{n}", "http://secure.example:80/{n}",
    ),
    "own-domain": (
        "{host}{own}about/?{n}", "//site.example{own}about/?{n}", "HTTPS://Site.Example{own}?{n}", "{host}:443{own}about/?{n}",
        "{host}{own}about/?{n}#second", "{host}{own}guide/../about/?{n}",
    ),
}  # fmt: skip
"""What a link can lead to, each form once: by the rule that says what is wrong."""

BESIDES = {"//site.example{root}no-such-{n}/": "own-domain", "HTTPS://SITE.EXAMPLE{root}no-such-{n}/": "own-domain"}
"""What a second rule has to say of a form."""


@dataclass(frozen=True)
class Fault:
    """What is planted: a line, in a slot of a page (`head`, `nav`, `main`, `foot`) of a language, or of any; or in a
    file, at its mark. Each of the rules must tell of that line, or of the file as a whole, and nothing else may."""

    kind: str
    where: str
    line: str
    rules: tuple[str, ...]
    language: str = ""
    document: str = ""
    is_whole: bool = False


def _of_uses() -> Iterator[Fault]:
    for use in USES:
        for target in TARGETS:
            if _fits(use, target):
                yield Fault(
                    f"{target.kind}: {use.kind}", use.where, use.line.replace("{t}", target.address), (target.rule,)
                )


def _of_links() -> Iterator[Fault]:
    for rule, forms in LINKS.items():
        for form in forms:
            rules = (rule, BESIDES[form]) if form in BESIDES else (rule,)
            # A line end in an address would make two lines of one.
            line = f'<a href="{form}">x</a>'.replace("\n", "&#10;")
            yield Fault(f"{rule}: {form!r}", "main", line, rules)


HTTP_OWN = Fault(
    "own host without encryption",
    "main",
    '<a href="http://site.example{own}about/?{n}">x</a>',
    ("insecure", "own-domain"),
)


def _of_ids() -> Iterator[Fault]:
    lines = (
        '<p id="twice-{n}">x</p><p id="twice-{n}">y</p>', '<a name="twice-{n}"></a><p id="twice-{n}">x</p>',
        '<p id="मूल्य-{n}"></p><p id="मूल्य-{n}"></p>', '<b id="{n}"></b><b id="{n}"></b><b id="{n}"></b>',
        '<svg id="v-{n}"></svg><i id=v-{n}></i>', '<a name="w-{n}"></a><a name="w-{n}"></a>',
        '<p id="a &quot;b&quot; {n}"></p><p id="a &quot;b&quot; {n}"></p>',
    )  # fmt: skip
    for line in lines:
        yield Fault("duplicate id", "foot", line, ("duplicate-id",))


def _of_locales() -> Iterator[Fault]:
    """Links out of one language into another, and those to a fallback."""
    for own, folder in FOLDERS.items():
        for other, there in FOLDERS.items():
            if own == other:
                continue
            for slot in ("main", "nav", "foot"):
                yield Fault(
                    "wrong locale", slot, f'<a href="{{root}}{there}about/?{{n}}">x</a>', ("wrong-locale",), own
                )
            whole = f'<a href="{{host}}{{root}}{there}prices/?{{n}}#second">x</a>'
            yield Fault("wrong locale, whole address", "main", whole, ("wrong-locale", "own-domain"), own)
            area = f'<map><area href="{{root}}{there}guide/?{{n}}" alt=""></map>'
            yield Fault("wrong locale, area", "main", area, ("wrong-locale",), own)
            for form in (
                f"{there}?{{n}}",
                f"{there}blog/?{{n}}" if other != "hi" else f"{there}guide/?{{n}}",
                f"{folder}prices/?{{n}}",
            ):
                line = f'<a hreflang="{other}" href="{{root}}{form}">x</a>'
                yield Fault(
                    "switcher",
                    "nav",
                    line,
                    ("switcher",),
                    own,
                    document="prices/" if form[-12:-5] != "prices/" else "guide/",
                )
            line = f'<p><a rel="alternate" hreflang="{other}" href="{{root}}{there}guide/first/?{{n}}">x</a></p>'
            yield Fault("switcher in the text", "main", line, ("switcher",), own, document="about/")
    for line in (
        '<a href="{own}terms/?{n}">x</a>',
        '<a href="{up}terms/?{n}#second">x</a>',
        '<map><area href="{up}terms/?{n}" alt=""></map>',
    ):
        yield Fault("unmarked fallback", "main", line, ("fallback-link",), "de", document="about/")
    yield Fault(
        "unmarked fallback, whole address",
        "main",
        '<a href="{host}{own}terms/?{n}">x</a>',
        ("fallback-link", "own-domain"),
        "de",
        "about/",
    )


IN_FILES = (
    Use("css url", "assets/style.css", "p { background: url('{t}') }", True),
    Use("css url, bare", "assets/style.css", "p { background: url({t}) }", True),
    Use("css import", "assets/style.css", '@import "{t}" screen;', True),
    Use("css import url", "assets/print.css", "@import url({t});", True),
    Use("svg file, use", "assets/sprite.svg", '<use href="{t}"/>', True),
    Use("svg file, image", "assets/sprite.svg", '<image xlink:href="{t}"/>', True),
    Use("svg file, link", "assets/sprite.svg", '<a href="{t}"><path/></a>'),
    Use("sitemap index", "sitemap.xml", "<sitemap><loc>{t}</loc></sitemap>", False, True),
    Use("sitemap", "sitemap-en.xml", "<url><loc>{t}</loc></url>", False, True),
    Use("sitemap image", "sitemap-en.xml", '<url><loc>{host}{root}</loc><i:image xmlns:i="i"><i:loc>{t}</i:loc></i:image></url>', False, True),
    Use("atom link", "feed.atom", '<link rel="related" href="{t}"/>', False, True),
    Use("atom enclosure", "feed.atom", '<entry><link rel="enclosure" href="{t}"/></entry>', False, True),
    Use("atom content", "feed.atom", '<entry><content type="html">&lt;a href="{t}">x&lt;/a></content></entry>', False, True),
    Use("atom logo", "feed.atom", "<logo>{t}</logo>", False, True),
    Use("rss link", "feed.rss", "<item><link>{t}</link></item>", False, True),
    Use("rss guid", "feed.rss", "<item><guid>{t}</guid></item>", False, True),
    Use("rss enclosure", "feed.rss", '<item><enclosure url="{t}"/></item>', False, True),
    Use("rss image", "feed.rss", "<image><url>{t}</url></image>", False, True),
    Use("rss description", "feed.rss", '<item><description><![CDATA[<img src="{t}">]]></description></item>', False, True),
    Use("robots", "robots.txt", "Sitemap: {t}", False, True),
    Use("manifest icon", "site.webmanifest", ',{"src": "{t}"}', True),
    Use("redirects", "_redirects", "{root}from-{n} {t} 301", False, True),
)  # fmt: skip

IN_INDEXES = tuple(f"{folder}search/search_index.json" for folder in FOLDERS.values())


def _of_files() -> Iterator[Fault]:
    """Faults in what is no page."""
    for use in IN_FILES:
        for kind, address, rule in (
            ("missing page", "{root}no-such-{n}/", "missing-page"),
            ("missing file", "{host}{root}no-such-{n}.png" if use.may_be_whole else "no-such-{n}.png", "missing-page"),
            ("wrong case", "{root}assets/Icon.png?{n}", "wrong-case"),
            ("own host", "http://127.0.0.1:8000/{n}", "development-host"),
            ("scheme", "javascript:x{n}", "url-scheme"),
            ("insecure", "http://secure.example/{n}", "insecure"),
            ("missing slash", "{root}guide?{n}", "missing-slash"),
            ("heavy", "{root}assets/huge.png?{n}", "heavy"),
            ("own domain", "{host}{root}assets/icon.png?{n}", "own-domain"),
        ):
            if (kind == "heavy" and not use.is_resource) or (kind == "own domain" and use.may_be_whole):
                continue
            if use.where == "_redirects" and kind in ("own host", "scheme", "missing file", "insecure"):
                continue  # a colon stands for a part of the path there
            yield Fault(f"{kind}: {use.kind}", use.where, use.line.replace("{t}", address), (rule,))
    yield Fault("missing anchor: svg file", "assets/sprite.svg", '<use href="#no-such-{n}"/>', ("missing-anchor",))
    yield Fault(
        "missing anchor: atom", "feed.atom", '<link href="{host}{root}about/#no-such-{n}"/>', ("missing-anchor",)
    )
    alternate = '<url><loc>{host}{root}old/?{n}</loc><xhtml:link rel="alternate" hreflang="fr" href="{host}{root}fr/no-such-{n}/"/></url>'
    yield Fault("missing page: sitemap alternate", "sitemap-en.xml", alternate, ("missing-page", "sitemap-alternate"))
    for number, index in enumerate(IN_INDEXES):
        for location, rule in (
            ("no-such-{n}/", "missing-page"), ("about/#no-such-{n}", "missing-anchor"), ("About/?{n}", "wrong-case"), ("about?{n}", "missing-slash"),
        ):  # fmt: skip
            yield Fault(f"search index {number}", index, f',{{"location": "{location}", "title": "x"}}', (rule,))
    for path in ("no-such-{n}/", "About/?{n}"):
        yield Fault("headers", "_headers", "{root}" + path, ("missing-page" if path[0] == "n" else "wrong-case",))
    for one, two in (("1", "1"), ("2", "3"), ("3", "2"), ("4", "5"), ("5", "6"), ("6", "4")):
        yield Fault(
            "redirects in a circle", "_redirects", f"{{root}}round-{one} {{root}}round-{two} 301", ("redirect-loop",)
        )
    for name in ("7", "8"):
        yield Fault("redirects in a circle, by way of", "_redirects", f"{{root}}way-{name} {{root}}about/ 301", ())
    yield Fault(
        "json-ld",
        "head",
        '<script type="application/ld+json">{"url": "{host}{root}no-such-{n}/"}</script>',
        ("missing-page",),
    )
    yield Fault(
        "json-ld",
        "head",
        '<script type="application/ld+json">{"a": [{"@id": "{host}{own}about?{n}#x"}]}</script>',
        ("missing-slash",),
    )
    yield Fault(
        "json-ld",
        "head",
        '<script type="application/ld+json">{"logo": {"url": "{host}{root}assets/Icon.png?{n}"}}</script>',
        ("wrong-case",),
    )
    yield Fault(
        "json-ld",
        "head",
        '<script type="application/ld+json">{"sameAs": ["http://secure.example/{n}"]}</script>',
        ("insecure",),
    )
    yield Fault(
        "json-ld",
        "head",
        '<script type="application/ld+json">{"url": "http:\\/\\/10.0.0.1\\/{n}"}</script>',
        ("development-host",),
    )
    for document, text in (("about/", "{"), ("team/", "[1,]"), ("prices/", '"' + "x")):
        line = f'<script type="application/ld+json">{text}</script>'
        yield Fault("json-ld that is none", "head", line, ("unreadable",), "fr", document, is_whole=True)


REFERENCES = (*_of_uses(), *_of_links(), HTTP_OWN, *_of_ids(), *_of_files())
BETWEEN = tuple(_of_locales())


# Faults of a document's versions: a line of one page, or of a sitemap, is changed


@dataclass(frozen=True)
class Change:
    """A line that becomes another in one file of a document that has the fault for itself; empty ones are put in or
    taken away. `{en}` and the like are the whole addresses of the document's versions. It must be told in the versions
    named, each time at a line, or of the file as a whole (empty)."""

    kind: str
    language: str
    old: str
    new: str
    told: tuple[tuple[str, str, str], ...]


SITEMAP = "sitemap-further.xml"


def _alternate(language: str, address: str | None = None) -> str:
    return (
        f'<link rel="alternate" hreflang="{language}" href="{address if address is not None else f"{{{language}}}"}">'
    )


def _canonical(address: str) -> str:
    return f'<link rel="canonical" href="{address}">'


def _of_versions() -> Iterator[Change]:
    for own, folder in FOLDERS.items():
        others = [one for one in FOLDERS if one != own]
        yield Change("alternate: self missing", own, _alternate(own), "", ((own, "", "alternate"),))
        for other in others:
            line = _alternate(other)
            yield Change("alternate: not reciprocal", own, line, "", ((own, "", "alternate"),))
            third = next(one for one in others if one != other)
            for kind, wrong in (
                ("relative", _alternate(other, f"{{root}}{FOLDERS[other]}{{document}}")),
                ("relative, without host", _alternate(other, "//site.example{root}" + FOLDERS[other] + "{document}")),
                ("wrong language at the other end", _alternate(other, f"{{{third}}}")),
                ("itself for another language", _alternate(other, f"{{{own}}}")),
                ("bad tag", f'<link rel="alternate" hreflang="{other}_XX" href="{{{other}}}">'),
                ("another page", _alternate(other, f"{{host}}{{root}}{FOLDERS[other]}about/")),
                ("fallback", _alternate("de", "{host}{root}de/terms/")) if other == "de" else ("another page, anchor", _alternate(other, f"{{host}}{{root}}{FOLDERS[other]}guide/#second")),
            ):  # fmt: skip
                yield Change(f"alternate: {kind}", own, line, wrong, ((own, wrong, "alternate"),))
            gone = _alternate(other, f"{{host}}{{root}}{FOLDERS[other]}no-such-{{n}}/")
            yield Change("alternate: missing page", own, line, gone, ((own, gone, "missing-page"),))
            http = _alternate(other, f"http://site.example{{root}}{FOLDERS[other]}{{document}}")
            yield Change("alternate: insecure", own, line, http, ((own, http, "insecure"),))
        twice = _alternate(own, "{" + own + "}?")
        yield Change("alternate: duplicate", own, "<!-- head -->", twice, ((own, twice, "alternate"),))
        same = _alternate(own) + " "
        yield Change("alternate: the same again", own, "<!-- head -->", same, ((own, same, "alternate"),))
        empty = _alternate(own, "")
        yield Change(
            "alternate: empty", own, _alternate(own), empty, ((own, empty, "alternate"), (own, empty, "malformed-url"))
        )
        line, other = _canonical("{" + own + "}"), others[0]
        yield Change("canonical: missing", own, line, "", ((own, "", "canonical"),))
        for kind, address, rule in (
            ("relative", f"{{root}}{folder}{{document}}", "canonical"),
            ("another page", f"{{host}}{{root}}{folder}about/", "canonical"),
            ("another language", f"{{{other}}}", "canonical"),
            ("another site", "https://staging.example/{document}", "canonical"),
            ("missing page", f"{{host}}{{root}}{folder}no-such-{{n}}/", "missing-page"),
            ("empty", "", "malformed-url"),
            ("insecure", f"http://site.example{{root}}{folder}{{document}}", "insecure"),
            ("development", f"http://localhost:8000/{folder}{{document}}", "development-host"),
            ("wrong case", f"{{host}}{{root}}{folder}{{Document}}", "wrong-case"),
        ):
            wrong = _canonical(address)
            yield Change(f"canonical: {kind}", own, line, wrong, ((own, wrong, rule),))
        told = tuple((one, _alternate(own), "alternate") for one in FOLDERS)
        yield Change("lang of the page", own, f'<html lang="{own}">', '<html lang="it">', told)
        yield Change("lang of the page: none", own, f'<html lang="{own}">', "<html>", told)
        heading = '<h2 id="second">A second heading</h2>'
        if own != "en":
            renamed = '<h2 id="renamed-{n}">A second heading</h2>'
            yield Change("anchors: renamed", own, heading, renamed, ((own, renamed, "same-anchors"),))
            yield Change("anchors: lost", own, heading, "<h2>A second heading</h2>", ((own, "", "same-anchors"),))
            extra = '<p id="extra-{n}">x</p>'
            yield Change("anchors: one more", own, "<!-- main -->", extra, ((own, extra, "same-anchors"),))
        else:
            told = tuple((one, heading, "same-anchors") for one in others)
            yield Change("anchors: lost in the source", own, heading, "<h2>A second heading</h2>", told)
        loc = f"<loc>{{{own}}}</loc>"
        at = ((SITEMAP, loc, "sitemap-alternate"),)
        sitemap = f'{loc}\n<xhtml:link rel="alternate" hreflang="en" href="{{en}}"/>'
        yield Change("sitemap: one less", SITEMAP, sitemap, loc, at)
        more = sitemap + '\n<xhtml:link rel="alternate" hreflang="en-GB" href="{en}"/>'
        yield Change("sitemap: one more", SITEMAP, sitemap, more, at)
        yield Change("sitemap: another", SITEMAP, sitemap, sitemap.replace('href="{en}"', 'href="{fr}"'), at)
        yield Change(
            "sitemap: elsewhere", SITEMAP, sitemap, sitemap.replace('href="{en}"', 'href="https://other.example/"'), at
        )
        gone = sitemap.replace('href="{en}"', 'href="{host}{root}no-such-{n}/"')
        yield Change(
            "sitemap: missing page", SITEMAP, sitemap, gone, (*at, (SITEMAP, gone.splitlines()[1], "missing-page"))
        )


VERSIONS = tuple(_of_versions())


# Faults of whole files


@dataclass(frozen=True)
class File:
    """A file that is put in, or in the place of another; what must be told: lines, counted from 1, and rules."""

    kind: str
    path: str
    data: bytes
    told: tuple[tuple[int, str], ...]


def _whole_files(maker: Maker) -> Iterator[File]:
    hidden = '<!doctype html>\n<html lang="en"><meta charset="utf-8"><meta name="robots" content="noindex">\n%s\n'
    root = maker.root
    for number, (language, folder) in enumerate(FOLDERS.items()):
        lonely = maker.page(language, f"lonely-{number}/", is_linked=False)
        yield File("orphan", f"{folder}lonely-{number}/index.html", lonely.encode(), ((1, "orphan-page"),))
        itself = lonely.replace("<!-- main -->", f'<a href="../selfish-{number}/">me</a>').replace("lonely", "selfish")
        yield File(
            "orphan that links to itself",
            f"{folder}selfish-{number}/index.html",
            itself.encode(),
            ((1, "orphan-page"),),
        )
        refresh = '<meta http-equiv="refresh" content="0; url=%s">'
        rounds = [
            (f"{folder}round/{number}", "./"),
            *((f"{folder}round/{number}-{one}", f"../{number}-{one % 3 + 1}/") for one in (1, 2, 3)),
        ]
        rounds += [
            (f"{folder}pair/{number}a", f"{root}{folder}pair/{number}b/"),
            (f"{folder}pair/{number}b", f"{root}{folder}pair/{number}a/index.html"),
        ]
        for path, target in rounds:
            yield File(
                "meta refresh in a circle",
                f"{path}/index.html",
                (hidden % (refresh % target)).encode(),
                ((3, "redirect-loop"),),
            )
        yield File("on the way to a circle", f"{folder}way/{number}/index.html", (hidden % (refresh % "../../round/0/").replace("round/0/", f"round/{number}/")).encode(), ())  # fmt: skip
        base = (
            hidden
            % '<base href="https://elsewhere.example/">\n<a href="no-such/">x</a><a href="/no-such/">x</a><a href="#no">x</a>'
        )
        yield File("base", f"{folder}base-{number}/index.html", base.encode(), ((3, "base"),))
        inner = hidden % f'<base href="{root}{folder}guide/">\n<a href="first/">x</a>\n<a href="no-such/">x</a>\n<a href="#second">x</a>\n<a href="#no">x</a>'  # fmt: skip
        yield File(
            "base inside",
            f"{folder}base-in-{number}/index.html",
            inner.encode(),
            ((5, "missing-page"), (7, "missing-anchor")),
        )
    latin = hidden % "<p>caf\xe9</p>"
    odd = '<meta charset="utf-8">'
    for name, data in {
        "latin.html": latin.encode("latin-1"),
        "unknown.html": latin.replace(odd, '<meta charset="x-no-such">').encode(),
        "utf-16.html": latin.encode("utf-16")[:-1],
        "ascii.html": latin.replace(odd, '<meta charset="us-ascii">').encode(),
        "rot.html": latin.replace(odd, '<meta charset="hex">').encode(),
        "broken.xml": b"<urlset><url></urlset>",
        "empty.xml": b"",
        "entity.xml": b'<!DOCTYPE x [<!ENTITY a "aa">]><urlset><url><loc>&a;</loc></url></urlset>',
        "deep.xml": b"<a>" * 200 + b"</a>" * 200,
        "broken.atom": b"<feed>",
        "broken.rss": b"<rss>&nbsp;</rss>",
        "no-gzip.xml.gz": b"<urlset/>",
        "cut.xml.gz": gzip.compress(b"<urlset/>")[:-9],
        "broken.webmanifest": b"{",
        "latin.webmanifest": b'{"name": "\xe9"}',
        "deep.webmanifest": b"[" * 100_000,
        "further/search/search_index.json": b'{"docs": [}',
        "nested.html": b"<div>" * 25_000,
        "nested.svg": b"<svg><g>" * 25_000,
    }.items():
        yield File("unreadable", f"odd/{name}", data, ((1, "unreadable"),))
    missing = f"{HOST}{root}no-such-"
    packed = "\n".join(f"<url><loc>{missing}{one}/</loc></url>" for one in range(5))
    zipped = gzip.compress(f"<urlset>{packed}</urlset>".encode())
    # There are no lines in what is packed.
    yield File("packed sitemap", "odd/further.xml.gz", zipped, ((1, "missing-page"),) * 5)
    manifest = '{\n"start_url": "no-such/",\n"scope": "none/",\n"icons": [\n{"src": "no.png"},\n{"src": "no.svg"}],\n' \
        '"screenshots": [\n{"src": "never.png"}],\n"shortcuts": [\n{"url": "../About/"}]}'  # fmt: skip
    lines = [(number, "missing-page") for number in (2, 3, 5, 6, 8)]
    yield File("manifest", "odd/manifest.json", manifest.encode(), (*lines, (10, "wrong-case")))
    rdf = f'<r:RDF xmlns:r="r">\n<channel>\n<link>{missing}rdf/</link>\n</channel>\n<item>\n<link>{missing}item/</link>\n</item>\n</r:RDF>'
    yield File("feed in RDF", "odd/rdf.xml", rdf.encode(), ((3, "missing-page"), (6, "missing-page")))
    wide = (hidden % '<a href="no-such/">x</a>\n<a href="#no">x</a>').encode("utf-16")
    yield File("UTF-16", "odd/wide.html", wide, ((3, "missing-page"), (4, "missing-anchor")))
    old = (hidden.replace("utf-8", "windows-1252") % '<p>\x93x\x94</p>\n<a href="no-such/">x</a>').encode("latin-1")
    yield File("Windows-1252", "odd/old.html", old, ((4, "missing-page"),))


# Planting

MARKS = {
    "assets/style.css": "/* css */",
    "assets/print.css": "h1 { color: black }",
    "assets/sprite.svg": "<!-- svg -->",
    "sitemap.xml": "<!-- index -->",
    "sitemap-en.xml": "<!-- sitemap -->",
    "feed.atom": "<!-- atom -->",
    "feed.rss": "<!-- rss -->",
    "robots.txt": "# robots",
    "site.webmanifest": "/* icons */",
    "_redirects": "# redirects",
    "_headers": "# headers",
    **dict.fromkeys(IN_INDEXES, "/* docs */"),
}
"""The line of each file behind which faults are put."""


@dataclass
class Site:
    """A site with faults: its files, and what must be told of them."""

    root: str
    files: dict[str, bytes]
    expected: Places = field(default_factory=Counter)
    faults: int = 0

    def write(self, folder: Path) -> None:
        """Write the files; what only marks a place in JSON goes."""
        for path, data in self.files.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            is_json = path.endswith((".json", ".webmanifest"))
            file.write_bytes(data.replace(b"/* docs */", b"").replace(b"/* icons */", b"") if is_json else data)


REGIONS = {"en": "en-GB", "fr": "fr-CA", "de": "de-AT", "hi": "hi-IN"}
"""Languages as pages may name them in folders that have no region."""


def clean(root: str = "/", regions: Mapping[str, str] | None = None) -> Site:
    """Make the site without any fault."""
    return Site(root, Maker(root, regions=regions or {}).files())


def _filled(line: str, root: str, values: Mapping[str, str]) -> str:
    for name, value in {**values, "root": root, "host": HOST, "hindi": "कीमत"}.items():
        line = line.replace(f"{{{name}}}", value)
    return line


def with_lines(faults: Sequence[Fault], root: str = "/", regions: Mapping[str, str] | None = None) -> Site:
    """Plant lines in the clean site: those of pages one page after the other, round and round."""
    site = clean(root, regions)
    ordinary = [
        (language, document)
        for document in DOCUMENTS
        for language in FOLDERS
        if is_there(language, document) and (language, document) != FALLBACK
    ]
    turns = {one: cycle([page for page in ordinary if one in ("", page[0])]) for one in ("", *FOLDERS)}
    planted: dict[tuple[str, str], list[tuple[Fault, str]]] = {}
    for number in map(str, range(100, 100 + len(faults))):
        fault = faults[int(number) - 100]
        if fault.where in MARKS:
            path, mark, values = fault.where, MARKS[fault.where], {"n": number}
        else:
            language, document = (fault.language, fault.document) if fault.document else next(turns[fault.language])
            path, mark = file_of(FOLDERS[language] + document), f"<!-- {fault.where} -->"
            values = {
                "n": number,
                "up": "../" * document.count("/"),
                "above": "../" * path.count("/"),
                "own": root + FOLDERS[language],
            }
        planted.setdefault((path, mark), []).append((fault, _filled(fault.line, root, values)))
    for path in {path for path, _ in planted}:
        lines: list[str] = []
        for line in site.files[path].decode().split("\n"):
            lines.append(line)
            for fault, own in planted.pop((path, line), ()):
                assert "\n" not in own, own
                lines.append(own)
                for rule in fault.rules:
                    site.expected[path, 1 if fault.is_whole else len(lines), rule] += 1
                    site.faults += 1
        site.files[path] = "\n".join(lines).encode()
    assert not planted, planted.keys()
    return site


def with_changes(changes: Sequence[Change], root: str = "/") -> Site:
    """Change lines, each of them in a document of its own, which all languages have."""
    documents = [f"document-{number}/" for number in range(len(changes))]
    listed = [document for document, one in zip(documents, changes, strict=True) if one.language == SITEMAP]
    maker = Maker(root, documents, listed)
    site = Site(root, maker.files())
    texts = {path: data.decode() for path, data in site.files.items() if path.endswith((".html", SITEMAP))}
    told: list[tuple[str, str, str]] = []
    for number, (document, one) in enumerate(zip(documents, changes, strict=True)):
        values = {language: maker.whole(language, document) for language in FOLDERS}
        values |= {"document": document, "Document": document.title(), "n": str(number)}
        path = SITEMAP if one.language == SITEMAP else file_of(FOLDERS[one.language] + document)
        old = _filled(one.old, root, values) or "</title>"
        new = _filled(one.new, root, values)
        assert texts[path].count(old) == 1, (one, texts[path].count(old))
        texts[path] = texts[path].replace(old, (f"{old}\n{new}" if not one.old else new) or "<!-- gone -->")
        for language, line, rule in one.told:
            place = SITEMAP if language == SITEMAP else file_of(FOLDERS[language] + document)
            told.append((place, _filled(line, root, values), rule))
            site.faults += 1
    for path, text in texts.items():
        site.files[path] = text.encode()
    for path, line, rule in told:
        lines = texts[path].split("\n")
        assert not line or lines.count(line) == 1, (path, line)
        site.expected[path, lines.index(line) + 1 if line else 1, rule] += 1
    return site


def with_files(root: str = "/") -> Site:
    """Put whole files into the clean site."""
    site = clean(root)
    for one in _whole_files(Maker(root)):
        assert one.path not in site.files
        site.files[one.path] = one.data
        site.faults += len(one.told)
        for line, rule in one.told:
            site.expected[one.path, line, rule] += 1
    return site


SITES = {
    "references": lambda root: with_lines(REFERENCES, root),
    "between": lambda root: with_lines(BETWEEN, root),
    "regions": lambda root: with_lines(BETWEEN, root, REGIONS),
    "versions": lambda root: with_changes(VERSIONS, root),
    "files": with_files,
}
"""Makes each site with faults, published below a root."""


def rules() -> set[str]:
    """Give the rules that the table has faults for."""
    return {rule for make in SITES.values() for _, _, rule in make("/").expected}


def found(told: Iterable[tuple[str, int, str]]) -> Places:
    """Count what was told."""
    return Counter(told)


def differing(expected: Places, told: Places, files: Mapping[str, bytes]) -> list[str]:
    """Say what was not told, and what was told wrongly, each with its line."""
    rows = []
    for name, counts in (("not told", expected - told), ("told wrongly", told - expected)):
        for path, line, rule in sorted(counts):
            text = files.get(path, b"").decode("utf-8", "replace").split("\n")
            rows.append(
                f"{name}: {path}:{line} [{rule}] {escape(text[line - 1][:150], quote=False) if line <= len(text) else ''}"
            )
    return rows
