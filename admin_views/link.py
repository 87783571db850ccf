"""What contacts are at customers: linking the two from either card, the function there, and taking the link away."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from flask import request, url_for
from flask_babel import gettext, lazy_gettext
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from admin_views import choices, history, shell, verbs
from admin_views.base import Action, Column, Tab
from admin_views.below import BelowCustomer, card_of, offered_customers
from admin_views.declared import NEVER, Answer
from admin_views.forms import Choice, EntityForm, Option, Section, Suggested, Tick
from models import access, search
from models.access import Looker
from models.base import whole
from models.contact import Contact, CustomerContact
from models.customer import Customer
from models.errors import NotAllowed, NotFound, Reason
from models.journal import Changeset
from models.operations import unlink
from models.operations.consequences import allowed
from models.operations.selection import Selection
from models.settings import ValueList
from models.user import Right

FOUND = 25
MAIN_HINT = lazy_gettext("A customer has one: the mark moves here from who has it now.")
INVOICE_HINT = lazy_gettext("Invoices go to this person. A customer has one: the mark moves here from who has it now.")


def offered_contacts() -> list[Option]:
    """The contact of a new link: the one that was found, or whose card one came from."""
    wanted = whole(request.values.get("contact") or request.form.get("contact_id"))
    if wanted is None:
        return []
    found = shell.here().execute(select(Contact.id, Contact.name).where(Contact.id == wanted))
    return [Option(str(key), name) for key, name in found]


class LinkForm(EntityForm):
    """What a contact is at one customer."""

    noun = CustomerContact

    customer_id = Choice(lazy_gettext("Customer"), options=offered_customers, empty=None)
    contact_id = Choice(lazy_gettext("Contact"), options=offered_contacts, empty=None)
    function = Suggested(lazy_gettext("Function"), options=choices.values_of(ValueList.FUNCTION))
    is_main = Tick(lazy_gettext("Main contact"), description=MAIN_HINT)
    is_invoice_contact = Tick(lazy_gettext("Invoice contact"), description=INVOICE_HINT)


@dataclass(frozen=True)
class Candidate:
    """A record to link with: what tells it from its namesakes, and the next step. Without one, `why` says why."""

    name: str
    details: tuple[str, ...]
    href: str | None
    why: str = ""


def _candidates(
    rows: Sequence[Sequence[Any]], linked: frozenset[int], able: frozenset[int], step: Callable[[int], str]
) -> list[Candidate]:
    """Rows of id, name and details as what can be chosen; `step` is where a choice leads."""
    made = []
    for key, name, *details in rows:
        why = gettext("linked already") if key in linked else gettext("only to be seen by you")
        goes = key in able and key not in linked
        made.append(Candidate(name, tuple(filter(None, details)), step(key) if goes else None, "" if goes else why))
    return made


def contacts_for(session: Session, looker: Looker, customer_id: int, asked: str) -> list[Candidate]:
    """Contacts that a search finds, to be linked with a customer. Who links one may change it afterwards, so it takes
    the right to change it before.
    """
    work, phone = func.coalesce(Contact.job_title, Contact.company_name), func.coalesce(Contact.phone, Contact.mobile)
    rows = search.choice(session, search.CONTACTS, asked, FOUND, (Contact.name, work, Contact.email, phone))
    linked = session.scalars(select(CustomerContact.contact_id).where(CustomerContact.customer_id == customer_id))
    return _candidates(
        rows,
        frozenset(linked),
        frozenset(allowed(session, looker, Contact, [row[0] for row in rows], Right.EDIT)),
        lambda key: url_for("links.create_view", customer=customer_id, contact=key),
    )


def customers_for(session: Session, looker: Looker, contact_id: int, asked: str) -> list[Candidate]:
    """Customers that a search finds, to be linked with a contact."""
    columns = (Customer.name, Customer.number, Customer.email, Customer.phone)
    rows = search.choice(session, search.CUSTOMERS, asked, FOUND, columns)
    linked = session.scalars(select(CustomerContact.customer_id).where(CustomerContact.contact_id == contact_id))
    return _candidates(
        rows,
        frozenset(linked),
        frozenset(access.split(session, looker, Right.EDIT, [row[0] for row in rows])[0]),
        lambda key: url_for("links.create_view", customer=key, contact=contact_id, **_from_contact()),
    )


def _from_contact() -> dict[str, Any]:
    """In the address, where the contact's card is where one came from and goes back to."""
    return {"from": "contact"} if request.values.get("from") == "contact" else {}


def menus(
    session: Session, looker: Looker, customer: Customer, links: Iterable[tuple[CustomerContact, bool]]
) -> dict[int, Any]:
    """What one may do to each contact on a customer's card, by link, as the items of a menu; none where it is locked.

    With each link goes whether one holds the right to delete its contact.
    """
    if customer.is_archived:
        return {}
    edits, archives, deletes = (
        access.may(session, looker, right, customer.id) for right in (Right.EDIT, Right.ARCHIVE, Right.DELETE)
    )
    deletes = deletes and verbs.deletable_contact_state() != NEVER
    return {link.id: list(_menu(link, edits, archives, deletes and may_go)) for link, may_go in links}


