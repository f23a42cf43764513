"""Inline Markdown read into words and marks: what a reader sees of a segment, and where each character of it stands.

It follows Python-Markdown, which makes the pages, with the extensions that Material users know: code spans, links and
pictures (inline and by reference), autolinks, HTML, attribute lists, footnotes, entities, emphasis. The rules of words
look at `prose`, those of the skeleton at `spans`; the rendered HTML has the last word on what a page holds
(hexapla.rendering).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from html import unescape
from typing import NamedTuple

OBJECT = "\ufffc"
"""Stands in prose for what is no word: code, an address, a formula."""

SPECIAL = re.compile(r"[\\`<!\[\]{}&*_~=h\n$:]")
ESCAPABLE = "\\`*_{}[]()<>#+-.!|~^$"
"""What a backslash makes a plain character; before anything else it is one itself."""

CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
AUTOLINK = re.compile(r"<((?:[A-Za-z][A-Za-z0-9+.-]{1,31}:|[^\s<>@]+@)[^\s<>]*)>")
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
TAG = re.compile(r"</?[A-Za-z](?:[^<>\"']|\"[^\"]*\"|'[^']*')*>", re.DOTALL)
TEMPLATE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#[ \t].*?#\}", re.DOTALL)
ATTRIBUTES = re.compile(r"\{:?[ \t]*[^{}\n]*\}")
VERBATIM = re.compile(r"<(code|samp|pre|script|style)\b", re.IGNORECASE)
"""Tags whose content is no prose."""

EMOJI = re.compile(r"(?<![\w:]):[a-z+-][a-z0-9_+-]*:(?![\w:])")
"""A short name such as `:smile:` or `:material-check:`."""

ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
ADDRESS = re.compile(r"https?://[^\s<>\[\]()`\"“”«»]*[^\s<>\[\]()`\"“”«».,;:!?।]", re.IGNORECASE)
FOOTNOTE = re.compile(r"\[\^([^\]\s]+)\]")
DESTINATION = re.compile(
    r"""\(\s*(?:<(?P<angled>[^<>\n]*)>|(?P<bare>(?:[^\s()\\]|\\.|\((?:[^\s()\\]|\\.|\([^()]*\))*\))*))
        (?:\s+(?P<title>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\((?:[^()\\]|\\.)*\)))?\s*\)""",
    re.VERBOSE,
)
LOOSE_DESTINATION = re.compile(r"\(\s*(?P<bare>[^()\"]*(?:\([^()\"]*\)[^()\"]*)*?)(?:\s+(?P<title>\"[^\"]*\"))?\s*\)")
"""Python-Markdown lets an address hold spaces and tabs, where CommonMark sees no link."""

REFERENCE = re.compile(r"[ ]?\[([^\[\]]*)\]")
DEFINITION = re.compile(
    r"^[ ]{0,3}\[(?!\^)(?P<label>[^\[\]\n]+)\]:[ \t]*\n?[ \t]*<?(?P<target>[^\s>]+)>?[^\n]*$", re.MULTILINE
)
EMPHASIS = "*_~="


class Span(NamedTuple):
    """A mark in a segment. `start` and `end` are offsets in the segment's text, `inner` those of its words.

    `kind` is code, link, image, autolink, html, attributes, footnote or template. `target` is where a link leads as it
    was written, the content of code, the text of a tag; `at` is where that stands.
    """

    kind: str
    start: int
    end: int
    target: str = ""
    at: tuple[int, int] = (0, 0)
    inner: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Inline:
    """A segment's text, read. `prose` is what a reader sees of it; `offsets` gives each character's place in `text`.

    `wide` says where a character ends that is written with several, such as an entity.
    """

    text: str
    spans: tuple[Span, ...] = field(repr=False)
    prose: str
    offsets: tuple[int, ...] = field(repr=False)
    wide: Mapping[int, int] = field(default_factory=dict, repr=False, compare=False)

    def of(self, *kinds: str) -> tuple[Span, ...]:
        """The spans of some kinds, in the order of the text."""
        return tuple(span for span in self.spans if span.kind in kinds)

    def raw(self, start: int, end: int) -> tuple[int, int]:
        """Turn offsets in the prose into offsets in the text."""
        if start >= len(self.offsets):
            return len(self.text), len(self.text)
        first = self.offsets[start]
        return first, max(first, self._end(end - 1)) if end > start else first

    def is_whole(self, start: int, end: int) -> bool:
        """Whether no mark, such as that of emphasis, stands inside a part of the prose."""
        return all(self._end(index) == self.offsets[index + 1] for index in range(start, min(end, len(self.prose)) - 1))

    def _end(self, index: int) -> int:
        return self.wide.get(index, self.offsets[index] + 1)

    @cached_property
    def sentences(self) -> tuple[tuple[int, int], ...]:
        """Where the sentences of the prose start and end."""
        return tuple(_sentences(self.prose))


def read(text: str, definitions: Mapping[str, str] | None = None) -> Inline:
    """Read inline Markdown. `definitions` are the document's link definitions, label (in lower case) to address.

    Any text can be read; what is no Markdown is prose.
    """
    return _Reader(text, definitions).inline() if definitions else _read(text)


@lru_cache(maxsize=4096)
def _read(text: str) -> Inline:
    """Read once what needs no definitions: a paragraph of the source is compared with one in each locale."""
    return _Reader(text, {}).inline()


def plain(text: str) -> Inline:
    """Take a text without Markdown, such as the title of a page or a message, for prose."""
    return Inline(text, (), text, tuple(range(len(text))))


FILLED_IN = re.compile(r"%%|%\([^()]*\)[a-z]|%[a-z]|\{[^{}]*\}|`[^`]*`|</?[A-Za-z][^<>]*>|--[a-z][\w-]*")


def message(text: str) -> Inline:
    """Read a message of a catalog: what a program fills in, code and tags are no words."""
    prose, offsets, at = [], [], 0
    for match in FILLED_IN.finditer(text):
        prose += [text[at : match.start()], OBJECT]
        offsets += [*range(at, match.start()), match.start()]
        at = match.end()
    return Inline(text, (), "".join([*prose, text[at:]]), (*offsets, *range(at, len(text))))


def definitions_of(body: str) -> dict[str, str]:
    """Collect the link definitions of a document (`[label]: address`), labels in lower case; the last one counts."""
    return {_label(match["label"]): match["target"] for match in DEFINITION.finditer(body)}


def _label(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().lower()


class _Reader:
    """One way through a text, from mark to mark."""

    def __init__(self, text: str, definitions: Mapping[str, str]) -> None:
        self.text = text
        self.definitions = definitions
        self.spans: list[Span] = []
        self.prose: list[str] = []
        self.offsets: list[int] = []
        self.wide: dict[int, int] = {}
        self.jumps: dict[int, int] = {}  # from the bracket that closes a link's words to what follows the link
        self.closed = -1  # where the last construct ended, which an attribute list may follow

    def inline(self) -> Inline:
        at, text = 0, self.text
        while at < len(text):
            match = SPECIAL.search(text, at)
            start = match.start() if match else len(text)
            self._add(text[at:start], at)
            if match:
                at = self._special(start)
            else:
                break
        self.spans.sort(key=lambda span: (span.start, -span.end))
        return Inline(text, tuple(self.spans), "".join(self.prose), tuple(self.offsets), self.wide)

    def _add(self, words: str, at: int) -> None:
        self.prose.append(words)
        self.offsets.extend(range(at, at + len(words)))

    def _put(self, words: str, at: int, end: int) -> None:
        """Put words for something that stands between two places, such as an entity."""
        self.prose.append(words)
        self.offsets.extend([at] * len(words))
        self.wide[len(self.offsets) - 1] = end

    def _mark(self, kind: str, start: int, end: int, target: str = "", at: tuple[int, int] = (0, 0)) -> int:
        self.spans.append(Span(kind, start, end, target, at if at != (0, 0) else (start, end)))
        self.closed = end
        return end

    def _special(self, at: int) -> int:
        """Read what starts at a special character; give where to go on."""
        text, sign = self.text, self.text[at]
        if at in self.jumps:
            self.closed = self.jumps[at]
            return self.jumps[at]
        if sign == "\\" and at + 1 < len(text) and text[at + 1] in ESCAPABLE + "\n":
            self._put(" " if text[at + 1] == "\n" else text[at + 1], at, at + 2)
            return at + 2
        if sign == "\n":
            self._put(" ", at, at + 1)
            return at + 1
        if sign == "`" and (match := CODE.match(text, at)):
            self._put(OBJECT, at, match.end())
            return self._mark("code", at, match.end(), match[2].strip(), match.span(2))
        if sign == "<":
            return self._angle(at)
        if sign == "{":
            return self._brace(at)
        if sign == "&" and (match := ENTITY.match(text, at)):
            self._put(unescape(match[0]), at, match.end())
            return match.end()
        if (sign == "h" and (match := ADDRESS.match(text, at))) or (sign == ":" and (match := EMOJI.match(text, at))):
            self._put(OBJECT, at, match.end())
            return match.end()
        if sign == "[" or (sign == "!" and text.startswith("[", at + 1)):
            return self._bracket(at)
        if sign == "$" and (match := re.compile(r"\$(?![\s\d])[^$\n]+(?<!\s)\$(?!\d)").match(text, at)):
            self._put(OBJECT, at, match.end())
            return match.end()
        if sign in EMPHASIS:
            return self._emphasis(at)
        self._add(sign, at)
        return at + 1

    def _angle(self, at: int) -> int:
        text = self.text
        if match := AUTOLINK.match(text, at):
            self._put(OBJECT, at, match.end())
            return self._mark("autolink", at, match.end(), match[1], match.span(1))
        if match := COMMENT.match(text, at) or TAG.match(text, at):
            if re.match(r"<(?:br|hr|wbr|p|div|li|td|tr)\b", match[0], re.IGNORECASE):
                self._put(" ", at, match.end())
            self._mark("html", at, match.end(), match[0])
            return self._verbatim(at, match.end())
        self._add("<", at)
        return at + 1

    def _verbatim(self, at: int, end: int) -> int:
        """Pass over what stands between `<code>` and `</code>`; give where to go on behind a tag."""
        opening = VERBATIM.match(self.text, at)
        closing = re.compile(rf"</{opening[1]}\s*>", re.IGNORECASE).search(self.text, end) if opening else None
        if closing is None:
            return end
        self._put(OBJECT, end, closing.start())
        return closing.start()

    def _brace(self, at: int) -> int:
        text = self.text
        if match := TEMPLATE.match(text, at):
            self._put(OBJECT, at, match.end())
            return self._mark("template", at, match.end(), match[0])
        if (at == self.closed or text.startswith("{:", at)) and (match := ATTRIBUTES.match(text, at)):
            return self._mark("attributes", at, match.end(), match[0])
        self._add("{", at)
        return at + 1

    def _bracket(self, at: int) -> int:
        """A link, a picture, a footnote, or just a bracket."""
        text = self.text
        if match := FOOTNOTE.match(text, at):
            return self._mark("footnote", at, match.end(), match[1], match.span(1))
        is_image = text[at] == "!"
        opening = at + is_image
        closing = _closing(text, opening)
        found = self._target(opening, closing) if closing > 0 else None
        if found is None:
            self._add(text[at], at)
            return at + 1
        target, place, end = found
        words = (opening + 1, closing)
        self.spans.append(Span("image" if is_image else "link", at, end, target, place, words))
        self.jumps[closing] = end
        return opening + 1

    def _target(self, opening: int, closing: int) -> tuple[str, tuple[int, int], int] | None:
        """Where a link leads: the target, its place, and the end of the link."""
        text = self.text
        match = DESTINATION.match(text, closing + 1) or LOOSE_DESTINATION.match(text, closing + 1)
        if match:
            group = "angled" if "angled" in match.re.groupindex and match["angled"] is not None else "bare"
            return unescape(match[group]).strip(), match.span(group), match.end()
        match = REFERENCE.match(text, closing + 1)
        label = _label((match[1] if match else "") or text[opening + 1 : closing])
        if label in self.definitions:
            end = match.end() if match else closing + 1
            return self.definitions[label], (opening, end), end
        return None

    def _emphasis(self, at: int) -> int:
        """Marks of emphasis are no prose; the same characters between spaces, or inside a word, are."""
        text, sign = self.text, self.text[at]
        end = at
        while end < len(text) and text[end] == sign:
            end += 1
        before = text[at - 1] if at else " "
        after = text[end] if end < len(text) else " "
        alone = before.isspace() and after.isspace()
        inside = sign == "_" and before.isalnum() and after.isalnum()
        short = sign in "~=" and end - at < 2
        if alone or inside or short:
            self._add(text[at:end], at)
        else:
            self.closed = end
        return end


def _closing(text: str, opening: int) -> int:
    """Find the bracket that closes another one, passing over code and escapes; -1 where there is none."""
    depth, at = 0, opening
    while at < len(text):
        sign = text[at]
        if sign == "\\":
            at += 1
        elif sign == "`" and (match := CODE.match(text, at)):
            at = match.end() - 1
        elif sign == "[":
            depth += 1
            if depth > 16:
                return -1
        elif sign == "]":
            depth -= 1
            if depth == 0:
                return at
        at += 1
    return -1


SENTENCE = re.compile(r"[.!?…。？！।॥؟]+[”“»’\"'›)\]]*(?=\s|$)")
ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:[^\W\d_]|z\.\s?B|d\.\s?h|u\.\s?a|t\.d|m\.a|o\.s\.frv|e\.g|i\.e|etc|Mr|Mrs|Ms|Dr|St|No|Nr|bzw|ca|Mio|Mrd|Tsd|"
    r"usw|Inc|Ltd|vs|approx|cf|p\.\s?ex|env|kl|þ\.e|þ\.á\s?m|n\.k|k\.m|k\.v)\.$"
)
"""What ends in a full stop without ending a sentence."""


DEVANAGARI = "\u0900-\u0963\u0970-\u097f"
ABBREVIATED = frozenset(
    "डॉ प्रो पं मो श्री सुश्री श्रीमती स्व कु चि रु सं क्र पृ उदा ई पू वि मी मि किमी सेमी कि ग्रा ले क ख ग घ च छ ज "
    "ए बी सी डी एफ़ एफ जी एच आई जे के एल एम एन ओ पी क्यू आर एस टी यू वी डब्ल्यू एक्स वाई ज़ेड जेड".split()
)
"""What keeps its full stop in Devanagari: titles, units, and initials by the names of the letters."""


def is_abbreviated(before: str) -> bool:
    """Whether a text ends in an abbreviation of Devanagari, its full stop left out."""
    word = re.search(rf"[{DEVANAGARI}]+$", before)
    return bool(word) and word[0] in ABBREVIATED  # type: ignore[index]


def _sentences(prose: str) -> Iterator[tuple[int, int]]:
    """Yield where sentences start and end (Unicode Standard Annex 29, simplified: no break behind an abbreviation, a
    number, or before a small letter)."""
    start = 0
    for match in SENTENCE.finditer(prose):
        end = match.end()
        rest = prose[end:].lstrip()
        if match[0] == "." and (
            ABBREVIATION.search(prose[start:end])
            or is_abbreviated(prose[start : end - 1])
            or re.search(r"\b\d{1,2}\.$", prose[start:end])
            or rest[:1].islower()
        ):
            continue
        if prose[start:end].strip():
            yield start + len(prose[start:end]) - len(prose[start:end].lstrip()), end
        start = end
    if prose[start:].strip():
        yield start + len(prose[start:]) - len(prose[start:].lstrip()), len(prose.rstrip())
