"""Files of other programs, as they are written and as somebody might make them: the rows, or one clear message."""

from __future__ import annotations

import gzip
import io
import os
import time
import zipfile
from pathlib import Path

import pytest

from importers.files import Cell, Fault, Kind, Limits, ReadOptions, Refusal, Remark, Sheet, Unreadable, Workbook, read
from importers.files.xmlparts import parts

CARD = "BEGIN:VCARD\r\nVERSION:{version}\r\n{lines}\r\nEND:VCARD\r\n"
BOMB = "".join(f'<!ENTITY l{at} "{f"&l{at - 1};" * 10 if at else "lol"}">' for at in range(10))


def made(tmp_path: Path, content: bytes | str, name: str = "file.xml") -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def answer(tmp_path: Path, content: bytes | str, **options: bool) -> Workbook:
    path = made(tmp_path, content)
    return read(path, name=path.name, options=ReadOptions(**options))


def sheet_of(tmp_path: Path, content: bytes | str, **options: bool) -> Sheet:
    (sheet,) = answer(tmp_path, content, **options).sheets
    return sheet


def told(sheet: Sheet) -> list[dict[str, Cell]]:
    """What is said of each party, by field."""
    assert sheet.layout is not None
    fields = sheet.layout.fields
    return [{name: cell for name, cell in zip(fields, row, strict=True) if cell is not None} for row in sheet.rows]


def refused(tmp_path: Path, content: bytes | str, limits: Limits | None = None) -> Unreadable:
    path = made(tmp_path, content)
    with pytest.raises(Unreadable) as caught:
        read(path, name=path.name, limits=limits or Limits())
    assert "{" not in str(caught.value)
    return caught.value


def xaf(inside: str = "", head: str = "", root: str = "auditfile") -> str:
    return f"{head}<{root}><company><customersSuppliers>{inside}</customersSuppliers></company></{root.split(maxsplit=1)[0]}>"


def relation(number: object = 1, name: str = "Acme", more: str = "") -> str:
    return (
        f"<customerSupplier><custSupID>{number}</custSupID><custSupName>{name}</custSupName>{more}</customerSupplier>"
    )


def card(lines: str, version: str = "3.0") -> str:
    return CARD.format(version=version, lines=lines)


def _lines(*lines: str) -> str:
    return "\r\n".join(lines)


# What is written in many ways ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "root",
    [
        "auditfile",
        'auditfile xmlns="http://www.auditfiles.nl/XAF/3.2"',
        'auditfile xmlns="http://www.auditfiles.nl/XAF/4.0"',
        'auditfile xmlns="http://www.odb.belastingdienst.nl/Belastingdienst/BCPP/1.1/structures/XmlauditfileXAF_4.0"',
        'auditfile xmlns="urn:nothing-of-the-kind"',
        'n1:auditfile xmlns:n1="http://www.auditfiles.nl/XAF/3.2"',
        "AuditFile",
    ],
)
def test_the_namespace_of_an_audit_file_decides_nothing(tmp_path: Path, root: str) -> None:
    sheet = sheet_of(tmp_path, xaf(relation(), '<?xml version="1.0" encoding="UTF-8"?>\n<!-- made -->\n', root))
    assert told(sheet) == [{"number": "1", "name": "Acme"}]


def test_the_second_version_of_the_audit_file_is_read_too(tmp_path: Path) -> None:
    debtor = (
        "<customerSupplier><custSupID>0110</custSupID><type>{}</type><taxRegistrationNr>NL1</taxRegistrationNr>"
        "<companyName>Acme</companyName><streetAddress><address>Laan 1</address><city>Ede</city>"
        "<country>Nederland</country></streetAddress><eMail>a@b.example</eMail></customerSupplier>"
    )
    sheet = sheet_of(tmp_path, xaf(debtor.format("Debiteur") + debtor.format("Crediteur")))
    assert told(sheet) == [
        {
            "number": "0110",
            "name": "Acme",
            "email": "a@b.example",
            "head_office.street": "Laan 1",
            "head_office.city": "Ede",
            "head_office.country": "Nederland",
            "vat_number": "NL1",
        }
    ]


