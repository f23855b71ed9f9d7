"""The dashboard: every control's effect, and every number against the company's own tables.

The days compared lie in the past, where nothing changes any more, whatever else the product is doing.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.company import rows
from tests.product import Product
from tests.waiting import wait_until

NAMES = {"store": "In store", "pickup": "Pickup", "delivery": "Delivery", "api": "API"}
PAID = "i.quantity * i.unit_price"
LINES = """
    transactions t join transaction_items i using (transaction_date, transaction_id)
    join products p using (product_id) join stores s on s.store_id = t.store_id
"""
SUMS = f"coalesce(sum({PAID}), 0), count(distinct t.transaction_id), coalesce(sum(i.quantity), 0)"


@dataclass(frozen=True)
class Chosen:
    """Days and filters, as a plain query sees them."""

    company: Product
    first: date
    last: date
    store: int | None = None
    category: str | None = None
    channel: str | None = None

    def lines(self, columns: str, tail: str = "") -> list[tuple[Any, ...]]:
        """Columns of the lines of all receipts under the filters."""
        where = f"t.transaction_date between '{self.first}' and '{self.last}'" + self._filters("t.store_id")
        return rows(self.company.settings, f"select {columns} from {LINES} where {where} {tail}")

    def _filters(self, store: str) -> str:
        parts = {store: self.store, "p.category": self.category, "t.channel": self.channel}
        return "".join(f" and {name} = '{value}'" for name, value in parts.items() if value is not None)

    def refunds(self) -> dict[date, Decimal]:
        """Dollars paid back by day."""
        return dict(rows(
            self.company.settings,
            "select world_day(r.returned_at), sum(r.refund_amount) from returns r "
            "join transactions t using (transaction_date, transaction_id) join products p using (product_id) "
            f"where world_day(r.returned_at) between '{self.first}' and '{self.last}'{self._filters('r.store_id')} "
            "group by 1",
        ))  # fmt: skip

    def key_figures(self) -> dict[str, float | None]:
        """The cards' numbers; None: nothing to divide by."""
        [(revenue, orders, units, margin, members)] = self.lines(
            f"{SUMS}, coalesce(sum({PAID} - i.quantity * p.unit_cost), 0), count(distinct t.customer_id)"
        )
        refunds = sum(self.refunds().values(), Decimal(0))
        return {
            "revenue": float(revenue),
            "orders": orders,
            "units": int(units),
            "margin": float(margin),
            "members": members,
            "basket": float(revenue) / orders if orders else None,
            "returns": float(refunds) / float(revenue) if revenue else None,
        }

    def address(self, **more: object) -> str:
        """The page of these days and filters."""
        parts = {"from": self.first, "to": self.last, "store": self.store, "category": self.category,
                 "channel": self.channel} | more  # fmt: skip
        query = "&".join(f"{name}={quote(str(value))}" for name, value in parts.items() if value is not None)
        return f"{self.company.url}/dashboard?{query}"


FORMATS = {
    "revenue": "${:,.2f}",
    "orders": "{:,}",
    "units": "{:,}",
    "margin": "${:,.2f}",
    "members": "{:,}",
    "basket": "${:,.2f}",
    "returns": "{:.2%}",
}


@pytest.fixture
def past(company: Product) -> Chosen:
    """A week in the past, with a week before it."""
    [(first,)] = rows(company.settings, "select min(transaction_date) from transactions")
    return Chosen(company, first + timedelta(days=8), first + timedelta(days=14))


@pytest.fixture
def category(company: Product) -> str:
    """The category that sells most."""
    query = f"select p.category from {LINES} group by 1 order by sum({PAID}) desc limit 1"
    return str(rows(company.settings, query)[0][0])


def _expect_figures(page: Page, chosen: Chosen) -> None:
    for key, value in chosen.key_figures().items():
        expect(page.locator(f"#kpi-{key}")).to_have_text("None" if value is None else FORMATS[key].format(value))


def _bars(page: Page, kind: str) -> dict[str, str]:
    """The bars' amounts by their keys."""
    found: dict[str, str] = page.locator(f"#card-{kind} .bar-row").evaluate_all(
        "bars => Object.fromEntries(bars.map(b => "
        "[b.dataset.key, b.querySelector('.bar-figures').firstChild.textContent]))"
    )
    return found


def _expect_bars(page: Page, kind: str, expected: dict[str, str]) -> None:
    wait_until(lambda: _bars(page, kind) == expected, 10, f"the {kind} are {expected}", every=0.05)


