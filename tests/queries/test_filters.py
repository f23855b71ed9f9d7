"""A period is whole months and the days at its two ends, each day in one of them."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from walmart_app.queries.dashboard import Filters

DAYS = st.dates(date(2023, 1, 1), date(2026, 12, 31))


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


@given(DAYS, st.integers(0, 800), DAYS.map(lambda day: day.replace(day=1)))
def test_months_that_are_not_added_up_yet_are_read_by_days(first: date, length: int, open_from: date) -> None:
    chosen = Filters(first, first + timedelta(days=length), open_from=open_from)
    values = chosen.values
    by_month = _days(values["first_month"], values["last_month"])
    by_day = _days(first, values["head"]) + _days(values["tail"], chosen.last)
    assert sorted(by_month + by_day) == _days(first, chosen.last)
    assert all(day < open_from for day in by_month)


@given(DAYS, st.integers(0, 800))
def test_whole_months_and_ends_are_the_period(first: date, length: int) -> None:
    chosen = Filters(first, first + timedelta(days=length))
    values = chosen.values
    by_month = _days(values["first_month"], values["last_month"])
    by_day = _days(first, values["head"]) + _days(values["tail"], chosen.last)
    assert sorted(by_month + by_day) == _days(first, chosen.last)
    if by_month:
        assert by_month[0].day == 1
        assert (by_month[-1] + timedelta(days=1)).day == 1
    assert len(by_day) <= 60


def test_a_whole_year_leaves_no_day_over() -> None:
    values = Filters(date(2025, 1, 1), date(2025, 12, 31)).values
    assert (values["first_month"], values["last_month"]) == (date(2025, 1, 1), date(2025, 12, 31))
    assert values["head"] < date(2025, 1, 1) < date(2025, 12, 31) < values["tail"]
