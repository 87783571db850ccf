"""What stands under a table or between its rows besides records: totals, and the feet of printed pages.

Companies may be called so, too: whoever asks about these looks first whether the rest of the row says that it is one.
"""

from __future__ import annotations

import re

from importers.reading import is_of_a_firm

_SUM = (
    r"(?:(?:sub|eind|deel|tussen|grand|slut|loppu|väli|del|mellan|zwischen|end|gesamt|general)[ -]?)?"
    r"(?:totaal|totalen|totals?|totalt|totalsumm?e?|summa|summe|summen|sum|gesamt(?:summe|betrag)?|yhteensä)"
)
_MEAN = r"(?:gemiddeld(?:e|en)?|average|durchschnitt|medel(?:värde)?|genomsnitt|keskiarvo|gjennomsnitt|gennemsnit)"
_TOTAL = re.compile(rf"{_SUM}[:.]?")
# Behind a word some of these are the names of people: Jan Sum.
_TOTAL_OF = re.compile(
    rf"(?:{_SUM}[:.]?\s+|{_SUM}:|{_MEAN}[:.]?(?:\s+|\Z)).*|.*\s(?:totaal|total|totals|totalt|yhteensä)[:.]?"
)

_PAGE = r"(?:pagina|blad(?:zijde)?|blz\.?|page|pag\.?|seite|sida|sid\.|side|sivu)"
_PRINTED = (
    r"(?:afgedrukt|(?:uit)?geprint|gedrukt|aangemaakt|gegenereerd|geëxporteerd|afdrukdatum|printdatum|exportdatum|"
    r"printed|generated|exported|created|print date|report date|(?:aus)?gedruckt|erstellt|druckdatum|"
    r"utskrift(?:sdatum)?|utskriv(?:en|et)|utskrevet|udskrevet|skapad|opprettet|tulostettu|tulostuspäivä|luotu)"
)
_COUNTED = r"(?:aantal|number of|count|anzahl|antall?|lukumäärä|totaal aantal|total number)"
_ROWS = (
    r"(?:records?|rijen|regels|klanten|relaties|contacten|debiteuren|rows?|customers|contacts|lines|entries|items|"
    r"datensätze|zeilen|kunden|kontakte|rader|poster|kunder|kontakter|riviä|asiakasta|rækker)"
)
_LIST = (
    r"(?:lijst|overzicht|rapport|bestand|export|list|report|file|document|liste|berichts?|datei|listan?|listen|"
    r"rapporten|rapportens|raportti|raportin|luettelo|listan|filen)"
)
_FOOTERS = (
    rf"{_PAGE}\s*:?\s*[0-9]+(?:\s*(?:van|of|von|av|af|sur|/|-|–)\s*[0-9]+)?",
    rf"{_PRINTED}\b.*[0-9].*",
    rf"{_COUNTED}\b.*(?:[0-9]|:)",
    rf"[0-9]+ {_ROWS}",
    r"(?:gefilterd|gesorteerd|filtered|sorted|gefiltert|sortiert|filtrerat|sorterat|filtrert|sortert)"
    r"\s+(?:op|by|nach|på|efter|etter)\b.*",
    rf"(?:einde?|end|ende|slut|slutt)(?: (?:van|of|der|des|på|av|af|het|de|dit|deze|the|this))* {_LIST}",
    rf"{_LIST} (?:slut|slutt|loppu)",
    rf"transport\w* (?:van|from|von|från|fra) {_PAGE} [0-9]+",
    r"übertrag|vortrag|carried (?:over|forward)|brought forward",
    r"(?:©|\(c\)|copyright\b).*[0-9]{4}.*",
)
_FOOTER = re.compile("|".join(f"(?:{one})" for one in _FOOTERS))
_ORNAMENTS = " *=_~#–—-"
_LONGEST = 100


def is_total(text: str) -> bool:
    """Whether a text says nothing else than that its row is a total."""
    return _TOTAL.fullmatch(_said(text)) is not None


def is_total_of_some(text: str) -> bool:
    """Whether a text looks like the total, or the mean, of a part of the rows: Totaal Noord. No firm by its legal form."""
    said = _said(text)
    return _TOTAL_OF.fullmatch(said) is not None and not is_of_a_firm(text)


def is_footer(text: str) -> bool:
    """Whether a text looks like what a program prints below a list: Pagina 1 van 3, Afgedrukt op 12-05-2026."""
    return _FOOTER.fullmatch(_said(text)) is not None


def _said(text: str) -> str:
    return " ".join(text[:_LONGEST].casefold().split()).strip(_ORNAMENTS)
