"""Take an order: price it, take its stock and write its receipt, in one transaction or not at all.

Locks come in one order everywhere: the key of the order, the world's row (shared: the clock stands still while
an order is taken), then rows of stock by product. So orders never wait for each other in a circle, nor for a
commit of the simulation.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from psycopg import Connection

from loaders.errors import NoCompany
from walmart_app.commands.errors import CompanyNotReady, KeyReused, OutOfStock, Shortage
from walmart_app.commands.receipt import OrderLine, Receipt, receipt
from walmart_app.queries.errors import InvalidValue
from walmart_app.queries.offers import Offer, offers
from walmart_app.queries.world import check_store

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

    transaction_id: int
    repeated: bool


@dataclass(frozen=True)
class _Counter:
    """Where and when an order is taken."""

    store_id: int
    world_time: datetime
    day: date
    sales_tax_pct: Decimal


def take_order(connection: Conn, order: NewOrder, key: str | None = None) -> TakenOrder:
    """Take an order, within the connection's transaction; the caller commits.

    Raises:
        InvalidValue: store, customer or a product is none of the company's, or not sold there.
        OutOfStock: the store does not hold all of it.
        KeyReused: the key belongs to another order.
        NoCompany, CompanyNotReady: there is nothing to buy from yet.
    """
    if key is not None:
        made = _reserve(connection, key, order)
        if made is not None:
            return TakenOrder(made, repeated=True)
    counter = _counter(connection, order.store_id)
    _check_customer(connection, order.customer_id)
    found = _sold_here(connection, order.lines, counter)
    _take_stock(connection, order.lines, counter, found)
    number = _write(connection, order, counter, receipt(order.lines, found, counter.sales_tax_pct))
    if key is not None:
        connection.execute("update operations.order_keys set transaction_id = %s where key = %s", (number, key))
    return TakenOrder(number, repeated=False)


def _reserve(connection: Conn, key: str, order: NewOrder) -> int | None:
    """Claim the key for this order; the transaction that it made before, if it did."""
    body = hashlib.sha256(json.dumps(asdict(order), sort_keys=True).encode()).hexdigest()
    claimed = connection.execute(
        "insert into operations.order_keys (key, body_hash) values (%s, %s) on conflict (key) do nothing", (key, body)
    )
    if claimed.rowcount:
        return None
    row = connection.execute(
        "select body_hash, transaction_id from operations.order_keys where key = %s", (key,)
    ).fetchone()
    if row is None or row[0] != body or row[1] is None:
        raise KeyReused(key)
    return int(row[1])


def _counter(connection: Conn, store_id: int) -> _Counter:
    locked = connection.execute("select public.world_time_for_order(%s)", (store_id,)).fetchone()
    ready = connection.execute("select first_company_done from public.world").fetchone()
    if ready is None:
        raise NoCompany
    if not ready[0]:
        raise CompanyNotReady
    check_store(connection, store_id)
    world_time = locked[0] if locked else None
    if world_time is None:
        raise InvalidValue(field="store_id", value=store_id, allowed="a store that takes part in the simulation")
    row = connection.execute(
        "select public.world_day(%s), sales_tax_pct from public.stores where store_id = %s", (world_time, store_id)
    ).fetchone()
    assert row is not None
    return _Counter(store_id, world_time, row[0], row[1])


def _check_customer(connection: Conn, customer_id: int | None) -> None:
    if customer_id is None:
        return
    known = connection.execute("select 1 from public.customers where customer_id = %s", (customer_id,)).fetchone()
    if known is None:
        raise InvalidValue(field="customer_id", value=customer_id, allowed="a customer of the company, or left out")


def _sold_here(connection: Conn, lines: Sequence[OrderLine], counter: _Counter) -> dict[int, Offer]:
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


def _take_stock(connection: Conn, lines: Sequence[OrderLine], counter: _Counter, found: dict[int, Offer]) -> None:
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
    connection.execute(
        "update public.inventory i set on_hand = i.on_hand - w.quantity, updated_at = %s "
        "from unnest(%s::integer[], %s::integer[]) as w (product_id, quantity) "
        "where i.store_id = %s and i.product_id = w.product_id",
        (counter.world_time, list(wanted), list(wanted.values()), counter.store_id),
    )


def _write(connection: Conn, order: NewOrder, counter: _Counter, paid: Receipt) -> int:
    day = counter.day
    _ensure_month(connection, day)
    row = connection.execute("select public.new_order_id(%s, %s)", (counter.store_id, day)).fetchone()
    assert row is not None
    number = int(row[0])
    connection.execute(
        "insert into public.transactions (transaction_id, customer_id, store_id, transaction_date, "
        "transaction_timestamp, channel, payment_method, item_count, discount_amount, tax_amount, total_amount) "
        "values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            number,
            order.customer_id,
            counter.store_id,
            day,
            counter.world_time,
            CHANNEL,
            order.payment_method,
            paid.item_count,
            paid.discount_amount,
            paid.tax_amount,
            paid.total_amount,
        ),
    )
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into public.transaction_items (transaction_id, line_number, transaction_date, store_id, "
            "product_id, quantity, list_price, unit_price, promotion_id) values (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                (
                    number,
                    line.line_number,
                    day,
                    counter.store_id,
                    line.product_id,
                    line.quantity,
                    line.list_price,
                    line.unit_price,
                    line.promotion_id,
                )
                for line in paid.lines
            ],
        )
    connection.execute(
        "insert into public.order_inbox (transaction_id, world_time) values (%s, %s)", (number, counter.world_time)
    )
    return number


def _ensure_month(connection: Conn, day: date) -> None:
    """Orders would wait for one another if each called ensure_partitions, which locks; the loader works ahead."""
    row = connection.execute(
        "select to_regclass('public.transaction_items_' || to_char(%s::date, 'YYYY_MM')) is null", (day,)
    ).fetchone()
    if row and row[0]:
        connection.execute("select public.ensure_partitions(%s, %s)", (day, day))
