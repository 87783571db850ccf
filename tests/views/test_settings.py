"""The settings page: what does not fit is said at its field, by its name, and a new customer can always be made."""

from __future__ import annotations

import pytest
from lxml import html
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import settings
from models.journal import Change
from tests.conftest import ClientFor
from tests.views.test_forms import at_fields

FINE = {
    known.key: str(int(known.default)) if isinstance(known.default, bool) else str(known.default)
    for known in settings.SETTINGS
}
# What the page says it showed, when nothing was ever changed.
FRESH = {f"shown-{key}": value for key, value in FINE.items()}


@pytest.mark.parametrize(
    ("key", "typed", "said"),
    [
        ("default_country", "ZZZ", "Country of the firm: ZZZ does not fit."),
        ("currency", "e", "Currency: e does not fit."),
        ("number_prefix", "K\0", "There is a character here that nobody can see: K⟨U+0000⟩."),
        ("number_prefix", "K" * 21, "Customer numbers begin with is too long: at most 20 characters."),
        ("bin_days", "0000000003651", "Days in the bin: fill in a number from 1 to 3650."),
        ("bin_days", "²", "Days in the bin: fill in a number from 1 to 3650."),
        ("invoice_addresses", "maybe", "Separate addresses for invoices: maybe does not fit."),
        ("company_name", "", "Name of the firm is missing."),
    ],
)
def test_a_setting_that_does_not_fit_is_said_at_its_field_and_nothing_is_saved(
    session: Session, client_for: ClientFor, key: str, typed: str, said: str
) -> None:
    dana = client_for("Dana")
    answer = dana.send("/settings/", **{**FINE, **FRESH, "bin_days": "7", key: typed})
    assert answer.status_code == 422
    shown = at_fields(answer)
    assert list(shown) == [key]
    assert shown[key].startswith(said)
    assert settings.get(session, "bin_days") == 30
    fields = {"kind": "business", "company_name": "Nieuw B.V.", "head_office_city": "Gent", "head_office_country": "BE"}
    assert dana.send("/customers/new/", **fields).status_code == 302


def test_TL_43_settings_are_saved_and_preset_a_new_customer(session: Session, client_for: ClientFor) -> None:
    dana = client_for("Dana")
    assert dana.send("/settings/", **{**FINE, **FRESH, "default_country": "SE", "number_prefix": ""}).status_code == 302
    session.rollback()
    assert (settings.get(session, "default_country"), settings.get(session, "number_prefix")) == ("SE", "")
    assert '<option selected value="SE">' in dana.get("/customers/new/").get_data(as_text=True)
    assert client_for("Alice").send("/settings/", **FINE).status_code == 403


def test_who_changes_one_setting_leaves_alone_what_others_changed_meanwhile(
    session: Session, client_for: ClientFor
) -> None:
    dana, second = client_for("Dana"), client_for("Dana")
    assert dana.send("/settings/", **{**FINE, **FRESH, "deleting": "never"}).status_code == 302
    assert second.send("/settings/", **{**FINE, **FRESH, "company_name": "Nieuw B.V."}).status_code == 302
    session.rollback()
    assert (settings.get(session, "deleting"), settings.get(session, "company_name")) == ("never", "Nieuw B.V.")
    kept = session.scalars(select(Change).where(Change.table_name == "setting").order_by(Change.id)).all()
    assert [(one.after or {})["key"] for one in kept] == ["deleting", "company_name"]


def test_a_setting_that_two_people_changed_shows_both_values_and_is_saved_when_sent_again(
    session: Session, client_for: ClientFor
) -> None:
    dana, second = client_for("Dana"), client_for("Dana")
    assert dana.send("/settings/", **{**FINE, **FRESH, "deleting": "never", "bin_days": "7"}).status_code == 302
    answer = second.send("/settings/", **{**FINE, **FRESH, "deleting": "direct", "company_name": "Nieuw B.V."})
    assert answer.status_code == 409
    shown = at_fields(answer)
    assert list(shown) == ["deleting"]
    assert shown["deleting"].startswith("Somebody else changed this to Never meanwhile.")
    session.rollback()
    assert (settings.get(session, "deleting"), settings.get(session, "company_name")) == (
        "never",
        "Havenkwartier Advies",
    )
    again = html.document_fromstring(answer.get_data(as_text=True)).get_element_by_id("settings-form")
    fields = dict(again.form_values())
    assert (fields["deleting"], fields["company_name"], fields["bin_days"]) == ("direct", "Nieuw B.V.", "7")
    assert second.post("/settings/", data=fields).status_code == 302
    session.rollback()
    assert (settings.get(session, "deleting"), settings.get(session, "bin_days")) == ("direct", 7)


def test_a_form_that_does_not_say_what_it_showed_overwrites_nothing_unseen(
    session: Session, client_for: ClientFor
) -> None:
    dana = client_for("Dana")
    assert dana.send("/settings/", **FINE).status_code == 302
    answer = dana.send("/settings/", **{**FINE, "bin_days": "7"})
    assert (answer.status_code, list(at_fields(answer))) == (409, ["bin_days"])
    assert settings.get(session, "bin_days") == 30


def test_the_settings_lead_to_the_lists_of_values(client_for: ClientFor) -> None:
    page = html.document_fromstring(client_for("Dana").get("/settings/").text)
    assert page.xpath("//main//a[@href='/lists/']")
