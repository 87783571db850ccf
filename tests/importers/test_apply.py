"""What was shown is what is written: in one changeset, with counts that add up, and taken back in one go."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import URL, NullPool, create_engine, event, select
from sqlalchemy.orm import Session

from importers import apply, looking, planning
from importers import run as steps
from importers.apply import Applied, digest
from importers.progress import quiet
from importers.run import Choices
from importers.trouble import describe
from importers.writer import Moved
from importers.writer_customers import CustomerWriter
from models import access
from models.access import SYSTEM, Looker
from models.base import utc_now
from models.contact import Contact
from models.customer import Customer
from models.errors import Conflict, NotFound, Reason, Refused
from models.imports import ImportRun, ImportState, RowStatus
from models.journal import Changeset, Origin, changeset
from models.label import Colour, Label
from models.operations import delete
from models.settings import ListValue, ValueList
from models.user import User
from tests import factories
from tests.importers.helpers import ADD, CONTACTS, CUSTOMERS, Desk, desk_of

HEAD = ("Klantnummer", "Bedrijfsnaam", "Plaats", "Land", "Telefoon")
PEOPLE = ("Voornaam", "Achternaam", "E-mail", "Klantnummer", "Functie", "Hoofdcontact")


@pytest.fixture
def desk(session: Session, tmp_path: Path) -> Desk:
    return desk_of(session, tmp_path)


def northwind(desk: Desk, data: Path) -> tuple[ImportRun, Applied]:
    run = desk.upload((data / "list__nwc__customers.csv").read_bytes(), CUSTOMERS)
    planning.make_plan(desk.session, desk.looker, desk.folder, run.id)
    return run, desk.commit(run)


def test_northwind_gives_91_customers_with_their_main_contacts_and_undo_takes_all_away(desk: Desk, data: Path) -> None:
    run, applied = northwind(desk, data)
    assert (applied.created, applied.rows) == (91, 91)
    alfki = desk.one("customer", number="ALFKI")
    assert (alfki["name"], alfki["phone"], alfki["fax"]) == ("Alfreds Futterkiste", "030-0074321", "030-0076545")
    place = desk.one("address", customer_id=alfki["id"])
    assert (place["street"], place["city"], place["postal_code"], place["country"], place["region"]) == (
        "Obere Str. 57",
        "Berlin",
        "12209",
        "DE",
        None,
    )
    assert place["is_head_office"]
    link = desk.one("customer_contact", customer_id=alfki["id"])
    assert (link["function"], link["is_main"]) == ("Sales Representative", True)
    assert desk.one("contact", id=link["contact_id"])["name"] == "Maria Anders"
    assert len(desk.table("contact")) == 91

    same = desk.upload((data / "list__nwc__customers.csv").read_bytes(), CUSTOMERS)
    assert +planning.make_plan(desk.session, desk.looker, desk.folder, same.id) == {"unchanged": 91}

    planning.undo(desk.session, desk.looker, run.id)
    assert [desk.table(name) for name in ("customer", "address", "contact", "customer_contact")] == [[], [], [], []]


def test_everything_is_one_changeset_of_the_importer(session: Session, tmp_path: Path, alice: Looker) -> None:
    access.look_as(session, alice)
    applied = desk_of(session, tmp_path, alice).bring(HEAD, ("K-1", "Acme", "Zwolle", "NL", "1234567"))
    access.look_as(session, SYSTEM)
    made = session.get_one(Changeset, applied.changeset)
    assert (made.origin, made.user_name, made.values["file"]) == (Origin.IMPORT, "Alice", "list.csv")


def test_the_counts_add_up_to_the_rows(desk: Desk) -> None:
    factories.customer(desk.session, number="K-1", company_name="Same")
    factories.customer(desk.session, number="K-2", company_name="Before")
    factories.customer(desk.session, number="K-3", company_name="Untouched")
    run = desk.plan(
        HEAD,
        ("K-1", "Same", "", "", ""),
        ("K-2", "After", "", "", ""),
        ("K-3", "Unticked", "", "", ""),
        ("K-4", "New", "", "", ""),
        ("K-5", "Bad", "", "Nowhereland", ""),
        ("K-6", "Twice", "", "", ""),
        ("K-6", "Twice", "", "", ""),
    )
    steps.tick(desk.session, desk.looker, run.id, [4], ticked=False)
    applied = desk.commit(run)
    assert (applied.created, applied.updated, applied.unchanged, applied.skipped, applied.rejected) == (1, 1, 1, 3, 1)
    assert applied.rows == 7
    assert {row["name"] for row in desk.table("customer")} == {"Same", "After", "Untouched", "New"}


def test_what_is_written_is_what_the_plan_showed(desk: Desk) -> None:
    customer = factories.customer(desk.session, number="K-1", company_name="Acme", phone="1", fax="2")
    factories.address(desk.session, customer, city="Zwolle", street="Kade 1", is_head_office=True)
    desk.bring(HEAD, ("K-1", "Acme B.V.", "Assen", "BE", "3"))
    after = desk.one("customer")
    assert (after["company_name"], after["phone"], after["fax"]) == ("Acme B.V.", "3", "2")
    place = desk.one("address")
    assert (place["city"], place["country"], place["street"]) == ("Assen", "BE", "Kade 1")


def stale(desk: Desk, run: ImportRun) -> dict[int, list[str]]:
    """Commit a plan that something moved under: nothing is written, and what is said of each marked row."""
    before = [desk.table(name) for name in ("customer", "contact", "address", "customer_contact", "changeset")]
    with pytest.raises(Moved) as refused:
        desk.commit(run)
    assert [desk.table(name) for name in ("customer", "contact", "address", "customer_contact", "changeset")] == before
    assert desk.session.get_one(ImportRun, run.id).options["moved"] == sorted(refused.value.rows)
    return {row: desk.codes(run, row) for row in refused.value.rows}


def test_a_plan_under_which_a_record_moved_is_made_anew_before_anything_is_written(desk: Desk) -> None:
    one = factories.customer(desk.session, number="K-1", company_name="One")
    factories.customer(desk.session, number="K-2", company_name="Two")
    run = desk.plan(HEAD, ("K-1", "Uno", "", "", "7654321"), ("K-2", "Due", "", "", ""), ("K-3", "Tre", "", "", ""))
    steps.tick(desk.session, desk.looker, run.id, [4], ticked=False)
    with changeset(desk.session, SYSTEM, "By somebody else"):
        desk.session.get_one(Customer, one.id).phone = "5"
    assert stale(desk, run) == {2: ["CHANGED_MEANWHILE", "NAME_BECOMES_ANOTHER"]}
    assert desk.rows(run)[2].diff == {"company_name": ["One", "Uno"], "phone": ["5", "7654321"]}
    applied = desk.commit(run)
    assert (applied.created, applied.updated, applied.skipped) == (0, 2, 1)
    assert {(row["name"], row["phone"]) for row in desk.table("customer")} == {("Uno", "7654321"), ("Due", None)}


@pytest.mark.parametrize("what", ["a label", "a status", "an owner"])
def test_a_word_that_was_renamed_or_taken_away_since_the_plan_is_not_made_anew_unseen(desk: Desk, what: str) -> None:
    label = factories.label(desk.session, name="Press")
    status = factories.list_value(desk.session, ValueList.STATUS, "Prospect")
    owner = factories.user(desk.session, name="Jan Smit")
    head = ("Klantnummer", "Naam", "Status", "Labels", "Eigenaar")
    run = desk.plan(head, ("K-1", "Acme", "Prospect", "Press", "Jan Smit"), ("K-2", "Beta", "", "", ""))
    with changeset(desk.session, SYSTEM, "By somebody else"):
        if what == "a label":
            desk.session.get_one(Label, label.id).name = "Pers"
        elif what == "a status":
            desk.session.delete(desk.session.get_one(ListValue, status.id))
        else:
            desk.session.get_one(User, owner.id).disabled_at = utc_now()
    told = stale(desk, run)
    assert list(told) == [2]
    assert told[2][0] == "WORD_CHANGED_MEANWHILE"
    # What becomes of it now is shown: a new word, or nobody of that name.
    assert (
        told[2][1:] == {"a label": ["LABEL_IS_NEW"], "a status": ["LIST_VALUE_IS_NEW"], "an owner": ["NO_USER"]}[what]
    )


def test_a_word_that_only_got_another_colour_puts_no_row_in_doubt(desk: Desk) -> None:
    label = factories.label(desk.session, name="Press")
    run = desk.plan(("Klantnummer", "Naam", "Labels"), ("K-1", "Acme", "Press"))
    with changeset(desk.session, SYSTEM, "By somebody else"):
        desk.session.get_one(Label, label.id).colour = Colour.RED
    assert desk.commit(run).created == 1


def test_a_changed_address_puts_its_customer_in_doubt(desk: Desk) -> None:
    one = factories.customer(desk.session, number="K-1", company_name="One")
    run = desk.plan(HEAD, ("K-1", "One", "Zwolle", "", ""))
    factories.address(desk.session, one, is_head_office=True)
    assert stale(desk, run) == {2: ["CHANGED_MEANWHILE"]}


def test_a_main_contact_that_changed_after_the_plan_is_not_overwritten_unseen(desk: Desk) -> None:
    customer = factories.customer(desk.session, number="K-1", company_name="Acme")
    contact = factories.contact(desk.session, first_name="Ann", last_name="Berg", phone="1")
    factories.link(desk.session, customer, contact, is_main=True)
    head = ("Klantnummer", "Naam", "Contactpersoon", "Contact telefoon")
    run = desk.plan(head, ("K-1", "Acme", "Ann Berg", "7654321"))
    assert desk.rows(run)[2].diff == {"main_contact.phone": ["1", "7654321"]}
    with changeset(desk.session, SYSTEM, "By somebody else"):
        desk.session.get_one(Contact, contact.id).phone = "3"
    assert stale(desk, run) == {2: ["CHANGED_MEANWHILE"]}
    assert desk.rows(run)[2].diff == {"main_contact.phone": ["3", "7654321"]}


def test_a_customer_archived_after_the_plan_takes_no_contact(desk: Desk) -> None:
    customer = factories.customer(desk.session, number="K-1", company_name="Acme")
    run = desk.plan(PEOPLE, ("Ann", "Berg", "", "K-1", "", ""), ("Bo", "Dam", "", "", "", ""), kind=CONTACTS)
    with changeset(desk.session, SYSTEM, "By somebody else"):
        desk.session.get_one(Customer, customer.id).archived_at = utc_now()
    assert stale(desk, run) == {2: ["CHANGED_MEANWHILE", "ARCHIVED"]}
    applied = desk.commit(run)
    assert (applied.created, applied.rejected) == (1, 1)
    assert [row["name"] for row in desk.table("contact")] == ["Bo Dam"]


def test_a_number_given_away_after_the_plan_is_shown_with_who_has_it(desk: Desk) -> None:
    run = desk.plan(HEAD, ("K-1", "Mine", "", "", ""), ("K-2", "Other", "", "", ""))
    factories.customer(desk.session, number="k-1", company_name="Theirs")
    assert stale(desk, run) == {2: ["TAKEN_MEANWHILE", "NAME_BECOMES_ANOTHER"]}
    assert desk.rows(run)[2].diff == {"company_name": ["Theirs", "Mine"]}


@pytest.mark.parametrize("kind", ["customers", "contacts"])
def test_a_namesake_that_appeared_after_the_plan_is_not_doubled(desk: Desk, kind: str) -> None:
    run = desk.plan(("Naam", "Telefoon"), ("Jan Berg", "1"), kind=CUSTOMERS if kind == "customers" else CONTACTS)
    if kind == "customers":
        factories.customer(desk.session, number="K-1", company_name="Jan Berg")
    else:
        factories.contact(desk.session, first_name="Jan", last_name="Berg")
    assert "CHANGED_MEANWHILE" in stale(desk, run)[2]
    assert desk.statuses(run) == {2: "changed"}


def test_a_plan_is_committed_once(desk: Desk) -> None:
    run = desk.plan(HEAD, ("K-1", "Acme", "", "", ""))
    desk.commit(run)
    with pytest.raises(Conflict):
        desk.commit(run)
    assert len(desk.table("customer")) == 1


def test_a_plan_other_than_the_one_shown_is_refused(desk: Desk) -> None:
    run = desk.plan(HEAD, ("K-1", "Acme", "", "", ""), ("K-2", "Beta", "", "", ""))
    shown = digest(desk.session, run)
    steps.tick(desk.session, desk.looker, run.id, [2], ticked=False)
    with pytest.raises(Conflict):
        planning.commit(desk.session, desk.looker, desk.folder, run.id, shown)
    assert desk.table("customer") == []


def test_a_failing_row_takes_all_back(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    run = desk.plan(HEAD, ("K-1", "Acme", "Zwolle", "", ""), ("K-2", "Beta", "", "", ""))
    monkeypatch.setattr(CustomerWriter, "addresses", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        desk.commit(run)
    assert desk.table("customer") == []
    assert desk.session.get_one(ImportRun, run.id).state is ImportState.PLANNED


def test_new_customers_without_a_number_get_the_next_ones(desk: Desk) -> None:
    factories.customer(desk.session, number="K-10001", company_name="First")
    desk.bring(("Naam", "Plaats"), ("Acme", "Zwolle"), ("Beta", "Assen"))
    assert [row["number"] for row in desk.table("customer")] == ["K-10001", "K-10002", "K-10003"]


def test_the_series_goes_on_after_imported_numbers(desk: Desk) -> None:
    desk.bring(HEAD, ("K-20000", "Acme", "", "", ""))
    desk.bring(("Naam",), ("Beta",))
    assert [row["number"] for row in desk.table("customer")] == ["K-20000", "K-20001"]


def test_new_labels_and_list_values_are_made_once(desk: Desk) -> None:
    factories.list_value(desk.session, ValueList.STATUS, "Prospect")
    desk.bring(
        ("Naam", "Labels", "Status"), ("a1", "New; Old", "prospect"), ("b1", "new", "Client"), ("c1", "NEW", "client")
    )
    assert [row["name"] for row in desk.table("label")] == ["New", "Old"]
    assert [row["name"] for row in desk.table("list_value")] == ["Prospect", "Client"]
    assert len(desk.table("customer_label")) == 4


def test_labels_are_taken_off_when_they_are_replaced(desk: Desk) -> None:
    customer = factories.customer(desk.session, number="K-1", company_name="Acme")
    factories.put_label(desk.session, factories.label(desk.session, name="Old"), customer=customer)
    desk.bring(("Nr", "Naam", "Labels"), ("K-1", "Acme", "New"), choices=Choices(replace_labels=True))
    new = desk.one("label", name="New")
    assert [row["label_id"] for row in desk.table("customer_label")] == [new["id"]]


def test_exact_values_arrive_exactly(desk: Desk) -> None:
    desk.bring(
        (
            "Naam",
            "Uurtarief",
            "BTW-percentage",
            "Klant sinds",
            "Betalingstermijn",
            "Onkosten doorbelasten",
            "IBAN",
            "BIC",
        ),
        ("Acme", "95,55", "21%", "21-11-2026", "14 dagen", "ja", "NL91 ABNA 0417 1643 00", "ABNANL2A"),
    )
    customer = desk.session.scalars(select(Customer)).one()
    assert (str(customer.hourly_rate), str(customer.vat_percentage)) == ("95.55", "21.00")
    assert (str(customer.customer_since), customer.payment_term_days) == ("2026-11-21", 14)
    assert (customer.expenses_billable, customer.mileage_billable) == (True, False)
    account = desk.one("bank_account")
    assert (account["iban"], account["bic"], account["customer_id"]) == ("NL91ABNA0417164300", "ABNANL2A", customer.id)


def test_another_main_contact_takes_over_and_the_old_one_stays(desk: Desk) -> None:
    customer = factories.customer(desk.session, number="K-1", company_name="Acme")
    old = factories.contact(desk.session, first_name="Old", last_name="Hand")
    factories.link(desk.session, customer, old, is_main=True)
    head = ("Klantnummer", "Naam", "Contactpersoon", "Functie")
    assert desk.bring(head, ("K-1", "Acme", "New Broom", "Buyer")).updated == 1
    links = desk.table("customer_contact")
    assert [(link["is_main"], link["function"]) for link in links] == [(False, None), (True, "Buyer")]
    assert desk.bring(head, ("K-1", "Acme", "New Broom", "Buyer")).unchanged == 1


def test_an_invoice_address_of_its_own_leaves_the_head_office_alone(desk: Desk) -> None:
    customer = factories.customer(desk.session, number="K-1", company_name="Acme")
    factories.address(desk.session, customer, city="Zwolle", is_head_office=True, is_invoice=True)
    head = ("Klantnummer", "Naam", "Factuurplaats")
    desk.bring(head, ("K-1", "Acme", "Assen"))
    places = [(row["city"], row["is_head_office"], row["is_invoice"]) for row in desk.table("address")]
    assert places == [("Zwolle", True, False), ("Assen", False, True)]
    assert desk.bring(head, ("K-1", "Acme", "Assen")).unchanged == 1


def test_contacts_come_with_their_customers_and_twice_changes_nothing(desk: Desk) -> None:
    customer = factories.customer(desk.session, number="K-1", company_name="Acme")
    rows = (PEOPLE, ("Ann", "Berg", "ann@x.nl", "K-1", "Buyer", "ja"), ("Bo", "Dam", "", "K-1", "Chief", "ja"))
    applied = desk.bring(*rows, kind=CONTACTS)
    assert applied.created == 2
    links = desk.table("customer_contact")
    assert [(link["customer_id"], link["function"]) for link in links] == [
        (customer.id, "Buyer"),
        (customer.id, "Chief"),
    ]
    assert [link["is_main"] for link in links] == [False, True]
    again = desk.bring(*[row[:5] for row in rows], kind=CONTACTS)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 2)


def test_a_contact_outside_any_customer_keeps_company_and_function(desk: Desk) -> None:
    rows = (
        ("Naam", "E-mail", "Bedrijf", "Functie", "Geboortedatum"),
        ("Jan Berg", "j@x.nl", "Nowhere", "Chief", "1-2-1980"),
    )
    desk.bring(*rows, kind=CONTACTS, choices=Choices(day_first=True))
    contact = desk.one("contact")
    assert (contact["company_name"], contact["job_title"], str(contact["birth_date"])) == (
        "Nowhere",
        "Chief",
        "1980-02-01",
    )
    assert desk.bring(*rows, kind=CONTACTS, choices=Choices(day_first=True)).unchanged == 1


@pytest.mark.parametrize("kind", ["customers", "contacts"])
def test_the_same_file_twice_changes_nothing_without_numbers_too(desk: Desk, kind: str) -> None:
    rows = (("Naam", "E-mail", "Telefoon"), ("Jan Berg", "a@x.nl", "1234567"), ("Östen Ås", "", "7654321"))
    chosen = CUSTOMERS if kind == "customers" else CONTACTS
    assert desk.bring(*rows, kind=chosen).created == 2
    again = desk.bring(*rows, kind=chosen)
    assert (again.created, again.updated, again.unchanged, again.changeset) == (0, 0, 2, None)


def test_TC_26_add_only_skips_what_is_there(desk: Desk) -> None:
    factories.customer(desk.session, number="K-1", company_name="Before")
    applied = desk.bring(HEAD, ("K-1", "After", "", "", ""), ("K-2", "New", "", "", ""), mode=ADD)
    assert (applied.created, applied.updated, applied.skipped) == (1, 0, 1)
    assert desk.one("customer", number="K-1")["company_name"] == "Before"


def test_a_run_of_somebody_else_is_not_there(session: Session, tmp_path: Path, alice: Looker, dana: Looker) -> None:
    stranger = factories.user(session, role_id=session.get_one(User, alice.id).role_id)
    other = access.looker_for(session, stranger)
    access.look_as(session, alice)
    run_id = desk_of(session, tmp_path, alice).plan(HEAD, ("K-1", "Acme", "", "", "")).id
    access.look_as(session, other)
    with pytest.raises(NotFound):
        planning.commit(session, other, tmp_path, run_id)
    access.look_as(session, dana)
    assert planning.commit(session, dana, tmp_path, run_id).created == 1


def test_what_an_import_chose_is_remembered_for_the_next_file_like_it(desk: Desk) -> None:
    rows = (("Klantnummer", "Naam", "Zwrt"), ("K-1", "Acme", "abc"))
    run = desk.plan(*rows)
    looking.map_columns(desk.session, desk.looker, run.id, {2: "reference"})
    planning.make_plan(desk.session, desk.looker, desk.folder, run.id)
    desk.commit(run)
    assert desk.one("customer")["reference"] == "abc"
    again = desk.plan(*rows)
    assert again.mapping["reference"] == [2]
    assert again.options["columns"][2]["certainty"] == "REMEMBERED"


def test_two_columns_cannot_go_into_one_field(desk: Desk) -> None:
    run = desk.plan(("Klantnummer", "Naam", "Foo"), ("K-1", "Acme", "x"))
    with pytest.raises(Refused):
        looking.map_columns(desk.session, desk.looker, run.id, {2: "name"})


def test_writing_asks_the_database_as_often_for_many_rows_as_for_few(desk: Desk) -> None:
    asked: list[str] = []
    engine = desk.session.get_bind()
    event.listen(engine, "before_cursor_execute", lambda *arguments: asked.append(arguments[2]))
    amounts = []
    for size in (50, 500):
        head = ("Nr", "Naam", "Plaats", "Telefoon", "Contactpersoon", "Labels")
        rows = [(f"A{size}-{n}", f"Firm {size}-{n}", "Zwolle", "1234567", f"Jan {n}", "x") for n in range(size)]
        run = desk.plan(head, *rows)
        asked.clear()
        desk.commit(run)
        amounts.append(len(asked))
    assert amounts[1] <= amounts[0] + 2


def binned(desk: Desk, number: str) -> None:
    """A customer with this number, archived and deleted."""
    gone = factories.customer(desk.session, number=number, company_name=f"Gone {number}", archived_at=utc_now())
    plan = delete.plan(desk.session, SYSTEM, Customer, [gone.id])
    delete.do(desk.session, SYSTEM, Customer, [gone.id], plan.digest, plan.confirm)


def test_a_number_whose_customer_is_in_the_bin_is_given_to_no_row(desk: Desk) -> None:
    binned(desk, "DEL-1")
    beta = factories.customer(desk.session, number="K-1", company_name="Beta")
    rows = (("Klantnummer", "Bedrijfsnaam"), ("del - 1", "Acme"), ("DEL-1 ", "Beta"), ("K-2", "Other"))
    run = desk.plan(rows[0], rows[1], rows[3])
    assert (desk.statuses(run), desk.codes(run, 2)) == ({2: "rejected", 3: "new"}, ["NUMBER_IN_BIN"])
    said = describe(desk.rows(run)[2].problems[0])
    assert said.startswith("This number belongs to a customer in the bin. Restore that one, or take another.")
    run = desk.plan(rows[0], rows[2])
    desk.decide(run, row_2=str(beta.id))
    assert (desk.statuses(run), desk.codes(run, 2)) == ({2: "rejected"}, ["NUMBER_IN_BIN"])


def test_a_number_whose_customer_went_to_the_bin_after_the_plan_is_given_to_nobody(desk: Desk) -> None:
    run = desk.plan(HEAD, ("DEL-1", "Mine", "", "", ""), ("K-2", "Other", "", "", ""))
    binned(desk, "DEL-1")
    assert stale(desk, run)[2] == ["TAKEN_MEANWHILE", "NUMBER_IN_BIN"]
    assert desk.statuses(run) == {2: "rejected", 3: "new"}
    assert desk.commit(run).created == 1


def test_a_deactivated_contact_is_changed_like_any_other(desk: Desk) -> None:
    acme = factories.customer(desk.session, number="K-1", company_name="Acme")
    ann = factories.contact(desk.session, first_name="Ann", last_name="Berg", email="ann@x.nl", archived_at=utc_now())
    done = desk.bring(
        ("First name", "Last name", "E-mail", "Phone", "Customer: customer number"),
        ("Ann", "Berg", "ann@x.nl", "0612345678", "K-1"),
        kind=CONTACTS,
    )
    assert (done.updated, done.rejected) == (1, 0)
    assert desk.one("contact")["phone"] == "0612345678"
    assert desk.one("contact")["archived_at"] is not None
    assert desk.one("customer_contact", customer_id=acme.id)["contact_id"] == ann.id


def test_an_import_without_a_row_to_write_is_not_ended(desk: Desk) -> None:
    run = desk.plan(HEAD, ("K-1", "Acme", "", "", ""))
    steps.tick(desk.session, desk.looker, run.id, [2], ticked=False)
    with pytest.raises(Refused) as refused:
        desk.commit(run)
    assert refused.value.reason is Reason.NOTHING_TO_IMPORT
    steps.tick(desk.session, desk.looker, run.id, [2], ticked=True)
    assert desk.commit(run).created == 1


def test_what_somebody_else_takes_before_the_lock_is_held_is_given_anew(desk: Desk) -> None:
    head = ("Klantnummer", "Bedrijfsnaam", "Labels", "Branche", "Contactpersoon")
    desk.bring(head, ("K-10001", "First", "", "", ""))
    run = desk.plan(head, ("", "Acme", "VIP", "Retail", "Ada Vos"), ("", "Beta", "VIP", "", ""))
    expected = digest(desk.session, run)
    writer = CustomerWriter(desk.session, desk.looker, run)
    writer.prepare()
    assert [row["name"] for row in desk.table("label")] == []
    desk.session.rollback()
    # Meanwhile: the next key and number of a customer and a contact, and both words.
    other = factories.customer(desk.session, company_name="Quicker", number="K-10002", number_key="k-10002")
    person = factories.contact(desk.session, first_name="Bo")
    label = factories.label(desk.session, name="vip")
    word = factories.list_value(desk.session, ValueList.INDUSTRY, name="Retail")
    applied = apply._commit(desk.session, desk.looker, writer, run.id, expected, quiet)
    assert (applied.created, applied.rows) == (2, 2)
    acme, beta = desk.one("customer", company_name="Acme"), desk.one("customer", company_name="Beta")
    assert [acme["number"], beta["number"]] == ["K-10003", "K-10004"]
    assert acme["id"] > other.id
    assert acme["industry_id"] == word.id
    assert desk.one("contact", last_name="Vos")["id"] > person.id
    assert {row["customer_id"] for row in desk.table("customer_label") if row["label_id"] == label.id} == {
        acme["id"],
        beta["id"],
    }
    assert (len(desk.table("label")), len(desk.table("customer"))) == (1, 4)


def test_numbers_of_the_file_count_before_any_is_given(desk: Desk) -> None:
    """Also one that stands thousands of rows below the first row without a number."""
    rows = [("", f"Firm {at}") for at in range(2_100)]
    applied = desk.bring(HEAD[:2], *rows, ("K-10001", "Own number"))
    assert (applied.created, applied.rejected) == (2_101, 0)
    assert desk.one("customer", company_name="Own number")["number"] == "K-10001"
    assert desk.one("customer", company_name="Firm 0")["number"] == "K-10002"


def test_a_file_and_what_was_read_of_it_are_kept_until_it_is_imported(desk: Desk) -> None:
    run = desk.plan(HEAD[:2], ("K-1", "Acme"))
    assert len(list(desk.folder.iterdir())) == 2
    desk.commit(run)
    assert list(desk.folder.iterdir()) == []


def test_a_main_contact_that_somebody_else_brought_meanwhile_is_not_moved_aside_unseen(desk: Desk) -> None:
    acme = factories.customer(desk.session, number="K-1", company_name="Acme")
    head = ("Voornaam", "Achternaam", "E-mail", "Klantnummer", "Hoofdcontact")
    first, second = (
        desk.plan(head, (name, "Vos", f"{name}@vos.example", "K-1", "ja"), kind=CONTACTS) for name in ("Ada", "Bo")
    )
    desk.commit(first)
    assert stale(desk, second) == {2: ["CHANGED_MEANWHILE"]}
    desk.commit(second)
    mains = [row["contact_id"] for row in desk.table("customer_contact") if row["is_main"]]
    assert (len(mains), len(desk.table("customer_contact")), acme.id) == (1, 2, acme.id)


def test_of_two_imports_at_the_same_moment_the_second_sees_what_the_first_wrote(
    desk: Desk, database_url: URL, tmp_path: Path
) -> None:
    rows = [(f"Firm {at}", "VIP") for at in range(300)]
    runs = [desk.plan(("Bedrijfsnaam", "Labels"), *rows).id for _ in range(2)]
    desk.session.rollback()

    def commit(run_id: int) -> str:
        engine = create_engine(database_url, poolclass=NullPool)
        with Session(engine) as session:
            access.look_as(session, SYSTEM)
            try:
                return str(planning.commit(session, SYSTEM, desk.folder, run_id).created)
            except Conflict:
                return "moved"

    with ThreadPoolExecutor(2) as both:
        done = sorted(both.map(commit, runs))
    assert done == ["300", "moved"]
    assert (len(desk.table("customer")), len(desk.table("label"))) == (300, 1)


@pytest.mark.parametrize("what", ["the customer", "its main contact", "its address", "its time"])
def test_what_changes_between_the_look_at_the_rows_and_the_lock_is_shown_again(desk: Desk, what: str) -> None:
    head = ("Klantnummer", "Bedrijfsnaam", "Contactpersoon", "Telefoon contact", "Valuta")
    desk.bring(head, ("K-1", "Acme", "Ada Vos", "1", "SEK"))
    project = factories.project(desk.session, desk.session.scalars(select(Customer)).one())
    run = desk.plan(head, ("K-1", "Acme", "Ada Vos", "2", "EUR"))
    expected = digest(desk.session, run)
    writer = CustomerWriter(desk.session, desk.looker, run)
    writer.prepare()
    desk.session.rollback()
    acme, ada = desk.session.scalars(select(Customer)).one(), desk.session.scalars(select(Contact)).one()
    with changeset(desk.session, SYSTEM, "Meanwhile"):
        if what == "the customer":
            acme.email = "info@acme.example"
        elif what == "its main contact":
            ada.phone = "3"
        elif what == "its time":
            factories.registration(desk.session, project)
        else:
            factories.address(desk.session, acme)
    with pytest.raises(Moved) as refused:
        apply._commit(desk.session, desk.looker, writer, run.id, expected, quiet)
    assert list(refused.value.rows) == [2]
    desk.session.rollback()
    assert desk.one("contact", last_name="Vos")["phone"] == ("3" if what == "its main contact" else "1")


def _staged(session: Session) -> int:
    """How many tables of its own this connection has."""
    query = "SELECT count(*) FROM sqlite_temp_master WHERE type = 'table'"
    if session.get_bind().dialect.name == "postgresql":
        query = "SELECT count(*) FROM pg_class WHERE relpersistence = 't' AND relkind = 'r'"
    return int(session.connection().exec_driver_sql(query).scalar_one())


@pytest.mark.parametrize("quicker", [False, True])
def test_many_rows_wait_beside_the_tables_before_the_lock_is_held(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, quicker: bool
) -> None:
    monkeypatch.setattr("importers.writer.LARGE", 10)
    desk.bring(HEAD[:2], *((f"O-{at}", f"Old {at}") for at in range(30)))
    rows = [(f"O-{at}", f"Newer {at}") for at in range(30)] + [("", f"New {at}") for at in range(30)]
    run = desk.plan(HEAD[:2], *rows)
    expected = digest(desk.session, run)
    writer = CustomerWriter(desk.session, desk.looker, run)
    writer.prepare()
    assert (_staged(desk.session), len(desk.table("customer"))) == (2, 30)
    desk.session.rollback()
    if quicker:
        factories.customer(desk.session, number="K-10001", number_key="k-10001")
    applied = apply._commit(desk.session, desk.looker, writer, run.id, expected, quiet)
    assert (applied.created, applied.updated) == (30, 30)
    assert {row["company_name"] for row in desk.table("customer")} >= {
        f"{name} {at}" for name in ("Newer", "New") for at in range(30)
    }
    first = "K-10002" if quicker else "K-10001"
    assert desk.one("customer", company_name="New 0")["number"] == first
    # What was staged in vain is there until the connection is closed; nothing reads it.
    assert _staged(desk.session) == (2 if quicker else 0)
    _each_row_knows_its_record(desk, run)


def test_an_import_that_was_ended_before_the_lock_was_held_can_be_done_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importers.writer.LARGE", 10)
    run = desk.plan(HEAD[:2], *(("", f"New {at}") for at in range(30)))
    CustomerWriter(desk.session, desk.looker, run).prepare()
    desk.session.rollback()
    assert {row.meets for row in desk.rows(run).values()} == {None}
    factories.customer(desk.session, company_name="Quicker")
    applied = desk.commit(run)
    assert (applied.created, applied.updated, len(desk.table("customer"))) == (30, 0, 31)
    _each_row_knows_its_record(desk, run)


def _each_row_knows_its_record(desk: Desk, run: ImportRun) -> None:
    desk.session.expire_all()
    names = {row["id"]: row["company_name"] for row in desk.table("customer")}
    made = [row for row in desk.rows(run).values() if row.status is RowStatus.NEW]
    assert [names[row.target_id or 0] for row in made] == [row.title for row in made]


def test_a_currency_that_amounts_came_in_after_the_plan_stays(desk: Desk) -> None:
    customer = factories.customer(desk.session, number="K-1", company_name="Acme", currency="SEK")
    project = factories.project(desk.session, customer)
    run = desk.plan(("Klantnummer", "Naam", "Valuta"), ("K-1", "Acme", "EUR"))
    factories.registration(desk.session, project)
    assert stale(desk, run) == {2: ["CHANGED_MEANWHILE", "AMOUNTS_STAY"]}
    assert desk.one("customer", number="K-1")["currency"] == "SEK"
