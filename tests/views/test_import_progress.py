"""Large imports go on in the background: their page, their figures, the word when they are done, and the way to stop them."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import NullPool, create_engine, func, select, update
from sqlalchemy.orm import Session

from admin_views import background
from importers import tasks, worker
from models.access import SYSTEM
from models.base import WILL_WRITE, utc_now
from models.customer import Customer
from models.imports import Errand, ImportRow, ImportRun, ImportState, ImportTask, Stage, TaskState
from models.journal import Changeset, changeset
from tests import factories
from tests.conftest import ClientFor
from tests.pages import PageClient
from tests.views.test_imports import count, plan_of, text_of, upload
from tests.views.test_mail import work_off
from tests.views.test_returned import exported

MANY = 400


@pytest.fixture(autouse=True)
def soon_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of some hundred rows are large here, so that the tests stay short."""
    monkeypatch.setattr(tasks, "LARGE", 100)
    monkeypatch.setattr(tasks, "LARGE_FILE", 2_000)


def a_list(rows: int = MANY, name: str = "Firma") -> str:
    body = "".join(f"K-{row};{name} {row};Zwolle;NL\n" for row in range(1, rows + 1))
    return f"Klantnummer;Bedrijfsnaam;Plaats;Land\n{body}"


def key_of(address: str) -> int:
    return int(address.split("/")[2])


def standing(session: Session, key: int) -> tuple[TaskState, ImportState]:
    session.rollback()
    session.expire_all()
    task = session.scalars(select(ImportTask).where(ImportTask.run_id == key)).one()
    return task.state, session.get_one(ImportRun, key).state


def rows_of(session: Session, key: int) -> int:
    session.rollback()
    return session.scalar(select(func.count(ImportRow.id)).where(ImportRow.run_id == key)) or 0


def planned(app: Flask, client: PageClient, content: str) -> int:
    """A run that was read and checked in the background."""
    key = key_of(upload(client, content).location)
    work_off(app)
    assert client.send(f"/imports/{key}/columns/", step="map").location == f"/imports/{key}/progress/"
    work_off(app)
    return key


def ask_to_commit(client: PageClient, key: int) -> None:
    shown = client.get(f"/imports/{key}/check/")
    assert client.send(f"/imports/{key}/commit/", plan=plan_of(shown)).location == f"/imports/{key}/progress/"


def test_a_large_import_that_is_asked_for_twice_is_done_once(
    app: Flask, session: Session, client_for: ClientFor
) -> None:
    alice = client_for("Alice")
    key = planned(app, alice, a_list())
    plan = plan_of(alice.get(f"/imports/{key}/check/"))
    places = [alice.send(f"/imports/{key}/commit/", plan=plan).location for _ in range(2)]
    assert places == [f"/imports/{key}/progress/"] * 2
    work_off(app)
    assert alice.send(f"/imports/{key}/commit/", plan=plan).location == f"/imports/{key}/"
    assert count(session) == MANY


def until(what: Callable[[], object], seconds: float = 20) -> float:
    """Wait for something; how long it took."""
    begun = time.monotonic()
    while not what():
        assert time.monotonic() - begun < seconds, "it did not come about"
        time.sleep(0.02)
    return time.monotonic() - begun


def test_a_large_file_is_read_checked_and_written_in_the_background(
    app: Flask, session: Session, client_for: ClientFor
) -> None:
    alice = client_for("Alice")
    sent = upload(alice, a_list())
    key = key_of(sent.location)
    assert sent.location == f"/imports/{key}/progress/"
    waits = alice.get(sent.location)
    assert "It waits for its turn." in text_of(waits)
    assert b'http-equiv="refresh"' in waits.data
    work_off(app)
    read = alice.get(sent.location)
    assert read.location == f"/imports/{key}/columns/"
    assert "Import 1 is read." in text_of(alice.get(read.location))

    alice.send(read.location, step="map")
    work_off(app)
    assert alice.get(f"/imports/{key}/progress/").location == f"/imports/{key}/check/"
    assert f"{MANY} records will be written" in text_of(alice.get(f"/imports/{key}/check/"))
    assert count(session) == 0

    ask_to_commit(alice, key)
    work_off(app)
    assert count(session) == MANY
    assert alice.get(f"/imports/{key}/progress/").location == f"/imports/{key}/"
    assert "400 added, 0 changed" in text_of(alice.get(f"/imports/{key}/"))


def test_a_small_file_goes_on_as_it_did(session: Session, client_for: ClientFor) -> None:
    assert upload(client_for("Alice"), a_list(5)).location.endswith("/columns/")
    session.rollback()
    assert session.scalar(select(func.count(ImportTask.id))) == 0


