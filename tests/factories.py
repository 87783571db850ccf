"""One factory per noun: every value has a sensible default, every call is its own changeset unless one is open."""

from __future__ import annotations

import datetime as dt
import itertools
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from models import clock
from models.access import SYSTEM
from models.activity import Activity, Attachment, Comment, CommentMention
from models.base import Base
from models.connection import Connection
from models.contact import Contact, CustomerContact
from models.customer import Address, BankAccount, Customer, Kind
from models.journal import Origin, changeset
from models.label import Colour, ContactLabel, CustomerLabel, Label, LabelGroup
from models.operations import contents
from models.process import Process, ProcessRun, ProcessStep
from models.project import Project, Registration
from models.sales import Agreement, Invoice, InvoiceStatus, Opportunity, Portal, PortalGrant, Quote
from models.settings import ListValue, ValueList
from models.tool import ToolLink
from models.user import CustomerAccess, Role, Team, TeamMember, User

T = TypeVar("T", bound=Base)
_count = itertools.count(1)
A_DAY = dt.date(2026, 11, 2)
A_MOMENT = dt.datetime(2026, 11, 2, 9, 30, tzinfo=dt.UTC)


CLOCK = clock.named("Europe/Amsterdam")
"""The office's, as long as a test does not choose another."""


def today() -> dt.date:
    """The day it is for the office; also for what only shows in the running year."""
    return CLOCK.today()


def _make(session: Session, noun: type[T], **values: Any) -> T:
    with changeset(session, SYSTEM, "Set up", origin=Origin.SEED):
        row = noun(**values)
        session.add(row)
        session.flush()
        key = row.id
    found = session.get(noun, key)
    assert found is not None
    return found


def customer(session: Session, **values: Any) -> Customer:
    """A business customer; `kind=Kind.PRIVATE` gives a person."""
    n = next(_count)
    if values.get("kind") == Kind.PRIVATE:
        named: dict[str, Any] = {"first_name": "Ingrid", "last_name": f"Bergström {n}"}
    else:
        named = {"company_name": f"Bakkerij {n} B.V."}
    return _make(session, Customer, **{"number": f"F-{n}", **named, **values})


def address(session: Session, customer: Customer, **values: Any) -> Address:
    """An address; the first of a customer is made its head office by passing is_head_office=True."""
    return _make(
        session,
        Address,
        **{
            "customer_id": customer.id,
            "street": "Kade 1",
            "postal_code": "9711 AA",
            "city": "Groningen",
            "country": "NL",
            **values,
        },
    )


def bank_account(session: Session, customer: Customer, **values: Any) -> BankAccount:
    """A bank account."""
    return _make(session, BankAccount, **{"customer_id": customer.id, "iban": "NL91ABNA0417164300", **values})


def contact(session: Session, **values: Any) -> Contact:
    """A person."""
    n = next(_count)
    return _make(session, Contact, **{"first_name": "Astrid", "last_name": f"Holmgren {n}", **values})


def link(session: Session, customer: Customer, contact: Contact, **values: Any) -> CustomerContact:
    """What a contact is at a customer."""
    return _make(session, CustomerContact, customer_id=customer.id, contact_id=contact.id, **values)


def label_group(session: Session, **values: Any) -> LabelGroup:
    """A group of labels."""
    return _make(session, LabelGroup, **{"name": f"Group {next(_count)}", **values})


def label(session: Session, **values: Any) -> Label:
    """A label."""
    return _make(session, Label, **{"name": f"Label {next(_count)}", "colour": Colour.TEAL, **values})


def put_label(
    session: Session, label: Label, *, customer: Customer | None = None, contact: Contact | None = None
) -> None:
    """Put a label on a customer or a contact."""
    if customer is not None:
        _make(session, CustomerLabel, customer_id=customer.id, label_id=label.id)
    if contact is not None:
        _make(session, ContactLabel, contact_id=contact.id, label_id=label.id)


def project(session: Session, customer: Customer, **values: Any) -> Project:
    """A project."""
    return _make(session, Project, **{"customer_id": customer.id, "name": f"Project {next(_count)}", **values})


def registration(session: Session, project: Project, user: User | None = None, **values: Any) -> Registration:
    """Half an hour's work."""
    return _make(
        session,
        Registration,
        **{
            "customer_id": project.customer_id,
            "project_id": project.id,
            "user_id": user.id if user else None,
            "day": A_DAY,
            "minutes": 30,
            "amount": Decimal("47.50"),
            **values,
        },
    )


def invoice(session: Session, customer: Customer, **values: Any) -> Invoice:
    """A sent invoice."""
    return _make(
        session,
        Invoice,
        **{
            "customer_id": customer.id,
            "number": f"I-{next(_count)}",
            "status": InvoiceStatus.SENT,
            "day": A_DAY,
            "amount": Decimal("1210.00"),
            "customer_name": customer.name,
            **values,
        },
    )


