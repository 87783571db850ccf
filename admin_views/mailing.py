"""The mailing list: who is on the list of contacts, as letters and mails need it, looked at and then taken along."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import request, url_for
from flask_admin import expose
from flask_babel import get_locale, gettext

from admin_views import shell
from admin_views.declared import Answer
from admin_views.listing import Listing, require_export
from importers import mailing
from importers.export import Format
from importers.mailing import Per
from models import search

SHOWN = 25


class Mailing(Listing):
    """For the list of contacts; the routes stand in `routes` of the view."""

    @expose("/mailing/")
    def mailing_view(self) -> Answer:
        """Who is on it, the first of them by name, with a row per person or per person and customer."""
        require_export()
        session, state, per = shell.here(), self.state(request.args), _per()
        found = search.page(session, self.spec, state)
        language = str(get_locale() or "en")
        rows = list(mailing.recipients(session, state, found.ids[:SHOWN], per, language))
        query = state.to_query()
        return self.answer(
            "contact/mailing.html",
            found=found,
            rows=rows,
            chips=self.chips(state),
            state=state,
            per=per,
            ways=self.ways(query, per),
            files={name: self.file_url(name, query, per) for name in ("xlsx", "csv")},
            back=self.list_url() + (f"?{query}" if query else ""),
            shown=SHOWN,
        )

    @expose("/mailing/<export_type>/")
    def mailing_file(self, export_type: str) -> Answer:
        """All of it as a file."""
        state, per = self.state(request.args), _per()

        def pieces(format: Format, language: str) -> Iterator[bytes]:
            return mailing.stream(shell.here(), state, per, format, language)

        return self.stream(export_type, "mailing", pieces)

    def ways(self, query: str, per: Per) -> list[dict[str, Any]]:
        """The two kinds of rows, one of them current."""
        texts = {Per.PERSON: gettext("A row per person"), Per.CUSTOMER: gettext("A row per person and customer")}
        at = url_for(f"{self.endpoint}.mailing_view")
        return [
            {"text": text, "href": f"{at}?per={one}" + (f"&{query}" if query else ""), "current": one is per}
            for one, text in texts.items()
        ]

    def file_url(self, export_type: str, query: str, per: Per) -> str:
        """Where the file is."""
        at = url_for(f"{self.endpoint}.mailing_file", export_type=export_type)
        return f"{at}?per={per}" + (f"&{query}" if query else "")

    def more_exports(self, query: str) -> list[dict[str, str]]:
        at = url_for(f"{self.endpoint}.mailing_view")
        return [
            {"text": gettext("Mailing list…"), "href": at + (f"?{query}" if query else ""), "icon": "envelope-paper"}
        ]


def _per() -> Per:
    return Per.CUSTOMER if request.args.get("per") == Per.CUSTOMER else Per.PERSON
