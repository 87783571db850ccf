"""Columns that stay out of a plan: everything of the file goes in, but not the phones.

They stay mapped, so that ticking them again brings them back. What tells whose row it is cannot be left out here: other
rows would meet other records.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from importers.columns import COLUMNS
from importers.planner_contacts import MATCH_FIELDS
from importers.planner_customers import NAME_FIELDS
from models.errors import Reason, Refused
from models.imports import ImportKind, ImportRun

LEFT_OUT = "left_out"
TELLS_WHO: Mapping[ImportKind, frozenset[str]] = {
    ImportKind.CUSTOMERS: frozenset({"number", *NAME_FIELDS}),
    ImportKind.CONTACTS: frozenset(MATCH_FIELDS),
}


def untick(run: ImportRun, fields: Collection[str]) -> bool:
    """Leave these fields out of the plan, and no others; whether that is new."""
    for field in fields:
        if field in TELLS_WHO[run.kind] and field in run.mapping:
            raise Refused(Reason.TELLS_WHO, field=COLUMNS[run.kind][field].title())
    wanted = sorted(run.mapping.keys() & set(fields))
    is_new: bool = wanted != run.options.get(LEFT_OUT, [])
    run.options = {**run.options, LEFT_OUT: wanted}
    return is_new


def ticked(run: ImportRun) -> Mapping[str, Sequence[int]]:
    """Field -> columns of the file, for what goes into the plan."""
    left_out = {*run.options.get(LEFT_OUT, ())} - TELLS_WHO[run.kind]
    return {field: positions for field, positions in run.mapping.items() if field not in left_out}
