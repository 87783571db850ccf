"""Comments: what colleagues say of a customer, with the date and the author that they state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from flask import flash
from flask_babel import gettext, lazy_gettext
from sqlalchemy.orm import Session, joinedload
from werkzeug.datastructures import MultiDict

from admin_views import choices, history, shell, work
from admin_views.base import Column, FilterChoice, Tab
from admin_views.below import BelowCustomer, offered_customers, removing
from admin_views.forms import Choice, EntityForm, LongText, Moment, Section
from models import search
from models.access import Looker
from models.activity import Comment
from models.base import utc_now
from models.customer import Customer
from models.operations import mention
from models.operations.save import Saved


class CommentForm(EntityForm):
    """A comment. Its date and author are preset and may be changed (TL-29)."""

    noun = Comment

    customer_id = Choice(lazy_gettext("Customer"), options=offered_customers, empty=None)
    text = LongText(
        lazy_gettext("Comment"),
        required=True,
        example="Called about the offer",
        description=lazy_gettext("Name a colleague with @, and they find it on their page."),
    )
    said_at = Moment(lazy_gettext("Said on"))
    user_id = Choice(lazy_gettext("Author"), options=choices.people, empty=None)


def overview(session: Session, looker: Looker, comment: Comment) -> Mapping[str, Any]:
    """The whole text, with who entered it in truth."""
    (said,) = work.said([comment], work.touches(session, [comment]))
    return {"said": said}


class CommentView(BelowCustomer):
    """The comments."""

    part = "comments"
    noun = Comment
    spec = search.COMMENTS
    one = lazy_gettext("comment")
    many = lazy_gettext("Comments")
    new_text = lazy_gettext("New comment")
    save_text = lazy_gettext("Save comment")
    icon = "chat-left-text"
    search_hint = lazy_gettext("Words of the text…")
    first_use = lazy_gettext("No comments yet. Write one on the card of a customer.")
    columns = (
        Column("name", lazy_gettext("Comment"), "name"),
        Column("customer", lazy_gettext("Customer"), "text", place="kb-m-sub"),
        Column("user", lazy_gettext("Author"), "owner", place="kb-m-end"),
        Column("said_at", lazy_gettext("Said on"), "moment", "said", place="kb-m-end2"),
    )
    list_options = (joinedload(Comment.customer), joinedload(Comment.user))
    card_options = (*list_options, joinedload(Comment.mentioned))
    filters = (
        FilterChoice("user", lazy_gettext("Author"), choices.pairs(choices.people)),
        FilterChoice("mentions", lazy_gettext("Mentions"), choices.pairs(choices.people)),
        FilterChoice("customer", lazy_gettext("Customer"), choices.asked("customer", Customer)),
    )
    form = CommentForm
    field_looks: ClassVar[dict[str, dict[str, Any]]] = {"text": {"span": "full", "rows": 6}}
    sections = (Section("general", lazy_gettext("Comment"), ("customer_id", "text", "said_at", "user_id")),)
    meta_template = "comment/meta.html"
    actions = (removing(Comment, part="comments"),)
    tabs = (
        Tab("overview", lazy_gettext("Comment"), "comment/overview.html", overview),
        Tab(
            "history",
            lazy_gettext("History"),
            "entity/history.html",
            lambda session, looker, comment: history.events(session, rows=[("comment", comment.id)]),
        ),
    )

    def defaults(self) -> dict[str, Any]:
        return {**super().defaults(), "said_at": utc_now(), "user_id": shell.looker().id}

    def form_for(self, record: Any, posted: MultiDict[str, str] | None = None) -> EntityForm:
        """The box on the card asks for the text only: the rest is as it is preset."""
        if record is None and posted is not None and "said_at" not in posted:
            posted = MultiDict(posted)
            posted["said_at"], posted["user_id"] = utc_now().isoformat(timespec="minutes"), str(shell.looker().id)
        return super().form_for(record, posted)

    def tell(self, saved: Saved[Any], text: str) -> None:
        """What stays plain text although it looks like a mention is told along."""
        super().tell(saved, text)
        found = mention.find(shell.here(), saved.record.text, saved.record.customer_id)
        for name in found.blind:
            flash(gettext("%(name)s may not see this customer, and is not told of the comment.", name=name), "warning")
        for name in found.several:
            flash(
                gettext("Several people are called %(name)s. Write the whole name after the @.", name=name), "warning"
            )
