"""Alignment, measured: at least 99 % of the pairs are right with 1 to 5 blocks removed or added on either side."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from hexapla import alignment, publication
from hexapla.blocks import Piece, Segment, cut
from hexapla.config import Site

CODES = ("fr", "de", "is", "hi", "sw")


def blocks_of(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Group pieces into what a person would remove or add at once: a paragraph, a list item, a table's row."""
    groups: list[list[Piece]] = []
    for piece in pieces:
        same_row = (
            groups and piece.kind == "cell" and groups[-1][-1].kind == "cell" and piece.line == groups[-1][-1].line
        )
        if same_row or (groups and groups[-1][-1].kind == "container" and piece.kind == "title"):
            groups[-1].append(piece)
        else:
            groups.append([piece])
    return groups


def damage(
    source: Sequence[Piece],
    translation: Sequence[Piece],
    extra: Sequence[list[Piece]],
    chance: random.Random,
    both: bool = False,
) -> tuple[list[Piece], list[Piece], set[tuple[int, int]]]:
    """Remove or add 1 to 5 blocks, on one side or the other, or now here, now there (`both`).

    Gives both sides and the pairs that are right, by identity.
    """
    ours, theirs = blocks_of(source), blocks_of(translation)
    assert len(ours) == len(theirs)
    truth = [(group, other) for group, other in zip(ours, theirs, strict=True)]
    left, right = list(range(len(truth))), list(range(len(truth)))
    added: list[tuple[int, int, list[Piece]]] = []
    one_side = chance.choice((left, right))
    for _ in range(chance.randint(1, 5)):
        side = chance.choice((left, right)) if both else one_side
        if chance.random() < 0.5 and len(side) > 6:
            side.remove(chance.choice(side))
        else:
            added.append((0 if side is left else 1, chance.randint(0, len(truth)), chance.choice(extra)))
    sides: list[list[Piece]] = []
    for number, kept in ((0, left), (1, right)):
        pieces: list[Piece] = []
        for index in range(len(truth) + 1):
            pieces += [piece for which, at, group in added if (which, at) == (number, index) for piece in group]
            if index in kept:
                pieces += truth[index][number]
        sides.append(pieces)
    kept_in_both = set(left) & set(right)
    pairs = {
        (id(one), id(other))
        for index in kept_in_both
        for one, other in zip(*truth[index], strict=True)
        if isinstance(one, Segment)
    }
    return sides[0], sides[1], pairs


def share_right(cases: list[tuple[list[Piece], list[Piece], set[tuple[int, int]]]]) -> float:
    right = total = 0
    for source, translation, truth in cases:
        found = {(id(one), id(other)) for one, other in alignment.pair(source, translation) if one and other}
        right += len(found & truth)
        total += len(found | truth)
    return right / total


