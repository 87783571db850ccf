"""The one base view: list, form, card, delete, bulk actions and export of an entity.

Flask-Admin gives the frame (routes, blueprint, menu); rights, queries and rules live below and are used by all routes.
A view class is a declaration: its columns, sections, tabs and actions, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode

from flask import (
    Response,
    abort,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from flask_admin import expose
from flask_admin.contrib.sqla import ModelView
from flask_babel import format_decimal, get_locale, gettext, lazy_gettext
from flask_login import current_user
from markupsafe import Markup
from sqlalchemy import ScalarSelect, Select, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.base import ExecutableOption
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse

from admin_views import cells, errors, plans, shell
from admin_views.cells import Column as Column  # noqa: PLC0414 - offered to the views from here
from admin_views.forms import Choice, Choices, EntityForm, Section
from importers import export
from models import access, journal, search
from models.access import Looker
from models.base import Base, db
from models.errors import Conflict, NotAllowed, NotFound, Problems, Reason, Refused
from models.imports import ImportKind
from models.journal import Changeset
from models.operations.save import Child, EditConflict, Saved, Side, Theirs, check, save
from models.operations.selection import Selection
from models.search import ListSpec, ListState
from models.user import Right

Answer = str | Response | BaseResponse | tuple[str, int]
BIGGEST_ID = 2**31
MIMES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
ADDED = "add."
OTHER_NAMES = frozenset({"list", "tab", "export_type", "action"})


@dataclass(frozen=True)
class Tab:
    """A tab of a card: its template and the function that loads its data and nothing else."""

    key: str
    label: Any
    template: str
    load: Callable[[Session, Looker, Any], Mapping[str, Any]]
    count: Callable[[Any], ScalarSelect[int]] | None = None
    right: Right | None = None


@dataclass(frozen=True)
class Action:
    """A verb on one or many rows, in two steps: `plan` is shown by `template`, `do` gets the digest of what was shown.

    `options` names the form fields that the plan page sends along; `quick` verbs need no page of their own.
    """

    name: str
    label: Any
    icon: str
    right: Right
    template: str
    plan: Callable[[Session, Looker, Selection, Mapping[str, Any]], Any]
    do: Callable[[Session, Looker, Selection, Mapping[str, Any], str], Changeset]
    done: Callable[[Any], str]
    options: tuple[str, ...] = ()
    many: bool = True
    key: str | None = None
    danger: bool = False
    # active | archived | any: for records in which state it is offered; a function where a setting decides.
    shown_when: str | Callable[[], str] = "any"
    target: Callable[[Any, Changeset], str] | None = None


@dataclass(frozen=True)
class FilterChoice:
    """A filter that a list offers: what it is called, and its values as (value, text).

    `boxes`: how many of the values stand as boxes to tick; the rest, if any, in a drop-down.
    """

    name: str
    label: Any
    choices: Callable[[], Sequence[tuple[str, str]]]
    boxes: int | None = None


@dataclass(frozen=True)
class ShownChip:
    """A filter in force: its name, its values in words, and the address of the list without it."""

    label: Any
    text: str
    without: str


@dataclass(frozen=True)
class ArchivedNote:
    """What a page says of an archived record, with the link that brings it back for those who may."""

    title: str
    text: str
    href: str | None
    link: Any


@dataclass(frozen=True)
class RowVerb:
    """A line in the menu of the rows; its address is about the record 0. `when`: active, archived or any."""

    text: Any
    icon: str
    href: str
    when: str = "any"
    danger: bool = False


class EntityView(ModelView):
    """Base of all entity views."""

    # Declarations of a subclass.
    noun: ClassVar[type[Base]]
    spec: ClassVar[ListSpec]
    one: ClassVar[Any]
    many: ClassVar[Any]
    new_text: ClassVar[Any]
    icon: ClassVar[str]
    columns: ClassVar[tuple[Column, ...]]
    list_options: ClassVar[tuple[ExecutableOption, ...]] = ()
    card_options: ClassVar[tuple[ExecutableOption, ...]] = ()
    sections: ClassVar[tuple[Section, ...]]
    tabs: ClassVar[tuple[Tab, ...]] = ()
    actions: ClassVar[tuple[Action, ...]] = ()
    filters: ClassVar[tuple[FilterChoice, ...]] = ()
    see: ClassVar[Right | None] = None
    edit: ClassVar[Right] = Right.EDIT
    create: ClassVar[Right] = Right.EDIT
    exports: ClassVar[bool] = False
    locks: ClassVar[bool] = True  # whether what is archived can only be read
    amounts: ClassVar[frozenset[str]] = frozenset()  # fields that nobody sees without "see revenue"
    archives: ClassVar[tuple[tuple[str, Any], ...]] = ()
    search_hint: ClassVar[Any] = lazy_gettext("Name…")
    views: ClassVar[tuple[tuple[Any, str], ...]] = ()
    first_use: ClassVar[Any] = ""
    meta_template: ClassVar[str | None] = None
    save_text: ClassVar[Any] = lazy_gettext("Save")
    field_looks: ClassVar[dict[str, dict[str, Any]]] = {}
    list_template = "entity/list.html"
    form_template: ClassVar[str] = "entity/form.html"
    details_template = "entity/card.html"

    # Flask-Admin's own switches: explicit lists, nothing scaffolded, none of its inline editing.
    column_list: ClassVar[Sequence[str]] = ("id",)
    column_details_list: ClassVar[Sequence[str]] = ("id",)
    column_export_list: ClassVar[Sequence[str]] = ("id",)
    column_sortable_list: ClassVar[Sequence[str]] = ()
    form = EntityForm
    can_view_details = True

    # Without its look-ups and its inline editing, which know of no rights: these are no routes here.
    ajax_lookup = None
    ajax_update = None

    # Which right a route needs; a route that is not here is refused, so that a new one is thought about.
    routes: ClassVar[dict[str, str]] = {
        "index_view": "see",
        "details_view": "see",
        "create_view": "create",
        "edit_view": "see",
        "delete_view": "see",
        "action_view": "see",
        "export": "see",
    }

    def __init__(self, endpoint: str) -> None:
        super().__init__(self.noun, db, name=str(endpoint), endpoint=endpoint, url=f"/{endpoint}/")

    # -- the door ---------------------------------------------------------------------------------------------------

    def is_accessible(self) -> bool:
        return bool(current_user.is_authenticated)

    def _handle_view(self, name: str, **kwargs: Any) -> Any:
        """Every route passes here: signed in, known, and allowed."""
        if not current_user.is_authenticated:
            return redirect(url_for("auth.login", next=request.full_path.rstrip("?")))
        needed = self.routes.get(name)
        if needed is None:
            abort(403)
        right = getattr(self, needed)
        if right is not None and not access.may(shell.here(), shell.looker(), right):
            raise NotAllowed(Reason.NO_RIGHT, right=right)
        return None

    def handle_view_exception(self, exc: Exception) -> bool:
        """Errors go to the application's own pages, in development as in production."""
        return False

    def find(self, raw: str | None, *options: ExecutableOption) -> Any:
        """The record with this id, or NotFound when it is not there for the person who looks."""
        found = shell.here().scalars(select(self.noun).where(self.noun.id == key_of(raw)).options(*options))
        record = found.unique().one_or_none()
        if record is None:
            raise NotFound
        return record

    def customer_of(self, record: Any) -> int | None:
        """The customer whose roles decide about this record; None: only roles held everywhere count."""
        return getattr(record, "customer_id", None)

    def may(self, right: Right, record: Any = None) -> bool:
        """Whether the person who looks may do this, on this record."""
        return access.may(shell.here(), shell.looker(), right, self.customer_of(record) if record is not None else None)

    # -- the list ---------------------------------------------------------------------------------------------------

    @expose("/")
    def index_view(self) -> Answer:
        state = self.state(request.args)
        added = self.added_chips(request.args)
        if added:
            for name, values in added:
                state = state.with_chip(name, values)
            return redirect(f"{self.list_url()}?{state.to_query()}")
        for dropped in state.dropped:
            flash(gettext(dropped.why.value).format(name=dropped.name), "warning")
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
            card=url_for(f"{self.endpoint}.details_view", id=""),
            came="&" + urlencode({"list": query}),
            offered=[(choice, list(choice.choices())) for choice in self.filters],
            chips=self.chips(state),
            bulk=[action for action in allowed if action.many],
            menu_of_rows=self.row_menu(allowed, query),
            query=query,
            keep=self.keep,
        )

    def keep(self, state: ListState, *without: str, **changes: Any) -> list[tuple[str, str]]:
        """The state as hidden inputs of a GET form, without the names that the form itself sends."""
        return [(name, value) for name, value in parse_qsl(state.to_query(**changes)) if name not in without]

    def state(self, args: MultiDict[str, str]) -> ListState:
        """The state of the list from the URL; what does not fit, or may not be sorted by, is dropped and said."""
        pairs = [(name, value) for name, value in args.items(multi=True) if not name.startswith(ADDED)]
        return search.read_state(self.spec, pairs, rights=self.held(), others=OTHER_NAMES)

    def held(self) -> frozenset[Right]:
        """The rights that open columns and sorts of this list."""
        return frozenset(column.right for column in self.visible_columns() if column.right is not None)

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
        found = shell.here().scalars(select(self.noun).where(self.noun.id.in_(ids)).options(*self.list_options))
        by_id = {row.id: row for row in found}
        return [by_id[key] for key in ids if key in by_id]

    def visible_columns(self) -> list[Column]:
        """The columns this person may see."""
        return [column for column in self.columns if column.right is None or self.may(column.right)]

    def list_extra(self, ids: Sequence[int]) -> Mapping[str, Any]:
        """What the cells need beside the records: grouped figures of this page."""
        return {}

    def chips(self, state: ListState) -> list[ShownChip]:
        """The filters in force."""
        offered = {choice.name: choice for choice in self.filters}
        made = []
        for index, chip in enumerate(state.chips):
            choice = offered.get(chip.name)
            texts = dict(choice.choices()) if choice else {}
            words = ", ".join(str(texts.get(str(value), value)) for value in chip.values)
            label = choice.label if choice else chip.name
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

    def switch(self, state: ListState) -> list[dict[str, Any]]:
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

    def action_url(self, action: Action, key: int, **more: Any) -> str:
        """Where a verb on one record begins: the page that shows its plan."""
        if action.name == "delete":
            return url_for(f"{self.endpoint}.delete_view", id=key, **more)
        return url_for(f"{self.endpoint}.action_view", action=action.name, rowid=key, **more)

    def delete_url(self, plan: Any, query: str) -> str:
        """The page that shows this delete again, counted anew."""
        return url_for(f"{self.endpoint}.delete_view", rowid=list(plan.ids), list=query or None)

    def edit_url(self, key: int) -> str:
        return url_for(f"{self.endpoint}.edit_view", id=key)

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

    def may_see_all(self) -> bool:
        """Whether an empty list is empty for everybody."""
        return access.may(shell.here(), shell.looker(), self.see or Right.VIEW)

    def allowed_actions(self, record: Any = None) -> list[Action]:
        """The actions this person may use, on this record or at all."""
        return [action for action in self.actions if self.may_do(action, record)]

    def may_do(self, action: Action, record: Any) -> bool:
        """Whether an action is offered; for a list, holding the right on any customer is enough."""
        if record is None:
            return access.may_somewhere(shell.here(), shell.looker(), action.right)
        return self.may(action.right, record)

    # -- the form ---------------------------------------------------------------------------------------------------

    def form_for(self, record: Any, posted: MultiDict[str, str] | None = None) -> EntityForm:
        """The form, filled from what was posted or from the record."""
        made: EntityForm = self.form(posted, data=self.values_of(record) if record is not None else self.defaults())
        if self.amounts and not self.may(Right.SEE_REVENUE, record):
            for name in self.amounts:
                del made[name]
        return made

    def defaults(self) -> dict[str, Any]:
        """What a new form is preset with."""
        return {}

    def values_of(self, record: Any) -> dict[str, Any]:
        """The record as the form's flat values."""
        return {name: getattr(record, name) for name in self.field_names if hasattr(record, name)}

    @cached_property
    def field_names(self) -> tuple[str, ...]:
        """The fields of the form, in their order."""
        return tuple(self.form()._fields)

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> Answer:
        self.note_position()
        form = self.form_for(None, request.form if request.method == "POST" else None)
        if request.method == "POST" and self.can_be_read(None, form):
            try:
                saved = self.store(None, form)
            except (NotAllowed, NotFound):
                raise
            except Refused as refused:
                report(form, each(refused))
            else:
                self.tell(saved, gettext("%(name)s added", name=str(saved.record)))
                return redirect(self.card_url(saved.record.id))
        return self.show_form(None, form, 422 if form.problems() else 200)

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self) -> Answer:
        said = self.note_position()
        record = self.find(request.args.get("id"))
        access.require(shell.here(), shell.looker(), self.edit, self.customer_of(record))
        locked = self.locks and self.archived_note(record)
        if locked and request.method == "GET":
            return self.show_locked(record, locked)
        form = self.form_for(record, request.form if request.method == "POST" else None)
        if request.method == "GET":
            return self.show_form(record, form, 200)
        if locked:
            # Archived while somebody was editing: what was typed is shown with the reason, and can still be saved later.
            return self.show_form(record, form, 409)
        readable = self.can_be_read(record, form)
        if not said:
            self.compare(form)
        if not (readable and said):
            return self.show_form(record, form, 422)
        name = str(record)
        try:
            saved = self.store(record, form)
        except EditConflict as clash:
            for edit in clash.merged:
                form.show(edit.field, edit.theirs)
            return self.show_form(self.find(request.args.get("id")), form, 409, clash)
        except (NotAllowed, NotFound):
            raise
        except Refused as refused:
            report(form, each(refused))
            return self.show_form(self.find(request.args.get("id")), form, errors.status_of(refused))
        self.tell(saved, gettext("%(name)s saved", name=name))
        return redirect(self.card_url(saved.record.id))

    def note_position(self) -> bool:
        """Where the journal stood before the record was read: what came later is what the form did not show.

        False for a posted form that does not say it: saved on its word, it would overwrite what it never showed.
        """
        posted = position_in("shown-at")
        g.position = posted if posted is not None else journal.position(shell.here())
        return posted is not None

    def compare(self, form: EntityForm) -> None:
        """Say of a form that showed nobody knows what where it differs from the record as it is now."""
        form.add_error(
            None,
            gettext(
                "This form does not say what it showed when it was opened, so changes of others could be lost. "
                "Compare what you typed with what is on file, then save again."
            ),
        )
        for name, mine in form.values().items():
            held = form[name].object_data
            on_file = frozenset(held or ()) if isinstance(mine, frozenset) else held
            if not form[name].errors and (mine or None) != (on_file or None):
                form.add_error(name, gettext("On file: %(value)s", value=self.field_text(name, on_file)))

    def can_be_read(self, record: Any, form: EntityForm) -> bool:
        """Whether the values can be read; if not, what the rules have against the others is told along."""
        if form.validate():
            return True
        values = {name: value for name, value in self.to_save(form).items() if name not in form.errors}
        found = check(
            shell.here(),
            shell.looker(),
            self.noun,
            None if record is None else record.id,
            values,
            base=g.position,
            children=self.children(record, form),
            known=form.errors,
        )
        report(form, found)
        return False

    def archived_note(self, record: Any) -> ArchivedNote | None:
        """Of an archived record: since when, what that means, and the way back for those who may; else None."""
        since = getattr(record, "archived_at", None)
        if since is None:
            return None
        back = next((action for action in self.allowed_actions(record) if action.name == "restore"), None)
        if self.locks:
            title = gettext("Archived %(when)s.", when=shell.when(since))
            text = gettext("It can only be read. Restore it to change it or to register on it.")
        else:
            title = gettext("Deactivated %(when)s.", when=shell.when(since))
            text = gettext("It can be changed, and stays out of the active list until it is reactivated.")
        href = self.action_url(back, record.id) if back is not None else None
        return ArchivedNote(title, text, href, back.label if back is not None else None)

    def show_locked(self, record: Any, note: ArchivedNote) -> Answer:
        """Instead of the form of a record that can only be read."""
        ask = "" if note.href else " " + gettext("Ask somebody who may archive.")
        return errors.page(
            409,
            f"{note.title} {note.text}{ask}",
            title=gettext("%(name)s is archived.", name=str(record)),
            way_out=(note.href, note.link) if note.href else (self.card_url(record.id), gettext("Open")),
        )

    def store(self, record: Any, form: EntityForm) -> Saved[Any]:
        """Save what was typed: merge with what others changed since, or raise EditConflict with both sides."""
        seen = position_in("seen-at")
        return save(
            shell.here(),
            shell.looker(),
            self.noun,
            None if record is None else record.id,
            self.to_save(form),
            base=g.position,
            # A choice holds for what it was made between, so one that does not say that is none.
            choices=choices_made(request.form) if seen is not None else {},
            seen=seen,
            children=self.children(record, form),
        )

    def children(self, record: Any, form: EntityForm) -> Sequence[Child]:
        """Rows below the record that are on the same form."""
        return ()

    def to_save(self, form: EntityForm) -> dict[str, Any]:
        """The form's values as the verb wants them."""
        return form.values()

    def show_form(self, record: Any, form: EntityForm, status: int, clash: EditConflict | None = None) -> Answer:
        return self.answer(
            self.form_template,
            status,
            record=record,
            form=form,
            sections=self.sections,
            clash=clash,
            archived=self.archived_note(record) if record is not None else None,
            position=g.position,
            cancel=self.card_url(record.id) if record is not None else self.list_url(),
        )

    def tell(self, saved: Saved[Any], text: str) -> None:
        """Say that it is saved, what was merged in, and offer to undo it."""
        for person, fields in by_person(saved.merged).items():
            names = ", ".join(str(self.field_label(name)) for name in fields)
            flash(
                gettext("%(person)s changed %(fields)s meanwhile; both changes are kept.", person=person, fields=names),
                "info",
            )
        if saved.changeset is not None and saved.changeset.id is not None:
            shell.offer_undo(text, saved.changeset.id)
        else:
            flash(gettext("Nothing was changed."), "info")

    def field_label(self, name: str) -> Any:
        """How the form calls a field."""
        made = self.form()._fields.get(name)
        return made.label.text if made is not None else name

    def field_text(self, name: str, value: Any) -> str:
        """A value of a field in words, for people to compare."""
        if value is None or value in ("", ()) or (isinstance(value, (set, frozenset)) and not value):
            return gettext("empty")
        field = self.form()._fields.get(name)
        options = (
            {option.value: option.label for option in field.options()} if isinstance(field, (Choice, Choices)) else {}
        )
        if isinstance(value, (set, frozenset, list, tuple)):
            return ", ".join(sorted(options.get(str(v), str(v)) for v in value))
        if isinstance(value, bool):
            return gettext("yes") if value else gettext("no")
        return str(options.get(str(value), value))

    def summary(self, form: EntityForm) -> list[tuple[str, str, str]]:
        """The problems above the form: (id of the field, its label, what is wrong)."""
        return [(name or "errors", label or gettext("This record"), text) for name, label, text in form.problems()]

    # -- the card ---------------------------------------------------------------------------------------------------

    @expose("/details/")
    def details_view(self) -> Answer:
        record = self.find(request.args.get("id"), *(self.card_options or self.list_options))
        tabs = [tab for tab in self.tabs if tab.right is None or self.may(tab.right, record)]
        wanted = request.args.get("tab", tabs[0].key)
        tab = next((tab for tab in tabs if tab.key == wanted), tabs[0])
        return self.answer(
            self.details_template,
            record=record,
            tab=tab,
            tabs=tabs,
            neighbours=self.neighbours(record),
            counts=self.counts(record, tabs),
            row_actions=[a for a in self.allowed_actions(record) if fits(a, archived_state(record))],
            **tab.load(shell.here(), shell.looker(), record),
        )

    def counts(self, record: Any, tabs: Sequence[Tab]) -> dict[str, int]:
        """The numbers on the tabs, in one query."""
        counted = {tab.key: tab.count(record) for tab in tabs if tab.count is not None}
        if not counted:
            return {}
        row = shell.here().execute(select(*counted.values())).one()
        return dict(zip(counted, row, strict=True))

    def card_badge(self, record: Any) -> str:
        """What stands beside the name on the card."""
        return Markup(render_template("entity/badge.html", record=record)) if hasattr(record, "archived_at") else ""

    def card_meta(self, record: Any) -> str:
        """The line under the name."""
        return Markup(render_template(self.meta_template, view=self, record=record)) if self.meta_template else ""

    def card_tabs(
        self, record: Any, tabs: Sequence[Tab], current: Tab, counts: Mapping[str, int]
    ) -> list[dict[str, Any]]:
        """The tabs of the card as links; the list one came from stays in the address."""
        came: dict[str, Any] = {"list": request.args["list"]} if "list" in request.args else {}
        return [
            {
                "text": tab.label,
                "href": url_for(f"{self.endpoint}.details_view", id=record.id, tab=tab.key, **came),
                "current": tab is current,
                "count": counts.get(tab.key),
            }
            for tab in tabs
        ]

    def card_menu(self, record: Any, actions: Sequence[Action]) -> list[Any]:
        """The verbs of the card."""
        return [
            {
                "text": action.label,
                "icon": action.icon,
                "kind": "danger" if action.danger else "",
                "href": self.action_url(action, record.id),
            }
            for action in actions
        ]

    def neighbours(self, record: Any) -> dict[str, Any] | None:
        """Previous and next within the list one came from; nothing when one came from elsewhere."""
        if "list" not in request.args:
            return None
        query = request.args["list"]
        found = search.neighbours(shell.here(), self.spec, self.state(self.list_args()), record.id)
        if found.position is None:
            return None
        total = f"{format_decimal(found.total)}+" if found.more else format_decimal(found.total)
        return {
            "previous": url_for(f"{self.endpoint}.details_view", id=found.previous, list=query)
            if found.previous
            else None,
            "next": url_for(f"{self.endpoint}.details_view", id=found.next, list=query) if found.next else None,
            "text": gettext("%(n)s of %(total)s", n=format_decimal(found.position), total=total),
        }

    # -- verbs in two steps -----------------------------------------------------------------------------------------

    @expose("/action/", methods=("GET", "POST"))
    def action_view(self) -> Answer:
        """Without a signed plan: show what would happen. With one: do it, if it is still what would happen."""
        action = next((a for a in self.actions if a.name == request.values.get("action")), None)
        if action is None:
            abort(404)
        return self.run_action(action)

    @expose("/delete/", methods=("GET", "POST"))
    def delete_view(self) -> Answer:
        """Deleting one record: the same two steps under the address that people know."""
        action = next((a for a in self.actions if a.name == "delete"), None)
        if action is None:
            abort(404)
        return self.run_action(action)

    def run_action(self, action: Action) -> Answer:
        """The two steps of a verb."""
        looker = shell.looker()
        options = {name: request.values.getlist(name) for name in request.values if taken(action, name)}
        token = request.form.get("plan") if request.method == "POST" else None
        if token is None:
            return self.show_plan(action, self.selected(), options)
        problem: Refused
        selection = self.selected()
        try:
            what = plans.shown(looker, f"{self.endpoint}.{action.name}", token)
            selection = Selection(ids=tuple(what["ids"]))
            plan = action.plan(shell.here(), looker, selection, options)
            done = action.do(shell.here(), looker, selection, options, what["digest"])
        except Conflict as conflict:
            problem = conflict
        except Refused as refused:
            if isinstance(refused, (NotAllowed, NotFound)):
                raise
            problem = refused
        else:
            if done.is_empty:
                flash(gettext("Nothing was changed."), "info")
            else:
                shell.offer_undo(action.done(plan), done.id)
            return redirect(action.target(plan, done) if action.target else self.back_url())
        return self.show_plan(action, selection, options, problem)

    def show_plan(
        self, action: Action, selection: Selection, options: Mapping[str, Any], problem: Refused | None = None
    ) -> Answer:
        """The page that shows what will happen, with the signed plan in its form."""
        looker = shell.looker()
        ids = selection.resolve(shell.here())
        if not ids:
            flash(gettext("Tick one or more rows first."), "warning")
            return redirect(self.back_url())
        plan = action.plan(shell.here(), looker, Selection(ids=ids), options)
        refuse_empty(plan)
        token = plans.sign(looker, f"{self.endpoint}.{action.name}", ids=ids, digest=plan.digest)
        status = 200 if problem is None else 409 if isinstance(problem, Conflict) else 422
        return self.answer(
            action.template,
            status,
            plan=plan,
            token=token,
            action=action,
            options=options,
            problem=problem,
            back=self.back_url(),
        )

    def selected(self) -> Selection:
        """The ticked rows, or everything that matches the list they were ticked in."""
        if request.values.get("all"):
            return Selection(query=search.all_ids(shell.here(), self.spec, self.state(self.list_args())))
        raw = request.values.getlist("rowid") or request.values.getlist("id")
        return Selection(ids=tuple(key_of(value) for value in raw))

    def list_args(self) -> MultiDict[str, str]:
        """The state of the list that a form carries in its field `list`."""
        return MultiDict(parse_qsl(request.values.get("list", "")))

    def back_url(self) -> str:
        """The list as it was."""
        query = request.values.get("list", "")
        return self.list_url() + (f"?{query}" if query else "")

    # -- export -----------------------------------------------------------------------------------------------------

    @expose("/export/<export_type>/", methods=("GET",))
    def export(self, export_type: str) -> Answer:
        """Exactly what the list shows, streamed."""
        if not self.exports or export_type not in {"csv", "xlsx"}:
            abort(404)
        if not access.may_somewhere(shell.here(), shell.looker(), Right.EXPORT):
            raise NotAllowed(Reason.NO_RIGHT, right=Right.EXPORT)
        return self.stream(export_type, search.all_ids(shell.here(), self.spec, self.state(request.args), ordered=True))

    def stream(self, export_type: str, ids: Select[int]) -> Response:
        """The file, sent while it is made: it never stands in memory as a whole."""
        language = str(get_locale() or "en")
        columns = export.exported(ImportKind(self.endpoint))
        if not access.may(shell.here(), shell.looker(), Right.SEE_REVENUE):
            columns = tuple(column for column in columns if column.attribute not in self.amounts)
        keys = [column.key for column in columns]
        as_csv = export_type == "csv"
        pieces = export.stream(
            shell.here(), ImportKind(self.endpoint), ids, keys, "csv" if as_csv else "xlsx", language
        )
        response = Response(stream_with_context(pieces), mimetype=MIMES[export_type])
        name = f"{self.endpoint}-{shell.today().isoformat()}.{export_type}"
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    # -- addresses and answers --------------------------------------------------------------------------------------

    def list_url(self) -> str:
        return url_for(f"{self.endpoint}.index_view")

    def card_url(self, key: int | None) -> str:
        return url_for(f"{self.endpoint}.details_view", id=key)

    def answer(self, template: str, status: int = 200, **context: Any) -> Response:
        """A page of this view."""
        return make_response(render_template(template, view=self, looker=g.looker, **context), status)


