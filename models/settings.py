"""Settings: one strict list with default, type and help; the settings page and the docs come from it.

Beside it the lists of values that the office edits itself, such as industry and status.
"""

from __future__ import annotations

import enum
import json
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Boolean, Integer, ScalarSelect, String, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, scoped_session

from models import codes
from models.base import Base, Limits, between, invisible, plain, spelt_out, table_args, whole, words
from models.errors import Reason, Refused


class Deleting(enum.StrEnum):
    """Which customers may be deleted."""

    ARCHIVED_ONLY = "archived-only"
    DIRECT = "direct"
    NEVER = "never"


class Group(enum.StrEnum):
    """The parts of the settings page; the value is the heading in English."""

    OFFICE = "For everybody"
    FEATURES = "What is used"


Value = str | int | bool
# More than this many MB does not reach the panel at all.
LARGEST_FILE = 25


@dataclass(frozen=True)
class Known:
    """One setting: its default (whose type is its type), what it is called, what it does, and what fits.

    `choices` are words with a text of their own, `codes` are codes that others made. A text has one line, and is not
    empty unless it is `optional`. One without a `group` is kept by a button of its own and is in no form.
    """

    key: str
    default: Value
    title: str
    help: str
    limits: Limits = field(default=Limits(longest=80, least=1, most=3_650))
    choices: tuple[str, ...] = ()
    codes: Container[str] | None = None
    optional: bool = False
    group: Group | None = Group.OFFICE

    def typed(self, text: str) -> Value:
        """What was typed as a value of this setting; what cannot be one stays a text, for `misfit` to refuse."""
        if isinstance(self.default, bool):
            return {"1": True, "0": False}.get(text, text)
        if isinstance(self.default, int):
            number = whole(text)
            return text if number is None else number
        return text.strip()

    def misfit(self, value: object) -> Refused | None:
        """Why a value does not fit."""
        if isinstance(self.default, bool):
            fits = isinstance(value, bool)
            return None if fits else Refused(Reason.WRONG_VALUE, self.key, value=value, example="")
        if isinstance(self.default, int):
            fits = type(value) is int and self.limits.hold(value)
            limits = {"least": self.limits.least, "most": self.limits.most}
            return None if fits else Refused(Reason.OUT_OF_RANGE, self.key, **limits)
        if not isinstance(value, str):
            return Refused(Reason.WRONG_VALUE, self.key, value=value, example="")
        return self._misfit_text(value)

    def _misfit_text(self, text: str) -> Refused | None:
        among = self.choices or self.codes
        if hidden := invisible(text):
            return Refused(Reason.INVISIBLE, self.key, shown=spelt_out(text, hidden))
        if among is not None and text not in among:
            return Refused(Reason.WRONG_VALUE, self.key, value=text, example="")
        if not text.strip() and not self.optional:
            return Refused(Reason.MISSING, self.key)
        return None if self.limits.hold(text) else Refused(Reason.TOO_LONG, self.key, length=self.limits.longest)


def _feature(key: str, title: str, help: str) -> Known:
    return Known(f"{SWITCH}{key}", True, title, help, group=Group.FEATURES)


