"""The way out to a register: one request, one answer, and never for long.

Nothing is followed (no redirect, no proxy of the environment), certificates are checked, and an answer that comes slowly or
does not end is cut off. So many are asked at a time that a register which is away leaves the panel its threads.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import time
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import BoundedSemaphore, Timer
from urllib.parse import urlsplit

from models.registers.answer import Why
from models.registers.register import Request

# Seconds to reach it, to wait for its next bytes, and for all of the answer.
CONNECT, WAIT, WHOLE = 3.0, 5.0, 8.0
MOST = 512 * 1024
AT_A_TIME = 2
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

_free = BoundedSemaphore(AT_A_TIME)


@dataclass(frozen=True)
class Reply:
    """A status and a body, as they came."""

    status: int
    body: bytes


class NoReply(Exception):
    """Nothing came that could be read."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.name)
        self.why = why


@dataclass(frozen=True)
class Base:
    """Where a register is: over TLS, but on this machine itself."""

    host: str
    port: int | None
    path: str
    is_tls: bool

    @classmethod
    def of(cls, url: str) -> Base:
        """The place of `https://host/path`. Raises ValueError for what is none."""
        parts = urlsplit(url)
        is_tls = parts.scheme == "https"
        is_here = parts.scheme == "http" and parts.hostname in LOOPBACK
        if not parts.hostname or not (is_tls or is_here) or parts.username or parts.query or parts.fragment:
            raise ValueError("an address such as https://register.example/api")
        return cls(parts.hostname, parts.port, parts.path.rstrip("/"), is_tls)

    def open(self) -> HTTPConnection:
        """A connection that is not connected yet."""
        if self.is_tls:
            return HTTPSConnection(self.host, self.port, timeout=CONNECT, context=ssl.create_default_context())
        return HTTPConnection(self.host, self.port, timeout=CONNECT)


def fetch(base: Base, request: Request) -> Reply:
    """Send a request and read what comes. Raises NoReply."""
    if not _free.acquire(blocking=False):
        raise NoReply(Why.BUSY)
    try:
        with contextlib.closing(base.open()) as connection:
            return _exchange(connection, base, request)
    except (OSError, HTTPException, ValueError) as failed:
        raise NoReply(Why.NO_ANSWER) from failed
    finally:
        _free.release()


def _exchange(connection: HTTPConnection, base: Base, request: Request) -> Reply:
    connection.connect()
    line: socket.socket = connection.sock
    line.settimeout(WAIT)
    end = time.monotonic() + WHOLE
    # A time-out is of one read: what drips never reaches it.
    cut = Timer(WHOLE, _cut, [line])
    cut.daemon = True
    cut.start()
    try:
        headers = {"Accept": "application/json", "User-Agent": "Kaartenbak", **request.headers}
        connection.request(request.method, base.path + request.path, request.body, headers)
        answer = connection.getresponse()
        body = answer.read(MOST + 1)
    finally:
        cut.cancel()
    if len(body) > MOST:
        raise NoReply(Why.UNREADABLE)
    if answer.length or time.monotonic() >= end:
        raise NoReply(Why.NO_ANSWER)
    return Reply(answer.status, body)


def _cut(line: socket.socket) -> None:
    with contextlib.suppress(OSError, ValueError):
        line.shutdown(socket.SHUT_RDWR)
