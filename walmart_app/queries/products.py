"""The catalogue, page by page."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

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
    """Which products: None is any. `search` is text somewhere in name, brand or SKU, in any case of letters."""

    department: str | None = None
    category: str | None = None
    brand: str | None = None
    private_label: bool | None = None
    search: str | None = None


@dataclass(frozen=True)
class ProductPage:
    """Products in order of their number, how many match on all pages, and where the next page begins."""

    data: list[Product]
    count: int
    next: int | None


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
"""
_COUNT = f"select count(*) {_MATCHING}"
_PAGE = f"select {_COLUMNS} {_MATCHING} and product_id > %(after)s order by product_id limit %(limit)s"
_ONE = f"select {_COLUMNS} from public.products where product_id = %s"


def products(connection: Connection[Any], wanted: ProductFilter, after: int, limit: int) -> ProductPage:
    """At most `limit` products whose number is above `after`.

    Raises:
        NoCompany: there is no company yet.
    """
    values = asdict(wanted) | {"after": after, "limit": limit + 1}
    counted = connection.execute(_COUNT, values).fetchone()
    count = int(counted[0]) if counted else 0
    if not count:
        ensure_company(connection)
    with connection.cursor(row_factory=class_row(Product)) as cursor:
        found = cursor.execute(_PAGE, values).fetchall()
    following = found[limit - 1].product_id if len(found) > limit else None
    return ProductPage(found[:limit], count, following)


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
