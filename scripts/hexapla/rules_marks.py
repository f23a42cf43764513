"""Rules of what stands between words: code, pictures, footnotes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from html import unescape

from hexapla.inline import Span
from hexapla.passages import Finding, Pair, Passage
from hexapla.problems import Fix, Problem, say
from hexapla.rules import Corpus, Scope, Subject, located, rule
from hexapla.rules_blocks import opaque


def spans(passage: Passage, *kinds: str) -> list[Span]:
    """Spans of some kinds, with the targets that a browser sees: definitions can hold entities, too."""
    return [span._replace(target=unescape(span.target)) for span in passage.inline.of(*kinds)]


@dataclass(frozen=True)
class Wording:
    """How to say that something of the source is missing, that something is too much, and what to do."""

    missing: Callable[[str], str]
    extra: Callable[[str], str]
    hint: Callable[[str], str]


def compared(pair: Pair, kind: str, wording: Wording) -> Iterator[tuple[Span | None, Finding]]:
    """Compare spans of one kind in two passages; yield what is wrong with the span, if it is one of the translation."""
    ours, theirs = list(pair.translation.inline.of(kind)), [span.target for span in pair.source.inline.of(kind)]
    if kind == "image":
        ours, theirs = spans(pair.translation, kind), [span.target for span in spans(pair.source, kind)]
    if kind == "code":  # a sentence may have to name it twice, where the source's has a pronoun
        ours, theirs = [span for span in ours if span.target not in theirs], _without(theirs, ours)
    left = theirs.copy()
    changed = []
    for span in ours:
        if span.target in left:
            left.remove(span.target)
        else:
            changed.append(span)
    for span in changed:
        wanted = left.pop(0) if left else None
        instead = say("the source has %(wanted)s", wanted=repr(wanted)) if wanted is not None else say("remove it")
        yield span, Finding(*span.at, wording.extra(repr(span.target)), instead, wanted)
    for target in left:
        yield None, pair.translation.whole(wording.missing(repr(target)), wording.hint(target))


def _without(targets: Sequence[str], spans: Sequence[Span]) -> list[str]:
    """Each of some targets once, but for those that spans have."""
    known = {span.target for span in spans}
    return [target for target in dict.fromkeys(targets) if target not in known]


CODE = Wording(
    missing=lambda one: say("the code %(one)s of the source is missing here", one=one),
    extra=lambda one: say("the source has no code %(one)s", one=one),
    hint=lambda one: say("write `%(one)s` where your sentence needs it", one=one),
)


FOOTNOTES = Wording(
    missing=lambda one: say("the footnote %(one)s of the source is missing here", one=one),
    extra=lambda one: say("the source has no footnote %(one)s here", one=one),
    hint=lambda one: say("write [^%(one)s] where it belongs", one=one),
)


@rule("code", Scope.DOCUMENT, is_guard=True)
def code(subject: Subject, corpus: Corpus) -> Iterator[Problem]:
    """Code is that of the source, letter for letter: blocks, and what stands between backticks.

    It is that of the present source, even where the words around it are behind.

    Bad: `pip installer hexapla`
    Good: `pip install hexapla`
    """
    if subject.source is None:
        return
    yield from (problem for problem in opaque(subject) if problem.rule == "code")
    for pair in subject.pairs:
        now = Pair(pair.now or pair.source, pair.translation)
        yield from (located(pair.translation, "code", finding) for _, finding in compared(now, "code", CODE))


NOTE = re.compile(r"^[ ]{0,3}\[\^(?P<label>[^\]\s]+)\]:", re.MULTILINE)


@rule("footnote", Scope.DOCUMENT, is_guard=True)
def footnote(subject: Subject, corpus: Corpus) -> Iterator[Problem]:
    """A paragraph refers to the footnotes that its source refers to, and the footnotes have the names that it uses.

    Bad: `C’est le support.`, where the source has `That is support.[^1]`
    Good: `C’est le support.[^1]`
    """
    if subject.source is None:
        return
    used = set()
    for pair in subject.pairs:
        used |= {span.target for span in pair.translation.inline.of("footnote")}
        yield from (located(pair.translation, "footnote", one) for _, one in compared(pair, "footnote", FOOTNOTES))
    theirs = [match["label"] for match in NOTE.finditer(subject.source.body)]
    ours = list(NOTE.finditer(subject.document.text, subject.document.body_start))
    lost = [label for label in theirs if label not in {match["label"] for match in ours}]
    for match in ours:
        if lost and match["label"] not in theirs and match["label"] not in used:
            wanted = lost.pop(0)
            message = say("no paragraph refers to the footnote %(one)s", one=repr(match["label"]))
            hint = say("the source has %(wanted)s", wanted=repr(wanted))
            problem = subject.at_offset("footnote", match.start("label"), message, hint)
            yield replace(problem, fix=Fix(*match.span("label"), wanted))
