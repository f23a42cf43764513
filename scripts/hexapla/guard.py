"""The guard: a proxy on this machine through which links are fetched, and which no private address passes.

A link is written by an outsider, and so is every redirect and every DNS record behind it. So that none leads into the
network of whoever runs a check, lychee is told to send all its requests here. The guard looks up a name once, refuses
it if any of its addresses is not public, and connects to an address that it has judged and to no other: a name that
answers differently the next time gains nothing. Each request has a connection of its own and is judged on its own.

It connects directly and chains to no other proxy, for a proxy elsewhere would look up names itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import threading
import weakref
from collections.abc import Collection, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from types import TracebackType
from typing import Any

from hexapla.addresses import IpAddress, address_of, is_public

PORTS = frozenset({80, 443, 8080, 8443})
"""What the web is served on. Others belong to services that a request, however odd, should not reach: 22, 25, 6379."""

HEAD_LIMIT = 64 * 1024
"""Bytes of a head, asked or answered."""

BODY_LIMIT = 32 * 1024 * 1024
"""Bytes that pass in one direction of a connection. lychee reads no bodies; most of them never come."""

CONNECTIONS = 256
"""So many connections at a time; the next ones wait."""

PATIENCE = 10.0
"""Seconds for a name to be looked up, for a connection to be made, and for a head to be asked for."""

IDLE = 60.0
"""Seconds for which nothing may pass through a connection. lychee's own timeout is the one that is felt."""


class Outcome(StrEnum):
    """What became of the wish to reach a host."""

    CONNECTED = "connected"
    REFUSED = "refused"  # an address of it is not public
    PORT = "port"  # none of the web's ports
    UNKNOWN = "unknown"  # DNS says that there is no such name
    UNRESOLVED = "unresolved"  # DNS does not say
    UNREACHABLE = "unreachable"
    MALFORMED = "malformed"


ANSWERS = {
    # lychee asks again after 5xx, so only what may pass has one; for what was refused there is no second time.
    Outcome.REFUSED: 403,
    Outcome.PORT: 403,
    Outcome.UNKNOWN: 404,
    Outcome.UNRESOLVED: 502,
    Outcome.UNREACHABLE: 502,
    Outcome.MALFORMED: 400,
}


@dataclass(frozen=True)
class Wish:
    """What a client asks of the proxy: a tunnel to a host, or else a resource of it."""

    method: str
    host: str
    port: int
    resource: str
    headers: tuple[bytes, ...]

    @property
    def is_tunnel(self) -> bool:
        """Whether bytes pass as they are."""
        return self.method == "CONNECT"


