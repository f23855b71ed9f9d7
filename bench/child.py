"""A process of its own for what is measured: what it printed, and what it took."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from loaders.errors import WalmartSimError

ROOT = Path(__file__).resolve().parent.parent
# Every library's own threads; read when the library is loaded, so they must hold from the process's start.
ONE_THREAD = dict.fromkeys(
    ("POLARS_MAX_THREADS", "NUMBA_NUM_THREADS", "RAYON_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"
)
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024


class BenchError(WalmartSimError):
    """A benchmark cannot be done; the message says why."""


@dataclass(frozen=True)
class Took:
    """Seconds by the clock and of processors (all threads, user and system), the largest resident set in bytes."""

    wall: float
    cpu: float
    peak: int
    printed: str


def took(command: Sequence[str], variables: Mapping[str, str] = ONE_THREAD) -> Took:
    """Run a command from the repository's root with these variables; raises BenchError when it fails.

    The peak is the child's own as long as this process is smaller: keep large libraries out of the caller.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        began = time.perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **variables}, stdout=out, stderr=err)
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            process.wait()
            raise
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if process.returncode:
            said = err.read().decode(errors="replace").strip().splitlines()
            message = f"{' '.join(command[:4])} … ended with {process.returncode}: {said[-1] if said else 'no message'}"
            raise BenchError(message)
        return Took(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * _RSS_UNIT, out.read().decode())


def python(module: str, *arguments: str) -> list[str]:
    """The command that runs a module with this Python."""
    return [sys.executable, "-m", module, *arguments]


def say(text: str) -> None:
    """Tell on the terminal what is being measured."""
    print(text, file=sys.stderr, flush=True)
