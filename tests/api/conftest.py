"""A simulated company once a session, a copy of it for each test that writes, and a client of the API."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import psycopg
import pytest
from fastapi import FastAPI
from psycopg import sql

from loaders import pipeline
from loaders.db import connect, conninfo
from loaders.settings import Settings
from tests.conftest import TEMPLATE
from walmart_app.api import application

# A Friday: the world day that begins at its 10:00 UTC has no change of regular prices of its own.
NOW = datetime(2026, 3, 13, 15, tzinfo=UTC)
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Api:
    """The API of one company, called in this process; and its database, for looking behind it."""

    settings: Settings
    application: FastAPI

    @property
    def token(self) -> dict[str, str]:
        """The header of those who may write."""
        return {"Authorization": f"Bearer {self.settings.secret('api_token')}"}

    def send(self, *requests: httpx.Request) -> list[httpx.Response]:
        """The answers to requests that are all made at once."""

        async def all_of_them() -> list[httpx.Response]:
            transport = httpx.ASGITransport(self.application, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, timeout=60) as client:
                return list(await asyncio.gather(*(client.send(request) for request in requests)))

        with ThreadPoolExecutor(1) as alone:  # a browser of other tests may have a loop in this thread
            return alone.submit(asyncio.run, all_of_them()).result()

    def request(self, method: str, path: str, **how: Any) -> httpx.Request:
        """A request to /api/v1/…, not sent yet."""
        return httpx.Request(method, f"http://127.0.0.1/api/v1{path}", **how)

    def get(self, path: str, **parameters: Any) -> httpx.Response:
        """GET."""
        return self.send(self.request("GET", path, params=parameters))[0]

    def order_request(self, store_id: int, lines: dict[int, int], **more: Any) -> httpx.Request:
        """An order of product → quantity, with the token."""
        headers = self.token | more.pop("headers", {})
        body = {
            "store_id": store_id,
            "payment_method": "credit",
            "lines": [{"product_id": product, "quantity": quantity} for product, quantity in lines.items()],
        }
        return self.request("POST", "/orders", headers=headers, json=body | more)

    def order(self, store_id: int, lines: dict[int, int], **more: Any) -> httpx.Response:
        """Place an order."""
        return self.send(self.order_request(store_id, lines, **more))[0]

    def rows(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """The rows of a query, as the loader's role."""
        with connect(self.settings, "loader") as connection:
            return connection.execute(query.encode(), parameters or None).fetchall()

    def execute(self, query: str, *parameters: Any) -> None:
        """Change something behind the API's back, as the loader's role."""
        with connect(self.settings, "loader") as connection:
            connection.execute(query.encode(), parameters)

    def stocked(self, count: int = 3, store_id: int = 1, least: int = 5) -> list[int]:
        """Products that the store lists and holds."""
        found = self.rows(
            "select product_id from inventory join assortment using (store_id, product_id) "
            "join products using (product_id) where store_id = %s and on_hand >= %s and listed_from < '2026-03-01' "
            "and discontinued_on is null order by on_hand desc, product_id limit %s",
            store_id,
            least,
            count,
        )
        assert len(found) == count
        return [product_id for (product_id,) in found]

    def written(self) -> list[tuple[Any, ...]]:
        """All that an order could change, in a form to compare."""
        return self.rows(
            "select (select count(*) from transactions), (select count(*) from transaction_items), "
            "(select count(*) from order_inbox), (select sum(on_hand) from inventory), "
            "(select md5(string_agg(i::text, '|' order by i::text)) from inventory i)"
        )


@contextmanager
def copy_of(server: Settings, template: str, name: str) -> Iterator[Settings]:
    """A copy of a database, dropped afterwards."""
    with psycopg.connect(conninfo(server, "superuser", "postgres"), autocommit=True) as connection:
        connection.execute(
            sql.SQL("create database {} template {} owner {}").format(
                sql.Identifier(name), sql.Identifier(template), sql.Identifier(server.db_user)
            )
        )
    try:
        yield server.model_copy(update={"db_name": name})
    finally:
        with psycopg.connect(conninfo(server, "superuser", "postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@contextmanager
def served(settings: Settings) -> Iterator[Api]:
    """The API on a database."""
    built = application.build(settings)
    application.close(built)
    try:
        yield Api(settings, built)
    finally:
        built.state.database.close()


@pytest.fixture(scope="session")
def simulated(postgres_server: Settings) -> Iterator[Settings]:
    """Three weeks of a small chain in two shards; nobody changes it."""
    with copy_of(postgres_server, TEMPLATE, "api_company") as settings:
        size = {"sim_customers": 300, "sim_products": 120, "sim_stores": 3, "sim_days": 22, "sim_seed": 7}
        settings = settings.model_copy(update=size | {"sim_shards": 2, "api_client_rate": 1_000_000})
        settings = settings.model_copy(update={"api_token_rate": 1_000_000})
        pipeline.run(settings, now=NOW)
        yield settings


@pytest.fixture(scope="session")
def api(simulated: Settings) -> Iterator[Api]:
    """The API of a copy of the company that many tests share: they order, but leave the world and its clock alone."""
    with copy_of(simulated, simulated.db_name, "api_shared") as settings, served(settings) as found:
        yield found


@pytest.fixture
def fresh(simulated: Settings) -> Iterator[Api]:
    """The API of a copy of the company for one test alone."""
    with copy_of(simulated, simulated.db_name, f"api_{next(_numbers)}") as settings, served(settings) as found:
        yield found


@pytest.fixture
def empty(database: Settings) -> Iterator[Api]:
    """The API of a migrated database without a company."""
    with served(database) as found:
        yield found


def problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    """The body of an error, which has the one shape that errors have."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["status"] == status and body["title"] and body["detail"]
    return body


def fields(answer: httpx.Response) -> list[str]:
    """The names of the fields that a 422 complains of."""
    return [str(entry["field"]) for entry in problem(answer, 422)["errors"]]


def pairs(lines: Sequence[dict[str, Any]]) -> dict[int, int]:
    """Lines of an answer as product → quantity."""
    return {line["product_id"]: line["quantity"] for line in lines}
