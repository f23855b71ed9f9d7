"""The monitoring page: services, DAGs, a run's tasks and logs, what dbt found; every control's effect."""

from __future__ import annotations

import contextlib
import os
import re
import signal
from pathlib import Path
from urllib.parse import quote

import psutil
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.company import ANALYTICS, DBT, PIPELINES, SIMULATION, WAREHOUSE, finish, forget_failures, rows
from tests.product import BACK_SECONDS, Product
from tests.waiting import wait_until
from walmart_app.clients.airflow_views import AirflowViews
from walmart_app.clients.connect import airflow_client

PAGE = "/dashboard/monitoring"
pytestmark = pytest.mark.usefixtures("company")


def test_services_and_dags_are_all_there(watched: Page, product: Product) -> None:
    watched.goto(product.url + PAGE)
    for name, part in product.services().items():
        row = watched.locator(f"#service-{name}")
        expect(row).to_contain_text(part["title"])
        expect(row).to_have_attribute("data-state", "healthy")
    expect(watched.locator("#page-status")).to_have_text("Everything is up.")
    client = airflow_client(product.settings)
    runs = {dag: client.latest_runs(dag, 20) for dag in PIPELINES}
    for dag, found in runs.items():
        row = watched.locator(f'li[data-dag="{dag}"]')
        expect(row.locator(".run-bar")).to_have_count(len(found))
        done = sum(run.state == "success" for run in found)
        expect(row.locator(".dag-counts")).to_contain_text(f"{done} done")
    for state in ("running", "queued", "failed", "success"):
        count = sum(run.state == state for found in runs.values() for run in found)
        expect(watched.locator(f"#count-{state}")).to_have_text(str(count))


def test_heartbeats_and_the_age_of_the_data_are_shown(watched: Page, product: Product) -> None:
    watched.goto(product.url + PAGE)
    for part in ("Airflow scheduler", "Airflow DAG processor", "Airflow API", "PostgreSQL"):
        beat = watched.locator(f'[data-part="{part}"]')
        expect(beat).to_have_attribute("data-late", "false")
        expect(beat).to_contain_text(re.compile("just now| s ago"))
    [(clock,)] = rows(product.settings, "select min(clock) from world_shards")
    expect(watched.locator("#data-as-of")).to_have_text(f"Data as of {clock:%d %b %Y, %H:%M} UTC")
    expect(watched.locator("#airflow-as-of")).to_contain_text("UTC")


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
    expect(watched.locator('#task-log [data-level="info"]').first).to_be_visible()
    task = next(task for task in AirflowViews(client).tasks(WAREHOUSE, run.run_id) if task.task_id == "extract")
    lines = AirflowViews(client).log(WAREHOUSE, run.run_id, task)
    with watched.expect_download() as started:
        watched.locator("#download-log").click()
    text = Path(started.value.path()).read_text()
    assert started.value.suggested_filename.startswith("walmart_warehouse_load-")
    assert text == "".join(f"{' '.join(filter(None, (at.time, at.level.upper(), at.text)))}\n" for at in lines)
    assert "INFO" in text


@pytest.mark.parametrize(
    ("query", "sentence", "back"),
    [
        ("dag=no_such", "There is no pipeline 'no_such'.", "All pipelines"),
        (f"dag={DBT}&run=no_such", f"{DBT} has no run 'no_such'.", f"Runs of {DBT}"),
        (f"dag={DBT}&run=..%2F..%2Fx", f"{DBT} has no run '../../x'.", f"Runs of {DBT}"),
    ],
)
def test_an_address_that_leads_nowhere_says_so(
    watched: Page, product: Product, query: str, sentence: str, back: str
) -> None:
    watched.goto(f"{product.url}{PAGE}?{query}")
    expect(watched.locator("#not-found")).to_contain_text(sentence)
    expect(watched.locator("#main [aria-busy=true]")).to_have_count(0)
    watched.locator("#not-found").get_by_role("link", name=back).click()
    expect(watched.locator("#not-found")).to_be_hidden()
    expect(watched.locator("#dags li")).to_have_count(4)
    if back != "All pipelines":
        expect(watched.locator("#dag-runs li").first).to_be_visible()


def test_a_task_that_a_run_does_not_have_is_named_beside_those_it_has(watched: Page, product: Product) -> None:
    run = airflow_client(product.settings).latest_runs(DBT)[0]
    watched.goto(f"{product.url}{PAGE}?dag={DBT}&run={quote(run.run_id)}&task=none%5B-1%5D")
    expect(watched.locator("#not-found")).to_contain_text("The run has no task 'none[-1]'.")
    expect(watched.locator("#run-tasks li")).to_have_count(7)


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


