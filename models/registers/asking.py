"""Ask a register about a number: the request goes out, and what comes back is read. Never inside a transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from models.registers.answer import Answer, Why, refused, unavailable
from models.registers.choosing import Question
from models.registers.client import Base, NoReply, fetch


@dataclass(frozen=True)
class Way:
    """How a register is reached from here: where it is, and the key where it needs one."""

    base: Base
    key: str = field(default="", repr=False)


def ask(ways: Mapping[str, Way], question: Question) -> Answer:
    """What the register says. `ways`: of each register, by its code. Takes seconds where the register is slow."""
    register = question.register
    way = ways[register.code]
    if register.needs_key and not way.key:
        return refused(Why.NEEDS_KEY)
    try:
        reply = fetch(way.base, register.ask(question.number, way.key))
    except NoReply as none:
        return unavailable(none.why)
    return register.read(question.number, reply.status, reply.body)
