"""Which segment of a translation belongs to which segment of its source.

Same skeleton: by order, unless what stands side by side cannot belong together. Otherwise the cheapest way through
both texts is found by dynamic programming over the steps "these two belong together", "only the source has this"
and "only the translation has this", after Gale and Church, "A Program for Aligning Sentences in Bilingual Corpora",
Computational Linguistics 19 (1993). Their cost is how unlikely the two lengths are for a text and its translation;
added to it is what a translation keeps of its source: the kind of block, heading ids, link targets, code, numbers,
names and end marks. Where a record tells which source words a translation followed, that counts more than all of
these.
"""

from __future__ import annotations

import difflib
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from hexapla.blocks import Piece, Segment

GAP = 5.0
"""What a segment without a partner costs. Gale and Church's 1:0 has a probability of 0.0099, which is 4.6 as -ln; a
little more here, because blocks move less freely than sentences."""

VARIANCE = 3.0
"""The variance of a translation's length per character of its source. Gale and Church (section 3.2) found 6.8 for
sentences; paragraphs of this publication vary less."""

NEVER = 1e6
NEARNESS = 1e-6

# What differences and agreements weigh, in the unit of -ln of a probability. Found by trying on damaged documents of
# the publication and on generated ones: tests/test_alignment.py measures what they achieve.
LENGTH = 1.0
TARGET = 10.0
CODE_SPAN = 8.0
NUMBERS = 4.0
ODD_NAMES = 6.0
NEST = 3.0
END = 4.0
INNER = 1.0
EMPHASIS = 1.0
SENTENCE_COUNT = 0.4
SHARED_NAME, OWN_NAME = 0.8, 0.5
FOREIGN = 5.0
HABIT = 3.0

TARGETS = re.compile(r"\]\(\s*<?([^)\s>]+)|\]\[([^\]]*)\]|<(https?://[^>\s]+)>")
CODE = re.compile(r"(`+)(.+?)\1")
NUMBER = re.compile(r"\d+")
NAME = re.compile(r"\b[A-Z][A-Za-z]*[a-z0-9][A-Za-z0-9]*\b")
WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|[\u0900-\u097f])+")
ODD_NAME = re.compile(r"\b(?=\w*[A-Za-z])(?:\w*[a-z][A-Z]\w*|[A-Za-z]\w*\d\w*)\b", re.ASCII)
LINK = re.compile(r"\]\([^)]*\)|`[^`]*`")
SENTENCE = re.compile(r"[.!?।…]+[”“»’\"')\]]*(?:\s|$)")


@dataclass(frozen=True)
class Features:
    """What a segment has that a translation keeps."""

    segment: Segment

    @cached_property
    def targets(self) -> frozenset[str]:
        """Where its links lead."""
        return frozenset("".join(match) for match in TARGETS.findall(self.segment.text))

    @cached_property
    def codes(self) -> frozenset[str]:
        """Its code spans."""
        return frozenset(match[1] for match in CODE.findall(self.segment.text))

    @cached_property
    def plain(self) -> str:
        """Its text without link targets and code."""
        return LINK.sub(" ", self.segment.text)

    @cached_property
    def numbers(self) -> tuple[str, ...]:
        """Its numbers, in the digits 0 to 9 whatever the script."""
        found = NUMBER.findall(self.plain)
        return tuple(sorted("".join(str(unicodedata.digit(digit)) for digit in number) for number in found))

    @cached_property
    def names(self) -> frozenset[str]:
        """Its words in Latin letters that look like names."""
        return frozenset(NAME.findall(self.plain))

    @cached_property
    def odd_names(self) -> frozenset[str]:
        """Its names that no language would change: with a digit or a capital letter inside."""
        return frozenset(ODD_NAME.findall(self.plain))

    @cached_property
    def end(self) -> str:
        """What it ends with: a question mark, a colon, a full stop, or none of these."""
        last = self.plain.rstrip(" ”“»’\"')*_")[-1:]
        return {"?": "?", ":": ":", "।": ".", ".": "."}.get(last, "")

    @cached_property
    def sentences(self) -> int:
        """How many sentences it seems to have."""
        return max(1, len(SENTENCE.findall(self.plain)))

    @cached_property
    def marks(self) -> int:
        """How many pieces of emphasis it has."""
        return self.segment.text.count("*") // 2 + self.segment.text.count("**") // 2

    @cached_property
    def inner(self) -> tuple[int, ...]:
        """How many colons and semicolons, question marks, brackets and quotation marks it has."""
        return tuple(sum(map(self.plain.count, signs)) for signs in (":;", "?", "(", "“„«"))

    @cached_property
    def words(self) -> frozenset[str]:
        """Its words in lower case."""
        return frozenset(word.lower() for word in WORD.findall(self.plain))

    @cached_property
    def length(self) -> int:
        """Its length in letters, marks of Devanagari not counted."""
        return sum(1 for sign in self.plain if unicodedata.category(sign)[0] != "M")


