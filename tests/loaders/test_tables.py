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


def test_every_table_and_every_column_says_what_it_is(empty: Settings) -> None:
    with connect(empty, "owner") as connection:
        silent = connection.execute(
            "select c.oid::regclass::text, a.attname from pg_class c join pg_namespace n on n.oid = c.relnamespace "
            "join pg_attribute a on a.attrelid = c.oid and a.attnum >= 0 and not a.attisdropped "
            "where n.nspname in ('public', 'truth', 'operations', 'predictions') and c.relkind in ('r', 'p') "
            "and not c.relispartition and col_description(c.oid, a.attnum) is null "
            "union all select c.oid::regclass::text, null from pg_class c "
            "where c.relnamespace in ('public'::regnamespace, 'truth'::regnamespace, 'operations'::regnamespace, "
            "'predictions'::regnamespace) and c.relkind in ('r', 'p') and not c.relispartition "
            "and obj_description(c.oid) is null"
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
    ("app", "select new_month('2026-01-01')"),
    ("app", "select attach_month('2026-01-01')"),
    ("reader", "select discard_months()"),
    ("app", "select mark_month('transactions', '2026-01-01', 'a')"),
    ("reader", "insert into order_inbox (transaction_id, world_time) values (1, now())"),
    ("reader", "create table mine (one integer)"),
    ("reader", "select * from operations.order_keys"),
    ("app", "select * from simulation_state"),
    ("app", "delete from transaction_items"),
    ("app", "truncate inventory"),
    ("app", "update products set list_price = 0"),
    ("app", "insert into inventory select * from inventory"),
    ("app", "create table mine (one integer)"),
    ("app", "create role mine"),
    ("loader", "drop table transactions"),
    ("loader", "truncate transactions"),
    ("loader", "alter table transactions disable trigger all"),
    ("loader", "create table mine (one integer)"),
    ("loader", "create table loading.mine (one integer)"),
    ("loader", "insert into operations.order_keys values ('key', 'hash')"),
    ("loader", "alter role walmart_reader createrole"),
    ("loader", "update operations.schema_version set version_num = '0000'"),
]


@pytest.mark.parametrize(("role", "statement"), DENIED)
def test_a_role_may_not(empty: Settings, role: Role, statement: str) -> None:
    with connect(empty, role) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement)


ALLOWED: list[tuple[Role, str]] = [
    ("reader", "select * from transactions, predictions.forecasts, operations.dbt_results, world"),
    ("reader", "select published_through()"),
    ("app", "select * from customers, products, order_inbox"),
    ("loader", "select new_month('2026-01-01'), discard_months()"),
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


BROKEN = [
    ("purchase_orders", "(1, 1, 1, 1, '2026-01-02', 1, '2026-01-01', null, null, 1.00)"),
    ("purchase_orders", "(1, 1, 1, 1, '2026-01-02', 1, '2026-01-03', '2026-01-03', null, 1.00)"),
    ("purchase_orders", "(1, 1, 1, 1, '2026-01-02', 0, '2026-01-03', null, null, 1.00)"),
    ("inventory_daily", "(1, 1, '2026-01-01', 5, 0, 2, 0, 0, 4)"),
    ("inventory", "(1, 1, -1, 0, 0, 0, now())"),
    ("returns", "(1, 1, '2026-01-02', 1, 1, 1, now(), '2026-01-01', 1, 1.00, 'defective', true)"),
    ("customers", "(1, 'A', 'B', 'c', 'F', '2026-01-02', 'c', 'TX', '00000', 1, 'None', '2026-01-01')"),
    ("promotions", "(1, 'rollback', null, 1, 10, '2026-01-02', '2026-01-01')"),
]


@pytest.mark.parametrize(("name", "row"), BROKEN)
def test_a_row_that_cannot_be_is_refused(empty: Settings, name: str, row: str) -> None:
    with connect(empty, "loader") as loader, pytest.raises(psycopg.errors.CheckViolation):
        loader.execute(f"insert into {name} values {row}".encode())
