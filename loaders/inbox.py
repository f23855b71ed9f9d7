"""Orders from the API and returns of them, as the simulator takes them in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Cursor

from loaders.copying import Conn


@dataclass(frozen=True)
class Order:
    """One order or return: its place in the inbox, its stamp, and its lines as (product, quantity).

    A return's lines are what went back on the shelf: none when nothing did.
    """

    sequence: int
    transaction_id: int
    world_time: datetime
    store_id: int
    lines: tuple[tuple[int, int], ...]
    returned: bool = False


# A return has its goods in its own row; what was not put back on the shelf moves no stock.
_INPUT = """
select i.sequence, i.transaction_id, i.world_time, i.store_id, lines.products, lines.quantities,
       i.return_id is not null
from order_inbox i
cross join lateral (
    select array_agg(t.product_id order by t.line_number), array_agg(t.quantity order by t.line_number)
    from transaction_items t
    where i.return_id is null and (t.transaction_date, t.transaction_id) = (i.transaction_date, i.transaction_id)
    having count(*) > 0
    union all
    select case when r.restocked then array[r.product_id] end, case when r.restocked then array[r.quantity] end
    from returns r where r.return_id = i.return_id
) as lines (products, quantities)
where i.store_id = any(%(stores)s) and {window}
order by i.sequence
"""


def waiting(connection: Conn, store_ids: Sequence[int], watermark: int) -> tuple[Order, ...]:
    """The stores' orders and returns that came after the watermark, in order."""
    rows = connection.execute(
        _INPUT.format(window="i.sequence > %(after)s"), {"stores": list(store_ids), "after": watermark}
    ).fetchall()
    return tuple(_order(*row) for row in rows)


def taken(connection: Conn, store_ids: Sequence[int], watermark: int, since: datetime) -> tuple[Order, ...]:
    """The stores' orders and returns up to the watermark that came at `since` or later, in order."""
    rows = connection.execute(
        _INPUT.format(window="i.sequence <= %(upto)s and i.world_time >= %(since)s"),
        {"stores": list(store_ids), "upto": watermark, "since": since},
    ).fetchall()
    return tuple(_order(*row) for row in rows)


def ask_numbers(connection: Conn, store_ids: Sequence[int], watermark: int) -> Cursor[tuple[Any, ...]]:
    """Ask for the places of what `waiting` would give; the cursor is waited for when it is read."""
    return connection.execute(
        "select sequence from order_inbox where store_id = any(%s) and sequence > %s order by sequence",
        (list(store_ids), watermark),
    )


def _order(
    sequence: int,
    number: int,
    world_time: datetime,
    store_id: int,
    products: list[int] | None,
    quantities: list[int] | None,
    returned: bool,
) -> Order:
    lines = tuple(zip(products or (), quantities or (), strict=True))
    return Order(sequence, number, world_time, store_id, lines, returned)
