"""Frames in PostgreSQL's binary formats: rows for COPY, columns as arrays.

Both are sequences of fields, each its length and its bytes, most significant first. A compiled loop writes them
without Python's lock, so one piece is encoded while another is sent.
"""

from __future__ import annotations

import functools
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Self, TypeVar, cast

import numba
import numpy as np
import polars as pl
from numpy.typing import NDArray

F = TypeVar("F", bound=Callable[..., Any])

HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
TRAILER = b"\xff\xff"

# kinds of field
_BOOL, _INT4, _INT8, _NUMERIC, _TEXT = range(5)
_DAYS = int((np.datetime64("2000-01-01") - np.datetime64("1970-01-01")).astype(int))  # PostgreSQL counts from 2000
_MICROSECONDS = _DAYS * 86_400_000_000
_MOST_BYTES = {_BOOL: 5, _INT4: 8, _INT8: 12, _NUMERIC: 24, _TEXT: 4}  # of one field, text's own bytes apart


def compiled(function: F) -> F:
    """Compile to machine code, cached beside the source or, where that is read-only, in the user's cache."""
    try:
        return cast(F, numba.njit(cache=True, nogil=True)(function))
    except RuntimeError:  # no place at all to keep a cache
        return cast(F, numba.njit(nogil=True)(function))


def copy_rows(frame: pl.DataFrame) -> memoryview:
    """The rows of a frame as COPY's binary format has them, without its header and trailer.

    Columns are integers, floats, booleans, dates, instants, texts, or decimals of two places.
    """
    return _Columns.of(frame).fields(0, frame.width, rows=True)


def arrays(frame: pl.DataFrame) -> Iterator[bytes]:
    """Each column of a frame as a binary array, for `unnest`."""
    columns = _Columns.of(frame)
    for place, kind in enumerate(frame.dtypes):
        nulls = not columns.present[place].all()
        head = _ARRAY_HEAD.pack(1, nulls, _OIDS[sql_type(kind)], frame.height, 1)
        yield head + bytes(columns.fields(place, place + 1, rows=False))


_ARRAY_HEAD = struct.Struct(">5i")  # dimensions, whether there are nulls, type, length, first place
_OIDS = {
    "boolean": 16, "bigint": 20, "integer": 23, "text": 25, "double precision": 701, "date": 1082,
    "timestamptz": 1184, "numeric": 1700,
}  # fmt: skip
_NAMES: dict[Any, str] = {
    pl.Boolean: "boolean",
    pl.Int32: "integer",
    pl.Int64: "bigint",
    pl.Float64: "double precision",
    pl.String: "text",
    pl.Date: "date",
}


def sql_type(kind: Any) -> str:
    """PostgreSQL's name for a column's type."""
    if isinstance(kind, pl.Decimal):
        return "numeric"
    if isinstance(kind, pl.Datetime):
        return "timestamptz"
    return _NAMES[kind if isinstance(kind, type) else type(kind)]


@dataclass(frozen=True)
class _Columns:
    """A frame as whole numbers, a row of `values` a column: what is written of each field, or where its text ends."""

    kinds: NDArray[np.int64]
    values: NDArray[np.int64]
    present: NDArray[np.bool_]
    text: NDArray[np.uint8]  # of all columns, one after another
    first: NDArray[np.int64]  # where a column's text begins in it

    @classmethod
    def of(cls, frame: pl.DataFrame) -> Self:
        """Every call of polars costs more than a small frame's values do, so there is one for all columns."""
        height, width = frame.shape
        kinds, as_numbers = _reading(tuple(frame.schema.items()))
        values = np.empty((width, height), np.int64)
        values[:] = frame.select(as_numbers).to_numpy().T
        present = np.ones((width, height), np.bool_)
        absent = [place for place, column in enumerate(frame) if column.null_count()]
        if absent:
            present[absent] = frame.select(pl.col(frame.columns[place]).is_not_null() for place in absent).to_numpy().T
        text, first = np.empty(0, np.uint8), np.zeros(width, np.int64)
        texts = [place for place in range(width) if kinds[place] == _TEXT]
        if texts:
            contents = frame.select(pl.col(frame.columns[place]).str.join("") for place in texts).row(0)
            parts = [(content or "").encode() for content in contents]
            first[texts] = np.cumsum([0, *map(len, parts[:-1])])
            values[texts] = values[texts].cumsum(axis=1) + first[texts][:, None]
            text = np.frombuffer(b"".join(parts), np.uint8)
        for place, kind in enumerate(frame.dtypes):
            if kind == pl.Float64:
                values[place] = frame.to_series(place).fill_null(0.0).to_numpy().view(np.int64)
        return cls(kinds, values, present, text, first)

    def fields(self, begin: int, end: int, *, rows: bool) -> memoryview:
        """The fields of the columns from `begin` to before `end`, row by row; `rows` begin with their width."""
        height = self.values.shape[1]
        most = height * (2 * rows + sum(_MOST_BYTES[int(kind)] for kind in self.kinds[begin:end])) + len(self.text)
        out = np.empty(most, np.uint8)
        of = slice(begin, end)
        used = _write(out, self.kinds[of], self.values[of], self.present[of], self.text, self.first[of], rows)
        return out[: int(used)].data


