"""Which tables go to the warehouse, with their columns, read from PostgreSQL's catalog.

Facts and marts are whatever tables dbt built in `analytics`, but for its staging and intermediate steps, and VIEWS;
predictions are all tables of that schema. What has a date as its first column is kept by month.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from psycopg import sql

from loaders.copying import Conn
from loaders.errors import WarehouseError
from loaders.warehouse.schemas import SCHEMAS

WHOLE = "all"  # the one part of a table that is not kept by month
VIEWS = ("daily_sales_by_product", "fct_sales_lines")  # what PostgreSQL need not keep twice
_LOOSE = (38, 10)  # numeric without bounds: averages and ratios; rounded alike on both sides
_NUMERIC = re.compile(r"numeric\((\d+),(\d+)\)")


@dataclass(frozen=True)
class Column:
    """One column: its type is a kind (`decimal` has precision and scale)."""

    name: str
    kind: str  # boolean, integer, bigint, float, decimal, date, instant, timestamp, text
    nullable: bool
    precision: int = 0
    scale: int = 0

    @property
    def summed(self) -> bool:
        """Whether exact sums of it are compared."""
        return self.kind in {"integer", "bigint", "decimal"}

    @property
    def polars(self) -> Any:
        """The type in frames and files."""
        kinds: dict[str, Any] = {
            "boolean": pl.Boolean,
            "integer": pl.Int32,
            "bigint": pl.Int64,
            "float": pl.Float64,
            "date": pl.Date,
            "instant": pl.Datetime("us", "UTC"),
            "timestamp": pl.Datetime("us"),
            "text": pl.String,
        }
        return pl.Decimal(self.precision, self.scale) if self.kind == "decimal" else kinds[self.kind]

    @property
    def selected(self) -> sql.Composable:
        """The column in a query, cast where the warehouse knows no such type."""
        name = sql.Identifier(self.name)
        if self.kind == "decimal":
            return sql.SQL("{}::numeric({},{})").format(name, sql.Literal(self.precision), sql.Literal(self.scale))
        casts = {"text": "{}::text", "float": "{}::double precision", "integer": "{}::integer"}
        return sql.SQL(casts.get(self.kind, "{}")).format(name)


@dataclass(frozen=True)
class WarehouseTable:
    """One table: `part_column` splits it by month; None: it is kept whole. It keeps its bare name in the warehouse."""

    schema: str
    name: str
    columns: tuple[Column, ...]
    part_column: str | None = None

    @property
    def source(self) -> str:
        """Its name in PostgreSQL."""
        return f"{self.schema}.{self.name}"

    @property
    def signature(self) -> str:
        """Changes when a column changes."""
        return ",".join(f"{c.name}:{c.kind}:{c.precision}:{c.scale}:{c.nullable}" for c in self.columns)

    def to_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "schema": self.schema,
            "name": self.name,
            "part_column": self.part_column,
            "columns": [vars(column) for column in self.columns],
        }

    @classmethod
    def named(cls, source: str) -> WarehouseTable:
        """A table of which nothing but its name in PostgreSQL is known any more."""
        schema, _, name = source.partition(".")
        return cls(schema, name, ())

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> WarehouseTable:
        """The inverse of `to_dict`."""
        columns = tuple(Column(**column) for column in values["columns"])
        return cls(values["schema"], values["name"], columns, values["part_column"])


_TABLES = """
select n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod), not a.attnotnull
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where (c.relkind in ('r', 'p', 'm') or c.relkind = 'v' and c.relname = any(%s)) and not c.relispartition
  and n.nspname = any(%s)
  and c.relname !~ '^(base|stg|int)_|__dbt_(tmp|backup)'
order by n.nspname, c.relname, a.attnum
"""


def warehouse_tables(connection: Conn, schemas: Sequence[str] = SCHEMAS) -> list[WarehouseTable]:
    """Every table of `schemas` that goes to the warehouse.

    Raises:
        WarehouseError: two of them have the same name.
    """
    found: dict[tuple[str, str], list[Column]] = {}
    for schema, name, column, kind, nullable in connection.execute(_TABLES, (list(VIEWS), list(schemas))).fetchall():
        found.setdefault((schema, name), []).append(_column(column, kind, nullable))
    tables = [WarehouseTable(schema, name, tuple(c), _part_column(schema, c)) for (schema, name), c in found.items()]
    _refuse_twins(tables)
    return tables


def _refuse_twins(tables: Iterable[WarehouseTable]) -> None:
    seen: dict[str, WarehouseTable] = {}
    for table in tables:
        twin = seen.setdefault(table.name, table)
        if twin is not table:
            message = f"{twin.source} and {table.source} would be one table in the warehouse: rename one of them."
            raise WarehouseError(message)


def _part_column(schema: str, columns: list[Column]) -> str | None:
    return columns[0].name if schema == "analytics" and columns[0].kind == "date" else None


def _column(name: str, kind: str, nullable: bool) -> Column:
    bounded = _NUMERIC.fullmatch(kind)
    if bounded or kind == "numeric":
        precision, scale = (int(bounded[1]), int(bounded[2])) if bounded else _LOOSE
        return Column(name, "decimal", nullable, precision, scale)
    kinds = {
        "boolean": "boolean",
        "smallint": "integer",
        "integer": "integer",
        "bigint": "bigint",
        "real": "float",
        "double precision": "float",
        "date": "date",
        "timestamp with time zone": "instant",
        "timestamp without time zone": "timestamp",
    }
    return Column(name, kinds.get(kind, "text"), nullable)
