"""Each mechanism shows in the rows, and is gone when it is switched off."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from sim import state
from sim.benefits import SNAP_DAYS
from sim.clock import day_number, day_start
from sim.kernels import ASKED
from sim.params import Params
from sim.records import Offer
from sim.runner import run
from sim.world import World
from tests.sim.companies import Rows

START = date(2025, 3, 2)
Chain = Callable[[int], Offer]
Mask = NDArray[np.bool_]


def company(**overrides: object) -> Params:
    base = {"customers": 600, "products": 420, "stores": 2, "seed": 5, "visits.per_week": 2.0}
    return Params.parse({**base, **overrides})


@cache
def rows(days: int = 84, **overrides: object) -> Rows:
    return run(company(**overrides), START, days)


def lines(found: Rows) -> pl.DataFrame:
    needs = found["products"].select("product_id", "subcategory", "department", "brand")
    return found["transaction_items"].join(needs, on="product_id")


def basket_lift(found: Rows, one: str, other: str) -> float:
    """How often two needs share a basket, over what their shares of baskets make by chance."""
    baskets = lines(found).group_by("transaction_id").agg(pl.col("subcategory").unique())
    has = [baskets["subcategory"].list.contains(need) for need in (one, other)]
    return float((has[0] & has[1]).mean() / (has[0].mean() * has[1].mean()))  # type: ignore[operator]


def test_needs_that_belong_together_share_baskets_only_with_complements() -> None:
    found, without = (rows(21, products=1100, **{"mechanisms.complements": on}) for on in (True, False))
    pairs = [("Bread", "Butter & Margarine"), ("Cereal", "Milk"), ("Toilet Paper", "Paper Towels")]
    assert {need for pair in pairs for need in pair} <= set(found["products"]["subcategory"])
    for pair in pairs:
        assert basket_lift(found, *pair) > 1.35 * basket_lift(without, *pair)


def test_a_promotion_is_stocked_up_on_and_the_need_rests_afterwards() -> None:
    """Every item of every second need on promotion in one week, in one of two worlds with the same shoppers."""
    week = day_number(START) + 31  # a Wednesday

    def effect(stockpiling: bool) -> list[float]:
        """Units in the week of the deal and those after it, over those without the deal."""
        params = company(**{
            "mechanisms.stockpiling": stockpiling, "mechanisms.finite_stock": False, "mechanisms.promotions": False,
            "mechanisms.price_policy": False, "mechanisms.lifecycle": False,
        })  # fmt: skip
        sold = []
        for promoted in (False, True):
            world = World(params, START)
            original, deal = world.offers.chain, world.catalogue.need_of % 2 == 0

            def chain(day: int, promoted: bool = promoted, original: Chain = original, deal: Mask = deal) -> Offer:
                found = original(day)
                if not (promoted and week <= day < week + 7):
                    return found
                numbers = np.where(deal, np.arange(1, len(deal) + 1), 0)
                return found._replace(promotion=numbers, log_price=found.log_list - 5844 * deal)

            world.offers.chain = chain  # type: ignore[assignment]
            world.rules = world.rules._replace(deal_units=200_000_000 if stockpiling else 0)
            found = world.shard(world.store_ids).advance(day_start(START + timedelta(days=59)))["transaction_items"]
            ahead = (pl.col("transaction_date") - START).dt.total_days() - 31
            of_deal = pl.col("product_id").is_in((np.flatnonzero(deal) + 1).tolist())
            count = (
                found.filter(ahead >= 0, of_deal)
                .group_by(ahead.floordiv(7).alias("week"))
                .agg(pl.col("quantity").sum())
            )
            sold.append(count.sort("week")["quantity"].to_numpy())
        return list(sold[1] / sold[0])

    with_pantries, without = effect(True), effect(False)
    assert with_pantries[0] > without[0] + 0.1  # more units of each deal
    assert abs(without[1] - 1) < 0.02
    assert with_pantries[1] < 0.99  # and a dip, when what is at home need not be bought


def test_what_is_at_home_is_bought_less() -> None:
    found, without = rows(), rows(**{"mechanisms.stockpiling": False})

    def soon_again(of: Rows) -> float:
        """Share of detergent and paper purchases that follow one of the same household within ten days."""
        trips = of["transactions"].drop_nulls("customer_id").select("transaction_id", "customer_id")
        bought = lines(of).filter(pl.col("department") == "Household").join(trips, on="transaction_id")
        bought = bought.unique(["customer_id", "subcategory", "transaction_date"])
        keys = ["customer_id", "subcategory"]
        gap = pl.col("transaction_date").diff().over(keys).dt.total_days()
        gaps = bought.sort("transaction_date").with_columns(gap=gap)
        return float((gaps["gap"] <= 10).sum() / gaps.height)

    assert soon_again(found) < 0.8 * soon_again(without)


def test_customers_lapse_return_and_drift_only_with_the_lifecycle() -> None:
    lively = company(**{"people.lapsing_per_year": 3.0, "people.away_days": 30.0})
    world = World(lively, START)
    end = world.shard(world.store_ids)
    end.advance(day_start(START + timedelta(days=84)))
    today = day_number(START) + 84
    due = np.concatenate([state.read(data).due for data in end.snapshot().values()])
    gone = due > today + 400
    assert 0.05 < gone.mean() < 0.5
    assert ((due > today + 30) & ~gone).mean() > 0.02  # away, and due again
    people = World(company(), START).people
    numbers = np.arange(1, 5001)
    gap = people.traits(numbers).gap
    now, soon, later = (np.log(people.drifted(numbers, gap, day) / gap) for day in (9500, 9507, 10500))
    assert 0.2 < now.std() < 0.6
    assert np.corrcoef(now, soon)[0, 1] > 0.95 > 0.3 > abs(np.corrcoef(now, later)[0, 1])
    still = World(company(**{"mechanisms.lifecycle": False}), START).people
    assert (still.drifted(numbers, gap, 9500) == gap).all()


def test_food_follows_the_benefits_and_only_where_they_are_paid() -> None:
    """Moved by ten days in one state: that state's food moves, other goods and the other state do not."""
    params = company(**{"customers": 4000, "products": 700})
    moved = {**SNAP_DAYS, "TX": frozenset({20, 21})}
    found = {}
    for name, days in (("plain", {**SNAP_DAYS, "TX": frozenset({4, 5})}), ("moved", moved)):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("sim.benefits.SNAP_DAYS", days)
            found[name] = lines(run(params, START, 60))

    def share(name: str, store: int, food: bool) -> float:
        """Of the units of those goods at a store, those of the 20th to the 24th."""
        of = found[name].filter(pl.col("store_id") == store, (pl.col("department") == "Grocery") == food)
        near = of.filter(pl.col("transaction_date").dt.day().is_between(20, 24))
        return float(near["quantity"].sum() / of["quantity"].sum())

    assert World(params, START).store(2).city.state == "TX"
    assert share("moved", 2, True) > 1.12 * share("plain", 2, True)
    assert abs(share("moved", 2, False) / share("plain", 2, False) - 1) < 0.06
    assert share("moved", 1, True) == share("plain", 1, True)


