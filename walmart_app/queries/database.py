"""A small pool of connections for the web worker, so made that a slow database never holds the event loop."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.pq import TransactionStatus
from psycopg_pool import ConnectionPool, PoolTimeout

from loaders.db import Role, conninfo, explain, unavailable
from loaders.errors import DatabaseUnavailable
from loaders.settings import Settings

T = TypeVar("T")
Conn = psycopg.Connection[tuple[Any, ...]]

SIZE = 8  # connections; more than a few only queue up inside PostgreSQL
WAITING = 64  # requests under way, those that wait for a connection included
CONNECT_SECONDS = 3
POOL_SECONDS = 2.0
STATEMENT_SECONDS = 5
LOCK_SECONDS = 3
ANSWER_SECONDS = 10.0  # the longest that anybody waits, whatever the server or the network does
OPTIONS = (
    f"-c statement_timeout={STATEMENT_SECONDS}s -c lock_timeout={LOCK_SECONDS}s "
    f"-c idle_in_transaction_session_timeout={ANSWER_SECONDS:.0f}s -c timezone=UTC"
)


class _LostBeforeCommit(Exception):
    """The connection broke under work whose commit had not begun: the server takes all of it back."""

    def __init__(self, error: psycopg.OperationalError) -> None:
        self.error = error
        super().__init__(str(error))


class Database:
    """One role's connections, opened at their first use. Safe from any event loop."""

    def __init__(self, settings: Settings, role: Role) -> None:
        self._settings, self._role = settings, role
        self._pool: ConnectionPool[Conn] | None = None
        self._opening = threading.Lock()
        self._room = threading.BoundedSemaphore(WAITING)

    async def run(self, work: Callable[[Conn], T]) -> T:
        """What `work` returns; it has a connection and one transaction, committed unless it raises.

        Raises:
            DatabaseUnavailable: the database is away, too slow, too busy or not migrated; one plain sentence.
                After a time-out the work may still come to its end.
        """
        if not self._room.acquire(blocking=False):
            message = f"More than {WAITING} requests wait for the database already: try again in a few seconds."
            raise DatabaseUnavailable(message)
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()

        def deliver(result: T | None, error: BaseException | None) -> None:
            if future.done():
                return
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(result)  # type: ignore[arg-type]

        def labour() -> None:
            result, error = None, None
            try:
                result = self._within_transaction(work)
            except BaseException as raised:
                error = raised
            finally:
                self._room.release()
            with contextlib.suppress(RuntimeError):  # nobody waits any more: the loop is closed
                loop.call_soon_threadsafe(deliver, result, error)

        # A thread of its own, and a daemon: one that hangs in a dead network keeps neither a shared
        # thread pool nor the end of the process waiting.
        threading.Thread(target=labour, name="database", daemon=True).start()
        try:
            await asyncio.wait({future}, timeout=ANSWER_SECONDS)
        finally:
            in_time = not future.cancel()  # also when the caller is cancelled: nobody waits for it any more
        if not in_time:
            message = f"The database gave no answer within {ANSWER_SECONDS:.0f} seconds: try again later."
            raise DatabaseUnavailable(message)
        return future.result()

    def close(self) -> None:
        """Close the connections; a later use opens new ones."""
        with self._opening:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.close(timeout=1)

    def _within_transaction(self, work: Callable[[Conn], T]) -> T:
        """A connection that turns out to be lost before the commit was begun has changed nothing: once more, whole."""
        started = time.monotonic()
        try:
            return self._attempt(work)
        except _LostBeforeCommit as lost:
            if time.monotonic() - started > ANSWER_SECONDS / 2:
                raise self._told(lost.error) from lost.error
        try:
            return self._attempt(work)
        except _LostBeforeCommit as lost:
            raise self._told(lost.error) from lost.error

    def _attempt(self, work: Callable[[Conn], T]) -> T:
        committing = False
        try:
            with self._opened().connection() as connection:
                result = work(connection)
                committing = connection.info.transaction_status is not TransactionStatus.IDLE
            return result
        except PoolTimeout as error:
            raise DatabaseUnavailable(self._why_none()) from error
        except psycopg.errors.LockNotAvailable as error:
            message = (
                f"What is asked for has been in use for {LOCK_SECONDS} seconds, by a commit of the simulation or by "
                "other orders: nothing was changed, try again in a few seconds."
            )
            raise DatabaseUnavailable(message) from error
        except psycopg.errors.QueryCanceled as error:
            message = f"The database took longer than {STATEMENT_SECONDS} seconds: try again later, or ask for less."
            raise DatabaseUnavailable(message) from error
        except (
            psycopg.errors.UndefinedTable,
            psycopg.errors.UndefinedColumn,
            psycopg.errors.UndefinedFunction,
            psycopg.errors.InvalidSchemaName,
        ) as error:
            message = (
                "The database does not have this release's tables (yet): they are made within seconds of the start, "
                "or by `python -m loaders migrate`."
            )
            raise DatabaseUnavailable(message) from error
        except psycopg.OperationalError as error:
            if committing and self._role != "reader":
                message = (
                    "The connection to the database was lost at the last moment. A question can be asked again; "
                    "whether a change was made, nobody knows: send an order again with the same Idempotency-Key."
                )
                raise DatabaseUnavailable(message, passing=True) from error
            if error.sqlstate is None or error.sqlstate.startswith(("08", "57P")):
                raise _LostBeforeCommit(error) from error
            raise self._told(error) from error

    def _told(self, error: psycopg.Error) -> DatabaseUnavailable:
        return unavailable(self._settings, error, self._role)

    def _opened(self) -> ConnectionPool[Conn]:
        with self._opening:
            if self._pool is None:
                self._pool = ConnectionPool(
                    self._conninfo(),
                    min_size=0,
                    max_size=SIZE,
                    timeout=POOL_SECONDS,
                    reconnect_timeout=POOL_SECONDS,
                    max_idle=300,
                    check=self._check,
                    open=True,
                    name=f"walmart_{self._role}",
                )
            return self._pool

    def _conninfo(self) -> str:
        return make_conninfo(
            conninfo(self._settings, self._role),
            connect_timeout=CONNECT_SECONDS,
            options=OPTIONS,
            keepalives_idle=5,
            keepalives_interval=2,
            keepalives_count=3,
            tcp_user_timeout=int(ANSWER_SECONDS * 1000),
        )

    def _check(self, connection: Conn) -> None:
        """Where one connection is gone the others are, too; the pool would try one by one, waiting longer each time."""
        try:
            ConnectionPool.check_connection(connection)
        except psycopg.OperationalError:
            if self._pool is not None:
                self._pool.drain()
            raise

    def _why_none(self) -> str:
        """The pool only says that it has no connection; one try by hand tells a server away from a busy one."""
        try:
            psycopg.connect(self._conninfo()).close()
        except psycopg.OperationalError as error:
            return explain(self._settings, error, self._role)
        return f"All {SIZE} connections to the database are in use: try again in a few seconds."
