"""Which goods come back: decided when they are sold, happening days later."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim import hours, kernels, random
from sim.clock import numbered_day
from sim.frames import CHANNELS, REASONS
from sim.geography import Store
from sim.records import Lines
from sim.state import RETURN_COLUMNS, nothing_under_way
from sim.world import World

Ints = NDArray[np.int64]


def regrets(world: World, store: Store, day: int, lines: Lines, transaction: Ints, channel: Ints) -> Ints:
    """The returns that lines sold on `day` will lead to, with the columns of RETURN_COLUMNS.

    `transaction` and `channel` are the lines' transaction numbers and channels. Part of a line's units
    or all come back once; perishables never return to the shelf.
    """
    settings = world.params.returns
    stream = random.stream(world.params.seed, "returns")
    online = (channel != CHANNELS.index("store")).astype(np.int64)
    place = np.empty(len(transaction), dtype=np.int64)
    count = kernels.coming_back(stream, transaction, lines.number, lines.product, online, world.return_threshold, place)
    if not count or not world.params.mechanisms.returns:
        return nothing_under_way(RETURN_COLUMNS)
    back = place[:count]
    found = np.empty((count, len(RETURN_COLUMNS)), dtype=np.int64)
    key, product = random.fold(stream, transaction[back], lines.number[back]), lines.product[back]
    # The sooner of two uniform days: most goods come back early.
    wait = np.minimum(*(1 + random.below(random.fold(key, part), settings.longest_days) for part in (2, 3)))
    possible, at = np.unique(day + wait, return_inverse=True)
    due = np.array([_open_day(world, int(other)) for other in possible], dtype=np.int64)[at]
    units = 1 + random.below(random.fold(key, 4), lines.quantity[back])
    restocked = random.happens(random.fold(key, 5), settings.restocked_share) & ~world.fresh[product]
    kind, hour_key = random.below(random.fold(key, 6), 3), random.fold(key, 7)
    found[:, 0] = due
    found[:, 1] = hours.seconds(store, due, hour_key, kind)
    found[:, 2], found[:, 3], found[:, 4] = transaction[back], lines.number[back], product
    found[:, 5], found[:, 6] = units, lines.price[back]
    found[:, 7] = np.where(restocked, units, 0)
    found[:, 8] = random.below(random.fold(key, 8), len(REASONS))
    return found


def _open_day(world: World, day: int) -> int:
    """The day itself, or the next when stores are closed on it."""
    return day + int(world.rhythm.day(numbered_day(day)).closed)
