"""`python -m bench remote_load`: what 30 ms of round trip to the database cost a bulk load.

The same directory of `python -m sim run` is loaded, and the same days are simulated into the database, over TCP through
the same relay: once without delay, once with 30 ms of round trip, in turn. The JSON's `ours` is the load's time at
30 ms and `reference` at 0 ms, both of the part that talks to the database: reading and checking the files is the same
either way. The aim is below twice the time, a ratio above 0.5.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from pydantic import SecretStr

from bench.result import Result, table
from loaders import loading, pipeline
from loaders.db import conninfo
from loaders.migrate import migrate
from loaders.settings import ROOT, Settings
from walmart_app.services import postgres
from walmart_app.services.processes import Session, spawn

Times = dict[str, dict[float, list[float]]]  # seconds by what was done and by round trip
ROUND_TRIPS = (0.0, 30.0)  # ms
ADDRESS = "127.98.76.54"  # of the loopback, where no other PostgreSQL has taken port 5432
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
        with _server(place / "server") as server, _relays() as ports:
            found = _measured(server, ports, folder, chosen.rounds)
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


def _measured(
    server: Settings, ports: dict[float, int], folder: Path, rounds: int
) -> dict[str, dict[float, list[float]]]:
    found: dict[str, dict[float, list[float]]] = {}

    def note(what: str, delay: float, seconds: float) -> None:
        found.setdefault(what, {each: [] for each in ROUND_TRIPS})[delay].append(seconds)

    for number in range(rounds):
        for delay, port in ports.items():
            far = server.model_copy(
                update={
                    "db_host": "127.0.0.1",
                    "db_port": port,
                    "db_password": SecretStr(server.secret("db_password")),
                    "db_name": f"bench_{number}_{port}",
                }
            )
            with _database(server, far.db_name):
                note("migrate", delay, _seconds(lambda far=far: migrate(far)))  # type: ignore[misc]
                writing: list[float] = []
                with _timed(loading, "_write", writing), _timed(pipeline, "create_loaded_world", writing):
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


@contextmanager
def _server(state_dir: Path) -> Iterator[Settings]:
    """The embedded PostgreSQL, on an address of the loopback as well."""
    settings = Settings.load(_env_file=None, state_dir=state_dir)
    postgres.initialise(settings)
    process = spawn(
        [*postgres.command(settings), "-c", f"listen_addresses={ADDRESS}"],
        log=state_dir / "log",
        environment=dict(os.environ),
        directory=state_dir,
        parent_death_signal=signal.SIGINT,
        user=postgres.system_user(),
    )
    session = Session.of("postgres", process.pid)
    try:
        deadline = time.monotonic() + 30
        while not postgres.answers(settings) and time.monotonic() < deadline:
            time.sleep(0.1)
        postgres.ensure_databases(settings)
        yield settings
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)
        session.kill()


@contextmanager
def _database(server: Settings, name: str) -> Iterator[None]:
    with psycopg.connect(conninfo(server, "superuser", "postgres"), autocommit=True) as connection:
        connection.execute(
            sql.SQL("create database {} owner {}").format(sql.Identifier(name), sql.Identifier(server.db_user))
        )
        yield
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@contextmanager
def _relays() -> Iterator[dict[float, int]]:
    """A port for each round trip; processes of their own, so that they take no time from the loader."""
    ports = {round_trip: _free_port() for round_trip in ROUND_TRIPS}
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "bench.relay", f"127.0.0.1:{port}", f"{ADDRESS}:5432", str(delay)], cwd=ROOT
        )
        for delay, port in ports.items()
    ]
    try:
        for port in ports.values():
            _await(port)
        yield ports
    finally:
        for process in processes:
            process.terminate()
            process.wait(10)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await(port: int) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return
