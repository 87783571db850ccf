"""Every column that can come in or go out, once: what it is called in six languages, how it is read, where it lives.

A `Term` is a word of the trade with its titles and the names that real files use for it. A `Column` is a term in a
place: the street of the head office and that of the invoice address are two columns with one term.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from importers import reading
from importers.reading import LANGUAGES, Parse, Reading
from importers.trouble import Trouble
from models.access import Looker, hidden_columns
from models.base import Limits, limits_of
from models.contact import Contact, CustomerContact
from models.customer import Address, BankAccount, Customer
from models.imports import ImportKind
from models.settings import ValueList

TITLE_LANGUAGES = LANGUAGES[:6]


class Place(enum.StrEnum):
    """Whose value it is, next to the customer or contact itself."""

    SELF = ""
    HEAD_OFFICE = "head_office"
    INVOICE = "invoice_address"
    CONTACT = "main_contact"
    BANK = "bank"
    LABELS = "labels"
    LINK = "customer"


PLACE_TITLES = {
    Place.HEAD_OFFICE: ("Head office", "Hoofdkantoor", "Huvudkontor", "Hauptsitz", "Pääkonttori", "Hovedkontor"),
    Place.INVOICE: ("Invoice address", "Factuuradres", "Fakturaadress", "Rechnungsadresse", "Laskutusosoite",
                    "Fakturaadresse"),
    Place.CONTACT: ("Main contact", "Contactpersoon", "Kontaktperson", "Ansprechpartner", "Yhteyshenkilö",
                    "Kontaktperson"),
    Place.LINK: ("Customer", "Klant", "Kund", "Kunde", "Asiakas", "Kunde"),
}  # fmt: skip


@dataclass(frozen=True)
class Term:
    """`titles` in the order of TITLE_LANGUAGES. `words` are names seen in real files, the surest first.

    `weak` ones mean many things and count only where nothing better is in the file.
    """

    key: str
    titles: tuple[str, str, str, str, str, str]
    words: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()


def _list(names: str) -> tuple[str, ...]:
    return tuple(names.split(";"))


def _terms(*terms: Term) -> Mapping[str, Term]:
    return {term.key: term for term in terms}


TERMS = _terms(
    Term(
        "number",
        ("Customer number", "Klantnummer", "Kundnummer", "Kundennummer", "Asiakasnumero", "Kundenummer"),
        _list(
            "Relatienummer;Relatiecode;Klantcode;Klantnr;Debiteurnr;Debiteurnummer;Debiteurennummer;Debiteurencode;"
            "Extern debiteurnummer;Extern relatienummer;Nr. boekhouding;Kundnr;Customer code;CustomerID;Customer no;"
            "Customer nr;Client number;Client code;Account number;Company ID;KundenID;Kundennr;"
            "Debitorennummer;"
            "Debitorennr;Asiakaskoodi;Asiakastunnus;Asiakasnro;Kundenr.;NAVNEKODE;Medlemsnummer;Klient nummer"
        ),
        ("Code", "Store#", "Symbol", "Your Ref #", "Konto", "Nummer", "Number", "No", "Nr", "id", "#"),
    ),
    Term(
        "name",
        ("Name", "Naam", "Namn", "Name", "Nimi", "Navn"),
        _list(
            "NIMI1;NAVN1;Display Name;Full name;Volledige naam;Weergavenaam;Fullständigt namn;Contact: Full Name"
        ),
        ("Store Name", "Supplier Name", "Security", "Account"),
    ),
    # The customer itself in a list of customers, the customer they belong to in a list of contacts.
    Term(
        "customer_name",
        ("Customer name", "Klantnaam", "Kundnamn", "Kundenname", "Asiakkaan nimi", "Kundenavn"),
        ("Account name", "Klant", "Customer", "Kund", "Kunde", "Asiakas", "Client", "Relatie", "Debiteur"),
    ),
    Term(
        "company_name",
        ("Company name", "Bedrijfsnaam", "Företagsnamn", "Firma", "Yrityksen nimi", "Firmanavn"),
        _list(
            "naam bedrijf;Bedrijf;DebiteurNaam;Juridische naam;Handelsnaam;bedrijfsnaam_verzending;"
            "company_name;Company;"
            "Legal name;Organization;Organisation;Organisatie;Organization name;Firmenname;Firmenname1;"
            "Unternehmen;Yritys;"
            "Företag;Foretak;Bedriftsnavn;Bedrift;Firmanavn;Virksomhed;Your Company;Naam organisatie"
        ),
    ),
    Term(
        "own_company",
        ("Company of the contact", "Bedrijf van het contact", "Kontaktens företag", "Firma des Kontakts",
         "Yhteyshenkilön yritys", "Kontaktens firma"),
    ),
    Term(
        "name_2",
        ("Name, second line", "Naam, tweede regel", "Namn, andra raden", "Name, zweite Zeile", "Nimen jatke",
         "Navn, andre linje"),
        ("Firmenname2", "NAVN2", "NIMI2", "Name 2", "Naam 2", "Namn 2"),
    ),
    Term(
        "kind",
        ("Kind", "Soort", "Typ", "Art", "Laji", "Type"),
        ("Company or person", "Soort relatie", "Bedrijf of persoon", "Kundtyp", "Adressattyp", "Customer type",
         "Klanttype",
         "Kundetype", "Asiakastyyppi"),
        ("Relation type",),
    ),
    Term(
        "salutation",
        ("Salutation", "Aanhef", "Hälsning", "Anrede", "Puhuttelu", "Tiltale"),
        ("Prefix", "Contact1 Salutation", "Titel/Akad. Grad"),
    ),
    Term(
        "first_name",
        ("First name", "Voornaam", "Förnamn", "Vorname", "Etunimi", "Fornavn"),
        ("Firstname", "first_name", "Given Name", "voornaam_verzending", "Forename"),
        ("Initialen", "Initials", "Voorletters"),
    ),
    Term(
        "infix",
        ("Name infix", "Tussenvoegsel", "Namnpartikel", "Namenszusatz", "Nimen välisana", "Navnepartikkel"),
        ("Voorvoegsel", "Voorvoegsels", "Tussenvoegsels", "Infix"),
    ),
    Term(
        "last_name",
        ("Last name", "Achternaam", "Efternamn", "Nachname", "Sukunimi", "Etternavn"),
        ("Lastname", "last_name", "Family Name", "Surname", "Familienaam", "achternaam_verzending", "Familienname",
         "Efternavn", "Zuname"),
    ),
    Term(
        "contact",
        ("Contact", "Contactpersoon", "Kontaktperson", "Ansprechpartner", "Yhteyshenkilö", "Kontaktperson"),
        ("Contact name", "ContactNaam", "contactName", "Contact person", "t.a.v.", "TAV", "FactuurTAV", "Attn Line",
         "Attention", "Kontakt", "Persoon", "Main contact", "Primary contact", "Naam contactpersoon"),
    ),
    Term(
        "nickname",
        ("Nickname", "Roepnaam", "Smeknamn", "Rufname", "Kutsumanimi", "Kallenavn"),
        ("Short name", "Korte naam", "Zoeknaam", "Zoekcode", "Search name", "Kurzname", "Matchcode", "Kortnavn"),
        ("abbreviation", "Afkorting"),
    ),
    Term("status", ("Status", "Status", "Status", "Status", "Tila", "Status"), ("Klantstatus", "Customer status")),
    Term(
        "industry",
        ("Industry", "Branche", "Bransch", "Branche", "Toimiala", "Bransje"),
        ("Branch", "Sector", "GICS Sector", "Bedrijfstak", "Business sector"),
    ),
    Term(
        "owner",
        ("Owner", "Eigenaar", "Ansvarig", "Betreuer", "Vastuuhenkilö", "Ansvarlig"),
        ("Account manager", "Acc. manager", "Accountmanager", "Relatiebeheerder", "Customer manager", "Kundansvarig",
         "Kundenbetreuer", "Kundeansvarlig", "Asiakasvastaava", "Responsible", "Verantwoordelijke", "Owner e-mail"),
    ),
    Term(
        "description",
        ("Notes", "Opmerkingen", "Anteckningar", "Bemerkung", "Lisätietoja", "Notat"),
        ("Opmerking", "Opmerking1", "Omschrijving", "Kommentar", "Comment", "Comments", "Note", "Remarks", "Remark",
         "Description", "Beschrijving", "Bemerkungen", "Beschreibung", "Beskrivning", "Beskrivelse", "ContactNote",
         "SPL Instruction", "Memo", "Kuvaus", "Toelichting", "Notitie", "Notities"),
    ),
    Term(
        "email",
        ("E-mail", "E-mailadres", "E-post", "E-Mail", "Sähköposti", "E-post"),
        ("Email", "E-mail address", "Email address", "eMail", "Emailadres", "epost", "E-postadress", "E-postadresse",
         "E-Mail Adresse", "Mailadresse", "Mail", "E-mail 1 - Value", "Primary Email", "Preferred Email", "Work Email",
         "Sähköpostiosoite", "request_email", "Mailadres", "Personal Email"),
    ),
    Term(
        "phone",
        ("Phone", "Telefoon", "Telefon", "Telefon", "Puhelin", "Telefon"),
        ("Telefoonnummer", "Telephone", "Phone number", "Tel", "Tel.", "Telnr", "Telefoonnr", "Telefonnummer", "TLFNR",
         "Tlf", "Phone # w area code", "Phone 1 - Value", "Preferred Phone", "Telefonnr", "Puhelinnumero",
         "Telefon (jobb)", "Contact Number", "Contacttelefoonnr", "Office phone", "Business Phone", "Work Phone",
         "Home Phone", "Telefon 1", "Telephone number"),
        ("Office", "Home"),
    ),
    Term(
        "mobile",
        ("Mobile", "Mobiel", "Mobil", "Mobil", "Matkapuhelin", "Mobil"),
        ("Mobiel nummer", "Mobiele telefoon", "Telefoonnummer mobiel", "Mobile Phone", "Mobile number", "CellPhone",
         "Cell", "Cell phone", "GSM", "Mobilnummer", "Mobiltelefon", "Handy", "Kännykkä"),
    ),
    Term(
        "fax",
        ("Fax", "Fax", "Fax", "Fax", "Faksi", "Faks"),
        ("Faxnr", "Fax number", "Faxnummer", "Telefax", "Fax # w area code", "Telefaks"),
    ),
    Term(
        "website",
        ("Website", "Website", "Webbplats", "Webseite", "Kotisivut", "Nettsted"),
        ("URL website", "Web Page", "Web Page 1", "Web site", "Webadresse", "Homepage", "Home page", "Hemsida",
         "Hjemmeside", "www", "Internetadres", "Verkkosivusto", "Internetseite"),
        ("url", "web", "Internet"),
    ),
    Term("language", ("Language", "Taal", "Språk", "Sprache", "Kieli", "Språk"), ("Language code", "Taalcode",
        "Sprog")),
    Term(
        "vat_number",
        ("VAT number", "BTW-nummer", "Momsregistreringsnummer", "USt-IdNr.", "ALV-numero", "MVA-nummer"),
        ("VAT", "VAT ID", "VAT no", "VAT nr", "VAT-nr", "vat_id", "BTW", "BTW nr", "BTW-nr", "btwnummer", "BTW-ID",
         "BTW identificatienummer", "Tax number", "tax_number", "Tax id", "Momsregnr", "Moms nr", "Momsnummer",
         "Umsatzsteuer ID", "Umsatzsteuer-Identifikationsnummer", "UStId", "EU-UStID", "MVAnr.", "Partner VAT"),
        ("Steuernummer",),
    ),
    Term(
        "company_number",
        ("Company number", "KvK-nummer", "Organisationsnummer", "Handelsregisternummer", "Y-tunnus",
         "Organisasjonsnummer"),
        ("kvk", "KVK Number", "KvK nr", "Kamer van Koophandel", "Ondernemingsnummer", "orgnr", "Org.nr", "Org nummer",
         "Business ID", "Registration number", "Company registration number", "CompanyGovNo", "Duns#", "Manuf Duns #",
         "Handelsregisternr.", "Organisasjonsnr.", "CVR", "CVR-nummer", "Chamber of Commerce"),
    ),
    Term(
        "reference",
        ("Reference", "Referentie", "Referens", "Referenz", "Viite", "Referanse"),
        ("Your reference", "Uw referentie", "Er referens", "Ihre Referenz", "Customer reference"),
    ),
    Term(
        "bookkeeping_code",
        ("Bookkeeping code", "Boekhoudcode", "Bokföringskod", "Buchhaltungscode", "Kirjanpitokoodi", "Regnskapskode"),
        ("Accounting code", "Grootboekcode", "External ID", "Externe code", "Ledger code"),
    ),
    Term(
        "customer_since",
        ("Customer since", "Klant sinds", "Kund sedan", "Kunde seit", "Asiakas alkaen", "Kunde siden"),
        ("Klantdatum", "Since", "Start date"),
    ),
    Term(
        "hourly_rate",
        ("Hourly rate", "Uurtarief", "Timpris", "Stundensatz", "Tuntihinta", "Timepris"),
        ("Rate per hour", "Tarief", "Timtaxa", "Timesats"),
    ),
    Term(
        "vat_percentage",
        ("VAT percentage", "BTW-percentage", "Momssats", "Steuersatz", "ALV-prosentti", "MVA-sats"),
        ("VAT rate", "BTW tarief", "Moms %", "BTW %", "VAT %"),
    ),
    Term(
        "payment_term_days",
        ("Payment term (days)", "Betalingstermijn (dagen)", "Betalningsvillkor (dagar)", "Zahlungsziel (Tage)",
         "Maksuehto (päivää)", "Betalingsfrist (dager)"),
        ("Payment term", "Payment terms", "Payment days", "Betaaltermijn", "Betalingstermijn", "Betaalconditie",
         "Betaling",
         "Betalningsvillkor", "Kredittid", "Zahlungsziel", "Zahlungsbedingung", "Maksuehto", "Betalingsfrist",
         "Betalingsbetingelser", "Krediettermijn"),
    ),
    Term("currency", ("Currency", "Valuta", "Valuta", "Währung", "Valuutta", "Valuta"),
         ("Currency code", "currency_code", "Valutacode", "Muntsoort")),
    Term(
        "invoice_layout",
        ("Invoice layout", "Factuurlay-out", "Fakturalayout", "Rechnungslayout", "Laskupohja", "Fakturaoppsett"),
        ("Invoice template", "Factuursjabloon"),
    ),
    Term(
        "invoice_email",
        ("Invoice e-mail", "E-mailadres facturen", "Faktura-e-post", "Rechnungs-E-Mail", "Laskutussähköposti",
         "Faktura-e-post"),
        ("E-mail factuur", "E-mail facturen", "FactuurEmailadres", "Factuuremail", "CompanyInvoiceEmail",
         "Billing email",
         "Invoice email", "Email facturatie", "Fakturamail"),
    ),
    Term(
        "e_invoice_id",
        ("E-invoice address", "E-factuuradres", "E-fakturaadress", "E-Rechnungsadresse", "Verkkolaskuosoite",
         "E-fakturaadresse"),
        ("Peppol ID", "Peppol", "OVT-tunnus", "GLN", "E-invoice ID", "OIN", "Leitweg-ID"),
    ),
    Term(
        "expenses_billable",
        ("Expenses billable", "Onkosten doorbelasten", "Utlägg debiteras", "Spesen abrechenbar", "Kulut laskutetaan",
         "Utlegg faktureres"),
    ),
    Term(
        "mileage_billable",
        ("Mileage billable", "Kilometers doorbelasten", "Mil debiteras", "Kilometer abrechenbar",
         "Kilometrit laskutetaan",
         "Kjøring faktureres"),
    ),
    Term(
        "distance_km",
        ("Distance (km)", "Afstand (km)", "Avstånd (km)", "Entfernung (km)", "Etäisyys (km)", "Avstand (km)"),
        ("Distance", "Kilometers", "Afstand"),
    ),
    Term(
        "max_distance_km",
        ("Maximum distance (km)", "Maximale afstand (km)", "Längsta avstånd (km)", "Höchstentfernung (km)",
         "Enimmäisetäisyys (km)", "Største avstand (km)"),
    ),
    Term(
        "street",
        ("Street and number", "Straat en huisnummer", "Gatuadress", "Straße und Hausnummer", "Katuosoite",
         "Gateadresse"),
        ("Straat", "Straatnaam", "Adres", "Straat + huisnr", "Straat + nr", "Straat en nr", "Straat en nummer",
         "Adresregel 1", "Adresregel", "adres_verz_straat", "Street", "Street address", "Address", "Address 1",
         "Address line 1", "AddressLine1", "addr1", "Adress", "Gata", "Strasse", "Straße", "Adresse", "Anschrift",
         "Osoite",
         "Lähiosoite", "Gate", "ADRESSE1", "Adresse - linje 1", "Vej"),
    ),
    Term(
        "house_number",
        ("House number", "Huisnummer", "Husnummer", "Hausnummer", "Talon numero", "Husnummer"),
        ("Huisnr", "House no", "House nr", "adres_verz_huisnummer", "Hausnr"),
    ),
    Term(
        "house_addition",
        ("House number addition", "Huisnummertoevoeging", "Husnummertillägg", "Hausnummerzusatz", "Talon lisätunnus",
         "Husbokstav"),
        ("Huisnummer toevoeging", "HuisnummerToev", "Toevoeging", "busnummer", "adres_verz_huisnummer_toev",
         "Apartment"),
        ("Unit", "Bus"),
    ),
    Term(
        "street_2",
        ("Address line 2", "Adresregel 2", "Adressrad 2", "Adresszusatz", "Osoiterivi 2", "Adresselinje 2"),
        ("Address 2", "AddressLine2", "addr2", "ADRESSE2", "Adres 2", "c/o", "Street 2", "Adresse - linje 2"),
    ),
    Term(
        "postal_code",
        ("Postal code", "Postcode", "Postnummer", "PLZ", "Postinumero", "Postnummer"),
        ("Post code", "PC", "Postnr", "Zip", "Zip Code", "zip_code", "zipcode", "Zip/Postal Code", "postalCode",
         "postcode_verzending", "Postleitzahl"),
    ),
    Term(
        "city",
        ("City", "Plaats", "Ort", "Ort", "Postitoimipaikka", "Poststed"),
        ("Woonplaats", "Plaatsnaam", "Gemeente", "Stad", "woonplaats_verzending", "Town", "City or County", "Postort",
         "Wohnort", "Stadt", "Sted", "POSTDST", "by", "Kaupunki", "Vestigingsplaats", "Locality"),
        ("Location",),
    ),
    Term(
        "postal_place",
        ("Postal code and city", "Postcode en plaats", "Postnummer och ort", "PLZ und Ort", "Postiosoite",
         "Postnummer og sted"),
        ("PLZ Ort", "PC Plaats", "Postcode + plaats", "Postnr/sted", "Zip and city"),
    ),
    Term(
        "region",
        ("Region", "Provincie", "Region", "Bundesland", "Maakunta", "Fylke"),
        ("State", "Province", "State/Province", "County", "Regio", "Län", "Kanton"),
    ),
    Term(
        "country",
        ("Country", "Land", "Land", "Land", "Maa", "Land"),
        ("Country code", "country-code", "Landcode", "Landcode (ISO-2)", "FactuurCodeLand", "land_verzending",
         "Country/Region", "EU-Land", "LANDKODE", "Landkod", "Maakoodi", "Ländercode", "Landskode"),
    ),
    Term("attention", ("Attention of", "Ter attentie van", "Att.", "Zu Händen", "Vastaanottaja", "Att."), ("Attn",)),
    Term(
        "iban",
        ("IBAN", "IBAN", "IBAN", "IBAN", "IBAN", "IBAN"),
        ("bankrekening/iban", "BankReknr", "Bankrekening", "Rekeningnummer", "Bankrekeningnummer", "Bank account",
         "Bankkonto", "Bankkontonr.", "Tilinumero", "Kontonummer", "Bankgiro"),
    ),
    Term("bic", ("BIC", "BIC", "BIC", "BIC", "BIC", "BIC"), ("SWIFT", "BIC code", "SWIFT/BIC", "BIC-code")),
    Term(
        "holder",
        ("Account holder", "Rekeninghouder", "Kontoinnehavare", "Kontoinhaber", "Tilinomistaja", "Kontoinnehaver"),
        ("naam_rekeninghouder", "Tenaamstelling", "Ten name van"),
    ),
    Term(
        "labels",
        ("Labels", "Labels", "Etiketter", "Etiketten", "Tunnisteet", "Etiketter"),
        ("Label", "TagNr", "Tags", "Tag", "tag_string", "Trefwoorden", "Trefwoord", "Categorie", "Categorieën",
         "Klantgroep",
         "Kundgruppering", "Kundgrupp", "nyckelord", "Categories", "Category", "Segments", "Segment", "Keyword",
         "Keywords",
         "Market segment", "Group Membership", "Groups", "Group", "Groep", "Groepen", "Kundenart", "Gruppe",
         "Kundengruppe",
         "Asiakasryhmä", "ASIAKASSEGMENTTI", "Ryhmät", "Kategori", "Kategorier"),
    ),
    Term(
        "function",
        ("Function", "Functie", "Befattning", "Funktion", "Tehtävä", "Stilling"),
        ("Contact title", "contactTitle", "Job title", "Jobtitle", "Functietitel", "Position", "Titel", "Tehtävänimike",
         "Rolle", "Profession", "Beroep", "Occupation"),
        ("Title",),
    ),
    Term(
        "job_title",
        ("Job title", "Functietitel", "Yrkestitel", "Berufsbezeichnung", "Ammattinimike", "Stillingstittel"),
    ),
    Term(
        "birth_date",
        ("Date of birth", "Geboortedatum", "Födelsedatum", "Geburtsdatum", "Syntymäaika", "Fødselsdato"),
        ("Birthday", "Birthdate", "Birth date", "Verjaardag"),
    ),
    Term(
        "is_main",
        ("Main contact", "Hoofdcontact", "Huvudkontakt", "Hauptkontakt", "Pääyhteyshenkilö", "Hovedkontakt"),
        ("Is main contact",),
    ),
    Term(
        "is_invoice_contact",
        ("Invoice contact", "Factuurcontact", "Fakturakontakt", "Rechnungskontakt", "Laskutusyhteyshenkilö",
         "Fakturakontakt"),
        ("Is invoice contact",),
    ),
    Term(
        "archived",
        ("Archived", "Gearchiveerd", "Arkiverad", "Archiviert", "Arkistoitu", "Arkivert"),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Column:
    """One column. `attribute` is the column of the table it lives in, '' where the plan puts it together.

    `repeatable`: several columns of a file may go into it. `only_out`: it is exported, never imported.
    `shortens`: what is too long for it is shortened, and stands in the notes as a whole.
    """

    key: str
    term: Term
    place: Place
    parse: Parse
    attribute: str = ""
    limits: Limits | None = None
    doubt: Callable[[str, Reading], Trouble | None] | None = None
    several: bool = False
    shortens: bool = False
    repeatable: bool = False
    only_in: bool = False
    only_out: bool = False
    example: str = ""

    def title(self, language: str = "en") -> str:
        """What the column is called: 'Head office: city'."""
        at = _at(language)
        place = PLACE_TITLES.get(self.place)
        return f"{place[at]}: {self.term.titles[at].lower()}" if place and not self._alone else self.term.titles[at]

    @property
    def _alone(self) -> bool:
        return self.place is Place.LINK and self.term.key not in {"number", "name"}


def _at(language: str) -> int:
    short = {"no": "nb", "nn": "nb", "da": "nb"}.get(language[:2].lower(), language[:2].lower())
    return TITLE_LANGUAGES.index(short) if short in TITLE_LANGUAGES else 0


def _column(term: str, parse: Parse, place: Place = Place.SELF, attribute: str | None = None, **more: Any) -> Column:
    key = f"{place.value}.{term}" if place not in {Place.SELF, Place.BANK, Place.LABELS} else term
    return Column(key, TERMS[term], place, parse, term if attribute is None else attribute, **more)


def _limited(
    term: str,
    parser: Callable[[Limits], Parse],
    of: Any,
    place: Place = Place.SELF,
    attribute: str | None = None,
    **more: Any,
) -> Column:
    """A column whose values must fit a column of the database: `of` says which."""
    limits = limits_of(of)
    return _column(term, parser(limits), place, attribute, limits=limits, **more)


def _address(noun: type[Address | Contact], place: Place, examples: Mapping[str, str]) -> tuple[Column, ...]:
    """The columns of an address; house number and addition are joined to the street, a postal place is taken apart."""
    columns = (
        _limited("street", reading.text, noun.street, place),
        _limited("house_number", reading.text, noun.street, place, "", only_in=True),
        _limited("house_addition", reading.text, noun.street, place, "", only_in=True),
        _limited("street_2", reading.text, Address.street_2, place),
        _limited("postal_code", reading.text, noun.postal_code, place),
        _limited("city", reading.text, noun.city, place),
        _limited("postal_place", reading.text, noun.city, place, "", only_in=True),
        _limited("region", reading.text, Address.region, place),
        _column("country", reading.country, place),
        _limited("attention", reading.text, Address.attention, place),
    )
    return tuple(
        replace(column, example=examples.get(column.term.key, ""))
        for column in columns
        if not (place is Place.SELF and column.term.key in {"street_2", "region", "attention"})
    )


_HEAD_OFFICE = {"street": "Frihamnsgatan 12", "postal_code": "115 56", "city": "Stockholm", "country": "SE"}

CUSTOMER_COLUMNS: tuple[Column, ...] = (
    _limited("number", reading.text, Customer.number, example="K-10031"),
    _limited("name", reading.text, Customer.company_name, attribute="", shortens=True),
    _limited("company_name", reading.text, Customer.company_name, shortens=True, example="Nordhamn Logistik AB"),
    _limited("name_2", reading.text, Customer.company_name, attribute="", only_in=True),
    _limited("first_name", reading.text, Customer.first_name),
    _limited("infix", reading.text, Customer.last_name, attribute="", only_in=True),
    _limited("last_name", reading.text, Customer.last_name),
    _column("kind", reading.kind, example="business"),
    _limited("nickname", reading.text, Customer.nickname),
    _limited(
        "email", reading.email, Customer.email, doubt=reading.email_doubt, several=True, example="info@nordhamn.example"
    ),
    _limited(
        "phone", reading.phone, Customer.phone, doubt=reading.phone_doubt, several=True, example="+46 8 555 010 20"
    ),
    _limited("mobile", reading.phone, Customer.mobile, doubt=reading.phone_doubt, several=True),
    _limited("fax", reading.phone, Customer.fax, doubt=reading.phone_doubt, several=True),
    _limited("website", reading.text, Customer.website, example="https://nordhamn.example"),
    *_address(Address, Place.HEAD_OFFICE, _HEAD_OFFICE),
    *_address(Address, Place.INVOICE, {}),
    _limited("contact", reading.text, Contact.name, Place.CONTACT, "", example="Ingrid Bergström"),
    _limited("salutation", reading.text, Contact.salutation, Place.CONTACT),
    _limited("first_name", reading.text, Contact.first_name, Place.CONTACT, "", only_in=True),
    _limited("last_name", reading.text, Contact.last_name, Place.CONTACT, "", only_in=True),
    _limited("function", reading.text, CustomerContact.function, Place.CONTACT, example="Purchasing"),
    _limited(
        "email",
        reading.email,
        Contact.email,
        Place.CONTACT,
        doubt=reading.email_doubt,
        several=True,
        example="ingrid@nordhamn.example",
    ),
    _limited("phone", reading.phone, Contact.phone, Place.CONTACT, doubt=reading.phone_doubt, several=True),
    _limited("mobile", reading.phone, Contact.mobile, Place.CONTACT, doubt=reading.phone_doubt, several=True),
    _column("labels", reading.labels, Place.LABELS, "", repeatable=True, example="Transport; Monthly invoice"),
    _column("status", reading.word_of(ValueList.STATUS), attribute="status_id"),
    _column("industry", reading.word_of(ValueList.INDUSTRY), attribute="industry_id"),
    _column("owner", reading.user, attribute="owner_id"),
    _limited("description", reading.lines, Customer.description, repeatable=True),
    _column("language", reading.language, example="sv"),
    _limited("vat_number", reading.text, Customer.vat_number, doubt=reading.vat_doubt, example="SE556012579001"),
    _limited("company_number", reading.text, Customer.company_number, example="556012-5790"),
    _limited("iban", reading.iban, BankAccount.iban, Place.BANK, doubt=reading.iban_doubt),
    _limited("bic", reading.text, BankAccount.bic, Place.BANK),
    _limited("holder", reading.text, BankAccount.holder, Place.BANK),
    _limited("reference", reading.text, Customer.reference),
    _limited("bookkeeping_code", reading.text, Customer.bookkeeping_code),
    _column("customer_since", reading.day, example="2019-03-01"),
    _limited("hourly_rate", reading.amount, Customer.hourly_rate),
    _limited("vat_percentage", reading.amount, Customer.vat_percentage),
    _limited("payment_term_days", reading.whole, Customer.payment_term_days, example="30"),
    _column("currency", reading.currency, example="SEK"),
    _column("invoice_layout", reading.word_of(ValueList.INVOICE_LAYOUT), attribute="invoice_layout_id"),
    _limited("invoice_email", reading.email, Customer.invoice_email, doubt=reading.email_doubt, several=True),
    _limited("e_invoice_id", reading.text, Customer.e_invoice_id),
    _column("expenses_billable", reading.yes_or_no),
    _column("mileage_billable", reading.yes_or_no),
    _limited("distance_km", reading.whole, Customer.distance_km),
    _limited("max_distance_km", reading.whole, Customer.max_distance_km),
    _column("archived", reading.yes_or_no, attribute="", only_out=True),
)

CONTACT_COLUMNS: tuple[Column, ...] = (
    _limited("name", reading.text, Contact.name, attribute=""),
    _limited("salutation", reading.text, Contact.salutation),
    _limited("first_name", reading.text, Contact.first_name, example="Ingrid"),
    _limited("infix", reading.text, Contact.last_name, attribute="", only_in=True),
    _limited("last_name", reading.text, Contact.last_name, example="Bergström"),
    _column("kind", reading.kind),
    _limited("own_company", reading.text, Contact.company_name, attribute=""),
    _limited(
        "email",
        reading.email,
        Contact.email,
        doubt=reading.email_doubt,
        several=True,
        example="ingrid@nordhamn.example",
    ),
    _limited(
        "phone", reading.phone, Contact.phone, doubt=reading.phone_doubt, several=True, example="+46 8 555 010 21"
    ),
    _limited("mobile", reading.phone, Contact.mobile, doubt=reading.phone_doubt, several=True),
    _limited("website", reading.text, Contact.website),
    _limited("number", reading.text, Customer.number, Place.LINK, "", example="K-10031"),
    _limited("name", reading.text, Customer.company_name, Place.LINK, "", example="Nordhamn Logistik AB"),
    _limited("function", reading.text, CustomerContact.function, Place.LINK, example="Purchasing"),
    _column("is_main", reading.yes_or_no, Place.LINK, example="yes"),
    _column("is_invoice_contact", reading.yes_or_no, Place.LINK),
    _limited("job_title", reading.text, Contact.job_title),
    *_address(Contact, Place.SELF, {}),
    _column("labels", reading.labels, Place.LABELS, "", repeatable=True),
    _column("language", reading.language),
    _column("birth_date", reading.day),
    _limited("vat_number", reading.text, Contact.vat_number, doubt=reading.vat_doubt),
    _column("owner", reading.user, attribute="owner_id"),
    _limited("description", reading.lines, Contact.description, repeatable=True),
    _column("archived", reading.yes_or_no, attribute="", only_out=True),
)

COLUMNS: Mapping[ImportKind, Mapping[str, Column]] = {
    ImportKind.CUSTOMERS: {column.key: column for column in CUSTOMER_COLUMNS},
    ImportKind.CONTACTS: {column.key: column for column in CONTACT_COLUMNS},
}


def allowed(session: Session, looker: Looker, kind: ImportKind) -> Mapping[str, Column]:
    """The columns that this person may see and write, by their keys."""
    hidden = hidden_columns(session, looker, _TABLES[kind])
    return {key: column for key, column in COLUMNS[kind].items() if column.attribute not in hidden}


_TABLES = {ImportKind.CUSTOMERS: "customer", ImportKind.CONTACTS: "contact"}
_MONEY = frozenset({"hourly_rate", "vat_percentage"})
_DAYS = frozenset({"customer_since", "birth_date"})


def thaw(attribute: str, kept: Any) -> Any:
    """A value as kept in a plan -> the value for the database column of that name."""
    if kept is None or kept == "":
        return None
    if attribute in _MONEY:
        return Decimal(kept)
    if attribute in _DAYS:
        return dt.date.fromisoformat(kept)
    return kept


def freeze(value: Any) -> Any:
    """A value from the database -> as a plan keeps it; nothing is ''."""
    if value is None:
        return ""
    if type(value) in {str, int}:
        return value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, enum.Enum):
        return value.value
    return value
