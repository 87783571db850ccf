"""Customers that are always the same, at fixed numbers: for demonstrations, and nasty ones for testing eyes and pages.

All lie among the first two hundred, which is what a demonstration seeds.
"""

from __future__ import annotations

from models.operations.seed.invent import Office
from models.operations.seed.profile import Person, Profile
from models.operations.seed.words import BRITAIN, FINLAND, NETHERLANDS, NORWAY, SWEDEN
from models.project import RegistrationStatus
from models.sales import InvoiceStatus, QuoteStatus

NASTY_LENGTH = 200

# By number: 31 is K-10031.
KNOWN: dict[int, Profile] = {
    12: Profile(
        NETHERLANDS, "Groningen", company_name="Bakkerij Van der Meulen B.V.", core="Van der Meulen",
        industry="Food and drink", owner="Marieke", labels=("Retainer", "Monthly invoice"), registrations=64,
    ),
    27: Profile(
        NETHERLANDS, "Zwolle", company_name="Zonneveld Installatietechniek", core="Zonneveld",
        industry="Energy and installation", owner="Marieke", labels=("Retainer", "E-invoice"), registrations=48,
    ),
    31: Profile(
        SWEDEN, "Göteborg", "417 55", "Frihamnsvägen 14", "Nordhamn Logistik AB", core="Nordhamn",
        nickname="Nordhamn, NHL", industry="Transport and logistics", owner="Johan",
        labels=("Retainer", "Transport", "Monthly invoice"), registrations=420,
        contacts=(
            Person("Astrid", "Holmgren", "Operations manager", "+46 31 390 06 40"),
            Person("Mats", "Ekdahl", "Finance", "+46 31 390 06 55", invoices=True),
            Person("Willemijn", "Prins", "Branch manager", "+31 10 555 0142"),
            Person("Oskar", "Nyström", "IT"),
            Person("Birgitta", "Falk", "Planner", deactivated=True),
            Person("Svante", "Borg", "Director", deactivated=True),
        ),
    ),
    35: Profile(
        SWEDEN, "Uppsala", company_name="Åkerlund & Söner Bygg AB", core="Åkerlund", industry="Construction",
        owner="Elin", labels=("Retainer", "Fixed price", "Family business"), registrations=90,
        contacts=(Person("Karolina", "Friberg", "HR", "+46 70 174 06 13"),),
    ),
    44: Profile(
        NETHERLANDS, "Utrecht", company_name="Tandartspraktijk De Linde", core="De Linde", industry="Healthcare",
        owner="Marieke", labels=("Retainer",), registrations=22,
    ),
    52: Profile(
        SWEDEN, "Östersund", company_name="Fjällvik Turism AB", core="Fjällvik",
        industry="Hospitality and tourism", owner="Elin", labels=("Retainer", "Slow payer"), registrations=30,
    ),
    58: Profile(
        NETHERLANDS, "Wageningen", "6709 RC", "Haarweg 181", "Coöperatie Groenoord U.A.", core="Groenoord",
        industry="Agriculture", owner="Sanne", labels=("Retainer", "VIP"), registrations=510,
        contacts=(
            Person("Renske", "Holtrop", "Director", "+31 317 555 011"),
            Person("Femke", "Dijkstra", "Finance", "+31 317 555 018", invoices=True),
        ),
    ),
    79: Profile(
        NETHERLANDS, "Harlingen", company_name="Rederij Waddenzicht B.V.", core="Waddenzicht",
        industry="Transport and logistics", owner="Sanne", labels=("Retainer", "Transport"), registrations=110,
        contacts=(Person("Jasper", "Wielinga", "Skipper", "+31 517 555 044"),),
    ),
    83: Profile(
        SWEDEN, "Varberg", company_name="Västkust Elteknik AB", core="Västkust",
        industry="Energy and installation", owner="Johan", labels=("Retainer", "E-invoice"), registrations=60,
    ),
    90: Profile(
        NETHERLANDS, "Amsterdam", company_name="Stichting Buurtwerk Noord", core="Buurtwerk Noord",
        industry="Public sector", owner="Pieter", labels=("Retainer", "Public sector"), registrations=40,
    ),
    94: Profile(
        NETHERLANDS, "Venlo", company_name="Molenaar Transport B.V.", core="Molenaar",
        industry="Transport and logistics", owner="Pieter", labels=("Retainer", "Transport"), registrations=150,
        contacts=(Person("Gijs", "van Ommen", "Director", "+31 77 555 0190"),),
    ),
    101: Profile(
        SWEDEN, "Malmö", first_name="Ingrid", last_name="Bergström", core="Bergström", owner="Elin",
        labels=("Retainer",), registrations=12,
    ),
    108: Profile(
        NETHERLANDS, "Aalsmeer", company_name="Kwekerij De Bloesem", core="De Bloesem", industry="Agriculture",
        owner="Sanne", labels=("Retainer", "Monthly invoice"), registrations=55,
    ),
    119: Profile(
        NETHERLANDS, "Den Haag", company_name="Advocatenkantoor Brandsma", core="Brandsma", industry="Legal",
        owner="Marieke", labels=("Retainer", "VIP"), registrations=180,
    ),
    126: Profile(
        SWEDEN, "Nacka", company_name="Skärgårdsvarvet i Nacka AB", core="Skärgårdsvarvet",
        industry="Manufacturing", owner="Johan", labels=("Retainer", "Fixed price"), registrations=70,
    ),
    131: Profile(
        NETHERLANDS, "Leeuwarden", first_name="Familie", last_name="Hoekstra", core="Hoekstra", owner="Pieter",
        labels=("Retainer",), registrations=8,
    ),
    137: Profile(
        NETHERLANDS, "Deventer", company_name="Drukkerij Het Zwarte Schaap", core="Het Zwarte Schaap",
        industry="Manufacturing", owner="Marieke", labels=("Retainer", "E-invoice"), registrations=35,
    ),
    144: Profile(
        SWEDEN, "Kalmar", company_name="Lundgren Revision KB", core="Lundgren", industry="Accounting",
        owner="Johan", labels=("Retainer", "Monthly invoice"), registrations=45,
    ),
    150: Profile(
        NETHERLANDS, "Gouda", company_name="Brouwerij Oude Sluis", core="Oude Sluis", industry="Food and drink",
        owner="Sanne", labels=("Retainer", "Monthly invoice"), registrations=50,
    ),
    155: Profile(
        NORWAY, "Tromsø", company_name="Nordlys Havbruk AS", core="Nordlys", industry="Agriculture",
        owner="Sigrid", labels=("Retainer", "International"), registrations=75,
    ),
    158: Profile(
        FINLAND, "Turku", company_name="Saariston Veneet Oy", core="Saaristo", industry="Manufacturing",
        owner="Aino", labels=("Retainer", "E-invoice"), registrations=65,
    ),
    160: Profile(
        BRITAIN, "Bristol", company_name="Hartley & Finch LLP", core="Hartley & Finch", industry="Legal",
        owner="Emma", labels=("Monthly invoice", "VIP"), registrations=95,
        contacts=(
            Person("Daniel", "Finch", "Partner", "+44 117 496 0142", invoices=True),
            Person("Jasper", "Wielinga", "Adviser", "+31 517 555 044"),
        ),
    ),
    190: Profile(
        BRITAIN, "Stoke-on-Trent", "ST4 2AB", "3 Kiln Lane", "Whitcombe Ceramics", core="Whitcombe Ceramics",
        industry="Creative", owner="Emma", labels=("Monthly invoice",), archived=True, registrations=9, contacts=(),
    ),
}  # fmt: skip

