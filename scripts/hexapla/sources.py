"""From a reference in a built page to the line to edit: in a document, mkdocs.yml, a catalog, a template.

Each kind of source is read once into what stands written in it, with its place. A reference is then looked for where
it most probably comes from; what nothing explains is told at its place in the built file itself.
"""

from __future__ import annotations

import json
import posixpath
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from html import escape, unescape
from pathlib import Path
from typing import NamedTuple, TypeVar
from urllib.parse import unquote, urljoin

import yaml
from babel.messages import pofile

from hexapla import addresses, catalogs, config, editing, inline, marking, pages, publication, translations
from hexapla.blocks import Opaque, Segment
from hexapla.config import Locale
from hexapla.content import FRONT_MATTER, Document
from hexapla.pages import Page, Use
from hexapla.problems import Stop, read_exact
from hexapla.publication import MARKDOWN_SUFFIXES, Publication
from hexapla.views import CHECKS, OWN_PAGES, STATUS

TEMPLATES = Path(__file__).parent / "templates"
PAGES_OF_TEMPLATES = OWN_PAGES | {STATUS: "hexapla/status.html", CHECKS: "hexapla/checks.html"}
TEMPLATE_SUFFIXES = (".html", ".xml", ".css", ".js", ".svg")


@dataclass(frozen=True)
class Spot:
    """Where to edit: file, line and column from 1, the end behind the last character, and offsets in the file's text.

    `locale` is the code of the locale whose file it is, `document` its path below the locale's folder where it is one.
    `written` is the text that stands there.
    """

    path: Path
    line: int
    column: int
    end_line: int
    end_column: int
    start: int
    end: int
    locale: str
    written: str
    document: str


@dataclass(frozen=True)
class Source:
    """A file that was read: its text as it is, and whose it is."""

    path: Path
    text: str = field(repr=False)
    locale: str = ""
    document: str = ""

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer(r"\r\n|\r|\n", self.text))]

    def place(self, offset: int) -> tuple[int, int]:
        """Give the line and the column of an offset."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def spot(self, start: int = 0, end: int = 0) -> Spot:
        """Make the spot between two offsets; without any, the beginning of the file."""
        written = self.text[start:end]
        places = (*self.place(start), *self.place(end))
        return Spot(self.path, *places, start, end, self.locale, written, self.document)


class Written(NamedTuple):
    """A reference, or an id, where it stands in a text.

    `text` is what a browser would make of it; `tag` and `name` are the element and the attribute that it is in, or
    becomes a part of. `is_markdown` tells that MkDocs turns it into an address of the site. `order` is where it comes
    on the page, which is elsewhere than in the file for a footnote and for what is put in from the source.
    """

    text: str
    tag: str
    name: str
    start: int
    end: int
    is_markdown: bool = False
    order: tuple[int, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """What it has in common with a use of a page."""
        return ("" if self.name in UNTAGGED else self.tag, self.name)


class Found(NamedTuple):
    """Something written, and the file that it is in."""

    source: Source
    written: Written

    @property
    def spot(self) -> Spot:
        """Its place."""
        return self.source.spot(self.written.start, self.written.end)


# HTML, as it is written in built files, in Markdown and in templates

UNTAGGED = frozenset({"css", "json-ld", "action", ""})
"""What is no attribute of one kind of element."""

WHOLE = frozenset("href src poster data action formaction cite longdesc background".split())
"""Attributes whose whole value is an address."""

FILLED = "\0"
"""Stands in a template for each character of what Jinja fills in."""

TAG = re.compile(rf"<!--|<(?P<tag>[A-Za-z][^\s/>{FILLED}]*+)")
ATTRIBUTE = re.compile(
    rf"""[\s/{FILLED}]*+(?P<name>[^\s=>/{FILLED}]++)
        (?:\s*+=\s*+(?:"(?P<double>[^"]*+)"|'(?P<single>[^']*+)'|(?P<bare>[^\s>"'][^\s>]*+)))?+""",
    re.VERBOSE,
)
REFERENCE = re.compile(r"&(?:#\d+;?|#[xX][0-9a-fA-F]+;?|[A-Za-z][A-Za-z0-9]*(?:;|(?![A-Za-z0-9=])))")
"""A character reference in an attribute, where one without `;` before a letter or `=` is none (HTML standard)."""

VERBATIM = frozenset({"script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"})
"""Elements whose content holds no tags."""

DESCRIPTOR = re.compile(r"(?:[^,(]|\([^)]*\)?)*+")


def _in_html(text: str, start: int = 0) -> Iterator[Written]:
    """Yield the references and the ids in HTML, or in what has HTML in it, in their order."""
    at = start
    while match := TAG.search(text, at):
        at = match.end()
        if match[0] == "<!--":
            at = text.find("-->", at) + 3
            if at < 3:
                return
            continue
        tag = match["tag"].lower()
        values: dict[str, tuple[int, int]] = {}
        while one := ATTRIBUTE.match(text, at):
            at = one.end()
            group = one.lastgroup or "name"
            place = one.span(group) if group != "name" else (one.end(), one.end())
            values.setdefault(one["name"].lower(), place)
        closing = re.compile(rf"[\s/{FILLED}]*+(=\s*+[\"'])?").match(text, at)
        if closing and closing[1]:
            return  # a quotation mark that nothing closes: a browser reads no further either
        yield from _in_element(text, tag, values)
        at = text.find(">", at) + 1
        if at < 1:
            return
        if tag in VERBATIM:
            end = re.compile(rf"</{tag}\b", re.IGNORECASE).search(text, at)
            stop = end.start() if end else len(text)
            if tag == "style":
                yield from _in_css(text, at, stop)
            elif tag == "script" and "json" in text[slice(*values.get("type", (0, 0)))]:
                yield from _in_json(text, at, stop)
            at = stop


