"""Forecasts and recommendations between the database and `analytics`: read the models, replace the predictions.

The one module of the loaders that knows `analytics`. Everything follows from the last complete world day that
dbt has built, so a task that runs again writes the same rows again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import polars as pl
import psycopg
from psycopg import sql

from analytics.baskets import count_baskets
from analytics.forecast import ForecastParameters
from analytics.forecast import forecast as forecast_sales
from analytics.hits import HOLDOUT_DAYS, score_recommendations
from analytics.recommend import RecommendParameters
from analytics.recommend import recommend as recommend_products
from loaders.copying import Conn, copy, read_query
from loaders.db import connect
from loaders.errors import WalmartSimError
from loaders.retrying import persistent
from loaders.settings import Settings

FORECAST_DAYS = 400  # history that forecasts read: a year of origins, and the seasons before the first
BASKET_DAYS = 365  # receipts that recommendations read: bounds memory however old the company is
KEEP_DAYS = 35  # forecasts of earlier days are kept until their last day has been seen
_LOCK = 0x505245  # advisory lock: one writer of predictions at a time


class NotTransformed(WalmartSimError):
    """dbt has not built the models that predictions are made from."""


@persistent("loader")
def forecast(settings: Settings, parameters: ForecastParameters | None = None) -> dict[str, Any]:
    """Forecast the four weeks after the last complete day; replaces that day's forecasts and errors.

    Returns: as_of (null without a complete day) and the rows written.

    Raises:
        NotTransformed: dbt has not run yet.
        DatabaseUnavailable: PostgreSQL cannot be reached.
    """
    with connect(settings, "loader") as connection, _transformed():
        as_of = _last_complete_day(connection)
        if as_of is None:
            return {"as_of": None, "forecasts": 0, "errors": 0, "skipped": 0}
        daily = read_query(
            connection,
            sql.SQL(
                "select sale_date, store_id, category, sum(units_sold), sum(revenue)"
                " from analytics.daily_sales_by_category"
                " where sale_date > {} and sale_date <= {} group by 1, 2, 3 order by 1, 2, 3"
            ).format(as_of - timedelta(days=FORECAST_DAYS), as_of),
            {"date": pl.Date, "store_id": pl.Int32, "category": pl.String, "units": pl.Int64, "revenue": pl.Float64},
        )
        made = forecast_sales(daily, as_of, parameters)
        _replace(connection, "forecasts", made.forecasts, as_of, keep=KEEP_DAYS)
        _replace(connection, "forecast_errors", made.errors, as_of, keep=KEEP_DAYS)
    return {
        "as_of": as_of.isoformat(),
        "forecasts": made.forecasts.height,
        "errors": made.errors.height,
        "skipped": made.skipped.height,
    }


@persistent("loader")
def recommend(settings: Settings, parameters: RecommendParameters | None = None) -> dict[str, Any]:
    """Recommend from the receipts up to the last complete day; replaces all recommendations, and that day's scores.

    Returns: as_of (null without a complete day) and the rows written, by kind.

    Raises:
        NotTransformed: dbt has not run yet.
        DatabaseUnavailable: PostgreSQL cannot be reached.
    """
    with connect(settings, "loader") as connection, _transformed():
        as_of = _last_complete_day(connection)
        if as_of is None:
            return {"as_of": None, "bought_together": 0, "customer": 0, "popular": 0, "scores": 0}
        purchases = _purchases(connection, as_of)
        products = read_query(
            connection,
            sql.SQL(
                "select product_id, product_name, discontinued_on is null or discontinued_on > {}"
                " from analytics.stg_products order by 1"
            ).format(as_of),
            {"product_id": pl.Int32, "name": pl.String, "active": pl.Boolean},
        )
        listed = read_query(
            connection,
            sql.SQL(
                "select distinct store_id, product_id from analytics.stg_assortment"
                " where listed_from <= {0} and (listed_to is null or listed_to >= {0}) order by 1, 2"
            ).format(as_of),
            {"store_id": pl.Int32, "product_id": pl.Int32},
        )
        # baskets are counted once: those before the days that the scores hold back, and those of these days
        largest = (parameters or RecommendParameters()).largest_basket
        held_back = pl.col("date") > as_of - timedelta(days=HOLDOUT_DAYS)
        before = count_baskets(purchases.filter(~held_back), largest)
        baskets = before + count_baskets(purchases.filter(held_back), largest)
        rows = recommend_products(purchases, products, as_of, parameters, listed, baskets)
        scores = score_recommendations(purchases, products, as_of, parameters, listed, before)
        _replace(connection, "recommendations", rows, as_of, keep=0)
        _replace(connection, "recommendation_errors", scores, as_of, keep=KEEP_DAYS)
    kinds = dict(rows.group_by("kind").len().iter_rows())
    return {
        "as_of": as_of.isoformat(),
        **{kind: kinds.get(kind, 0) for kind in ("bought_together", "customer", "popular")},
        "scores": scores.height,
    }


@contextmanager
def _transformed() -> Iterator[None]:
    try:
        yield
    except psycopg.errors.UndefinedTable:
        message = "The models that predictions are made from do not exist yet: run the DAG walmart_dbt_pipeline first."
        raise NotTransformed(message) from None


def _last_complete_day(connection: Conn) -> date | None:
    row = connection.execute("select last_complete_day from analytics.stg_world").fetchone()
    return row[0] if row else None


def _purchases(connection: Conn, as_of: date) -> pl.DataFrame:
    """Lines of the receipts; the store is the member's home store, where they will buy next."""
    return read_query(
        connection,
        sql.SQL(
            "select lines.transaction_id, lines.customer_id, customers.home_store_id, lines.product_id, lines.sale_date"
            " from analytics.fct_sales_lines as lines left join analytics.stg_customers as customers"
            " on customers.customer_id = lines.customer_id where lines.sale_date > {0} and lines.sale_date <= {1}"
        ).format(as_of - timedelta(days=BASKET_DAYS), as_of),
        {
            "transaction_id": pl.Int64,
            "customer_id": pl.Int64,
            "store_id": pl.Int32,
            "product_id": pl.Int32,
            "date": pl.Date,
        },
    )


def _replace(connection: Conn, table: str, rows: pl.DataFrame, as_of: date, keep: int) -> None:
    """Put a day's rows in place of what is there for it, for later days, and for days too long ago."""
    target = sql.Identifier("predictions", table)
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", (_LOCK,))
        cursor.execute(
            sql.SQL("delete from {} where as_of >= %s or as_of <= %s").format(target),
            (as_of, as_of - timedelta(days=keep)),
        )
        if rows.height:
            copy(cursor, target, rows)
