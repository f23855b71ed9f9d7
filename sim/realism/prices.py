"""Row 23: how often regular prices change, and in which digits they end."""

from __future__ import annotations

import numpy as np
import polars as pl

from sim import schema
from sim.realism.errors import Unmeasurable, refuse
from sim.realism.findings import Finding, Floats, Missing, Picture, series
from sim.realism.reading import Company

LEAST_DAYS = 28


def stickiness(company: Company) -> Finding:
    """Row 23: regular price changes a listed SKU-store-week; Herfindahl index of the last cent digit.

    A change of the whole chain counts once for each store that lists the product. The digit is that of the
    regular prices at which SKU-stores sold in each week.
    """
    company.need_days(LEAST_DAYS)
    values: dict[str, float | Missing] = {}
    try:
        values["changes"] = change_rate(company)
    except Unmeasurable as error:
        values["changes"] = Missing(error.reason)
    shares = digit_shares(company)
    values["digits"] = float((shares**2).sum())
    picture = Picture(
        "Last digit of prices", "cents", "share", "bars", (series("prices", np.arange(10), shares),),
        tuple(str(digit) for digit in range(10)),
    )  # fmt: skip
    return Finding(values, {}, (picture,))


def change_rate(company: Company) -> float:
    """Regular price changes a listed SKU-store-week."""
    listed = company.listing
    changes = (
        company.table(schema.PRICE_CHANGES, "store_id", "product_id", "effective_on", "old_price", "new_price")
        .filter(
            pl.col("effective_on").is_between(company.first_day, company.last_day),
            pl.col("old_price") != pl.col("new_price"),
        )
        .collect()
    )
    at = changes.join(listed, on="product_id", suffix="_listed").filter(
        pl.col("store_id").is_null() | (pl.col("store_id") == pl.col("store_id_listed")),
        pl.col("effective_on").is_between(pl.col("listed_from"), pl.col("listed_to")),
    )
    weeks = listed["days"].sum() / 7
    if not weeks:
        refuse("no SKU is listed in a store")
    return float(at.height / weeks)


def digit_shares(company: Company) -> Floats:
    """The share of each last cent digit among the regular prices of SKU-store-weeks with sales."""
    lines = company.within(schema.TRANSACTION_ITEMS, "store_id", "product_id", "list_price")
    week = (pl.col("transaction_date") - pl.lit(company.first_day)).dt.total_days().floordiv(7)
    digits = (
        lines.select("store_id", "product_id", week=week, cents=(pl.col("list_price").cast(pl.Float64) * 100).round())
        .unique()
        .group_by(digit=pl.col("cents").cast(pl.Int64) % 10)
        .agg(count=pl.len())
        .collect(engine="streaming")
    )
    counts = np.zeros(10)
    counts[digits["digit"].to_numpy()] = digits["count"].to_numpy()
    shares: Floats = counts / counts.sum()
    return shares
