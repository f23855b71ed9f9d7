"""Row 28's second part: how much the rest of a category sells more when one of its items is empty.

For each store, category and day, E is what the category would usually sell there (the store's mean times the
category's level in the chain that day) and M what its items that are empty the whole day would have sold: the
item's mean in that store, times the item's level that week in the stores that hold it, so that an item which
a promotion has emptied counts with the sales of the promotion. In
Y / E = a(store) + b(day) - (1 - recaptured) M / E, by category and weighted by E, everything that all stores share
on a day and everything lasting about a store drops out.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sim import schema
from sim.realism.errors import refuse
from sim.realism.findings import Floats
from sim.realism.reading import Company

LEAST_EMPTY_DAYS = 1000  # whole SKU-store-days; below, the slope is noise
LEAST_STORES = 2
_WEEK = 7  # days round a day by which an item's level is told
_PRIOR = 5.0  # units by which an item's level is drawn to its category's, where few stores hold it
_CELL = ["store_id", "product_id"]
Ints = NDArray[np.int64]


def recaptured(company: Company, spells: pl.DataFrame) -> float:
    """Units that the rest of the category sells more, per unit that items empty all day would have sold."""
    # The day of the first empty closing still saw sales; the days after it, up to the next movement, did not.
    whole = spells.filter(pl.col("empty") > 1)
    days = int((whole["empty"] - 1).sum()) if whole.height else 0
    if days < LEAST_EMPTY_DAYS:
        refuse(f"fewer than {LEAST_EMPTY_DAYS} whole SKU-store-days of empty shelves ({days})")
    stores = company.listing["store_id"].unique().sort()
    if len(stores) < LEAST_STORES:
        refuse(f"fewer than {LEAST_STORES} stores ({len(stores)})")
    products = company.table(schema.PRODUCTS, "product_id", "category").collect().sort("product_id")
    group = products["category"].fill_null("").rank("dense").to_numpy().astype(np.int64) - 1
    usual = _usual(company, whole)
    sold, missing = [], []
    for which in range(int(group.max()) + 1):
        mine = products["product_id"].filter(pl.Series(group == which))
        units, empty = _category(company, whole, usual, mine, stores)
        sold.append(units)
        missing.append(empty)
    return 1 + slope(sold, missing)


def slope(sold: list[Floats], missing: list[Floats]) -> float:
    """The change of a category's sales a missing unit; one [store, day] each a category.

    -1 where nothing is recaptured, 0 where everything is.
    """
    above, below = 0.0, 0.0
    for units, empty in zip(sold, missing, strict=True):
        busy = units.sum(axis=0) > 0
        kept = units.sum(axis=1) > 0
        if not empty.any() or kept.sum() < LEAST_STORES:
            continue
        y, m = units[np.ix_(kept, busy)], empty[np.ix_(kept, busy)]
        expected = y.mean(axis=1, keepdims=True) * y.mean(axis=0, keepdims=True) / y.mean()
        x = _centred(m / expected, expected)
        above += float((x * y).sum())
        below += float((x * m).sum())
    if below <= 0:
        refuse("items are never empty in one store and held in another")
    return above / below


def _centred(values: Floats, weight: Floats) -> Floats:
    """Values less their weighted means by row and by column; exact because the weight is a product of both."""
    rows = np.average(values, axis=1, weights=weight)[:, None]
    columns = np.average(values, axis=0, weights=weight)[None, :]
    centred: Floats = values - rows - columns + np.average(values, weights=weight)
    return centred


def _category(
    company: Company, whole: pl.DataFrame, usual: pl.DataFrame, products: pl.Series, stores: pl.Series
) -> tuple[Floats, Floats]:
    """Units sold, and units that empty items would have sold, by store and day."""
    shape = (len(stores), company.days)
    mine = pl.DataFrame({"product_id": products}).with_columns(item=pl.int_range(pl.len()))
    places = pl.DataFrame({"store_id": stores}).with_columns(place=pl.int_range(pl.len()))
    cells = company.cells.join(mine, on="product_id").join(places, on="store_id")
    day, units = _since(company, cells["date"]), cells["units"].to_numpy()
    sold, by_item = np.zeros(shape), np.zeros((len(products), company.days))
    np.add.at(sold, (cells["place"].to_numpy(), day), units)
    np.add.at(by_item, (cells["item"].to_numpy(), day), units)
    known = usual.join(mine, on="product_id").join(places, on="store_id")
    spans = whole.join(known, on=_CELL)
    # What items would sell at their own mean where they are empty, and, chain-wide, where they are held.
    steps = np.zeros((len(products), company.days + 1))
    since, until = _since(company, spans["since"]) + 1, _since(company, spans["until"])
    np.add.at(steps, (spans["item"].to_numpy(), since), spans["usual"].to_numpy())
    np.add.at(steps, (spans["item"].to_numpy(), until), -spans["usual"].to_numpy())
    everywhere = np.zeros((len(products), 1))
    np.add.at(everywhere[:, 0], known["item"].to_numpy(), known["usual"].to_numpy())
    held = np.maximum(everywhere - np.cumsum(steps, axis=1)[:, :-1], 0)
    total = sold.sum(axis=0)
    level = total / max(total.mean(), 1e-9)
    item_level = (_week_sum(by_item) + _PRIOR) / (_week_sum(held * level) + _PRIOR) * level
    missing = np.zeros(shape)
    for item, place, rate, low, high in zip(
        spans["item"], spans["place"], spans["usual"], since.tolist(), until.tolist(), strict=True
    ):
        missing[place, low:high] += rate * item_level[item, low:high]
    return sold, missing


def _usual(company: Company, whole: pl.DataFrame) -> pl.DataFrame:
    """Mean daily units of every listed SKU-store over the days on which it was not empty all day."""
    empty = whole.group_by(_CELL).agg(absent=(pl.col("empty") - 1).sum())
    sold = company.cells.group_by(_CELL).agg(pl.col("units").sum())
    days = company.listing.group_by(_CELL).agg(pl.col("days").sum())
    found = days.join(empty, on=_CELL, how="left").join(sold, on=_CELL, how="left").fill_null(0)
    found = found.filter(pl.col("days") > pl.col("absent"))
    return found.select(*_CELL, usual=pl.col("units") / (pl.col("days") - pl.col("absent")))


def _week_sum(values: Floats) -> Floats:
    """Sums along the days over the week round each day."""
    before = np.cumsum(np.pad(values, ((0, 0), (1, 0))), axis=1)
    days = values.shape[1]
    low = np.maximum(np.arange(days) - _WEEK // 2, 0)
    high = np.minimum(np.arange(days) + _WEEK // 2 + 1, days)
    sums: Floats = before[:, high] - before[:, low]
    return sums


def _since(company: Company, days: pl.Series) -> Ints:
    number: Ints = (days - company.first_day).dt.total_days().to_numpy().astype(np.int64)
    return number
