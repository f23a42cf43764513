"""One parse of a built file: what it uses (references) and what it defines (ids), in the order of the file.

HTML is read as a browser reads it, by lexbor; SVG too. Sitemaps and feeds are read by expat, entities refused.
"""

from __future__ import annotations

import codecs
import gzip
import io
import json
import os
import re
import zlib
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from html import unescape
from pathlib import Path
from typing import Any, NamedTuple
from xml.parsers import expat

from selectolax.lexbor import LexborHTMLParser, LexborNode

from hexapla.problems import Text, say

LARGEST = 24 << 20
"""A file of more bytes than this is not read: no page that a reader would wait for is so large."""

DEEPEST = 2000
"""Elements nested deeper than this are no page; to read them takes time that grows with the square of the depth."""

RESOURCES = frozenset(
    "img src,img srcset,source src,source srcset,script src,iframe src,embed src,object data,video src,video poster,"
    "audio src,track src,input src,link stylesheet,link icon,link preload,link modulepreload,link manifest,"
    "link apple-touch-icon,link mask-icon,link imagesrcset,css url,css import,image href,use href,feImage href,"
    "body background,manifest icon".split(",")
)
"""Uses that load a file into the page."""

LINKS = frozenset({"a href", "area href"})
"""Uses that a reader follows."""

ABSOLUTE = re.compile(
    r"link (?:canonical|alternate|shortlink|search|self|hub|amphtml|license|author|me|webmention|pingback|prev|next)"
    r"|meta |json-ld|sitemap|feed|robots|a alternate|form|button|input formaction|redirects"
)
"""Uses that may name the site by its whole address, or must."""


class Use(NamedTuple):
    """A reference: its text, what uses it (`a href`, `img srcset`, `link canonical`), and which language its `hreflang`
    or `lang` says. One that leads to the page's other versions `is_switcher`."""

    text: str
    kind: str
    language: str = ""
    is_switcher: bool = False


class Fault(NamedTuple):
    """What keeps a file from being read, or from being read whole."""

    message: Text
    hint: Text


@dataclass
class Page:
    """What one built file uses and defines.

    `path` is below the site's root, with `/`. `ids` are the anchors in their order, repeats included; `anchors` those
    of its main part, whose uses are the `content`, a range of the `uses`. `alternates` are pairs of hreflang and
    address; a sitemap has them for each of its addresses, in `entries`.
    """

    path: str
    is_html: bool = False
    language: str = ""
    base: str = ""
    uses: list[Use] = field(default_factory=list)
    content: range = range(0)
    ids: list[str] = field(default_factory=list)
    anchors: list[str] = field(default_factory=list)
    canonical: str | None = None
    alternates: list[tuple[str, str]] = field(default_factory=list)
    entries: list[tuple[str, list[tuple[str, str]]]] = field(default_factory=list)
    redirects: list[tuple[str, str]] = field(default_factory=list)
    refresh: str = ""
    is_hidden: bool = False
    faults: list[Fault] = field(default_factory=list)


def read(root: Path, path: str) -> Page | None:
    """Read a file of a built site; None where its kind holds no references. Never raises for what is in it."""
    if _reader_of(path) is None:
        return None
    data = load(root, path)
    return Page(path, faults=[data]) if isinstance(data, Fault) else parse(path, data)


def load(root: Path, path: str) -> bytes | Fault:
    """Give the bytes of a file, or say why they are not to be had."""
    try:
        with (root / path).open("rb") as file:
            # To ask for one byte more than there may be would take that much memory for every file.
            is_too_large = os.fstat(file.fileno()).st_size > LARGEST
            data = b"" if is_too_large else file.read()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return Fault(say("cannot be read: %(reason)s", reason=reason), say("build the site again"))
    if is_too_large:
        return Fault(say("is larger than %(limit)s bytes, and was not looked at", limit=LARGEST), say("divide it"))
    return data


def parse(path: str, data: bytes) -> Page:
    """Take the bytes of a file apart. Never raises for what is in them."""
    page = Page(path)
    if reader := _reader_of(path):
        reader(page, data)
    return page


