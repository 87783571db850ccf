"""Activities on the cards of customers and projects, on their own pages, and on the page of who does them."""

from __future__ import annotations

import datetime as dt

import pytest
from lxml import html
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import access
from models.access import SYSTEM
from models.activity import Activity, ActivityState, due
from models.base import utc_now
from models.customer import Customer
from models.errors import Problems, Refused
from models.journal import changeset
from models.operations.save import save
from models.settings import ValueList
from tests import factories
from tests.conftest import Cast, ClientFor
from tests.views.test_addresses import titles
from tests.views.test_comments import card
from tests.views.test_forms import at_fields
from tests.views.test_imports import plan_of, text_of

A_DAY = dt.timedelta(days=1)


def kinds(session: Session) -> dict[str, int]:
    names = ("Task", "Note", "Call")
    return {name: factories.list_value(session, ValueList.ACTIVITY_KIND, name).id for name in names}


def only(session: Session) -> Activity:
    session.rollback()
    return session.scalars(select(Activity)).one()


def only_named(session: Session, subject: str) -> Activity:
    session.rollback()
    return session.scalars(select(Activity).where(Activity.subject == subject)).one()


def test_VS_31_a_line_on_the_card_becomes_an_activity_and_says_what_was_understood(
    client_for: ClientFor, session: Session, cast: Cast
) -> None:
    alice, customer, kind = client_for("Alice"), factories.customer(session), kinds(session)
    astrid = factories.contact(session, first_name="Astrid", last_name="Holmgren")
    factories.link(session, customer, astrid)
    done = alice.press(alice.get(card(customer.id)), "Add", subject="call Astrid tomorrow 10:00")
    assert done.location == f"{card(customer.id)}#activities"
    page = text_of(alice.get(card(customer.id)))
    assert "call Astrid added: Call, tomorrow, 10:00, Astrid Holmgren" in page
    made = only(session)
    tomorrow = due(factories.today() + A_DAY, dt.time(10, 0), factories.CLOCK)
    assert (made.kind_id, made.contact_id, made.user_id) == (kind["Call"], astrid.id, cast.alice.id)
    assert (made.due_at, made.has_time, made.state) == (tomorrow, True, ActivityState.PLANNED)
    assert "Add activity call Astrid" in titles(session)


def test_VS_31_a_note_is_done_when_it_is_written(client_for: ClientFor, session: Session) -> None:
    alice, customer, kind = client_for("Alice"), factories.customer(session), kinds(session)
    alice.press(alice.get(card(customer.id)), "Add", subject="note: prefers e-mail")
    made = only(session)
    assert (made.subject, made.kind_id, made.state) == ("prefers e-mail", kind["Note"], ActivityState.DONE)
    assert made.done_at is not None
    path = f"/activities/new/?customer={customer.id}"
    alice.send(path, customer_id=customer.id, subject="By the form", kind_id=kind["Note"], state="planned")
    session.rollback()
    assert session.scalars(select(Activity.state).where(Activity.subject == "By the form")).one() is ActivityState.DONE


def test_a_line_that_does_not_fit_comes_back_on_the_form(client_for: ClientFor, session: Session) -> None:
    alice, customer = client_for("Alice"), factories.customer(session)
    page = alice.get(card(customer.id))
    assert alice.press(page, "Add", subject="").status_code == 422
    answer = alice.press(page, "Add", subject="x" * 250 + " tomorrow")
    assert answer.status_code == 422
    assert "x" * 250 in answer.get_data(as_text=True)
    session.rollback()
    assert session.scalars(select(Activity)).all() == []


def test_VS_03_contact_information_holds_contacts_addresses_and_activities(
    client_for: ClientFor, session: Session
) -> None:
    customer = factories.customer(session)
    factories.link(session, customer, factories.contact(session, last_name="Holmgren"))
    factories.address(session, customer, city="Assen")
    factories.activity(session, customer, subject="Order boxes")
    page = text_of(client_for("Bob").get(card(customer.id)))
    assert all(word in page for word in ("Holmgren", "Assen", "Order boxes"))


