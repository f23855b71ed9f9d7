"""The dashboard's view: an address gives it back, days are those that there are, nonsense is named."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from walmart_app.queries.dashboard import CHANNELS, Choices, Filters
from walmart_app.state.dashboard_view import COMPARISONS, METRICS, PRESETS, Resolved, View, day, read, resolve

FIRST, LAST = date(2025, 1, 6), date(2026, 3, 11)
CHOICES = Choices(
    as_of=datetime(2026, 3, 12, 15, tzinfo=UTC),
    first_day=FIRST,
    last_day=date(2026, 3, 12),
    last_complete_day=LAST,
    open_from=date.max,
    stores={1: "North", 12: "South"},
    categories=["Bread & rolls", "Dairy"],
)
any_settings = settings(derandomize=True, deadline=None)
words = st.text(max_size=12)
days = st.dates(date(1999, 1, 1), date(2040, 1, 1)).map(date.isoformat)
wild_views = st.builds(
    View,
    st.sampled_from(list(PRESETS)),
    days | words,
    days | words,
    st.sampled_from(["", "1", "12", "013"]) | words,
    st.sampled_from(["", "Dairy", "Bread & rolls"]) | words,
    st.sampled_from(["", *CHANNELS]) | words,
    st.sampled_from(list(COMPARISONS)),
    st.sampled_from(list(METRICS)),
)


def _parameters(view: View) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(view.address()).query))


def _resolved(**parameters: str) -> Resolved:
    return resolve(read(parameters), CHOICES)


def test_only_months_that_are_added_up_count_as_whole() -> None:
    until_february = dataclasses.replace(CHOICES, open_from=date(2026, 2, 1))
    now = resolve(read({"from": "2026-01-01", "to": "2026-02-28"}), until_february).now
    assert (now.values["first_month"], now.values["last_month"]) == (date(2026, 1, 1), date(2026, 1, 31))


@any_settings
@given(wild_views)
def test_an_address_gives_back_the_view_that_was_granted(view: View) -> None:
    granted = resolve(view, CHOICES)
    again = resolve(read(_parameters(granted.view)), CHOICES)
    assert (again.view, again.now, again.before) == (granted.view, granted.now, granted.before)
    assert not any("left out" in note or "is cut" in note for note in again.notes)


@any_settings
@given(st.dictionaries(st.sampled_from(["preset", "from", "to", "store", "category", "channel", "metric"]), st.text()))
def test_any_address_has_days_and_names_of_the_company(parameters: dict[str, str]) -> None:
    now = resolve(read(parameters), CHOICES).now
    assert FIRST <= now.first <= now.last <= CHOICES.last_day
    assert now.store_id in {None, *CHOICES.stores}
    assert now.category in {None, *CHOICES.categories}
    assert now.channel in {None, *CHANNELS}


@any_settings
@given(wild_views)
def test_the_compared_days_are_as_many_earlier_and_under_the_same_filters(view: View) -> None:
    resolved = resolve(view, CHOICES)
    now, before = resolved.now, resolved.before
    if before is None:
        return
    assert before.first >= FIRST
    assert dataclasses.replace(before, first=now.first, last=now.last) == now
    assert before.days == now.days
    if view.compare == "previous":
        assert before.last == now.first - timedelta(days=1)
    else:
        assert (now.first - before.first).days == 364
        assert now.first.weekday() == before.first.weekday()


@pytest.mark.parametrize(
    ("preset", "first"),
    [
        ("7", date(2026, 3, 5)),
        ("28", date(2026, 2, 12)),
        ("90", date(2025, 12, 12)),
        ("ytd", date(2026, 1, 1)),
        ("all", FIRST),
    ],
)
def test_presets_end_at_the_last_complete_day(preset: str, first: date) -> None:
    assert _resolved(preset=preset).now == Filters(first, LAST)


def test_a_young_company_has_the_days_it_has() -> None:
    young = dataclasses.replace(CHOICES, first_day=date(2026, 3, 10))
    for preset in ("7", "28", "90", "ytd", "all"):
        assert resolve(View(preset=preset), young).now == Filters(date(2026, 3, 10), LAST)


def test_a_company_without_a_complete_day_shows_the_day_under_way() -> None:
    new = dataclasses.replace(CHOICES, first_day=date(2026, 3, 12))
    assert resolve(View(), new).now == Filters(date(2026, 3, 12), date(2026, 3, 12))


def test_days_of_ones_own_are_put_in_order_and_cut_with_a_note() -> None:
    assert _resolved(**{"from": "2026-02-10", "to": "2026-02-01"}).now == Filters(date(2026, 2, 1), date(2026, 2, 10))
    cut = _resolved(**{"from": "2020-01-01", "to": "2030-01-01"})
    assert cut.now == Filters(FIRST, CHOICES.last_day)
    assert "There are figures from 2025-01-06 to 2026-03-12: the range is cut to them." in cut.notes
    outside = _resolved(**{"from": "2020-01-01", "to": "2020-02-01", "compare": "none"})
    assert outside.now == Filters(FIRST, FIRST)
    assert len(outside.notes) == 1


def test_one_day_of_ones_own_is_enough() -> None:
    assert _resolved(**{"from": "2026-03-01"}).now == Filters(date(2026, 3, 1), LAST)
    assert _resolved(to="2025-01-10").now == Filters(FIRST, date(2025, 1, 10))


def test_nonsense_is_named_and_left_out() -> None:
    found = _resolved(
        **{"from": "soon", "store": "99", "category": "Toys", "channel": "mail", "metric": "x", "compare": "none"}
    )
    assert found.now == Filters(FIRST, LAST)
    assert found.view.metric == "revenue"
    assert found.notes == [
        "There is no store “99”: the filter is left out.",
        "There is no category “Toys”: the filter is left out.",
        "There is no channel “mail”: the filter is left out.",
        "“soon” is not a day (write YYYY-MM-DD): `from` is left out.",
    ]


def test_a_store_is_known_by_its_number_however_it_is_written() -> None:
    found = _resolved(store="012")
    assert (found.now.store_id, found.view.store) == (12, "12")


def test_too_few_days_to_compare_with_are_said_and_nothing_is_compared() -> None:
    found = _resolved(preset="custom", **{"from": "2025-02-01"}, compare="year")
    assert found.before is None
    assert found.notes == ["Nothing to compare with: the company's days begin on 2025-01-06."]
    for quiet in (_resolved(preset="all"), _resolved(compare="none")):
        assert (quiet.before, quiet.notes) == (None, [])


def test_the_start_has_a_bare_address_and_dates_are_in_it_only_if_chosen() -> None:
    assert View().address() == "/dashboard"
    assert View(preset="90", first="2026-01-01", last="2026-01-02").address() == "/dashboard?preset=90"
    chosen = View(preset="custom", first="2026-01-01", category="Bread & rolls")
    assert chosen.address() == "/dashboard?preset=custom&from=2026-01-01&category=Bread+%26+rolls"


@pytest.mark.parametrize(
    ("text", "found"),
    [("2026-02-28", date(2026, 2, 28)), ("2026-02-30", None), ("0202-01-01", None), ("", None), (None, None)],
)
def test_a_day_is_known_when_it_is_typed_whole(text: object, found: date | None) -> None:
    assert day(text) == found
