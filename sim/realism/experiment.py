"""Row 24, the experiment: a run whose stores set prices at random, beside the same run with usual prices.

Both runs have the same seed, so the same shoppers come with the same wishes and only prices differ. For
SKU-store-weeks priced up and those priced down, the elasticity is the difference of the logs of units in the
experiment over units in the plain run, divided by the difference of the mean logs of price ratio.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sim import schema
from sim.realism.errors import RealismError, refuse
from sim.realism.findings import Finding, Floats, Picture, series
from sim.realism.reading import Company

LEAST_UNITS = 2_000  # on either side
LEAST_OF_A_PRODUCT = 60
_ALIKE = 0.05  # log price ratio
_SHUFFLE_SEED = 24
_CELL = ("store_id", "product_id", "week")


@dataclass(frozen=True)
class Panel:
    """SKU-store-weeks: log of the experiment's price over the usual one, and units in either run."""

    product: NDArray[np.int64]
    price: Floats
    others: Floats  # mean log price ratio of the other items of the subcategory, in that store and week
    plain: Floats
    tried: Floats

    def where(self, at: NDArray[np.bool_] | NDArray[np.int64]) -> Panel:
        """The rows of a mask or at these places."""
        return Panel(self.product[at], self.price[at], self.others[at], self.plain[at], self.tried[at])


def check_pair(plain: Company, tried: Company) -> None:
    """Raises RealismError when manifests say that the two runs differ in more than the experiment."""
    first, second = plain.manifest, tried.manifest
    if not first or not second:
        return
    differing = [] if first.get("start") == second.get("start") else ["start"]
    for section in first.get("parameters", {}):
        if section != "experiment" and first["parameters"][section] != second.get("parameters", {}).get(section):
            differing.append(section)
    if differing:
        message = f"{tried.folder} is no experiment on {plain.folder}: the runs differ in {', '.join(differing)}"
        raise RealismError(message)


def experiment(plain: Company, tried: Company) -> Finding:
    """The experimental part of row 24: `tried` is the run with randomised prices."""
    panel = collect(plain, tried)
    value = elasticity(panel.price, panel)
    shuffled = np.random.default_rng(_SHUFFLE_SEED).permutation(panel.price)
    details = {"cells priced anew": float((panel.price != 0).sum()), "labels shuffled": elasticity(shuffled, panel)}
    if panel.others.any():
        details["cross, of the subcategory's other prices"] = cross(panel)
    of_items = by_product(panel)
    if len(of_items) > 1:
        details["standard deviation over SKUs"] = float(np.std(of_items, ddof=1))
    ratios = np.unique(np.round(panel.price, 2))
    bins = [panel.price.round(2) == ratio for ratio in ratios]
    kept = [(ratio, at) for ratio, at in zip(ratios, bins, strict=True) if panel.plain[at].sum() > LEAST_UNITS]
    moved = [np.log((panel.tried[at].sum() + 0.5) / (panel.plain[at].sum() + 0.5)) for _, at in kept]
    picture = Picture("Prices randomised", "log price ratio", "log units ratio", "dots",
                      (series("SKU-store-weeks", [float(ratio) for ratio, _ in kept], moved),))  # fmt: skip
    return Finding({"experiment": value}, details, (picture,))


def elasticity(price: Floats, panel: Panel) -> float:
    """The pooled elasticity; Unmeasurable when too little sells at either kind of price."""
    if min(panel.plain[price > 0].sum(), panel.plain[price < 0].sum()) < LEAST_UNITS:
        refuse(f"fewer than {LEAST_UNITS} units sold at prices that an experiment moved up, or down")
    return _slope(price, panel)


def cross(panel: Panel) -> float:
    """Elasticity to the prices of the subcategory's other items, among cells whose own prices moved alike."""
    alike = np.rint(panel.price / _ALIKE).astype(np.int64)
    slopes, weights = [], []
    for step in np.unique(alike):
        part = panel.where(alike == step)
        weight = min(part.plain[part.others > 0].sum(), part.plain[part.others < 0].sum())
        if weight > 0:
            slopes.append(_slope(part.others, part))
            weights.append(weight)
    return float(np.average(slopes, weights=weights)) if slopes else float("nan")


