"""Do a piece of database work again, whole, when the connection was lost under it.

Only for work that can be repeated: what it commits, it finds committed the next time. A commit whose answer was
lost on the way may have happened, so the work must look before it writes.
"""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Concatenate, ParamSpec, TypeVar

import psycopg

from loaders.db import Role, unavailable
from loaders.errors import DatabaseUnavailable
from loaders.settings import Settings

P = ParamSpec("P")
T = TypeVar("T")

# Of the server's own codes: the connection failed (08), shutdown, crash, start (57P0x), and two transactions that
# stood in each other's way (40001, 40P01), of which one was taken back whole.
_PASSING_CODES = ("08", "57P01", "57P02", "57P03", "40001", "40P01", "53300")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Patience:
    """How long to try, in seconds: pauses that double from `first` to `longest`, until `total` since it went away.

    An attempt that lasted longer than `total` had a connection; what it then loses is counted as a new outage.
    """

    first: float = 0.5
    longest: float = 15.0
    total: float = 300.0


def lost(error: BaseException) -> bool:
    """Whether a second attempt may succeed, because the trouble was with connection or server, not with the work."""
    if isinstance(error, DatabaseUnavailable):
        return error.passing
    if isinstance(error, psycopg.Error) and error.sqlstate:
        return error.sqlstate.startswith(_PASSING_CODES)
    return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)


def persistently(
    settings: Settings,
    role: Role,
    work: Callable[[], T],
    patience: Patience | None = None,
    sleep: Callable[[float], None] = time.sleep,
    *,
    first: bool = True,
) -> T:
    """What `work` returns; it opens its own connections, and is called again from its beginning while they get lost.

    `first`: be as patient when the first connection cannot be opened; for a person at a terminal, better not.

    Raises:
        DatabaseUnavailable: the database stayed away for longer than `patience` allows.
        All else that `work` raises, at once.
    """
    chosen = patience or Patience()
    pause, away_since = chosen.first, None
    while True:
        started = time.monotonic()
        try:
            return work()
        except (psycopg.Error, DatabaseUnavailable) as error:
            if not lost(error) or (not first and away_since is None and isinstance(error, DatabaseUnavailable)):
                raise
            told = error if isinstance(error, DatabaseUnavailable) else unavailable(settings, error, role)
            now = time.monotonic()
            if away_since is None or now - started > chosen.total:
                pause, away_since = chosen.first, now
            if now + pause - away_since > chosen.total:
                raise told from error
            _log.warning("%s Trying again in %g seconds, with nothing half done.", told, pause)
            sleep(pause)
            pause = min(pause * 2, chosen.longest)


def persistent(
    role: Role, *, first: bool = True
) -> Callable[[Callable[Concatenate[Settings, P], T]], Callable[Concatenate[Settings, P], T]]:
    """The same as a decorator of a repeatable function whose first argument is the settings."""

    def decorate(function: Callable[Concatenate[Settings, P], T]) -> Callable[Concatenate[Settings, P], T]:
        @functools.wraps(function)
        def patient(settings: Settings, /, *arguments: P.args, **named: P.kwargs) -> T:
            return persistently(settings, role, lambda: function(settings, *arguments, **named), first=first)

        return patient

    return decorate
