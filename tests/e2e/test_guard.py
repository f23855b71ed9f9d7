"""A program that talks to the websocket without being a page of ours changes nothing."""

from __future__ import annotations

import contextlib
import json
import uuid
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from tests.e2e.company import SIMULATION, finish, simulated
from tests.product import Product
from tests.waiting import wait_until
from walmart_app.clients.connect import airflow_client
from walmart_app.state.changes import changing_events
from walmart_app.state.company import CompanyState

EVENT = f"{CompanyState.get_full_name()}.simulate_a_day"


def _send(product: Product, events: list[tuple[str, dict[str, Any]]], origin: str | None) -> bool:
    """Send the events as a program would that says it is a page of `origin`; False when the server lets it not in."""
    address = product.url.replace("http", "ws") + f"/_event/?EIO=4&transport=websocket&token={uuid.uuid4()}"
    try:
        with connect(address, additional_headers={"Origin": origin} if origin else {}, proxy=None) as socket:
            socket.recv(5)  # the engine's greeting
            socket.send("40/_event,")
            if not str(socket.recv(5)).startswith("40/_event"):
                return False
            for name, payload in events:
                router = {"pathname": "/", "query": {}, "asPath": "/"}
                event = {"name": name, "payload": payload, "router_data": router}
                socket.send(f"42/_event,{json.dumps(['event', event])}")
            with contextlib.suppress(TimeoutError):
                while True:  # what comes back is of no interest, but it must have been worked on
                    socket.recv(2)
    except (InvalidStatus, ConnectionClosed):
        return False
    return True


@pytest.mark.parametrize("origin", [None, "http://evil.example"])
def test_a_foreign_program_starts_nothing(product: Product, origin: str | None) -> None:
    simulated(product)
    client = airflow_client(product.settings)
    newest = client.latest_runs(SIMULATION)[0]
    let_in = _send(product, [(name, {}) for name in sorted(changing_events())], origin)
    assert let_in is (origin is None)  # programs that say nothing of an origin may read
    assert client.latest_runs(SIMULATION)[0] == newest
    assert EVENT in changing_events()


def test_the_same_event_from_our_page_starts_a_run(product: Product) -> None:
    simulated(product)
    client = airflow_client(product.settings)
    newest = client.latest_runs(SIMULATION)[0]
    assert _send(product, [(EVENT, {})], product.url)
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
    assert _send(product, events, product.url)
    assert product.get("/ping")[0] == 200
    assert product.healthy()