def test_VS_33_activities_are_open_or_done_each_with_their_number(client_for: ClientFor, session: Session) -> None:
    alice, customer = client_for("Alice"), factories.customer(session)
    for day in range(1, 24):
        factories.activity(session, customer, subject=f"Plan {day:02}.", due_at=utc_now() + day * A_DAY)
    factories.activity(session, customer, subject="Was done.", state=ActivityState.DONE, done_at=utc_now())
    factories.activity(session, customer, subject="Was dropped.", state=ActivityState.CANCELLED)
    factories.activity(session, factories.customer(session), subject="Elsewhere.")
    page = text_of(alice.get(card(customer.id)))
    assert "Planned 23" in page
    assert "Done 2" in page
    assert [day for day in range(1, 24) if f"Plan {day:02}." in page] == list(range(1, 21))
    assert "Show all 23 activities" in page
    assert "Was done." not in page
    done = text_of(alice.get(f"{card(customer.id)}&activities=done"))
    assert "Was done." in done
    assert "Was dropped." in done
    assert "cancelled" in done
    assert "Plan 01." not in done
    assert "Elsewhere." not in page + done


def test_TL_40_an_activity_is_ticked_off_reopened_and_cancelled(client_for: ClientFor, session: Session) -> None:
    alice, customer = client_for("Alice"), factories.customer(session)
    one = factories.activity(session, customer, subject="Send the offer").id
    assert alice.send("/activities/mark/", done=one).location == f"{card(customer.id)}#activities"
    made = only(session)
    assert made.state is ActivityState.DONE
    assert made.done_at is not None
    assert "Send the offer is done" in text_of(alice.get(card(customer.id)))
    alice.send("/activities/mark/", planned=one, next=f"/activities/details/?id={one}")
    assert (only(session).state, only(session).done_at) == (ActivityState.PLANNED, None)
    alice.send("/activities/mark/", cancelled=one)
    assert only(session).state is ActivityState.CANCELLED
    assert {"Done: Send the offer", "To be done after all: Send the offer", "Cancel activity Send the offer"} <= set(
        titles(session)
    )
    before = len(titles(session))
    alice.send("/activities/mark/", cancelled=one)
    assert len(titles(session)) == before
    assert alice.send("/activities/mark/", nothing=one).status_code == 400
    assert client_for("Bob").send("/activities/mark/", done=one).status_code == 403


def test_TL_40_who_has_to_do_an_activity_ticks_it_off_without_the_right_to_edit_and_does_nothing_else_to_it(
    client_for: ClientFor, session: Session, cast: Cast
) -> None:
    bob, customer = client_for("Bob"), factories.customer(session)
    one = factories.activity(session, customer, subject="Call back", user_id=cast.bob.id).id
    other = factories.activity(session, customer, subject="Of Alice", user_id=cast.alice.id).id
    place = f"/activities/details/?id={one}"
    for path in ("/mine/", card(customer.id), place):
        label = "Done" if path == place else "Done: Call back"
        page = bob.get(path).get_data(as_text=True)
        assert f"<span>{label}</span>" in page or f'aria-label="{label}"' in page, path
        bob.send("/activities/mark/", done=one, next=path)
        assert only_named(session, "Call back").state is ActivityState.DONE, path
        assert "Call back is done" in text_of(bob.get("/mine/"))
        bob.press(bob.get(place), "To be done after all")
        assert only_named(session, "Call back").done_at is None, path
    page = bob.get(card(customer.id)).get_data(as_text=True)
    assert "Done: Of Alice" not in page
    assert "Actions for Call back" not in page + bob.get("/mine/").get_data(as_text=True)
    assert "Cancel this activity" not in bob.get(place).get_data(as_text=True)
    assert bob.send("/activities/mark/", cancelled=one).status_code == 403
    assert bob.send("/activities/mark/", done=other).status_code == 403
    client_for("Alice").send("/activities/mark/", cancelled=one)
    assert "To be done after all" not in bob.get(place).get_data(as_text=True)
    assert bob.send("/activities/mark/", planned=one).status_code == 403
    hidden = factories.activity(session, customer, user_id=cast.charlie.id).id
    assert client_for("Charlie").send("/activities/mark/", done=hidden).status_code == 404
    with changeset(session, SYSTEM, "Archive"):
        customer.archived_at = factories.A_MOMENT
    assert "Done: " not in bob.get(card(customer.id)).get_data(as_text=True)


