"""Runs of the importer and the rows of their plans: working tables, kept apart from the business data."""

from __future__ import annotations

import datetime as dt
import enum
from typing import Any

from sqlalchemy import JSON, Boolean, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Stamped, UtcDateTime, ref, table_args, utc_now, words


class ImportKind(enum.StrEnum):
    """What a file holds."""

    CUSTOMERS = "customers"
    CONTACTS = "contacts"


class ImportMode(enum.StrEnum):
    """Only add what is not there (TC-26), or also update where different (TC-27)."""

    ADD = "add"
    UPDATE = "update"


class MatchRule(enum.StrEnum):
    """By what a row of a file is recognised as somebody who is there.

    USUAL: customers by number, else by name; contacts by e-mail address, else by name. POSTAL_CODE: customers by number,
    else by name and postal code together.
    """

    USUAL = "usual"
    NUMBER = "number"
    POSTAL_CODE = "postal-code"
    EMAIL = "email"


class ImportState(enum.StrEnum):
    """How far a run is. FAILED: nobody finished it, and its file was let go of."""

    UPLOADED = "uploaded"
    PLANNED = "planned"
    DONE = "done"
    FAILED = "failed"


class ImportRun(Stamped, Base):
    """One upload on its way in. `mapping` is field -> column number; `options` holds the visible choices."""

    journaled = False

    kind: Mapped[ImportKind] = mapped_column(words(ImportKind, "kind"))
    mode: Mapped[ImportMode] = mapped_column(words(ImportMode, "mode"), default=ImportMode.UPDATE)
    state: Mapped[ImportState] = mapped_column(words(ImportState, "state"), default=ImportState.UPLOADED)
    user_id: Mapped[int | None] = mapped_column(ref("user.id", "SET NULL"), index=True)
    file_name: Mapped[str] = mapped_column(String(255))
    stored_as: Mapped[str] = mapped_column(String(64))
    sheet: Mapped[str | None] = mapped_column(String(255))
    header_row: Mapped[int | None] = mapped_column(Integer)
    mapping: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    options: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    counts: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    position: Mapped[int | None] = mapped_column(Integer)
    changeset_id: Mapped[int | None] = mapped_column(Integer, index=True)
    done_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


class RowStatus(enum.StrEnum):
    """What the plan says of a row."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    AMBIGUOUS = "ambiguous"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"


STAYS_OUT = (RowStatus.REJECTED, RowStatus.AMBIGUOUS, RowStatus.DUPLICATE)
"""What is not written, whatever is ticked: somebody has to mend or to decide it first."""


class ImportRow(Base):
    """One row of a plan. `raw` is what the file said, `values` what will be written, `diff` field -> [old, new].

    `fields` names what changes, or where that is what keeps the row out, what is wrong: ` phone head_office.city `. Once
    the run is done, `target_id` is also that of a record the row made.
    """

    journaled = False
    __table_args__ = table_args(Index("ix_import_row_run", "run_id", "status", "row_number"))

    run_id: Mapped[int] = mapped_column(ref("import_run.id", "CASCADE"))
    row_number: Mapped[int] = mapped_column(Integer)
    status: Mapped[RowStatus] = mapped_column(words(RowStatus, "status"))
    ticked: Mapped[bool] = mapped_column(Boolean, default=True)
    target_id: Mapped[int | None] = mapped_column(Integer)
    title: Mapped[str | None] = mapped_column(String(255))
    raw: Mapped[list[Any]] = mapped_column(JSON, default=list)
    values: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    diff: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    problems: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    fields: Mapped[str] = mapped_column(Text, default="", server_default="")

    @property
    def meets(self) -> int | None:
        """The record that a row of a plan is about; None of a new one, whatever an import that failed left there."""
        return None if self.status is RowStatus.NEW else self.target_id


class ImportProfile(Stamped, Base):
    """A known kind of file, by name: the office reads every file with these columns the same way.

    One that was deleted can be restored for as long as the bin keeps things; its name is free meanwhile.
    """

    journaled = False
    __table_args__ = table_args(
        Index(
            "uq_import_profile_kind_name_key",
            "kind",
            "name_key",
            unique=True,
            sqlite_where=text("deleted_at IS NULL"),
            postgresql_where=text("deleted_at IS NULL"),
        )
    )

    kind: Mapped[ImportKind] = mapped_column(words(ImportKind, "kind"))
    name: Mapped[str] = mapped_column(String(100))
    name_key: Mapped[str] = mapped_column(String(100))
    deleted_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


class ImportProfileVersion(Base):
    """What a profile said from some moment on; every change is a new one, and the old ones stay."""

    journaled = False
    __table_args__ = table_args(UniqueConstraint("profile_id", "number"))

    profile_id: Mapped[int] = mapped_column(ref("import_profile.id", "CASCADE"))
    number: Mapped[int] = mapped_column(Integer)
    definition: Mapped[dict[str, Any]] = mapped_column(JSON)
    user_id: Mapped[int | None] = mapped_column(ref("user.id", "SET NULL"), index=True)
    made_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, default=utc_now)


class Errand(enum.StrEnum):
    """What a run can be asked to do in the background."""

    READ = "read"
    PLAN = "plan"
    COMMIT = "commit"
    UNDO = "undo"


class TaskState(enum.StrEnum):
    """How far an errand is, as far as it was written down; whoever carries it out may be gone, see `importers.tasks`."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"


class Stage(enum.StrEnum):
    """What is done now."""

    READING = "reading"
    LOOKING = "looking"
    MATCHING = "matching"
    PLANNING = "planning"
    CHECKING = "checking"
    WRITING = "writing"
    INDEXING = "indexing"


class ImportTask(Stamped, Base):
    """The last errand of a run: what is asked for and how far it is.

    Beside the run and not in it, so that whoever carries it out can say how far while the run itself is being written.
    `hold` is the mark of who carries it out and `beat_at` when that one was last heard of; `stops`: somebody wants it to end.
    `arguments` say who asked (`by`), with whose rights it is done, and `did` what came of it, where the run does not say so.
    """

    journaled = False
    __table_args__ = table_args(Index("ix_import_task_state", "state"))

    run_id: Mapped[int] = mapped_column(ref("import_run.id", "CASCADE"), unique=True)
    errand: Mapped[Errand] = mapped_column(words(Errand, "errand"))
    arguments: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    state: Mapped[TaskState] = mapped_column(words(TaskState, "state"), default=TaskState.QUEUED)
    stage: Mapped[Stage | None] = mapped_column(words(Stage, "stage"))
    stage_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    done: Mapped[int] = mapped_column(Integer, default=0)
    total: Mapped[int] = mapped_column(Integer, default=0)
    now: Mapped[str | None] = mapped_column(String(255))
    hold: Mapped[str | None] = mapped_column(String(32))
    beat_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    stops: Mapped[bool] = mapped_column(Boolean, default=False)
    failure: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    did: Mapped[dict[str, Any] | None] = mapped_column(JSON)
