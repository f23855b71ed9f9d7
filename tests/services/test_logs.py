"""Logs stay bounded while their writers keep them open."""

from __future__ import annotations

import os
from pathlib import Path

from walmart_app.services.logs import forget_old, rotate


def test_a_large_log_is_moved_aside_and_its_writer_goes_on(tmp_path: Path) -> None:
    log = tmp_path / "service.log"
    with log.open("ab", buffering=0) as writer:
        for turn in range(6):
            writer.write(f"turn {turn} ".encode() * 20)
            rotate(tmp_path, largest=100, kept=3)
        writer.write(b"after")
    assert log.read_bytes() == b"after"
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["service.log", "service.log.1", "service.log.2", "service.log.3"]
    assert b"turn 5" in (tmp_path / "service.log.1").read_bytes()


def test_only_the_newest_task_logs_are_kept(tmp_path: Path) -> None:
    for number in range(5):
        path = tmp_path / f"run-{number}" / "task.log"
        path.parent.mkdir()
        path.write_text(str(number))
        os.utime(path, (number, number))
    forget_old(tmp_path, keep_files=2)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run-3", "run-4"]
