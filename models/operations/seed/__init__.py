"""Fill an empty database with invented customers: the same ones for the same number and seed, on either database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import ExitStack
from random import Random

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

from models import access, search
from models.access import Looker
from models.activity import FileContent
from models.base import Base, folded
from models.contact import Contact
from models.customer import Customer
from models.errors import Reason, Refused
from models.journal import Changeset, Origin, changeset
from models.label import Label
from models.operations import number as series
from models.operations.seed import bulk, showcase
from models.operations.seed.days import Calendar
from models.operations.seed.deals import Deals
from models.operations.seed.invent import LIVELY, NUMBERS_FROM, Office, density
from models.operations.seed.rows import TABLES, Rows
from models.operations.seed.staff import EMPLOYEES, Employee, engage
from models.operations.seed.talk import Talk
from models.process import Process
from models.project import Project
from models.tool import ToolLink
from models.user import Right, Team, User

__all__ = ["EMPLOYEES", "MOST", "TITLE", "Employee", "seed"]

TITLE = "Seeded {customers} customers"
MOST = 1_000_000
CHUNK = 2_000
# From so many customers on, building indexes and search documents at the end is quicker than keeping them.
MANY = 20_000
# The journal writes here, a row for each of ours.
JOURNAL = "change"


def seed(
    session: Session,
    actor: Looker,
    customers: int,
    seed: int,
    today: dt.date,
    password: str | None = None,
    progress: Callable[[int], None] | None = None,
    plain: bool = False,
) -> Changeset:
    """Invent so many customers (1 to `MOST`) in one changeset; every date counts back from `today`.

    With `password` the employees can sign in with it, without they have none. `progress` hears how many customers are
    written. `plain` leaves out the names that break careless pages, spreadsheets and queries. Refused (NOT_EMPTY) when
    there are customers, contacts, projects, labels or teams already, or one of the employees.
    """
    if not 1 <= customers <= MOST:
        raise ValueError(f"customers: {customers}")
    access.require(session, actor, Right.SETTINGS)
    with changeset(session, actor, TITLE, origin=Origin.SEED, customers=customers, seed=seed) as done:
        _refuse_unless_empty(session)
        _fill(session, customers, seed, today, password, progress or (lambda _count: None), plain)
        series.notice(session, [f"K-{NUMBERS_FROM + customers}"])
    return done


def _refuse_unless_empty(session: Session) -> None:
    # Straight at the tables: what is hidden from whoever asks counts, too.
    for noun in (Customer, Contact, Project, Label, Team, Process, ToolLink):
        table = Base.metadata.tables[noun.__tablename__]
        count = session.scalar(select(func.count()).select_from(table)) or 0
        if count:
            raise Refused(Reason.NOT_EMPTY, count=count, table=table.name)
    users = Base.metadata.tables[User.__tablename__]
    invented = [folded(person.email) for person in EMPLOYEES]
    count = session.scalar(select(func.count()).where(users.c.email_key.in_(invented))) or 0
    if count:
        raise Refused(Reason.NOT_EMPTY, count=count, table=users.name)


def _fill(
    session: Session,
    customers: int,
    seed: int,
    today: dt.date,
    password: str | None,
    progress: Callable[[int], None],
    plain: bool,
) -> None:
    connection = session.connection()
    tables = {name: Rows(name, bulk.first_free(connection, name), columns) for name, columns in TABLES.items()}
    dense = density(customers)
    calendar = Calendar(today, dense.yearly)
    staff = engage(session, tables, calendar, None if password is None else lambda: generate_password_hash(password))
    talk = Talk(Random(f"{seed}/{customers}/talk"), tables, staff, calendar, lively=customers <= LIVELY)
    chance = Random(f"{seed}/{customers}/deals")
    kept = session.scalars(select(FileContent.sha256)).all()
    talk.office()
    deals = Deals(chance, tables, staff, calendar, lively=customers <= LIVELY, kept=kept)
    office = Office(Random(f"{seed}/{customers}"), tables, staff, calendar, dense, talk, deals)
    with ExitStack() as stack:
        if customers >= MANY:
            stack.enter_context(search.suspended(connection))
            stack.enter_context(bulk.without_indexes(connection, [*tables, JOURNAL]))
        showcase.prospects(office)
        for number in range(1, customers + 1):
            if not showcase.show(office, number, plain=plain):
                office.settle(number, office.invent())
            if office.chance() < dense.unattached:
                office.stranger()
            if number % CHUNK == 0:
                bulk.write(connection, tables.values())
                progress(number)
        bulk.write(connection, tables.values())
    bulk.count_on(connection, tables.values())
    session.expire_all()
