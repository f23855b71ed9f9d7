"""One supervised service: a small state machine that the supervisor turns several times a second."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future
from datetime import UTC, datetime
from pathlib import Path

from walmart_app.services.processes import Session, signal_process, spawn
from walmart_app.services.report import Component, State
from walmart_app.services.service import Check, Service

_CHECK_EVERY = {State.HEALTHY: 2.0}
_CHECK_SOON = 0.4
_STABLE_SECONDS = 60  # healthy for so long, a service starts again with a clean slate
_BACK_OFF = (1, 2, 4, 8, 15)


class Unit:
    """The life of one `Service`. Only `turn` and the stop methods act; everything else observes."""

    def __init__(
        self,
        service: Service,
        *,
        logs: Path,
        directory: Path,
        executor: Executor,
        announce: Callable[[Unit], None],
        remember: Callable[[Session], None],
    ) -> None:
        self.service = service
        self.log = logs / f"{service.name}.log"
        self.session: Session | None = None
        self.restarts = 0
        self._directory = directory
        self._executor = executor
        self._announce = announce
        self._remember = remember
        self._process: subprocess.Popen[bytes] | None = None
        self._prepared = service.prepare is None
        self._check: Future[Check] | None = None
        self._next_check = 0.0
        self._failures = 0
        self._retry_at = 0.0
        self._reason = ""  # of the last failure; told until the service is well, so that a page does not flicker
        self._ill_since: float | None = None
        self._entered = time.monotonic()
        self._started = datetime.now(UTC)
        self.component = Component(service.name, service.title, State.WAITING, _now(), address=service.address)

    @property
    def state(self) -> State:
        """How the service is."""
        return self.component.state

    @property
    def pid(self) -> int | None:
        """The process that runs now, if any."""
        return self._process.pid if self._process else None

    def turn(self, others: Mapping[str, Unit]) -> None:
        """Look once at the process and the last check, and move on."""
        match self.state:
            case State.WAITING:
                if missing := [name for name in self.service.after if others[name].state is not State.HEALTHY]:
                    titles = ", ".join(others[name].service.title for name in missing)
                    self._enter(State.WAITING, f"Waits for {titles}.")
                else:
                    self._begin()
            case State.PREPARING:
                self._turn_preparing()
            case State.STARTING | State.HEALTHY | State.FAILING:
                self._turn_running()
            case State.RETRYING:
                if time.monotonic() >= self._retry_at:
                    self._enter(State.WAITING, self._reason)
            case _:
                pass

    def restart(self, why: str) -> None:
        """Start the service again, because something that it cannot do without was replaced."""
        if self.state in {State.STARTING, State.HEALTHY, State.FAILING}:
            self._end_now()
            self._retry(why, delay=0)

    def ask_to_stop(self) -> None:
        """Send the polite signal."""
        self._enter(State.STOPPING, "")
        if self._process and self._process.poll() is None:
            signal_process(self._process.pid, self.service.stop_signal)

    def stopped(self) -> bool:
        """Whether the process has ended; a service without one has at once."""
        return self._process is None or self._process.poll() is not None

    def end(self) -> None:
        """Kill what is left of the session, and say that the service is down."""
        self._end_now()
        self._enter(State.STOPPED, "")

    def _begin(self) -> None:
        command = self.service.command if self._prepared else self.service.prepare
        state = State.STARTING if self._prepared else State.PREPARING
        self._started = datetime.now(UTC)
        self._ill_since = None
        self._check = None
        self._next_check = 0.0
        if command:
            self._process = spawn(
                command,
                log=self.log,
                environment=self.service.environment,
                directory=self._directory,
                parent_death_signal=self.service.parent_death_signal,
                user=self.service.user if self._prepared else None,
            )
            self.session = Session.of(self.service.name, self._process.pid)
            self._remember(self.session)
        self._enter(state, self._reason)

    def _turn_preparing(self) -> None:
        assert self._process is not None
        code = self._process.poll()
        if code is None:
            return
        self._process = None
        if code == 0:
            self._prepared = True
            self._begin()
        else:
            self._retry(_last_line(self.log) or f"Its preparation ended with code {code}.")

    def _turn_running(self) -> None:
        if self._process and self._process.poll() is not None:
            code = self._process.returncode
            self._end_now()
            reason = self.service.explain_exit() or f"The process ended with code {code}; see {self.log}."
            self._retry(reason)
            return
        if (check := self._collect_check()) is not None and check.well is not None:
            self._judge(check)
        waited = time.monotonic() - self._entered
        if self.state is State.STARTING and self._process and waited > self.service.start_seconds:
            self._end_now()
            self._retry(f"Not healthy within {self.service.start_seconds:g} seconds; see {self.log}.")
        elif self.state is State.HEALTHY and waited > _STABLE_SECONDS:
            self._failures = 0

    def _judge(self, check: Check) -> None:
        if check.well:
            self._ill_since = None
            self._reason = ""
            self._enter(State.HEALTHY, check.detail, check.advice)
            return
        if self.state is State.STARTING and self._process:
            self._enter(State.STARTING, check.detail, check.advice)
            return
        now = time.monotonic()
        self._ill_since = self._ill_since or now
        self._enter(State.FAILING, check.detail, check.advice)
        if self._process and now - self._ill_since > self.service.patience:
            self._end_now()
            self._retry(f"{check.detail} It did not recover within {self.service.patience:g} seconds.")

    def _collect_check(self) -> Check | None:
        now = time.monotonic()
        if self._check is None:
            if now >= self._next_check:
                self._check = self._executor.submit(self.service.check, self._started)
            return None
        if not self._check.done():
            return None
        done, self._check = self._check, None
        self._next_check = now + _CHECK_EVERY.get(self.state, _CHECK_SOON)
        error = done.exception()
        return Check(False, f"The health check failed: {error}") if error else done.result()

    def _retry(self, why: str, delay: float | None = None) -> None:
        if self._prepared:
            self.restarts += 1
        wait = _BACK_OFF[min(self._failures, len(_BACK_OFF) - 1)] if delay is None else delay
        self._failures += delay is None
        self._retry_at = time.monotonic() + wait
        self._reason = why
        self._enter(State.RETRYING, why, f"Tries again by itself, every {_BACK_OFF[-1]} seconds at the latest.")

    def _end_now(self) -> None:
        if self.session:
            self.session.kill()
        if self._process:
            self._process.wait()
        self._process = None

    def _enter(self, state: State, detail: str, advice: str = "") -> None:
        since = self.component.since
        if state is not self.component.state:
            self._entered = time.monotonic()
            since = _now()
        new = Component(
            self.service.name,
            self.service.title,
            state,
            since,
            detail,
            advice,
            self.service.address,
            self.restarts,
            self.pid,
        )
        if new != self.component:
            self.component = new
            self._announce(self)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _last_line(log: Path) -> str:
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 4_000))
            lines = file.read().decode(errors="replace").strip().splitlines()
    except OSError:
        return ""
    return lines[-1].strip() if lines else ""
