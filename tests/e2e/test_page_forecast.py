"""The forecast page: every choice has its effect, stays in the address, and shows what the tables hold."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Page, expect

from tests.e2e.company import rows
from tests.product import Product

NEWEST = "(select max(as_of) from predictions.forecasts)"
# A day on which the stores were closed is a day on which nothing was sold.
SOLD = f"""
select day::date::text, coalesce(sum(total_amount), 0)
from generate_series((select min(transaction_date) from transactions), {NEWEST}, interval '1 day') as day
left join transactions on transaction_date = day::date
group by day order by day
"""


def _first_row(company: Product, name: str, key: str) -> list[str]:
    money, places = ("$", 2) if name.endswith("revenue") else ("", 0)
    [(day, *values)] = rows(
        company.settings,
        f"select date, mean, lower, upper from predictions.forecasts where level = '{name}' and key = '{key}' "
        f"and horizon = 1 and as_of = {NEWEST}",
    )
    return [str(day), f"{day:%a}", *(f"{money}{value:,.{places}f}" for value in values)]


def _expect_first_row(page: Page, company: Product, name: str, key: str) -> None:
    cells = page.locator("#forecast-days tbody tr").first.locator("td")
    expect(cells).to_have_text(_first_row(company, name, key))


def test_it_opens_with_the_whole_chain_and_says_what_it_is_made_from(watched: Page, company: Product) -> None:
    watched.goto(f"{company.url}/forecast")
    [(as_of,)] = rows(company.settings, f"select {NEWEST}")
    expect(watched.locator("#page-status")).to_have_text(f"Made from data up to {as_of:%A, %d %B %Y}.")
    expect(watched.locator("#forecast-days tbody tr")).to_have_count(28)
    _expect_first_row(watched, company, "company_revenue", "all")


def test_level_series_and_measure_change_the_figures_and_stay_in_the_address(watched: Page, company: Product) -> None:
    watched.goto(f"{company.url}/forecast")
    watched.locator("#forecast-level").select_option("store")
    expect(watched).to_have_url(re.compile("level=store"))
    watched.locator("#forecast-key").select_option("store=2")
    expect(watched).to_have_url(re.compile(re.escape(quote("store=2", safe=""))))
    _expect_first_row(watched, company, "store_revenue", "store=2")
    watched.locator("#forecast-measure").select_option("units")
    _expect_first_row(watched, company, "store_units", "store=2")
    watched.reload()
    expect(watched.locator("#forecast-key")).to_have_value("store=2")
    _expect_first_row(watched, company, "store_units", "store=2")
    watched.locator("#forecast-level").select_option("company")
    _expect_first_row(watched, company, "company_units", "all")
    expect(watched.locator("#forecast-key")).to_have_count(0)


def test_the_errors_are_those_of_the_backtest(watched: Page, company: Product) -> None:
    watched.goto(f"{company.url}/forecast?level=company&measure=units")
    found = rows(
        company.settings,
        "select metric, value from predictions.forecast_errors where level = 'company_units' and key = 'all' "
        f"and horizon = 0 and as_of = {NEWEST}",
    )
    assert found
    shown = {"mase": "{:.2f}", "bias": "{:+.1%}", "wape": "{:.1%}", "coverage": "{:.1%}"}
    for metric, value in found:
        expect(watched.locator(f"#score-{metric}")).to_have_text(shown[metric].format(value))


def test_the_file_holds_the_days_shown_of_the_history_chosen(watched: Page, company: Product, tmp_path: Path) -> None:
    sold = rows(company.settings, SOLD)
    watched.goto(f"{company.url}/forecast")
    for history, days in (("26w", 182), ("8w", 56), ("all", len(sold))):
        watched.locator("#forecast-history").select_option(history)
        expect(watched).to_have_url(re.compile(f"history={history}"))
        expect(watched.locator("#forecast-chart")).to_contain_text(f"{min(days, len(sold)):,} days sold, 28 days ahead")
    with watched.expect_download() as download:
        watched.locator("#forecast-csv").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    lines = list(csv.reader(path.open()))
    assert lines[0] == ["date", "kind", "revenue", "low", "high"]
    shown = [(line[0], line[2]) for line in lines if line[1] == "sold"]
    assert shown == [(day, f"{value:.2f}") for day, value in sold]
    assert sum(line[1] == "forecast" for line in lines) == 28


def test_an_address_that_makes_no_sense_is_named_and_shows_the_first(watched: Page, company: Product) -> None:
    watched.goto(f"{company.url}/forecast?level=store&key=store%3D99&measure=profit&history=%27")
    expect(watched.locator("#forecast-note")).to_contain_text("Nothing called store=99 is forecast")
    _expect_first_row(watched, company, "store_revenue", "store=1")
