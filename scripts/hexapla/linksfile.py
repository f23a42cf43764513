"""`locales/links.toml`: what is known of links to other sites, and how their hosts are asked.

`[[allowed]]` names links that fail and are left alone, `[[expected]]` links that answer with a status that is right,
`[[replaced]]` dead links and what should stand there. Each entry says why, and until when it holds. `[hosts."name"]`
says how a host is asked, `[hosts."*"]` how all others are.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from hexapla.config import guess
from hexapla.problems import Problem, Stop, Text, read_text, say

NAME = "links.toml"
RULE = "links-file"
KINDS = {"allowed": (), "expected": ("status",), "replaced": ("by",)}
"""The kinds of entries, with the keys that only they have."""


class Host(NamedTuple):
    """How a host is asked: so many requests at a time, the seconds between two, further attempts, seconds for each."""

    concurrency: int = 2
    interval: float = 0.5
    retries: int = 2
    timeout: int = 20


class Entry(NamedTuple):
    """What is known of a link: its kind, its URL, why, until when; the status or the URL of a kind that has one."""

    kind: str
    url: str
    reason: str
    expires: date
    line: int
    column: int
    status: int = 0
    by: str = ""


@dataclass(frozen=True)
class LinksFile:
    """The file as it was read; `path` is where it is or would be. `size_limit` is in bytes."""

    path: Path = Path(NAME)
    size_limit: int | None = None
    entries: tuple[Entry, ...] = ()
    hosts: Mapping[str, Host] = field(default_factory=dict)

    def allowed(self, url: str) -> Entry | None:
        """Find the entry that leaves a link alone, by its URL or its beginning."""
        exact = self._entry("allowed", url)
        if exact or not self._prefixes:
            return exact
        key = plain(url)
        return next((entry for prefix, entry in self._prefixes if key.startswith(prefix)), None)

    def expected(self, url: str) -> Entry | None:
        """Find the entry that says which status is right."""
        return self._entry("expected", url)

    def replacement(self, url: str) -> Entry | None:
        """Find the entry that says what should stand instead."""
        return self._entry("replaced", url)

    def host(self, name: str) -> Host:
        """Say how a host is asked."""
        return self.hosts.get(name) or self.hosts.get("*") or Host()

    def unused(self, urls: Iterable[str]) -> Iterator[Problem]:
        """Find entries for links that the site does not have; `urls` are all that it has."""
        present = {plain(url) for url in urls}
        for entry in self.entries:
            prefix = _prefix(entry)
            if (plain(entry.url) in present) if prefix is None else any(url.startswith(prefix) for url in present):
                continue
            message = say("no page links to %(url)s", url=entry.url)
            yield Problem(self.path, entry.line, entry.column, RULE, message, say("remove the entry"))

    def _entry(self, kind: str, url: str) -> Entry | None:
        own = self._by_url.get(kind)
        return own.get(plain(url)) if own else None

    @cached_property
    def _by_url(self) -> dict[str, dict[str, Entry]]:
        found: dict[str, dict[str, Entry]] = {}
        for entry in self.entries:
            if _prefix(entry) is None:
                found.setdefault(entry.kind, {})[plain(entry.url)] = entry
        return found

    @cached_property
    def _prefixes(self) -> list[tuple[str, Entry]]:
        return [(prefix, entry) for entry in self.entries if (prefix := _prefix(entry)) is not None]


def plain(url: str) -> str:
    """Write a URL in the one way that browsers know it by, without its fragment; as it is if they cannot read it."""
    import ada_url

    try:
        parsed = ada_url.URL(url)
    except (ValueError, UnicodeError):  # UnicodeError: half a character
        return url
    parsed.hash = ""
    return parsed.href


def _prefix(entry: Entry) -> str | None:
    if entry.kind != "allowed" or not entry.url.endswith("*"):
        return None
    return plain(entry.url.removesuffix("*"))


def load(site_root: Path, today: date | None = None) -> tuple[LinksFile, list[Problem]]:
    """Read `locales/links.toml` under a folder; give it, and what is wrong with it. A missing file is an empty one.

    An entry that is wrong, or that ended before `today`, has no effect.
    """
    path = site_root / "locales" / NAME
    if not path.is_file():
        return LinksFile(path), []
    try:
        text = read_text(path)
    except Stop as stop:
        return LinksFile(path), list(stop.problems)
    try:
        data = tomllib.loads(text)
    except RecursionError:
        message = say("is nested too deeply")
        return LinksFile(path), [Problem(path, 1, 1, RULE, message, say("write each entry below a header of its own"))]
    except ValueError as error:  # a TOMLDecodeError, or a number with more digits than Python reads
        place = re.search(r"line (\d+), column (\d+)", str(error))
        line, column = (int(place[1]), int(place[2])) if place else (1, 1)
        message = say("is not valid TOML: %(what)s", what=re.sub(r"\s*\(at .*\)$", "", str(error)))
        return LinksFile(path), [Problem(path, line, column, RULE, message, EXAMPLE)]
    reader = _Reader(path, text, today or date.today())
    return reader.read(data), reader.problems


EXAMPLE = say('write: [[allowed]], and below it url = "https://…", reason = "…", expires = 2030-01-31')
HOST_EXAMPLE = say('write: [hosts."example.org"], and below it concurrency = 1, interval = "2s"')


class _Reader:
    """Turns what TOML gives into entries, and knows the line of each."""

    def __init__(self, path: Path, text: str, today: date) -> None:
        self.path, self.today = path, today
        self.problems: list[Problem] = []
        # What stands in a text of several lines is no header; its lines stay, so that they are counted.
        blank = re.sub(r'"""(?s:.*?)"""|\'\'\'(?s:.*?)\'\'\'', lambda match: "\n" * match[0].count("\n"), text)
        self.lines = blank.split("\n")

    def read(self, data: Mapping[str, Any]) -> LinksFile:
        entries: list[Entry] = []
        for key, value in data.items():
            if key in KINDS:
                entries += self._entries(key, value)
            elif key not in ("size_limit", "hosts"):
                message = say("there is no setting %(key)s in links.toml", key=repr(key))
                self._add(self._line_of(key), message, guess(key, [*KINDS, "hosts", "size_limit"]))
        limit = data.get("size_limit")
        if limit is not None and not (_is_whole(limit) and limit > 0):
            message = say("%(key)s must be a number of bytes", key="size_limit")
            self._add(self._line_of("size_limit"), message, say("write: size_limit = 1_000_000"))
            limit = None
        return LinksFile(self.path, limit, tuple(self._once(entries)), dict(self._hosts(data.get("hosts", {}))))

    def _entries(self, kind: str, value: Any) -> Iterator[Entry]:
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            self._add(self._line_of(kind), say("%(key)s must be a list of entries", key=kind), EXAMPLE)
            return
        headers = [number for number, line in enumerate(self.lines, 1) if re.match(rf"\s*\[\[\s*{kind}\s*\]\]", line)]
        for index, one in enumerate(value):
            # An array written in one line has no headers.
            line = headers[index] if len(headers) == len(value) else self._line_of(kind)
            entry = self._entry(kind, one, line)
            if entry and entry.expires < self.today:
                values = {"url": entry.url, "date": entry.expires.isoformat()}
                message = say("the entry for %(url)s ended on %(date)s", **values)
                hint = say("look at the link: remove the entry, or give it a new date if its reason still holds")
                self._add(self._line_of("expires", line), message, hint)
            elif entry:
                yield entry

    def _entry(self, kind: str, data: Mapping[str, Any], line: int) -> Entry | None:
        """Read an entry; None where anything is wrong with it."""
        known = ["url", "reason", "expires", *KINDS[kind]]
        before = len(self.problems)
        for key in data:
            if key not in known:
                message = say("there is no setting %(key)s in [[%(kind)s]]", key=repr(key), kind=kind)
                self._add(self._line_of(key, line), message, guess(key, known))
        for key in known:
            if key not in data:
                message = say("an entry of [[%(kind)s]] needs %(key)s", kind=kind, key=key)
                self._add(line, message, HINTS[key])
            elif (wrong := _wrong(kind, key, data[key])) is not None:
                self._add(self._line_of(key, line), wrong, HINTS[key])
        if len(self.problems) > before:
            return None
        # The entry's place is its header's.
        column = self._column(line)
        entry = Entry(kind, data["url"], data["reason"], data["expires"], line, column)
        return entry._replace(status=data.get("status", 0), by=data.get("by", ""))

    def _once(self, entries: Sequence[Entry]) -> Iterator[Entry]:
        seen: dict[str, int] = {}
        for entry in entries:
            key = plain(entry.url)
            if key in seen:
                message = say("%(url)s has an entry in line %(line)s already", url=entry.url, line=seen[key])
                self._add(self._line_of("url", entry.line), message, say("keep one of them"))
            else:
                seen[key] = entry.line
                yield entry

    def _hosts(self, data: Any) -> Iterator[tuple[str, Host]]:
        if not isinstance(data, dict):
            self._add(self._line_of("hosts"), say("%(key)s must be tables", key="hosts"), HOST_EXAMPLE)
            return
        for name, table in data.items():
            pattern = rf"""\s*\[\s*["']?hosts["']?\s*\.\s*["']?{re.escape(name)}["']?\s*\]"""
            line = next((n for n, one in enumerate(self.lines, 1) if re.match(pattern, one)), self._line_of("hosts"))
            written = plain(f"http://{name}/").removeprefix("http://").removesuffix("/")
            if not isinstance(table, dict):
                self._add(line, say("%(key)s must be a table", key=repr(name)), HOST_EXAMPLE)
            elif name != "*" and not re.fullmatch(r"[\w.-]+|\[[0-9a-f:.]+\]", written):
                message = say("%(name)s is not the name of a host", name=repr(name))
                self._add(line, message, say('write the name alone: [hosts."example.org"]'))
            else:
                yield name if name == "*" else written, Host(**dict(self._settings(table, line)))

    def _settings(self, table: Mapping[str, Any], line: int) -> Iterator[tuple[str, Any]]:
        for key, value in table.items():
            seconds = _seconds(value) if key == "interval" else value
            if key not in LIMITS:
                message = say("there is no setting %(key)s of a host", key=repr(key))
                self._add(self._line_of(key, line), message, guess(key, list(LIMITS)))
            elif key == "interval" and seconds is None:
                message = say('%(key)s must be a time such as "2s" or "500ms"', key=key)
                self._add(self._line_of(key, line), message, HOST_EXAMPLE)
            elif key != "interval" and not _is_whole(value):
                message = say("%(key)s must be a whole number", key=key)
                self._add(self._line_of(key, line), message, HOST_EXAMPLE)
            elif seconds is None or not LIMITS[key][0] <= seconds <= LIMITS[key][1]:
                low, high = LIMITS[key]
                message = say("%(key)s must be from %(low)s to %(high)s", key=key, low=low, high=high)
                self._add(self._line_of(key, line), message, HOST_EXAMPLE)
            else:
                yield key, seconds

    def _line_of(self, key: str, header: int = 0) -> int:
        """Find the line of a key, below the line of a header where there is one and before the next."""
        for number, line in enumerate(self.lines[header:], header + 1):
            if re.match(rf"""\s*\[{{0,2}}\s*["']?{re.escape(key)}["']?\s*[\].=]""", line):
                return number
            if header and re.match(r"\s*\[", line):
                break
        return header or 1

    def _column(self, line: int) -> int:
        text = self.lines[line - 1]
        return len(text) - len(text.lstrip()) + 1

    def _add(self, line: int, message: Text, hint: str) -> None:
        self.problems.append(Problem(self.path, line, self._column(line), RULE, message, hint))


LIMITS = {"concurrency": (1, 64), "interval": (0, 3600), "retries": (0, 10), "timeout": (1, 300)}
"""The settings of a host, with the least and the most of each."""

HINTS = {
    "url": say('write: url = "https://example.org/page"'),
    "reason": say('say why, for who comes after you: reason = "needs a subscription"'),
    "expires": say("write the day from which it is to be looked at again: expires = 2030-01-31"),
    "status": say("write: status = 410"),
    "by": say('write: by = "https://web.archive.org/web/…"'),
}


def _wrong(kind: str, key: str, value: Any) -> Text | None:
    """Say what is wrong with a value of an entry."""
    if key == "expires":
        # TOML's times are dates to Python.
        is_date = isinstance(value, date) and not isinstance(value, datetime)
        return None if is_date else say("%(key)s must be a date", key=key)
    if key == "status":
        return None if _is_whole(value) and 100 <= value <= 599 else say("%(key)s must be from 100 to 599", key=key)
    if not isinstance(value, str) or not value.strip():
        return say("%(key)s must be a text", key=key)
    if key == "reason":
        return None
    stem = value.removesuffix("*") if kind == "allowed" else value
    if not re.match(r"https?://[^/\s]", value, re.IGNORECASE) or not _is_read(stem):
        return say("%(key)s must begin with https:// or http://", key=key)
    if stem != value and stem.count("/") < 3:
        # https://example.org* would be https://example.org.elsewhere.net/ as well.
        return say("%(key)s ends in * before its host does", key=key)
    return None


def _is_read(url: str) -> bool:
    import ada_url

    return bool(ada_url.check_url(url))


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _seconds(value: Any) -> float | None:
    match = re.fullmatch(r"(\d{1,6}(?:\.\d{1,3})?) ?(ms|s|m)", value) if isinstance(value, str) else None
    return float(match[1]) * {"ms": 0.001, "s": 1, "m": 60}[match[2]] if match else None
