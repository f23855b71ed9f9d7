"""One receipt with all that belongs to it: lines, customer, store, what came back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from walmart_app.queries.transactions import Header, transaction


@dataclass(frozen=True)
class ReceiptLine:
    """A line with its product; prices of one, in dollars."""

    line_number: int
    sku: str
    name: str
    quantity: int
    list_price: Decimal
    unit_price: Decimal
    line_amount: Decimal
    discount_pct: Decimal | None


@dataclass(frozen=True)
class ReturnedLine:
    """What came back of a line, when, and why; dollars refunded."""

    name: str
    returned_at: datetime
    quantity: int
    refund_amount: Decimal
    reason: str


@dataclass(frozen=True)
class WholeReceipt:
    """A receipt. `customer` is name and e-mail address, None for a shopper whom nobody knows."""

    header: Header
    store: str
    customer: str | None
    lines: list[ReceiptLine]
    returns: list[ReturnedLine]


_PLACE = """
select s.name || ', ' || s.city || ', ' || s.state, c.first_name || ' ' || c.last_name || ', ' || c.email
from public.stores s left join public.customers c on c.customer_id = %(customer)s
where s.store_id = %(store)s
"""
_LINES = """
select l.line_number, p.sku, p.name, l.quantity, l.list_price, l.unit_price, l.quantity * l.unit_price as line_amount,
       m.discount_pct
from public.transaction_items l
join public.products p using (product_id)
left join public.promotions m on m.promotion_id = l.promotion_id
where l.transaction_date = %(day)s and l.transaction_id = %(id)s
order by l.line_number
"""
_RETURNS = """
select p.name, r.returned_at, r.quantity, r.refund_amount, r.reason
from public.returns r join public.products p using (product_id)
where r.transaction_date = %(day)s and r.transaction_id = %(id)s
  and r.returned_at < public.published_through()
order by r.returned_at, r.line_number
"""


def whole_receipt(connection: Connection[Any], transaction_id: int) -> WholeReceipt:
    """One receipt.

    Raises:
        NotFound: there is none with this number.
        NoCompany: there is no company yet.
    """
    header = transaction(connection, transaction_id).header
    values = {
        "id": transaction_id,
        "day": header.transaction_date,
        "store": header.store_id,
        "customer": header.customer_id,
    }
    place = connection.execute(_PLACE, values).fetchone()
    assert place is not None
    with connection.cursor(row_factory=class_row(ReceiptLine)) as cursor:
        lines = cursor.execute(_LINES, values).fetchall()
    with connection.cursor(row_factory=class_row(ReturnedLine)) as cursor:
        returns = cursor.execute(_RETURNS, values).fetchall()
    return WholeReceipt(header, place[0], place[1], lines, returns)
