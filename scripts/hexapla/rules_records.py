"""Rules of the record: which words of the source each paragraph of a translation follows."""

from __future__ import annotations

from collections.abc import Iterator

from hexapla import records
from hexapla.problems import Problem, Severity, say, shown
from hexapla.rules import Corpus, Scope, Subject, rule
from hexapla.rules_blocks import is_orphan, is_waiting
from hexapla.translations import State, Unit


@rule("record", Scope.DOCUMENT)
def record(subject: Subject, corpus: Corpus) -> Iterator[Problem]:
    """The record of a document can be read.

    Bad: a record with plural forms, or with the header of another language
    Good: what `hexapla record` writes
    """
    yield from subject.problems


@rule("unrecorded", Scope.DOCUMENT, Severity.WARNING)
def unrecorded(subject: Subject, corpus: Corpus) -> Iterator[Problem]:
    """What a translation says is in its record, so that a later change of the source is known to concern it.

    Bad: a paragraph that was translated, and no `hexapla record` since
    Good: `hexapla record fr`
    """
    if not subject.has_record or subject.problems or subject.source is None:
        return
    known = {entry.recorded for entry in subject.entries} | {records.digest(one.translation) for one in subject.entries}
    for unit in subject.units:
        own = unit.translation
        if own and unit.source and unit.state is not State.MISSING and records.digest(own.text) not in known:
            message = say("the record does not know this text yet")
            hint = say("run: hexapla record %(path)s", path=shown(subject.document.path))
            yield subject.problem("unrecorded", own, message, hint)


@rule("stale", Scope.DOCUMENT, Severity.WARNING)
def stale(subject: Subject, corpus: Corpus) -> Iterator[Problem]:
    """A translation follows the words that its source has now.

    `policy` in mkdocs.yml can make it an error in a locale, or nothing.

    Bad: a paragraph whose source was changed since
    Good: the translation changed too, or `hexapla done docs/fr/about.md:12`
    """
    if subject.source is None:
        return
    for unit in subject.units:
        if unit.state is State.STALE and unit.source and unit.translation:
            origin = f"{shown(subject.source.path)}:{unit.source.line}"
            message = say("the original of this paragraph has changed since it was translated: %(place)s", place=origin)
            file = shown(subject.document.path)
            values = {"file": file, "here": f"{file}:{unit.translation.line}"}
            hint = say(
                "see the change: hexapla diff %(file)s; then change the paragraph, or if it is right as it stands: "
                "hexapla done %(here)s",
                **values,
            )
            yield subject.problem("stale", unit.translation, message, hint)


@rule("missing", Scope.DOCUMENT, Severity.WARNING)
def missing(subject: Subject, corpus: Corpus) -> Iterator[Problem]:
    """Each paragraph of the source is translated. Until it is, pages show the source's.

    Bad: a paragraph that was added to the source, and is not here yet
    Good: its translation
    """
    if subject.source is None:
        return
    for unit in subject.units:
        if not unit.source or unit.translation:
            continue
        is_front = unit.source.kind == "front matter"
        if is_front and subject.document.meta.get(unit.source.key):
            continue  # a block of text, which is no segment
        if is_front or is_waiting(unit, subject):
            origin = f"{shown(subject.source.path)}:{unit.source.line}"
            what = unit.source.key if is_front else unit.source.text[:40]
            message = say("%(what)s waits for its translation: %(place)s", what=repr(what), place=origin)
            hint = say("translate it here, or take your time: readers see the original, marked as such")
            yield subject.problem("missing", 1 if is_front else _line_before(subject, unit), message, hint)


def _line_before(subject: Subject, missing: Unit) -> int:
    """The line of the block behind which a paragraph belongs; where the text begins, if it would be the first."""
    start = subject.document.body_start
    before = subject.units[: subject.units.index(missing)]
    blocks = [unit.translation for unit in before if unit.source and unit.translation]
    lines = [block.line for block in blocks if block.start >= start]
    return lines[-1] if lines else subject.document.text[:start].count("\n") + 1


@rule("orphan", Scope.DOCUMENT, Severity.WARNING)
def orphan(subject: Subject, corpus: Corpus) -> Iterator[Problem]:
    """A paragraph has a source.

    Bad: a paragraph whose source was removed
    Good: the paragraph removed too
    """
    for unit in subject.units:
        if unit.translation and is_orphan(unit, subject):
            message = say("the original of this paragraph was removed")
            hint = say("remove it too, or move what is worth keeping")
            yield subject.problem("orphan", unit.translation, message, hint)
