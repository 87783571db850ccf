"""The service agreements of customers: while one is active, its customer stays the kind it is."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext, lazy_gettext
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from admin_views import history, shell
from admin_views.base import Action, Column, FilterChoice, Tab
from admin_views.below import BelowCustomer, card_of, offered_customers, removing
from admin_views.forms import Choice, Day, EntityForm, Section, Text, Tick
from models import search
from models.access import Looker
from models.customer import Customer
from models.journal import Changeset
from models.operations import end_agreement
from models.operations.selection import Selection
from models.sales import Agreement
from models.user import Right

TAB = "projects"


class AgreementForm(EntityForm):
    """A service agreement."""

    noun = Agreement

    customer_id = Choice(lazy_gettext("Customer"), options=offered_customers, empty=None)
    name = Text(lazy_gettext("Name"), required=True, example="Support 2026")
    starts_on = Day(lazy_gettext("Starts on"))
    ends_on = Day(lazy_gettext("Ends on"))
    active = Tick(
        lazy_gettext("Active"),
        description=lazy_gettext(
            "While an agreement is active, a company cannot become a private person, or the other way."
        ),
    )


def of_customer(session: Session, customer: Customer) -> list[Agreement]:
    """The agreements of a customer, the active ones first; none while they are switched off."""
    if not shell.used(AgreementView.switch):
        return []
    query = select(Agreement).where(Agreement.customer_id == customer.id)
    return list(session.scalars(query.order_by(Agreement.active.desc(), Agreement.starts_on.desc(), Agreement.id)))


def _end(session: Session, looker: Looker, chosen: Selection, options: Any, digest: str) -> Changeset:
    return end_agreement.do(session, looker, chosen, shell.today(), digest)


END = Action(
    name="end",
    label=lazy_gettext("End…"),
    icon="slash-circle",
    right=Right.EDIT,
    template="verbs/end_agreement.html",
    plan=lambda session, looker, chosen, options: end_agreement.plan(session, looker, chosen, shell.today()),
    do=_end,
    done=lambda done: gettext("%(name)s has ended", name=done.values["name"]),
    many=False,
    target=lambda ids, done: card_of(done.values["customer_id"], TAB),
)


class AgreementView(BelowCustomer):
    """The service agreements."""

    tab = TAB
    switch = "use_agreements"

    noun = Agreement
    spec = search.AGREEMENTS
    one = lazy_gettext("agreement")
    many = lazy_gettext("Agreements")
    new_text = lazy_gettext("New agreement")
    save_text = lazy_gettext("Save agreement")
    icon = "file-earmark-text"
    search_hint = lazy_gettext("Name…")
    first_use = lazy_gettext("No agreements yet. Add one from the card of a customer.")
    columns = (
        Column("name", lazy_gettext("Name"), "name", "name"),
        Column("customer", lazy_gettext("Customer"), "text", place="kb-m-sub"),
        Column("active", lazy_gettext("Active"), "yes", place="kb-m-end"),
        Column("starts_on", lazy_gettext("Starts on"), "moment"),
        Column("ends_on", lazy_gettext("Ends on"), "moment", place="kb-m-end2"),
    )
    list_options = (joinedload(Agreement.customer),)
    filters = (
        FilterChoice(
            "state", lazy_gettext("Status"), lambda: [("active", gettext("Active")), ("ended", gettext("Ended"))]
        ),
    )
    form = AgreementForm
    sections = (
        Section("general", lazy_gettext("Agreement"), ("customer_id", "name", "starts_on", "ends_on", "active")),
    )
    meta_template = "agreement/meta.html"
    actions = (END, removing(Agreement, TAB))
    tabs = (
        Tab(
            "history",
            lazy_gettext("History"),
            "entity/history.html",
            lambda session, looker, agreement: history.events(session, rows=[("agreement", agreement.id)]),
        ),
    )

    def defaults(self) -> dict[str, Any]:
        return {**super().defaults(), "starts_on": shell.today(), "active": True}

    def allowed_actions(self, record: Any = None) -> list[Action]:
        """What has ended is not ended again."""
        has_ended = record is not None and not record.is_running(shell.today())
        return [action for action in super().allowed_actions(record) if action is not END or not has_ended]
