"""Contact to customer, company to private person and back, and labels on many: verbs whose page asks for values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext, lazy_gettext, ngettext
from sqlalchemy.orm import Session

from admin_views import choices, once
from admin_views.base import Action
from admin_views.forms import Option
from admin_views.verbs import Options, first
from models.access import Looker
from models.base import whole
from models.contact import Contact
from models.customer import Customer, Kind
from models.errors import Conflict, Reason
from models.journal import Changeset
from models.operations import convert, kind, label
from models.operations.consequences import LeftOut
from models.operations.convert import Choice, ConvertPlan
from models.operations.selection import Selection
from models.user import Right

ASKED = (
    "company_name",
    "first_name",
    "last_name",
    "number",
    "email",
    "phone",
    "mobile",
    "website",
    "vat_number",
    "head_office_street",
    "head_office_postal_code",
    "head_office_city",
    "head_office_country",
    "owner_id",
)
NUMBERS = frozenset({"owner_id"})


@dataclass(frozen=True)
class ConvertPage:
    """A convert plan as the page shows it: how many, and what the choices were."""

    plan: ConvertPlan
    digest: str
    count: int
    left_out: tuple[LeftOut, ...] = ()
    left_out_count: int = 0


def chosen_values(options: Options, prefix: str) -> dict[int, Choice]:
    """The choices that a page sent, by contact: `convert-7-company_name=…`."""
    values: dict[int, dict[str, Any]] = {}
    use: dict[int, int] = {}
    for name, texts in options.items():
        if not name.startswith(prefix):
            continue
        raw, _, asked = name.removeprefix(prefix).partition("-")
        key = whole(raw)
        if key is None or asked not in (*ASKED, "kind", "labels", "use"):
            continue
        if asked == "use":
            if (wanted := whole(texts[0])) is not None:
                use[key] = wanted
        elif asked == "labels":
            values.setdefault(key, {})[asked] = frozenset(_whole(texts))
        elif asked == "kind":
            values.setdefault(key, {})[asked] = Kind.PRIVATE if texts[0] == Kind.PRIVATE else Kind.BUSINESS
        else:
            text = str(texts[0]).strip()
            values.setdefault(key, {})[asked] = whole(text) if asked in NUMBERS else text or None
    return {key: Choice(values.get(key, {}), use.get(key)) for key in values.keys() | use.keys()}


def _plan(session: Session, looker: Looker, chosen: Selection, options: Options) -> ConvertPage:
    made = convert.plan(session, looker, chosen, chosen_values(options, "convert-"))
    return ConvertPage(made, made.digest, len(made.conversions))


def _do(session: Session, looker: Looker, chosen: Selection, options: Options, shown: str) -> Changeset:
    wanted, before = chosen_values(options, "convert-"), chosen_values(options, "was-")
    return convert.do(session, looker, chosen, shown, wanted, shown=before, sent=once.sent()).changeset


def _done(kept: Changeset) -> str:
    count = kept.values["count"]
    return ngettext("%(num)d contact is a customer now", "%(num)d contacts are customers now", count)


def _new_customer(_contacts: Sequence[int], kept: Changeset) -> str:
    """One contact converted: its new card; several: the list of customers."""
    customers = kept.values["customers"]
    if len(customers) == 1:
        return url_for("customers.details_view", id=next(iter(customers.values())))
    return url_for("customers.index_view", sort="-created")


CONVERT = Action(
    name="convert",
    label=lazy_gettext("Convert to customer…"),
    icon="box-arrow-in-right",
    right=Right.EDIT,
    template="verbs/convert.html",
    plan=_plan,
    do=_do,
    done=_done,
    options=("convert-*", "was-*"),
    shown_when="active",
    target=_new_customer,
)


@dataclass(frozen=True)
class KindPage:
    """A change of kind as the page shows it."""

    plan: kind.KindPlan
    digest: str
    count: int = 1
    left_out: tuple[LeftOut, ...] = ()
    left_out_count: int = 0


def _names(options: Options) -> dict[str, str | None]:
    return {name: first(options, name) for name in kind.NAMES if name in options}


def _other(session: Session, chosen: Selection) -> tuple[int, Kind]:
    customer = session.get(Customer, chosen.resolve(session)[0])
    key = customer.id if customer is not None else 0
    return key, Kind.PRIVATE if customer is not None and customer.kind is Kind.BUSINESS else Kind.BUSINESS


def _kind_plan(session: Session, looker: Looker, chosen: Selection, options: Options) -> KindPage:
    key, new = _other(session, chosen)
    made = kind.plan(session, looker, key, new, _names(options))
    return KindPage(made, kind.plan(session, looker, key, new).digest)


def _kind_do(session: Session, looker: Looker, chosen: Selection, options: Options, shown: str) -> Changeset:
    key, new = _other(session, chosen)
    if kind.plan(session, looker, key, new).digest != shown:
        raise Conflict(Reason.PLAN_CHANGED)
    names = _names(options)
    return kind.do(session, looker, key, new, kind.plan(session, looker, key, new, names).digest, names)


KIND = Action(
    name="kind",
    label=lazy_gettext("Change kind…"),
    icon="arrow-left-right",
    right=Right.EDIT,
    template="verbs/kind.html",
    plan=_kind_plan,
    do=_kind_do,
    done=lambda kept: gettext("%(name)s changed kind", name=kept.values["name"]),
    options=kind.NAMES,
    many=False,
    shown_when="active",
    target=lambda ids, kept: url_for("customers.details_view", id=ids[0]),
)


@dataclass(frozen=True)
class LabelPage:
    """Labelling as the page shows it: first the labels to choose from, then what the `chosen` ones come to."""

    plan: label.LabelPlan
    digest: str
    count: int
    left_out: tuple[LeftOut, ...]
    left_out_count: int
    chosen: bool
    offered: list[Option]


def labelling(noun: label.Labelled, text: Any) -> Action:
    """Put labels on many and take others off."""

    def plan(session: Session, looker: Looker, chosen: Selection, options: Options) -> LabelPage:
        put, take = _labels(options)
        made = label.plan(session, looker, noun, chosen, put, take)
        return LabelPage(
            made, made.digest, made.count, made.left_out, made.left_out_count, bool(put | take), choices.labels()
        )

    def do(session: Session, looker: Looker, chosen: Selection, options: Options, shown: str) -> Changeset:
        return label.do(session, looker, noun, chosen, shown, *_labels(options))

    return Action(
        name="label",
        label=text,
        icon="tag",
        right=Right.EDIT,
        template="verbs/label.html",
        plan=plan,
        do=do,
        done=lambda kept: ngettext("%(num)d record labelled", "%(num)d records labelled", kept.values["count"]),
        options=("put", "take"),
        key="L",
        shown_when="active",
    )


def _labels(options: Options) -> tuple[set[int], set[int]]:
    """The labels to put on, and those to take off."""
    return _whole(options.get("put", ())), _whole(options.get("take", ()))


def _whole(texts: Any) -> set[int]:
    return {number for text in texts if (number := whole(text)) is not None}


CUSTOMER_LABELS = labelling(Customer, lazy_gettext("Label…"))
CONTACT_LABELS = labelling(Contact, lazy_gettext("Keyword…"))
