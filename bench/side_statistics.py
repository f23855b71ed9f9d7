"""Statistics for mechanisms that no row of the realism scorecard looks at; also from a company's own tables alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sim import schema
from sim.realism.errors import Unmeasurable, refuse
from sim.realism.reading import Company

Floats = NDArray[np.float64]
SOON = 10  # days within which paper or detergent is hardly needed again
REGULAR = 5  # trips in a quarter of the days
# Goods that people use together.
_PAIRS = (
    ("Bread", "Butter & Margarine"), ("Cereal", "Milk"), ("Pasta & Rice", "Sauces & Condiments"),
    ("Buns & Rolls", "Beef"), ("Chips", "Soft Drinks"), ("Toilet Paper", "Paper Towels"),
    ("Soap & Shampoo", "Deodorant & Shaving"), ("Women's Tops", "Women's Bottoms"), ("Men's Shirts", "Men's Pants"),
    ("Diapers & Wipes", "Baby Food"),
)  # fmt: skip


@dataclass(frozen=True)
class Side:
    """One statistic and what a generator without behaviour shows."""

    meaning: str
    naive: str
    measure: Callable[[Company], float]

    def value(self, company: Company) -> float | str:
        """The value, or the reason why there is none."""
        try:
            return float(self.measure(company))
        except Unmeasurable as error:
            return error.reason


def basket_lift(company: Company) -> float:
    """How often pairs that belong together share a basket, over the lift of the median pair of all needs."""
    needs = company.table(schema.PRODUCTS, "product_id", "subcategory").collect()
    lines = company.within(schema.TRANSACTION_ITEMS, "transaction_id", "product_id").collect()
    found = lines.join(needs, on="product_id").select("transaction_id", "subcategory").unique()
    names = found["subcategory"].unique().sort().to_list()
    basket = found["transaction_id"].rank("dense").to_numpy() - 1
    place = found["subcategory"].replace_strict(names, range(len(names))).to_numpy()
    has = np.zeros((int(basket.max()) + 1, len(names)), dtype=np.float32)
    has[basket, place] = 1
    share = has.mean(axis=0, dtype=np.float64)
    lift = (has.T @ has) / len(has) / np.outer(share, share)
    pairs = [(names.index(one), names.index(other)) for one, other in _PAIRS if one in names and other in names]
    if not pairs:
        refuse("none of the pairs that belong together is sold")
    usual = np.median(lift[np.triu_indices(len(names), 1)])
    return float(np.mean([lift[pair] for pair in pairs]) / usual)


def deal_units(company: Company) -> float:
    """Units of a line on promotion, over those of the product's other lines; products weighted by their deals."""
    lines = company.within(schema.TRANSACTION_ITEMS, "product_id", "quantity", "promotion_id")
    by = (
        lines.group_by("product_id", deal=pl.col("promotion_id").is_not_null())
        .agg(units=pl.col("quantity").mean(), lines=pl.len())
        .collect()
    )
    both = by.filter("deal").join(by.filter(~pl.col("deal")), on="product_id", suffix="_else")
    if both.is_empty():
        refuse("nothing is sold on promotion")
    return float(np.average((both["units"] / both["units_else"]).to_numpy(), weights=both["lines"].to_numpy()))


def soon_again(company: Company) -> float:
    """Households' purchases of a household good within days of the last, over those on days drawn among their trips."""
    goods = company.table(schema.PRODUCTS, "product_id", "department", "subcategory")
    lines = company.within(schema.TRANSACTION_ITEMS, "transaction_id", "product_id")
    bought = lines.join(goods.filter(pl.col("department") == "Household"), on="product_id").select(
        "transaction_id", "subcategory"
    )
    trips = company.trips.with_columns(
        visit=pl.int_range(pl.len()).over("customer_id"), visits=pl.len().over("customer_id")
    )
    keys = ["customer_id", "subcategory"]
    real = bought.collect().join(trips, on="transaction_id").unique([*keys, "date"]).sort(*keys, "date")
    if real.is_empty():
        refuse("no household goods are bought by known customers")
    chance = np.random.default_rng(0).random(real.height)
    drawn = (
        real.with_columns(visit=(pl.lit(pl.Series(chance)) * pl.col("visits")).cast(pl.Int64))
        .select(*keys, "visit")
        .join(trips.select("customer_id", "visit", "date"), on=["customer_id", "visit"])
    )
    return _soon(real, keys) / _soon(drawn, keys)


