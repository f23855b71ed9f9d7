"""Products, hours, members, returns and stock of a period, as the marts have them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from psycopg import Connection

from walmart_app.queries.dashboard import Filters
from walmart_app.queries.dashboard_sales import Amounts, product_sales


@dataclass(frozen=True)
class Product:
    """A product's sales."""

    product_id: int
    name: str
    category: str
    revenue: Decimal
    units: int


@dataclass(frozen=True)
class Hour:
    """The sales of an hour (0 to 23, the stores' clocks) on one day of the week (1: Monday) in the whole period."""

    day_of_week: int
    hour: int
    amounts: Amounts


@dataclass(frozen=True)
class Stock:
    """Of the `places` (a product in a store that is still ordered), how many hold nothing now."""

    empty: int
    places: int


def top_products(connection: Connection[Any], filters: Filters, most: int = 15) -> list[Product]:
    """The products with the highest revenue, in order."""
    rows = connection.execute(
        "select product_id, product_name, category, revenue, units from ("
        "select product_id, sum(revenue) as revenue, sum(units_sold)::bigint as units "
        f"from {product_sales(filters)} "
        "group by product_id order by 2 desc, 1 limit %(most)s) as sold "
        "join analytics.stg_products using (product_id) order by revenue desc, product_id",
        filters.values | {"most": most},
    )
    return [Product(*row) for row in rows]


def by_hour(connection: Connection[Any], filters: Filters) -> list[Hour]:
    """Each hour of the week with any sale."""
    if filters.category is None:
        source = (
            "(select day_of_week, hour_of_day, revenue, transaction_count, units_sold from analytics.sales_by_hour "
            f"where {filters.where(category=False)}) as sales"
        )
    else:
        source = (
            "(select day_of_week, hour_of_day, revenue, transaction_count, units_sold "
            f"from analytics.int_monthly_category_hours where {filters.where_months()} union all "
            "select extract(isodow from sale_date)::integer, hour_of_day, revenue, category_receipts, quantity "
            f"from analytics.int_sales_lines where {filters.where(of='days')}) as sales"
        )
    rows = connection.execute(
        "select day_of_week, hour_of_day, sum(revenue), sum(transaction_count)::bigint, sum(units_sold)::bigint "
        f"from {source} group by 1, 2 order by 1, 2",
        filters.values,
    )
    return [Hour(day_of_week, hour, Amounts(*sums)) for day_of_week, hour, *sums in rows]


def members(connection: Connection[Any], filters: Filters) -> int:
    """Different members with at least one receipt (of the category).

    Members are counted by grouping twice: count(distinct) would sort every receipt.
    """
    if filters.category is None:
        source = (
            "(select customer_id from analytics.int_monthly_members "
            f"where {filters.where_months(category=False)} union all "
            "select customer_id from analytics.stg_transactions "
            f"where {filters.where('transaction_date', category=False, of='days')}) as receipts"
        )
    else:
        source = f"analytics.int_sales_lines where {filters.where()}"
    row = connection.execute(
        f"select count(customer_id) from (select customer_id from {source} group by customer_id) as once",
        filters.values,
    ).fetchone()
    return row[0] if row else 0


def refunds(connection: Connection[Any], filters: Filters) -> dict[date, Decimal]:
    """Dollars paid back by the day of return, for goods sold in the channel."""
    rows = connection.execute(
        f"select return_date, sum(refund_amount) from analytics.daily_returns where {filters.where('return_date')} "
        "group by return_date",
        filters.values,
    )
    return dict(rows.fetchall())


def stock(connection: Connection[Any], filters: Filters) -> Stock:
    """How much of the assortment is out of stock now. Stock is shared by all channels and has no period."""
    parts = ["discontinued_on is null"]
    parts += [f"{name} = %({name})s" for name in ("store_id", "category") if filters.values[name] is not None]
    row = connection.execute(
        "select count(*) filter (where on_hand = 0), count(*) from analytics.product_inventory_levels "
        f"where {' and '.join(parts)}",
        filters.values,
    ).fetchone()
    return Stock(*row) if row else Stock(0, 0)