def test_TL_40_the_name_of_an_activity_opens_its_details_and_it_is_changed_and_deleted(
    client_for: ClientFor, session: Session
) -> None:
    alice, customer = client_for("Alice"), factories.customer(session)
    one = factories.activity(session, customer, subject="Visit Gouda", due_at=factories.A_MOMENT, has_time=True).id
    assert f'href="/activities/details/?id={one}">Visit Gouda' in alice.get(card(customer.id)).get_data(as_text=True)
    form = f"/activities/edit/?id={one}"
    fields = {"subject": "Visit Gouda", "state": "planned", "due_on": "2026-12-01", "due_time": "14:00", "user_id": ""}
    alice.edit(form, **fields, note="Bring the papers")
    made = only(session)
    assert (made.due_at, made.has_time) == (dt.datetime(2026, 12, 1, 13, 0, tzinfo=dt.UTC), True)
    alice.edit(form, **{**fields, "due_time": ""})
    assert (only(session).due_at, only(session).has_time) == (dt.datetime(2026, 12, 1, tzinfo=dt.UTC), False)
    astrid = factories.contact(session, first_name="Astrid", last_name="Holmgren")
    factories.link(session, customer, astrid)
    alice.edit(form, **{**fields, "contact_id": str(astrid.id), "state": "done"})
    history = text_of(alice.get(f"/activities/details/?id={one}&tab=history"))
    assert "When" in history
    assert "Due at" not in history
    assert "Astrid Holmgren" in history
    dutch = text_of(client_for("Alice").in_dutch().get(f"/activities/details/?id={one}&tab=history"))
    assert "gepland" in dutch
    assert "gedaan" in dutch
    page = alice.get(f"/activities/delete/?id={one}")
    assert alice.send("/activities/delete/", plan=plan_of(page)).location == f"{card(customer.id)}#activities"
    assert "Delete activity Visit Gouda" in text_of(alice.get("/bin/"))


def test_two_people_who_move_one_activity_are_shown_both_days(client_for: ClientFor, session: Session) -> None:
    alice, dana, customer = client_for("Alice"), client_for("Dana"), factories.customer(session)
    one = factories.activity(session, customer, subject="Visit Gouda", due_at=factories.A_MOMENT).id
    form = f"/activities/edit/?id={one}"
    opened = alice.shown_at(form)
    fields = {"subject": "Visit Gouda", "state": "planned", "user_id": ""}
    dana.edit(form, **fields, due_on="2026-12-01")
    answer = alice.send(form, **fields, **{"shown-at": opened}, due_on="2026-12-02")
    assert answer.status_code == 409
    assert {"2 Nov 2026", "1 Dec 2026", "2 Dec 2026"} <= {
        day for day in ("2 Nov 2026", "1 Dec 2026", "2 Dec 2026") if day in text_of(answer)
    }


def test_VS_34_an_activity_leads_to_its_project_and_belongs_to_one_of_its_customer(
    client_for: ClientFor, session: Session
) -> None:
    alice, customer = client_for("Alice"), factories.customer(session)
    project = factories.project(session, customer, name="Flytt Borås")
    elsewhere = factories.project(session, factories.customer(session))
    factories.activity(session, customer, project_id=project.id)
    assert f'href="/projects/details/?id={project.id}">Flytt Borås' in alice.get(card(customer.id)).get_data(
        as_text=True
    )
    path = f"/activities/new/?customer={customer.id}"
    assert "Flytt Borås" in text_of(alice.get(path))
    for target, wanted in ((elsewhere.id, 422), (project.id, 302)):
        answer = alice.send(path, customer_id=customer.id, subject="On a project", state="planned", project_id=target)
        assert answer.status_code == wanted
    answer = alice.send(
        "/activities/quick/", customer_id=customer.id, project_id=elsewhere.id, subject="On the wrong project"
    )
    assert answer.status_code == 422


