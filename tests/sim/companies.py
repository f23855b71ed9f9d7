"""Small companies and comparisons that the simulator's tests share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import polars as pl

from sim import schema
from sim.api import ApiInput
from sim.canonical import table_hash
from sim.clock import day_start
from sim.frames import last_rows
from sim.params import Params
from sim.shard import Shard
from sim.world import World

START = date(2025, 1, 25)  # so that a run of days crosses the end of a month
Rows = dict[str, pl.DataFrame]


def small(**overrides: Any) -> Params:
    """A company that simulates in a moment, with every mechanism busy."""
    base = {
        "customers": 240, "products": 60, "stores": 3, "seed": 11, "visits.per_week": 2.0,
        "people.joining_per_year": 0.8, "returns.rate": 0.3, "returns.longest_days": 5,
        "promotions.weekly_share": 0.15, "prices.weekly_change_share": 0.2,
        "stock.short_share": 0.3, "stock.shrink_rate": 0.01, "stock.safety": 0.2,
    }  # fmt: skip
    return Params.parse({**base, **overrides})


@cache
def world(seed: int = 11) -> World:
    return World(small(seed=seed), START)


def at(days: int, slices: int = 0) -> datetime:
    """The boundary of the start's `days`-th day, and quarters of an hour after it."""
    return day_start(START + timedelta(days=days)) + slices * timedelta(minutes=15)


def pieces(shard: Shard, stops: Iterable[datetime], orders: Sequence[ApiInput] = ()) -> Rows:
    """Advance a shard from stop to stop, handing each piece its orders, and put the rows together."""
    parts = []
    for stop in stops:
        mine = [order for order in orders if shard.clock <= order.world_time < stop]
        parts.append(shard.advance(stop, mine))
    return together(parts)


def together(parts: Sequence[Rows]) -> Rows:
    return {t.path: last_rows(t, pl.concat([part[t.path] for part in parts])) for t in schema.TABLES}


def hashes(rows: Rows) -> dict[str, str]:
    return {table.path: table_hash(table, rows[table.path]) for table in schema.TABLES}


@cache
def whole(days: int = 14, seed: int = 11) -> Rows:
    """Genesis and `days` days of the small company in one go."""
    company = world(seed)
    shard = company.shard(company.store_ids)
    return together([company.genesis(), shard.advance(at(days))])
