"""The parameters of a company: one frozen tree, each leaf documented and bounded.

Light to import (standard library only), because the web application shows and checks
parameters without running anything. A scenario is overrides over these defaults.
"""

from __future__ import annotations

import difflib
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import Field, asdict, dataclass, field, fields, is_dataclass
from typing import Any, cast

from sim.errors import ParameterError

Value = bool | int | float | str


@dataclass(frozen=True)
class Parameter:
    """One leaf of the tree. `low` and `high` are inclusive and None when `choices` or a switch says it all."""

    name: str
    meaning: str
    unit: str
    default: Value
    low: float | None
    high: float | None
    choices: tuple[str, ...] | None
    source: str

    @property
    def allowed(self) -> str:
        """The permitted values in words."""
        if isinstance(self.default, bool):
            return "true or false"
        if self.choices is not None:
            return "one of " + ", ".join(self.choices)
        kind = "a whole number" if isinstance(self.default, int) else "a number"
        return f"{kind} from {_plain(self.low)} to {_plain(self.high)}"


def _plain(bound: float | None) -> str:
    return "any" if bound is None else f"{bound:,.10g}".replace(",", " ")


def _leaf(
    default: Value, meaning: str, low: float | None = None, high: float | None = None, unit: str = "", source: str = ""
) -> Any:
    described = {"meaning": meaning, "low": low, "high": high, "unit": unit, "source": source or "assumption"}
    return field(default=default, metadata=described)


@dataclass(frozen=True)
class Visits:
    """When shoppers come."""

    per_week: float = _leaf(0.965, "mean visits of a customer", 0.02, 6, "visits a week", "calibrated: 50 a year")
    shape: float = _leaf(1.2, "shape of the gamma distribution of visit rates; smaller is more unequal", 0.2, 50, "",
                         "Ehrenberg 1959; Complete Journey 1.25")  # fmt: skip
    fastest_gap: float = _leaf(1.4, "mean gap of the most frequent shopper", 1, 14, "days")
    regularity: float = _leaf(2.6, "shape of the gamma distribution of gaps; 1 is random, larger is more regular",
                              1, 20, "", "Platzer & Reutterer 2016")  # fmt: skip
    own_day_pull: float = _leaf(1.5, "log weight of a household's own shopping day", 0, 4, "log weight")


@dataclass(frozen=True)
class Baskets:
    """What size a trip is."""

    scale: float = _leaf(1.0, "multiplies the intended number of lines of every trip", 0.2, 5)
    tail: float = _leaf(
        0.42, "spread of lines within a mission", 0, 1.5, "log standard deviation", "Martin et al. 2020"
    )
    household_spread: float = _leaf(0.36, "lasting spread of basket size between households", 0, 1.5,
                                    "log standard deviation")  # fmt: skip
    single_share: float = _leaf(0.06, "trips for a single item", 0, 1, "share of trips", "single-item baskets .08-.22")
    stock_up_share: float = _leaf(0.22, "weekly stock-up trips", 0, 1, "share of trips")
    occasion_share: float = _leaf(0.10, "trips for an occasion", 0, 1, "share of trips")
    single_lines: float = _leaf(1.0, "median lines of a single-item trip", 1, 5, "lines")
    top_up_lines: float = _leaf(2.25, "median lines of a top-up trip", 1, 20, "lines")
    stock_up_lines: float = _leaf(5.0, "median lines of a stock-up trip", 1, 60, "lines")
    occasion_lines: float = _leaf(2.8, "median lines of an occasion trip", 1, 40, "lines")
    multi_unit: float = _leaf(0.16, "chance of each further unit of a line", 0, 0.8, "probability")