@pytest.mark.parametrize(
    ("encoding", "declared"), [("utf-8", "utf-8"), ("cp1252", "windows-1252"), ("latin-1", "ISO-8859-1"),
                               ("cp1252", "utf-8"), ("utf-16", "utf-16"), ("utf-8-sig", "utf-8"), ("utf-8", "iso-8859-1"),
                               ("iso8859-15", "ISO-8859-15"), ("cp1252", "no-such-thing")]
)  # fmt: skip
def test_letters_come_through_whatever_the_declaration_says(tmp_path: Path, encoding: str, declared: str) -> None:
    text = xaf(relation(name="Brødrene Müller"), f'<?xml version="1.0" encoding="{declared}"?>')
    assert told(sheet_of(tmp_path, text.encode(encoding))) == [{"number": "1", "name": "Brødrene Müller"}]


def test_one_address_is_the_head_office_and_another_is_for_invoices(tmp_path: Path) -> None:
    street = "<streetAddress><streetname>Laan</streetname><number>1</number><city>Ede</city></streetAddress>"
    same = "<postalAddress><streetname>laan</streetname><number>1</number><city>EDE</city></postalAddress>"
    postbox = "<postalAddress><streetname>Postbus 9</streetname><city>Ede</city></postalAddress>"
    country = "<streetAddress><country>NL</country></streetAddress>"
    found = told(
        sheet_of(
            tmp_path,
            xaf(
                relation(1, more=street + same)
                + relation(2, more=street + postbox)
                + relation(3, more=postbox)
                + relation(4, more=country + postbox)
            ),
        )
    )
    places = [
        (one.get("head_office.street"), one.get("invoice_address.street"), one.get("invoice_address.city"))
        for one in found
    ]
    assert places == [
        ("Laan", None, None),
        ("Laan", "Postbus 9", "Ede"),
        ("Postbus 9", None, None),
        ("Postbus 9", None, None),
    ]


def test_the_letters_of_the_country_are_put_before_a_vat_number_that_lacks_them(tmp_path: Path) -> None:
    country = "<taxRegistrationCountry>NL</taxRegistrationCountry><taxRegIdent>{}</taxRegIdent>"
    numbers = ["004495445B01", "NL004495445B01", ""]
    sheet = sheet_of(tmp_path, xaf("".join(relation(at, more=country.format(one)) for at, one in enumerate(numbers))))
    assert [one["vat_number"] for one in told(sheet)] == ["NL004495445B01", "NL004495445B01", ""]


def test_accounts_that_do_not_come_along_are_counted(tmp_path: Path) -> None:
    account = "<bankAccount><bankAccNr>{}</bankAccNr></bankAccount>"
    numbers = ("2445588", "NL91 ABNA 0417 1643 00", "NL20INGB0001234567")
    sheet = sheet_of(tmp_path, xaf(relation(more="".join(map(account.format, numbers)))))
    assert told(sheet)[0]["iban"] == "NL91 ABNA 0417 1643 00"
    assert [str(note) for note in sheet.notes] == [
        "Bank accounts left out, for they are no IBAN or not the first of a customer: 2."
    ]


def test_customers_in_the_transactions_are_no_customers(tmp_path: Path) -> None:
    text = (
        "<AuditFile><MasterFiles><Customers><Customer><CustomerID>1</CustomerID><Name>Acme</Name></Customer></Customers>"
        "<Suppliers><Supplier><SupplierID>2</SupplierID></Supplier></Suppliers></MasterFiles>"
        "<SourceDocuments><Invoice><Customer><Name>Nobody</Name></Customer></Invoice></SourceDocuments></AuditFile>"
    )
    workbook = answer(tmp_path, text)
    assert workbook.kind is Kind.SAFT
    assert told(workbook.sheets[0]) == [{"number": "1", "name": "Acme"}]


