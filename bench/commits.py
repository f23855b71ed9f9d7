"""The commit of a simulated day: how long it takes, and how often it waits for the server's answer."""

from __future__ import annotations

import math
import statistics
import tempfile
import time
from datetime import UTC, datetime
from functools import partial
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


class TimedAdvance(ShardAdvance):
    """Notes each commit: receipts, milliseconds, round trips."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.noted: list[tuple[int, float, int]] = []

    def _commit(self, computed: Any) -> bool:
        with tempfile.TemporaryFile() as traced:
            self.connection.pgconn.trace(traced.fileno())
            started = time.perf_counter()
            done = super()._commit(computed)
            milliseconds = (time.perf_counter() - started) * 1000
            self.connection.pgconn.untrace()
            traced.seek(0)
            self.noted.append((computed.transactions, milliseconds, round_trips(traced.read().decode())))
        return done


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
    receipts, milliseconds, trips = zip(*advance.noted[2:], strict=True)  # the first days make months and compile
    ordered = sorted(milliseconds)
    p95 = ordered[math.ceil(0.95 * len(ordered)) - 1]
    row = [
        f"{statistics.median(receipts):,.0f}",
        f"{statistics.median(milliseconds):.0f}",
        f"{p95:.0f}",
        str(max(trips)),
    ]
    return table(["receipts a day", "commit p50, ms", "p95, ms", "round trips"], [row])
