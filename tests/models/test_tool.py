"""Links to tools outside: what their address may be, and what becomes of it for one customer."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy.orm import Session

from models.access import SYSTEM, Looker
from models.errors import NotAllowed, Problems, Reason
from models.operations.save import save
from models.tool import FIELDS, ToolLink, filled, misfit, values_of
from tests import factories

VALUES = dict.fromkeys(FIELDS, "") | {"name": "Kóffie & Co/../x?y#z", "city": "'s-Hertogenbosch", "country": "NL"}


@pytest.mark.parametrize(
    "address",
    [
        "https://www.example.com/company/{vat_number}",
        "https://map.example:8443/search?q={postal_code}%20{city}&c={country}",
        "https://example.com/",
        "https://example.com/{number}/{name}#there",
    ],
)
def test_TS_28_an_address_with_known_fields_in_path_or_query_fits(address: str) -> None:
    assert misfit("url", address) is None


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("http://example.com/{city}", Reason.TOOL_NOT_HTTPS),
        ("javascript:alert({city})", Reason.TOOL_NOT_HTTPS),
        ("//example.com/{city}", Reason.TOOL_NOT_HTTPS),
        ("example.com/{city}", Reason.TOOL_NOT_HTTPS),
        ("https://", Reason.TOOL_NOT_HTTPS),
        ("https:///{city}", Reason.TOOL_NOT_HTTPS),
        ("https://[::1/{city}", Reason.TOOL_NOT_HTTPS),
        ("https://user:secret@example.com/{city}", Reason.TOOL_NOT_HTTPS),
        ("https://exa mple.com/", Reason.TOOL_NOT_HTTPS),
        ("https://{website}/", Reason.TOOL_FIELD_PLACE),
        ("https://{city}.example.com/", Reason.TOOL_FIELD_PLACE),
        ("https://example.com:{number}/", Reason.TOOL_FIELD_PLACE),
        ("https://example.com/#{city}", Reason.TOOL_FIELD_PLACE),
        ("https://example.com\\elsewhere.example/{city}", Reason.TOOL_NOT_HTTPS),
        ("https://example.com%2f/{city}", Reason.TOOL_NOT_HTTPS),
        ("https://example.com/a b/{city}", Reason.TOOL_NOT_HTTPS),
        ("https://example.com/{phone}", Reason.TOOL_FIELD_UNKNOWN),
        ("https://example.com/{}", Reason.TOOL_FIELD_UNKNOWN),
        ("https://example.com/{city", Reason.TOOL_BRACES),
        ("https://example.com/city}", Reason.TOOL_BRACES),
        ("https://example.com/{{city}}", Reason.TOOL_BRACES),
    ],
)
def test_TS_28_an_address_that_leads_elsewhere_or_asks_for_more_is_refused(address: str, reason: Reason) -> None:
    refused = misfit("url", address)
    assert refused is not None
    assert refused.reason is reason


def test_TS_28_values_are_percent_encoded_and_cannot_change_where_a_link_leads() -> None:
    link = ToolLink(name="T", url="https://example.com/a/{name}?city={city}&c={country}")
    href = filled(link, VALUES).href
    assert href is not None
    parts = urlsplit(href)
    assert (parts.netloc, parts.path.count("/"), parts.fragment) == ("example.com", 2, "")
    assert parse_qs(parts.query) == {"city": ["'s-Hertogenbosch"], "c": ["NL"]}


@pytest.mark.parametrize("number", ["", "..", "."])
def test_TS_28_what_is_empty_or_would_lead_a_folder_up_is_missing(number: str) -> None:
    link = ToolLink(name="T", url="https://example.com/{number}/{country}")
    found = filled(link, VALUES | {"number": number})
    assert (found.href, found.missing, dict(found.goes)) == (None, ("number",), {"country": "NL"})


def test_TS_28_the_values_are_the_customers_and_its_head_offices(session: Session) -> None:
    customer = factories.customer(session, website="www.nordhamn.example/about", vat_number=" SE1 ")
    factories.address(session, customer, is_head_office=True, city="Göteborg", country="SE")
    found = values_of(customer)
    assert {name: found[name] for name in ("website", "vat_number", "city", "country", "email")} == {
        "website": "www.nordhamn.example",
        "vat_number": "SE1",
        "city": "Göteborg",
        "country": "SE",
        "email": "",
    }
    assert found.keys() == set(FIELDS)


def test_TS_28_a_link_is_saved_by_who_keeps_the_lists_and_only_if_it_fits(session: Session, alice: Looker) -> None:
    with pytest.raises(Problems) as refused:
        save(session, SYSTEM, ToolLink, None, {"name": "T", "url": "https://example.com/{phone}"})
    assert refused.value.field == "url"
    with pytest.raises(NotAllowed):
        save(session, alice, ToolLink, None, {"name": "T", "url": "https://example.com/{city}"})
