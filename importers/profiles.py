"""Profiles: how the office reads a known kind of file, by name and in versions.

A profile holds what a run was told: which column goes into which field, the match rule, how dates and amounts are
written, what values stand for. Saving under the same name makes a new version; the old ones stay, and a run says which
one it used. A deleted one can be put back for as long as the bin keeps things.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy import delete as delete_from
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from importers import notation
from importers.recognising import Layout, layout_of
from models.access import Looker, require
from models.base import folded, limits_of, utc_now
from models.errors import Conflict, NotFound, Reason, Refused
from models.imports import ImportKind, ImportProfile, ImportProfileVersion, ImportRun, ImportState
from models.operations.fields import misfits
from models.operations.working import working
from models.user import Right

NAME_LENGTH = limits_of(ImportProfile.name).longest or 0
EARLIER = 50
# Choices that were seen from the values of one file; another file of the kind may not tell.
_SEEN = ("day_first", "decimal_comma")


@dataclass(frozen=True)
class Saved:
    """What saving came to: the version that says so now, and whether it is a new one."""

    profile: ImportProfile
    number: int
    is_new: bool


_THERE = ImportProfile.deleted_at.is_(None)


def find(session: Session, profile_id: int, *, is_deleted: bool = False) -> ImportProfile:
    """A profile that is there, or one that was deleted. Raises NotFound."""
    found = session.scalar(
        select(ImportProfile).where(ImportProfile.id == profile_id, _THERE if not is_deleted else ~_THERE)
    )
    if found is None:
        raise NotFound
    return found


def named(session: Session, kind: ImportKind, name: str) -> ImportProfile:
    """The profile of this name. Raises Refused."""
    found = session.scalar(_called(kind, name))
    if found is None:
        raise Refused(Reason.NO_SUCH, kind="profile", name=name)
    return found


def _called(kind: ImportKind, name: str) -> Select[ImportProfile]:
    return select(ImportProfile).where(ImportProfile.kind == kind, ImportProfile.name_key == folded(name), _THERE)


def deleted(session: Session) -> list[ImportProfile]:
    """The profiles that can be put back, the last one that was deleted first."""
    query = select(ImportProfile).where(ImportProfile.deleted_at.is_not(None))
    return list(session.scalars(query.order_by(ImportProfile.deleted_at.desc(), ImportProfile.id)))


def versions(session: Session, profile_id: int) -> list[ImportProfileVersion]:
    """All versions of a profile, the newest first."""
    query = select(ImportProfileVersion).where(ImportProfileVersion.profile_id == profile_id)
    return list(session.scalars(query.order_by(ImportProfileVersion.number.desc())))


def newest(session: Session, kind: ImportKind | None = None) -> list[tuple[ImportProfile, ImportProfileVersion]]:
    """Every profile with its newest version, by name."""
    last = (
        select(ImportProfileVersion.profile_id, func.max(ImportProfileVersion.number).label("number"))
        .group_by(ImportProfileVersion.profile_id)
        .subquery()
    )
    query = (
        select(ImportProfile, ImportProfileVersion)
        .join(ImportProfileVersion, ImportProfileVersion.profile_id == ImportProfile.id)
        .join(last, (last.c.profile_id == ImportProfile.id) & (last.c.number == ImportProfileVersion.number))
        .where(_THERE)
        .order_by(ImportProfile.name_key, ImportProfile.id)
    )
    if kind is not None:
        query = query.where(ImportProfile.kind == kind)
    return [(profile, version) for profile, version in session.execute(query)]


def known_layouts(session: Session, kind: ImportKind, wanted: int | None) -> list[Layout]:
    """What a file may be recognised by: the profile that was chosen, nothing (0), or all profiles and earlier imports."""
    if wanted == 0:
        return []
    made = [_layout(profile, version) for profile, version in newest(session, kind) if wanted in {None, profile.id}]
    return made if wanted is not None else made + _earlier(session, kind)


def _layout(profile: ImportProfile, version: ImportProfileVersion) -> Layout:
    definition = version.definition
    more = {"profile": profile.id, "version": version.number, "name": profile.name, "definition": definition}
    return layout_of(definition["columns"], **more)


def _earlier(session: Session, kind: ImportKind) -> list[Layout]:
    """What the last finished imports made of their columns, the newest first."""
    query = (
        select(ImportRun.options)
        .where(ImportRun.kind == kind, ImportRun.state == ImportState.DONE)
        .order_by(ImportRun.id.desc())
        .limit(EARLIER)
    )
    return [layout_of(options.get("columns", ())) for options in session.scalars(query)]


def is_as_known(run: ImportRun) -> bool:
    """Whether the columns of a run are exactly those of the profile it was recognised by, in whatever order."""
    found = run.options.get("profile") or {"new": [""]}
    return not any(found.get(differs) for differs in ("new", "missing", "renamed"))


def proposed_name(file_name: str) -> str:
    """A name for the profile of a file: that of the file without its ending, dates and numbers of copies.

    >>> proposed_name("Debiteuren 2026-11-01 (2).xlsx")
    'Debiteuren'
    """
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", file_name)
    bare = re.sub(r"\([0-9]+\)|[0-9]{2,4}[-_.]?[0-9]{2}[-_.]?[0-9]{2,4}", " ", stem)
    name = " ".join(re.sub(r"[_]+", " ", bare).split()).strip(" -.")
    return (name or stem)[:NAME_LENGTH]


# Verbs ---------------------------------------------------------------------------------------------------------------


def save(session: Session, looker: Looker, run: ImportRun, name: str) -> Saved:
    """Keep what a run was told under a name: a new profile, or a new version of the one with that name."""
    require(session, looker, Right.IMPORT)
    if not run.options.get("columns"):
        raise Refused(Reason.NO_HEADER)
    name = _name(name)
    definition = definition_of(run)
    with working(session):
        profile = session.scalar(_called(run.kind, name))
        if profile is None:
            profile = ImportProfile(kind=run.kind, name=name, name_key=folded(name))
            session.add(profile)
            _flush(session)
        saved = _add_version(session, looker, profile, definition)
        used = {
            "id": profile.id,
            "version": saved.number,
            "name": profile.name,
            "new": [],
            "missing": [],
            "renamed": [],
        }
        run.options = {**run.options, "profile": used, "profile_wish": profile.id}
    return saved


def definition_of(run: ImportRun) -> dict[str, Any]:
    """What a run was told, without anything of its rows."""
    columns = [
        {
            "header": column["header"],
            "field": column["field"],
            "left_out": column["field"] is None and column["certainty"] == "SKIPPED",
        }
        for column in run.options["columns"]
    ]
    seen = run.options.get("read_as", {})
    return {
        "columns": columns,
        "mode": run.mode.value,
        "choices": dict(run.options.get("choices", {})),
        "seen": {name: seen[name] for name in _SEEN if name in seen},
        "translations": dict(run.options.get("translations", {})),
        "answers": {
            column["field"]: said
            for column in run.options["columns"]
            if column["field"]
            and (said := run.options.get(notation.ANSWERS, {}).get(str(column["position"]))) is not None
        },
    }


def _add_version(session: Session, looker: Looker, profile: ImportProfile, definition: dict[str, Any]) -> Saved:
    before = versions(session, profile.id)
    if before and before[0].definition == definition:
        return Saved(profile, before[0].number, is_new=False)
    number = before[0].number + 1 if before else 1
    session.add(ImportProfileVersion(profile_id=profile.id, number=number, definition=definition, user_id=looker.id))
    _flush(session)
    return Saved(profile, number, is_new=True)


def rename(session: Session, looker: Looker, profile_id: int, name: str) -> ImportProfile:
    """Call a profile something else."""
    require(session, looker, Right.IMPORT)
    wanted = _name(name)
    with working(session):
        profile = find(session, profile_id)
        profile.name, profile.name_key = wanted, folded(wanted)
        _flush(session)
    return profile


def go_back_to(session: Session, looker: Looker, profile_id: int, number: int) -> Saved:
    """Make an old version the newest one again."""
    require(session, looker, Right.IMPORT)
    with working(session):
        profile = find(session, profile_id)
        old = next((one for one in versions(session, profile_id) if one.number == number), None)
        if old is None:
            raise NotFound
        return _add_version(session, looker, profile, old.definition)


def delete(session: Session, looker: Looker, profile_id: int, shown: int) -> str:
    """Put a profile aside; what it was called. `shown`: the version that was shown with the question."""
    require(session, looker, Right.IMPORT)
    with working(session):
        profile = find(session, profile_id)
        kept = versions(session, profile_id)
        if kept and kept[0].number != shown:
            raise Conflict(Reason.PLAN_CHANGED)
        profile.deleted_at = utc_now()
        return profile.name


def restore(session: Session, looker: Looker, profile_id: int) -> ImportProfile:
    """Have a deleted profile again, with all its versions. Refused where another has its name by now."""
    require(session, looker, Right.IMPORT)
    with working(session):
        profile = find(session, profile_id, is_deleted=True)
        profile.deleted_at = None
        _flush(session)
    return profile


def purge(session: Session, before: dt.datetime) -> None:
    """Let go for good of what was deleted before a moment."""
    gone = select(ImportProfile.id).where(ImportProfile.deleted_at < before)
    with working(session):
        session.execute(delete_from(ImportProfileVersion).where(ImportProfileVersion.profile_id.in_(gone)))
        session.execute(delete_from(ImportProfile).where(ImportProfile.deleted_at < before))


def _name(text: str) -> str:
    name = " ".join(text.split())
    if misfit := misfits(ImportProfile, "name", name):
        raise misfit
    if len(folded(name)) > NAME_LENGTH:
        raise Refused(Reason.TOO_LONG, "name", length=NAME_LENGTH)
    return name


def _flush(session: Session) -> None:
    """Write; a name or number that somebody else took a moment ago is refused like one that was taken before."""
    try:
        session.flush()
    except IntegrityError:
        raise Refused(Reason.VALUE_TAKEN) from None
