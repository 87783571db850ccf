"""The commands about the data as a whole."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import URL, NullPool, create_engine, select, text
from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash

from admin_views import commands_data
from models import access, schema
from models.access import SYSTEM
from models.base import db
from models.customer import Customer
from models.journal import Changeset, changeset
from models.label import Label
from models.settings import Setting
from models.user import User
from tests.databases import Databases


def _empty(url: URL) -> None:
    engine = create_engine(url, poolclass=NullPool)
    schema.upgrade(engine)
    engine.dispose()


class Panel:
    """The commands over one database."""

    def __init__(self, url: URL) -> None:
        self.url = url
        self.app = Flask("panel")
        self.app.config["SQLALCHEMY_DATABASE_URI"] = url
        self.app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"poolclass": NullPool}
        db.init_app(self.app)
        commands_data.register(self.app)

    def run(self, *arguments: str, given: str | None = None) -> Result:
        return self.app.test_cli_runner().invoke(args=[*arguments], input=given)

    def did(self, *arguments: str, given: str | None = None) -> str:
        result = self.run(*arguments, given=given)
        assert result.exit_code == 0, result.output
        return result.stdout

    def session(self) -> Session:
        session = Session(create_engine(self.url, poolclass=NullPool))
        access.look_as(session, SYSTEM)
        return session


@pytest.fixture
def panels(handed_out: Databases, engine_kind: str) -> Iterator[Callable[[], Panel]]:
    """Panels over new databases."""
    made: list[URL] = []

    def make() -> Panel:
        made.append(handed_out.copy(engine_kind, "empty-panel", _empty))
        return Panel(made[-1])

    yield make
    for url in made:
        handed_out.drop(url)


@pytest.fixture
def panel(panels: Callable[[], Panel]) -> Panel:
    return panels()


def _seed(panel: Panel, *more: str, customers: int = 5) -> str:
    return panel.did("seed", "--customers", str(customers), "--seed", "3", "--today", "2026-11-21", *more)


# --- seed -------------------------------------------------------------------------------------------------------


def test_seed_says_what_it_did_and_with_json_ends_with_one_object(panel: Panel, panels: Callable[[], Panel]) -> None:
    assert "5 customers seeded" in _seed(panel)
    answer = json.loads(_seed(panels(), "--json").splitlines()[-1])
    assert answer["customers"] == 5
    assert answer["changeset"] == 1
    assert answer["rows"] > 100


def test_seeding_twice_is_refused_with_the_reason_on_standard_error(panel: Panel) -> None:
    _seed(panel)
    before = panel.did("dump", "--json")
    again = panel.run("seed", "--customers", "5")
    assert again.exit_code == 1
    assert "5 in customer" in again.stderr
    assert again.stdout == ""
    assert panel.did("dump", "--json") == before


@pytest.mark.parametrize("customers", ["0", "1000001", "many"])
def test_seeding_an_impossible_number_is_wrong_use(panel: Panel, customers: str) -> None:
    assert panel.run("seed", "--customers", customers).exit_code == 2


def test_demo_logins_are_printed_and_work(panel: Panel) -> None:
    said = _seed(panel, "--demo-logins")
    assert "marieke@kaartenbak.example" in said
    assert commands_data.DEMO_PASSWORD in said
    with panel.session() as session:
        marieke = session.scalars(select(User).where(User.email == "marieke@kaartenbak.example")).one()
        assert check_password_hash(marieke.password_hash or "", commands_data.DEMO_PASSWORD)
        assert marieke.role is not None and marieke.role.name == "Administrator"


def test_without_demo_logins_nobody_can_sign_in(panel: Panel) -> None:
    assert "@" not in _seed(panel)
    with panel.session() as session:
        assert set(session.scalars(select(User.password_hash))) == {None}


def test_a_new_database_is_migrated_before_it_is_filled(handed_out: Databases, engine_kind: str) -> None:
    first, second = (Panel(handed_out.fresh(engine_kind)) for _ in range(2))
    not_yet = first.run("check")
    assert (not_yet.exit_code, "needs migrating" in not_yet.stderr) == (1, True)
    _seed(first)
    second.did("load", given=first.did("dump"))
    assert first.did("check") == second.did("check") == "All is well.\n"
    for each in (first, second):
        handed_out.drop(each.url)


# --- dump and load ----------------------------------------------------------------------------------------------


def test_dump_load_dump_is_equal(panel: Panel, panels: Callable[[], Panel]) -> None:
    _seed(panel, customers=200)
    dumped = panel.did("dump", "--json")
    other = panels()
    other.did("load", given=dumped)
    assert other.did("dump", "--json") == dumped


def test_a_dump_of_one_kind_of_database_loads_into_the_other(handed_out: Databases) -> None:
    first, second = (Panel(handed_out.copy(kind, "empty-panel", _empty)) for kind in ("sqlite", "postgresql"))
    _seed(first, customers=60)
    dumped = first.did("dump")
    second.did("load", given=dumped)
    assert second.did("dump") == dumped
    for each in (first, second):
        handed_out.drop(each.url)


def test_a_dump_is_one_object_on_one_line_in_a_stable_order(panel: Panel) -> None:
    with panel.session() as session:
        for name in ("zeta", "alpha", "line\u2028break 'quoted' \"twice\" 🚲"):
            with changeset(session, SYSTEM, "Label"):
                session.add(Label(name=name))
    dumped = panel.did("dump", "--json")
    assert len(dumped.splitlines()) == 1
    rows = json.loads(dumped)
    assert [row["name"] for row in rows["label"]] == ["zeta", "alpha", "line\u2028break 'quoted' \"twice\" 🚲"]
    assert list(rows).index("customer") < list(rows).index("address") < list(rows).index("registration") + 1
    assert not {"changeset", "change", "sign_in", "import_run", "number_series"} & set(rows)


def test_a_dump_holds_no_password(panel: Panel) -> None:
    _seed(panel, "--demo-logins")
    dumped = json.loads(panel.did("dump", "--json"))
    assert dumped["user"]
    assert "password_hash" not in dumped["user"][0]
    assert "scrypt" not in json.dumps(dumped)


def test_a_dump_can_go_to_a_file_and_come_from_one(panel: Panel, panels: Callable[[], Panel], tmp_path: Path) -> None:
    _seed(panel)
    file = tmp_path / "all.json"
    assert panel.did("dump", str(file)) == ""
    other = panels()
    answer = json.loads(other.did("load", "--json", str(file)).splitlines()[-1])
    assert answer["rows"] > 100
    assert other.did("dump") == file.read_text("utf-8")


def test_loading_is_one_changeset_and_keys_count_on(panel: Panel, panels: Callable[[], Panel]) -> None:
    _seed(panel)
    other = panels()
    other.did("load", given=panel.did("dump"))
    with other.session() as session:
        done = session.scalars(select(Changeset)).one()
        assert (done.title, done.user_name) == ("Loaded a dump", "System")
        with changeset(session, SYSTEM, "More"):
            session.add(label := Label(name="One more"))
        assert label.id == 41


def test_loading_into_a_database_that_is_not_empty_is_refused(panel: Panel) -> None:
    _seed(panel)
    dumped = panel.did("dump")
    again = panel.run("load", given=dumped)
    assert (again.exit_code, again.stdout) == (1, "")
    assert "Only an empty database" in again.stderr
    assert panel.did("dump") == dumped


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json",
        '{"label": [{"id": 1, "name": "cut off"',
        '{"label": [{"id": 1, "unheard_of": 2}]}',
        '{"unheard_of": []}',
        '{"label": [7]}',
        '{"label": [{"id": 1, "name": "a", "created_at": "yesterday"}]}',
        '{"customer_label": [{"id": 1, "customer_id": 5, "label_id": 6}]}',
        '{"label": [{"id": 1, "name": "a"}, {"id": 2, "name": "a"}]}',
    ],
)
def test_what_is_no_dump_is_refused_and_nothing_is_kept(panel: Panel, text: str) -> None:
    before = panel.did("dump")
    result = panel.run("load", given=text)
    assert result.exit_code == 1, result.output
    assert result.stderr.startswith("Error: ") and "Traceback" not in result.stderr
    assert panel.did("dump") == before


# --- journal and undo -------------------------------------------------------------------------------------------


def _label(panel: Panel, name: str) -> int:
    with panel.session() as session:
        with changeset(session, SYSTEM, "Made {name}", name=name) as done:
            session.add(Label(name=name))
        return done.id


def test_the_journal_lists_the_newest_first(panel: Panel) -> None:
    for name in ("one", "two", "three"):
        _label(panel, name)
    lines = panel.did("journal", "--newest", "2").splitlines()
    assert [line.split()[-1] for line in lines] == ["three", "two"]
    found = json.loads(panel.did("journal", "--json"))["changesets"]
    assert [(row["title"], row["user"], row["changes"]) for row in found[:1]] == [("Made three", "System", 1)]
    assert len(found) == 3


def test_undo_takes_a_changeset_back(panel: Panel) -> None:
    before = panel.did("dump")
    made = _label(panel, "wrong")
    assert panel.did("dump") != before
    answer = json.loads(panel.did("undo", str(made), "--json").splitlines()[-1])
    assert (answer["taken_back"], answer["left"]) == (1, 0)
    assert panel.did("dump") == before
    newest = json.loads(panel.did("journal", "--json"))["changesets"][0]
    assert (newest["undoes"], newest["id"]) == (made, answer["changeset"])
    assert newest["title"] == "Undid: Made wrong"


def test_undoing_twice_or_what_never_was_is_refused(panel: Panel) -> None:
    made = _label(panel, "wrong")
    panel.did("undo", str(made))
    for changeset_id in (str(made), "999"):
        refused = panel.run("undo", changeset_id)
        assert (refused.exit_code, refused.stdout) == (1, "")
        assert refused.stderr.startswith("Error: ")


def test_undo_names_what_it_left(panel: Panel) -> None:
    with panel.session() as session:
        with changeset(session, SYSTEM, "Two") as done:
            session.add_all([first := Label(name="first"), Label(name="second")])
        two = done.id
        with changeset(session, SYSTEM, "Later"):
            first.name = "first, changed"
    result = panel.run("undo", str(two))
    assert result.exit_code == 0
    assert "label 1" in result.stderr
    assert "1 rows taken back, 1 left" in result.stdout


def test_what_was_changed_from_outside_is_listed_and_taken_back(panel: Panel) -> None:
    _label(panel, "ours")
    before = panel.did("dump")
    with create_engine(panel.url, poolclass=NullPool).begin() as connection:
        connection.execute(text("UPDATE label SET name = 'theirs'"))
    assert panel.did("dump") != before
    (found,) = json.loads(panel.did("journal", "--json"))["outside"]
    assert f"--outside {found['first']} {found['last']}" in panel.did("journal")
    answer = json.loads(panel.did("undo", "--outside", str(found["first"]), str(found["last"]), "--json"))
    assert (answer["taken_back"], answer["left"]) == (1, 0)
    assert panel.did("dump") == before
    assert json.loads(panel.did("journal", "--json"))["outside"] == []
    assert panel.run("undo", "--outside", str(found["first"]), str(found["last"])).exit_code == 1
    assert panel.run("undo").exit_code == 2


# --- check ------------------------------------------------------------------------------------------------------


def test_a_seeded_database_is_well(panel: Panel) -> None:
    _seed(panel, customers=40)
    assert panel.did("check") == "All is well.\n"
    assert json.loads(panel.did("check", "--json")) == {"problems": []}


def test_a_missing_trigger_is_found(panel: Panel) -> None:
    engine = create_engine(panel.url, poolclass=NullPool)
    with engine.begin() as connection:
        on = " ON customer" if engine.dialect.name == "postgresql" else ""
        connection.execute(text(f"DROP TRIGGER journal_customer_update{on}"))
    result = panel.run("check")
    assert result.exit_code == 1
    assert "journal_customer_update" in result.stderr


@pytest.mark.parametrize(
    ("key", "value"), [("unheard_of", '"x"'), ("bin_days", '"many"'), ("deleting", '"sometimes"'), ("bin_days", "{")]
)
def test_a_setting_that_does_not_fit_is_found(panel: Panel, key: str, value: str) -> None:
    with panel.session() as session, changeset(session, SYSTEM, "Set"):
        session.add(Setting(key=key, value=value))
    result = panel.run("check")
    assert result.exit_code == 1
    assert f"The setting {key}" in result.stderr


def test_a_reference_to_nothing_is_found(panel: Panel) -> None:
    _seed(panel)
    engine = create_engine(panel.url, poolclass=NullPool)
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.connection.cursor().execute("PRAGMA foreign_keys = OFF")
            connection.connection.cursor().execute("DELETE FROM customer WHERE id = 1")
            expected = "refers to a row of customer"
        else:
            connection.execute(text("ALTER TABLE address DISABLE TRIGGER ALL"))
            connection.commit()
            expected = "address is not checked"
    result = panel.run("check")
    assert result.exit_code == 1
    assert expected in result.stderr
    with panel.session() as session:
        assert session.get(Customer, 2) is not None
