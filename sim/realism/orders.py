"""Row 29: how much more orders vary than sales (the bullwhip effect; Lee, Padmanabhan & Whang 1997)."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl

from sim import schema
from sim.realism.errors import refuse
from sim.realism.findings import Finding, Missing, Picture, series
from sim.realism.reading import Company

LEAST_WEEKS = 12
LEAST_MONTHS = 6
_CELL = ["store_id", "product_id"]


def bullwhip(company: Company) -> Finding:
    """Row 29: variance of weekly units ordered over sold, median over SKU-stores; the chain's by month.

    Orders count on the day they are placed. The chain's months are whole ones, in units a day.
    """
    weeks = company.days // 7
    if weeks < LEAST_WEEKS:
        refuse(f"less than {LEAST_WEEKS} weeks of data ({company.days} days)")
    first = company.last_day - timedelta(days=7 * weeks - 1)
    ordered = (
        company.table(schema.PURCHASE_ORDERS, *_CELL, "ordered_on", "quantity")
        .rename({"ordered_on": "date", "quantity": "units"})
        .filter(pl.col("date").is_between(first, company.last_day))
        .group_by(*_CELL, "date")
        .agg(pl.col("units").sum())
        .collect(engine="streaming")
    )
    sold = company.cells.filter(pl.col("date") >= first)
    weekly = [_variance(frame, first, weeks) for frame in (ordered, sold)]
    both = weekly[0].join(weekly[1], on=_CELL, suffix="_sold").filter(pl.col("variance_sold") > 0)
    if both.is_empty():
        refuse("no SKU-store both ordered and sold")
    ratios = (both["variance"] / both["variance_sold"]).to_numpy()
    pooled = float(both["variance"].to_numpy().sum() / both["variance_sold"].to_numpy().sum())
    values: dict[str, float | Missing] = {"weekly": float(np.median(ratios))}
    months = _monthly(company, ordered).join(_monthly(company, sold), on="month", suffix="_sold").sort("month")
    pictures: tuple[Picture, ...] = ()
    if months.height < LEAST_MONTHS:
        values["monthly"] = Missing(f"fewer than {LEAST_MONTHS} whole months of data ({months.height})")
    else:
        orders, sales = months["units"].to_numpy(), months["units_sold"].to_numpy()
        values["monthly"] = float(orders.var() / sales.var()) if sales.var() > 0 else Missing("sales do not vary")
        at = np.arange(1, months.height + 1)
        pictures = (
            Picture("Units a day by month", "month", "units a day", "line",
                    (series("ordered", at, orders), series("sold", at, sales))),
        )  # fmt: skip
    details = {"SKU-stores": float(len(ratios)), "weekly, sum over sum": pooled}
    return Finding(values, details, pictures)


def _variance(daily: pl.DataFrame, first: object, weeks: int) -> pl.DataFrame:
    """Variance over all weeks by SKU-store; weeks without a row count as 0."""
    week = (pl.col("date") - pl.lit(first)).dt.total_days().floordiv(7)
    by_week = daily.group_by(*_CELL, week=week).agg(pl.col("units").cast(pl.Float64).sum())
    moments = by_week.group_by(_CELL).agg(
        mean=pl.col("units").sum() / weeks, square=(pl.col("units") ** 2).sum() / weeks
    )
    return moments.select(*_CELL, variance=pl.col("square") - pl.col("mean") ** 2)


def _monthly(company: Company, daily: pl.DataFrame) -> pl.DataFrame:
    """Units a day by whole month."""
    start, after = pl.col("date").dt.month_start(), pl.col("date").dt.month_end()
    inside = daily.filter(start >= company.first_day, after <= company.last_day)
    length = (pl.col("month").dt.month_end() - pl.col("month")).dt.total_days() + 1
    by_month = inside.group_by(month=start).agg(pl.col("units").cast(pl.Float64).sum())
    return by_month.with_columns(units=pl.col("units") / length)
