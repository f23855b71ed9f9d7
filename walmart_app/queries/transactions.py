"""One transaction with its lines, found by the number that carries its day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from walmart_app.queries.errors import NotFound
from walmart_app.queries.world import ensure_company


@dataclass(frozen=True)
class Header:
    """A receipt; money in dollars, tax apart from the total; `order_sequence` is its place among the API's orders."""

    transaction_id: int
    customer_id: int | None
    store_id: int
    transaction_date: date
    transaction_timestamp: datetime
    channel: str
    payment_method: str
    item_count: int
    discount_amount: Decimal
    tax_amount: Decimal
    total_amount: Decimal
    order_sequence: int | None


@dataclass(frozen=True)
class Line:
    """A line of a receipt; prices of one, in dollars."""

    line_number: int
    product_id: int
    name: str
    quantity: int
    list_price: Decimal
    unit_price: Decimal
    line_amount: Decimal
    promotion_id: int | None


@dataclass(frozen=True)
class Transaction:
    """A receipt with its lines in order."""

    header: Header
    lines: list[Line]


# PostgreSQL computes the day from the number before it plans, so that only one partition is read.
_DAY = "(date '2000-01-01' + (%(id)s::bigint / 100000000000)::integer)"
_HEADER = f"""
select t.transaction_id, t.customer_id, t.store_id, t.transaction_date, t.transaction_timestamp, t.channel,
       t.payment_method, t.item_count, t.discount_amount, t.tax_amount, t.total_amount, i.sequence as order_sequence
from public.transactions t
left join public.order_inbox i on i.transaction_id = t.transaction_id and i.return_id is null
where t.transaction_date = {_DAY} and t.transaction_id = %(id)s
"""
_LINES = f"""
select l.line_number, l.product_id, p.name, l.quantity, l.list_price, l.unit_price,
       l.quantity * l.unit_price as line_amount, l.promotion_id
from public.transaction_items l
join public.products p using (product_id)
where l.transaction_date = {_DAY} and l.transaction_id = %(id)s
order by l.line_number
"""


def transaction(connection: Connection[Any], transaction_id: int) -> Transaction:
    """One transaction, from whatever channel.

    Raises:
        NotFound: there is none with this number.
        NoCompany: there is no company yet.
    """
    values = {"id": transaction_id}
    with connection.cursor(row_factory=class_row(Header)) as cursor:
        header = cursor.execute(_HEADER, values).fetchone()
    if header is None:
        ensure_company(connection)
        message = f"The company has no transaction {transaction_id}."
        raise NotFound(message)
    with connection.cursor(row_factory=class_row(Line)) as cursor:
        return Transaction(header, cursor.execute(_LINES, values).fetchall())
