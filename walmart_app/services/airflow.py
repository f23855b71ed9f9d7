"""Airflow as the product runs it: three processes, LocalExecutor, loopback only, lean.

Its metadata always lies on the embedded PostgreSQL, so that a slow or absent remote database
never stops scheduling.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote

from loaders.embedded import socket_directory
from loaders.errors import WalmartSimError
from loaders.secrets import write_private
from loaders.settings import ROOT, Settings
from walmart_app.services.postgres import AIRFLOW_DATABASE
from walmart_app.services.service import Check

USUAL_PORT = 8080
_SECONDS = 5


class AirflowError(WalmartSimError):
    """Airflow cannot be set up."""


def home(settings: Settings) -> Path:
    """Airflow's directory."""
    return settings.state_dir / "airflow"


class Port:
    """The loopback port for Airflow: the chosen one, else the usual one, else any that is free.

    One that was not chosen is held as long as this object lives: Airflow takes a while until it listens, and another
    company that starts meanwhile must not find the port free. On Linux a server may listen beside a socket that is
    bound and does not listen; elsewhere the port is only looked for.
    """

    def __init__(self, settings: Settings) -> None:
        self.number = settings.airflow_port
        if not self.number:
            self._socket = _bound()
            self.number = int(self._socket.getsockname()[1])
            if sys.platform == "linux":
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            else:
                self._socket.close()


def _bound() -> socket.socket:
    for candidate in (USUAL_PORT, 0):
        held = socket.socket()
        try:
            held.bind(("127.0.0.1", candidate))
        except OSError:
            held.close()
            continue
        return held
    message = "No loopback port is free for Airflow."
    raise AirflowError(message)


def environment(settings: Settings, port: int) -> dict[str, str]:
    """The environment that all of Airflow's processes share; it holds secrets, a command line never does."""
    password = quote(settings.secret("airflow_database_password"), safe="")
    host = quote(str(socket_directory(settings.state_dir)), safe="/")
    database = f"postgresql+psycopg://{AIRFLOW_DATABASE}:{password}@/{AIRFLOW_DATABASE}?host={host}"
    root = f"http://127.0.0.1:{port}"
    options: dict[str, dict[str, object]] = {
        "core": {
            "dags_folder": ROOT / "dags",
            "load_examples": False,
            "executor": "LocalExecutor",
            "parallelism": 4,
            "fernet_key": _fernet_key(settings),
            "simple_auth_manager_users": f"{settings.airflow_user}:admin",
            "simple_auth_manager_passwords_file": home(settings) / "passwords.json",
            "execution_api_server_url": f"{root}/execution/",
            "min_serialized_dag_update_interval": 5,
            "dags_are_paused_at_creation": False,
        },
        "api": {
            "host": "127.0.0.1",
            "port": port,
            "workers": 1,
            "base_url": root,
            "secret_key": settings.secret("airflow_secret_key"),
        },
        "api_auth": {"jwt_secret": settings.secret("airflow_jwt_secret") * 2},
        "database": {
            "sql_alchemy_conn": database,
            "sql_alchemy_conn_async": database,
            "sql_alchemy_pool_size": 2,
        },
        "scheduler": {
            "scheduler_idle_sleep_time": 0.5,
            "scheduler_heartbeat_sec": 2,
            "job_heartbeat_sec": 2,
            "scheduler_health_check_threshold": 20,
            "task_instance_heartbeat_timeout": 60,
            "task_instance_heartbeat_timeout_detection_interval": 5,
            "orphaned_tasks_check_interval": 15,
        },
        # Short heartbeats free a finished task's slot at once; many may fail while a service restarts.
        "workers": {"min_heartbeat_interval": 1, "max_failed_heartbeats": 60, "execution_api_timeout": 30},
        "dag_processor": {
            "parsing_processes": 1,
            "refresh_interval": 15,
            "min_file_process_interval": 60,
            "print_stats_interval": 0,
            "bundle_refresh_check_interval": 5,
        },
        "logging": {
            "base_log_folder": settings.state_dir / "logs" / "tasks",
            "dag_processor_child_process_log_directory": settings.state_dir / "logs" / "dag-processing",
            "colored_console_log": False,
            "namespace_levels": "http.access=WARNING airflow.jobs=WARNING airflow.dag_processing=WARNING",
        },
    }
    flat = {
        f"AIRFLOW__{section}__{name}".upper(): str(value)
        for section, values in options.items()
        for name, value in values.items()
    }
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW_")}
    scripts = str(Path(sys.executable).parent)
    return inherited | {
        "AIRFLOW_HOME": str(home(settings)),
        "STATE_DIR": str(settings.state_dir),
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "ignore",
        "PATH": os.pathsep.join([scripts, os.environ.get("PATH", os.defpath)]),
        **flat,
    }