def key_of(raw: str | None) -> int:
    """An id from the URL. Whatever is no id is simply not there."""
    text = (raw or "").strip()
    if not text.isascii() or not text.isdigit() or not 0 < int(text[:20]) < BIGGEST_ID:
        raise NotFound
    return int(text)


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None


def position_in(name: str) -> int | None:
    """The position of the journal that a posted form carries; None for one that there has never been."""
    found = _whole(request.form.get(name))
    return found if found is not None and found <= journal.position(shell.here()) else None


def choices_made(posted: MultiDict[str, str]) -> dict[str, Side]:
    """The decisions of a clash, by field name."""
    prefix = "choice-"
    return {k.removeprefix(prefix): Side(v) for k, v in posted.items() if k.startswith(prefix) and v in set(Side)}


def by_person(edits: Iterable[Theirs]) -> dict[str, list[str]]:
    """Who changed which fields."""
    found: dict[str, list[str]] = {}
    for edit in edits:
        found.setdefault(edit.who, []).append(edit.field)
    return found


def report(form: EntityForm, refusals: Iterable[Refused]) -> None:
    """Hang the refusals of a verb at the fields they are about, which they call as the form does."""
    for refusal in refusals:
        name = refusal.field or ""
        field = form[name].label.text if name in form else None
        form.add_error(refusal.field, shell.say(refusal, field))


def each(refused: Refused) -> Sequence[Refused]:
    """The refusals that one stands for."""
    return refused.problems if isinstance(refused, Problems) else (refused,)


def taken(action: Action, name: str) -> bool:
    """Whether a posted field is one of the action's options; `convert-*` stands for all that begin so."""
    return any(name == option or (option.endswith("*") and name.startswith(option[:-1])) for option in action.options)


def refuse_empty(plan: Any) -> None:
    """A plan for nothing: the rows are not there for this person, or the one that is may not be touched."""
    if plan.count:
        return
    if not plan.left_out_count:
        raise NotFound
    refusal = plan.left_out[0].refusal()
    if plan.left_out_count == 1 and isinstance(refusal, NotAllowed):
        raise refusal


def archived_state(record: Any) -> str:
    """Active or archived, as the list's switch calls it."""
    return "archived" if getattr(record, "archived_at", None) is not None else "active"


def fits(action: Action, archived: str) -> bool:
    """Whether an action makes sense for records in this state."""
    return archived == "all" or shown_when(action) in ("any", archived)


def shown_when(action: Action) -> str:
    """For records in which state an action is offered: active, archived or any."""
    return action.shown_when() if callable(action.shown_when) else action.shown_when
