"""Header rows of real programs and of lists people keep, with what each column is to be taken for.

No rule about names of columns may be changed without this table agreeing. A list is a name and its columns:
`header > field > first value ; second value`, where `-` is a column that is left out and `?` one that somebody has to choose.
"""

from __future__ import annotations

import pytest

from importers.mapping import guess
from importers.meanings import Certainty
from models.imports import ImportKind

_PLACES = {"head": "head_office", "invoice": "invoice_address", "contact": "main_contact"}


def _columns(text: str) -> list[list[str]]:
    """Header, field and values of each column of a list."""
    return [[part.strip() for part in f"{column} > ".split(" > ")] for column in text.replace("\n", " ").split(" | ")]


def _field(short: str) -> str:
    place, dot, term = short.partition(".")
    return f"{_PLACES.get(place, place)}{dot}{term}"


def _lists(text: str) -> dict[str, str]:
    return dict((block.strip().partition("\n")[::2]) for block in text.split("## ")[1:])


CUSTOMERS = r"""
## a register of members in Finland
Jäsennro > number > 00012 ; 00013 | Sukunimi, etunimi > name > Virtanen, Matti ; Korhonen, Liisa | Osoite > head.street > Katu 1 |
Puh. > phone > 040 1234567

## a club in Sweden
Kundnr > number > 1 | Företag/Namn > name > Ek AB | Adress > head.street > Gatan 1 | Postnr Ort > head.postal_place > 123 45 Växjö

## accno
Name > name > One Ltd ; Two Ltd | Account number > iban > NL91ABNA0417164300 ; GB29NWBK60161331926819 | Sort code > - |
City > head.city > London ; London

## accountview
Debiteurnummer > number > 1300 | Naam 1 > name > Aannemer Jan | Naam 2 > name_2 > t.a.v. de administratie | Adres 1 > head.street > Postbus 1 |
Adres 2 > head.street_2 | Postcode > head.postal_code > 1234 AB | Woonplaats > head.city > Delft | Landcode > head.country > NL |
Tel 1 > phone > 015-123456 | Tel 2 > - > 06-12345678 | E-mail > email > a@a.example | BTW nr > vat_number > NL001234567B01 | Betaalcode > - > 30 |
Kredietlimiet > - > 1000 | Saldo > - > -25,50

## addr_overwrite
Klantnummer > number > K-10031 | Naam > name > Nordhamn Logistik AB | Factuuradres > invoice.street > Box 1 | Postcode > invoice.postal_code > 999 99
| Plaats > invoice.city > Kiruna

## afas
Verkooprelatie > number > 100034 ; 100035 | Naam > name > Stichting De Brug ; VOF Bos & Zn | Nr. (BcCo) > - > 100012 ; 100013 |
Straat > head.street > Kerkplein ; Bosweg | Huisnr. > head.house_number > 4 ; 12 | Toev. aan huisnr. > head.house_addition > a |
Postcode > head.postal_code > 3512 JE ; 3734 AA | Woonplaats > head.city > Utrecht ; Den Dolder | Land > head.country > NL ; NL |
Telefoonnr. werk > phone > 030-2345678 ; 030-2345679 | Mobiel werk > mobile >  ; 06-1 | E-mail werk > email > info@debrug.example ; bos@bos.example |
Btw-identificatienummer > vat_number > NL812345678B01 | Kamer van koophandel > company_number > 41123456 ; 30123456 |
Betalingsvoorwaarde > payment_term_days > 30 ; 14 | Valuta > currency > EUR ; EUR | Geblokkeerd > - > Nee ; Ja | Begindatum > - > 1-1-2018 ; 1-6-2020

## afl
Klantnr > number > 1 | Naam > name > A | Adres > head.street > Straat 1 | Postcode > head.postal_code > 1234 AB | Plaats > head.city > Delft |
Afleveradres > - > Straat 2 | Aflever postcode > - > 1234 AC | Afleverplaats > - > Gouda | Factuur t.a.v. > contact.contact > Piet |
Factuur e-mail > invoice_email > f@a.example

## alvpct
Asiakasnumero > number > 1 | Nimi > name > A | ALV % > vat_percentage > 25,5 | ALV > - > 25,5

## bc_default
No. > number > 901 | Name > name > A Ltd | Contact > contact.contact > Ann Lee | Phone No. > phone > 0191 254 5909 | E-Mail > email > a@a.example |
VAT Registration No. > vat_number > GB980780684 | Payment Terms Code > - > 1M(8D) | Country/Region Code > head.country > GB

## bezoekpost
Klantnr > number > 1 ; 2 | Naam > name > Bakker BV ; Slager BV | Bezoekadres > head.street > Dorpsstraat 1 ; Markt 2 |
Postcode > head.postal_code > 1234 AB ; 1234 AC | Plaats > head.city > Delft ; Delft | Postadres > - > Postbus 2 ; Postbus 3 |
Postcode > - > 1200 AA ; 1200 AB | Plaats > - > Delft ; Delft

## billing
Customer No > number > 1 | Company > company_name > Bakker Ltd | Billing address > invoice.street > High Street 1 | City > invoice.city > London |
Zip > invoice.postal_code > SW1A 1AA | Country > invoice.country > UK

## billy
Type > kind > company ; person | Name > name > Foo ApS ; Lars Larsen | Org. number > company_number > 12345674 |
Street > head.street > Gade 1 ; Gade 2 | Zip code > head.postal_code > 1000 ; 1000 | City > head.city > Kbh ; Kbh | Country > head.country > DK ; DK |
Contact person name > contact.contact > Per | Contact person email > contact.email > per@foo.example | Phone > phone > 33 ; 34

## brin
Naam > name > Foo BV ; Bar BV | Nr > number > 5 ; 6 | Straat > head.street > Dorpsstraat ; Laan | Huisnr > head.house_number > 12 ; 14 |
Plaats > head.city > Delft ; Delft

## btwpct
Klantnr > number > 1 ; 2 | Naam > name > A ; B | BTW-nummer > vat_number > NL001 | BTW % > vat_percentage > 21% ; 9 |
E-mail > email > a@a.example ; b@a.example

## btwpct2
Klantnr > number > 1 ; 2 ; 3 | Naam > name > Bakker ; Slager ; Kok | BTW % > vat_percentage > 21 ; 9 ; 21 |
E-mail > email > a@a.example ; b@a.example ; c@a.example

## btwpct3
Klantnr > number > 1 | Naam > name > A | BTW (%) > vat_percentage > 21 | BTW > vat_number > NL001234567B01

## business_nl
No. > number > 10000 ; 20000 | Name > name > Adatum Corporation ; Trey Research | Name 2 > name_2 >  ; Dept. X |
Address > head.street > Station Road 21 ; 153 Thomas Drive | Address 2 > head.street_2 | Post Code > head.postal_code > CB1 2FB ; SE1 0AX |
City > head.city > Cambridge ; London | Country/Region Code > head.country > GB ; GB | Phone No. > phone |
Contact > contact.contact > Robert Townes ; Helen Ray | Salesperson Code > - > JR ; PS | Customer Posting Group > - > DOMESTIC ; DOMESTIC |
Currency Code > currency >  ; EUR | Payment Terms Code > - > 1M(8D) ; 14 DAYS | Blocked > - >  ; All | VAT Registration No. > vat_number > GB789456278
| E-Mail > email > robert@contoso.example ; helen@contoso.example | Home Page > website >  ; www.trey.example

## capsule
Type > kind > Person ; Organisation | Title > contact.salutation > Mr | First Name > first_name > Jan | Last Name > last_name > Jansen |
Job Title > contact.function > CEO | Organisation > company_name > Foo ; Foo | Email Address > email > j@a.example ; info@foo.example |
Phone Number > phone > 0191 254 5909 | Address Street > head.street > 1 St | City > head.city > London | State > head.region |
Zip > head.postal_code > SW1 | Country > head.country > UK | Tags > labels > VIP,New

## companycontact
Company > company_name > Foo Ltd | Contact 1 > contact.contact > Ann Lee | Contact 1 email > contact.email > ann@foo.example | Contact 2 > - > Bob Ray
| Contact 2 email > - > bob@foo.example | Phone > phone > 0191 254 5909

## contactdate
Klantnr > number > 1 ; 2 ; 3 | Naam > name > A ; B ; C | Contact > - > 01-02-2024 ; 02-02-2024 ; 05-02-2024 |
Laatste contact > - > 03-04-2024 ; 03-04-2024 ; x

## de_liefer
KdNr > number > 1 | Firma > company_name > Eins GmbH | Rechnungsanschrift > invoice.street > Weg 1 | PLZ > invoice.postal_code > 10115 |
Ort > invoice.city > Berlin | Lieferanschrift > head.street > Tor 2 | Liefer-PLZ > head.postal_code > 80331 | Liefer-Ort > head.city > München

## dynamics_no
Nr. > number > 10 | Navn > name > Fjord AS | Navn 2 > name_2 | Adresse > head.street > Kaia 1 | Adresse 2 > head.street_2 |
Postnr. > head.postal_code > 5003 | By > head.city > Bergen | Land > head.country > NO | Telefonnr. > phone > 55 55 55 55 |
E-post > email > f@f.example | Org.nr. > company_number > 987 654 325 MVA | Kontakt > contact.contact > Ola | Betalingsbet.kode > - > 14D

## eboekhouden
Relatiecode > number > ABC ; DEF | Bedrijf > company_name > ABC Handel ; De Fabriek | Contactpersoon > contact.contact > J. Peters ; M. Smit |
Geslacht > - > m ; v | Adres > head.street > Kade 1 ; Ring 2 | Postcode > head.postal_code > 1111 AA ; 2222 BB | Plaats > head.city > Diemen ; Katwijk
| Land > head.country >  ; Nederland | Adres2 > - >  ; Postbus 9 | Postcode2 > - >  ; 2220 AA | Plaats2 > - >  ; Katwijk | Land2 > - |
Telefoon > phone > 020-1111111 ; 071-2222222 | GSM > mobile > 06-11111111 | Fax > fax | E-mail > email > abc@abc.example ; def@def.example |
Website > website | Opmerkingen > description > Let op betaalt laat | Bankrekening > - | BTW nummer > vat_number > NL001111111B01 |
KvK nummer > company_number > 11111111 ; 22222222 | Aanhef > contact.salutation > Geachte heer Peters ; Geachte mevrouw Smit |
IBAN > iban > NL02ABNA0123456789 | BIC > bic | BP > - > B ; B | Def1 > - | Def2 > -

## economic_dk
Kundenr. > number > 1 | Navn > name > Dansk Handel ApS | Gruppe > labels > Indland | CVR-nr. > company_number > 12345674 | EAN-nr. > - > 5798000000000
| Adresse > head.street > Gade 1 | Postnr. > head.postal_code > 1000 | By > head.city > København K | Land > head.country > Danmark |
Tlf. > phone > 33 33 33 33 | E-mail > email > d@d.example | Betalingsbetingelse > payment_term_days > Netto 8 dage | Valuta > currency > DKK |
Momszone > - > Momspligtig | Kundekontakt > contact.contact > Per Jensen | Spærret > - > Nej | Saldo > - > 1.250,75

## exact_accounts
Code > number > 10001 ; 10002 | Naam > name > De Groot Installatie B.V. ; Café 't Hoekje | Zoekcode > nickname > DEGROOT ; HOEKJE |
Status > status > Klant ; Prospect | Adres > head.street > Havenstraat 12 ; Markt 3 | Postcode > head.postal_code > 3011 AA ; 2611 GP |
Plaats > head.city > Rotterdam ; Delft | Land > head.country > NL ; NL | Telefoon > phone > 010-4123456 ; 015-2123456 |
E-mail > email > info@degroot.example | Website > website > www.degroot.example | BTW-nummer > vat_number > NL001234567B01 |
KvK-nummer > company_number > 24123456 | Betalingsconditie > payment_term_days > 30 dagen ; 14 dagen | Kredietlimiet > - > 5.000,00 ; 0,00 |
Accountmanager: Volledige naam > - > Jan Smit | Klant sinds > customer_since > 01-03-2019 ; 15-11-2021

## facturen
Factuurnummer > - > 20240001 ; 20240002 | Factuurdatum > - > 01-02-2024 ; 01-02-2024 | Klantnummer > number > 1 ; 2 | Naam > name > A ; B |
Bedrag > - > 100 ; 100 | BTW > - > 21 ; 21 | Totaal > - > 121 ; 121 | Status > status > Betaald ; Open

## factuuradres
Klantnr > number > 1 ; 2 | Naam > name > Bakker BV ; Slager BV | Factuuradres > invoice.street > Dorpsstraat 1 ; Markt 2 |
Postcode > invoice.postal_code > 1234 AB ; 1234 AC | Plaats > invoice.city > Delft ; Delft | Land > invoice.country > NL ; NL |
E-mail > email > a@a.example ; b@a.example

## fakturaadress
Kundnr > number > 1 | Namn > name > Bakker AB | Fakturaadress > invoice.street > Storgatan 1 | Postnr > invoice.postal_code > 123 45 |
Ort > invoice.city > Lund | Land > invoice.country > SE

## fi_lasku
Asiakasnro > number > 1 | Asiakas > name > Oy Yksi | Laskutusosoite > invoice.street > Katu 1 | Postinumero > invoice.postal_code > 00100 |
Postitoimipaikka > invoice.city > Helsinki | Toimitusosoite > head.street > Tie 2 | Toimituspostinumero > head.postal_code > 00200

## fiken
Navn > name > Fisk AS | Kundenummer > number > 10001 | Leverandørnummer > - | Organisasjonsnummer > company_number > 987654325 |
E-post > email > f@f.example | Telefon > phone > 99999999 | Adresse > head.street > Kaia 1 | Adresse 2 > head.street_2 |
Postnummer > head.postal_code > 5003 | Poststed > head.city > Bergen | Land > head.country > NO | Kontonummer > iban > 1234.56.78903 |
Medlemsnummer > - | Gruppe > labels > Gull | Språk > language > Norsk | Valuta > currency > NOK | Forfall (dager) > payment_term_days > 14

## fortnox
Kundnr > number > 1 ; 2 | Namn > name > Åkes Bygg AB ; Eva Ek | Orgnr/Persnr > company_number > 556012-5790 ; 19800101-1234 |
Adress > head.street > Storgatan 1 ; Lillgatan 2 | Adress2 > head.street_2 > Box 12 | Postnr > head.postal_code > 123 45 ; 123 46 |
Ort > head.city > Örebro ; Örebro | Land > head.country > Sverige ; Sverige | Telefon > phone > 019-12 34 56 | Telefon 2 > - > 070-123 45 67 |
E-post > email > info@akes.example ; eva@ek.example | E-post faktura > invoice_email > faktura@akes.example | Momsregnr > vat_number > SE556012579001
| Betalningsvillkor > payment_term_days > 30 ; 10 | Valuta > currency > SEK ; SEK | Er referens > reference > Åke Åkesson | Vår referens > - > Lisa |
Aktiv > - > Ja ; Nej | Typ > kind > COMPANY ; PRIVATE

## freshbooks
Organization > company_name > Foo | First Name > first_name > Jan | Last Name > last_name > Jansen | Email > email > a@a.example | Phone > phone > 1 |
Mobile > mobile | Fax > fax | Address Line 1 > head.street > Str | Address Line 2 > head.street_2 | City > head.city > Delft |
Province/State > head.region | Country > head.country > NL | Postal Code > head.postal_code > 1234AB | Notes > description | Vat Number > vat_number

## google
First Name > first_name > Anna ; Bo | Middle Name > - > Maria | Last Name > last_name > Berg ; Ek | Phonetic First Name > - | Name Prefix > - > Dr. |
Name Suffix > - | Nickname > nickname | File As > - | Organization Name > company_name > Berg AB | Organization Title > contact.function > CEO |
Organization Department > - | Birthday > - > 1980-02-03 ; --03-04 | Notes > description > Note | Photo > - |
Labels > labels > * myContacts ::: VIP ; * myContacts | E-mail 1 - Label > - > * Work | E-mail 1 - Value > email > anna@berg.example |
E-mail 2 - Label > - > Home | E-mail 2 - Value > - > a@home.example | Phone 1 - Label > - > Mobile ; Work |
Phone 1 - Value > phone > +46 70 123 45 67 ::: +46 8 123 ; 08-123 | Address 1 - Label > - > Home |
Address 1 - Formatted > - > Storgatan 1 123 45 Lund SE | Address 1 - Street > head.street > Storgatan 1 | Address 1 - City > head.city > Lund |
Address 1 - PO Box > - | Address 1 - Region > head.region | Address 1 - Postal Code > head.postal_code > 123 45 |
Address 1 - Country > head.country > SE | Address 1 - Extended Address > -

## hashcol
# > - > 1 | Naam > name > A | Klant # > number > 77 | KvK # > company_number > 12345678 | Tel # > phone > 010-1234567

## heeros
Asiakasnumero > number > 1 | Nimi1 > name > Oy Yksi | Nimi2 > name_2 | Lähiosoite > head.street > Katu 1 | Postinro > head.postal_code > 00100 |
Ptmk > head.city > Helsinki | Maa > head.country > FI | Y-tunnus > company_number > 1234567-1 | Puh > phone > 09 1234567 | Email > email > a@a.example
| Mkehto > payment_term_days > 14 | Kieli > language > FI

## hogia
Kundnr > number > 100 | Namn 1 > name > AB Ett | Namn 2 > name_2 | Utdelningsadress > head.street > Gatan 1 |
Postadress > head.postal_place > 111 11 Stockholm | Landkod > head.country > SE | Telnr > phone > 08-123456 | Orgnr > company_number > 5560125790 |
VAT-nr > vat_number | Betvillkor > payment_term_days > 30

## hubspot_companies
Record ID > - > 9012345678 ; 9012345679 | Company name > company_name > Acme B.V. ; Beta Oy | Company owner > owner |
Create Date > - > 2024-01-05 10:11 ; 2024-01-05 10:12 | Phone Number > phone > +31201234567 ; +35891234567 | Last Activity Date > - |
City > head.city > Amsterdam ; Helsinki | Country/Region > head.country > Netherlands ; Finland | Industry > industry > COMPUTER_SOFTWARE |
Company Domain Name > website > acme.example ; beta.example | Street Address > head.street > Damrak 1 | Postal Code > head.postal_code > 1012 LG |
State/Region > head.region > NH | Number of Employees > - > 50 | Annual Revenue > - > 1000000 | Lifecycle Stage > - > Customer ; Lead |
Description > description > Makes things

## invoices_en
Invoice Number > - > INV-1 ; INV-2 | Customer > name > Foo ; Bar | Email > email > a@a.example ; b@a.example | Amount > - > 100 ; 100 |
VAT > - > 20 ; 20 | Total > - > 120 ; 120 | Due date > - > 2024-01-02 ; 2024-01-02 | Currency > currency > EUR ; EUR |
Reference > reference > PO1 ; PO2 | Status > status > Paid ; Sent | Description > description > Work ; Work

## jtl
Kundennummer > number > K1 ; K2 | Firma > company_name > Foo OHG | Firmenzusatz > - | Anrede > contact.salutation >  ; Frau | Titel > contact.function
| Vorname > first_name >  ; Anna | Nachname > last_name >  ; Alt | Straße > head.street > Weg ; Am Ring | Hausnummer > head.house_number > 12 a ; 3 |
Adresszusatz > head.street_2 | PLZ > head.postal_code > 99084 ; 99084 | Ort > head.city > Erfurt ; Erfurt |
Land > head.country > Deutschland ; Deutschland | Tel > phone >  ; 0361 | Mobil > mobile | Fax > fax | E-Mail > email >  ; a@a.example | WWW > website
| Geburtstag > - >  ; 1980-05-04 | Kundengruppe > labels > Händler ; Endkunde | Herkunft > - > Ebay | Gesperrt > - > N ; J | USt-ID > vat_number

## kl_lev
Code > number > 1 ; 2 ; 3 | Naam > name > A BV ; B BV ; C BV | Klant > - > Ja ; Nee ; Ja | Leverancier > - > Nee ; Ja ; Ja |
Plaats > head.city > Delft ; Delft ; Delft

## konto_blz
Firma > company_name > Eins GmbH ; Zwei GmbH | Straße > head.street > Weg 1 ; Weg 2 | PLZ > head.postal_code > 10115 ; 10115 |
Ort > head.city > Berlin ; Berlin | Konto > - > 532013000 ; 532013001 | BLZ > - > 37040044 ; 37040044 | Bank > - > Commerzbank ; Commerzbank

## lev
Klantnr > number > 1 | Naam > name > A | Leveringsadres > head.street > Straat 1 | Postcode > head.postal_code > 1234 AB | Plaats > head.city > Delft

## lexoffice
Kundennummer > number > 10001 ; 10002 | Lieferantennummer > - >  ; 70003 | Firmenname > company_name > Müller & Söhne GmbH |
Anrede > contact.salutation >  ; Frau | Vorname > first_name >  ; Petra | Nachname > last_name >  ; Schäfer |
Umsatzsteuer-ID > vat_number > DE123456789 | Steuernummer > - > 27/123/12345 | Straße > head.street > Hauptstr. 1 ; Weg 3 |
Adresszusatz > head.street_2 > Hinterhaus | PLZ > head.postal_code > 10115 ; 01067 | Ort > head.city > Berlin ; Dresden |
Land > head.country > Deutschland ; DE | E-Mail geschäftlich > email > info@mueller.example | E-Mail privat > - >  ; petra@s.example |
Telefon geschäftlich > phone > 030 123456 | Mobil > mobile >  ; 0171 1234567 | Notiz > description >  ; zahlt bar | XRechnung > - > nein ; nein |
Allow tax free > - > nein ; nein

## lexware
KdNr > number > 10001 ; 10002 | Matchcode > nickname > MUSTER ; MAIER | Anrede > contact.salutation > Firma ; Herr |
Firma > company_name > Muster GmbH | Name > name >  ; Maier | Vorname > first_name >  ; Hans | Zusatz > - |
Ansprechpartner > contact.contact > Frau Schulz | Strasse > head.street > Weg 1 ; Weg 2 | Land > head.country > D ; A |
PLZ > head.postal_code > 10115 ; 1010 | Ort > head.city > Berlin ; Wien | Telefon1 > phone > 030/1 | Telefon2 > - | Telefax > fax |
Email > email > m@m.example | UStIdNr > vat_number > DE136695976 | Zahlungsziel > payment_term_days > 14 | Rabatt > - > 0 | Gesperrt > - > 0 ; 1

## lightspeed
customer_code > number > C1 | company_name > company_name > Foo BV | first_name > first_name > Jan | last_name > last_name > Jansen |
email > email > a@a.example | phone > phone > 015 | physical_address1 > head.street > Straat 1 | physical_city > head.city > Delft |
physical_postcode > head.postal_code > 2611AA | physical_country_id > - > NL | postal_address1 > - > Pb 1 | postal_city > - > Delft |
postal_postcode > - > 2600AA | postal_country_id > - > NL | do_not_email > - > 0 | note > description > hi | date_of_birth > - > 1980-02-03

## lime
Företagsnamn > company_name > AB Ett | Organisationsnummer > company_number > 556012-5790 | Besöksadress > head.street > Gatan 1 |
Besökspostnr > head.postal_code > 111 11 | Besöksort > head.city > Stockholm | Postadress > - > Box 2 | Postnr > - > 112 22 | Ort > - > Stockholm |
Telefon växel > phone > 08-123456 | Hemsida > website > www.ett.example | Ansvarig säljare > - > Johan Lindqvist | Kundstatus > status > Aktiv

## magento
email > email > a@a.example | _website > - > base | _store > - > default | created_at > - > 2020-01-01 | firstname > first_name > Jan |
lastname > last_name > Jansen | group_id > - > 1 | dob > - > 1980-02-03 | taxvat > vat_number | _address_city > head.city > Delft |
_address_company > company_name > Jansen BV | _address_country_id > - > NL | _address_postcode > head.postal_code > 2611AA |
_address_street > head.street > Straat 1 | _address_telephone > phone > 0151

## maventa
Yrityksen nimi > company_name > Oy Yksi | Y-tunnus > company_number > 1234567-1 | OVT > e_invoice_id > 003712345671 | Operaattori > - > 003721291126 |
Katuosoite > head.street > Katu 1 | Postinumero > head.postal_code > 00100 | Kaupunki > head.city > Helsinki | Maa > head.country > Suomi

## momspct
Kundnr > number > 1 | Namn > name > A | Moms % > vat_percentage > 25 | Moms (%) > - > 25

## moneybird
Id > - > 267812345678901234 ; 267812345678901235 | Klantnummer > number > 12 ; 13 | Bedrijfsnaam > company_name > Studio Noord |
Voornaam > first_name > Anna ; Kees | Achternaam > last_name > Bakker ; de Vries | Adres 1 > head.street > Westerstraat 5 ; Laan 4 |
Adres 2 > head.street_2 > 2e verdieping | Postcode > head.postal_code > 1015 LX ; 2500 AA | Plaats > head.city > Amsterdam ; Den Haag |
Land > head.country > NL ; NL | E-mailadres > email > anna@noord.example ; kees@vries.example | Telefoon > phone > 0612345678 |
KvK-nummer > company_number > 70012345 | BTW-nummer > vat_number > NL002345678B12 | Bankrekening > iban > NL20INGB0001234567 |
Factuur verzenden via > - > Email ; Email | E-mailadres facturen > invoice_email > facturen@noord.example |
Ter attentie van facturen > - > Administratie | E-mailadres offertes > - | Notities > description > Goede klant |
Aangemaakt op > - > 2023-04-01 ; 2023-05-01

## mvapct
Kundenr > number > 1 | Navn > name > A | MVA % > vat_percentage > 25 | MVA > - > 25

## mvcontacts
Bedrijf > company_name > Foo BV | Contactpersoon 1 > contact.contact > Jan | E-mail 1 > email > jan@foo.example | Telefoon 1 > phone > 015-1234567 |
Contactpersoon 2 > - > Eva | E-mail 2 > - > eva@foo.example | Telefoon 2 > - > 015-7654321

## navision_nl
Nr. > number > K00010 | Naam > name > Bakkerij Vos | Naam 2 > name_2 | Adres > head.street > Bergweg 3 | Adres 2 > head.street_2 |
Postcode > head.postal_code > 3037 EA | Plaats > head.city > Rotterdam | Land-/regiocode > head.country > NL | Telefoonnr. > phone > 010-1 |
Contact > contact.contact > J. Vos | E-mail > email > vos@v.example | Btw-nr. > vat_number > NL001234567B01 |
Betalingsconditie > payment_term_days > 14D | Verkopercode > - > JV | Geblokkeerd > -

## naw
Klant > name > Bakker | Adres > head.street > Straat 1 | Postcode > head.postal_code > 1234AB | Plaats > head.city > Delft |
Contact > contact.contact > Jan | Telefoon contact > contact.phone > 010 | Mail contact > contact.email > jan@b.example | Tweede contact > - > Piet |
Telefoon tweede contact > - > 020

## netvisor
Asiakastunnus > number > A1 ; A2 | Nimi > name > Kauppa Oy ; Meikäläinen Maija | Nimen tarkenne > name_2 > Keskusta |
Y-tunnus > company_number > 1234567-1 | Katuosoite > head.street > Kauppakatu 5 ; Rantatie 4 | Lisäosoite > head.street_2 >  ; PL 33 |
Postinumero > head.postal_code > 40100 ; 00200 | Postitoimipaikka > head.city > Jyväskylä ; Helsinki | Maakoodi > head.country > FI ; FI |
Puhelinnumero > phone > 014 123 456 | Faksi > fax | Sähköpostiosoite > email > info@kauppa.example ; maija@m.example |
Laskutussähköposti > invoice_email > laskut@kauppa.example | Kotisivut > website > www.kauppa.example | Asiakasryhmä > labels > Vähittäis |
Yksityisasiakas > is_person > 0 ; 1 | Toimitusosoitteen nimi > - >  ; Mökki | Toimitusosoite > - >  ; Mökkitie 1 |
Toimitusosoitteen postinumero > - >  ; 51000 | Toimitusosoitteen toimipaikka > - >  ; Mikkeli

## no_faktura
Kundenr > number > 1 | Kundenavn > name > AS En | Fakturaadresse > invoice.street > Pb 1 | Postnr > invoice.postal_code > 0150 |
Poststed > invoice.city > Oslo | Besøksadresse > head.street > Gata 2 | Besøkspostnr > head.postal_code > 0151 | Besøkspoststed > head.city > Oslo

## octopus_be
Nr > number > 1 ; 2 | Naam > name > Peeters ; Dupont SA | Voornaam > first_name > Jan | Straat en nr > head.street > Kerkstraat 4 bus 12 ; Rue Haute 3
| Postcode > head.postal_code > 9000 ; 1000 | Gemeente > head.city > Gent ; Bruxelles | Land > head.country > BE ; BE |
Btw-nr > vat_number > BE 0123.456.749 ; BE 0987.654.321 | Tel > phone > 09/123.45.67 | GSM > mobile > 0475/12.34.56 |
Email > email > jan@p.example ; d@d.example | Taal > language > N ; F | Valuta > currency > EUR ; EUR

## orgnaam
Organisatie > company_name > Foo BV ; Bar BV | Naam > contact.contact > Jan Jansen ; Eva Ek | E-mail > email > jan@foo.example ; eva@bar.example |
Telefoon > phone > 015-1234567 ; 015-1234568

## orgnaam_de
Firma > company_name > Foo GmbH ; Bar AG | Name > contact.contact > Hans Maier ; Eva Eck | E-Mail > email > hans@foo.example ; eva@bar.example |
Telefon > phone > 030 1234567 ; 030 1234568

## outlook
Title > contact.salutation > Mr. | First Name > first_name > Jan ; Sue | Middle Name > - > P. | Last Name > last_name > de Wit ; Ray |
Suffix > - >  ; Jr. | Company > company_name > De Wit BV ; Ray Ltd | Department > - > Sales | Job Title > contact.function > Director |
Business Street > head.street > Straat 1 | Business City > head.city > Utrecht | Business State > head.region |
Business Postal Code > head.postal_code > 3511 AA | Business Country/Region > head.country > Netherlands | Home Street > - > Thuis 4 |
Home City > - > Zeist | Home Postal Code > - > 3700 AA | Home Country/Region > - > Netherlands | Business Fax > fax | Business Phone > phone > 030-1 |
Home Phone > - > 030-2 | Mobile Phone > mobile > 06-12345678 | Birthday > - > 5/4/1970 ; 0/0/00 | Categories > labels > Friends,Work |
E-mail Address > email > jan@dewit.example ; sue@ray.example | E-mail 2 Address > - > jan2@dewit.example | Notes > description > hello |
Web Page > website

## pipedrive
Organisatie - ID > - > 1 | Organisatie - Naam > name > Foo BV | Organisatie - Label > labels | Organisatie - Eigenaar > owner > Jan |
Organisatie - Adres > head.street > Damrak 1, 1012 LG Amsterdam, Netherlands | Organisatie - Contacten > - > 2 | Organisatie - Volgende activiteit > -

## postadres_only
Klantnr > number > 1 | Naam > name > Bakker BV | Postbus > - > Postbus 1 | Postcode > - > 1234 AB | Plaats > - > Delft |
Bezoekadres > head.street > Dorpsstraat 3 | Bezoekplaats > head.city > Rijswijk

## poweroffice
Kundenummer > number > 10001 ; 10002 | Navn > name > Berg Bygg AS | Organisasjonsnummer > company_number > 912345678 |
E-post > email > post@berg.example ; kari@h.example | Telefon > phone > 22334455 ; 90000000 | Nettsted > website |
Adresse 1 > head.street > Storgata 5 ; Veien 2 | Adresse 2 > head.street_2 | Postnr > head.postal_code > 0155 ; 1400 | Sted > head.city > Oslo ; Ski |
Landkode > head.country > NO ; NO | Fornavn > first_name >  ; Kari | Etternavn > last_name >  ; Hansen | Privatperson > is_person > Nei ; Ja |
Betalingsbetingelser > payment_term_days > 14 dager ; 10 dager | Faktura e-post > invoice_email | Leveringsmetode > - > EHF ; E-post |
Bankkonto > iban > 12345678901 | Arkivert > archived > Nei ; Ja

## procountor
Nimi > name > Mäkelä Oy ; Virtanen Tmi | Y-tunnus > company_number > 1234567-1 ; 2345678-2 | Asiakasnumero > number > 5001 ; 5002 |
Osoite > head.street > Mannerheimintie 1 A 3 ; Koivutie 2 | Postinumero > head.postal_code > 00100 ; 33100 |
Postitoimipaikka > head.city > HELSINKI ; TAMPERE | Maa > head.country > FI ; FI | Verkkolaskuosoite > e_invoice_id > 003712345671 |
Verkkolaskuoperaattori > - > BAWCFI22 | Laskukanava > - > Verkkolasku ; Sähköposti | Sähköposti > email > info@makela.example ; v@v.example |
Puhelin > phone > 09 1234567 ; 040 1234567 | Maksuehto > payment_term_days > 14 pv netto ; 7 pv | Yhteyshenkilö > contact.contact > Matti Mäkelä |
Aktiivinen > - > Kyllä ; Ei | ALV-tunnus > vat_number > FI12345671 | Kieli > language > suomi ; suomi | Viivästyskorko > - > 8,0 ; 8,0

## products
Code > number > P1 ; P2 | Naam > name > Stoel ; Tafel | Omschrijving > description > Mooie stoel ; Mooie tafel | BTW > - > 21 ; 21 |
Prijs > - > 100 ; 200 | Eenheid > - > st ; st | Groep > labels > Meubels ; Meubels

## quickbooks
Customer > name > Amy's Bird Sanctuary ; Bill's Windsurf Shop:Job 1 | Company > company_name > Amy's Bird Sanctuary ; Bill's Windsurf Shop |
Full Name > contact.contact > Amy Lauterbach ; Bill Lucchini | Email > email > birds@x.example ; b@x.example |
Phone > phone > (650) 555-3311 ; (415) 444-6538 | Mobile > mobile | Fax > fax | Website > website |
Street > head.street > 4581 Finch St. ; 12 Ocean Dr. | City > head.city > Bayshore ; Half Moon Bay | State > head.region > CA ; CA |
ZIP > head.postal_code > 94326 ; 94213 | Country > head.country > USA | Ship Street > - > Ship 1 | Ship City > - > Foo | Ship State > - > CA |
Ship ZIP > - > 94327 | Opening balance > - > 239.00 ; 85.00 | Opening balance date > - > 06/01/2024 ; 12/13/2024 | Resale Number > - |
Terms > payment_term_days > Net 30 ; Due on receipt | Customer Type > kind | Currency > currency > USD ; USD | Notes > description >  ; a, b

## rechnungsadresse
Kundennr > number > 1 | Firma > company_name > Bakker GmbH | Rechnungsadresse > invoice.street > Hauptstr. 1 | PLZ > invoice.postal_code > 10115 |
Ort > invoice.city > Berlin

## sage50
A/C > number > A1D001 ; ABS001 | Name > name > A1 Design Services ; ABS Garages Ltd | Address 1 > head.street > 67a Station Road ; Unit 34 |
Address 2 > head.street_2 >  ; Holystone | Town > head.city > Gosforth ; Newcastle | County > head.region > Tyne & Wear |
Post Code > head.postal_code > NE3 3BG ; NE1 1AA | Contact > contact.contact > Brian Hill ; Mike Hall | Telephone > phone > 0191 254 5909 ; 0191 1 |
Telephone 2 > - | Fax > fax | E-Mail > email > b@a1.example | VAT Reg No > vat_number >  ; GB123456789 | Country Code > head.country > GB ; GB |
Credit Limit > - > 1000 ; 4000 | Balance > - > 3711.00 ; 0.00 | Account Status > status > 0 ; 4 | Analysis 1 > - > North |
Terms > payment_term_days > 30 Days | Date Account Opened > - > 01/01/2008

## salesforce_accounts
Account ID > - > 0018d00000AbCdE ; 0018d00000AbCdF | Account Name > name > Burlington Textiles ; Dickenson plc |
Account Number > number > CD656092 ; CC634267 | Type > kind > Customer - Direct ; Customer - Channel |
Billing Street > invoice.street > 525 S. Lexington Ave ; 1301 Hoch Drive | Billing City > invoice.city > Burlington ; Lawrence |
Billing State/Province > invoice.region > NC ; KS | Billing Zip/Postal Code > invoice.postal_code > 27215 ; 66045 |
Billing Country > invoice.country > USA ; USA | Shipping Street > head.street > 525 S. Lexington Ave | Shipping City > head.city > Burlington |
Phone > phone > (336) 222-7000 ; (785) 241-6200 | Fax > fax > (336) 222-8000 | Website > website > www.burlington.example ; dickenson.example |
Industry > industry > Apparel ; Consulting | Account Owner > owner > John Doe ; John Doe | Annual Revenue > - > 350000000 ; 50000000 |
Description > description

## sap
Kunde > - > 0000100001 | Name 1 > name > Meyer AG | Name 2 > name_2 > Werk Nord | Suchbegriff > nickname > MEYER |
Straße > head.street > Industriestr. 5 | Postleitzahl > head.postal_code > 20095 | Ort > head.city > Hamburg | Land > head.country > DE |
Telefon 1 > phone > 040/123 | Telefax > fax > 040/124 | USt-IdNr. > vat_number > DE123456788 | Zahlungsbedingung > payment_term_days > Z030 |
Sperre > -

## sevdesk
Kunden-Nr. > number > 1001 ; 1002 | Organisation > company_name > Musterfirma | Anrede > contact.salutation > Herr ; Frau | Titel > - >  ; Dr. |
Vorname > first_name > Max ; Erika | Nachname > last_name > Muster ; Muster | Position > contact.function > GF | Kategorie > - > Kunde ; Kunde |
Straße > head.street > Str. 1 ; Str. 2 | PLZ > head.postal_code > 01067 ; 1067 | Ort > head.city > Dresden ; Dresden |
Land > head.country > Deutschland ; Deutschland | USt-IdNr. > vat_number | IBAN > iban | BIC > bic | Zahlungsziel Tage > payment_term_days > 14 |
Skonto Tage > - > 7 | Skonto % > - > 2 | E-Mail > email > m@m.example ; e@m.example | Telefon > phone > 0351 1

## shopify
Customer ID > number > 6512345678901 ; 6512345678902 | First Name > first_name > Ana ; Tom | Last Name > last_name > Silva ; Low |
Email > email > ana@s.example ; tom@l.example | Accepts Email Marketing > - > yes ; no | Default Address Company > company_name > Silva Lda |
Default Address Address1 > head.street > Rua 1 | Default Address Address2 > head.street_2 | Default Address City > head.city > Lisboa |
Default Address Province Code > head.region | Default Address Country Code > head.country > PT | Default Address Zip > head.postal_code > 1000-001 |
Default Address Phone > - > +351210000000 | Phone > phone > +351910000000 | Accepts SMS Marketing > - > no ; no | Total Spent > - > 10.00 ; 0.00 |
Total Orders > - > 1 ; 0 | Note > description > vip client | Tax Exempt > - > no ; no | Tags > labels > vip, wholesale

## shopware
customernumber > number > 20001 | email > email > a@a.example | salutation > contact.salutation > mr | firstname > first_name > Max |
lastname > last_name > Muster | billing_company > company_name > shopware AG | billing_street > invoice.street > Ebbinghoff 10 |
billing_zipcode > invoice.postal_code > 48624 | billing_city > invoice.city > Schöppingen | billing_countryID > - > 2 | shipping_company > - |
shipping_street > head.street | shipping_city > head.city | customergroup > labels > EK | newsletter > - > 1

## snelstart
Relatiecode > number > 101 ; 102 | Naam > name > Garage Smits ; Kapsalon Linda | Straat > head.street > Industrieweg 8 ; Dorpsstraat 9 |
Postcode > head.postal_code > 5611 AA ; 5612 BB | Plaats > head.city > Eindhoven ; Eindhoven | Land > head.country > Nederland ; Nederland |
Correspondentie Contactpersoon > - > Dhr. T. Smits | Correspondentie straat > - > Postbus 88 | Correspondentie postcode > - > 5600 AA |
Correspondentie plaats > - > Eindhoven | Correspondentie land > - > Nederland | Telefoon > phone > 040-1234567 ; 040-7654321 |
Mobiele telefoon > mobile > 0651234567 | Relatiesoort > - > Klant ; Klant,Leverancier | BTW nummer > vat_number > NL001122334B01 |
Factuurkorting > - > 0 ; 0 | Krediettermijn > payment_term_days > 30 ; 14 | Bankieren > - > Ja ; Nee | Nonactief > - > Nee ; Ja |
Krediet limiet > - > 0 ; 0 | Memo > description >  ; oude klant | KvK nummer > company_number > 17123456 | Website url > website > www.smits.example |
Email > email > info@smits.example ; linda@linda.example | Iban nummer > iban > NL18RABO0123459876 | Bic code > bic > RABONL2U

## state
Name > name > One Ltd ; Two Ltd ; Three | Email > email > a@a.example ; b@b.example ; c@c.example | State > - > active ; inactive ; active |
City > head.city > London ; London ; Leeds

## stripe
id > number > cus_ABC ; cus_DEF | Description > description > Foo desc | Email > email > a@a.example ; b@b.example | Name > name > Foo BV ; Eva Ek |
Created (UTC) > - > 2024-01-02 10:00 ; 2024-01-03 10:00 | Delinquent > - > false ; false | Card ID > - | Total Spend > - > 100 ; 0 |
Payment Count > - > 2 ; 0 | Currency > currency > eur ; sek | Address Line1 > head.street > Straat 1 | Address City > head.city > Delft |
Address Country > head.country > NL | Address Postal Code > head.postal_code > 2611AA

## superoffice
Firma > company_name > AS En | Firmanr > - > 1001 | Kategori > labels > Kunde | Bransje > industry > Bygg | Besøksadresse > head.street > Gata 1 |
Besøksadresse2 > head.street_2 | Postnr > head.postal_code > 0150 | Poststed > head.city > Oslo | Postadresse > - > Pb 2 | Postadresse 2 > - |
Postnr (post) > - > 0151 | Poststed (post) > - > Oslo | Telefon > phone > 22 33 44 55 | Vår kontakt > - > Johan Lindqvist

## sv_kontakt
Kundnummer > number > 1 | Kund > name > AB Ett | Kontakt > contact.contact > Eva Ek | Kontakt telefon > contact.phone > 08-123456 |
Kontakt e-post > contact.email > e@e.example | Fakturamottagare > - > AB Mor | Fakt.adress > invoice.street > Box 1 |
Fakt.postnr > invoice.postal_code > 111 11 | Fakt.ort > invoice.city > Stockholm | Besöksadress > head.street > Gatan 2 |
Besöksort > head.city > Solna

## sv_postadress
Kundnr > number > 901 ; 902 | Namn > name > AB Ett ; AB Två | Adress > head.street > Gatan 1 ; Gatan 2 |
Postadress > head.postal_place > 111 11 Stockholm ; 222 22 Lund

## sv_postadress3
Kundnr > number > 901 ; 902 | Namn > name > AB Ett ; AB Ett | Box > head.street > Box 1 ; Box 1 |
Postadress > head.postal_place > 111 11 Stockholm ; 111 11 Stockholm | Telefon > phone > 08-1 ; 08-1

## teamleader
Bedrijf > company_name > Frituur Max BVBA | Btw-nummer > vat_number > BE0123456749 | Ondernemingsvorm > - > BVBA | Straat > head.street > Grote Markt
| Huisnummer > head.house_number > 1 | Bus > head.house_addition > 2 | Postcode > head.postal_code > 2000 | Gemeente > head.city > Antwerpen |
Land > head.country > België | Telefoon > phone > 03 123 45 67 | E-mail > email > max@f.example | IBAN > iban > BE68539007547034 |
BIC > bic > KREDBEBB | Tags > labels > friet,eten | Klant sinds > customer_since > 12/05/2015 | Taal > language > Nederlands |
Betalingstermijn > payment_term_days > 30 dagen einde maand

## tels
Klantnr > number > 1 | Naam > name > A | Telefoon contactpersoon > contact.phone > 010-1234567 | Contactpersoon > contact.contact > Jan |
E-mail contactpersoon > contact.email > j@a.example | Mobiel contactpersoon > contact.mobile > 06-12345678 | Telefoon > phone > 020-7654321

## timechimp
Klantnummer > number > 1 | Naam > name > Foo | Adres > head.street > Str 1 | Postcode > head.postal_code > 1234AB | Plaats > head.city > Delft |
Land > head.country > NL | Telefoon > phone | E-mail > email | Website > website | Betaaltermijn > payment_term_days > 14 | BTW nummer > vat_number |
KVK nummer > company_number | IBAN > iban | BIC > bic | Uurtarief > hourly_rate > € 95,00 | Kilometervergoeding > - > 0,23 | Factureerbaar > - > Ja |
Archiveren > - > Nee | Tags > labels > a | Notities > description > b

## title_de
Kundennummer > number > 1 ; 2 | Firma > company_name > A GmbH ; B GmbH | Titel > contact.function > Dr. ; Geschäftsführer |
Vorname > first_name > Hans ; Eva | Nachname > last_name > Maier ; Ek

## tripletex
KUNDENR > number > 10001 ; 10002 | KUNDENAVN > name > Nordfjord Fisk AS ; Ola Nordmann | ORGANISASJONSNR > company_number > 987654325 |
E-POST > email > post@nf.example ; ola@n.example | FAKTURA E-POST > invoice_email > faktura@nf.example | TELEFON > phone > 57 00 00 00 |
MOBIL > mobile >  ; 99 88 77 66 | POSTADRESSE - LINJE 1 > - > Postboks 5 ; Gata 1 | POSTADRESSE - LINJE 2 > - | POSTADRESSE - POSTNR > - > 6770 ; 0150
| POSTADRESSE - STED > - > Nordfjordeid ; Oslo | POSTADRESSE - LAND > - > Norge ; Norge | FORRETNINGSADRESSE - LINJE 1 > head.street > Kaien 1 |
FORRETNINGSADRESSE - LINJE 2 > head.street_2 | FORRETNINGSADRESSE - POSTNR > head.postal_code > 6771 |
FORRETNINGSADRESSE - STED > head.city > Nordfjordeid | FORRETNINGSADRESSE - LAND > head.country > Norge | KUNDEANSVARLIG > owner |
ANTALL DAGER FORFALL > payment_term_days > 14 ; 30 | ER PRIVATPERSON > is_person > 0 ; 1 | INAKTIV > - > 0 ; 1

## twinfield
Code > number > 1000 ; 1001 | Naam > name > Jansen Bouw ; Pieters | Kortenaam > nickname > JANS ; PIET | Website > website |
Veldtype adres > - > Factuur ; Postadres | Naam bedrijf > company_name > Jansen Bouw BV ; Pieters | Ter attentie van > head.attention > Dhr. P. Jansen
| Straat > head.street > Dorpsweg 1 ; Postbus 12 | Postcode > head.postal_code > 1234AB ; 1000 AA | Plaats > head.city > Ons Dorp ; Amsterdam |
Land > head.country > NL ; NL | Telefoon > phone > 0201234567 | Fax > fax | E-mail > email > piet@jansen.example |
BTW-nummer > vat_number > NL123456782B01 | KvK > company_number > 12345678 | Vervaldagen > payment_term_days > 30 ; 14 |
Rekeningnummer > - > 123456789 | IBAN > iban > NL91ABNA0417164300 | BIC > bic > ABNANL2A | Standaard adres > - > WAAR ; ONWAAR

## uni_economy
Kundenr > number > 1 ; 2 | Kunde > name > Fjell AS ; Kari Hansen | Orgnr > company_number > 987654325 | Gateadresse > head.street > Veien 1 ; Veien 2
| Postnr > head.postal_code > 0150 ; 0150 | Poststed > head.city > Oslo ; Oslo | Fakturaadresse > invoice.street > Pb 1 |
Faktura postnr > invoice.postal_code > 0151 | Faktura poststed > invoice.city > Oslo | Fødselsdato > - >  ; 01.02.1980 | Avtalegiro > - > Ja ; Nei

## unit4
Relatie > - > 100 ; 101 | Naam > name > Bakker ; Slager | Straat > head.street > Dorpsstraat ; Markt | Nr > head.house_number > 1 ; 12 |
Toev > head.house_addition > a | Postcode > head.postal_code > 1234AB ; 1234AC | Plaats > head.city > Delft ; Delft |
Land > head.country > Nederland ; Nederland | Vertegenwoordiger > - > Jan ; Piet

## ustpct
Kundennummer > number > 1 | Firma > company_name > A | USt % > vat_percentage > 19 | MwSt > - > 19 | MwSt-Satz > - > 19

## vatpct
Customer number > number > 1 ; 2 | Name > name > A ; B | VAT % > vat_percentage > 21 ; 21 | Email > email > a@a.example ; b@a.example

## vatnum_overwrite
Klantnummer > number > K-10031 | Naam > name > Nordhamn Logistik AB | BTW > - > 25

## visma_eekonomi
Kundnummer > number > 1001 ; 1002 | Kundnamn > name > Göteborgs Rör AB ; Karl Karlsson | Organisationsnummer > company_number > 556677-8899 |
Privatperson > is_person > Nej ; Ja | Fakturaadress 1 > invoice.street > Rörvägen 3 ; Hemvägen 8 |
Fakturaadress 2 > invoice.street_2 >  ; c/o Svensson | Postnummer > invoice.postal_code > 411 01 ; 412 02 | Ort > invoice.city > Göteborg ; Göteborg |
Landskod > invoice.country > SE ; SE | Leveransadress > head.street > Lagret 1 | Leverans postnummer > head.postal_code > 411 02 |
Leverans ort > head.city > Göteborg | E-post > email > info@ror.example ; karl@k.example | Telefon > phone > 031-123456 |
Mobiltelefon > mobile >  ; 0701234567 | Webbplats > website | Betalningsvillkor > payment_term_days > 30 dagar netto ; 10 dagar | Rabatt > - > 5 ; 0 |
Omvänd skattskyldighet > - > Nej ; Nej

## woo2
ID > number > 12 ; 13 | Email > email > jan@j.example ; eva@e.example | First Name > first_name > Jan ; Eva | Last Name > last_name > Jansen ; Ek |
Billing Company > company_name > Jansen BV ; Ek AB | Billing Address 1 > invoice.street > Straat 1 ; Gata 1 |
Billing City > invoice.city > Delft ; Lund | Billing Postcode > invoice.postal_code > 2611 AA ; 22222 | Billing Country > invoice.country > NL ; SE |
Shipping Company > - > DHL ServicePoint Primera | Shipping Address 1 > head.street > Werf 2 | Shipping City > head.city > Delft |
Shipping Postcode > head.postal_code > 2612 BB | Shipping Country > head.country > NL

## woocommerce
ID > number > 12 ; 13 | Username > - > janj ; eva | Email > email > jan@j.example ; eva@e.example | First Name > first_name > Jan ; Eva |
Last Name > last_name > Jansen ; Ek | Billing First Name > - > Jan ; Eva | Billing Last Name > - > Jansen ; Ek |
Billing Company > company_name > Jansen BV | Billing Address 1 > invoice.street > Straat 1 ; Gata 1 | Billing Address 2 > invoice.street_2 |
Billing City > invoice.city > Delft ; Lund | Billing State > invoice.region | Billing Postcode > invoice.postal_code > 2611 AA ; 22222 |
Billing Country > invoice.country > NL ; SE | Billing Phone > phone > 0151234567 | Billing Email > invoice_email > fact@j.example |
Shipping First Name > - > Piet | Shipping Last Name > - > Jansen | Shipping Company > - | Shipping Address 1 > head.street > Werf 2 |
Shipping City > head.city > Delft | Shipping Postcode > head.postal_code > 2612 BB | Shipping Country > head.country > NL |
Date Registered > - > 2023-01-02 10:00:00 ; 2023-01-03 10:00:00 | Total Spent > - > 120.50 ; 0 | Orders > - > 3 ; 0

## xero
*ContactName > company_name > Ridgeway University ; City Limousines | AccountNumber > number >  ; C22 |
EmailAddress > email > r@ridge.example ; c@city.example | FirstName > first_name > Sam ; Ann | LastName > last_name > Grey ; Lee | POAttentionTo > - |
POAddressLine1 > head.street > Building 2 ; 1 Road | POAddressLine2 > head.street_2 > 12 High St | POAddressLine3 > - | POAddressLine4 > - |
POCity > head.city > Oxford ; London | PORegion > head.region > Oxon | POPostalCode > head.postal_code > OX1 1AA ; SW1A 1AA |
POCountry > head.country > United Kingdom ; UK | SAAttentionTo > - | SAAddressLine1 > - > Campus 3 | SAAddressLine2 > - | SAAddressLine3 > - |
SAAddressLine4 > - | SACity > - > Oxford | SARegion > - | SAPostalCode > - > OX1 2BB | SACountry > - > United Kingdom |
PhoneNumber > phone > 01865 123456 | FaxNumber > fax | MobileNumber > mobile | DDINumber > - | SkypeName > - | BankAccountName > - |
BankAccountNumber > iban | BankAccountParticulars > - | TaxNumber > vat_number > GB123456789 | AccountsReceivableTaxCodeName > - |
AccountsPayableTaxCodeName > - | Website > website | LegalName > - | Discount > - | CompanyNumber > company_number > 01234567 | DueDateBillDay > - |
DueDateBillTerm > - >  ; 30 | DueDateSalesDay > - > 14 ; days after bill date | DueDateSalesTerm > - > of following month | SalesAccount > - |
PurchasesAccount > - | TrackingName1 > - | SalesTrackingOption1 > -

## xero_min
*ContactName > company_name > Ridgeway University ; City Limousines | AccountNumber > number >  ; C22 |
EmailAddress > email > r@ridge.example ; c@city.example | FirstName > first_name > Sam | LastName > last_name > Grey |
POAddressLine1 > head.street > Building 2 ; 1 Road | POCity > head.city > Oxford ; London | POPostalCode > head.postal_code > OX1 1AA ; SW1A 1AA |
POCountry > head.country > United Kingdom ; UK | LegalName > -

## yn
Klantnr > number > 1 ; 2 ; 3 | Naam > name > A ; B ; C | Contact > - > Ja ; Nee ; Ja | KvK > - > Ja ; Nee ; Nee | IBAN > - > Nee ; Ja ; Ja |
Website > - > Ja ; Nee ; Nee | E-mail factuur > - > Ja ; Nee ; Nee | BTW > - > Ja ; Nee ; Nee | Referentie > - > Nee ; Ja ; Ja | Taal > language

## yn2
Customer no > number > 1 ; 2 | Name > name > A ; B | Invoice email > - > Yes ; No | Contact > - > No ; Yes | Newsletter email > - > Yes ; No |
Phone > phone > x | VAT > - > Yes ; No

## zoho
Display Name > name > Foo Inc | Company Name > company_name > Foo Inc | Salutation > contact.salutation > Mr. | First Name > first_name > Jan |
Last Name > last_name > Jansen | EmailID > email > a@a.example | Phone > phone > 015 | MobilePhone > mobile > 06 |
Payment Terms > payment_term_days > 30 | Currency Code > currency > USD | Notes > description > n | Website > website > www.foo.example |
Status > status > Active | Opening Balance > - > 0.00 | Billing Attention > - | Billing Address > invoice.street > Str 1 |
Billing Street2 > invoice.street_2 | Billing City > invoice.city > Delft | Billing State > invoice.region |
Billing Country > invoice.country > Netherlands | Billing Code > - > 1234AB | Shipping Address > head.street | Shipping City > head.city |
Contact ID > - > 123 | Owner Name > - | Customer Sub Type > - > business
"""

