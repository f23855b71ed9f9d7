"""The company that the DAGs make at the first start: the same sums everywhere, and nothing done twice."""

from __future__ import annotations

import re

import pytest

from loaders.db import connect
from tests.e2e.company import (
    ANALYTICS,
    SIMULATION,
    WAREHOUSE,
    finish,
    hashes,
    revenue_everywhere,
    rows,
    settle,
)
from tests.product import Product
from walmart_app.clients.airflow import AirflowRefused
from walmart_app.clients.connect import airflow_client


def test_the_first_company_is_whole(company: Product) -> None:
    settings = company.settings
    [(first, last, count)] = rows(
        settings, "select min(sale_date), max(sale_date), count(distinct sale_date) from analytics.int_daily_sales"
    )
    assert count == settings.sim_days == (last - first).days + 1
    [(state, kind, done, total)] = rows(settings, "select state, kind, days_done, days_total from simulation_runs")
    assert (state, kind, done, total) == ("success", "first_company", settings.sim_days, settings.sim_days)
    assert rows(settings, "select count(*) from predictions.forecasts")[0][0] > 0
    assert rows(settings, "select count(*) from predictions.recommendations")[0][0] > 0
    assert rows(settings, "select bool_and(reconciled) from operations.warehouse_loads")[0][0] is True


def test_running_every_pipeline_again_changes_nothing(company: Product) -> None:
    # before the tests that order: an order takes stock at once, and the marts know it when they are built again
    client = airflow_client(company.settings)
    before, sums = hashes(company.settings), revenue_everywhere(company)
    marts = _fingerprints(company, "analytics") | _fingerprints(company, "predictions")
    repeated = [client.repeat(dag, client.latest_runs(dag)[0].run_id) for dag in (ANALYTICS, WAREHOUSE)]
    for run in repeated:
        finish(company, run)
    # it tells dbt to run again, and so on
    finish(company, client.repeat(SIMULATION, client.latest_runs(SIMULATION)[0].run_id))
    settle(company)
    assert hashes(company.settings) == before
    assert revenue_everywhere(company) == sums
    assert _fingerprints(company, "analytics") | _fingerprints(company, "predictions") == marts


@pytest.mark.parametrize(
    ("conf", "words"),
    [
        ({"days": 0}, "days: 0 is less than the minimum of 1"),
        ({"days": 4000}, "days: 4000 is greater than the maximum of 3650"),
        ({"days": "many"}, "days: 'many' is not"),
    ],
)
def test_a_run_out_of_bounds_is_refused_before_it_is_made(
    company: Product, conf: dict[str, object], words: str
) -> None:
    client = airflow_client(company.settings)
    newest = client.latest_runs(SIMULATION)[0]
    with pytest.raises(AirflowRefused, match=re.escape(words)):
        client.trigger(SIMULATION, conf)
    assert client.latest_runs(SIMULATION)[0] == newest


def _fingerprints(company: Product, schema: str) -> dict[str, str]:
    """A hash over the sorted rows of every table of a schema; dbt's bookkeeping columns are the database's own."""
    found = {}
    with connect(company.settings, "loader") as connection:
        names = connection.execute(
            "select table_name from information_schema.tables where table_schema = %s and table_type = 'BASE TABLE'",
            (schema,),
        ).fetchall()
        for (name,) in names:
            row = connection.execute(
                f"select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from {schema}.{name} t".encode()
            ).fetchone()
            assert row is not None
            found[f"{schema}.{name}"] = row[0]
    return found
