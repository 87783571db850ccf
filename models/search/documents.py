"""Search documents: one text per customer, contact, project, activity and comment, kept by triggers in the database.

A document holds what people look a record up by, folded (see folding.py), in a table beside the record's own; any write
by any program keeps it. On PostgreSQL a trigram index lies on it. On SQLite the index is FTS5's, which is dear to keep
row by row: the triggers only note which documents the index does not know yet (`…_stale`), a commit of ours brings it
up to date in one go, and a search looks through the noted ones as well. So a program without FTS5 can write, too.

These tables are no part of the metadata: the journal does not keep them, migrations leave them alone (their names begin
with that of the record and `_search`) and `install` makes them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, Integer, String, TableClause, column, event, inspect, table, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from models.activity import Activity, Comment
from models.base import WILL_WRITE, Base
from models.contact import Contact
from models.customer import Customer
from models.journal import is_open
from models.project import Project
from models.search import folding
from models.settings import Setting

PREFIX = "search_"
# From so many changes on documents are better made all at once, and their index later.
LARGE = 2_000
SETTINGS = Setting.__tablename__
# What people write in numbers and what does not count there.
SEPARATORS = " .-/()+"


@dataclass(frozen=True)
class Document:
    """What the documents of a noun are made of: columns as they are, numbers without separators, and other tables.

    A number that is written in names and letters, such as K-10073, is in both.
    `switched` are (column, feature switch of the settings): not in the document while that is off.
    `elsewhere` are (table, its column that refers to the noun, its column that is searched).
    """

    noun: type[Base]
    columns: tuple[str, ...]
    squeezed: tuple[str, ...] = ()
    switched: tuple[tuple[str, str], ...] = ()
    elsewhere: tuple[tuple[str, str, str], ...] = ()

    @property
    def record(self) -> str:
        return self.noun.__tablename__

    @property
    def name(self) -> str:
        """The table of the documents; what belongs to it is named after it."""
        return f"{self.record}_search"

    @property
    def key(self) -> str:
        return f"{self.record}_id"

    @property
    def source(self) -> tuple[str, ...]:
        """The record's own columns that a document is made of."""
        every = (*self.columns, *self.squeezed, *(name for name, _switch in self.switched))
        return tuple(dict.fromkeys(every))

    @property
    def table(self) -> TableClause:
        """The documents: `id` of the record, `document`."""
        return table(self.name, column(self.key, Integer), column("document", String))

    def on_switch(self) -> Iterator[tuple[str, str, str]]:
        """What a trigger on the settings does: its name, when it runs, and of which records it makes documents anew."""
        for name, switch in self.switched:
            for word, row in (("INSERT", "NEW."), ("UPDATE", "NEW."), ("DELETE", "OLD.")):
                when = f"AFTER {word} ON {SETTINGS} FOR EACH ROW WHEN ({_is_switch(row, switch)})"
                yield f"{switch}_{word.lower()}", when, f"IN (SELECT id FROM {self.record} WHERE {name} <> '')"

    def raw(self, row: str) -> str:
        """SQL for the document of a row, not folded: one line for each thing, so that no word runs into the next."""
        lines = [f"coalesce({row}.{name}, '')" for name in self.columns]
        if self.squeezed:
            lines.append(_squeezed(" || chr(10) || ".join(f"coalesce({row}.{name}, '')" for name in self.squeezed)))
        for name, switch in self.switched:
            is_off = f"EXISTS (SELECT 1 FROM {SETTINGS} WHERE {_is_switch('', switch)} AND value = 'false')"
            lines.append(f"CASE WHEN {row}.{name} <> '' AND NOT {is_off} THEN {row}.{name} ELSE '' END")
        for place, owner, name in self.elsewhere:
            lines.append(f"coalesce((SELECT {{joined}}({name}, chr(10)) FROM {place} WHERE {owner} = {row}.id), '')")
        return " || chr(10) || ".join(lines)


