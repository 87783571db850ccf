"""Several values of a list become one: records keep a value, nothing is lost, and an undo parts them again."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import access
from models.access import Looker
from models.contact import CustomerContact
from models.customer import Customer
from models.errors import Conflict, NotAllowed, NotFound, Problems, Reason, Refused
from models.journal import Changeset
from models.operations import archive, merge_values, undo
from models.operations.save import save
from models.settings import ListValue, ValueList
from tests import factories
from tests.conftest import Cast


def value(session: Session, name: str, which: ValueList = ValueList.STATUS) -> ListValue:
    return factories.list_value(session, which, name)


def merge(session: Session, actor: Looker, ids: list[int], into: int) -> int:
    return merge_values.do(session, actor, ids, into, merge_values.plan(session, actor, ids, into).digest).id


def test_every_record_gets_the_value_that_stays_the_archived_too_and_undo_parts_them(
    session: Session, dana: Looker
) -> None:
    lead, prospect = value(session, "Lead").id, value(session, "Prospect").id
    open_one = factories.customer(session, status_id=lead)
    put_away = factories.customer(session, status_id=lead)
    other = factories.customer(session, status_id=prospect)
    archive.do(session, dana, Customer, [put_away.id], archive.plan(session, dana, Customer, [put_away.id]).digest)
    plan = merge_values.plan(session, dana, [lead], prospect)
    assert (plan.records, list(plan.others.values())) == (2, ["Lead"])
    done = merge(session, dana, [lead], prospect)
    session.expire_all()
    assert {one.status_id for one in (open_one, put_away, other)} == {prospect}
    assert session.get(ListValue, lead) is None
    assert undo.undo(session, dana, done).left == []
    session.expire_all()
    assert [one.status_id for one in (open_one, put_away, other)] == [lead, lead, prospect]


def test_the_history_says_what_values_were_merged_into(session: Session, dana: Looker) -> None:
    lead, prospect = value(session, "Lead").id, value(session, "Prospect").id
    kept = session.get_one(Changeset, merge(session, dana, [lead], prospect))
    assert kept.title.format(**kept.values) == "Merge list values into Prospect"


def test_a_function_is_a_word_on_links_and_becomes_the_other_word(session: Session, dana: Looker) -> None:
    buyer = value(session, "Inkoper", ValueList.FUNCTION).id
    buying = value(session, "Inkoop", ValueList.FUNCTION).id
    factories.link(session, factories.customer(session), factories.contact(session), function="Inkoper")
    merge(session, dana, [buyer], buying)
    assert session.scalars(select(CustomerContact.function)).all() == ["Inkoop"]


def test_values_of_two_lists_are_not_merged(session: Session, dana: Looker) -> None:
    ids = [value(session, "Lead").id, value(session, "Bouw", ValueList.INDUSTRY).id]
    with pytest.raises(Refused) as refused:
        merge_values.plan(session, dana, ids)
    assert refused.value.reason is Reason.OF_TWO_LISTS
    only = [ids[0]]
    assert merge_values.plan(session, dana, only, ids[1]).target is None
    with pytest.raises(Refused):
        merge_values.do(session, dana, only, ids[1], merge_values.plan(session, dana, only, ids[1]).digest)


def test_a_record_that_got_the_value_after_the_plan_is_shown_first(session: Session, dana: Looker) -> None:
    lead, prospect = value(session, "Lead").id, value(session, "Prospect").id
    plan = merge_values.plan(session, dana, [lead], prospect)
    factories.customer(session, status_id=lead)
    with pytest.raises(Conflict):
        merge_values.do(session, dana, [lead], prospect, plan.digest)
    assert session.get(ListValue, lead) is not None


def test_only_who_manages_lists_merges(session: Session, dana: Looker, cast: Cast) -> None:
    lead, prospect = value(session, "Lead").id, value(session, "Prospect").id
    bob = access.looker_for(session, cast.bob)
    with pytest.raises(NotAllowed):
        merge_values.plan(session, bob, [lead], prospect)
    with pytest.raises(NotFound):
        merge_values.plan(session, dana, [999_999])


def test_a_list_has_no_two_values_of_one_name_however_they_are_written(session: Session, dana: Looker) -> None:
    value(session, "In opbouw")
    with pytest.raises(Problems) as problems:
        save(session, dana, ListValue, None, {"list": ValueList.STATUS, "name": "IN  OPBOUW"})
    assert [(one.reason, one.field) for one in problems.value.problems] == [(Reason.VALUE_TAKEN, "name")]
    save(session, dana, ListValue, None, {"list": ValueList.INDUSTRY, "name": "In opbouw"})


def test_a_value_stays_in_its_list(session: Session, dana: Looker) -> None:
    lead = value(session, "Lead").id
    with pytest.raises(Problems) as problems:
        save(session, dana, ListValue, lead, {"list": ValueList.INDUSTRY})
    assert problems.value.problems[0].reason is Reason.LIST_STAYS


def test_a_function_that_is_renamed_is_renamed_on_the_links_that_have_it_and_undo_brings_both_back(
    session: Session, dana: Looker
) -> None:
    buyer = value(session, "Inkoper", ValueList.FUNCTION)
    put_away, person = factories.customer(session), factories.contact(session)
    has = factories.link(session, put_away, person, function="Inkoper")
    spelt_otherwise = factories.link(session, factories.customer(session), person, function="inkoper")
    archive.do(session, dana, Customer, [put_away.id], archive.plan(session, dana, Customer, [put_away.id]).digest)
    done = save(session, dana, ListValue, buyer.id, {"name": "Inkoopmanager"}).changeset
    session.expire_all()
    assert done is not None
    assert (buyer.name, has.function, spelt_otherwise.function) == ("Inkoopmanager", "Inkoopmanager", "inkoper")
    assert undo.undo(session, dana, done.id).left == []
    session.expire_all()
    assert (buyer.name, has.function) == ("Inkoper", "Inkoper")


def test_a_status_of_the_same_name_leaves_the_words_on_the_links_alone(session: Session, dana: Looker) -> None:
    lead = value(session, "Lead").id
    link = factories.link(session, factories.customer(session), factories.contact(session), function="Lead")
    save(session, dana, ListValue, lead, {"name": "Prospect"})
    session.expire_all()
    assert link.function == "Lead"
