"""Out, through a spreadsheet program, and in again: only what a person changed is written, and nobody is overwritten."""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import random
import shutil
import subprocess
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import select
from sqlalchemy.orm import Session

from importers import planning
from importers.columns import COLUMNS
from importers.export import everything
from importers.files import Unreadable
from importers.marks import Mark, Stamp, use_secret
from importers.reading import first_of
from importers.terms import TITLE_LANGUAGES
from importers.workbooks import rejected
from models import access, journal
from models.access import SYSTEM, Looker
from models.base import Base, utc_now
from models.customer import Customer, Kind
from models.imports import ImportKind, ImportRun
from models.journal import changeset
from models.operations import dump, seed
from tests import factories
from tests.conftest import Cast
from tests.importers.helpers import CONTACTS, CUSTOMERS, Desk, desk_of
from tests.importers.test_export import full

Edit = Callable[[Worksheet], None]
# How many customers go through the spreadsheet program; the whole proof takes 10000.
ROWS = int(os.environ.get("KAARTENBAK_ROUND_TRIP_ROWS", "400"))
SOFFICE = shutil.which("soffice")


@pytest.fixture
def desk(session: Session, tmp_path: Path) -> Desk:
    return desk_of(session, tmp_path)


def out(desk: Desk, kind: ImportKind = CUSTOMERS, language: str = "en", looker: Looker = SYSTEM) -> bytes:
    return b"".join(everything(desk.session, looker, kind, "xlsx", language))


def edited(content: bytes, edit: Edit) -> bytes:
    """The workbook as a spreadsheet program would save it after these edits of its sheet."""
    book = load_workbook(io.BytesIO(content))
    edit(book.worksheets[0])
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def column_of(sheet: Worksheet, key: str, kind: ImportKind = CUSTOMERS, language: str = "en") -> int:
    title = COLUMNS[kind][key].title(language)
    return next(cell.column for cell in sheet[1] if cell.value == title)


def row_of(sheet: Worksheet, name: str) -> int:
    return next(cell.row for row in sheet.iter_rows(min_row=2) for cell in row if cell.value == name)


def writing(who: str, of: ImportKind = CUSTOMERS, /, **values: Any) -> Edit:
    """Write values into the row of somebody; `head_office__city` is head_office.city."""

    def edit(sheet: Worksheet) -> None:
        row = row_of(sheet, who)
        for key, value in values.items():
            sheet.cell(row, column_of(sheet, key.replace("__", "."), of)).value = value

    return edit


def planned(desk: Desk, content: bytes, kind: ImportKind = CUSTOMERS) -> ImportRun:
    run = desk.upload(content, kind)
    planning.make_plan(desk.session, desk.looker, desk.folder, run.id)
    return run


def said(desk: Desk, run: ImportRun) -> dict[int, tuple[str, dict[str, Any], list[str]]]:
    """Row -> status, what changes, and what is said, for all rows of which there is something to say."""
    return {
        number: (row.status.value, row.diff, [problem["code"] for problem in row.problems])
        for number, row in desk.rows(run).items()
        if row.status.value != "unchanged" or row.problems
    }


def three(desk: Desk) -> None:
    for number, name in enumerate(("Acme", "Beta", "Gamma"), 1):
        factories.customer(
            desk.session,
            number=f"K-{number}",
            company_name=name,
            phone=f"020 555 00{number}0",
            email=f"info@{name.lower()}.example",
        )


def change(desk: Desk, name: str, **values: Any) -> None:
    """What somebody else does in the meantime."""
    with changeset(desk.session, SYSTEM, "Meanwhile"):
        customer = desk.session.scalars(select(Customer).where(Customer.name == name)).one()
        for key, value in values.items():
            setattr(customer, key, value)


# The workbook --------------------------------------------------------------------------------------------------------


