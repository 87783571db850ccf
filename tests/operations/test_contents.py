"""The bytes of files: kept once, forgotten when nothing can bring them back, and carried along by a dump."""

from __future__ import annotations

import datetime as dt
import io
import json

from sqlalchemy import NullPool, create_engine, func, select, text
from sqlalchemy.orm import Session

from models import access, journal, schema
from models.access import SYSTEM, Looker
from models.activity import Attachment, FileContent
from models.base import utc_now
from models.customer import Customer
from models.operations import archive, attach, check, contents, delete, dump, remove, undo
from models.operations import bin as binned
from tests import factories
from tests.databases import Databases

PDF = b"%PDF-1.7 offer"


def attached(session: Session, actor: Looker, customer: Customer, content: bytes = PDF) -> int:
    made = attach.attach(session, actor, {"customer_id": customer.id, "name": None}, "offer.pdf", content)
    return made.record.id


def count(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count(FileContent.id))) or 0


def purged(session: Session) -> None:
    """Purge the bin as it will be in a year."""
    journal.purge(session, utc_now() + dt.timedelta(days=365))
    contents.forget_unused(session)


def test_one_content_is_kept_once_however_many_have_it(session: Session, dana: Looker) -> None:
    one, two = factories.customer(session), factories.customer(session)
    for customer in (one, two):
        attached(session, dana, customer)
    assert count(session) == 1
    attached(session, dana, one, PDF + b"!")
    assert count(session) == 2
    assert check.problems(session) == []


def test_a_content_goes_when_neither_an_attachment_nor_the_bin_needs_it(session: Session, dana: Looker) -> None:
    one, two = factories.customer(session), factories.customer(session)
    first, second = attached(session, dana, one), attached(session, dana, two)
    binned.purge(session)
    for key in (first, second):
        assert count(session) == 1
        plan = remove.plan(session, dana, Attachment, [key])
        done = remove.do(session, dana, Attachment, [key], plan.digest)
        binned.purge(session)
        assert count(session) == 1
    assert undo.undo(session, dana, done.id).left == []
    assert contents.read(session, contents.name_of(PDF)) == PDF
    undo.undo(
        session, dana, session.scalars(select(journal.Changeset.id).order_by(journal.Changeset.id.desc())).first() or 0
    )
    assert count(session) == 1
    purged(session)
    assert count(session) == 0


def test_a_customer_that_is_purged_takes_its_contents_along(session: Session, dana: Looker) -> None:
    customer = factories.customer(session)
    attached(session, dana, customer)
    archive.do(session, dana, Customer, [customer.id], archive.plan(session, dana, Customer, [customer.id]).digest)
    plan = delete.plan(session, dana, Customer, [customer.id])
    assert {branch.key: branch.count for branch in plan.branches}["attachment"] == 1
    done = delete.do(session, dana, Customer, [customer.id], plan.digest, plan.confirm)
    binned.purge(session)
    assert undo.undo(session, dana, done.id).left == []
    assert contents.read(session, contents.name_of(PDF)) == PDF
    plan = delete.plan(session, dana, Customer, [customer.id])
    delete.do(session, dana, Customer, [customer.id], plan.digest, plan.confirm)
    purged(session)
    assert count(session) == 0


def test_a_dump_carries_the_contents_and_a_load_puts_them_back(
    session: Session, dana: Looker, handed_out: Databases, engine_kind: str
) -> None:
    large = PDF + bytes(range(256)) * 4_000
    one = attached(session, dana, factories.customer(session), large)
    written = io.StringIO()
    dump.dump(session, dana, written.write)
    assert len(json.loads(written.getvalue())["file_content"]) == 1
    url = handed_out.fresh(engine_kind)
    engine = create_engine(url, poolclass=NullPool)
    schema.upgrade(engine)
    with Session(engine) as other:
        access.look_as(other, SYSTEM)
        dump.load(other, SYSTEM, io.StringIO(written.getvalue()))
        assert contents.read(other, other.get_one(Attachment, one).sha256 or "") == large
        # The keys count on after those that were loaded.
        attached(other, SYSTEM, other.scalars(select(Customer)).one())
        assert count(other) == 2
    handed_out.drop(url)


def test_a_lost_content_is_told_by_the_check(session: Session, dana: Looker) -> None:
    attached(session, dana, factories.customer(session))
    session.execute(text("DELETE FROM file_content"))
    session.commit()
    assert check.problems(session) == ["1 attached files have lost their content."]
