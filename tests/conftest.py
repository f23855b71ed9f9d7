"""What many tests share: one real PostgreSQL a session, one fresh migrated database a test."""

from __future__ import annotations

import itertools
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from loaders import migrate
from loaders.db import conninfo
from loaders.settings import Settings
from tests.waiting import wait_until
from walmart_app.services import postgres
from walmart_app.services.processes import Session, spawn

TEMPLATE = "migrated"
_numbers = itertools.count(1)


@pytest.fixture(scope="session", autouse=True)
def clean_environment() -> Iterator[None]:
    """No test sees settings of the machine it runs on."""
    kept = {name: os.environ.pop(name) for name in list(os.environ) if name.lower() in Settings.model_fields}
    yield
    os.environ.update(kept)


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory, clean_environment: None) -> Iterator[Settings]:
    """Settings whose state directory holds a running embedded PostgreSQL, with a migrated template database."""
    settings = Settings.load(_env_file=None, state_dir=tmp_path_factory.mktemp("pg"), db_name=TEMPLATE)
    _open_parents(settings.state_dir)
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


def _open_parents(directory: Path) -> None:
    """pytest's directories are private; root's PostgreSQL runs as another user."""
    if os.geteuid() == 0:
        for part in [directory, *directory.parents[:2]]:
            part.chmod(0o711)