@dataclass(frozen=True)
class Choice:
    """How a shopper chooses among the items of a need."""

    price_sensitivity: float = _leaf(3.2, "median coefficient of log price in utility", 0, 12, "utility per log price",
                                     "own-price elasticity about -2.6: Bijmolt et al. 2005")  # fmt: skip
    price_spread: float = _leaf(0.35, "spread of price sensitivity between shoppers", 0, 1.5, "log standard deviation")
    promotion_pull: float = _leaf(0.45, "median extra utility of an item on promotion", 0, 4, "utility",
                                  "promotions -3.6 against -2.6: van Heerde & Neslin 2008")  # fmt: skip
    promotion_spread: float = _leaf(0.45, "spread of the promotion's pull between shoppers", 0, 1.5,
                                    "log standard deviation")  # fmt: skip
    habit: float = _leaf(1.4, "utility of the item bought last time in this need", 0, 6, "utility",
                         "loyalty in Guadagni & Little 1983")  # fmt: skip
    taste_spread: float = _leaf(1.1, "lasting spread of a household's taste for items", 0, 4, "utility")
    need_spread: float = _leaf(1.0, "lasting spread of a household's needs between categories", 0, 4, "log weight")
    popularity_spread: float = _leaf(1.25, "spread of the items' attraction", 0, 4, "utility",
                                     "top 20% of SKUs hold .63-.90 of units")  # fmt: skip
    outside_share: float = _leaf(0.06, "needs left unbought at regular prices", 0.01, 0.8, "share of needs")
    substitute_share: float = _leaf(0.45, "shoppers facing an empty shelf who take another item", 0, 1, "share",
                                    "Gruen & Corsten 2002: 26% other brand, 19% same brand")  # fmt: skip


@dataclass(frozen=True)
class Prices:
    """The chain's regular prices."""

    weekly_change_share: float = _leaf(0.009, "items whose regular price changes in a week", 0, 0.5, "share of items",
                                       "M5: .8% of SKU-store-weeks")  # fmt: skip
    smallest_step: float = _leaf(0.03, "smallest change", 0.005, 0.5, "share of price")
    largest_step: float = _leaf(0.12, "largest change", 0.01, 0.6, "share of price")
    rise_share: float = _leaf(0.62, "changes that are rises", 0, 1, "share", "Nakamura & Steinsson 2008")


@dataclass(frozen=True)
class Promotions:
    """The chain's promotion calendar; promotions run for whole weeks from a Wednesday."""

    weekly_share: float = _leaf(0.035, "items that go on promotion in a week", 0, 0.4, "share of items")
    smallest_depth: int = _leaf(10, "smallest discount", 5, 60, "%")
    largest_depth: int = _leaf(30, "largest discount", 5, 75, "%")
    long_share: float = _leaf(0.4, "promotions that last two weeks", 0, 1, "share")
    announced_days: int = _leaf(14, "days before its start on which a promotion becomes known", 0, 60, "days")


@dataclass(frozen=True)
class Stock:
    """Shelves, orders and deliveries."""

    assortment_share: float = _leaf(0.93, "items that a store lists", 0.3, 1, "share of items")
    safety: float = _leaf(0.95, "safety stock in standard deviations of demand over the lead time", 0, 6)
    cover_days: float = _leaf(7.0, "days of demand that an order covers", 1, 60, "days")
    lead_time_days: float = _leaf(3.0, "mean of the suppliers' usual lead times", 1, 30, "days")
    late_share: float = _leaf(0.18, "deliveries that come late", 0, 1, "share of orders")
    late_days: int = _leaf(4, "longest delay of a late delivery", 1, 30, "days")
    short_share: float = _leaf(0.06, "supplier-product-days on which a supplier delivers short", 0, 1, "share")
    short_fill: float = _leaf(0.5, "part of the order that a short delivery brings", 0, 1, "share of quantity")
    shrink_rate: float = _leaf(0.0004, "units that vanish from the shelf", 0, 0.2, "units per unit and day",
                               "about 1.4% of sales a year: NRF 2023")  # fmt: skip
    spoilage_rate: float = _leaf(0.006, "perishable units that spoil", 0, 0.5, "units per unit and day")


@dataclass(frozen=True)
class Channels:
    """How orders reach the store."""

    pickup_share: float = _leaf(0.10, "mean share of trips ordered for pickup", 0, 0.9, "share of trips")
    delivery_share: float = _leaf(0.06, "mean share of trips ordered for delivery", 0, 0.9, "share of trips")
    online_basket: float = _leaf(1.5, "size of an online basket over that of the same trip in the store", 0.3, 5)


@dataclass(frozen=True)
class Returns:
    """Goods that come back."""

    rate: float = _leaf(0.05, "lines returned, before the category's factor", 0, 1, "share of lines",
                        "NRF 2024: 16.9% of value over all US retail, groceries far less")  # fmt: skip
    online_factor: float = _leaf(1.7, "return rate of online orders over that of the store", 0, 10)
    longest_days: int = _leaf(30, "last day on which goods are taken back", 1, 90, "days")
    restocked_share: float = _leaf(0.6, "returned durable goods that go back to the shelf", 0, 1, "share")


