"""Refusals: why something was not done, as a value that a page, an import row and the command line show alike."""

from __future__ import annotations

import enum
from collections.abc import Iterable


class Reason(enum.StrEnum):
    """Every refusal there is. The value is the message in English; catalogues translate it, `{…}` is filled in."""

    NO_RIGHT = "You need the right {right} for this."
    NO_RIGHT_AT = "For this you need the right {right} on: {name}."
    NO_RIGHT_ON_OTHERS = "You need the right {right} for this. It also concerns records that you may not change."
    NOT_FOUND = "This record does not exist, or you may not see it."
    ALREADY_ARCHIVED = "{name} is already archived."
    NOT_ARCHIVED_YET = "Archive this customer first. Only archived customers can be deleted."
    NOT_ARCHIVED = "{name} is not archived."
    DELETING_IS_OFF = "Deleting is switched off in the settings. Archive or deactivate instead."
    ARCHIVED_IS_LOCKED = "{name} is archived and can only be read. Restore it first."
    HAS_OPEN = "{name} has open registrations."
    PLAN_CHANGED = "Something changed since this was shown. Look again and confirm again."
    PLAN_EXPIRED = "This confirmation is too old. Look again and confirm again."
    PLAN_OF_ANOTHER = (
        "This confirmation was shown to somebody else, or for something else. Look again and confirm again."
    )
    NAME_DOES_NOT_MATCH = "The name you typed does not match. Type {name} to confirm."
    INVOICES_NOT_CONFIRMED = "Tick that you have saved the invoices that must be kept."
    NUMBER_TAKEN = "Already used by {name}. Next free number: {number}"
    NUMBER_IN_BIN = (
        "This number belongs to a customer in the bin. Restore that one, or take another. Next free number: {number}"
    )
    NUMBER_TAKEN_UNSEEN = "This number is already in use. Next free number: {number}"
    COMPANY_NAME_MISSING = "Company name is missing. Fill in, for example, Nordhamn Logistik AB"
    FIRST_NAME_MISSING = "First name is missing. Fill in, for example, Ingrid"
    LAST_NAME_MISSING = "Last name is missing. Fill in, for example, Bergström"
    AMOUNTS_STAY = (
        "{name} has registered time with amounts in {currency} ({amounts}). They would turn into {other} unconverted. "
        "Keep {currency} here, and add another for work in {other}."
    )
    ENDS_BEFORE_IT_STARTS = "This is before the start, {start}. Fill in that day or a later one."
    AGREEMENT_ACTIVE = "{name} has {count} active agreements. End them first."
    ALREADY_INVITED = "{name} is invited until {day} already. Change that invitation, or revoke it first."
    INVITATION_ENDED = "The invitation of {name} has ended. Invite anew."
    ENDS_BEFORE_TODAY = "This day is over. Fill in today or a later day, or revoke the invitation."
    AGREEMENT_ENDED = "{name} has ended already."
    ALREADY_THIS_KIND = "{name} is already of this kind."
    GOES_BACK_AS_A_WHOLE = "This goes back only together with all that was done in the same step. Undo that as a whole."
    CANNOT_SEE_IT = "{name} may not see this customer. Choose somebody who may, or give {name} a role on it first."
    ALREADY_CUSTOMER = "{name} already belongs to {customer}."
    ALREADY_RELATED = "{name} and {other} have this relation already."
    COPIED_TO_ITSELF = "These are the roles of {name} itself: choose another customer to copy from."
    RELATED_TO_ITSELF = "A customer has no relation with itself: choose another."
    FILE_MISSING = "Choose a file first."
    FILE_EMPTY = "This file is empty: there is nothing to keep."
    FILE_TOO_LARGE = "This file is too large: at most {limit} MB can be kept."
    FILE_RUNS = "This is a program or a script, whatever it is called. Such files are not kept."
    FILE_MARKUP = (
        "This is a web page or a drawing in HTML, SVG or XML, which can hold scripts. Keep a PDF or an image of it."
    )
    FILE_PACKED = "This file packs others. Attach those themselves."
    FILE_MACROS = "This document holds macros, which are programs. Save it without them first."
    FILE_UNKNOWN = "What is in this file is not known here. Documents, images, text and mail can be kept."
    NOT_A_LINK = "{value} is not an address of the web. Fill in, for example, https://drive.example/plan"
    TOOL_NOT_HTTPS = (
        "Fill in an address that begins with https:// and a host, for example https://www.example.com/search"
    )
    TOOL_FIELD_PLACE = (
        "A field in braces goes into the path or behind the question mark, not into the host or behind #."
    )
    TOOL_FIELD_UNKNOWN = "There is no field {name}. You can use: {known}"
    TOOL_BRACES = "Braces stand around a field, in pairs: {example}"
    PROCESS_RETIRED = "{name} is no longer offered. Choose another work process."
    PROCESS_OF_OTHERS = "{name} is not for customers of this kind. Choose another work process."
    PROCESS_WITHOUT_STEPS = "{name} has no steps yet. Add one first."
    PROCESS_ENDED = "{name} has ended already: nothing of it is still to be done."
    PROCESS_IN_BIN = (
        "{name} was started for a customer in the bin, who would come back without it. Tick No longer offered instead."
    )
    NOTHING_TICKED = "Tick at least one activity."
    NO_OTHER_SIDE = "Only a kind of relation is called something else from the other side."
    ROLE_CHANGED = "Somebody else meanwhile changed the role of: {name}. Look again, then save again."
    LAST_ADMINISTRATOR = "There must always be an administrator. Make someone else administrator first."
    LAST_ROLE_MANAGER = "Nobody could manage the roles of this customer any more. Give someone else that right first."
    MORE_THAN_OWN = "You cannot give rights you do not have yourself: {right}."
    MAY_MORE = "{name} has a right that you do not have: {right}. Ask somebody who has it."
    NO_HEAD_OFFICE_LEFT = (
        "{name} would have addresses, but no head office among them. Make another address the head office first."
    )
    HEAD_OFFICE_NEEDED = "{name} is the head office. Make another address the head office first."
    NO_INVOICE_ADDRESSES = "Invoices go to the head office: the settings say so."
    LIST_STAYS = "A value stays in the list that it was made for; add it to the other list."
    OF_TWO_LISTS = "These values are of different lists: choose values of one list."
    NOTHING_TO_MERGE = "Choose another value to merge into: this is the one itself."
    STILL_IN_USE = "{name} is still used by {count} records."
    BUILT_IN = "{name} is built in and cannot be deleted."
    CHANGED_MEANWHILE = "{name} was changed by someone else while you were editing."
    ALREADY_UNDONE = "This was undone already."
    NOTHING_TO_UNDO = "Nothing of this can be taken back."
    PURGED = "This is gone for good: its contents were removed on {date}."
    ONE_PER_RECORD = "Only one label of the group {name} fits on a record."
    CARRY_SEVERAL = (
        "{count} customers and contacts carry several labels of this group. Leave each with one of them first."
    )
    NOT_EMPTY = "There is something here already: {count} in {table}. Only an empty database can be filled."
    VALUE_TAKEN = "Already used by another record."
    NEEDED_NOW = "The record needs this value, as it is now. Change the record itself instead."
    WRONG_VALUE = "{field}: {value} does not fit. {example}"
    TOO_FAR = "No more than {most} km a trip may be billed here. Fill in {most} or less."
    REGISTRATION_CLOSED = "This time is approved or invoiced already and stays as it is."
    NOT_YET = "This is still to come. Fill in today or an earlier day."
    ADDRESS_EMPTY = "This address says nothing. Fill in a street or a city, or delete the address on the card."
    DAY_TOO_LATE = "Fill in a day no later than {last}."
    DAY_OUT_OF_RANGE = "Fill in a day from {first} to {last}."
    OUT_OF_RANGE = "{field}: fill in a number from {least} to {most}."
    MISSING = "{field} is missing."
    TOO_LONG = "{field} is too long: at most {length} characters."
    INVISIBLE = "There is a character here that nobody can see: {shown}. Type this again without it."
    SIGN_IN_FAILED = "E-mail or password is not right."
    TOO_MANY_TRIES = "Too many tries. Try again in {minutes} minutes."
    PASSWORD_TOO_SHORT = "The password is too short: use {length} characters or more."
    PASSWORD_TOO_LONG = "The password is too long: use {length} characters or fewer."
    PASSWORD_TOO_COMMON = "This password is easy to guess. Use a few words that do not belong together."
    PASSWORD_NOT_RIGHT = "The current password is not right."
    NOT_AN_ADDRESS = "{value} is not an e-mail address. Fill in, for example, ingrid@nordhamn.example"
    ALREADY_SET_UP = "There is an administrator already."
    NO_SUCH = "There is no {kind} {name}."
    NO_HEADER = "No row with the names of the columns was recognised. Choose the row, or say that there is none."
    NO_SEEN_ROWS = "No sheet that can be seen holds rows. If they are on a hidden one, choose it, or show it and save the file again."
    NO_NAME_COLUMN = "No column holds a name or a number. Choose which column goes into which field."
    WHICH_COLUMN = "Several columns are called {name}. Choose which of them is meant, or leave them out."
    NO_LIST = (
        "Only a name was recognised: this may be a list of something else. Choose which column goes into which field."
    )
    SUPPLIERS = "The column {name} says that this is a list of suppliers. If they are customers, confirm the columns."
    NO_ROWS = "There are no rows below the names of the columns, so there is nothing to import."
    NOTHING_TO_IMPORT = "No row that is ticked adds or changes anything, so there is nothing to import."
    UNCLEAR_COLUMN = "Column {name}: {value} can be read in two ways. Choose how this column writes it."
    TELLS_WHO = "{field} tells whose row it is, so it cannot be left out here. Leave the column out before the check."
    NO_SUCH_CELL = "There is no such cell in this file."
    MAPPED_TWICE = "Two columns go into {field}. Choose one of them."


