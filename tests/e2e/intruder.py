"""A program at the websocket that is no page of ours, and all that it must not change."""

from __future__ import annotations

import contextlib
import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from tests.e2e.company import PIPELINES, hashes, held, rows, settle
from tests.product import Product
from walmart_app.clients.airflow_views import AirflowViews
from walmart_app.clients.connect import airflow_client

Events = list[tuple[str, Any]]


def send(product: Product, events: Events, origin: str | None) -> bool:
    """Send the events as a program would that says it is a page of `origin`; False when the server lets it not in."""
    address = product.url.replace("http", "ws") + f"/_event/?EIO=4&transport=websocket&token={uuid.uuid4()}"
    try:
        with connect(
            address, additional_headers={"Origin": origin} if origin else {}, proxy=None, max_size=None
        ) as socket:
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
                    if socket.recv(2) == "2":  # the engine asks whether we live
                        socket.send("3")
    except (InvalidStatus, ConnectionClosed):
        return False
    return True


@dataclass(frozen=True)
class Everything:
    """All runs with their states, what is paused, every table's content, and the rows of what is made of them."""

    runs: dict[str, dict[str, str]]
    paused: dict[str, bool]
    tables: dict[str, str]
    counts: dict[str, int]


def everything(product: Product) -> Everything:
    """How it is now."""
    client = airflow_client(product.settings)
    names = rows(
        product.settings,
        "select format('%I.%I', schemaname, tablename) from pg_tables "
        "where schemaname in ('public', 'truth', 'operations', 'predictions', 'analytics') order by 1",
    )
    counts = " union all ".join(f"select '{name}', count(*) from {name}" for (name,) in names)
    return Everything(
        {dag: {run.run_id: run.state for run in client.latest_runs(dag, 100)} for dag in PIPELINES},
        {dag.dag_id: dag.paused for dag in AirflowViews(client).dags()},
        hashes(product.settings),
        dict(rows(product.settings, counts)),
    )


@contextlib.contextmanager
def standstill(product: Product, *running: str) -> Iterator[None]:
    """Nothing starts by itself: all pipelines but those named in `running` are paused, and settled before and after."""
    settle(product)
    try:
        with held(product, *(dag for dag in PIPELINES if dag not in running)):
            yield
    finally:
        settle(product)
