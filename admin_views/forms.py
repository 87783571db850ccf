"""Form fields that know our locales and our tables, and the form every entity form derives from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, ClassVar, NamedTuple

from babel.numbers import NumberFormatError, parse_decimal
from flask_babel import format_decimal, get_locale, gettext, lazy_gettext
from markupsafe import Markup, escape
from wtforms import (
    BooleanField,
    DateField,
    Field,
    FileField,
    Form,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TimeField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import ValidationError
from wtforms.widgets import (
    DateInput,
    DateTimeLocalInput,
    FileInput,
    NumberInput,
    Select,
    TextArea,
    TextInput,
    TimeInput,
)

from admin_views import shell
from models.base import Base, Limits, whole
from models.operations import fields

MISSING = lazy_gettext("{field} is missing. Fill in, for example, {example}")


def attributes(**given: Any) -> Markup:
    """As WTForms' own html_params, in a fifth of its time: a form has some three hundred attributes."""
    written = []
    for key, value in sorted(given.items()):
        if value is False:
            continue
        name = key.rstrip("_")
        name = name.replace("_", "-") if name.startswith(("data_", "aria_")) else name
        # What is markup already may hold quotes.
        text = "" if value is True else str(escape(value)).replace('"', "&quot;")
        written.append(name if value is True else f'{name}="{text}"')
    return Markup(" ".join(written))


class Line(TextInput):
    """<input type="text">."""

    html_params = staticmethod(attributes)


class Number(NumberInput):
    """<input type="number">."""

    html_params = staticmethod(attributes)


class Lines(TextArea):
    """<textarea>."""

    html_params = staticmethod(attributes)


class Calendar(DateInput):
    """<input type="date">."""

    html_params = staticmethod(attributes)


class Limited:
    """A field whose value must fit its column. What was there before and is left as it is, is not judged."""

    limits = Limits()
    data: Any
    object_data: Any

    def fits(self) -> bool:
        return self.data is None or self.data == self.object_data or self.limits.hold(self.data)


class Text(Limited, StringField):
    """One line of text; spaces around it go, nothing left is no value."""

    widget: Any = Line()

    def __init__(self, label: Any = None, *, example: str = "", required: bool = False, **kw: Any) -> None:
        super().__init__(label, **kw)
        self.example = example
        self.flags.required = required

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        text = str(valuelist[0]).strip() if valuelist else ""
        self.data = text or None

    def pre_validate(self, form: Any) -> None:
        if self.flags.required and not self.data:
            raise ValidationError(str(MISSING).format(field=self.label.text, example=self.example))
        if self.data and not self.fits():
            length, longest = len(self.data), self.limits.longest
            raise ValidationError(
                gettext("%(length)d characters are too many; %(longest)d fit.", length=length, longest=longest)
            )


class SuggestedLine(Line):
    """<input> with a <datalist>: the browser offers what the list has, and anything else can be typed."""

    def __call__(self, field: Any, **given: Any) -> Markup:
        offered = Markup("").join(Markup('<option value="{}">').format(text) for text in field.offered())
        line = super().__call__(field, list=f"{field.id}-offered", **given)
        return line + Markup('<datalist id="{}-offered">{}</datalist>').format(field.id, offered)


class Suggested(Text):
    """One line of text for which a list has suggestions. What differs from one in capitals only is taken for that."""

    widget = SuggestedLine()

    def __init__(self, label: Any = None, *, options: Callable[[], Iterable[Option]], **kw: Any) -> None:
        super().__init__(label, **kw)
        self.options = options

    def offered(self) -> list[str]:
        """What is suggested."""
        return [option.label for option in self.options()]

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        super().process_formdata(valuelist)
        if self.data and self.data != self.object_data:
            typed = self.data.casefold()
            self.data = next((text for text in self.offered() if text.casefold() == typed), self.data)


class LongText(Text):
    """Several lines of text."""

    widget = Lines()

    def __init__(self, label: Any = None, **kw: Any) -> None:
        super().__init__(label, **kw)
        self.type = "TextAreaField"  # what the templates know it by


