"""The simulator, as the loaders use it.

The one module of the loaders that knows the simulator (beyond its schema). What it brings along is compiled
code that does not survive a fork, so it is imported only when a function needs it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import polars as pl

from loaders.errors import StateRefused
from loaders.inbox import Order
from loaders.live import LiveShard, OnDay, Rows
from loaders.settings import Settings
from loaders.times import day_start, stops
from loaders.world import Genesis, WorldRow
from sim.params import Params
from sim.schema import Table

if TYPE_CHECKING:
    from sim.files import Manifest as RunManifest
    from sim.shard import Shard
    from sim.world import World


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
        return cls(known_params(row.params), row.start)

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


def compile_loops() -> None:
    """Have the loops of the simulator and of the encoder compiled and kept on disk, for the processes that come."""
    from loaders.encoding import arrays, copy_rows
    from sim.runner import rehearse

    for frame in rehearse().values():
        if frame.height:
            copy_rows(frame)
            list(arrays(frame))


def known_params(values: Mapping[str, Any]) -> Params:
    """The parameters of a company that is there.

    Raises:
        StateRefused: this release does not know them.
    """
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
    simulated = SimulatedWorld(known_params(params), start)
    if snapshots is None:
        live = simulated.start(simulated.world.store_ids)
        for stop in stops(day_start(start), day_start(through), "month"):
            live.advance(stop, (), None)
    else:
        live = simulated.restore(snapshots, day_start(through))
    return LoadedState(
        simulated.world.params.to_dict(), start, through, simulated.state_version, live.snapshot(), live.digests()
    )