def is_looked_at(path: str) -> bool:
    """Whether a file is of a kind that holds references."""
    return _reader_of(path) is not None


def _reader_of(path: str) -> Callable[[Page, bytes], None] | None:
    """Find what reads a file, by its name as a host goes by it."""
    name = path.rpartition("/")[2].lower()
    if name.endswith((".html", ".htm", ".xhtml")):
        return _read_html
    if path in ("_redirects", "_headers", "robots.txt"):
        return {"_redirects": _read_redirects, "_headers": _read_headers, "robots.txt": _read_robots}[path]
    if name.endswith(".svg"):
        return _read_svg
    if name.endswith(".css"):
        return _read_css
    if name.endswith((".xml", ".xml.gz", ".atom", ".rss")):
        return _read_xml
    if name.endswith(".webmanifest") or name == "manifest.json":
        return _read_manifest
    return _read_search_index if name == "search_index.json" else None


# HTML

SELECTOR = (
    ":is([href],[src],[srcset],[poster],[action],[formaction],[cite],[ping],[style],[background],[imagesrcset],"
    "[longdesc],[xlink\\:href],meta,object,style,script)"
)
"""Elements that may hold references. Without `:is`, lexbor gives one as often as it matches."""

ATTRIBUTES = ("src", "poster", "data", "action", "formaction", "cite", "longdesc", "background")
"""Attributes whose whole value is an address, besides `href`."""


def _read_html(page: Page, data: bytes) -> None:
    page.is_html = True
    tree = _tree(page, _as_utf8(page, data))
    root = tree.root if tree else None
    if tree is None or root is None:
        return
    page.language = (root.attributes.get("lang") or "").strip()
    main = tree.css_first("main") or tree.css_first("[role=main], article") or tree.body
    nodes = tree.css(SELECTOR)
    inside = _inside(nodes, main) if main is not None else range(0)
    _read_elements(page, nodes[: inside.start])
    start = len(page.uses)
    _read_elements(page, nodes[inside.start : inside.stop])
    page.content = range(start, len(page.uses))
    _read_elements(page, nodes[inside.stop :])
    for node in tree.css(":is([id],a[name])"):
        attributes = node.attributes
        identity = attributes.get("id")
        if identity:
            page.ids.append(identity)
        name = attributes.get("name")
        if name and node.tag == "a" and name != identity:
            page.ids.append(name)
    if main is not None:
        page.anchors = [identity for node in main.css("[id]") if (identity := node.attributes.get("id"))]


def _inside(nodes: Sequence[LexborNode], main: LexborNode) -> range:
    """Say which of a page's nodes that SELECTOR finds are in its main part. They come without a gap."""
    first = main.css_first(SELECTOR)
    if first is None:
        return range(0)
    own = main.mem_id

    def is_behind(node: LexborNode) -> bool:
        above: LexborNode | None = node
        while above is not None and above.mem_id != own:
            above = above.parent
        return above is None

    start = next(number for number, node in enumerate(nodes) if node.mem_id == first.mem_id)
    return range(start, bisect_left(nodes, True, start, key=is_behind))


LONE = frozenset(
    b"area base br col embed hr img input link meta source track wbr p li dt dd option optgroup tr td th thead tbody "
    b"tfoot colgroup rt rp html head body".split()
)
"""Elements that nothing has to close."""


def _tree(page: Page, data: bytes) -> LexborHTMLParser | None:
    """Parse HTML in UTF-8; None, and a fault, where its elements are nested too deeply."""
    depth = 0
    for match in (
        re.finditer(rb"<(/?)([A-Za-z][A-Za-z0-9-]*)[^<>]*?(/?)>", data)
        if len(data) > 10 * DEEPEST and data.count(b"<") > 10 * DEEPEST
        else ()
    ):
        if not match[3] and match[2].lower() not in LONE:
            depth = max(0, depth + (-1 if match[1] else 1))
            if depth > DEEPEST:
                what = say("nests elements more than %(limit)s deep, and was not looked at", limit=DEEPEST)
                page.faults.append(Fault(what, say("close what is open")))
                return None
    return LexborHTMLParser(data)