def quote(session: Session, customer: Customer, **values: Any) -> Quote:
    """An open quote."""
    return _make(
        session,
        Quote,
        **{"customer_id": customer.id, "number": f"Q-{next(_count)}", "day": A_DAY, "amount": Decimal(100), **values},
    )


def opportunity(session: Session, customer: Customer, **values: Any) -> Opportunity:
    """An opportunity in the pipeline."""
    return _make(
        session,
        Opportunity,
        **{"customer_id": customer.id, "name": f"Opportunity {next(_count)}", "amount": Decimal(1000), **values},
    )


def agreement(session: Session, customer: Customer, **values: Any) -> Agreement:
    """An active service agreement."""
    return _make(session, Agreement, **{"customer_id": customer.id, "name": "Support", "starts_on": A_DAY, **values})


def portal(session: Session, customer: Customer, **values: Any) -> Portal:
    """A customer portal."""
    return _make(session, Portal, **{"customer_id": customer.id, "name": "Portal", **values})


def attachment(session: Session, customer: Customer, content: bytes = b"%PDF-1.7", **values: Any) -> Attachment:
    """A file."""
    said = {"sha256": contents.name_of(content), "size": len(content), "media_type": "application/pdf"}
    with changeset(session, SYSTEM, "Set up", origin=Origin.SEED):
        contents.keep(session, content)
        key = _make(session, Attachment, customer_id=customer.id, **{"name": "offer.pdf", **said, **values}).id
    return session.get_one(Attachment, key)


def relation(
    session: Session, customer: Customer, other: Customer | Contact, kind: ListValue, **values: Any
) -> Connection:
    """What a customer is of another, or of a contact."""
    end = "contact_id" if isinstance(other, Contact) else "other_customer_id"
    return _make(session, Connection, customer_id=customer.id, kind_id=kind.id, **{end: other.id}, **values)


def activity(session: Session, customer: Customer, **values: Any) -> Activity:
    """Something to do, without a day."""
    return _make(session, Activity, **{"customer_id": customer.id, "subject": f"Task {next(_count)}", **values})


def comment(session: Session, customer: Customer, *mentioned: User, **values: Any) -> Comment:
    """A comment, of nobody unless `user_id` says whose."""
    made = _make(
        session, Comment, **{"customer_id": customer.id, "said_at": A_MOMENT, "text": f"Word {next(_count)}", **values}
    )
    for person in mentioned:
        _make(session, CommentMention, customer_id=customer.id, comment_id=made.id, user_id=person.id)
    return made


def portal_grant(session: Session, portal: Portal, contact: Contact, **values: Any) -> PortalGrant:
    """An invitation of a contact to a portal."""
    return _make(
        session,
        PortalGrant,
        **{"customer_id": portal.customer_id, "portal_id": portal.id, "contact_id": contact.id, **values},
    )


def list_value(session: Session, kind: ValueList, name: str, **values: Any) -> ListValue:
    """A value of a list the office keeps."""
    return _make(session, ListValue, list=kind, name=name, **values)


def process(session: Session, *subjects: str, **values: Any) -> Process:
    """A work process with these steps, each a day after the one before, for the owner of the customer."""
    made = _make(session, Process, **{"name": f"Process {next(_count)}", **values})
    for place, subject in enumerate(subjects):
        process_step(session, made, position=place, subject=subject, days=place)
    return made


def process_step(session: Session, process: Process, **values: Any) -> ProcessStep:
    """A step of a work process, on its first day for the owner of the customer."""
    return _make(session, ProcessStep, **{"process_id": process.id, "subject": f"Step {next(_count)}", **values})


def process_run(session: Session, customer: Customer, process: Process, **values: Any) -> ProcessRun:
    """A work process that was started, as yet without activities."""
    said = {"customer_id": customer.id, "process_id": process.id, "name": process.name, "starts_on": A_DAY}
    return _make(session, ProcessRun, **{**said, **values})


def tool_link(session: Session, url: str, **values: Any) -> ToolLink:
    """A link to a tool outside."""
    return _make(session, ToolLink, **{"name": f"Tool {next(_count)}", "url": url, **values})


def role(session: Session, **values: Any) -> Role:
    """A role without rights."""
    return _make(session, Role, **{"name": f"Role {next(_count)}", **values})


def team(session: Session, *members: User, **values: Any) -> Team:
    """A team with its members."""
    made = _make(session, Team, **{"name": f"Team {next(_count)}", **values})
    for member in members:
        _make(session, TeamMember, team_id=made.id, user_id=member.id)
    return made


def user(session: Session, **values: Any) -> User:
    """Somebody without a role and without a password."""
    n = next(_count)
    return _make(session, User, **{"email": f"person{n}@kaartenbak.example", "name": f"Person {n}", **values})


def access(session: Session, customer: Customer, role: Role, holder: User | Team) -> CustomerAccess:
    """A role on one customer for a user or a team."""
    who = {"user_id": holder.id} if isinstance(holder, User) else {"team_id": holder.id}
    return _make(session, CustomerAccess, customer_id=customer.id, role_id=role.id, **who)
