"""Clients that order the same few products at once, through the REST API and as plain psycopg calls.

Makes a small company on an embedded PostgreSQL of its own, and serves the API with the product's web server in a
process of its own. First all clients go for 1,000 units, which run out; then for plenty, which is where the rates
are compared. The reference writes the same rows under the same locks, statement by statement, each client on a
connection of its own: no HTTP, no validation, no key, no answer.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import psycopg
from fastapi import FastAPI

from bench.database import server
from bench.result import Result, table
from loaders import pipeline
from loaders.db import conninfo
from loaders.settings import ROOT, Settings
from walmart_app.api import application

STORE, PRODUCTS, PLENTY = 1, 4, 10_000_000
NOW = datetime(2026, 3, 13, 15, tzinfo=UTC)


@dataclass
class Tally:
    """What came of the requests: seconds of each by what it was answered, and how long all of it took."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    elapsed: float = 0.0

    def note(self, answer: str, seconds: float) -> None:
        self.seconds.setdefault(answer, []).append(seconds)

    def rate(self) -> float:
        return len(self.seconds.get("taken", [])) / self.elapsed

    def row(self, name: str) -> list[str]:
        taken = self.seconds.get("taken", [0.0])
        refused, others = (
            self.seconds.get("refused", []),
            sum(len(found) for answer, found in self.seconds.items() if answer not in {"taken", "refused"}),
        )
        return [
            name,
            f"{len(taken):,}",
            f"{self.rate():.0f}",
            f"{statistics.median(taken) * 1000:.0f}",
            f"{_p99(taken) * 1000:.0f}",
            f"{len(refused):,}",
            f"{_p99(refused) * 1000:.0f}" if refused else "-",
            str(others),
        ]


