"""A customer beside what a public register has of it: one picks what to take over (VS-14 to VS-17)."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext

from admin_views import errors, plans, registers, shell
from admin_views.declared import Answer
from admin_views.editing import Editing, each
from models import journal
from models.customer import Customer, Kind
from models.errors import Conflict, NotAllowed, NotFound, Reason, Refused
from models.operations import refresh
from models.operations.refresh import Line, Part
from models.operations.save import EditConflict
from models.registers.answer import Company, Outcome, Why
from models.registers.choosing import Question, question

# What the answer that a page shows is signed for: nobody else's words get into the history as a register's.
VERB = "customers.register"


class Refreshing(Editing):
    """For the view of customers; the route stands in its `routes`."""

    def register_menu(self, record: Customer) -> list[dict[str, Any]]:
        """The line in the menu of the card, which asks at once."""
        if not self.asks_about(record):
            return []
        return [
            {
                "text": gettext("Update from the register"),
                "icon": "building",
                "action": self.register_url(record),
                "name": "ask",
                "value": "1",
            }
        ]

    def asks_about(self, record: Customer) -> bool:
        """Whether a register can be asked about this customer, by the person who looks."""
        is_company = record.kind is Kind.BUSINESS and not record.is_archived
        return is_company and shell.used(registers.SWITCH) and self.may(self.edit, record)

    def register_url(self, record: Customer) -> str:
        return url_for(f"{self.endpoint}.register_view", id=record.id)

    @expose("/register/", methods=("GET", "POST"))
    def register_view(self) -> Answer:
        """Ask the register of the customer's country, show both sides, and write what is ticked. Opening it asks nothing."""
        record = self._customer()
        if request.method == "GET":
            return self._register_page(record)
        if "ask" not in request.form:
            return self._take_over(record)
        asked = _question(record)
        if not isinstance(asked, Question):
            return self._register_page(record)
        answer = registers.ask(asked)
        position = journal.position(shell.here())
        record = self._customer()
        if answer.company is None:
            return self._register_page(record, answer=answer)
        return self._beside(record, asked, answer.company, position)

    def _customer(self) -> Customer:
        """The customer of the address, if a register can be asked about it."""
        record: Customer = self.find(request.args.get("id"), *self.card_options)
        if not shell.used(registers.SWITCH) or record.kind is not Kind.BUSINESS:
            raise NotFound
        if not self.may(self.edit, record):
            raise NotAllowed(Reason.NO_RIGHT, right=self.edit)
        if record.is_archived:
            raise Refused(Reason.ARCHIVED_IS_LOCKED, name=record.name)
        return record

    def _take_over(self, record: Customer) -> Answer:
        """Write what is ticked of what was shown."""
        try:
            shown = plans.shown(shell.looker(), VERB, request.form.get("answer", ""))
        except Conflict:
            shown = {}
        asked = _question(record)
        if shown.get("ids") != [record.id] or not isinstance(asked, Question) or shown["number"] != asked.number:
            told = gettext("What was shown is too old or was another's. Nothing was changed; ask once more.")
            return self._register_page(record, 409, told=told)
        company, position = Company.of_json(shown["company"]), int(shown["position"])
        parts = {part for part in Part if f"part-{part}" in request.form}
        if not parts:
            told = gettext("Nothing is ticked, so nothing was changed.")
            return self._beside(record, asked, company, position, 422, told, parts)
        try:
            saved = refresh.do(
                shell.here(), shell.looker(), record.id, asked.register.name, company, parts, base=position
            )
        except (NotAllowed, NotFound):
            raise
        except Refused as refused:
            told = self._why_not(refused)
            shell.here().rollback()
            position = journal.position(shell.here())
            return self._beside(self._customer(), asked, company, position, errors.status_of(refused), told, parts)
        text = gettext("%(name)s updated from %(register)s", name=str(saved.record), register=asked.register.name)
        self.tell(saved, text)
        return redirect(self.card_url(record.id))

    def _why_not(self, refused: Refused) -> str:
        if isinstance(refused, EditConflict):
            names = ", ".join(str(self.field_label(clash.field)) for clash in refused.clashes)
            who = shell.person(refused.clashes[0].who)
            return gettext(
                "%(person)s changed this meanwhile: %(fields)s. Nothing was changed; look at it as it is now, then update again.",
                person=who,
                fields=names,
            )
        return " ".join(shell.say(one, self.field_label(str(one.field))) for one in each(refused))

    def _beside(
        self,
        record: Customer,
        asked: Question,
        company: Company,
        position: int,
        status: int = 200,
        told: str | None = None,
        ticked: set[Part] | None = None,
    ) -> Answer:
        found = refresh.lines(record, company)
        token = plans.sign(
            shell.looker(),
            VERB,
            ids=[record.id],
            number=asked.number,
            company=company.as_json(),
            position=position,
        )
        chosen = [line.part for line in found if line.changes and (ticked is None or line.part in ticked)]
        return self._register_page(record, status, told=told, lines=found, company=company, token=token, chosen=chosen)

    def _register_page(self, record: Customer, status: int = 200, **found: Any) -> Answer:
        asked = _question(record)
        answer = found.get("answer")
        register = asked.register if isinstance(asked, Question) else None
        context = {"lines": (), "company": None, "told": None, "chosen": (), **found}
        return self.answer(
            "customer/register.html",
            status,
            record=record,
            register=register,
            number=asked.number if isinstance(asked, Question) else None,
            why=registers.why_text(asked) if isinstance(asked, Why) else None,
            said=registers.said(answer, register) if answer and register else None,
            has_ceased=answer is not None and answer.outcome is Outcome.CEASED,
            **context,
        )

    def part_label(self, part: Part) -> str:
        """What a part is called."""
        return gettext("Address") if part is Part.ADDRESS else str(self.field_label(part.value))

    def part_text(self, line: Line, theirs: bool) -> str:
        """A part on one side, as people read it."""
        values = line.theirs if theirs else line.ours
        if line.part is not Part.ADDRESS:
            return values.get(line.part.value) or ""
        street, street_2, code, city, country = (values.get(f"head_office_{name}") for name in refresh.ADDRESS)
        place = " ".join(part for part in (code, city) if part)
        return ", ".join(part for part in (street, street_2, place, shell.country_name(country)) if part)


def _question(record: Customer) -> Question | Why | None:
    """What is asked about a customer; None without a VAT number (VS-16)."""
    if not record.vat_number:
        return None
    office = record.head_office
    country = office.country if office is not None else None
    return question(record.vat_number, country or shell.setting("default_country"))
