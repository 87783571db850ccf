"""What was saved and looks wrong: the office's data are theirs and are kept, but whoever typed them is told.

The same looks wrong in a form as in an import.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin_views import shell
from importers.columns import COLUMNS, Place
from importers.reading import Reading
from importers.trouble import describe, problem
from models.imports import ImportKind
from models.journal import Change
from models.operations.save import Saved


def doubts(session: Session, saved: Saved[Any], kind: ImportKind) -> Iterator[str]:
    """A sentence for each field that this save changed into something that looks wrong."""
    if saved.changeset is None or saved.changeset.id is None:
        return
    of_record = Change.table_name == type(saved.record).__tablename__, Change.row_id == saved.record.id
    change = session.scalars(select(Change).where(Change.changeset_id == saved.changeset.id, *of_record)).first()
    before, after = (change.before or {}, change.after or {}) if change else ({}, {})
    reading = Reading(country=str(shell.setting("default_country")))
    for column in COLUMNS[kind].values():
        value = after.get(column.attribute) if column.place is Place.SELF else None
        if column.doubt is None or not isinstance(value, str) or not value or value == before.get(column.attribute):
            continue
        if found := column.doubt(value, reading):
            told = describe(problem(found, "", value, False, field=column.title()), gettext)
            yield gettext("%(doubt)s Look whether it is right: %(value)s", doubt=told, value=value)
