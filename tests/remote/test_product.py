"""The whole product, Airflow and pages included, with its database on another machine behind a WireGuard tunnel."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import httpx
import pytest

from tests.e2e.company import revenue_everywhere, rows, settle
from tests.product import Product
from tests.remote import network
from tests.remote.network import NAME, two_machines
from tests.remote.server import PASSWORD, Server, needed, running
from tests.waiting import wait_until
from walmart_app.clients.connect import airflow_client
from walmart_app.services import postgres

PORT, ROUND_TRIP_MS = 5434, 30


@pytest.mark.campaign
@pytest.mark.timeout(1200)
def test_the_first_journey_with_everything_running(place: Path) -> None:
    network.needed(tunnel=True)
    programs = needed()
    folder, state = place / "server", place / "product"
    for directory in (folder, state):
        directory.mkdir(mode=0o711)
    with two_machines(tunnel=True, product_here=True) as joined:
        server = Server(folder, PORT, programs, joined.on(joined.server), postgres.system_user())
        with running(server, NAME, network.RELAY, address=joined.path[0]) as started:
            joined.relay(PORT, ROUND_TRIP_MS)
            product = Product.start(
                state,
                db_host=network.RELAY,
                db_port=PORT,
                db_password=PASSWORD,
                db_sslmode="verify-full",
                db_sslrootcert=started.tls / "root.crt",
                sim_customers=60,
                sim_stores=2,
                sim_products=30,
                sim_days=28,  # enough for forecasts, which `settle` waits for
            )
            try:
                _journey(product, started, joined.path[0])
            finally:
                product.stop()


def _journey(product: Product, server: Server, address: str) -> None:
    product.wait_healthy()
    settle(product)
    [(store, item)] = rows(product.settings, "select store_id, product_id from inventory order by on_hand desc limit 1")
    answer = httpx.post(
        f"{product.url}/api/v1/orders",
        headers={"Authorization": f"Bearer {product.settings.secret('api_token')}"},
        json={"store_id": store, "payment_method": "credit", "lines": [{"product_id": item, "quantity": 1}]},
        timeout=30,
    )
    assert answer.status_code == 201, answer.text
    client = airflow_client(product.settings)
    client.trigger("walmart_simulation", {"days": 1})
    settle(product)
    found = revenue_everywhere(product)
    assert len({Decimal(value) for value in found.values()}) == 1, found
    assert server.sql("select count(*) from transactions where channel = 'api'") == "1"
    assert server.sql("select count(*) from pg_database where datname = 'airflow'", "postgres") == "0"

    server.stop()
    wait_until(lambda: product.services()["database"]["state"] == "failing", 60, "the product says that it is away")
    assert "check that" in product.services()["database"]["detail"]
    assert product.services()["airflow-scheduler"]["state"] == "healthy"
    status, body = product.get("/api/v1/products")
    assert status == 503 and "check" in json.loads(body)["detail"]
    server.start(address)
    product.wait_healthy(90)
