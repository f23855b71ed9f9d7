"""Row 24, observed: what permanent price rises do to units.

For each rise of a product's regular price, mean daily units in the six weeks from it over those in the six
weeks before, days on promotion left out; divided by the same ratio of the rest of the category on the same
days, so that season and growth drop out. The elasticity is the slope through zero of the log of that on the
log of the price ratio, weighted by the information in the units (Poisson).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sim import schema
from sim.realism.errors import refuse
from sim.realism.findings import Finding, Floats, Picture, series
from sim.realism.reading import Company

WINDOW = 42  # days before and from a rise
LEAST_DAYS_KEPT = 14  # on each side, when promotions are left out
LEAST_UNITS = 20  # before
LEAST_RISES = 30
LEAST_OTHERS = 5  # products that stand for the category

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Rises:
    """The rises that can be looked at: logs of price ratio and of units ratio, and the weight of each."""

    price: Floats
    units: Floats
    weight: Floats

    @property
    def elasticity(self) -> float:
        """Weighted least squares through zero."""
        return float((self.weight * self.price * self.units).sum() / (self.weight * self.price**2).sum())

    @property
    def error(self) -> float:
        """Standard error of the elasticity, from the residuals."""
        residual = self.units - self.elasticity * self.price
        below = (self.weight * self.price**2).sum()
        return float(np.sqrt(((self.weight * self.price * residual) ** 2).sum()) / below)


def rises(company: Company) -> Finding:
    """The observed part of row 24."""
    company.need_days(2 * WINDOW)
    found = collect(company)
    if len(found.price) < LEAST_RISES:
        refuse(f"fewer than {LEAST_RISES} rises with six weeks on either side ({len(found.price)})")
    order = np.argsort(found.price)
    parts = [part for part in np.array_split(order, 8) if len(part)]
    x = [float(np.average(found.price[part], weights=found.weight[part])) for part in parts]
    y = [float(np.average(found.units[part], weights=found.weight[part])) for part in parts]
    picture = Picture(
        "After permanent price rises", "log price ratio", "log units ratio", "dots", (series("eighths of rises", x, y),)
    )
    details = {"rises": float(len(found.price)), "standard error": found.error}
    return Finding({"rises": found.elasticity}, details, (picture,))


def collect(company: Company) -> Rises:
    """Every rise of the chain or of one store that stands alone in its window."""
    changes = (
        company.table(schema.PRICE_CHANGES, "store_id", "product_id", "effective_on", "old_price", "new_price")
        .filter(pl.col("old_price") > 0, pl.col("old_price") != pl.col("new_price"))
        .with_columns(pl.col("old_price", "new_price").cast(pl.Float64))
        .collect()
    )
    products = company.table(schema.PRODUCTS, "product_id", "category").collect().sort("product_id")
    promotions = company.table(schema.PROMOTIONS, "store_id", "product_id", "starts_on", "ends_on").collect()
    parts = [
        _of_place(company, products, mine, cells, promoted)
        for mine, cells, promoted in _places(company, changes, promotions)
    ]
    columns = [np.concatenate([part[i] for part in parts]) if parts else np.zeros(0) for i in range(3)]
    return Rises(*columns)


def _places(
    company: Company, changes: pl.DataFrame, promotions: pl.DataFrame
) -> Iterator[tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]]:
    """Changes with the units and promotions they act on: the chain's together, each store's own apart."""
    chain = changes.filter(pl.col("store_id").is_null())
    if chain.height:
        yield chain, company.cells, promotions
    for (store,), mine in changes.drop_nulls("store_id").group_by("store_id", maintain_order=True):
        # A change of the chain in the window disturbs a store's own, too.
        both = pl.concat([mine, chain]).with_columns(own=pl.col("store_id").is_not_null())
        here = pl.col("store_id").is_null() | (pl.col("store_id") == store)
        yield both, company.cells.filter(pl.col("store_id") == store), promotions.filter(here)


def _of_place(
    company: Company, products: pl.DataFrame, changes: pl.DataFrame, cells: pl.DataFrame, promotions: pl.DataFrame
) -> tuple[Floats, Floats, Floats]:
    numbers = products["product_id"]
    place = {int(number): i for i, number in enumerate(numbers)}
    categories = products["category"].fill_null("").rank("dense").to_numpy().astype(np.int64) - 1
    units = _matrix(company, cells, place)
    free = _free_of_promotion(company, promotions, place)
    totals = np.zeros((int(categories.max()) + 1, units.shape[1]))
    np.add.at(totals, categories, units)
    sizes = np.bincount(categories)
    price, change, weight = [], [], []
    for product, at, old, new in _alone(company, changes, place):
        before = free[product].copy()
        after = before.copy()
        before[: at - WINDOW], before[at:], after[:at], after[at + WINDOW :] = False, False, False, False
        own = units[product]
        first, second = own[before].sum(), own[after].sum()
        if min(before.sum(), after.sum()) < LEAST_DAYS_KEPT or first < LEAST_UNITS or new <= old:
            continue
        wide = sizes[categories[product]] > LEAST_OTHERS
        others = (totals[categories[product]] if wide else totals.sum(axis=0)) - own
        if others[before].sum() == 0 or others[after].sum() == 0:
            continue
        # Half a unit keeps a product that stopped selling in.
        moved = np.log((second + 0.5) / after.sum()) - np.log((first + 0.5) / before.sum())
        usual = np.log(others[after].mean() / others[before].mean())
        price.append(np.log(new / old))
        change.append(moved - usual)
        weight.append(1 / (1 / (first + 0.5) + 1 / (second + 0.5)))
    return np.array(price), np.array(change), np.array(weight)


def _alone(company: Company, changes: pl.DataFrame, place: dict[int, int]) -> Iterator[tuple[int, int, float, float]]:
    """Changes with whole windows and no other change of the product within them: product, day, old, new."""
    own = changes["own"].to_list() if "own" in changes.columns else [True] * changes.height
    rows = [
        (place[product], (day - company.first_day).days, old, new, mine)
        for product, day, old, new, mine in zip(
            changes["product_id"], changes["effective_on"], changes["old_price"], changes["new_price"], own,
            strict=True,
        )
        if product in place
    ]  # fmt: skip
    by_product: dict[int, list[int]] = {}
    for product, at, *_ in rows:
        by_product.setdefault(product, []).append(at)
    for product, at, old, new, mine in rows:
        near = sum(abs(other - at) < WINDOW for other in by_product[product])
        if mine and near == 1 and WINDOW <= at <= company.days - WINDOW:
            yield product, at, old, new


def _matrix(company: Company, cells: pl.DataFrame, place: dict[int, int]) -> Floats:
    """Units by product and day."""
    sold = cells.group_by("product_id", "date").agg(pl.col("units").sum())
    sold = sold.filter(pl.col("product_id").is_in(list(place)))
    units = np.zeros((len(place), company.days))
    rows = np.array([place[product] for product in sold["product_id"]], dtype=np.int64)
    units[rows, _days_in(company, sold["date"])] = sold["units"].to_numpy()
    return units


def _free_of_promotion(company: Company, promotions: pl.DataFrame, place: dict[int, int]) -> NDArray[np.bool_]:
    free = np.ones((len(place), company.days), dtype=np.bool_)
    for product, starts, ends in promotions.select("product_id", "starts_on", "ends_on").iter_rows():
        if product in place:
            low, high = ((day - company.first_day).days for day in (starts, ends))
            free[place[product], max(low, 0) : max(high + 1, 0)] = False
    return free


def _days_in(company: Company, days: pl.Series) -> Ints:
    first: date = company.first_day
    number: Ints = (days - first).dt.total_days().to_numpy().astype(np.int64)
    return number
