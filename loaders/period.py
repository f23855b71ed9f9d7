"""The world's contract with the database: one transaction brings one shard one period further.

Rows, stock, clock, input watermark, state hash and, at a month's start, the full snapshot come together
or not at all; so a kill at any moment loses nothing and repeats nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial

from psycopg import Rollback
from psycopg.errors import DuplicateTable
from psycopg.types.json import Jsonb

from loaders import inbox, months, restoring, runs
from loaders.ahead import Ahead
from loaders.batch import Batch
from loaders.copying import Conn
from loaders.errors import LeaseLost, PeriodError, StateRefused
from loaders.inbox import Order
from loaders.lease import Lease
from loaders.live import LiveShard, OnDay, Rows, Simulation
from loaders.statecache import StateCache
from loaders.times import day_start, first_of_next_month, is_month_start, world_day
from loaders.world import ShardRow, read_shard, state_hash, the_world
from sim.schema import INVENTORY, RETURNS, TABLES, TRANSACTION_ITEMS, TRANSACTIONS, Mode, Table

# Locks come in this order in every commit: the shard's own rows, the chain's (two shards may bring the same ones),
# the world's row, months, stock. An order locks the world's row and then stock, so nobody waits in a circle.
_LOCK_CHAIN = "select pg_advisory_xact_lock(hashtext('walmart.chain'))"
_LOCK_WORLD = "select 1 from world for update"
_UNSHARED = tuple(table for table in TABLES if table.mode is Mode.APPEND and table is not RETURNS)
# returns refer to products, which a period may bring
_SHARED = (*(table for table in TABLES if table.mode is Mode.UPSERT and table is not INVENTORY), RETURNS)
_RECEIPTS = (TRANSACTIONS, TRANSACTION_ITEMS)

ATTEMPTS = 3  # computations of a period; the last one holds the world's row, so that no order can come between


@dataclass
class _Computed:
    """A period in memory: the state after it, its rows, and the orders that it took in.

    The state is written down at once, because the shard itself may go on before the period is committed.
    """

    live: LiveShard
    rows: Rows
    orders: tuple[Order, ...]
    since: datetime
    until: datetime
    digests: dict[int, str]
    snapshot: dict[int, bytes] | None  # of a month's start
    month_aside: date | None = None  # the month whose receipts wait in tables of their own
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
        more: Callable[[], Conn] | None = None,
    ) -> None:
        """`connection` is in autocommit mode, commits the periods, and is not the lease's.

        `more` opens further connections, not in autocommit mode: with it, months of the past are filled aside.

        Raises:
            StateRefused: the stored state has another version than the simulator's.
        """
        self.connection, self.lease, self.simulation, self.cache = connection, lease, simulation, cache
        self.run_id, self._more = run_id, more
        self.start = restoring.checked_start(connection, simulation)
        self.first_until = the_world(connection).first_until
        self.row = self._read()
        self._live: LiveShard | None = None
        self._ahead: Ahead[_Computed] | None = None
        self._months_until = date.min  # months before this day are there

    def _read(self) -> ShardRow:
        return read_shard(self.connection, self.lease.shard)

    def to(self, until: datetime, on_day: OnDay | None = None, then: datetime | None = None) -> int:
        """Advance to `until`, at most to the end of the clock's month, and commit; returns the transactions simulated.

        A period that is committed already changes nothing. `then` is where the next call goes: that period is
        computed while this one is written, and `close` must be called in the end.

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
        for _ in range(ATTEMPTS - 1):
            computed = self._computed_ahead(until) or self._compute(self._waiting(until), until, on_day)
            if then is not None:
                self._ahead = Ahead(partial(self._go_on, computed.live, computed.until, (), then), on_day)
            if self._commit(computed):
                return computed.transactions
            self.close()
        return self._compute_holding(until, on_day)

    def close(self) -> None:
        """Give up what is being computed ahead."""
        if self._ahead:
            self._ahead.abandon()
            self._ahead = None

    def keep_state(self) -> None:
        """Write the local copy of the state, so that the next start need not compute it again."""
        if self.cache and self._live:
            self.cache.write(self.row.clock, self.row.state_hash, self._live.snapshot())

    def snapshot(self) -> dict[int, bytes]:
        """The full state by store at the clock."""
        self._live = self._live or self._restored()
        return self._live.snapshot()

    def _restored(self) -> LiveShard:
        return restoring.restored(self.connection, self.simulation, self.start, self.row, self.cache)

    def _reread(self) -> None:
        row = self._read()
        if row != self.row:
            self.row, self._live = row, None

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
        return self._go_on(live, self.row.clock, orders, until, on_day)

    @staticmethod
    def _go_on(
        live: LiveShard, since: datetime, orders: tuple[Order, ...], until: datetime, on_day: OnDay | None
    ) -> _Computed:
        rows = live.advance(until, orders, on_day)
        snapshot = live.snapshot() if is_month_start(until) else None
        return _Computed(live, rows, orders, since, until, live.digests(), snapshot)

    def _computed_ahead(self, until: datetime) -> _Computed | None:
        """The period as it was computed while the last one was written; orders that came since show at the commit."""
        ahead, self._ahead = self._ahead, None
        computed = ahead.result() if ahead else None
        return computed if computed and (computed.since, computed.until) == (self.row.clock, until) else None

    def _make_room(self, computed: _Computed) -> None:
        """A place for the period's receipts: the month's tables, filled aside where nobody has made them yet."""
        if self._fill_aside(computed):
            return
        # an order from the API never has to make its own month, but while history is written there are no orders
        first, last = world_day(self.row.clock), world_day(computed.until - datetime.resolution)
        if computed.until >= self.first_until:
            last = world_day(computed.until) + months.AHEAD
        if last >= self._months_until:
            self.connection.execute("select ensure_partitions(%s, %s)", (first, last))
            self._months_until = first_of_next_month(last)

    def _fill_aside(self, computed: _Computed) -> bool:
        month = world_day(self.row.clock).replace(day=1)
        if self._more is None or computed.transactions < months.LEAST_ROWS or month < self._months_until:
            return False
        alone = self.connection.execute("select count(*) = 1 from world_shards").fetchone() == (True,)
        if not alone or months.is_there(self.connection, month):
            return False
        months.fill(self._more, month, computed.rows)
        computed.month_aside = month
        return True

    def _commit(self, computed: _Computed) -> bool:
        """Write what was computed; False, and nothing written, when orders came that it does not know."""
        self._make_room(computed)
        known = [order.sequence for order in computed.orders]
        try:
            with self.connection.transaction(), Batch(self.connection) as batch:
                for table in _UNSHARED:
                    self._write(batch, table, computed)
                batch.execute(_LOCK_CHAIN)
                for table in _SHARED:
                    self._write(batch, table, computed)
                batch.execute(_LOCK_WORLD)
                came = inbox.ask_numbers(self.connection, self.row.store_ids, self.row.watermark)
                row = self._finish(batch, computed)  # sent before anything is waited for
                if [number for (number,) in came] != known:
                    raise Rollback
                computed.finished = True
        except DuplicateTable:  # somebody made the month meanwhile, for an order: the next try writes into it
            return False
        if not computed.finished:
            return False
        self.row, self._live = row, None if self._ahead else computed.live
        return True

    def _compute_holding(self, until: datetime, on_day: OnDay | None) -> int:
        """Compute and write while no order can come in."""
        with self.connection.transaction():
            with Batch(self.connection) as batch:
                batch.execute(_LOCK_CHAIN)
                batch.execute(_LOCK_WORLD)
            computed = self._compute(self._waiting(until), until, on_day)
            self._make_room(computed)
            with Batch(self.connection) as batch:
                for table in (*_UNSHARED, *_SHARED):
                    self._write(batch, table, computed)
                row = self._finish(batch, computed)
        self.row, self._live = row, computed.live
        return computed.transactions

    def _write(self, batch: Batch, table: Table, computed: _Computed) -> None:
        aside = computed.month_aside and table in (*_RECEIPTS, RETURNS)  # returns refer to lines, which come later
        if not aside:
            batch.write(table, computed.rows.get(table.path))

    def _finish(self, batch: Batch, computed: _Computed) -> ShardRow:
        """Months, stock, clock, watermark and state, with the world's row locked."""
        row = replace(
            self.row,
            clock=computed.until,
            watermark=computed.orders[-1].sequence if computed.orders else self.row.watermark,
            digests=computed.digests,
            state_hash=state_hash(computed.digests),
        )
        if computed.month_aside:
            months.attach(self.connection, computed.month_aside)
            batch.write(RETURNS, computed.rows.get(RETURNS.path))
        batch.write(INVENTORY, computed.rows.get(INVENTORY.path))
        if computed.snapshot is not None:
            self._snapshot(computed.until, computed.snapshot, computed.digests)
        moved = batch.execute(
            "update world_shards set clock = %s, watermark = %s, digests = %s, state_hash = %s, "
            "committed_at = now() where shard = %s and clock = %s and watermark = %s and lease_owner = %s returning 1",
            (
                row.clock,
                row.watermark,
                Jsonb({str(store_id): digest for store_id, digest in computed.digests.items()}),
                row.state_hash,
                row.shard,
                self.row.clock,
                self.row.watermark,
                self.lease.owner,
            ),
        )
        batch.execute(
            "update world set first_company_done = true where not first_company_done "
            "and not exists (select 1 from world_shards where clock < first_until)"
        )
        if self.run_id:
            runs.count_committed(self.connection, self.run_id, row.shard, computed.until, computed.transactions)
        if moved.fetchone() is None:
            raise LeaseLost(self.lease.lost())
        return row

    def _snapshot(self, until: datetime, snapshot: Mapping[int, bytes], digests: Mapping[int, str]) -> None:
        restoring.write_snapshots(self.connection, until, self.simulation.state_version, snapshot, digests)
