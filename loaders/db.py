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
from loaders.settings import Settings

Role = Literal["superuser", "owner", "loader", "app", "reader"]

ROLE_NAMES: dict[Role, str] = {"loader": "walmart_loader", "app": "walmart_app", "reader": "walmart_reader"}
SUPERUSER = "postgres"
CONNECT_SECONDS = 10


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
    if settings.embedded_database:
        return values | {"host": str(socket_directory(settings.state_dir)), "port": 5432}
    values |= {"host": settings.db_host, "port": settings.db_port, "sslmode": settings.db_sslmode}
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
        raise DatabaseUnavailable(explain(settings, error, role)) from error


def explain(settings: Settings, error: psycopg.Error, role: Role = "owner") -> str:
    """Turn libpq's message into one sentence that names the setting to look at."""
    text = " ".join(str(error).split())
    user = login(settings, role)[0]
    embedded = settings.embedded_database
    where = f"{settings.db_host}:{settings.db_port}"
    server = "The embedded PostgreSQL" if embedded else f"PostgreSQL at {where}"
    password = (
        "check DB_USER and DB_PASSWORD." if role == "owner" else "run `python -m loaders migrate`, which sets it anew."
    )
    # in this order: a later needle may also be in an earlier message
    reasons = [
        (
            ("password authentication failed", "no password supplied"),
            f"{server} refused the password of user {user}: {password}",
        ),
        (
            ("no pg_hba.conf entry",),
            f"{server} does not let this machine in: check its pg_hba.conf and DB_SSLMODE.",
        ),
        (
            ("root certificate", "root.crt"),
            "The file that DB_SSLROOTCERT names (or should name) is not there: it holds the certificate authority "
            f"to check {where} by.",
        ),
        (
            ("does not exist",),
            f"{server} has no database {settings.db_name} or no user {user}: check DB_NAME and DB_USER.",
        ),
        (
            ("could not translate host", "failed to resolve", "name or service not known", "nodename nor servname"),
            f"The name {settings.db_host} cannot be resolved: check DB_HOST, and that Tailscale is up.",
        ),
        (
            ("certificate", "ssl"),
            f"PostgreSQL at {where} cannot be reached over TLS as asked: check DB_SSLMODE and DB_SSLROOTCERT.",
        ),
        (
            ("connection refused", "no such file"),
            "The embedded PostgreSQL is not running: start it with `make run` or `python -m walmart_app.services up`."
            if embedded
            else f"Nothing listens at {where}: check that PostgreSQL runs there, and DB_HOST and DB_PORT.",
        ),
        (
            ("timeout", "timed out", "unreachable", "no route"),
            f"{where} does not answer within {CONNECT_SECONDS} seconds: check the network, Tailscale and DB_HOST.",
        ),
    ]
    lowered = text.lower()
    for needles, sentence in reasons:
        if any(needle in lowered for needle in needles):
            return sentence
    return f"{server} cannot be used as {user}: {text}"
