"""A customer beside a public register: what is asked, what is shown, what is written, and who may."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from lxml import html
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app import create_app
from models.access import SYSTEM
from models.base import db
from models.customer import Address, Customer, Kind
from models.journal import Changeset, Origin, changeset
from models.operations.configure import configure
from models.operations.refresh import Part
from models.user import Role
from tests import factories
from tests.conftest import Cast, ClientFor
from tests.stub import DELETED, DUTCH, EUROPEAN, FINNISH, NORWEGIAN, Stub, answering
from tests.views.test_forms import at_fields, text_of, typed

NEW = "/customers/new/"
NORWEGIAN_NUMBER = "NO 987 654 321 MVA"
UPDATE = "Update the ticked fields"


@pytest.fixture
def stub(app: Flask, session: Session) -> Iterator[Stub]:
    """All registers of this test are this one, and the office asks them."""
    configure(session, SYSTEM, {"ask_registers": True})
    session.commit()
    with answering(Stub()) as found:
        for code in ("BRREG", "PRH", "VIES", "KVK"):
            app.config[f"{code}_URL"] = f"{found.url}/{code}"
        yield found


@pytest.fixture
def customer(session: Session, cast: Cast) -> Customer:
    made = factories.customer(
        session,
        company_name="Fjordvik",
        number="K-10031",
        vat_number=NORWEGIAN_NUMBER,
        email="info@fjordvik.example",
        website="https://fjordvik.example/",
    )
    factories.address(
        session, made, street="Kaien 1", street_2="Bakgård", postal_code="5003", city="Bergen", country="NO",
        is_head_office=True,
    )  # fmt: skip
    return made


def page_of(customer: Customer) -> str:
    return f"/customers/register/?id={customer.id}"


def asked_by(client: Any, customer: Customer) -> TestResponse:
    """The page as the menu of the card opens it."""
    found: TestResponse = client.send(page_of(customer), ask="1")
    return found


def rows(answer: TestResponse) -> dict[str, tuple[str, str, bool | None]]:
    """Of each part what is here, what the register has, and whether it is ticked; None where there is nothing to tick."""
    tree = html.document_fromstring(answer.get_data(as_text=True))
    found = {}
    for row in tree.xpath("//tbody/tr"):
        box = row.xpath(".//input[@type='checkbox']")
        here, there = (" ".join(cell.text_content().split()).partition(": ")[2] for cell in row.xpath("td")[1:])
        found[row.xpath("th")[0].text_content()] = (here, there, box[0].get("checked") is not None if box else None)
    return found


def now(session: Session, customer: Customer) -> Customer:
    session.rollback()
    return session.get_one(Customer, customer.id)


def count(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count(Changeset.id))) or 0


def change(session: Session, customer: Customer, **values: Any) -> None:
    with changeset(session, SYSTEM, "Change of a customer"):
        for name, value in values.items():
            setattr(session.get_one(Customer, customer.id), name, value)


def test_VS_14_VS_15_the_register_of_the_country_is_asked_by_the_VAT_number_and_shown_beside_what_is_here(
    client_for: ClientFor, stub: Stub, customer: Customer
) -> None:
    stub.say(NORWEGIAN)
    alice = client_for("Alice")
    card = alice.get(f"/customers/details/?id={customer.id}")
    answer = alice.press(card, "Update from the register")
    assert answer.status_code == 200
    assert stub.paths == ["/BRREG/enheter/987654321"]
    assert rows(answer) == {
        "Company name": ("Fjordvik", "FJORDVIK SHIPPING AS", True),
        "Address": ("Kaien 1, Bakgård, 5003 Bergen, Norway", "Bryggen 7, 3. etasje, 5003 BERGEN, Norway", True),
        "E-mail": ("info@fjordvik.example", "post@fjordvik.example", True),
        "Website": ("https://fjordvik.example/", "the same", None),
    }


def test_VS_14_a_finnish_customer_is_asked_about_in_finland_and_any_other_of_the_union_by_VIES(
    session: Session, client_for: ClientFor, stub: Stub, customer: Customer
) -> None:
    alice = client_for("Alice")
    change(session, customer, vat_number="FI12345671", website=None)
    stub.say(FINNISH)
    found = rows(asked_by(alice, customer))
    assert found["Company name"][1] == "Koivuranta Oy"
    assert found["E-mail"] == ("info@fjordvik.example", "the register has nothing", None)
    assert found["Website"] == ("–", "www.koivuranta.example", True)
    change(session, customer, vat_number="BE 0404.616.494")
    stub.say(EUROPEAN)
    found = rows(asked_by(alice, customer))
    assert found["Address"][1] == "Wetstraat 16, 1000 Brussel, Belgium"
    assert stub.paths == ["/PRH/companies?businessId=1234567-1", "/VIES/check-vat-number"]
    assert stub.asked[1][3] == b'{"countryCode": "BE", "vatNumber": "0404616494"}'


def test_VS_17_only_what_is_ticked_is_written_in_one_change_that_says_where_it_is_from_and_can_be_undone(
    session: Session, client_for: ClientFor, stub: Stub, customer: Customer
) -> None:
    stub.say(NORWEGIAN)
    alice = client_for("Alice")
    before = count(session)
    page = asked_by(alice, customer)
    answer = alice.press(page, UPDATE, **{"part-email": []})
    assert (answer.status_code, answer.location) == (302, f"/customers/details/?id={customer.id}")
    assert count(session) == before + 1
    after = now(session, customer)
    office = session.scalars(select(Address)).one()
    assert (after.company_name, after.email) == ("FJORDVIK SHIPPING AS", "info@fjordvik.example")
    # The town was only written otherwise, and stays.
    assert (office.street, office.street_2, office.city) == ("Bryggen 7", "3. etasje", "Bergen")
    kept = session.scalars(select(Changeset).order_by(Changeset.id.desc())).first()
    assert kept is not None
    assert (kept.origin, kept.user_name) == (Origin.REGISTER, "Alice")
    assert "FJORDVIK SHIPPING AS updated from Brønnøysund" in text_of(alice.get(answer.location))
    assert "Update customer Fjordvik from Brønnøysund" in text_of(alice.get("/history/"))
    undone = alice.send(f"/history/undo/?changeset={kept.id}")
    assert undone.status_code in (200, 302)
    assert now(session, customer).company_name == "Fjordvik"
    # What it asked of others is asked once, not again by writing.
    assert len(stub.asked) == 1


def test_VS_16_without_a_VAT_number_nothing_is_asked_and_the_way_to_its_field_is_shown(
    session: Session, client_for: ClientFor, stub: Stub, customer: Customer
) -> None:
    change(session, customer, vat_number=None)
    answer = asked_by(client_for("Alice"), customer)
    assert "this customer has none" in text_of(answer)
    assert f'href="/customers/edit/?id={customer.id}#vat_number"' in answer.get_data(as_text=True)
    change(session, customer, vat_number="GB123456789")
    assert "no country whose register is asked" in text_of(asked_by(client_for("Alice"), customer))
    assert stub.asked == []


def test_a_VAT_number_without_its_country_is_one_of_where_the_head_office_is(
    session: Session, client_for: ClientFor, stub: Stub, customer: Customer
) -> None:
    stub.say(NORWEGIAN)
    change(session, customer, vat_number="987654321")
    assert asked_by(client_for("Alice"), customer).status_code == 200
    assert stub.paths == ["/BRREG/enheter/987654321"]


@pytest.mark.parametrize(
    ("value", "status", "said"),
    [
        ({}, 404, "Brønnøysund does not know this number. Is it typed right?"),
        (DELETED, 200, "This company is no more. Brønnøysund says that this company ceased to be on 31 May 2024."),
        ({}, 410, "This company is no more. Brønnøysund says that this company is no more."),
        ({}, 400, "The register says that this is no valid number."),
        ({}, 503, "The register is busy, or asked too often at the moment."),
        ("<h1>Oops</h1>", 200, "What the register answered could not be read."),
    ],
)
def test_whatever_is_no_company_is_said_proposes_nothing_and_can_be_asked_again(
    session: Session, client_for: ClientFor, stub: Stub, customer: Customer, value: Any, status: int, said: str
) -> None:
    stub.say(value, status)
    alice, before = client_for("Alice"), count(session)
    answer = asked_by(alice, customer)
    assert said in text_of(answer)
    assert rows(answer) == {}
    stub.say(NORWEGIAN)
    assert rows(alice.press(answer, "Ask again"))["Company name"][2] is True
    assert count(session) == before


def test_what_a_register_does_not_have_clears_nothing_and_what_it_hides_proposes_nothing(
    session: Session, client_for: ClientFor, stub: Stub, customer: Customer
) -> None:
    change(session, customer, vat_number="DE123456789")
    stub.say({**EUROPEAN, "name": "---", "address": "---"})
    alice = client_for("Alice")
    answer = asked_by(alice, customer)
    assert {there for _here, there, _ticked in rows(answer).values()} == {"the register has nothing"}
    assert "there is nothing to update" in text_of(answer)
    # A form that is made up ticks them all the same.
    token = html.document_fromstring(answer.get_data(as_text=True)).xpath("//input[@name='answer']/@value")[0]
    alice.send(page_of(customer), answer=token, **dict.fromkeys((f"part-{part}" for part in Part), "1"))
    after = now(session, customer)
    assert (after.company_name, after.email, after.website) == (
        "Fjordvik", "info@fjordvik.example", "https://fjordvik.example/",
    )  # fmt: skip
    assert session.scalars(select(Address.street)).all() == ["Kaien 1"]


def test_an_address_goes_to_the_head_office_which_is_made_where_there_is_none(
    session: Session, client_for: ClientFor, stub: Stub, cast: Cast
) -> None:
    bare = factories.customer(session, company_name="Fjordvik", vat_number=NORWEGIAN_NUMBER)
    stub.say(NORWEGIAN)
    alice = client_for("Alice")
    others = {f"part-{part}": [] for part in Part if part is not Part.ADDRESS}
    assert alice.press(asked_by(alice, bare), UPDATE, **others).status_code == 302
    session.rollback()
    office = session.scalars(select(Address)).one()
    assert (office.customer_id, office.is_head_office) == (bare.id, True)
    assert (office.street, office.postal_code, office.country) == ("Bryggen 7", "5003", "NO")


def test_what_somebody_changed_since_it_was_shown_is_not_overwritten_but_shown_anew(
    session: Session, client_for: ClientFor, stub: Stub, customer: Customer
) -> None:
    stub.say(NORWEGIAN)
    alice = client_for("Alice")
    page = asked_by(alice, customer)
    change(session, customer, company_name="Fjordvik Rederi", phone="+47 55 00 00 00")
    clash = alice.press(page, UPDATE)
    assert clash.status_code == 409
    assert "System changed this meanwhile: Company name. Nothing was changed" in text_of(clash)
    assert rows(clash)["Company name"][:2] == ("Fjordvik Rederi", "FJORDVIK SHIPPING AS")
    assert now(session, customer).email == "info@fjordvik.example"
    # Now it was seen.
    assert alice.press(clash, UPDATE).status_code == 302
    after = now(session, customer)
    assert (after.company_name, after.phone) == ("FJORDVIK SHIPPING AS", "+47 55 00 00 00")


def test_without_a_tick_nothing_is_changed_and_what_does_not_fit_is_said(
    session: Session, client_for: ClientFor, stub: Stub, customer: Customer
) -> None:
    stub.say({**NORWEGIAN, "navn": "F" * 201})
    alice = client_for("Alice")
    page = asked_by(alice, customer)
    none = alice.press(page, UPDATE, **{f"part-{part}": [] for part in Part})
    assert none.status_code == 422
    assert "Nothing is ticked" in text_of(none)
    too_long = alice.press(page, UPDATE)
    assert too_long.status_code == 422
    assert "Company name is too long: at most 200 characters." in text_of(too_long)
    assert now(session, customer).email == "info@fjordvik.example"


def test_only_what_the_panel_showed_itself_is_written(
    session: Session, client_for: ClientFor, stub: Stub, customer: Customer
) -> None:
    other = factories.customer(session, company_name="Andere", vat_number=NORWEGIAN_NUMBER)
    stub.say(NORWEGIAN)
    alice = client_for("Alice")
    token = html.document_fromstring(asked_by(alice, customer).get_data(as_text=True)).xpath(
        "//input[@name='answer']/@value"
    )[0]
    for where, what in ((other, token), (customer, "made up"), (customer, token[:-2]), (customer, "")):
        answer = alice.send(page_of(where), answer=what, **{"part-company_name": "1"})
        assert answer.status_code == 409
        assert "too old" in text_of(answer)
    # Another VAT number since: then it is another company.
    change(session, customer, vat_number="NO123456789MVA")
    assert alice.send(page_of(customer), answer=token, **{"part-company_name": "1"}).status_code == 409
    assert {row.company_name for row in session.scalars(select(Customer))} == {"Fjordvik", "Andere"}


def test_to_open_the_page_asks_nobody(client_for: ClientFor, stub: Stub, customer: Customer) -> None:
    page = client_for("Alice").get(page_of(customer))
    assert "Brønnøysund is told the number 987654321, and nothing else." in text_of(page)
    assert stub.asked == []


def test_who_may_not_edit_is_refused_and_who_may_not_see_finds_nothing(
    session: Session, client_for: ClientFor, stub: Stub, customer: Customer
) -> None:
    bob, charlie = client_for("Bob"), client_for("Charlie")
    assert "Update from the register" not in bob.get(f"/customers/details/?id={customer.id}").get_data(as_text=True)
    assert (bob.get(page_of(customer)).status_code, asked_by(bob, customer).status_code) == (403, 403)
    assert (charlie.get(page_of(customer)).status_code, asked_by(charlie, customer).status_code) == (404, 404)
    assert stub.asked == []


def test_who_edits_this_customer_alone_may_ask_about_it(
    session: Session, client_for: ClientFor, cast: Cast, stub: Stub, customer: Customer
) -> None:
    editor = session.scalars(select(Role).where(Role.name == "Editor")).one()
    factories.access(session, customer, editor, cast.charlie)
    stub.say(NORWEGIAN)
    charlie = client_for("Charlie")
    assert charlie.press(asked_by(charlie, customer), UPDATE).status_code == 302
    assert now(session, customer).email == "post@fjordvik.example"


def test_a_private_person_an_archived_customer_and_an_office_that_asks_nobody_have_no_such_page(
    session: Session, client_for: ClientFor, stub: Stub, customer: Customer
) -> None:
    person = factories.customer(session, kind=Kind.PRIVATE, vat_number=NORWEGIAN_NUMBER)
    alice = client_for("Alice")

    def offered(one: Customer) -> bool:
        return "Update from the register" in alice.get(f"/customers/details/?id={one.id}").get_data(as_text=True)

    assert (offered(customer), offered(person)) == (True, False)
    assert asked_by(alice, person).status_code == 404
    archived = factories.customer(session, vat_number=NORWEGIAN_NUMBER, archived_at=factories.A_MOMENT)
    assert not offered(archived)
    assert asked_by(alice, archived).status_code == 422
    configure(session, SYSTEM, {"ask_registers": False})
    session.commit()
    assert not offered(customer)
    assert asked_by(alice, customer).status_code == 404
    assert "Look up" not in alice.get(NEW).get_data(as_text=True)
    assert stub.asked == []


def test_registers_are_asked_only_once_the_office_says_so(session: Session, client_for: ClientFor, cast: Cast) -> None:
    made = factories.customer(session, vat_number=NORWEGIAN_NUMBER)
    assert asked_by(client_for("Alice"), made).status_code == 404


def test_nobody_waits_for_the_database_while_a_register_is_waited_for(
    app: Flask, client_for: ClientFor, stub: Stub, customer: Customer
) -> None:
    alice = client_for("Alice")
    alice.get(page_of(customer))
    with app.app_context():
        engine = db.engine
    open_now, seen = [0], []
    event.listen(engine, "begin", lambda _connection: open_now.__setitem__(0, open_now[0] + 1))
    for end in ("commit", "rollback"):
        event.listen(engine, end, lambda _connection: open_now.__setitem__(0, open_now[0] - 1))
    stub.say(NORWEGIAN)
    stub.before = lambda: seen.append(open_now[0])
    asked_by(alice, customer)
    alice.press(alice.get(NEW), "Look up", register_number=NORWEGIAN_NUMBER)
    assert seen == [0, 0]


def test_a_register_that_is_somewhere_without_TLS_is_refused_at_the_start(tmp_path: Any) -> None:
    settings = {"INSTANCE": tmp_path, "SECRET_KEY": "a secret that is long enough for a test"}
    with pytest.raises(SystemExit, match="KAARTENBAK_VIES_URL must be an address such as https://"):
        create_app({**settings, "VIES_URL": "http://vies.example"})


# The form of a new customer


def test_TC_09_a_number_fills_the_form_in_which_is_then_saved_as_it_stands(
    session: Session, client_for: ClientFor, stub: Stub
) -> None:
    stub.say(NORWEGIAN)
    alice = client_for("Alice")
    before = count(session)
    filled = alice.press(alice.get(NEW), "Look up", register_number=NORWEGIAN_NUMBER, phone="+47 55 00 00 00")
    assert filled.status_code == 200
    assert "Brønnøysund knows it: filled in below, not saved yet." in text_of(filled)
    names = ("company_name", "email", "website", "vat_number", "company_number", "head_office_street", "phone")
    assert [typed(filled, name) for name in names] == [
        *("FJORDVIK SHIPPING AS", "post@fjordvik.example", "www.fjordvik.example", "NO987654321MVA", "987654321"),
        *("Bryggen 7", "+47 55 00 00 00"),
    ]
    assert at_fields(filled) == {}
    assert count(session) == before
    assert alice.press(filled, "Save customer").status_code == 302
    session.rollback()
    made = session.scalars(select(Customer)).one()
    assert (made.name, made.vat_number, made.phone) == ("FJORDVIK SHIPPING AS", "NO987654321MVA", "+47 55 00 00 00")
    office = session.scalars(select(Address)).one()
    assert (office.street_2, office.postal_code, office.city, office.country) == ("3. etasje", "5003", "BERGEN", "NO")
    assert len(stub.asked) == 1


def test_TC_09_a_form_that_was_saved_and_gone_back_to_looks_up_as_well(client_for: ClientFor, stub: Stub) -> None:
    stub.say(NORWEGIAN)
    alice = client_for("Alice")
    page = alice.get(NEW)
    assert alice.press(page, "Save customer", company_name="Een B.V.").status_code == 302
    filled = alice.press(page, "Look up", register_number=NORWEGIAN_NUMBER)
    assert (filled.status_code, typed(filled, "vat_number")) == (200, "NO987654321MVA")
    assert len(stub.asked) == 1


def test_TC_09_what_was_typed_stays_and_what_the_register_has_is_told(client_for: ClientFor, stub: Stub) -> None:
    stub.say(NORWEGIAN)
    alice = client_for("Alice")
    own = {"company_name": "Fjordvik", "head_office_street": "Kaien 1", "contact-0-contact_id-first_name": "Astrid"}
    filled = alice.press(alice.get(NEW), "Look up", register_number="987654321MVA", **own)
    assert [typed(filled, name) for name in own] == list(own.values())
    assert (typed(filled, "head_office_city"), typed(filled, "email")) == ("", "post@fjordvik.example")
    said = text_of(filled)
    assert "What you typed stays." in said
    for kept in ("Company name: FJORDVIK SHIPPING AS", "Street and number: Bryggen 7", "City: BERGEN"):
        assert kept in said


def test_TC_09_the_dutch_register_is_asked_by_its_own_number_with_the_key(
    app: Flask, client_for: ClientFor, stub: Stub
) -> None:
    alice = client_for("Alice")
    stub.say(DUTCH)
    without = alice.press(alice.get(NEW), "Look up", register_number="69599084", email="kept@haven.example")
    assert at_fields(without)["register_number"].startswith("The Dutch register is asked with a key")
    assert (typed(without, "email"), stub.asked) == ("kept@haven.example", [])
    app.config["KVK_KEY"] = "a-key-of-ours"
    filled = alice.press(without, "Look up")
    assert typed(filled, "company_name") == "Havenmeester B.V."
    assert (typed(filled, "company_number"), typed(filled, "vat_number")) == ("69599084", "")
    assert (stub.paths, stub.asked[0][2]["apikey"]) == (["/KVK/v1/basisprofielen/69599084"], "a-key-of-ours")
    assert "a-key-of-ours" not in filled.get_data(as_text=True)


def test_TC_09_enter_in_the_box_looks_up_while_there_is_nothing_to_save(
    session: Session, client_for: ClientFor, stub: Stub
) -> None:
    stub.say(NORWEGIAN)
    alice = client_for("Alice")
    filled = alice.press(alice.get(NEW), "Save customer", register_number="987654321MVA")
    assert (filled.status_code, typed(filled, "company_name")) == (200, "FJORDVIK SHIPPING AS")
    # With a name it is saved, and nobody is asked.
    assert alice.press(filled, "Save customer").status_code == 302
    assert len(stub.asked) == 1


@pytest.mark.parametrize(
    ("number", "value", "status", "said"),
    [
        ("", {}, 200, "Fill in a number to look up."),
        ("US 1", {}, 200, "This number begins with no country"),
        ("NO12", {}, 200, "The register says that this is no valid number."),
        (NORWEGIAN_NUMBER, {}, 404, "Brønnøysund does not know this number."),
        (NORWEGIAN_NUMBER, DELETED, 200, "Brønnøysund says that this company ceased to be on 31 May 2024."),
        (NORWEGIAN_NUMBER, {}, 503, "The register is busy"),
    ],
)
def test_a_look_up_that_finds_nothing_says_so_at_its_box_and_keeps_the_form(
    client_for: ClientFor, stub: Stub, number: str, value: Any, status: int, said: str
) -> None:
    stub.say(value, status)
    alice = client_for("Alice")
    answer = alice.press(alice.get(NEW), "Look up", register_number=number, company_name="Fjordvik")
    assert at_fields(answer)["register_number"].startswith(said)
    assert (typed(answer, "company_name"), typed(answer, "email")) == ("Fjordvik", "")


def test_who_may_not_make_customers_asks_nobody(client_for: ClientFor, stub: Stub) -> None:
    stub.say(NORWEGIAN)
    assert client_for("Bob").send(NEW, register_number=NORWEGIAN_NUMBER, **{"look-up": "1"}).status_code == 403
    assert stub.asked == []


def test_what_a_register_says_is_text_and_nothing_else(client_for: ClientFor, stub: Stub, customer: Customer) -> None:
    stub.say({**NORWEGIAN, "navn": "<script>alert(1)</script>\u202e{{7*7}}"})
    alice = client_for("Alice")
    alice.typed = ["<script>alert(1)</script>{{7*7}}"]
    answer = asked_by(alice, customer)
    assert "<script>alert" not in answer.get_data(as_text=True)
    assert rows(answer)["Company name"][1] == "<script>alert(1)</script>{{7*7}}"
    filled = alice.press(alice.get(NEW), "Look up", register_number=NORWEGIAN_NUMBER)
    assert typed(filled, "company_name") == "<script>alert(1)</script>{{7*7}}"
