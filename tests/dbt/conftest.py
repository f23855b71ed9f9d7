"""One simulated company, built by dbt once a session; put back after tests that change it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from psycopg import sql

from loaders import pipeline
from loaders.db import connect, conninfo
from loaders.dbt import DbtProject
from loaders.settings import Settings
from tests.conftest import TEMPLATE

NOW = datetime(2026, 3, 10, 15, tzinfo=UTC)
SIZE = {"sim_customers": 500, "sim_products": 120, "sim_stores": 3, "sim_days": 20, "sim_seed": 7}
MARTS = (
    "daily_sales_by_product",
    "daily_sales_by_category",
    "daily_sales_by_store",
    "monthly_sales_by_category",
    "customer_lifetime_value",
    "product_inventory_levels",
    "restock_recommendations",
    "daily_inventory_movements",
    "sales_by_hour",
    "product_sales_by_channel",
    "daily_returns",
    "monthly_sales_by_product",
    "fct_sales",
    "fct_sales_lines",
    "basket_metrics",
    "promotion_performance",
    "price_elasticity_observed",
    "product_affinity",
    "dim_products",
    "dim_promotions",
    "dim_prices",
    "customer_rfm_segments",
    "customer_cohort_retention",
    "customer_tier_history",
    "dim_customers",
    "kpi_daily",
    "returns_analysis",
    "supplier_performance",
    "store_scorecard",
    "dim_stores",
    "dim_suppliers",
    "dim_dates",
    "inventory_history",
)
ROLLUPS = (
    *("int_monthly_category_hours", "int_monthly_members", "int_promoted_days", "int_promotion_baselines"),
    *("int_customer_days", "int_customer_months", "int_returns"),
)


@dataclass(frozen=True)
class Company:
    """A company's database, the dbt project on it, and what its first build reported."""

    settings: Settings
    project: DbtProject
    built: dict[str, Any]

    def rows(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """The rows of a query, as the loader's role."""
        with connect(self.settings, "loader") as connection:
            return connection.execute(query.encode(), parameters).fetchall()

    def content(self) -> dict[str, str]:
        """A hash of the rows of every mart and monthly rollup, whatever their order."""
        return {mart: self.rows(f"select md5(string_agg(m::text, '|' order by m::text)) from analytics.{mart} m")[0][0]
                for mart in (*MARTS, *ROLLUPS)}  # fmt: skip


def _copy(server: Settings, template: str, name: str) -> None:
    with psycopg.connect(conninfo(server, "superuser", "postgres"), autocommit=True) as connection:
        connection.execute(
            sql.SQL("create database {} template {} owner {}").format(
                sql.Identifier(name), sql.Identifier(template), sql.Identifier(server.db_user)
            )
        )


def _drop(server: Settings, name: str) -> None:
    with psycopg.connect(conninfo(server, "superuser", "postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def company(postgres_server: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """Twenty days of a small chain, built; tests only read it, or build it again."""
    _copy(postgres_server, TEMPLATE, "dbt_company")
    settings = postgres_server.model_copy(update={"db_name": "dbt_company"} | SIZE)
    pipeline.run(settings, now=NOW)
    project = DbtProject(settings, tmp_path_factory.mktemp("dbt"))
    project.keep_manifest()
    yield Company(settings, project, project.build())
    _drop(postgres_server, "dbt_company")


@pytest.fixture
def changed(company: Company) -> Iterator[Company]:
    """The built company for a test that changes it: put back afterwards, under the name that dbt knows it by."""
    _copy(company.settings, "dbt_company", "dbt_as_built")
    yield company
    _drop(company.settings, "dbt_company")
    _copy(company.settings, "dbt_as_built", "dbt_company")
    _drop(company.settings, "dbt_as_built")
