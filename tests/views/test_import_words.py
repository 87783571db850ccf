"""Words that nobody knows are said once for all rows, and a profile knows them the next time."""

from __future__ import annotations

from lxml import html
from sqlalchemy.orm import Session

from tests.conftest import ClientFor
from tests.pages import PageClient
from tests.views.test_imports import planned, text_of, upload

ROWS = "Klantnummer;Naam;Land;Taal\nK-1;Acme;Zweeden;nl\nK-2;Beta;Zweeden;Plat\nK-3;Gamma;Verweg;nl\nK-4;Delta;NL;nl\n"
ROWS += "".join(f"K-{at};Known {at};NL;nl\n" for at in range(5, 10))


def listed(client: PageClient, run: str) -> list[tuple[str, str]]:
    """Field and word of each line."""
    page = html.document_fromstring(client.get(f"{run}words/").get_data(as_text=True))
    return list(
        zip(page.xpath("//input[@name='field']/@value"), page.xpath("//input[@name='said']/@value"), strict=True)
    )


def said(client: PageClient, run: str, **meant: str) -> None:
    words = listed(client, run)
    client.send(
        f"{run}words/",
        field=[field for field, _ in words],
        said=[word for _, word in words],
        meant=[meant.get(word, "") for _, word in words],
    )


def test_a_word_is_said_once_for_all_its_rows(client_for: ClientFor) -> None:
    alice = client_for("Alice")
    run = planned(alice, ROWS)
    country, language = "head_office.country", "language"
    assert "6 new, 0 changed, 0 unchanged, 0 skipped, 3 rejected" in text_of(alice.get(f"{run}check/"))
    assert sorted(listed(alice, run)) == [(country, "Verweg"), (country, "Zweeden"), (language, "Plat")]
    page = text_of(alice.get(f"{run}words/"))
    assert "Did you mean Sweden?" in page
    said(alice, run, Zweeden="Sweden", Plat="nl")
    assert "8 new, 0 changed, 0 unchanged, 0 skipped, 1 rejected" in text_of(alice.get(f"{run}check/"))
    said(alice, run, Zweeden="Sweden", Plat="nl", Verweg="-")
    assert "9 new, 0 changed, 0 unchanged, 0 skipped, 0 rejected" in text_of(alice.get(f"{run}check/"))
    said(alice, run, Plat="nl", Verweg="-")
    assert "7 new, 0 changed, 0 unchanged, 0 skipped, 2 rejected" in text_of(alice.get(f"{run}check/"))


def test_a_profile_knows_the_words_the_next_time(client_for: ClientFor) -> None:
    alice = client_for("Alice")
    run = planned(alice, ROWS)
    said(alice, run, Zweeden="SE", Plat="nl", Verweg="-")
    alice.send(f"{run}profile/", profile_name="Words")
    again = upload(alice, ROWS.replace("Zweeden", "ZWEEDEN")).location
    assert again.endswith("/check/")
    assert "9 new, 0 changed, 0 unchanged, 0 skipped, 0 rejected" in text_of(alice.get(again))


def test_a_word_of_no_field_changes_nothing(session: Session, client_for: ClientFor) -> None:
    alice = client_for("Alice")
    run = planned(alice, ROWS)
    assert (
        alice.send(f"{run}words/", field=["nonsense", "language"], said=["Plat", ""], meant=["x", "y"]).status_code
        == 302
    )
    assert len(listed(alice, run)) == 3
    assert client_for("Bob").get(f"{run}words/").status_code == 403
