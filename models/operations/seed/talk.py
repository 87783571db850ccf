"""What the invented office plans, does and says with its customers.

Its chance is its own: what is said changes nothing of who the customers are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import TypeVar

from models.activity import ActivityState
from models.customer import For
from models.operations.seed import words
from models.operations.seed.days import HORIZON, Calendar
from models.operations.seed.profile import Profile
from models.operations.seed.rows import Rows, Value
from models.operations.seed.staff import Staff
from models.process import Doer
from models.settings import ValueList

T = TypeVar("T")

TEN = 10 * 60
# Days ahead on which things are planned; what should be done already stands before today.
AHEAD = (-9, -4, -2, -1, 0, 1, 1, 2, 3, 5, 7, 9, 12, 16, 23, 37)
# How often there are so many of something on a customer.
MANY = (0,) * 6 + (1,) * 5 + (2,) * 4 + (3,) * 2 + (5,)
FEW = (0,) * 17 + (1,) * 2 + (2,)
DONE_OF_YEAR_END = 2


@dataclass(frozen=True, slots=True)
class Around:
    """Whom a customer knows here and there: its row, its owner, its contacts (key, name) and its open projects."""

    customer: int
    owner: int | None
    contacts: Sequence[tuple[int, str]]
    projects: Sequence[int]
    since: int
    left: int


class Talk:
    """Makes the rows of activities and comments."""

    def __init__(self, rng: Random, tables: dict[str, Rows], staff: Staff, calendar: Calendar, lively: bool) -> None:
        self._chance: Callable[[], float] = rng.random
        self._tables, self._staff, self._calendar = tables, staff, calendar
        self._numbers = MANY if lively else FEW
        self._kinds = {name: staff.values[ValueList.ACTIVITY_KIND, name] for name in words.ACTIVITY_KINDS}
        # The seed invents people who may see every customer, and people who may not: only the first are mentioned.
        self._people = [staff.users[name] for name in ("Marieke", "Johan", "Sanne", "Pieter", "Emma")]
        self._names = {key: name for name, key in staff.users.items()}
        self._processes: dict[str, int] = {}

    def about(self, profile: Profile, around: Around) -> None:
        """All that is planned, done and said with a customer."""
        told = KNOWN.get(profile.company_name or "")
        if told is not None:
            told(self, around)
            return
        if not around.left:
            for _ in range(self._pick(self._numbers)):
                self._plan(around)
        for _ in range(self._pick(self._numbers)):
            self._done(around)
        for _ in range(self._pick(self._numbers)):
            dutch = profile.land.code == "NL" and self._chance() < 0.6
            self._say(around, self._pick(words.SAID_IN_DUTCH if dutch else words.SAID))

    def _pick(self, options: Sequence[T]) -> T:
        return options[int(self._chance() * len(options))]

    def _ago(self, around: Around) -> int:
        """Some day in the last year, while it was a customer; sooner is likelier."""
        span = max(1, min(around.since, 365) - around.left)
        return around.left + 1 + int(self._chance() ** 2 * (span - 1))

    def _plan(self, around: Around) -> None:
        days = self._pick(AHEAD)
        minute = self._pick((None, None, 9 * 60, TEN, 11 * 60 + 30, 14 * 60, 15 * 60 + 30))
        kind, text = self._pick(words.TO_DO)
        self.activity(around, kind, text, due=self._calendar.ahead(days, minute), has_time=minute is not None)

    def _done(self, around: Around) -> None:
        ago = self._ago(around)
        moment = self._calendar.at(ago, self._chance())
        if self._chance() < 0.35:
            self.activity(around, "Note", self._pick(words.NOTED), done=moment)
            return
        kind, text = self._pick(words.TO_DO)
        cancelled = self._chance() < 0.1
        self.activity(around, kind, text, due=moment, done=moment, cancelled=cancelled)

    def _say(self, around: Around, text: str) -> None:
        author = around.owner if around.owner is not None and self._chance() < 0.5 else self._pick(self._people)
        asked = self._pick([one for one in self._people if one != author])
        self.comment(around, author, self._calendar.at(self._ago(around), self._chance()), text, asked)

    def activity(
        self,
        around: Around,
        kind: str,
        text: str,
        *,
        due: str | None = None,
        has_time: bool = False,
        done: str | None = None,
        cancelled: bool = False,
        user: int | None = None,
        contact: tuple[int, str] | None = None,
    ) -> None:
        """One activity; its contact stands in the text where that has a place for it."""
        if contact is None and "{}" in text and around.contacts:
            contact = self._pick(around.contacts)
        project = self._pick(around.projects) if around.projects and self._chance() < 0.4 else None
        state = ActivityState.CANCELLED if cancelled else ActivityState.DONE if done else ActivityState.PLANNED
        name = contact[1].split(" ")[0] if contact else "them"
        written = done or self._calendar.at(around.left + 1 + int(self._chance() * 20), self._chance())
        who = user or (around.owner if self._chance() < 0.6 else None) or self._pick(self._people)
        values: tuple[Value, ...] = (
            *(around.customer, project, contact[0] if contact else None, self._kinds[kind], who, None),
            *(text.format(name), None, state.value, due, int(has_time), None if cancelled else done, written, written),
        )
        self._tables["activity"].add(*values)

    def comment(self, around: Around, author: int, moment: str, text: str, asked: int | None = None) -> None:
        """One comment; whom it asks is mentioned."""
        told = asked is not None and "{}" in text
        written = text.format(self._names[asked]) if asked is not None else text
        key = self._tables["comment"].add(around.customer, author, moment, written, moment, moment)
        if told and asked is not None:
            self._tables["comment_mention"].add(around.customer, key, asked)

    def nordhamn(self, around: Around) -> None:
        """The customer of the pictures."""
        users, ahead, at = self._staff.users, self._calendar.ahead, self._calendar.at
        people = {name.split(" ")[0]: (key, name) for key, name in around.contacts}
        for text, author, ago in (
            ("De vestiging in Rotterdam krijgt een eigen contactpersoon: Willemijn Prins.", "Sanne", 31),
            ("Agreed 14 days payment term from January. @{} please change it on the card.", "Johan", 19),
            ("New dock plan arrives week 49, call Astrid first. She is in Rotterdam on Tuesdays.", "Elin", 3),
        ):
            self.comment(around, users[author], at(ago, 0.4), text, users["Marieke"])
        for number in range(9):
            days = 40 + 20 * number
            self._say(replace(around, left=days, since=max(around.since, days + 2)), words.SAID[number])
        for kind, text, days, minute, who, contact in (
            ("Call", "Call Astrid about the dock plan", 2, TEN, "Johan", "Astrid"),
            ("Task", "Send the 2027 rate proposal", -2, None, "Marieke", None),
            ("Meeting", "Yearly review with Willemijn in Rotterdam", 10, 14 * 60, "Sanne", "Willemijn"),
        ):
            named = people.get(contact) if contact else None
            self.activity(
                around, kind, text, due=ahead(days, minute), has_time=minute is not None, user=users[who], contact=named
            )
        for kind, text, ago in (
            ("Note", words.NOTED[0], 12),
            ("Call", "Call back {}", 45),
            ("Call", "Call back {}", 80),
        ):
            self.activity(around, kind, text, done=at(ago, 0.3))
        self._year_end(around)

    def office(self) -> None:
        """What the office keeps for its work: its processes, and the tools that it uses beside this one."""
        began = self._calendar.at(HORIZON - 1, 0.0)
        for position, (name, url, kind) in enumerate(words.TOOLS):
            self._tables["tool_link"].add(name, url, kind, position, began, began)
        for name, steps in words.PROCESSES.items():
            self._processes[name] = self._tables["process"].add(name, For.BOTH.value, 0, began, began)
            for position, (subject, kind, days, doer) in enumerate(steps, 1):
                user = self._staff.users.get(doer)
                said = (subject, self._kinds[kind], days, Doer.USER.value if user else doer, user)
                self._tables["process_step"].add(self._processes[name], position, *said)

    def _year_end(self, around: Around) -> None:
        """The year end of a customer, begun two weeks ago: two steps are done, one should be."""
        begun, users = 14, self._staff.users
        moment = self._calendar.at(begun, 0.2)
        who = {Doer.OWNER.value: around.owner, Doer.STARTER.value: users["Johan"]}
        day = self._calendar.day[begun]
        said = (words.YEAR_END, day, users["Johan"], None, None, moment, moment)
        run = self._tables["process_run"].add(around.customer, self._processes[words.YEAR_END], *said)
        for place, (subject, kind, days, doer) in enumerate(words.PROCESSES[words.YEAR_END]):
            done = self._calendar.at(begun - days, 0.5) if place < DONE_OF_YEAR_END else None
            state, due = ActivityState.DONE if done else ActivityState.PLANNED, self._calendar.ahead(days - begun)
            values: tuple[Value, ...] = (
                *(around.customer, None, None, self._kinds[kind], who.get(doer) or users[doer], run),
                *(subject, None, state.value, due, 0, done, moment, done or moment),
            )
            self._tables["activity"].add(*values)


KNOWN: dict[str, Callable[[Talk, Around], None]] = {"Nordhamn Logistik AB": Talk.nordhamn}