def test_the_workbook_hides_its_marks_and_offers_lists(desk: Desk) -> None:
    full(desk.session)
    book = load_workbook(io.BytesIO(out(desk)))
    sheet, behind = book.worksheets
    assert (sheet.sheet_state, behind.sheet_state) == ("visible", "hidden")
    assert sheet.column_dimensions["B"].hidden
    assert sheet.auto_filter.ref == f"A1:{sheet.cell(1, sheet.max_column).coordinate.rstrip('1')}4"
    rules = {next(iter(rule.sqref.ranges)).min_col: rule for rule in sheet.data_validations.dataValidation}
    assert (rules[2].type, rules[2].formula1) == ("custom", "FALSE")

    def words(key: str) -> list[str]:
        place = rules[column_of(sheet, key)].formula1.partition("!")[2]
        return [row[0].value for row in behind[place.replace("$", "")]]

    assert words("status") == ["Prospect"]
    assert words("labels") == ["Monthly invoice", "Transport"]
    assert words("expenses_billable") == ["yes", "no"]
    assert words("kind") == ["company", "person"]
    assert {"NL", "SE"} <= {*words("head_office.country")}
    assert "sanne@kaartenbak.example" in words("owner")
    assert words("archived") == ["yes", "no"]


@pytest.mark.parametrize("kind", [CUSTOMERS, CONTACTS])
def test_titles_tell_the_columns_apart_in_every_language(kind: ImportKind) -> None:
    for language in TITLE_LANGUAGES:
        titles = [column.title(language) for column in COLUMNS[kind].values() if not column.only_in]
        assert len({*titles}) == len(titles)


@pytest.mark.parametrize("kind", [CUSTOMERS, CONTACTS])
def test_a_workbook_saved_again_changes_nothing(desk: Desk, kind: ImportKind) -> None:
    full(desk.session)
    for language in TITLE_LANGUAGES:
        run = planned(desk, edited(out(desk, kind, language), lambda sheet: None), kind)
        assert (run.options["returned"]["count"], said(desk, run)) == (0, {})


# One row -------------------------------------------------------------------------------------------------------------


def test_only_the_cell_that_was_changed_is_written(desk: Desk) -> None:
    three(desk)
    content = edited(out(desk), writing("Beta", phone="0800 1234"))
    change(desk, "Beta", email="new@beta.example", website="https://beta.example")
    change(desk, "Acme", phone="0900 1")
    run = planned(desk, content)
    assert said(desk, run) == {3: ("changed", {"phone": ["020 555 0020", "0800 1234"]}, [])}
    desk.commit(run)
    beta, acme = desk.one("customer", name="Beta"), desk.one("customer", name="Acme")
    assert (beta["phone"], beta["email"], beta["website"]) == ("0800 1234", "new@beta.example", "https://beta.example")
    assert acme["phone"] == "0900 1"


def test_what_both_changed_is_asked_field_by_field_and_not_written(desk: Desk) -> None:
    three(desk)
    content = edited(out(desk), writing("Beta", phone="mine", email="mine@beta.example", nickname="B"))
    change(desk, "Beta", phone="theirs", email="theirs@beta.example")
    run = planned(desk, content)
    assert desk.statuses(run)[3] == "ambiguous"
    problems = {one["values"]["key"]: one for one in desk.rows(run)[3].problems}
    assert problems["phone"]["code"] == "BOTH_CHANGED"
    phone = problems["phone"]["values"]
    assert (phone["exported"], phone["theirs"], phone["mine"]) == ("020 555 0020", "theirs", "mine")
    assert problems["email"]["values"]["exported"] == "info@beta.example"

    desk.decide(run, row_3="phone=mine")
    assert desk.statuses(run)[3] == "ambiguous"
    desk.decide(run, row_3="phone=mine email=theirs")
    assert desk.statuses(run)[3] == "changed"
    desk.commit(run)
    beta = desk.one("customer", name="Beta")
    assert (beta["phone"], beta["email"], beta["nickname"]) == ("mine", "theirs@beta.example", "B")


def test_rows_that_stayed_out_are_weighed_again_when_they_come_back_once_more(desk: Desk) -> None:
    three(desk)
    content = edited(out(desk), writing("Beta", phone="mine", nickname="B"))
    change(desk, "Beta", phone="theirs")
    change(desk, "Acme", phone="theirs")
    run = planned(desk, content)
    again = planned(desk, edited(rejected(desk.session, run), writing("K-2", email="new@beta.example")))
    [(status, _, problems)] = said(desk, again).values()
    assert (status, problems) == ("ambiguous", ["BOTH_CHANGED"])
    desk.decide(again, row_2="phone=theirs")
    desk.commit(again)
    beta = desk.one("customer", name="Beta")
    assert (beta["phone"], beta["nickname"], beta["email"]) == ("theirs", "B", "new@beta.example")


