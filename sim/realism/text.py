"""The card in words: figures as people write them, and the table for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from sim.realism.bands import Statistic
from sim.realism.scorecard import Measured, Scorecard, Verdict


def figure(statistic: Statistic, value: float | None) -> str:
    """A value to three figures or so, in percent where the statistic says so."""
    if value is None:
        return "-"
    if statistic.percent:
        return f"{100 * value:.2f}%"
    return f"{value:.3f}" if abs(value) < 1 else f"{value:.2f}"


def band(statistic: Statistic) -> str:
    """The bounds in words."""
    low, high = _bound(statistic, statistic.low), _bound(statistic, statistic.high)
    if not low:
        return f"at most {high}"
    return f"{low} to {high}" if high else f"at least {low}"


def _bound(statistic: Statistic, bound: float | None) -> str:
    if bound is None:
        return ""
    return f"{100 * bound:g}%" if statistic.percent else f"{bound:g}"


def lines(card: Scorecard) -> Iterator[str]:
    """The card as lines: one a statistic, then the count."""
    yield f"{card.folder}: {card.first_day} to {card.last_day}"
    yield ""
    yield f"{'row':<5} {'statistic':<78} {'value':>8}  {'band':<14} {'verdict':<15} real data"
    for scored in card.rows:
        for place, measured in enumerate(scored.measured):
            number = f"{scored.row.number}{' H' if measured.statistic.hard else ''}" if not place else ""
            mark = " H" if place and measured.statistic.hard else ""
            yield _line(number or f"{mark:>{len(str(scored.row.number)) + 2}}", measured, scored.row.real, place == 0)
    yield ""
    yield (
        f"rows in band: {card.count(Verdict.IN)}, out: {card.count(Verdict.OUT)}, "
        f"not measurable: {card.count(Verdict.NONE)}; H: missed by generators without behaviour"
    )


def _line(number: str, measured: Measured, real: str, first: bool) -> str:
    statistic = measured.statistic
    said = measured.reason if measured.reason is not None else real if first else ""
    return (
        f"{number:<5} {statistic.meaning:<78} {figure(statistic, measured.value):>8}  {band(statistic):<14} "
        f"{measured.verdict.value:<15} {said}"
    ).rstrip()
