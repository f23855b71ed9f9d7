"""Prediction intervals from the errors of earlier forecasts.

The interval of a day `h` ahead holds the middle share of the errors that forecasts as many seasons ahead made
at earlier origins: no distribution is assumed. Errors are pooled over the days of a season ahead, because a
day's own horizon has one error an origin. Where a series has too few, the interval is normal with the
deviation of the seasonal naive forecast, growing with the root of the seasons ahead (Hyndman &
Athanasopoulos, Forecasting: Principles and Practice, 3rd ed., section 5.5).
"""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from analytics.backtest import Matrix, naive_deviation

ENOUGH = 20  # errors of a season ahead from which their quantiles are used (assumption)


def bounds(
    values: Matrix, errors: Matrix, at: list[int], origin: int, horizon: int, season: int, coverage: float
) -> tuple[Matrix, Matrix]:
    """What to add to a forecast made at `origin` to get its lower and upper bound.

    Only errors of days before `origin` are read, so an interval can be scored like the forecast itself.

    Args:
        values: series x days.
        errors: series x origins x horizon, forecast less actual, as `backtest` gives them.
        at: the origins of `errors`.
        coverage: share of the days that the interval is to hold, 0 to 1.

    Returns: two arrays of series x horizon, the first at most 0, the second at least 0; NaN where nothing is known.
    """
    low, high = _normal(values[:, :origin], horizon, season, coverage)
    steps = np.arange(1, horizon + 1)
    known = np.asarray(at)[:, None] + steps[None, :] <= origin
    ahead = (steps - 1) // season
    for place in range(int(ahead[-1]) + 1):
        pool = errors[:, known & (ahead == place)[None, :]]
        enough = (~np.isnan(pool)).sum(axis=1) >= ENOUGH
        if enough.any():
            # an error is forecast less actual, so the actual lies at the forecast less the error
            quantiles = np.nanquantile(-pool[enough], [(1 - coverage) / 2, (1 + coverage) / 2], axis=1)
            rows = np.flatnonzero(enough)[:, None]
            columns = np.flatnonzero(ahead == place)[None, :]
            low[rows, columns] = quantiles[0][:, None]
            high[rows, columns] = quantiles[1][:, None]
    return np.minimum(low, 0.0), np.maximum(high, 0.0)


def _normal(seen: Matrix, horizon: int, season: int, coverage: float) -> tuple[Matrix, Matrix]:
    growth = np.sqrt(np.arange(horizon) // season + 1)
    width: NDArray[np.float64] = NormalDist().inv_cdf((1 + coverage) / 2) * naive_deviation(seen, season)
    spread = width[:, None] * growth[None, :]
    return -spread, spread
