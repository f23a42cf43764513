"""A review as text, JSON, annotations, or a comment on a pull request.

Everything that comes from a contribution is data here: it is escaped as HTML, and what a forge would take for a
mention, a reference or an address is broken up, so that a comment calls nobody and leads nowhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from typing import Any

from hexapla import fixing, reports, speech
from hexapla.problems import Problem, Severity, Text, say, shown, translated
from hexapla.review import Changed, Paragraph, Review
from hexapla.translations import State

FORMATS = ("text", "markdown", "json", "github")
LIMIT = 60_000
"""A comment on GitHub holds 65,536 characters; what a forge adds has to have room too."""

MARK = "<!-- hexapla review -->"
"""Begins the comment, so that the next one can take its place."""

LONGEST = 1200
"""So many characters of a paragraph are shown in a comment."""

Translate = Callable[[str], str]

STATES = {
    State.CURRENT.value: say("current"),
    State.STALE.value: say("stale"),
    State.MISSING.value: say("missing"),
    State.ORPHAN.value: say("orphan"),
}


def translator_of(review: Review, ui_locale: str = "") -> Translate:
    """Give what says a review's sentences in the language of its locale, or in one that was asked for."""
    return speech.translator(ui_locale or (review.locale.code if review.locale else "en"))


# For programs


def to_json(review: Review, translate: Translate = str) -> str:
    """Give a review as JSON: an object. Its sentences are in one language, its names are always the same."""
    found = {
        "base": review.base,
        "locale": review.locale.code if review.locale else None,
        "only_words": review.is_only_words,
        "fails": review.fails,
        "verdict": str(translated(review.verdict, translate)),
        "reasons": [str(translated(reason, translate)) for reason in review.reasons],
        "words": review.words,
        "files": [shown(path) for path in review.files],
        "outside": [shown(path) for path in review.outside],
        "known_problems": review.known,
        "documents": [_document(one) for one in review.documents],
        "problems": json.loads(reports.to_json(review.problems, translate)),
        "links": None if review.links is None else json.loads(reports.to_json(review.links, translate)),
        "suggestions": list(fixing.suggestions([*review.problems, *(review.links or ())])),
    }
    return json.dumps(found, ensure_ascii=False, indent=2)


def _document(one: Changed) -> dict[str, Any]:
    paragraphs = [
        {
            "line": paragraph.line,
            "kind": paragraph.kind,
            "source": paragraph.source,
            "old": paragraph.old,
            "new": paragraph.new,
            "state_before": paragraph.before or None,
            "state_after": paragraph.after or None,
            "terms_met": list(paragraph.met),
            "terms_missed": list(paragraph.missed),
        }
        for paragraph in one.paragraphs
    ]
    names = {"path": shown(one.file), "locale": one.locale.code, "change": one.how}
    return names | {"before": dict(one.before), "after": dict(one.after), "paragraphs": paragraphs}


def to_github(review: Review, root: Path, ui_locale: str = "") -> Iterator[str]:
    """Yield a review as workflow commands: what has to be mended at its line, and the verdict."""
    yield from reports.to_github([*review.problems, *(review.links or ())], root, ui_locale)
    verdict = " ".join(map(str, [review.verdict, *review.reasons]))
    yield f"::notice title=hexapla review::{reports.escaped_data(verdict)}"


# For a terminal


def to_text(review: Review, translate: Translate = str) -> Iterator[str]:
    """Yield a review as lines for a terminal."""
    yield str(translated(review.verdict, translate))
    for reason in review.reasons:
        yield f"- {reports.visible(str(translated(reason, translate)))}"
    for document in review.documents:
        yield ""
        yield reports.visible(f"{shown(document.file)}  {_summary(document, translate)}")
        for one in document.paragraphs:
            yield reports.visible(f"  {one.line}: {_states(one, translate)}")
            for sign, text in (("  = ", one.source), ("  - ", one.old), ("  + ", one.new)):
                if text:
                    yield reports.visible(f"  {sign}{' '.join(text.split())}")
    yield ""
    yield from reports.lines([*review.problems, *(review.links or ())], translate)
    yield from (str(translated(one, translate)) for one in _figures(review))


def _summary(document: Changed, translate: Translate) -> str:
    """Say how many paragraphs of a document changed, and how its states did."""
    parts = [str(translated(say("changed paragraphs: %(count)s", count=len(document.paragraphs)), translate))]
    for state, name in STATES.items():
        before, after = document.before.get(state, 0), document.after.get(state, 0)
        if before != after and not document.locale.is_source:
            parts.append(f"{translated(name, translate)} {before} → {after}")
    return "; ".join(parts)


def _states(one: Paragraph, translate: Translate) -> str:
    names = [str(translated(STATES[state], translate)) if state else "–" for state in (one.before, one.after)]
    return names[0] if names[0] == names[1] else " → ".join(names)


