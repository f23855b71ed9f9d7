"""A newcomer's journeys over the pages: days are simulated and show everywhere; the models are run again."""

from __future__ import annotations

import re
from decimal import Decimal
from urllib.parse import quote

from playwright.sync_api import Page, expect

from tests.e2e.company import (
    DBT,
    NODES,
    PUBLISHED,
    SIMULATION,
    finish,
    held,
    order,
    revenue_everywhere,
    rows,
    settle,
)
from tests.product import Product
from tests.waiting import wait_until
from walmart_app.clients.airflow import Run
from walmart_app.clients.connect import airflow_client


def test_days_simulated_after_a_cancelled_run_and_orders_show_everywhere(watched: Page, company: Product) -> None:
    before = _revenue(company)
    watched.goto(company.url)
    for key in NODES:
        expect(watched.locator(f"#node-{key}")).to_have_attribute("data-state", re.compile("healthy|success"))
    watched.goto(f"{company.url}/dashboard?preset=all&compare=none")
    expect(watched.locator("#kpi-revenue")).to_have_text(f"${before:,.2f}")
    [(newest,)] = rows(company.settings, "select max(transaction_date) from transactions")

    with held(company, DBT):  # the models are built once, after the last day
        _cancel_a_long_run(watched, company)
        ordered = _order_three_products(company)
        _simulate_a_day(watched, company)
    run = _simulate_two_days(watched, company)
    settle(company)

    [(simulated,)] = rows(
        company.settings,
        f"select sum(total_amount) from transactions where channel <> 'api' and transaction_date > '{newest}'",
    )
    after = _revenue(company)
    assert after - before == ordered + simulated
    watched.goto(f"{company.url}/dashboard?preset=all&compare=none")
    expect(watched.locator("#kpi-revenue")).to_have_text(f"${after:,.2f}")
    [(day, count)] = rows(
        company.settings,
        f"select transaction_date, count(*) from transactions where {PUBLISHED} group by 1 order by 1 desc limit 1",
    )
    watched.goto(f"{company.url}/dashboard/transactions?from={day}&to={day}")
    expect(watched.locator("#span")).to_have_text(re.compile(f"of {count:,}$"))
    watched.get_by_role("navigation", name="Dashboard").get_by_role("link", name="Monitoring").click()
    watched.locator(f'.run-bar[data-run="{run.run_id}"]').click()
    watched.get_by_role("button", name="plan", exact=True).click()
    expect(watched.locator("#task-log")).to_contain_text("Returned value was")


def test_the_models_are_run_from_the_pipeline_cancelled_and_run_again(watched: Page, company: Product) -> None:
    client = airflow_client(company.settings)
    newest = client.latest_runs(DBT)[0]
    watched.goto(company.url)
    watched.get_by_role("button", name="Run pipeline").click()
    expect(watched.locator("#pipeline-notice")).to_contain_text("Started")
    run = client.latest_runs(DBT)[0]
    assert run.run_id != newest.run_id
    expect(watched.locator("#node-dbt")).to_have_attribute("data-state", re.compile("running|queued"))

    watched.goto(f"{company.url}/dashboard/monitoring?dag={DBT}&run={quote(run.run_id)}")
    watched.locator("#cancel-run").click()
    expect(watched.locator("#monitoring-notice")).to_contain_text("Cancelled")
    wait_until(lambda: client.run(DBT, run.run_id).state == "failed", 30, "the run is cancelled")
    watched.locator("#retry-run").click()
    expect(watched.locator("#monitoring-notice")).to_contain_text("run again")
    finish(company, client.run(DBT, run.run_id))
    assert set(client.tasks(DBT, run.run_id).values()) == {"success"}  # also what was skipped by the cancelling

    watched.goto(company.url)
    expect(watched.locator("#node-dbt")).to_have_attribute("data-state", "success")
    expect(watched.get_by_role("button", name="Run pipeline")).to_be_enabled()
    settle(company)


def _revenue(company: Product) -> Decimal:
    """The company's revenue, which is the same wherever it is told."""
    sums = revenue_everywhere(company)
    assert len(set(sums.values())) == 1, sums
    return sums["public"]


def _cancel_a_long_run(page: Page, company: Product) -> None:
    client = airflow_client(company.settings)
    run = client.trigger(SIMULATION, {"days": 2000})
    page.goto(company.url)
    page.get_by_role("button", name="Cancel the simulation").click()
    expect(page.locator("#notice")).to_contain_text("Cancelled. What was committed stays")
    assert client.run(SIMULATION, run.run_id).state == "failed"
    expect(page.get_by_role("button", name="Simulate a day")).to_be_enabled(timeout=60_000)


def _order_three_products(company: Product) -> Decimal:
    """Order two of each through the API; the sum of what was paid."""
    stocked = rows(
        company.settings,
        "select i.store_id, i.product_id from inventory i join assortment a using (store_id, product_id) "
        "join products p using (product_id) where on_hand > 5 and listed_to is null and discontinued_on is null "
        "order by on_hand desc, 1, 2 limit 3",
    )
    return sum((Decimal(str(order(company, *line, 2)["total_amount"])) for line in stocked), Decimal(0))


def _simulate_a_day(page: Page, company: Product) -> None:
    page.goto(company.url)
    page.get_by_role("button", name="Simulate a day").click()
    expect(page.locator("#notice")).to_contain_text("Started")
    expect(page.locator("#company-headline")).to_have_text("The newest run: 1 of 1 days", timeout=90_000)
    finish(company, airflow_client(company.settings).latest_runs(SIMULATION)[0])


def _simulate_two_days(page: Page, company: Product) -> Run:
    """Start them on the simulation's page, and follow them there to their end."""
    [(before,)] = rows(company.settings, "select max(transaction_date) from transactions")
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Simulation").click()
    page.locator("#days").fill("2")
    page.locator("#start-simulation").click()
    expect(page.locator("#simulation-notice")).to_have_text("Started: the next 2 days.")
    run = finish(company, airflow_client(company.settings).latest_runs(SIMULATION)[0])
    expect(page.locator("#summary-days")).to_have_text("2 of 2")
    [(count, revenue)] = rows(
        company.settings,
        f"select count(*), sum(total_amount) from transactions where transaction_date > '{before}'",
    )
    expect(page.locator("#summary-transactions")).to_have_text(f"{count:,}")
    expect(page.locator("#summary-revenue")).to_have_text(f"${revenue:,.2f}")
    expect(page.locator(".js-plotly-plot")).to_have_count(3)
    return run
