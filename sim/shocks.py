"""Weather and local events: what moves all stores of a region, or one store, on the same days.

Everything follows from seed, region or store, and day: values between knots some days apart, which
vary smoothly, and days that are struck at random. People know the forecast of the next days.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sim import random, tables
from sim.geography import REGION_OF, Store
from sim.params import Params
from sim.taxonomy import Need

Ints = NDArray[np.int64]

_BLOCK = 512  # days reckoned at once
_REGIONS = tuple(dict.fromkeys(sorted(REGION_OF.values())))
_WEATHER_DAYS, _TEMPERATURE_DAYS = 3, 6  # between knots: fronts pass in days, warm spells last a week or two
_EVENT_FIRST, _EVENT_DAYS = 6, 3  # an event runs from Friday to Sunday; day numbers modulo 7, day 0 a Saturday
# How warmth above the usual moves a need, in shares of the parameter (assumptions).
_WARMTH = {
    "Water": 1.0, "Ice Cream": 1.0, "Soft Drinks": 0.6, "Juice": 0.5, "Salads & Greens": 0.6, "Berries & Grapes": 0.6,
    "Beer & Wine": 0.5, "Garden & Patio": 1.0, "Canned Soup & Beans": -1.0, "Coffee & Tea": -0.6,
    "Baking Needs": -0.4, "Pain & Cold Relief": -0.8,
}  # fmt: skip
_EVE_OF_STORM = {"Bread": 0.8, "Milk": 0.8, "Eggs": 0.6, "Water": 1.2, "Toilet Paper": 0.6, "Cables & Batteries": 1.5}


@dataclass(frozen=True)
class Shock:
    """A store's day: `basket` a factor in 1/1024, `season` a log weight (1/1024) a need."""

    basket: int
    season: NDArray[np.int32]


@dataclass(frozen=True)
class _Block:
    """A store's days of one block: log weights in 1/1024."""

    pull: NDArray[np.int32]
    basket: Ints
    warmth: Ints
    eve: NDArray[np.bool_]


class Shocks:
    """The shocks under a set of parameters."""

    def __init__(self, params: Params, needs: tuple[Need, ...]) -> None:
        self._settings, self._active = params.shocks, params.mechanisms.shared_shocks
        self._weather = random.stream(params.seed, "weather")
        self._temperature = random.stream(params.seed, "temperature")
        self._storms = random.stream(params.seed, "storms")
        self._events = random.stream(params.seed, "local events")
        self._warmth = np.array([_WARMTH.get(need.name, 0.0) for need in needs]) * params.shocks.temperature
        self._eve = np.rint(np.array([_EVE_OF_STORM.get(need.name, 0.0) for need in needs]) * tables.UNIT)
        self._block = lru_cache(maxsize=None)(self._reckon)
        self.on = lru_cache(maxsize=4096)(self._on)

    def pulls(self, store: Store, first: int, days: int) -> NDArray[np.int32]:
        """What shocks add to the pull of `days` days from day number `first`."""
        if not self._active:
            return np.zeros(days, dtype=np.int32)
        blocks = range(first // _BLOCK, (first + days - 1) // _BLOCK + 1)
        whole = np.concatenate([self._block(store, block).pull for block in blocks])
        return whole[first - blocks[0] * _BLOCK :][:days]

    def _on(self, store: Store, day: int) -> Shock:
        if not self._active:
            return Shock(1024, np.zeros(len(self._warmth), dtype=np.int32))
        block, at = self._block(store, day // _BLOCK), day % _BLOCK
        season = np.rint(self._warmth * int(block.warmth[at])) + self._eve * bool(block.eve[at])
        basket = round(float(np.exp(int(block.basket[at]) / tables.UNIT)) * tables.UNIT)
        return Shock(basket, season.astype(np.int32))

    def _reckon(self, store: Store, block: int) -> _Block:
        settings, region = self._settings, _REGIONS.index(store.region)
        days = np.arange(block * _BLOCK, (block + 1) * _BLOCK + 1, dtype=np.int64)
        weather = _between_knots(random.fold(self._weather, region), days, _WEATHER_DAYS)
        warmth = _between_knots(random.fold(self._temperature, region), days, _TEMPERATURE_DAYS)
        storm = random.happens(random.fold(self._storms, region, days), settings.storm_share)
        week = (days - _EVENT_FIRST) // 7
        happens = random.happens(random.fold(self._events, store.store_id, week), settings.event_share)
        event = happens & ((days - _EVENT_FIRST) % 7 < _EVENT_DAYS)
        trips = weather * round(settings.weather * tables.UNIT) // tables.UNIT
        height = event * round(settings.event_height * tables.UNIT)
        pull = trips - storm * round(settings.storm_depth * tables.UNIT) + height
        # Trips that weather discourages are smaller, too: people fetch what they need (assumption: half).
        basket = trips // 2 + height
        return _Block(pull[:-1].astype(np.int32), basket[:-1], warmth[:-1], storm[1:] & ~storm[:-1])


def _between_knots(key: random.Key, days: Ints, span: int) -> Ints:
    """Standard normal values (1/1024) at knots `span` days apart, and straight lines between them."""
    knot, past = days // span, days % span
    ends = [random.looked_up(tables.normal(), random.fold(key, knot + ahead)) for ahead in (0, 1)]
    between: Ints = (ends[0] * (span - past) + ends[1] * past) // span
    return between
