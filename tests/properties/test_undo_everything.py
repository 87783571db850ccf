"""Whatever is done, undoing all of it in reverse gives the database that was there, keys and links included."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.access import SYSTEM
from models.base import Base
from models.contact import Contact, CustomerContact
from models.customer import Address, Customer, Kind
from models.errors import Refused
from models.journal import Changeset, Kept, changeset, journaled_tables
from models.label import Label, LabelGroup
from models.operations import archive, convert, delete, kind, label, undo
from models.operations.archive import Way
from models.operations.grant import Holder, give
from models.operations.save import Child, New, save
from models.project import Project, Registration
from models.sales import Agreement, Invoice, InvoiceStatus
from models.user import BUILT_IN_ROLES, Role, Team, User


def dump(session: Session) -> dict[str, list[Any]]:
    """Every row of every journaled table, all columns but the stamps that a write renews by itself and secrets.

    No history keeps those: who comes back from the bin gets a new password.
    """
    session.rollback()
    found: dict[str, list[Any]] = {}
    for table in journaled_tables():
        columns = [one for one in table.c if one.name != "changed_at" and not one.info.get("secret")]
        found[table.name] = [tuple(row) for row in session.execute(select(*columns).order_by(table.c.id))]
    return found


TEXT = st.text("abc é'%\"", min_size=1, max_size=6).filter(str.strip)
SMALL = st.integers(0, 40)


class Bench:
    """The verbs, each with rows picked by number from what is there."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def pick(self, noun: type[Base], index: int) -> int | None:
        found = self.session.scalars(select(noun.id).order_by(noun.id)).all()
        return found[index % len(found)] if found else None

    def picks(self, noun: type[Base], index: int) -> list[int]:
        found = self.session.scalars(select(noun.id).order_by(noun.id)).all()
        return [key for place, key in enumerate(found) if (place + index) % 3 == 0] or list(found[:1])

    def add_customer(self, a: int, b: int, text: str) -> None:
        values = {"company_name": text, "head_office_city": text if a % 2 else "", "labels": self.picks(Label, b)[:1]}
        contact = New(Contact, {"first_name": text, "email": f"{a}@x.example"})
        children = [Child(CustomerContact, None, {"contact_id": contact})] if b % 2 else []
        save(self.session, SYSTEM, Customer, None, values, children=children)

    def edit_customer(self, a: int, b: int, text: str) -> None:
        values = {"nickname": text, "hourly_rate": Decimal(b), "labels": self.picks(Label, b)[:2], "number": f"N-{b}"}
        save(self.session, SYSTEM, Customer, self.pick(Customer, a), values)

    def edit_contact(self, a: int, b: int, text: str) -> None:
        values = {"last_name": text, "birth_date": dt.date(1980, 1, 1 + b % 28), "labels": self.picks(Label, b)}
        save(self.session, SYSTEM, Contact, self.pick(Contact, a), values)

    def move_head_office(self, a: int, b: int, text: str) -> None:
        values = {"customer_id": self.pick(Customer, a), "city": text, "is_head_office": b % 2 == 0}
        save(self.session, SYSTEM, Address, None, values)

    def work(self, a: int, b: int, text: str) -> None:
        customer = self.pick(Customer, a)
        project = save(self.session, SYSTEM, Project, None, {"customer_id": customer, "name": text}).record.id
        contacts = select(CustomerContact.contact_id).where(CustomerContact.customer_id == customer)
        known = self.session.scalars(contacts.order_by(CustomerContact.id)).all()
        who = {"user_id": self.pick(User, a), "contact_id": known[b % len(known)] if known else None}
        values = {"customer_id": customer, "project_id": project, "day": dt.date(2026, 1, 1), "minutes": 1 + b}
        save(self.session, SYSTEM, Registration, None, {**values, **who})
        invoice = {"customer_id": customer, "day": dt.date(2026, 1, 1), "amount": Decimal(b), "customer_name": text}
        save(self.session, SYSTEM, Invoice, None, {**invoice, "status": list(InvoiceStatus)[b % 3]})

    def agree(self, a: int, b: int, text: str) -> None:
        values = {"customer_id": self.pick(Customer, a), "name": text, "starts_on": dt.date(2026, 1, 1)}
        save(self.session, SYSTEM, Agreement, None, {**values, "active": b % 2 == 0})

    def save_label(self, a: int, b: int, text: str) -> None:
        values = {"name": text, "group_id": self.pick(LabelGroup, b), "description": f"{b}"}
        save(self.session, SYSTEM, Label, self.pick(Label, a) if a % 2 else None, values)

    def save_people(self, a: int, b: int, text: str) -> None:
        save(self.session, SYSTEM, Team, None, {"name": text, "members": self.picks(User, b)})
        save(self.session, SYSTEM, Role, None, {"name": text, "rights": frozenset({"view", "edit"})})

    def archive(self, a: int, b: int, _text: str) -> None:
        noun = (Customer, Contact, Project)[b % 3]
        ids = self.picks(noun, a)
        archive.do(self.session, SYSTEM, noun, ids, archive.plan(self.session, SYSTEM, noun, ids).digest, "done")

    def restore(self, a: int, b: int, _text: str) -> None:
        noun = (Customer, Contact, Project)[b % 3]
        ids = self.picks(noun, a)
        plan = archive.plan(self.session, SYSTEM, noun, ids, Way.RESTORE)
        archive.restore(self.session, SYSTEM, noun, ids, plan.digest)

    def delete(self, a: int, b: int, _text: str) -> None:
        noun = (Customer, Contact, Label, Project, Team, User)[b % 6]
        ids = self.picks(noun, a)
        plan = delete.plan(self.session, SYSTEM, noun, ids)
        kept = delete.do(self.session, SYSTEM, noun, ids, plan.digest, plan.confirm, invoices_saved=True)
        assert kept.values["records"] == plan.total

    def convert(self, a: int, b: int, _text: str) -> None:
        ids = self.picks(Contact, a)
        choices = {key: convert.Choice(use=self.pick(Customer, b)) for key in ids} if b % 2 else {}
        plan = convert.plan(self.session, SYSTEM, ids, choices)
        convert.do(self.session, SYSTEM, ids, plan.digest, choices)

    def change_kind(self, a: int, b: int, text: str) -> None:
        customer = self.pick(Customer, a)
        assert customer is not None
        names = {"first_name": text, "last_name": text, "company_name": text}
        plan = kind.plan(self.session, SYSTEM, customer, list(Kind)[b % 2], names)
        kind.do(self.session, SYSTEM, customer, list(Kind)[b % 2], plan.digest, names)

    def label(self, a: int, b: int, _text: str) -> None:
        noun = (Customer, Contact)[b % 2]
        put, take = self.picks(Label, a)[:1], self.picks(Label, a + 1)[:2]
        ids = self.picks(noun, b)
        plan = label.plan(self.session, SYSTEM, noun, ids, put, take)
        label.do(self.session, SYSTEM, noun, ids, plan.digest, put, take)

    def grant(self, a: int, b: int, _text: str) -> None:
        customer, role = self.pick(Customer, a), self.pick(Role, b)
        assert customer is not None
        assert role is not None
        give(self.session, SYSTEM, customer, Holder(user_id=self.pick(User, a + b)), role)


