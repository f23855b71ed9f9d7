"""Returns of orders: never more than was bought, at the price paid, once a key, and input to the world."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime
from typing import Any

import pytest

from loaders import pipeline
from loaders.db import connect
from loaders.dbt import DbtProject
from loaders.lease import Lease
from loaders.period import ShardAdvance
from loaders.replaying import replay_month
from loaders.world import the_world
from sim.frames import REASONS
from tests.api.conftest import Api, problem
from walmart_app.api.returns import ReturnBody

CLOCK = datetime(2026, 3, 13, 10, tzinfo=UTC)
_keys = itertools.count(1)


def _return(api: Api, number: int, *lines: dict[str, Any], **headers: str) -> Any:
    return api.send(_request(api, number, *lines, **headers))[0]


def _request(api: Api, number: int, *lines: dict[str, Any], **headers: str) -> Any:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return api.request("POST", f"/orders/{number}/return", json={"lines": list(lines)}, headers=api.token | names)


def _bought(api: Api, quantity: int = 3, perishable: bool = False, store_id: int = 1) -> tuple[int, int]:
    """A fresh order of one product: number and product."""
    (product,) = api.rows(
        "select product_id from inventory join products using (product_id) join assortment using (store_id, product_id)"
        " where store_id = %s and perishable = %s and on_hand >= %s and discontinued_on is null and listed_from < now()"
        " order by on_hand desc, product_id limit 1",
        store_id,
        perishable,
        quantity,
    )[0]
    answer = api.order(store_id, {product: quantity})
    assert answer.status_code == 201, answer.text
    return answer.json()["transaction_id"], product


def _held(api: Api, product: int, store_id: int = 1) -> int:
    return int(
        api.rows("select on_hand from inventory where store_id = %s and product_id = %s", store_id, product)[0][0]
    )


def _written(api: Api) -> list[tuple[Any, ...]]:
    return [*api.written(), *api.rows("select count(*), max(return_id) from returns")]


def test_goods_come_back_at_the_price_paid_and_on_the_shelf(api: Api) -> None:
    number, product = _bought(api, 3)
    held = _held(api, product)
    api.execute("update products set list_price = list_price + 1 where product_id = %s", product)
    answer = _return(api, number, {"line_number": 1, "quantity": 2, "reason": "defective"})
    assert answer.status_code == 201, answer.text
    body = answer.json()
    order = api.get(f"/orders/{number}").json()
    (line,) = body["lines"]
    assert (line["quantity"], line["restocked"], line["reason"]) == (2, True, "defective")
    assert line["refund_amount"] == body["refund_amount"] == pytest.approx(2 * order["lines"][0]["unit_price"])
    assert datetime.fromisoformat(line["returned_at"]) == CLOCK
    assert order["returns"] == [line]
    assert _held(api, product) == held + 2
    assert api.rows(
        "select transaction_id, world_time, store_id from order_inbox where return_id = %s", line["return_id"]
    ) == [(number, CLOCK, 1)]
    assert api.rows("select returned_on::text, store_id, product_id from returns where return_id = %s",
                    line["return_id"]) == [("2026-03-13", 1, product)]  # fmt: skip
    assert order["order_sequence"] is not None  # still the order's own place


@pytest.mark.parametrize(("perishable", "resaleable"), [(True, True), (False, False)])
def test_what_cannot_be_sold_again_pays_the_refund_and_stays_off_the_shelf(
    api: Api, perishable: bool, resaleable: bool
) -> None:
    number, product = _bought(api, 2, perishable)
    held = _held(api, product)
    line = _return(api, number, {"line_number": 1, "quantity": 1, "resaleable": resaleable}).json()["lines"][0]
    assert (line["restocked"], line["refund_amount"] > 0) == (False, True)
    assert _held(api, product) == held


def test_never_more_comes_back_than_was_bought(api: Api) -> None:
    number, product = _bought(api, 3)
    assert _return(api, number, {"line_number": 1, "quantity": 2}).status_code == 201
    before = _written(api)
    body = problem(_return(api, number, {"line_number": 1, "quantity": 2}), 409)
    assert [(item["line_number"], item["requested"], item["returnable"]) for item in body["items"]] == [(1, 2, 1)]
    assert _written(api) == before
    assert _return(api, number, {"line_number": 1, "quantity": 1}).status_code == 201


def test_many_at_once_bring_back_exactly_what_was_bought(api: Api) -> None:
    number, product = _bought(api, 5)
    held = _held(api, product)
    answers = api.send(*(_request(api, number, {"line_number": 1, "quantity": 1}) for _ in range(12)))
    assert sorted(answer.status_code for answer in answers) == [201] * 5 + [409] * 7
    assert _held(api, product) == held + 5


def test_a_key_brings_back_once(api: Api) -> None:
    number, product = _bought(api, 4)
    key = {"Idempotency_Key": f"return-{next(_keys)}"}
    answers = api.send(*(_request(api, number, {"line_number": 1, "quantity": 1}, **key) for _ in range(6)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert sum("idempotent-replayed" in answer.headers for answer in answers) == 5
    assert api.rows("select sum(quantity) from returns where transaction_id = %s", number) == [(1,)]
    problem(_return(api, number, {"line_number": 1, "quantity": 2}, **key), 409)
    problem(api.order(1, {product: 1}, headers={"Idempotency-Key": key["Idempotency_Key"]}), 409)


def test_an_orders_key_is_no_returns_key(api: Api) -> None:
    product = api.stocked(1)[0]
    key = f"order-{next(_keys)}"
    number = api.order(1, {product: 1}, headers={"Idempotency-Key": key}).json()["transaction_id"]
    problem(_return(api, number, {"line_number": 1, "quantity": 1}, Idempotency_Key=key), 409)


def test_what_cannot_be_returned_is_told_why(fresh: Api) -> None:
    number, _ = _bought(fresh, 2)
    simulated = fresh.rows("select min(transaction_id) from transactions where channel <> 'api'")[0][0]
    before = _written(fresh)
    assert (
        "only orders from the API"
        in problem(_return(fresh, simulated, {"line_number": 1, "quantity": 1}), 409)["detail"]
    )
    problem(_return(fresh, 1, {"line_number": 1, "quantity": 1}), 404)
    (error,) = problem(_return(fresh, number, {"line_number": 2, "quantity": 1}), 422)["errors"]
    assert (error["field"], error["value"]) == ("lines.0.line_number", 2)
    days = fresh.rows("select (params -> 'returns' ->> 'longest_days')::integer from world")[0][0]
    fresh.execute("update world_shards set clock = clock + make_interval(days => %s)", days + 1)
    assert (
        "could be returned until" in problem(_return(fresh, number, {"line_number": 1, "quantity": 1}), 409)["detail"]
    )
    fresh.execute("update world_shards set clock = clock - interval '1 day'")
    fresh.execute("update world set first_company_done = false")
    problem(_return(fresh, number, {"line_number": 1, "quantity": 1}), 503)
    assert _written(fresh) == before


BAD: list[tuple[Any, str]] = [
    ([], "lines"),
    ({}, "lines"),
    ([{"line_number": 1, "quantity": 1}] * 2, "lines"),
    ([{"line_number": 0, "quantity": 1}], "lines.0.line_number"),
    ([{"line_number": 10**30, "quantity": 1}], "lines.0.line_number"),
    ([{"line_number": 1, "quantity": -1}], "lines.0.quantity"),
    ([{"line_number": 1, "quantity": 10**300}], "lines.0.quantity"),
    ([{"line_number": 1, "quantity": 1, "reason": "'; drop table returns; --"}], "lines.0.reason"),
    ([{"line_number": 1, "quantity": 1, "reason": "defective\x00"}], "lines.0.reason"),
    ([{"line_number": 1, "quantity": 1, "resaleable": "yes"}], "lines.0.resaleable"),
    ([{"line_number": 1, "quantity": 1, "refund_amount": 999}], "lines.0.refund_amount"),
]


def test_bad_input_is_named_and_nothing_is_written(api: Api) -> None:
    number, _ = _bought(api, 2)
    before = _written(api)
    requests = [
        api.request("POST", f"/orders/{number}/return", json={"lines": lines}, headers=api.token) for lines, _ in BAD
    ]
    for answer, (bad, field) in zip(api.send(*requests), BAD, strict=True):
        assert field in [error["field"] for error in problem(answer, 422)["errors"]], bad
    problem(api.send(api.request("POST", f"/orders/{number}/return", json={"lines": []}))[0], 401)
    assert _written(api) == before


def test_the_reasons_are_the_simulators() -> None:
    schema = ReturnBody.model_json_schema()["$defs"]["ReturnLineBody"]["properties"]["reason"]
    assert tuple(schema["enum"]) == REASONS


def test_the_world_goes_on_with_the_returns_in_it(fresh: Api) -> None:
    number, product = _bought(fresh, 4)
    other, fresh_product = _bought(fresh, 2, perishable=True)
    _return(fresh, number, {"line_number": 1, "quantity": 1})
    _return(fresh, other, {"line_number": 1, "quantity": 2})  # never back on the shelf, and still in the inbox
    pipeline.run(fresh.settings, now=CLOCK, days=1, period="slice")
    _return(fresh, number, {"line_number": 1, "quantity": 2})
    pipeline.run(fresh.settings, now=CLOCK, days=1)
    moved = fresh.rows(
        "select date::text, returned from inventory_daily where store_id = 1 and product_id = %s and "
        "date >= '2026-03-13' and returned > 0 order by date",
        product,
    )
    expected = fresh.rows(
        "select returned_on::text, sum(quantity)::integer from returns where store_id = 1 and product_id = %s "
        "and restocked and returned_on >= '2026-03-13' group by 1 order by 1",
        product,
    )
    assert moved == expected and len(moved) == 2
    broken = fresh.rows(
        "select * from (select closing, opening + received - sold + returned - shrink as due, "
        "lead(opening) over (partition by store_id, product_id order by date) as next from inventory_daily) d "
        "where closing <> due or next <> closing"
    )
    assert broken == []
    assert fresh.rows(
        "select count(*) from inventory i where on_hand <> (select closing from inventory_daily d where "
        "(d.store_id, d.product_id) = (i.store_id, i.product_id) order by date desc limit 1)"
    ) == [(0,)]
    # the state since the month's snapshot, computed again from the inbox alone, has the committed hash
    for shard, digests in fresh.rows("select shard, digests from world_shards order by shard"):
        with connect(fresh.settings, "loader", autocommit=True) as connection:
            world = pipeline.SimulatedWorld.of(the_world(connection))
            live = ShardAdvance(connection, Lease(connection, shard, "nobody"), world)._restored()
            assert {str(store): digest for store, digest in live.digests().items()} == digests
    # and the month, computed once more with them in it, has the rows that are there
    assert set(replay_month(fresh.settings, date(2026, 3, 1)).values()) == {0}


def test_returns_are_in_dbts_returns(fresh: Api, tmp_path: Any) -> None:
    number, _ = _bought(fresh, 3)
    line = _return(fresh, number, {"line_number": 1, "quantity": 2}).json()["lines"][0]
    pipeline.run(fresh.settings, now=CLOCK, days=1)
    DbtProject(fresh.settings, tmp_path).run(["run", "--select", "+daily_returns"])
    assert fresh.rows("select quantity, is_restocked from analytics.stg_returns where return_id = %s",
                      line["return_id"]) == [(2, True)]  # fmt: skip
    assert fresh.rows("select sum(units_returned)::integer from analytics.daily_returns where channel = 'api'") == [
        (2,)
    ]
