"""Rows about products: best-sellers, zeros, lumpy demand (17, 18, 19)."""

from __future__ import annotations

import numpy as np
import polars as pl

from sim.realism.errors import refuse
from sim.realism.findings import Finding, Picture, series, thinned, top_share
from sim.realism.reading import Company

LEAST_PRODUCTS = 20
LEAST_DAYS = 28
LEAST_DAYS_FOR_SIZES = 90
# Syntetos, Boylan & Croston (2005): the cut-offs between smooth, erratic, intermittent and lumpy demand.
LONG_INTERVAL, VARIED_SIZE = 1.32, 0.49


def best_sellers(company: Company) -> Finding:
    """Row 17: units of the top 20% of the SKUs that sold; the fall of log units with log rank, ranks 10-50%."""
    company.need_days(LEAST_DAYS)
    sold = company.cells.group_by("product_id").agg(pl.col("units").sum())["units"].to_numpy()
    if len(sold) < LEAST_PRODUCTS:
        refuse(f"fewer than {LEAST_PRODUCTS} products sold ({len(sold)})")
    units = np.sort(sold)[::-1].astype(np.float64)
    rank = np.arange(1, len(units) + 1, dtype=np.float64)
    middle = (rank >= 0.1 * len(units)) & (rank <= 0.5 * len(units))
    slope = -float(np.polyfit(np.log(rank[middle]), np.log(units[middle]), 1)[0])
    picture = Picture(
        "Units by rank of product", "rank", "units", "line", (series("units", thinned(rank), thinned(units)),), log=True
    )
    return Finding({"share": top_share(units), "slope": slope}, {"products": float(len(units))}, (picture,))


def zeros(company: Company) -> Finding:
    """Row 18: the share of days on which a listed SKU-store sold nothing."""
    company.need_days(LEAST_DAYS)
    found = _demand(company)
    listed, sold = int(found["days"].sum()), int(found["sold_days"].sum())
    return Finding({"share": 1 - sold / listed}, {"SKU-stores": float(found.height)})


def lumpiness(company: Company) -> Finding:
    """Row 19: SKU-stores with rare sales of varied size, of those that sold at all.

    The interval is listed days over days with sales; the size's squared coefficient of variation is that of
    units on days with sales.
    """
    company.need_days(LEAST_DAYS_FOR_SIZES)
    found = _demand(company).filter(pl.col("sold_days") > 0)
    interval = found["days"].to_numpy() / found["sold_days"].to_numpy()
    mean = found["units"].to_numpy() / found["sold_days"].to_numpy()
    squared = np.maximum(found["squares"].to_numpy() / found["sold_days"].to_numpy() / mean**2 - 1, 0)
    rare, varied = interval > LONG_INTERVAL, squared > VARIED_SIZE
    details = {
        "smooth": float((~rare & ~varied).mean()),
        "erratic": float((~rare & varied).mean()),
        "intermittent": float((rare & ~varied).mean()),
    }
    kinds = (*details, "lumpy")
    lumpy = float((rare & varied).mean())
    picture = Picture(
        "Demand of SKU-stores", "", "share of SKU-stores", "bars",
        (series("SKU-stores", np.arange(4), [*details.values(), lumpy]),), kinds,
    )  # fmt: skip
    return Finding({"lumpy": lumpy}, details, (picture,))


def _demand(company: Company) -> pl.DataFrame:
    """By SKU-store: days listed, days with sales while listed, units then, and the sum of squared daily units."""
    listing = company.listing
    sold = (
        company.cells.lazy()
        .join(listing.lazy(), on=["store_id", "product_id"])
        .filter(pl.col("date").is_between(pl.col("listed_from"), pl.col("listed_to")))
        .group_by("store_id", "product_id")
        .agg(
            sold_days=pl.len(),
            units=pl.col("units").cast(pl.Int64).sum(),
            squares=(pl.col("units").cast(pl.Int64) ** 2).sum(),
        )
    )
    found = (
        listing.lazy()
        .group_by("store_id", "product_id")
        .agg(pl.col("days").sum())
        .join(sold, on=["store_id", "product_id"], how="left")
        .with_columns(pl.col("sold_days", "units", "squares").fill_null(0))
        .collect()
    )
    if found.is_empty():
        refuse("no SKU is listed in a store")
    return found
