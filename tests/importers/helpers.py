"""Rows of text into the database and back, the way a person would bring them."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from importers import looking, planning
from importers import run as steps
from importers.apply import Applied
from importers.run import Choices
from models.access import SYSTEM, Looker
from models.base import Base
from models.imports import ImportKind, ImportMode, ImportRow, ImportRun

CUSTOMERS, CONTACTS = ImportKind.CUSTOMERS, ImportKind.CONTACTS
ADD, UPDATE = ImportMode.ADD, ImportMode.UPDATE


def text_of(*rows: Sequence[object]) -> bytes:
    """Rows as a file of text."""
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows(rows)
    return out.getvalue().encode()


@dataclass
class Desk:
    """Somebody with files to bring: every step of an import with what usually goes with it."""

    session: Session
    folder: Path
    looker: Looker = SYSTEM

    def upload(
        self, content: bytes, kind: ImportKind = CUSTOMERS, mode: ImportMode = UPDATE, choices: Choices | None = None
    ) -> ImportRun:
        return looking.upload(
            self.session, self.looker, self.folder, io.BytesIO(content), "list.csv", kind, mode, choices
        )

    def plan(
        self,
        *rows: Sequence[object],
        kind: ImportKind = CUSTOMERS,
        mode: ImportMode = UPDATE,
        choices: Choices | None = None,
    ) -> ImportRun:
        """Upload rows and plan them."""
        return self.plan_file(text_of(*rows), kind, mode, choices)

    def plan_file(
        self, content: bytes, kind: ImportKind = CUSTOMERS, mode: ImportMode = UPDATE, choices: Choices | None = None
    ) -> ImportRun:
        """Upload a file as it is and plan it."""
        run = self.upload(content, kind, mode, choices)
        planning.make_plan(self.session, self.looker, self.folder, run.id)
        return run

    def bring(
        self,
        *rows: Sequence[object],
        kind: ImportKind = CUSTOMERS,
        mode: ImportMode = UPDATE,
        choices: Choices | None = None,
    ) -> Applied:
        """Upload rows, plan them and commit the plan, if there is something in it."""
        return self.settle(self.plan(*rows, kind=kind, mode=mode, choices=choices))

    def bring_file(self, content: bytes, kind: ImportKind = CUSTOMERS, choices: Choices | None = None) -> Applied:
        """The same for a file as it is."""
        return self.settle(self.plan_file(content, kind, UPDATE, choices))

    def settle(self, run: ImportRun) -> Applied:
        """Commit a plan, if there is something in it."""
        foreseen = Applied(**steps.foreseen(self.session, run.id), changeset=None)
        return self.commit(run) if foreseen.created + foreseen.updated else foreseen

    def commit(self, run: ImportRun) -> Applied:
        return planning.commit(self.session, self.looker, self.folder, run.id)

    def replan(self, run: ImportRun) -> None:
        """Plan once more what was looked at already."""
        planning.make_plan(self.session, self.looker, self.folder, run.id)

    def decide(self, run: ImportRun, **decisions: str) -> None:
        """Decide about rows, given as row_3="new"."""
        chosen = {int(row.removeprefix("row_")): decision for row, decision in decisions.items()}
        planning.decide(self.session, self.looker, self.folder, run.id, chosen)

    def rows(self, run: ImportRun) -> dict[int, ImportRow]:
        """The plan, by row number."""
        found = self.session.scalars(select(ImportRow).where(ImportRow.run_id == run.id).order_by(ImportRow.row_number))
        return {row.row_number: row for row in found}

    def statuses(self, run: ImportRun) -> dict[int, str]:
        return {number: row.status.value for number, row in self.rows(run).items()}

    def codes(self, run: ImportRun, row: int) -> list[str]:
        """What is said about a row."""
        return [problem["code"] for problem in self.rows(run)[row].problems]

    def table(self, name: str) -> list[dict[str, Any]]:
        """Everything in a table, straight from it."""
        table = Base.metadata.tables[name]
        return [dict(row) for row in self.session.execute(select(table).order_by(table.c.id)).mappings()]

    def one(self, table: str, **values: object) -> dict[str, Any]:
        """The only row of a table with these values."""
        found = [row for row in self.table(table) if all(row[key] == value for key, value in values.items())]
        assert len(found) == 1, found
        return found[0]


def desk_of(session: Session, folder: Path, looker: Looker = SYSTEM) -> Desk:
    return Desk(session, folder / "uploads", looker)