def test_an_invoice_in_an_envelope_and_an_order_are_read(tmp_path: Path) -> None:
    spaces = 'xmlns:c="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"'
    party = "<c:Party><c:PartyName><c:Name>Acme</c:Name></c:PartyName></c:Party>"
    order = f"<Order {spaces}><c:BuyerCustomerParty>{party}</c:BuyerCustomerParty></Order>"
    invoice = f"<Invoice {spaces}><c:AccountingCustomerParty>{party}</c:AccountingCustomerParty></Invoice>"
    envelope = f"<StandardBusinessDocument><Header/>{invoice}</StandardBusinessDocument>"
    assert [told(sheet_of(tmp_path, text)) for text in (order, envelope)] == [[{"name": "Acme"}]] * 2


@pytest.mark.parametrize("version", ["2.1", "3.0", "4.0"])
def test_a_card_of_any_version_with_groups_folds_and_several_numbers_is_read(tmp_path: Path, version: str) -> None:
    lines = _lines(
        "N:van der Berg;Anna;;;",
        "item1.EMAIL;TYPE=WORK:anna@",
        " acme.example",
        "EMAIL;TYPE=PREF:eerst@acme.example",
        "item2.TEL;TYPE=WORK,VOICE:020-1",
        "TEL;CELL:06-1",
        "TEL;TYPE=FAX:020-9",
        "TEL;TYPE=HOME:020-2",
        "PHOTO;ENCODING=b:AAAA",
        " BBBB",
    )
    found = told(sheet_of(tmp_path, "\ufeff" + card(lines, version) * 2, contacts=True))
    assert (
        found
        == [
            {
                "first_name": "Anna",
                "last_name": "van der Berg",
                "email": "eerst@acme.example; anna@acme.example",
                "phone": "020-1; 020-2",
                "mobile": "06-1",
            }
        ]
        * 2
    )


def test_of_several_addresses_the_one_preferred_most_comes_first(tmp_path: Path) -> None:
    lines = _lines(
        "N:Bos;Eva",
        "EMAIL:neither@p.example",
        "EMAIL;PREF=2:second@p.example",
        "EMAIL;PREF=1:first@p.example",
        "ADR;PREF=50:;;Second 2;Ede;;6711 AB;NL",
        "ADR;PREF=1:;;First 1;Epe;;8161 AB;NL",
    )
    (found,) = told(sheet_of(tmp_path, card(lines, "4.0"), contacts=True))
    assert found["email"] == "first@p.example; second@p.example; neither@p.example"
    assert (found["street"], found["city"]) == ("First 1", "Epe")


def test_what_an_invoice_says_of_an_address_and_its_people_besides_is_told(tmp_path: Path) -> None:
    address = (
        "<PostalAddress><Postbox>77</Postbox><StreetName>Weg 1</StreetName><CityName>Ede</CityName><AddressLine><Line>third"
        "</Line></AddressLine></PostalAddress>"
    )
    contact = "<Contact><Name>Jan Bos</Name><Telephone>030-1</Telephone><Telefax>030-9</Telefax></Contact>"
    person = "<Person><FirstName>Eva</FirstName><FamilyName>Dam</FamilyName></Person>"
    party = f"<Party><PartyName><Name>Acme</Name></PartyName>{address}{contact}{person}</Party>"
    sheet = sheet_of(tmp_path, f"<Invoice><AccountingCustomerParty>{party}</AccountingCustomerParty></Invoice>")
    (found,) = told(sheet)
    assert (found["head_office.street"], found["main_contact.contact"], found["fax"]) == ("Weg 1", "Jan Bos", "030-9")
    assert sheet.rests == {1: "AddressLine third\nPostbox 77\nPerson Eva, Dam"}


def test_quoted_printable_in_any_charset_is_decoded(tmp_path: Path) -> None:
    lines = _lines(
        "N;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:M=FCller;J=F6rg",
        "NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:Een=0D=0A=",
        "twee =C3=A9=C3=A9n; drie",
        "ADR;CHARSET=no-such;QUOTED-PRINTABLE:;;Stra=C3=9Fe 1;Ede",
    )
    (found,) = told(sheet_of(tmp_path, card(lines, "2.1"), contacts=True))
    assert (found["last_name"], found["first_name"], found["street"]) == ("Müller", "Jörg", "Straße 1")
    assert found["description"] == "Een\ntwee één; drie"


