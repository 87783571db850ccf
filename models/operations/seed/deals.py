"""Whom the invented customers have to do with, what work may come of them, and which files and links lie on their cards.

Its chance is its own, as that of what is said: it changes nothing of who the customers are.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Sequence
from random import Random
from typing import TypeVar

from models import filetypes
from models.operations import contents
from models.operations.seed import words
from models.operations.seed.days import Calendar
from models.operations.seed.profile import Profile
from models.operations.seed.rows import Rows, Value
from models.operations.seed.staff import Staff
from models.operations.seed.talk import Around
from models.sales import OpportunityState
from models.settings import ValueList

T = TypeVar("T")

# How likely a customer has another of something, in a demonstration and where there are many.
LIVELY, SPARSE = 0.5, 0.05
MOST = 4
# A relation is with one of so many customers before it.
NEAR = 30
CHANCES = (10, 25, 40, 50, 50, 60, 75, 90)
STEP = 25_000
HALF_YEAR = 180
RELATED = "Nordhamn Logistik AB"
ACCOUNTANT = "Lundgren Revision KB"


class Deals:
    """Makes the rows of relations, opportunities, files and links. `kept`: contents that are there already."""

    def __init__(
        self,
        rng: Random,
        tables: dict[str, Rows],
        staff: Staff,
        calendar: Calendar,
        *,
        lively: bool,
        kept: Collection[str] = (),
    ) -> None:
        self._chance: Callable[[], float] = rng.random
        self._tables, self._staff, self._calendar = tables, staff, calendar
        self._often, self._lively = LIVELY if lively else SPARSE, lively
        self._people = list(staff.users.values())
        self._recent: deque[int] = deque(maxlen=NEAR)
        self._nordhamn_is: int | None = None
        self._kept = set(kept)

    def about(self, profile: Profile, around: Around) -> None:
        """All of it for one customer; what left has no more than its past."""
        if profile.company_name == RELATED:
            self._nordhamn(around)
            return
        for _ in range(self._many()):
            self._opportunity(profile, around)
        if not around.left:
            self._relate(around)
            self._attach(around)
        if profile.company_name == ACCOUNTANT and self._nordhamn_is is not None:
            self._relation(around, self._nordhamn_is, None, "accountant of")
        if not around.left:
            self._recent.append(around.customer)

    def _pick(self, options: Sequence[T]) -> T:
        return options[int(self._chance() * len(options))]

    def _many(self) -> int:
        count = 0
        while count < MOST and self._chance() < self._often:
            count += 1
        return count

    def _ago(self, around: Around, span: int = 365) -> int:
        """Some day while it was a customer, in the last year."""
        return around.left + 1 + int(self._chance() * (max(2, min(around.since - around.left, span)) - 1))

    # --- opportunities ----------------------------------------------------------------------------------------------

    def _opportunity(self, profile: Profile, around: Around) -> None:
        drawn = self._chance()
        state = OpportunityState.WON if drawn > 0.75 else OpportunityState.LOST if drawn > 0.55 else None
        if around.left and state is None:
            state = OpportunityState.LOST
        made = self._ago(around)
        expected = self._calendar.ahead(int(self._chance() * (HALF_YEAR + 30)) - 30)[:10]
        closed = self._calendar.day[made] if state else None
        year = self._calendar.year + int(self._chance() < 0.5)
        moment = self._calendar.at(made, self._chance())
        values: tuple[Value, ...] = (
            *(around.customer, around.owner or self._pick(self._people), self._pick(words.WORK_TO_COME).format(year)),
            *((state or OpportunityState.PIPELINE).value, STEP * (2 + int(self._chance() ** 2 * 80))),
            *(profile.land.currency, self._pick(CHANCES), closed or expected, closed, None, moment, moment),
        )
        self._tables["opportunity"].add(*values)

    # --- relations --------------------------------------------------------------------------------------------------

    def _relate(self, around: Around) -> None:
        """Perhaps with one of the customers before, perhaps with a contact of its own, who then owns it."""
        if self._recent and self._chance() < self._often / 2:
            kind = self._pick([name for name, _ in words.RELATION_KINDS])
            self._relation(around, self._pick(list(self._recent)), None, kind)
        if around.contacts and self._chance() < self._often / 4:
            self._relation(around, None, around.contacts[0][0], "owner of", is_reversed=True)

    def _relation(
        self, around: Around, other: int | None, contact: int | None, kind: str, *, is_reversed: bool = False
    ) -> None:
        moment = self._calendar.at(self._ago(around), self._chance())
        kind_id = self._staff.values[ValueList.RELATION_KIND, kind]
        ends = (around.customer, other, contact, kind_id, int(is_reversed))
        self._tables["connection"].add(*ends, None, moment, moment)

    # --- files and links --------------------------------------------------------------------------------------------

    def _attach(self, around: Around) -> None:
        if self._chance() < self._often / 2:
            self.link(around, "Shared folder", f"https://drive.example/folders/{around.customer}", self._ago(around))
        if self._lively and self._chance() < self._often / 2:
            name = self._pick(words.PAPERS).format(self._calendar.year)
            self.file(around, name, _pdf(name), self._ago(around))

    def _nordhamn(self, around: Around) -> None:
        """The customer of the pictures: with the one relation that they show, and somewhat more to come."""
        self._nordhamn_is, year = around.customer, self._calendar.year
        expected = self._calendar.ahead
        for name, state, amount, chance, day, ago in (
            (f"Retainer {year + 1}", OpportunityState.PIPELINE, 18_000_000, 75, expected(39)[:10], 40),
            ("Dock plan, second quay", OpportunityState.PIPELINE, 9_500_000, 40, expected(-12)[:10], 75),
            ("Route planning", OpportunityState.WON, 6_200_000, 60, self._calendar.day[190], 190),
        ):
            moment, owner = self._calendar.at(ago, self._chance()), around.owner or self._people[0]
            closed = day if state is OpportunityState.WON else None
            values = (around.customer, owner, name, state.value, amount, "SEK", chance, day, closed, None)
            self._tables["opportunity"].add(*values, moment, moment)
        self.link(around, "Dock plan (shared drive)", "https://drive.example/dock-plan", 3)
        self.file(around, f"Tariff sheet {year}.csv", words.TARIFFS.encode(), 316)
        self.file(around, f"Raamovereenkomst {year}.pdf", _pdf(f"Raamovereenkomst {year}"), 313)

    def link(self, around: Around, name: str, url: str, ago: int) -> None:
        """A link to somewhere on the web."""
        moment = self._calendar.at(ago, self._chance())
        self._tables["attachment"].add(around.customer, None, name, url, None, None, None, None, moment, moment)

    def file(self, around: Around, name: str, content: bytes, ago: int) -> None:
        """A file, on one of the running projects now and then."""
        kind, digest = filetypes.recognise(content, name), contents.name_of(content)
        if digest not in self._kept:
            self._kept.add(digest)
            self._tables["file_content"].add(digest, len(content), content)
        project = self._pick(around.projects) if around.projects and self._chance() < 0.3 else None
        called, moment = filetypes.safe_name(name, kind), self._calendar.at(ago, self._chance())
        said = (called, None, digest, len(content), kind.media_type)
        self._tables["attachment"].add(around.customer, project, *said, None, moment, moment)


def _pdf(title: str) -> bytes:
    """A document of one page that says its title."""
    text = title.replace("\\", "").replace("(", "").replace(")", "").encode("cp1252", "replace")
    drawn = b"BT /F1 24 Tf 72 720 Td (" + text + b") Tj ET"
    parts = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>\nstream\n%b\nendstream" % (len(drawn), drawn),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    )
    made, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%b\nendobj\n" % (number, part)
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(parts) + 1, len(made))
    return made + b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1) + rows + end
