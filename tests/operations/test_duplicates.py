"""Possible duplicates: found in one query, with the reasons, and only among what may be seen."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session

from models import access
from models.access import SYSTEM
from models.base import utc_now
from models.operations.configure import configure
from models.operations.duplicates import Candidate, Duplicate, Likeness, find, name_key
from tests import factories


def find_one(session: Session, candidate: Candidate) -> tuple[Duplicate, ...]:
    return find(session, {None: candidate}, and_alike=True).get(None, ())


@pytest.mark.parametrize(
    ("candidate", "reasons"),
    [
        (Candidate(number=" k-10 388"), (Likeness.NUMBER,)),
        (Candidate(number="k10388"), (Likeness.SPELT,)),
        (Candidate(number="K 10-388"), (Likeness.SPELT,)),
        (Candidate(number="10388"), None),
        (Candidate(number="k1038"), None),
        (Candidate(number="0701740613"), None),
        (Candidate(vat_number="se 5566-7788.9901"), (Likeness.VAT_NUMBER,)),
        (Candidate(email="Info@Pettersson.example"), (Likeness.EMAIL,)),
        (Candidate(name="Pettersson Åkeri HB"), (Likeness.NAME,)),
        (Candidate(name="PETTERSSON ÅKERI"), (Likeness.NAME,)),
        (Candidate(name="Pettersson Åkeri H.B."), (Likeness.NAME,)),
        (Candidate(number="K-10388", name="Pettersson Åkeri"), (Likeness.NUMBER, Likeness.NAME)),
        (Candidate(name="Petterson Akeri"), (Likeness.ALIKE,)),
        (Candidate(name="Sea & Land"), (Likeness.ALIKE,)),
        (Candidate(name="Sjöfrakt"), (Likeness.ALIKE,)),
        (Candidate(name="Pettersson"), None),
        (Candidate(name="Pettersson Åkeri & Söner HB"), None),
        (Candidate(), None),
        (Candidate(email="other@pettersson.example"), None),
    ],
)
def test_a_duplicate_is_found_with_its_reasons(
    session: Session, candidate: Candidate, reasons: tuple[Likeness, ...] | None
) -> None:
    there = factories.customer(
        session,
        number="K-10388",
        company_name="Pettersson Åkeri HB",
        vat_number="SE556677889901",
        email="info@pettersson.example",
        nickname="Sjofrakt",
        phone="070-174 06 13",
    )
    if candidate.name == "Sea & Land":
        there = factories.customer(session, company_name="Sea and Land Ltd")
    factories.customer(session, company_name="Another 50% firm_")
    found = find_one(session, candidate)
    assert [(one.id, one.reasons) for one in found] == ([] if reasons is None else [(there.id, reasons)])


def test_a_number_of_one_letter_or_none_is_looked_for_whole(session: Session) -> None:
    factories.customer(session, number="10-1")
    there = factories.customer(session, number="1.")
    assert [one.id for one in find_one(session, Candidate(number="1"))] == [there.id]
    assert find_one(session, Candidate(number="-")) == ()


def test_many_are_looked_up_at_once(session: Session) -> None:
    there = [factories.customer(session, company_name=f"Firm {index} AB") for index in range(3)]
    candidates = {index: Candidate(name=f"firm {index} ab", number=f"none {index}") for index in range(200)}
    found = find(session, candidates)
    assert {index: [one.id for one in some] for index, some in found.items()} == {
        index: [customer.id] for index, customer in enumerate(there)
    }


def test_a_customer_that_may_not_be_seen_is_no_duplicate(session: Session, cast: Any) -> None:
    factories.customer(session, number="K-1")
    access.look_as(session, access.looker_for(session, cast.charlie))
    assert find_one(session, Candidate(number="K-1")) == ()


def test_a_name_that_is_only_a_legal_form_is_itself() -> None:
    assert name_key("B.V.") == "b.v."
    assert name_key("AB Volvo") == name_key("volvo")


def test_of_what_is_alike_the_archived_and_what_may_not_be_seen_are_left_out(session: Session, cast: Any) -> None:
    factories.customer(session, company_name="Brouwerij Östersund", archived_at=utc_now())
    assert find_one(session, Candidate(name="Brouwerij Ostersund")) == ()
    factories.customer(session, company_name="Brouwerij Östersund")
    assert len(find_one(session, Candidate(name="Brouwerij Ostersund"))) == 1
    configure(session, SYSTEM, {"use_nickname": False})
    session.commit()
    access.look_as(session, access.looker_for(session, cast.charlie))
    assert find_one(session, Candidate(name="Brouwerij Ostersund")) == ()