def test_the_audit_file_of_portugal_has_its_customers_in_the_master_files(tmp_path: Path) -> None:
    customer = (
        "<Customer><CustomerID>1</CustomerID><CustomerTaxID>500</CustomerTaxID><CompanyName>São</CompanyName><BillingAddress>"
        "<AddressDetail>Rua 1</AddressDetail><City>Lisboa</City><PostalCode>1000-001</PostalCode><Country>PT</Country>"
        "</BillingAddress><Telephone>21 0000000</Telephone></Customer>"
    )
    supplier = "<Supplier><SupplierID>2</SupplierID><CompanyName>Porto</CompanyName></Supplier>"
    sheet = sheet_of(tmp_path, f"<AuditFile><MasterFiles>{customer}{supplier}</MasterFiles></AuditFile>")
    assert told(sheet) == [
        {
            "number": "1", "name": "São", "phone": "21 0000000", "vat_number": "500", "head_office.street": "Rua 1",
            "head_office.postal_code": "1000-001", "head_office.city": "Lisboa", "head_office.country": "PT",
        }
    ]  # fmt: skip
    assert [note.remark for note in sheet.notes] == [Remark.SUPPLIERS_LEFT_OUT]


def test_backslashes_keep_marks_together(tmp_path: Path) -> None:
    lines = "N:Berg\\; Dal;Anna\\, Maria\r\nORG:Acme\\; Zonen;Inkoop\r\nNOTE:a\\nb\\\\c\r\nCATEGORIES:Een,Twee\\, drie"
    (found,) = told(sheet_of(tmp_path, card(lines), contacts=True))
    assert (found["last_name"], found["customer.name"]) == ("Berg; Dal", "Acme; Zonen")
    assert (found["description"], found["labels"]) == ("a\nb\\c", "Een;Twee, drie")


@pytest.mark.parametrize(
    "agent",
    [
        "AGENT:\r\nBEGIN:VCARD\r\nN:Secretaris;Piet\r\nTEL:2\r\nEND:VCARD",
        "BEGIN:VCARD\r\nFN:Piet Secretaris\r\nEND:VCARD",
        "AGENT:BEGIN:VCARD\\nTEL:2\\nFN:Piet Secretaris\\nEND:VCARD",
    ],
)
def test_a_card_within_a_card_is_not_read_but_named(tmp_path: Path, agent: str) -> None:
    sheet = sheet_of(tmp_path, card(f"N:Baas;Jan\r\n{agent}\r\nTEL:1"), contacts=True)
    assert told(sheet) == [{"first_name": "Jan", "last_name": "Baas", "phone": "1"}]
    assert sheet.rests == {1: "AGENT Piet Secretaris"}


def test_what_of_a_card_has_no_place_is_not_forgotten(tmp_path: Path) -> None:
    lines = (
        "N:Berg;Anna\r\nORG:Acme;Inkoop;Staal\r\nTITLE:Inkoper\r\nTEL;TYPE=fax:020-1\r\nTEL;TYPE=pager:7\r\n"
        "ADR;TYPE=work:;;Weg 1;Delft;ZH;2600 AA;NL\r\nADR;TYPE=home:;;Thuis 2;Gouda;;2800 AA;NL\r\nBDAY:1980-03-04\r\n"
        "URL:https://a.example\r\nURL:https://b.example"
    )
    both = "ADR Thuis 2, 2800 AA, Gouda, NL"
    pager, org, url = "PAGER 7", "ORG Inkoop, Staal", "URL https://b.example"
    customers, contacts = (sheet_of(tmp_path, card(lines), contacts=contacts) for contacts in (False, True))
    assert customers.rests[1].splitlines() == [both, pager, org, url, "BDAY 1980-03-04"]
    assert contacts.rests[1].splitlines() == ["ADR ZH", both, "FAX 020-1", pager, org, url]


def test_a_name_of_a_card_that_says_more_than_there_are_places_for_is_not_forgotten(tmp_path: Path) -> None:
    texts = ("N:Berg;Anna;;Dr.;MSc\r\nFN:Dr. Anna Berg MSc", "N:Berg;Anna\r\nFN:Anna Berg GmbH\r\nX-SKYPE:anna.b")
    sheet = sheet_of(tmp_path, "".join(map(card, texts)), contacts=True)
    assert sheet.rests == {1: "N MSc", 2: "X-SKYPE anna.b\nFN Anna Berg GmbH"}