def test_no_verb_puts_an_activity_on_a_project_of_another_customer(session: Session) -> None:
    customer, project = factories.customer(session), factories.project(session, factories.customer(session))
    values = {"customer_id": customer.id, "subject": "x", "project_id": project.id}
    with pytest.raises(Refused):
        save(session, SYSTEM, Activity, None, values)


def test_VS_05_work_on_all_projects_of_a_customer_stands_on_one_tab(client_for: ClientFor, session: Session) -> None:
    alice, customer = client_for("Alice"), factories.customer(session)
    first, second = (factories.project(session, customer, name=name) for name in ("Flytt Borås", "Årlig rapport"))
    kind = kinds(session)["Note"]
    factories.activity(session, customer, subject="Order boxes", project_id=first.id)
    factories.activity(session, customer, subject="Read figures", project_id=second.id)
    factories.activity(
        session, customer, subject="Keys are here", project_id=second.id, kind_id=kind, state=ActivityState.DONE
    )
    factories.activity(session, customer, subject="Of no project")
    tab = f"/customers/details/?id={customer.id}&tab=projects"
    page, done = text_of(alice.get(tab)), text_of(alice.get(f"{tab}&activities=done"))
    assert "Order boxes" in page
    assert "Read figures" in page
    assert "Keys are here" in done
    assert "Of no project" not in page + done
    own = text_of(alice.get(f"/projects/details/?id={first.id}&tab=activities"))
    assert "Order boxes" in own
    assert "Read figures" not in own


def test_VS_05_an_activity_is_added_from_the_card_of_a_project(client_for: ClientFor, session: Session) -> None:
    alice, project = client_for("Alice"), factories.project(session, factories.customer(session))
    tab = f"/projects/details/?id={project.id}&tab=activities"
    done = alice.press(alice.get(tab), "Add", subject="Order boxes")
    assert done.location == f"{tab}#activities"
    made = only(session)
    assert (made.project_id, made.customer_id) == (project.id, project.customer_id)
    alice.press(alice.get(tab), "Add", subject="")


def test_VS_32_one_list_holds_tasks_appointments_and_notes_and_narrows_them(
    client_for: ClientFor, session: Session, cast: Cast
) -> None:
    alice, kind = client_for("Alice"), kinds(session)
    customer = factories.customer(session, company_name="Nordhamn AB")
    late = {"due_at": utc_now() - 3 * A_DAY, "kind_id": kind["Task"], "user_id": cast.alice.id}
    factories.activity(session, customer, subject="Late task", **late)
    factories.activity(
        session,
        customer,
        subject="Call today",
        kind_id=kind["Call"],
        due_at=due(factories.today(), None, factories.CLOCK),
    )
    factories.activity(session, customer, subject="Old note", kind_id=kind["Note"], state=ActivityState.DONE)
    every = {"Late task", "Call today", "Old note"}
    asked = {
        "": every,
        "state=planned": {"Late task", "Call today"},
        "state=done,cancelled": {"Old note"},
        "due=overdue": {"Late task"},
        "user=me": {"Late task"},
        f"kind={kind['Call']}": {"Call today"},
        f"customer={customer.id}&sort=when": every,
        "search=note": {"Old note"},
    }
    for query, wanted in asked.items():
        page = text_of(alice.get(f"/activities/?{query}"))
        assert {name for name in every if name in page} == wanted, query
    assert "overdue since" in text_of(alice.get("/activities/"))


def test_VS_33_what_is_overdue_says_so_and_a_day_without_a_time_lasts_until_midnight(
    client_for: ClientFor, session: Session
) -> None:
    alice, customer = client_for("Alice"), factories.customer(session)
    today, midnight = factories.today(), factories.CLOCK.begins(factories.today())
    factories.activity(session, customer, subject="Any time today", due_at=due(today, None, factories.CLOCK))
    assert "overdue" not in text_of(alice.get(card(customer.id)))
    factories.activity(session, customer, subject="At midnight", due_at=midnight, has_time=True)
    assert "overdue since today, 00:00" in text_of(alice.get(card(customer.id)))
    assert "Any time today" not in text_of(alice.get("/activities/?due=overdue"))


