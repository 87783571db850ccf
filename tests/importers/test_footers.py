"""Totals and the feet of printed lists are known by their words, and the names of companies are not taken for them."""

from __future__ import annotations

import pytest

from importers.footers import is_footer, is_total, is_total_of_some


@pytest.mark.parametrize(
    "said", ["Totaal", "TOTAL:", "Grand total", "Summa", "Gesamtsumme", "Eindtotaal", "Zwischensumme", "Totalsum", "Sub-totaal"]
)  # fmt: skip
def test_a_word_that_means_nothing_else_is_a_total(said: str) -> None:
    assert is_total(said)


@pytest.mark.parametrize(
    "said",
    [
        "Totaal B", "Subtotaal Noord", "Total Region West", "Summa Norr", "Totaal: 12", "Totaal generaal", "Summa totalt",
        "Kaikki yhteensä", "Sum total", "Report total", "Noord totaal", "Gesamtsumme Nord", "Välisumma 2", "Gemiddelde",
        "Average", "Totaal:12",
    ],
)  # fmt: skip
def test_a_total_may_say_of_which_rows_it_is(said: str) -> None:
    assert is_total_of_some(said)
    assert not is_total(said)


@pytest.mark.parametrize(
    "said",
    [
        "Pagina 1 van 3", "Afgedrukt op 12-05-2026", "Aantal records: 12", "Page 2 of 4", "Seite 1 von 2", "Sida 1 av 2",
        "Printed 2026-01-01", "Einde lijst", "End of report", "*** einde lijst ***", "Sivu 1/3", "Side 2 av 3", "Pagina 1",
        "Afgedrukt op 1 mei 2026 om 12:00 door Jan", "Utskriven 2026-01-01", "Gedruckt am 01.02.2026", "Tulostettu 1.2.2026",
        "Anzahl Datensätze: 7", "Antal poster: 3", "12 records", "Gefilterd op: Actief", "Slut på listan", "Ende der Liste",
        "Transport fra side 1", "© 2026 Softpak BV", "Number of customers: 3", "Aantal:", "Raportin loppu", "- Page 3 -",
    ],
)  # fmt: skip
def test_what_programs_print_below_a_list_is_a_footer(said: str) -> None:
    assert is_footer(said)


@pytest.mark.parametrize(
    "name",
    [
        "Totaal Techniek B.V.", "Totaalbouw", "Totally Tasty", "Sumatra", "Jan Sum", "Anna Summa", "Printed Matters",
        "Page One", "Pagina Media", "Einde Installaties", "Transport Jansen", "Filter Techniek", "Sidabrex", "Endeavour 12",
        "Blad 10 Hoveniers", "Antal AB", "Aantal Plus", "12 Apostel",
    ],
)  # fmt: skip
def test_names_of_companies_and_people_are_neither(name: str) -> None:
    assert not (is_total(name) or is_total_of_some(name) or is_footer(name))
