"""Run a company from its start: into frames, day by day."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import polars as pl

from sim import schema
from sim.clock import day_start
from sim.counts import DayCounts
from sim.frames import last_rows
from sim.params import Params
from sim.shard import OnDay, Shard
from sim.world import World

DEFAULT_START = date(2025, 1, 1)
Rows = dict[str, pl.DataFrame]


def run(params: Params, start: date = DEFAULT_START, days: int = 365, shards: int = 1, threads: int = 1) -> Rows:
    """Simulate `days` world days; every table of the schema in its final state, by table path.

    Neither `shards` nor `threads` changes the result.
    """
    world = World(params, start)
    rows = world.genesis()
    parts = split(world, shards)
    for month_rows in months(parts, start, start + timedelta(days=days), threads):
        rows = merged(rows, month_rows)
    return rows


def split(world: World, shards: int) -> list[Shard]:
    """The company's stores at the start, dealt out to so many shards."""
    count = max(1, min(shards, len(world.store_ids)))
    return [world.shard(world.store_ids[i::count]) for i in range(count)]


def months(
    parts: Sequence[Shard], first: date, end: date, threads: int = 1, on_day: OnDay | None = None
) -> Iterator[Rows]:
    """Advance shards that stand at `first` to `end`, a calendar month at a time, and yield each month's rows."""
    day = first
    while day < end:
        day = min(end, next_month(day))
        yield advance(parts, day_start(day), threads, on_day)


def advance(parts: Sequence[Shard], until: datetime, threads: int = 1, on_day: OnDay | None = None) -> Rows:
    """Advance shards to an instant, in threads, and put their rows together."""
    gathered = _gather(len(parts), on_day)
    if threads <= 1 or len(parts) == 1:
        found = [shard.advance(until, on_day=gathered) for shard in parts]
    else:
        with ThreadPoolExecutor(max_workers=threads) as pool:
            found = list(pool.map(lambda shard: shard.advance(until, on_day=gathered), parts))
    return {table.path: last_rows(table, pl.concat([rows[table.path] for rows in found])) for table in schema.TABLES}


def merged(rows: Rows, new: Rows) -> Rows:
    """Rows with newer rows appended or, in tables that are upserted, put in place of those of the same key."""
    return {table.path: last_rows(table, pl.concat([rows[table.path], new[table.path]])) for table in schema.TABLES}


def next_month(day: date) -> date:
    """The first day of the month after a day's."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _gather(shards: int, on_day: OnDay | None) -> Callable[[date, DayCounts], None] | None:
    """Add up a day's counts over shards and report the day once all have been through it."""
    if on_day is None:
        return None
    lock = threading.Lock()
    sums: dict[date, tuple[int, DayCounts]] = {}

    def report(day: date, counts: DayCounts) -> None:
        with lock:
            seen, total = sums.pop(day, (0, DayCounts()))
            total = total + counts
            if seen + 1 == shards:
                on_day(day, total)
            else:
                sums[day] = (seen + 1, total)

    return report
