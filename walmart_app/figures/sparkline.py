"""A line without axes: the shape of the last days beside a figure."""

from __future__ import annotations

from collections.abc import Sequence

WIDTH, HEIGHT, EDGE = 96, 28, 3


def sparkline(values: Sequence[float]) -> tuple[str, float, float]:
    """Points of an SVG polyline, and where its last value is (x, y), in a box of WIDTH by HEIGHT pixels.

    Fewer than two values draw nothing.
    """
    if len(values) < 2:
        return "", -10.0, -10.0
    low, high = min(values), max(values)
    step = (WIDTH - 2 * EDGE) / (len(values) - 1)
    points = []
    for place, value in enumerate(values):
        height = 0.5 if high == low else (value - low) / (high - low)
        points.append((round(EDGE + place * step, 1), round(HEIGHT - EDGE - height * (HEIGHT - 2 * EDGE), 1)))
    return " ".join(f"{x},{y}" for x, y in points), points[-1][0], points[-1][1]
