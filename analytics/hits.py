"""Were recommendations right? Scored on the last days, which the model then has not seen, beside popularity."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from analytics.baskets import Baskets, count_baskets
from analytics.recommend import RecommendParameters, associations, for_customers

RECOMMENDATION_ERRORS = {
    "as_of": pl.Date,
    "kind": pl.String,
    "model": pl.String,
    "metric": pl.String,
    "k": pl.Int32,
    "value": pl.Float64,
    "observations": pl.Int32,
}
MODEL = "item_cosine"
BASELINE = "popularity"
HOLDOUT_DAYS = 14
MEMBERS = 5_000  # enough that a rate of 10 % is known to within half a point


def score_recommendations(
    purchases: pl.DataFrame,
    products: pl.DataFrame,
    as_of: date,
    parameters: RecommendParameters | None = None,
    listed: pl.DataFrame | None = None,
    before: Baskets | None = None,
    days: int = HOLDOUT_DAYS,
) -> pl.DataFrame:
    """Hit rate and recall at `top` over the `days` up to `as_of`, of a model that saw what came before them.

    Only products count that a member had not bought in the recent days before: the ones that are news. The
    baseline recommends to each member the most popular products that they had not bought. Both are scored on
    the same members: those with recommendations who bought anything new, at most MEMBERS of them (the ones with
    the lowest numbers modulo a prime, which says nothing about them).

    Args:
        before: the counts of the purchases before those days, where they are there already.

    Returns: rows of predictions.recommendation_errors; none when there is nothing to score.
    """
    chosen = parameters or RecommendParameters()
    cut = as_of - timedelta(days=days)
    past = purchases.filter(pl.col("date") <= cut)
    counted = before or count_baskets(past, chosen.largest_basket)
    members = purchases.filter(pl.col("customer_id").is_not_null())
    window = pl.col("date").is_between(cut - timedelta(days=chosen.recent_days), cut, closed="right")
    later = members.filter(pl.col("date").is_between(cut, as_of, closed="right"))
    sample = _sample(members.filter(window), later)
    recent = members.filter(window).join(sample, on="customer_id", how="semi")
    known = recent.select("customer_id", "product_id").unique()
    news = (
        later.select("customer_id", "product_id")
        .unique()
        .join(sample, on="customer_id", how="semi")
        .join(known, on=["customer_id", "product_id"], how="anti")
    )
    made = for_customers(associations(counted, chosen), recent, products, cut, chosen, listed)
    offered = made.select("customer_id", pl.col("recommended_product_id").alias("product_id"))
    news = news.join(offered.select("customer_id").unique(), on="customer_id", how="semi")
    if news.is_empty():
        return pl.DataFrame(schema=RECOMMENDATION_ERRORS)
    usual = _popular_to(news.select("customer_id").unique(), known, counted.bought, products, chosen.top)
    rows = [
        row
        for model, offers in ((MODEL, offered), (BASELINE, usual))
        for row in _measures(model, offers, news, as_of, chosen.top)
    ]
    return pl.DataFrame(rows, schema=RECOMMENDATION_ERRORS, orient="row")


def _sample(recent: pl.DataFrame, later: pl.DataFrame) -> pl.DataFrame:
    """Members who bought in both windows, at most MEMBERS."""
    both = recent.select("customer_id").unique().join(later.select("customer_id").unique(), on="customer_id")
    return both.sort(pl.col("customer_id") * 2_654_435_761 % 4_294_967_291, "customer_id").head(MEMBERS)


def _popular_to(
    members: pl.DataFrame, known: pl.DataFrame, bought: pl.DataFrame, products: pl.DataFrame, top: int
) -> pl.DataFrame:
    """The most bought active products that each member does not know; from a list long enough for nearly all."""
    active = products.filter("active").select("product_id")
    best = (
        bought.join(active, on="product_id", how="semi")
        .sort("baskets", "product_id", descending=[True, False])
        .head(top * 20)
        .with_row_index("place")
    )
    return (
        members.join(best, how="cross")
        .join(known, on=["customer_id", "product_id"], how="anti")
        .sort("customer_id", "place")
        .group_by("customer_id", maintain_order=True)
        .head(top)
        .select("customer_id", "product_id")
    )


def _measures(
    model: str, offers: pl.DataFrame, news: pl.DataFrame, as_of: date, top: int
) -> list[tuple[date, str, str, str, int, float, int]]:
    hits = news.join(offers, on=["customer_id", "product_id"], how="semi").group_by("customer_id").len("hits")
    by_member = news.group_by("customer_id").len("bought").join(hits, on="customer_id", how="left")
    count = by_member.height
    hit = by_member["hits"].fill_null(0)
    hit_rate = float((hit > 0).sum()) / count
    recall = float((hit / by_member["bought"]).sum()) / count
    return [
        (as_of, "customer", model, "hit_rate", top, round(hit_rate, 9), count),
        (as_of, "customer", model, "recall", top, round(recall, 9), count),
    ]
