"""The state of a list, read once from the URL: what is searched, filtered, sorted and which page is shown.

Whatever a URL holds, reading it never fails: what is unknown or does not fit is left out and named in `dropped`.
"""

from __future__ import annotations

import base64
import binascii
import enum
import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import urlencode

from models.base import LARGEST_KEY, whole
from models.search.spec import ListSpec, printable

PAGE_SIZES: Final = (25, 50, 100, 200)
PAGE_SIZE: Final = 50
LONGEST_SEARCH: Final = 200
MOST_FILTERS: Final = 20
MOST_VALUES: Final = 50
LAST_PAGE: Final = 10**9
LONGEST_CURSOR: Final = 2000
# What one URL may make us read and say, however long it is.
MOST_PARTS: Final = 2000
MOST_DROPPED: Final = 10


class Archived(enum.StrEnum):
    """Which rows a list shows; a deactivated contact counts as archived."""

    ACTIVE = "active"
    ARCHIVED = "archived"
    ALL = "all"


class Unfit(enum.StrEnum):
    """Why a part of the URL was left out. The value is the message in English; `{name}` is filled in."""

    UNKNOWN = "This list has no {name}: it was left out."
    WRONG_VALUE = "The value of {name} does not fit here: it was left out."
    SEARCH_TOO_LONG = "Only the first 200 characters are searched for."
    TOO_MANY_FILTERS = "Only the first 20 filters, with 50 values each, are used."


@dataclass(frozen=True)
class Dropped:
    """A part of the URL that was left out: why, and what it was called there."""

    why: Unfit
    name: str

    def __str__(self) -> str:
        return self.why.value.format(name=self.name)


@dataclass(frozen=True)
class Cursor:
    """A place between two rows: the sort key and the id of the row beside it."""

    key: str | int
    id: int

    def __str__(self) -> str:
        return base64.urlsafe_b64encode(json.dumps([self.key, self.id]).encode()).decode().rstrip("=")

    @classmethod
    def read(cls, written: str) -> Cursor | None:
        """The cursor that is written like this; None when it is not one."""
        if len(written) > LONGEST_CURSOR:
            return None
        try:
            parts = json.loads(base64.urlsafe_b64decode(written + "=" * (-len(written) % 4)))
        except (binascii.Error, ValueError, RecursionError):
            return None
        match parts:
            case [bool(), _] | [_, bool()]:
                return None
            case [str() | int() as key, int() as row] if _storable(key) and 0 < row <= LARGEST_KEY:
                return cls(key, row)
        return None


def _storable(key: str | int) -> bool:
    return -(2**63) <= key < 2**63 if isinstance(key, int) else printable(key) == key


@dataclass(frozen=True)
class Chip:
    """One filter as set. Any of its values will do; two chips must both hold."""

    name: str
    values: tuple[str, ...]

    @property
    def text(self) -> str:
        """The values as a URL writes them."""
        return ",".join(self.values)


@dataclass(frozen=True)
class ListState:
    """What a list shows. `after` or `before` places the page; `page` then only counts."""

    search: str = ""
    sort: str = ""
    descending: bool = False
    page: int = 1
    page_size: int = PAGE_SIZE
    archived: Archived = Archived.ACTIVE
    chips: tuple[Chip, ...] = ()
    after: Cursor | None = None
    before: Cursor | None = None
    dropped: tuple[Dropped, ...] = field(default=(), compare=False)
    usual_order: str = field(default="", compare=False)

    @property
    def order(self) -> str:
        """The sort as a URL writes it: `name`, or `-name` for descending."""
        return f"-{self.sort}" if self.descending else self.sort

    def values(self, name: str) -> frozenset[str]:
        """Every value that any chip of this name holds."""
        return frozenset(value for chip in self.chips if chip.name == name for value in chip.values)

    def with_chip(self, name: str, values: Iterable[str]) -> ListState:
        """The same list with one more filter, on its first page."""
        return self._changed(chips=(*self.chips, Chip(name, tuple(values))))

    def without_chip(self, index: int) -> ListState:
        """The same list without the filter at this place, on its first page."""
        return self._changed(chips=self.chips[:index] + self.chips[index + 1 :])

    def to_query(self, **changes: Any) -> str:
        """This state with some fields changed, as a URL query without the question mark; `order="-name"` sorts.

        What stands at its default is not written. A change goes to the first page, unless it is about the page.
        """
        return urlencode((self._changed(**changes) if changes else self).pairs())

    def _changed(self, **changes: Any) -> ListState:
        if "order" in changes:
            order = changes.pop("order")
            changes |= {"sort": order.removeprefix("-"), "descending": order.startswith("-")}
        page = {} if changes.keys() & {"page", "after", "before"} else {"page": 1}
        return replace(self, **{**page, "after": None, "before": None, **changes})

    def pairs(self) -> list[tuple[str, str]]:
        """The state as names and values of a URL query or of hidden fields."""
        pairs = [
            ("search", self.search),
            ("sort", "" if self.order == self.usual_order else self.order),
            ("archived", "" if self.archived is Archived.ACTIVE else self.archived.value),
            *((chip.name, chip.text) for chip in self.chips),
            ("page_size", "" if self.page_size == PAGE_SIZE else str(self.page_size)),
            ("page", "" if self.page == 1 else str(self.page)),
            ("after", "" if self.after is None else str(self.after)),
            ("before", "" if self.before is None else str(self.before)),
        ]
        return [(name, value) for name, value in pairs if value]