def test_the_same_change_on_both_sides_is_no_change(desk: Desk) -> None:
    three(desk)
    content = edited(out(desk), writing("Beta", phone="0800 1", head_office__country="Netherlands"))
    change(desk, "Beta", phone="0800 1")
    beta = desk.session.scalars(select(Customer).where(Customer.name == "Beta")).one()
    factories.address(desk.session, beta, country="NL", city=None, is_head_office=True)
    run = planned(desk, content)
    assert said(desk, run) == {}


def test_an_emptied_cell_empties_the_field_and_a_name_stays(desk: Desk) -> None:
    three(desk)
    run = planned(desk, edited(out(desk), writing("Beta", phone=None, company_name=None, name="Beta")))
    assert said(desk, run) == {3: ("changed", {"phone": ["020 555 0020", ""]}, ["KEPT_ALTHOUGH_EMPTY"])}
    desk.commit(run)
    assert desk.one("customer", name="Beta")["phone"] is None


def test_what_an_import_cannot_change_is_said(desk: Desk) -> None:
    three(desk)
    run = planned(desk, edited(out(desk), writing("Beta", archived="yes")))
    assert said(desk, run) == {3: ("unchanged", {}, ["ARCHIVES_NOBODY"])}


@pytest.mark.parametrize("key", ["name", "company_name"])
def test_a_new_name_in_either_column_is_the_new_name(desk: Desk, key: str) -> None:
    three(desk)
    run = planned(desk, edited(out(desk), writing("K-2", **{key: "Beta Holding"})))
    assert said(desk, run) == {3: ("changed", {"company_name": ["Beta", "Beta Holding"]}, [])}


def test_a_person_stays_one_whatever_part_of_the_name_changes(desk: Desk) -> None:
    factories.customer(desk.session, number="K-1", kind=Kind.PRIVATE, first_name="Jan", last_name="de Vries")
    content = out(desk)
    for values, diff in (
        ({"last_name": "de Groot"}, {"last_name": ["de Vries", "de Groot"]}),
        ({"first_name": "Piet"}, {"first_name": ["Jan", "Piet"]}),
        ({"name": "Piet de Vries"}, {"first_name": ["Jan", "Piet"]}),
    ):
        assert said(desk, planned(desk, edited(content, writing("K-1", **values)))) == {2: ("changed", diff, [])}


def test_main_contact_and_bank_account_keep_who_they_are(desk: Desk) -> None:
    full(desk.session)
    edit = writing("K-1", main_contact__email="new@nordhamn.example", bic="INGBNL2A", invoice_address__city="Meppel")
    run = planned(desk, edited(out(desk), edit))
    assert said(desk, run) == {
        4: (
            "changed",
            {
                "main_contact.email": ["ingrid@nordhamn.example", "new@nordhamn.example"],
                "bic": ["ABNANL2A", "INGBNL2A"],
                "invoice_address.city": ["Zwolle", "Meppel"],
            },
            [],
        )
    }
    desk.commit(run)
    assert len(desk.table("bank_account")) == 1
    assert len(desk.table("contact")) == 4


def test_an_invoice_address_that_parts_from_the_head_office_keeps_the_rest(desk: Desk) -> None:
    three(desk)
    beta = desk.session.scalars(select(Customer).where(Customer.name == "Beta")).one()
    both = {"street": "Kade 1", "postal_code": "1234 AB", "city": "Zwolle", "country": "NL"}
    factories.address(desk.session, beta, **both, is_head_office=True, is_invoice=True)
    run = planned(desk, edited(out(desk), writing("Beta", invoice_address__street="Postbus 1")))
    assert said(desk, run) == {3: ("changed", {"invoice_address.street": ["Kade 1", "Postbus 1"]}, [])}
    desk.commit(run)
    office, invoice = desk.one("address", is_head_office=True), desk.one("address", is_invoice=True)
    assert {key: office[key] for key in both} == both
    assert {key: invoice[key] for key in both} == {**both, "street": "Postbus 1"}


