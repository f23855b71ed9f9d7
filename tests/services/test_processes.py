"""Sessions: what a service started ends with it, and nothing else does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil

from tests.waiting import wait_until
from walmart_app.services.processes import Session, SessionFile, is_alive, spawn

# a parent that starts a child in a process group of its own, as Airflow does with tasks, and tells its pid
FAMILY = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], process_group=0)
open(sys.argv[1] + ".new", "w").write(str(child.pid)); os.rename(sys.argv[1] + ".new", sys.argv[1])
time.sleep(600)
"""


def _family(tmp_path: Path) -> tuple[Session, int]:
    told = tmp_path / "child"
    process = spawn(
        [sys.executable, "-c", FAMILY, str(told)], log=tmp_path / "log", environment=os.environ, directory=tmp_path
    )
    wait_until(told.exists, 10, "the child was started")
    return Session.of("family", process.pid), int(told.read_text())


def test_killing_a_session_reaches_a_child_that_left_the_process_group(tmp_path: Path) -> None:
    session, child = _family(tmp_path)
    assert session.kill()
    assert not is_alive(session.leader)
    assert not is_alive(child)


def test_a_sweep_ends_children_whose_leader_was_killed(tmp_path: Path) -> None:
    session, child = _family(tmp_path)
    record = SessionFile(tmp_path / "sessions.json")
    record.write([session])
    os.kill(session.leader, signal.SIGKILL)
    wait_until(lambda: not is_alive(session.leader), 5, "the leader is dead")
    assert is_alive(child)
    assert record.sweep() == ["family"]
    assert not is_alive(child)
    assert record.read() == []


def test_a_reused_pid_is_left_alone(tmp_path: Path) -> None:
    session, child = _family(tmp_path)
    other = Session("family", session.leader, session.created - 1000, session.boot)
    assert other.members() == []
    assert other.kill()
    assert is_alive(child)
    session.kill()


def test_a_process_dies_with_its_parent(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from walmart_app.services.processes import spawn\n"
        "sleeper = [sys.executable, '-c', 'import time; time.sleep(600)']\n"
        "p = spawn(sleeper, log=Path(sys.argv[1]) / 'l', environment=os.environ, directory=Path('/'))\n"
        "print(p.pid, flush=True); os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL
    wait_until(lambda: not is_alive(int(done.stdout)), 5, "the child followed its killed parent")


def test_a_torn_record_counts_as_empty(tmp_path: Path) -> None:
    path = tmp_path / "sessions.json"
    path.write_text('[{"name": "postg')
    assert SessionFile(path).read() == []


def test_a_zombie_is_not_alive() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    wait_until(lambda: psutil.Process(process.pid).status() == psutil.STATUS_ZOMBIE, 20, "it is a zombie")
    assert not is_alive(process.pid)
    process.wait()
