"""A run into a directory: month by month, resumable."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Protocol

import polars as pl

from sim import schema, state
from sim.clock import day_start
from sim.counts import DayCounts
from sim.files import Manifest, RunDirectory
from sim.frames import last_rows
from sim.params import Params
from sim.runner import Rows, months, split
from sim.shard import Shard
from sim.world import World


class Watcher(Protocol):
    """Somebody who follows a run's days."""

    def day(self, day: date, counts: DayCounts) -> None:
        """A world day has ended."""


def save(
    folder: Path, params: Params, start: date, days: int, *, file_format: str = "parquet", shards: int = 1,
    threads: int = 1, resume: bool = False, prepare: Callable[[], None] | None = None,
    progress: Callable[[int], Watcher] | None = None,
) -> Manifest:  # fmt: skip
    """Simulate into `folder` and return its manifest.

    `prepare` is called once the directory has been found usable; `progress` then with the days already
    done, and the watcher it returns with each further day. Raises OutputError before anything is written
    when the directory cannot be used.
    """
    world = World(params, start)
    target = RunDirectory(folder, params, start, days, file_format)
    earlier = None
    if resume:
        earlier = target.resume()
    else:
        target.open()
    if prepare is not None:
        prepare()
    first = target.manifest.through
    if earlier is None:
        final, parts = _final(world.genesis()), split(world, shards)
    else:
        final, parts = earlier[0], _restored(world, earlier[1], first, shards)
    watcher = progress((first - start).days) if progress is not None else None
    end = start + timedelta(days=days)
    # A month is written while the next one is simulated.
    with ThreadPoolExecutor(1, thread_name_prefix="writer") as writer:
        written: Future[None] | None = None
        for rows in months(parts, first, end, threads, watcher.day if watcher is not None else None):
            contents = {store_id: content for shard in parts for store_id, content in shard.contents().items()}
            through = parts[0].clock.date()
            if written is not None:
                written.result()
            final = {path: last_rows(schema.BY_PATH[path], pl.concat([final[path], rows[path]])) for path in final}
            written = writer.submit(_commit, target, through, rows, final, dict(sorted(contents.items())))
        if written is not None:
            written.result()
    return target.manifest


def _commit(target: RunDirectory, through: date, rows: Rows, final: Rows, contents: dict[int, bytes]) -> None:
    snapshot = {store_id: state.packed(content) for store_id, content in contents.items()}
    digests = {store_id: state.digest(content) for store_id, content in contents.items()}
    target.commit(through, rows, final, snapshot, digests)


def _final(rows: Rows) -> Rows:
    """The tables that are kept as their final state."""
    return {table.path: rows[table.path] for table in schema.TABLES if table.month_of is None}


def _restored(world: World, snapshot: dict[int, bytes], first: date, shards: int) -> list[Shard]:
    ids = sorted(snapshot)
    count = max(1, min(shards, len(ids)))
    dealt = [ids[i::count] for i in range(count)]
    return [world.restore({store_id: snapshot[store_id] for store_id in part}, day_start(first)) for part in dealt]
