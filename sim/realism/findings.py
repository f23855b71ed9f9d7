"""What a row's measurement hands back: values, further figures, and what to draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Missing:
    """In the place of a value: why there is none."""

    reason: str


@dataclass(frozen=True)
class Series:
    """Points of one picture; x and y of equal length, x ascending for lines."""

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]


@dataclass(frozen=True)
class Picture:
    """A small plot. `labels`, where given, names the bars in turn; `log` makes both axes logarithmic."""

    title: str
    x_label: str
    y_label: str
    kind: Literal["bars", "line", "dots"]
    series: tuple[Series, ...]
    labels: tuple[str, ...] = ()
    log: bool = False


@dataclass(frozen=True)
class Finding:
    """Values by the keys of the row's statistics, further figures by name, and pictures."""

    values: dict[str, float | Missing]
    details: dict[str, float] = field(default_factory=dict)
    pictures: tuple[Picture, ...] = ()


def series(name: str, x: ArrayLike, y: ArrayLike) -> Series:
    """A Series from anything that numpy takes."""
    return Series(name, _plain(x), _plain(y))


def thinned(values: Floats, most: int = 200) -> Floats:
    """At most `most` of the values, evenly spaced, the first and the last among them."""
    at = np.unique(np.linspace(0, len(values) - 1, min(most, len(values))).round().astype(int))
    kept: Floats = values[at]
    return kept


def top_share(amounts: ArrayLike, share: float = 0.2) -> float:
    """The part of the total that the largest `share` of the amounts hold (their number rounded, at least 1)."""
    ordered = np.sort(np.asarray(amounts, dtype=np.float64))[::-1]
    count = max(1, round(share * len(ordered)))
    return float(ordered[:count].sum() / ordered.sum())


def ratio(above: float, below: float) -> float | Missing:
    """A quotient, or the reason why there is none."""
    return above / below if below > 0 else Missing("nothing to divide by")


def ranks(values: ArrayLike) -> Floats:
    """Ranks from 1, ties sharing their mean rank."""
    data = np.asarray(values, dtype=np.float64)
    found, inverse, counts = np.unique(data, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    mean_rank: Floats = (last - (counts - 1) / 2)[inverse]
    return mean_rank


def correlation(x: ArrayLike, y: ArrayLike) -> float:
    """Pearson's correlation; NaN when either side is constant."""
    a = np.asarray(x, dtype=np.float64) - np.mean(np.asarray(x, dtype=np.float64))
    b = np.asarray(y, dtype=np.float64) - np.mean(np.asarray(y, dtype=np.float64))
    spread = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / spread if spread > 0 else float("nan")


def spearman(x: ArrayLike, y: ArrayLike) -> float:
    """Spearman's rank correlation; NaN when either side is constant."""
    return correlation(ranks(x), ranks(y))


def _plain(values: ArrayLike | Sequence[float]) -> tuple[float, ...]:
    return tuple(float(value) for value in np.asarray(values, dtype=np.float64).ravel())
