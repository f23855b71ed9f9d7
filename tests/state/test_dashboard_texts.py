"""What the dashboard writes: every number follows from the figures, every title from the view."""

from __future__ import annotations

import csv
import dataclasses
import io
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from walmart_app.documents import library
from walmart_app.figures.kpi import Kpi
from walmart_app.queries.dashboard import Choices
from walmart_app.queries.dashboard_details import Hour, Product, Stock
from walmart_app.queries.dashboard_sales import Amounts, Day, Slice
from walmart_app.state import dashboard_texts as texts
from walmart_app.state.dashboard_read import Found, Period, Sales
from walmart_app.state.dashboard_view import View, resolve

MONDAY, TUESDAY = date(2026, 3, 9), date(2026, 3, 10)
CHOICES = Choices(
    as_of=datetime(2026, 3, 11, 15, tzinfo=UTC),
    first_day=date(2026, 3, 1),
    last_day=TUESDAY,
    last_complete_day=TUESDAY,
    open_from=date(2026, 3, 1),
    stores={1: "North", 2: "South"},
    categories=["Dairy"],
)


def _amounts(revenue: str, orders: int, units: int) -> Amounts:
    return Amounts(Decimal(revenue), orders, units)


NOW = Period(
    Sales(
        days=[
            Day(MONDAY, _amounts("1000.50", 50, 200), Decimal("300.00")),
            Day(TUESDAY, _amounts("500.00", 25, 100), Decimal("150.15")),
        ],
        stores=[Slice("1", _amounts("900.50", 45, 150)), Slice("2", _amounts("600.00", 30, 150))],
        channels=[Slice("store", _amounts("1500.50", 75, 300))],
        categories=[Slice("Dairy", _amounts("1500.50", 75, 300))],
    ),
    members=40,
    refunds={TUESDAY: Decimal("30.01")},
)
BEFORE = Period(
    Sales(
        [Day(date(2026, 3, 8), _amounts("1200.40", 100, 150), Decimal("450.15"))],
        [Slice("2", _amounts("800.00", 60, 60))],
        [],
        [],
    ),
    members=50,
    refunds={date(2026, 3, 8): Decimal("12.00")},
)


def _found(now: Period = NOW, before: Period | None = BEFORE, **view: str) -> Found:
    asked = View(preset="custom", first="2026-03-09", last="2026-03-10", **view)
    resolved = resolve(asked, CHOICES)
    return Found(
        CHOICES,
        resolved,
        now,
        before if resolved.before else None,
        [Product(7, "Milk", "Dairy", Decimal("750.25"), 90)],
        [Hour(1, 9, _amounts("10.00", 2, 4))],
        Stock(empty=5, places=200),
    )


def _cards(found: Found) -> dict[str, Kpi]:
    return {card.key: card for card in texts.kpis(found)}


def test_the_key_figures_and_their_changes() -> None:
    shown = {key: (card.value, card.delta, card.tone) for key, card in _cards(_found()).items()}
    assert shown == {
        "revenue": ("$1,500.50", "+25.0%", "good"),
        "orders": ("75", "-25.0%", "bad"),
        "basket": ("$20.01", "+66.7%", "good"),
        "units": ("300", "+100.0%", "good"),
        "margin": ("$450.15", "+0.0%", "neutral"),
        "members": ("40", "-20.0%", "bad"),
        "returns": ("2.00%", "+100.1%", "bad"),
        "stock": ("2.5%", "", "neutral"),
    }
    notes = {key: card.note for key, card in _cards(_found()).items() if card.note}
    assert notes == {"margin": "30.0% of revenue", "returns": "$30.01", "stock": "5 of 200"}


def test_without_a_compared_period_nothing_has_changed() -> None:
    assert {card.delta for card in texts.kpis(_found(compare="none"))} == {""}


def test_without_sales_ratios_are_not_made_up() -> None:
    nothing = Period(Sales([Day(MONDAY, Amounts(), Decimal(0))], [], [], []), 0, {})
    cards = _cards(dataclasses.replace(_found(), now=nothing, stock=Stock(0, 0)))
    assert [cards[key].value for key in ("basket", "returns", "stock", "revenue")] == ["None", "None", "None", "$0.00"]
    assert cards["margin"].note == ""
    assert texts.products(dataclasses.replace(_found(), now=nothing))[0].share == ""


