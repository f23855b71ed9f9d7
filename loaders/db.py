"""Connections to the company's PostgreSQL, embedded or remote, by role.

Every part connects as the least role that does: `owner` migrates, `loader` writes the
company's tables and runs dbt, `app` serves the REST API, `reader` only reads.
"""

from __future__ import annotations

from typing import Any, Literal

import psycopg
from psycopg.conninfo import make_conninfo
from sqlalchemy import URL

from loaders.embedded import socket_directory
from loaders.errors import DatabaseUnavailable
from loaders.explaining import CONNECT_SECONDS, explanation
from loaders.settings import Settings

Role = Literal["superuser", "owner", "loader", "app", "reader"]

ROLE_NAMES: dict[Role, str] = {"loader": "walmart_loader", "app": "walmart_app", "reader": "walmart_reader"}
SUPERUSER = "postgres"
# A network can swallow packets without a word. Half a minute of silence ends the connection, and an error can be
# handled; by the kernel's own defaults a load would hang for two hours. A long statement is not silent: the
# server's kernel answers the probes while it runs.
LIVENESS = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 4, "tcp_user_timeout": 30_000}


def login(settings: Settings, role: Role) -> tuple[str, str]:
    """User name and password of a role. `superuser` exists on the embedded server only."""
    if role == "superuser":
        return SUPERUSER, settings.secret("postgres_password")
    if role == "owner":
        return settings.db_user, settings.secret("db_password")
    return ROLE_NAMES[role], settings.secret(f"db_{role}_password")


def parameters(settings: Settings, role: Role, database: str | None = None) -> dict[str, Any]:
    """libpq's connection parameters for a role."""
    user, password = login(settings, role)
    values: dict[str, Any] = {
        "user": user,
        "password": password,
        "dbname": database or settings.db_name,
        "connect_timeout": CONNECT_SECONDS,
        "application_name": f"walmart_sim_{role}",
    }
    if (
        settings.embedded_database or role == "superuser"
    ):  # Airflow's metadata are here, wherever the company's data are
        return values | {"host": str(socket_directory(settings.state_dir)), "port": 5432}
    values |= {"host": settings.db_host, "port": settings.db_port, "sslmode": settings.db_sslmode} | LIVENESS
    if settings.db_sslrootcert:
        values["sslrootcert"] = str(settings.db_sslrootcert)
    return values


def conninfo(settings: Settings, role: Role, database: str | None = None) -> str:
    """The same as one libpq connection string (holds the password: never log it)."""
    return make_conninfo(**parameters(settings, role, database))


def sqlalchemy_url(settings: Settings, role: Role, database: str | None = None) -> URL:
    """The same for SQLAlchemy."""
    values = parameters(settings, role, database)
    known = {key: values.pop(key) for key in ("user", "password", "dbname", "port")}
    query = {key: str(value) for key, value in values.items()}
    return URL.create(
        "postgresql+psycopg",
        username=known["user"],
        password=known["password"],
        database=known["dbname"],
        port=known["port"],
        query=query,
    )


def connect(
    settings: Settings, role: Role, database: str | None = None, *, autocommit: bool = False
) -> psycopg.Connection[tuple[Any, ...]]:
    """Open one connection.

    Raises:
        DatabaseUnavailable: with one plain sentence about what is wrong and what to check.
    """
    try:
        return psycopg.connect(conninfo(settings, role, database), autocommit=autocommit)
    except psycopg.OperationalError as error:
        raise unavailable(settings, error, role) from error


def unavailable(settings: Settings, error: psycopg.Error, role: Role = "owner") -> DatabaseUnavailable:
    """libpq's or the server's error as one of ours: a sentence, and whether it can pass by itself."""
    found = explanation(settings, str(error), login(settings, role)[0], owner=role == "owner")
    return DatabaseUnavailable(found.sentence, passing=found.passing)


def explain(settings: Settings, error: psycopg.Error, role: Role = "owner") -> str:
    """Turn libpq's message into one sentence that names the setting to look at."""
    return str(unavailable(settings, error, role))