def test_whoever_left_the_page_is_told_on_the_next_one_and_on_their_own(
    app: Flask, session: Session, client_for: ClientFor
) -> None:
    alice = client_for("Alice")
    key = planned(app, alice, a_list())
    ask_to_commit(alice, key)
    assert "Importing 400 customers: It waits for its turn." in text_of(alice.get("/mine/"))
    work_off(app)
    other = text_of(alice.get("/labels/"))
    assert f"Import {key} is done: 400 added, 0 changed." in other
    assert f"Import {key} is done" not in text_of(alice.get("/labels/"))
    assert f"Import {key} is done: 400 added, 0 changed." in text_of(alice.get("/mine/"))
    assert "is done" not in text_of(client_for("Dana").get("/mine/"))


def test_a_workbook_that_was_exported_here_is_known_in_the_background_too(
    app: Flask, session: Session, client_for: ClientFor
) -> None:
    alice = client_for("Alice")
    for number in range(120):
        factories.customer(session, number=f"K-{number}", phone="1")
    content = exported(alice, phone="mine")
    key = key_of(upload(alice, content, "back.xlsx").location)
    work_off(app)
    assert alice.send(f"/imports/{key}/columns/", step="map").location == f"/imports/{key}/progress/"
    work_off(app)
    page = text_of(alice.get(f"/imports/{key}/check/?show=changed"))
    assert "only cells that were changed since are taken" in page
    session.rollback()
    assert session.get_one(ImportRun, key).counts["changed"] == 1


def test_the_rows_that_a_large_import_left_out_go_on_with_it(
    app: Flask, session: Session, client_for: ClientFor
) -> None:
    alice = client_for("Alice")
    key = planned(app, alice, a_list(150).replace(";NL", ";Nergensland"))
    content = alice.get(f"/imports/{key}/rejected.xlsx").get_data()
    after = key_of(upload(alice, content, "mended.xlsx").location)
    work_off(app)
    assert f"Continues import {key}" in text_of(alice.get(f"/imports/{after}/columns/"))


def test_the_figures_say_how_far_it_is(app: Flask, session: Session, client_for: ClientFor) -> None:
    alice = client_for("Alice")
    key = planned(app, alice, a_list())
    ask_to_commit(alice, key)
    begun = utc_now() - dt.timedelta(seconds=10)
    session.execute(
        update(ImportTask).values(
            state="running", stage="writing", stage_at=begun, beat_at=utc_now(), done=100, total=400, now="Firma 100"
        )
    )
    session.commit()
    found = alice.get(f"/imports/{key}/progress.json").get_json()
    assert (found["percent"], found["now"], found["over"]) == (25, "now: Firma 100", False)
    assert found["rows"].startswith("100 of 400 rows · about 3")
    assert found["steps"] == ["done", "now", "todo"]
    page = text_of(alice.get(f"/imports/{key}/progress/"))
    assert "25 %" in page
    assert "100 of 400 rows" in page


def test_what_is_done_is_done_to_the_last_row(app: Flask, session: Session, client_for: ClientFor) -> None:
    alice = client_for("Alice")
    key = planned(app, alice, a_list())
    # The last word of its worker came before the last rows.
    session.execute(update(ImportTask).values(state="done", stage="planning", done=300, total=400))
    session.commit()
    found = alice.get(f"/imports/{key}/progress.json").get_json()
    assert (found["percent"], found["rows"], found["over"]) == (100, "400 of 400 rows", True)


def test_while_the_database_takes_no_writes_the_folder_says_how_far_it_is(
    app: Flask, session: Session, client_for: ClientFor, tmp_path: Path
) -> None:
    alice = client_for("Alice")
    key = planned(app, alice, a_list())
    ask_to_commit(alice, key)
    long_ago = utc_now() - dt.timedelta(seconds=tasks.SILENCE + 1)
    session.execute(update(ImportTask).values(state="running", hold="x", stage="checking", beat_at=long_ago))
    session.commit()
    with create_engine(app.config["SQLALCHEMY_DATABASE_URI"], poolclass=NullPool).connect() as busy:
        busy.execution_options(**WILL_WRITE).execute(select(ImportTask.id)).all()
        heard = tasks.Heard(Stage.WRITING, 100, 400, "Firma 100")
        assert tasks.beat(session, tmp_path / "imports", key, "x", heard)
        found = alice.get(f"/imports/{key}/progress.json").get_json()
        busy.rollback()
    assert (found["percent"], found["now"], found["over"]) == (25, "now: Firma 100", False)
    assert found["steps"] == ["done", "now", "todo"]


