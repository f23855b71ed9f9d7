"""A PostgreSQL of the benchmark's own, configured as the product's."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from psycopg import sql
from pydantic import SecretStr

from bench.child import ROOT, BenchError
from loaders.db import connect, login
from loaders.migrate import migrate
from loaders.settings import Settings
from walmart_app.services import postgres
from walmart_app.services.processes import spawn

ADDRESS = "127.98.76.54"  # of the loopback, where no other PostgreSQL has taken port 5432
_WAIT = 60.0  # seconds until the server answers, or has ended


@contextmanager
def server(*options: str, **sizes: int) -> Iterator[Settings]:
    """Settings, with these sizes of the company, of a running server with an empty, migrated database.

    It is reached by its socket; `options` are further ones of the server. All is gone afterwards.
    """
    place = Path(tempfile.mkdtemp(prefix="walmart-bench-"))
    place.chmod(0o711)  # the server may run as another user
    settings = Settings.load(_env_file=None, state_dir=place / "state", **sizes)
    process = None
    try:
        postgres.initialise(settings)
        process = spawn(
            [*postgres.command(settings), *(part for option in options for part in ("-c", option))],
            log=place / "postgres.log",
            environment={**os.environ},
            directory=place,
            parent_death_signal=signal.SIGINT,
            user=postgres.system_user(),
        )
        _await(lambda: postgres.answers(settings), "PostgreSQL does not answer")
        postgres.ensure_databases(settings)
        migrate(settings)
        yield settings
    finally:
        if process is not None:
            process.send_signal(signal.SIGINT)
            process.wait(_WAIT)
        shutil.rmtree(place, ignore_errors=True)


@contextmanager
def network_server() -> Iterator[Settings]:
    """The same, reached by an address, as a server on another machine is."""
    with server(f"listen_addresses={ADDRESS}") as settings:
        password = SecretStr(settings.secret("db_password"))
        changes = {"db_host": ADDRESS, "db_port": 5432, "db_sslmode": "disable", "db_password": password}
        yield settings.model_copy(update=changes)


@contextmanager
def delayed(settings: Settings, round_trip_ms: float) -> Iterator[Settings]:
    """The same database, so far away."""
    port = _free_port()
    command = [sys.executable, "-m", "bench.relay", f"127.0.0.1:{port}", f"{settings.db_host}:{settings.db_port}",
               str(round_trip_ms)]  # fmt: skip
    relay = subprocess.Popen(command, cwd=ROOT)
    try:
        _await(lambda: not socket.socket().connect_ex(("127.0.0.1", port)), "the relay does not listen")
        yield settings.model_copy(update={"db_host": "127.0.0.1", "db_port": port})
    finally:
        relay.terminate()
        relay.wait(10)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _await(condition: Callable[[], bool], otherwise: str) -> None:
    deadline = time.monotonic() + _WAIT
    while not condition():
        if time.monotonic() > deadline:
            raise BenchError(otherwise)
        time.sleep(0.05)


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
    made = _empty(settings, name)
    migrate(made)
    return made


@contextmanager
def fresh(settings: Settings, name: str) -> Iterator[Settings]:
    """Settings of a further database of the same server, without a schema; it is dropped afterwards."""
    yield _empty(settings, name)
    drop(settings, name)


def copied(settings: Settings, name: str) -> Settings:
    """Settings of a copy of the database, made anew."""
    drop(settings, name)
    original, owner = sql.Identifier(settings.db_name), sql.Identifier(settings.db_user)
    return _made(settings, name, sql.SQL("template {} owner {}").format(original, owner))


def drop(settings: Settings, name: str) -> None:
    """Remove a database of the server, if it is there."""
    with connect(settings, "superuser", "postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


def _empty(settings: Settings, name: str) -> Settings:
    return _made(settings, name, sql.SQL("owner {}").format(sql.Identifier(settings.db_user)))


def _made(settings: Settings, name: str, how: sql.Composed) -> Settings:
    with connect(settings, "superuser", "postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("create database {} {}").format(sql.Identifier(name), how))
    return settings.model_copy(update={"db_name": name})
