"""Orders from the API and returns of them, which are input to the world."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class ApiOrder:
    """An order as it took stock: `sequence` is its place in the inbox, `lines` are (product_id, quantity).

    The simulator counts it in stock and in the day's sold units; its transaction rows are the API's own.
    """

    sequence: int
    transaction_id: int
    world_time: datetime
    store_id: int
    lines: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class ApiReturn:
    """Goods of an order brought back: `lines` are (product_id, quantity) of what went back on the shelf.

    The simulator counts them in stock and in the day's returned units; the row of `returns` is the API's own.
    """

    sequence: int
    transaction_id: int
    world_time: datetime
    store_id: int
    lines: tuple[tuple[int, int], ...]


ApiInput = ApiOrder | ApiReturn
