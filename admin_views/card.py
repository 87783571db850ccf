"""The tabs of the customer's card: what each loads, and nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple

from flask import request
from flask_babel import format_date, format_decimal, lazy_gettext
from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session, joinedload

from admin_views import history, shell
from admin_views.address import route_to
from admin_views.base import Tab
from models import access, journal, totals
from models.access import Looker
from models.base import whole
from models.contact import Contact, CustomerContact
from models.customer import Address, BankAccount, Customer
from models.operations.grant import Holder
from models.project import Project
from models.user import ON_A_CUSTOMER, CustomerAccess, Right, Role, Team, TeamMember, User

MONTHS_SHOWN = 12
# The periods of the chart, with how many months each has.
MONTHS_OF = {"months": 1, "quarters": 3, "years": 12}


def overview(session: Session, looker: Looker, customer: Customer) -> Mapping[str, Any]:
    """Key numbers, totals per period and per employee: of everybody, or one's own only."""
    today = shell.today()
    asked = request.args.get("period", "")
    period = asked if asked in MONTHS_OF else "months"
    # No chart begins later than this year does, so that its totals come from the same query.
    since = first_day(shown_periods(period, today)[0], period)
    months = totals.per_month(session, customer.id, since)
    sees_revenue = access.may(session, looker, Right.SEE_REVENUE, customer.id)
    measure = "value" if request.args.get("measure") == "value" and sees_revenue else "hours"
    year = [month for month in months if month.year == today.year]
    return {
        "sees_all": access.may(session, looker, Right.SEE_ALL_TOTALS, customer.id),
        "sees_revenue": sees_revenue,
        "measure": measure,
        "period": period,
        "bars": bars(months, measure, period, today),
        "this_month": sum(m.minutes for m in year if m.month == today.month),
        "this_year": sum(m.minutes for m in year),
        "value": sum((m.amount for m in year), Decimal(0)),
        "open_registrations": totals.open_registrations(session, customer.id),
        "people": totals.per_person(session, customer.id, dt.date(today.year, 1, 1), today),
        "invoiced": totals.invoiced_per_year(session, customer.id) if sees_revenue else [],
        "main_contact": main_contact(session, customer.id),
        "latest": history.latest(session, customer_id=customer.id, limit=4),
        "year": today.year,
    }


