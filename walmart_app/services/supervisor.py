"""The one process that starts, watches, restarts and ends every service of a state directory.

`python -m walmart_app.services.supervisor [MAIN_PID]`: with MAIN_PID it lives as long as that
`reflex run`, however that ends; without, until SIGTERM (`python -m walmart_app.services down`).
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psutil

from loaders.errors import WalmartSimError
from loaders.settings import ROOT, Settings
from walmart_app.services import airflow, logs, plan, postgres, report
from walmart_app.services.locks import main_lock, supervisor_lock
from walmart_app.services.main_process import MainProcess
from walmart_app.services.processes import Session, SessionFile
from walmart_app.services.report import Report
from walmart_app.services.unit import Unit

TURN_SECONDS = 0.2
_ROTATE_EVERY = 30.0
_HURRIED_SECONDS = 2.0  # when the main process was killed, nothing may linger …
_HURRIED_DATABASE_SECONDS = 6.0  # … but what the server writes down now it need not recover at the next start
TASK_LOGS_KEPT = 3_000


class Supervisor:
    """Holds the units and turns them until it is told to stop."""

    def __init__(self, settings: Settings, main: MainProcess | None, say: Callable[[str], None]) -> None:
        self._settings = settings
        self._main = main
        self._say = say
        self._sessions = SessionFile(settings.state_dir / "run" / "sessions.json")
        self._known: list[Session] = []
        self._airflow_port = airflow.Port(settings) if settings.supervised_airflow else None
        self._executor = ThreadPoolExecutor(max_workers=8, thread_name_prefix="check")
        self._stop = False
        self._changed = True
        self._units: dict[str, Unit] = {}

    def request_stop(self, *_: object) -> None:
        """Stop at the next turn."""
        self._stop = True

    def run(self) -> None:
        """Bring everything up, keep it up, take it down."""
        for service in plan.services(self._settings, self._airflow_port.number if self._airflow_port else 0):
            self._units[service.name] = Unit(
                service,
                logs=self._settings.state_dir / "logs",
                directory=ROOT,
                executor=self._executor,
                announce=self._announce,
                remember=self._remember,
            )
        self._write()  # at once: what an earlier supervisor wrote is no longer true
        for name in self._sessions.sweep():
            self._say(f"[services] {name}: ended what an earlier run had left")
        next_rotation = time.monotonic()
        try:
            while not self._stop and (self._main is None or self._main.lives()):
                self._turn()
                if time.monotonic() >= next_rotation:
                    logs.rotate(self._settings.state_dir / "logs")
                    logs.forget_old(self._settings.state_dir / "logs" / "tasks", TASK_LOGS_KEPT)
                    next_rotation = time.monotonic() + _ROTATE_EVERY
                time.sleep(TURN_SECONDS)
        finally:
            self._end()

    def _turn(self) -> None:
        before = {name: unit.pid for name, unit in self._units.items()}
        for unit in self._units.values():
            unit.turn(self._units)
        for unit in self._units.values():
            for name in unit.service.restart_with:
                if before[name] is not None and self._units[name].pid != before[name]:
                    unit.restart(f"{self._units[name].service.title} was replaced under it.")
        self._write()

    def _end(self) -> None:
        """Dependents first, databases last; what does not end in time is killed with all that it started."""
        killed = self._main is not None and self._main.was_killed()
        if not killed:
            self._say("[services] stopping")
        last = [unit for unit in self._units.values() if unit.service.name == "postgres"]
        others = [unit for unit in self._units.values() if unit not in last]
        for group, hurried in ((others, _HURRIED_SECONDS), (last, _HURRIED_DATABASE_SECONDS)):
            for unit in group:
                unit.ask_to_stop()
            self._write()
            longest = max((unit.service.stop_seconds for unit in group), default=0)
            deadline = time.monotonic() + (min(longest, hurried) if killed else longest)
            while time.monotonic() < deadline and not all(unit.stopped() for unit in group):
                time.sleep(0.05)
            for unit in group:
                unit.end()
        if self._main is not None:
            self._main.end_leftovers()
        if last:
            postgres.forget_sockets(self._settings)
        self._sessions.write([])
        self._write()
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _announce(self, unit: Unit) -> None:
        self._changed = True
        if line := report.announcement(unit.component):
            self._say(line)

    def _remember(self, session: Session) -> None:
        self._known = [known for known in self._known if known.members()] + [session]
        self._sessions.write(self._known)

    def _write(self) -> None:
        if not self._changed:
            return
        self._changed = False
        port = self._airflow_port
        address = f"http://127.0.0.1:{port.number}" if port else str(self._settings.airflow_url)
        components = [unit.component for unit in self._units.values()]
        report.write(self._settings.state_dir, Report(True, components, address, os.getpid()))


class _Terminal:
    """Prints a line when it differs from the last one; a closed terminal is no error."""

    def __init__(self) -> None:
        self._last = ""
        self._open = True

    def __call__(self, line: str) -> None:
        if line == self._last or not self._open:
            return
        self._last = line
        try:
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()
        except OSError:
            self._open = False


def main(arguments: list[str]) -> int:
    """Run the supervisor unless another one is at work for the same main process."""
    settings = Settings.load()
    main_pid = int(arguments[0]) if arguments else None
    lock = supervisor_lock(settings.state_dir)
    while not lock.acquire(main_pid):
        holder = lock.holder()
        if holder is None:
            continue
        if holder.main in {main_pid, None}:
            return 0  # a hot reload, or services that were brought up by hand
        if main_pid is not None and not psutil.pid_exists(main_pid):
            return 0
        lock.wait_until_free(1)  # the run before this one is still stopping
    for ignored in (signal.SIGINT, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    served = MainProcess(main_pid, main_lock(settings.state_dir).path) if main_pid else None
    supervisor = Supervisor(settings, served, _Terminal())
    signal.signal(signal.SIGTERM, supervisor.request_stop)
    supervisor.run()
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (WalmartSimError, OSError) as error:
        sys.exit(f"[services] {error}")
