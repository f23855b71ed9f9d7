"""The chain's prices: rare regular changes with odd endings, and the promotion calendar.

Both follow from parameters, start and day alone, so every shard decides alike.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from sim import random
from sim.catalogue import Catalogue, odd_price
from sim.clock import day_number
from sim.params import Params

Ints = NDArray[np.int64]

KEYS_PER_DAY = 100_000_000_000  # chain-wide keys are day x this + product_id, like transaction numbers
_WEDNESDAY, TUESDAY = 4, 3  # day numbers modulo 7, day 0 being a Saturday
_LEVEL_LOW, _LEVEL_HIGH = 8_000, 14_000  # regular prices stay within 80% to 140% of the first (assumption)
KINDS = ("weekly_ad", "rollback")
MARKDOWN, MARKDOWN_DAYS = "markdown", 14


@dataclass(frozen=True)
class PriceChange:
    """One regular price change of the whole chain; product by position, cents."""

    product: int
    day: int
    old: int
    new: int

    @property
    def reason(self) -> str:
        """Rises follow costs, cuts follow competitors."""
        return "cost" if self.new > self.old else "competition"


class PricePlan:
    """Regular prices by day; changes take effect on Tuesdays after the start."""

    def __init__(self, params: Params, catalogue: Catalogue, start: date, promotions: PromotionCalendar) -> None:
        self._params, self._catalogue, self._promotions, self.start = params, catalogue, promotions, start
        self._key = random.stream(params.seed, "price changes")
        self._first = day_number(start)
        self._first_tuesday = self._first + 1 + (TUESDAY - self._first - 1) % 7
        self._prices: list[Ints] = [catalogue.base_price.copy()]
        self._levels = np.full(catalogue.size, 10_000, dtype=np.int64)
        self._changes: list[list[PriceChange]] = [[]]
        self._lock = threading.Lock()

    def regular(self, day: int) -> Ints:
        """Regular prices in cents on a day."""
        step = self._step(day)
        self._extend(step)
        return self._prices[step]

    def changes(self, day: int) -> list[PriceChange]:
        """The changes that take effect on a day."""
        step = self._step(day)
        if step == 0 or self._first_tuesday + 7 * (step - 1) != day:
            return []
        self._extend(step)
        return self._changes[step]

    def _step(self, day: int) -> int:
        return max(0, (day - self._first_tuesday) // 7 + 1)

    def _extend(self, step: int) -> None:
        if step < len(self._prices):
            return
        with self._lock:
            while len(self._prices) <= step:
                self._next(self._first_tuesday + 7 * (len(self._prices) - 1))

    def _next(self, day: int) -> None:
        settings = self._params.prices
        old = self._prices[-1]
        key = random.fold(self._key, np.arange(self._catalogue.size), day)
        share = settings.weekly_change_share if self._params.mechanisms.price_policy else 0.0
        moves = random.happens(random.fold(key, 1), share) & (self._promotions.on(day).identity == 0)
        low, high = round(settings.smallest_step * 10_000), round(settings.largest_step * 10_000)
        step = low + random.below(random.fold(key, 2), high - low + 1)
        up = random.happens(random.fold(key, 3), settings.rise_share)
        level = self._levels * (10_000 + np.where(up, step, -step)) // 10_000
        bounced = self._levels * (10_000 + np.where(up, -step, step)) // 10_000
        level = np.where((level < _LEVEL_LOW) | (level > _LEVEL_HIGH), bounced, level)
        new = np.where(moves, odd_price(self._catalogue.base_price * level // 10_000, random.fold(key, 4)), old)
        self._levels = np.where(moves, level, self._levels)
        moved = np.flatnonzero(new != old)
        self._changes.append([PriceChange(int(p), day, int(old[p]), int(new[p])) for p in moved])
        self._prices.append(new)


@dataclass(frozen=True)
class Promoted:
    """The promotions of one week, one entry a product; `identity` 0 where there is none."""

    identity: Ints
    percent: Ints
    starts: Ints
    ends: Ints
    kind: Ints


class PromotionCalendar:
    """Whole-week promotions from Wednesday to Tuesday, some of two weeks; none follows on itself."""

    def __init__(self, params: Params, catalogue: Catalogue) -> None:
        self._params, self._size = params, catalogue.size
        self._key = random.stream(params.seed, "promotions")
        self._weeks: dict[int, Promoted] = {}

    def on(self, day: int) -> Promoted:
        """The promotions in force on a day."""
        week = day - (day - _WEDNESDAY) % 7
        found = self._weeks.get(week)
        if found is None:
            found = self._weeks[week] = self._week(week)
        return found

    def starting(self, day: int) -> Promoted | None:
        """The promotions of the week that starts on a day; None unless it is a Wednesday."""
        return self.on(day) if (day - _WEDNESDAY) % 7 == 0 else None

    def _week(self, week: int) -> Promoted:
        now, now_long = self._drawn(week)
        before, before_long = self._drawn(week - 7)
        earlier, _ = self._drawn(week - 14)
        # A start right after a start is dropped, so a promotion is never cut short or extended.
        carried = before & before_long & ~earlier
        fresh = now & ~before
        starts = np.where(carried, week - 7, week)
        long = np.where(carried, True, now_long)
        active = carried | fresh
        key = random.fold(self._key, np.arange(self._size), starts)
        settings = self._params.promotions
        steps = (settings.largest_depth - settings.smallest_depth) // 5 + 1
        percent = settings.smallest_depth + 5 * random.below(random.fold(key, 3), steps)
        identity = starts * KEYS_PER_DAY + np.arange(self._size) + 1
        return Promoted(
            np.where(active, identity, 0), np.where(active, percent, 0), starts, starts + np.where(long, 13, 6),
            np.where(long, 1, 0),
        )  # fmt: skip

    def _drawn(self, week: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        key = random.fold(self._key, np.arange(self._size), week)
        settings = self._params.promotions
        share = settings.weekly_share if self._params.mechanisms.promotions else 0.0
        return random.happens(random.fold(key, 1), share), random.happens(random.fold(key, 2), settings.long_share)
