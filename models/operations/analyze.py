"""Have PostgreSQL count what was written: after much of it, it plans with figures from before until it finds the time."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session


def analyze(session: Session, tables: Iterable[str]) -> None:
    """Count these tables, in a transaction of its own. SQLite plans without; who does not own a table leaves it as it is.

    Rows that nobody counted yet are taken for few, and a statement that goes through them once for each of many takes minutes.
    """
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        names = ", ".join(connection.dialect.identifier_preparer.quote(name) for name in tables)
        connection.exec_driver_sql(f"ANALYZE {names}")
    session.commit()
