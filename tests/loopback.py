"""A server on loopback that answers well, badly, late or not at all, and keeps a log of what it was asked, and when."""

from __future__ import annotations

import contextlib
import email.utils
import http.server
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest


@dataclass
class Log:
    """The port of a server, and for each path the times at which it was asked for."""

    port: int = 0
    requests: list[tuple[float, str]] = field(default_factory=list)
    retry_at: float = 0.0
    """When /429-date said that one may come back, in seconds since 1970."""
    end: threading.Event = field(default_factory=threading.Event)

    def times(self, path: str) -> list[float]:
        return [when for when, what in self.requests if what == path]

    def count(self, path: str) -> int:
        return len(self.times(path))


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    log: Log

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        host = self.headers["Host"].partition(":")[0]
        self.log.requests.append((time.time(), self.path))
        name = self.path.rsplit("/", 1)[-1]
        times = self.log.count(self.path)
        if name in ("ok", "other", "third", "fourth", "slow-body") or name.isdecimal():
            status = int(name) if name.isdecimal() else 200
            self.answer(status, stays_open=name == "slow-body")
        elif name.startswith("hop"):
            left = int(name[3:])
            self.answer(301, Location=f"hop{left - 1}" if left > 1 else "ok")
        elif name == "endless":
            self.answer(302, Location=f"http://{host}:{self.log.port}{self.path}")
        elif name.startswith("to:"):
            self.answer(302, Location=name.removeprefix("to:").replace("!", "/"))
        elif name == "429-seconds":
            self.answer(429 if times == 1 else 200, retry_after="2")
        elif name == "429-date":
            # A date has whole seconds, so this one is two to three seconds from now.
            self.log.retry_at = self.log.retry_at or float(int(time.time()) + 3)
            when = email.utils.formatdate(self.log.retry_at, usegmt=True)
            self.answer(429 if times == 1 else 200, retry_after=when)
        elif name == "500-then-200":
            self.answer(500 if times == 1 else 200)
        elif name == "404-then-200":
            self.answer(404 if times == 1 else 200)
        elif name == "slow-head":
            self.log.end.wait(10)
            self.close_connection = True
        elif name == "closed":
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
        else:
            raise AssertionError(name)

    def answer(self, status: int, stays_open: bool = False, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", "1000" if stays_open else "2")
        self.end_headers()
        self.wfile.write(b"ok")
        if stays_open:
            self.wfile.flush()
            self.log.end.wait(10)
            self.close_connection = True


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that go away, or that do not like the certificate, are what is tested."""


@contextlib.contextmanager
def serving(certificate: Path | None = None) -> Iterator[Log]:
    """Serve, with TLS where there is a certificate with its key in one file; give the log."""
    log = Log()
    server = Server(("127.0.0.1", 0), type("Handler", (Handler,), {"log": log}))
    log.port = server.server_port
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        # The handshake belongs to the thread of the connection, so that none keeps others waiting.
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield log
    finally:
        log.end.set()
        server.shutdown()
        server.server_close()
        thread.join()


def make_certificates(folder: Path, *names: str) -> tuple[Path, Path]:
    """Make an authority and a certificate for names signed by it; give the authority's, and the other with its key."""
    if not shutil.which("openssl"):
        pytest.skip("there is no openssl to make a certificate with")
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    alternatives = ",".join(f"DNS:{name}" for name in names)
    (folder / "extensions").write_text(f"subjectAltName={alternatives}\nbasicConstraints=CA:FALSE\n")
    authority = ["-CA", "authority.pem", "-CAkey", "authority.key", "-CAcreateserial", "-days", "2"]
    for command in (
        ["req", "-x509", *key, "-keyout", "authority.key", "-out", "authority.pem", "-days", "2", "-subj", "/CN=a"],
        ["req", *key, "-keyout", "leaf.key", "-out", "leaf.csr", "-subj", "/CN=leaf"],
        ["x509", "-req", "-in", "leaf.csr", *authority, "-extfile", "extensions", "-out", "leaf.pem"],
    ):
        subprocess.run(["openssl", *command], cwd=folder, check=True, capture_output=True)
    (folder / "both.pem").write_text((folder / "leaf.pem").read_text() + (folder / "leaf.key").read_text())
    return folder / "authority.pem", folder / "both.pem"
