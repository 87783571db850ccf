"""What belongs to a customer and is added from its card: there its customer is known, and the right on it is enough."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

from flask import g, request, url_for
from flask_babel import gettext, lazy_gettext
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.sql.base import ExecutableOption

from admin_views import shell
from admin_views.base import Action, EntityView
from admin_views.declared import ArchivedNote
from admin_views.forms import EntityForm, Option
from models import access
from models.access import Looker
from models.base import whole
from models.customer import Customer, Kind
from models.errors import NotFound, Reason, Refused
from models.journal import Changeset
from models.operations import below, remove
from models.operations.selection import Selection
from models.user import Right


class AddedTo(NamedTuple):
    """The customer whose card a new record is added from."""

    id: int
    name: str
    is_archived: bool
    kind: Kind


def added_to() -> AddedTo | None:
    """The customer a new record is for. Asked for by the form, by its field and by what it is preset with."""
    wanted = whole(request.values.get("customer") or request.form.get("customer_id"))
    if wanted is None:
        return None
    asked: dict[int, AddedTo | None] = g.setdefault("added_to", {})
    if wanted not in asked:
        session, looker = shell.here(), shell.looker()
        of_customer = (Customer.id, Customer.name, Customer.archived_at.is_not(None), Customer.kind)
        columns = (*of_customer, access.given_on(looker, Customer.id))
        row = session.execute(select(*columns).where(Customer.id == wanted)).one_or_none()
        asked[wanted] = None if row is None else AddedTo(*row[:4])
        if row is not None:
            access.keep_given(session, looker, row[0], row[4])
    return asked[wanted]


def offered_customers() -> list[Option]:
    """The customer a new record is for, as the only choice."""
    customer = added_to()
    return [] if customer is None else [Option(str(customer.id), customer.name)]


def card_of(customer_id: int, tab: str = "contact", part: str | None = None) -> str:
    """A customer's card, open at the part of a tab where what belongs to it is listed."""
    return url_for("customers.details_view", id=customer_id, tab=tab, _anchor=part)


def card_after(_ids: Sequence[int], done: Changeset) -> str:
    """The card of the customer that a verb was about."""
    return card_of(done.values["customer_id"])


Target = Callable[[Sequence[int], Changeset], str]


def removing(
    noun: remove.Removable, tab: str = "contact", part: str | None = None, target: Target | None = None
) -> Action:
    """Take a row away from its customer, and go back to the tab where it stood, or to `target`."""

    def do(session: Session, looker: Looker, chosen: Selection, options: Any, digest: str) -> Changeset:
        return remove.do(session, looker, noun, chosen, digest)

    return Action(
        name="delete",
        label=lazy_gettext("Delete…"),
        icon="trash",
        right=Right.EDIT,
        template="verbs/remove.html",
        plan=lambda session, looker, chosen, options: remove.plan(session, looker, noun, chosen),
        do=do,
        done=lambda done: gettext("%(name)s moved to the bin", name=shell.called_then(done.values["name"])),
        many=False,
        danger=True,
        target=target or (lambda ids, done: card_of(done.values["customer_id"], tab, part)),
    )


def locked_by(record: Any) -> ArchivedNote | None:
    """What is said of a record that hangs below an archived customer or project; None where both are active."""
    project = getattr(record, "project", None)
    customer = getattr(record, "customer", None) or (project.customer if project is not None else None)
    for above, endpoint in ((customer, "customers"), (project, "projects")):
        if above is not None and above.is_archived:
            title = gettext("%(name)s is archived.", name=str(above))
            text = gettext("It can only be read. Restore it to change it or to register on it.")
            return ArchivedNote(title, text, url_for(f"{endpoint}.details_view", id=above.id), gettext("Open"), True)
    return None


class FromCard(EntityView):
    """What has a list of its own and is on the card of a customer as well: who came from there goes back there.

    `tab`: where on that card it is.
    """

    tab: ClassVar[str] = "contact"

    def on_card_of(self) -> int | None:
        """The customer from whose card one came."""
        return whole(request.values.get("customer"))

    def carried(self) -> list[tuple[str, str]]:
        customer = self.on_card_of()
        return super().carried() + ([] if customer is None else [("customer", str(customer))])

    def back_url(self) -> str:
        customer = self.on_card_of()
        return super().back_url() if customer is None else card_of(customer, self.tab)


class BelowCustomer(EntityView):
    """The ground of these views. `tab`, `part`: where on the card of the customer they are listed."""

    tab: ClassVar[str] = "contact"
    part: ClassVar[str | None] = None

    # The right to edit that one customer is enough: see `defaults`.
    routes = EntityView.routes | {"create_view": "see"}
    # What went to another customer would show there what its people may not see here.
    fixed: ClassVar[Mapping[str, Callable[[Any], Any]]] = {"customer_id": lambda record: record.customer}

    def defaults(self) -> dict[str, Any]:
        customer = added_to()
        if customer is None:
            raise NotFound
        access.require(shell.here(), shell.looker(), Right.EDIT, customer.id)
        if request.method == "GET" and customer.is_archived:
            # What was typed meanwhile is not refused here: the verb says so on the form.
            raise Refused(Reason.ARCHIVED_IS_LOCKED, name=customer.name)
        return {"customer_id": customer.id}

    def find(self, raw: str | None, *options: ExecutableOption) -> Any:
        return super().find(raw, *below.with_above(self.noun), *options)

    def card_of_customer(self, customer_id: int) -> str:
        """The card of a customer, where these are."""
        return card_of(customer_id, self.tab, self.part)

    def saved_url(self, record: Any) -> str:
        return self.card_of_customer(record.customer_id)

    def above(self) -> list[tuple[str, str]]:
        """The list of these is in no menu: a new one belongs to its customer."""
        customer = added_to()
        if customer is None:
            return super().above()
        return [
            (gettext("Customers"), url_for("customers.index_view")),
            (customer.name, self.card_of_customer(customer.id)),
        ]

    def cancel_url(self, record: Any, form: EntityForm) -> str:
        """A new one is begun on the card of its customer."""
        return (
            super().cancel_url(record, form) if record is not None else self.card_of_customer(form["customer_id"].data)
        )

    def archived_note(self, record: Any) -> ArchivedNote | None:
        """What belongs to an archived customer or project can only be read, like that itself."""
        return super().archived_note(record) or locked_by(record)

    def allowed_actions(self, record: Any = None) -> list[Action]:
        """What belongs to something archived can only be read. What has an archive of its own has verbs for that."""
        is_locked = record is not None and not hasattr(record, "archived_at") and locked_by(record) is not None
        return [] if is_locked else super().allowed_actions(record)

    def may(self, right: Right, record: Any = None) -> bool:
        """It is added from a customer's card: in the list there is no button for it."""
        if record is None and right == self.create and not request.values.get("customer"):
            return False
        return super().may(right, record)
