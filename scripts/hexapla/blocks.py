"""Markdown cut into blocks and segments, with their places; putting the pieces together again gives the text.

markdown-it-py reads CommonMark with tables, footnotes and definition lists; rules of our own read what MkDocs and
Material users write besides: admonitions, details and content tabs (all of them a marker line and an indented body).
What is none of these, such as a snippet, a Hugo shortcode or HTML, is left whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.common.utils import mdTrim
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin

LINES = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
"""Lines with their endings, as CommonMark has them: nothing but CR and LF ends a line."""

CONTAINER = re.compile(r"(?P<mark>!!!|\?\?\?\+?|===[!+]?)[ \t]+(?P<rest>\S.*?)[ \t]*$")
TITLE = re.compile(r'"(?P<title>[^"]*)"')
ATTRIBUTES = re.compile(r"[ \t]*\{:?[ \t]*(?P<list>[^{}\n]*?)[ \t]*\}[ \t]*$")
"""An attribute list at the end of a heading or a cell (Python-Markdown's attr_list)."""

ANCHOR = re.compile(r"(?:^|\s)#([\w:.-]+)")
PICTURE = re.compile(r"!\[(?P<alt>(?:[^\[\]\\]|\\.)*)\]\([^()]*\)(?:\{[^{}]*\})?")
OPAQUE = re.compile(
    r"(?:;?-{1,}8<-{1,}|:::[ \t]|\$\$|\\\[|\*\[[^\]]+\]:|\[TOC\]\s*$|\{\{[<%].*[>%]\}\}\s*$|\{%.*%\}\s*$|<!--)",
    re.DOTALL,
)
"""Paragraphs that are no text: snippets, mkdocstrings, mathematics, abbreviations, shortcodes, comments."""


class Segment(NamedTuple):
    """What a translator translates: the inline Markdown of one block, soft line breaks joined by a space.

    `start` and `end` are offsets in the text; `line` and `column` count from 1. `nest` names the blocks around it,
    outermost first (`ul/li`). `level` is a heading's, or 1 for the cells of a
    table's first row; `key` a heading's id or a front matter's key; `under` the text
    of the heading that it stands under.
    """

    kind: str
    text: str
    start: int
    end: int
    line: int
    column: int
    nest: str = ""
    level: int = 0
    key: str = ""
    under: str = ""

    @property
    def shape(self) -> tuple[str, str, int]:
        """What a translation has in common with its source, whatever the words."""
        return (self.kind, self.nest, self.level)


class Opaque(NamedTuple):
    """A block without words to translate: code, HTML, a rule, or something unknown. `text` is all of it."""

    kind: str
    text: str
    start: int
    end: int
    line: int
    nest: str = ""

    @property
    def shape(self) -> tuple[str, str, int]:
        """What a translation has in common with its source."""
        return (self.kind, self.nest, 0)


Piece = Segment | Opaque


def lines_of(text: str) -> list[str]:
    """Give the lines of a text without their endings. Python's splitlines also breaks at characters that end none."""
    return re.split(r"\r\n|\r|\n", text)


def cut(text: str, offset: int = 0, first_line: int = 1) -> list[Piece]:
    """Cut Markdown into segments and opaque blocks, in the order of the text.

    `offset` and `first_line` say where the text stands in its file. Any text can be cut; nothing is raised.
    """
    return list(_Cutter(text, offset, first_line).pieces())


def top_level(text: str) -> list[tuple[int, int]]:
    """Give the first line of each top-level block, from 0, and the line behind its last."""
    tokens = _parse(LINES.findall(text))
    return [(token.map[0], token.map[1]) for token in tokens if token.level == 0 and token.map and token.nesting >= 0]


DEEPEST = 50
"""Nobody nests lists and quotations so deep; programs that read them fail, or take for ever."""


def depth(text: str) -> tuple[int, int]:
    """Say how many lists, quotations and containers are open at once, at most DEEPEST, and on which line, from 0."""
    opened = deepest = line = 0
    for token in _parse(LINES.findall(text)):
        kind = token.type.rsplit("_", 1)[0]
        if kind == "container" or NAMES.get(kind) in OPENING:
            opened += token.nesting
            if opened > deepest:
                deepest, line = opened, (token.map or [0])[0]
    # The parser stops at a hundred levels: two for each list.
    return min(deepest + deepest // 49, DEEPEST), line


def _parse(lines: Sequence[str]) -> list[Token]:
    return PARSER.parse("\n".join(line.rstrip("\r\n") for line in lines))


# What is plain: most of what people write

FAR_REACHING = re.compile(r"[ \t]*[:~<]|[ \t>*+\d.)-]+(?:`{3}|~{3}|<)|[ \t>]*\[\^[^\]]+\]:|[^\0]*\0")
"""A line that begins something which may reach over empty lines, or back to the paragraph before: HTML, a definition,
a footnote, a fence that is indented or within something else."""

FENCE = re.compile(r"(`{3,})[^`]*$")

WORDS = re.compile(r"[A-Za-z\"'(@$%&{\\]|[^\x00-\x7f]|\*{1,3}[^\s*]|_{1,3}[^\s_]|`{1,2}[^`]|!\[|\[(?!\^)")
"""How a line begins that begins nothing but words; wherever it stands, it only goes on with a paragraph."""

HEADING = re.compile(r"(#{1,6})[ \t](.*)")

ITEM = re.compile(r"([-+*]|\d{1,9}[.)]) ")
"""How an item of a list begins whose words stand one space behind its mark."""


def _tokens(lines: Sequence[str]) -> list[Token]:
    """Give the tokens that `_parse` gives, but for the ends of lists' places; markdown-it-py reads only what is not
    plain."""
    rows = [line.rstrip("\r\n") for line in lines]
    chunks = _chunks(rows)
    if chunks is None:
        return PARSER.parse("\n".join(rows))
    tokens: list[Token] = []
    waiting = len(rows)
    for start, end in chunks:
        found = _plain(rows, start, end)
        if found is None:
            waiting = min(waiting, start)  # a list may go on behind an empty line
            continue
        if waiting < start:
            tokens += _parse_part(rows, waiting, start)
        waiting = len(rows)
        tokens += found
    return tokens + _parse_part(rows, waiting, len(rows)) if waiting < len(rows) else tokens


def _chunks(rows: Sequence[str]) -> list[tuple[int, int]] | None:
    """Give the first line of each run of lines without an empty one, but in a fence, and the line behind its last.

    None where something may reach further than to an empty line and what is indented behind it.
    """
    found: list[tuple[int, int]] = []
    start, number = -1, 0
    while number < len(rows):
        row = rows[number]
        if not row.strip(" \t"):
            if start >= 0:
                found.append((start, number))
            start = -1
        elif FAR_REACHING.match(row):
            return None
        elif start < 0:
            start = number
        if match := FENCE.match(row):
            closing = re.compile(rf" {{0,3}}{match[1]}`*[ \t]*$")
            number = next((one for one in range(number + 1, len(rows)) if closing.match(rows[one])), len(rows))
        number += 1
    return [*found, (start, len(rows))] if start >= 0 else found


def _plain(rows: Sequence[str], start: int, end: int) -> list[Token] | None:
    """The tokens of a paragraph or a heading that stands by itself; None for anything else."""
    own = rows[start:end]
    if _are_words(own):
        kind, tag, content = "paragraph", "p", mdTrim("\n".join(own))
    elif len(own) == 1 and (match := HEADING.match(own[0])):
        kind, tag = "heading", f"h{len(match[1])}"
        words = match[2].strip(" \t")
        # Number signs at the end close a heading, if a space stands before them.
        closed = words.rstrip("#")
        content = mdTrim(words if closed and closed[-1] not in " \t" else closed)
    else:
        return None
    place = [start, end]
    return [
        Token(f"{kind}_open", tag, 1, map=place),
        Token("inline", "", 0, map=place, content=content),
        Token(f"{kind}_close", tag, -1),
    ]


def _are_words(rows: Sequence[str]) -> bool:
    """Whether each row begins with words, and none may define what a link leads to."""
    return all(map(WORDS.match, rows)) and not any("]:" in row for row in rows)


def _plain_list(rows: Sequence[str], start: int, end: int) -> list[Token] | None:
    """The tokens of a list in which each item is a line of words; None for anything else."""
    marks = [ITEM.match(row) for row in rows[start:end]]
    words = [row[mark.end() :] if mark else "" for mark, row in zip(marks, rows[start:end], strict=True)]
    # Another sign begins another list; another number does not.
    signs = {mark[1][-1] for mark in marks if mark}
    if not _are_words(words) or len(signs) != 1:
        return None
    kind, tag = ("ordered_list", "ol") if signs <= {".", ")"} else ("bullet_list", "ul")
    tokens = [Token(f"{kind}_open", tag, 1, map=[start, end])]
    for number, row in enumerate(words, start):
        place = [number, number + 1]
        tokens.append(Token("list_item_open", "li", 1, map=place))
        tokens.append(Token("paragraph_open", "p", 1, map=place))
        tokens.append(Token("inline", "", 0, map=place, content=mdTrim(row)))
        tokens += _ENDS_OF_ITEM
    tokens.append(Token(f"{kind}_close", tag, -1))
    return tokens


_ENDS_OF_ITEM = (Token("paragraph_close", "p", -1), Token("list_item_close", "li", -1))


def _parse_part(rows: Sequence[str], start: int, end: int) -> list[Token]:
    """The tokens of some lines, with their places in the whole text."""
    last = end
    while not rows[last - 1].strip(" \t"):
        last -= 1
    if (found := _plain_list(rows, start, last)) is not None:
        return found
    tokens = PARSER.parse("\n".join(rows[start:end]))
    for token in tokens:
        if token.map:
            token.map = [token.map[0] + start, token.map[1] + start]
    return tokens


# The parser


def _container(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """Read a marker line and its body, which is indented by four columns (Python-Markdown's admonition)."""
    if state.is_code_block(start_line):
        return False
    line = state.src[state.bMarks[start_line] + state.tShift[start_line] : state.eMarks[start_line]]
    match = CONTAINER.match(line)
    if not match or (match["mark"].startswith("===") and not TITLE.match(match["rest"])):
        return False
    if silent:
        return True
    last = next_line = start_line + 1
    while next_line < end_line:
        if state.isEmpty(next_line):
            next_line += 1
            continue
        if state.sCount[next_line] - state.blkIndent < 4:
            break
        next_line += 1
        last = next_line
    name = {"!": "admonition", "?": "details", "=": "tab"}[match["mark"][0]]
    opening = state.push("container_open", name, 1)
    opening.map = [start_line, last]
    opening.info = line
    parent, state.parentType = state.parentType, "container"
    line_max, state.lineMax = state.lineMax, last
    state.blkIndent += 4
    state.md.block.tokenize(state, start_line + 1, last)
    state.blkIndent -= 4
    state.lineMax = line_max
    state.parentType = parent
    state.push("container_close", name, -1)
    state.line = last
    return True


def _make_parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"maxNesting": 100}).enable("table")
    parser.use(footnote_plugin).use(deflist_plugin)
    terminates = ["paragraph", "blockquote", "list", "reference"]
    parser.block.ruler.before("fence", "container", _container, {"alt": terminates})
    # What an address may be is for the rules to say.
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    parser.core.ruler.enableOnly(["normalize", "block"])  # inline Markdown stays as it was written
    return parser


PARSER = _make_parser()


# Cutting

NAMES = {
    "bullet_list": "ul",
    "ordered_list": "ol",
    "list_item": "li",
    "blockquote": "quote",
    "footnote_reference": "footnote",
    "dl": "dl",
    "dd": "definition",
    "table": "table",
    "tr": "tr",
}
"""How blocks around a segment are named in `nest`."""

OPENING = frozenset({"ul", "ol", "quote", "dl"})
"""The blocks that count as nesting."""


class _Cutter:
    """Walks the tokens of one text and turns them into pieces."""

    def __init__(self, text: str, offset: int, first_line: int) -> None:
        self.lines: list[str] = LINES.findall(text)
        self.offsets = [offset]
        for line in self.lines:
            self.offsets.append(self.offsets[-1] + len(line))
        self.first_line = first_line
        self.tokens = _tokens(self.lines)
        self.nest: list[str] = []
        self.under = ""
        self.cursor: tuple[int, int] = (0, 0)

    def pieces(self) -> Iterator[Piece]:
        for index, token in enumerate(self.tokens):
            kind = token.type.rsplit("_", 1)[0]
            if token.type == "container_open":
                yield from self._title(token)
                self.nest.append(token.tag)
            elif token.type == "container_close" or (token.nesting == -1 and kind in NAMES):
                self.nest.pop()
            elif token.nesting == 1 and kind in NAMES:
                self.nest.append(NAMES[kind])
            elif token.type == "inline":
                yield from self._inline(self.tokens[index - 1], token)
            elif token.map and token.nesting == 0 and token.type in {"fence", "code_block", "html_block", "hr"}:
                yield self._opaque(token.type.removesuffix("_block"), token)

    def _opaque(self, kind: str, token: Token) -> Opaque:
        start, end = token.map or [0, 0]
        text = "".join(self.lines[start:end])
        place = (self.offsets[start], self.offsets[min(end, len(self.lines))], self.first_line + start)
        return Opaque(kind, text, *place, "/".join(self.nest))

    def _title(self, token: Token) -> Iterator[Piece]:
        """An admonition's or a tab's title, where it has one."""
        number = (token.map or [0])[0]
        line = self.lines[number]
        match = TITLE.search(line, line.find(token.info))
        yield self._opaque("container", Token("container", "", 0, map=[number, number + 1]))
        if match and match["title"].strip():
            yield self._segment("title", match["title"], number, match.start("title"), number, match.end("title"))

    def _inline(self, opening: Token, token: Token) -> Iterator[Piece]:
        """The words of one block: cut off what is not words, find where they stand."""
        content = token.content
        first, end = token.map or [0, 0]
        if opening.type == "heading_open":
            yield from self._heading(opening, content, first)
        elif opening.type in {"th_open", "td_open"}:
            yield from self._cell(content, first, int(opening.type == "th_open"))
        elif opening.type == "dt_open":
            yield from self._simple("term", content, first, first + 1)
        elif OPAQUE.match(content):
            yield self._opaque("other", token)
        elif match := PICTURE.fullmatch(content.strip()):
            yield from self._picture(match["alt"], token)
        else:
            yield from self._simple(self._kind(), content, first, end)

    def _kind(self) -> str:
        around = self.nest[-1] if self.nest else ""
        return {"li": "item", "quote": "quote", "footnote": "footnote", "definition": "definition"}.get(
            around, "paragraph"
        )

    def _heading(self, opening: Token, content: str, number: int) -> Iterator[Piece]:
        match = ATTRIBUTES.search(content)
        words = content[: match.start()] if match else content
        anchor = ANCHOR.search(match["list"]) if match else None
        level, key = int(opening.tag[1:]), anchor[1] if anchor else ""
        for piece in self._simple("heading", words, number, number + 1 + words.count("\n"), level, key):
            if isinstance(piece, Segment):
                self.under = piece.text
            yield piece

    def _cell(self, content: str, number: int, level: int) -> Iterator[Segment]:
        """A table's cell. Cells of one line are found one after the other."""
        match = ATTRIBUTES.search(content)
        words = content[: match.start()] if match else content
        at = self.cursor[1] if self.cursor[0] == number else 0
        line = self.lines[number]
        for form in (words, words.replace("|", "\\|")):
            column = line.find(form, at) if form else -1
            if column >= 0:
                self.cursor = (number, column + len(form))
                yield self._segment("cell", form, number, column, number, column + len(form), level)
                return

    def _picture(self, alt: str, token: Token) -> Iterator[Piece]:
        """A picture alone in its paragraph: its alternative text."""
        first, end = token.map or [0, 0]
        for number in range(first, end):
            column = self.lines[number].find(f"![{alt}]")
            if column >= 0 and alt.strip():
                yield self._segment("alt", alt, number, column + 2, number, column + 2 + len(alt))
                return
        yield self._opaque("other", token)

    def _simple(self, kind: str, content: str, first: int, end: int, level: int = 0, key: str = "") -> Iterator[Piece]:
        """Words on consecutive lines; a last line that is an attribute list is none of them."""
        rows = content.split("\n")
        while len(rows) > 1 and ATTRIBUTES.fullmatch(rows[-1]):
            rows.pop()
            end -= 1
        while len(rows) > 1 and not rows[0].strip():  # of control characters, which are blanks for Python alone
            rows.pop(0)
            first += 1
        rows[-1] = rows[-1].rstrip()
        if not rows[-1] and len(rows) == 1:
            return
        last = first + len(rows) - 1
        start_column = self._column(first, rows[0])
        end_column = self._column(last, rows[-1])
        if start_column < 0 or end_column < 0:  # part of a tab, say: then it is left whole
            yield self._opaque("other", Token("other", "", 0, map=[first, max(end, first + 1)]))
            return
        place = (first, start_column, last, end_column + len(rows[-1].lstrip()))
        yield self._segment(kind, join_rows(rows), *place, level, key)

    def _column(self, number: int, row: str) -> int:
        """Where a row of words stands in its line: as far right as it can, behind all marks of lists and quotes."""
        if number >= len(self.lines):
            return -1
        return self.lines[number].rfind(row.strip())

    def _segment(
        self, kind: str, text: str, first: int, column: int, last: int, end_column: int, level: int = 0, key: str = ""
    ) -> Segment:
        return Segment(
            kind=kind,
            text=text,
            start=self.offsets[first] + column,
            end=self.offsets[last] + end_column,
            line=self.first_line + first,
            column=column + 1,
            nest="/".join(self.nest),
            level=level,
            key=key,
            under="" if kind == "heading" else self.under,
        )


def join_rows(rows: Sequence[str]) -> str:
    """Join the lines of a block: a soft break becomes a space, a hard break (two spaces, a backslash) stays."""
    joined = rows[0].lstrip()
    for row in rows[1:]:
        if joined.endswith("  "):
            joined = joined.rstrip() + "  \n" + row.lstrip()
        elif joined.endswith("\\"):
            joined += "\n" + row.lstrip()
        else:
            joined = joined.rstrip() + " " + row.lstrip()
    return joined.rstrip() if not joined.endswith("\n") else joined