def _in_element(text: str, tag: str, values: Mapping[str, tuple[int, int]]) -> Iterator[Written]:
    """Yield what the attributes of one element refer to. `values` says where they stand."""
    for name, (start, end) in values.items():
        raw, name = text[start:end], name.removeprefix("xlink:")
        # An anchor may have its name as its id too, and is one place all the same.
        is_anchor = name == "name" and tag == "a" and raw != text[slice(*values.get("id", (0, 0)))]
        if name in WHOLE or name in ("id", "content") or is_anchor:
            yield Written(_value(raw), tag, name, start, end)
        if name in ("srcset", "imagesrcset"):
            parts = _candidates(raw)
        elif name == "ping":
            parts = (match.span() for match in re.finditer(r"\S+", raw))
        elif name == "content" and (match := re.match(r"\s*[\d.]*\s*[;,]?\s*url\s*=\s*[\"']?([^\"']*)", raw, re.I)):
            parts = iter([match.span(1)])
        elif name == "style":
            yield from _in_css(text, start, end)
            continue
        else:
            continue
        yield from (Written(_value(raw[one:two]), tag, name, start + one, start + two) for one, two in parts)


def _value(raw: str) -> str:
    """Read an attribute's value as a browser does."""
    raw = raw.replace("\r\n", "\n").replace("\r", "\n")
    return REFERENCE.sub(lambda match: unescape(match[0]), raw) if "&" in raw else raw


def _candidates(srcset: str) -> Iterator[tuple[int, int]]:
    """Yield where the addresses of a `srcset` stand."""
    at = 0
    while match := re.compile(r"[\s,]*(\S+)").match(srcset, at):
        start, at = match.span(1)
        yield start, start + len(match[1].rstrip(","))
        if not match[1].endswith(",") and (descriptor := DESCRIPTOR.match(srcset, at)):
            at = descriptor.end()


def _in_css(text: str, start: int, end: int) -> Iterator[Written]:
    """Yield what CSS refers to."""
    part = pages.COMMENT.sub(lambda match: " " * len(match[0]), text[start:end])
    for match in pages.URL.finditer(part):
        one, two = match.span("import" if match["import"] is not None else "url")
        value = _value(part[one:two])
        if value[:1] in ("'", '"') and len(value) > 1:
            value = value[1:-1]
            if part[one] in ("'", '"'):
                one, two = one + 1, two - 1
        value = re.sub(r"\\([0-9a-fA-F]{1,6})\s?|\\(.)", _unescaped, value, flags=re.DOTALL)
        yield Written(value, "", "css", start + one, start + two)


def _unescaped(match: re.Match[str]) -> str:
    if match[1]:
        code = int(match[1], 16)
        return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
    return "" if match[2] == "\n" else match[2]


def _in_json(text: str, start: int = 0, end: int | None = None) -> Iterator[Written]:
    """Yield the texts of JSON, those of JSON-LD without their fragment, which is a name there."""
    for match in re.compile(r'"(?:[^"\\]|\\.)*+"?').finditer(text, start, len(text) if end is None else end):
        try:
            value = str(json.loads(match[0]))
        except ValueError:
            continue
        value = value.partition("#")[0] if end is not None else value
        yield Written(value, "", "json-ld", match.start() + 1, match.end() - 1)


# Built files

PROSE = (
    re.compile(r'<(div)\b[^<>]*\bclass="hx-prose"'),
    re.compile(r"<(article)\b", re.IGNORECASE),
    re.compile(r"<(\w+)\b[^<>]*\brole=[\"']?main\b", re.IGNORECASE),
    re.compile(r"<(main)\b", re.IGNORECASE),
)
"""What holds a document's own text, and nothing of the frame around it, the narrowest first."""


MISSING = "hx-missing"
"""The class of a paragraph that a page shows in the source's words (hexapla.marking)."""


class Built:
    """A file in which references can be looked for: one of the built site, or one that is published as it is."""

    def __init__(self, source: Source) -> None:
        """Take the file; it is read when something is looked for."""
        self.source = source

    @cached_property
    def written(self) -> tuple[Written, ...]:
        """All that is written in it, in its order."""
        text, name = self.source.text, self.source.path.name.lower()
        if name.endswith((".html", ".htm", ".xhtml", ".svg")):
            return tuple(_in_html(text))
        if name.endswith(".css"):
            return tuple(_in_css(text, 0, len(text)))
        return tuple(_in_json(text)) if name.endswith((".json", ".webmanifest")) else ()

    @cached_property
    def _by_text(self) -> Mapping[tuple[str, tuple[str, str]], list[Written]]:
        found: dict[tuple[str, tuple[str, str]], list[Written]] = {}
        for one in self.written:
            found.setdefault((one.text, one.key), []).append(one)
        return found

    def find(self, use: Use) -> Sequence[Written]:
        """Give the places where a use can stand."""
        text = use.text.removeprefix("../") if use.kind == "search location" else use.text
        key = _key(use)
        if use.kind == "meta refresh":
            return [one for one in self.written if one.name == "content" and text and one.text.strip() == text]
        if found := self._by_text.get((text, key)):
            return found
        if found := self._by_text.get((text, ("", "json-ld"))):
            return found
        return list(_standing(self.source.text, text, r"(?<!<id>)")) if text else []

    @cached_property
    def prose(self) -> tuple[int, int]:
        """Where the document's text begins and ends."""
        text = self.source.text
        for form in PROSE:
            if match := form.search(text):
                depth = 0
                for one in re.compile(rf"<(/?){match[1]}\b", re.IGNORECASE).finditer(text, match.start()):
                    depth += -1 if one[1] else 1
                    if depth == 0:
                        return match.start(), one.start()
                return match.start(), len(text)
        return 0, len(text)

    def is_in_prose(self, written: Written) -> bool:
        """Whether something stands in the document's text."""
        return self.prose[0] <= written.start < self.prose[1]

    @cached_property
    def headings(self) -> tuple[tuple[int, int, str], ...]:
        """Where each heading starts and ends, and its letters."""
        found, start = [], -1
        for match in re.finditer(r"<(/?)h[1-6]\b", self.source.text, re.IGNORECASE):
            if match[1] and start >= 0:
                html = re.sub(
                    r"<a [^<>]*\bclass=\"headerlink\"[^<>]*>[^<>]*", "", self.source.text[start : match.start()]
                )
                found.append((start, match.start(), _letters(unescape(_without_tags(html)))))
            start = -1 if match[1] else match.start()
        return tuple(found)


