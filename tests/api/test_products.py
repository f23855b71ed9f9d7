"""The catalogue: pages, filters, stock and prices by store."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.api.conftest import Api, fields, problem


def test_pages_hold_every_product_once_in_order(api: Api) -> None:
    found: list[int] = []
    page = api.get("/products", limit=50).json()
    while True:
        assert page["count"] == 120
        found += [product["product_id"] for product in page["data"]]
        if page["next"] is None:
            break
        page = api.get("/products", limit=50, after=page["next"]).json()
    assert found == list(range(1, 121))


def test_a_page_that_holds_exactly_the_rest_is_the_last(api: Api) -> None:
    first = api.get("/products", limit=100).json()
    page = api.get("/products", limit=20, after=first["next"]).json()
    assert len(page["data"]) == 20 and page["next"] is None


@pytest.mark.parametrize(("sort", "column"), [("number", "product_id"), ("name", "name"), ("price", "list_price")])
@pytest.mark.parametrize("order", ["asc", "desc"])
def test_sorted_pages_hold_every_product_once_in_the_order_of_sql(api: Api, sort: str, column: str, order: str) -> None:
    found: list[int] = []
    after: dict[str, Any] = {}
    while True:
        page = api.get("/products", sort=sort, order=order, limit=37, **after).json()
        found += [product["product_id"] for product in page["data"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    expected = api.rows(f"select product_id from products order by {column} {order}, product_id {order}")
    assert found == [number for (number,) in expected]


def test_a_cursor_is_of_one_order_and_nothing_else_is_one(api: Api) -> None:
    cursor = api.get("/products", limit=1, sort="price").json()["next"]
    assert api.get("/products", sort="price", after=cursor).status_code == 200
    bad = [
        ("name", cursor),
        ("price", "1"),
        ("price", cursor[:-3]),
        ("price", "é"),
        ("price", "W10"),
        ("price", "W" * 400),
    ]
    for sort, after in bad:
        assert fields(api.get("/products", sort=sort, after=after)) == ["after"]
    for forged in (
        '["products price asc", "NaN", 1]',
        '["products price asc", "1", -1]',
        '["products price asc", "1e400", 1]',
        '["products price asc", 1, 1]',
        '["products price asc", "1", true]',
        '["products price asc", "1\\u0000", 1]',
        "[" * 200,
    ):
        after = base64.urlsafe_b64encode(forged.encode()).decode().rstrip("=")
        assert fields(api.get("/products", sort="price", after=after)) == ["after"], forged


def test_only_what_a_store_lists(api: Api) -> None:
    # a product can be listed in two spans that touch
    listed = api.rows(
        "select count(distinct product_id) from assortment where store_id = 2 and listed_from <= '2026-03-13' "
        "and (listed_to is null or listed_to >= '2026-03-13')"
    )
    assert api.get("/products", store_id=2).json()["count"] == listed[0][0] < 120
    assert fields(api.get("/products", store_id=99)) == ["store_id"]


@pytest.mark.parametrize(
    ("parameters", "condition"),
    [
        ({"department": "Grocery"}, "department = 'Grocery'"),
        ({"category": "Dairy", "private_label": "false"}, "category = 'Dairy' and not private_label"),
        ({"private_label": "true"}, "private_label"),
        ({"search": "MILK"}, "lower(name) like '%milk%' or lower(brand) like '%milk%' or sku like '%milk%'"),
        ({"search": "%"}, "name like '%\\%%' or brand like '%\\%%'"),
        ({"search": "' or true --"}, "false"),
        ({"department": "grocery"}, "false"),
        ({"min_price": "3.50", "max_price": "5"}, "list_price between 3.5 and 5"),
    ],
)
def test_filters_find_what_sql_finds(api: Api, parameters: dict[str, Any], condition: str) -> None:
    page = api.get("/products", limit=200, **parameters).json()
    expected = api.rows(f"select product_id from products where {condition} order by product_id")
    assert [product["product_id"] for product in page["data"]] == [number for (number,) in expected]
    assert page["count"] == len(expected)


def test_a_brand_and_a_sku_are_found(api: Api) -> None:
    (brand, sku) = api.rows("select brand, sku from products where product_id = 17")[0]
    assert [p["product_id"] for p in api.get("/products", search=sku).json()["data"]] == [17]
    branded = api.get("/products", brand=brand, limit=200).json()["data"]
    assert 17 in [p["product_id"] for p in branded] and {p["brand"] for p in branded} == {brand}


def test_a_product_tells_stock_and_price_of_every_store(api: Api) -> None:
    answer = api.get("/products/17").json()
    expected = api.rows("select store_id, on_hand, on_order from inventory where product_id = 17 order by store_id")
    assert [(s["store_id"], s["on_hand"], s["on_order"]) for s in answer["stores"]] == expected
    assert all(store["listed"] for store in answer["stores"])
    listed = float(api.rows("select list_price from products where product_id = 17")[0][0])
    assert {store["list_price"] for store in answer["stores"]} == {answer["list_price"]} == {listed}


@pytest.mark.parametrize("bad", ["0", "-1", "2147483648", "9" * 30, "1.5", "abc", "１７", "%00"])
def test_a_number_out_of_bounds_is_refused(api: Api, bad: str) -> None:
    assert fields(api.get(f"/products/{bad}")) == ["product_id"]


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"limit": 201}, "limit"),
        ({"limit": 0}, "limit"),
        ({"after": -1}, "after"),
        ({"sort": "price; drop table products"}, "sort"),
        ({"min_price": "NaN"}, "min_price"),
        ({"max_price": "9" * 400}, "max_price"),
        ({"search": "milk\x00"}, "search"),
        ({"search": "m" * 101}, "search"),
        ({"brand": ""}, "brand"),
        ({"private_label": "perhaps"}, "private_label"),
        ({"departmnt": "Grocery"}, "departmnt"),
    ],
)
def test_a_bad_parameter_is_named_with_what_is_allowed(api: Api, parameters: dict[str, Any], field: str) -> None:
    answer = api.get("/products", **parameters)
    assert fields(answer) == [field]
    assert problem(answer, 422)["errors"][0]["allowed"]


def test_an_unknown_product_is_not_found(api: Api) -> None:
    assert "99999" in problem(api.get("/products/99999"), 404)["detail"]


def test_without_a_company_there_is_one_sentence(empty: Api) -> None:
    for path in ("/products", "/products/1", "/orders/1", "/metrics/daily"):
        assert "no company" in problem(empty.get(path), 503)["detail"]
    assert "no company" in problem(empty.order(1, {1: 1}), 503)["detail"]
