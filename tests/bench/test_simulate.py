"""The measuring of `bench simulate`: what a process took, the account of a run, the size of the reference's trips."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import pytest

from bench.child import BenchError, python, took
from bench.mesa_shop import Mall, Shop


def test_a_child_s_processor_time_and_peak_are_its_own() -> None:
    code = "import time; block = bytearray(300_000_000); time.sleep(0.3); print(len(block))"
    found = took([sys.executable, "-c", code])
    assert found.printed == "300000000\n"
    assert found.peak > 300_000_000
    assert found.wall > 0.3
    assert found.cpu < found.wall


def test_a_child_that_fails_is_told_with_its_last_words() -> None:
    with pytest.raises(BenchError, match="ended with 1: ValueError: too small"):
        took([sys.executable, "-c", "raise ValueError('too small')"])


def test_the_account_of_a_run_adds_up_to_its_process(tmp_path: Path) -> None:
    sizes = ["--customers=300", "--products=60", "--stores=2", "--days=40"]
    process = took(python("bench.simulate_company", f"--out={tmp_path / 'run'}", "--account", *sizes))
    account = json.loads(process.printed)
    assert account["customers"] == 300 and account["lines"] > account["transactions"] > 300
    assert all(account["spent"][part] > 0 for part in ("Parquet", "digests", "kernels"))
    assert sum(account["spent"].values()) < account["cpu"]
    assert sum(account["set_up"].values()) + account["cpu"] < process.cpu  # which also had to end


@pytest.mark.parametrize("utility", [False, True])
def test_the_mesa_loop_makes_the_visits_and_lines_asked_for(utility: bool) -> None:
    chosen = argparse.Namespace(
        customers=2000, products=40, needs=8, stores=2, seed=1, chance=0.2, lines=3.5, utility=utility
    )
    mall = Mall(chosen)
    for _ in range(5):
        mall.step()
    lines = mall.lines + sum(len(shop.sold) for shop in mall.agents_by_type[Shop])
    assert lines == pytest.approx(2000 * 5 * 0.2 * 3.5, rel=0.12)
