"""What the page of a plan shows: its rows of one status, narrowed to one field, and the row that is being corrected."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import get_locale, gettext
from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased

from admin_views import pages, returned, shell
from importers import apply, corrections, known, planner, run, unticking
from importers import plan as planning
from importers.columns import COLUMNS, DAYS
from importers.trouble import describe
from models.among import one_of
from models.base import day_of, whole
from models.contact import Contact
from models.customer import Customer, Kind
from models.imports import STAYS_OUT, ImportKind, ImportRow, ImportRun, RowStatus

PAGE = 25
CORRECTIONS_SHOWN = 50
STATUSES = (
    RowStatus.NEW,
    RowStatus.CHANGED,
    RowStatus.UNCHANGED,
    RowStatus.AMBIGUOUS,
    RowStatus.DUPLICATE,
    RowStatus.REJECTED,
)


def language() -> str:
    """The language of the page."""
    return str(get_locale() or "en")


@dataclass(frozen=True)
class Narrowed:
    """What of a plan is shown, as the address says: rows of a status, that are about a field; a page of them."""

    status: RowStatus
    field: str
    page: int

    @property
    def condition(self) -> Any:
        """The rows that are shown."""
        return planning.about(self.status, self.field)

    def pairs(self, asks_field: bool = False) -> list[tuple[str, str | int]]:
        """The same for a form; not the field where it asks for that."""
        field = [] if asks_field else [("field", self.field)]
        return [("show", self.status.value), *field, ("page", self.page)]

    def address(self, **changed: str | int | None) -> dict[str, str | int | None]:
        """The same for an address, with something of it changed."""
        return {"show": self.status.value, "field": self.field or None, "page": self.page, **changed}


Fields = Mapping[str, Mapping[str, int]]
"""Status -> field -> in how many rows it is so."""


def where_is(found: ImportRun, number: int) -> Narrowed | None:
    """Where in a plan a row stands: its status, and the page of it."""
    moved = found.options.get("moved", ())
    one, is_moved = aliased(ImportRow), one_of(ImportRow.row_number, moved)
    earlier = ImportRow.row_number < number
    ahead = and_(is_moved, earlier) if number in moved else or_(is_moved, earlier)
    before = select(func.count(ImportRow.id)).where(ImportRow.run_id == found.id, ImportRow.status == one.status, ahead)
    query = select(one.status, before.scalar_subquery()).where(one.run_id == found.id, one.row_number == number)
    place = shell.here().execute(query).one_or_none()
    return None if place is None else Narrowed(place[0], "", place[1] // PAGE + 1)


def narrowed(fields: Fields, statuses: Iterable[RowStatus], otherwise: RowStatus) -> Narrowed:
    """What the address asks for, as far as there is something of it."""
    status = next((one for one in statuses if one.value == request.args.get("show")), otherwise)
    field = request.args.get("field", "")
    known = field in fields.get(status.value, {})
    return Narrowed(status, field if known else "", max(1, whole(request.args.get("page"), 100_000) or 1))


def offered_fields(kind: ImportKind, counted: Mapping[str, int]) -> list[tuple[str, str]]:
    """What the rows of a status can be narrowed to, with in how many rows it is so."""
    order = {key: at for at, key in enumerate(COLUMNS[kind])}
    return [
        (key, f"{title_of(kind, key)} ({counted[key]})")
        for key in sorted(counted, key=lambda key: order.get(key, len(order)))
    ]


def title_of(kind: ImportKind, key: str) -> str:
    """What people call a field."""
    column = COLUMNS[kind].get(key)
    return column.title(language()) if column else key


def shown(found: ImportRun, error: str | None = None) -> str:
    """The page of a plan."""
    of_run, moved = ImportRow.run_id == found.id, one_of(ImportRow.row_number, found.options.get("moved", ()))
    heaps = run.heaps(shell.here(), found)
    filled = {one.status for one in heaps if one.is_moved}
    filled = filled or {status for status in STATUSES if found.counts.get(status.value)}
    fields: Fields = found.options.get("fields", {})
    otherwise = next((status for status in STATUSES if status in filled), RowStatus.NEW)
    sought = None if "show" in request.args else whole(request.args.get("edit"))
    view = (where_is(found, sought) if sought is not None else None) or narrowed(fields, STATUSES, otherwise)
    rows = shell.here().scalars(
        select(ImportRow)
        .where(of_run, view.condition)
        .order_by(moved.desc(), ImportRow.row_number)
        .limit(PAGE)
        .offset((view.page - 1) * PAGE)
    )
    worst = (
        shell.here()
        .scalars(
            select(ImportRow).where(of_run, ImportRow.status.in_(STAYS_OUT)).order_by(ImportRow.row_number).limit(6)
        )
        .all()
    )
    unticked = sum(one.rows for one in heaps if one.status is view.status and not one.is_ticked)
    if view.field and unticked:
        of_field = select(func.count(ImportRow.id)).where(of_run, view.condition, ImportRow.ticked.is_(False))
        unticked = shell.here().scalar(of_field) or 0
    listed = list(rows)
    names = _names(found.kind, listed)
    counts = fields.get(view.status.value, {})
    total = counts.get(view.field, 0) if view.field else found.counts.get(view.status.value, 0)

    def titled(key: str) -> str:
        return title_of(found.kind, key)

    def candidates(row: ImportRow) -> list[tuple[int | str, str]]:
        """What may be said of an open row: whom it means, as far as one may see them, or what else it is."""
        wanted = [row.meets, *(row.values or {}).get("candidates", ())]
        found: list[tuple[int | str, str]] = [
            (key, gettext("The same one: %(name)s", name=names[key])) for key in dict.fromkeys(wanted) if key in names
        ]
        if row.status is RowStatus.DUPLICATE:
            found.append((planner.TAKE, gettext("This row counts, not the others")))
        if planner.may_be_new(row.problems):
            found.append((planner.NEW, gettext("A new one")))
        return [("", gettext("Decide later: leave it out")), *found, (planner.SKIP, gettext("Leave it out"))]

    return pages.show(
        "imports/check.html",
        candidates=candidates,
        run=found,
        kind=found.kind,
        view=view,
        shown=view.status,
        fields=offered_fields(found.kind, counts),
        pages=-(-total // PAGE),
        page_size=PAGE,
        rows=listed,
        worst=worst,
        number_of=_numbers(found),
        bad=sum(found.counts.get(status.value, 0) for status in STAYS_OUT),
        total=total,
        ticked=total - unticked,
        statuses=STATUSES,
        foreseen=run.counted(heaps),
        token=apply.digest(shell.here(), found),
        error=error,
        words=describe_row,
        told=told(found.kind, listed),
        hints={row.id: _hints(found, row) for row in (*listed, *worst)},
        decisions=found.options.get("decisions", {}),
        editing=_editing(found, listed),
        corrected=_corrected(found),
        choices=run.choices_of(found),
        columns=_columns(found),
        returned=returned.notices(found),
        asked={row.id: returned.asked(row, found.options.get("decisions", {}), titled) for row in listed},
        sides=returned.sides(),
    )


def told(kind: ImportKind, rows: list[ImportRow]) -> dict[int, list[tuple[str, str | bool, str]]]:
    """Per row, field by field, what it writes in words: title, the old (False: there is none) and the new."""
    owners = {row.values["customer"]["owner_id"] for row in rows if row.values.get("customer", {}).get("owner_id")}
    users = known.names_of(shell.here(), owners)
    return {row.id: _told(kind, row, planning.shown(row, users)) for row in rows}


def _told(kind: ImportKind, row: ImportRow, fields: Mapping[str, list[Any]]) -> list[tuple[str, str | bool, str]]:
    is_new = row.status is RowStatus.NEW
    return [
        (
            title_of(kind, key),
            False if is_new and old in ("", False, []) else _in_words(key, old),
            _in_words(key, new),
        )
        for key, (old, new) in fields.items()
    ]


def _in_words(key: str, value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if key == "kind" and value:
        return gettext("Private person") if value == Kind.PRIVATE.value else gettext("Company")
    day = day_of(value) if key.rpartition(".")[2] in DAYS and isinstance(value, str) else None
    return str(value) if day is None else shell.full(day)


def _names(kind: ImportKind, rows: list[ImportRow]) -> dict[int, str]:
    """The names of the records that open rows may mean."""
    wanted = {row.meets for row in rows} | {key for row in rows for key in (row.values or {}).get("candidates", ())}
    ids = wanted - {None}
    if not ids:
        return {}
    rows_found = (
        shell.here().execute(select(Customer.id, Customer.name, Customer.number).where(Customer.id.in_(ids))).all()
        if kind is ImportKind.CUSTOMERS
        else shell.here().execute(select(Contact.id, Contact.name, Contact.email).where(Contact.id.in_(ids))).all()
    )
    return {key: f"{name}, {more}" if more else name for key, name, more in rows_found}


def _numbers(found: ImportRun) -> Callable[[ImportRow], str]:
    """What tells the number of a row as the file says it; '' where it says none."""
    at = next((column["position"] for column in found.options["columns"] if column["field"] == "number"), None)
    return lambda row: corrections.written(row.raw[at]) if at is not None and at < len(row.raw) else ""


def describe_row(problem: Mapping[str, Any]) -> str:
    """A problem of a row in the reader's language."""
    return describe(problem, gettext)


