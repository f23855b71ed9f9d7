"""Frames to PostgreSQL and back."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import polars as pl
import pytest

from loaders import copying
from loaders.copying import read, write
from loaders.db import connect
from loaders.settings import Settings
from sim.schema import CUSTOMERS, INSTANT, PRODUCTS, STORES, SUPPLIERS, Mode, Table


def stores() -> pl.DataFrame:
    names = ["plain", "", 'with, "quotes"', "two\nlines", "back\\slash \\N", " spaced ", "Zoë 東京", "NULL", "\\."]
    return pl.DataFrame(
        {
            "store_id": range(1, len(names) + 1),
            "name": names,
            "format": "x",
            "city": "c",
            "state": "s",
            "region": "r",
            "latitude": [0.1 + 0.2, -89.999999999999986, 1e-300, 45.0, 0.0, -0.5, 1 / 3, 12.0, 2.0],
            "longitude": 0.0,
            "time_zone": "UTC",
            "opened_on": date(2020, 2, 29),
            "sales_tax_pct": Decimal("8.25"),
        }
    ).cast(dict(STORES.columns))


def products(price: str, updated_at: datetime) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "product_id": [1],
            "sku": ["A"],
            **dict.fromkeys(("name", "brand", "department", "category", "subcategory", "pack_size"), ["x"]),
            "unit_cost": [Decimal("0.07")],
            "list_price": [Decimal(price)],
            "private_label": [True],
            "perishable": [False],
            "supplier_id": [1],
            "launched_on": [date(2020, 1, 1)],
            "discontinued_on": [None],
            "updated_at": [updated_at],
            "taxable": [True],
        }
    ).cast(dict(PRODUCTS.columns))


def test_every_value_comes_back_as_it_was(database: Settings) -> None:
    supplier = pl.DataFrame({"supplier_id": [1], "name": ["n"], "city": ["c"], "state": ["s"], "lead_time_days": [3]})
    product = products("9999999999.99", datetime(2026, 1, 1, 10, 0, 0, 123456, tzinfo=UTC))
    with connect(database, "loader") as connection, connection.cursor() as cursor:
        write(cursor, STORES, stores())
        write(cursor, SUPPLIERS, supplier.cast(dict(SUPPLIERS.columns)))
        write(cursor, PRODUCTS, product)
        assert read(connection, STORES).equals(stores())
        assert read(connection, PRODUCTS).equals(product)
        assert read(connection, CUSTOMERS).equals(CUSTOMERS.empty())


@pytest.mark.parametrize(("second", "kept"), [(1, "2.00"), (2, "1.00"), (3, "1.00")])
def test_products_only_move_forward(database: Settings, second: int, kept: str) -> None:
    supplier = pl.DataFrame({"supplier_id": [1], "name": ["n"], "city": ["c"], "state": ["s"], "lead_time_days": [3]})
    with connect(database, "loader") as connection, connection.cursor() as cursor:
        write(cursor, SUPPLIERS, supplier.cast(dict(SUPPLIERS.columns)))
        write(cursor, PRODUCTS, products("1.00", datetime(2026, 1, 1, 10, 0, second, tzinfo=UTC)))
        write(cursor, PRODUCTS, products("2.00", datetime(2026, 1, 1, 10, 0, 2, tzinfo=UTC)))
        assert read(connection, PRODUCTS)["list_price"].to_list() == [Decimal(kept)]


def test_an_upsert_replaces_by_key_and_keeps_the_rest(database: Settings) -> None:
    changed = stores().head(2).with_columns(name=pl.lit("new"))
    with connect(database, "loader") as connection, connection.cursor() as cursor:
        write(cursor, STORES, stores())
        write(cursor, STORES, changed)
        assert read(connection, STORES).equals(pl.concat([changed, stores().tail(-2)]))


AMOUNTS = ["0.00", "0.01", "-0.01", "0.10", "1.00", "99.99", "-100.00", "9999.99", "10000.00", "100000000.01", None]


@pytest.mark.parametrize("many", [False, True])
def test_values_arrive_as_they_are_however_many_there_are(
    empty: Settings, monkeypatch: pytest.MonkeyPatch, many: bool
) -> None:
    frame = pl.DataFrame(
        {
            "amount": AMOUNTS,
            "day": [date(1969, 12, 31), date(2000, 1, 1), None, *[date(2026, 2, 28)] * 8],
            "text": ["", None, "a", "Zoë 東京 🛒", "tab\tand\nline", "\\N", "'\"{},", *["x" * 1000] * 4],
            "flag": [True, False, None] * 3 + [True, False],
            "whole": [0, -1, 2**31 - 1, -(2**31), *range(7)],
            "long": [0, -1, 2**63 - 1, -(2**63), None, *range(6)],
            "real": [0.0, -0.5, 1e-300, None, 1 / 3, *[2.5] * 6],
            "at": [datetime(1999, 12, 31, 23, 59, 59, 9, tzinfo=UTC), None, *[datetime(2026, 3, 8, tzinfo=UTC)] * 9],
        },
        schema={
            "amount": pl.String, "day": pl.Date, "text": pl.String, "flag": pl.Boolean, "whole": pl.Int32,
            "long": pl.Int64, "real": pl.Float64, "at": INSTANT,
        },
    ).with_columns(pl.col("amount").cast(pl.Decimal(12, 2)))  # fmt: skip
    target = Table("values_of_all_kinds", dict(frame.schema), ("whole",), Mode.APPEND, schema="pg_temp")
    monkeypatch.setattr(copying, "FEW_ROWS", 0 if many else 100)
    monkeypatch.setattr(copying, "CHUNK_ROWS", 4)
    with connect(empty, "owner") as connection, connection.cursor() as cursor:
        cursor.execute(
            "create temporary table values_of_all_kinds (amount numeric(12, 2), day date, text text, flag boolean, "
            "whole integer, long bigint, real double precision, at timestamptz)"
        )
        write(cursor, target, frame)
        found = cursor.execute("select * from values_of_all_kinds").fetchall()
    assert sorted(found, key=lambda row: row[4]) == sorted(frame.rows(), key=lambda row: row[4])
