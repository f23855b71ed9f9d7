"""`python -m bench remote_load`: what 30 ms of round trip to the database cost a bulk load.

The same directory of `python -m sim run` is loaded, and the same days are simulated into the database, over TCP through
the same relay: once without delay, once with 30 ms of round trip, in turn. The JSON's `ours` is the load's time at
30 ms and `reference` at 0 ms, both of the part that talks to the database: reading and checking the files is the same
either way. The aim is below twice the time, a ratio above 0.5.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.database import delayed, fresh, network_server
from bench.result import Result, table
from loaders import filling, loading, pipeline
from loaders.migrate import migrate
from loaders.settings import Settings

Times = dict[str, dict[float, list[float]]]  # seconds by what was done and by round trip
ROUND_TRIPS = (0.0, 30.0)  # ms
NOW = datetime(2026, 3, 10, 15, tzinfo=UTC)


def main(arguments: list[str]) -> Result:
    """Measure, print a table, and return the load's result."""
    parser = argparse.ArgumentParser(prog="bench remote_load", description=__doc__)
    parser.add_argument("--customers", type=int, default=5_000)
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="walmart-bench-") as name:
        place = Path(name)
        place.chmod(0o711)
        folder = _company(place / "company", chosen.customers, chosen.days)
        with network_server() as server, ExitStack() as stack:
            # both by a relay, whose own time is then on either side
            ways = {delay: stack.enter_context(delayed(server, delay)) for delay in ROUND_TRIPS}
            found = _measured(ways, folder, chosen.rounds)
    rows = [
        [
            what,
            *(f"{statistics.median(times[delay]):.2f}" for delay in ROUND_TRIPS),
            f"{statistics.median(times[ROUND_TRIPS[1]]) / statistics.median(times[ROUND_TRIPS[0]]):.2f}",
        ]
        for what, times in found.items()
    ]
    print(table(["seconds, median", "0 ms", "30 ms", "times"], rows))
    near, far = (statistics.median(found["load DIR, its writes"][delay]) for delay in ROUND_TRIPS)
    return Result("remote_load", round(far, 3), round(near, 3), "s", round(near / far, 3))


def _measured(ways: dict[float, Settings], folder: Path, rounds: int) -> Times:
    found: Times = {}

    def note(what: str, delay: float, seconds: float) -> None:
        found.setdefault(what, {each: [] for each in ROUND_TRIPS})[delay].append(seconds)

    for number in range(rounds):
        for delay, way in ways.items():
            with fresh(way, f"bench_{number}_{delay:.0f}") as far:
                note("migrate", delay, _seconds(lambda far=far: migrate(far)))  # type: ignore[misc]
                writing: list[float] = []
                with _timed(filling, "write", writing), _timed(pipeline, "create_loaded_world", writing):
                    note("load DIR, whole", delay, _seconds(lambda far=far: loading.load_directory(far, folder)))  # type: ignore[misc]
                note("load DIR, its writes", delay, sum(writing))
                note("a day, simulated and committed", delay, _day(far, 1))
                note("30 days, simulated and committed", delay, _day(far, 30))
    return found


def _day(settings: Settings, days: int) -> float:
    return _seconds(lambda: pipeline.run(settings, now=NOW, days=days))


def _seconds(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


@contextmanager
def _timed(module: Any, name: str, seconds: list[float]) -> Iterator[None]:
    """Add up what a function of the product takes."""
    original = getattr(module, name)

    def timed(*arguments: Any, **named: Any) -> Any:
        started = time.perf_counter()
        try:
            return original(*arguments, **named)
        finally:
            seconds.append(time.perf_counter() - started)

    setattr(module, name, timed)
    try:
        yield
    finally:
        setattr(module, name, original)


def _company(folder: Path, customers: int, days: int) -> Path:
    from sim.__main__ import main as simulate

    sizes = ["--customers", str(customers), "--days", str(days), "--stores", "4", "--products", "600"]
    start = (NOW - timedelta(days=days)).date()
    code = simulate(["run", *sizes, "--seed", "7", "--start", start.isoformat(), "--out", str(folder)])
    assert not code
    return folder
