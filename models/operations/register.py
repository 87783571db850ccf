"""What a registration is worth, and how far its trip may be: rules of the project, or of its customer where that says nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.base import CENT, Base, utc_now
from models.customer import Customer
from models.errors import Reason, Refused
from models.project import Project

# Leave is registered ahead, but not further than this.
AHEAD = dt.timedelta(days=365)
_project = Base.metadata.tables[Project.__tablename__].c
_customer = Base.metadata.tables[Customer.__tablename__].c


def _rule(session: Session, name: str, project_id: int | None) -> Any:
    """The value of a field of TAKEN_OVER that holds for a project. Straight at the tables: a rule holds for everybody."""
    holds = func.coalesce(_project[name], _customer[name], type_=_project[name].type)
    return session.scalar(
        select(holds).join_from(Project.__table__, Customer.__table__).where(_project.id == project_id)
    )


def worth(session: Session, project_id: int, minutes: int) -> Decimal:
    """What the time is worth at the hourly rate that holds there, to the cent; nothing where there is none."""
    rate: Decimal | None = _rule(session, "hourly_rate", project_id)
    return Decimal(0) if rate is None else (rate * minutes / 60).quantize(CENT)


def too_far(session: Session, registration: Mapping[str, Any]) -> Refused | None:
    """The refusal of a trip that is longer than may be billed (TL-21), if it is."""
    distance = registration.get("distance_km")
    if distance is None:
        return None
    most: int | None = _rule(session, "max_distance_km", registration.get("project_id"))
    return None if most is None or distance <= most else Refused(Reason.TOO_FAR, "distance_km", most=most)


def too_late(day: dt.date) -> Refused | None:
    """The refusal of a day further ahead than anybody registers, if it is: the year is a slip of the pen."""
    last = utc_now().date() + AHEAD
    return Refused(Reason.DAY_TOO_LATE, "day", last=last) if day > last else None


def default_too_far(session: Session, noun: type[Base], record: Mapping[str, Any]) -> Refused | None:
    """The refusal of a distance of a customer or project that is longer than a trip there may be (TL-21), if it is."""
    distance, most = record.get("distance_km"), record.get("max_distance_km")
    if noun is Project and (distance is None) != (most is None):
        theirs = select(_customer.distance_km, _customer.max_distance_km).where(_customer.id == record["customer_id"])
        for its_distance, its_most in session.execute(theirs):
            distance, most = (its_distance, most) if distance is None else (distance, its_most)
    if distance is None or most is None or distance <= most:
        return None
    return Refused(Reason.TOO_FAR, "distance_km" if record["distance_km"] is not None else "max_distance_km", most=most)
