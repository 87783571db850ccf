"""Make customers of contacts, one or several (TS-13, TS-14). The contact stays, as main contact of the new customer.

Or link the contact to a customer that is there already, where the look for duplicates found one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from models import access
from models.access import Looker
from models.among import one_of
from models.base import Base, folded
from models.contact import Contact, CustomerContact
from models.customer import Customer, Kind
from models.errors import Conflict, NotFound, Problems, Reason, Refused
from models.journal import Changeset, Origin, changeset, is_open
from models.label import Label
from models.operations import fields, number, once
from models.operations.consequences import allowed, digest, hold, require_unchanged
from models.operations.duplicates import Candidate, Duplicate, find
from models.operations.once import Sent
from models.operations.save import Child, Saved, save
from models.operations.selection import Chosen, Selection
from models.search.paging import united
from models.user import Right

# Field of the new customer <- field of the contact, where something is taken over.
TAKEN_OVER: dict[str, tuple[str, ...]] = {
    "company_name": ("company_name",),
    "first_name": ("first_name",),
    "last_name": ("last_name",),
    "email": ("email",),
    "phone": ("phone", "mobile"),
    "mobile": ("mobile",),
    "website": ("website",),
    "language": ("language",),
    "vat_number": ("vat_number",),
    "owner_id": ("owner_id",),
    "head_office_street": ("street",),
    "head_office_postal_code": ("postal_code",),
    "head_office_city": ("city",),
    "head_office_country": ("country",),
}


@dataclass(frozen=True)
class Choice:
    """What the page says about one contact: other values than proposed, or a customer that is there already."""

    values: Mapping[str, Any] = field(default_factory=dict)
    use: int | None = None


@dataclass(frozen=True)
class Value:
    """A field of the new customer: where it comes from, what the contact has, and what the customer will have."""

    field: str
    source: str | None
    old: Any
    new: Any


@dataclass(frozen=True)
class Conversion:
    """One contact: the values of the new customer, who may be the same one, what is in the way, and what stays.

    `labels` are those of the contact, which do not move by themselves. `use` is the customer taken instead.
    """

    contact_id: int
    name: str
    kind: Kind
    values: tuple[Value, ...]
    duplicates: tuple[Duplicate, ...]
    problems: tuple[Refused, ...]
    labels: tuple[str, ...]
    customers: tuple[str, ...]
    use: int | None = None


@dataclass(frozen=True)
class ConvertPlan:
    """What converting will do, contact by contact; `missing` counts chosen ones that are not there any more."""

    conversions: tuple[Conversion, ...]
    missing: int
    digest: str

    @property
    def can_go(self) -> bool:
        return bool(self.conversions) and not any(one.problems for one in self.conversions)


@dataclass(frozen=True)
class Converted:
    """The changeset, and the customer of each contact."""

    changeset: Changeset
    customers: Mapping[int, int]


def plan(session: Session, actor: Looker, chosen: Chosen, choices: Mapping[int, Choice] | None = None) -> ConvertPlan:
    """What would become of the chosen contacts; writes nothing, and reserves no number."""
    choices = choices or {}
    ids = Selection.of(chosen).resolve(session)
    contacts = session.scalars(select(Contact).where(one_of(Contact.id, ids)).order_by(Contact.id)).all()
    # Asked for those that are there for this person: what is not answers alike, hidden or not.
    if any(choices.get(contact.id, Choice()).use is None for contact in contacts):
        access.require(session, actor, Right.EDIT)
    numbers = iter(number.upcoming(session, len(contacts)))
    proposed = {contact.id: _values(contact, choices.get(contact.id, Choice()), next(numbers)) for contact in contacts}
    alike = find(session, {key: _candidate(values) for key, values in proposed.items()})
    found = united(session, {0: _labels(ids), 1: _customers(ids)})
    labels, customers = _grouped(found[0]), _grouped(found[1])
    given = number.given(session, {folded(str(values["number"])) for values in proposed.values()})
    conversions = tuple(
        Conversion(
            contact_id=contact.id,
            name=contact.name,
            kind=proposed[contact.id]["kind"],
            values=tuple(_shown(contact, proposed[contact.id])),
            duplicates=alike.get(contact.id, ()),
            problems=tuple(
                _problems(session, actor, contact, proposed[contact.id], choices.get(contact.id, Choice()), given)
            ),
            labels=labels.get(contact.id, ()),
            customers=customers.get(contact.id, ()),
            use=choices.get(contact.id, Choice()).use,
        )
        for contact in contacts
    )
    said = [
        (one.contact_id, one.use, one.values, one.duplicates, one.customers, [p.reason for p in one.problems])
        for one in conversions
    ]
    return ConvertPlan(conversions, len(ids) - len(contacts), digest(said))


TITLES = {Contact: ("Convert contact {name} to a customer", "Convert {count} contacts to customers")}


def do(
    session: Session,
    actor: Looker,
    chosen: Chosen,
    expected: str,
    choices: Mapping[int, Choice] | None = None,
    *,
    shown: Mapping[int, Choice] | None = None,
    sent: Sent | None = None,
) -> Converted:
    """Convert as planned, all in one changeset. Problems with all that does not fit; then nothing is done.

    `shown` are the choices of the plan that is `expected`, where others may have been made on its page since. Conflict
    when it is another plan by now, or when the others are like a customer that was not shown.
    Fields of several contacts are told apart as `contact id-field`. `sent`: the form that asks for it, which does so once.
    """
    one, many = TITLES[Contact]
    joins = is_open(session)
    with changeset(session, actor, many, origin=Origin.CONVERT) as kept:
        claimed = once.claim(session, actor, sent)
        ids = Selection.of(chosen).resolve(session)
        hold(session, Contact, ids)
        going = before = plan(session, actor, ids, choices if shown is None else shown)
        if not before.conversions:
            raise NotFound
        require_unchanged(expected, before.digest)
        if shown is not None:
            going = plan(session, actor, ids, choices)
            _require_seen(before, going)
        problems = [
            Refused(problem.reason, f"{conversion.contact_id}-{problem.field}", **problem.values)
            for conversion in going.conversions
            for problem in conversion.problems
        ]
        if problems:
            raise Problems(problems)
        customers = {
            conversion.contact_id: _carry_out(session, actor, conversion, (choices or {}).get(conversion.contact_id))
            for conversion in going.conversions
        }
        once.led_to(session, claimed, Customer, next(iter(customers.values())) if len(customers) == 1 else None)
        if not joins:
            kept.title = one if len(customers) == 1 else many
            kept.values = {"count": len(customers), "name": going.conversions[0].name, "customers": customers}
    return Converted(kept, customers)


def _require_seen(before: ConvertPlan, going: ConvertPlan) -> None:
    """Go on only if all who may be the same one stood on the page."""
    for old, new in zip(before.conversions, going.conversions, strict=True):
        if {twin.id for twin in new.duplicates} - {twin.id for twin in old.duplicates}:
            raise Conflict(Reason.PLAN_CHANGED)


def _values(contact: Contact, choice: Choice, free: str) -> dict[str, Any]:
    """What the new customer will have: taken from the contact, and then as the page says."""
    values = {
        name: next((v for s in sources if (v := getattr(contact, s))), None) for name, sources in TAKEN_OVER.items()
    }
    # A contact without a company is a person, whatever it is filed as, and the other way about.
    kind = Kind.BUSINESS if contact.company_name else Kind.PRIVATE
    known = {"kind": kind, "number": free, "labels": frozenset[int](), **values}
    if values["phone"] == values["mobile"]:
        known["mobile"] = None
    unknown = set(choice.values) - set(known)
    if unknown:
        raise KeyError(", ".join(sorted(unknown)))
    chosen = {
        name: fields.cleaned(Customer, name, v) if name in fields.columns(Customer) else v
        for name, v in choice.values.items()
    }
    merged = {**known, **chosen}
    merged["labels"] = tuple(sorted(merged["labels"]))
    if not merged["number"]:
        merged["number"] = free
    if merged["kind"] == Kind.PRIVATE and "company_name" not in chosen:
        merged["company_name"] = None
    return merged


def _shown(contact: Contact, values: Mapping[str, Any]) -> list[Value]:
    """Old and new side by side; what is empty on both sides is left out."""
    shown = []
    for name, new in values.items():
        sources = TAKEN_OVER.get(name, ())
        source = next((one for one in sources if getattr(contact, one)), sources[0] if sources else None)
        old = getattr(contact, source) if source else None
        if name in ("kind", "number", "labels") or old or new:
            shown.append(Value(name, source, old, new))
    return shown


def _candidate(values: Mapping[str, Any]) -> Candidate:
    person = f"{values['first_name'] or ''} {values['last_name'] or ''}".strip()
    name = values["company_name"] if values["kind"] == Kind.BUSINESS else person
    return Candidate(values["number"], name, values["vat_number"], values["email"])


def _problems(
    session: Session,
    actor: Looker,
    contact: Contact,
    values: Mapping[str, Any],
    choice: Choice,
    given: Collection[str],
) -> list[Refused]:
    """Why this contact cannot be converted as it stands. `given`: the numbers that somebody else has, folded."""
    if contact.is_archived:
        return [Refused(Reason.ARCHIVED_IS_LOCKED, name=contact.name)]
    if choice.use is not None:
        return _problems_with(session, actor, contact, choice.use)
    return [
        *fields.names_missing(Customer, values),
        *(
            problem
            for name, value in values.items()
            if name in fields.columns(Customer)
            and (problem := fields.misfits(Customer, name, value) or _taken(session, name, value, given))
        ),
    ]


def _taken(session: Session, name: str, value: Any, given: Collection[str]) -> Refused | None:
    """Whether another customer has this value; who has a number is asked only where somebody has it."""
    is_free = name == "number" and folded(str(value)) not in given
    return None if is_free else fields.taken(session, Customer, name, value, None)


def _problems_with(session: Session, actor: Looker, contact: Contact, customer_id: int) -> list[Refused]:
    customer = session.get(Customer, customer_id)
    if customer is None:
        return [Refused(Reason.NOT_FOUND, "use")]
    # Who may edit the customer may edit the contact once it is linked with it.
    if not (
        access.may(session, actor, Right.EDIT, customer_id)
        and allowed(session, actor, Contact, [contact.id], Right.EDIT)
    ):
        return [Refused(Reason.NO_RIGHT, "use", right=Right.EDIT.value)]
    if customer.is_archived:
        return [Refused(Reason.ARCHIVED_IS_LOCKED, "use", name=customer.name)]
    linked = select(CustomerContact.id).where(
        CustomerContact.customer_id == customer_id, CustomerContact.contact_id == contact.id
    )
    if session.scalar(linked) is not None:
        return [Refused(Reason.ALREADY_CUSTOMER, "use", name=contact.name, customer=customer.name)]
    return []


def _labels(ids: tuple[int, ...]) -> Select[Any]:
    link = Base.metadata.tables["contact_label"].c
    labels = select(link.contact_id, Label.name, Label.name.label("place")).join(Label, Label.id == link.label_id)
    return labels.where(one_of(link.contact_id, ids))


def _customers(ids: tuple[int, ...]) -> Select[Any]:
    """Where the contacts work already, as far as this person sees it."""
    return (
        select(CustomerContact.contact_id, Customer.name, func.lower(Customer.name).label("place"))
        .join(Customer, Customer.id == CustomerContact.customer_id)
        .where(one_of(CustomerContact.contact_id, ids))
    )


def _grouped(rows: Iterable[Any]) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    for key, name, _ in sorted(rows, key=lambda row: row[2]):
        found[key] = (*found.get(key, ()), name)
    return found


def _carry_out(session: Session, actor: Looker, one: Conversion, choice: Choice | None) -> int:
    link = {"contact_id": one.contact_id, "is_main": True, "is_invoice_contact": True}
    if one.use is not None:
        # What is there already keeps its own main contact.
        added = {**link, "customer_id": one.use, "is_main": False, "is_invoice_contact": False}
        save(session, actor, CustomerContact, None, added, origin=Origin.CONVERT)
        return one.use
    values = {value.field: value.new for value in one.values}
    if "number" not in (choice.values if choice else {}):
        del values["number"]
    saved: Saved[Customer] = save(
        session, actor, Customer, None, values, origin=Origin.CONVERT, children=[Child(CustomerContact, None, link)]
    )
    return saved.record.id
