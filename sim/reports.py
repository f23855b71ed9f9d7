"""A store's rows on their way to the outbox, as raw columns of the schema."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim import rows, schema
from sim.clock import numbered_day, unix_start
from sim.frames import NULL, Outbox
from sim.pricing import KEYS_PER_DAY
from sim.records import Lines, Trips
from sim.state import StoreState

Ints = NDArray[np.int64]


def store_key(state: StoreState) -> int:
    """The first number of a store's day; transactions, returns and orders each count from it."""
    return state.day * KEYS_PER_DAY + state.store_id * rows.STORE_KEYS


def sales(outbox: Outbox, state: StoreState, trips: Trips, lines: Lines) -> Ints:
    """Rows of transactions and their lines; returns the lines' transaction numbers."""
    made, written = len(trips.second), len(lines.trip)
    identity = store_key(state) + state.trips + np.arange(made)
    outbox.add(
        schema.TRANSACTIONS,
        {
            "transaction_id": identity,
            "customer_id": trips.customer,
            "store_id": np.full(made, state.store_id),
            "transaction_date": np.full(made, state.day),
            "transaction_timestamp": trips.second + unix_start(numbered_day(state.day)),
            "channel": trips.channel,
            "payment_method": trips.payment,
            "item_count": trips.items,
            "discount_amount": trips.discount,
            "tax_amount": trips.tax,
            "total_amount": trips.total,
        },
    )
    of_line: Ints = identity[lines.trip]
    outbox.add(
        schema.TRANSACTION_ITEMS,
        {
            "transaction_id": of_line,
            "line_number": lines.number,
            "transaction_date": np.full(written, state.day),
            "store_id": np.full(written, state.store_id),
            "product_id": lines.product + 1,
            "quantity": lines.quantity,
            "list_price": lines.list_price,
            "unit_price": lines.price,
            "promotion_id": np.where(lines.promotion == 0, NULL, lines.promotion),
        },
    )
    return of_line


def returned(outbox: Outbox, state: StoreState, back: Ints, which: Ints) -> None:
    """Rows of `returns` for rows `which` of the day's returns; the place in the day makes the key."""
    found = back[which]
    outbox.add(
        schema.RETURNS,
        {
            "return_id": store_key(state) + which,
            "transaction_id": found[:, 2],
            "transaction_date": found[:, 2] // KEYS_PER_DAY,
            "line_number": found[:, 3],
            "product_id": found[:, 4] + 1,
            "store_id": np.full(len(which), state.store_id),
            "returned_at": found[:, 1] + unix_start(numbered_day(state.day)),
            "returned_on": found[:, 0],
            "quantity": found[:, 5],
            "refund_amount": found[:, 5] * found[:, 6],
            "reason": found[:, 8],
            "restocked": found[:, 7] > 0,
        },
    )


def orders(outbox: Outbox, store_id: int, found: Ints, received: bool) -> None:
    """Rows of `purchase_orders`, as ordered or as received."""
    nothing = np.full(len(found), NULL)
    outbox.add(
        schema.PURCHASE_ORDERS,
        {
            "purchase_order_id": found[:, 0],
            "supplier_id": found[:, 1],
            "store_id": np.full(len(found), store_id),
            "product_id": found[:, 2] + 1,
            "ordered_on": found[:, 4],
            "quantity": found[:, 3],
            "expected_on": found[:, 5],
            "received_on": found[:, 6] if received else nothing,
            "quantity_received": found[:, 7] if received else nothing,
            "unit_cost": found[:, 8],
        },
    )


def inventory(outbox: Outbox, state: StoreState, changed: NDArray[np.bool_]) -> None:
    """Rows of `inventory` for the products that changed."""
    if changed.any():
        outbox.add(schema.INVENTORY, rows.inventory_columns(state, changed))


def day(outbox: Outbox, state: StoreState) -> None:
    """Rows of `inventory_daily` where anything moved and of `truth.demand` where wanted differs from sold."""
    at = np.flatnonzero(state.received | state.sold | state.returned | state.shrink)
    moved = {name: getattr(state, name)[at] for name in ("opening", "received", "sold", "returned", "shrink")}
    outbox.add(schema.INVENTORY_DAILY, {**_place(state, at), **moved, "closing": state.on_hand[at]})
    at = np.flatnonzero(state.wanted != state.sold)
    missed = {
        "wanted": state.wanted[at],
        "sold": state.sold[at],
        "substituted_away": state.substituted[at],
        "lost": state.lost[at],
    }
    outbox.add(schema.DEMAND, {**_place(state, at), **missed})


def _place(state: StoreState, at: Ints) -> dict[str, Ints]:
    return {
        "store_id": np.full(len(at), state.store_id),
        "product_id": at + 1,
        "date": np.full(len(at), state.day),
    }


def promotion_effects(outbox: Outbox, state: StoreState, identity: Ints, at: Ints) -> None:
    """Rows of `truth.promotion_effects` for products whose promotion has ended.

    `baseline_units` is what the same shoppers, with the same needs in mind, would have chosen of the product
    had nothing been promoted, stock permitting; `extra_units` what was sold beyond it.
    """
    outbox.add(
        schema.PROMOTION_EFFECTS,
        {
            "promotion_id": identity[at],
            "store_id": np.full(len(at), state.store_id),
            "product_id": at + 1,
            "baseline_units": state.baseline[at],
            "extra_units": state.promoted_sold[at] - state.baseline[at],
        },
    )