# What the keys of feature switches begin with. What is off shows nowhere; what was filled in stays, and comes back with it.
SWITCH = "use_"
REVIEWED = "reviewed_on"
SETTINGS: tuple[Known, ...] = (
    Known("company_name", "Havenkwartier Advies", "Name of the firm", "Stands at the top of the menu."),
    Known(
        "deleting",
        Deleting.ARCHIVED_ONLY.value,
        "Deleting customers",
        "Only what is archived, directly, or never; never holds for projects and contacts too.",
        choices=tuple(Deleting),
    ),
    Known(
        "bin_days",
        30,
        "Days in the bin",
        "After this many days a deleted record is gone for good, and an import that nobody finished.",
    ),
    Known(
        "number_prefix",
        "K-",
        "Customer numbers begin with",
        "Used for numbers that are given automatically.",
        Limits(longest=20),  # a number has 40 characters, and digits follow
        optional=True,
    ),
    Known(
        "number_start",
        10001,
        "First customer number",
        "Automatic numbers count on from here.",
        Limits(least=1, most=999_999_999),
    ),
    Known("default_country", "NL", "Country of the firm", "Preset for new addresses.", codes=codes.COUNTRIES),
    Known(
        "time_zone",
        "Europe/Amsterdam",
        "Time zone",
        "By which days begin and times are shown and typed.",
        codes=codes.TIME_ZONES,
    ),
    Known(
        "start_address",
        "",
        "Address of the firm",
        "Where routes to customers start; empty: no routes are offered.",
        Limits(longest=200),
        optional=True,
    ),
    Known(
        "invoice_addresses",
        True,
        "Separate addresses for invoices",
        "A customer can have another address for its invoices than the head office.",
    ),
    Known(
        "file_megabytes",
        20,
        "Largest file, in MB",
        "Larger files cannot be attached to customers and projects.",
        Limits(least=1, most=LARGEST_FILE),
    ),
    Known(
        "ask_registers",
        False,
        "Ask public registers",
        "Companies are looked up in a public register where somebody asks for it; it is told the number and nothing else.",
    ),
    Known("currency", "EUR", "Currency", "Preset for new customers.", codes=frozenset(codes.CURRENCIES)),
    _feature("nickname", "Other names of customers", "A second name, such as the former one; it is found by search."),
    _feature("activities", "Activities", "Notes, tasks and events around customers."),
    _feature("files", "Files and links", "Files and links on customers and projects."),
    _feature("opportunities", "Opportunities", "Sales cases that are open, won or lost."),
    _feature("relations", "Relations", "How customers and contacts belong together, such as accountant and client."),
    _feature("agreements", "Service agreements", "What was agreed with a customer, and whether it still holds."),
    _feature("portals", "Customer portals", "Portals that contacts are invited to."),
    _feature("tools", "Tools", "The tab Tools of customers, with links to programs outside."),
    _feature("processes", "Work processes", "Steps that are planned at once; they need Activities and Tools."),
    Known(
        REVIEWED,
        "",
        "Settings looked through on",
        "The day on which somebody last said on the settings page that all of them are still right.",
        Limits(longest=10),
        optional=True,
        group=None,
    ),
)
KNOWN = {known.key: known for known in SETTINGS}


class Setting(Base):
    """A setting that somebody changed; without a row its default holds. `value` is JSON."""

    key: Mapped[str] = mapped_column(String(60), unique=True)
    value: Mapped[str] = mapped_column(Text)


class ValueList(enum.StrEnum):
    """The lists the office keeps itself."""

    STATUS = "status"
    INDUSTRY = "industry"
    FUNCTION = "function"
    INVOICE_LAYOUT = "invoice_layout"
    ACTIVITY_KIND = "activity_kind"
    RELATION_KIND = "relation_kind"


class ListValue(Base):
    """One value of such a list. A retired value stays on the records that have it, but is no longer offered.

    `other_name` is what the kind of a relation is called from the other side: "client of" where `name` is "accountant of".
    """

    __table_args__ = table_args(UniqueConstraint("list", "name"))

    list: Mapped[ValueList] = mapped_column(words(ValueList, "list"))
    name: Mapped[str] = mapped_column(String(80))
    position: Mapped[int] = mapped_column(Integer, default=0, info=between(0, 1_000))
    retired: Mapped[bool] = mapped_column(Boolean, default=False)
    other_name: Mapped[str | None] = mapped_column(String(80))

    def read(self, *, backwards: bool) -> str:
        """What it is called from one side, or from the other; without a name for that the same word serves both."""
        return self.other_name or self.name if backwards else self.name

    @property
    def reads_alike(self) -> bool:
        """Whether it says the same from both sides: partner of."""
        return self.other_name in (None, "", self.name)

    def __str__(self) -> str:
        return self.name


class NumberSeries(Base):
    """The next automatic number of a kind. Not journaled: an undo must never hand a number out again."""

    journaled = False

    name: Mapped[str] = mapped_column(String(40), unique=True)
    next: Mapped[int] = mapped_column(Integer)


