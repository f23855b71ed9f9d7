"""Recommendations: counting, measures, what is offered to whom, and whether it is right."""

from __future__ import annotations

import itertools
from collections import Counter
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.baskets import count_baskets
from analytics.errors import ParameterError
from analytics.hits import score_recommendations
from analytics.recommend import RECOMMENDATIONS, RecommendParameters, associations, recommend

AS_OF = date(2026, 3, 1)
EASY = RecommendParameters(top=3, minimum_baskets=1, minimum_together=1, shrinkage=1)
examples = settings(derandomize=True, deadline=None, max_examples=40)
Basket = list[int]


def lines(baskets: list[Basket]) -> pl.DataFrame:
    rows = [(number, product) for number, basket in enumerate(baskets) for product in basket]
    return pl.DataFrame(rows, schema={"transaction_id": pl.Int64, "product_id": pl.Int32}, orient="row")


def catalogue(count: int, inactive: tuple[int, ...] = ()) -> pl.DataFrame:
    numbers = list(range(1, count + 1))
    return pl.DataFrame(
        {
            "product_id": pl.Series(numbers, dtype=pl.Int32),
            "name": [f"Product {number}" for number in numbers],
            "active": [number not in inactive for number in numbers],
        }
    )


def company(customers: int = 200, products: int = 30, visits: int = 12, seed: int = 5) -> pl.DataFrame:
    """Members who shop at random, except that 1 goes with 2 and 3 with 4: four times in five."""
    random = np.random.default_rng(seed)
    rows = []
    for number in range(customers * visits):
        customer = number % customers
        basket = set(random.choice(np.arange(1, products + 1), 3, replace=False).tolist())
        for product, partner in ((1, 2), (3, 4)):
            if product in basket and random.random() < 0.8:
                basket.add(partner)
        day = AS_OF - timedelta(days=int(random.integers(0, 60)))
        rows += [(number, customer, product, day, 1 + customer % 2) for product in sorted(basket)]
    return pl.DataFrame(
        rows,
        schema={"transaction_id": pl.Int64, "customer_id": pl.Int64, "product_id": pl.Int32, "date": pl.Date,
                "store_id": pl.Int32},
        orient="row",
    )  # fmt: skip


@examples
@given(st.lists(st.lists(st.integers(1, 8), min_size=1, max_size=8), max_size=30), st.integers(2, 8))
def test_pairs_are_counted_as_by_hand(baskets: list[Basket], largest: int) -> None:
    expected: Counter[tuple[int, int]] = Counter()
    for basket in baskets:
        if len(set(basket)) <= largest:
            expected.update(itertools.combinations(sorted(set(basket)), 2))
    counted = count_baskets(lines(baskets), largest)
    assert {(a, b): n for a, b, n in counted.pairs.iter_rows()} == dict(expected)
    assert counted.total == len(baskets)
    assert dict(counted.bought.iter_rows()) == dict(Counter(p for basket in baskets for p in set(basket)))


@examples
@given(st.lists(st.lists(st.integers(1, 6), min_size=1, max_size=6), min_size=2, max_size=30), st.data())
def test_counts_of_disjoint_baskets_add_up(baskets: list[Basket], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(baskets)))
    whole = count_baskets(lines(baskets), 10)
    both = count_baskets(lines(baskets[:cut]), 10) + count_baskets(lines(baskets[cut:]), 10)
    assert both.total == whole.total
    assert both.bought.equals(whole.bought)
    assert both.pairs.sort("product_id", "other_id").equals(whole.pairs.sort("product_id", "other_id"))


def test_lift_support_and_confidence_follow_their_definitions() -> None:
    counted = count_baskets(lines([[1, 2], [1, 2], [1, 3], [3], [4], [4], [4], [4]]), 10)
    pair = associations(counted, EASY).filter(product_id=1, other_id=2).row(0, named=True)
    assert pair["support"] == 2 / 8
    assert pair["confidence"] == pytest.approx(2 / 3)
    assert pair["lift"] == pytest.approx(2 / (3 * 2 / 8))
    assert pair["score"] == pytest.approx((2 + 1) / (3 * 2 / 8 + 1))
    assert pair["cosine"] == pytest.approx(2 / np.sqrt(6))


def test_shrinkage_puts_a_pair_seen_often_before_a_rare_one_of_higher_lift() -> None:
    often = [[1, 2]] * 40 + [[1]] * 10 + [[2]] * 10
    once = [[1, 3]] * 1
    counted = count_baskets(lines(often + once + [[5]] * 200), 10)
    raw = associations(counted, RecommendParameters(minimum_baskets=1, minimum_together=1, shrinkage=0))
    shrunk = associations(counted, RecommendParameters(minimum_baskets=1, minimum_together=1, shrinkage=10))
    assert raw.filter(product_id=1).sort("score", descending=True)["other_id"][0] == 3
    assert shrunk.filter(product_id=1).sort("score", descending=True)["other_id"][0] == 2


def test_known_pairs_are_recovered_and_named() -> None:
    rows = recommend(company(), catalogue(30), AS_OF)
    together = rows.filter(kind="bought_together", rank=1)
    found = dict(together.select("product_id", "recommended_product_id").iter_rows())
    assert (found[1], found[2], found[3], found[4]) == (2, 1, 4, 3)
    first = together.filter(product_id=1).row(0, named=True)
    assert first["score"] > 2
    assert first["confidence"] > 0.7
    assert first["reason"].startswith("Bought together with Product 1 ")