def _is_switch(row: str, switch: str) -> str:
    return f"{row}key = {folding.literal(switch)}"


def _squeezed(expression: str) -> str:
    # "+31 (0)6 …" is written for people; without the zero it is one number, however it is written.
    for separator in ("(0)", *SEPARATORS):
        expression = f"replace({expression}, {folding.literal(separator)}, '')"
    return expression


DOCUMENTS = {
    document.record: document
    for document in (
        Document(
            Customer,
            ("number", "company_name", "first_name", "last_name", "email", "reference"),
            ("number", "phone", "mobile", "vat_number", "company_number"),
            tuple((column.name, column.info["switch"]) for column in Customer.__table__.c if "switch" in column.info),
            (("address", "customer_id", "city"),),
        ),
        Document(
            Contact,
            ("first_name", "last_name", "company_name", "job_title", "email", "city"),
            ("phone", "mobile"),
        ),
        Document(Project, ("number", "name"), ("number",)),
        Document(Activity, ("subject", "note")),
        Document(Comment, ("text",)),
    )
}


# Making and unmaking -------------------------------------------------------------------------------------------------


def install(connection: Connection) -> None:
    """Make the documents, their index and their triggers, where they are not there as this version makes them.

    Call it after every change of the schema; repeating costs nothing. One million customers take some twenty seconds.
    """
    if not is_current(connection):
        rebuild(connection)


def rebuild(connection: Connection) -> None:
    """Make everything anew, from the records as they are, whatever is there."""
    remove(connection)
    kind = _kind(connection)
    for statement in kind.prepare():
        connection.exec_driver_sql(statement)
    for document in DOCUMENTS.values():
        for statement in kind.build(document):
            connection.exec_driver_sql(statement)
    for document in DOCUMENTS.values():
        for _name, statement in kind.triggers(document):
            connection.exec_driver_sql(statement)
    connection.exec_driver_sql(f"CREATE TABLE {_STAMP} (made_as VARCHAR(64) NOT NULL)")
    connection.exec_driver_sql(f"INSERT INTO {_STAMP} VALUES ({folding.literal(_fingerprint(connection))})")


def remove(connection: Connection) -> None:
    """Take everything away. A migration that rebuilds tables needs this first: SQLite then checks all triggers."""
    kind = _kind(connection)
    connection.exec_driver_sql(f"DROP TABLE IF EXISTS {_STAMP}")
    for name, owner in _triggers(connection):
        connection.exec_driver_sql(kind.drop_trigger(name, owner))
    for document in DOCUMENTS.values():
        for statement in kind.teardown(document):
            connection.exec_driver_sql(statement)


def is_current(connection: Connection) -> bool:
    """Whether documents, index and triggers are there as this version makes them."""
    present = {name for name, _owner in _triggers(connection)}
    wanted = {name for document in DOCUMENTS.values() for name, _sql in _kind(connection).triggers(document)}
    if not wanted <= present or not inspect(connection).has_table(_STAMP):
        return False
    return connection.exec_driver_sql(f"SELECT made_as FROM {_STAMP}").scalar() == _fingerprint(connection)


@contextmanager
def suspended(connection: Connection) -> Iterator[None]:
    """Inside, no document is kept; afterwards all are made anew. For the first fill of a database.

    A large import into a filled database is quicker with the triggers on: this makes every document, not only new ones.
    """
    remove(connection)
    yield
    rebuild(connection)


_STAMP = "customer_search_version"
_BEHIND = "customer_search_behind"


