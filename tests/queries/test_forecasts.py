"""Forecasts and what was sold, against the tables that they come from."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import psycopg
import pytest

from analytics.forecast import LEVELS, MEASURES, ForecastParameters
from loaders.db import connect
from loaders.errors import NoCompany
from loaders.settings import Settings
from walmart_app.queries import forecasts
from walmart_app.queries.errors import NotFound

Reader = psycopg.Connection[Any]


def _one(reader: Reader, query: str, *values: object) -> Any:
    row = reader.execute(query.encode(), values).fetchone()
    assert row is not None
    return row[0]


def test_levels_and_measures_are_those_that_are_forecast() -> None:
    assert tuple(LEVELS) == forecasts.LEVELS
    assert set(MEASURES) == set(forecasts.MEASURES)
    assert ForecastParameters().coverage == forecasts.COVERAGE


@pytest.mark.parametrize("level", forecasts.LEVELS)
@pytest.mark.parametrize("measure", forecasts.MEASURES)
def test_every_series_of_a_level_is_listed_with_its_name(reader: Reader, level: str, measure: str) -> None:
    found = forecasts.series(reader, level, measure)
    expected = reader.execute(
        b"select distinct key from predictions.forecasts where level = %s and as_of = (select max(as_of) from "
        b"predictions.forecasts)",
        (f"{level}_{measure}",),
    ).fetchall()
    assert sorted(one.key for one in found) == sorted(key for (key,) in expected)
    for one in found:
        if one.store_id is not None:
            assert one.store_name == _one(reader, "select name from public.stores where store_id = %s", one.store_id)


@pytest.mark.parametrize("level", forecasts.LEVELS)
@pytest.mark.parametrize("measure", forecasts.MEASURES)
def test_what_was_sold_is_what_the_receipts_say(reader: Reader, level: str, measure: str) -> None:
    one = forecasts.series(reader, level, measure)[-1]
    found = forecasts.forecast(reader, level, measure, one.key, None)
    what = "sum(i.quantity * i.unit_price)" if measure == "revenue" else "sum(i.quantity)"
    expected = dict(
        reader.execute(
            f"select i.transaction_date, {what}::float8 from public.transaction_items i join public.products p "
            "using (product_id) where (%(store)s::int is null or i.store_id = %(store)s) "
            "and (%(category)s::text is null or p.category = %(category)s) and i.transaction_date <= %(as_of)s "
            "group by 1".encode(),
            {"store": one.store_id, "category": one.category, "as_of": found.as_of},
        ).fetchall()
    )
    assert {day.date: day.value for day in found.sold if day.value} == pytest.approx(expected)
    days = [day.date for day in found.sold]
    assert days == [days[0] + timedelta(days=place) for place in range(len(days))]
    assert days[-1] == found.as_of


def test_history_is_cut_and_the_forecast_goes_on_where_it_ends(reader: Reader) -> None:
    found = forecasts.forecast(reader, "company", "revenue", "all", 14)
    assert len(found.sold) == 14
    assert [day.date for day in found.ahead] == [found.as_of + timedelta(days=step) for step in range(1, 29)]
    assert all(day.lower <= day.mean <= day.upper for day in found.ahead)
    total = _one(
        reader,
        "select sum(mean) from predictions.forecasts where level = 'company_revenue' and as_of = %s",
        found.as_of,
    )
    assert sum(day.mean for day in found.ahead) == pytest.approx(total)
    assert {(score.metric, score.value) for score in found.scores} == set(
        reader.execute(
            b"select metric, value from predictions.forecast_errors where level = 'company_revenue' and key = 'all'"
        ).fetchall()
    )
    assert found.by_horizon and found.by_horizon[0].horizon == 1


@pytest.mark.parametrize(
    ("level", "measure", "key"),
    [
        ("store", "revenue", "store=99"),
        ("planet", "revenue", "all"),
        ("company", "profit", "all"),
        ("store", "units", "' or true --"),
    ],
)
def test_what_is_not_forecast_is_named(reader: Reader, level: str, measure: str, key: str) -> None:
    with pytest.raises(NotFound):
        forecasts.forecast(reader, level, measure, key, 56)


def test_without_a_company_it_says_so(database: Settings) -> None:
    with connect(database, "reader") as connection, pytest.raises(NoCompany):
        forecasts.newest(connection)
