"""A real SMTP server on loopback, which keeps what it gets and answers as it is told."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import SMTP
from typing import Any

from aiosmtpd.controller import Controller


class Box:
    """What a server received, and what it answers."""

    def __init__(self) -> None:
        self.got: list[Any] = []
        self.answer = "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        if self.answer.startswith("250"):
            self.got.append(message_from_bytes(envelope.content, policy=SMTP))
        return self.answer


@contextmanager
def listening(box: Box, **options: Any) -> Iterator[int]:
    """A server for the box; its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()