def test_labels_of_both_sides_are_put_together(desk: Desk) -> None:
    three(desk)
    beta = desk.session.scalars(select(Customer).where(Customer.name == "Beta")).one()
    labels = {name: factories.label(desk.session, name=name) for name in ("Old", "Kept", "Mine", "Theirs")}
    for name in ("Old", "Kept"):
        factories.put_label(desk.session, labels[name], customer=beta)
    content = out(desk)
    alone = planned(desk, edited(content, writing("Beta", labels="Mine; Kept")))
    assert said(desk, alone) == {3: ("changed", {"labels": [["Old"], ["Mine"]]}, [])}
    assert said(desk, planned(desk, edited(content, writing("Beta", labels="Old; Kept")))) == {}
    factories.put_label(desk.session, labels["Theirs"], customer=beta)
    both = planned(desk, edited(content, writing("Beta", labels="Mine; Kept")))
    assert said(desk, both) == {3: ("changed", {"labels": [["Old"], ["Mine"]]}, [])}
    desk.commit(both)
    names = {label.id: name for name, label in labels.items()}
    assert {names[row["label_id"]] for row in desk.table("customer_label")} == {"Kept", "Mine", "Theirs"}


def test_a_number_that_is_somebody_elses_stays_theirs(desk: Desk) -> None:
    three(desk)
    run = planned(desk, edited(out(desk), writing("Beta", number="K-3")))
    assert said(desk, run) == {3: ("rejected", {}, ["NUMBER_UNSEEN"])}
    run = planned(desk, edited(out(desk), writing("Beta", number="K-9")))
    assert said(desk, run) == {3: ("changed", {"number": ["K-2", "K-9"]}, [])}


def test_contacts_keep_their_customer_and_their_name(desk: Desk) -> None:
    full(desk.session)
    edit = writing("Ingrid", CONTACTS, customer__function="Director", phone="0800 1", last_name="Berg")
    run = planned(desk, edited(out(desk, CONTACTS), edit), CONTACTS)
    [(status, diff, problems)] = said(desk, run).values()
    assert (status, problems) == ("changed", [])
    assert diff == {
        "last_name": ["van der Berg", "Berg"],
        "phone": ["+46 8 555 010 21", "0800 1"],
        "customer.function": ["Buyer", "Director"],
    }
    desk.commit(run)
    assert (len(desk.table("contact")), len(desk.table("customer_contact"))) == (4, 1)


# Rows and columns ----------------------------------------------------------------------------------------------------


def test_rows_that_were_added_are_new_and_rows_that_were_removed_stay(desk: Desk) -> None:
    three(desk)

    def edit(sheet: Worksheet) -> None:
        sheet.delete_rows(row_of(sheet, "Beta"))
        sheet.cell(9, column_of(sheet, "company_name")).value = "Delta"
        sheet.cell(9, column_of(sheet, "phone")).value = "0800 1"

    run = planned(desk, edited(out(desk), edit))
    assert desk.statuses(run) == {2: "unchanged", 3: "unchanged", 9: "new"}
    assert (run.options["returned"]["count"], run.options["returned"]["names"]) == (1, ["Beta"])
    desk.commit(run)
    assert sorted(row["name"] for row in desk.table("customer")) == ["Acme", "Beta", "Delta", "Gamma"]


def test_moved_rows_and_moved_renamed_and_removed_columns_do_no_harm(desk: Desk) -> None:
    three(desk)

    def edit(sheet: Worksheet) -> None:
        writing("Gamma", phone="0800 1")(sheet)
        rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
        header, body = rows[0], rows[:0:-1]
        gone = column_of(sheet, "email") - 1
        header[column_of(sheet, "phone") - 1] = "Telefoonnummer"
        turned = [[value for at, value in enumerate(row) if at != gone][::-1] for row in (header, *body)]
        sheet.delete_rows(1, 10)
        for at, row in enumerate((["A list of ours"], *turned), 1):
            for position, value in enumerate(row, 1):
                sheet.cell(at, position).value = value

    run = planned(desk, edited(out(desk), edit))
    assert said(desk, run) == {3: ("changed", {"phone": ["020 555 0030", "0800 1"]}, [])}


