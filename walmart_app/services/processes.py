"""Child processes that cannot outlive the product.

Every service leads a session of its own. A task that a service starts keeps the session
even when it leaves the process group, so ending a session ends everything of a service.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def _die_with_parent(number: int) -> Callable[[], None] | None:
    """For the child, between fork and exec: ask the kernel for a signal when the parent dies."""
    libc = _LIBC
    if libc is None:
        return None
    parent = os.getpid()

    def ask() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)
        if os.getppid() != parent:  # it died before the request was made
            os.kill(os.getpid(), signal.SIGKILL)

    return ask


def spawn(
    command: Sequence[str],
    *,
    log: Path,
    environment: Mapping[str, str],
    directory: Path,
    parent_death_signal: signal.Signals = signal.SIGTERM,
    user: str | None = None,
) -> subprocess.Popen[bytes]:
    """Start a process as leader of its own session, its output appended to `log`.

    Call it from the main thread only: the kernel ties the parent-death signal to the thread.
    """
    log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with log.open("ab") as output:
        return subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(environment),
            cwd=directory,
            start_new_session=True,
            user=user,
            group=user,
            extra_groups=[] if user else None,
            preexec_fn=_die_with_parent(parent_death_signal),
        )


@dataclass(frozen=True)
class Session:
    """A session that was started here: its leader, and when, so that a reused pid is told apart."""

    name: str
    leader: int
    created: float
    boot: float

    @classmethod
    def of(cls, name: str, pid: int) -> Session:
        """The session led by the running process `pid`."""
        return cls(name, pid, psutil.Process(pid).create_time(), psutil.boot_time())

    def members(self) -> list[int]:
        """Pids of the session's living processes; none when the pid now means another process."""
        if abs(psutil.boot_time() - self.boot) > 60:
            return []
        if is_alive(self.leader):
            try:
                if abs(psutil.Process(self.leader).create_time() - self.created) > 1:
                    return []
            except psutil.NoSuchProcess:
                pass
        return [pid for pid in psutil.pids() if _session_of(pid) == self.leader and is_alive(pid)]

    def kill(self, seconds: float = 5) -> bool:
        """SIGKILL every member until none is left; whether that was reached in time."""
        deadline = time.monotonic() + seconds
        while members := self.members():
            for pid in members:
                signal_process(pid, signal.SIGKILL)
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True


def is_alive(pid: int) -> bool:
    """Whether a process runs; a zombie that nobody has collected does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def signal_process(pid: int, number: signal.Signals) -> None:
    """Send a signal; a process that has just ended is no error."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _session_of(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except OSError:
        return None


class SessionFile:
    """The sessions started here, on disk, so that the next start can sweep what a kill left."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> list[Session]:
        """The recorded sessions; a file cut short by a crash counts as empty."""
        try:
            return [Session(**entry) for entry in json.loads(self._path.read_text())]
        except (OSError, ValueError, TypeError):
            return []

    def write(self, sessions: Sequence[Session]) -> None:
        """Replace the record in one step."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        aside = self._path.with_suffix(".new")
        aside.write_text(json.dumps([asdict(session) for session in sessions]))
        aside.replace(self._path)

    def sweep(self) -> list[str]:
        """Kill what is left of recorded sessions; returns the names of those that were."""
        left = [session for session in self.read() if session.members()]
        for session in left:
            session.kill()
        self.write([])
        return sorted({session.name for session in left})
