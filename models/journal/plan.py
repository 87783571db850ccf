"""What an undo will take back, worked out set by set in two temporary tables and without writing anything else.

`journal_undo` holds one line per row the changeset touched: its first and its last change, so that before and after
are the net effect, and a reason once it is clear that the row stays as it is. `journal_left` holds single fields that
stay. `journal_holder` says which other row is in the way. Reasons are only ever added, so going round until none is
added comes to an end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import Column, Connection, Table, text

from models.journal.graph import Reference, Unique, has_default, references_of, uniques
from models.journal.leaving import DONE, Kept
from models.journal.sql import sql_of
from models.journal.tables import image_columns, is_secret, is_stamp, kept_columns
from models.journal.triggers import quoted

Pair = tuple[str, int]
Locks = Mapping[str, Sequence[tuple[str, str]]]
"""Per table the columns that point at what may be archived, each with the table there: then the row can only be read."""
ARCHIVED_AT = "archived_at"


@dataclass(frozen=True)
class Counts:
    """What an undo does to one table: rows it deletes, restores and sets back."""

    deletes: int = 0
    restores: int = 0
    updates: int = 0

    @property
    def back(self) -> int:
        """Rows that are there afterwards, as they were."""
        return self.restores + self.updates

    @property
    def total(self) -> int:
        return self.deletes + self.back

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.deletes + other.deletes, self.restores + other.restores, self.updates + other.updates)


@dataclass
class Plan:
    """The computation for one changeset. Build it with `draw_up`; it is good for the transaction it was made in."""

    connection: Connection
    tables: dict[str, Table]
    changeset_id: int
    fields: frozenset[str] | None = None
    locks: Locks = field(default_factory=dict)
    # (table, kind) -> rows, and table -> the columns whose value the changeset changed.
    kinds: dict[tuple[str, str], int] = field(default_factory=dict)
    changed: dict[str, list[Column[Any]]] = field(default_factory=dict)
    # Whether rows that come back may lack what they belong to.
    doubtful: bool = False

    def __post_init__(self) -> None:
        self.sql = sql_of(self.connection)

    # --- what concerns which tables ---

    def of_kind(self, kind: str) -> list[Table]:
        """The tables with rows of a kind ('insert', 'update', 'delete': what the changeset did), in order of names."""
        return [self.tables[name] for name, found in sorted(self.kinds) if found == kind and name in self.tables]

    @cached_property
    def references(self) -> list[Reference]:
        """Every foreign key among the journaled tables. Working tables don't count: they hold nobody's work."""
        return [reference for table in self.tables.values() for reference in references_of(table)]

    def references_to(self, parent: Table) -> list[Reference]:
        return [reference for reference in self.references if reference.parent is parent]

    # --- statements ---

    def run(self, sql: str, **values: object) -> int:
        """Run a statement; how many rows it touched."""
        return int(self.connection.execute(text(sql), values).rowcount)

    def lines(self, table: Table, kind: str, beside: str = "") -> str:
        """FROM and WHERE over the lines of a table and kind that will be taken back: u, and the changes it is about.

        These are the first, f, but of an insert, and the last, l, but of a delete. CROSS JOIN holds SQLite to this
        order, for which it has no statistics. `beside` is one more source.
        """
        first, last = kind != "insert", kind != "delete"
        return (
            f"FROM journal_undo u {'CROSS JOIN change f ' * first}{'CROSS JOIN change l ' * last}{beside} "
            f"WHERE u.table_name = '{table.name}' AND u.kind = '{kind}' AND u.reason IS NULL"
            f"{' AND f.id = u.first_id' * first}{' AND l.id = u.last_id' * last}"
        )

    def pieces(self, table: Table, kind: str) -> list[str]:
        """What parts the lines of a table and kind that will be taken back into pieces, so that many are not one statement."""
        lines = f"FROM journal_undo u WHERE u.table_name = '{table.name}' AND u.kind = '{kind}' AND u.reason IS NULL"
        keys = list(self.connection.scalars(text(f"SELECT u.row_id {lines} ORDER BY u.row_id")))
        return [
            f" AND u.row_id BETWEEN {keys[first]} AND {keys[min(first + PIECE, len(keys)) - 1]}"
            for first in range(0, len(keys), PIECE)
        ]

    def mark(self, table: Table, kind: str, reason: str, condition: str) -> int:
        """Let rows stay as they are, for a reason; how many."""
        return self.run(
            f"UPDATE journal_undo SET reason = '{reason}' WHERE table_name = '{table.name}' AND row_id IN "
            f"(SELECT u.row_id {self.lines(table, kind)} AND ({condition}))"
        )

    def any_line(self, table: Table, kind: str, condition: str) -> bool:
        """Whether a condition holds for any line that will be taken back."""
        found = self.connection.scalar(text(f"SELECT 1 {self.lines(table, kind)} AND ({condition}) LIMIT 1"))
        return found is not None

    def mark_field(self, table: Table, kind: str, name: str, reason: Kept, condition: str) -> int:
        """Let one field of rows stay as it is (or empty, in a row that comes back), for a reason; how many."""
        return self.mark_fields(table, kind, [(name, reason, condition)])

    def mark_fields(self, table: Table, kind: str, fields: Iterable[tuple[str, Kept, str]]) -> int:
        """The same of several fields that do not depend on each other, in one statement."""
        lines = self.lines(table, kind)
        marked = [
            f"SELECT '{table.name}', u.row_id, '{name}', '{reason.name}' {lines} AND ({condition})"
            for name, reason, condition in fields
        ]
        if not marked:
            return 0
        into = "INSERT INTO journal_left (table_name, row_id, field, reason)"
        return self.run(f"{into} {' UNION ALL '.join(marked)} ON CONFLICT DO NOTHING")

    def hold(self, source: str) -> int:
        """Note which rows are in the way of others, where none is noted yet; how many."""
        return self.run(f"INSERT INTO journal_holder {source} ON CONFLICT DO NOTHING")

    def held(self, table: Table, name: str = "") -> str:
        """Whether another row is in the way of a row, or of one field of it."""
        return (
            f"EXISTS (SELECT 1 FROM journal_holder h WHERE h.table_name = '{table.name}' "
            f"AND h.row_id = u.row_id AND h.field = '{name}')"
        )

    def left(self, table: Table, name: str, row_id: str) -> str:
        """Whether a field of a row was left."""
        return (
            f"EXISTS (SELECT 1 FROM journal_left x WHERE x.table_name = '{table.name}' "
            f"AND x.row_id = {row_id} AND x.field = '{name}')"
        )

    def writes(self, table: Table, column: Column[Any], line: str = "u", first: str = "f", last: str = "l") -> str:
        """Whether the changeset changed this column of the row and the undo sets it back."""
        changed = self.sql.differ(self.sql.part(column, f"{first}.before"), self.sql.part(column, f"{last}.after"))
        return f"({changed} AND NOT {self.left(table, column.name, f'{line}.row_id')})"

    def exists(self, table: Table, row_id: str) -> str:
        return f"EXISTS (SELECT 1 FROM {quoted(table.name)} t WHERE t.id = {row_id})"

    def will_exist(self, table: Table, row_id: str) -> str:
        """Whether a row will be there when the undo is done."""
        stays = self.exists(table, row_id)
        if (table.name, "insert") in self.kinds:
            stays = f"{stays} AND NOT {self._line(table, 'insert', row_id)}"
        if (table.name, "delete") in self.kinds:
            return f"({stays} OR {self._line(table, 'delete', row_id)})"
        return f"({stays})"

    def _line(self, table: Table, kind: str, row_id: str) -> str:
        return (
            f"EXISTS (SELECT 1 FROM journal_undo v WHERE v.table_name = '{table.name}' AND v.row_id = {row_id} "
            f"AND v.kind = '{kind}' AND v.reason IS NULL)"
        )

    def releases(self, table: Table, columns: Iterable[str], row_id: str) -> str:
        """Whether the undo deletes a row or sets one of these columns back, so that what they hold becomes free."""
        wanted = set(columns)
        free = "v.kind = 'insert'"
        written = [column for column in self.changed.get(table.name, []) if column.name in wanted]
        if written:
            any_of = " OR ".join(self.writes(table, column, "v", "f2", "l2") for column in written)
            free += (
                " OR (v.kind = 'update' AND EXISTS (SELECT 1 FROM change f2, change l2 "
                f"WHERE f2.id = v.first_id AND l2.id = v.last_id AND ({any_of})))"
            )
        return (
            f"EXISTS (SELECT 1 FROM journal_undo v WHERE v.table_name = '{table.name}' AND v.row_id = {row_id} "
            f"AND v.reason IS NULL AND ({free}))"
        )

    # --- drawing up ---

    def collect(self, rows: Iterable[Pair] | None) -> None:
        """Fill the temporary tables with the net effect of the changeset, of these rows only if given."""
        for name, columns in _TEMPORARY.items():
            self.run(f"DROP TABLE IF EXISTS {name}")
            self.run(f"CREATE TEMPORARY TABLE {name} ({columns})")
        self.run(
            "INSERT INTO journal_undo (table_name, row_id, first_id, last_id, kind) "
            "SELECT n.table_name, n.row_id, n.first_id, n.last_id, CASE WHEN f.operation = 'insert' THEN 'insert' "
            "WHEN l.operation = 'delete' THEN 'delete' ELSE 'update' END "
            "FROM (SELECT table_name, row_id, min(id) AS first_id, max(id) AS last_id FROM change "
            "WHERE changeset_id = :changeset GROUP BY table_name, row_id) n "
            "CROSS JOIN change f CROSS JOIN change l WHERE f.id = n.first_id AND l.id = n.last_id "
            "AND NOT (f.operation = 'insert' AND l.operation = 'delete')",
            changeset=self.changeset_id,
        )
        if rows is not None:
            self._only(rows)
        if self.fields is not None:
            self.run("DELETE FROM journal_undo WHERE kind <> 'update'")
        if self.connection.dialect.name == "postgresql":
            self.run("ANALYZE journal_undo")
        found = self.connection.execute(
            text("SELECT table_name, kind, count(*) FROM journal_undo GROUP BY table_name, kind")
        )
        self.kinds = {(table, kind): count for table, kind, count in found}

    def _only(self, rows: Iterable[Pair]) -> None:
        wanted: dict[str, set[int]] = {}
        for table, row in rows:
            if table in self.tables:
                wanted.setdefault(table, set()).add(int(row))
        listed = [
            f"(table_name = '{table}' AND row_id IN ({', '.join(map(str, sorted(ids)))}))"
            for table, ids in wanted.items()
        ]
        self.run(f"DELETE FROM journal_undo WHERE NOT ({' OR '.join(listed) or '1 = 0'})")

    def lock(self) -> None:
        """On PostgreSQL hold the rows, so that nobody changes them between the plan and the deed."""
        if self.connection.dialect.name != "postgresql":
            return
        for name in sorted({table for table, _ in self.kinds if table in self.tables}):
            self.run(
                f"SELECT id FROM {quoted(name)} "
                f"WHERE id IN (SELECT row_id FROM journal_undo WHERE table_name = '{name}') ORDER BY id FOR UPDATE"
            )

    def settle(self) -> None:
        """Find out what stays as it is."""
        for name in sorted({table for table, _ in self.kinds if table not in self.tables}):
            self.run(f"UPDATE journal_undo SET reason = '{Kept.TABLE_GONE.name}' WHERE table_name = :name", name=name)
        for table in self.of_kind("update"):
            self._look_at_updates(table)
        for table in self.of_kind("insert"):
            self._look_at_inserts(table)
        for table in self.of_kind("delete"):
            self._look_at_deletes(table)
        while self._round():
            pass
        for table in self.of_kind("update"):
            self._drop_idle(table)
        for table in self.of_kind("delete"):
            self._note_gaps(table)

    def _look_at_updates(self, table: Table) -> None:
        self.mark(table, "update", Kept.DELETED.name, f"NOT {self.exists(table, 'u.row_id')}")
        self.changed[table.name] = self._changed_columns(table)
        self.mark_fields(
            table,
            "update",
            ((column.name, Kept.CHANGED, self._changed_later(table, column)) for column in self.changed[table.name]),
        )
        self._keep_archived(table, "update", f" AND {self.anything_to_do(table)}")

    def _changed_later(self, table: Table, column: Column[Any]) -> str:
        """Whether a column that was changed holds neither what it was then nor what it became."""
        later = " AND ".join(
            self.sql.differ(self.sql.current(column, "t"), self.sql.part(column, image))
            for image in ("l.after", "f.before")
        )
        now = f"EXISTS (SELECT 1 FROM {quoted(table.name)} t WHERE t.id = u.row_id AND {later})"
        return f"{self._differs(column)} AND {now}"

    def _changed_columns(self, table: Table) -> list[Column[Any]]:
        """The columns that any line changes."""
        columns = [c for c in kept_columns(table) if self.fields is None or c.name in self.fields]
        found, unsure = set[str](), {c.name for c in columns}
        if self.kinds[table.name, "update"] > MANY:
            found, unsure = self._changed_by_example(table)
        asked = [c for c in columns if c.name in unsure]
        if asked:
            flags = ", ".join(
                f"max(CASE WHEN {self._differs(c)} AND {self.sql.has(c, 'f.before')} THEN 1 ELSE 0 END)" for c in asked
            )
            told = self.connection.execute(text(f"SELECT {flags} {self.lines(table, 'update')}")).one()
            found |= {c.name for c, is_changed in zip(asked, told, strict=True) if is_changed}
        return [c for c in columns if c.name in found]

    def _changed_by_example(self, table: Table) -> tuple[set[str], set[str]]:
        """The names of columns that a line changes, and of those that have to be asked for one by one.

        Many lines mostly change the same few. So those that one line changes are left aside, and all the rest of the others
        is compared in one piece, a tenth of the work, until there is no line that changes anything else.
        """
        found, unsure = set[str](), set[str]()
        while left := [c for c in kept_columns(table) if c.name not in found | unsure]:
            compared = {c.name for c in left}
            aside = [c.name for c in image_columns(table) if c.name not in compared]
            other = self.sql.differ(*(self.sql.without(aside, image) for image in ("f.before", "l.after")))
            flags = ", ".join(f"{self._differs(c)}, {self.sql.has(c, 'f.before')}" for c in left)
            line = text(f"SELECT {flags} {self.lines(table, 'update')} AND {other} LIMIT 1")
            example = self.connection.execute(line).first()
            if example is None:
                break
            changed = [(c, has) for c, is_other, has in zip(left, example[::2], example[1::2], strict=True) if is_other]
            found |= {c.name for c, has in changed if has}
            # What is other may be nothing that the table has now.
            unsure |= {c.name for c, has in changed if not has} if changed else compared
        return found, unsure

    def _differs(self, column: Column[Any]) -> str:
        return self.sql.differ(self.sql.part(column, "f.before"), self.sql.part(column, "l.after"))

    def _look_at_inserts(self, table: Table) -> None:
        self.mark(table, "insert", DONE, f"NOT {self.exists(table, 'u.row_id')}")
        self._keep_archived(table, "insert")
        self.mark(table, "insert", Kept.CHANGED.name, self._differs_from(table, "l.after"))

    def _look_at_deletes(self, table: Table) -> None:
        self.mark(table, "delete", Kept.CHANGED.name, self._differs_from(table, "f.before"))
        self.mark(table, "delete", DONE, self.exists(table, "u.row_id"))
        lacks = self._lacks_content(table)
        # Reading images is what an undo of many rows spends its time on, so the usual case takes one look, not several.
        locked = [self._archived_since(parent, key) for parent, key in self._above(table, "delete")]
        if self.any_line(table, "delete", " OR ".join([lacks, *locked, *self._orphaned(table)])):
            self.mark(table, "delete", Kept.CONTENT_GONE.name, lacks)
            self._keep_archived(table, "delete")
            self.doubtful = True

    def _keep_archived(self, table: Table, kind: str, condition: str = "") -> None:
        """What was archived since can only be read. What was so already when it was changed may be set back to that."""
        found = 0
        for parent, key in self._above(table, kind):
            found += self.hold(
                f"SELECT '{table.name}', u.row_id, '', '{parent.name}', {key}, '' "
                f"{self.lines(table, kind)} AND {self._archived_since(parent, key)}{condition}"
            )
        if found:
            self.mark(table, kind, Kept.ARCHIVED.name, self.held(table))

    def _above(self, table: Table, kind: str) -> Iterator[tuple[Table, str]]:
        """What locks a row when it is archived, and where: its key as SQL, now and as the undo would have it."""
        for name, above in self.locks.get(table.name, ()):
            parent, column = self.tables[above], table.columns[name]
            if column.primary_key:
                yield parent, "u.row_id"
                continue
            if kind != "delete":
                yield parent, f"(SELECT t.{quoted(name)} FROM {quoted(table.name)} t WHERE t.id = u.row_id)"
            if kind == "delete" or (kind == "update" and column in self.changed[table.name]):
                yield parent, self.sql.value(column, "f.before")

    def _archived_since(self, parent: Table, key: str) -> str:
        """Whether a row is archived, and was not, or at another time, when the changeset was done with this line.

        How it was then stands in the first change that others made to it afterwards.
        """
        column = parent.columns[ARCHIVED_AT]
        then = self.sql.part(column, "coalesce(n.before, n.after)")
        by_others = self.sql.differ("m.changeset_id", str(self.changeset_id))
        return (
            f"EXISTS (SELECT 1 FROM {quoted(parent.name)} p CROSS JOIN change n WHERE p.id = {key} "
            f"AND p.{quoted(column.name)} IS NOT NULL AND n.id = (SELECT min(m.id) FROM change m "
            f"WHERE m.row_id = p.id AND m.table_name = '{parent.name}' AND m.id > u.last_id AND {by_others}) "
            f"AND {self.sql.differ(self.sql.current(column, 'p'), then)})"
        )

    def _differs_from(self, table: Table, image: str) -> str:
        """Whether the row exists and is not as in the image. Stamps and columns younger than the image don't count."""
        parts = [
            f"({self.sql.differ(self.sql.current(c, 't'), self.sql.part(c, image))} AND {self.sql.has(c, image)})"
            for c in kept_columns(table)
            if not is_stamp(c)
        ]
        # The image as a whole first: it decides nearly always, and is ten times quicker.
        return (
            f"EXISTS (SELECT 1 FROM {quoted(table.name)} t WHERE t.id = u.row_id "
            f"AND {self.sql.differ(self.sql.image(table, 't'), image)} AND ({' OR '.join(parts) or '1 = 0'}))"
        )

    def _lacks_content(self, table: Table) -> str:
        """Whether the image has nothing for a column that must hold something and has no default."""
        needed = [
            f"{self.sql.value(c, 'f.before')} IS NULL"
            for c in kept_columns(table)
            if not c.nullable and not has_default(c) and not c.foreign_keys
        ]
        return " OR ".join(["f.before IS NULL", *needed])

    def _round(self) -> int:
        """Look once at everything that depends on other rows; how much was found that stays."""
        found = 0
        for table in self.of_kind("update"):
            found += self._round_of_updates(table)
        for table in self.of_kind("delete"):
            found += self._round_of_deletes(table)
        for table in self.of_kind("insert"):
            found += self._round_of_inserts(table)
        return found

    def _round_of_updates(self, table: Table) -> int:
        changed = {column.name for column in self.changed[table.name]}
        found = 0
        for reference in references_of(table):
            if reference.column.name in changed:
                found += self.mark_field(
                    table,
                    "update",
                    reference.column.name,
                    Kept.PARENT_GONE,
                    self._parent_gone(reference, "f.before") + f" AND {self.writes(table, reference.column)}",
                )
        for unique in uniques(table, self.connection.dialect):
            for name in sorted(unique.columns & changed):
                self.hold(self._taken(table, unique, "update", name))
                found += self.mark_field(
                    table,
                    "update",
                    name,
                    Kept.VALUE_TAKEN,
                    f"{self.held(table, name)} AND {self.writes(table, table.columns[name])}",
                )
        return found

    def _round_of_deletes(self, table: Table) -> int:
        found = 0
        for orphaned in self._orphaned(table) if self.doubtful else ():
            found += self.mark(table, "delete", Kept.PARENT_GONE.name, orphaned)
        for unique in uniques(table, self.connection.dialect):
            taken = self.hold(self._taken(table, unique, "delete", unique.mark or ""))
            if taken and unique.mark is None:
                found += self.mark(table, "delete", Kept.VALUE_TAKEN.name, self.held(table))
            elif taken and unique.mark is not None:
                # It comes back without the mark that another row carries by now.
                held = self.held(table, unique.mark)
                found += self.mark_field(table, "delete", unique.mark, Kept.VALUE_TAKEN, held)
        # What belongs to a row that stays deleted has no parent either.
        self.doubtful = self.doubtful or found > 0
        return found

    def _orphaned(self, table: Table) -> list[str]:
        """Whether a parent that the row must have is gone, for each such parent."""
        return [
            f"NOT {self.will_exist(reference.parent, self.sql.value(reference.column, 'f.before'))}"
            for reference in references_of(table)
            if not reference.column.nullable
        ]

    def _parent_gone(self, reference: Reference, image: str) -> str:
        value = self.sql.value(reference.column, image)
        return f"{value} IS NOT NULL AND NOT {self.will_exist(reference.parent, value)}"

    def _round_of_inserts(self, table: Table) -> int:
        found = 0
        for reference in self.references_to(table):
            stays = f"NOT {self.releases(reference.table, [reference.column.name], 's.id')}"
            found += self.mark(
                table,
                "insert",
                Kept.REFERENCED.name,
                f"EXISTS (SELECT 1 FROM {quoted(reference.table.name)} s "
                f"WHERE s.{quoted(reference.column.name)} = u.row_id AND {stays})",
            )
        for reference in references_of(table):
            if reference.belongs and (reference.parent.name, "insert") in self.kinds:
                found += self.mark(
                    table,
                    "insert",
                    Kept.BELONGS.name,
                    f"EXISTS (SELECT 1 FROM {quoted(table.name)} s "
                    f"JOIN journal_undo p ON p.row_id = s.{quoted(reference.column.name)} "
                    f"AND p.table_name = '{reference.parent.name}' AND p.kind = 'insert' AND p.reason <> '{DONE}' "
                    "WHERE s.id = u.row_id)",
                )
        return found

    def keys_of(self, unique: Unique, source: str, row_id: str) -> str:
        """SELECT row and keys from a source: the table itself, or something under the same name."""
        keys = ", ".join(f"{key} AS k{number}" for number, key in enumerate(unique.keys))
        return f"SELECT {row_id} AS holder, {keys} FROM {source} WHERE {unique.where}"

    def clashes(self, table: Table, unique: Unique, kind: str) -> str:
        """FROM wanted w JOIN current c: rows that will get a value (w) which another row holds now (c)."""
        wanted = self.keys_of(unique, f"({self._wanted(table, unique, kind)}) AS {quoted(table.name)}", "journal_row")
        current = self.keys_of(unique, quoted(table.name), "id")
        equal = " AND ".join(f"c.k{number} = w.k{number}" for number in range(len(unique.keys)))
        return f"FROM ({wanted}) w JOIN ({current}) c ON {equal} AND c.holder <> w.holder"

    def _taken(self, table: Table, unique: Unique, kind: str, name: str) -> str:
        """The lines of `journal_holder` for the rows whose value, or the part of it in one field, is another's now."""
        released = self.releases(table, unique.columns, "c.holder")
        columns = " ".join(sorted(unique.columns))
        return (
            f"SELECT '{table.name}', w.holder, '{name}', '{table.name}', min(c.holder), '{columns}' "
            f"{self.clashes(table, unique, kind)} WHERE NOT {released} GROUP BY w.holder"
        )

    def _wanted(self, table: Table, unique: Unique, kind: str) -> str:
        """The rows as the undo wants them: key and the columns that count."""
        columns = [table.columns[name] for name in sorted(unique.columns)]
        if kind == "delete":
            shown = ", ".join(f"{self.sql.value(c, 'f.before')} AS {quoted(c.name)}" for c in columns)
            return f"SELECT u.row_id AS journal_row, {shown} {self.lines(table, kind)}"
        changed = {column.name for column in self.changed[table.name]}
        written = [c for c in columns if c.name in changed]
        shown = ", ".join(self._as_wanted(table, c, c.name in changed) for c in columns)
        touched = " OR ".join(self.writes(table, c) for c in written)
        lines = self.lines(table, kind, f"CROSS JOIN {quoted(table.name)} t")
        return f"SELECT u.row_id AS journal_row, {shown} {lines} AND t.id = u.row_id AND ({touched})"

    def _as_wanted(self, table: Table, column: Column[Any], changed: bool) -> str:
        now = f"t.{quoted(column.name)}"
        if not changed:
            return f"{now} AS {quoted(column.name)}"
        before = self.sql.value(column, "f.before")
        return f"CASE WHEN {self.writes(table, column)} THEN {before} ELSE {now} END AS {quoted(column.name)}"

    def _drop_idle(self, table: Table) -> None:
        """Rows of which nothing is set back don't count as taken back."""
        self.mark(table, "update", DONE, f"NOT {self.anything_to_do(table)}")

    def anything_to_do(self, table: Table) -> str:
        parts = [
            f"({self.writes(table, c)} AND {self.sql.differ(self.sql.current(c, 't'), self.sql.part(c, 'f.before'))})"
            for c in self.changed[table.name]
        ]
        return (
            f"EXISTS (SELECT 1 FROM {quoted(table.name)} t WHERE t.id = u.row_id AND ({' OR '.join(parts) or '1 = 0'}))"
        )

    def _note_gaps(self, table: Table) -> None:
        """Fields of rows that come back which will be empty: links to what is gone, and secrets."""
        gone = [
            (reference.column.name, Kept.PARENT_GONE, self._parent_gone(reference, "f.before"))
            for reference in references_of(table)
            if reference.column.nullable
        ]
        secrets = [(column.name, Kept.SECRET, "1 = 1") for column in table.columns if is_secret(column)]
        self.mark_fields(table, "delete", gone + secrets)

    # --- results ---

    def counts(self) -> dict[str, Counts]:
        """Per table what will be done."""
        found = self.connection.execute(
            text("SELECT table_name, kind, count(*) FROM journal_undo WHERE reason IS NULL GROUP BY table_name, kind")
        )
        words = {"insert": "deletes", "delete": "restores", "update": "updates"}
        per_table: dict[str, dict[str, int]] = {}
        for table, kind, count in found:
            per_table.setdefault(table, {})[words[kind]] = count
        return {table: Counts(**numbers) for table, numbers in sorted(per_table.items())}