def _menu(link: CustomerContact, edits: bool, archives: bool, deletes: bool) -> Iterator[dict[str, Any]]:
    """Edit, change the link, unlink; then deactivate and delete, from where one comes back to the card."""

    def verb(name: str) -> str:
        here: dict[str, Any] = {"action": name, "rowid": link.contact_id, "customer": link.customer_id}
        return url_for("contacts.action_view", **here)

    if edits:
        edit = url_for("contacts.edit_view", id=link.contact_id, customer=link.customer_id)
        yield {"text": gettext("Edit contact"), "icon": "pencil", "href": edit}
        change = url_for("links.edit_view", id=link.id)
        yield {"text": gettext("Function and marks"), "icon": "briefcase", "href": change}
        yield {"text": UNLINK.label, "icon": UNLINK.icon, "href": url_for("links.delete_view", id=link.id)}
    if archives and link.contact.is_archived:
        yield {"text": gettext("Reactivate…"), "icon": "arrow-counterclockwise", "href": verb("restore")}
    elif archives:
        yield {"text": gettext("Deactivate…"), "icon": "slash-circle", "href": verb("archive")}
    if deletes:
        gone = url_for("contacts.delete_view", id=link.contact_id, customer=link.customer_id)
        yield {"text": gettext("Delete…"), "icon": "trash", "href": gone, "kind": "danger"}


def _unlink(session: Session, looker: Looker, chosen: Selection, options: Any, digest: str) -> Changeset:
    return unlink.do(session, looker, chosen, digest)


def _after(_ids: Sequence[int], done: Changeset) -> str:
    """The card that one came from, as long as one sees it."""
    if _from_contact() and shell.here().get(Contact, done.values["contact_id"]) is not None:
        return url_for("contacts.details_view", id=done.values["contact_id"])
    return card_of(done.values["customer_id"])


UNLINK = Action(
    name="delete",
    label=lazy_gettext("Unlink…"),
    icon="x-circle",
    right=Right.EDIT,
    template="verbs/unlink.html",
    plan=lambda session, looker, chosen, options: unlink.plan(session, looker, chosen),
    do=_unlink,
    done=lambda done: gettext(
        "%(name)s is no contact of %(customer)s any more", name=done.values["name"], customer=done.values["customer"]
    ),
    many=False,
    target=_after,
)


class LinkView(BelowCustomer):
    """The links between contacts and customers."""

    noun = CustomerContact
    spec = search.LINKS
    one = lazy_gettext("link with a contact")
    many = lazy_gettext("Contacts of customers")
    new_text = lazy_gettext("Link a contact")
    save_text = lazy_gettext("Save link")
    icon = "person-lines-fill"
    search_hint = lazy_gettext("Name or function…")
    first_use = lazy_gettext("No contact belongs to a customer yet. Add one from the card of a customer.")
    columns = (
        Column("contact", lazy_gettext("Contact"), "name"),
        Column("customer", lazy_gettext("Customer"), "text", place="kb-m-sub"),
        Column("function", lazy_gettext("Function"), "text", place="kb-m-sub2"),
        Column("is_main", lazy_gettext("Main contact"), "yes"),
        Column("is_invoice_contact", lazy_gettext("Invoice contact"), "yes"),
    )
    list_options = (joinedload(CustomerContact.customer), joinedload(CustomerContact.contact))
    form = LinkForm
    fixed: ClassVar[Mapping[str, Callable[[Any], Any]]] = {
        **BelowCustomer.fixed,
        "contact_id": lambda link: link.contact,
    }
    field_looks: ClassVar[dict[str, dict[str, Any]]] = {"function": {"span": "full"}}
    sections = (
        Section(
            "general",
            lazy_gettext("At this customer"),
            ("customer_id", "contact_id", "function", "is_main", "is_invoice_contact"),
        ),
    )
    meta_template = "link/meta.html"
    actions = (UNLINK,)
    tabs = (
        Tab(
            "history",
            lazy_gettext("History"),
            "entity/history.html",
            lambda session, looker, link: history.events(session, rows=[("customer_contact", link.id)]),
        ),
    )

    def create_record(self) -> Answer:
        """The form for two that are known; before that, a page that finds the one that is missing."""
        if request.method == "GET" and not (request.args.get("customer") and request.args.get("contact")):
            return self.choose()
        return super().create_record()

    def choose(self) -> Answer:
        """Find the contact for a customer, or the customer for a contact."""
        session, looker = shell.here(), shell.looker()
        asked = request.args.get("q", "").strip()[:200]
        if request.args.get("contact"):
            contact = access.there(session, Contact, self.contact_asked())
            if not allowed(session, looker, Contact, [contact.id], Right.EDIT):
                raise NotAllowed(Reason.NO_RIGHT, right=Right.EDIT)
            found = customers_for(session, looker, contact.id, asked) if asked else []
            return self.answer("link/choose.html", contact=contact, customer=None, asked=asked, found=found)
        customer = access.there(session, Customer, whole(request.args.get("customer")))
        key = super().defaults()["customer_id"]
        found = contacts_for(session, looker, key, asked) if asked else []
        return self.answer("link/choose.html", contact=None, customer=customer, asked=asked, found=found)

    def contact_asked(self) -> int | None:
        """The contact in the address or on the form."""
        return whole(request.values.get("contact") or request.form.get("contact_id"))

    def defaults(self) -> dict[str, Any]:
        offered = offered_contacts()
        if not offered:
            raise NotFound
        return {**super().defaults(), "contact_id": int(offered[0].value)}

    def carried(self) -> list[tuple[str, str]]:
        return [*super().carried(), *_from_contact().items()]

    def saved_url(self, record: CustomerContact) -> str:
        if _from_contact():
            return url_for("contacts.details_view", id=record.contact_id)
        return card_of(record.customer_id)

    def cancel_url(self, record: Any, form: EntityForm) -> str:
        if record is not None:
            return self.saved_url(record)
        if _from_contact():
            return url_for("contacts.details_view", id=form["contact_id"].data)
        return super().cancel_url(record, form)
