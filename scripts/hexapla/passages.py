"""Passages: segments and messages as the rules see them, read into words and marks, each character with its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from hexapla import inline
from hexapla.blocks import Segment
from hexapla.catalogs import Row
from hexapla.config import Locale
from hexapla.content import Document
from hexapla.inline import Inline
from hexapla.problems import Fix


class Finding(NamedTuple):
    """What a rule of words has found: where in the passage's text, what is wrong, how to mend it.

    `start` and `end` are offsets in the text; `fix` is what should stand there instead, where that is sure.
    """

    start: int
    end: int
    message: str
    hint: str
    fix: str | None = None


Placer = Callable[[int], tuple[int, int, int]]
"""Turns an offset in a text into its line, its column and its offset in the file (-1 where that is not known)."""


@dataclass(frozen=True)
class Passage:
    """The words of one segment, or of one message, in one locale.

    `kind` is the segment's, or `message`. `line` and `column` say where it begins.
    """

    path: Path
    locale: Locale
    kind: str
    text: str
    line: int
    column: int
    inline: Inline = field(repr=False)
    placer: Placer = field(repr=False, compare=False)
    segment: Segment | None = field(default=None, repr=False, compare=False)

    @property
    def prose(self) -> str:
        """What a reader sees of it."""
        return self.inline.prose

    @cached_property
    def words(self) -> tuple[re.Match[str], ...]:
        """The words of the prose, each with its place there; combining marks belong to their word."""
        return tuple(WORD.finditer(self.prose))

    def found(self, start: int, end: int, message: str, hint: str, fix: str | None = None) -> Finding:
        """Make a finding of offsets in the prose."""
        first, last = self.inline.raw(start, end)
        # A fix of prose is a fix of the text only where no mark stands in between.
        return Finding(first, last, message, hint, fix if self.inline.is_whole(start, end) else None)

    def whole(self, message: str, hint: str) -> Finding:
        """Make a finding about all of it."""
        return Finding(0, len(self.text), message, hint)

    def fix(self, finding: Finding) -> Fix | None:
        """Give the change of the file that mends a finding, where it can be told."""
        if finding.fix is None:
            return None
        start = self.placer(finding.start)[2]
        end = self.placer(finding.end)[2] if finding.end > finding.start else start
        return Fix(start, end, finding.fix) if 0 <= start <= end else None


WORD = re.compile(r"[^\W_](?:[\w\u0900-\u0963\u200c\u200d]|[’'](?=[^\W\d_]))*")
"""A word: letters, digits and marks; an apostrophe inside belongs to it. Python's `\\w` leaves out vowel signs."""


class Pair(NamedTuple):
    """A passage of the source and its translation. For a stale paragraph, the source is what it was when translated.

    `is_stale` says so; then `source` has no place in a file, and `now` is what the source has become since. Rules that
    protect readers look at that: what a translation followed is only what its record says.
    """

    source: Passage
    translation: Passage
    now: Passage | None = None

    @property
    def is_stale(self) -> bool:
        """Whether the source has changed since it was translated."""
        return self.now is not None


def of_segment(document: Document, locale: Locale, segment: Segment, definitions: Mapping[str, str]) -> Passage:
    """Read a segment of a document."""
    is_markdown = segment.kind != "front matter"
    read = inline.read(segment.text, definitions) if is_markdown else inline.plain(segment.text)
    placer = _placer(document, segment)
    return Passage(
        document.path, locale, segment.kind, segment.text, segment.line, segment.column, read, placer, segment
    )


def of_words(like: Passage, text: str, definitions: Mapping[str, str]) -> Passage:
    """Read words that a passage had before: what a stale translation follows."""
    is_markdown = like.kind != "front matter"
    read = inline.read(text, definitions) if is_markdown else inline.plain(text)
    return Passage(like.path, like.locale, like.kind, text, like.line, like.column, read, lambda at: _start_of(like))


