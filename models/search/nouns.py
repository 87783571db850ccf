"""The lists there are. The names below stand in people's bookmarks and saved views: add, never rename."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, literal, literal_column, not_, or_, select

from models.activity import Attachment
from models.base import DATE
from models.contact import Contact, CustomerContact
from models.customer import Address, BankAccount, Customer, Kind
from models.label import ContactLabel, CustomerLabel
from models.project import Project, Registration, RegistrationStatus
from models.sales import Agreement, Opportunity, OpportunityState, Portal, PortalGrant, running
from models.search.spec import (
    Filter,
    Linked,
    ListSpec,
    Narrowing,
    Sort,
    clock_filter,
    column_filter,
    empty,
    enum_filter,
    in_month,
    key_filter,
    linked_filter,
    read_country,
    read_month,
    read_text,
    valued_filter,
    word_filter,
)
from models.search.state import ListState

# Spelt out, not bound: only so do both databases see that the partial index on open registrations fits.
OPEN = Registration.status == literal_column(f"'{RegistrationStatus.OPEN.value}'")

_addresses = Linked(Address.customer_id, Customer.id)
# Spelt out as well: SQLAlchemy would write "= 1" for SQLite, and so miss the partial index on head offices.
_head_office = _addresses.where(literal_column("address.is_head_office"))
_labels = Linked(CustomerLabel.customer_id, Customer.id)
_contacts = Linked(CustomerContact.customer_id, Customer.id)

CUSTOMERS = ListSpec.of(
    Customer,
    Customer.archived_at,
    "name",
    Sort("name", Customer.name_key),
    Sort("number", Customer.number_key),
    Sort("changed", Customer.changed_at),
    Sort("created", Customer.id),
    enum_filter("kind", Customer.kind, Kind),
    key_filter("status", Customer.status_id),
    key_filter("industry", Customer.industry_id),
    key_filter("owner", Customer.owner_id, people=True),
    linked_filter("label", CustomerLabel.label_id, _labels),
    linked_filter("contact", CustomerContact.contact_id, _contacts),
    valued_filter("country", read_country, Address.country, _addresses),
    valued_filter("head_office", read_country, Address.country, _head_office),
    word_filter("with", {"open_registrations": Linked(Registration.customer_id, Customer.id, (OPEN,)).any()}),
    word_filter(
        "without",
        {
            "head_office": Narrowing(~_head_office.exists()),
            "label": Narrowing(~_labels.exists()),
            "contact": Narrowing(~_contacts.exists()),
            "owner": empty(Customer.owner_id),
            "status": empty(Customer.status_id),
            "email": empty(Customer.email),
        },
    ),
    names=(Customer.name_key, Customer.number_key),
)

_customers = Linked(CustomerContact.contact_id, Contact.id)
_MARKS = {"main_contact": CustomerContact.is_main, "invoice_contact": CustomerContact.is_invoice_contact}
_keywords = Linked(ContactLabel.contact_id, Contact.id)

CONTACTS = ListSpec.of(
    Contact,
    Contact.archived_at,
    "name",
    Sort("name", Contact.name_key),
    Sort("changed", Contact.changed_at),
    Sort("created", Contact.id),
    enum_filter("kind", Contact.kind, Kind),
    key_filter("owner", Contact.owner_id, people=True),
    column_filter("country", Contact.country, read_country),
    linked_filter("label", ContactLabel.label_id, _keywords),
    linked_filter("customer", CustomerContact.customer_id, _customers),
    valued_filter("function", read_text, CustomerContact.function, _customers, several=False),
    word_filter(
        "with",
        {name: Narrowing(_customers.where(mark).exists()) for name, mark in _MARKS.items()},
    ),
    word_filter(
        "without",
        {
            "customer": Narrowing(~_customers.exists()),
            "label": Narrowing(~_keywords.exists()),
            "owner": empty(Contact.owner_id),
            "email": empty(Contact.email),
        },
    ),
    names=(Contact.name_key,),
)

# What the filters of the list of contacts that are about a link ask of it.
_ASKED_OF_LINKS: dict[str, Callable[[Sequence[str]], ColumnElement[bool]]] = {
    "customer": lambda values: CustomerContact.customer_id.in_([int(value) for value in values]),
    "function": CustomerContact.function.in_,
    "with": lambda values: or_(*(_MARKS[value].is_(True) for value in values)),
}


def asked_of_links(state: ListState) -> list[ColumnElement[bool]]:
    """What a list of contacts asks of the links of its contacts, one condition for each filter that is about them."""
    return [_ASKED_OF_LINKS[chip.name](chip.values) for chip in state.chips if chip.name in _ASKED_OF_LINKS]


PROJECTS = ListSpec.of(
    Project,
    Project.archived_at,
    "name",
    Sort("name", Project.name),
    # A project without a number comes before all numbers, on both databases.
    Sort("number", func.coalesce(Project.number, "")),
    Sort("changed", Project.changed_at),
    Sort("created", Project.id),
    key_filter("customer", Project.customer_id),
    word_filter("with", {"open_registrations": Linked(Registration.project_id, Project.id, (OPEN,)).any()}),
    names=(Project.name, Project.number),
)

# A link is called as its contact, and an invitation as whom it is for.
_linked: Any = select(Contact.name).where(Contact.id == CustomerContact.contact_id).scalar_subquery()
_invited: Any = select(Contact.name).where(Contact.id == PortalGrant.contact_id).scalar_subquery()

LINKS = ListSpec.of(
    CustomerContact,
    None,
    "created",
    Sort("created", CustomerContact.id),
    key_filter("customer", CustomerContact.customer_id),
    key_filter("contact", CustomerContact.contact_id),
    names=(CustomerContact.function, _linked),
)

PORTALS = ListSpec.of(
    Portal,
    None,
    "name",
    Sort("name", Portal.name),
    Sort("created", Portal.id),
    key_filter("customer", Portal.customer_id),
    names=(Portal.name,),
)

INVITATIONS = ListSpec.of(
    PortalGrant,
    None,
    "created",
    Sort("until", PortalGrant.expires_on),
    Sort("created", PortalGrant.id),
    key_filter("customer", PortalGrant.customer_id),
    key_filter("contact", PortalGrant.contact_id),
    key_filter("portal", PortalGrant.portal_id),
    names=(_invited,),
)

AGREEMENTS = ListSpec.of(
    Agreement,
    None,
    "name",
    Sort("name", Agreement.name),
    Sort("created", Agreement.id),
    key_filter("customer", Agreement.customer_id),
    clock_filter(
        "state",
        lambda clock: {
            "active": Narrowing(running(clock.today())),
            "ended": Narrowing(not_(running(clock.today()))),
        },
    ),
    names=(Agreement.name,),
)

BANK_ACCOUNTS = ListSpec.of(
    BankAccount,
    None,
    "created",
    Sort("created", BankAccount.id),
    key_filter("customer", BankAccount.customer_id),
    names=(BankAccount.iban, BankAccount.holder),
)

FILES = ListSpec.of(
    Attachment,
    None,
    "created",
    Sort("name", func.lower(Attachment.name)),
    Sort("created", Attachment.id),
    key_filter("customer", Attachment.customer_id),
    key_filter("project", Attachment.project_id),
    word_filter(
        "kind",
        {"file": Narrowing(Attachment.url.is_(None)), "link": Narrowing(Attachment.url.is_not(None))},
    ),
    names=(Attachment.name,),
)

ADDRESSES = ListSpec.of(
    Address,
    None,
    "created",
    Sort("created", Address.id),
    key_filter("customer", Address.customer_id),
    column_filter("country", Address.country, read_country),
    names=(Address.city, Address.street),
)

REGISTRATIONS = ListSpec.of(
    Registration,
    None,
    "-day",
    Sort("day", Registration.day),
    Sort("created", Registration.id),
    key_filter("customer", Registration.customer_id),
    key_filter("project", Registration.project_id),
    key_filter("who", Registration.user_id, people=True),
    key_filter("contact", Registration.contact_id),
    enum_filter("status", Registration.status, RegistrationStatus),
    Filter("month", read_month, lambda values: Narrowing(or_(*(in_month(Registration.day, one) for one in values)))),
    names=(Registration.note,),
)

# What nobody expects on a day comes last.
_SOME_DAY = literal(dt.date.max, DATE)

OPPORTUNITIES = ListSpec.of(
    Opportunity,
    None,
    "expected",
    Sort("expected", func.coalesce(Opportunity.expected_on, _SOME_DAY)),
    Sort("name", func.lower(Opportunity.name)),
    Sort("created", Opportunity.id),
    key_filter("customer", Opportunity.customer_id),
    key_filter("who", Opportunity.user_id, people=True),
    enum_filter("state", Opportunity.state, OpportunityState),
    Filter(
        "expected",
        read_month,
        lambda values: Narrowing(or_(*(in_month(Opportunity.expected_on, one) for one in values))),
    ),
    names=(Opportunity.name,),
)
