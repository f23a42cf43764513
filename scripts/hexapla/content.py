"""A Markdown document: its front matter, with the place of every key, and its text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from hexapla.config import Place, yaml_problem
from hexapla.problems import Problem, Stop, read_text

FRONT_MATTER = re.compile(r"-{3}[ \t]*\n(?P<yaml>.*?\n)(?:-{3}|\.{3})[ \t]*(?:\n|\Z)", re.DOTALL)
"""Front matter as MkDocs finds it (mkdocs.utils.meta.YAML_RE)."""

METADATA_LINE = re.compile(r"[ ]{0,3}[A-Za-z0-9_-]+:(?:\s|$)")
"""A first line that MkDocs takes for MultiMarkdown metadata, and drops from the page (mkdocs.utils.meta.META_RE)."""


@dataclass(frozen=True)
class Document:
    """A Markdown file. `meta` is its front matter, `places` says where each key stands, `body` is the rest."""

    path: Path
    meta: Mapping[str, Any]
    body: str
    places: Mapping[str, Place] = field(repr=False)

    def place(self, key: str) -> Place:
        """Where a key of the front matter stands; the first line where it is missing."""
        return self.places.get(key, Place(1, 1))


def read(path: Path) -> Document:
    """Read a document.

    Raises Stop with an `encoding`, `file` or `front-matter` problem where it cannot be understood. MkDocs would
    publish broken front matter as text, so nothing is guessed here.
    """
    text = read_text(path)
    match = FRONT_MATTER.match(text)
    if not match:
        _refuse_near_misses(path, text)
        return Document(path, {}, text, {})
    try:
        meta, places = _parse(match["yaml"])
    except yaml.MarkedYAMLError as error:
        raise Stop([yaml_problem(path, error, first_line=1, rule="front-matter")]) from None
    except (yaml.YAMLError, ValueError) as error:
        hint = "check its values, dates and special characters"
        message = f"front matter cannot be read: {str(error).splitlines()[0]}"
        raise Stop([Problem(path, 2, 1, "front-matter", message, hint)]) from None
    if meta is None:
        meta = {}
    if not isinstance(meta, dict):
        message = f"front matter must be a mapping of keys to values, but it is {_kind(meta)}"
        raise Stop(
            [Problem(path, 2, 1, "front-matter", message, "write it as 'title: My title', a line for each key")]
        )
    return Document(path, {str(key): value for key, value in meta.items()}, text[match.end() :], places)


def _refuse_near_misses(path: Path, text: str) -> None:
    """Stop where MkDocs would silently lose, or publish, what was meant as front matter."""
    first = text.split("\n", 1)[0]
    if re.fullmatch(r"-{3}[ \t]*", first) and METADATA_LINE.match(text[len(first) + 1 :]):
        message = "front matter opens here and is never closed"
        raise Stop([Problem(path, 1, 1, "front-matter", message, "add a line of three hyphens after its last key")])
    if METADATA_LINE.match(first):
        message = f"MkDocs takes {first.split(':')[0].strip() + ':'!r} for metadata and drops the line from the page"
        hint = "put metadata between two lines of three hyphens, or begin the text with a heading"
        raise Stop([Problem(path, 1, 1, "front-matter", message, hint)])


def _parse(text: str) -> tuple[Any, dict[str, Place]]:
    """Read YAML safely; give its value and where its top-level keys stand in a file that opens with `---`."""
    loader = yaml.SafeLoader(text)
    node = loader.get_single_node()
    places: dict[str, Place] = {}
    if isinstance(node, yaml.MappingNode):
        for key, _ in node.value:
            places[str(key.value)] = Place(key.start_mark.line + 2, key.start_mark.column + 1)
    return (loader.construct_document(node) if node else None), places


def _kind(value: object) -> str:
    """Name a YAML value's type for people."""
    return {list: "a list", str: "a text", bool: "a truth value"}.get(type(value), "a single value")
