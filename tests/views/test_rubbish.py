"""Any value of any parameter gives a page or a clear refusal, never an error of ours."""

from __future__ import annotations

import io

import pytest
from sqlalchemy.orm import Session

from models.base import whole
from tests import factories
from tests.conftest import ClientFor

RUBBISH = ["²", "-1", "9" * 5000, "9" * 30, "\u0661", "1e3", "NaN", "'", "%00", "../..", ""]


def test_a_number_is_plain_digits_that_fit_a_key_and_nothing_else() -> None:
    assert [whole(text) for text in ("0", "42", " 7 ", "2147483647")] == [0, 42, 7, 2147483647]
    assert [whole(text) for text in ("²", "-1", "2147483648", "9" * 5000, "\u0661", "", None)] == [None] * 7


@pytest.mark.parametrize("key", ["0", "2147483648", "9999999999", "9" * 5000], ids=lambda text: text[:12])
def test_a_key_in_an_address_that_no_database_can_hold_is_not_there(
    session: Session, client_for: ClientFor, key: str
) -> None:
    dana = client_for("Dana")
    for path in ("", "columns/", "check/", "rejected.xlsx"):
        assert dana.get(f"/imports/{key}/{path}").status_code == 404, path
    for path in ("rows/", "commit/", "forget/"):
        assert dana.send(f"/imports/{key}/{path}").status_code == 404, path
    assert dana.send(f"/profile/sessions/{key}/end").status_code == 404


@pytest.mark.parametrize("rubbish", RUBBISH, ids=lambda text: text[:8] or "nothing")
def test_rubbish_in_an_address_is_no_error(session: Session, client_for: ClientFor, rubbish: str) -> None:
    customer = factories.customer(session)
    dana = client_for("Dana")
    paths = {
        "/bin/": "before",
        "/history/": "before",
        "/history/undo/": "changeset",
        "/projects/new/": "customer",
        "/customers/": "page",
        "/customers/details/": "id",
        "/customers/edit/": "id",
        "/customers/delete/": "id",
        "/search/": "q",
    }
    for path, name in paths.items():
        assert dana.get(path, query_string={name: rubbish}).status_code < 500, path
    query = {"id": customer.id, "tab": "roles", "who": rubbish}
    assert dana.get("/customers/details/", query_string=query).status_code == 200
    for name in ("who", "what", "from", "until"):
        query = {"id": customer.id, "tab": "history", "show": "changes", name: rubbish}
        assert dana.get("/customers/details/", query_string=query).status_code == 200, name
        assert dana.get("/history/", query_string={name: rubbish}).status_code == 200, name
    for name in ("who", "what", "from", "until", "at", "of"):
        query = {"at": "/customers/details/", "of": "customer", name: rubbish}
        assert dana.get("/history/filter/", query_string=query).status_code == 200, name
    assert dana.send("/bin/restore/", changeset=rubbish).status_code < 500
    assert dana.send("/customers/action/", action="archive", rowid=rubbish, plan=rubbish).status_code < 500


@pytest.mark.parametrize("rubbish", ["NaN", "Infinity", "-1", "1e999", "²", "9" * 400, "1,2,3"])
def test_rubbish_in_a_form_is_said_at_its_field(session: Session, client_for: ClientFor, rubbish: str) -> None:
    customer = factories.customer(session, company_name="Vast B.V.")
    path = f"/customers/edit/?id={customer.id}"
    dana = client_for("Dana")
    for field in ("hourly_rate", "vat_percentage", "payment_term_days", "customer_since", "owner_id", "status_id"):
        fields = {"kind": "business", "company_name": "Vast B.V.", "number": customer.number, field: rubbish}
        assert dana.edit(path, **fields).status_code == 422, field


def test_an_emptied_number_or_a_nul_in_a_name_is_said_and_nothing_is_lost(
    session: Session, client_for: ClientFor
) -> None:
    customer = factories.customer(session, company_name="Vast B.V.")
    path = f"/customers/edit/?id={customer.id}"
    dana = client_for("Dana")
    emptied = dana.edit(path, kind="business", company_name="Vast B.V.", number="", phone="kept")
    assert emptied.status_code == 422
    assert 'value="kept"' in emptied.get_data(as_text=True)
    assert dana.edit(path, kind="business", company_name="V\0st", number=customer.number).status_code == 422


def test_rubbish_in_an_import_is_no_error(client_for: ClientFor) -> None:
    dana = client_for("Dana")
    file = (io.BytesIO(b"Nummer;Naam\n1;Een\n2;Twee\n"), "lijst.csv")
    data = {"csrf_token": dana.token(), "kind": "customers", "file": file}
    begun = dana.post("/imports/new/", data=data, content_type="multipart/form-data")
    assert begun.status_code == 302
    path = begun.location.removesuffix("columns/")
    for rubbish in RUBBISH:
        assert dana.send(f"{path}columns/", step="look", header=rubbish, sheet=rubbish).status_code < 500
        assert dana.send(f"{path}columns/", **{f"column-{rubbish}": "name", "step": "map"}).status_code < 500
        assert dana.get(f"{path}check/", query_string={"page": rubbish, "show": rubbish}).status_code < 500
        assert dana.send(f"{path}rows/", shown=rubbish, row=rubbish, **{f"decide-{rubbish}": rubbish}).status_code < 500
        assert dana.send(f"{path}commit/", plan=rubbish).status_code in (302, 404, 409, 422)
