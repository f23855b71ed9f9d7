"""Rows about time, stores and SNAP days, on tables whose answer is known."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.benefits import SNAP_DAYS
from sim.realism import days, paydays
from sim.realism.findings import Missing
from tests.sim.realism_tables import company, day, noon, sales, trips


def test_twice_as_much_on_sundays_is_a_ratio_of_two(tmp_path: Path) -> None:
    made = company(tmp_path, {"transaction_items": sales([1, 1, 1, 1, 1, 1, 2] * 5 + [1])})
    found = days.weekdays(made)
    assert found.values["ratio"] == pytest.approx(2)
    assert found.details["Sunday"] == pytest.approx(2 / (8 / 7))


def test_a_day_without_sales_counts_as_nothing_sold(tmp_path: Path) -> None:
    made = company(tmp_path, {"transaction_items": sales([1] * 7 * 4 + [0] * 2 + [1] * 5)})
    # Five Mondays of which one sold nothing.
    assert days.weekdays(made).values["ratio"] == pytest.approx(1 / 0.8)


def test_hours_are_the_store_s_own(tmp_path: Path) -> None:
    rows = []
    for number in range(28):
        # 17:00 UTC is noon in New York in winter and 9 in the morning in Los Angeles.
        hours = [17, 17, 23] if day(number).weekday() >= 5 else [17, 23, 23]
        rows += [
            {"transaction_date": day(number), "store_id": store,
             "transaction_timestamp": datetime.combine(day(number), datetime.min.time(), UTC) + timedelta(hours=hour)}
            for hour in hours for store in (1, 2)
        ]  # fmt: skip
    zones = [{"store_id": 1, "time_zone": "America/New_York"}, {"store_id": 2, "time_zone": "America/Los_Angeles"}]
    found = days.hours(company(tmp_path, {"transactions": trips(rows), "stores": zones}))
    # At 10-15h: on weekends 2 of 6, on weekdays 1 of 6 trips. At 15-19h: 23:00 UTC is 18:00 and 15:00.
    assert found.values["midday"] == pytest.approx(2)
    assert found.values["afternoon"] == pytest.approx((8 * 2 + 20 * 4) / (28 * 6))


def test_a_week_of_double_sales_is_the_peak_and_the_feasts_are_named(tmp_path: Path) -> None:
    start = date(2025, 1, 4)  # a Saturday
    rows = [
        {"transaction_date": when, "transaction_timestamp": noon(when),
         "total_amount": Decimal(2 if date(2025, 12, 20) <= when <= date(2025, 12, 26) else 1)}
        for when in (start + timedelta(days=n) for n in range(362))
    ]  # fmt: skip
    found = days.weeks(company(tmp_path, {"transactions": trips(rows)}))
    assert found.values["peak"] == pytest.approx(2)
    assert found.details == {"Super Bowl": 1.0, "Thanksgiving": 1.0, "before Christmas": 2.0}


def test_stores_of_sales_a_factor_e_apart_spread_by_one(tmp_path: Path) -> None:
    rows = [
        {
            "transaction_date": day(number),
            "store_id": store,
            "total_amount": Decimal(round(1000 * float(np.exp(store)))),
        }
        for number in (0, 27)
        for store in (1, 2, 3)
    ]
    assert days.stores(company(tmp_path, {"transactions": trips(rows)})).values["spread"] == pytest.approx(1, abs=0.001)


def _snap_company(tmp_path: Path, effect: int, states: tuple[str, ...] = ("CA", "NE", "WY")) -> paydays.Finding:
    """Four months of ten units of food and of other goods a day, and so many more of food on the state's SNAP days."""
    lines = []
    for number in range(150):
        for store, state in enumerate(states, 1):
            extra = effect if day(number).day in SNAP_DAYS[state] else 0
            # Everybody buys twice as much of everything on Sundays, in each state.
            busy = 2 if day(number).weekday() == 6 else 1
            for product, units in ((1, (10 + extra) * busy), (2, 10 * busy)):
                lines.append({"transaction_id": len(lines), "transaction_date": day(number), "store_id": store,
                              "product_id": product, "quantity": units})  # fmt: skip
    tables = {
        "transaction_items": lines,
        "stores": [{"store_id": n, "state": state} for n, state in enumerate(states, 1)],
        "products": [{"product_id": 1}, {"product_id": 2, "department": "Toys"}],
    }
    return paydays.paydays(company(tmp_path, tables))


def test_food_on_snap_days_is_told_apart_from_everything_that_states_share(tmp_path: Path) -> None:
    found = _snap_company(tmp_path, effect=3)
    assert found.values["food"] == pytest.approx(1.3)
    assert found.values["other"] == pytest.approx(1)


def test_states_with_equal_snap_days_tell_nothing(tmp_path: Path) -> None:
    found = _snap_company(tmp_path, effect=3, states=("CA", "CO"))
    assert isinstance(found.values["food"], Missing)
    assert found.values["early"] == pytest.approx(1.3 / 2 + 0.5, rel=0.1)


@settings(derandomize=True, deadline=None)
@given(st.floats(-3, 3), st.integers(0, 2**16))
def test_constants_by_date_and_state_do_not_move_the_slope(slope: float, seed: int) -> None:
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(20, 4))
    y = slope * x + generator.normal(size=(20, 1)) * 5 + generator.normal(size=(1, 4)) * 5
    assert paydays.two_way_slope(y, x) == pytest.approx(slope, abs=1e-9)


def test_every_state_pays_on_days_that_every_month_has_or_nearly() -> None:
    assert len(SNAP_DAYS) == 51
    assert all(days and days <= set(range(1, 29)) for days in SNAP_DAYS.values())
