"""What the database holds of the rows of a file: who they meet, and what those have now. Reads in sets, never per row.

Reads plain tables, because "is this number taken?" is asked of what is hidden from the importer, too; the plan then
says no more about those than that they are there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, Table, select
from sqlalchemy.orm import Session

from importers.columns import COLUMNS, Place, freeze
from importers.reading import Reading, first_of
from models import settings
from models.access import Looker, may, split
from models.among import is_among, one_of
from models.base import Base, folded
from models.contact import Contact
from models.imports import ImportKind
from models.settings import ValueList
from models.user import Right

BLOCK = 5_000


def table(name: str) -> Table:
    """A plain table: nothing is hidden from who reads it."""
    return Base.metadata.tables[name]


CUSTOMER, ADDRESS, ACCOUNT = table("customer"), table("address"), table("bank_account")
CONTACT, LINK = table("contact"), table("customer_contact")
REGISTRATION = table("registration")
LABEL, GROUP, LIST, USER = table("label"), table("label_group"), table("list_value"), table("user")
LABELLED = {"customer": table("customer_label"), "contact": table("contact_label")}


def blocks(items: Sequence[Any], size: int = BLOCK) -> Iterator[Sequence[Any]]:
    """A sequence in pieces that fit a statement."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


@dataclass(slots=True)
class Held:
    """What the database has of one customer or contact, as a plan keeps values; ids of rows that belong to it."""

    id: int
    values: dict[str, Any]
    head_office: dict[str, Any] | None = None
    invoice_address: dict[str, Any] | None = None
    accounts: list[dict[str, Any]] = field(default_factory=list)
    links: list[dict[str, Any]] = field(default_factory=list)
    labels: set[int] = field(default_factory=set)

    @property
    def name(self) -> str:
        return str(self.values["name"])

    @property
    def is_archived(self) -> bool:
        return bool(self.values["archived_at"])


def reading_for(session: Session, looker: Looker, **choices: Any) -> Reading:
    """The choices about a file together with everything that values are looked up in."""
    people = _people(session)
    users: dict[str, set[int]] = {}
    # What says more goes before what says less: an address before a name, a name before the part of an address.
    for at in range(3):
        found: dict[str, set[int]] = {}
        for one in people:
            if not one.is_disabled:
                words = one.email, one.name, one.email.partition("@")[0]
                found.setdefault(folded(words[at]), set()).add(one.id)
        users = found | users
    labels = {row.id: row.name for row in session.execute(select(LABEL.c.id, LABEL.c.name))}
    exclusive = {
        key: (group, name)
        for key, group, name in session.execute(
            select(LABEL.c.id, GROUP.c.id, GROUP.c.name)
            .join(GROUP, GROUP.c.id == LABEL.c.group_id)
            .where(GROUP.c.one_per_record.is_(True))
        )
    }
    lists: dict[ValueList, dict[str, int]] = {}
    spelled = {}
    for key, which, name in session.execute(select(LIST.c.id, LIST.c.list, LIST.c.name)):
        lists.setdefault(which, {})[folded(name)] = key
        spelled[key] = name
    return Reading(
        **{"country": settings.get(session, "default_country"), **choices},
        users=users,
        user_names=_told_apart(people),
        labels={folded(name): key for key, name in labels.items()},
        label_names=labels,
        exclusive=exclusive,
        values=lists,
        value_names=spelled,
        may_add_words=may(session, looker, Right.MANAGE_LISTS),
    )


class _Person(NamedTuple):
    id: int
    name: str
    email: str
    is_disabled: bool


def _people(session: Session, *where: ColumnElement[bool]) -> list[_Person]:
    query = select(USER.c.id, USER.c.name, USER.c.email, USER.c.disabled_at.is_not(None)).where(*where)
    return [_Person(*row) for row in session.execute(query)]


def _told_apart(people: Sequence[_Person]) -> dict[int, str]:
    """What users are called: their names, and their addresses too where others are called so."""
    often = Counter(one.name for one in people)
    return {one.id: f"{one.name}, {one.email}" if often[one.name] > 1 else one.name for one in people}


def names_of(session: Session, users: Collection[int]) -> dict[int, str]:
    """What these users are called."""
    names = select(USER.c.name).where(one_of(USER.c.id, users))
    return _told_apart(_people(session, USER.c.name.in_(names))) if users else {}


