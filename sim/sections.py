"""The sections of the parameter tree (`sim.params`): every leaf with its meaning, bounds, unit and source."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Value = bool | int | float | str


def leaf(
    default: Value, meaning: str, low: float | None = None, high: float | None = None, unit: str = "", source: str = ""
) -> Any:
    described = {"meaning": meaning, "low": low, "high": high, "unit": unit, "source": source or "assumption"}
    return field(default=default, metadata=described)


@dataclass(frozen=True)
class Visits:
    """When shoppers come."""

    per_week: float = leaf(0.965, "mean visits of a customer", 0.02, 6, "visits a week", "calibrated: 50 a year")
    shape: float = leaf(1.2, "shape of the gamma distribution of visit rates; smaller is more unequal", 0.2, 50, "",
                         "Ehrenberg 1959; Complete Journey 1.25")  # fmt: skip
    fastest_gap: float = leaf(1.4, "mean gap of the most frequent shopper", 1, 14, "days")
    regularity: float = leaf(2.6, "shape of the gamma distribution of gaps; 1 is random, larger is more regular",
                              1, 20, "", "Platzer & Reutterer 2016")  # fmt: skip
    own_day_pull: float = leaf(1.5, "log weight of a household's own shopping day", 0, 4, "log weight")


@dataclass(frozen=True)
class Baskets:
    """What size a trip is."""

    scale: float = leaf(1.0, "multiplies the intended number of lines of every trip", 0.2, 5)
    tail: float = leaf(0.42, "spread of lines within a mission", 0, 1.5, "log standard deviation",
                       "assumption; heavy tail after Martin et al. 2020")  # fmt: skip
    household_spread: float = leaf(0.36, "lasting spread of basket size between households", 0, 1.5,
                                    "log standard deviation")  # fmt: skip
    single_share: float = leaf(0.05, "trips for a single item", 0, 1, "share of trips", "single-item baskets .08-.22")
    stock_up_share: float = leaf(0.22, "weekly stock-up trips", 0, 1, "share of trips")
    occasion_share: float = leaf(0.10, "trips for an occasion", 0, 1, "share of trips")
    single_lines: float = leaf(1.0, "median lines of a single-item trip", 1, 5, "lines")
    top_up_lines: float = leaf(2.15, "median lines of a top-up trip", 1, 20, "lines")
    stock_up_lines: float = leaf(5.1, "median lines of a stock-up trip", 1, 60, "lines")
    occasion_lines: float = leaf(2.8, "median lines of an occasion trip", 1, 40, "lines")
    multi_unit: float = leaf(0.16, "chance of each further unit of a line", 0, 0.8, "probability")
    units_spread: float = leaf(0.3, "lasting spread of that chance between households: some are many", 0, 1.5,
                               "log standard deviation")  # fmt: skip
    complement_pull: float = leaf(0.9, "what an item in the basket adds to the wish for what is eaten or used with it",
                                  0, 4, "log weight")  # fmt: skip


@dataclass(frozen=True)
class Choice:
    """How a shopper chooses among the items of a need."""

    price_sensitivity: float = leaf(3.2, "median coefficient of log price in utility", 0, 12, "utility per log price",
                                     "assumption; Bijmolt et al. 2005: elasticity about -2.6")  # fmt: skip
    price_spread: float = leaf(0.35, "spread of price sensitivity between shoppers", 0, 1.5, "log standard deviation")
    promotion_pull: float = leaf(0.45, "median extra utility of an item on promotion", 0, 4, "utility",
                                  "promotions -3.6 against -2.6: van Heerde & Neslin 2008")  # fmt: skip
    promotion_spread: float = leaf(0.45, "spread of the promotion's pull between shoppers", 0, 1.5,
                                    "log standard deviation")  # fmt: skip
    habit: float = leaf(1.4, "utility of the item bought last time in this need", 0, 6, "utility",
                         "loyalty in Guadagni & Little 1983")  # fmt: skip
    taste_spread: float = leaf(1.1, "lasting spread of a household's taste for items", 0, 4, "utility")
    need_spread: float = leaf(1.0, "lasting spread of a household's needs between categories", 0, 4, "log weight")
    popularity_spread: float = leaf(0.92, "spread of the items' attraction", 0, 4, "utility",
                                     "top 20% of SKUs hold .63-.90 of units")  # fmt: skip
    outside_share: float = leaf(0.06, "needs left unbought at regular prices", 0.01, 0.8, "share of needs")
    substitute_share: float = leaf(0.45, "shoppers facing an empty shelf who take another item", 0, 1, "share",
                                   "Gruen & Corsten 2002: 26% other brand, 19% same brand")  # fmt: skip
    same_brand_share: float = leaf(0.42, "of those, the ones who look for the same brand", 0, 1, "share",
                                   "Gruen & Corsten 2002: 19 of 45")  # fmt: skip
    delay_share: float = leaf(0.15, "shoppers facing an empty shelf who ask for it again on their next trip", 0, 1,
                              "share", "Gruen & Corsten 2002; the rest buy elsewhere or give up")  # fmt: skip


@dataclass(frozen=True)
class Prices:
    """The chain's regular prices."""

    weekly_change_share: float = leaf(0.009, "items whose regular price changes in a week", 0, 0.5, "share of items",
                                       "M5: .8% of SKU-store-weeks")  # fmt: skip
    smallest_step: float = leaf(0.03, "smallest change", 0.005, 0.5, "share of price")
    largest_step: float = leaf(0.12, "largest change", 0.01, 0.6, "share of price")
    rise_share: float = leaf(0.62, "changes that are rises", 0, 1, "share", "Nakamura & Steinsson 2008")
    markdown_cover: float = leaf(1.5, "stock over the order-up-to level at which a store marks an item down", 1, 20,
                                 "times the level")  # fmt: skip
    markdown_depth: int = leaf(25, "a markdown's discount, for two weeks", 5, 75, "%")


