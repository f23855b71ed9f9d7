"""Receipts page by page against plain Python over all of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from walmart_app.queries.receipt import whole_receipt
from walmart_app.queries.receipts import CHANNELS, PAYMENTS, Receipt, ReceiptFilter, Sort, count, receipts, stores

KEYS: dict[str, Callable[[Receipt], Any]] = {
    "time": lambda row: row.transaction_timestamp,
    "total": lambda row: row.total_amount,
    "items": lambda row: row.item_count,
}


@pytest.fixture(scope="module")
def everything(company: Any) -> list[Receipt]:
    """All receipts, read plainly."""
    from psycopg.rows import class_row

    from loaders.db import connect

    with connect(company, "reader") as connection, connection.cursor(row_factory=class_row(Receipt)) as cursor:
        return cursor.execute(
            "select transaction_id, transaction_timestamp, store_id, (select name from stores s where s.store_id = "
            "t.store_id) as store_name, customer_id, (select first_name || ' ' || last_name from customers c where "
            "c.customer_id = t.customer_id) as customer_name, channel, payment_method, item_count, discount_amount, "
            "total_amount from transactions t"
        ).fetchall()


FILTERS = st.builds(
    ReceiptFilter,
    first=st.none() | st.dates(date(2026, 1, 1), date(2026, 3, 15)),
    last=st.none() | st.dates(date(2026, 1, 1), date(2026, 3, 15)),
    store_id=st.none() | st.integers(1, 4),
    channel=st.none() | st.sampled_from(CHANNELS),
    payment=st.none() | st.sampled_from(PAYMENTS),
    least=st.none() | st.decimals(0, 60, places=2),
    most=st.none() | st.decimals(0, 200, places=2),
)


def fits(row: Receipt, wanted: ReceiptFilter) -> bool:
    day = date(2000, 1, 1).toordinal() + row.transaction_id // 100_000_000_000
    return (
        (wanted.first is None or day >= wanted.first.toordinal())
        and (wanted.last is None or day <= wanted.last.toordinal())
        and (wanted.store_id is None or row.store_id == wanted.store_id)
        and (wanted.channel is None or row.channel == wanted.channel)
        and (wanted.payment is None or row.payment_method == wanted.payment)
        and (wanted.least is None or row.total_amount >= wanted.least)
        and (wanted.most is None or row.total_amount <= wanted.most)
    )


@hypothesis_settings(
    derandomize=True, deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(wanted=FILTERS, sort=st.sampled_from(["time", "total", "items"]), descending=st.booleans())
def test_filters_and_sorts_give_what_plain_python_gives(
    reader: psycopg.Connection[Any], everything: list[Receipt], wanted: ReceiptFilter, sort: Sort, descending: bool
) -> None:
    expected = sorted(
        (row for row in everything if fits(row, wanted)),
        key=lambda row: (KEYS[sort](row), row.transaction_id),
        reverse=descending,
    )
    assert receipts(reader, wanted, sort, descending=descending) == expected[:50]
    assert count(reader, wanted) == len(expected)


@pytest.mark.parametrize("sort", ["time", "total", "items"])
@pytest.mark.parametrize("descending", [True, False])
def test_pages_go_through_everything_once_forwards_and_back(
    reader: psycopg.Connection[Any], everything: list[Receipt], sort: Sort, descending: bool
) -> None:
    wanted = ReceiptFilter(store_id=2)
    pages, after = [], None
    while page := receipts(reader, wanted, sort, descending=descending, after=after, limit=97):
        pages.append(page)
        after = page[-1].position(sort)
    seen = [row for page in pages for row in page]
    assert seen == sorted(
        (row for row in everything if row.store_id == 2),
        key=lambda row: (KEYS[sort](row), row.transaction_id),
        reverse=descending,
    )
    last = pages[-1][0].position(sort)
    assert receipts(reader, wanted, sort, descending=descending, before=last, limit=97) == pages[-2]


def test_a_number_finds_a_receipt_or_a_customers(reader: psycopg.Connection[Any], everything: list[Receipt]) -> None:
    one = everything[100]
    assert receipts(reader, ReceiptFilter(search=str(one.transaction_id))) == [one]
    shopper = next(row.customer_id for row in everything if row.customer_id)
    found = receipts(reader, ReceiptFilter(search=f" {shopper} "), limit=1000)
    assert {row.transaction_id for row in found} == {
        row.transaction_id for row in everything if row.customer_id == shopper
    }


def test_text_finds_customers_by_how_they_begin(reader: psycopg.Connection[Any], everything: list[Receipt]) -> None:
    name = next(row.customer_name for row in everything if row.customer_name)
    assert name is not None
    for text in (name, name.upper(), name[:3], name.split()[1]):
        found = receipts(reader, ReceiptFilter(search=text), limit=5000)
        assert name in {row.customer_name for row in found}
        lowered = text.lower()
        for row in found:
            [(first, last, email)] = reader.execute(
                "select lower(first_name), lower(last_name), lower(email) from customers where customer_id = %s",
                (row.customer_id,),
            ).fetchall()
            assert any(part.startswith(lowered) for part in (first, last, email, f"{first} {last}"))
    for text in ("%", "_", "\\", "no such name"):
        assert receipts(reader, ReceiptFilter(search=text)) == []


def test_a_whole_receipt_adds_up(reader: psycopg.Connection[Any]) -> None:
    rows = reader.execute("select distinct transaction_id from returns order by 1 limit 5").fetchall()
    assert rows
    for (number,) in rows:
        found = whole_receipt(reader, number)
        assert sum((line.line_amount for line in found.lines), Decimal(0)) == found.header.total_amount
        assert sum(line.quantity for line in found.lines) == found.header.item_count
        [(quantity, refund)] = reader.execute(
            "select sum(quantity), sum(refund_amount) from returns where transaction_id = %s", (number,)
        ).fetchall()
        assert sum(item.quantity for item in found.returns) == quantity
        assert sum(item.refund_amount for item in found.returns) == refund


def test_stores_are_all_there(reader: psycopg.Connection[Any]) -> None:
    assert [(store.store_id, store.name) for store in stores(reader)] == reader.execute(
        "select store_id, name from public.stores order by 1"
    ).fetchall()