def _key(use: Use) -> tuple[str, str]:
    """Say in which element and attribute a use stands."""
    first, _, last = use.kind.partition(" ")
    if first in ("sitemap", "feed", "robots", "redirects", "headers", "manifest", "search"):
        return "", ""  # whatever holds it in XML or JSON
    if first in ("css", "json-ld", "form"):
        return "", {"css": "css", "json-ld": "json-ld", "form": "action"}[first]
    if first == "meta":
        return first, "content"
    if first == "link" and last != "imagesrcset":
        return first, "href"
    return first, last


def _standing(text: str, words: str, before: str = "") -> Iterator[Written]:
    """Yield where words stand for themselves in a text, as they are or escaped for HTML or JSON."""
    forms = _forms(words)
    if not any(form in text for form in forms):
        return  # which is much faster to see than with a pattern
    either = "|".join(re.escape(form) for form in forms)
    bounds = r"\s\"'`“”«»()<>="
    for match in re.finditer(rf"(?<![^{bounds}]){before}(?:{either})(?![^{bounds}])", text):
        yield Written(words, "", "", *match.span())


@lru_cache(maxsize=256)
def _forms(words: str) -> Sequence[str]:
    """Give the ways in which a text can be written, the plain one first."""
    return tuple(dict.fromkeys([words, escape(words), escape(words, quote=False), json.dumps(words)[1:-1]]))


def _without_tags(html: str) -> str:
    return re.sub(r"<[^<>]*>", "", html)


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)


# Documents

ESCAPED = re.compile(r"\\([\\`*_{}\[\]()<>#+\-.!|~^$])")
CODE = re.compile(r"(?<![`\\])(`++)((?:(?!\n[ \t]*\n).)+?)(?<!`)\1(?!`)", re.DOTALL)
BRACKET = re.compile(r"\\.|!?\[|\]|\n[ \t]*(?=\n)", re.DOTALL)
HEAD = re.compile(r"meta |json-ld|link canonical|link image_src")
"""Uses outside of the text of a page that a document's front matter can make."""


class Text:
    """A document, and what its Markdown refers to."""

    def __init__(self, document: Document, locale: Locale, path: str) -> None:
        """Take a document; `path` is below the locale's folder."""
        self.document, self.locale, self.path = document, locale, path
        self.source = Source(document.path, document.text, locale.code, path)

    @cached_property
    def _plain(self) -> str:
        """The text without what is no Markdown, each character at its place, all line endings alike."""
        text = self.document.text.replace("\r\n", " \n").replace("\r", "\n")
        opaque = (piece for piece in self.document.pieces if isinstance(piece, Opaque))
        text = _blank(text, [(piece.start, piece.end) for piece in opaque if piece.kind in ("fence", "code")])
        start = self.document.body_start
        for form in (inline.COMMENT, CODE):
            text = text[:start] + form.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text[start:])
        return text

    @cached_property
    def written(self) -> tuple[Written, ...]:
        """The references and the ids of the body, in the order of the page."""
        start, plain = self.document.body_start, self._plain
        matches = list(inline.DEFINITION.finditer(plain, start))
        definitions = {_label(match["label"]): match for match in matches}
        links = _blank(plain, [match.span() for match in matches])
        found = [*_in_markdown(links, start, definitions), *_in_html(plain, start), *_in_attributes(plain, start)]
        notes = [piece for piece in self.document.pieces if "footnote" in piece.nest]
        # Footnotes come at the end of the page.
        placed = (one if one.order else one._replace(order=(one.start,)) for one in found)
        whole = (
            one._replace(order=(int(any(note.start <= one.order[0] < note.end for note in notes)), *one.order))
            for one in placed
        )
        return tuple(sorted(whole, key=lambda one: one.order))

    @cached_property
    def settings(self) -> tuple[tuple[str, Written], ...]:
        """The values of the front matter."""
        match = FRONT_MATTER.match(self.document.text)
        return tuple(_scalars(match["yaml"], match.start("yaml"))) if match else ()

    @cached_property
    def headings(self) -> tuple[Segment, ...]:
        """The headings of the body."""
        return tuple(one for one in self.document.segments if one.kind == "heading")


def _blank(text: str, places: Iterable[tuple[int, int]]) -> str:
    """Put spaces in the place of parts of a text, which come in their order."""
    parts, at = [], 0
    for start, end in places:
        parts += [text[at:start], re.sub(r"[^\n]", " ", text[start:end])]
        at = end
    return "".join([*parts, text[at:]])


def _label(text: str) -> str:
    return " ".join(text.split()).lower()


def _address(raw: str) -> str:
    """Read an address of Markdown: its entities, and what backslashes protect."""
    return unescape(ESCAPED.sub(r"\1", raw)).strip()


def _in_markdown(text: str, start: int, definitions: Mapping[str, re.Match[str]]) -> Iterator[Written]:
    """Yield the links and pictures of Markdown; those by reference at the address that defines them."""
    opened: list[re.Match[str]] = []
    for match in BRACKET.finditer(text, start):
        if match[0].endswith("["):
            opened.append(match)
        elif match[0].startswith("\n"):
            opened.clear()
        elif match[0] == "]" and opened:
            opening = opened.pop()
            tag, name = ("img", "src") if opening[0] == "![" else ("a", "href")
            order = (opening.start(),)
            at = match.end()
            target = inline.DESTINATION.match(text, at) or inline.LOOSE_DESTINATION.match(text, at)
            if target:
                angled = target.groupdict().get("angled")
                place = target.span("bare" if angled is None else "angled")
                raw = text[slice(*place)]
                one, two = place[0] + len(raw) - len(raw.lstrip()), place[1] - len(raw) + len(raw.rstrip())
                yield Written(_address(raw), tag, name, min(one, two), two, True, order)
                continue
            further = inline.REFERENCE.match(text, at)
            words = (further[1] if further else "") or text[opening.end() : match.start()]
            if len(words) < 1000 and (definition := definitions.get(_label(words))):
                yield Written(_address(definition["target"]), tag, name, *definition.span("target"), True, order)
    for link in inline.AUTOLINK.finditer(text, start):
        address = link[1] if ":" in link[1] else f"mailto:{link[1]}"
        yield Written(address, "a", "href", *link.span(1))
    for link in inline.ADDRESS.finditer(text, start):
        # Only extensions make links of them; one inside of a link's own address is not taken for another.
        if text[link.start() - 1 : link.start()] not in ("(", "<", '"', "'", "=", "["):
            yield Written(link[0], "", "bare", *link.span())


