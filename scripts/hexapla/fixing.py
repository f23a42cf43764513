"""Mend what is safe to mend: link targets, ids, code, typography. The words stay as they are."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from hexapla import content
from hexapla.blocks import lines_of
from hexapla.problems import Fix, Problem, Stop, read_exact, say, shown, write_text

SAFE = frozenset(
    "link-target link-new-host heading-id code image footnote typography doubled-space doubled-mark doubled-word "
    "glued-link kept-name line-ending wrong-case wrong-locale missing-slash dead-link".split()
)
"""Rules whose fixes change no meaning."""


def plan(problems: Iterable[Problem]) -> dict[Path, tuple[str, str]]:
    """Work out what would mend problems: each file's text, and what it would become.

    Of two changes that overlap, the first is made; another run finds the other. A document that could not be read
    afterwards is left alone.
    """
    fixes: dict[Path, list[Fix]] = {}
    for problem in problems:
        if problem.fix and problem.rule in SAFE:
            fixes.setdefault(problem.path, []).append(problem.fix)
    planned = {}
    for path, own in sorted(fixes.items()):
        old = read_exact(path)
        new = _changed(old, own)
        if new != old and _can_be_read(path, new):
            planned[path] = (old, new)
    return planned


def suggestions(problems: Iterable[Problem]) -> Iterator[dict[str, Any]]:
    """Yield what would mend problems, by whole lines, as a forge suggests a change: file, first and last line, text."""
    for path, (old, new) in plan(problems).items():
        before, after = lines_of(old), lines_of(new)
        for kind, start, end, first, last in difflib.SequenceMatcher(None, before, after, False).get_opcodes():
            if kind == "replace":
                yield {"path": shown(path), "line": start + 1, "end_line": end, "text": "\n".join(after[first:last])}


def mended(problems: Sequence[Problem], planned: Mapping[Path, tuple[str, str]]) -> list[Problem]:
    """Give the problems that are mended by what `plan` has worked out for them: not those whose change was left out."""
    found = []
    for path, (old, _) in planned.items():
        own = [problem for problem in problems if problem.path == path and problem.fix and problem.rule in SAFE]
        made = set(_made(old, [problem.fix for problem in own if problem.fix]))
        found += [problem for problem in own if problem.fix in made]
    return found


def _changed(text: str, fixes: Iterable[Fix]) -> str:
    parts, at = [], 0
    for fix in _made(text, fixes):
        parts += [text[at : fix.start], fix.text]
        at = fix.end
    return "".join([*parts, text[at:]])


def _made(text: str, fixes: Iterable[Fix]) -> Iterator[Fix]:
    """Yield those of the changes that do not overlap with one before them."""
    at = 0
    for fix in sorted(set(fixes), key=lambda one: (one.start, one.end)):
        if fix.start >= at and fix.end <= len(text):
            yield fix
            at = fix.end


def _can_be_read(path: Path, text: str) -> bool:
    try:
        content.parse(path, text)
    except Stop:
        return False
    return True


def diff(planned: Mapping[Path, tuple[str, str]]) -> str:
    """Show what would change, as a unified diff."""
    found: list[str] = []
    for path, (old, new) in planned.items():
        name = shown(path)
        found += difflib.unified_diff(lines_of(old), lines_of(new), f"a/{name}", f"b/{name}", lineterm="")
    return "\n".join(found)


def write(planned: Mapping[Path, tuple[str, str]]) -> None:
    """Write the planned files, each whole. Raises Stop where one cannot be written, or has changed meanwhile."""
    for path, (old, new) in planned.items():
        if read_exact(path) != old:
            message = say("has changed since it was checked")
            raise Stop([Problem(path, 1, 1, "file", message, say("run the check again"))])
        write_text(path, new)
