"""The customer in an invoice, credit note or order in UBL, such as Peppol carries, with or without its envelope."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from importers.files.relation import Relation
from importers.files.workbook import Kind
from importers.files.xmlparts import Part, parts

_WHERE: Mapping[str, tuple[str, ...]] = {
    "accountingcustomerparty": (),
    "buyercustomerparty": (),
    "accountingsupplierparty": (),
    "sellersupplierparty": (),
}


def relations(text: str, kind: Kind) -> Iterator[Relation]:
    """Everybody in the file, customers or not."""
    for name, part in parts(text, kind, _WHERE):
        party = part.first("party")
        if name.endswith("supplierparty"):
            yield Relation(is_customer=False)
        elif party:
            yield _party(party, part)


def _party(party: Part, around: Part) -> Relation:
    found = Relation()
    legal, trade = party.told("partylegalentity", "registrationname"), party.told("partyname", "name")
    found.put("number", _own_number(party), around.told("supplierassignedaccountid"))
    found.put("name", legal, trade)
    if legal and trade and legal.casefold() != trade.casefold():
        found.put("nickname", trade)
    found.put("company_number", party.told("partylegalentity", "companyid"))
    found.put("vat_number", _vat(party))
    endpoint = party.first("endpointid")
    if endpoint:
        scheme = endpoint.attributes.get("schemeid", "")
        found.put("e_invoice_id", f"{scheme}:{endpoint.text}" if scheme and endpoint.text else endpoint.text)
    found.put("website", party.told("websiteuri"))
    address = party.first("postaladdress") or party.first("physicallocation", "address")
    if address:
        _put_address(found, address)
    _put_people(found, party)
    return found


def _put_people(found: Relation, party: Part) -> None:
    """Whom to turn to, and how; a second person has no place of its own."""
    contact, person = party.first("contact"), party.first("person")
    ways = {
        "phone": contact.told("telephone") if contact else None,
        "email": contact.told("electronicmail") if contact else None,
    }
    found.put("fax", contact.told("telefax") if contact else None)
    named = {
        "first_name": person.told("firstname") if person else None,
        "last_name": person.told("familyname") if person else None,
        "function": person.told("jobtitle") if person else None,
    }
    name = contact.told("name") if contact else None
    if name:
        found.person(name=name, **ways)
        if name != " ".join(filter(None, (named["first_name"], named["last_name"]))):
            found.leave("Person", named)
    elif person:
        found.person(**named, **ways)
    else:
        for field, value in ways.items():
            found.put(field, value)


def _own_number(party: Part) -> str | None:
    """What the sender calls this customer; an id of a scheme (GLN, DUNS) is another kind of number."""
    ids = (one.first("id") for one in party.all("partyidentification"))
    return next((one.text for one in ids if one and one.text and not one.attributes.get("schemeid")), None)


def _vat(party: Part) -> str | None:
    schemes = party.all("partytaxscheme")
    of_vat = [one for one in schemes if (one.told("taxscheme", "id") or "VAT").upper() == "VAT"]
    return next((number for one in of_vat if (number := one.told("companyid")) is not None), None)


def _put_address(found: Relation, part: Part) -> None:
    """The street, or the first of what stands in its place; what is more than that has no place of its own."""
    lines = (("AddressLine", one.told("line")) for one in part.all("addressline"))
    said = (("StreetName", part.told("streetname")), *lines, ("Postbox", part.told("postbox")))
    spoken = [(called, text) for called, text in said if text]
    found.address(
        "head_office",
        {
            "street": spoken[0][1] if spoken else part.told("streetname"),
            "house_number": part.told("buildingnumber"),
            "street_2": part.told("additionalstreetname"),
            "postal_code": part.told("postalzone"),
            "city": part.told("cityname"),
            "region": part.told("countrysubentity"),
            "country": part.told("country", "identificationcode"),
        },
    )
    for called, text in spoken[1:]:
        found.leave(called, {"text": text})
