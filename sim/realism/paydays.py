"""Row 14: the month's beginning and end, and food on the days on which a state pays out SNAP benefits."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl

from sim import schema
from sim.benefits import SNAP_DAYS
from sim.realism.errors import Unmeasurable, refuse
from sim.realism.findings import Finding, Floats, Missing, Picture, series
from sim.realism.reading import Company

LEAST_MONTHS = 3
_FOOD = ("grocery", "groceries", "food", "foods")


def paydays(company: Company) -> Finding:
    """Row 14: mean daily units on days 1-10 over days 21-31 of whole months; the SNAP effect by department.

    The SNAP effect compares each state's days with the other states' same days: exp(b) of log units on an
    indicator of SNAP days, with a constant for every state and every date.
    """
    daily, months = _days_of_whole_months(company)
    if months < LEAST_MONTHS:
        refuse(f"fewer than {LEAST_MONTHS} whole months of data ({months})")
    level = daily.group_by(day=pl.col("date").dt.day()).agg(pl.col("units").mean()).sort("day")
    early = daily.filter(pl.col("date").dt.day() <= 10)["units"].to_numpy().mean()
    late = daily.filter(pl.col("date").dt.day() >= 21)["units"].to_numpy().mean()
    values: dict[str, float | Missing] = {"early": float(early / late)}
    try:
        values |= snap_effects(company)
    except Unmeasurable as error:
        values |= {"food": Missing(error.reason), "other": Missing(error.reason)}
    picture = Picture(
        "Units by day of the month", "day", "of the mean day", "bars",
        (series("units", level["day"], level["units"].to_numpy() / daily["units"].to_numpy().mean()),),
    )  # fmt: skip
    return Finding(values, {}, (picture,))


def snap_effects(company: Company) -> dict[str, float | Missing]:
    """Units on SNAP days over the other states' same days, 1 for no effect: of food, and of all else."""
    states = company.table(schema.STORES, "store_id", "state").collect()
    states = states.filter(pl.col("state").is_in(list(SNAP_DAYS)))
    food = company.table(schema.PRODUCTS, "product_id", "department").select(
        "product_id", food=pl.col("department").str.to_lowercase().is_in(_FOOD)
    ).collect()  # fmt: skip
    units = (
        company.cells.lazy()
        .join(states.lazy(), on="store_id")
        .join(food.lazy(), on="product_id")
        .group_by("food", "state", "date")
        .agg(pl.col("units").sum())
        .collect()
    )
    found: dict[str, float | Missing] = {}
    for name, is_food in (("food", True), ("other", False)):
        wide = units.filter(pl.col("food") == is_food).pivot("state", index="date", values="units").drop_nulls()
        names = [state for state in wide.columns if state != "date"]
        snap = np.array([[day in SNAP_DAYS[state] for state in names] for day in wide["date"].dt.day()], dtype=float)
        if len(names) < 2 or not wide.height or np.ptp(snap - snap.mean(axis=1, keepdims=True)) == 0:
            found[name] = Missing("needs stores in states with different SNAP days, selling food and other goods")
        else:
            found[name] = float(np.exp(two_way_slope(np.log(wide.select(names).to_numpy().astype(float)), snap)))
    return found


def two_way_slope(y: Floats, x: Floats) -> float:
    """Least squares of y on x, both [date, state], with a constant for every date and every state."""
    x, y = _centred(x), _centred(y)
    return float((x * y).sum() / (x * x).sum())


def _centred(values: Floats) -> Floats:
    rows, columns = values.mean(axis=1, keepdims=True), values.mean(axis=0, keepdims=True)
    centred: Floats = values - rows - columns + values.mean()
    return centred


def _days_of_whole_months(company: Company) -> tuple[pl.DataFrame, int]:
    """Units of every day in the months that lie whole in the card's year (none sold: 0), and how many months."""
    first = company.first_day
    if first.day > 1:
        first = (first.replace(day=1) + timedelta(days=31)).replace(day=1)
    last = (company.last_day + timedelta(days=1)).replace(day=1) - timedelta(days=1)
    if last < first:
        return pl.DataFrame(), 0
    every = pl.DataFrame({"date": pl.date_range(first, last, eager=True)})
    sold = company.cells.group_by("date").agg(pl.col("units").sum())
    daily = every.join(sold, on="date", how="left").with_columns(pl.col("units").fill_null(0))
    return daily, daily["date"].dt.strftime("%Y-%m").n_unique()
