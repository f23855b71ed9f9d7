"""The way to the database, hop by hop: name, port, TLS, password, schema version, working roles.

Each hop is tried by itself, and the first that fails says what is wrong and what to do; nothing is changed.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import psycopg

from loaders.db import ROLE_NAMES, connect
from loaders.errors import DatabaseUnavailable
from loaders.explaining import CONNECT_SECONDS
from loaders.migrate import head
from loaders.settings import Settings
from loaders.tls import TlsFailure, negotiated

HOPS = ("name", "port", "tls", "password", "schema", "roles")


@dataclass(frozen=True)
class Hop:
    """One hop. `well` is None where it was not tried; `detail`: what was found, or what is wrong and what to do."""

    name: str
    well: bool | None
    detail: str


class _Failure(Exception):
    """Why a hop fails, for a person."""


def diagnose(settings: Settings) -> list[Hop]:
    """Every hop in order, those behind the first failure untried."""
    hops: list[Hop] = []
    for name, attempt in _attempts(settings):
        if hops and hops[-1].well is False:
            break
        try:
            hops.append(Hop(name, well=True, detail=attempt()))
        except (_Failure, TlsFailure, DatabaseUnavailable) as error:
            hops.append(Hop(name, well=False, detail=str(error)))
    before = hops[-1].name
    return hops + [Hop(name, None, f"not tried, because {before} failed") for name in HOPS[len(hops) :]]


def _attempts(settings: Settings) -> Iterator[tuple[str, Callable[[], str]]]:
    on_socket = settings.embedded_database or str(settings.db_host).startswith("/")
    yield "name", lambda: "none needed: a socket on this machine" if on_socket else _resolve(settings)
    yield "port", lambda: "none needed: a socket on this machine" if on_socket else _reach(settings)
    yield "tls", lambda: "none needed: a socket on this machine" if on_socket else negotiated(settings)
    yield "password", lambda: _owner_enters(settings)
    yield "schema", lambda: _schema(settings)
    yield "roles", lambda: _roles_enter(settings)


def _resolve(settings: Settings) -> str:
    host = str(settings.db_host)
    try:
        found = socket.getaddrinfo(host, settings.db_port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        message = (
            f"The name {host} cannot be resolved ({_plain(error)}). Check the spelling of DB_HOST; on a tailnet, that "
            f"`tailscale status` lists the machine and that MagicDNS is on (`tailscale dns status`). In a container "
            "the resolver must be the host's, or 100.100.100.100."
        )
        raise _Failure(message) from None
    addresses = list(dict.fromkeys(str(address[4][0]) for address in found))
    return f"{host} is {', '.join(addresses)}" if addresses != [host] else f"{host} is an address"


def _reach(settings: Settings) -> str:
    started = time.monotonic()
    where = f"{settings.db_host}:{settings.db_port}"
    try:
        socket.create_connection((str(settings.db_host), settings.db_port), timeout=CONNECT_SECONDS).close()
    except ConnectionRefusedError:
        message = (
            f"Nothing listens at {where}: the machine is there, but refuses the port. Check DB_PORT; over there, that "
            "PostgreSQL runs (`docker compose ps`) and listens on this address (the published port, or "
            "listen_addresses)."
        )
        raise _Failure(message) from None
    except OSError as error:
        message = (
            f"{where} does not answer ({_plain(error)}). Check that the machine is up (`tailscale ping "
            f"{settings.db_host}`), and that the tailnet's access rules let this machine's tag reach port "
            f"{settings.db_port}: a rule that is missing looks like this."
        )
        raise _Failure(message) from None
    return f"{where} answers in {(time.monotonic() - started) * 1000:.0f} ms"


def _owner_enters(settings: Settings) -> str:
    with connect(settings, "owner", autocommit=True) as connection:
        row = connection.execute("select current_setting('server_version')").fetchone()
    assert row is not None
    return f"{settings.db_user} enters database {settings.db_name} of PostgreSQL {row[0]}"


def _schema(settings: Settings) -> str:
    needed = head()
    try:
        with connect(settings, "owner", autocommit=True) as connection:
            row = connection.execute("select version_num from operations.schema_version").fetchone()
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
        row = None
    except psycopg.errors.InsufficientPrivilege:
        message = f"{settings.db_user} does not own the schema: DB_USER must be the role that ran the migrations."
        raise _Failure(message) from None
    if row is None:
        message = "The database is empty: run `python -m loaders migrate`."
        raise _Failure(message)
    if row[0] != needed:
        message = (
            f"The schema is at {row[0]}, this release needs {needed}: run `python -m loaders migrate`; if {row[0]} is "
            "the newer one, another machine runs a newer release, and this one must be updated."
        )
        raise _Failure(message)
    return f"version {needed}, the one that is needed"


def _roles_enter(settings: Settings) -> str:
    for role in ROLE_NAMES:
        connect(settings, role, autocommit=True).close()
    return f"{', '.join(ROLE_NAMES.values())} enter"


def _plain(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer within {CONNECT_SECONDS} seconds"
    return (getattr(error, "strerror", None) or str(error)).rstrip(".")


def describe(hops: list[Hop]) -> str:
    """The hops for a reader, a line each."""
    marks = {True: "ok", False: "FAILS", None: "-"}
    return "\n".join(f"{hop.name:<14} {marks[hop.well]:<6} {hop.detail}" for hop in hops)
