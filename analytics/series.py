"""Daily series of one level as a matrix: series by day, without gaps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from analytics.backtest import Matrix

# Sums are taken over whole ten-thousandths: the same to the last bit in whatever order a database hands out its rows.
_FRACTION = 10_000


@dataclass(frozen=True)
class Panel:
    """`values` is series x days up to the last day; NaN before a series' first sale, 0 on later days without one.

    `labels` has one row a series: the columns of its level and `key`, for example `store=3/category=Milk`.
    """

    labels: pl.DataFrame
    values: Matrix
    first_day: date

    def day(self, place: int) -> date:
        """The date of a column."""
        return self.first_day + timedelta(days=place)


def panel(daily: pl.DataFrame, by: tuple[str, ...], measure: str, as_of: date) -> Panel:
    """Sum `measure` by the columns `by` and day, up to and with `as_of`.

    Args:
        daily: one row or more for each day and combination of `by`; days without a row had no sales. Values are
            dollars or units, and read to four decimals.
    """
    seen = daily.filter(pl.col("date") <= as_of)
    sums = seen.group_by(*by, "date").agg((_whole(measure).sum() / _FRACTION).alias("value"))
    labels = sums.select(by).unique().sort(by) if by else pl.DataFrame({"key": ["all"]} if seen.height else {"key": []})
    labels = labels.with_columns(_key(by)).with_row_index("row")
    if not labels.height:
        return Panel(labels.drop("row"), np.zeros((0, 0)), as_of)
    first = _date(sums["date"].min())
    placed = sums.join(labels, on=list(by)) if by else sums.with_columns(pl.lit(0, pl.UInt32).alias("row"))
    rows = placed["row"].to_numpy()
    columns = (placed["date"] - first).dt.total_days().to_numpy()
    values = np.zeros((labels.height, (as_of - first).days + 1))
    values[rows, columns] = placed["value"].to_numpy()
    begins = np.full(labels.height, values.shape[1])
    np.minimum.at(begins, rows, columns)
    values[np.arange(values.shape[1])[None, :] < begins[:, None]] = np.nan
    return Panel(labels.drop("row"), values, first)


def _whole(measure: str) -> pl.Expr:
    return (pl.col(measure).cast(pl.Float64) * _FRACTION).round().cast(pl.Int64)


def _key(by: tuple[str, ...]) -> pl.Expr:
    if not by:
        return pl.lit("all").alias("key")
    parts = [pl.format("{}={}", pl.lit(name.removesuffix("_id")), pl.col(name)) for name in by]
    return pl.concat_str(parts, separator="/").alias("key")


def _date(value: object) -> date:
    assert isinstance(value, date)
    return value
