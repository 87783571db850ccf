"""What the registers answer, read: five outcomes, and nothing that is not as it should be."""

from __future__ import annotations

import datetime as dt
import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from models.registers.answer import Answer, Company, Outcome, Place, Why
from models.registers.asking import Way, ask
from models.registers.brreg import BRREG
from models.registers.choosing import REGISTERS, Question, question
from models.registers.client import Base
from models.registers.kvk import KVK
from models.registers.prh import PRH
from models.registers.register import Register
from models.registers.vies import VIES, place_of
from tests.stub import DELETED, DUTCH, EUROPEAN, FINNISH, NORWEGIAN, body_of

NUMBERS = {BRREG: "987654321", PRH: "1234567-1", VIES: "BE0404616494", KVK: "69599084"}
SAMPLES: dict[Register, dict[str, Any]] = {BRREG: NORWEGIAN, PRH: FINNISH, VIES: EUROPEAN, KVK: DUTCH}
BY_CODE = pytest.mark.parametrize("register", REGISTERS, ids=lambda register: register.code)


def answer(register: Register, value: Any, status: int = 200, number: str | None = None) -> Answer:
    body = value if isinstance(value, bytes) else body_of(value)
    return register.read(number or NUMBERS[register], status, body)


def company(register: Register, value: Any) -> Company:
    found = answer(register, value)
    assert found.outcome is Outcome.FOUND
    assert found.company is not None
    return found.company


def changed(register: Register, path: str, value: Any) -> Any:
    """The sample with another value at a place."""
    made = deepcopy(SAMPLES[register])
    *way, last = path.split("/")
    at: Any = made
    for step in way:
        at = at[int(step) if isinstance(at, list) else step]
    at[last] = value
    return made


@pytest.mark.parametrize(
    ("typed", "country", "asked"),
    [
        ("NO 987 654 321 MVA", "NL", (BRREG, "987654321")),
        ("987654321MVA", "SE", (BRREG, "987654321")),
        ("987654321", "NO", (BRREG, "987654321")),
        ("fi12345671", "NL", (PRH, "1234567-1")),
        ("1234567-1", "NL", (PRH, "1234567-1")),
        ("12345671", "FI", (PRH, "1234567-1")),
        ("NL003836300B30", None, (VIES, "NL003836300B30")),
        ("BE 0404.616.494", "NL", (VIES, "BE0404616494")),
        ("0404616494", "BE", (VIES, "BE0404616494")),
        ("GR123456789", None, (VIES, "EL123456789")),
        ("XI123456789", None, (VIES, "XI123456789")),
        ("69599084", "NL", (KVK, "69599084")),
    ],
)
def test_a_number_says_which_register_is_asked_else_the_country_does(
    typed: str, country: str | None, asked: tuple[Register, str]
) -> None:
    assert question(typed, country) == Question(*asked)


@pytest.mark.parametrize(
    ("typed", "country", "why"),
    [
        ("GB123456789", None, Why.NO_REGISTER),
        ("123456789", "US", Why.NO_REGISTER),
        ("123456789", None, Why.NO_REGISTER),
        ("NO12", None, Why.NOT_A_NUMBER),
        ("NL../../admin?x", None, Why.NOT_A_NUMBER),
        ("BE\u0661\u0662\u0663\u0664", None, Why.NOT_A_NUMBER),
        ("NL" + "1" * 40, None, Why.NOT_A_NUMBER),
    ],
)
def test_of_other_numbers_nothing_leaves_the_house(typed: str, country: str | None, why: Why) -> None:
    assert question(typed, country) is why


def test_VS_15_the_norwegian_register_gives_name_address_mail_and_website() -> None:
    assert company(BRREG, NORWEGIAN) == Company(
        name="FJORDVIK SHIPPING AS",
        place=Place("Bryggen 7", "3. etasje", "5003", "BERGEN", "NO"),
        email="post@fjordvik.example",
        website="www.fjordvik.example",
        vat_number="NO987654321MVA",
        company_number="987654321",
    )


def test_VS_15_the_finnish_register_gives_name_address_and_website_of_now() -> None:
    assert company(PRH, FINNISH) == Company(
        name="Koivuranta Oy",
        place=Place("Keilaranta 21 B 4", None, "02150", "ESPOO", "FI"),
        website="www.koivuranta.example",
        company_number="1234567-1",
    )


def test_VIES_gives_name_and_address_and_the_dutch_register_its_visiting_address() -> None:
    assert company(VIES, EUROPEAN) == Company(
        "Wetstraat Partners NV", Place("Wetstraat 16", None, "1000", "Brussel", "BE"), vat_number="BE0404616494"
    )
    assert company(KVK, DUTCH) == Company(
        "Havenmeester B.V.",
        Place("Kade 17M", None, "1034 WL", "Amsterdam", "NL"),
        website="www.havenmeester.example",
        company_number="69599084",
    )


