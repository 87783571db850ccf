"""Rows of which a form can have several: contacts of a new customer, steps of a work process.

Their fields are called after the row: `contact-0-function`. static/js/new.js knows the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import request

from admin_views.forms import EntityForm


@dataclass(frozen=True)
class Repeated:
    """One sort of such rows, and how many of them a form has at most."""

    name: str
    most: int

    @cached_property
    def _numbered(self) -> re.Pattern[str]:
        return re.compile(rf"{self.name}-(\d{{1,2}})-")

    def number(self, key: str) -> int | None:
        """Which row a key is of, as the verb calls it; None for what is no row."""
        found = self._numbered.fullmatch(f"{key}-")
        return int(found[1]) if found else None

    def prefix(self, number: int) -> str:
        """What the names of the fields of a row begin with."""
        return f"{self.name}-{number}-"

    def count(self, posted: Mapping[str, Any] | None, held: int = 0) -> int:
        """How many rows a form has: those that were posted or are `held`, one at least, and one besides if asked for."""
        numbers = {int(found[1]) for name in posted or () if (found := self._numbered.match(name))}
        return min(self.most, max(max(numbers, default=0) + 1, held) + (posted is not None and "more" in request.form))

    def rows(self, form: EntityForm) -> list[tuple[str, ...]]:
        """The names of the fields of each row on the form."""
        found: dict[str, list[str]] = {}
        for name in form._fields:
            if numbered := self._numbered.match(name):
                found.setdefault(numbered[0], []).append(name)
        return [tuple(names) for names in found.values()]

    def key(self, name: str) -> str:
        """The row that a field is of, as the verb calls it: contact-0."""
        found = self._numbered.match(name)
        return found[0].rstrip("-") if found else ""

    def behind(self, name: str) -> str:
        """The name of a field without its row."""
        return self._numbered.sub("", name, count=1)
