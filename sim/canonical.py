"""Hashes of a table's content: the same from memory, Parquet, CSV or a database.

Rows are sorted by the primary key, columns taken in the schema's order and turned to little-endian
bytes: whole numbers, days, microseconds and cents as int64, floats as float64, text as UTF-8 with
lengths, nulls as a mask over zeros. A table that grows by month has one digest a month, and the
table's hash is that of its months' digests, so months can be hashed apart and combined.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import numpy as np
import polars as pl

from sim.schema import INSTANT, Table

_INSTANT_TEXT = "%Y-%m-%d %H:%M:%S%.f%:z"
_WHOLE = "all"  # the one part of a table that is not split by month


def table_hash(table: Table, frame: pl.DataFrame) -> str:
    """SHA-256 (hexadecimal) of a frame's content as rows of `table`."""
    return combine(part_digests(table, frame))


def part_digests(table: Table, frame: pl.DataFrame) -> dict[str, str]:
    """Digest by month ("2025-03"), or of the whole table under "all"; an empty frame has no parts."""
    rows = conform(table, frame)
    if rows.is_empty():
        return {}
    if table.month_of is None:
        return {_WHOLE: _digest(table, rows)}
    day = rows[table.month_of]
    months = day.dt.year().cast(pl.Int32) * 12 + day.dt.month().cast(pl.Int32) - 1
    found = months.unique().sort().to_list()
    return {
        f"{month // 12:04d}-{month % 12 + 1:02d}": _digest(
            table, rows if len(found) == 1 else rows.filter(months == month)
        )
        for month in found
    }


def combine(parts: Mapping[str, str]) -> str:
    """The table's hash from its parts' digests."""
    text = "\n".join(f"{part} {parts[part]}" for part in sorted(parts))
    return hashlib.sha256(text.encode()).hexdigest()


def conform(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with the schema's columns, order and types, whatever it was read from."""
    if frame.schema == pl.Schema(table.columns):
        return frame
    return frame.select(_conformed(frame[name], name, kind) for name, kind in table.columns.items())


def _conformed(series: pl.Series, name: str, kind: pl.DataType | type[pl.DataType]) -> pl.Series:
    if series.dtype == kind:
        return series
    if kind == INSTANT:
        if series.dtype == pl.String:
            return series.str.to_datetime(_INSTANT_TEXT, time_unit="us").dt.convert_time_zone("UTC")
        if isinstance(series.dtype, pl.Datetime) and series.dtype.time_zone is None:
            return series.dt.cast_time_unit("us").dt.replace_time_zone("UTC")
        return series.dt.cast_time_unit("us").dt.convert_time_zone("UTC")
    if kind == pl.Date and series.dtype == pl.String:
        return series.str.to_date()
    if isinstance(kind, pl.Decimal) and series.dtype.is_float():
        return series.round(kind.scale).cast(kind)
    if kind == pl.Boolean and series.dtype == pl.String:
        return series.str.to_lowercase().is_in(["true", "t", "1"]).alias(name)
    return series.cast(kind)


def _digest(table: Table, frame: pl.DataFrame) -> str:
    # a month of a large company fills much of the memory: it is sorted column by column and never copied whole
    order = None if _in_order(frame, table.key) else frame.select(pl.arg_sort_by(*table.key)).to_series()
    found = hashlib.sha256()
    found.update(f"{table.path} {frame.height}".encode())
    for name in table.columns:
        _feed(found, frame[name] if order is None else frame[name].gather(order))
    return found.hexdigest()


def _in_order(frame: pl.DataFrame, key: tuple[str, ...]) -> bool:
    """Whether the rows, not counting equal ones, already increase by the key (whole numbers and dates)."""
    undecided = np.ones(max(frame.height - 1, 0), dtype=np.bool_)
    for name in key:
        values = frame[name].to_physical().to_numpy()
        if np.any(undecided & (values[1:] < values[:-1])):
            return False
        undecided &= values[1:] == values[:-1]
    return True


def _feed(found: hashlib._Hash, series: pl.Series) -> None:
    found.update(series.name.encode())
    if series.null_count():
        found.update(np.packbits(series.is_null().to_numpy()).tobytes())
    kind = series.dtype
    if kind == pl.String:
        text = series.fill_null("")
        found.update(text.str.len_bytes().cast(pl.Int64).to_numpy().astype("<i8").tobytes())
        found.update("".join(text.to_list()).encode())
    elif kind.is_float():
        found.update((series.fill_null(0.0).to_numpy() + 0.0).astype("<f8").tobytes())
    else:
        whole = series.to_physical() if kind.is_temporal() or kind.is_decimal() else series
        found.update(whole.cast(pl.Int64).fill_null(0).to_numpy().astype("<i8", copy=False).tobytes())
