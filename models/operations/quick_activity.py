"""An activity from one line, as somebody types it on a customer's card: read, and kept under what was understood."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import clock, quick
from models.access import Looker
from models.activity import ActivityState, due
from models.contact import Contact, CustomerContact
from models.operations.activities import first_state
from models.settings import ListValue, ValueList

# Nobody types more in a hurry; a longer text is refused as a subject.
LONGEST = 400
# A first name of fewer letters is a word like any other.
SHORTEST_NAME = 3


@dataclass(frozen=True)
class Understood:
    """The values of an activity that a line gives, with the names behind its keys."""

    values: dict[str, Any]
    kind: str | None
    contact: str | None

    @property
    def is_done(self) -> bool:
        return self.values["state"] is ActivityState.DONE


def understood(
    session: Session, actor: Looker, customer_id: int, line: str, today: dt.date, project_id: int | None = None
) -> Understood:
    """What a line on the card of a customer, or of one of its projects, asks for; writes nothing.

    Who types it does it. A contact of the customer is meant where the line has the whole name, or the first name and
    only one is called so.
    """
    offered = select(ListValue.name, ListValue.id).where(
        ListValue.list == ValueList.ACTIVITY_KIND, ListValue.retired.is_(False)
    )
    kinds: dict[str, int] = dict(session.execute(offered.order_by(ListValue.position, ListValue.name)).all())
    found = quick.read(line[:LONGEST], list(kinds), today)
    kind = None if found.kind is None else kinds[found.kind]
    contact = _contact(session, customer_id, found.subject)
    return Understood(
        {
            "customer_id": customer_id,
            "project_id": project_id,
            "contact_id": None if contact is None else contact[0],
            "kind_id": kind,
            "user_id": actor.id,
            "subject": found.subject,
            "state": first_state(session, kind),
            "due_at": due(found.day, found.time, clock.of(session)),
            "has_time": found.time is not None,
        },
        found.kind,
        None if contact is None else contact[1],
    )


def _contact(session: Session, customer_id: int, subject: str) -> tuple[int, str] | None:
    """The one contact of the customer whom the words name."""
    words = f" {' '.join(''.join(letter if letter.isalnum() else ' ' for letter in subject).split())} ".casefold()
    contacts = session.execute(
        select(Contact.id, Contact.name, Contact.first_name)
        .join(CustomerContact, CustomerContact.contact_id == Contact.id)
        .where(CustomerContact.customer_id == customer_id, Contact.archived_at.is_(None))
        .order_by(Contact.id)
    ).all()
    for ways in ([row.name for row in contacts], [row.first_name or "" for row in contacts]):
        named = [
            row
            for row, way in zip(contacts, ways, strict=True)
            if len(way) >= SHORTEST_NAME and f" {way.casefold()} " in words
        ]
        if len(named) == 1:
            return named[0].id, named[0].name
    return None
