"""Small companies for the tests of this part, and ways to look into them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from loaders import pipeline, simulated
from loaders.copying import read
from loaders.db import connect
from loaders.settings import Settings
from loaders.times import day_start, world_day
from sim.schema import TABLES, transaction_id

NOW = datetime(2026, 3, 10, 15, tzinfo=UTC)
BOUNDARY = datetime(2026, 3, 10, 10, tzinfo=UTC)


def small(database: Settings, **values: Any) -> Settings:
    """Settings of a company that takes a moment to simulate: three stores, twenty days, a month's start among them."""
    return database.model_copy(
        update={"sim_customers": 60, "sim_products": 30, "sim_stores": 3, "sim_days": 20, "sim_seed": 7} | values
    )


def first_company(database: Settings, **values: Any) -> Settings:
    """Simulate a small company to the boundary before NOW."""
    settings = small(database, **values)
    pipeline.run(settings, now=NOW)
    return settings


def content(settings: Settings) -> dict[str, str]:
    """The canonical hash of every table."""
    with connect(settings, "loader") as connection:
        return {table.path: simulated.table_hash(table, read(connection, table)) for table in TABLES}


def table(settings: Settings, name: str) -> pl.DataFrame:
    """One table's rows."""
    with connect(settings, "loader") as connection:
        return next(read(connection, table) for table in TABLES if table.path == name)


def one(settings: Settings, query: str, *parameters: Any) -> Any:
    """The first value of a query."""
    with connect(settings, "loader") as connection:
        row = connection.execute(query.encode(), parameters or None).fetchone()
    return row[0] if row else None


def place_order(settings: Settings, store_id: int = 1, number: int = 0, quantity: int = 1) -> int:
    """What POST /orders does, as the role of the API: one unit or more of the product with the most stock."""
    with connect(settings, "app") as connection:
        row = connection.execute("select world_time_for_order(%s)", (store_id,)).fetchone()
        assert row is not None
        world_time = row[0]
        stock = connection.execute(
            "select product_id, list_price from inventory join products using (product_id) where store_id = %s "
            "order by on_hand desc, product_id limit 1 for update of inventory",
            (store_id,),
        ).fetchone()
        assert stock is not None
        product_id, price = stock
        connection.execute(
            "update inventory set on_hand = on_hand - %s where store_id = %s and product_id = %s",
            (quantity, store_id, product_id),
        )
        day = world_day(world_time)
        order = transaction_id(day, store_id, 5_000_000 + number)
        connection.execute(
            "insert into transactions values (%s, null, %s, %s, %s, 'api', 'credit_card', %s, 0, 0, %s)",
            (order, store_id, day, world_time, quantity, price * quantity),
        )
        connection.execute(
            "insert into transaction_items values (%s, 1, %s, %s, %s, %s, %s, %s, null)",
            (order, day, store_id, product_id, quantity, price, price),
        )
        connection.execute("insert into order_inbox (transaction_id, world_time) values (%s, %s)", (order, world_time))
    return order


def next_day(settings: Settings) -> datetime:
    """The end of the world day after the published ones."""
    clock = one(settings, "select published_through()")
    return day_start(world_day(clock) + timedelta(days=1))
