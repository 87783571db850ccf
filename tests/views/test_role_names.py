"""Built-in roles have their name in the reader's language wherever they are shown; what people named stays as it is."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from models.access import SYSTEM
from models.journal import Origin, changeset
from models.operations import delete, grant
from models.operations.grant import Holder
from models.operations.save import save
from models.user import Role, User
from tests import factories
from tests.conftest import Cast, ClientFor
from tests.pages import PageClient


@pytest.fixture
def dutch(client_for: ClientFor) -> PageClient:
    """Dana, who reads Dutch."""
    dana = client_for("Dana")
    dana.send("/profile/language", language="nl")
    return dana


def text_of(client: PageClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.get_data(as_text=True)


def test_a_built_in_role_is_called_in_dutch_on_every_page(session: Session, cast: Cast, dutch: PageClient) -> None:
    reader = session.query(Role).filter(Role.name == "Reader").one()
    customer = factories.customer(session)
    grant.give(session, SYSTEM, customer.id, Holder(user_id=cast.charlie.id), reader.id)
    save(session, SYSTEM, Role, reader.id, {"description": "Kijkt alleen"})
    pages = (
        "/roles/",
        f"/roles/details/?id={reader.id}",
        f"/roles/details/?id={reader.id}&tab=history",
        "/users/",
        f"/users/details/?id={cast.bob.id}",
        f"/users/edit/?id={cast.bob.id}",
        f"/customers/details/?id={customer.id}&tab=roles&as={cast.bob.id}",
        f"/customers/details/?id={customer.id}&tab=history",
        "/history/",
    )
    for path in pages:
        page = text_of(dutch, path)
        assert "Lezer" in page, path
        assert "Reader" not in page.replace('value="Reader"', ""), path
    assert 'value="Reader"' in text_of(dutch, f"/roles/edit/?id={reader.id}")


def test_a_role_that_cannot_be_deleted_says_so_in_dutch(session: Session, dutch: PageClient) -> None:
    reader = session.query(Role).filter(Role.name == "Reader").one()
    page = text_of(dutch, f"/roles/delete/?id={reader.id}")
    assert "Lezer" in page
    assert "Reader" not in page


def test_a_name_that_people_gave_is_never_translated(session: Session, cast: Cast, dutch: PageClient) -> None:
    # A word of the catalogue: "History" is "Geschiedenis".
    own = factories.role(session, name="History")
    dutch.typed = {own.name}
    with changeset(session, SYSTEM, "Set up", origin=Origin.SEED):
        session.get_one(User, cast.bob.id).role_id = own.id
    for path in (f"/users/details/?id={cast.bob.id}", "/users/", "/roles/", f"/roles/details/?id={own.id}"):
        assert "History" in text_of(dutch, path), path
    plan = delete.plan(session, SYSTEM, Role, [own.id])
    assert plan.count == 0
