"""Orders from the API, as the simulator takes them in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from loaders.copying import Conn


@dataclass(frozen=True)
class Order:
    """One order: its place in the inbox, when it took stock, and its lines as (product, quantity)."""

    sequence: int
    transaction_id: int
    world_time: datetime
    store_id: int
    lines: tuple[tuple[int, int], ...]


_ORDERS = """
select i.sequence, i.transaction_id, i.world_time, i.store_id,
       array_agg(t.product_id order by t.line_number), array_agg(t.quantity order by t.line_number)
from order_inbox i
join transaction_items t using (transaction_date, transaction_id)
where i.store_id = any(%(stores)s) and {window}
group by i.sequence
order by i.sequence
"""


def waiting(connection: Conn, store_ids: Sequence[int], watermark: int) -> tuple[Order, ...]:
    """The stores' orders that came after the watermark, in order."""
    rows = connection.execute(
        _ORDERS.format(window="i.sequence > %(after)s"), {"stores": list(store_ids), "after": watermark}
    ).fetchall()
    return tuple(_order(*row) for row in rows)


def taken(connection: Conn, store_ids: Sequence[int], watermark: int, since: datetime) -> tuple[Order, ...]:
    """The stores' orders up to the watermark that took stock at `since` or later, in order."""
    rows = connection.execute(
        _ORDERS.format(window="i.sequence <= %(upto)s and i.world_time >= %(since)s"),
        {"stores": list(store_ids), "upto": watermark, "since": since},
    ).fetchall()
    return tuple(_order(*row) for row in rows)


def waiting_numbers(connection: Conn, store_ids: Sequence[int], watermark: int) -> list[int]:
    """The places of the orders that `waiting` would give."""
    rows = connection.execute(
        "select sequence from order_inbox where store_id = any(%s) and sequence > %s order by sequence",
        (list(store_ids), watermark),
    ).fetchall()
    return [int(number) for (number,) in rows]


def _order(
    sequence: int, number: int, world_time: datetime, store_id: int, products: list[int], quantities: list[int]
) -> Order:
    return Order(sequence, number, world_time, store_id, tuple(zip(products, quantities, strict=True)))
