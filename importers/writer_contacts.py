"""Rows of a plan of contacts as rows of tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from importers.bulk import Order
from importers.known import CONTACT, CUSTOMER, LINK
from importers.rows import contact_name
from importers.writer import Planned, Writer
from models.access import Looker
from models.among import one_of
from models.imports import ImportRun

_OF_CONTACTS = {"contact": "id", "contact_label": "contact_id", "customer_contact": "contact_id"}
_OF_LINK = ("function", "is_main", "is_invoice_contact")


class ContactWriter(Writer):
    """Contacts with their labels, and their links with customers."""

    noun, owners = "contact", _OF_CONTACTS

    def __init__(self, session: Session, looker: Looker, run: ImportRun) -> None:
        super().__init__(session, looker, run)
        self.mains: dict[int, dict[str, Any]] = {}

    def barred(self, block: Sequence[Planned]) -> set[int]:
        """Who may edit one of its customers may edit a contact; and whom it is linked with is edited, too."""
        links = select(LINK.c.contact_id, LINK.c.customer_id)
        targets = [row.target for row in block if row.target is not None]
        linked: dict[int | None, set[int]] = {}
        for contact, customer in self.session.execute(links.where(one_of(LINK.c.contact_id, targets))):
            linked.setdefault(contact, set()).add(customer)
        to = {row.row: row.part("link")["customer_id"] for row in block if "link" in row.write}
        _, mine = self.rights.among({*to.values(), *(key for keys in linked.values() for key in keys)})
        owners = {row.row: {to[row.row]} if row.row in to else linked.get(row.target, set()) for row in block}
        return {row for row, customers in owners.items() if not customers & mine}

    def name(self, image: Mapping[str, Any]) -> str:
        return contact_name(image)

    def ordered(self) -> list[Order]:
        self.mains = {}
        return super().ordered()

    def moved(self, block: Sequence[Planned]) -> set[int]:
        """Customers that were archived or deleted in the meantime take no contacts, nor a main one unseen from another."""
        rows = {row.row: row.part("link")["customer_id"] for row in block if "link" in row.write}
        active = select(CUSTOMER.c.id).where(one_of(CUSTOMER.c.id, rows.values()), CUSTOMER.c.archived_at.is_(None))
        found = set(self.session.scalars(active)) if rows else set()
        led = {row.row for row in block if row.part("link").get("is_main") and rows[row.row] in self.led}
        return super().moved(block) | led | {row for row, customer in rows.items() if customer not in found}

    def put(self, rows: Sequence[Planned]) -> None:
        for row in rows:
            owner = self.put_record(CONTACT, row, self.thawed(row.part("contact")))
            self.put_labels("contact", row, owner)
            self.link(row, owner)

    def link(self, row: Planned, owner: int) -> None:
        part = row.part("link")
        if not part:
            return
        values: dict[str, Any] = {name: part[name] for name in _OF_LINK if name in part}
        customer = part["customer_id"]
        if "id" in part:
            kept = self.batch.update(LINK, part["id"], values)
        else:
            kept = self.batch.insert(LINK, {"customer_id": customer, "contact_id": owner, **values})
        if values.get("is_main"):
            # A customer has one main contact: whoever was it, here or earlier in the file, is it no more.
            self.batch.unset.setdefault(("customer_contact", "customer_id", "is_main"), []).append(customer)
            if customer in self.mains:
                self.mains[customer]["is_main"] = False
            self.mains[customer] = kept
