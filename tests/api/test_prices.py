"""The API charges what the simulator charges: offers and receipts against every line of three simulated weeks."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from loaders import pipeline
from loaders.db import connect
from loaders.settings import Settings
from sim.frames import PAYMENTS
from sim.schema import API_SEQUENCE_START, transaction_id
from tests.api.conftest import NOW, Api, copy_of
from tests.conftest import TEMPLATE
from walmart_app.api.orders import OrderBody
from walmart_app.commands.receipt import OrderLine, receipt
from walmart_app.queries.offers import Offer, offers

DAY = date(2026, 3, 13)
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def past_offers(simulated: Settings) -> dict[tuple[date, int], dict[int, Offer]]:
    """Every product at every store on every day of the history."""
    found: dict[tuple[date, int], dict[int, Offer]] = {}
    with connect(simulated, "app") as connection:
        days = connection.execute("select distinct transaction_date from transactions").fetchall()
        stores = [store for (store,) in connection.execute("select store_id from stores").fetchall()]
        for (day,) in days:
            for offer in offers(connection, dict.fromkeys(stores, day), range(1, 121)):
                found.setdefault((day, offer.store_id), {})[offer.product_id] = offer
    return found


@pytest.fixture(scope="module")
def sold(simulated: Settings) -> list[dict[str, Any]]:
    """Every simulated receipt with its lines and the store's tax."""
    with connect(simulated, "app") as connection:
        rows = connection.execute(
            "select t.transaction_date, t.store_id, s.sales_tax_pct, t.tax_amount, t.discount_amount, t.total_amount, "
            "t.item_count, jsonb_agg(jsonb_build_array(i.product_id, i.quantity, i.list_price::text, "
            "i.unit_price::text, i.promotion_id) order by i.line_number) "
            "from transactions t join transaction_items i using (transaction_date, transaction_id) "
            "join stores s on s.store_id = t.store_id group by t.transaction_date, t.transaction_id, s.sales_tax_pct"
        ).fetchall()
    names = ("day", "store_id", "sales_tax_pct", "tax", "discount", "total", "items", "lines")
    return [dict(zip(names, row, strict=True)) for row in rows]


def test_an_offer_of_any_past_day_is_what_shoppers_paid(
    past_offers: dict[tuple[date, int], dict[int, Offer]], sold: list[dict[str, Any]]
) -> None:
    compared, promoted = 0, 0
    for sale in sold:
        offered = past_offers[sale["day"], sale["store_id"]]
        for product_id, _, list_price, unit_price, promotion_id in sale["lines"]:
            offer = offered[product_id]
            found = (offer.list_price, offer.unit_price, offer.promotion_id, offer.listed)
            assert found == (Decimal(list_price), Decimal(unit_price), promotion_id, True)
            compared += 1
            promoted += promotion_id is not None
    prices = defaultdict(set)
    for offered in past_offers.values():
        for product_id, offer in offered.items():
            prices[product_id].add(offer.list_price)
    assert compared > 2000 and promoted > 100
    assert any(len(of_product) > 1 for of_product in prices.values())  # regular prices did change in these weeks


@pytest.fixture(scope="module")
def tried(postgres_server: Settings) -> Iterator[Settings]:
    """A chain whose stores set prices of their own at random each week, and mark down what sells weakly."""
    with copy_of(postgres_server, TEMPLATE, "api_tried") as settings:
        size = {"sim_customers": 120, "sim_products": 60, "sim_stores": 2, "sim_days": 24, "sim_seed": 5}
        settings = settings.model_copy(update=size)
        overrides = {"experiment.price_jitter": 0.15, "prices.markdown_cover": 1.0, "stock.cover_days": 2}
        pipeline.run(settings, now=NOW, overrides=overrides)
        yield settings


def test_a_stores_own_prices_and_markdowns_are_what_its_shoppers_paid(tried: Settings) -> None:
    with connect(tried, "app") as connection:
        paid = connection.execute(
            "select i.transaction_date, i.store_id, i.product_id, i.list_price, i.unit_price, i.promotion_id, "
            "p.store_id is not null from transaction_items i left join promotions p using (promotion_id)"
        ).fetchall()
        found = {
            (day, offer.store_id, offer.product_id): (offer.list_price, offer.unit_price, offer.promotion_id)
            for day in {row[0] for row in paid}
            for offer in offers(connection, {1: day, 2: day}, range(1, 61))
        }
        own = connection.execute("select count(*) from price_changes where store_id is not null").fetchone()
    assert own is not None and own[0] > 50
    assert sum(marked_down for *_, marked_down in paid) > 10
    wrong = [row for row in paid if found[row[0], row[1], row[2]] != tuple(row[3:6])]
    assert wrong == [] and len(paid) > 500


def test_a_receipt_has_the_simulators_sums_and_tax(
    past_offers: dict[tuple[date, int], dict[int, Offer]], sold: list[dict[str, Any]]
) -> None:
    taxed: defaultdict[int, int] = defaultdict(int)
    for sale in sold:
        lines = [OrderLine(product_id, quantity) for product_id, quantity, *_ in sale["lines"]]
        paid = receipt(lines, past_offers[sale["day"], sale["store_id"]], sale["sales_tax_pct"])
        assert (paid.tax_amount, paid.discount_amount, paid.total_amount, paid.item_count) == (
            sale["tax"],
            sale["discount"],
            sale["total"],
            sale["items"],
        )
        taxed[sale["store_id"]] += sale["tax"] > 0
    assert len(taxed) == 3 and all(count > 50 for count in taxed.values())


