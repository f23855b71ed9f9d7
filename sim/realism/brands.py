"""Row 27: small brands are bought by fewer people and less often; brands share buyers by their size.

Double jeopardy and the duplication of purchase law: Ehrenberg, Goodhardt & Barwise (1990).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sim import schema
from sim.realism.errors import refuse
from sim.realism.findings import Finding, Floats, Picture, correlation, series, spearman
from sim.realism.reading import Company

LEAST_BUYERS = 30  # of a brand in a category
LEAST_BRANDS = 5  # in a category


@dataclass(frozen=True)
class Category:
    """One category's brands: buyers over the category's buyers, occasions a buyer, and shared buyers.

    `duplication[a, b]` is the share of b's buyers who also bought a.
    """

    penetration: Floats
    rate: Floats
    duplication: Floats


def brands(company: Company) -> Finding:
    """Row 27: medians over categories with five brands of thirty buyers each."""
    found = [_category(part) for part in _purchases(company).partition_by("category")]
    categories = [category for category in found if category is not None]
    if not categories:
        refuse(f"no category with {LEAST_BRANDS} brands of {LEAST_BUYERS} known buyers each")
    jeopardy = [spearman(category.penetration, category.rate) for category in categories]
    shared = [duplication_fit(category) for category in categories]
    picture = Picture(
        "Brands: penetration and purchase rate", "penetration in the category", "occasions a buyer", "dots",
        (series("brands", np.concatenate([c.penetration for c in categories]),
                np.concatenate([c.rate for c in categories])),),
    )  # fmt: skip
    values = {"jeopardy": float(np.nanmedian(jeopardy)), "duplication": float(np.nanmedian(shared))}
    return Finding({**values}, {"categories": float(len(categories))}, (picture,))


def duplication_fit(category: Category) -> float:
    """R2 of the share of another brand's buyers who buy a brand, on that brand's penetration."""
    count = len(category.penetration)
    pairs = ~np.eye(count, dtype=bool)
    size = np.broadcast_to(category.penetration[:, None], (count, count))
    return correlation(size[pairs], category.duplication[pairs]) ** 2


def _purchases(company: Company) -> pl.DataFrame:
    """Occasions (transactions) by category, brand and known customer."""
    brand = company.table(schema.PRODUCTS, "product_id", "category", "brand").filter(pl.col("brand").is_not_null())
    return (
        company.within(schema.TRANSACTION_ITEMS, "transaction_id", "product_id")
        .join(brand, on="product_id")
        .join(company.trips.lazy().select("transaction_id", "customer_id"), on="transaction_id")
        .group_by("category", "brand", "customer_id")
        .agg(occasions=pl.col("transaction_id").n_unique())
        .sort("category", "brand", "customer_id")
        .collect(engine="streaming")
    )


def _category(purchases: pl.DataFrame) -> Category | None:
    everybody = purchases["customer_id"].n_unique()
    brand = purchases.group_by("brand").agg(buyers=pl.len(), occasions=pl.col("occasions").sum())
    brand = brand.filter(pl.col("buyers") >= LEAST_BUYERS).sort("brand")
    if brand.height < LEAST_BRANDS:
        return None
    large = purchases.join(brand.select("brand", place=pl.int_range(pl.len())), on="brand")
    bought = np.zeros((brand.height, everybody), dtype=np.float32)
    customer = purchases.select(pl.col("customer_id").unique().sort()).with_columns(column=pl.int_range(pl.len()))
    large = large.join(customer, on="customer_id")
    bought[large["place"].to_numpy(), large["column"].to_numpy()] = 1
    buyers: NDArray[np.float64] = brand["buyers"].to_numpy().astype(np.float64)
    both = (bought @ bought.T).astype(np.float64)
    return Category(buyers / everybody, brand["occasions"].to_numpy() / buyers, both / buyers[None, :])