def test_a_birthday_without_its_year_is_told_once(tmp_path: Path) -> None:
    text = card("N:Berg;Anna\r\nBDAY;X-APPLE-OMIT-YEAR=1604:1604-05-01")
    assert sheet_of(tmp_path, text, contacts=True).rests == {}
    assert sheet_of(tmp_path, text).rests == {1: "BDAY 05-01"}


def test_further_addresses_of_an_audit_file_are_not_forgotten(tmp_path: Path) -> None:
    street = "<streetAddress><streetname>{}</streetname><city>Ede</city></streetAddress>"
    more = street.format("Laan") + street.format("Kade") + "<custCreditLimit>500.00</custCreditLimit>"
    sheet = sheet_of(
        tmp_path, xaf(relation(1, more=more) + relation(2, more="<custCreditLimit>0.00</custCreditLimit>"))
    )
    assert [one.get("head_office.street") for one in told(sheet)] == ["Laan", None]
    assert sheet.rests == {1: "streetAddress Kade, Ede\ncustCreditLimit 500.00"}
    saft = ("<Customer><CustomerID>1</CustomerID><Name>Acme</Name>{}</Customer>").format(
        "".join(
            f"<Address><StreetName>{name}</StreetName><AddressType>{kind}</AddressType></Address>"
            for name, kind in (
                ("Kaia", "StreetAddress"),
                ("Boks 1", "PostalAddress"),
                ("Boks 1", "PostalAddress"),
                ("Lager", "ShipToAddress"),
            )
        )
    )
    sheet = sheet_of(tmp_path, f"<AuditFile><MasterFiles><Customers>{saft}</Customers></MasterFiles></AuditFile>")
    assert sheet.rests == {1: "ShipToAddress Lager"}


def test_a_card_that_has_a_place_for_all_says_nothing_more(tmp_path: Path) -> None:
    lines = "N:Berg;Anna\r\nFN:Anna Berg\r\nORG:Acme\r\nTITLE:Inkoper\r\nTEL;TYPE=fax:1\r\nTEL;TYPE=fax:2\r\nUID:7\r\nPHOTO:x"
    assert sheet_of(tmp_path, card(lines)).rests == {}


def test_a_card_of_a_firm_is_a_company(tmp_path: Path) -> None:
    text = card("FN:Acme\r\nORG:Acme\r\nN:;;;;") + card("FN:Beta\r\nKIND:org", "4.0") + card("X-NOTHING:1")
    assert told(sheet_of(tmp_path, text)) == [
        {"company_name": "Acme", "kind": "business"},
        {"company_name": "Beta", "kind": "business"},
    ]


def test_a_packed_audit_file_is_read_and_other_packed_text_is_not(tmp_path: Path) -> None:
    def packed(*contents: str) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for at, content in enumerate(contents):
                archive.writestr(f"{at}.xaf", content)
        return out.getvalue()

    assert told(sheet_of(tmp_path, packed(xaf(relation())))) == [{"number": "1", "name": "Acme"}]
    for content in (packed("naam;plaats\nAcme;Ede\n"), packed("<other/>"), packed(xaf(relation()), xaf(relation()))):
        assert refused(tmp_path, content).refusal is Refusal.NOT_A_SPREADSHEET
    assert refused(tmp_path, gzip.compress(xaf(relation()).encode())).values["kind"] == "gzip"


# What somebody might make --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "declaration",
    [
        f"<!DOCTYPE auditfile [{BOMB}]>",
        '<!DOCTYPE auditfile [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE auditfile SYSTEM "http://127.0.0.1/x.dtd">',
        "<!DOCTYPE auditfile>",
    ],
    ids=["bomb", "file", "address", "empty"],
)
@pytest.mark.parametrize("before", ["", "<!-- x -->", '<?xml version="1.0"?>\n<?xml-stylesheet href="a"?>\n'])
def test_declarations_are_refused_before_anything_is_read(tmp_path: Path, declaration: str, before: str) -> None:
    error = refused(tmp_path, xaf(relation(name="&x;"), before + declaration))
    assert error.refusal is Refusal.FORBIDDEN_EXPORT


