"""Products bought together, and products for a member.

Bought together: lift, the number of baskets with both products over the number expected if they were bought
independently, drawn towards 1 where little has been seen: (together + shrinkage) / (expected + shrinkage), the
mean of a gamma-Poisson model with prior mean 1 (after DuMouchel 1999). For a member: the products nearest to what
they bought lately by the cosine of the baskets (Sarwar et al. 2001), summed over what they bought and weighted by
how often; what they bought lately is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from analytics.baskets import Baskets, count_baskets
from analytics.errors import check, require

RECOMMENDATIONS = {
    "as_of": pl.Date,
    "kind": pl.String,
    "product_id": pl.Int32,
    "customer_id": pl.Int64,
    "recommended_product_id": pl.Int32,
    "rank": pl.Int32,
    "score": pl.Float64,
    "support": pl.Float64,
    "confidence": pl.Float64,
    "reason": pl.String,
}
CUSTOMERS_AT_ONCE = 2_000  # bounds the candidates held at a time to customers x sources x neighbours


@dataclass(frozen=True)
class RecommendParameters:
    """Hyper-parameters; each is checked when the object is made.

    top: recommendations each. minimum_baskets: baskets a product must be in. minimum_together: baskets a pair must
    be in. shrinkage: expected baskets' worth of belief in independence. largest_basket: different products above
    which a basket makes no pairs. recent_days: days of purchases a member's recommendations follow from.
    sources: most frequent recent products of a member that are used. neighbours: candidates by source.
    """

    top: int = 10
    minimum_baskets: int = 20
    minimum_together: int = 5
    shrinkage: float = 10.0
    largest_basket: int = 80
    recent_days: int = 56
    sources: int = 20
    neighbours: int = 20

    def __post_init__(self) -> None:
        check("top", self.top, 1, 100)
        check("minimum_baskets", self.minimum_baskets, 1, 1_000_000)
        check("minimum_together", self.minimum_together, 1, 1_000_000)
        check("shrinkage", self.shrinkage, 0, 1_000_000)
        check("largest_basket", self.largest_basket, 2, 1_000)
        check("recent_days", self.recent_days, 1, 3_650)
        check("sources", self.sources, 1, 1_000)
        check("neighbours", self.neighbours, 1, 1_000)


def associations(baskets: Baskets, parameters: RecommendParameters) -> pl.DataFrame:
    """Measures of every pair that was seen often enough, in both directions.

    Returns: product_id, other_id, together, support, confidence (of the other, given the product), lift, score (the
    lift drawn towards 1), cosine.
    """
    common = baskets.bought.filter(pl.col("baskets") >= parameters.minimum_baskets)
    seen = baskets.pairs.filter(pl.col("together") >= parameters.minimum_together)
    mirrored = seen.select(pl.col("other_id").alias("product_id"), pl.col("product_id").alias("other_id"), "together")
    expected = pl.col("own") * pl.col("others") / baskets.total
    shrinkage = parameters.shrinkage
    return (
        pl.concat([seen, mirrored])
        .join(common.rename({"baskets": "own"}), on="product_id")
        .join(common.rename({"product_id": "other_id", "baskets": "others"}), on="other_id")
        .sort("product_id", "other_id")
        .with_columns(
            (pl.col("together") / baskets.total).alias("support"),
            (pl.col("together") / pl.col("own")).alias("confidence"),
            (pl.col("together") / expected).alias("lift"),
            ((pl.col("together") + shrinkage) / (expected + shrinkage)).alias("score"),
            (pl.col("together") / (pl.col("own") * pl.col("others")).cast(pl.Float64).sqrt()).alias("cosine"),
        )
        .drop("own", "others")
    )


def bought_together(
    pairs: pl.DataFrame, products: pl.DataFrame, as_of: date, parameters: RecommendParameters
) -> pl.DataFrame:
    """For each product the products that are bought with it more often than by chance, by shrunk lift."""
    best = _top(
        pairs.filter(pl.col("score") > 1).join(_sold(products), left_on="other_id", right_on="product_id", how="semi"),
        "product_id",
        ["score", "together"],
        parameters.top,
    ).join(products.select("product_id", "name"), on="product_id")
    reason = pl.format(
        "Bought together with {} {} times as often as by chance.", "name", pl.col("lift").round(1).cast(pl.String)
    )
    return _finished(best.with_columns(reason.alias("reason")), "bought_together", as_of)


def popular(baskets: Baskets, products: pl.DataFrame, as_of: date, parameters: RecommendParameters) -> pl.DataFrame:
    """The products in the most baskets: for whoever is not known yet."""
    share = baskets.bought.join(_sold(products), on="product_id", how="semi").with_columns(
        (pl.col("baskets") / max(baskets.total, 1)).alias("score"), pl.lit(0).alias("all")
    )
    best = _top(share.rename({"product_id": "other_id"}), "all", ["score"], parameters.top)
    percent = (pl.col("score") * 100).round(1).cast(pl.String)
    rows = best.with_columns(
        pl.col("score").alias("support"), pl.format("In {} % of all baskets.", percent).alias("reason")
    )
    return _finished(rows, "popular", as_of)


def for_customers(
    pairs: pl.DataFrame,
    purchases: pl.DataFrame,
    products: pl.DataFrame,
    as_of: date,
    parameters: RecommendParameters,
    listed: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Products for each member with recent purchases.

    Args:
        pairs: as `associations` gives them.
        purchases: customer_id, product_id, date: one row a purchase.
        products: product_id, name, active.
        listed: store_id, product_id on the shelf; purchases then hold the member's home store_id. None: every
            product is everywhere.
    """
    require(purchases.columns, ("customer_id", "product_id", "date"), "The frame of purchases")
    recent = purchases.filter(
        (pl.col("date") > as_of - timedelta(days=parameters.recent_days)) & (pl.col("date") <= as_of)
    )
    near = _top(
        pairs.join(_sold(products), left_on="other_id", right_on="product_id", how="semi"),
        "product_id",
        ["cosine", "together"],
        parameters.neighbours,
    ).select("product_id", "other_id", "cosine", "lift", "together")
    parts = [
        _for_some(part, near, parameters, listed) for part in _by_customers(recent)
    ] or [pl.DataFrame(schema={"customer_id": pl.Int64, "other_id": pl.Int32, "source": pl.Int32, "score": pl.Float64,
                               "rank": pl.Int32, "lift": pl.Float64, "together": pl.Int64})]  # fmt: skip
    names = products.select("product_id", "name")
    best = pl.concat(parts).join(names, left_on="source", right_on="product_id")
    lift = pl.col("lift").round(1).cast(pl.String)
    reason = pl.format(
        "Often bought together with {}, which you bought: lift {}, in {} baskets.", "name", lift, "together"
    )
    return _finished(best.with_columns(reason.alias("reason")), "customer", as_of)


