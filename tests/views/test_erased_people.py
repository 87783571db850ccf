"""Who is erased is gone from the history by name, also as the one who did things and in what others did to them."""

from __future__ import annotations

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from models.access import SYSTEM, look_as, looker_for
from models.customer import Customer
from models.journal import Change, Changeset, changeset, erase
from models.operations import grant
from models.operations.grant import Holder
from models.operations.save import save
from models.user import Role, User
from tests import factories, granting
from tests.conftest import Cast, ClientFor


def erased(session: Session, user: User) -> None:
    """What erasing a user comes to: the row is emptied, and all that the journal says of it."""
    with changeset(session, SYSTEM, "Erase a user"):
        user.name, user.email = "–", f"erased-{user.id}@kaartenbak.example"
        erase(session, [("user", user.id)], ["name", "email", "email_key"])


def test_the_name_of_an_erased_user_is_nowhere_in_the_journal(
    session: Session, cast: Cast, client_for: ClientFor
) -> None:
    customer = factories.customer(session)
    ada = factories.user(session, name="Ada Verdwenen", role_id=cast.alice.role_id)
    reader = session.query(Role).filter(Role.name == "Reader").one()
    team = factories.team(session)
    grant.give(session, SYSTEM, customer.id, Holder(user_id=ada.id), reader.id)
    granting.join(session, SYSTEM, team.id, ada.id)
    looker, key, at = looker_for(session, ada), ada.id, customer.id
    look_as(session, looker)
    saved = save(session, looker, Customer, at, {"phone": "1"})
    assert saved.changeset is not None
    done = saved.changeset.id
    look_as(session, SYSTEM)
    erased(session, session.get_one(User, key))
    kept = session.get_one(Changeset, done)
    assert (kept.user_id, kept.user_name) == (key, "")
    everything = str(session.execute(select(Changeset.user_name, Changeset.values)).all())
    everything += str(session.execute(select(Change.before, Change.after)).all())
    assert "Verdwenen" not in everything
    assert "Reader" in everything
    dana = client_for("Dana")
    for path in ("/history/", f"/customers/details/?id={at}"):
        page = dana.get(path).get_data(as_text=True)
        assert "Verdwenen" not in page
        assert "Somebody" in page


def test_erasing_one_user_leaves_the_names_of_others(session: Session, cast: Cast) -> None:
    alice = looker_for(session, cast.alice)
    save(session, alice, Customer, factories.customer(session).id, {"phone": "1"})
    erased(session, cast.bob)
    assert session.scalars(select(Changeset.user_name).where(Changeset.user_id == alice.id)).all() == ["Alice"]
    assert session.execute(text("SELECT count(*) FROM changeset WHERE user_name = ''")).scalar() == 0
