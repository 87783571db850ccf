"""Whoever changes who may what types their own password again when the last time is longer ago than ten minutes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from lxml import html
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models.access import SYSTEM
from models.customer import Customer
from models.journal import Changeset
from models.operations import delete as deleting
from models.operations import grant
from models.operations.grant import Holder
from models.user import CustomerAccess, Role, Team, User
from tests import factories
from tests.conftest import PASSWORD, Cast, ClientFor
from tests.pages import PageClient

LATER = dt.timedelta(minutes=11)


@pytest.fixture
def dana(client_for: ClientFor) -> Iterator[PageClient]:
    """Dana, eleven minutes after signing in."""
    signed_in = client_for("Dana")
    with time_machine.travel(dt.datetime.now(dt.UTC) + LATER, tick=True):
        yield signed_in


def sent_along(answer: TestResponse) -> dict[str, str]:
    """What the page that asks would send again."""
    form = html.document_fromstring(answer.get_data(as_text=True)).get_element_by_id("confirm-form")
    return {field.get("name"): field.get("value") or "" for field in form.iter("input")}


def asks(answer: TestResponse) -> bool:
    return "own_password" in answer.get_data(as_text=True)


def role_of(session: Session, name: str) -> Role:
    return session.query(Role).filter(Role.name == name).one()


def test_the_acts_that_change_rights_ask_for_the_password_and_do_nothing_before(
    session: Session, cast: Cast, dana: PageClient
) -> None:
    customer = factories.customer(session)
    reader = role_of(session, "Reader")
    given = grant.give(session, SYSTEM, customer.id, Holder(user_id=cast.charlie.id), reader.id).id
    last = session.scalar(select(Changeset.id).order_by(Changeset.id.desc()).limit(1))
    bob = cast.bob.id
    acts: list[tuple[str, dict[str, Any]]] = [
        ("/users/new/", {"name": "Neu", "email": "neu@kaartenbak.example"}),
        (f"/users/edit/?id={bob}", {"name": "Bob", "email": "bob@kaartenbak.example", "role_id": ""}),
        (f"/users/password/?id={bob}", {"password": "vier kale paarden op zolder"}),
        (f"/users/disable/?id={bob}", {}),
        (f"/users/enable/?id={bob}", {}),
        ("/teams/new/", {"name": "Neu"}),
        ("/teams/delete/?id=1", {}),
        (f"/roles/edit/?id={reader.id}", {"name": "Reader", "rights": "delete"}),
        (f"/customers/roles/?id={customer.id}", {"who": f"user-{bob}", "role": reader.id}),
        ("/history/undo/", {"changeset": given}),
    ]
    for path, fields in acts:
        answer = dana.send(path, **fields)
        assert (answer.status_code, asks(answer)) == (403, True), path
    session.rollback()
    assert session.scalar(select(Changeset.id).order_by(Changeset.id.desc()).limit(1)) == last
    assert session.get_one(User, bob).disabled_at is None


@pytest.mark.parametrize("path", ["/bin/restore/", "/history/undo/"])
def test_what_is_taken_back_is_what_the_password_was_asked_about(
    session: Session, cast: Cast, dana: PageClient, path: str
) -> None:
    team, customer = factories.team(session, cast.bob), factories.customer(session, archived_at=factories.A_MOMENT)
    gone = []
    for noun, record in ((Customer, customer), (Team, team)):
        shown = deleting.plan(session, SYSTEM, noun, [record.id])
        gone.append(deleting.do(session, SYSTEM, noun, [record.id], shown.digest, typed=shown.confirm).id)
    harmless, rights = gone
    for address, sent in ((path, rights), (f"{path}?changeset={rights}", harmless)):
        answer = dana.send(address, changeset=sent)
        assert (answer.status_code, asks(answer)) == (403, True)
    dana.send(f"{path}?changeset={harmless}", changeset=rights)
    session.rollback()
    assert session.query(Team).count() == 0


def test_with_the_password_what_was_sent_is_done_without_filling_it_in_again(
    session: Session, cast: Cast, dana: PageClient
) -> None:
    customer = factories.customer(session)
    reader = role_of(session, "Reader")
    path = f"/customers/roles/?id={customer.id}"
    page = dana.send(path, **{f"user-{cast.charlie.id}": reader.id})
    answer = dana.post(path, data={**sent_along(page), "own_password": PASSWORD})
    assert "may from now on: View." in answer.get_data(as_text=True)
    assert dana.press(answer, "Save roles").status_code == 302
    session.rollback()
    given = session.scalars(select(CustomerAccess)).one()
    assert (given.user_id, given.role_id) == (cast.charlie.id, reader.id)
    # For the next ten minutes it is not asked again.
    assert dana.send("/teams/new/", name="Nieuw").status_code == 302
    session.rollback()
    assert session.query(Team).count() == 1


def test_a_wrong_password_does_nothing_and_guessing_it_is_slowed(
    session: Session, cast: Cast, dana: PageClient
) -> None:
    answers = [dana.send(f"/users/disable/?id={cast.bob.id}", own_password="wrong", keep="this") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [422] * 5 + [429]
    assert "The current password is not right." in answers[0].get_data(as_text=True)
    assert sent_along(answers[0])["keep"] == "this"
    assert "wrong" not in sent_along(answers[0]).values()
    session.rollback()
    assert session.get_one(User, cast.bob.id).disabled_at is None


def test_within_ten_minutes_of_signing_in_nobody_is_asked(client_for: ClientFor, cast: Cast) -> None:
    dana = client_for("Dana")
    with time_machine.travel(dt.datetime.now(dt.UTC) + LATER / 2, tick=True):
        assert dana.send(f"/users/disable/?id={cast.bob.id}").status_code == 302


def test_reading_and_everyday_work_ask_for_nothing(session: Session, cast: Cast, dana: PageClient) -> None:
    assert dana.get(f"/users/edit/?id={cast.bob.id}").status_code == 200
    made = dana.send("/customers/new/", kind="business", company_name="Gewoon B.V.")
    assert made.status_code == 302
    session.rollback()
    changed = session.scalar(select(Changeset.id).order_by(Changeset.id.desc()).limit(1))
    assert dana.send("/history/undo/", changeset=changed).status_code == 302


def test_who_may_not_is_refused_without_being_asked(session: Session, cast: Cast, client_for: ClientFor) -> None:
    given = grant.give(
        session, SYSTEM, factories.customer(session).id, Holder(user_id=cast.alice.id), role_of(session, "Reader").id
    ).id
    charlie = client_for("Charlie")
    with time_machine.travel(dt.datetime.now(dt.UTC) + LATER, tick=True):
        for path, fields, status in (
            (f"/users/disable/?id={cast.bob.id}", {}, 403),
            ("/history/undo/", {"changeset": given}, 404),
            ("/history/undo/", {"changeset": 10**6}, 404),
        ):
            answer = charlie.send(path, **fields)
            assert (answer.status_code, asks(answer)) == (status, False)
