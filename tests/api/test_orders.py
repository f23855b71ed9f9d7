"""Orders: taken whole with stock, receipt and place in the inbox, or not at all."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from loaders import pipeline
from loaders.db import connect
from tests.api.conftest import Api, pairs, problem, served
from walmart_app.queries import database as pool

CLOCK = datetime(2026, 3, 13, 10, tzinfo=UTC)


def _held(api: Api, store_id: int, *products: int) -> list[int]:
    query = "select on_hand from inventory where store_id = %s and product_id = %s"
    return [api.rows(query, store_id, product)[0][0] for product in products]


def test_an_order_is_written_and_takes_stock(api: Api) -> None:
    first, second = api.stocked(2)
    before = _held(api, 1, first, second)
    answer = api.order(1, {first: 2, second: 3}, customer_id=7)
    assert answer.status_code == 201
    order = answer.json()
    assert _held(api, 1, first, second) == [before[0] - 2, before[1] - 3]
    assert pairs(order["lines"]) == {first: 2, second: 3}
    assert (order["channel"], order["customer_id"], order["item_count"]) == ("api", 7, 5)
    assert order["total_amount"] == pytest.approx(sum(line["line_amount"] for line in order["lines"]))
    assert order["transaction_date"] == "2026-03-13"
    assert datetime.fromisoformat(order["transaction_timestamp"]) == CLOCK
    number = order["transaction_id"]
    assert api.rows("select sequence, world_time, store_id from order_inbox where transaction_id = %s", number) == [
        (order["order_sequence"], CLOCK, 1)
    ]
    assert api.rows("select updated_at from inventory where store_id = 1 and product_id = %s", first) == [(CLOCK,)]
    assert answer.headers["location"] == f"/api/v1/orders/{number}"
    assert api.get(f"/orders/{number}").json() == order | {"returns": []}


def test_a_store_transaction_is_shown_with_its_lines(api: Api) -> None:
    number, total, customer = api.rows(
        "select transaction_id, total_amount, customer_id from transactions order by item_count desc limit 1"
    )[0]
    shown = api.get(f"/orders/{number}").json()
    lines = api.rows(
        "select line_number, product_id, quantity from transaction_items where transaction_id = %s order by 1", number
    )
    assert [(line["line_number"], line["product_id"], line["quantity"]) for line in shown["lines"]] == lines
    assert (shown["total_amount"], shown["customer_id"], shown["order_sequence"]) == (float(total), customer, None)
    assert shown["channel"] in {"store", "pickup", "delivery"}


@pytest.mark.parametrize("number", ["1", "972900010000017", str(2**53 - 1)])
def test_an_unknown_transaction_is_not_found(api: Api, number: str) -> None:
    assert number in problem(api.get(f"/orders/{number}"), 404)["detail"]


def test_all_or_nothing(api: Api) -> None:
    plenty, scarce, none = api.stocked(3)
    api.execute("update inventory set on_hand = 2 where store_id = 1 and product_id = %s", scarce)
    api.execute("update inventory set on_hand = 0 where store_id = 1 and product_id = %s", none)
    before = api.written()
    body = problem(api.order(1, {plenty: 1, scarce: 3, none: 1}), 409)
    assert [(item["product_id"], item["requested"], item["available"]) for item in body["items"]] == [
        (scarce, 3, 2),
        (none, 1, 0),
    ]
    assert api.written() == before
    assert api.order(1, {plenty: 1, scarce: 2}).status_code == 201
    assert _held(api, 1, scarce) == [0]


def test_many_at_once_sell_exactly_what_is_there(api: Api) -> None:
    product, other = api.stocked(2)
    api.execute("update inventory set on_hand = 50 where store_id = 1 and product_id = any(%s)", [product, other])
    # half of them name the products the other way round, which without an order of locks would deadlock
    orders = [
        api.order_request(1, {product: 3, other: 1} if place % 2 else {other: 1, product: 3}) for place in range(24)
    ]
    answers = api.send(*orders)
    taken = [answer for answer in answers if answer.status_code == 201]
    refused = [problem(answer, 409) for answer in answers if answer.status_code != 201]
    assert len(taken) == 16 and len(refused) == 8
    assert all(body["items"] == [{**body["items"][0], "product_id": product, "available": 2}] for body in refused)
    assert _held(api, 1, product, other) == [50 - 3 * 16, 50 - 16]
    sold = api.rows(
        "select sum(quantity), count(distinct transaction_id) from transaction_items "
        "where transaction_id = any(%s) and product_id = %s",
        [answer.json()["transaction_id"] for answer in taken],
        product,
    )
    assert sold == [(48, 16)]


def test_the_world_goes_on_with_the_orders_in_it(fresh: Api) -> None:
    product = fresh.stocked(1, least=4)[0]
    number = fresh.order(1, {product: 4}).json()["transaction_id"]
    pipeline.run(fresh.settings, now=CLOCK, days=1)
    sold = fresh.rows(
        "select sold from inventory_daily where store_id = 1 and product_id = %s and date = '2026-03-13'", product
    )[0][0]
    receipts = fresh.rows(
        "select sum(quantity) from transaction_items where store_id = 1 and product_id = %s "
        "and transaction_date = '2026-03-13'",
        product,
    )[0][0]
    assert sold == receipts >= 4
    assert fresh.get(f"/orders/{number}").json()["channel"] == "api"


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic YWRtaW46YWRtaW4="}, {"Authorization": ""}],
)
def test_only_the_token_may_buy(api: Api, headers: dict[str, str]) -> None:
    product = api.stocked(1)[0]
    before = api.written()
    body = {"store_id": 1, "payment_method": "credit", "lines": [{"product_id": product, "quantity": 1}]}
    answer = api.send(api.request("POST", "/orders", json=body, headers=headers))[0]
    problem(answer, 401)
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert api.written() == before


def test_a_key_makes_one_order_however_often_it_comes(api: Api) -> None:
    product, other = api.stocked(2, least=6)
    held = _held(api, 1, product)[0]
    again = [api.order_request(1, {product: 2}, headers={"Idempotency-Key": "a-key"}) for _ in range(8)]
    answers = api.send(*again)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert sum("idempotent-replayed" in answer.headers for answer in answers) == 7
    assert _held(api, 1, product) == [held - 2]
    different = api.order(1, {other: 2}, headers={"Idempotency-Key": "a-key"})
    assert "a-key" in problem(different, 409)["detail"]
    assert api.order(1, {product: 2}, headers={"Idempotency-Key": "b-key"}).status_code == 201


def test_a_refused_order_leaves_its_key_free(api: Api) -> None:
    product = api.stocked(1)[0]
    key = {"Idempotency-Key": "once"}
    problem(api.order(1, {product: 10_000}, headers=key), 409)
    assert api.order(1, {product: 1}, headers=key).status_code == 201


def test_what_a_store_does_not_sell_cannot_be_ordered(fresh: Api) -> None:
    gone, unlisted, later = fresh.stocked(3)
    fresh.execute("update products set discontinued_on = '2026-03-13' where product_id = %s", gone)
    fresh.execute("delete from assortment where product_id = %s and store_id = 1", unlisted)
    fresh.execute("update assortment set listed_from = '2026-03-14' where product_id = %s", later)
    before = fresh.written()
    for product in (gone, unlisted, later, 999):
        answer = fresh.order(1, {product: 1})
        (error,) = problem(answer, 422)["errors"]
        assert (error["field"], error["value"]) == ("lines.0.product_id", product)
    assert fresh.written() == before


def test_while_the_history_is_being_made_nothing_is_sold(fresh: Api) -> None:
    fresh.execute("update world set first_company_done = false")
    assert "history" in problem(fresh.order(1, {1: 1}), 503)["detail"]


def test_an_order_waits_for_a_commit_and_gives_up_with_a_sentence(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "OPTIONS", pool.OPTIONS.replace("lock_timeout=3s", "lock_timeout=200ms"))
    product = api.stocked(1)[0]
    before = api.written()
    with served(api.settings) as impatient:
        with connect(api.settings, "loader") as connection:
            connection.execute("select 1 from world for update")  # as the commit of a period does
            answer = impatient.order(1, {product: 1})
        assert "try again" in problem(answer, 503)["detail"]
        assert answer.headers["retry-after"]
        assert api.written() == before
        assert impatient.order(1, {product: 1}).status_code == 201


def test_a_month_without_partition_is_made(fresh: Api) -> None:
    fresh.execute("update world_shards set clock = '2031-01-15 10:00+00'")
    assert fresh.rows("select to_regclass('transactions_2031_01')") == [(None,)]
    answer = fresh.order(1, {fresh.stocked(1)[0]: 1})
    assert answer.status_code == 201
    assert answer.json()["transaction_date"] == "2031-01-15"


BAD_BODIES: list[tuple[dict[str, Any], str]] = [
    ({"store_id": 99}, "store_id"),
    ({"store_id": 0}, "store_id"),
    ({"store_id": "1"}, "store_id"),
    ({"store_id": True}, "store_id"),
    ({"store_id": None}, "store_id"),
    ({"customer_id": 10**9}, "customer_id"),
    ({"customer_id": 10**400}, "customer_id"),
    ({"customer_id": -1}, "customer_id"),
    ({"payment_method": "barter"}, "payment_method"),
    ({"payment_method": "credit\x00"}, "payment_method"),
    ({"lines": []}, "lines"),
    ({"lines": {}}, "lines"),
    ({"lines": [{"product_id": 1, "quantity": 1}] * 2}, "lines"),
    ({"lines": [{"product_id": n, "quantity": 1} for n in range(1, 102)]}, "lines"),
    ({"lines": [{"product_id": 1}]}, "lines.0.quantity"),
    ({"lines": [{"product_id": 1, "quantity": 0}]}, "lines.0.quantity"),
    ({"lines": [{"product_id": 1, "quantity": -5}]}, "lines.0.quantity"),
    ({"lines": [{"product_id": 1, "quantity": 1.5}]}, "lines.0.quantity"),
    ({"lines": [{"product_id": 1, "quantity": 10_001}]}, "lines.0.quantity"),
    ({"lines": [{"product_id": 1, "quantity": 10**300}]}, "lines.0.quantity"),
    ({"lines": [{"product_id": 1, "quantity": 1}, {"product_id": 2**31, "quantity": 1}]}, "lines.1.product_id"),
    ({"lines": [{"product_id": 1, "quantity": 1, "unit_price": 0.01}]}, "lines.0.unit_price"),
    ({"total_amount": 0.01}, "total_amount"),
]


def test_bad_input_is_named_and_nothing_is_written(api: Api) -> None:
    good = {"store_id": 1, "payment_method": "credit", "lines": [{"product_id": 1, "quantity": 1}]}
    before = api.written()
    answers = api.send(*(api.request("POST", "/orders", json=good | bad, headers=api.token) for bad, _ in BAD_BODIES))
    for answer, (bad, field) in zip(answers, BAD_BODIES, strict=True):
        errors = problem(answer, 422)["errors"]
        assert field in [error["field"] for error in errors], (bad, errors)
        assert all(error["allowed"] for error in errors)
    assert api.written() == before


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe\x00",
        b'{"store_id": NaN}',
        b'{"store_id": 1e999}',
        b'{"store_id": ' + b"9" * 5000 + b"}",
        b"[" * 50_000,
        b'{"a\x00b": 1}',
        b'{"\\u0000": 1}',
        b'{"\\ud800": 1}',
        b'{"payment_method": "\\ud800"}',
    ],
)
def test_a_body_that_is_no_order_is_refused(api: Api, content: bytes) -> None:
    headers = api.token | {"Content-Type": "application/json"}
    problem(api.send(api.request("POST", "/orders", content=content, headers=headers))[0], 422)


@pytest.mark.parametrize("key", ["", "k" * 201, "two words", "\t"])
def test_a_bad_key_is_refused(api: Api, key: str) -> None:
    (error,) = problem(api.order(1, {1: 1}, headers={"Idempotency-Key": key}), 422)["errors"]
    assert error["field"].lower() == "idempotency-key"
