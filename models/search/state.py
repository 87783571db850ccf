"""The state of a list, read once from the URL: what is searched, filtered, sorted and which page is shown.

Whatever a URL holds, reading it never fails: what is unknown or does not fit is left out and named in `dropped`.
"""

from __future__ import annotations

import base64
import binascii
import enum
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol, runtime_checkable
from urllib.parse import parse_qsl, urlencode

from models.search.spec import LARGEST_KEY, ListSpec, printable, whole_number

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
    NOT_ALLOWED = "You cannot sort by {name}."
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


@runtime_checkable
class Arguments(Protocol):
    """What a web framework gives for a query string, as far as it is used here."""

    def items(self, multi: bool = ...) -> Iterable[tuple[str, str]]: ...


@dataclass(frozen=True)
class ListState:
    """What a list shows. `sort` is a name, with a minus for descending; `filters` has the values of each filter.

    One of a filter's values must hold, and every filter. `after` or `before` places the page; `page` then only counts.
    """

    search: str = ""
    sort: str = ""
    page: int = 1
    page_size: int = PAGE_SIZE
    archived: Archived = Archived.ACTIVE
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    after: Cursor | None = None
    before: Cursor | None = None
    dropped: tuple[Dropped, ...] = field(default=(), compare=False)
    usual_sort: str = field(default="", compare=False)

    @classmethod
    def parse(
        cls,
        spec: ListSpec,
        args: Arguments | Iterable[tuple[str, str]],
        allowed: frozenset[str] | None = None,
        others: frozenset[str] = frozenset(),
    ) -> ListState:
        """The state that a URL's query asks for.

        `args` are names and values in their order, or what holds them (`request.args`). `allowed` are the sorts this
        person may use; None is all. `others` are names that belong to the page itself and are left alone.
        """
        pairs = args.items(multi=True) if isinstance(args, Arguments) else args
        reader = _Reader(spec, allowed)
        for count, (name, value) in enumerate(pairs):
            if count == MOST_PARTS:
                break
            if name not in others:
                reader.take(name, value)
        return cls(**reader.found, filters=reader.filters, dropped=tuple(reader.dropped), usual_sort=spec.order)

    @property
    def sort_name(self) -> str:
        """The name of the sort order, without its direction."""
        return self.sort.removeprefix("-")

    @property
    def descending(self) -> bool:
        """Whether the last comes first."""
        return self.sort.startswith("-")

    def to_query(self, **changes: Any) -> str:  # noqa: ANN401 - the fields of the state
        """This state with some fields changed, as a URL query without the question mark.

        What stands at its default is not written. A change goes to the first page, unless it is about the page.
        """
        if changes.keys() & {"page", "after", "before"}:
            changes = {"after": None, "before": None, **changes}
        elif changes:
            changes = {"page": 1, "after": None, "before": None, **changes}
        return urlencode(replace(self, **changes).pairs())

    def pairs(self) -> list[tuple[str, str]]:
        """The state as names and values of a URL query or of hidden fields."""
        pairs = [
            ("search", self.search),
            ("sort", "" if self.sort == self.usual_sort else self.sort),
            ("archived", "" if self.archived is Archived.ACTIVE else self.archived.value),
            *((name, value) for name, values in self.filters.items() for value in values),
            ("page_size", "" if self.page_size == PAGE_SIZE else str(self.page_size)),
            ("page", "" if self.page == 1 else str(self.page)),
            ("after", "" if self.after is None else str(self.after)),
            ("before", "" if self.before is None else str(self.before)),
        ]
        return [(name, value) for name, value in pairs if value]


def pairs_of(query: str) -> list[tuple[str, str]]:
    """The names and values of a URL query; of one that is too long, the beginning."""
    try:
        return parse_qsl(query[: 1 << 16], max_num_fields=MOST_PARTS)
    except ValueError:
        return []


class _Reader:
    """Takes a URL apart, one named part after the other."""

    def __init__(self, spec: ListSpec, allowed: frozenset[str] | None) -> None:
        self.spec = spec
        self.allowed = allowed
        self.found: dict[str, Any] = {"sort": spec.order}
        self.filters: dict[str, tuple[str, ...]] = {}
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
        known = self.filters.get(name, ())
        parts = written.split(",") if self.spec.filters[name].several else [written]
        if (not known and len(self.filters) == MOST_FILTERS) or len(known) + len(parts) > MOST_VALUES:
            self._drop(Unfit.TOO_MANY_FILTERS, "")
            return
        values = [self.spec.filters[name].read(part.strip()) for part in parts]
        if None in values:
            self._drop(Unfit.WRONG_VALUE, name)
        fitting = dict.fromkeys((*known, *(value for value in values if value is not None)))
        if fitting:
            self.filters[name] = tuple(fitting)

    def _search(self, text: str) -> None:
        clean = " ".join(printable(text).split())
        if len(clean) > LONGEST_SEARCH:
            self._drop(Unfit.SEARCH_TOO_LONG, "search")
        self.found["search"] = clean[:LONGEST_SEARCH].strip()

    def _sort(self, text: str) -> None:
        name = text.removeprefix("-")
        if name not in self.spec.sorts:
            self._drop(Unfit.WRONG_VALUE, "sort")
        elif self.allowed is not None and name not in self.allowed:
            self._drop(Unfit.NOT_ALLOWED, name)
        else:
            self.found["sort"] = text

    def _page(self, text: str) -> None:
        number = whole_number(text)
        if number is None or number > LAST_PAGE:
            self._drop(Unfit.WRONG_VALUE, "page")
        else:
            self.found["page"] = number

    def _page_size(self, text: str) -> None:
        number = whole_number(text)
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
