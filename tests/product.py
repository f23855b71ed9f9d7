"""The whole product, started as a user starts it, in a state directory and on a port of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from loaders.settings import ROOT, Settings
from tests.waiting import wait_until
from walmart_app.services.locks import main_lock, supervisor_lock

START_SECONDS = 240  # a bare machine downloads the page's packages first
BACK_SECONDS = 90
# each start builds its page anew: processes that run tests side by side build theirs in different directories
WEB = f".web-test-{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"


def free_port() -> int:
    """A loopback port that nothing uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(state_dir: Path, port: int, **settings: object) -> dict[str, str]:
    """The environment of a run that shares nothing with another."""
    return {
        **os.environ,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
        "STATE_DIR": str(state_dir),
        "APP_PORT": str(port),
        "REFLEX_WEB_WORKDIR": WEB,
        **{name.upper(): str(value) for name, value in settings.items()},
    }


@dataclass
class Product:
    """A running product."""

    settings: Settings
    process: Any  # its subprocess.Popen; None when it was started by somebody else
    log: Path
    url: str

    @classmethod
    def start(cls, state_dir: Path, *, port: int | None = None, **settings: object) -> Product:
        """`reflex run` in production mode; returns when its page answers. A second start at the same port is quick."""
        port = port or free_port()
        variables = environment(state_dir, port, **settings)
        state_dir.mkdir(parents=True, exist_ok=True)
        log = state_dir / "reflex.log"
        with log.open("ab") as output:
            process = subprocess.Popen(
                [str(Path(sys.executable).parent / "reflex"), "run", "--env", "prod"],
                cwd=ROOT,
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        values = {name: value for name, value in settings.items() if name in Settings.model_fields}
        product = cls(
            Settings.load(_env_file=None, state_dir=state_dir, app_port=port, **values),
            process,
            log,
            f"http://127.0.0.1:{port}",
        )
        try:
            wait_until(lambda: product.ended() or product.get("/ping")[0] == 200, START_SECONDS, "the page answers")
            assert not product.ended(), log.read_text()
        except BaseException:
            product.stop()
            raise
        return product

    def ended(self) -> bool:
        """Whether `reflex run` is over."""
        return self.process.poll() is not None

    def stop(self) -> None:
        """End it as Ctrl-C in a terminal does, all processes of the group at once, and wait for everything."""
        if not self.ended():
            os.killpg(self.process.pid, signal.SIGINT)
        try:
            self.process.wait(60)
        finally:
            if self.process.poll() is None:
                self.process.kill()

    def get(self, path: str) -> tuple[int, str]:
        """Status and body of a GET; status 0 when nothing answers."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(self.url + path, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def services(self) -> dict[str, dict[str, Any]]:
        """What the health endpoint says, by service; empty when it does not answer."""
        try:
            return {part["name"]: part for part in json.loads(self.get("/api/v1/health")[1])["services"]}
        except (ValueError, KeyError):
            return {}

    def healthy(self) -> bool:
        """Whether all services are."""
        return self.get("/api/v1/health")[0] == 200

    def wait_healthy(self, seconds: float = START_SECONDS) -> None:
        """Wait until every service is healthy; a failure shows what each said last."""
        try:
            wait_until(self.healthy, seconds, "all services are healthy", every=0.2)
        except TimeoutError as error:
            states = "\n".join(f"{name}: {part['state']} {part['detail']}" for name, part in self.services().items())
            message = f"{error}\n{states}\n{self.log.read_text()[-3000:]}"
            raise AssertionError(message) from error

    def pids(self) -> set[int]:
        """Every living process whose environment or command line names this state directory."""
        return processes_of(self.settings.state_dir)


def processes_of(state_dir: Path) -> set[int]:
    """Pids of the living processes that belong to a state directory."""
    needle = str(state_dir)
    found = set()
    for process in psutil.process_iter():
        try:
            if process.pid == os.getpid() or process.status() == psutil.STATUS_ZOMBIE:
                continue
            if any(needle in part for part in process.cmdline()) or process.environ().get("STATE_DIR") == needle:
                found.add(process.pid)
        except psutil.Error:
            continue
    for pid in list(found):  # children that replaced title and environment
        try:
            found.update(child.pid for child in psutil.Process(pid).children(recursive=True))
        except psutil.Error:
            continue
    return {pid for pid in found if _runs(pid)}


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def assert_nothing_left(state_dir: Path, seconds: float) -> float:
    """Wait until no process, lock or socket of a state directory is left; returns the seconds that took."""
    started = time.monotonic()
    wait_until(lambda: not processes_of(state_dir), seconds, f"no process is left of {state_dir}")
    wait_until(lambda: supervisor_lock(state_dir).holder() is None, 2, "the supervisor's lock is free")
    wait_until(lambda: main_lock(state_dir).holder() is None, 2, "the main lock is free")
    assert not list((state_dir / "postgres").glob(".s.PGSQL*"))
    assert not (state_dir / "postgres" / "postmaster.pid").exists()
    return time.monotonic() - started