def _offer(list_price: str, discount: str = "0", taxable: bool = False) -> Offer:
    return Offer(1, 1, "Milk", taxable, True, None, Decimal(list_price), None, Decimal(discount))


@pytest.mark.parametrize(
    ("list_price", "discount", "expected"),
    [
        ("0.50", "25", "0.38"),
        ("1.10", "15", "0.94"),
        ("0.90", "15", "0.77"),
        ("4.48", "0", "4.48"),
        ("3.00", "100", "0"),
    ],
)
def test_half_a_cent_is_rounded_up(list_price: str, discount: str, expected: str) -> None:
    assert _offer(list_price, discount).unit_price == Decimal(expected)


def test_tax_is_rounded_once_on_the_sum() -> None:
    # 3 x 0.07 at 5 percent is 1.05 cents; line by line it would be three times 0.35 cents
    paid = receipt([OrderLine(1, 3)], {1: _offer("0.07", taxable=True)}, Decimal("5.00"))
    assert (paid.tax_amount, paid.total_amount) == (Decimal("0.01"), Decimal("0.21"))


@pytest.fixture
def product(api: Api) -> Iterator[int]:
    """A product that store 1 holds, without promotions and changes of price."""
    number = api.stocked(1)[0]
    api.execute("delete from promotions where product_id = %s", number)
    api.execute("delete from price_changes where product_id = %s", number)
    api.execute("update products set list_price = 9.98, taxable = false where product_id = %s", number)
    yield number


def _change(api: Api, product: int, store: int | None, day: str, old: str, new: str) -> None:
    values = (next(_numbers), store, product, day, old, new)
    api.execute("insert into price_changes values (%s, %s, %s, %s, %s, %s, 'cost')", *values)


def _promote(api: Api, product: int, store: int | None, percent: int, first: str, last: str) -> int:
    number = next(_numbers)
    values = (number, store, product, percent, first, last)
    api.execute("insert into promotions values (%s, 'weekly_ad', %s, %s, %s, %s, %s)", *values)
    return number


def _price(api: Api, product: int, store: int = 1) -> tuple[float, float]:
    answer = api.order(store, {product: 1})
    assert answer.status_code == 201, answer.text
    line = answer.json()["lines"][0]
    return line["list_price"], line["unit_price"]


def test_the_last_change_up_to_the_day_counts(api: Api, product: int) -> None:
    assert _price(api, product) == (9.98, 9.98)
    _change(api, product, None, "2026-03-14", "8.00", "7.00")
    assert _price(api, product) == (8.0, 8.0)  # before the first change it was that change's old price
    _change(api, product, None, "2026-03-13", "8.50", "8.00")
    assert _price(api, product) == (8.0, 8.0)
    _change(api, product, None, "2026-03-10", "9.98", "8.50")
    assert _price(api, product) == (8.0, 8.0)


def test_a_stores_own_price_is_its_own(api: Api, product: int) -> None:
    api.execute("insert into assortment values (2, %s, '2020-01-01') on conflict do nothing", product)
    api.execute("insert into inventory values (2, %s, 9, 0, 0, 0, now()) on conflict (store_id, product_id) "
                "do update set on_hand = 9", product)  # fmt: skip
    _change(api, product, None, "2026-03-13", "9.98", "8.00")
    _change(api, product, 1, "2026-03-13", "9.98", "6.66")
    assert (_price(api, product, 1), _price(api, product, 2)) == ((6.66, 6.66), (8.0, 8.0))


@pytest.mark.parametrize(
    ("store", "first", "last", "expected"),
    [
        (None, "2026-03-11", "2026-03-13", 8.98),
        (None, "2026-03-13", "2026-03-13", 8.98),
        (None, "2026-03-14", "2026-03-20", 9.98),
        (None, "2026-03-01", "2026-03-12", 9.98),
        (1, "2026-03-11", "2026-03-17", 8.98),
        (2, "2026-03-11", "2026-03-17", 9.98),
    ],
)
def test_a_promotion_counts_on_its_days_and_in_its_store(
    api: Api, product: int, store: int | None, first: str, last: str, expected: float
) -> None:
    promotion = _promote(api, product, store, 10, first, last)
    answer = api.order(1, {product: 2}).json()
    line = answer["lines"][0]
    assert (line["list_price"], line["unit_price"]) == (9.98, expected)
    assert line["promotion_id"] == (promotion if expected < 9.98 else None)
    assert answer["discount_amount"] == pytest.approx(2 * (9.98 - expected))
    assert answer["total_amount"] == pytest.approx(2 * expected)


def test_tax_is_the_stores(api: Api, product: int) -> None:
    api.execute("update products set taxable = true where product_id = %s", product)
    api.execute("update stores set sales_tax_pct = 6.25 where store_id = 1")
    answer = api.order(1, {product: 3}).json()
    assert (answer["total_amount"], answer["tax_amount"]) == (29.94, 1.87)


def test_numbers_of_orders_are_laid_out_as_all_others(fresh: Api) -> None:
    with connect(fresh.settings, "app") as connection:
        row = connection.execute("select new_order_id(3, %s), new_order_id(3, %s)", (DAY, DAY)).fetchone()
    assert row == tuple(transaction_id(DAY, 3, API_SEQUENCE_START + place) for place in range(2))


def test_the_payment_methods_are_the_simulators() -> None:
    schema = OrderBody.model_json_schema()
    assert tuple(schema["properties"]["payment_method"]["enum"]) == PAYMENTS
