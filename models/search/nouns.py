"""The lists there are. The names below stand in people's bookmarks and saved views: add, never rename."""

from __future__ import annotations

from sqlalchemy import func, literal, select

from models.contact import Contact, CustomerContact
from models.customer import Address, Customer, Kind
from models.label import ContactLabel, CustomerLabel
from models.project import Project, Registration, RegistrationStatus
from models.search.spec import (
    ListSpec,
    Sort,
    column_filter,
    enum_filter,
    key_filter,
    linked_filter,
    read_country,
    read_text,
    valued_filter,
    word_filter,
)

_one = select(literal(1))
_addresses = _one.where(Address.customer_id == Customer.id)
_head_office = _addresses.where(Address.is_head_office)
_labels = _one.where(CustomerLabel.customer_id == Customer.id)
_contacts = _one.where(CustomerContact.customer_id == Customer.id)
_open = _one.where(Registration.customer_id == Customer.id, Registration.status == RegistrationStatus.OPEN)

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
    word_filter("with", {"open_registrations": _open.exists()}),
    word_filter(
        "without",
        {
            "head_office": ~_head_office.exists(),
            "label": ~_labels.exists(),
            "contact": ~_contacts.exists(),
            "owner": Customer.owner_id.is_(None),
            "status": Customer.status_id.is_(None),
            "email": Customer.email.is_(None),
        },
    ),
)

_customers = _one.where(CustomerContact.contact_id == Contact.id)
_keywords = _one.where(ContactLabel.contact_id == Contact.id)

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
        {
            "main_contact": _customers.where(CustomerContact.is_main).exists(),
            "invoice_contact": _customers.where(CustomerContact.is_invoice_contact).exists(),
        },
    ),
    word_filter(
        "without",
        {
            "customer": ~_customers.exists(),
            "label": ~_keywords.exists(),
            "owner": Contact.owner_id.is_(None),
            "email": Contact.email.is_(None),
        },
    ),
)

_registrations = _one.where(Registration.project_id == Project.id)

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
    word_filter(
        "with",
        {"open_registrations": _registrations.where(Registration.status == RegistrationStatus.OPEN).exists()},
    ),
)
