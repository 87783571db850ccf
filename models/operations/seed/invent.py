"""Invent customers, one after the other, with everything that hangs on them.

All chance comes from one generator in one order, so that the same seed gives the same rows. Only `random()` is used of
it, which never changes between versions of Python.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from models.customer import Kind
from models.operations.seed import numbers, words
from models.operations.seed.days import APPROVED_AFTER, INVOICED_AFTER, WORKED, Calendar, Period
from models.operations.seed.deals import Deals
from models.operations.seed.profile import Person, Profile
from models.operations.seed.rows import Rows, Value
from models.operations.seed.staff import BACK_OFFICE, EMPLOYEES, NORDICS, LabelGroupChoice, Staff
from models.operations.seed.talk import Around, Talk
from models.operations.seed.words import Land, Line, Town
from models.project import RegistrationStatus
from models.sales import InvoiceStatus, QuoteStatus
from models.settings import ValueList

T = TypeVar("T")

NUMBERS_FROM = 10_000
MOST_REGISTRATIONS = 1_000_000
# Up to here a seed is for looking at: full cards. Beyond, it is for measuring: the sizes of the benchmarks.
LIVELY = 2_000
SPARSE = 300_000

PRIVATE = 0.12
ARCHIVED = 0.08
FOLD = str.maketrans("åäáàæéèëïíöøóôüúñ", "aaaaaeeeiioooouun")
MINUTES = (15, 30, 30, 45, 60, 60, 60, 90, 90, 120, 120, 150, 180, 240, 240, 300, 390, 450)
TERMS = (14, 14, 21, 30, 30, 30, 30, 45, 60, 8)
RATE_STEPS = (80, 90, 95, 100, 100, 100, 105, 110, 125)


@dataclass(frozen=True, slots=True)
class Density:
    """How much hangs on a customer. `contacts` and the chances are per customer, `work` is the share with projects."""

    contacts: tuple[int, ...]
    unattached: float
    work: float
    registrations: float
    access: float
    quotes: float
    portal: float
    second_address: float
    bank: float
    yearly: bool


def density(customers: int) -> Density:
    """For few customers an office to look around in; for many two contacts per three customers."""
    if customers <= LIVELY:
        contacts = (0,) * 14 + (1,) * 30 + (2,) * 26 + (3,) * 17 + (4,) * 8 + (5,) * 5
        return Density(contacts, 0.06, 0.7, 34.0, 1.0, 0.3, 0.08, 0.22, 0.8, yearly=False)
    contacts = (0,) * 54 + (1,) * 29 + (2,) * 11 + (3,) * 4 + (4,) * 1 + (5,) * 1
    # Where a million registrations spread thin, more customers share them, or there would be too few invoices.
    work = 0.25 if customers <= SPARSE else 0.4
    mean = min(10.0, 0.98 * MOST_REGISTRATIONS / customers) / work
    return Density(contacts, 0.03, work, mean, 0.3, 0.1, 0.03, 0.1, 0.4, yearly=True)


def domain_of(text: str) -> str:
    """A name as it stands in an address on the web: ASCII letters and digits only."""
    plain = text.lower().translate(FOLD)
    return "".join(character for character in plain if character in _PLAIN)[:40] or "customer"


_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")


class Office:
    """The firm whose customers are invented. Rows collect in `tables`; whoever calls writes them away."""

    def __init__(
        self,
        rng: Random,
        tables: dict[str, Rows],
        staff: Staff,
        calendar: Calendar,
        density: Density,
        talk: Talk,
        deals: Deals,
    ) -> None:
        self.chance = rng.random
        self.rng = rng
        self.tables = tables
        self.staff = staff
        self.calendar = calendar
        self.density = density
        self.talk, self.deals = talk, deals
        self._registrations_left = MOST_REGISTRATIONS
        self._owners = {
            land: [staff.users[person.first_name] for person in EMPLOYEES if land in person.lands]
            for land in ("NL", "SE", "FI", "NO", "GB")
        }
        self._everyone = list(staff.users.values())
        self._sees_everything = {
            staff.users[person.first_name]
            for person in EMPLOYEES
            if person.role in ("Administrator", "Manager") or person.team == BACK_OFFICE
        }
        self._recent: dict[str, deque[tuple[int, str]]] = {land: deque(maxlen=40) for land in self._owners}
        self._towns = {land.code: {town.name: town for town in land.towns} for land in words.LANDS}
        self._given: dict[tuple[str, str], int] = {}
        self._project_numbers = 0
        self._invoice_numbers = 0
        self._quote_numbers = 0

    # --- chance ---------------------------------------------------------------------------------------------------

    def pick(self, options: Sequence[T]) -> T:
        """One of them, each as likely."""
        return options[int(self.chance() * len(options))]

    def upto(self, end: int) -> int:
        """A whole number from 0, below `end`."""
        return int(self.chance() * end)

    def moment(self, ago: int) -> str:
        """Some time in office hours so many days ago."""
        return self.calendar.at(ago, self.chance())

    def phone(self, lines: tuple[Line, ...]) -> str:
        """A number on one of these lines."""
        line = self.pick(lines)
        return f"{line.prefix}{line.low + self.upto(line.high - line.low + 1):0{len(str(line.high))}d}"

    def postal_code(self, land: Land, town: Town) -> str:
        """A code of this town, in the country's own shape."""
        start = self.pick(town.codes)
        if land.code == "NL":
            return f"{start} {self.pick('ABCDEGHJKLMNPRSTVWXZ')}{self.pick('ABCEGHJKLMNPRTVWXZ')}"
        if land.code == "SE":
            return f"{start} {10 + self.upto(90)}"
        if land.code == "GB":
            letters = "ABDEFGHJLNPQRSTUWXYZ"
            return f"{start} {1 + self.upto(9)}{self.pick(letters)}{self.pick(letters)}"
        return start

    def street(self, land: Land) -> str:
        """A street with a house number, in the country's own order."""
        name, number = self.pick(land.streets), 1 + self.upto(self.pick((20, 60, 180)))
        return f"{number} {name}" if land.house_first else f"{name} {number}"

    # --- who ------------------------------------------------------------------------------------------------------

    def invent(self) -> Profile:
        """A customer nobody has heard of before."""
        land = self.pick(words.LANDS)
        if self.chance() < PRIVATE:
            first, last = self.pick(land.first_names), self.pick(land.last_names)
            return Profile(land, first_name=first, last_name=last, core=last, archived=self.chance() < ARCHIVED)
        trade = self.pick(land.trades)
        core = self._core(land)
        form = self.pick(land.forms) if trade.form is None else trade.form
        return Profile(
            land,
            company_name=trade.pattern.format(core) + form,
            core=core,
            industry=trade.industry,
            archived=self.chance() < ARCHIVED,
        )

    def _core(self, land: Land) -> str:
        """What a firm is named after: a family, two of them, or something in the landscape."""
        kind = self.chance()
        if kind < 0.3:
            return self.pick(land.nouns)
        family = self.pick(land.last_names)
        name = family[0].upper() + family[1:]
        if kind < 0.65:
            return name
        other = self.pick(land.last_names)
        return name if other == family else land.pair.format(name, other[0].upper() + other[1:])

    # --- a customer and what hangs on it ----------------------------------------------------------------------------

    def settle(self, number: int, profile: Profile) -> int:
        """Make all rows of a customer and return its key. `number` counts from 1."""
        since = profile.since or self._since(profile)
        left = profile.left or (15 + self.upto(min(since, WORKED) - 20) if profile.archived else 0)
        owner = self._owner(profile)
        labels = self._customer_labels(profile)
        customer = self._customer(number, profile, since, left, owner, labels)
        if profile.bare:
            return customer
        self._addresses(customer, profile, since)
        if self.chance() < self.density.bank and not profile.is_private:
            iban, bic = numbers.account(self.rng, profile.land.code)
            moment = self.moment(since)
            self.tables["bank_account"].add(customer, iban, bic, profile.name[:120], moment, moment)
        self._access(customer, profile, owner)
        contacts = self._contacts(customer, profile, since)
        projects = self._work(customer, profile, since, left, owner, contacts, labels)
        self._sales(customer, profile, since, left, labels)
        around = Around(customer, owner, contacts, [] if left else projects, since, left)
        self.talk.about(profile, around)
        self.deals.about(profile, around)
        return customer

    def _since(self, profile: Profile) -> int:
        """How many days ago somebody became a customer; the known ones have been for two years."""
        since = 40 + int(3900 * self.chance() * (0.3 + 0.7 * self.chance()))
        return since if profile.labels is None else 760 + since // 2

    def _owner(self, profile: Profile) -> int | None:
        if profile.owner:
            return self.staff.users[profile.owner]
        return None if self.chance() < 0.04 else self.pick(self._owners[profile.land.code])

    def _customer(
        self, number: int, profile: Profile, since: int, left: int, owner: int | None, labels: set[int]
    ) -> int:
        land, chance = profile.land, self.chance
        town = self._town(profile)
        profile.domain = profile.domain or f"{domain_of(profile.core)}.example"
        business = not profile.is_private
        company_number, vat_number = numbers.registered(self.rng, land.code) if business else (None, None)
        changed = left or 1 + min(since - 1, int(-math.log(1 - chance()) * 90))
        e_invoice = (
            numbers.peppol(land.code, company_number, vat_number)
            if company_number and vat_number and self.staff.labels["E-invoice"] in labels
            else None
        )
        text = f"K-{NUMBERS_FROM + number}"
        values: tuple[Value, ...] = (
            text,
            text.lower(),
            (Kind.BUSINESS if business else Kind.PRIVATE).value,
            profile.company_name,
            profile.first_name,
            profile.last_name,
            profile.nickname or (profile.core if business and chance() < 0.25 else None),
            self.staff.values[ValueList.STATUS, self._status(profile)],
            self.staff.values[ValueList.INDUSTRY, profile.industry] if profile.industry else None,
            owner,
            self.pick(words.DESCRIPTIONS) if chance() < 0.3 else None,
            self._customer_email(profile),
            self.phone(town.lines) if business else None,
            self.phone(land.mobiles) if chance() < (0.15 if business else 0.9) else None,
            f"https://www.{profile.domain}" if business and chance() < 0.6 else None,
            land.language,
            vat_number if chance() < 0.9 else None,
            company_number,
            f"PO-{100_000 + self.upto(900_000)}" if chance() < 0.12 else None,
            str(130_000 + number) if chance() < 0.6 else None,
            self.calendar.day[since],
            self._rate(land) if chance() < 0.7 else None,
            land.vat if business or chance() < 0.5 else None,
            self.pick(TERMS) if business else 14,
            land.currency,
            self.staff.values[ValueList.INVOICE_LAYOUT, self.pick(words.LAYOUTS)] if chance() < 0.5 else None,
            f"invoices@{profile.domain}" if business and chance() < 0.35 else None,
            e_invoice,
            int(chance() < 0.3),
            int(chance() < 0.2),
            (distance := 3 + self.upto(190) if chance() < 0.4 else None),
            distance and 2 * distance,
            self.moment(left) if left else None,
            self.pick(words.ARCHIVE_REASONS) if left and chance() < 0.8 else None,
            self.moment(since),
            self.moment(changed),
        )
        customer = self.tables["customer"].add(*values)
        link = self.tables["customer_label"]
        for label in sorted(labels):
            link.add(customer, label)
        return customer

    def _status(self, profile: Profile) -> str:
        if profile.archived:
            return "Former"
        if profile.labels is not None:
            return "Active"
        return self.pick(("Active",) * 16 + ("Prospect", "Prospect", "On hold", "Lead"))

    def _customer_email(self, profile: Profile) -> str | None:
        if self.chance() < 0.07:
            return None
        if profile.is_private:
            return f"{domain_of(profile.first_name or '')}@{profile.domain}"
        return f"info@{profile.domain}"

    def _rate(self, land: Land) -> int:
        """An hourly rate in cents, around what is usual in the country."""
        return land.rate * self.pick(RATE_STEPS)

    def _town(self, profile: Profile) -> Town:
        """The customer's town; one from far away is given for a town that is not in the list."""
        towns = self._towns[profile.land.code]
        if profile.town is None:
            profile.town = self.pick(profile.land.towns).name
        return towns.get(profile.town) or self.pick(profile.land.towns)

    def _customer_labels(self, profile: Profile) -> set[int]:
        if profile.labels is not None:
            return {self.staff.labels[name] for name in profile.labels}
        labels = self._draw(self.staff.customer_groups)
        for industry, label in (("Transport and logistics", "Transport"), ("Public sector", "Public sector")):
            if profile.industry == industry and self.chance() < 0.6:
                labels.add(self.staff.labels[label])
        return labels

    def _draw(self, groups: tuple[LabelGroupChoice, ...]) -> set[int]:
        """Labels by their popularity, at most one of a group that wants it so."""
        drawn = set()
        for group in groups:
            if group.one:
                left = self.chance() * 1000
                for label in group.labels:
                    left -= label.weight
                    if left < 0:
                        drawn.add(label.id)
                        break
            else:
                drawn.update(label.id for label in group.labels if label.weight and self.chance() * 1000 < label.weight)
        return drawn

    # --- addresses and access ---------------------------------------------------------------------------------------

    def _addresses(self, customer: int, profile: Profile, since: int) -> None:
        land, chance = profile.land, self.chance
        # Some have no head office on file: a list of its own in the panel.
        if profile.town and profile.labels is None and chance() < 0.015:
            return
        town = self._town(profile)
        add, moment = self.tables["address"].add, self.moment(since)
        code = profile.postal_code or self.postal_code(land, town)
        street = profile.street or self.street(land)
        add(customer, town.name, None, street, None, code, profile.town, None, land.code, 1, 0, moment, moment)
        if profile.is_private or chance() > self.density.second_address:
            return
        if chance() < 0.6:
            box = land.box.format(100 + self.upto(9000))
            code = self.postal_code(land, town)
            attention = self.pick(("Finance", "Accounts payable", None))
            add(customer, "Invoices", attention, box, None, code, profile.town, None, land.code, 0, 1, moment, moment)
        if chance() < 0.6:
            other = self.pick(land.towns)
            code, street = self.postal_code(land, other), self.street(land)
            label = land.branch.format(other.name)
            add(customer, label, None, street, None, code, other.name, None, land.code, 0, 0, moment, moment)

    def _access(self, customer: int, profile: Profile, owner: int | None) -> None:
        if self.chance() > self.density.access:
            return
        add, roles = self.tables["customer_access"].add, self.staff.roles
        if profile.land.code in ("SE", "FI", "NO") and self.chance() < 0.6:
            add(customer, None, self.staff.teams[NORDICS], roles["Registrar"])
        if owner is not None and owner not in self._sees_everything:
            add(customer, owner, None, roles["Manager"])
        colleague = self.pick(self._everyone)
        if colleague != owner and self.chance() < 0.08:
            add(customer, colleague, None, roles[self.pick(("Reader", "Registrar", "Editor"))])

    # --- contacts ---------------------------------------------------------------------------------------------------

    def _contacts(self, customer: int, profile: Profile, since: int) -> list[tuple[int, str]]:
        """The contacts of a customer as (key, name); the first is the main contact."""
        if profile.contacts is not None:
            return [
                self._given_contact(customer, profile, person, since, main=index == 0)
                for index, person in enumerate(profile.contacts)
            ]
        if profile.is_private:
            return self._self_contact(customer, profile, since)
        found: list[tuple[int, str]] = []
        recent = self._recent[profile.land.code]
        count = self.pick(self.density.contacts)
        for index in range(count):
            known = self.pick(recent) if recent and self.chance() < 0.06 else None
            if known is None or known in found:
                known = self._new_contact(profile, since)
                recent.append(known)
            found.append(known)
            function = self.pick(words.FUNCTIONS) if self.chance() < 0.9 else None
            invoices = index == min(1, count - 1) and self.chance() < 0.5
            self.tables["customer_contact"].add(customer, known[0], function, int(index == 0), int(invoices))
        return found

    def _self_contact(self, customer: int, profile: Profile, since: int) -> list[tuple[int, str]]:
        """A private customer is often a contact, too."""
        if self.chance() > self.density.work:
            return []
        moment = self.moment(since)
        email = f"{domain_of(profile.first_name or '')}@{profile.domain}"
        contact = self._contact_row(profile.land, profile.first_name, profile.last_name, email, moment, moment)
        self.tables["customer_contact"].add(customer, contact, None, 1, 1)
        return [(contact, profile.name)]

    def _new_contact(self, profile: Profile, since: int) -> tuple[int, str]:
        land = profile.land
        made = 1 + self.upto(since)
        created, changed = self.moment(made), self.moment(1 + self.upto(made))
        if self.chance() < 0.04:
            firm = self.pick(land.trades).pattern.format(self._core(land)) + self.pick(land.forms)
            contact = self._contact_row(
                land, None, None, f"info@{domain_of(firm)}.example", created, changed, company=firm
            )
            return contact, firm
        first, last = self.pick(land.first_names), self.pick(land.last_names)
        email = f"{domain_of(first)}.{domain_of(last)}@{profile.domain}" if self.chance() < 0.92 else None
        archived = self.moment(1 + self.upto(made)) if self.chance() < 0.05 else None
        contact = self._contact_row(land, first, last, email, created, changed, archived=archived)
        for label in sorted(self._draw(self.staff.contact_groups)):
            self.tables["contact_label"].add(contact, label)
        return contact, f"{first} {last}"

    def _contact_row(
        self,
        land: Land,
        first: str | None,
        last: str | None,
        email: str | None,
        created: str,
        changed: str,
        company: str | None = None,
        archived: str | None = None,
    ) -> int:
        chance = self.chance
        business = first is None
        return self.tables["contact"].add(
            (Kind.BUSINESS if business else Kind.PRIVATE).value,
            None,
            first,
            last,
            company,
            None,
            email,
            self.phone(self.pick(land.towns).lines) if chance() < 0.5 else None,
            self.phone(land.mobiles) if not business and chance() < 0.6 else None,
            None,
            None,
            None,
            None,
            land.code,
            land.language if chance() < 0.8 else None,
            self.calendar.birthday(chance()) if not business and chance() < 0.06 else None,
            None,
            None,
            None,
            archived,
            created,
            changed,
        )

    def _given_contact(
        self, customer: int, profile: Profile, person: Person, since: int, main: bool
    ) -> tuple[int, str]:
        """A contact from the pictures; who was made for one customer is linked to the next, too."""
        name = f"{person.first_name} {person.last_name}"
        contact = self._given.get((person.first_name, person.last_name))
        if contact is None:
            created = self.moment(since)
            email = f"{domain_of(person.first_name)}@{profile.domain}"
            gone = self.moment(1 + self.upto(since)) if person.deactivated else None
            contact = self.tables["contact"].add(
                Kind.PRIVATE.value, None, person.first_name, person.last_name, None, person.function, email,
                person.phone, None, None, None, None, None, profile.land.code, profile.land.language, None, None, None,
                None, gone, created, self.moment(1 + self.upto(since)),
            )  # fmt: skip
            self._given[person.first_name, person.last_name] = contact
        self.tables["customer_contact"].add(customer, contact, person.function, int(main), int(person.invoices))
        return contact, name

    def given(self, first: str, last: str) -> int | None:
        """The key of a contact from the pictures, if it was made already."""
        return self._given.get((first, last))

    def stranger(self) -> int:
        """A contact that is at no customer (yet)."""
        land = self.pick(words.LANDS)
        firm = self.pick(land.trades).pattern.format(self._core(land)) + self.pick(land.forms)
        town = self.pick(land.towns)
        first, last = self.pick(land.first_names), self.pick(land.last_names)
        return self.prospect(
            land, first, last, firm, self.pick(words.FUNCTIONS), town, self.street(land), self.postal_code(land, town)
        )

    def prospect(
        self,
        land: Land,
        first: str,
        last: str,
        firm: str,
        function: str,
        town: Town,
        street: str,
        postal_code: str,
        mobile: str | None = None,
        owner: str | None = None,
        labels: tuple[str, ...] | None = None,
        email: str | None = None,
    ) -> int:
        """A contact with an employer and an address, ready to be converted to a customer."""
        made = 5 + self.upto(300)
        contact = self.tables["contact"].add(
            Kind.PRIVATE.value,
            None,
            first,
            last,
            firm,
            function,
            email or f"{domain_of(first)}@{domain_of(firm)}.example",
            None,
            mobile or self.phone(land.mobiles),
            None,
            street,
            postal_code,
            town.name,
            land.code,
            land.language,
            None,
            None,
            None,
            self.staff.users[owner] if owner else self.pick(self._owners[land.code]),
            None,
            self.moment(made),
            self.moment(1 + self.upto(made)),
        )
        keys = self._draw(self.staff.contact_groups) if labels is None else {self.staff.labels[name] for name in labels}
        for label in sorted(keys):
            self.tables["contact_label"].add(contact, label)
        return contact

    # --- work -------------------------------------------------------------------------------------------------------

    def _work(
        self,
        customer: int,
        profile: Profile,
        since: int,
        left: int,
        owner: int | None,
        contacts: list[tuple[int, str]],
        labels: set[int],
    ) -> list[int]:
        """Projects, the time registered on them, and the invoices that came of it; the projects that still run."""
        wanted = profile.registrations
        if wanted is None:
            if self.chance() > self.density.work:
                return []
            retainer = 3.0 if self.staff.labels["Retainer"] in labels else 0.75
            mean = self.density.registrations * (retainer if not self.density.yearly else 1.0)
            wanted = min(600, round(-math.log(1 - self.chance()) * mean))
        wanted = min(wanted, self._registrations_left)
        rate = self._rate(profile.land)
        old = self._project(customer, profile, since, rate, archived=True, left=left) if self.chance() < 0.3 else None
        count = 1 if self.density.yearly else 1 + int(self.chance() * min(4, 1 + wanted / 12))
        running = [self._project(customer, profile, since, rate, archived=False, left=left) for _ in range(count)]
        team = self._team(profile.land, owner)
        self._registrations_left -= wanted
        days = self.calendar.worked(since, left, wanted, self.chance)
        invoiced = self._register(customer, days, rate, old, running, team, contacts, profile.land)
        self._invoice(customer, profile, invoiced, contacts, late=self.staff.labels["Slow payer"] in labels)
        return running

    def _team(self, land: Land, owner: int | None) -> list[int]:
        """Who works for a customer, the owner most."""
        team = [owner, owner] if owner is not None else []
        team += [self.pick(self._owners[land.code]), self.pick(self._everyone)]
        return team + ([self.pick(self._everyone)] if self.chance() < 0.4 else [])

    def _project(self, customer: int, profile: Profile, since: int, rate: int, archived: bool, left: int) -> int:
        began = min(since, 400 + self.upto(700)) if archived else min(since, 10 + self.upto(900))
        ended = max(left, min(began, 200 + self.upto(190))) if archived else left
        with_customer = bool(left) and not (archived and ended > left)
        moment = self.moment(began)
        name = self.pick(profile.land.projects)
        if self.chance() < 0.5:
            name = f"{name} {self.calendar.day[began][:4]}"
        return self.tables["project"].add(
            customer,
            self.project_number(),
            name,
            None,
            rate if self.chance() < 0.5 else None,
            600 * (1 + self.upto(40)) if self.chance() < 0.4 else None,
            self.calendar.day[began],
            self.calendar.day[ended] if ended else None,
            self.moment(ended) if ended else None,
            int(with_customer),
            moment,
            self.moment(ended) if ended else moment,
        )

    def project_number(self) -> str:
        """The next one."""
        self._project_numbers += 1
        return f"P-{self._project_numbers:06d}"

    def _register(
        self,
        customer: int,
        worked: list[int],
        rate: int,
        old: int | None,
        running: list[int],
        team: list[int],
        contacts: list[tuple[int, str]],
        land: Land,
    ) -> dict[Period, int]:
        """Registrations in the order of their days. Returns the cents to invoice per period."""
        chance, pick, add = self.chance, self.pick, self.tables["registration"].add
        days, periods = self.calendar.day, self.calendar.period
        responsible = contacts[0][0] if contacts else None
        earned: dict[Period, int] = {}
        for ago in worked:
            minutes = pick(MINUTES)
            amount = (rate * minutes + 30) // 60
            project = old if old is not None and ago > 390 else pick(running)
            if ago > INVOICED_AFTER:
                status = RegistrationStatus.INVOICED.value
                earned[periods[ago]] = earned.get(periods[ago], 0) + amount
            elif ago > APPROVED_AFTER or chance() < 0.3:
                status = RegistrationStatus.APPROVED.value
            else:
                status = RegistrationStatus.OPEN.value
            note = pick(land.notes) if chance() < 0.6 else None
            contact = responsible if chance() < 0.3 else None
            add(customer, project, pick(team), contact, 0, days[ago], minutes, amount, note, status)
        return earned

    def _invoice(
        self, customer: int, profile: Profile, earned: dict[Period, int], contacts: list[tuple[int, str]], late: bool
    ) -> None:
        contact, name = contacts[min(1, len(contacts) - 1)] if contacts else (None, None)
        for period, amount in earned.items():
            waits = period.ago < (120 if late else 35)
            status = InvoiceStatus.SENT if waits else InvoiceStatus.PAID
            self.invoice(customer, profile, contact, name, status, period.day, amount, period.ago)
        if earned and self.chance() < (0.05 if self.density.yearly else 0.15):
            draft = self._rate(profile.land) * (2 + self.upto(30))
            self.invoice(customer, profile, contact, name, InvoiceStatus.DRAFT, self.calendar.day[1], draft, 1)

    def invoice(
        self,
        customer: int,
        profile: Profile,
        contact: int | None,
        contact_name: str | None,
        status: InvoiceStatus,
        day: str,
        amount: int,
        ago: int,
    ) -> None:
        """One invoice; a draft has no number yet."""
        number = None
        if status is not InvoiceStatus.DRAFT:
            self._invoice_numbers += 1
            number = f"{day[:4]}-{self._invoice_numbers:06d}"
        moment = self.moment(ago)
        self.tables["invoice"].add(
            customer,
            contact,
            number,
            status.value,
            day,
            amount,
            profile.land.currency,
            profile.name,
            contact_name,
            moment,
            moment,
        )

    # --- quotes, agreements, portals ----------------------------------------------------------------------------------

    def _sales(self, customer: int, profile: Profile, since: int, left: int, labels: set[int]) -> None:
        if self.chance() < self.density.quotes:
            for _ in range(1 + self.upto(3)):
                self._quote(customer, profile, since, left)
        if self.staff.labels["Retainer"] in labels:
            self._retainer(customer, since, left)
        elif self.chance() < 0.03:
            began = min(since, 30 + self.upto(700))
            self._agreement(customer, "Service agreement", self.calendar.day[began], left and self.calendar.day[left])
        if self.chance() < self.density.portal:
            moment = self.moment(min(since, max(left, self.upto(600) + 1)))
            self.tables["portal"].add(customer, f"Portal {profile.core}"[:200], moment, moment)

    def _quote(self, customer: int, profile: Profile, since: int, left: int) -> None:
        ago = min(since, max(left, 1 + self.upto(WORKED)))
        status = QuoteStatus.OPEN if ago < 45 else self.pick((QuoteStatus.WON, QuoteStatus.WON, QuoteStatus.LOST))
        amount = self._rate(profile.land) * (8 + self.upto(110))
        self.quote(customer, profile, status, amount, ago)

    def quote(self, customer: int, profile: Profile, status: QuoteStatus, amount: int, ago: int) -> None:
        """One quote of so many cents, made so many days ago."""
        self._quote_numbers += 1
        day, moment = self.calendar.day[ago], self.moment(ago)
        number = f"Q-{day[:4]}-{self._quote_numbers:05d}"
        self.tables["quote"].add(customer, number, status.value, day, amount, profile.land.currency, moment, moment)

    def _retainer(self, customer: int, since: int, left: int) -> None:
        """A yearly agreement; last year's has ended, and so has that of a customer that left."""
        calendar = self.calendar
        if calendar.day[since] < calendar.start_of_year() and self.chance() < 0.6:
            start = max(calendar.day[since], calendar.start_of_year(1))
            self._agreement(customer, f"Retainer {calendar.year - 1}", start, calendar.end_of_year(1))
        if not left:
            start = max(calendar.day[since], calendar.start_of_year())
            self._agreement(customer, f"Retainer {calendar.year}", start, None)

    def _agreement(self, customer: int, name: str, start: str, end: Value) -> None:
        moment = f"{start} 09:00:00.000000"
        self.tables["agreement"].add(customer, name, start, end or None, int(not end), moment, moment)
