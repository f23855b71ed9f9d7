"""The first journey of a newcomer: from the first start to a simulated day that shows everywhere."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.e2e.company import PUBLISHED, SIMULATION, rows, settle
from tests.product import Product
from walmart_app.clients.connect import airflow_client

NODES = ("simulation", "postgres", "dbt", "analytics", "dashboard", "forecast", "recommendations", "warehouse")


def _dollars(product: Product) -> float:
    return float(rows(product.settings, f"select sum(total_amount) from transactions where {PUBLISHED}")[0][0])


def test_a_simulated_day_shows_in_every_page(watched: Page, product: Product) -> None:
    settle(product)
    watched.goto(product.url)
    for key in NODES:
        expect(watched.locator(f"#node-{key}")).to_have_attribute("data-state", re.compile("healthy|success"))
    before = _dollars(product)
    watched.goto(f"{product.url}/dashboard?preset=all&compare=none")
    expect(watched.locator("#kpi-revenue")).to_have_text(f"${before:,.2f}")

    watched.get_by_role("navigation", name="Pages").get_by_role("link", name="Simulation").click()
    watched.locator("#days").fill("1")
    watched.locator("#start-simulation").click()
    expect(watched.locator("#simulation-notice")).to_have_text("Started: the next day.")
    run = airflow_client(product.settings).latest_runs(SIMULATION)[0]
    settle(product)

    [(day, count, dollars)] = rows(
        product.settings,
        f"select transaction_date, count(*), sum(total_amount) from transactions where {PUBLISHED} "
        "group by 1 order by 1 desc limit 1",
    )
    watched.goto(f"{product.url}/dashboard/transactions?from={day}&to={day}")
    expect(watched.locator("#span")).to_have_text(re.compile(f"of {count:,}$"))
    after = _dollars(product)
    watched.goto(f"{product.url}/dashboard?preset=all&compare=none")
    expect(watched.locator("#kpi-revenue")).to_have_text(f"${after:,.2f}")
    assert round(after - before, 2) == float(dollars)

    watched.get_by_role("navigation", name="Dashboard").get_by_role("link", name="Monitoring").click()
    watched.locator(f'.run-bar[data-run="{run.run_id}"]').click()
    watched.get_by_role("button", name="plan", exact=True).click()
    expect(watched.locator("#task-log")).to_contain_text("Returned value was")
