"""A history that is narrowed by who, what and when: what is left of it, its form, and its address."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from lxml import html
from sqlalchemy import text, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models import journal, settings
from models.access import SYSTEM, looker_for
from models.base import utc_now
from models.customer import Customer
from models.journal import Changeset, changeset, counting, reading
from models.journal.triggers import keeping
from models.operations import archive
from models.operations.save import save
from models.user import User
from tests import factories
from tests.conftest import Cast, ClientFor
from tests.pages import PageClient
from tests.views.test_imports import text_of

A_DAY = dt.timedelta(days=1)


def changes(customer: Customer, **narrowed: object) -> str:
    query = "".join(f"&{name.rstrip('_')}={value}" for name, value in narrowed.items())
    return f"/customers/details/?id={customer.id}&tab=history&show=changes{query}"


def tree_of(answer: TestResponse) -> Any:
    return html.document_fromstring(answer.get_data(as_text=True))


def titles(answer: TestResponse) -> list[str]:
    """What each event is called, newest first."""
    return [" ".join(head.text_content().split()) for head in tree_of(answer).xpath("//article//h3")]


def lines(answer: TestResponse) -> list[str]:
    """What each changed field is called, from the top."""
    return [line.findtext("dt") for line in tree_of(answer).xpath("//dl[@class='kb-changed-fields']/div")]


def form(client: PageClient, answer: TestResponse) -> Any:
    """The form that narrows it further, which is a page of its own."""
    (href,) = tree_of(answer).xpath("//a[contains(@href, '/history/filter/')]/@href")
    (found,) = tree_of(client.get(href)).xpath("//form[@data-kb-popped]")
    return found


def offered(client: PageClient, path: str, name: str) -> list[str]:
    """What can be ticked for a history, in words; nothing where there is no such choice."""
    return words(form(client, client.get(path)), name)


def words(tree: Any, name: str, ticked: bool = False) -> list[str]:
    """What can be ticked in a form, or what is, in words, each with its number."""
    boxes = f".//input[@type='checkbox'][@name='{name}']{'[@checked]' if ticked else ''}"
    return [" ".join(" ".join(label.itertext()).split()) for label in tree.xpath(f"{boxes}/parent::label")]


def beside(answer: TestResponse) -> Any:
    """The form with the ticks beside a history."""
    found = tree_of(answer).xpath("//div[@class='kb-aside']/form")
    return found[0] if found else html.Element("form")


def told(answer: TestResponse, name: str) -> list[str]:
    """What can be ticked beside a history, each with how many events it has, without the pictures of people."""
    return [re.sub(r"^[A-Z]{1,2} (?=[A-Z])", "", text) for text in words(beside(answer), name)]


def chips(answer: TestResponse) -> dict[str, str]:
    """What is in force, in words, and the address of the page without it."""
    return {
        " ".join(chip.text_content().split()): chip.xpath(".//a/@href")[0]
        for chip in tree_of(answer).xpath("//span[contains(@class, 'kb-chip ')]")
    }


def by(session: Session, person: User, title: str, customer: Customer, **values: object) -> None:
    """Something that somebody did to a customer."""
    with changeset(session, looker_for(session, person), title):
        for name, value in values.items():
            setattr(customer, name, value)


@pytest.fixture
def customer(session: Session, cast: Cast) -> Customer:
    """A customer that two people, the system and another program changed."""
    customer = factories.customer(session, company_name="Nordhamn AB")
    by(session, cast.alice, "Alice rang", customer, phone="1")
    by(session, cast.bob, "Bob wrote", customer, email="two@x.example")
    session.connection().execute(text(f"UPDATE customer SET fax = '3' WHERE id = {customer.id}"))
    session.commit()
    return customer


def test_a_history_of_one_person_tells_of_nobody_else(
    client_for: ClientFor, customer: Customer, cast: Cast, session: Session
) -> None:
    dana = client_for("Dana")
    assert titles(dana.get(changes(customer, who=cast.alice.id))) == ["Alice · Alice rang"]
    assert titles(dana.get(changes(customer, who="system"))) == ["System · Set up"]
    assert titles(dana.get(changes(customer, who="outside"))) == ["From outside · changed the database directly"]
    assert len(titles(dana.get(changes(customer, who="")))) == 4


def test_an_event_shows_only_what_was_asked_for_and_is_undone_as_a_whole_after_its_plan(
    client_for: ClientFor, session: Session, cast: Cast
) -> None:
    customer = factories.customer(session)
    address = factories.address(session, customer)
    with changeset(session, looker_for(session, cast.alice), "Move") as moved:
        customer.phone, address.city = "1", "Delft"
    dana = client_for("Dana")
    page = dana.get(changes(customer, what="address"))
    assert lines(page) == ["City", "Address"]
    assert titles(page) == ["Alice · Move", "System · Set up"]
    undo = f"/history/undo/?changeset={moved.id}"
    assert undo in tree_of(page).xpath("//a/@href")
    plan = text_of(dana.get(undo))
    assert "2 records" in plan, plan
    dana.send("/history/undo/", changeset=moved.id)
    session.rollback()
    assert (customer.phone, address.city) == (None, "Groningen")


def test_both_days_of_a_period_are_in_it(client_for: ClientFor, session: Session) -> None:
    customer = factories.customer(session)
    moments = {"late on the first": (1, 23), "early on the second": (2, 0), "late on the third": (3, 23)}
    for title, (day, hour) in moments.items():
        with changeset(session, SYSTEM, title) as made:
            customer.phone = str(day)
        at = factories.CLOCK.means(dt.datetime(2026, 3, day, hour, 59 if hour else 0))
        with keeping(session.connection()):
            session.execute(update(Changeset.__table__).where(Changeset.id == made.id).values(at=at))  # type: ignore[arg-type]
        session.commit()
    dana = client_for("Dana")

    def told(**period: str) -> set[str]:
        return {title for title in moments if title in text_of(dana.get(changes(customer, **period)))}

    assert told(from_="2026-03-02") == {"early on the second", "late on the third"}
    assert told(until="2026-03-02") == {"late on the first", "early on the second"}
    assert told(from_="2026-03-02", until="2026-03-02") == {"early on the second"}
    assert told(from_="2026-03-03", until="2026-03-01") == set()
    assert told(from_="0001-01-01", until="9999-12-31") == set(moments)


def test_all_that_is_asked_holds_at_once_comes_back_in_the_form_and_can_be_taken_away(
    client_for: ClientFor, customer: Customer, cast: Cast, session: Session
) -> None:
    factories.address(session, customer)
    dana = client_for("Dana")
    today, tomorrow = factories.today(), factories.today() + A_DAY
    asked = {"who": str(cast.alice.id), "what": "customer", "from": f"{today}", "until": f"{tomorrow}"}
    page = dana.get(changes(customer, **asked) + "&list=search%3Dnord&before=")
    assert titles(page) == ["Alice · Alice rang"]
    came = {"id": str(customer.id), "tab": "history", "show": "changes", "list": "search=nord"}
    filled = form(dana, page)
    assert (filled.action, dict(filled.form_values())) == ("/customers/details/", {**came, **asked})
    found = chips(page)
    assert [chip.split()[:2] for chip in found][:2] == [["Who", "Alice"], ["What", "Customer"]]
    left = [dict(parse_qsl(urlsplit(href).query)) for href in found.values()]
    assert left == [{**came, **{key: asked[key] for key in asked if key != gone}} for gone in asked]
    (clear,) = tree_of(page).xpath("//a[text()='Clear']/@href")
    assert dict(parse_qsl(urlsplit(clear).query)) == came
    assert titles(dana.get(changes(customer, **{**asked, "from": f"{tomorrow}"}))) == []
    assert titles(dana.get(changes(customer, **{**asked, "what": "address"}))) == []


def test_older_pages_are_narrowed_alike_and_hold_every_event_once(
    client_for: ClientFor, session: Session, cast: Cast
) -> None:
    customer = factories.customer(session)
    for number in range(70):
        by(session, (cast.alice, cast.bob)[number % 2], f"Change {number:02}.", customer, phone=str(number))
    dana, path, told, pages = client_for("Dana"), changes(customer, who=cast.alice.id, what="customer"), "", 0
    while path:
        answer = dana.get(path)
        told += text_of(answer)
        pages += 1
        older = re.search(r'href="([^"]*before=[^"]*)"', answer.get_data(as_text=True))
        path = older[1].replace("&amp;", "&") if older else ""
    assert [told.count(f"Change {number:02}.") for number in range(70)] == [1, 0] * 35
    assert pages == 2


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [("from", "2026-02-30", "From"), ("until", "soon", "Until"), ("who", "Alice", "Who"), ("what", "user", "What")],
)
def test_what_does_not_fit_is_left_out_and_said(
    client_for: ClientFor, customer: Customer, name: str, value: str, said: str
) -> None:
    dana = client_for("Dana")
    page = dana.get(changes(customer, **{name: value}))
    assert len(titles(page)) == 4
    assert f"The value of {said} does not fit here: it was left out." in text_of(page)
    assert dict(form(dana, page).form_values()).get(name, "") == ""
    assert chips(page) == {}


def test_where_nothing_fits_the_way_to_everything_is_shown(client_for: ClientFor, customer: Customer) -> None:
    page = client_for("Dana").get(changes(customer, until="2000-01-01"))
    assert "Nothing here matches these filters." in text_of(page)
    (everything,) = tree_of(page).xpath("//a[span='Show everything']/@href")
    assert everything == changes(customer)


def test_that_a_field_was_changed_later_is_said_also_where_the_later_change_is_left_out(
    client_for: ClientFor, session: Session, cast: Cast
) -> None:
    customer = factories.customer(session, phone="0")
    for actor, phone in ((cast.alice, "1"), (cast.alice, "2"), (cast.bob, "1")):
        save(session, looker_for(session, cast.dana), Customer, customer.id, {"fax": phone})
        by(session, actor, "Rang", customer, phone=phone)
    dana = client_for("Dana")

    def later(**narrowed: object) -> list[bool]:
        page = tree_of(dana.get(changes(customer, **narrowed)))
        found = page.xpath("//dl[@class='kb-changed-fields']/div[dt='Phone']")
        return ["changed later" in line.text_content() for line in found]

    assert later() == later(what="customer") == later(from_="2026-01-01") == [False, True, False]
    # The phone is what Alice made it first: Bob set it back.
    assert later(who=cast.alice.id) == [True, False]
    assert later(until="2999-01-01") == [False, True, False]
    for number in range(50):
        save(session, looker_for(session, cast.dana), Customer, customer.id, {"fax": f"9{number}"})
    newest = journal.history(session, customer_id=customer.id).next
    assert later(before=newest) == [False, True, False]


def test_a_field_that_was_changed_since_its_undo_was_offered_stays(
    client_for: ClientFor, session: Session, cast: Cast
) -> None:
    customer = factories.customer(session, phone="0")
    by(session, cast.alice, "Rang", customer, phone="1")
    dana, offered = client_for("Dana"), "//button[@aria-label='Undo: Phone']/ancestor::form"
    page = dana.get(changes(customer, who=cast.alice.id))
    (button,) = tree_of(page).xpath(offered)
    by(session, cast.bob, "Rang", customer, phone="2")
    assert tree_of(dana.get(changes(customer, who=cast.alice.id))).xpath(offered) == []
    answer = dana.post("/history/undo/", data=dict(button.form_values()), follow_redirects=True)
    assert "It was changed later." in text_of(answer)
    session.rollback()
    assert customer.phone == "2"


def test_who_left_can_be_chosen_behind_the_others(client_for: ClientFor, session: Session, customer: Customer) -> None:
    gone, _new = (factories.user(session, name=name) for name in ("Gerda", "Zoë"))
    key = gone.id
    by(session, gone, "Gerda was here", customer, phone="9")
    with changeset(session, SYSTEM, "Leave"):
        gone.disabled_at = utc_now()
    dana = client_for("Dana")
    people = ["Alice", "Bob", "Charlie", "Dana", "Zoë", "Gerda", "System", "From outside"]
    assert offered(dana, changes(customer), "who") == people
    page = dana.get(changes(customer, who=key))
    assert titles(page) == ["Gerda · Gerda was here"]
    assert "Who Gerda" in chips(page)
    # Also where the page tells nothing of them; and of who never was there it says so much.
    assert "Who Gerda" in chips(dana.get(changes(customer, who=key, until="2000-01-01")))
    assert "Who Somebody" in chips(dana.get(changes(customer, who=999)))
    assert words(form(dana, dana.get(changes(customer, who=999))), "who", ticked=True) == ["Somebody"]


def test_what_can_be_chosen_belongs_to_the_record_and_is_switched_on(
    client_for: ClientFor, session: Session, customer: Customer
) -> None:
    contact = factories.contact(session)
    factories.link(session, customer, contact)
    address = factories.address(session, customer)
    dana = client_for("Dana")
    of_customer = offered(dana, changes(customer), "what")
    assert of_customer[0] == "Customer"
    assert of_customer[1:-2] == sorted(of_customer[1:-2])
    assert of_customer[-2:] == ["Archive, convert, merge, delete", "Undo"]
    wanted = {"Addresses", "Contacts", "Labels", "Roles on the customer", "Projects", "Files and links", "Comments"}
    assert wanted - {*of_customer} == set()
    of_contact = offered(dana, f"/contacts/details/?id={contact.id}&tab=history", "what")
    assert of_contact[0] == "Contact"
    assert {"Keywords", "Links with contacts"} - {*of_contact} == set()
    assert "Projects" not in of_contact
    for path in (f"/addresses/details/?id={address.id}&tab=history", "/history/"):
        assert offered(dana, path, "what") == [], path
    with changeset(session, SYSTEM, "Settings"):
        settings.put(session, "use_files", False)
    assert "Files and links" not in offered(dana, changes(customer), "what")


def test_mentions_go_along_with_their_comments(client_for: ClientFor, session: Session, cast: Cast) -> None:
    customer = factories.customer(session)
    comment = factories.comment(session, customer, cast.bob, text="Look, @Bob")
    assert comment.id
    assert {"Comment", "Mentions"} == {*lines(client_for("Dana").get(changes(customer, what="comment")))}


def test_every_history_can_be_narrowed_by_who_and_when(client_for: ClientFor, session: Session, cast: Cast) -> None:
    customer = factories.customer(session)
    address, contact = factories.address(session, customer), factories.contact(session)
    with changeset(session, looker_for(session, cast.alice), "Alice did"):
        address.city, contact.last_name, customer.phone = "Delft", "Holmgren", "1"
    dana = client_for("Dana")
    for path in (
        f"/addresses/details/?id={address.id}&tab=history",
        f"/contacts/details/?id={contact.id}&tab=history",
        "/history/?",
    ):
        page = dana.get(f"{path}&who={cast.alice.id}")
        assert titles(page) == ["Alice · Alice did"], path
        assert dict(form(dana, page).form_values())["who"] == str(cast.alice.id), path
        assert titles(dana.get(f"{path}&until=2000-01-01")) == [], path


def test_a_filter_shows_nothing_that_one_may_not_see(
    client_for: ClientFor, session: Session, customer: Customer, cast: Cast
) -> None:
    with changeset(session, looker_for(session, cast.alice), "Invoice"):
        factories.invoice(session, customer)
    assert titles(client_for("Alice").get(changes(customer, what="invoice"))) == ["Alice · Invoice"]
    assert titles(client_for("Bob").get(changes(customer, what="invoice"))) == []
    assert titles(client_for("Charlie").get(f"/history/?who={cast.alice.id}")) == []


def test_the_counts_of_a_large_event_are_of_what_was_asked_for(client_for: ClientFor, session: Session) -> None:
    with changeset(session, SYSTEM, "Much at once"):
        customer = factories.customer(session)
        for _ in range(25):
            factories.address(session, customer)
            factories.project(session, customer)
    page = text_of(client_for("Dana").get(changes(customer, what="address")))
    assert "Addresses + 25" in page
    assert "Projects +" not in page


def test_the_timeline_of_everything_is_not_narrowed(
    client_for: ClientFor, session: Session, customer: Customer
) -> None:
    page = client_for("Dana").get(changes(customer, until="2000-01-01").replace("&show=changes", ""))
    assert len(titles(page)) == 4
    assert tree_of(page).xpath("//a[contains(@href, '/history/filter/')]") == []


@pytest.mark.parametrize(
    "at", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", ""]
)
def test_the_form_leads_nowhere_but_into_the_panel(client_for: ClientFor, at: str) -> None:
    answer = client_for("Dana").get("/history/filter/", query_string={"at": at, "of": "user", "what": "customer"})
    (found,) = tree_of(answer).xpath("//form[@data-kb-popped]")
    assert (found.action, [name for name, _ in found.form_values()]) == ("/history/", ["from", "until"])


def test_a_first_day_after_the_last_is_said_to_leave_nothing(session: Session, client_for: ClientFor) -> None:
    customer = factories.customer(session)
    said = "The first day, 22 Nov 2026, is after the last one, 20 Nov 2026: nothing lies between them."
    dana, path = client_for("Dana"), changes(customer, from_="2026-11-22", until="2026-11-20")
    assert said in text_of(dana.get(path))
    assert "nothing lies between" not in text_of(dana.get(changes(customer, from_="2026-11-20", until="2026-11-20")))


def test_who_and_what_are_ticked_beside_a_history_with_how_many_events_each_has(
    client_for: ClientFor, session: Session, customer: Customer, cast: Cast
) -> None:
    factories.address(session, customer)
    by(session, cast.alice, "Alice rang again", customer, phone="4", email="four@x.example")
    page = client_for("Dana").get(changes(customer))
    assert told(page, "who") == ["Alice 2", "Bob 1", "System 2", "From outside 1"]
    assert told(page, "what") == ["Customer 5", "Addresses 1"]


def test_ticks_of_one_kind_add_up_and_the_two_kinds_narrow_each_other(
    client_for: ClientFor, session: Session, customer: Customer, cast: Cast
) -> None:
    with changeset(session, looker_for(session, cast.bob), "Bob moved it"):
        factories.address(session, customer)
    dana = client_for("Dana")
    page = dana.get(changes(customer) + f"&who={cast.alice.id}&who=outside&what=customer")
    assert titles(page) == ["From outside · changed the database directly", "Alice · Alice rang"]
    assert told(page, "who") == ["Alice 1", "Bob 1", "System 1", "From outside 1"]
    assert told(page, "what") == ["Customer 2"]
    assert words(beside(page), "who", ticked=True) == ["A Alice 1", "From outside 1"]
    assert [*chips(page)] == ["Who Alice, From outside", "What Customer"]
    both = dana.get(changes(customer, who=cast.bob.id) + "&what=customer&what=address")
    assert titles(both) == ["Bob · Bob moved it", "Bob · Bob wrote"]
    # What is ticked stays there to be taken away, also where there is none of it.
    assert told(dana.get(changes(customer, who=cast.alice.id, what="address")), "what") == ["Customer 1", "Addresses 0"]


def test_what_was_taken_back_and_what_was_archived_can_be_ticked(
    client_for: ClientFor, session: Session, customer: Customer, cast: Cast
) -> None:
    with changeset(session, looker_for(session, cast.alice), "Ring") as rang:
        customer.phone = "5"
    dana = client_for("Dana")
    dana.send("/history/undo/", changeset=rang.id)
    plan = archive.plan(session, SYSTEM, Customer, [customer.id])
    archive.do(session, SYSTEM, Customer, [customer.id], plan.digest)
    page = dana.get(changes(customer))
    assert told(page, "what") == ["Customer 7", "Archive, convert, merge, delete 1", "Undo 1"]
    assert told(dana.get(changes(customer, what="undo", who=cast.charlie.id)), "who") == ["Dana 1", "Charlie 0"]
    assert titles(dana.get(changes(customer, what="undo"))) == ["Dana · Undid: Ring"]
    assert [title.split()[:3] for title in titles(dana.get(changes(customer, what="verbs")))] == [
        ["System", "·", "Archive"]
    ]
    assert len(titles(dana.get(changes(customer) + "&what=verbs&what=undo"))) == 2


def test_the_counts_are_of_the_period(client_for: ClientFor, customer: Customer) -> None:
    dana = client_for("Dana")
    assert told(dana.get(changes(customer, until="2000-01-01")), "who") == []
    assert told(dana.get(changes(customer, from_="2000-01-01")), "who") == [
        "Alice 1",
        "Bob 1",
        "System 1",
        "From outside 1",
    ]


def test_events_one_may_not_see_are_not_counted_either(
    client_for: ClientFor, session: Session, customer: Customer, cast: Cast
) -> None:
    """Bob sees everything but amounts."""
    by(session, cast.alice, "Rate", customer, hourly_rate=90)
    with changeset(session, looker_for(session, cast.alice), "Invoice"):
        factories.invoice(session, customer)
    seen = client_for("Alice").get(changes(customer))
    assert told(seen, "who")[0] == "Alice 3"
    assert told(seen, "what") == ["Customer 5", "Invoices 1"]
    page = client_for("Bob").get(changes(customer))
    assert told(page, "who") == ["Alice 1", "Bob 1", "System 1", "From outside 1"]
    assert told(page, "what") == ["Customer 4"]
    assert len(titles(page)) == 4


def test_what_is_switched_off_is_not_counted(
    client_for: ClientFor, session: Session, customer: Customer, cast: Cast
) -> None:
    by(session, cast.alice, "Call it", customer, nickname="Nord")
    dana = client_for("Dana")
    shown = len(titles(dana.get(changes(customer))))
    with changeset(session, SYSTEM, "Settings"):
        settings.put(session, "use_nickname", False)
    page = dana.get(changes(customer))
    assert (shown, len(titles(page))) == (5, 4)
    assert told(page, "who")[:2] == ["Alice 1", "Bob 1"]


def test_a_long_history_is_counted_no_further_than_its_newest_changes(
    client_for: ClientFor, session: Session, customer: Customer, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "TALLIED", 3)
    for number in range(9):
        by(session, cast.bob, "Bob rang", customer, phone=f"9{number}")
    assert told(client_for("Dana").get(changes(customer)), "who") == ["Bob 4+", "From outside 1+"]


def test_the_history_of_a_contact_and_of_a_record_has_its_ticks_too(
    client_for: ClientFor, session: Session, customer: Customer, cast: Cast
) -> None:
    address, contact = factories.address(session, customer), factories.contact(session)
    factories.link(session, customer, contact)
    with changeset(session, looker_for(session, cast.alice), "Alice did"):
        address.city, contact.last_name = "Delft", "Holmgren"
    dana = client_for("Dana")
    of_contact = dana.get(f"/contacts/details/?id={contact.id}&tab=history")
    assert (told(of_contact, "who"), told(of_contact, "what")) == (
        ["Alice 1", "System 2"],
        ["Contact 2", "Links with contacts 1"],
    )
    of_address = dana.get(f"/addresses/details/?id={address.id}&tab=history")
    assert (told(of_address, "who"), told(of_address, "what")) == (["Alice 1", "System 1"], [])


def test_the_ticks_beside_everything_lead_to_the_changes(client_for: ClientFor, customer: Customer, cast: Cast) -> None:
    dana = client_for("Dana")
    page = dana.get(f"/customers/details/?id={customer.id}&tab=history&who=999")
    ticks = beside(page)
    assert told(page, "who") == ["Alice 1", "Bob 1", "System 1", "From outside 1"]
    came = {"id": str(customer.id), "tab": "history", "show": "changes"}
    assert (ticks.action, dict(ticks.form_values())) == ("/customers/details/", came)
    (search,) = tree_of(page).xpath("//form[@role='search'][.//input[@placeholder='Field, value or colleague']]")
    assert dict(search.form_values()) == {**came, "search": ""}


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("phone", ["Alice · Alice rang"]),
        ("TWO@x", ["Bob · Bob wrote"]),
        ("bob", ["Bob · Bob wrote"]),
        ("álice  rang", ["Alice · Alice rang"]),
        ("directly", ["From outside · changed the database directly"]),
        ("alice email", []),
        ("nothing like it", []),
    ],
)
def test_a_history_is_searched_by_field_value_title_and_colleague(
    client_for: ClientFor, customer: Customer, search: str, found: list[str]
) -> None:
    page = client_for("Dana").get(changes(customer, search=search))
    assert titles(page) == found
    assert [chip.split()[0] for chip in chips(page)] == ["Search"]
    assert dict(beside(page).form_values())["search"] == search


def test_a_search_finds_values_as_they_are_written_on_the_page(
    client_for: ClientFor, session: Session, customer: Customer, cast: Cast
) -> None:
    by(session, cast.alice, "Hand over", customer, owner_id=cast.bob.id, hourly_rate=1234)
    dana = client_for("Dana")
    for search in ("hourly 1,234", "owner bob"):
        assert titles(dana.get(changes(customer, search=search))) == ["Alice · Hand over"], search
    assert titles(dana.get(changes(customer, search="123400"))) == []


def test_a_search_does_not_betray_what_one_may_not_see(
    client_for: ClientFor, session: Session, customer: Customer, cast: Cast
) -> None:
    """Bob sees everything but amounts."""
    by(session, cast.alice, "Rate and fax", customer, hourly_rate=90, fax="8")
    by(session, cast.alice, "Rate", customer, hourly_rate=91)
    assert len(titles(client_for("Alice").get(changes(customer, search="hourly")))) == 2
    bob = client_for("Bob")
    assert titles(bob.get(changes(customer, search="hourly"))) == []
    assert titles(bob.get(changes(customer, search="90"))) == []
    assert titles(bob.get(changes(customer, search="rate"))) == ["Alice · Rate and fax"]


@pytest.mark.parametrize("one_by_one", [0, 100])
def test_a_search_goes_on_further_back_page_by_page(
    client_for: ClientFor,
    session: Session,
    customer: Customer,
    cast: Cast,
    monkeypatch: pytest.MonkeyPatch,
    one_by_one: int,
) -> None:
    monkeypatch.setattr(reading, "LOOKED_AT", 4)
    monkeypatch.setattr(reading, "_ONE_BY_ONE", one_by_one)
    for number in range(6):
        by(session, cast.bob, "Bob faxed", customer, fax=f"9{number}")
    dana, path, found, pages = client_for("Dana"), changes(customer, search="ang"), [], 0
    while path:
        page = dana.get(path)
        found += titles(page)
        pages += 1
        further = tree_of(page).xpath("//a[span='Search further back']/@href")
        assert ("Searched back to" in text_of(page)) is bool(further)
        path = further[0] if further else ""
    assert found == ["From outside · changed the database directly", "Alice · Alice rang"]
    assert pages == 3


def test_a_search_with_many_matches_is_shown_in_pages(
    client_for: ClientFor, session: Session, customer: Customer, cast: Cast
) -> None:
    for number in range(70):
        by(session, (cast.alice, cast.bob)[number % 2], "Rang", customer, phone=f"0{number:02}")
    dana, path, found, pages = client_for("Dana"), changes(customer, search="alice"), 0, 0
    while path:
        page = dana.get(path)
        found += len(titles(page))
        pages += 1
        older = tree_of(page).xpath("//a[span='Older']/@href")
        path = older[0] if older else ""
    assert (found, pages) == (36, 2)
