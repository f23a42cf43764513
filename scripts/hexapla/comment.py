"""A comment on a pull request, made of a report that the pull request's own programs wrote.

Nothing in the report is believed. It is a folder or an archive with the two files of review_report.REPORTS and nothing
else; their sizes are known before they are read, their shape before they are used, and the Markdown is made here. What
the forge itself says about the pull request (its changed files) is used to warn of a report that may not be true, and
to offer as suggestions only what fits the lines that the forge shows.
"""

from __future__ import annotations

import json
import re
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hexapla import cldr, reports, review_report
from hexapla.config import Site, absolute
from hexapla.problems import Problem, Severity, Stop, Text, say, write_text
from hexapla.review_report import LARGEST_REPORT, REPORTS, STATES
from hexapla.rules_files import locale_of

MOST_LISTED = 3000
"""GitHub lists no more files of a pull request ("List pull requests files", GitHub Docs)."""

LARGEST_ARCHIVE = 2 * LARGEST_REPORT
"""An archive of both files is never larger, in bytes; pull-request-report.yml fetches none that is."""

SUGGESTION_MARK = "<!-- hexapla suggestion -->"
"""Begins a suggestion, so that it is not made twice."""

HINT = say("nothing of it was used; the pull request may have changed the programs that write it")


def write(site: Site, artifact: Path, files: Path | None, commit: str, output: Path) -> list[Path]:
    """Write comment.md and suggestions.json into a folder; give their paths.

    `files` are the pull request's changed files as the forge lists them; without them, nothing is suggested. What is
    suggested has the form of GitHub's "Create a review for a pull request", for `commit`. Raises Stop where the
    report, or the list, is not what it should be; nothing is written then.
    """
    own, english = read(artifact)
    listed = None if files is None else changed_files(files)
    if commit and not re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", commit):
        raise Stop([Problem(artifact, 1, 1, "commit", say("this is no commit"), say("give its whole name"))])
    warnings = [] if listed is None else list(_warnings(site, own, listed))
    suggested = {
        "event": "COMMENT",
        **({"commit_id": commit} if commit else {}),
        "comments": list(suggestions(site, own, listed or ())),
    }
    written = [output / "comment.md", output / "suggestions.json"]
    write_text(written[0], review_report.markdown(own, english, warnings))
    write_text(written[1], json.dumps(suggested, ensure_ascii=False, indent=1) + "\n")
    return written


# The artifact