@pytest.mark.parametrize(
    ("preset", "days"), [("7", 7), ("28", 28), ("90", 90), ("ytd", None), ("all", 10_000)], ids=lambda v: str(v)
)
def test_a_preset_ends_at_the_last_complete_day(
    watched: Page, company: Product, past: Chosen, preset: str, days: int | None
) -> None:
    watched.goto(past.address())
    watched.locator("#filter-preset").select_option(preset)
    shown_last = watched.locator("#filter-to")
    complete = "select world_day(published_through) - 1, (select min(transaction_date) from transactions) "
    [(last, first)] = rows(company.settings, complete + "from analytics.stg_world")
    expect(shown_last).to_have_value(str(last))
    start = date(last.year, 1, 1) if days is None else last - timedelta(days=days - 1)
    start = max(start, first)
    expect(watched.locator("#filter-from")).to_have_value(str(start))
    _expect_figures(watched, Chosen(company, start, last))
    if preset != "28":
        expect(watched).to_have_url(re.compile(rf"\?preset={preset}$"))


def test_days_of_ones_own(watched: Page, company: Product, past: Chosen) -> None:
    watched.goto(f"{company.url}/dashboard")
    watched.locator("#filter-from").fill(str(past.first))
    expect(watched).to_have_url(re.compile(f"from={past.first}"))
    watched.locator("#filter-to").fill(str(past.last))
    expect(watched).to_have_url(re.compile(f"to={past.last}"))
    expect(watched.locator("#filter-preset")).to_have_value("custom")
    expect(watched.locator("#page-status")).to_contain_text("(7 days)")
    _expect_figures(watched, past)


@pytest.mark.parametrize("name", ["store", "category", "channel"])
def test_a_filter_narrows_everything_and_is_kept_by_the_address(
    watched: Page, past: Chosen, category: str, name: str
) -> None:
    value = {"store": "2", "category": category, "channel": "pickup"}[name]
    watched.goto(past.address())
    control = watched.locator(f"#filter-{name}")
    control.select_option(value)
    chosen = Chosen(past.company, past.first, past.last, **{name: value})  # type: ignore[arg-type]
    _expect_figures(watched, chosen)
    watched.reload()
    expect(control).to_have_value(value)
    _expect_figures(watched, chosen)
    control.select_option("")
    _expect_figures(watched, past)


def test_filters_add_up(watched: Page, past: Chosen, category: str) -> None:
    chosen = Chosen(past.company, past.first, past.last, 1, category, "store")
    watched.goto(chosen.address())
    _expect_figures(watched, chosen)
    by_revenue = "group by p.product_id order by 2 desc, p.product_id"
    expected = chosen.lines(f"p.name, sum({PAID}), sum(i.quantity)", by_revenue)
    table = watched.locator("#card-products tbody tr")
    expect(table).to_have_count(min(15, len(expected)))
    for place, (product, revenue, units) in enumerate(expected[:15]):
        expect(table.nth(place)).to_contain_text(product)
        expect(table.nth(place)).to_contain_text(f"${revenue:,.2f}")
        expect(table.nth(place).locator("td").nth(4)).to_have_text(f"{units:,}")


def test_reset_goes_back_to_the_start(watched: Page, past: Chosen) -> None:
    watched.goto(past.address(store=1, metric="units", compare="none"))
    expect(watched.locator("#filter-store")).to_have_value("1")
    watched.locator("#dashboard-reset").click()
    expect(watched).to_have_url(re.compile(r"/dashboard/?$"))
    for name, value in (("store", ""), ("preset", "28"), ("compare", "previous")):
        expect(watched.locator(f"#filter-{name}")).to_have_value(value)
    expect(watched.locator("#metric-revenue")).to_have_attribute("aria-pressed", "true")
    expect(watched.locator("#dashboard-reset")).to_be_disabled()


def test_the_change_is_against_the_days_before_or_nothing(watched: Page, past: Chosen) -> None:
    watched.goto(past.address())
    week = timedelta(days=7)
    before = Chosen(past.company, past.first - week, past.last - week).key_figures()
    for key, value in past.key_figures().items():
        earlier = before[key]
        if value is not None and earlier:  # a week may be without refunds
            card = watched.locator(f"#kpi-{key}").locator("xpath=..")
            expect(card).to_contain_text(f"{(value - earlier) / earlier:+.1%}")
    watched.locator("#filter-compare").select_option("none")
    expect(watched).to_have_url(re.compile("compare=none"))
    expect(watched.locator("#page-status")).not_to_contain_text("compared with")
    expect(watched.locator("#dashboard-kpis")).not_to_contain_text(re.compile(r"[+-]\d+\.\d%"))


