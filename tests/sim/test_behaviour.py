"""Behaviour: what the mechanisms do to demand, and that switching one off undoes it."""

from __future__ import annotations

import math
from datetime import date, timedelta
from functools import cache

import numpy as np
import polars as pl

from sim import state
from sim.clock import day_start, numbered_day
from sim.params import Params
from sim.records import Offer
from sim.runner import run
from sim.world import World
from tests.sim.companies import Rows

START, DAYS = date(2025, 3, 3), 84  # twelve whole weeks


def company(**overrides: object) -> Params:
    base = {"customers": 400, "products": 90, "stores": 2, "seed": 3, "visits.per_week": 1.6}
    base["people.joining_per_year"] = 0
    return Params.parse({**base, **overrides})


@cache
def rows(**overrides: object) -> Rows:
    return run(company(**overrides), START, DAYS)


def trips(found: Rows) -> pl.DataFrame:
    return found["transactions"].drop_nulls("customer_id")


def test_customers_differ_in_their_rates_more_than_chance_would_make_them() -> None:
    def dispersion(found: Rows) -> float:
        count = trips(found).group_by("customer_id").len()["len"]
        return float(count.var() / count.mean())  # type: ignore[operator, arg-type]

    assert dispersion(rows()) > 5
    assert dispersion(rows(**{"mechanisms.heterogeneity": False})) < 2


def test_gaps_are_more_regular_than_random_and_peak_at_a_week() -> None:
    def gaps(found: Rows) -> pl.DataFrame:
        ordered = trips(found).sort("customer_id", "transaction_date")
        gap = pl.col("transaction_date").diff().over("customer_id").dt.total_days()
        return ordered.with_columns(gap.alias("gap")).drop_nulls("gap").filter(pl.col("gap") > 0)

    def spread(found: Rows) -> float:
        variation = (pl.col("gap").std() / pl.col("gap").mean()).alias("cv")
        by = gaps(found).group_by("customer_id").agg(pl.len(), variation)
        return float(by.filter(pl.col("len") >= 10)["cv"].median())  # type: ignore[arg-type]

    assert spread(rows()) < 0.8 * spread(rows(**{"mechanisms.rhythm": False}))
    count = dict(gaps(rows())["gap"].value_counts().iter_rows())
    assert count[7] > 1.1 * (count[6] + count[8]) / 2
    assert count[14] > 1.1 * (count[13] + count[15]) / 2


def test_households_buy_again_what_they_bought() -> None:
    def lift(found: Rows) -> float:
        place = pl.int_range(pl.len()).over("customer_id").alias("k")
        placed = trips(found).sort("transaction_timestamp").select("transaction_id", "customer_id", place)
        lines = found["transaction_items"].join(placed, on="transaction_id")
        past = lines.filter(pl.col("k") < 6).select("customer_id", "product_id").unique()
        now = lines.filter(pl.col("k").is_between(6, 12))
        ids = now["customer_id"].unique().sort()
        other = pl.DataFrame({"customer_id": ids, "other": ids.shift(1).fill_null(ids[-1])})
        own = now.join(past, on=["customer_id", "product_id"], how="semi").height
        keys = ["other", "product_id"]
        theirs = now.join(other, on="customer_id").join(past, left_on=keys, right_on=past.columns, how="semi").height
        return own / theirs

    assert lift(rows()) > 1.8
    assert lift(rows(**{"mechanisms.personal_baskets": False})) < 1.2


def test_baskets_are_heavy_tailed_only_with_missions() -> None:
    def variation(found: Rows) -> float:
        size = found["transaction_items"].group_by("transaction_id").len()["len"]
        return float(size.std() / size.mean())  # type: ignore[operator, arg-type]

    assert variation(rows()) > 1.15 * variation(rows(**{"mechanisms.missions": False}))


def test_weekends_are_busier_only_with_the_calendar() -> None:
    def weekend(found: Rows) -> float:
        day = found["transactions"]["transaction_date"].dt.weekday()
        return float((day >= 6).mean())  # type: ignore[arg-type]

    assert weekend(rows()) > 0.31
    assert weekend(rows(**{"mechanisms.calendar": False})) < weekend(rows()) - 0.015


def test_promotions_sell_more_than_would_have_been_sold() -> None:
    effects = rows()["truth/promotion_effects"]
    assert effects["extra_units"].sum() > 0.5 * effects["baseline_units"].sum() > 20
    blind = rows(**{"mechanisms.price_response": False, "mechanisms.finite_stock": False})["truth/promotion_effects"]
    assert blind["extra_units"].abs().max() == 0