def _figures(review: Review) -> Iterator[Text]:
    """Yield what is counted."""
    yield say("Words of changed paragraphs: %(count)s.", count=review.words)
    changed = [one for document in review.documents for one in document.paragraphs]
    missed = sorted({term for one in changed for term in one.missed})
    met = sorted({term for one in changed for term in one.met} - set(missed))
    if met:
        yield say("Terms of the glossary that are kept: %(terms)s.", terms=", ".join(met))
    if missed:
        yield say("Terms of the glossary that are not: %(terms)s.", terms=", ".join(missed))
    yield from reports.summary([*review.problems, *(review.links or ())])
    if review.known:
        yield say("Problems that were there before: %(count)s.", count=review.known)
    if review.links is None:
        yield say("Links were not looked at: there is no built site.")


# For a comment


def to_markdown(review: Review, ui_locale: str = "") -> str:
    """Give a review as a comment: short, the rest folded, in the locale's language, English folded below.

    It is HTML without an empty line, which Markdown leaves alone.
    """
    translate = translator_of(review, ui_locale)
    parts = [MARK, *_head(review, translate)]
    english = ["<details><summary>English</summary>", *_head(review, str), "</details>"]
    is_english = translate("More than words changed.") == "More than words changed."
    tail = [] if is_english else english
    if len("\n".join([*parts, *tail])) > LIMIT:
        tail = []
    room = LIMIT - len("\n".join([*parts, *tail])) - 400
    left = 0
    for document in review.documents:
        block = _block(document, translate)
        room -= len(block) + 1
        if room < 0 or left:
            left += 1
        else:
            parts.append(block)
    if left:
        parts.append(f"<p>{_plain(say('Too long to be shown here: %(count)s documents.', count=left), translate)}</p>")
    return "\n".join([*parts, *tail])[:LIMIT] + "\n"


def _head(review: Review, translate: Translate) -> Iterator[str]:
    """Yield what is not folded: the verdict, the reasons, the problems, the figures."""
    sign = "❌" if review.fails else "✅" if review.is_only_words else "⚠️"
    yield f"<h3>{sign} {_plain(review.verdict, translate)}</h3>"
    if review.reasons:
        yield "<ul>"
        yield from (f"<li>{_plain(reason, translate)}</li>" for reason in review.reasons[:20])
        yield "</ul>"
    problems = [*review.problems, *(review.links or ())]
    if problems:
        yield "<ul>"
        yield from (_line(problem, translate) for problem in problems[:25])
        if len(problems) > 25:
            yield f"<li>{_plain(say('… and %(count)s more', count=len(problems) - 25), translate)}</li>"
        yield "</ul>"
    yield "<p>" + "<br>".join(_plain(one, translate) for one in _figures(review)) + "</p>"


def _line(problem: Problem, translate: Translate) -> str:
    place = f"{shown(problem.path)}:{problem.line}:{problem.column}"
    sign = "⚠️ " if problem.severity is Severity.WARNING else ""
    message, hint = _plain(problem.message, translate), _plain(problem.hint, translate)
    return f"<li>{sign}<code>{_code(place)}</code> {message} <code>{_code(problem.rule)}</code><br><em>{hint}</em></li>"


def _block(document: Changed, translate: Translate) -> str:
    """Give the folded part of one document."""
    heads = [say("Line"), say("Original"), say("Before"), say("Now")]
    rows = [
        "<tr>" + "".join(f"<td>{cell}</td>" for cell in _cells(one, translate)) + "</tr>" for one in document.paragraphs
    ]
    title = f"<code>{_code(shown(document.file))}</code> {_plain(_summary(document, translate), translate)}"
    table = "<table><tr>" + "".join(f"<th>{_plain(head, translate)}</th>" for head in heads) + "</tr>"
    return "\n".join([f"<details><summary>{title}</summary>", table, *rows, "</table></details>"])


def _cells(one: Paragraph, translate: Translate) -> Iterator[str]:
    yield f"{one.line}<br>{_plain(_states(one, translate), translate)}"
    for text in (one.source, one.old, one.new):
        yield f"<code>{_code(text)}</code>" if text else "–"


def _code(text: str) -> str:
    """Escape text for a `code` element, in which a forge looks for nothing."""
    flat = " ".join(reports.visible(text if len(text) <= LONGEST else text[:LONGEST] + " …").split())
    return escape(flat)


BREAKS = re.compile(r"(?<=[@#:])(?=\S)|(?<=www)(?=\.)|(?<=\bGH)(?=-)", re.IGNORECASE)


def _plain(text: str, translate: Translate) -> str:
    """Say a text so that it is nothing but a text: no HTML, no mention, no reference, no address, no emoji code."""
    flat = " ".join(reports.visible(str(translated(text, translate))).split())
    return escape(BREAKS.sub("\ue000", flat), quote=False).replace("\ue000", "<!-- -->")