@dataclass(frozen=True)
class Calendar:
    """The common rhythm of days."""

    weekday_strength: float = _leaf(1.0, "strength of the weekday pattern", 0, 3, "factor of log weight",
                                    "M5: Sunday 1.21, Wednesday .88 of the mean")  # fmt: skip
    holiday_strength: float = _leaf(1.0, "strength of the holiday seasons", 0, 3, "factor of log weight",
                                    "W14: Thanksgiving 1.43, week before Christmas 1.71")  # fmt: skip
    payday_strength: float = _leaf(1.0, "strength of the early-month peak", 0, 3, "factor of log weight",
                                   "M5: days 1-10 over 21-31 1.115")  # fmt: skip
    season_strength: float = _leaf(1.0, "strength of category seasons", 0, 3, "factor of log weight")


@dataclass(frozen=True)
class People:
    """Who the customers are."""

    joining_per_year: float = _leaf(0.05, "customers who join in a year", 0, 2, "per customer at the start")
    unlisted_share: float = _leaf(0.35, "customers outside the loyalty scheme; their cash trips are anonymous", 0, 1,
                                  "share of customers")  # fmt: skip


@dataclass(frozen=True)
class Mechanisms:
    """Switches for ablation."""

    heterogeneity: bool = _leaf(True, "customers differ in their visit rates")
    rhythm: bool = _leaf(True, "gaps are regular and fall on a household's own days")
    missions: bool = _leaf(True, "trips have missions of different size")
    personal_baskets: bool = _leaf(True, "households have lasting tastes, needs and habits")
    choice: bool = _leaf(True, "items are chosen by utility; otherwise by popularity alone")
    price_response: bool = _leaf(True, "utility falls with price")
    promotions: bool = _leaf(True, "the chain runs promotions")
    price_policy: bool = _leaf(True, "regular prices change")
    finite_stock: bool = _leaf(True, "a store sells only what it holds; otherwise it is resupplied at once")
    calendar: bool = _leaf(True, "weekdays, paydays, seasons and holidays matter")
    channels: bool = _leaf(True, "some trips are for pickup or delivery")
    returns: bool = _leaf(True, "some goods come back")
    shrink: bool = _leaf(True, "some goods vanish or spoil")
    lifecycle: bool = _leaf(True, "new customers join")


@dataclass(frozen=True)
class Params:
    """A company. Build with `Params()` or `Params.parse(overrides)`; both refuse values out of range."""

    seed: int = _leaf(42, "names the world; same seed and parameters, same rows", 0, 2**63 - 1)
    customers: int = _leaf(20_000, "customers at the start", 1, 10_000_000, "customers")
    products: int = _leaf(1_500, "products in the catalogue", 8, 30_000, "products")
    stores: int = _leaf(12, "stores", 1, 2_000, "stores")
    visits: Visits = field(default_factory=Visits)
    baskets: Baskets = field(default_factory=Baskets)
    choice: Choice = field(default_factory=Choice)
    prices: Prices = field(default_factory=Prices)
    promotions: Promotions = field(default_factory=Promotions)
    stock: Stock = field(default_factory=Stock)
    channels: Channels = field(default_factory=Channels)
    returns: Returns = field(default_factory=Returns)
    calendar: Calendar = field(default_factory=Calendar)
    people: People = field(default_factory=People)
    mechanisms: Mechanisms = field(default_factory=Mechanisms)

    def __post_init__(self) -> None:
        values = _flatten(asdict(self))
        for parameter in describe():
            _check(parameter, values[parameter.name])
        _check_together(values)

    @classmethod
    def parse(cls, overrides: Mapping[str, Any]) -> Params:
        """The defaults with `overrides`, nested or dotted; text is read as the parameter's kind.

        Raises ParameterError for an unknown name (with the nearest known one) or a value out of range.
        """
        known = {parameter.name: parameter for parameter in describe()}
        values = {name: parameter.default for name, parameter in known.items()}
        for name, value in _flatten(overrides).items():
            if name not in known:
                raise ParameterError(name, value, "a known parameter", _nearest(name, tuple(known)))
            values[name] = _read(known[name], value)
        return cast(Params, _build(cls, values, ""))

    def to_dict(self) -> dict[str, Any]:
        """The tree as nested dictionaries of JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, tree: Mapping[str, Any]) -> Params:
        """The inverse of `to_dict`; a missing leaf takes its default."""
        return cls.parse(tree)

    def replace(self, **overrides: Any) -> Params:
        """A copy with some leaves changed (nested dictionaries for sections)."""
        return Params.parse({**_flatten(self.to_dict()), **_flatten(overrides)})

    def __str__(self) -> str:
        return json.dumps(self.to_dict(), sort_keys=True)


def describe() -> list[Parameter]:
    """Every parameter, in the tree's order."""
    return list(_PARAMETERS)


