"""The SQL for warehouses that cannot run here: a ClickHouse cluster and Snowflake."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from loaders.errors import WarehouseError
from loaders.warehouse import clickhouse, snowflake
from loaders.warehouse.catalog import Column, WarehouseTable

SALES = WarehouseTable(
    "public",
    "sales",
    (
        Column("day", "date", False),
        Column("amount", "decimal", False, 12, 2),
        Column("at", "instant", True),
        Column("units", "integer", True),
    ),
    "day",
)
WHOLE = WarehouseTable("analytics", "shelf", (Column("name", "text", True),))


def test_a_cluster_gets_replicated_tables_on_every_server() -> None:
    sql = clickhouse.Statements("shop", "main")
    assert sql.create(SALES, staged=False) == (
        "create table if not exists `shop`.`sales` on cluster `main` "
        "(`day` Date32, `amount` Decimal(12, 2), `at` Nullable(DateTime64(6, 'UTC')), `units` Nullable(Int32)) "
        "engine = ReplicatedMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}') "
        "partition by toYYYYMM(`day`) order by `day` settings allow_nullable_key = 1"
    )
    assert sql.replace_partition(SALES, "2026-03") == (
        "alter table `shop`.`sales` on cluster `main` replace partition 202603 from `shop`.`sales__staged`"
    )
    assert sql.exchange(WHOLE) == "exchange tables `shop`.`shelf` and `shop`.`shelf__staged` on cluster `main`"
    assert sql.create_database() == "create database if not exists `shop` on cluster `main`"


def test_a_name_cannot_break_out_of_its_quotes() -> None:
    table = WarehouseTable("analytics", "a`b", (Column('c"d', "text", True),))
    assert "`a\\`b`" in clickhouse.Statements("shop").create(table, staged=False)
    assert '"C""D" varchar' in snowflake.Statements("DB", "S").create(table, staged=False)


def test_snowflake_casts_every_column_and_never_skips_a_file() -> None:
    sql = snowflake.Statements("WALMART", "MARTS")
    assert sql.copy(SALES, Path("/x/public.sales.2026-03.parquet")) == (
        'copy into "WALMART"."MARTS"."SALES__STAGED" ("DAY", "AMOUNT", "AT", "UNITS") from (select $1:"day"::date, '
        '$1:"amount"::number(12, 2), $1:"at"::timestamp_tz(6), $1:"units"::number(10, 0) '
        'from \'@"WALMART"."MARTS".WALMART_SIM_LOADS/public.sales.2026-03.parquet\') '
        "file_format = (type = parquet use_logical_type = true) on_error = abort_statement force = true"
    )
    assert sql.put(Path("/it's/a.parquet")).startswith("put 'file:///it\\'s/a.parquet' @")
    assert sql.delete(SALES, ["2026-03"], ["2026-01", "2026-02"]) == (
        'delete from "WALMART"."MARTS"."SALES" where to_char("DAY", \'YYYY-MM\') not in (\'2026-01\', \'2026-02\')'
    )
    assert sql.delete(WHOLE, ["all"], []) == 'delete from "WALMART"."MARTS"."SHELF"'
    assert 'coalesce(sum("AMOUNT"), 0)::number(38, 2)::varchar' in sql.totals(SALES)


class FakeConnection:
    """Records statements; `answers` maps a statement's beginning to rows or to an exception."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self.answers, self.statements, self.rows = answers, [], []  # type: ignore[var-annotated]

    @contextmanager
    def cursor(self) -> Iterator[FakeConnection]:
        yield self

    def execute(self, statement: str, _: Any = None) -> None:
        self.statements.append(statement)
        found = next((value for start, value in self.answers.items() if statement.startswith(start)), [])
        if isinstance(found, Exception):
            raise found
        self.rows = found

    def fetchall(self) -> list[tuple[Any, ...]]:
        return list(self.rows)


def verbs(connection: FakeConnection) -> list[str]:
    return [" ".join(statement.split()[:2]) for statement in connection.statements]


def test_snowflake_replaces_parts_in_one_transaction() -> None:
    connection = FakeConnection({"select column_name": [("DAY", "DATE")]})
    snowflake.SnowflakeWarehouse(connection, "WALMART", "MARTS").publish(SALES, ["2026-03"], ["2026-02"])
    assert verbs(connection)[2:] == ["begin", "delete from", "insert into", "commit", "drop table"]


def test_snowflake_rolls_back_what_fails() -> None:
    from snowflake.connector.errors import ProgrammingError

    connection = FakeConnection({"select column_name": [("DAY", "DATE")], "insert": ProgrammingError("no space")})
    with pytest.raises(WarehouseError, match="Snowflake refused: .*no space"):
        snowflake.SnowflakeWarehouse(connection, "WALMART", "MARTS").publish(SALES, ["2026-03"], [])
    assert verbs(connection)[2:] == ["begin", "delete from", "insert into", "rollback"]


def test_snowflake_s_copy_must_take_every_row(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pl.DataFrame({"name": ["x", "y"]}).write_parquet(path)
    connection = FakeConnection({"copy into": [("a.parquet", "LOADED", 2, 1)]})
    with pytest.raises(WarehouseError, match=r"took 1 of 2 rows of a\.parquet"):
        snowflake.SnowflakeWarehouse(connection, "WALMART", "MARTS").stage(WHOLE, {"all": path})
