"""Every column that can come in or go out, once: what it is called, how it is read, where it lives.

A `Column` is a term of the trade in a place: the street of the head office and that of the invoice address are two
columns with one term.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from importers import reading
from importers.files import Cell
from importers.reading import Parse, Reading
from importers.terms import TERMS, TITLE_LANGUAGES, Term
from importers.trouble import Trouble
from models.access import Looker, hidden_columns
from models.base import Limits, limits_of
from models.contact import Contact, CustomerContact
from models.customer import Address, BankAccount, Customer
from models.imports import ImportKind
from models.settings import ValueList


class Place(enum.StrEnum):
    """Whose value it is, next to the customer or contact itself."""

    SELF = ""
    HEAD_OFFICE = "head_office"
    INVOICE = "invoice_address"
    CONTACT = "main_contact"
    BANK = "bank"
    LABELS = "labels"
    LINK = "customer"


PLACE_TITLES = {
    Place.HEAD_OFFICE: ("Head office", "Hoofdkantoor", "Huvudkontor", "Hauptsitz", "Pääkonttori", "Hovedkontor"),
    Place.INVOICE: ("Invoice address", "Factuuradres", "Fakturaadress", "Rechnungsadresse", "Laskutusosoite",
                    "Fakturaadresse"),
    Place.CONTACT: ("Main contact", "Contactpersoon", "Kontaktperson", "Ansprechpartner", "Yhteyshenkilö",
                    "Kontaktperson"),
    Place.LINK: ("Customer", "Klant", "Kund", "Kunde", "Asiakas", "Kunde"),
}  # fmt: skip


@dataclass(frozen=True)
class Column:
    """One column. `attribute` is the column of the table it lives in, '' where the plan puts it together.

    `repeatable`: several columns of a file may go into it.
    `looks`: whether a cell can be such a value at all, where its parser takes any text: a column of which most cells cannot is
    not taken for this one.
    `shortens`: what is too long for it is shortened, and stands in the notes as a whole. `as_it_is`: how long a text may be
    that is looked at whether it needs reading at all, 0 where it always does.
    """

    key: str
    term: Term
    place: Place
    parse: Parse
    attribute: str = ""
    limits: Limits | None = None
    doubt: Callable[[str, Reading], Trouble | None] | None = None
    looks: Callable[[Cell], bool] | None = None
    several: bool = False
    shortens: bool = False
    repeatable: bool = False
    only_in: bool = False
    example: str = ""
    as_it_is: int = 0

    def title(self, language: str = "en") -> str:
        """What the column is called: 'Head office: city'."""
        at = _at(language)
        place = PLACE_TITLES.get(self.place)
        return f"{place[at]}: {self.term.titles[at].lower()}" if place and not self._alone else self.term.titles[at]

    @property
    def _alone(self) -> bool:
        return self.place is Place.LINK and self.term.key not in {"number", "name"}


def _at(language: str) -> int:
    short = {"no": "nb", "nn": "nb", "da": "nb"}.get(language[:2].lower(), language[:2].lower())
    return TITLE_LANGUAGES.index(short) if short in TITLE_LANGUAGES else 0


def titled(term: str, language: str) -> str:
    """What a term of the trade is called, where nothing needs saying of whose it is."""
    return TERMS[term].titles[_at(language)]


def _column(term: str, parse: Parse, place: Place = Place.SELF, attribute: str | None = None, **more: Any) -> Column:
    key = f"{place.value}.{term}" if place not in {Place.SELF, Place.BANK, Place.LABELS} else term
    return Column(key, TERMS[term], place, parse, term if attribute is None else attribute, **more)


# Of what fits a text without limits: longer than a cell can be.
ANY_LENGTH = 1_000_000


def _limited(
    term: str,
    parser: Callable[[Limits], Parse],
    of: Any,
    place: Place = Place.SELF,
    attribute: str | None = None,
    **more: Any,
) -> Column:
    """A column whose values must fit a column of the database: `of` says which."""
    limits = limits_of(of)
    is_text = parser in {reading.text, reading.line, reading.lines, reading.email, reading.phone}
    as_it_is = (limits.longest or ANY_LENGTH) if is_text else 0
    if is_text and parser is not reading.lines:
        more.setdefault("looks", reading.may_be_called)
    return _column(term, parser(limits), place, attribute, limits=limits, as_it_is=as_it_is, **more)


def _address(noun: type[Address | Contact], place: Place, examples: Mapping[str, str]) -> tuple[Column, ...]:
    """The columns of an address; house number and addition are joined to the street, a postal place is taken apart."""
    columns = (
        _limited("street", reading.text, noun.street, place, looks=reading.may_be_street),
        _limited("house_number", reading.text, noun.street, place, "", only_in=True),
        _limited("house_addition", reading.text, noun.street, place, "", only_in=True),
        _limited("street_2", reading.text, Address.street_2, place),
        _limited("postal_code", reading.text, noun.postal_code, place, doubt=reading.postal_code_doubt),
        _limited("city", reading.text, noun.city, place),
        _limited("postal_place", reading.text, noun.city, place, "", only_in=True),
        _limited("region", reading.text, Address.region, place),
        _column("country", reading.country, place),
        _limited("attention", reading.text, Address.attention, place),
    )
    return tuple(
        replace(column, example=examples.get(column.term.key, ""))
        for column in columns
        if not (place is Place.SELF and column.term.key in {"street_2", "region", "attention"})
    )


_HEAD_OFFICE = {"street": "Frihamnsgatan 12", "postal_code": "115 56", "city": "Stockholm", "country": "SE"}

CUSTOMER_COLUMNS: tuple[Column, ...] = (
    _limited("number", reading.text, Customer.number, example="K-10031"),
    _limited("name", reading.text, Customer.company_name, attribute="", shortens=True),
    _limited("company_name", reading.text, Customer.company_name, shortens=True, example="Nordhamn Logistik AB"),
    _limited("name_2", reading.text, Customer.company_name, attribute="", only_in=True),
    _limited("first_name", reading.text, Customer.first_name),
    _limited("infix", reading.text, Customer.last_name, attribute="", only_in=True),
    _limited("last_name", reading.text, Customer.last_name),
    _column("kind", reading.kind, example="business"),
    _column("is_person", reading.yes_or_no, attribute="", only_in=True),
    _column("is_company", reading.yes_or_no, attribute="", only_in=True),
    _limited("nickname", reading.text, Customer.nickname),
    _limited(
        "email", reading.email, Customer.email, doubt=reading.email_doubt, several=True, example="info@nordhamn.example"
    ),
    _limited(
        "phone", reading.phone, Customer.phone, doubt=reading.phone_doubt, several=True, example="+46 8 555 010 20"
    ),
    _limited("mobile", reading.phone, Customer.mobile, doubt=reading.phone_doubt, several=True),
    _limited("fax", reading.phone, Customer.fax, doubt=reading.phone_doubt, several=True),
    _limited(
        "website",
        reading.text,
        Customer.website,
        doubt=reading.web_doubt,
        looks=reading.may_be_website,
        example="https://nordhamn.example",
    ),
    *_address(Address, Place.HEAD_OFFICE, _HEAD_OFFICE),
    *_address(Address, Place.INVOICE, {}),
    _limited("contact", reading.text, Contact.name, Place.CONTACT, "", example="Ingrid Bergström"),
    _limited("salutation", reading.text, Contact.salutation, Place.CONTACT),
    _limited("first_name", reading.text, Contact.first_name, Place.CONTACT, "", only_in=True),
    _limited("last_name", reading.text, Contact.last_name, Place.CONTACT, "", only_in=True),
    _limited("function", reading.text, CustomerContact.function, Place.CONTACT, example="Purchasing"),
    _limited(
        "email",
        reading.email,
        Contact.email,
        Place.CONTACT,
        doubt=reading.email_doubt,
        several=True,
        example="ingrid@nordhamn.example",
    ),
    _limited("phone", reading.phone, Contact.phone, Place.CONTACT, doubt=reading.phone_doubt, several=True),
    _limited("mobile", reading.phone, Contact.mobile, Place.CONTACT, doubt=reading.phone_doubt, several=True),
    _column("labels", reading.labels, Place.LABELS, "", repeatable=True, example="Transport; Monthly invoice"),
    _column("status", reading.word_of(ValueList.STATUS), attribute="status_id"),
    _column("industry", reading.word_of(ValueList.INDUSTRY), attribute="industry_id"),
    _column("owner", reading.user, attribute="owner_id"),
    _limited("description", reading.lines, Customer.description, repeatable=True),
    _column("language", reading.language, example="sv"),
    _limited(
        "vat_number",
        reading.text,
        Customer.vat_number,
        doubt=reading.vat_doubt,
        looks=reading.may_be_vat,
        example="SE556012579001",
    ),
    _limited("company_number", reading.text, Customer.company_number, example="556012-5790"),
    _limited("iban", reading.iban, BankAccount.iban, Place.BANK, doubt=reading.iban_doubt, looks=reading.may_be_iban),
    _limited("bic", reading.text, BankAccount.bic, Place.BANK),
    _limited("holder", reading.text, BankAccount.holder, Place.BANK),
    _limited("reference", reading.line, Customer.reference),
    _limited("bookkeeping_code", reading.text, Customer.bookkeeping_code),
    _column("customer_since", reading.day, doubt=reading.day_doubt, example="2019-03-01"),
    _limited("hourly_rate", reading.amount, Customer.hourly_rate, doubt=reading.amount_doubt),
    _limited("vat_percentage", reading.amount, Customer.vat_percentage, doubt=reading.percentage_doubt),
    _limited("payment_term_days", reading.days, Customer.payment_term_days, example="30"),
    _column("currency", reading.currency, example="SEK"),
    _column("invoice_layout", reading.word_of(ValueList.INVOICE_LAYOUT), attribute="invoice_layout_id"),
    _limited("invoice_email", reading.email, Customer.invoice_email, doubt=reading.email_doubt, several=True),
    _limited("e_invoice_id", reading.text, Customer.e_invoice_id),
    _column("expenses_billable", reading.yes_or_no),
    _column("mileage_billable", reading.yes_or_no),
    _limited("distance_km", reading.kilometres, Customer.distance_km),
    _limited("max_distance_km", reading.kilometres, Customer.max_distance_km),
    _column("archived", reading.archived, attribute=""),
)

CONTACT_COLUMNS: tuple[Column, ...] = (
    _limited("name", reading.text, Contact.name, attribute=""),
    _limited("salutation", reading.text, Contact.salutation),
    _limited("first_name", reading.text, Contact.first_name, example="Ingrid"),
    _limited("infix", reading.text, Contact.last_name, attribute="", only_in=True),
    _limited("last_name", reading.text, Contact.last_name, example="Bergström"),
    _column("kind", reading.kind),
    _limited("own_company", reading.text, Contact.company_name, attribute=""),
    _limited(
        "email",
        reading.email,
        Contact.email,
        doubt=reading.email_doubt,
        several=True,
        example="ingrid@nordhamn.example",
    ),
    _limited(
        "phone", reading.phone, Contact.phone, doubt=reading.phone_doubt, several=True, example="+46 8 555 010 21"
    ),
    _limited("mobile", reading.phone, Contact.mobile, doubt=reading.phone_doubt, several=True),
    _limited("website", reading.text, Contact.website, doubt=reading.web_doubt, looks=reading.may_be_website),
    _limited("number", reading.text, Customer.number, Place.LINK, "", example="K-10031"),
    _limited("name", reading.text, Customer.company_name, Place.LINK, "", example="Nordhamn Logistik AB"),
    _limited("function", reading.text, CustomerContact.function, Place.LINK, example="Purchasing"),
    _column("is_main", reading.yes_or_no, Place.LINK, example="yes"),
    _column("is_invoice_contact", reading.yes_or_no, Place.LINK),
    _limited("job_title", reading.text, Contact.job_title),
    *_address(Contact, Place.SELF, {}),
    _column("labels", reading.labels, Place.LABELS, "", repeatable=True),
    _column("language", reading.language),
    _column("birth_date", reading.birthday, doubt=reading.day_doubt),
    _limited("vat_number", reading.text, Contact.vat_number, doubt=reading.vat_doubt, looks=reading.may_be_vat),
    _column("owner", reading.user, attribute="owner_id"),
    _limited("description", reading.lines, Contact.description, repeatable=True),
    _column("archived", reading.archived, attribute=""),
)

COLUMNS: Mapping[ImportKind, Mapping[str, Column]] = {
    ImportKind.CUSTOMERS: {column.key: column for column in CUSTOMER_COLUMNS},
    ImportKind.CONTACTS: {column.key: column for column in CONTACT_COLUMNS},
}


def allowed(session: Session, looker: Looker, kind: ImportKind) -> Mapping[str, Column]:
    """The columns that this person may see and write, by their keys."""
    hidden = hidden_columns(session, looker, _TABLES[kind])
    return {key: column for key, column in COLUMNS[kind].items() if column.attribute not in hidden}


LISTS: Mapping[str, ValueList] = {
    "status_id": ValueList.STATUS,
    "industry_id": ValueList.INDUSTRY,
    "invoice_layout_id": ValueList.INVOICE_LAYOUT,
}
"""The columns of the database that hold a value of a list of the office."""

_TABLES = {ImportKind.CUSTOMERS: "customer", ImportKind.CONTACTS: "contact"}
_MONEY = frozenset({"hourly_rate", "vat_percentage"})
DAYS = frozenset({"customer_since", "birth_date"})


def thaw(attribute: str, kept: Any) -> Any:
    """A value as kept in a plan -> the value for the database column of that name."""
    if kept is None or kept == "":
        return None
    if attribute in _MONEY:
        return Decimal(kept)
    if attribute in DAYS:
        return dt.date.fromisoformat(kept)
    return kept


def freeze(value: Any) -> Any:
    """A value from the database -> as a plan keeps it; nothing is ''."""
    if value is None:
        return ""
    if type(value) in {str, int}:
        return value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, enum.Enum):
        return value.value
    return value
