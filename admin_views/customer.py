"""Customers: what shows in the list, on the form and on the card, and which verbs there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

from flask import jsonify, request, url_for
from flask_admin import expose
from flask_babel import LazyString, gettext, lazy_gettext
from sqlalchemy.orm import contains_eager, joinedload
from werkzeug.datastructures import MultiDict

from admin_views import alike, card, choices, converting, looking_up, new_contacts, shell, verbs
from admin_views.base import Action, Column, EntityView, FilterChoice
from admin_views.forms import Amount, Choice, Choices, Day, EntityForm, LongText, OneOf, Section, Text, Tick, Whole
from admin_views.giving import Giving
from admin_views.labelling import Labelling
from admin_views.refreshing import Refreshing
from admin_views.writing import Writing
from models import search
from models.customer import Customer, Kind
from models.imports import ImportKind
from models.label import Label
from models.operations.save import Child
from models.settings import ValueList
from models.user import Right


class Added(NamedTuple):
    """Something that is added to a customer: the form it has, and what switches it off."""

    text: Any
    icon: str
    endpoint: str
    switch: str | None = None
    more: Mapping[str, Any] = {}


ADDED = (
    Added(lazy_gettext("Activity"), "check2-square", "activities", "use_activities"),
    Added(lazy_gettext("Comment"), "chat-left-text", "comments"),
    Added(lazy_gettext("Contact"), "person-plus", "contacts"),
    Added(lazy_gettext("Contact that is there already"), "search", "links"),
    Added(lazy_gettext("Address"), "geo-alt", "addresses"),
    Added(lazy_gettext("Relation"), "diagram-3", "relations", "use_relations"),
    Added(lazy_gettext("Project"), "briefcase", "projects"),
    Added(lazy_gettext("Opportunity"), "graph-up-arrow", "opportunities", "use_opportunities"),
    Added(lazy_gettext("Agreement"), "file-earmark-text", "agreements", "use_agreements"),
    Added(lazy_gettext("File"), "upload", "files", "use_files"),
    Added(lazy_gettext("Link to elsewhere"), "link-45deg", "files", "use_files", {"link": 1}),
    Added(lazy_gettext("Work process"), "check2-square", "process-runs", "use_processes"),
)
FOR_COMPANIES = {"kind": Kind.BUSINESS.value}


class CustomerForm(EntityForm):
    """All fields of a customer with its head office."""

    noun = Customer

    kind = OneOf(
        lazy_gettext("Kind"),
        options=[(Kind.BUSINESS.value, lazy_gettext("Company")), (Kind.PRIVATE.value, lazy_gettext("Private person"))],
        default=Kind.BUSINESS.value,
    )
    company_name = Text(lazy_gettext("Company name"))
    first_name = Text(lazy_gettext("First name"))
    last_name = Text(lazy_gettext("Last name"))
    nickname = Text(lazy_gettext("Also known as"), description=lazy_gettext("Found by search too"))
    number = Text(lazy_gettext("Customer number"), description=lazy_gettext("Left empty: the next free number"))
    status_id = Choice(lazy_gettext("Status"), options=choices.values_of(ValueList.STATUS))
    industry_id = Choice(lazy_gettext("Industry"), options=choices.values_of(ValueList.INDUSTRY))
    owner_id = Choice(lazy_gettext("Owner"), options=choices.people)
    reference = Text(lazy_gettext("Reference"))
    customer_since = Day(lazy_gettext("Customer since"))
    language = Choice(lazy_gettext("Language"), options=choices.languages, whole=False)
    description = LongText(lazy_gettext("Description"))
    email = Text(lazy_gettext("E-mail"))
    phone = Text(lazy_gettext("Phone"))
    mobile = Text(lazy_gettext("Mobile"))
    fax = Text(lazy_gettext("Fax"))
    website = Text(lazy_gettext("Website"))
    head_office_street = Text(lazy_gettext("Street and number"))
    head_office_street_2 = Text(lazy_gettext("Second line"))
    head_office_postal_code = Text(lazy_gettext("Postal code"))
    head_office_city = Text(lazy_gettext("City"))
    head_office_region = Text(lazy_gettext("Region"))
    head_office_country = Choice(lazy_gettext("Country"), options=choices.countries, whole=False)
    labels = Choices(lazy_gettext("Labels"), options=choices.labels)
    vat_number = Text(lazy_gettext("VAT number"))
    company_number = Text(lazy_gettext("Company number"))
    hourly_rate = Amount(lazy_gettext("Hourly rate"))
    vat_percentage = Amount(lazy_gettext("VAT percentage"))
    payment_term_days = Whole(lazy_gettext("Payment term"))
    currency = Choice(lazy_gettext("Currency"), options=choices.currencies, whole=False)
    invoice_layout_id = Choice(lazy_gettext("Invoice layout"), options=choices.values_of(ValueList.INVOICE_LAYOUT))
    invoice_email = Text(lazy_gettext("E-mail for invoices"))
    e_invoice_id = Text(lazy_gettext("E-invoice address"))
    bookkeeping_code = Text(lazy_gettext("Code in bookkeeping"))
    expenses_billable = Tick(lazy_gettext("Expenses are billed"))
    mileage_billable = Tick(lazy_gettext("Mileage is billed"))
    distance_km = Whole(lazy_gettext("Distance"), example="42")
    max_distance_km = Whole(lazy_gettext("Longest distance billed"), example="100")


class CustomerView(Labelling, Writing, Refreshing, Giving, EntityView):
    """The customers."""

    routes = EntityView.routes | {
        "roles_view": "see",
        "copy_roles_view": "see",
        "labels_view": "see",
        "alike_view": "create",
        "mail_view": "see",
        "register_view": "see",
    }
    most_contacts = new_contacts.ROWS.most

    noun = Customer
    spec = search.CUSTOMERS
    imported_as = ImportKind.CUSTOMERS
    one = lazy_gettext("customer")
    many = lazy_gettext("Customers")
    new_text = lazy_gettext("New customer")
    save_text = lazy_gettext("Save customer")
    icon = "shop"
    search_hint = lazy_gettext("Name, number, city…")
    first_use = lazy_gettext("No customers yet. Bring your list from Excel, or start with one customer.")
    archives = (
        ("active", lazy_gettext("Active")),
        ("archived", lazy_gettext("Archived")),
        ("all", lazy_gettext("All")),
    )
    views = (
        (lazy_gettext("All active"), ""),
        (lazy_gettext("My customers"), "owner=me"),
        (lazy_gettext("Open registrations"), "with=open_registrations"),
        (lazy_gettext("No head office"), "without=head_office"),
    )
    columns = (
        Column("name", lazy_gettext("Name"), "name", "name"),
        Column("number", lazy_gettext("Number"), "number", "number", place="kb-m-sub"),
        Column("head_office", lazy_gettext("City"), "place"),
        Column("labels", lazy_gettext("Labels"), "labels", place="kb-m-sub2"),
        Column("owner", lazy_gettext("Owner"), "owner"),
        Column("open_registrations", lazy_gettext("Open reg."), "count", numeric=True),
        Column(
            "revenue",
            LazyString(lambda: gettext("Revenue %(year)s", year=shell.this_year())),
            "money",
            right=Right.SEE_REVENUE,
            numeric=True,
            place="kb-m-end",
        ),
        Column("changed_at", lazy_gettext("Updated"), "moment", "changed", place="kb-m-end2"),
    )
    card_reads_labels = True
    card_options = (
        contains_eager(Customer.labels).joinedload(Label.group),
        joinedload(Customer.owner),
        joinedload(Customer.head_office),
        joinedload(Customer.status),
        joinedload(Customer.industry),
        joinedload(Customer.invoice_layout),
    )
    filters = (
        FilterChoice("label", lazy_gettext("Label"), choices.pairs(choices.labels)),
        FilterChoice("country", lazy_gettext("Country"), choices.pairs(choices.countries), len(choices.NEAR)),
        FilterChoice(
            "kind",
            lazy_gettext("Kind"),
            lambda: [("business", gettext("Company")), ("private", gettext("Private person"))],
        ),
        FilterChoice("owner", lazy_gettext("Owner"), lambda: [("me", gettext("me")), *choices.pairs(choices.people)()]),
        FilterChoice("status", lazy_gettext("Status"), choices.pairs(choices.values_of(ValueList.STATUS))),
        FilterChoice("industry", lazy_gettext("Industry"), choices.pairs(choices.values_of(ValueList.INDUSTRY))),
    )
    form = CustomerForm
    meta_template = "customer/meta.html"
    field_looks: ClassVar[dict[str, dict[str, Any]]] = {
        "kind": {"kind_switch": True},
        "company_name": {"kind": Kind.BUSINESS.value, "required": True},
        "first_name": {"kind": Kind.PRIVATE.value, "required": True},
        "last_name": {"kind": Kind.PRIVATE.value, "required": True},
        "vat_number": FOR_COMPANIES,
        "company_number": FOR_COMPANIES,
        "industry_id": FOR_COMPANIES,
        "e_invoice_id": FOR_COMPANIES,
        "description": {"span": "full"},
        "payment_term_days": {"suffix": lazy_gettext("days"), "inputmode": "numeric"},
        "vat_percentage": {"suffix": "%", "inputmode": "decimal"},
        "hourly_rate": {"suffix": lazy_gettext("per hour"), "inputmode": "decimal"},
        "distance_km": {"suffix": "km", "inputmode": "numeric"},
        "max_distance_km": {"suffix": "km", "inputmode": "numeric"},
        "head_office_street": {"span": "full"},
    }
    sections = (
        Section(
            "general",
            lazy_gettext("General"),
            (
                "kind",
                "company_name",
                "first_name",
                "last_name",
                "nickname",
                "number",
                "vat_number",
                "company_number",
                "owner_id",
                "status_id",
                "industry_id",
                "reference",
                "customer_since",
                "language",
                "description",
            ),
        ),
        Section("reach", lazy_gettext("Contact details"), ("email", "phone", "mobile", "fax", "website")),
        Section(
            "office",
            lazy_gettext("Head office"),
            (
                "head_office_street",
                "head_office_street_2",
                "head_office_postal_code",
                "head_office_city",
                "head_office_region",
                "head_office_country",
            ),
        ),
        Section("labelled", lazy_gettext("Labels"), ("labels",)),
        Section(
            "finance",
            lazy_gettext("Finance"),
            (
                "payment_term_days",
                "hourly_rate",
                "vat_percentage",
                "currency",
                "invoice_layout_id",
                "invoice_email",
                "e_invoice_id",
                "bookkeeping_code",
                "distance_km",
                "max_distance_km",
                "expenses_billable",
                "mileage_billable",
            ),
        ),
    )
    tabs = card.CUSTOMER_TABS
    actions = (converting.CUSTOMER_LABELS, converting.KIND, *verbs.CUSTOMER_ACTIONS)
    made_anywhere = True
    exports = True

    def customer_of(self, record: Any) -> Any:
        return record.id

    def rows(self, ids: Sequence[int]) -> list[Any]:
        return search.listed(shell.here(), ids, shell.this_year())

    def defaults(self) -> dict[str, Any]:
        return {
            "kind": Kind.BUSINESS.value,
            "company_name": request.args.get("name"),
            "owner_id": shell.looker().id,
            "currency": shell.setting("currency"),
            "head_office_country": shell.setting("default_country"),
        }

    def values_of(self, record: Customer) -> dict[str, Any]:
        office = record.head_office
        return {
            **super().values_of(record),
            "kind": record.kind.value,
            "labels": [label.id for label in record.labels],
            **{
                name: getattr(office, name.removeprefix("head_office_"), None)
                for name in self.field_names
                if name.startswith("head_office_")
            },
        }

    def read(self, record: Any, posted: MultiDict[str, str] | None, values: Mapping[str, Any]) -> EntityForm:
        made = super().read(record, posted, values)
        if record is None:
            new_contacts.extend(made, posted)
            looking_up.extend(made, posted)
        return made

    def form_sections(self, record: Any, form: EntityForm) -> Sequence[Section]:
        """A new customer goes from General over its contacts to Finance (TC-07)."""
        if record is not None:
            return self.sections
        *general, finance = self.sections
        return (*looking_up.sections(form), *general, new_contacts.section(form), finance)

    def only_helps(self, form: EntityForm) -> bool:
        return super().only_helps(form) or looking_up.fill(form)

    def contact_rows(self, form: EntityForm) -> list[tuple[str, ...]]:
        """The fields of each contact on the form."""
        return new_contacts.ROWS.rows(form)

    def children(self, record: Any, form: EntityForm) -> Sequence[Child]:
        return new_contacts.children(form) if record is None else ()

    def doubt(self, form: EntityForm) -> str | None:
        return alike.doubt(form.values())

    def alike_url(self, record: Any) -> str | None:
        return self.get_url(".alike_view") if record is None else None

    @expose("/alike/", methods=("GET",))
    def alike_view(self) -> Any:
        """The customers that are like what was typed so far, by field."""
        return jsonify(alike.told())

    def to_save(self, record: Any, form: EntityForm) -> dict[str, Any]:
        own = {looking_up.NUMBER, *(name for names in new_contacts.ROWS.rows(form) for name in names)}
        values = {name: value for name, value in form.values().items() if name not in own}
        office = {name: value for name, value in values.items() if name.startswith("head_office_")}
        # The country of a new customer is preset: alone it makes no address.
        if record is None and not any(value for name, value in office.items() if name != "head_office_country"):
            values["head_office_country"] = None
        return values

    def card_adds(self, record: Customer) -> list[dict[str, Any]]:
        """All of it takes the right to edit this customer; to an archived one nothing is added."""
        if record.is_archived or not self.may(self.edit, record):
            return []
        return [
            {
                "text": one.text,
                "icon": one.icon,
                "href": url_for(f"{one.endpoint}.create_view", customer=record.id, **one.more),
            }
            for one in ADDED
            if shell.used(one.switch)
        ]

    def with_others(self, record: Customer) -> list[dict[str, Any]]:
        """What goes by other programs: what one writes to a colleague (TL-14), and what a register has (VS-14)."""
        mail = {
            "text": gettext("Mail to a colleague"),
            "icon": "envelope",
            "href": self.get_url(".mail_view", id=record.id),
        }
        return [mail, *self.register_menu(record)]

    def card_menu(self, record: Any, actions: Sequence[Action]) -> list[Any]:
        """Before the verbs, what goes by other programs."""
        return [*self.with_others(record), *super().card_menu(record, actions)]

    def tools(self, query: str) -> list[tuple[Any, str, str]]:
        return shell.import_link("customers")
