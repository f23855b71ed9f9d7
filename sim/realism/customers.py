"""Rows about customers: how unequal, how lasting, how regular (1, 2, 3, 5)."""

from __future__ import annotations

import numpy as np
import polars as pl

from sim.realism import nbd
from sim.realism.errors import refuse
from sim.realism.findings import Finding, Picture, series, thinned, top_share
from sim.realism.reading import NEARLY_A_YEAR, Company

TOP = 0.2
HALF_YEAR = 182
LEAST_TRIPS = 10  # of a customer whose rhythm is looked at
LEAST_CUSTOMERS = 20


def concentration(company: Company) -> Finding:
    """Row 1: the part of a year's sales to known customers that the top 20% of buyers account for."""
    company.need_days(NEARLY_A_YEAR)
    spent = _by_customer(company.trips)["amount"].to_numpy()
    _need_customers(len(spent), "buyers")
    ordered = np.sort(spent)[::-1]
    lorenz = np.cumsum(ordered) / ordered.sum()
    people = np.arange(1, len(spent) + 1) / len(spent)
    picture = Picture(
        "Sales held by the top customers", "share of buyers, largest first", "share of sales", "line",
        (series("sales", thinned(people), thinned(lorenz)),),
    )  # fmt: skip
    return Finding({"share": top_share(spent, TOP)}, {"buyers": float(len(spent))}, (picture,))


def purchase_frequency(company: Company) -> Finding:
    """Row 2: trips of each known buyer in the year, and the zero-truncated NBD that fits them best."""
    company.need_days(NEARLY_A_YEAR)
    counts = _by_customer(company.trips)["trips"].cast(pl.Int64).to_numpy()
    _need_customers(len(counts), "buyers")
    if counts.max() < 2:
        refuse("no customer bought twice")
    found = nbd.fit(counts)
    at = np.arange(1, int(np.quantile(counts, 0.99)) + 1)
    seen = np.bincount(counts, minlength=len(at) + 1)[1 : len(at) + 1] / len(counts)
    picture = Picture(
        "Trips a buyer in the year", "trips", "share of buyers", "line",
        (series("company", at, seen), series("NBD", at, nbd.probabilities(found.r, found.m, at))),
    )  # fmt: skip
    return Finding({"r": found.r, "ks": found.ks}, {"trips a buyer": float(counts.mean())}, (picture,))


def persistence(company: Company) -> Finding:
    """Row 3: who is among the top 20% of a half-year's buyers, by spending, and is so again in the next."""
    company.need_days(2 * HALF_YEAR)
    age = (pl.lit(company.last_day) - pl.col("date")).dt.total_days()
    halves = [
        _by_customer(company.trips.filter(age.is_between(oldest - HALF_YEAR + 1, oldest)))
        for oldest in (2 * HALF_YEAR - 1, HALF_YEAR - 1)
    ]
    _need_customers(min(half.height for half in halves), "buyers in a half-year")
    tops = [
        half.sort(["amount", "customer_id"], descending=[True, False]).head(max(1, round(TOP * half.height)))
        for half in halves
    ]
    kept = tops[0].join(tops[1], on="customer_id", how="semi").height
    return Finding({"share": kept / tops[0].height})


def rhythm(company: Company) -> Finding:
    """Row 5: variation of the days between a customer's shopping days, for customers with at least 10 trips."""
    gaps = (
        company.trips.lazy()
        .filter(pl.len().over("customer_id") >= LEAST_TRIPS)
        .select("customer_id", "date")
        .unique(maintain_order=True)
        .with_columns(gap=(pl.col("date") - pl.col("date").shift().over("customer_id")).dt.total_days())
        .filter(pl.col("gap").is_not_null())
        .collect()
    )
    spread = (
        gaps.group_by("customer_id")
        .agg(cv=pl.col("gap").std() / pl.col("gap").mean(), gaps=pl.len())
        .filter(pl.col("gaps") >= LEAST_TRIPS - 2)
    )
    _need_customers(spread.height, f"customers with {LEAST_TRIPS} trips")
    days = gaps["gap"].to_numpy()
    at = np.arange(1, 36)
    seen = np.bincount(days[days <= at[-1]], minlength=len(at) + 1)[1:] / len(days)
    picture = Picture("Days between trips", "days", "share of gaps", "bars", (series("gaps", at, seen),))
    return Finding({"cv": float(np.median(spread["cv"].to_numpy()))}, {"customers": float(spread.height)}, (picture,))


def _by_customer(trips: pl.DataFrame) -> pl.DataFrame:
    return trips.group_by("customer_id").agg(trips=pl.len(), amount=pl.col("amount").sum())


def _need_customers(found: int, what: str) -> None:
    if found < LEAST_CUSTOMERS:
        refuse(f"fewer than {LEAST_CUSTOMERS} {what} ({found})")
