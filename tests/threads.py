"""Threads that a test starts and does not end itself."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def waited_for() -> Iterator[None]:
    """Wait at the end for those that were started inside: told to stop, they do so when they look up, and let go then."""
    before = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - before:
        thread.join(5)