def test_what_dbt_did_is_counted(watched: Page, product: Product) -> None:
    watched.goto(product.url + PAGE)
    found = rows(
        product.settings,
        "select invocation_id, sum((resource_type in ('model', 'snapshot'))::int), "
        "sum((resource_type in ('test', 'unit_test'))::int), sum((status in ('success', 'pass'))::int), "
        "sum((status = 'warn')::int), sum((status in ('error', 'fail', 'runtime error'))::int), "
        "sum((status = 'skipped')::int) "
        "from operations.dbt_results group by 1 order by max(finished_at) desc, 1 limit 14",
    )
    for invocation, *numbers in found:
        cells = watched.locator(f'tr[data-invocation="{invocation}"] td')
        for place, number in enumerate(numbers, 2):
            expect(cells.nth(place)).to_have_text(f"{number:,}")
    newest = rows(
        product.settings,
        "select status, count(*) from operations.dbt_results as r where not exists (select from "
        "operations.dbt_results as l where l.unique_id = r.unique_id and l.finished_at > r.finished_at) group by 1",
    )
    by_status = dict(newest)
    expect(watched.locator("#dbt-passed")).to_have_text(f"{by_status.get('success', 0) + by_status.get('pass', 0):,}")
    expect(watched.locator("#dbt-warned")).to_have_text(f"{by_status.get('warn', 0):,}")
    expect(watched.locator("#dbt-skipped")).to_have_text(f"{by_status.get('skipped', 0):,}")
    [(name, seconds)] = rows(
        product.settings,
        "select name, seconds from operations.dbt_results as r where resource_type in ('model', 'snapshot') and "
        "not exists (select from operations.dbt_results as l where l.unique_id = r.unique_id and "
        "l.finished_at > r.finished_at) order by seconds desc, name limit 1",
    )
    slowest = watched.locator("#slowest-models li").first
    expect(slowest).to_contain_text(name)
    expect(slowest).to_contain_text(f"{seconds:.2f} s")


def test_a_hanging_airflow_is_away_and_holds_nothing_up(page: Page, product: Product) -> None:
    product.wait_healthy()
    page.goto(product.url + PAGE)
    expect(page.locator(f'li[data-dag="{DBT}"]')).to_be_visible()
    process = psutil.Process(product.services()["airflow-api"]["pid"])
    stopped = [process, *process.children(recursive=True)]
    try:
        for part in stopped:
            part.suspend()
        expect(page.locator("#airflow-away")).to_contain_text("no answer within 10 seconds", timeout=40_000)
        page.reload()
        expect(page.locator("#dbt tbody tr").first).to_be_visible()  # the database is asked apart
        expect(page.locator('[data-part="PostgreSQL"]')).to_contain_text("just now")
    finally:
        for part in stopped:
            with contextlib.suppress(psutil.NoSuchProcess):
                part.resume()
    product.wait_healthy(BACK_SECONDS)
    expect(page.locator("#airflow-away")).to_be_hidden(timeout=30_000)
    expect(page.locator("#dags li")).to_have_count(4)


def test_airflow_away_is_said_and_the_page_recovers(page: Page, product: Product) -> None:
    product.wait_healthy()
    page.goto(product.url + PAGE)
    expect(page.locator(f'li[data-dag="{DBT}"]')).to_be_visible()
    os.kill(product.services()["airflow-api"]["pid"], signal.SIGKILL)
    expect(page.locator("#airflow-away")).to_be_visible(timeout=15_000)
    expect(page.locator("#dbt tbody tr").first).to_be_visible()
    product.wait_healthy(BACK_SECONDS)
    expect(page.locator("#airflow-away")).to_be_hidden(timeout=15_000)


def test_an_exception_in_a_log_is_shown_with_its_level(watched: Page, product: Product) -> None:
    client = airflow_client(product.settings)
    run = client.trigger(SIMULATION, {"parameters": {"no.such": 1}, "days": 1})
    wait_until(lambda: client.run(SIMULATION, run.run_id).finished, 60, "the run fails", every=0.2)
    assert client.run(SIMULATION, run.run_id).state == "failed"
    task = f"{PAGE}?dag={SIMULATION}&run={quote(run.run_id)}&task={quote('plan[-1]')}"
    watched.goto(product.url + task)
    error = watched.locator('#task-log [data-level="error"]', has_text="Traceback (most recent call last):")
    expect(error.first).to_contain_text("AirflowFailException")
    took = watched.locator('li[data-task="plan[-1]"] .task-took')
    expect(took).to_have_text(re.compile(r"^\d[\d.]* s$"))
    forget_failures(product)
