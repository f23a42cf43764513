"""What changed in a source, word by word."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

TOKEN = re.compile(r"\s+|\w+|[^\w\s]")


@dataclass(frozen=True)
class Change:
    """A piece of text: `kind` is `same`, `removed` or `added`."""

    kind: str
    text: str


def words(old: str, new: str) -> Iterator[Change]:
    """Compare two texts word by word; joined, what is not removed gives the new text, what is not added the old one."""
    one, other = TOKEN.findall(old), TOKEN.findall(new)
    for kind, start, end, first, last in difflib.SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Change("same", "".join(one[start:end]))
            continue
        if end > start:
            yield Change("removed", "".join(one[start:end]))
        if last > first:
            yield Change("added", "".join(other[first:last]))
