"""The verbs as the views offer them: which right, which page shows the plan, which operation does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext, lazy_gettext, ngettext
from sqlalchemy.orm import Session

from admin_views import shell
from admin_views.base import Action
from admin_views.declared import NEVER
from models import access, settings
from models.access import Looker
from models.base import whole
from models.contact import Contact
from models.customer import Customer
from models.journal import Changeset
from models.label import Label, LabelGroup
from models.operations import archive, delete, merge_values
from models.operations.consequences import Archivable
from models.operations.selection import Selection
from models.project import Project
from models.settings import ListValue
from models.user import Right, Role, Team

Options = Mapping[str, Any]


def first(options: Options, name: str) -> str | None:
    """One value of a posted field."""
    values = options.get(name) or [None]
    return str(values[0]).strip() or None if values[0] is not None else None


def _leave_open(options: Options) -> bool:
    return first(options, "leave_open") is not None


def _archive(noun: Archivable) -> Callable[[Session, Looker, Selection, Options, str], Changeset]:
    def do(session: Session, looker: Looker, chosen: Selection, options: Options, digest: str) -> Changeset:
        reason = (first(options, "reason") or "")[:300] or None
        return archive.do(session, looker, noun, chosen, digest, reason, leave_open=_leave_open(options))

    return do


def _plan(noun: Archivable, way: archive.Way) -> Callable[[Session, Looker, Selection, Options], archive.ArchivePlan]:
    def plan(session: Session, looker: Looker, chosen: Selection, options: Options) -> archive.ArchivePlan:
        return archive.plan(session, looker, noun, chosen, way, leave_open=_leave_open(options))

    return plan


def _archived(kept: Changeset) -> str:
    if kept.values["count"] == 1:
        return gettext("%(name)s archived.", name=kept.values["name"])
    return ngettext("%(num)d record archived.", "%(num)d records archived.", kept.values["count"])


def _deactivated(kept: Changeset) -> str:
    if kept.values["count"] == 1:
        return gettext("%(name)s deactivated.", name=kept.values["name"])
    return ngettext("%(num)d contact deactivated.", "%(num)d contacts deactivated.", kept.values["count"])


def _restored(kept: Changeset) -> str:
    if kept.values["count"] == 1:
        return gettext("%(name)s is active again.", name=kept.values["name"])
    return ngettext("%(num)d record is active again.", "%(num)d records are active again.", kept.values["count"])


def archiving(noun: Archivable, out: Any, back: Any) -> tuple[Action, Action]:
    """Archive and restore for a noun, under the words that fit it."""
    icon = "slash-circle" if noun is Contact else "archive"
    return (
        Action(
            name="archive",
            label=out,
            icon=icon,
            right=Right.ARCHIVE,
            template="verbs/archive.html",
            plan=_plan(noun, archive.Way.ARCHIVE),
            do=_archive(noun),
            done=_deactivated if noun is Contact else _archived,
            options=("reason", "leave_open"),
            key="A",
            shown_when="active",
        ),
        Action(
            name="restore",
            label=back,
            icon="arrow-counterclockwise",
            right=Right.ARCHIVE,
            template="verbs/archive.html",
            plan=_plan(noun, archive.Way.RESTORE),
            do=lambda session, looker, chosen, options, digest: archive.restore(session, looker, noun, chosen, digest),
            done=_restored,
            shown_when="archived",
        ),
    )


def deleting(noun: delete.Deletable, shown_when: str | Callable[[], str] = "any") -> Action:
    """Delete, with the whole tree shown first."""

    def do(session: Session, looker: Looker, chosen: Selection, options: Options, digest: str) -> Changeset:
        return delete.do(
            session, looker, noun, chosen, digest, first(options, "typed"), first(options, "saved") is not None
        )

    return Action(
        name="delete",
        label=lazy_gettext("Delete…"),
        icon="trash",
        right=access.OFFICE.get(noun.__tablename__, Right.DELETE),
        template="verbs/delete.html",
        plan=lambda session, looker, chosen, options: delete.plan(session, looker, noun, chosen),
        do=do,
        done=_deleted,
        options=("typed", "saved"),
        danger=True,
        shown_when=shown_when,
    )


def _deleted(kept: Changeset) -> str:
    return ngettext("%(num)d record moved to the bin", "%(num)d records moved to the bin", kept.values["records"])


def deletable_state() -> str:
    """Which customers and projects are offered to be deleted: a setting."""
    policy = shell.setting("deleting")
    if policy == settings.Deleting.NEVER:
        return NEVER
    return "any" if policy == settings.Deleting.DIRECT else "archived"


def deletable_contact_state() -> str:
    """Contacts go either way, unless the settings say that nothing does."""
    return NEVER if deletable_state() == NEVER else "any"


CUSTOMER_ACTIONS = (
    *archiving(Customer, lazy_gettext("Archive…"), lazy_gettext("Restore…")),
    deleting(Customer, deletable_state),
)
CONTACT_ACTIONS = (
    *archiving(Contact, lazy_gettext("Deactivate…"), lazy_gettext("Reactivate…")),
    deleting(Contact, deletable_contact_state),
)
PROJECT_ACTIONS = (
    *archiving(Project, lazy_gettext("Archive…"), lazy_gettext("Restore…")),
    deleting(Project, deletable_state),
)
LABEL_ACTIONS = (deleting(Label),)


def _into(options: Options) -> int | None:
    """The value that was chosen to stay."""
    return whole(first(options, "into") or "")


def _merge(session: Session, looker: Looker, chosen: Selection, options: Options, digest: str) -> Changeset:
    return merge_values.do(session, looker, chosen, _into(options) or 0, digest)


def _merged(kept: Changeset) -> str:
    count, name = kept.values["count"], kept.values["name"]
    return ngettext("%(num)d value merged into %(name)s.", "%(num)d values merged into %(name)s.", count, name=name)


LIST_VALUE_ACTIONS = (
    Action(
        name="merge",
        label=lazy_gettext("Merge…"),
        icon="sign-merge-right",
        right=Right.MANAGE_LISTS,
        template="verbs/merge_values.html",
        plan=lambda session, looker, chosen, options: merge_values.plan(session, looker, chosen, _into(options)),
        do=_merge,
        done=_merged,
        options=("into",),
    ),
    deleting(ListValue),
)
LABEL_GROUP_ACTIONS = (deleting(LabelGroup),)
ROLE_ACTIONS = (deleting(Role),)
TEAM_ACTIONS = (deleting(Team),)