def test_demand_falls_with_price_as_the_true_elasticities_say() -> None:
    """Paired worlds: every sixth product a tenth dearer in one of them, shelves never empty."""
    params = company(**{"mechanisms.finite_stock": False, "mechanisms.promotions": False, "choice.habit": 0})
    plain, dearer = World(params, START), World(params, START)
    raised = np.arange(90) % 6 == 0
    original = dearer.offers.chain

    def offer(day: int) -> Offer:
        found = original(day)
        shift = np.array([need.elasticity for need in dearer.catalogue.needs])[dearer.catalogue.need_of]
        moved = np.rint(math.log(1.1) * shift * 2.0**14).astype(np.int64) * raised
        return found._replace(log_list=found.log_list + moved, log_price=found.log_price + moved)

    dearer.offers.chain = offer  # type: ignore[assignment]

    def units(world: World) -> np.ndarray:  # type: ignore[type-arg]
        lines = world.shard(world.store_ids).advance(day_start(START + timedelta(days=DAYS)))["transaction_items"]
        return np.bincount(lines["product_id"].to_numpy() - 1, weights=lines["quantity"].to_numpy(), minlength=90)

    before, after = units(plain), units(dearer)
    truth = plain.elasticities()
    expected = float((truth * before)[raised].sum() / before[raised].sum())
    found = math.log(after[raised].sum() / before[raised].sum()) / math.log(1.1)
    assert -4.5 < expected < -1.2
    assert abs(found - expected) < 0.3 * abs(expected)
    needs = plain.catalogue.need_of
    beside = ~raised & np.isin(needs, needs[raised])
    assert after[beside].sum() > before[beside].sum()  # substitutes gain


def test_an_empty_shelf_sells_nothing_and_its_need_recaptures_a_part() -> None:
    world = World(company(**{"mechanisms.promotions": False}), START)
    shard = world.shard([1])
    first = shard.advance(day_start(START + timedelta(days=14)))
    by_product = first["transaction_items"].group_by("product_id").agg(pl.col("quantity").sum())
    best = by_product.sort("quantity")["product_id"][-1]
    emptied = state.read(shard.snapshot()[1])
    emptied.on_hand[best - 1] = emptied.opening[best - 1] = 0
    emptied.orders = emptied.orders[emptied.orders[:, 2] != best - 1]
    emptied.on_order[best - 1] = 10**6  # so that no order goes out
    end = day_start(START + timedelta(days=28))
    with_it = world.restore(shard.snapshot(), shard.clock).advance(end)["transaction_items"]
    rows_without = world.restore({1: state.packed(emptied.content())}, shard.clock).advance(end)
    without = rows_without["transaction_items"]
    back = rows_without["returns"].filter((pl.col("product_id") == best) & pl.col("restocked"))["quantity"].sum()

    def sold(lines: pl.DataFrame, products: list[int]) -> int:
        return int(lines.filter(pl.col("product_id").is_in(products))["quantity"].sum())

    need = world.catalogue.need_of[best - 1]
    others = [int(p) + 1 for p in np.flatnonzero(world.catalogue.need_of == need) if p != best - 1]
    usual = sold(with_it, [best])
    assert usual > 30 and sold(without, [best]) <= back
    assert 0.2 < (sold(without, others) - sold(with_it, others)) / usual < 0.7


def test_a_supplier_short_of_a_product_is_short_for_every_store() -> None:
    found = rows(**{"stock.short_share": 0.3})["purchase_orders"].filter(pl.col("received_on").is_not_null())
    short = found.with_columns((pl.col("quantity_received") < pl.col("quantity")).alias("short"))
    keys = ("product_id", "ordered_on")
    by = short.filter(pl.col("quantity") > 1).group_by(keys).agg(pl.col("short").n_unique(), pl.len())
    shared = by.filter(pl.col("len") > 1)
    assert shared.height > 20 and (shared["short"] == 1).all()


def test_twice_the_customers_leave_the_first_half_as_they_were() -> None:
    one, two = (World(company(customers=n), START).genesis() for n in (400, 800))
    for path in ("customers", "truth/customers"):
        assert two[path].filter(pl.col("customer_id") <= 400).equals(one[path])


def test_stores_are_closed_on_christmas_and_their_clocks_follow_summer_time() -> None:
    params = company(customers=150, products=30, stores=1)
    found = run(params, date(2025, 12, 20), 10)
    days = found["transactions"]["transaction_date"].unique().to_list()
    assert date(2025, 12, 25) not in days and date(2025, 12, 26) in days
    assert found["returns"].filter(pl.col("returned_on") == date(2025, 12, 25)).is_empty()
    changed = run(params, date(2025, 3, 7), 5)["transactions"]  # clocks move on 9 March
    local = changed["transaction_timestamp"].dt.convert_time_zone("America/Chicago")
    assert (local.dt.date() == changed["transaction_date"]).all()
    assert changed["transaction_date"].n_unique() == 5
    assert numbered_day(0) == date(2000, 1, 1)
