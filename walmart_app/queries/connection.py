"""Connections for reading, by the role that may only read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from loaders.db import connect, explain
from loaders.errors import DatabaseUnavailable
from loaders.settings import Settings

STATEMENT_MILLISECONDS = 10_000


@contextmanager
def reading(settings: Settings) -> Iterator[psycopg.Connection[Any]]:
    """A connection of the role `walmart_reader`, for a few statements.

    Raises:
        DatabaseUnavailable: the database is away, too slow, or has no schema yet; one plain sentence.
    """
    with connect(settings, "reader", autocommit=True) as connection:
        try:
            connection.execute(f"set statement_timeout = {STATEMENT_MILLISECONDS}")
            yield connection
        except psycopg.errors.UndefinedTable as error:
            message = "The database has no company schema yet; it is made within seconds of the start."
            raise DatabaseUnavailable(message) from error
        except psycopg.errors.QueryCanceled as error:
            message = f"The database did not answer within {STATEMENT_MILLISECONDS // 1000} seconds."
            raise DatabaseUnavailable(message) from error
        except psycopg.OperationalError as error:
            raise DatabaseUnavailable(explain(settings, error)) from error
