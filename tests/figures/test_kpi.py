"""Key figures: the change against the period before, and the line's shape."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from walmart_app.figures.kpi import kpi
from walmart_app.figures.sparkline import HEIGHT, WIDTH, sparkline


@pytest.mark.parametrize(
    ("now", "before", "better", "delta", "direction", "tone"),
    [
        (110, 100, True, "+10.0%", "up", "good"),
        (90, 100, True, "-10.0%", "down", "bad"),
        (110, 100, False, "+10.0%", "up", "bad"),
        (90, 100, False, "-10.0%", "down", "good"),
        (100, 100, True, "+0.0%", "flat", "neutral"),
        (5, -10, True, "+150.0%", "up", "good"),
        (100, 0, True, "", "flat", "neutral"),
        (100, None, True, "", "flat", "neutral"),
    ],
)
def test_a_change_has_a_direction_and_a_tone(
    now: float, before: float | None, better: bool, delta: str, direction: str, tone: str
) -> None:
    card = kpi("k", "K", str(now), now, before, [], "", more_is_better=better)
    assert (card.delta, card.direction, card.tone) == (delta, direction, tone)


@settings(derandomize=True, deadline=None)
@given(st.lists(st.floats(-1e9, 1e9), min_size=2, max_size=60))
def test_a_line_stays_in_its_box_and_ends_at_its_last_value(values: list[float]) -> None:
    points, x, y = sparkline(values)
    pairs = [tuple(map(float, point.split(","))) for point in points.split(" ")]
    assert len(pairs) == len(values)
    assert all(0 <= a <= WIDTH and 0 <= b <= HEIGHT for a, b in pairs)
    assert pairs[-1] == (x, y)
    highest = min(b for _, b in pairs)
    assert pairs[values.index(max(values))][1] == highest  # on a screen, up is less


def test_one_value_draws_nothing() -> None:
    assert sparkline([1.0])[0] == ""
