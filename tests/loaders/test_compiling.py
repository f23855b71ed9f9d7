"""What is compiled before anybody asks for it."""

from __future__ import annotations

import subprocess
import sys

from loaders.settings import ROOT

# A process of its own: here, other tests have compiled what they needed already.
REHEARSED = """
import gc
from datetime import date
from numba.core.registry import CPUDispatcher
from loaders.encoding import arrays, copy_rows
from loaders.simulated import compile_loops
from sim.params import Params
from sim.runner import run

def versions():
    return {(f.__module__, f.__qualname__): len(f.signatures) for f in gc.get_objects() if isinstance(f, CPUDispatcher)}

compile_loops()
before = versions()
for frame in run(Params.parse({"customers": 600, "stores": 3, "products": 90}), date(2025, 11, 20), 14).values():
    copy_rows(frame)
    list(arrays(frame))
after = versions()
print(sorted(name for name in after if after[name] != before.get(name)))
"""


def test_a_company_needs_no_loop_that_the_rehearsal_has_not_compiled() -> None:
    done = subprocess.run([sys.executable, "-c", REHEARSED], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
