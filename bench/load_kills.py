"""Loads of a directory killed at random moments, and called again: is the company the directory's, to the row?"""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bench.campaign import content
from bench.child import ROOT, BenchError, say
from bench.database import another, copied
from loaders import months
from loaders.db import connect
from loaders.settings import Settings
from loaders.world import read_world
from sim import saved
from sim.params import Params

START, DAYS = date(2026, 1, 5), 120  # five months
_LOADER = """
import json, sys
from pathlib import Path
from loaders import encoding, filling, loading, months, simulated
from loaders.settings import Settings
given = json.loads(sys.argv[1])
settings = Settings.load(_env_file=None, state_dir=Path(given["state_dir"])).model_copy(update=given["changes"])
months.LEAST_ROWS = 1  # months are filled aside, as those of a large company are
print("ready", flush=True)
sys.stdin.readline()
loading.load_directory(settings, Path(given["folder"]))
"""


@dataclass(frozen=True)
class Killed:
    """One kill: months that waited filled then, and whether the company was there already."""

    filled: int
    there: bool


def kill_loads(settings: Settings, count: int, seed: int) -> list[Killed]:
    """Kill so many loads into empty databases of the server; each is called again, and compared.

    Raises:
        BenchError: a table differs from the directory's, or something was left over.
    """
    chosen = random.Random(f"load kills {seed}")
    empty = another(settings, "unloaded")
    with tempfile.TemporaryDirectory(prefix="walmart-bench-") as name:
        folder = Path(name) / "company"
        params = Params.parse({"customers": 60, "products": 30, "stores": 3, "seed": 7})
        manifest = saved.save(folder, params, START, DAYS).to_dict()
        expected = {path: str(table["hash"]) for path, table in manifest["tables"].items()}
        undisturbed = _seconds(copied(empty, "loaded"), folder)
        killed = []
        for number in range(1, count + 1):
            killed.append(_kill(copied(empty, "loaded"), folder, chosen.uniform(0, undisturbed), expected))
            say(f"load {number} of {count} killed and called again: all tables equal")
        return killed


def _seconds(settings: Settings, folder: Path) -> float:
    process = _begun(settings, folder)
    started = time.perf_counter()
    if process.wait(300):
        message = f"a load that nobody killed ended with {process.returncode}"
        raise BenchError(message)
    return time.perf_counter() - started


def _kill(settings: Settings, folder: Path, after: float, expected: dict[str, str]) -> Killed:
    process = _begun(settings, folder)
    time.sleep(after)
    process.send_signal(signal.SIGKILL)
    process.wait()
    with connect(settings, "loader") as connection:
        found = Killed(len(months.filled(connection)) // len(months.TABLES), read_world(connection) is not None)
    again = _begun(settings, folder)
    if again.wait(300):
        message = f"the load that was called again ended with {again.returncode}"
        raise BenchError(message)
    rows = content(settings)
    different = sorted(path for path, hashed in expected.items() if rows[path] != hashed)
    with connect(settings, "loader") as connection:
        left = connection.execute("select count(*) from pg_tables where schemaname = 'loading'").fetchone()
    if different or left != (0,):
        message = f"After a kill {after:.2f} s into a load these differ: {', '.join(different) or 'tables left over'}"
        raise BenchError(message)
    return found


def _begun(settings: Settings, folder: Path) -> subprocess.Popen[str]:
    """A load at its work; what it imports was imported before."""
    changes = {name: getattr(settings, name) for name in ("db_host", "db_port", "db_name", "db_sslmode")}
    given = json.dumps({"state_dir": str(settings.state_dir), "folder": str(folder), "changes": changes})
    process = subprocess.Popen(
        [sys.executable, "-c", _LOADER, given], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    if process.stdout.readline() != "ready\n":
        message = f"the load did not start: it ended with {process.wait()}"
        raise BenchError(message)
    process.stdin.write("go\n")
    process.stdin.flush()
    return process
