"""How SQLite and PostgreSQL read the images: small pieces of SQL, built from names in the metadata only.

`row` and `image` below are SQL: the alias of a row of the table itself, and a column that holds an image.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from sqlalchemy import JSON, Column, Connection, Dialect, Table

from models.journal.tables import image_columns, plain_type
from models.journal.triggers import hidden_columns, quoted, sqlite_image


class Sql(Protocol):
    """What undo needs to say, in the words of one database."""

    def image(self, table: Table, row: str) -> str:
        """The image of a row as it is now, equal to the one the trigger would write."""

    def value(self, column: Column[Any], image: str) -> str:
        """A column's value out of an image, as the table holds it."""

    def part(self, column: Column[Any], image: str) -> str:
        """A column's value out of an image, fit to compare with another part or with `current`."""

    def current(self, column: Column[Any], row: str) -> str:
        """A column's value as it is now, fit to compare with a part."""

    def has(self, column: Column[Any], image: str) -> str:
        """Whether the image knows the column at all: not so when the column is younger."""

    def differ(self, one: str, other: str) -> str:
        """Whether two values differ, NULL being equal to NULL."""

    def forget(self, column: str, image: str) -> str:
        """The image with one value emptied, if it was there."""

    def without(self, columns: Sequence[str], image: str) -> str:
        """The image without some columns, equal to another where all else is."""


class SqliteSql:
    """SQLite: an image is a JSON text, and equal rows have equal texts."""

    def image(self, table: Table, row: str) -> str:
        return sqlite_image(list(image_columns(table)), row)

    def value(self, column: Column[Any], image: str) -> str:
        return f"json_extract({image}, '$.{quoted(column.name)}')"

    def part(self, column: Column[Any], image: str) -> str:
        return self.value(column, image)

    def current(self, column: Column[Any], row: str) -> str:
        return f"{row}.{quoted(column.name)}"

    def has(self, column: Column[Any], image: str) -> str:
        return f"json_type({image}, '$.{quoted(column.name)}') IS NOT NULL"

    def differ(self, one: str, other: str) -> str:
        return f"{one} IS NOT {other}"

    def forget(self, column: str, image: str) -> str:
        return f"json_replace({image}, '$.{quoted(column)}', NULL)"

    def without(self, columns: Sequence[str], image: str) -> str:
        paths = "".join(f", '$.{quoted(one)}'" for one in columns)
        return f"json_remove({image}{paths})"


class PostgresqlSql:
    """PostgreSQL: an image is a jsonb object."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect

    def image(self, table: Table, row: str) -> str:
        hidden = ",".join(hidden_columns(table))
        return f"(to_jsonb({row}) - '{{{hidden}}}'::text[])"

    def value(self, column: Column[Any], image: str) -> str:
        kind = column.type.compile(dialect=self._dialect)
        if isinstance(plain_type(column.type), JSON):
            return f"nullif({self.part(column, image)}, 'null'::jsonb)::{kind}"
        return f"({image} ->> '{column.name}')::{kind}"

    def part(self, column: Column[Any], image: str) -> str:
        return f"({image} -> '{column.name}')"

    def current(self, column: Column[Any], row: str) -> str:
        return f"coalesce(to_jsonb({row}.{quoted(column.name)}), 'null'::jsonb)"

    def has(self, column: Column[Any], image: str) -> str:
        return f"jsonb_exists({image}, '{column.name}')"

    def differ(self, one: str, other: str) -> str:
        return f"{one} IS DISTINCT FROM {other}"

    def forget(self, column: str, image: str) -> str:
        return f"jsonb_set({image}, '{{{quoted(column)}}}', 'null'::jsonb, false)"

    def without(self, columns: Sequence[str], image: str) -> str:
        return f"({image} - '{{{','.join(map(quoted, columns))}}}'::text[])"


def sql_of(connection: Connection) -> Sql:
    """The pieces for the database at the other end."""
    return PostgresqlSql(connection.dialect) if connection.dialect.name == "postgresql" else SqliteSql()
