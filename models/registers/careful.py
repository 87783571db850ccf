"""Values out of what a register answered, which may be anything: what is not as it should be is not there."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

from models.base import day_of, invisible, web_address

# No name or address is as long as that.
LONGEST = 1_000
_MAIL = re.compile(r"[^@\s]+@[^@\s]+")


def loaded(body: bytes) -> dict[str, Any] | None:
    """The JSON object of an answer; None where it is none."""
    try:
        read = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return read if isinstance(read, dict) else None


def inner(value: Any, *keys: str) -> Any:
    """What stands at the end of these keys, one inside the other; None where there is nothing."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def listed(value: Any, *keys: str) -> list[Any]:
    """The list at the end of these keys; an empty one where there is none."""
    found = inner(value, *keys)
    return found if isinstance(found, list) else []


def text(value: Any) -> str | None:
    r"""One line of text without what nobody can see. A stand-in such as "---", and what is no text, is None.

    >>> text("Kade\u00a01 \n"), text("---"), text(17), text({"no": "text"})
    ('Kade 1', None, '17', None)
    """
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**9:
        value = str(value)
    if not isinstance(value, str) or len(value) > LONGEST:
        return None
    one_line = " ".join(value.split())
    unseen = set(invisible(one_line))
    seen = " ".join("".join(sign for at, sign in enumerate(one_line) if at not in unseen).split())
    return seen if any(sign.isalnum() for sign in seen) else None


def joined(parts: list[Any], between: str = " ") -> str | None:
    """The texts among these as one; None where there is none."""
    return between.join(one for part in parts if (one := text(part))) or None


def mail(value: Any) -> str | None:
    """An e-mail address."""
    found = text(value)
    return found if found and _MAIL.fullmatch(found) else None


def website(value: Any) -> str | None:
    """The address of a website, as it is written; what no browser opens as one is None."""
    found = text(value)
    return found if web_address(found) else None


def country(value: Any) -> str | None:
    """The two letters of a country."""
    found = text(value)
    return found.upper() if found and len(found) == 2 and found.isascii() and found.isalpha() else None


def day(value: Any) -> dt.date | None:
    """A day, written 2026-11-21 or 20261121."""
    return day_of(text(value))
