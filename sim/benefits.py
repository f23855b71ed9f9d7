"""SNAP (food stamps): the days of the month on which the states pay it out.

Source: US Department of Agriculture, Food and Nutrition Service, monthly issuance schedule for all
states, simplified to the calendar days of the month (schedules by weekday or county are given as the
days they usually fall on). In M5, CA, TX and WI have ten days each; today's schedules are longer.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim import random


def _days(first: int, last: int, step: int = 1) -> frozenset[int]:
    return frozenset(range(first, last + 1, step))


SNAP_DAYS: dict[str, frozenset[int]] = {
    "AK": _days(1, 1), "AL": _days(4, 23), "AR": _days(4, 13), "AZ": _days(1, 13), "CA": _days(1, 10),
    "CO": _days(1, 10), "CT": _days(1, 3), "DC": _days(1, 10), "DE": _days(2, 23), "FL": _days(1, 28),
    "GA": _days(5, 23, 2), "HI": _days(3, 5, 2), "IA": _days(1, 10), "ID": _days(1, 10), "IL": _days(1, 10),
    "IN": _days(5, 23, 2), "KS": _days(1, 10), "KY": _days(1, 19), "LA": _days(1, 23), "MA": _days(1, 14),
    "MD": _days(4, 23), "ME": _days(10, 14), "MI": _days(3, 21, 2), "MN": _days(4, 13), "MO": _days(1, 22),
    "MS": _days(4, 21), "MT": _days(2, 6), "NC": _days(3, 21, 2), "ND": _days(1, 1), "NE": _days(1, 5),
    "NH": _days(5, 5), "NJ": _days(1, 5), "NM": _days(1, 20), "NV": _days(1, 10), "NY": _days(1, 9),
    "OH": _days(2, 20, 2), "OK": _days(1, 10), "OR": _days(1, 9), "PA": _days(1, 14), "RI": _days(1, 1),
    "SC": _days(1, 10), "SD": _days(10, 10), "TN": _days(1, 20), "TX": _days(1, 28), "UT": frozenset({5, 11, 15}),
    "VA": frozenset({1, 4, 7}), "VT": _days(1, 1), "WA": _days(1, 20), "WI": _days(1, 15), "WV": _days(1, 9),
    "WY": _days(1, 4),
}  # fmt: skip


def payment_days(keys: random.U64, states: list[str], share: float) -> NDArray[np.int64]:
    """Day of the month of each household's benefits, 0 for those without; one of its state's days, for good."""
    days = [sorted(SNAP_DAYS.get(state, ())) for state in states]
    receives = random.happens(random.fold(keys, 1), share)
    count = np.array([len(of_state) for of_state in days], dtype=np.int64)
    place = random.below(random.fold(keys, 2), np.maximum(count, 1))
    found = [of_state[at] if of_state else 0 for of_state, at in zip(days, place, strict=True)]
    return np.where(receives, np.array(found, dtype=np.int64), 0)
