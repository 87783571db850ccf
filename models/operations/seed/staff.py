"""The invented firm itself: who works there, in which teams, and the lists and labels it keeps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.operations.seed import words
from models.operations.seed.days import HORIZON, Calendar
from models.operations.seed.rows import Rows
from models.settings import ListValue, ValueList
from models.user import ADMINISTRATOR, BUILT_IN_ROLES, Right, Role

HOST = "kaartenbak.example"
FINANCE = "Finance"
FINANCE_RIGHTS = frozenset({Right.VIEW, Right.SEE_ALL_TOTALS, Right.SEE_REVENUE, Right.EXPORT})


@dataclass(frozen=True, slots=True)
class Employee:
    """Somebody who signs in; `role` is held everywhere, `lands` are the countries whose customers this person has."""

    name: str
    role: str | None
    team: str | None
    lands: tuple[str, ...]
    language: str

    @property
    def first_name(self) -> str:
        return self.name.split()[0]

    @property
    def email(self) -> str:
        return f"{self.first_name.lower()}@{HOST}"


BACK_OFFICE, NORDICS, MONEY = "Back office NL", "Consultants Nordics", "Finance"
# Teams and the role their members have everywhere; who is only in the second one sees just what is given customer by
# customer.
TEAMS: dict[str, str | None] = {BACK_OFFICE: "Editor", NORDICS: None, MONEY: FINANCE}
EMPLOYEES = (
    Employee("Marieke de Boer", ADMINISTRATOR, BACK_OFFICE, ("NL",), "nl"),
    Employee("Johan Lindqvist", "Manager", NORDICS, ("SE", "NO"), "en"),
    Employee("Elin Sjöberg", None, NORDICS, ("SE",), "en"),
    Employee("Sanne Verhoeven", None, BACK_OFFICE, ("NL",), "nl"),
    Employee("Pieter Jansen", None, BACK_OFFICE, ("NL", "GB"), "nl"),
    Employee("Emma Clarke", "Registrar", None, ("GB",), "en"),
    Employee("Aino Mäkelä", None, NORDICS, ("FI",), "en"),
    Employee("Sigrid Haugen", None, MONEY, ("NO",), "en"),
)


@dataclass(frozen=True, slots=True)
class LabelChoice:
    """A label that can be drawn, and how often in a thousand records."""

    id: int
    weight: int


@dataclass(frozen=True, slots=True)
class LabelGroupChoice:
    """A group of them; of a group with `one` a record has at most one."""

    one: bool
    labels: tuple[LabelChoice, ...]


@dataclass(frozen=True)
class Staff:
    """The keys of everything the customers' rows refer to, by name."""

    users: dict[str, int]
    teams: dict[str, int]
    roles: dict[str, int]
    values: dict[tuple[ValueList, str], int]
    labels: dict[str, int]
    customer_groups: tuple[LabelGroupChoice, ...]
    contact_groups: tuple[LabelGroupChoice, ...]


def engage(
    session: Session, tables: dict[str, Rows], calendar: Calendar, password_hash: Callable[[], str] | None
) -> Staff:
    """Make the rows of the firm itself. Roles and list values that are there already are used as they are."""
    began = calendar.at(HORIZON - 1, 0.0)
    roles = _roles(session, tables["role"])
    teams = {
        name: tables["team"].add(name, roles[role] if role else None, began, began) for name, role in TEAMS.items()
    }
    users = {}
    for person in EMPLOYEES:
        users[person.first_name] = tables["user"].add(
            person.email,
            person.email,
            person.name,
            password_hash() if password_hash else None,
            roles[person.role] if person.role else None,
            None,
            person.language,
            None,
            1,
            began,
            began,
        )
        if person.team:
            tables["team_member"].add(teams[person.team], users[person.first_name])
    labels: dict[str, int] = {}
    return Staff(
        users,
        teams,
        roles,
        _values(session, tables["list_value"]),
        labels,
        _labels(tables, words.CUSTOMER_LABELS, labels, began),
        _labels(tables, words.CONTACT_LABELS, labels, began),
    )


def _roles(session: Session, rows: Rows) -> dict[str, int]:
    found = {row.name: row.id for row in session.execute(select(Role.name, Role.id))}
    wanted = BUILT_IN_ROLES | {FINANCE: FINANCE_RIGHTS}
    for name, rights in wanted.items():
        if name not in found:
            description = None if name in BUILT_IN_ROLES else "Reads everything that has to do with money"
            found[name] = rows.add(name, description, " ".join(sorted(rights)), int(name in BUILT_IN_ROLES))
    return found


def _values(session: Session, rows: Rows) -> dict[tuple[ValueList, str], int]:
    known = session.execute(select(ListValue.list, ListValue.name, ListValue.id))
    found = {(kind, name): key for kind, name, key in known}
    wanted = {
        ValueList.STATUS: words.STATUSES,
        ValueList.INDUSTRY: words.INDUSTRIES,
        ValueList.FUNCTION: words.FUNCTIONS,
        ValueList.INVOICE_LAYOUT: words.LAYOUTS,
        ValueList.ACTIVITY_KIND: words.ACTIVITY_KINDS,
        ValueList.RELATION_KIND: tuple(name for name, _ in words.RELATION_KINDS),
    }
    from_other_side = dict(words.RELATION_KINDS)
    for kind, names in wanted.items():
        for position, name in enumerate(names):
            if (kind, name) not in found:
                found[kind, name] = rows.add(
                    kind.value,
                    name,
                    position,
                    0,
                    from_other_side.get(name) if kind is ValueList.RELATION_KIND else None,
                )
    return found


def _labels(
    tables: dict[str, Rows],
    groups: tuple[tuple[str, bool, tuple[words.LabelRow, ...]], ...],
    keys: dict[str, int],
    began: str,
) -> tuple[LabelGroupChoice, ...]:
    result = []
    for name, one, labels in groups:
        group = tables["label_group"].add(name, int(one), tables["label_group"].next_id)
        choices = []
        for label, colour, meaning, weight in labels:
            keys[label] = tables["label"].add(label, group, colour, meaning, began, began)
            choices.append(LabelChoice(keys[label], weight))
        result.append(LabelGroupChoice(one, tuple(choices)))
    return tuple(result)
