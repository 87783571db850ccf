"""How whoever does something long says how far it is."""

from __future__ import annotations

from collections.abc import Callable

from models.imports import Stage

Tell = Callable[[Stage, int, int, str], None]
"""Stage, how many rows of it are done, of how many (0: nobody knows), and the name of the last one."""


def quiet(_stage: Stage, _done: int, _total: int, _name: str) -> None:
    """Nobody wants to know."""