def test_while_it_runs_every_page_of_the_import_leads_to_how_far_it_is(app: Flask, client_for: ClientFor) -> None:
    alice = client_for("Alice")
    key = planned(app, alice, a_list())
    ask_to_commit(alice, key)
    for page in ("columns/", "check/", ""):
        assert alice.get(f"/imports/{key}/{page}").location == f"/imports/{key}/progress/"
    assert alice.send(f"/imports/{key}/forget/").location == f"/imports/{key}/progress/"
    assert alice.send(f"/imports/{key}/rows/", was=["2"]).location == f"/imports/{key}/progress/"


def test_one_that_nobody_hears_of_is_shown_as_interrupted_and_done_again_by_one_click(
    app: Flask, session: Session, client_for: ClientFor
) -> None:
    alice = client_for("Alice")
    key = planned(app, alice, a_list())
    ask_to_commit(alice, key)
    with app.app_context():
        background.jobs().huey.flush()
    long_ago = utc_now() - dt.timedelta(seconds=tasks.SILENCE + 1)
    session.execute(update(ImportTask).values(state="running", hold="gone", beat_at=long_ago))
    session.commit()
    page = alice.get(f"/imports/{key}/progress/")
    assert "It was interrupted. Nothing of it was kept." in text_of(page)
    assert b'http-equiv="refresh"' not in page.data
    assert "It was interrupted" in text_of(alice.get("/mine/"))
    assert alice.press(page, "Do it again").status_code == 302
    work_off(app)
    assert count(session) == MANY


def test_what_the_queue_lost_is_done_by_the_next_round(app: Flask, session: Session, client_for: ClientFor) -> None:
    key = key_of(upload(client_for("Alice"), a_list()).location)
    with app.app_context():
        background.jobs().huey.flush()
        background.jobs().round()
    work_off(app)
    assert standing(session, key) == (TaskState.DONE, ImportState.UPLOADED)


def test_a_plan_under_which_a_record_moved_is_made_anew_and_says_so(
    app: Flask, session: Session, client_for: ClientFor
) -> None:
    alice = client_for("Alice")
    first = planned(app, alice, a_list())
    ask_to_commit(alice, first)
    work_off(app)
    key = planned(app, alice, a_list(name="Andere"))
    ask_to_commit(alice, key)
    with changeset(session, SYSTEM, "By somebody else"):
        session.scalars(select(Customer).where(Customer.number == "K-30")).one().company_name = "Between"
    work_off(app)
    assert alice.get(f"/imports/{key}/progress/").location == f"/imports/{key}/check/"
    assert "1 row is marked and stands first." in text_of(alice.get(f"/imports/{key}/check/"))
    session.rollback()
    assert "Andere 5" not in session.scalars(select(Customer.name)).all()


def test_a_file_that_cannot_be_read_says_why_and_can_be_thrown_away(
    app: Flask, session: Session, client_for: ClientFor
) -> None:
    alice = client_for("Alice")
    sent = upload(alice, b"PK\x03\x04" + b"x" * 3_000, "damaged.xlsx")
    work_off(app)
    page = alice.get(sent.location)
    assert "It could not be done." in text_of(page)
    assert "The file is damaged" in text_of(page)
    alice.press(page, "Throw this import away")
    session.rollback()
    assert session.scalar(select(func.count(ImportRun.id))) == 0


def test_the_progress_of_others_is_not_there(app: Flask, client_for: ClientFor) -> None:
    key = key_of(upload(client_for("Alice"), a_list()).location)
    bob = client_for("Bob")
    for page in ("progress/", "progress.json"):
        assert bob.get(f"/imports/{key}/{page}").status_code in {403, 404}
    for verb in ("stop", "again"):
        assert bob.send(f"/imports/{key}/{verb}/").status_code in {403, 404}


def test_what_waits_is_stopped_at_once_and_never_begins(app: Flask, session: Session, client_for: ClientFor) -> None:
    alice = client_for("Alice")
    key = planned(app, alice, a_list())
    ask_to_commit(alice, key)
    alice.press(alice.get(f"/imports/{key}/progress/"), "Stop and leave nothing")
    work_off(app)
    assert count(session) == 0
    assert "It was stopped. Nothing of it was kept." in text_of(alice.get(f"/imports/{key}/progress/"))
    assert "400 records will be written" in text_of(alice.get(f"/imports/{key}/check/"))


# Killed and stopped in the middle ------------------------------------------------------------------------------------

# A worker as `flask worker` has one, in a process that can be killed. Its child is slowed down so that there is a middle.
_WORKER = """
import sys
from pathlib import Path
from importers import worker
worker._CHILD = {child!r}
worker.carry_out(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
"""
_SLOW = """
import time
from importers import {module}, errand
kept = {module}.{of}.{name}

def slow(*given):
    found = kept(*given)
    open({flag!r}, "w").close()
    time.sleep(60)
    return found

{module}.{of}.{name} = slow
errand.main()
"""


