"""A PostgreSQL of the benchmark's own, configured as the product's, durable, on a socket and on a port."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from psycopg import sql

from bench.child import ROOT, BenchError
from loaders.db import connect, login
from loaders.errors import DatabaseUnavailable
from loaders.migrate import migrate
from loaders.settings import Settings
from walmart_app.services import postgres
from walmart_app.services.processes import spawn


@contextmanager
def server() -> Iterator[Settings]:
    """Settings of a running server with an empty, migrated database; all is gone afterwards."""
    place = Path(tempfile.mkdtemp(prefix="walmart-bench-"))
    place.chmod(0o711)
    settings = Settings.load(_env_file=None, state_dir=place / "state")
    process = None
    try:
        postgres.initialise(settings)
        port = _free_port()
        process = spawn(
            [*postgres.command(settings), "-c", "listen_addresses=127.0.0.1", "-c", f"port={port}"],
            log=place / "postgres.log",
            environment={**os.environ},
            directory=place,
            parent_death_signal=signal.SIGINT,
            user=postgres.system_user(),
        )
        # the socket's name carries the port, so the server is reached by its address alone
        settings = settings.model_copy(update={"db_host": "127.0.0.1", "db_port": port, "db_sslmode": "disable"})
        _wait(settings)
        yield settings
    finally:
        if process is not None:
            process.send_signal(signal.SIGINT)
            process.wait(60)
        shutil.rmtree(place, ignore_errors=True)


@contextmanager
def delayed(settings: Settings, round_trip_ms: float) -> Iterator[Settings]:
    """The same database, so far away."""
    port = _free_port()
    command = [
        sys.executable,
        "-m",
        "bench.relay",
        f"127.0.0.1:{port}",
        f"127.0.0.1:{settings.db_port}",
        str(round_trip_ms),
    ]
    relay = subprocess.Popen(command, cwd=ROOT)
    try:
        away = settings.model_copy(update={"db_port": port})
        deadline = time.monotonic() + 20
        while socket.socket().connect_ex(("127.0.0.1", port)):
            if time.monotonic() > deadline:
                message = "the relay does not listen"
                raise BenchError(message)
            time.sleep(0.05)
        yield away
    finally:
        relay.terminate()
        relay.wait(10)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait(settings: Settings) -> None:
    """Until the server answers; then the owner's role, database and schema are made."""
    deadline = time.monotonic() + 60
    while True:
        try:
            connection = connect(settings, "superuser", "postgres", autocommit=True)
            break
        except DatabaseUnavailable:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
    with connection:
        owner, password = login(settings, "owner")
        connection.execute(
            sql.SQL("create role {} login createrole password {}").format(sql.Identifier(owner), sql.Literal(password))
        )
        connection.execute(
            sql.SQL("create database {} owner {}").format(sql.Identifier(settings.db_name), sql.Identifier(owner))
        )
    migrate(settings)


def psql(settings: Settings, *commands: str) -> None:
    """Run commands of psql as the loader, one after another in one session.

    Raises:
        BenchError: one failed.
    """
    user, password = login(settings, "loader")
    options = [option for command in commands for option in ("-c", command)]
    done = subprocess.run(
        [
            *(str(postgres.binary("psql")), "-X", "-q", "-v", "ON_ERROR_STOP=1"),
            *("-h", str(settings.db_host), "-p", str(settings.db_port), "-U", user, "-d", settings.db_name, *options),
        ],
        env={**os.environ, "PGPASSWORD": password},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        message = f"psql failed: {done.stderr.strip()}"
        raise BenchError(message)


def another(settings: Settings, name: str) -> Settings:
    """Settings of a further database of the same server, empty and migrated."""
    with connect(settings, "superuser", "postgres", autocommit=True) as connection:
        connection.execute(
            sql.SQL("create database {} owner {}").format(sql.Identifier(name), sql.Identifier(settings.db_user))
        )
    made = settings.model_copy(update={"db_name": name})
    migrate(made)
    return made
