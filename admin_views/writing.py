"""Mail from the card of a customer to a colleague: with a link to the card, its main data, and words of one's own."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import current_app, flash, redirect, request, url_for
from flask_admin import expose
from flask_babel import force_locale, gettext
from sqlalchemy import select
from werkzeug.wrappers import Response

from admin_views import background, errors, once, shell
from admin_views.declared import Answer, Declared
from admin_views.editing import each
from models import access
from models.activity import Comment
from models.base import whole
from models.customer import Customer
from models.errors import NotAllowed, NotFound, Reason, Refused
from models.mail import Mail
from models.operations import outbox
from models.operations.once import Before
from models.operations.save import save
from models.user import Right, User

SHOWN = 10
LONGEST = 20_000


class Writing(Declared):
    """For the view of customers; the route stands in its `routes`."""

    @expose("/mail/", methods=("GET", "POST"))
    def mail_view(self) -> Answer:
        """Write to a colleague, see what was written, and try again what failed."""
        record: Customer = self.find(request.args.get("id"), *self.card_options)
        if request.method == "GET":
            return self._mail_page(record, {"text": ""})
        if "again" in request.form:
            return self._again(record)
        typed = {name: request.form.get(name, "") for name in ("recipient_id", "text", "keep")}
        typed["text"] = typed["text"].replace("\r\n", "\n").strip()
        return once.only(lambda: self._send(record, typed), lambda before: self._sent_before(record, typed, before))

    def _send(self, record: Customer, typed: dict[str, str]) -> Answer:
        try:
            return self._write(record, typed)
        except (NotAllowed, NotFound):
            raise
        except Refused as refused:
            shell.here().rollback()
            wrong = {str(one.field): shell.say(one, _called(one.field)) for one in each(refused)}
            found = self.find(request.args.get("id"), *self.card_options)
            return self._mail_page(found, typed, errors.status_of(refused), wrong)

    def _sent_before(self, record: Customer, typed: dict[str, str], before: Before) -> Answer:
        """What went out is not sent once more, and what is kept already is not kept once more."""
        if not before.is_same:
            said = gettext("This form was sent before, with other words. Send it again to send these, too.")
            return self._mail_page(record, typed, 409, {"text": said})
        if before.made(Mail) is None:
            return self._send(record, {**typed, "keep": ""})
        flash(gettext("This message was sent already."), "info")
        return redirect(self._mail_url(record.id))

    def _write(self, record: Customer, typed: dict[str, str]) -> Answer:
        session, looker, key = shell.here(), shell.looker(), whole(typed["recipient_id"])
        comment = typed["text"] if typed["keep"] and typed["text"] else None
        if len(typed["text"]) > LONGEST:
            raise Refused(Reason.TOO_LONG, "text", length=LONGEST)
        colleague = outbox.colleague(session, looker, record.id, key)
        subject, body = self._composed(record, colleague, typed["text"])
        if background.server() is None:
            if comment is not None:
                said = outbox.as_comment(looker, record.id, comment)
                save(session, looker, Comment, None, said, sent=once.sent())
                flash(gettext("Kept as a comment."), "ok")
            found = self.find(str(record.id), *self.card_options)
            lines = quote("\r\n".join(body.splitlines()))  # as RFC 6068 wants them
            href = f"mailto:{quote(colleague.email, safe='@+')}?subject={quote(subject)}&body={lines}"
            return self._mail_page(found, {**typed, "keep": ""}, mailto=href, body=body)
        name = record.name
        made = outbox.write(session, looker, record.id, key, subject, body, comment=comment, sent=once.sent())
        background.jobs().ask(background.MAIL, made.id)
        flash(
            gettext("Your message about %(name)s is on its way to %(colleague)s.", name=name, colleague=colleague.name),
            "ok",
        )
        return redirect(self._mail_url(record.id))

    def _again(self, record: Customer) -> Response:
        key = whole(request.form.get("again"))
        if key is None:
            raise NotFound
        outbox.again(shell.here(), shell.looker(), record.id, key)
        background.jobs().ask(background.MAIL, key)
        flash(gettext("The message is tried once more."), "ok")
        return redirect(self._mail_url(record.id))

    def _mail_url(self, key: int) -> str:
        return url_for(f"{self.endpoint}.mail_view", id=key)

    def _mail_page(
        self,
        record: Customer,
        typed: dict[str, str],
        status: int = 200,
        wrong: dict[str, str] | None = None,
        mailto: str | None = None,
        body: str = "",
    ) -> Answer:
        session = shell.here()
        people = select(User.id, User.name, User.email).where(User.disabled_at.is_(None), User.id != shell.looker().id)
        return self.answer(
            "customer/mail.html",
            status,
            record=record,
            typed=typed,
            wrong=wrong or {},
            mailto=mailto,
            body=body,
            people=[
                ("", "–"),
                *((row.id, f"{row.name} <{row.email}>") for row in session.execute(people.order_by(User.name))),
            ],
            sends=background.server() is not None,
            mails=outbox.of_customer(session, record.id, SHOWN),
            may_comment=self.may(Right.EDIT, record) and not record.is_archived,
        )

    def _composed(self, record: Customer, colleague: User, text: str) -> tuple[str, str]:
        """Subject and text, in the colleague's language; only what the colleague may see."""
        with force_locale(colleague.language or "en"):
            data = "\n".join(f"{label}: {value}" for label, value in self._main_data(record, colleague) if value)
            parts = (text, f"{record.name} ({record.number})", data, self._link(record))
            return f"{record.name} ({record.number})", "\n\n".join(part for part in parts if part) + "\n"

    def _main_data(self, record: Customer, colleague: User) -> list[tuple[str, Any]]:
        session = shell.here()
        hidden = access.hidden_columns(session, access.looker_for(session, colleague), "customer", record.id)
        office = record.head_office
        shown = {
            "phone": (gettext("Phone"), record.phone),
            "mobile": (gettext("Mobile"), record.mobile),
            "email": (gettext("E-mail"), record.email),
            "website": (gettext("Website"), record.website),
            "office": (gettext("Head office"), office.within_country if office else None),
            "vat_number": (gettext("VAT number"), record.vat_number),
            "owner_id": (gettext("Owner"), record.owner.name if record.owner else None),
        }
        return [line for name, line in shown.items() if name not in hidden]

    def _link(self, record: Customer) -> str:
        base = str(current_app.config.get("PUBLIC_URL") or "").rstrip("/")
        path = self.card_url(record.id)
        return f"{base}{path}" if base else url_for(f"{self.endpoint}.details_view", id=record.id, _external=True)


def _called(field: str | None) -> str:
    return gettext("Your words") if field == "text" else gettext("Colleague")
