"""ClickHouse: embedded (chdb), a server, or a cluster, through one client.

A part's new rows come into a table beside the real one; REPLACE PARTITION (one month) or EXCHANGE TABLES
(a whole table, a changed column) then put them in place, each at once for readers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Self

import polars as pl

from loaders.errors import WarehouseError
from loaders.settings import Settings
from loaders.warehouse.auxiliary import load_chdb
from loaders.warehouse.catalog import WHOLE, Column, WarehouseTable
from loaders.warehouse.manifest import Totals

BATCH_ROWS = 500_000


class ClickHouseWarehouse:
    """A database of a ClickHouse engine."""

    def __init__(self, client: Any, database: str, cluster: str | None = None) -> None:
        self.client, self.statements = client, Statements(database, cluster)
        self.database = database
        self._run(self.statements.create_database())

    @classmethod
    def embedded(cls, settings: Settings) -> Self:
        """The engine in this process, on the state directory's files. The caller holds the lock."""
        path = settings.state_dir / "warehouse" / "data"
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        load_chdb()
        return cls(_client(interface="chdb", path=str(path)), settings.clickhouse_database)

    @classmethod
    def connect(cls, settings: Settings) -> Self:
        """A server.

        Raises:
            WarehouseError: it cannot be reached.
        """
        client = _client(
            host=settings.clickhouse_host,
            port=settings.clickhouse_port,
            username=settings.clickhouse_user,
            password=settings.clickhouse_password.get_secret_value() if settings.clickhouse_password else "",
            secure=settings.clickhouse_secure,
        )
        return cls(client, settings.clickhouse_database, settings.clickhouse_cluster)

    def stage(self, table: WarehouseTable, files: Mapping[str, Path]) -> None:
        self._run(self.statements.drop(table, staged=True))
        self._run(self.statements.create(table, staged=True))
        name = self.statements.staged(table)
        for path in files.values():
            for chunk in pl.read_parquet(path).iter_slices(BATCH_ROWS):
                rows = chunk.to_arrow(compat_level=pl.CompatLevel.oldest())
                self._guard(self.client.insert_arrow, name, rows, database=self.database)

    def publish(self, table: WarehouseTable, staged: Sequence[str], kept: Sequence[str]) -> None:
        fits = self._columns(table.name) == self._columns(self.statements.staged(table))
        if table.part_column is None or not fits:
            if kept:
                message = f"{table.source} has other columns than in the warehouse: load all of its parts."
                raise WarehouseError(message)
            self._run(self.statements.create(table, staged=False))
            self._run(self.statements.exchange(table))
        else:
            present = self.totals(table)
            for part in staged:
                self._run(self.statements.replace_partition(table, part))
            for part in present.keys() - set(staged) - set(kept):
                self._run(self.statements.drop_partition(table, part))
        self._run(self.statements.drop(table, staged=True))

    def remove(self, table: WarehouseTable) -> None:
        self._run(self.statements.drop(table, staged=False))

    def exists(self, table: WarehouseTable) -> bool:
        return bool(self._columns(table.name))

    def totals(self, table: WarehouseTable) -> dict[str, Totals]:
        if not self.exists(table):
            return {}
        names = ["rows", *(column.name for column in table.columns if column.summed)]
        rows = self._guard(self.client.query, self.statements.totals(table)).result_rows
        return {part: dict(zip(names, map(Decimal, values), strict=True)) for part, *values in rows}

    def query(self, sql: str, params: Mapping[str, Any]) -> pl.DataFrame:
        settings = {"max_execution_time": 60}
        table = self._guard(self.client.query_arrow, sql, parameters=dict(params), settings=settings, use_strings=True)
        frame = pl.from_arrow(table)
        assert isinstance(frame, pl.DataFrame)
        return frame

    def close(self) -> None:
        self.client.close()

    def _columns(self, name: str) -> list[tuple[str, str]]:
        found = self._guard(
            self.client.query,
            "select name, type from system.columns where database = %(database)s and table = %(table)s "
            "order by position",
            parameters={"database": self.database, "table": name},
        )
        return [(str(column), str(kind)) for column, kind in found.result_rows]

    def _run(self, statement: str) -> None:
        self._guard(self.client.command, statement)

    @staticmethod
    def _guard(call: Any, *arguments: Any, **named: Any) -> Any:
        from clickhouse_connect.driver.exceptions import Error

        try:
            return call(*arguments, **named)
        except Error as error:
            message = f"The warehouse refused: {' '.join(str(error).split())[:300]}"
            raise WarehouseError(message) from error


