"""Predictions of a built company: written whole, and the same when a task runs again."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from loaders import predictions
from loaders.db import connect
from loaders.settings import Settings
from tests.dbt.conftest import Company

TABLES = ("forecasts", "forecast_errors", "recommendations", "recommendation_errors")


def _content(company: Company) -> dict[str, str]:
    return {
        table: company.rows(f"select md5(string_agg(t::text, '|' order by t::text)) from predictions.{table} t")[0][0]
        for table in TABLES
    }


def test_forecasts_and_recommendations_are_written_and_written_again_the_same(company: Company) -> None:
    made = predictions.forecast(company.settings) | predictions.recommend(company.settings)
    assert made["as_of"] == "2026-03-09"
    assert company.rows("select count(*) from predictions.forecasts") == [(made["forecasts"],)]
    assert company.rows(
        "select horizon, count(*) from predictions.forecasts where level = 'store_revenue' group by 1 order by 1"
    ) == [(horizon, 3) for horizon in range(1, 29)]
    assert company.rows("select count(distinct customer_id) > 100 from predictions.recommendations") == [(True,)]
    before = _content(company)
    predictions.forecast(company.settings)
    predictions.recommend(company.settings)
    assert _content(company) == before


def test_what_is_recommended_is_on_the_shelf_of_the_members_store(company: Company) -> None:
    predictions.recommend(company.settings)
    assert company.rows(
        "select count(*) from predictions.recommendations r join customers c using (customer_id)"
        " where not exists (select 1 from assortment a where a.store_id = c.home_store_id"
        " and a.product_id = r.recommended_product_id and a.listed_from <= r.as_of"
        " and (a.listed_to is null or a.listed_to >= r.as_of))"
    ) == [(0,)]


@pytest.mark.parametrize("predict", [predictions.forecast, predictions.recommend])
@pytest.mark.parametrize("staged", [False, True], ids=["nothing", "staging alone"])
def test_before_dbt_has_run_the_message_says_so(
    database: Settings, predict: Callable[[Settings], object], staged: bool
) -> None:
    if staged:
        with connect(database, "loader") as connection:
            connection.execute("create table analytics.stg_world as select date '2026-03-09' as last_complete_day")
    with pytest.raises(predictions.NotTransformed, match="run the DAG walmart_dbt_pipeline first"):
        predict(database)
