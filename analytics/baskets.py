"""How often products are bought together: counts of pairs over all baskets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import sparse

from analytics.errors import require

PAIRS = {"product_id": pl.Int32, "other_id": pl.Int32, "together": pl.Int64}
_BOUGHT = {"product_id": pl.Int32, "baskets": pl.Int64}


@dataclass(frozen=True)
class Baskets:
    """Counts over baskets; those of disjoint sets of baskets can be added.

    total: baskets, those of one product included. bought: product_id, baskets. pairs: product_id, other_id (the
    greater number), together (baskets with both).
    """

    total: int
    bought: pl.DataFrame
    pairs: pl.DataFrame

    def __add__(self, other: Baskets) -> Baskets:
        bought = pl.concat([self.bought, other.bought]).group_by("product_id").agg(pl.col("baskets").sum())
        return Baskets(
            self.total + other.total, bought.sort("product_id"), _summed(pl.concat([self.pairs, other.pairs]))
        )


def count_baskets(lines: pl.DataFrame, largest: int) -> Baskets:
    """Count products and pairs.

    Args:
        lines: transaction_id, product_id; a product twice in a basket counts once.
        largest: baskets of more different products make no pairs (a pair of so many says little, and their
            number grows with the square); they count in `total` and `bought`.
    """
    require(lines.columns, ("transaction_id", "product_id"), "The frame of basket lines")
    distinct = lines.select("transaction_id", pl.col("product_id").cast(pl.Int32)).unique().sort("transaction_id")
    if distinct.is_empty():
        return Baskets(0, pl.DataFrame(schema=_BOUGHT), pl.DataFrame(schema=PAIRS))
    rows = distinct["transaction_id"].rle_id().to_numpy()
    products, columns = np.unique(distinct["product_id"].to_numpy(), return_inverse=True)
    # a row a basket, a column a product, 1 where the one has the other: its square counts the pairs
    held = sparse.csr_array((np.ones(distinct.height, dtype=np.int32), (rows, columns)))
    sizes = np.diff(held.indptr)
    paired = held[(sizes >= 2) & (sizes <= largest)]
    pairs = sparse.triu(paired.T @ paired, k=1).tocoo()
    return Baskets(
        len(sizes),
        pl.DataFrame({"product_id": products, "baskets": held.sum(axis=0)}, schema=_BOUGHT),
        pl.DataFrame(
            {"product_id": products[pairs.row], "other_id": products[pairs.col], "together": pairs.data}, schema=PAIRS
        ),
    )


def _summed(pairs: pl.DataFrame) -> pl.DataFrame:
    return pairs.group_by("product_id", "other_id").agg(pl.col("together").sum())
