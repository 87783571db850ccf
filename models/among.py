"""Conditions on any number of ids or texts, however many the drivers take as parameters."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, String, bindparam
from sqlalchemy.ext.compiler import compiles
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