VERBS = [name for name in vars(Bench) if not name.startswith("_") and name not in ("pick", "picks")]
STEPS = st.lists(st.tuples(st.sampled_from(VERBS), SMALL, SMALL, TEXT), min_size=1, max_size=14)


def _furnished(session: Session) -> None:
    """Something for every verb to work on."""
    with changeset(session, SYSTEM, "Furnish"):
        for name, rights in BUILT_IN_ROLES.items():
            if session.scalar(select(Role.id).where(Role.name == name)) is None:
                session.add(Role(name=name, rights=frozenset(rights), built_in=True))
        group = LabelGroup(name="One", one_per_record=True)
        session.add(group)
        session.flush()
        session.add_all(Label(name=f"L{n}", group_id=group.id if n < 2 else None) for n in range(5))
    bench = Bench(session)
    for n in range(4):
        bench.add_customer(n, n, f"Firm {n}")
        bench.work(n, n, f"Project {n}")
    bench.agree(0, 0, "Support")


@pytest.fixture
def furnished(session: Session) -> Session:
    _furnished(session)
    return session


@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_undoing_everything_in_reverse_gives_the_database_that_was_there(
    furnished: Session, steps: list[tuple[str, int, int, str]]
) -> None:
    session = furnished
    start = dump(session)
    begun = session.scalar(select(Changeset.id).order_by(Changeset.id.desc()).limit(1)) or 0
    bench = Bench(session)
    for verb, a, b, text in steps:
        before = dump(session)
        try:
            getattr(bench, verb)(a, b, text)
        except Refused:
            # What is refused leaves nothing behind: not even half of a verb that is several saves.
            if verb not in ("work", "save_people"):
                assert dump(session) == before
    done = session.scalars(select(Changeset.id).where(Changeset.id > begun).order_by(Changeset.id.desc())).all()
    for key in done:
        left = undo.undo(session, SYSTEM, key).left
        # A password is in no image.
        assert {one.reason for one in left} <= {Kept.SECRET}
    assert dump(session) == start


def test_every_verb_of_the_bench_gets_through(furnished: Session) -> None:
    """Or the property above would hold for want of anything done."""
    for verb in VERBS:
        done = 0
        for a in range(6):
            try:
                getattr(Bench(furnished), verb)(a, a, f"Text {verb} {a}")
                done += 1
            except Refused:
                furnished.rollback()
        assert done, verb
