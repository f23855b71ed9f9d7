"""What a store offers on a day: the chain's prices and promotions, its own markdowns, weather and season.

An experiment may set each store's prices at random by the week; its changes are rows of `price_changes`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sim import random, tables
from sim.calendar import Rhythm
from sim.catalogue import Catalogue
from sim.clock import day_number, numbered_day
from sim.geography import Store
from sim.params import Params
from sim.pricing import TUESDAY, PricePlan, PromotionCalendar
from sim.records import PRICE_BITS, Offer
from sim.shelves import LEARNING
from sim.shocks import Shocks

Ints = NDArray[np.int64]

_MEMORY = 5  # learning periods that `learnt` looks back; what is older weighs less than 1%


@dataclass(frozen=True)
class Trial:
    """The experiment's prices of a store from a Tuesday on: products by position, cents."""

    products: Ints
    old: Ints
    new: Ints


class Offers:
    """The offers of a company's stores."""

    def __init__(
        self, params: Params, catalogue: Catalogue, prices: PricePlan, promotions: PromotionCalendar, rhythm: Rhythm,
        shocks: Shocks,
    ) -> None:  # fmt: skip
        self._params, self._catalogue, self._prices, self._promotions = params, catalogue, prices, promotions
        self._rhythm, self._shocks = rhythm, shocks
        self._elasticity = np.array([need.elasticity for need in catalogue.needs])[catalogue.need_of]
        self._trial_key = random.stream(params.seed, "price experiment")
        responds = params.mechanisms.price_response and params.mechanisms.choice
        self._category_pull = params.promotions.category_pull if responds and params.mechanisms.promotions else 0.0
        weight = np.exp(catalogue.attraction / tables.UNIT)
        self._share = weight / np.add.reduceat(weight, catalogue.first[:-1])[catalogue.need_of]
        ages = np.arange(1, (_MEMORY << LEARNING) + 1)
        weights = (1 - 2.0**-LEARNING) ** ages
        self._ages = tuple(zip(ages.tolist(), (weights / weights.sum()).tolist(), strict=True))
        self.chain = lru_cache(maxsize=8)(self._chain)
        self.outlook = lru_cache(maxsize=8)(self._outlook)
        self.level = lru_cache(maxsize=512)(self._level)

    def at(self, store: Store, day: int, marked: Ints) -> Offer:
        """A store's offer on a day; `marked` names its markdown by product, 0 where there is none."""
        chain, shock = self.chain(day), self._shocks.on(store, day)
        offer = chain._replace(season=chain.season + shock.season, basket=chain.basket * shock.basket >> 10)
        if self._params.experiment.price_jitter:
            regular = self.regular(store, day)
            percent = self._promotions.on(day).percent
            price = (regular * (100 - percent) + 50) // 100
            offer = offer._replace(
                list_price=regular, price=price, log_list=self._logs(regular), log_price=self._logs(price)
            )
        down = np.flatnonzero(marked)
        if len(down):
            price, log_price, promotion = offer.price.copy(), offer.log_price.copy(), offer.promotion.copy()
            price[down] = (offer.list_price[down] * (100 - self._params.prices.markdown_depth) + 50) // 100
            log_price[down] = self._logs(price[down], down)
            promotion[down] = marked[down]
            offer = offer._replace(price=price, log_price=log_price, promotion=promotion)
        return offer

    def regular(self, store: Store, day: int) -> Ints:
        """A store's regular prices in cents, the experiment's included."""
        prices, jitter = self._prices.regular(day), self._params.experiment.price_jitter
        week = (day - TUESDAY) // 7
        if not jitter or week * 7 + TUESDAY <= day_number(self._prices.start):
            return prices
        key = random.fold(self._trial_key, store.store_id, np.arange(len(prices)), week)
        most = round(jitter * 10_000)
        factor = 10_000 + random.below(key, 2 * most + 1) - most
        tried: Ints = np.maximum((prices * factor + 5_000) // 10_000, 1)
        return tried

    def trial(self, store: Store, day: int) -> Trial | None:
        """What the experiment changes at a store on a day; None on most."""
        if not self._params.experiment.price_jitter or day % 7 != TUESDAY or day <= day_number(self._prices.start):
            return None
        old, new = self.regular(store, day - 1), self.regular(store, day)
        # Where the chain's price moves the store says its own, even the same as before: else the chain's would hold.
        at = np.flatnonzero((old != new) | (self._prices.regular(day - 1) != self._prices.regular(day)))
        return Trial(at, old[at], new[at])

    def learnt(self, day: int) -> NDArray[np.float64]:
        """The level of each need that usual sales stand for on a day.

        Past days' levels under the weights that smoothing gives those days: dividing usual sales by it takes the
        season out of them as it came in.
        """
        found: NDArray[np.float64] = sum(
            (weight * self.level(day - age) for age, weight in self._ages), np.zeros(len(self._catalogue.needs))
        )
        return found

    def _outlook(self, day: int) -> Ints:
        """What the chain's planners expect of the next days over usual sales: a factor in 1/1024 by product.

        They know the calendar of promotions and seasons; a promotion is planned at one and a half times
        usual sales (assumption).
        """
        soon = np.mean([self.level(day + ahead) for ahead in (2, 5, 8)], axis=0)
        promoted = (self._promotions.on(day + 2).identity != 0) | (self._promotions.on(day + 7).identity != 0)
        factor = (soon / self.learnt(day))[self._catalogue.need_of] * np.where(promoted, 1.5, 1.0)
        expected: Ints = np.rint(factor * 1024).astype(np.int64)
        return expected

    def promoted_soon(self, days: Sequence[int]) -> NDArray[np.bool_]:
        """Products on a promotion of the chain on any of these days."""
        found: NDArray[np.bool_] = np.any([self._promotions.on(day).identity != 0 for day in days], axis=0)
        return found

    def _chain(self, day: int) -> Offer:
        regular, promoted = self._prices.regular(day), self._promotions.on(day)
        price = (regular * (100 - promoted.percent) + 50) // 100
        today = self._rhythm.day(numbered_day(day))
        shown = np.add.reduceat(self._share * (promoted.identity != 0), self._catalogue.first[:-1])
        appeal = np.rint(self._category_pull * shown * tables.UNIT).astype(np.int32)
        return Offer(
            regular, price, self._logs(regular), self._logs(price), promoted.identity, today.season, appeal,
            today.basket, numbered_day(day).day,
        )  # fmt: skip

    def _logs(self, cents: Ints, at: Ints | slice = slice(None)) -> Ints:
        """Log prices of the products at these places."""
        relative = np.log(cents / self._catalogue.base_price[at]) * self._elasticity[at]
        found: Ints = np.rint(relative * 2.0**PRICE_BITS).astype(np.int64)
        return found

    def _level(self, day: int) -> NDArray[np.float64]:
        today = self._rhythm.day(numbered_day(day))
        factor: NDArray[np.float64] = np.exp(today.season / tables.UNIT) * (today.basket * today.pace) / 1024**2
        return factor