CONTACTS = r"""
## capsule
Type > kind > Person ; Organisation | Title > salutation > Mr | First Name > first_name > Jan | Last Name > last_name > Jansen |
Job Title > job_title > CEO | Organisation > customer.name > Foo ; Foo | Email Address > email > j@a.example ; info@foo.example |
Phone Number > phone > 0191 254 5909 | Address Street > street > 1 St | City > city > London | State > - | Zip > postal_code > SW1 |
Country > country > UK | Tags > labels > VIP,New

## google
First Name > first_name > Anna ; Bo | Middle Name > - > Maria | Last Name > last_name > Berg ; Ek | Phonetic First Name > - | Name Prefix > - > Dr. |
Name Suffix > - | Nickname > - | File As > - | Organization Name > customer.name > Berg AB | Organization Title > customer.function > CEO |
Organization Department > - | Birthday > birth_date > 1980-02-03 ; --03-04 | Notes > description > Note | Photo > - |
Labels > labels > * myContacts ::: VIP ; * myContacts | E-mail 1 - Label > - > * Work | E-mail 1 - Value > email > anna@berg.example |
E-mail 2 - Label > - > Home | E-mail 2 - Value > - > a@home.example | Phone 1 - Label > - > Mobile ; Work |
Phone 1 - Value > phone > +46 70 123 45 67 ::: +46 8 123 ; 08-123 | Address 1 - Label > - > Home |
Address 1 - Formatted > - > Storgatan 1 123 45 Lund SE | Address 1 - Street > street > Storgatan 1 | Address 1 - City > city > Lund |
Address 1 - PO Box > - | Address 1 - Region > - | Address 1 - Postal Code > postal_code > 123 45 | Address 1 - Country > country > SE |
Address 1 - Extended Address > -

## hubspot_c
Record ID > - > 101 | First Name > first_name > Jan | Last Name > last_name > Jansen | Email > email > j@a.example | Phone Number > phone > 0612345678
| Contact owner > owner | Primary Associated Company ID > - > 9 | Associated Company > customer.name > Turner Digital | Lead Status > - > New |
Job Title > job_title > CEO | Lifecycle Stage > - > lead | Create Date > - > 2024-01-02

## icloud_like
Voornaam > first_name > Jan | Tweede voornaam > - > P. | Achternaam > last_name > Jansen | Bedrijf > customer.name > Foo | Afdeling > - > Sales |
Functie > customer.function > CEO | Werkadres straat > street > Straat 1 | Werkadres plaats > city > Delft | Werkadres postcode > postal_code > 2611AA
| Werkadres land/regio > country > Nederland | Huisadres straat > - > Weg 2 | Huisadres plaats > - > Gouda | Zakelijke fax > - > 010 |
Telefoon op werk > phone > 015-1234567 | Mobiele telefoon > mobile > 06-12345678 | Telefoon thuis > - > 0182-1 | E-mailadres > email > j@a.example |
E-mail 2-adres > - > j2@a.example | Verjaardag > birth_date > 0-0-00 | Categorieën > labels > VIP | Notities > description > hallo |
Webpagina > website > www.foo.example

## linkedin
First Name > first_name > Jan ; Eva | Last Name > last_name > Jansen ; Ek |
URL > website > https://www.linkedin.com/in/jj ; https://www.linkedin.com/in/ee | Email Address > email >  ; e@e.example |
Company > customer.name > Foo BV ; Bar AB | Position > customer.function > CEO ; Dev | Connected On > - > 03 Apr 2020 ; 13 Apr 2020

## mvcontacts
Bedrijf > customer.name > Foo BV | Contactpersoon 1 > - > Jan | E-mail 1 > email > jan@foo.example | Telefoon 1 > phone > 015-1234567 |
Contactpersoon 2 > - > Eva | E-mail 2 > - > eva@foo.example | Telefoon 2 > - > 015-7654321

## orgnaam
Organisatie > customer.name > Foo BV ; Bar BV | Naam > name > Jan Jansen ; Eva Ek | E-mail > email > jan@foo.example ; eva@bar.example |
Telefoon > phone > 015-1234567 ; 015-1234568

## outlook
Title > salutation > Mr. | First Name > first_name > Jan ; Sue | Middle Name > - > P. | Last Name > last_name > de Wit ; Ray | Suffix > - >  ; Jr. |
Company > customer.name > De Wit BV ; Ray Ltd | Department > - > Sales | Job Title > job_title > Director | Business Street > street > Straat 1 |
Business City > city > Utrecht | Business State > - | Business Postal Code > postal_code > 3511 AA | Business Country/Region > country > Netherlands |
Home Street > - > Thuis 4 | Home City > - > Zeist | Home Postal Code > - > 3700 AA | Home Country/Region > - > Netherlands | Business Fax > - |
Business Phone > phone > 030-1 | Home Phone > - > 030-2 | Mobile Phone > mobile > 06-12345678 | Birthday > birth_date > 5/4/1970 ; 0/0/00 |
Categories > labels > Friends,Work | E-mail Address > email > jan@dewit.example ; sue@ray.example | E-mail 2 Address > - > jan2@dewit.example |
Notes > description > hello | Web Page > website

## pipedrive_p
Person - ID > - > 1 | Person - Name > name > Jan Jansen | Person - Organization > - > Foo BV | Person - Email - Work > email > jan@foo.example |
Person - Email - Home > - | Person - Phone - Work > phone > 015 | Person - Phone - Mobile > mobile > 06 | Person - Owner > owner > Jan |
Person - Open deals > - > 1

## sf_contacts
Salutation > salutation > Mr. ; Ms. | First Name > first_name > Jan ; Eva | Last Name > last_name > Jansen ; Ek | Title > - > CEO ; Dr. |
Account Name > customer.name > Turner Digital ; Foo | Mailing Street > street > Straat 1 | Mailing City > city > Delft |
Mailing Zip/Postal Code > postal_code > 2611AA | Mailing Country > country > Netherlands | Phone > phone > 015-1234567 | Mobile > mobile | Fax > - |
Email > email > j@a.example ; e@e.example | Account Owner > owner > Johan Lindqvist | Birthdate > birth_date > 1980-02-03 | Lead Source > - > Web

## teamleader_c
Voornaam > first_name > Jan | Achternaam > last_name > Peeters | Bedrijf > customer.name > Frituur Max | Functie > customer.function > Zaakvoerder |
Aanspreking > salutation > Dhr. | E-mail > email > jan@f.example | Telefoon > phone > 03 123 45 67 | Gsm > mobile > 0475 12 34 56 |
Straat > street > Markt | Huisnummer > house_number > 1 | Postcode > postal_code > 2000 | Stad > city > Antwerpen | Land > country > België |
Verjaardag > birth_date > 13/02/1980 | Taal > language > Nederlands

## xero_min
*ContactName > customer.name > Ridgeway University ; City Limousines | AccountNumber > customer.number >  ; C22 |
EmailAddress > email > r@ridge.example ; c@city.example | FirstName > first_name > Sam | LastName > last_name > Grey |
POAddressLine1 > street > Building 2 ; 1 Road | POCity > city > Oxford ; London | POPostalCode > postal_code > OX1 1AA ; SW1A 1AA |
POCountry > country > United Kingdom ; UK | LegalName > -

## yn
Klantnr > customer.number > 1 ; 2 ; 3 | Naam > name > A ; B ; C | Contact > - > Ja ; Nee ; Ja | KvK > - > Ja ; Nee ; Nee | IBAN > - > Nee ; Ja ; Ja |
Website > - > Ja ; Nee ; Nee | E-mail factuur > - > Ja ; Nee ; Nee | BTW > - > Ja ; Nee ; Nee | Referentie > - > Nee ; Ja ; Ja | Taal > language
"""


def _taken_for(columns: list[list[str]], kind: ImportKind) -> dict[str, str]:
    """What each column of a list is taken for, as `_field` spells it."""
    values = [[value.strip() for value in column[2].split(";")] for column in columns]
    count = max(map(len, values))
    rows = [tuple(of[at] or None if at < len(of) else None for of in values) for at in range(count)]
    found = guess(tuple(column[0] for column in columns), rows, kind)
    return {
        f"{one.position} {one.header}": one.field or ("?" if one.certainty is Certainty.WHICH else "-") for one in found
    }


def _check(text: str, kind: ImportKind) -> None:
    columns = _columns(text)
    wanted = {f"{at} {column[0]}": _field(column[1]) for at, column in enumerate(columns)}
    assert _taken_for(columns, kind) == wanted


@pytest.mark.parametrize("name", _lists(CUSTOMERS))
def test_a_list_of_customers_is_read_as_its_program_means_it(name: str) -> None:
    _check(_lists(CUSTOMERS)[name], ImportKind.CUSTOMERS)


@pytest.mark.parametrize("name", _lists(CONTACTS))
def test_a_list_of_contacts_is_read_as_its_program_means_it(name: str) -> None:
    _check(_lists(CONTACTS)[name], ImportKind.CONTACTS)