class Whole(Limited, IntegerField):
    """A whole number, or nothing."""

    widget = Number()

    def __init__(self, label: Any = None, *, example: str = "14", **kw: Any) -> None:
        super().__init__(label, **kw)
        self.example = example

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        text = str(valuelist[0]).strip() if valuelist else ""
        if not text:
            self.data = None
            return
        try:
            self.data = int(text)
        except ValueError:
            self.data = None
            raise ValueError(gettext("Fill in a whole number, for example %(example)s", example=self.example)) from None

    def pre_validate(self, form: Any) -> None:
        if not self.fits():
            least, most = self.limits.least, self.limits.most
            raise ValidationError(gettext("Fill in a number from %(a)d to %(b)d", a=least, b=most))


class Duration(Limited, Field):
    """Time in whole minutes, written as hours: 6:30, or 6,5 and 6.5."""

    widget = Line()

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else f"{self.data // 60}:{self.data % 60:02}"

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        text = str(valuelist[0]).strip() if valuelist else ""
        self.data = None
        if not text:
            return
        try:
            self.data = minutes_of(text)
        except (NumberFormatError, InvalidOperation, ValueError):
            raise ValueError(gettext("Fill in hours, for example 6:30")) from None

    def pre_validate(self, form: Any) -> None:
        if not self.fits():
            most = (self.limits.most or 0) // 60
            raise ValidationError(gettext("Fill in no more than %(most)d hours, and more than nothing.", most=most))


def minutes_of(text: str) -> int:
    """Hours as typed in whole minutes: 6:30, 6,5 and 6.5 are 390."""
    hours, mark, minutes = text.partition(":")
    if not mark:
        return int((amount_of(text) * 60).to_integral_value(ROUND_HALF_UP))
    found = (whole(hours), whole(minutes))
    if found[0] is None or found[1] is None or found[1] > 59:
        raise ValueError(text)
    return found[0] * 60 + found[1]


class Amount(Limited, Field):
    """An amount or percentage to two places, written as people of the locale write it: 1,5 and 1.5 in Dutch alike."""

    widget = Line()

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else format_decimal(self.data, format="0.00")

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        text = str(valuelist[0]).strip() if valuelist else ""
        self.data = None
        if not text:
            return
        try:
            self.data = amount_of(text)
        except (NumberFormatError, InvalidOperation):
            example = format_decimal(Decimal("95.50"), format="0.00")
            raise ValueError(gettext("Fill in an amount, for example %(example)s", example=example)) from None

    def pre_validate(self, form: Any) -> None:
        if self.data is None:
            return
        if not self.fits():
            least, most = format_decimal(self.limits.least), format_decimal(self.limits.most)
            raise ValidationError(gettext("Fill in an amount from %(least)s to %(most)s", least=least, most=most))
        if self.data != self.data.quantize(Decimal("0.01")):
            raise ValidationError(gettext("An amount has two places at most."))


def amount_of(text: str) -> Decimal:
    """A number as typed. One lone separator with one or two digits behind it is a decimal sign in every locale."""
    # Python would take these, too: 1e5, 1_000, NaN. Nobody writes an amount so.
    if any(one.isalpha() or one == "_" for one in text):
        raise NumberFormatError(text)
    head, mark, tail = text.replace("\u00a0", "").replace(" ", "").rpartition("," if "," in text else ".")
    if mark and len(tail) <= 2 and not set(head) & {",", "."}:
        return Decimal(f"{head or '0'}.{tail or '0'}")
    number = parse_decimal(text, locale=get_locale() or "en", strict=True)
    if not number.is_finite():
        raise NumberFormatError(text)
    return number


class Day(DateField):
    """A date, by the browser's own picker."""

    widget = Calendar()

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        text = str(valuelist[0]).strip() if valuelist else ""
        self.data = None
        if not text:
            return
        try:
            self.data = dt.date.fromisoformat(text)
        except ValueError:
            raise ValueError(gettext("Fill in a date, for example %(example)s", example="2026-11-21")) from None


