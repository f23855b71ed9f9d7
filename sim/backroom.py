"""A store's work at the boundary: deliveries in, losses off, levels reviewed, orders out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim import random, reports, shelves
from sim.frames import Outbox
from sim.state import ORDER_COLUMNS, StoreState
from sim.world import World

if TYPE_CHECKING:
    from sim.suppliers import SupplierAgent

Ints = NDArray[np.int64]

_REVIEW_WEEKDAY = 1  # day number modulo 7: Sunday, three days before promotions start


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
    products = np.arange(len(state.on_hand))
    key = random.fold(random.stream(world.params.seed, "shrink"), state.store_id, products, state.day)
    expected = state.on_hand * world.shrink_threshold  # units in 2**-30
    units = np.minimum((expected + random.thirty(key)) >> 30, state.on_hand)
    state.on_hand -= units
    state.shrink += units
    return np.flatnonzero(units)


def review(state: StoreState, world: World, listed: NDArray[np.bool_]) -> Ints:
    """Once a week set the reorder levels anew; returns the products whose levels moved."""
    if state.day % 7 != _REVIEW_WEEKDAY:
        return np.zeros(0, dtype=np.int64)
    point, up_to = shelves.levels(world, state.usual_sales, listed, world.outlook(state.day))
    moved = np.flatnonzero((point != state.reorder_point) | (up_to != state.order_up_to))
    state.reorder_point, state.order_up_to = point, up_to
    return moved


def reorder(
    state: StoreState, world: World, listed: NDArray[np.bool_], suppliers: Sequence[SupplierAgent], outbox: Outbox
) -> Ints:
    """Order whole cases of what has fallen to its reorder point; returns the products ordered."""
    position = state.on_hand + state.on_order
    short = np.flatnonzero(listed & (position <= state.reorder_point) & (position < state.order_up_to))
    if not len(short):
        return short
    case = world.case[short]
    quantity = -(-(state.order_up_to[short] - position[short]) // case) * case
    supplier = world.catalogue.supplier[short].astype(np.int64)
    orders = np.zeros((len(short), len(ORDER_COLUMNS)), dtype=np.int64)
    orders[:, 0] = reports.store_key(state) + np.arange(len(short))
    orders[:, 1], orders[:, 2], orders[:, 3], orders[:, 4] = supplier, short, quantity, state.day
    orders[:, 8] = world.catalogue.unit_cost[short]
    for agent in suppliers:
        mine = np.flatnonzero(supplier == agent.supplier_id)
        if len(mine):
            orders[mine, 5] = state.day + agent.lead_time_days
            orders[mine, 6], orders[mine, 7] = agent.answer(state.store_id, short[mine], quantity[mine], state.day)
    state.on_order[short] += quantity
    state.orders = np.concatenate([state.orders, orders])
    reports.orders(outbox, state.store_id, orders, received=False)
    return short
