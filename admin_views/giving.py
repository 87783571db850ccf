"""Roles given and taken on one customer: as the Roles tab sends them, and copied from another customer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext
from sqlalchemy import func, select

from admin_views import card_roles, errors, plans, shell
from admin_views.card_roles import AskedRole
from admin_views.declared import Answer
from admin_views.numbers import key_of
from admin_views.showing import Showing
from models import access, search
from models.base import whole
from models.customer import Customer
from models.errors import NotAllowed, NotFound, Reason, Refused
from models.journal import Changeset
from models.operations import copy_roles, grant
from models.operations.consequences import digest
from models.operations.copy_roles import Difference
from models.user import CustomerAccess, Right

# What the plan that is shown before roles are copied is signed for.
COPY = "customers.copy_roles"
FOUND = 25


@dataclass(frozen=True)
class Line:
    """A team or employee with another role there than here, as the page shows it. `field`: user-7, team-3."""

    field: str
    name: str
    team: bool
    key: int
    difference: Difference
    is_ticked: bool


class Giving(Showing):
    """For the view of customers; the routes stand in its `routes`."""

    @expose("/roles/", methods=("POST",))
    def roles_view(self) -> Answer:
        """Give and take the roles on one customer that were changed on the Roles tab, once what that does was shown."""
        record = self.find(request.args.get("id"))
        session, looker, asked = shell.here(), shell.looker(), card_roles.asked_roles()
        wanted = {one.holder: key_of(one.role) if one.role else None for one in asked.values()}
        shown = {one.holder: whole(one.shown) for one in asked.values()}
        try:
            grant.check(session, looker, record.id, wanted, shown)
            # Who adds somebody sees first what that does.
            if not {"look", "add"}.isdisjoint(request.form) or (
                asked and not card_roles.was_shown(session, looker, record)
            ):
                return self.show_card("roles")
            done = grant.assign(session, looker, record.id, wanted, shown) if asked else None
        except Refused as refused:
            if isinstance(refused, (NotAllowed, NotFound)):
                raise
            flash(shell.say(refused), "danger")
            return self.show_card("roles", errors.status_of(refused))
        return self._gave(record, done, gettext("Roles saved"))

    @expose("/roles/copy/", methods=("GET", "POST"))
    def copy_roles_view(self) -> Answer:
        """Copy roles from another customer: find it, see where the two differ and what copying that does, and do it."""
        record = self.find(request.args.get("id"))
        access.require(shell.here(), shell.looker(), Right.MANAGE_CUSTOMER_ROLES, record.id)
        if record.is_archived:
            raise Refused(Reason.ARCHIVED_IS_LOCKED, name=record.name)
        if "from" not in request.args:
            return self._choose_source(record)
        source = access.there(shell.here(), Customer, whole(request.args["from"]))
        if source.id == record.id:
            raise Refused(Reason.COPIED_TO_ITSELF, name=record.name)
        page = self._compared(record, source)
        chosen = [line.difference for line in page["lines"] if line.is_ticked]
        ids, token = [record.id, source.id], request.form.get("plan", "")
        if (
            not chosen
            or "look" in request.form
            or not plans.was_shown(shell.looker(), COPY, token, ids, page["digest"])
        ):
            return self.answer("customer/copy_roles.html", record=record, source=source, **page)
        try:
            done = copy_roles.do(shell.here(), shell.looker(), record.id, source.id, chosen)
        except Refused as refused:
            if isinstance(refused, (NotAllowed, NotFound)):
                raise
            flash(shell.say(refused), "danger")
            page = self._compared(record, source)
            status = errors.status_of(refused)
            return self.answer("customer/copy_roles.html", status, record=record, source=source, **page)
        return self._gave(record, done, gettext("Roles copied"))

    def _gave(self, record: Customer, done: Changeset | None, said: str) -> Answer:
        """Back to the Roles tab with a way to take it back; to the list for those who see the customer no more."""
        stays = access.may(shell.here(), shell.looker(), Right.VIEW, record.id)
        if done is not None and done.id is not None:
            text = said if stays else gettext("Roles saved. You see %(name)s no more.", name=record)
            shell.offer_undo(text, done.id)
        return redirect(url_for("customers.details_view", id=record.id, tab="roles") if stays else self.back_url())

    def _choose_source(self, record: Customer) -> Answer:
        """Find the customer to copy from, among those one sees; those with nothing to copy come last."""
        asked = request.args.get("q", "").strip()[:200]
        roles = select(func.count(CustomerAccess.id)).where(CustomerAccess.customer_id == Customer.id).scalar_subquery()
        columns = (Customer.name, Customer.number, roles)
        rows = search.choice(shell.here(), search.CUSTOMERS, asked, FOUND, columns) if asked else []
        found = sorted((row for row in rows if row[0] != record.id), key=lambda row: not row[3])
        return self.answer("customer/copy_roles_from.html", record=record, asked=asked, found=found)

    def _compared(self, record: Customer, source: Customer) -> dict[str, Any]:
        """Where the roles differ, what is ticked of that, and what copying it gives and takes."""
        session = shell.here()
        given = copy_roles.given(session, record.id, source.id)
        roles, teams = card_roles.offered_roles(session), card_roles.offered_teams(session)
        rights = {key: held for key, _, held in roles}
        here = [one for one in given if one.customer_id == record.id]
        everyone = card_roles.employees(session, here, rights)
        names = {f"team-{key}": name for key, name in teams} | {f"user-{one.id}": one.name for one in everyone}
        lines = _lines(copy_roles.differences(given, record.id, source.id), names)
        asked = {line.field: _asked(line.difference) for line in lines if line.is_ticked}
        told = card_roles.effects(asked, here, dict(teams), everyone, rights)
        said = digest(record.id, source.id, sorted(asked.items(), key=lambda one: one[0]), told)
        return {
            "lines": lines,
            "same": len(given) - len(here) - sum(line.difference.source is not None for line in lines),
            "role_names": card_roles.role_names(roles),
            "effects": told,
            "digest": said,
            "plan": plans.sign(shell.looker(), COPY, ids=[record.id, source.id], digest=said),
        }


def _lines(differences: Sequence[Difference], names: dict[str, str]) -> list[Line]:
    """What differs, teams first, by name. At first all is ticked that gives; what would take waits to be ticked."""
    ticked = set(request.form.getlist("row")) if request.method == "POST" else None
    found = []
    for one in differences:
        is_team = one.holder.team_id is not None
        key = one.holder.team_id or one.holder.user_id or 0
        field = f"team-{key}" if is_team else f"user-{key}"
        is_ticked = one.source is not None if ticked is None else field in ticked
        found.append(Line(field, names[field], is_team, key, one, is_ticked))
    return sorted(found, key=lambda line: (not line.team, line.name, line.key))


def _asked(one: Difference) -> AskedRole:
    return AskedRole(one.holder, str(one.here or ""), str(one.source or ""))