def main(arguments: list[str]) -> Result:
    """Print the table; the result compares orders a second with plenty of stock."""
    parser = argparse.ArgumentParser(prog="bench orders", description=__doc__)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--units", type=int, default=1000, help="how many there are to sell (default 1000)")
    parser.add_argument("--seconds", type=float, default=30, help="of the contest for the units (default 30)")
    parser.add_argument(
        "--plenty", type=float, default=15, help="seconds of each run with plenty of stock (default 15)"
    )
    chosen = parser.parse_args(arguments)
    with _company() as settings:
        products = _products(settings)
        flow = PlainOrders(settings, products)
        with _served(settings) as port:
            requests = [_request(settings, port, lines) for lines in _orders(products)]
            asyncio.run(_through_api(port, requests, chosen.clients, 2))  # connections open, plans made
            _stock(settings, products, chosen.units // PRODUCTS)
            before = _figures(settings, products)
            scarce = asyncio.run(_through_api(port, requests, chosen.clients, chosen.seconds))
            after = _figures(settings, products)
            _stock(settings, products, PLENTY)
            ours = asyncio.run(_through_api(port, requests, chosen.clients, chosen.plenty))
        _stock(settings, products, chosen.units // PRODUCTS)
        reference_scarce = _by_hand(flow, chosen.clients, chosen.seconds)
        _stock(settings, products, PLENTY)
        reference = _by_hand(flow, chosen.clients, chosen.plenty)
    headers = ["", "taken", "per s", "median ms", "p99 ms", "sold out", "p99 ms", "other answers"]
    rows = [
        scarce.row(f"API, {chosen.units:,} units"),
        reference_scarce.row(f"psycopg, {chosen.units:,} units"),
        ours.row("API, plenty"),
        reference.row("psycopg, plenty"),
    ]
    print(f"{chosen.clients} clients, {PRODUCTS} products of one store, two on each order\n")
    print(table(headers, rows))
    sold, left, deadlocks = after[0] - before[0], after[1], after[2] - before[2]
    print(f"\nthe API sold {sold:,} and left {left:,} of {before[1]:,} units; deadlocks in the server: {deadlocks}")
    if sold + left != before[1]:
        sys.exit("bench orders: units were lost or sold twice.")
    return Result(
        "orders",
        round(ours.rate(), 1),
        round(reference.rate(), 1),
        "orders/s",
        round(ours.rate() / reference.rate(), 2),
    )


def served_application() -> FastAPI:
    """The API alone, by the environment's settings: what the web server's process runs."""
    api = application.build(Settings.load(_env_file=None))
    application.close(api)
    return api


@contextmanager
def _company() -> Iterator[Settings]:
    with server(sim_customers=300, sim_products=120, sim_stores=3, sim_days=10) as settings:
        pipeline.run(settings, now=NOW)
        yield settings


@contextmanager
def _served(settings: Settings) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    environment = {**os.environ, "STATE_DIR": str(settings.state_dir), "API_CLIENT_RATE": "10000000"}
    environment |= {"API_TOKEN_RATE": "10000000"}
    command = [sys.executable, "-m", "granian", "--interface", "asginl", "--factory", "--no-log", "--port", str(port)]
    server = subprocess.Popen([*command, "bench.orders:served_application"], cwd=ROOT, env=environment)
    try:
        _wait(lambda: _listens(port))
        yield port
    finally:
        server.terminate()
        server.wait(30)


async def _through_api(port: int, requests: list[bytes], clients: int, seconds: float) -> Tally:
    tally = Tally()
    start = time.perf_counter()

    async def client(number: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        turn = number
        while time.perf_counter() - start < seconds:
            began = time.perf_counter()
            writer.write(requests[turn % len(requests)])
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
            await reader.readexactly(length)
            status = head.split(b" ", 2)[1].decode()
            tally.note({"201": "taken", "409": "refused"}.get(status, status), time.perf_counter() - began)
            turn += 1
        writer.close()

    await asyncio.gather(*(client(number) for number in range(clients)))
    tally.elapsed = time.perf_counter() - start
    return tally


def _by_hand(flow: PlainOrders, clients: int, seconds: float) -> Tally:
    tally, lock = Tally(), threading.Lock()
    ready = threading.Barrier(clients + 1)

    def client(number: int) -> None:
        with psycopg.connect(flow.conninfo) as connection:
            ready.wait()
            start, turn = time.perf_counter(), number
            while time.perf_counter() - start < seconds:
                began = time.perf_counter()
                try:
                    answer = "taken" if flow.order(connection, turn) else "refused"
                except psycopg.Error as error:
                    connection.rollback()
                    answer = type(error).__name__
                with lock:
                    tally.note(answer, time.perf_counter() - began)
                turn += 1

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    ready.wait()
    start = time.perf_counter()
    for thread in threads:
        thread.join()
    tally.elapsed = time.perf_counter() - start
    return tally


class PlainOrders:
    """The order flow as one would write it down, a statement for each step."""

    def __init__(self, settings: Settings, products: list[int]) -> None:
        self.conninfo = conninfo(settings, "app")
        self._orders = _orders(products)

    def order(self, connection: psycopg.Connection[Any], turn: int) -> bool:
        """Whether there was enough."""
        lines = self._orders[turn % len(self._orders)]
        execute = connection.execute
        clock = execute("select world_time_for_order(%s)", (STORE,)).fetchone()[0]  # type: ignore[index]
        day, tax = execute(
            "select world_day(%s), sales_tax_pct from stores where store_id = %s", (clock, STORE)
        ).fetchone()  # type: ignore[misc]
        priced = []
        for product in sorted(lines):
            price, held = execute(
                "select p.list_price, i.on_hand from products p join inventory i using (product_id) "
                "where p.product_id = %s and i.store_id = %s for update of i",
                (product, STORE),
            ).fetchone()  # type: ignore[misc]
            discount = execute(
                "select coalesce(max(discount_pct), 0) from promotions where product_id = %s "
                "and (store_id is null or store_id = %s) and %s between starts_on and ends_on",
                (product, STORE, day),
            ).fetchone()[0]  # type: ignore[index]
            if held < 1:
                connection.rollback()
                return False
            execute(
                "update inventory set on_hand = on_hand - 1, updated_at = %s where store_id = %s and product_id = %s",
                (clock, STORE, product),
            )
            priced.append((product, price, round(price * (100 - discount) / 100, 2)))
        total = sum(paid for _, _, paid in priced)
        number = execute("select new_order_id(%s, %s)", (STORE, day)).fetchone()[0]  # type: ignore[index]
        execute(
            "insert into transactions values (%s, null, %s, %s, %s, 'api', 'credit', %s, %s, %s, %s)",
            (number, STORE, day, clock, len(priced), sum(full - paid for _, full, paid in priced),
             round(total * tax / 100, 2), total),
        )  # fmt: skip
        for place, (product, full, paid) in enumerate(priced, start=1):
            execute(
                "insert into transaction_items values (%s, %s, %s, %s, %s, 1, %s, %s, null)",
                (number, place, day, STORE, product, full, paid),
            )
        execute("insert into order_inbox (transaction_id, world_time) values (%s, %s)", (number, clock))
        connection.commit()
        return True


def _orders(products: list[int]) -> list[tuple[int, int]]:
    """Every pair of products in both orders."""
    return [(first, second) for first in products for second in products if first != second]


def _request(settings: Settings, port: int, lines: tuple[int, int]) -> bytes:
    order = {
        "store_id": STORE,
        "payment_method": "credit",
        "lines": [{"product_id": product, "quantity": 1} for product in lines],
    }
    body = json.dumps(order).encode()
    head = (
        f"POST /api/v1/orders HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {settings.secret('api_token')}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _products(settings: Settings) -> list[int]:
    rows = _execute(
        settings,
        "select product_id from inventory join assortment using (store_id, product_id) join products using (product_id)"
        " where store_id = %s and listed_from < '2026-01-01' and discontinued_on is null order by product_id limit %s",
        STORE,
        PRODUCTS,
    )
    return [int(product) for (product,) in rows]


def _stock(settings: Settings, products: list[int], each: int) -> None:
    _execute(
        settings,
        "update inventory set on_hand = %s where store_id = %s and product_id = any(%s) returning 1",
        each,
        STORE,
        products,
    )


def _figures(settings: Settings, products: list[int]) -> tuple[int, int, int]:
    """Units sold by orders so far, units left, deadlocks in the server."""
    return _execute(
        settings,
        "select (select coalesce(sum(i.quantity), 0)::bigint from transaction_items i join order_inbox o "
        "using (transaction_date, transaction_id) where i.store_id = %(store)s and i.product_id = any(%(products)s)), "
        "(select sum(on_hand)::bigint from inventory where store_id = %(store)s and product_id = any(%(products)s)), "
        "(select deadlocks from pg_stat_database where datname = current_database())",
        store=STORE,
        products=products,
    )[0]  # type: ignore[return-value]


def _execute(settings: Settings, query: str, *values: Any, **named: Any) -> list[tuple[Any, ...]]:
    with psycopg.connect(conninfo(settings, "loader")) as connection:
        return connection.execute(query.encode(), named or values).fetchall()


def _p99(seconds: list[float]) -> float:
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def _wait(ready: Callable[[], bool]) -> None:
    for _ in range(600):
        if ready():
            return
        time.sleep(0.1)
    sys.exit("bench orders: a server did not start within a minute.")