def by_number(session: Session, keys: Collection[str]) -> dict[str, int]:
    """Folded customer number -> id, for those that exist."""
    query = select(CUSTOMER.c.number_key, CUSTOMER.c.id).where(is_among(CUSTOMER.c.number_key, keys))
    return {number: key for number, key in session.execute(query)} if keys else {}  # noqa: C416 - rows, not pairs


class Namesake(NamedTuple):
    """A customer that a name may mean."""

    id: int
    name: str
    number: str
    number_key: str
    is_archived: bool


def customers_named(session: Session, names: AbstractSet[str], cuts: Collection[int] = ()) -> dict[str, list[Namesake]]:
    """Folded name -> every customer called so, whatever its capitals and spaces.

    Databases fold letters differently, so the names are compared here, in one pass that keeps only what is found. With
    `cuts` a longer name is found by its first letters, too: as many as the source has room for.
    """
    found: dict[str, list[Namesake]] = {}
    if not names:
        return found
    columns = (CUSTOMER.c.id, CUSTOMER.c.name, CUSTOMER.c.number, CUSTOMER.c.number_key, CUSTOMER.c.archived_at)
    for rows in session.execute(select(*columns), execution_options={"yield_per": BLOCK}).partitions():
        for key, name, number, number_key, archived_at in rows:
            for called in {folded(name), *(folded(name[:cut]) for cut in cuts if len(name) > cut)} & names:
                namesake = Namesake(key, name, number, number_key, archived_at is not None)
                found.setdefault(called, []).append(namesake)
    return found


def head_office_codes(session: Session, ids: Collection[int]) -> dict[int, str]:
    """Customer -> the postal code of its head office, for those that have one."""
    query = select(ADDRESS.c.customer_id, ADDRESS.c.postal_code).where(
        ADDRESS.c.is_head_office.is_(True), ADDRESS.c.postal_code.is_not(None), one_of(ADDRESS.c.customer_id, ids)
    )
    return {customer: code for customer, code in session.execute(query)}  # noqa: C416 - rows, not pairs


def contacts_like(
    session: Session, emails: Collection[str], names: Collection[str]
) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
    """Folded e-mail address -> ids, and folded name -> ids, of the contacts that a file may mean."""
    by_email: dict[str, list[int]] = {}
    by_name: dict[str, list[int]] = {}
    if emails or names:
        query = select(CONTACT.c.id, CONTACT.c.name, CONTACT.c.email)
        for rows in session.execute(query, execution_options={"yield_per": BLOCK}).partitions():
            for key, name, email in rows:
                address = folded(first_of(email)) if email else ""
                if address in emails:
                    by_email.setdefault(address, []).append(key)
                if folded(name) in names:
                    by_name.setdefault(folded(name), []).append(key)
    return by_email, by_name


def contacts_of(session: Session, emails: Collection[str]) -> dict[str, str]:
    """Folded e-mail address -> what the first contact with it is called, of those that the importer may see."""
    by_email = contacts_like(session, emails, ())[0]
    ids = [key for keys in by_email.values() for key in keys]
    seen_ones = session.execute(select(Contact.id, Contact.name).where(one_of(Contact.id, ids)))
    names = {key: name for key, name in seen_ones}  # noqa: C416 - rows, not pairs
    seen = {email: [names[key] for key in keys if key in names] for email, keys in by_email.items()}
    return {email: found[0] for email, found in seen.items() if found}


_ALWAYS = ("id", "number", "kind", "company_name", "first_name", "last_name", "name", "archived_at")


