"""The words of the trade: what a column is called in six languages, and the names that real files use for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from importers.reading import LANGUAGES

TITLE_LANGUAGES = LANGUAGES[:6]


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
            "Debitorennr;Asiakaskoodi;Asiakastunnus;Asiakasnro;Kundenr.;NAVNEKODE;Medlemsnummer;Medlemsnr;Lidnummer;Lidnr;"
            "Mitgliedsnummer;Mitgliedsnr;Member number;Membership number;Jäsennumero;Jäsennro;Klient nummer"
            ";Deb.nr;Deb.nummer;Kund-nr;Kd.-Nr.;Asiakasnr;Reskontranumero"
            ";Relatienr;Relation number;Verkooprelatie;Kund-id;KundID;Debitorenkonto;A/C;Account code;"
            "Internal Reference;Klant-ID;Client ID;Debitor-Nr."
        ),
        ("Code", "Store#", "Symbol", "Your Ref #", "Konto", "Nummer", "Number", "No", "Nr", "id", "#"),
    ),
    Term(
        "name",
        ("Name", "Naam", "Namn", "Name", "Nimi", "Navn"),
        _list(
            "NIMI1;NAVN1;Display Name;Full name;Volledige naam;Weergavenaam;Fullständigt namn;Contact: Full Name"
            ";Voor- en achternaam;First and last name;Vor- und Nachname;För- och efternamn;Fornavn og etternavn;"
            "Etu- ja sukunimi;Achternaam, voornaam;Last name, first name;Nachname, Vorname;Efternamn, förnamn;Sukunimi, etunimi;"
            "Etternavn, fornavn;Företag/Namn;Bedrijf/Naam;Firma/Name;Company/Name;Yritys/Nimi;Firma/Navn"
        ),
        ("Store Name", "Supplier Name", "Security", "Account"),
    ),
    # The customer itself in a list of customers, the customer they belong to in a list of contacts.
    Term(
        "customer_name",
        ("Customer name", "Klantnaam", "Kundnamn", "Kundenname", "Asiakkaan nimi", "Kundenavn"),
        ("Account name", "Klant", "Customer", "Kund", "Kunde", "Asiakas", "Client", "Relatie", "Debiteur",
         "Naam klant", "Naam debiteur", "Naam relatie", "Cust. name"),
    ),
    Term(
        "company_name",
        ("Company name", "Bedrijfsnaam", "Företagsnamn", "Firma", "Yrityksen nimi", "Firmanavn"),
        _list(
            "naam bedrijf;Bedrijf;DebiteurNaam;Juridische naam;Handelsnaam;"
            "company_name;Company;"
            "Legal name;Organization;Organisation;Organisatie;Organization name;Firmenname;Firmenname1;"
            "Unternehmen;Yritys;"
            "Företag;Foretak;Bedriftsnavn;Bedrift;Firmanavn;Virksomhed;Your Company;Naam organisatie"
            ";Name (Adressattyp Unternehmen);Organization - Name;Associated Company"
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
        ("Firmenname2", "NAVN2", "NIMI2", "Name 2", "Naam 2", "Namn 2", "Nimen tarkenne"),
    ),
    Term(
        "kind",
        ("Kind", "Soort", "Typ", "Art", "Laji", "Type"),
        ("Company or person", "Soort relatie", "Bedrijf of persoon", "Kundtyp", "Kundentyp", "Adressattyp", "Customer type",
         "Klanttype",
         "Kundetype", "Asiakastyyppi", "Kontaktart"),
        ("Relation type",),
    ),
    # Programs that ask whether somebody is a person, instead of what they are.
    Term(
        "is_person",
        ("Is a person", "Is particulier", "Privatperson", "Ist Privatperson", "Yksityisasiakas", "Privatperson"),
        ("Particulier", "IsPerson", "Is individual", "Privat person", "Is een persoon", "Yksityishenkilö",
         "Er privatperson"),
    ),
    Term(
        "is_company",
        ("Is a company", "Is een bedrijf", "Är företag", "Ist Firma", "On yritys", "Er bedrift"),
        ("IsCompany", "Is business", "Is zakelijk", "Zakelijk"),
    ),
    Term(
        "salutation",
        ("Salutation", "Aanhef", "Hälsning", "Anrede", "Puhuttelu", "Tiltale"),
        ("Prefix", "Contact1 Salutation", "Titel/Akad. Grad", "Aanspreking", "Aanspreektitel"),
    ),
    Term(
        "first_name",
        ("First name", "Voornaam", "Förnamn", "Vorname", "Etunimi", "Fornavn"),
        ("Firstname", "first_name", "Given Name", "Forename",
         "Vorname (Adressattyp natürl. Person)", "billing_first_name"),
        ("Initialen", "Initials", "Voorletters"),
    ),
    Term(
        "infix",
        ("Name infix", "Tussenvoegsel", "Namnpartikel", "Namenszusatz", "Nimen välisana", "Navnepartikkel"),
        ("Voorvoegsel", "Voorvoegsels", "Tussenvoegsels", "Infix", "Surname prefix", "Last name prefix", "Tussenv.",
         "Voorv.", "Namensvorsatz"),
    ),
    Term(
        "last_name",
        ("Last name", "Achternaam", "Efternamn", "Nachname", "Sukunimi", "Etternavn"),
        ("Lastname", "last_name", "Family Name", "Surname", "Familienaam", "Familienname",
         "Efternavn", "Zuname", "Name (Adressattyp natürl. Person)", "billing_last_name"),
    ),
    Term(
        "contact",
        ("Contact", "Contactpersoon", "Kontaktperson", "Ansprechpartner", "Yhteyshenkilö", "Kontaktperson"),
        ("Contact name", "ContactNaam", "contactName", "Contact person", "t.a.v.", "TAV", "FactuurTAV", "Attn Line",
         "Attention", "Kontakt", "Persoon", "Main contact", "Primary contact", "Naam contactpersoon", "Yhteyshlö",
         "Contact 1", "Kundekontakt"),
    ),
    Term(
        "nickname",
        ("Nickname", "Roepnaam", "Smeknamn", "Rufname", "Kutsumanimi", "Kallenavn"),
        ("Short name", "Korte naam", "Zoeknaam", "Zoekcode", "Search name", "Kurzname", "Matchcode", "Kortnavn",
         "Kurzbezeichnung", "Zoeksleutel", "Suchbegriff", "Tilltalsnamn", "Preferred name", "Preferred first name",
         "Known as", "Kaldenavn"),
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
         "SPL Instruction", "Memo", "Kuvaus", "Toelichting", "Notitie", "Notities", "Notiz", "Notizen", "Anmerkung",
         "Anmerkungen", "Huomautus", "Merknad", "Bemærkning"),
    ),
    Term(
        "email",
        ("E-mail", "E-mailadres", "E-post", "E-Mail", "Sähköposti", "E-post"),
        ("Email", "E-mail address", "Email address", "eMail", "Emailadres", "epost", "E-postadress", "E-postadresse",
         "E-Mail Adresse", "Mailadresse", "Mail", "E-mail 1 - Value", "Primary Email", "Preferred Email", "Work Email",
         "Sähköpostiosoite", "request_email", "Mailadres", "Personal Email", "E-mail zakelijk", "Sähköp.", "Mejl",
         "Mejladress", "E-Mail geschäftlich", "Mail address", "Mailadress", "E-mail werk", "E-mail work", "EmailID",
         "E-mailadres werk", "E-mail addr."),
    ),
    Term(
        "phone",
        ("Phone", "Telefoon", "Telefon", "Telefon", "Puhelin", "Telefon"),
        ("Telefoonnummer", "Telephone", "Phone number", "Tel", "Tel.", "Telnr", "Telefoonnr", "Telefonnummer", "TLFNR",
         "Tlf", "Phone # w area code", "Phone 1 - Value", "Preferred Phone", "Telefonnr", "Puhelinnumero",
         "Telefon (jobb)", "Contact Number", "Contacttelefoonnr", "Office phone", "Business Phone", "Work Phone",
         "Home Phone", "Telefon 1", "Telephone number", "Puh.", "Puh.nro", "Tfn", "Telefoon zakelijk", "Tel. vast",
         "Tel. werk", "Telefoonnr. werk", "Telefoon werk", "Telefoon op werk", "Phone work", "Telefon arbete",
         "Telefon geschäftlich", "Telefon gesch.", "Telefoon vast", "Telefon fast", "Ph", "Ph.", "billing_phone", "Phone No.",
         "Telefon växel"),
        ("Office", "Home"),
    ),
    Term(
        "mobile",
        ("Mobile", "Mobiel", "Mobil", "Mobil", "Matkapuhelin", "Mobil"),
        ("Mobiel nummer", "Mobiele telefoon", "Telefoonnummer mobiel", "Mobile Phone", "Mobile number", "CellPhone",
         "Cell", "Cell phone", "GSM", "Mobilnummer", "Mobiltelefon", "Handy", "Kännykkä", "Tel. mob.", "Mobiltel.",
         "Mobilfunk", "Tel. mobiel",
         "Matkapuh.", "Mobiele nr", "Mobiel werk", "Mobiel zakelijk", "Mobilnr", "Telefoon mobiel", "Telefon mobil", "Phone mobile"),
    ),
    Term(
        "fax",
        ("Fax", "Fax", "Fax", "Fax", "Faksi", "Faks"),
        ("Faxnr", "Fax number", "Faxnummer", "Telefax", "Fax # w area code", "Telefaks", "Zakelijke fax"),
    ),
    Term(
        "website",
        ("Website", "Website", "Webbplats", "Webseite", "Kotisivut", "Nettsted"),
        ("URL website", "Web Page", "Web Page 1", "Web site", "Webadresse", "Homepage", "Home page", "Hemsida",
         "Hjemmeside", "www", "Internetadres", "Verkkosivusto", "Internetseite", "Kotisivu", "Company Domain Name",
         "Website Link", "Webpagina", "Website URL", "Website 1 - Value", "Verkkosivut"),
        ("url", "web", "Internet", "Site", "Domain", "Domein"),
    ),
    Term("language", ("Language", "Taal", "Språk", "Sprache", "Kieli", "Språk"), ("Language code", "Taalcode",
        "Sprog")),
    Term(
        "vat_number",
        ("VAT number", "BTW-nummer", "Momsregistreringsnummer", "USt-IdNr.", "ALV-numero", "MVA-nummer"),
        ("VAT", "VAT ID", "VAT no", "VAT nr", "VAT-nr", "vat_id", "BTW", "BTW nr", "BTW-nr", "btwnummer", "BTW-ID",
         "BTW identificatienummer", "Tax number", "tax_number", "Tax id", "Momsregnr", "Moms nr", "Momsnummer",
         "Umsatzsteuer ID", "Umsatzsteuer-Identifikationsnummer", "UStId", "EU-UStID", "MVAnr.", "Partner VAT",
         "BTW-identificatienr.", "ALV-tunnus",
         "BTW-id-nummer", "VAT-ID", "VAT-nummer", "VAT Reg No", "VAT registration number", "Tax reg. no.",
         "Tax registration number", "Business VAT ID", "UID-Nummer", "TVA", "Numéro de TVA",
         "VAT Registration No.", "taxvat"),
        ("Steuernummer",),
    ),
    Term(
        "company_number",
        ("Company number", "KvK-nummer", "Organisationsnummer", "Handelsregisternummer", "Y-tunnus",
         "Organisasjonsnummer"),
        ("kvk", "KVK Number", "KvK nr", "Kamer van Koophandel", "Ondernemingsnummer", "orgnr", "Org.nr", "Org nummer",
         "Business ID", "Registration number", "Company registration number", "CompanyGovNo", "Duns#", "Manuf Duns #",
         "Handelsregisternr.", "Organisasjonsnr.", "CVR", "CVR-nummer", "Chamber of Commerce", "OrganisationNumber",
         "coc number", "Org.nr/Pers.nr", "KvK-nr.", "Org-/personnr", "Y-tunnus/Henkilötunnus", "coc",
         "CVR-nr.", "Org. number"),
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
        ("VAT rate", "BTW tarief", "Moms %", "BTW %", "VAT %", "USt %", "MwSt %", "ALV %", "MVA %", "USt-Satz",
         "MwSt-Satz", "Mehrwertsteuersatz", "Umsatzsteuersatz", "ALV-kanta", "Momsprocent", "Tax rate"),
    ),
    Term(
        "payment_term_days",
        ("Payment term (days)", "Betalingstermijn (dagen)", "Betalningsvillkor (dagar)", "Zahlungsziel (Tage)",
         "Maksuehto (päivää)", "Betalingsfrist (dager)"),
        ("Payment term", "Payment terms", "Payment days", "Betaaltermijn", "Betalingstermijn", "Betaalconditie",
         "Betaling",
         "Betalningsvillkor", "Kredittid", "Zahlungsziel", "Zahlungsbedingung", "Maksuehto", "Betalingsfrist",
         "Betalingsbetingelser", "Krediettermijn", "TermsOfPayment", "Terms of payment", "Betalingsvoorwaarde",
         "Maksuehto pv", "Betalingsconditie", "Betalingsconditie: Omschrijving", "Due days", "Forfallsdager",
         "Antall dager forfall", "Betaalvw.", "Vervaldagen", "Mkehto", "Betvillkor", "Betalingsbetingelse",
         "Forfall (dager)"),
        ("Terms",),
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
        ("Peppol ID", "Peppol", "OVT-tunnus", "GLN", "E-invoice ID", "OIN", "Leitweg-ID", "OVT"),
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
        ("Street/road name of Address", "Straat", "Straatnaam", "Adres", "Straat + huisnr", "Straat + nr", "Straat en nr", "Straat en nummer",
         "Adresregel 1", "Adresregel", "Street", "Street address", "Address", "Address 1",
         "Address line 1", "AddressLine1", "addr1", "Adress", "Gata", "Strasse", "Straße", "Adresse", "Anschrift",
         "Osoite",
         "Lähiosoite", "Gate", "ADRESSE1", "Adresse - linje 1", "Vej", "Adr", "Adr.", "Jakeluosoite",
         "Adres 1", "Adress 1", "Adressrad 1", "Straße Nr.", "Utdelningsadress", "Afleveradres", "Käyntiosoite"),
        ("Box", "PO Box", "Postbus", "Postboks", "Postfach", "Postbox"),
    ),
    Term(
        "house_number",
        ("House number", "Huisnummer", "Husnummer", "Hausnummer", "Talon numero", "Husnummer"),
        ("Huisnr", "House no", "House nr", "Hausnr", "House number of Address"),
    ),
    Term(
        "house_addition",
        ("House number addition", "Huisnummertoevoeging", "Husnummertillägg", "Hausnummerzusatz", "Talon lisätunnus",
         "Husbokstav"),
        ("Huisnummer toevoeging", "HuisnummerToev", "Toevoeging", "busnummer",
         "Apartment", "Toev.", "House number suffix", "Toevoeging aan huisnummer", "Toevoeging huisnummer",
         "Huisnummer toev.", "Huisnr. toev.", "Toev. aan huisnr."),
        ("Unit", "Bus"),
    ),
    Term(
        "street_2",
        ("Address line 2", "Adresregel 2", "Adressrad 2", "Adresszusatz", "Osoiterivi 2", "Adresselinje 2"),
        ("Address 2", "AddressLine2", "addr2", "ADRESSE2", "Adres 2", "c/o", "Street 2", "Adresse - linje 2",
         "Adress 2", "c/o-adress", "Lisäosoite"),
    ),
    Term(
        "postal_code",
        ("Postal code", "Postcode", "Postnummer", "PLZ", "Postinumero", "Postnummer"),
        ("Post code", "PC", "Postinro", "Pnr", "Postnr", "Zip", "Zip Code", "zip_code", "zipcode", "Zip/Postal Code",
         "postalCode",
         "Postleitzahl", "ZIP/Postal code of Address"),
    ),
    Term(
        "city",
        ("City", "Plaats", "Ort", "Ort", "Postitoimipaikka", "Poststed"),
        ("Woonplaats", "Plaatsnaam", "Gemeente", "Stad", "Town", "City or County", "Postort",
         "Wohnort", "Stadt", "Sted", "POSTDST", "by", "Kaupunki", "Vestigingsplaats", "Locality", "Plts", "Postitmp",
         "Postitmpk", "Toimipaikka", "City/town/village/locality of Address", "Ptmk", "Wpl", "Woonpl"),
        ("Location",),
    ),
    Term(
        "postal_place",
        ("Postal code and city", "Postcode en plaats", "Postnummer och ort", "PLZ und Ort", "Postiosoite",
         "Postnummer og sted"),
        ("PLZ Ort", "PC Plaats", "Postcode + plaats", "Postnr/sted", "Zip and city", "Postnr ort",
         "Postnr sted", "Postcode woonplaats", "Postcode plaats", "Postinumero ja -toimipaikka"),
    ),
    Term(
        "region",
        ("Region", "Provincie", "Region", "Bundesland", "Maakunta", "Fylke"),
        ("State", "Province", "State/Province", "County", "Regio", "Län", "Kanton", "State/Region", "Province/State",
         "Province code"),
    ),
    Term(
        "country",
        ("Country", "Land", "Land", "Land", "Maa", "Land"),
        ("Country code", "country-code", "Landcode", "Landcode (ISO-2)", "FactuurCodeLand",
         "Country/Region", "EU-Land", "LANDKODE", "Landkod", "Maakoodi", "Ländercode", "Landskode", "Landskod",
         "Country of Address", "Land (ISO)", "Country/Region Code", "Land/regio", "Land-/regiocode"),
    ),
    Term("attention", ("Attention of", "Ter attentie van", "Att.", "Zu Händen", "Vastaanottaja", "Att."), ("Attn",)),
    Term(
        "iban",
        ("IBAN", "IBAN", "IBAN", "IBAN", "IBAN", "IBAN"),
        ("bankrekening/iban", "BankReknr", "Bankrekening", "Rekeningnummer", "Bankrekeningnummer", "Bank account",
         "Bankkonto", "Bankkontonr.", "Tilinumero", "Kontonummer", "Bankgiro", "Bankrek.", "Bankrek.nr", "bank iban",
         "IBAN-Nr.", "Pankkitili", "Bank account number", "IBAN nummer", "IBAN number"),
    ),
    Term("bic", ("BIC", "BIC", "BIC", "BIC", "BIC", "BIC"), ("SWIFT", "BIC code", "SWIFT/BIC", "BIC-code",
    "SWIFT-Code", "BIC/SWIFT", "bank bic")),
    Term(
        "holder",
        ("Account holder", "Rekeninghouder", "Kontoinnehavare", "Kontoinhaber", "Tilinomistaja", "Kontoinnehaver"),
        ("naam_rekeninghouder", "Tenaamstelling", "Ten name van", "t.n.v."),
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
         "Rolle", "Profession", "Beroep", "Occupation", "Organization Title"),
        ("Title",),
    ),
    Term(
        "job_title",
        ("Job title", "Functietitel", "Yrkestitel", "Berufsbezeichnung", "Ammattinimike", "Stillingstittel"),
    ),
    Term(
        "birth_date",
        ("Date of birth", "Geboortedatum", "Födelsedatum", "Geburtsdatum", "Syntymäaika", "Fødselsdato"),
        ("Birthday", "Birthdate", "Birth date", "Verjaardag", "Geb.datum", "Geburtstag"),
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
