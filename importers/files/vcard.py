"""Visiting cards: vCard 2.1, 3 and 4, as many in a file as there are."""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from importers.files.refusals import Refusal, Unreadable
from importers.files.relation import REST, Relation, Values
from importers.files.workbook import Kind

_LINE = re.compile(
    r"(?:[\w.-]+\.)?(?P<name>[A-Za-z0-9-]+)(?P<parameters>(?:;(?:\"[^\"]*\"|[^\":;])*)*):(?P<value>.*)", re.DOTALL
)
_PARAMETER = re.compile(r";\s*(?P<name>[^=;:\"]+?)\s*(?:=(?P<value>(?:\"[^\"]*\"|[^;:\"])*))?(?=;|$)")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_DAY = re.compile(r"(?P<year>[0-9]{4})-?(?P<month>[0-9]{2})-?(?P<day>[0-9]{2})(?:T.*)?")
_NO_TELEPHONE = frozenset({"pager", "modem", "textphone", "isdn", "bbs"})
# Kinds of cards that are nobody's: a list of cards is one, too.
_NOBODY = frozenset({"group", "location", "device", "application", "thing"})
# What a calendar writes for a birthday of no known year.
_NO_YEAR = "1604"
# What people read on a card, besides addresses and numbers.
_TOLD = (
    *(
        "url",
        "title",
        "role",
        "nickname",
        "impp",
        "anniversary",
        "x-anniversary",
        "related",
        "x-socialprofile",
        "x-skype",
    ),
    *("hobby", "interest", "expertise", "x-department"),
)
# Where a card within a card stands on one line.
_NAME_WITHIN = re.compile(r"^FN(?:;[^:\n]*)?:(.+)", re.IGNORECASE | re.MULTILINE)
_BASE64 = frozenset({"b", "base64"})


@dataclass(frozen=True, slots=True)
class _Property:
    """One line of a card: `types` are its kinds (work, cell, pref) in small letters."""

    name: str
    value: str
    parameters: Mapping[str, str]
    types: frozenset[str]

    @property
    def text(self) -> str:
        return _unescaped(self.value)

    @property
    def preference(self) -> int:
        """How much it is preferred: from 1, before all others, to 100 (4.0); older cards only say that it is."""
        said = self.parameters.get("pref", "")
        if said.isdecimal():
            return int(said)
        return 1 if "pref" in self.types else 101

    def pieces(self, mark: str = ";") -> list[str]:
        """The parts of a value that has several, each by itself."""
        return [_unescaped(piece).strip() for piece in _split(self.value, mark)]


