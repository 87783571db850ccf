"""The short lists that forms and filters offer: people, labels, statuses, countries, languages, currencies."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from babel import Locale
from flask import g, request
from flask_babel import get_locale, gettext
from sqlalchemy import select

from admin_views import shell
from admin_views.forms import Option
from models import codes
from models.base import whole
from models.contact import Contact, CustomerContact
from models.customer import Customer
from models.label import Colour, Label, LabelGroup
from models.project import Project
from models.settings import ListValue, ValueList
from models.user import Role, Team, User

# So many values of a filter are named.
MOST_ASKED = 50
NEAR = ("NL", "BE", "SE", "FI", "NO", "DK", "DE", "GB", "FR")
# Put together once: that takes longer than to run them.
_PEOPLE = select(User.id, User.name).where(User.disabled_at.is_(None)).order_by(User.name)
_VALUES = (
    select(ListValue.list, ListValue.id, ListValue.name)
    .where(ListValue.retired.is_(False))
    .order_by(ListValue.position, ListValue.name)
)
_LABELS = (
    select(Label.id, Label.name, Label.colour, LabelGroup.name)
    .outerjoin(LabelGroup, Label.group_id == LabelGroup.id)
    .order_by(LabelGroup.position, Label.name)
)


def people() -> list[Option]:
    """Who can own a record: everyone that can sign in."""
    if "people" not in g:
        g.people = [Option(str(key), name) for key, name in shell.here().execute(_PEOPLE)]
    return list(g.people)


def values_of(kind: ValueList) -> Callable[[], list[Option]]:
    """The values of a list that are not retired."""

    def offered() -> list[Option]:
        return [option for listed, option in _values() if listed is kind]

    return offered


def _values() -> list[tuple[ValueList, Option]]:
    """The values of all lists, read once a request."""
    if "list_values" not in g:
        g.list_values = [(listed, Option(str(key), name)) for listed, key, name in shell.here().execute(_VALUES)]
    found: list[tuple[ValueList, Option]] = g.list_values
    return found


def labels() -> list[Option]:
    """All labels with their dot, by group."""
    if "labels" not in g:
        rows = shell.here().execute(_LABELS)
        g.labels = [Option(str(key), name, group, colour.value) for key, name, colour, group in rows]
    return list(g.labels)


def projects_of(customer_id: int | None) -> list[Option]:
    """The projects of a customer that can still be worked on."""
    if customer_id is None:
        return []
    running = select(Project.id, Project.name).where(Project.customer_id == customer_id, Project.archived_at.is_(None))
    return [Option(str(key), name) for key, name in shell.here().execute(running.order_by(Project.name, Project.id))]


def contacts_of(customer_id: int | None) -> list[Option]:
    """The contacts of a customer who are not deactivated."""
    if customer_id is None:
        return []
    active = (
        select(Contact.id, Contact.name)
        .join(CustomerContact, CustomerContact.contact_id == Contact.id)
        .where(CustomerContact.customer_id == customer_id, Contact.archived_at.is_(None))
    )
    return [Option(str(key), name) for key, name in shell.here().execute(active.order_by(Contact.name_key, Contact.id))]


def label_groups() -> list[Option]:
    """The groups of labels."""
    rows = shell.here().execute(select(LabelGroup.id, LabelGroup.name).order_by(LabelGroup.position, LabelGroup.name))
    return [Option(str(key), name) for key, name in rows]


def roles() -> list[Option]:
    """All roles."""
    rows = shell.here().execute(select(Role.id, Role.name).order_by(Role.id))
    return [Option(str(key), shell.role_name(name)) for key, name in rows]


def teams() -> list[Option]:
    """All teams."""
    rows = shell.here().execute(select(Team.id, Team.name).order_by(Team.name))
    return [Option(str(key), name) for key, name in rows]


@lru_cache(maxsize=8)
def _countries(language: str) -> tuple[Option, ...]:
    names = Locale.parse(language).territories
    every = sorted((name, code) for code, name in names.items() if code in codes.COUNTRIES)
    near = [(names[code], code) for code in NEAR]
    far = [pair for pair in every if pair[1] not in NEAR]
    return tuple(Option(code, str(name)) for name, code in near + far)


def countries() -> tuple[Option, ...]:
    """All countries in the reader's language, the near ones first."""
    return _countries(str(get_locale() or "en"))


def languages() -> list[Option]:
    """The languages we write letters in."""
    names = Locale.parse(str(get_locale() or "en")).languages
    return [Option(code, str(names[code])) for code in ("nl", "en", "sv", "fi", "nb", "da", "de", "fr")]


def currencies() -> list[Option]:
    """The currencies of our customers."""
    return [Option(code, code) for code in codes.CURRENCIES]


@lru_cache(maxsize=1)
def time_zones() -> tuple[Option, ...]:
    """The time zones by region and city."""
    return tuple(Option(name, name.replace("_", " ")) for name in codes.TIME_ZONES)


def colours() -> dict[str, str]:
    """The eight dots, by name."""
    return {
        Colour.TEAL: gettext("teal"),
        Colour.BLUE: gettext("blue"),
        Colour.VIOLET: gettext("violet"),
        Colour.PINK: gettext("pink"),
        Colour.RED: gettext("red"),
        Colour.AMBER: gettext("amber"),
        Colour.GREEN: gettext("green"),
        Colour.GREY: gettext("grey"),
    }


def asked(name: str, noun: type[Customer | Project]) -> Callable[[], list[tuple[str, str]]]:
    """The customers or projects that the address filters a list by, with their names: there are too many to offer."""

    def made() -> list[tuple[str, str]]:
        texts = ",".join(request.args.getlist(name)).split(",")
        keys = {key for text in texts[:MOST_ASKED] if (key := whole(text)) is not None}
        if not keys:
            return []
        rows = shell.here().execute(select(noun.id, noun.name).where(noun.id.in_(keys)).order_by(noun.name))
        return [(str(key), text) for key, text in rows]

    return made


def pairs(offered: Callable[[], object]) -> Callable[[], list[tuple[str, str]]]:
    """The same list for a filter: (value, text)."""

    def made() -> list[tuple[str, str]]:
        return [(option.value, option.label) for option in offered()]  # type: ignore[attr-defined]

    return made
