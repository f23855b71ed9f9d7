"""Forecasts of daily sales four weeks ahead, with intervals and honest errors.

The model is the seasonal naive one, or the mean of the last seasons: what any better model has to beat.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from analytics.backtest import Matrix, backtest, naive_scale, origins, seasonal_forecast
from analytics.errors import check, require
from analytics.intervals import bounds
from analytics.scores import ERRORS, Scored, scores
from analytics.series import Panel, panel

LEVELS: dict[str, tuple[str, ...]] = {
    "company": (),
    "store": ("store_id",),
    "category": ("category",),
    "store_category": ("store_id", "category"),
}
MEASURES = ("units", "revenue")
FORECASTS = {
    "as_of": pl.Date,
    "level": pl.String,
    "key": pl.String,
    "model": pl.String,
    "date": pl.Date,
    "horizon": pl.Int32,
    "mean": pl.Float64,
    "lower": pl.Float64,
    "upper": pl.Float64,
    "store_id": pl.Int32,
    "product_id": pl.Int32,
    "department": pl.String,
    "category": pl.String,
}
SKIPPED = {"level": pl.String, "key": pl.String, "days": pl.Int32, "reason": pl.String}


@dataclass(frozen=True)
class ForecastParameters:
    """Hyper-parameters; each is checked when the object is made.

    horizon: days ahead. season: days of a season. seasons: last seasons to average; 1 is the seasonal naive model.
    step: days between origins of the backtest. origins: origins whose errors make the intervals.
    scored: newest origins whose errors are reported. coverage: share of days that the interval is to hold.
    """

    horizon: int = 28
    season: int = 7
    seasons: int = 1
    step: int = 7
    origins: int = 26
    scored: int = 8
    coverage: float = 0.8

    def __post_init__(self) -> None:
        check("horizon", self.horizon, 1, 366)
        check("season", self.season, 2, 366)
        check("seasons", self.seasons, 1, 52)
        check("step", self.step, 1, 366)
        check("origins", self.origins, 1, 1_000)
        check("scored", self.scored, 1, self.origins)
        check("coverage", self.coverage, 0.01, 0.99)

    @property
    def model(self) -> str:
        """The model's name, in every table."""
        return "seasonal_naive" if self.seasons == 1 else f"seasonal_mean_{self.seasons}"

    @property
    def shortest(self) -> int:
        """Days of history below which a series gets no forecast: two seasons, and those to average."""
        return self.season * max(2, self.seasons)


@dataclass(frozen=True)
class Forecasts:
    """`forecasts` and `errors` have the columns of the tables in schema predictions; `skipped` says what has none."""

    forecasts: pl.DataFrame
    errors: pl.DataFrame
    skipped: pl.DataFrame


def forecast(daily: pl.DataFrame, as_of: date, parameters: ForecastParameters | None = None) -> Forecasts:
    """Forecast units and revenue of the company, each store, each category, and each category in each store.

    A level is named with its measure: `store_units`, `store_revenue` and so on. Intervals come from the errors
    that the same model made at earlier origins (`analytics.intervals`); errors are those of the newest origins,
    and the coverage is that of intervals made of what was known at each of them (`analytics.scores`).

    Args:
        daily: columns date, store_id, category, units, revenue; rows of the same day, store and category are
            summed; a combination without a row had no sales that day.
        as_of: the last complete day; later rows are not read.

    Raises:
        InputError: a column is missing.
    """
    chosen = parameters or ForecastParameters()
    require(daily.columns, ("date", "store_id", "category", *MEASURES), "The daily sales frame")
    parts = [
        _level(f"{level}_{measure}", panel(daily, by, measure, as_of), as_of, chosen)
        for level, by in LEVELS.items()
        for measure in MEASURES
    ]
    return Forecasts(
        pl.concat([part.forecasts for part in parts]),
        pl.concat([part.errors for part in parts]),
        pl.concat([part.skipped for part in parts]),
    )


def _level(level: str, found: Panel, as_of: date, parameters: ForecastParameters) -> Forecasts:
    ages = (~np.isnan(found.values)).sum(axis=1)
    long_enough = ages >= parameters.shortest
    skipped = found.labels.filter(~long_enough).select(
        pl.lit(level).alias("level"),
        "key",
        pl.Series("days", ages[~long_enough], pl.Int32),
        pl.lit(f"fewer than {parameters.shortest} days since the first sale").alias("reason"),
    )
    kept = Panel(found.labels.filter(long_enough), found.values[long_enough], found.first_day)
    if not kept.labels.height:
        empty = Forecasts(pl.DataFrame(schema=FORECASTS), pl.DataFrame(schema=ERRORS), skipped.cast(SKIPPED))  # type: ignore[arg-type]
        return empty
    season, seasons, horizon = parameters.season, parameters.seasons, parameters.horizon
    days = kept.values.shape[1]
    at = origins(days, season, seasons, parameters.step, parameters.origins)
    errors, actuals = backtest(kept.values, at, horizon, season, seasons)
    mean = seasonal_forecast(kept.values, days, horizon, season, seasons)
    low, high = bounds(kept.values, errors, at, days, horizon, season, parameters.coverage)
    future = _future(level, kept, as_of, parameters, mean, np.nan_to_num(low), np.nan_to_num(high))
    scored = list(_scored(kept, errors, actuals, at, parameters))
    return Forecasts(
        future,
        scores(scored, kept, level, parameters.model, as_of, horizon),
        skipped.cast(SKIPPED),  # type: ignore[arg-type]
    )


def _future(
    level: str, kept: Panel, as_of: date, parameters: ForecastParameters, mean: Matrix, low: Matrix, high: Matrix
) -> pl.DataFrame:
    """One row a series and day ahead; sales cannot be negative."""
    count, horizon = mean.shape
    dates = [as_of + timedelta(days=step) for step in range(1, horizon + 1)]
    mean = np.maximum(mean, 0.0)
    rows = kept.labels[np.repeat(np.arange(count), horizon)].with_columns(
        pl.lit(as_of).alias("as_of"),
        pl.lit(level).alias("level"),
        pl.lit(parameters.model).alias("model"),
        pl.Series("date", dates * count, pl.Date),
        pl.Series("horizon", np.tile(np.arange(1, horizon + 1), count), pl.Int32),
        pl.Series("mean", mean.ravel()),
        pl.Series("lower", np.maximum(mean + low, 0.0).ravel()),
        pl.Series("upper", (mean + high).ravel()),
    )
    missing = [pl.lit(None, kind).alias(name) for name, kind in FORECASTS.items() if name not in rows.columns]
    return rows.with_columns(missing).select(pl.col(name).cast(kind) for name, kind in FORECASTS.items())


def _scored(
    kept: Panel, errors: Matrix, actuals: Matrix, at: list[int], parameters: ForecastParameters
) -> Iterator[Scored]:
    """The newest origins, each with the intervals that it could have given on its own day."""
    for place in range(max(0, len(at) - parameters.scored), len(at)):
        origin = at[place]
        low, high = bounds(
            kept.values, errors, at, origin, parameters.horizon, parameters.season, parameters.coverage
        )  # fmt: skip
        error, actual = errors[:, place, :], actuals[:, place, :]
        known = ~np.isnan(error) & ~np.isnan(low)
        inside = np.where(known, (-error >= low) & (-error <= high), np.nan)
        yield Scored(origin, error, actual, inside, naive_scale(kept.values, origin, parameters.season))
