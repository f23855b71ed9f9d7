"""What the running product refuses, and what it does not give away."""

from __future__ import annotations

import re
import stat
import urllib.error
import urllib.request

import psutil
import pytest

from tests.product import Product


def _status(product: Product, **headers: str) -> int:
    request = urllib.request.Request(product.url + "/api/v1/health", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_another_host_name_is_refused(product: Product) -> None:
    assert _status(product) == 200
    assert _status(product, Host="evil.example") == 400


def test_no_port_is_open_on_another_interface(product: Product) -> None:
    addresses = set()
    for pid in product.pids() | {product.process.pid}:
        try:
            connections = psutil.Process(pid).net_connections(kind="inet")
        except psutil.Error:
            continue
        addresses |= {entry.laddr.ip for entry in connections if entry.status == psutil.CONN_LISTEN}
    assert addresses == {"127.0.0.1"}


def test_no_secret_is_in_logs_pages_or_the_process_list(product: Product) -> None:
    state = product.settings.state_dir
    secrets = {path.name: path.read_text().strip() for path in (state / "secrets").iterdir()}
    assert {"postgres_password", "airflow_password", "airflow_jwt_secret", "db_loader_password"} <= set(secrets)
    places = {str(path): path.read_text(errors="replace") for path in (state / "logs").rglob("*.log*")}
    places["reflex.log"] = product.log.read_text(errors="replace")
    places["/"] = product.get("/")[1]
    places["health"] = product.get("/api/v1/health")[1]
    for pid in product.pids():
        try:
            places[f"command line of {pid}"] = " ".join(psutil.Process(pid).cmdline())
        except psutil.Error:
            continue
    shown = [(name, place) for name, value in secrets.items() for place, text in places.items() if value in text]
    assert shown == []


def test_what_is_secret_is_private(product: Product) -> None:
    state = product.settings.state_dir
    for path in [*(state / "secrets").iterdir(), state / "airflow" / "passwords.json"]:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


@pytest.mark.parametrize("header", ["content-security-policy", "x-content-type-options", "referrer-policy"])
def test_pages_and_api_carry_security_headers(product: Product, header: str) -> None:
    for path in ("/", "/api/v1/health"):
        with urllib.request.urlopen(product.url + path, timeout=10) as answer:
            assert answer.headers[header]
            assert not re.search(r"https?://", answer.headers[header])
