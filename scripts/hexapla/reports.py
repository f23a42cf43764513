"""Problems as people and programs read them: text, JSON, GitHub annotations, SARIF."""

from __future__ import annotations

import json
import os
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import hexapla
from hexapla import speech
from hexapla.problems import Problem, Severity, Text, say, shown, translated
from hexapla.rules import all_rules

Translate = Callable[[str], str]
HINT = say("hint")


def lines(problems: Sequence[Problem], translate: Translate = str) -> Iterator[str]:
    """Yield problems as text, `path:line:column: message [rule]`, each with its hint below."""
    for problem in problems:
        message = translated(problem.message, translate)
        yield visible(f"{shown(problem.path)}:{problem.line}:{problem.column}: {message} [{problem.rule}]")
        yield visible(f"  {translated(HINT, translate)}: {translated(problem.hint, translate)}")


def visible(text: str) -> str:
    """Write out what a terminal would obey or hide: control characters, line ends, marks of direction, tags.

    Joiners stay, for the scripts that need them.
    """
    return "".join(
        sign
        if unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") or sign in "\u200c\u200d\u00ad"
        else sign.encode("unicode_escape", "surrogatepass").decode()
        for sign in text
    )


def summary(problems: Sequence[Problem], known: int = 0, gone: int = 0, ignored: int = 0) -> Iterator[Text]:
    """Yield what ends a report: how many problems comments ignore and a baseline knows, and how many there are."""
    if ignored:
        yield say("Ignored by comments: %(ignored)s.", ignored=ignored)
    if known or gone:
        yield say("Known from the baseline: %(known)s; in it, and gone: %(gone)s.", known=known, gone=gone)
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    if problems:
        yield say("Errors: %(errors)s, warnings: %(warnings)s.", errors=errors, warnings=len(problems) - errors)
    else:
        yield say("Nothing is wrong.")


def to_json(problems: Sequence[Problem], translate: Translate = str) -> str:
    """Give problems as JSON: a list of objects. `end_line` and `end_column` are null where only a place is known.

    Problems of a built site have `page` and `target` besides.
    """
    objects = [
        {
            "path": shown(problem.path),
            "line": problem.line,
            "column": problem.column,
            "end_line": problem.end_line or None,
            "end_column": problem.end_column or None,
            "locale": problem.locale or None,
            "rule": problem.rule,
            "severity": problem.severity.value,
            "message": str(translated(problem.message, translate)),
            "hint": str(translated(problem.hint, translate)),
            "segment": problem.segment or None,
        }
        | ({"page": problem.page, "target": problem.target} if problem.page else {})
        for problem in problems
    ]
    return json.dumps(objects, ensure_ascii=False, indent=2)


def to_github(problems: Sequence[Problem], root: Path, ui_locale: str = "") -> Iterator[str]:
    """Yield problems as workflow commands of GitHub Actions, which become annotations at the lines of a pull request.

    Each is told in the language of its own locale, English beneath, unless `ui_locale` names one language for all.
    Paths are relative to the repository. (GitHub Docs, "Workflow commands for GitHub Actions".)
    """
    for problem in problems:
        translate = speech.translator(ui_locale or problem.locale or "en")
        own, english = _sentence(problem, translate), _sentence(problem, str)
        text = own if own == english else f"{own}\n\n{english}"
        path = problem.path.relative_to(root).as_posix() if problem.path.is_relative_to(root) else shown(problem.path)
        fields = {"file": path, "line": problem.line, "col": problem.column, "title": problem.rule}
        if problem.end_line:
            fields |= {"endLine": problem.end_line}
            if problem.end_line == problem.line:
                fields |= {"endColumn": problem.end_column}
        listed = ",".join(f"{name}={_property(value)}" for name, value in fields.items())
        command = "warning" if problem.severity is Severity.WARNING else "error"
        yield f"::{command} {listed}::{escaped_data(text)}"


def _sentence(problem: Problem, translate: Translate) -> str:
    return f"{translated(problem.message, translate)}\n{translated(problem.hint, translate)}"


def escaped_data(text: str) -> str:
    """Escape what would end a workflow command, or begin another."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: Any) -> str:
    return escaped_data(str(value)).replace(":", "%3A").replace(",", "%2C")


def to_sarif(problems: Sequence[Problem], root: Path, translate: Translate = str) -> str:
    """Give problems as SARIF 2.1.0 (OASIS), for code scanning and editors; columns count characters."""
    names = sorted({problem.rule for problem in problems})
    rules = [_sarif_rule(name, translate) for name in names]
    results = [_sarif_result(problem, names, root, translate) for problem in problems]
    driver = {"name": "hexapla", "version": hexapla.__version__, "rules": rules}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
    return json.dumps({"$schema": schema, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2)


def _sarif_rule(name: str, translate: Translate) -> dict[str, Any]:
    rule = all_rules().get(name)
    if rule is None:
        return {"id": name}
    text = "\n\n".join(filter(None, (translate(rule.summary), translate(rule.details) if rule.details else "")))
    return {"id": name, "shortDescription": {"text": translate(rule.summary)}, "help": {"text": text}}


def _sarif_result(problem: Problem, names: Sequence[str], root: Path, translate: Translate) -> dict[str, Any]:
    region = {"startLine": problem.line, "startColumn": problem.column}
    if problem.end_line:
        region |= {"endLine": problem.end_line, "endColumn": problem.end_column}
    is_inside = problem.path.is_relative_to(root)
    path = problem.path.relative_to(root).as_posix() if is_inside else problem.path.as_posix()
    location = {"physicalLocation": {"artifactLocation": {"uri": _uri(path)}, "region": region}}
    return {
        "ruleId": problem.rule,
        "ruleIndex": names.index(problem.rule),
        "level": problem.severity.value,
        "message": {"text": _sentence(problem, translate)},
        "locations": [location],
    }


def _uri(path: str) -> str:
    return quote(os.fsencode(path))  # names of files need not be UTF-8


def explanation(name: str, translate: Translate = str) -> str:
    """Give a rule's documentation: what it is about, and an example of what it finds and of the same, mended."""
    rule = all_rules()[name]
    parts = [f"{name} ({rule.severity.value})", translate(rule.summary)]
    if rule.details:
        parts.append(translate(rule.details))
    bad, good = say("Bad").translated(translate), say("Good").translated(translate)
    return "\n\n".join(parts) + f"\n\n{bad}: {rule.bad}\n{good}: {rule.good}\n"