@pytest.mark.parametrize(
    ("register", "value", "status"),
    [
        (BRREG, {}, 404),
        (PRH, {"totalResults": 0, "companies": []}, 200),
        (PRH, {"totalResults": 1, "companies": [{"businessId": {"value": "7654321-1"}}]}, 200),
        (VIES, {**EUROPEAN, "valid": False, "name": "---", "address": "---"}, 200),
        (KVK, {"fout": [{"code": "IPD5200"}]}, 404),
    ],
)
def test_what_is_not_there_is_not_found(register: Register, value: Any, status: int) -> None:
    assert answer(register, value, status) == Answer(Outcome.NOT_FOUND)


@pytest.mark.parametrize(
    ("register", "value", "status", "day"),
    [
        (BRREG, DELETED, 200, dt.date(2024, 5, 31)),
        (BRREG, {}, 410, None),
        (PRH, changed(PRH, "companies/0/endDate", "2024-05-31"), 200, dt.date(2024, 5, 31)),
        (PRH, changed(PRH, "companies/0/tradeRegisterStatus", "4"), 200, None),
        (KVK, changed(KVK, "materieleRegistratie/datumEinde", "20240531"), 200, dt.date(2024, 5, 31)),
        (KVK, changed(KVK, "materieleRegistratie/datumEinde", "20240500"), 200, None),
    ],
)
def test_what_has_ceased_says_so_and_proposes_nothing(
    register: Register, value: Any, status: int, day: dt.date | None
) -> None:
    assert answer(register, value, status) == Answer(Outcome.CEASED, ceased_on=day)


@pytest.mark.parametrize(
    ("register", "value", "status"),
    [
        (BRREG, {}, 400),
        (PRH, {}, 400),
        (VIES, {"actionSucceed": False, "errorWrappers": [{"error": "INVALID_INPUT"}]}, 200),
        (KVK, {"fout": [{"code": "IPD0004"}]}, 400),
    ],
)
def test_a_number_that_the_register_does_not_take_is_refused(register: Register, value: Any, status: int) -> None:
    assert answer(register, value, status) == Answer(Outcome.REFUSED, why=Why.NOT_A_NUMBER)


@pytest.mark.parametrize(
    ("register", "value", "status", "why"),
    [
        (PRH, b"Too many requests", 429, Why.BUSY),
        (BRREG, b"<h1>502</h1>", 502, Why.BUSY),
        (VIES, {"actionSucceed": False, "errorWrappers": [{"error": "MS_UNAVAILABLE"}]}, 200, Why.BUSY),
        (VIES, {"actionSucceed": False, "errorWrappers": "no list"}, 200, Why.BUSY),
        (KVK, {}, 401, Why.KEY_NOT_RIGHT),
        (KVK, {}, 403, Why.KEY_NOT_RIGHT),
        (BRREG, {**NORWEGIAN, "organisasjonsnummer": "111111111"}, 200, Why.UNREADABLE),
    ],
)
def test_a_register_that_says_nothing_of_a_company_is_unavailable(
    register: Register, value: Any, status: int, why: Why
) -> None:
    assert answer(register, value, status) == Answer(Outcome.UNAVAILABLE, why=why)


@BY_CODE
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<!doctype html><title>Maintenance</title>",
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe{}",
        b'{"a":' * 200_000,
        b"[" * 500_000,
        b"NaN",
        b"9" * 10_000,
        b"{}",
    ],
    ids=range(11),
)
def test_what_cannot_be_read_is_no_answer(register: Register, body: bytes) -> None:
    assert answer(register, body) == Answer(Outcome.UNAVAILABLE, why=Why.UNREADABLE)


@BY_CODE
@pytest.mark.parametrize("status", [301, 302, 307, 418])
def test_a_redirect_and_an_unknown_status_are_no_answer(register: Register, status: int) -> None:
    assert answer(register, SAMPLES[register], status) == Answer(Outcome.UNAVAILABLE, why=Why.UNREADABLE)


@BY_CODE
@pytest.mark.parametrize("wrong", [None, True, 1.5, 10**400, [], {}, [[]], "", "---", " . ", "\x00\u202e", "x" * 5_000])
def test_a_value_of_another_type_or_a_stand_in_is_not_there(register: Register, wrong: Any) -> None:
    def spoilt(value: Any, keep: frozenset[str]) -> Any:
        if isinstance(value, dict):
            return {key: one if key in keep else spoilt(one, keep) for key, one in value.items()}
        return [spoilt(one, keep) for one in value] if isinstance(value, list) else wrong

    keep = frozenset({"organisasjonsnummer", "businessId", "kvkNummer", "valid", "type"})
    body = json.dumps(spoilt(SAMPLES[register], keep), allow_nan=True).encode()
    found = register.read(NUMBERS[register], 200, body)
    if found.outcome is Outcome.FOUND:
        assert found.company is not None
        told = found.company
        assert (told.name, told.place, told.place_text, told.email, told.website) == (None, None, None, None, None)
    else:
        assert found.outcome in (Outcome.CEASED, Outcome.UNAVAILABLE)


