"""The simulation workspace: what a run takes, how it went, and the runs before."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from sim.params import describe
from tests.e2e.company import SIMULATION, rows
from tests.product import Product
from walmart_app.clients.connect import airflow_client

pytestmark = pytest.mark.usefixtures("company")


@pytest.mark.parametrize("text", ["0", "3651", "seven", "-1", "1.5"])
def test_days_out_of_bounds_are_named_and_nothing_starts(watched: Page, product: Product, text: str) -> None:
    newest = airflow_client(product.settings).latest_runs(SIMULATION)[0]
    watched.goto(f"{product.url}/simulation")
    watched.locator("#days").fill(text)
    expect(watched.locator("#days-help")).to_contain_text("Days must be a whole number from 1 to 3,650, but is")
    expect(watched.locator("#days")).to_have_attribute("aria-invalid", "true")
    watched.locator("#start-simulation").click()
    expect(watched.locator("#days-help")).to_contain_text("Days must be")
    assert airflow_client(product.settings).latest_runs(SIMULATION)[0] == newest


def test_a_chosen_run_stays_in_the_address(watched: Page, product: Product) -> None:
    [(run, days, transactions)] = rows(
        product.settings,
        "select run_id, days_done, transactions from simulation_runs where kind = 'first_company'",
    )
    watched.goto(f"{product.url}/simulation")
    watched.locator(f'tr[data-run="{run}"]').get_by_role("button").click()
    for _ in range(2):
        expect(watched).to_have_url(re.compile("run="))
        expect(watched.locator("#summary-days")).to_have_text(f"{days} of {days}")
        expect(watched.locator("#summary-transactions")).to_have_text(f"{transactions:,}")
        watched.reload()


def test_parameters_are_searched_and_the_companys_own_are_shown(watched: Page, product: Product) -> None:
    watched.goto(f"{product.url}/simulation")
    table = watched.get_by_role("table", name="Parameters")
    expect(table.locator("tbody tr")).to_have_count(len(describe()))
    row = table.get_by_role("row").filter(has=watched.get_by_role("cell", name="customers", exact=True)).first
    expect(row).to_contain_text(f"{product.settings.sim_customers:,}")
    watched.locator("#parameter-search").fill("promotion")
    wanted = [p for p in describe() if "promotion" in f"{p.name} {p.meaning} {p.unit}".lower()]
    expect(table.locator("tbody tr")).to_have_count(len(wanted))
    expect(watched).to_have_url(re.compile("parameter=promotion"))
    watched.reload()
    expect(table.locator("tbody tr")).to_have_count(len(wanted))
    watched.locator("#parameter-search").fill("no such thing")
    expect(watched.get_by_text("No parameter has this in its name or meaning")).to_be_visible()
