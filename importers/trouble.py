"""What can be wrong with a row of an import, as values that a page, a workbook and the command line show alike.

Kept as JSON in a plan: `{"code", "cell", "value", "values", "wall"}`. A wall rejects the row; the rest is only said.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from typing import Any

from models.errors import Reason


class Trouble(enum.StrEnum):
    """Everything there is to say about a row. The value is the message in English; `{…}` is filled in."""

    UNREADABLE_CELL = "{reason}"
    NAME_MISSING = "Company name is empty and there is no first and last name."
    ONE_NAME = "A person has a first and a last name; here is only {name}. Write both, or make it a company."
    PERSON_MISSING = "First name and last name are empty."
    NAME_WITHOUT_LETTERS = "{value} holds no letter or digit, so it cannot be a name."
    NOTE_ROW = "This looks like a note beside the table, not like a row of it. Choose: a new one, or leave it out?"
    NO_CUSTOMER = "The file says that this is no customer. Choose: a new one, or leave it out?"
    EXAMPLE_ROW = "This is the example row of the template, so it was left out."
    ROW_CUT_SHORT = "This row ends too early: in cell {cells}, where the names go on to column {names}."
    ROW_TOO_LONG = (
        "This row goes on to cell {cells}, where the names end in column {names}. Is there a separator too many?"
    )
    NAME_SHORTENED = (
        "{field} has {length} characters and was shortened to {limit}; the whole of it stands in the notes."
    )
    TOO_LONG = "{field} is too long: {length} characters, at most {limit} fit."
    NOT_A_NUMBER = "{field} must be a number, for example {example}"
    NUMBER_OUT_OF_RANGE = "{field} must lie between {least} and {most}."
    DATE_FOR_TEXT = (
        "{field}: the file has the date {value} here, where a text belongs. Spreadsheets make dates of texts such as 12-5 by "
        "themselves: write what was meant."
    )
    TICK_FOR_TEXT = "{field}: the file has TRUE or FALSE here, where a text belongs. Write what was meant."
    NOT_A_DATE = "{field} must be a date, for example 2026-11-21"
    UNCLEAR_DATE = "{field}: day and month are not clear. Choose how dates are written, or write 2026-11-21"
    NOT_YES_OR_NO = "{field} must be yes or no."
    NO_COUNTRY = "No such country."
    NO_COUNTRY_HINT = "No such country. Did you mean {hint}?"
    NO_LANGUAGE = "No such language."
    NO_CURRENCY = "No such currency. Write its three letters, for example EUR"
    NO_USER = "No user has this name or e-mail address."
    NO_USER_HINT = "No user has this name or e-mail address. Did you mean {hint}?"
    USER_NAMED_OFTEN = "{count} users are called so. Write the e-mail address of the one that is meant."
    NO_KIND = "{field} must be company or person."
    NEW_LABEL = "There is no label {name}. You need the right Manage lists to add it."
    NEW_LIST_VALUE = "{field}: {name} is not in the list. You need the right Manage lists to add it."
    LABEL_IS_NEW = "The label {name} is new and will be made."
    LIST_VALUE_IS_NEW = "{field}: {name} is new and will be added to the list."
    LABELS_EXCLUDE = "Only one label of the group {group} fits on a record."
    AMOUNTS_STAY = Reason.AMOUNTS_STAY.value
    NUMBER_TWICE = "This customer number stands twice in the file, also in row {rows}."
    SAME_TWICE = "This stands twice in the file, also in row {rows}."
    NO_CUSTOMER_NUMBER = "There is no customer with this number."
    NAME_KNOWN_OTHER_NUMBER = "{name} exists with the number {number}. Choose: the same customer, or a new one?"
    NAME_KNOWN_NO_NUMBER = "{name} exists with the number {number}; this row has none. Choose: the same, or a new one?"
    NUMBER_OF_ANOTHER = (
        "{number} is the number of {name}, who is called otherwise. Choose: the same customer under a new name, or a new one "
        "with a number of its own?"
    )
    NUMBER_LEFT_OUT = "{number} is the number of {name}, so it was left out."
    NAME_BECOMES_ANOTHER = "{old} becomes {name}: no word of the name stays. Is that the same customer?"
    PERSON_OF_COMPANY = "{company} is a company, so {name} goes in as its main contact."
    TAKEN_FOR_PERSON = (
        "A first name stands beside it, so this was taken for a person: {first} | {last}. If it is a company, say so in a "
        "column Kind."
    )
    LOOKS_LIKE_A_TOTAL = "This looks like a total, not like a record. Choose: a new one, or leave it out?"
    NAME_KNOWN = "{name} exists already. Choose: the same, or a new one?"
    NAME_KNOWN_OFTEN = "{count} records are called {name}. Choose which one is meant, or a new one."
    NAME_KNOWN_TOO_OFTEN = (
        "{count} records are called {name}, too many to choose from. Say more of this one in the file, a number or an e-mail "
        "address, or choose: a new one, or leave it out?"
    )
    RECOGNISED_BY_NAME = "Recognised by name as {number}."
    ARCHIVED = "{name} is archived and can only be read. Restore it first."
    NO_RIGHT = "You may not edit {name}."
    NO_RIGHT_TO_ARCHIVE = "You need the right Archive to bring in somebody who is archived."
    NO_RIGHT_TO_ADD = "You need the right Edit everywhere to add this."
    NUMBER_UNSEEN = "This number is already in use."
    NUMBER_IN_BIN = Reason.NUMBER_IN_BIN.value
    KNOWN_ALREADY = "{name} exists already, and only new ones are added."
    CHANGED_MEANWHILE = "{name} was changed after this was shown. Look at this row again."
    WORD_CHANGED_MEANWHILE = (
        "A label, a value of a list or an owner in this row was renamed or taken away after this was shown. "
        "Look at this row again."
    )
    TAKEN_MEANWHILE = "This number was given to someone else after this was shown. Look at this row again."
    CORRECTED = "Corrected here to “{value}”; the file says “{was}”."
    NOT_IMPORTED_REST = "{field}: only the first value was taken; left out: {rest}"
    REST_TO_NOTES = "{field}: only the first value was taken; kept in the notes: {rest}"
    NO_PLACE_LEFT_OUT = "{field}: the other columns leave no place for this; left out: {rest}"
    NO_PLACE_TO_NOTES = "{field}: the other columns leave no place for this; kept in the notes: {rest}"
    YEARLESS_LEFT_OUT = "{field}: a birthday without its year has no place; left out: {rest}"
    YEARLESS_TO_NOTES = "{field}: a birthday without its year has no place; kept in the notes: {rest}"
    REST_LEFT_OUT = "The file says more of this one than there is a place for; left out: {rest}"
    REST_KEPT = "The file says more of this one than there is a place for; kept in the notes: {rest}"
    INVISIBLE_LEFT_OUT = "{field}: characters that nobody can see were left out: {shown}"
    ROUNDED = "{field} has more than two decimals and was rounded to {value}."
    LOOKS_LIKE_NO_EMAIL = "{field} does not look like an e-mail address."
    LOOKS_LIKE_NO_VAT = "{field} does not look like a VAT number."
    LOOKS_LIKE_NO_PHONE = "{field} does not look like a telephone number."
    LOOKS_LIKE_NO_WEBSITE = "{field} does not look like an address of the web."
    POSTAL_CODE_UNSEEN = "{field}: no postal code was recognised in {value}, so all of it is the town. Is that right?"
    POSTAL_CODE_DOUBTFUL = "{value} was taken for the postal code {code} in {town}. If the letters belong to the town, fill in the country."
    TOWN_IN_CODE = "{field}: besides the postal code there seems to be a town in {value}. Is that right?"
    FAR_DATE = "{field} is long ago or far ahead. Is that right?"
    COUNTED_DATE = "{field} was a number of days, as spreadsheets count them, and is taken for {value}."
    LOOKS_LIKE_A_SHARE = "{field} is {value}, less than one. A percentage is written as 21, not as 0.21. Is that right?"
    ZEROS_LOST = (
        "{field}: {value} is a number in the file, and too short for {country}. Were there zeros in front of it?"
    )
    LOOKS_LIKE_NO_IBAN = "{field} does not look like an IBAN."
    BOTH_CHANGED = "{field}: {exported} was exported, others made it {theirs}, your file says {mine}. Choose one."
    BOTH_CHANGED_SINCE = "{field}: others changed it to {theirs} after the export, your file says {mine}. Choose one."
    MARK_BROKEN = "The hidden mark of this row is not the one that was exported, so it is not known whose row it is."
    GONE_SINCE = "{name} was deleted after the export, or you may not see it. Choose: a new one, or leave it out?"
    MIXED_UP = "Everything that tells {name} from others is different here. Was only a part of the table sorted?"
    KEPT_ALTHOUGH_EMPTY = "{field} was emptied in your file; an import does not empty it."
    ARCHIVES_NOBODY = "{field}: an import archives and restores nobody who is there already."
    CONTACT_WITHOUT_NAME = "The contact has no name, so it was left out."
    CONTACT_KNOWN = "A contact with this e-mail address exists: {name}. This row makes another one."
    NO_CUSTOMER_NAMED = "There is no customer with this name; it is kept as the company of the contact."
    CUSTOMER_NAMED_OFTEN = "{count} customers have this name; it is kept as the company of the contact."


def problem(
    trouble: Trouble, cell: str = "", value: object = "", wall: bool = True, **values: object
) -> dict[str, Any]:
    """One problem as it is kept in a plan."""
    shown = str(value) if value is not None else ""
    return {"code": trouble.name, "cell": cell, "value": shown[:200], "values": values, "wall": wall}


def describe(kept: Mapping[str, Any], translate: Callable[[str], str] = str) -> str:
    """The message of a kept problem in the reader's language; a `field` among its values is translated too."""
    values = dict(kept["values"])
    values.setdefault("value", kept["value"])
    if "field" in values:
        values["field"] = translate(str(values["field"]))
    return translate(Trouble[kept["code"]].value).format(**values)


class Wrong(Exception):
    """A value that does not fit its field; the row with it is rejected."""

    def __init__(self, trouble: Trouble, **values: object) -> None:
        super().__init__(trouble.name)
        self.trouble = trouble
        self.values = values
