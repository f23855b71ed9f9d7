"""Suppliers: agents that answer orders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa  # type: ignore[import-untyped]
import numpy as np

from sim import random
from sim.clock import day_number
from sim.records import Supply

if TYPE_CHECKING:
    from sim.model import RetailModel


class SupplierAgent(mesa.Agent):  # type: ignore[misc]
    """A supplier with its usual lead time in days."""

    model: RetailModel

    def __init__(self, model: RetailModel, supplier_id: int, lead_time_days: int) -> None:
        super().__init__(model)
        self.supplier_id, self.lead_time_days = supplier_id, lead_time_days
        seed = model.world.params.seed
        self.late_key = np.uint64(random.fold(random.stream(seed, "lead time"), supplier_id))
        self.short_key = np.uint64(random.fold(random.stream(seed, "short delivery"), supplier_id))


class Suppliers:
    """All suppliers of a chain, as the compiled loop that answers a store's orders takes them."""

    def __init__(self, agents: list[SupplierAgent]) -> None:
        world = agents[0].model.world
        stock, catalogue = world.params.stock, world.catalogue
        strike = day_number(world.start) + stock.strike_from
        self.supply = Supply(
            supplier=catalogue.supplier.astype(np.int64),
            cost=catalogue.unit_cost,
            lead_time=np.array([agent.lead_time_days for agent in agents], dtype=np.int64),
            late_key=np.array([agent.late_key for agent in agents]),
            short_key=np.array([agent.short_key for agent in agents]),
            late=int(random.threshold(stock.late_share)),
            late_days=stock.late_days,
            short=int(random.threshold(stock.short_share)),
            fill=round(stock.short_fill * 1024),
            strike_supplier=stock.strike_supplier,
            strike_from=strike,
            strike_end=strike + stock.strike_days,
        )
