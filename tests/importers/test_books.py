"""Files of bookkeeping programs and visiting cards go the way of every import: planned, written, and nothing twice."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from importers import looking, planning
from importers.apply import Applied
from importers.columns import COLUMNS
from importers.files import Refusal, Unreadable
from importers.files.relation import CONTACT_FIELDS, CUSTOMER_FIELDS
from importers.run import Choices
from models.imports import ImportKind
from tests.importers.helpers import CONTACTS, CUSTOMERS, Desk, desk_of

LONG = "Koninklijke Nederlandse Vereniging van Kaartenbakkenmakers en Aanverwante Vakken U.A."


@pytest.fixture
def desk(session: Session, tmp_path: Path) -> Desk:
    return desk_of(session, tmp_path)


@pytest.fixture
def samples(data: Path) -> Path:
    """Samples of the formats, beside the folder of real files."""
    folder = data.parents[1] / "integrations" / "samples"
    if not folder.is_dir():
        pytest.skip("The folder with samples of formats is missing beside the folder of real files.")
    return folder


def xaf(*relations: str) -> bytes:
    return f"<auditfile><company><customersSuppliers>{''.join(relations)}</customersSuppliers></company></auditfile>".encode()


def relation(number: str, name: str, more: str = "", role: str = "C") -> str:
    told = f"<custSupID>{number}</custSupID><custSupName>{name}</custSupName>{more}<custSupTp>{role}</custSupTp>"
    return f"<customerSupplier>{told}</customerSupplier>"


def counts(applied: Applied) -> tuple[int, int, int, int]:
    return applied.created, applied.updated, applied.unchanged, applied.rejected


@pytest.mark.parametrize(
    ("name", "created", "rejected"),
    [
        ("xaf_3.2_customers.xml", 2, 0),
        ("xaf_4.0_customers.xml", 2, 0),
        ("saft_no_110_customers.xml", 2, 0),
        ("saft_no_130_customers.xml", 0, 1),  # every value in it is the letter a, also the country
        ("sie5_customers.xml", 2, 0),
        ("ubl_peppol_customer_party.xml", 1, 0),
    ],
)
def test_each_format_goes_in_once_and_the_second_time_changes_nothing(
    desk: Desk, samples: Path, name: str, created: int, rejected: int
) -> None:
    content = (samples / name).read_bytes()
    assert counts(desk.bring_file(content)) == (created, 0, 0, rejected)
    again = desk.bring_file(content)
    assert counts(again) == (0, 0, created, rejected)
    assert again.changeset is None


@pytest.mark.parametrize(
    ("name", "customers", "contacts"),
    [
        ("acct__ban__ExactOnline_V32_2016.xml", 18, 6),
        ("acct__ban__auditfile_v3.2_nl_20180101_20181231.xaf", 4, 1),
        ("acct__en__ubl-tc434-example1.xml", 1, 1),
        ("acct__en__ubl-tc434-example2.xml", 1, 1),
        ("acct__moz__basic_vcard_addressbook.vcf", 2, 2),
        ("acct__vc__John_Doe_GMAIL.vcf", 1, 1),
        ("acct__vc__John_Doe_MS_OUTLOOK.vcf", 1, 1),
        ("acct__vc__gmail-list.vcf", 3, 3),
        ("acct__vc__outlook-2003.vcf", 1, 1),
        ("acct__vc__rfc6350-example.vcf", 1, 1),
    ],
)
def test_each_real_file_goes_in_as_customers_and_as_contacts(
    desk: Desk, data: Path, name: str, customers: int, contacts: int
) -> None:
    content = (data / name).read_bytes()
    assert counts(desk.bring_file(content)) == (customers, 0, 0, 0)
    assert counts(desk.bring_file(content)) == (0, 0, customers, 0)
    people = desk.bring_file(content, CONTACTS)
    # Who is the contact of a customer came in with that customer.
    assert people.created + people.updated + people.unchanged + people.skipped == contacts
    assert people.rejected == 0
    again = desk.bring_file(content, CONTACTS)
    assert (again.created, again.updated, again.rejected) == (0, 0, 0)


def test_everything_that_has_a_place_comes_along(desk: Desk, samples: Path) -> None:
    desk.bring_file((samples / "saft_no_110_customers.xml").read_bytes())
    customer = desk.one("customer", number="1000")
    assert customer["company_name"] == "Leketøysbutikk Tøyen"
    assert (customer["company_number"], customer["vat_number"]) == ("987654321", "911111111MVA")
    assert (customer["payment_term_days"], customer["currency"]) == (30, "NOK")
    office = desk.one("address", customer_id=customer["id"], is_head_office=True)
    invoice = desk.one("address", customer_id=customer["id"], is_invoice=True)
    assert (office["street"], invoice["street"]) == ("Tøyenbekken 4", "Postboks 8701")
    assert desk.one("bank_account", customer_id=customer["id"])["iban"] == "NO4912345678911"
    contact = desk.one("contact", last_name="Kontakt")
    assert (contact["phone"], contact["email"]) == ("21549800", "kontaktperson@leketoysbutikkentoyen.offline")
    assert desk.one("customer_contact", contact_id=contact["id"])["is_main"] is True


def test_a_house_number_and_its_addition_are_part_of_the_street(desk: Desk, samples: Path) -> None:
    desk.bring_file((samples / "xaf_3.2_customers.xml").read_bytes())
    assert [row["street"] for row in desk.table("address")] == ["Dorpsstraat 0A", "Dorpsstraat 1A"]


def test_suppliers_stay_out_and_relations_of_another_kind_come_only_when_asked_for(desk: Desk) -> None:
    content = xaf(relation("1", "Afnemer"), relation("2", "Leverancier", role="S"), relation("3", "Bank", role="O"))
    run = desk.plan_file(content)
    assert run.counts["new"] == 1
    said = {note["code"]: note["values"]["count"] for note in run.options["notes"]}
    assert said == {"SUPPLIERS_LEFT_OUT": 1, "OTHERS_LEFT_OUT": 1}
    asked = desk.plan_file(content, choices=Choices(others=True))
    assert [row.title for row in desk.rows(asked).values()] == ["Afnemer", "Bank"]


def test_a_name_that_was_cut_never_takes_the_place_of_the_whole_one(desk: Desk) -> None:
    desk.bring(("Klantnummer", "Bedrijfsnaam", "Telefoon"), ("7", LONG, "020 1234567"))
    cut = desk.bring_file(xaf(relation("7", LONG[:50], "<telephone>020 7654321</telephone>")))
    assert counts(cut) == (0, 1, 0, 0)
    assert desk.one("customer", number="7")["company_name"] == LONG
    assert desk.one("customer", number="7")["phone"] == "020 7654321"
    assert counts(desk.bring_file(xaf(relation("7", LONG[:50])))) == (0, 0, 1, 0)


def test_a_name_that_was_cut_at_a_blank_is_that_name_too(desk: Desk) -> None:
    name = f"{LONG[:49]} {LONG[50:]}"
    desk.bring(("Klantnummer", "Bedrijfsnaam"), ("7", name))
    assert counts(desk.bring_file(xaf(relation("7", name[:50])))) == (0, 0, 1, 0)


def test_another_name_of_the_same_length_is_another_name(desk: Desk) -> None:
    desk.bring(("Klantnummer", "Bedrijfsnaam"), ("7", LONG))
    assert counts(desk.bring_file(xaf(relation("7", "X" * 50)))) == (0, 1, 0, 0)
    assert desk.one("customer", number="7")["company_name"] == "X" * 50


def test_a_shorter_name_was_not_cut(desk: Desk) -> None:
    desk.bring(("Klantnummer", "Bedrijfsnaam"), ("7", LONG))
    assert counts(desk.bring_file(xaf(relation("7", LONG[:40])))) == (0, 1, 0, 0)


def test_a_customer_whose_name_was_cut_is_asked_about_when_its_number_is_another(desk: Desk) -> None:
    desk.bring(("Klantnummer", "Bedrijfsnaam"), ("7", LONG))
    run = desk.plan_file(xaf(relation("8", LONG[:50])))
    assert desk.statuses(run) == {1: "ambiguous"}
    assert desk.codes(run, 1) == ["NAME_KNOWN_OTHER_NUMBER"]


def test_cities_and_contacts_that_were_cut_are_kept_whole(desk: Desk) -> None:
    city, person = "Llanfair" + "x" * 60, "Wilhelmina Adriana Petronella van den Bergh tot Walburgen"
    desk.bring(
        ("Klantnummer", "Bedrijfsnaam", "Bezoekadres plaats", "Contactpersoon"),
        ("7", "Acme", city, person),
    )
    more = f"<contact>{person[:50]}</contact><streetAddress><city>{city[:50]}</city></streetAddress>"
    assert counts(desk.bring_file(xaf(relation("7", "Acme", more)))) == (0, 0, 1, 0)
    assert [row["name"] for row in desk.table("contact")] == [person]


def test_absent_empty_and_a_value_are_three_things(desk: Desk) -> None:
    head = ("Klantnummer", "Bedrijfsnaam", "Telefoon", "E-mail", "Website")
    desk.bring(head, ("7", "Acme", "020 1234567", "info@acme.example", "https://acme.example"))
    other = relation("8", "Beta", "<website>https://beta.example</website>")
    content = xaf(relation("7", "Acme", "<telephone/><eMail>post@acme.example</eMail>"), other)
    desk.bring_file(content)
    found = desk.one("customer", number="7")
    assert (found["phone"], found["email"]) == ("020 1234567", "post@acme.example")
    desk.bring_file(content, choices=Choices(empty_clears=True))
    found = desk.one("customer", number="7")
    assert (found["phone"] or "", found["email"]) == ("", "post@acme.example")
    assert found["website"] == "https://acme.example"  # the file does not speak of it


def test_a_number_that_stands_twice_is_asked_about(desk: Desk) -> None:
    run = desk.plan_file(xaf(relation("1", "Acme"), relation("1", "Beta"), relation("2", "Gamma")))
    assert desk.statuses(run) == {1: "duplicate", 2: "duplicate", 3: "new"}
    assert desk.codes(run, 1) == ["NUMBER_TWICE"]


def test_a_relation_without_a_name_is_the_person_at_it(desk: Desk) -> None:
    desk.bring_file(xaf(relation("1", "", "<contact>Pieter  Vermaas</contact>")))
    found = desk.one("customer", number="1")
    assert (found["kind"], found["first_name"], found["last_name"]) == ("private", "Pieter", "Vermaas")
    assert desk.table("contact") == []


def test_contacts_of_customers_are_linked_by_the_number_of_the_customer(desk: Desk) -> None:
    desk.bring(("Klantnummer", "Bedrijfsnaam"), ("7", "Acme"))
    desk.bring_file(xaf(relation("7", "Acme", "<contact>Jan Jansen</contact>")), CONTACTS)
    link = desk.one("customer_contact")
    assert link["customer_id"] == desk.one("customer", number="7")["id"]


def test_a_card_with_a_firm_is_a_contact_of_that_firm(desk: Desk) -> None:
    desk.bring(("Klantnummer", "Bedrijfsnaam"), ("7", "Acme"))
    card = b"BEGIN:VCARD\r\nVERSION:3.0\r\nN:Berg;Anna;;;\r\nORG:Acme\r\nTITLE:Inkoper\r\nEND:VCARD\r\n"
    assert counts(desk.bring_file(card, CONTACTS)) == (1, 0, 0, 0)
    assert desk.one("customer_contact")["function"] == "Inkoper"


@pytest.mark.parametrize(
    ("kept", "code", "notes"), [(False, "REST_LEFT_OUT", ""), (True, "REST_KEPT", "FAX 020-1\nORG Inkoop")]
)
def test_what_a_card_says_besides_is_told_or_kept(desk: Desk, kept: bool, code: str, notes: str) -> None:
    lines = b"N:Berg;Anna\r\nORG:Acme;Inkoop\r\nTEL;TYPE=fax:020-1"
    card = b"BEGIN:VCARD\r\nVERSION:3.0\r\n" + lines + b"\r\nEND:VCARD\r\n"
    run = desk.plan_file(card, CONTACTS, choices=Choices(rest_to_notes=kept))
    (found,) = [one for one in desk.rows(run)[1].problems if one["code"] == code]
    assert found["values"]["rest"] == "FAX 020-1; ORG Inkoop"
    desk.commit(run)
    assert (desk.one("contact")["description"] or "") == notes


def test_a_column_of_a_known_format_can_be_left_out(desk: Desk) -> None:
    run = desk.upload(xaf(relation("7", "Acme", "<telephone>020 1234567</telephone>")))
    place = next(column["position"] for column in run.options["columns"] if column["field"] == "phone")
    looking.map_columns(desk.session, desk.looker, run.id, {place: None})
    planning.make_plan(desk.session, desk.looker, desk.folder, run.id)
    desk.commit(run)
    assert not desk.one("customer", number="7")["phone"]


@pytest.mark.parametrize(("kind", "fields"), [(CUSTOMERS, CUSTOMER_FIELDS), (CONTACTS, CONTACT_FIELDS)])
def test_every_field_that_a_format_may_state_is_one_that_can_come_in(kind: ImportKind, fields: tuple[str, ...]) -> None:
    assert len(set(fields)) == len(fields)
    assert [name for name in fields if name not in COLUMNS[kind]] == []


def test_who_has_no_contact_persons_is_told_so(desk: Desk) -> None:
    with pytest.raises(Unreadable) as caught:
        desk.upload(xaf(relation("7", "Acme")), CONTACTS)
    assert caught.value.refusal is Refusal.NO_CONTACTS
