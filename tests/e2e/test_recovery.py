"""Each process is killed with -9 in a healthy product, and everything comes back by itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from loaders.settings import ROOT
from tests.product import BACK_SECONDS, Product, environment
from tests.waiting import wait_until
from walmart_app.services.locks import supervisor_lock


@pytest.mark.parametrize("service", ["airflow-dag-processor", "airflow-scheduler", "airflow-api", "postgres"])
def test_a_killed_service_comes_back(product: Product, service: str) -> None:
    product.wait_healthy()
    before = product.services()[service]
    os.kill(before["pid"], signal.SIGKILL)
    wait_until(
        lambda: product.services().get(service, before)["pid"] not in {before["pid"], None},
        BACK_SECONDS,
        f"{service} runs again",
    )
    product.wait_healthy(BACK_SECONDS)
    assert product.services()[service]["restarts"] > before["restarts"]


def test_a_killed_supervisor_is_replaced_and_sweeps_what_it_left(product: Product) -> None:
    product.wait_healthy()
    lock = supervisor_lock(product.settings.state_dir)
    before = lock.holder()
    assert before is not None
    old = {part["pid"] for part in product.services().values()} - {None}
    os.kill(before.pid, signal.SIGKILL)
    wait_until(lambda: (lock.holder() or before).pid != before.pid, 30, "another supervisor is at work")
    product.wait_healthy(BACK_SECONDS)
    assert not old & product.pids()


def test_ctrl_c_acts_on_the_main_process_alone(product: Product) -> None:
    """A worker that a terminal interrupts beside the main process could lock up in its signal handler."""
    workers = psutil.Process(product.process.pid).children()
    assert workers
    for worker in workers:
        status = Path(f"/proc/{worker.pid}/status").read_text()
        ignored = int(status.split("SigIgn:")[1].split()[0], 16)
        assert ignored >> (signal.SIGINT - 1) & 1, worker


def test_a_second_start_in_the_same_directory_says_so_and_ends(product: Product) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import sys; sys.argv = ['reflex', 'run']; import rxconfig"],
        cwd=ROOT,
        env=environment(product.settings.state_dir, product.settings.app_port),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert f"Walmart Sim already runs in this directory (process {product.process.pid}" in done.stderr
    assert product.healthy()
