"""However `reflex run` ends, nothing of it stays, and the next start is clean."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import psycopg
import pytest

from loaders import pipeline
from loaders.errors import DatabaseUnavailable
from loaders.settings import Settings
from tests.e2e.company import hashes, rows
from tests.product import Product, assert_nothing_left, free_port
from tests.waiting import wait_until

COMPANY = {"sim_customers": 1000, "sim_products": 200, "sim_stores": 3, "sim_days": 100, "sim_seed": 11}


def test_killed_in_the_middle_of_the_first_company_it_leaves_nothing_and_ends_the_same(
    place: Path, database: Settings
) -> None:
    state = place / "a state"  # a space in the path, too
    first = Product.start(state, **COMPANY)
    first.wait_healthy()
    wait_until(lambda: 0 < _days_done(first.settings) < COMPANY["sim_days"], 120, "the company is half made", 0.02)
    first.process.send_signal(signal.SIGKILL)
    first.process.wait()
    assert_nothing_left(state, 10)
    second = Product.start(state, port=first.settings.app_port, **COMPANY)
    try:
        wait_until(lambda: second.services().get("postgres", {}).get("state") == "healthy", 60, "PostgreSQL is back")
        assert _days_done(second.settings) < COMPANY["sim_days"]
        wait_until(lambda: _state(second.settings) == "success", 300, "the company is whole", 0.3)
        found = hashes(second.settings)
        [(until,)] = rows(second.settings, "select first_until from world")
    finally:
        second.stop()
    assert second.process.returncode == 0
    assert_nothing_left(state, 1)
    undisturbed = database.model_copy(update=COMPANY)
    pipeline.run(undisturbed, now=until)
    assert found == hashes(undisturbed)


def _days_done(settings: Settings) -> int:
    """Days that the first company's run has computed; 0 before there is one."""
    try:
        found = rows(settings, "select days_done from simulation_runs")
    except (DatabaseUnavailable, psycopg.errors.UndefinedTable):
        return 0
    return int(found[0][0]) if found else 0


def _state(settings: Settings) -> str:
    found = rows(settings, "select state from simulation_runs")
    return str(found[0][0]) if found else ""


@pytest.mark.campaign
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("moment", ["page", "postgres", "airflow"])
def test_ended_while_starting_it_leaves_nothing(place: Path, number: signal.Signals, moment: str) -> None:
    state = place / "state"
    product = Product.start(state)
    reached = {
        "page": lambda: True,
        "postgres": lambda: product.services().get("postgres", {}).get("state") == "healthy",
        "airflow": lambda: product.services().get("airflow-api", {}).get("state") == "starting",
    }
    wait_until(reached[moment], 120, moment)
    product.process.send_signal(number)
    product.process.wait(60)
    assert_nothing_left(state, 10)


@pytest.mark.campaign
def test_killed_while_it_stops_it_leaves_nothing(place: Path) -> None:
    state = place / "state"
    product = Product.start(state)
    product.wait_healthy()
    product.process.send_signal(signal.SIGTERM)
    wait_until(
        lambda: '"stopping"' in (state / "run" / "status.json").read_text(), 20, "the supervisor is stopping", 0.01
    )
    os.kill(product.process.pid, signal.SIGKILL)
    product.process.wait()
    assert_nothing_left(state, 15)


@pytest.mark.campaign
@pytest.mark.timeout(1500)
def test_twenty_starts_and_stops_leave_nothing_behind(place: Path) -> None:
    state, port = place / "state", free_port()
    # Data, and each run's task log (up to a number that tests/services/test_logs.py holds), may grow.
    growing = {"postgres", "warehouse", "tasks"}
    found: list[set[str]] = []
    for _ in range(20):
        product = Product.start(state, port=port, sim_customers=200, sim_products=60, sim_stores=2, sim_days=5)
        product.wait_healthy()
        product.stop()
        assert product.process.returncode == 0
        assert_nothing_left(state, 1)
        files = (path.relative_to(state) for path in state.rglob("*") if path.is_file())
        found.append({str(path) for path in files if not growing & set(path.parts)})
    assert len(found[-1]) - len(found[4]) < 15, found[-1] - found[4]
