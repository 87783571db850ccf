"""The floor: the same pages by Flask, raw SQL and one Jinja template, and the same files by the quickest libraries.

No product: it knows no rights, no journal, no languages and no filters. It is the line to measure against.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
import sqlite3
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import psycopg
from flask import Flask, Response, current_app, redirect, render_template, request
from jinja2 import DictLoader
from python_calamine import CalamineWorkbook
from sqlalchemy import URL
from werkzeug.wrappers import Response as BaseResponse

Connect = Callable[[], AbstractContextManager[Any]]

PAGE = 50
BLOCK = 1_000
# As many columns as the peers exported.
FIELDS = (
    "number", "name", "email", "phone", "mobile", "website", "vat_number", "company_number", "reference",
    "customer_since", "currency", "description",
)  # fmt: skip
ROWS = """SELECT c.id, c.name, c.number, c.name_key, c.changed_at, a.city, a.country, u.name AS owner,
    (SELECT count(*) FROM registration r WHERE r.customer_id = c.id AND r.status = 'open') AS waiting,
    (SELECT sum(i.amount) FROM invoice i WHERE i.customer_id = c.id AND i.status IN ('sent', 'paid')
        AND i.day BETWEEN :first AND :last) AS revenue
FROM customer c LEFT JOIN address a ON a.customer_id = c.id AND a.is_head_office
LEFT JOIN "user" u ON u.id = c.owner_id WHERE c.archived_at IS NULL"""
LABELS = """SELECT cl.customer_id, l.name, l.colour FROM customer_label cl JOIN label l ON l.id = cl.label_id
WHERE cl.customer_id IN ({})"""
LABELLED = """ AND EXISTS (SELECT 1 FROM customer_label l WHERE l.customer_id = c.id AND l.label_id = :label)
 AND c.status_id + 0 = :status"""
FOUND = """ AND c.id IN (SELECT customer_id FROM customer_search WHERE customer_id IN (SELECT rowid FROM
customer_search_index WHERE customer_search_index MATCH :match) AND instr(document, :word) > 0)"""
FOUND_ON_SERVER = " AND c.id IN (SELECT customer_id FROM customer_search WHERE document LIKE '%%' || :word || '%%')"
# A search of everything as plain as can be: names and numbers that begin with the text, by their indexes.
EVERYTHING = (
    "SELECT id, name, number FROM customer WHERE name_key BETWEEN :word AND :end ORDER BY name_key LIMIT 5",
    "SELECT id, name, number FROM customer WHERE number_key BETWEEN :word AND :end ORDER BY number_key LIMIT 5",
    "SELECT id, name, email FROM contact WHERE name_key BETWEEN :word AND :end ORDER BY name_key LIMIT 5",
)
# The totals on a customer's card.
TOTALS = {
    "months": "SELECT substr(CAST(day AS text), 1, 7), sum(minutes), sum(amount) FROM registration "
    "WHERE customer_id = :id AND day >= :since GROUP BY 1 ORDER BY 1",
    "people": "SELECT user_id, sum(minutes), sum(amount), max(day) FROM registration "
    "WHERE customer_id = :id AND day >= :since GROUP BY user_id ORDER BY 2 DESC",
    "open": "SELECT count(*) FROM registration WHERE customer_id = :id AND status = 'open'",
    "projects": "SELECT project_id, sum(minutes), count(*) FROM registration WHERE customer_id = :id GROUP BY project_id",
    "invoiced": "SELECT substr(CAST(day AS text), 1, 4), currency, sum(amount), count(*) FROM invoice "
    "WHERE customer_id = :id AND status IN ('sent', 'paid') GROUP BY 1, 2 ORDER BY 1 DESC",
}
BY_NAME = " ORDER BY c.name_key, c.id LIMIT 50"
NEWEST = " ORDER BY c.changed_at DESC, c.id DESC LIMIT 50"
LIST = """<!doctype html><title>Customers</title><table>
{% for c in rows %}<tr><td><a href="/card?id={{ c.id }}">{{ c.name }}</a></td><td>{{ c.number }}</td><td>{{ c.city or "" }}
{{ c.country or "" }}</td><td>{% for name, colour in labels.get(c.id, ()) %}<i class="{{ colour }}">{{ name }}</i>{% endfor %}</td>
<td>{{ c.owner or "" }}</td><td>{{ c.waiting or "" }}</td><td>{{ c.revenue / 100 if c.revenue else "" }}</td>
<td>{{ c.changed_at }}</td><td><a href="/edit?id={{ c.id }}">Edit</a> <a href="/delete?id={{ c.id }}">Delete</a></td></tr>
{% endfor %}</table>"""
FORM = """<!doctype html><title>Customer</title><form method="post">
{% for name, value in fields %}<label>{{ name }} <input name="{{ name }}" value="{{ value or '' }}"></label>{% endfor %}
{% for key, name in labels %}<label><input type="checkbox" name="labels" value="{{ key }}">{{ name }}</label>{% endfor %}
<button>Save</button></form>"""
IMPACT = """<!doctype html><title>Delete</title><form method="post"><p>{% for name, count in counts %}{{ count }} {{ name }}
{% endfor %}</p><button>Delete</button></form>"""
COUNTED = ("project", "registration", "invoice")
ADD = """INSERT INTO customer ({}, number_key, kind, expenses_billable, mileage_billable, created_at, changed_at)
VALUES ({}, :number, 'business', 0, 0, '2026-11-21', '2026-11-21')"""
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{SHEET}" xmlns:r="{_OFFICE}"><sheets>'
    '<sheet name="Customers" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}


def make(connect: Connect, year: int, found: str = FOUND) -> Flask:
    """The pages over a database of ours; the figures are those of `year`. `found`: how it finds what is searched for."""
    app = Flask("floor")
    app.config["CONNECT"], app.config["FOUND"] = connect, found
    app.jinja_env.loader = DictLoader({"list": LIST, "form": FORM, "delete": IMPACT})
    app.jinja_env.autoescape = True
    app.add_url_rule("/list", view_func=listing, defaults={"first": f"{year}-01-01", "last": f"{year}-12-31"})
    app.add_url_rule("/find", view_func=find)
    app.add_url_rule("/total", view_func=total)
    app.add_url_rule("/edit", view_func=edit, methods=["GET", "POST"])
    app.add_url_rule("/delete", view_func=delete, methods=["GET", "POST"])
    app.add_url_rule("/export", view_func=export)
    return app


def opened() -> AbstractContextManager[Any]:
    """The connection of a request."""
    connect: Connect = current_app.config["CONNECT"]
    return connect()


def on_file(database: Path) -> Connect:
    """Connections to a file, one a request."""
    return lambda: closing(connected(database))


class Row(tuple[Any, ...]):
    """A row of PostgreSQL that also knows its columns by name, as those of sqlite3 do."""

    __slots__ = ()
    names: tuple[str, ...]

    def __getitem__(self, key: Any) -> Any:
        return super().__getitem__(self.names.index(key) if isinstance(key, str) else key)

    def keys(self) -> tuple[str, ...]:
        return self.names


def _rows(cursor: psycopg.Cursor[Any]) -> Callable[[Sequence[Any]], Row]:
    names = tuple(column.name for column in cursor.description or ())
    return type("Row", (Row,), {"__slots__": (), "names": names})


class Server:
    """A connection to PostgreSQL that is kept, as a pool would, and takes the floor's SQL as it stands."""

    def __init__(self, url: URL) -> None:
        where = url.render_as_string(hide_password=False).replace("postgresql+psycopg", "postgresql")
        self.connection = psycopg.connect(where, row_factory=_rows)

    def execute(self, query: str, values: Any = ()) -> psycopg.Cursor[Row]:
        spelt = re.sub(r"(?<!:):([a-z_]+)", r"%(\1)s", query).replace("?", "%s")
        return self.connection.execute(spelt.encode(), values)

    def commit(self) -> None:
        self.connection.commit()

    @contextmanager
    def request(self) -> Iterator[Server]:
        """For one request; what it read is let go of."""
        yield self
        self.connection.rollback()