@pytest.mark.parametrize("refusal", [Refusal.FORBIDDEN_EXPORT, Refusal.TOO_MANY_PARTIES])
def test_what_a_bookkeeping_program_wrote_is_to_be_exported_again_not_saved_or_split(refusal: Refusal) -> None:
    assert "Export" in refusal.value
    assert not [word for word in ("Save it", "Split") if word in refusal.value]


def test_the_parser_itself_takes_no_declarations_either() -> None:
    with pytest.raises(Unreadable) as caught:
        list(parts(f"<!DOCTYPE a [{BOMB}]><a>&l9;</a>", Kind.XAF, {"a": ()}))
    assert caught.value.refusal is Refusal.FORBIDDEN_EXPORT


def test_an_entity_that_nobody_declared_is_a_damaged_file(tmp_path: Path) -> None:
    error = refused(tmp_path, xaf(relation(name="&lol;")))
    assert (error.refusal, error.values) == (Refusal.DAMAGED_EXPORT, {"kind": "XAF", "line": 1})


@pytest.mark.parametrize("part", [0.3, 0.9, 0.999])
def test_a_file_that_breaks_off_gives_nothing(tmp_path: Path, part: float) -> None:
    whole = xaf("\n".join(relation(at, f"Klant {at}") for at in range(1000)))
    assert refused(tmp_path, whole[: int(len(whole) * part)]).refusal is Refusal.DAMAGED_EXPORT


@pytest.mark.parametrize(
    "text", [card("N:Berg;Anna")[:-15], card("N:Berg;Anna") + "BEGIN:VCARD\r\nN:Dal", "BEGIN:VCARD\n"]
)
def test_cards_that_break_off_give_nothing(tmp_path: Path, text: str) -> None:
    assert refused(tmp_path, text).refusal is Refusal.DAMAGED_EXPORT


@pytest.mark.parametrize("where", [xaf("{}"), xaf(relation(more="{}")), "<Invoice>{}</Invoice>"])
def test_two_hundred_thousand_nested_elements_are_too_many(tmp_path: Path, where: str) -> None:
    started = time.monotonic()
    error = refused(tmp_path, where.format("<a>" * 200_000 + "</a>" * 200_000))
    assert (error.refusal, error.values) == (Refusal.TOO_DEEP, {"limit": 100})
    assert time.monotonic() - started < 10


def test_a_huge_text_is_cut_and_its_customer_rejected(tmp_path: Path) -> None:
    sheet = sheet_of(tmp_path, xaf(relation(1, "x" * 20_000_000) + relation(2)))
    assert [problem.fault for problem in sheet.problems.values()] == [Fault.TOO_LONG]
    assert list(sheet.problems) == [(1, 2)]
    assert [len(str(row[1])) for row in sheet.rows] == [32_767, 4]


def test_millions_of_elements_around_the_customers_take_no_memory(tmp_path: Path) -> None:
    lines = "<trLine><nr>1</nr><amnt>1.00</amnt></trLine>" * 250_000
    text = f"<auditfile><company><transactions>{lines}</transactions><customersSuppliers>{relation()}</customersSuppliers></company></auditfile>"
    path = made(tmp_path, text)
    used = processor_time()
    workbook = read(path, name=path.name, limits=Limits(memory=400_000_000))
    assert told(workbook.sheets[0]) == [{"number": "1", "name": "Acme"}]
    assert processor_time() - used < 15


def processor_time() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def test_too_many_customers_are_counted_and_refused(tmp_path: Path) -> None:
    text = xaf("".join(relation(at) for at in range(30)))
    error = refused(tmp_path, text, Limits(rows=20))
    assert (error.refusal, error.values) == (Refusal.TOO_MANY_PARTIES, {"kind": "XAF", "count": 30, "limit": 20})
    assert refused(tmp_path, text, Limits(cells=40)).refusal is Refusal.TOO_MANY_CELLS


