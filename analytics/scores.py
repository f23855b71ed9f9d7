"""Errors of a backtest as the rows of predictions.forecast_errors.

wape: sum of absolute errors over sum of actuals. bias: sum of errors (forecast less actual) over sum of
actuals; positive: too much. mase: mean of absolute errors over the mean absolute seasonal difference of the
days before the origin (Hyndman & Koehler 2006); below 1: better than the seasonal naive forecast one season
ahead. coverage: share of the days within the interval that was known at the origin.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics.backtest import Matrix
from analytics.series import Panel

ERRORS = {
    "as_of": pl.Date,
    "level": pl.String,
    "key": pl.String,
    "model": pl.String,
    "metric": pl.String,
    "horizon": pl.Int32,
    "window_from": pl.Date,
    "window_until": pl.Date,
    "value": pl.Float64,
    "observations": pl.Int32,
}
ALL = "*"  # the key that stands for all series of a level together


@dataclass(frozen=True)
class Scored:
    """One origin: arrays of series x horizon, NaN where nothing is known; `scale` by series, as of the origin."""

    origin: int
    error: Matrix
    actual: Matrix
    inside: Matrix
    scale: NDArray[np.float64]


def scores(scored: Sequence[Scored], kept: Panel, level: str, model: str, as_of: date, horizon: int) -> pl.DataFrame:
    """Every series over all days ahead together (horizon 0), and all series (`*`) also by day ahead."""
    if not scored:
        return pl.DataFrame(schema=ERRORS)
    days = pl.concat(_long(one, horizon) for one in scored).filter(pl.col("error").is_not_nan())
    if days.is_empty():
        return pl.DataFrame(schema=ERRORS)
    labels = kept.labels.select("key").with_row_index("series")
    measures = [
        _summed(days, ["series"]).join(labels, on="series").with_columns(pl.lit(0, pl.Int32).alias("horizon")),
        _summed(days, []).with_columns(pl.lit(ALL).alias("key"), pl.lit(0, pl.Int32).alias("horizon")),
        _summed(days, ["horizon"]).with_columns(pl.lit(ALL).alias("key")),
    ]
    wide = pl.concat([frame.select("key", "horizon", *_COLUMNS) for frame in measures])
    long = pl.concat(
        wide.select(
            pl.lit(as_of).alias("as_of"),
            pl.lit(level).alias("level"),
            "key",
            pl.lit(model).alias("model"),
            pl.lit(metric).alias("metric"),
            "horizon",
            (pl.lit(kept.first_day) + pl.duration(days="first")).alias("window_from"),
            (pl.lit(kept.first_day) + pl.duration(days="last")).alias("window_until"),
            pl.col(metric).alias("value"),
            pl.col("covered" if metric == "coverage" else "days").alias("observations"),
        )
        for metric in ("wape", "bias", "mase", "coverage")
    )
    usable = pl.col("value").is_finite() & (pl.col("observations") > 0)
    return long.filter(usable).select(pl.col(name).cast(kind) for name, kind in ERRORS.items())


_COLUMNS = ("first", "last", "days", "covered", "wape", "bias", "mase", "coverage")


def _long(one: Scored, horizon: int) -> pl.DataFrame:
    count = len(one.error)
    steps = np.tile(np.arange(1, horizon + 1), count)
    return pl.DataFrame(
        {
            "series": np.repeat(np.arange(count, dtype=np.uint32), horizon),
            "horizon": steps.astype(np.int32),
            "day": one.origin + steps - 1,
            "error": one.error.ravel(),
            "actual": one.actual.ravel(),
            "inside": one.inside.ravel(),
            "scale": np.repeat(one.scale, horizon),
        }
    ).with_columns(pl.col("inside", "scale").fill_nan(None))


def _summed(days: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    error, actual = pl.col("error"), pl.col("actual")
    scaled = error.abs() / pl.when(pl.col("scale") > 0).then(pl.col("scale"))
    measures = (
        pl.col("day").min().alias("first"),
        pl.col("day").max().alias("last"),
        pl.len().alias("days"),
        pl.col("inside").count().alias("covered"),
        (error.abs().sum() / actual.sum()).alias("wape"),
        (error.sum() / actual.sum()).alias("bias"),
        scaled.mean().alias("mase"),
        pl.col("inside").mean().alias("coverage"),
    )
    return days.group_by(by, maintain_order=True).agg(measures) if by else days.select(measures)