# What is said where the number among the values is one: the name of that value, and the message.
SINGULAR: dict[Reason, tuple[str, str]] = {
    Reason.AGREEMENT_ACTIVE: ("count", "{name} has {count} active agreement. End it first."),
    Reason.CARRY_SEVERAL: (
        "count",
        "{count} customer or contact carries several labels of this group. Leave it with one of them first.",
    ),
    Reason.STILL_IN_USE: ("count", "{name} is still used by {count} record."),
    Reason.TOO_MANY_TRIES: ("minutes", "Too many tries. Try again in {minutes} minute."),
}


class Refused(Exception):
    """Something was not done, and nothing was changed. `reason` says why, `values` fill the message in."""

    def __init__(self, reason: Reason, field: str | None = None, **values: object) -> None:
        super().__init__(reason.name)
        self.reason = reason
        self.field = field
        self.values = values

    def __str__(self) -> str:
        counted, singular = SINGULAR.get(self.reason, ("", ""))
        text = singular if counted and self.values[counted] == 1 else self.reason.value
        return text.format(field=self.field, **self.values)


class NotAllowed(Refused):
    """Seen, but not permitted: 403."""


class NotFound(Refused):
    """Not there for this person: 404."""

    def __init__(self) -> None:
        super().__init__(Reason.NOT_FOUND)


class Problems(Refused):
    """Several refusals at once, so that a form shows them all: 422. Stands for the first of them."""

    def __init__(self, problems: Iterable[Refused]) -> None:
        self.problems = tuple(problems)
        first = self.problems[0]
        super().__init__(first.reason, first.field, **first.values)


class Conflict(Refused):
    """The world moved since it was shown: 409."""
