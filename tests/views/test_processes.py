"""Work processes: kept by the office, started for a customer after all was shown, followed on its card, and stopped (TS-30)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from lxml import html
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from admin_views import process_run
from models import access
from models.access import SYSTEM, Looker
from models.activity import Activity, ActivityState, due
from models.base import utc_now
from models.clock import Clock
from models.customer import Customer, For, Kind
from models.errors import Conflict, NotAllowed, NotFound, Reason, Refused
from models.journal import Changeset, changeset, purge
from models.operations import archive, delete, start_process, stop_process, undo
from models.operations.configure import configure
from models.operations.save import save
from models.operations.start_process import Wish
from models.process import Doer, Process, ProcessRun, ProcessStep
from models.project import Project
from models.settings import ValueList
from tests import factories
from tests.conftest import Cast, ClientFor
from tests.pages import PageClient
from tests.views.test_addresses import titles
from tests.views.test_customers import text_of
from tests.views.test_links import let_edit, links_in
from tests.views.test_switches import turn_off

UTC = Clock(dt.UTC)


def tools_of(customer: int) -> str:
    """The tab of the card that follows work processes."""
    return f"/customers/details/?id={customer}&tab=tools"


def start_url(customer: int, process: int | None = None, **more: Any) -> str:
    """Where a process is started for a customer."""
    parts = {"customer": customer, **({"process": process} if process else {}), **more}
    return "/process-runs/new/?" + "&".join(f"{name}={value}" for name, value in parts.items())


def year_end(session: Session, cast: Cast) -> int:
    """Two steps: one of the owner on the first day, one of Bob a week later."""
    process = factories.process(session, "Ask for the figures", name="Year end")
    with changeset(session, SYSTEM, "Add a step"):
        session.add(
            ProcessStep(
                process_id=process.id, position=1, subject="Draw up", days=7, doer=Doer.USER, user_id=cast.bob.id
            )
        )
    return process.id


def begin(session: Session, actor: Looker, customer: int, process: int, on: dt.date, *only: str) -> Changeset:
    """Start a process as it is shown: all its steps, or only these."""
    plan = start_process.plan(session, actor, customer, process, on)
    lines = [line for line in plan.lines if not only or line.subject in only]
    wishes = {line.step_id: Wish(line.day, line.user_id) for line in lines}
    return start_process.do(session, actor, customer, process, on, wishes, plan.digest)


def archived(session: Session, actor: Looker, customer: int) -> None:
    archive.do(session, actor, Customer, [customer], archive.plan(session, actor, Customer, [customer]).digest)


def planned(session: Session) -> list[tuple[str, dt.date | None, int | None]]:
    """What is to be done: subject, day and person."""
    session.rollback()
    found = session.scalars(select(Activity).order_by(Activity.due_at, Activity.id))
    return [(one.subject, one.due_at.date() if one.due_at else None, one.user_id) for one in found]


def lines_of(page: TestResponse) -> dict[str, tuple[str, str]]:
    """The lines of the page on which a process is started: the day and the person of each, by its subject."""
    tree = html.document_fromstring(page.get_data(as_text=True))
    found = {}
    for item in tree.xpath("//form[@id='start-form']//li"):
        (day,), (person,) = item.xpath(".//input[@type='date']/@value"), item.xpath(".//option[@selected]/text()")
        found[item.xpath(".//label/span")[0].text.strip()] = day, person
    return found


def test_TS_30_a_process_is_kept_with_its_steps_on_one_form_without_javascript(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    kind = factories.list_value(session, ValueList.ACTIVITY_KIND, "Task")
    dana = client_for("Dana")
    assert "/processes/" in links_in(dana.get("/lists/"))
    page = dana.get("/processes/new/")
    first = {"step-0-subject": "Ask for the figures", "step-0-kind_id": str(kind.id), "step-0-doer": "owner"}
    more = dana.press(page, "Add another step", name="Year end", **first, **{"step-2-subject": "Last one"})
    assert more.status_code == 200
    assert session.scalar(select(func.count(Process.id))) == 0
    second = {"step-3-subject": "Send it", "step-3-days": "4000", "step-3-doer": str(cast.bob.id)}
    wrong = dana.press(more, "Save work process", **second)
    assert wrong.status_code == 422
    assert "Fill in a number from 0 to 3650" in text_of(wrong)
    done = dana.press(wrong, "Save work process", **{"step-3-days": "30"})
    session.rollback()
    process = session.scalars(select(Process)).one()
    assert done.location == f"/processes/details/?id={process.id}"
    assert [(one.subject, one.days, one.doer, one.user_id) for one in process.steps] == [
        ("Ask for the figures", 0, Doer.OWNER, None),
        ("Last one", 0, Doer.OWNER, None),
        ("Send it", 30, Doer.USER, cast.bob.id),
    ]
    card = text_of(dana.get(done.location))
    assert "30 days after the start" in card
    edit = dana.get(f"/processes/edit/?id={process.id}")
    # The last goes to the front, the one in the middle goes away.
    fields = {"step-1-remove": "1", "step-2-position": "0", "step-2-subject": "Send it by mail"}
    assert dana.press(edit, "Save work process", **fields).status_code == 302
    session.rollback()
    session.expire_all()
    assert [one.subject for one in session.get_one(Process, process.id).steps] == [
        "Send it by mail",
        "Ask for the figures",
    ]
    told = text_of(dana.get(f"/processes/details/?id={process.id}&tab=history"))
    assert "Last one" in told
    assert "Send it by mail" in told
    assert client_for("Bob").get("/processes/new/").status_code == 403


def test_TS_30_the_history_of_a_process_tells_of_a_step_that_came_and_went_alone(
    session: Session, client_for: ClientFor
) -> None:
    process, dana = factories.process(session, "One").id, client_for("Dana")
    path = f"/processes/edit/?id={process}"
    assert dana.press(dana.get(path), "Save work process", **{"step-1-subject": "Extra"}).status_code == 302
    assert dana.press(dana.get(path), "Save work process", **{"step-1-remove": "1"}).status_code == 302
    assert text_of(dana.get(f"/processes/details/?id={process}&tab=history")).count("Extra") == 2


def test_TS_30_two_people_may_edit_the_steps_of_one_process(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    process = factories.process(session, "One", "Two").id
    dana, path = client_for("Dana"), f"/processes/edit/?id={process}"
    mine, theirs, third = dana.get(path), dana.get(path), dana.get(path)
    assert dana.press(theirs, "Save work process", **{"step-0-subject": "First"}).status_code == 302
    assert dana.press(mine, "Save work process", **{"step-1-days": "9"}).status_code == 302
    session.rollback()
    session.expire_all()
    steps = session.get_one(Process, process).steps
    assert [(one.subject, one.days) for one in steps] == [("First", 0), ("Two", 9)]
    clash = dana.press(third, "Save work process", **{"step-0-subject": "Erst"})
    assert clash.status_code == 409
    assert "changed the same field" in text_of(clash)


def clashing(page: TestResponse) -> list[str]:
    """What a page tells of each field that two people changed, in words."""
    tree = html.document_fromstring(page.get_data(as_text=True))
    # What a telephone shows of the head of each column, as it stacks them.
    for small in tree.xpath("//main//small[@class='d-md-none']"):
        small.drop_tree()
    return [" | ".join(" ".join(cell.text_content().split()) for cell in row) for row in tree.xpath("//main//tbody/tr")]


def test_TS_30_a_step_that_one_took_away_and_another_changed_is_told_in_words(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    kind = factories.list_value(session, ValueList.ACTIVITY_KIND, "Task").id
    process = factories.process(session, "One")
    step = {"subject": "Two", "position": 1, "days": 1, "kind_id": kind, "doer": Doer.USER, "user_id": cast.bob.id}
    factories.process_step(session, process, **step)
    dana, path = client_for("Dana"), f"/processes/edit/?id={process.id}"
    mine, theirs = dana.get(path), dana.get(path)
    assert dana.press(theirs, "Save work process", **{"step-1-remove": "1"}).status_code == 302
    changed = {"step-1-subject": "Zwei", "step-1-days": "9", "step-1-doer": "starter"}
    clash = dana.press(mine, "Save work process", **changed)
    assert clash.status_code == 409
    (told,) = clashing(clash)
    assert told.startswith("Step 2 | Two, Task, 1 day after the start, Bob | taken away")
    assert "Zwei, Task, 9 days after the start, Who starts it" in told
    kept = dana.press(clash, "Save with this choice", **{"choice-step-1": "mine"})
    assert kept.status_code == 302
    session.rollback()
    session.expire_all()
    steps = session.get_one(Process, process.id).steps
    assert [(one.subject, one.days, one.kind_id, one.doer) for one in steps] == [
        ("One", 0, None, Doer.OWNER),
        ("Zwei", 9, kind, Doer.STARTER),
    ]


def test_TS_30_a_step_that_one_changed_and_another_takes_away_is_told_as_it_was_and_as_it_is(
    session: Session, client_for: ClientFor
) -> None:
    process = factories.process(session, "One", "Two").id
    dana, path = client_for("Dana"), f"/processes/edit/?id={process}"
    mine, theirs = dana.get(path), dana.get(path)
    changed = {"step-1-subject": "Zwei", "step-1-doer": "starter"}
    assert dana.press(theirs, "Save work process", **changed).status_code == 302
    clash = dana.press(mine, "Save work process", **{"step-1-remove": "1"})
    (told,) = clashing(clash)
    assert told.startswith("Step 2 | Two, 1 day after the start, The owner of the customer | Zwei, 1 day after")
    assert "| taken away" in told
    assert dana.press(clash, "Save with this choice", **{"choice-step-1": "mine"}).status_code == 302
    session.rollback()
    session.expire_all()
    assert [one.subject for one in session.get_one(Process, process).steps] == ["One"]


def test_TS_30_steps_that_were_typed_come_back_in_words_where_the_process_is_gone(
    session: Session, client_for: ClientFor
) -> None:
    process = factories.process(session, "One").id
    dana = client_for("Dana")
    typed = dana.get(f"/processes/edit/?id={process}")
    dana.press(dana.get(f"/processes/delete/?id={process}"), "Move 2 records to the bin")
    gone = dana.press(typed, "Save work process", **{"step-0-subject": "Uno", "step-0-doer": "starter"})
    told = text_of(gone)
    assert gone.status_code == 404
    assert "Uno" in told
    assert "Who starts it" in told
    assert "Id" not in told


def test_TS_30_values_of_a_step_that_two_people_changed_are_told_in_words(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    kinds = [factories.list_value(session, ValueList.ACTIVITY_KIND, name).id for name in ("Task", "Visit")]
    process = factories.process(session, "One").id
    dana, path = client_for("Dana"), f"/processes/edit/?id={process}"
    mine, theirs = dana.get(path), dana.get(path)
    their = {"step-0-kind_id": str(kinds[0]), "step-0-doer": str(cast.bob.id), "step-0-days": "1"}
    assert dana.press(theirs, "Save work process", **their).status_code == 302
    my = {"step-0-kind_id": str(kinds[1]), "step-0-doer": "starter", "step-0-days": "2"}
    told = " ".join(clashing(dana.press(mine, "Save work process", **my)))
    for words in ("Task", "Visit", "1 day after the start", "An employee", "Who starts it"):
        assert words in told, (words, told)


def test_TS_30_the_form_of_a_process_that_is_sent_twice_adds_its_new_step_once(
    session: Session, client_for: ClientFor
) -> None:
    process, dana = factories.process(session, "One").id, client_for("Dana")
    page = dana.get(f"/processes/edit/?id={process}")
    first, again = (dana.press(page, "Save work process", **{"step-1-subject": "Two"}) for _ in range(2))
    assert (first.status_code, first.location) == (again.status_code, again.location)
    assert "was saved already." in text_of(dana.get(again.location))
    other = dana.press(page, "Save work process", **{"step-1-subject": "Three"})
    assert other.status_code == 409
    assert "This form was sent and saved before." in text_of(other)

    def subjects() -> list[str]:
        session.rollback()
        session.expire_all()
        return [one.subject for one in session.get_one(Process, process).steps]

    assert subjects() == ["One", "Two"]
    assert dana.press(other, "Save work process").status_code == 302
    assert subjects() == ["One", "Two", "Three"]


def test_TS_30_what_will_be_planned_is_shown_and_can_be_changed_before_anything_is_written(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    customer = factories.customer(session, company_name="Nordhamn", owner_id=cast.alice.id).id
    process = year_end(session, cast)
    alice = client_for("Alice")
    assert start_url(customer) in links_in(alice.get(tools_of(customer)))
    page = alice.get(start_url(customer, process, on="2026-12-01"))
    assert lines_of(page) == {"Ask for the figures": ("2026-12-01", "Alice"), "Draw up": ("2026-12-08", "Bob")}
    assert planned(session) == []
    bob = next(step.id for step in session.get_one(Process, process).steps if step.subject == "Draw up")
    fields = {f"step-{bob}-due_at": "2026-12-10", f"step-{bob}-user_id": str(cast.dana.id)}
    done = alice.press(page, "Start work process", **fields)
    assert done.location == tools_of(customer)
    assert planned(session) == [
        ("Ask for the figures", dt.date(2026, 12, 1), cast.alice.id),
        ("Draw up", dt.date(2026, 12, 10), cast.dana.id),
    ]
    run = session.scalars(select(ProcessRun)).one()
    assert (run.name, run.starts_on, run.user_id) == ("Year end", dt.date(2026, 12, 1), cast.alice.id)
    shown = alice.get(done.location)
    assert "Year end started: 2 activities" in text_of(shown)
    assert "0 of 2 done" in text_of(shown)
    assert "Start work process Year end for Nordhamn, 2 activities" in titles_in_words(alice, customer)
    (activity,) = session.scalars(select(Activity.id).where(Activity.subject == "Draw up"))
    assert f"/process-runs/details/?id={run.id}" in links_in(alice.get(f"/activities/details/?id={activity}"))
    assert "Draw up" in text_of(client_for("Dana").get("/mine/"))
    # One undo takes all of it back.
    last = session.scalars(select(Changeset.id).where(Changeset.title == start_process.MANY)).one()
    assert alice.send("/history/undo/", changeset=last).status_code == 302
    assert planned(session) == []
    assert session.scalars(select(ProcessRun)).all() == []


def titles_in_words(client: PageClient, customer: int) -> str:
    """The history of a customer as people read it."""
    return text_of(client.get(f"/customers/details/?id={customer}&tab=history&show=changes"))


def test_TS_30_what_is_unticked_is_not_planned_and_nothing_ticked_is_refused(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    customer, process = factories.customer(session).id, year_end(session, cast)
    alice = client_for("Alice")
    page = alice.get(start_url(customer, process))
    takes = [f"step-{step.id}-take" for step in session.get_one(Process, process).steps]
    none = alice.press(page, "Start work process", **{name: [] for name in takes})
    assert none.status_code == 422
    assert "Tick at least one activity." in text_of(none)
    assert alice.press(page, "Start work process", **{takes[1]: []}).status_code == 302
    assert [subject for subject, *_ in planned(session)] == ["Ask for the figures"]
    assert any(title.endswith(", 1 activity") for title in titles(session)), titles(session)


def test_TS_30_a_wrong_day_or_person_is_said_on_its_line_and_keeps_what_was_typed(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    customer, process = factories.customer(session).id, year_end(session, cast)
    first, second = (step.id for step in session.get_one(Process, process).steps)
    alice = client_for("Alice")
    page = alice.get(start_url(customer, process))
    blind = {f"step-{first}-user_id": str(cast.charlie.id), f"step-{second}-due_at": "2026-12-24"}
    refused = alice.press(page, "Start work process", **blind)
    assert refused.status_code == 422
    assert "Charlie may not see this customer." in text_of(refused)
    assert lines_of(refused)["Draw up"] == ("2026-12-24", "Bob")
    no_day = alice.press(page, "Start work process", **{f"step-{first}-due_at": ""})
    assert no_day.status_code == 422
    assert "Ask for the figures: Day is missing." in text_of(no_day)
    empty = {f"step-{key}-due_at": "" for key in (first, second)}
    none = alice.press(page, "Start work process", **empty)
    assert [one in text_of(none) for one in ("figures: Day is missing.", "Draw up: Day is missing.")] == [True, True]
    assert "step-" not in text_of(none)
    far = alice.press(page, "Start work process", **{f"step-{first}-due_at": "2999-01-01"})
    assert "Fill in a day from 1900 to 2100." in text_of(far)
    assert planned(session) == []


@pytest.mark.parametrize("person", ["abc", "-1", "999999"])
def test_TS_30_a_person_that_nobody_knows_is_refused_and_not_taken_for_nobody(
    session: Session, client_for: ClientFor, cast: Cast, person: str
) -> None:
    customer, process = factories.customer(session).id, year_end(session, cast)
    first = session.get_one(Process, process).steps[0].id
    alice = client_for("Alice")
    page = alice.get(start_url(customer, process))
    refused = alice.press(page, "Start work process", **{f"step-{first}-user_id": person})
    assert refused.status_code == 422
    assert "Ask for the figures: This record does not exist, or you may not see it." in text_of(refused)
    assert planned(session) == []


def test_TS_30_a_first_day_that_was_changed_since_is_shown_before_anything_starts_on_it(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    customer, process = factories.customer(session).id, year_end(session, cast)
    first, second = (step.id for step in session.get_one(Process, process).steps)
    alice = client_for("Alice")
    page = alice.get(start_url(customer, process, on="2026-12-01"))
    typed = {f"step-{second}-due_at": "2026-12-24", f"step-{second}-user_id": str(cast.dana.id)}
    for button, status in (("Start work process", 409), ("Show activities", 200)):
        again = alice.press(page, button, on="2027-01-04", **typed, **{f"step-{first}-take": []})
        assert again.status_code == status
        assert planned(session) == []
        days = {name: day for name, (day, _) in lines_of(again).items()}
        assert days == {"Ask for the figures": "2027-01-04", "Draw up": "2027-01-11"}
        assert lines_of(again)["Draw up"][1] == "Dana"
        assert "Look again and confirm again." in text_of(again) or button == "Show activities"
        assert alice.press(again, "Start work process", on="").status_code == 422
    assert alice.press(again, "Start work process").status_code == 302
    assert planned(session) == [("Draw up", dt.date(2027, 1, 11), cast.dana.id)]
    assert session.scalars(select(ProcessRun.starts_on)).one() == dt.date(2027, 1, 4)


def test_TS_30_who_left_or_may_not_see_the_customer_is_proposed_for_nothing(
    session: Session, alice: Looker, cast: Cast
) -> None:
    process = year_end(session, cast)
    gone, unseeing = factories.user(session, name="Gone"), factories.user(session, name="Unseeing")
    customer = factories.customer(session, owner_id=unseeing.id).id
    with changeset(session, SYSTEM, "Leave"):
        session.get_one(Process, process).steps[1].user_id = gone.id
        gone.disabled_at = utc_now()
    access.look_as(session, alice)
    lines = start_process.plan(session, alice, customer, process, factories.A_DAY).lines
    assert [(line.user_id, line.unfit) for line in lines] == [(None, "Unseeing"), (None, "Gone")]


def test_TS_30_a_plan_that_moved_is_shown_again_and_one_that_runs_already_is_warned_of(
    session: Session, client_for: ClientFor, alice: Looker, cast: Cast
) -> None:
    customer, process = factories.customer(session).id, year_end(session, cast)
    client = client_for("Alice")
    page = client.get(start_url(customer, process, on="2026-12-01"))
    assert "is already running here" not in text_of(page)
    access.look_as(session, alice)
    begin(session, alice, customer, process, dt.date(2026, 11, 2))
    again = client.press(page, "Start work process")
    assert again.status_code == 409
    assert "Something changed since this was shown." in text_of(again)
    assert "Year end is already running here." in text_of(again)
    assert len(planned(session)) == 2
    assert client.press(again, "Start work process").status_code == 302
    assert len(planned(session)) == 4
    stale = client.get(start_url(customer, process))
    access.look_as(session, SYSTEM)
    with changeset(session, SYSTEM, "Change a step"):
        session.get_one(Process, process).steps[0].subject = "Otherwise"
    assert client.press(stale, "Start work process").status_code == 409
    assert len(planned(session)) == 4


def test_TS_30_what_runs_here_is_said_after_the_process_was_renamed_and_of_no_other_of_its_name(
    session: Session, client_for: ClientFor, alice: Looker, cast: Cast
) -> None:
    customer, process = factories.customer(session).id, year_end(session, cast)
    access.look_as(session, alice)
    begin(session, alice, customer, process, dt.date(2026, 11, 2))
    access.look_as(session, SYSTEM)
    with changeset(session, SYSTEM, "Rename"):
        session.get_one(Process, process).name = "Close of the year"
    other = factories.process(session, "One", name="Year end").id
    client = client_for("Alice")
    assert "Close of the year is already running here." in text_of(client.get(start_url(customer, process)))
    assert "is already running here" not in text_of(client.get(start_url(customer, other)))


def test_TS_30_two_processes_are_not_called_the_same_in_other_capitals(session: Session, client_for: ClientFor) -> None:
    process, dana = factories.process(session, "One", name="Year end"), client_for("Dana")
    twin = dana.press(dana.get("/processes/new/"), "Save work process", name="YEAR  END")
    assert twin.status_code == 422
    assert "Name: Already used by another record." in text_of(twin)
    edit = dana.get(f"/processes/edit/?id={process.id}")
    assert dana.press(edit, "Save work process", name="Year End").status_code == 302


def test_TS_30_what_is_retired_of_another_kind_or_without_steps_cannot_be_started(
    session: Session, alice: Looker
) -> None:
    customer = factories.customer(session, kind=Kind.BUSINESS).id
    refusals = {
        Reason.PROCESS_RETIRED: factories.process(session, "One", retired=True).id,
        Reason.PROCESS_OF_OTHERS: factories.process(session, "One", for_kind=For.PRIVATE).id,
        Reason.PROCESS_WITHOUT_STEPS: factories.process(session, for_kind=For.BUSINESS).id,
    }
    both = factories.process(session, "One", name="Both").id
    access.look_as(session, alice)
    offered = {process.id for process in start_process.offered(session, Kind.BUSINESS)}
    assert offered == {both, refusals[Reason.PROCESS_WITHOUT_STEPS]}
    for reason, process in refusals.items():
        with pytest.raises(Refused) as refused:
            start_process.plan(session, alice, customer, process, factories.A_DAY)
        assert refused.value.reason is reason


def test_TS_30_a_process_is_started_by_who_may_edit_the_customer_and_not_while_that_is_archived(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    customer, other = (
        factories.customer(session, company_name="Een").id,
        factories.customer(session, company_name="Twee").id,
    )
    process = year_end(session, cast)
    let_edit(session, cast, session.get_one(Customer, customer))
    with changeset(session, SYSTEM, "Start"):
        session.add(ProcessRun(customer_id=other, process_id=process, name="Geheim", starts_on=factories.A_DAY))
    charlie, bob = client_for("Charlie"), client_for("Bob")
    assert charlie.get(start_url(customer, process)).status_code == 200
    assert charlie.get(start_url(other, process)).status_code == 404
    assert bob.get(start_url(customer, process)).status_code == 403
    assert start_url(customer) not in links_in(bob.get(tools_of(customer)))
    # What hangs on a customer that is not there for somebody is not counted either.
    assert "Geheim" not in text_of(charlie.get("/process-runs/"))
    assert "Not started yet." not in text_of(client_for("Dana").get(f"/processes/details/?id={process}"))
    page = charlie.get(start_url(customer, process))
    archived(session, SYSTEM, customer)
    assert charlie.press(page, "Start work process").status_code == 422
    assert start_url(customer) not in links_in(client_for("Alice").get(tools_of(customer)))
    assert planned(session) == []


def test_TS_30_the_card_says_how_a_process_stands_what_is_next_and_what_is_late(
    session: Session, client_for: ClientFor, alice: Looker, cast: Cast
) -> None:
    customer = factories.customer(session).id
    process = factories.process(session, "First", "Second", "Third", "Fourth", name="Year end").id
    access.look_as(session, alice)
    begin(session, alice, customer, process, factories.today() - dt.timedelta(days=2))
    with changeset(session, alice, "Do"):
        rows = {one.subject: one for one in session.scalars(select(Activity))}
        rows["First"].state = ActivityState.DONE
        rows["Fourth"].state = ActivityState.CANCELLED
    bob = client_for("Bob")
    shown = text_of(bob.get(tools_of(customer)))
    assert "1 of 3 done" in shown
    assert "1 overdue" in shown
    assert "overdue since yesterday" in shown
    assert "Next: Third, today" in shown
    with changeset(session, alice, "Do"):
        for name in ("Second", "Third"):
            session.scalars(select(Activity).where(Activity.subject == name)).one().state = ActivityState.DONE
    ended = text_of(bob.get(tools_of(customer)))
    assert "No work process is running here." in ended
    assert "Ended work processes" in ended
    assert "Finished3 of 3" in ended


def test_TS_30_a_process_of_which_nothing_is_left_is_not_called_finished(
    session: Session, client_for: ClientFor, alice: Looker, cast: Cast
) -> None:
    customer, process = factories.customer(session).id, year_end(session, cast)
    access.look_as(session, alice)
    begin(session, alice, customer, process, factories.A_DAY)
    client = client_for("Alice")
    with changeset(session, alice, "Cancel"):
        for one in session.scalars(select(Activity)):
            one.state = ActivityState.CANCELLED
    run = session.scalars(select(ProcessRun.id)).one()
    for word in ("Cancelled", "Nothing left of it"):
        for page in (tools_of(customer), f"/process-runs/details/?id={run}", "/process-runs/"):
            shown = text_of(client.get(page))
            assert word in shown, (word, page)
            assert "Finished" not in shown, (word, page)
            assert "0 of 0" not in shown, (word, page)
        with changeset(session, alice, "Delete"):
            for one in session.scalars(select(Activity)):
                session.delete(one)


def test_TS_30_a_process_that_is_still_to_begin_is_not_said_to_have_been_started(
    session: Session, client_for: ClientFor, alice: Looker, cast: Cast
) -> None:
    customer, process = factories.customer(session).id, year_end(session, cast)
    access.look_as(session, alice)
    begin(session, alice, customer, process, factories.today() + dt.timedelta(days=8))
    shown = text_of(client_for("Alice").get(start_url(customer, process)))
    assert "It was started" not in shown
    assert "First day: " in shown


def test_TS_30_a_running_process_stays_on_the_card_however_many_came_after_it(
    session: Session, client_for: ClientFor, alice: Looker, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process_run, "SHOWN", 2)
    customer, process = factories.customer(session).id, year_end(session, cast)
    access.look_as(session, alice)
    begin(session, alice, customer, process, factories.A_DAY)
    ended = session.get_one(Process, factories.process(session, name="Ended").id)
    client = client_for("Alice")

    def end_another() -> str:
        factories.process_run(session, session.get_one(Customer, customer), ended, starts_on=factories.today())
        return text_of(client.get(tools_of(customer)))

    assert "More stand in the list:" not in end_another()
    shown = end_another()
    assert "Year end2 overdue" in shown
    assert "More stand in the list: Started work processes" in shown
    more = next(one for one in links_in(client.get(tools_of(customer))) if one.startswith("/process-runs/?"))
    assert text_of(client.get(more)).count("Ended") == 2


def test_TS_30_the_title_of_a_start_counts_the_activities_that_it_made(
    session: Session, alice: Looker, cast: Cast
) -> None:
    customer, process = factories.customer(session).id, year_end(session, cast)
    access.look_as(session, alice)
    plan = start_process.plan(session, alice, customer, process, factories.A_DAY)
    wishes = {key: Wish(factories.A_DAY, None) for key in (plan.lines[0].step_id, 999_999)}
    done = start_process.do(session, alice, customer, process, factories.A_DAY, wishes, plan.digest)
    assert (done.title, done.values["count"]) == (start_process.ONE, 1)


def test_TS_30_stopping_lists_what_goes_keeps_what_is_done_and_can_be_undone(
    session: Session, client_for: ClientFor, alice: Looker, cast: Cast
) -> None:
    customer, process = factories.customer(session, company_name="Nordhamn").id, year_end(session, cast)
    access.look_as(session, alice)
    begin(session, alice, customer, process, factories.A_DAY)
    with changeset(session, alice, "Do"):
        session.scalars(
            select(Activity).where(Activity.subject == "Ask for the figures")
        ).one().state = ActivityState.DONE
    run = session.scalars(select(ProcessRun.id)).one()
    stop = f"/process-runs/action/?action=stop&rowid={run}"
    client = client_for("Alice")
    assert stop in [href.replace("&amp;", "&") for href in links_in(client.get(tools_of(customer)))]
    page = client.get(stop)
    assert "1 activity is still to be done, and goes away: Draw up" in text_of(page)
    assert "1 activity that is done or cancelled stays." in text_of(page)
    done = client.press(page, "Stop and take 1 activity away")
    assert done.location == tools_of(customer)
    assert [subject for subject, *_ in planned(session)] == ["Ask for the figures"]
    assert "Stopped1 of 1" in text_of(client.get(done.location))
    assert client.get(stop).status_code == 422
    assert f"action=stop&rowid={run}" not in " ".join(links_in(client.get(f"/process-runs/details/?id={run}")))
    last = session.scalars(select(Changeset.id).order_by(Changeset.id.desc())).first()
    assert client.send("/history/undo/", changeset=last).status_code == 302
    assert len(planned(session)) == 2
    session.expire_all()
    assert session.get_one(ProcessRun, run).stopped_at is None


def test_TS_30_a_stop_leaves_what_is_of_an_archived_project_and_says_so(
    session: Session, client_for: ClientFor, alice: Looker, cast: Cast
) -> None:
    customer, process = factories.customer(session).id, year_end(session, cast)
    project = factories.project(session, session.get_one(Customer, customer)).id
    access.look_as(session, alice)
    begin(session, alice, customer, process, factories.A_DAY)
    with changeset(session, alice, "Put on the project"):
        session.scalars(select(Activity).where(Activity.subject == "Draw up")).one().project_id = project
    access.look_as(session, SYSTEM)
    archive.do(session, SYSTEM, Project, [project], archive.plan(session, SYSTEM, Project, [project]).digest)
    run = session.scalars(select(ProcessRun.id)).one()
    client = client_for("Alice")
    page = client.get(f"/process-runs/action/?action=stop&rowid={run}")
    assert "1 activity is still to be done, and goes away: Ask for the figures" in text_of(page)
    assert "1 activity of an archived project stays as it is: Draw up" in text_of(page)
    assert client.press(page, "Stop and take 1 activity away").status_code == 302
    assert [subject for subject, *_ in planned(session)] == ["Draw up"]
    session.expire_all()
    assert session.get_one(ProcessRun, run).stopped_at is not None


def test_TS_30_a_stop_goes_by_what_was_shown_and_by_the_right_to_edit(
    session: Session, alice: Looker, cast: Cast
) -> None:
    customer, process = factories.customer(session).id, year_end(session, cast)
    access.look_as(session, alice)
    begin(session, alice, customer, process, factories.A_DAY)
    run = session.scalars(select(ProcessRun.id)).one()
    for person, refusal in ((cast.bob, NotAllowed), (cast.charlie, NotFound)):
        looker = access.looker_for(session, person)
        access.look_as(session, looker)
        with pytest.raises(refusal):
            stop_process.plan(session, looker, [run])
    access.look_as(session, alice)
    plan = stop_process.plan(session, alice, [run])
    with changeset(session, alice, "Change"):
        session.scalars(select(Activity).where(Activity.subject == "Draw up")).one().subject = "Otherwise"
    with pytest.raises(Conflict):
        stop_process.do(session, alice, [run], plan.digest)
    assert len(planned(session)) == 2


def test_TS_30_undoing_a_start_leaves_what_was_done_since_and_takes_the_rest_away(
    session: Session, alice: Looker, cast: Cast
) -> None:
    customer, process = factories.customer(session).id, year_end(session, cast)
    access.look_as(session, alice)
    started = begin(session, alice, customer, process, factories.A_DAY).id
    with changeset(session, alice, "Do"):
        session.scalars(select(Activity).where(Activity.subject == "Draw up")).one().state = ActivityState.DONE
    undo.undo(session, alice, started or 0)
    assert [subject for subject, *_ in planned(session)] == ["Draw up"]
    assert session.scalars(select(Activity.process_run_id)).one() == session.scalars(select(ProcessRun.id)).one()


def test_TS_30_a_process_goes_with_its_customer_and_comes_back_with_it(
    session: Session, client_for: ClientFor, dana: Looker, cast: Cast
) -> None:
    customer, process = factories.customer(session).id, year_end(session, cast)
    access.look_as(session, dana)
    begin(session, dana, customer, process, factories.A_DAY)
    archived(session, dana, customer)
    page = text_of(client_for("Dana").get(f"/customers/delete/?id={customer}"))
    assert "Started work processes" in page
    plan = delete.plan(session, dana, Customer, [customer])
    gone = delete.do(session, dana, Customer, [customer], plan.digest, plan.confirm)
    assert gone.values["records"] == plan.total
    assert session.scalars(select(ProcessRun)).all() == []
    undo.undo(session, dana, gone.id or 0)
    session.expire_all()
    (run,) = session.scalars(select(ProcessRun))
    assert set(session.scalars(select(Activity.process_run_id))) == {run.id}


def test_TS_30_a_process_whose_customer_lies_in_the_bin_is_not_deleted_until_that_is_gone(
    session: Session, client_for: ClientFor, dana: Looker, cast: Cast
) -> None:
    customer, process = factories.customer(session).id, year_end(session, cast)
    access.look_as(session, dana)
    begin(session, dana, customer, process, factories.A_DAY)
    archived(session, dana, customer)
    plan = delete.plan(session, dana, Customer, [customer])
    delete.do(session, dana, Customer, [customer], plan.digest, plan.confirm)
    page = client_for("Dana").get(f"/processes/delete/?id={process}")
    assert "Year end was started for a customer in the bin" in text_of(page)
    with pytest.raises(Refused) as refused:
        delete.do(session, dana, Process, [process], delete.plan(session, dana, Process, [process]).digest)
    assert refused.value.reason is Reason.PROCESS_IN_BIN
    session.rollback()
    purge(session, utc_now() + dt.timedelta(days=1))
    assert delete.plan(session, dana, Process, [process]).count == 1


@pytest.mark.parametrize("switch", ["use_processes", "use_activities"])
def test_TS_30_TL_42_the_bin_does_not_tell_of_work_processes_while_they_are_off(
    session: Session, client_for: ClientFor, switch: str
) -> None:
    process, dana = factories.process(session, "One", name="Year end").id, client_for("Dana")
    dana.press(dana.get(f"/processes/delete/?id={process}"), "Move 2 records to the bin")
    assert "Delete work process Year end" in text_of(dana.get("/bin/"))
    turn_off(session, switch)
    assert "ork process" not in text_of(dana.get("/bin/"))
    assert "The bin is empty." in text_of(dana.get("/bin/"))


def test_TS_30_what_an_archived_customer_has_is_offered_for_reading_only(
    session: Session, client_for: ClientFor, alice: Looker, cast: Cast
) -> None:
    customer, process = factories.customer(session, company_name="Nordhamn").id, year_end(session, cast)
    address = factories.address(session, session.get_one(Customer, customer)).id
    access.look_as(session, alice)
    begin(session, alice, customer, process, factories.A_DAY)
    run, activity = session.scalars(select(ProcessRun.id)).one(), session.scalars(select(Activity.id)).first()
    pages = [
        (f"/process-runs/details/?id={run}", "Stop…"),
        (f"/addresses/details/?id={address}", "Delete…"),
        (f"/activities/details/?id={activity}", "Delete…"),
    ]
    client = client_for("Alice")
    assert [word in text_of(client.get(page)) for page, word in pages] == [True] * len(pages)
    archived(session, alice, customer)
    assert [word in text_of(client.get(page)) for page, word in pages] == [False] * len(pages)
    told = text_of(client.get(f"/process-runs/edit/?id={run}"))
    assert "Nordhamn is archived." in told
    assert "Year end is archived" not in told


def test_TS_30_a_process_that_was_started_stays_and_can_be_retired(
    session: Session, client_for: ClientFor, alice: Looker, cast: Cast
) -> None:
    customer, process = factories.customer(session).id, year_end(session, cast)
    unused = factories.process(session, "One", name="Unused").id
    access.look_as(session, alice)
    begin(session, alice, customer, process, factories.A_DAY)
    dana = client_for("Dana")
    assert "Year end is still used by 1 record." in text_of(dana.get(f"/processes/delete/?id={process}"))
    page = dana.get(f"/processes/delete/?id={unused}")
    assert dana.press(page, "Move 2 records to the bin").status_code == 302
    edit = dana.get(f"/processes/edit/?id={process}")
    assert dana.press(edit, "Save work process", retired="1", name="Year end until 2026").status_code == 302
    card = text_of(dana.get(tools_of(customer)))
    # It runs on under the name that it had.
    assert "Start a work process Year end2 overdue" in card
    assert "There is no work process for this customer yet." in text_of(dana.get(start_url(customer)))


def test_TS_30_work_that_goes_to_another_customer_leaves_the_process(
    session: Session, alice: Looker, cast: Cast
) -> None:
    customer, other = factories.customer(session).id, factories.customer(session).id
    project = factories.project(session, session.get_one(Customer, customer)).id
    process = year_end(session, cast)
    access.look_as(session, alice)
    begin(session, alice, customer, process, factories.A_DAY)
    (moved,) = session.scalars(select(Activity.id).where(Activity.subject == "Draw up"))
    save(session, alice, Activity, moved, {"project_id": project})
    save(session, alice, Project, project, {"customer_id": other})
    session.expire_all()
    found = session.get_one(Activity, moved)
    assert (found.customer_id, found.process_run_id) == (other, None)


def test_TS_30_a_note_among_the_steps_is_done_when_it_is_written(session: Session, alice: Looker) -> None:
    note = factories.list_value(session, ValueList.ACTIVITY_KIND, "Note").id
    process, customer = factories.process(session, "Remember", "Do").id, factories.customer(session).id
    with changeset(session, SYSTEM, "Kinds"):
        session.get_one(Process, process).steps[0].kind_id = note
    access.look_as(session, alice)
    plan = start_process.plan(session, alice, customer, process, factories.A_DAY)
    assert [line.is_done for line in plan.lines] == [True, False]
    begin(session, alice, customer, process, factories.A_DAY)
    states = {one.subject: one.state for one in session.scalars(select(Activity))}
    assert states == {"Remember": ActivityState.DONE, "Do": ActivityState.PLANNED}
    due_at = session.scalars(select(Activity.due_at).where(Activity.subject == "Do")).one()
    assert due_at == due(factories.A_DAY + dt.timedelta(days=1), None, UTC)


def test_TS_30_TL_42_work_processes_are_nowhere_while_they_or_activities_or_tools_are_off(
    session: Session, client_for: ClientFor, alice: Looker, cast: Cast
) -> None:
    customer, process = factories.customer(session).id, year_end(session, cast)
    access.look_as(session, alice)
    begin(session, alice, customer, process, factories.A_DAY)
    run, activity = session.scalars(select(ProcessRun.id)).one(), session.scalars(select(Activity.id)).first()
    access.look_as(session, SYSTEM)
    dana = client_for("Dana")
    paths = ("/processes/", f"/processes/details/?id={process}", f"/process-runs/details/?id={run}")
    pages = (
        tools_of(customer),
        f"/customers/details/?id={customer}",
        "/lists/",
        "/settings/?x=1",
        f"/activities/details/?id={activity}",
    )
    word = "ork process"

    def named() -> list[str]:
        found = []
        for page in pages:
            tree = html.document_fromstring(dana.get(page, follow_redirects=True).get_data(as_text=True))
            # What the settings call the switch itself stays there.
            if word in " ".join(tree.xpath("//main//a//text()")):
                found.append(page)
        return found

    def palette() -> bool:
        return word in dana.get("/search/palette/?q=%3Ework").get_data(as_text=True)

    assert len(named()) == len(pages) - 1
    assert palette()
    for switch in ("use_processes", "use_tools", "use_activities"):
        turn_off(session, switch)
        assert [page for page in named() if "activities" not in page] == [], switch
        assert not palette()
        assert [dana.get(path).status_code for path in paths] == [404] * len(paths), switch
        for page in ("/history/", f"/customers/details/?id={customer}&tab=history&show=changes"):
            told = "".join(html.document_fromstring(dana.get(page).get_data(as_text=True)).xpath("//main//text()"))
            # That a setting was changed is told where all changes are.
            words = ("Year end", "Step", *(("ork process",) if page != "/history/" else ()))
            assert not {one for one in words if one in told}, (switch, page)
            assert ("Plan 2 activities for" in told) is (switch != "use_activities"), (switch, page)
        configure(session, SYSTEM, {switch: True})
        session.commit()
    assert palette()