def _soon(bought: pl.DataFrame, keys: list[str]) -> float:
    """Share of purchases that follow another of the same household and need within days."""
    days = bought.unique([*keys, "date"]).sort(*keys, "date")
    gap = days.select(gap=pl.col("date").diff().over(keys).dt.total_days())["gap"]
    return float((gap <= SOON).sum() / days.height)


def together(company: Company) -> float:
    """Correlation of stores' daily trips within regions less that between regions; the chain's days taken out."""
    stores = company.table(schema.STORES, "store_id", "region").collect().sort("store_id")
    trips = company.within(schema.TRANSACTIONS, "store_id").collect()
    daily = trips.pivot("store_id", index="transaction_date", values="store_id", aggregate_function="len")
    names = [str(store) for store in stores["store_id"]]
    counts = daily.sort("transaction_date").select(names).fill_null(0).to_numpy().astype(np.float64)
    logs: Floats = np.log(counts[counts.min(axis=1) > 0])
    moved = logs - logs.mean(axis=0) - (logs - logs.mean(axis=0)).mean(axis=1, keepdims=True)
    found = np.corrcoef(moved.T)
    region = stores["region"].to_numpy()
    apart = ~np.eye(len(names), dtype=bool)
    same = (region[:, None] == region) & apart
    if not same.any() or not (apart & ~same).any():
        refuse("needs two stores of a region, and two regions")
    return float(found[same].mean() - found[apart & ~same].mean())


def gone(company: Company) -> float:
    """Customers with five trips in the first quarter of the days who did not come in the last, of those with five."""
    quarter = company.days // 4
    first, last = company.first_day + timedelta(days=quarter), company.last_day - timedelta(days=quarter)
    by = company.trips.group_by("customer_id").agg(
        early=(pl.col("date") < first).sum(), late=(pl.col("date") > last).sum()
    )
    early = by.filter(pl.col("early") >= REGULAR)
    if early.is_empty():
        refuse(f"no customer came {REGULAR} times in the first quarter of the days")
    return float((early["late"] == 0).sum() / early.height)


def promoted_share(company: Company) -> float:
    """Units sold on promotion, of all units."""
    lines = company.within(schema.TRANSACTION_ITEMS, "quantity", "promotion_id")
    units = pl.col("quantity").cast(pl.Int64)
    return _one(lines.select(units.filter(pl.col("promotion_id").is_not_null()).sum() / units.sum()))


def online_share(company: Company) -> float:
    """Trips for pickup or delivery, of all trips."""
    return _one(company.within(schema.TRANSACTIONS, "channel").select((pl.col("channel") != "store").mean()))


def returned_share(company: Company) -> float:
    """Units that came back, of units sold."""
    return _units(company, schema.RETURNS, "quantity")


def shrunk_share(company: Company) -> float:
    """Units that vanished or spoiled, over units sold."""
    return _units(company, schema.INVENTORY_DAILY, "shrink")


def _units(company: Company, table: schema.Table, column: str) -> float:
    sold = _one(company.within(schema.TRANSACTION_ITEMS, "quantity").select(pl.col("quantity").cast(pl.Int64).sum()))
    return _one(company.within(table, column).select(pl.col(column).cast(pl.Int64).sum())) / sold


def _one(frame: pl.LazyFrame) -> float:
    return float(frame.collect().item())


SIDES: dict[str, Side] = {
    "lift": Side("lift of goods that belong together, over the median pair's", "1.0", basket_lift),
    "deal units": Side("units of a line on promotion over the product's other lines", "1.0", deal_units),
    "soon again": Side("household goods bought again within 10 days, over days at random", "1.0", soon_again),
    "gone": Side("regular customers of the first quarter of the days gone by the last", "0", gone),
    "together": Side("correlation of stores' days within regions less between them", "0", together),
    "promoted": Side("share of units on promotion", "-", promoted_share),
    "online": Side("share of trips for pickup or delivery", "0", online_share),
    "returned": Side("units returned over units sold", "0", returned_share),
    "shrunk": Side("units vanished or spoiled over units sold", "0", shrunk_share),
}