def test_rows_have_the_tables_columns_and_ranks_without_gaps() -> None:
    rows = recommend(company(), catalogue(30), AS_OF)
    assert dict(rows.schema) == RECOMMENDATIONS
    assert set(rows["kind"]) == {"bought_together", "customer", "popular"}
    groups = rows.group_by("kind", "product_id", "customer_id").agg(pl.col("rank").sort(), pl.col("score"))
    for ranks, scores in groups.select("rank", "score").iter_rows():
        assert ranks == list(range(1, len(ranks) + 1))
        assert scores == sorted(scores, reverse=True)
    assert (rows.filter(kind="bought_together")["product_id"] != rows.filter(kind="bought_together")[
        "recommended_product_id"]).all()  # fmt: skip


def test_members_get_nothing_they_bought_lately_and_the_reason_names_what_they_bought() -> None:
    purchases = company(visits=3)
    rows = recommend(purchases, catalogue(30), AS_OF, EASY).filter(kind="customer")
    recent = purchases.filter(pl.col("date") > AS_OF - timedelta(days=EASY.recent_days))
    bought = set(recent.select("customer_id", "product_id").iter_rows())
    assert rows.height > 100
    for customer, product, reason in rows.select("customer_id", "recommended_product_id", "reason").iter_rows():
        assert (customer, product) not in bought
        source = int(reason.removeprefix("Often bought together with Product ").split(",")[0])
        assert (customer, source) in bought


def test_discontinued_and_unlisted_products_are_not_offered() -> None:
    listed = pl.DataFrame(
        [(store, product) for store in (1, 2) for product in range(1, 31) if (store, product) != (1, 4)],
        schema={"store_id": pl.Int32, "product_id": pl.Int32},
        orient="row",
    )
    rows = recommend(company(visits=3), catalogue(30, inactive=(2,)), AS_OF, EASY, listed)
    assert 2 not in set(rows["recommended_product_id"])
    fours = rows.filter((pl.col("kind") == "customer") & (pl.col("recommended_product_id") == 4))
    assert fours.height > 0
    assert set(fours["customer_id"] % 2) == {1}  # members of store 2


def test_unknown_shoppers_count_in_baskets_and_get_no_recommendation() -> None:
    unknown = company().with_columns(pl.lit(None, pl.Int64).alias("customer_id"))
    rows = recommend(unknown, catalogue(30), AS_OF)
    assert set(rows["kind"]) == {"bought_together", "popular"}


def test_the_order_of_the_rows_does_not_matter() -> None:
    purchases = company()
    shuffled = purchases.sample(fraction=1.0, shuffle=True, seed=3)
    assert recommend(purchases, catalogue(30), AS_OF).equals(recommend(shuffled, catalogue(30), AS_OF))


def test_no_purchases_are_an_empty_frame() -> None:
    rows = recommend(company().clear(), catalogue(30), AS_OF)
    assert rows.is_empty()
    assert dict(rows.schema) == RECOMMENDATIONS
    assert score_recommendations(company().clear(), catalogue(30), AS_OF).is_empty()


def test_a_habit_of_pairs_is_predicted_better_than_by_popularity() -> None:
    """Members first buy one half of their pair; later the other. All products are equally popular."""
    rows = []
    for customer in range(300):
        first, second = 2 * (customer % 15) + 1, 2 * (customer % 15) + 2
        teaches = customer >= 150  # buys both at once from the start; the others buy the second in the end only
        for visit, (back, products) in enumerate([(20, (first,)), (18, (first,)), (5, (second,))]):
            bought = (first, second) if teaches else products
            rows += [(3 * customer + visit, customer, product, AS_OF - timedelta(days=back)) for product in bought]
    purchases = pl.DataFrame(
        rows,
        schema={"transaction_id": pl.Int64, "customer_id": pl.Int64, "product_id": pl.Int32, "date": pl.Date},
        orient="row",
    )
    scores = score_recommendations(purchases, catalogue(30), AS_OF, EASY).filter(metric="hit_rate")
    rates = dict(scores.select("model", "value").iter_rows())
    assert rates["item_cosine"] == 1
    assert rates["popularity"] < 0.5
    assert set(scores["observations"]) == {150}


def test_scores_do_not_see_the_days_that_they_score() -> None:
    purchases = company()
    cut = AS_OF - timedelta(days=14)
    future = purchases.filter(pl.col("date") > cut)
    habit = future.with_columns(pl.lit(30, pl.Int32).alias("product_id"))  # everybody turns to one product
    changed = pl.concat([purchases.filter(pl.col("date") <= cut), habit])
    scores = score_recommendations(changed, catalogue(30), AS_OF, EASY)
    # a model that saw those days would offer product 30 to all, and be right
    assert scores.filter(model="popularity", metric="hit_rate")["value"][0] < 0.5


def test_parameters_out_of_bounds_are_refused() -> None:
    with pytest.raises(ParameterError, match="top is 0, but must be from 1 to 100"):
        RecommendParameters(top=0)
