"""Settings: one strict list with default, type and help; the settings page and the docs come from it.

Beside it the lists of values that the office edits itself, such as industry and status.
"""

from __future__ import annotations

import enum
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Boolean, Integer, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, invisible, table_args, words


class Deleting(enum.StrEnum):
    """Which customers may be deleted."""

    ARCHIVED_ONLY = "archived-only"
    DIRECT = "direct"
    NEVER = "never"


@dataclass(frozen=True)
class Known:
    """One setting: its default (whose type is its type), what it is called and what it does."""

    key: str
    default: str | int | bool
    title: str
    help: str
    choices: tuple[str, ...] = ()
    most: int = 3_650


SETTINGS: tuple[Known, ...] = (
    Known("company_name", "Havenkwartier Advies", "Name of the firm", "Stands at the top of the menu."),
    Known(
        "deleting",
        Deleting.ARCHIVED_ONLY.value,
        "Deleting customers",
        "Only what is archived, directly, or never.",
        tuple(Deleting),
    ),
    Known("bin_days", 30, "Days in the bin", "After this many days a deleted record is gone for good."),
    Known("number_prefix", "K-", "Customer numbers begin with", "Used for numbers that are given automatically."),
    Known("number_start", 10001, "First customer number", "Automatic numbers count on from here.", most=999_999_999),
    Known("default_country", "NL", "Country of the firm", "Preset for new addresses; two letters."),
    Known("currency", "EUR", "Currency", "Preset for new customers; three letters."),
)
LONGEST = 80
MAY_BE_EMPTY = frozenset({"number_prefix"})
_KNOWN = {known.key: known for known in SETTINGS}


class Setting(Base):
    """A setting that differs from its default. `value` is JSON."""

    key: Mapped[str] = mapped_column(String(60), unique=True)
    value: Mapped[str] = mapped_column(Text)


class ValueList(enum.StrEnum):
    """The lists the office keeps itself."""

    STATUS = "status"
    INDUSTRY = "industry"
    FUNCTION = "function"
    INVOICE_LAYOUT = "invoice_layout"


class ListValue(Base):
    """One value of such a list. A retired value stays on the records that have it, but is no longer offered."""

    __table_args__ = table_args(UniqueConstraint("list", "name"))

    list: Mapped[ValueList] = mapped_column(words(ValueList, "list"))
    name: Mapped[str] = mapped_column(String(80))
    position: Mapped[int] = mapped_column(Integer, default=0)
    retired: Mapped[bool] = mapped_column(Boolean, default=False)

    def __str__(self) -> str:
        return self.name


class NumberSeries(Base):
    """The next automatic number of a kind. Not journaled: an undo must never hand a number out again."""

    journaled = False

    name: Mapped[str] = mapped_column(String(40), unique=True)
    next: Mapped[int] = mapped_column(Integer)


def get(session: Session, key: str) -> Any:
    """The value of a setting, or its default. An unknown key is a programming error (KeyError)."""
    known = _KNOWN[key]
    stored = session.scalar(select(Setting.value).where(Setting.key == key))
    return known.default if stored is None else json.loads(stored)


def everything(session: Session) -> dict[str, Any]:
    """All settings at once, by key: one query for a page that needs several."""
    stored = dict(session.execute(select(Setting.key, Setting.value)).all())
    return {key: json.loads(stored[key]) if key in stored else known.default for key, known in _KNOWN.items()}


def put(session: Session, key: str, value: str | int | bool) -> None:
    """Set a setting, inside a changeset; its default's type is kept (ValueError)."""
    known = _KNOWN[key]
    if type(value) is not type(known.default) or (known.choices and value not in known.choices):
        raise ValueError(f"{key}: {value!r}")
    row = session.scalar(select(Setting).where(Setting.key == key))
    if row is None:
        session.add(Setting(key=key, value=json.dumps(value)))
    else:
        row.value = json.dumps(value)


def read(typed: Mapping[str, str]) -> tuple[dict[str, str | int | bool], dict[str, str]]:
    """Settings as people typed them: the values by key, and what is wrong (English) by key."""
    values: dict[str, str | int | bool] = {}
    wrong: dict[str, str] = {}
    for known in SETTINGS:
        text = typed.get(known.key, "")
        if isinstance(known.default, bool):
            values[known.key] = text == "1"
        elif isinstance(known.default, int):
            if text.isascii() and text.isdigit() and 0 < int(text[:10]) <= known.most:
                values[known.key] = int(text)
            else:
                wrong[known.key] = f"Fill in a whole number from 1 to {known.most}."
        elif known.choices and text not in known.choices:
            wrong[known.key] = "Choose one of the list."
        elif len(text) > LONGEST or (not text and known.key not in MAY_BE_EMPTY):
            wrong[known.key] = "Fill in a text of 1 to 80 characters."
        elif invisible(text):
            wrong[known.key] = "There is a character here that nobody can see. Type this again."
        else:
            values[known.key] = text
    return values, wrong