def _in_attributes(text: str, start: int) -> Iterator[Written]:
    """Yield what attribute lists (`{: #id srcset="…" }`) hold."""
    for match in inline.ATTRIBUTES.finditer(text, start):
        at = match.start() + 1 + match[0].startswith("{:")
        for name in re.compile(r"#([^\s{}]+)").finditer(text, at, match.end() - 1):
            if text[name.start() - 1] in " \t{:":
                yield Written(name[1], "", "id", *name.span(1))
        values = {}
        for one in ATTRIBUTE.finditer(text, at, match.end() - 1):
            if one.lastgroup and one.lastgroup != "name":
                values[one["name"].lower()] = one.span(one.lastgroup)
        yield from _in_element(text, "", values)


# Settings: front matter and mkdocs.yml


def _scalars(text: str, offset: int = 0) -> Iterator[tuple[str, Written]]:
    """Yield the values of YAML under their dotted keys, items of a list under that of the list. Never raises."""
    try:
        root = config.Loader(text).get_single_node()
    except (yaml.YAMLError, RecursionError, ValueError):
        return
    pending: list[tuple[str, yaml.Node]] = [("", root)] if root else []
    while pending:
        key, node = pending.pop()
        if isinstance(node, yaml.MappingNode):
            # The pages of a navigation, and the names of plugins, are keys of no interest.
            inner = [(f"{key}.{name.value}" if key else str(name.value), value) for name, value in node.value]
            pending.extend(reversed(inner))
        elif isinstance(node, yaml.SequenceNode):
            pending.extend((key, one) for one in reversed(node.value))
        elif isinstance(node, yaml.ScalarNode):
            quoted = int(node.style in ("'", '"'))
            place = (offset + node.start_mark.index + quoted, offset + node.end_mark.index - quoted)
            yield key, Written(str(node.value), "", "", *place)


# Catalogs


class Said(NamedTuple):
    """A translation in a catalog: its words, and where each of its characters stands in the file."""

    text: str
    offsets: Sequence[int]


def _in_catalog(text: str) -> Iterator[Said]:
    """Yield the translations of a catalog, those of its header and fuzzy ones left out."""
    words: list[str] = []
    offsets: list[int] = []
    keyword, is_fuzzy, identity, at = "", False, "", 0
    for line in re.findall(r"[^\r\n]*(?:\r\n|\r|\n|\Z)", text):
        match = catalogs.LINE.fullmatch(line.rstrip("\r\n"))
        start, at = at, at + len(line)
        if match and (match["text"] or match["more"]):
            if match["keyword"]:
                if words:
                    yield Said("".join(words), (*offsets, offsets[-1] + 1))
                words, offsets = [], []
                keyword = match["keyword"]
                identity = "" if keyword == "msgid" else identity
            raw = match["text"] or match["more"]
            begin = start + match.start("text" if match["text"] else "more") + 1
            identity += raw[1:-1] if keyword == "msgid" else ""
            if keyword.startswith("msgstr") and identity and not is_fuzzy:
                for unit in re.finditer(r"\\.|[^\\]", raw[1:-1]):
                    words.append(pofile.unescape(f'"{unit[0]}"'))
                    offsets.append(begin + unit.start())
        elif line.startswith("#"):
            if keyword.startswith("msgstr"):
                keyword, is_fuzzy = "", False
            is_fuzzy = is_fuzzy or (line.startswith("#,") and "fuzzy" in line)
        elif keyword.startswith("msgstr"):
            keyword, is_fuzzy = "", False
    if words:
        yield Said("".join(words), (*offsets, offsets[-1] + 1))


# Templates

JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)


class Slot(NamedTuple):
    """An attribute of a template: the file, what is written there, and the form of what can become of it.

    `form` is None for what is written as it becomes. `literal` is what every result has in common, and `paths` are
    texts in an expression, such as the file that a filter makes an address of.
    """

    source: Source
    written: Written
    form: re.Pattern[str] | None
    literal: str
    paths: Sequence[Written]


def _slots(source: Source) -> Iterator[Slot]:
    """Yield the attributes of a template that can refer to something."""
    text = source.text
    # Tags have to be found around what Jinja puts into them.
    masked = JINJA.sub(lambda match: FILLED * len(match[0]), text)
    is_css = source.path.suffix == ".css"
    for one in _in_css(masked, 0, len(masked)) if is_css else _in_html(masked):
        if FILLED not in one.text:
            yield Slot(source, one, None, one.text, ())
            continue
        parts = re.split(f"{FILLED}+", one.text)
        form = re.compile(".*".join(map(re.escape, parts)), re.DOTALL)
        paths = [
            Written(match[1] or match[2], one.tag, one.name, *match.span(match.lastindex or 0))
            for match in re.compile(r"'([^'{}]+)'|\"([^\"{}]+)\"").finditer(text, one.start, one.end)
        ]
        yield Slot(source, one, form, "".join(parts), paths)


# Looking for a reference

Item = TypeVar("Item")
Sign = tuple[str, str | tuple[str, str]]
"""What a reference is known by: the name of its attribute, and its text or the place where it leads."""


