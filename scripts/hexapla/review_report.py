"""A review as text, JSON, annotations, or a comment on a pull request.

A comment is made from the JSON, so that whoever may write comments can make it without the contribution's programs (see
hexapla.comment). Everything that comes from a contribution is data here: it is escaped as HTML, and what a forge would
take for a mention, a reference or an address is broken up, so that a comment calls nobody and leads nowhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from hexapla import fixing, reports, speech
from hexapla.blocks import lines_of
from hexapla.problems import Severity, Text, read_exact, say, shown, translated, write_text
from hexapla.review import Changed, Paragraph, Review
from hexapla.translations import State

REPORTS = ("review.json", "review.en.json")
"""The report as files: in the locale's language, and in English."""

LARGEST_REPORT = 2_000_000
"""No file of a report is larger, in bytes."""

LIMIT = 60_000
"""A comment on GitHub holds 65,536 characters; what a forge adds has to have room too."""

MARK = "<!-- hexapla review -->"
"""Begins the comment, so that the next one can take its place."""

LONGEST = 1200
"""So many characters of a paragraph are shown in a comment."""

LONGEST_SENTENCE = 400
"""So many characters of a sentence that quotes a contribution are shown in a comment."""

MOST = {"files": 300, "outside": 300, "reasons": 40, "problems": 200, "links": 200, "suggestions": 50}
"""So many of each are in a report that is made for a comment; what is counted stays right."""

MOST_DOCUMENTS = 1000

Translate = Callable[[str], str]
Data = Mapping[str, Any]

STATES = {
    State.CURRENT.value: say("current"),
    State.STALE.value: say("stale"),
    State.MISSING.value: say("missing"),
    State.ORPHAN.value: say("orphan"),
}


def language_of(review: Review, ui_locale: str = "") -> str:
    """Give the language of a review: that of its locale, or one that was asked for."""
    return ui_locale or (review.locale.code if review.locale else "en")


# For programs


def to_data(review: Review, language: str = "en") -> dict[str, Any]:
    """Give a review as plain data. Its sentences are in one language, its names are always the same."""
    translate = speech.translator(language)
    found = [*review.problems, *(review.links or ())]
    errors = sum(problem.severity is Severity.ERROR for problem in found)
    return {
        "base": review.base,
        "locale": review.locale.code if review.locale else None,
        "language": language,
        "only_words": review.is_only_words,
        "fails": review.fails,
        "verdict": str(translated(review.verdict, translate)),
        "reasons": [str(translated(reason, translate)) for reason in review.reasons],
        "words": review.words,
        "files": [shown(path) for path in review.files],
        "outside": [shown(path) for path in review.outside],
        "known_problems": review.known,
        "errors": errors,
        "warnings": len(found) - errors,
        **_terms(review),
        "documents": [_document(one) for one in review.documents],
        "left_out": 0,
        "problems": json.loads(reports.to_json(review.problems, translate)),
        "links": None if review.links is None else json.loads(reports.to_json(review.links, translate)),
        "suggestions": [_suggestion(one) for one in fixing.suggestions(found)],
    }


def _terms(review: Review) -> dict[str, list[str]]:
    """Give the glossary's terms that were met in every paragraph, and those that were missed in one."""
    changed = [one for document in review.documents for one in document.paragraphs]
    missed = {term for one in changed for term in one.missed}
    met = {term for one in changed for term in one.met} - missed
    return {"terms_met": sorted(met), "terms_missed": sorted(missed)}


def _suggestion(one: Data) -> dict[str, Any]:
    """Add what stands on the lines of a suggestion now: it is offered only where a forge sees the same."""
    lines = lines_of(read_exact(Path(one["path"])))
    return {**one, "old": "\n".join(lines[one["line"] - 1 : one["end_line"]])}


def _document(one: Changed) -> dict[str, Any]:
    paragraphs = [_paragraph(paragraph) for paragraph in one.paragraphs]
    names = {"path": shown(one.file), "locale": one.locale.code, "is_source": one.locale.is_source, "change": one.how}
    return names | {"before": dict(one.before), "after": dict(one.after), "paragraphs": paragraphs}


def _paragraph(one: Paragraph) -> dict[str, Any]:
    return {
        "line": one.line,
        "kind": one.kind,
        "source": one.source,
        "old": one.old,
        "new": one.new,
        "state_before": one.before or None,
        "state_after": one.after or None,
        "terms_met": list(one.met),
        "terms_missed": list(one.missed),
    }


def to_json(review: Review, language: str = "en") -> str:
    """Give a review as JSON: an object, with everything in it."""
    return _dumped(to_data(review, language), indent=2)


def _dumped(data: Any, indent: int | None = None) -> str:
    """Write data as JSON; a name that is no text, which some file systems have, is written as JSON's escapes."""
    text = json.dumps(data, ensure_ascii=False, indent=indent)
    return text.encode("utf-8", "backslashreplace").decode()


