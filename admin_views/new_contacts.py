"""The contacts that are typed along on the form of a new customer, as many as one likes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext

from admin_views import shell
from admin_views.forms import EntityForm, Section, Text, Tick
from models.contact import Contact, CustomerContact
from models.operations.save import Child, New

# More than a form of this length is for an import.
MOST = 20
PREFIX = "contact-"
NUMBERED = re.compile(rf"{PREFIX}(\d{{1,2}})-")
# Of the link with the customer, and behind the prefix of the contact itself: so the verb calls them, too.
OWN = "contact_id-"
FIELDS = {
    f"{OWN}first_name": Text(lazy_gettext("First name")),
    f"{OWN}last_name": Text(lazy_gettext("Last name")),
    "function": Text(lazy_gettext("Function")),
    f"{OWN}email": Text(lazy_gettext("E-mail")),
    f"{OWN}phone": Text(lazy_gettext("Phone")),
    "is_invoice_contact": Tick(lazy_gettext("Is also the contact for invoices")),
}


def extend(form: EntityForm, posted: Mapping[str, Any] | None, more: bool) -> None:
    """Put the fields of the contacts on a form: of those that were posted, one at least, and `more`: of one besides."""
    numbers = {int(found[1]) for name in posted or () if (found := NUMBERED.match(name))}
    count = min(MOST, max(numbers, default=0) + 1 + more)
    for number in range(count):
        for name, field in FIELDS.items():
            noun = Contact if name.startswith(OWN) else CustomerContact
            form.add(f"{PREFIX}{number}-{name}", field, posted, (noun, name.removeprefix(OWN)))


def rows(form: EntityForm) -> list[tuple[str, ...]]:
    """The names of the fields of each contact on the form."""
    found: dict[str, list[str]] = {}
    for name in form._fields:
        if numbered := NUMBERED.match(name):
            found.setdefault(numbered[0], []).append(name)
    return [tuple(names) for names in found.values()]


def children(form: EntityForm) -> list[Child]:
    """What was typed, for the verb. A contact of which nothing was typed is none; what cannot be read is left out."""
    found = []
    for names in rows(form):
        if not any(form[name].data or name in form.errors for name in names):
            continue
        numbered = NUMBERED.match(names[0])
        assert numbered is not None
        values = {name.removeprefix(numbered[0]): form[name].data for name in names if name not in form.errors}
        own = {name.removeprefix(OWN): value for name, value in values.items() if name.startswith(OWN)}
        link = {name: value for name, value in values.items() if not name.startswith(OWN)}
        made = New(Contact, {**own, "owner_id": shell.looker().id})
        found.append(Child(CustomerContact, None, {"contact_id": made, **link}, key=numbered[0].rstrip("-")))
    return found


def section(form: EntityForm) -> Section:
    """The part of the form they stand in."""
    names = tuple(name for one in rows(form) for name in one)
    hint = lazy_gettext("People we deal with there. They can be added later as well.")
    return Section("contacts", lazy_gettext("Contacts"), names, hint=hint, template="customer/new_contacts.html")