def test_a_year_back_is_compared_if_there_are_its_days(watched: Page, company: Product, past: Chosen) -> None:
    watched.goto(past.address())
    watched.locator("#filter-compare").select_option("year")
    expect(watched).to_have_url(re.compile("compare=year"))
    [(first,)] = rows(company.settings, "select min(transaction_date) from transactions")
    expect(watched.locator("#dashboard-notes")).to_contain_text(f"the company's days begin on {first}")


@pytest.mark.parametrize(
    ("metric", "title", "place", "sign"),
    [("revenue", "sales", 0, "$"), ("orders", "orders", 1, ""), ("units", "units", 2, "")],
)
def test_the_charts_measure_what_is_chosen(
    watched: Page, past: Chosen, metric: str, title: str, place: int, sign: str
) -> None:
    watched.goto(past.address(metric="units" if metric == "revenue" else None))
    watched.locator(f"#metric-{metric}").click()
    expect(watched.locator(f"#metric-{metric}")).to_have_attribute("aria-pressed", "true")
    expect(watched.locator("#card-trend h2")).to_have_text(f"How have {title} moved?")
    whole = past.lines(SUMS)[0][place]
    exact = f"${whole:,.2f}" if metric == "revenue" else f"{whole:,}"
    expect(watched.locator("#card-trend [role=img]")).to_have_attribute("aria-label", re.compile(re.escape(exact)))
    for kind, column in (("stores", "t.store_id::text"), ("channels", "t.channel"), ("categories", "p.category")):
        found = past.lines(f"{column}, {SUMS}", "group by 1")
        _expect_bars(watched, kind, {key: f"{sign}{float(sums[place]):,.0f}" for key, *sums in found})


def test_a_category_opens_into_its_kinds_of_goods_and_closes_again(watched: Page, past: Chosen, category: str) -> None:
    watched.goto(past.address())
    bar = watched.locator(f'#card-categories [data-key="{category}"]')
    expect(bar).to_have_id(re.compile(r"category-bar-\d+"))
    bar.press("Enter")
    expect(watched.locator("#filter-category")).to_have_value(category)
    expect(watched.locator("#card-categories h2")).to_have_text(f"What sells in {category}?")
    chosen = Chosen(past.company, past.first, past.last, category=category)
    kinds = chosen.lines(f"p.subcategory, sum({PAID})", "group by 1")
    _expect_bars(watched, "categories", {key: f"${float(revenue):,.0f}" for key, revenue in kinds})
    expect(watched.locator("#category-bar-0")).to_be_disabled()
    _expect_figures(watched, chosen)
    watched.locator("#category-back").click()
    expect(watched.locator("#filter-category")).to_have_value("")
    _expect_figures(watched, past)


@pytest.mark.parametrize(("kind", "name", "key"), [("stores", "store", "2"), ("channels", "channel", "store")])
def test_a_bar_chooses_and_lets_go_and_the_others_stay(
    watched: Page, past: Chosen, kind: str, name: str, key: str
) -> None:
    watched.goto(past.address())
    bar = watched.locator(f'#card-{kind} [data-key="{key}"]')
    expect(bar).to_have_id(re.compile(rf"{name}-bar-\d+"))
    before = _bars(watched, kind)
    bar.click()
    expect(bar).to_have_attribute("aria-pressed", "true")
    expect(watched.locator(f"#filter-{name}")).to_have_value(key)
    _expect_figures(watched, Chosen(past.company, past.first, past.last, **{name: key}))  # type: ignore[arg-type]
    _expect_bars(watched, kind, before)
    bar.click()
    expect(bar).to_have_attribute("aria-pressed", "false")
    _expect_figures(watched, past)


def test_hours_are_averages_on_the_stores_clocks(watched: Page, past: Chosen) -> None:
    watched.goto(past.address(metric="orders"))
    hour = "extract(hour from t.transaction_timestamp at time zone s.time_zone)::int"
    found = past.lines(
        f"extract(isodow from t.transaction_date)::int, {hour}, count(distinct t.transaction_id)", "group by 1, 2"
    )
    expect(watched.locator('#heat [data-cell="1-9"]')).to_be_visible()
    shown = watched.locator("#heat td").evaluate_all(
        "cells => cells.map(c => [c.dataset.cell, c.title.split(': ').pop()]).filter(c => c[1] !== '0')"
    )
    assert dict(shown) == {f"{weekday}-{hour}": f"{orders:,}" for weekday, hour, orders in found}


