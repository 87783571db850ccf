"""The form of a new customer, filled in by a public register: one types a number and presses Look up (TC-09)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import g, request
from flask_babel import gettext, lazy_gettext

from admin_views import registers, shell
from admin_views.forms import EntityForm, Section, Text
from models.customer import Customer, Kind
from models.operations import refresh
from models.registers.answer import Company
from models.registers.choosing import Question, question
from models.registers.register import Register

NUMBER = "register_number"
BUTTON = "look-up"
# Of more than that no register knows anything.
LONGEST = 60
COUNTRY = "head_office_country"
OFFICE = tuple(f"head_office_{name}" for name in refresh.ADDRESS)


@dataclass(frozen=True)
class LookedUp:
    """What a look-up came to: the company that was found, what was filled in of it, and what was typed otherwise."""

    register: Register
    company: Company
    filled: tuple[str, ...]
    kept: tuple[tuple[str, str], ...]


def extend(form: EntityForm, posted: Mapping[str, Any] | None) -> None:
    """Put the box for the number on a form, where registers are asked."""
    if shell.used(registers.SWITCH):
        label = lazy_gettext("VAT number or company number")
        form.add(NUMBER, Text(label), posted, (Customer, NUMBER))


def sections(form: EntityForm) -> tuple[Section, ...]:
    """The part of the form it stands in, if it is there."""
    if NUMBER not in form:
        return ()
    hint = lazy_gettext(
        "For companies of the European Union and Norway. The number is sent to a public register, and nothing else."
    )
    title = lazy_gettext("Look up in a register")
    return (Section("register", title, (NUMBER,), hint=hint, template="customer/look_up.html"),)


def fill(form: EntityForm) -> bool:
    """Ask a register if that is what was asked for, and fill in what it has. What was typed stays as it was typed."""
    if not _is_wanted(form):
        return False
    box = form[NUMBER]
    typed = str(box.data or "")[:LONGEST]
    if not typed:
        form.add_error(NUMBER, gettext("Fill in a number to look up."))
        return True
    asked = question(typed, form[COUNTRY].data if COUNTRY in form else None)
    if not isinstance(asked, Question):
        form.add_error(NUMBER, registers.why_text(asked))
        return True
    answer = registers.ask(asked)
    if answer.company is None:
        form.add_error(NUMBER, registers.said(answer, asked.register))
    else:
        g.looked_up = _filled(form, asked.register, answer.company, typed)
    return True


def _is_wanted(form: EntityForm) -> bool:
    """By its button; or by Enter in its box, which presses Save where there is nothing to be saved yet."""
    if NUMBER not in form:
        return False
    names = (form[name].data for name in ("company_name", "first_name", "last_name") if name in form)
    return BUTTON in request.form or bool(form[NUMBER].data and not any(names))


def _filled(form: EntityForm, register: Register, company: Company, typed: str) -> LookedUp:
    values = {name: value for told in refresh.known(company).values() for name, value in told.items()}
    values["company_number"] = company.company_number
    values["vat_number"] = company.vat_number or (typed if typed[:2].isalpha() else None)
    known = {name: value for name, value in values.items() if value and name in form}
    # The country is preset, so it tells nothing; an address that was begun is not mixed with another.
    has_office = any(form[name].data for name in OFFICE if name in form and name != COUNTRY)
    filled, kept = [], []
    for name, value in known.items():
        label = str(form[name].label.text)
        is_typed = has_office if name in OFFICE else bool(form[name].data)
        if not is_typed:
            form[name].data = value
            filled.append(label)
        elif form[name].data != value:
            kept.append((label, str(shell.country_name(value) if name == COUNTRY else value)))
    form["kind"].data = Kind.BUSINESS.value
    return LookedUp(register, company, tuple(filled), tuple(kept))
