"""What the supervisor tells: true only while the one that told it is at work."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from walmart_app.services import report
from walmart_app.services.locks import supervisor_lock
from walmart_app.services.report import Component, Report, State

HEALTHY = Component("postgres", "PostgreSQL", State.HEALTHY, "2026-03-10T15:00:00+00:00", "Answers.", pid=12)


def told(state_dir: Path, supervisor: int) -> Report:
    """What is read when a supervisor with this pid has told last, and this process is the one at work."""
    (state_dir / "run").mkdir()
    report.write(state_dir, Report(True, [HEALTHY], "http://127.0.0.1:8080", supervisor))
    lock = supervisor_lock(state_dir)
    assert lock.acquire(None)
    try:
        return report.read(state_dir)
    finally:
        lock.release()


def test_what_the_supervisor_at_work_has_told_is_believed(tmp_path: Path) -> None:
    found = told(tmp_path, os.getpid())
    assert found.healthy
    assert found.components == [HEALTHY]
    assert found.airflow_url == "http://127.0.0.1:8080"


def test_what_a_killed_one_has_told_is_not_taken_for_its_successors_word(tmp_path: Path) -> None:
    found = told(tmp_path, os.getpid() + 1)
    assert found.running
    assert not found.healthy
    assert [(part.state, part.pid) for part in found.components] == [(State.WAITING, None)]
    assert found.airflow_url == ""


@pytest.mark.parametrize("supervisor", [0, 1])
def test_when_none_is_at_work_everything_is_stopped(tmp_path: Path, supervisor: int) -> None:
    told(tmp_path, os.getpid() + supervisor)
    found = report.read(tmp_path)
    assert (found.running, found.healthy) == (False, False)
    assert [part.state for part in found.components] == [State.STOPPED]
