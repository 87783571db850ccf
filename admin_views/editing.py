"""The form of a record: filled, read, saved, and shown again with all that is in the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

from flask import flash, g, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from admin_views import doubting, errors, once, shell
from admin_views.declared import Answer, ArchivedNote, Declared
from admin_views.forms import Choice, Choices, EntityForm, OneOf, Section, Tick
from models import access, journal
from models.base import LARGEST_POSITION, whole
from models.errors import NotAllowed, NotFound, Problems, Reason, Refused
from models.operations import bin as binned
from models.operations.once import Before
from models.operations.save import Child, EditConflict, Saved, Side, Theirs, check, save


class Editing(Declared):
    """Making and changing a record. `adds_rows`: its form can add rows below one that is there already."""

    adds_rows: ClassVar[bool] = False

    def form_for(self, record: Any, posted: MultiDict[str, str] | None = None) -> EntityForm:
        """The form, filled from what was posted or from the record."""
        values = self.values_of(record) if record is not None else self.defaults()
        made = self.read(record, posted, values)
        for name in self.left_out(record, values) & set(made._fields):
            del made[name]
        return made

    def read(self, record: Any, posted: MultiDict[str, str] | None, values: Mapping[str, Any]) -> EntityForm:
        """The form with all its fields."""
        return self.form(posted, data=values)

    def left_out(self, record: Any, values: Mapping[str, Any]) -> frozenset[str]:
        """The fields that the person who looks may not see or write here, and those that are chosen only once."""
        customer = self.customer_of(record) if record is not None else values.get("customer_id")
        hidden = access.hidden_columns(shell.here(), shell.looker(), self.noun.__tablename__, customer)
        hidden |= {name for section in self.sections if not shell.used(section.switch) for name in section.fields}
        return hidden if record is None else hidden | self.fixed.keys()

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
        try:
            return once.only(self.create_record, self.made_before)
        except (NotAllowed, NotFound) as refused:
            return self.give_back(refused)

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self) -> Answer:
        try:
            return once.only(self.edit_record, self.edited_before)
        except (NotAllowed, NotFound) as refused:
            return self.give_back(refused, request.args.get("id"))

    def create_record(self) -> Answer:
        """The empty form, or the new record."""
        self.note_position()
        form = self.form_for(None, request.form if request.method == "POST" else None)
        if request.method == "GET":
            return self.show_form(None, form, 200)
        if self.only_helps(form):
            return self.show_form(None, form, 200)
        try:
            if not self.can_be_read(None, form):
                return self.show_form(None, form, 422)
            doubt = self.doubt(form)
            if doubt:
                report(form, self.misfits(None, form))
                return self.show_form(None, form, 422 if form.problems() else 409, doubt=doubt)
            saved = self.store(None, form)
        except (NotAllowed, NotFound):
            raise
        except Refused as refused:
            report(form, each(refused))
            return self.show_form(None, form, errors.status_of(refused))
        self.tell(saved, self.added_text(saved.record))
        return redirect(self.saved_url(saved.record))

    def only_helps(self, form: EntityForm) -> bool:
        """Whether a button was pressed that helps to fill in a form: nothing is judged yet, and nothing saved.

        One such is for one more of what can be typed several times.
        """
        return "more" in request.form

    def made_before(self, before: Before, typed: Callable[[], EntityForm] | None = None) -> Answer:
        """For a form that was sent and saved before: on to what came of it, as the first time.

        Where that is gone, or something else was typed since, nothing is lost: it is asked whether it is one more. `typed`
        reads the form where it is another than the whole one.
        """
        record = self.made_by(before)
        if record is not None and before.is_same:
            text = gettext("%(name)s was saved already.", name=shell.called(record))
            if before.changeset_id is not None:
                shell.offer_undo(text, before.changeset_id)
            return redirect(self.saved_url(record))
        self.note_position()
        form = typed() if typed is not None else self.form_for(None, request.form)
        if record is not None:
            said = gettext("%(name)s was saved with this form already.", name=str(record))
            link = Markup('{} <a href="{}">{}</a>').format(said, self.card_url(record.id), gettext("Open"))
            flash(link, "info")
            if self.only_helps(form):
                return self.show_form(None, form, 200)
        form.add_error(None, gettext("This form was sent and saved before. Save it again to add what stands here."))
        return self.show_form(None, form, 409)

    def made_by(self, before: Before) -> Any:
        """What came of a form, if it is there for the person who looks."""
        key = before.made(self.noun)
        try:
            return None if key is None else self.find(str(key))
        except NotFound:
            return None

    def edit_record(self) -> Answer:
        """The form of a record, or the record with what was typed into it."""
        said = self.note_position()
        record = self.to_edit()
        locked = self.locks and self.archived_note(record)
        if locked and request.method == "GET":
            return self.show_locked(record, locked)
        form = self.form_for(record, request.form if request.method == "POST" else None)
        if request.method == "GET":
            return self.show_form(record, form, 200)
        if locked:
            # Archived while somebody was editing: what was typed is shown with the reason, and can still be saved later.
            return self.show_form(record, form, 409)
        if self.only_helps(form):
            return self.show_form(record, form, 200)
        try:
            readable = self.can_be_read(record, form)
            if not said:
                self.compare(form)
            if not (readable and said):
                return self.show_form(record, form, 422)
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
        self.tell(saved, self.saved_text(saved.record))
        return redirect(self.saved_url(saved.record))

    def edited_before(self, before: Before) -> Answer:
        """For a form that was sent and saved before, and may have added rows: as `made_before` for a new record."""
        record = self.to_edit()
        if before.is_same:
            flash(gettext("%(name)s was saved already.", name=shell.called(record)), "info")
            return redirect(self.saved_url(record))
        self.note_position()
        form = self.form_for(record, request.form)
        if self.only_helps(form):
            return self.show_form(record, form, 200)
        form.add_error(None, gettext("This form was sent and saved before. Save it again to add what stands here."))
        return self.show_form(record, form, 409)

    def to_edit(self) -> Any:
        """The record of the form, for who may change it."""
        record = self.find(request.args.get("id"))
        if not self.may(self.edit, record):
            raise NotAllowed(Reason.NO_RIGHT, right=self.edit)
        return record

    def added_text(self, record: Any) -> str:
        """What is said of a new record."""
        return gettext("%(name)s added", name=shell.called(record))

    def saved_text(self, record: Any) -> str:
        """What is said of a record that was changed, by the name that it has now."""
        return gettext("%(name)s saved", name=shell.called(record))

    def saved_url(self, record: Any) -> str:
        """Where one goes from the form once it is saved."""
        return self.card_url(record.id)

    def form_url(self) -> str:
        """Where the form is sent, if that is not the address it is shown at."""
        return ""

    def above(self) -> list[tuple[str, str]]:
        """The way up from the form of a new record: names and addresses."""
        return [(str(self.many), self.list_url())]

    def cancel_url(self, record: Any, form: EntityForm) -> str:
        """Where one goes from the form without saving."""
        return self.card_url(record.id) if record is not None else self.list_url()

    def give_back(self, refused: Refused, key: str | None = None) -> Answer:
        """For a form that cannot be shown any more: what was typed, to be copied, and why. Who only looks: just why."""
        if request.method != "POST":
            raise refused
        shell.here().rollback()
        gone = self.deletion(key) if isinstance(refused, NotFound) else None
        reason = gone or (gettext(errors.TEXTS[404][1]) if isinstance(refused, NotFound) else errors.told(refused))
        return errors.page(
            errors.status_of(refused),
            f"{reason} {gettext('Nothing is saved. Here is what you typed, to be copied.')}",
            title=gettext("This record was deleted.") if gone else None,
            way_out=(url_for("bin.index"), gettext("To the bin")) if gone else (self.list_url(), self.many),
            typed=self.typed(),
        )

    def deletion(self, key: str | None) -> str | None:
        """When the record was deleted and by whom, for those who may know of it."""
        number = whole(key)
        found = binned.deletion_of(shell.here(), self.noun, number) if number is not None else None
        if found is None:
            return None
        who = gettext("From outside") if found.who is None else shell.person(found.who)
        return gettext("Deleted %(when)s by %(person)s.", when=shell.when(found.at), person=who)

    def typed(self) -> list[tuple[str, str]]:
        """What was posted, in words: the label of each field that holds something, and what it holds.

        A field that nobody sees has none.
        """
        form = self.read(None, request.form, {})
        found = []
        for name, field in form._fields.items():
            chosen = isinstance(field, (Choice, Choices, OneOf, Tick))
            text = self.field_text(name, field.data) if chosen and field.data else request.form.get(name, "")
            if text.strip() and field.label.text:
                found.append((str(field.label.text), text))
        return found

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
        report(form, self.misfits(record, form))
        return False

    def misfits(self, record: Any, form: EntityForm) -> Sequence[Refused]:
        """What the rules have against the values that can be read."""
        values = {name: value for name, value in self.to_save(record, form).items() if name not in form.errors}
        return check(
            shell.here(),
            shell.looker(),
            self.noun,
            None if record is None else record.id,
            values,
            base=g.position,
            children=self.children(record, form),
            known=form.errors,
        )

    def alike_url(self, record: Any) -> str | None:
        """Where the form asks, while somebody types, what is there already that is like it."""
        return None

    def doubt(self, form: EntityForm) -> str | None:
        """What is asked once before a new record is saved, with what says that it was asked; None: nothing."""
        return None

    def show_locked(self, record: Any, note: ArchivedNote) -> Answer:
        """Instead of the form of a record that can only be read."""
        ask = "" if note.href else " " + gettext("Ask somebody who may archive.")
        return errors.page(
            409,
            f"{note.text}{ask}" if note.is_above else f"{note.title} {note.text}{ask}",
            title=note.title if note.is_above else gettext("%(name)s is archived.", name=shell.called(record)),
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
            self.to_save(record, form),
            base=g.position,
            # A choice holds for what it was made between, so one that does not say that is none.
            choices=choices_made(request.form) if seen is not None else {},
            seen=seen,
            children=self.children(record, form),
            sent=once.sent(),
        )

    def children(self, record: Any, form: EntityForm) -> Sequence[Child]:
        """Rows below the record that are on the same form."""
        return ()

    def to_save(self, record: Any, form: EntityForm) -> dict[str, Any]:
        """The form's values as the verb wants them."""
        return form.values()

    def form_sections(self, record: Any, form: EntityForm) -> Sequence[Section]:
        """The parts of the form."""
        return self.sections

    def show_form(
        self, record: Any, form: EntityForm, status: int, clash: EditConflict | None = None, doubt: str | None = None
    ) -> Answer:
        return self.answer(
            self.form_template,
            status,
            record=record,
            form=form,
            sections=[one for one in self.form_sections(record, form) if self.has_any(one, record, form)],
            clash=clash,
            doubt=doubt,
            archived=self.archived_note(record) if record is not None else None,
            position=g.position,
            cancel=self.cancel_url(record, form),
            saved_at=self.form_url(),
        )

    def has_any(self, section: Section, record: Any, form: EntityForm) -> bool:
        """Whether a section has anything to show on this form."""
        return any(name in form or (record is not None and name in self.fixed) for name in section.fields)

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
        for sentence in doubting.doubts(shell.here(), saved, self.imported_as) if self.imported_as else ():
            flash(sentence, "warning")

    def field_text(self, name: str, value: Any) -> str:
        """A value of a field in words, for people to compare."""
        if value is None or value in ("", ()) or (isinstance(value, (set, frozenset)) and not value):
            return gettext("empty")
        field = self.words._fields.get(name)
        options: dict[str, Any] = {}
        if isinstance(field, (Choice, Choices)):
            options = {option.value: option.label for option in field.options()}
        elif isinstance(field, OneOf):
            options = {str(option.data): option.label.text for option in field}
        if isinstance(value, (set, frozenset, list, tuple)):
            return ", ".join(sorted(options.get(str(v), str(v)) for v in value))
        if isinstance(value, bool):
            return gettext("yes") if value else gettext("no")
        return str(options.get(str(value), value))

    def summary(self, form: EntityForm) -> list[tuple[str, str, str]]:
        """The problems above the form: (id of the field, its label, what is wrong)."""
        return [(name or "errors", label or gettext("This record"), text) for name, label, text in form.problems()]


def position_in(name: str) -> int | None:
    """The position of the journal that a posted form carries; None for one that there has never been."""
    found = whole(request.form.get(name), LARGEST_POSITION)
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
        name = form.field_of(refusal.field) or ""
        field = form[name].label.text if name in form else None
        form.add_error(refusal.field, shell.say(refusal, field))


def each(refused: Refused) -> Sequence[Refused]:
    """The refusals that one stands for."""
    return refused.problems if isinstance(refused, Problems) else (refused,)
