"""What was saved and looks wrong: the office's data are theirs and are kept, but whoever typed them is told.

The same looks wrong in a form as in an import.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask_babel import gettext
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from admin_views import shell
from importers.columns import COLUMNS, Place
from importers.reading import Reading
from importers.trouble import describe, problem
from models.contact import Contact
from models.imports import ImportKind
from models.journal import Change, Operation
from models.operations.save import Saved


def doubts(session: Session, saved: Saved[Any], kind: ImportKind) -> Iterator[str]:
    """A sentence for each field that this save changed into something that looks wrong, of contacts made along too."""
    if saved.changeset is None or saved.changeset.id is None:
        return
    own = and_(Change.table_name == type(saved.record).__tablename__, Change.row_id == saved.record.id)
    along = and_(Change.table_name == Contact.__tablename__, Change.operation == Operation.INSERT)
    found = select(Change).where(Change.changeset_id == saved.changeset.id, or_(own, along)).order_by(Change.id)
    for change in session.scalars(found):
        is_contact = change.table_name == Contact.__tablename__
        yield from _of(change, ImportKind.CONTACTS if is_contact else kind)


def _of(change: Change, kind: ImportKind) -> Iterator[str]:
    before, after = change.before or {}, change.after or {}
    reading = Reading(country=str(shell.setting("default_country")))
    for column in COLUMNS[kind].values():
        value = after.get(column.attribute) if column.place is Place.SELF else None
        if column.doubt is None or not isinstance(value, str) or not value or value == before.get(column.attribute):
            continue
        if found := column.doubt(value, reading):
            told = describe(problem(found, "", value, False, field=column.title()), gettext)
            yield gettext("%(doubt)s Look whether it is right: %(value)s", doubt=told, value=value)