def bars(
    months: list[totals.PeriodTotal], measure: str, period: str, today: dt.date
) -> list[tuple[str, float, str, str]]:
    """The bars of the chart: (label, value, printed value, style)."""
    found: dict[tuple[int, int], Decimal] = {}
    for one in months:
        key = {"quarters": (one.year, (one.month - 1) // 3), "years": (one.year, 0)}.get(period, (one.year, one.month))
        value = one.amount if measure == "value" else Decimal(one.minutes) / 60
        found[key] = found.get(key, Decimal(0)) + value
    made = []
    shown = shown_periods(period, today)
    for key in shown:
        value = found.get(key, Decimal(0))
        is_open = key == shown[-1]
        style = "open" if is_open else "pale" if key[0] != today.year else ""
        made.append((period_name(key, period), float(value), format_decimal(value, format="#,##0.#"), style))
    return made


def shown_periods(period: str, today: dt.date) -> list[tuple[int, int]]:
    """The periods of the chart, up to the one that is not closed yet."""
    if period == "years":
        return [(today.year - 1, 0), (today.year, 0)]
    if period == "quarters":
        last = today.year * 4 + (today.month - 1) // 3
        return [divmod(number, 4) for number in range(last - 6, last + 1)]
    last = today.year * 12 + today.month - 1
    return [(number // 12, number % 12 + 1) for number in range(last - MONTHS_SHOWN + 1, last + 1)]


def first_day(key: tuple[int, int], period: str) -> dt.date:
    """The day a period begins."""
    year, number = key
    return dt.date(year, number if period == "months" else number * MONTHS_OF[period] + 1, 1)


def period_name(key: tuple[int, int], period: str) -> str:
    """Nov, Q4 2026, 2026."""
    if period == "years":
        return str(key[0])
    if period == "quarters":
        return f"Q{key[1] + 1} {key[0]}"
    return format_date(dt.date(key[0], key[1], 1), "LLL")


def main_contact(session: Session, customer_id: int) -> CustomerContact | None:
    """The main contact, or the first active one."""
    return session.scalar(
        select(CustomerContact)
        .join(Contact, Contact.id == CustomerContact.contact_id)
        .where(CustomerContact.customer_id == customer_id, Contact.archived_at.is_(None))
        .order_by(CustomerContact.is_main.desc(), CustomerContact.id)
        .options(joinedload(CustomerContact.contact))
        .limit(1)
    )


class Place(NamedTuple):
    """An address with who changed it last, and the way there."""

    address: Address
    touch: journal.Touch
    route: str | None


_UNKNOWN = (journal.Touch(None, None),) * 2


def contact_information(session: Session, looker: Looker, customer: Customer) -> Mapping[str, Any]:
    """Addresses, bank accounts and contacts, the deactivated ones on request."""
    shows_all = request.args.get("deactivated") == "1"
    links = list(
        session.scalars(
            select(CustomerContact)
            .join(Contact, Contact.id == CustomerContact.contact_id)
            .where(CustomerContact.customer_id == customer.id)
            .order_by(CustomerContact.is_main.desc(), Contact.name_key, Contact.id)
            .options(joinedload(CustomerContact.contact).selectinload(Contact.labels))
        )
    )
    addresses = list(
        session.scalars(
            select(Address)
            .where(Address.customer_id == customer.id)
            .order_by(Address.is_head_office.desc(), Address.id)
        )
    )
    touched = journal.touches(session, Address.__tablename__, [address.id for address in addresses])
    return {
        "addresses": [Place(address, touched.get(address.id, _UNKNOWN)[1], route_to(address)) for address in addresses],
        "invoices_apart": any(address.is_invoice for address in addresses) and shell.setting("invoice_addresses"),
        "accounts": list(session.scalars(select(BankAccount).where(BankAccount.customer_id == customer.id))),
        "links": [link for link in links if shows_all or link.contact.archived_at is None],
        "deactivated": sum(link.contact.archived_at is not None for link in links),
        "shows_all": shows_all,
    }


def projects(session: Session, looker: Looker, customer: Customer) -> Mapping[str, Any]:
    """The projects with what was registered on them."""
    return {"projects": totals.per_project(session, customer.id)}


@dataclass(frozen=True)
class AskedRole:
    """What a line of the Roles tab asks for: the role in place of the one it showed; empty is none."""

    holder: Holder
    shown: str
    role: str


def asked_roles() -> dict[str, AskedRole]:
    """The lines of the Roles tab that were changed before it was sent, by field (user-7, team-3); none on a GET."""
    lines = dict(request.form.items())
    added = lines.pop("who", "")
    lines[added] = lines.pop("role", "")
    found = {}
    for name, role in lines.items():
        holder, shown = holder_of(name), lines.get(f"was-{name}", "")
        if holder is not None and role != shown:
            found[name] = AskedRole(holder, shown, role)
    return found


def holder_of(text: str) -> Holder | None:
    """The user or team that a field of the Roles tab is about."""
    kind, _, key = text.partition("-")
    number = whole(key)
    if kind not in {"user", "team"} or number is None:
        return None
    return Holder(user_id=number) if kind == "user" else Holder(team_id=number)


def roles(session: Session, looker: Looker, customer: Customer) -> Mapping[str, Any]:
    """Teams and employees with their role here, the rights that follow, and where each of one person's comes from."""
    size = (
        select(func.count(TeamMember.id)).where(TeamMember.team_id == CustomerAccess.team_id).correlate(CustomerAccess)
    ).scalar_subquery()
    rows = list(
        session.execute(
            select(CustomerAccess, size)
            .where(CustomerAccess.customer_id == customer.id)
            .options(joinedload(CustomerAccess.role), joinedload(CustomerAccess.team), joinedload(CustomerAccess.user))
            .order_by(CustomerAccess.id)
        )
    )
    given, sizes = [one for one, _ in rows], {one.team_id: count for one, count in rows}
    manages = access.may(session, looker, Right.MANAGE_CUSTOMER_ROLES, customer.id) and customer.archived_at is None
    asked = whole(request.args.get("who"))
    who = session.get(User, asked) if asked else None
    shown = who or session.get(User, looker.id or 0)
    all_roles = list(session.execute(select(Role.id, Role.name, Role.rights).order_by(Role.id)))
    changed = asked_roles() if manages else {}
    everyone = employees(session, given, {key: rights for key, _, rights in all_roles})
    return {
        "teams": {one.team_id: one for one in given if one.team_id is not None},
        "sizes": sizes,
        "rights": [right for right in Right if right in ON_A_CUSTOMER],
        "who": shown,
        "explained": access.explain(session, shown, customer.id) if shown is not None else {},
        "everyone": everyone,
        "here": [one for one in everyone if one.is_here or f"user-{one.id}" in changed],
        "everywhere": [one for one in everyone if not one.is_here and one.marks],
        "nobody": sum(not one.marks and not one.is_here for one in everyone),
        "asked": changed,
        "all_teams": list(session.execute(select(Team.id, Team.name).order_by(Team.name))),
        "all_roles": all_roles,
        "may_manage": manages,
    }


@dataclass(frozen=True)
class Employee:
    """A line of the Roles tab. `role_id` is the role given here, `teams` those with a role here that the person is in.

    `marks` says of each right where it comes from first: here, team (a role the team has here) or everywhere.
    """

    id: int
    name: str
    role_id: int | None
    teams: tuple[str, ...]
    marks: Mapping[str, str]

    @property
    def is_here(self) -> bool:
        """Whether a role on this customer has to do with it."""
        return self.role_id is not None or bool(self.teams)


def employees(
    session: Session, given: Sequence[CustomerAccess], rights: Mapping[int, frozenset[str]]
) -> list[Employee]:
    """Everybody who can sign in, by name, with what they may on the customer that `given` is about."""
    own = {one.user_id: one.role_id for one in given if one.user_id is not None}
    of_teams = {one.team_id: one for one in given if one.team_id is not None}
    memberships = session.execute(
        select(User.id, User.name, User.role_id, TeamMember.team_id, Team.role_id)
        .outerjoin(TeamMember, TeamMember.user_id == User.id)
        .outerjoin(Team, Team.id == TeamMember.team_id)
        .where(User.disabled_at.is_(None))
        .order_by(User.name, User.id)
    ).all()
    found = []
    for (key, name), rows in groupby(memberships, key=lambda row: (row[0], row[1])):
        lines = list(rows)
        teams = [of_teams[line[3]] for line in lines if line[3] in of_teams]
        sources: dict[str, set[int | None]] = {
            "everywhere": {role for line in lines for role in (line[2], line[4])},
            "team": {one.role_id for one in teams},
            "here": {own.get(key)},
        }
        marks = {
            right: source
            for source, held in sources.items()
            for role in held
            for right in rights.get(role or 0, frozenset())
        }
        found.append(Employee(key, name, own.get(key), tuple(one.team.name for one in teams if one.team), marks))
    return found


def _count(noun: Any) -> Callable[[Customer], ScalarSelect[int]]:
    def counted(customer: Customer) -> ScalarSelect[int]:
        return select(func.count(noun.id)).where(noun.customer_id == customer.id).scalar_subquery()

    return counted


CUSTOMER_TABS = (
    Tab("overview", lazy_gettext("Overview"), "customer/overview.html", overview),
    Tab(
        "contact",
        lazy_gettext("Contact information"),
        "customer/contact.html",
        contact_information,
        _count(CustomerContact),
    ),
    Tab("projects", lazy_gettext("Projects"), "customer/projects.html", projects, _count(Project)),
    Tab("roles", lazy_gettext("Roles"), "customer/roles.html", roles, _count(CustomerAccess)),
    Tab(
        "history",
        lazy_gettext("History"),
        "entity/history.html",
        lambda session, looker, customer: history.events(session, customer_id=customer.id),
    ),
)