def by_product(panel: Panel) -> Floats:
    """The elasticity of each product that sells enough at either kind of price."""
    found = []
    order = np.argsort(panel.product, kind="stable")
    bounds = np.searchsorted(panel.product[order], np.unique(panel.product))
    for at in np.split(order, bounds[1:]):
        part = panel.where(at)
        if min(part.plain[part.price > 0].sum(), part.plain[part.price < 0].sum()) >= LEAST_OF_A_PRODUCT:
            found.append(_slope(part.price, part))
    return np.array(found)


def _slope(price: Floats, panel: Panel) -> float:
    up, down = price > 0, price < 0
    units = [np.log((panel.tried[at].sum() + 0.5) / (panel.plain[at].sum() + 0.5)) for at in (up, down)]
    means = [np.average(price[at], weights=panel.plain[at] + 1e-9) if at.any() else np.nan for at in (up, down)]
    return float((units[0] - units[1]) / (means[0] - means[1]))


def collect(plain: Company, tried: Company) -> Panel:
    """The panel of two runs; a week is the time between two dates on which stores changed prices."""
    changes = (
        tried.table(schema.PRICE_CHANGES, "store_id", "product_id", "effective_on", "new_price")
        .filter(pl.col("store_id").is_not_null(), pl.col("effective_on").is_between(tried.first_day, tried.last_day))
        .with_columns(pl.col("new_price").cast(pl.Float64))
        .collect()
    )
    if changes.is_empty():
        refuse(f"no store's own price changes in {tried.folder}")
    weeks = changes.select(week=pl.col("effective_on").unique().sort())
    grid = tried.listing.select("store_id", "product_id").unique().join(weeks, how="cross").sort("week")
    own = changes.rename({"effective_on": "since", "new_price": "tried_price"}).sort("since")
    grid = grid.join_asof(own, left_on="week", right_on="since", by=["store_id", "product_id"], check_sortedness=False)
    grid = _with_usual_price(grid, plain)
    ratio = (pl.col("tried_price").fill_null(pl.col("usual")) / pl.col("usual")).log()
    # A store's price in cents is never quite the usual one times a round factor.
    grid = grid.with_columns(price=pl.when(ratio.abs() < 1e-9).then(0.0).otherwise(ratio))
    needs = tried.table(schema.PRODUCTS, "product_id", "subcategory").collect()
    group = ("store_id", "subcategory", "week")
    others = (pl.col("price").sum().over(group) - pl.col("price")) / (pl.len().over(group) - 1)
    grid = grid.join(needs, on="product_id").with_columns(others=others.fill_nan(0.0).fill_null(0.0))
    for name, company in (("plain", plain), ("tried", tried)):
        cells = company.cells.sort("date").join_asof(weeks, left_on="date", right_on="week").drop_nulls("week")
        units = cells.group_by(_CELL).agg(pl.col("units").sum().alias(name))
        grid = grid.join(units, on=_CELL, how="left")
    grid = grid.with_columns(pl.col("plain", "tried").fill_null(0).cast(pl.Float64)).sort(_CELL)
    columns = [grid[name].to_numpy() for name in ("price", "others", "plain", "tried")]
    return Panel(grid["product_id"].cast(pl.Int64).to_numpy(), *columns)


def _with_usual_price(grid: pl.DataFrame, plain: Company) -> pl.DataFrame:
    """Add the chain's regular price of each product and week: after its last change, or before its next one."""
    changes = (
        plain.table(schema.PRICE_CHANGES, "store_id", "product_id", "effective_on", "old_price", "new_price")
        .filter(pl.col("store_id").is_null())
        .select("product_id", "effective_on", pl.col("old_price", "new_price").cast(pl.Float64))
        .collect()
        .sort("effective_on")
    )
    last = plain.table(schema.PRODUCTS, "product_id", "list_price").collect()
    past = changes.select("product_id", "effective_on", after="new_price")
    coming = changes.select("product_id", "effective_on", before="old_price")
    dates = {"left_on": "week", "right_on": "effective_on", "by": "product_id", "check_sortedness": False}
    grid = grid.sort("week").join_asof(past, **dates).drop("effective_on", strict=False)  # type: ignore[arg-type]
    # An asof join forward takes a change of the same day, whose price before no longer holds; `past` has it by then.
    grid = grid.join_asof(coming, strategy="forward", **dates).drop("effective_on", strict=False)  # type: ignore[arg-type]
    return grid.join(last, on="product_id").with_columns(
        usual=pl.coalesce("after", "before", pl.col("list_price").cast(pl.Float64))
    )
