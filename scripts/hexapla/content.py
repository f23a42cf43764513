"""A Markdown document: its front matter, with the place of every key, and its text, cut into segments."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import yaml

from hexapla import cache
from hexapla.blocks import LINES, Piece, Segment, cut, depth
from hexapla.cache import Table
from hexapla.config import Place, yaml_problem
from hexapla.problems import Problem, Stop, read_exact, say

FRONT_MATTER = re.compile(
    r"\ufeff?-{3}[ \t]*(?:\r\n|\r|\n)(?P<yaml>.*?(?:\r\n|\r|\n))(?:-{3}|\.{3})[ \t]*(?:\r\n|\r|\n|\Z)", re.DOTALL
)
"""Front matter as MkDocs finds it (mkdocs.utils.meta.YAML_RE, after Python's universal line endings)."""

TRANSLATABLE = ("title", "description", "subtitle", "picture_alt")
"""The keys of front matter whose values are words for readers."""

METADATA_LINE = re.compile(r"[ ]{0,3}[A-Za-z0-9_-]+:")
"""A first line that MkDocs takes for MultiMarkdown metadata, and drops from the page (mkdocs.utils.meta.META_RE).

That is also one with an address, such as `https://example.org/`.
"""


@dataclass(frozen=True)
class Document:
    """A Markdown file.

    `text` is all of it, as it is in the file. `meta` is its front matter, `body_start` the offset of the rest in
    `text`.
    """

    path: Path
    text: str = field(repr=False)
    meta: Mapping[str, Any] = field(default_factory=dict)
    body_start: int = 0

    @property
    def body(self) -> str:
        """The text behind the front matter."""
        return self.text[self.body_start :]

    @cached_property
    def digest(self) -> str:
        """A digest of the text, by which it is told from any other."""
        return cache.digest(self.text)

    @property
    def places(self) -> Mapping[str, Place]:
        """Where each key of the front matter stands."""
        return self._layout[0]

    @property
    def words(self) -> tuple[Segment, ...]:
        """The segments of the translatable keys of the front matter."""
        return self._layout[1]

    @cached_property
    def _layout(self) -> tuple[Mapping[str, Place], tuple[Segment, ...]]:
        # A build reads thousands of documents, and asks this of those that have changed.
        match = FRONT_MATTER.match(self.text)
        return _parse(match["yaml"], lambda loader: _layout(loader, match.start("yaml"))) if match else ({}, ())

    def place(self, key: str) -> Place:
        """Where a key of the front matter stands; the first line where it is missing."""
        return self.places.get(key, Place(1, 1))

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """The body cut into segments and opaque blocks."""
        first_line = len(LINES.findall(self.text[: self.body_start])) + 1
        return tuple(cut(self.body, self.body_start, first_line))

    @cached_property
    def depth(self) -> int:
        """How many lists, quotations and admonitions are at most open at once, counted up to DEEPEST."""
        return self._deepest[0]

    @property
    def deepest_line(self) -> int:
        """The line of what is nested deepest."""
        return self._deepest[1]

    @cached_property
    def _deepest(self) -> tuple[int, int]:
        first_line = len(LINES.findall(self.text[: self.body_start])) + 1
        deepest, line = depth(self.body)
        return deepest, first_line + line

    @property
    def segments(self) -> tuple[Segment, ...]:
        """All that is translated: the words of the front matter, then those of the body."""
        return self.words + tuple(piece for piece in self.pieces if isinstance(piece, Segment))


def read(path: Path, kept: Table | None = None) -> Document:
    """Read a document; `kept` is what front matter said when it was read before.

    Raises Stop with an `encoding`, `file` or `front-matter` problem where it cannot be understood. MkDocs would
    publish broken front matter as text, so nothing is guessed here.
    """
    return parse(path, read_exact(path), kept)


def parse(path: Path, text: str, kept: Table | None = None) -> Document:
    """Make a document of a text; `path` is where it stands, or would stand, `kept` and what is raised as in `read`."""
    match = FRONT_MATTER.match(text)
    if not match:
        _refuse_near_misses(path, text)
        return Document(path, text, body_start=1 if text.startswith("\ufeff") else 0)
    key = cache.digest(match["yaml"]) if kept else ""
    if kept and (known := _meta(kept.get(key))) is not None:
        return Document(path, text, known, match.end())
    try:
        meta = _parse(match["yaml"], _value)
    except yaml.MarkedYAMLError as error:
        raise Stop([yaml_problem(path, error, first_line=1, rule="front-matter")]) from None
    except Exception as error:
        # Values such as `!!bool soon`, or a thousand brackets, make PyYAML raise nearly anything.
        hint = say("check its values, dates and special characters")
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        message = say("front matter cannot be read: %(reason)s", reason=reason)
        raise Stop([Problem(path, 2, 1, "front-matter", message, hint)]) from None
    if meta is None:
        meta = {}
    if not isinstance(meta, dict):
        message = say("front matter must be a mapping of keys to values, but it is %(kind)s", kind=_kind(meta))
        hint = say("write it as 'title: My title', a line for each key")
        raise Stop([Problem(path, 2, 1, "front-matter", message, hint)])
    meta = {str(name): value for name, value in meta.items()}
    if kept and (plain := _plain(meta)) is not None:
        kept.set(key, plain)
    return Document(path, text, meta, match.end())


def _plain(meta: Mapping[str, Any]) -> list[list[Any]] | None:
    """Front matter as JSON has it: each key with its value, a date as text with a mark; None where that is not all."""
    plain: list[list[Any]] = []
    for key, value in meta.items():
        if isinstance(value, date) and not isinstance(value, datetime):
            plain.append([key, value.isoformat(), "date"])
        elif _is_plain(value) or (isinstance(value, list) and all(map(_is_plain, value))):
            plain.append([key, value])
        else:
            return None
    return plain


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, str | bool | int)


