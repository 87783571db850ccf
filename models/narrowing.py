"""All conditions that hide something from somebody, as one option of a statement.

SQLAlchemy compiles a statement once for all who see alike. To know that, it goes through every expression of every option
each time a statement is executed, which for who may see a few customers only is a quarter of the time of a page: each of
thirty tables has a condition of its own. They do not change as long as the rights do not, so what it finds is kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, literal_column, select
from sqlalchemy.orm import LoaderCriteriaOption, with_loader_criteria
from sqlalchemy.orm.interfaces import CriteriaOption
from sqlalchemy.sql.visitors import cloned_traverse

# What conditions look like but for their values, numbered: two who see alike have one number.
_SHAPES: dict[object, int] = {}


class Narrowing(CriteriaOption):
    """The conditions of one who is looking: mapped class -> what its rows have to be."""

    propagate_to_loaders = True

    def __init__(self, conditions: Iterable[tuple[type, ColumnElement[bool]]]) -> None:
        # Copies: which values of a statement are the same one is part of its key, so none of these may stand elsewhere.
        copies = ((kind, cloned_traverse(condition, {}, {})) for kind, condition in conditions)
        self._options: tuple[LoaderCriteriaOption, ...] = tuple(
            with_loader_criteria(kind, condition, include_aliases=True) for kind, condition in copies
        )
        found = select(literal_column("1")).options(*self._options)._generate_cache_key()
        assert found is not None, "a condition that cannot be kept"
        self._values = found.bindparams
        self._shape = _SHAPES.setdefault(found.key, len(_SHAPES))

    def _gen_cache_key(self, am: Any, bindparams: list[BindParameter[Any]]) -> tuple[Any, ...]:
        bindparams.extend(self._values)
        return (Narrowing, self._shape)

    def process_compile_state(self, compile_state: Any) -> None:
        """Lay the conditions on a statement that is being compiled."""
        for option in self._options:
            option.process_compile_state(compile_state)

    def get_global_criteria(self, attributes: dict[Any, Any]) -> None:
        """The same where only the conditions are wanted."""
        for option in self._options:
            option.get_global_criteria(attributes)