def held_customers(
    session: Session, ids: Iterable[int], places: Collection[str], fields: Collection[str]
) -> dict[int, Held]:
    """What these customers have now in `fields`. `places` names what is wanted besides the customer itself."""
    wanted = list(ids)
    known = COLUMNS[ImportKind.CUSTOMERS]
    own = {known[key].attribute for key in fields if known[key].place is Place.SELF and known[key].attribute}
    query = select(*(CUSTOMER.c[name] for name in dict.fromkeys((*_ALWAYS, *sorted(own)))))
    held = {row["id"]: Held(row["id"], row) for row in _listed(session, query.where(one_of(CUSTOMER.c.id, wanted)))}
    if "head_office" in places or "invoice_address" in places:
        for row in _rows(session, ADDRESS, "customer_id", wanted):
            owner = held[row["customer_id"]]
            if row["is_head_office"]:
                owner.head_office = row
            if row["is_invoice"]:
                owner.invoice_address = row
    if "bank" in places:
        for row in _rows(session, ACCOUNT, "customer_id", wanted):
            held[row["customer_id"]].accounts.append(row)
    if "labels" in places:
        _labels(session, held, "customer")
    if "main_contact" in places:
        columns = [CONTACT.c[name].label(f"contact_{name}") for name in _OF_CONTACT]
        query = select(LINK, *columns).join(CONTACT, CONTACT.c.id == LINK.c.contact_id)
        for found in session.execute(query.where(one_of(LINK.c.customer_id, wanted)).order_by(LINK.c.id)).mappings():
            held[found["customer_id"]].links.append(_frozen(found))
    return held


_OF_CONTACT = ("salutation", "first_name", "last_name", "name", "email", "phone", "mobile")


def held_contacts(session: Session, ids: Iterable[int]) -> dict[int, Held]:
    """What these contacts have now, with the customers they belong to."""
    wanted = list(ids)
    held = {row["id"]: Held(row["id"], row) for row in _rows(session, CONTACT, "id", wanted)}
    _labels(session, held, "contact")
    customer = [CUSTOMER.c[name].label(f"customer_{name}") for name in ("name", "number", "archived_at")]
    query = select(LINK, *customer).join(CUSTOMER, CUSTOMER.c.id == LINK.c.customer_id)
    for row in session.execute(query.where(one_of(LINK.c.contact_id, wanted)).order_by(LINK.c.id)).mappings():
        held[row["contact_id"]].links.append(_frozen(row))
    return held


def main_contacts(session: Session, ids: Iterable[int]) -> dict[int, list[str]]:
    """Customer -> the name of its main contact, as a list of one, for those that have one."""
    query = select(LINK.c.customer_id, CONTACT.c.name).join(CONTACT, CONTACT.c.id == LINK.c.contact_id)
    query = query.where(LINK.c.is_main.is_(True), one_of(LINK.c.customer_id, ids)).order_by(LINK.c.id)
    return {customer: [name] for customer, name in session.execute(query)}


def archived_among(session: Session, ids: Iterable[int]) -> set[int]:
    """Those of these customers that are archived."""
    archived = select(CUSTOMER.c.id).where(CUSTOMER.c.archived_at.is_not(None), one_of(CUSTOMER.c.id, ids))
    return set(session.scalars(archived))


def _labels(session: Session, held: dict[int, Held], noun: str) -> None:
    link = LABELLED[noun]
    owner = link.c[f"{noun}_id"]
    for key, label in session.execute(select(owner, link.c.label_id).where(one_of(owner, held))):
        held[key].labels.add(label)


def _rows(session: Session, of: Table, column: str, ids: Sequence[int]) -> Iterator[dict[str, Any]]:
    yield from _listed(session, select(of).where(one_of(of.c[column], ids)).order_by(of.c.id))


def _listed(session: Session, query: Select[Any]) -> Iterator[dict[str, Any]]:
    """The rows of a query as a plan keeps values."""
    found = session.execute(query)
    names = tuple(found.keys())
    for row in found.all():
        yield dict(zip(names, map(freeze, row), strict=True))


def _frozen(row: Any) -> dict[str, Any]:
    return {name: freeze(value) for name, value in row.items()}


class Rights:
    """What the importer may with the customers that rows meet, asked once per block."""

    def __init__(self, session: Session, looker: Looker) -> None:
        self._session, self._looker = session, looker
        self.may_add = may(session, looker, Right.EDIT)
        self.may_archive = may(session, looker, Right.ARCHIVE)
        self.may_see_all = may(session, looker, Right.VIEW)

    def among(self, ids: Iterable[int]) -> tuple[set[int], set[int]]:
        """Those that may be seen, and those that may be edited."""
        asked = tuple(dict.fromkeys(ids))
        seen, _ = split(self._session, self._looker, Right.VIEW, asked)
        edited, _ = split(self._session, self._looker, Right.EDIT, asked)
        return set(seen), set(edited)
