"""Daily sales, as dbt's marts have them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from walmart_app.queries.errors import NotBuilt
from walmart_app.queries.world import check_store, ensure_company

MOST_RECEIPTS = 500_000  # beyond it, counting different customers takes longer than a request may


@dataclass(frozen=True)
class DailySales:
    """A day's sales in dollars, tax apart. `unique_customers`: different members, None where not counted."""

    date: date
    revenue: Decimal
    transactions: int
    units: int
    discount: Decimal
    tax: Decimal
    unique_customers: int | None


@dataclass(frozen=True)
class SalesSeries:
    """Sales by day, without gaps; transactions before `as_of` are in it."""

    data: list[DailySales]
    as_of: datetime


_BUILT = """
select to_regclass('analytics.daily_sales_by_store') is not null and to_regclass('analytics.stg_world') is not null
"""
_AS_OF = "select max(published_through) from analytics.stg_world"
# Customers are counted by grouping twice: count(distinct) would sort every transaction.
_SALES = """
with days as (
    select sale_date, sum(revenue) as revenue, sum(transaction_count)::bigint as transactions,
           sum(units_sold)::bigint as units, sum(discount_amount) as discount, sum(tax_amount) as tax
    from analytics.daily_sales_by_store
    where (%(first)s::date is null or sale_date >= %(first)s)
      and (%(last)s::date is null or sale_date <= %(last)s)
      and (%(store)s::integer is null or store_id = %(store)s)
    group by sale_date
),
customers as (
    select transaction_date, count(*) as unique_customers
    from (
        select transaction_date, customer_id from public.transactions
        where (select sum(days.transactions) from days) <= %(most)s
          and transaction_date between (select min(sale_date) from days) and (select max(sale_date) from days)
          and transaction_timestamp < %(as_of)s and customer_id is not null
          and (%(store)s::integer is null or store_id = %(store)s)
        group by transaction_date, customer_id
    ) as once
    group by transaction_date
)
select days.sale_date as date, days.revenue, days.transactions, days.units, days.discount, days.tax,
       case when (select sum(d.transactions) from days d) <= %(most)s
            then coalesce(customers.unique_customers, 0) end as unique_customers
from days left join customers on customers.transaction_date = days.sale_date
order by days.sale_date
"""


def daily_sales(
    connection: Connection[Any], first: date | None = None, last: date | None = None, store_id: int | None = None
) -> SalesSeries:
    """Sales by day from `first` to `last` (None: from the beginning, to the newest), of one store or of all.

    Raises:
        NotBuilt: dbt has not built the marts yet.
        InvalidValue: there is no such store.
        NoCompany: there is no company yet.
    """
    built = connection.execute(_BUILT).fetchone()
    as_of = None
    if built and built[0]:
        found = connection.execute(_AS_OF).fetchone()
        as_of = found[0] if found else None
    if as_of is None:
        ensure_company(connection)
        message = (
            "The sales marts are not built yet: the DAG walmart_dbt_pipeline builds them after a run of the "
            "simulation; start it on the pipeline page, or wait for it."
        )
        raise NotBuilt(message)
    if store_id is not None:
        check_store(connection, store_id)
    values = {"first": first, "last": last, "store": store_id, "as_of": as_of, "most": MOST_RECEIPTS}
    with connection.cursor(row_factory=class_row(DailySales)) as cursor:
        return SalesSeries(cursor.execute(_SALES, values).fetchall(), as_of)
