"""What a project takes over from its customer, in words: on the form beside the empty fields, and on the card."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask_babel import format_decimal, gettext, ngettext

from admin_views import shell
from models.customer import Customer
from models.project import TAKEN_OVER, Project


@dataclass(frozen=True)
class InForce:
    """A value of a project in words; `own` says whether the project has it itself or takes it over."""

    name: str
    text: str
    own: bool


def in_force(project: Project) -> dict[str, InForce]:
    """Every value that a project can take over, as it holds for this one."""
    return {
        name: InForce(
            name, in_words(name, project.in_force(name), _layout(project)), getattr(project, name) is not None
        )
        for name in TAKEN_OVER
    }


def _layout(project: Project) -> str:
    layout = project.invoice_layout or project.customer.invoice_layout
    return layout.name if layout is not None else ""


def hints(customer: Customer) -> dict[str, str]:
    """What an empty field of a project of this customer stands for."""
    layout = customer.invoice_layout.name if customer.invoice_layout is not None else ""
    said = {name: in_words(name, getattr(customer, name), layout) for name in TAKEN_OVER}
    return {name: gettext("Empty: as the customer has it (%(value)s)", value=text) for name, text in said.items()}


def in_words(name: str, value: Any, layout: str) -> str:
    """A value of a field of TAKEN_OVER as people read it."""
    if value is None:
        return gettext("nothing")
    if name == "invoice_layout_id":
        return layout
    if isinstance(value, bool):
        return gettext("billed to the customer") if value else gettext("not billed")
    if name == "payment_term_days":
        return ngettext("%(num)s day", "%(num)s days", value)
    if name == "vat_percentage":
        return f"{format_decimal(value, format='#,##0.##')} %"
    if name.endswith("_km"):
        return gettext("%(n)s km", n=shell.whole(value))
    return shell.plain_amount(value) if isinstance(value, Decimal) else str(value)