class Clock(TimeInput):
    """<input type="time">."""

    html_params = staticmethod(attributes)


class CalendarAndClock(DateTimeLocalInput):
    """<input type="datetime-local">."""

    html_params = staticmethod(attributes)


class Time(TimeField):
    """A time of the day, to the minute."""

    widget = Clock()

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        text = str(valuelist[0]).strip() if valuelist else ""
        self.data = None
        if not text:
            return
        try:
            self.data = dt.time.fromisoformat(text).replace(second=0, microsecond=0, tzinfo=None)
        except ValueError:
            raise ValueError(gettext("Fill in a time, for example %(example)s", example="14:30")) from None


class Moment(Field):
    """A day with a time, to the minute, by the office's clock; or by any other, where the text says which."""

    widget = CalendarAndClock()
    TO_THE_MINUTE = "%Y-%m-%dT%H:%M"

    def _value(self) -> str:
        if self.data is None:
            return str(self.raw_data[0]) if self.raw_data else ""
        return f"{shell.clock().shows(self.data):{self.TO_THE_MINUTE}}"

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        text = str(valuelist[0]).strip() if valuelist else ""
        self.data = None
        if not text:
            return
        try:
            found = dt.datetime.fromisoformat(text)
        except ValueError:
            example = "2026-11-21 14:30"
            raise ValueError(gettext("Fill in a day and a time, for example %(example)s", example=example)) from None
        clock, held = shell.clock(), self.object_data
        self.data = clock.means(found) if found.tzinfo is None else found
        # To the minute is what the form shows; what was not changed keeps its seconds, and which of two equal times it was.
        if held is not None and f"{clock.shows(held):{self.TO_THE_MINUTE}}" == f"{found:{self.TO_THE_MINUTE}}":
            self.data = held


class Option(NamedTuple):
    """One choice: what is posted, what is read, and the dot or group it has."""

    value: str
    label: str
    group: str | None = None
    colour: str | None = None


@lru_cache(maxsize=64)
def drop_down(values: tuple[tuple[Any, ...], ...]) -> Markup:
    """The options of a <select> from (value, text), none selected; kept, because a list of all countries is long."""
    option = Markup('<option value="{}">{}</option>')
    return Markup("").join(option.format(value, text) for value, text, *_ in values)


class DropDown(Select):
    """WTForms' own <select> draws each option anew; this one only marks the chosen one."""

    def __call__(self, field: Any, **given: Any) -> Markup:
        options = str(drop_down(field.shown()))
        chosen = f'value="{escape("" if field.data is None else field.data)}">'
        options = options.replace(f"<option {chosen}", f"<option selected {chosen}", 1)
        given = {"id": field.id, "name": field.name, **given}
        return Markup(f"<select {attributes(**given)}>{options}</select>")


class Choice(SelectField):
    """One of a short list that is asked for when the form is made; `options` gives it. Nothing chosen is no value.

    A value that is not offered any more (retired, archived) but is the record's present one stays selected (X-01).
    """

    widget = DropDown()

    def __init__(
        self,
        label: Any = None,
        *,
        options: Callable[[], Iterable[Option]],
        empty: str | None = "–",
        whole: bool = True,
        **kw: Any,
    ) -> None:
        super().__init__(label, choices=[], validate_choice=False, coerce=lambda v: v, **kw)
        self.options, self.empty, self.whole = options, empty, whole
        self.type = "SelectField"

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        self.data = self._typed(str(valuelist[0])) if valuelist and valuelist[0] != "" else None

    def _typed(self, text: str) -> Any:
        if not self.whole:
            return text
        try:
            return int(text)
        except ValueError:
            raise ValueError(gettext("Choose one of the list.")) from None

    def shown(self) -> tuple[Option, ...]:
        """What the select shows; the present value is always among it."""
        found = tuple(self.options())
        if self.empty is not None:
            found = (Option("", self.empty), *found)
        chosen = "" if self.data is None else str(self.data)
        if chosen and all(chosen != option.value for option in found):
            found = (*found, Option(chosen, gettext("(no longer offered)")))
        return found

    def pre_validate(self, form: Any) -> None:
        kept = self.object_data
        if self.data is None and self.empty is not None:
            return
        if self.data != kept and str(self.data) not in {option.value for option in self.options()}:
            raise ValidationError(gettext("Choose one of the list."))