# From so many lines on it pays to look at examples first.
MANY = 1_000
# So many rows are written by one statement: a second's work at most, so that who waits hears how far it is.
PIECE = 10_000
_TEMPORARY = {
    "journal_undo": (
        "table_name VARCHAR(63), row_id INTEGER, first_id BIGINT, last_id BIGINT, kind VARCHAR(6), reason VARCHAR(20), "
        "PRIMARY KEY (table_name, row_id)"
    ),
    "journal_left": (
        "table_name VARCHAR(63), row_id INTEGER, field VARCHAR(63), reason VARCHAR(20), "
        "PRIMARY KEY (table_name, row_id, field)"
    ),
    "journal_holder": (
        "table_name VARCHAR(63), row_id INTEGER, field VARCHAR(63), holder_table VARCHAR(63), holder INTEGER, "
        "columns TEXT, PRIMARY KEY (table_name, row_id, field)"
    ),
}


def draw_up(
    connection: Connection,
    tables: Iterable[Table],
    changeset_id: int,
    rows: Iterable[Pair] | None = None,
    fields: Iterable[str] | None = None,
    locks: Locks | None = None,
    hold: bool = False,
) -> Plan:
    """Work out the undo of a changeset, of some rows or fields only if given. `hold` keeps others off the rows."""
    some = None if fields is None else frozenset(fields)
    plan = Plan(connection, {table.name: table for table in tables}, changeset_id, some, locks or {})
    plan.collect(rows)
    if hold:
        plan.lock()
    plan.settle()
    return plan
