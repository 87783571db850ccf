"""The state of a list survives any URL, and goes back into one."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.base import Base
from models.search import CONTACTS, CUSTOMERS, PROJECTS, ListSpec, ListState, read_state
from models.search.state import Archived, Chip, Cursor, Unfit


def read(query: str, **others: object) -> ListState:
    return read_state(CUSTOMERS, parse_qsl(query, keep_blank_values=True), **others)  # type: ignore[arg-type]


def reasons(state: ListState) -> set[tuple[Unfit, str]]:
    return {(dropped.why, dropped.name) for dropped in state.dropped}


def test_an_empty_url_is_the_first_page_of_the_active_by_name() -> None:
    state = read("")
    assert (state.order, state.page, state.page_size, state.archived) == ("name", 1, 50, Archived.ACTIVE)
    assert state.to_query() == ""


def test_every_part_is_read() -> None:
    state = read("search=+Göte++borg&sort=-changed&page=3&page_size=100&archived=all&label=3,4&label=7&country=nl,se")
    assert state.search == "Göte borg"
    assert (state.sort, state.descending, state.page, state.page_size) == ("changed", True, 3, 100)
    assert state.archived is Archived.ALL
    assert state.chips == (Chip("label", ("3", "4")), Chip("label", ("7",)), Chip("country", ("NL", "SE")))
    assert state.values("label") == {"3", "4", "7"}
    assert not state.dropped


def test_a_state_goes_back_into_the_url_it_came_from() -> None:
    query = "search=bakker&sort=-name&archived=archived&owner=me&label=3%2C4&page_size=25&page=2"
    assert parse_qsl(read(query).to_query()) == parse_qsl(query)


@pytest.mark.parametrize(
    ("query", "dropped"),
    [
        ("page=100000000000000000000", (Unfit.WRONG_VALUE, "page")),
        ("page=-1", (Unfit.WRONG_VALUE, "page")),
        ("page=0", (Unfit.WRONG_VALUE, "page")),
        ("page=٣", (Unfit.WRONG_VALUE, "page")),
        ("page_size=1000000", (Unfit.WRONG_VALUE, "page_size")),
        ("sort=password_hash", (Unfit.WRONG_VALUE, "sort")),
        ("sort=--name", (Unfit.WRONG_VALUE, "sort")),
        ("archived=perhaps", (Unfit.WRONG_VALUE, "archived")),
        ("label=1;DROP", (Unfit.WRONG_VALUE, "label")),
        ("label=99999999999", (Unfit.WRONG_VALUE, "label")),
        ("label=1,x", (Unfit.WRONG_VALUE, "label")),
        ("kind=robot", (Unfit.WRONG_VALUE, "kind")),
        ("country=NLD", (Unfit.WRONG_VALUE, "country")),
        ("without=everything", (Unfit.WRONG_VALUE, "without")),
        ("after=abc", (Unfit.WRONG_VALUE, "after")),
        ("before=W10", (Unfit.WRONG_VALUE, "before")),
        ("flt0_0=x", (Unfit.UNKNOWN, "flt0_0")),
        (f"search={'x' * 300}", (Unfit.SEARCH_TOO_LONG, "search")),
        ("&".join(["label=3"] * 19 + [f"label={n}" for n in range(1, 1182)]), (Unfit.TOO_MANY_FILTERS, "")),
        ("label=" + ",".join(["1"] * 1200), (Unfit.TOO_MANY_FILTERS, "")),
    ],
)
def test_what_does_not_fit_is_left_out_and_named(query: str, dropped: tuple[Unfit, str]) -> None:
    state = read(query)
    assert reasons(state) == {dropped}
    assert len(state.chips) <= 20
    assert len(state.search) <= 200
    assert all(len(chip.values) <= 50 for chip in state.chips)


def test_a_thousand_unknown_names_are_not_all_named() -> None:
    assert len(read("&".join(f"x{n}=1" for n in range(1200))).dropped) == 10


def test_names_of_the_page_itself_are_left_alone() -> None:
    state = read("peek=3&view=x", others=frozenset({"peek"}))
    assert reasons(state) == {(Unfit.UNKNOWN, "view")}


def test_a_change_goes_to_the_first_page_and_a_move_keeps_the_rest() -> None:
    state = replace(read("search=x&label=3&page=4"), after=Cursor("k", 7))
    assert dict(parse_qsl(state.to_query(order="-number"))) == {"search": "x", "label": "3", "sort": "-number"}
    assert dict(parse_qsl(state.to_query(page=5)))["page"] == "5"
    assert "after" not in dict(parse_qsl(state.to_query(page=5)))
    assert dict(parse_qsl(state.without_chip(0).to_query())) == {"search": "x"}
    assert state.with_chip("owner", ["me"]).chips == (Chip("label", ("3",)), Chip("owner", ("me",)))


@given(st.one_of(st.text(), st.integers()), st.integers(min_value=1, max_value=2**31 - 1))
def test_a_cursor_is_read_as_it_was_written_or_not_at_all(key: str | int, row: int) -> None:
    cursor = Cursor(key, row)
    assert Cursor.read(str(cursor)) in (cursor, None)


NAMES = st.one_of(st.sampled_from([*CUSTOMERS.filters, "search", "sort", "page", "after", "before"]), st.text())


@pytest.mark.parametrize("spec", [CUSTOMERS, CONTACTS, PROJECTS], ids=lambda spec: spec.noun.__name__)
@given(pairs=st.lists(st.tuples(NAMES, st.one_of(st.text(), st.sampled_from(["1", "me", "NL", "-name", "1,2"])))))
def test_no_url_is_refused_and_reading_what_was_written_changes_nothing(
    spec: ListSpec, pairs: list[tuple[str, str]]
) -> None:
    state = read_state(spec, pairs)
    again = read_state(spec, parse_qsl(state.to_query()))
    assert again == state
    assert not again.dropped


@pytest.mark.parametrize("spec", [CUSTOMERS, CONTACTS, PROJECTS], ids=lambda spec: spec.noun.__name__)
def test_every_sort_key_is_a_column_that_is_never_empty(spec: ListSpec) -> None:
    columns = {column.key: column for column in spec.noun.__table__.columns}
    assert issubclass(spec.noun, Base)
    for sort in spec.sorts.values():
        nullable = [column for column in columns.values() if column.nullable and str(column) == str(sort.key)]
        assert not nullable, sort.name