Pair = tuple[Segment | None, Segment | None]
Followed = Mapping[str, frozenset[str]]


def pair(source: Sequence[Piece], translation: Sequence[Piece], followed: Followed | None = None) -> list[Pair]:
    """Pair the segments of a source with those of a translation, in the order of the source.

    `followed` maps the text of a translated segment to the source texts that it follows, as far as a record says so;
    there can be several, where texts are as short as "yes".
    Every segment of either side is in exactly one pair; the other side is None where it has no partner.
    """
    followed = followed or {}
    ours = [piece for piece in source if isinstance(piece, Segment)]
    theirs = [piece for piece in translation if isinstance(piece, Segment)]
    if [piece.shape for piece in source] == [piece.shape for piece in translation]:
        pairs = list(zip(ours, theirs, strict=True))
        present = {segment.text for segment in ours}
        if not any(_contradicts(one, other, followed, present) for one, other in pairs):
            return list(pairs)
    return _cheapest(ours, theirs, followed)


def _contradicts(one: Segment, other: Segment, followed: Followed, present: set[str]) -> bool:
    """Whether two segments that stand side by side cannot belong together.

    A record says which source words the translation followed, and the source still has them elsewhere; or the two are
    so unlike each other that leaving both alone would be cheaper: a block was removed here, and another added there.
    """
    olds = followed.get(other.text)
    if olds is not None:
        return one.text not in olds and olds <= present
    return _cost(Features(one), Features(other), _ratio(len(one.text), len(other.text))) > 2 * GAP


def _ratio(one: int, other: int) -> float:
    """The ratio of two lengths, within what pairs of languages have."""
    return min(max(other / max(1, one), 0.6), 1.7)


Unit = tuple[Features, ...]
"""What is paired at once: one segment, or the cells of a table's row."""


def _units(segments: Sequence[Segment]) -> list[Unit]:
    """Group the cells of a table by row."""
    units: list[Unit] = []
    for segment in segments:
        last = units[-1][-1].segment if units else None
        if last and last.kind == segment.kind == "cell" and last.line == segment.line:
            units[-1] += (Features(segment),)
        else:
            units.append((Features(segment),))
    return units


def _cheapest(ours: Sequence[Segment], theirs: Sequence[Segment], followed: Followed) -> list[Pair]:
    """Find the cheapest way through both sides, then once more with what the first way has taught."""
    sources, targets = _units(ours), _units(theirs)
    cost = _Cost(sources, targets, followed)
    cost.learn(_path(sources, targets, cost))
    return _path(sources, targets, cost)


def _path(sources: Sequence[Unit], targets: Sequence[Unit], cost: _Cost) -> list[Pair]:
    rows, columns = len(sources) + 1, len(targets) + 1
    best = [[0.0] * columns for _ in range(rows)]
    step = [[""] * columns for _ in range(rows)]
    for row in range(rows):
        for column in range(columns):
            if row and column:
                # Among equals, the nearest to the diagonal: so the same texts are always paired in the same way.
                both = best[row - 1][column - 1] + cost(sources[row - 1], targets[column - 1])
                both += NEARNESS * abs(row - column)
            else:
                both = NEVER if row or column else 0.0
            left = best[row - 1][column] + GAP if row else NEVER
            right = best[row][column - 1] + GAP if column else NEVER
            best[row][column], step[row][column] = min((both, "both"), (right, "right"), (left, "left"))
    pairs: list[Pair] = []
    row, column = rows - 1, columns - 1
    while row or column:
        which = step[row][column]
        left_unit = sources[row - 1] if which in ("both", "left") else ()
        right_unit = targets[column - 1] if which in ("both", "right") else ()
        row, column = row - bool(left_unit), column - bool(right_unit)
        count = max(len(left_unit), len(right_unit))
        for index in reversed(range(count)):
            one = left_unit[index].segment if left_unit else None
            other = right_unit[index].segment if right_unit else None
            pairs.append((one, other))
    return pairs[::-1]