def write_report(review: Review, folder: Path, language: str) -> None:
    """Write a review as the files of REPORTS, each no larger than LARGEST_REPORT, for hexapla.comment to read."""
    for name, code in zip(REPORTS, (language, "en"), strict=True):
        write_text(folder / name, _dumped(bounded(to_data(review, code))))


def bounded(data: Data) -> dict[str, Any]:
    """Shorten a review to what a comment has room for: texts, lists, and the last documents, which are counted."""
    small = {name: value[: MOST[name]] if name in MOST and value else value for name, value in data.items()}
    small = {name: _cut(value) if name != "suggestions" else value for name, value in small.items()}
    small["suggestions"] = [one for one in small["suggestions"] if len(one["text"]) + len(one["old"]) <= 4 * LONGEST]
    documents, small["documents"] = small["documents"], []
    small["left_out"] = max(0, len(documents) - MOST_DOCUMENTS)
    room = LARGEST_REPORT - len(_dumped(small).encode()) - 100
    for number, one in enumerate(documents[:MOST_DOCUMENTS]):
        room -= len(_dumped(one).encode()) + 2
        if room < 0:
            small["left_out"] = len(documents) - number
            break
        small["documents"].append(one)
    return small


def _cut(value: Any) -> Any:
    """Shorten every text in a value."""
    if isinstance(value, str):
        return value if len(value) <= LONGEST else value[:LONGEST] + " …"
    if isinstance(value, list):
        return [_cut(one) for one in value]
    return {name: _cut(one) for name, one in value.items()} if isinstance(value, dict) else value


def to_github(review: Review, root: Path, ui_locale: str = "") -> Iterator[str]:
    """Yield a review as workflow commands: what has to be mended at its line, and the verdict."""
    yield from reports.to_github([*review.problems, *(review.links or ())], root, ui_locale)
    verdict = " ".join(map(str, [review.verdict, *review.reasons]))
    yield f"::notice title=hexapla review::{reports.escaped_data(verdict)}"


# For a terminal


def to_text(review: Review, language: str = "en") -> Iterator[str]:
    """Yield a review as lines for a terminal."""
    data, translate = to_data(review, language), speech.translator(language)
    yield reports.visible(data["verdict"])
    for reason in data["reasons"]:
        yield f"- {reports.visible(reason)}"
    for document in data["documents"]:
        yield ""
        yield reports.visible(f"{document['path']}  {_summary(document, translate)}")
        for one in document["paragraphs"]:
            yield reports.visible(f"  {one['line']}: {_states(one, translate)}")
            for sign, text in (("  = ", one["source"]), ("  - ", one["old"]), ("  + ", one["new"])):
                if text:
                    yield f"  {sign}{_flat(text, len(text))}"
    yield ""
    yield from reports.lines([*review.problems, *(review.links or ())], translate)
    yield from (reports.visible(one.translated(translate)) for one in _figures(data))


def _summary(document: Data, translate: Translate) -> str:
    """Say how many paragraphs of a document changed, and how its states did."""
    count = len(document["paragraphs"])
    parts = [say("changed paragraphs: %(count)s", count=count).translated(translate)]
    for state, name in STATES.items():
        before, after = document["before"].get(state, 0), document["after"].get(state, 0)
        if before != after and not document["is_source"]:
            parts.append(f"{name.translated(translate)} {before} → {after}")
    return ", ".join(parts)


def _states(one: Data, translate: Translate) -> str:
    states = (one["state_before"], one["state_after"])
    names = [STATES[state].translated(translate) if state else "–" for state in states]
    return names[0] if names[0] == names[1] else " → ".join(names)


def _figures(data: Data) -> Iterator[Text]:
    """Yield what is counted."""
    yield say("Words of changed paragraphs: %(count)s.", count=data["words"])
    if data["terms_met"]:
        yield say("Terms of the glossary that are kept: %(terms)s.", terms=", ".join(data["terms_met"]))
    if data["terms_missed"]:
        yield say("Terms of the glossary that are not: %(terms)s.", terms=", ".join(data["terms_missed"]))
    if data["errors"] or data["warnings"]:
        yield say("Errors: %(errors)s, warnings: %(warnings)s.", errors=data["errors"], warnings=data["warnings"])
    else:
        yield say("Nothing is wrong.")
    if data["known_problems"]:
        yield say("Problems that were there before: %(count)s.", count=data["known_problems"])
    if data["links"] is None:
        yield say("Links were not looked at: there is no built site.")


# For a comment


def to_markdown(review: Review, ui_locale: str = "") -> str:
    """Give a review as a comment: what its reports say, made by the same code as from the reports themselves."""
    language = language_of(review, ui_locale)
    return markdown(bounded(to_data(review, language)), bounded(to_data(review, "en")))