class YesNo(Choice):
    """Yes, no, or nothing said."""

    def __init__(self, label: Any = None, **kw: Any) -> None:
        super().__init__(label, options=_yes_and_no, whole=False, **kw)

    def _typed(self, text: str) -> Any:
        return {str(value): value for value in (True, False)}.get(text, text)


def _yes_and_no() -> list[Option]:
    return [Option(str(True), gettext("yes")), Option(str(False), gettext("no"))]


class Choices(SelectMultipleField):
    """Any number of a short list, shown as boxes to tick."""

    def __init__(
        self, label: Any = None, *, options: Callable[[], Iterable[Option]], whole: bool = True, **kw: Any
    ) -> None:
        super().__init__(label, choices=[], validate_choice=False, coerce=lambda v: v, **kw)
        self.options, self.whole = options, whole

    def process_data(self, value: Any) -> None:
        self.data = sorted(value) if value else []

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        try:
            self.data = sorted({int(v) if self.whole else str(v) for v in valuelist if v != ""})
        except ValueError:
            raise ValueError(gettext("Choose from the list.")) from None

    def offered(self) -> list[Option]:
        """What is shown to tick."""
        return list(self.options())

    def pre_validate(self, form: Any) -> None:
        new = {str(v) for v in self.data or ()} - {str(v) for v in self.object_data or ()}
        if new and new - {option.value for option in self.options()}:
            raise ValidationError(gettext("Choose from the list."))


class Chooser(FileInput):
    """<input type="file">."""

    html_params = staticmethod(attributes)


class Upload(FileField):
    """A file from somebody's computer: it comes beside the fields of the form, and is never shown again."""

    widget = Chooser()

    def _value(self) -> str:
        return ""


class Tick(BooleanField):
    """Yes or no."""

    def __init__(self, label: Any = None, **kw: Any) -> None:
        super().__init__(label, **kw)
        self.type = "BooleanField"


class OneOf(RadioField):
    """One of a few that are all shown."""

    def __init__(self, label: Any = None, *, options: Sequence[tuple[str, Any]], **kw: Any) -> None:
        super().__init__(label, **kw)
        self.offer(options)
        self.invalid_choice_message = lazy_gettext("Choose one of the list.")
        self.type = "RadioField"

    def offer(self, options: Sequence[tuple[str, Any]]) -> None:
        """Show these: (value, text)."""
        self.choices = [SelectChoice(value, text) for value, text in options]


@dataclass(frozen=True)
class Section:
    """A part of a form or card: its key, its heading and the names of its fields. `kind` limits it to one kind.

    Where its fields do not just follow each other, `template` draws them. `switch`: the feature switch that turns it off.
    """

    key: str
    title: Any
    fields: tuple[str, ...]
    kind: str | None = None
    hint: Any = None
    template: str | None = None
    switch: str | None = None


class Drawn(NamedTuple):
    """A field as templates/macros/form.html writes it: plain values, because a form has forty of them."""

    id: str
    label: Markup
    required: bool
    look: str
    before: Any
    control: Markup
    after: Any
    error: str | None
    hint: Markup