def test_rows_that_a_filter_hides_are_not_missed(desk: Desk) -> None:
    three(desk)

    def edit(sheet: Worksheet) -> None:
        writing("Beta", phone="0800 1")(sheet)
        sheet.row_dimensions[row_of(sheet, "Beta")].hidden = True

    for shown in (False, True):

        def show(sheet: Worksheet, shown: bool = shown) -> None:
            edit(sheet)
            sheet.column_dimensions["B"].hidden = not shown

        run = planned(desk, edited(out(desk), show))
        assert run.options["returned"]["count"] == 0
        assert desk.statuses(run) == {2: "unchanged", 3: "changed", 4: "unchanged"}


def test_a_row_that_was_copied_has_to_be_decided(desk: Desk) -> None:
    three(desk)

    def edit(sheet: Worksheet) -> None:
        for cell in [*sheet[row_of(sheet, "Beta")]]:
            sheet.cell(9, cell.column).value = cell.value
        sheet.cell(9, column_of(sheet, "company_name")).value = "Beta Two"
        sheet.cell(9, column_of(sheet, "name")).value = "Beta Two"

    run = planned(desk, edited(out(desk), edit))
    assert said(desk, run) == {3: ("duplicate", {}, ["SAME_TWICE"]), 9: ("duplicate", {}, ["SAME_TWICE"])}
    desk.decide(run, row_3="take", row_9="new")
    assert desk.statuses(run) == {2: "unchanged", 3: "unchanged", 4: "unchanged", 9: "new"}
    desk.commit(run)
    assert desk.one("customer", name="Beta Two")["number"] not in {"K-1", "K-2", "K-3"}
    assert desk.one("customer", name="Beta")["number"] == "K-2"


def test_an_untouched_copy_of_a_row_is_nothing(desk: Desk) -> None:
    three(desk)

    def edit(sheet: Worksheet) -> None:
        for cell in [*sheet[3]]:
            sheet.cell(9, cell.column).value = cell.value

    assert said(desk, planned(desk, edited(out(desk), edit))) == {}


def test_a_table_that_was_sorted_in_part_is_asked_about(desk: Desk) -> None:
    three(desk)

    def edit(sheet: Worksheet) -> None:
        marks = [sheet.cell(row, 2).value for row in (2, 3, 4)]
        for row, mark in zip((2, 3, 4), (marks[1], marks[2], marks[0]), strict=True):
            sheet.cell(row, 2).value = mark

    before = desk.table("customer")
    run = planned(desk, edited(out(desk), edit))
    assert {one[2][0] for one in said(desk, run).values()} == {"MIXED_UP"}
    assert desk.statuses(run) == dict.fromkeys((2, 3, 4), "ambiguous")
    desk.decide(run, row_2="new", row_3="new")
    desk.session.rollback()
    assert desk.table("customer") == before


def test_a_record_that_is_gone_is_shown(desk: Desk) -> None:
    three(desk)
    content = edited(out(desk), writing("Beta", phone="0800 1"))
    with changeset(desk.session, SYSTEM, "Gone"):
        desk.session.delete(desk.session.scalars(select(Customer).where(Customer.name == "Beta")).one())
    run = planned(desk, content)
    assert said(desk, run) == {3: ("ambiguous", {}, ["GONE_SINCE"])}
    desk.decide(run, row_3="new")
    desk.commit(run)
    assert desk.one("customer", name="Beta")["number"] == "K-2"


def test_an_archived_record_is_not_written(desk: Desk) -> None:
    three(desk)
    content = edited(out(desk), writing("Beta", phone="0800 1"))
    change(desk, "Beta", archived_at=utc_now())
    assert said(desk, planned(desk, content)) == {3: ("rejected", {}, ["ARCHIVED"])}


# Whose it is ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def another_secret() -> Iterator[None]:
    use_secret("the secret of another panel, which is long")
    yield
    use_secret("the secret of this panel, which is long")


def test_a_token_that_was_tampered_with_is_seen(desk: Desk) -> None:
    three(desk)

    def edit(sheet: Worksheet) -> None:
        writing("Beta", phone="0800 1")(sheet)
        token = str(sheet.cell(3, 2).value)
        sheet.cell(3, 2).value = token[:-1] + ("A" if token[-1] != "A" else "B")
        sheet.cell(4, 2).value = "3.0.."

    run = planned(desk, edited(out(desk), edit))
    assert said(desk, run) == dict.fromkeys((3, 4), ("rejected", {}, ["MARK_BROKEN"]))


