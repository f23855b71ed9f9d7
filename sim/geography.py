"""Real US cities, and the stores that stand in them.

Coordinates, time zones and ZIP prefixes are those of the cities; state sales taxes are the
states' general rates (2024, without local additions), groceries being exempt in this model.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from sim import random
from sim.params import Params


@dataclass(frozen=True)
class City:
    """A city; `zip_prefix` is the first three digits of its postal codes."""

    name: str
    state: str
    latitude: float
    longitude: float
    time_zone: str
    zip_prefix: str


@dataclass(frozen=True)
class Format:
    """A kind of store: opening hours as seconds after local midnight, and its relative draw of customers."""

    name: str
    opens: int
    closes: int
    draw: float
    assortment: float


@dataclass(frozen=True)
class Store:
    """A store as the world knows it; `weight` is its relative share of customers."""

    store_id: int
    name: str
    city: City
    region: str
    format: Format
    opened_on: date
    weight: float
    tax_bps: int


_E, _C, _M, _P = "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"
CITIES: tuple[City, ...] = (
    City("Rogers", "AR", 36.3320, -94.1185, _C, "727"),
    City("Dallas", "TX", 32.7767, -96.7970, _C, "752"),
    City("Atlanta", "GA", 33.7490, -84.3880, _E, "303"),
    City("Phoenix", "AZ", 33.4484, -112.0740, "America/Phoenix", "850"),
    City("Columbus", "OH", 39.9612, -82.9988, _E, "432"),
    City("Sacramento", "CA", 38.5816, -121.4944, _P, "958"),
    City("Orlando", "FL", 28.5383, -81.3792, _E, "328"),
    City("Kansas City", "MO", 39.0997, -94.5786, _C, "641"),
    City("Denver", "CO", 39.7392, -104.9903, _M, "802"),
    City("Charlotte", "NC", 35.2271, -80.8431, _E, "282"),
    City("Chicago", "IL", 41.8781, -87.6298, _C, "606"),
    City("Seattle", "WA", 47.6062, -122.3321, _P, "981"),
    City("Houston", "TX", 29.7604, -95.3698, _C, "770"),
    City("Nashville", "TN", 36.1627, -86.7816, _C, "372"),
    City("Philadelphia", "PA", 39.9526, -75.1652, _E, "191"),
    City("Minneapolis", "MN", 44.9778, -93.2650, _C, "554"),
    City("Las Vegas", "NV", 36.1699, -115.1398, _P, "891"),
    City("Tampa", "FL", 27.9506, -82.4572, _E, "336"),
    City("Indianapolis", "IN", 39.7684, -86.1581, _E, "462"),
    City("Salt Lake City", "UT", 40.7608, -111.8910, _M, "841"),
    City("Tulsa", "OK", 36.1540, -95.9928, _C, "741"),
    City("Louisville", "KY", 38.2527, -85.7585, _E, "402"),
    City("New Orleans", "LA", 29.9511, -90.0715, _C, "701"),
    City("Albuquerque", "NM", 35.0844, -106.6504, _M, "871"),
    City("Richmond", "VA", 37.5407, -77.4360, _E, "232"),
    City("Milwaukee", "WI", 43.0389, -87.9065, _C, "532"),
    City("San Diego", "CA", 32.7157, -117.1611, _P, "921"),
    City("Birmingham", "AL", 33.5186, -86.8104, _C, "352"),
    City("Detroit", "MI", 42.3314, -83.0458, "America/Detroit", "482"),
    City("Omaha", "NE", 41.2565, -95.9345, _C, "681"),
    City("Portland", "OR", 45.5152, -122.6784, _P, "972"),
    City("Jackson", "MS", 32.2988, -90.1848, _C, "392"),
    City("Boise", "ID", 43.6150, -116.2023, "America/Boise", "837"),
    City("Des Moines", "IA", 41.5868, -93.6250, _C, "503"),
    City("Greenville", "SC", 34.8526, -82.3940, _E, "296"),
    City("Buffalo", "NY", 42.8864, -78.8784, _E, "142"),
    City("Honolulu", "HI", 21.3069, -157.8583, "Pacific/Honolulu", "968"),
    City("Anchorage", "AK", 61.2181, -149.9003, "America/Anchorage", "995"),
    City("Wichita", "KS", 37.6872, -97.3301, _C, "672"),
    City("Manchester", "NH", 42.9956, -71.4548, _E, "031"),
)

_REGIONS = {
    "South": ("AR", "TX", "GA", "FL", "NC", "TN", "OK", "KY", "LA", "VA", "AL", "MS", "SC"),
    "Midwest": ("OH", "MO", "IL", "MN", "IN", "WI", "MI", "NE", "IA", "KS"),
    "Northeast": ("PA", "NY", "NH"),
    "West": ("AZ", "CA", "CO", "WA", "NV", "UT", "NM", "OR", "ID", "HI", "AK"),
}
REGION_OF = {state: region for region, states in _REGIONS.items() for state in states}

# General state sales tax in hundredths of a percent.
TAX_BPS = {
    "AR": 650, "TX": 625, "GA": 400, "AZ": 560, "OH": 575, "CA": 725, "FL": 600, "MO": 423, "CO": 290, "NC": 475,
    "IL": 625, "WA": 650, "TN": 700, "PA": 600, "MN": 688, "NV": 685, "IN": 700, "UT": 610, "OK": 450, "KY": 600,
    "LA": 445, "NM": 488, "VA": 530, "WI": 500, "AL": 400, "MI": 600, "NE": 550, "OR": 0, "MS": 700, "ID": 600,
    "IA": 600, "SC": 600, "NY": 400, "HI": 400, "AK": 0, "KS": 650, "NH": 0,
}  # fmt: skip

SUPERCENTER = Format("Supercenter", 6 * 3600, 23 * 3600, 1.0, 1.0)
MARKET = Format("Neighborhood Market", 6 * 3600, 23 * 3600, 0.62, 0.9)
EXPRESS = Format("Express", 7 * 3600, 22 * 3600, 0.38, 0.8)
_FORMATS = (SUPERCENTER, SUPERCENTER, MARKET, SUPERCENTER, EXPRESS, SUPERCENTER, MARKET)  # assumption


def make_stores(params: Params, start: date) -> list[Store]:
    """The company's stores, numbered from 1: the cities in turn, again from the first when they run out."""
    key = random.stream(params.seed, "stores")
    return [_store(index, key, start) for index in range(params.stores)]


def _store(index: int, key: np.uint64, start: date) -> Store:
    city, lap = CITIES[index % len(CITIES)], index // len(CITIES)
    form = _FORMATS[index % len(_FORMATS)]
    draw = random.fold(key, index + 1)
    age = int(random.below(random.fold(draw, 1), 25 * 365)) + 200
    spread = 0.75 + int(random.below(random.fold(draw, 2), 501)) / 1000  # 0.75 to 1.25, assumption
    # Further stores of a city stand some kilometres from its centre.
    shift = [int(random.below(random.fold(draw, 3 + axis), 241) - 120) / 1000 * min(lap, 1) for axis in (0, 1)]
    placed = City(city.name, city.state, round(city.latitude + shift[0], 4), round(city.longitude + shift[1], 4),
                  city.time_zone, city.zip_prefix)  # fmt: skip
    suffix = f" {lap + 1}" if lap else ""
    return Store(index + 1, f"{city.name} {form.name}{suffix}", placed, REGION_OF[city.state], form,
                 start - timedelta(days=age), round(form.draw * spread, 4), TAX_BPS[city.state])  # fmt: skip
