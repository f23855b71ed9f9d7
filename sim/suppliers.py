"""Suppliers: agents that answer orders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa  # type: ignore[import-untyped]
import numpy as np
from numpy.typing import NDArray

from sim import random
from sim.clock import day_number

if TYPE_CHECKING:
    from sim.model import RetailModel

Ints = NDArray[np.int64]


class SupplierAgent(mesa.Agent):  # type: ignore[misc]
    """A supplier with its usual lead time in days."""

    model: RetailModel

    def __init__(self, model: RetailModel, supplier_id: int, lead_time_days: int) -> None:
        super().__init__(model)
        self.supplier_id, self.lead_time_days = supplier_id, lead_time_days
        seed = model.world.params.seed
        self.lead_key = np.uint64(random.fold(random.stream(seed, "lead time"), supplier_id))
        self.short_key = np.uint64(random.fold(random.stream(seed, "short delivery"), supplier_id))


class Suppliers:
    """All suppliers of a chain, answering a store's orders of a day at once."""

    def __init__(self, agents: list[SupplierAgent]) -> None:
        world = agents[0].model.world
        self._stock = world.params.stock
        self._strike = day_number(world.start) + self._stock.strike_from
        self.lead_time = np.array([agent.lead_time_days for agent in agents], dtype=np.int64)
        self._lead_key = np.array([agent.lead_key for agent in agents])
        self._short_key = np.array([agent.short_key for agent in agents])

    def answer(
        self, store_id: int, supplier: Ints, products: Ints, quantity: Ints, day: int
    ) -> tuple[Ints, Ints, Ints]:
        """Expected days, days of arrival and quantities that will arrive, by product ordered on `day`.

        Lateness is a matter of the single order; a shortage strikes a product at the supplier, whoever orders.
        """
        stock, expected = self._stock, day + self.lead_time[supplier - 1]
        key = random.fold(self._lead_key[supplier - 1], store_id, products, day)
        late = random.happens(random.fold(key, 1), stock.late_share)
        delay = np.where(late, 1 + random.below(random.fold(key, 2), stock.late_days), 0)
        shortage = random.happens(random.fold(self._short_key[supplier - 1], products, day), stock.short_share)
        fill = round(stock.short_fill * 1024)
        arriving = np.where(shortage, np.maximum(quantity * fill // 1024, 1), quantity)
        arrives = expected + delay
        if stock.strike_supplier:
            # What would have come during the strike is shipped when it ends.
            end = self._strike + stock.strike_days
            struck = (supplier == stock.strike_supplier) & (arrives >= self._strike) & (arrives < end)
            arrives = np.where(struck, end + self.lead_time[supplier - 1], arrives)
        return expected, arrives, arriving
