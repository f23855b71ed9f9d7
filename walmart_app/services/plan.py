"""Which services there are, by what the settings place elsewhere."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from importlib.metadata import version

from loaders.db import connect
from loaders.errors import DatabaseUnavailable
from loaders.settings import ROOT, Settings
from walmart_app.services import airflow, postgres
from walmart_app.services.service import Check, Service


def services(settings: Settings, airflow_port: int) -> list[Service]:
    """The services in the order in which they start."""
    plan: list[Service] = []
    if settings.embedded_database or settings.supervised_airflow:
        plan.append(_postgres(settings))
    plan.append(_schema(settings))
    if settings.supervised_airflow:
        plan.extend(_airflow(settings, airflow_port))
    else:
        assert settings.airflow_url is not None
        plan.append(
            Service("airflow", "Airflow", airflow.elsewhere_check(settings.airflow_url), address=settings.airflow_url)
        )
    return plan


def _postgres(settings: Settings) -> Service:
    log = settings.state_dir / "logs" / "postgres.log"

    def check(_started: datetime) -> Check:
        if postgres.answers(settings):
            return Check(True, "Answers on its socket.")
        return Check(False, postgres.why_it_fails(log) or "The server does not answer yet.")

    return Service(
        "postgres",
        "PostgreSQL (embedded)",
        check,
        command=tuple(postgres.command(settings)),
        prepare=_prepare("postgres"),
        environment=_environment(settings) | {"TZ": "UTC"},
        user=postgres.system_user(),
        parent_death_signal=signal.SIGINT,  # PostgreSQL's "fast" shutdown
        stop_signal=signal.SIGINT,
        stop_seconds=20,
        patience=15,
        explain_exit=lambda: postgres.why_it_fails(log),
    )


def _schema(settings: Settings) -> Service:
    def check(_started: datetime) -> Check:
        try:
            with connect(settings, "app") as connection:
                connection.execute("select 1")
        except DatabaseUnavailable as error:
            return Check(False, str(error), "Nothing is lost: it goes on by itself when the database answers again.")
        return Check(True, "The schema is current.")

    where = "embedded" if settings.embedded_database else str(settings.db_host)
    return Service(
        "database",
        f"Company database ({where})",
        check,
        prepare=_prepare("schema"),
        environment=_environment(settings),
        after=("postgres",) if settings.embedded_database else (),
    )


def _airflow(settings: Settings, port: int) -> list[Service]:
    environment = airflow.environment(settings, port)
    compiled = Check(True, "Its inner loops are compiled.")
    simulator = Service(
        "simulator",
        "Simulator",
        lambda _started: compiled,
        prepare=_prepare("simulator"),
        environment=_environment(settings),
    )
    current = Check(True, f"Migrated to Airflow {version('apache-airflow-core')}.")
    metadata = Service(
        "airflow-metadata",
        "Airflow metadata",
        lambda _started: current,
        prepare=_prepare("airflow", str(port)),
        environment=_environment(settings),
        after=("postgres",),
    )

    def process(
        name: str, title: str, check: Callable[[datetime], Check], *command: str, restart_with: tuple[str, ...] = ()
    ) -> Service:
        return Service(
            f"airflow-{name}",
            f"Airflow {title}",
            check,
            command=command,
            environment=environment,
            after=("postgres", "airflow-metadata"),
            restart_with=restart_with,
            address=f"http://127.0.0.1:{port}" if name == "api" else "",
        )

    # The scheduler hangs, alive, and the processor dies when the server under them is replaced.
    return [
        simulator,
        metadata,
        process("api", "API server", airflow.api_check(port), airflow.executable(), "api-server"),
        process(
            "scheduler",
            "scheduler",
            airflow.heartbeat_check(port, "scheduler"),
            *(sys.executable, "-m", "walmart_app.services.scheduler"),
            "--skip-serve-logs",  # else it opens a log server on every interface
            restart_with=("postgres",),
        ),
        process(
            "dag-processor",
            "DAG processor",
            airflow.heartbeat_check(port, "dag_processor"),
            *(airflow.executable(), "dag-processor"),
            restart_with=("postgres",),
        ),
    ]


def _prepare(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "walmart_app.services.prepare", *arguments)


def _environment(settings: Settings) -> dict[str, str]:
    return {**os.environ, "STATE_DIR": str(settings.state_dir), "PYTHONPATH": str(ROOT)}
