"""The customers in a SIE 5 file of Sweden, which keeps them in attributes. SIE 4 has none at all."""

from __future__ import annotations

from collections.abc import Iterator

from importers.files.relation import Relation
from importers.files.workbook import Kind
from importers.files.xmlparts import Part, parts

_WHERE = {"customer": ("customers",), "supplier": ("suppliers",)}
_FIELDS = {
    "id": "number",
    "name": "name",
    "organizationid": "company_number",
    "vatnr": "vat_number",
    "email": "email",
    "phone": "phone",
}
_ADDRESS = {
    "address1": "street",
    "address2": "street_2",
    "zipcode": "postal_code",
    "city": "city",
    "country": "country",
}


def relations(text: str, kind: Kind) -> Iterator[Relation]:
    """Everybody in the file, customers or not."""
    for name, part in parts(text, kind, _WHERE):
        yield _customer(part) if name == "customer" else Relation(is_customer=False)


def _customer(part: Part) -> Relation:
    found = Relation()
    told = part.attributes
    for theirs, ours in _FIELDS.items():
        found.put(ours, told.get(theirs))
    found.address("head_office", {ours: told.get(theirs) for theirs, ours in _ADDRESS.items()})
    return found
