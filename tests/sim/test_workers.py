"""Processes that simulate shards: the same rows, and none of them outlives its run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import weakref
from datetime import date
from multiprocessing import Pipe
from pathlib import Path

import polars as pl
import psutil
import pytest

from loaders.settings import ROOT
from sim import schema, workers
from sim.clock import day_start
from sim.counts import DayCounts
from sim.errors import WorkerError
from sim.runner import Month, deal, month_ends, months, put_together
from sim.worker import made
from sim.workers import Order, Piece, Workers, hand_over
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


def test_a_month_goes_over_in_pieces_and_is_then_no_longer_held(monkeypatch: pytest.MonkeyPatch) -> None:
    company, (ours, theirs) = world(), Pipe()
    expected = company.shard(company.store_ids).advance(at(14))
    shards = [company.shard(stores) for stores in deal(company, 2)]
    for shard in shards:
        shard.proceed(at(14))
    monkeypatch.setattr(workers, "_PIECE", 100)
    sender = threading.Thread(target=hand_over, args=(ours, shards, at(14)))
    sender.start()
    got, heights = {table.path: table.empty() for table in schema.TABLES}, []
    while isinstance(message := theirs.recv(), Piece):
        heights.append(message.rows.height)
        got[message.path].vstack(message.rows, in_place=True)
    sender.join()
    contents = {store_id: content for shard in shards for store_id, content in shard.contents().items()}
    assert message == Month(at(14).date(), {}, contents)
    assert max(heights) == 100
    assert hashes(put_together([got])) == hashes(expected)
    assert not any(shard.take(table).height for shard in shards for table in schema.TABLES)


@pytest.mark.parametrize("apart", [False, True])
def test_a_month_handed_out_is_not_held_while_the_next_is_computed(apart: bool) -> None:
    frames: list[weakref.ref[pl.DataFrame]] = []
    held: list[int] = []

    def on_day(day: date, counts: DayCounts) -> None:
        held.append(sum(frame() is not None for frame in frames))

    ends = month_ends(START, at(14).date())
    with Workers(orders() if apart else []) as processes:
        found = processes.months(ends, on_day) if apart else months(made(orders()[0]), ends, on_day)
        for month in found:
            frames.extend(weakref.ref(frame) for frame in month.rows.values())
            del month
    assert len(held) == 14 and len(frames) == 2 * len(schema.TABLES) and set(held) == {0}


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
