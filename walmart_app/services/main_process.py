"""The `reflex run` that the services belong to, as the supervisor sees it."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import psutil

_KILL_AFTER = 3.0
_CHILDREN_EVERY = 2.0  # listing them reads all of /proc
_CHILDREN_EVERY_AT_FIRST = 0.2  # while it starts, children come and go
_FIRST_SECONDS = 15.0


class MainProcess:
    """Watches the main process and, after it was killed, ends what it started."""

    def __init__(self, pid: int, lock: Path) -> None:
        """`lock` is the file that the main process holds; workers that it forked hold it, too."""
        self._lock = lock.resolve()
        self._children: dict[int, psutil.Process] = {}
        self._started = time.monotonic()
        self._ended_by_us = False
        self._next_look = 0.0
        try:
            self._process: psutil.Process | None = psutil.Process(pid)
            self._on_terminal = _terminal(pid) != 0
        except psutil.Error:
            self._process = None
            self._on_terminal = False

    def lives(self) -> bool:
        """Whether the main process runs. A run whose terminal was closed is told to end."""
        if self._process is None or not _runs(self._process):
            return False
        if time.monotonic() >= self._next_look:
            young = time.monotonic() - self._started < _FIRST_SECONDS
            self._next_look = time.monotonic() + (_CHILDREN_EVERY_AT_FIRST if young else _CHILDREN_EVERY)
            try:
                found = self._process.children(recursive=True)
            except psutil.Error:
                return _runs(self._process)
            self._children.update({child.pid: child for child in found if child.pid != os.getpid()})
        if self._on_terminal and not self._ended_by_us and _terminal(self._process.pid) == 0:
            self._ended_by_us = True
            self._process.terminate()  # the web server would take the hang-up for "reload"
        return True

    def was_killed(self) -> bool:
        """Whether the main process is gone and has left children behind."""
        gone = self._process is None or not _runs(self._process)
        return gone and bool(self._left())

    def end_leftovers(self) -> None:
        """End what a killed main process left running: web workers, the bundler."""
        if self._process is not None and _runs(self._process):
            return
        left = self._left()
        for number in (signal.SIGTERM, signal.SIGKILL):
            for child in left:
                try:
                    child.send_signal(number)
                except psutil.Error:
                    continue
            deadline = time.monotonic() + _KILL_AFTER
            while time.monotonic() < deadline and any(_runs(child) for child in left):
                time.sleep(0.05)

    def _left(self) -> list[psutil.Process]:
        """Children seen while it lived, and whoever holds its lock (a worker that was forked a moment before)."""
        found = {process.pid: process for process in [*self._children.values(), *_holders(self._lock)]}
        return [process for process in found.values() if _runs(process) and _is_of_main(process)]


def _holders(path: Path) -> list[psutil.Process]:
    """Other processes of this user that have the file open."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and any(Path(entry.path) == path for entry in process.open_files()):
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def _is_of_main(child: psutil.Process) -> bool:
    """Services lead sessions of their own and are ended by their units."""
    try:
        return os.getsid(child.pid) != os.getsid(0)
    except OSError:
        return False


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _terminal(pid: int) -> int:
    """The number of the controlling terminal, 0 without one (or where /proc does not tell)."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[4])
    except (OSError, IndexError, ValueError):
        return 0
