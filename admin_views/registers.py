"""The registers as this deployment reaches them, and what is said of their answers."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Flask, current_app
from flask_babel import gettext

from admin_views import shell
from models.registers import asking
from models.registers.answer import Answer, Outcome, Why
from models.registers.asking import Way
from models.registers.choosing import REGISTERS, Question
from models.registers.client import Base
from models.registers.register import Register

# Nothing is asked, and nothing is offered that would, unless the office says so.
SWITCH = "ask_registers"
# The settings of the deployment, by the code of a register: where it is, and the key of one that wants one.
URLS = {"BRREG": "BRREG_URL", "PRH": "PRH_URL", "VIES": "VIES_URL", "KVK": "KVK_URL"}
KEYS = {"KVK": "KVK_KEY"}


def ask(question: Question) -> Answer:
    """What a register says. What was read before is let go first: nobody waits for the database while we wait for it."""
    ways = _ways(current_app)
    shell.here().rollback()
    return asking.ask(ways, question)


def said(answer: Answer, register: Register) -> str:
    """An answer that is no company, in words."""
    if answer.outcome is Outcome.NOT_FOUND:
        return gettext("%(register)s does not know this number. Is it typed right?", register=register.name)
    if answer.outcome is Outcome.CEASED and answer.ceased_on:
        day = shell.full(answer.ceased_on)
        return gettext("%(register)s says that this company ceased to be on %(day)s.", register=register.name, day=day)
    if answer.outcome is Outcome.CEASED:
        return gettext("%(register)s says that this company is no more.", register=register.name)
    return why_text(answer.why) if answer.why else ""


def why_text(why: Why) -> str:
    """Why there is no answer, in words."""
    return gettext(why.value)


def _ways(app: Flask) -> Mapping[str, Way]:
    """How each register is reached. Raises ValueError, which names the setting that does not fit."""
    return {one.code: Way(_base(app, one), str(app.config.get(KEYS.get(one.code, "")) or "")) for one in REGISTERS}


def _base(app: Flask, register: Register) -> Base:
    setting = URLS[register.code]
    try:
        return Base.of(str(app.config.get(setting) or register.url))
    except ValueError as wrong:
        raise ValueError(f"KAARTENBAK_{setting} must be {wrong}.") from None


def register(app: Flask) -> None:
    """Refuse to start with a setting that could only fail later."""
    try:
        _ways(app)
    except ValueError as wrong:
        raise SystemExit(str(wrong)) from None
