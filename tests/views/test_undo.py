"""The undo page: takes back just what was asked for, says why the rest stays, and leads nowhere but into the panel."""

from __future__ import annotations

import datetime as dt
import sqlite3
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import html
from sqlalchemy import URL, NullPool, create_engine, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from models import access
from models.access import SYSTEM
from models.customer import Customer, Kind
from models.journal import Change, Changeset, Origin, changeset
from models.operations import archive, delete, kind
from models.operations.save import save
from models.project import Project
from models.user import Role, User
from tests import factories
from tests.conftest import Cast, ClientFor
from tests.views.test_forms import text_of

OUTSIDE = ("/\t/evil.example", "/\r/evil.example", "/\\evil.example", "//evil.example", "https://evil.example/")
HALVES = (
    {"table": "customer", "row": "abc"},
    {"table": "customer", "row": ""},
    {"table": "customer"},
    {"table": "", "row": "{key}"},
    {"row": "{key}"},
    {"field": "phone"},
    {"table": "customer", "field": "phone"},
    {"row": "{key}", "field": "phone"},
    {"table": "customer", "row": "{key}", "field": ""},
)


def edited(session: Session, **values: object) -> tuple[int, int]:
    """A customer that was changed, and the changeset."""
    customer = factories.customer(session, phone="1", email="one@x.example")
    changed = save(session, SYSTEM, Customer, customer.id, {"phone": "2", "email": "two@x.example", **values}).changeset
    assert changed is not None
    return customer.id, changed.id


def stored(session: Session, key: int) -> tuple[str | None, str | None]:
    session.rollback()
    session.expire_all()
    customer = session.get_one(Customer, key)
    return customer.phone, customer.email


def test_an_undo_never_leads_out_of_the_panel(session: Session, client_for: ClientFor) -> None:
    _, changeset = edited(session)
    dana = client_for("Dana")
    for target in OUTSIDE:
        page = dana.get("/history/undo/", query_string={"changeset": changeset, "next": target}).get_data(as_text=True)
        assert '<input type="hidden" name="next" value="/history/">' in page, target
    for target in OUTSIDE:
        done = dana.send("/history/undo/", changeset=changeset, next=target)
        assert (done.status_code, done.location) == (302, "/history/"), target


def test_an_undo_goes_back_to_where_one_was(session: Session, client_for: ClientFor) -> None:
    key, changeset = edited(session)
    card = f"/customers/details/?id={key}&tab=history"
    assert client_for("Dana").send("/history/undo/", changeset=changeset, next=card).location == card


def test_half_a_question_for_a_part_takes_nothing_back(session: Session, client_for: ClientFor) -> None:
    key, changeset = edited(session)
    dana = client_for("Dana")
    for part in HALVES:
        given = {name: value.format(key=key) for name, value in part.items()}
        assert dana.send("/history/undo/", changeset=changeset, **given).status_code == 404, part
        assert dana.get("/history/undo/", query_string={"changeset": changeset, **given}).status_code == 404, part
    assert stored(session, key) == ("2", "two@x.example")


def test_the_page_about_one_field_takes_back_that_field_only(session: Session, client_for: ClientFor) -> None:
    key, changeset = edited(session)
    part = {"changeset": str(changeset), "table": "customer", "row": str(key), "field": "phone"}
    dana = client_for("Dana")
    page = dana.get("/history/undo/", query_string=part).get_data(as_text=True)
    for name, value in part.items():
        assert f'name="{name}" value="{value}"' in page
    dana.send("/history/undo/", **part)
    assert stored(session, key) == ("1", "two@x.example")


def test_a_forged_list_to_go_back_to_stays_part_of_the_address(client_for: ClientFor) -> None:
    dana = client_for("Dana")
    for query in ("page=2\r\nSet-Cookie: x=1", "\r", "\t//evil.example"):
        done = dana.send("/customers/action/", action="archive", list=query)
        assert done.status_code == 302
        assert done.location.startswith("/customers/")
        assert "\r" not in done.location


