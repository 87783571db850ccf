"""The bank accounts of customers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash
from flask_babel import gettext, lazy_gettext
from sqlalchemy.orm import joinedload

from admin_views import history
from admin_views.base import Column, Tab
from admin_views.below import BelowCustomer, offered_customers, removing
from admin_views.forms import Choice, EntityForm, Section, Text
from models import codes, search
from models.customer import BankAccount
from models.operations.save import Saved


class Iban(Text):
    """An account number, kept without the spaces it is typed with."""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        super().process_formdata(valuelist)
        if self.data and self.data != self.object_data:
            self.data = codes.compact_iban(self.data)


class BankAccountForm(EntityForm):
    """A bank account."""

    noun = BankAccount

    customer_id = Choice(lazy_gettext("Customer"), options=offered_customers, empty=None)
    iban = Iban(lazy_gettext("IBAN"), required=True, example="NL91 ABNA 0417 1643 00")
    bic = Text(lazy_gettext("BIC"), description=lazy_gettext("Only needed outside the euro countries"))
    holder = Text(lazy_gettext("In the name of"))


class BankAccountView(BelowCustomer):
    """The bank accounts."""

    tab = "settings"

    noun = BankAccount
    spec = search.BANK_ACCOUNTS
    one = lazy_gettext("bank account")
    many = lazy_gettext("Bank accounts")
    new_text = lazy_gettext("New bank account")
    save_text = lazy_gettext("Save bank account")
    icon = "bank"
    search_hint = lazy_gettext("IBAN or name…")
    first_use = lazy_gettext("No bank accounts yet. Add one from the card of a customer.")
    columns = (
        Column("iban", lazy_gettext("IBAN"), "name"),
        Column("customer", lazy_gettext("Customer"), "text", place="kb-m-sub"),
        Column("holder", lazy_gettext("In the name of"), "text", place="kb-m-sub2"),
    )
    list_options = (joinedload(BankAccount.customer),)
    form = BankAccountForm
    sections = (Section("general", lazy_gettext("Bank account"), ("customer_id", "iban", "bic", "holder")),)
    meta_template = "bank_account/meta.html"
    actions = (removing(BankAccount, "settings"),)
    tabs = (
        Tab(
            "history",
            lazy_gettext("History"),
            "entity/history.html",
            lambda session, looker, account: history.events(session, rows=[("bank_account", account.id)]),
        ),
    )

    def tell(self, saved: Saved[Any], text: str) -> None:
        """The office's data is theirs: a number that fails the check is kept, and they are told."""
        super().tell(saved, text)
        if not codes.looks_like_iban(saved.record.iban):
            flash(
                gettext("%(iban)s does not look like an IBAN. Look whether it is right.", iban=saved.record), "warning"
            )