class Guard:
    """The proxy, running in a thread of its own while the context lasts.

    `allowed` are addresses with ports (`127.0.0.1:8000`) that tests may reach; nothing else may. `address` is what a
    client is told. `outcomes` says what became of each host and port last, `asked` and `connected` list every wish and
    every connection in their order.
    """

    def __init__(self, allowed: Collection[str] = ()) -> None:
        """Start nothing yet."""
        self.allowed = frozenset(allowed)
        self.address = ""
        self.outcomes: dict[tuple[str, int], Outcome] = {}
        self.asked: list[tuple[str, int]] = []
        self.connected: list[tuple[str, int]] = []
        self._loop = asyncio.new_event_loop()
        self._resolvers = ThreadPoolExecutor(16, "guard-resolver")
        self._thread = threading.Thread(target=self._run, name="guard", daemon=True)
        self._started = threading.Event()
        self._failure: OSError | None = None
        self._end: asyncio.Event | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._transports: weakref.WeakSet[asyncio.WriteTransport] = weakref.WeakSet()

    def __enter__(self) -> Guard:
        """Start; raises OSError where no port can be had."""
        self._thread.start()
        self._started.wait()
        if self._failure:
            self._close()
            raise self._failure
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Cut every connection and end the thread."""
        assert self._end is not None
        self._loop.call_soon_threadsafe(self._end.set)
        self._close()

    def _close(self) -> None:
        self._thread.join()
        self._resolvers.shutdown(wait=False, cancel_futures=True)
        self._loop.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        # Whatever a hostile server makes of a connection is no concern of who reads the report.
        self._loop.set_exception_handler(lambda loop, context: None)
        try:
            self._loop.run_until_complete(self._serve())
        except OSError as error:
            self._failure = error
        finally:
            self._started.set()

    async def _serve(self) -> None:
        self._end = asyncio.Event()
        self._places = asyncio.Semaphore(CONNECTIONS)
        server = await asyncio.start_server(self._begin, "127.0.0.1", 0, limit=HEAD_LIMIT)
        self.address = "http://{}:{}".format(*server.sockets[0].getsockname()[:2])
        self._started.set()
        await self._end.wait()
        # A server that closes while asyncio accepts a connection leaves it open, so first there are no more of them.
        for listening in server.sockets:
            with contextlib.suppress(NotImplementedError):  # Windows
                self._loop.remove_reader(listening.fileno())
        for _ in range(3):
            await asyncio.sleep(0)
        server.close()
        # A connection that was just accepted is a task of asyncio's that makes one of ours, so once is not enough.
        while tasks := asyncio.all_tasks() - {asyncio.current_task()}:
            for task in self._tasks:
                task.cancel()
            await asyncio.wait(tasks)
            await asyncio.sleep(0)
        for transport in tuple(self._transports):
            transport.abort()
        await server.wait_closed()
        await asyncio.sleep(0)

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Not a coroutine: one that is cancelled before its first step would never know its connection.
        self._transports.add(writer.transport)
        task = self._loop.create_task(self._attend(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with self._places:
                await self._answer(reader, writer)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.CancelledError, ValueError):
            # A line over the limit is a ValueError. The task ends here whatever came, so a cancellation may as well.
            pass
        finally:
            _shut(writer)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        wish = _wish(await asyncio.wait_for(_head(reader), PATIENCE))
        if wish is None:
            await _say(writer, Outcome.MALFORMED)
            return
        self.asked.append((wish.host, wish.port))
        outcome, streams = await self._reach(wish.host, wish.port)
        self.outcomes[wish.host, wish.port] = outcome
        if streams is None:
            await _say(writer, outcome)
            return
        far_reader, far_writer = streams
        try:
            if wish.is_tunnel:
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                await _both(_pass(reader, far_writer), _pass(far_reader, writer))
            else:
                far_writer.write(_request(wish))
                await far_writer.drain()
                writer.write(_last(await asyncio.wait_for(_final_head(far_reader), IDLE)))
                await _both(_pass(far_reader, writer), _until_closed(reader))
        finally:
            _shut(far_writer)

    async def _reach(
        self, host: str, port: int
    ) -> tuple[Outcome, tuple[asyncio.StreamReader, asyncio.StreamWriter] | None]:
        """Connect to a host, if each of its addresses may be reached."""
        try:
            addresses = await self._addresses(host, port)
        except socket.gaierror as error:
            # EAI_NODATA is a name without addresses; not every system has it.
            unknown = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}
            return (Outcome.UNKNOWN if error.errno in unknown else Outcome.UNRESOLVED), None
        except (OSError, UnicodeError, TimeoutError):  # UnicodeError: a label that is too long to be looked up
            return Outcome.UNRESOLVED, None
        others = [address for address in addresses if f"{address}:{port}" not in self.allowed]
        if not all(map(is_public, others)):
            return Outcome.REFUSED, None
        if others and port not in PORTS:
            return Outcome.PORT, None
        for address in addresses[:3]:
            with contextlib.suppress(OSError, TimeoutError):
                # An address and no name: nothing is looked up a second time.
                opening = asyncio.open_connection(str(address), port, limit=HEAD_LIMIT)
                streams = await asyncio.wait_for(opening, PATIENCE)
                self._transports.add(streams[1].transport)
                self.connected.append((str(address), port))
                return Outcome.CONNECTED, streams
        return Outcome.UNREACHABLE, None

    async def _addresses(self, host: str, port: int) -> Sequence[IpAddress]:
        literal = address_of(host)
        if literal is not None:
            return [literal]
        look_up = self._loop.run_in_executor(
            self._resolvers, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        )
        found = await asyncio.wait_for(look_up, PATIENCE)
        return list(dict.fromkeys(ip_address(str(one[4][0])) for one in found))


async def _head(reader: asyncio.StreamReader) -> list[bytes]:
    """Read the lines of a head, without their ends; raises ValueError where they are too many."""
    lines: list[bytes] = []
    size = 0
    while line := await reader.readline():
        size += len(line)
        if size > HEAD_LIMIT:
            raise ValueError("too large")
        line = line.rstrip(b"\r\n")
        if not line:
            return lines
        lines.append(line)
    raise asyncio.IncompleteReadError(b"", None)


async def _final_head(reader: asyncio.StreamReader) -> list[bytes]:
    """Read the head of an answer, behind any that only say that there will be one."""
    for _ in range(8):
        lines = await _head(reader)
        if not re.match(rb"HTTP/1\.[01] 1\d\d\b", lines[0] if lines else b""):
            return lines
    raise ValueError("only promises")


def _wish(lines: Sequence[bytes]) -> Wish | None:
    """Read a request; None for what no link checker sends."""
    import ada_url

    match = re.fullmatch(rb"(CONNECT|GET|HEAD) ([\x21-\x7e]+) HTTP/1\.[01]", lines[0] if lines else b"")
    if not match:
        return None
    method, target = match[1].decode(), match[2].decode()
    if method == "CONNECT":
        if re.search(r"[/?#@\\]", target):
            return None
        target = f"https://{target}"
    elif not target.lower().startswith("http://"):
        return None
    try:
        url = ada_url.URL(target)
    except ValueError:
        return None
    port = int(url.port or {"http:": 80, "https:": 443}[url.protocol])
    return Wish(method, url.hostname.strip("[]"), port, url.pathname + url.search, tuple(lines[1:]))


HOP = (b"connection:", b"keep-alive:", b"proxy-", b"host:", b"upgrade:", b"te:", b"transfer-encoding:", b"content-")


def _request(wish: Wish) -> bytes:
    """Write a request as its server reads it, the only one on its connection."""
    host = f"[{wish.host}]" if ":" in wish.host else wish.host
    if wish.port != 80:
        host += f":{wish.port}"
    kept = [line for line in wish.headers if not line.lower().startswith(HOP)]
    first = [f"{wish.method} {wish.resource} HTTP/1.1".encode(), f"Host: {host}".encode()]
    return b"\r\n".join([*first, *kept, b"Connection: close", b"", b""])


def _last(lines: Sequence[bytes]) -> bytes:
    """Write the head of an answer such that the client asks nothing else on this connection."""
    kept = [line for line in lines[1:] if not line.lower().startswith((b"connection:", b"keep-alive:", b"proxy-"))]
    return b"\r\n".join([*lines[:1], *kept, b"Connection: close", b"", b""])


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass bytes on until there are no more, or too many."""
    passed = 0
    while passed < BODY_LIMIT and (data := await asyncio.wait_for(reader.read(1 << 16), IDLE)):
        passed += len(data)
        writer.write(data)
        await writer.drain()


async def _until_closed(reader: asyncio.StreamReader) -> None:
    while await reader.read(1 << 12):
        pass


async def _both(one: Coroutine[Any, Any, None], other: Coroutine[Any, Any, None]) -> None:
    """Do two things until one of them ends."""
    tasks = [asyncio.ensure_future(one), asyncio.ensure_future(other)]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _say(writer: asyncio.StreamWriter, outcome: Outcome) -> None:
    body = f"hexapla: {outcome}\n"
    writer.write(
        f"HTTP/1.1 {ANSWERS[outcome]} {outcome}\r\nX-Hexapla-Guard: {outcome}\r\n"
        f"Content-Type: text/plain\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}".encode()
    )
    await writer.drain()


def _shut(writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError, RuntimeError):
        writer.close()