def put_away(session: Session, key: int) -> None:
    archive.do(session, SYSTEM, Customer, [key], archive.plan(session, SYSTEM, Customer, [key]).digest)


def deleted(session: Session, actor: User, **values: object) -> int:
    """A customer that this person deleted; the changeset."""
    customer = factories.customer(session, **values)
    key = customer.id
    factories.link(session, customer, factories.contact(session))
    factories.access(session, customer, factories.role(session, rights=frozenset({"view", "delete"})), actor)
    put_away(session, key)
    looker = access.looker_for(session, actor)
    access.look_as(session, looker)
    plan = delete.plan(session, looker, Customer, [key])
    gone = delete.do(session, looker, Customer, [key], plan.digest, plan.confirm, invoices_saved=True).id
    session.rollback()
    access.look_as(session, SYSTEM)
    return gone


def test_the_bin_says_which_number_is_used_by_whom(session: Session, client_for: ClientFor, cast: Cast) -> None:
    gone = deleted(session, cast.dana, number="K-1", company_name="Oud B.V.")
    factories.customer(session, number="K-1", company_name="Nieuw B.V.")
    dana = client_for("Dana")
    dana.send("/bin/restore/", changeset=gone)
    page = dana.get("/bin/").get_data(as_text=True)
    assert "Nothing of this can be taken back." in page
    assert "Oud B.V. stays as it is. Customer number K-1 is used by Nieuw B.V. by now. Change it there first." in page


