"""A program that talks to the websocket without being a page of ours changes nothing."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import socketio

from tests.e2e.company import SIMULATION, finish, simulated
from tests.product import Product
from tests.waiting import wait_until
from walmart_app.clients.connect import airflow_client
from walmart_app.state.changes import changing_events
from walmart_app.state.company import CompanyState

EVENT = f"{CompanyState.get_full_name()}.simulate_a_day"


def _send(product: Product, events: list[tuple[str, dict[str, Any]]], headers: dict[str, str]) -> bool:
    """Whether the events could be sent, over a connection with these headers; it stays until one is answered."""

    async def send() -> bool:
        client = socketio.AsyncClient(reconnection=False)
        answered = asyncio.Event()
        client.on("event", lambda *_: answered.set(), namespace="/_event")
        try:
            await client.connect(
                f"{product.url}?token={uuid.uuid4()}",
                namespaces=["/_event"],
                socketio_path="/_event",
                transports=["websocket"],
                headers=headers,
            )
        except socketio.exceptions.ConnectionError:
            return False
        router = {"pathname": "/", "query": {}, "asPath": "/"}
        for name, payload in events:
            event = {"name": name, "payload": payload, "router_data": router}
            await client.emit("event", event, namespace="/_event")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(answered.wait(), 3)
        await client.disconnect()
        return True

    with ThreadPoolExecutor(1) as alone:  # the browser of other tests may have a loop in this thread
        return alone.submit(asyncio.run, send()).result()


@pytest.mark.parametrize("headers", [{}, {"Origin": "http://evil.example"}])
def test_a_foreign_program_starts_nothing(product: Product, headers: dict[str, str]) -> None:
    simulated(product)
    client = airflow_client(product.settings)
    newest = client.latest_runs(SIMULATION)[0]
    _send(product, [(name, {}) for name in sorted(changing_events())], headers)
    assert client.latest_runs(SIMULATION)[0] == newest
    assert EVENT in changing_events()


def test_the_same_event_from_our_page_starts_a_run(product: Product) -> None:
    simulated(product)
    client = airflow_client(product.settings)
    newest = client.latest_runs(SIMULATION)[0]
    assert _send(product, [(EVENT, {})], {"Origin": product.url})
    wait_until(lambda: client.latest_runs(SIMULATION)[0] != newest, 10, "the run is made")
    finish(product, client.latest_runs(SIMULATION)[0])


def test_nonsense_does_not_harm(product: Product) -> None:
    garbage: list[dict[str, Any]] = [{"value": "x" * 1000}, {"name": None, "value": []}, {"dag_id": {"a": 1}}, {}]
    names = ("filter", "sort_by", "open_receipt", "choose_run", "choose", "no_such_event", "__init__")
    states = ("transactions____transactions_state", "monitoring____monitoring_state")
    events = [
        (f"reflex___state____state.walmart_app___state___{state}.{name}", payload)
        for state in states
        for name in names
        for payload in garbage
    ]
    _send(product, events, {"Origin": product.url})
    assert product.get("/ping")[0] == 200
    assert product.healthy()
