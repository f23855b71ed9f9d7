"""Processes that simulate shards: the same rows, and none of them outlives its run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from loaders.settings import ROOT
from sim.clock import day_start
from sim.errors import WorkerError
from sim.runner import deal, month_ends
from sim.workers import Order, Workers
from tests.sim.companies import START, at, hashes, small, whole, world
from tests.waiting import wait_until

LONG = ["run", "--customers", "2000", "--products", "60", "--stores", "3", "--days", "3000", "--threads", "2"]


def orders() -> list[Order]:
    return [Order(small(), START, [stores], None, day_start(START)) for stores in deal(world(), 2)]


def test_workers_together_make_the_rows_of_one_process() -> None:
    from sim.runner import merged

    rows = world().genesis()
    with Workers(orders()) as workers:
        for month in workers.months(month_ends(START, at(14).date()), None):
            rows = merged(rows, month.rows)
            assert set(month.contents) == {1, 2, 3}
    assert hashes(rows) == hashes(whole(14))


def test_a_worker_that_ends_early_is_told_of() -> None:
    with Workers(orders()) as workers:
        lost = psutil.Process(workers.pids[1])
        lost.kill()
        with pytest.raises(WorkerError, match=f"worker {lost.pid} has ended .* -9"):
            list(workers.months(month_ends(START, at(14).date()), None))


@pytest.mark.parametrize(("ending", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_workers_end_with_their_run(tmp_path: Path, ending: signal.Signals, code: int) -> None:
    command = [sys.executable, "-m", "sim", *LONG, "--out", str(tmp_path / "out")]
    run = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, process_group=0)
    try:
        wait_until((tmp_path / "out" / "manifest.json").exists, 120, "a month is written")
        workers = psutil.Process(run.pid).children()
        assert len(workers) == 2
        os.killpg(run.pid, ending)
        assert run.wait(60) == code
        wait_until(lambda: not any(worker.is_running() for worker in workers), 60, "the workers have ended")
    finally:
        run.kill()
        run.communicate()
