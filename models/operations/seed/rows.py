"""Rows on their way into the database: plain tuples of what both databases store, a list per table.

Texts are texts, booleans 0 and 1, money is in cents, days and moments are ISO texts: neither database's driver needs
to convert them, and a million customers pass in minutes.
"""

from __future__ import annotations

from typing import Any

Value = str | int | bytes | None


class Rows:
    """The rows of one table, not yet written. Keys are given out here, counting on from `first`."""

    __slots__ = ("columns", "next_id", "pending", "table", "written")

    def __init__(self, table: str, first: int, columns: str) -> None:
        self.table = table
        self.columns = ("id", *columns.split())
        self.next_id = first
        self.pending: list[tuple[Any, ...]] = []
        self.written = 0

    def add(self, *values: Value) -> int:
        """Append a row (its values in the order of `columns`) and return its key."""
        key = self.next_id
        self.next_id = key + 1
        self.pending.append((key, *values))
        return key


# In an order in which no row refers to a later table.
TABLES = {
    "list_value": "list name position retired other_name",
    "tool_link": "name url for_kind position created_at changed_at",
    "role": "name description rights built_in",
    "team": "name role_id created_at changed_at",
    "user": "email email_key name password_hash role_id disabled_at language theme single_keys created_at changed_at",
    "team_member": "team_id user_id",
    "label_group": "name one_per_record position",
    "label": "name group_id colour description created_at changed_at",
    "customer": (
        "number number_key kind company_name first_name last_name nickname status_id industry_id owner_id description "
        "email phone mobile website language vat_number company_number reference bookkeeping_code customer_since "
        "hourly_rate vat_percentage payment_term_days currency invoice_layout_id invoice_email e_invoice_id "
        "expenses_billable mileage_billable distance_km max_distance_km archived_at archive_reason "
        "created_at changed_at"
    ),
    "address": (
        "customer_id label attention street street_2 postal_code city region country is_head_office is_invoice "
        "created_at changed_at"
    ),
    "bank_account": "customer_id iban bic holder created_at changed_at",
    "customer_label": "customer_id label_id",
    "customer_access": "customer_id user_id team_id role_id",
    "contact": (
        "kind salutation first_name last_name company_name job_title email phone mobile website street postal_code "
        "city country language birth_date vat_number description owner_id archived_at created_at changed_at"
    ),
    "customer_contact": "customer_id contact_id function is_main is_invoice_contact",
    "contact_label": "contact_id label_id",
    "project": (
        "customer_id number name description hourly_rate budget_minutes starts_on ends_on archived_at "
        "archived_with_customer created_at changed_at"
    ),
    "registration": ("customer_id project_id user_id contact_id contact_deleted day minutes amount note status"),
    "invoice": (
        "customer_id contact_id number status day amount currency customer_name contact_name created_at changed_at"
    ),
    "quote": "customer_id number status day amount currency created_at changed_at",
    "agreement": "customer_id name starts_on ends_on active created_at changed_at",
    "portal": "customer_id name created_at changed_at",
    "process": "name for_kind retired created_at changed_at",
    "process_step": "process_id position subject kind_id days doer user_id",
    "process_run": "customer_id process_id name starts_on user_id stopped_at note created_at changed_at",
    "activity": (
        "customer_id project_id contact_id kind_id user_id process_run_id subject note state due_at has_time done_at "
        "created_at changed_at"
    ),
    "comment": "customer_id user_id said_at text created_at changed_at",
    "comment_mention": "customer_id comment_id user_id",
    "opportunity": (
        "customer_id user_id name state amount currency chance expected_on closed_on note created_at changed_at"
    ),
    "connection": "customer_id other_customer_id contact_id kind_id is_reversed note created_at changed_at",
    "file_content": "sha256 size content",
    "attachment": "customer_id project_id name url sha256 size media_type note created_at changed_at",
}
