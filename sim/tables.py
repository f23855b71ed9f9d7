"""Quantile tables of the distributions that shoppers are drawn from, rounded to fixed point.

Decisions read these whole numbers, never a transcendental function, so that two machines
whose mathematics libraries differ in the last bit still decide alike.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

UNIT = 1024  # utilities and log weights are whole numbers of 1/1024
SIZE = 4096  # quantiles in a table: a power of two, so that bits of a key index it
NOISE_SIZE = 16384

Table = NDArray[np.int64]


def _middles(size: int) -> NDArray[np.float64]:
    return (np.arange(size) + 0.5) / size


@cache
def gumbel() -> NDArray[np.int32]:
    """Standard Gumbel quantiles in 1/1024; adding them to utilities makes the maximum a logit choice."""
    quantiles: NDArray[np.int32] = np.rint(-np.log(-np.log(_middles(NOISE_SIZE))) * UNIT).astype(np.int32)
    return quantiles


@cache
def normal() -> Table:
    """Standard normal quantiles in 1/1024, by Newton's method on the error function."""
    quantiles = np.zeros(SIZE)
    for i, p in enumerate(_middles(SIZE)[: SIZE // 2]):
        x = -math.sqrt(-2 * math.log(2 * p)) if p < 0.3 else 0.0
        for _ in range(60):
            error = 0.5 * math.erfc(-x / math.sqrt(2)) - p
            x -= error / (math.exp(-x * x / 2) / math.sqrt(2 * math.pi))
        quantiles[i], quantiles[SIZE - 1 - i] = x, -x
    return np.rint(quantiles * UNIT).astype(np.int64)


@cache
def lognormal(median: float, sigma: float) -> Table:
    """Log-normal quantiles in 1/1024."""
    return np.rint(median * np.exp(sigma * normal() / UNIT) * UNIT).astype(np.int64)


@cache
def exponential(sigma: float) -> Table:
    """exp(sigma z) in 1/1024 for z from -4 to 4 in steps of 1/1024; index z * 1024 + 4096."""
    z = np.arange(-4 * UNIT, 4 * UNIT + 1) / UNIT
    factors: Table = np.rint(np.exp(sigma * z) * UNIT).astype(np.int64)
    return factors


@cache
def gamma(shape: float) -> Table:
    """Quantiles in 1/1024 of the gamma distribution with this shape and mean 1 (numerical integral)."""
    # On a logarithmic grid the density times x is smooth for every shape.
    grid = np.linspace(-60 / min(shape, 1.0) ** 0.5, math.log(shape + 40 * math.sqrt(shape) + 40), 400_001)
    density = np.exp(shape * grid - np.exp(grid))
    mass = np.cumsum(density)
    at = np.searchsorted(mass / mass[-1], _middles(SIZE))
    return np.rint(np.exp(grid[at]) / shape * UNIT).astype(np.int64)