@functools.lru_cache(256)
def _reading(schema: tuple[tuple[str, Any], ...]) -> tuple[NDArray[np.int64], list[pl.Expr]]:
    """Each column's kind of field, and how its values become whole numbers."""
    found = [_number(name, kind) for name, kind in schema]
    return np.array([kind for kind, _ in found], np.int64), [
        number.fill_null(0).alias(name) for (name, _), (_, number) in zip(schema, found, strict=True)
    ]


def _number(name: str, kind: Any) -> tuple[int, pl.Expr]:
    column = pl.col(name)
    if isinstance(kind, pl.Decimal):
        if kind.scale != 2:
            message = f"column {name} is {kind}: only decimals of two places are stored"
            raise TypeError(message)
        return _NUMERIC, column.to_physical().cast(pl.Int64)
    if kind == pl.String:
        return _TEXT, column.str.len_bytes().cast(pl.Int64)
    if kind == pl.Boolean:
        return _BOOL, column.cast(pl.Int64)
    if kind == pl.Date:
        return _INT4, column.to_physical().cast(pl.Int64) - _DAYS
    if isinstance(kind, pl.Datetime):
        return _INT8, column.to_physical().cast(pl.Int64) - _MICROSECONDS
    if kind == pl.Float64:
        return _INT8, column.is_null().cast(pl.Int64)  # a place only: the bits are no number
    return (_INT4 if kind == pl.Int32 else _INT8), column.cast(pl.Int64)


@compiled
def _put(out: Any, at: Any, value: Any, size: Any) -> Any:
    """The lowest `size` bytes of a number, most significant first."""
    for place in range(size):
        out[at + place] = (value >> (8 * (size - 1 - place))) & 0xFF
    return at + size


@compiled
def _put_cents(out: Any, at: Any, cents: Any) -> Any:
    """A number of two decimal places as `numeric`: its digits to the base of 10,000."""
    left = abs(cents)
    fraction = left % 100 * 100
    left //= 100
    digits = np.zeros(6, np.int64)
    count = 0
    while left > 0:
        digits[count] = left % 10_000
        left //= 10_000
        count += 1
    stored = count + 1 if fraction else count
    at = _put(out, at, 8 + 2 * stored, 4)
    at = _put(out, at, stored, 2)
    at = _put(out, at, count - 1, 2)  # the weight of the first digit
    at = _put(out, at, 0x4000 if cents < 0 else 0, 2)
    at = _put(out, at, 2, 2)  # decimal places to show
    for place in range(count):
        at = _put(out, at, digits[count - 1 - place], 2)
    if fraction:
        at = _put(out, at, fraction, 2)
    return at


@compiled
def _write(out: Any, kinds: Any, values: Any, present: Any, text: Any, first: Any, rows: Any) -> Any:
    """Write every field, row by row; returns the bytes used."""
    width, height = values.shape
    at = 0
    for row in range(height):
        if rows:
            at = _put(out, at, width, 2)
        for column in range(width):
            kind = kinds[column]
            value = values[column, row]
            if not present[column, row]:
                at = _put(out, at, -1, 4)
            elif kind == _INT4:
                at = _put(out, at, 4, 4)
                at = _put(out, at, value, 4)
            elif kind == _INT8:
                at = _put(out, at, 8, 4)
                at = _put(out, at, value, 8)
            elif kind == _NUMERIC:
                at = _put_cents(out, at, value)
            elif kind == _BOOL:
                at = _put(out, at, 1, 4)
                at = _put(out, at, value, 1)
            else:
                begin = values[column, row - 1] if row else first[column]
                at = _put(out, at, value - begin, 4)
                for place in range(begin, value):
                    out[at] = text[place]
                    at += 1
    return at
