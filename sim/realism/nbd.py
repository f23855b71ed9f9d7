"""The zero-truncated negative binomial distribution: purchases of those who bought at all.

Ehrenberg (1959): buyers' rates are gamma-distributed with shape r, purchases at a rate are Poisson,
so counts are negative binomial; who bought nothing is not seen, so zero is cut off.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_LOWEST, _HIGHEST = math.log(1e-3), math.log(1e5)  # of r; beyond, the fit is a log-series or a Poisson
_GOLDEN = (math.sqrt(5) - 1) / 2


@dataclass(frozen=True)
class Fit:
    """The fitted shape `r`, the mean `m` of the distribution before truncation, and the distance `ks`."""

    r: float
    m: float
    ks: float


def fit(counts: NDArray[np.int64]) -> Fit:
    """Maximum likelihood from purchases a buyer (each at least 1), and the Kolmogorov-Smirnov distance to it."""
    purchases, buyers = np.unique(counts, return_counts=True)
    mean = float(counts.mean())
    k, weight = purchases.astype(np.float64), buyers.astype(np.float64)
    low, high = _LOWEST, _HIGHEST
    inner, outer = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    at_inner, at_outer = (_log_likelihood(math.exp(x), mean, k, weight) for x in (inner, outer))
    while high - low > 1e-6:
        if at_inner > at_outer:
            high, outer, at_outer = outer, inner, at_inner
            inner = high - _GOLDEN * (high - low)
            at_inner = _log_likelihood(math.exp(inner), mean, k, weight)
        else:
            low, inner, at_inner = inner, outer, at_outer
            outer = low + _GOLDEN * (high - low)
            at_outer = _log_likelihood(math.exp(outer), mean, k, weight)
    r = math.exp((low + high) / 2)
    m = _untruncated_mean(r, mean)
    at = np.arange(1, int(purchases[-1]) + 1)
    seen = np.cumsum(np.bincount(counts, minlength=len(at) + 1)[1:]) / len(counts)
    return Fit(r, m, float(np.abs(seen - np.cumsum(probabilities(r, m, at))).max()))


def probabilities(r: float, m: float, k: NDArray[np.int64]) -> Floats:
    """The chances of k = 1, 2, ... purchases, given at least one."""
    return np.exp(_log_mass(r, m, k.astype(np.float64)))


def _log_mass(r: float, m: float, k: Floats) -> Floats:
    ahead = np.array([math.lgamma(x + r) - math.lgamma(x + 1) for x in k]) - math.lgamma(r)
    nothing = -r * math.log1p(m / r)
    mass: Floats = ahead + nothing + k * math.log(m / (r + m)) - math.log(-math.expm1(nothing))
    return mass


def _log_likelihood(r: float, mean: float, k: Floats, weight: Floats) -> float:
    return float(weight @ _log_mass(r, _untruncated_mean(r, mean), k))


def _untruncated_mean(r: float, mean: float) -> float:
    """The m at which the truncated mean m / (1 - P(0)) is `mean`, by bisection; that m is likeliest for this r."""
    low, high = 0.0, mean
    for _ in range(80):
        m = (low + high) / 2
        # At m near 0 the truncated mean tends to 1.
        truncated = m / -math.expm1(-r * math.log1p(m / r)) if m > 1e-12 else 1.0
        low, high = (m, high) if truncated < mean else (low, m)
    return max((low + high) / 2, 1e-12)
