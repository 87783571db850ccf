"""Databases to test on: a file for SQLite, and for PostgreSQL a throw-away cluster from the machine's own binaries."""

from __future__ import annotations

import contextlib
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, Dialect, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection

ENGINES = ("sqlite", "postgresql")

# Durability is what a throw-away cluster can do without.
_QUICK = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "autovacuum=off",
    "jit=off",
    "max_wal_size=4GB",
    "listen_addresses=",
)

# So many databases that are done with wait for their end.
_LEAVING = 4

# Runs the server until its own input ends, which it does however the tests come to their end, and cleans up.
_KEEPER = """
folder="$1"; shift
"$@" 2> "$folder/log" &
server=$!
read -r _
kill -QUIT $server
# A server that has hardly begun is deaf to that.
(sleep 2; kill -KILL $server 2> /dev/null) &
wait $server
rm -rf "$folder"
"""


def postgresql_binaries() -> Path | None:
    """The folder of the newest PostgreSQL server on this machine, or None."""
    on_path = shutil.which("initdb")
    folders = [Path(on_path).resolve().parent] if on_path else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda bin: int(bin.parent.name), reverse=True)
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


def without_postgresql() -> None:
    """Skip the test for lack of PostgreSQL, by name; where CI=true that is a failure."""
    message = "PostgreSQL's binaries are missing: install the package postgresql to run this test."
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


def roomy_memory() -> str | None:
    """A folder that lives in memory, where there is one with room: databases are copied there ten times quicker."""
    memory = Path("/dev/shm")
    if memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2**30:
        return str(memory)
    return None


class Cluster:
    """A PostgreSQL cluster in a temporary folder, reached through a socket in it only."""

    def __init__(self, binaries: Path) -> None:
        self._binaries = binaries
        self._keeper: subprocess.Popen[bytes] | None = None
        self._engine: Engine | None = None
        # Not pytest's own folder: the path of a socket is short by nature, and another user must get in.
        self._folder = Path(tempfile.mkdtemp(prefix="kaartenbak-", dir=roomy_memory()))
        # PostgreSQL refuses to run as root.
        self._user = "postgres" if os.geteuid() == 0 else None
        if self._user is not None:
            os.chown(self._folder, pwd.getpwnam(self._user).pw_uid, -1)

    def start(self) -> None:
        """Make the cluster and wait until it answers."""
        data = str(self._folder / "data")
        self._run(
            "initdb", "-D", data, "-U", "kaartenbak", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"
        )
        options = [part for option in (*_QUICK, f"unix_socket_directories={self._folder}") for part in ("-c", option)]
        self._keeper = subprocess.Popen(
            ["sh", "-c", _KEEPER, "keeper", self._folder, self._binaries / "postgres", "-D", data, *options],
            cwd="/",
            stdin=subprocess.PIPE,
            user=self._user,
            start_new_session=True,
        )
        for _ in range(300):
            if self._run("pg_isready", "-q", "-h", str(self._folder), check=False) == 0:
                return
            time.sleep(0.1)
        self.stop()
        raise RuntimeError("PostgreSQL did not start within half a minute.")

    def stop(self) -> None:
        """Stop the server and remove the cluster."""
        if self._engine is not None:
            self._engine.dispose()
        if self._keeper is not None:
            self._keeper.communicate()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str, check: bool = True) -> int:
        return subprocess.run(
            [self._binaries / program, *arguments],
            check=check,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            user=self._user,
        ).returncode

    def url(self, database: str) -> URL:
        return URL.create(
            "postgresql+psycopg", username="kaartenbak", database=database, query={"host": str(self._folder)}
        )

    def execute(self, statement: str) -> None:
        """Run one statement that concerns databases as a whole."""
        if self._engine is None:
            self._engine = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        with self._engine.connect() as connection:
            connection.exec_driver_sql(statement)


