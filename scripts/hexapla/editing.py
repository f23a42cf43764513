"""Put words into a Markdown document, and leave everything else as it is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import yaml

from hexapla.blocks import LINES, Segment
from hexapla.content import Document
from hexapla.translations import Unit

OWN_INDENT = re.compile(r"admonition|details|tab|definition|footnote")
"""Blocks whose bodies are indented below a line of their own."""


@dataclass
class Edits:
    """Changes of a text, all at offsets of the text as it was."""

    text: str
    _changes: dict[int, tuple[int, str]] = field(default_factory=dict)
    _insertions: dict[int, str] = field(default_factory=dict)

    def replace(self, start: int, end: int, words: str) -> None:
        """Put words in the place of what stands between two offsets."""
        self._changes[start] = (end, words)

    def insert(self, at: int, words: str) -> None:
        """Put words at an offset, behind what was put there before."""
        self._insertions[at] = self._insertions.get(at, "") + words

    def result(self) -> str:
        """The text with all changes."""
        text = self.text
        for at in sorted({*self._changes, *self._insertions}, reverse=True):
            end, words = self._changes.get(at, (at, ""))
            text = text[:at] + self._insertions.get(at, "") + words + text[end:]
        return text


def place_words(text: str, segment: Segment, words: str) -> str:
    """Write words as they must stand in place of a segment: quoted in YAML, marks of quotes repeated on new lines."""
    if segment.kind == "front matter":
        return quote(words)
    return words.replace("\n", "\n" + prefix_of(text, segment))


def quote(words: str) -> str:
    """Write a text as a YAML scalar on one line; without quotation marks where YAML needs none."""
    written = yaml.safe_dump(words, allow_unicode=True, width=10**9, default_style=None).removesuffix("\n...\n").strip()
    return written if "\n" not in written else yaml.safe_dump(words, default_style='"', width=10**9).strip()


def prefix_of(text: str, segment: Segment) -> str:
    """What further lines of a segment's block begin with: the marks of quotes, and spaces for those of lists."""
    return re.sub(r"[^>\s]", " ", text[_start_of_line(text, segment.start) : segment.start])


def end_of_block(text: str, segment: Segment) -> int:
    """The offset behind the last line of a segment's block, its line ending and attribute list included."""
    end = segment.end
    for _ in range(2):
        match = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)").match(text, end)
        end = match.end() if match else len(text)
        if not re.compile(r"[ \t]*\{:[^{}\n]*\}[ \t]*(?:\r|\n|\Z)").match(text, end):
            break
    return end


def insertion(
    document: Document, source: Document, units: Sequence[Unit], unit: Unit, words: Mapping[int, str]
) -> tuple[int, str]:
    """Say where in a translation the block of a missing paragraph belongs, and what to put there.

    `units` are all pairs of the document, `unit` the one whose translation is missing. `words` says what to write in
    place of the segments of the source that start at its keys; they stand in the block of `unit`. The place is behind
    the nearest paragraph before it that is translated; the marks around the words are those of the source.
    """
    assert unit.source is not None
    before = _translated_before(units, unit)
    at = end_of_block(document.text, before) if before else document.body_start
    start = _start_of_line(source.text, unit.source.start)
    end = end_of_block(source.text, unit.source)
    edits = Edits(source.text)
    for one in units:
        if one.source and one.source.start in words and start <= one.source.start < end:
            placed = place_words(source.text, one.source, words[one.source.start])
            edits.replace(one.source.start, one.source.end, placed)
    block = edits.result()[start : end + len(edits.result()) - len(source.text)].rstrip("\r\n") + "\n"
    if OWN_INDENT.search(unit.source.nest) and not _is_container_there(units, unit):
        block = "\n".join(line.lstrip() for line in block.split("\n"))
    lines = LINES.findall(source.text[:start])
    gap = "" if lines and lines[-1].strip() else "\n"
    lead = "" if at == 0 or document.text[:at].endswith(("\n", "\r")) else "\n"
    return at, (lead + gap + block if before else block + "\n")


def _translated_before(units: Sequence[Unit], unit: Unit) -> Segment | None:
    """The nearest paragraph before a pair that has a translation in the body."""
    index = next(number for number, one in enumerate(units) if one is unit)
    for earlier in reversed(units[:index]):
        if earlier.translation and earlier.translation.kind != "front matter":
            return earlier.translation
    return None


def _is_container_there(units: Sequence[Unit], unit: Unit) -> bool:
    """Whether the block around a missing paragraph is in the translation, or is put there with it.

    Walks back to the paragraph of the source before it that stands in the same block, or opens it.
    """
    assert unit.source is not None
    index = next(number for number, one in enumerate(units) if one is unit)
    for earlier in reversed(units[:index]):
        if earlier.source is None:
            continue
        if earlier.source.kind in ("title", "term"):
            return True
        if earlier.source.nest == unit.source.nest:
            if earlier.translation:
                return earlier.translation.nest == unit.source.nest
            continue
        return False
    return False


def _start_of_line(text: str, offset: int) -> int:
    return max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1
