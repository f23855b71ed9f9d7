"""A run into a directory: month by month, resumable."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
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
from sim.runner import Month, Rows, deal, month_ends, months
from sim.worker import made
from sim.workers import Order, Workers
from sim.world import World


class Watcher(Protocol):
    """Somebody who follows a run's days."""

    def day(self, day: date, counts: DayCounts) -> None:
        """A world day has ended."""


def save(
    folder: Path, params: Params, start: date, days: int, *, file_format: str = "parquet", shards: int = 1,
    processes: int = 1, resume: bool = False, prepare: Callable[[], None] | None = None,
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
    final, snapshot = earlier if earlier is not None else (_final(world.genesis()), None)
    watcher = progress((first - start).days) if progress is not None else None
    ends = month_ends(first, start + timedelta(days=days))
    on_day = watcher.day if watcher is not None else None
    order = Order(params, start, deal(world, max(shards, processes)), snapshot, day_start(first))
    with ExitStack() as stack:
        if processes > 1 and ends:
            hands = [
                replace(order, shards=order.shards[i::processes]) for i in range(min(processes, len(order.shards)))
            ]
            found = stack.enter_context(Workers(hands)).months(ends, on_day)
        else:
            found = months(made(order), ends, on_day)
        # A month is written while the next one is simulated.
        writer = stack.enter_context(ThreadPoolExecutor(1, thread_name_prefix="writer"))
        written: Future[None] | None = None
        for month in found:
            if written is not None:
                written.result()
            final = {
                path: last_rows(schema.BY_PATH[path], pl.concat([final[path], month.rows[path]])) for path in final
            }
            written = writer.submit(_commit, target, month, final)
            del month  # once written it is held by nobody
            if processes > 1:
                written.result()  # workers compute on; what they hand over would lie beside what is being written
        if written is not None:
            written.result()
    return target.manifest


def _commit(target: RunDirectory, month: Month, final: Rows) -> None:
    contents = dict(sorted(month.contents.items()))
    snapshot = {store_id: state.packed(content) for store_id, content in contents.items()}
    digests = {store_id: state.digest(content) for store_id, content in contents.items()}
    target.commit(month.through, month.rows, final, snapshot, digests)


def _final(rows: Rows) -> Rows:
    """The tables that are kept as their final state."""
    return {table.path: rows[table.path] for table in schema.TABLES if table.month_of is None}
