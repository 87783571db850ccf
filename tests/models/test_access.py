"""Who may see and do what: the hook that hides rows, rights with their reasons, and the lock on the archived."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import Connection, delete, event, func, select, text, union_all, update
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from models import access
from models.access import ANONYMOUS, SYSTEM, Looker, look_as, looker_for
from models.base import EVERYTHING, ROW_BY_ROW, Base, utc_now
from models.contact import Contact, CustomerContact
from models.customer import Address, BankAccount, Customer
from models.errors import NotAllowed, Reason, Refused
from models.imports import ImportKind, ImportRow, ImportRun, RowStatus
from models.journal import Change, Changeset, JournalContext, changeset
from models.label import ContactLabel, CustomerLabel, Label
from models.operations.sign_in import seat_of, token_hash
from models.project import Project, Registration
from models.sales import Agreement, Invoice, Portal, Quote
from models.settings import Setting
from models.user import BUILT_IN_ROLES, CustomerAccess, FailedSignIn, Right, Role, SignIn, Team, TeamMember, User
from tests import factories
from tests.conftest import Cast
from tests.contracts.test_queries import counted

AT_CUSTOMER = (
    Customer,
    Contact,
    CustomerContact,
    CustomerLabel,
    ContactLabel,
    CustomerAccess,
    Address,
    BankAccount,
    Project,
    Registration,
    Invoice,
    Quote,
    Agreement,
    Portal,
    Change,
)


@dataclass(frozen=True)
class World:
    """Two customers with everything below them: `theirs` is the one that is given to Charlie in the tests."""

    theirs: int
    other: int


def _fill(session: Session, customer: Customer, owner: User) -> None:
    factories.address(session, customer)
    factories.bank_account(session, customer)
    person = factories.contact(session)
    factories.link(session, customer, person)
    factories.put_label(session, factories.label(session), customer=customer, contact=person)
    project = factories.project(session, customer)
    factories.registration(session, project, owner)
    factories.invoice(session, customer)
    factories.quote(session, customer)
    factories.agreement(session, customer)
    factories.portal(session, customer)
    factories.access(session, customer, role_named(session, "Manager"), owner)


def role_named(session: Session, name: str) -> Role:
    return session.scalars(select(Role).where(Role.name == name)).one()


@pytest.fixture
def world(session: Session, cast: Cast) -> World:
    with changeset(session, SYSTEM, "Set up"):
        customers = [factories.customer(session) for _ in range(2)]
        for customer in customers:
            _fill(session, customer, cast.alice)
    return World(*(customer.id for customer in customers))


def see(session: Session, looker: Looker, noun: type[Base]) -> set[int]:
    look_as(session, looker)
    found = set(session.scalars(select(noun.id)))
    # Asked for each row by itself it is the same, by whichever name the table goes.
    for query in (select(noun.id), *([] if noun is Change else [select(aliased(noun).id)])):
        assert set(session.scalars(query, execution_options=ROW_BY_ROW)) == found, noun
    look_as(session, SYSTEM)
    return found


def looker(session: Session, user: User) -> Looker:
    return looker_for(session, session.get_one(User, user.id))


def grant(session: Session, holder: User | Team, role: str, customer_id: int) -> CustomerAccess:
    return factories.access(session, session.get_one(Customer, customer_id), role_named(session, role), holder)


@pytest.fixture
def charlie(session: Session, cast: Cast, world: World) -> Looker:
    """Charlie, who reads one customer and nothing else."""
    grant(session, cast.charlie, "Reader", world.theirs)
    return looker(session, cast.charlie)


# -- what is hidden ---------------------------------------------------------------------------------------------------

# Who sees which of the two customers' rows, by noun: "nothing", those of "theirs", one's "own" there, "all", or "some"
# where a test of its own says which.
PEOPLE = ("system", "dana", "alice", "bob", "charlie", "team", "registrar", "nobody", "anonymous")
ALL_OF_A_CUSTOMER = (
    CustomerContact,
    Contact,
    CustomerLabel,
    ContactLabel,
    CustomerAccess,
    Address,
    BankAccount,
    Project,
)
EXPECTED: dict[str, dict[type[Base], str]] = {
    "system": dict.fromkeys((*AT_CUSTOMER, User, Role), "all"),
    "dana": dict.fromkeys((*AT_CUSTOMER, User, Role), "all"),
    "alice": dict.fromkeys((*AT_CUSTOMER, User, Role), "all") | {Change: "some"},
    "bob": dict.fromkeys((*AT_CUSTOMER, User, Role), "all")
    | dict.fromkeys((Registration, Invoice, Quote), "nothing")
    | {Change: "some"},
    "charlie": dict.fromkeys(AT_CUSTOMER, "theirs")
    | dict.fromkeys((Registration, Invoice, Quote), "nothing")
    | dict.fromkeys((User, Role), "all")
    | {Change: "some"},
    "team": dict.fromkeys(AT_CUSTOMER, "theirs") | dict.fromkeys((User, Role), "all") | {Change: "some"},
    "registrar": dict.fromkeys(AT_CUSTOMER, "theirs")
    | dict.fromkeys((Invoice, Quote), "nothing")
    | {Registration: "own", User: "all", Role: "all", Change: "some"},
    "nobody": dict.fromkeys(AT_CUSTOMER, "nothing") | {User: "all", Role: "all", Change: "some"},
    "anonymous": dict.fromkeys((*AT_CUSTOMER, User, Role), "nothing"),
}


def _person(session: Session, who: str, cast: Cast, world: World) -> Looker:
    if who in ("system", "anonymous"):
        return SYSTEM if who == "system" else ANONYMOUS
    if who in ("alice", "bob", "dana"):
        return looker(session, getattr(cast, who))
    person = cast.charlie
    if who == "charlie":
        grant(session, person, "Reader", world.theirs)
    elif who == "team":
        grant(session, factories.team(session, person), "Manager", world.theirs)
    elif who == "registrar":
        grant(session, person, "Registrar", world.theirs)
        project = session.scalars(select(Project).where(Project.customer_id == world.theirs)).one()
        factories.registration(session, project, person)
    return looker(session, person)


@pytest.mark.parametrize("who", PEOPLE)
def test_TO_17_TO_18_each_person_sees_exactly_what_the_table_says(
    session: Session, cast: Cast, world: World, who: str
) -> None:
    person = _person(session, who, cast, world)
    everything = {noun: see(session, SYSTEM, noun) for noun in EXPECTED[who]}
    for noun, expected in EXPECTED[who].items():
        seen = see(session, person, noun)
        if expected == "some":
            assert seen < everything[noun], noun
        elif expected == "own":
            own = set(session.scalars(select(noun.id).where(noun.user_id == person.id)))  # type: ignore[attr-defined]
            assert own
            assert seen == own, noun
        elif expected == "theirs":
            assert seen == _rows_of(session, noun, world.theirs), noun
            assert seen < everything[noun], noun
        else:
            assert everything[noun], noun
            assert seen == (everything[noun] if expected == "all" else set()), noun


def _rows_of(session: Session, noun: type[Any], customer_id: int) -> set[int]:
    linked = select(CustomerContact.contact_id).where(CustomerContact.customer_id == customer_id)
    if noun is Customer:
        return {customer_id}
    if noun is Contact:
        return set(session.scalars(linked))
    if noun is ContactLabel:
        return set(session.scalars(select(ContactLabel.id).where(ContactLabel.contact_id.in_(linked))))
    return set(session.scalars(select(noun.id).where(noun.customer_id == customer_id)))


def test_a_role_given_to_a_team_counts_for_its_members_only(session: Session, cast: Cast, world: World) -> None:
    grant(session, factories.team(session, cast.bob), "Reader", world.theirs)
    assert see(session, looker(session, cast.charlie), Customer) == set()


def test_a_role_of_a_team_counts_everywhere(session: Session, cast: Cast, world: World) -> None:
    factories.team(session, cast.charlie, role_id=role_named(session, "Reader").id)
    assert see(session, looker(session, cast.charlie), Customer) == see(session, SYSTEM, Customer)


def test_a_role_without_view_shows_nothing(session: Session, cast: Cast, world: World) -> None:
    odd = factories.role(session, name="Blind editor", rights=frozenset({Right.EDIT, Right.SEE_REVENUE}))
    factories.access(session, session.get_one(Customer, world.theirs), odd, cast.charlie)
    person = looker(session, cast.charlie)
    assert see(session, person, Customer) == set()
    assert see(session, person, Invoice) == set()


def test_a_disabled_user_may_nothing(session: Session, cast: Cast, world: World) -> None:
    with changeset(session, SYSTEM, "Off"):
        cast.alice.disabled_at = utc_now()
    assert looker(session, cast.alice).everywhere == frozenset()
    assert see(session, looker(session, cast.alice), Customer) == set()


def test_a_contact_of_two_customers_is_seen_with_one_of_them_visible(
    session: Session, charlie: Looker, world: World
) -> None:
    person = factories.contact(session)
    factories.link(session, session.get_one(Customer, world.theirs), person)
    key, hidden = person.id, factories.link(session, session.get_one(Customer, world.other), person).id
    assert key in see(session, charlie, Contact)
    assert hidden not in see(session, charlie, CustomerContact)


def test_a_contact_without_a_customer_is_seen_by_who_sees_all(session: Session, cast: Cast, charlie: Looker) -> None:
    key = factories.contact(session).id
    assert key not in see(session, charlie, Contact)
    assert key in see(session, looker(session, cast.bob), Contact)


def test_working_tables_show_ones_own_rows_only(session: Session, cast: Cast) -> None:
    for user in (cast.bob, cast.charlie):
        run = ImportRun(kind=ImportKind.CUSTOMERS, user_id=user.id, file_name="a.xlsx", stored_as="a")
        session.add(run)
        session.flush()
        session.add(ImportRow(run_id=run.id, row_number=1, status=RowStatus.NEW))
        session.add(SignIn(user_id=user.id, token_hash=f"{user.id}"))
    session.add(FailedSignIn(subject="x"))
    session.commit()
    bob, dana = looker(session, cast.bob), looker(session, cast.dana)
    for noun, of_dana in ((ImportRun, 2), (ImportRow, 2), (SignIn, 0), (FailedSignIn, 0)):
        assert len(see(session, SYSTEM, noun)) > 0
        assert len(see(session, bob, noun)) == (0 if noun is FailedSignIn else 1)
        assert len(see(session, dana, noun)) == of_dana
        assert see(session, ANONYMOUS, noun) == set()


def test_who_is_not_signed_in_reads_the_name_of_the_firm_and_no_other_setting(session: Session) -> None:
    with changeset(session, SYSTEM, "Settings"):
        session.add(Setting(key="company_name", value='"Havenkwartier"'))
        session.add(Setting(key="bin_days", value="3"))
    look_as(session, ANONYMOUS)
    assert session.scalars(select(Setting.key)).all() == ["company_name"]


def test_every_table_has_a_rule() -> None:
    ruled = set(access.RULES) | {JournalContext}
    missing = {
        mapper.class_ for mapper in Base.registry.mappers if mapper.class_.__module__.startswith("models")
    } - ruled
    assert missing == set()


# -- every way to ask -------------------------------------------------------------------------------------------------

Ask = Callable[[Session, World], bool]
"""Whether the other customer shows through."""


def _by_statement(statement: Callable[[World], Any]) -> Ask:
    return lambda session, world: world.other in session.scalars(statement(world)).all()


def _counted(statement: Callable[[World], Any]) -> Ask:
    return lambda session, world: session.scalar(statement(world)) != 1


OTHER = aliased(Customer)
WAYS: dict[str, Ask] = {
    "ids": _by_statement(lambda w: select(Customer.id)),
    "alias": _by_statement(lambda w: select(OTHER.id)),
    "two aliases": lambda s, w: (
        w.other
        in {key for pair in s.execute(select(Customer.id, OTHER.id).where(Customer.id != OTHER.id)) for key in pair}
    ),
    "get": lambda s, w: s.get(Customer, w.other) is not None,
    "count": _counted(lambda w: select(func.count()).select_from(Customer)),
    "count of a subquery": _counted(lambda w: select(func.count()).select_from(select(Customer.id).subquery())),
    "cte": _by_statement(lambda w: select(select(Customer.id).cte().c.id)),
    "scalar subquery": _counted(lambda w: select(select(func.count(Customer.id)).scalar_subquery())),
    "union": _by_statement(lambda w: union_all(select(Customer.id), select(Customer.id))),
    "union below": _by_statement(lambda w: select(union_all(select(Customer.id), select(Customer.id)).subquery().c.id)),
    "union of records": _by_statement(
        lambda w: select(aliased(Customer, union_all(select(Customer), select(Customer)).subquery()).id)
    ),
    "exists": lambda s, w: bool(s.scalar(select(select(Customer.id).where(Customer.id == w.other).exists()))),
    "join": _by_statement(lambda w: select(Customer.id).join(Address, Address.customer_id == Customer.id)),
    "joined from a table all may see": _by_statement(
        lambda w: select(Customer.id).select_from(Label).join(CustomerLabel).join(Customer)
    ),
    "outer join": _by_statement(
        lambda w: select(Customer.id).select_from(User).outerjoin(Customer, Customer.id == w.other)
    ),
    "legacy query": lambda s, w: s.query(Customer).filter_by(id=w.other).count() > 0,
    "legacy get": lambda s, w: s.query(Customer).filter_by(id=w.other).one_or_none() is not None,
    "child": lambda s, w: w.other in s.scalars(select(Address.customer_id)).all(),
    "has": lambda s, w: bool(
        s.scalars(
            select(User.id).where(select(Project.id).where(Project.customer.has(Customer.id == w.other)).exists())
        ).all()
    ),
    "sum": lambda s, w: (s.scalar(select(func.sum(Invoice.amount))) or 0) != 0,
    "alias of history": lambda s, w: w.other in s.scalars(select(aliased(Change).customer_id)).all(),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_hidden_customer_is_not_there_whichever_way_one_asks(
    session: Session, charlie: Looker, world: World, way: str
) -> None:
    assert WAYS[way](session, world)
    look_as(session, charlie)
    assert not WAYS[way](session, world)


def test_relationships_load_visible_rows_only(session: Session, charlie: Looker, world: World) -> None:
    person = factories.contact(session)
    factories.link(session, session.get_one(Customer, world.theirs), person)
    factories.link(session, session.get_one(Customer, world.other), person)
    key = person.id
    look_as(session, charlie)
    for option in ((), (selectinload(Contact.links),), (joinedload(Contact.links),)):
        session.expire_all()
        found = session.scalars(select(Contact).where(Contact.id == key).options(*option)).unique().one()
        assert [link.customer_id for link in found.links] == [world.theirs]


def test_a_lookup_by_key_finds_nothing_that_another_looker_loaded(
    session: Session, charlie: Looker, world: World
) -> None:
    loaded = session.get(Customer, world.other)
    assert loaded is not None
    look_as(session, charlie)
    assert session.get(Customer, world.other) is None


def test_a_many_to_one_to_a_hidden_row_is_empty(session: Session, cast: Cast, charlie: Looker, world: World) -> None:
    registered = factories.registration(
        session,
        session.scalars(select(Project).where(Project.customer_id == world.theirs)).one(),
        cast.charlie,
        contact_id=factories.contact(session).id,
    ).id
    look_as(session, charlie)
    for option in ((), (joinedload(Registration.contact),), (selectinload(Registration.contact),)):
        session.expire_all()
        statement = select(Registration).where(Registration.id == registered).options(*option)
        assert session.scalars(statement).one().contact is None


def test_a_session_without_a_looker_refuses(session: Session) -> None:
    with Session(session.get_bind()) as nobody:
        for ask in (lambda: nobody.scalars(select(Customer)).all(), lambda: nobody.get(Customer, 1)):
            with pytest.raises(RuntimeError, match="nobody is looking"):
                ask()


def test_text_statements_are_refused_where_something_is_hidden(session: Session, charlie: Looker) -> None:
    statement = select(Customer).from_statement(text("SELECT * FROM customer"))
    assert len(session.scalars(statement).all()) == 2
    look_as(session, charlie)
    with pytest.raises(RuntimeError, match="narrowed"):
        session.scalars(statement).all()


def test_a_verb_may_count_what_is_hidden_but_not_fetch_it(session: Session, charlie: Looker) -> None:
    look_as(session, charlie)
    assert session.scalar(select(func.count(Customer.id)), execution_options=EVERYTHING) == 2
    with pytest.raises(RuntimeError, match="EVERYTHING"):
        session.scalars(select(Customer), execution_options=EVERYTHING).all()


def test_the_looker_does_not_change_in_the_middle_of_a_change(session: Session, charlie: Looker) -> None:
    with changeset(session, SYSTEM, "Half"), pytest.raises(RuntimeError, match="middle"):
        look_as(session, charlie)


@pytest.fixture
def statements(session: Session) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_c: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    bind = session.get_bind()
    assert isinstance(bind, Engine)
    event.listen(bind, "before_cursor_execute", note)
    yield seen
    event.remove(bind, "before_cursor_execute", note)


def test_who_of_many_colleagues_sees_a_customer_is_asked_in_one_query(session: Session, cast: Cast) -> None:
    customer, other = factories.customer(session), factories.customer(session)
    reader = session.scalars(select(Role).where(Role.name == "Reader")).one()
    here, by_team, elsewhere, empty, gone = (factories.user(session) for _ in range(5))
    factories.access(session, customer, reader, here)
    factories.access(session, customer, reader, factories.team(session, by_team))
    factories.access(session, other, reader, elsewhere)
    factories.access(session, customer, factories.role(session), empty)
    factories.access(session, customer, reader, gone)
    with changeset(session, SYSTEM, "Leave"):
        gone.disabled_at = utc_now()
    key, asked = customer.id, [one.id for one in (here, by_team, elsewhere, empty, gone, cast.bob, cast.charlie)]
    with counted() as sent:
        found = access.who_see(session, asked, key)
    assert found == {here.id, by_team.id, cast.bob.id}
    assert len(sent) == 1


@pytest.mark.parametrize("name", ["bob", "alice", "dana"])
def test_who_sees_every_customer_pays_no_condition(
    session: Session, cast: Cast, statements: list[str], name: str
) -> None:
    look_as(session, looker(session, getattr(cast, name)))
    for noun in (Customer, Contact, CustomerContact, Address, Project, CustomerLabel, ContactLabel):
        session.scalars(select(noun.id)).all()
        assert "WHERE" not in statements[-1]


def test_a_looker_is_made_with_one_query(session: Session, cast: Cast, statements: list[str]) -> None:
    user = session.get_one(User, cast.charlie.id)
    assert user.name
    before = len([s for s in statements if s.startswith("SELECT")])
    looker_for(session, user)
    assert len([s for s in statements if s.startswith("SELECT")]) - before == 1


def test_who_signed_in_is_known_to_hold_what_they_hold_somewhere(
    session: Session, cast: Cast, world: World, statements: list[str]
) -> None:
    grant(session, factories.team(session, cast.bob), "Editor", world.theirs)
    grant(session, factories.team(session), "Manager", world.theirs)
    for person in (cast.alice, cast.bob, cast.charlie):
        look_as(session, SYSTEM)
        session.add(SignIn(user_id=person.id, token_hash=token_hash(person.name)))
        session.commit()
        seat = seat_of(session, person.name)
        assert seat is not None
        before = len(statements)
        told = [right for right in Right if access.may_somewhere(session, seat.looker, right)]
        assert statements[before:] == []
        session.rollback()
        assert told == [right for right in Right if access.may_somewhere(session, seat.looker, right)]


# -- non-interference -------------------------------------------------------------------------------------------------


def _everything(session: Session, person: Looker) -> dict[str, list[Any]]:
    """All that a person can read, in an order that only depends on it."""
    look_as(session, person)
    found: dict[str, list[Any]] = {}
    for noun in AT_CUSTOMER:
        columns = [column for column in noun.__table__.columns if column.key != "id"]
        rows = session.execute(select(*(getattr(noun, column.key) for column in columns)).order_by(noun.id))
        found[noun.__name__] = [tuple(map(repr, row)) for row in rows]
        found[f"{noun.__name__} counted"] = [session.scalar(select(func.count()).select_from(noun))]
    found["titles"] = list(session.execute(select(Changeset.title, Changeset.values).order_by(Changeset.id)))
    look_as(session, SYSTEM)
    return found


def _touch_all_that_is_hidden(session: Session, cast: Cast, world: World) -> None:
    """Add, change and delete what a reader of one customer may not see, on the other customer and on this one."""
    new = factories.customer(session)
    with changeset(session, SYSTEM, "Somewhere else"):
        session.get_one(Customer, world.other).nickname = "Secret"
        session.execute(delete(Address).where(Address.customer_id == world.other))
        for invoice in session.scalars(select(Invoice)):
            invoice.amount += 100
        for quote in session.scalars(select(Quote)):
            quote.amount += 100
        for registration in session.scalars(select(Registration).where(Registration.user_id == cast.alice.id)):
            registration.minutes += 15
        session.execute(
            update(CustomerLabel).where(CustomerLabel.customer_id == world.other).values(customer_id=new.id)
        )
    factories.address(session, new)
    factories.link(session, new, factories.contact(session))
    factories.registration(session, factories.project(session, new), cast.bob)
    factories.invoice(session, session.get_one(Customer, world.theirs))
    factories.contact(session)
    factories.user(session)


@pytest.mark.parametrize("role", ["Reader", "Registrar"])
def test_what_one_receives_does_not_change_with_what_one_may_not_see(
    session: Session, cast: Cast, world: World, role: str
) -> None:
    grant(session, cast.charlie, role, world.theirs)
    person = looker(session, cast.charlie)
    before = _everything(session, person)
    _touch_all_that_is_hidden(session, cast, world)
    assert looker(session, cast.charlie) == person
    assert _everything(session, person) == before
    assert before["Customer"]


# -- history ----------------------------------------------------------------------------------------------------------


def test_history_of_amounts_and_of_the_office_needs_its_right(session: Session, cast: Cast, world: World) -> None:
    with changeset(session, SYSTEM, "Office"):
        session.add(Setting(key="bin_days", value="3"))
    tables = {
        name: set(_tables_in_history(session, looker(session, getattr(cast, name))))
        for name in ("bob", "alice", "dana")
    }
    assert tables["dana"] >= {"user", "role", "setting", "invoice", "quote", "registration", "customer", "label"}
    assert tables["dana"] - tables["alice"] == {"user", "role", "setting"}
    assert tables["alice"] - tables["bob"] == {"invoice", "quote", "registration"}


def _tables_in_history(session: Session, person: Looker) -> list[str]:
    look_as(session, person)
    found = list(session.scalars(select(Change.table_name).distinct()))
    look_as(session, SYSTEM)
    return found


def test_a_changeset_is_seen_with_a_change_in_it_and_by_who_made_it(
    session: Session, cast: Cast, charlie: Looker, world: World
) -> None:
    look_as(session, SYSTEM)
    with changeset(session, SYSTEM, "Seen"):
        session.get_one(Customer, world.theirs).nickname = "A"
    with changeset(session, SYSTEM, "Unseen"):
        session.get_one(Customer, world.other).nickname = "B"
    with changeset(session, charlie, "Own"):
        session.get_one(User, cast.charlie.id).theme = "dark"
    look_as(session, charlie)
    titles = set(session.scalars(select(Changeset.title)))
    assert titles >= {"Seen", "Own"}
    assert "Unseen" not in titles


def test_a_registrar_sees_the_history_of_own_registrations_only(session: Session, cast: Cast, world: World) -> None:
    person = _person(session, "registrar", cast, world)
    look_as(session, person)
    images = session.scalars(select(Change.after).where(Change.table_name == "registration")).all()
    assert {image["user_id"] for image in images if image} == {person.id}


# -- may this person --------------------------------------------------------------------------------------------------


def test_a_right_is_the_union_of_everything_held(session: Session, cast: Cast, world: World) -> None:
    grant(session, cast.bob, "Registrar", world.theirs)
    grant(session, factories.team(session, cast.bob), "Manager", world.theirs)
    bob = looker(session, cast.bob)
    for right, here, elsewhere in (
        (Right.VIEW, True, True),
        (Right.REGISTER, True, False),
        (Right.DELETE, True, False),
        (Right.IMPORT, False, False),
    ):
        assert access.may(session, bob, right, world.theirs) is here, right
        assert access.may(session, bob, right, world.other) is elsewhere, right
        assert access.may(session, bob, right) is elsewhere, right
        assert access.may_somewhere(session, bob, right) is here, right


def test_a_right_for_everywhere_is_not_given_by_a_role_on_one_customer(
    session: Session, cast: Cast, world: World
) -> None:
    grant(session, cast.charlie, "Administrator", world.theirs)
    person = looker(session, cast.charlie)
    assert not any(access.may_somewhere(session, person, right) for right in (Right.EXPORT, Right.MANAGE_USERS))
    assert not person.is_administrator


def test_a_role_counts_from_the_moment_it_is_given_until_it_is_taken_away(
    session: Session, cast: Cast, world: World
) -> None:
    person, reader = looker(session, cast.charlie), role_named(session, "Reader")

    def held() -> list[bool]:
        somewhere = access.may_somewhere(session, person, Right.VIEW)
        return [somewhere, *(access.may(session, person, Right.VIEW, key) for key in (world.theirs, world.other))]

    assert held() == [False, False, False]
    with changeset(session, SYSTEM, "Give and take"):
        given = CustomerAccess(customer_id=world.theirs, user_id=person.id, role_id=reader.id)
        session.add(given)
        session.flush()
        assert held() == [True, True, False]
        session.delete(given)
        session.flush()
        assert held() == [False, False, False]
        session.add(CustomerAccess(customer_id=world.other, user_id=person.id, role_id=reader.id))
    assert held() == [True, False, True]
    assert held() == [True, False, True]


def test_a_missing_right_is_named(session: Session, charlie: Looker, world: World) -> None:
    with pytest.raises(NotAllowed) as refusal:
        access.require(session, charlie, Right.EDIT, world.theirs)
    assert refusal.value.reason is Reason.NO_RIGHT
    assert refusal.value.values == {"right": Right.EDIT}
    access.require(session, charlie, Right.VIEW, world.theirs)


def test_ids_are_split_into_allowed_and_refused(session: Session, cast: Cast, world: World) -> None:
    grant(session, cast.bob, "Editor", world.theirs)
    ids = [world.other, 999_999, world.theirs]
    bob = looker(session, cast.bob)
    assert access.split(session, bob, Right.EDIT, ids) == ((world.theirs,), (world.other, 999_999))
    assert access.split(session, bob, Right.VIEW, ids) == ((world.other, world.theirs), (999_999,))
    assert access.split(session, bob, Right.DELETE, ids) == ((), tuple(ids))
    assert access.split(session, bob, Right.VIEW, []) == ((), ())


def test_any_number_of_ids_is_split_in_one_statement(session: Session, cast: Cast, world: World) -> None:
    grant(session, cast.bob, "Editor", world.theirs)
    bob, ids = looker(session, cast.bob), [*range(1_000_000, 1_200_000), world.theirs]
    sent: list[str] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *arguments: sent.append(arguments[2]))
    assert access.split(session, bob, Right.EDIT, ids)[0] == (world.theirs,)
    assert len(sent) == 1


def test_reachable_is_a_condition_or_nothing(session: Session, cast: Cast, charlie: Looker, world: World) -> None:
    assert access.reachable(looker(session, cast.bob), Right.VIEW) is None
    condition = access.reachable(charlie, Right.VIEW)
    assert condition is not None
    assert session.scalars(select(Customer.id).where(condition)).all() == [world.theirs]
    nothing = access.reachable(ANONYMOUS, Right.VIEW)
    assert nothing is not None
    assert session.scalars(select(Customer.id).where(nothing)).all() == []


def test_every_right_carries_its_reasons(session: Session, cast: Cast, world: World) -> None:
    team = factories.team(session, cast.bob, name="Consultants SE", role_id=role_named(session, "Registrar").id)
    grant(session, cast.bob, "Editor", world.theirs)
    grant(session, team, "Manager", world.theirs)
    reasons = {
        right: [str(one) for one in why] for right, why in access.explain(session, cast.bob, world.theirs).items()
    }
    assert reasons[Right.VIEW] == [
        "role Reader, everywhere",
        "role Registrar of team Consultants SE, everywhere",
        "role Editor, given here",
        "role Manager of team Consultants SE, given here",
    ]
    assert reasons[Right.ARCHIVE] == ["role Manager of team Consultants SE, given here"]
    assert reasons[Right.EXPORT] == []
    elsewhere = access.explain(session, cast.bob, world.other)
    assert [str(one) for one in elsewhere[Right.REGISTER]] == ["role Registrar of team Consultants SE, everywhere"]
    assert elsewhere[Right.EDIT] == ()


@pytest.mark.parametrize("name", ["alice", "bob", "charlie", "dana"])
def test_the_reasons_say_the_same_as_the_answer(session: Session, cast: Cast, world: World, name: str) -> None:
    grant(session, cast.charlie, "Editor", world.theirs)
    grant(session, factories.team(session, cast.bob), "Manager", world.other)
    user = session.get_one(User, getattr(cast, name).id)
    person = looker(session, user)
    for customer_id in (None, world.theirs, world.other):
        answers = {right: access.may(session, person, right, customer_id) for right in Right}
        assert {right: bool(why) for right, why in access.explain(session, user, customer_id).items()} == answers


def test_a_word_from_a_later_version_gives_no_right(session: Session, cast: Cast) -> None:
    role = factories.role(session, rights=frozenset({"view", "time-travel"}))
    with changeset(session, SYSTEM, "Give"):
        session.get_one(User, cast.charlie.id).role_id = role.id
    assert looker(session, cast.charlie).everywhere == {Right.VIEW}


# -- archived means read only -----------------------------------------------------------------------------------------

BELOW = (
    Address,
    BankAccount,
    CustomerContact,
    CustomerLabel,
    Project,
    Registration,
    Invoice,
    Quote,
    Agreement,
    Portal,
)


def _archive(session: Session, row: Customer | Project) -> None:
    with changeset(session, SYSTEM, "Archive"):
        row.archived_at = utc_now()


def _below(session: Session, noun: type[Any], customer_id: int) -> Any:
    return session.scalars(select(noun).where(noun.customer_id == customer_id)).first()


def _copied(row: Any) -> Any:
    """A new row like this one, but for what must differ."""
    kept = {
        attribute.key: getattr(row, attribute.key)
        for attribute in type(row).__mapper__.column_attrs
        if attribute.key not in {"id", "number", "contact_id", "label_id"}
    }
    return type(row)(**kept)


def _add(session: Session, row: Any) -> None:
    if isinstance(row, CustomerContact):
        row = CustomerContact(customer_id=row.customer_id, contact_id=factories_contact(session))
    elif isinstance(row, CustomerLabel):
        row = CustomerLabel(customer_id=row.customer_id, label_id=factories_label(session))
    else:
        row = _copied(row)
    session.add(row)


def factories_contact(session: Session) -> int:
    made = Contact(first_name="New")
    session.add(made)
    session.flush()
    return made.id


def factories_label(session: Session) -> int:
    made = Label(name="New")
    session.add(made)
    session.flush()
    return made.id


def _change(session: Session, row: Any) -> None:
    field = next(
        name
        for name in ("label", "iban", "function", "name", "note", "contact_name", "day", "label_id")
        if hasattr(type(row), name)
    )
    if field == "day":
        row.day = row.day.replace(day=27)
    elif field == "label_id":
        row.label_id = factories_label(session)
    else:
        setattr(row, field, "Changed")


def _delete(session: Session, row: Any) -> None:
    session.delete(row)


@pytest.mark.parametrize("how", [_add, _change, _delete])
@pytest.mark.parametrize("noun", BELOW)
def test_nothing_below_an_archived_customer_can_be_written(
    session: Session, world: World, noun: type[Any], how: Callable[[Session, Any], None]
) -> None:
    _archive(session, session.get_one(Customer, world.theirs))
    name = session.get_one(Customer, world.theirs).name
    row = _below(session, noun, world.theirs)
    with pytest.raises(Refused) as refusal, changeset(session, SYSTEM, "Write"):
        how(session, row)
    assert refusal.value.reason is Reason.ARCHIVED_IS_LOCKED
    assert refusal.value.values == {"name": name}
    with changeset(session, SYSTEM, "Write"), access.unlocking(session):
        how(session, session.get_one(noun, row.id))


def test_an_archived_customer_itself_cannot_be_edited_until_it_is_restored(session: Session, world: World) -> None:
    _archive(session, session.get_one(Customer, world.theirs))
    for field, value in (("nickname", "New"), ("archived_at", None)):
        with pytest.raises(Refused, match="is archived"), changeset(session, SYSTEM, "Edit"):
            setattr(session.get_one(Customer, world.theirs), field, value)
    with changeset(session, SYSTEM, "Restore"), access.unlocking(session):
        session.get_one(Customer, world.theirs).archived_at = None
    with changeset(session, SYSTEM, "Edit"):
        session.get_one(Customer, world.theirs).nickname = "New"


def test_a_row_cannot_be_moved_out_of_an_archived_customer(session: Session, world: World) -> None:
    _archive(session, session.get_one(Customer, world.theirs))
    address = _below(session, Address, world.theirs)
    with pytest.raises(Refused, match="is archived"), changeset(session, SYSTEM, "Move"):
        address.customer_id = world.other


def test_an_archived_project_and_its_registrations_cannot_be_written(session: Session, world: World) -> None:
    project = _below(session, Project, world.theirs)
    _archive(session, project)
    registration = _below(session, Registration, world.theirs)
    for how in (_add, _change, _delete):
        with pytest.raises(Refused, match="is archived"), changeset(session, SYSTEM, "Write"):
            how(session, registration)
    with pytest.raises(Refused, match="is archived"), changeset(session, SYSTEM, "Write"):
        project.name = "New"
    with changeset(session, SYSTEM, "Write"):
        _below(session, Address, world.theirs).city = "Assen"


def test_the_lock_closes_again_after_it_was_opened(session: Session, world: World) -> None:
    _archive(session, session.get_one(Customer, world.theirs))
    with changeset(session, SYSTEM, "Write"), access.unlocking(session):
        session.get_one(Customer, world.theirs).nickname = "Once"
    with pytest.raises(Refused, match="is archived"), changeset(session, SYSTEM, "Write"):
        session.get_one(Customer, world.theirs).nickname = "Twice"


def test_roles_can_still_be_given_on_an_archived_customer(session: Session, cast: Cast, world: World) -> None:
    _archive(session, session.get_one(Customer, world.theirs))
    grant(session, cast.charlie, "Reader", world.theirs)


def test_the_built_in_roles_are_what_the_table_says(session: Session) -> None:
    stored = {role.name: role.rights for role in session.scalars(select(Role).where(Role.built_in))}
    assert stored == {name: frozenset(map(str, rights)) for name, rights in BUILT_IN_ROLES.items()}


def test_team_members_are_known_to_everyone_signed_in(session: Session, cast: Cast) -> None:
    factories.team(session, cast.alice)
    assert len(see(session, looker(session, cast.charlie), TeamMember)) == 1
    assert see(session, ANONYMOUS, TeamMember) == set()
