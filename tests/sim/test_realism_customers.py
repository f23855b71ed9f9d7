"""Rows about customers and baskets, on tables whose answer is known."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.realism import baskets, customers, nbd
from sim.realism.errors import Unmeasurable
from sim.realism.findings import ranks, spearman, top_share
from tests.sim.realism_tables import company, day, trips


@settings(derandomize=True, deadline=None)
@given(st.lists(st.integers(1, 1000), min_size=1, max_size=200))
def test_the_top_hold_at_least_their_number_and_at_most_all(amounts: list[int]) -> None:
    count = max(1, round(0.2 * len(amounts)))
    assert count / len(amounts) - 1e-9 <= top_share(amounts) <= 1


def test_equal_amounts_share_equally_and_one_rich_customer_holds_what_is_his() -> None:
    assert top_share([3.0] * 50) == pytest.approx(0.2)
    assert top_share([6.0, 1.0, 1.0, 1.0, 1.0]) == pytest.approx(0.6)


def test_ties_share_their_mean_rank() -> None:
    assert ranks([5, 1, 5, 9]).tolist() == [2.5, 1, 2.5, 4]
    assert spearman([1, 2, 3], [1, 10, 100]) == pytest.approx(1)
    assert spearman([1, 2, 3], [3, 2, 1]) == pytest.approx(-1)


@pytest.mark.parametrize("r", [0.5, 1.2, 4.0])
def test_a_poisson_gamma_sample_gives_its_shape_back(r: float) -> None:
    generator = np.random.default_rng(3)
    counts = generator.poisson(generator.gamma(r, 30 / r, 40_000))
    found = nbd.fit(counts[counts > 0])
    assert found.r == pytest.approx(r, rel=0.05)
    assert found.m == pytest.approx(30, rel=0.05)
    assert found.ks < 0.01


def test_equal_rates_look_like_poisson_and_two_kinds_of_buyers_do_not_fit() -> None:
    generator = np.random.default_rng(4)
    assert nbd.fit(generator.poisson(20, 20_000).clip(1)).r > 100
    two = np.concatenate([np.full(1000, 2), np.full(1000, 60)])
    assert nbd.fit(two).ks > 0.2


def test_the_chances_of_any_number_of_purchases_add_up_to_one() -> None:
    assert nbd.probabilities(0.7, 5, np.arange(1, 2000)).sum() == pytest.approx(1, abs=1e-9)


def test_the_same_heavy_buyers_in_both_halves_are_all_kept(tmp_path: Path) -> None:
    # The first day falls out of the 364 that make two half-years, so everybody buys again on the second.
    rows = [
        {"customer_id": i, "transaction_date": day(when), "total_amount": Decimal(100 if i < 5 else 10)}
        for i in range(25)
        for when in (0, 1, 364)
    ]
    made = company(tmp_path, {"transactions": trips(rows)})
    assert customers.persistence(made).values["share"] == 1
    assert customers.concentration(made).values["share"] == pytest.approx(500 / 700)


def test_other_heavy_buyers_in_the_second_half_are_none_kept(tmp_path: Path) -> None:
    rows = [
        {"customer_id": i, "transaction_date": day(when), "total_amount": Decimal(100 if heavy(i) else 10)}
        for i in range(25)
        for when, heavy in ((1, lambda i: i < 5), (364, lambda i: i >= 20))
    ]
    made = company(tmp_path, {"transactions": [*trips([{"transaction_date": day(0), "customer_id": 9}]), *[
        {**row, "transaction_id": row["transaction_id"] + 1} for row in trips(rows)]]})  # fmt: skip
    assert customers.persistence(made).values["share"] == 0


def test_less_than_a_year_is_said_to_be_too_little(tmp_path: Path) -> None:
    rows = [{"customer_id": i, "transaction_date": day(when)} for i in range(30) for when in (0, 99)]
    made = company(tmp_path, {"transactions": trips(rows)})
    with pytest.raises(Unmeasurable, match=r"less than a year of data \(100 days\)"):
        customers.concentration(made)


def test_constant_gaps_do_not_vary_and_unknown_shoppers_do_not_count(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"customer_id": i, "transaction_date": day(7 * week)} for i in range(30) for week in range(12)
    ]
    rows += [{"customer_id": None, "transaction_date": day(n * n)} for n in range(12)]
    made = company(tmp_path, {"transactions": trips(rows)})
    assert customers.rhythm(made).values["cv"] == 0


def test_gaps_of_two_and_four_days_vary_by_a_third(tmp_path: Path) -> None:
    at = np.concatenate([[0], np.cumsum([2, 4] * 6)]).tolist()
    rows = [{"customer_id": i, "transaction_date": day(n)} for i in range(30) for n in at]
    # A second trip on the same day is no gap.
    rows += [{"customer_id": 0, "transaction_date": day(0)}]
    made = company(tmp_path, {"transactions": trips(rows)})
    assert customers.rhythm(made).values["cv"] == pytest.approx(np.std([2, 4] * 6, ddof=1) / 3)


def test_baskets_are_counted_by_distinct_items_and_by_units(tmp_path: Path) -> None:
    lines = []
    for basket in range(100):
        items = 1 if basket < 50 else 3
        lines += [
            {"transaction_id": basket, "line_number": n, "transaction_date": day(0), "product_id": n,
             "quantity": 10 if basket >= 80 else 1}
            for n in range(items)
        ]  # fmt: skip
        # The same item on two lines is one item.
        lines += [{"transaction_id": basket, "line_number": 9, "transaction_date": day(0), "product_id": 0}]
    made = company(tmp_path, {"transaction_items": lines})
    assert baskets.size(made).values == {"cv": pytest.approx(0.5), "single": pytest.approx(0.5)}
    # 20 baskets of 31 units, 30 of 4, 50 of 2.
    assert baskets.concentration(made).values["share"] == pytest.approx(620 / (620 + 120 + 100))


def _loyal(shuffled: bool) -> dict[str, list[dict[str, object]]]:
    """Customers who buy one item of their own and one that everybody buys, their names shuffled or not."""
    people, per_person = 60, 14
    owners = [(person, basket) for basket in range(per_person) for person in range(people)]
    names = np.random.default_rng(5).permutation(people * per_person) % people if shuffled else None
    rows, lines = [], []
    for i, (person, basket) in enumerate(owners):
        rows.append({"customer_id": int(names[i]) if names is not None else person, "transaction_date": day(basket)})
        lines += [
            {"transaction_id": i, "line_number": n, "transaction_date": day(basket), "product_id": product}
            for n, product in enumerate((person + 10, 1))
        ]
    return {"transactions": trips(rows), "transaction_items": lines}


def test_an_item_of_one_s_own_is_bought_again_by_oneself_alone(tmp_path: Path) -> None:
    found = baskets.repetition(company(tmp_path, _loyal(shuffled=False)))
    assert found.details == {"bought before": 1.0, "by another": 0.5}
    assert found.values["lift"] == pytest.approx(2)


def test_with_customers_shuffled_nothing_is_left_of_it(tmp_path: Path) -> None:
    found = baskets.repetition(company(tmp_path, _loyal(shuffled=True)))
    assert found.values["lift"] == pytest.approx(1, abs=0.03)


def test_an_item_bought_first_in_the_same_basket_is_not_bought_again(tmp_path: Path) -> None:
    rows = [{"customer_id": person, "transaction_date": day(basket)} for person in range(20) for basket in range(13)]
    lines = [
        {"transaction_id": i, "transaction_date": row["transaction_date"], "product_id": i % 13}
        for i, row in enumerate(rows)
    ]
    made = company(tmp_path, {"transactions": trips(rows), "transaction_items": lines})
    assert baskets.repetition(made).details["bought before"] == 0
