"""One owner at a time for the embedded warehouse, on one machine."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from loaders.errors import WarehouseBusy

_in_this_process = threading.RLock()  # a file lock keeps processes apart, not threads


@contextmanager
def locked(path: Path, wait_seconds: float) -> Iterator[None]:
    """Hold the lock file; it is free again when its holder ends, however it ends.

    Raises:
        WarehouseBusy: it stays taken for longer than `wait_seconds`; the message names the process.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    deadline = time.monotonic() + wait_seconds
    if not _in_this_process.acquire(timeout=wait_seconds):
        raise WarehouseBusy(_sentence(path, wait_seconds))
    try:
        with path.open("a+") as file:
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() >= deadline:
                        raise WarehouseBusy(_sentence(path, wait_seconds)) from None
                    time.sleep(0.1)
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            yield
    finally:
        _in_this_process.release()


def _sentence(path: Path, wait_seconds: float) -> str:
    holder = path.read_text().strip() if path.exists() else ""
    who = f"process {holder}" if holder else "another process"
    return f"The embedded warehouse is in use by {who} for more than {wait_seconds:g} seconds: try again later."
