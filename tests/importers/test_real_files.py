"""Every real file ends in a plan or in a clear message; never in anything else."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from importers import looking, planning
from importers.files import Unreadable
from models.errors import Reason, Refused
from models.imports import ImportKind
from tests.importers.helpers import CONTACTS, CUSTOMERS, Desk, desk_of

HEADER, NAME, ROWS = Reason.NO_HEADER.name, Reason.NO_NAME_COLUMN.name, Reason.NO_ROWS.name

# What a file gives: rows that would be added, and rows that are rejected or need a decision; or why there is no plan.
CUSTOMER_LISTS: dict[str, tuple[int, int] | str] = {
    "list__aka__customers.xlsx": (1, 0),
    "list__ala__all-authorities.csv": (6, 0),
    "list__ala__hidden-cols-blank-row.xlsx": HEADER,
    "list__aw__Address.csv": HEADER,
    "list__aw__ContactType.csv": HEADER,
    "list__ck__ne_1033_data.xlsx": NAME,
    "list__ck__null_byte.csv": "NUL_BYTE",
    "list__fr__accent.csv": HEADER,
    "list__fr__blank-headers.csv": (0, 2),
    "list__fr__bom.csv": (2, 0),
    "list__fr__defective-rows.csv": (0, 2),
    "list__fr__duplicate-headers.csv": Reason.WHICH_COLUMN.name,
    "list__fr__latin1.csv": (1, 1),
    "list__fr__leading-zeros.csv": HEADER,
    "list__fr__skip-rows-before-headers.csv": (2, 0),
    "list__irl__facilities.csv": (690, 0),
    "list__npsp__NPSP_Data_Import_Template_csv.csv": ROWS,
    "list__nwc__customers.csv": (91, 0),
    "list__oca__partner_list.xlsx": ROWS,
    "list__or__persons.csv": (3, 0),
    "list__pb__ch.csv": (2785, 0),
    "list__pb__eu.csv": (129, 0),
    "list__pb__gb.csv": (5362, 0),
    "list__pb__se.csv": (652, 0),
    "list__poi__51626_contact.xlsx": (1, 1),
    "list__sp__constituents.csv": (503, 0),
    "list__ss__issue2239.xls": Reason.NO_LIST.name,
    "list__ss__sep.csv": HEADER,
    "hostile__cal__issue_174.xlsx": (1, 0),
    "hostile__cal__pass_protected.xlsx": "PASSWORD",
    "hostile__poi__poc-xmlbomb.xlsx": "FORBIDDEN_XML",
    "hostile__odoo__res_partner.xlsx": "LOCKED_BY_SOFTWARE",
    "hostile__tika__testEXCEL_phonetic.xlsx": (13, 4),
    "acct__sie__BL0001_typ4.SE": "BOOKKEEPING_ONLY",
}
CONTACT_LISTS: dict[str, tuple[int, int] | str] = {
    "list__cal__issue444.xls": (9, 0),
    "list__moz__basic_csv_addressbook.csv": (2, 0),
    "list__moz__csv_semicolon.csv": (2, 0),
    "list__moz__export.csv": (2, 0),
    "list__moz__utf16_addressbook.csv": (1, 0),
    "list__poi__51626_contact.xlsx": (1, 1),
    "list__rx__deaths.xlsx": (10, 4),
    "list__ss__pageSetupTest.xlsx": (49, 0),
}
EXPECTED = [(CUSTOMERS, *item) for item in CUSTOMER_LISTS.items()] + [
    (CONTACTS, *item) for item in CONTACT_LISTS.items()
]


@pytest.fixture
def desk(session: Session, tmp_path: Path) -> Desk:
    return desk_of(session, tmp_path)


def outcome(desk: Desk, path: Path, kind: ImportKind) -> tuple[int, int] | str:
    """The counts of the plan, or the name of the refusal."""
    try:
        with path.open("rb") as stream:
            run = looking.upload(desk.session, desk.looker, desk.folder, stream, path.name, kind)
        counts = planning.make_plan(desk.session, desk.looker, desk.folder, run.id)
    except Unreadable as refused:
        assert str(refused)
        return refused.refusal.name
    except Refused as refused:
        assert str(refused)
        return refused.reason.name
    assert sum(counts.values()) == run.options["rows"]
    return counts["new"], counts["rejected"] + counts["ambiguous"] + counts["duplicate"]


def test_the_lists_give_what_is_expected_of_them(desk: Desk, data: Path) -> None:
    found = {(kind.value, name): outcome(desk, data / name, kind) for kind, name, _ in EXPECTED}
    assert found == {(kind.value, name): result for kind, name, result in EXPECTED}


# How a file ends does not depend on the database; the lists above are planned on both.
@pytest.mark.parametrize("engine_kind", ["sqlite"])
@pytest.mark.parametrize("kind", ImportKind)
def test_every_other_file_ends_in_a_plan_or_a_clear_message(desk: Desk, data: Path, kind: ImportKind) -> None:
    known = {name for of, name, _ in EXPECTED if of is kind}
    for path in sorted(data.iterdir()):
        if path.name not in known:
            assert outcome(desk, path, kind), path.name
