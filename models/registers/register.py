"""What a register is to the panel: a name, where it is, how it is asked, and how its answer is read."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from models.registers.answer import Answer, Why, unavailable


@dataclass(frozen=True)
class Request:
    """What is sent: a path below the register's address, and what goes along."""

    path: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None


@dataclass(frozen=True)
class Register:
    """A register. `code` is what it is known by inside, `url` where it is unless the deployment says otherwise.

    `ask` makes the request of a number and the key, `read` the answer of the number, the status and the body.
    """

    code: str
    name: str
    url: str
    ask: Callable[[str, str], Request]
    read: Callable[[str, int, bytes], Answer]
    needs_key: bool = False


class Status(enum.IntEnum):
    """The statuses that registers answer with and that say something."""

    OK = 200
    BAD_REQUEST = 400
    UNAUTHORIZED = 401
    FORBIDDEN = 403
    NOT_FOUND = 404
    GONE = 410
    TOO_MANY = 429


def trouble(status: int) -> Answer:
    """What every other status comes to: nothing is said about the company."""
    busy = status == Status.TOO_MANY or status >= 500
    return unavailable(Why.BUSY if busy else Why.UNREADABLE)
