"""What is planned, done and said, as cards and pages show it: the rows with all that is told of them, and their words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import format_date, gettext
from markupsafe import Markup, escape
from sqlalchemy import Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from admin_views import shell
from models import journal
from models.activity import Activity, ActivityState, Comment, CommentMention, due_there
from models.base import whole
from models.customer import Customer
from models.journal import Touch
from models.operations import mark_activity, mention
from models.project import Project
from models.quick import Sense, sense_of
from models.user import User

# So many comments stand on the card, and so many when all are asked for (TL-30, TL-31).
NEWEST = 3
PAGE = 50
# So many activities stand on a card; the rest is in the list.
SHOWN = 20
ICONS = {
    Sense.TASK: "clipboard-check",
    Sense.NOTE: "sticky",
    Sense.CALL: "telephone",
    Sense.MAIL: "envelope",
    Sense.MEETING: "calendar3",
}
OTHER_ICON = "check2-square"
A_MINUTE = dt.timedelta(minutes=1)


# Comments ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Said:
    """A comment as it is shown: its text as markup, and what is true of it where it says something else (TL-29)."""

    comment: Comment
    text: Markup
    stamp: str


@dataclass(frozen=True)
class Comments:
    """The comments of a customer that a card shows, newest first, and how many there are; `older`: where to go on."""

    shown: Sequence[Comment]
    count: int
    everything: bool
    older: str | None


def comments(session: Session, customer_id: int, args: Mapping[str, str]) -> Comments:
    """The newest comments, or with `comments=all` a page of all: one query."""
    everything = args.get("comments") == "all"
    size = PAGE if everything else NEWEST
    number = select(func.count(Comment.id)).where(Comment.customer_id == customer_id).scalar_subquery()
    query = _with_people(select(Comment, number).where(Comment.customer_id == customer_id))
    if everything and (place := _place(args.get("before", ""))):
        query = query.where(_beyond(*place))
    rows = session.execute(query.limit(size + 1)).unique().all()
    found = [row[0] for row in rows[:size]]
    older = written(found[-1]) if everything and len(rows) > size else None
    return Comments(found, rows[0][1] if rows else 0, everything, older)


def _with_people(query: Select[Any]) -> Select[Any]:
    return query.options(joinedload(Comment.user), joinedload(Comment.mentioned)).order_by(
        Comment.said_at.desc(), Comment.id.desc()
    )


def written(comment: Comment) -> str:
    """The place of a comment among others, for the address of the page behind it."""
    return f"{comment.said_at.replace(tzinfo=None).isoformat()}~{comment.id}"


def _place(text: str) -> tuple[dt.datetime, int] | None:
    """The place that an address writes; None for anything else."""
    moment, _, key = text.partition("~")
    number = whole(key)
    try:
        return None if number is None else (dt.datetime.fromisoformat(moment).replace(tzinfo=dt.UTC), number)
    except ValueError:
        return None


def _beyond(moment: dt.datetime, key: int) -> Any:
    return or_(Comment.said_at < moment, and_(Comment.said_at == moment, Comment.id < key))


def mentions_of(session: Session, user_id: int, before: str, size: int) -> tuple[list[Comment], str | None]:
    """The comments that mention somebody, newest first, with their customers; and the place to go on from."""
    query = _with_people(
        select(Comment).where(
            Comment.id.in_(select(CommentMention.comment_id).where(CommentMention.user_id == user_id))
        )
    ).options(joinedload(Comment.customer))
    if place := _place(before):
        query = query.where(_beyond(*place))
    found = list(session.scalars(query.limit(size + 1)).unique())
    return found[:size], written(found[size - 1]) if len(found) > size else None


def said(found: Iterable[Comment], touched: Mapping[tuple[str, int], tuple[Touch, Touch]]) -> list[Said]:
    """Comments as they are shown; `touched` says who entered and changed them."""
    return [
        Said(one, marked(one.text, one.mentioned), stamp(one, touched.get((Comment.__tablename__, one.id))))
        for one in found
    ]


def touches(session: Session, found: Iterable[Comment]) -> dict[tuple[str, int], tuple[Touch, Touch]]:
    """Who entered and changed these comments, and when: one query."""
    return journal.touches_of(session, [(Comment.__tablename__, one.id) for one in found])


def marked(text: str, people: Sequence[User]) -> Markup:
    """The text of a comment with the people it mentions marked; one's own name leads to what waits for one."""
    made, end = [], 0
    for place in mention.places(text, [(one.id, one.name) for one in people]):
        shown = escape(text[place.start : place.end])
        if shell.looker().id in place.ids:
            shown = Markup('<a href="{}">{}</a>').format(url_for("mine.index"), shown)
        else:
            shown = Markup('<span class="kb-text kb-accent">{}</span>').format(shown)
        made += [escape(text[end : place.start]), shown]
        end = place.end
    return Markup("").join([*made, escape(text[end:])])