@BY_CODE
@pytest.mark.parametrize("wrong", [None, 17, "text", [], {}, [None], [17], [{}], {"x": []}])
def test_no_part_of_an_answer_may_be_anything_and_break_the_reading(register: Register, wrong: Any) -> None:
    def places(value: Any) -> list[list[Any]]:
        inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        return [way for key, one in inside for way in ([key], *([key, *rest] for rest in places(one)))]

    for way in places(SAMPLES[register]):
        made: Any = deepcopy(SAMPLES[register])
        at = made
        for step in way[:-1]:
            at = at[step]
        at[way[-1]] = wrong
        assert isinstance(register.read(NUMBERS[register], 200, body_of(made)), Answer)


def test_control_characters_and_line_breaks_do_not_come_in() -> None:
    told = company(
        BRREG, {**NORWEGIAN, "navn": "FJORD\x00VIK\u202e\r\nSHIPPING  \u200bAS", "hjemmeside": "javascript:x"}
    )
    assert (told.name, told.website) == ("FJORDVIK SHIPPING AS", None)
    assert company(BRREG, {**NORWEGIAN, "epostadresse": "no address"}).email is None


def test_a_company_that_is_bankrupt_or_wound_up_is_found_and_says_so() -> None:
    assert company(BRREG, {**NORWEGIAN, "konkurs": True}).is_bankrupt
    assert company(BRREG, {**NORWEGIAN, "underAvvikling": True}).is_winding_up


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("RUA DA ROSA 57\n1200-384 LISBOA", ("RUA DA ROSA 57", None, "1200-384", "LISBOA")),
        ("\nKEIZERSGRACHT 00125\n1015CJ AMSTERDAM\n", ("KEIZERSGRACHT 00125", None, "1015CJ", "AMSTERDAM")),
        ("1, RUE DU PORT\nL-1234 LUXEMBOURG", ("1, RUE DU PORT", None, "1234", "LUXEMBOURG")),
        ("RUE X 1\nBATIMENT B\n72000 LE MANS", ("RUE X 1", "BATIMENT B", "72000", "LE MANS")),
        ("BOX 1\n111 22 STOCKHOLM", ("BOX 1", None, "111 22", "STOCKHOLM")),
        ("ΕΡΜΟΥ 12\n11741 - ΑΘΗΝΑ", ("ΕΡΜΟΥ 12", None, "11741", "ΑΘΗΝΑ")),
        ("123 Main St, Anytown, UK", None),
        ("Brīvības iela 1, Rīga, LV-1010", None),
        ("1000 Brussel", None),
        ("---", None),
        (17, None),
    ],
)
def test_an_address_of_one_text_is_parted_where_its_last_line_says_how(text: Any, place: Any) -> None:
    found = place_of(text, "BE")
    assert (None if found is None else (found.street, found.street_2, found.postal_code, found.city)) == place


def test_an_address_that_cannot_be_parted_is_told_as_it_came() -> None:
    told = company(VIES, {**EUROPEAN, "address": "Brīvības iela 1,\nRīga, LV-1010"})
    assert (told.place, told.place_text) == (None, "Brīvības iela 1, Rīga, LV-1010")


def test_an_address_that_is_shielded_stays_away_and_an_association_has_that_of_its_owner() -> None:
    assert company(KVK, changed(KVK, "_embedded/hoofdvestiging/adressen/1/indAfgeschermd", "Ja")).place is None
    owned = deepcopy(DUTCH)
    owned["_embedded"] = {"eigenaar": DUTCH["_embedded"]["hoofdvestiging"]}
    assert company(KVK, owned).place == company(KVK, DUTCH).place


def test_a_company_goes_through_a_page_and_comes_back_the_same() -> None:
    for register, sample in SAMPLES.items():
        told = company(register, sample)
        assert Company.of_json(json.loads(json.dumps(told.as_json()))) == told


def test_the_dutch_register_is_not_asked_without_a_key() -> None:
    ways = {KVK.code: Way(Base.of("http://127.0.0.1:9"))}
    assert ask(ways, Question(KVK, "69599084")) == Answer(Outcome.REFUSED, why=Why.NEEDS_KEY)


RECORDED = {
    "brreg_enhet_200.json": (BRREG, "112233445", "SESAM STASJON"),
    "prh_ytj_v3_companies_200.json": (PRH, "1852302-9", "Neste Oyj"),
    "vies_rest_post_200_valid.json": (VIES, "DE100", "John Doe"),
    "kvk_basisprofiel_v1_200_eenmanszaak.json": (KVK, "69599084", "Test EMZ Dagobert"),
    "kvk_basisprofiel_v1_200_vve_no_hoofdvestiging.json": (KVK, "90000749", "Global Conron"),
}


@pytest.mark.parametrize("name", RECORDED)
def test_what_was_recorded_of_the_registers_is_read(data: Path, name: str) -> None:
    folder = data.parents[1] / "integrations" / "samples"
    if not folder.is_dir():
        pytest.skip("The recorded answers of registers are missing.")
    register, number, called = RECORDED[name]
    read = json.loads((folder / name).read_text("utf-8"))
    told = answer(register, read.get("body", read), number=number).company
    assert told is not None
    assert told.name == called
    assert told.place is not None or told.place_text is not None
