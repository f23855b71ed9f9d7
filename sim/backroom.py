"""A store's work at the boundary: deliveries in, losses off, levels reviewed, orders out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim import chores, random, reports, rows, schema, shelves
from sim.frames import Outbox
from sim.pricing import KEYS_PER_DAY, MARKDOWN_DAYS
from sim.state import ORDER_COLUMNS, StoreState
from sim.world import World

if TYPE_CHECKING:
    from sim.suppliers import Suppliers

Ints = NDArray[np.int64]

_REVIEW_WEEKDAY = 1  # day number modulo 7: Sunday, three days before promotions start
_LEAST_OVERSTOCK = 4  # units; less is not worth a label (assumption)


def receive(state: StoreState, outbox: Outbox) -> Ints:
    """Put the orders that arrive today on the shelf; returns the products touched."""
    arrived = state.orders[:, 6] == state.day
    orders = state.orders[arrived]
    if len(orders):
        state.orders = state.orders[~arrived]
        np.add.at(state.on_hand, orders[:, 2], orders[:, 7])
        np.add.at(state.received, orders[:, 2], orders[:, 7])
        np.subtract.at(state.on_order, orders[:, 2], orders[:, 3])
        reports.orders(outbox, state.store_id, orders, received=True)
    return np.unique(orders[:, 2])


def shrink(state: StoreState, world: World) -> Ints:
    """Let units vanish or spoil, in proportion to what lies on the shelf; returns the products touched."""
    if not world.params.mechanisms.shrink:
        return np.zeros(0, dtype=np.int64)
    key = np.uint64(random.fold(random.stream(world.params.seed, "shrink"), state.store_id))
    touched = np.empty(len(state.on_hand), dtype=np.int64)
    return touched[: chores.shrink(key, state.day, world.shrink_threshold, state.on_hand, state.shrink, touched)]


def review(state: StoreState, world: World, listed: NDArray[np.bool_]) -> Ints:
    """Once a week set the reorder levels anew; returns the products whose levels moved."""
    if state.day % 7 != _REVIEW_WEEKDAY or not world.params.mechanisms.replenishment:
        return np.zeros(0, dtype=np.int64)
    point, up_to = shelves.levels(world, state.usual_sales, listed, world.offers.outlook(state.day))
    moved = np.flatnonzero((point != state.reorder_point) | (up_to != state.order_up_to))
    state.reorder_point, state.order_up_to = point, up_to
    return moved


def mark_down(state: StoreState, world: World, outbox: Outbox) -> None:
    """Once a week mark down, for two weeks, what has sold so weakly that far too much of it lies there."""
    params = world.params
    active = params.mechanisms.price_policy and params.mechanisms.promotions
    if state.day % 7 != _REVIEW_WEEKDAY or not active:
        return
    level = (state.order_up_to * params.prices.markdown_cover).astype(np.int64)
    too_many = (state.on_hand > level) & (state.on_hand - state.order_up_to >= _LEAST_OVERSTOCK) & ~world.fresh
    # Within these two weeks the chain's own promotions are known; one price label at a time.
    soon = range(state.day, state.day + MARKDOWN_DAYS + 6, 7)
    chosen = np.flatnonzero(too_many & (state.marked == 0) & ~world.offers.promoted_soon(soon))
    if len(chosen):
        state.marked[chosen] = state.day * KEYS_PER_DAY + state.store_id * rows.STORE_KEYS + chosen + 1
        started = rows.markdowns(state.store_id, state.marked[chosen], state.day, params.prices.markdown_depth)
        outbox.add_frame(schema.PROMOTIONS, started)


def reorder(state: StoreState, world: World, listed: NDArray[np.bool_], suppliers: Suppliers, outbox: Outbox) -> Ints:
    """Order whole cases of what has fallen to its reorder point; returns the products ordered.

    Without the mechanism, what is missing from the level is ordered each day, unit by unit.
    """
    policy = world.params.mechanisms.replenishment
    point = state.reorder_point if policy else state.order_up_to
    case = world.case if policy else np.ones_like(world.case)
    room = np.empty((len(point), len(ORDER_COLUMNS)), dtype=np.int64)
    count = chores.orders(
        state.store_id, state.day, reports.store_key(state), state.on_hand, state.on_order, point, state.order_up_to,
        case, listed, suppliers.supply, room,
    )  # fmt: skip
    orders = room[:count]
    if count:
        state.orders = np.concatenate([state.orders, orders])
        reports.orders(outbox, state.store_id, orders, received=False)
    return orders[:, 2]
