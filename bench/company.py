"""A company of a benchmark's own: an embedded PostgreSQL in a temporary directory, and days simulated into it."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from loaders import migrate
from loaders.db import conninfo
from loaders.settings import Settings
from walmart_app.services import postgres
from walmart_app.services.processes import spawn

_WAIT = 60.0  # seconds until the server answers


@contextmanager
def server(database: str = "bench") -> Iterator[Settings]:
    """Settings of a running server with one migrated, empty database; all of it is gone afterwards."""
    directory = Path(tempfile.mkdtemp(prefix="walmart-bench-"))
    directory.chmod(0o711)
    settings = Settings.load(_env_file=None, state_dir=directory, db_name=database)
    postgres.initialise(settings)
    process = spawn(
        [*postgres.command(settings), "-c", "fsync=off"],
        log=directory / "postgres.log",
        environment={**os.environ},
        directory=directory,
        parent_death_signal=signal.SIGINT,
        user=postgres.system_user(),
    )
    try:
        until = time.monotonic() + _WAIT
        while not postgres.answers(settings) and time.monotonic() < until:
            time.sleep(0.05)
        postgres.ensure_databases(settings)
        migrate.migrate(settings)
        yield settings
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)
        shutil.rmtree(directory, ignore_errors=True)


def copied(settings: Settings, name: str) -> Settings:
    """Settings of a copy of the database, made anew."""
    with psycopg.connect(conninfo(settings, "superuser", "postgres"), autocommit=True) as connection:
        copy, original = sql.Identifier(name), sql.Identifier(settings.db_name)
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(copy))
        connection.execute(
            sql.SQL("create database {} template {} owner {}").format(copy, original, sql.Identifier(settings.db_user))
        )
    return settings.model_copy(update={"db_name": name})
