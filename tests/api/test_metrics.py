"""Daily metrics: the marts, as dbt builds them, against the transactions themselves."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from loaders.dbt import DbtProject
from loaders.settings import Settings
from tests.api.conftest import Api, copy_of, fields, problem, served
from walmart_app.queries import sales

_EXPECTED = """
select transaction_date::text, sum(total_amount), count(*), sum(item_count), count(distinct customer_id)
from transactions where transaction_timestamp < published_through() and (%s::integer is null or store_id = %s)
group by transaction_date order by transaction_date
"""


@pytest.fixture(scope="module")
def built(simulated: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """The company with its sales marts, and an order that came after they were built."""
    with copy_of(simulated, simulated.db_name, "api_metrics") as settings, served(settings) as api:
        assert api.order(1, {api.stocked(1)[0]: 2}).status_code == 201
        project = DbtProject(settings, tmp_path_factory.mktemp("dbt"))
        project.run(["run", "--select", "+daily_sales_by_store", "stg_world"])
        yield api


def _figures(days: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [
        (day["date"], Decimal(str(day["revenue"])), day["transactions"], day["units"], day["unique_customers"])
        for day in days
        if day["transactions"]
    ]


@pytest.mark.parametrize("store_id", [None, 1, 3])
def test_days_are_the_sums_of_their_transactions(built: Api, store_id: int | None) -> None:
    answer = built.get("/metrics/daily", **({} if store_id is None else {"store_id": store_id})).json()
    assert _figures(answer["data"]) == built.rows(_EXPECTED, store_id, store_id)
    assert answer["count"] == len(answer["data"]) == 22
    assert built.rows("select published_through() = %s::timestamptz", answer["as_of"]) == [(True,)]


def test_only_the_days_asked_for(built: Api) -> None:
    answer = built.get("/metrics/daily", **{"from": "2026-02-20", "to": "2026-02-22"}).json()
    assert [day["date"] for day in answer["data"]] == ["2026-02-20", "2026-02-21", "2026-02-22"]
    assert built.get("/metrics/daily", **{"from": "2031-01-01"}).json()["data"] == []


def test_too_many_receipts_are_not_counted_by_customer(built: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sales, "MOST_RECEIPTS", 10)
    answer = built.get("/metrics/daily").json()
    assert {day["unique_customers"] for day in answer["data"]} == {None}
    assert sum(day["transactions"] for day in answer["data"]) > 10


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"from": "yesterday"}, "from"),
        ({"from": "20260220"}, "from"),
        ({"from": "1771545600"}, "from"),
        ({"to": "2026-02-30"}, "to"),
        ({"from": "2026-02-22", "to": "2026-02-20"}, "query"),
        ({"store_id": "all"}, "store_id"),
        ({"store_id": "99"}, "store_id"),
        ({"until": "2026-02-20"}, "until"),
    ],
)
def test_a_bad_parameter_is_named(built: Api, parameters: dict[str, str], field: str) -> None:
    assert fields(built.get("/metrics/daily", **parameters)) == [field]


def test_without_marts_there_is_what_to_do(api: Api) -> None:
    assert "walmart_dbt_pipeline" in problem(api.get("/metrics/daily"), 503)["detail"]
