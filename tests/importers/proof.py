"""What the proofs that a plan is what is written have in common, for customers and for contacts.

`KAARTENBAK_PROOF_ROWS` says on how many rows; `make proof` takes 100,000.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from importers import planning
from importers import run as steps
from importers.columns import freeze
from importers.run import Choices
from models.base import Base
from models.imports import ImportKind, ImportRun, RowStatus
from tests.importers.helpers import Desk, text_of

ROWS = int(os.environ.get("KAARTENBAK_PROOF_ROWS", "2400"))
A_FILE = 50_000
Flat = dict[str, Any]

WAYS = pytest.mark.parametrize(
    "choices", [Choices(), Choices(empty_clears=True, replace_labels=True)], ids=["adds", "clears"]
)


def prove(
    desk: Desk,
    kind: ImportKind,
    choices: Choices,
    head: Sequence[str],
    rows_of: Callable[[random.Random, int, int], Iterator[list[str]]],
    flat: Callable[[Session], dict[int, Flat]],
    check: Callable[[Desk, ImportRun, dict[int, Flat]], None],
) -> None:
    """Bring generated files in, one after the other, and have each held against its plan."""
    if choices.empty_clears and ROWS > A_FILE:
        pytest.skip("the large proof takes one way")
    chance, known = random.Random(20261122), 0
    for count in [min(A_FILE, ROWS // 3)] + [min(A_FILE, ROWS - ROWS // 3)] * max(1, -(-(ROWS - ROWS // 3) // A_FILE)):
        rows = list(rows_of(chance, count, known))
        run = desk.upload(text_of(head, *rows), kind, choices=choices)
        assert all(column["field"] for column in run.options["columns"])
        planning.make_plan(desk.session, desk.looker, desk.folder, run.id)
        before = flat(desk.session)
        run = steps.find(desk.session, run.id)
        foreseen = steps.foreseen(desk.session, run.id)
        applied = desk.commit(run)
        assert applied.rows == count
        assert foreseen == {key: value for key, value in vars(applied).items() if key != "changeset"}
        check(desk, run, before)
        known += count
    statuses = {row.status for row in desk.rows(run).values()}
    assert statuses >= {RowStatus.NEW, RowStatus.CHANGED, RowStatus.DUPLICATE, RowStatus.REJECTED}


def read(session: Session, name: str) -> Iterator[dict[str, Any]]:
    """The rows of a table as a plan says them."""
    table = Base.metadata.tables[name]
    for row in session.execute(select(table).order_by(table.c.id)).mappings():
        yield {key: freeze(value) for key, value in row.items()}


def same(one: Any, other: Any) -> bool:
    """Nothing is nothing, whether it is an empty text, a no or not there."""
    return (one or "") == (other or "")