def test_weather_moves_the_stores_of_a_region_together() -> None:
    """Twelve stores in three regions and two worlds of one seed: what shocks changed is shared within a region."""
    base = {"customers": 6000, "products": 90, "stores": 12, "shocks.weather": 0.5, "shocks.event_share": 0.0}
    daily = []
    for on in (True, False):
        found = run(company(**base, **{"mechanisms.shared_shocks": on}), START, 42)["transactions"]
        table = found.pivot("store_id", index="transaction_date", values="item_count", aggregate_function="sum")
        daily.append(np.log(table.sort("transaction_date").select([str(s) for s in range(1, 13)]).to_numpy()))
    effect = daily[0] - daily[1]
    regions = [store.region for store in World(company(**base), START).stores]
    together = np.corrcoef(effect.T)
    same = [together[i, j] for i in range(12) for j in range(i) if regions[i] == regions[j]]
    other = [together[i, j] for i in range(12) for j in range(i) if regions[i] != regions[j]]
    assert np.mean(same) > 0.3 > abs(np.mean(other)) + 0.1


def test_shoppers_before_an_empty_shelf_take_the_same_brand_another_or_ask_again() -> None:
    params = company(**{"stock.safety": 0.0, "stock.late_share": 0.6, "choice.substitute_share": 0.0,
                        "choice.delay_share": 1.0})  # fmt: skip
    world = World(params, START)
    shard = world.shard(world.store_ids)
    found = shard.advance(day_start(START + timedelta(days=40)))
    assert found["truth/demand"]["substituted_away"].sum() == 0 < found["truth/demand"]["lost"].sum()
    asking = np.concatenate([state.read(data).stocked for data in shard.snapshot().values()]) == ASKED
    never = World(params.replace(choice={"delay_share": 0.0}), START)
    quiet = never.shard(never.store_ids)
    quiet.advance(day_start(START + timedelta(days=40)))
    assert asking.sum() > 20
    assert not any((state.read(data).stocked == ASKED).any() for data in quiet.snapshot().values())


