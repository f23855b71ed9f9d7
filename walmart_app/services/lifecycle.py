"""Ties the services to `reflex run`: one run a directory, services started with it and ended before it returns.

`rxconfig.py` calls `enter_main`; the application's lifespan keeps a supervisor alive.
"""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from loaders.settings import ROOT, Settings
from walmart_app.services.locks import Lock, main_lock, supervisor_lock
from walmart_app.services.processes import is_alive, signal_process

MAIN_PID = "WALMART_MAIN_PID"
_STOP_SECONDS = 40.0
_LOOK_EVERY = 1.0


def enter_main(settings: Settings) -> None:
    """In the main process of `reflex run`: refuse a second run, and end the services at exit.

    Does nothing in any other process (workers, `reflex export`, tests).
    """
    if Path(sys.argv[0]).name != "reflex" or sys.argv[1:2] != ["run"] or MAIN_PID in os.environ:
        return
    lock = main_lock(settings.state_dir)
    try:
        taken = _take(lock)
    except OSError as error:
        sys.exit(f"Walmart Sim cannot write to {settings.state_dir}: {error.strerror}. Set STATE_DIR elsewhere.")
    if not taken:
        holder = lock.holder()
        sys.exit(
            f"Walmart Sim already runs in this directory (process {holder.pid if holder else 'unknown'}, "
            f"{settings.app_url}). Stop that one first: press Ctrl-C there."
        )
    main = os.getpid()
    os.environ[MAIN_PID] = str(main)

    def stop() -> None:
        if os.getpid() == main:  # forked workers inherit this function
            end_services(settings, main)
            lock.release()

    atexit.register(stop)


def _take(lock: Lock) -> bool:
    """Take the main lock; leftovers of a killed run get a moment to be swept."""
    if lock.acquire():
        return True
    holder = lock.holder()
    if holder is not None and is_alive(holder.pid):
        return False
    lock.wait_until_free(15)
    return lock.acquire()


def end_services(settings: Settings, main: int | None) -> bool:
    """Stop the supervisor that serves `main` and wait for it; whether all is down."""
    lock = supervisor_lock(settings.state_dir)
    holder = lock.holder()
    if holder is None or holder.main != main:
        return holder is None
    signal_process(holder.pid, signal.SIGTERM)
    return lock.wait_until_free(_STOP_SECONDS)


def start_supervisor(settings: Settings, main: int | None) -> subprocess.Popen[bytes]:
    """Start a supervisor in a session of its own; it ends at once if one is already at work.

    With `main` it speaks on our terminal; without, it outlives us and speaks into its log.
    """
    command = [sys.executable, "-m", "walmart_app.services.supervisor", *([str(main)] if main else [])]
    environment = {**os.environ, "STATE_DIR": str(settings.state_dir), "PYTHONPATH": str(ROOT)}
    if main:
        return subprocess.Popen(command, start_new_session=True, stdin=subprocess.DEVNULL, cwd=ROOT, env=environment)
    log = settings.state_dir / "logs" / "supervisor.log"
    log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
            env=environment,
        )


def keep_supervised(settings: Settings) -> threading.Event:
    """From a web worker: see to it that a supervisor is at work, also after one was killed.

    Returns an event that ends the watch (not the services) when it is set.
    """
    main = int(os.environ.get(MAIN_PID) or os.getppid())
    finished = threading.Event()
    lock = supervisor_lock(settings.state_dir)

    def watch() -> None:
        supervisor: subprocess.Popen[bytes] | None = None
        while not finished.is_set():
            at_work = supervisor is not None and supervisor.poll() is None
            if not at_work and lock.holder() is None and is_alive(main):
                supervisor = start_supervisor(settings, main)
            finished.wait(_LOOK_EVERY)

    threading.Thread(target=watch, name="keep-supervised", daemon=True).start()
    return finished
