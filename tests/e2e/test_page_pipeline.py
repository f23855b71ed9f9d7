"""The pipeline page: each step's state and figures, its details, and what can be started."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.company import NODES, PIPELINES, rows
from tests.product import Product
from walmart_app.clients.connect import airflow_client

pytestmark = pytest.mark.usefixtures("company")


def test_every_step_is_green_with_its_figures(watched: Page, product: Product) -> None:
    watched.goto(product.url)
    for key in NODES:
        expect(watched.locator(f"#node-{key}")).to_have_attribute("data-state", re.compile("healthy|success"))
    [(receipts,)] = rows(product.settings, "select count(*) from transactions")
    expect(watched.locator("#node-postgres")).to_contain_text(f"{receipts:,} receipts")
    [(forecasts,)] = rows(
        product.settings,
        "select count(*) from predictions.forecasts where as_of = (select max(as_of) from predictions.forecasts)",
    )
    expect(watched.locator("#node-forecast")).to_contain_text(f"{forecasts:,} forecasts")
    [(recommendations,)] = rows(product.settings, "select count(*) from predictions.recommendations")
    expect(watched.locator("#node-recommendations")).to_contain_text(f"{recommendations:,} recommendations")
    [(clock,)] = rows(product.settings, "select min(clock) from world_shards")
    expect(watched.locator("#page-status")).to_contain_text(f"{clock:%d %B %Y, %H:%M} UTC")


def test_a_step_opens_its_details_and_the_address_keeps_them(watched: Page, product: Product) -> None:
    watched.goto(product.url)
    watched.locator("#node-postgres").click()
    panel = watched.locator("#step-details")
    expect(panel.get_by_role("heading", name="PostgreSQL")).to_be_visible()
    expect(watched).to_have_url(re.compile(r"\?node=postgres$"))
    for table in ("transactions", "transaction_items", "customers", "inventory_daily"):
        [(count,)] = rows(product.settings, f"select count(*) from {table}")
        row = panel.get_by_role("row").filter(has=watched.get_by_role("cell", name=table, exact=True))
        expect(row).to_contain_text(f"{count:,}")
    watched.reload()
    expect(panel.get_by_role("heading", name="PostgreSQL")).to_be_visible()
    watched.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(watched).not_to_have_url(re.compile("node="))


@pytest.mark.parametrize(
    ("key", "dag", "link"),
    [
        ("simulation", PIPELINES[0], "/simulation"),
        ("dbt", PIPELINES[1], "/dashboard/monitoring"),
        ("analytics", PIPELINES[2], "/forecast"),
        ("warehouse", PIPELINES[3], "/docs/how-it-fits-together"),
    ],
)
def test_details_show_the_last_runs_and_lead_on(watched: Page, product: Product, key: str, dag: str, link: str) -> None:
    watched.goto(f"{product.url}/?node={key}")
    runs = airflow_client(product.settings).latest_runs(dag, 5)
    expect(watched.locator("#detail-runs tbody tr")).to_have_count(len(runs))
    expect(watched.locator("#detail-more")).to_have_attribute("href", re.compile(f"^{link}/?$"))
