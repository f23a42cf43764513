"""What stands written in a file, each reference and each id with its place: HTML, CSS, JSON, Markdown, YAML, catalogs,
templates.

The built page says what is used; this says where in a source the like of it stands. Nothing here raises for what is in
a file.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from html import escape, unescape
from pathlib import Path
from typing import NamedTuple

import yaml
from babel.messages import pofile

from hexapla import catalogs, config, inline, pages
from hexapla.blocks import Opaque, Segment
from hexapla.config import Locale
from hexapla.content import FRONT_MATTER, Document
from hexapla.pages import Use


class Spot(NamedTuple):
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
            parts = pages.candidates(raw)
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
    return REFERENCE.sub(_character, raw) if "&" in raw else raw


def _character(match: re.Match[str]) -> str:
    """Read a character reference; browsers keep control characters, which unescape() drops."""
    text = match[0].lower().removeprefix("&#").rstrip(";")
    code = int(text.lstrip("x") or "0", 16 if text.startswith("x") else 10) if match[0].startswith("&#") else 0
    return chr(code) if 0 < code < 0x20 and code != 0x0D else unescape(match[0])


def _in_css(text: str, start: int, end: int) -> Iterator[Written]:
    """Yield what CSS refers to."""
    part = pages.COMMENT.sub(lambda match: " " * len(match[0]), text[start:end])
    for match in pages.URL.finditer(part):
        one, two = match.span("import" if match["import"] is not None else "url")
        value = pages.css_value(_value(part[one:two]))
        if part[one : one + 1] in ("'", '"') and two - one > 1:
            one, two = one + 1, two - 1
        yield Written(value, "", "css", start + one, start + two)


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

    @cached_property
    def _in_sitemap(self) -> Mapping[str, list[Written]]:
        """What stands in the elements and attributes of a sitemap; there may be very many."""
        found: dict[str, list[Written]] = {}
        for match in re.finditer(r"[=]\s*+(?:\"([^\"<>]*)\"|'([^'<>]*)')|>\s*+([^<>]*[^<>\s])\s*+<", self.source.text):
            raw = match[match.lastindex or 0]
            found.setdefault(unescape(raw), []).append(Written(raw, "", "", *match.span(match.lastindex or 0)))
        return found

    def find(self, use: Use) -> Sequence[Written]:
        """Give the places where a use can stand."""
        text = use.text.removeprefix("../") if use.kind == "search location" else use.text
        key = key_of(use)
        if use.kind == "meta refresh":
            return [one for one in self.written if one.name == "content" and text and one.text.strip() == text]
        if use.kind.startswith("sitemap ") and text in self._in_sitemap:
            return self._in_sitemap[text]
        if use.kind == "redirects to":  # the same path can be sent on elsewhere, and stands first on its line then
            forms = re.finditer(rf"(?m)^[ \t]*+[^\s#]\S*+[ \t]++({re.escape(text)})(?!\S)", self.source.text)
            return [Written(text, "", "", *match.span(1)) for match in forms]
        if found := self._by_text.get((text, key)):
            return found
        if found := self._by_text.get((text, ("", "json-ld"))):
            return found
        return list(standing(self.source.text, text, r"(?<!<id>)")) if text else []

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
                found.append((start, match.start(), letters(unescape(without_tags(html)))))
            start = -1 if match[1] else match.start()
        return tuple(found)


def key_of(use: Use) -> tuple[str, str]:
    """Say in which element and attribute a use stands."""
    first, _, last = use.kind.lower().partition(" ")
    if first in ("sitemap", "feed", "robots", "redirects", "headers", "manifest", "search"):
        return "", ""  # whatever holds it in XML or JSON
    if first in ("css", "json-ld", "form"):
        return "", {"css": "css", "json-ld": "json-ld", "form": "action"}[first]
    if first == "meta":
        return first, "content"
    if first == "link" and last != "imagesrcset":
        return first, "href"
    return first, last


def standing(text: str, words: str, before: str = "") -> Iterator[Written]:
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


def without_tags(html: str) -> str:
    """Take the tags out of HTML."""
    return re.sub(r"<[^<>]*>", "", html)


def letters(text: str) -> str:
    """Leave the letters and the digits of a text."""
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
        return tuple(scalars(match["yaml"], match.start("yaml"))) if match else ()

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


def scalars(text: str, offset: int = 0) -> Iterator[tuple[str, Written]]:
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


def in_catalog(text: str) -> Iterator[Said]:
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


def slots(source: Source) -> Iterator[Slot]:
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
