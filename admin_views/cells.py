"""The rows of a list as plain values, so that templates/entity/cells.html only has to write them out.

A page has hundreds of cells: what can be said once a page or once a column is said here, and nothing is asked per cell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from flask_babel import gettext
from markupsafe import Markup

from admin_views import shell
from models.customer import Kind
from models.user import Right

# So many labels of a row are shown, if their names together are no longer than that: more would push its end out of the table.
CHIPS, LETTERS = 2, 24
# A place or a number as long as its field would push the end of the row out of the table.
LOOKS = {"moment": "kb-dim", "number": "kb-dim text-truncate", "place": "text-truncate"}
# These draw their own "nothing".
DRAWN_EMPTY = frozenset({"name", "label", "labels", "reach"})


@dataclass(frozen=True)
class Column:
    """A column of a list. `cell` is the kind that templates/entity/cells.html draws.

    `sort` is the stable name in the URL; `right` hides the column, its sorting and its export from people without it, and
    `switch` from everybody while that feature of the settings is off;
    `place` says where the cell goes on a narrow screen (see macros/table.html), `nothing` what stands where there are no links.
    """

    key: str
    label: Any
    cell: str = "text"
    sort: str | None = None
    right: Right | None = None
    numeric: bool = False
    place: str = ""
    nothing: Any = ""
    switch: str | None = None


class ListView(Protocol):
    """What is asked of a view for each of its rows."""

    endpoint: str

    def cell_value(self, column: Column, row: Any, extra: Mapping[str, Any]) -> Any: ...

    def second_line(self, row: Any) -> str | None: ...

    def group_of(self, row: Any) -> tuple[str, str] | None: ...


Cell = tuple[str, Markup, Any]
"""How a cell is drawn, the class attribute of its <td>, and what is in it, by kind."""


class Drawn(NamedTuple):
    """A row: its id and name, whether it is archived, the heading above it (text, note), and its cells."""

    id: int
    name: str
    archived: bool
    heading: tuple[str, str] | None
    cells: list[Cell]


def draw(view: ListView, rows: Sequence[Any], columns: Sequence[Column], extra: Mapping[str, Any]) -> Iterator[Drawn]:
    """The rows of a page; a heading stands above the first row of its group."""
    looks = [
        (column, column.cell, _look(column), SHAPES.get(column.cell), column.cell in DRAWN_EMPTY) for column in columns
    ]
    group = None
    for row in rows:
        cells: list[Cell] = []
        for column, kind, look, shape, draws_empty in looks:
            value = view.cell_value(column, row, extra)
            if not draws_empty and (value is None or value == ""):
                cells.append(("nothing", look, None))
                continue
            shaped = value if shape is None else shape(view, column, row, value)
            cells.append(("nothing" if shaped is None else kind, look, shaped))
        now = view.group_of(row)
        yield Drawn(
            row.id,
            shell.called(row),
            getattr(row, "archived_at", None) is not None,
            now if now != group else None,
            cells,
        )
        group = now


def _look(column: Column) -> Markup:
    classes = ("kb-num" if column.numeric else "", LOOKS.get(column.cell, ""), column.place)
    text = " ".join(filter(None, classes))
    return Markup(' class="{}"').format(text) if text else Markup("")


def _name(view: ListView, column: Column, row: Any, _value: Any) -> tuple[bool, str | None]:
    """Whether a person stands among the firms, and the second line."""
    alone = view.endpoint == "customers" and row.kind is Kind.PRIVATE
    return alone, view.second_line(row) if column.key == "name_and_more" else None


def _label(_view: ListView, _column: Column, row: Any, _value: Any) -> tuple[str, str]:
    return row.name, row.colour.value


def _labels(_view: ListView, _column: Column, _row: Any, value: Any) -> tuple[list[tuple[str, str]], list[str]] | None:
    """The chips that are shown, and the names behind "+n"."""
    labels = list(value or ())
    if not labels:
        return None
    shown = CHIPS if sum(len(label.name) for label in labels[:CHIPS]) <= LETTERS else 1
    return [(label.name, label.colour.value) for label in labels[:shown]], [label.name for label in labels[shown:]]


def _owner(_view: ListView, _column: Column, _row: Any, value: Any) -> tuple[str, str, str]:
    """First name, colour and initials."""
    return value.name.split(" ")[0], shell.colour_of(value.id), shell.initials(value.name)


def _place(_view: ListView, _column: Column, _row: Any, value: Any) -> tuple[str, str]:
    return value.city or "", value.country or ""


def _number(_view: ListView, _column: Column, row: Any, value: Any) -> tuple[Any, str | None]:
    """The number, and the city that stands behind it on a narrow screen."""
    office = getattr(row, "head_office", None)
    return value, office.city if office is not None else None


def _money(_view: ListView, _column: Column, _row: Any, value: Any) -> str | None:
    """Amounts by currency, which do not add up."""
    return " + ".join(shell.money(amount, currency, is_whole=True) for currency, amount in value.items()) or None


def _count(_view: ListView, _column: Column, _row: Any, value: Any) -> str | None:
    return shell.whole(value) if value else None


def _use(_view: ListView, _column: Column, _row: Any, value: Any) -> tuple[str, str] | None:
    """The address of where it is used, and how often."""
    return (value[0], shell.whole(value[1])) if value[1] else None


def _moment(_view: ListView, _column: Column, _row: Any, value: Any) -> tuple[str, str]:
    return shell.when(value), shell.full(value)


def _reach(_view: ListView, _column: Column, _row: Any, value: Any) -> Any:
    return value if value and any(value) else None


def _links(_view: ListView, column: Column, _row: Any, value: Any) -> tuple[Any, Any] | None:
    return (value, column.nothing) if value or column.nothing else None


def _yes(_view: ListView, _column: Column, _row: Any, value: Any) -> str:
    return gettext("yes") if value else gettext("no")


def _hours(_view: ListView, _column: Column, _row: Any, value: Any) -> str:
    return shell.hours(value)


SHAPES: dict[str, Callable[[ListView, Column, Any, Any], Any]] = {
    "name": _name,
    "label": _label,
    "labels": _labels,
    "owner": _owner,
    "place": _place,
    "number": _number,
    "money": _money,
    "count": _count,
    "use": _use,
    "moment": _moment,
    "reach": _reach,
    "links": _links,
    "yes": _yes,
    "hours": _hours,
}
"""Kind of a cell -> what its part of templates/entity/cells.html gets; None where there is nothing to see."""
