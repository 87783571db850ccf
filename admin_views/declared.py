"""What a view is declared with, and what its list, card, form and verbs share: the door, the record, the addresses.

A view class is a declaration: its columns, sections, tabs and actions, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode

from flask import Response, g, make_response, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from sqlalchemy import ColumnElement, ScalarSelect, null, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.base import ExecutableOption
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse

from admin_views import shell
from admin_views.cells import Column
from admin_views.forms import EntityForm, Section
from admin_views.numbers import key_of
from models import access, search
from models.access import Looker
from models.base import ROW_BY_ROW, Base
from models.errors import NotFound
from models.imports import ImportKind
from models.journal import Changeset
from models.label import with_labels
from models.operations.selection import Selection
from models.search import ListSpec, ListState
from models.user import Right

Answer = str | Response | BaseResponse | tuple[str, int]
ADDED = "add."
NEVER = "never"
OTHER_NAMES = frozenset({"list", "tab", "export_type", "action", "per"})


@dataclass(frozen=True)
class Tab:
    """A tab of a card: its template and the function that loads its data and nothing else.

    `count` makes the number beside its name, of the class of the record: it is counted as the record is read. `options`:
    what of the record itself is read along when the tab is open.
    `switch` of this and of what follows: the feature switch of the settings that turns it off.
    """

    key: str
    label: Any
    template: str
    load: Callable[[Session, Looker, Any], Mapping[str, Any]]
    count: Callable[[Any], ScalarSelect[int]] | None = None
    right: Right | None = None
    options: tuple[ExecutableOption, ...] = ()
    switch: str | None = None


@dataclass(frozen=True)
class Action:
    """A verb on one or many rows, in two steps: `plan` is shown by `template`, `do` gets the digest of what was shown.

    `options` names the form fields that the plan page sends along. `done` and `target` say of the changeset what was done
    and, with the rows it was about, where to go from there.
    """

    name: str
    label: Any
    icon: str
    right: Right
    template: str
    plan: Callable[[Session, Looker, Selection, Mapping[str, Any]], Any]
    do: Callable[[Session, Looker, Selection, Mapping[str, Any], str], Changeset]
    done: Callable[[Changeset], str]
    options: tuple[str, ...] = ()
    many: bool = True
    key: str | None = None
    danger: bool = False
    # active | archived | any | never: for records in which state it is offered; a function where a setting decides.
    shown_when: str | Callable[[], str] = "any"
    target: Callable[[Sequence[int], Changeset], str] | None = None
    switch: str | None = None


@dataclass(frozen=True)
class FilterChoice:
    """A filter that a list offers: what it is called, and its values as (value, text).

    `boxes`: how many of the values stand as boxes to tick; the rest, if any, in a drop-down.
    """

    name: str
    label: Any
    choices: Callable[[], Sequence[tuple[str, str]]]
    boxes: int | None = None
    switch: str | None = None


@dataclass(frozen=True)
class ShownChip:
    """A filter in force: its name, its values in words, and the address of the list without it."""

    label: Any
    text: str
    without: str


@dataclass(frozen=True)
class ArchivedNote:
    """What a page says of an archived record, with the link that brings it back for those who may.

    `is_above`: what is archived is not the record itself but the customer or project that it hangs below.
    """

    title: str
    text: str
    href: str | None
    link: Any
    is_above: bool = False


@dataclass(frozen=True)
class RowVerb:
    """A line in the menu of the rows; its address is about the record 0. `when`: active, archived or any."""

    text: Any
    icon: str
    href: str
    when: str = "any"
    danger: bool = False


class Declared:
    """The ground of all entity views."""

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
    # The labels that the options of the card take from the same row.
    card_reads_labels: ClassVar[bool] = False
    sections: ClassVar[tuple[Section, ...]]
    tabs: ClassVar[tuple[Tab, ...]] = ()
    actions: ClassVar[tuple[Action, ...]] = ()
    filters: ClassVar[tuple[FilterChoice, ...]] = ()
    see: ClassVar[Right | None] = None
    edit: ClassVar[Right] = Right.EDIT
    create: ClassVar[Right] = Right.EDIT
    switch: ClassVar[str | None] = None  # turns off the whole entity: its pages are not there
    made_anywhere: ClassVar[bool] = False  # whether the + in the top bar offers a new one
    exports: ClassVar[bool] = False
    locks: ClassVar[bool] = True  # whether what is archived can only be read
    archives: ClassVar[tuple[tuple[str, Any], ...]] = ()
    search_hint: ClassVar[Any] = lazy_gettext("Name…")
    views: ClassVar[tuple[tuple[Any, str], ...]] = ()
    first_use: ClassVar[Any] = ""
    meta_template: ClassVar[str | None] = None
    save_text: ClassVar[Any] = lazy_gettext("Save")
    uploads: ClassVar[bool] = False  # whether its form may bring a file along
    imported_as: ClassVar[ImportKind | None] = None  # what looks wrong in an import is doubted in its form, too
    field_looks: ClassVar[dict[str, dict[str, Any]]] = {}
    # What columns are called that the form does not show by their own name.
    other_labels: ClassVar[Mapping[str, Any]] = {}
    # Fields that are chosen when a record is made, and only shown from then on: what the form of a record says of each.
    fixed: ClassVar[Mapping[str, Callable[[Any], Any]]] = {}
    list_template: ClassVar[str] = "entity/list.html"
    form_template: ClassVar[str] = "entity/form.html"
    details_template: ClassVar[str] = "entity/card.html"

    form: ClassVar[type[EntityForm]] = EntityForm

    endpoint: str

    # -- the record and who may ---------------------------------------------------------------------------------------

    def find(self, raw: str | None, *options: ExecutableOption) -> Any:
        """The record with this id, or NotFound when it is not there for the person who looks."""
        return self.fetch(raw, (), options)[0]

    def fetch(
        self, raw: str | None, more: Iterable[ColumnElement[Any]], options: Sequence[ExecutableOption]
    ) -> Sequence[Any]:
        """The record with this id and `more` columns, and in the same query what was given on its customer."""
        session, looker, customer_id = shell.here(), shell.looker(), self.customer_of(self.noun)
        given = null() if customer_id is None else access.given_on(looker, customer_id)
        statement = select(self.noun, *more, given).where(self.noun.id == key_of(raw)).options(*options)
        if options and self.card_reads_labels:
            statement = with_labels(statement, self.noun)
        row = session.execute(statement, execution_options=ROW_BY_ROW).unique().one_or_none()
        if row is None:
            raise NotFound
        *found, roles = row
        customer = self.customer_of(found[0])
        if customer is not None:
            access.keep_given(session, looker, customer, roles)
        return found

    def customer_of(self, record: Any) -> Any:
        """The customer whose roles decide about this record, or of a noun its column; None: only those held everywhere."""
        return getattr(record, "customer_id", None)

    def may(self, right: Right, record: Any = None) -> bool:
        """Whether the person who looks may do this, on this record."""
        return access.may(shell.here(), shell.looker(), right, self.customer_of(record) if record is not None else None)

    def may_see_all(self) -> bool:
        """Whether an empty list is empty for everybody."""
        return access.may(shell.here(), shell.looker(), self.see or Right.VIEW)

    def allowed_actions(self, record: Any = None) -> list[Action]:
        """The actions this person may use, on this record or at all."""
        return [action for action in self.actions if shell.used(action.switch) and self.may_do(action, record)]

    def may_do(self, action: Action, record: Any) -> bool:
        """Whether an action is offered; for a list, holding the right on any customer is enough."""
        if record is None:
            return access.may_somewhere(shell.here(), shell.looker(), action.right)
        return self.may(action.right, record)

    def visible_columns(self) -> list[Column]:
        """The columns this person may see."""
        used = [column for column in self.columns if shell.used(column.switch)]
        return [column for column in used if column.right is None or self.may(column.right)]

    def offered_filters(self) -> list[FilterChoice]:
        """The filters that the list offers."""
        return [choice for choice in self.filters if shell.used(choice.switch)]

    def offered_tabs(self, record: Any) -> list[Tab]:
        """The tabs of the card that this person may open."""
        used = [tab for tab in self.tabs if shell.used(tab.switch)]
        return [tab for tab in used if tab.right is None or self.may(tab.right, record)]

    # -- the list one comes from --------------------------------------------------------------------------------------

    def state(self, args: MultiDict[str, str]) -> ListState:
        """The state of the list from the URL; what does not fit is dropped and said."""
        pairs = [(name, value) for name, value in args.items(multi=True) if not name.startswith(ADDED)]
        return search.read_state(self.spec, pairs, others=OTHER_NAMES)

    def list_args(self) -> MultiDict[str, str]:
        """The state of the list that a form carries in its field `list`."""
        return MultiDict(parse_qsl(request.values.get("list", "")))

    def selected(self) -> Selection:
        """The ticked rows, or everything that matches the list they were ticked in."""
        if request.values.get("all"):
            return Selection(query=search.all_ids(shell.here(), self.spec, self.state(self.list_args())))
        raw = request.values.getlist("rowid") or request.values.getlist("id")
        return Selection(ids=tuple(key_of(value) for value in raw))

    # -- addresses and answers --------------------------------------------------------------------------------------

    def list_url(self) -> str:
        return url_for(f"{self.endpoint}.index_view")

    def back_url(self) -> str:
        """The list as it was."""
        query = urlencode(list(self.list_args().items(multi=True)))
        return self.list_url() + (f"?{query}" if query else "")

    def carried(self) -> list[tuple[str, str]]:
        """What the form of a verb says of where one came from, so that one goes back there."""
        return [("list", request.values.get("list", ""))]

    def card_url(self, key: int | None) -> str:
        return url_for(f"{self.endpoint}.details_view", id=key)

    def edit_url(self, key: int) -> str:
        return url_for(f"{self.endpoint}.edit_view", id=key)

    def action_url(self, action: Action, key: int, **more: Any) -> str:
        """Where a verb on one record begins: the page that shows its plan."""
        if action.name == "delete":
            return url_for(f"{self.endpoint}.delete_view", id=key, **more)
        return url_for(f"{self.endpoint}.action_view", action=action.name, rowid=key, **more)

    def answer(self, template: str, status: int = 200, **context: Any) -> Response:
        """A page of this view."""
        return make_response(render_template(template, view=self, looker=g.looker, **context), status)

    # -- words --------------------------------------------------------------------------------------------------------

    @property
    def words(self) -> EntityForm:
        """The empty form, for what it calls its fields and their values; one a request, for making it takes time."""
        kept: dict[str, EntityForm] = g.setdefault("words", {})
        if self.endpoint not in kept:
            kept[self.endpoint] = self.form()
        return kept[self.endpoint]

    def field_label(self, name: str) -> Any:
        """How the form calls a field."""
        made = self.words._fields.get(name)
        return made.label.text if made is not None else str(self.other_labels.get(name, name))

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


def archived_state(record: Any) -> str:
    """Active or archived, as the list's switch calls it."""
    return "archived" if getattr(record, "archived_at", None) is not None else "active"


def fits(action: Action, archived: str) -> bool:
    """Whether an action makes sense for records in this state."""
    when = shown_when(action)
    return when != NEVER and (archived == "all" or when in ("any", archived))


def shown_when(action: Action) -> str:
    """For records in which state an action is offered: active, archived, any or never."""
    return action.shown_when() if callable(action.shown_when) else action.shown_when
