"""What a page of a list costs: its ids, its count and the way there, beside the plain SQL for the same.

    python -m benchmarks.lists [--million]

CPU milliseconds of this process and, for PostgreSQL, of the server process beside it. The floor is what one would write
by hand knowing which index is best: it knows no rights, no plan and no ORM, so a millisecond of ours is Python's.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from sqlalchemy import Connection, Engine, NullPool, TextClause, create_engine, text
from sqlalchemy.orm import Session

from models import schema, search
from models.access import SYSTEM, Looker, look_as
from models.base import WILL_WRITE
from models.search import CUSTOMERS, ListState, read_state
from models.user import Right
from tests.databases import ENGINES, databases, postgresql_binaries

SIZES = (10_000, 100_000)
MILLION = 1_000_000
# The least of several rounds, each long enough for the server's clock of ten milliseconds.
ROUNDS = 3
SECONDS = 0.3
LABELS = 40
STATUSES = 5
NAMES = (
    "'Bakker','Bakkerij','Zonneveld','Nordhamn','Åkerlund','Söner','Tandarts','Linde','Fjällvik','Turism','Coöperatie',"
    "'Groenoord','Rederij','Waddenzicht','Stichting','Buurtwerk','Molenaar','Transport','Kwekerij','Bloesem'"
)
NUMBERS = (
    "WITH RECURSIVE n (i) AS (SELECT CAST(1 AS bigint) UNION ALL SELECT i + 1 FROM n WHERE i < {rows}), "
    "r AS (SELECT i, i * 48271 % 2147483647 AS x, i * 69621 % 2147483647 AS y, i * 16807 % 2147483647 AS z FROM n)"
)

# Rows from arithmetic, the same on both databases: x, y and z are as good as random.
FILL = (
    "INSERT INTO word (id, name) VALUES {words}",
    """INSERT INTO list_value (list, name, position, retired)
    {numbers} SELECT 'status', 'Status ' || i, i, false FROM n WHERE i <= {statuses}""",
    "INSERT INTO label (name, colour, created_at, changed_at) {numbers} "
    "SELECT 'Label ' || i, 'grey', '2026-01-01', '2026-01-01' FROM n WHERE i <= {labels}",
    """INSERT INTO customer (number, number_key, kind, company_name, email, phone, vat_number, status_id,
        expenses_billable, mileage_billable, archived_at, created_at, changed_at)
    {numbers} SELECT 'K-' || (10000 + i), 'k-' || (10000 + i), 'business',
        a.name || ' ' || b.name || ' ' || (z / 7 % 99991) || ' B.V.', 'info' || i || '@bedrijf.example',
        '+31 6 ' || (10000000 + i * 104729 % 89999999), 'NL' || (100000000 + i) || 'B01', 1 + x / 1000 % {statuses},
        false, false, CASE WHEN i % 10 = 0 THEN {moment} END, '2026-01-01 10:00:00.000000', {moment}
    FROM r JOIN word a ON a.id = y / 1000 % 20 JOIN word b ON b.id = z / 1000 % 20""",
    """INSERT INTO address (customer_id, city, country, is_head_office, is_invoice, created_at, changed_at)
    SELECT id, 'Plaats ' || id % 997, CASE id % 4 WHEN 0 THEN 'SE' ELSE 'NL' END, true, false,
        '2026-01-01', '2026-01-01' FROM customer WHERE id % 1000 <> 1""",
    "INSERT INTO customer_label (customer_id, label_id) {numbers} SELECT i, 1 + y / 777 % {labels} FROM r",
    "INSERT INTO role (name, rights, built_in) VALUES ('Viewer', 'view', false)",
    """INSERT INTO "user" (email, email_key, name, single_keys, created_at, changed_at)
    VALUES ('ann@kaartenbak.example', 'ann@kaartenbak.example', 'Ann', true, '2026-01-01', '2026-01-01')""",
    "INSERT INTO customer_access (customer_id, user_id, role_id) SELECT id, 1, 1 FROM customer WHERE id <= 200",
)
MOMENT = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f000', '2026-01-01', (x % 20000000) || ' seconds')",
    "postgresql": "timestamp '2026-01-01' + (x % 20000000) * interval '1 second'",
}
PERSON = Looker(1, "Ann", by_right=((Right.VIEW, (1,)),))

ACTIVE = "SELECT id, name_key FROM customer WHERE archived_at IS NULL"
COUNT = "SELECT count(*) FROM ({}) AS counted"
CAPPED = "SELECT count(*) FROM (SELECT 1 FROM customer {} LIMIT 10001) AS counted"
UNFILTERED = CAPPED.format("WHERE archived_at IS NULL")
CHIPS = (
    "archived_at IS NULL AND EXISTS "
    "(SELECT 1 FROM customer_label l WHERE l.label_id = 1 AND l.customer_id = customer.id)"
)
LABELLED = (
    "SELECT count(*) FROM (SELECT 1 FROM customer_label l JOIN customer c ON c.id = l.customer_id "
    "WHERE l.label_id = 1 AND c.status_id = 2 AND c.archived_at IS NULL LIMIT 10001) AS counted"
)
BY_NAME = "ORDER BY name_key, id LIMIT 51"
FEW_HITS = {
    "sqlite": "id IN (SELECT customer_id FROM customer_search WHERE customer_id IN (SELECT rowid FROM "
    "customer_search_index WHERE customer_search_index MATCH '{match}') AND instr(document, '{word}') > 0)",
    "postgresql": "id IN (SELECT customer_id FROM customer_search WHERE document LIKE '%%{word}%%')",
}


@dataclass(frozen=True)
class Case:
    """One page: the query of its URL, and what one would write by hand, in the words of each database."""

    name: str
    query: str
    floor: Callable[[str, int], tuple[str, ...]]
    looker: Looker = SYSTEM


def searched(word: str, match: str, order: str = BY_NAME) -> Callable[[str, int], tuple[str, ...]]:
    """The floor of a search."""

    def floor(kind: str, _customers: int) -> tuple[str, ...]:
        where = "archived_at IS NULL AND " + FEW_HITS[kind].format(word=word, match=match)
        return (f"SELECT id FROM customer WHERE {where} {order}", CAPPED.format(f"WHERE {where}"))

    return floor


def same(*statements: str) -> Callable[[str, int], tuple[str, ...]]:
    """A floor that both databases have in common."""
    return lambda _kind, customers: tuple(one.format(deep=customers * 9 // 10 * 9 // 10) for one in statements)


DEEP = "{deep}"
CASES = (
    Case("W1 first page, by name", "", same(f"{ACTIVE} {BY_NAME}", UNFILTERED)),
    Case("W1 first page, newest", "sort=-changed", same(
        "SELECT id, changed_at FROM customer WHERE archived_at IS NULL ORDER BY changed_at DESC, id DESC LIMIT 51",
        UNFILTERED,
    )),
    Case("W2 90 % deep, by cursor", f"page={DEEP}", same(
        f"{ACTIVE} AND (name_key, id) > ('turism', 1) {BY_NAME}", UNFILTERED
    )),
    Case("W2 90 % deep, by number", f"page={DEEP}", same(f"{ACTIVE} {BY_NAME} OFFSET {DEEP}", UNFILTERED)),
    Case("W3 one hit", "search=info4321@", searched("info4321@", '"inf" AND "o43" AND "21@"')),
    Case("W3 phone number", "search=06 {phone}", searched("6{phone}", '"610" AND "006"')),
    Case("W3 no hit", "search=xylofoon", searched("xylofoon", '"xyl" AND "ofo" AND "oon"')),
    Case("W3 common word, newest", "search=bakker&sort=-changed", searched(
        "bakker", '"bak" AND "ker"', "ORDER BY changed_at DESC, id DESC LIMIT 51"
    )),
    Case("W3 common word, far down", "search=zonneveld", searched("zonneveld", '"zon" AND "nev" AND "eld"')),
    Case("W3 two letters, newest", "search=ba&sort=-changed", same(
        "SELECT id FROM customer WHERE archived_at IS NULL AND name_key >= 'ba' AND name_key < 'bb' "
        "ORDER BY changed_at DESC, id DESC LIMIT 51",
        CAPPED.format("WHERE archived_at IS NULL AND name_key >= 'ba' AND name_key < 'bb'"),
    )),
    Case("W4 status and label", "status=2&label=1", same(
        f"SELECT id FROM customer WHERE {CHIPS} AND status_id + 0 = 2 {BY_NAME}", LABELLED
    )),
    Case("archived, by name", "archived=archived", same(
        f"SELECT id FROM customer WHERE archived_at IS NOT NULL {BY_NAME}",
        CAPPED.format("WHERE archived_at IS NOT NULL"),
    )),
    Case("few without a head office", "without=head_office", same(
        "SELECT id FROM customer WHERE archived_at IS NULL AND NOT EXISTS (SELECT 1 FROM address a "
        f"WHERE a.customer_id = customer.id AND a.is_head_office) {BY_NAME}",
        CAPPED.format("WHERE archived_at IS NULL AND NOT EXISTS (SELECT 1 FROM address a "
                      "WHERE a.customer_id = customer.id AND a.is_head_office)"),
    )),
    Case("who sees 200 only", "", same(
        f"{ACTIVE} AND id IN (SELECT customer_id FROM customer_access WHERE user_id = 1 AND role_id IN (1)) {BY_NAME}",
        CAPPED.format("WHERE archived_at IS NULL AND id IN "
                      "(SELECT customer_id FROM customer_access WHERE user_id = 1 AND role_id IN (1))"),
    ), PERSON),
)  # fmt: skip


def fill(engine: Engine, customers: int) -> None:
    """That many customers, made without the journal: it is not what is measured here."""
    kind = engine.dialect.name
    names = NAMES.replace("'", "").split(",")
    values = {
        "words": ", ".join(f"({place}, '{name}')" for place, name in enumerate(names)),
        "numbers": NUMBERS.format(rows=customers),
        "moment": MOMENT[kind],
        "labels": LABELS,
        "statuses": STATUSES,
    }
    with engine.connect().execution_options(**WILL_WRITE) as connection, connection.begin():
        search.remove(connection)
        for name, table in journal_triggers(connection):
            connection.execute(text(f'DROP TRIGGER "{name}"' + (f' ON "{table}"' if kind == "postgresql" else "")))
        connection.execute(text("CREATE TABLE word (id integer PRIMARY KEY, name varchar(40))"))
        for statement in FILL:
            connection.exec_driver_sql(statement.format(**values).replace("%", "%%" if kind == "postgresql" else "%"))
        search.install(connection)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        # What PostgreSQL does by itself before long.
        connection.execute(text("ANALYZE" if kind == "sqlite" else "VACUUM ANALYZE"))


def journal_triggers(connection: Connection) -> list[tuple[str, str]]:
    if connection.dialect.name == "postgresql":
        query = "SELECT tgname, relname FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid WHERE NOT tgisinternal"
    else:
        query = "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"
    return [(row[0], row[1]) for row in connection.execute(text(query))]


class Clock:
    """CPU seconds of this process and of the server process that works for it."""

    def __init__(self, connection: Connection) -> None:
        self._server: int | None = None
        if connection.dialect.name == "postgresql":
            # Helpers of the server would work unseen.
            connection.execute(text("SET max_parallel_workers_per_gather = 0"))
            self._server = connection.scalar(text("SELECT pg_backend_pid()"))

    def now(self) -> float:
        """Seconds so far."""
        if self._server is None:
            return time.process_time()
        # The 14th and 15th field after the name: time in user and kernel mode, in hundredths of a second.
        fields = Path(f"/proc/{self._server}/stat").read_text().rsplit(")", 1)[1].split()
        return time.process_time() + (int(fields[11]) + int(fields[12])) / 100

    def cost(self, work: Callable[[], Any]) -> float:
        """CPU milliseconds of one call."""
        work()
        rounds = []
        for _ in range(ROUNDS):
            began, ended, calls = self.now(), time.perf_counter() + SECONDS, 0
            while calls < 3 or time.perf_counter() < ended:
                work()
                calls += 1
            rounds.append((self.now() - began) / calls * 1000)
        return min(rounds)


def measure(engine: Engine, customers: int) -> Iterator[tuple[str, float, float, int]]:
    """Name, milliseconds of the floor, milliseconds of ours, hits counted."""
    values = {"deep": str(customers * 81 // 100 // 50), "phone": str(10_000_000 + 4321 * 104729 % 89_999_999)}
    with engine.connect() as connection, Session(connection) as session:
        clock = Clock(connection)
        for case in CASES:
            look_as(session, case.looker)
            state = _state(session, case, values)
            statements = [_plain(one, values) for one in case.floor(engine.dialect.name, customers)]
            floor = clock.cost(partial(_all_of, connection, statements))
            ours = clock.cost(partial(search.page, session, CUSTOMERS, state))
            yield case.name, floor, ours, search.page(session, CUSTOMERS, state).total


def _all_of(connection: Connection, statements: Sequence[TextClause]) -> None:
    for one in statements:
        connection.execute(one).all()


def _plain(statement: str, values: Mapping[str, str]) -> TextClause:
    return text(statement.replace("{phone}", values["phone"]).replace("%%", "%"))


def _state(session: Session, case: Case, values: Mapping[str, str]) -> ListState:
    query = case.query
    for name, value in values.items():
        query = query.replace(f"{{{name}}}", value)
    state = read_state(CUSTOMERS, parse_qsl(query))
    if "by cursor" not in case.name:
        return state
    found = search.page(session, CUSTOMERS, state)
    return read_state(CUSTOMERS, parse_qsl(str(found.next_state(state))))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--million", action="store_true", help="measure a million customers, too")
    parser.add_argument("--engine", choices=ENGINES, action="append", help="only this database")
    wanted = parser.parse_args()
    sizes = (*SIZES, MILLION) if wanted.million else SIZES
    print(f"{'database':<12}{'customers':>10}  {'page':<28}{'floor':>10}{'ours':>10}{'ratio':>8}{'hits':>8}")
    with databases() as handed_out:
        for kind in wanted.engine or (ENGINES if postgresql_binaries() else ENGINES[:1]):
            for customers in sizes:
                url = handed_out.fresh(kind)
                engine = create_engine(url, poolclass=NullPool)
                schema.upgrade(engine)
                fill(engine, customers)
                for name, floor, ours, hits in measure(engine, customers):
                    print(
                        f"{kind:<12}{customers:>10,}  {name:<28}{floor:>7.2f} ms{ours:>7.2f} ms{ours / floor:>7.1f}x"
                        f"{hits:>8,}",
                        flush=True,
                    )
                engine.dispose()
                handed_out.drop(url)


if __name__ == "__main__":
    main()
