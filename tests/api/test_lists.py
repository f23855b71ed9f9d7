"""Stores, stock, transactions and customers: filters and pages against SQL; personal data with the token alone."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from tests.api.conftest import Api, fields, problem


def pages(api: Api, path: str, limit: int, **parameters: Any) -> list[dict[str, Any]]:
    """Every row of a list, page by page."""
    found: list[dict[str, Any]] = []
    after: dict[str, str] = {}
    while True:
        answer = api.get(path, limit=limit, **parameters, **after)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert len(page["data"]) == limit or page["next"] is None
        found += page["data"]
        if page["next"] is None:
            return found
        after = {"after": page["next"]}


def test_stores_are_those_of_the_company(api: Api) -> None:
    found = pages(api, "/stores", 2)
    assert [(store["store_id"], store["name"]) for store in found] == api.rows(
        "select store_id, name from stores order by 1"
    )
    assert api.get("/stores/2").json() == found[1]
    state = found[0]["state"]
    assert {store["state"] for store in api.get("/stores", state=state).json()["data"]} == {state}
    problem(api.get("/stores/99"), 404)


@pytest.mark.parametrize(
    ("parameters", "condition"),
    [
        ({}, "true"),
        ({"store_id": 2}, "store_id = 2"),
        ({"product_id": 17}, "product_id = 17"),
        ({"category": "Dairy", "store_id": 1}, "category = 'Dairy' and store_id = 1"),
        ({"level": "low"}, "order_up_to > 0 and on_hand <= reorder_point"),
        ({"level": "empty"}, "order_up_to > 0 and on_hand = 0"),
    ],
)
def test_stock_is_what_sql_finds(api: Api, parameters: dict[str, Any], condition: str) -> None:
    found = pages(api, "/inventory", 99, **parameters)
    expected = api.rows(
        "select store_id, product_id, on_hand, on_order from inventory join products using (product_id) "
        f"where {condition} order by store_id, product_id"
    )
    names = ("store_id", "product_id", "on_hand", "on_order")
    assert [tuple(row[name] for name in names) for row in found] == expected


@pytest.mark.parametrize("sort", ["time", "total", "items"])
@pytest.mark.parametrize("order", ["asc", "desc"])
def test_transactions_come_once_each_in_the_order_of_sql(api: Api, sort: str, order: str) -> None:
    where = {"store_id": 2, "from": "2026-02-20", "to": "2026-02-24"}
    found = pages(api, "/orders", 23, sort=sort, order=order, **where)
    column = {"time": "transaction_timestamp", "total": "total_amount", "items": "item_count"}[sort]
    expected = api.rows(
        "select transaction_id from transactions where store_id = 2 and transaction_date between '2026-02-20' and "
        f"'2026-02-24' order by {column} {order}, transaction_id {order}"
    )
    assert [row["transaction_id"] for row in found] == [number for (number,) in expected]
    assert len(found) > 23 and not {"customer_name", "email"} & found[0].keys()


def test_an_order_is_in_the_list_at_once(api: Api) -> None:
    number = api.order(1, {api.stocked(1)[0]: 1}).json()["transaction_id"]
    assert number in {row["transaction_id"] for row in api.get("/orders", channel="api", limit=200).json()["data"]}


def test_a_customer_is_shown_with_their_orders_to_who_has_the_token(api: Api) -> None:
    customer, count = api.rows(
        "select customer_id, count(*) from transactions where customer_id is not null "
        "group by 1 order by 2 desc limit 1"
    )[0]
    path = f"/customers/{customer}"
    for headers in ({}, {"Authorization": "Bearer wrong"}):
        problem(api.send(api.request("GET", path, headers=headers))[0], 401)
    found: list[int] = []
    after: dict[str, str] = {}
    while True:
        answer = api.send(api.request("GET", path, params={"limit": 4} | after, headers=api.token))[0].json()
        found += [row["transaction_id"] for row in answer["orders"]["data"]]
        if answer["orders"]["next"] is None:
            break
        after = {"after": answer["orders"]["next"]}
    expected = api.rows("select transaction_id from transactions where customer_id = %s order by "
                        "transaction_timestamp desc, transaction_id desc", customer)  # fmt: skip
    assert found == [number for (number,) in expected] and len(found) == count
    assert api.rows("select first_name, email from customers where customer_id = %s", customer) == [
        (answer["first_name"], answer["email"])
    ]
    problem(api.send(api.request("GET", "/customers/999999", headers=api.token))[0], 404)


def test_names_are_in_the_file_of_transactions_with_the_token_alone(api: Api) -> None:
    def names(headers: dict[str, str]) -> set[str]:
        answer = api.send(api.request("GET", "/transactions.csv?from=2026-02-20&to=2026-02-20", headers=headers))[0]
        return {row["customer_name"] for row in csv.DictReader(io.StringIO(answer.text))}

    assert names({}) == names({"Authorization": "Bearer wrong"}) == {""}
    assert len(names(api.token)) > 5


@pytest.mark.parametrize(
    ("path", "parameters", "field"),
    [
        ("/stores", {"limit": "9" * 40}, "limit"),
        ("/stores", {"state": "GA\x00"}, "state"),
        ("/stores", {"after": "' or 1=1 --"}, "after"),
        ("/stores/1' or '1'='1", {}, "store_id"),
        ("/inventory", {"store_id": "1; drop table inventory"}, "store_id"),
        ("/inventory", {"level": "all"}, "level"),
        ("/inventory", {"product_id": "9" * 400}, "product_id"),
        ("/orders", {"sort": "time; --"}, "sort"),
        ("/orders", {"from": "2026-13-01"}, "from"),
        ("/orders", {"store_id": 99}, "store_id"),
        ("/orders", {"customer_id": 1}, "customer_id"),
        ("/orders/9' or 1=1", {}, "transaction_id"),
        ("/forecast", {"history": 0}, "history"),
        ("/forecast", {"measure": "profit"}, "measure"),
        ("/recommendations/products/0", {}, "product_id"),
    ],
)
def test_a_bad_value_is_named(api: Api, path: str, parameters: dict[str, Any], field: str) -> None:
    assert fields(api.get(path, **parameters)) == [field]


def test_sql_in_text_is_text(api: Api) -> None:
    before = api.written()
    for text in (
        "'; drop table products; --",
        "' union select * from world --",
        "\\'; select pg_sleep(9); --",
        "%' or '%",
    ):
        for path, name in (("/products", "search"), ("/products", "category"), ("/stores", "region"),
                           ("/inventory", "category")):  # fmt: skip
            assert api.get(path, **{name: text}).json()["data"] == []
    assert api.written() == before


def test_without_predictions_there_is_what_to_do(api: Api) -> None:
    for path in ("/forecast", "/recommendations", "/recommendations/products/1"):
        assert "walmart_analytics" in problem(api.get(path), 503)["detail"]
