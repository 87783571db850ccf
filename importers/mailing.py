"""A mailing list: the people of a list of contacts, each with what a letter or a mail needs, as .csv or .xlsx.

Who is on it is what the list of contacts holds. A person may be at several customers: a row is about the one that fits
the filters of the list best, or there is a row for each of those.
"""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from babel import Locale
from sqlalchemy import Integer, Select, and_, cast, select
from sqlalchemy.orm import Session

from importers.columns import titled
from importers.export import BLOCK, Format, written
from models import search
from models.among import one_of
from models.contact import Contact, CustomerContact
from models.customer import Address, Customer
from models.search import Archived, ListState

_SHEET = {"en": "Mailing list", "nl": "Mailinglijst", "sv": "Utskickslista", "de": "Verteiler", "fi": "Postituslista"}
_WIDE = frozenset({"name", "customer_name", "email", "street"})


class Per(enum.StrEnum):
    """What a row is about."""

    PERSON = "person"
    CUSTOMER = "customer"


class Recipient(NamedTuple):
    """A row. The address is the contact's own, or else that of the head office of the customer."""

    name: str
    salutation: str | None
    first_name: str | None
    last_name: str | None
    function: str | None
    customer_name: str | None
    number: str | None
    email: str | None
    street: str | None
    street_2: str | None
    postal_code: str | None
    city: str | None
    country: str | None
    language: str | None


_OWN = (Contact.street, Contact.postal_code, Contact.city, Contact.country)
_OFFICE = (Address.street, Address.street_2, Address.postal_code, Address.city, Address.country)


def stream(session: Session, state: ListState, per: Per, format: Format, language: str) -> Iterator[bytes]:
    """The people of this list of contacts as the bytes of a file, while they are read.

    Asks for no right: whoever lets people at the list does. It goes on reading from the session until the end.
    """
    titles = [titled(term, language) for term in Recipient._fields]
    widths = [34 if term in _WIDE else 16 for term in Recipient._fields]
    blocks = _blocks(session, state, per, language)
    return written(_SHEET.get(language[:2], _SHEET["en"]), titles, widths, blocks, format, language)


def _blocks(session: Session, state: ListState, per: Per, language: str) -> Iterator[list[list[Any]]]:
    ids = search.all_ids(session, search.CONTACTS, state, ordered=True)
    for found in session.execute(ids, execution_options={"yield_per": BLOCK}).partitions():
        yield [list(row) for row in recipients(session, state, [row[0] for row in found], per, language)]


def recipients(session: Session, state: ListState, ids: Sequence[int], per: Per, language: str) -> Iterator[Recipient]:
    """The rows of these contacts, in this order. `ids` are of the list that `state` describes."""
    countries = _countries(language)
    found = defaultdict[int, list[Any]](list)
    for row in session.execute(_rows(state).where(one_of(Contact.id, ids))):
        found[row.key].append(row)
    for key in ids:
        for row in _fitting(found[key], per):
            yield _recipient(row, countries)


def _rows(state: ListState) -> Select[*tuple[Any, ...]]:
    """Each contact with each of its customers; `fits` counts the filters that the link answers to."""
    # What is archived is left out unless it was asked for, here as in the list.
    listed = [Customer.archived_at.is_(None)] if state.archived is Archived.ACTIVE else []
    asked = [cast(condition, Integer) for condition in search.asked_of_links(state)]
    fits = sum(asked[1:], asked[0]) if asked else cast(CustomerContact.id.is_not(None), Integer)
    return (
        select(
            *(Contact.id.label("key"), Contact.name, Contact.salutation, Contact.first_name, Contact.last_name),
            *(Contact.email, Contact.language, CustomerContact.function, fits.label("fits")),
            *(column.label(f"own_{column.key}") for column in _OWN),
            *(Customer.name.label("customer_name"), Customer.number),
            *(column.label(f"office_{column.key}") for column in _OFFICE),
        )
        .outerjoin(CustomerContact, CustomerContact.contact_id == Contact.id)
        .outerjoin(Customer, and_(Customer.id == CustomerContact.customer_id, *listed))
        .outerjoin(Address, and_(Address.customer_id == Customer.id, Address.is_head_office))
        .order_by(Contact.id, CustomerContact.is_main.desc(), CustomerContact.id)
    )


def _fitting(rows: Sequence[Any], per: Per) -> Sequence[Any]:
    """Those of the rows of a person that answer to most of the filters; without a customer the person alone."""
    there = [row for row in rows if row.customer_name is not None]
    if not there:
        return rows[:1]
    most = max(row.fits or 0 for row in there)
    best = [row for row in there if (row.fits or 0) == most]
    return best[:1] if per is Per.PERSON else best


def _recipient(row: Any, countries: dict[str, str]) -> Recipient:
    own = bool(row.own_street or row.own_city or row.own_postal_code)
    country = row.own_country if own else row.office_country
    return Recipient(
        name=row.name,
        salutation=row.salutation,
        first_name=row.first_name,
        last_name=row.last_name,
        function=row.function if row.customer_name is not None else None,
        customer_name=row.customer_name,
        number=row.number,
        email=row.email,
        street=row.own_street if own else row.office_street,
        street_2=None if own else row.office_street_2,
        postal_code=row.own_postal_code if own else row.office_postal_code,
        city=row.own_city if own else row.office_city,
        country=countries.get(country or "", country),
        language=row.language,
    )


def _countries(language: str) -> dict[str, str]:
    """Country code -> name, as an envelope has it."""
    return {str(code): str(name) for code, name in Locale.parse(language).territories.items()}
