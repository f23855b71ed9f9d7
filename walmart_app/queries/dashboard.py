"""What the dashboard can be narrowed down to, and how far its marts reach."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from psycopg import Connection

from loaders.errors import NoCompany
from walmart_app.queries.errors import NotBuilt
from walmart_app.queries.world import ensure_company

CHANNELS = ("store", "pickup", "delivery", "api")
_TABLES = (
    "stg_world",
    "daily_sales_by_store",
    "daily_sales_by_category",
    "product_sales_by_channel",
    "sales_by_hour",
    "daily_returns",
    "int_sales_lines",
    "monthly_sales_by_product",
    "int_monthly_category_hours",
    "int_monthly_members",
    "product_inventory_levels",
)
_BUILT = "select bool_and(to_regclass('analytics.' || name) is not null) from unnest(%s::text[]) as wanted (name)"
_REACH = """
select (select published_through from analytics.stg_world), (select last_complete_day from analytics.stg_world),
       min(sale_date), max(sale_date),
       coalesce(
           least(
               (select max(sale_month) from analytics.monthly_sales_by_product),
               (select max(sale_month) from analytics.int_monthly_category_hours),
               (select max(sale_month) from analytics.int_monthly_members)
           ) + interval '1 month',
           date_trunc('month', min(sale_date)::timestamp)
       )::date
from analytics.daily_sales_by_store
"""


_SPANS = {
    "all": "{day} between %(first)s and %(last)s",
    "days": "({day} between %(first)s and %(head)s or {day} between %(tail)s and %(last)s)",
}


def _month(day: date, later: int) -> date:
    """The first day of the month that holds `day`, or of a later one."""
    months = day.year * 12 + day.month - 1 + later
    return date(months // 12, months % 12 + 1, 1)


@dataclass(frozen=True)
class Filters:
    """Days `first` to `last`, both included; None: all stores, categories or channels.

    `open_from` is the first day of the first month that the tables by month do not have.
    """

    first: date
    last: date
    store_id: int | None = None
    category: str | None = None
    channel: str | None = None
    open_from: date = date.max

    @property
    def days(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1

    def where(
        self, day: str = "sale_date", *, ignore: str = "", category: bool = True, of: Literal["all", "days"] = "all"
    ) -> str:
        """The SQL condition on the columns `day`, store_id, channel and category, for the parameters `values`.

        `ignore` leaves one filter out; `category=False` is for tables that have no categories. With `of="days"` only
        the days outside of whole months count: those at the period's two ends, that `where_months` leaves.
        """
        return self._where(_SPANS[of].format(day=day), ignore, category)

    def where_months(self, *, category: bool = True) -> str:
        """The same for a table by month, its months named by their first day: the whole months of the period."""
        return self._where("sale_month between %(first_month)s and %(last_month)s", "", category)

    def _where(self, span: str, ignore: str, category: bool) -> str:
        parts = [span]
        for name in ("store_id", "channel", *(["category"] if category else [])):
            if getattr(self, name) is not None and name != ignore:
                parts.append(f"{name} = %({name})s")
        return " and ".join(parts)

    @property
    def values(self) -> dict[str, Any]:
        """The parameters of `where` and `where_months`."""
        first_month = _month(self.first - timedelta(days=1), 1)
        end = min(_month(self.last + timedelta(days=1), 0), self.open_from)  # of the whole months, not in them
        whole = first_month < end
        return {
            "first": self.first,
            "last": self.last,
            "first_month": first_month,
            "last_month": end - timedelta(days=1) if whole else first_month - timedelta(days=1),
            "head": first_month - timedelta(days=1) if whole else self.last,
            "tail": end if whole else self.last + timedelta(days=1),
            "store_id": self.store_id,
            "category": self.category,
            "channel": self.channel,
        }


@dataclass(frozen=True)
class Choices:
    """What there is to choose from; everything before `as_of` is in the figures.

    `last_complete_day` is the newest day that is whole in every store, `last_day` the newest with any sale;
    `open_from` is the first day of the first month that the tables by month do not have.
    """

    as_of: datetime
    first_day: date
    last_day: date
    last_complete_day: date
    open_from: date
    stores: dict[int, str]
    categories: list[str]


def choices(connection: Connection[Any]) -> Choices:
    """Stores, categories and days of the company.

    Raises:
        NoCompany: there is none yet.
        NotBuilt: dbt has not built the marts yet.
    """
    built = connection.execute(_BUILT, (list(_TABLES),)).fetchone()
    found = connection.execute(_REACH).fetchone() if built and built[0] else None
    if found is None or any(value is None for value in found):
        ensure_company(connection)
        message = (
            "The figures are not built yet: the pipeline walmart_dbt_pipeline builds them after each run of the "
            "simulation, and this page shows them as soon as they are there."
        )
        raise NotBuilt(message)
    as_of, last_complete_day, first_day, last_day, open_from = found
    stores = connection.execute("select store_id, store_name from analytics.stg_stores order by store_id").fetchall()
    categories = connection.execute("select distinct category from analytics.stg_products order by category").fetchall()
    if not stores:
        raise NoCompany
    names = [name for (name,) in categories]
    return Choices(as_of, first_day, last_day, last_complete_day, open_from, dict(stores), names)


def newest_build(connection: Connection[Any]) -> tuple[Any, ...]:
    """A mark that changes when dbt has built models again, or the clock has moved."""
    row = connection.execute(
        "select (select max(finished_at) from operations.dbt_results), public.published_through()"
    ).fetchone()
    return row or ()
