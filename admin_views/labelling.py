"""Labels in place: the ticks of one record as a small form, a page of its own or opened beside the labels on the card."""

from __future__ import annotations

from typing import Any

from flask import g, redirect, request
from flask_admin import expose
from flask_babel import gettext

from admin_views import shell
from admin_views.declared import Answer
from admin_views.editing import Editing, each
from models.errors import NotAllowed, NotFound, Reason, Refused
from models.operations.save import Saved, save


class Labelling(Editing):
    """For records with a set of labels; the route stands in `routes` of the view."""

    @expose("/labels/", methods=("GET", "POST"))
    def labels_view(self) -> Answer:
        """Put labels on one record and take them off. Two people's changes merge: each is about its own ticks."""
        said = self.note_position()
        record = self.find(request.args.get("id"))
        if not self.may(self.edit, record):
            raise NotAllowed(Reason.NO_RIGHT, right=self.edit)
        if self.locks and (note := self.archived_note(record)):
            return self.show_locked(record, note)
        posted = request.form if request.method == "POST" else None
        form = self.form_for(record, posted)
        field: Any = form["labels"]
        back = self.came_from(record)
        if posted is not None and field.validate(form):
            if saved := self.put_labels(record, field, said):
                self.tell(saved, gettext("%(name)s saved", name=shell.called(saved.record)))
                return redirect(back)
            shell.here().rollback()
            record = self.find(request.args.get("id"))
        status = 422 if field.errors else 200
        return self.answer("entity/labels.html", status, record=record, field=field, position=g.position, back=back)

    def put_labels(self, record: Any, field: Any, said: bool) -> Saved[Any] | None:
        """Save the ticks; None where they are refused, with the reasons at the field."""
        if not said:
            field.errors = [gettext("This form does not say what it showed. Look at the ticks, then save again.")]
            return None
        wanted = {"labels": frozenset(field.data or ())}
        try:
            return save(shell.here(), shell.looker(), self.noun, record.id, wanted, base=g.position)
        except (NotAllowed, NotFound):
            raise
        except Refused as refused:
            field.errors = [shell.say(one, str(field.label.text)) for one in each(refused)]
            return None

    def came_from(self, record: Any) -> str:
        """The tab of the card that one came from."""
        tab = request.values.get("tab", "")
        return self.card_url(record.id) + (f"&tab={tab}" if tab in {one.key for one in self.tabs} else "")
