"""Verbs in two steps: a page that shows what will happen, and a POST that does what was shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import abort, flash, redirect, request
from flask_admin import expose
from flask_babel import gettext

from admin_views import once, plans, shell
from admin_views.declared import Action, Answer, Declared
from models.errors import Conflict, NotAllowed, NotFound, Reason, Refused
from models.journal import Changeset
from models.operations.once import Before
from models.operations.selection import Selection


class Acting(Declared):
    """The verbs on one record, on those that are ticked, or on all that match the list."""

    @expose("/action/", methods=("GET", "POST"))
    def action_view(self) -> Answer:
        """Without a signed plan: show what would happen. With one: do it, if it is still what would happen."""
        return self.run_action(self.action_called(request.values.get("action")))

    @expose("/delete/", methods=("GET", "POST"))
    def delete_view(self) -> Answer:
        """Deleting one record: the same two steps under the address that people know."""
        return self.run_action(self.action_called("delete"))

    def action_called(self, name: str | None) -> Action:
        """The verb of that name, if it is not switched off."""
        action = next((one for one in self.actions if one.name == name and shell.used(one.switch)), None)
        if action is None:
            abort(404)
        return action

    def run_action(self, action: Action) -> Answer:
        """The two steps of a verb."""
        options = {name: request.values.getlist(name) for name in request.values if taken(action, name)}
        # A button that asks for the plan anew stands in the form that has the plan it showed.
        token = request.form.get("plan") if request.method == "POST" and "again" not in request.form else None
        if token is None:
            return self.show_plan(action, self.shown_before(action), options)
        return once.only(
            lambda: self.carry_out(action, token, options),
            lambda before: self.carried_out_before(action, options, before),
        )

    def carry_out(self, action: Action, token: str, options: Mapping[str, Any]) -> Answer:
        """The second step: what was shown is done, if it still holds."""
        looker = shell.looker()
        problem: Refused
        selection = self.selected()
        try:
            what = plans.shown(looker, f"{self.endpoint}.{action.name}", token)
            selection = Selection(ids=tuple(what["ids"]))
            kept = action.do(shell.here(), looker, selection, options, what["digest"])
        except plans.Stale as stale:
            problem, selection = stale, Selection(ids=stale.ids)
        except Conflict as conflict:
            problem = conflict
        except Refused as refused:
            if isinstance(refused, (NotAllowed, NotFound)):
                raise
            problem = refused
        else:
            if kept.is_empty:
                flash(gettext("Nothing was changed."), "info")
            else:
                shell.offer_undo(action.done(kept), kept.id)
            return redirect(action.target(selection.ids, kept) if action.target else self.back_url())
        return self.show_plan(action, selection, options, problem)

    def carried_out_before(self, action: Action, options: Mapping[str, Any], before: Before) -> Answer:
        """For a form that was sent before and did what it asked for: on to where that led, unless it was undone since."""
        kept = shell.here().get(Changeset, before.changeset_id or 0)
        try:
            ids = plans.shown(shell.looker(), f"{self.endpoint}.{action.name}", request.form["plan"])["ids"]
        except plans.Stale as stale:
            ids = stale.ids
        if kept is None or kept.undone_by_id is not None or not before.is_same:
            return self.show_plan(action, Selection(ids=tuple(ids)), options, Conflict(Reason.PLAN_CHANGED))
        shell.offer_undo(action.done(kept), kept.id)
        return redirect(action.target(ids, kept) if action.target else self.back_url())

    def shown_before(self, action: Action) -> Selection:
        """The rows of the page that asks for its plan anew (`again` holds the one it showed), or those selected."""
        again = request.form.get("again")
        if again is None:
            return self.selected()
        try:
            what = plans.shown(shell.looker(), f"{self.endpoint}.{action.name}", again)
        except plans.Stale as stale:
            return Selection(ids=stale.ids)
        return Selection(ids=tuple(what["ids"]))

    def show_plan(
        self, action: Action, selection: Selection, options: Mapping[str, Any], problem: Refused | None = None
    ) -> Answer:
        """The page that shows what will happen, with the signed plan in its form."""
        looker = shell.looker()
        ids = selection.resolve(shell.here())
        if not ids and problem is not None:
            raise problem
        if not ids:
            flash(gettext("Tick one or more rows first."), "warning")
            return redirect(self.back_url())
        try:
            plan = action.plan(shell.here(), looker, Selection(ids=ids), options)
        except Refused as refused:
            if isinstance(refused, (NotAllowed, NotFound)) or not options:
                raise
            # What was chosen on the page does not go: it asks again.
            return self.show_plan(action, selection, {}, refused)
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
