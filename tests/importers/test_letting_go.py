"""What was uploaded goes when it was kept long enough; what an import wrote can be taken back all the same."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from importers import letting_go, profiles, undoing
from importers import run as steps
from models import settings
from models.access import SYSTEM
from models.base import utc_now
from models.errors import Conflict, Reason
from models.imports import (
    Errand,
    ImportProfile,
    ImportProfileVersion,
    ImportRow,
    ImportRun,
    ImportState,
    ImportTask,
    TaskState,
)
from models.journal import changeset
from tests.importers.helpers import Desk, desk_of

HEAD = ("Klantnummer", "Bedrijfsnaam", "Plaats", "Land")
ACME, BETA, WRONG = ("K-1", "Acme", "Zwolle", "NL"), ("K-2", "Beta", "Assen", "NL"), ("K-3", "Gamma", "", "Zweeden")


@pytest.fixture
def desk(session: Session, tmp_path: Path) -> Desk:
    return desk_of(session, tmp_path)


def aged(desk: Desk, run: ImportRun, days: int) -> None:
    """As if nobody had come back to it since."""
    desk.session.execute(update(ImportRun).where(ImportRun.id == run.id).values(changed_at=ago(days)))
    desk.session.commit()


def ago(days: int) -> dt.datetime:
    return utc_now() - dt.timedelta(days=days)


def files(desk: Desk) -> list[str]:
    return sorted(path.name for path in desk.folder.iterdir())


def old_file(desk: Desk, name: str, days: int) -> Path:
    path = desk.folder / name
    path.write_text("Acme")
    os.utime(path, (ago(days).timestamp(),) * 2)
    return path


def age_files(desk: Desk, days: int) -> None:
    for path in desk.folder.iterdir():
        os.utime(path, (ago(days).timestamp(),) * 2)


def test_an_import_that_nobody_finished_loses_its_file_and_its_plan_and_stays_in_the_list(desk: Desk) -> None:
    run = desk.plan(HEAD, ACME, WRONG)
    aged(desk, run, 31)
    age_files(desk, 31)
    last_changed = run.changed_at
    assert letting_go.purge(desk.session, desk.folder) == 1
    assert (files(desk), desk.rows(run)) == ([], {})
    kept = desk.session.get_one(ImportRun, run.id)
    assert (kept.state, kept.file_name, kept.changed_at) == (ImportState.FAILED, "list.csv", last_changed)
    assert "Acme" not in str([kept.options, kept.mapping, kept.counts])
    with pytest.raises(Conflict) as refused:
        steps.find(desk.session, run.id)
    assert refused.value.reason is Reason.PURGED
    assert letting_go.purge(desk.session, desk.folder) == 0


def test_the_days_are_those_of_the_bin_and_count_from_the_last_time_somebody_worked_in_it(desk: Desk) -> None:
    run = desk.plan(HEAD, ACME, BETA)
    aged(desk, run, 29)
    assert letting_go.purge(desk.session, desk.folder) == 0
    with changeset(desk.session, SYSTEM, "Settings"):
        settings.put(desk.session, "bin_days", 7)
    steps.tick(desk.session, SYSTEM, run.id, [2], False)
    assert letting_go.purge(desk.session, desk.folder) == 0
    assert len(files(desk)) == 2
    aged(desk, run, 8)
    assert letting_go.purge(desk.session, desk.folder) == 1


def test_an_import_that_is_being_worked_on_in_the_background_stays(desk: Desk) -> None:
    run = desk.plan(HEAD, ACME)
    desk.session.add(ImportTask(run_id=run.id, errand=Errand.PLAN, state=TaskState.RUNNING, now="Acme"))
    desk.session.commit()
    aged(desk, run, 31)
    assert letting_go.purge(desk.session, desk.folder) == 0
    desk.session.execute(update(ImportTask).values(changed_at=ago(31)))
    desk.session.commit()
    assert letting_go.purge(desk.session, desk.folder) == 1
    assert desk.session.scalar(select(func.count(ImportTask.id))) == 0


def test_files_of_no_import_go_after_a_day_and_what_is_not_ours_stays(desk: Desk) -> None:
    run = desk.plan(HEAD, ACME)
    mine = files(desk)
    age_files(desk, 3)
    old_file(desk, "a" * 32, 2)
    old_file(desk, f"{'b' * 32}.rows", 2)
    fresh = old_file(desk, "c" * 32, 0)
    readme = old_file(desk, "README", 400)
    letting_go.purge(desk.session, desk.folder)
    assert files(desk) == sorted([*mine, fresh.name, readme.name])
    assert steps.find(desk.session, run.id).state is ImportState.PLANNED


def test_of_a_finished_import_only_what_it_wrote_is_kept_and_its_rows_can_be_taken_back(desk: Desk) -> None:
    run = desk.plan(HEAD, ACME, BETA, WRONG)
    desk.commit(run)
    assert letting_go.purge(desk.session, desk.folder) == 0
    assert [len(row.raw) for row in desk.rows(run).values()] == [4, 4, 4]
    aged(desk, run, 31)
    assert letting_go.purge(desk.session, desk.folder) == 0
    assert {number: row.raw for number, row in desk.rows(run).items()} == {2: [], 3: []}
    assert "Gamma" not in str(desk.session.get_one(ImportRun, run.id).options)
    undoing.undo_rows(desk.session, SYSTEM, run.id, [2])
    assert [one["number"] for one in desk.table("customer")] == ["K-2"]


def test_rows_of_others_are_let_be(desk: Desk) -> None:
    old, new = desk.plan(HEAD, ACME), desk.plan(HEAD, BETA)
    aged(desk, old, 31)
    letting_go.purge(desk.session, desk.folder)
    assert desk.session.scalars(select(ImportRow.run_id)).all() == [new.id]


def test_a_deleted_profile_is_kept_for_as_long_as_the_bin_keeps_things(desk: Desk) -> None:
    keys = []
    for name, days in (("Old", 31), ("Young", 29), ("There", None)):
        run = desk.plan(HEAD, ACME)
        keys.append(profiles.save(desk.session, SYSTEM, run, name).profile.id)
        when = None if days is None else ago(days)
        desk.session.execute(update(ImportProfile).where(ImportProfile.id == keys[-1]).values(deleted_at=when))
        desk.session.commit()
    letting_go.purge(desk.session, desk.folder)
    assert desk.session.scalars(select(ImportProfile.name).order_by(ImportProfile.id)).all() == ["Young", "There"]
    assert set(desk.session.scalars(select(ImportProfileVersion.profile_id))) == set(keys[1:])
