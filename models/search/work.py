"""The lists of what is planned and done with customers, and of what colleagues say of them."""

from __future__ import annotations

from sqlalchemy import func

from models.activity import Activity, ActivityState, Comment, CommentMention, overdue
from models.process import ProcessRun
from models.search.spec import Linked, ListSpec, Narrowing, Sort, clock_filter, enum_filter, key_filter, linked_filter

ACTIVITIES = ListSpec.of(
    Activity,
    None,
    "-created",
    # What has no day counts from when it was written down.
    Sort("when", func.coalesce(Activity.due_at, Activity.created_at)),
    Sort("name", func.lower(Activity.subject)),
    Sort("created", Activity.id),
    enum_filter("state", Activity.state, ActivityState),
    key_filter("kind", Activity.kind_id),
    key_filter("user", Activity.user_id, people=True),
    key_filter("customer", Activity.customer_id),
    key_filter("project", Activity.project_id),
    key_filter("contact", Activity.contact_id),
    clock_filter("due", lambda clock: {"overdue": Narrowing(overdue(clock))}),
    names=(Activity.subject,),
)

PROCESS_RUNS = ListSpec.of(
    ProcessRun,
    None,
    "-started",
    Sort("started", ProcessRun.starts_on),
    Sort("name", func.lower(ProcessRun.name)),
    Sort("created", ProcessRun.id),
    key_filter("customer", ProcessRun.customer_id),
    key_filter("process", ProcessRun.process_id),
    names=(ProcessRun.name,),
)

COMMENTS = ListSpec.of(
    Comment,
    None,
    "-created",
    Sort("said", Comment.said_at),
    Sort("created", Comment.id),
    key_filter("customer", Comment.customer_id),
    key_filter("user", Comment.user_id, people=True),
    linked_filter("mentions", CommentMention.user_id, Linked(CommentMention.comment_id, Comment.id)),
    names=(Comment.text,),
)
