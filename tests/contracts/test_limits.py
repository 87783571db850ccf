"""What fits in a field is said once, at its column: the form, the import and every verb ask there."""

from __future__ import annotations

import ast
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from admin_views.agreement import AgreementForm
from admin_views.bank_account import BankAccountForm
from admin_views.contact import ContactForm
from admin_views.customer import CustomerForm
from admin_views.forms import EntityForm, Limited
from admin_views.label import LabelForm, LabelGroupForm
from admin_views.link import LinkForm
from admin_views.portal import PortalForm
from admin_views.project import ProjectForm
from admin_views.user import RoleForm, TeamForm, UserForm
from importers.columns import COLUMNS, Column, Place
from importers.reading import Reading
from importers.trouble import Trouble, Wrong
from models.access import SYSTEM
from models.base import Base, Limits, limits_of
from models.contact import Contact, CustomerContact
from models.customer import Address, BankAccount, Customer
from models.errors import Problems, Reason
from models.imports import ImportKind
from models.operations import fields
from models.operations.save import save
from tests import factories
from tests.conftest import ClientFor
from tests.importers.helpers import Desk, desk_of

HOUSE = Path(__file__).resolve().parents[2]
FORMS: tuple[type[EntityForm], ...] = (
    CustomerForm,
    AgreementForm,
    BankAccountForm,
    ContactForm,
    PortalForm,
    ProjectForm,
    LabelForm,
    LabelGroupForm,
    LinkForm,
    UserForm,
    TeamForm,
    RoleForm,
)
PLAIN = Reading(decimal_comma=False)


def noun_of(kind: ImportKind, column: Column) -> type[Base]:
    """Whose column it is that an import writes."""
    if column.place in (Place.HEAD_OFFICE, Place.INVOICE):
        return Address
    if column.place is Place.BANK:
        return BankAccount
    if column.place is Place.LINK or (column.place is Place.CONTACT and column.attribute == "function"):
        return CustomerContact
    return Contact if kind is ImportKind.CONTACTS or column.place is Place.CONTACT else Customer


IMPORTED = [
    (kind, column)
    for kind in ImportKind
    for column in COLUMNS[kind].values()
    if column.attribute and limits_of(fields.attribute(noun_of(kind, column), column.attribute)).longest != 2
]


@pytest.fixture
def desk(session: Session, tmp_path: Path) -> Desk:
    return desk_of(session, tmp_path)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_every_limited_field_of_a_form_has_the_limits_of_its_column(app: Flask, form: type[EntityForm]) -> None:
    with app.test_request_context():
        limited = {name: field.limits for name, field in form()._fields.items() if isinstance(field, Limited)}
    assert limited
    assert limited == {name: fields.limits(form.noun, name) for name in limited}
    assert not [name for name, limits in limited.items() if limits == Limits()], "a field without a limit"


@pytest.mark.parametrize(("kind", "column"), IMPORTED, ids=lambda one: getattr(one, "key", one))
def test_an_import_takes_what_the_column_takes_and_no_more(kind: ImportKind, column: Column) -> None:
    of = fields.attribute(noun_of(kind, column), column.attribute)
    limits = limits_of(of)
    assert column.limits in (limits, None)
    if column.limits is None:
        return
    if limits.longest is not None:
        fits, too_much, why = "7" * limits.longest, "7" * (limits.longest + 1), Trouble.TOO_LONG
    else:
        fits, too_much, why = str(limits.most), str((limits.most or 0) + 1), Trouble.NUMBER_OUT_OF_RANGE
    assert column.parse(fits, PLAIN) in (fits, limits.most, f"{limits.most}.00")
    with pytest.raises(Wrong) as caught:
        column.parse(too_much, PLAIN)
    assert caught.value.trouble is why


def test_no_limit_of_a_field_is_written_where_it_is_shown_or_read() -> None:
    twice = [
        f"{path.relative_to(HOUSE)}:{call.lineno}"
        for path in [*(HOUSE / "admin_views").glob("*.py"), HOUSE / "importers/columns.py"]
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call)
        for given in call.keywords
        if given.arg in {"longest", "least", "most", "limits"} and isinstance(given.value, ast.Constant | ast.UnaryOp)
    ]
    assert not twice, "say it at the column"


@pytest.mark.parametrize(
    ("title", "field", "fits", "too_much"),
    [
        ("Payment term (days)", "payment_term_days", "500", "1000"),
        ("Distance (km)", "distance_km", "100000", "100001"),
        ("Hourly rate", "hourly_rate", "99999.50", "100000.01"),
        ("VAT percentage", "vat_percentage", "100", "100.01"),
        ("Notes", "description", "x" * 20_000, "x" * 32_768),
    ],
    ids=lambda one: one[:12],
)
def test_what_was_imported_can_be_saved_in_the_form_and_what_is_too_much_nowhere(
    session: Session, desk: Desk, client_for: ClientFor, title: str, field: str, fits: str, too_much: str
) -> None:
    shown: dict[str, Any] = {"kind": "business", "company_name": "Ruim B.V.", "number": "R-1"}
    desk.bring(["Customer number", "Company name", title], ["R-1", "Ruim B.V.", fits])
    key = desk.one("customer", number="R-1")["id"]
    path, dana = f"/customers/edit/?id={key}", client_for("Dana")
    assert dana.edit(path, **shown, **{field: fits}, phone="1").status_code == 302
    assert dana.edit(path, **shown, **{field: too_much}).status_code == 422
    session.rollback()
    rejected = desk.plan(["Customer number", "Company name", title], ["R-2", "Te ruim B.V.", too_much])
    assert desk.statuses(rejected) == {2: "rejected"}
    with pytest.raises(Problems) as caught:
        value = too_much if field == "description" else Decimal(too_much)
        save(session, SYSTEM, Customer, key, {field: value if field != "payment_term_days" else int(too_much)})
    assert caught.value.reason in (Reason.OUT_OF_RANGE, Reason.TOO_LONG)


def test_a_value_from_before_a_limit_was_set_does_not_lock_its_record(session: Session, client_for: ClientFor) -> None:
    customer = factories.customer(session, company_name="Oud B.V.", number="O-1", payment_term_days=4000)
    fields_shown = {"kind": "business", "company_name": "Oud B.V.", "number": "O-1", "payment_term_days": "4000"}
    path, dana = f"/customers/edit/?id={customer.id}", client_for("Dana")
    assert dana.edit(path, **fields_shown, phone="1").status_code == 302
    assert dana.edit(path, **{**fields_shown, "payment_term_days": "4001"}).status_code == 422


def test_parts_of_an_import_that_fit_alone_but_not_together_are_refused(desk: Desk) -> None:
    run = desk.plan(
        ["Company name", "Street and number", "House number", "City"], ["Lang B.V.", "S" * 199, "12", "Gent"]
    )
    assert desk.statuses(run) == {2: "rejected"}
    assert desk.codes(run, 2) == ["TOO_LONG"]
