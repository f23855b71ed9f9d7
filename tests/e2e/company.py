"""Ways to look into the running product's company, each by a query of its own."""

from __future__ import annotations

import contextlib
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from airflow_client.client.api.dag_run_api import DagRunApi

from loaders import warehouse
from loaders.copying import read
from loaders.db import connect
from loaders.settings import Settings
from loaders.simulated import table_hash
from sim.schema import TABLES
from tests.product import Product
from tests.waiting import wait_until
from walmart_app.clients.airflow import AirflowClient, Run
from walmart_app.clients.airflow_views import AirflowViews
from walmart_app.clients.connect import airflow_client

SIMULATION, DBT, ANALYTICS, WAREHOUSE = (
    "walmart_simulation",
    "walmart_dbt_pipeline",
    "walmart_analytics",
    "walmart_warehouse_load",
)
PIPELINES = (SIMULATION, DBT, ANALYTICS, WAREHOUSE)
# The steps that the pipeline page shows.
NODES = ("simulation", "postgres", "dbt", "analytics", "dashboard", "forecast", "recommendations", "warehouse")
# The task of a pipeline whose success makes the next one run.
TELLERS = {SIMULATION: "publish", DBT: "dbt_test", ANALYTICS: "recommend"}
SECONDS = 420  # the pipelines take one minute on two idle cores; other tests use them too
# An order from the API is stamped with the world's clock: it is published when the clock has moved on.
PUBLISHED = "transaction_timestamp < published_through()"


def rows(settings: Settings, query: str) -> list[tuple[Any, ...]]:
    """All rows of a query, read as the loader."""
    with connect(settings, "loader") as connection:
        return connection.execute(query.encode()).fetchall()


def hashes(settings: Settings) -> dict[str, str]:
    """The canonical hash of every table of the company."""
    with connect(settings, "loader") as connection:
        return {table.path: table_hash(table, read(connection, table)) for table in TABLES}


def finish(product: Product, run: Run) -> Run:
    """Wait for a run's end; a failure shows its tasks."""
    client = airflow_client(product.settings)
    wait_until(lambda: client.run(run.dag_id, run.run_id).finished, SECONDS, f"{run.run_id} of {run.dag_id} ends", 0.3)
    done = client.run(run.dag_id, run.run_id)
    assert done.state == "success", client.tasks(run.dag_id, run.run_id)
    return done


def settle(product: Product) -> Product:
    """Wait until every pipeline has taken in the newest data, and none is at work. Runs that failed do not count."""
    client = airflow_client(product.settings)

    def settled() -> bool:
        return _quiet(client) and _handed_on(client) and _caught_up(product.settings) and _quiet(client)

    try:
        wait_until(settled, SECONDS, "the pipelines settle", every=1)
    except TimeoutError as error:
        error.add_note(_runs(client))
        raise
    return product


@contextlib.contextmanager
def held(product: Product, *dags: str) -> Iterator[None]:
    """These pipelines are paused: they start no run, and don't hear of what the others make. None is, afterwards."""
    views = AirflowViews(airflow_client(product.settings))
    try:
        for dag in dags:
            views.pause(dag, True)
        yield
    finally:
        for dag in PIPELINES:
            views.pause(dag, False)


def forget_failures(product: Product) -> None:
    """Delete the runs that failed, so that the newest run of every pipeline is a good one again."""
    client = airflow_client(product.settings)
    for dag in PIPELINES:
        for run in client.latest_runs(dag, 100):
            if run.state == "failed":
                client.call(partial(_delete, dag_id=dag, run_id=run.run_id))


def _delete(api: Any, dag_id: str, run_id: str) -> None:
    DagRunApi(api).delete_dag_run(dag_id, run_id)


def _runs(client: AirflowClient) -> str:
    """The newest runs of every pipeline with the states of their tasks, for the reader of a failed test."""
    return "\n".join(
        f"{run.dag_id} {run.run_id} {run.state} {run.started} {run.ended} {client.tasks(run.dag_id, run.run_id)}"
        for dag in PIPELINES
        for run in client.latest_runs(dag, 3)
    )


def _quiet(client: AirflowClient) -> bool:
    found = [client.latest_runs(dag, 3) for dag in PIPELINES]
    return all(found) and all(run.finished for runs in found for run in runs)


def _handed_on(client: AirflowClient) -> bool:
    """Whether each pipeline has run since the one before it said that there is something new."""
    newest = {dag: _newest_success(client, dag) for dag in PIPELINES}
    for (dag, teller), follower in zip(TELLERS.items(), PIPELINES[1:], strict=True):
        before, after = newest[dag], newest[follower]
        if before is None or after is None:
            return False
        [told] = [task.ended for task in AirflowViews(client).tasks(dag, before.run_id) if task.task_id == teller]
        if datetime.fromisoformat(after.started) < datetime.fromisoformat(told):
            return False
    return True


def _newest_success(client: AirflowClient, dag: str) -> Run | None:
    return next((run for run in client.latest_runs(dag, 20) if run.state == "success"), None)


def _caught_up(settings: Settings) -> bool:
    """Whether marts, predictions and warehouse end where the company does."""
    company = rows(settings, f"select max(transaction_date), sum(total_amount) from transactions where {PUBLISHED}")[0]
    [(marts, predictions)] = rows(
        settings,
        "select to_regclass('analytics.int_daily_sales') is not null, exists (select from predictions.forecasts)",
    )
    if not (marts and predictions):
        return False
    daily = rows(settings, "select max(sale_date), sum(revenue) from analytics.int_daily_sales")[0]
    as_of = rows(settings, "select max(as_of) from predictions.recommendations")[0][0]
    return company == daily and as_of == company[0] and _in_warehouse(settings) == company[1]


def _in_warehouse(settings: Settings) -> Decimal:
    found = warehouse.query(settings, f"select sum(revenue) as total from {settings.clickhouse_database}.fct_sales")
    return Decimal(str(found["total"][0]))


def revenue_everywhere(product: Product) -> dict[str, Decimal]:
    """The sum of total_amount, by every path that the data takes."""
    settings = product.settings
    status, body = product.get("/api/v1/metrics/daily")
    assert status == 200, body
    api = sum((Decimal(str(day["revenue"])) for day in json.loads(body)["data"]), Decimal(0))
    return {
        "public": rows(settings, f"select sum(total_amount) from transactions where {PUBLISHED}")[0][0],
        "lines": rows(
            settings,
            "select sum(quantity * unit_price) from transaction_items "
            f"join transactions using (transaction_date, transaction_id) where {PUBLISHED}",
        )[0][0],
        "daily": rows(settings, "select sum(revenue) from analytics.int_daily_sales")[0][0],
        "by product": rows(settings, "select sum(revenue) from analytics.daily_sales_by_product")[0][0],
        "by category": rows(settings, "select sum(revenue) from analytics.monthly_sales_by_category")[0][0],
        "api": api,
        "warehouse": _in_warehouse(settings),
    }


def order(product: Product, store_id: int, product_id: int, quantity: int) -> dict[str, Any]:
    """POST an order; the answer's body."""
    request = urllib.request.Request(
        f"{product.url}/api/v1/orders",
        data=json.dumps(
            {
                "store_id": store_id,
                "payment_method": "credit",
                "lines": [{"product_id": product_id, "quantity": quantity}],
            }
        ).encode(),
        headers={
            "Content-Type": "application/json",
            "Authorization": f"Bearer {product.settings.secret('api_token')}",
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            body: dict[str, Any] = json.load(answer)
            return body
    except urllib.error.HTTPError as error:
        raise AssertionError(error.read().decode()) from error
