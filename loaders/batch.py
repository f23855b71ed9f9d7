"""Statements that go to the server together, so that a distant one costs few round trips."""

from __future__ import annotations

from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, Self

import polars as pl
from psycopg import Cursor, Pipeline

from loaders.copying import Conn, is_few, write
from sim.schema import Table


class Batch:
    """Used inside a transaction. Many rows go by COPY, which waits for what was sent before and is waited for."""

    def __init__(self, connection: Conn) -> None:
        self.connection = connection
        self._pipeline: AbstractContextManager[Pipeline] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end(kind, error, trace)

    def write(self, table: Table, frame: pl.DataFrame | None) -> None:
        """Bring rows to a table by its mode; None: there are none."""
        if frame is None or frame.is_empty():
            return
        if is_few(frame):
            self._begin()
        else:
            self._end()
        with self.connection.cursor() as cursor:
            write(cursor, table, frame)

    def execute(self, statement: str, parameters: Any = None) -> Cursor[tuple[Any, ...]]:
        """Send a statement; asking the cursor for a row waits for it."""
        self._begin()
        return self.connection.execute(statement.encode(), parameters)

    def _begin(self) -> None:
        if self._pipeline is None:
            pipeline = self.connection.pipeline()
            pipeline.__enter__()
            self._pipeline = pipeline

    def _end(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        pipeline, self._pipeline = self._pipeline, None
        if pipeline is not None:
            pipeline.__exit__(kind, error, trace)
