"""The agents: a Mesa model of stores and suppliers, with customers as columns of their home store.

Order of a store's day, from the boundary (10:00 UTC) on:
  1. orders from the API stamped at the boundary take stock;
  2. deliveries arrive, goods vanish or spoil, new customers join, levels are reviewed, orders go out;
  3. the day's visits and returns happen in the order of their seconds, API orders before events of
     the same instant;
  4. at the next boundary the day is closed: its counters become rows, usual sales are learnt, and
     every shopper who came settles on the next visit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import mesa
import numpy as np
from numpy.typing import NDArray

from sim import hours, kernels, random, rows, schema, shelves, tables
from sim.api import ApiOrder
from sim.clock import DAY_SECONDS, day_number, day_start, numbered_day, unix_start
from sim.errors import OrderError
from sim.frames import CHANNELS, NULL, REASONS, Outbox
from sim.pricing import KEYS_PER_DAY
from sim.state import StoreState
from sim.world import World

Ints = NDArray[np.int64]

_PER_STORE = 10_000_000  # numbers of a store's day, as in transaction numbers
_REVIEW_WEEKDAY = 1  # day number modulo 7: Sunday, three days before promotions start
_LEARNING = 5  # usual sales move 1/32 of the way to the day's sales


@dataclass
class DayCounts:
    """What a shard's day came to: whole counts, sales in cents (before tax)."""

    transactions: int = 0
    lines: int = 0
    units: int = 0
    sales_cents: int = 0

    def __add__(self, other: DayCounts) -> DayCounts:
        return DayCounts(
            self.transactions + other.transactions, self.lines + other.lines, self.units + other.units,
            self.sales_cents + other.sales_cents,
        )  # fmt: skip


