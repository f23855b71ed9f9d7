"""What should react when a mechanism is switched off: rows of the realism scorecard, and statistics beside it."""

from __future__ import annotations

import re
from dataclasses import fields

from bench.child import BenchError
from bench.side_statistics import SIDES
from sim.params import Mechanisms
from sim.realism.bands import ROWS, Statistic
from sim.realism.text import figure

Key = tuple[int, str]  # a row's number and a statistic's key; row 0 is beside the card
EXPERIMENT: Key = (24, "experiment")

REACTS: dict[str, tuple[Key, ...]] = {
    "heterogeneity": ((1, "share"), (2, "r"), (3, "share")),
    "rhythm": ((5, "cv"),),
    "lifecycle": ((0, "gone"), (3, "share")),
    "missions": ((6, "cv"), (6, "single"), (7, "share")),
    "personal_baskets": ((1, "share"), (9, "lift")),
    "complements": ((0, "lift"),),
    "choice": ((9, "lift"), (24, "rises"), EXPERIMENT),
    "price_response": ((24, "rises"), EXPERIMENT),
    "stockpiling": ((0, "deal units"), (0, "soon again")),
    "finite_stock": ((28, "recaptured"),),
    "replenishment": ((29, "weekly"),),
    "calendar": ((11, "ratio"), (13, "peak"), (14, "early")),
    "benefits": ((14, "food"),),
    "shared_shocks": ((0, "together"),),
    "promotions": ((0, "promoted"),),
    "price_policy": ((23, "changes"), (24, "rises")),
    "channels": ((0, "online"),),
    "returns": ((0, "returned"),),
    "shrink": ((0, "shrunk"),),
}
# Rows whose one naive value is that of each of their statistics.
_NAIVE_OF_ALL = (14, 24, 28, 29)
_STATISTICS: dict[Key, Statistic] = {(row.number, s.key): s for row in ROWS for s in row.statistics}


def mechanisms() -> list[str]:
    """All switches of the parameter tree; raises BenchError when one of them has no statistic here."""
    names = [entry.name for entry in fields(Mechanisms)]
    unknown = [name for name in names if name not in REACTS]
    if unknown:
        message = f"nothing is said to react to {', '.join(unknown)}: add it to bench/ablation_plan.py"
        raise BenchError(message)
    return names


def meaning(key: Key) -> str:
    """A statistic in words, with its row."""
    number, name = key
    return SIDES[name].meaning if number == 0 else f"{number}: {_STATISTICS[key].meaning}"


def naive(key: Key) -> str:
    """What a generator without behaviour shows."""
    number, name = key
    if number == 0:
        return SIDES[name].naive
    row = next(row for row in ROWS if row.number == number)
    place = [statistic.key for statistic in row.statistics].index(name)
    said = row.naive.removeprefix("r ")
    parts = re.split("[;,] ", said)
    if len(parts) == len(row.statistics):
        return parts[place]
    return said if place == 0 or number in _NAIVE_OF_ALL else "-"


def shown(key: Key, value: float | str) -> str:
    """A value as people write it; a reason why there is none stays out of the way."""
    if isinstance(value, str):
        return "none"
    return figure(_STATISTICS[key], value) if key[0] else f"{value:.3g}"
