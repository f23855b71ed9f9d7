"""Forecasts: the model, its intervals, its errors, and that it never looks ahead."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.backtest import backtest, origins, seasonal_forecast
from analytics.errors import InputError, ParameterError
from analytics.forecast import FORECASTS, LEVELS, MEASURES, ForecastParameters, forecast
from analytics.intervals import bounds
from analytics.scores import ALL, ERRORS

AS_OF = date(2026, 3, 1)
examples = settings(derandomize=True, deadline=None, max_examples=40)


def daily(days: int, noise: float = 0.0, seed: int = 1) -> pl.DataFrame:
    """Two stores by two categories, a weekly pattern, and noise."""
    random = np.random.default_rng(seed)
    rows = []
    for store in (1, 2):
        for category in ("Bread", "Milk"):
            for back in range(days):
                day = AS_OF - timedelta(days=back)
                units = 100 * store + 10 * day.weekday() + round(noise * random.standard_normal())
                rows.append((day, store, category, units, 2.5 * units))
    return pl.DataFrame(rows, schema=["date", "store_id", "category", "units", "revenue"], orient="row")


def error(errors: pl.DataFrame, level: str, metric: str, key: str = ALL, horizon: int = 0) -> float:
    chosen = errors.filter(level=level, metric=metric, key=key, horizon=horizon)
    assert chosen.height == 1
    return float(chosen["value"][0])


def test_a_purely_weekly_series_is_forecast_exactly_with_an_interval_of_no_width() -> None:
    made = forecast(daily(70), AS_OF)
    one = made.forecasts.filter(level="store_category_units", key="store=2/category=Milk").sort("horizon")
    expected = [200 + 10 * (AS_OF + timedelta(days=h)).weekday() for h in range(1, 29)]
    assert one["mean"].to_list() == expected
    assert one["lower"].to_list() == one["upper"].to_list() == expected
    assert error(made.errors, "company_units", "wape") == 0
    assert error(made.errors, "company_units", "bias") == 0


def test_every_level_and_measure_has_28_days_for_each_series_in_the_tables_columns() -> None:
    made = forecast(daily(70), AS_OF)
    series = {"company": 1, "store": 2, "category": 2, "store_category": 4}
    assert dict(made.forecasts.group_by("level").len().iter_rows()) == {
        f"{level}_{measure}": 28 * series[level] for level in LEVELS for measure in MEASURES
    }
    assert dict(made.forecasts.schema) == FORECASTS
    assert dict(made.errors.schema) == ERRORS
    assert made.forecasts.select(pl.struct("level", "key", "as_of", "model", "date").is_unique().all()).item()
    assert made.errors.select(pl.struct("level", "key", "as_of", "model", "metric", "horizon").is_unique().all()).item()
    assert made.forecasts["date"].min() == AS_OF + timedelta(days=1)


def test_intervals_hold_about_the_share_they_promise_and_levels_add_up() -> None:
    made = forecast(daily(364, noise=15), AS_OF)
    assert 0.7 < error(made.errors, "store_category_units", "coverage") < 0.9
    assert 0.5 < error(made.errors, "store_category_units", "mase") < 1.5
    by_store = made.forecasts.filter(level="store_units").group_by("date").agg(pl.col("mean").sum()).sort("date")
    company = made.forecasts.filter(level="company_units").sort("date")
    assert by_store["mean"].to_list() == pytest.approx(company["mean"].to_list())


def test_averaging_seasons_beats_the_naive_model_on_noise_about_a_steady_pattern() -> None:
    history = daily(200, noise=20)
    naive = forecast(history, AS_OF)
    mean = forecast(history, AS_OF, ForecastParameters(seasons=4))
    level = "store_category_units"
    assert error(mean.errors, level, "wape") < 0.9 * error(naive.errors, level, "wape")
    assert set(mean.errors["model"]) == {"seasonal_mean_4"}


@pytest.mark.parametrize("days", [1, 13])
def test_fewer_than_two_seasons_give_no_forecast_and_say_why(days: int) -> None:
    made = forecast(daily(days), AS_OF)
    assert made.forecasts.is_empty()
    assert made.errors.is_empty()
    assert made.skipped.height == 2 * (1 + 2 + 2 + 4)
    assert set(made.skipped["days"]) == {days}
    assert set(made.skipped["reason"]) == {"fewer than 14 days since the first sale"}


def test_two_seasons_are_enough_for_a_forecast_with_a_normal_interval() -> None:
    made = forecast(daily(14, noise=10), AS_OF)
    company = made.forecasts.filter(level="company_units").sort("horizon")
    assert company.height == 28
    width = (company["upper"] - company["lower"]).to_list()
    assert 0 < width[0] < width[27]
    assert made.skipped.is_empty()


def test_no_sales_at_all_are_empty_frames() -> None:
    made = forecast(daily(20).clear(), AS_OF)
    assert made.forecasts.is_empty()
    assert made.errors.is_empty()
    assert dict(made.forecasts.schema) == FORECASTS


def test_a_category_that_begins_late_is_skipped_and_the_others_are_not() -> None:
    late = daily(60).filter((pl.col("category") == "Bread") | (pl.col("date") > AS_OF - timedelta(days=5)))
    made = forecast(late, AS_OF)
    assert set(made.skipped["key"]) == {"category=Milk", "store=1/category=Milk", "store=2/category=Milk"}
    assert made.forecasts.filter(level="category_units", key="category=Bread").height == 28


def test_days_after_as_of_change_nothing() -> None:
    history = daily(60, noise=5)
    later = history.with_columns(pl.col("date") + pl.duration(days=10), pl.col("units") * 100).filter(
        pl.col("date") > AS_OF
    )
    with_later = forecast(pl.concat([history, later]), AS_OF)
    assert with_later.forecasts.equals(forecast(history, AS_OF).forecasts)


@settings(examples, max_examples=12)  # each forecasts twice
@given(st.integers(0, 2**32 - 1))
def test_the_order_of_the_rows_changes_no_bit(seed: int) -> None:
    history = daily(60, noise=20).with_columns(pl.col("revenue") / 3 + pl.col("units") / 7)
    shuffled = history.sample(fraction=1, shuffle=True, seed=seed)
    made, again = forecast(history, AS_OF), forecast(shuffled, AS_OF)
    assert made.forecasts.equals(again.forecasts)
    assert made.errors.equals(again.errors)


@examples
@given(st.integers(14, 60), st.integers(0, 2**31))
def test_a_forecast_at_an_origin_reads_nothing_from_there_on(origin: int, seed: int) -> None:
    values = np.random.default_rng(seed).poisson(5, (3, 70)).astype(float)
    changed = values.copy()
    changed[:, origin:] = 1e9
    assert np.array_equal(seasonal_forecast(values, origin, 28, 7, 2), seasonal_forecast(changed, origin, 28, 7, 2))
    at = origins(70, 7, 1, 7, 26)
    limits = []
    for seen in (values, changed):
        errors, _ = backtest(seen, at, 28, 7, 1)
        limits.append(bounds(seen, errors, at, origin, 28, 7, 0.8))
    assert np.array_equal(limits[0], limits[1])


@examples
@given(st.lists(st.integers(0, 50), min_size=14, max_size=120), st.integers(1, 4), st.floats(0.1, 0.95))
def test_any_history_gives_ordered_finite_bounds(sales: list[int], seasons: int, coverage: float) -> None:
    days = [AS_OF - timedelta(days=back) for back in range(len(sales))]
    frame = pl.DataFrame({"date": days, "store_id": 1, "category": "Milk", "units": sales, "revenue": sales})
    made = forecast(frame, AS_OF, ForecastParameters(seasons=seasons, coverage=coverage))
    rows = made.forecasts
    assert rows.select((pl.col("lower") <= pl.col("mean")) & (pl.col("mean") <= pl.col("upper"))).to_series().all()
    assert rows.select((pl.col("lower") >= 0) & pl.col("upper").is_finite()).to_series().all()
    assert made.errors["value"].is_finite().all()
    assert (rows.height == 0) == (made.skipped.height > 0)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"horizon": 0}, "horizon is 0, but must be from 1 to 366"),
        ({"coverage": 1.0}, "coverage is 1.0, but must be from 0.01 to 0.99"),
        ({"origins": 4, "scored": 5}, "scored is 5, but must be from 1 to 4"),
    ],
)
def test_parameters_out_of_bounds_are_refused(values: dict[str, float], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        ForecastParameters(**values)  # type: ignore[arg-type]


def test_a_frame_without_its_columns_is_refused() -> None:
    with pytest.raises(InputError, match="lacks the columns units"):
        forecast(daily(20).drop("units"), AS_OF)
