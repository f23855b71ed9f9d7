"""A shard: a set of stores with the customers at home there, and the clock they share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta

import polars as pl

from sim import schema, state
from sim.api import ApiInput
from sim.clock import DAY_SECONDS, checked_instant, day_start, world_day
from sim.counts import DayCounts
from sim.errors import ClockError, OrderError, StateError
from sim.model import RetailModel
from sim.schema import Table
from sim.state import StoreState
from sim.world import World

OnDay = Callable[[date, DayCounts], None]


class Shard:
    """Mutable state of some stores. Made by `World.shard` and `World.restore`."""

    def __init__(self, world: World, states: list[StoreState]) -> None:
        if not states:
            message = "a shard needs at least one store"
            raise StateError(message)
        if len({(state.day, state.second) for state in states}) > 1:
            message = "the stores' snapshots are of different instants"
            raise StateError(message)
        self._world = world
        self._model = RetailModel(world, states)

    @property
    def store_ids(self) -> tuple[int, ...]:
        """The shard's stores."""
        return tuple(shop.state.store_id for shop in self._model.shops)

    @property
    def clock(self) -> datetime:
        """The instant (UTC) up to which everything has happened."""
        return self._model.clock

    def advance(
        self, until: datetime, orders: Sequence[ApiInput] = (), on_day: OnDay | None = None
    ) -> dict[str, pl.DataFrame]:
        """Let everything before `until` happen and return the rows it made, one frame a table of the schema.

        As `proceed`, and then `take` of every table.
        """
        self.proceed(until, orders, on_day)
        return {table.path: self.take(table) for table in schema.TABLES}

    def take(self, table: Table) -> pl.DataFrame:
        """Rows made since they were last taken; until then they are held in half of a frame's memory."""
        return self._model.outbox.take(table)

    def proceed(self, until: datetime, orders: Sequence[ApiInput] = (), on_day: OnDay | None = None) -> None:
        """Let everything before `until` happen.

        `until` is a whole quarter of an hour, not before the clock. `orders` are the API's orders and
        returns stamped in [clock, until); each takes stock, or gives it back, first thing at its time, in the
        order of sequence. `on_day` is
        called when a world day ends, with what happened in it since this shard was made or restored.
        Raises ClockError and OrderError before anything happens, and OrderError when an order finds less
        stock than it took; the shard is then of no further use.
        """
        end = checked_instant(until)
        if end < self.clock:
            message = f"the clock is at {self.clock.isoformat()} and cannot go back to {end.isoformat()}"
            raise ClockError(message)
        waiting = self._checked(orders, end)
        while self.clock < end:
            day = world_day(self.clock)
            next_boundary = day_start(day + timedelta(days=1))
            stop = min(end, next_boundary)
            second = DAY_SECONDS if stop == next_boundary else int((stop - day_start(day)).total_seconds())
            self._model.proceed(second, [order for order in waiting if day_start(day) <= order.world_time < stop])
            waiting = [order for order in waiting if order.world_time >= stop]
            if stop == next_boundary:
                counts, self._model.counts = self._model.counts, DayCounts()
                if on_day is not None:
                    on_day(day, counts)
        for shop in self._model.shops:
            shop.report_inventory()

    def _checked(self, orders: Sequence[ApiInput], end: datetime) -> list[ApiInput]:
        mine = set(self.store_ids)
        for order in orders:
            if order.store_id not in mine:
                message = f"order {order.sequence} is for store {order.store_id}, which is not in this shard"
                raise OrderError(message)
            if order.world_time.tzinfo is None or not self.clock <= order.world_time < end:
                message = (
                    f"order {order.sequence} is stamped {order.world_time.isoformat()}, outside "
                    f"{self.clock.isoformat()} to {end.isoformat()}"
                )
                raise OrderError(message)
        return sorted(orders, key=lambda order: (order.world_time.astimezone(UTC), order.sequence))

    def contents(self) -> dict[int, bytes]:
        """The state by store as it is now, before it is packed or hashed (`sim.state`)."""
        return {shop.state.store_id: shop.state.content() for shop in self._model.shops}

    def snapshot(self) -> dict[int, bytes]:
        """The state by store, for `World.restore` with this clock."""
        return {store_id: state.packed(content) for store_id, content in self.contents().items()}

    def digests(self) -> dict[int, str]:
        """SHA-256 of the state by store."""
        return {store_id: state.digest(content) for store_id, content in self.contents().items()}