def _by_customers(recent: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Parts with all recent purchases of CUSTOMERS_AT_ONCE members each."""
    members = recent["customer_id"].unique().sort()
    ordered = recent.sort("customer_id")
    for start in range(0, len(members), CUSTOMERS_AT_ONCE):
        first, last = members[start], members[min(start + CUSTOMERS_AT_ONCE, len(members)) - 1]
        begin = int(ordered["customer_id"].search_sorted(first, side="left"))
        end = int(ordered["customer_id"].search_sorted(last, side="right"))
        yield ordered.slice(begin, end - begin)


def _for_some(
    recent: pl.DataFrame, near: pl.DataFrame, parameters: RecommendParameters, listed: pl.DataFrame | None
) -> pl.DataFrame:
    times = recent.group_by("customer_id", "product_id").agg(pl.len().alias("times"))
    sources = _top(times, "customer_id", ["times"], parameters.sources, tie="product_id")
    candidates = (
        sources.select("customer_id", "product_id", "times")
        .join(near, on="product_id")
        .join(times, left_on=["customer_id", "other_id"], right_on=["customer_id", "product_id"], how="anti")
        .with_columns((pl.col("cosine") * pl.col("times").cast(pl.Float64).log1p()).alias("score"))
    )
    if listed is not None:
        homes = recent.select("customer_id", "store_id").unique("customer_id")
        candidates = candidates.join(homes, on="customer_id").join(
            listed, left_on=["store_id", "other_id"], right_on=["store_id", "product_id"], how="semi"
        )
    # the order of a sum of floats must not depend on the threads: sorted, and rounded afterwards
    scored = (
        candidates.sort("customer_id", "other_id", "score", "product_id", descending=[False, False, True, False])
        .group_by("customer_id", "other_id", maintain_order=True)
        .agg(pl.col("score").sum().round(9), pl.col("product_id", "lift", "together").first())
        .rename({"product_id": "source"})
    )
    return _top(scored, "customer_id", ["score"], parameters.top).select(
        "customer_id", "other_id", "source", "score", "rank", "lift", "together"
    )


def _sold(products: pl.DataFrame) -> pl.DataFrame:
    require(products.columns, ("product_id", "name", "active"), "The frame of products")
    return products.filter("active").select("product_id")


def _top(frame: pl.DataFrame, group: str, by: list[str], most: int, tie: str = "other_id") -> pl.DataFrame:
    """The first `most` rows of each group by descending `by`, then by `tie`; with their rank from 1."""
    order = frame.sort([group, *by, tie], descending=[False, *(True for _ in by), False])
    ranked = order.with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over(group).alias("rank"))
    return ranked.filter(pl.col("rank") <= most)


def _finished(rows: pl.DataFrame, kind: str, as_of: date) -> pl.DataFrame:
    rows = rows.rename({"other_id": "recommended_product_id"}).with_columns(
        pl.lit(as_of).alias("as_of"), pl.lit(kind).alias("kind")
    )
    missing = [pl.lit(None, dtype).alias(name) for name, dtype in RECOMMENDATIONS.items() if name not in rows.columns]
    return rows.with_columns(missing).select(pl.col(name).cast(dtype) for name, dtype in RECOMMENDATIONS.items())


def recommend(
    purchases: pl.DataFrame,
    products: pl.DataFrame,
    as_of: date,
    parameters: RecommendParameters | None = None,
    listed: pl.DataFrame | None = None,
    baskets: Baskets | None = None,
) -> pl.DataFrame:
    """Everything to recommend, from the purchases up to `as_of`: rows of predictions.recommendations.

    Args:
        purchases: transaction_id, customer_id (null: unknown), product_id, date, and the member's home store_id when
            `listed` is given; one row a line of a receipt.
        products: product_id, name, active (whether it may be recommended).
        listed: store_id, product_id that are on the shelf; None: every product is everywhere.
        baskets: the counts of these purchases, where they are there already.
    """
    chosen = parameters or RecommendParameters()
    seen = purchases.filter(pl.col("date") <= as_of)
    counted = baskets or count_baskets(seen, chosen.largest_basket)
    pairs = associations(counted, chosen)
    members = seen.filter(pl.col("customer_id").is_not_null())
    return pl.concat(
        [
            bought_together(pairs, products, as_of, chosen),
            for_customers(pairs, members, products, as_of, chosen, listed),
            popular(counted, products, as_of, chosen),
        ]
    )
