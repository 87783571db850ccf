"""Finding rows: text, filters and order -> one SELECT, the same for lists, exports, "all matching" and saved views."""

from models.search.documents import install, is_current, rebuild, remove, settle, suspended
from models.search.everywhere import Group, Hit, find
from models.search.figures import Figures, figures
from models.search.nouns import CONTACTS, CUSTOMERS, PROJECTS
from models.search.paging import COUNT_CAP, Neighbours, Page, all_ids, neighbours, page
from models.search.spec import Filter, ListSpec, Sort
from models.search.state import PAGE_SIZES, Archived, Chip, Cursor, Dropped, ListState, Unfit, read_state

__all__ = [
    "CONTACTS",
    "COUNT_CAP",
    "CUSTOMERS",
    "PAGE_SIZES",
    "PROJECTS",
    "Archived",
    "Chip",
    "Cursor",
    "Dropped",
    "Figures",
    "Filter",
    "Group",
    "Hit",
    "ListSpec",
    "ListState",
    "Neighbours",
    "Page",
    "Sort",
    "Unfit",
    "all_ids",
    "figures",
    "find",
    "install",
    "is_current",
    "neighbours",
    "page",
    "read_state",
    "rebuild",
    "remove",
    "settle",
    "suspended",
]