def test_halves_of_letters_and_other_rubbish_are_no_token(desk: Desk) -> None:
    three(desk)
    text = str(load_workbook(io.BytesIO(out(desk))).worksheets[0].cell(1, 2).value)
    mark = Mark.read(text)
    assert mark is not None
    stamp = Stamp(mark, text)
    assert stamp.cell(1, "name", "\ud800 a") == stamp.cell(1, "name", "a")
    for rubbish in ("", ".", "...", "\ud800", "1.1.\ud800.x", "é", text):
        assert stamp.read(rubbish) is None
        assert Mark.read(f"kaartenbak:1:{rubbish}") is None
        assert stamp.unlisted([rubbish]) is None
        assert stamp.unlisted([text, rubbish, f"end.{rubbish}"]) is None


def test_values_that_an_import_would_not_take_are_left_alone_and_their_column_is_known(desk: Desk) -> None:
    three(desk)
    for number, customer in enumerate(desk.session.scalars(select(Customer)).all()):
        factories.address(desk.session, customer, country="?!", city=f"City {number}", is_head_office=True)
    run = planned(desk, edited(out(desk), writing("Beta", head_office__country="SE")))
    assert said(desk, run) == {3: ("changed", {"head_office.country": ["?!", "SE"]}, [])}


def test_a_token_of_another_export_does_not_count(desk: Desk) -> None:
    three(desk)
    older = load_workbook(io.BytesIO(out(desk))).worksheets[0].cell(3, 2).value

    def edit(sheet: Worksheet) -> None:
        sheet.cell(3, 2).value = older

    assert said(desk, planned(desk, edited(out(desk), edit))) == {3: ("rejected", {}, ["MARK_BROKEN"])}


def test_a_workbook_of_another_panel_is_a_list_like_any_other(desk: Desk, another_secret: None) -> None:
    three(desk)
    content = edited(out(desk), writing("Beta", phone="0800 1"))
    use_secret("the secret of this panel, which is long")
    run = planned(desk, content)
    assert run.options["returned"] is None
    assert [note["code"] for note in run.options["notes"]] == ["MARK_UNKNOWN"]
    assert desk.statuses(run) == {2: "unchanged", 3: "changed", 4: "unchanged"}


def test_contacts_do_not_come_in_as_customers(desk: Desk) -> None:
    full(desk.session)
    with pytest.raises(Unreadable, match="import contacts"):
        desk.upload(out(desk, CONTACTS), CUSTOMERS)


