"""Links to other sites, asked for through lychee on loopback; the guard; and links.toml."""

from __future__ import annotations

import gc
import itertools
import json
import os
import shutil
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hexapla import external, guard, linksfile
from hexapla.addresses import is_private
from hexapla.external import Kind, Verdict, check
from hexapla.guard import Guard, Outcome
from hexapla.linksfile import Host, LinksFile
from hexapla.problems import Problem, Stop

from tests import loopback
from tests.loopback import Log

SITE = "hexapla-of-loopback.net"
"""A name that nobody has; lychee would not ask for those that are reserved for tests."""

INSIDE = {f"inside.{SITE}": ["10.1.2.3"], f"both.{SITE}": ["93.184.215.14", "192.168.1.1"]}
SLACK = 0.1
"""Seconds by which a request may be late at the server, so that the next one seems early."""

QUICK = Host(concurrency=4, interval=0.05, retries=0, timeout=15)


@pytest.fixture(autouse=True)
def names(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Look names up here: those of SITE are this machine or INSIDE, others are unknown. Gives what was looked up."""
    asked: list[str] = []

    def look_up(host: str, port: int, *rest: Any, **more: Any) -> list[Any]:
        asked.append(host)
        if host == f"later.{SITE}":
            raise socket.gaierror(socket.EAI_AGAIN, "try again")
        addresses = INSIDE.get(
            host, ["127.0.0.1"] if host.endswith(f".{SITE}") or host.rstrip(".") == "localhost" else []
        )
        if not addresses:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked


@pytest.fixture
def server() -> Iterator[Log]:
    with loopback.serving() as log:
        yield log


@pytest.fixture
def guards(monkeypatch: pytest.MonkeyPatch) -> list[Guard]:
    """The guards that a test makes, to see what they were asked."""
    made: list[Guard] = []

    def make(*arguments: Any) -> Guard:
        made.append(Guard(*arguments))
        return made[-1]

    monkeypatch.setattr(external, "Guard", make)
    return made


def settings(**hosts: Host) -> LinksFile:
    """Settings with hosts by the first part of their name."""
    return LinksFile(hosts={"*": QUICK} | {f"{name}.{SITE}": host for name, host in hosts.items()})


@dataclass
class Asking:
    """Asks the server of a test."""

    log: Log
    folder: Path

    def url(self, path: str, name: str = "www") -> str:
        return f"http://{name}.{SITE}:{self.log.port}/{path}"

    def __call__(self, *urls: str, how: LinksFile | None = None, **more: Any) -> dict[str, Verdict]:
        """Ask, and name each verdict by what is behind the host."""
        full = [url if "://" in url else self.url(url) for url in urls]
        verdicts = check(full, how or settings(), self.folder, {f"127.0.0.1:{self.log.port}"}, **more)
        return {url: verdicts[one] for url, one in zip(urls, full, strict=True) if one in verdicts}


@pytest.fixture
def ask(server: Log, tmp_path: Path) -> Asking:
    return Asking(server, tmp_path / "cache")


def told(verdicts: Mapping[str, Verdict]) -> dict[str, tuple[str, int | None, str]]:
    return {url: (str(one.kind), one.status, str(one.reason)) for url, one in verdicts.items()}


# Verdicts


def test_verdicts_and_requests(ask: Asking, server: Log, guards: list[Guard]) -> None:
    redirected = {
        "to:http:!!10.0.0.1!": ("10.0.0.1", 80),
        "to:http:!!169.254.169.254!latest": ("169.254.169.254", 80),
        "to:https:!!192.168.0.1!": ("192.168.0.1", 443),
        f"to:http:!!inside.{SITE}!": (f"inside.{SITE}", 80),
        "to:http:!!0x7f.1!": ("127.0.0.1", 80),
    }
    paths = "ok slow-body hop3 endless 403 404 410 500 500-then-200 404-then-200 slow-head closed".split()
    unknown = [
        "http://www.w3.org/1999/xhtml",
        "http://nobody.hexapla/",
        "https://nobody.hexapla/",
        f"https://later.{SITE}/",
        f"http://www.{SITE}:22/",
    ]
    quick = settings(slow=Host(concurrency=4, interval=0.05, retries=1, timeout=1))
    slow = ask.url("slow-head", "slow")
    urls = [*(path for path in paths if path != "slow-head"), *redirected, *unknown, slow, "http://example.com/"]

    found = told(ask(*urls, how=quick))

    refused = ("refused", None, "leads to an address that is not public, so it was not fetched")
    assert found == {
        "ok": ("ok", 200, "answers 200"),
        "slow-body": ("ok", 200, "answers 200"),
        "hop3": ("ok", 200, "answers 200"),
        "endless": ("unverifiable", 302, "is redirected more than 10 times"),
        "403": ("unverifiable", 403, "answers 403"),
        "404": ("broken", 404, "answers 404"),
        "410": ("broken", 410, "answers 410"),
        "500": ("unverifiable", 500, "answers 500"),
        "500-then-200": ("ok", 200, "answers 200"),
        "404-then-200": ("ok", 200, "answers 200"),
        "closed": ("unverifiable", None, "the connection was closed before the answer"),
        slow: ("unverifiable", None, "did not answer in time"),
        "http://www.w3.org/1999/xhtml": ("broken", None, "there is no such host"),
        "http://nobody.hexapla/": ("broken", None, "there is no such host"),
        "https://nobody.hexapla/": ("broken", None, "there is no such host"),
        f"https://later.{SITE}/": ("unverifiable", None, "its host could not be looked up"),
        f"http://www.{SITE}:22/": refused,
        "http://example.com/": ("ok", None, "its host is reserved for examples, so it was not fetched"),
        **dict.fromkeys(redirected, refused),
    }
    # What is dead, broken or closed is asked for twice, by us; what does not answer in time, by lychee.
    counts = {path: server.count(f"/{path}") for path in paths}
    twice = ["404", "410", "500", "500-then-200", "404-then-200", "slow-head", "closed"]
    # The end of the chain of redirects is /ok, which lychee asks for on its own as well.
    assert counts == {path: 1 for path in paths} | dict.fromkeys(twice, 2) | {"ok": 2, "endless": 11}
    assert all(server.count(f"/{path}") == 1 for path in redirected)

    assert set(redirected.values()) <= set(guards[0].asked)
    assert set(guards[0].connected) == {("127.0.0.1", server.port)}

    before = len(server.requests)
    assert told(ask(*urls, how=quick)) == found
    assert len(server.requests) == before, "the second run asked for something"
    assert guards[1].asked == []


@pytest.mark.parametrize("name", ["429-seconds", "429-date"])
def test_too_many_requests(ask: Asking, server: Log, name: str) -> None:
    how = settings(www=Host(concurrency=1, interval=0.05, retries=1, timeout=5))
    assert told(ask(name, how=how)) == {name: ("ok", 200, "answers 200")}
    first, second = server.times(f"/{name}")
    due = first + 2 if name == "429-seconds" else server.retry_at
    assert due - SLACK <= second


def test_always_too_many_requests(ask: Asking, server: Log) -> None:
    assert told(ask("429")) == {"429": ("unverifiable", 429, "answers 429")}
    assert server.count("/429") == 1, "it was asked for again, although no retries were wanted"


def test_pace(ask: Asking, server: Log) -> None:
    paths = ["ok", "other", "third", "fourth"]
    how = settings(www=Host(concurrency=4, interval=0.5, retries=0))
    assert {one.kind for one in ask(*paths, how=how).values()} == {Kind.OK}
    times = sorted(when for when, _ in server.requests)
    assert len(times) == 4
    assert all(later - earlier >= 0.5 - SLACK for earlier, later in itertools.pairwise(times)), times


def test_pace_between_attempts(ask: Asking, server: Log) -> None:
    how = settings(www=Host(concurrency=1, interval=1.5, retries=0))
    ask("404", how=how)
    first, second = server.times("/404")
    assert second - first >= 1.5 - SLACK


def test_pace_of_other_hosts(ask: Asking, server: Log) -> None:
    how = settings(slow=Host(concurrency=1, interval=2.0, retries=0, timeout=5))
    ask("ok", "other", ask.url("third", "slow"), how=how)
    first, second = sorted(server.times("/ok") + server.times("/other"))
    assert second - first < 1.5, "the interval of one host is not that of another"


def test_secure_connections(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, guards: list[Guard]) -> None:
    authority, certificate = loopback.make_certificates(tmp_path, f"www.{SITE}")
    with loopback.serving(certificate) as secure, loopback.serving() as bare:
        allowed = {f"127.0.0.1:{secure.port}", f"127.0.0.1:{bare.port}"}
        good = f"https://www.{SITE}:{secure.port}"
        other = f"https://other.{SITE}:{secure.port}/ok"
        without = f"https://www.{SITE}:{bare.port}/ok"
        untrusted = check([f"{good}/ok"], settings(), tmp_path / "one", allowed)
        assert untrusted[f"{good}/ok"].kind is Kind.UNVERIFIABLE
        assert "its certificate is not accepted" in untrusted[f"{good}/ok"].reason
        assert secure.requests == []

        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        private = [f"{good}/to:https:!!10.0.0.1!", f"{good}/to:http:!!10.0.0.2!"]
        unfollowed = f"{good}/to:https:!![::1]!"
        hop = f"{good}/hop3"
        found = check(
            [f"{good}/ok", hop, f"{good}/404", other, without, unfollowed, *private],
            settings(),
            tmp_path / "two",
            allowed,
        )
        assert {url: str(one.kind) for url, one in found.items()} == {
            f"{good}/ok": "ok",
            hop: "ok",
            f"{good}/404": "broken",
            other: "unverifiable",
            without: "unverifiable",
            unfollowed: "unverifiable",
            **dict.fromkeys(private, "refused"),
        }
        assert "its certificate is not accepted" in found[other].reason
        assert found[unfollowed].reason == "answers 302"
        assert {("10.0.0.1", 443), ("10.0.0.2", 80)} <= set(guards[1].asked)
        assert {place for one in guards for place in one.connected} == {
            ("127.0.0.1", secure.port),
            ("127.0.0.1", bare.port),
        }


def test_private_forms_are_refused(ask: Asking, guards: list[Guard], names: list[str]) -> None:
    hosts = (
        "127.0.0.1 0x7f.1 2130706433 [::ffff:10.0.0.1] [::1] localhost a.localhost. 10.9.8.7 169.254.169.254 100.64.1.1"
    )
    urls = [f"{scheme}://{host}/" for host in hosts.split() for scheme in ("http", "https")]
    assert {url: one.kind for url, one in ask(*urls).items()} == dict.fromkeys(urls, Kind.REFUSED)
    assert names == [] and guards == [], "nothing needs to be looked up"


@pytest.mark.parametrize("host", ["localhost", f"www.{SITE}", f"inside.{SITE}", f"both.{SITE}"])
def test_names_of_private_addresses_are_refused(server: Log, tmp_path: Path, host: str) -> None:
    url = f"http://{host}:{server.port}/ok"
    assert check([url], settings(), tmp_path)[url].kind is Kind.REFUSED
    assert server.requests == []


def test_urls_that_are_not_asked_for(ask: Asking, guards: list[Guard]) -> None:
    urls = ["mailto:a@b.org", "ftp://a.org/", "javascript:alert(1)", "--help://x", "http://[", "http://a.org:99999/"]
    urls += ["", "\ud800", "http://a.org/" + "x" * 100_000, "file:///etc/passwd", "http://", "//a.org/"]
    assert check(urls, settings(), ask.folder) == {}
    assert guards == []


def test_odd_urls_are_asked_for_as_they_are(ask: Asking, server: Log) -> None:
    odd = ["a,b'\"<>&amp;/ok", "x\n/y/ok", " é/%E9%zz/ok", 'q"></a><a href="http:/ok', "(b)./ok"]
    found = ask(*(ask.url(path) for path in odd))
    assert [str(one.kind) for one in found.values()] == ["ok"] * 5
    assert sorted(path for _, path in server.requests) == sorted(
        [
            "/a,b'%22%3C%3E&amp;/ok",
            "/x/y/ok",
            "/%20%C3%A9/%E9%zz/ok",
            "/q%22%3E%3C/a%3E%3Ca%20href=%22http:/ok",
            "/(b)./ok",
        ]
    )


def test_fragments_are_one_request(ask: Asking, server: Log) -> None:
    assert {one.kind for one in ask("ok", "ok#a", "ok#b").values()} == {Kind.OK}
    assert len(server.requests) == 1


def test_what_links_toml_knows(ask: Asking, server: Log, tmp_path: Path) -> None:
    text = f"""
        [hosts."*"]
        interval = "50ms"
        retries = 0
        [[allowed]]
        url = "{ask.url("paid/")}*"
        reason = "needs a subscription"
        expires = 2027-06-01
        [[expected]]
        url = "{ask.url("410")}"
        status = 410
        reason = "it is about that"
        expires = 2027-06-01
        [[expected]]
        url = "{ask.url("other")}"
        status = 404
        reason = "a page of errors"
        expires = 2027-06-01
        [[replaced]]
        url = "{ask.url("404")}"
        by = "https://archive.example/404"
        reason = "the company closed"
        expires = 2027-06-01
    """
    how, problems = read(tmp_path, text)
    assert problems == []
    found = ask("paid/page#part", "410", "other", "404", how=how)
    assert told(found) == {
        "paid/page#part": ("ok", None, "is left alone, says links.toml: needs a subscription"),
        "410": ("ok", 410, "answers 410, as links.toml expects"),
        "other": ("unverifiable", 200, "answers 200, and links.toml expects 404"),
        "404": ("broken", None, "is dead, says links.toml: the company closed"),
    }
    assert found["404"].replacement == "https://archive.example/404"
    assert sorted(path for _, path in server.requests) == ["/410", "/other"]


def test_dead_for_a_second_day(ask: Asking, server: Log) -> None:
    assert ask("404")["404"].kind is Kind.BROKEN
    history = ask.folder / external.HISTORY
    data = json.loads(history.read_text())
    data[ask.url("404")]["seen"] -= external.FRESH + 1
    history.write_text(json.dumps(data))
    assert ask("404")["404"].kind is Kind.BROKEN
    assert server.count("/404") == 3, "what was dead the day before is asked for once"


def test_dead_in_one_attempt(ask: Asking, server: Log) -> None:
    how = settings(www=Host(concurrency=1, interval=2.0, retries=0))
    assert told(ask("404", how=how, limit=1.5)) == {"404": ("unverifiable", 404, "answers 404")}
    assert server.count("/404") == 1, "there was no time for a second attempt"
    assert told(ask("404")) == {"404": ("broken", 404, "answers 404")}
    assert server.count("/404") == 2


@pytest.mark.parametrize("text", ["", "[]", "{", '{"a": 1}', '{"URL": {"why": "x", "status": null}}', "[" * 100_000])
def test_damaged_memory(ask: Asking, text: str) -> None:
    ask.folder.mkdir()
    (ask.folder / external.HISTORY).write_text(text.replace("URL", ask.url("ok")))
    (ask.folder / external.CACHE).write_bytes(b'\xff"\x00,,\n' + text.encode())
    assert ask("ok")["ok"].kind is Kind.OK
    (ask.folder / external.CACHE).write_text("http://a.org/,200,1\nhttp://a.org/,999999,x\n,,,\n\n'\"\n" + text)
    assert ask("ok")["ok"].kind is Kind.OK


# lychee that is missing, dies, talks nonsense, or never ends


def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    program = tmp_path / "lychee"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(shutil, "which", lambda name, path=None: str(program))


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("echo first >&2; echo the last word >&2; exit 3", "ended with status 3 and without a report: the last word"),
        ("echo '{\"total\": 1}'", "without a report"),
        ("echo '[1, 2]'", "without a report"),
        ('echo \'{"success_map": {"a": [{"span": {"line": 7}}]}}\'', "without a report"),
        ("kill -9 $$", "ended with status -9"),
    ],
)
def test_lychee_without_a_report(
    ask: Asking, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, words: str
) -> None:
    fake(tmp_path, monkeypatch, script)
    with pytest.raises(Stop, match=words) as caught:
        ask("ok")
    (problem,) = caught.value.problems
    assert (problem.rule, "\n" in problem.message) == ("lychee", False)


def test_lychee_that_is_missing(ask: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name, path=None: None)
    with pytest.raises(Stop) as caught:
        ask("ok")
    (problem,) = caught.value.problems
    assert (problem.rule, str(problem.hint)) == ("lychee", 'run: pip install "hexapla[external]"')


def test_lychee_that_does_not_end(ask: Asking, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake(tmp_path, monkeypatch, "exec sleep 60")
    found = ask("ok", limit=1.5)
    assert told(found) == {"ok": ("unverifiable", None, "was not checked in the time that there is")}
    assert json.loads((ask.folder / external.HISTORY).read_text()) == {}


def test_a_cache_that_cannot_be_written(ask: Asking, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    with pytest.raises(Stop) as caught:
        ask("404")
    assert {problem.rule for problem in caught.value.problems} == {"file"}


# The guard


PRIVATE = """
    127.0.0.1 127.1 0x7f.1 2130706433 0177.0.0.1 10.0.0.1 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1
    192.0.0.8 192.0.2.1 198.18.0.1 224.0.0.1 239.1.1.1 240.0.0.1 255.255.255.255 0.0.0.0 168.63.129.16 192.88.99.1
    [::1] ::1 [::] [::ffff:10.0.0.1] [::ffff:8.8.8.8] [fe80::1] [fc00::1] [fd12::1] [ff02::1] [fec0::1] [64:ff9b::10.0.0.1]
    [64:ff9b:1::1] [2002:a00:1::] [2002:7f00:1::1] [2001::1] [2001:db8::1] [100::1] [::10.0.0.1]
    localhost LOCALHOST. a.localhost
""".split()
PUBLIC = (
    "8.8.8.8 93.184.215.14 [2606:2800:21f::1] [64:ff9b::8.8.8.8] [2002:808:808::1] example.org localhost.org".split()
)


@pytest.mark.parametrize("host", PRIVATE)
def test_private(host: str) -> None:
    assert is_private(host)


@pytest.mark.parametrize("host", [*PUBLIC, "", "a b", "[", "10.0.0.1/x", "x@10.0.0.1", "\ud800"])
def test_not_private(host: str) -> None:
    assert not is_private(host)


def connect(one: Guard) -> socket.socket:
    """Connect without a look-up, which tests replace."""
    host, port = one.address.removeprefix("http://").split(":")
    connection = socket.socket()
    connection.settimeout(10)
    connection.connect((host, int(port)))
    return connection


def through(one: Guard, request: str) -> str:
    """Send bytes to a guard; give what it answers."""
    with connect(one) as connection:
        connection.sendall(request.encode())
        answer = b""
        while data := connection.recv(4096):
            answer += data
        return answer.decode()


@pytest.mark.parametrize("host", [one for one in PRIVATE if one not in ("::1", "a.localhost")])
@pytest.mark.parametrize("form", ["GET http://{}/ HTTP/1.1\r\n\r\n", "CONNECT {}:443 HTTP/1.1\r\n\r\n"])
def test_guard_refuses(host: str, form: str) -> None:
    with Guard() as one:
        answer = through(one, form.format(host))
    assert answer.startswith("HTTP/1.1 403 ") and "X-Hexapla-Guard: refused\r\n" in answer
    assert one.connected == [] and set(one.outcomes.values()) == {Outcome.REFUSED}


def test_guard_looks_up_once(server: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = ["127.0.0.1", "127.0.0.2"]
    asked: list[str] = []

    def look_up(host: str, port: int, *rest: Any, **more: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (answers[len(asked) - 1], port))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with Guard({f"127.0.0.1:{server.port}"}) as one:
        request = f"GET http://changing.{SITE}:{server.port}/ok HTTP/1.1\r\n\r\n"
        assert through(one, request).startswith("HTTP/1.1 200 ")
        assert asked == [f"changing.{SITE}"] and one.connected == [("127.0.0.1", server.port)]
        assert through(one, request).startswith("HTTP/1.1 403 ")
    assert server.count("/ok") == 1


def test_guard_has_one_request_a_connection(server: Log) -> None:
    with Guard({f"127.0.0.1:{server.port}"}) as one:
        request = f"GET http://127.0.0.1:{server.port}/ok HTTP/1.1\r\nConnection: keep-alive\r\nProxy-X: 1\r\n\r\n"
        answer = through(one, request + request + "GET http://10.0.0.1/ HTTP/1.1\r\n\r\n")
    assert answer.count("HTTP/1.1") == 1 and "Connection: close" in answer
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "request_line",
    [
        "GET / HTTP/1.1",
        "GET https://example.org/ HTTP/1.1",
        "POST http://example.org/ HTTP/1.1",
        "CONNECT user@example.org:443 HTTP/1.1",
        "CONNECT example.org:443/x HTTP/1.1",
        "GET http://[ HTTP/1.1",
        "GET  HTTP/1.1",
        "nonsense",
    ],
)
def test_guard_does_not_know(request_line: str) -> None:
    with Guard() as one:
        assert through(one, request_line + "\r\n\r\n").startswith("HTTP/1.1 400 ")
    assert one.asked == []


@pytest.mark.parametrize("port", [22, 25, 6379, 0, 65535])
def test_guard_knows_the_ports_of_the_web(port: int) -> None:
    with Guard() as one:
        assert "X-Hexapla-Guard: port\r\n" in through(one, f"CONNECT 93.184.215.14:{port} HTTP/1.1\r\n\r\n")
    assert one.connected == []


def test_guard_ends_what_it_does_not_like(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(guard, "PATIENCE", 0.3)
    with Guard() as one:
        assert through(one, "GET http://example.org/") == "", "a head that does not come"
        with pytest.raises((AssertionError, OSError)):  # cut, or reset because it was not read
            assert through(one, "GET http://example.org/ HTTP/1.1\r\nX: " + "x" * 200_000 + "\r\n\r\n") == "HTTP"
        waiting = [connect(one) for _ in range(20)]
    for connection in waiting:
        connection.close()
    assert capfd.readouterr() == ("", "")
    gc.collect()  # what was not closed warns here, and not in another test
    assert "guard" not in {thread.name for thread in threading.enumerate()}


def test_guard_ends_with_connections_open(server: Log) -> None:
    with Guard({f"127.0.0.1:{server.port}"}) as one:
        connection = connect(one)
        connection.sendall(f"CONNECT 127.0.0.1:{server.port} HTTP/1.1\r\n\r\n".encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 200 ")
        start = time.monotonic()
    assert time.monotonic() - start < 5
    assert connection.recv(100) == b""
    connection.close()


# links.toml


def read(tmp_path: Path, text: str, today: date = date(2026, 12, 1)) -> tuple[LinksFile, list[Problem]]:
    path = tmp_path / "locales" / "links.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return linksfile.load(tmp_path, today)


ENTRY = '[[allowed]]\nurl = "https://a.org/x"\nreason = "r"\nexpires = 2027-01-01\n'


def test_no_links_file(tmp_path: Path) -> None:
    assert linksfile.load(tmp_path) == (LinksFile(tmp_path / "locales" / "links.toml"), [])


def test_links_file(tmp_path: Path) -> None:
    text = ENTRY + '[hosts."Example.ORG"]\nconcurrency = 1\ninterval = "2s"\n[hosts."*"]\nretries = 5\ntimeout = 7\n'
    file, problems = read(tmp_path, "size_limit = 1_000_000\n" + text)
    assert problems == []
    assert file.size_limit == 1_000_000
    assert file.host("example.org") == Host(1, 2.0, 2, 20)
    assert file.host("other.org") == Host(2, 0.5, 5, 7)
    entry = file.allowed("https://A.org:443/x#part")
    assert entry and (entry.line, entry.column, entry.reason) == (2, 1, "r")
    assert file.allowed("https://a.org/xy") is None
    assert file.expected("https://a.org/x") is None and file.replacement("https://a.org/x") is None


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("[[allowed]\n", (1, 10), "is not valid TOML"),
        ("a = " + "[" * 5000, (1, 1), "nested too deeply"),
        ("size_limit = " + "9" * 5000, (1, 1), "is not valid TOML"),
        ("\nsize_limit = 'x'", (2, 1), "size_limit must be a number of bytes"),
        ("size_limit = -1", (1, 1), "size_limit must be a number of bytes"),
        ("\n\n alowed = 1", (3, 2), "no setting 'alowed' in links.toml"),
        ("allowed = 1", (1, 1), "allowed must be a list of entries"),
        (ENTRY.replace("reason", "reson"), (3, 1), "no setting 'reson'"),
        (ENTRY.replace('reason = "r"\n', ""), (1, 1), "needs reason"),
        (ENTRY.replace("expires = 2027-01-01\n", ""), (1, 1), "needs expires"),
        (ENTRY.replace('url = "https://a.org/x"\n', ""), (1, 1), "needs url"),
        (ENTRY.replace('"r"', '" "'), (3, 1), "reason must be a text"),
        (ENTRY.replace('"https://a.org/x"', "7"), (2, 1), "url must be a text"),
        (ENTRY.replace("https:", "ftp:"), (2, 1), "url must begin with https:// or http://"),
        (ENTRY.replace("a.org", "["), (2, 1), "url must begin with https:// or http://"),
        (ENTRY.replace("a.org/x", "a.org*"), (2, 1), "url ends in * before its host does"),
        (ENTRY.replace("2027-01-01", '"2027-01-01"'), (4, 1), "expires must be a date"),
        (ENTRY.replace("2027-01-01", "2027-01-01T00:00:00Z"), (4, 1), "expires must be a date"),
        (ENTRY.replace("2027-01-01", "2026-11-30"), (4, 1), "the entry for https://a.org/x ended on 2026-11-30"),
        (ENTRY + ENTRY, (6, 1), "https://a.org/x has an entry in line 1 already"),
        (ENTRY + ENTRY.replace("[[", " [[ ").replace("/x", "/y").replace('r"', '"'), (7, 1), "reason must be a text"),
        ('a = """\n[[allowed]]\n"""\n' + ENTRY.replace("2027", "2020"), (7, 1), "ended on"),
        (ENTRY.replace("allowed", "expected"), (1, 1), "needs status"),
        (ENTRY.replace("allowed", "expected") + "status = 1000", (5, 1), "status must be from 100 to 599"),
        (ENTRY.replace("allowed", "expected") + "status = true", (5, 1), "status must be from 100 to 599"),
        (ENTRY.replace("allowed", "replaced"), (1, 1), "needs by"),
        (ENTRY.replace("allowed", "replaced") + "by = 'javascript:x'", (5, 1), "by must begin with https://"),
        (ENTRY + "status = 404", (5, 1), "no setting 'status' in"),
        ("hosts = 1", (1, 1), "hosts must be tables"),
        ("[hosts]\n'a.org' = 1", (1, 1), "'a.org' must be a table"),
        ("\n[hosts.'a/b']\nretries = 1", (2, 1), "'a/b' is not the name of a host"),
        ("[hosts.'a.org']\nheaders = {}", (2, 1), "no setting 'headers' of a host"),
        ("[hosts.'a.org']\nretries = 'x'", (2, 1), "retries must be a whole number"),
        ("[hosts.'a.org']\nretries = 99", (2, 1), "retries must be from 0 to 10"),
        ("[hosts.'a.org']\ninterval = 2", (2, 1), "interval must be a time"),
        ("[hosts.'a.org']\ninterval = '2 weeks'", (2, 1), "interval must be a time"),
        ("[hosts.'a.org']\ninterval = '100m'", (2, 1), "interval must be from 0 to 3600"),
    ],
)
def test_problems_of_links_file(tmp_path: Path, text: str, place: tuple[int, int], words: str) -> None:
    file, problems = read(tmp_path, text)
    found = [((one.line, one.column), str(one.message)) for one in problems]
    assert any(where == place and words in message for where, message in found), found
    assert {one.rule for one in problems} == {"links-file"} and all(one.hint for one in problems)
    assert len(file.entries) == text.startswith(ENTRY) * (0 if "status = 404" in text else 1)


def test_last_day_of_an_entry(tmp_path: Path) -> None:
    assert read(tmp_path, ENTRY, date(2027, 1, 1))[1] == []
    file, problems = read(tmp_path, ENTRY, date(2027, 1, 2))
    assert len(problems) == 1 and file.allowed("https://a.org/x") is None


def test_unused_entries(tmp_path: Path) -> None:
    prefix = ENTRY.replace("a.org/x", "b.org/*")
    file, problems = read(tmp_path, ENTRY + prefix)
    assert problems == []
    assert [one.line for one in file.unused([])] == [1, 5]
    assert [one.line for one in file.unused(["https://a.org/x#y"])] == [5]
    assert [one.line for one in file.unused(["https://b.org/z", "mailto:x"])] == [1]
    assert {str(one.hint) for one in file.unused([])} == {"remove the entry"}


def test_nothing_is_left_behind(ask: Asking) -> None:
    """As a program of its own: no traceback, no thread that keeps it."""
    code = (
        "import sys; from pathlib import Path; from hexapla import external, linksfile;"
        "print(external.check(sys.argv[2:], linksfile.LinksFile(), Path(sys.argv[1])))"
    )
    command = [sys.executable, "-c", code, str(ask.folder), "http://10.0.0.1/", f"http://127.0.0.1:{ask.log.port}/ok"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, env=dict(os.environ), check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("refused") >= 2
