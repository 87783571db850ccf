"""A source is all that a connector has to add: what it yields goes through the plan like the rows of a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from importers import looking, planning
from importers import run as steps
from importers.files import Fault, Layout, Sheet
from importers.listing import Listing
from importers.run import Choices
from importers.sources import Deleted, Faulty, Item, Party, Progress, Source, gather
from models.errors import Refused
from models.imports import ImportRun
from tests.importers.helpers import CUSTOMERS, Desk, desk_of

LAYOUT = Layout(("number", "name", "phone", "email"), {"name": (20,)})


class Service:
    """A service that answers with two pages, as a bookkeeping package would."""

    name = "Bookkeeping"
    layout = LAYOUT
    columns: Sequence[int] = range(1, 5)

    def __init__(self, *items: Item) -> None:
        self._items = items

    def items(self) -> Iterator[Item]:
        yield from self._items


def party(place: int, **values: str) -> Party:
    return Party(place, LAYOUT.row(values))


@pytest.fixture
def desk(session: Session, tmp_path: Path) -> Desk:
    return desk_of(session, tmp_path)


def received(desk: Desk, source: Source, choices: Choices | None = None) -> ImportRun:
    run = looking.receive(desk.session, desk.looker, desk.folder, source, CUSTOMERS, choices=choices)
    planning.make_plan(desk.session, desk.looker, desk.folder, run.id)
    return run


def test_parties_deletions_problems_and_progress_of_a_service_end_in_a_plan(desk: Desk) -> None:
    heard: list[Progress] = []
    source = Service(
        Progress(0, 3),
        party(1, number="1", name="Acme", phone="020 1234567"),
        party(2, number="2", name="Beta"),
        Deleted("77"),
        Progress(2, 3),
        party(3, number="3", name="Gamma"),
        Faulty(3, 3, Fault.TOO_LONG, "99999"),
    )
    run = looking.receive(desk.session, desk.looker, desk.folder, source, CUSTOMERS, tell=heard.append)
    assert heard == [Progress(0, 3), Progress(2, 3)]
    planning.make_plan(desk.session, desk.looker, desk.folder, run.id)
    assert desk.statuses(run) == {1: "new", 2: "new", 3: "rejected"}
    assert [(note["code"], note["values"]) for note in run.options["notes"]] == [("GONE_LEFT_ALONE", {"count": 1})]
    desk.commit(run)
    assert [row["company_name"] for row in desk.table("customer")] == ["Acme", "Beta"]


def test_the_same_answer_a_second_time_changes_nothing(desk: Desk) -> None:
    source = Service(party(1, number="1", name="Acme", phone="020 1234567"))
    desk.commit(received(desk, source))
    assert desk.statuses(received(desk, source)) == {1: "unchanged"}


def test_what_a_service_does_not_speak_of_is_left_and_what_it_calls_empty_is_emptied_if_wanted(desk: Desk) -> None:
    desk.commit(received(desk, Service(party(1, number="1", name="Acme", phone="020 1", email="a@b.example"))))
    emptied = received(desk, Service(party(1, number="1", name="Acme", phone="")), Choices(empty_clears=True))
    desk.commit(emptied)
    found = desk.one("customer", number="1")
    assert (found["phone"] or "", found["email"]) == ("", "a@b.example")


def test_a_service_may_cut_names_too(desk: Desk) -> None:
    desk.commit(received(desk, Service(party(1, number="1", name="A firm with a name of its own"))))
    cut = received(desk, Service(party(1, number="1", name="A firm with a name o")))
    assert desk.statuses(cut) == {1: "unchanged"}


def test_a_service_with_nothing_to_tell_leaves_nothing_behind(desk: Desk) -> None:
    with pytest.raises(Refused):
        received(desk, Service(Progress(0, 0)))
    assert list(desk.folder.iterdir()) == []
    assert desk.table("import_run") == []


def test_a_service_is_asked_once_even_when_the_plan_is_made_again(desk: Desk) -> None:
    run = received(desk, Service(party(1, number="1", name="Acme"), party(2, number="1", name="Beta")))
    assert desk.statuses(run) == {1: "duplicate", 2: "duplicate"}
    desk.decide(run, row_1="take", row_2="skip")
    assert desk.statuses(run)[1] == "new"


def test_a_spreadsheet_is_a_source_among_them(desk: Desk) -> None:
    run = desk.upload(b"Nr;Naam;Onbekend;Labels;Label 2\n1;Acme;x;A;B\n\n2;Beta;y;;C\n")
    sheet = steps.reread(run, desk.folder).sheets[0]
    listing: Source = Listing(sheet, 1, {"number": [0], "name": [1], "labels": [3, 4]})
    taken = gather(listing)
    assert taken.layout == Layout(("number", "name", "", "labels", "labels"), tells_absent=False)
    assert taken.layout is not None
    assert taken.layout.mapping == {"number": [0], "name": [1], "labels": [3, 4]}
    assert list(taken.numbered()) == [(2, ("1", "Acme", "x", "A", "B")), (4, ("2", "Beta", "y", None, "C"))]


def test_what_was_wrong_with_a_cell_of_a_spreadsheet_stays_at_its_place(desk: Desk) -> None:
    sheet = Sheet("Blad1", rows=[("Nr", "Naam"), ("1", None)], numbers=[3, 4], columns=[2, 5])
    (found,) = [item for item in Listing(sheet, 3, {"number": [0]}).items() if isinstance(item, Party)]
    assert found == Party(4, ("1", None))
    assert gather(Listing(sheet, 3, {"number": [0]})).columns == [2, 5]