def _fingerprint(connection: Connection) -> str:
    kind = _kind(connection)
    parts = [*kind.prepare(), *(part for document in DOCUMENTS.values() for part in kind.build(document))]
    parts += [sql for document in DOCUMENTS.values() for _name, sql in kind.triggers(document)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _triggers(connection: Connection) -> list[tuple[str, str]]:
    found = connection.execute(text(_kind(connection).all_triggers), {"pattern": f"{PREFIX}%"})
    return [(name, owner) for name, owner in found]


# SQLite --------------------------------------------------------------------------------------------------------------


class _Sqlite:
    """SQL for SQLite. A write notes in `…_stale` what the index holds of a document (NULL: nothing), once."""

    all_triggers = "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE :pattern"

    @staticmethod
    def drop_trigger(name: str, _owner: str) -> str:
        return f"DROP TRIGGER {name}"

    @staticmethod
    def prepare() -> tuple[str, ...]:
        return (
            f"DROP TABLE IF EXISTS {_BEHIND}",
            # The changesets whose documents are still to be made.
            f"CREATE TABLE {_BEHIND} (changeset_id INTEGER PRIMARY KEY)",
        )

    @staticmethod
    def teardown(document: Document) -> Iterator[str]:
        yield f"DROP TABLE IF EXISTS {_BEHIND}"
        yield f"DROP VIEW IF EXISTS {document.name}_fold"
        for suffix in ("_index", "_stale", ""):
            yield f"DROP TABLE IF EXISTS {document.name}{suffix}"

    @classmethod
    def build(cls, document: Document) -> Iterator[str]:
        name, key = document.name, document.key
        yield f"CREATE TABLE {name} ({key} INTEGER PRIMARY KEY, document TEXT NOT NULL)"
        yield f"CREATE TABLE {name}_stale ({key} INTEGER PRIMARY KEY, indexed TEXT)"
        yield (
            f"CREATE VIRTUAL TABLE {name}_index USING fts5(document, content='{name}', content_rowid='{key}', "
            "tokenize='trigram case_sensitive 1', detail='none', columnsize=0)"
        )
        # What many documents add is sorted in memory first, and not a megabyte at a time.
        yield f"INSERT INTO {name}_index ({name}_index, rank) VALUES ('hashsize', {16 << 20})"
        yield f"INSERT INTO {name} SELECT r.id, {cls._document(document, 'r')} FROM {document.record} r"
        for folded in folding.sqlite_steps("document"):
            yield f"UPDATE {name} SET document = {folded} WHERE {folding.sqlite_beyond_ascii('document')}"
        yield f"INSERT INTO {name}_index ({name}_index) VALUES ('rebuild')"
        # Something like a procedure: to insert a key and 0 is to fold that document.
        yield f"CREATE VIEW {name}_fold AS SELECT {key}, 0 AS step FROM {name}"

    @staticmethod
    def _document(document: Document, row: str) -> str:
        raw = document.raw(row).replace("chr(10)", "char(10)").format(joined="group_concat")
        # SQLite's own lower() knows ASCII only; what is beyond comes step by step.
        return f"lower({raw})"

    @classmethod
    def make_anew(cls, document: Document, changeset_id: int, tables: Collection[str]) -> Iterator[str]:
        """Make the documents of all records that a changeset of these tables touched, and note that the index lags."""
        name, key, fresh = document.name, document.key, f"temp.{document.name}_fresh"
        of_changeset = f"FROM change WHERE changeset_id = {changeset_id} AND table_name ="
        touched = [f"SELECT row_id AS id {of_changeset} '{document.record}'"] if document.record in tables else []
        for place, owner, _source in document.elsewhere:
            owners = (f"json_extract({at}, '$.{owner}')" for at in ("before", "after"))
            touched += [f"SELECT {one} AS id {of_changeset} '{place}'" for one in owners if place in tables]
        if SETTINGS in tables:
            touched += [f"SELECT id FROM {document.record} WHERE id {of}" for _at, _when, of in document.on_switch()]
        if not touched:
            return
        yield f"CREATE TABLE {fresh} (id INTEGER PRIMARY KEY, document TEXT)"
        yield (
            f"INSERT INTO {fresh} SELECT t.id, CASE WHEN r.id IS NOT NULL THEN {cls._document(document, 'r')} END "
            f"FROM ({' UNION '.join(touched)}) t LEFT JOIN {document.record} r ON r.id = t.id WHERE t.id IS NOT NULL"
        )
        # All are looked through once, and those that need it once a step.
        beyond = f"{fresh}_beyond"
        yield f"CREATE TABLE {beyond} AS SELECT id FROM {fresh} WHERE {folding.sqlite_beyond_ascii('document')}"
        for folded in folding.sqlite_steps("document"):
            needed = f"id IN (SELECT id FROM {beyond}) AND {folding.sqlite_beyond_ascii('document')}"
            yield f"UPDATE {fresh} SET document = {folded} WHERE {needed}"
        yield f"DROP TABLE {beyond}"
        yield (
            f"INSERT INTO {name}_stale SELECT f.id, d.document FROM {fresh} f LEFT JOIN {name} d ON d.{key} = f.id "
            f"WHERE d.document IS NOT f.document AND NOT EXISTS (SELECT 1 FROM {name}_stale s WHERE s.{key} = f.id)"
        )
        yield f"DELETE FROM {name} WHERE {key} IN (SELECT id FROM {fresh} WHERE document IS NULL)"
        yield (
            f"INSERT INTO {name} SELECT id, document FROM {fresh} WHERE document IS NOT NULL "
            f"ON CONFLICT ({key}) DO UPDATE SET document = excluded.document WHERE document <> excluded.document"
        )
        yield f"DROP TABLE {fresh}"

    @classmethod
    def triggers(cls, document: Document) -> Iterator[tuple[str, str]]:
        name, key, record = document.name, document.key, document.record
        keep = cls._keep(document, "= NEW.id")
        drop = f"DELETE FROM {name} WHERE {key} = OLD.id;"
        yield cls._trigger(f"{record}_insert", f"AFTER INSERT ON {record}", keep)
        differs = " OR ".join(f"OLD.{source} IS NOT NEW.{source}" for source in document.source)
        changed = f"AFTER UPDATE OF {', '.join(document.source)} ON {record} WHEN {differs}"
        yield cls._trigger(f"{record}_update", changed, keep)
        yield cls._trigger(f"{record}_rekey", f"AFTER UPDATE OF id ON {record} WHEN OLD.id <> NEW.id", drop + keep)
        yield cls._trigger(f"{record}_delete", f"AFTER DELETE ON {record}", drop)
        for place, owner, source in document.elsewhere:
            of, was = cls._keep(document, f"= NEW.{owner}"), cls._keep(document, f"= OLD.{owner}")
            add = cls._add(document, f"= NEW.{owner}", f"NEW.{source}")
            yield cls._trigger(f"{place}_insert", f"AFTER INSERT ON {place} WHEN NEW.{source} <> ''", add)
            moved = f"OLD.{source} IS NOT NEW.{source} OR OLD.{owner} <> NEW.{owner}"
            yield cls._trigger(
                f"{place}_update", f"AFTER UPDATE OF {source}, {owner} ON {place} WHEN {moved}", was + of
            )
            yield cls._trigger(f"{place}_delete", f"AFTER DELETE ON {place} WHEN OLD.{source} <> ''", was)
        for at, when, of in document.on_switch():
            yield cls._trigger(f"{record}_{at}", when, cls._keep(document, of))
        yield from cls.index_triggers(document)

    @classmethod
    def index_triggers(cls, document: Document) -> Iterator[tuple[str, str]]:
        name, key = document.name, document.key
        common, *rest = (
            f"UPDATE {name} SET document = {folded} WHERE {key} = NEW.{key} AND "
            f"{folding.sqlite_beyond_ascii('document')};"
            for folded in folding.sqlite_steps("document")
        )
        fold = f"INSTEAD OF INSERT ON {name}_fold WHEN NEW.step ="
        yield cls._trigger(f"{name}_fold", f"{fold} 0", common + cls._fold(document, f"= NEW.{key}", 1))
        yield cls._trigger(f"{name}_fold_rest", f"{fold} 1", "".join(rest))
        yield cls._trigger(f"{name}_insert", f"AFTER INSERT ON {name}", cls._note(document, "NEW", "NULL"))
        changed = f"AFTER UPDATE OF document ON {name} WHEN OLD.document <> NEW.document"
        yield cls._trigger(f"{name}_update", changed, cls._note(document, "OLD", "OLD.document"))
        yield cls._trigger(f"{name}_delete", f"AFTER DELETE ON {name}", cls._note(document, "OLD", "OLD.document"))

    @staticmethod
    def _note(document: Document, row: str, indexed: str) -> str:
        # Not OR IGNORE: the conflict clause of whoever sets the trigger off would take its place.
        stale, key = f"{document.name}_stale", document.key
        return (
            f"INSERT INTO {stale} SELECT {row}.{key}, {indexed} "
            f"WHERE NOT EXISTS (SELECT 1 FROM {stale} s WHERE s.{key} = {row}.{key});"
        )

    @classmethod
    def _keep(cls, document: Document, of: str) -> str:
        return (
            f"INSERT INTO {document.name} SELECT r.id, {cls._document(document, 'r')} FROM {document.record} r "
            f"WHERE r.id {of} ON CONFLICT ({document.key}) DO UPDATE SET document = excluded.document;"
        ) + cls._fold(document, of, 0)

    @classmethod
    def _add(cls, document: Document, of: str, line: str) -> str:
        return (
            f"UPDATE {document.name} SET document = document || char(10) || lower({line}) WHERE {document.key} {of};"
        ) + cls._fold(document, of, 0)

    @staticmethod
    def _fold(document: Document, of: str, step: int) -> str:
        return (
            f"INSERT INTO {document.name}_fold SELECT {document.key}, {step} FROM {document.name} "
            f"WHERE {document.key} {of} AND {folding.sqlite_beyond_ascii('document')};"
        )

    @staticmethod
    def _trigger(name: str, event: str, body: str) -> tuple[str, str]:
        return f"{PREFIX}{name}", f"CREATE TRIGGER {PREFIX}{name} {event} BEGIN {body} END"


def settle(connection: Connection, most: int | None = None) -> bool:
    """Bring SQLite's index up to date with what its triggers noted; a commit of ours does it by itself.

    At most `most` documents of each kind; whether there may be more.
    """
    if _catch_up(connection) and most is not None:
        return True
    is_more = False
    for document in DOCUMENTS.values():
        name, key = document.name, document.key
        first = f"SELECT {key} FROM {name}_stale ORDER BY {key} LIMIT {-1 if most is None else most}"
        count, last = connection.exec_driver_sql(f"SELECT count(*), max({key}) FROM ({first})").one()
        if not count:
            continue
        is_more = is_more or count == most
        for statement in (
            f"INSERT INTO {name}_index ({name}_index, rowid, document) "
            f"SELECT 'delete', {key}, indexed FROM {name}_stale WHERE indexed IS NOT NULL AND {key} <= {last}",
            f"INSERT INTO {name}_index (rowid, document) "
            f"SELECT d.{key}, d.document FROM {name}_stale s JOIN {name} d ON d.{key} = s.{key} WHERE s.{key} <= {last}",
            f"DELETE FROM {name}_stale WHERE {key} <= {last}",
        ):
            connection.exec_driver_sql(statement)
    return is_more


def _catch_up(connection: Connection) -> bool:
    """Make the documents that changesets left to be made; whether there were any."""
    behind = connection.exec_driver_sql(f"SELECT changeset_id FROM {_BEHIND} ORDER BY changeset_id").scalars().all()
    if not behind:
        return False
    # They would note row by row what is noted all at once.
    with _away(connection, [one for document in DOCUMENTS.values() for one in _Sqlite.index_triggers(document)]):
        for changeset_id in behind:
            _make_anew(connection, changeset_id)
    connection.exec_driver_sql(f"DELETE FROM {_BEHIND}")
    return True


@contextmanager
def _away(connection: Connection, triggers: Sequence[tuple[str, str]]) -> Iterator[None]:
    """Without these triggers, which nobody else sees; whatever is raised inside has to end the transaction."""
    for name, _sql in triggers:
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    yield
    for _name, sql in triggers:
        connection.exec_driver_sql(sql)


def _make_anew(connection: Connection, changeset_id: int) -> None:
    """Make the documents of all records that a changeset touched."""
    touched = f"SELECT DISTINCT table_name FROM change WHERE changeset_id = {changeset_id}"
    tables = set(connection.exec_driver_sql(touched).scalars())
    for document in DOCUMENTS.values():
        for statement in _Sqlite.make_anew(document, changeset_id, tables):
            connection.exec_driver_sql(statement)


@contextmanager
def in_bulk(session: Session, changeset_id: int) -> Iterator[None]:
    """Inside an open changeset: its documents are made at the end, all at once, instead of row by row (SQLite).

    That holds the write lock for half as long. Inside `settled_later` they are made after the commit. The triggers are away
    meanwhile, which nobody else sees; whatever is raised inside has to end the transaction.
    """
    if not _keeps_an_index(session):
        yield
        return
    connection = session.connection()
    with _away(connection, [one for document in DOCUMENTS.values() for one in _Sqlite.triggers(document)]):
        yield
        session.flush()
        if session.info.get(_LATER, False):
            connection.exec_driver_sql(f"INSERT INTO {_BEHIND} VALUES ({changeset_id})")
        else:
            _make_anew(connection, changeset_id)


_LATER = "search.settles_later"
# So many documents hold the write lock for less than half a second. Each piece less is a merge of the index less.
_PIECE = 25_000


@contextmanager
def settled_later(session: Session) -> Iterator[None]:
    """Inside, a commit leaves the index as it is, and its lock is the shorter for it; afterwards it is settled by and by.

    Meanwhile a search looks through what was noted; what was written in bulk it finds as it was before, for a second or
    so. Whoever is ended in between leaves it to the next commit.
    """
    session.info[_LATER] = True
    try:
        yield
    finally:
        session.info.pop(_LATER)
    is_more = _keeps_an_index(session)
    try:
        while is_more:
            is_more = settle(session.connection(execution_options=WILL_WRITE), _PIECE)
            session.commit()
    except OperationalError:
        # Others write all the time. The next of their commits does it.
        session.rollback()


def _keeps_an_index(session: Session) -> bool:
    if session.get_bind().dialect.name != "sqlite":
        return False
    stamp = f"SELECT 1 FROM sqlite_master WHERE name = '{_STAMP}'"
    found = session.connection().exec_driver_sql(stamp).first() is not None
    if not is_open(session):
        session.rollback()
    return found


@event.listens_for(Session, "before_commit")
def _settle(session: Session) -> None:
    if not is_open(session) or session.in_nested_transaction() or session.info.get(_LATER, False):
        return
    session.flush()
    if _keeps_an_index(session):
        settle(session.connection())


# PostgreSQL ----------------------------------------------------------------------------------------------------------


class _Postgresql:
    """SQL for PostgreSQL. The index keeps a list of what is not sorted in yet by itself."""

    all_triggers = (
        "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
        "WHERE NOT t.tgisinternal AND t.tgname LIKE :pattern AND c.relnamespace = current_schema()::regnamespace"
    )

    @staticmethod
    def drop_trigger(name: str, owner: str) -> str:
        return f'DROP TRIGGER {name} ON "{owner}"'

    @classmethod
    def teardown(cls, document: Document) -> Iterator[str]:
        for name in cls._functions(document):
            yield f"DROP FUNCTION IF EXISTS {name}()"
        yield f"DROP TABLE IF EXISTS {document.name}"

    @staticmethod
    def prepare() -> Iterator[str]:
        yield "CREATE EXTENSION IF NOT EXISTS pg_trgm"
        # translate() looks every letter up in a list: worth it only where there is something beyond ASCII.
        steps = "".join(
            f"IF octet_length(d) > length(d) THEN d := {step}; END IF;" for step in folding.postgresql_steps("d")
        )
        yield (
            "CREATE OR REPLACE FUNCTION search_plain(d text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE "
            f'AS $$BEGIN d := lower(d COLLATE "C"); {steps} RETURN d; END$$'
        )

    @classmethod
    def build(cls, document: Document) -> Iterator[str]:
        name, key = document.name, document.key
        yield f"CREATE TABLE {name} ({key} integer PRIMARY KEY, document text NOT NULL)"
        yield f"INSERT INTO {name} SELECT r.id, {cls._document(document)} FROM {document.record} r"
        yield f"CREATE INDEX {name}_index ON {name} USING gin (document gin_trgm_ops)"
        yield f"ANALYZE {name}"
        for function, body in cls._functions(document).items():
            code = f"BEGIN {body} RETURN NULL; END"
            yield f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $${code}$$"

    @staticmethod
    def _document(document: Document) -> str:
        return f"search_plain({document.raw('r').format(joined='string_agg')})"

    @classmethod
    def _functions(cls, document: Document) -> dict[str, str]:
        drop = f"IF TG_OP <> 'INSERT' THEN DELETE FROM {document.name} WHERE {document.key} = OLD.id; END IF;"
        keep = f"IF TG_OP <> 'DELETE' THEN {cls._keep(document, '= NEW.id')} END IF;"
        found = {f"{PREFIX}{document.record}": drop + keep}
        for place, owner, source in document.elsewhere:
            add = (
                f"UPDATE {document.name} SET document = document || chr(10) || search_plain(NEW.{source}) "
                f"WHERE {document.key} = NEW.{owner} AND NEW.{source} <> '';"
            )
            was, of = cls._keep(document, f"= OLD.{owner}"), cls._keep(document, f"= NEW.{owner}")
            found[f"{PREFIX}{document.record}_{place}"] = (
                f"IF TG_OP = 'INSERT' THEN {add} ELSE {was} END IF; IF TG_OP = 'UPDATE' THEN {of} END IF;"
            )
        for at, _when, of in document.on_switch():
            found[f"{PREFIX}{document.record}_{at}"] = cls._keep(document, of)
        return found

    @classmethod
    def _keep(cls, document: Document, of: str) -> str:
        return (
            f"INSERT INTO {document.name} SELECT r.id, {cls._document(document)} FROM {document.record} r "
            f"WHERE r.id {of} ON CONFLICT ({document.key}) DO UPDATE SET document = excluded.document;"
        )

    @classmethod
    def triggers(cls, document: Document) -> Iterator[tuple[str, str]]:
        record = document.record
        yield from cls._pair(record, record, f"{PREFIX}{record}", ("id", *document.source))
        for place, owner, source in document.elsewhere:
            yield from cls._pair(place, place, f"{PREFIX}{record}_{place}", (owner, source))
        for at, when, _of in document.on_switch():
            name = f"{PREFIX}{record}_{at}"
            yield name, f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION {name}()"

    @staticmethod
    def _pair(name: str, place: str, function: str, columns: Sequence[str]) -> Iterator[tuple[str, str]]:
        run = f"FOR EACH ROW EXECUTE FUNCTION {function}()"
        differs = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in columns)
        yield f"{PREFIX}{name}", f"CREATE TRIGGER {PREFIX}{name} AFTER INSERT OR DELETE ON {place} {run}"
        changed = f"AFTER UPDATE ON {place} FOR EACH ROW WHEN ({differs}) EXECUTE FUNCTION {function}()"
        yield f"{PREFIX}{name}_update", f"CREATE TRIGGER {PREFIX}{name}_update {changed}"


def _kind(connection: Connection) -> type[_Sqlite | _Postgresql]:
    return _Postgresql if connection.dialect.name == "postgresql" else _Sqlite
