"""Which rows a verb is about: the ticked ones, or everything that a query finds ("all matching this list")."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, String, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import BindParameter
from sqlalchemy.sql.expression import FunctionElement

FEW = 50


class IdList(FunctionElement[Any]):
    """Any number of whole numbers in one bound parameter: both drivers cap the number of parameters, not their size."""

    inherit_cache = True
    name = "id_list"


@compiles(IdList, "sqlite")
def _sqlite(element: IdList, compiler: SQLCompiler, **options: Any) -> str:
    return f"(SELECT value FROM json_each({compiler.process(element.clauses, **options)}))"


@compiles(IdList, "postgresql")
def _postgresql(element: IdList, compiler: SQLCompiler, **options: Any) -> str:
    numbers = compiler.process(element.clauses, **options)
    return f"(SELECT CAST(value AS integer) FROM json_array_elements_text(CAST({numbers} AS json)))"


class TextList(IdList):
    """The same for texts."""

    inherit_cache = True
    name = "text_list"


@compiles(TextList, "postgresql")
def _postgresql_texts(element: TextList, compiler: SQLCompiler, **options: Any) -> str:
    texts = compiler.process(element.clauses, **options)
    return f"(SELECT value FROM json_array_elements_text(CAST({texts} AS json)))"


def is_among(column: Any, texts: Iterable[str]) -> ColumnElement[bool]:
    """The condition "column is one of these texts"."""
    listed: BindParameter[str] = bindparam(None, json.dumps(sorted(set(texts))), type_=String)
    condition: ColumnElement[bool] = column.bool_op("IN")(TextList(listed))
    return condition


def one_of(column: Any, ids: Iterable[int]) -> ColumnElement[bool]:
    """The condition "column is one of these ids"; none of them is never true."""
    wanted = sorted(set(ids))
    if len(wanted) <= FEW:
        # Said plainly, the database knows how few they are and plans accordingly.
        few: ColumnElement[bool] = column == wanted[0] if len(wanted) == 1 else column.in_(wanted)
        return few
    numbers: BindParameter[str] = bindparam(None, json.dumps(wanted), type_=String)
    condition: ColumnElement[bool] = column.bool_op("IN")(IdList(numbers))
    return condition


@dataclass(frozen=True)
class Selection:
    """Ticked `ids`, or a `query`: a SELECT of one id column. A query is looked up anew each time it is used."""

    ids: tuple[int, ...] = ()
    query: Select[int] | None = None

    @classmethod
    def of(cls, what: Selection | Iterable[int] | Select[int]) -> Selection:
        """The selection meant by ids, by a SELECT of ids or by a selection itself."""
        if isinstance(what, Selection):
            return what
        if isinstance(what, Select):
            return cls(query=what)
        return cls(ids=tuple(what))

    def resolve(self, session: Session) -> tuple[int, ...]:
        """The ids, in ascending order, each once. Whether ticked ids exist is asked later."""
        found = self.ids if self.query is None else session.scalars(self.query).all()
        return tuple(sorted(set(found)))


Chosen = Selection | Iterable[int] | Select[int]