def test_a_workbook_of_a_database_that_began_anew_is_a_list_like_any_other(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    three(desk)
    monkeypatch.setattr(journal, "position", lambda session: 10_000)
    content = out(desk)
    monkeypatch.undo()
    assert planned(desk, content).options["returned"] is None


def test_without_the_sheet_behind_nobody_can_say_what_was_removed(desk: Desk) -> None:
    three(desk)
    book = load_workbook(io.BytesIO(edited(out(desk), writing("Beta", phone="0800 1"))))
    copy = Workbook()
    for row in book.worksheets[0].iter_rows(values_only=True):
        copy.worksheets[0].append(row)
    saved = io.BytesIO()
    copy.save(saved)
    run = planned(desk, saved.getvalue())
    assert run.options["returned"]["count"] is None
    assert desk.statuses(run) == {2: "unchanged", 3: "changed", 4: "unchanged"}


def test_who_may_see_less_writes_less(session: Session, tmp_path: Path, cast: Cast) -> None:
    mine = factories.customer(session, number="K-1", company_name="Mine", phone="1")
    factories.customer(session, number="K-2", company_name="Secret", phone="2", hourly_rate=Decimal("95.50"))
    read_only = factories.customer(session, number="K-3", company_name="Shown", phone="3")
    role = factories.role(session, rights=frozenset({"view", "edit"}))
    factories.access(session, mine, role, cast.charlie)
    factories.access(session, read_only, factories.role(session, rights=frozenset({"view"})), cast.charlie)
    with changeset(session, SYSTEM, "Set up"):
        cast.charlie.role_id = factories.role(session, rights=frozenset({"import", "export"})).id
    desk = desk_of(session, tmp_path)

    def edit(sheet: Worksheet) -> None:
        for name in ("Mine", "Secret", "Shown"):
            writing(name, phone="0800 1", hourly_rate=12)(sheet)

    content = edited(out(desk), edit)
    charlie = access.looker_for(session, cast.charlie)
    access.look_as(session, charlie)
    desk.looker = charlie
    run = planned(desk, content)
    assert said(desk, run) == {
        2: ("changed", {"phone": ["1", "0800 1"]}, []),
        3: ("ambiguous", {}, ["GONE_SINCE"]),
        4: ("rejected", {}, ["NO_RIGHT"]),
    }
    assert "hourly_rate" not in run.mapping
    own = load_workbook(io.BytesIO(out(desk, looker=charlie))).worksheets[0]
    assert COLUMNS[CUSTOMERS]["hourly_rate"].title() not in [cell.value for cell in own[1]]


# The whole way -------------------------------------------------------------------------------------------------------


def through_libreoffice(content: bytes, folder: Path, form: str = "xlsx:Calc MS Excel 2007 XML") -> bytes:
    """The workbook opened and saved by LibreOffice, or fully loaded and saved by openpyxl where that is missing."""
    if SOFFICE is None:
        return edited(content, lambda sheet: None)
    folder.mkdir(exist_ok=True)
    (folder / "in.xlsx").write_bytes(content)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    arguments = [SOFFICE, profile, "--headless", "--convert-to", form]
    arguments += ["--outdir", str(folder / "out"), str(folder / "in.xlsx")]
    subprocess.run(arguments, check=True, capture_output=True, timeout=600)
    return (folder / "out" / "in").with_suffix(f".{form.partition(':')[0]}").read_bytes()


# What is edited in the workbook and by others: the key of the column, and the attribute.
FIELDS = {"phone": "phone", "nickname": "nickname", "website": "website", "reference": "reference"}


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed.")
@pytest.mark.parametrize("form", ["xlsx", "ods", "xls"])
def test_what_libreoffice_saves_unchanged_changes_nothing(desk: Desk, tmp_path: Path, form: str) -> None:
    full(desk.session)
    factories.customer(
        desk.session, number="K-9", company_name="a_x000D_b \U0001f600 c", reference="'=1", nickname="007"
    )
    for kind in (CUSTOMERS, CONTACTS):
        run = planned(desk, through_libreoffice(out(desk, kind, "nl"), tmp_path, form), kind)
        assert (run.options["returned"]["count"], said(desk, run)) == (0, {})


def test_edits_from_a_spreadsheet_program_go_in_or_are_asked_and_nothing_else_is_written(
    desk: Desk, tmp_path: Path
) -> None:
    seed.seed(desk.session, SYSTEM, customers=ROWS, seed=4, today=dt.date(2026, 11, 21))
    edits, theirs = ROWS // 50, ROWS * 3 // 100
    chance = random.Random(7)
    customers = {row["number"]: row for row in desk.table("customer") if row["archived_at"] is None}
    numbers = sorted(customers)
    # A third of the edits are of a field that others change as well.
    touched = chance.sample(numbers, edits)
    mine = {(number, chance.choice([*FIELDS])): f"mine {at}" for at, number in enumerate(touched)}
    both = dict.fromkeys(list(mine)[: edits // 3])
    others = chance.sample(sorted({*numbers} - {number for number, _ in both}), theirs - len(both))
    meanwhile = {**both, **{(number, chance.choice([*FIELDS])): None for number in others}}
    both = {pair: None for pair in meanwhile if pair in mine}

    def edit(sheet: Worksheet) -> None:
        at = {key: column_of(sheet, key) for key in ("number", *FIELDS)}
        rows = {sheet.cell(row, at["number"]).value: row for row in range(2, sheet.max_row + 1)}
        for (number, key), value in mine.items():
            sheet.cell(rows[number], at[key]).value = value

    content = through_libreoffice(edited(through_libreoffice(out(desk), tmp_path), edit), tmp_path)
    with changeset(desk.session, SYSTEM, "Meanwhile"):
        for number, key in meanwhile:
            found = desk.session.scalars(select(Customer).where(Customer.number == number)).one()
            setattr(found, FIELDS[key], f"theirs {number}")
    before = {row["number"]: row for row in desk.table("customer")}
    tables = {
        name: desk.table(name) for name in ("address", "contact", "customer_contact", "bank_account", "customer_label")
    }
    run = planned(desk, content)
    assert (run.counts["changed"], run.counts["ambiguous"]) == (len(mine) - len(both), len(both))
    assert (run.counts["new"], run.counts["rejected"]) == (0, 0)
    desk.commit(run)
    after = {row["number"]: row for row in desk.table("customer")}
    written = {
        (number, key): after[number][key]
        for number in before
        for key in before[number]
        if after[number][key] != before[number][key] and key != "changed_at"
    }
    assert written == {
        (number, FIELDS[key]): value for (number, key), value in mine.items() if (number, key) not in both
    }
    assert {name: desk.table(name) for name in tables} == tables


def test_an_export_brought_into_an_empty_place_makes_the_same_dump(desk: Desk, tmp_path: Path) -> None:
    """As far as an import carries: see the decision about the workbook that comes back."""
    full(desk.session)
    customers, contacts = out(desk), out(desk, CONTACTS)
    before = carried(desk)
    with changeset(desk.session, SYSTEM, "Wipe"):
        for table in ("customer", "contact"):
            desk.session.execute(Base.metadata.tables[table].delete())
    # The main contacts come with their customers already.
    for kind, content, statuses in ((CUSTOMERS, customers, {"new"}), (CONTACTS, contacts, {"new", "changed"})):
        run = planned(desk, content, kind)
        assert {*desk.statuses(run).values()} == statuses
        desk.commit(run)
    assert carried(desk) == before


def carried(desk: Desk) -> dict[str, list[dict[str, Any]]]:
    """The dump, without keys and moments, and with rows named by what they are called instead of their keys.

    Of several addresses or numbers in one field an import takes the first.
    """
    text: list[str] = []
    dump.dump(desk.session, SYSTEM, text.append)
    tables = json.loads("".join(text))
    names = {
        "customer_id": {row["id"]: row["number"] for row in tables["customer"]},
        "contact_id": {row["id"]: row["last_name"] or row["company_name"] for row in tables["contact"]},
    }
    kept = {}
    for name in (
        "customer",
        "address",
        "bank_account",
        "customer_label",
        "contact",
        "contact_label",
        "customer_contact",
    ):
        kept[name] = sorted(
            (
                {
                    column: names[column].get(value, value)
                    if column in names
                    else first_of(value)
                    if column in {"email", "phone"} and value
                    else value
                    for column, value in row.items()
                    if column != "id" and not column.endswith("_at")
                }
                for row in tables[name]
            ),
            key=str,
        )
    return kept


def test_another_account_number_takes_the_place_of_the_one_that_was_exported(desk: Desk) -> None:
    three(desk)
    acme = desk.session.scalars(select(Customer).where(Customer.name == "Acme")).one()
    first, second = "NL88HVNK9591653909", "NL91ABNA0417164300"
    factories.bank_account(desk.session, acme, iban=first, holder="Acme", bic="HVNKNL2A")
    factories.bank_account(desk.session, acme, iban="NL20INGB0001234567")
    run = planned(desk, edited(out(desk), writing("Acme", iban=second)))
    assert said(desk, run) == {2: ("changed", {"iban": [first, second], "bic": ["HVNKNL2A", ""]}, [])}
    desk.commit(run)
    assert {row["iban"] for row in desk.table("bank_account")} == {second, "NL20INGB0001234567"}
    account = desk.one("bank_account", iban=second)
    assert (account["holder"], account["bic"]) == ("Acme", None)


def test_the_hidden_sheet_of_an_export_is_not_told_of_as_a_list(desk: Desk) -> None:
    three(desk)
    run = desk.upload(out(desk))
    assert [note["code"] for note in run.options["notes"]] == []


def test_a_row_that_was_added_to_an_export_is_new_however_little_it_holds(desk: Desk) -> None:
    for _ in range(6):
        factories.customer(desk.session, hourly_rate=Decimal(90), vat_percentage=Decimal(21))

    def add(sheet: Worksheet) -> None:
        at = sheet.max_row + 1
        sheet.cell(at, column_of(sheet, "company_name")).value = "Added B.V."

    run = planned(desk, edited(out(desk), add))
    assert [status for status, _, _ in said(desk, run).values()] == ["new"]
