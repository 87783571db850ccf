"""The tabs of the customer's card, in their order; each loads its own data and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import request
from flask_babel import lazy_gettext
from sqlalchemy import ScalarSelect, and_, func, select
from sqlalchemy.orm import Session, joinedload

from admin_views import agreement, opportunity, timeline, work
from admin_views.base import Tab
from admin_views.card_contact import contact_information
from admin_views.card_finance import defaults, finance
from admin_views.card_overview import overview
from admin_views.card_roles import roles
from admin_views.card_tools import tools
from models import tool, totals
from models.access import Looker
from models.activity import Activity
from models.contact import Contact, CustomerContact
from models.customer import Customer
from models.project import Project
from models.user import CustomerAccess, Right, User


def projects(session: Session, looker: Looker, customer: Customer) -> Mapping[str, Any]:
    """The projects with what was registered on them, the work on all of them (VS-05), opportunities and agreements (VS-04)."""
    on_projects = and_(Activity.customer_id == customer.id, Activity.project_id.is_not(None))
    return {
        "projects": totals.per_project(session, customer.id),
        "agreements": agreement.of_customer(session, customer),
        "activities": work.activities(session, on_projects, done=request.args.get("activities") == "done"),
        **opportunity.of_customer(session, looker, customer),
    }


def _count(noun: Any) -> Callable[[type[Customer]], ScalarSelect[int]]:
    def counted(customer: type[Customer]) -> ScalarSelect[int]:
        return select(func.count(noun.id)).where(noun.customer_id == customer.id).scalar_subquery()

    return counted


def _contacts(customer: type[Customer]) -> ScalarSelect[int]:
    """The contacts that the tab shows at first: not the deactivated ones."""
    link, contact = CustomerContact, Contact
    found = select(func.count(link.id)).join(contact, contact.id == link.contact_id)
    return found.where(link.customer_id == customer.id, contact.archived_at.is_(None)).scalar_subquery()


def _roles(customer: type[Customer]) -> ScalarSelect[int]:
    """The roles here of teams, and of people who can still sign in."""
    gone = select(User.id).where(User.id == CustomerAccess.user_id, User.disabled_at.is_not(None)).exists()
    found = select(func.count(CustomerAccess.id)).where(CustomerAccess.customer_id == customer.id, ~gone)
    return found.scalar_subquery()


CUSTOMER_TABS = (
    Tab("overview", lazy_gettext("Overview"), "customer/overview.html", overview),
    Tab(
        "contact",
        lazy_gettext("Contact information"),
        "customer/contact.html",
        contact_information,
        _contacts,
        options=(joinedload(Customer.addresses),),
    ),
    Tab("projects", lazy_gettext("Projects"), "customer/projects.html", projects, _count(Project)),
    Tab("finance", lazy_gettext("Finance"), "customer/finance.html", finance, right=Right.SEE_REVENUE),
    Tab("roles", lazy_gettext("Roles"), "customer/roles.html", roles, _roles),
    Tab("settings", lazy_gettext("Settings"), "customer/settings.html", defaults),
    Tab(tool.TAB, lazy_gettext("Tools"), "customer/tools.html", tools, switch=tool.USED),
    Tab(
        "history",
        lazy_gettext("History"),
        "customer/history.html",
        timeline.of_customer,
    ),
)
