"""Rows about products, brands and prices, on tables whose answer is known."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from sim.realism import brands, prices, products, rises
from sim.realism.findings import Missing
from tests.sim.realism_tables import company, day, sales, trips


def test_sales_that_fall_with_a_power_of_rank_have_that_slope(tmp_path: Path) -> None:
    lines = [
        {"transaction_id": rank * 10 + n, "transaction_date": day(n), "product_id": rank,
         "quantity": round(1_000_000 * rank**-0.7)}
        for rank in range(1, 101) for n in (0, 27)
    ]  # fmt: skip
    found = products.best_sellers(company(tmp_path, {"transaction_items": lines}))
    units = np.arange(1, 101) ** -0.7
    assert found.values["slope"] == pytest.approx(0.7, abs=1e-4)
    assert found.values["share"] == pytest.approx(units[:20].sum() / units.sum(), abs=1e-4)


def test_zeros_are_counted_over_listed_days_alone(tmp_path: Path) -> None:
    made = company(tmp_path, {
        "transaction_items": sales([1] + [0] * 27 + [1, 1, 1, 1]),
        "assortment": [
            {"listed_from": day(0), "listed_to": day(29)},  # 30 days, 3 with sales while listed
            {"product_id": 2, "listed_from": day(22), "listed_to": None},  # 10 days without
        ],
    })  # fmt: skip
    assert products.zeros(made).values["share"] == pytest.approx(1 - 3 / 40)


def test_rare_and_varied_is_lumpy_and_the_other_three_kinds_are_not(tmp_path: Path) -> None:
    smooth, erratic = [2] * 100, [1, 1, 1, 9] * 25
    intermittent, lumpy = [0, 0, 0, 2] * 25, [0, 0, 1, 0, 0, 9] * 16 + [0, 0, 0, 1]
    lines = [
        {**line, "transaction_id": line["transaction_id"] + 1000 * product}
        for product, units in enumerate((smooth, erratic, intermittent, lumpy), 1)
        for line in sales(units, product_id=product)
    ]
    listed = [{"product_id": product, "listed_from": day(0)} for product in range(1, 6)]  # the fifth never sells
    made = company(tmp_path, {"transaction_items": lines, "assortment": listed})
    found = products.lumpiness(made)
    assert found.values["lumpy"] == 0.25
    assert found.details == {"smooth": 0.25, "erratic": 0.25, "intermittent": 0.25}


def test_without_an_assortment_the_row_says_so_and_nothing_else_is_lost(tmp_path: Path) -> None:
    made = company(tmp_path, {"transaction_items": sales([1] * 28), "price_changes": []})
    found = prices.stickiness(made)
    assert found.values["changes"] == Missing("no table assortment")
    assert found.values["digits"] == 1


def test_a_change_of_the_chain_counts_in_every_store_that_lists_the_product(tmp_path: Path) -> None:
    change = {"effective_on": day(8), "old_price": Decimal("1.98"), "new_price": Decimal("2.08")}
    made = company(tmp_path, {
        "transaction_items": [
            *sales([1] * 7, list_price=Decimal("1.98")), *sales([0] * 7 + [1] * 21, list_price=Decimal("2.07")),
        ],
        "assortment": [{"store_id": store} for store in (1, 2, 3)],
        "price_changes": [
            change, {**change, "store_id": 2, "effective_on": day(9)},
            {**change, "product_id": 9}, {**change, "new_price": Decimal("1.98")}, {**change, "effective_on": day(90)},
        ],
    })  # fmt: skip
    found = prices.stickiness(made)
    assert found.values["changes"] == pytest.approx(4 / (3 * 4))
    # One week at ..8, three at ..7.
    assert found.values["digits"] == pytest.approx(0.25**2 + 0.75**2)


def test_demand_that_ignores_the_price_has_no_elasticity_whatever_the_season(tmp_path: Path) -> None:
    lines = [
        {"transaction_id": 100 * product + number, "transaction_date": day(number), "product_id": product,
         "quantity": 1000 if number < 42 else 2000}
        for product in range(1, 41) for number in range(84)
    ]  # fmt: skip
    made = company(tmp_path, {
        "transaction_items": lines,
        "price_changes": [
            {"product_id": product, "effective_on": day(42), "old_price": Decimal("10"), "new_price": Decimal("11")}
            for product in range(1, 35)
        ],
        "promotions": [],
        "products": [{"product_id": product} for product in range(1, 41)],
    })  # fmt: skip
    assert rises.rises(made).values["rises"] == pytest.approx(0, abs=0.001)


def test_an_elasticity_is_found_against_products_that_stay(tmp_path: Path) -> None:
    lines = []
    for product in range(1, 201):
        for number in range(84):
            risen = product % 5 == 0 and number >= 42
            units = round((1000 if number < 42 else 2000) * (1.1**-2.5 if risen else 1))
            lines.append({"transaction_id": len(lines), "transaction_date": day(number), "product_id": product,
                          "quantity": units * (5 if risen and number < 56 else 1)})  # fmt: skip
    moved = range(5, 201, 5)
    made = company(tmp_path, {
        "transaction_items": lines,
        "price_changes": [
            {"product_id": product, "effective_on": day(42), "old_price": Decimal("10"), "new_price": Decimal("11")}
            for product in moved
        ],
        # Units are fivefold while on promotion, which must not count.
        "promotions": [{"product_id": product, "starts_on": day(42), "ends_on": day(55)} for product in moved],
        "products": [{"product_id": product} for product in range(1, 201)],
    })  # fmt: skip
    # The category's other products hold 39 of 199 that fall alike, which takes a fifth off; none of it is promotion.
    others = (160 + 39 * 1.1**-2.5) / 199
    assert rises.rises(made).values["rises"] == pytest.approx(-2.5 - np.log(others) / np.log(1.1), abs=0.02)


def test_a_second_change_or_a_cut_is_no_permanent_rise(tmp_path: Path) -> None:
    made = company(tmp_path, {
        "transaction_items": [*sales([1000] * 84, product_id=1),
                                   *({**line, "transaction_id": -line["transaction_id"]}
                                     for line in sales([1000] * 84, product_id=2))],
        "price_changes": [
            {"product_id": 1, "effective_on": day(42), "old_price": Decimal("1"), "new_price": Decimal("1.1")},
            {"product_id": 1, "effective_on": day(60), "old_price": Decimal("1.1"), "new_price": Decimal("1")},
            {"product_id": 2, "effective_on": day(42), "old_price": Decimal("1"), "new_price": Decimal(".9")},
        ],
        "promotions": [],
        "products": [{"product_id": 1}, {"product_id": 2}],
    })  # fmt: skip
    assert len(rises.collect(made).price) == 0


def test_brands_that_small_and_large_share_buyers_by_size(tmp_path: Path) -> None:
    generator = np.random.default_rng(2)
    sizes = (0.1, 0.2, 0.35, 0.5, 0.8)
    rows, lines = [], []
    for customer in range(2000):
        for brand, size in enumerate(sizes, 1):
            # Buyers of a brand buy it the more often the larger it is.
            times = (1 + generator.poisson(4 * size)) if generator.random() < size else 0
            for _ in range(times):
                lines.append({"transaction_id": len(rows), "transaction_date": day(0), "product_id": brand})
                rows.append({"customer_id": customer, "transaction_date": day(0)})
    catalogue = [{"product_id": brand, "brand": f"Brand {brand}"} for brand in range(1, 6)]
    made = company(tmp_path, {"transactions": trips(rows), "transaction_items": lines, "products": catalogue})
    found = brands.brands(made)
    assert found.values["jeopardy"] == pytest.approx(1)
    assert found.values["duplication"] == pytest.approx(1, abs=0.03)


def test_brands_whose_buyers_keep_apart_break_the_law_of_shared_buyers() -> None:
    penetration = np.array([0.5, 0.3, 0.2])
    apart = np.array([[1, 0.0, 0.0], [0.0, 1, 0.9], [0.0, 0.9, 1]])
    assert brands.duplication_fit(brands.Category(penetration, penetration, apart)) < 0.5
