"""Take an order: price it, take its stock and write its receipt, in one transaction or not at all.

Locks come in one order everywhere: the key of the order, the world's row (shared: the clock stands still while
an order is taken), then rows of stock by product. So orders never wait for each other in a circle, nor for a
commit of the simulation. Stock is locked last and held for two statements, which is what matters when many
want the same shelf, or the server is far.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from psycopg import Connection

from walmart_app.commands.counter import Counter, open_counter
from walmart_app.commands.errors import KeyReused, OutOfStock, Shortage
from walmart_app.commands.keys import claim
from walmart_app.commands.receipt import OrderLine, Receipt, receipt
from walmart_app.queries.errors import InvalidValue
from walmart_app.queries.offers import Offer, offers
from walmart_app.queries.transactions import Header, Line, Transaction, transaction

Conn = Connection[Any]
CHANNEL = "api"


@dataclass(frozen=True)
class NewOrder:
    """An order as a client gives it: no price, because prices are the store's."""

    store_id: int
    customer_id: int | None
    payment_method: str
    lines: tuple[OrderLine, ...]


@dataclass(frozen=True)
class TakenOrder:
    """The transaction that an order became; `repeated` when its key had made it before."""

    transaction: Transaction
    repeated: bool


def take_order(connection: Conn, order: NewOrder, key: str | None = None) -> TakenOrder:
    """Take an order, within the connection's transaction; the caller commits.

    Raises:
        InvalidValue: store, customer or a product is none of the company's, or not sold there.
        OutOfStock: the store does not hold all of it.
        KeyReused: the key belongs to another order.
        NoCompany, CompanyNotReady: there is nothing to buy from yet.
    """
    if key is not None:
        made = claim(connection, key, asdict(order))
        if made is not None:
            if made.return_ids is not None:
                raise KeyReused(key)
            return TakenOrder(transaction(connection, made.transaction_id), repeated=True)
    counter = open_counter(connection, order.store_id)
    _check_customer(connection, order.customer_id)
    found = _sold_here(connection, order.lines, counter)
    paid = receipt(order.lines, found, counter.sales_tax_pct)
    _lock_stock(connection, order.lines, counter, found)
    return TakenOrder(_write(connection, order, counter, paid, found, key), repeated=False)


def _check_customer(connection: Conn, customer_id: int | None) -> None:
    if customer_id is None:
        return
    known = connection.execute("select 1 from public.customers where customer_id = %s", (customer_id,)).fetchone()
    if known is None:
        raise InvalidValue(field="customer_id", value=customer_id, allowed="a customer of the company, or left out")


def _sold_here(connection: Conn, lines: Sequence[OrderLine], counter: Counter) -> dict[int, Offer]:
    found = {
        offer.product_id: offer
        for offer in offers(connection, {counter.store_id: counter.day}, [line.product_id for line in lines])
    }
    for place, line in enumerate(lines):
        offer = found.get(line.product_id)
        if offer is None:
            allowed = "a product of the company"
        elif offer.discontinued_on is not None and offer.discontinued_on <= counter.day:
            allowed = f"a product still sold; {offer.name} was discontinued on {offer.discontinued_on}"
        elif not offer.listed:
            allowed = f"a product that store {counter.store_id} lists; {offer.name} is not among them"
        else:
            continue
        raise InvalidValue(field=f"lines.{place}.product_id", value=line.product_id, allowed=allowed)
    return found


def _lock_stock(connection: Conn, lines: Sequence[OrderLine], counter: Counter, found: dict[int, Offer]) -> None:
    wanted = {line.product_id: line.quantity for line in lines}
    held = dict(
        connection.execute(
            "select product_id, on_hand from public.inventory where store_id = %s and product_id = any(%s) "
            "order by product_id for update",
            (counter.store_id, list(wanted)),
        ).fetchall()
    )
    short = [
        Shortage(product_id, found[product_id].name, quantity, held.get(product_id, 0))
        for product_id, quantity in wanted.items()
        if held.get(product_id, 0) < quantity
    ]
    if short:
        raise OutOfStock(counter.store_id, short)


_WRITE = """
with number as materialized (
    select public.new_order_id(%(store_id)s, %(day)s) as transaction_id
),
lines as (
    select * from unnest(
        %(numbers)s::integer[], %(products)s::integer[], %(quantities)s::integer[], %(list_prices)s::numeric[],
        %(unit_prices)s::numeric[], %(promotions)s::bigint[]
    ) as line (line_number, product_id, quantity, list_price, unit_price, promotion_id)
),
stock as (
    update public.inventory i set on_hand = i.on_hand - lines.quantity, updated_at = %(time)s
    from lines where i.store_id = %(store_id)s and i.product_id = lines.product_id
),
sale as (
    insert into public.transactions (
        transaction_id, customer_id, store_id, transaction_date, transaction_timestamp, channel, payment_method,
        item_count, discount_amount, tax_amount, total_amount
    )
    select transaction_id, %(customer_id)s, %(store_id)s, %(day)s, %(time)s, %(channel)s, %(payment_method)s,
           %(item_count)s, %(discount_amount)s, %(tax_amount)s, %(total_amount)s
    from number
),
items as (
    insert into public.transaction_items (
        transaction_id, line_number, transaction_date, store_id, product_id, quantity, list_price, unit_price,
        promotion_id
    )
    select transaction_id, line_number, %(day)s, %(store_id)s, product_id, quantity, list_price, unit_price,
           promotion_id
    from number cross join lines
),
kept as (
    update operations.order_keys set transaction_id = number.transaction_id from number where key = %(key)s
)
insert into public.order_inbox (transaction_id, world_time) select transaction_id, %(time)s from number
returning transaction_id, sequence
"""


def _write(
    connection: Conn, order: NewOrder, counter: Counter, paid: Receipt, found: dict[int, Offer], key: str | None
) -> Transaction:
    values = {
        "store_id": counter.store_id,
        "day": counter.day,
        "time": counter.world_time,
        "customer_id": order.customer_id,
        "channel": CHANNEL,
        "payment_method": order.payment_method,
        "item_count": paid.item_count,
        "discount_amount": paid.discount_amount,
        "tax_amount": paid.tax_amount,
        "total_amount": paid.total_amount,
        "key": key,
        "numbers": [line.line_number for line in paid.lines],
        "products": [line.product_id for line in paid.lines],
        "quantities": [line.quantity for line in paid.lines],
        "list_prices": [line.list_price for line in paid.lines],
        "unit_prices": [line.unit_price for line in paid.lines],
        "promotions": [line.promotion_id for line in paid.lines],
    }
    row = connection.execute(_WRITE, values).fetchone()
    assert row is not None
    header = Header(
        transaction_id=row[0],
        customer_id=order.customer_id,
        store_id=counter.store_id,
        transaction_date=counter.day,
        transaction_timestamp=counter.world_time,
        channel=CHANNEL,
        payment_method=order.payment_method,
        item_count=paid.item_count,
        discount_amount=paid.discount_amount,
        tax_amount=paid.tax_amount,
        total_amount=paid.total_amount,
        order_sequence=row[1],
    )
    lines = [
        Line(
            line.line_number,
            line.product_id,
            found[line.product_id].name,
            line.quantity,
            line.list_price,
            line.unit_price,
            line.quantity * line.unit_price,
            line.promotion_id,
        )
        for line in paid.lines
    ]
    return Transaction(header, lines)