def read_state(
    spec: ListSpec,
    pairs: Iterable[tuple[str, str]],
    others: frozenset[str] = frozenset(),
) -> ListState:
    """The state that a URL's query asks for; `pairs` in their order, as `request.args.items(multi=True)` gives them.

    `others` are names that belong to the page itself and are left alone.
    """
    reader = _Reader(spec)
    for count, (name, value) in enumerate(pairs):
        if count == MOST_PARTS:
            break
        if name not in others:
            reader.take(name, value)
    chips = tuple(dict.fromkeys(reader.chips))
    return ListState(**reader.found, chips=chips, dropped=tuple(reader.dropped), usual_order=spec.order)


class _Reader:
    """Takes a URL apart, one named part after the other."""

    def __init__(self, spec: ListSpec) -> None:
        self.spec = spec
        self.found: dict[str, Any] = {"sort": spec.order.removeprefix("-"), "descending": spec.order.startswith("-")}
        self.chips: list[Chip] = []
        self.dropped: dict[Dropped, None] = {}

    def take(self, name: str, value: str) -> None:
        if not value:
            return
        if name in self.spec.filters:
            self._filter(name, value)
        elif name in _PARTS:
            _PARTS[name](self, value)
        else:
            self._drop(Unfit.UNKNOWN, name)

    def _drop(self, why: Unfit, name: str) -> None:
        if len(self.dropped) < MOST_DROPPED:
            self.dropped[Dropped(why, printable(name)[:40])] = None

    def _filter(self, name: str, written: str) -> None:
        wanted = self.spec.filters[name]
        parts = written.split(",", MOST_VALUES) if wanted.several else [written]
        if len(self.chips) == MOST_FILTERS or len(parts) > MOST_VALUES:
            self._drop(Unfit.TOO_MANY_FILTERS, "")
        if len(self.chips) == MOST_FILTERS:
            return
        values = [wanted.read(part.strip()) for part in parts[:MOST_VALUES]]
        if None in values:
            self._drop(Unfit.WRONG_VALUE, name)
        fitting = tuple(dict.fromkeys(value for value in values if value is not None))
        if fitting:
            self.chips.append(Chip(name, fitting))

    def _search(self, text: str) -> None:
        clean = " ".join(printable(text).split())
        if len(clean) > LONGEST_SEARCH:
            self._drop(Unfit.SEARCH_TOO_LONG, "search")
        self.found["search"] = clean[:LONGEST_SEARCH].strip()

    def _sort(self, text: str) -> None:
        name = text.removeprefix("-")
        if name not in self.spec.sorts:
            self._drop(Unfit.WRONG_VALUE, "sort")
        else:
            self.found |= {"sort": name, "descending": text.startswith("-")}

    def _page(self, text: str) -> None:
        number = whole(text, LAST_PAGE)
        if not number:
            self._drop(Unfit.WRONG_VALUE, "page")
        else:
            self.found["page"] = number

    def _page_size(self, text: str) -> None:
        number = whole(text)
        if number in PAGE_SIZES:
            self.found["page_size"] = number
        else:
            self._drop(Unfit.WRONG_VALUE, "page_size")

    def _archived(self, text: str) -> None:
        if text in set(Archived):
            self.found["archived"] = Archived(text)
        else:
            self._drop(Unfit.WRONG_VALUE, "archived")

    def _after(self, text: str) -> None:
        self._cursor("after", text)

    def _before(self, text: str) -> None:
        self._cursor("before", text)

    def _cursor(self, name: str, text: str) -> None:
        cursor = Cursor.read(text)
        if cursor is None:
            self._drop(Unfit.WRONG_VALUE, name)
        else:
            self.found |= {"after": None, "before": None, name: cursor}


_PARTS = {
    "search": _Reader._search,
    "sort": _Reader._sort,
    "page": _Reader._page,
    "page_size": _Reader._page_size,
    "archived": _Reader._archived,
    "after": _Reader._after,
    "before": _Reader._before,
}
