"""Whole numbers as addresses and forms hold them: ids, pages, rows. Whatever is none is None, never an error."""

from __future__ import annotations

LARGEST = 2**31 - 1
"""The largest key on both databases."""


def whole(text: str | None, most: int = LARGEST) -> int | None:
    """The number that `text` writes in plain digits, from 0 to `most`.

    >>> whole("42"), whole("²"), whole("-1"), whole("9" * 5000)
    (42, None, None, None)
    """
    found = (text or "").strip()
    if not found.isascii() or not found.isdigit() or len(found) > len(str(LARGEST)):
        return None
    number = int(found)
    return number if number <= most else None
