"""The wizard over HTTP: every step a plain form, nothing written before the last one, and the way back."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from lxml import html
from openpyxl import Workbook, load_workbook
from sqlalchemy import URL, NullPool, create_engine, func, select, text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from importers import run as steps
from models.access import SYSTEM
from models.contact import Contact
from models.customer import Address, Customer
from models.imports import ImportMode, ImportRun, MatchRule
from models.journal import changeset
from models.user import Right, Role
from tests import factories
from tests.conftest import ClientFor
from tests.pages import PageClient

ROWS = "Klantnummer;Bedrijfsnaam;Plaats;Land\nK-1;Acme;Zwolle;NL\nK-2;Beta;Assen;Zweeden\nK-3;Gamma <b>;Assen;\n"


def text_of(answer: TestResponse) -> str:
    return " ".join(html.document_fromstring(answer.get_data(as_text=True)).text_content().split())


def count(session: Session, noun: type[Customer | Contact] = Customer) -> int:
    session.rollback()
    return session.scalar(select(func.count(noun.id))) or 0


def numbers(session: Session) -> list[str]:
    session.rollback()
    return sorted(session.scalars(select(Customer.number)))


def upload(client: PageClient, content: bytes | str = ROWS, name: str = "list.csv", **fields: str) -> TestResponse:
    raw = content.encode() if isinstance(content, str) else content
    data = {"kind": "customers", "mode": "update", **fields, "file": (io.BytesIO(raw), name)}
    return client.post("/imports/new/", data={"csrf_token": client.token(), **data}, content_type="multipart/form-data")


def planned(client: PageClient, content: bytes | str = ROWS, **fields: str) -> str:
    """The address of a run that is checked."""
    columns = upload(client, content, **fields).location
    answer = client.send(columns, step="map")
    assert answer.status_code == 302, text_of(answer)
    return columns.removesuffix("columns/")


def plan_of(answer: TestResponse) -> str:
    found = re.search(r'name="plan" value="([^"]+)"', answer.get_data(as_text=True))
    assert found
    return found[1]


def commit(client: PageClient, run: str) -> TestResponse:
    return client.send(f"{run}commit/", plan=plan_of(client.get(f"{run}check/")))


def test_northwind_goes_in_by_five_plain_forms_and_out_again_by_one(
    session: Session, client_for: ClientFor, data: Path
) -> None:
    alice = client_for("Alice")
    content = (data / "list__nwc__customers.csv").read_bytes()
    run = planned(alice, content)
    assert "91 records will be written" in text_of(alice.get(f"{run}check/"))
    assert count(session) == 0
    done = commit(alice, run)
    assert done.location == run
    assert "91 added, 0 changed" in text_of(alice.get(run))
    assert (count(session), count(session, Contact)) == (91, 91)

    again = planned(alice, content)
    assert "0 new, 0 changed, 91 unchanged" in text_of(alice.get(f"{again}check/"))
    assert commit(alice, again).status_code == 422

    undo = html.document_fromstring(alice.get(run).get_data(as_text=True)).xpath(
        "//a[contains(@href, '/undo/')]/@href"
    )[0]
    key = re.search(r"changeset=([0-9]+)", undo)
    assert key
    alice.send("/history/undo/", changeset=key[1])
    assert (count(session), count(session, Contact)) == (0, 0)
    assert "was undone" in text_of(alice.get(run))


def test_the_check_shows_every_kind_of_row_and_writes_nothing(session: Session, client_for: ClientFor) -> None:
    factories.customer(session, number="K-1", company_name="Before")
    alice = client_for("Alice")
    run = planned(alice)
    changed = text_of(alice.get(f"{run}check/?show=changed"))
    assert "Before" in changed
    assert "Acme" in changed
    assert "Gamma <b>" in text_of(alice.get(f"{run}check/?show=new"))
    assert "Did you mean Sweden?" in text_of(alice.get(f"{run}check/?show=rejected"))
    for strange in ("?show=nonsense", "?show=new&page=99999999999", "?page=-1"):
        assert alice.get(f"{run}check/{strange}").status_code == 200
    assert count(session) == 1


def test_an_import_that_an_earlier_version_left_open_can_be_opened(session: Session, client_for: ClientFor) -> None:
    alice = client_for("Alice")
    columns = upload(alice).location
    kept = session.scalars(select(ImportRun)).one()
    kept.options = {
        **kept.options,
        "notes": [{"code": "QUOTE_OPEN", "values": {}}, {"code": "SAID_NO_MORE", "values": {"row": 1}}],
    }
    session.commit()
    for page in (columns, columns.replace("columns/", "check/")):
        assert alice.get(page, follow_redirects=True).status_code == 200
    assert "Row ?: a quotation mark is opened and never closed." in text_of(alice.get(columns))


def test_a_row_can_be_unticked_and_what_is_shown_is_what_is_written(session: Session, client_for: ClientFor) -> None:
    alice = client_for("Alice")
    run = planned(alice)
    stale = plan_of(alice.get(f"{run}check/"))
    alice.send(f"{run}rows/", show="new", page="1", was=["2", "4"], row=["4"])
    refused = alice.send(f"{run}commit/", plan=stale)
    assert (refused.status_code, count(session)) == (409, 0)
    assert "1 record will be written" in text_of(refused)
    commit(alice, run)
    assert numbers(session) == ["K-3"]


def test_a_plan_under_which_a_record_moved_is_shown_again_with_that_row_first(
    session: Session, client_for: ClientFor
) -> None:
    for number in range(1, 31):
        factories.customer(session, number=f"K-{number}", company_name=f"Before {number}")
    alice = client_for("Alice")
    run = planned(alice, "Klantnummer;Naam\n" + "".join(f"K-{number};After {number}\n" for number in range(1, 31)))
    stale = plan_of(alice.get(f"{run}check/"))
    with changeset(session, SYSTEM, "By somebody else"):
        session.scalars(select(Customer).where(Customer.number == "K-30")).one().company_name = "Between"
    refused = alice.send(f"{run}commit/", plan=stale)
    assert refused.status_code == 409
    page = html.document_fromstring(refused.get_data(as_text=True))
    first = " ".join(page.xpath("//table[@data-kb-rows]/tbody/tr[1]")[0].text_content().split())
    assert "Between was changed after this was shown" in first
    assert "After 30" in first
    assert "1 row is marked" in text_of(refused)
    session.rollback()
    assert "Between" in session.scalars(select(Customer.name)).all()
    assert alice.send(f"{run}commit/", plan=stale).status_code == 409
    assert alice.send(f"{run}commit/", plan=plan_of(refused)).status_code == 302
    session.rollback()
    assert "After 30" in session.scalars(select(Customer.name)).all()


def test_rows_that_meet_a_namesake_wait_for_a_decision(session: Session, client_for: ClientFor) -> None:
    known = factories.customer(session, number="K-9", company_name="Acme")
    alice = client_for("Alice")
    run = planned(alice)
    page = alice.get(f"{run}check/?show=ambiguous")
    assert "Acme exists with the number K-9" in text_of(page)
    alice.send(f"{run}rows/", show="ambiguous", page="1", **{"decide-2": str(known.id)})
    commit(alice, run)
    assert numbers(session) == ["K-1", "K-3"]


def test_a_number_that_stands_twice_waits_for_the_row_that_counts(session: Session, client_for: ClientFor) -> None:
    alice = client_for("Alice")
    run = planned(alice, "Klantnummer;Naam\nK-1;Een\nK-1;Twee\n")
    assert "stands twice in the file, also in row 3" in text_of(alice.get(f"{run}check/?show=duplicate"))
    alice.send(f"{run}rows/", show="duplicate", page="1", **{"decide-2": "", "decide-3": "take"})
    commit(alice, run)
    session.rollback()
    assert session.scalars(select(Customer.name)).all() == ["Twee"]


def test_columns_and_header_can_be_corrected_and_going_back_loses_nothing(
    session: Session, client_for: ClientFor
) -> None:
    alice = client_for("Alice")
    columns = upload(alice, "Foo;Bar\nK-1;Acme\n").location
    page = text_of(alice.get(columns))
    assert "No header row was recognised" in page
    alice.send(columns, step="look", header="1")
    answer = alice.send(columns, **{"step": "map", "column-0": "number", "column-1": "company_name"})
    assert answer.status_code == 302
    kept = html.document_fromstring(alice.get(columns).get_data(as_text=True))
    assert kept.xpath("//select[@name='column-1']/option[@selected]/@value") == ["company_name"]
    commit(alice, columns.removesuffix("columns/"))
    assert numbers(session) == ["K-1"]


def test_names_over_two_rows_are_shown_together_and_can_be_taken_apart(session: Session, client_for: ClientFor) -> None:
    alice = client_for("Alice")
    columns = upload(alice, ";;Invoice;\nNaam;Plaats;Street;City\nAcme;Zwolle;Postbus 2;Assen\n").location

    def chosen() -> list[tuple[str, str]]:
        page = html.document_fromstring(alice.get(columns).get_data(as_text=True))
        names = [" ".join(cell.text_content().split()) for cell in page.xpath("//form[@id='columns']//tbody//th")]
        return list(zip(names, page.xpath("//select[starts-with(@name, 'column-')]/option[@selected]/@value")))

    assert chosen()[2:] == [("C Invoice Street", "invoice_address.street"), ("D Invoice City", "invoice_address.city")]
    assert "as found: over two rows" in text_of(alice.get(columns))
    alice.send(columns, step="look", header="2", two_lines="0")
    assert chosen()[2] == ("C Street", "head_office.street")
    alice.send(columns, step="look", header="2", two_lines="1")
    alice.send(columns, step="map")
    commit(alice, columns.removesuffix("columns/"))
    session.rollback()
    places = {(row.city, row.is_invoice) for row in session.scalars(select(Address))}
    assert places == {("Zwolle", False), ("Assen", True)}


LISTED = "Klantnummer;Bedrijfsnaam;Zwrt\nK-1;Acme;06-1\n"


def said(session: Session) -> tuple[ImportMode, bool, MatchRule, dict[str, list[int]]]:
    """What the only run was told: mode, what an empty cell does, by what rows are recognised, and its columns."""
    session.rollback()
    run = session.scalars(select(ImportRun)).one()
    kept = steps.choices_of(run)
    return run.mode, kept.empty_clears, kept.match, run.mapping


TOLD = {"mode": "add", "empty_clears": "1", "match": "number", "column-2": "mobile"}
KEPT = (ImportMode.ADD, True, MatchRule.NUMBER, {"number": [0], "company_name": [1], "mobile": [2]})


@pytest.mark.parametrize("button", ["Check 1 row", "Read again", "Save as profile"])
def test_columns_and_how_to_read_are_kept_together_by_every_button(
    session: Session, client_for: ClientFor, button: str
) -> None:
    alice = client_for("Alice")
    page = alice.get(upload(alice, LISTED).location)
    assert alice.press(page, button, **TOLD).status_code == 302
    assert said(session) == KEPT


@pytest.mark.parametrize("button", ["Check 1 row", "Read again", "Save as profile"])
def test_a_file_that_is_to_be_read_otherwise_is_read_again_and_columns_that_were_corrected_are_told(
    session: Session, client_for: ClientFor, button: str
) -> None:
    alice = client_for("Alice")
    columns = upload(alice, LISTED).location
    again = alice.press(alice.get(columns), button, **TOLD, encoding="cp1252")
    assert again.location == columns
    assert "The file was read again as you chose" in text_of(alice.get(columns))
    assert said(session) == (*KEPT[:3], {"number": [0], "company_name": [1]})
    alice.press(alice.get(columns), "Read again", encoding="utf-8")
    assert "The file was read again as you chose" not in text_of(alice.get(columns))


@pytest.mark.parametrize("button", ["Check 1 row", "Read again", "Save as profile"])
def test_columns_that_are_refused_stand_as_they_were_chosen(client_for: ClientFor, button: str) -> None:
    alice = client_for("Alice")
    content = "Klantnummer;Bedrijfsnaam;Zwrt;Klant sinds\nK-1;Acme;06-1;03/04/2020\n"
    page = alice.get(upload(alice, content).location)
    typed = {"column-0": "", "column-2": "company_name", "answer-3": "0", "profile_name": "Mine"}
    refused = alice.press(page, button, **typed)
    assert "Two columns go into Company name" in text_of(refused)
    assert refused.status_code == 422
    tree = html.document_fromstring(refused.text)
    chosen = {name: tree.xpath(f"//select[@name='{name}']/option[@selected]/@value") for name in typed if "-" in name}
    assert chosen == {"column-0": [], "column-2": ["company_name"], "answer-3": ["0"]}


def test_what_cannot_be_checked_yet_is_said_on_the_page(client_for: ClientFor) -> None:
    alice = client_for("Alice")
    columns = upload(alice, "Plaats;Land\nZwolle;NL\n").location
    answer = alice.send(columns, step="map")
    assert (answer.status_code, "No column holds a name" in text_of(answer)) == (422, True)
    twice = upload(alice, "Naam;Bedrijf\na1;b1\n").location
    answer = alice.send(twice, **{"step": "map", "column-0": "name", "column-1": "name"})
    assert (answer.status_code, "Two columns go into Name" in text_of(answer)) == (422, True)


@pytest.mark.parametrize(
    ("content", "why"), [(b"", "The file is empty"), (b"\x89PNG\r\n\x1a\n0000", "PNG"), (b"a\x00b,c", "NUL byte")]
)
def test_a_file_that_cannot_be_read_is_refused_with_the_reason(
    session: Session, client_for: ClientFor, content: bytes, why: str
) -> None:
    answer = upload(client_for("Alice"), content)
    assert (answer.status_code, why in text_of(answer)) == (422, True)
    assert session.scalar(select(func.count(ImportRun.id))) == 0


def test_an_upload_without_a_file_asks_for_one(client_for: ClientFor) -> None:
    answer = client_for("Alice").send("/imports/new/", kind="customers")
    assert (answer.status_code, "Choose a file first" in text_of(answer)) == (422, True)


def test_the_rejected_rows_and_the_template_are_workbooks(client_for: ClientFor) -> None:
    alice = client_for("Alice")
    run = planned(alice)
    sheet = load_workbook(io.BytesIO(alice.get(f"{run}rejected.xlsx").data)).active
    assert sheet is not None
    assert [cell.value for cell in sheet[2]][:3] == [3, "No such country. Did you mean Sweden?", "K-2"]
    for kind in ("customers", "contacts"):
        assert load_workbook(io.BytesIO(alice.get(f"/imports/template/{kind}.xlsx").data)).active is not None


def test_contacts_go_in_the_same_way(session: Session, client_for: ClientFor) -> None:
    factories.customer(session, number="K-1", company_name="Acme")
    alice = client_for("Alice")
    run = planned(alice, "Voornaam;Achternaam;E-mail;Klantnummer\nAnn;Berg;a@x.nl;K-1\n", kind="contacts")
    commit(alice, run)
    assert count(session, Contact) == 1


def test_an_import_can_be_thrown_away(session: Session, client_for: ClientFor, tmp_path: Path) -> None:
    alice = client_for("Alice")
    run = planned(alice)
    assert alice.send(f"{run}forget/").status_code == 302
    assert alice.get(f"{run}check/").status_code == 404
    assert session.scalar(select(func.count(ImportRun.id))) == 0


def test_a_finished_import_that_is_asked_for_again_is_shown_and_not_done_again(
    session: Session, client_for: ClientFor
) -> None:
    alice = client_for("Alice")
    run = planned(alice)
    plan = plan_of(alice.get(f"{run}check/"))
    assert [alice.send(f"{run}commit/", plan=plan).location for _ in range(2)] == [run, run]
    assert "done already" in text_of(alice.get(run))
    assert count(session) == 2


@pytest.mark.parametrize("person", ["Bob", "Charlie"])
def test_without_the_right_nobody_comes_to_any_step(client_for: ClientFor, person: str) -> None:
    run = planned(client_for("Alice"))
    other = client_for(person)
    for path in ("/imports/", "/imports/new/", run, f"{run}columns/", f"{run}check/", f"{run}rejected.xlsx"):
        assert other.get(path).status_code == 403, path
    for path in (f"{run}rows/", f"{run}commit/", f"{run}forget/"):
        assert other.post(path, data={"csrf_token": other.token()}).status_code == 403, path


def test_the_imports_of_others_are_not_there_but_for_administrators(session: Session, client_for: ClientFor) -> None:
    run = planned(client_for("Alice"))
    manager = session.scalars(select(Role.id).where(Role.name == "Manager")).one()
    colleague = factories.user(session, name="Erik", role_id=manager)
    erik = client_for(colleague.name)
    for path in (run, f"{run}columns/", f"{run}check/", f"{run}rejected.xlsx"):
        assert erik.get(path).status_code == 404, path
    for path in (f"{run}rows/", f"{run}commit/", f"{run}forget/"):
        assert erik.send(path).status_code == 404, path
    assert client_for("Dana").get(f"{run}check/").status_code == 200


def test_a_contact_that_takes_the_mark_of_main_contact_is_told_in_words(
    client_for: ClientFor, session: Session
) -> None:
    acme = factories.customer(session, number="K-1", company_name="Acme")
    factories.link(session, acme, factories.contact(session, first_name="Zed", last_name="Old"), is_main=True)
    session.commit()
    file = (
        "First name;Last name;Company of the contact;Customer: customer number;Main contact;Invoice contact;E-mail;Phone;City\n"
        "Ann;Berg;Berg Co;K-1;yes;yes;ann@x.nl;0612345678;Assen\n"
    )
    client = client_for("Dana")
    said = text_of(client.get(planned(client, file, kind="contacts") + "check/")).replace(" ", "")
    for told in (
        "MaincontactwasZedOldnowAnnBerg",
        "Invoicecontactnow+yes",
        "Companyofthecontactnow+BergCo",
        "Citynow+Assen",
    ):
        assert told in said, said
    assert "company_name" not in said


def test_of_several_columns_with_one_name_the_page_asks_which(client_for: ClientFor, session: Session) -> None:
    client = client_for("Dana")
    columns = upload(client, "id;name;id;Telefoon\n7;Acme;K-1;1234567\n8;Beta;K-2;1234568\n").location
    shown = html.document_fromstring(client.get(columns).get_data(as_text=True))
    chosen = {
        select.get("name"): select.xpath("string(option[@selected]/@value)")
        for select in shown.xpath("//select[starts-with(@name, 'column-')]")
    }
    assert chosen == {"column-0": "?", "column-1": "name", "column-2": "?", "column-3": "phone"}
    answer = client.send(columns, step="map", **chosen)
    assert answer.status_code == 422
    assert "Several columns are called id." in text_of(answer)
    assert client.send(columns, step="map", **{**chosen, "column-2": "number"}).status_code == 302


def test_an_import_of_no_rows_is_refused_with_a_sentence(client_for: ClientFor, session: Session) -> None:
    client = client_for("Dana")
    address = planned(client, "Klantnummer;Bedrijfsnaam;Plaats;Land\nK-1;Acme;Assen;Zweeden\n")
    token = plan_of(client.get(address + "check/"))
    answer = client.send(address + "commit/", plan=token)
    assert answer.status_code == 422
    assert "there is nothing to import" in text_of(answer)
    assert client.get(address + "check/").status_code == 200


def test_a_file_goes_in_while_somebody_else_writes(
    client_for: ClientFor, database_url: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = steps.read_once

    def meanwhile(*given: Any, **named: Any) -> Any:
        with create_engine(database_url, poolclass=NullPool).begin() as connection:
            connection.execute(text("UPDATE team SET name = name"))
            connection.execute(text("UPDATE sign_in SET agent = 'meanwhile'"))
        return read(*given, **named)

    monkeypatch.setattr(steps, "read_once", meanwhile)
    alice = client_for("Alice")
    run = planned(alice)
    alice.send(f"{run}rows/", show="new", page="1", was=["2", "4"], row=["4"])
    assert commit(alice, run).status_code == 302


def test_who_may_not_write_any_more_writes_nothing(client_for: ClientFor, session: Session) -> None:
    factories.customer(session, number="K-1", company_name="Before")
    role = factories.role(session, rights=frozenset({Right.VIEW, Right.EDIT, Right.IMPORT, Right.MANAGE_LISTS}))
    factories.user(session, name="Erik", role_id=role.id)
    erik = client_for("Erik")
    update, add = planned(erik, "Klantnummer;Naam\nK-1;After\n"), planned(erik, "Naam;Labels\nNew;Secret\n")
    with changeset(session, SYSTEM, "Take a right away"):
        session.get_one(Role, role.id).rights = frozenset({Right.VIEW, Right.EDIT, Right.IMPORT})
    assert commit(erik, add).status_code == 403
    with changeset(session, SYSTEM, "Take a right away"):
        session.get_one(Role, role.id).rights = frozenset({Right.VIEW, Right.IMPORT})
    assert commit(erik, update).status_code == 409
    session.rollback()
    assert session.scalars(select(Customer.name)).all() == ["Before"]
    assert "0 changed" in text_of(erik.get(f"{update}check/"))


def test_the_way_back_to_a_finished_import_leads_to_its_result(client_for: ClientFor) -> None:
    alice = client_for("Alice")
    run = planned(alice)
    commit(alice, run)
    for step in ("check/", "columns/"):
        assert alice.get(f"{run}{step}").location == run


AUDIT = (
    "<auditfile><company><customersSuppliers>"
    "<customerSupplier><custSupID>7</custSupID><custSupName>Acme</custSupName><telephone>020 1234567</telephone>"
    "<custSupTp>C</custSupTp></customerSupplier>"
    "<customerSupplier><custSupID>8</custSupID><custSupName>Bank</custSupName><custSupTp>O</custSupTp></customerSupplier>"
    "<customerSupplier><custSupID>9</custSupID><custSupName>Drukkerij</custSupName><custSupTp>S</custSupTp></customerSupplier>"
    "</customersSuppliers></company></auditfile>"
)


def test_an_audit_file_says_itself_what_its_columns_are_and_goes_in(session: Session, client_for: ClientFor) -> None:
    alice = client_for("Alice")
    assert ".xaf" in alice.get("/imports/new/").get_data(as_text=True)
    where = upload(alice, AUDIT, "boek.xaf").location
    page = text_of(alice.get(where))
    assert "Recognised as XAF" in page
    assert "Suppliers, which are no customers and were left out: 1." in page
    assert "No header row was recognised" not in page
    assert "stated by the file" in page
    assert alice.send(where, step="map").status_code == 302
    commit(alice, where.removesuffix("columns/"))
    assert numbers(session) == ["7"]


def test_relations_of_another_kind_come_along_when_ticked(session: Session, client_for: ClientFor) -> None:
    alice = client_for("Alice")
    where = upload(alice, AUDIT, "boek.xaf").location
    assert alice.send(where, step="look", others="1").location == where
    assert alice.send(where, step="map").status_code == 302
    commit(alice, where.removesuffix("columns/"))
    assert numbers(session) == ["7", "8"]


def test_a_column_of_an_audit_file_can_be_left_out(session: Session, client_for: ClientFor) -> None:
    alice = client_for("Alice")
    where = upload(alice, AUDIT, "boek.xaf").location
    page = html.document_fromstring(alice.get(where).get_data(as_text=True))
    (phone,) = page.xpath("//select[option[@value='phone' and @selected]]/@name")
    assert alice.send(where, **{"step": "map", str(phone): ""}).status_code == 302
    commit(alice, where.removesuffix("columns/"))
    session.rollback()
    assert session.scalar(select(Customer.phone)) in (None, "")


def test_a_card_goes_in_as_a_contact_and_a_broken_audit_file_says_so(session: Session, client_for: ClientFor) -> None:
    alice = client_for("Alice")
    card = "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Berg;Anna\r\nEND:VCARD\r\n"
    where = upload(alice, card, "anna.vcf", kind="contacts").location
    assert alice.send(where, step="map").status_code == 302
    commit(alice, where.removesuffix("columns/"))
    assert count(session, Contact) == 1
    answer = upload(alice, AUDIT[:300], "boek.xaf")
    assert answer.status_code == 422
    assert "The file is damaged (XAF, line 1)" in text_of(answer)


def workbook(*sheets: tuple[str, bool, list[list[object]]]) -> bytes:
    """A workbook of sheets: name, whether it is hidden, rows. One that nobody sees cannot be the active one."""
    book, out = Workbook(), io.BytesIO()
    for at, (name, hidden, rows) in enumerate(sheets):
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        sheet.sheet_state = "hidden" if hidden else "visible"
        book.active = at
    first = next(part for part in book.worksheets if part.title == "Sheet")
    book.remove(first)
    book.save(out)
    return out.getvalue()


def test_a_workbook_of_hidden_sheets_says_so_and_lets_one_be_chosen(client_for: ClientFor) -> None:
    alice = client_for("Alice")
    content = workbook(("Open", False, []), ("Secret", True, [["Klantnummer", "Naam"], ["K-1", "Acme"]]))
    content = _all_hidden(content)
    columns = upload(alice, content, "a.xlsx").location
    assert "Every sheet with rows is hidden." in text_of(alice.get(columns))
    alice.send(columns, step="look", sheet="Secret")
    page = text_of(alice.get(columns))
    assert "Every sheet with rows is hidden." not in page
    assert "The sheet Secret is hidden." in page
    assert alice.send(columns, step="map").status_code == 302


def test_other_sheets_with_rows_are_named_hidden_ones_too(client_for: ClientFor) -> None:
    alice = client_for("Alice")
    rows = [["Klantnummer", "Naam"], ["K-1", "Acme"]]
    sheets = (("Klanten", False, rows), ("Tweede", False, rows), ("Geheim", True, rows), ("Leeg", False, []))
    page = text_of(alice.get(upload(alice, workbook(*sheets), "a.xlsx").location))
    assert "Other sheets with rows, which were not read: Tweede." in page
    assert "Hidden sheets with rows, which were not read: Geheim." in page
    hidden = text_of(alice.get(upload(alice, workbook(("Leeg", False, []), ("Geheim", True, rows)), "a.xlsx").location))
    assert "Every sheet with rows is hidden." in hidden


def test_a_sheet_whose_rows_are_all_hidden_is_not_called_empty(client_for: ClientFor) -> None:
    book = load_workbook(io.BytesIO(workbook(("Klanten", False, [["Klantnummer", "Naam"], ["K-1", "Acme"]]))))
    for row in (1, 2):
        book.worksheets[0].row_dimensions[row].hidden = True
    out = io.BytesIO()
    book.save(out)
    alice = client_for("Alice")
    columns = upload(alice, out.getvalue(), "a.xlsx").location
    page = text_of(alice.get(columns))
    assert "No row was read." in page
    assert "hidden rows left out: 2" in page
    alice.send(columns, step="look", hidden="1", sheet="Klanten")
    assert "K-1" in text_of(alice.get(columns))


def _all_hidden(content: bytes) -> bytes:
    """The same workbook, as no program would save it: without a visible sheet."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(out, "w") as after:
        for name in before.namelist():
            part = before.read(name)
            after.writestr(
                name, part.replace(b'state="visible"', b'state="hidden"') if "workbook.xml" in name else part
            )
    return out.getvalue()


def test_a_workbook_of_empty_sheets_says_so(client_for: ClientFor) -> None:
    alice = client_for("Alice")
    columns = upload(alice, workbook(("Open", False, [])), "a.xlsx").location
    assert "Every sheet of this file is empty." in text_of(alice.get(columns))


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("cp1250", "Żabka Łódź"),
        ("iso8859-2", "Příbram Šťáva"),
        ("cp1251", "Хлеб"),
        ("cp1257", "Ąžuolas"),
        ("cp850", "Bos ½ Huis"),
    ],
)
def test_a_file_is_read_by_the_encoding_that_is_chosen(client_for: ClientFor, encoding: str, name: str) -> None:
    alice = client_for("Alice")
    columns = upload(alice, f"Naam;Plaats\n{name};Zwolle\n".encode(encoding)).location
    page = alice.get(columns)
    assert f'<option value="{encoding}">' in page.text
    assert name not in page.text
    answer = alice.press(page, "Read again", encoding=encoding)
    assert name in alice.get(answer.location).text