def _start_of(passage: Passage) -> tuple[int, int, int]:
    return passage.line, passage.column, -1


def of_message(path: Path, locale: Locale, text: str, rows: Sequence[Row]) -> Passage:
    """Read a message of a catalog, or its translation. `rows` are the lines of its text in the file."""

    def place(at: int) -> tuple[int, int, int]:
        for row in rows:
            if at < len(row.text):
                return row.line, row.column + at, -1
            at -= len(row.text)
        return rows[0].line, 1, -1

    return Passage(path, locale, "message", text, rows[0].line, 1, inline.message(text), place)


def _placer(document: Document, segment: Segment) -> Placer:
    """Make what finds the places of a segment's characters in its file, reading the file's lines only when asked."""
    rows: list[tuple[int, int, int, int]] = []  # offset in the text, line, column, offset in the file

    def place(at: int) -> tuple[int, int, int]:
        if not rows:
            rows.extend(_rows(document.text, segment))
        if not rows:  # words that are nothing but control characters
            rows.append((0, segment.line, segment.column, -1))
        best = rows[0]
        for row in rows:
            if row[0] <= at:
                best = row
        distance = at - best[0]
        return best[1], best[2] + distance, best[3] + distance if best[3] >= 0 else -1

    return place


def _rows(text: str, segment: Segment) -> Iterator[tuple[int, int, int, int]]:
    """Yield where each line of a segment starts: in its text, and in the file."""
    raw = text[segment.start : segment.end]
    if raw == segment.text:
        yield 0, segment.line, segment.column, segment.start
        return
    if segment.kind == "front matter":
        yield from _yaml_rows(raw, segment)
        return
    at, offset = 0, segment.start
    for number, row in enumerate(re.split(r"\r\n|\r|\n", raw)):
        words = row if number == 0 else row.lstrip(" \t>")
        lead = len(row) - len(words)
        found = segment.text.find(words.rstrip(), at) if words.strip() else -1
        if found >= 0:
            column = segment.column if number == 0 else lead + 1
            yield found, segment.line + number, column, offset + lead
            at = found + len(words.rstrip())
        offset += len(row) + (2 if text.startswith("\r\n", offset + len(row)) else 1)


YAML_UNITS = {
    "": re.compile(r"[ \t]*(?:\r\n|\r|\n)\s*|.", re.DOTALL),
    "'": re.compile(r"''|[ \t]*(?:\r\n|\r|\n)\s*|.", re.DOTALL),
    '"': re.compile(r"\\(?:x..|u.{4}|U.{8}|(?:\r\n|\r|\n)[ \t]*|.)|[ \t]*(?:\r\n|\r|\n)\s*|.", re.DOTALL),
}
"""What YAML reads as one character, by the quotation marks around a value: a pair of marks, an escape, a line break."""


def _yaml_rows(raw: str, segment: Segment) -> Iterator[tuple[int, int, int, int]]:
    """Yield where the parts of a front matter's value start: in its text, and in the file as it was written."""
    quoted = raw[:1] in ("'", '"')
    units = YAML_UNITS[raw[0] if quoted else ""].finditer(raw, int(quoted), len(raw) - quoted)
    at, line, start_of_line, is_due = 0, segment.line, 1 - segment.column, True
    for unit in units:
        if is_due:
            yield at, line, unit.start() - start_of_line + 1, segment.start + unit.start()
        wraps = len(re.findall(r"\r\n|\r|\n", unit[0]))
        if wraps:
            line += wraps
            start_of_line = unit.start() + max(unit[0].rfind("\n"), unit[0].rfind("\r")) + 1
        # A line break is a space, an empty line a line break; behind a backslash it is nothing.
        at += 0 if wraps and unit[0].startswith("\\") else max(1, wraps - 1)
        is_due = len(unit[0]) > 1
    if is_due:
        yield at, line, len(raw) - quoted - start_of_line + 1, segment.start + len(raw) - quoted
