"""The common rhythm of days: weekdays, early-month days, holidays, seasons of needs.

A day's *pull* (a log weight in 1/1024) makes shoppers choose it rather than its neighbours; its
*pace* (a factor in 1/1024) makes them come more often; its *basket* (likewise) makes trips larger.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sim import tables
from sim.params import Params
from sim.taxonomy import Need

CLOSED = -(1 << 20)  # a pull that no noise outweighs

# Monday to Sunday, relative to the mean day (M5: Sunday 1.21, Wednesday .88).
_WEEKDAY = (0.95, 0.89, 0.88, 0.89, 1.00, 1.19, 1.20)


@dataclass(frozen=True)
class Day:
    """One world day's weights; `season` has one log weight (1/1024) a need."""

    pull: int
    pace: int
    basket: int
    season: NDArray[np.int32]
    closed: bool


def thanksgiving(year: int) -> date:
    """The fourth Thursday of November."""
    first = date(year, 11, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 21)


def super_bowl(year: int) -> date:
    """The second Sunday of February."""
    first = date(year, 2, 1)
    return first + timedelta(days=(6 - first.weekday()) % 7 + 7)


def easter(year: int) -> date:
    """Gregorian Easter Sunday (Meeus' algorithm)."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    k = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * k) // 451
    month, day = divmod(h + k - 7 * m + 114, 31)
    return date(year, month, day + 1)


def _last_monday_of_may(year: int) -> date:
    end = date(year, 5, 31)
    return end - timedelta(days=end.weekday())


def _rush(day: date) -> float:
    """Holiday demand as a log factor: pre-holiday days above 0, the lull after Christmas below."""
    year = day.year
    peaks = (
        # (day of the feast, days of run-up, height, days of after-lull, depth)
        (thanksgiving(year), 6, 0.30, 1, -0.25),
        (date(year, 12, 25), 14, 0.48, 5, -0.20),
        (super_bowl(year), 3, 0.12, 0, 0.0),
        (easter(year), 4, 0.14, 1, -0.15),
        (_last_monday_of_may(year), 3, 0.08, 0, 0.0),
        (date(year, 7, 4), 4, 0.12, 1, -0.08),
        (date(year, 10, 31), 4, 0.06, 0, 0.0),
    )
    total = 0.0
    for feast, before, height, after, depth in peaks:
        ahead = (feast - day).days
        if 0 < ahead <= before:
            total += height * (before + 1 - ahead * 0.6) / before
        elif -after <= ahead <= 0:
            total += depth
    if day - thanksgiving(year) == timedelta(days=1):  # the day after Thanksgiving is a shopping day
        total += 0.65
    return total


def _swell(season: str, day: date) -> float:
    """The log factor of a named season on a day."""
    year = day.year
    if season == "gifts":
        ahead = (date(year, 12, 25) - day).days
        return 1.0 if 0 < ahead <= 14 else 0.75 if 14 < ahead <= 32 else 0.0
    if season == "holiday":
        near = (0 < (date(year, 12, 25) - day).days <= 10) or (0 < (thanksgiving(year) - day).days <= 8)
        return 0.9 if near or 0 < (easter(year) - day).days <= 5 else 0.0
    if season == "candy":
        feasts = (date(year, 10, 31), date(year, 2, 14), date(year, 12, 25), easter(year))
        return 0.9 if any(0 < (feast - day).days <= 10 for feast in feasts) else 0.0
    if season == "decor":
        return 1.1 if day.month in (11, 12) and day.day < 25 else 0.7 if day.month == 10 else -0.3
    if season == "school":
        return 1.0 if date(year, 7, 20) <= day <= date(year, 8, 31) else 0.0
    # Smooth seasons: a triangle round the middle of the season.
    middles = {"summer": (196, 0.45), "garden": (135, 0.9), "winter": (20, 0.5)}
    if season in middles:
        middle, height = middles[season]
        distance = abs(day.timetuple().tm_yday - middle)
        distance = min(distance, 365 - distance)
        return height * (1 - distance / 91.25)
    return 0.0


class Rhythm:
    """The calendar under a set of parameters."""

    def __init__(self, params: Params, needs: tuple[Need, ...]) -> None:
        switch = 1.0 if params.mechanisms.calendar else 0.0
        self._weekday = params.calendar.weekday_strength * switch
        self._holiday = params.calendar.holiday_strength * switch
        self._payday = params.calendar.payday_strength * switch
        self._season = params.calendar.season_strength * switch
        self._seasons = tuple(need.season for need in needs)
        self._food = np.array([need.department == "Grocery" for need in needs])
        self.day = lru_cache(maxsize=1024)(self._day)
        self.window = lru_cache(maxsize=4)(self._window)

    def _day(self, day: date) -> Day:
        rush = self._holiday * _rush(day)
        # Early-month income is spent on food: more lines of food, and slightly more trips.
        month = self._payday * (0.09 if day.day <= 10 else 0.0 if day.day <= 20 else -0.04)
        week = self._weekday * math.log(_WEEKDAY[day.weekday()])
        season = np.array([self._season * _swell(name, day) for name in self._seasons])
        closed = (day.month, day.day) == (12, 25)
        pull = CLOSED if closed else round((week + 0.6 * rush + 0.5 * month) * tables.UNIT)
        # The whole fortnight round a feast runs at a faster pace; pull alone only moves trips within a week.
        return Day(
            pull=pull,
            pace=round(math.exp(0.35 * rush + 0.5 * month) * tables.UNIT),
            basket=round(math.exp(0.55 * rush + 0.4 * month) * tables.UNIT),
            season=np.rint((season + 0.5 * month * self._food) * tables.UNIT).astype(np.int32),
            closed=closed,
        )

    def _window(self, first: date, days: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """The pulls and the days of the month of `days` days from `first`."""
        ahead = [first + timedelta(days=i) for i in range(days)]
        pulls = np.array([self.day(day).pull for day in ahead], dtype=np.int32)
        return pulls, np.array([day.day for day in ahead], dtype=np.int32)
