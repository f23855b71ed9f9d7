"""Rows about days, weeks and stores: weekday, hour, season, size of stores (11, 12, 13, 16)."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl

from sim import schema
from sim.calendar import super_bowl, thanksgiving
from sim.realism.errors import refuse
from sim.realism.findings import Finding, Picture, ratio, series
from sim.realism.reading import NEARLY_A_YEAR, Company

LEAST_DAYS = 28
LEAST_STORES = 3
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_SATURDAY = 5  # Walmart's weeks run from Saturday to Friday, as those of W14 do


def weekdays(company: Company) -> Finding:
    """Row 11: mean units of a day by weekday, the largest over the smallest; days without sales count as 0."""
    company.need_days(LEAST_DAYS)
    day = _every_day(company).join(_daily_units(company), on="date", how="left").with_columns(
        pl.col("units").fill_null(0), weekday=pl.col("date").dt.weekday()
    )  # fmt: skip
    mean = day.group_by("weekday").agg(pl.col("units").mean()).sort("weekday")["units"].to_numpy()
    level = mean / mean.mean()
    picture = Picture(
        "Units by weekday", "", "of the mean day", "bars", (series("units", np.arange(7), level),), _WEEKDAYS
    )
    details = {"Sunday": float(level[6]), "Wednesday": float(level[2])}
    return Finding({"ratio": ratio(float(mean.max()), float(mean.min()))}, details, (picture,))


def hours(company: Company) -> Finding:
    """Row 12: trips by the store's hour: share at 10-15h on weekends over weekdays; share at 15-19h of all."""
    company.need_days(LEAST_DAYS)
    zones = company.table(schema.STORES, "store_id", "time_zone").collect()
    trips = (
        company.within(schema.TRANSACTIONS, "store_id", "transaction_timestamp")
        .join(zones.lazy(), on="store_id")
        .select("time_zone", "transaction_timestamp")
        .collect(engine="streaming")
    )
    counts = np.zeros((2, 24))
    for (zone,), part in trips.group_by("time_zone"):
        local = part["transaction_timestamp"].dt.convert_time_zone(str(zone))
        weekend = (local.dt.weekday() >= _SATURDAY + 1).to_numpy()
        np.add.at(counts, (weekend.astype(int), local.dt.hour().to_numpy()), 1)
    if counts.sum(axis=1).min() == 0:
        refuse("no trips on weekends, or none on weekdays, at stores with a time zone")
    share = counts / counts.sum(axis=1, keepdims=True)
    midday = share[:, 10:15].sum(axis=1)
    afternoon = counts[:, 15:19].sum() / counts.sum()
    at = np.arange(24)
    picture = Picture(
        "Trips by local hour", "hour", "share of trips", "line",
        (series("weekday", at, share[0]), series("weekend", at, share[1])),
    )  # fmt: skip
    return Finding({"midday": ratio(float(midday[1]), float(midday[0])), "afternoon": float(afternoon)}, {}, (picture,))


def weeks(company: Company) -> Finding:
    """Row 13: sales by whole week, Saturday to Friday: the highest over the median, and named weeks over it."""
    company.need_days(NEARLY_A_YEAR)
    first = company.first_day + timedelta(days=(_SATURDAY - company.first_day.weekday()) % 7)
    count = ((company.last_day - first).days + 1) // 7
    sales = (
        company.within(schema.TRANSACTIONS, "total_amount")
        .with_columns(week=(pl.col("transaction_date") - pl.lit(first)).dt.total_days().floordiv(7))
        .filter(pl.col("week").is_between(0, count - 1))
        .group_by("week")
        .agg(amount=pl.col("total_amount").cast(pl.Float64).sum())
        .collect(engine="streaming")
    )
    amounts = np.zeros(count)
    amounts[sales["week"].to_numpy()] = sales["amount"].to_numpy()
    level = amounts / np.median(amounts)
    named = {}
    for year in {company.first_day.year, company.last_day.year}:
        for name, day in _named_weeks(year).items():
            week = (day - first).days // 7
            if 0 <= week < count:
                named[name] = float(level[week])
    picture = Picture(
        "Weekly sales", "week", "of the median week", "line", (series("sales", np.arange(1, count + 1), level),)
    )
    return Finding({"peak": float(level.max())}, named, (picture,))


def stores(company: Company) -> Finding:
    """Row 16: standard deviation of the log of stores' sales."""
    company.need_days(LEAST_DAYS)
    sales = (
        company.within(schema.TRANSACTIONS, "store_id", "total_amount")
        .group_by("store_id")
        .agg(amount=pl.col("total_amount").cast(pl.Float64).sum())
        .filter(pl.col("amount") > 0)
        .collect(engine="streaming")
    )
    if sales.height < LEAST_STORES:
        refuse(f"fewer than {LEAST_STORES} stores ({sales.height})")
    amounts = np.sort(sales["amount"].to_numpy())[::-1]
    picture = Picture(
        "Sales by store", "store, largest first", "of the mean store", "bars",
        (series("sales", np.arange(1, len(amounts) + 1), amounts / amounts.mean()),),
    )  # fmt: skip
    return Finding({"spread": float(np.log(amounts).std(ddof=1))}, {"stores": float(len(amounts))}, (picture,))


def _named_weeks(year: int) -> dict[str, date]:
    """A day in each week that W14 names: the week before Christmas is the one with December 23rd."""
    return {
        "Super Bowl": super_bowl(year),
        "Thanksgiving": thanksgiving(year),
        "before Christmas": date(year, 12, 23),
        "after Christmas": date(year, 12, 30),
    }


def _daily_units(company: Company) -> pl.DataFrame:
    return company.cells.group_by("date").agg(pl.col("units").sum())


def _every_day(company: Company) -> pl.DataFrame:
    return pl.DataFrame({"date": pl.date_range(company.first_day, company.last_day, eager=True)})
