"""The commit of a simulated day: how long it takes, and how often it waits for the server's answer."""

from __future__ import annotations

import math
import statistics
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from bench.result import table
from loaders.db import connect
from loaders.lease import Lease
from loaders.period import ShardAdvance
from loaders.planning import plan
from loaders.settings import Settings
from loaders.simulated import SimulatedWorld
from loaders.times import stops
from loaders.world import the_world

CUSTOMERS = 21_000  # some three thousand receipts a day
NOW = datetime(2024, 3, 28, 12, tzinfo=UTC)  # no month begins among the days before it


@dataclass(frozen=True)
class Commit:
    """What one took: milliseconds by the clock, of this process's and of the server's processor."""

    receipts: int
    wall: float
    client: float
    server: float


class TimedAdvance(ShardAdvance):
    """Notes each commit. Every `nth` is traced for its round trips instead: the trace writes every byte down."""

    def __init__(self, *given: Any, nth: int = 5, **named: Any) -> None:
        super().__init__(*given, **named)
        self._nth = nth
        self.noted: list[Commit] = []
        self.trips: list[int] = []

    def _commit(self, computed: Any) -> bool:
        if (len(self.noted) + len(self.trips) + 1) % self._nth == 0:
            return self._traced(computed)
        process = self.connection.info.backend_pid
        before = _milliseconds(process)
        done = super()._commit(computed)
        wall, client, server = (now - then for now, then in zip(_milliseconds(process), before, strict=True))
        self.noted.append(Commit(computed.transactions, wall, client, server))
        return done

    def _traced(self, computed: Any) -> bool:
        with tempfile.TemporaryFile() as traced:
            self.connection.pgconn.trace(traced.fileno())
            done = super()._commit(computed)
            self.connection.pgconn.untrace()
            traced.seek(0)
            self.trips.append(round_trips(traced.read().decode()))
        return done


def _milliseconds(server: int) -> tuple[float, float, float]:
    """The clock's, this process's processor time, and the server's, in milliseconds; the last where Linux tells."""
    told = Path(f"/proc/{server}/schedstat")
    spent = int(told.read_text().split()[0]) / 1e6 if told.exists() else math.nan
    return time.perf_counter() * 1000, time.process_time() * 1000, spent


def round_trips(traced: str) -> int:
    """How often libpq's trace turns from what was sent (F) to what came back (B)."""
    sides = [fields[1] for fields in (line.split("\t") for line in traced.splitlines()) if len(fields) > 1]
    return sum(before == "F" and after == "B" for before, after in zip(sides, sides[1:], strict=False))


def days(settings: Settings, count: int, seed: int) -> str:
    """Simulate so many days, a commit a day, and describe the commits as a table."""
    company = settings.model_copy(update={"sim_customers": CUSTOMERS, "sim_days": count, "sim_seed": seed})
    chosen = plan(company, now=NOW, period="day")
    more = partial(connect, company, "loader")
    with more(autocommit=True) as control, more(autocommit=True) as connection, Lease(control, 0, "bench") as lease:
        advance = TimedAdvance(connection, lease, SimulatedWorld.of(the_world(control)), None, chosen.run_id, more)
        for stop in stops(advance.row.clock, chosen.until, "day"):
            advance.to(stop)
    timed = advance.noted[2:]  # the first days make months and compile
    ordered = sorted(commit.wall for commit in timed)
    row = [
        f"{statistics.median(commit.receipts for commit in timed):,.0f}",
        f"{statistics.median(ordered):.0f}",
        f"{ordered[math.ceil(0.95 * len(ordered)) - 1]:.0f}",
        f"{statistics.median(commit.client for commit in timed):.0f}",
        f"{statistics.median(commit.server for commit in timed):.0f}",
        str(max(advance.trips)),
    ]
    headers = ["receipts a day", "commit p50, ms", "p95, ms", "client's CPU, ms", "server's CPU, ms", "round trips"]
    return table(headers, [row])
