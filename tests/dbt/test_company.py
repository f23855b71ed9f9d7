"""What dbt builds of a simulated company, on a real PostgreSQL."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from loaders.db import connect
from loaders.dbt import PROJECT, DbtProject
from loaders.settings import ROOT, Settings
from loaders.warehouse.catalog import warehouse_tables
from tests.dbt.conftest import MARTS, Company


def test_a_build_is_green_and_leaves_a_record_of_every_node(company: Company) -> None:
    statuses = company.built["statuses"]
    assert set(statuses) <= {"success", "pass", "no-op"}
    recorded = company.rows(
        "select resource_type, count(*) from operations.dbt_results where invocation_id = %s group by 1",
        company.built["invocation_id"],
    )
    assert sum(count for _, count in recorded) == sum(statuses.values())
    assert dict(recorded)["unit_test"] >= 40
    assert dict(recorded)["snapshot"] == 2


def test_every_mart_has_rows(company: Company) -> None:
    for mart in MARTS:
        assert company.rows(f"select count(*) from analytics.{mart}")[0][0] > 0, mart


def test_the_warehouse_takes_every_mart_but_one(company: Company) -> None:
    with connect(company.settings, "loader") as connection:
        taken = {table.name for table in warehouse_tables(connection) if table.schema == "analytics"}
    assert taken == set(MARTS) - {"inventory_history"} | {"product_price_history", "customer_tiers"}


def test_each_days_revenue_is_that_of_the_receipts_in_every_mart(company: Company) -> None:
    receipts = company.rows(
        "select transaction_date, sum(total_amount), sum(item_count) from transactions group by 1 order by 1"
    )
    assert len(receipts) == 20
    for mart in ("daily_sales_by_product", "daily_sales_by_category", "daily_sales_by_store", "int_daily_sales"):
        assert receipts == company.rows(
            f"select sale_date, sum(revenue), sum(units_sold) from analytics.{mart} group by 1 order by 1"
        ), mart


def test_months_count_receipts_and_members_once(company: Company) -> None:
    expected = company.rows(
        "select date_trunc('month', t.transaction_date::timestamp)::date, p.category, count(distinct t.transaction_id),"
        " count(distinct t.customer_id), sum(i.quantity * i.unit_price) from transactions t"
        " join transaction_items i using (transaction_date, transaction_id) join products p using (product_id)"
        " group by 1, 2 order by 1, 2"
    )
    assert expected == company.rows(
        "select sale_month, category, order_count, customer_count, revenue"
        " from analytics.monthly_sales_by_category order by 1, 2"
    )


def test_lifetime_value_is_the_receipts_less_refunds(company: Company) -> None:
    spent, refunded = company.rows(
        "select (select sum(total_amount) from transactions where customer_id is not null),"
        " (select coalesce(sum(refund_amount), 0) from returns join transactions"
        " using (transaction_date, transaction_id) where customer_id is not null)"
    )[0]
    assert company.rows("select sum(net_revenue) from analytics.customer_lifetime_value") == [(spent - refunded,)]


def test_reordering_is_advised_exactly_where_stock_is_due(company: Company) -> None:
    due = company.rows(
        "select i.store_id, i.product_id, i.order_up_to - i.on_hand - i.on_order from inventory i"
        " join products p using (product_id) where i.on_hand + i.on_order <= i.reorder_point"
        " and i.order_up_to > i.on_hand + i.on_order and p.discontinued_on is null order by 1, 2"
    )
    assert due == company.rows(
        "select store_id, product_id, recommended_quantity from analytics.restock_recommendations order by 1, 2"
    )


def test_a_second_build_changes_nothing(company: Company) -> None:
    before = company.content()
    company.project.run(["build", "--resource-type", "model", "--resource-type", "snapshot"])
    assert company.content() == before


def test_the_newest_receipt_of_a_world_that_stands_still_is_fresh(company: Company) -> None:
    """Freshness is of the source as a whole: each of its tables is told as fresh as the newest receipt."""
    assert company.project.source_freshness()["statuses"].keys() == {"pass"}


def test_the_documentation_site_is_written_into_the_state_directory(company: Company) -> None:
    company.project.docs_generate()
    site = company.project.target / "static_index.html"
    assert "restock_recommendations" in site.read_text()
    assert not (PROJECT / "target").exists()
    assert company.project.docs_generate()["statuses"] == {"unchanged": 1}


@pytest.mark.parametrize("gone", ["documented", "catalog.json", "manifest.json", "index.html"])
def test_the_documentation_is_written_again_when_a_part_of_it_is_missing(
    tmp_path: Path, gone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = DbtProject(Settings.load(_env_file=None), tmp_path)
    project.target.mkdir()

    def generate(command: Sequence[str]) -> dict[str, Any]:
        for name in ("index.html", "manifest.json", "catalog.json"):
            (project.target / name).touch()
        return {"command": " ".join(command)}

    monkeypatch.setattr(project, "run", generate)
    assert project.docs_generate() == {"command": "docs generate --static"}
    assert project.docs_generate()["statuses"] == {"unchanged": 1}
    (project.target / gone).unlink()
    assert project.docs_generate() == {"command": "docs generate --static"}
    (project.target / "documented").write_text("another project")
    assert project.docs_generate() == {"command": "docs generate --static"}


def test_what_is_loaded_ahead_serves_forked_processes_and_leaves_no_helper_running(company: Company) -> None:
    code = (
        "import os, psutil\n"
        "from loaders.dbt import DbtProject\n"
        "from loaders.settings import Settings\n"
        "DbtProject(Settings.load()).preload()\n"
        "helpers = len(psutil.Process().children())\n"
        "if (fork := os.fork()) == 0:\n"
        "    DbtProject(Settings.load()).source_freshness()\n"
        "    os._exit(0)\n"
        "print('found', helpers, os.waitpid(fork, 0)[1])"
    )
    environment = os.environ | {"STATE_DIR": str(company.settings.state_dir), "DB_NAME": company.settings.db_name}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1:] == ["found 0 0"], done.stdout + done.stderr
