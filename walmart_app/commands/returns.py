"""Take goods of an order from the API back: pay the refund, put them on the shelf, in one transaction or not at all.

A return is input to the world, as its order was: it has a place in the same inbox. What the simulator sold is not
taken back here, because its shoppers have their own returns in mind already.

Locks come in the order of `walmart_app.commands.orders`. Returns of the same line meet at its row of stock, so
together they never bring back more than was bought.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from psycopg import Connection

from walmart_app.commands.counter import Counter, open_counter
from walmart_app.commands.errors import KeyReused, MoreThanBought, NotReturnable, Surplus
from walmart_app.commands.keys import claim
from walmart_app.commands.orders import CHANNEL
from walmart_app.queries.errors import InvalidValue
from walmart_app.queries.returns import Returned, returned
from walmart_app.queries.transactions import Line, Transaction, transaction

Conn = Connection[Any]


@dataclass(frozen=True)
class ReturnLine:
    """How many units of a line come back and why; `resaleable` unless they can only be thrown away."""

    line_number: int
    quantity: int
    reason: str
    resaleable: bool


@dataclass(frozen=True)
class NewReturn:
    """Goods of one order; a line of it stands here once."""

    transaction_id: int
    lines: tuple[ReturnLine, ...]


@dataclass(frozen=True)
class TakenReturn:
    """The rows that a return became, by line; `repeated` when its key had made them before."""

    lines: list[Returned]
    repeated: bool


def take_return(connection: Conn, wanted: NewReturn, key: str | None = None) -> TakenReturn:
    """Take goods back, within the connection's transaction; the caller commits.

    Raises:
        NotFound: there is no such order.
        InvalidValue: the order has no such line.
        NotReturnable: it is not an order from the API, or too old.
        MoreThanBought: more would come back than was bought.
        KeyReused: the key belongs to something else.
        NoCompany, CompanyNotReady: there is nothing to return to yet.
    """
    if key is not None:
        made = claim(connection, key, {"return": asdict(wanted)})
        if made is not None:
            if made.return_ids is None:
                raise KeyReused(key)
            return TakenReturn(_rows(connection, made.transaction_id, made.return_ids), repeated=True)
    sale = transaction(connection, wanted.transaction_id)
    if sale.header.channel != CHANNEL:
        raise NotReturnable(
            wanted.transaction_id,
            f"was bought by channel {sale.header.channel}: only orders from the API are taken back here",
        )
    bought = {line.line_number: line for line in sale.lines}
    for place, line in enumerate(wanted.lines):
        if line.line_number not in bought:
            allowed = f"a line of order {wanted.transaction_id}: 1 to {len(bought)}"
            raise InvalidValue(field=f"lines.{place}.line_number", value=line.line_number, allowed=allowed)
    counter = open_counter(connection, sale.header.store_id)
    last = sale.header.transaction_date + timedelta(days=counter.return_days)
    if counter.day > last:
        raise NotReturnable(wanted.transaction_id, f"could be returned until {last}; the store's day is {counter.day}")
    _lock_stock(connection, counter, [bought[line.line_number].product_id for line in wanted.lines])
    _check_quantities(connection, sale, wanted, bought)
    return TakenReturn(_write(connection, wanted, sale, counter, bought, key), repeated=False)


def _lock_stock(connection: Conn, counter: Counter, products: Sequence[int]) -> None:
    connection.execute(
        "select 1 from public.inventory where store_id = %s and product_id = any(%s) order by product_id for update",
        (counter.store_id, list(products)),
    )


def _check_quantities(connection: Conn, sale: Transaction, wanted: NewReturn, bought: dict[int, Line]) -> None:
    back: dict[int, int] = {}
    for earlier in returned(connection, sale.header.transaction_id):
        back[earlier.line_number] = back.get(earlier.line_number, 0) + earlier.quantity
    surplus = []
    for line in wanted.lines:
        left = bought[line.line_number].quantity - back.get(line.line_number, 0)
        if line.quantity > left:
            of = bought[line.line_number]
            surplus.append(Surplus(line.line_number, of.product_id, of.name, line.quantity, left))
    if surplus:
        raise MoreThanBought(sale.header.transaction_id, surplus)


_WRITE = """
with lines as materialized (
    select public.new_order_id(%(store_id)s, %(day)s) as return_id, line.line_number, line.product_id, line.quantity,
           line.refund, line.reason, line.resaleable and not p.perishable as restocked
    from unnest(
        %(numbers)s::integer[], %(products)s::integer[], %(quantities)s::integer[], %(refunds)s::numeric[],
        %(reasons)s::text[], %(resaleable)s::boolean[]
    ) as line (line_number, product_id, quantity, refund, reason, resaleable)
    join public.products p using (product_id)
),
stock as (
    update public.inventory i set on_hand = i.on_hand + lines.quantity, updated_at = %(time)s
    from lines where lines.restocked and i.store_id = %(store_id)s and i.product_id = lines.product_id
),
rows as (
    insert into public.returns (
        return_id, transaction_id, transaction_date, line_number, product_id, store_id, returned_at, returned_on,
        quantity, refund_amount, reason, restocked
    )
    select return_id, %(sale)s, %(sale_day)s, line_number, product_id, %(store_id)s, %(time)s, %(day)s, quantity,
           refund, reason, restocked
    from lines
),
kept as (
    update operations.order_keys set transaction_id = %(sale)s, return_ids = (select array_agg(return_id) from lines)
    where key = %(key)s
)
insert into public.order_inbox (transaction_id, world_time, return_id)
select %(sale)s, %(time)s, return_id from lines order by line_number
returning return_id
"""


def _write(
    connection: Conn, wanted: NewReturn, sale: Transaction, counter: Counter, bought: dict[int, Line], key: str | None
) -> list[Returned]:
    lines = [(line, bought[line.line_number]) for line in wanted.lines]
    refunds: list[Decimal] = [line.quantity * of.unit_price for line, of in lines]
    values = {
        "sale": sale.header.transaction_id,
        "sale_day": sale.header.transaction_date,
        "store_id": counter.store_id,
        "day": counter.day,
        "time": counter.world_time,
        "key": key,
        "numbers": [line.line_number for line, _ in lines],
        "products": [of.product_id for _, of in lines],
        "quantities": [line.quantity for line, _ in lines],
        "refunds": refunds,
        "reasons": [line.reason for line, _ in lines],
        "resaleable": [line.resaleable for line, _ in lines],
    }
    made = tuple(int(number) for (number,) in connection.execute(_WRITE, values).fetchall())
    return _rows(connection, sale.header.transaction_id, made)


def _rows(connection: Conn, transaction_id: int, return_ids: Sequence[int]) -> list[Returned]:
    return [row for row in returned(connection, transaction_id) if row.return_id in set(return_ids)]
