"""The list of an entity, and the same list as a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Response, abort, flash, redirect, render_template, request, stream_with_context
from flask_admin import expose
from flask_babel import format_decimal, get_locale, gettext, lazy_gettext
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from admin_views import cells, shell
from admin_views.cells import Column
from admin_views.declared import ADDED, Action, Answer, Declared, RowVerb, ShownChip, fits, shown_when
from importers import export
from importers.export import Format
from models import access, search
from models.base import ROW_BY_ROW
from models.customer import Customer
from models.errors import NotAllowed, Reason
from models.imports import ImportKind
from models.project import Project
from models.search import Chip, ListState
from models.user import Right

MIMES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class Listing(Declared):
    """A page of rows by the state in its address, and what one can do with them."""

    @expose("/")
    def index_view(self) -> Answer:
        state = self.state(request.args)
        added = self.added_chips(request.args)
        if added:
            for name, values in added:
                state = state.with_chip(name, values)
            return redirect(f"{self.list_url()}?{state.to_query()}")
        offered = {choice.name: choice.label for choice in self.offered_filters()}
        for dropped in state.dropped:
            # A part that no filter here is called after is named as it stands in the address.
            name = offered.get(dropped.name, f"{dropped.name}=")
            flash(gettext(dropped.why.value).format(name=name), "warning")
        page = search.page(shell.here(), self.spec, state)
        ids = list(page.ids)
        columns, extra, query = self.visible_columns(), self.list_extra(ids), state.to_query()
        allowed = [action for action in self.allowed_actions() if fits(action, state.archived)]
        return self.answer(
            self.list_template,
            state=state,
            page=page,
            drawn=list(cells.draw(self, self.rows(ids), columns, extra)),
            columns=columns,
            extra=extra,
            card="details/?id=",
            came="&" + urlencode({"list": query}),
            chips=self.chips(state),
            bulk=[action for action in allowed if action.many],
            menu_of_rows=self.row_menu(allowed, query),
            query=query,
            keep=self.keep,
        )

    @expose("/filters/")
    def filters_view(self) -> Answer:
        """All that a list can be filtered by: a page of its own, which a list with JavaScript opens in place."""
        if not self.offered_filters():
            abort(404)
        return self.answer(
            "entity/filters.html",
            offered=[(choice, values) for choice in self.offered_filters() if (values := list(choice.choices()))],
            keep=self.keep(self.state(request.args), page=1),
        )

    def keep(self, state: ListState, *without: str, **changes: Any) -> list[tuple[str, str]]:
        """The state as hidden inputs of a GET form, without the names that the form itself sends."""
        return [(name, value) for name, value in parse_qsl(state.to_query(**changes)) if name not in without]

    def added_chips(self, args: MultiDict[str, str]) -> list[tuple[str, list[str]]]:
        """Filters chosen in the small forms, `add.country=NL&add.country=SE`: any of the values of one form will do."""
        found = []
        for name, filter in self.spec.filters.items():
            values = [value for text in args.getlist(ADDED + name) if text and (value := filter.read(text)) is not None]
            if values:
                found.append((name, values))
        return found

    def rows(self, ids: Sequence[int]) -> list[Any]:
        """The records of a page, in its order."""
        query = select(self.noun).where(self.noun.id.in_(ids)).options(*self.list_options)
        found = shell.here().scalars(query, execution_options=ROW_BY_ROW)
        by_id = {row.id: row for row in found}
        return [by_id[key] for key in ids if key in by_id]

    def list_extra(self, ids: Sequence[int]) -> Mapping[str, Any]:
        """What the cells need beside the records: grouped figures of this page."""
        return {}

    def chips(self, state: ListState) -> list[ShownChip]:
        """The filters in force."""
        offered = {choice.name: choice for choice in self.offered_filters()}
        made = []
        for index, chip in enumerate(state.chips):
            choice = offered.get(chip.name)
            label, texts = (choice.label, dict(choice.choices())) if choice else _pointed_at(chip)
            words = ", ".join(str(texts.get(str(value), value)) for value in chip.values)
            made.append(ShownChip(label, words, f"{self.list_url()}?{state.without_chip(index).to_query()}"))
        return made

    def view_tabs(self, state: ListState) -> list[dict[str, Any]]:
        """The ready-made views of this list, as tabs."""
        current = (state.chips, state.archived, state.search)
        made = []
        for text, query in self.views:
            other = search.read_state(self.spec, parse_qsl(query))
            made.append(
                {
                    "text": text,
                    "href": self.list_url() + (f"?{query}" if query else ""),
                    "current": current == (other.chips, other.archived, other.search),
                }
            )
        return made

    def states(self, state: ListState) -> list[dict[str, Any]]:
        """Active, archived, all."""
        return [
            {
                "text": text,
                "href": f"{self.list_url()}?{state.to_query(archived=search.Archived(value))}",
                "current": state.archived == value,
            }
            for value, text in self.archives
        ]

    def tools(self, query: str) -> list[tuple[Any, str, str]]:
        """Further links beside "New": text, address, icon."""
        return []

    def more_exports(self, query: str) -> list[dict[str, str]]:
        """Further lines of the menu "Export": text, address, icon."""
        return []

    def row_menu(self, actions: Sequence[Action], query: str) -> list[RowVerb]:
        """The menu of the rows, once a page; whether the rights on one row allow it is decided where it is asked for."""
        here = {"list": query} if query else {}
        items = [RowVerb(gettext("Open"), "card-text", self.card_url(0))]
        if access.may_somewhere(shell.here(), shell.looker(), self.edit):
            items.append(RowVerb(gettext("Edit"), "pencil", self.edit_url(0), "active" if self.locks else "any"))
        items += [
            RowVerb(action.label, action.icon, self.action_url(action, 0, **here), shown_when(action), action.danger)
            for action in actions
        ]
        return items

    def cell_value(self, column: Column, row: Any, extra: Mapping[str, Any]) -> Any:
        """What a cell shows: a figure of this page, or the record's own attribute."""
        if column.key in extra:
            return extra[column.key].get(row.id)
        return getattr(row, column.key, None)

    def total_text(self, page: search.Page) -> int | str:
        """How many rows there are, counted up to the cap."""
        return f"{format_decimal(page.total)}+" if page.more else page.total

    def second_line(self, row: Any) -> str | None:
        """What stands small under the name."""
        return None

    def group_of(self, row: Any) -> tuple[str, str] | None:
        """The heading that a row stands under, and the note behind it, in a list that is grouped."""
        return None

    def foot_text(self, extra: Mapping[str, Any]) -> str:
        """What stands beside the count under a list."""
        return ""

    def empty(self, state: ListState) -> str:
        """What a list without rows says, and the way out."""
        searched = state.search or state.chips
        elsewhere = 0
        if searched and state.archived is search.Archived.ACTIVE and self.archives:
            other = replace(state, archived=search.Archived.ARCHIVED, page=1, after=None, before=None)
            elsewhere = search.page(shell.here(), self.spec, other).total
        return Markup(
            render_template("entity/empty.html", view=self, state=state, searched=searched, elsewhere=elsewhere)
        )

    def archived_query(self, state: ListState) -> str:
        """The same search among the archived."""
        return state.to_query(archived=search.Archived.ARCHIVED)

    # -- export -----------------------------------------------------------------------------------------------------

    @expose("/export/<export_type>/", methods=("GET",))
    def export(self, export_type: str) -> Answer:
        """Exactly what the list shows, streamed."""
        ids = search.all_ids(shell.here(), self.spec, self.state(request.args), ordered=True)

        def pieces(format: Format, language: str) -> Iterator[bytes]:
            return export.stream(shell.here(), ImportKind(self.endpoint), ids, (), format, language)

        return self.stream(export_type, self.endpoint, pieces)

    def stream(self, export_type: str, name: str, pieces: Callable[[Format, str], Iterator[bytes]]) -> Response:
        """A file for who may export, sent while it is made: it never stands in memory as a whole."""
        if not self.exports or export_type not in MIMES:
            abort(404)
        require_export()
        format: Format = "csv" if export_type == "csv" else "xlsx"
        made = pieces(format, str(get_locale() or "en"))
        response = Response(stream_with_context(_until_sent(shell.here(), made)), mimetype=MIMES[format])
        dated = f"{name}-{shell.today().isoformat()}.{format}"
        response.headers["Content-Disposition"] = f'attachment; filename="{dated}"'
        return response


# What a link from a card narrows a list to; the forms of filters do not offer it.
POINTED_AT: Mapping[str, tuple[type[Customer | Project], Any]] = {
    "customer": (Customer, lazy_gettext("Customer")),
    "project": (Project, lazy_gettext("Project")),
}


def _pointed_at(chip: Chip) -> tuple[Any, dict[str, str]]:
    """What such a filter is called, and the names of its values; who may not see one reads its number."""
    if chip.name not in POINTED_AT:
        return chip.name, {}
    noun, label = POINTED_AT[chip.name]
    rows = shell.here().execute(select(noun.id, noun.name).where(noun.id.in_([int(value) for value in chip.values])))
    return label, {str(key): name for key, name in rows}


def _until_sent(session: Session, made: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces of a file, read from the session of the request, which gives its connection back behind the last.

    It did so when the request ended, was forgotten, and took one anew for the first piece: nobody else would.
    """
    with closing(session):
        yield from made


def require_export() -> None:
    """Go on only for who may export anything at all; what one may not see is in no list anyway."""
    if not access.may_somewhere(shell.here(), shell.looker(), Right.EXPORT):
        raise NotAllowed(Reason.NO_RIGHT, right=Right.EXPORT)
