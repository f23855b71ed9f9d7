"""The migrated tables against the one description of them, and what each role may do."""

from __future__ import annotations

from datetime import date

import polars as pl
import psycopg
import pytest

from loaders.db import Role, connect
from loaders.settings import Settings
from sim import schema

SQL_TYPES: dict[object, str] = {
    pl.Int32: "integer",
    pl.Int64: "bigint",
    pl.Float64: "double precision",
    pl.String: "text",
    pl.Boolean: "boolean",
    pl.Date: "date",
    schema.INSTANT: "timestamp with time zone",
    schema.MONEY: "numeric(12,2)",
    pl.Decimal(5, 2): "numeric(5,2)",
}


@pytest.mark.parametrize("table", schema.TABLES, ids=lambda table: table.path)
def test_a_migrated_table_is_what_the_contract_says(empty: Settings, table: schema.Table) -> None:
    with connect(empty, "owner") as connection:
        columns = connection.execute(
            "select attname, format_type(atttypid, atttypmod), not attnotnull from pg_attribute "
            "where attrelid = %s::regclass and attnum > 0 and not attisdropped order by attnum",
            (f"{table.schema}.{table.name}",),
        ).fetchall()
        key = connection.execute(
            "select array_agg(a.attname::text order by k.place) from pg_index i, "
            "unnest(i.indkey::int[]) with ordinality k(number, place) "
            "join pg_attribute a on a.attnum = k.number "
            "where i.indrelid = %s::regclass and i.indisprimary and a.attrelid = i.indrelid",
            (f"{table.schema}.{table.name}",),
        ).fetchone()
    expected = [(name, SQL_TYPES[kind], name in table.nullable) for name, kind in table.columns.items()]
    assert columns == expected
    assert key == (list(table.key),)


def test_every_table_says_what_it_is(empty: Settings) -> None:
    with connect(empty, "owner") as connection:
        silent = connection.execute(
            "select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace "
            "where n.nspname in ('public', 'truth', 'operations', 'predictions') and c.relkind in ('r', 'p') "
            "and not c.relispartition and obj_description(c.oid) is null and c.relname <> 'schema_version'"
        ).fetchall()
    assert silent == []


def test_partitions_are_made_once_and_rows_find_their_month(database: Settings) -> None:
    number = schema.transaction_id(date(2026, 2, 3), 1, 0)
    with connect(database, "loader") as loader:
        made = [
            loader.execute("select ensure_partitions(%s, %s)", days).fetchone()
            for days in [(date(2026, 1, 31), date(2026, 3, 1)), (date(2026, 2, 1), date(2026, 4, 1))]
        ]
        assert made == [(6,), (2,)]
        loader.execute(
            "insert into transaction_items values (%s, 1, '2026-02-03', 1, 1, 1, 2.00, 1.00, null)", (number,)
        )
        row = loader.execute("select tableoid::regclass::text from transaction_items").fetchone()
    assert row == ("transaction_items_2026_02",)


def test_a_number_that_carries_another_day_is_refused(database: Settings) -> None:
    number = schema.transaction_id(date(2026, 2, 3), 1, 0)
    with connect(database, "loader") as loader:
        loader.execute("select ensure_partitions('2026-02-01', '2026-02-01')")
        with pytest.raises(psycopg.errors.CheckViolation, match="number_carries_day"):
            loader.execute(
                "insert into transaction_items values (%s, 1, '2026-02-04', 1, 1, 1, 2.00, 1.00, null)", (number,)
            )


DENIED: list[tuple[Role, str]] = [
    ("reader", "select * from truth.demand"),
    ("app", "select * from truth.demand"),
    ("reader", "select * from simulation_state"),
    ("reader", "delete from transactions"),
    ("reader", "select world_time_for_order(1)"),
    ("reader", "select ensure_partitions('2026-01-01', '2026-01-01')"),
    ("app", "update transactions set total_amount = 0"),
    ("app", "update inventory set order_up_to = 0"),
    ("app", "update world set first_company_done = true"),
    ("app", "delete from order_inbox"),
    ("app", "update order_inbox set return_id = null"),
    ("app", "update returns set refund_amount = 0"),
    ("reader", "insert into returns select * from returns"),
    ("loader", "update operations.order_keys set body_hash = ''"),
    ("app", "insert into products select * from products"),
    ("app", "insert into predictions.forecasts select * from predictions.forecasts"),
    ("loader", "drop table transactions"),
    ("loader", "update operations.schema_version set version_num = '0000'"),
]


@pytest.mark.parametrize(("role", "statement"), DENIED)
def test_a_role_may_not(empty: Settings, role: Role, statement: str) -> None:
    with connect(empty, role) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement)


ALLOWED: list[tuple[Role, str]] = [
    ("reader", "select * from transactions, predictions.forecasts, operations.dbt_results, world"),
    ("reader", "select published_through()"),
    ("app", "insert into transactions select * from transactions"),
    ("app", "insert into transaction_items select * from transaction_items"),
    ("app", "insert into order_inbox (transaction_id, world_time) select 1, now() where false"),
    ("app", "insert into order_inbox (transaction_id, world_time, return_id) select 1, now(), 1 where false"),
    ("app", "insert into returns select * from returns"),
    ("app", "update inventory set on_hand = on_hand - 1, updated_at = updated_at"),
    ("app", "select on_hand from inventory for update"),
    ("app", "select world_time_for_order(1)"),
    ("loader", "delete from truth.demand"),
    ("loader", "truncate predictions.recommendations"),
    ("loader", "create table analytics.mart as select 1 as one"),
    ("loader", "select refresh_statistics()"),
    ("loader", "insert into operations.warehouse_loads select * from operations.warehouse_loads"),
]


@pytest.mark.parametrize(("role", "statement"), ALLOWED)
def test_a_role_may(empty: Settings, role: Role, statement: str) -> None:
    with connect(empty, role) as connection:
        connection.execute(statement)