def read(artifact: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Read a report from a folder or an archive: in its own language, and in English. Raises Stop where it is none."""
    data = _of_archive(artifact) if artifact.is_file() else _of_folder(artifact)
    own, english = (_parsed(artifact, name, data[name]) for name in REPORTS)
    return own, english


def _refused(artifact: Path, what: Text) -> Stop:
    return Stop([Problem(artifact, 1, 1, "artifact", what, HINT)])


def _of_folder(folder: Path) -> dict[str, bytes]:
    """Read the files of a folder, which has to hold these and no others, none of them a link."""
    try:
        names = sorted(path.name for path in folder.iterdir())
        if names != sorted(REPORTS):
            raise _refused(folder, _names(names))
        for name in names:
            found = (folder / name).lstat()
            if not stat.S_ISREG(found.st_mode):
                raise _refused(folder, say("%(name)s is no file", name=repr(name)))
            if found.st_size > LARGEST_REPORT:
                raise _refused(folder, _too_large(name, found.st_size))
        return {name: (folder / name).read_bytes() for name in names}
    except OSError as error:
        raise _refused(folder, say("cannot be read: %(reason)s", reason=error.strerror)) from None


def _of_archive(path: Path) -> dict[str, bytes]:
    """Read the files of an archive into memory, after its table was looked at; nothing is ever unpacked to disk."""
    try:
        if (size := path.stat().st_size) > LARGEST_ARCHIVE:
            raise _refused(path, _too_large(path.name, size, LARGEST_ARCHIVE))
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if sorted(entry.filename for entry in entries) != sorted(REPORTS):
                raise _refused(path, _names([entry.filename for entry in entries]))
            for entry in entries:
                mode = entry.external_attr >> 16
                if entry.is_dir() or (stat.S_IFMT(mode) and not stat.S_ISREG(mode)) or entry.flag_bits & 1:
                    raise _refused(path, say("%(name)s is no file", name=repr(entry.filename)))
                if entry.file_size > LARGEST_REPORT:
                    raise _refused(path, _too_large(entry.filename, entry.file_size))
            return {entry.filename: _unpacked(path, archive, entry) for entry in entries}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, zlib.error) as error:
        raise _refused(path, say("is no archive that can be read: %(reason)s", reason=str(error)[:100])) from None
    except OSError as error:
        raise _refused(path, say("cannot be read: %(reason)s", reason=error.strerror or str(error))) from None


def _unpacked(path: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """Unpack one file, and no more of it than may be there: the table may say less than there is."""
    with archive.open(entry) as file:
        data = file.read(LARGEST_REPORT + 1)
    if len(data) > LARGEST_REPORT:
        raise _refused(path, _too_large(entry.filename, len(data)))
    return data


def _names(names: Sequence[str]) -> Text:
    listed = ", ".join(repr(name[:60]) for name in names[:5]) + (" …" if len(names) > 5 else "")
    return say("holds %(names)s, and not %(expected)s", names=listed, expected=", ".join(REPORTS))


def _too_large(name: str, size: int, limit: int = LARGEST_REPORT) -> Text:
    return say("%(name)s is %(size)s bytes large, and %(limit)s are the limit", name=name, size=size, limit=limit)


# Its shape

Check = Callable[[Any, str], None]
"""Looks at a value, of which it is told where it stands; raises _Wrong where it is not what it should be."""


class _Wrong(Exception):
    """A value that should not stand where it stands: names its field, or says what is wrong; empty for all of it."""


def _text(limit: int, pattern: str = "") -> Check:
    def check(value: Any, where: str) -> None:
        if not isinstance(value, str) or len(value) > limit or (pattern and not re.fullmatch(pattern, value)):
            raise _Wrong(where)

    return check


def _number(low: int, high: int) -> Check:
    def check(value: Any, where: str) -> None:
        if type(value) is not int or not low <= value <= high:
            raise _Wrong(where)

    return check


def _flag(value: Any, where: str) -> None:
    if not isinstance(value, bool):
        raise _Wrong(where)


def _among(*values: str) -> Check:
    def check(value: Any, where: str) -> None:
        if not isinstance(value, str) or value not in values:
            raise _Wrong(where)

    return check


def _or_null(check: Check) -> Check:
    def look(value: Any, where: str) -> None:
        if value is not None:
            check(value, where)

    return look


def _list(check: Check, limit: int) -> Check:
    def look(value: Any, where: str) -> None:
        if not isinstance(value, list) or len(value) > limit:
            raise _Wrong(where)
        for number, one in enumerate(value):
            check(one, f"{where}[{number}]")

    return look


def _object(optional: Sequence[str] = (), **checks_of: Check) -> Check:
    def look(value: Any, where: str) -> None:
        if not isinstance(value, dict) or not {*checks_of} - {*optional} <= value.keys() <= checks_of.keys():
            raise _Wrong(where)
        for name, one in value.items():
            checks_of[name](one, f"{where}.{name}" if where else name)

    return look


MANY = 1_000_000
CODE = r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8}){0,3}"
_SHORT, _LONG, _PATH = _text(200), _text(2 * review_report.LONGEST), _text(2000)
_PLACE = _number(0, MANY)
_STATES = _object(tuple(STATES), **dict.fromkeys(STATES, _number(0, MANY)))
_TERMS = _list(_text(500), 1000)
_PARAGRAPH = _object(
    line=_PLACE,
    kind=_SHORT,
    source=_LONG,
    old=_LONG,
    new=_LONG,
    state_before=_or_null(_among(*STATES)),
    state_after=_or_null(_among(*STATES)),
    terms_met=_TERMS,
    terms_missed=_TERMS,
)
_DOCUMENT = _object(
    path=_PATH,
    locale=_text(20, CODE),
    is_source=_flag,
    change=_among("added", "changed", "removed"),
    before=_STATES,
    after=_STATES,
    paragraphs=_list(_PARAGRAPH, 20_000),
)
_PROBLEM = _object(
    ("page", "target"),
    path=_PATH,
    line=_PLACE,
    column=_PLACE,
    end_line=_or_null(_PLACE),
    end_column=_or_null(_PLACE),
    locale=_or_null(_text(20, CODE)),
    rule=_text(60, r"[a-z0-9-]+"),
    severity=_among(*(one.value for one in Severity)),
    message=_LONG,
    hint=_LONG,
    segment=_or_null(_LONG),
    page=_PATH,
    target=_LONG,
)
_SUGGESTION = _object(
    path=_PATH, line=_number(1, MANY), end_line=_number(1, MANY), text=_text(10_000), old=_text(10_000)
)
SHAPE = _object(
    base=_SHORT,
    locale=_or_null(_text(20, CODE)),
    language=_text(20, CODE),
    only_words=_flag,
    fails=_flag,
    verdict=_LONG,
    reasons=_list(_LONG, 100),
    words=_number(0, 100 * MANY),
    files=_list(_PATH, 1000),
    outside=_list(_PATH, 1000),
    known_problems=_PLACE,
    errors=_PLACE,
    warnings=_PLACE,
    terms_met=_TERMS,
    terms_missed=_TERMS,
    documents=_list(_DOCUMENT, 5000),
    left_out=_PLACE,
    problems=_list(_PROBLEM, 1000),
    links=_or_null(_list(_PROBLEM, 1000)),
    suggestions=_list(_SUGGESTION, 100),
)
"""What review_report.bounded makes; a test sees that both fit."""


def _parsed(artifact: Path, name: str, data: bytes) -> dict[str, Any]:
    """Read one file of a report, and look at everything in it."""
    try:
        value = json.loads(data.decode(), object_pairs_hook=_object_of, parse_constant=_no_constant)
        SHAPE(value, "")
        if not cldr.is_known(value["language"]):
            raise _Wrong("language")
    except _Wrong as wrong:
        (where,) = wrong.args
        message = say("%(name)s is no report: %(where)s", name=name, where=where)
        raise _refused(artifact, message if where else say("%(name)s is no report", name=name)) from None
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise _refused(artifact, say("%(name)s is no JSON", name=name)) from None
    assert isinstance(value, dict)
    return value


def _object_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object of names and values, no name twice: programs differ in which they take."""
    found = dict(pairs)
    if len(found) != len(pairs):
        ((twice, _),) = Counter(name for name, _ in pairs).most_common(1)
        raise _Wrong(say("the key %(key)s is there twice", key=ascii(twice)[:60]))
    return found


def _no_constant(name: str) -> Any:
    """Refuse NaN and Infinity, which Python reads, and which are no JSON."""
    raise ValueError(name)


# What the forge says


@dataclass(frozen=True)
class Listed:
    """A file that a pull request changes, as the forge lists it: `patch` is its unified diff, empty if not shown."""

    name: str
    status: str
    patch: str


def changed_files(path: Path) -> list[Listed]:
    """Read what GitHub lists as a pull request's files: an object in JSON on each line. Raises Stop."""
    try:
        rows = [json.loads(line) for line in path.read_bytes().decode().split("\n") if line.strip()]
        found = [Listed(row["filename"], row["status"], row.get("patch") or "") for row in rows]
        found += [
            Listed(row["previous_filename"], "removed", "")
            for row in rows
            if isinstance(row.get("previous_filename"), str)
        ]
    except OSError as error:
        message, hint = say("cannot be read: %(reason)s", reason=error.strerror), say("check that the file exists")
        raise Stop([Problem(path, 1, 1, "file", message, hint)]) from None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        message, hint = say("is no list of changed files"), say("gh api --paginate --jq '.[]' writes one")
        raise Stop([Problem(path, 1, 1, "files", message, hint)]) from None
    if not all(isinstance(text, str) for one in found for text in (one.name, one.status, one.patch)):
        message, hint = say("is no list of changed files"), say("gh api --paginate --jq '.[]' writes one")
        raise Stop([Problem(path, 1, 1, "files", message, hint)])
    return found


def _warnings(site: Site, own: Mapping[str, Any], listed: Sequence[Listed]) -> Iterator[Text]:
    """Say why the report may not be true: it is written by programs that the pull request could change."""
    top = site.repository
    code = own["locale"]
    homes = [folder / code if code else folder for folder in (absolute(site.docs_dir), absolute(site.catalogs_dir))]
    foreign = [one.name for one in listed if not any(absolute(top / one.name).is_relative_to(home) for home in homes)]
    if len(listed) >= MOST_LISTED:
        yield say("The pull request changes more files than the forge lists: %(count)s or more.", count=MOST_LISTED)
    if foreign:
        names = ", ".join(foreign[:10]) + (" …" if len(foreign) > 10 else "")
        yield say(
            "Files outside of the locale are changed, so what follows was perhaps made to look right: %(files)s",
            files=names,
        )


# What is suggested


def suggestions(site: Site, own: Mapping[str, Any], listed: Sequence[Listed]) -> Iterator[dict[str, Any]]:
    """Yield the comments that offer changes: in files of the locale, of lines that the forge shows as they were."""
    top = site.repository
    files = {one.name: one for one in listed if one.status != "removed"}
    taken: set[tuple[str, int]] = set()
    for one in own["suggestions"]:
        file = files.get(one["path"])
        lines = range(one["line"], one["end_line"] + 1)
        if file is None or not 1 <= len(lines) <= 100 or taken & {(file.name, line) for line in lines}:
            continue
        locale = locale_of(site, absolute(top / file.name))
        shown_lines = _lines_of(file.patch)
        is_there = all(line in shown_lines for line in lines)
        if not is_there or "\n".join(shown_lines[line] for line in lines) != one["old"] or _is_hiding(one["text"]):
            continue
        if locale and not locale.is_source and locale.code == own["locale"]:
            taken |= {(file.name, line) for line in lines}
            place = {"path": file.name, "line": one["end_line"], "side": "RIGHT"}
            start = {"start_line": one["line"], "start_side": "RIGHT"} if len(lines) > 1 else {}
            yield place | start | {"body": _suggested(one["text"])}


def _lines_of(patch: str) -> dict[int, str]:
    """Give the lines of a file that its unified diff shows, by their numbers; a suggestion can only stand on these."""
    found: dict[int, str] = {}
    number = 0
    for line in patch.split("\n"):
        if match := re.match(r"@@ -\d+(?:,\d+)? \+(\d+)(?:,\d+)? @@", line):
            number = int(match[1])
        elif line[:1] in ("+", " ") and number:
            found[number] = line[1:]
            number += 1
    return found


def _is_hiding(text: str) -> bool:
    """Whether a text holds characters that a reader does not see."""
    return any(reports.visible(line) != line for line in text.replace("\t", "").split("\n"))


def _suggested(text: str) -> str:
    """Put a text into a block that a forge offers to commit, with a fence that the text cannot close."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{SUGGESTION_MARK}\n{fence}suggestion\n{text}\n{fence}"
