"""chDB is loaded in a process like a task of Airflow: its environment lies on the heap, its memory is closed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from loaders.settings import ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has an auxiliary vector")

# A small block of the heap (its header is 33, which is also the code of the clock's address) behind the environment.
MOVED = """
import ctypes, os, sys
import polars, pyarrow
from loaders.warehouse.auxiliary import load_chdb, place_auxiliary_vector

library = ctypes.CDLL(None)
environ = ctypes.c_void_p.in_dll(library, "environ")

def words():
    return ctypes.cast(environ, ctypes.POINTER(ctypes.c_size_t))

count = 0
while words()[count]:
    count += 1
heap = (ctypes.c_size_t * (count + 5))(*words()[:count], 0, 33, 0xD61DDDEC5900, 0, 0)
environ.value = ctypes.addressof(heap)
"""
LOAD = """
library.prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE
load_chdb()
import chdb
print(chdb.query("select 6 * 7").bytes().decode().strip())
"""
LOOK = """
place_auxiliary_vector()
print({words()[i]: words()[i + 1] for i in range(count + 1, count + 41, 2) if words()[i]}.get(6))  # AT_PAGESZ
print(33 in words()[count + 1:count + 41:2] and 0xD61DDDEC5900 not in words()[count + 1:count + 41])
os.environ["ADDED_LATER"] = "1"
print(os.popen("echo $ADDED_LATER $ADDED_EARLY").read().strip())
"""


def _said(script: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", MOVED + script],
        env={"ADDED_EARLY": "2", "PATH": os.defpath},
        cwd=Path(ROOT),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split("\n")[:-1]


@pytest.mark.skipif(not os.getuid(), reason="nothing is closed to root")
def test_chdb_loads_whatever_lies_behind_the_environment() -> None:
    assert _said(LOAD) == ["42"]


def test_the_vector_follows_the_environment_and_every_variable_stays() -> None:
    assert _said(LOOK) == [str(os.sysconf("SC_PAGESIZE")), "True", "1 2"]
