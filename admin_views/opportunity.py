"""Opportunities: work that may come, in the pipeline, won or lost (TL-41)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, ClassVar

from flask import abort, flash, redirect, request
from flask_admin import expose
from flask_babel import format_date, gettext, lazy_gettext
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from admin_views import choices, history, shell
from admin_views.base import Column, FilterChoice, Tab
from admin_views.below import BelowCustomer, card_of, offered_customers, removing
from admin_views.declared import Answer
from admin_views.forms import Amount, Choice, Day, EntityForm, LongText, Section, Text, Whole
from models import access, search
from models.access import Looker
from models.customer import Customer
from models.operations import close_opportunity
from models.sales import Opportunity, OpportunityState
from models.user import Right

# More than these are for the list.
SHOWN = 20
# From last month on, as far as anybody looks ahead.
MONTHS_BACK, MONTHS_AHEAD = 1, 18
STATES: dict[OpportunityState, Any] = {
    OpportunityState.PIPELINE: lazy_gettext("In pipeline"),
    OpportunityState.WON: lazy_gettext("Won"),
    OpportunityState.LOST: lazy_gettext("Lost"),
}
DONE: dict[OpportunityState, Any] = {
    OpportunityState.PIPELINE: lazy_gettext("%(name)s is in the pipeline again"),
    OpportunityState.WON: lazy_gettext("%(name)s is won"),
    OpportunityState.LOST: lazy_gettext("%(name)s is lost"),
}
VERBS: dict[OpportunityState, tuple[Any, str]] = {
    OpportunityState.WON: (lazy_gettext("Won"), "trophy"),
    OpportunityState.LOST: (lazy_gettext("Lost"), "x-circle"),
    OpportunityState.PIPELINE: (lazy_gettext("Reopen"), "arrow-counterclockwise"),
}


def of_customer(session: Session, looker: Looker, customer: Customer) -> Mapping[str, Any]:
    """The opportunities of a customer in one state, and how many there are in each."""
    asked = request.args.get("sales", "")
    state = OpportunityState(asked) if asked in set(OpportunityState) else OpportunityState.PIPELINE
    mine = Opportunity.customer_id == customer.id
    counts = dict(
        session.execute(select(Opportunity.state, func.count()).where(mine).group_by(Opportunity.state)).all()
    )
    order = Opportunity.expected_on if state is OpportunityState.PIPELINE else Opportunity.closed_on.desc()
    query = select(Opportunity).where(mine, Opportunity.state == state).order_by(order.nulls_last(), Opportunity.id)
    return {
        "sales_state": state,
        "sales_counts": {one: counts.get(one, 0) for one in OpportunityState},
        "opportunities": list(session.scalars(query.limit(SHOWN).options(joinedload(Opportunity.user)))),
        "sees_amounts": access.may(session, looker, Right.SEE_REVENUE, customer.id),
    }


def next_states(opportunity: Opportunity) -> list[tuple[str, Any, str]]:
    """What may become of an opportunity: the word that is posted, its text and its symbol."""
    is_open = opportunity.state is OpportunityState.PIPELINE
    return [(one.value, *VERBS[one]) for one in VERBS if (one is OpportunityState.PIPELINE) is not is_open]


def is_late(opportunity: Opportunity) -> bool:
    """Whether it was expected before today, and still is."""
    day = opportunity.expected_on
    return opportunity.state is OpportunityState.PIPELINE and day is not None and day < shell.today()


def states() -> list[tuple[str, str]]:
    """The states for a filter."""
    return [(one.value, str(text)) for one, text in STATES.items()]


def months() -> list[tuple[str, str]]:
    """The months in which work is expected."""
    now = shell.today().year * 12 + shell.today().month - 1
    days = [dt.date(number // 12, number % 12 + 1, 1) for number in range(now - MONTHS_BACK, now + MONTHS_AHEAD)]
    return [(f"{day:%Y-%m}", format_date(day, "LLLL y")) for day in days]


class OpportunityForm(EntityForm):
    """An opportunity. Whether it is won or lost has verbs of its own."""

    noun = Opportunity

    customer_id = Choice(lazy_gettext("Customer"), options=offered_customers, empty=None)
    name = Text(lazy_gettext("Name"), required=True, example="Yearly report 2027")
    amount = Amount(lazy_gettext("Amount"))
    currency = Choice(lazy_gettext("Currency"), options=choices.currencies, empty=None, whole=False)
    chance = Whole(lazy_gettext("Chance"), example="50")
    expected_on = Day(lazy_gettext("Expected on"))
    user_id = Choice(lazy_gettext("Who"), options=choices.people)
    note = LongText(lazy_gettext("Note"))


class OpportunityView(BelowCustomer):
    """The opportunities."""

    tab = "projects"
    routes = BelowCustomer.routes | {"close_view": "see"}

    switch = "use_opportunities"
    noun = Opportunity
    spec = search.OPPORTUNITIES
    one = lazy_gettext("opportunity")
    many = lazy_gettext("Opportunities")
    new_text = lazy_gettext("New opportunity")
    save_text = lazy_gettext("Save opportunity")
    icon = "graph-up-arrow"
    search_hint = lazy_gettext("Name…")
    first_use = lazy_gettext("No opportunities yet. Add one from the card of a customer.")
    views = (
        (lazy_gettext("In pipeline"), "state=pipeline"),
        (lazy_gettext("Mine"), "state=pipeline&who=me"),
        (lazy_gettext("Won"), "state=won"),
        (lazy_gettext("Lost"), "state=lost"),
        (lazy_gettext("All"), ""),
    )
    columns = (
        Column("name", lazy_gettext("Name"), "name", "name"),
        Column("customer", lazy_gettext("Customer"), "text", place="kb-m-sub"),
        Column("state", lazy_gettext("Status"), "text", place="kb-m-end"),
        Column("amount", lazy_gettext("Amount"), "money", right=Right.SEE_REVENUE, numeric=True, place="kb-m-end2"),
        Column("chance", lazy_gettext("Chance"), "text", numeric=True),
        Column("expected_on", lazy_gettext("Expected on"), "moment", "expected", place="kb-m-sub2"),
        Column("user", lazy_gettext("Who"), "owner"),
    )
    list_options = (joinedload(Opportunity.customer), joinedload(Opportunity.user))
    filters = (
        FilterChoice("state", lazy_gettext("Status"), states),
        FilterChoice("who", lazy_gettext("Who"), lambda: [("me", gettext("me")), *choices.pairs(choices.people)()]),
        FilterChoice("expected", lazy_gettext("Expected on"), months),
    )
    form = OpportunityForm
    field_looks: ClassVar[dict[str, dict[str, Any]]] = {
        "name": {"span": "full"},
        "amount": {"inputmode": "decimal"},
        "chance": {"suffix": "%", "inputmode": "numeric"},
        "note": {"span": "full"},
    }
    sections = (
        Section(
            "general",
            lazy_gettext("Opportunity"),
            ("customer_id", "name", "amount", "currency", "chance", "expected_on", "user_id", "note"),
        ),
    )
    meta_template = "opportunity/meta.html"
    actions = (removing(Opportunity, "projects"),)
    tabs = (
        Tab(
            "overview",
            lazy_gettext("Overview"),
            "opportunity/overview.html",
            lambda session, looker, record: {
                "sees_amounts": access.may(session, looker, Right.SEE_REVENUE, record.customer_id)
            },
        ),
        Tab(
            "history",
            lazy_gettext("History"),
            "entity/history.html",
            lambda session, looker, record: history.events(session, rows=[("opportunity", record.id)]),
        ),
    )

    @expose("/close/", methods=("POST",))
    def close_view(self) -> Answer:
        """Won, lost or open again."""
        states = {one.value: one for one in OpportunityState}
        state, shown = (states.get(request.form.get(name, "")) for name in ("state", "was"))
        if state is None or shown is None:
            abort(400)
        opportunity = self.find(request.form.get("id"))
        key, name, customer = opportunity.id, opportunity.name, opportunity.customer_id
        done = close_opportunity.close(shell.here(), shell.looker(), key, state, shown)
        if done.is_empty:
            flash(gettext("Nothing was changed."), "info")
        else:
            shell.offer_undo(str(DONE[state]) % {"name": name}, done.id)
        return redirect(self.card_url(key) if request.form.get("here") else card_of(customer, self.tab))

    def defaults(self) -> dict[str, Any]:
        given = super().defaults()
        currency = shell.here().get_one(Customer, given["customer_id"]).currency
        return {
            **given,
            "chance": 50,
            "currency": currency or shell.setting("currency"),
            "user_id": shell.looker().id,
        }

    def cell_value(self, column: Column, row: Opportunity, extra: Mapping[str, Any]) -> Any:
        if column.key == "amount":
            return {row.currency: row.amount}
        if column.key == "chance":
            return f"{row.chance} %"
        return STATES[row.state] if column.key == "state" else super().cell_value(column, row, extra)

    def card_badge(self, record: Opportunity) -> str:
        return ""

    def cancel_url(self, record: Any, form: EntityForm) -> str:
        return self.card_url(record.id) if record is not None else super().cancel_url(record, form)