# Names that break careless pages, spreadsheets and queries.
AWKWARD: dict[int, Profile] = {
    170: Profile(
        NETHERLANDS,
        company_name=("Samenwerkende Stichtingen voor Maatschappelijke Dienstverlening en Welzijn " * 4)[:NASTY_LENGTH],
        core="Samenwerkende Stichtingen",
        industry="Public sector",
        labels=("Public sector", "VIP", "Slow payer", "Subsidised", "Check address", "In dispute", "E-invoice"),
    ),
    171: Profile(BRITAIN, company_name="شركة الميناء للتجارة والنقل", core="almina", labels=()),
    172: Profile(NETHERLANDS, company_name="בית קפה Amsterdam (סניף 2) B.V.", core="bet kafe", labels=()),
    173: Profile(NETHERLANDS, company_name="☕ Koffie & Fietsen 🚲 👩‍🔧 B.V.", core="Koffie Fietsen", labels=()),
    174: Profile(
        BRITAIN, company_name="O'Brien \"The Anchor\" <Ltd> & Co'; DROP TABLE customer;--", core="OBrien", labels=()
    ),
    175: Profile(SWEDEN, company_name="=1+1", core="ettplusett", labels=()),
    176: Profile(SWEDEN, company_name="@SUM(A1:A9)*cmd|' /C calc'!A0", core="summa", labels=()),
    177: Profile(NORWAY, company_name="-2+3 Konsulent", core="konsulent", labels=()),
    178: Profile(FINLAND, company_name="Z̷̢a̵͓l̶̰g̴̨o̸̧ Oy", core="zalgo", labels=()),
    179: Profile(SWEDEN, company_name="Ö", core="o", labels=()),
    180: Profile(NETHERLANDS, company_name="'t Nieuwe\u00a0Anker  (v/h  De Kaap)", core="Nieuwe Anker", labels=()),
    181: Profile(
        FINLAND,
        first_name="Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissenhaftschafers"[:75],
        last_name="Lentokonesuihkuturbiinimoottoriapumekaanikkoaliupseerioppilas",
        core="lentokone",
        labels=("Retainer",),
    ),
    182: Profile(SWEDEN, company_name="<script>alert('kaartenbak')</script> {{ 7*7 }} %s AB", core="script", labels=()),
    183: Profile(BRITAIN, company_name="0044e7", core="0044e7", labels=(), bare=True),
    184: Profile(NETHERLANDS, company_name="İstanbul Weiß Straße ſhop", core="Istanbul", labels=()),
}

