"""The reference of `bench simulate` for agents: a shop as a Mesa tutorial would write it.

Shoppers are Python objects. On each step one visits the store at home with the given chance and takes so many items
from shelves that are filled up at the day's start: drawn by popularity, or those of most utility among the items of a
need. No habits, missions, calendar, orders or files: less work a step than the simulator's shoppers do.
"""

from __future__ import annotations

import argparse
import json
import time
from itertools import accumulate
from math import log, log1p

import mesa  # type: ignore[import-untyped]

_LEVEL = 200  # units of an item on the shelf in the morning
_SENSITIVITY = 3.0  # median, to log price


class Shop(mesa.Agent):  # type: ignore[misc]
    """A store: what is on its shelves, and what was sold."""

    def __init__(self, model: Mall) -> None:
        super().__init__(model)
        self.shelf: list[int] = []
        self.sold: list[tuple[int, int, int]] = []

    def step(self) -> None:
        """Fill the shelves, and count what was sold the day before."""
        self.shelf = [_LEVEL] * len(self.model.items)
        self.model.lines += len(self.sold)
        self.sold = []


class Shopper(mesa.Agent):  # type: ignore[misc]
    """A customer with a store at home."""

    def __init__(self, model: Mall, shop: Shop) -> None:
        super().__init__(model)
        self.shop = shop
        self.sensitivity = model.random.lognormvariate(log(_SENSITIVITY), 0.35)

    def step(self) -> None:
        """Perhaps visit the store, and take what is there."""
        model, shelf = self.model, self.shop.shelf
        if model.random.random() >= model.chance:
            return
        wanted = 1 + int(model.random.expovariate(model.pace)) if model.pace else 1
        for item in self.chosen(wanted):
            if shelf[item]:
                shelf[item] -= 1
                self.shop.sold.append((model.steps, self.unique_id, item))

    def chosen(self, wanted: int) -> list[int]:
        """Items drawn by popularity."""
        drawn: list[int] = self.model.random.choices(self.model.items, cum_weights=self.model.popularity, k=wanted)
        return drawn


class Chooser(Shopper):
    """A customer who weighs the items of a need."""

    def chosen(self, wanted: int) -> list[int]:
        """Needs drawn by popularity, and of each the item of most utility."""
        model, uniform, sensitivity = self.model, self.model.random.random, self.sensitivity
        attraction, log_price = model.attraction, model.log_price

        def utility(item: int) -> float:
            noise: float = -log(-log(uniform() or 0.5))
            return float(attraction[item] - sensitivity * log_price[item] + noise)

        needs = model.random.choices(model.needs, cum_weights=model.popularity[: len(model.needs)], k=wanted)
        return [max(need, key=utility) for need in needs]


class Mall(mesa.Model):  # type: ignore[misc]
    """The stores and their customers."""

    def __init__(self, chosen: argparse.Namespace) -> None:
        super().__init__(seed=chosen.seed)
        self.chance, self.lines = chosen.chance, 0
        # The whole part of an exponential time of this rate has the mean 1 / (e^rate - 1).
        self.pace = log1p(1 / (chosen.lines - 1)) if chosen.lines > 1 else 0.0
        self.items = list(range(chosen.products))
        self.needs = [self.items[number :: chosen.needs] for number in range(min(chosen.needs, chosen.products))]
        self.popularity = list(accumulate(1 / (rank + 1) for rank in self.items))
        self.attraction = [self.random.gauss(0, 1) for _ in self.items]
        self.log_price = [self.random.gauss(0, 0.3) for _ in self.items]
        self.shops = [Shop(self) for _ in range(chosen.stores)]
        self.kind = Chooser if chosen.utility else Shopper
        for number in range(chosen.customers):
            self.kind(self, self.shops[number % chosen.stores])

    def step(self) -> None:
        """A day: the stores open, the customers come in any order."""
        self.agents_by_type[Shop].do("step")
        self.agents_by_type[self.kind].shuffle_do("step")


def main() -> None:
    """Run, and print what the steps took, as JSON; making the agents is left out."""
    parser = argparse.ArgumentParser(prog="bench.mesa_shop", description=__doc__)
    whole = {"customers": 20_000, "products": 1_500, "needs": 80, "stores": 12, "days": 30, "seed": 42}
    for name, default in whole.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--chance", type=float, default=0.14, help="of a visit, a day")
    parser.add_argument("--lines", type=float, default=3.5, help="mean lines of a visit")
    parser.add_argument("--utility", action="store_true", help="choose by utility")
    chosen = parser.parse_args()
    mall = Mall(chosen)
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(chosen.days):
        mall.step()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    lines = mall.lines + sum(len(shop.sold) for shop in mall.shops)
    print(json.dumps({"wall": wall, "cpu": cpu, "lines": lines, "steps": chosen.customers * chosen.days}))


if __name__ == "__main__":
    main()