def test_each_card_leads_to_its_definition() -> None:
    assert {card.href for card in texts.kpis(_found())} == {
        f"/docs/metrics#{key}"
        for key in ("revenue", "orders", "basket", "units", "margin", "members", "returns", "stock")
    }


def test_every_definition_that_a_page_leads_to_is_on_the_page_of_metrics() -> None:
    page = library.read(library.DOCS).pages[texts.DEFINITIONS.removeprefix("/docs/")]
    pages = "\n".join(path.read_text() for path in (library.DOCS.parent / "walmart_app" / "pages").glob("*.py"))
    linked = set(re.findall(r'definition\([^()]*"([a-z-]+)"\)', pages))
    assert linked == {"forecast-errors", "recommendations"}
    assert {card.href.partition("#")[2] for card in texts.kpis(_found())} | linked <= {
        block.anchor for block in page.blocks
    }


def test_stock_says_that_a_channel_does_not_divide_it() -> None:
    assert _cards(_found(channel="pickup"))["stock"].note == "5 of 200, all channels"


@pytest.mark.parametrize(("metric", "north"), [("revenue", "$900"), ("orders", "45"), ("units", "150")])
def test_stores_are_measured_by_the_metric_largest_first(metric: str, north: str) -> None:
    rows = texts.store_bars(_found(metric=metric, store="2"))
    assert {row.label: row.value for row in rows}["North"] == north
    assert [row.label for row in rows if row.chosen] == ["South"]
    assert [row.key for row in rows] == ["1", "2"]
    assert rows[0].delta == ""
    assert rows[1].delta == {"revenue": "-25.0%", "orders": "-50.0%", "units": "+150.0%"}[metric]


def test_units_stand_in_for_receipts_of_kinds_of_goods() -> None:
    found = _found(metric="orders", category="Dairy")
    assert texts.category_bars(found)[0].value == "300"
    assert texts.titles(found)["categories_subtitle"] == "Units by kind of goods, 9 Mar to 10 Mar 2026"
    assert texts.titles(found)["stores_subtitle"].startswith("Receipts, ")


def test_channels_have_names() -> None:
    assert [row.label for row in texts.channel_bars(_found())] == ["In store"]


def test_titles_name_unit_and_days() -> None:
    titles = texts.titles(_found())
    assert titles["trend_subtitle"] == "Dollars a day, 9 Mar to 10 Mar 2026. Grey: 7 Mar to 8 Mar 2026"
    assert titles["trend_label"] == "Revenue over time, 9 Mar to 10 Mar 2026: $1,500.50 altogether"
    assert "beside the chosen one" in texts.titles(_found(store="1"))["stores_subtitle"]


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        (MONDAY, MONDAY, "9 Mar 2026"),
        (MONDAY, TUESDAY, "9 Mar to 10 Mar 2026"),
        (date(2025, 12, 31), MONDAY, "31 Dec 2025 to 9 Mar 2026"),
    ],
)
def test_a_period_as_people_write_it(first: date, last: date, text: str) -> None:
    assert texts.dates(first, last) == text


def test_top_products_have_their_share_of_all_revenue() -> None:
    [row] = texts.products(_found())
    assert (row.rank, row.key, row.revenue, row.units, row.share) == ("1", "7", "$750.25", "90", "50.0%")


def test_the_hours_have_the_metric_chosen() -> None:
    rows, hours = texts.heat(_found(metric="orders"))
    assert hours == [str(hour) for hour in range(6, 23)]
    assert rows[0].cells[3].text == "Monday, 9:00 to 10:00: 2"


def test_the_trend_has_a_point_a_day() -> None:
    lines: list[dict[str, Any]] = texts.trend(_found(metric="units")).to_plotly_json()["data"]
    assert [list(line["y"]) for line in lines] == [[0, 150], [200, 100]]


def test_the_file_has_the_days_to_the_cent() -> None:
    rows = list(csv.DictReader(io.StringIO(texts.daily_csv(_found()))))
    assert rows == [
        {"date": "2026-03-09", "revenue": "1000.50", "orders": "50", "units": "200", "gross_margin": "300.00",
         "refunds": "0.00"},
        {"date": "2026-03-10", "revenue": "500.00", "orders": "25", "units": "100", "gross_margin": "150.15",
         "refunds": "30.01"},
    ]  # fmt: skip
