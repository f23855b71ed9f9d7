"""What a killed `reflex run` leaves behind is found and ended."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psutil

from loaders.settings import ROOT
from walmart_app.services.locks import main_lock
from walmart_app.services.main_process import MainProcess

FORKS = """
import os, sys, time
from pathlib import Path
from walmart_app.services.locks import main_lock
lock = main_lock(Path(sys.argv[1]))
assert lock.acquire(os.getpid())
sys.stdin.readline()
child = os.fork()
if child:
    print(child, flush=True)
time.sleep(60)
"""


def test_a_worker_forked_just_before_the_kill_is_ended(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", FORKS, str(tmp_path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdin is not None and process.stdout is not None
    main = MainProcess(process.pid, main_lock(tmp_path).path)
    assert main.lives()  # it has looked, and seen no child
    process.stdin.write("fork\n")
    process.stdin.flush()
    worker = psutil.Process(int(process.stdout.readline()))
    process.kill()
    process.wait()
    assert main.was_killed()
    main.end_leftovers()
    assert not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE
    assert main_lock(tmp_path).holder() is None
    assert not main.was_killed()
