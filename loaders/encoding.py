"""Frames in PostgreSQL's binary formats: rows for COPY, columns as arrays.

Both are sequences of fields, each its length and its bytes, most significant first. A compiled loop writes them
without Python's lock, so one piece is encoded while another is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar, cast

import numba
import numpy as np
import polars as pl
from numpy.typing import NDArray

F = TypeVar("F", bound=Callable[..., Any])

HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
TRAILER = b"\xff\xff"

# kinds of field
_BOOL, _INT4, _INT8, _NUMERIC, _TEXT = range(5)
_DAYS = (np.datetime64("2000-01-01") - np.datetime64("1970-01-01")).astype(int)  # PostgreSQL counts from 2000
_MICROSECONDS = int(_DAYS) * 86_400_000_000
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
    return _fields(frame, rows=True)


def arrays(frame: pl.DataFrame) -> Iterator[bytes]:
    """Each column of a frame as a binary array, for `unnest`."""
    for column in frame:
        head = np.array([1, int(column.null_count() > 0), _OIDS[sql_type(column.dtype)], len(column), 1], ">i4")
        yield head.tobytes() + bytes(_fields(column.to_frame(), rows=False))


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


def _fields(frame: pl.DataFrame, *, rows: bool) -> memoryview:
    height, width = frame.shape
    kinds = np.empty(width, np.int64)
    values = np.zeros((width, height), np.int64)
    present = np.ones((width, height), np.bool_)
    texts: list[NDArray[np.uint8]] = []
    text_at = 0
    for place, column in enumerate(frame):
        if column.null_count():
            present[place] = column.is_not_null().to_numpy()
        if column.dtype == pl.String:
            content, ends = _text(column)
            kinds[place], values[place] = _TEXT, ends + text_at
            texts.append(content)
            text_at += len(content)
        else:
            kinds[place], values[place] = _numbers(column)
    most = height * (2 * rows + sum(_MOST_BYTES[int(kind)] for kind in kinds)) + text_at
    out = np.empty(most, np.uint8)
    text = np.concatenate(texts) if texts else np.empty(0, np.uint8)
    starts = np.cumsum([0, *(len(content) for content in texts)])
    first = np.zeros(width, np.int64)
    first[kinds == _TEXT] = starts[: len(texts)]
    used = _write(out, kinds, values, present, text, first, rows)
    return out[: int(used)].data


def _text(column: pl.Series) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The bytes of all texts one after another, and where each ends."""
    ends = np.cumsum(column.str.len_bytes().fill_null(0).to_numpy().astype(np.int64))
    return np.frombuffer((column.str.join("")[0] or "").encode(), np.uint8), ends


def _numbers(column: pl.Series) -> tuple[int, NDArray[np.int64]]:
    kind = column.dtype
    if isinstance(kind, pl.Decimal):
        if kind.scale != 2:
            message = f"column {column.name} is {kind}: only decimals of two places are stored"
            raise TypeError(message)
        return _NUMERIC, _whole(column.to_physical().cast(pl.Int64)).to_numpy()
    numbers = _whole(column if kind == pl.Boolean else column.to_physical()).to_numpy()
    if kind == pl.Boolean:
        return _BOOL, numbers.astype(np.int64)
    if kind == pl.Date:
        return _INT4, numbers.astype(np.int64) - _DAYS
    if isinstance(kind, pl.Datetime):
        return _INT8, numbers.astype(np.int64) - _MICROSECONDS
    if kind == pl.Float64:
        return _INT8, numbers.view(np.int64)
    return (_INT4 if kind == pl.Int32 else _INT8), numbers.astype(np.int64)


def _whole(column: pl.Series) -> pl.Series:
    """The same without nulls; each step of polars costs more than a small column's values do."""
    if not column.null_count():
        return column
    return column.fill_null(False) if column.dtype == pl.Boolean else column.fill_null(0)


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