def brothers_gain(share: float) -> float:
    """What the other items of a brand gain when its favourite of a need is gone, of what the need's others gain."""
    params = company(**{"choice.same_brand_share": share, "choice.substitute_share": 1.0, "choice.delay_share": 0.0,
                        "mechanisms.promotions": False})  # fmt: skip
    world = World(params, START)
    goods = world.goods
    k = max(range(len(goods.outside)), key=lambda k: goods.first[k + 1] - goods.first[k])
    span = np.arange(goods.first[k], goods.first[k + 1])
    brands = goods.brand[span]
    best = next(int(p) for p in span[np.argsort(-goods.attraction[span])] if (brands == goods.brand[p]).sum() > 1)
    units = []
    for gone in (False, True):
        shard = world.shard([1])
        held = state.read(shard.snapshot()[1])
        if gone:
            held.on_hand[best] = held.opening[best] = 0
            held.on_order[best] = 10**6
        found = world.restore({1: state.packed(held.content())}, shard.clock).advance(
            day_start(START + timedelta(days=20))
        )
        units.append(np.bincount(found["transaction_items"]["product_id"] - 1, minlength=420))
    gain = units[1] - units[0]
    brothers = [p for p in span if p != best and goods.brand[p] == goods.brand[best] and world.listed(1)[p]]
    others = [p for p in span if goods.brand[p] != goods.brand[best]]
    return float(gain[brothers].sum() / (gain[brothers].sum() + gain[others].sum()))


def test_substitutes_are_of_the_same_brand_as_often_as_told() -> None:
    assert brothers_gain(0.0) < 0.1 < 0.3 < brothers_gain(1.0)


def test_orders_vary_more_than_sales_only_with_the_policy() -> None:
    def ratio(found: Rows) -> float:
        sold = found["transaction_items"].group_by("store_id", "product_id", pl.col("transaction_date").dt.week()).agg(
            pl.col("quantity").sum())  # fmt: skip
        ordered = found["purchase_orders"].unique("purchase_order_id").group_by(
            "store_id", "product_id", pl.col("ordered_on").dt.week()).agg(pl.col("quantity").sum())  # fmt: skip
        weeks = 13
        both = []
        for frame in (ordered, sold):
            total = frame.group_by("store_id", "product_id").agg(
                s=pl.col("quantity").sum(), q=(pl.col("quantity") ** 2).sum())  # fmt: skip
            both.append(float((total["q"] / weeks - (total["s"] / weeks) ** 2).sum()))
        return both[0] / both[1]

    assert ratio(rows()) > 1.5 * ratio(rows(**{"mechanisms.replenishment": False}))


def test_overstock_is_marked_down_for_two_weeks_at_one_store() -> None:
    params = company(**{"mechanisms.promotions": True, "prices.markdown_cover": 1.0})
    world = World(params, START)
    shard = world.shard([1])
    held = state.read(shard.snapshot()[1])
    dull = np.flatnonzero(world.listed(1) & ~world.fresh & (world.promotions.on(held.day).identity == 0))[:40]
    held.on_hand[dull] += 60
    held.opening[dull] += 60
    found = world.restore({1: state.packed(held.content())}, shard.clock).advance(day_start(START + timedelta(days=35)))
    downs = found["promotions"].filter(pl.col("kind") == "markdown")
    assert downs.height > 10 and (downs["store_id"] == 1).all()
    assert ((downs["ends_on"] - downs["starts_on"]).dt.total_days() == 13).all()
    sold = found["transaction_items"].join(downs, on="promotion_id", suffix="_of")
    assert sold.height > 10
    inside = sold["transaction_date"].is_between(sold["starts_on"], sold["ends_on"])
    assert inside.all() and (sold["product_id"] == sold["product_id_of"]).all()
    depth = params.prices.markdown_depth
    cents = (sold["list_price"] * 100).cast(pl.Int64) * (100 - depth)
    assert ((sold["unit_price"] * 100).cast(pl.Int64) == (cents + 50) // 100).all()
    effects = found["truth/promotion_effects"].join(downs, on="promotion_id", how="semi")
    ended = downs.filter(pl.col("ends_on") < START + timedelta(days=35))
    assert effects.height == ended.height > 0
    off = run(params.replace(mechanisms={"price_policy": False}), START, 14)["promotions"]
    assert off.filter(pl.col("kind") == "markdown").is_empty()


def test_an_experiment_sets_each_stores_prices_at_random_and_says_so() -> None:
    found = rows(28, **{"experiment.price_jitter": 0.2, "mechanisms.promotions": False})
    changes = found["price_changes"].filter(pl.col("store_id").is_not_null()).sort("effective_on")
    assert (changes["reason"] == "experiment").all() and changes["effective_on"].dt.weekday().unique().to_list() == [2]
    sold = found["transaction_items"].sort("transaction_date")
    priced = sold.join_asof(
        changes, left_on="transaction_date", right_on="effective_on", by=["store_id", "product_id"],
        check_sortedness=False,
    ).drop_nulls("new_price")  # fmt: skip
    assert priced.height > 0.5 * sold.height
    assert (priced["unit_price"] == priced["new_price"]).all()
    ratio = changes["new_price"].cast(pl.Float64) / changes["old_price"].cast(pl.Float64)
    assert ratio.max() > 1.15 and ratio.min() < 0.87  # type: ignore[operator]
    assert rows(28)["price_changes"].filter(pl.col("store_id").is_not_null()).is_empty()
