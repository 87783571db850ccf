"""Why a file cannot be read, as a value that a page and the command line show alike."""

from __future__ import annotations

import enum


class Refusal(enum.StrEnum):
    """Every way a file is turned away. The value is the message in English, to be translated; `{…}` is filled in."""

    EMPTY = "The file is empty. Choose another file."
    TOO_BIG = "The file is {size} MB; at most {limit} MB can be read. Split the file."
    UNPACKED_TOO_BIG = "Unpacked, the file is {size} MB; at most {limit} MB can be read. Split the file."
    TOO_MANY_PARTS = "The file consists of {count} parts; at most {limit} are allowed. Copy the list to a new workbook."
    PACKED_TOO_TIGHTLY = (
        "The part {part} unpacks to {ratio} times its size; at most {limit} times is allowed. "
        "Copy the list to a new workbook."
    )
    PART_TWICE = "The part {part} occurs twice in the file. Open it in a spreadsheet program and save it again."
    ROW_TWICE = (
        "The sheet {sheet} holds two rows with the number {row}, of which only one could be read. "
        "Export the list again, or as .csv."
    )
    ROW_ZERO = (
        "The sheet {sheet} holds a row with the number 0, where rows begin at 1: it could not be read. "
        "Export the list again, or as .csv."
    )
    CELL_TWICE = (
        "The sheet {sheet} holds the cell {cell} twice, of which only one could be read. "
        "Export the list again, or as .csv."
    )
    NO_SUCH_TEXT = (
        "The sheet {sheet} is damaged: its cell {cell} points at the text {value} of the workbook, which is not there. "
        "Export the list again, or as .csv."
    )
    NO_SUCH_NUMBER = (
        "The sheet {sheet} is damaged: its cell {cell} should hold a number and holds {value}. "
        "Export the list again, or as .csv."
    )
    NO_SHEET_PART = "The sheet {sheet} is missing in the file. Export the list again, or as .csv."
    NO_WORKSHEET = (
        "The sheet {sheet} is no table: its part of the file ({part}) begins with {start}. "
        "Export the list again, or as .csv."
    )
    TOO_MANY_SHEETS = "The workbook has {count} sheets; at most {limit} can be read. Keep only the sheet to import."
    TOO_MANY_ROWS = "The sheet {sheet} has {count} rows; at most {limit} can be read. Split the file."
    TOO_MANY_PARTIES = (
        "The file ({kind}) holds {count} customers or contacts; at most {limit} can be read. "
        "Export a part of them at a time, or the list as .csv files of that size."
    )
    TOO_MANY_CELLS = "The workbook has {count} filled cells; at most {limit} can be read. Split the file."
    TOO_MUCH_TEXT = "The cells hold {size} million characters; at most {limit} million can be read. Split the file."
    TOO_MANY_PROBLEMS = (
        "The sheet {sheet} has {count} cells with an error or without a result; at most {limit} can be shown. "
        "Repair the formulas, or save the sheet as values."
    )
    TOO_SLOW = "Reading the file took longer than {limit} seconds. Split the file, or save it as .csv."
    TOO_MUCH_MEMORY = "Reading the file takes more than {limit} MB of memory. Split the file, or save it as .csv."
    READER_STOPPED = (
        "The file could not be read: it is damaged, or takes more than {limit} MB of memory. "
        "Copy the list to a new workbook, or save it as .csv."
    )
    DAMAGED = "The file is damaged ({part}). Open it in a spreadsheet program, save it again and retry."
    CUSTOMERS_RETURNED = "These are customers that were exported here. Choose to import customers."
    CONTACTS_RETURNED = "These are contacts that were exported here. Choose to import contacts."
    NO_LIST = (
        "The file is a web page without a list; often that is the page to sign in. "
        "Sign in there, and export the list again, as .xlsx or .csv."
    )
    NO_SHEETS = "The workbook ({kind}) has no sheets with cells. Choose another file."
    PASSWORD = "This file is password protected. Save it without a password and try again."
    LOCKED_BY_SOFTWARE = (
        "This file is encrypted by security software ({product}). Ask its sender for a copy without that protection."
    )
    NOT_A_SPREADSHEET = (
        "This is not a readable spreadsheet or CSV file (recognised as: {kind}). "
        "Choose an .xlsx, .xls, .ods or .csv file."
    )
    UNKNOWN_XML = (
        "This XML is none of the kinds that can be read: XAF, SAF-T, SIE 5 or UBL. "
        "Export one of those, a vCard, an .xlsx or a .csv file."
    )
    UNSUPPORTED = "{kind} is not supported. Export the list as .xlsx or .csv."
    DAMAGED_EXPORT = "The file is damaged ({kind}, line {line}): it ends too early or breaks the rules of its format. Export it again."
    TOO_DEEP = "The XML of this file is nested more than {limit} levels deep, as no bookkeeping is. Export it again."
    NO_PARTIES = "The file ({kind}) holds no customers. Export it again with the customers."
    SUPPLIERS_ONLY = (
        "The file ({kind}) holds no customers; suppliers, which are left out: {count}. "
        "Export it again with the customers."
    )
    NO_CONTACTS = "The file ({kind}) names no contact persons. Import it as customers."
    BOOKKEEPING_ONLY = "{kind} holds bookkeeping, not a customer register. Export the customers as .xlsx or .csv."
    FORBIDDEN_XML = "The file holds XML that is not allowed ({part}: DOCTYPE or entities). Save it again as .xlsx."
    FORBIDDEN_EXPORT = (
        "The file holds XML that is not allowed (DOCTYPE or entities). "
        "Export it again without those, or export the list as .xlsx or .csv."
    )
    NUL_BYTE = "The text holds a NUL byte (line {line}), so it is not plain text. Export it again as .csv or .xlsx."
    WRONG_ENCODING = "The text is not {encoding}: line {line} holds bytes that do not fit. Choose another encoding."
    UNKNOWN_ENCODING = "{encoding} is not a known encoding. Choose another encoding."
    WRONG_DELIMITER = "{delimiter} cannot separate columns. Choose one character, such as ; or a tab."


class Unreadable(Exception):
    """A file was turned away, and nothing was read from it. `refusal` says why, `values` fill the message in."""

    def __init__(self, refusal: Refusal, **values: str | float) -> None:
        super().__init__(refusal.name)
        self.refusal = refusal
        self.values = values

    def __str__(self) -> str:
        return self.refusal.value.format(**self.values)
