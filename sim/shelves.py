"""Replenishment arithmetic: when a store reorders and up to what level.

An (s, S) policy: s covers expected demand until an order placed at the next review arrives, plus
safety stock in standard deviations of that demand; S adds the days an order should cover.
Demand is expected from usual sales, smoothed exponentially, and from what the calendar brings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim import random
from sim.clock import day_number

if TYPE_CHECKING:
    from sim.world import World

Ints = NDArray[np.int64]

LEARNING = 5  # usual sales move 1/32 of the way to a day's sales
REVIEW_DAYS = 1  # every store looks at its shelves at each day's boundary
_OVERDISPERSION = 1.6  # variance of daily demand over its mean (assumption: demand is lumpier than Poisson)
_FRESH_COVER = 0.5  # perishables are ordered for half as many days (assumption)
_RATE_UNIT = 2.0**16


def levels(world: World, usual_sales: Ints, listed: NDArray[np.bool_], outlook: Ints) -> tuple[Ints, Ints]:
    """Reorder points and order-up-to levels in units; 0 where a product is not listed."""
    settings, catalogue = world.params.stock, world.catalogue
    daily = usual_sales / _RATE_UNIT * (outlook / 1024)
    lead = np.array([row[4] for row in world.suppliers])[catalogue.supplier - 1] + REVIEW_DAYS
    over_lead = daily * lead
    # Square roots are exactly rounded by IEEE 754, so these levels are the same on every machine.
    point = np.ceil(over_lead + settings.safety * np.sqrt(_OVERDISPERSION * over_lead))
    cover = np.ceil(daily * settings.cover_days * np.where(world.fresh, _FRESH_COVER, 1.0))
    up_to = point + np.maximum(cover, world.case)
    return (point * listed).astype(np.int64), (up_to * listed).astype(np.int64)


def first_levels(world: World, store_id: int, usual_sales: Ints) -> tuple[Ints, Ints]:
    """The levels that a store opens with."""
    return levels(world, usual_sales, world.listed(store_id), world.offers.outlook(day_number(world.start)))


def first_stock(world: World, store_id: int, point: Ints, up_to: Ints) -> Ints:
    """Units on the shelves of a store that has long been open: anywhere between its levels.

    Under an (s, S) policy stock and orders together are as likely at each level from s + 1 to S (Zipkin 2000),
    so the first weeks order neither more nor less than later ones. Where what sells is ordered daily, that is S.
    """
    if not world.params.mechanisms.replenishment:
        return up_to.copy()
    key = random.fold(random.stream(world.params.seed, "opening stock"), store_id, np.arange(len(up_to)))
    return up_to - random.below(key, np.maximum(up_to - point, 1))
