"""What stores order for: levels follow the season, and a store opens as one that has long been open."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from sim.clock import day_number
from sim.params import Params
from sim.runner import run
from sim.shelves import LEARNING
from sim.world import World

START = date(2025, 1, 1)


def company(**overrides: object) -> Params:
    base = {"customers": 600, "products": 420, "stores": 2, "seed": 5, "visits.per_week": 2.0}
    return Params.parse({**base, **overrides})


@pytest.mark.parametrize("day", [date(2025, 1, 1), date(2025, 7, 1), date(2025, 11, 30), date(2025, 12, 26)])
def test_the_season_leaves_usual_sales_as_it_came_in(day: date) -> None:
    offers = World(company(), START).offers
    usual = np.ones(len(offers.level(0)))
    for past in range(day_number(day) - 500, day_number(day)):
        usual += (offers.level(past) - usual) / 2**LEARNING
    # What is left out weighs 0.6%, at up to three times the level.
    assert np.abs(usual / offers.learnt(day_number(day)) - 1).max() < 0.02
    assert offers.learnt(day_number(date(2025, 12, 26))).max() > 1.5  # gifts


def test_without_a_calendar_nothing_is_expected_but_usual_sales() -> None:
    world = World(company(**{"mechanisms.calendar": False, "mechanisms.promotions": False}), START)
    assert (world.offers.outlook(day_number(START)) == 1024).all()


def test_stores_open_with_the_usual_sales_of_the_past_weeks() -> None:
    seasons, flat = World(company(), START), World(company(**{"mechanisms.calendar": False}), START)
    first, plain = seasons.first_state(1), flat.first_state(1)
    level = seasons.offers.learnt(day_number(START))[seasons.catalogue.need_of]
    listed = plain.usual_sales > 2**12
    assert np.abs(first.usual_sales[listed] / plain.usual_sales[listed] / level[listed] - 1).max() < 0.01


def test_a_store_opens_with_any_stock_between_its_levels_as_likely() -> None:
    world = World(company(), START)
    found, listed = world.first_state(1), world.listed(1)
    assert (found.on_hand == found.opening).all() and (found.on_hand[~listed] == 0).all()
    above = (found.on_hand - found.reorder_point)[listed]
    width = (found.order_up_to - found.reorder_point)[listed]
    assert (above >= 1).all() and (above <= width).all()
    assert abs(float(((above - 0.5) / width).mean()) - 0.5) < 0.05
    other = world.first_state(2)
    assert (other.on_hand != found.on_hand).any()


def test_without_the_policy_a_store_opens_full_and_what_sells_is_ordered_the_next_day() -> None:
    params = company(**{"mechanisms.replenishment": False})
    found = World(params, START).first_state(1)
    assert (found.on_hand == found.order_up_to).all()


def test_the_first_month_orders_about_what_it_sells() -> None:
    rows = run(company(stores=3), START, 31)
    ordered = rows["purchase_orders"].unique("purchase_order_id")["quantity"].sum()
    sold = rows["transaction_items"]["quantity"].sum()
    late = pl.col("ordered_on") >= START + timedelta(days=14)
    half = rows["purchase_orders"].unique("purchase_order_id").filter(late)["quantity"].sum()
    assert 0.85 < ordered / sold < 1.3
    assert 0.4 < half / ordered < 0.65
