"""A delete plan as the tree that its page draws: every branch with its symbol, its words and its count."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import format_decimal, gettext, ngettext

from admin_views import shell
from models.operations.consequences import LeftOut
from models.operations.delete import Branch, DeletePlan

ICONS = {
    "customer": "shop",
    "contact": "person",
    "project": "briefcase",
    "registration": "clock",
    "invoices_and_quotes": "receipt",
    "invoice.draft": "file-earmark",
    "invoice.sent": "file-earmark-check",
    "quote": "file-earmark-text",
    "agreement": "file-earmark-ruled",
    "portal": "globe",
    "opportunity": "graph-up-arrow",
    "activity": "check2-square",
    "process_run": "list-ul",
    "comment": "chat-left-text",
    "comment_mention": "at",
    "attachment": "paperclip",
    "connection": "diagram-3",
    "address": "geo-alt",
    "bank_account": "bank",
    "links": "tags",
    "customer_contact": "person-lines-fill",
    "customer_label": "tag",
    "contact_label": "tag",
    "customer_access": "shield",
    "team_member": "people",
}


def names() -> dict[str, str]:
    """What the branches are called."""
    return {
        "customer": gettext("Customers"),
        "contact": gettext("Contacts"),
        "project": gettext("Projects"),
        "registration": gettext("Registrations"),
        "invoices_and_quotes": gettext("Invoices and quotes"),
        "invoice.draft": gettext("Draft invoices"),
        "invoice.sent": gettext("Sent and paid invoices"),
        "invoice": gettext("Invoices"),
        "quote": gettext("Quotes"),
        "agreement": gettext("Agreements"),
        "portal": gettext("Customer portals"),
        "portal_grant": gettext("Invitations to portals"),
        "opportunity": gettext("Opportunities"),
        "activity": gettext("Activities"),
        "comment": gettext("Comments"),
        "comment_mention": gettext("Mentions"),
        "attachment": gettext("Files and links"),
        "connection": gettext("Relations"),
        "address": gettext("Addresses"),
        "bank_account": gettext("Bank accounts"),
        "links": gettext("Links, labels and roles"),
        "customer_contact": gettext("Links with contacts"),
        "customer_label": gettext("Label links"),
        "contact_label": gettext("Label links"),
        "customer_access": gettext("Roles on the customer"),
        "team_member": gettext("Memberships"),
        "label": gettext("Labels"),
        "label_group": gettext("Groups of labels"),
        "role": gettext("Roles"),
        "team": gettext("Teams"),
        "user": gettext("Users"),
        "list_value": gettext("Values of lists"),
        "process": gettext("Work processes"),
        "process_step": gettext("Steps"),
        "process_run": gettext("Started work processes"),
        "tool_link": gettext("Links to tools"),
    }


def tree(plan: DeletePlan) -> list[dict[str, Any]]:
    """The nodes for macros/card.html: the record itself, and below it everything that goes along."""
    called = names()
    own, *others = plan.branches or [Branch("", 0)]
    places = {key: place for place, key in enumerate(ICONS)}
    others.sort(key=lambda branch: places.get(branch.key, len(places)))
    root = {
        "text": plan.name if plan.count == 1 else ngettext("%(num)s record", "%(num)s records", plan.count),
        "count": own.count,
        "icon": ICONS.get(own.key, "card-text"),
        "kind": "danger",
        "children": [_node(branch, called) for branch in others],
    }
    return [root]


def _node(branch: Branch, called: dict[str, str]) -> dict[str, Any]:
    children = [_node(child, called) for child in branch.children]
    for sample in branch.samples if branch.key == "project" else ():
        children.append(
            {
                "text": sample.name,
                "icon": "folder",
                "href": url_for("projects.details_view", id=sample.id),
                "note": ngettext("%(num)s registration", "%(num)s registrations", sample.below),
                "count": 1,
            }
        )
    rest = branch.count - len(branch.samples)
    if branch.key == "project" and branch.samples and rest > 0:
        children.append(
            {"text": ngettext("%(num)s more project", "%(num)s more projects", rest), "icon": "folder", "count": rest}
        )
    return {
        "text": called.get(branch.key, branch.key),
        "icon": ICONS.get(branch.key, "card-text"),
        "count": branch.count,
        "note": _note(branch),
        "children": children,
    }


def _note(branch: Branch) -> str:
    parts = []
    if branch.minutes is not None:
        parts.append(gettext("%(hours)s hours", hours=shell.hours(branch.minutes)))
    if branch.amounts:
        parts += [f"{currency} {format_decimal(amount, format='#,##0')}" for currency, amount in branch.amounts.items()]
    return ", ".join(parts)


def left_out(rows: tuple[LeftOut, ...]) -> list[str]:
    """What is left out, each with its reason and somebody to ask."""
    made = []
    for row in rows:
        ask = " " + gettext("Ask %(person)s.", person=row.ask) if row.ask else ""
        made.append(f"{shell.called(row)}: {shell.say(row.refusal())}{ask}")
    return made
