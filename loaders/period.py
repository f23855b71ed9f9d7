"""The world's contract with the database: one transaction brings one shard one period further.

Rows, stock, clock, input watermark, state hash and, at a month's start, the full snapshot come together
or not at all; so a kill at any moment loses nothing and repeats nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Protocol

import polars as pl
from psycopg import Rollback
from psycopg.types.json import Jsonb

from loaders import inbox, runs
from loaders.copying import Conn, write
from loaders.errors import LeaseLost, PeriodError, StateRefused
from loaders.inbox import Order
from loaders.lease import Lease
from loaders.statecache import StateCache
from loaders.times import day_start, first_of_next_month, is_month_start, world_day
from loaders.world import ShardRow, read_shard, state_hash, the_world
from sim.schema import INVENTORY, RETURNS, TABLES, TRANSACTIONS, Mode, Table

Rows = Mapping[str, pl.DataFrame]
OnDay = Callable[[date, int], None]  # a world day is computed; its number of transactions

# Locks come in this order in every commit: the shard's own rows, the chain's (two shards may bring the same ones),
# the world's row, stock. An order locks the world's row and then stock, so nobody waits in a circle.
_LOCK_CHAIN = "select pg_advisory_xact_lock(hashtext('walmart.chain'))"
_LOCK_WORLD = "select 1 from world for update"
_UNSHARED = tuple(table for table in TABLES if table.mode is Mode.APPEND and table is not RETURNS)
# returns refer to products, which a period may bring
_SHARED = (*(table for table in TABLES if table.mode is Mode.UPSERT and table is not INVENTORY), RETURNS)
AHEAD = timedelta(days=62)

ATTEMPTS = 3  # computations of a period; the last one holds the world's row, so that no order can come between


class LiveShard(Protocol):
    """A shard in memory; advancing it changes it."""

    def advance(self, until: datetime, orders: Sequence[Order], on_day: OnDay | None) -> Rows: ...
    def snapshot(self) -> dict[int, bytes]: ...
    def digests(self) -> dict[int, str]: ...


class Simulation(Protocol):
    """The simulator of one world. `restore` raises StateRefused for a snapshot that it cannot read."""

    state_version: str

    def start(self, store_ids: Sequence[int]) -> LiveShard: ...
    def restore(self, snapshot: Mapping[int, bytes], clock: datetime) -> LiveShard: ...


@dataclass
class _Computed:
    """A period in memory: the state after it, its rows, and the orders that it took in."""

    live: LiveShard
    rows: Rows
    orders: tuple[Order, ...]
    until: datetime
    finished: bool = False

    @property
    def transactions(self) -> int:
        frame = self.rows.get(TRANSACTIONS.path)
        return 0 if frame is None else frame.height


class ShardAdvance:
    """Advances one leased shard, period by period."""

    def __init__(
        self,
        connection: Conn,
        lease: Lease,
        simulation: Simulation,
        cache: StateCache | None = None,
        run_id: str | None = None,
    ) -> None:
        """`connection` is in autocommit mode, commits the periods, and is not the lease's.

        Raises:
            StateRefused: the stored state has another version than the simulator's.
        """
        self.connection, self.lease, self.simulation, self.cache = connection, lease, simulation, cache
        self.run_id = run_id
        self.start = self._checked_start()
        self.row = self._read()
        self._live: LiveShard | None = None

    def _checked_start(self) -> datetime:
        with self.connection.transaction():
            world = the_world(self.connection)
        if world.state_version != self.simulation.state_version:
            message = (
                f"The company's state has version {world.state_version}, this release reads version "
                f"{self.simulation.state_version}: export the company with the older release and load it here."
            )
            raise StateRefused(message)
        return day_start(world.start)

    def _read(self) -> ShardRow:
        with self.connection.transaction():
            return read_shard(self.connection, self.lease.shard)

    def to(self, until: datetime, on_day: OnDay | None = None) -> int:
        """Advance to `until`, at most to the end of the clock's month, and commit; returns the transactions simulated.

        A period that is committed already changes nothing.

        Raises:
            PeriodError: `until` lies beyond the month's end.
            LeaseLost: another run took the shard over.
            StateRefused: the stored state cannot be trusted.
        """
        self._reread()
        if until <= self.row.clock:
            return 0
        month_end = day_start(first_of_next_month(world_day(self.row.clock)))
        if until > month_end:
            message = f"One period ends at {month_end.isoformat()} at the latest, not at {until.isoformat()}."
            raise PeriodError(message)
        self._ensure_partitions(until)
        for _ in range(ATTEMPTS - 1):
            computed = self._compute(self._waiting(until), until, on_day)
            if self._commit(computed):
                return computed.transactions
        return self._compute_holding(until, on_day)

    def keep_state(self) -> None:
        """Write the local copy of the state, so that the next start need not compute it again."""
        if self.cache and self._live:
            self.cache.write(self.row.clock, self.row.state_hash, self._live.snapshot())

    def snapshot(self) -> dict[int, bytes]:
        """The full state by store at the clock."""
        self._live = self._live or self._restored()
        return self._live.snapshot()

    def _reread(self) -> None:
        row = self._read()
        if row != self.row:
            self.row, self._live = row, None

    def _ensure_partitions(self, until: datetime) -> None:
        """The months of the period and the next one: an order from the API never has to make its own."""
        with self.connection.transaction():
            self.connection.execute(
                "select ensure_partitions(%s, %s)", (world_day(self.row.clock), world_day(until) + AHEAD)
            )

    def _waiting(self, until: datetime) -> tuple[Order, ...]:
        orders = inbox.waiting(self.connection, self.row.store_ids, self.row.watermark)
        for order in orders:
            if not self.row.clock <= order.world_time < until:
                message = (
                    f"Order {order.sequence} took stock at {order.world_time.isoformat()}, outside the period from "
                    f"{self.row.clock.isoformat()} to {until.isoformat()}: the inbox was changed by hand."
                )
                raise StateRefused(message)
        return orders

    def _compute(self, orders: tuple[Order, ...], until: datetime, on_day: OnDay | None) -> _Computed:
        # taken out while it changes: a failure leaves no half-advanced state behind
        live, self._live = self._live or self._restored(), None
        rows = live.advance(until, orders, on_day)
        return _Computed(live, rows, orders, until)

    def _commit(self, computed: _Computed) -> bool:
        """Write what was computed; False, and nothing written, when orders came that it does not know."""
        known = [order.sequence for order in computed.orders]
        with self.connection.transaction():
            with self.connection.cursor() as cursor:
                for table in _UNSHARED:
                    self._write(cursor, table, computed)
                cursor.execute(_LOCK_CHAIN)
                for table in _SHARED:
                    self._write(cursor, table, computed)
            self.connection.execute(_LOCK_WORLD)
            if inbox.waiting_numbers(self.connection, self.row.store_ids, self.row.watermark) != known:
                raise Rollback
            row = self._finish(computed)
        if not computed.finished:
            return False
        self.row, self._live = row, computed.live
        return True

    def _compute_holding(self, until: datetime, on_day: OnDay | None) -> int:
        """Compute and write while no order can come in."""
        with self.connection.transaction(), self.connection.cursor() as cursor:
            cursor.execute(_LOCK_CHAIN)
            cursor.execute(_LOCK_WORLD)
            computed = self._compute(self._waiting(until), until, on_day)
            for table in (*_UNSHARED, *_SHARED):
                self._write(cursor, table, computed)
            row = self._finish(computed)
        self.row, self._live = row, computed.live
        return computed.transactions

    def _write(self, cursor: Any, table: Table, computed: _Computed) -> None:
        if table.path in computed.rows:
            write(cursor, table, computed.rows[table.path])

    def _finish(self, computed: _Computed) -> ShardRow:
        """Stock, clock, watermark and state, with the world's row locked."""
        digests = computed.live.digests()
        row = replace(
            self.row,
            clock=computed.until,
            watermark=computed.orders[-1].sequence if computed.orders else self.row.watermark,
            digests=digests,
            state_hash=state_hash(digests),
        )
        with self.connection.cursor() as cursor:
            self._write(cursor, INVENTORY, computed)
            if is_month_start(computed.until):
                self._snapshot(computed, digests)
            cursor.execute(
                "update world_shards set clock = %s, watermark = %s, digests = %s, state_hash = %s, "
                "committed_at = now() where shard = %s and clock = %s and watermark = %s and lease_owner = %s",
                (
                    row.clock,
                    row.watermark,
                    Jsonb({str(store_id): digest for store_id, digest in digests.items()}),
                    row.state_hash,
                    row.shard,
                    self.row.clock,
                    self.row.watermark,
                    self.lease.owner,
                ),
            )
            if cursor.rowcount != 1:
                raise LeaseLost(self.lease.lost())
            cursor.execute(
                "update world set first_company_done = true where not first_company_done "
                "and not exists (select 1 from world_shards where clock < first_until)"
            )
            if self.run_id:
                runs.count_committed(self.connection, self.run_id, row.shard, computed.until, computed.transactions)
        computed.finished = True
        return row

    def _snapshot(self, computed: _Computed, digests: Mapping[int, str]) -> None:
        version, parts = self.simulation.state_version, computed.live.snapshot()
        write_snapshots(self.connection, computed.until, version, parts, digests)

    def _restored(self) -> LiveShard:
        """The state at the clock: from the local copy, or from the month's snapshot and all that happened since."""
        cached = self.cache.read(self.row.clock, self.row.state_hash) if self.cache else None
        if cached:
            try:
                live = self.simulation.restore(cached, self.row.clock)
            except StateRefused:
                pass  # a damaged copy: compute the state again
            else:
                if live.digests() == self.row.digests:
                    return live
        base = self._newest_snapshot()
        live = self._from_snapshot(base) if base else self.simulation.start(self.row.store_ids)
        base = base or self.start
        if base < self.row.clock:
            live.advance(
                self.row.clock, inbox.taken(self.connection, self.row.store_ids, self.row.watermark, base), None
            )
        self._check_digests(live, self.row.digests, self.row.clock)
        return live

    def _newest_snapshot(self) -> datetime | None:
        row = self.connection.execute(
            "select max(at) from simulation_state where at <= %s and store_id = any(%s)",
            (self.row.clock, list(self.row.store_ids)),
        ).fetchone()
        newest: datetime | None = row[0] if row else None
        return newest

    def _from_snapshot(self, at: datetime) -> LiveShard:
        found = self.connection.execute(
            "select store_id, snapshot, digest from simulation_state where at = %s and store_id = any(%s)",
            (at, list(self.row.store_ids)),
        ).fetchall()
        missing = sorted(set(self.row.store_ids) - {store_id for store_id, _, _ in found})
        if missing:
            message = (
                f"The snapshot of {at.isoformat()} is missing for stores {missing}: the company cannot be continued. "
                "Export it, and load it into an empty database."
            )
            raise StateRefused(message)
        live = self.simulation.restore({store_id: bytes(part) for store_id, part, _ in found}, at)
        self._check_digests(live, {store_id: digest for store_id, _, digest in found}, at)
        return live

    def _check_digests(self, live: LiveShard, expected: Mapping[int, str], at: datetime) -> None:
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
