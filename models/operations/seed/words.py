"""The words that invented customers are made of: names, trades, towns and streets of five countries.

Towns go with their own postal codes. Telephone numbers lie in ranges that are kept for fiction where a country has them
(Sweden, Great Britain) and in 555 numbers of the right shape elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product


@dataclass(frozen=True, slots=True)
class Line:
    """Telephone numbers that begin alike and end in a number from `low` to `high`, as wide as `high`."""

    prefix: str
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Town:
    """A town, how its postal codes begin or which whole ones it has, and its telephone lines."""

    name: str
    codes: tuple[str, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Trade:
    """What a firm does: its industry, and how that shows in the name; `{}` is the name proper."""

    industry: str
    pattern: str
    form: str | None = None


@dataclass(frozen=True, slots=True)
class Land:
    """One country: what people and firms in it are called and where they are.

    `vat` is in hundredths of a percent, `rate` an hourly rate in whole units of the currency.
    """

    code: str
    language: str
    currency: str
    vat: int
    rate: int
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    towns: tuple[Town, ...]
    streets: tuple[str, ...]
    house_first: bool
    mobiles: tuple[Line, ...]
    trades: tuple[Trade, ...]
    forms: tuple[str, ...]
    nouns: tuple[str, ...]
    pair: str
    notes: tuple[str, ...]
    projects: tuple[str, ...]
    box: str
    branch: str


def _areas(codes: str, *prefixes: str, high: int = 999) -> dict[str, tuple[Line, ...]]:
    """The lines of every area code; `{}` in a prefix is the code."""
    return {code: tuple(Line(prefix.format(code), 0, high) for prefix in prefixes) for code in codes.split()}


def _towns(lines: Mapping[str, tuple[Line, ...]], *rows: str) -> tuple[Town, ...]:
    """Rows like "Groningen|9711 9712|50": the town, its codes, and the key of its lines."""
    result = []
    for row in rows:
        name, codes, line = row.split("|")
        result.append(Town(name, tuple(codes.split()), lines[line]))
    return tuple(result)


def _trades(*rows: str) -> tuple[Trade, ...]:
    """Rows like "Food|Bakkerij {}, Slagerij {}", with an optional legal form of its own after a second bar."""
    result = []
    for row in rows:
        industry, patterns, *form = row.split("|")
        result += [Trade(industry, pattern, form[0] if form else None) for pattern in patterns.split(", ")]
    return tuple(result)


def _weighted(*rows: tuple[str, int]) -> tuple[str, ...]:
    """Each text as often as it weighs, so that a plain pick has the right odds."""
    return tuple(text for text, weight in rows for _ in range(weight))


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split(", "))


def _compounds(firsts: str, seconds: str) -> tuple[str, ...]:
    """Place-like names: every first part with every second part."""
    return tuple(first + second for first, second in product(firsts.split(), seconds.split()))


INDUSTRIES = (
    "Accounting",
    "Agriculture",
    "Construction",
    "Creative",
    "Education",
    "Energy and installation",
    "Food and drink",
    "Healthcare",
    "Hospitality and tourism",
    "IT and software",
    "Legal",
    "Manufacturing",
    "Public sector",
    "Real estate",
    "Retail",
    "Transport and logistics",
)

_NL_LINES = _areas("10 15 20 23 24 26 30 38 40 50 53 55 58 70 71 73 76 77 88", "+31 {} 555 0") | _areas(
    "113 115 182 222 297 317 517 570", "+31 {} 555 "
)

NETHERLANDS = Land(
    code="NL",
    language="nl",
    currency="EUR",
    vat=2100,
    rate=105,
    first_names=_words(
        "Anna, Annelies, Anouk, Bart, Bas, Bram, Carlijn, Chantal, Daan, Dirk, Eline, Emma, Erik, Esther, Eva, "
        "Femke, Fleur, Floor, Frank, Gerard, Gijs, Hanneke, Hans, Henk, Iris, Jan, Janneke, Jasper, Jeroen, "
        "Joost, Joris, Karin, Kees, Koen, Lars, Laura, Lieke, Lotte, Maaike, Maarten, Marijke, Marit, Mark, "
        "Marloes, Martijn, Michiel, Mieke, Mirjam, Nathalie, Niels, Nienke, Noor, Petra, Pim, Renske, Rianne, "
        "Rob, Roos, Ruben, Sander, Sanne, Saskia, Sjoerd, Stijn, Suzanne, Teun, Thijs, Tim, Tineke, Tom, Wendy, "
        "Wietske, Willem, Willemijn, Wouter, Yvonne"
    ),
    last_names=_words(
        "Aalbers, Bakker, Beekman, van den Berg, van der Berg, Bergsma, Boersma, de Boer, Boonstra, Bos, Bosman, "
        "Brandsma, de Bruijn, van den Brink, Brouwer, de Bruin, Bruinsma, de Clercq, van Dam, Dekker, van Dijk, "
        "Dijkstra, van Dongen, Douma, Driessen, van den Heuvel, van Eck, Elzinga, Evers, Faber, de Graaf, de "
        "Groot, Gerritsen, Haverkamp, de Haan, van der Heijden, Hendriks, Hermans, Hoekstra, van den Hoek, "
        "Hofman, Holtrop, Huisman, Jacobs, Jansen, de Jong, de Jonge, Kamphuis, Kok, Koning, Koster, Kramer, "
        "Kuijpers, Kuiper, van Leeuwen, van Loon, van der Linden, Maas, Martens, Meijer, van der Meer, van der "
        "Meulen, Mulder, Molenaar, Nijhuis, Noordhof, van Ommen, Oosterhuis, Pauwels, Peters, Postma, Prins, "
        "Reitsma, Ridder, van Rijn, van der Ploeg, Schaap, Scholten, Schouten, Schuurman, Smeets, Smit, Smits, "
        "Snijders, Steenstra, Terpstra, Timmermans, Tuinstra, van der Veen, Veenstra, Verbeek, Verhoeven, "
        "Vermeer, Vermeulen, Visser, de Vries, Vroom, van der Wal, Wiersma, Wielinga, de Wit, Zijlstra, "
        "Zonneveld, van der Zee"
    ),
    towns=_towns(
        _NL_LINES,
        "Aalsmeer|1431 1432|297",
        "Alphen aan den Rijn|2401 2405|182",
        "Amsterdam|1011 1013 1054 1071 1091 1101|20",
        "Apeldoorn|7311 7315 7331|55",
        "Arnhem|6811 6814 6828|26",
        "Breda|4811 4818 4837|76",
        "Delft|2611 2613 2628|15",
        "Den Haag|2511 2514 2563 2595|70",
        "Deventer|7411 7415 7418|570",
        "Eindhoven|5611 5616 5651|40",
        "Enschede|7511 7514 7545|53",
        "Goes|4461 4462|113",
        "Gouda|2801 2803|182",
        "Groningen|9711 9712 9726 9743|50",
        "Haarlem|2011 2013 2031|23",
        "Harlingen|8861 8862|517",
        "Leeuwarden|8911 8913 8938|58",
        "Leiden|2311 2316 2333|71",
        "Nijmegen|6511 6515 6541|24",
        "Rotterdam|3011 3014 3029 3089|10",
        "'s-Hertogenbosch|5211 5216 5222|73",
        "Terneuzen|4531 4535|115",
        "Texel|1791 1794|222",
        "Utrecht|3511 3521 3542 3581|30",
        "Venlo|5911 5915 5928|77",
        "Wageningen|6701 6703 6709|317",
        "Zwolle|8011 8017 8041|38",
    ),
    streets=_words(
        "Ambachtsweg, Beatrixlaan, Bilderdijkstraat, Boterdiep, Brouwersgracht, Dorpsstraat, Dijkgraaflaan, "
        "Eikenlaan, Energieweg, Grote Markt, Haarweg, Handelskade, Havenkade, Herenstraat, Hoofdweg, Houtmanweg, "
        "Industrieweg, Julianastraat, Kerkstraat, Korte Nieuwstraat, Langestraat, Lindelaan, Marktplein, "
        "Molenstraat, Nijverheidsweg, Noorderhaven, Oosterkade, Oude Gracht, Parallelweg, Plantsoen, "
        "Raadhuisplein, Rijksweg, Schoolstraat, Singel, Spoorstraat, Stationsweg, Transportweg, Turfmarkt, "
        "Veerkade, Vismarkt, Waagstraat, Wilhelminapark, Zeedijk, Zuiderweg"
    ),
    house_first=False,
    mobiles=tuple(Line(f"+31 6 555{digit} ", 0, 9999) for digit in range(10)),
    trades=_trades(
        "Food and drink|Bakkerij {}, Brouwerij {}, Slagerij {}, Koffiebranderij {}, {} Catering",
        "Agriculture|Kwekerij {}, Melkveebedrijf {}, Boomgaard {}, Hoveniersbedrijf {}, Bloembollen {}",
        "Agriculture|Coöperatie {}| U.A.",
        "Manufacturing|Drukkerij {}, Timmerfabriek {}, Jachtwerf {}, {} Metaalbewerking, {} Machinebouw",
        "Manufacturing|{} Verpakkingen, {} Textiel",
        "Transport and logistics|Rederij {}, {} Transport, {} Logistiek, {} Koeriers, Verhuisbedrijf {}",
        "Construction|Aannemersbedrijf {}, {} Interieurbouw, Dakdekkersbedrijf {}, Schildersbedrijf {}, {} Afbouw",
        "Energy and installation|{} Installatietechniek, {} Elektrotechniek, {} Zonne-energie, {} Klimaattechniek",
        "Legal|Advocatenkantoor {}, Notariskantoor {}, {} Advocaten",
        "Accounting|Administratiekantoor {}, {} Accountants, {} Belastingadvies",
        "Healthcare|Tandartspraktijk {}, Fysiotherapie {}, Apotheek {}, Dierenkliniek {}, Huisartsenpraktijk {}",
        "IT and software|{} Software, {} Automatisering, {} Data, Webbureau {}",
        "Creative|Architectenbureau {}, Fotostudio {}, Uitgeverij {}, {} Vormgeving",
        "Retail|Boekhandel {}, Fietsenwinkel {}, {} Wonen, Optiek {}, Garage {}",
        "Hospitality and tourism|Hotel {}, Restaurant {}, Camping {}, Zeilschool {}",
        "Real estate|{} Vastgoed, Makelaardij {}, Woningbeheer {}",
        "Education|Opleidingen {}, Muziekschool {}, Basisschool {}",
        "Public sector|Stichting {}, Vereniging {}, Waterschap {}|",
    ),
    forms=_weighted((" B.V.", 58), (" V.O.F.", 12), ("", 24), (" C.V.", 2), (" N.V.", 2), (" Holding B.V.", 2)),
    nouns=_words(
        "De Bloesem, De Linde, Het Zwarte Schaap, Waddenzicht, Groenoord, Buurtwerk Noord, Oude Sluis, De Zwaan, "
        "De Ooievaar, Zeezicht, De Korenbloem, Het Anker, De Drie Molens, Zonneweide, Veldzicht, De Gouden Leeuw, "
        "De Wilg, Noorderlicht, De Meerpaal, Het Vlashuis, Duinrand, De Kruik, Rivierenland, Bovenstad, Eemhaven, "
        "Kustlijn, Veenpoort, De Vuurtoren, Rietlanden, Polderwind, Oosterschans, De Eik, Lage Landen, Stadsrand, "
        "Het Kompas, Zilverberk, De Posthoorn, Merelhof, IJsselkade, De Kolibrie"
    ),
    pair="{} & {}",
    notes=_words(
        "Overleg, Jaarrekening, Advies fusie, Telefonisch overleg, Aangifte btw, Controle facturen, Voorbereiding "
        "vergadering, Rapport geschreven, Bezoek op locatie, Offerte besproken, Dossier bijgewerkt"
    ),
    projects=_words(
        "Jaarrekening, Btw-aangiften, Advies verhuizing, Herinrichting magazijn, Contractbeheer, Overname, "
        "Website, Digitaal archief, Personeelshandboek, Subsidieaanvraag, Kwartaalrapportage, Doorlopend advies"
    ),
    box="Postbus {}",
    branch="Vestiging {}",
)

_SE_LINES = {
    "31": (Line("+46 31 390 06 ", 0, 99),),
    "40": (Line("+46 40 628 04 ", 0, 99),),
    "8": (Line("+46 8 465 004 ", 0, 99),),
    "980": (Line("+46 980 31 92 ", 0, 99),),
    # Other towns have no numbers for fiction: firms there give a mobile number.
    "-": (Line("+46 70 174 06 ", 5, 99),),
}

SWEDEN = Land(
    code="SE",
    language="sv",
    currency="SEK",
    vat=2500,
    rate=1150,
    first_names=_words(
        "Agneta, Albin, Alva, Anders, Anna, Astrid, Axel, Birgitta, Björn, Britta, Carina, Caroline, Christer, "
        "Daniel, David, Ebba, Elin, Elsa, Emelie, Emil, Erik, Eva, Filip, Fredrik, Gunilla, Gustav, Göran, Hanna, "
        "Hedda, Helena, Henrik, Hugo, Ida, Ingela, Ingrid, Jenny, Jesper, Joakim, Johan, Johanna, Jonas, Josefin, "
        "Karin, Karolina, Kerstin, Klara, Kristina, Lars, Lena, Linnea, Linus, Lisa, Lovisa, Magnus, Maja, Malin, "
        "Maria, Marcus, Mats, Mikael, Moa, Niklas, Nils, Olle, Oskar, Per, Peter, Petra, Robin, Sara, Signe, "
        "Sofia, Stefan, Svante, Tobias, Tove, Ulf, Ulrika, Viktor, Wilma, Åke, Åsa, Örjan"
    ),
    last_names=_words(
        "Abrahamsson, Ahlberg, Andersson, Axelsson, Berg, Berggren, Berglund, Bergman, Bergström, Björk, "
        "Blomqvist, Borg, Bäckström, Carlsson, Claesson, Dahl, Dahlberg, Danielsson, Edlund, Ek, Ekdahl, Eklund, "
        "Ekström, Eriksson, Falk, Forsberg, Fransson, Fredriksson, Friberg, Gunnarsson, Gustafsson, Hagström, "
        "Hansson, Hedlund, Hellström, Henriksson, Hermansson, Holm, Holmberg, Holmgren, Isaksson, Jakobsson, "
        "Jansson, Johansson, Jonsson, Josefsson, Karlsson, Kjellberg, Larsson, Lind, Lindberg, Lindgren, "
        "Lindholm, Lindqvist, Lindström, Ljungberg, Lundberg, Lundgren, Lundin, Lundqvist, Löfgren, Magnusson, "
        "Mattsson, Mårtensson, Nilsson, Norberg, Nordin, Nordström, Nyberg, Nyström, Olofsson, Olsson, Persson, "
        "Pettersson, Pålsson, Rosén, Sandberg, Samuelsson, Sjöberg, Sjögren, Stenlund, Strand, Strömberg, "
        "Sundberg, Sundström, Svensson, Söderberg, Söderström, Wallin, Wikström, Åberg, Åkerlund, Åström, Öberg, "
        "Öhman, Österberg"
    ),
    towns=_towns(
        _SE_LINES,
        "Borås|503 504 506|-",
        "Gävle|802 803|-",
        "Göteborg|411 413 415 417|31",
        "Halmstad|302 303|-",
        "Helsingborg|252 254|-",
        "Jönköping|553 554|-",
        "Kalmar|392 393|-",
        "Karlstad|652 654|-",
        "Kiruna|981|980",
        "Linköping|582 583|-",
        "Luleå|972 973|-",
        "Lund|222 223 227|-",
        "Malmö|211 212 214 217|40",
        "Nacka|131|8",
        "Norrköping|602 603|-",
        "Solna|169 171|8",
        "Stockholm|111 112 113 116 118|8",
        "Sundsvall|852 854|-",
        "Umeå|903 906|-",
        "Uppsala|753 754|-",
        "Varberg|432|-",
        "Visby|621|-",
        "Västerås|721 722|-",
        "Växjö|352 355|-",
        "Örebro|702 703|-",
        "Östersund|831 832|-",
    ),
    streets=_words(
        "Bangårdsgatan, Bergsgatan, Björkvägen, Bruksgatan, Drottninggatan, Ekvägen, Fabriksgatan, Fiskargatan, "
        "Frihamnsvägen, Föreningsgatan, Hamngatan, Hantverkargatan, Industrigatan, Järnvägsgatan, Kajplatsen, "
        "Kanalgatan, Klostergatan, Kungsgatan, Kvarngatan, Köpmangatan, Lagervägen, Magasinsgatan, Norra "
        "Strandgatan, Nygatan, Odengatan, Ringvägen, Rådhusgatan, Sjögatan, Skeppsbron, Skolgatan, Slottsgatan, "
        "Smedjegatan, Stationsgatan, Storgatan, Strandvägen, Södra vägen, Teknikringen, Torggatan, "
        "Trädgårdsgatan, Tullgatan, Verkstadsgatan, Västra hamnen, Ågatan, Östra esplanaden"
    ),
    house_first=False,
    mobiles=(Line("+46 70 174 06 ", 5, 99),),
    trades=_trades(
        "Transport and logistics|{} Åkeri, {} Logistik, {} Transport, {} Bud, {} Shipping",
        "Construction|{} Bygg, {} Måleri, {} Tak, {} Betong, {} Snickeri",
        "Energy and installation|{} Elteknik, {} VVS, {} Kyla, {} Solenergi",
        "Accounting|{} Revision, {} Redovisning, {} Ekonomikonsult",
        "Legal|Advokatfirman {}, {} Juridik",
        "Hospitality and tourism|{} Turism, Hotell {}, {} Vandrarhem, {} Äventyr",
        "Food and drink|{} Bageri, {} Bryggeri, {} Chark, {} Mejeri, {} Kafferosteri",
        "Healthcare|{} Tandvård, {} Hälsa, {} Djurklinik, {} Rehab",
        "Manufacturing|{} Mekaniska, {} Sågverk, {} Verktyg, {} Båtvarv, {} Plast",
        "IT and software|{} Data, {} Systemutveckling, {} Digital, {} Webb",
        "Creative|{} Arkitekter, {} Reklambyrå, {} Keramik, {} Förlag",
        "Real estate|{} Fastigheter, {} Mäkleri, {} Förvaltning",
        "Retail|{} Bokhandel, {} Cykel, {} Järnhandel, {} Möbler",
        "Agriculture|{} Lantbruk, {} Skog, {} Trädgård",
        "Education|{} Utbildning, {} Körskola",
        "Public sector|{} Bostadsstiftelse, {} Kulturförening, {} Räddningstjänst|",
    ),
    forms=_weighted((" AB", 74), (" HB", 10), (" KB", 5), ("", 8), (" ek. för.", 3)),
    nouns=_compounds(
        "Nord Väst Fjäll Berg Sjö Björk Gran Strand Sten Havs Ekö Lin Råd Sand Sol Tall Ask Älv",
        "hamn vik kust dal holm sund näs fors by lid",
    ),
    pair="{} & {}",
    notes=_words(
        "Möte, Bokslut, Telefonmöte, Rådgivning, Moms och skatt, Granskning av avtal, Platsbesök, Rapport, "
        "Genomgång av offert, Underlag till styrelsen, Uppföljning"
    ),
    projects=_words(
        "Bokslut, Årlig rapport, Löpande rådgivning, Flytt av lager, Avtalsöversyn, Ny webbplats, Ruttplanering, "
        "Upphandling, Miljöcertifiering, Personalhandbok, Budget, Terminal 2"
    ),
    box="Box {}",
    branch="Kontor {}",
)

_FI_LINES = _areas("2 3 5 6 8 9 13 14 15 16 17 18 19", "+358 {} 555 0")

FINLAND = Land(
    code="FI",
    language="fi",
    currency="EUR",
    vat=2550,
    rate=110,
    first_names=_words(
        "Aino, Aleksi, Anna, Anneli, Anni, Antti, Arto, Eero, Eeva, Eino, Elina, Ella, Emilia, Emma, Esa, "
        "Eveliina, Hanna, Hannu, Heikki, Heli, Helmi, Henna, Ilkka, Inka, Jaakko, Jani, Janne, Jari, Jarkko, "
        "Jenni, Johanna, Jouni, Juha, Juhani, Jukka, Kaisa, Kalle, Katariina, Katja, Kirsi, Kristiina, Lasse, "
        "Laura, Lauri, Leena, Liisa, Maija, Mari, Maria, Marja, Markku, Matti, Mika, Mikko, Minna, Niina, Olli, "
        "Onni, Outi, Paavo, Pasi, Pekka, Petri, Piia, Päivi, Reetta, Riikka, Riitta, Saara, Sami, Sanna, Sari, "
        "Satu, Seppo, Sirpa, Susanna, Tapio, Tarja, Teemu, Tero, Tiina, Timo, Tuomas, Tuula, Veera, Ville, Väinö"
    ),
    last_names=_words(
        "Aalto, Ahola, Ahonen, Anttila, Eskola, Hakala, Halonen, Hannula, Harju, Heikkilä, Heikkinen, Heinonen, "
        "Hietala, Hiltunen, Hirvonen, Honkanen, Huttunen, Hyvönen, Hämäläinen, Jokela, Jokinen, Järvinen, Kallio, "
        "Karjalainen, Karppinen, Kauppinen, Kemppainen, Kettunen, Kinnunen, Kivelä, Koivisto, Koivula, Kokkonen, "
        "Korhonen, Koskela, Koskinen, Kukkonen, Laakso, Laaksonen, Lahti, Laine, Laitinen, Lappalainen, Lehtinen, "
        "Lehto, Lehtola, Lehtonen, Leinonen, Leppänen, Lindroos, Mattila, Miettinen, Moilanen, Mustonen, Mäkelä, "
        "Mäkinen, Mäkelin, Mäntylä, Niemelä, Niemi, Nieminen, Nikkinen, Nurmi, Nygård, Ojala, Oksanen, Pakarinen, "
        "Partanen, Peltola, Peltonen, Pesonen, Pitkänen, Pulkkinen, Rantala, Rantanen, Rautio, Rinne, Räsänen, "
        "Saarinen, Salmela, Salminen, Salo, Salonen, Savolainen, Seppälä, Sillanpää, Suominen, Tamminen, "
        "Toivonen, Tuominen, Turunen, Uusitalo, Vainio, Valtonen, Virtanen, Väisänen, Ylönen"
    ),
    towns=_towns(
        _FI_LINES,
        "Espoo|02100 02150 02230 02600|9",
        "Helsinki|00100 00120 00150 00180 00210 00530 00580|9",
        "Hämeenlinna|13100 13200|3",
        "Joensuu|80100 80110 80200|13",
        "Jyväskylä|40100 40320 40520|14",
        "Kokkola|67100 67200|6",
        "Kotka|48100 48600|5",
        "Kuopio|70100 70150 70420|17",
        "Lahti|15100 15140 15320|3",
        "Lappeenranta|53100 53850|5",
        "Maarianhamina|22100|18",
        "Mikkeli|50100 50130|15",
        "Oulu|90100 90130 90400 90570|8",
        "Pietarsaari|68600 68620|6",
        "Pori|28100 28130 28360|2",
        "Porvoo|06100 06150|19",
        "Rovaniemi|96100 96200|16",
        "Seinäjoki|60100 60120|6",
        "Tampere|33100 33180 33210 33720|3",
        "Turku|20100 20500 20520 20740|2",
        "Vaasa|65100 65170 65300|6",
        "Vantaa|01300 01510 01740|9",
    ),
    streets=_words(
        "Aleksanterinkatu, Asemakatu, Hallituskatu, Hakaniemenranta, Hämeenkatu, Itsenäisyydenkatu, Järvikatu, "
        "Kalevankatu, Kanavaranta, Kauppakatu, Kauppatori, Keskuskatu, Kirkkokatu, Koivutie, Konepajankatu, "
        "Koulukatu, Kuninkaankatu, Käsityöläiskatu, Laivurinkatu, Linnankatu, Mannerheimintie, Merikatu, "
        "Myllykatu, Niittytie, Pakkahuoneenkatu, Puistokatu, Puutarhakatu, Rantatie, Rautatienkatu, Satamakatu, "
        "Sepänkatu, Tehtaankatu, Teollisuuskatu, Torikatu, Työpajankatu, Uudenmaankatu, Vaasankatu, Varastotie, "
        "Ylistönmäentie"
    ),
    house_first=False,
    mobiles=tuple(Line(f"+358 {network} 555 ", 0, 9999) for network in (40, 44, 45, 50)),
    trades=_trades(
        "Construction|Rakennus {}, {} Rakennus, Maalaus {}, Kattotyöt {}",
        "Transport and logistics|Kuljetus {}, {} Logistiikka, {} Varustamo, Muutot {}",
        "Energy and installation|Sähkö {}, LVI {}, {} Lämpö, {} Aurinko",
        "Accounting|Tilitoimisto {}, {} Tilintarkastus",
        "Legal|Asianajotoimisto {}, {} Lakipalvelut",
        "Food and drink|Leipomo {}, Panimo {}, Kahvipaahtimo {}, {} Herkut",
        "Healthcare|Hammaslääkärit {}, Eläinklinikka {}, Apteekki {}, Fysio {}",
        "IT and software|{} Ohjelmistot, {} Data, {} Digital, {} Consulting",
        "Manufacturing|Konepaja {}, {} Puu, {} Veneet, {} Metalli",
        "Hospitality and tourism|Hotelli {}, Ravintola {}, {} Matkailu, Mökit {}",
        "Creative|Arkkitehdit {}, Mainostoimisto {}, Kustannus {}",
        "Real estate|Kiinteistöt {}, {} Isännöinti",
        "Retail|Kirjakauppa {}, Pyöräliike {}, {} Sisustus",
        "Agriculture|Puutarha {}, {} Metsä, Maatila {}",
        "Education|Autokoulu {}, {} Koulutus",
        "Public sector|Osuuskunta {}|",
        "Public sector|{} kulttuuriyhdistys, {} säätiö|",
    ),
    forms=_weighted((" Oy", 76), (" Ky", 10), (" Tmi", 8), (" Oyj", 2), (" Osk", 2), (" Ay", 2)),
    nouns=_compounds(
        "Pohjan Meri Saari Kivi Koivu Järvi Metsä Tunturi Ranta Lumi Aurinko Kallio Hopea",
        "ranta maa lahti niemi kulma portti tupa valo piha tuuli",
    ),
    pair="{} & {}",
    notes=_words(
        "Palaveri, Tilinpäätös, Neuvonta, Puhelinneuvottelu, Verot, Sopimuksen tarkistus, Käynti paikan päällä, "
        "Raportti, Tarjouksen läpikäynti, Seuranta"
    ),
    projects=_words(
        "Tilinpäätös, Jatkuva neuvonta, Varaston muutto, Sopimukset, Verkkosivut, Vuosiraportti, Rekrytointi, "
        "Budjetti, Laatujärjestelmä, Reittisuunnittelu"
    ),
    box="PL {}",
    branch="Toimipiste {}",
)

_NO_LINES = _areas(
    "22 32 35 37 38 51 55 57 61 69 70 73 75 76 77", *(f"+47 {{}} 55 5{digit} " for digit in range(10)), high=99
)

NORWAY = Land(
    code="NO",
    language="nb",
    currency="NOK",
    vat=2500,
    rate=1250,
    first_names=_words(
        "Anders, Andreas, Anita, Anne, Arne, Astrid, Bente, Berit, Bjørn, Camilla, Cathrine, Daniel, Einar, "
        "Eirik, Elisabeth, Elise, Emil, Erik, Espen, Eva, Frode, Geir, Gro, Grete, Guro, Hanne, Hege, Heidi, "
        "Helge, Henrik, Hilde, Håkon, Håvard, Ida, Ingeborg, Inger, Ingrid, Ivar, Jakob, Jens, Jorunn, Julie, "
        "Karen, Karianne, Kari, Kjell, Kjersti, Knut, Kristian, Kristin, Lars, Leif, Line, Liv, Magnus, Mari, "
        "Marit, Marte, Martin, Mette, Morten, Nina, Odd, Ola, Olav, Pål, Ragnhild, Randi, Rune, Sigrid, Silje, "
        "Siri, Solveig, Stian, Stine, Sverre, Terje, Thea, Thomas, Tone, Torill, Trond, Unni, Vegard, Vilde, "
        "Øystein, Øyvind, Åse"
    ),
    last_names=_words(
        "Aas, Amundsen, Andersen, Andreassen, Antonsen, Arnesen, Aune, Bakke, Bakken, Berg, Berge, Berntsen, "
        "Birkeland, Bråten, Bøe, Christensen, Dahl, Danielsen, Eide, Ellingsen, Engen, Eriksen, Evensen, Fjeld, "
        "Foss, Fredriksen, Gjerde, Gulbrandsen, Gundersen, Haaland, Hagen, Halvorsen, Hansen, Haugen, Hauge, "
        "Hegge, Helland, Henriksen, Hermansen, Holm, Isaksen, Iversen, Jacobsen, Jensen, Johannessen, Johansen, "
        "Johnsen, Karlsen, Knudsen, Kristiansen, Kristoffersen, Larsen, Lie, Lien, Lund, Løken, Martinsen, "
        "Mathisen, Moe, Moen, Myhre, Myklebust, Nguyen, Nilsen, Nygård, Næss, Olsen, Paulsen, Pedersen, "
        "Pettersen, Rasmussen, Ruud, Rønning, Sandberg, Sandvik, Simonsen, Skogen, Solberg, Solheim, Solli, "
        "Strand, Strøm, Sunde, Svendsen, Sæther, Sørensen, Tangen, Thomassen, Thorsen, Tveit, Ulriksen, Vik, "
        "Wang, Ødegård, Øien, Aasen"
    ),
    towns=_towns(
        _NO_LINES,
        "Arendal|4836 4841|37",
        "Bergen|5003 5008 5014 5053 5063|55",
        "Bodø|8003 8006|75",
        "Drammen|3015 3044|32",
        "Fredrikstad|1606 1632|69",
        "Førde|6800 6812|57",
        "Gjøvik|2815 2821|61",
        "Hammerfest|9600|77",
        "Haugesund|5525 5528|51",
        "Kristiansand|4608 4612 4630|38",
        "Lillehammer|2609 2615|61",
        "Molde|6413 6415|70",
        "Narvik|8514 8517|76",
        "Oslo|0150 0179 0253 0354 0484 0556 0661|22",
        "Sandnes|4306 4313|51",
        "Sarpsborg|1706 1723|69",
        "Skien|3715 3724|35",
        "Stavanger|4006 4014 4021|51",
        "Tromsø|9008 9011 9019|77",
        "Trondheim|7011 7014 7030 7041|73",
        "Ålesund|6002 6005 6010|70",
    ),
    streets=_words(
        "Bekkeveien, Bjerkeveien, Brugata, Bryggen, Bryggegata, Dronningens gate, Elvegata, Fabrikkveien, "
        "Fjordgata, Fjellveien, Fredensborgveien, Grensen, Hagegata, Havnegata, Industriveien, Jernbanegata, "
        "Kaigata, Karl Johans gate, Kirkegata, Kongens gate, Kystveien, Lagerveien, Lillegata, Møllegata, Nedre "
        "Slottsgate, Nordre gate, Olav Tryggvasons gate, Prinsens gate, Rådhusgata, Sandveien, Sjøgata, "
        "Skippergata, Skolegata, Solheimsgaten, Stasjonsveien, Storgata, Strandgata, Terminalveien, Tollbugata, "
        "Torget, Verftsgata, Øvregata"
    ),
    house_first=False,
    mobiles=tuple(Line(f"+47 {start} 55 ", 500, 599) for start in ("404", "458", "917", "995")),
    trades=_trades(
        "Transport and logistics|{} Transport, {} Rederi, {} Logistikk, {} Bud, {} Shipping",
        "Construction|{} Bygg, {} Maler, {} Tak, {} Entreprenør, {} Snekkeri",
        "Energy and installation|{} Elektro, {} Rør, {} Varme, {} Solkraft",
        "Accounting|{} Regnskap, {} Revisjon",
        "Legal|Advokatfirmaet {}, {} Juss",
        "Food and drink|{} Bakeri, {} Bryggeri, {} Fiskemottak, {} Meieri",
        "Healthcare|{} Tannklinikk, {} Dyreklinikk, {} Fysioterapi, Apotek {}",
        "Manufacturing|{} Verft, {} Mekaniske, {} Trevare, {} Industri",
        "IT and software|{} Data, {} Systemer, {} Digital, {} Konsulent",
        "Hospitality and tourism|{} Hotell, {} Fjellstue, {} Turisme, {} Kro",
        "Creative|{} Arkitekter, {} Reklame, {} Forlag",
        "Real estate|{} Eiendom, {} Megling, {} Forvaltning",
        "Retail|{} Bokhandel, {} Sykkel, {} Interiør",
        "Agriculture|{} Gård, {} Hagesenter, {} Skog, {} Havbruk",
        "Education|{} Kompetanse, {} Trafikkskole",
        "Public sector|{} borettslag, {} kulturlag, Stiftelsen {}|",
    ),
    forms=_weighted((" AS", 80), (" ANS", 4), (" DA", 4), (" ENK", 7), (" ASA", 2), (" SA", 3)),
    nouns=_compounds(
        "Nord Vest Fjell Fjord Hav Sol Bjørk Stein Tind Is Sund Elve Furu Gran Ørne",
        "vik havn dal nes li øy berg mo strand tun",
    ),
    pair="{} & {}",
    notes=_words(
        "Møte, Årsoppgjør, Rådgivning, Telefonmøte, Merverdiavgift, Gjennomgang av avtale, Befaring, Rapport, "
        "Oppfølging, Saksforberedelse"
    ),
    projects=_words(
        "Årsoppgjør, Løpende rådgivning, Flytting av lager, Avtaler, Ny nettside, Årsrapport, Anskaffelse, "
        "Budsjett, Personalhåndbok, Ruteplan"
    ),
    box="Postboks {}",
    branch="Avdeling {}",
)

_GB_LINES = {
    "London": (Line("+44 20 7946 0", 0, 999),),
    "Cardiff": (Line("+44 29 2018 0", 0, 999),),
    "Belfast": (Line("+44 28 9649 6", 0, 999),),
    "Tyneside": (Line("+44 191 498 0", 0, 999),),
    "-": (Line("+44 7700 900 ", 0, 999),),
} | _areas("113 114 115 116 117 118 121 131 141 151 161", "+44 {} 496 0")

BRITAIN = Land(
    code="GB",
    language="en",
    currency="GBP",
    vat=2000,
    rate=90,
    first_names=_words(
        "Abigail, Adam, Aisha, Alan, Alice, Amelia, Andrew, Angela, Anna, Arthur, Barbara, Ben, Beth, Bridget, "
        "Callum, Catherine, Charlotte, Chloe, Claire, Colin, Daniel, David, Deborah, Diana, Duncan, Edward, "
        "Eleanor, Elizabeth, Ellie, Emily, Emma, Fiona, Frances, Freya, Gareth, George, Georgia, Gillian, Grace, "
        "Graham, Hannah, Harriet, Harry, Heather, Helen, Hugh, Ian, Imogen, Isla, Jack, James, Jane, Jennifer, "
        "Joanna, Joseph, Julia, Katie, Keith, Kenneth, Laura, Leah, Lewis, Louise, Lucy, Malcolm, Margaret, "
        "Martin, Megan, Molly, Neil, Nicola, Oliver, Oscar, Owen, Patricia, Paul, Peter, Priya, Rachel, Rebecca, "
        "Rhys, Robert, Rosie, Ruth, Sally, Sam, Sarah, Simon, Sophie, Stephen, Stuart, Thomas, Tessa, Victoria, "
        "William, Zoe"
    ),
    last_names=_words(
        "Abbott, Adams, Ahmed, Allen, Anderson, Ashworth, Atkinson, Bailey, Baker, Barker, Bennett, Booth, "
        "Bradley, Brown, Burton, Butler, Campbell, Carter, Chambers, Clarke, Collins, Cook, Cooper, Cox, "
        "Crawford, Davies, Dawson, Dixon, Edwards, Ellis, Evans, Fairbairn, Fisher, Fletcher, Foster, Fox, "
        "Gallagher, Gibson, Gill, Graham, Grant, Gray, Green, Griffiths, Hall, Hamilton, Harper, Harris, "
        "Harrison, Hartley, Harvey, Hill, Holmes, Howard, Hughes, Hunter, Hussain, Jackson, Jenkins, Johnston, "
        "Jones, Kaur, Kelly, Kennedy, Khan, King, Knight, Lawrence, Lewis, Lloyd, Marsh, Marshall, Mason, "
        "Matthews, McKenzie, Mills, Mitchell, Morgan, Morris, Murphy, Murray, Newton, Osborne, Owen, Palmer, "
        "Parker, Patel, Pearson, Phillips, Powell, Price, Reid, Richardson, Roberts, Robinson, Rogers, Russell, "
        "Scott, Shah, Shaw, Simpson, Stevens, Stewart, Sutton, Taylor, Thompson, Turner, Walker, Walsh, Ward, "
        "Watson, Webb, Whitcombe, White, Wilkinson, Wilson, Wood"
    ),
    towns=_towns(
        _GB_LINES,
        "Belfast|BT1 BT2 BT9|Belfast",
        "Birmingham|B1 B3 B15|121",
        "Bristol|BS1 BS3 BS8|117",
        "Cardiff|CF10 CF11|Cardiff",
        "Edinburgh|EH1 EH3 EH6|131",
        "Falmouth|TR11|-",
        "Gateshead|NE8|Tyneside",
        "Glasgow|G1 G2 G12|141",
        "Leeds|LS1 LS2 LS6|113",
        "Leicester|LE1 LE2|116",
        "Liverpool|L1 L3 L8|151",
        "London|E1 EC2A N1 SE1 SW11 W2|London",
        "Manchester|M1 M4 M20|161",
        "Newcastle upon Tyne|NE1 NE6|Tyneside",
        "Nottingham|NG1 NG7|115",
        "Reading|RG1 RG2|118",
        "Salford|M5 M50|161",
        "Sheffield|S1 S3 S11|114",
        "Stoke-on-Trent|ST1 ST4|-",
        "Whitby|YO21 YO22|-",
        "York|YO1 YO10|-",
    ),
    streets=_words(
        "Albert Road, Albion Street, Bath Road, Bridge Street, Canal Street, Castle Street, Chapel Lane, Church "
        "Street, Clarence Street, Commercial Road, Dock Street, Duke Street, Exchange Street, Foundry Lane, "
        "George Street, Granary Wharf, Grove Road, Harbour Road, High Street, Hill Street, Kiln Lane, King "
        "Street, London Road, Market Place, Mill Lane, New Street, North Street, Orchard Road, Park Lane, Park "
        "Road, Queen Street, Quayside, Railway Terrace, Regent Street, St John's Road, Station Road, Tannery Row, "
        "Union Street, Victoria Road, Warehouse Lane, Waterloo Road, Weavers Yard, West Street, York Place"
    ),
    house_first=True,
    mobiles=(Line("+44 7700 900 ", 0, 999),),
    trades=_trades(
        "Transport and logistics|{} Logistics, {} Haulage, {} Couriers, {} Removals, {} Freight",
        "Construction|{} Builders, {} Joinery, {} Roofing, {} Decorators, {} Stonemasons",
        "Energy and installation|{} Electrical, {} Plumbing & Heating, {} Solar, {} Renewables",
        "Accounting|{} Accountants, {} Bookkeeping, {} Tax Advisers",
        "Legal|{} Solicitors, {} Chambers, {} Legal",
        "Food and drink|{} Brewery, {} Bakery, {} Butchers, {} Coffee Roasters, {} Fine Foods",
        "Healthcare|{} Dental Practice, {} Physiotherapy, {} Pharmacy, {} Veterinary Surgery, {} Opticians",
        "Manufacturing|{} Engineering, {} Packaging, {} Textiles, {} Boatyard, {} Precision Tools",
        "IT and software|{} Software, {} Systems, {} Digital, {} Data",
        "Creative|{} Pottery, {} Architects, {} Publishing, {} Design Studio, {} Ceramics",
        "Hospitality and tourism|{} Hotel, {} Guest House, {} Tours, {} Tea Rooms",
        "Real estate|{} Estates, {} Lettings, {} Property Management",
        "Retail|{} Books, {} Cycles, {} Garden Centre, {} Hardware",
        "Agriculture|{} Farms, {} Nurseries, {} Orchards, {} Dairy",
        "Education|{} Training, {} School of Motoring, {} Music Academy",
        "Public sector|{} Community Trust, {} Housing Association, Friends of {}|",
    ),
    forms=_weighted((" Ltd", 66), (" LLP", 10), (" plc", 3), ("", 18), (" CIC", 3)),
    nouns=_compounds(
        "Ash Black Bright Clear Fern Hawk Heather Iron Kings Lark North Oak Red Silver Stone Wood",
        "bridge field ford gate haven hill mere moor stone wick",
    ),
    pair="{} & {}",
    notes=_words(
        "Meeting, Year-end accounts, Phone call, Advice, VAT return, Contract review, Site visit, Report, Quote "
        "discussed, Board papers, Follow-up"
    ),
    projects=_words(
        "Year-end accounts, Ongoing advice, Office move, Contract review, New website, Annual report, Tender, "
        "Budget, Staff handbook, Export licence, Quarterly figures"
    ),
    box="PO Box {}",
    branch="{} branch",
)

# How often a country is picked, as so many entries.
LANDS: tuple[Land, ...] = (NETHERLANDS,) * 40 + (SWEDEN,) * 24 + (FINLAND,) * 12 + (NORWAY,) * 11 + (BRITAIN,) * 13

FUNCTIONS = _words(
    "Director, Owner, Finance, Operations manager, Office manager, Purchasing, Sales, HR, IT, Branch manager, Partner, "
    "Planner, Controller, Secretary, Project manager, Board member"
)
STATUSES = _words("Active, Prospect, Lead, On hold, Former")
LAYOUTS = _words("Standard, With time sheet, Per project")
# Kinds of relations, and what each is called from the other side.
RELATION_KINDS = (
    ("accountant of", "client of"),
    ("lawyer of", "client of"),
    ("owner of", "owned by"),
    ("supplier of", "buyer from"),
    ("parent company of", "subsidiary of"),
    ("partner of", None),
)
# What opportunities are called, with the year they are about.
WORK_TO_COME = (
    "Yearly report {}",
    "Retainer {}",
    "Payroll {}",
    "Move to the new building",
    "Route planning",
    "Training for the back office",
    "Stock count {}",
    "Environmental certificate",
    "Web shop",
)
PAPERS = ("Contract {}.pdf", "Offer {}.pdf", "Minutes of the yearly review {}.pdf", "Terms {}.pdf")
TARIFFS = "Service,Unit,Rate\r\nPlanning,hour,95.00\r\nTravel,km,0.23\r\nRush,hour,142.50\r\n"
# The office's own processes: their steps with kind, days after the start, and who does it.
YEAR_END = "Year end"
PROCESSES: dict[str, tuple[tuple[str, str, int, str], ...]] = {
    YEAR_END: (
        ("Ask for the figures of the year", "E-mail", 0, "owner"),
        ("Check what is still to be invoiced", "Task", 3, "Marieke"),
        ("Close the open registrations", "Task", 10, "starter"),
        ("Draw up the yearly report", "Task", 21, "owner"),
        ("Yearly review", "Meeting", 35, "owner"),
        ("Send the rates for next year", "E-mail", 42, "Marieke"),
    ),
    "New client": (
        ("Send the engagement letter", "E-mail", 0, "owner"),
        ("Check who owns the company", "Task", 2, "Marieke"),
        ("Introduce the team", "Meeting", 7, "owner"),
        ("Ask how the first month went", "Call", 30, "starter"),
    ),
}
TOOLS = (
    ("Map", "https://www.openstreetmap.org/search?query={postal_code}%20{city}", "both"),
    ("Credit check", "https://credit.example/company/{vat_number}?name={name}", "business"),
)
ACTIVITY_KINDS = _words("Task, Note, Call, E-mail, Meeting")
# What is to be done or was done, by kind; {} is the first name of a contact. A note is never to be done.
TO_DO: tuple[tuple[str, str], ...] = (
    ("Call", "Call {} about the invoice of last month"),
    ("Call", "Call {} about the new project"),
    ("Call", "Call back {}"),
    ("E-mail", "Send {} the rate proposal"),
    ("E-mail", "Mail {} the minutes of the meeting"),
    ("Task", "Prepare the quarterly figures"),
    ("Task", "Check the address for invoices"),
    ("Task", "Ask for the order number"),
    ("Task", "Write the offer for next year"),
    ("Meeting", "Yearly review with {}"),
    ("Meeting", "Planning with {}"),
)
NOTED = (
    "Prefers a call over an e-mail",
    "Office is closed on Fridays",
    "New colleague for invoices from January",
    "Wants the report in English",
    "Keys are with the reception",
)
# What colleagues say of a customer; {} is the colleague who is asked to do something about it.
SAID = (
    "Agreed 14 days payment term from January. @{} please change it on the card.",
    "Spoke to the owner at the trade fair: happy with the work, wants to see the figures earlier.",
    "Invoice of last quarter was paid twice, the second one goes back this week.",
    "They move to a new building in spring. Ask for the address before the next invoice.",
    "@{} can you take this one over while I am away?",
    "Contract is with their lawyer, answer expected within two weeks.",
    "Asked for a discount on the hourly rate. Said no, but the travel time is free.",
    "New contact for the administration, see the contacts.",
    "The daughter takes over the firm in two years; a conversation about that is planned.",
    "Meeting moved twice now. @{} try by phone.",
)
SAID_IN_DUTCH = (
    "De vestiging in Rotterdam krijgt een eigen contactpersoon.",
    "Belt liever dan dat ze mailen; tussen de middag niet bereikbaar.",
    "@{} wil jij de offerte nalopen voordat die de deur uit gaat?",
    "Jaarrekening besproken, geen vragen meer. Afspraak voor volgend jaar staat.",
    "Factuur graag voortaan met inkoopnummer, anders blijft die liggen.",
    "Verhuizen in het voorjaar. Nieuw adres volgt.",
)
ARCHIVE_REASONS = _words(
    "Business closed, Moved to another adviser, Project finished, Duplicate of another customer, Retired, Bankruptcy"
)
DESCRIPTIONS = (
    "Came through a recommendation. Prefers a call over an e-mail.",
    "Order number needed on every invoice; ask for it before the month ends.",
    "Two sites, one set of books. Planning meeting on the first Tuesday of the month.",
    "Family business, third generation. The daughter takes over in the coming years.",
    "Large archive still on paper. Agreed to digitise it year by year.",
    "Seasonal work: hardly anything from June to August, busy in autumn.",
    "Invoices go through a shared service centre, allow ten extra days.",
    "Met at the trade fair. Wants a proposal in two parts.",
)

# Label groups: name, one per record, and labels as (name, colour, meaning, weight in a thousand customers or contacts).
LabelRow = tuple[str, str, str | None, int]
CUSTOMER_LABELS: tuple[tuple[str, bool, tuple[LabelRow, ...]], ...] = (
    (
        "Invoicing",
        True,
        (
            ("Monthly invoice", "blue", "Invoice on the 1st of the month", 325),
            ("E-invoice", "green", "Through Peppol, never by mail", 181),
            ("Quarterly invoice", "blue", "January, April, July, October", 75),
            ("Fixed price", "violet", "Per project, not per hour", 44),
            ("Paid in advance", "amber", "Nothing starts before the invoice is paid", 9),
            ("No invoice", "grey", "Work for a good cause", 3),
        ),
    ),
    (
        "Segment",
        False,
        (
            ("Retainer", "teal", "Yearly agreement with a fixed number of hours", 111),
            ("Transport", "grey", None, 0),
            ("Public sector", "grey", "Order number needed on every invoice", 0),
            ("Prospect", "pink", None, 14),
            ("Family business", "amber", None, 60),
            ("Start-up", "violet", "Younger than three years", 22),
            ("International", "blue", "Work in more than one country", 30),
            ("Subsidised", "green", "A grant pays a part: keep time sheets", 8),
            ("Franchise", "grey", None, 5),
            ("Listed company", "violet", "Inside information: mind what you mail", 2),
        ),
    ),
    (
        "Attention",
        False,
        (
            ("VIP", "amber", "Answer the same day", 15),
            ("Slow payer", "red", "More than 30 days late twice", 24),
            ("Slow payers", "red", None, 2),
            ("Contract ends soon", "amber", None, 12),
            ("Do not call", "red", "Asked for e-mail only", 6),
            ("Check address", "grey", "Mail came back", 9),
            ("In dispute", "red", "Ask Sanne before you write", 3),
        ),
    ),
    (
        "Source",
        True,
        (
            ("Recommendation", "green", "Through another customer", 120),
            ("Website", "blue", None, 80),
            ("Trade fair", "violet", None, 45),
            ("Cold call", "grey", None, 20),
            ("Chamber of commerce", "teal", None, 12),
            ("Former colleague", "pink", None, 10),
        ),
    ),
)
CONTACT_LABELS: tuple[tuple[str, bool, tuple[LabelRow, ...]], ...] = (
    (
        "Mailing",
        False,
        (
            ("Newsletter", "grey", "The monthly letter", 300),
            ("Christmas card", "red", None, 90),
            ("Year report", "blue", "Printed, in March", 40),
            ("No mailings", "red", "Asked not to get any", 25),
        ),
    ),
    (
        "Events",
        False,
        (
            ("Trade fair 2026", "violet", "Visited our stand", 35),
            ("Open day", "green", None, 25),
            ("Webinar VAT", "blue", None, 20),
            ("Summer party", "amber", None, 15),
        ),
    ),
    (
        "Relation",
        True,
        (
            ("Decision maker", "teal", "Signs quotes", 120),
            ("Adviser", "blue", "Accountant, lawyer or bank", 30),
            ("Press", "pink", None, 4),
        ),
    ),
)