def drawn(field: Any, how: Mapping[str, Any]) -> Drawn:
    """A field with a label above it, an input, a hint and what is wrong, as `field_looks` of its view wants it.

    suffix / prefix: a text in the box beside the input; span 'full' | 'half' | 'third' of the grid; kind: only shown while
    the kind switch stands on this value; required: says so where the form does not know it; autocomplete, inputmode and
    rows as in HTML.
    """
    # A lazy text looks itself up each time that it is asked for anything.
    hint = escape(field.description)
    required = bool(how.get("required") or field.flags.required)
    before, after = how.get("prefix"), how.get("suffix")
    wrong, chosen = bool(field.errors), isinstance(field, Choice) and not (before or after)
    given = {
        "class_": f"{'form-select' if chosen else 'form-control'}{' is-invalid' if wrong else ''}",
        "autocomplete": how.get("autocomplete", "off"),
        "data-original": original(field),
    }
    if described := [f"{field.id}-{what}" for what, said in (("error", wrong), ("hint", hint)) if said]:
        given["aria-describedby"] = " ".join(described)
    if wrong:
        given["aria-invalid"] = "true"
    if required:
        given |= {"aria-required": "true", "required": False}
    if "inputmode" in how:
        given["inputmode"] = how["inputmode"]
    if isinstance(field, LongText):
        given["rows"] = how.get("rows", 4)
    look = f" kb-span-{how['span']}" if "span" in how else ""
    if "kind" in how and not wrong:
        look += f" kb-only-{how['kind']}"
    error = field.errors[0] if wrong else None
    return Drawn(field.id, escape(field.label.text), required, look, before, field(**given), after, error, hint)


def original(field: Any) -> str:
    """What the record held when the form was opened, as the text the input would hold."""
    if not field.raw_data and hasattr(field, "_value"):
        return str(field._value())
    held = field.object_data
    if isinstance(held, bool) and not isinstance(field, Choice):
        return "1" if held else ""
    return "" if held is None else str(held)


class EntityForm(Form):
    """The form of an entity: its values as a flat dict, errors by field, and nothing typed is ever lost.

    What fits in a field is said once, at the column of `noun`.
    """

    noun: ClassVar[type[Base]]
    # Columns that a field of another name asks for: what is wrong with them is said there.
    asked_by: ClassVar[Mapping[str, str]] = {}

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        for name, field in self._fields.items():
            self._limit(field, self.noun, name)

    def _limit(self, field: Any, noun: type[Base], name: str) -> None:
        if isinstance(field, Limited) and (found := fields.limits(noun, name)):
            field.limits = found

    def add(self, name: str, field: Any, posted: Any, column: tuple[type[Base], str], held: Any = None) -> None:
        """Put one more field on this form, for a column of another noun, filled from what was posted or from the record."""
        options = {"name": name, "prefix": "", "translations": self.meta.get_translations(self)}
        self._fields[name] = self.meta.bind_field(self, field, options)
        self._fields[name].process(posted, held)
        self._limit(self._fields[name], *column)

    def values(self) -> dict[str, Any]:
        """What was typed, by field name; sets as frozensets."""
        return {
            name: frozenset(field.data or ()) if isinstance(field, Choices) else field.data
            for name, field in self._fields.items()
        }

    def show(self, name: str, value: Any) -> None:
        """Show another value than what was typed, as what the record holds."""
        if name in self._fields:
            self._fields[name].process(None, data=value)

    def add_error(self, name: str | None, message: str) -> None:
        """Hang a message at a field, or at the one that asks for this column; at the form when neither is on it."""
        name = self.field_of(name)
        if name is not None and name in self._fields:
            field = self._fields[name]
            field.errors = [*field.errors, message]
        else:
            self.form_errors.append(message)

    def field_of(self, column: str | None) -> str | None:
        """The name of the field that asks for a column."""
        return self.asked_by.get(column or "", column)

    def problems(self) -> list[tuple[str | None, str, str]]:
        """All errors in the order of the fields: (field name, its label, message)."""
        found: list[tuple[str | None, str, str]] = [
            (name, str(field.label.text), str(error)) for name, field in self._fields.items() for error in field.errors
        ]
        return found + [(None, "", str(error)) for error in self.form_errors]


__all__ = [
    "Amount",
    "Choice",
    "Choices",
    "Day",
    "Duration",
    "EntityForm",
    "LongText",
    "Moment",
    "OneOf",
    "Option",
    "Section",
    "Suggested",
    "Text",
    "Tick",
    "Time",
    "Upload",
    "Whole",
    "YesNo",
    "drawn",
    "drop_down",
    "original",
]