class SupplierAgent(mesa.Agent):  # type: ignore[misc]
    """A supplier: answers each order with the day on which it comes and how much of it comes."""

    def __init__(self, model: RetailModel, supplier_id: int, lead_time_days: int) -> None:
        super().__init__(model)
        self.supplier_id, self.lead_time_days = supplier_id, lead_time_days
        seed = model.world.params.seed
        self._lead_key = random.fold(random.stream(seed, "lead time"), supplier_id)
        self._short_key = random.fold(random.stream(seed, "short delivery"), supplier_id)

    def answer(self, store_id: int, products: Ints, quantity: Ints, day: int) -> tuple[Ints, Ints]:
        """Days of arrival and quantities that will arrive, by product ordered on `day`.

        Lateness is a matter of the single order; a shortage strikes a product at the supplier, whoever orders.
        """
        stock = self.model.world.params.stock
        key = random.fold(self._lead_key, store_id, products, day)
        late = random.happens(random.fold(key, 1), stock.late_share)
        delay = np.where(late, 1 + random.below(random.fold(key, 2), stock.late_days), 0)
        shortage = random.happens(random.fold(self._short_key, products, day), stock.short_share)
        fill = round(stock.short_fill * 1024)
        arriving = np.where(shortage, np.maximum(quantity * fill // 1024, 1), quantity)
        return day + self.lead_time_days + delay, arriving


class StoreAgent(mesa.Agent):  # type: ignore[misc]
    """A store with its shelves, its orders under way and the customers at home there."""

    def __init__(self, model: RetailModel, state: StoreState) -> None:
        super().__init__(model)
        self.state, self.world = state, model.world
        self.store = self.world.store(state.store_id)
        self.listed = self.world.listed(state.store_id)
        self.traits = self.world.people.traits(self.world.customers_at(state.store_id, state.day, state.opened))
        self.dirty = np.zeros(self.world.catalogue.size, dtype=np.bool_)
        self._plan: _Plan | None = None

    # -- the boundary ---------------------------------------------------------------------------

    def open_day(self) -> None:
        """The boundary work of the state's day."""
        state = self.state
        self._receive()
        self._shrink()
        self._welcome()
        if state.day % 7 == _REVIEW_WEEKDAY:
            self._review()
        self._reorder()
        state.opened = True

    def close_day(self) -> None:
        """Turn the day's counters into rows, learn from them, and move to the next day."""
        state, day = self.state, self.state.day
        self._report_day()
        self._report_promotions()
        seen = (state.opening > 0) | (state.received > 0)
        step = ((state.sold << 16) - state.usual_sales) >> _LEARNING
        state.usual_sales += np.where(seen, step, 0)
        came = np.flatnonzero(state.due == day)
        if len(came):
            self._settle(came)
        state.opening = state.on_hand.copy()
        for counter in (state.received, state.sold, state.returned, state.shrink, state.wanted, state.substituted, state.lost):
            counter[:] = 0
        state.day, state.second, state.opened, state.trips = day + 1, 0, False, 0
        self._plan = None

    def _touch(self, products: Ints) -> None:
        self.state.changed_at[products] = unix_start(numbered_day(self.state.day))
        self.dirty[products] = True

    def _receive(self) -> None:
        state = self.state
        arrived = state.orders[:, 6] == state.day
        if not arrived.any():
            return
        orders = state.orders[arrived]
        state.orders = state.orders[~arrived]
        size = len(state.on_hand)
        units = np.bincount(orders[:, 2], weights=orders[:, 7], minlength=size).astype(np.int64)
        ordered = np.bincount(orders[:, 2], weights=orders[:, 3], minlength=size).astype(np.int64)
        state.on_hand += units
        state.received += units
        state.on_order -= ordered
        self._touch(np.unique(orders[:, 2]))
        self._report_orders(orders, received=True)

    def _shrink(self) -> None:
        params, state = self.world.params, self.state
        if not params.mechanisms.shrink:
            return
        fresh = self.world.fresh
        rate = random.threshold(np.where(fresh, params.stock.shrink_rate + params.stock.spoilage_rate, params.stock.shrink_rate))
        key = random.fold(random.stream(params.seed, "shrink"), state.store_id, np.arange(len(rate)), state.day)
        expected = state.on_hand * rate  # units in 2**-30
        units = np.minimum((expected + random.thirty(key)) >> 30, state.on_hand)
        gone = np.flatnonzero(units)
        state.on_hand -= units
        state.shrink += units
        self._touch(gone)

    def _welcome(self) -> None:
        """Customers who join today come today for the first time."""
        world, state = self.world, self.state
        today = numbered_day(state.day)
        first = world.people.joined_before(today) + 1
        last = world.people.joined_before(numbered_day(state.day + 1))
        joined = world.people.at_home(state.store_id, first, last)
        if not len(joined):
            return
        self.traits = world.people.traits(np.concatenate([self.traits.customer, joined]))
        state.due = np.concatenate([state.due, np.full(len(joined), state.day)])
        state.habit = np.concatenate([state.habit, np.zeros((len(joined), state.habit.shape[1]), dtype=np.int16)])
        self.model.outbox.add_frame(schema.CUSTOMERS, world.people.rows(joined, today))
        self.model.outbox.add_frame(schema.TRUE_CUSTOMERS, world.people.truth(joined))

    def _review(self) -> None:
        state = self.state
        point, up_to = shelves.levels(self.world, state.usual_sales, self.listed, self.world.outlook(state.day))
        moved = np.flatnonzero((point != state.reorder_point) | (up_to != state.order_up_to))
        state.reorder_point, state.order_up_to = point, up_to
        self._touch(moved)

    def _reorder(self) -> None:
        world, state = self.world, self.state
        position = state.on_hand + state.on_order
        short = np.flatnonzero(self.listed & (position <= state.reorder_point))
        if not len(short):
            return
        case = world.case[short]
        quantity = -(-(state.order_up_to[short] - position[short]) // case) * case
        wanted = quantity > 0
        short, quantity = short[wanted], quantity[wanted]
        supplier = world.catalogue.supplier[short].astype(np.int64)
        orders = np.empty((len(short), 9), dtype=np.int64)
        orders[:, 0] = state.day * KEYS_PER_DAY + state.store_id * _PER_STORE + np.arange(len(short))
        orders[:, 1], orders[:, 2], orders[:, 3], orders[:, 4] = supplier, short, quantity, state.day
        orders[:, 8] = world.catalogue.unit_cost[short]
        for agent in self.model.suppliers:
            mine = np.flatnonzero(supplier == agent.supplier_id)
            if len(mine):
                orders[mine, 5] = state.day + agent.lead_time_days
                orders[mine, 6], orders[mine, 7] = agent.answer(state.store_id, short[mine], quantity[mine], state.day)
        state.on_order[short] += quantity
        state.orders = np.concatenate([state.orders, orders])
        self._touch(short)
        self._report_orders(orders, received=False)

    def _settle(self, came: Ints) -> None:
        """Set the next visit of the shoppers who came."""
        world, state = self.world, self.state
        today = numbered_day(state.day)
        customer = self.traits.customer[came]
        days = world.people.gaps(customer, self.traits.gap[came], state.day, world.rhythm.day(today).pace)
        due = np.empty(len(came), dtype=np.int64)
        params = world.params
        pull = round(params.visits.own_day_pull * tables.UNIT) if params.mechanisms.rhythm else 0
        key = random.stream(params.seed, "settle")
        kernels.settle(
            key, customer, state.day, days, self.traits.own_day[came], pull, world.rhythm.window(today, 400), tables.gumbel(), due
        )
        state.due[came] = due

    # -- the opening hours ----------------------------------------------------------------------

    def advance(self, until: int) -> None:
        """Let everything before second `until` of the day happen, the boundary's work first."""
        state = self.state
        if until <= state.second:
            return
        if not state.opened:
            self.open_day()
        plan = self._plan or self._make_plan()
        self._plan = plan
        low = int(np.searchsorted(plan.second, state.second))
        high = int(np.searchsorted(plan.second, until))
        if high > low:
            self._serve(plan, low, high)
            self._report_returns(plan, low, high)
        state.second = until

    def take(self, order: ApiOrder) -> None:
        """An order from the API takes stock at the state's instant; raises OrderError when it cannot have."""
        state = self.state
        at = unix_start(numbered_day(state.day)) + state.second
        for product_id, quantity in order.lines:
            p = product_id - 1
            if not 0 <= p < len(state.on_hand) or quantity < 1:
                message = f"order {order.sequence} asks for {quantity} of product {product_id}, which cannot be"
                raise OrderError(message)
            if state.on_hand[p] < quantity:
                message = (
                    f"order {order.sequence} takes {quantity} of product {product_id} at store {state.store_id}, "
                    f"which holds {state.on_hand[p]} at {order.world_time.isoformat()}"
                )
                raise OrderError(message)
            state.on_hand[p] -= quantity
            state.sold[p] += quantity
            state.wanted[p] += quantity
            state.changed_at[p] = at
            self.dirty[p] = True

    def _make_plan(self) -> _Plan:
        """The day's visits and returns; follows from the state as it was when the day was opened."""
        world, state = self.world, self.state
        today = numbered_day(state.day)
        back = state.returns[state.returns[:, 0] == state.day]
        back = back[np.lexsort((back[:, 3], back[:, 2], back[:, 1]))]
        who = np.flatnonzero(state.due == state.day)
        if world.rhythm.day(today).closed:
            who = who[:0]
        key = random.fold(random.stream(world.params.seed, "hour"), self.traits.customer[who], state.day)
        second = np.concatenate([hours.seconds(self.store, today, key, self.traits.day_part[who]), back[:, 1]])
        kind = np.repeat([kernels.VISIT, kernels.RETURN], [len(who), len(back)])
        who = np.concatenate([who, np.arange(len(back))])
        order = np.lexsort((who, kind, second))
        return _Plan(second[order], kind[order], who[order], back)

    def _serve(self, plan: _Plan, low: int, high: int) -> None:
        state, world, model = self.state, self.world, self.model
        start = unix_start(numbered_day(state.day))
        shelf = kernels.Shelf(
            state.on_hand, state.received, state.sold, state.returned, state.wanted, state.substituted, state.lost,
            state.baseline, state.promoted_sold, state.changed_at, self.dirty, self.listed,
        )  # fmt: skip
        trips, lines = model.room(high - low)
        made, written = kernels.serve(
            plan.second, plan.kind, plan.who, low, high, plan.back[:, 4].copy(), plan.back[:, 7].copy(), state.day, start,
            self.store.tax_bps, shelf, world.shoppers(self.traits, state.habit), world.offer(state.day), world.goods,
            world.rules, trips, lines,
        )  # fmt: skip
        if not made:
            return
        t = {name: getattr(trips, name)[:made].copy() for name in trips._fields}
        n = {name: getattr(lines, name)[:written].copy() for name in lines._fields}
        identity = state.day * KEYS_PER_DAY + state.store_id * _PER_STORE + state.trips + np.arange(made)
        state.trips += made
        day, store = np.full(made, state.day), np.full(made, state.store_id)
        model.outbox.add(
            schema.TRANSACTIONS,
            {
                "transaction_id": identity, "customer_id": t["customer"], "store_id": store, "transaction_date": day,
                "transaction_timestamp": t["second"] + start, "channel": t["channel"], "payment_method": t["payment"],
                "item_count": t["items"], "discount_amount": t["discount"], "tax_amount": t["tax"], "total_amount": t["total"],
            },
        )  # fmt: skip
        of_line = identity[n["trip"]]
        model.outbox.add(
            schema.TRANSACTION_ITEMS,
            {
                "transaction_id": of_line, "line_number": n["number"],
                "transaction_date": np.full(written, state.day), "store_id": np.full(written, state.store_id),
                "product_id": n["product"] + 1, "quantity": n["quantity"], "list_price": n["list_price"],
                "unit_price": n["price"], "promotion_id": np.where(n["promotion"] == 0, NULL, n["promotion"]),
            },
        )  # fmt: skip
        self._regret(of_line, n, t["channel"][n["trip"]])
        model.counts.transactions += made
        model.counts.lines += written
        model.counts.units += int(t["items"].sum())
        model.counts.sales_cents += int(t["total"].sum())

    def _regret(self, transaction: Ints, n: dict[str, Ints], channel: Ints) -> None:
        """Decide which of the lines just sold will come back, when and how."""
        world, state = self.world, self.state
        settings = world.params.returns
        if not world.params.mechanisms.returns:
            return
        key = random.fold(random.stream(world.params.seed, "returns"), transaction, n["number"])
        online = np.where(channel == CHANNELS.index("store"), 0, 1)
        back = np.flatnonzero(random.thirty(random.fold(key, 1)) < world.return_threshold[online, n["product"]])
        if not len(back):
            return
        key, product, quantity = key[back], n["product"][back], n["quantity"][back]
        # The sooner of two uniform days: most goods come back early.
        wait = np.minimum(*(1 + random.below(random.fold(key, part), settings.longest_days) for part in (2, 3)))
        due = state.day + wait
        units = 1 + random.below(random.fold(key, 4), quantity)
        restocked = random.happens(random.fold(key, 5), settings.restocked_share) & ~world.fresh[product]
        found = np.empty((len(back), 9), dtype=np.int64)
        for i, day in enumerate(due):  # the store is closed one day a year
            due[i] = day + world.rhythm.day(numbered_day(int(day))).closed
        kinds = random.below(random.fold(key, 6), 3)
        seconds = [
            int(hours.seconds(self.store, numbered_day(int(day)), random.fold(key[i : i + 1], 7), kinds[i : i + 1])[0])
            for i, day in enumerate(due)
        ]
        found[:, 0], found[:, 1], found[:, 2], found[:, 3] = due, seconds, transaction[back], n["number"][back]
        found[:, 4], found[:, 5], found[:, 6] = product, units, n["price"][back]
        found[:, 7] = np.where(restocked, units, 0)
        found[:, 8] = random.below(random.fold(key, 8), len(REASONS))
        state.returns = np.concatenate([state.returns[state.returns[:, 0] >= state.day], found])

    # -- rows -----------------------------------------------------------------------------------

    def report_inventory(self) -> None:
        """Rows of `inventory` for what changed since the last report."""
        if self.dirty.any():
            self.model.outbox.add(schema.INVENTORY, rows.inventory_columns(self.state, self.dirty))
            self.dirty[:] = False

    def _report_orders(self, orders: Ints, received: bool) -> None:
        nothing = np.full(len(orders), NULL)
        self.model.outbox.add(
            schema.PURCHASE_ORDERS,
            {
                "purchase_order_id": orders[:, 0], "supplier_id": orders[:, 1],
                "store_id": np.full(len(orders), self.state.store_id), "product_id": orders[:, 2] + 1,
                "ordered_on": orders[:, 4], "quantity": orders[:, 3], "expected_on": orders[:, 5],
                "received_on": orders[:, 6] if received else nothing,
                "quantity_received": orders[:, 7] if received else nothing, "unit_cost": orders[:, 8],
            },
        )  # fmt: skip

    def _report_returns(self, plan: _Plan, low: int, high: int) -> None:
        which = plan.who[low:high][plan.kind[low:high] == kernels.RETURN]
        if not len(which):
            return
        state, back = self.state, plan.back[which]
        self.model.outbox.add(
            schema.RETURNS,
            {
                # `which` is the return's place in its store's day, whatever the period.
                "return_id": state.day * KEYS_PER_DAY + state.store_id * _PER_STORE + which,
                "transaction_id": back[:, 2], "transaction_date": back[:, 2] // KEYS_PER_DAY, "line_number": back[:, 3],
                "product_id": back[:, 4] + 1, "store_id": np.full(len(which), state.store_id),
                "returned_at": back[:, 1] + unix_start(numbered_day(state.day)), "returned_on": back[:, 0],
                "quantity": back[:, 5], "refund_amount": back[:, 5] * back[:, 6], "reason": back[:, 8],
                "restocked": back[:, 7] > 0,
            },
        )  # fmt: skip

    def _report_day(self) -> None:
        state, outbox = self.state, self.model.outbox
        at = np.flatnonzero(state.received | state.sold | state.returned | state.shrink)
        store, day = np.full(len(at), state.store_id), np.full(len(at), state.day)
        moved = {name: getattr(state, name)[at] for name in ("opening", "received", "sold", "returned", "shrink")}
        outbox.add(
            schema.INVENTORY_DAILY,
            {"store_id": store, "product_id": at + 1, "date": day, **moved, "closing": state.on_hand[at]},
        )
        at = np.flatnonzero(state.wanted != state.sold)
        store, day = np.full(len(at), state.store_id), np.full(len(at), state.day)
        outbox.add(
            schema.DEMAND,
            {
                "store_id": store, "product_id": at + 1, "date": day, "wanted": state.wanted[at], "sold": state.sold[at],
                "substituted_away": state.substituted[at], "lost": state.lost[at],
            },
        )  # fmt: skip

    def _report_promotions(self) -> None:
        """Rows of `truth.promotion_effects` when promotions end with the day."""
        state, promoted = self.state, self.world.promotions.on(self.state.day)
        at = np.flatnonzero((promoted.identity != 0) & (promoted.ends == state.day) & self.listed)
        if not len(at):
            return
        baseline = state.baseline[at]
        self.model.outbox.add(
            schema.PROMOTION_EFFECTS,
            {
                "promotion_id": promoted.identity[at], "store_id": np.full(len(at), state.store_id), "product_id": at + 1,
                "baseline_units": baseline, "extra_units": state.promoted_sold[at] - baseline,
            },
        )  # fmt: skip
        state.baseline[at] = 0
        state.promoted_sold[at] = 0


@dataclass(frozen=True)
class _Plan:
    """A store's day in the order of its seconds; `who` is a customer's place or a row of `back`."""

    second: Ints
    kind: Ints
    who: Ints
    back: Ints


class RetailModel(mesa.Model):  # type: ignore[misc]
    """The stores of a shard and their suppliers; one Mesa step is one world day."""

    def __init__(self, world: World, states: list[StoreState]) -> None:
        super().__init__(seed=world.params.seed)
        self.world, self.outbox, self.counts = world, Outbox(), DayCounts()
        self.suppliers = [SupplierAgent(self, row[0], row[4]) for row in world.suppliers]
        self.shops = [StoreAgent(self, state) for state in states]
        self._room: tuple[kernels.Trips, kernels.Lines] | None = None
        self._room_for = 0

    @property
    def clock(self) -> datetime:
        """The instant up to which everything has happened."""
        state = self.shops[0].state
        return datetime.fromtimestamp(unix_start(numbered_day(state.day)) + state.second, UTC)

    def step(self) -> None:
        """Let the rest of the current world day happen."""
        self.proceed(DAY_SECONDS, ())

    def proceed(self, until: int, orders: Sequence[ApiOrder]) -> None:
        """Let everything before second `until` of the current day happen, with these orders in it, in their order."""
        state = self.shops[0].state
        if not state.opened:
            self._announce(state.day)
        start = day_start(numbered_day(state.day))
        for shop in self.shops:
            for order in orders:
                if order.store_id == shop.state.store_id:
                    shop.advance(int((order.world_time - start).total_seconds()))
                    shop.take(order)
            shop.advance(until)
        if until == DAY_SECONDS:
            for shop in self.shops:
                shop.close_day()

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
            self.outbox.add_frame(schema.PRODUCTS, rows.products(world.catalogue, world.prices.regular(day), today, moved))

    def room(self, visits: int) -> tuple[kernels.Trips, kernels.Lines]:
        """Arrays with room for the rows of so many visits; used again by the next call."""
        if self._room is None or visits > self._room_for:
            self._room_for = max(visits, 2 * self._room_for)
            trips = [np.empty(self._room_for, dtype=np.int64) for _ in kernels.Trips._fields]
            lines = [np.empty(self._room_for * kernels.MAX_LINES, dtype=np.int64) for _ in kernels.Lines._fields]
            self._room = kernels.Trips(*trips), kernels.Lines(*lines)
        return self._room
