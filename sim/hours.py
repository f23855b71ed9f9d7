"""When in the day shoppers come, within a store's opening hours.

Shares by hour for three kinds of shopper (early, midday, evening), weekdays and weekends:
assumptions in the shape of Complete Journey's trips (38% of them at 15-19h; 10-15h a quarter
more frequent on weekends).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sim import random
from sim.clock import local_midnight_offset, numbered_day
from sim.geography import Store
from sim.records import Opening

Ints = NDArray[np.int64]

_WEEKDAY = (2, 5, 12, 20, 32, 46, 55, 60, 58, 58, 66, 80, 92, 82, 60, 40, 24, 10)  # 06h to 23h
_WEEKEND = (2, 5, 14, 30, 50, 66, 72, 74, 74, 72, 68, 66, 62, 52, 40, 28, 17, 8)
_LEAN = np.array([-0.14, 0.0, 0.14])  # how the kinds tilt the day, log weight an hour
LAST_MARGIN = 120  # nobody checks out in the last two minutes


def _cumulative(opens: int, closes: int) -> Ints:
    """Cumulative thresholds of 2**-30 by [weekend, kind, hour of the day]."""
    weights = np.zeros((2, 3, 24))
    profile = np.array([_WEEKDAY, _WEEKEND], dtype=np.float64)
    weights[:, :, 6:24] = profile[:, None, :] * np.exp(_LEAN[:, None] * (np.arange(18) - 8.5)[None, :])
    hour = np.arange(24) * 3600
    inside = np.minimum(hour + 3600, closes) - np.maximum(hour, opens)
    weights *= np.clip(inside, 0, 3600) / 3600
    return random.threshold(np.cumsum(weights, axis=2) / weights.sum(axis=2, keepdims=True))


@lru_cache(maxsize=256)
def opening(store: Store) -> Opening:
    """A store's hours as the compiled loops take them."""
    form = store.format
    return Opening(_cumulative(form.opens, form.closes), form.opens, form.closes - LAST_MARGIN)


@lru_cache(maxsize=64)
def midnights(zone: str, first: int, days: int) -> Ints:
    """Local midnights of `days` days from day number `first`, in seconds from the world days' beginnings."""
    return np.array([local_midnight_offset(numbered_day(first + i), zone) for i in range(days)], dtype=np.int64)
