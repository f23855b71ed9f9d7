"""A key figure with its change against the period before, ready to show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from walmart_app.figures.sparkline import sparkline

DEFINITIONS = "/docs/metrics"  # the page that says what each figure means


@dataclass
class Kpi:
    """One card. `direction` is up, down or flat; `tone` is good, bad or neutral; `delta` may be empty.

    `note` is said beside the change; `href` leads to the definition.
    """

    key: str
    title: str
    value: str
    delta: str
    direction: str
    tone: str
    meaning: str
    points: str
    last_x: float
    last_y: float
    note: str = ""
    href: str = ""


def kpi(
    key: str,
    title: str,
    value: str,
    now: float,
    before: float | None,
    series: Sequence[float],
    meaning: str,
    *,
    more_is_better: bool = True,
    note: str = "",
    href: str = "",
) -> Kpi:
    """The card of a figure: `now` against `before` (None or zero: nothing to compare with); `series` draws the line."""
    points, last_x, last_y = sparkline(series)
    delta, direction, tone = "", "flat", "neutral"
    if before:
        change = (now - before) / abs(before)
        delta = f"{change:+.1%}"
        direction = "flat" if abs(change) < 0.0005 else "up" if change > 0 else "down"
        if direction != "flat":
            tone = "good" if (direction == "up") == more_is_better else "bad"
    return Kpi(key, title, value, delta, direction, tone, meaning, points, last_x, last_y, note, href)
