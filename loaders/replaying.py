"""Compute a month that has passed once more, from its stored state and its input, and put right what differs."""

from __future__ import annotations

import os
import secrets
import socket
from datetime import date, datetime, timedelta

from loaders import inbox, restoring
from loaders.copying import Conn
from loaders.db import connect
from loaders.errors import LeaseLost, PeriodError
from loaders.lease import Lease
from loaders.replacing import Span, replace_rows
from loaders.retrying import persistent
from loaders.settings import Settings
from loaders.simulated import SimulatedWorld
from loaders.times import day_start, first_of_next_month, world_day
from loaders.world import ShardRow, read_shard, read_shards, the_world


@persistent("loader", first=False)
def replay_month(settings: Settings, month: date) -> dict[str, int]:
    """Make the tables that grow by day hold again what the simulator made of a month; returns the rows put right.

    dbt's next run takes in what changed. Orders from the API are read as input and stay as they are. Tables of one
    state (stock, products, purchase orders …) stand at today's clock and are left alone. Safe to repeat.

    Raises:
        PeriodError: the company has no whole day in that month.
        StateRefused: this release does not come to the state that is stored for the month's end; nothing is written.
        NoCompany, LeaseHeld, LeaseLost, DatabaseUnavailable.
    """
    owner = f"replay@{socket.gethostname()}/{os.getpid()}-{secrets.token_hex(4)}"
    total: dict[str, int] = {}
    with (
        connect(settings, "loader", autocommit=True) as control,
        connect(settings, "loader", autocommit=True) as connection,
    ):
        the_world(control)
        for row in read_shards(control):
            with Lease(control, row.shard, owner) as lease:
                for path, count in _replay(connection, lease, month).items():
                    total[path] = total.get(path, 0) + count
    return total


def _replay(connection: Conn, lease: Lease, month: date) -> dict[str, int]:
    world, row = the_world(connection), read_shard(connection, lease.shard)
    simulation = SimulatedWorld.of(world)
    start = restoring.checked_start(connection, simulation)
    begin = max(day_start(month.replace(day=1)), start)
    end = min(day_start(first_of_next_month(month)), day_start(world_day(row.clock)))
    if begin >= end:
        message = (
            f"The company has no whole day in {month:%Y-%m}: it began on {world.start}, and stands at "
            f"{row.clock.isoformat()}."
        )
        raise PeriodError(message)
    live, base = restoring.at_or_before(connection, simulation, start, row, begin)
    orders = inbox.taken(connection, row.store_ids, row.watermark, base)
    if base < begin:
        live.advance(begin, [order for order in orders if order.world_time < begin], None)
    rows = live.advance(end, [order for order in orders if begin <= order.world_time < end], lambda *_: lease.renew())
    restoring.check_digests(live, _expected(connection, row, end), end)
    span = Span(world_day(begin), world_day(end) - timedelta(days=1), row.store_ids)
    with connection.transaction():
        held = connection.execute(
            "select 1 from world_shards where shard = %s and lease_owner = %s for update", (lease.shard, lease.owner)
        ).fetchone()
        if held is None:
            raise LeaseLost(lease.lost())
        differing = replace_rows(connection, span, rows)
        if any(differing[path] for path in differing if not path.startswith("truth")):
            connection.execute("select operations.note_correction(%s)", (span.first,))
        return differing


def _expected(connection: Conn, row: ShardRow, end: datetime) -> dict[int, str]:
    """The stored hashes of an instant by store; none are stored within a month, but for the clock's."""
    if end == row.clock:
        return row.digests
    found = connection.execute(
        "select store_id, digest from simulation_state where at = %s and store_id = any(%s)",
        (end, list(row.store_ids)),
    ).fetchall()
    return dict(found)
