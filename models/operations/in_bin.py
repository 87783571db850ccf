"""What lies in the bin and can still come back, whoever may see it: read from the images, straight at the tables."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select

from models.base import Base
from models.journal import Change, Changeset, Operation, Origin

_change, _changeset = (Base.metadata.tables[noun.__tablename__] for noun in (Change, Changeset))


def of(noun: type[Base]) -> tuple[ColumnElement[bool], ...]:
    """The conditions on the table of changes for the rows of a noun that lie there; `before` has what they were."""
    deletes = select(_changeset.c.id).where(
        _changeset.c.origin == Origin.DELETE, _changeset.c.undone_by_id.is_(None), _changeset.c.purged_at.is_(None)
    )
    return (
        _change.c.changeset_id.in_(deletes),
        _change.c.table_name == noun.__tablename__,
        _change.c.operation == Operation.DELETE,
    )