def _walk(kind: type[Any], prefix: str) -> Iterator[Parameter]:
    for leaf in fields(kind):
        section = _section(leaf)
        if section is not None:
            yield from _walk(section, f"{prefix}{leaf.name}.")
        else:
            meta = leaf.metadata
            default = cast(Value, leaf.default)
            bounds = (meta["low"], meta["high"], None)
            yield Parameter(prefix + leaf.name, meta["meaning"], meta["unit"], default, *bounds, meta["source"])


def _section(leaf: Field[Any]) -> type[Any] | None:
    factory = leaf.default_factory
    return factory if isinstance(factory, type) and is_dataclass(factory) else None


def _build(kind: type[Any], values: Mapping[str, Value], prefix: str) -> Any:
    arguments: dict[str, Any] = {}
    for leaf in fields(kind):
        section = _section(leaf)
        name = prefix + leaf.name
        arguments[leaf.name] = values[name] if section is None else _build(section, values, f"{name}.")
    return kind(**arguments)


def _flatten(tree: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in tree.items():
        if isinstance(value, Mapping):
            flat.update(_flatten(value, f"{prefix}{name}."))
        else:
            flat[prefix + name] = value
    return flat


def _nearest(name: str, known: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.0)
    by_leaf = difflib.get_close_matches(
        name.rsplit(".", 1)[-1], [k.rsplit(".", 1)[-1] for k in known], n=1, cutoff=0.75
    )
    whole = difflib.get_close_matches(name, known, n=1, cutoff=0.75)
    if by_leaf and not whole:
        return next(k for k in known if k.rsplit(".", 1)[-1] == by_leaf[0])
    return close[0] if close else known[0]


def _read(parameter: Parameter, value: Any) -> Value:
    refused = ParameterError(parameter.name, value, parameter.allowed)
    if isinstance(parameter.default, bool):
        words = {
            "true": True,
            "false": False,
            "yes": True,
            "no": False,
            "on": True,
            "off": False,
            "1": True,
            "0": False,
        }
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and value.strip().lower() in words:
            return words[value.strip().lower()]
        raise refused
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise refused
    try:
        if isinstance(parameter.default, int):
            if isinstance(value, float) and not value.is_integer():
                raise refused
            return int(value)
        return float(value)
    except (ValueError, OverflowError):
        raise refused from None


def _check(parameter: Parameter, value: Value) -> None:
    refused = ParameterError(parameter.name, value, parameter.allowed)
    if isinstance(parameter.default, bool):
        if not isinstance(value, bool):
            raise refused
        return
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refused
    if isinstance(parameter.default, int) and not isinstance(value, int):
        raise refused
    if not math.isfinite(value):
        raise refused
    too_low = parameter.low is not None and value < parameter.low
    too_high = parameter.high is not None and value > parameter.high
    if too_low or too_high:
        raise refused


def _check_together(values: Mapping[str, Value]) -> None:
    """Bounds that hold between parameters."""
    shares = ("baskets.single_share", "baskets.stock_up_share", "baskets.occasion_share")
    rest = sum(float(values[name]) for name in shares[:-1])
    if rest + float(values[shares[-1]]) > 1:
        raise ParameterError(
            shares[-1], values[shares[-1]], f"at most {1 - rest:.3g}, so that the missions' shares sum to 1"
        )
    for low, high in (("prices.smallest_step", "prices.largest_step"),
                      ("promotions.smallest_depth", "promotions.largest_depth")):  # fmt: skip
        if values[low] > values[high]:  # type: ignore[operator]
            raise ParameterError(low, values[low], f"at most {high}, which is {values[high]}")
    online = float(values["channels.pickup_share"])
    if online + float(values["channels.delivery_share"]) > 0.95:
        name = "channels.delivery_share"
        raise ParameterError(name, values[name], f"at most {0.95 - online:.3g}, so that some trips go to the store")


_PARAMETERS: tuple[Parameter, ...] = tuple(_walk(Params, ""))
