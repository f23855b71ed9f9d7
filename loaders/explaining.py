"""What libpq and PostgreSQL say of a connection that failed, in one sentence that names the setting to look at."""

from __future__ import annotations

from dataclasses import dataclass

from loaders.settings import Settings

CONNECT_SECONDS = 10


@dataclass(frozen=True)
class Explanation:
    """One sentence, and whether the trouble can pass by itself."""

    sentence: str
    passing: bool


def explanation(settings: Settings, message: str, user: str, *, owner: bool) -> Explanation:
    """The first reason that fits `message`; `owner`: whether `user` is the one that DB_USER names."""
    text = " ".join(message.split())
    lowered = text.lower()
    for needles, sentence, passing in _reasons(settings, user, owner):
        if any(needle in lowered for needle in needles):
            return Explanation(sentence, passing)
    return Explanation(f"{_server(settings)} cannot be used as {user}: {text}", passing=False)


def _server(settings: Settings) -> str:
    return "The embedded PostgreSQL" if settings.embedded_database else f"PostgreSQL at {_where(settings)}"


def _where(settings: Settings) -> str:
    return f"{settings.db_host}:{settings.db_port}"


def _reasons(settings: Settings, user: str, owner: bool) -> list[tuple[tuple[str, ...], str, bool]]:
    """What to look for in the message, the sentence, whether it can pass; the first that fits counts."""
    server, where = _server(settings), _where(settings)
    password = "check DB_USER and DB_PASSWORD." if owner else "run `python -m loaders migrate`, which sets it anew."
    nothing_there = (
        "The embedded PostgreSQL is not running: start it with `make run` or `python -m walmart_app.services up`."
        if settings.embedded_database
        else f"Nothing listens at {where}: check that PostgreSQL runs there, and DB_HOST and DB_PORT."
    )
    return [
        (
            ("password authentication failed", "no password supplied"),
            f"{server} refused the password of user {user}: {password}",
            False,
        ),
        (
            ("no pg_hba.conf entry", "pg_hba.conf rejects"),
            f"{server} does not let this machine in: check its pg_hba.conf and DB_SSLMODE.",
            False,
        ),
        (
            ("root certificate", "root.crt"),
            "The file that DB_SSLROOTCERT names (or should name) is not there: it holds the certificate authority "
            f"to check {where} by.",
            False,
        ),
        (
            ("too many clients", "remaining connection slots", "too many connections"),
            f"{server} has no connection free: wait a moment, or raise max_connections there.",
            True,
        ),
        (
            ("is starting up", "is shutting down", "in recovery mode", "not yet accepting", "terminating connection"),
            f"{server} is being started or stopped: wait a moment.",
            True,
        ),
        (
            ("server closed the connection", "connection has been closed", "ssl syscall error", "connection is lost",
             "connection is closed", "eof detected",
             "unexpected eof", "broken pipe", "connection reset", "consuming input failed", "sending query failed",
             "could not receive data", "could not send data"),
            f"The connection to {server[0].lower() + server[1:] if settings.embedded_database else server} was lost: "
            "check that it runs, and the network on the way.",
            True,
        ),
        (
            ("does not exist",),
            f"{server} has no database {settings.db_name} or no user {user}: check DB_NAME and DB_USER.",
            False,
        ),
        (
            ("could not translate host", "failed to resolve", "name or service not known", "nodename nor servname",
             "temporary failure in name resolution", "no address associated"),
            f"The name {settings.db_host} cannot be resolved: check DB_HOST, and that Tailscale is up.",
            True,
        ),
        (
            ("certificate", "ssl"),
            f"PostgreSQL at {where} cannot be reached over TLS as asked: check DB_SSLMODE and DB_SSLROOTCERT.",
            False,
        ),
        (("connection refused", "no such file"), nothing_there, True),
        (
            ("timeout", "timed out", "unreachable", "no route"),
            f"{where} does not answer within {CONNECT_SECONDS} seconds: check the network, Tailscale and DB_HOST.",
            True,
        ),
    ]  # fmt: skip
