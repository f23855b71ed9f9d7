"""Receipts, page by page: filtered, sorted, counted. Pages go on from a receipt, so arrivals never shift them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from psycopg import Connection
from psycopg.rows import class_row

CHANNELS = ("store", "pickup", "delivery", "api")
PAYMENTS = ("cash", "debit", "credit", "mobile_wallet", "gift_card")
Sort = Literal["time", "total", "items"]
SORTS: dict[str, str] = {"time": "t.transaction_timestamp", "total": "t.total_amount", "items": "t.item_count"}
_TYPES = {"time": "timestamptz", "total": "numeric", "items": "integer"}
_MOST_FOUND = 2_000  # customers that a search may stand for


@dataclass(frozen=True)
class ReceiptFilter:
    """Which receipts: None or empty is any. Days are world days, both included; money in dollars, without tax.

    `search`: a number is a receipt's or a customer's; text is the beginning of a customer's first name, last name,
    both, or e-mail address.
    """

    first: date | None = None
    last: date | None = None
    store_id: int | None = None
    channel: str | None = None
    payment: str | None = None
    least: Decimal | None = None
    most: Decimal | None = None
    search: str = ""
    customer_id: int | None = None


@dataclass(frozen=True)
class Receipt:
    """A line of the list. Money in dollars; the total is without tax."""

    transaction_id: int
    transaction_timestamp: datetime
    store_id: int
    store_name: str
    customer_id: int | None
    customer_name: str | None
    channel: str
    payment_method: str
    item_count: int
    discount_amount: Decimal
    total_amount: Decimal

    def position(self, sort: Sort) -> Position:
        """Where a page that begins after this receipt goes on."""
        values: dict[str, Any] = {
            "time": self.transaction_timestamp.isoformat(),
            "total": str(self.total_amount),
            "items": str(self.item_count),
        }
        return Position(values[sort], self.transaction_id)


@dataclass(frozen=True)
class Position:
    """A receipt in the order of a sort: the sorted value as text, and the number."""

    value: str
    transaction_id: int


@dataclass(frozen=True)
class Store:
    """A store to choose."""

    store_id: int
    name: str


_COLUMNS = """
select t.transaction_id, t.transaction_timestamp, t.store_id, s.name as store_name, t.customer_id,
       c.first_name || ' ' || c.last_name as customer_name, t.channel, t.payment_method, t.item_count,
       t.discount_amount, t.total_amount
"""
_JOINED = """
join public.stores s using (store_id)
left join public.customers c on c.customer_id = t.customer_id
"""
# What a faster shard has beyond the common clock is not shown yet; orders from the API are at once.
_PUBLISHED = "(t.transaction_timestamp < (select public.published_through()) or t.channel = 'api')"
_CONDITIONS = {
    "first": "t.transaction_date >= %(first)s",
    "last": "t.transaction_date <= %(last)s",
    "store_id": "t.store_id = %(store_id)s",
    "channel": "t.channel = %(channel)s",
    "payment": "t.payment_method = %(payment)s",
    "least": "t.total_amount >= %(least)s",
    "most": "t.total_amount <= %(most)s",
    "customer_id": "t.customer_id = %(customer_id)s",
}
_NUMBER = "(t.transaction_id = %(number)s or t.customer_id = %(number)s)"
_CUSTOMERS = f"""
t.customer_id = any(array(
    select customer_id from public.customers
    where lower(first_name) like %(prefix)s or lower(last_name) like %(prefix)s or lower(email) like %(prefix)s
       or lower(first_name || ' ' || last_name) like %(prefix)s
    order by customer_id limit {_MOST_FOUND}
))
"""


def receipts(
    connection: Connection[Any],
    wanted: ReceiptFilter,
    sort: Sort = "time",
    *,
    descending: bool = True,
    after: Position | None = None,
    before: Position | None = None,
    limit: int = 50,
) -> list[Receipt]:
    """A page in the order of `sort`: the receipts that follow `after`, or those just ahead of `before`."""
    where, values = _where(wanted)
    backwards = before is not None
    start = before if backwards else after
    downwards = descending != backwards
    if start is not None:
        comparison = "<" if downwards else ">"
        where.append(f"({SORTS[sort]}, t.transaction_id) {comparison} (%(value)s::{_TYPES[sort]}, %(id)s::bigint)")
        values |= {"value": start.value, "id": start.transaction_id}
    order = "desc" if downwards else "asc"
    chosen = (
        f"select * from public.transactions t where {' and '.join(where)} "
        f"order by {SORTS[sort]} {order}, t.transaction_id {order} limit %(limit)s"
    )
    query = f"{_COLUMNS} from ({chosen}) t {_JOINED} order by {SORTS[sort]} {order}, t.transaction_id {order}"
    with connection.cursor(row_factory=class_row(Receipt)) as cursor:
        found = cursor.execute(query.encode(), values | {"limit": limit}).fetchall()
    return found[::-1] if backwards else found


def count(connection: Connection[Any], wanted: ReceiptFilter) -> int:
    """How many receipts there are on all pages."""
    where, values = _where(wanted)
    row = connection.execute(
        f"select count(*) from public.transactions t where {' and '.join(where)}".encode(), values
    ).fetchone()
    return int(row[0]) if row else 0


def stores(connection: Connection[Any]) -> list[Store]:
    """The stores, by number."""
    with connection.cursor(row_factory=class_row(Store)) as cursor:
        return cursor.execute("select store_id, name from public.stores order by store_id").fetchall()


def _where(wanted: ReceiptFilter) -> tuple[list[str], dict[str, Any]]:
    values = {name: getattr(wanted, name) for name in _CONDITIONS if getattr(wanted, name) is not None}
    where = [_PUBLISHED, *(_CONDITIONS[name] for name in values)]
    text = wanted.search.strip()
    if text.isascii() and text.isdigit() and len(text) <= 18:
        where.append(_NUMBER)
        values["number"] = int(text)
    elif text:
        where.append(_CUSTOMERS)
        escaped = text.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        values["prefix"] = f"{escaped}%"
    return where, values
