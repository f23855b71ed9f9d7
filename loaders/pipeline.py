"""Runs of the simulator into the database: plan a run, advance its shards, close it.

The one module of the loaders that knows the simulator (beyond its schema). It is imported only when
a function needs it, because it brings compiled code along that does not survive a fork.
"""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import polars as pl

from loaders import runs
from loaders.copying import Conn
from loaders.db import connect
from loaders.errors import CompanyExists, PeriodError, StateRefused
from loaders.inbox import Order
from loaders.lease import Lease
from loaders.period import LiveShard, OnDay, Rows, ShardAdvance, write_snapshots
from loaders.retrying import lost, persistent
from loaders.settings import Settings
from loaders.statecache import StateCache
from loaders.times import Period, checked, day_start, last_boundary, stops, world_day
from loaders.world import Genesis, WorldRow, create_world, read_shards, read_world, reshard, the_world
from sim.params import Params
from sim.schema import Table

if TYPE_CHECKING:
    from sim.files import Manifest as RunManifest
    from sim.shard import Shard
    from sim.world import World

LARGE_COMPANY = 200_000  # customers from which a month's rows are too many to hold at once


class SimulatedWorld:
    """The simulator of one world, as `loaders.period` uses it."""

    def __init__(self, params: Params, start: date) -> None:
        from sim import state
        from sim.world import World

        self.state_version = str(state.VERSION)
        self.world: World = World(params, start)

    @classmethod
    def of(cls, row: WorldRow) -> Self:
        """The simulator of the world in the database.

        Raises:
            StateRefused: this release does not know its parameters.
        """
        return cls(_known(row.params), row.start)

    def start(self, store_ids: Sequence[int]) -> LiveShard:
        """These stores before the first day."""
        return _Live(self.world.shard(store_ids))

    def restore(self, snapshot: Mapping[int, bytes], clock: datetime) -> LiveShard:
        """The stores of a snapshot taken at `clock`."""
        from sim.errors import StateError

        try:
            return _Live(self.world.restore(snapshot, clock))
        except StateError as error:
            message = f"The stored state of {clock.isoformat()} cannot be read: {error}."
            raise StateRefused(message) from error

    def genesis(self) -> Genesis:
        """The rows and the state before the first day."""
        shard = self.world.shard(self.world.store_ids)
        return Genesis(
            self.world.params.to_dict(), self.world.start, self.state_version, self.world.genesis(), shard.digests()
        )


class _Live:
    """A shard of the simulator."""

    def __init__(self, shard: Shard) -> None:
        self._shard = shard

    def advance(self, until: datetime, orders: Sequence[Order], on_day: OnDay | None) -> Rows:
        from sim.api import ApiOrder, ApiReturn
        from sim.errors import SimulationError

        inputs = [
            (ApiReturn if o.returned else ApiOrder)(o.sequence, o.transaction_id, o.world_time, o.store_id, o.lines)
            for o in orders
        ]
        report = None if on_day is None else (lambda day, counts: on_day(day, counts.transactions))
        try:
            return self._shard.advance(until, inputs, report)
        except SimulationError as error:
            message = f"The world cannot go on to {until.isoformat()}: {error}."
            raise StateRefused(message) from error

    def snapshot(self) -> dict[int, bytes]:
        return self._shard.snapshot()

    def digests(self) -> dict[int, str]:
        return self._shard.digests()


def _known(values: Mapping[str, Any]) -> Params:
    from sim.errors import ParameterError

    try:
        return Params.from_dict(values)
    except ParameterError as error:
        message = f"The company was made with parameters that this release does not know: {error}."
        raise StateRefused(message) from error


def table_hash(table: Table, frame: pl.DataFrame) -> str:
    """The canonical hash of a table's content."""
    from sim import canonical

    return canonical.table_hash(table, frame)


def part_digests(table: Table, frame: pl.DataFrame) -> dict[str, str]:
    """The canonical digest of each month of a table, or of the whole table under "all"."""
    from sim import canonical

    return canonical.part_digests(table, frame)


def run_manifest(params: Mapping[str, Any], start: date, through: date, file_format: str) -> RunManifest:
    """The manifest of a run's directory, for an export to fill."""
    from sim.files import Manifest

    return Manifest(dict(params), start, (through - start).days, file_format, through)


def write_frame(frame: pl.DataFrame, path: Path, file_format: str) -> None:
    """One file of a run's directory."""
    from sim import files

    files.write_frame(frame, path, file_format)


def state_at_clock(connection: Conn, settings: Settings, shard: int) -> dict[int, bytes]:
    """The full state of a shard's stores at its clock, without changing anything."""
    world = the_world(connection)
    lease = Lease(connection, shard, "nobody")  # never taken: nothing is committed
    cache = StateCache(settings.state_dir / "cache", world.world_id, shard)
    return ShardAdvance(connection, lease, SimulatedWorld.of(world), cache).snapshot()


@dataclass(frozen=True)
class LoadedState:
    """The state of a company that comes from a directory, by store, at the boundary of `through`."""

    params: dict[str, Any]
    start: date
    through: date
    state_version: str
    snapshots: dict[int, bytes]
    digests: dict[int, str]


def loaded_state(
    params: Mapping[str, Any], start: date, through: date, snapshots: Mapping[int, bytes] | None
) -> LoadedState:
    """Read a directory's state, or compute it from the start when the directory carries none.

    Raises:
        StateRefused: the parameters or the state are not of this release.
    """
    simulated = SimulatedWorld(_known(params), start)
    if snapshots is None:
        live = simulated.start(simulated.world.store_ids)
        for stop in stops(day_start(start), day_start(through), "month"):
            live.advance(stop, (), None)
    else:
        live = simulated.restore(snapshots, day_start(through))
    return LoadedState(
        simulated.world.params.to_dict(), start, through, simulated.state_version, live.snapshot(), live.digests()
    )


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


