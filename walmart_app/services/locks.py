"""File locks that say who holds them; the kernel frees them when the holder ends, however it ends."""

from __future__ import annotations

import fcntl
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Holder:
    """Who holds a lock: the process, and the `reflex run` that it serves (None: nobody, it stays on its own)."""

    pid: int
    main: int | None


class Lock:
    """An exclusive lock on a file, held until `release` or the end of the process."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    def acquire(self, main: int | None = None) -> bool:
        """Take the lock without waiting; whether it was free."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps({"pid": os.getpid(), "main": main}).encode(), 0)
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Give the lock back; nothing happens when it is not held here."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def holder(self) -> Holder | None:
        """Who holds the lock, if anybody does."""
        try:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _read(descriptor)
        finally:
            os.close(descriptor)
        return None

    def wait_until_free(self, seconds: float) -> bool:
        """Wait for the holder to let go; whether it did in time."""
        deadline = time.monotonic() + seconds
        while self.holder() is not None:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True


def _read(descriptor: int) -> Holder | None:
    for _ in range(20):  # the holder writes its name just after it has the lock
        try:
            entry = json.loads(os.pread(descriptor, 1000, 0))
            return Holder(int(entry["pid"]), entry["main"])
        except (ValueError, KeyError):
            time.sleep(0.02)
    return Holder(0, None)


def supervisor_lock(state_dir: Path) -> Lock:
    """Held by the one supervisor of a state directory."""
    return Lock(state_dir / "run" / "supervisor.lock")


def main_lock(state_dir: Path) -> Lock:
    """Held by the one `reflex run` of a state directory."""
    return Lock(state_dir / "run" / "main.lock")
