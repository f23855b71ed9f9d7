"""Seasonal naive forecasts of many series at once, and their errors on days they had not seen.

Series are rows of a matrix, days its columns; NaN marks days before a series begins. An *origin* is the
number of days that a forecast sees: it may read columns below the origin only.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]


def seasonal_forecast(values: Matrix, origin: int, horizon: int, season: int, seasons: int) -> Matrix:
    """Mean of the last `seasons` values at the same place in the season; with one, the seasonal naive forecast.

    Hyndman & Athanasopoulos, Forecasting: Principles and Practice, 3rd ed., section 5.2.

    Args:
        values: series x days.
        origin: days seen, at least season x seasons.

    Returns: series x horizon; NaN where a series has no value in the window.
    """
    window = values[:, origin - season * seasons : origin].reshape(len(values), seasons, season)
    known = ~np.isnan(window)
    count = known.sum(axis=1)
    total = np.where(known, window, 0.0).sum(axis=1)
    base: Matrix = np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
    ahead: Matrix = base[:, np.arange(horizon) % season]
    return ahead


def origins(days: int, season: int, seasons: int, step: int, most: int) -> list[int]:
    """The origins of a backtest, oldest first: every `step` days back from the last, at most `most` of them.

    The newest one leaves one day to score; each sees two seasons, and those that the forecast averages.
    """
    first = season * max(seasons, 2)
    return sorted(range(days - 1, first - 1, -step)[:most])


def backtest(values: Matrix, at: list[int], horizon: int, season: int, seasons: int) -> tuple[Matrix, Matrix]:
    """Forecast less actual, and the actual, at each origin.

    Returns: two arrays of series x origins x horizon; NaN where the day is not known yet or the series had not
    begun two seasons before the origin.
    """
    shape = (len(values), len(at), horizon)
    errors, actuals = np.full(shape, np.nan), np.full(shape, np.nan)
    for place, origin in enumerate(at):
        reach = min(horizon, values.shape[1] - origin)
        old_enough = ~np.isnan(values[:, origin - 2 * season])
        forecast = seasonal_forecast(values, origin, horizon, season, seasons)[:, :reach]
        actual = np.where(old_enough[:, None], values[:, origin : origin + reach], np.nan)
        errors[:, place, :reach] = forecast - actual
        actuals[:, place, :reach] = np.where(np.isnan(errors[:, place, :reach]), np.nan, actual)
    return errors, actuals


def naive_scale(values: Matrix, origin: int, season: int) -> NDArray[np.float64]:
    """Mean absolute seasonal difference of the days before `origin`, by series: the scale of the MASE.

    Hyndman & Koehler (2006), Another look at measures of forecast accuracy. NaN without any difference.
    """
    seen = values[:, :origin]
    return _nanmean(np.abs(seen[:, season:] - seen[:, :-season]))


def naive_deviation(values: Matrix, season: int) -> NDArray[np.float64]:
    """Root mean square of the seasonal differences, by series; NaN without any."""
    return np.sqrt(_nanmean((values[:, season:] - values[:, :-season]) ** 2))


def _nanmean(values: Matrix) -> NDArray[np.float64]:
    known = ~np.isnan(values)
    count = known.sum(axis=1)
    total = np.where(known, values, 0.0).sum(axis=1)
    mean: NDArray[np.float64] = np.divide(total, count, out=np.full(len(values), np.nan), where=count > 0)
    return mean
