"""The card of a customer: its figures are those of the whole period they name, and say what they add up."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import html
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from admin_views import shell
from models import totals
from models.access import SYSTEM
from models.journal import changeset
from models.operations.configure import configure
from models.settings import ValueList
from models.user import Role
from tests import factories
from tests.conftest import Cast, ClientFor


def text_of(answer: TestResponse) -> str:
    return " ".join(html.document_fromstring(answer.get_data(as_text=True)).text_content().split())


def people(answer: TestResponse) -> dict[str, str]:
    """The contacts on the card: name -> address of their card."""
    links = html.document_fromstring(answer.text).xpath("//div[@aria-label='Contacts']//th//a")
    return {link.text_content(): link.get("href") for link in links}


def chart(answer: TestResponse) -> dict[str, str]:
    """The chart as its table has it: period -> value."""
    tree = html.document_fromstring(answer.get_data(as_text=True))
    rows = tree.xpath("//figure[contains(@class, 'kb-chart')]//tbody/tr")
    return {row.findtext("th"): row.findtext("td") for row in rows}


@pytest.mark.parametrize(
    ("period", "first", "day"),
    [("months", "Mar", (2026, 3, 1)), ("quarters", "Q3 2025", (2025, 7, 1)), ("years", "2018", (2018, 1, 1))],
)
def test_TO_15_each_period_of_the_chart_holds_all_its_hours_from_its_first_day_on(
    session: Session,
    client_for: ClientFor,
    monkeypatch: pytest.MonkeyPatch,
    period: str,
    first: str,
    day: tuple[int, int, int],
) -> None:
    project = factories.project(session, factories.customer(session))
    begins = dt.date(*day)
    factories.registration(session, project, day=begins, minutes=120)
    factories.registration(session, project, day=begins - dt.timedelta(days=1), minutes=60)
    dana = client_for("Dana")
    monkeypatch.setattr(shell, "today", lambda: dt.date(2027, 2, 10))
    shown = chart(dana.get(f"/customers/details/?id={project.customer_id}&period={period}"))
    assert next(iter(shown.items())) == (first, "2")


def test_TO_15_a_number_is_rounded_alike_in_the_chart_its_table_and_among_the_key_numbers(
    session: Session, client_for: ClientFor
) -> None:
    project = factories.project(session, factories.customer(session, currency="EUR"))
    factories.registration(session, project, day=factories.today(), minutes=135, amount=Decimal("1202.50"))
    dana, path = client_for("Dana"), f"/customers/details/?id={project.customer_id}"
    for measure, printed, number in (("hours", "2.25", "2.25"), ("value", "1,203", "€\u00a01,203")):
        page = dana.get(f"{path}&measure={measure}")
        tree = html.document_fromstring(page.get_data(as_text=True))
        assert tree.xpath("//*[@class='kb-bar-text']")[-1].text == printed
        assert list(chart(page).values())[-1] == printed
        assert number in [one.text for one in tree.find_class("kb-number")]


def test_the_days_of_a_month_add_up_to_whole_minutes_and_cents(session: Session) -> None:
    project = factories.project(session, factories.customer(session))
    other = factories.project(session, factories.customer(session))
    for one, day, minutes, amount in (
        (project, dt.date(2025, 12, 31), 15, "0.05"),
        (project, dt.date(2026, 1, 1), 30, "0.10"),
        (project, dt.date(2026, 1, 1), 45, "0.20"),
        (project, dt.date(2026, 1, 31), 60, "1000000.01"),
        (project, dt.date(2026, 3, 1), 90, "0.00"),
        (other, dt.date(2026, 1, 31), 75, "5.00"),
    ):
        factories.registration(session, one, day=day, minutes=minutes, amount=Decimal(amount))
    found = totals.per_month(session, project.customer_id, dt.date(2026, 1, 1))
    assert found == [
        totals.PeriodTotal(2026, 1, 135, Decimal("1000000.31")),
        totals.PeriodTotal(2026, 3, 90, Decimal("0.00")),
    ]
    assert {type(one.minutes) for one in found} == {int}
    assert {str(one.amount) for one in found} == {"1000000.31", "0.00"}


def test_TO_15_there_are_as_many_years_as_there_are_figures_for_and_the_table_rounds_nothing(
    session: Session, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shell, "today", lambda: dt.date(2026, 11, 22))
    customer, dana = factories.customer(session), client_for("Dana")
    path = f"/customers/details/?id={customer.id}&period=years"
    assert chart(dana.get(path)) == {"2025": "0", "2026": "0"}
    project = factories.project(session, customer)
    factories.registration(session, project, day=dt.date(2024, 5, 1), minutes=6915)
    factories.registration(session, project, day=dt.date(2026, 5, 1), minutes=60)
    assert chart(dana.get(path)) == {"2024": "115.25", "2025": "0", "2026": "1"}
    # Each bar says which year it is: no colour has to.
    drawn = {period: dana.get(path.replace("years", period)).text for period in ("years", "quarters")}
    assert {period: "kb-bar-pale" in page for period, page in drawn.items()} == {"years": False, "quarters": True}
    factories.registration(session, project, day=dt.date(1999, 5, 1), minutes=60)
    factories.registration(session, project, day=dt.date(2017, 1, 1), minutes=60)
    assert list(chart(dana.get(path))) == [str(year) for year in range(2017, 2027)]


def test_TL_03_amounts_in_several_currencies_are_not_added_up(session: Session, client_for: ClientFor) -> None:
    customer = factories.customer(session, currency="EUR")
    day = factories.today()
    for currency, amount in (("EUR", 1210), ("EUR", 40), ("SEK", 900)):
        factories.invoice(session, customer, day=day, currency=currency, amount=Decimal(amount))
    dana = client_for("Dana")
    assert "€\xa01,250 + SEK\xa0900" in dana.get("/customers/").get_data(as_text=True)
    tree = html.document_fromstring(dana.get(f"/customers/details/?id={customer.id}&tab=finance").text)
    years = tree.xpath("//div[@aria-label='Invoiced per year']//tbody/tr")
    assert [[cell.text_content() for cell in row] for row in years] == [
        [str(day.year), "2", "€\xa01,250"],
        [str(day.year), "1", "SEK\xa0900"],
    ]


def test_what_was_registered_is_not_called_what_was_invoiced(session: Session, client_for: ClientFor) -> None:
    project = factories.project(session, factories.customer(session))
    factories.registration(session, project, day=factories.today(), amount=Decimal(80))
    page = client_for("Dana").get(f"/customers/details/?id={project.customer_id}&measure=value").get_data(as_text=True)
    assert "Registered value" in page
    assert "Revenue" not in page


def test_TO_22_VS_04_a_card_that_does_not_show_all_projects_says_how_many_more_and_where(
    session: Session, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(totals, "MOST_PROJECTS", 2)
    customer = factories.customer(session)
    for n in range(5):
        factories.project(session, customer, archived_at=factories.A_MOMENT if n else None)
    factories.project(session, factories.customer(session))
    dana = client_for("Dana")
    page = dana.get(f"/customers/details/?id={customer.id}&tab=projects").get_data(as_text=True)
    assert "and 3 more projects" in page
    (link,) = html.document_fromstring(page).xpath("//a[.='All projects']/@href")
    listed = html.document_fromstring(dana.get(link).get_data(as_text=True))
    assert len(listed.xpath("//tbody//th[@scope='row']")) == 5


def test_TO_12_from_a_card_one_goes_on_within_the_list_it_was_opened_from(
    session: Session, client_for: ClientFor
) -> None:
    names = ["Bakker A", "Bakker B", "Bakker C", "Anders"]
    first, second, third, other = (factories.customer(session, company_name=name).id for name in names)
    dana, came = client_for("Dana"), "list=search%3Dbakker%26sort%3Dname&tab=projects"
    card = html.document_fromstring(dana.get(f"/customers/details/?id={second}&{came}").text)
    (place,) = card.xpath("//@data-kb-beside")
    told = dana.get(place).get_json()
    assert told["place"] == "2 of 3"
    before, after = (told[side] for side in ("prev", "next"))
    assert [f"id={first}&" in before, f"id={third}&" in after, after.endswith(came)] == [True] * 3
    # Without JavaScript the links look it up themselves.
    links = {link.get("rel"): link.get("href") for link in card.xpath("//a[@rel]")}
    assert [dana.get(links[side]).location for side in ("prev", "next")] == [before, after]
    end = dana.get(f"/customers/beside/?id={third}&{came}&to=next", follow_redirects=True)
    assert "This is the last of the list." in text_of(end)
    assert "Bakker C" in text_of(end)
    assert dana.get(f"/customers/beside/?id={other}&{came}").get_json() == {"place": ""}
    assert dana.get(f"/customers/beside/?id={other}&{came}&to=next").location == "/customers/?search=bakker&sort=name"
    assert "data-kb-beside" not in dana.get(f"/customers/details/?id={second}").text


def test_TO_12_the_neighbours_of_a_card_are_those_one_may_see(session: Session, client_for: ClientFor) -> None:
    mine, hidden, also = (factories.customer(session, company_name=f"Bakker {letter}") for letter in "ABC")
    editor = session.scalars(select(Role).where(Role.name == "Editor")).one()
    erik = factories.user(session, name="Erik")
    for customer in (mine, also):
        factories.access(session, customer, editor, erik)
    told = client_for("Erik").get(f"/customers/beside/?id={mine.id}&list=search%3Dbakker%26sort%3Dname").get_json()
    assert (told["place"], f"id={also.id}&" in told["next"]) == ("1 of 2", True)
    assert client_for("Erik").get(f"/customers/beside/?id={hidden.id}&list=search%3Dbakker").get_json() == {"place": ""}


def test_TO_12_the_card_of_a_customer_has_its_tabs(session: Session, client_for: ClientFor) -> None:
    customer = factories.customer(session)
    page = client_for("Bob").get(f"/customers/details/?id={customer.id}").get_data(as_text=True)
    links = html.document_fromstring(page).xpath(
        f"//a[starts-with(@href, '/customers/details/?id={customer.id}&tab=')]"
    )
    assert {link.get("href").partition("&tab=")[2] for link in links} >= {
        "overview",
        "contact",
        "projects",
        "roles",
        "settings",
        "history",
    }


def test_TO_11_TO_13_TC_24_TL_01_the_overview_has_a_summary_and_what_was_registered(
    session: Session, client_for: ClientFor
) -> None:
    customer = factories.customer(session, phone="+31 10 555 0100")
    factories.address(session, customer, city="Assen", is_head_office=True)
    factories.link(session, customer, factories.contact(session, first_name="Freya", last_name="Berg"), is_main=True)
    factories.registration(session, factories.project(session, customer), day=factories.today(), minutes=90)
    shown = text_of(client_for("Bob").get(f"/customers/details/?id={customer.id}"))
    for part in ("+31 10 555 0100", "9711 AA Assen", "Freya Berg", "Totals per period", "Totals per employee"):
        assert part in shown


def test_TO_16_TO_17_totals_per_employee_are_of_everybody_or_ones_own(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    project = factories.project(session, factories.customer(session))
    registrar = session.scalars(select(Role).where(Role.name == "Registrar")).one()
    factories.access(session, project.customer, registrar, cast.charlie)
    for person, minutes in ((cast.alice, 60), (cast.charlie, 30)):
        factories.registration(session, project, person, day=factories.today(), minutes=minutes)

    def rows(who: str) -> list[tuple[str, str]]:
        page = client_for(who).get(f"/customers/details/?id={project.customer_id}").get_data(as_text=True)
        found = html.document_fromstring(page).xpath("//div[@aria-label='Totals per employee']//tbody/tr")
        return [(" ".join(row.find("th").text_content().split()), row.findall("td")[1].text_content()) for row in found]

    everybody = rows("Dana")
    assert (len(everybody), everybody[-1]) == (3, ("Total", "1.50"))
    own, total = rows("Charlie")
    assert own[0].endswith("Charlie")
    assert (own[1], total) == ("0.50", ("Total", "0.50"))


def test_TO_24_TL_02_a_project_on_the_card_leads_to_its_own_card_and_form(
    session: Session, client_for: ClientFor
) -> None:
    project = factories.project(session, factories.customer(session), name="Terminal 2")
    dana = client_for("Dana")
    card = f"/customers/details/?id={project.customer_id}&tab=projects"
    page = html.document_fromstring(dana.get(card).get_data(as_text=True))
    (link,) = page.xpath("//a[normalize-space()='Terminal 2']/@href")
    assert f'href="/projects/edit/?id={project.id}&amp;' in dana.get(link).get_data(as_text=True)


def test_TO_26_VS_29_a_registration_names_its_contact_also_when_that_is_deleted(
    session: Session, client_for: ClientFor
) -> None:
    customer = factories.customer(session)
    project = factories.project(session, customer)
    contact = factories.contact(session, first_name="Freya", last_name="Berg")
    task = factories.activity(session, customer, contact_id=contact.id)
    factories.registration(session, project, contact_id=contact.id)
    dana, path = client_for("Dana"), f"/projects/details/?id={project.id}"
    assert "Freya Berg" in text_of(dana.get(path))
    page = dana.get(f"/contacts/delete/?id={contact.id}")
    assert dana.press(page, "Move 1 record to the bin").status_code == 302
    shown = text_of(dana.get(path))
    assert "Contact deleted" in shown
    for other in (f"/activities/details/?id={task.id}", f"/customers/details/?id={customer.id}&tab=contact"):
        assert "Contact deleted" in text_of(dana.get(other))
    assert "Freya Berg" not in shown


def test_VS_26_VS_27_TL_32_TL_34_TS_19_deactivated_contacts_show_on_request(
    session: Session, client_for: ClientFor
) -> None:
    customer = factories.customer(session)
    active, gone = factories.contact(session, last_name="Hier"), factories.contact(session, last_name="Weg")
    for contact in (active, gone):
        factories.link(session, customer, contact)
    dana = client_for("Dana")
    assert dana.press(dana.get(f"/contacts/action/?action=archive&rowid={gone.id}"), "Deactivate 1 contact")
    card = f"/customers/details/?id={customer.id}&tab=contact"
    assert people(dana.get(card)) == {"Astrid Hier": f"/contacts/details/?id={active.id}"}
    (switch,) = html.document_fromstring(dana.get(card).text).xpath("//a[.='Show deactivated (1)']/@href")
    assert "Astrid Hier" in text_of(dana.get("/contacts/"))
    assert "Astrid Weg" not in text_of(dana.get("/contacts/"))
    shown = people(dana.get(switch))
    assert set(shown) == {"Astrid Hier", "Astrid Weg"}
    assert f"action=restore&amp;rowid={gone.id}" in dana.get(shown["Astrid Weg"]).text


def test_VS_03_TL_33_TL_35_TL_36_TS_04_TS_06_a_customer_has_contacts_that_can_be_opened_mailed_and_called(
    session: Session, client_for: ClientFor
) -> None:
    customer = factories.customer(session)
    reach = {"email": "freya@firm.example", "phone": "+44 7700 900 183"}
    contacts = [factories.contact(session, **reach), factories.contact(session)]
    for contact in contacts:
        factories.link(session, customer, contact)
    page = client_for("Bob").get(f"/customers/details/?id={customer.id}&tab=contact").get_data(as_text=True)
    links = set(html.document_fromstring(page).xpath("//table//a/@href"))
    assert {f"/contacts/details/?id={contact.id}" for contact in contacts} <= links
    assert {"mailto:freya@firm.example", "tel:+447700900183"} <= links


def test_an_address_that_was_typed_with_more_than_an_address_writes_no_headers(
    session: Session, client_for: ClientFor
) -> None:
    customer = factories.customer(session)
    factories.link(session, customer, factories.contact(session, email='a"@firm.example?bcc=spy@evil.example&body=x'))
    page = client_for("Bob").get(f"/customers/details/?id={customer.id}&tab=contact").get_data(as_text=True)
    (href,) = html.document_fromstring(page).xpath("//table//a[starts-with(@href, 'mailto:')]/@href")
    assert href == "mailto:a%22@firm.example%3Fbcc%3Dspy@evil.example%26body%3Dx"


def test_VS_12_VS_24_TL_04_TL_26_cards_say_who_made_them_and_who_changed_them_last(
    session: Session, client_for: ClientFor
) -> None:
    alice, dana = client_for("Alice"), client_for("Dana")
    names = {"kind": "private", "first_name": "Freya", "last_name": "Berg"}
    for entity in ("customers", "contacts"):
        card = alice.send(f"/{entity}/new/", **names).location
        form = dana.get(card.replace("/details/", "/edit/"))
        assert dana.press(form, f"Save {entity.removesuffix('s')}", phone="+31 10 555 0100").status_code == 302
        page = client_for("Bob").get(f"{card}&tab=history").get_data(as_text=True)
        who = html.document_fromstring(page).xpath("//div[contains(@class, 'kb-event-body')]/h3/b/text()")
        assert who == ["Dana", "Alice"], entity
        if entity == "customers":
            facts = html.document_fromstring(client_for("Bob").get(f"{card}&tab=contact").text).xpath("//dl/div")
            told = {fact.findtext("dt"): fact.find("dd").text_content() for fact in facts}
            assert told["Created"].endswith(", Alice")
            assert told["Changed"].endswith(", Dana")


def test_TL_05_addresses_and_contacts_of_a_card_fold(session: Session, client_for: ClientFor) -> None:
    customer = factories.customer(session)
    page = client_for("Bob").get(f"/customers/details/?id={customer.id}&tab=contact").get_data(as_text=True)
    folding = html.document_fromstring(page).xpath("//details[@data-kb-fold]/summary/h2")
    assert {"Addresses", "Contacts", "Details"} <= {head.text_content() for head in folding}


def test_VS_10_VS_36_TL_07_TL_08_the_head_of_a_card_has_owner_status_and_labels(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    status, industry = (
        factories.list_value(session, kind, name)
        for kind, name in ((ValueList.STATUS, "Prospect"), (ValueList.INDUSTRY, "Bouw"))
    )
    customer = factories.customer(
        session, company_name="Kop B.V.", owner_id=cast.alice.id, status_id=status.id, industry_id=industry.id
    )
    factories.put_label(session, factories.label(session, name="Retainer"), customer=customer)
    page = client_for("Dana").get(f"/customers/details/?id={customer.id}")
    (head,) = html.document_fromstring(page.text).xpath("//div[@class='kb-head-text']")
    for part in ("Kop B.V.", "Alice", "Prospect", "Bouw", "Retainer"):
        assert part in head.text_content()
    assert f"action=label&amp;rowid={customer.id}" in page.get_data(as_text=True)


def test_VS_03_TS_23_a_customer_shows_its_bank_accounts_and_addresses(session: Session, client_for: ClientFor) -> None:
    customer = factories.customer(session)
    factories.bank_account(session, customer)
    factories.address(session, customer, city="Assen")
    bob = client_for("Bob")
    assert "Assen" in text_of(bob.get(f"/customers/details/?id={customer.id}&tab=contact"))
    assert "NL91 ABNA 0417 1643 00" in text_of(bob.get(f"/customers/details/?id={customer.id}&tab=settings"))


def test_TS_31_everything_that_changed_on_a_customer_is_in_its_history(session: Session, client_for: ClientFor) -> None:
    customer = factories.customer(session)
    dana = client_for("Dana")
    dana.send(f"/projects/new/?customer={customer.id}", customer_id=customer.id, name="Nieuw werk")
    dana.send(f"/addresses/new/?customer={customer.id}", customer_id=customer.id, city="Breda")
    shown = text_of(dana.get(f"/customers/details/?id={customer.id}&tab=history"))
    assert "Nieuw werk" in shown
    assert "Breda" in shown


LISTED = "search=bak&sort=name"


def stays(address: str | None) -> bool:
    """Whether an address still says from which list one came to the card."""
    return parse_qs(urlsplit(address or "").query).get("list") == [LISTED]


def test_TL_05_the_list_one_came_from_stays_in_the_addresses_of_the_card(
    client_for: ClientFor, session: Session, cast: Cast
) -> None:
    customer = factories.customer(session, company_name="Bakkerij")
    for number in range(5):
        factories.comment(session, customer, text=f"Comment {number}", user_id=cast.alice.id)
    deactivated = factories.contact(session, archived_at=factories.A_MOMENT)
    factories.link(session, customer, deactivated)
    own, dana = re.compile(r"/customers/(details|edit|labels|mail|action)/\?"), client_for("Dana")
    for tab in ("overview", "contact", "projects", "finance", "roles", "settings", "history"):
        page = dana.get("/customers/details/", query_string={"id": customer.id, "tab": tab, "list": LISTED})
        tree = html.document_fromstring(page.get_data(as_text=True))
        links = {a.get("href") for a in tree.iter("a") if own.match(a.get("href") or "")}
        about = {one for one in links if re.search(rf"id={customer.id}(&|$)", one)}
        assert len(about) > 7, tab
        assert [one for one in about if not stays(one)] == [], tab
        lost = [
            form.get("action")
            for form in tree.iter("form")
            if form.get("method") == "get" and (form.get("action") or "").startswith("/customers/details/")
            if dict(form.form_values()).get("list") != LISTED
        ]
        assert lost == [], tab


def test_TL_05_the_list_one_came_from_survives_the_forms_of_the_card(
    client_for: ClientFor, session: Session, cast: Cast
) -> None:
    customer = factories.customer(session, company_name="Bakkerij")
    activity = factories.activity(session, customer, subject="Call", user_id=cast.dana.id)
    factories.opportunity(session, customer, name="Ovens")
    factories.comment(session, customer, text="Earlier", user_id=cast.dana.id)
    dana = client_for("Dana")
    card = {"id": customer.id, "list": LISTED}
    contact = {"query_string": {**card, "tab": "contact"}}
    edit = dana.get("/customers/edit/", query_string=card)
    assert stays(dana.press(edit, "Save customer", phone="12").location)
    labels = dana.get("/customers/labels/", query_string=card)
    assert stays(dana.press(labels, "Save").location)
    page = dana.get("/customers/details/", **contact)
    assert stays(dana.press(page, "Post", text="Hello").location)
    assert stays(dana.press(page, "Add", subject="Write").location)
    tree = html.document_fromstring(page.get_data(as_text=True))
    ticks = tree.get_element_by_id("activities-form")
    assert stays(dana.send(ticks.get("action"), **{**dict(ticks.form_values()), "done": activity.id}).location)
    links = {one.get("href") or "" for one in tree.iter("a")}
    ways = {
        "/addresses/new/": ("Save address", {"city": "Assen", "country": "NL"}),
        "/activities/edit/": ("Save activity", {}),
        "/comments/edit/": ("Save comment", {}),
    }
    for path, (button, typed) in ways.items():
        form = dana.get(next(one for one in sorted(links) if one.startswith(path)))
        assert stays(dana.press(form, button, **typed).location), path
    roles = dana.get("/customers/details/", query_string={**card, "tab": "roles"})
    reader = session.scalars(select(Role.id).where(Role.name == "Reader")).one()
    shown = dana.press(roles, "Save roles", who=f"user-{cast.charlie.id}", role=str(reader))
    assert stays(dana.press(shown, "Save roles").location)
    sales = dana.get("/customers/details/", query_string={**card, "tab": "projects"})
    won = next(
        form
        for form in html.document_fromstring(sales.get_data(as_text=True)).iter("form")
        if (form.get("action") or "").startswith("/opportunities/")
    )
    assert stays(dana.send(won.get("action"), **dict(won.form_values())).location)
    factories.contact(session, first_name="Astrid", last_name="Holm")
    factories.customer(session, company_name="Astrid B.V.")
    for path in ("/links/new/", "/relations/new/"):
        looked = dana.get(next(one for one in sorted(links) if one.startswith(path)))
        (search,) = html.document_fromstring(looked.text).xpath("//main//form[@role='search']")
        found = html.document_fromstring(dana.get(path, query_string={**search.fields, "q": "Astrid"}).text)
        choose = found.xpath("//main//a[normalize-space()='Choose']/@href")[0]
        assert parse_qs(urlsplit(choose).query)["listed"] == [f"customers/{customer.id}?{LISTED}"], path
    # The card of somebody else has no place in this list.
    assert not any("list=" in one for one in links if one.startswith("/contacts/details/"))


def test_an_address_that_says_nothing_sensible_of_a_list_breaks_nothing(
    client_for: ClientFor, session: Session
) -> None:
    customer, dana = factories.customer(session), client_for("Dana")
    for listed in (
        "customers",
        "customers/",
        "/?x",
        "nothing/1?x",
        "customers/x?" + "y" * 3000,
        "?",
        "customers/1?\\x00",
    ):
        answer = dana.get("/addresses/new/", query_string={"customer": customer.id, "listed": listed})
        assert answer.status_code == 200, listed


def test_the_number_on_a_tab_is_that_of_what_the_tab_shows_at_first(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    customer, role = factories.customer(session), factories.role(session, rights=frozenset({"view"}))
    gone = factories.contact(session, archived_at=factories.A_MOMENT)
    for contact in (factories.contact(session), gone):
        factories.link(session, customer, contact)
    left = factories.user(session, disabled_at=factories.A_MOMENT)
    for holder in (cast.charlie, left, factories.team(session)):
        factories.access(session, customer, role, holder)
    page = html.document_fromstring(client_for("Dana").get(f"/customers/details/?id={customer.id}").text)
    tabs = page.xpath("//nav[contains(@class, 'kb-tabs-card')]/a[span[@class='kb-count']]")
    assert {tab.findtext("span"): tab.findall("span")[1].text for tab in tabs} == {
        "Contact information": "1",
        "Projects": "0",
        "Roles": "2",
    }


@pytest.mark.parametrize(
    ("status", "drawn"),
    [(None, "kb-ok"), ("Active", "kb-ok"), ("On hold", "kb-muted"), ("Prospect", "kb-muted"), ("Inactive", "kb-muted")],
)
def test_only_an_active_customer_is_drawn_green(
    session: Session, client_for: ClientFor, status: str | None, drawn: str
) -> None:
    value = factories.list_value(session, ValueList.STATUS, status) if status else None
    customer = factories.customer(session, status_id=value and value.id)
    page = client_for("Dana").get(f"/customers/details/?id={customer.id}").get_data(as_text=True)
    (badge,) = html.document_fromstring(page).xpath("//*[h1]//span[contains(@class, 'kb-badge')]")
    assert (badge.text_content().strip(), badge.get("class").split()[-1]) == (status or "Active", drawn)


def ways(answer: TestResponse, path: str) -> list[str]:
    """The links of a page that lead to a path."""
    return [link for link in html.document_fromstring(answer.text).xpath("//main//a/@href") if link.startswith(path)]


@pytest.mark.parametrize("came", [{}, {"list": LISTED}], ids=["from elsewhere", "from a list"])
def test_a_verb_on_a_project_of_the_card_of_a_customer_leads_back_to_that_card(
    client_for: ClientFor, session: Session, came: dict[str, str]
) -> None:
    customer = factories.customer(session)
    project, dana = factories.project(session, customer), client_for("Dana")
    card = {"id": str(customer.id), "tab": "projects", **came}
    opened = dana.get(ways(dana.get("/customers/details/", query_string=card), "/projects/details/")[0])
    # Also from another tab of the project.
    opened = dana.get(ways(opened, "/projects/details/")[-1])
    plan = dana.get(next(way for way in ways(opened, "/projects/action/") if "action=archive" in way))
    assert ways(plan, "/customers/details/")
    done = dana.press(plan, "Archive 1 project")
    session.rollback()
    session.refresh(project)
    assert project.is_archived
    where = urlsplit(done.location)
    assert (where.path, parse_qs(where.query)) == ("/customers/details/", {key: [one] for key, one in card.items()})


def test_a_verb_on_a_project_of_the_list_of_projects_leads_back_to_the_list(
    client_for: ClientFor, session: Session
) -> None:
    project, dana = factories.project(session, factories.customer(session)), client_for("Dana")
    for listed in ("", f"customer={project.customer_id}"):
        verb = {"action": "restore" if project.is_archived else "archive", "rowid": project.id, "list": listed}
        plan = dana.get("/projects/action/", query_string=verb)
        done = dana.press(plan, f"{str(verb['action']).capitalize()} 1 project")
        assert done.location == "/projects/" + (f"?{listed}" if listed else "")
        session.rollback()
    session.refresh(project)


def test_what_can_be_added_to_a_customer_is_one_menu_and_each_line_leads_to_its_form(
    client_for: ClientFor, session: Session, cast: Cast
) -> None:
    customer = factories.customer(session, company_name="Bakkerij")
    factories.access(session, customer, factories.role(session, rights=frozenset({"view", "edit"})), cast.charlie)
    charlie = client_for("Charlie")

    def menu(who: str) -> dict[str, str]:
        page = html.document_fromstring(client_for(who).get(f"/customers/details/?id={customer.id}").text)
        lines = page.xpath("//details[summary[@aria-label='Add to Bakkerij']]//a")
        return {line.findtext("span"): line.get("href") for line in lines}

    lines = menu("Charlie")
    assert {"Activity", "Comment", "Contact", "Address", "Relation", "Project", "Opportunity", "File"} < lines.keys()
    for text, href in lines.items():
        assert parse_qs(urlsplit(href).query)["customer"] == [str(customer.id)], text
        assert charlie.get(href).status_code == 200, text
    assert menu("Bob") == {}
    configure(session, SYSTEM, {"use_activities": False, "use_files": False})
    assert lines.keys() - menu("Charlie").keys() == {
        "Activity",
        "File",
        "Link to elsewhere",
        "Work process",
    }
    with changeset(session, SYSTEM, "Set up"):
        customer.archived_at = factories.A_MOMENT
    assert menu("Charlie") == {}
