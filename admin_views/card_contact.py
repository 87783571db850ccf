"""Contact information on the card of a customer: addresses, contacts, relations, activities, comments and files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from flask import request
from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from admin_views import attachment, link, relation, shell, work
from admin_views.address import route_to
from models import access, journal
from models.access import Looker
from models.activity import Activity, Comment
from models.base import ROW_BY_ROW
from models.contact import Contact, CustomerContact
from models.customer import Address, Customer
from models.label import with_labels
from models.operations.consequences import held
from models.user import Right


class Place(NamedTuple):
    """An address with who changed it last, and the way there."""

    address: Address
    touch: journal.Touch
    route: str | None


_UNKNOWN = (journal.Touch(None, None),) * 2


def contact_information(session: Session, looker: Looker, customer: Customer) -> Mapping[str, Any]:
    """Addresses, contacts (the deactivated ones on request), relations, comments, activities and files."""
    shows_all = request.args.get("deactivated") == "1"
    # A contact is gone from all its customers: to delete it takes the right on each of them.
    deletable = held(access.row_by_row(looker), Contact, Right.DELETE)
    of_customer = (
        select(CustomerContact, deletable)
        .join(Contact, Contact.id == CustomerContact.contact_id)
        .where(CustomerContact.customer_id == customer.id)
        .order_by(CustomerContact.is_main.desc(), Contact.name_key, Contact.id)
        .options(contains_eager(CustomerContact.contact).contains_eager(Contact.labels))
    )
    found = session.execute(with_labels(of_customer, Contact), execution_options=ROW_BY_ROW).unique().all()
    links = [link for link, _ in found]
    shown = [one for one in links if shows_all or one.contact.archived_at is None]
    addresses = customer.addresses
    comments = work.comments(session, customer.id, request.args)
    told = [(Customer.__tablename__, customer.id)]
    told += [(Address.__tablename__, one.id) for one in addresses]
    told += [(Comment.__tablename__, one.id) for one in comments.shown]
    touched = journal.touches_of(session, told)
    return {
        "touch": touched.get((Customer.__tablename__, customer.id), _UNKNOWN),
        "addresses": [
            Place(one, touched.get((Address.__tablename__, one.id), _UNKNOWN)[1], route_to(one)) for one in addresses
        ],
        "comments": comments,
        "said": work.said(comments.shown, touched),
        "activities": work.activities(
            session, Activity.customer_id == customer.id, done=request.args.get("activities") == "done"
        ),
        "invoices_apart": any(address.is_invoice for address in addresses) and shell.setting("invoice_addresses"),
        "may_differ": shell.setting("invoice_addresses"),
        "links": shown,
        "menus": link.menus(session, looker, customer, [(one, may_go) for one, may_go in found if one in shown]),
        "deactivated": sum(one.contact.archived_at is not None for one in links),
        "shows_all": shows_all,
        "relations": relation.of_customer(session, customer),
        "files": attachment.of_customer(session, customer.id),
    }