def _nth(items: Sequence[Item], number: int) -> Item:
    """Give the item of a number, or the last one."""
    return items[min(number, len(items) - 1)]


class Sources:
    """Knows where everything in a built site comes from. `found` is None for HTML whose sources nobody has."""

    def __init__(self, root: Path, base: addresses.Base, found: Publication | None) -> None:
        """Take the folder of the built site, where it is published, and the documents that it was built of."""
        self.root, self.base, self.found = root, base, found
        self._built = lru_cache(maxsize=8)(self._read_built)
        self._source = lru_cache(maxsize=512)(_read_source)
        self._text = lru_cache(maxsize=64)(self._read_text)
        self._references = lru_cache(maxsize=16)(self._references_of)
        self._index = lru_cache(maxsize=8)(self._index_of)
        self._published = lru_cache(maxsize=64)(self._published_of)
        self._said = lru_cache(maxsize=None)(self._read_catalog)
        self._ranked: tuple[Page | None, Sequence[int]] = (None, ())

    def of_use(self, page: Page, number: int) -> Spot:
        """Say where to edit the use of a number in `page.uses`."""
        if self.found is not None:
            for search in self._searches:
                if spot := search(page, number):
                    return spot
        built = self._built(page.path)
        return self._in_built(built, page, number) or built.source.spot()

    @cached_property
    def _searches(self) -> Sequence[Callable[[Page, int], Spot | None]]:
        """Where a reference is looked for, the most probable first."""
        return (
            self._in_published_file,
            self._in_documents,
            self._in_configuration,
            self._in_catalogs,
            self._in_templates,
            self._somewhere_in_documents,
        )

    def of_id(self, page: Page, identity: str, repeat: int = 0) -> Spot:
        """Say where an id of a page is written, or the heading that makes it; `repeat` counts its places from 0."""
        built = self._built(page.path)
        places = [one for one in built.written if one.name in ("id", "name") and one.text == identity]
        if not places:
            return self.of_page(page)
        own = _nth(places, repeat)
        if self.found is not None and (spot := self._of_id(page, built, own, places)):
            return spot
        return built.source.spot(own.start, own.end)

    def of_page(self, page: Page) -> Spot:
        """Say which file makes a page: the first line of its document, of its template, or of the page itself."""
        if texts := self._texts(page):
            return texts[0].source.spot()
        if origin := self._published(page.path):
            return origin.source.spot()
        if template := self._template_of(page.path):
            return template.spot()
        return self._built(page.path).source.spot()

    # Built files

    def _read_built(self, path: str) -> Built:
        return Built(Source(self.root / path, _read_any(self.root / path)))

    def _rank(self, page: Page, number: int) -> int:
        """Count how many uses before this one are the same."""
        if self._ranked[0] is not page:
            counts: dict[tuple[str, tuple[str, str]], int] = {}
            ranks = []
            for use in page.uses:
                same = (use.text, _key(use))
                ranks.append(counts.get(same, 0))
                counts[same] = ranks[-1] + 1
            self._ranked = (page, ranks)
        return self._ranked[1][number]

    def _in_built(self, built: Built, page: Page, number: int) -> Spot | None:
        places = built.find(page.uses[number])
        if not places:
            return None
        one = _nth(places, self._rank(page, number))
        return built.source.spot(one.start, one.end)

    def _published_of(self, path: str) -> Built | None:
        """Find the file that is published as it is under a path of the site."""
        if self.found is None or path in self._documents:
            return None
        site = self.found.site
        locale = self._locale_of(path)
        own = path.removeprefix(locale.folder)
        names = {locale.code: own, site.source.code: path.removeprefix(locale.folder), "": path}
        folders = [(code, site.docs_dir / code / name) for code, name in names.items()]
        if site.custom_dir:
            folders.append(("", site.custom_dir / path))
        for code, file in folders:
            source = self._source(file, code)
            # What Jinja fills in is a template, not a file.
            if source and not (file.suffix in (".html", ".xml") and JINJA.search(source.text)):
                return Built(source)
        return None

    def _in_published_file(self, page: Page, number: int) -> Spot | None:
        origin = self._published(page.path)
        return self._in_built(origin, page, number) if origin else None

    # Documents

    @cached_property
    def _documents(self) -> Mapping[str, tuple[Locale, str]]:
        """The locale and the document of each page, by its file."""
        assert self.found is not None
        site, files = self.found.site, self.found.files
        pairs: dict[str, tuple[Locale, str]] = {}
        for locale in site.locales:
            for path in {*files[locale.code], *files[site.source.code]}:
                url = unquote(self.found.url(locale, path))
                pairs[url + "index.html" if url.endswith("/") or not url else url] = (locale, path)
        return pairs

    def _locale_of(self, path: str) -> Locale:
        assert self.found is not None
        site = self.found.site
        return next((one for one in site.translations if path.startswith(one.folder)), site.source)

    def _read_text(self, code: str, path: str) -> Text | None:
        assert self.found is not None
        locale = self.found.site.locale(code)
        document = self.found.document(locale, path)
        return Text(document, locale, path) if document else None

    def _texts(self, page: Page) -> list[Text]:
        """Give the documents that a page shows: its locale's own, then the source's."""
        if self.found is None or page.path not in self._documents:
            return []
        locale, path = self._documents[page.path]
        source = self.found.site.source
        own = None if self._is_fallback(page, locale, path) else self._text(locale.code, path)
        further = self._text(source.code, path) if not locale.is_source else None
        return [text for text in (own, further) if text]

    def _is_fallback(self, page: Page, locale: Locale, path: str) -> bool:
        """Whether a page shows the source's document although its locale has its own: its canonical address says so."""
        assert self.found is not None
        if locale.is_source or page.canonical is None or path not in self.found.documents[locale.code]:
            return False
        place = self._place(page, page.canonical)
        source = self.found.site.source
        return place is not None and place[0] == _bare(self.found.url(source, path))

    def _references_of(self, page: str, is_fallback: bool) -> list[Found]:
        """Give what a page's own text refers to, in its order: what is not translated comes from the source."""
        assert self.found is not None
        locale, path = self._documents[page]
        source = self._text(self.found.site.source.code, path)
        own = None if is_fallback else self._text(locale.code, path)
        if own is None or source is None or own is source:
            text = own or source
            return [Found(text.source, one) for text in [text] if text for one in text.written]
        found = [Found(own.source, one) for one in own.written]
        if MISSING not in self._built(page).source.text:
            return found  # pairing the paragraphs would only take time
        shown: dict[Written, int] = {}
        known = sorted(source.written, key=lambda one: one.order[-1])
        for at, start, end in _missing(self.found, own, source):
            first, last = (bisect_left(known, offset, key=lambda one: one.order[-1]) for offset in (start, end))
            shown |= dict.fromkeys(known[first:last], at)
        # What is put in comes behind what ends at the same place.
        found += [Found(source.source, one._replace(order=(one.order[0], at, *one.order))) for one, at in shown.items()]
        return sorted(found, key=lambda one: one.written.order)

    def _place(self, page: Page, text: str) -> tuple[str, str] | None:
        """Say where in the site a reference of a page leads: the path and the fragment, decoded; None for outside."""
        folders = addresses.folders_of(page.path)
        if page.base:
            reference = addresses.read(page.base, self.base)
            inside = addresses.below(folders, reference, self.base) if reference.is_inside else None
            folders = addresses.folders_of(inside) if inside is not None else folders
        reference = addresses.read(text, self.base)
        if not reference.is_inside:
            return None
        path = addresses.below(folders, reference, self.base)
        return _bare(page.path if path is None else path), unquote(reference.fragment)

    def _leads(self, page: str, text: str, folder: str, code: str) -> set[tuple[str, str]]:
        """Say where in the site an address can lead that a file of a locale's folder has, for a page that shows it.

        A document of the same locale stands for its page in the locale of the page too.
        """
        assert self.found is not None
        address, _, fragment = text.partition("#")
        address = unquote(address.partition("?")[0])
        if not address or address.startswith("/") or addresses.scheme_of(text):
            return set()
        site = self.found.site
        first, _, rest = posixpath.normpath(posixpath.join(code, folder, address)).partition("/")
        owner = next((one for one in site.locales if one.code == first), None)
        if owner is None or not rest:
            return set()
        locales = [owner, self._locale_of(page)] if first == code else [owner]
        if rest.endswith(MARKDOWN_SUFFIXES):
            paths = {self.found.url(one, rest) for one in (*locales, site.source)}
        else:
            paths = {one.folder + rest for one in (*locales, site.source)}
        return {(_bare(path), unquote(fragment)) for path in paths}

    def _index_of(self, page: str, is_fallback: bool) -> Mapping[Sign, list[Found]]:
        """Give what a page's documents refer to, by all that a use of it can be known by, in the order of the page.

        That is the text and the place where it leads, each with the name of an attribute and without.
        """
        index: dict[Sign, list[Found]] = {}
        for one in self._references(page, is_fallback):
            written = one.written
            if written.name in ("id", "name"):
                continue
            signs: set[Sign] = {(written.name, unquote(written.text)), ("", unquote(written.text))}
            if written.text and written.name != "bare":
                leads = self._leads(page, written.text, posixpath.dirname(one.source.document), one.source.locale)
                signs |= {
                    (name, lead) for lead in leads for name in ("", written.name) if written.is_markdown or not name
                }
            for sign in signs:
                index.setdefault(sign, []).append(one)
        return index

    def _candidates(self, page: Page, use: Use, is_loose: bool = False) -> list[Found]:
        """Give what a use in the main part of a page can come from in its documents."""
        if page.path not in self._documents:
            return []
        name = "" if is_loose else _key(use)[1]
        place = self._place(page, use.text) if use.text else None
        # The source's document comes last: a page may show more of it than is known.
        for is_fallback in dict.fromkeys((self._is_fallback(page, *self._documents[page.path]), True)):
            index = self._index(page.path, is_fallback)
            found = dict.fromkeys(index.get((name, unquote(use.text)), ()))
            if place:
                found |= dict.fromkeys(index.get((name, place), ()))
            # An address that only an extension makes a link of counts where nothing else is there.
            if candidates := list(found) or (index.get(("bare", use.text), []) if name == "href" else []):
                # MkDocs leaves fragments as they are written, in letters or in escapes.
                alike = [one for one in candidates if _tail(one.written.text) == _tail(use.text)]
                return sorted(alike or candidates, key=lambda one: one.written.order)
        return []

    def _in_documents(self, page: Page, number: int) -> Spot | None:
        """Look into the document of the page: its text, its heading, its front matter."""
        use = page.uses[number]
        is_inside = number in page.content
        if is_inside and (candidates := self._candidates(page, use)):
            position = self._position_in_prose(page, number)
            if position is not None:
                return _nth(candidates, position).spot
            titles = [one for one in candidates if self._is_in_title(page, one)]
            if titles:
                return _nth(titles, self._rank(page, number)).spot
        if is_inside or HEAD.match(use.kind):
            return self._in_front_matter(page, use)
        return None

    def _position_in_prose(self, page: Page, number: int) -> int | None:
        """Count the same uses before one in the text of a document; None where it stands in the frame."""
        built = self._built(page.path)
        places = built.find(page.uses[number])
        if not places:
            return self._rank(page, number)
        index = min(self._rank(page, number), len(places) - 1)
        if not built.is_in_prose(places[index]):
            return None
        return index - bisect_left(places, built.prose[0], key=lambda one: one.start)

    def _is_in_title(self, page: Page, found: Found) -> bool:
        """Whether something stands in the first heading, which themes put outside of the text."""
        for text in self._texts(page):
            if text.source == found.source:
                first = next((one for one in text.headings if one.level == 1), None)
                return first is not None and first.start <= found.written.start < first.end
        return False

    def _in_front_matter(self, page: Page, use: Use) -> Spot | None:
        place = self._place(page, use.text)
        for text in self._texts(page):
            for _, one in text.settings:
                value = one.text
                if not value or not use.text:
                    continue
                if value == use.text:
                    return _inside(text.source, one, use.text)
                leads: set[tuple[str, str]] = set()
                if re.search(r"[./]", value) and not re.search(r"\s", value):
                    for folder in ("", posixpath.dirname(text.path)):
                        leads |= self._leads(page.path, value, folder, text.locale.code)
                if place and place in leads:
                    return text.source.spot(one.start, one.end)
        return None

    def _somewhere_in_documents(self, page: Page, number: int) -> Spot | None:
        """Take anything in the document that fits, whatever a plugin has made of it."""
        if number not in page.content:
            return None
        for is_loose in (False, True):
            if page.uses[number].text and (found := self._candidates(page, page.uses[number], is_loose)):
                return _nth(found, self._position_in_prose(page, number) or 0).spot
        return None

    # mkdocs.yml

    @cached_property
    def _settings(self) -> Sequence[tuple[Source, str, Written]]:
        """The values of mkdocs.yml, and of those that it inherits from."""
        assert self.found is not None
        found: list[tuple[Source, str, Written]] = []
        path: Path | None = self.found.site.config_file
        for _ in range(8):  # however they inherit from each other
            source = self._source(path, "") if path else None
            if source is None:
                break
            own = [(source, key, one) for key, one in _scalars(source.text)]
            parent = next((one.text for _, key, one in own if key == "INHERIT"), "")
            found += own
            path = config.absolute(source.path.parent / parent) if parent else None
        return found

    def _in_configuration(self, page: Page, number: int) -> Spot | None:
        """Look into mkdocs.yml: the text as it is, then what leads to the same place, then texts that hold it."""
        use = page.uses[number]
        if not use.text:
            return None
        # What a page says about itself comes of its document's name, not of a setting that leads there.
        is_own = re.match(r"link (?:canonical|alternate)|meta og:url|sitemap|feed|search|json-ld|robots", use.kind)
        for source, key, one in self._settings:
            if one.text == use.text and re.search(r"[./:#]", one.text) and not (is_own and key == "site_url"):
                return source.spot(one.start, one.end)
        if not is_own and not use.is_switcher and (place := self._place(page, use.text)):
            for source, key, one in self._settings:
                if self._is_setting_for(page, key, one.text, place):
                    return source.spot(one.start, one.end)
        for source, _, one in self._settings:
            if re.search(r"[<(\s]", one.text) and any(_standing(one.text, use.text)):
                return _inside(source, one, use.text)
        return self._in_edit_address(use)

    def _is_setting_for(self, page: Page, key: str, value: str, place: tuple[str, str]) -> bool:
        """Whether a value names the document, or the file, that a reference leads to."""
        assert self.found is not None
        if not re.search(r"[./]", value) or re.search(r"\s", value) or re.search(r"_dir$|^INHERIT|edit_uri", key):
            return False
        path, _, fragment = value.partition("#")
        locale, site = self._locale_of(page.path), self.found.site
        for one in (locale, site.source):
            below = self.found.url(one, path) if path.endswith(MARKDOWN_SUFFIXES) else one.folder + path
            # MkDocs leaves the name of a document that is not there as it is.
            if place in ((_bare(below), unquote(fragment)), (one.folder + path, unquote(fragment))):
                return True
        return False

    def _in_edit_address(self, use: Use) -> Spot | None:
        """Links to a page's file at its host begin with what `repo_url` and `edit_uri` say."""
        values = {key: (source, one) for source, key, one in reversed(self._settings)}
        repository, edit = values.get("repo_url"), values.get("edit_uri") or values.get("edit_uri_template")
        if repository is None or edit is None:
            return None
        begins = urljoin(repository[1].text.rstrip("/") + "/", edit[1].text.partition("{")[0])
        return edit[0].spot(edit[1].start, edit[1].end) if use.text.startswith(begins) else None

    # Catalogs

    def _read_catalog(self, code: str) -> tuple[Source | None, tuple[Said, ...]]:
        assert self.found is not None
        path = catalogs.path_of(self.found.site, self.found.site.locale(code))
        source = self._source(path, code)
        return source, tuple(_in_catalog(source.text)) if source else ()

    def _in_catalogs(self, page: Page, number: int) -> Spot | None:
        """Look into the words of the page's locale; the source's own are in templates and in mkdocs.yml."""
        text, locale = page.uses[number].text, self._locale_of(page.path)
        if locale.is_source or not re.search(r"\w\w", text):
            return None
        source, said = self._said(locale.code)
        for one in said if source else ():
            for match in _standing(one.text, text):
                assert source is not None
                return source.spot(one.offsets[match.start], one.offsets[match.end])
        return None

    # Templates

    @cached_property
    def _templates(self) -> Mapping[str, Source]:
        """The templates by their names; those of the site stand before those of the tool, and in their place."""
        assert self.found is not None
        found: dict[str, Source] = {}
        for folder in (self.found.site.custom_dir, TEMPLATES):
            for path in publication.files_below(folder) if folder else ():
                name = path.relative_to(folder).as_posix() if folder else ""
                if path.suffix in TEMPLATE_SUFFIXES and name not in found and (source := self._source(path, "")):
                    found[name] = source
        return found

    @cached_property
    def _slots(self) -> Sequence[Slot]:
        return [slot for source in self._templates.values() for slot in _slots(source)]

    def _template_of(self, path: str) -> Source | None:
        """Find the template of a page that no document makes."""
        if self.found is None:
            return None
        below = path.removeprefix(self._locale_of(path).folder)
        if below == "404.html":
            return self._templates.get(below)
        if below.startswith("category/"):
            return self._templates.get("hexapla/category.html")
        for document, name in PAGES_OF_TEMPLATES.items():
            for use_directory_urls in (True, False):
                url = publication.url_of(document, use_directory_urls)
                if below == (url + "index.html" if use_directory_urls else url):
                    return self._templates.get(name)
        return None

    def _in_templates(self, page: Page, number: int) -> Spot | None:
        """Look for what is most like a reference in the templates: the same text, the same file, the same ending."""
        use = page.uses[number]
        tag, name = _key(use)
        place = self._place(page, use.text)
        best: list[tuple[Source, Written]] = []
        highest = (0, 0, False)
        for slot in self._slots:
            if slot.written.name != name:
                continue
            score, one = self._judge(page, use, place, slot)
            whole = (*score, slot.written.tag == tag)
            if score[0] and whole >= highest:
                best = [*best, (slot.source, one)] if whole == highest else [(slot.source, one)]
                highest = whole
        if best:
            same = [one for one in best if one[0] is best[0][0]]
            source, one = _nth(same, self._rank(page, number))
            return source.spot(one.start, one.end)
        if len(use.text) > 3 and re.search(r"\w\w", use.text):
            for source in self._templates.values():
                for one in _standing(source.text, use.text):
                    return source.spot(one.start, one.end)
        return None

    def _judge(
        self, page: Page, use: Use, place: tuple[str, str] | None, slot: Slot
    ) -> tuple[tuple[int, int], Written]:
        """Say how surely an attribute of a template has become a use, and what is to be edited there."""
        written = slot.written
        if slot.form is None:
            return ((3 if written.text == use.text else 0), 0), written
        for path in slot.paths:
            locale = self._locale_of(page.path)
            if path.text == use.text or (place and place[0] in {_bare(path.text), _bare(locale.folder + path.text)}):
                return (2, len(path.text)), path
        is_telling = bool(re.search(r"\w\w", slot.literal))
        return ((1 if is_telling and slot.form.fullmatch(use.text) else 0), len(slot.literal)), written

    # Ids

    def _of_id(self, page: Page, built: Built, own: Written, places: Sequence[Written]) -> Spot | None:
        """Find what gives an id to an element: in the document where it stands in its text, else in a template."""
        is_own = page.path in self._documents
        within = next((one for one in built.headings if one[0] <= own.start < one[1]), None)
        if is_own and (built.is_in_prose(own) or within):
            locale, path = self._documents[page.path]
            references = self._references(page.path, self._is_fallback(page, locale, path))
            explicit = [
                one for one in references if one.written.name in ("id", "name") and one.written.text == own.text
            ]
            if explicit:
                before = sum(built.is_in_prose(one) and one.start < own.start for one in places)
                return _nth(explicit, before).spot
            if within and (spot := self._of_heading(page, built, within)):
                return spot
        if origin := self._published(page.path):
            same = [one for one in origin.written if one.name == own.name and one.text == own.text]
            if same:
                one = _nth(same, places.index(own))
                return origin.source.spot(one.start, one.end)
        fitting = [slot for slot in self._slots if slot.written.name == own.name and slot.written.text == own.text]
        for slot in sorted(fitting, key=lambda slot: slot.written.tag != own.tag):
            return slot.source.spot(slot.written.start, slot.written.end)
        return None

    def _of_heading(self, page: Page, built: Built, within: tuple[int, int, str]) -> Spot | None:
        """Find the heading of a document that has become one of its page: the same letters, as often before it."""
        before = sum(one[2] == within[2] and one[0] < within[0] for one in built.headings)
        for text in self._texts(page):
            same = [one for one in text.headings if _letters_of(one) == within[2]]
            if same:
                one = _nth(same, before)
                return text.source.spot(one.start, one.end)
        return None