@dataclass(frozen=True)
class Promotions:
    """The chain's promotion calendar; promotions run for whole weeks from a Wednesday."""

    weekly_share: float = leaf(0.035, "items that go on promotion in a week", 0, 0.4, "share of items")
    smallest_depth: int = leaf(10, "smallest discount", 5, 60, "%")
    largest_depth: int = leaf(30, "largest discount", 5, 75, "%")
    long_share: float = leaf(0.4, "promotions that last two weeks", 0, 1, "share")
    announced_days: int = leaf(14, "days before its start on which a promotion becomes known", 0, 60, "days")
    category_pull: float = leaf(0.35, "what a promotion of all its items would add to the wish for a need", 0, 4,
                                "log weight")  # fmt: skip
    deal_units: float = leaf(0.22, "what a promotion adds to the chance of each further unit", 0, 0.8, "probability",
                             "part of the deal's units are stocked up: van Heerde et al. 2000")  # fmt: skip


@dataclass(frozen=True)
class Pantry:
    """What households hold at home: what is held need not be bought."""

    days: float = leaf(35.0, "median of the days of use that a household makes room for", 1, 365, "days")
    days_spread: float = leaf(0.5, "spread of that room between households", 0, 1.5, "log standard deviation")
    fullness: float = leaf(1.6, "what a unit's worth of a need at home takes from the wish to buy it", 0, 6,
                           "log weight", "post-promotion dip: van Heerde, Leeflang & Wittink 2000")  # fmt: skip


@dataclass(frozen=True)
class Stock:
    """Shelves, orders and deliveries."""

    assortment_share: float = leaf(0.93, "items that a store lists", 0.3, 1, "share of items")
    safety: float = leaf(0.95, "safety stock in standard deviations of demand over the lead time", 0, 6)
    cover_days: float = leaf(7.0, "days of demand that an order covers", 1, 60, "days")
    lead_time_days: float = leaf(3.0, "mean of the suppliers' usual lead times", 1, 30, "days")
    late_share: float = leaf(0.18, "deliveries that come late", 0, 1, "share of orders")
    late_days: int = leaf(4, "longest delay of a late delivery", 1, 30, "days")
    short_share: float = leaf(0.06, "supplier-product-days on which a supplier delivers short", 0, 1, "share")
    short_fill: float = leaf(0.5, "part of the order that a short delivery brings", 0, 1, "share of quantity")
    strike_supplier: int = leaf(0, "supplier that goes on strike; 0 for none", 0, 14, "supplier_id")
    strike_from: int = leaf(60, "day of the company on which the strike begins", 0, 36_500, "days from the start")
    strike_days: int = leaf(21, "days on which it ships nothing", 1, 365, "days")
    shrink_rate: float = leaf(0.0004, "units that vanish from the shelf", 0, 0.2, "units per unit and day",
                               "assumption; NRF 2023: 1.4 to 1.6% of sales a year, theft and errors")  # fmt: skip
    spoilage_rate: float = leaf(0.006, "perishable units that spoil", 0, 0.5, "units per unit and day")


@dataclass(frozen=True)
class Channels:
    """How orders reach the store."""

    pickup_share: float = leaf(0.10, "mean share of trips ordered for pickup", 0, 0.9, "share of trips")
    delivery_share: float = leaf(0.06, "mean share of trips ordered for delivery", 0, 0.9, "share of trips")
    online_basket: float = leaf(1.5, "size of an online basket over that of the same trip in the store", 0.3, 5)


@dataclass(frozen=True)
class Returns:
    """Goods that come back."""

    rate: float = leaf(0.05, "lines returned, before the category's factor", 0, 1, "share of lines",
                        "NRF 2024: 16.9% of value over all US retail, groceries far less")  # fmt: skip
    online_factor: float = leaf(1.7, "return rate of online orders over that of the store", 0, 10)
    longest_days: int = leaf(30, "last day on which goods are taken back", 1, 90, "days")
    restocked_share: float = leaf(0.6, "returned durable goods that go back to the shelf", 0, 1, "share")