def executable() -> str:
    """The `airflow` command of this environment."""
    return str(Path(sys.executable).parent / "airflow")


def password(settings: Settings) -> str:
    """The password of `settings.airflow_user`, for the Airflow here or the one elsewhere."""
    return settings.secret("airflow_password")


def prepare(settings: Settings, port: int) -> None:
    """Write the login, and bring the metadata database to this Airflow's version. Safe to repeat.

    Raises:
        AirflowError: the migration of the metadata failed.
    """
    directory = home(settings)
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_private(directory / "passwords.json", json.dumps({settings.airflow_user: password(settings)}))
    marker = directory / "migrated-to"
    # The migration takes seven seconds even when there is nothing to do; the cluster's own mark
    # says whether it is still the database that was migrated.
    wanted = f"{version('apache-airflow-core')} {_cluster(settings)}"
    if marker.exists() and marker.read_text() == wanted:
        return
    done = subprocess.run(
        [executable(), "db", "migrate"], env=environment(settings, port), cwd=directory, capture_output=True, text=True
    )
    if done.returncode:
        (directory / "migration.log").write_text(done.stdout + done.stderr)
        message = f"Airflow's metadata could not be migrated; see {directory / 'migration.log'}."
        raise AirflowError(message)
    write_private(marker, wanted)


def api_check(port: int) -> Callable[[datetime], Check]:
    """A check that the API server answers and is warm."""
    warmed: list[datetime] = []

    def check(started: datetime) -> Check:
        if health(f"http://127.0.0.1:{port}") is None:
            return Check(False, "The API server does not answer yet.")
        if warmed != [started]:
            # The first request to this part blocks the server for seconds; better now than when a task asks.
            if _get(f"http://127.0.0.1:{port}/execution/health", 30) is None:
                return Check(False, "The API server is warming up.")
            warmed[:] = [started]
        return Check(True, f"Answers at http://127.0.0.1:{port}")

    return check


def heartbeat_check(port: int, component: str) -> Callable[[datetime], Check]:
    """A check of the heartbeat that `component` ("scheduler", "dag_processor") leaves in the metadata."""

    def check(started: datetime) -> Check:
        found = health(f"http://127.0.0.1:{port}")
        if found is None:
            return Check(None)
        part = found.get(component) or {}
        latest = part.get(f"latest_{component}_heartbeat")
        if latest is None or datetime.fromisoformat(latest) < started:
            return Check(False, "No heartbeat yet.")
        if part.get("status") != "healthy":
            return Check(False, f"No heartbeat since {latest}.")
        return Check(True, "Beats every few seconds.")

    return check


def elsewhere_check(url: str) -> Callable[[datetime], Check]:
    """A check of an Airflow that is run elsewhere."""

    def check(_started: datetime) -> Check:
        found = health(url.rstrip("/"))
        if found is None:
            return Check(False, f"Airflow at {url} does not answer.", "Check AIRFLOW_URL, and that it runs there.")
        if (found.get("scheduler") or {}).get("status") != "healthy":
            return Check(False, f"The scheduler of Airflow at {url} is not healthy.", "Look at it there.")
        return Check(True, f"Answers at {url}")

    return check


def health(url: str) -> dict[str, Any] | None:
    """What Airflow says of its components; None when it does not answer."""
    text = _get(f"{url}/api/v2/monitor/health", _SECONDS)
    try:
        found = json.loads(text) if text else None
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _get(url: str, seconds: float) -> str | None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=seconds) as answer:
            return str(answer.read().decode())
    except (urllib.error.URLError, OSError, ValueError):
        return None


def _fernet_key(settings: Settings) -> str:
    """Fernet wants 32 random bytes in padded URL-safe base64."""
    return settings.secret("airflow_fernet_key") + "="


def _cluster(settings: Settings) -> str:
    """Something that changes when the embedded cluster is made anew."""
    secret = settings.state_dir / "postgres" / "PG_VERSION"
    return str(secret.stat().st_ino) if secret.exists() else ""
