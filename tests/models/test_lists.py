"""Pages of a list: however one goes through them, they hold the sorted list, each row once, and what one may see."""

from __future__ import annotations

import datetime as dt
import itertools
import random
from collections.abc import Callable
from urllib.parse import parse_qsl

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from models import access, search
from models.access import SYSTEM
from models.contact import Contact, CustomerContact
from models.customer import Address, Customer
from models.journal import changeset
from models.label import CustomerLabel, Label
from models.search import CONTACTS, CUSTOMERS, PROJECTS, ListSpec, Page, read_state
from models.search import paging as ways
from models.search.state import Cursor
from models.settings import ListValue, ValueList
from models.user import CustomerAccess, Role
from tests import factories
from tests.conftest import Cast

DAY = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)


@pytest.fixture
def filled(session: Session) -> Session:
    """120 customers with many equal names and moments, a third archived, labels and addresses at random."""
    chance = random.Random(20261121)
    names = ["Åkerlund", "akerlund", "Bakker", "bakker & zn", "De Vries", "Ölund", "Zonneveld", "'t Hoekje", "1e Hulp"]
    with changeset(session, SYSTEM, "Fill"):
        labels = [Label(name=name) for name in ("Retainer", "VIP")]
        status = ListValue(list=ValueList.STATUS, name="Lead")
        session.add_all([*labels, status])
        session.flush()
        for n in range(120):
            customer = Customer(
                number=f"K-{n % 100:03}-{n}",
                company_name=chance.choice(names),
                changed_at=DAY + dt.timedelta(hours=chance.randrange(5)),
                archived_at=DAY if chance.random() < 1 / 3 else None,
                status_id=status.id if chance.random() < 0.4 else None,
            )
            session.add(customer)
        session.flush()
        keys = session.scalars(select(Customer.id)).all()
        links = [
            {"customer_id": key, "label_id": label.id}
            for key, label in itertools.product(keys, labels)
            if chance.random() < 0.3
        ]
        session.execute(insert(CustomerLabel), links)
        session.execute(
            insert(Address),
            [{"customer_id": key, "city": chance.choice(["Zwolle", "Malmö"]), "country": "NL"} for key in keys[::3]],
        )
    return session


def state_of(query: str, spec: ListSpec = CUSTOMERS) -> search.ListState:
    state = read_state(spec, parse_qsl(query))
    assert not state.dropped
    return state


def all_pages(session: Session, query: str, step: Callable[[Page, search.ListState], str | None]) -> list[Page]:
    """The pages one comes by, from the one that the query names until there is no step any more."""
    pages = []
    following: str | None = query
    while following is not None:
        state = state_of(following)
        pages.append(search.page(session, CUSTOMERS, state))
        following = step(pages[-1], state)
        assert len(pages) < 100
    return pages


def expected(session: Session, query: str) -> list[int]:
    """The list by hand: all rows that fit, sorted by the database."""
    return list(session.scalars(search.all_ids(session, CUSTOMERS, state_of(query), ordered=True)))


SORTS = ("name", "-name", "number", "-number", "changed", "-changed", "created", "-created")
NARROWED = (
    "",
    "&label=1",
    "&label=1&label=2&without=status",
    "&search=bakker",
    "&search=a&country=NL",
    "&without=label",
)


@pytest.mark.parametrize("narrowed", NARROWED)
@pytest.mark.parametrize(
    "limits",
    [(5_000, 20_000, 1_000), (5_000, 20_000, 0), (10, 40, 0), (0, 10_000, 0)],
    ids=["ids kept", "ids first", "walk too short", "walk"],
)
def test_every_way_through_the_pages_gives_the_sorted_list(
    filled: Session, monkeypatch: pytest.MonkeyPatch, limits: tuple[int, int, int], narrowed: str
) -> None:
    for name, limit in zip(("FEW", "WINDOW", "KEPT"), limits, strict=True):
        monkeypatch.setattr(ways, name, limit)
    for sort, archived in zip(SORTS, itertools.cycle(("active", "archived", "all")), strict=False):
        query = f"sort={sort}&archived={archived}&page_size=25{narrowed}"
        wanted = expected(filled, query)
        forward = all_pages(filled, query, Page.next_state)
        last = f"{query}&page={len(forward)}"
        backward = all_pages(filled, last, Page.previous_state)[::-1]
        by_number = [search.page(filled, CUSTOMERS, state_of(f"{query}&page={n + 1}")) for n in range(len(forward))]
        for pages in (forward, backward, by_number):
            assert [key for page in pages for key in page.ids] == wanted, query
            assert [page.number for page in pages] == list(range(1, len(pages) + 1))
            assert {(page.total, page.more) for page in pages} == {(len(wanted), False)}
            assert [page.first_index for page in pages if page.ids] == list(range(1, len(wanted) + 1, 25))
            assert [page.has_previous for page in pages] == [n > 0 for n in range(len(pages))]
            assert [page.has_next for page in pages] == [n < len(pages) - 1 for n in range(len(pages))]