def stamp(comment: Comment, touched: tuple[Touch, Touch] | None) -> str:
    """Who entered a comment and when, where it says otherwise; and who changed it, where that was somebody else."""
    if touched is None:
        return ""
    (first, last), parts = touched, []
    entered = shell.full(comment.created_at)
    if first.user_id not in (None, comment.user_id):
        parts.append(gettext("entered by %(name)s, %(when)s", name=shell.person(first.user_name), when=entered))
    elif abs(comment.created_at - comment.said_at) >= A_MINUTE:
        parts.append(gettext("entered %(when)s", when=entered))
    if last.user_id not in (None, first.user_id):
        when = shell.full(last.at or comment.changed_at)
        parts.append(gettext("changed by %(name)s, %(when)s", name=shell.person(last.user_name), when=when))
    return "; ".join(parts)


# Activities ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Activities:
    """The activities that a card shows: those to be done by their day, or those that are done or cancelled, newest first."""

    shown: Sequence[Activity]
    planned: int
    done: int
    shows_done: bool

    @property
    def more(self) -> bool:
        """Whether there are more of these than a card shows."""
        return (self.done if self.shows_done else self.planned) > len(self.shown)


def activities(session: Session, where: Any, *, done: bool) -> Activities:
    """The activities of a customer or a project (`where`), to be done or done, with the numbers of both: one query."""
    is_open = Activity.state == ActivityState.PLANNED
    order = (
        case((is_open, Activity.due_at)).asc().nulls_last(),
        case((~is_open, func.coalesce(Activity.done_at, Activity.changed_at))).desc().nulls_last(),
        Activity.id,
    )
    numbered = (
        select(
            Activity.id,
            is_open.label("is_open"),
            func.row_number().over(partition_by=is_open, order_by=order).label("place"),
            func.count().over(partition_by=is_open).label("number"),
        )
        .where(where)
        .subquery()
    )
    # One of the others comes along: it says how many those are.
    wanted = numbered.c.is_open.is_(not done)
    rows = session.execute(
        select(Activity, numbered.c.is_open, numbered.c.number)
        .join(numbered, numbered.c.id == Activity.id)
        .where(or_(numbered.c.place == 1, and_(wanted, numbered.c.place <= SHOWN)))
        .options(*WITH_NAMES)
        .order_by(numbered.c.place)
    ).all()
    numbers = {bool(row[1]): int(row[2]) for row in rows}
    shown = [row[0] for row in rows if bool(row[1]) is not done]
    return Activities(shown, numbers.get(True, 0), numbers.get(False, 0), done)


WITH_NAMES = (
    joinedload(Activity.kind),
    joinedload(Activity.user),
    joinedload(Activity.project).load_only(Project.name),
    joinedload(Activity.contact),
)


def planned_for(session: Session, user_id: int, limit: int) -> list[Activity]:
    """What somebody has to do, by its day: what is overdue comes first, what has no day last.

    With an archived customer there is nothing to do: it can only be read.
    """
    query = (
        select(Activity)
        .join(Activity.customer)
        .where(Activity.user_id == user_id, Activity.state == ActivityState.PLANNED, Customer.archived_at.is_(None))
        .options(*WITH_NAMES, contains_eager(Activity.customer))
        .order_by(Activity.due_at.asc().nulls_last(), Activity.id)
    )
    return list(session.scalars(query.limit(limit)))


def may_tick(activity: Activity) -> bool:
    """Whether the person who looks may tick an activity off, and take the tick back."""
    return mark_activity.may_tick(shell.here(), shell.looker(), activity)


def icon_of(activity: Activity) -> str:
    """The icon of an activity, by what its kind is called."""
    return icon(activity.kind.name if activity.kind else None)


def icon(kind: str | None) -> str:
    """The icon of what the office calls so."""
    sense = sense_of(kind) if kind else None
    return OTHER_ICON if sense is None else ICONS[sense]


def state_name(state: ActivityState) -> str:
    """How an activity stands, in words."""
    return gettext(state.value)


def when_due(activity: Activity) -> str:
    """When it has to be done or takes place: today, tomorrow or the day, with its time; nothing where it has none."""
    return "" if activity.due_at is None else due_in_words(activity.due_at, has_time=activity.has_time)


def due_in_words(at: dt.datetime, *, has_time: bool) -> str:
    """When something is due, as people say it: tomorrow, 10:00."""
    there = due_there(at, has_time=has_time, clock=shell.clock())
    day = _day_in_words(there.date())
    return f"{day}, {there:%H:%M}" if has_time else day


def _day_in_words(on: dt.date) -> str:
    today = shell.today()
    days = (on - today).days
    pattern = "EEE d MMM" if on.year == today.year else "EEE d MMM y"
    near = {0: gettext("today"), 1: gettext("tomorrow"), -1: gettext("yesterday")}
    return near.get(days) or format_date(on, pattern)


def due(activity: Activity) -> Markup:
    """When an activity is due or was done, as a list says it; what is overdue is red and says so."""
    if activity.is_overdue(shell.clock()):
        text = gettext("overdue since %(when)s", when=when_due(activity))
        return Markup('<span class="kb-text kb-danger">{}</span>').format(text)
    if activity.state is ActivityState.PLANNED:
        return escape(when_due(activity))
    if activity.state is ActivityState.CANCELLED:
        return escape(gettext("cancelled"))
    when = ""
    if activity.done_at is not None:
        when = _day_in_words(shell.clock().day(activity.done_at))
    elif activity.due_at is not None:
        when = _day_in_words(due_there(activity.due_at, has_time=activity.has_time, clock=shell.clock()).date())
    return escape(gettext("done %(when)s", when=when) if when else gettext("done"))
