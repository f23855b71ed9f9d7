"""The monitoring page: services, DAGs, a run's tasks and logs, what dbt found; every control's effect."""

from __future__ import annotations

import os
import re
import signal
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.company import ANALYTICS, DBT, PIPELINES, SIMULATION, WAREHOUSE, finish, rows, settle
from tests.product import BACK_SECONDS, Product
from tests.waiting import wait_until
from walmart_app.clients.airflow_views import AirflowViews
from walmart_app.clients.connect import airflow_client

PAGE = "/dashboard/monitoring"


@pytest.fixture(scope="module", autouse=True)
def company(product: Product) -> None:
    settle(product)


def test_services_and_dags_are_all_there(watched: Page, product: Product) -> None:
    watched.goto(product.url + PAGE)
    for name, part in product.services().items():
        row = watched.locator(f"#service-{name}")
        expect(row).to_contain_text(part["title"])
        expect(row).to_have_attribute("data-state", "healthy")
    expect(watched.locator("#page-status")).to_have_text("Everything is up.")
    views = AirflowViews(airflow_client(product.settings))
    for dag in PIPELINES:
        runs = [run for run in views.runs() if run.dag_id == dag][:20]
        expect(watched.locator(f'li[data-dag="{dag}"] .run-bar')).to_have_count(len(runs))
    found = views.runs()
    for state in ("running", "queued", "failed", "success"):
        expect(watched.locator(f"#count-{state}")).to_have_text(str(sum(run.state == state for run in found)))


def test_pausing_pauses_and_goes_on_again(watched: Page, product: Product) -> None:
    views = AirflowViews(airflow_client(product.settings))
    watched.goto(product.url + PAGE)
    switch = watched.get_by_role("switch", name="Schedule of Analytics")
    for paused in (True, False):
        switch.click()
        expect(watched.locator(f'li[data-dag="{ANALYTICS}"]')).to_contain_text("Paused" if paused else "Scheduled")
        assert {dag.dag_id: dag.paused for dag in views.dags()}[ANALYTICS] is paused


def test_a_triggered_run_appears_with_tasks_and_log(watched: Page, product: Product) -> None:
    client = airflow_client(product.settings)
    newest = client.latest_runs(WAREHOUSE)[0]
    watched.goto(product.url + PAGE)
    watched.get_by_role("button", name="Trigger Warehouse").click()
    expect(watched.locator("#monitoring-notice")).to_have_text("Started.")
    run = client.latest_runs(WAREHOUSE)[0]
    assert run.run_id != newest.run_id
    finish(product, run)
    watched.locator(f'.run-bar[data-run="{run.run_id}"]').click()
    tasks = watched.locator("#run-tasks li")
    expect(tasks).to_have_count(3)
    for task in ("extract", "load", "reconcile"):
        expect(watched.locator(f'li[data-task="{task}[-1]"]')).to_have_attribute("data-state", "success")
    watched.get_by_role("button", name="extract", exact=True).click()
    expect(watched.locator("#task-log")).to_contain_text("manifest.json")
    watched.reload()
    expect(watched.locator("#task-log")).to_contain_text("manifest.json")
    expect(watched.locator("#cancel-run")).to_be_disabled()
    expect(watched.locator("#retry-run")).to_be_disabled()


def test_a_dag_lists_its_runs_and_back_leads_back(watched: Page, product: Product) -> None:
    watched.goto(product.url + PAGE)
    watched.get_by_role("button", name="dbt", exact=True).click()
    expect(watched).to_have_url(re.compile(f"dag={DBT}"))
    runs = airflow_client(product.settings).latest_runs(DBT, 20)
    expect(watched.locator("#dag-runs li")).to_have_count(len(runs))
    watched.locator("#dag-runs li").last.get_by_role("button").click()
    expect(watched.locator("#run-tasks li")).to_have_count(7)
    watched.go_back()
    expect(watched.locator("#dag-runs li")).to_have_count(len(runs))


@pytest.mark.parametrize("text", ["0", "3651", "many"])
def test_days_out_of_bounds_start_nothing(watched: Page, product: Product, text: str) -> None:
    newest = airflow_client(product.settings).latest_runs(SIMULATION)[0]
    watched.goto(product.url + PAGE)
    watched.locator("#trigger-days").fill(text)
    watched.get_by_role("button", name="Trigger Simulation").click()
    expect(watched.locator("#monitoring-notice")).to_contain_text("a whole number from 1 to 3,650")
    assert airflow_client(product.settings).latest_runs(SIMULATION)[0] == newest


def test_a_run_is_cancelled_and_its_failed_tasks_are_retried(watched: Page, product: Product) -> None:
    client = airflow_client(product.settings)
    run = client.trigger(DBT)
    watched.goto(f"{product.url}{PAGE}?dag={DBT}&run={quote(run.run_id)}")
    watched.locator("#cancel-run").click()
    expect(watched.locator("#monitoring-notice")).to_contain_text("Cancelled")
    wait_until(lambda: client.run(DBT, run.run_id).state == "failed", 30, "the run is cancelled")
    watched.locator("#retry-run").click()
    expect(watched.locator("#monitoring-notice")).to_contain_text("run again")
    finish(product, client.run(DBT, run.run_id))
    settle(product)


def test_what_dbt_did_is_counted(watched: Page, product: Product) -> None:
    watched.goto(product.url + PAGE)
    found = rows(
        product.settings,
        "select invocation_id, count(*) filter (where resource_type in ('model', 'snapshot')), "
        "count(*) filter (where resource_type in ('test', 'unit_test')) from operations.dbt_results "
        "group by 1 order by max(finished_at) desc, 1 limit 14",
    )
    for invocation, models, tests in found:
        cells = watched.locator(f'tr[data-invocation="{invocation}"] td')
        expect(cells.nth(2)).to_have_text(f"{models:,}")
        expect(cells.nth(3)).to_have_text(f"{tests:,}")


def test_airflow_away_is_said_and_the_page_recovers(page: Page, product: Product) -> None:
    product.wait_healthy()
    page.goto(product.url + PAGE)
    expect(page.locator(f'li[data-dag="{DBT}"]')).to_be_visible()
    os.kill(product.services()["airflow-api"]["pid"], signal.SIGKILL)
    expect(page.locator("#airflow-away")).to_be_visible(timeout=15_000)
    expect(page.locator("#dbt tbody tr").first).to_be_visible()
    product.wait_healthy(BACK_SECONDS)
    expect(page.locator("#airflow-away")).to_be_hidden(timeout=15_000)
