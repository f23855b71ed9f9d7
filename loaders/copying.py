"""Frames into PostgreSQL tables and back, by COPY.

The encoder is imported only when rows are written: it is compiled code that does not survive a fork.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import polars as pl
from psycopg import Connection, Cursor, adapters, sql
from psycopg.adapt import Dumper
from psycopg.pq import Format

from sim.schema import PRODUCTS, Mode, Table

Conn = Connection[tuple[Any, ...]]
CHUNK_ROWS = 50_000
FEW_ROWS = 50_000


def identifier(table: Table) -> sql.Identifier:
    """The table's qualified name."""
    return sql.Identifier(table.schema, table.name)


def columns_of(names: Sequence[str]) -> sql.Composed:
    """A list of columns."""
    return sql.SQL(", ").join(map(sql.Identifier, names))


def write(cursor: Cursor[tuple[Any, ...]], table: Table, frame: pl.DataFrame) -> None:
    """Bring rows to a table by its mode: appended, or inserted and replaced by primary key.

    Products only move forward in `updated_at`, because every shard brings the chain's changes.
    Few rows go as parameters of one statement, which may stand in a pipeline; many by COPY, which may not.
    """
    if frame.is_empty():
        return
    if frame.columns != list(table.columns):
        frame = frame.select(list(table.columns))
    if is_few(frame):
        from loaders.encoding import arrays

        cursor.execute(_insert(table, tuple(frame.dtypes)), [_Binary(part) for part in arrays(frame)])
    elif table.mode is Mode.APPEND:
        copy(cursor, identifier(table), frame)
    else:
        _stage(cursor, table, frame)


def is_few(frame: pl.DataFrame) -> bool:
    """Whether `write` sends a frame's rows as parameters, of which the server makes a copy before it uses them."""
    return frame.height <= FEW_ROWS


def copy(cursor: Cursor[tuple[Any, ...]], target: sql.Composable, frame: pl.DataFrame, *, freeze: bool = False) -> None:
    """COPY a frame into the columns of the same names.

    `freeze` marks the rows as seen by everybody, which spares a later pass over them; the table must have
    been made or emptied in the same transaction.
    """
    from loaders.encoding import HEADER, TRAILER

    statement = sql.SQL("copy {} ({}) from stdin (format binary{})").format(
        target, columns_of(frame.columns), sql.SQL(", freeze" if freeze else "")
    )
    with cursor.copy(statement) as stream:
        stream.write(HEADER)
        for piece in _encoded(frame):
            stream.write(piece)
        stream.write(TRAILER)


def _encoded(frame: pl.DataFrame) -> Iterator[memoryview]:
    """Rows by chunk; the next chunk is encoded while the caller sends this one."""
    from loaders.encoding import copy_rows

    if frame.height <= CHUNK_ROWS:
        yield copy_rows(frame)
        return
    with ThreadPoolExecutor(1) as pool:
        chunks = frame.iter_slices(CHUNK_ROWS)
        waiting = pool.submit(copy_rows, next(chunks))
        for chunk in chunks:
            ready, waiting = waiting, pool.submit(copy_rows, chunk)
            yield ready.result()
        yield waiting.result()


def _stage(cursor: Cursor[tuple[Any, ...]], table: Table, frame: pl.DataFrame) -> None:
    """Bring many rows that may be there already."""
    staged = sql.Identifier(f"staged_{table.schema}_{table.name}")
    cursor.execute(
        sql.SQL("create temporary table if not exists {} (like {}) on commit delete rows").format(
            staged, identifier(table)
        )
    )
    copy(cursor, staged, frame)
    cursor.execute(_insert_from(table, sql.SQL("select {} from {}").format(columns_of(list(table.columns)), staged)))
    cursor.execute(sql.SQL("delete from {}").format(staged))


_inserts: dict[Any, bytes] = {}


def _insert(table: Table, kinds: tuple[Any, ...]) -> bytes:
    """The statement that inserts rows which come as one array a column; composing it anew costs as much as few rows."""
    of = (table.path, table.mode, tuple(table.columns), table.key, kinds)
    if of not in _inserts:
        from loaders.encoding import sql_type

        # in the list of columns arrays go row by row; as one function in `from`, each is laid down in full first
        columns = [
            sql.SQL("unnest(%b::{}[]) as {}").format(sql.SQL(sql_type(kind)), sql.Identifier(name))
            for kind, name in zip(kinds, table.columns, strict=True)
        ]
        rows = sql.SQL("select {}").format(sql.SQL(", ").join(columns))
        _inserts[of] = _insert_from(table, rows).as_bytes(None)
    return _inserts[of]


def _insert_from(table: Table, rows: sql.Composable) -> sql.Composed:
    if table.mode is Mode.APPEND:
        conflict: sql.Composable = sql.SQL("")
    else:
        # in order of the key, so that two shards that bring the same rows never wait for each other in a circle
        others = [name for name in table.columns if name not in table.key]
        conflict = sql.SQL("order by {key} on conflict ({key}) do update set {changes} where {newer}").format(
            key=columns_of(table.key),
            changes=sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name)) for name in others),
            newer=sql.SQL("excluded.updated_at > old.updated_at")
            if table is PRODUCTS
            else sql.SQL("({}) is distinct from ({})").format(_prefixed("old", others), _prefixed("excluded", others)),
        )
    return sql.SQL("insert into {} as old ({}) {} {}").format(
        identifier(table), columns_of(list(table.columns)), rows, conflict
    )


class _Binary(bytes):
    """A parameter in its type's own binary format; the statement says which type."""


class _BinaryDumper(Dumper):
    format = Format.BINARY
    oid = 0

    def dump(self, obj: bytes) -> bytes:
        return obj


adapters.register_dumper(_Binary, _BinaryDumper)


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