@pytest.mark.parametrize("narrowed", ["search=bakker", "status=1", "label=1&archived=archived", "kind=business"])
def test_a_sample_says_more_than_and_the_pages_are_the_same(
    filled: Session, monkeypatch: pytest.MonkeyPatch, narrowed: str
) -> None:
    for name, value in (("BIG", 0), ("FEW", 0), ("SAMPLE", 60), ("DENSE", 20), ("KEPT", 0)):
        monkeypatch.setattr(ways, name, value)
    query = f"{narrowed}&page_size=25"
    wanted = expected(filled, query)
    forward = all_pages(filled, query, Page.next_state)
    by_number = [search.page(filled, CUSTOMERS, state_of(f"{query}&page={n + 1}")) for n in range(len(forward))]
    for pages in (forward, by_number):
        assert [key for page in pages for key in page.ids] == wanted
        assert all(page.more and 0 < page.total <= len(wanted) and page.pages is None for page in pages)
    past = search.page(filled, CUSTOMERS, state_of(f"{query}&page=999"))
    assert (past.ids, past.has_next) == (forward[-1].ids, False)
    assert search.neighbours(filled, CUSTOMERS, state_of(query), wanted[1]).next == wanted[2]


def test_the_order_is_that_of_python_on_both_databases(filled: Session) -> None:
    rows = filled.execute(select(Customer.id, Customer.name_key, Customer.changed_at)).all()
    assert expected(filled, "sort=name&archived=all") == [
        row.id for row in sorted(rows, key=lambda r: (r.name_key, r.id))
    ]
    newest = sorted(rows, key=lambda row: (row.changed_at, row.id), reverse=True)
    assert expected(filled, "sort=-changed&archived=all") == [row.id for row in newest]


def test_moments_written_without_a_fraction_are_paged_through_as_well(filled: Session) -> None:
    filled.commit()
    bare = "2026-11-01 10:00:00"
    filled.connection().exec_driver_sql(f"UPDATE customer SET changed_at = '{bare}' WHERE id < 60")
    pages = all_pages(filled, "sort=changed&archived=all&page_size=25", Page.next_state)
    assert sorted(key for page in pages for key in page.ids) == sorted(filled.scalars(select(Customer.id)))


