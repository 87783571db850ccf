"""What the wizard says and asks about a workbook that was exported here and came back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

from flask_babel import format_date, gettext, ngettext

from importers.columns import COLUMNS
from importers.coming_back import CONFLICTS, MINE, THEIRS
from models.base import whole
from models.imports import ImportKind, ImportRow, ImportRun

PREFIX = "field-"


def notices(run: ImportRun) -> list[tuple[str, str]]:
    """What is to be known above the rows, each with its kind of alert."""
    kept = run.options.get("returned")
    if not kept:
        return []
    day = format_date(dt.date.fromisoformat(kept["day"]), "d MMMM y")
    if kept["gone"]:
        text = gettext("None of the exported records is there any more, so every row is taken like one of any list.")
        return [("warn", text)]
    said = [("info", gettext("Exported here on %(day)s: only cells that were changed since are taken.", day=day))]
    if kept["count"] is None:
        said.append(
            ("warn", gettext("It cannot be told whether rows were removed: the hidden sheet is not what it was."))
        )
    elif kept["count"]:
        more = kept["count"] - len(kept["names"])
        names = ", ".join(kept["names"]) + (", …" if more > 0 else "")
        missed = ngettext(
            "%(num)d row was removed from the workbook: %(names)s. Nothing is deleted.",
            "%(num)d rows were removed from the workbook: %(names)s. Nothing is deleted.",
            kept["count"],
            names=names,
        )
        said.append(("warn", missed))
    return said


def asked(row: ImportRow, decisions: Mapping[str, str], title: Callable[[str], str]) -> list[tuple[str, str, str]]:
    """The fields of a row that both sides changed: name of the input, what to choose, and what was chosen."""
    chosen = decisions.get(str(row.row_number), "").split()
    found = []
    for one in row.problems:
        if one["code"] in CONFLICTS:
            key = one["values"]["key"]
            side = next((side for side in (MINE, THEIRS) if f"{key}={side}" in chosen), "")
            found.append((f"{PREFIX}{row.row_number}-{key}", title(key), side))
    return found


def sides() -> list[tuple[str, str]]:
    """What can be chosen for such a field."""
    return [
        ("", gettext("Decide later: leave it out")),
        (THEIRS, gettext("Keep what is on file")),
        (MINE, gettext("Take what the file says")),
    ]


def chosen(form: Mapping[str, str], kind: ImportKind) -> dict[int, str]:
    """The decisions about such fields: row -> field=side, for each that was decided."""
    rows: dict[int, list[str]] = {}
    for name, side in form.items():
        number, _, key = name.removeprefix(PREFIX).partition("-")
        row = whole(number) if name.startswith(PREFIX) else None
        if row is not None and key in COLUMNS[kind]:
            rows.setdefault(row, []).extend([f"{key}={side}"] if side in {MINE, THEIRS} else [])
    return {row: " ".join(parts) for row, parts in rows.items()}
