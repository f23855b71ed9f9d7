"""What a store offers on its world day: is a product listed there, at which price, and is it there at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Offer:
    """A product at a store on a day. `discount_pct` is percent off `list_price`, 0 without a promotion."""

    store_id: int
    product_id: int
    name: str
    taxable: bool
    listed: bool
    discontinued_on: date | None
    list_price: Decimal
    promotion_id: int | None
    discount_pct: Decimal

    @property
    def unit_price(self) -> Decimal:
        """The price of one: the simulator's rounding, half a cent up."""
        return (self.list_price * (100 - self.discount_pct) / 100).quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True)
class StockedOffer:
    """An offer with what the store holds; instants are UTC."""

    offer: Offer
    store_name: str
    on_hand: int
    on_order: int
    updated_at: datetime | None


# The regular price of a day is that of the last change up to it; of two on one day the store's own counts.
# Before the first change it is what that change says it was, and without any it is the product's.
_OFFERS = """
select s.store_id, p.product_id, p.name, p.taxable, p.discontinued_on,
       exists (
           select 1 from public.assortment a
           where a.store_id = s.store_id and a.product_id = p.product_id
             and a.listed_from <= s.day and (a.listed_to is null or a.listed_to >= s.day)
       ) as listed,
       coalesce(
           (select c.new_price from public.price_changes c
            where c.product_id = p.product_id and (c.store_id is null or c.store_id = s.store_id)
              and c.effective_on <= s.day
            order by c.effective_on desc, c.store_id nulls last, c.price_change_id desc limit 1),
           (select c.old_price from public.price_changes c
            where c.product_id = p.product_id and (c.store_id is null or c.store_id = s.store_id)
              and c.effective_on > s.day
            order by c.effective_on, c.store_id nulls last, c.price_change_id limit 1),
           p.list_price
       ) as list_price,
       promotion.promotion_id,
       coalesce(promotion.discount_pct, 0) as discount_pct
from public.products p
cross join unnest(%(stores)s::integer[], %(days)s::date[]) as s (store_id, day)
left join lateral (
    select m.promotion_id, m.discount_pct from public.promotions m
    where m.product_id = p.product_id and (m.store_id is null or m.store_id = s.store_id)
      and s.day between m.starts_on and m.ends_on
    order by m.discount_pct desc, m.promotion_id limit 1
) promotion on true
where p.product_id = any(%(products)s::integer[])
order by s.store_id, p.product_id
"""
_TODAY = """
select s.store_id, s.name, public.world_day(w.clock) as day, i.on_hand, i.on_order, i.updated_at
from public.stores s
join public.world_shards w on s.store_id = any(w.store_ids)
left join public.inventory i on i.store_id = s.store_id and i.product_id = %s
order by s.store_id
"""


def offers(connection: Connection[Any], days: dict[int, date], product_ids: Sequence[int]) -> list[Offer]:
    """The products at each store on the day given for it; products that the company has not are left out."""
    values = {"stores": list(days), "days": list(days.values()), "products": list(product_ids)}
    with connection.cursor(row_factory=class_row(Offer)) as cursor:
        return cursor.execute(_OFFERS, values).fetchall()


def offers_of_product(connection: Connection[Any], product_id: int) -> list[StockedOffer]:
    """A product today at every store that lists or holds it, today being the world day of the store's clock."""
    rows = connection.execute(_TODAY, (product_id,)).fetchall()
    places = {store_id: (name, on_hand, on_order, at) for store_id, name, _, on_hand, on_order, at in rows}
    found = offers(connection, {row[0]: row[2] for row in rows}, [product_id])
    stocked = []
    for offer in found:
        name, on_hand, on_order, updated_at = places[offer.store_id]
        if offer.listed or on_hand is not None:
            stocked.append(StockedOffer(offer, name, on_hand or 0, on_order or 0, updated_at))
    return stocked
