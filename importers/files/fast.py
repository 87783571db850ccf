"""The fast reader: everything calamine can open. It is lost on errors and number formats, which the scans supply."""

from __future__ import annotations

import io
from collections.abc import Iterator

import python_calamine as calamine

from importers.files.values import Read


class FastBook:
    """A workbook opened by calamine."""

    def __init__(self, content: bytes) -> None:
        self._book = calamine.load_workbook(io.BytesIO(content))

    def sheets(self) -> list[tuple[str, bool]]:
        """Name of each worksheet, and whether it is hidden."""
        return [
            (sheet.name, sheet.visible != calamine.SheetVisibleEnum.Visible)
            for sheet in self._book.sheets_metadata
            if sheet.typ == calamine.SheetTypeEnum.WorkSheet
        ]

    def rows(self, name: str) -> Iterator[list[Read]]:
        """The rows from the first of the sheet on, empty ones too."""
        sheet = self._book.get_sheet_by_name(name)
        indent: list[Read] = [None] * (sheet.start[1] if sheet.start else 0)
        for row in sheet.iter_rows():
            yield [*indent, *row]


def is_password_error(error: BaseException) -> bool:
    """Whether calamine says that a password is needed."""
    return isinstance(error, calamine.PasswordError)
