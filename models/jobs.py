"""Work in the background: a queue in the instance folder or on the PostgreSQL server, and who works it off.

The queue only rings: what has to be done, and how far it is, stands in tables of ours, which a job looks at anew. So a
job that is lost is made up for by the next round, and one that comes twice finds nothing to do.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any
from weakref import WeakSet

import psycopg
from huey import PostgresHuey, SqliteHuey, crontab
from huey.consumer import Consumer
from sqlalchemy import URL, make_url

FILE = "jobs.sqlite"
# Where the queue's own tables stand on PostgreSQL: beside ours, so that migrations, dumps and `check` do not meet them.
SCHEMA = "kaartenbak_jobs"
# One for what takes long, and one for what comes meanwhile.
WORKERS = 2
# How long an idle worker sleeps between two looks at the queue, in seconds.
LONGEST_NAP = 2


class _InAThread(Consumer):  # type: ignore[misc]
    """A consumer beside a server, which hears the signals itself."""

    def _set_signal_handlers(self) -> None:
        pass


class Jobs:
    """The queue of one instance. Jobs are named functions of one number; `round` names those that run every minute too."""

    def __init__(self, folder: Path, url: str = "") -> None:
        self.folder = folder
        self.server = make_url(url) if url.startswith("postgresql") else None
        self.known: dict[str, Callable[[int], None]] = {}
        self.rounds: list[Callable[[], None]] = []
        # On a server each thread has a connection of its own, which it leaves behind when it ends.
        self._opened: WeakSet[psycopg.Connection[Any]] = WeakSet()

    def add(self, name: str, work: Callable[[int], None]) -> None:
        """A job that can be asked for by name."""
        self.known[name] = work

    def add_round(self, work: Callable[[], None]) -> None:
        """What is done every minute, whether it was asked for or not."""
        self.rounds.append(work)

    @cached_property
    def huey(self) -> Any:
        """The queue itself, made when it is first needed."""
        queue = self._in_the_folder() if self.server is None else _on_server(self.server, self._opened)
        queue.periodic_task(crontab(), name="round")(self.round)
        return queue

    def close(self) -> None:
        """Let go of the queue; the next one who asks opens it anew."""
        queue = self.__dict__.pop("huey", None)
        self.__dict__.pop("_ring", None)
        if queue is not None:
            queue.storage.close()
        for connection in list(self._opened):
            connection.close()

    def _in_the_folder(self) -> Any:
        self.folder.mkdir(parents=True, exist_ok=True)
        return SqliteHuey("kaartenbak", filename=str(self.folder / FILE), results=False)

    @cached_property
    def _ring(self) -> Callable[[str, int], object]:
        ring: Callable[[str, int], object] = self.huey.task(name="run")(self.run)
        return ring

    def ask(self, name: str, number: int) -> None:
        """Have a job done soon. Where the queue cannot be written the next round does it, so that nobody waits for it."""
        try:
            self._ring(name, number)
        except Exception:
            logging.getLogger(__name__).warning("the queue could not be written; the next round does it", exc_info=True)

    def run(self, name: str, number: int) -> None:
        """One job."""
        self.known[name](number)

    def round(self) -> None:
        """What is done every minute. One that fails keeps none of the others from their turn."""
        for work in self.rounds:
            try:
                work()
            except Exception:
                logging.getLogger(__name__).exception("a round failed; it is tried again in a minute")

    def start(self) -> Consumer:
        """Work the queue off in threads of this process; `stop()` of what comes back ends them."""
        consumer = self._consumer(_InAThread)
        consumer.start()
        return consumer

    def work(self) -> None:
        """Work the queue off until a signal comes: a process of its own."""
        self._consumer(Consumer).run()

    def _consumer(self, kind: type[Consumer]) -> Consumer:
        _known_before_the_first_one_comes = self._ring
        return kind(self.huey, workers=WORKERS, max_delay=LONGEST_NAP)


def _on_server(url: URL, opened: WeakSet[psycopg.Connection[Any]]) -> Any:
    """A queue that all machines of a panel share. Its schema is made once, by whoever comes first."""
    where = url.set(drivername="postgresql").render_as_string(hide_password=False)

    def connected() -> psycopg.Connection[Any]:
        made = psycopg.connect(where, autocommit=True)
        opened.add(made)
        made.execute(f"SET search_path TO {SCHEMA}")
        return made

    with psycopg.connect(where, autocommit=True) as first:
        if first.execute("SELECT to_regnamespace(%s)", (SCHEMA,)).fetchone() == (None,):
            first.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    # Not blocking: a worker then looks every other second, as it does in the folder, and keeps one connection instead of
    # one more for each thread.
    return PostgresHuey("kaartenbak", connection=connected, results=False, blocking=False)