HEAVY = 188
HEAVY_LEFT, HEAVY_SINCE = 70, 2600
HEAVY_PROFILE = Profile(
    SWEDEN, "Borås", company_name="Pettersson Åkeri HB", core="Pettersson", industry="Transport and logistics",
    owner="Johan", labels=("Retainer", "Transport"), archived=True, since=HEAVY_SINCE,
    left=HEAVY_LEFT,
    bare=True,
)  # fmt: skip
# Project, registrations on it.
HEAVY_PROJECTS = (("Flytt Borås", 412), ("Årlig rapport 2024", 388), ("Ruttplanering", 170), ("Miljöcertifiering", 111))
# 1,081 registrations of three hours, but for ten: 3,240.5 hours.
HEAVY_MINUTES, HEAVY_SHORT, HEAVY_SHORTER = 180, 10, 165
HEAVY_DRAFTS = (1_200_000, 1_420_000, 1_500_000)
HEAVY_INVOICES = (6_350_000,) * 19
HEAVY_QUOTES = (3_400_000,) * 8 + (3_800_000,)


def show(office: Office, number: int, *, plain: bool) -> bool:
    """Make the customer that belongs at this number, if one does; `plain` knows none with an awkward name."""
    known = KNOWN.get(number) or (None if plain else AWKWARD.get(number))
    if number == HEAVY:
        _heavy(office)
    elif known is not None:
        # A copy: the office fills in what it draws, and the next seed starts afresh.
        office.settle(number, Profile(**{name: getattr(known, name) for name in Profile.__dataclass_fields__}))
    else:
        return False
    return True


