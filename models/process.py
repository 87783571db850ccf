"""Work processes: what the office does each time that something comes up, step by step, and where one is under way."""

from __future__ import annotations

import datetime as dt
import enum

from sqlalchemy import Boolean, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship, synonym

from models.base import DATE, LONG_TEXT, Base, Stamped, UtcDateTime, between, ref, table_args, words
from models.customer import Customer, For
from models.settings import SWITCH, ListValue, ValueList
from models.user import User

USED = f"{SWITCH}processes"
"""The feature switch of all of them."""
LATEST_STEP = 3_650


class Doer(enum.StrEnum):
    """Who does a step: whoever owns the customer, whoever starts the process, or a certain employee."""

    OWNER = "owner"
    STARTER = "starter"
    USER = "user"


class Process(Stamped, Base):
    """A work process, such as the end of a year. A retired one is no longer offered; where it was started it goes on."""

    name: Mapped[str] = mapped_column(String(80), unique=True)
    for_kind: Mapped[For] = mapped_column(words(For, "for_kind"), default=For.BOTH)
    retired: Mapped[bool] = mapped_column(Boolean, default=False)

    steps: Mapped[list[ProcessStep]] = relationship(
        viewonly=True, order_by="(ProcessStep.position, ProcessStep.id)", back_populates="process"
    )

    def __str__(self) -> str:
        return self.name


class ProcessStep(Base):
    """One step: the activity that it becomes, so many days after the start. `user` is the employee of `Doer.USER`."""

    __table_args__ = table_args(
        Index("ix_process_step_process_id", "process_id", "position"),
        Index("ix_process_step_kind_id", "kind_id"),
        Index("ix_process_step_user_id", "user_id"),
    )

    process_id: Mapped[int] = mapped_column(ref("process.id", "CASCADE"))
    position: Mapped[int] = mapped_column(Integer, default=0, info=between(0, 1_000))
    subject: Mapped[str] = mapped_column(String(200))
    kind_id: Mapped[int | None] = mapped_column(
        ref("list_value.id", "RESTRICT"), info={"list": ValueList.ACTIVITY_KIND}
    )
    days: Mapped[int] = mapped_column(Integer, default=0, info=between(0, LATEST_STEP))
    doer: Mapped[Doer] = mapped_column(words(Doer, "doer"), default=Doer.OWNER)
    user_id: Mapped[int | None] = mapped_column(ref("user.id", "SET NULL"))

    process: Mapped[Process] = relationship(viewonly=True, back_populates="steps")
    kind: Mapped[ListValue | None] = relationship()
    user: Mapped[User | None] = relationship()

    name: Mapped[str] = synonym("subject")

    def __str__(self) -> str:
        return self.subject


class ProcessRun(Stamped, Base):
    """A work process that was started for a customer, under the name it had then; its activities point at it.

    It runs while any of them is still to be done and nobody stopped it.
    """

    __table_args__ = table_args(
        Index("ix_process_run_customer_id", "customer_id", "starts_on"),
        Index("ix_process_run_process_id", "process_id"),
        Index("ix_process_run_user_id", "user_id"),
    )

    customer_id: Mapped[int] = mapped_column(ref("customer.id", "CASCADE"))
    process_id: Mapped[int] = mapped_column(ref("process.id", "RESTRICT"))
    name: Mapped[str] = mapped_column(String(80))
    starts_on: Mapped[dt.date] = mapped_column(DATE)
    user_id: Mapped[int | None] = mapped_column(ref("user.id", "SET NULL"))
    stopped_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    note: Mapped[str | None] = mapped_column(Text, info=LONG_TEXT)

    customer: Mapped[Customer] = relationship()
    process: Mapped[Process] = relationship()
    user: Mapped[User | None] = relationship()

    def __str__(self) -> str:
        return self.name
