"""The contacts that are typed along on the form of a new customer, as many as one likes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext

from admin_views import shell
from admin_views.forms import EntityForm, Section, Text, Tick
from admin_views.repeated import Repeated
from models.contact import Contact, CustomerContact
from models.operations.save import Child, New

# More than a form of this length is for an import.
ROWS = Repeated("contact", 20)
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


def extend(form: EntityForm, posted: Mapping[str, Any] | None) -> None:
    """Put the fields of the contacts on a form: of those that were posted, one at least, and of one more if asked for."""
    for number in range(ROWS.count(posted)):
        for name, field in FIELDS.items():
            noun = Contact if name.startswith(OWN) else CustomerContact
            form.add(f"{ROWS.prefix(number)}{name}", field, posted, (noun, name.removeprefix(OWN)))


def children(form: EntityForm) -> list[Child]:
    """What was typed, for the verb. A contact of which nothing was typed is none; what cannot be read is left out."""
    found = []
    for names in ROWS.rows(form):
        if not any(form[name].data or name in form.errors for name in names):
            continue
        values = {ROWS.behind(name): form[name].data for name in names if name not in form.errors}
        own = {name.removeprefix(OWN): value for name, value in values.items() if name.startswith(OWN)}
        link = {name: value for name, value in values.items() if not name.startswith(OWN)}
        made = New(Contact, {**own, "owner_id": shell.looker().id})
        found.append(Child(CustomerContact, None, {"contact_id": made, **link}, key=ROWS.key(names[0])))
    return found


def section(form: EntityForm) -> Section:
    """The part of the form they stand in."""
    names = tuple(name for one in ROWS.rows(form) for name in one)
    hint = lazy_gettext("People we deal with there. They can be added later as well.")
    return Section("contacts", lazy_gettext("Contacts"), names, hint=hint, template="customer/new_contacts.html")