def get(session: Session, key: str) -> Any:
    """The value of a setting, or its default. An unknown key is a programming error (KeyError)."""
    return everything(session)[key]


_STORED = select(Setting.key, Setting.value)
_KEPT = "settings"


def everything(session: Session | scoped_session[Session]) -> dict[str, Any]:
    """All settings at once, by key: one query for a page that needs several, none where `keep` has them."""
    transaction, values = session.info.get(_KEPT, (None, {}))
    if transaction is not None and transaction is plain(session).get_transaction():
        return dict(values)
    return of_stored(dict(session.execute(_STORED).all()))


def keep(session: Session | scoped_session[Session], values: Mapping[str, Any]) -> None:
    """What all settings were found to be, for as long as this transaction lasts; a write begins another one."""
    session.info[_KEPT] = (plain(session).get_transaction(), values)


def of_stored(stored: Mapping[str, str]) -> dict[str, Any]:
    """All settings from what is stored of them, by key."""
    return {key: _value(known, stored.get(key)) for key, known in KNOWN.items()}


def in_one_text() -> ScalarSelect[str]:
    """What is stored of all settings as one text, for a query that asks for more than them; `of_one_text` reads it."""
    return select(func.aggregate_strings(Setting.key + "=" + Setting.value, "\n")).scalar_subquery()


def of_one_text(text: str | None) -> dict[str, Any]:
    """All settings from that text. JSON has no line breaks of its own."""
    return of_stored({key: value for key, _, value in (line.partition("=") for line in (text or "").split("\n"))})


# What is off together with something else, whatever its own switch says.
_NEEDS = {f"{SWITCH}processes": (f"{SWITCH}activities", f"{SWITCH}tools")}


def is_used(switch: str, now: Callable[[str], Any]) -> bool:
    """Whether what a feature switch turns off is on; `now` gives the value of a setting."""
    return all(now(one) for one in (switch, *_NEEDS.get(switch, ())))


def switched_off(session: Session | scoped_session[Session], table: str) -> frozenset[str]:
    """The columns of a table whose feature switch is off: those marked with `info={"switch": key}`."""
    known = Base.metadata.tables.get(table)
    switched = {} if known is None else {c.name: c.info["switch"] for c in known.c if "switch" in c.info}
    if not switched:
        return frozenset()
    now = everything(session)
    return frozenset(name for name, key in switched.items() if not is_used(key, now.__getitem__))


# What only serves a noun is off with it.
_SERVES = {ValueList.ACTIVITY_KIND: f"{SWITCH}activities", ValueList.RELATION_KIND: f"{SWITCH}relations"}


def lists(session: Session | scoped_session[Session]) -> tuple[ValueList, ...]:
    """The lists that no feature switch turns off."""
    now = everything(session)
    return tuple(which for which in ValueList if which not in _SERVES or now[_SERVES[which]])


def _value(known: Known, stored: str | None) -> Value:
    """What is stored, unless it does not fit: an older version or another program wrote it, and nobody is to stumble."""
    value = parsed(stored)
    return known.default if known.misfit(value) else value


def parsed(stored: str | None) -> Any:
    """The JSON of a stored value; None, which fits no setting, where there is none."""
    try:
        return None if stored is None else json.loads(stored)
    except ValueError:
        return None


def put(session: Session, key: str, value: Value) -> None:
    """Set a setting, inside a changeset; what holds already is left alone. Raises Refused for what does not fit."""
    misfit = KNOWN[key].misfit(value)
    if misfit:
        raise misfit
    row = session.scalar(select(Setting).where(Setting.key == key))
    if row is not None:
        row.value = json.dumps(value)
    elif value != KNOWN[key].default:
        session.add(Setting(key=key, value=json.dumps(value)))


def read(typed: Mapping[str, str]) -> dict[str, Value]:
    """Settings as people typed them."""
    return {key: KNOWN[key].typed(text) for key, text in typed.items()}
