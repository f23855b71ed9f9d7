"""What many tests share: one real PostgreSQL a session, one fresh migrated database a test."""

from __future__ import annotations

import itertools
import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from xdist.scheduler import LoadScopeScheduling

from loaders import migrate
from loaders.db import conninfo
from loaders.settings import Settings
from tests.places import open_directory
from tests.waiting import wait_until
from walmart_app.services import postgres
from walmart_app.services.processes import Session, spawn

TEMPLATE = "migrated"
_numbers = itertools.count(1)


class TwoProcesses(LoadScopeScheduling):
    """One process takes the tests of the running product, which often wait for Airflow; the other takes all others."""

    def _split_scope(self, nodeid: str) -> str:
        directory, _, file = nodeid.partition("::")[0].rpartition("/")
        return "product" if directory == "tests/e2e" and file != "test_endings.py" else "others"


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> TwoProcesses:
    """How tests are divided under `-n 2`."""
    return TwoProcesses(config, log)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say loudly what this machine cannot test: a skipped test is easily taken for a passed one."""
    reasons = [report.longrepr[2] for report in terminalreporter.stats.get("skipped", [])]
    untested = sorted({reason.removeprefix("Skipped: ") for reason in reasons if "NOT TESTED" in reason})
    if untested:
        terminalreporter.section("NOT TESTED ON THIS MACHINE", red=True, bold=True)
        for reason in untested:
            terminalreporter.line(reason, red=True)


@pytest.fixture(scope="session", autouse=True)
def clean_environment() -> Iterator[None]:
    """No test sees settings of the machine it runs on."""
    kept = {name: os.environ.pop(name) for name in list(os.environ) if name.lower() in Settings.model_fields}
    yield
    os.environ.update(kept)


@pytest.fixture(scope="session")
def postgres_server(clean_environment: None) -> Iterator[Settings]:
    """Settings whose state directory holds a running embedded PostgreSQL, with a migrated template database."""
    with open_directory() as directory:
        yield from _running(Settings.load(_env_file=None, state_dir=directory, db_name=TEMPLATE))


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory of the test's own, for state that another user must reach."""
    with open_directory() as directory:
        yield directory


def _running(settings: Settings) -> Iterator[Settings]:
    postgres.initialise(settings)
    process = spawn(
        [*postgres.command(settings), "-c", "fsync=off"],
        log=settings.state_dir / "postgres.log",
        environment={**os.environ},
        directory=settings.state_dir,
        parent_death_signal=signal.SIGINT,
        user=postgres.system_user(),
    )
    try:
        wait_until(lambda: postgres.answers(settings), 30, "PostgreSQL answers")
        postgres.ensure_databases(settings)
        migrate.migrate(settings)
        yield settings
    finally:
        session = Session.of("postgres", process.pid)
        process.send_signal(signal.SIGINT)
        try:
            process.wait(20)
        except Exception:
            session.kill()


@pytest.fixture
def database(postgres_server: Settings) -> Iterator[Settings]:
    """Settings that point to a fresh database with the current schema; dropped afterwards."""
    name = f"test_{next(_numbers)}"
    with psycopg.connect(conninfo(postgres_server, "superuser", "postgres"), autocommit=True) as connection:
        connection.execute(
            sql.SQL("create database {} template {} owner {}").format(
                sql.Identifier(name), sql.Identifier(TEMPLATE), sql.Identifier(postgres_server.db_user)
            )
        )
    yield postgres_server.model_copy(update={"db_name": name})
    with psycopg.connect(conninfo(postgres_server, "superuser", "postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def modelled_company(postgres_server: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Ten weeks of a small chain, all models built, forecasts and recommendations made; nobody changes it."""
    from loaders import pipeline, predictions  # compiled code: only where it is needed
    from loaders.dbt import WITHOUT_UNIT_TESTS, DbtProject
    from tests.api.conftest import copy_of

    with copy_of(postgres_server, TEMPLATE, "modelled_company") as settings:
        size = {"sim_customers": 300, "sim_products": 120, "sim_stores": 3, "sim_days": 70, "sim_seed": 7}
        settings = settings.model_copy(update=size)
        pipeline.run(settings, now=datetime(2026, 3, 13, 15, tzinfo=UTC))
        DbtProject(settings, tmp_path_factory.mktemp("dbt")).build(*WITHOUT_UNIT_TESTS)
        predictions.forecast(settings)
        predictions.recommend(settings)
        yield settings
