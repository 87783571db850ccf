"""The one base view: list, form, card, delete, bulk actions and export of an entity.

Flask-Admin gives the frame (routes, blueprint, menu); rights, queries and rules live below and are used by all routes.
A view class is a declaration: its columns, sections, tabs and actions, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, cast

from flask import Response, abort, flash, g, make_response, redirect, render_template, request, url_for
from flask_admin import expose
from flask_admin.contrib.sqla import ModelView
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy import Select, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.base import ExecutableOption
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse

from admin_views import plans, shell
from admin_views.forms import EntityForm, Section
from models import access, journal, search
from models.access import Looker
from models.base import Base, db
from models.errors import Conflict, NotAllowed, NotFound, Reason, Refused
from models.journal import Changeset
from models.operations.save import Clash, Problems, Saved, save
from models.operations.selection import Selection
from models.search import ListSpec, ListState
from models.user import Right

Answer = str | Response | BaseResponse | tuple[str, int]
BIGGEST_ID = 2**62


@dataclass(frozen=True)
class Column:
    """A column of a list. `cell` names the macro in templates/entity/cells.html that draws it.

    `sort` is the stable name in the URL; `right` hides the column, its sorting and its export from people without it;
    `place` says where the cell goes on a narrow screen (see macros/table.html).
    """

    key: str
    label: Any
    cell: str = "text"
    sort: str | None = None
    right: Right | None = None
    numeric: bool = False
    place: str = ""


@dataclass(frozen=True)
class Tab:
    """A tab of a card: its template and the function that loads its data and nothing else."""

    key: str
    label: Any
    template: str
    load: Callable[[Session, Looker, Any], Mapping[str, Any]]
    count: Callable[[Session, Any], int] | None = None
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
    shown_when: str = "any"  # active | archived | any: in which state of the list or record it makes sense
    target: Callable[[Any, Changeset], str] | None = None


@dataclass(frozen=True)
class Chip:
    """A filter in force, or one that can be added."""

    name: str
    label: Any
    values: tuple[tuple[str, str], ...] = ()
    choices: tuple[tuple[str, str], ...] = ()
    without: str = ""


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
    sections: ClassVar[tuple[Section, ...]]
    tabs: ClassVar[tuple[Tab, ...]] = ()
    actions: ClassVar[tuple[Action, ...]] = ()
    filters: ClassVar[dict[str, Callable[[], Sequence[tuple[str, str]]]]] = {}
    filter_labels: ClassVar[dict[str, Any]] = {}
    see: ClassVar[Right | None] = None
    edit: ClassVar[Right] = Right.EDIT
    create: ClassVar[Right] = Right.EDIT
    exports: ClassVar[bool] = False
    archives: ClassVar[tuple[tuple[str, Any], ...]] = ()
    search_hint: ClassVar[Any] = ""
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
        if right is not None and not access.may(db.session, shell.looker(), right):
            raise NotAllowed(Reason.NO_RIGHT, right=right)
        return None

    def handle_view_exception(self, exc: Exception) -> bool:
        """Errors go to the application's own pages, in development as in production."""
        return False

    def find(self, raw: str | None, *options: ExecutableOption) -> Any:
        """The record with this id, or NotFound when it is not there for the person who looks."""
        record = db.session.scalar(select(self.noun).where(self.noun.id == key_of(raw)).options(*options))
        if record is None:
            raise NotFound
        return record

    def customer_of(self, record: Any) -> int | None:
        """The customer whose roles decide about this record; None: only roles held everywhere count."""
        return getattr(record, "customer_id", None)

    def may(self, right: Right, record: Any = None) -> bool:
        """Whether the person who looks may do this, on this record."""
        return access.may(db.session, shell.looker(), right, self.customer_of(record) if record is not None else None)

    # -- the list ---------------------------------------------------------------------------------------------------

    @expose("/")
    def index_view(self) -> Answer:
        state = self.state(request.args)
        page = search.page(db.session, self.spec, state)
        rows = self.rows(page.ids)
        return self.answer(
            self.list_template,
            state=state,
            page=page,
            rows=rows,
            columns=self.visible_columns(),
            extra=self.list_extra(page.ids),
            chips=self.chips(state),
            bulk=[action for action in self.allowed_actions() if action.many and fits(action, state.archived)],
        )

    def state(self, args: MultiDict[str, str]) -> ListState:
        """The state of the list from the URL; sorting by a column one may not see is dropped."""
        return ListState.parse(self.spec, args, allowed=self.sorts())

    def sorts(self) -> frozenset[str]:
        """The sort names of the columns this person may see."""
        return frozenset(column.sort for column in self.visible_columns() if column.sort)

    def rows(self, ids: Sequence[int]) -> list[Any]:
        """The records of a page, in its order."""
        found = db.session.scalars(select(self.noun).where(self.noun.id.in_(ids)).options(*self.list_options))
        by_id = {row.id: row for row in found}
        return [by_id[key] for key in ids if key in by_id]

    def visible_columns(self) -> list[Column]:
        """The columns this person may see."""
        return [column for column in self.columns if column.right is None or self.may(column.right)]

    def list_extra(self, ids: Sequence[int]) -> Mapping[str, Any]:
        """What the cells need beside the records: grouped figures of this page."""
        return {}

    def chips(self, state: ListState) -> list[Chip]:
        """The filters, those in force with their values and the link that takes them out."""
        made = []
        for name, choices in self.filters.items():
            offered = tuple(choices())
            texts = dict(offered)
            chosen = state.filters.get(name, ())
            made.append(
                Chip(
                    name=name,
                    label=self.filter_labels[name],
                    values=tuple((value, texts.get(value, value)) for value in chosen),
                    choices=offered,
                    without=state.to_query(filters={**state.filters, name: ()}),
                )
            )
        return made

    def allowed_actions(self, record: Any = None) -> list[Action]:
        """The actions this person may use, on this record or at all."""
        return [action for action in self.actions if self.may_do(action, record)]

    def may_do(self, action: Action, record: Any) -> bool:
        """Whether an action is offered; for a list, holding the right on any customer is enough."""
        if record is None:
            return access.holds_anywhere(db.session, shell.looker(), action.right)
        return self.may(action.right, record)

    # -- the form ---------------------------------------------------------------------------------------------------

    def form_for(self, record: Any, posted: MultiDict[str, str] | None = None) -> EntityForm:
        """The form, filled from what was posted or from the record."""
        made: EntityForm = self.form(posted, data=self.values_of(record) if record is not None else self.defaults())
        return made

    def defaults(self) -> dict[str, Any]:
        """What a new form is preset with."""
        return {}

    def values_of(self, record: Any) -> dict[str, Any]:
        """The record as the form's flat values."""
        return {name: getattr(record, name) for name in self.form()._fields if hasattr(record, name)}

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> Answer:
        form = self.form_for(None, request.form if request.method == "POST" else None)
        if request.method == "POST" and form.validate():
            try:
                saved = self.store(None, form)
            except Problems as problems:
                report(form, problems)
            else:
                self.tell(saved, gettext("%(name)s added", name=str(self.find(str(saved.id)))))
                return redirect(self.card_url(saved.id))
        return self.show_form(None, form, 422 if form.problems() else 200)

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self) -> Answer:
        record = self.find(request.args.get("id"))
        access.require(db.session, shell.looker(), self.edit, self.customer_of(record))
        self.refuse_archived(record)
        form = self.form_for(record, request.form if request.method == "POST" else None)
        if request.method == "GET" or not form.validate():
            return self.show_form(record, form, 422 if form.problems() else 200)
        name = str(record)
        try:
            saved = self.store(record, form)
        except Problems as problems:
            report(form, problems)
            return self.show_form(self.find(request.args.get("id")), form, 422)
        except Clash as clash:
            return self.show_form(self.find(request.args.get("id")), form, 409, clash)
        self.tell(saved, gettext("%(name)s saved", name=name))
        return redirect(self.card_url(saved.id))

    def refuse_archived(self, record: Any) -> None:
        """What is archived can be read, not edited."""
        if getattr(record, "archived_at", None) is not None:
            raise Conflict(Reason.ARCHIVED_IS_LOCKED, name=str(record))

    def store(self, record: Any, form: EntityForm) -> Saved:
        """Save what was typed: merge with what others changed since, or raise Clash with both sides."""
        return save(
            db.session,
            shell.looker(),
            self.noun,
            None if record is None else record.id,
            self.to_save(form),
            base=_whole(request.form.get("position")),
            choices=choices_made(request.form),
            clash_seen=request.form.get("clash"),
        )

    def to_save(self, form: EntityForm) -> dict[str, Any]:
        """The form's values as the verb wants them."""
        return form.values()

    def show_form(self, record: Any, form: EntityForm, status: int, clash: Clash | None = None) -> Answer:
        posted_position = _whole(request.form.get("position"))
        return self.answer(
            self.form_template,
            status,
            record=record,
            form=form,
            sections=self.sections,
            clash=clash,
            position=posted_position if posted_position is not None else journal.position(db.session),
            cancel=self.card_url(record.id) if record is not None else self.list_url(),
        )

    def tell(self, saved: Saved, text: str) -> None:
        """Say that it is saved, what was merged in, and offer to undo it."""
        for person, fields in saved.merged:
            names = ", ".join(str(self.field_label(name)) for name in fields)
            flash(gettext("%(person)s changed %(fields)s meanwhile; both changes are kept.", person=person, fields=names), "info")
        if saved.changeset is not None and saved.changeset.id is not None:
            flash({"text": text, "changeset": saved.changeset.id}, "undo")  # type: ignore[arg-type]
        else:
            flash(gettext("Nothing was changed."), "info")

    def field_label(self, name: str) -> Any:
        """How the form calls a field."""
        made = self.form()._fields.get(name)
        return made.label.text if made is not None else name

    # -- the card ---------------------------------------------------------------------------------------------------

    @expose("/details/")
    def details_view(self) -> Answer:
        record = self.find(request.args.get("id"), *self.list_options)
        tabs = [tab for tab in self.tabs if tab.right is None or self.may(tab.right, record)]
        wanted = request.args.get("tab", tabs[0].key)
        tab = next((tab for tab in tabs if tab.key == wanted), tabs[0])
        return self.answer(
            self.details_template,
            record=record,
            tab=tab,
            tabs=tabs,
            counts={tab.key: tab.count(db.session, record) for tab in tabs if tab.count is not None},
            row_actions=[a for a in self.allowed_actions(record) if fits(a, archived_state(record))],
            **tab.load(db.session, shell.looker(), record),
        )

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
        options = {name: request.values.getlist(name) for name in action.options if name in request.values}
        token = request.form.get("plan") if request.method == "POST" else None
        if token is None:
            return self.show_plan(action, self.selected(), options)
        problem: Refused
        selection = self.selected()
        try:
            what = plans.shown(looker, f"{self.endpoint}.{action.name}", token)
            selection = Selection(ids=tuple(what["ids"]))
            plan = action.plan(db.session, looker, selection, options)
            done = action.do(db.session, looker, selection, options, what["digest"])
        except Conflict as conflict:
            problem = conflict
        except Refused as refused:
            if isinstance(refused, (NotAllowed, NotFound)):
                raise
            problem = refused
        else:
            flash({"text": action.done(plan), "changeset": done.id}, "undo")  # type: ignore[arg-type]
            return redirect(action.target(plan, done) if action.target else self.back_url())
        return self.show_plan(action, selection, options, problem)

    def show_plan(
        self, action: Action, selection: Selection, options: Mapping[str, Any], problem: Refused | None = None
    ) -> Answer:
        """The page that shows what will happen, with the signed plan in its form."""
        looker = shell.looker()
        ids = selection.resolve(db.session)
        if not ids:
            flash(gettext("Tick one or more rows first."), "warning")
            return redirect(self.back_url())
        plan = action.plan(db.session, looker, Selection(ids=ids), options)
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
            return Selection(query=search.all_ids(db.session, self.spec, self.state(self.list_args())))
        raw = request.values.getlist("rowid") or request.values.getlist("id")
        return Selection(ids=tuple(key_of(value) for value in raw))

    def list_args(self) -> MultiDict[str, str]:
        """The state of the list that a form carries in its field `list`."""
        from_form = request.values.get("list", "")
        return cast(MultiDict[str, str], MultiDict(search.pairs_of(from_form)))

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
        if not access.holds_anywhere(db.session, shell.looker(), Right.EXPORT):
            raise NotAllowed(Reason.NO_RIGHT, right=Right.EXPORT)
        return self.stream(export_type, search.all_ids(db.session, self.spec, self.state(request.args), ordered=True))

    def stream(self, export_type: str, ids: Select[int]) -> Response:
        """The file; views with exports say how."""
        raise NotImplementedError

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


def choices_made(posted: MultiDict[str, str]) -> dict[str, str]:
    """The decisions of a clash: field name -> mine or theirs."""
    prefix = "choice-"
    return {k.removeprefix(prefix): v for k, v in posted.items() if k.startswith(prefix) and v in {"mine", "theirs"}}


def report(form: EntityForm, problems: Problems) -> None:
    """Hang the refusals of a verb at the fields they are about."""
    for refusal in problems.refusals:
        form.add_error(refusal.field, shell.say(refusal))


def archived_state(record: Any) -> str:
    """active or archived, as the list's switch calls it."""
    return "archived" if getattr(record, "archived_at", None) is not None else "active"


def fits(action: Action, archived: str) -> bool:
    """Whether an action makes sense for records in this state."""
    return "any" in (action.shown_when, archived) or archived == "all" or action.shown_when == archived