def _meta(plain: Any) -> dict[str, Any] | None:
    """The front matter of which `_plain` has made this; None for anything else."""
    try:
        return {key: date.fromisoformat(value) if mark else value for key, value, *mark in plain}
    except (TypeError, ValueError):
        return None


def _refuse_near_misses(path: Path, text: str) -> None:
    """Stop where MkDocs would silently lose, or publish, what was meant as front matter."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    first = text.split("\n", 1)[0]
    if re.fullmatch(r"-{3}[ \t]*", first) and re.match(METADATA_LINE.pattern + r"(?:\s|$)", text[len(first) + 1 :]):
        message = say("front matter opens here and is never closed")
        hint = say("add a line of three hyphens after its last key")
        raise Stop([Problem(path, 1, 1, "front-matter", message, hint)])
    if METADATA_LINE.match(first):
        key = repr(first.split(":")[0].strip() + ":")
        message = say("MkDocs takes %(key)s for metadata and drops the line from the page", key=key)
        hint = say("put metadata between two lines of three hyphens, or begin the text with a heading")
        raise Stop([Problem(path, 1, 1, "front-matter", message, hint)])


Result = TypeVar("Result")


def _parse(text: str, take: Callable[[yaml.SafeLoader], Result]) -> Result:
    """Read YAML safely; give what is taken of it.

    libyaml reads it, ten times as fast, where it is there and surely reads the same. What it finds wrong is read again,
    so that it is told in the same words everywhere.
    """
    if _QuickLoader and not _is_doubtful(text):
        with suppress(Exception):
            return take(_QuickLoader(text))
    return take(_Loader(text))


_QuickLoader: type[yaml.SafeLoader] | None = getattr(yaml, "CSafeLoader", None)
"""PyYAML's loader on libyaml, which not every system has."""

SIGNS = re.compile(r"[\t\x85\u2028\u2029\ufeff!|>?]")
DOUBTFUL = re.compile(r"[\t\x85\u2028\u2029\ufeff]|(?:\A|\W)!|[|>](?![+-]?\r?\n)|^ *(?:- +)*\?", re.MULTILINE)
BRACKETED = re.compile(r"[\[{].*\?", re.DOTALL)
"""What libyaml 0.2.5 reads otherwise than PyYAML 6: tabs, marks of byte order, a tag `!`, a comment behind `|`, a `?`
that begins a key or stands in brackets.

Each has one of the SIGNS, for which it is quicker to look.
"""

DEEP = re.compile(r"[-:] +[-:] +[-:] +[-:] ")
"""Blocks inside of blocks on one line. libyaml needs room on the stack for each, which nobody measures."""


def _is_doubtful(text: str) -> bool:
    """Whether the two readers of YAML might read a text differently, or one of them allows what the other does not."""
    brackets = text.count("[") + text.count("{")
    is_deep = brackets > 20 or " " * 40 in text or len(text) > 1 << 16 or DEEP.search(text)
    is_alias = "&" in text and "*" in text
    return bool(
        is_deep or is_alias or (SIGNS.search(text) and (DOUBTFUL.search(text) or (brackets and BRACKETED.search(text))))
    )


def _value(loader: yaml.SafeLoader) -> Any:
    """Take the value of a text. Raises YAML's errors, also for a key that is there twice."""
    node = loader.get_single_node()
    seen: set[str] = set()
    for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
        if key.value == "<<":
            raise yaml.MarkedYAMLError(problem=say("keys may not be merged (<<) here"), problem_mark=key.start_mark)
        if str(key.value) in seen:
            raise yaml.MarkedYAMLError(
                problem=say("the key %(key)s is there twice", key=repr(str(key.value))), problem_mark=key.start_mark
            )
        seen.add(str(key.value))
    return loader.construct_document(node) if node else None


def _layout(loader: yaml.SafeLoader, offset: int) -> tuple[dict[str, Place], tuple[Segment, ...]]:
    """Take where the top-level keys of a text stand in a file that opens with `---`, and its words."""
    node = loader.get_single_node()
    places: dict[str, Place] = {}
    words: dict[str, Segment] = {}
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        places[str(key.value)] = Place(key.start_mark.line + 2, key.start_mark.column + 1)
        if key.value in TRANSLATABLE and isinstance(value, yaml.ScalarNode) and value.value.strip():
            start, end = value.start_mark, value.end_mark
            if value.style in ("|", ">"):
                continue  # a block of text: it is left whole
            place = (offset + start.index, offset + end.index, start.line + 2, start.column + 1)
            words[key.value] = Segment("front matter", str(value.value), *place, key=str(key.value))
    return places, tuple(words[key] for key in TRANSLATABLE if key in words)


class _Loader(yaml.SafeLoader):
    """YAML without aliases: nobody needs them in front matter, and ten of them make a milliard of values."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(problem=say("aliases (*name) are not allowed here"), problem_mark=mark)
        node = super().compose_node(parent, index)
        if isinstance(node, yaml.ScalarNode) and re.search("[\ud800-\udfff]", str(node.value)):
            # "\ud83d" in quotation marks; no file can hold such a text, so nothing could be written of it.
            problem = say("holds half of a character")
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark)
        return node


def _kind(value: object) -> str:
    """Name a YAML value's type for people."""
    names = {list: say("a list"), str: say("a text"), bool: say("a truth value")}
    return names.get(type(value), say("a single value"))
