"""Forecasts of daily sales beside what was sold, and how wrong such forecasts were."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, LiteralString

from psycopg import Connection, sql
from psycopg.rows import class_row

from walmart_app.queries.errors import NotBuilt, NotFound
from walmart_app.queries.world import ensure_company

LEVELS = ("company", "store", "category", "store_category")
MEASURES = ("revenue", "units")
COVERAGE = 0.8  # share of days that the interval is made to hold
NAIVE = "seasonal_naive"  # the reference: the same weekday of the last week


@dataclass(frozen=True)
class Series:
    """Something that is forecast: `key` as in predictions.forecasts, and what it is."""

    key: str
    store_id: int | None
    store_name: str | None
    category: str | None


@dataclass(frozen=True)
class ForecastDay:
    """A day ahead: what is expected, and the interval's bounds; dollars or units."""

    date: date
    horizon: int
    mean: float
    lower: float
    upper: float


@dataclass(frozen=True)
class SoldDay:
    """What was sold on a day; dollars or units, 0 on a day without sales."""

    date: date
    value: float


@dataclass(frozen=True)
class Score:
    """An error on days that the model had not seen; `metric` is wape, bias, mase or coverage."""

    model: str
    metric: str
    value: float
    observations: int
    window_from: date
    window_until: date


@dataclass(frozen=True)
class AheadScore:
    """The share of error (WAPE) of a level's forecasts made so many days ahead."""

    horizon: int
    value: float
    observations: int


@dataclass(frozen=True)
class Forecast:
    """One series: the newest forecast, what was sold up to `as_of`, and the errors of the backtest."""

    level: str
    measure: str
    series: Series
    model: str
    as_of: date
    sold: list[SoldDay]
    ahead: list[ForecastDay]
    scores: list[Score]
    by_horizon: list[AheadScore]


_NEWEST = "select max(as_of) from predictions.forecasts"
_SERIES = """
select distinct f.key, f.store_id, s.name as store_name, f.category
from predictions.forecasts f left join public.stores s on s.store_id = f.store_id
where f.as_of = %(as_of)s and f.level = %(name)s and f.horizon = 1
order by f.store_id, f.category
"""
# of several models the one that is not the reference is shown
_AHEAD = """
select model, date, horizon, mean, lower, upper from predictions.forecasts
where as_of = %(as_of)s and level = %(name)s and key = %(key)s
order by model = %(naive)s, model, date
"""
_SCORES = """
select model, metric, value, observations, window_from, window_until from predictions.forecast_errors
where as_of = %(as_of)s and level = %(name)s and key = %(key)s and horizon = 0
order by model, metric
"""
_BY_HORIZON = """
select horizon, value, observations from predictions.forecast_errors
where as_of = %(as_of)s and level = %(name)s and key = '*' and metric = 'wape' and horizon > 0 and model = %(model)s
order by horizon
"""
_SOLD: LiteralString = """
with days as (
    select sale_date, sum({column})::float8 as value from {mart}
    where sale_date > %(after)s and sale_date <= %(as_of)s {condition}
    group by sale_date
)
select day::date as date, coalesce(days.value, 0)::float8 as value
from generate_series((select min(sale_date) from days), %(as_of)s::date, interval '1 day') as day
left join days on days.sale_date = day::date
order by day
"""


def newest(connection: Connection[Any]) -> date:
    """The last day that the newest forecasts saw.

    Raises:
        NotBuilt: nothing has been forecast yet.
        NoCompany: there is no company yet.
    """
    row = connection.execute(_NEWEST).fetchone()
    if row is None or row[0] is None:
        ensure_company(connection)
        message = (
            "Nothing has been forecast yet: the DAG walmart_analytics does it after the marts are built, from two "
            "weeks of sales on."
        )
        raise NotBuilt(message)
    found: date = row[0]
    return found


def series(connection: Connection[Any], level: str, measure: str) -> list[Series]:
    """What is forecast at a level, in order of store and category."""
    values = {"as_of": newest(connection), "name": f"{level}_{measure}"}
    with connection.cursor(row_factory=class_row(Series)) as cursor:
        return cursor.execute(_SERIES, values).fetchall()


def forecast(connection: Connection[Any], level: str, measure: str, key: str, days: int | None) -> Forecast:
    """The newest forecast of one series, with the last `days` days of sales before it (None: all).

    Args:
        level: one of LEVELS. measure: one of MEASURES.

    Raises:
        NotFound: nothing of this key is forecast at the level.
        NotBuilt: nothing has been forecast yet.
        NoCompany: there is no company yet.
    """
    if level not in LEVELS or measure not in MEASURES:
        message = f"There is no forecast of {measure} by {level}."
        raise NotFound(message)
    as_of, name = newest(connection), f"{level}_{measure}"
    found = next((one for one in series(connection, level, measure) if one.key == key), None)
    if found is None:
        message = f"Nothing called {key} is forecast at this level: it may be too young, or no longer sold."
        raise NotFound(message)
    values = {"as_of": as_of, "name": name, "key": key, "naive": NAIVE}
    rows = connection.execute(_AHEAD, values).fetchall()
    model = rows[0][0]
    ahead = [ForecastDay(*row[1:]) for row in rows if row[0] == model]
    with connection.cursor(row_factory=class_row(Score)) as cursor:
        scores = cursor.execute(_SCORES, values).fetchall()
    with connection.cursor(row_factory=class_row(AheadScore)) as cursor:
        by_horizon = cursor.execute(_BY_HORIZON, values | {"model": model}).fetchall()
    return Forecast(
        level, measure, found, model, as_of, _sold(connection, found, measure, as_of, days), ahead, scores, by_horizon
    )


def _sold(connection: Connection[Any], one: Series, measure: str, as_of: date, days: int | None) -> list[SoldDay]:
    by_category = one.category is not None
    condition: sql.Composable = sql.SQL("")
    if one.store_id is not None:
        condition += sql.SQL(" and store_id = %(store_id)s")
    if by_category:
        condition += sql.SQL(" and category = %(category)s")
    mart = "daily_sales_by_category" if by_category else "daily_sales_by_store"
    query = sql.SQL(_SOLD).format(
        column=sql.Identifier("revenue" if measure == "revenue" else "units_sold"),
        mart=sql.Identifier("analytics", mart),
        condition=condition,
    )
    after = as_of - timedelta(days=days) if days else date.min
    values = {"after": after, "as_of": as_of, "store_id": one.store_id, "category": one.category}
    with connection.cursor(row_factory=class_row(SoldDay)) as cursor:
        return cursor.execute(query, values).fetchall()
