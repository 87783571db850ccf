"""Contacts: what shows in the list, on the form and on the card, and which verbs there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from flask import g, request, url_for
from flask_babel import gettext, lazy_gettext
from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from admin_views import choices, converting, history, images, relation, shell, verbs
from admin_views.base import Column, EntityView, FilterChoice, Tab
from admin_views.below import FromCard, card_of
from admin_views.forms import Choice, Choices, Day, EntityForm, LongText, OneOf, Section, Suggested, Text, Tick
from admin_views.labelling import Labelling
from admin_views.link import INVOICE_HINT, MAIN_HINT
from admin_views.mailing import Mailing
from admin_views.numbers import key_of
from models import access, search
from models.access import Looker
from models.contact import Contact, CustomerContact
from models.customer import Customer, Kind
from models.imports import ImportKind
from models.operations.consequences import rights_on_contact
from models.operations.save import Child
from models.settings import ValueList
from models.user import Right


class ContactForm(EntityForm):
    """All fields of a contact."""

    noun = Contact

    kind = OneOf(
        lazy_gettext("Kind"),
        options=[
            (Kind.PRIVATE.value, lazy_gettext("Person")),
            (Kind.BUSINESS.value, lazy_gettext("On file as a firm")),
        ],
        default=Kind.PRIVATE.value,
    )
    salutation = Text(lazy_gettext("Salutation"))
    first_name = Text(lazy_gettext("First name"))
    last_name = Text(lazy_gettext("Last name"))
    company_name = Text(lazy_gettext("Firm"))
    job_title = Text(lazy_gettext("Job title"))
    email = Text(lazy_gettext("E-mail"))
    phone = Text(lazy_gettext("Phone"))
    mobile = Text(lazy_gettext("Mobile"))
    website = Text(lazy_gettext("Website"))
    street = Text(lazy_gettext("Street and number"))
    postal_code = Text(lazy_gettext("Postal code"))
    city = Text(lazy_gettext("City"))
    country = Choice(lazy_gettext("Country"), options=choices.countries, whole=False)
    language = Choice(lazy_gettext("Language"), options=choices.languages, whole=False)
    birth_date = Day(lazy_gettext("Date of birth"))
    vat_number = Text(lazy_gettext("VAT number"))
    owner_id = Choice(lazy_gettext("Owner"), options=choices.people)
    labels = Choices(lazy_gettext("Keywords"), options=choices.labels)
    description = LongText(lazy_gettext("Description"))
    function = Suggested(
        lazy_gettext("Function"),
        options=choices.values_of(ValueList.FUNCTION),
        description=lazy_gettext("Left empty: the job title"),
    )
    is_main = Tick(lazy_gettext("Main contact"), description=MAIN_HINT)
    is_invoice_contact = Tick(lazy_gettext("Invoice contact"), description=INVOICE_HINT)


# So many functions that are in no list of the office are offered to filter by.
MOST_FUNCTIONS = 300
# What the form of a new contact says about its link with the customer from whose card it is added.
OF_THE_LINK = frozenset({"function", "is_main", "is_invoice_contact"})


def functions() -> list[tuple[str, str]]:
    """The functions of the list, and those that contacts have besides."""
    listed = [option.label for option in choices.values_of(ValueList.FUNCTION)()]
    used = select(CustomerContact.function).where(CustomerContact.function.is_not(None)).distinct()
    found = shell.here().scalars(used.order_by(CustomerContact.function).limit(MOST_FUNCTIONS))
    others = (name for name in found if name is not None and name not in listed)
    return [(name, name) for name in (*listed, *others)]


def details(session: Session, looker: Looker, contact: Contact) -> Mapping[str, Any]:
    """Where the contact belongs, as far as one may see those customers, and what happened last."""
    links = session.scalars(
        select(CustomerContact)
        .where(CustomerContact.contact_id == contact.id)
        .options(joinedload(CustomerContact.customer))
        .order_by(CustomerContact.id)
    )
    found = [link for link in links if link.customer is not None]
    open_ones = [link.customer_id for link in found if not link.customer.is_archived]
    edits = access.may_somewhere(session, looker, Right.EDIT)
    return {
        "links": found,
        "relations": relation.of_contact(session, contact),
        "editable": access.split(session, looker, Right.EDIT, open_ones)[0] if edits else (),
        "latest": history.latest(session, contact_id=contact.id, limit=4),
    }


class ContactView(Labelling, Mailing, FromCard):
    """The contacts."""

    # The right to edit the customer that it is added to is enough: see `defaults`.
    routes = EntityView.routes | {
        "create_view": "see",
        "labels_view": "see",
        "mailing_view": "see",
        "mailing_file": "see",
    }

    noun = Contact
    spec = search.CONTACTS
    imported_as = ImportKind.CONTACTS
    one = lazy_gettext("contact")
    many = lazy_gettext("Contacts")
    new_text = lazy_gettext("New contact")
    save_text = lazy_gettext("Save contact")
    icon = "person-lines-fill"
    search_hint = lazy_gettext("Name, company, e-mail…")
    first_use = lazy_gettext("No contacts yet. Bring your address book, or start with one person.")
    archives = (
        ("active", lazy_gettext("Active")),
        ("archived", lazy_gettext("Deactivated")),
        ("all", lazy_gettext("All")),
    )
    views = (
        (lazy_gettext("All active"), ""),
        (lazy_gettext("Not a customer yet"), "without=customer"),
        (lazy_gettext("Invoice contacts"), "with=invoice_contact"),
    )
    columns = (
        Column("name_and_more", lazy_gettext("Name"), "name", "name"),
        Column(
            "customers",
            lazy_gettext("Customer of"),
            "links",
            place="kb-m-sub",
            nothing=lazy_gettext("not a customer yet"),
        ),
        Column("reach", lazy_gettext("Phone and e-mail"), "reach", place="kb-m-sub2"),
        Column("labels", lazy_gettext("Keywords"), "labels"),
        Column("changed_at", lazy_gettext("Changed"), "moment", "changed", place="kb-m-end2"),
    )
    list_options = (
        selectinload(Contact.labels),
        selectinload(Contact.links).joinedload(CustomerContact.customer),
        joinedload(Contact.owner),
    )
    card_reads_labels = True
    card_options = (
        contains_eager(Contact.labels),
        joinedload(Contact.links).joinedload(CustomerContact.customer),
        joinedload(Contact.owner),
    )
    filters = (
        FilterChoice("label", lazy_gettext("Keyword"), choices.pairs(choices.labels)),
        FilterChoice("function", lazy_gettext("Function"), functions, 0),
        FilterChoice(
            "with",
            lazy_gettext("Kind of contact"),
            lambda: [("main_contact", gettext("Main contact")), ("invoice_contact", gettext("Invoice contact"))],
        ),
        FilterChoice("country", lazy_gettext("Country"), choices.pairs(choices.countries), len(choices.NEAR)),
        FilterChoice(
            "kind",
            lazy_gettext("Kind"),
            lambda: [("private", gettext("Person")), ("business", gettext("On file as a firm"))],
        ),
        FilterChoice("owner", lazy_gettext("Owner"), lambda: [("me", gettext("me")), *choices.pairs(choices.people)()]),
    )
    form = ContactForm
    field_looks: ClassVar[dict[str, dict[str, Any]]] = {
        "kind": {"kind_switch": True},
        "description": {"span": "full"},
        "street": {"span": "full"},
    }
    sections = (
        Section(
            "general",
            lazy_gettext("General"),
            ("kind", "first_name", "last_name", "salutation", "company_name", "job_title", "owner_id", "description"),
        ),
        Section("link", lazy_gettext("At this customer"), ("function", "is_main", "is_invoice_contact")),
        Section("reach", lazy_gettext("Contact details"), ("email", "phone", "mobile", "website")),
        Section("place", lazy_gettext("Address"), ("street", "postal_code", "city", "country")),
        Section("labelled", lazy_gettext("Keywords"), ("labels",)),
        Section("more", lazy_gettext("More"), ("language", "birth_date", "vat_number")),
    )
    meta_template = "contact/meta.html"
    actions = (converting.CONVERT, converting.CONTACT_LABELS, *verbs.CONTACT_ACTIONS)
    made_anywhere = True
    exports = True
    # Deactivating puts a contact out of the way; its data can still be repaired (VS-26, VS-27).
    locks = False
    tabs = (
        Tab("overview", lazy_gettext("Overview"), "contact/overview.html", details),
        Tab(
            "history",
            lazy_gettext("History"),
            "entity/history.html",
            lambda session, looker, contact: history.events(session, contact_id=contact.id),
        ),
    )

    def values_of(self, record: Contact) -> dict[str, Any]:
        return {
            **super().values_of(record),
            "kind": record.kind.value,
            "labels": [label.id for label in record.labels],
        }

    def defaults(self) -> dict[str, Any]:
        customer = self.customer_added_to()
        if customer is not None:
            access.there(shell.here(), Customer, customer)
        access.require(shell.here(), shell.looker(), self.create, customer)
        first, _space, last = request.args.get("name", "").strip().partition(" ")
        return {"kind": Kind.PRIVATE.value, "first_name": first, "last_name": last, "owner_id": shell.looker().id}

    def left_out(self, record: Any, values: Mapping[str, Any]) -> frozenset[str]:
        """A link with a customer is made along with a new contact only, and changed on a form of its own."""
        is_linked = record is None and self.on_card_of() is not None
        return super().left_out(record, values) | (frozenset() if is_linked else OF_THE_LINK)

    def to_save(self, record: Any, form: EntityForm) -> dict[str, Any]:
        return {name: value for name, value in form.values().items() if name not in OF_THE_LINK}

    def children(self, record: Any, form: EntityForm) -> Sequence[Child]:
        """A contact that is added from a customer's card is linked with it."""
        customer = self.customer_added_to()
        if record is not None or customer is None:
            return ()
        typed = form.values()
        link = {name: typed[name] for name in OF_THE_LINK if name not in form.errors}
        if link.get("function") is None and "job_title" not in form.errors:
            link["function"] = typed["job_title"]
        return (Child(CustomerContact, None, {"customer_id": customer, **link}),)

    def customer_added_to(self) -> int | None:
        """The customer from whose card a new contact is added."""
        return key_of(request.args["customer"]) if request.args.get("customer") else None

    def saved_url(self, record: Contact) -> str:
        customer = self.on_card_of()
        return super().saved_url(record) if customer is None else card_of(customer)

    def cancel_url(self, record: Any, form: EntityForm) -> str:
        customer = self.on_card_of()
        return super().cancel_url(record, form) if customer is None else card_of(customer)

    def convert_fields(self) -> tuple[str, ...]:
        """The fields of the convert page, in its order."""
        return converting.ASKED

    def customer_label(self, name: str) -> str:
        """What the customer's form calls a field."""
        return images.label_of(
            "address" if name.startswith("head_office_") else "customer", name.removeprefix("head_office_")
        )

    def owner_pairs(self) -> list[tuple[str, str]]:
        """Who can own the new customer."""
        return [("", "–"), *choices.pairs(choices.people)()]

    def country_pairs(self) -> list[tuple[str, str]]:
        """The countries for its address."""
        return [("", "–"), *choices.pairs(choices.countries)()]

    def may(self, right: Right, record: Any = None) -> bool:
        """A contact belongs to several customers: the verbs say on how many of them it takes a right."""
        if record is None:
            return super().may(right)
        session, looker = shell.here(), shell.looker()
        # What somebody holds nowhere, which is known already, is not asked for again; nor what a card asks twice.
        if not access.may_somewhere(session, looker, right):
            return False
        asked: dict[int, frozenset[Right]] = g.setdefault("rights_on_contacts", {})
        if record.id not in asked:
            asked[record.id] = rights_on_contact(session, looker, record.id)
        return right in asked[record.id]

    def cell_value(self, column: Column, row: Contact, extra: Mapping[str, Any]) -> Any:
        if column.key == "reach":
            return row.phone or row.mobile, row.email
        if column.key == "customers":
            if not row.links and not self.may_see_all():
                return None
            return [
                (url_for("customers.details_view", id=link.customer_id), link.customer.name)
                for link in row.links
                if link.customer is not None
            ]
        return super().cell_value(column, row, extra)

    def second_line(self, row: Contact) -> str | None:
        return next((link.function for link in row.links if link.function), None) or row.job_title or row.company_name

    def tools(self, query: str) -> list[tuple[Any, str, str]]:
        return shell.import_link("contacts")
