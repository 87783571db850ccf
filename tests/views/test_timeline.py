"""The timeline on the card of a customer: everything that happened, newest first, or one sort of it."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from lxml import html
from sqlalchemy.orm import Session

from models.access import SYSTEM, looker_for
from models.activity import Activity, ActivityState
from models.journal import changeset
from models.operations.save import save
from tests import factories
from tests.conftest import Cast, ClientFor
from tests.contracts.test_queries import counted
from tests.views.test_imports import text_of

MORNING = dt.datetime(2026, 11, 2, 9, 0, tzinfo=dt.UTC)
AN_HOUR = dt.timedelta(hours=1)


def tab(customer: int, more: str = "") -> str:
    return f"/customers/details/?id={customer}&tab=history{more}"


def test_TS_31_a_timeline_tells_changes_comments_activities_and_time_in_the_order_they_came(
    client_for: ClientFor, session: Session, cast: Cast
) -> None:
    customer = factories.customer(session, company_name="Nordhamn AB")
    project = factories.project(session, customer)
    for minutes in (30, 60):
        factories.registration(session, project, cast.alice, day=MORNING.date(), minutes=minutes)
    factories.comment(session, customer, said_at=MORNING, text="Said first.", user_id=cast.bob.id)
    done = {"state": ActivityState.DONE, "done_at": MORNING + AN_HOUR}
    factories.activity(session, customer, subject="Done second.", user_id=cast.alice.id, **done)
    factories.activity(session, customer, subject="Still to do.")
    factories.comment(session, factories.customer(session), text="Elsewhere.")
    with changeset(session, SYSTEM, "Change customer {name}", name="Nordhamn AB"):
        customer.phone = "+31 10 1"
    alice = client_for("Alice")
    page = text_of(alice.get(tab(customer.id)))
    order = ["Change customer Nordhamn AB", "Done second.", "Said first.", "1.5 hours registered"]
    assert [page.index(text) for text in order] == sorted(page.index(text) for text in order)
    assert "Still to do." not in page
    assert "Elsewhere." not in page
    only = {
        # The journal also tells what became of comments and activities.
        "changes": {"Change customer", "Said first.", "Done second."},
        "comments": {"Said first."},
        "activities": {"Done second."},
        "registrations": {"1.5 hours registered"},
    }
    every = set.union(*only.values())
    for show, wanted in only.items():
        shown = text_of(alice.get(tab(customer.id, f"&show={show}")))
        assert {text for text in every if text in shown} == wanted, show


def test_what_was_done_is_told_of_who_said_so_and_not_of_who_had_to_do_it(
    client_for: ClientFor, session: Session, cast: Cast
) -> None:
    customer = factories.customer(session)
    ticked, logged = (
        factories.activity(session, customer, subject=subject, user_id=cast.bob.id, state=state, done_at=done_at)
        for subject, state, done_at in (
            ("Send the quote", ActivityState.PLANNED, None),
            ("Rang them", ActivityState.DONE, MORNING),
        )
    )
    alice = client_for("Alice")
    alice.send("/activities/mark/", done=ticked.id)
    save(session, looker_for(session, cast.dana), Activity, ticked.id, {"note": "Also by mail."})
    lines = html.document_fromstring(alice.get(tab(customer.id, "&show=activities")).get_data(as_text=True))
    told = {line.xpath("string(.//h3/b)"): line.text_content() for line in lines.xpath("//article")}
    assert {*told} == {"Alice", "Bob"}
    assert "Send the quote" in told["Alice"]
    assert "Rang them" in told["Bob"], logged.id


def test_TS_31_the_pages_of_a_timeline_hold_every_line_once(
    client_for: ClientFor, session: Session, cast: Cast
) -> None:
    customer = factories.customer(session)
    project = factories.project(session, customer)
    for number in range(40):
        # Four by four at one moment: no line is lost between two pages.
        at = MORNING + (number // 4) * AN_HOUR
        factories.comment(session, customer, said_at=at, text=f"Said {number:02}.")
        factories.activity(session, customer, subject=f"Done {number:02}.", state=ActivityState.DONE, done_at=at)
        day = MORNING.date() - dt.timedelta(days=number)
        factories.registration(session, project, cast.alice, day=day, minutes=number + 1)
    alice, told, path, pages = client_for("Alice"), "", tab(customer.id), 0
    while path:
        answer = alice.get(path)
        pages += 1
        told += text_of(answer)
        older = re.search(r'href="([^"]*before=[^"]*)"', answer.get_data(as_text=True))
        path = older[1].replace("&amp;", "&") if older else ""
    lines = [f"{what} {number:02}." for number in range(40) for what in ("Said", "Done")]
    assert [line for line in lines if told.count(line) != 1] == []
    assert told.count("hours registered") == 40
    assert pages == 5


def test_TS_31_the_timeline_shows_what_one_may_see(client_for: ClientFor, session: Session, cast: Cast) -> None:
    customer = factories.customer(session)
    project = factories.project(session, customer)
    factories.registration(session, project, cast.alice, minutes=60)
    factories.registration(session, project, cast.bob, minutes=30)
    factories.comment(session, customer, text="For readers.")
    page = text_of(client_for("Bob").get(tab(customer.id)))
    assert "You · 0.5 hours registered" in page
    assert "For readers." in page
    alone = factories.customer(session)
    factories.registration(session, factories.project(session, alone), cast.alice, minutes=60)
    assert "Everybody · 1 hour registered" in text_of(client_for("Alice").get(tab(alone.id)))
    assert "Everybody · 1.5 hours registered" in text_of(client_for("Alice").get(tab(customer.id)))
    assert client_for("Charlie").get(tab(customer.id)).status_code == 404


def test_TS_31_a_timeline_of_many_rows_costs_no_more_queries(
    client_for: ClientFor, session: Session, cast: Cast
) -> None:
    customer = factories.customer(session)
    alice = client_for("Alice")
    costs = []
    for rows in (1, 40):
        for _ in range(rows):
            factories.comment(session, customer, cast.bob, user_id=cast.alice.id)
            factories.activity(session, customer, state=ActivityState.DONE, done_at=MORNING)
        with counted() as sent:
            alice.get(tab(customer.id))
        costs.append(len(sent))
    assert costs[0] == costs[1]


@pytest.mark.parametrize(
    "place", ["x", "comment-x", "comment-20261102T090000.000000~x", "registration-99999999", "change--1", "_"]
)
def test_a_place_on_the_timeline_that_makes_no_sense_begins_anew(
    client_for: ClientFor, session: Session, place: str
) -> None:
    customer = factories.customer(session)
    factories.comment(session, customer, text="Here.")
    assert "Here." in text_of(client_for("Alice").get(tab(customer.id, f"&before={place}")))
