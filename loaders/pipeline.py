"""Runs of the simulator into the database: advance a plan's shards, close the run."""

from __future__ import annotations

import os
import secrets
import socket
from contextlib import closing
from datetime import date, datetime
from functools import partial
from itertools import zip_longest
from typing import Any

from loaders import runs
from loaders.copying import Conn
from loaders.db import connect
from loaders.errors import PeriodError
from loaders.lease import Lease
from loaders.period import ShardAdvance
from loaders.planning import Plan, plan
from loaders.restoring import write_snapshots
from loaders.retrying import lost, persistent
from loaders.settings import Settings
from loaders.simulated import LoadedState, SimulatedWorld
from loaders.statecache import StateCache
from loaders.times import Period, checked, day_start, stops
from loaders.world import Genesis, create_world, the_world

__all__ = ["Plan", "advance_shard", "create_loaded_world", "finish_run", "plan", "run", "state_at_clock"]


def state_at_clock(connection: Conn, settings: Settings, shard: int) -> dict[int, bytes]:
    """The full state of a shard's stores at its clock, without changing anything."""
    world = the_world(connection)
    lease = Lease(connection, shard, "nobody")  # never taken: nothing is committed
    cache = StateCache(settings.state_dir / "cache", world.world_id, shard)
    return ShardAdvance(connection, lease, SimulatedWorld.of(world), cache).snapshot()


def create_loaded_world(connection: Conn, settings: Settings, state: LoadedState, source_digest: str) -> None:
    """Write the world's row, shards and snapshot for rows that are loaded in the same transaction."""
    clock = day_start(state.through)
    genesis = Genesis(state.params, state.start, state.state_version, {}, state.digests)
    create_world(
        connection,
        genesis,
        shards=settings.sim_shards,
        first_until=clock,
        clock=clock,
        source="loaded",
        source_digest=source_digest,
    )
    write_snapshots(connection, clock, state.state_version, state.snapshots, state.digests)


def advance_shard(
    settings: Settings,
    shard: int,
    until: datetime,
    period: Period = "month",
    run_id: str | None = None,
) -> dict[str, Any]:
    """Advance one shard to `until`, a commit a period; what is committed already is not done again.

    Returns the shard, its clock and the transactions that this call simulated. A run that is told to stop
    (a signal raises an exception) keeps what it committed, gives its lease back, and marks the run. A lost
    connection is waited for, and the period that it interrupted is done again, whole.

    Raises:
        NoCompany, LeaseHeld, LeaseLost, StateRefused, PeriodError, DatabaseUnavailable.
    """
    end = checked(until)
    # the same owner in every attempt: a server that has not noticed the cut yet gives it its lease again
    owner = f"{run_id or 'run'}@{socket.gethostname()}/{os.getpid()}-{secrets.token_hex(4)}"
    return _advance(settings, shard, end, period, run_id, owner)


@persistent("loader")
def _advance(
    settings: Settings, shard: int, end: datetime, period: Period, run_id: str | None, owner: str
) -> dict[str, Any]:
    with (
        connect(settings, "loader", autocommit=True) as control,
        connect(settings, "loader", autocommit=True) as connection,
    ):
        progress = runs.Progress(control, run_id, shard) if run_id else None
        world = the_world(control)
        cache = StateCache(settings.state_dir / "cache", world.world_id, shard)
        total = 0
        with Lease(control, shard, owner) as lease:
            if progress:
                progress.started()
            try:
                more = partial(connect, settings, "loader")

                def on_day(day: date, transactions: int) -> None:
                    lease.renew()
                    if progress:
                        progress.day(day, transactions)

                with closing(ShardAdvance(connection, lease, SimulatedWorld.of(world), cache, run_id, more)) as advance:
                    ends = list(stops(advance.row.clock, end, period))
                    for stop, then in zip_longest(ends, ends[1:]):
                        total += advance.to(stop, on_day, then)
                        if progress:
                            progress.committed(stop)
                    advance.keep_state()
            except BaseException as error:
                if progress and not control.closed and not lost(error):
                    state = "failed" if isinstance(error, Exception) else "cancelled"
                    progress.stopped("failed" if state == "failed" else "cancelled", _told(error))
                raise
            if progress:
                progress.finished()
        return {"shard": shard, "clock": advance.row.clock.isoformat(), "transactions": total}


def _told(error: BaseException) -> str:
    """An error as a run's message; an interruption has no words of its own."""
    return str(error) or f"Stopped: {type(error).__name__}. What was committed stays; the next run goes on from there."


@persistent("loader")
def finish_run(settings: Settings, run_id: str, *, now: datetime | None = None) -> dict[str, Any]:
    """Close a run whose shards are all done, and refresh the planner's statistics; ids and counts only.

    `now` is when it ended; None: the database's clock says.

    Raises:
        PeriodError: there is no such run, or a shard is not done.
    """
    with connect(settings, "loader", autocommit=True) as connection:
        row = connection.execute(
            "select requested_until, (select published_through()) from simulation_runs where run_id = %s", (run_id,)
        ).fetchone()
        if row is None or row[1] is None or row[1] < row[0]:
            message = f"Run {run_id} has not reached its end: advance its shards first."
            raise PeriodError(message)
        connection.execute("select refresh_statistics()")
        runs.finish(connection, run_id, "success", now)
        counted = connection.execute(
            "select transactions, days_done from simulation_runs where run_id = %s", (run_id,)
        ).fetchone()
        assert counted is not None
        return {
            "run_id": run_id,
            "published_through": row[1].isoformat(),
            "transactions": int(counted[0]),
            "days": int(counted[1]),
        }


def run(settings: Settings, *, now: datetime, **wanted: Any) -> dict[str, Any]:
    """Plan, advance every shard one after another, and close: a whole run in this process."""
    chosen = plan(settings, now=now, **wanted)
    for shard in chosen.shards:
        advance_shard(settings, shard, chosen.until, chosen.period, chosen.run_id)
    if not chosen.shards:
        return {"run_id": chosen.run_id, "published_through": chosen.requested_until, "transactions": 0, "days": 0}
    return finish_run(settings, chosen.run_id)