class _Cost:
    """How unlikely it is that two units belong together, as far as both whole texts tell."""

    def __init__(self, sources: Sequence[Unit], targets: Sequence[Unit], followed: Followed) -> None:
        self.followed = followed
        self.present = {one.segment.text for unit in sources for one in unit}
        # With parts missing on one side the sums of all mislead, so at first no ratio is assumed but the middle one.
        ratios = sorted(_length(other) / max(1, _length(one)) for one, other in zip(sources, targets, strict=False))
        self.ratio = min(max(ratios[len(ratios) // 2], 0.7), 1.4) if ratios else 1.0
        self.foreign = _foreign(sources, targets) | _foreign(targets, sources)
        self.repeated: dict[str, str] = {}

    def learn(self, pairs: Sequence[Pair]) -> None:
        """Take from a first alignment the ratio of the lengths, and how repeated texts (a table's "yes") were
        translated most of the time."""
        found = [(Features(one), Features(other)) for one, other in pairs if one and other]
        total = sum(one.length for one, _ in found)
        if total:
            self.ratio = sum(other.length for _, other in found) / total
        seen = Counter((one.segment.text, other.segment.text) for one, other in found)
        self.repeated = {text: words for (text, words), count in reversed(seen.most_common()) if count > 1}

    def __call__(self, one: Unit, other: Unit) -> float:
        """The cost of pairing two units; NEVER where that cannot be."""
        if len(one) != len(other):
            return NEVER
        costs = (self._recorded(left, right) for left, right in zip(one, other, strict=True))
        return float(sum(costs) / math.sqrt(len(one)))

    def _recorded(self, one: Features, other: Features) -> float:
        """The cost of a pair where a record may tell which source words the translation followed."""
        if one.segment.kind != other.segment.kind or one.segment.level != other.segment.level:
            return NEVER
        olds = self.followed.get(other.segment.text)
        if olds is None:
            foreign = FOREIGN if id(one) in self.foreign or id(other) in self.foreign else 0.0
            return _cost(one, other, self.ratio) + foreign + self._habit(one.segment.text, other.segment.text)
        if one.segment.text in olds:
            return -GAP
        gone = olds - self.present
        if not gone:
            return NEVER
        likeness = max(like(old, one.segment.text) for old in gone)
        return -GAP * likeness if likeness > 0.5 else min(GAP, _cost(one, other, self.ratio) + GAP / 2)

    def _habit(self, text: str, translation: str) -> float:
        """Reward what was translated so elsewhere in the document, charge what was translated otherwise."""
        usual = self.repeated.get(text)
        if usual is not None:
            return -HABIT if usual == translation else HABIT
        return HABIT if translation in self.repeated.values() else 0.0


def like(one: str, other: str) -> float:
    """How alike two texts of one language are, from 0 to 1, word by word."""
    return difflib.SequenceMatcher(None, one.split(), other.split(), autojunk=False).ratio()


def _length(unit: Unit) -> int:
    return sum(one.length for one in unit)


def _foreign(own: Sequence[Unit], opposite: Sequence[Unit]) -> set[int]:
    """Find units that speak the other side's language: their words are common there, and rare on their own side."""
    frequent = [Counter(word for unit in side for one in unit for word in one.words) for side in (own, opposite)]
    found = set()
    for unit in own:
        for one in unit:
            if len(one.words) >= 5:
                here = sum(frequent[0][word] > 1 for word in one.words)
                there = sum(frequent[1][word] > 0 for word in one.words)
                if there > here + 0.2 * len(one.words):
                    found.add(id(one))
    return found


def _cost(one: Features, other: Features, ratio: float) -> float:
    """The cost of a pair from its two texts alone."""
    if one.segment.key and other.segment.key:
        return -GAP if one.segment.key == other.segment.key else NEVER
    score = _length_cost(one.length, other.length, ratio)
    score += 0.0 if one.segment.nest == other.segment.nest else NEST
    score += _sets(one.targets, other.targets, TARGET) + _sets(one.codes, other.codes, CODE_SPAN)
    score += _sets(frozenset(one.numbers), frozenset(other.numbers), NUMBERS)
    score += _sets(one.odd_names, other.odd_names, ODD_NAMES)
    shared = one.names & other.names
    score += -SHARED_NAME * len(shared) + OWN_NAME * len(other.names - one.names)
    score += 0.0 if one.end == other.end else END
    score += SENTENCE_COUNT * abs(one.sentences - other.sentences) + EMPHASIS * abs(one.marks - other.marks)
    score += INNER * sum(abs(left - right) for left, right in zip(one.inner, other.inner, strict=True))
    return score


def _length_cost(one: int, other: int, ratio: float) -> float:
    """How unlikely it is that a text of one length was translated into one of the other, as -ln of a probability."""
    mean = (one + other / ratio) / 2 or 1.0
    delta = abs(other - one * ratio) / math.sqrt(VARIANCE * mean)
    tail = math.erfc(delta / math.sqrt(2))  # 2 * (1 - Φ(|δ|))
    return LENGTH * float(-math.log(max(tail, 1e-9)))


def _sets(one: frozenset[str], other: frozenset[str], weight: float) -> float:
    """Reward what both have, charge what only one has; nothing where neither has anything."""
    union = len(one | other)
    return 0.0 if not union else weight * (0.5 - len(one & other) / union)
