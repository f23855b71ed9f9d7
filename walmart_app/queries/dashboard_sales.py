"""Sales of a period by day, store, channel and category, as the marts have them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from psycopg import Connection

from walmart_app.queries.dashboard import Filters


@dataclass(frozen=True)
class Amounts:
    """Dollars paid, tax apart; receipts (with a category: receipts with a line of it); units."""

    revenue: Decimal = Decimal(0)
    orders: int = 0
    units: int = 0


@dataclass(frozen=True)
class Day:
    """A day's sales; `margin` is revenue less the goods' cost at today's cost of each product."""

    date: date
    amounts: Amounts
    margin: Decimal


@dataclass(frozen=True)
class Slice:
    """The sales of one store, channel, category or subcategory, named by `key`."""

    key: str
    amounts: Amounts


def total(amounts: Iterable[Amounts]) -> Amounts:
    """The sum."""
    revenue, orders, units = Decimal(0), 0, 0
    for part in amounts:
        revenue, orders, units = revenue + part.revenue, orders + part.orders, units + part.units
    return Amounts(revenue, orders, units)


# Without a category, receipts come from the mart by store: those of categories cannot be added up.
_SUMS = "sum(revenue), sum(transaction_count)::bigint, sum(units_sold)::bigint"


def by_day(connection: Connection[Any], filters: Filters) -> list[Day]:
    """Each day with any sale of the company, in order; days without a sale under the filters hold zeros."""
    margins = {
        day: (margin, Amounts(revenue, orders, units))
        for day, margin, revenue, orders, units in connection.execute(
            f"select sale_date, sum(gross_margin), {_SUMS} from analytics.daily_sales_by_category "
            f"where {filters.where()} group by sale_date",
            filters.values,
        )
    }
    days = connection.execute(
        f"select sale_date, {_SUMS} from analytics.daily_sales_by_store "
        f"where {filters.where(category=False)} group by sale_date order by sale_date",
        filters.values,
    ).fetchall()
    nothing = (Decimal(0), Amounts())
    found = []
    for day, *sums in days:
        margin, of_category = margins.get(day, nothing)
        found.append(Day(day, Amounts(*sums) if filters.category is None else of_category, margin))
    return found


def by_store(connection: Connection[Any], filters: Filters) -> list[Slice]:
    """Every store's sales, whichever store is chosen; the other filters count."""
    return _slices(connection, filters, "store_id")


def by_channel(connection: Connection[Any], filters: Filters) -> list[Slice]:
    """Every channel's sales, whichever channel is chosen; the other filters count."""
    return _slices(connection, filters, "channel")


def by_category(connection: Connection[Any], filters: Filters) -> list[Slice]:
    """Every category's sales, or with a category chosen the kinds of goods in it.

    Receipts of kinds of goods are not counted: they are zero there.
    """
    if filters.category is not None:
        rows = connection.execute(
            "select subcategory, sum(revenue), 0, sum(sold.units_sold)::bigint "
            "from (select product_id, sum(revenue) as revenue, sum(units_sold) as units_sold "
            f"from {product_sales(filters)} group by product_id) as sold "
            "join analytics.stg_products using (product_id) group by subcategory order by 2 desc, 1",
            filters.values,
        )
    else:
        rows = connection.execute(
            f"select category, {_SUMS} from analytics.daily_sales_by_category where {filters.where()} "
            "group by category order by 2 desc, 1",
            filters.values,
        )
    return [Slice(key, Amounts(*sums)) for key, *sums in rows]


# Whole months of a period are read from tables by month, its two ends from those by day: a year's receipts are
# millions, and a click must not wait for them.
def product_sales(filters: Filters) -> str:
    """The SQL rows (product_id, revenue, units_sold) that add up to each product's sales."""
    return (
        "(select product_id, revenue, units_sold from analytics.monthly_sales_by_product "
        f"where {filters.where_months()} union all "
        "select product_id, revenue, units_sold from analytics.product_sales_by_channel "
        f"where {filters.where(of='days')}) as sales"
    )


def _slices(connection: Connection[Any], filters: Filters, column: str) -> list[Slice]:
    whole = filters.category is None
    table = "daily_sales_by_store" if whole else "daily_sales_by_category"
    rows = connection.execute(
        f"select {column}::text, {_SUMS} from analytics.{table} "
        f"where {filters.where(ignore=column, category=not whole)} group by {column} order by 2 desc, 1",
        filters.values,
    )
    return [Slice(key, Amounts(*sums)) for key, *sums in rows]
