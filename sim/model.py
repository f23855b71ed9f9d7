"""The agents: a Mesa model of stores and suppliers, with customers as columns of their home store.

Order of a store's day, from the boundary (10:00 UTC) on:
  1. orders from the API stamped at the boundary take stock, and returns of them give it back;
  2. prices and markdowns of the day hold, deliveries arrive, goods vanish or spoil, new customers join,
     levels are reviewed, overstock is marked down, orders go out;
  3. the day's visits and returns happen in the order of their seconds, the API's before events of
     the same instant;
  4. at the next boundary the day is closed: its counters become rows, usual sales are learnt, and
     every shopper who came settles on the next visit, or lapses.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import mesa  # type: ignore[import-untyped]
import numpy as np

from sim import kernels, rows, schema
from sim.api import ApiInput
from sim.clock import DAY_SECONDS, day_number, day_start, numbered_day, unix_start
from sim.counts import DayCounts
from sim.frames import Outbox
from sim.records import Lines, Trips
from sim.state import StoreState
from sim.store import StoreAgent
from sim.suppliers import SupplierAgent, Suppliers
from sim.world import World


class RetailModel(mesa.Model):  # type: ignore[misc]
    """The stores of a shard and their suppliers; one Mesa step is one world day."""

    def __init__(self, world: World, states: list[StoreState]) -> None:
        super().__init__(rng=world.params.seed)
        self.world, self.outbox, self.counts = world, Outbox(), DayCounts()
        self.suppliers = Suppliers([SupplierAgent(self, row[0], row[4]) for row in world.suppliers])
        self.shops = [StoreAgent(self, state) for state in states]
        self._room: tuple[Trips, Lines] | None = None
        self._room_for = 0

    @property
    def clock(self) -> datetime:
        """The instant up to which everything has happened."""
        state = self.shops[0].state
        return datetime.fromtimestamp(unix_start(numbered_day(state.day)) + state.second, UTC)

    def step(self) -> None:
        """Let the rest of the current world day happen."""
        self.proceed(DAY_SECONDS, ())

    def proceed(self, until: int, orders: Sequence[ApiInput]) -> None:
        """Let everything before second `until` of the current day happen, with these orders in it, in their order."""
        state = self.shops[0].state
        if not state.opened:
            self._announce(state.day)
        start = day_start(numbered_day(state.day))
        for shop in self.shops:
            for order in orders:
                if order.store_id == shop.state.store_id:
                    shop.advance(int((order.world_time - start).total_seconds()))
                    shop.accept(order)
            shop.advance(until)
        if until == DAY_SECONDS:
            for shop in self.shops:
                shop.close()

    def _announce(self, day: int) -> None:
        """Rows of the chain's decisions of a day; every shard emits the same."""
        world, today = self.world, numbered_day(day)
        ahead = day + world.params.promotions.announced_days
        starting = world.promotions.starting(ahead)
        if starting is not None and day > day_number(world.start):
            self.outbox.add_frame(schema.PROMOTIONS, rows.promotions(starting, ahead))
        changes = world.prices.changes(day)
        if changes:
            moved = np.array([change.product for change in changes], dtype=np.int64)
            self.outbox.add_frame(schema.PRICE_CHANGES, rows.price_changes(changes))
            prices = world.prices.regular(day)
            self.outbox.add_frame(schema.PRODUCTS, rows.products(world.catalogue, prices, today, moved))

    def room(self, visits: int) -> tuple[Trips, Lines]:
        """Arrays with room for the rows of so many visits; used again by the next call."""
        if self._room is None or visits > self._room_for:
            self._room_for = max(visits, 2 * self._room_for)
            trips = [np.empty(self._room_for, dtype=np.int64) for _ in Trips._fields]
            lines = [np.empty(self._room_for * kernels.MAX_LINES, dtype=np.int64) for _ in Lines._fields]
            self._room = Trips(*trips), Lines(*lines)
        return self._room
