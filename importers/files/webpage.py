"""Tables of a web page: programs that cannot write a workbook often write one of these, and call it .xls."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from importers.files.facts import Facts
from importers.files.refusals import Refusal, Unreadable
from importers.files.spoilt import watched
from importers.files.values import Read
from importers.files.workbook import Limits

_BLANKS = re.compile(r"[ \t\r\n\f]+")
_LINE_ENDS = re.compile(r" *\n[ \n]*")
_NOT_SHOWN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_LINES = frozenset({"br", "div", "li", "p"})
_NO_TEXT = frozenset({"script", "style", "template"})
# What browsers make of larger ones.
_WIDEST_CELL, _TALLEST_CELL = 1_000, 65_534
_DEEPEST = 100
# A frame around other things is a table, too; a list has the names of its columns and somebody below.
_FEWEST_ROWS = 2

Attributes = dict[str, str | None]


class WebBook:
    """The tables of a page as sheets, each called by its caption or by its number."""

    def __init__(self, page: str, limits: Limits, facts: dict[str, Facts]) -> None:
        tables = _Tables(limits)
        tables.feed(page)
        tables.close()
        self._rows: dict[str, list[list[str]]] = {}
        for number, table in enumerate(tables.found(), 1):
            name = table.caption() or f"Table {number}"
            name = name if name not in self._rows else f"{name} ({number})"
            self._rows[name], facts[name] = table.rows, table.facts
        self._page, self._facts = page, facts

    def sheets(self) -> list[tuple[str, bool]]:
        """Name of each table; none of them is hidden."""
        return [(name, False) for name in self._rows]

    def rows(self, name: str) -> Iterator[list[Read]]:
        """The rows of a table, as text."""
        for row in watched(self._page, self._rows[name], self._facts[name]):
            yield [*row]


@dataclass(slots=True)
class _Table:
    """A table while it is read. `covered`: column -> for how many more rows a cell from above covers it."""

    facts: Facts = field(default_factory=Facts)
    rows: list[list[str]] = field(default_factory=list)
    covered: dict[int, int] = field(default_factory=dict)
    title: list[str] = field(default_factory=list)
    text: list[str] | None = None
    place: tuple[int, int] = (0, 0)

    def caption(self) -> str:
        return _as_text(self.title).replace("\n", " ")[:100]

    def start_row(self, is_hidden: bool) -> None:
        self.rows.append([])
        self.covered = {column: more - 1 for column, more in self.covered.items() if more > 1}
        if is_hidden:
            self.facts.hidden_rows.add(len(self.rows))

    def start_cell(self, attributes: Attributes, is_hidden: bool, widest: int) -> None:
        row = self.rows[-1]
        while len(row) + 1 in self.covered:
            row.append("")
        column = len(row) + 1
        width = min(_span(attributes, "colspan", _WIDEST_CELL), max(1, widest - len(row)))
        height = _span(attributes, "rowspan", _TALLEST_CELL)
        row.extend([""] * width)
        if width > 1 or height > 1:
            self.facts.merged.append((len(self.rows), column, len(self.rows) + height - 1, column + width - 1))
        if height > 1:
            self.covered |= dict.fromkeys(range(column, column + width), height)
        if is_hidden:
            self.facts.hidden_columns.update(range(column, column + width))
        self.place, self.text = (len(self.rows), column), []

    def end_cell(self) -> None:
        if self.text is not None:
            row, column = self.place
            self.rows[row - 1][column - 1] = _as_text(self.text)
            self.text = None


class _Tables(HTMLParser):
    """Listens for tables. One within a cell of another is a table of its own, and no text of that cell."""

    def __init__(self, limits: Limits) -> None:
        super().__init__()
        self._limits = limits
        self._open: list[_Table] = []
        self._closed: list[_Table] = []
        self._silent = ""
        self._in_caption = False

    def found(self) -> list[_Table]:
        """The tables that may hold a list, in the order in which they begin."""
        return [table for table in self._closed if sum(any(row) for row in table.rows) >= _FEWEST_ROWS]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            if len(self._open) == _DEEPEST:
                raise Unreadable(Refusal.TOO_DEEP, limit=_DEEPEST)
            self._open.append(_Table())
            self._closed.append(self._open[-1])
        elif tag in _NO_TEXT:
            self._silent = tag
        elif self._open:
            self._start(self._open[-1], tag, dict(attrs))

    def _start(self, table: _Table, tag: str, attributes: Attributes) -> None:
        is_hidden = "hidden" in attributes or _NOT_SHOWN.search(attributes.get("style") or "") is not None
        if tag == "tr":
            table.end_cell()
            table.start_row(is_hidden)
        elif tag in {"td", "th"}:
            table.end_cell()
            if not table.rows:
                table.start_row(is_hidden=False)
            table.start_cell(attributes, is_hidden, self._limits.columns + 1)
        elif tag == "caption":
            self._in_caption = True
        elif tag in _LINES:
            self._say("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._silent:
            self._silent = ""
        elif tag == "caption":
            self._in_caption = False
        elif self._open and tag in {"td", "th", "tr"}:
            self._open[-1].end_cell()
        elif self._open and tag == "table":
            self._open.pop().end_cell()

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._say(_BLANKS.sub(" ", data))

    def close(self) -> None:
        """The end of the page is the end of every table."""
        super().close()
        while self._open:
            self._open.pop().end_cell()

    def _say(self, text: str) -> None:
        if not self._open:
            return
        table = self._open[-1]
        if self._in_caption:
            table.title.append(text)
        elif table.text is not None:
            table.text.append(text)


def _span(attributes: Attributes, name: str, most: int) -> int:
    said = (attributes.get(name) or "").strip()
    return max(1, min(int(said), most)) if said.isdecimal() and len(said) < 9 else 1


def _as_text(pieces: list[str]) -> str:
    return _LINE_ENDS.sub("\n", "".join(pieces)).strip()