def _client(**arguments: Any) -> Any:
    import clickhouse_connect
    from clickhouse_connect.driver.exceptions import Error

    try:
        return clickhouse_connect.get_client(**arguments)
    except (Error, OSError) as error:
        where = arguments.get("path") or f"{arguments.get('host')}:{arguments.get('port')}"
        message = f"ClickHouse at {where} cannot be used: {' '.join(str(error).split())[:300]}"
        raise WarehouseError(message) from error


class Statements:
    """ClickHouse's SQL for a database, on one server or on every server of a cluster."""

    def __init__(self, database: str, cluster: str | None = None) -> None:
        self.database, self.cluster = database, cluster

    @property
    def _everywhere(self) -> str:
        return f" on cluster {_quoted(self.cluster)}" if self.cluster else ""

    def name(self, table: WarehouseTable, *, staged: bool) -> str:
        """The bare name of the table or of the one beside it."""
        return self.staged(table) if staged else table.name

    @staticmethod
    def staged(table: WarehouseTable) -> str:
        """The table beside the real one."""
        return f"{table.name}__staged"

    def full(self, table: WarehouseTable, *, staged: bool = False) -> str:
        """The quoted, qualified name."""
        return f"{_quoted(self.database)}.{_quoted(self.name(table, staged=staged))}"

    def create_database(self) -> str:
        return f"create database if not exists {_quoted(self.database)}{self._everywhere}"

    def create(self, table: WarehouseTable, *, staged: bool) -> str:
        columns = ", ".join(f"{_quoted(column.name)} {_type(column)}" for column in table.columns)
        engine = "MergeTree"
        if self.cluster:  # the table's identity in the path lets two tables change names
            engine = "ReplicatedMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}')"
        part, order = "", "tuple()"
        if table.part_column:
            part = f" partition by toYYYYMM({_quoted(table.part_column)})"
            order = _quoted(table.part_column)
        return (
            f"create table if not exists {self.full(table, staged=staged)}{self._everywhere} ({columns}) "
            f"engine = {engine}{part} order by {order}"
            f"{' settings allow_nullable_key = 1' if table.part_column else ''}"
        )

    def drop(self, table: WarehouseTable, *, staged: bool) -> str:
        return f"drop table if exists {self.full(table, staged=staged)}{self._everywhere} sync"

    def exchange(self, table: WarehouseTable) -> str:
        return f"exchange tables {self.full(table)} and {self.full(table, staged=True)}{self._everywhere}"

    def replace_partition(self, table: WarehouseTable, part: str) -> str:
        partition = part.replace("-", "")
        return (
            f"alter table {self.full(table)}{self._everywhere} "
            f"replace partition {partition} from {self.full(table, staged=True)}"
        )

    def drop_partition(self, table: WarehouseTable, part: str) -> str:
        return f"alter table {self.full(table)}{self._everywhere} drop partition {part.replace('-', '')}"

    def totals(self, table: WarehouseTable) -> str:
        part = f"formatDateTime({_quoted(table.part_column)}, '%Y-%m')" if table.part_column else f"'{WHOLE}'"
        # of nulls alone there is no sum
        sums = [f"coalesce(toString(sum({_exact(column)})), '0')" for column in table.columns if column.summed]
        wanted = ", ".join([f"{part} as part", "toString(count())", *sums])
        return f"select {wanted} from {self.full(table)} group by part"


def _quoted(name: str) -> str:
    return "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`"


def _exact(column: Column) -> str:
    if column.kind == "decimal":
        return f"toDecimal256({_quoted(column.name)}, {column.scale})"
    return f"toInt128({_quoted(column.name)})"


def _type(column: Column) -> str:
    kinds = {
        "boolean": "Bool",
        "integer": "Int32",
        "bigint": "Int64",
        "float": "Float64",
        "date": "Date32",
        "instant": "DateTime64(6, 'UTC')",
        "timestamp": "DateTime64(6)",
        "text": "String",
    }
    kind = f"Decimal({column.precision}, {column.scale})" if column.kind == "decimal" else kinds[column.kind]
    return f"Nullable({kind})" if column.nullable else kind