class Way:
    """Engines for one database after the other that share what they have compiled: anew it would be a fifth of a test."""

    def __init__(self, url: URL) -> None:
        self._url = url
        self._first = self._engine = create_engine(url)
        event.listen(self._first, "do_connect", self._connect)

    def to(self, url: URL) -> Engine:
        """An engine of this database. The one before is done with, and whoever listened to it."""
        self._engine.dispose()
        self._url = url
        self._engine = Engine(self._first.pool.recreate(), self._first.dialect, url)
        self._engine._compiled_cache = self._first._compiled_cache
        return self._engine

    def _connect(self, dialect: Dialect, _record: object, _arguments: list[object], _named: object) -> DBAPIConnection:
        arguments, named = dialect.create_connect_args(self._url)
        return dialect.connect(*arguments, **named)


class Databases:
    """Hands out fresh databases, and copies of templates that are built once.

    The PostgreSQL cluster starts when the first database on it is asked for; a test that asks for one where the
    binaries are missing is skipped.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._cluster: Cluster | None = None
        self._count = itertools.count(1)
        self._templates: dict[tuple[str, str], str] = {}
        self._ways: dict[tuple[str, str], Way] = {}
        self._leaving: deque[str] = deque()

    def fresh(self, engine: str) -> URL:
        """The URL of a new and empty database."""
        name = f"fresh_{next(self._count)}"
        if engine == "postgresql":
            self._postgresql().execute(f"CREATE DATABASE {name} TEMPLATE template0 STRATEGY FILE_COPY")
        return self._url(engine, name)

    def copy(self, engine: str, template: str, build: Callable[[URL], None]) -> URL:
        """The URL of a new copy of a template. `build` fills the template when it is asked for the first time.

        It must leave no connection open: neither database can be copied then.
        """
        if (engine, template) not in self._templates:
            url = self.fresh(engine)
            build(url)
            self._templates[engine, template] = str(url.database)
        source, name = self._templates[engine, template], f"copy_{next(self._count)}"
        if engine == "postgresql":
            self._postgresql().execute(f"CREATE DATABASE {name} TEMPLATE {source} STRATEGY FILE_COPY")
            return self._url(engine, name)
        url = self._url(engine, name)
        shutil.copyfile(source, str(url.database))
        return url

    def way(self, url: URL, whose: str) -> Engine:
        """An engine for this database; the one before it of the same purpose is of this database now, too."""
        kind = url.get_backend_name()
        if (kind, whose) not in self._ways:
            self._ways[kind, whose] = Way(url)
        return self._ways[kind, whose].to(url)

    def drop(self, url: URL) -> None:
        """Throw a database away, with whoever is still connected: a file at once, one of PostgreSQL a few later."""
        if url.get_backend_name() == "postgresql":
            # Whoever closed a connection just now is still on the way out, and the server would sleep on that.
            self._leaving.append(str(url.database))
            if len(self._leaving) > _LEAVING:
                self._postgresql().execute(f"DROP DATABASE IF EXISTS {self._leaving.popleft()} WITH (FORCE)")
        else:
            for suffix in ("", "-wal", "-shm"):
                Path(f"{url.database}{suffix}").unlink(missing_ok=True)

    def close(self) -> None:
        if self._cluster is not None:
            self._cluster.stop()

    def _url(self, engine: str, name: str) -> URL:
        if engine == "postgresql":
            return self._postgresql().url(name)
        return URL.create("sqlite", database=str(self._folder / f"{name}.sqlite"))

    def _postgresql(self) -> Cluster:
        if self._cluster is None:
            binaries = postgresql_binaries()
            if binaries is None:
                without_postgresql()
                raise AssertionError("unreachable: the test was skipped or failed")
            self._cluster = Cluster(binaries)
            self._cluster.start()
        return self._cluster


@contextlib.contextmanager
def databases() -> Iterator[Databases]:
    """Databases for as long as the block lasts, then gone. Meant for one fixture of session scope."""
    with tempfile.TemporaryDirectory(prefix="kaartenbak-", dir=roomy_memory()) as folder:
        handed_out = Databases(Path(folder))
        try:
            yield handed_out
        finally:
            handed_out.close()
