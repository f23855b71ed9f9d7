"""What has come back of a transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row


@dataclass(frozen=True)
class Returned:
    """Units of one line that were brought back; the refund in dollars, tax apart; `restocked`: back on the shelf."""

    return_id: int
    line_number: int
    product_id: int
    quantity: int
    refund_amount: Decimal
    reason: str
    restocked: bool
    returned_at: datetime


_RETURNED = """
select return_id, line_number, product_id, quantity, refund_amount, reason, restocked, returned_at
from public.returns
where transaction_date = date '2000-01-01' + (%(id)s::bigint / 100000000000)::integer and transaction_id = %(id)s
order by line_number, returned_at, return_id
"""


def returned(connection: Connection[Any], transaction_id: int) -> list[Returned]:
    """Every return of goods of a transaction, by line and time."""
    with connection.cursor(row_factory=class_row(Returned)) as cursor:
        return cursor.execute(_RETURNED, {"id": transaction_id}).fetchall()
