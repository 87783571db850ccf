"""The customers in an audit file: XAF of the Netherlands (2, 3 and 4) and SAF-T (Norway, and its kin elsewhere)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from importers.files.relation import Relation
from importers.files.workbook import Kind
from importers.files.xmlparts import Part, parts

# What 3.2 and 4.0 allow; older exporters cut at the same lengths.
XAF_LIMITS: Mapping[str, tuple[int, ...]] = {
    "name": (50,),
    "contact": (50,),
    "phone": (30,),
    "fax": (30,),
    "vat_number": (30,),
    "street_2": (50,),
    "postal_code": (10,),
    "city": (50,),
    "region": (50,),
}
# 1.10 has short, middle and long texts of 18, 35 and 70; 1.30 gave many of them 70 or 256. Nobody writes which it was.
_TEXT, _SHORT = (35, 70, 256), (18, 70)
SAFT_LIMITS: Mapping[str, tuple[int, ...]] = {
    "name": _TEXT,
    "contact": _TEXT,
    "first_name": _TEXT,
    "last_name": _TEXT,
    "phone": _SHORT,
    "mobile": _SHORT,
    "fax": _SHORT,
    "email": _TEXT,
    "website": _TEXT,
    "company_number": (35,),
    "vat_number": (35,),
    "street": _TEXT,
    "street_2": _TEXT,
    "postal_code": _SHORT,
    "city": _TEXT,
    "region": _TEXT,
    "holder": (70,),
}
# Portugal has them in the master files themselves.
_WHERE: Mapping[str, tuple[str, ...]] = {
    "customersupplier": (),
    "customer": ("customers", "masterfiles"),
    "supplier": ("suppliers", "masterfiles"),
}
_CUSTOMERS = frozenset({"c", "b", "customer", "both", "debtor", "debiteur", "klant", "beide", "d"})
_SUPPLIERS = frozenset({"s", "supplier", "creditor", "crediteur", "leverancier"})
_STREET = ("streetname", "street", "address", "addressdetail", "addressline1")
_PRIVATE = frozenset({"private", "individual", "person", "privat", "privatperson"})
_AN_AMOUNT = re.compile(r"[1-9]")
# A number without the letters of its country may have one letter of its own: U12345678 in Austria, X1234567L in Spain.
_VAT_BEGINS = re.compile(r"[A-Za-z]?[0-9]")


def relations(text: str, kind: Kind) -> Iterator[Relation]:
    """Everybody in the file, customers or not."""
    for name, part in parts(text, kind, _WHERE):
        if name == "customersupplier":
            yield _of_xaf(part)
        else:
            yield _of_saft(part) if name == "customer" else Relation(is_customer=False)


def _of_xaf(part: Part) -> Relation:
    role = (part.told("custsuptp") or part.told("type") or "").lower()
    if role in _SUPPLIERS:
        return Relation(is_customer=False)
    # Who says nothing about it exports customers only.
    found = Relation(is_customer=None if role and role not in _CUSTOMERS else True)
    found.put("number", part.told("custsupid"))
    found.put("name", part.told("custsupname"), part.told("companyname"))
    for theirs, ours in (("telephone", "phone"), ("fax", "fax"), ("email", "email"), ("website", "website")):
        found.put(ours, part.told(theirs))
    found.put("company_number", part.told("commercenr"))
    country, vat = part.told("taxregistrationcountry") or "", part.told("taxregident")
    found.put("vat_number", with_country(vat, country), part.told("taxregistrationnr"))
    streets, postal = part.all("streetaddress"), part.all("postaladdress")
    found.address("head_office", _address(streets[0] if streets else None))
    found.address("invoice_address", _address(postal[0] if postal else None))
    for called, more in (("streetAddress", streets[1:]), ("postalAddress", postal[1:])):
        for address in more:
            found.leave(called, _address(address))
    if _AN_AMOUNT.search(part.told("custcreditlimit") or ""):
        found.leave("custCreditLimit", {"": part.told("custcreditlimit")})
    found.person(name=part.told("contact"))
    for account in part.all("bankaccount"):
        found.account(account.told("bankaccnr") or "", account.told("bankidcd"))
    return found


def with_country(number: str | None, country: str) -> str | None:
    """A VAT number with the letters of its country, which audit files and DATEV keep apart."""
    if number and len(country) == 2 and _VAT_BEGINS.match(number):
        return f"{country.upper()}{number}"
    return number


def _of_saft(part: Part) -> Relation:
    found = Relation()
    found.put("number", part.told("customerid"))
    found.put("name", part.told("name"), part.told("companyname"))
    found.put("company_number", part.told("registrationnumber"))
    found.put("vat_number", part.told("taxregistration", "taxregistrationnumber"), part.told("customertaxid"))
    found.put("payment_term_days", part.told("partyinfo", "paymentterms", "days"))
    found.put("currency", part.told("partyinfo", "currencycode"))
    if (part.told("partyinfo", "type") or "").lower() in _PRIVATE:
        found.put("kind", "private")
    _saft_addresses(found, part)
    # Portugal has these at the customer itself.
    for name, field in (("telephone", "phone"), ("fax", "fax"), ("email", "email"), ("website", "website")):
        found.put(field, part.told(name))
    for contact in part.all("contact"):
        _saft_contact(found, contact)
    for account in part.all("bankaccount"):
        number = account.told("ibannumber") or account.told("bankaccountnumber") or ""
        found.account(number, account.told("bic"), account.told("bankaccountname"))
    return found


def _saft_addresses(found: Relation, part: Part) -> None:
    by_type: dict[str, Part] = {}
    told = [
        (address.told("addresstype") or "StreetAddress", address)
        for address in (*part.all("address"), *part.all("streetaddress"))
    ]
    told += [("BillingAddress", address) for address in part.all("billingaddress")]
    told += [("ShipToAddress", address) for address in part.all("shiptoaddress")]
    for called, address in told:
        by_type.setdefault(called.lower(), address)
    office, invoice = by_type.get("streetaddress"), by_type.get("billingaddress") or by_type.get("postaladdress")
    found.address("head_office", _address(office))
    found.address("invoice_address", _address(invoice))
    taken = [_address(office), _address(invoice)]
    for called, address in told:
        if _address(address) not in taken:
            found.leave(called, _address(address))


def _saft_contact(found: Relation, contact: Part) -> None:
    """What stands beside a person is how to reach that person; the website is the firm's. A contact may have no name."""
    ways = {
        "phone": contact.told("telephone"),
        "mobile": contact.told("mobilephone"),
        "email": contact.told("email"),
    }
    found.put("website", contact.told("website"))
    found.put("fax", contact.told("fax"))
    person = contact.first("contactperson")
    last = " ".join(filter(None, (person.told("lastnameprefix"), _used(person.told("lastname"))))) if person else ""
    first = (_used(person.told("firstname")) or person.told("initials") or "") if person else ""
    if person and (first or last):
        found.person(first_name=first, last_name=last, salutation=person.told("salutation"), **ways)
        return
    for field, value in ways.items():
        found.put(field, value)


def _used(name: str | None) -> str:
    """A name, without what the standard wants there of a program that does not part names."""
    return "" if name is None or name.replace(" ", "").lower() == "notused" else name


def _address(part: Part | None) -> dict[str, str | None]:
    if part is None:
        return {}
    street = next((text for name in _STREET if (text := part.told(name)) is not None), None)
    return {
        "street": street,
        "house_number": part.told("number") or part.told("buildingnumber"),
        "house_addition": part.told("numberextension"),
        "street_2": part.told("property") or part.told("additionaladdressdetail"),
        "postal_code": part.told("postalcode"),
        "city": part.told("city"),
        "region": part.told("region"),
        "country": part.told("country"),
    }