def prospects(office: Office) -> None:
    """Contacts that are no customer yet. Freya Whitcombe has all that a conversion asks for."""
    kiln = next(town for town in BRITAIN.towns if town.name == "Stoke-on-Trent")
    office.prospect(
        BRITAIN, "Freya", "Whitcombe", "Whitcombe Pottery Studio Ltd", "Owner", kiln, "3 Kiln Lane", "ST4 2AB",
        "+44 7700 900 183", "Emma", ("Decision maker", "Newsletter"), "freya@whitcombepottery.example",
    )  # fmt: skip
    for land, first, last, firm, town in (
        (NETHERLANDS, "Annelies", "Vroom", "Vroom Interieurbouw", "Haarlem"),
        (NETHERLANDS, "Bram", "Kuijpers", "Kuijpers Fietsen (zzp)", "Delft"),
        (SWEDEN, "Ebba", "Stenlund", "Stenlund Keramik", "Visby"),
        (SWEDEN, "Hedda", "Ålund", "Ålund & Co Arkitekter", "Stockholm"),
        (NETHERLANDS, "Niels", "Terpstra", "Terpstra Zeilmakerij", "Harlingen"),
    ):
        place = next(each for each in land.towns if each.name == town)
        office.prospect(
            land, first, last, firm, "Owner", place, office.street(land), office.postal_code(land, place),
            labels=("Trade fair 2026",),
        )  # fmt: skip


def _heavy(office: Office) -> None:
    """An archived customer with some 1,200 records below it, ready to be deleted."""
    calendar, tables = office.calendar, office.tables
    profile = Profile(**{name: getattr(HEAVY_PROFILE, name) for name in Profile.__dataclass_fields__})
    customer = office.settle(HEAVY, profile)
    began, ended = calendar.at(HEAVY_SINCE, 0.2), calendar.at(HEAVY_LEFT, 0.7)
    add = tables["address"].add
    for label, street, code, town, head, invoices in (
        ("Borås", "Lagervägen 8", "504 62", "Borås", 1, 0),
        ("Invoices", "Box 2214", "503 11", "Borås", 0, 1),
        ("Kontor Varberg", "Hamngatan 3", "432 44", "Varberg", 0, 0),
    ):
        add(customer, label, None, street, None, code, town, None, "SE", head, invoices, began, began)
    contacts = []
    for first, last, function in (("Gun", "Pettersson", "Owner"), ("Kjell", "Pettersson", "Director")):
        contacts.append(
            tables["contact"].add(
                "private", None, first, last, None, function, f"{first.lower()}@pettersson.example",
                None, None, None, None, None, None, "SE", "sv", None, None, None, None, None, began, ended,
            )
        )  # fmt: skip
        tables["customer_contact"].add(customer, contacts[-1], function, int(first == "Gun"), int(first == "Kjell"))
    shared = office.given("Astrid", "Holmgren")
    if shared is not None:
        tables["customer_contact"].add(customer, shared, "Board member", 0, 0)
    _heavy_work(office, customer, contacts[0])
    for status, amounts in ((InvoiceStatus.DRAFT, HEAVY_DRAFTS), (InvoiceStatus.PAID, HEAVY_INVOICES)):
        for index, amount in enumerate(amounts):
            ago = HEAVY_LEFT + 20 + 30 * index
            office.invoice(customer, profile, contacts[1], "Kjell Pettersson", status, calendar.day[ago], amount, ago)
    for index, amount in enumerate(HEAVY_QUOTES):
        office.quote(customer, profile, QuoteStatus.LOST if index % 3 else QuoteStatus.WON, amount, 120 + 60 * index)
    tables["portal"].add(customer, "Portal Pettersson", began, ended)


def _heavy_work(office: Office, customer: int, contact: int) -> None:
    calendar, tables, staff = office.calendar, office.tables, office.staff
    began, ended = calendar.at(HEAVY_SINCE, 0.2), calendar.at(HEAVY_LEFT, 0.7)
    team = [staff.users[name] for name in ("Johan", "Elin", "Emma", "Pieter")]
    short = HEAVY_SHORT
    for name, count in HEAVY_PROJECTS:
        project = tables["project"].add(
            customer, office.project_number(), name, None, None, None, calendar.day[HEAVY_SINCE],
            calendar.day[HEAVY_LEFT], ended, 1, began, ended,
        )  # fmt: skip
        for index in range(count):
            minutes = HEAVY_SHORTER if short else HEAVY_MINUTES
            short = max(0, short - 1)
            ago = HEAVY_LEFT + 600 - 600 * index // count
            tables["registration"].add(
                customer, project, team[index % len(team)], contact if index % 4 == 0 else None, 0,
                calendar.day[ago], minutes, 1150 * 100 * minutes // 60, None, RegistrationStatus.INVOICED.value,
            )  # fmt: skip
