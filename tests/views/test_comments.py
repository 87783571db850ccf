"""Comments on the card of a customer, on their own pages, and the page of who is mentioned."""

from __future__ import annotations

import datetime as dt

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.activity import Comment, CommentMention
from models.base import utc_now
from models.journal import Changeset
from models.user import Role, User
from tests import factories
from tests.conftest import Cast, ClientFor
from tests.views.test_addresses import titles
from tests.views.test_forms import at_fields
from tests.views.test_imports import plan_of, text_of


def card(customer: int) -> str:
    return f"/customers/details/?id={customer}&tab=contact"


def test_TL_29_a_moment_that_is_far_too_late_is_one_problem(client_for: ClientFor, session: Session) -> None:
    alice, customer = client_for("Alice"), factories.customer(session).id
    page = alice.get(f"/comments/new/?customer={customer}")
    refused = alice.press(page, "Save comment", text="Later", said_at="2999-01-01T00:00")
    assert refused.status_code == 422
    assert "1 field needs your attention." in text_of(refused)


def test_TL_28_a_comment_is_written_on_the_card_and_taken_back(client_for: ClientFor, session: Session) -> None:
    alice, customer = client_for("Alice"), factories.customer(session).id
    done = alice.press(alice.get(card(customer)), "Post", text="Prefers a call\nover an e-mail.")
    assert done.location == f"{card(customer)}#comments"
    page = alice.get(card(customer))
    assert "Prefers a call" in text_of(page)
    assert "Comment: Prefers a call over an e-mail." in titles(session)
    found = session.scalars(select(Comment)).one()
    assert found.user is not None
    assert (found.user.name, utc_now() - found.said_at < dt.timedelta(minutes=2)) == ("Alice", True)
    newest = session.scalars(select(Changeset.id).order_by(Changeset.id.desc())).first()
    assert f"/history/undo/?changeset={newest}" in page.get_data(as_text=True)
    alice.send("/history/undo/", changeset=newest)
    assert "Prefers a call" not in text_of(alice.get(card(customer)))


def test_an_empty_or_a_refused_comment_comes_back_with_what_was_typed(client_for: ClientFor, session: Session) -> None:
    alice, customer = client_for("Alice"), factories.customer(session).id
    page = alice.get(card(customer))
    assert alice.press(page, "Post", text=" ").status_code == 422
    refused = alice.press(page, "Post", text="Wrong \x07 sign")
    assert refused.status_code == 422
    assert "Wrong" in refused.get_data(as_text=True)
    assert session.scalars(select(Comment)).all() == []


def test_TL_29_date_and_author_may_be_changed_and_the_true_stamp_stays(
    client_for: ClientFor, session: Session, cast: Cast
) -> None:
    alice, customer = client_for("Alice"), factories.customer(session).id
    form = alice.press(alice.get(card(customer)), "Change", text="Agreed 14 days")
    assert form.status_code == 200
    assert "Agreed 14 days" in form.get_data(as_text=True)
    alice.press(form, "Save comment", said_at="2026-10-01T09:05", user_id=str(cast.bob.id))
    shown = text_of(alice.get(card(customer)))
    assert "Bob" in shown
    assert "entered by Alice" in shown
    session.rollback()
    found = session.scalars(select(Comment)).one()
    assert (found.user_id, found.said_at) == (cast.bob.id, dt.datetime(2026, 10, 1, 7, 5, tzinfo=dt.UTC))
    dana = client_for("Dana")
    dana.edit(
        f"/comments/edit/?id={found.id}", text="Agreed 30 days", said_at="2026-10-01T09:05", user_id=str(cast.bob.id)
    )
    shown = text_of(alice.get(card(customer)))
    assert "Agreed 30 days" in shown
    assert "changed by Dana" in shown
    assert "Change comment Agreed 14 days" in titles(session)