def test_what_one_has_to_do_stands_on_a_page_of_ones_own_overdue_first(
    client_for: ClientFor, session: Session, cast: Cast
) -> None:
    customer = factories.customer(session, company_name="Nordhamn AB")
    for subject, days in (("Some day", None), ("Next week", 7), ("Was due", -7)):
        due = None if days is None else utc_now() + days * A_DAY
        factories.activity(session, customer, subject=subject, due_at=due, user_id=cast.bob.id)
    factories.activity(session, customer, subject="Of Alice", user_id=cast.alice.id)
    gone = factories.customer(session)
    factories.activity(session, gone, subject="Of a customer that left", user_id=cast.bob.id)
    with changeset(session, SYSTEM, "Archive"):
        gone.archived_at = factories.A_MOMENT
    page = text_of(client_for("Bob").get("/mine/"))
    assert page.index("Was due") < page.index("Next week") < page.index("Some day")
    assert "Nordhamn AB" in page
    assert "1 overdue" in page
    assert "Of Alice" not in page
    assert "Of a customer that left" not in page
    factories.activity(session, customer, subject="Hidden", user_id=cast.charlie.id)
    assert "Hidden" not in text_of(client_for("Charlie").get("/mine/"))


def test_a_contact_of_another_customer_only_is_refused_whatever_the_address_says(
    client_for: ClientFor, session: Session, cast: Cast
) -> None:
    customer, other = factories.customer(session), factories.customer(session)
    own, stranger = factories.contact(session), factories.contact(session)
    factories.link(session, customer, own)
    factories.link(session, other, stranger)
    made = factories.activity(session, customer, subject="Call")
    project = factories.project(session, customer)
    time = factories.registration(session, project)
    alice = client_for("Alice")
    for path, also, button in (
        (f"/activities/edit/?id={made.id}", f"&customer={other.id}", "Save activity"),
        (f"/registrations/edit/?id={time.id}", f"&project={factories.project(session, other).id}", "Save time"),
    ):
        page = alice.get(f"{path}{also}")
        assert str(stranger) not in text_of(page), path
        refused = alice.press(page, button, contact_id=str(stranger.id))
        assert refused.status_code == 422, path
        assert "contact_id" in at_fields(refused), path
        assert alice.press(page, button, contact_id=str(own.id)).status_code == 302, path
    with pytest.raises(Problems):
        save(session, access.looker_for(session, cast.alice), Activity, made.id, {"contact_id": stranger.id})


def test_an_activity_and_a_file_of_an_archived_project_can_only_be_read(
    client_for: ClientFor, session: Session
) -> None:
    customer = factories.customer(session)
    project = factories.project(session, customer, name="Rebuild")
    made = factories.activity(session, customer, subject="Call", project_id=project.id)
    file = factories.attachment(session, customer, project_id=project.id)
    with changeset(session, SYSTEM, "Archive"):
        project.archived_at = utc_now()
    alice = client_for("Alice")
    for path in (f"/activities/edit/?id={made.id}", f"/files/edit/?id={file.id}"):
        locked = alice.get(path)
        assert locked.status_code == 409, path
        assert "Rebuild is archived." in text_of(locked)
    assert alice.get(f"/activities/delete/?id={made.id}").status_code == 422


@pytest.mark.parametrize("path", ["new", "edit"])
def test_a_day_that_cannot_be_is_refused_at_its_field(client_for: ClientFor, session: Session, path: str) -> None:
    alice, customer = client_for("Alice"), factories.customer(session).id
    one = factories.activity(session, session.get_one(Customer, customer), subject="Visit Gouda").id
    form = f"/activities/new/?customer={customer}" if path == "new" else f"/activities/edit/?id={one}"
    fields = {"customer_id": customer, "subject": "Visit Gouda", "state": "planned", "due_on": "0900-01-01"}
    answer = alice.edit(form, **fields)
    assert answer.status_code == 422
    tree = html.document_fromstring(answer.get_data(as_text=True))
    (field,) = tree.xpath("//input[@name='due_on']")
    assert (field.get("aria-invalid"), field.get("value")) == ("true", "0900-01-01")
    said = tree.get_element_by_id("due_on-error").text_content().strip()
    assert said
    summary = [link.text_content() for link in tree.xpath("//*[@id='errors']//a")]
    assert summary == [f"Day: {said}"]
