"""A shard's state at an instant: from the local copy, or from a month's snapshot and all that happened since.

Whatever it is made from, it must have the hash that the database holds for that instant.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from loaders import inbox
from loaders.copying import Conn
from loaders.errors import StateRefused
from loaders.live import LiveShard, Simulation
from loaders.statecache import StateCache
from loaders.times import day_start
from loaders.world import ShardRow, the_world


def checked_start(connection: Conn, simulation: Simulation) -> datetime:
    """The instant at which the world began.

    Raises:
        StateRefused: the stored state has another version than the simulator's.
    """
    world = the_world(connection)
    if world.state_version != simulation.state_version:
        message = (
            f"The company's state has version {world.state_version}, this release reads version "
            f"{simulation.state_version}: export the company with the older release and load it here."
        )
        raise StateRefused(message)
    return day_start(world.start)


def restored(
    connection: Conn, simulation: Simulation, start: datetime, row: ShardRow, cache: StateCache | None
) -> LiveShard:
    """The state at the shard's clock.

    Raises:
        StateRefused: what is stored cannot be read, or does not lead to the stored hash.
    """
    cached = cache.read(row.clock, row.state_hash) if cache else None
    if cached:
        try:
            live = simulation.restore(cached, row.clock)
        except StateRefused:
            pass  # a damaged copy: compute the state again
        else:
            if live.digests() == row.digests:
                return live
    live, base = at_or_before(connection, simulation, start, row, row.clock)
    if base < row.clock:
        live.advance(row.clock, inbox.taken(connection, row.store_ids, row.watermark, base), None)
    check_digests(live, row.digests, row.clock)
    return live


def at_or_before(
    connection: Conn, simulation: Simulation, start: datetime, row: ShardRow, instant: datetime
) -> tuple[LiveShard, datetime]:
    """The newest stored state that is not after an instant, and when it was."""
    found = connection.execute(
        "select max(at) from simulation_state where at <= %s and store_id = any(%s)", (instant, list(row.store_ids))
    ).fetchone()
    base: datetime | None = found[0] if found else None
    if base is None:
        return simulation.start(row.store_ids), start
    return _from_snapshot(connection, simulation, row, base), base


def _from_snapshot(connection: Conn, simulation: Simulation, row: ShardRow, at: datetime) -> LiveShard:
    found = connection.execute(
        "select store_id, snapshot, digest from simulation_state where at = %s and store_id = any(%s)",
        (at, list(row.store_ids)),
    ).fetchall()
    missing = sorted(set(row.store_ids) - {store_id for store_id, _, _ in found})
    if missing:
        message = (
            f"The snapshot of {at.isoformat()} is missing for stores {missing}: the company cannot be continued. "
            "Export it, and load it into an empty database."
        )
        raise StateRefused(message)
    live = simulation.restore({store_id: bytes(part) for store_id, part, _ in found}, at)
    check_digests(live, {store_id: digest for store_id, _, digest in found}, at)
    return live


def check_digests(live: LiveShard, expected: Mapping[int, str], at: datetime) -> None:
    """Refuse a state that is not the stored one.

    Raises:
        StateRefused: naming the stores that differ.
    """
    found = live.digests()
    different = sorted(store_id for store_id in expected if found.get(store_id) != expected[store_id])
    if different:
        message = (
            f"The state of stores {different} at {at.isoformat()} does not have the stored hash: the company was "
            "made by another release, or its inbox or state was changed by hand. Nothing was written."
        )
        raise StateRefused(message)


def write_snapshots(
    connection: Conn, at: datetime, version: str, snapshots: Mapping[int, bytes], digests: Mapping[int, str]
) -> None:
    """Keep the full state of some stores at an instant."""
    connection.cursor().executemany(
        "insert into simulation_state (store_id, at, format_version, snapshot, digest) values (%s, %s, %s, %s, %s) "
        "on conflict (store_id, at) do update set "
        "format_version = excluded.format_version, snapshot = excluded.snapshot, digest = excluded.digest",
        [(store_id, at, version, part, digests[store_id]) for store_id, part in snapshots.items()],
    )
