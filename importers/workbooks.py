"""Workbooks for people: the template with an example row, and the rows that did not go in with the reason in each."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from importers import corrections
from importers.columns import Column, allowed
from importers.continuing import OF_THE_WORKBOOK
from importers.files.mark import NAME as MARK
from importers.trouble import describe
from models.access import Looker
from models.imports import STAYS_OUT, ImportKind, ImportRow, ImportRun
from models.label import Label

Translate = Callable[[str], str]

REASON, ROW = "Reason", "Row in your file"
_HEAD, _WRONG = PatternFill("solid", fgColor="E0F0F0"), PatternFill("solid", fgColor="FDECEA")
_UNFIT = dict.fromkeys((*range(9), 11, 12, *range(14, 32)))
_LIST_LENGTH = 255  # what a drop-down list written into a cell may hold


def template(
    session: Session, looker: Looker, kind: ImportKind, language: str = "en", translate: Translate = str
) -> bytes:
    """An .xlsx with the columns that this person can bring in, titled in this language, and an example row."""
    columns = [column for column in allowed(session, looker, kind).values() if not column.only_in]
    columns.sort(key=lambda column: not column.example)
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = translate("Customers" if kind is ImportKind.CUSTOMERS else "Contacts")
    for at, column in enumerate(columns, 1):
        title = sheet.cell(1, at, column.title(language))
        title.font, title.fill = Font(bold=True), _HEAD
        _as_text(sheet.cell(2, at), column.example)
        sheet.column_dimensions[get_column_letter(at)].width = max(14, len(column.title(language)) + 2)
    sheet.cell(2, 1).comment = Comment(translate("An example. Write your own rows over it."), "Kaartenbak")
    sheet.freeze_panes = "A2"
    for choice, cells in _drop_downs(session, columns):
        sheet.add_data_validation(choice)
        choice.add(cells)
    return _bytes(book)


def _drop_downs(session: Session, columns: Sequence[Column]) -> Iterable[tuple[DataValidation, str]]:
    """Lists to choose from, for the columns where a few words do; other words stay possible."""
    labels = list(session.scalars(select(Label.name).order_by(Label.name)))
    for at, column in enumerate(columns, 1):
        words = labels if column.term.key == "labels" else ["company", "person"] if column.term.key == "kind" else []
        listed = ",".join(word for word in words if "," not in word and '"' not in word)
        if listed and len(listed) <= _LIST_LENGTH:
            choice = DataValidation(type="list", formula1=f'"{listed}"', allow_blank=True, showErrorMessage=False)
            letter = get_column_letter(at)
            yield choice, f"{letter}2:{letter}10000"


def rejected(session: Session, run: ImportRun, translate: Translate = str, mark: str = "") -> bytes:
    """The rows that did not go in, as they stood in the file, with the reason; the wrong cells carry it as a comment.

    Mended, the workbook can be imported as it is: the two columns in front mean nothing to the import. By its `mark` it
    is known again, and goes on where this run stopped. Rows of a workbook that was exported here keep their tokens, so
    that they are weighed again like before.
    """
    # Of rows that came in such a workbook, its own two columns are not theirs.
    own = run.options.get(OF_THE_WORKBOOK, ())
    columns = [column for column in run.options.get("columns", []) if column["position"] not in own]
    returned = (run.options.get("returned") or {}).get("mark")
    book = Workbook(write_only=True)
    if mark:
        book.custom_doc_props.append(StringProperty(name=MARK, value=mark))  # type: ignore[attr-defined]
    sheet = book.create_sheet(translate("Not imported"))
    sheet.freeze_panes = "A2"
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 16, 60
    titles = (translate(ROW), translate(REASON), *_headers(columns), *([returned] if returned else []))
    if returned:
        sheet.column_dimensions[get_column_letter(len(titles))].hidden = True
    sheet.append([_titled(sheet, title) for title in titles])
    letters = {column["letter"]: at for at, column in enumerate(columns)}
    for row in session.execute(_left_out(run.id)):
        # What was corrected on the page is not lost for a row that something else keeps out.
        raw = corrections.laid_over(run, [(row.row_number, tuple(row.raw))])[0][0][1]
        cells = [raw[at] if (at := column["position"]) < len(raw) else None for column in columns]
        token = [row.values.get("mark")] if returned else []
        sheet.append([*_row(sheet, row, cells, letters, translate), *token])
    return _bytes(book)


def _headers(columns: Sequence[dict[str, Any]]) -> list[str]:
    return [column["header"] for column in columns]


def _left_out(run_id: int) -> Select[Any]:
    """Rejected and undecided rows."""
    return (
        select(ImportRow.row_number, ImportRow.raw, ImportRow.problems, ImportRow.values)
        .where(ImportRow.run_id == run_id, ImportRow.status.in_(STAYS_OUT))
        .order_by(ImportRow.row_number)
    )


def _row(sheet: Any, row: Any, raw: Sequence[Any], letters: dict[str, int], translate: Translate) -> list[Any]:
    reasons = [describe(one, translate) for one in row.problems]
    cells = [WriteOnlyCell(sheet) for _ in raw]
    for cell, value in zip(cells, raw, strict=True):
        _as_text(cell, value)
    for one, reason in zip(row.problems, reasons, strict=True):
        position = letters.get(one["cell"].rstrip("0123456789"))
        if position is not None:
            cells[position].fill = _WRONG
            cells[position].comment = Comment(reason, "Kaartenbak")
    first, second = WriteOnlyCell(sheet, row.row_number), WriteOnlyCell(sheet)
    _as_text(second, "\n".join(reasons))
    second.alignment = Alignment(wrap_text=True, vertical="top")
    return [first, second, *cells]


def _titled(sheet: Any, title: str) -> Any:
    cell = WriteOnlyCell(sheet)
    _as_text(cell, title)
    cell.font, cell.fill = Font(bold=True), _HEAD
    return cell


def _as_text(cell: Any, value: Any) -> None:
    """Text stays text, whatever it begins with."""
    if isinstance(value, str):
        cell.value = value.translate(_UNFIT)[:32_767] or None
        if cell.value is not None:
            cell.data_type = "s"
            cell.number_format = "@"
    else:
        cell.value = value


def _bytes(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
