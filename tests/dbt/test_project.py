"""The project's own rules, read from its manifest: documented, tested, layered."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from loaders.dbt import PROJECT
from loaders.settings import ROOT
from tests.dbt.conftest import MARTS, Company

NAMED_IN_THE_SPECIFICATION = {
    *("stg_customers", "stg_products", "stg_stores", "stg_transactions", "stg_transaction_items"),
    *("int_customer_transactions", "int_product_sales", "int_daily_sales"),
    *("daily_sales_by_product", "monthly_sales_by_category", "customer_lifetime_value"),
    *("product_inventory_levels", "restock_recommendations"),
}


@pytest.fixture(scope="module")
def manifest(company: Company) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((company.project.target / "manifest.json").read_text())
    return found


def _models(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]


def test_the_specified_models_exist_in_the_schema_analytics(manifest: dict[str, Any]) -> None:
    assert {model["name"] for model in _models(manifest)} >= NAMED_IN_THE_SPECIFICATION
    assert {model["schema"] for model in _models(manifest)} == {"analytics"}


def test_every_model_and_every_column_that_is_built_is_described(manifest: dict[str, Any], company: Company) -> None:
    built = company.rows(
        "select table_name, column_name from information_schema.columns where table_schema = 'analytics'"
    )
    described = {
        (node["name"], column)
        for node in manifest["nodes"].values()
        if node["resource_type"] in {"model", "snapshot"}
        for column, about in node["columns"].items()
        if about["description"]
    }
    assert set(built) == described
    assert all(model["description"].startswith("Grain: one row") for model in _models(manifest))


def test_marts_are_contracts_and_have_a_test_of_their_grain(manifest: dict[str, Any]) -> None:
    tested = {
        node["attached_node"].split(".")[-1]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test" and node.get("test_metadata", {}).get("name", "").startswith("unique")
    }
    marts = {model["name"] for model in _models(manifest) if "marts" in model["tags"]}
    assert marts == set(MARTS)
    assert marts <= tested
    assert all(model["contract"]["enforced"] for model in _models(manifest) if model["name"] in marts)


def test_only_staging_reads_sources_and_nothing_reads_the_truth(manifest: dict[str, Any]) -> None:
    for model in _models(manifest):
        if "staging" not in model["tags"]:
            assert not any(parent.startswith("source.") for parent in model["depends_on"]["nodes"]), model["name"]
        assert not re.search(r"\btruth\b", model["raw_code"]), model["name"]
    assert {source["schema"] for source in manifest["sources"].values()} == {"public"}


def test_each_page_and_the_warehouse_have_an_exposure_of_marts(manifest: dict[str, Any]) -> None:
    exposures = manifest["exposures"].values()
    assert {exposure["url"].split(":3000")[1] for exposure in exposures} >= {
        *("/", "/simulation", "/dashboard", "/dashboard/transactions", "/dashboard/monitoring"),
        *("/forecast", "/recommendations", "/explore"),
    }
    used = {parent.split(".")[-1] for exposure in exposures for parent in exposure["depends_on"]["nodes"]}
    assert used == set(MARTS) - {"inventory_history"}  # a view: asked for one product at a time


def test_each_dag_that_reads_models_has_an_exposure(manifest: dict[str, Any]) -> None:
    files = (ROOT / "dags").glob("*.py")
    dags = {name for file in files for name in re.findall(r'dag_id="(\w+)"', file.read_text())}
    feeds, builds = "walmart_simulation", "walmart_dbt_pipeline"
    shown = {exposure["config"]["meta"].get("dag") for exposure in manifest["exposures"].values()}
    assert shown - {None} == dags - {feeds, builds}


def test_everything_has_an_owner_and_each_mart_that_of_its_department(manifest: dict[str, Any]) -> None:
    owners = {group["name"] for group in manifest["groups"].values() if group["owner"]["email"]}
    for model in _models(manifest):
        department = model["fqn"][2] if "marts" in model["tags"] else "operations"
        assert (model["group"], model["access"]) == (department, "public" if "marts" in model["tags"] else "protected")
    assert {model["group"] for model in _models(manifest)} == owners
    assert all(exposure["owner"]["email"] for exposure in manifest["exposures"].values())


def test_every_metric_of_the_project_is_on_the_page_of_metrics_under_its_name(manifest: dict[str, Any]) -> None:
    headings = set(re.findall(r"^## (\w+)$", (ROOT / "docs_md" / "metrics.md").read_text(), re.MULTILINE))
    rates_and_sums = {"discounts", "margin_rate", "return_rate"}  # said beside the figure that they are of
    assert {metric["name"] for metric in manifest["metrics"].values()} - rates_and_sums <= headings


def test_no_model_is_longer_than_a_screen() -> None:
    for path in PROJECT.glob("models/**/*.sql"):
        assert len(path.read_text().splitlines()) <= 84, path.name
