"""Recommendations and purchases, against the receipts themselves."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from loaders.db import connect
from loaders.errors import NoCompany
from loaders.predictions import BASKET_DAYS
from loaders.settings import Settings
from walmart_app.queries import recommendations
from walmart_app.queries.errors import NotFound

Reader = psycopg.Connection[Any]


def test_the_window_is_the_one_that_the_recommendations_read() -> None:
    assert recommendations.BASKET_DAYS == BASKET_DAYS


def test_what_a_customer_bought_is_what_their_receipts_say(reader: Reader) -> None:
    customer = recommendations.first_customer(reader)
    assert customer is not None
    most, last = recommendations.bought(reader, customer, 5)
    expected = {
        row[0]: row[1:]
        for row in reader.execute(
            b"select i.product_id, count(distinct t.transaction_id), sum(i.quantity), sum(i.quantity * i.unit_price), "
            b"max(t.transaction_date) from public.transactions t join public.transaction_items i using "
            b"(transaction_id) where t.customer_id = %s group by 1",
            (customer,),
        ).fetchall()
    }
    for row in (*most, *last):
        assert (row.receipts, row.units, row.spent, row.last_on) == expected[row.product_id]
    assert [row.receipts for row in most] == sorted((value[0] for value in expected.values()), reverse=True)[:5]
    assert [row.last_on for row in last] == sorted((value[3] for value in expected.values()), reverse=True)[:5]
    one = recommendations.customer(reader, customer)
    assert (one.order_count, one.lifetime_revenue) == reader.execute(
        b"select count(*), sum(total_amount) from public.transactions where customer_id = %s", (customer,)
    ).fetchone()


def test_what_is_offered_was_not_bought_lately_and_has_a_reason(reader: Reader) -> None:
    customer = recommendations.first_customer(reader)
    assert customer is not None
    offered = recommendations.offered(reader, customer)
    assert [row.rank for row in offered] == list(range(1, len(offered) + 1)) and offered
    lately = {
        product
        for (product,) in reader.execute(
            b"select i.product_id from public.transactions t join public.transaction_items i using (transaction_id) "
            b"where t.customer_id = %s and t.transaction_date > %s - 56",
            (customer, recommendations.newest(reader)),
        ).fetchall()
    }
    assert not lately & {row.product_id for row in offered}
    assert all("lift " in row.reason and " baskets." in row.reason for row in offered)


def test_lift_support_and_confidence_are_those_of_the_baskets(reader: Reader) -> None:
    product = recommendations.first_product(reader)
    assert product is not None
    card, rows = recommendations.product(reader, product, recommendations.newest(reader))
    baskets: dict[int, set[int]] = {}
    for transaction, item in reader.execute(
        b"select transaction_id, product_id from public.transaction_items where transaction_date <= %s",
        (recommendations.newest(reader),),
    ).fetchall():
        baskets.setdefault(item, set()).add(transaction)
    everything = len(set.union(*baskets.values()))
    assert (card.baskets, card.all_baskets) == (len(baskets[product]), everything)
    assert rows
    for row in rows:
        both, other = len(baskets[product] & baskets[row.product_id]), len(baskets[row.product_id])
        assert row.baskets == both
        assert row.support == pytest.approx(both / everything)
        assert row.confidence == pytest.approx(both / len(baskets[product]))
        assert row.lift == pytest.approx(both * everything / (len(baskets[product]) * other))


def test_customers_are_found_by_number_name_and_beginning_of_the_address(reader: Reader) -> None:
    row = reader.execute(b"select customer_id, first_name, last_name, email from public.customers limit 1").fetchone()
    assert row is not None
    number, first, last, email = row
    assert recommendations.find_customers(reader, str(number))[0].customer_id == number
    for text in (f"{first} {last}", last.upper(), email[:-6]):
        found = recommendations.find_customers(reader, f" {text} ")
        assert 0 < len(found) <= recommendations.MOST
        assert all(
            text.lower() in one.name.lower() or one.email.startswith(text.lower()) for one in found
        ), (text, found)  # fmt: skip


def test_products_are_found_by_number_part_of_the_name_and_sku(reader: Reader) -> None:
    row = reader.execute(b"select product_id, name, sku from public.products order by 1 limit 1").fetchone()
    assert row is not None
    number, name, sku = row
    assert recommendations.find_products(reader, str(number))[0].product_id == number
    assert number in {one.product_id for one in recommendations.find_products(reader, name.upper())}
    assert [one.product_id for one in recommendations.find_products(reader, sku)] == [number]


@pytest.mark.parametrize("text", ["%", "_", "\\", "' or true --", "9" * 30, "no such thing", "²"])
def test_signs_of_patterns_are_only_letters(reader: Reader, text: str) -> None:
    assert recommendations.find_customers(reader, text) == []


def test_a_number_that_nobody_has_is_named(reader: Reader) -> None:
    with pytest.raises(NotFound, match="no customer 999999"):
        recommendations.customer(reader, 999_999)
    with pytest.raises(NotFound, match="no product 999999"):
        recommendations.product(reader, 999_999, recommendations.newest(reader))


def test_quality_is_the_newest_score_of_each_way(reader: Reader) -> None:
    assert {(one.model, one.metric, one.value) for one in recommendations.quality(reader)} == set(
        reader.execute(
            b"select model, metric, value from predictions.recommendation_errors where as_of = (select max(as_of) "
            b"from predictions.recommendation_errors)"
        ).fetchall()
    )


def test_without_a_company_it_says_so(database: Settings) -> None:
    with connect(database, "reader") as connection, pytest.raises(NoCompany):
        recommendations.newest(connection)
