"""What a page costs: CPU milliseconds of the server per request, beside the same page by Flask and raw SQL.

    python -m benchmarks.pages [--customers 10000 100000] [--folder FOLDER] [--quick]

The customers are those of `seed`, on SQLite and, where its binaries are, on a throw-away PostgreSQL; with `--folder` the
seeded files of SQLite are kept there for the next run. The
requests go straight to the WSGI application, signed in as an administrator: median of 7 after 8 warm-ups.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import gc
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal, cast
from urllib.parse import urlencode

from flask import Flask
from lxml import html
from sqlalchemy import URL, NullPool, create_engine, select, text
from werkzeug.test import Client, EnvironBuilder

from admin_views.card_overview import MONTHS_OF
from app import create_app
from benchmarks import floor
from benchmarks.lists import journal_triggers
from importers import export, looking, planning
from models import access, journal, schema, totals
from models.access import SYSTEM
from models.base import db
from models.customer import Customer
from models.imports import ImportKind
from models.journal import Changeset, Origin, changeset
from models.operations import archive, seed
from models.operations.selection import Selection
from tests.databases import databases, postgresql_binaries

SIZES = (10_000, 100_000)
QUICK = (10_000,)
TODAY = dt.date(2026, 11, 21)
PASSWORD = "correct horse battery staple"
# psycopg prepares a statement when it is sent for the sixth time; before that every page pays for its plans.
ROUNDS, WARM_UPS = 7, 8
REGISTRATIONS = 100_000
IMPORTED = 5_000
# As the exported ones, but for the name, which follows from others.
IMPORTED_FIELDS = tuple("company_name" if name == "name" else name for name in floor.FIELDS)
HOUSE = Path(__file__).resolve().parent.parent

ADMINISTRATOR = "SELECT u.email FROM \"user\" u JOIN role r ON r.id = u.role_id WHERE r.name = 'Administrator'"
# Who sees most without seeing all: by roles on customers, their own and their teams'.
LIMITED = (
    'SELECT u.email FROM "user" u JOIN team_member m ON m.user_id = u.id JOIN team t ON t.id = m.team_id AND t.role_id IS NULL '
    "JOIN customer_access a ON a.team_id = t.id OR a.user_id = u.id WHERE u.role_id IS NULL "
    "GROUP BY u.email ORDER BY count(*) DESC, u.email"
)
BIG = "Measured Holding B.V."
BIG_ROWS = (
    "INSERT INTO customer (number, number_key, kind, company_name, expenses_billable, mileage_billable, created_at, "
    "changed_at) VALUES ('M-1', 'm-1', 'business', :name, false, false, '2026-01-01', '2026-01-01')",
    "INSERT INTO project (customer_id, name, archived_with_customer, created_at, changed_at) "
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20) SELECT c.id, 'Project ' || i, false, "
    "'2026-01-01', '2026-01-01' FROM n JOIN customer c ON c.number = 'M-1'",
    "INSERT INTO registration (customer_id, project_id, user_id, contact_deleted, day, minutes, amount, status) "
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :registrations), "
    "p (least, customer_id) AS (SELECT min(p.id), c.id FROM project p JOIN customer c ON c.id = p.customer_id "
    "WHERE c.number = 'M-1' GROUP BY c.id), "
    'u (first, people) AS (SELECT min(id), count(*) FROM "user") '
    "SELECT customer_id, least + i % 20, first + i % people, false, {day}, "
    "30, 4750, 'approved' FROM n CROSS JOIN p CROSS JOIN u",
    "INSERT INTO invoice (customer_id, number, status, day, amount, currency, customer_name, created_at, changed_at) "
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) SELECT c.id, 'M-' || i, 'sent', "
    "{invoiced}, 121000, 'EUR', :name, '2026-03-01', '2026-03-01' FROM n JOIN customer c ON c.number = 'M-1'",
)
KNOWN = (
    "SELECT company_name, number, email, phone FROM customer WHERE company_name IS NOT NULL AND email IS NOT NULL "
    "AND phone IS NOT NULL AND number IS NOT NULL AND archived_at IS NULL ORDER BY id LIMIT 1 OFFSET {}"
)
DAYS = {
    "sqlite": {
        "day": "date('2026-01-01', (i % 300) || ' days')",
        "invoiced": "date('2026-03-01', -(i % 7) || ' years')",
    },
    "postgresql": {"day": "date '2026-01-01' + i % 300", "invoiced": "date '2026-03-01' - i % 7 * 365"},
}
START = """
import resource
from app import create_app
app = create_app({{"INSTANCE": {instance!r}, "SQLALCHEMY_DATABASE_URI": {url!r}}})
assert app.test_client().get("/login/").status_code == 200
used = resource.getrusage(resource.RUSAGE_SELF)
peak = [line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")]
print((used.ru_utime + used.ru_stime) * 1000, int(peak[0]) / 1024)
"""
BARE = """
import resource
from flask import Flask
app = Flask("floor")
app.add_url_rule("/", view_func=lambda: "hello")
assert app.test_client().get("/").status_code == 200
used = resource.getrusage(resource.RUSAGE_SELF)
peak = [line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")]
print((used.ru_utime + used.ru_stime) * 1000, int(peak[0]) / 1024)
"""


@dataclass(frozen=True)
class Line:
    """One figure: CPU milliseconds of ours and of the floor, the goal, and what else is worth knowing."""

    name: str
    ours: float
    floor: float | None
    goal: float | None
    note: str = ""


@dataclass(frozen=True)
class Answer:
    """What a request brought, and what it cost: CPU milliseconds, and milliseconds of wall to the first byte."""

    status: str
    headers: dict[str, str]
    body: bytes
    cpu: float
    first: float

    @property
    def tree(self) -> Any:
        return html.document_fromstring(self.body.decode())


class Visitor:
    """Somebody who asks an application for pages; what builds a request is not part of its cost."""

    def __init__(self, app: Flask, clock: Callable[[], float]) -> None:
        self.app = app
        self.clock = clock
        self.cookie = ""

    def ask(self, path: str, data: Any = None, *, keep: bool = True) -> Answer:
        """One request; with `data` a POST. Without `keep` the body is thrown away as it comes."""
        method = "GET" if data is None else "POST"
        builder = EnvironBuilder(
            path=path.split("?", maxsplit=1)[0], query_string=path.partition("?")[2], method=method, data=data
        )
        environ = builder.get_environ()
        if self.cookie:
            environ["HTTP_COOKIE"] = self.cookie
        got: list[Any] = []
        first, pieces = 0.0, []
        began, wall = self.clock(), time.perf_counter()
        body: Any = self.app(
            environ, cast("Any", lambda status, headers, _info=None: got.extend((status, dict(headers))))
        )
        with closing(body) if hasattr(body, "close") else contextlib.nullcontext():
            for piece in body:
                first = first or (time.perf_counter() - wall) * 1000
                if keep:
                    pieces.append(piece)
        cpu = (self.clock() - began) * 1000
        if "Set-Cookie" in got[1]:
            self.cookie = got[1]["Set-Cookie"].partition(";")[0]
        return Answer(got[0], got[1], b"".join(pieces), cpu, first)

    def page(self, path: str) -> Answer:
        """A page that must be there."""
        answer = self.ask(path)
        assert answer.status.startswith("200"), f"{path}: {answer.status}"
        return answer

    def sign_in(self, email: str) -> None:
        """Go on as this user."""
        client = Client(self.app)
        page = html.document_fromstring(client.get("/login/").text)
        token = page.xpath("string(//input[@name='csrf_token']/@value)")
        answer = client.post("/login/", data={"email": email, "password": PASSWORD, "csrf_token": token})
        assert answer.status_code == 302, answer.status
        cookie = client.get_cookie("kaartenbak")
        assert cookie is not None
        self.cookie = f"{cookie.key}={cookie.value}"


def used() -> float:
    """CPU seconds of this process and of the children that it waited for."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


class Peak:
    """How much the process grows meanwhile, in MB; 0 where the kernel does not tell."""

    def __enter__(self) -> Peak:
        gc.collect()
        with contextlib.suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5")
        self.before = _memory("VmRSS")
        self.growth = 0.0
        return self

    def __exit__(self, *_problem: object) -> None:
        self.growth = max(0.0, (_memory("VmHWM") - self.before) / 1024)


def _memory(name: str) -> int:
    status = Path("/proc/self/status")
    found = re.search(rf"{name}:\s+(\d+)", status.read_text()) if status.exists() else None
    return int(found[1]) if found else 0


# The data ------------------------------------------------------------------------------------------------------------


def seeded(folder: Path, customers: int, registrations: int) -> Path:
    """A file with so many customers and one big archived one; made once a folder."""
    file = folder / f"customers-{customers}-{registrations}.sqlite"
    if not file.exists():
        making = file.with_suffix(".making")
        for old in folder.glob(f"{making.name}*"):
            old.unlink()
        app = application(f"sqlite:///{making}", folder)
        with app.app_context():
            _fill(customers, registrations)
            db.session.execute(text("ANALYZE"))
            db.session.commit()
            with db.engine.connect() as connection:
                connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            db.session.remove()
            db.engine.dispose()
        making.rename(file)
    return file


def _fill(customers: int, registrations: int) -> None:
    schema.upgrade(db.engine)
    session = db.session()
    access.look_as(session, SYSTEM)
    seed.seed(session, SYSTEM, customers, 1, TODAY, password=PASSWORD)
    with changeset(session, SYSTEM, "Set up", origin=Origin.SEED):
        for statement in BIG_ROWS:
            words = statement.format(**DAYS[session.get_bind().dialect.name])
            session.execute(text(words), {"name": BIG, "registrations": registrations})
    chosen = Selection(ids=(big(session),))
    archive.do(session, SYSTEM, Customer, chosen, archive.plan(session, SYSTEM, Customer, chosen).digest)


def big(session: Any) -> int:
    """The id of the big customer."""
    return int(session.scalar(text("SELECT id FROM customer WHERE number = 'M-1'")))


def application(url: str, folder: Path) -> Flask:
    """Ours, on this database."""
    return create_app(
        {
            "INSTANCE": folder,
            "SECRET_KEY": "a secret that is long enough here",
            "SQLALCHEMY_DATABASE_URI": url,
        }
    )


# Measuring -----------------------------------------------------------------------------------------------------------


def _next(visitor: Visitor, paths: Iterator[str]) -> Answer:
    return visitor.page(next(paths))


@dataclass
class Bench:
    """Two applications on copies of one file, and how often to ask."""

    folder: Path
    file: Path
    bare: Path
    rounds: int
    warm_ups: int
    customers: int

    def __post_init__(self) -> None:
        self.app, self.connect, found = self.set_up()
        self.ours = Visitor(self.app, self.used)
        self.theirs = Visitor(floor.make(self.connect, dt.datetime.now(dt.UTC).year, found), self.used)
        self.ours.sign_in(self.one(ADMINISTRATOR)[0])

    def set_up(self) -> tuple[Flask, floor.Connect, str]:
        """Ours, the connections of the floor, and how it finds what is searched for."""
        return application(f"sqlite:///{self.file}", self.folder), floor.on_file(self.bare), floor.FOUND

    def used(self) -> float:
        """CPU seconds so far, of all that works for a page."""
        return used()

    def one(self, query: str) -> Any:
        """The first row of a query on the floor's copy."""
        with self.connect() as raw:
            return raw.execute(query).fetchone()

    def cost(self, ask: Callable[[], Answer]) -> float:
        """CPU milliseconds, the median."""
        for _ in range(self.warm_ups):
            ask()
        return statistics.median(ask().cpu for _ in range(self.rounds))

    def compare(self, name: str, path: str, other: str, goal: float | None, note: str = "") -> Line:
        """The same page of ours and of the floor."""
        size = len(self.ours.page(path).body)
        ours, theirs = self.cost(lambda: self.ours.page(path)), self.cost(lambda: self.theirs.page(other))
        return Line(name, ours, theirs, goal, f"{size / 1000:.0f} kB{note}")

    # The pages

    def lists(self) -> Iterator[Line]:
        """W1 to W4."""
        first = self.compare("W1 list, first page", "/customers/", "/list", 10)
        yield first
        pages = self.customers * 9 // 10 // 50 * 9 // 10 + 1
        for sort, name in (("name", "by name"), ("-changed", "by changed")):
            at = self.ours.page(f"/customers/?sort={sort}&page={pages}").tree
            deep = at.xpath("//a[@rel='next']/@href") or ["/customers/"]
            last = int(at.xpath("//tr[@data-kb-id]/@data-kb-id")[-1])
            row = self.one(f"SELECT name_key, changed_at FROM customer WHERE id = {last}")
            key = row["name_key" if sort == "name" else "changed_at"]
            other = urlencode({"sort": sort, "key": key, "id": last})
            yield self.compare(f"W2 90 % deep, {name}", deep[0], f"/list?{other}", first.ours * 1.3)
        for name, word, goal in (("few hits", self._rare(self.customers // 2), 12), ("no hit", "xylofoonwinkel", 10)):
            match = " AND ".join(f'"{word[at : at + 3]}"' for at in range(len(word) - 2))
            other = urlencode({"match": match, "word": word})
            yield self.compare(f"W3 search, {name}", f"/customers/?search={word}", f"/list?{other}", goal)
        label = self.one("SELECT label_id FROM customer_label GROUP BY 1 ORDER BY count(*) DESC")[0]
        status = self.one(
            "SELECT status_id FROM customer WHERE status_id IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC"
        )[0]
        chips = f"label={label}&status={status}"
        yield self.compare("W4 label and status, by name", f"/customers/?{chips}", f"/list?{chips}", 15)

    def _rare(self, at: int) -> str:
        """A word that few customers hold: the place before the @ of one of them, if it is long enough."""
        query = "SELECT website FROM customer WHERE archived_at IS NULL AND length(website) > 20 ORDER BY id LIMIT 1 OFFSET {}"
        found = self.one(query.format(at)) or self.one(query.format(0))
        return re.sub(r"^(https?://)?(www\.)?", "", found[0]).split(".")[0]

    def search(self) -> Iterator[Line]:
        """W12: what the palette asks for while somebody types, never the same twice; and who sees some customers only."""
        yield from self._palette("W12 palette")
        self.ours.sign_in(self.one(LIMITED)[0])
        yield from self._palette("W12 palette of who sees some")
        self.ours.sign_in(self.one(ADMINISTRATOR)[0])

    def _palette(self, name: str) -> Iterator[Line]:
        times = self.rounds + self.warm_ups
        known = [
            self.one(KNOWN.format(self.customers * at // (times + 1))) or self.one(KNOWN.format(0))
            for at in range(times)
        ]
        rare = [self._rare(self.customers * at // (times + 1)) for at in range(times)]
        slips = [f"{word[:4]}{word[5:]}" for word in rare]
        for kind, texts in (
            ("a name", [one["company_name"] for one in known]),
            ("a number", [one["number"] for one in known]),
            ("an e-mail address", [one["email"] for one in known]),
            ("a phone number", [one["phone"] for one in known]),
            ("many hits", [one["company_name"][:4] for one in known]),
            ("a common word", [one["company_name"].split()[0] for one in known]),
            ("few hits", rare),
            ("a slip", slips),
            (
                "two slips",
                [f"{one['company_name'].split()[0][1:]} {slip}" for one, slip in zip(known, slips, strict=True)],
            ),
            ("no hit", [f"xylofoon{word}"[:14] for word in rare]),
        ):
            yield self._searched(f"{name}, {kind}", "/search/palette/", texts)
        yield self._searched(
            name.replace("palette", "page") + ", many hits", "/search/", [one["company_name"][:4] for one in known]
        )

    def _searched(self, name: str, path: str, texts: Sequence[str]) -> Line:
        asked = [urlencode({"q": one}) for one in texts]
        size = len(self.ours.page(f"{path}?{asked[0]}").body)
        costs = list[float]()
        for visitor, where in ((self.ours, path), (self.theirs, "/find")):
            paths = iter(f"{where}?{one}" for one in asked)
            costs.append(self.cost(partial(_next, visitor, paths)))
        ours, theirs = costs
        return Line(name, ours, theirs, 50, f"{size / 1000:.0f} kB")

    def card(self) -> Iterator[Line]:
        """W13: the card of the customer with the many registrations, and each total on it by itself."""
        with self.app.app_context():
            key = big(db.session())
        year, since = dt.date(TODAY.year, 1, 1), dt.date(TODAY.year - 1, 1, 1)

        def other(*which: str, of: int = key) -> str:
            return f"/total?{urlencode({'id': of, 'since': since, 'which': which}, doseq=True)}"

        for name, which, work in (
            ("per period", "months", lambda session: totals.per_month(session, key, since)),
            ("per employee", "people", lambda session: totals.per_person(session, key, year, TODAY)),
            ("open registrations", "open", lambda session: totals.open_registrations(session, key)),
            ("per project", "projects", lambda session: totals.per_project(session, key)),
            ("invoiced per year", "invoiced", lambda session: totals.invoiced_per_year(session, key)),
        ):
            path = other(which)
            theirs = self.cost(partial(self.theirs.page, path))
            yield Line(f"W13 total {name}", self.cost(partial(self._done, work)), theirs, 100)
        path = f"/customers/details/?id={key}&tab="
        for period in MONTHS_OF:
            page = f"{path}overview&period={period}"
            yield self.compare(f"W13 overview, {period}", page, other("months", "people", "open"), 100)
        yield self.compare("W13 projects", f"{path}projects", other("projects"), 100)
        yield self.compare("W13 finance", f"{path}finance", other("invoiced"), 100)
        few = self.one("SELECT id FROM customer WHERE archived_at IS NULL ORDER BY id LIMIT 1 OFFSET 20")[0]
        path = f"/customers/details/?id={few}&tab=overview"
        yield self.compare("W13 overview, few rows", path, other("months", "people", "open", of=few), 100)

    def _done(self, work: Callable[[Any], Any]) -> Answer:
        """What a piece of work costs that is no page; who looks may see everything."""
        with self.app.app_context():
            session = db.session()
            access.look_as(session, SYSTEM)
            began, wall = self.used(), time.perf_counter()
            work(session)
            return Answer("200", {}, b"", (self.used() - began) * 1000, (time.perf_counter() - wall) * 1000)

    def forms(self) -> Iterator[Line]:
        """W5 and W6."""
        key = self.one("SELECT id FROM customer WHERE archived_at IS NULL ORDER BY id LIMIT 1 OFFSET 20")[0]
        path = f"/customers/edit/?id={key}"
        yield self.compare("W5 edit form", path, f"/edit?id={key}", 8)
        numbers = iter(range(1_000_000))

        def save() -> Answer:
            fields = form_of(self.ours.page(path), "reference")
            answer = self.ours.ask(path, {**fields, "reference": f"Order {next(numbers)}"})
            assert answer.status.startswith("302"), answer.status
            return answer

        other = self.cost(lambda: self.theirs.ask(f"/edit?id={key}", {"reference": f"Order {next(numbers)}"}))
        yield Line("W6 save", self.cost(save), other, 9)

    def delete(self) -> Iterator[Line]:
        """W7."""
        with self.app.app_context():
            key = big(db.session())
        path = f"/customers/delete/?id={key}"
        yield self.compare("W7 delete page", path, f"/delete?id={key}", 15)
        costs, peaks = [], []
        for _ in range(min(3, self.rounds)):
            fields = form_of(self.ours.page(path), "plan")
            fields |= {"typed": BIG, "saved": "1"}
            with Peak() as peak:
                answer = self.ours.ask("/customers/delete/", fields)
            assert answer.status.startswith("302"), answer.status
            costs.append(answer.cpu)
            peaks.append(peak.growth)
            self._take_back()
        theirs = self.theirs.ask(f"/delete?id={key}", {}).cpu
        note = f"+{max(peaks):.0f} MB"
        yield Line("W7 the delete", statistics.median(costs), theirs, 300, note)

    def _take_back(self) -> None:
        with self.app.app_context():
            session = db.session()
            access.look_as(session, SYSTEM)
            newest = session.scalar(select(Changeset.id).order_by(Changeset.id.desc()).limit(1))
            assert newest is not None
            undone = journal.undo(session, SYSTEM, newest)
            assert not undone.left

    def exports(self) -> Iterator[Line]:
        """W9: what the page sends (all columns), and as many columns as the floor."""
        share = self.customers / 100_000
        kinds: tuple[tuple[Literal["csv", "xlsx"], int], ...] = (("csv", 900), ("xlsx", 1_500))
        for kind, goal in kinds:
            other = self.cost_of_file(partial(self.theirs.ask, f"/export?type={kind}", keep=False))[0]
            ours, note = self.cost_of_file(partial(self._written, kind))
            yield Line(f"W9 {kind}, {len(floor.FIELDS)} columns", ours, other, goal * share, note)
            path = f"/customers/export/{kind}/"
            ours, note = self.cost_of_file(partial(self.ours.ask, path, keep=False))
            columns = len(export.exported(ImportKind.CUSTOMERS))
            yield Line(f"W9 {kind}, page: {columns} columns", ours, None, None, note)

    def cost_of_file(self, ask: Callable[[], Answer]) -> tuple[float, str]:
        """CPU milliseconds, and a note of the first byte and the growth."""
        answers, growth = [], 0.0
        for _ in range(min(3, self.rounds)):
            with Peak() as peak:
                answers.append(ask())
            growth = max(growth, peak.growth)
        first = min(answer.first for answer in answers)
        return statistics.median(answer.cpu for answer in answers), f"first byte {first:.0f} ms, +{growth:.0f} MB"

    def _written(self, kind: Literal["csv", "xlsx"]) -> Answer:
        """The file with as many columns as the floor's, without the page around it."""
        with self.app.app_context():
            session = db.session()
            access.look_as(session, SYSTEM)
            ids = select(Customer.id).where(Customer.archived_at.is_(None)).order_by(Customer.name_key, Customer.id)
            began, wall, first = used(), time.perf_counter(), 0.0
            for _piece in export.stream(session, ImportKind.CUSTOMERS, ids, floor.FIELDS, kind):
                first = first or (time.perf_counter() - wall) * 1000
            return Answer("200", {}, b"", (used() - began) * 1000, first)

    def imports(self) -> Iterator[Line]:
        """W8, half of it new, half changed."""
        rows = min(IMPORTED, self.customers)
        book = self.folder / "import.xlsx"
        book.write_bytes(b"".join(floor.as_xlsx([self._to_import(rows)], IMPORTED_FIELDS)))
        began = used()
        written = floor.import_rows(self.bare, book)
        other = (used() - began) * 1000
        with self.app.app_context(), Peak() as peak:
            session = db.session()
            access.look_as(session, SYSTEM)
            uploads, began = self.folder / "imports", used()
            with book.open("rb") as stream:
                made = looking.upload(session, SYSTEM, uploads, stream, book.name, ImportKind.CUSTOMERS)
            planning.make_plan(session, SYSTEM, uploads, made.id)
            planned = used()
            applied = planning.commit(session, SYSTEM, uploads, made.id)
            done = used()
        assert applied.created + applied.updated == written, (applied, written)
        note = f"plan {(planned - began) * 1000:.0f}, commit {(done - planned) * 1000:.0f} ms, +{peak.growth:.0f} MB"
        yield Line(f"W8 import of {rows:,}", (done - began) * 1000, other, 6_000 * rows / 50_000, note)

    def _to_import(self, rows: int) -> list[tuple[Any, ...]]:
        with closing(floor.connected(self.bare)) as raw:
            raw.row_factory = None
            query = f"SELECT {', '.join(IMPORTED_FIELDS)} FROM customer WHERE kind = 'business' AND archived_at IS NULL"
            query = f"{query} ORDER BY id LIMIT {rows // 2}"
            known = raw.execute(query).fetchall()
        at, new = IMPORTED_FIELDS.index("reference"), []
        known = [(*row[:at], f"Changed {row[0]}", *row[at + 1 :]) for row in known]
        for count in range(rows - len(known)):
            values = {
                "number": f"N-{count}",
                "company_name": f"Nieuwe Handel {count} B.V.",
                "email": f"new{count}@handel.example",
            }
            new.append(tuple(values.get(name) for name in IMPORTED_FIELDS))
        return [*known, *new]

    def start(self) -> Iterator[Line]:
        """W11."""
        code = START.format(instance=str(self.folder), url=f"sqlite:///{self.file}")
        ours, theirs = ([self._begun(one) for _ in range(min(3, self.rounds))] for one in (code, BARE))
        note = f"{statistics.median(size for _cpu, size in ours):.0f} MB a process"
        mine, bare = (statistics.median(cpu for cpu, _ in one) for one in (ours, theirs))
        yield Line("W11 start to first page", mine, bare, 700, note)

    def _begun(self, code: str) -> tuple[float, float]:
        made = subprocess.run([sys.executable, "-c", code], cwd=HOUSE, capture_output=True, text=True, check=True)
        cpu, size = made.stdout.split()
        return float(cpu), float(size)


def form_of(answer: Answer, field: str) -> dict[str, Any]:
    """What the form with this field would send as it stands."""
    form = next(form for form in answer.tree.forms if field in form.fields)
    found: dict[str, Any] = {}
    for name, value in form.form_values():
        found.setdefault(name, []).append(value)
    return found


PARTS: dict[str, Callable[[Bench], Iterator[Line]]] = {
    "lists": Bench.lists,
    "search": Bench.search,
    "card": Bench.card,
    "forms": Bench.forms,
    "exports": Bench.exports,
    "delete": Bench.delete,
    "start": Bench.start,
    "import": Bench.imports,
}


# What a page is like on PostgreSQL; files and imports are the same Python.
SERVER_PARTS = {name: PARTS[name] for name in ("lists", "search", "card", "forms", "delete")}


@dataclass
class ServerBench(Bench):
    """The same on PostgreSQL: ours on one database, the floor on a copy without triggers."""

    url: URL
    copy: URL

    def set_up(self) -> tuple[Flask, floor.Connect, str]:
        self.server = floor.Server(self.copy)
        (self.postmaster,) = self.server.execute("SELECT pg_backend_pid()").fetchall()[0]
        app = application(self.url.render_as_string(hide_password=False), self.folder)
        return app, self.server.request, floor.FOUND_ON_SERVER

    def used(self) -> float:
        """With what the server processes used, which the kernel counts to the nanosecond."""
        return used() + sum(ran(one) for one in _children(_parent(self.postmaster)))


def _parent(process: int) -> int:
    return int(Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[1])


def _children(process: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def ran(process: int) -> float:
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{process}/schedstat").read_text().split()[0]) / 1e9
    return 0.0


def measure_on_server(
    folder: Path, customers: int, registrations: int, rounds: int, warm_ups: int, parts: Iterable[str]
) -> Iterator[Line]:
    """The pages on PostgreSQL, on a throw-away server."""

    def build(url: URL) -> None:
        app = application(url.render_as_string(hide_password=False), folder)
        with app.app_context():
            _fill(customers, registrations)
            db.session.remove()
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("VACUUM ANALYZE"))
            db.engine.dispose()

    with databases() as handed_out, tempfile.TemporaryDirectory(dir=folder) as place:
        ours, bare = (handed_out.copy("postgresql", f"pages {customers}", build) for _ in range(2))
        without_triggers(bare)
        where = Path(place)
        bench = ServerBench(where, where, where, rounds, warm_ups, customers, ours, bare)
        try:
            for part in parts:
                for line in SERVER_PARTS[part](bench):
                    yield replace(line, note=f"PostgreSQL  {line.note}")
        finally:
            bench.server.connection.close()
            with bench.app.app_context():
                db.engine.dispose()


def without_triggers(url: URL) -> None:
    """What `floor.bare` does to a file."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        for name, table in journal_triggers(connection):
            connection.execute(text(f'DROP TRIGGER "{name}" ON "{table}"'))


def measure(
    folder: Path, customers: int, registrations: int, rounds: int, warm_ups: int, parts: Iterable[str]
) -> Iterator[Line]:
    """The lines of one size."""
    source = seeded(folder, customers, registrations)
    with tempfile.TemporaryDirectory(dir=folder) as place:
        file, bare = Path(place) / "ours.sqlite", Path(place) / "floor.sqlite"
        shutil.copy(source, file)
        shutil.copy(source, bare)
        floor.bare(bare)
        bench = Bench(Path(place), file, bare, rounds, warm_ups, customers)
        try:
            for part in parts:
                yield from PARTS[part](bench)
        finally:
            with bench.app.app_context():
                db.engine.dispose()


def row(customers: str, line: Line) -> str:
    """A line of the table."""
    ratio = "" if line.floor is None else f"{line.ours / line.floor:.1f}x"
    theirs = "" if line.floor is None else f"{line.floor:,.1f} ms"
    goal = "" if line.goal is None else f"{line.goal:,.0f} ms"
    distance = "" if line.goal is None else f"{line.ours / line.goal:.1f}x"
    return f"{customers:>9}  {line.name:<30}{theirs:>12}{line.ours:>9,.1f} ms{ratio:>8}{goal:>11}{distance:>9}  {line.note}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    parser.add_argument("--customers", type=int, nargs="+", help="how many customers, one or more sizes")
    parser.add_argument("--quick", action="store_true", help="the smallest size only, and fewer rounds")
    parser.add_argument("--folder", type=Path, help="where the seeded files are kept for the next run")
    parser.add_argument("--registrations", type=int, default=REGISTRATIONS, help="how many the deleted customer has")
    parser.add_argument(
        "--postgresql",
        action=argparse.BooleanOptionalAction,
        default=postgresql_binaries() is not None,
        help="measure PostgreSQL, too: where its binaries are, it is",
    )
    parser.add_argument("--part", choices=PARTS, action="append", help="only this part")
    wanted = parser.parse_args(arguments)
    sizes = wanted.customers or (QUICK if wanted.quick else SIZES)
    rounds, warm_ups = (3, 1) if wanted.quick else (ROUNDS, WARM_UPS)
    print(f"{'customers':>9}  {'page':<30}{'floor':>12}{'ours':>12}{'ratio':>8}{'goal':>11}{'of goal':>9}", flush=True)
    with contextlib.ExitStack() as stack:
        folder = wanted.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        for customers in sizes:
            lines = measure(folder.resolve(), customers, wanted.registrations, rounds, warm_ups, wanted.part or PARTS)
            for line in lines:
                print(row(f"{customers:,}", line), flush=True)
            parts = [part for part in SERVER_PARTS if part in (wanted.part or PARTS)]
            if wanted.postgresql and parts:
                for line in measure_on_server(
                    folder.resolve(), customers, wanted.registrations, rounds, warm_ups, parts
                ):
                    print(row(f"{customers:,}", line), flush=True)


if __name__ == "__main__":
    main()