def connected(database: Path) -> sqlite3.Connection:
    """A connection as careful as ours."""
    connection = sqlite3.connect(database)
    connection.row_factory = sqlite3.Row
    connection.executescript("PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-32000")
    return connection


def bare(database: Path) -> None:
    """Take the triggers off a copy: they are the journal and the search index, which the floor has not."""
    with closing(connected(database)) as db:
        for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f'DROP TRIGGER "{row["name"]}"')


def find() -> list[list[Any]]:
    """What a palette shows, as JSON."""
    word = request.args["q"].lower()
    values = {"word": word, "end": f"{word}\U0010ffff"}
    with opened() as db:
        return [list(row) for query in EVERYTHING for row in db.execute(query, values).fetchall()]


def total() -> list[list[Any]]:
    """The totals that are asked for, as JSON."""
    values = request.args.to_dict()
    with opened() as db:
        wanted = [TOTALS[name] for name in request.args.getlist("which")]
        return [[str(cell) for cell in row] for query in wanted for row in db.execute(query, values).fetchall()]


def listing(first: str, last: str) -> str:
    """A page of the list: the first, by cursor, searched or filtered."""
    asked = request.args
    values: dict[str, Any] = {"first": first, "last": last, **asked}
    by_name = asked.get("sort", "name") == "name"
    query = ROWS
    if "match" in asked:
        query += current_app.config["FOUND"]
    if "label" in asked:
        query += LABELLED
    if "key" in asked:
        query += f" AND {'(c.name_key, c.id) >' if by_name else '(c.changed_at, c.id) <'} (:key, :id)"
    labels: dict[int, list[tuple[str, str]]] = {}
    with opened() as db:
        rows = db.execute(query + (BY_NAME if by_name else NEWEST), values).fetchall()
        for key, name, colour in db.execute(LABELS.format(",".join(str(row["id"]) for row in rows) or "NULL")):
            labels.setdefault(key, []).append((name, colour))
    return render_template("list", rows=rows, labels=labels)


