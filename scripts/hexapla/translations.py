"""Source and translation side by side: each paragraph with its partner and its state."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from hexapla import alignment, records
from hexapla.alignment import Followed
from hexapla.blocks import Segment
from hexapla.config import Locale
from hexapla.content import TRANSLATABLE, Document
from hexapla.problems import Problem, say, shown
from hexapla.publication import Publication
from hexapla.records import Entry


class State(StrEnum):
    """How a translated paragraph stands to its source."""

    CURRENT = "current"
    STALE = "stale"
    MISSING = "missing"
    ORPHAN = "orphan"


class Unit(NamedTuple):
    """A paragraph of the source and its translation; one of the two may be missing.

    `follows` are the source words that a stale translation follows. A translation that is missing can be there all
    the same: as a copy of the source's words.
    """

    source: Segment | None
    translation: Segment | None
    state: State
    follows: str = ""

    @property
    def words(self) -> int:
        """The number of words of the source; of the translation where there is no source."""
        return count_words((self.source or self.translation or EMPTY).text)


EMPTY = Segment("", "", 0, 0, 1, 1)


@lru_cache(maxsize=1 << 10)  # the words of a source are counted for each of its translations
def count_words(text: str) -> int:
    """Count the words of inline Markdown; link targets are none."""
    return len(re.findall(r"\w+(?:[’'-]\w+)*", re.sub(r"\]\([^)]*\)", "]", text)))


def of_document(
    publication: Publication, locale: Locale, path: str, entries: Sequence[Entry] | None = None
) -> list[Unit]:
    """Pair a document's source with its translation.

    `entries` are those of its record; they are read where they are not given. Raises Stop where the record cannot be.
    """
    source = publication.document(publication.site.source, path)
    translation = publication.document(locale, path)
    if entries is None:
        entries = records.read(publication.site, locale, path) or []
    return pair(source, translation, entries)


def pair(source: Document | None, translation: Document | None, entries: Sequence[Entry]) -> list[Unit]:
    """Pair two documents with the help of the record, and give each pair its state, in the order of the source."""
    followed = followed_by(translation, entries)
    pairs = _front_matter(source, translation)
    pairs += alignment.pair(source.pieces if source else (), translation.pieces if translation else (), followed)
    untouched = {entry.source for entry in entries if not entry.translation and not entry.is_obsolete}
    return [_judge(one, other, followed, untouched) for one, other in pairs]


def followed_by(translation: Document | None, entries: Sequence[Entry]) -> dict[str, frozenset[str]]:
    """Map each translated text to the source texts that it follows, as far as the record knows."""
    by_digest: dict[str, set[str]] = {}
    for entry in entries:
        for mark in {entry.recorded, records.digest(entry.translation)} - {""}:
            if entry.translation:
                by_digest.setdefault(mark, set()).add(entry.follows)
    segments = translation.segments if translation else ()
    marks = {segment.text: records.digest(segment.text) for segment in segments}
    return {text: frozenset(by_digest[mark]) for text, mark in marks.items() if mark in by_digest}


def _front_matter(source: Document | None, translation: Document | None) -> list[alignment.Pair]:
    """Pair the words of the front matter by their keys."""
    ours = {segment.key: segment for segment in (source.words if source else ())}
    theirs = {segment.key: segment for segment in (translation.words if translation else ())}
    keys = [key for key in TRANSLATABLE if key in ours or key in theirs]
    return [(ours.get(key), theirs.get(key)) for key in keys]


def _judge(source: Segment | None, translation: Segment | None, followed: Followed, untouched: Container[str]) -> Unit:
    """Give a pair its state. `untouched` are source texts of which the record says that they are not translated."""
    if source is None:
        lost = followed.get(translation.text) if translation else None
        return Unit(None, translation, State.ORPHAN, min(lost or (), default=""))
    olds = followed.get(translation.text) if translation else None
    if olds is not None and source.text in olds:
        return Unit(source, translation, State.CURRENT)
    is_untouched = translation is not None and translation.text == source.text and source.text in untouched
    if translation is None or is_untouched or is_copy(source.text, translation.text):
        return Unit(source, translation, State.MISSING)
    if olds is None:
        return Unit(source, translation, State.CURRENT)
    likest = max(olds, key=lambda old: (alignment.like(old, source.text), old)) if len(olds) > 1 else min(olds)
    return Unit(source, translation, State.STALE, likest)


def is_copy(source: str, translation: str) -> bool:
    """Whether a translation still has the source's words: the same text, with a word in it that is no name.

    A name, a number or a span of code may well be the same in every language.
    """
    return source == translation and bool(re.search(r"(?<![\w`])[a-z]{2,}", re.sub(r"`[^`]*`|\]\([^)]*\)", "", source)))


def lines_of(units: Sequence[Unit]) -> list[records.Line]:
    """Say what is to be recorded of a document's pairs.

    What is stale stays stale, until somebody says otherwise; everything else that is translated follows the present
    source.
    """
    lines = []
    present = {unit.source.text for unit in units if unit.source}
    for unit in units:
        if unit.state is State.MISSING:
            lines.append(records.Line(unit.source, None))
        elif unit.state is State.ORPHAN:
            # What follows words that the source still has is a paragraph too many, not one that lost its source.
            lines.append(records.Line(None, unit.translation, "" if unit.follows in present else unit.follows))
        else:
            lines.append(records.Line(unit.source, unit.translation, unit.follows))
    return lines


def settled(source: Document | None, translation: Document | None, entries: Sequence[Entry]) -> list[records.Line]:
    """Say what is to be recorded, so that recording it once more changes nothing.

    A first record can teach the alignment something, where texts repeat; then it is asked again.
    """
    lines = lines_of(pair(source, translation, entries))
    if all(line.source and line.translation for line in lines):
        return lines  # paired by order, and so it will be again
    for _ in range(4):
        again = lines_of(pair(source, translation, records.entries_of(lines)))
        if again == lines:
            break
        lines = again
    return lines


def anchor_of(source: Segment) -> str:
    """The id of a marked paragraph on its page, made of the source's words.

    A heading keeps the id that it has; it is empty where a heading has none of its own, because then the translation's
    words make it.
    """
    return source.key if source.kind == "heading" else f"hx-{records.digest(source.text)}"


def plain_text(text: str) -> str:
    """Take the marks out of inline Markdown, for showing it as text."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)(?:\{[^}]*\})?", r"\1", text)
    return re.sub(r"(\*\*|__|\*|`)(.+?)\1", r"\2", text)


