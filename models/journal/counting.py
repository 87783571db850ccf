"""How many events the history of a record holds, by who did them, what they changed and how they came about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    union_all,
)

from models.base import AnySession, plain
from models.journal.plan import Pair
from models.journal.reading import CHANGESET, By, Only, about_changes, during
from models.journal.sql import sql_of
from models.journal.tables import Change, Operation, Origin

# More changes than these, the newest of a record, are not gone through to count its events.
TALLIED = 5_000


@dataclass(frozen=True)
class Tally:
    """How many events there are of each person with the name they had, of each table, and of each way they came about.

    It counts at least these where there `is_more` than the newest TALLIED changes. `has_outside`: whether any of it came
    from outside and belongs to no changeset yet.
    """

    by: Mapping[int | By, tuple[str | None, int]] = field(default_factory=dict)
    tables: Mapping[str, int] = field(default_factory=dict)
    origins: Mapping[Origin, int] = field(default_factory=dict)
    is_more: bool = False
    has_outside: bool = False


def only_touches(session: AnySession, table: str, columns: Collection[str]) -> ColumnElement[bool]:
    """The condition on a change that it changed nothing of a row of this table but some of these columns."""
    sql = sql_of(plain(session).connection())
    before, after = (sql.without(sorted(columns), f"{Change.__tablename__}.{image}") for image in ("before", "after"))
    is_update = and_(Change.table_name == table, Change.operation == Operation.UPDATE)
    return case((is_update, literal_column(f"{before} = {after}")), else_=false())


def tally(
    session: AnySession,
    only: Only,
    *,
    along: Mapping[str, str],
    unseen: Sequence[ColumnElement[bool]] = (),
    customer_id: int | None = None,
    contact_id: int | None = None,
    rows: Sequence[Pair] | None = None,
) -> Tally:
    """Count the events of a customer, a contact or some rows: one query, which counts what the one who looks may see.

    Of people as far as what they did is what `only` asks for, and of tables and ways as far as it was done by whom it asks
    for. `along` names the tables that count as another one. What is `unseen` of the changes is not counted.
    """
    session = plain(session)
    about = [*about_changes(customer_id, contact_id, rows=rows), *(~one for one in unseen)]
    told = union_all(_kept(about, only, along), _outside(about, only, along)).cte("told")
    of_what, of_whom = _of_what(told.c, only), _of_whom(told.c, only)
    number = func.count(told.c.event.distinct())
    parts: list[Select[Any]] = [
        select(literal("by"), told.c.who, func.max(told.c.name), number).where(*of_what).group_by(told.c.who),
        select(literal("table"), told.c.table, _NOTHING, number).where(*of_whom).group_by(told.c.table),
        select(literal("origin"), told.c.origin, _NOTHING, number).where(*of_whom).group_by(told.c.origin),
        select(literal("all"), told.c.is_open, _NOTHING, func.count()).group_by(told.c.is_open),
    ]
    found: dict[str, dict[str, tuple[str | None, int]]] = defaultdict(dict)
    for kind, key, name, count in session.execute(union_all(*parts)):
        found[kind][key] = (name, count)
    return Tally(
        {By(key) if key in set(By) else int(key): told for key, told in found["by"].items()},
        {key: count for key, (_, count) in found["table"].items()},
        {Origin(key): count for key, (_, count) in found["origin"].items()},
        any(count > TALLIED for _, count in found["all"].values()),
        "outside" in found["all"],
    )


_NOTHING = cast(null(), Text)


def _table(along: Mapping[str, str]) -> ColumnElement[str]:
    return case(dict(along), value=Change.table_name, else_=Change.table_name) if along else Change.table_name  # type: ignore[return-value]


def _kept(about: Sequence[ColumnElement[bool]], only: Only, along: Mapping[str, str]) -> Select[Any]:
    """The newest changes of changesets. Along the index they come in the order of these."""
    who = case(
        (CHANGESET.origin == Origin.OUTSIDE, By.OUTSIDE.value),
        (CHANGESET.user_id.is_(None), By.SYSTEM.value),
        else_=cast(CHANGESET.user_id, Text),
    )
    newest = (
        select(
            cast(Change.changeset_id, Text).label("event"),
            who.label("who"),
            CHANGESET.user_name.label("name"),
            cast(CHANGESET.origin, Text).label("origin"),
            _table(along).label("table"),
            literal("kept").label("is_open"),
        )
        .join_from(Change, CHANGESET.id.table, CHANGESET.id == Change.changeset_id)
        .where(*about, *during(CHANGESET.at, only))
        .order_by(Change.changeset_id.desc())
        .limit(TALLIED + 1)
        .subquery()
    )
    return select(newest)


def _outside(about: Sequence[ColumnElement[bool]], only: Only, along: Mapping[str, str]) -> Select[Any]:
    """The newest changes from outside; those of one second are one event."""
    newest = (
        select(
            func.substr(cast(Change.at, Text), 1, 19).label("event"),
            literal(By.OUTSIDE.value).label("who"),
            _NOTHING.label("name"),
            literal(Origin.OUTSIDE.value).label("origin"),
            _table(along).label("table"),
            literal("outside").label("is_open"),
        )
        .where(Change.changeset_id.is_(None), *about, *during(Change.at, only))
        .order_by(Change.id.desc())
        .limit(TALLIED + 1)
        .subquery()
    )
    return select(newest)


def _of_what(told: Any, only: Only) -> list[ColumnElement[bool]]:
    """The condition that a change is of what is asked for."""
    if only.shows_all:
        return []
    return [or_(told.table.in_(only.tables), told.origin.in_([origin.value for origin in only.origins]))]


def _of_whom(told: Any, only: Only) -> list[ColumnElement[bool]]:
    """The condition that it was done by whom it is asked of."""
    return [told.who.in_([str(one) for one in only.by])] if only.by else []