def _as_utf8(page: Page, data: bytes) -> bytes:
    """Give HTML in UTF-8, read as it says that it is; note what is wrong with that."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        charset = "utf-16"
    else:
        declared = re.search(rb"<meta[^>]*charset\s*=\s*[\"']?\s*([\w:.-]+)", data[:2048], re.IGNORECASE)
        charset = declared[1].decode("ascii", "replace").lower() if declared else "utf-8"
    try:
        if codecs.lookup(charset).name == "utf-8":
            data.decode()
            return data
        return data.decode(charset).encode()
    except LookupError:
        what = say("declares the unknown character set %(charset)s", charset=repr(charset))
    except UnicodeDecodeError as error:
        values = {"charset": charset, "offset": error.start}
        what = say("is not %(charset)s, which it declares: byte %(offset)s cannot be read", **values)
    except ValueError as error:
        what = say("cannot be read as %(charset)s: %(reason)s", charset=repr(charset), reason=str(error))
    page.faults.append(Fault(what, say("write it in UTF-8")))
    return data.decode("utf-8", "replace").encode()


PLAIN = frozenset("href class title id target rel tabindex role download aria-label aria-hidden aria-current".split())
"""A link that has no other attributes than these says nothing but where it leads."""


@lru_cache(maxsize=10_000)
def _plain(href: str) -> Use:
    return Use(href, "a href")


def _read_elements(page: Page, nodes: Iterable[LexborNode]) -> None:
    """Note what elements use, in their order."""
    append, is_plain = page.uses.append, PLAIN.issuperset
    for node in nodes:
        attributes = node.attributes
        href = attributes.get("href")
        if href is not None and is_plain(attributes) and node.tag == "a":
            append(_plain(href))  # as most are
        else:
            _read_element(page, node, attributes)


def _read_element(page: Page, node: LexborNode, attributes: Mapping[str, str | None]) -> None:
    """Note what one element uses."""
    tag = node.tag or ""
    uses = page.uses
    href = attributes.get("href")
    if href is None:
        href = attributes.get("xlink:href")
    if tag == "a" or tag == "area":
        if href is not None or "href" in attributes:
            language = attributes.get("hreflang") or attributes.get("lang") or ""
            is_switcher = "hreflang" in attributes and _is_switcher(node, attributes)
            uses.append(Use(href or "", f"{tag} href", language, is_switcher))
    elif tag == "link":
        _read_link(page, attributes)
    elif tag == "base":
        if not page.base and href is not None:
            page.base = href
            uses.append(Use(href, "base href"))
    elif tag == "meta":
        _read_meta(page, attributes)
        return
    elif href is not None or "href" in attributes:
        uses.append(Use(href or "", f"{tag} href"))
    # Most elements are links, and have nothing else that leads anywhere.
    if tag not in ("a", "area", "link") or not attributes.keys().isdisjoint(("ping", "style", "imagesrcset")):
        _read_further(page, node, tag, attributes)


def _is_switcher(node: LexborNode, attributes: Mapping[str, str | None]) -> bool:
    """Whether a link with `hreflang` is one of those that lead to the other versions of the page."""
    if {"alternate", "nofollow"} & set((attributes.get("rel") or "").split()):
        return True
    parent = node.parent
    for _ in range(100):  # no page is deeper, and one that is would take long
        if parent is None:
            break
        if parent.tag in ("nav", "header", "footer"):
            return True
        if parent.tag in ("main", "article", "body"):
            return False
        parent = parent.parent
    return False


def _read_link(page: Page, attributes: Mapping[str, str | None]) -> None:
    """Note a `link` element: one use, named after the most telling of its relations."""
    href = attributes.get("href")
    relations = (attributes.get("rel") or "").lower().split()
    if href is None and "href" not in attributes:
        return
    text = href or ""
    if {"preconnect", "dns-prefetch"} & set(relations):
        return  # a host, not a file
    relation = next((one for one in ("canonical", "alternate", "icon", "stylesheet") if one in relations), "")
    relation = relation or (relations[0] if relations else "")
    language = attributes.get("hreflang") or ""
    if relation == "alternate" and language:
        page.alternates.append((language, text))
    elif relation == "canonical":
        page.canonical = text if page.canonical is None else page.canonical
    page.uses.append(Use(text, f"link {relation}", language))


META = re.compile(
    r"(?:og|twitter):(?:image|video|audio|url|player)(?::(?:url|secure_url|src|stream))?|msapplication-.*image"
)


def _read_meta(page: Page, attributes: Mapping[str, str | None]) -> None:
    content = attributes.get("content")
    if content is None:
        return
    name = (attributes.get("property") or attributes.get("name") or "").strip().lower()
    if "http-equiv" in attributes and (attributes["http-equiv"] or "").strip().lower() == "refresh":
        match = re.match(r"\s*+[\d.]*+\s*+[;,]?\s*+url\s*+=\s*+(.*)", content, re.IGNORECASE | re.DOTALL)
        if match:
            page.refresh = match[1].strip().strip("\"'")
            page.uses.append(Use(page.refresh, "meta refresh"))
    elif name == "robots":
        page.is_hidden = "noindex" in content.lower()
    elif name.startswith(("og:", "twitter:", "msapplication-")) and META.fullmatch(name):
        page.uses.append(Use(content, f"meta {name}"))


def _read_further(page: Page, node: LexborNode, tag: str, attributes: Mapping[str, str | None]) -> None:
    """Note what an element uses besides an `href`."""
    uses = page.uses
    for name in ATTRIBUTES:
        if name in attributes and not (name == "data" and tag != "object"):
            kind = "form action" if name == "action" else f"{tag} {name}"
            uses.append(Use(attributes[name] or "", kind))
    for name in ("srcset", "imagesrcset"):
        if (value := attributes.get(name)) is not None:
            uses.extend(Use(value[start:end], f"{tag} {name}") for start, end in candidates(value))
    if ping := attributes.get("ping"):
        uses.extend(Use(text, f"{tag} ping") for text in ping.split())
    if style := attributes.get("style"):
        uses.extend(_of_css(style))
    if tag == "style":
        uses.extend(_of_css(node.text()))
    elif tag == "script" and (attributes.get("type") or "").strip().lower() == "application/ld+json":
        _read_json_ld(page, node.text())


CANDIDATE = re.compile(r"[\s,]*+(\S++)")
DESCRIPTOR = re.compile(r"(?:[^,(]|\([^)]*+\)?)*+")
"""What stands behind an address in a `srcset`; it may hold commas in parentheses."""


def candidates(srcset: str) -> Iterator[tuple[int, int]]:
    """Yield where the addresses of a `srcset` stand (HTML standard, "parsing a srcset attribute", shortened)."""
    at = 0
    while match := CANDIDATE.match(srcset, at):
        start, at = match.span(1)
        yield start, start + len(match[1].rstrip(","))
        if not match[1].endswith(",") and (descriptor := DESCRIPTOR.match(srcset, at)):
            at = descriptor.end()


def _read_json_ld(page: Page, text: str) -> None:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        reason = str(error).splitlines()[0][:80]
        page.faults.append(Fault(say("its JSON-LD cannot be read: %(reason)s", reason=reason), say("mend the JSON")))
        return
    page.uses.extend(Use(_whole(text), "json-ld") for text in _addresses_in(data))


def _addresses_in(data: Any) -> Iterator[str]:
    """Yield the whole addresses in JSON-LD, but for those of vocabularies; fragments are names there, not places."""
    pending = [data]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            pending.extend(one for key, one in reversed(value.items()) if key not in ("@context", "@type"))
        elif isinstance(value, list):
            pending.extend(reversed(value))
        elif isinstance(value, str) and re.match(r"(?i)https?:", value):
            yield value.partition("#")[0]


def _read_svg(page: Page, data: bytes) -> None:
    """Read a picture that can refer to others, and to parts of itself."""
    tree = _tree(page, data.decode("utf-8", "replace").encode())
    if tree is None:
        return
    _read_elements(page, tree.css(SELECTOR))
    page.ids = [identity for node in tree.css("[id]") if (identity := node.attributes.get("id"))]


# CSS

COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
URL = re.compile(
    r"""@import\s++(?P<import>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
      | \burl\(\s*+(?P<url>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|(?:[^\s"'()\\]|\\[0-9a-f]{1,6}\s?|\\.)*)\s*+\)""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)


def _of_css(text: str) -> Iterator[Use]:
    """Yield what CSS uses: `url(…)` and `@import` (CSS Syntax Module Level 3)."""
    if "url(" not in text.lower() and "@import" not in text.lower():
        return
    for match in URL.finditer(COMMENT.sub(" ", text)):
        kind = "css import" if match["import"] is not None else "css url"
        yield Use(css_value(match["import"] if match["import"] is not None else match["url"]), kind)


def css_value(raw: str) -> str:
    """Read an address of CSS: the quotation marks around it go, and what backslashes escape is put in its place."""
    value = raw[1:-1] if raw[:1] in ("'", '"') and len(raw) > 1 else raw
    return re.sub(r"\\([0-9a-fA-F]{1,6})\s?|\\(.)", _unescaped, value, flags=re.DOTALL)


def _unescaped(match: re.Match[str]) -> str:
    if match[1]:
        code = int(match[1], 16)
        return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
    return "" if match[2] == "\n" else match[2]


def _read_css(page: Page, data: bytes) -> None:
    page.uses.extend(_of_css(data.decode("utf-8-sig", "replace")))


# XML: sitemaps and feeds


class _Refused(Exception):
    """XML that says more than it should."""


def _read_xml(page: Page, data: bytes) -> None:
    try:
        if page.path.endswith(".gz"):
            data = _unpacked(data)
        _XmlReader(page).read(data)
    except (expat.ExpatError, _Refused, OSError, EOFError, zlib.error, ValueError) as error:
        what = say("is no XML that can be read: %(reason)s", reason=str(error)[:100] or type(error).__name__)
        page.faults.append(Fault(what, say("mend it; a program that reads it gives up here")))


def _unpacked(data: bytes) -> bytes:
    with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
        unpacked = file.read(LARGEST + 1)
    if len(unpacked) > LARGEST:
        raise _Refused(f"more than {LARGEST} bytes when unpacked")
    return unpacked


class _XmlReader:
    """Collects what a sitemap or a feed uses. Elements are known by their local names."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.kind = ""
        self.path: list[str] = []
        self.text: list[str] = []
        self.guid = True
        self.entry: tuple[str, list[tuple[str, str]]] = ("", [])

    def read(self, data: bytes) -> None:
        """Read it all. Raises ExpatError or _Refused."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.text.append
        parser.EntityDeclHandler = self.refuse
        parser.Parse(data, True)

    def refuse(self, *_: Any) -> None:
        """Refuse a file that declares entities: they can make a few bytes into milliards."""
        raise _Refused("it declares entities")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Note an element's attributes."""
        local = name.rpartition(":")[2]
        self.path.append(local)
        if len(self.path) == 1:
            self.kind = {"urlset": "sitemap", "sitemapindex": "sitemap", "feed": "feed", "rss": "feed"}.get(local, "")
            self.kind = "feed" if local == "RDF" else self.kind
        if len(self.path) > 100:
            raise _Refused("elements more than 100 deep")
        self.text.clear()
        uses = self.page.uses
        if self.kind == "sitemap" and local == "url":
            self.entry = ("", [])
        elif self.kind == "sitemap" and local == "link" and "href" in attributes:
            language = attributes.get("hreflang", "")
            uses.append(Use(attributes["href"], "sitemap alternate", language))
            self.entry[1].append((language, attributes["href"]))
        elif self.kind == "feed" and local in ("link", "enclosure", "content", "thumbnail"):
            for key in ("href", "url", "src"):
                if key in attributes:
                    uses.append(Use(attributes[key], f"feed {local}", attributes.get("hreflang", "")))
        elif self.kind == "feed" and local == "guid":
            self.guid = attributes.get("isPermaLink", "true") == "true"

    def end(self, name: str) -> None:
        """Note an element's text."""
        local = self.path.pop()
        text = "".join(self.text).strip()
        self.text.clear()
        if self.kind == "sitemap":
            parent = self.path[-1] if self.path else ""
            if local == "loc":
                self.page.uses.append(Use(text, "sitemap loc"))
                if parent == "url":
                    self.entry = (text, self.entry[1])
            elif local == "url":
                self.page.entries.append(self.entry)
        elif self.kind == "feed":
            if text and (local in ("link", "icon", "logo", "uri", "comments") or (local == "guid" and self.guid)):
                self.page.uses.append(Use(text, f"feed {local}"))
            elif local == "url" and self.path[-1:] == ["image"]:
                self.page.uses.append(Use(text, "feed image"))
            elif local in ("content", "summary", "description", "encoded") and "<" in text:
                inner = Page("")
                tree = _tree(self.page, text.encode())
                _read_elements(inner, tree.css(SELECTOR) if tree else ())
                self.page.uses.extend(use._replace(kind=f"feed {use.kind}") for use in inner.uses)


# Further files


def _read_robots(page: Page, data: bytes) -> None:
    for line in data.decode("utf-8", "replace").splitlines():
        if match := re.match(r"\s*sitemap\s*:\s*(\S*)", line, re.IGNORECASE):
            page.uses.append(Use(match[1], "robots sitemap"))


def _read_redirects(page: Page, data: bytes) -> None:
    """Read the redirects of Netlify and Cloudflare Pages: from, to, and perhaps a status and conditions."""
    for line in data.decode("utf-8", "replace").splitlines():
        words = line.split("#")[0].split() if not line.strip().startswith("#") else []
        if len(words) >= 2 and not re.search(r"[*:]", words[1].partition("://")[2] or words[1]):
            page.redirects.append((words[0], words[1]))
            page.uses.append(Use(words[1], "redirects to"))
        elif len(words) >= 2:
            page.redirects.append((words[0], ""))


def _read_headers(page: Page, data: bytes) -> None:
    for line in data.decode("utf-8", "replace").splitlines():
        if line.strip() and not line[0].isspace() and not line.startswith("#") and not re.search(r"[*:]", line):
            page.uses.append(Use(line.strip(), "headers path"))


def _json(page: Page, data: bytes) -> Any:
    try:
        return json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        reason = str(error).splitlines()[0][:100]
        page.faults.append(Fault(say("is no JSON that can be read: %(reason)s", reason=reason), say("mend the JSON")))
        return None


def _whole(text: str) -> str:
    """Replace what JSON can say and no file can hold: one half of a character."""
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def _read_manifest(page: Page, data: bytes) -> None:
    """Read a web application manifest (W3C): where it starts, its icons and pictures."""
    manifest = _json(page, data)
    if not isinstance(manifest, dict):
        return
    for key in ("start_url", "scope"):
        if isinstance(manifest.get(key), str):
            page.uses.append(Use(_whole(manifest[key]), f"manifest {key}"))
    for key, name in (("icons", "src"), ("screenshots", "src"), ("shortcuts", "url")):
        listed = manifest.get(key)
        for item in listed if isinstance(listed, list) else ():
            if isinstance(item, dict) and isinstance(item.get(name), str):
                page.uses.append(
                    Use(_whole(item[name]), "manifest icon" if key != "shortcuts" else "manifest shortcut")
                )


def _read_search_index(page: Page, data: bytes) -> None:
    """Read an index of MkDocs' search: its locations are below the folder that holds the index's own."""
    index = _json(page, data)
    documents = index.get("docs") if isinstance(index, dict) else None
    for item in documents if isinstance(documents, list) else ():
        if isinstance(item, dict) and isinstance(item.get("location"), str):
            location = unescape(_whole(item["location"]))
            page.uses.append(Use("../" + location, "search location"))


def text_of(root: Path, path: str) -> str:
    """Give the text that readers see on a page; empty where it cannot be read."""
    try:
        data = (root / path).read_bytes()[:LARGEST]
    except OSError:
        return ""
    body = LexborHTMLParser(_as_utf8(Page(path), data)).body
    if body is None:
        return ""
    for node in body.css("script,style,template"):
        node.decompose()
    return body.text()
