"""Snowflake: files go to a stage (PUT) and from there to a table beside the real one (COPY); one transaction
then deletes the old rows of the parts and inserts the new ones, so readers see all of a table's parts change at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, Self

import polars as pl

from loaders.errors import WarehouseError
from loaders.settings import Settings
from loaders.warehouse.catalog import WHOLE, Column, WarehouseTable
from loaders.warehouse.manifest import Totals

STAGE = "WALMART_SIM_LOADS"


class SnowflakeWarehouse:
    """A schema of a Snowflake database, on a connection in autocommit mode."""

    def __init__(self, connection: Any, database: str, schema: str) -> None:
        self.connection, self.statements = connection, Statements(database, schema)

    @classmethod
    def connect(cls, settings: Settings) -> Self:
        """Open a connection, and make schema and stage where missing.

        Raises:
            WarehouseError: Snowflake cannot be reached or refuses the login.
        """
        from snowflake import connector

        password = settings.snowflake_password.get_secret_value() if settings.snowflake_password else None
        try:
            connection = connector.connect(
                account=settings.snowflake_account,
                user=settings.snowflake_user,
                password=password,
                database=settings.snowflake_database,
                warehouse=settings.snowflake_warehouse,
                role=settings.snowflake_role,
                autocommit=True,
                login_timeout=30,
                session_parameters={"QUERY_TAG": "walmart_sim", "TIMEZONE": "UTC"},
            )
        except connector.errors.Error as error:
            message = f"Snowflake account {settings.snowflake_account} cannot be used: {_plain(error)}"
            raise WarehouseError(message) from error
        warehouse = cls(connection, settings.snowflake_database, settings.snowflake_schema)
        for statement in warehouse.statements.prepare():
            warehouse._run(statement)
        return warehouse

    def stage(self, table: WarehouseTable, files: Mapping[str, Path]) -> None:
        self._run(self.statements.create(table, staged=True))
        for path in files.values():
            self._run(self.statements.put(path))
            copied = self._run(self.statements.copy(table, path))
            rows = pl.scan_parquet(path).select(pl.len()).collect().item()
            loaded = sum(int(row[3]) for row in copied if len(row) > 3)  # file, status, parsed, loaded, ...
            if loaded != rows:
                message = f"Snowflake took {loaded} of {rows} rows of {path.name}."
                raise WarehouseError(message)
            self._run(self.statements.remove(path))

    def publish(self, table: WarehouseTable, staged: Sequence[str], kept: Sequence[str]) -> None:
        if not self._fits(table):
            if kept:
                message = f"{table.source} has other columns than in the warehouse: load all of its parts."
                raise WarehouseError(message)
            self._run(self.statements.replace(table))
        else:
            with self._transaction():
                self._run(self.statements.delete(table, staged, kept))
                self._run(self.statements.insert(table))
        self._run(self.statements.drop(table, staged=True))

    def remove(self, table: WarehouseTable) -> None:
        self._run(self.statements.drop(table, staged=False))

    def exists(self, table: WarehouseTable) -> bool:
        return bool(self._columns(table.name))

    def totals(self, table: WarehouseTable) -> dict[str, Totals]:
        if not self.exists(table):
            return {}
        names = ["rows", *(column.name for column in table.columns if column.summed)]
        rows = self._run(self.statements.totals(table))
        found = {str(part): dict(zip(names, map(Decimal, values), strict=True)) for part, *values in rows}
        return {part: totals for part, totals in found.items() if totals["rows"]}

    def query(self, sql: str, params: Mapping[str, Any]) -> pl.DataFrame:
        with self.connection.cursor() as cursor:
            table = self._guard(cursor.execute, sql, dict(params)).fetch_arrow_all(force_return_table=True)
        frame = pl.from_arrow(table)
        assert isinstance(frame, pl.DataFrame)
        return frame.rename(str.lower)

    def close(self) -> None:
        self.connection.close()

    def _fits(self, table: WarehouseTable) -> bool:
        columns = self._columns(table.name)
        return bool(columns) and columns == self._columns(self.statements.staged(table))

    def _columns(self, name: str) -> list[tuple[Any, ...]]:
        with self.connection.cursor() as cursor:
            self._guard(cursor.execute, self.statements.columns(), (self.statements.schema, name.upper()))
            return [tuple(row) for row in cursor.fetchall()]

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._run("begin")
        try:
            yield
        except BaseException:
            self._run("rollback")
            raise
        self._run("commit")

    def _run(self, statement: str) -> list[tuple[Any, ...]]:
        with self.connection.cursor() as cursor:
            self._guard(cursor.execute, statement)
            return [tuple(row) for row in cursor.fetchall()]

    @staticmethod
    def _guard(call: Any, *arguments: Any) -> Any:
        from snowflake.connector.errors import Error

        try:
            return call(*arguments)
        except Error as error:
            message = f"Snowflake refused: {_plain(error)}"
            raise WarehouseError(message) from error


class Statements:
    """Snowflake's SQL for a schema."""

    def __init__(self, database: str, schema: str) -> None:
        self.database, self.schema = database, schema

    @property
    def _home(self) -> str:
        return f"{_quoted(self.database)}.{_quoted(self.schema)}"

    @property
    def _stage(self) -> str:
        return f"{self._home}.{STAGE}"

    @staticmethod
    def staged(table: WarehouseTable) -> str:
        """The table beside the real one."""
        return f"{table.name}__staged"

    def full(self, table: WarehouseTable, *, staged: bool = False) -> str:
        """The quoted, qualified name, in capitals as Snowflake keeps plain names."""
        return f"{self._home}.{_quoted((self.staged(table) if staged else table.name).upper())}"

    def prepare(self) -> list[str]:
        return [
            f"create schema if not exists {self._home}",
            f"create stage if not exists {self._stage} file_format = (type = parquet)",
            f"use schema {self._home}",
        ]

    def create(self, table: WarehouseTable, *, staged: bool) -> str:
        columns = ", ".join(f"{_name(column)} {_type(column)}" for column in table.columns)
        return f"create or replace table {self.full(table, staged=staged)} ({columns})"

    def put(self, path: Path) -> str:
        address = str(path.resolve()).replace("\\", "\\\\").replace("'", "\\'")
        return f"put 'file://{address}' @{self._stage} auto_compress = false overwrite = true"

    def copy(self, table: WarehouseTable, path: Path) -> str:
        columns = ", ".join(_name(column) for column in table.columns)
        values = ", ".join(f"$1:{_quoted(column.name)}::{_type(column, bare=True)}" for column in table.columns)
        # force: without it a file of a name seen before is skipped, and no error says so
        return (
            f"copy into {self.full(table, staged=True)} ({columns}) from (select {values} "
            f"from '@{self._stage}/{path.name}') "
            "file_format = (type = parquet use_logical_type = true) on_error = abort_statement force = true"
        )

    def remove(self, path: Path) -> str:
        return f"remove '@{self._stage}/{path.name}'"

    def delete(self, table: WarehouseTable, staged: Sequence[str], kept: Sequence[str]) -> str:
        """Everything but the parts to keep; what is staged comes anew."""
        if table.part_column is None or not kept:
            return f"delete from {self.full(table)}"
        months = ", ".join(f"'{part}'" for part in kept)
        return f"delete from {self.full(table)} where {self._part(table)} not in ({months})"

    def insert(self, table: WarehouseTable) -> str:
        columns = ", ".join(_name(column) for column in table.columns)
        return f"insert into {self.full(table)} ({columns}) select {columns} from {self.full(table, staged=True)}"

    def replace(self, table: WarehouseTable) -> str:
        return f"create or replace table {self.full(table)} clone {self.full(table, staged=True)}"

    def drop(self, table: WarehouseTable, *, staged: bool) -> str:
        return f"drop table if exists {self.full(table, staged=staged)}"

    def totals(self, table: WarehouseTable) -> str:
        sums = [
            f"coalesce(sum({_name(column)}), 0)::number(38, {column.scale})::varchar"
            for column in table.columns
            if column.summed
        ]
        wanted = ", ".join([f"{self._part(table)} as part", "count(*)::varchar", *sums])
        return f"select {wanted} from {self.full(table)} group by 1"

    def columns(self) -> str:
        return (
            "select column_name, data_type, numeric_precision, numeric_scale, is_nullable "
            f"from {_quoted(self.database)}.information_schema.columns "
            "where table_schema = %s and table_name = %s order by ordinal_position"
        )

    def _part(self, table: WarehouseTable) -> str:
        if table.part_column is None:
            return f"'{WHOLE}'"
        return f"to_char({_quoted(table.part_column.upper())}, 'YYYY-MM')"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _name(column: Column) -> str:
    return _quoted(column.name.upper())


def _plain(error: Exception) -> str:
    return " ".join(str(error).split())[:300]


def _type(column: Column, *, bare: bool = False) -> str:
    kinds = {
        "boolean": "boolean",
        "integer": "number(10, 0)",
        "bigint": "number(19, 0)",
        "float": "float",
        "date": "date",
        "instant": "timestamp_tz(6)",
        "timestamp": "timestamp_ntz(6)",
        "text": "varchar",
    }
    kind = f"number({column.precision}, {column.scale})" if column.kind == "decimal" else kinds[column.kind]
    return kind if bare or column.nullable else f"{kind} not null"
