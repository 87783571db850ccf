"""Relations of customers with other customers and with contacts: entered once, read on the cards of both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from flask import request, url_for
from flask_babel import gettext, lazy_gettext
from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, joinedload

from admin_views import choices, history, shell
from admin_views.base import Action, Column, FilterChoice, Tab
from admin_views.below import BelowCustomer, card_of, offered_customers
from admin_views.declared import Answer
from admin_views.forms import Choice, EntityForm, LongText, Option, Section
from models import access, search
from models.access import Looker
from models.base import whole
from models.connection import Connection
from models.contact import Contact
from models.customer import Customer
from models.errors import NotAllowed, Reason, Refused
from models.journal import Changeset
from models.operations import relate, remove_relation
from models.operations.consequences import allowed
from models.operations.selection import Selection
from models.search import small
from models.settings import ListValue, ValueList
from models.user import Right

# More than these are for the list.
SHOWN = 20
FOUND = 20
# Behind the id of a kind that is read from the other side.
BACK = "-back"
ENDS = (joinedload(Connection.customer), joinedload(Connection.other_customer), joinedload(Connection.contact))


@dataclass(frozen=True)
class Related:
    """A relation as one of its sides reads it: what it is, of whom."""

    id: int
    reads: str
    other: Customer | Contact
    is_contact: bool
    href: str
    note: str | None


@dataclass(frozen=True)
class Relations:
    """The first relations of a customer or contact, and how many there are."""

    shown: Sequence[Related]
    count: int

    @property
    def more(self) -> bool:
        return self.count > len(self.shown)


def of_customer(session: Session, customer: Customer) -> Relations:
    """The relations of a customer, entered on whichever side: those whose other side one sees."""
    mine = or_(Connection.customer_id == customer.id, Connection.other_customer_id == customer.id)
    return _relations(session, customer, mine)


def of_contact(session: Session, contact: Contact) -> Relations:
    """The relations of a contact with customers that one sees."""
    return _relations(session, contact, Connection.contact_id == contact.id)


def _relations(session: Session, side: Customer | Contact, mine: ColumnElement[bool]) -> Relations:
    query = select(Connection, func.count().over()).where(mine).order_by(Connection.id).limit(SHOWN)
    rows = session.execute(query.options(joinedload(Connection.kind), *ENDS)).all()
    return Relations([_read(relation, side) for relation, _ in rows], rows[0][1] if rows else 0)


def _read(relation: Connection, side: Customer | Contact) -> Related:
    reads, other = relation.read_by(side)
    assert other is not None, "both sides are seen, or the relation is not"
    is_contact = isinstance(other, Contact)
    href = url_for("contacts.details_view", id=other.id) if is_contact else card_of(other.id)
    return Related(relation.id, reads, other, is_contact, href, relation.note)


def kinds() -> list[Option]:
    """Every kind, as each of its sides reads it; a word that two kinds have says whose other side it is."""
    offered = select(ListValue).where(ListValue.list == ValueList.RELATION_KIND, ListValue.retired.is_(False))
    found = []
    for kind in shell.here().scalars(offered.order_by(ListValue.position, ListValue.name)):
        found.append((str(kind.id), kind.name, kind.other_name))
        if kind.other_name:
            found.append((f"{kind.id}{BACK}", kind.other_name, kind.name))
    times = Counter(word for _, word, _ in found)
    return [
        Option(key, gettext("%(word)s (%(other)s)", word=word, other=other) if times[word] > 1 and other else word)
        for key, word, other in found
    ]


def offered_others() -> list[Option]:
    """The customer on the other side of a new relation: the one that was found."""
    return _offered(Customer, "other", "other_customer_id")


def offered_contacts() -> list[Option]:
    """The contact on the other side of a new relation: the one that was found, or whose card one came from."""
    return _offered(Contact, "contact", "contact_id")


def _offered(noun: type[Customer | Contact], asked: str, field: str) -> list[Option]:
    wanted = whole(request.values.get(asked) or request.form.get(field))
    found = shell.here().execute(select(noun.id, noun.name).where(noun.id == wanted)) if wanted is not None else ()
    return [Option(str(key), name) for key, name in found]


class RelationForm(EntityForm):
    """A relation: its fields from top to bottom are a sentence."""

    noun = Connection

    customer_id = Choice(lazy_gettext("Customer"), options=offered_customers, empty=None)
    kind_id = Choice(lazy_gettext("Relation"), options=kinds, whole=False)
    other_customer_id = Choice(lazy_gettext("Other customer"), options=offered_others, empty=None)
    contact_id = Choice(lazy_gettext("Contact"), options=offered_contacts, empty=None)
    note = LongText(lazy_gettext("Note"))


def _remove(session: Session, looker: Looker, chosen: Selection, options: Any, digest: str) -> Changeset:
    return remove_relation.do(session, looker, chosen, digest)


def back_to(customer_id: int, contact_id: int | None) -> str:
    """The card that one came from, of whichever side; else that of the customer."""
    side = request.values.get("side", "")
    if side == "contact" and contact_id is not None:
        return url_for("contacts.details_view", id=contact_id)
    return card_of(whole(side) or customer_id)


REMOVE = Action(
    name="delete",
    label=lazy_gettext("Delete…"),
    icon="trash",
    right=Right.EDIT,
    template="verbs/remove_relation.html",
    plan=lambda session, looker, chosen, options: remove_relation.plan(session, looker, chosen),
    do=_remove,
    done=lambda done: gettext("The relation with %(name)s moved to the bin", name=done.values["name"]),
    many=False,
    danger=True,
    target=lambda ids, done: back_to(done.values["customer_id"], done.values["contact_id"]),
)


class RelationView(BelowCustomer):
    """The relations."""

    switch = "use_relations"
    noun = Connection
    spec = small.RELATIONS
    one = lazy_gettext("relation")
    many = lazy_gettext("Relations")
    new_text = lazy_gettext("New relation")
    save_text = lazy_gettext("Save relation")
    icon = "diagram-3"
    search_hint = lazy_gettext("Note…")
    first_use = lazy_gettext("No relations yet. Add one from the card of a customer.")
    columns = (
        Column("customer", lazy_gettext("Customer"), "text", place="kb-m-sub"),
        Column("reads", lazy_gettext("Relation"), "text", place="kb-m-sub2"),
        Column("other", lazy_gettext("With"), "name"),
        Column("changed_at", lazy_gettext("Updated"), "moment", place="kb-m-end"),
    )
    list_options = (*ENDS, joinedload(Connection.kind))
    filters = (
        FilterChoice(
            "kind", lazy_gettext("Kind of relation"), choices.pairs(choices.values_of(ValueList.RELATION_KIND))
        ),
    )
    form = RelationForm
    # What hangs between others is another relation.
    fixed: ClassVar[Mapping[str, Callable[[Any], Any]]] = {
        **BelowCustomer.fixed,
        "other_customer_id": lambda relation: relation.other_customer,
        "contact_id": lambda relation: relation.contact,
    }
    field_looks: ClassVar[dict[str, dict[str, Any]]] = {
        **{name: {"span": "full"} for name in ("customer_id", "other_customer_id", "contact_id")},
        "kind_id": {"span": "full", "required": True},
        "note": {"span": "full", "rows": 2},
    }
    sections = (
        Section(
            "general",
            lazy_gettext("Relation"),
            ("customer_id", "kind_id", "other_customer_id", "contact_id", "note"),
        ),
    )
    meta_template = "relation/meta.html"
    actions = (REMOVE,)
    tabs = (
        Tab(
            "history",
            lazy_gettext("History"),
            "entity/history.html",
            lambda session, looker, relation: history.events(session, rows=[("connection", relation.id)]),
        ),
    )

    def may(self, right: Right, record: Any = None) -> bool:
        """The right to edit one of the two is enough."""
        if record is not None and right is Right.EDIT:
            ends = {name: getattr(record, name) for name in ("customer_id", "other_customer_id", "contact_id")}
            return relate.may_edit(shell.here(), shell.looker(), ends)
        return super().may(right, record)

    def create_record(self) -> Answer:
        """The form for two that are known; before that, a page that finds the one that is missing."""
        if request.method == "GET" and not (request.args.get("customer") and self.other_side()):
            return self.choose()
        return super().create_record()

    def other_side(self) -> str | None:
        """Which field of a new relation says who is on the other side; None until that is known."""
        if request.values.get("other") or request.form.get("other_customer_id"):
            return "other_customer_id"
        return "contact_id" if request.values.get("contact") or request.form.get("contact_id") else None

    def choose(self) -> Answer:
        """Find whom a customer has to do with, or the customer that a contact has to do with."""
        session, looker = shell.here(), shell.looker()
        asked = request.args.get("q", "").strip()[:200]
        side: Customer | Contact
        if request.args.get("customer"):
            side = session.get_one(Customer, super().defaults()["customer_id"])
            given: dict[str, Any] = {"customer": side.id}
        else:
            side = access.there(session, Contact, whole(request.args.get("contact")))
            if not allowed(session, looker, Contact, [side.id], Right.EDIT):
                raise NotAllowed(Reason.NO_RIGHT, right=Right.EDIT)
            given = {"contact": side.id, "side": "contact"}
        names = (
            {"customers": "other", "contacts": "contact"} if isinstance(side, Customer) else {"customers": "customer"}
        )
        found = search.find(session, asked, FOUND, names.keys())
        steps = [
            (hit, group.endpoint, url_for("relations.create_view", **{**given, names[group.endpoint]: hit.id}))
            for group in found
            for hit in group.hits
            if not (hit.id == side.id and group.endpoint == "customers" and isinstance(side, Customer))
        ]
        return self.answer(
            "relation/choose.html",
            side=side,
            is_contact=isinstance(side, Contact),
            asked=asked,
            steps=steps,
            given=given,
            has_kinds=bool(kinds()),
        )

    def defaults(self) -> dict[str, Any]:
        session, noun = shell.here(), Contact if self.other_side() == "contact_id" else Customer
        asked = ("contact", "contact_id") if noun is Contact else ("other", "other_customer_id")
        customer = access.there(session, Customer, _key("customer", "customer_id"))
        other: Any = access.there(session, noun, _key(*asked))
        ends = {"customer_id": customer.id, asked[1]: other.id}
        if not relate.may_edit(session, shell.looker(), ends):
            raise NotAllowed(Reason.NO_RIGHT, right=Right.EDIT)
        locked = next((one for one in (customer, other) if isinstance(one, Customer) and one.is_archived), None)
        if locked is not None and request.method == "GET":
            raise Refused(Reason.ARCHIVED_IS_LOCKED, name=locked.name)
        return ends

    def left_out(self, record: Any, values: Mapping[str, Any]) -> frozenset[str]:
        """On the other side is a customer or a contact."""
        other = {"other_customer_id", "contact_id"} - values.keys() if record is None else set()
        return super().left_out(record, values) | other

    def values_of(self, record: Connection) -> dict[str, Any]:
        back = BACK if record.is_reversed and record.kind.other_name else ""
        return {**super().values_of(record), "kind_id": f"{record.kind_id}{back}"}

    def to_save(self, record: Any, form: EntityForm) -> dict[str, Any]:
        values = form.values()
        chosen = str(values["kind_id"] or "")
        kind = whole(chosen.removesuffix(BACK))
        if record is not None and chosen == self.values_of(record)["kind_id"]:
            return {**values, "kind_id": kind}
        return {**values, "kind_id": kind, "is_reversed": chosen.endswith(BACK)}

    def field_text(self, name: str, value: Any) -> str:
        """A kind is called as its first side reads it, wherever a word for it is asked without a side."""
        return super().field_text(name, str(value) if name == "kind_id" and value is not None else value)

    def cell_value(self, column: Column, row: Connection, extra: Mapping[str, Any]) -> Any:
        return row.read_by(row.customer)[0] if column.key == "reads" else super().cell_value(column, row, extra)

    def added_text(self, record: Connection) -> str:
        """Not as if whom it is with was added, who is there already."""
        return gettext("The relation with %(name)s was added", name=str(record))

    def saved_text(self, record: Connection) -> str:
        return gettext("The relation with %(name)s was saved", name=str(record))

    def saved_url(self, record: Connection) -> str:
        return back_to(record.customer_id, record.contact_id)

    def cancel_url(self, record: Any, form: EntityForm) -> str:
        if record is not None:
            return self.saved_url(record)
        return back_to(form["customer_id"].data, form["contact_id"].data if "contact_id" in form else None)


def _key(asked: str, field: str) -> int | None:
    """The id of one side, from the address or the form."""
    return whole(request.values.get(asked) or request.form.get(field))
