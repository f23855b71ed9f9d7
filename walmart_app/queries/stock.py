"""What stores hold, page by page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from psycopg import Connection
from psycopg.rows import class_row

from walmart_app.queries.world import ensure_company

Level = Literal["empty", "low"]


@dataclass(frozen=True)
class Stock:
    """Units of a product at a store at the store's clock; `updated_at` is UTC."""

    store_id: int
    product_id: int
    name: str
    on_hand: int
    on_order: int
    reorder_point: int
    order_up_to: int
    updated_at: datetime


_STOCK = """
select i.store_id, i.product_id, p.name, i.on_hand, i.on_order, i.reorder_point, i.order_up_to, i.updated_at
from public.inventory i join public.products p using (product_id)
where (i.store_id, i.product_id) > (%(store)s, %(product)s)
  and (%(store_id)s::integer is null or i.store_id = %(store_id)s)
  and (%(product_id)s::integer is null or i.product_id = %(product_id)s)
  and (%(category)s::text is null or p.category = %(category)s)
  and (%(level)s::text is null or (i.order_up_to > 0 and (
      (%(level)s = 'empty' and i.on_hand = 0) or (%(level)s = 'low' and i.on_hand <= i.reorder_point)
  )))
order by i.store_id, i.product_id
limit %(limit)s
"""


def stock(
    connection: Connection[Any],
    *,
    store_id: int | None = None,
    product_id: int | None = None,
    category: str | None = None,
    level: Level | None = None,
    after: tuple[int, int] = (0, 0),
    limit: int = 50,
) -> list[Stock]:
    """At most `limit` rows after the place `after` (store, product).

    `empty` is a product that the store keeps and has none of, `low` one that is at its reorder point or below.

    Raises:
        NoCompany: there is no company yet.
    """
    values: dict[str, object] = {"store_id": store_id, "product_id": product_id, "category": category, "level": level}
    values |= {"store": after[0], "product": after[1], "limit": limit}
    with connection.cursor(row_factory=class_row(Stock)) as cursor:
        found = cursor.execute(_STOCK, values).fetchall()
    if not found:
        ensure_company(connection)
    return found
