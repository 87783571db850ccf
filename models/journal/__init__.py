"""The journal: every change of every journaled table, kept by triggers in the database, and taken back by undo."""

from models.journal.context import OutsideChangeset, Somebody, changeset, is_open, open_id
from models.journal.keeping import ADOPTED, adopt, erase, purge
from models.journal.leaving import Kept, Left
from models.journal.plan import Counts, Locks
from models.journal.reading import (
    Event,
    Later,
    Page,
    Since,
    Touch,
    first_since,
    history,
    latest,
    outside,
    outside_ids,
    position,
    sentence,
    since,
    touches,
    touches_of,
)
from models.journal.tables import Change, Changeset, JournalContext, Operation, Origin, journaled_tables
from models.journal.triggers import install, missing, remove
from models.journal.undoing import NothingToUndo, Undone, UndoPlan, undo, undo_plan

__all__ = [
    "ADOPTED",
    "Change",
    "Changeset",
    "Counts",
    "Event",
    "JournalContext",
    "Kept",
    "Later",
    "Left",
    "Locks",
    "NothingToUndo",
    "Operation",
    "Origin",
    "OutsideChangeset",
    "Page",
    "Since",
    "Somebody",
    "Touch",
    "UndoPlan",
    "Undone",
    "adopt",
    "changeset",
    "erase",
    "first_since",
    "history",
    "install",
    "is_open",
    "journaled_tables",
    "latest",
    "missing",
    "open_id",
    "outside",
    "outside_ids",
    "position",
    "purge",
    "remove",
    "sentence",
    "since",
    "touches",
    "touches_of",
    "undo",
    "undo_plan",
]
