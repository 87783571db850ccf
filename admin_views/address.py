"""The addresses of customers: the head office, the one for invoices, and every other place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar
from urllib.parse import urlencode

from flask_babel import gettext, lazy_gettext
from sqlalchemy.orm import Session, joinedload

from admin_views import choices, history, shell
from admin_views.base import Action, Column, FilterChoice, Tab
from admin_views.below import BelowCustomer, card_after, offered_customers, removing
from admin_views.forms import Choice, EntityForm, Section, Text
from models import search
from models.access import Looker
from models.customer import Address
from models.journal import Changeset
from models.operations import mark_address
from models.operations.mark_address import Mark
from models.operations.selection import Selection
from models.user import Right

ROUTES = "https://www.google.com/maps/dir/?"


class AddressForm(EntityForm):
    """An address. Whether it is the head office, or for invoices, has verbs of its own."""

    noun = Address

    customer_id = Choice(lazy_gettext("Customer"), options=offered_customers, empty=None)
    label = Text(lazy_gettext("What it is called"), example="Rotterdam branch")
    attention = Text(lazy_gettext("For the attention of"))
    street = Text(lazy_gettext("Street and number"), example="Waalhaven Z.z. 21")
    street_2 = Text(lazy_gettext("Second line"))
    postal_code = Text(lazy_gettext("Postal code"))
    city = Text(lazy_gettext("City"))
    region = Text(lazy_gettext("Region"))
    country = Choice(lazy_gettext("Country"), options=choices.countries, whole=False)


def marking(mark: Mark, name: str, label: Any, icon: str, done: Callable[[Changeset], str]) -> Action:
    """Move a mark to an address."""

    def do(session: Session, looker: Looker, chosen: Selection, options: Any, digest: str) -> Changeset:
        return mark_address.do(session, looker, chosen, mark, digest)

    return Action(
        name=name,
        label=label,
        icon=icon,
        right=Right.EDIT,
        template="verbs/mark_address.html",
        plan=lambda session, looker, chosen, options: mark_address.plan(session, looker, chosen, mark),
        do=do,
        done=done,
        many=False,
        target=card_after,
    )


def route_to(address: Address) -> str | None:
    """A link to the way there from the address of the firm, where the settings have one (TL-13)."""
    start = shell.setting("start_address")
    place = ", ".join(part for part in (address.within_country, address.country) if part)
    return ROUTES + urlencode({"api": 1, "origin": start, "destination": place}) if start and place else None


class AddressView(BelowCustomer):
    """The addresses."""

    noun = Address
    spec = search.ADDRESSES
    one = lazy_gettext("address")
    many = lazy_gettext("Addresses")
    new_text = lazy_gettext("New address")
    save_text = lazy_gettext("Save address")
    icon = "geo-alt"
    search_hint = lazy_gettext("City or street…")
    first_use = lazy_gettext("No addresses yet. Add one from the card of a customer.")
    columns = (
        Column("place", lazy_gettext("Address"), "name"),
        Column("customer", lazy_gettext("Customer"), "text", place="kb-m-sub"),
        Column("is_head_office", lazy_gettext("Head office"), "yes", place="kb-m-end"),
        Column("changed_at", lazy_gettext("Updated"), "moment", place="kb-m-end2"),
    )
    list_options = (joinedload(Address.customer),)
    filters = (FilterChoice("country", lazy_gettext("Country"), choices.pairs(choices.countries), len(choices.NEAR)),)
    form = AddressForm
    field_looks: ClassVar[dict[str, dict[str, Any]]] = {"street": {"span": "full"}, "street_2": {"span": "full"}}
    sections = (
        Section(
            "general",
            lazy_gettext("Address"),
            (
                "customer_id",
                "label",
                "attention",
                "street",
                "street_2",
                "postal_code",
                "city",
                "region",
                "country",
            ),
        ),
    )
    meta_template = "address/meta.html"
    actions = (
        marking(
            Mark.HEAD_OFFICE,
            "head-office",
            lazy_gettext("Make head office"),
            "building",
            lambda done: gettext("%(name)s is the head office now", name=done.values["name"]),
        ),
        marking(
            Mark.INVOICES,
            "invoices",
            lazy_gettext("Send invoices here"),
            "receipt",
            lambda done: gettext("Invoices go to %(name)s now", name=done.values["name"]),
        ),
        removing(Address),
    )
    other_labels: ClassVar[Mapping[str, Any]] = {
        "is_head_office": lazy_gettext("Head office"),
        "is_invoice": lazy_gettext("Invoices go here"),
    }
    tabs = (
        Tab(
            "history",
            lazy_gettext("History"),
            "entity/history.html",
            lambda session, looker, address: history.events(session, rows=[("address", address.id)]),
        ),
    )

    def defaults(self) -> dict[str, Any]:
        return {**super().defaults(), "country": shell.setting("default_country")}

    def allowed_actions(self, record: Any = None) -> list[Action]:
        """A mark that it has is not offered again, nor a separate address for invoices where the settings have none."""
        held = {"head-office": Mark.HEAD_OFFICE, "invoices": Mark.INVOICES}
        return [
            action
            for action in super().allowed_actions(record)
            if not (record is not None and action.name in held and getattr(record, held[action.name]))
            and (action.name != "invoices" or shell.setting("invoice_addresses"))
        ]
