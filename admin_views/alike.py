"""Customers that may be the one that is being typed: told while typing, and asked about once before it is saved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import render_template, request, url_for
from flask_babel import gettext
from markupsafe import Markup

from admin_views import shell
from models.customer import Kind
from models.operations.duplicates import Candidate, Duplicate, Likeness, find

# So many are shown; whom they do not convince, more will not.
MOST = 5
LONGEST = 300
SEEN = "alike"
FIELDS = {
    Likeness.NUMBER: "number",
    Likeness.SPELT: "number",
    Likeness.VAT_NUMBER: "vat_number",
    Likeness.EMAIL: "email",
}


def candidate(typed: Mapping[str, Any]) -> Candidate:
    """What is known of a customer from the fields of its form."""
    company, first, last, number, vat_number, email = (
        str(typed.get(name) or "").replace("\0", "").strip()[:LONGEST]
        for name in ("company_name", "first_name", "last_name", "number", "vat_number", "email")
    )
    is_person = typed.get("kind") == Kind.PRIVATE
    name = f"{first} {last}" if is_person and first and last else "" if is_person else company
    return Candidate(number, name, vat_number, email)


def _found(typed: Mapping[str, Any]) -> tuple[Duplicate, ...]:
    return find(shell.here(), {0: candidate(typed)}, and_alike=True).get(0, ())


def told() -> dict[str, list[dict[str, str]]]:
    """Of what stands in the address: the customers that are alike, by the field that says so."""
    typed = request.args
    named = "last_name" if typed.get("kind") == Kind.PRIVATE else "company_name"
    told: dict[str, list[dict[str, str]]] = {}
    for twin in _found(typed):
        at = told.setdefault(FIELDS.get(twin.reasons[0], named), [])
        why = ", ".join(gettext(reason.value) for reason in twin.reasons)
        if len(at) < MOST:
            href = url_for("customers.details_view", id=twin.id)
            why = f"{why}, {gettext('archived')}" if twin.is_archived else why
            at.append({"text": f"{twin.name} · {twin.number}", "href": href, "why": why})
    return told


def doubt(typed: Mapping[str, Any]) -> str | None:
    """What the form asks before it is saved; None where nothing is alike, or was shown with the form already.

    A number that is taken is no doubt: it is refused.
    """
    twins = [one for one in _found(typed) if set(one.reasons) != {Likeness.NUMBER}][:MOST]
    if {str(one.id) for one in twins} <= set(request.form.getlist(SEEN)):
        return None
    return Markup(render_template("customer/alike.html", twins=twins, seen=SEEN))
