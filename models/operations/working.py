"""Writing in the working tables, which the journal does not keep: sessions, tries, habits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from models.base import WILL_WRITE, AnySession
from models.journal import is_open


@contextmanager
def working(session: AnySession, options: Mapping[str, bool] = WILL_WRITE) -> Iterator[None]:
    """A transaction of its own for working tables. RuntimeError in the middle of other work."""
    if session.new or session.dirty or session.deleted or is_open(session):
        raise RuntimeError("working tables do not mix with other work")
    session.rollback()
    try:
        session.connection(execution_options=options)
        yield
        session.commit()
    except BaseException:
        session.rollback()
        raise
