"""The journal: every change of every journaled table, kept by triggers in the database, and taken back by undo."""

from models.journal.context import OutsideChangeset, Somebody, changeset, is_open, open_id
from models.journal.plan import Counts, Kept, Left
from models.journal.tables import Actor, Change, Changeset, JournalContext, Operation, Origin, journaled_tables
from models.journal.triggers import install, missing
from models.journal.undoing import Undone, UndoPlan, undo, undo_plan

__all__ = [
    "Actor",
    "Change",
    "Changeset",
    "Counts",
    "JournalContext",
    "Kept",
    "Left",
    "Operation",
    "Origin",
    "OutsideChangeset",
    "Somebody",
    "UndoPlan",
    "Undone",
    "changeset",
    "install",
    "is_open",
    "journaled_tables",
    "missing",
    "undo",
    "undo_plan",
    "open_id",
]