def test_who_may_not_see_the_other_customer_does_not_learn_its_name(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    gone = deleted(session, cast.charlie, number="K-1", company_name="Oud B.V.")
    factories.customer(session, number="K-1", company_name="Nieuw B.V.")
    charlie = client_for("Charlie")
    charlie.send("/bin/restore/", changeset=gone)
    page = charlie.get("/bin/").get_data(as_text=True)
    assert "Customer number K-1 is used by now, where you may not see it." in page
    assert "Nieuw B.V." not in page


def test_the_undo_page_names_what_was_archived_since(session: Session, client_for: ClientFor) -> None:
    one, other = (factories.customer(session, phone="1", company_name=name) for name in ("Een B.V.", "Twee B.V."))
    with changeset(session, SYSTEM, "Import") as done:
        one.phone = other.phone = "2"
    put_away(session, one.id)
    dana = client_for("Dana")
    page = dana.get("/history/undo/", query_string={"changeset": done.id}).get_data(as_text=True)
    assert "<li>Een B.V.: Een B.V. was archived later and can only be read. Restore it first.</li>" in page
    dana.send("/history/undo/", changeset=done.id)
    assert [stored(session, key)[0] for key in (one.id, other.id)] == ["2", "1"]
    assert "Een B.V. stays as it is. Een B.V. was archived later and can only be read." in dana.get(
        "/history/"
    ).get_data(as_text=True)


def test_a_name_that_is_needed_by_now_is_not_said_to_be_taken(session: Session, client_for: ClientFor) -> None:
    person = factories.customer(session, kind=Kind.PRIVATE, first_name="Ingrid", last_name="Vos")
    dana = client_for("Dana")
    plan = kind.plan(session, SYSTEM, person.id, Kind.BUSINESS, {"company_name": "Vos B.V."})
    done = kind.do(session, SYSTEM, person.id, Kind.BUSINESS, plan.digest, {"company_name": "Vos B.V."})
    dana.send("/history/undo/", changeset=done.id, table="customer", row=person.id, field="company_name")
    page = text_of(dana.get("/history/"))
    assert "The record needs this value, as it is now. Change the record itself instead." in page
    assert "Already used" not in page


def test_what_stays_without_a_name_of_its_own_is_called_by_its_place_or_its_contact(
    session: Session, client_for: ClientFor
) -> None:
    customer, contact = factories.customer(session), factories.contact(session, first_name="Mats", last_name="Berg")
    address = factories.address(session, customer, street="Kade 1", city="Assen", postal_code="9401 AA")
    link = factories.link(session, customer, contact)
    with changeset(session, SYSTEM, "Change both") as done:
        address.label, link.function = "Loods", "Finance"
    with changeset(session, SYSTEM, "Change both again"):
        address.label, link.function = "Kantoor", "Sales"
    page = text_of(client_for("Dana").get("/history/undo/", query_string={"changeset": done.id}))
    assert "Kade 1, 9401 AA Assen, What it is called: It was changed later." in page
    assert "Mats Berg, Function: It was changed later." in page


# From outside


def outside(url: URL, statement: str, key: int) -> None:
    """What another program does to a customer."""
    with create_engine(url, poolclass=NullPool).begin() as connection:
        connection.execute(text(statement), {"key": key})


STATEMENTS = ("UPDATE customer SET phone = '999' WHERE id = :key", "DELETE FROM customer WHERE id = :key")


@pytest.mark.parametrize("statement", STATEMENTS)
def test_what_was_changed_with_plain_sql_is_taken_back_from_the_history(
    session: Session, client_for: ClientFor, database_url: URL, statement: str
) -> None:
    customer = factories.customer(session, phone="1", email="one@x.example")
    factories.project(session, customer)
    key = customer.id
    session.rollback()
    outside(database_url, statement, key)
    dana = client_for("Dana")
    tree = html.document_fromstring(dana.get("/history/").get_data(as_text=True))
    (form,) = tree.xpath("//form[@action='/history/adopt/']")
    shown = dana.post("/history/adopt/", data=dict(form.form_values()))
    assert shown.status_code == 302
    plan = dana.get(shown.location).get_data(as_text=True)
    assert "Take back “Changed from outside”?" in plan
    adopted = session.scalars(select(Changeset).where(Changeset.origin == Origin.OUTSIDE)).one()
    assert abs(adopted.at - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=1)
    again = dana.get("/history/").get_data(as_text=True)
    assert "changed the database directly" in again
    assert "/history/adopt/" not in again
    assert dana.send("/history/undo/", changeset=adopted.id).status_code == 302
    assert stored(session, key) == ("1", "one@x.example")
    assert session.scalars(select(Project.customer_id)).all() == [key]


def test_who_may_not_take_back_what_was_changed_from_outside_leaves_it_as_it_is(
    session: Session, client_for: ClientFor, database_url: URL
) -> None:
    key = factories.customer(session, phone="1").id
    session.rollback()
    outside(database_url, STATEMENTS[0], key)
    change = session.scalars(select(Change.id).where(Change.changeset_id.is_(None))).one()
    bob = client_for("Bob")
    assert bob.send("/history/adopt/", first=change, last=change).location == "/history/"
    assert "You need the right Edit for this." in bob.get("/history/").get_data(as_text=True)
    for first, last in ((change + 1, change + 9), ("x", change), ("", "")):
        assert client_for("Dana").send("/history/adopt/", first=first, last=last).status_code == 404
    session.rollback()
    assert session.scalar(select(Change.changeset_id).where(Change.id == change)) is None


def test_a_field_that_a_verb_keeps_up_has_no_undo_of_its_own(session: Session, client_for: ClientFor) -> None:
    key, _ = edited(session)
    project = factories.project(session, session.get_one(Customer, key)).id
    put_away(session, key)
    done = session.scalars(select(Changeset.id).order_by(Changeset.id.desc())).first()
    dana = client_for("Dana")
    page = html.document_fromstring(dana.get("/history/").get_data(as_text=True))
    offered = {*page.xpath('//form[contains(@action, "/undo/")]//input[@name="field"]/@value')}
    assert "phone" in offered
    assert not offered & {"archived_at", "archived_with_customer"}
    forged = {"changeset": str(done), "table": "project", "row": str(project), "field": "archived_at"}
    assert dana.get("/history/undo/", query_string=forged).status_code == 422
    assert dana.send("/history/undo/", **forged).status_code == 302
    assert "This goes back only together with all that was done in the same step." in dana.get("/history/").text
    session.rollback()
    assert session.get_one(Project, project).archived_at is not None


def offers(page: str) -> list[str]:
    """Where the forms and links of a page that take something back lead."""
    return html.document_fromstring(page).xpath(
        '//main//a[contains(@href, "/undo/")]/@href | //main//form[contains(@action, "/undo/")]/@action'
        ' | //main//form[contains(@action, "/adopt/")]/@action'
    )


def test_undo_is_offered_only_to_who_could_take_something_back_somewhere(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    key, _ = edited(session)
    session.connection().execute(text("UPDATE customer SET phone = '3'"))
    session.commit()
    bob = client_for("Bob")
    for page in ("/history/", f"/customers/details/?id={key}&tab=history"):
        shown = bob.get(page).text
        assert "two@x.example" in shown
        assert offers(shown) == [], page
    factories.access(
        session, session.get_one(Customer, key), factories.role(session, rights=frozenset({"view", "edit"})), cast.bob
    )
    shown = offers(bob.get(f"/customers/details/?id={key}&tab=history").text)
    assert {one.split("/")[2] for one in shown} == {"adopt", "undo"}


def test_undo_is_offered_where_one_may_take_it_back_and_not_on_the_customers_beside_it(
    session: Session, client_for: ClientFor
) -> None:
    own, other = factories.customer(session, phone="1"), factories.customer(session, phone="1")
    roles = {role.name: role for role in session.scalars(select(Role))}
    emma = factories.user(session, name="Emma", role_id=roles["Registrar"].id)
    factories.access(session, own, roles["Editor"], emma)
    save(session, SYSTEM, Customer, other.id, {"phone": "2"})
    save(session, SYSTEM, Customer, own.id, {"phone": "2"})
    with changeset(session, SYSTEM, "Change both"):
        own.fax = other.fax = "3"
    both, of_own, of_other = session.scalars(select(Changeset.id).order_by(Changeset.id.desc()).limit(3))
    emmas = client_for("Emma")
    page = "/customers/details/?id={}&tab=history".format
    assert "Undo" not in emmas.get(page(other.id)).get_data(as_text=True)
    card = html.document_fromstring(emmas.get(page(own.id)).get_data(as_text=True))
    offered = {parse_qs(urlsplit(a.get("href")).query)["changeset"][0] for a in undo_links(card)}
    # What it did to both is taken back here field by field only.
    assert (str(of_own) in offered, str(both) in offered) == (True, False)
    assert str(both) in {one.get("value") for one in card.iterfind(".//input[@name='changeset']")}
    tree = html.document_fromstring(emmas.get("/history/").get_data(as_text=True))
    rows = {one.get("value") for one in tree.iterfind(".//input[@name='row']")}
    assert rows == {str(own.id)}
    undoable = {parse_qs(urlsplit(a.get("href")).query)["changeset"][0] for a in undo_links(tree)}
    assert str(of_own) in undoable
    assert undoable.isdisjoint({str(both), str(of_other)})


def undo_links(tree: html.HtmlElement) -> list[html.HtmlElement]:
    """The links that begin an undo."""
    return [a for a in tree.iterfind(".//a[@href]") if a.get("href").startswith("/history/undo/")]


def test_a_field_that_was_changed_again_says_so_in_place_of_its_undo(session: Session, client_for: ClientFor) -> None:
    key = edited(session)[0]
    save(session, SYSTEM, Customer, key, {"phone": "3"})
    save(session, SYSTEM, Customer, key, {"fax": "4"})
    save(session, SYSTEM, Customer, key, {"fax": "5"})
    save(session, SYSTEM, Customer, key, {"fax": "4"})
    page = client_for("Alice").get(f"/customers/details/?id={key}&tab=history&show=changes").get_data(as_text=True)
    tree = html.document_fromstring(page)
    fields = [line.text_content() for line in tree.iterfind(".//dl[@class='kb-changed-fields']/div")]
    assert [("changed later" in one, "Undo" in one) for one in fields] == [
        (False, True),  # the fax is 4 again
        (True, False),  # 4 to 5
        (False, True),  # nothing to 4, which it is
        (False, True),  # the phone became 3
        (False, True),  # the e-mail address
        (True, False),  # the phone became 2
        (False, False),  # it was added
    ]


def test_who_deleted_the_only_customer_with_a_role_may_still_take_that_back(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    gone = deleted(session, cast.charlie)
    assert any(one.endswith(f"={gone}") for one in offers(client_for("Charlie").get("/history/").text))


# What SQLite takes in a column of numbers or dates; PostgreSQL refuses it by its types.
MISTYPED = (
    ("vat_percentage", "21,5", 2100),
    ("archived_at", "garbage", None),
    ("archived_at", "", None),
    ("archived_at", 1, None),
    ("customer_since", "22-11-2024", "2024-01-31"),
    ("payment_term_days", "dertig", 30),
    ("changed_at", "gisteren", "2024-01-31 10:00:00.000000"),
)
PAGES = (
    "/history/",
    "/customers/details/?id={key}",
    "/customers/details/?id={key}&tab=history",
    "/customers/edit/?id={key}",
    "/customers/?archived=all",
    "/customers/?archived=all&sort=-changed",
    "/customers/export/csv/?archived=all",
)


@pytest.mark.parametrize(("field", "mistyped", "right"), MISTYPED)
def test_a_mistyped_value_from_outside_shows_in_the_history_breaks_no_page_and_is_taken_back(
    session: Session, client_for: ClientFor, database_url: URL, field: str, mistyped: object, right: object
) -> None:
    key = factories.customer(session, company_name="Een B.V.").id
    session.rollback()
    change = f"UPDATE customer SET {field} = :value WHERE id = {key}"
    with create_engine(database_url, poolclass=NullPool).begin() as connection:
        connection.execute(text(change), {"value": right})
    if database_url.get_backend_name() == "postgresql":
        with pytest.raises(DBAPIError), create_engine(database_url, poolclass=NullPool).begin() as connection:
            connection.execute(text(change), {"value": mistyped})
        return
    dana = client_for("Dana")
    with sqlite3.connect(str(database_url.database)) as plain:
        plain.execute(change, {"value": mistyped})
    plain.close()
    for address in PAGES:
        answer = dana.get(address.format(key=key))
        assert answer.status_code == 200, address
        assert "Een B.V." in answer.get_data(as_text=True) or "/history/" in address
    last = session.scalars(select(Change.id).order_by(Change.id.desc()).limit(1)).one()
    if mistyped and field != "changed_at":
        assert str(mistyped) in html.document_fromstring(dana.get("/history/").get_data(as_text=True)).text_content()
    plan = dana.send("/history/adopt/", first=last, last=last).location
    assert dana.send("/history/undo/", changeset=parse_qs(urlsplit(plan).query)["changeset"][0]).status_code == 302
    session.rollback()
    assert session.execute(text(f"SELECT {field} FROM customer WHERE id = {key}")).scalar() == right
    assert all(dana.get(address.format(key=key)).status_code == 200 for address in PAGES)


def test_an_added_record_goes_away_and_a_changed_one_is_put_back_each_said_once(
    session: Session, client_for: ClientFor
) -> None:
    dana, customer = client_for("Dana"), factories.customer(session)

    def told(key: int) -> tuple[str, str]:
        """What the button says, and what is said when it was pressed."""
        page = dana.get(f"/history/undo/?changeset={key}")
        (button,) = html.document_fromstring(page.get_data(as_text=True)).xpath("//main//form//button/span/text()")
        return button, text_of(dana.get(dana.send("/history/undo/", changeset=key).location))

    with changeset(session, SYSTEM, "Move in") as added:
        address = factories.address(session, customer)
    with changeset(session, SYSTEM, "Ring") as changed:
        customer.phone = "1"
    with changeset(session, SYSTEM, "Do both") as both:
        factories.address(session, customer)
        factories.address(session, customer)
        customer.fax = "2"
    assert address.id
    button, said = told(both.id)
    assert button == "Put 1 back, take 2 away"
    assert "1 record put back, 2 records taken away" in said
    button, said = told(changed.id)
    assert button == "Put 1 record back"
    assert "1 record put back" in said
    button, said = told(added.id)
    assert button == "Take 1 record away"
    assert "1 record taken away" in said
    assert "put back" not in said
