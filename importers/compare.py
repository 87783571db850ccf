"""A row against what the database has: what would be written, and what of that is different, field by field.

`write` is what `apply` carries out and nothing else: `customer`, `head_office`, `invoice_address`, `bank`, `labels`,
`main_contact` and `contact`, `link`, each only if something of it is written. `diff` is field -> [old, new] for people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from importers.columns import COLUMNS, LISTS, Column, Place
from importers.known import Held
from importers.reading import Reading, first_of
from importers.rows import Record, contact_name, full_name
from importers.trouble import Trouble
from models.base import folded
from models.codes import compact_iban
from models.imports import ImportKind

NAMES = frozenset({"company_name", "first_name", "last_name", "kind", "number"})
ADDRESSES = (Place.HEAD_OFFICE, Place.INVOICE)


@dataclass(slots=True)
class Difference:
    """What a row would write and change."""

    write: dict[str, Any] = field(default_factory=dict)
    diff: dict[str, list[Any]] = field(default_factory=dict)

    def put(self, part: str, attribute: str, value: Any, key: str, old: Any, shown: Any = None) -> None:
        """Write one value; `shown` is what people read where that is not the value itself."""
        self.write.setdefault(part, {})[attribute] = value
        self.diff[key] = [old, value if shown is None else shown]


def customer(record: Record, held: Held | None, reading: Reading, replaces_labels: bool) -> Difference:
    """What a row would do to a customer, or to make one (`held` is None)."""
    found = Difference()
    values = record.values
    _name(record, held, found)
    _own(ImportKind.CUSTOMERS, record, held, reading, found, "customer")
    _archived(record, held, found, "customer")
    _address(values, Place.HEAD_OFFICE, held.head_office if held else None, found)
    _address(values, Place.INVOICE, held.invoice_address if held else None, found)
    if held and held.invoice_address and held.invoice_address["is_head_office"]:
        _part_invoice_address(found, held.invoice_address)
    _bank(record, held, found)
    labels(record, held, reading, replaces_labels, found)
    main_contact(record, held, found)
    return found


def contact(record: Record, held: Held | None, reading: Reading, replaces_labels: bool) -> Difference:
    """What a row would do to a contact, or to make one. The link to its customer is not in it."""
    found = Difference()
    _name(record, held, found, "contact")
    _own(ImportKind.CONTACTS, record, held, reading, found, "contact")
    _archived(record, held, found, "contact")
    labels(record, held, reading, replaces_labels, found)
    return found


def link(record: Record, held: Held | None, customer: int, mains: Sequence[str], found: Difference) -> None:
    """What a row would do to the link of a contact with a customer, or to make one.

    `mains` are the names of who is its main contact, now and by rows before this one: who becomes it takes the mark away.
    """
    has = next((one for one in held.links if one["customer_id"] == customer), None) if held else None
    part: dict[str, Any] = {}
    for name in ("function", "is_main", "is_invoice_contact"):
        value = record.values.get(f"customer.{name}", "")
        old = has[name] if has else ("" if name == "function" else False)
        if value != "" and value != old:
            part[name] = value
            found.diff[f"customer.{name}"] = [old, value]
    if part.get("is_main") and mains:
        found.diff["customer.is_main"] = [list(mains), contact_name(record.values) or (held.name if held else "")]
    if has is None:
        found.diff["customer.name"] = ["", record.values.get("customer.name") or record.values["customer.number"]]
    if part or has is None:
        found.write["link"] = {**part, "customer_id": customer, **({"id": has["id"]} if has else {})}


def _name(record: Record, held: Held | None, found: Difference, part: str = "customer") -> None:
    """Names are never emptied, and a person stays a person unless the file says otherwise."""
    old = held.values if held else {}
    given = _given_name(record, held)
    kind = record.values.get("kind") or (old.get("kind") if held else _kind_of(given, part))
    if held and part == "customer" and "company_name" in given and not record.values.get("kind"):
        kind = "business"
    if kind != old.get("kind"):
        found.put(part, "kind", kind, "kind", old.get("kind", ""))
    for key, value in given.items():
        if value != old.get(key, ""):
            found.put(part, key, value, _TOLD[part].get(key, key), old.get(key, ""))


_TOLD = {"customer": dict[str, str](), "contact": {"company_name": "own_company"}}


def _given_name(record: Record, held: Held | None) -> dict[str, str]:
    """The parts of a name that a row gives. A whole name that a record has already says nothing about its parts."""
    values = record.values
    is_same = held is not None and record.whole_name and folded(record.whole_name) == folded(held.name)
    if held is not None and is_same and values.get("kind", "") in {"", held.values["kind"]}:
        return {"company_name": record.whole_name} if held.values["kind"] == "business" else {}
    return {key: values[key] for key in ("company_name", "first_name", "last_name") if values.get(key)}


def is_named(write: Mapping[str, Any], held: Held | None) -> bool:
    """Whether what comes out of it has the name that its kind needs."""

    def now(key: str) -> Any:
        return write[key] if key in write else held.values.get(key) if held else None

    if now("kind") == "business":
        return bool(now("company_name"))
    return bool(now("first_name") and now("last_name"))


def _kind_of(given: Mapping[str, Any], part: str) -> str:
    if part == "contact":
        return "private" if "first_name" in given or "last_name" in given else "business"
    return "business" if "company_name" in given else "private"


def _own(kind: ImportKind, record: Record, held: Held | None, reading: Reading, found: Difference, part: str) -> None:
    """The plain values of the customer or contact itself."""
    own = _OWN[kind]
    for key, value in record.values.items():
        column = own.get(key)
        if column is None or (key == "number" and (not value or _same_number(value, held))):
            continue
        old: Any = held.values[column.attribute] if held else ""
        if value == old:
            continue
        if column.attribute in LISTS:
            was = reading.value_names.get(old, "")
            if value != was:
                found.put(part, column.attribute, value, key, was)
                if value and folded(value) not in reading.values.get(LISTS[column.attribute], ()):
                    record.say(Trouble.LIST_VALUE_IS_NEW, field=column.title(), name=value)
        elif column.attribute == "owner_id":
            names = reading.user_names
            found.put(part, "owner_id", value, key, names.get(old, ""), names.get(value, ""))
        elif not (value == "" and old is False) and not (column.several and value == first_of(old)):
            found.put(part, column.attribute, False if old is True and value == "" else value, key, old)


# A name is more than its parts: `_name` sees to those.
_OWN = {
    kind: {
        key: column
        for key, column in columns.items()
        if column.place is Place.SELF and column.attribute and (key == "number" or key not in NAMES)
    }
    for kind, columns in COLUMNS.items()
}


def _same_number(value: str, held: Held | None) -> bool:
    """Another way to write the number that a customer has is no other number."""
    return held is not None and (value == held.values["number"] or folded(value) == folded(held.values["number"]))


def _address(values: Mapping[str, Any], place: Place, held: dict[str, Any] | None, found: Difference) -> None:
    if _ADDRESS_KEYS[place].isdisjoint(values):
        return
    for column in _ADDRESS_COLUMNS[place]:
        if column.key in values:
            value, old = values[column.key], held[column.attribute] if held else ""
            if value != old:
                found.put(place.value, column.attribute, value, column.key, old)
    if held and place.value in found.write:
        found.write[place.value]["id"] = held["id"]


_ADDRESS_COLUMNS: Mapping[Place, tuple[Column, ...]] = {
    place: tuple(
        column for column in COLUMNS[ImportKind.CUSTOMERS].values() if column.place is place and column.attribute
    )
    for place in ADDRESSES
}

_ADDRESS_KEYS = {place: frozenset(column.key for column in columns) for place, columns in _ADDRESS_COLUMNS.items()}


def _part_invoice_address(found: Difference, held: dict[str, Any]) -> None:
    """One address may be both; another place for invoices then needs a whole address of its own."""
    written = found.write.get(Place.INVOICE.value)
    if written:
        written.pop("id")
        for column in _ADDRESS_COLUMNS[Place.INVOICE]:
            written.setdefault(column.attribute, held[column.attribute])
        written["instead_of"] = held["id"]


def _archived(record: Record, held: Held | None, found: Difference, part: str) -> None:
    """New ones may be archived from the start. Who is there already has more to it than a mark: that is done elsewhere."""
    wanted = bool(record.values.get("archived"))
    if held is None and wanted:
        found.put(part, "archived_at", True, "archived", "")
    elif held is not None and "archived" in record.values and wanted != held.is_archived:
        record.say(Trouble.ARCHIVES_NOBODY, field=COLUMNS[ImportKind.CUSTOMERS]["archived"].title())


def _bank(record: Record, held: Held | None, found: Difference) -> None:
    values = record.values
    iban = values.get("iban")
    if not iban:
        return
    accounts = {compact_iban(one["iban"]): one for one in held.accounts} if held else {}
    same = accounts.get(iban) or accounts.get(compact_iban(record.account))
    if same is None or compact_iban(same["iban"]) != iban:
        found.put("bank", "iban", iban, "iban", same["iban"] if same else "")
        if same and same["bic"] and not values.get("bic"):
            found.put("bank", "bic", "", "bic", same["bic"])  # it was that of the other bank
    for key in ("bic", "holder"):
        if values.get(key) and values[key] != (same[key] if same else ""):
            found.put("bank", key, values[key], key, same[key] if same else "")
    if same and "bank" in found.write:
        found.write["bank"]["id"] = same["id"]


def labels(record: Record, held: Held | None, reading: Reading, replaces: bool, found: Difference) -> None:
    """Labels are added; with `replaces` the others are taken off. One of an exclusive group takes the other's place.

    Only a group of which one would be added is weighed: a record that carries several already keeps them.
    """
    if "labels" not in record.values:
        return
    wanted = record.values["labels"] or []
    has = held.labels if held else set()
    known = {reading.labels[folded(name)] for name in wanted if folded(name) in reading.labels}
    groups = [reading.exclusive[key] for key in known if key in reading.exclusive]
    added = {reading.exclusive[key] for key in known - has if key in reading.exclusive}
    crowded = [name for group, name in sorted(added) if groups.count((group, name)) > 1]
    if crowded:
        record.reject(Trouble.LABELS_EXCLUDE, "", "; ".join(wanted), group=crowded[0])
        return
    add = [name for name in wanted if reading.labels.get(folded(name)) not in has]
    taken = {group for group, _ in groups}
    remove = sorted(
        key
        for key in has
        if key not in known
        and (replaces or record.replaces_labels or (key in reading.exclusive and reading.exclusive[key][0] in taken))
    )
    if add or remove:
        found.write["labels"] = {"add": add, "remove": remove}
        for name in add:
            if folded(name) not in reading.labels:
                record.say(Trouble.LABEL_IS_NEW, name=name)
        found.diff["labels"] = [[reading.label_names[key] for key in remove], add]


_OF_CONTACT = {
    f"main_contact.{name}": name
    for name in ("salutation", "first_name", "last_name", "email", "phone", "mobile", "function")
}


def main_contact(record: Record, held: Held | None, found: Difference) -> None:
    """The main contact of a customer: the one of that e-mail address or name, else a new one, becomes the main one."""
    if _OF_CONTACT.keys().isdisjoint(record.values):
        return
    given = {name: record.values[key] for key, name in _OF_CONTACT.items() if record.values.get(key)}
    if not given:
        return
    links = held.links if held else []
    main = next((link for link in links if link["is_main"]), None)
    link = _meant(given, links) if "first_name" in given or "last_name" in given or "email" in given else main
    if link is None and not ("first_name" in given or "last_name" in given):
        record.say(Trouble.CONTACT_WITHOUT_NAME)
        return
    part: dict[str, Any] = {}
    fields = {name: value for name, value in given.items() if name != "function"}
    _contact_fields(fields, link, part, found)
    function = given.get("function")
    if function and function != (link["function"] if link else ""):
        part["function"] = function
        found.diff["main_contact.function"] = [link["function"] if link else "", function]
    if link is None or not link["is_main"]:
        part["is_main"] = True
        found.diff["main_contact.contact"] = [
            main["contact_name"] if main else "",
            link["contact_name"] if link else full_name(given),
        ]
        if main:
            part["instead_of"] = main["id"]
    if part:
        if link:
            part["link_id"], part["contact_id"] = link["id"], link["contact_id"]
        found.write["main_contact"] = part


def _contact_fields(
    fields: dict[str, Any], link: dict[str, Any] | None, part: dict[str, Any], found: Difference
) -> None:
    same_name = link is not None and folded(full_name(fields)) == folded(link["contact_name"])
    for name, value in fields.items():
        old = link[f"contact_{name}"] if link else ""
        if value != old and not (same_name and name in {"first_name", "last_name"}):
            part.setdefault("set", {})[name] = value
            if link or name not in {"first_name", "last_name"}:
                found.diff[f"main_contact.{name}"] = [old, value]


def _meant(given: Mapping[str, Any], links: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Of the contacts a customer has, the one with this name; else the one with this address if no name is given."""
    name = folded(full_name(given))
    for link in links:
        if name and folded(link["contact_name"]) == name:
            return link
    if given.get("email"):
        for link in links:
            if folded(link["contact_email"]) == folded(given["email"]) and not name:
                return link
    return None
