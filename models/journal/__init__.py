"""The journal: every change of every journaled table, kept by triggers in the database, and taken back by undo."""

from models.journal.context import OutsideChangeset, Somebody, changeset, is_open, open_id
from models.journal.tables import Actor, Change, Changeset, JournalContext, Operation, Origin, journaled_tables
from models.journal.triggers import install, missing

__all__ = [
    "Actor",
    "Change",
    "Changeset",
    "JournalContext",
    "Operation",
    "Origin",
    "OutsideChangeset",
    "Somebody",
    "changeset",
    "install",
    "is_open",
    "journaled_tables",
    "missing",
    "open_id",
]