def markdown(own: Data, english: Data, warnings: Sequence[Text] = ()) -> str:
    """Make a comment of a report's data: short, the rest folded, in the report's language, English folded below.

    `warnings` come first: what whoever makes the comment knows, whatever the report says. The comment is HTML without
    an empty line, which Markdown leaves alone.
    """
    translate = speech.translator(own["language"])
    is_english = translate("More than words changed.") == "More than words changed."
    head = [MARK, *_head(own, translate, warnings, LIMIT // 2)]
    tail = (
        []
        if is_english
        else ["<details><summary>English</summary>", *_head(english, str, warnings, LIMIT // 4), "</details>"]
    )
    room = LIMIT - len("\n".join([*head, *tail])) - 400
    left = own["left_out"]
    for number, document in enumerate(own["documents"]):
        block = _block(document, translate)
        room -= len(block) + 1
        if room < 0:
            left += len(own["documents"]) - number
            break
        head.append(block)
    if left:
        message = say("Too long to be shown here: %(count)s documents.", count=left)
        head.append(f"<p>{_plain(message.translated(translate))}</p>")
    return "\n".join([*head, *tail]) + "\n"


def _head(data: Data, translate: Translate, warnings: Sequence[Text], room: int) -> Iterator[str]:
    """Yield what is not folded: verdict, warnings, reasons, problems, figures; no longer than `room`."""
    is_only_words = data["only_words"] and not warnings
    sign = "❌" if data["fails"] else "✅" if is_only_words else "⚠️"
    verdict = say("Only words changed.") if is_only_words else say("More than words changed.")
    yield f"<h3>{sign} {_plain((verdict if data['files'] else say('Nothing changed.')).translated(translate))}</h3>"
    for warning in warnings:
        yield f"<p><strong>⚠️ {_plain(warning.translated(translate))}</strong></p>"
    problems = [*data["problems"], *(data["links"] or ())]
    count = max(data["errors"] + data["warnings"], len(problems))
    yield from _listed([f"<li>{_plain(reason)}</li>" for reason in data["reasons"][:20]], room // 3, translate)
    yield from _listed([_line(one) for one in problems[:25]], room // 2, translate, count)
    yield "<p>" + "<br>".join(_plain(one.translated(translate)) for one in _figures(data)) + "</p>"


def _listed(items: Sequence[str], room: int, translate: Translate, count: int = 0) -> Iterator[str]:
    """Yield items as a list, as many as there is room for, and how many of `count` are left out; nothing of nothing."""
    if items:
        yield "<ul>"
        left = max(count, len(items))
        for item in items:
            room -= len(item) + 1
            if room < 0:
                break
            left -= 1
            yield item
        if left:
            yield f"<li>{_plain(say('… and %(count)s more', count=left).translated(translate))}</li>"
        yield "</ul>"


def _line(problem: Data) -> str:
    place = f"{problem['path']}:{problem['line']}:{problem['column']}"
    sign = "⚠️ " if problem["severity"] == Severity.WARNING.value else ""
    message, hint = _plain(problem["message"]), _plain(problem["hint"])
    rule = _code(problem["rule"])
    return f"<li>{sign}<code>{_code(place)}</code> {message} <code>{rule}</code><br><em>{hint}</em></li>"


def _block(document: Data, translate: Translate) -> str:
    """Give the folded part of one document."""
    heads = [say("Line"), say("Original"), say("Before"), say("Now")]
    rows = [
        "<tr>" + "".join(f"<td>{cell}</td>" for cell in _cells(one, translate)) + "</tr>"
        for one in document["paragraphs"]
    ]
    title = f"<code>{_code(document['path'])}</code> {_plain(_summary(document, translate))}"
    table = "<table><tr>" + "".join(f"<th>{_plain(head.translated(translate))}</th>" for head in heads) + "</tr>"
    return "\n".join([f"<details><summary>{title}</summary>", table, *rows, "</table></details>"])


def _cells(one: Data, translate: Translate) -> Iterator[str]:
    yield f"{one['line']}<br>{_plain(_states(one, translate))}"
    for text in (one["source"], one["old"], one["new"]):
        yield f"<code>{_code(text)}</code>" if text else "–"


def _code(text: str) -> str:
    """Escape text for a `code` element, in which a forge looks for nothing."""
    return escape(_flat(text, LONGEST))


BREAKS = re.compile(r"(?<=[@#:$])(?=\S)|(?<=www)(?=\.)|(?<=\bGH)(?=-)", re.IGNORECASE)
"""Where a forge would see a mention, a reference, an address, an emoji's name, a formula."""

COMMIT = re.compile(r"\b[0-9a-f]{7,}\b", re.IGNORECASE)


def _plain(text: str) -> str:
    """Say a text so that it is nothing but a text: no HTML, no mention, no reference, no address, no emoji code."""
    broken = BREAKS.sub("\ue000", _flat(text, LONGEST_SENTENCE))
    broken = COMMIT.sub(lambda match: re.sub("(.{6})(?=.)", "\\1\ue000", match[0]), broken)
    return escape(broken, quote=False).replace("\ue000", "<!-- -->")


WHITE = re.compile(r"[ \t\r\n\f\v\x85\u2028\u2029]+")
"""What becomes one space on one line; a no-break space stays."""


def _flat(text: str, limit: int) -> str:
    """Put a text on one line, no longer than a limit, with everything in it to be seen."""
    return reports.visible(WHITE.sub(" ", text if len(text) <= limit else text[:limit] + " …").strip(" "))