def test_a_file_without_customers_and_one_with_suppliers_only_say_so(tmp_path: Path) -> None:
    assert refused(tmp_path, xaf()).refusal is Refusal.NO_PARTIES
    supplier = relation(more="<custSupTp>S</custSupTp>")
    error = refused(tmp_path, xaf(supplier * 3))
    assert (error.refusal, error.values) == (Refusal.SUPPLIERS_ONLY, {"kind": "XAF", "count": 3})


@pytest.mark.parametrize(
    "text",
    [
        "<auditfile><customerSupplier/></auditfile>",
        "<Sie><Customers><Customer/></Customers></Sie>",
        "<Invoice><AccountingCustomerParty/></Invoice>",
        "<Invoice><AccountingCustomerParty><Party/></AccountingCustomerParty></Invoice>",
        card(""),
        card(
            ":::;;;\r\n;:\r\nN\r\nN:\r\nTEL:\r\nADR:\r\nORG:\r\nEMAIL;:\r\nBDAY:nooit\r\nN;ENCODING=QUOTED-PRINTABLE:=ZZ="
        ),
        "BEGIN:VCARD\nEND:VCARD\nEND:VCARD\n",
    ],
)
@pytest.mark.parametrize("contacts", [False, True])
def test_what_says_nothing_ends_in_rows_or_a_message(tmp_path: Path, text: str, contacts: bool) -> None:
    try:
        sheet_of(tmp_path, text, contacts=contacts)
    except Unreadable as error:
        assert error.refusal in {Refusal.NO_PARTIES, Refusal.NO_CONTACTS, Refusal.DAMAGED_EXPORT}


def test_cards_of_groups_and_places_are_nobody_and_are_counted(tmp_path: Path) -> None:
    text = (
        card("KIND:group\r\nFN:All customers", "4.0") + card("KIND:location\r\nFN:Hall", "4.0") + card("FN:Anna Berg")
    )
    for contacts in (False, True):
        sheet = sheet_of(tmp_path, text, contacts=contacts)
        assert len(sheet.rows) == 1
        assert [(note.remark, note.values) for note in sheet.notes] == [(Remark.OTHERS_LEFT_OUT, {"count": 2})]


def test_a_card_without_any_name_is_counted(tmp_path: Path) -> None:
    sheet = sheet_of(tmp_path, card("FN:Anna Berg") + card("EMAIL:only@x.example"))
    assert [(note.remark, note.values) for note in sheet.notes] == [(Remark.UNNAMED_LEFT_OUT, {"count": 1})]


@pytest.mark.parametrize("day", ["--05-01", "1980", "01-05-1980"])
def test_a_birthday_that_is_no_day_of_a_known_year_stands_in_the_notes(tmp_path: Path, day: str) -> None:
    [found] = told(sheet_of(tmp_path, card(f"FN:Anna Berg\r\nN:Berg;Anna\r\nNOTE:Hi\r\nBDAY:{day}"), contacts=True))
    assert "birth_date" not in found
    assert found["description"] == f"Hi\nBDAY {day}"


def test_a_birthday_without_its_year_has_none(tmp_path: Path) -> None:
    line = "N:Berg;Anna\r\nBDAY;X-APPLE-OMIT-YEAR=1604:1604-05-01"
    [found] = told(sheet_of(tmp_path, card(line), contacts=True))
    assert "birth_date" not in found
    assert found["description"] == "BDAY 05-01"


def test_names_that_a_program_does_not_part_are_not_called_unused(tmp_path: Path) -> None:
    person = "<ContactPerson><FirstName>NotUsed</FirstName><LastName>Nordmann</LastName></ContactPerson>"
    customer = f"<Customer><Name>Fjord</Name><CustomerID>1</CustomerID><Contact>{person}</Contact></Customer>"
    text = f"<AuditFile><MasterFiles><Customers>{customer}</Customers></MasterFiles></AuditFile>"
    [found] = told(sheet_of(tmp_path, text))
    assert found["main_contact.last_name"] == "Nordmann"
    assert "main_contact.first_name" not in found


def test_blank_lines_before_the_declaration_are_no_damage(tmp_path: Path) -> None:
    assert len(sheet_of(tmp_path, "\ufeff\n" + xaf(relation(), head='<?xml version="1.0"?>')).rows) == 1