def test_stock_is_that_of_the_newest_count(watched: Page, company: Product) -> None:
    watched.goto(f"{company.url}/dashboard?store=1")
    counted = (
        "select count(*) filter (where on_hand = 0), count(*) from analytics.product_inventory_levels "
        "join products using (product_id) where store_id = 1 and products.discontinued_on is null"
    )
    [(empty, places)] = rows(company.settings, counted)
    card = watched.locator("#kpi-stock")
    expect(card).to_have_text(f"{empty / places:.1%}")
    expect(card.locator("xpath=..")).to_contain_text(f"{empty:,} of {places:,}")


def test_a_key_figure_leads_to_its_definition(watched: Page, past: Chosen) -> None:
    watched.goto(past.address())
    watched.locator("#dashboard-kpis").get_by_role("link", name="Gross margin").click()
    expect(watched).to_have_url(re.compile(r"/docs/metrics/?#margin$"))
    expect(watched.locator("h1")).to_have_text("Metrics")


def test_the_file_holds_the_days_under_the_filters(watched: Page, past: Chosen, category: str) -> None:
    chosen = Chosen(past.company, past.first, past.last, 1, category)
    watched.goto(chosen.address())
    expect(watched.locator("#filter-category")).to_have_value(category)
    with watched.expect_download() as download:
        watched.locator("#dashboard-export").click()
    assert download.value.suggested_filename == f"daily-{past.first}-to-{past.last}.csv"
    found = list(csv.DictReader(io.StringIO(download.value.path().read_text())))
    sold = {day: sums for day, *sums in chosen.lines(
        f"t.transaction_date, {SUMS}, sum({PAID} - i.quantity * p.unit_cost)", "group by 1")}  # fmt: skip
    refunds = chosen.refunds()
    expected = []
    for place in range(7):
        day = past.first + timedelta(days=place)
        revenue, orders, units, margin = sold.get(day, (0, 0, 0, 0))
        paid_back = f"{refunds.get(day, 0):.2f}"
        expected.append([str(day), f"{revenue:.2f}", str(orders), str(units), f"{margin:.2f}", paid_back])
    assert [list(row.values()) for row in found] == expected
    assert list(found[0]) == ["date", "revenue", "orders", "units", "gross_margin", "refunds"]


def test_the_view_is_there_again_after_a_look_elsewhere_and_in_a_fresh_tab(watched: Page, past: Chosen) -> None:
    watched.goto(past.address())
    watched.locator("#filter-store").select_option("3")
    expect(watched).to_have_url(re.compile("store=3"))
    chosen = Chosen(past.company, past.first, past.last, store=3)
    _expect_figures(watched, chosen)
    watched.get_by_role("link", name="Transactions").first.click()
    expect(watched).to_have_url(re.compile("/dashboard/transactions"))
    watched.go_back()
    _expect_figures(watched, chosen)
    expect(watched.locator("#filter-store")).to_have_value("3")
    address = watched.url
    fresh = watched.context.new_page()
    fresh.goto(address)
    _expect_figures(fresh, chosen)
    fresh.close()


def test_an_address_that_makes_no_sense_is_named_and_left_out(watched: Page, past: Chosen) -> None:
    watched.goto(past.address(store="99", category="Toys <b>", channel="'", metric="profit", compare="x"))
    notes = watched.locator("#dashboard-notes")
    for what in ("store “99”", "category “Toys <b>”", "channel “'”"):
        expect(notes).to_contain_text(f"There is no {what}: the filter is left out.")
    _expect_figures(watched, past)
    watched.goto(f"{past.company.url}/dashboard?from=soon&to={past.last}")
    expect(notes).to_contain_text("“soon” is not a day (write YYYY-MM-DD)")
    watched.goto(f"{past.company.url}/dashboard?from=1999-01-01&to={past.last}")
    expect(notes).to_contain_text("the range is cut to them")


def test_days_without_a_sale_say_so(watched: Page, company: Product) -> None:
    # orders come through the API only once the company is there: never on its first day
    [(first,)] = rows(company.settings, "select min(transaction_date) from transactions")
    watched.goto(Chosen(company, first, first, channel="api").address())
    expect(watched.locator("#dashboard-notes")).to_contain_text("Nothing was sold under these filters")
    for key, text in (("revenue", "$0.00"), ("orders", "0"), ("basket", "None"), ("returns", "None")):
        expect(watched.locator(f"#kpi-{key}")).to_have_text(text)
    expect(watched.locator("#card-products tbody tr")).to_have_count(0)
