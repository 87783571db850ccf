"""The settings of the office: each has its check, all are set or none, and only by whom it is up to."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import access, settings
from models.access import SYSTEM, Looker
from models.errors import NotAllowed, Problems, Reason
from models.journal import Changeset, changeset, undo
from models.operations.check import problems
from models.operations.configure import configure
from models.settings import Setting
from tests import factories
from tests.conftest import Cast


@pytest.mark.parametrize(
    ("key", "value", "why"),
    [
        ("default_country", "ZZZ", Reason.WRONG_VALUE),
        ("default_country", "ZZ", Reason.WRONG_VALUE),
        ("default_country", "nl", Reason.WRONG_VALUE),
        ("currency", "e", Reason.WRONG_VALUE),
        ("currency", 1, Reason.WRONG_VALUE),
        ("deleting", "always", Reason.WRONG_VALUE),
        ("number_prefix", "K\0", Reason.INVISIBLE),
        ("number_prefix", "K\u202e", Reason.INVISIBLE),
        ("number_prefix", "K" * 21, Reason.TOO_LONG),
        ("company_name", " ", Reason.MISSING),
        ("company_name", "x" * 81, Reason.TOO_LONG),
        ("bin_days", 0, Reason.OUT_OF_RANGE),
        ("bin_days", 3_651, Reason.OUT_OF_RANGE),
        ("bin_days", "30", Reason.OUT_OF_RANGE),
        ("bin_days", True, Reason.OUT_OF_RANGE),
        ("number_start", 10**9, Reason.OUT_OF_RANGE),
    ],
)
def test_what_does_not_fit_a_setting_is_refused_and_nothing_is_saved(
    session: Session, key: str, value: settings.Value, why: Reason
) -> None:
    before = session.scalar(select(func.count(Changeset.id)))
    with pytest.raises(Problems) as caught:
        configure(session, SYSTEM, {"company_name": "Nieuw", key: value})
    assert [(one.field, one.reason) for one in caught.value.problems] == [(key, why)]
    assert session.scalar(select(func.count(Changeset.id))) == before
    assert settings.everything(session) == {known.key: known.default for known in settings.SETTINGS}


def test_every_default_fits() -> None:
    assert [known.key for known in settings.SETTINGS if known.misfit(known.default)] == []


def test_settings_are_changed_in_one_event_that_can_be_undone(session: Session) -> None:
    kept = configure(session, SYSTEM, {"default_country": "SE", "currency": "SEK", "number_prefix": ""})
    assert (settings.get(session, "default_country"), settings.get(session, "number_prefix")) == ("SE", "")
    assert configure(session, SYSTEM, {"currency": "SEK"}).is_empty
    undo(session, SYSTEM, kept.id)
    session.expire_all()
    assert settings.get(session, "default_country") == "NL"


def test_a_default_that_holds_already_is_not_stored(session: Session) -> None:
    defaults = {known.key: known.default for known in settings.SETTINGS}
    assert configure(session, SYSTEM, defaults).is_empty
    assert session.scalar(select(func.count(Setting.id))) == 0
    configure(session, SYSTEM, {"bin_days": 7})
    configure(session, SYSTEM, {"bin_days": 30})
    assert settings.get(session, "bin_days") == 30


def test_only_who_holds_the_right_changes_settings(session: Session, alice: Looker, dana: Looker, cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        configure(session, alice, {"bin_days": 7})
    access.look_as(session, dana)
    configure(session, dana, {"bin_days": 7})
    assert settings.get(session, "bin_days") == 7


@pytest.mark.parametrize("stored", ['"ZZZ"', "7", "broken"])
def test_a_stored_value_that_does_not_fit_counts_as_not_set_and_the_check_names_it(
    session: Session, stored: str
) -> None:
    with changeset(session, SYSTEM, "From an older version"):
        session.add(Setting(key="default_country", value=stored))
    assert settings.get(session, "default_country") == "NL"
    assert settings.everything(session)["default_country"] == "NL"
    assert [problem for problem in problems(session) if "default_country" in problem]
    assert factories.customer(session).id
