"""What people read and type of moments goes by the office's clock, which is that of Amsterdam unless they choose another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TypeVar

import pytest
import time_machine
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models import settings
from models.access import SYSTEM
from models.activity import Activity, Comment
from models.customer import Customer
from models.journal import Changeset, changeset
from models.journal.triggers import keeping
from tests import factories
from tests.conftest import Cast, ClientFor
from tests.views.test_imports import text_of

T = TypeVar("T", Activity, Comment)
# A quarter past midnight on Tuesday the 24th in Amsterdam; in Greenwich it is Monday still.
AFTER_MIDNIGHT = dt.datetime(2026, 11, 23, 23, 15, tzinfo=dt.UTC)
A_MINUTE = dt.timedelta(minutes=1)
# The second 02:30 of the night in which the clock is put back.
SECOND_HALF_PAST_TWO = dt.datetime(2026, 10, 25, 1, 30, tzinfo=dt.UTC)


@pytest.fixture
def night() -> Iterator[None]:
    """It is a quarter past midnight in Amsterdam."""
    with time_machine.travel(AFTER_MIDNIGHT, tick=False):
        yield


def said_at(session: Session, moment: dt.datetime) -> None:
    """Everything so far was done at this moment."""
    session.commit()
    with keeping(session.connection()):
        session.execute(update(Changeset.__table__).values(at=moment))  # type: ignore[arg-type]
    session.commit()


def move(session: Session, zone: str) -> None:
    with changeset(session, SYSTEM, "Move"):
        settings.put(session, "time_zone", zone)


def only(session: Session, noun: type[T]) -> T:
    session.rollback()
    return session.scalars(select(noun)).one()


def tab(customer: Customer, name: str, more: str = "") -> str:
    return f"/customers/details/?id={customer.id}&tab={name}{more}"


@pytest.mark.usefixtures("night")
def test_a_history_is_told_by_the_days_and_times_of_the_office(client_for: ClientFor, session: Session) -> None:
    customer = factories.customer(session)
    factories.comment(session, customer, said_at=AFTER_MIDNIGHT - A_MINUTE, text="Just now.")
    factories.comment(session, customer, said_at=AFTER_MIDNIGHT - 30 * A_MINUTE, text="Late last night.")
    said_at(session, AFTER_MIDNIGHT - A_MINUTE)
    dana = client_for("Dana")
    page = text_of(dana.get(tab(customer, "history")))
    today, yesterday = page.index("Today, Tuesday 24 November 2026"), page.index("Yesterday, Monday 23 November 2026")
    assert today < page.index("00:14") < page.index("Just now.") < yesterday
    assert yesterday < page.index("23:45") < page.index("Late last night.")
    assert "00:14" in text_of(dana.get("/history/"))
    move(session, "UTC")
    page = text_of(dana.get(tab(customer, "history")))
    assert "Today, Monday 23 November 2026" in page
    assert "23:14" in page


@pytest.mark.usefixtures("night")
def test_registered_time_stands_among_what_happened_on_its_day(
    client_for: ClientFor, session: Session, cast: Cast
) -> None:
    customer = factories.customer(session)
    project = factories.project(session, customer)
    factories.comment(session, customer, said_at=AFTER_MIDNIGHT - A_MINUTE, text="After midnight.")
    factories.comment(session, customer, said_at=AFTER_MIDNIGHT - 30 * A_MINUTE, text="Before midnight.")
    factories.registration(session, project, cast.alice, day=dt.date(2026, 11, 24), minutes=60)
    page = text_of(client_for("Dana").get(tab(customer, "history", "&show=")))
    assert page.count("Today, ") == page.count("Yesterday, ") == 1
    assert page.index("After midnight.") < page.index("1 hour registered") < page.index("Yesterday, ")


@pytest.mark.usefixtures("night")
def test_a_card_as_it_was_on_a_day_is_as_it_was_when_that_day_ended_there(
    client_for: ClientFor, session: Session
) -> None:
    customer = factories.customer(session, phone="old")
    said_at(session, AFTER_MIDNIGHT - 30 * A_MINUTE)
    with changeset(session, SYSTEM, "Moved house") as made:
        customer.phone = "new"
    assert made.at == AFTER_MIDNIGHT
    dana = client_for("Dana")
    assert "old" in text_of(dana.get(tab(customer, "history", "&on=2026-11-23")))
    assert "old" not in text_of(dana.get(tab(customer, "history", "&on=2026-11-24")))
    assert "That is no day up to today" in text_of(dana.get(tab(customer, "history", "&on=2026-11-25")))
    told = {
        day: "Moved house" in text_of(dana.get(tab(customer, "history", f"&show=changes&from={day}&until={day}")))
        for day in ("2026-11-23", "2026-11-24")
    }
    assert told == {"2026-11-23": False, "2026-11-24": True}


@pytest.mark.usefixtures("night")
def test_a_comment_is_dated_and_its_date_typed_by_the_clock_of_the_office(
    client_for: ClientFor, session: Session
) -> None:
    alice, customer = client_for("Alice"), factories.customer(session)
    alice.press(alice.get(tab(customer, "contact")), "Post", text="From the box.")
    found = only(session, Comment)
    assert found.said_at == AFTER_MIDNIGHT
    assert "today 00:15" in text_of(alice.get(tab(customer, "contact")))
    form = alice.get(f"/comments/edit/?id={found.id}")
    assert 'value="2026-11-24T00:15"' in form.get_data(as_text=True)
    alice.press(form, "Save comment", said_at="2026-07-01T00:30")
    session.rollback()
    assert found.said_at == dt.datetime(2026, 6, 30, 22, 30, tzinfo=dt.UTC)


def test_a_moment_that_is_not_changed_on_its_form_stays_in_the_hour_that_comes_twice(
    client_for: ClientFor, session: Session
) -> None:
    customer = factories.customer(session)
    comment = factories.comment(session, customer, said_at=SECOND_HALF_PAST_TWO, text="At night.")
    activity = factories.activity(session, customer, subject="Ring", due_at=SECOND_HALF_PAST_TWO, has_time=True)
    dana = client_for("Dana")
    dana.press(dana.get(f"/comments/edit/?id={comment.id}"), "Save comment", text="In the night.")
    dana.press(dana.get(f"/activities/edit/?id={activity.id}"), "Save activity", subject="Ring them")
    session.rollback()
    assert (comment.text, comment.said_at) == ("In the night.", SECOND_HALF_PAST_TWO)
    assert (activity.subject, activity.due_at) == ("Ring them", SECOND_HALF_PAST_TWO)
    dana.press(dana.get(f"/activities/edit/?id={activity.id}"), "Save activity", due_time="02:31")
    session.rollback()
    assert activity.due_at == SECOND_HALF_PAST_TWO - 59 * A_MINUTE


@pytest.mark.usefixtures("night")
@pytest.mark.parametrize(
    ("line", "due_at", "shown"),
    [
        ("Ring today 09:00", dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC), "today, 09:00"),
        ("Ring today", dt.datetime(2026, 11, 24, tzinfo=dt.UTC), "today"),
        ("Ring tomorrow 00:30", dt.datetime(2026, 11, 24, 23, 30, tzinfo=dt.UTC), "tomorrow, 00:30"),
    ],
)
def test_the_line_of_an_activity_is_read_by_the_clock_of_the_office(
    client_for: ClientFor, session: Session, line: str, due_at: dt.datetime, shown: str
) -> None:
    alice, customer = client_for("Alice"), factories.customer(session)
    page = tab(customer, "contact")
    alice.press(alice.get(page), "Add", subject=line)
    made = only(session, Activity)
    assert made.due_at == due_at
    assert f"Ring added: {shown}" in text_of(alice.get(page))


@pytest.mark.parametrize("zone", ["Europe/Helsinki", "America/New_York", "UTC"])
def test_an_activity_without_a_time_stays_on_its_day_when_the_office_moves(
    client_for: ClientFor, session: Session, zone: str
) -> None:
    customer, dana = factories.customer(session), client_for("Dana")
    dana.send(
        "/activities/new/",
        customer_id=customer.id,
        subject="All day",
        state="planned",
        due_on="2026-10-25",
        due_time="",
    )
    made = only(session, Activity)
    move(session, zone)
    form = dana.get(f"/activities/edit/?id={made.id}")
    assert 'value="2026-10-25"' in form.get_data(as_text=True)
    dana.press(form, "Save activity", due_on="2026-10-26")
    page = text_of(dana.get(f"/activities/details/?id={made.id}&tab=history"))
    assert "25 Oct 2026" in page
    assert "26 Oct 2026" in page
    assert "2026, " not in page[page.index("25 Oct 2026") : page.index("26 Oct 2026") + 13]


@pytest.mark.usefixtures("night")
def test_what_is_overdue_is_so_by_the_clock_of_the_office(client_for: ClientFor, session: Session, cast: Cast) -> None:
    customer = factories.customer(session)
    due_at = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
    factories.activity(session, customer, subject="Any time Monday", due_at=due_at, user_id=cast.dana.id)
    dana = client_for("Dana")
    assert "Any time Monday" in text_of(dana.get("/activities/?due=overdue"))
    assert "overdue since yesterday" in text_of(dana.get("/activities/"))
    assert "1 overdue" in text_of(dana.get("/mine/"))
    move(session, "America/New_York")
    assert "Any time Monday" not in text_of(dana.get("/activities/?due=overdue"))
    assert "overdue" not in text_of(dana.get("/mine/"))


@pytest.mark.usefixtures("night")
def test_files_and_the_bin_are_dated_by_the_office(client_for: ClientFor, session: Session) -> None:
    customer, dana = factories.customer(session), client_for("Dana")
    factories.comment(session, customer, text="Gone")
    assert "customers-2026-11-24.csv" in dana.get("/customers/export/csv/").headers["Content-Disposition"]
    with changeset(session, SYSTEM, "Set"):
        settings.put(session, "deleting", "direct")
    plan = dana.get(f"/customers/delete/?rowid={customer.id}")
    assert "24 December 2026" in text_of(plan)


def test_a_time_zone_is_chosen_in_the_settings_and_a_wrong_one_is_refused(
    client_for: ClientFor, session: Session
) -> None:
    dana = client_for("Dana")
    page = dana.get("/settings/").get_data(as_text=True)
    assert '<option selected value="Europe/Amsterdam">' in page or 'value="Europe/Amsterdam" selected' in page
    dana.press(dana.get("/settings/"), "Save settings", time_zone="Europe/Helsinki")
    assert settings.get(session, "time_zone") == "Europe/Helsinki"
    refused = dana.press(dana.get("/settings/"), "Save settings", time_zone="Mars/Olympus")
    assert refused.status_code == 422
    assert "Time zone: Mars/Olympus does not fit." in text_of(refused)


@pytest.mark.usefixtures("night")
def test_when_the_settings_were_last_changed_is_a_day_of_the_office(client_for: ClientFor, session: Session) -> None:
    move(session, "Europe/Oslo")
    assert "last looked through on 24 November 2026" in text_of(client_for("Dana").get("/settings/"))


def test_the_day_on_which_an_invitation_was_revoked_is_that_of_the_office(
    session: Session, client_for: ClientFor
) -> None:
    customer, contact = factories.customer(session), factories.contact(session)
    factories.link(session, customer, contact)
    portal = factories.portal(session, customer)
    revoked = dt.datetime(2026, 11, 2, 20, 0, tzinfo=dt.UTC)
    factories.portal_grant(session, portal, contact, revoked_at=revoked, expires_on=dt.date(2027, 1, 1))
    dana, page = client_for("Dana"), f"/portals/details/?id={portal.id}"
    assert "revoked on 2 November 2026" in text_of(dana.get(page))
    move(session, "Pacific/Auckland")
    assert "revoked on 3 November 2026" in text_of(dana.get(page))