@dataclass(frozen=True)
class Calendar:
    """The common rhythm of days."""

    weekday_strength: float = leaf(1.0, "strength of the weekday pattern", 0, 3, "factor of log weight",
                                    "M5: Sunday 1.21, Wednesday .88 of the mean")  # fmt: skip
    holiday_strength: float = leaf(1.0, "strength of the holiday seasons", 0, 3, "factor of log weight",
                                    "W14: Thanksgiving 1.43, week before Christmas 1.71")  # fmt: skip
    payday_strength: float = leaf(1.0, "strength of the early-month peak", 0, 3, "factor of log weight",
                                   "M5: days 1-10 over 21-31 1.115")  # fmt: skip
    season_strength: float = leaf(1.0, "strength of category seasons", 0, 3, "factor of log weight")


@dataclass(frozen=True)
class Benefits:
    """SNAP, the food benefits that states pay out on their own days of the month."""

    share: float = leaf(0.18, "households that receive them", 0, 1, "share of customers",
                        "assumption; USDA FNS 2024: 41.7 million people of 340 million")  # fmt: skip
    day_pull: float = leaf(2.2, "pull of the payment and the two days after it on a household's visit", 0, 6,
                           "log weight")  # fmt: skip
    food: float = leaf(2.0, "lines of a trip in the five days from the payment, the further ones all food", 1, 6,
                       "times the usual", "benefits buy food alone, at once: Hastings & Shapiro 2018")  # fmt: skip


@dataclass(frozen=True)
class Shocks:
    """What moves all of a region's shops, or one shop, on a day: weather and local events."""

    weather: float = leaf(0.10, "spread of the weather's effect on a region's trips", 0, 1, "log standard deviation")
    temperature: float = leaf(0.25, "effect of unusual warmth or cold on summer and winter needs", 0, 2,
                              "log weight")  # fmt: skip
    storm_share: float = leaf(0.03, "days of a region with a storm, which keeps people home", 0, 0.5, "share of days")
    storm_depth: float = leaf(0.5, "what a storm takes from the day's visits", 0, 3, "log weight")
    event_share: float = leaf(0.04, "weeks of a store with a local event", 0, 1, "share of weeks")
    event_height: float = leaf(0.25, "what an event adds to the baskets and visits of its days", 0, 2, "log weight")


@dataclass(frozen=True)
class People:
    """Who the customers are."""

    joining_per_year: float = leaf(0.05, "customers who join in a year", 0, 2, "per customer at the start")
    drift: float = leaf(0.45, "slow changes of a customer's visit rate", 0, 2, "log standard deviation",
                        "CJ .72, CO .78 of a half-year's best customers are so in the next")  # fmt: skip
    drift_days: int = leaf(180, "days over which a rate changes for another", 14, 2000, "days")
    lapsing_per_year: float = leaf(0.12, "customers who stay away for long, in a year", 0, 5, "per customer")
    returning_share: float = leaf(0.6, "lapsed customers who come back", 0, 1, "share",
                                  "Schmittlein, Morrison & Colombo 1987: some never do")  # fmt: skip
    away_days: float = leaf(100.0, "mean absence of those who come back", 7, 380, "days")
    unlisted_share: float = leaf(0.35, "customers outside the loyalty scheme; their cash trips are anonymous", 0, 1,
                                  "share of customers")  # fmt: skip


@dataclass(frozen=True)
class Experiment:
    """What a retailer tries out on purpose."""

    price_jitter: float = leaf(0.0, "prices of each store, item and week set at random this far up or down", 0, 0.5,
                               "share of price", "randomised field experiments use 10 to 20%")  # fmt: skip


@dataclass(frozen=True)
class Mechanisms:
    """Switches for ablation."""

    heterogeneity: bool = leaf(True, "customers differ in their visit rates")
    rhythm: bool = leaf(True, "gaps are regular and fall on a household's own days")
    lifecycle: bool = leaf(True, "customers join, drift between light and heavy, lapse and return")
    missions: bool = leaf(True, "trips have missions of different size")
    personal_baskets: bool = leaf(True, "households have lasting tastes, needs, basket sizes and habits")
    complements: bool = leaf(True, "some needs call for others in the same basket")
    choice: bool = leaf(True, "items are chosen by utility; otherwise by popularity alone")
    price_response: bool = leaf(True, "utility falls with price")
    stockpiling: bool = leaf(True, "promotions are stocked up on, and full pantries buy less")
    finite_stock: bool = leaf(True, "a store sells only what it holds; otherwise it is resupplied at once")
    replenishment: bool = leaf(True, "stores order cases by reorder points; otherwise each unit sold is ordered again")
    calendar: bool = leaf(True, "weekdays, paydays, seasons and holidays matter")
    benefits: bool = leaf(True, "food benefits are spent when a state pays them out")
    shared_shocks: bool = leaf(True, "weather and local events move a region's or a store's sales together")
    promotions: bool = leaf(True, "the chain runs promotions")
    price_policy: bool = leaf(True, "regular prices change, and stores mark down what sells weakly")
    channels: bool = leaf(True, "some trips are for pickup or delivery")
    returns: bool = leaf(True, "some goods come back")
    shrink: bool = leaf(True, "some goods vanish or spoil")
