"""Which goods come back: decided when they are sold, happening days later."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim import chores, hours
from sim.clock import numbered_day
from sim.frames import CHANNELS
from sim.geography import Store
from sim.records import Lines
from sim.state import RETURN_COLUMNS, nothing_under_way
from sim.world import LOOK_AHEAD, World

Ints = NDArray[np.int64]


def regrets(world: World, store: Store, day: int, lines: Lines, transaction: Ints, channel: Ints) -> Ints:
    """The returns that lines sold on `day` will lead to, with the columns of RETURN_COLUMNS.

    `transaction` and `channel` are the lines' transaction numbers and channels. Perishables never return
    to the shelf.
    """
    if not world.params.mechanisms.returns:
        return nothing_under_way(RETURN_COLUMNS)
    online = (channel != CHANNELS.index("store")).astype(np.int64)
    found = np.empty((len(transaction), len(RETURN_COLUMNS)), dtype=np.int64)
    pull, _ = world.rhythm.window(numbered_day(day), LOOK_AHEAD)
    midnight = hours.midnights(store.city.time_zone, day, world.comebacks.longest_days + 2)
    count = chores.comebacks(
        transaction, lines.number, lines.product, lines.quantity, lines.price, online, day, pull, midnight,
        hours.opening(store), world.comebacks, found,
    )  # fmt: skip
    return found[:count]
