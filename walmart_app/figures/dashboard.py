"""The dashboard's charts from plain numbers: the line over time, bars, and the hours of the week."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import plotly.graph_objects as go

from walmart_app import tokens as t
from walmart_app.figures.base import figure

LONGEST_BY_DAY = 100  # days; longer ranges are drawn by weeks
OPENS, CLOSES = 6, 22  # the first and the last hour that has a column even without sales
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
WEEKDAYS_LONG = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Bucket:
    """One point of the line: the days `first` to `last` together."""

    first: date
    last: date
    value: float

    @property
    def days(self) -> int:
        """How many."""
        return (self.last - self.first).days + 1


@dataclass
class BarRow:
    """One bar; texts are ready to show. `width` is the bar's in percent of the longest."""

    key: str
    label: str
    value: str
    share: str
    delta: str
    width: str
    title: str
    chosen: bool
    element_id: str


@dataclass
class HeatCell:
    """An hour of a weekday; `colour` by its amount, `text` exact."""

    key: str
    text: str
    colour: str


@dataclass
class HeatRow:
    """A weekday."""

    name: str
    long_name: str
    cells: list[HeatCell] = field(default_factory=list)


def amount(value: float, metric: str, *, exact: bool = True) -> str:
    """A value as text: dollars with cents if `exact`, counts whole (averages with one decimal if not whole)."""
    if metric == "revenue":
        return f"${value:,.2f}" if exact else f"${value:,.0f}"
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


def buckets(days: Mapping[date, float], first: date, last: date) -> list[Bucket]:
    """The values by day, or by seven days up to the last one when there are over LONGEST_BY_DAY days.

    Counted back from the last day, so that only the first bucket may have fewer days, and two periods of the same
    length meet bucket by bucket.
    """
    size = 1 if (last - first).days < LONGEST_BY_DAY else 7
    found = []
    end = last
    while end >= first:
        start = max(first, end - timedelta(days=size - 1))
        value = sum(days.get(start + timedelta(days=place), 0) for place in range((end - start).days + 1))
        found.append(Bucket(start, end, value))
        end = start - timedelta(days=1)
    return found[::-1]


def line(now: Sequence[Bucket], before: Sequence[Bucket], metric: str, height: int = 280) -> go.Figure:
    """The period's line, and the compared one's in grey on the same days of the axis."""
    drawn = figure(height, money=metric == "revenue")
    dates = [bucket.last.isoformat() for bucket in now]
    if before:
        drawn.add_scatter(
            x=dates[-len(before) :],
            y=[bucket.value for bucket in before],
            mode="lines",
            line={"color": t.COMPARED, "width": 1},
            customdata=[f"{_span(bucket)}: {amount(bucket.value, metric)}" for bucket in before],
            hovertemplate="%{customdata}<extra></extra>",
            name="Compared",
        )
    drawn.add_scatter(
        x=dates,
        y=[bucket.value for bucket in now],
        mode="lines" if len(now) > 1 else "markers",
        line={"color": t.ACCENT_LINE, "width": 2},
        customdata=[f"<b>{_span(bucket)}: {amount(bucket.value, metric)}</b>" for bucket in now],
        hovertemplate="%{customdata}<extra></extra>",
        name="This period",
    )
    drawn.update_xaxes(type="date", tickformat="%-d %b", nticks=8, hoverformat=" ")
    return drawn


def bars(
    rows: Sequence[tuple[str, str, float, float | None]], metric: str, *, prefix: str, chosen: str = ""
) -> list[BarRow]:
    """Bars of (key, label, value, value before or None), with share of their sum and change."""
    longest = max((value for _, _, value, _ in rows), default=0)
    whole = sum(value for _, _, value, _ in rows)
    found = []
    for place, (key, label, value, before) in enumerate(rows):
        share = f"{value / whole:.1%}" if whole else ""
        change = f"{(value - before) / before:+.1%}" if before else ""
        parts = [f"{label}: {amount(value, metric)}"]
        parts += [f"{share} of all"] if share else []
        parts += [f"{change} against the compared period"] if change else []
        found.append(
            BarRow(
                key=key,
                label=label,
                value=amount(value, metric, exact=False),
                share=share,
                delta=change,
                width=f"{100 * value / longest:.2f}%" if longest > 0 else "0%",
                title=", ".join(parts),
                chosen=bool(chosen) and key == chosen,
                element_id=f"{prefix}-{place}",
            )
        )
    return found


def week(values: Mapping[tuple[int, int], float], first: date, last: date, metric: str) -> list[HeatRow]:
    """Seven rows of hours: the average of an hour over the days of that weekday in the range.

    `values` are sums by (weekday from 1, hour).
    """
    counts = [0] * 7
    for place in range((last - first).days + 1):
        counts[(first + timedelta(days=place)).weekday()] += 1
    hours = hours_shown(values)
    average = {(d, h): v / counts[d - 1] for (d, h), v in values.items() if counts[d - 1]}
    most = max(average.values(), default=0)
    rows = []
    for number, (name, long_name) in enumerate(zip(WEEKDAYS, WEEKDAYS_LONG, strict=True), start=1):
        cells = []
        for hour in hours:
            value = average.get((number, hour), 0.0)
            depth = 0.04 + 0.92 * value / most if most > 0 and value > 0 else 0.0
            text = amount(round(value, 2), metric) if counts[number - 1] else "no such day"
            colour = f"rgba(62, 99, 221, {depth:.3f})"
            cells.append(HeatCell(f"{number}-{hour}", f"{long_name}, {hour}:00 to {hour + 1}:00: {text}", colour))
        rows.append(HeatRow(name, long_name, cells))
    return rows


def hours_shown(values: Mapping[tuple[int, int], float]) -> list[int]:
    """The hours that have a column."""
    seen = [hour for _, hour in values]
    return list(range(min([OPENS, *seen]), max([CLOSES, *seen]) + 1))


def _span(bucket: Bucket) -> str:
    if bucket.days == 1:
        return f"{bucket.last:%a} {bucket.last.day} {bucket.last:%b %Y}"
    return f"{bucket.first.day} {bucket.first:%b} to {bucket.last.day} {bucket.last:%b %Y} ({bucket.days} days)"