def structure_problem(source: Document, translation: Document, units: Sequence[Unit]) -> Problem | None:
    """Say so where a translation does not follow its source at all: most of its paragraphs have no partner there.

    The problem names the first block that differs, on both sides.
    """
    own = [unit for unit in units if unit.translation and unit.translation.kind != "front matter"]
    lost = sum(unit.state is State.ORPHAN for unit in own)
    if len(own) < 4 or 2 * lost <= len(own):
        return None
    pairs = list(zip(source.pieces, translation.pieces, strict=False))
    index = next((n for n, (one, other) in enumerate(pairs) if one.shape != other.shape), len(pairs))
    other = translation.pieces[min(index, len(translation.pieces) - 1)]
    origin = say("the source has nothing")
    if index < len(source.pieces):
        place = f"{shown(source.path)}:{source.pieces[index].line}"
        origin = say("%(place)s has another block (%(kind)s)", place=place, kind=source.pieces[index].kind)
    message = say(
        "does not follow its source: %(lost)s of %(count)s paragraphs have no partner; the first block that differs is "
        "this one (%(kind)s), where %(origin)s",
        lost=lost,
        count=len(own),
        kind=other.kind,
        origin=origin,
    )
    hint = say("give it the headings, paragraphs and lists of its source, in the same order")
    return Problem(translation.path, other.line, 1, "structure", message, hint)
