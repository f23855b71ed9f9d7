"""The catalogue, page by page."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from psycopg import Connection
from psycopg.rows import class_row

from walmart_app.queries.errors import NotFound
from walmart_app.queries.world import ensure_company


@dataclass(frozen=True)
class Product:
    """A product; `list_price` is the chain's regular price in dollars at the newest clock of its stores."""

    product_id: int
    sku: str
    name: str
    brand: str
    department: str
    category: str
    subcategory: str
    pack_size: str
    list_price: Decimal
    private_label: bool
    perishable: bool
    taxable: bool
    launched_on: date
    discontinued_on: date | None


@dataclass(frozen=True)
class ProductFilter:
    """Which products: None is any. `search` is text somewhere in name, brand or SKU, in any case of letters.

    `listed_at` is a store that lists them on the world day of its clock; prices are the chain's, in dollars.
    """

    department: str | None = None
    category: str | None = None
    brand: str | None = None
    private_label: bool | None = None
    search: str | None = None
    least: Decimal | None = None
    most: Decimal | None = None
    listed_at: int | None = None


@dataclass(frozen=True)
class ProductPage:
    """Products in the order asked for, how many match on all pages, and whether there are more after these."""

    data: list[Product]
    count: int
    more: bool


Sort = Literal["number", "name", "price"]
SORTS: dict[Sort, str] = {"number": "product_id", "name": "name", "price": "list_price"}
_TYPES: dict[Sort, str] = {"number": "integer", "name": "text", "price": "numeric"}
_COLUMNS = ", ".join(Product.__dataclass_fields__)
_MATCHING = """
from public.products
where (%(department)s::text is null or department = %(department)s)
  and (%(category)s::text is null or category = %(category)s)
  and (%(brand)s::text is null or brand = %(brand)s)
  and (%(private_label)s::boolean is null or private_label = %(private_label)s)
  and (%(search)s::text is null
       or position(lower(%(search)s) in lower(name)) > 0
       or position(lower(%(search)s) in lower(brand)) > 0
       or position(lower(%(search)s) in lower(sku)) > 0)
  and (%(least)s::numeric is null or list_price >= %(least)s)
  and (%(most)s::numeric is null or list_price <= %(most)s)
  and (%(listed_at)s::integer is null or exists (
      select 1 from public.assortment a
      join public.world_shards w on a.store_id = any(w.store_ids)
      where a.product_id = products.product_id and a.store_id = %(listed_at)s
        and a.listed_from <= public.world_day(w.clock)
        and (a.listed_to is null or a.listed_to >= public.world_day(w.clock))
  ))
"""
_COUNT = f"select count(*) {_MATCHING}"
_ONE = f"select {_COLUMNS} from public.products where product_id = %s"


def products(
    connection: Connection[Any],
    wanted: ProductFilter,
    sort: Sort = "number",
    *,
    descending: bool = False,
    after: tuple[Any, int] | None = None,
    limit: int = 50,
) -> ProductPage:
    """At most `limit` products after the place `after`: the sorted value and the number of a product.

    Raises:
        NoCompany: there is no company yet.
    """
    values = asdict(wanted) | {"limit": limit + 1}
    counted = connection.execute(_COUNT, values).fetchone()
    count = int(counted[0]) if counted else 0
    if not count:
        ensure_company(connection)
    column, order = SORTS[sort], "desc" if descending else "asc"
    page = f"select {_COLUMNS} {_MATCHING}"
    if after is not None:
        page += f" and ({column}, product_id) {'<' if descending else '>'} (%(value)s::{_TYPES[sort]}, %(number)s)"
        values |= {"value": after[0], "number": after[1]}
    page += f" order by {column} {order}, product_id {order} limit %(limit)s"
    with connection.cursor(row_factory=class_row(Product)) as cursor:
        found = cursor.execute(page.encode(), values).fetchall()
    return ProductPage(found[:limit], count, len(found) > limit)


def product(connection: Connection[Any], product_id: int) -> Product:
    """One product.

    Raises:
        NotFound: the company sells no such product.
        NoCompany: there is no company yet.
    """
    with connection.cursor(row_factory=class_row(Product)) as cursor:
        found = cursor.execute(_ONE, (product_id,)).fetchone()
    if found is None:
        ensure_company(connection)
        message = f"The company has no product {product_id}."
        raise NotFound(message)
    return found