@contextmanager
def slow_child(monkeypatch: pytest.MonkeyPatch, folder: Path, step: tuple[str, str, str]) -> Iterator[Path]:
    """Inside, the children of workers stand still after a step; the file says that one does."""
    flag = folder / "stands-still"
    module, of, name = step
    (folder / "slowly.py").write_text(_SLOW.format(module=module, of=of, name=name, flag=str(flag)))
    worker.rest()
    with monkeypatch.context() as patched:
        patched.setattr(worker, "_CHILD", [sys.executable, str(folder / "slowly.py")])
        patched.setenv("PYTHONPATH", str(Path(worker.__file__).resolve().parents[1]))
        yield flag
        worker.rest()


PLANNING = ("known", "Rights", "among")
COMMITTING = ("writer", "Writer", "remember")


@pytest.mark.parametrize(
    ("step", "errand"), [(PLANNING, Errand.PLAN), (COMMITTING, Errand.COMMIT)], ids=["planning", "committing"]
)
def test_it_stops_within_five_seconds_and_leaves_nothing(
    app: Flask,
    session: Session,
    client_for: ClientFor,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    step: tuple[str, str, str],
    errand: Errand,
) -> None:
    alice = client_for("Alice")
    key = planned(app, alice, a_list())
    before = session.scalar(select(func.count(Changeset.id)))
    session.rollback()
    with slow_child(monkeypatch, tmp_path, step) as flag:
        if errand is Errand.PLAN:
            alice.send(f"/imports/{key}/columns/", step="map")
        else:
            ask_to_commit(alice, key)
        with app.app_context():
            background.jobs().huey.flush()
        given = (app.config["SQLALCHEMY_DATABASE_URI"], tmp_path / "imports", key)
        at_work = threading.Thread(target=worker.carry_out, args=given)
        at_work.start()
        until(flag.exists)
        pressed = time.monotonic()
        alice.press(alice.get(f"/imports/{key}/progress/"), "Stop and leave nothing")
        until(lambda: standing(session, key)[0] is TaskState.STOPPED)
        assert time.monotonic() - pressed < 5
        at_work.join()
    assert count(session) == 0
    assert session.scalar(select(func.count(Changeset.id))) == before
    assert rows_of(session, key) == (0 if errand is Errand.PLAN else MANY)
    page = alice.get(f"/imports/{key}/progress/")
    assert "It was stopped." in text_of(page)
    alice.press(page, "Do it again")
    work_off(app)
    assert standing(session, key)[1] is (ImportState.PLANNED if errand is Errand.PLAN else ImportState.DONE)


@pytest.mark.parametrize(
    ("step", "errand"), [(PLANNING, Errand.PLAN), (COMMITTING, Errand.COMMIT)], ids=["planning", "committing"]
)
def test_a_worker_that_is_killed_leaves_all_or_nothing_and_no_child(
    app: Flask,
    session: Session,
    client_for: ClientFor,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    step: tuple[str, str, str],
    errand: Errand,
) -> None:
    alice = client_for("Alice")
    key = planned(app, alice, a_list())
    with slow_child(monkeypatch, tmp_path, step) as flag:
        if errand is Errand.PLAN:
            alice.send(f"/imports/{key}/columns/", step="map")
        else:
            ask_to_commit(alice, key)
        with app.app_context():
            background.jobs().huey.flush()
        url, place = app.config["SQLALCHEMY_DATABASE_URI"], str(tmp_path / "imports")
        code = _WORKER.format(child=worker._CHILD)
        killed = subprocess.Popen([sys.executable, "-c", code, url, place, str(key)])
        until(flag.exists)
        os.kill(killed.pid, signal.SIGKILL)
        killed.wait()
    # The child goes with its worker, and what it had not finished with it: the next write need not wait for it.
    until(lambda: count(session) == 0, 5)
    assert standing(session, key)[0] is TaskState.RUNNING
    long_ago = utc_now() - dt.timedelta(seconds=tasks.SILENCE + 1)
    session.rollback()
    session.connection(execution_options=WILL_WRITE)
    session.execute(update(ImportTask).values(beat_at=long_ago))
    session.commit()
    for last_word in (tmp_path / "imports").glob("*.says"):
        last_word.unlink()
    page = alice.get(f"/imports/{key}/progress/")
    assert "It was interrupted. Nothing of it was kept." in text_of(page)
    alice.press(page, "Do it again")
    work_off(app)
    assert standing(session, key)[1] is (ImportState.PLANNED if errand is Errand.PLAN else ImportState.DONE)
    assert count(session) == (0 if errand is Errand.PLAN else MANY)
