"""Each scenario shows what its file says."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import Any

import polars as pl

from sim import scenario
from sim.clock import day_start
from sim.frames import last_rows
from sim.runner import run
from sim.schema import TABLES
from sim.world import World
from tests.sim.companies import Rows, hashes

SIZE = {"customers": 1200, "products": 260, "stores": 2}
YEAR = date(2025, 1, 1)


@cache
def rows(name: str, days: int, start: date = YEAR) -> Rows:
    return run(scenario.load(name).params().replace(**SIZE), start, days)


def during(table: pl.DataFrame, column: str, first: date, days: int) -> pl.DataFrame:
    return table.filter(pl.col(column).is_between(first, first + timedelta(days=days - 1)))


def units(found: Rows, first: date, days: int) -> int:
    return int(during(found["transaction_items"], "transaction_date", first, days)["quantity"].sum())


def total(found: Rows, path: str, *columns: str) -> int:
    return int(sum(found[path][column].sum() for column in columns))


def test_the_scenarios_are_those_that_the_documents_name() -> None:
    known = scenario.available()
    assert [found.name for found in known] == ["base", "holiday_rush", "price_war", "supplier_strike"]
    assert all(found.title and found.shows and found.days for found in known)


def test_base_has_its_weeks_promotions_empty_shelves_and_season() -> None:
    assert scenario.load("base").overrides == {}
    found = rows("base", 365)
    sold = found["transaction_items"].group_by("transaction_date").agg(pl.col("quantity").sum())
    by_day = dict(sold.group_by(pl.col("transaction_date").dt.weekday()).agg(pl.col("quantity").mean()).iter_rows())
    assert max(by_day, key=by_day.__getitem__) in (6, 7)
    assert max(by_day.values()) > 1.2 * min(by_day.values())
    assert total(found, "truth/promotion_effects", "extra_units") > 0
    empty = found["inventory_daily"].filter(pl.col("closing") == 0).height
    assert 0.01 < empty / found["inventory_daily"].height < 0.2
    week = sold.group_by(pl.col("transaction_date").dt.week()).agg(pl.col("quantity").sum())["quantity"]
    assert units(found, date(2025, 12, 18), 7) > 1.15 * float(week.median())  # type: ignore[arg-type]


def test_holiday_rush_peaks_higher_and_loses_more_than_the_base() -> None:
    start = date(2025, 11, 1)
    rush, base = rows("holiday_rush", 61, start), rows("base", 61, start)
    usual = units(rush, date(2025, 11, 3), 7)
    for peak in (date(2025, 11, 20), date(2025, 12, 18)):
        assert units(rush, peak, 7) > 1.15 * usual
        assert units(rush, peak, 7) > units(base, peak, 7)
    assert units(rush, date(2025, 12, 26), 4) < 4 * units(rush, date(2025, 12, 18), 7) / 7
    missed = ("truth/demand", "substituted_away", "lost")
    assert total(rush, *missed) > 1.3 * total(base, *missed)


def test_a_strike_empties_one_suppliers_shelves_and_nothing_differs_before() -> None:
    chosen = scenario.load("supplier_strike")
    params = chosen.params().replace(**SIZE)
    first, days = YEAR + timedelta(days=params.stock.strike_from), params.stock.strike_days
    strike, base = rows("supplier_strike", 120), rows("base", 120)

    def before(name: str) -> dict[str, str]:
        world = World(scenario.load(name).params().replace(**SIZE), YEAR)
        shard = world.shard(world.store_ids)
        parts = [world.genesis(), shard.advance(day_start(first - timedelta(days=10)))]
        return hashes({t.path: last_rows(t, pl.concat([part[t.path] for part in parts])) for t in TABLES})

    assert before("supplier_strike") == before("base")
    struck = strike["products"].filter(pl.col("supplier_id") == params.stock.strike_supplier)["product_id"]

    def missed(found: Rows, mine: bool) -> int:
        of = during(found["truth/demand"], "date", first + timedelta(days=3), days - 3)
        of = of.filter(pl.col("product_id").is_in(struck.implode()) == mine)
        return int(of["lost"].sum() + of["substituted_away"].sum())

    assert missed(strike, True) > 3 * missed(base, True) > 0
    assert missed(strike, False) < 1.5 * missed(base, False)
    orders = strike["purchase_orders"].drop_nulls("received_on")
    came = during(orders, "received_on", first, days).filter(pl.col("product_id").is_in(struck.implode()))
    assert came.is_empty()

    def sold(found: Rows, since: date, length: int) -> int:
        of = during(found["transaction_items"], "transaction_date", since, length)
        return int(of.filter(pl.col("product_id").is_in(struck.implode()))["quantity"].sum())

    assert sold(strike, first + timedelta(days=7), days - 7) < 0.8 * sold(base, first + timedelta(days=7), days - 7)
    after = first + timedelta(days=days + 10)
    assert sold(strike, after, 21) > 0.9 * sold(base, after, 21)


def test_a_price_war_sells_more_units_at_less_margin() -> None:
    def figures(found: Rows) -> dict[str, Any]:
        lines = found["transaction_items"].join(found["products"].select("product_id", "unit_cost"), on="product_id")
        lines = lines.with_columns(pl.col("unit_price", "unit_cost").cast(pl.Float64))
        revenue = (lines["unit_price"] * lines["quantity"]).sum()
        promoted = lines.filter(pl.col("promotion_id").is_not_null())["quantity"].sum()
        return {
            "units": lines["quantity"].sum(),
            "margin": 1 - (lines["unit_cost"] * lines["quantity"]).sum() / revenue,
            "promoted": promoted / lines["quantity"].sum(),
            "cuts": found["price_changes"].filter(pl.col("new_price") < pl.col("old_price")).height,
            "rises": found["price_changes"].filter(pl.col("new_price") > pl.col("old_price")).height,
        }

    war, base = figures(rows("price_war", 120)), figures(rows("base", 120))
    assert war["units"] > 1.01 * base["units"]
    assert war["margin"] < base["margin"] - 0.02
    assert war["promoted"] > 1.8 * base["promoted"]
    assert war["cuts"] > 4 * war["rises"] and war["cuts"] > 5 * base["cuts"]
