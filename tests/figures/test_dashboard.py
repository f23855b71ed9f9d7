"""The dashboard's charts: nothing is lost in buckets, bars and hours, and texts say what is drawn."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from walmart_app.figures.dashboard import (
    CLOSES,
    LONGEST_BY_DAY,
    OPENS,
    Bucket,
    amount,
    bars,
    buckets,
    hours_shown,
    line,
    week,
)

MONDAY = date(2026, 1, 5)
any_settings = settings(derandomize=True, deadline=None)
counts = st.integers(0, 10**6)


@any_settings
@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(1, 400), st.data())
def test_buckets_hold_every_day_once(first: date, length: int, data: st.DataObject) -> None:
    last = first + timedelta(days=length - 1)
    days = data.draw(st.dictionaries(st.integers(-5, length + 5).map(lambda n: first + timedelta(days=n)), counts))
    found = buckets(days, first, last)
    assert (found[0].first, found[-1].last) == (first, last)
    assert all(right.first == left.last + timedelta(days=1) for left, right in zip(found, found[1:], strict=False))
    assert {bucket.days for bucket in found[1:]} <= {1 if length <= LONGEST_BY_DAY else 7}
    assert sum(bucket.value for bucket in found) == sum(days[day] for day in days if first <= day <= last)


@any_settings
@given(st.dictionaries(st.text(min_size=1, max_size=5), st.tuples(counts, st.none() | counts), max_size=12))
def test_bars_are_in_proportion(rows: dict[str, tuple[int, int | None]]) -> None:
    found = bars([(key, key, now, before) for key, (now, before) in rows.items()], "units", prefix="p")
    assert [bar.key for bar in found] == list(rows)
    assert [bar.element_id for bar in found] == [f"p-{place}" for place in range(len(rows))]
    most, whole = max((now for now, _ in rows.values()), default=0), sum(now for now, _ in rows.values())
    for bar in found:
        now, before = rows[bar.key]
        assert float(bar.width.rstrip("%")) == (round(100 * now / most, 2) if most else 0)
        assert bar.share == (f"{now / whole:.1%}" if whole else "")
        assert bool(bar.delta) == bool(before)


def test_a_bar_says_everything_in_its_title_and_which_is_chosen() -> None:
    [north, south] = bars([("1", "North", 1234.5, 1000), ("2", "South", 0, None)], "revenue", prefix="s", chosen="1")
    assert (north.value, north.share, north.delta, north.chosen) == ("$1,234", "100.0%", "+23.4%", True)
    assert north.title == "North: $1,234.50, 100.0% of all, +23.4% against the compared period"
    assert (south.title, south.chosen) == ("South: $0.00, 0.0% of all", False)
    assert not any(bar.chosen for bar in bars([("", "None", 1, 1)], "units", prefix="s"))


@pytest.mark.parametrize(
    ("value", "metric", "exact", "text"),
    [
        (1234.5, "revenue", True, "$1,234.50"),
        (1234.6, "revenue", False, "$1,235"),
        (1234.0, "orders", True, "1,234"),
        (12.25, "units", True, "12.2"),
    ],
)
def test_amounts_as_people_write_them(value: float, metric: str, exact: bool, text: str) -> None:
    assert amount(value, metric, exact=exact) == text


def test_two_periods_meet_point_by_point_and_each_point_names_its_own_days() -> None:
    def week_from(first: date, value: float) -> list[Bucket]:
        return buckets({first: value}, first, first + timedelta(days=6))

    drawn = line(week_from(MONDAY, 5), week_from(MONDAY - timedelta(days=7), 3), "revenue").to_plotly_json()
    before, now = drawn["data"]
    assert list(before["x"]) == list(now["x"])
    assert now["x"][0] == "2026-01-05"
    assert now["customdata"][0] == "<b>Mon 5 Jan 2026: $5.00</b>"
    assert before["customdata"][0] == "Mon 29 Dec 2025: $3.00"
    assert (now["y"][0], before["y"][0]) == (5, 3)


def test_weeks_are_named_by_their_days_and_one_day_is_a_point() -> None:
    by_week = buckets({}, MONDAY, MONDAY + timedelta(days=100))
    [now] = line(by_week, [], "orders").to_plotly_json()["data"]
    assert now["customdata"][0] == "<b>5 Jan to 7 Jan 2026 (3 days): 0</b>"
    [point] = line([Bucket(MONDAY, MONDAY, 2)], [], "orders").to_plotly_json()["data"]
    assert point["mode"] == "markers"


def test_an_hour_is_averaged_over_the_days_of_its_weekday() -> None:
    # eight days from a Monday: two Mondays, one of every other day
    rows = week({(1, 9): 10, (2, 9): 8}, MONDAY, MONDAY + timedelta(days=7), "orders")
    cells = {cell.key: cell for row in rows for cell in row.cells}
    assert cells["1-9"].text == "Monday, 9:00 to 10:00: 5"
    assert cells["2-9"].text == "Tuesday, 9:00 to 10:00: 8"
    assert cells["2-9"].colour == "rgba(62, 99, 221, 0.960)"
    assert cells["3-9"].colour == "rgba(62, 99, 221, 0.000)"


def test_a_weekday_that_is_not_in_the_range_says_so() -> None:
    rows = week({(1, 9): 10}, MONDAY, MONDAY, "units")
    assert [row.name for row in rows] == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    assert rows[0].cells[9 - OPENS].text == "Monday, 9:00 to 10:00: 10"
    assert rows[1].cells[9 - OPENS].text == "Tuesday, 9:00 to 10:00: no such day"


@any_settings
@given(st.dictionaries(st.tuples(st.integers(1, 7), st.integers(0, 23)), st.floats(0, 1e6)))
def test_every_hour_with_a_sale_has_a_column(values: dict[tuple[int, int], float]) -> None:
    shown = hours_shown(values)
    assert shown == list(range(shown[0], shown[-1] + 1))
    assert {hour for _, hour in values} | set(range(OPENS, CLOSES + 1)) <= set(shown)
    rows = week(values, MONDAY, MONDAY + timedelta(days=20), "revenue")
    assert [len(row.cells) for row in rows] == [len(shown)] * 7