def test_TL_30_the_three_latest_comments_show_and_TL_31_a_link_shows_all_with_their_number(
    client_for: ClientFor, session: Session
) -> None:
    alice, customer = client_for("Alice"), factories.customer(session)
    for day in range(1, 56):
        at = dt.datetime(2026, 1, 1, 9, 0, tzinfo=dt.UTC) + dt.timedelta(days=(day + 1) // 3)
        factories.comment(session, customer, said_at=at, text=f"Said {day:02}.")
    shown = text_of(alice.get(card(customer.id)))
    assert [day for day in range(1, 56) if f"Said {day:02}." in shown] == [53, 54, 55]
    assert "Show all 55 comments" in shown
    every = alice.get(f"{card(customer.id)}&comments=all")
    assert [day for day in range(1, 56) if f"Said {day:02}." in text_of(every)] == list(range(6, 56))
    href = next(part for part in every.get_data(as_text=True).split('"') if "before=" in part)
    older = text_of(alice.get(href.replace("&amp;", "&")))
    assert [day for day in range(1, 56) if f"Said {day:02}." in older] == list(range(1, 6))


def test_TL_28_a_comment_is_deleted_to_the_bin_and_comes_back_with_its_mentions(
    client_for: ClientFor, session: Session, cast: Cast
) -> None:
    alice, customer = client_for("Alice"), factories.customer(session)
    comment = factories.comment(session, customer, cast.bob, text="@Bob look").id
    page = alice.get(f"/comments/delete/?id={comment}")
    assert alice.send("/comments/delete/", plan=plan_of(page)).location == f"{card(customer.id)}#comments"
    session.rollback()
    assert session.scalars(select(CommentMention)).all() == []
    binned = alice.get("/bin/")
    assert "Delete comment @Bob look" in text_of(binned)
    alice.press(binned, "Restore")
    session.rollback()
    assert [one.user_id for one in session.scalars(select(CommentMention))] == [cast.bob.id]


def test_TL_28_TS_32_whom_a_comment_mentions_finds_it_on_a_page_of_their_own(
    client_for: ClientFor, session: Session, cast: Cast
) -> None:
    alice, customer = client_for("Alice"), factories.customer(session, company_name="Nordhamn AB")
    factories.user(session, name="Jan Jansen")
    factories.user(session, name="Jan de Boer", role_id=session.scalar(select(Role.id).where(Role.name == "Reader")))
    answer = alice.press(
        alice.get(card(customer.id)), "Post", text="@bob and @Jan de Boer: see @Charlie, @Jan and a@bob.example"
    )
    page = alice.get(answer.location)
    assert "Charlie may not see this customer" in text_of(page)
    assert "Several people are called Jan" in text_of(page)
    session.rollback()
    mentioned = session.scalars(select(User.name).join(CommentMention, CommentMention.user_id == User.id))
    assert sorted(mentioned) == ["Bob", "Jan de Boer"]
    bob = client_for("Bob")
    mine = bob.get("/mine/")
    assert "Nordhamn AB" in text_of(mine)
    assert '<a href="/mine/">@bob</a>' in mine.get_data(as_text=True)
    assert "Nordhamn" not in text_of(client_for("Charlie").get("/mine/"))
    comment = session.scalars(select(Comment)).one()
    alice.edit(
        f"/comments/edit/?id={comment.id}",
        text="@Jan de Boer only",
        said_at=f"{comment.said_at:%Y-%m-%dT%H:%M}",
        user_id=str(cast.alice.id),
    )
    assert "Nordhamn" not in text_of(bob.get("/mine/"))
    assert "Mentions" in text_of(alice.get(f"/customers/details/?id={customer.id}&tab=history&show=changes"))


def test_who_may_only_look_reads_comments_and_writes_none(client_for: ClientFor, session: Session) -> None:
    customer = factories.customer(session)
    comment = factories.comment(session, customer, text="Read me")
    bob = client_for("Bob")
    page = bob.get(card(customer.id))
    note = f'href="{card(customer.id)}#comments"'.replace("&", "&amp;")
    assert note not in page.get_data(as_text=True)
    assert note in client_for("Alice").get(card(customer.id)).get_data(as_text=True)
    assert "Read me" in text_of(page)
    assert "Write a comment" not in page.get_data(as_text=True)
    assert bob.send(f"/comments/new/?customer={customer.id}", customer_id=customer.id, text="x").status_code == 403
    assert bob.send(f"/comments/edit/?id={comment.id}", text="x").status_code == 403
    assert bob.send(f"/comments/delete/?id={comment.id}").status_code == 403


def test_the_list_of_comments_is_narrowed_to_a_customer_by_name(
    app: Flask, client_for: ClientFor, session: Session, cast: Cast
) -> None:
    customer = factories.customer(session, company_name="Nordhamn AB")
    factories.comment(session, customer, cast.bob, text="About the dock", user_id=cast.alice.id)
    factories.comment(session, factories.customer(session), text="Elsewhere")
    alice = client_for("Alice")
    for query in (f"customer={customer.id}", f"mentions={cast.bob.id}", "user=me", "search=dock"):
        shown = text_of(alice.get(f"/comments/?{query}"))
        assert "About the dock" in shown, query
        assert "Elsewhere" not in shown, query
    assert "Customer Nordhamn AB" in text_of(alice.get(f"/comments/?customer={customer.id}"))


def test_TL_29_a_comment_is_of_today_or_before(client_for: ClientFor, session: Session, cast: Cast) -> None:
    alice, customer = client_for("Alice"), factories.customer(session).id
    path, typed = (
        f"/comments/new/?customer={customer}",
        {"customer_id": customer, "text": "Agreed", "user_id": cast.alice.id},
    )
    refused = alice.send(path, **typed, said_at=f"{utc_now() + dt.timedelta(days=2):%Y-%m-%dT%H:%M}")
    assert "still to come" in at_fields(refused)["said_at"]
    assert alice.send(path, **typed, said_at=f"{utc_now():%Y-%m-%dT%H:%M}").status_code == 302