def extras(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Blocks to add: fresh copies of blocks of another document."""
    return [group for group in blocks_of(pieces) if group[0].kind in {"paragraph", "heading", "item"}]


Case = tuple[list[Piece], list[Piece], set[tuple[int, int]]]
SIDES = pytest.mark.parametrize(("both", "least"), [(False, 0.99), (True, 0.99)], ids=["one side", "both sides"])


def measure(cases: list[Case], what: str, capsys: pytest.CaptureFixture[str]) -> float:
    """Print and give the share of the pairs that are right."""
    share = share_right(cases)
    with capsys.disabled():
        print(f"\nalignment: {share:.2%} of the pairs are right in {len(cases)} damaged documents, {what}")
    return share


@SIDES
def test_publication_documents(both: bool, least: float, site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    texts = publication.read(site)
    chance = random.Random(1993)
    cases = []
    paths = [path for path in texts.files["en"] if path != "index.md"]
    for _ in range(12):
        for code in CODES:
            for path in paths:
                source, translation = texts.documents["en"][path], texts.documents[code][path]
                other = chance.choice([one for one in paths if one != path])
                pool = extras(texts.documents[chance.choice(("en", code))][other].pieces)
                cases.append(damage(source.pieces, translation.pieces, pool, chance, both))
    assert measure(cases, f"of the publication, {'both sides' if both else 'one side'}", capsys) >= least


SYLLABLES = "ka mo ti ra sel von du pim ge lor ash ten bru mil fa".split()


def sentence(chance: random.Random, letters: int) -> str:
    """Nonsense of about so many letters."""
    made: list[str] = []
    while sum(map(len, made)) < letters:
        made.append("".join(chance.choice(SYLLABLES) for _ in range(chance.randint(1, 4))))
    return " ".join(made).capitalize()


def with_facts(chance: random.Random, one: str, other: str) -> tuple[str, str]:
    """Put into half of the paragraphs what a translation keeps: a name, a number, a span of code."""
    facts = [f"{chance.choice(('Acme', 'Nordlys', 'Webtron'))}{chance.choice('XYZ')}{chance.randint(1, 9)}a"]
    facts += [str(chance.randint(2, 4000)), f"`option_{chance.randint(1, 99)}`"]
    for fact in facts:
        if chance.random() < 0.3:
            one, other = f"{one} {fact}", f"{fact.join(('', ' '))}{other}"
    return one, other


def generated(chance: random.Random) -> tuple[str, str]:
    """A document and a 'translation': other words, the same marks, and a length that varies by a tenth, which is what
    paragraphs of the publication do in its five languages."""
    key = chance.randint(1, 10**9)
    one, other = [f"# Title {{ #t{key} }}\n"], [f"# Other {{ #t{key} }}\n"]
    for number in range(chance.randint(12, 25)):
        kind = chance.random()
        count = chance.randint(40, 400)
        again = max(10, round(count * chance.gauss(1.1, 0.1)))
        if kind < 0.15:
            one.append(f"## {sentence(chance, 18)} {{ #h{key + number} }}\n")
            other.append(f"## {sentence(chance, 18)} {{ #h{key + number} }}\n")
        elif kind < 0.3:
            link = f"[x](https://example.org/{number})"
            one.append(f"{sentence(chance, count)} {link} end.\n")
            other.append(f"{sentence(chance, again)} {link} end.\n")
        elif kind < 0.4:
            one.append(f"```\ncode {number}\n```\n")
            other.append(f"```\ncode {number}\n```\n")
        else:
            mark = chance.choice([".", ".", ".", "?", ":"])
            words, again_words = with_facts(chance, sentence(chance, count), sentence(chance, again))
            one.append(words + mark + "\n")
            other.append(again_words + mark + "\n")
    return "\n".join(one), "\n".join(other)


@SIDES
def test_generated_documents(both: bool, least: float, capsys: pytest.CaptureFixture[str]) -> None:
    chance = random.Random(1991)
    cases = []
    for _ in range(300):
        source, translation = map(cut, generated(chance))
        cases.append(damage(source, translation, extras(cut(generated(chance)[0])), chance, both))
    assert measure(cases, f"generated, {'both sides' if both else 'one side'}", capsys) >= least


def texts_of(pairs: list[alignment.Pair]) -> list[tuple[str | None, str | None]]:
    return [(one and one.text, other and other.text) for one, other in pairs]


def test_same_skeleton_pairs_by_order() -> None:
    pairs = alignment.pair(cut("# A\n\nOne\n\n- x\n- y\n"), cut("# Ä\n\nUn\n\n- ix\n- igrec\n"))
    assert texts_of(pairs) == [("A", "Ä"), ("One", "Un"), ("x", "ix"), ("y", "igrec")]


def test_a_record_counts_more_than_looks() -> None:
    """The source's paragraph was moved; the record knows where it went, though the skeleton is the same."""
    source, translation = cut("Two now.\n\nOne now.\n"), cut("Un.\n\nDeux.\n")
    followed = {"Un.": frozenset({"One now."}), "Deux.": frozenset({"Two now."})}
    found = texts_of(alignment.pair(source, translation, followed))
    assert ("Two now.", "Un.") not in found and ("One now.", "Deux.") not in found
    assert ("One now.", "Un.") in found or ("Two now.", "Deux.") in found


def test_a_changed_source_keeps_its_translation() -> None:
    source = cut("Something new.\n\nThe house is very red indeed.\n")
    translation = cut("La maison est rouge.\n")
    followed = {"La maison est rouge.": frozenset({"The house is red indeed."})}
    assert texts_of(alignment.pair(source, translation, followed)) == [
        ("Something new.", None),
        ("The house is very red indeed.", "La maison est rouge."),
    ]


@pytest.mark.parametrize(("one", "other"), [("", ""), ("# A\n", ""), ("", "# A\n"), ("a\n", "# A\n")])
def test_every_segment_is_in_exactly_one_pair(one: str, other: str) -> None:
    source, translation = cut(one), cut(other)
    pairs = alignment.pair(source, translation)
    assert [left for left, _ in pairs if left] == [piece for piece in source if isinstance(piece, Segment)]
    assert [right for _, right in pairs if right] == [piece for piece in translation if isinstance(piece, Segment)]