def test_a_page_past_the_end_is_the_last_one(filled: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = expected(filled, "")
    for cap in (10_000, 60):
        monkeypatch.setattr(ways, "COUNT_CAP", cap)
        found = search.page(filled, CUSTOMERS, state_of("page=999999"))
        assert found.ids == tuple(wanted[found.first_index - 1 :])
        assert found.number == -(-len(wanted) // 50)
        assert (found.total, found.more) == (min(cap, len(wanted)), cap == 60)
        assert not found.has_next


def test_counting_stops_at_the_cap(filled: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ways, "COUNT_CAP", 100)
    found = search.page(filled, CUSTOMERS, state_of("archived=all&page=3"))
    assert (found.total, found.more, found.pages, found.first_index, found.last_index) == (100, True, None, 101, 120)


def test_a_cursor_whose_row_is_gone_still_leads_on(filled: Session) -> None:
    wanted = expected(filled, "page_size=25")
    following = search.page(filled, CUSTOMERS, state_of("page_size=25")).next_state(state_of("page_size=25"))
    with changeset(filled, SYSTEM, "Delete"):
        filled.execute(text("DELETE FROM customer WHERE id = :id"), {"id": wanted[24]})
    assert search.page(filled, CUSTOMERS, state_of(str(following))).ids == tuple(wanted[25:50])


@pytest.mark.parametrize("cursor", ["WyJ4Iiw1XQ", "WzUsNV0", "WyJ-fn5-IiwyMTQ3NDgzNjQ3XQ"])
@pytest.mark.parametrize("sort", SORTS)
def test_an_invented_cursor_gives_some_page(filled: Session, sort: str, cursor: str) -> None:
    for side in ("after", "before"):
        search.page(filled, CUSTOMERS, state_of(f"sort={sort}&{side}={cursor}"))


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_cursor_at_a_moment_beyond_the_calendar_gives_some_page(filled: Session, moment: str) -> None:
    for side in ("after", "before"):
        assert search.page(filled, CUSTOMERS, state_of(f"sort=changed&{side}={Cursor(moment, 1)}")).ids


def test_neighbours_and_place_are_those_of_the_list(filled: Session) -> None:
    query = "sort=-name&label=1"
    wanted = expected(filled, query)
    for place in (0, 1, len(wanted) - 1):
        found = search.neighbours(filled, CUSTOMERS, state_of(query), wanted[place])
        assert found.previous == (wanted[place - 1] if place else None)
        assert found.next == (wanted[place + 1] if place + 1 < len(wanted) else None)
        assert (found.position, found.total, found.more) == (place + 1, len(wanted), False)
    other = (set(expected(filled, "archived=all")) - set(wanted)).pop()
    assert search.neighbours(filled, CUSTOMERS, state_of(query), other).position is None


@pytest.mark.parametrize("few", [5_000, 5])
def test_pages_counts_and_neighbours_hold_only_what_one_may_see(
    filled: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(ways, "FEW", few)
    monkeypatch.setattr(ways, "KEPT", 0)
    seen = expected(filled, "")[::9]
    with changeset(filled, SYSTEM, "Grant"):
        role = filled.scalars(select(Role.id).where(Role.name == "Reader")).one()
        for key in seen:
            filled.add(CustomerAccess(customer_id=key, user_id=cast.charlie.id, role_id=role))
    charlie = access.looker_for(filled, cast.charlie)
    filled.commit()
    access.look_as(filled, charlie)
    found = search.page(filled, CUSTOMERS, state_of("page_size=25"))
    assert (found.ids, found.total) == (tuple(seen[:25]), len(seen))
    assert [key for page in all_pages(filled, "page_size=25", Page.next_state) for key in page.ids] == seen
    assert search.neighbours(filled, CUSTOMERS, state_of(""), seen[1]).next == seen[2]
    assert set(filled.scalars(search.all_ids(filled, CUSTOMERS, state_of("search=bakker")))) <= set(seen)
    assert search.page(filled, CONTACTS, state_of("", CONTACTS)).total == 0


def test_me_is_whoever_is_looking(session: Session, cast: Cast) -> None:
    own, others = (factories.customer(session, owner_id=user.id) for user in (cast.dana, cast.alice))
    both = (own.id, others.id)
    alice = cast.alice.id
    session.commit()
    dana = access.looker_for(session, cast.dana)
    access.look_as(session, dana)
    assert search.page(session, CUSTOMERS, state_of("owner=me")).ids == both[:1]
    assert search.page(session, CUSTOMERS, state_of(f"owner=me,{alice}")).ids == both


def test_filters_of_contacts_and_projects(session: Session) -> None:
    customer = factories.customer(session)
    astrid, bram = factories.contact(session, first_name="Astrid"), factories.contact(session, first_name="Bram")
    factories.link(session, customer, astrid, function="Skipper, retired", is_main=True)
    project = factories.project(session, customer, number="P-1")
    factories.project(session, customer)
    factories.registration(session, project)

    def found(spec: ListSpec, query: str) -> tuple[int, ...]:
        return search.page(session, spec, state_of(query, spec)).ids

    assert found(CONTACTS, f"customer={customer.id}") == (astrid.id,)
    assert found(CONTACTS, "function=Skipper, retired&with=main_contact") == (astrid.id,)
    assert found(CONTACTS, "without=customer") == (bram.id,)
    assert found(PROJECTS, "with=open_registrations") == (project.id,)
    assert found(PROJECTS, "sort=-number")[0] == project.id
    assert found(CUSTOMERS, "with=open_registrations&without=label,owner&without=head_office") == (customer.id,)
    assert session.scalars(select(CustomerContact.contact_id)).all() == [astrid.id]
    assert session.scalars(select(Contact.id).order_by(Contact.id)).all() == [astrid.id, bram.id]
