"""The seed: the same plausible office for the same number and seed, on both databases."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import groupby

import phonenumbers
import pytest
from email_validator import validate_email
from sqlalchemy import URL, NullPool, create_engine, func, inspect, select
from sqlalchemy.orm import Session
from stdnum import iban
from stdnum.fi import alv, ytunnus
from stdnum.gb import vat as gb_vat
from stdnum.nl import btw
from stdnum.no import mva, orgnr
from stdnum.se import orgnr as se_orgnr
from stdnum.se import vat as se_vat
from werkzeug.security import check_password_hash

from models import access, filetypes, journal, schema
from models.access import SYSTEM
from models.activity import Activity, ActivityState, Attachment, Comment, FileContent
from models.base import Base
from models.connection import Connection
from models.contact import Contact, CustomerContact
from models.customer import Address, BankAccount, Customer, Kind
from models.errors import Reason, Refused
from models.journal import Change, Changeset, Origin, changeset
from models.label import CustomerLabel, Label, LabelGroup
from models.operations import contents, dump, mention, number, seed
from models.operations.seed import bulk, showcase
from models.operations.seed.invent import density
from models.process import Process, ProcessRun
from models.project import Project, Registration, RegistrationStatus
from models.sales import Agreement, Invoice, InvoiceStatus, Opportunity, OpportunityState, Portal, Quote
from models.settings import NumberSeries
from models.tool import ToolLink, misfit
from models.user import CustomerAccess, Right, Role, Team, User
from tests.databases import Databases

TODAY = dt.date(2026, 11, 21)
CUSTOMERS = 200


def _empty(url: URL) -> None:
    engine = create_engine(url, poolclass=NullPool)
    schema.upgrade(engine)
    engine.dispose()


def _seeded(url: URL) -> None:
    _empty(url)
    with _looking(url) as session:
        seed.seed(session, SYSTEM, CUSTOMERS, 7, TODAY)


def _looking(url: URL) -> Session:
    session = Session(create_engine(url, poolclass=NullPool))
    access.look_as(session, SYSTEM)
    return session


@pytest.fixture
def handing(handed_out: Databases, engine_kind: str) -> Iterator[Callable[[str, Callable[[URL], None]], Session]]:
    """Gives sessions on copies of a template, and cleans up after them."""
    opened: list[tuple[Session, URL]] = []

    def hand(name: str, build: Callable[[URL], None]) -> Session:
        url = handed_out.copy(engine_kind, name, build)
        session = _looking(url)
        opened.append((session, url))
        return session

    yield hand
    for session, url in opened:
        session.close()
        handed_out.drop(url)


@pytest.fixture
def empty(handing: Callable[[str, Callable[[URL], None]], Session]) -> Session:
    return handing("empty", _empty)


@pytest.fixture
def seeded(handing: Callable[[str, Callable[[URL], None]], Session]) -> Session:
    return handing("seeded", _seeded)


def _dumped(session: Session) -> str:
    out = io.StringIO()
    dump.dump(session, SYSTEM, out.write)
    return out.getvalue()


def _count(session: Session, *conditions: object) -> int:
    return session.scalar(select(func.count()).where(*conditions)) or 0  # type: ignore[arg-type]


# --- the same for the same --------------------------------------------------------------------------------------


def test_the_same_number_and_seed_give_the_same_rows_on_both_databases(handed_out: Databases) -> None:
    dumps = []
    for kind in ("sqlite", "postgresql"):
        url = handed_out.copy(kind, "seeded", _seeded)
        with _looking(url) as session:
            dumps.append(_dumped(session))
        handed_out.drop(url)
    assert dumps[0] == dumps[1]
    assert len(dumps[0]) > 1_000_000


def test_seeding_again_elsewhere_gives_the_same_rows(seeded: Session, empty: Session) -> None:
    seed.seed(empty, SYSTEM, CUSTOMERS, 7, TODAY)
    assert _dumped(empty) == _dumped(seeded)


def test_another_seed_gives_other_customers(seeded: Session, empty: Session) -> None:
    seed.seed(empty, SYSTEM, CUSTOMERS, 8, TODAY)
    names = [set(session.scalars(select(Customer.name))) for session in (seeded, empty)]
    assert len(names[0] - names[1]) > CUSTOMERS / 2


def test_all_dates_count_back_from_the_given_day(seeded: Session) -> None:
    eve = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
    assert seeded.scalar(select(func.max(Customer.changed_at))) < eve
    assert seeded.scalar(select(func.max(Registration.day))) < TODAY
    assert seeded.scalar(select(func.min(Registration.day))) > TODAY - dt.timedelta(days=750)
    assert seeded.scalar(select(func.max(Invoice.day))) < TODAY


def test_building_the_indexes_at_the_end_changes_neither_rows_nor_indexes(
    empty: Session, seeded: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def indexes(session: Session) -> dict[str, list[object]]:
        found = inspect(session.connection())
        return {
            name: sorted((index["name"], index["column_names"], index["unique"]) for index in found.get_indexes(name))
            for name in found.get_table_names()
        }

    before = indexes(empty)
    taken_down: list[bool] = []
    original = bulk.write

    def watching(connection, tables):
        names = {str(index["name"]) for index in inspect(connection).get_indexes("customer")}
        taken_down.append(not any(name.startswith("ix_") for name in names))
        original(connection, tables)

    monkeypatch.setattr(seed, "MANY", 1)
    monkeypatch.setattr(bulk, "write", watching)
    seed.seed(empty, SYSTEM, CUSTOMERS, 7, TODAY)
    assert taken_down == [True]
    assert indexes(empty) == before
    assert _dumped(empty) == _dumped(seeded)


# --- one intention ----------------------------------------------------------------------------------------------


def test_a_seed_is_one_changeset_in_which_every_row_is_kept(seeded: Session) -> None:
    done = seeded.scalars(select(Changeset)).one()
    assert (done.origin, done.title.format(**done.values)) == (Origin.SEED, "Seeded 200 customers")
    # Contents are no rows of their own to the journal: they belong to the attachments.
    journaled = journal.journaled_tables()
    rows = {table.name: _count(seeded, table.c.id > 0) for table in journaled}
    counted = seeded.execute(select(Change.table_name, func.count()).group_by(Change.table_name))
    kept = {name: count for name, count in counted}  # noqa: C416 - rows are no pairs to a type checker
    assert {name: count for name, count in rows.items() if count} == kept
    assert done.change_count == sum(rows.values())


def test_undoing_a_seed_leaves_nothing_and_its_keys_are_not_used_again(empty: Session) -> None:
    with changeset(empty, SYSTEM, "Somebody must stay"):
        empty.add(role := Role(name="Administrator", rights=frozenset(Right), built_in=True))
        empty.flush()
        empty.add(User(email="dana@kaartenbak.example", name="Dana", role_id=role.id))
    before = json.loads(_dumped(empty))
    done = seed.seed(empty, SYSTEM, 30, 7, TODAY)
    journal.undo(empty, SYSTEM, done.id)
    after = json.loads(_dumped(empty))
    # Contents stay while the undo can be undone.
    assert after.pop("file_content") != before.pop("file_content") == []
    assert after == before
    seed.seed(empty, SYSTEM, 30, 7, TODAY)
    assert empty.scalar(select(func.min(Customer.id))) == 31


def test_keys_and_numbers_count_on_after_a_seed(seeded: Session) -> None:
    highest = seeded.scalar(select(func.max(Label.id))) or 0
    with changeset(seeded, SYSTEM, "More"):
        label = Label(name="One more")
        seeded.add(label)
    assert label.id == highest + 1
    assert number.peek(seeded) == "K-10201"
    # Not only free by chance: the series knows, so that a deleted customer's number is not given out again.
    assert seeded.scalars(select(NumberSeries.next)).all() == [10_201]


@pytest.mark.parametrize("noun", [Label, Team])
def test_a_database_with_something_in_it_is_refused_and_left_as_it_is(empty: Session, noun: type[Label | Team]) -> None:
    with changeset(empty, SYSTEM, "Something"):
        empty.add(noun(name="There before"))
    before = _dumped(empty)
    with pytest.raises(Refused) as refused:
        seed.seed(empty, SYSTEM, 10, 7, TODAY)
    assert refused.value.reason is Reason.NOT_EMPTY
    assert _dumped(empty) == before


def test_a_database_in_which_an_employee_is_known_already_is_refused(empty: Session) -> None:
    with changeset(empty, SYSTEM, "Somebody"):
        empty.add(User(email="Marieke@Kaartenbak.example", name="Another Marieke"))
    with pytest.raises(Refused) as refused:
        seed.seed(empty, SYSTEM, 10, 7, TODAY)
    assert refused.value.reason is Reason.NOT_EMPTY


def test_roles_that_are_there_already_are_used_as_they_are(empty: Session) -> None:
    with changeset(empty, SYSTEM, "Roles"):
        empty.add(Role(name="Editor", rights=frozenset({"view"}), built_in=True))
    seed.seed(empty, SYSTEM, 10, 7, TODAY)
    editor = empty.scalars(select(Role).where(Role.name == "Editor")).one()
    assert editor.rights == {"view"}
    assert empty.scalars(select(Team).where(Team.role_id == editor.id)).one().name == "Back office NL"


# --- plausible --------------------------------------------------------------------------------------------------


def test_every_row_reads_back_through_its_types(seeded: Session) -> None:
    for mapper in Base.registry.mappers:
        rows = seeded.scalars(select(mapper.class_)).all()
        for row in rows[:50]:
            assert {name: getattr(row, name) for name in mapper.columns.keys()}
    some = seeded.scalars(select(Customer).where(Customer.number == "K-10031")).one()
    assert some.created_at.tzinfo is dt.UTC
    assert some.expenses_billable in (True, False)
    assert some.vat_percentage == 25
    assert 500 < some.hourly_rate < 2000 if some.hourly_rate else True


def test_company_and_vat_numbers_have_check_digits_that_hold(seeded: Session) -> None:
    checks = {"NL": btw, "SE": se_vat, "FI": alv, "NO": mva, "GB": gb_vat}
    companies = {"SE": se_orgnr, "FI": ytunnus, "NO": orgnr}
    seen: Counter[str] = Counter()
    for customer in seeded.scalars(select(Customer).where(Customer.kind == Kind.BUSINESS)):
        country = {"nl": "NL", "sv": "SE", "fi": "FI", "nb": "NO", "en": "GB"}[customer.language or ""]
        if customer.vat_number:
            seen[country] += 1
            assert customer.vat_number.startswith(country)
            assert checks[country].is_valid(customer.vat_number), customer.vat_number
        if country in companies:
            assert companies[country].is_valid(customer.company_number), customer.company_number
        else:
            assert re.fullmatch(r"\d{8}", customer.company_number or "")
    assert set(seen) == set(checks)


def test_bank_accounts_have_check_digits_that_hold(seeded: Session) -> None:
    accounts = seeded.scalars(select(BankAccount)).all()
    assert len(accounts) > CUSTOMERS / 3
    assert all(iban.is_valid(account.iban) and account.bic for account in accounts)


def test_telephone_numbers_are_kept_for_fiction_where_a_country_has_such_numbers(seeded: Session) -> None:
    swedish = re.compile(r"\+46 (31 390 06 \d\d|40 628 04 \d\d|8 465 004 \d\d|980 31 92 \d\d|70 174 06 \d\d)")
    british = re.compile(r"\+44 (20 7946 0|29 2018 0|28 9649 6|191 498 0|1\d\d 496 0|7700 900 )\d{3}")
    numbers = [
        number
        for noun in (Customer, Contact)
        for row in seeded.scalars(select(noun))
        for number in (row.phone, row.mobile)
        if number
    ]
    for text in numbers:
        assert phonenumbers.is_possible_number(phonenumbers.parse(text)), text
        if text.startswith("+46"):
            assert swedish.fullmatch(text), text
        elif text.startswith("+44"):
            assert british.fullmatch(text), text
        else:
            assert "55" in text.split(" ", 2)[2] + text.split(" ", 2)[1], text
            assert phonenumbers.is_valid_number(phonenumbers.parse(text)), text
    assert len(numbers) > 300


def test_mail_would_go_nowhere(seeded: Session) -> None:
    for noun in (Customer, Contact):
        for row in seeded.scalars(select(noun).where(noun.email.is_not(None))):
            validate_email(row.email, check_deliverability=False, test_environment=True)
            assert row.email.endswith(".example"), row.email


def test_postal_codes_have_the_shape_of_their_country(seeded: Session) -> None:
    shapes = {
        "NL": r"\d{4} [A-Z]{2}",
        "SE": r"\d{3} \d\d",
        "FI": r"\d{5}",
        "NO": r"\d{4}",
        "GB": r"[A-Z]{1,2}\d{1,2}[A-Z]? \d[A-Z]{2}",
    }
    addresses = seeded.scalars(select(Address)).all()
    assert {address.country for address in addresses} == set(shapes)
    for address in addresses:
        assert re.fullmatch(shapes[address.country or ""], address.postal_code or ""), str(address)


def test_the_office_has_all_that_a_card_shows(seeded: Session) -> None:
    private = _count(seeded, Customer.kind == Kind.PRIVATE)
    archived = _count(seeded, Customer.archived_at.is_not(None))
    assert _count(seeded, Customer.id > 0) == CUSTOMERS
    assert 0.06 < private / CUSTOMERS < 0.2
    assert 0.03 < archived / CUSTOMERS < 0.15
    assert _count(seeded, Customer.owner_id.is_(None)) and _count(seeded, Customer.nickname.is_not(None))
    assert _count(seeded, User.id > 0) == 8
    assert _count(seeded, Team.id > 0) == 3
    assert _count(seeded, Label.id > 0) == 40
    per_customer = Counter(seeded.scalars(select(CustomerContact.customer_id)))
    assert max(per_customer.values()) <= 6
    assert len(per_customer) < CUSTOMERS
    assert _count(seeded, Address.is_invoice) and _count(seeded, ~Address.is_head_office, ~Address.is_invoice)
    assert set(seeded.scalars(select(Registration.status))) == set(RegistrationStatus)
    assert set(seeded.scalars(select(Invoice.status))) == set(InvoiceStatus)
    assert set(seeded.scalars(select(Agreement.active))) == {True, False}
    assert _count(seeded, Portal.id > 0) and _count(seeded, Quote.id > 0)
    assert _count(seeded, CustomerAccess.team_id.is_not(None)) and _count(seeded, CustomerAccess.user_id.is_not(None))
    assert _count(seeded, Project.archived_at.is_not(None), ~Project.archived_with_customer)


def test_TL_39_TL_41_VS_37_the_office_has_relations_opportunities_files_and_links(seeded: Session) -> None:
    nordhamn = seeded.scalars(select(Customer).where(Customer.company_name == "Nordhamn Logistik AB")).one()
    (relation,) = seeded.scalars(select(Connection).where(Connection.other_customer_id == nordhamn.id))
    assert (relation.read_by(nordhamn)[0], str(relation.customer)) == ("client of", "Lundgren Revision KB")
    names = seeded.scalars(select(Attachment.name).where(Attachment.customer_id == nordhamn.id))
    assert set(names) == {"Raamovereenkomst 2026.pdf", "Tariff sheet 2026.csv", "Dock plan (shared drive)"}
    assert set(seeded.scalars(select(Opportunity.state))) == set(OpportunityState)
    assert {*seeded.scalars(select(Connection.is_reversed))} == {True, False}
    pairs = [
        (frozenset((one.customer_id, one.other_customer_id)), one.contact_id, one.kind_id)
        for one in seeded.scalars(select(Connection))
    ]
    assert len(pairs) == len(set(pairs)) > 20
    for kept in seeded.scalars(select(FileContent)):
        assert contents.name_of(kept.content) == kept.sha256
        assert filetypes.recognise(kept.content, "") in filetypes.ALL
    assert contents.missing(seeded) == 0


def test_contacts_are_at_one_customer_at_several_or_at_none(seeded: Session) -> None:
    linked = Counter(seeded.scalars(select(CustomerContact.contact_id)))
    everybody = set(seeded.scalars(select(Contact.id)))
    assert everybody - set(linked)
    assert max(linked.values()) > 1
    assert _count(seeded, Contact.kind == Kind.BUSINESS)
    assert _count(seeded, Contact.archived_at.is_not(None))


def test_of_a_group_that_wants_it_so_a_customer_has_at_most_one_label(seeded: Session) -> None:
    pairs = seeded.execute(
        select(CustomerLabel.customer_id, Label.group_id)
        .join(Label, Label.id == CustomerLabel.label_id)
        .join(LabelGroup, LabelGroup.id == Label.group_id)
        .where(LabelGroup.one_per_record)
        .where(CustomerLabel.customer_id.not_in(select(Customer.id).where(Customer.number == "K-10170")))
    ).all()
    assert pairs and len(set(pairs)) == len(pairs)


def test_some_labels_are_much_more_popular_than_others(seeded: Session) -> None:
    counts = sorted(Counter(seeded.scalars(select(CustomerLabel.label_id))).values())
    assert counts[-1] > 10 * counts[0]


def test_what_hangs_below_an_archived_customer_is_archived(seeded: Session) -> None:
    projects = seeded.execute(
        select(Project.archived_at, Project.archived_with_customer, Customer.archived_at)
        .join(Customer, Customer.id == Project.customer_id)
        .where(Customer.archived_at.is_not(None))
    ).all()
    assert projects and all(archived is not None for archived, _, _ in projects)
    assert any(along for _, along, _ in projects)
    open_ones = select(func.count()).where(
        Registration.customer_id == Customer.id,
        Customer.archived_at.is_not(None),
        Registration.day > func.date(Customer.archived_at),
    )
    assert seeded.scalar(open_ones) == 0


def test_nobody_works_for_a_customer_before_it_is_one(seeded: Session) -> None:
    early = select(func.count()).where(
        Registration.customer_id == Customer.id, Registration.day < Customer.customer_since
    )
    assert seeded.scalar(early) == 0


def test_invoices_add_up_to_what_was_invoiced(seeded: Session) -> None:
    heavy = seeded.scalars(select(Customer.id).where(Customer.number == "K-10188")).one()
    worked: Counter[int] = Counter()
    for customer, amount in seeded.execute(
        select(Registration.customer_id, Registration.amount).where(
            Registration.status == RegistrationStatus.INVOICED, Registration.customer_id != heavy
        )
    ):
        worked[customer] += int(amount * 100)
    billed: Counter[int] = Counter()
    for customer, amount in seeded.execute(
        select(Invoice.customer_id, Invoice.amount).where(
            Invoice.status != InvoiceStatus.DRAFT, Invoice.customer_id != heavy
        )
    ):
        billed[customer] += int(amount * 100)
    assert worked == billed


def test_only_a_draft_has_no_number_yet(seeded: Session) -> None:
    numbers = seeded.execute(select(Invoice.status, Invoice.number)).all()
    assert {status for status, number in numbers if number is None} == {InvoiceStatus.DRAFT}
    assert all(number is None for status, number in numbers if status is InvoiceStatus.DRAFT)


def test_summer_is_quieter_than_autumn(seeded: Session) -> None:
    months = Counter(day.month for day in seeded.scalars(select(Registration.day)))
    assert months[7] * 2 < months[10]


# --- the fixed ones ---------------------------------------------------------------------------------------------


def test_one_archived_customer_has_about_1200_records_ready_to_delete(seeded: Session) -> None:
    heavy = seeded.scalars(select(Customer).where(Customer.number == "K-10188")).one()
    assert (heavy.name, heavy.is_archived) == ("Pettersson Åkeri HB", True)
    counts = {
        noun.__name__: _count(seeded, noun.customer_id == heavy.id)
        for noun in (Project, Registration, Quote, Portal, Address)
    }
    assert counts == {"Project": 4, "Registration": 1081, "Quote": 9, "Portal": 1, "Address": 3}
    minutes = seeded.scalar(select(func.sum(Registration.minutes)).where(Registration.customer_id == heavy.id))
    assert minutes == 3240.5 * 60
    drafts = [
        [invoice.amount for invoice in found]
        for _, found in groupby(
            seeded.scalars(select(Invoice).where(Invoice.customer_id == heavy.id).order_by(Invoice.id)),
            key=lambda invoice: invoice.status,
        )
    ]
    assert [(len(amounts), sum(amounts)) for amounts in drafts] == [(3, 41_200), (19, 1_206_500)]
    links = seeded.scalars(select(CustomerContact.contact_id).where(CustomerContact.customer_id == heavy.id)).all()
    elsewhere = _count(seeded, CustomerContact.contact_id.in_(links), CustomerContact.customer_id != heavy.id)
    assert (len(links), elsewhere) == (3, 1)


def test_freya_whitcombe_is_ready_to_become_a_customer(seeded: Session) -> None:
    freya = seeded.scalars(select(Contact).where(Contact.email == "freya@whitcombepottery.example")).one()
    assert (freya.name, freya.company_name, freya.mobile) == (
        "Freya Whitcombe",
        "Whitcombe Pottery Studio Ltd",
        "+44 7700 900 183",
    )
    assert freya.city == "Stoke-on-Trent" and not freya.links and freya.owner is not None


def test_the_names_that_break_careless_pages_are_there(seeded: Session) -> None:
    names = set(seeded.scalars(select(Customer.name)))
    assert {profile.name for profile in (showcase.KNOWN | showcase.AWKWARD).values()} <= names
    assert {"=1+1", "Ö"} <= names
    assert max(map(len, names)) == 200


def test_a_plain_seed_is_without_them(empty: Session) -> None:
    seed.seed(empty, SYSTEM, CUSTOMERS, 7, TODAY, plain=True)
    names = set(empty.scalars(select(Customer.name)))
    assert {profile.name for profile in showcase.KNOWN.values()} <= names
    assert not {profile.name for profile in showcase.AWKWARD.values()} & names


def test_the_known_customers_are_inside_a_demonstration() -> None:
    assert max([*showcase.KNOWN, *showcase.AWKWARD, showcase.HEAVY]) <= CUSTOMERS


# --- who may sign in --------------------------------------------------------------------------------------------


def test_without_a_password_nobody_can_sign_in(seeded: Session) -> None:
    assert set(seeded.scalars(select(User.password_hash))) == {None}


def test_with_a_password_every_employee_can_sign_in(empty: Session) -> None:
    seed.seed(empty, SYSTEM, 1, 7, TODAY, password="let me in please")
    users = empty.scalars(select(User)).all()
    assert {user.email for user in users} == {person.email for person in seed.EMPLOYEES}
    assert all(check_password_hash(user.password_hash or "", "let me in please") for user in users)


# --- sizes ------------------------------------------------------------------------------------------------------


def test_many_customers_have_the_sizes_of_the_benchmarks(empty: Session) -> None:
    seed.seed(empty, SYSTEM, 3000, 7, TODAY)
    assert _count(empty, Contact.id > 0) / 3000 == pytest.approx(2 / 3, rel=0.1)
    assert _count(empty, Invoice.id > 0) / 3000 == pytest.approx(1 / 2, rel=0.2)
    assert _count(empty, Registration.id > 0) / 3000 == pytest.approx(10, rel=0.2)


@pytest.mark.parametrize("customers", [2_001, 100_000, 1_000_000])
def test_registrations_stay_below_a_million(customers: int) -> None:
    dense = density(customers)
    assert dense.registrations * dense.work * customers <= 1_000_000


def test_the_office_plans_and_says_something_everywhere_and_on_the_customer_of_the_pictures(seeded: Session) -> None:
    eve = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
    states = Counter(seeded.scalars(select(Activity.state)))
    assert min(states[state] for state in ActivityState) >= 5
    assert seeded.scalar(select(func.max(Activity.done_at))) < eve
    assert seeded.scalar(select(func.max(Comment.said_at))) < eve
    nordhamn = seeded.scalars(select(Customer).where(Customer.number == "K-10031")).one()
    said = list(
        seeded.scalars(select(Comment).where(Comment.customer_id == nordhamn.id).order_by(Comment.said_at.desc()))
    )
    assert len(said) == 12
    assert said[0].text.startswith("New dock plan arrives week 49")
    assert [user.name for user in said[1].mentioned] == ["Marieke de Boer"]
    planned = select(Activity.subject).where(
        Activity.customer_id == nordhamn.id, Activity.state == ActivityState.PLANNED
    )
    assert set(seeded.scalars(planned)) == {
        "Call Astrid about the dock plan",
        "Send the 2027 rate proposal",
        "Yearly review with Willemijn in Rotterdam",
        # Of the year end that is running there.
        "Close the open registrations",
        "Draw up the yearly report",
        "Yearly review",
        "Send the rates for next year",
    }


def test_who_is_mentioned_in_the_seed_is_whom_the_text_names(seeded: Session) -> None:
    for comment in seeded.scalars(select(Comment)):
        found = mention.find(seeded, comment.text, comment.customer_id)
        assert (found.ids, found.blind, found.several) == (frozenset(one.id for one in comment.mentioned), (), ())


def test_the_customer_of_the_pictures_has_a_work_process_that_is_late_and_the_office_keeps_two(seeded: Session) -> None:
    run = seeded.scalars(select(ProcessRun)).one()
    assert (run.customer.number, run.name) == ("K-10031", "Year end")
    found = list(seeded.scalars(select(Activity).where(Activity.process_run_id == run.id).order_by(Activity.id)))
    assert [one.state for one in found] == [ActivityState.DONE] * 2 + [ActivityState.PLANNED] * 4
    late = [one.subject for one in found[2:] if one.due_at and one.due_at.date() < dt.date(2026, 11, 21)]
    assert late == ["Close the open registrations"]
    assert seeded.scalar(select(func.count(Process.id))) == 2
    assert all(misfit("url", link.url) is None for link in seeded.scalars(select(ToolLink)))
