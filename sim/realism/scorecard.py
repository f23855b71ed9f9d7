"""The scorecard: every row measured on a company's tables, with its verdict."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

import polars as pl

from sim.realism import baskets, brands, customers, days, orders, paydays, prices, products, rises, stock
from sim.realism import experiment as trial
from sim.realism.bands import ROWS, Row, Statistic
from sim.realism.errors import Unmeasurable
from sim.realism.findings import Finding, Missing, Picture
from sim.realism.reading import Company


class Verdict(StrEnum):
    """How a statistic, or a row, compares with real data."""

    IN = "in band"
    OUT = "out"
    NONE = "not measurable"


@dataclass(frozen=True)
class Measured:
    """A statistic's value, or the reason why there is none."""

    statistic: Statistic
    value: float | None
    reason: str | None = None

    @property
    def verdict(self) -> Verdict:
        """In band when between the bounds, both included."""
        if self.value is None:
            return Verdict.NONE
        low, high = self.statistic.low, self.statistic.high
        inside = (low is None or self.value >= low) and (high is None or self.value <= high)
        return Verdict.IN if inside else Verdict.OUT


@dataclass(frozen=True)
class Scored:
    """A row with its statistics measured."""

    row: Row
    measured: tuple[Measured, ...]
    details: dict[str, float]
    pictures: tuple[Picture, ...]

    @property
    def verdict(self) -> Verdict:
        """Out when any statistic is; otherwise not measurable when any is that."""
        found = {measured.verdict for measured in self.measured}
        return next(verdict for verdict in (Verdict.OUT, Verdict.NONE, Verdict.IN) if verdict in found)


@dataclass(frozen=True)
class Scorecard:
    """A company's card."""

    folder: Path
    first_day: date
    last_day: date
    rows: tuple[Scored, ...]

    def count(self, verdict: Verdict) -> int:
        """How many rows have a verdict."""
        return sum(scored.verdict == verdict for scored in self.rows)

    def to_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "directory": str(self.folder),
            "first_day": self.first_day.isoformat(),
            "last_day": self.last_day.isoformat(),
            "in_band": self.count(Verdict.IN),
            "out": self.count(Verdict.OUT),
            "not_measurable": self.count(Verdict.NONE),
            "rows": [_row_to_dict(scored) for scored in self.rows],
        }


def measure(folder: Path, experiment: Path | None = None) -> Scorecard:
    """Measure every row on the tables in `folder`; `experiment` is the same company with randomised prices.

    Raises RealismError when a directory holds no sales that can be read, or the two are not of one company.
    """
    company = Company(folder)
    beside = Company(experiment) if experiment is not None else None
    if beside is not None:
        trial.check_pair(company, beside)
    by = {**MEASURED_BY, 24: lambda of: elasticity(of, beside)}
    rows = tuple(_scored(row, by[row.number], company) for row in ROWS)
    return Scorecard(folder, company.first_day, company.last_day, rows)


def elasticity(company: Company, beside: Company | None = None) -> Finding:
    """Row 24: after rises, and in the experiment, which needs a second run beside this one."""
    parts = [_part("rises", lambda: rises.rises(company))]
    if beside is None:
        parts.append(Finding({"experiment": Missing("needs a run with randomised prices beside this one")}))
    else:
        parts.append(_part("experiment", lambda: trial.experiment(company, beside)))
    return Finding(
        {name: value for part in parts for name, value in part.values.items()},
        {name: value for part in parts for name, value in part.details.items()},
        tuple(picture for part in parts for picture in part.pictures),
    )


def _part(name: str, by: Callable[[], Finding]) -> Finding:
    try:
        return by()
    except Unmeasurable as error:
        return Finding({name: Missing(error.reason)})


MEASURED_BY: dict[int, Callable[[Company], Finding]] = {
    1: customers.concentration,
    2: customers.purchase_frequency,
    3: customers.persistence,
    5: customers.rhythm,
    6: baskets.size,
    7: baskets.concentration,
    9: baskets.repetition,
    11: days.weekdays,
    12: days.hours,
    13: days.weeks,
    14: paydays.paydays,
    16: days.stores,
    17: products.best_sellers,
    18: products.zeros,
    19: products.lumpiness,
    23: prices.stickiness,
    24: elasticity,
    27: brands.brands,
    28: stock.empty_shelves,
    29: orders.bullwhip,
}


def _scored(row: Row, by: Callable[[Company], Finding], company: Company) -> Scored:
    try:
        found = by(company)
    except Unmeasurable as error:
        found = Finding({statistic.key: Missing(error.reason) for statistic in row.statistics})
    except (OSError, pl.exceptions.PolarsError) as error:
        reason = Missing(f"a table cannot be read: {' '.join(str(error).split())[:200]}")
        found = Finding({statistic.key: reason for statistic in row.statistics})
    details = {name: _settled(value) for name, value in found.details.items()}
    return Scored(row, tuple(_measured(s, found.values[s.key]) for s in row.statistics), details, found.pictures)


def _measured(statistic: Statistic, value: float | Missing) -> Measured:
    if isinstance(value, Missing):
        return Measured(statistic, None, value.reason)
    if value != value:  # NaN: nothing varies
        return Measured(statistic, None, "there is no variation to measure it by")
    return Measured(statistic, _settled(value))


def _settled(value: float) -> float:
    """Ten figures: the last ones of a sum depend on the order in which threads add."""
    return float(f"{value:.10g}")


def _row_to_dict(scored: Scored) -> dict[str, Any]:
    row = scored.row
    return {
        "row": row.number,
        "title": row.title,
        "hard": row.hard,
        "real": row.real,
        "naive": row.naive,
        "verdict": scored.verdict.value,
        "details": scored.details,
        "statistics": [
            {
                "key": measured.statistic.key,
                "meaning": measured.statistic.meaning,
                "hard": measured.statistic.hard,
                "value": measured.value,
                "low": measured.statistic.low,
                "high": measured.statistic.high,
                "verdict": measured.verdict.value,
                "reason": measured.reason,
            }
            for measured in scored.measured
        ],
    }
