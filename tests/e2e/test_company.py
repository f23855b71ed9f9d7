"""The company that the DAGs make at the first start: the same sums everywhere, and nothing done twice."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from loaders.db import connect
from tests.e2e.company import (
    ANALYTICS,
    SIMULATION,
    WAREHOUSE,
    finish,
    hashes,
    order,
    revenue_everywhere,
    rows,
    settle,
)
from tests.product import Product
from walmart_app.clients.airflow import AirflowRefused
from walmart_app.clients.connect import airflow_client


@pytest.fixture(scope="module")
def company(product: Product) -> Product:
    """The product with its first company complete and every pipeline caught up."""
    settle(product)
    return product


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
    for dag in (SIMULATION, ANALYTICS, WAREHOUSE):  # the simulation tells dbt to run again, and so on
        newest = client.latest_runs(dag)[0]
        finish(company, client.repeat(dag, newest.run_id))
        settle(company)
    assert hashes(company.settings) == before
    assert revenue_everywhere(company) == sums
    assert _fingerprints(company, "analytics") | _fingerprints(company, "predictions") == marts


def test_sums_agree_everywhere_also_after_another_day_and_three_orders(company: Product, page: Page) -> None:
    sums = revenue_everywhere(company)
    assert len(set(sums.values())) == 1, sums
    before = sums["public"]
    stocked = rows(
        company.settings,
        "select i.store_id, i.product_id from inventory i join assortment a using (store_id, product_id) "
        "join products p using (product_id) where on_hand > 5 and listed_to is null and discontinued_on is null "
        "order by on_hand desc, 1, 2 limit 3",
    )
    ordered = sum(float(order(company, store, product, 2)["total_amount"]) for store, product in stocked)
    page.goto(company.url)
    page.get_by_role("button", name="Simulate a day").click()
    expect(page.locator("#notice")).to_contain_text("Started")
    expect(page.locator("#company-headline")).to_have_text("The newest run: 1 of 1 days", timeout=90_000)
    settle(company)
    sums = revenue_everywhere(company)
    assert len(set(sums.values())) == 1, sums
    simulated = rows(
        company.settings,
        "select sum(total_amount) from transactions where channel <> 'api' "
        "and transaction_date = (select max(transaction_date) from transactions)",
    )[0][0]
    assert float(sums["public"] - before) == pytest.approx(ordered + float(simulated), abs=0.001)


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


def test_a_run_is_cancelled_from_the_page_and_the_next_one_goes_on(company: Product, page: Page) -> None:
    settle(company)
    client = airflow_client(company.settings)
    run = client.trigger(SIMULATION, {"days": 2000})
    page.goto(company.url)
    page.get_by_role("button", name="Cancel the simulation").click()
    expect(page.locator("#notice")).to_contain_text("Cancelled. What was committed stays")
    assert client.run(SIMULATION, run.run_id).state == "failed"
    expect(page.get_by_role("button", name="Simulate a day")).to_be_enabled(timeout=60_000)
    finish(company, client.trigger(SIMULATION, {"days": 1}))
    settle(company)
    sums = revenue_everywhere(company)
    assert len(set(sums.values())) == 1, sums


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
