"""The tab Tools on the card of a customer: work processes, other programs, and links to tools outside (TS-28)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin_views import process_run, shell
from admin_views.address import route_to
from admin_views.images import label_of
from models import access, tool
from models.access import Looker
from models.customer import Customer
from models.process import USED
from models.tool import ToolLink


@dataclass(frozen=True)
class Shown:
    """A link to a tool as the tab has it: where it leads, what goes along (label and value), and what is missing."""

    name: str
    host: str
    href: str | None
    goes: list[tuple[str, str]]
    missing: list[str]
    key: int


def tools(session: Session, looker: Looker, customer: Customer) -> Mapping[str, Any]:
    """What is under way, and where one can go from here; of links those for this kind of customer."""
    office = customer.head_office
    processes = process_run.of_customer(session, customer.id) if shell.used(USED) else []
    return {
        "processes": processes[: process_run.SHOWN],
        "more_processes": len(processes) > process_run.SHOWN,
        "progress": process_run.progress,
        "badge": process_run.badge,
        "route": route_to(office) if office is not None else None,
        "links": links(session, looker, customer),
    }


def links(session: Session, looker: Looker, customer: Customer) -> list[Shown]:
    """The links, filled in with what the person who looks may see of the customer."""
    hidden = access.hidden_columns(session, looker, Customer.__tablename__, customer.id)
    values = {name: value for name, value in tool.values_of(customer).items() if name not in hidden}
    found = session.scalars(select(ToolLink).order_by(ToolLink.position, ToolLink.name, ToolLink.id))
    filled = [tool.filled(link, values) for link in found if link.for_kind.fits(customer.kind)]
    return [
        Shown(
            one.link.name,
            one.link.host,
            one.href,
            [(_label(name), value) for name, value in one.goes.items()],
            [_label(name) for name in one.missing],
            one.link.id,
        )
        for one in filled
    ]


def _label(field: str) -> str:
    """What the form of a customer calls a field."""
    if field == "name":
        return gettext("Name")
    return label_of("address" if field in tool.OFFICE else Customer.__tablename__, field)
