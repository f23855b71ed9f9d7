"""Stores: agents that open, serve the customers at home there, and close."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import mesa  # type: ignore[import-untyped]
import numpy as np
from numpy.typing import NDArray

from sim import backroom, chores, comebacks, hours, kernels, random, records, reports, rows, schema, shelves, tables
from sim.api import ApiInput, ApiReturn
from sim.clock import local_midnight_offset, numbered_day, unix_start
from sim.errors import OrderError
from sim.people import NEVER
from sim.pricing import KEYS_PER_DAY, MARKDOWN_DAYS
from sim.state import StoreState
from sim.world import LOOK_AHEAD

if TYPE_CHECKING:
    from sim.model import RetailModel

Ints = NDArray[np.int64]

_COUNTERS = ("received", "sold", "returned", "shrink", "wanted", "substituted", "lost")


@dataclass(frozen=True)
class Plan:
    """A store's day in the order of its seconds; `who` is a customer's place or a row of `back`."""

    second: Ints
    kind: Ints
    who: Ints
    back: Ints


class StoreAgent(mesa.Agent):  # type: ignore[misc]
    """A store with its shelves, its goods under way and the customers at home there, as columns."""

    model: RetailModel

    def __init__(self, model: RetailModel, state: StoreState) -> None:
        super().__init__(model)
        world = model.world
        self.state, self.world = state, world
        self.store = world.store(state.store_id)
        self.listed = world.listed(state.store_id)
        self.traits = world.people.traits(world.customers_at(state.store_id, state.day, state.opened))
        self.dirty = np.zeros(world.catalogue.size, dtype=np.bool_)  # changed since rows were last handed out
        self._plan: Plan | None = None

    def advance(self, until: int) -> None:
        """Let everything before second `until` of the day happen, the boundary's work first."""
        state = self.state
        if until <= state.second:
            return
        if not state.opened:
            self._open()
        if self._plan is None:
            self._plan = self._make_plan()
        low, high = (int(np.searchsorted(self._plan.second, second)) for second in (state.second, until))
        if high > low:
            self._serve(self._plan, low, high)
        state.second = until

    def accept(self, given: ApiInput) -> None:
        """At the state's instant an order from the API takes stock, or a return gives it back.

        Raises OrderError when an order cannot have taken it, or a product is none of the company's.
        """
        state, back = self.state, isinstance(given, ApiReturn)
        for product_id, quantity in given.lines:
            p = product_id - 1
            known = 0 <= p < len(state.on_hand)
            held = int(state.on_hand[p]) if known else 0
            if not known or quantity <= 0 or (quantity > held and not back):
                message = (
                    f"{'return' if back else 'order'} {given.sequence} {'brings' if back else 'takes'} {quantity} of "
                    f"product {product_id} at store {state.store_id}, which holds {held} at "
                    f"{given.world_time.isoformat()}"
                )
                raise OrderError(message)
            if back:
                state.on_hand[p] += quantity
                state.returned[p] += quantity
            else:
                state.on_hand[p] -= quantity
                state.sold[p] += quantity
                state.wanted[p] += quantity
            self._touch(np.array([p]))

    def close(self) -> None:
        """Turn the day's counters into rows, learn from them, and move to the next day's boundary."""
        state, day, outbox = self.state, self.state.day, self.model.outbox
        reports.day(outbox, state)
        promoted = self.world.promotions.on(day)
        chain = (promoted.identity != 0) & (promoted.ends == day) & self.listed
        own = (state.marked != 0) & (state.marked // KEYS_PER_DAY + MARKDOWN_DAYS - 1 == day)
        ended = np.flatnonzero(chain | own)
        reports.promotion_effects(outbox, state, np.where(own, state.marked, promoted.identity), ended)
        state.baseline[ended] = 0
        state.promoted_sold[ended] = 0
        state.marked[own] = 0
        # A day that began and stayed empty says nothing about what sells.
        seen = (state.opening > 0) | (state.received > 0)
        state.usual_sales += np.where(seen, ((state.sold << 16) - state.usual_sales) >> shelves.LEARNING, 0)
        self._settle(np.flatnonzero(state.due == day))
        state.returns = state.returns[state.returns[:, 0] > day]
        state.opening = state.on_hand.copy()
        for name in _COUNTERS:
            getattr(state, name)[:] = 0
        state.day, state.second, state.opened, state.trips = day + 1, 0, False, 0
        self._plan = None

    def report_inventory(self) -> None:
        """Rows of `inventory` for what changed since the last report."""
        reports.inventory(self.model.outbox, self.state, self.dirty)
        self.dirty[:] = False

    def _open(self) -> None:
        """The boundary work of the day."""
        state, outbox = self.state, self.model.outbox
        trial = self.world.offers.trial(self.store, state.day)
        if trial is not None:
            changes = rows.trial_changes(state.store_id, state.day, trial, self.listed)
            outbox.add_frame(schema.PRICE_CHANGES, changes)
        self._touch(backroom.receive(state, outbox))
        self._touch(backroom.shrink(state, self.world))
        self._welcome()
        self._touch(backroom.review(state, self.world, self.listed))
        backroom.mark_down(state, self.world, outbox)
        self._touch(backroom.reorder(state, self.world, self.listed, self.model.suppliers, outbox))
        state.opened = True

    def _touch(self, products: Ints) -> None:
        self.state.changed_at[products] = unix_start(numbered_day(self.state.day)) + self.state.second
        self.dirty[products] = True

    def _welcome(self) -> None:
        """Customers who join today come today for the first time."""
        state, outbox = self.state, self.model.outbox
        joined = self.world.people.arrivals(state.day, state.store_id)
        if not len(joined.home):
            return
        self.traits = self.traits.with_more(joined.traits)
        state.due = np.concatenate([state.due, np.full(len(joined.home), state.day)])
        for name in ("habit", "stocked"):
            held = getattr(state, name)
            setattr(state, name, np.concatenate([held, np.zeros((len(joined.home), held.shape[1]), dtype=held.dtype)]))
        outbox.add_frame(schema.CUSTOMERS, joined.rows)
        outbox.add_frame(schema.TRUE_CUSTOMERS, joined.truth)

    def _settle(self, came: Ints) -> None:
        """Set the next visit of the shoppers who came."""
        world, state = self.world, self.state
        today = numbered_day(state.day)
        customer = self.traits.customer[came]
        days, gone = world.people.gaps(customer, self.traits.gap[came], state.day, world.rhythm.day(today).pace)
        due = np.empty(len(came), dtype=np.int64)
        own_pull = round(world.params.visits.own_day_pull * tables.UNIT) if world.params.mechanisms.rhythm else 0
        benefit_pull = round(world.params.benefits.day_pull * tables.UNIT)
        key = random.stream(world.params.seed, "settle")
        pull, month_day = world.rhythm.window(today, LOOK_AHEAD)
        pull = pull + world.shocks.pulls(self.store, state.day, LOOK_AHEAD)
        own_day, benefit = self.traits.own_day[came], self.traits.benefit[came]
        chores.settle(
            key, customer, state.day, days, own_day, own_pull, benefit, benefit_pull, pull, month_day, tables.gumbel(),
            due,
        )  # fmt: skip
        state.due[came] = np.where(gone, NEVER, due)

    def _make_plan(self) -> Plan:
        """The day's visits and returns; follows from the state as it was when the day was opened."""
        world, state = self.world, self.state
        today = numbered_day(state.day)
        # Lines sold today come back tomorrow at the soonest, so today's returns are known by now.
        back = state.returns[state.returns[:, 0] == state.day]
        back = back[np.lexsort((back[:, 3], back[:, 2], back[:, 1]))]
        visitors = np.flatnonzero(state.due == state.day)
        if world.rhythm.day(today).closed:
            visitors = visitors[:0]
        arrival = np.empty(len(visitors), dtype=np.int64)
        chores.arrivals(
            random.stream(world.params.seed, "hour"), self.traits.customer[visitors], self.traits.day_part[visitors],
            state.day, local_midnight_offset(today, self.store.city.time_zone), hours.opening(self.store), arrival,
        )  # fmt: skip
        second = np.concatenate([arrival, back[:, 1]])
        kind = np.repeat(np.array([kernels.VISIT, kernels.RETURN]), [len(visitors), len(back)])
        who = np.concatenate([visitors, np.arange(len(back))])
        order = np.argsort(second << 32 | kind << 31 | who)
        return Plan(second[order], kind[order], who[order], back)

    def _serve(self, plan: Plan, low: int, high: int) -> None:
        """Let the events low..high of the plan happen, and report them."""
        state, world, model = self.state, self.world, self.model
        shelf = records.Shelf(
            state.on_hand, state.received, state.sold, state.returned, state.wanted, state.substituted, state.lost,
            state.baseline, state.promoted_sold, state.changed_at, self.dirty, self.listed,
        )  # fmt: skip
        products, units = plan.back[:, 4].copy(), plan.back[:, 7].copy()
        room = model.room(high - low)
        made, written = kernels.serve(
            plan.second, plan.kind, plan.who, low, high, products, units, state.day,
            unix_start(numbered_day(state.day)), self.store.tax_bps, shelf, world.shoppers(self.traits, state),
            world.offers.at(self.store, state.day, state.marked), world.goods, world.rules, *room,
        )  # fmt: skip
        trips = records.Trips(*(column[:made].copy() for column in room[0]))
        lines = records.Lines(*(column[:written].copy() for column in room[1]))
        if made:
            of_line = reports.sales(model.outbox, state, trips, lines)
            regrets = comebacks.regrets(world, self.store, state.day, lines, of_line, trips.channel[lines.trip])
            state.returns = np.concatenate([state.returns, regrets])
            state.trips += made
            model.counts.add(made, written, int(trips.items.sum()), int(trips.total.sum()))
        which = plan.who[low:high][plan.kind[low:high] == kernels.RETURN]
        reports.returned(model.outbox, state, plan.back, which)
