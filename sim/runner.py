"""Run a company from its start: into frames, day by day."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Month:
    """A month's rows, and the stores' states at its end (`sim.state`); `through` is the first day not simulated."""

    through: date
    rows: Rows
    contents: dict[int, bytes]


def run(params: Params, start: date = DEFAULT_START, days: int = 365, shards: int = 1, threads: int = 1) -> Rows:
    """Simulate `days` world days; every table of the schema in its final state, by table path.

    Neither `shards` nor `threads` changes the result.
    """
    world = World(params, start)
    rows = world.genesis()
    parts = [world.shard(stores) for stores in deal(world, shards)]
    for end in month_ends(start, start + timedelta(days=days)):
        rows = merged(rows, advance(parts, end, threads))
    return rows


def rehearse() -> Rows:
    """A day of the smallest company. It runs every compiled loop, so that those that are not on disk yet are made."""
    return run(Params.parse({"customers": 50, "products": 8, "stores": 1}), days=1)


def deal(world: World, hands: int) -> list[list[int]]:
    """The company's stores dealt out to so many hands, each with about the same number of customers."""
    count = max(1, min(hands, len(world.store_ids)))
    dealt: list[list[int]] = [[] for _ in range(count)]
    customers = [0.0] * count
    for store in sorted(world.stores, key=lambda store: (-store.weight, store.store_id)):
        least = customers.index(min(customers))
        dealt[least].append(store.store_id)
        customers[least] += store.weight
    return [sorted(stores) for stores in dealt]


def month_ends(first: date, end: date) -> list[datetime]:
    """The boundaries to which a run from `first` to `end` goes in turn: calendar months' ends, and the last."""
    found, day = [], first
    while day < end:
        day = min(end, next_month(day))
        found.append(day_start(day))
    return found


def months(parts: Sequence[Shard], ends: Iterable[datetime], on_day: OnDay | None) -> Iterator[Month]:
    """Advance shards to each of these instants in turn; a month handed out is not held while the next is computed."""
    for end in ends:
        yield _month(parts, end, on_day)


def _month(parts: Sequence[Shard], end: datetime, on_day: OnDay | None) -> Month:
    rows = advance(parts, end, on_day=on_day)
    return Month(end.date(), rows, contents(parts))


def contents(parts: Sequence[Shard]) -> dict[int, bytes]:
    """The state by store of all these shards."""
    return {store_id: content for shard in parts for store_id, content in shard.contents().items()}


def advance(parts: Sequence[Shard], until: datetime, threads: int = 1, on_day: OnDay | None = None) -> Rows:
    """Advance shards to an instant, in threads, and put their rows together."""
    gathered = gather(len(parts), on_day)
    if threads <= 1 or len(parts) == 1:
        return put_together([shard.advance(until, on_day=gathered) for shard in parts])
    with ThreadPoolExecutor(max_workers=threads) as pool:
        return put_together(list(pool.map(lambda shard: shard.advance(until, on_day=gathered), parts)))


def put_together(found: Sequence[Rows]) -> Rows:
    """Rows of several shards as one; what all of them say is said once."""
    return {table.path: last_rows(table, pl.concat([rows[table.path] for rows in found])) for table in schema.TABLES}


def merged(rows: Rows, new: Rows) -> Rows:
    """Rows with newer rows appended or, in tables that are upserted, put in place of those of the same key."""
    return {table.path: last_rows(table, pl.concat([rows[table.path], new[table.path]])) for table in schema.TABLES}


def next_month(day: date) -> date:
    """The first day of the month after a day's."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def gather(shards: int, on_day: OnDay | None) -> Callable[[date, DayCounts], None] | None:
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
