"""Kill a loader again and again, each time at a random moment, and compare what is there with a twin's tables.

The twin is the same company in another database, which nobody disturbs. After each kill it is brought to the clock that
the killed one left behind, and every table of both must have the same content.
"""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from bench.child import ROOT, BenchError
from loaders import pipeline
from loaders.copying import read
from loaders.db import connect
from loaders.settings import Settings
from loaders.simulated import table_hash
from loaders.times import Period
from loaders.world import read_shards
from sim.schema import TABLES

COMPANY = {"sim_customers": 60, "sim_products": 30, "sim_stores": 3, "sim_days": 1500, "sim_seed": 7}
NOW = datetime(2026, 3, 10, 15, tzinfo=UTC)
PERIODS: tuple[Period, ...] = ("month", "day", "slice")
_WINDOW = {"month": 3.0, "day": 2.0, "slice": 1.5}  # seconds after its work began, in which the kill falls
_LOADER = """
import json, sys
from datetime import datetime, timedelta
from pathlib import Path
from loaders import encoding, months, pipeline
from loaders.db import connect
from loaders.retrying import persistent
from loaders.settings import Settings
from loaders.simulated import SimulatedWorld
from loaders.times import day_start
from loaders.world import the_world
given = json.loads(sys.argv[1])
settings = Settings.load(_env_file=None, state_dir=Path(given["state_dir"])).model_copy(update=given["changes"])
months.LEAST_ROWS = 1  # months are filled aside, as those of a large company are
@persistent("loader")
def found(settings):  # the server may be recovering from an earlier kill
    with connect(settings, "loader") as connection:
        return the_world(connection)
world = found(settings)
live = SimulatedWorld.of(world).start([1])  # in memory alone: the loops are compiled before the work begins
live.advance(day_start(world.start) + timedelta(days=20), (), None)
print("ready", flush=True)
wanted = json.loads(sys.stdin.readline())
pipeline.advance_shard(settings, 0, datetime.fromisoformat(wanted["until"]), wanted["period"])
"""
_SESSIONS = "select count(*) from pg_stat_activity where datname = %s and usename = 'walmart_loader'"


@dataclass(frozen=True)
class Kill:
    """One kill: the period that a commit was to advance, seconds after its work began, and days committed before it."""

    period: Period
    after: float
    days: float


def content(settings: Settings) -> dict[str, str]:
    """The canonical hash of every table."""
    with connect(settings, "loader") as connection:
        return {table.path: table_hash(table, read(connection, table)) for table in TABLES}


def clock(settings: Settings) -> datetime:
    """Where the company stands."""
    with connect(settings, "loader") as connection:
        return read_shards(connection)[0].clock


class Campaign:
    """Two databases with the same company at the same clock, and a loader that is killed."""

    def __init__(self, victim: Settings, twin: Settings, seed: int) -> None:
        """Makes the company in both, from the settings' sizes, where it is not there yet."""
        self.victim, self.twin, self.random = victim, twin, random.Random(f"kills {seed}")
        for settings in (victim, twin):
            pipeline.plan(settings, now=NOW)
        self._next = self._started()

    def kill(self, between: Callable[[Settings], object] | None = None) -> Kill:
        """Start a loader, kill it, compare, then let `between` do the same to both databases.

        Raises:
            BenchError: a table differs from the twin's.
        """
        begin = clock(self.victim)
        while True:
            period = self.random.choice(PERIODS)
            after = self.random.uniform(0, _WINDOW[period])
            process = self.begin(period, begin + timedelta(days=365))
            time.sleep(after)
            if process.poll() is None:
                break
            message = f"the loader ended by itself with {process.returncode}"
            raise BenchError(message)
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.compare()
        if between:
            between(self.victim)
            between(self.twin)
        return Kill(period, after, (clock(self.victim) - begin) / timedelta(days=1))

    def begin(self, period: Period, until: datetime) -> subprocess.Popen[str]:
        """A loader at its work; the next one is started, to be ready when it is needed."""
        process, self._next = self._next, self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        if process.stdout.readline() != "ready\n":
            message = f"the loader did not start: it ended with {process.wait()}"
            raise BenchError(message)
        process.stdin.write(json.dumps({"until": until.isoformat(), "period": period}) + "\n")
        process.stdin.flush()
        return process

    def _started(self) -> subprocess.Popen[str]:
        changes = {name: getattr(self.victim, name) for name in ("db_host", "db_port", "db_name", "db_sslmode")}
        given = json.dumps({"state_dir": str(self.victim.state_dir), "changes": changes})
        return subprocess.Popen(
            [sys.executable, "-c", _LOADER, given],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """The loader that was made ready is not needed."""
        self._next.kill()
        self._next.wait()

    def compare(self) -> None:
        """Bring the twin to the victim's clock, and compare every table.

        Raises:
            BenchError: naming the tables that differ.
        """
        self._await_sessions_end()
        pipeline.advance_shard(self.twin, 0, clock(self.victim))
        found, expected = content(self.victim), content(self.twin)
        different = sorted(path for path, hashed in expected.items() if found[path] != hashed)
        if different:
            message = f"After a kill at {clock(self.victim).isoformat()} these tables differ: {', '.join(different)}"
            raise BenchError(message)

    def _await_sessions_end(self) -> None:
        """A server process may go on for a moment after its client was killed."""
        deadline = time.monotonic() + 60
        with connect(self.victim, "superuser", autocommit=True) as connection:
            while connection.execute(_SESSIONS, (self.victim.db_name,)).fetchone() != (0,):
                if time.monotonic() > deadline:
                    message = "the killed loader's sessions do not end"
                    raise BenchError(message)
                time.sleep(0.02)
