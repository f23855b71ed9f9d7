"""A database that the settings name: a plain sentence while it is away, and recovery when it comes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest

from loaders.db import conninfo
from loaders.settings import ROOT, Settings
from tests.waiting import wait_until
from walmart_app.services import postgres, report
from walmart_app.services.lifecycle import end_services
from walmart_app.services.processes import Session, spawn

NOTHING_LISTENS = "http://127.0.0.1:9"


def _environment(state: Path, **settings: str) -> dict[str, str]:
    return {**os.environ, "STATE_DIR": str(state), "AIRFLOW_URL": NOTHING_LISTENS, "AIRFLOW_PASSWORD": "x", **settings}


@pytest.fixture
def far(place: Path) -> Settings:
    """Settings of a server's own directory; the test starts the server when it likes."""
    return Settings.load(_env_file=None, state_dir=place / "far", db_user="shop", db_name="shop")


def _run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "walmart_app.services", *arguments],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )


def _database(settings: Settings) -> Any:
    return next((part for part in report.read(settings.state_dir).components if part.name == "database"), None)


def _detail(settings: Settings) -> str:
    part = _database(settings)
    return part.detail if part else ""


def _terminal(settings: Settings) -> str:
    """What the supervisor said, as it would on a terminal."""
    return (settings.state_dir / "logs" / "supervisor.log").read_text()


def test_the_database_is_away_then_comes(tmp_path: Path, far: Settings) -> None:
    postgres.initialise(far)
    socket = far.state_dir / "postgres"
    state = tmp_path / "near"
    near = Settings.load(_env_file=None, state_dir=state)
    environment = _environment(
        state, DB_HOST=str(socket), DB_USER="shop", DB_NAME="shop", DB_PASSWORD=far.secret("db_password")
    )
    server = None
    try:
        assert _run(environment, "up", "--timeout", "0").returncode == 1
        sentence = f"Nothing listens at {socket}:5432: check that PostgreSQL runs there"
        wait_until(lambda: sentence in _detail(near), 60, "the report says so")
        shown = _run(environment, "status").stdout + _terminal(near)
        assert shown.count(sentence) >= 2
        assert "Traceback" not in shown
        server = spawn(
            [*postgres.command(far), "-c", "fsync=off"],
            log=far.state_dir / "log",
            environment=dict(os.environ),
            directory=far.state_dir,
            parent_death_signal=signal.SIGINT,
            user=postgres.system_user(),
        )
        wait_until(lambda: postgres.answers(far), 30, "the server answers")
        postgres.ensure_databases(far)
        wait_until(lambda: _database(near).state is report.State.HEALTHY, 60, "the database is healthy")
        status = _run(environment, "status", "--json")
        assert {part["name"]: part["state"] for part in json.loads(status.stdout)["components"]} == {
            "database": "healthy",
            "airflow": "failing",
        }
        assert status.returncode == 1
    finally:
        assert end_services(near, None)
        if server:
            session = Session.of("far", server.pid)
            server.send_signal(signal.SIGINT)
            server.wait(20)
            session.kill()
    assert _run(environment, "status").returncode == 1
    assert _run(environment, "down").stdout == "Nothing is running.\n"


def test_a_wrong_password_is_named_in_terminal_and_report(tmp_path: Path, postgres_server: Settings) -> None:
    state = tmp_path / "near"
    near = Settings.load(_env_file=None, state_dir=state)
    environment = _environment(
        state,
        DB_HOST=str(postgres_server.state_dir / "postgres"),
        DB_USER=postgres_server.db_user,
        DB_NAME=postgres_server.db_name,
        DB_PASSWORD="not-the-password",
    )
    try:
        up = _run(environment, "up", "--timeout", "0")
        sentence = f"refused the password of user {postgres_server.db_user}: check DB_USER and DB_PASSWORD."
        wait_until(lambda: sentence in _detail(near), 60, "the report says so")
    finally:
        assert end_services(near, None)
    shown = up.stdout + up.stderr + _terminal(near)
    assert any(line.startswith("[services]") and sentence in line for line in shown.splitlines())
    assert "not-the-password" not in shown
    assert "Traceback" not in shown


def test_the_embedded_server_for_airflow_is_looked_after_when_the_company_is_far(postgres_server: Settings) -> None:
    """DB_HOST moves the company's data; the server beside us, for Airflow's metadata, stays within reach."""
    away = postgres_server.model_copy(update={"db_host": "127.0.0.1", "db_port": 9})
    assert postgres.answers(away)
    postgres.ensure_databases(away)
    with psycopg.connect(conninfo(postgres_server, "superuser", postgres.AIRFLOW_DATABASE)) as connection:
        assert connection.execute("select current_database()").fetchone() == (postgres.AIRFLOW_DATABASE,)