def relations(text: str, kind: Kind) -> Iterator[Relation]:
    """Whoever has a card."""
    cards: list[list[_Property]] = []
    line = 0
    for line, content in _unfolded(text):
        found = _property(content)
        if found is None:
            continue
        if found.name == "begin" and found.value.strip().lower() == "vcard":
            cards.append([])
        elif found.name == "end" and found.value.strip().lower() == "vcard":
            if not cards:
                raise Unreadable(Refusal.DAMAGED_EXPORT, kind=kind, line=line)
            card = _Card(cards.pop())
            if not cards:
                yield _Carded(card)
            else:  # a card within a card is that of a secretary
                cards[-1].append(_Property("agent", card.called(), {}, frozenset()))
        elif cards:
            cards[-1].append(found)
    if cards:
        raise Unreadable(Refusal.DAMAGED_EXPORT, kind=kind, line=line)


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Whole lines with the number of their first: what begins with a blank goes on, and so does quoted-printable `=`."""
    held: list[str] = []
    started, is_quoted = 0, False
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), 1):
        if held and is_quoted and held[-1].endswith("="):
            held[-1] = held[-1][:-1]
            held.append(line)
            continue
        if held and line[:1] in {" ", "\t"}:
            held.append(line[1:])
            continue
        if held:
            yield started, "".join(held)
        started, held = number, [line]
        is_quoted = "QUOTED-PRINTABLE" in line.partition(":")[0].upper()
    if held:
        yield started, "".join(held)


def _property(line: str) -> _Property | None:
    found = _LINE.fullmatch(line.strip())
    if found is None:
        return None
    parameters: dict[str, str] = {}
    types: set[str] = set()
    for one in _PARAMETER.finditer(found["parameters"]):
        name, value = one["name"].lower(), one["value"]
        if value is None:
            types.add(name)  # 2.1 writes the kind alone: TEL;WORK;VOICE
        elif name == "type":
            types.update(word.strip().lower() for word in value.replace('"', "").split(","))
        else:
            parameters[name] = value.strip('" ').lower()
    encoding = parameters.get("encoding", "")
    if encoding in _BASE64 or "base64" in types:
        return None  # pictures, sounds and keys
    value = found["value"]
    if encoding == "quoted-printable" or "quoted-printable" in types:
        value = _from_quoted(value, parameters.get("charset", "utf-8"))
    if "pref" in parameters:
        types.add("pref")
    return _Property(found["name"].lower(), value, parameters, frozenset(types))


def _from_quoted(value: str, charset: str) -> str:
    content = quopri.decodestring(value.encode("utf-8"))
    for encoding in (charset, "utf-8", "cp1252"):
        try:
            return content.decode(encoding)
        except (LookupError, ValueError):
            continue
    return content.decode("latin-1")


def _split(value: str, mark: str) -> list[str]:
    """Cut at each mark that no backslash stands before."""
    if "\\" not in value:
        return value.split(mark)
    pieces, start, at = list[str](), 0, 0
    while at < len(value):
        if value[at] == mark:
            pieces.append(value[start:at])
            start = at + 1
        at += 2 if value[at] == "\\" else 1
    return [*pieces, value[start:]]


def _unescaped(value: str) -> str:
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value) if "\\" in value else value


class _Card:
    """The lines of one card."""

    def __init__(self, properties: list[_Property]) -> None:
        self._by_name: dict[str, list[_Property]] = {}
        for one in properties:
            self._by_name.setdefault(one.name, []).append(one)

    def person(self) -> Values:
        """Who it is, in parts or as a whole; nothing if the card is that of a firm."""
        whole, named = self.text("fn"), self._by_name.get("n")
        if self._names_a_firm() or (whole and whole.casefold() == self._org().casefold()):
            return {}
        last, first, more, before = (named[0].pieces() + [""] * 4)[:4] if named else ("", "", "", "")
        if not first and (" " in whole or not last):
            return {"name": whole} if whole else {}
        names = {"first_name": " ".join(f"{first} {more}".replace(",", " ").split()), "last_name": last}
        return {field: text for field, text in {**names, "salutation": before}.items() if text}

    def called(self) -> str:
        """The name on it as one text."""
        return self.text("fn") or " ".join(self.person().values()) or self.firm()

    def firm(self) -> str:
        """Where somebody works, or the firm whose card it is."""
        return self._org() or (self.text("fn") if self._names_a_firm() else "")

    def _org(self) -> str:
        named = self._by_name.get("org")
        return named[0].pieces()[0] if named else ""

    def _names_a_firm(self) -> bool:
        return self.text("x-abshowas").lower() == "company" or self.text("kind").lower() == "org"

    def text(self, name: str) -> str:
        """What the first line of this name says."""
        named = self._by_name.get(name)
        return named[0].text.strip() if named else ""

    def all(self, name: str) -> list[_Property]:
        """The lines of this name: first what is preferred, then what is of the work."""
        ranked = sorted(self._by_name.get(name, ()), key=lambda one: (one.preference, "work" not in one.types))
        return [one for one in ranked if one.text.strip()]

    def ways(self) -> Values:
        """How to reach them; several of a kind stand together, and the importer says that it takes the first."""
        found: dict[str, list[str]] = {}
        for one in self.all("email"):
            found.setdefault("email", []).append(one.text.removeprefix("mailto:"))
        for one in self.all("tel"):
            field = "fax" if "fax" in one.types else "mobile" if "cell" in one.types else "phone"
            if not one.types & _NO_TELEPHONE:
                found.setdefault(field, []).append(_number(one.text))
        return {field: "; ".join(dict.fromkeys(numbers)) for field, numbers in found.items()}

    def address(self) -> Values:
        """The address that is preferred, or that of the work."""
        return next(self._addresses(), {})

    def _addresses(self) -> Iterator[Values]:
        for one in self.all("adr"):
            box, more, street, city, region, code, country = (one.pieces() + [""] * 7)[:7]
            lines = [line for line in (street, more, box) if line]
            if lines or city or code:
                values = {"street": lines[0] if lines else "", "street_2": ", ".join(lines[1:])}
                values |= {"postal_code": code, "city": city, "region": region, "country": country}
                yield {field: text for field, text in values.items() if text}

    def more(self) -> Values:
        """What is left: notes, labels, language."""
        notes = "\n".join(one.text for one in self.all("note"))
        labels = ";".join(name for one in self.all("categories") for name in one.pieces(",") if name)
        language = self.text("lang")[:2].lower()
        found = {"description": notes, "labels": labels, "language": language, "website": self._website()}
        return {field: text for field, text in found.items() if text}

    def _website(self) -> str:
        return next((one.text.strip() for one in self.all("url")), "")

    def rest(self, taken: Values) -> str:
        """What `taken` leaves out of what people read on a card, line by line, by the names that cards have for it."""
        told = [("adr", self.address().get("region", ""))]
        told += [("adr", ", ".join(one.values())) for one in islice(self._addresses(), 1, None)]
        told += [(kind, _number(one.text)) for one in self.all("tel") if (kind := _kind_of(one)) not in {"tel", *taken}]
        firm, *others = [list(filter(None, one.pieces())) for one in self._by_name.get("org", ())] or [[]]
        told += [("org", ", ".join(pieces)) for pieces in (firm[1:], *others)]
        told += [(name, one.text.strip()) for name in _TOLD for one in self.all(name)]
        told += [("bday", "" if "birth_date" in taken else self._told_birthday()), ("agent", self._agents())]
        told += self._more_names()
        held = {line.strip() for text in taken.values() for line in text.splitlines()}
        lines = (f"{name.upper()} {text}" for name, text in told if text and text not in held)
        return "\n".join(dict.fromkeys(line for line in lines if line not in held))

    def _agents(self) -> str:
        """The names on the cards within this one, whether on lines of their own or in one."""
        agents = (one.text.strip() for one in self._by_name.get("agent", ()))
        return ", ".join(found[1] if (found := _NAME_WITHIN.search(text)) else text for text in agents if text)

    def function(self) -> str:
        """What somebody does at the firm."""
        return self.text("title") or self.text("role")

    def birth_date(self) -> str:
        """A day of a known year."""
        found = _DAY.fullmatch(self.text("bday"))
        return f"{found['year']}-{found['month']}-{found['day']}" if found and found["year"] != _NO_YEAR else ""

    def birthday(self) -> str:
        """What is told of a birthday that is no such day, for the notes."""
        told = self._told_birthday()
        return f"BDAY {told}" if told and not self.birth_date() else ""

    def _told_birthday(self) -> str:
        return self.text("bday").removeprefix(f"{_NO_YEAR}-")

    def _more_names(self) -> Iterator[tuple[str, str]]:
        """What a name in parts has behind it (MSc, Jr.), and the whole name where that says more than the parts."""
        if self.person().keys().isdisjoint({"first_name", "last_name"}):
            return
        pieces = self._by_name["n"][0].pieces()
        yield "n", pieces[4] if len(pieces) > 4 else ""
        if not _words(self.text("fn")) <= _words(" ".join((*pieces, self._org()))):
            yield "fn", self.text("fn")


class _Carded(Relation):
    """Whoever has a card: in a list of customers the firm with the person as its contact, in one of contacts the person."""

    def __init__(self, card: _Card) -> None:
        super().__init__(is_customer=None if card.text("kind").lower() in _NOBODY else True)
        self._card = card

    def customer(self) -> Values:
        return self._with_rest(self._customer())

    def _customer(self) -> Values:
        card, ways = self._card, self._card.ways()
        person, firm = card.person(), card.firm()
        values = {**card.more(), **{f"head_office.{field}": text for field, text in card.address().items()}}
        if not firm:
            return {**values, **ways, **person, "kind": "private"} if person else {}
        values |= {"company_name": firm, "kind": "business"}
        if not person:
            return {**values, **ways}
        values |= {"fax": ways.pop("fax", "")}
        own = {**person, **ways, "function": card.function()}
        values |= {f"main_contact.{'contact' if field == 'name' else field}": text for field, text in own.items()}
        return values

    def contacts(self) -> list[Values]:
        card = self._card
        person, firm, address, more = card.person(), card.firm(), card.address(), card.more()
        if not (person or firm):
            return []
        ways = {field: text for field, text in card.ways().items() if field != "fax"}
        street = ", ".join(filter(None, (address.pop("street_2", ""), address.pop("street", ""))))
        address.pop("region", None)
        values = {**ways, **address, **more, "street": street, "birth_date": card.birth_date()}
        values["description"] = "\n".join(filter(None, (more.get("description", ""), card.birthday())))
        if person:
            values |= {**person, "customer.name": firm, "customer.function": card.function()}
        else:
            values |= {"own_company": firm, "kind": "business"}
        return [self._with_rest(values)]

    def _with_rest(self, values: Values) -> Values:
        """Without what is empty, and with what there is no place for."""
        told = {field: text for field, text in values.items() if text}
        return {**told, REST: self._card.rest(told)} if told else {}


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


def _kind_of(telephone: _Property) -> str:
    """What a number is called that is no telephone: fax, pager."""
    return next(iter(sorted(telephone.types & {*_NO_TELEPHONE, "fax"})), "tel")


def _number(text: str) -> str:
    """A telephone number, also where it is written as a link: tel:+1-418-656-9254;ext=102."""
    number, _, more = text.strip().removeprefix("tel:").partition(";")
    extension = re.search(r"ext=([0-9]+)", more)
    return f"{number} ext. {extension[1]}" if extension else number
