"""Frames into PostgreSQL tables and back, by COPY."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import polars as pl
from psycopg import Connection, Cursor, sql

from sim.schema import PRODUCTS, Mode, Table

Conn = Connection[tuple[Any, ...]]
CHUNK_ROWS = 100_000
_INSTANT = "%Y-%m-%d %H:%M:%S%.6f+00"


def identifier(table: Table) -> sql.Identifier:
    """The table's qualified name."""
    return sql.Identifier(table.schema, table.name)


def columns_of(names: Sequence[str]) -> sql.Composed:
    """A list of columns."""
    return sql.SQL(", ").join(map(sql.Identifier, names))


def write(cursor: Cursor[tuple[Any, ...]], table: Table, frame: pl.DataFrame) -> None:
    """Bring rows to a table by its mode: appended, or inserted and replaced by primary key.

    Products only move forward in `updated_at`, because every shard brings the chain's changes.
    """
    if frame.is_empty():
        return
    frame = frame.select(list(table.columns))
    if table.mode is Mode.APPEND:
        copy(cursor, identifier(table), frame)
    else:
        _upsert(cursor, table, frame)


def copy(cursor: Cursor[tuple[Any, ...]], target: sql.Composable, frame: pl.DataFrame) -> None:
    """COPY a frame into the columns of the same names."""
    statement = sql.SQL("copy {} ({}) from stdin (format csv)").format(target, columns_of(frame.columns))
    with cursor.copy(statement) as stream:
        for piece in _encoded(frame):
            stream.write(piece)


def _encoded(frame: pl.DataFrame) -> Iterator[bytes]:
    """CSV by chunk; the next chunk is encoded while the caller sends this one."""
    if frame.height <= CHUNK_ROWS:
        yield _csv(frame)
        return
    with ThreadPoolExecutor(1) as pool:
        chunks = frame.iter_slices(CHUNK_ROWS)
        waiting = pool.submit(_csv, next(chunks))
        for chunk in chunks:
            ready, waiting = waiting, pool.submit(_csv, chunk)
            yield ready.result()
        yield waiting.result()


def _csv(chunk: pl.DataFrame) -> bytes:
    return chunk.write_csv(include_header=False, datetime_format=_INSTANT).encode()


def _upsert(cursor: Cursor[tuple[Any, ...]], table: Table, frame: pl.DataFrame) -> None:
    staged = sql.Identifier(f"staged_{table.schema}_{table.name}")
    target = identifier(table)
    cursor.execute(
        sql.SQL("create temporary table if not exists {} (like {}) on commit delete rows").format(staged, target)
    )
    copy(cursor, staged, frame)
    others = [name for name in table.columns if name not in table.key]
    newer = (
        sql.SQL("excluded.updated_at > old.updated_at")
        if table is PRODUCTS
        else sql.SQL("({}) is distinct from ({})").format(_prefixed("old", others), _prefixed("excluded", others))
    )
    # in order of the key, so that two shards that bring the same rows never wait for each other in a circle
    cursor.execute(
        sql.SQL(
            "insert into {target} as old ({columns}) select {columns} from {staged} order by {key} "
            "on conflict ({key}) do update set {changes} where {newer}"
        ).format(
            target=target,
            staged=staged,
            columns=columns_of(list(table.columns)),
            key=columns_of(table.key),
            changes=sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name)) for name in others),
            newer=newer,
        )
    )
    cursor.execute(sql.SQL("delete from {}").format(staged))


def _prefixed(prefix: str, names: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(prefix, name) for name in names)


def read(connection: Conn, table: Table, where: sql.Composable | None = None) -> pl.DataFrame:
    """A table's rows, in order of its key, with the contract's types."""
    query = sql.SQL("select {} from {} {} order by {}").format(
        columns_of(list(table.columns)),
        identifier(table),
        sql.SQL("where {}").format(where) if where else sql.SQL(""),
        columns_of(table.key),
    )
    return read_query(connection, query, table.columns)


def read_query(
    connection: Conn, query: sql.Composable, columns: dict[str, Any], parameters: Sequence[Any] = ()
) -> pl.DataFrame:
    """A query's rows as a frame of the given columns, by COPY: money stays exact, nulls stay apart from empty text."""
    buffer = io.BytesIO()
    statement = sql.SQL("copy ({}) to stdout (format csv)").format(query)
    with connection.cursor() as cursor:
        cursor.execute("set local timezone to 'UTC'")
        with cursor.copy(statement, parameters or None) as stream:
            for piece in stream:
                buffer.write(piece)
    if not buffer.tell():
        return pl.DataFrame(schema=columns)
    buffer.seek(0)
    texts = {name: pl.String if _by_hand(kind) else kind for name, kind in columns.items()}
    frame = pl.read_csv(buffer, has_header=False, schema=texts)
    return frame.with_columns(_parsed(name, kind) for name, kind in columns.items() if _by_hand(kind))


def _by_hand(kind: Any) -> bool:
    return kind == pl.Boolean or isinstance(kind, pl.Datetime | pl.Decimal)


def _parsed(name: str, kind: Any) -> pl.Expr:
    column = pl.col(name)
    if kind == pl.Boolean:
        return column == "t"
    if isinstance(kind, pl.Datetime):
        return (
            column.str.strip_suffix("+00")
            .str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us")
            .dt.replace_time_zone("UTC")
            if kind.time_zone
            else column.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us")
        )
    return column.cast(kind)