def edit() -> str | BaseResponse:
    """The form, and saving it."""
    key = request.args["id"]
    with opened() as db:
        if request.method == "POST":
            changes = ", ".join(f"{name} = :{name}" for name in request.form)
            db.execute(f"UPDATE customer SET {changes} WHERE id = :id", {**request.form, "id": key})
            db.commit()
            return redirect("/list")
        row = db.execute("SELECT * FROM customer WHERE id = ?", (key,)).fetchone()
        labels = db.execute("SELECT id, name FROM label ORDER BY name").fetchall()
    return render_template("form", fields=list(zip(row.keys(), tuple(row), strict=True)), labels=labels)


def delete() -> str | BaseResponse:
    """What goes along, and the delete: the foreign keys do it."""
    key = request.args["id"]
    with opened() as db:
        if request.method == "POST":
            db.execute("DELETE FROM customer WHERE id = ?", (key,))
            db.commit()
            return redirect("/list")
        query = "SELECT count(*) FROM {} WHERE customer_id = ?"
        counts = [(name, db.execute(query.format(name), (key,)).fetchone()[0]) for name in COUNTED]
    return render_template("delete", counts=counts)


def export() -> Response:
    """All customers, sent while they are read."""
    write = as_xlsx if request.args["type"] == "xlsx" else as_csv
    return Response(write(customers(opened())))


def customers(connection: AbstractContextManager[Any]) -> Iterator[list[tuple[Any, ...]]]:
    """All that is not archived, block by block."""
    with connection as db:
        db.row_factory = None
        rows = db.execute(f"SELECT {', '.join(FIELDS)} FROM customer WHERE archived_at IS NULL ORDER BY name_key, id")
        while block := rows.fetchmany(BLOCK):
            yield block


def as_csv(blocks: Iterable[Sequence[Sequence[Any]]]) -> Iterator[bytes]:
    """A text file."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(FIELDS)
    yield out.getvalue().encode()
    for block in blocks:
        out.seek(0)
        out.truncate()
        writer.writerows(block)
        yield out.getvalue().encode()


class _Pipe(io.RawIOBase):
    """What was written since it was last taken."""

    def __init__(self) -> None:
        self.held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.held += data
        return len(data)

    def taken(self) -> bytes:
        held, self.held = bytes(self.held), bytearray()
        return held


def as_xlsx(blocks: Iterable[Sequence[Sequence[Any]]], titles: Sequence[str] = FIELDS) -> Iterator[bytes]:
    """A workbook that calamine reads: texts only, no styles."""
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        for name, text in PARTS.items():
            book.writestr(name, text)
        with book.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write(f'<worksheet xmlns="{SHEET}"><sheetData>'.encode())
            for block in itertools.chain([[titles]], blocks):
                sheet.write("".join(_row(values) for values in block).encode())
                yield pipe.taken()
            sheet.write(b"</sheetData></worksheet>")
    yield pipe.taken()


def _row(values: Sequence[Any]) -> str:
    cells = (
        '<c t="inlineStr"><is><t>' + escape(str(value)) + "</t></is></c>" if value is not None else "<c/>"
        for value in values
    )
    return "<row>" + "".join(cells) + "</row>"


def import_rows(database: Path, book: Path, is_good: Callable[[dict[str, Any]], bool] = lambda _row: True) -> int:
    """Rows of a workbook into the customers: read, checked, compared, written, each change noted; how many were written."""
    head, *rows = CalamineWorkbook.from_path(str(book)).get_sheet_by_index(0).to_python()
    names = [str(name) for name in head]
    with closing(connected(database)) as db:
        db.execute("CREATE TABLE IF NOT EXISTS note (customer TEXT, before TEXT, after TEXT)")
        known = {row["number"]: row for row in db.execute("SELECT * FROM customer")}
        new, changed, notes = list[dict[str, Any]](), list[dict[str, Any]](), list[tuple[Any, str | None, str]]()
        for values in rows:
            row = {name: value or None for name, value in zip(names, values, strict=True)}
            if not is_good(row):
                continue
            before = known.get(row["number"])
            after = json.dumps(row)
            if before is None:
                new.append(row)
                notes.append((row["number"], None, after))
            elif any(before[name] != value for name, value in row.items()):
                changed.append(row)
                notes.append((row["number"], json.dumps({name: before[name] for name in row}), after))
        db.executemany(ADD.format(", ".join(names), ", ".join(f":{name}" for name in names)), new)
        db.executemany(
            f"UPDATE customer SET {', '.join(f'{name} = :{name}' for name in names)} WHERE number_key = lower(:number)",
            changed,
        )
        db.executemany("INSERT INTO note VALUES (?, ?, ?)", notes)
        db.commit()
    return len(notes)