# Correcting ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    """A cell of the row that is being corrected. `alike`: how many rows say the same there, with this one."""

    position: int
    name: str
    field: str
    said: str
    now: str
    alike: int
    problems: list[str]


@dataclass(frozen=True)
class Editing:
    """The row that is being corrected."""

    row: int
    cells: list[Cell]


def _position_of(found: ImportRun, cell: str) -> int | None:
    """Which column of the run an address such as B12 is in."""
    letters = cell.rstrip("0123456789")
    return next((column["position"] for column in found.options["columns"] if column["letter"] == letters), None)


def hints_of(found: ImportRun, row: ImportRow) -> dict[int, str]:
    """What wrong cells of a row probably mean: position -> text."""
    hints = {
        _position_of(found, one["cell"]): str(one["values"]["hint"])
        for one in row.problems
        if one["wall"] and "hint" in one["values"]
    }
    return {position: hint for position, hint in hints.items() if position is not None}


def _hints(found: ImportRun, row: ImportRow) -> list[tuple[int, str]]:
    return list(hints_of(found, row).items()) if row.status is RowStatus.REJECTED else []


def _editing(found: ImportRun, rows: list[ImportRow]) -> Editing | None:
    number = whole(request.args.get("edit"))
    row = next((one for one in rows if one.row_number == number), None)
    if row is None:
        return None
    wrong: dict[int | None, list[str]] = {}
    for one in row.problems:
        if one["cell"] and one["wall"]:
            wrong.setdefault(_position_of(found, one["cell"]), []).append(describe_row(one))
    now = dict(enumerate(corrections.laid_over(found, [(row.row_number, tuple(row.raw))])[0][0][1]))
    said = {at: corrections.written(cell) for at, cell in enumerate(row.raw)}
    columns = [column for column in found.options["columns"] if column["field"]]
    many = corrections.how_many(
        shell.here(), found, [(one["position"], said[one["position"]]) for one in columns if said.get(one["position"])]
    )
    cells = [
        Cell(
            position=(at := column["position"]),
            name=f"{column['letter']} {column['header']}".rstrip(),
            field=title_of(found.kind, column["field"]),
            said=said.get(at, ""),
            now=corrections.written(now.get(at)),
            alike=many.get((at, said.get(at, "")), 1),
            problems=wrong.get(at, []),
        )
        for column in columns
    ]
    return Editing(row.row_number, sorted(cells, key=lambda cell: not cell.problems))


def _corrected(found: ImportRun) -> dict[str, Any]:
    """What was corrected, for its list: the first of them and how many there are."""
    names = {
        column["position"]: f"{column['letter']} {column['header']}".rstrip() for column in found.options["columns"]
    }
    every = corrections.listed(found)
    listed = [
        {"row": row, "position": at, "column": names.get(at, ""), "said": said, "text": text}
        for row, at, said, text in every[:CORRECTIONS_SHOWN]
    ]
    return {"count": len(every), "listed": listed}


def _columns(found: ImportRun) -> list[dict[str, Any]]:
    """The columns of the file that go into a field, and whether they stay out of the plan."""
    fixed = unticking.TELLS_WHO[found.kind]
    left_out = found.options.get(unticking.LEFT_OUT, ())
    return [
        {
            "field": field,
            "name": title_of(found.kind, field),
            "fixed": field in fixed,
            "ticked": field in fixed or field not in left_out,
        }
        for field in found.mapping
    ]
