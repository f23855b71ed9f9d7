"""Locks tell who holds them, and never outlive the holder."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from walmart_app.services.locks import Holder, Lock


def test_a_held_lock_names_its_holder_and_dies_with_it(tmp_path: Path) -> None:
    path = tmp_path / "run" / "lock"
    code = (
        "import sys; from pathlib import Path; from walmart_app.services.locks import Lock\n"
        "lock = Lock(Path(sys.argv[1])); print(lock.acquire(77), flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "True\n"
        mine = Lock(path)
        assert not mine.acquire()
        assert mine.holder() == Holder(other.pid, 77)
        other.send_signal(signal.SIGKILL)
        assert mine.wait_until_free(5)
        assert mine.acquire()


def test_a_lock_that_nobody_took_has_no_holder(tmp_path: Path) -> None:
    lock = Lock(tmp_path / "lock")
    assert lock.holder() is None
    assert lock.acquire()
    lock.release()
    assert lock.holder() is None