@dataclass(frozen=True)
class Plan:
    """A run to do: `shards` may be advanced in any order or at once, and are none when there is nothing to do."""

    run_id: str
    kind: runs.Kind
    requested_from: str  # ISO instants, so that a plan passes through JSON
    requested_until: str
    days: int
    shards: tuple[int, ...]
    period: Period

    def to_dict(self) -> dict[str, Any]:
        """The plan as JSON values."""
        return asdict(self) | {"shards": list(self.shards)}

    @property
    def until(self) -> datetime:
        """Where the run ends."""
        return datetime.fromisoformat(self.requested_until)


def company_params(settings: Settings, overrides: Mapping[str, Any] | None = None) -> Params:
    """The parameters of the first company: the settings SIM_*, and the overrides over them.

    Raises:
        sim.errors.ParameterError: an override is unknown or out of bounds.
    """
    base = {
        "customers": settings.sim_customers,
        "products": settings.sim_products,
        "stores": settings.sim_stores,
        "seed": settings.sim_seed,
    }
    return Params.parse({**base, **(overrides or {})})


def plan(
    settings: Settings,
    *,
    now: datetime,
    days: int | None = None,
    until: datetime | None = None,
    overrides: Mapping[str, Any] | None = None,
    run_id: str | None = None,
    airflow_run_id: str | None = None,
    kind: runs.Kind | None = None,
    period: Period | None = None,
) -> Plan:
    """Decide what a run does, make the company where there is none, and record the run.

    With `until`, the run goes to that instant; with `days`, to the end of so many world days, the one under way
    included; with neither, to the last boundary before `now`. The first company begins SIM_DAYS before that
    boundary, and a run always completes it. `overrides` are parameters of the first company.

    Raises:
        PeriodError: `days` and `until` are both given, or make no sense.
        CompanyExists: `overrides` differ from the parameters of the company that is there.
        sim.errors.ParameterError: an override is unknown or out of bounds.
    """
    if days is not None and (until is not None or days < 1):
        message = f"Say how many days (1 or more), or until when, not both: days={days}, until={until}."
        raise PeriodError(message)
    # named before the first try, so that a second one finds what the first has recorded
    run_id = run_id or f"{now.astimezone(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
    return _plan(settings, now, days, until, overrides, run_id, airflow_run_id, kind, period)


@persistent("loader")
def _plan(
    settings: Settings,
    now: datetime,
    days: int | None,
    until: datetime | None,
    overrides: Mapping[str, Any] | None,
    run_id: str,
    airflow_run_id: str | None,
    kind: runs.Kind | None,
    period: Period | None,
) -> Plan:
    boundary = last_boundary(now)
    with connect(settings, "loader", autocommit=True) as connection:
        world = read_world(connection)
        if world is None:
            span = timedelta(days=days or settings.sim_days)
            world = _first_company(connection, settings, overrides, boundary, span)
        elif overrides:
            _refuse_other(world, overrides)
        reshard(connection, settings.sim_shards)
        shards = read_shards(connection)
        clock = min(row.clock for row in shards)
        planned = runs.requested_until(connection, run_id)
        if planned is not None:
            end = planned  # planned before, and tried again: "the next days" are still those days
        elif not world.first_company_done:
            end, kind = max(world.first_until, until or world.first_until), kind or "first_company"
        elif until is not None:
            end = checked(until)
        elif days is not None:
            end = day_start(world_day(clock) + timedelta(days=days))
        else:
            end = boundary
        behind = tuple(row.shard for row in shards if row.clock < end)
        end = max(end, clock)
        chosen = Plan(
            run_id=run_id,
            kind=kind or "days",
            requested_from=clock.isoformat(),
            requested_until=end.isoformat(),
            days=-(-(end - clock) // timedelta(days=1)),
            shards=behind,
            period=period or ("day" if int(world.params["customers"]) >= LARGE_COMPANY else "month"),
        )
        if behind:
            runs.begin(
                connection,
                chosen.run_id,
                chosen.kind,
                requested_from=clock,
                requested_until=end,
                shards=behind,
                airflow_run_id=airflow_run_id,
                params=overrides,
            )
        return chosen


def _first_company(
    connection: Conn, settings: Settings, overrides: Mapping[str, Any] | None, boundary: datetime, span: timedelta
) -> WorldRow:
    params = company_params(settings, overrides)
    start = world_day(boundary - span)
    connection.execute("select ensure_partitions(%s, %s)", (start, start + timedelta(days=62)))
    genesis = SimulatedWorld(params, start).genesis()
    return create_world(connection, genesis, shards=settings.sim_shards, first_until=boundary)


def _refuse_other(world: WorldRow, overrides: Mapping[str, Any]) -> None:
    """The parameters of a company are those it was made with."""
    present = _known(world.params)
    if present.replace(**overrides) != present:
        changed = ", ".join(sorted(overrides))
        message = (
            f"The company is there already, and its parameters ({changed}) cannot change: leave them out to simulate "
            "its next days, or start anew with `make reset`."
        )
        raise CompanyExists(message)


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
                advance = ShardAdvance(connection, lease, SimulatedWorld.of(world), cache, run_id)

                def on_day(day: date, transactions: int) -> None:
                    lease.renew()
                    if progress:
                        progress.day(day, transactions)

                for stop in stops(advance.row.clock, end, period):
                    if progress:
                        progress.period()
                    total += advance.to(stop, on_day)
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
