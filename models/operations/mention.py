"""Mentions: the colleagues whom a comment names with @, so that they find it on a page of their own (TL-28).

Somebody is meant by the whole name, or by the first name where only one colleague is called so. Who may not see the
customer is not mentioned: the name stays plain text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import access
from models.activity import Comment, CommentMention
from models.user import User

AT = "@"


@dataclass(frozen=True)
class Place:
    """Where a text names somebody: from the @ to the end of the name, and who can be meant by it."""

    start: int
    end: int
    ids: tuple[int, ...]


@dataclass(frozen=True)
class Mentions:
    """Who is mentioned in a text; the names in it that stay plain: of people who may not see it, and of several."""

    ids: frozenset[int]
    blind: tuple[str, ...] = ()
    several: tuple[str, ...] = ()


def places(text: str, people: Iterable[tuple[int, str]]) -> Iterator[Place]:
    """Where a text names one of these people (key and name) with @, the longest name that fits first."""
    known: dict[str, list[int]] = {}
    for key, name in people:
        for way in dict.fromkeys((name, name.split(" ")[0])):
            known.setdefault(way.lower(), []).append(key)
    names = sorted(known, key=len, reverse=True)
    low, end = text.lower(), 0
    # Letters that change their length in small letters would move the places.
    low = low if len(low) == len(text) else text
    while (start := low.find(AT, end)) >= 0:
        end = start + 1
        if start and low[start - 1].isalnum():
            continue  # an e-mail address
        fitting = (name for name in names if low.startswith(name, end) and not low[end + len(name) :][:1].isalnum())
        named = next(fitting, None)
        if named:
            end += len(named)
            yield Place(start, end, tuple(known[named]))


def find(session: Session, text: str, customer_id: int) -> Mentions:
    """Who is mentioned in a comment on this customer."""
    if AT not in text:
        return Mentions(frozenset())
    people = session.execute(select(User.id, User.name).where(User.disabled_at.is_(None)).order_by(User.name)).all()
    ids, blind, several = set[int](), dict[str, None](), dict[str, None]()
    for place in places(text, ((key, name) for key, name in people)):
        name = text[place.start + 1 : place.end]
        if len(place.ids) > 1:
            several[name] = None
        elif place.ids[0] in ids or access.sees(session, session.get_one(User, place.ids[0]), customer_id):
            ids.add(place.ids[0])
        else:
            blind[name] = None
    return Mentions(frozenset(ids), tuple(blind), tuple(several))


def keep(session: Session, comment: Comment) -> None:
    """Write down who is mentioned in a comment, in the changeset that is open, and forget who is no more."""
    wanted = find(session, comment.text, comment.customer_id).ids
    for row in session.scalars(select(CommentMention).where(CommentMention.comment_id == comment.id)).all():
        if row.user_id in wanted:
            wanted -= {row.user_id}
        else:
            session.delete(row)
    session.add_all(
        CommentMention(customer_id=comment.customer_id, comment_id=comment.id, user_id=key) for key in sorted(wanted)
    )
    session.flush()
