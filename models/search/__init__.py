"""Finding rows: text, filters and order -> one SELECT, the same for lists, exports, "all matching" and saved views."""

from models.search.documents import in_bulk, install, is_current, rebuild, remove, settle, settled_later, suspended
from models.search.everywhere import PREFIXES, Group, Hit, choice, find, parted
from models.search.listed import ListedCustomer, listed
from models.search.near import marked
from models.search.nouns import (
    ADDRESSES,
    AGREEMENTS,
    BANK_ACCOUNTS,
    CONTACTS,
    CUSTOMERS,
    FILES,
    INVITATIONS,
    LINKS,
    OPPORTUNITIES,
    PORTALS,
    PROJECTS,
    REGISTRATIONS,
    asked_of_links,
)
from models.search.paging import COUNT_CAP, Neighbours, Page, all_ids, neighbours, page
from models.search.spec import Filter, ListSpec, Sort
from models.search.state import PAGE_SIZES, Archived, Chip, Cursor, Dropped, ListState, Unfit, read_state
from models.search.work import ACTIVITIES, COMMENTS

__all__ = [
    "ACTIVITIES",
    "ADDRESSES",
    "AGREEMENTS",
    "BANK_ACCOUNTS",
    "COMMENTS",
    "CONTACTS",
    "COUNT_CAP",
    "CUSTOMERS",
    "FILES",
    "INVITATIONS",
    "LINKS",
    "OPPORTUNITIES",
    "PAGE_SIZES",
    "PORTALS",
    "PREFIXES",
    "PROJECTS",
    "REGISTRATIONS",
    "Archived",
    "Chip",
    "Cursor",
    "Dropped",
    "Filter",
    "Group",
    "Hit",
    "ListSpec",
    "ListState",
    "ListedCustomer",
    "Neighbours",
    "Page",
    "Sort",
    "Unfit",
    "all_ids",
    "asked_of_links",
    "choice",
    "find",
    "in_bulk",
    "install",
    "is_current",
    "listed",
    "marked",
    "neighbours",
    "page",
    "parted",
    "read_state",
    "rebuild",
    "remove",
    "settle",
    "settled_later",
    "suspended",
]
