"""Rows about stock and orders, on tables whose answer is known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.realism import orders, recapture, stock
from sim.realism.findings import Missing
from tests.sim.realism_tables import company, day, sales


def _moved(number: int, opening: int, closing: int, product: int = 1) -> dict[str, Any]:
    return {"date": day(number), "opening": opening, "closing": closing, "product_id": product}


def test_an_empty_closing_carries_over_until_something_moves(tmp_path: Path) -> None:
    made = company(tmp_path, {
        "transaction_items": sales([1] * 30),
        "assortment": [{"product_id": product} for product in (1, 2, 3, 4)],
        "inventory_daily": [
            _moved(3, 5, 0), _moved(7, 0, 4), _moved(20, 4, 0), _moved(21, 0, 9), _moved(28, 9, 0),  # 4 + 1 + 2
            _moved(10, 0, 6, product=2),  # opened empty: 10 days
        ],
        "inventory": [{"product_id": 3, "on_hand": 0}, {"product_id": 4, "on_hand": 2}],  # the third: 30 days
    })  # fmt: skip
    spells = stock.empty_spells(made)
    by_product = dict(spells.group_by("product_id").agg(pl.col("empty").sum()).iter_rows())
    assert by_product == {1: 7, 2: 10, 3: 30}
    found = stock.empty_shelves(made)
    assert found.values["empty"] == pytest.approx(47 / 120)
    assert isinstance(found.values["recaptured"], Missing)


def test_days_after_the_listing_s_end_are_not_empty_shelves(tmp_path: Path) -> None:
    made = company(tmp_path, {
        "transaction_items": sales([1] * 30),
        "assortment": [{"listed_to": day(9)}],
        "inventory_daily": [_moved(5, 1, 0), _moved(15, 0, 0)],
    })  # fmt: skip
    assert stock.empty_spells(made)["empty"].to_list() == [5]


@settings(derandomize=True, deadline=None, max_examples=20)
@given(st.floats(0, 1), st.integers(0, 2**16))
def test_the_part_that_others_take_is_found_whatever_stores_and_days_sell(part: float, seed: int) -> None:
    generator = np.random.default_rng(seed)
    base = generator.uniform(50, 400, size=(6, 1)) * generator.uniform(0.5, 2, size=(1, 120))
    # Empty in a store by chance, so that neither its mean nor the day's is empty more than another's.
    missing = base * 0.1 * (generator.random((6, 120)) < 0.2)
    sold = base - (1 - part) * missing
    assert 1 + recapture.slope([sold], [missing]) == pytest.approx(part, abs=0.03)


def test_recapture_from_tables_alone(tmp_path: Path) -> None:
    """25 items of 100 units a day in eight stores; the rest takes half of what an empty one would have sold."""
    generator = np.random.default_rng(7)
    stores, items = range(1, 9), range(1, 26)
    lines: list[dict[str, Any]] = []
    moved: list[dict[str, Any]] = []
    for store in stores:
        empty = np.zeros((120, 26), dtype=bool)
        for product in items:
            for at in generator.integers(0, 55, 2) + [0, 60]:
                # Closes empty on day `at` after its usual sales, is empty the next four days, then is filled.
                empty[at + 1 : at + 5, product] = True
                moved += [{**_moved(int(at), 100, 0, product), "store_id": store},
                          {**_moved(int(at) + 5, 0, 900, product), "store_id": store}]  # fmt: skip
        for number in range(120):
            held = [product for product in items if not empty[number, product]]
            units = round(100 + 100 * 0.5 * (25 - len(held)) / len(held))
            lines += [{"transaction_id": len(lines), "transaction_date": day(number), "store_id": store,
                       "product_id": product, "quantity": units} for product in held]  # fmt: skip
    made = company(tmp_path, {
        "transaction_items": lines, "inventory_daily": moved, "products": [{"product_id": p} for p in items],
        "assortment": [{"store_id": store, "product_id": product} for store in stores for product in items],
    })  # fmt: skip
    # An item's mean holds what it takes from others, so half is a little more than half of it.
    assert stock.empty_shelves(made).values["recaptured"] == pytest.approx(1 - 0.5 / 1.035, abs=0.03)


def test_orders_of_every_other_week_vary_more_than_the_steady_sales_that_cause_them(tmp_path: Path) -> None:
    weekly = [10, 12] * 12
    units = [unit for week in weekly for unit in (week, 0, 0, 0, 0, 0, 0)] + [0] * 6 + [1]
    made = company(tmp_path, {
        "transaction_items": sales(units),
        "purchase_orders": [{"ordered_on": day(14 * n + 7), "quantity": 22} for n in range(12)],
    })  # fmt: skip
    found = orders.bullwhip(made)
    # 25 weeks, the last with one unit; orders of 22 in 12 of them.
    sold = np.array([*weekly, 1])
    ordered = np.array([0, 22] * 12 + [0])
    assert found.values["weekly"] == pytest.approx(ordered.var() / sold.var())
    assert isinstance(found.values["monthly"], Missing)


def test_the_chain_s_months_are_whole_ones_in_units_a_day(tmp_path: Path) -> None:
    units = [day(n).month for n in range(300)]
    made = company(tmp_path, {
        "transaction_items": sales(units),
        "purchase_orders": [{"ordered_on": day(n), "quantity": 2 * day(n).month} for n in range(300)],
    })  # fmt: skip
    assert orders.bullwhip(made).values["monthly"] == pytest.approx(4)
