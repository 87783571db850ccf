"""A large import is taken back in the background: as it was shown, once, all of it or nothing."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from flask import Flask
from lxml import html
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from admin_views import background
from importers import taking_back, tasks, worker
from models.access import SYSTEM
from models.base import WILL_WRITE, utc_now
from models.customer import Customer
from models.errors import Conflict
from models.imports import ImportRow, ImportRun, ImportTask, Stage, TaskState
from models.journal import Changeset, Origin, changeset, plan
from models.user import User
from tests.conftest import Cast, ClientFor
from tests.pages import PageClient
from tests.views.test_import_progress import (
    _WORKER,
    MANY,
    a_list,
    ask_to_commit,
    planned,
    slow_child,
    soon_large,
    standing,
    until,
)
from tests.views.test_imports import count, text_of
from tests.views.test_mail import work_off

__all__ = ["soon_large"]

LAST = ("taking_back", "tasks", "finish")
"""The step of an undo behind which nothing is left but the commit."""


def imported(app: Flask, client: PageClient, rows: int = MANY) -> int:
    """A large import that is done, and told."""
    key = planned(app, client, a_list(rows))
    ask_to_commit(client, key)
    work_off(app)
    client.get(f"/imports/{key}/progress/")
    return key


def changeset_of(session: Session, key: int) -> int:
    session.rollback()
    session.expire_all()
    made = session.get_one(ImportRun, key).changeset_id
    assert made is not None
    return made


def shown(client: PageClient, session: Session, key: int) -> dict[str, str]:
    """What the page that asks before a whole import is taken back sends."""
    address = f"/history/undo/?changeset={changeset_of(session, key)}&next=/imports/{key}/"
    form = html.fromstring(client.get(address).get_data(as_text=True)).forms[-1]
    return {name: value for name, value in form.form_values() if name != "csrf_token"}


def ask(client: PageClient, session: Session, key: int) -> None:
    sent = client.send("/history/undo/", **shown(client, session, key))
    assert sent.location == f"/imports/{key}/progress/"
    session.rollback()


def undos(session: Session) -> list[Changeset]:
    session.rollback()
    session.expire_all()
    return list(session.scalars(select(Changeset).where(Changeset.origin == Origin.UNDO)))


def test_a_large_import_is_taken_back_in_the_background(app: Flask, session: Session, client_for: ClientFor) -> None:
    alice = client_for("Alice")
    key = imported(app, alice)
    ask(alice, session, key)
    waits = alice.get(f"/imports/{key}/progress/")
    assert f"Putting {MANY} rows of import {key} back" in text_of(waits)
    assert "It waits for its turn." in text_of(waits)
    assert "Throw this import away" not in text_of(waits)
    assert alice.get(f"/imports/{key}/").location == f"/imports/{key}/progress/"
    assert f"Putting {MANY} rows of import {key} back" in text_of(alice.get("/mine/"))
    assert count(session) == MANY
    work_off(app)
    assert count(session) == 0
    (made,) = undos(session)
    assert session.get_one(Changeset, changeset_of(session, key)).undone_by_id == made.id
    assert f"Import {key}: {MANY} rows of the import put back" in text_of(alice.get("/labels/"))
    assert "put back" not in text_of(alice.get("/labels/"))
    assert f"Import {key}: {MANY} rows of the import put back" in text_of(alice.get("/mine/"))
    assert alice.get(f"/imports/{key}/progress/").location == f"/imports/{key}/"
    assert f"Import {key} was undone." in text_of(alice.get(f"/imports/{key}/"))


def test_what_took_a_large_import_back_is_taken_back_in_the_background_too(
    app: Flask, session: Session, client_for: ClientFor
) -> None:
    alice = client_for("Alice")
    key = imported(app, alice)
    ask(alice, session, key)
    work_off(app)
    # The button of the message asks nothing.
    undo = html.fromstring(alice.get("/labels/").get_data(as_text=True)).xpath("//form[contains(@action, '/undo/')]")[0]
    assert alice.send(undo.action).location == f"/imports/{key}/progress/"
    work_off(app)
    assert count(session) == MANY
    assert f"{MANY} rows of the import put back" in text_of(alice.get("/labels/"))


def test_a_small_import_is_taken_back_at_once(
    app: Flask, session: Session, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = client_for("Alice")
    key = imported(app, alice)
    monkeypatch.setattr(tasks, "LARGE", MANY)
    assert alice.send("/history/undo/", **shown(alice, session, key)).location == f"/imports/{key}/"
    assert count(session) == 0


def test_many_chosen_rows_are_taken_back_in_the_background_and_few_at_once(
    app: Flask, session: Session, client_for: ClientFor
) -> None:
    alice = client_for("Alice")
    key = imported(app, alice)
    assert alice.send(f"/imports/{key}/undo/", row=["2", "3"], show="new").location.startswith(f"/imports/{key}/?")
    assert count(session) == MANY - 2
    session.execute(update(ImportRow).where(ImportRow.row_number > 201).values(fields=" phone "))
    session.commit()
    chosen = {"all": "1", "show": "new", "field": "phone"}
    assert alice.send(f"/imports/{key}/undo/", **chosen).location == f"/imports/{key}/progress/"
    assert alice.send(f"/imports/{key}/undo/", **chosen).location == f"/imports/{key}/progress/"
    assert "Putting 200 rows of import" in text_of(alice.get(f"/imports/{key}/progress/"))
    work_off(app)
    assert count(session) == 198
    assert len(undos(session)) == 2
    # Asked for once more there is nothing left to do, and the page of the result says so.
    alice.send(f"/imports/{key}/undo/", **chosen)
    work_off(app)
    assert alice.get(f"/imports/{key}/progress/").location == f"/imports/{key}/"
    assert "Nothing of this can be taken back." in text_of(alice.get(f"/imports/{key}/"))


def test_what_was_changed_later_stays_and_is_listed_when_it_is_done(
    app: Flask, session: Session, client_for: ClientFor
) -> None:
    alice = client_for("Alice")
    key = imported(app, alice)
    with changeset(session, SYSTEM, "By somebody else"):
        for number in range(1, 8):
            session.scalars(select(Customer).where(Customer.number == f"K-{number}")).one().nickname = "Kept"
    ask(alice, session, key)
    work_off(app)
    assert count(session) == 7
    told = text_of(alice.get("/labels/"))
    assert "Firma 1 stays as it is. It was changed later." in told
    assert "9 more were left as they are." in told


def test_what_would_do_something_else_by_then_is_shown_again_and_nothing_is_taken_back(
    app: Flask, session: Session, client_for: ClientFor
) -> None:
    alice = client_for("Alice")
    key = imported(app, alice)
    ask(alice, session, key)
    with changeset(session, SYSTEM, "By somebody else"):
        session.scalars(select(Customer).where(Customer.number == "K-30")).one().nickname = "Between"
    work_off(app)
    assert count(session) == MANY
    assert not undos(session)
    again = alice.get(f"/imports/{key}/progress/").location
    assert again.startswith(f"/history/undo/?changeset={changeset_of(session, key)}")
    page = text_of(alice.get(again))
    assert "Something changed since this was shown." in page
    assert "Firma 30: It was changed later." in page
    ask(alice, session, key)
    work_off(app)
    assert count(session) == 1


def test_a_small_undo_that_would_do_something_else_by_then_is_shown_again(
    app: Flask, session: Session, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = client_for("Alice")
    key = imported(app, alice)
    monkeypatch.setattr(tasks, "LARGE", MANY)
    before = shown(alice, session, key)
    with changeset(session, SYSTEM, "By somebody else"):
        session.scalars(select(Customer).where(Customer.number == "K-30")).one().nickname = "Between"
    again = alice.send("/history/undo/", **before).location
    assert again.startswith("/history/undo/?")
    assert "Something changed since this was shown." in text_of(alice.get(again))
    assert count(session) == MANY


def test_a_large_import_that_is_taken_back_by_two_clicks_is_taken_back_once(
    app: Flask, session: Session, client_for: ClientFor
) -> None:
    alice = client_for("Alice")
    key = imported(app, alice)
    form = shown(alice, session, key)
    for _ in range(2):
        assert alice.send("/history/undo/", **form).location == f"/imports/{key}/progress/"
    work_off(app)
    assert alice.send(f"/imports/{key}/again/").location == f"/imports/{key}/progress/"
    assert alice.send("/history/undo/", **form).location == f"/imports/{key}/"
    assert "This was undone already." in text_of(alice.get(f"/imports/{key}/"))
    work_off(app)
    assert (count(session), len(undos(session))) == (0, 1)


def test_an_errand_that_somebody_else_took_hold_of_takes_nothing_back(
    app: Flask, session: Session, client_for: ClientFor
) -> None:
    alice = client_for("Alice")
    key = imported(app, alice)
    ask(alice, session, key)
    session.rollback()
    arguments = session.scalars(select(ImportTask.arguments)).one()
    with pytest.raises(Conflict):
        taking_back.carry_out(session, SYSTEM, key, arguments, "another", lambda *_said: None)
    assert count(session) == MANY


def test_the_rights_to_take_it_back_are_asked_again_when_it_is_done(
    app: Flask, session: Session, client_for: ClientFor, cast: Cast
) -> None:
    alice = client_for("Alice")
    key = imported(app, alice)
    ask(alice, session, key)
    session.rollback()
    role = cast.alice.role_id
    with changeset(session, SYSTEM, "Without a role"):
        session.get_one(User, cast.alice.id).role_id = None
    work_off(app)
    assert (count(session), undos(session)) == (MANY, [])
    with changeset(session, SYSTEM, "With a role"):
        session.get_one(User, cast.alice.id).role_id = role
    assert alice.get(f"/imports/{key}/progress/").location == f"/imports/{key}/"
    assert "You need the right Import for this." in text_of(alice.get(f"/imports/{key}/"))


def test_it_is_done_by_who_asked_and_not_by_who_imported(
    app: Flask, session: Session, client_for: ClientFor, cast: Cast
) -> None:
    key = imported(app, client_for("Alice"))
    ask(client_for("Dana"), session, key)
    work_off(app)
    (made,) = undos(session)
    assert made.user_id == cast.dana.id


def test_it_tells_what_it_does_and_how_many_records_are_done(
    app: Flask, session: Session, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = client_for("Alice")
    key = imported(app, alice)
    ask(alice, session, key)
    with app.app_context():
        background.jobs().huey.flush()
    monkeypatch.setattr(plan, "PIECE", MANY // 2)
    session.rollback()
    held = tasks.hold(session, Path(app.instance_path) / "imports", key)
    assert held is not None
    mark, arguments = str(held.hold), held.arguments
    told: list[tuple[Stage, int, int, str]] = []
    taking_back.carry_out(session, SYSTEM, key, arguments, mark, lambda *said: told.append(said))
    assert told[0] == (Stage.CHECKING, 0, 0, "")
    assert (Stage.WRITING, MANY // 2, 2 * MANY, "address") in told
    assert told[-1] == (Stage.INDEXING, 0, 0, "")
    assert standing(session, key)[0] is TaskState.DONE


def test_the_page_says_how_many_records_and_of_which_kind(app: Flask, session: Session, client_for: ClientFor) -> None:
    alice = client_for("Alice")
    key = imported(app, alice)
    ask(alice, session, key)
    session.execute(
        update(ImportTask).values(
            state="running", stage="writing", beat_at=utc_now(), done=200, total=800, now="address"
        )
    )
    session.commit()
    found = alice.get(f"/imports/{key}/progress.json").get_json()
    assert (found["percent"], found["rows"], found["now"]) == (25, "200 of 800 records", "now: Address")
    assert found["steps"] == ["done", "now", "todo"]


def test_who_hears_of_it_writes_nothing_while_it_is_drawn_up(
    app: Flask, session: Session, client_for: ClientFor, engine_kind: str
) -> None:
    """On SQLite it would have to be drawn up once more, with all others waiting; the folder tells how far it is."""
    alice = client_for("Alice")
    key = imported(app, alice)
    ask(alice, session, key)
    folder = Path(app.instance_path) / "imports"
    session.rollback()
    held = tasks.hold(session, folder, key)
    assert held is not None
    mark, before = str(held.hold), session.scalar(select(ImportTask.beat_at))
    session.rollback()
    time.sleep(0.01)
    assert tasks.beat(session, folder, key, mark, tasks.Heard(Stage.CHECKING))
    session.rollback()
    assert (session.scalar(select(ImportTask.beat_at)) == before) is (engine_kind == "sqlite")
    assert alice.get(f"/imports/{key}/progress.json").get_json()["steps"] == ["now", "todo", "todo"]


def test_an_undo_stops_within_five_seconds_and_leaves_everything_as_it_was(
    app: Flask, session: Session, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    alice = client_for("Alice")
    key = imported(app, alice)
    with slow_child(monkeypatch, tmp_path, LAST) as flag:
        ask(alice, session, key)
        with app.app_context():
            background.jobs().huey.flush()
        given = (app.config["SQLALCHEMY_DATABASE_URI"], tmp_path / "imports", key)
        at_work = threading.Thread(target=worker.carry_out, args=given)
        at_work.start()
        until(flag.exists)
        pressed = time.monotonic()
        alice.press(alice.get(f"/imports/{key}/progress/"), "Stop and take nothing back")
        until(lambda: standing(session, key)[0] is TaskState.STOPPED)
        assert time.monotonic() - pressed < 5
        at_work.join()
    assert (count(session), undos(session)) == (MANY, [])
    page = alice.get(f"/imports/{key}/progress/")
    assert "It was stopped. Nothing was taken back." in text_of(page)
    assert f"Import {key}: It was stopped. Nothing was taken back." in text_of(alice.get("/mine/"))
    assert alice.press(page, "Do it again").location == f"/imports/{key}/progress/"
    work_off(app)
    assert (count(session), len(undos(session))) == (0, 1)


def test_an_undo_whose_worker_is_killed_leaves_all_or_nothing_and_runs_again(
    app: Flask, session: Session, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    alice = client_for("Alice")
    key = imported(app, alice)
    with slow_child(monkeypatch, tmp_path, LAST) as flag:
        ask(alice, session, key)
        with app.app_context():
            background.jobs().huey.flush()
        url, place = app.config["SQLALCHEMY_DATABASE_URI"], str(tmp_path / "imports")
        code = _WORKER.format(child=worker._CHILD)
        killed = subprocess.Popen([sys.executable, "-c", code, url, place, str(key)])
        until(flag.exists)
        os.kill(killed.pid, signal.SIGKILL)
        killed.wait()
    assert standing(session, key)[0] is TaskState.RUNNING
    session.rollback()
    session.connection(execution_options=WILL_WRITE)
    session.execute(update(ImportTask).values(beat_at=utc_now() - dt.timedelta(seconds=tasks.SILENCE + 1)))
    session.commit()
    for last_word in (tmp_path / "imports").glob("*.says"):
        last_word.unlink()
    assert (count(session), undos(session)) == (MANY, [])
    page = alice.get(f"/imports/{key}/progress/")
    assert "It was interrupted. Nothing was taken back." in text_of(page)
    alice.press(page, "Do it again")
    work_off(app)
    assert (count(session), len(undos(session))) == (0, 1)