def _letters_of(heading: Segment) -> str:
    return _letters(unescape(_without_tags(translations.plain_text(heading.text))))


def _tail(text: str) -> str:
    """Give the query and the fragment of an address, as they are written."""
    return text[len(re.split("[?#]", text, maxsplit=1)[0]) :]


def _bare(path: str) -> str:
    """Give a path of the site as it is told to be the same as another: decoded, without the name of an index."""
    path = unquote(path)
    return re.sub(r"(?:^|(?<=/))index\.html$", "", path).rstrip("/")


def _inside(source: Source, value: Written, text: str) -> Spot:
    """Give the place of a reference inside of a value; that of the value where it is written in another way."""
    for one in _standing(source.text[value.start : value.end], text):
        return source.spot(value.start + one.start, value.start + one.end)
    return source.spot(value.start, value.end)


def _missing(found: Publication, own: Text, source: Text) -> Iterable[tuple[int, int, int]]:
    """Give what a translation's page shows of the source: where it is put, and where it starts and ends there."""
    try:
        units = translations.of_document(found, own.locale, own.path)
    except Stop:
        return []
    placed = []
    at = own.document.body_start
    for unit in units:
        if unit.translation and unit.translation.kind != "front matter":
            at = editing.end_of_block(own.source.text, unit.translation)
        elif unit.source and not unit.translation and unit.source.kind not in marking.UNMARKABLE:
            line = max(source.source.text.rfind(end, 0, unit.source.start) for end in "\r\n") + 1
            placed.append((at, line, editing.end_of_block(source.source.text, unit.source)))
    return placed


def _read_source(path: Path, code: str) -> Source | None:
    """Read a source file; None where that cannot be done."""
    try:
        return Source(path, read_exact(path), code) if path.is_file() else None
    except (Stop, OSError):
        return None


def _read_any(path: Path) -> str:
    """Read a built file as a browser would; nothing where that cannot be done, or where it is too large."""
    try:
        with path.open("rb") as file:
            data = file.read(pages.LARGEST + 1)
    except (OSError, ValueError):
        return ""
    if len(data) > pages.LARGEST:
        return ""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode()
    except UnicodeDecodeError:
        declared = re.search(rb"<meta[^>]*charset\s*=\s*[\"']?\s*([\w:.-]+)", data[:2048], re.IGNORECASE)
    try:
        return data.decode(declared[1].decode("ascii", "replace") if declared else "utf-8", "replace")
    except LookupError:
        return data.decode("utf-8", "replace")
