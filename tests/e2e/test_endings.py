"""However `reflex run` ends, nothing of it stays, and the next start is clean."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.product import Product, assert_nothing_left
from tests.waiting import wait_until


def test_killed_when_healthy_it_leaves_nothing_and_starts_again(place: Path) -> None:
    state = place / "a state"  # a space in the path, too
    first = Product.start(state)
    first.wait_healthy()
    first.process.send_signal(signal.SIGKILL)
    first.process.wait()
    assert_nothing_left(state, 10)
    second = Product.start(state)
    try:
        second.wait_healthy()
    finally:
        second.stop()
    assert second.process.returncode == 0
    assert_nothing_left(state, 1)


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
def test_twenty_starts_and_stops_leave_nothing_behind(place: Path) -> None:
    state = place / "state"
    sizes = []
    for _ in range(20):
        product = Product.start(state)
        product.wait_healthy()
        product.stop()
        assert product.process.returncode == 0
        assert_nothing_left(state, 1)
        files = [path for path in state.rglob("*") if path.is_file() and "postgres" not in path.parts]
        sizes.append(len(files))
    assert sizes[-1] - sizes[4] < 15, sizes
