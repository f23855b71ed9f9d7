"""Suppliers: agents that answer orders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa  # type: ignore[import-untyped]
import numpy as np
from numpy.typing import NDArray

from sim import random

if TYPE_CHECKING:
    from sim.model import RetailModel

Ints = NDArray[np.int64]


class SupplierAgent(mesa.Agent):  # type: ignore[misc]
    """A supplier: answers each order with the day on which it comes and how much of it comes."""

    model: RetailModel

    def __init__(self, model: RetailModel, supplier_id: int, lead_time_days: int) -> None:
        super().__init__(model)
        self.supplier_id, self.lead_time_days = supplier_id, lead_time_days
        seed = model.world.params.seed
        self._lead_key = random.fold(random.stream(seed, "lead time"), supplier_id)
        self._short_key = random.fold(random.stream(seed, "short delivery"), supplier_id)

    def answer(self, store_id: int, products: Ints, quantity: Ints, day: int) -> tuple[Ints, Ints]:
        """Days of arrival and quantities that will arrive, by product ordered on `day`.

        Lateness is a matter of the single order; a shortage strikes a product at the supplier, whoever orders.
        """
        stock = self.model.world.params.stock
        key = random.fold(self._lead_key, store_id, products, day)
        late = random.happens(random.fold(key, 1), stock.late_share)
        delay = np.where(late, 1 + random.below(random.fold(key, 2), stock.late_days), 0)
        shortage = random.happens(random.fold(self._short_key, products, day), stock.short_share)
        fill = round(stock.short_fill * 1024)
        arriving = np.where(shortage, np.maximum(quantity * fill // 1024, 1), quantity)
        return day + self.lead_time_days + delay, arriving
