"""How often products are bought together: counts of pairs over all baskets, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from analytics.errors import require

LINES_AT_ONCE = 400_000  # lines joined with themselves at a time: pairs of a part stay in the hundreds of MB
PAIRS = {"product_id": pl.Int32, "other_id": pl.Int32, "together": pl.Int64}


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
    # in the order of the receipts, so that a part holds whole baskets
    distinct = lines.select("transaction_id", pl.col("product_id").cast(pl.Int32)).unique().sort("transaction_id")
    bought = distinct.group_by("product_id").agg(pl.len().cast(pl.Int64).alias("baskets")).sort("product_id")
    sizes = distinct.group_by("transaction_id", maintain_order=True).len("size")
    paired = distinct.join(
        sizes.filter(pl.col("size").is_between(2, largest)), on="transaction_id", how="semi", maintain_order="left"
    )
    pairs = pl.DataFrame(schema=PAIRS)
    for part in _parts(paired):
        pairs = _summed(pl.concat([pairs, _pairs(part)]))
    return Baskets(sizes.height, bought, pairs)


def _summed(pairs: pl.DataFrame) -> pl.DataFrame:
    return pairs.group_by("product_id", "other_id").agg(pl.col("together").sum())


def _parts(lines: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Consecutive parts of about LINES_AT_ONCE lines, cut between baskets."""
    start, height = 0, lines.height
    identifiers = lines["transaction_id"]
    while start < height:
        end = min(start + LINES_AT_ONCE, height)
        if end < height:
            end = int(identifiers.search_sorted(identifiers[end - 1], side="right"))
        yield lines.slice(start, end - start)
        start = end


def _pairs(lines: pl.DataFrame) -> pl.DataFrame:
    other = lines.rename({"product_id": "other_id"})
    return (
        lines.lazy()
        .join(other.lazy(), on="transaction_id")
        .filter(pl.col("product_id") < pl.col("other_id"))
        .group_by("product_id", "other_id")
        .agg(pl.len().cast(pl.Int64).alias("together"))
        .collect()
    )
