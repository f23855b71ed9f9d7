"""The first journey with the database on another machine: 30 ms away, over TLS that checks the server's name.

The product's own processes (migrations, simulation, dbt, REST API) run in one network namespace, PostgreSQL in
another. The campaign `test_product.py` does it with the whole product, Airflow and pages included.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.remote import network
from tests.remote.machine import API, Machine
from tests.remote.network import NAME, two_machines
from tests.remote.server import Server, needed, running
from tests.waiting import wait_until
from walmart_app.services import postgres

ROUND_TRIP_MS = 30
PORT = 5433
NOW = "2026-03-10T15:00:00+00:00"


@pytest.fixture(params=["plain link", "WireGuard tunnel"])
def machines(request: pytest.FixtureRequest, place: Path) -> Iterator[tuple[Server, Machine]]:
    """The server on its machine, running; and the product's machine, on which nothing has been done yet."""
    tunnel = request.param == "WireGuard tunnel"
    network.needed(tunnel=tunnel)
    programs = needed()
    with two_machines(tunnel=tunnel) as joined:
        folder, state = place / "server", place / "product"
        folder.mkdir(mode=0o711)
        state.mkdir(mode=0o711)
        server = Server(folder, PORT, programs, joined.on(joined.server), postgres.system_user())
        with running(server, NAME, address=joined.path[0]) as started:
            joined.relay(PORT, ROUND_TRIP_MS)
            yield started, Machine(joined, state, PORT, started.tls / "root.crt")


@pytest.mark.timeout(600)  # a dozen processes, each of which imports the product
def test_from_an_empty_database_to_the_dashboards_figures(machines: tuple[Server, Machine]) -> None:
    server, machine = machines
    found = json.loads(machine.run("loaders", "status", "--json", code=1))
    assert [hop["well"] for hop in found["hops"]] == [True, True, True, True, False, None]
    assert found["database"] == "The database is empty: run `python -m loaders migrate`."
    machine.run("loaders", "migrate")

    assert machine.step("simulate", NOW)["days"] == 12
    api = machine.begin("serve", API.rpartition(":")[2])
    wait_until(lambda: machine.ask("GET", "/api/v1/products?limit=1")[0] == 200, 30, "the API answers", every=0.5)
    product = int(server.sql("select product_id from inventory where store_id = 1 order by on_hand desc, 1 limit 1"))
    order = {"store_id": 1, "payment_method": "credit", "lines": [{"product_id": product, "quantity": 1}]}
    status, taken = machine.ask("POST", "/api/v1/orders", order)
    assert status == 201, taken

    assert machine.step("simulate", NOW, "1")["days"] == 1
    machine.step("build")
    status, metrics = machine.ask("GET", "/api/v1/metrics/daily")
    assert status == 200, metrics
    published = "transaction_timestamp < published_through()"
    truth = Decimal(server.sql(f"select sum(total_amount) from transactions where {published}"))
    assert sum(Decimal(str(day["revenue"])) for day in metrics["data"]) == truth > 0
    ordered = server.sql(f"select count(*) from transactions where channel = 'api' and {published}")
    assert ordered == "1" and len(metrics["data"]) == 13
    encrypted = "select bool_and(ssl) from pg_stat_ssl join pg_stat_activity using (pid) where client_addr is not null"
    assert server.sql(encrypted) == "t"

    server.stop()
    status, problem = machine.ask("GET", "/api/v1/products")
    assert status == 503 and NAME in problem["detail"] and "check" in problem["detail"], problem
    assert "FAILS" in machine.run("loaders", "status", code=1)
    server.start(machine.network.path[0])
    wait_until(lambda: machine.ask("GET", "/api/v1/products")[0] == 200, 30, "the API has the database again", every=1)
    assert api.poll() is None
