"""From the simulator's whole numbers to frames of the schema: cents to DECIMAL, day numbers to dates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sim.clock import EPOCH
from sim.schema import INSTANT, MONEY, Mode, Table

Column = NDArray[np.generic]
NULL = -1  # in nullable whole-number columns

CHANNELS = ("store", "pickup", "delivery")
PAYMENTS = ("cash", "debit", "credit", "mobile_wallet", "gift_card")
REASONS = ("changed_mind", "defective", "wrong_item", "wrong_size", "not_as_described")
# Columns that the simulator keeps as numbers of words.
_WORDS: dict[tuple[str, str], tuple[str, ...]] = {
    ("transactions", "channel"): CHANNELS,
    ("transactions", "payment_method"): PAYMENTS,
    ("returns", "reason"): REASONS,
}
EPOCH_SHIFT = (EPOCH - date(1970, 1, 1)).days


class Outbox:
    """Rows on their way out of a shard, as chunks of columns by table path."""

    def __init__(self) -> None:
        self._chunks: dict[str, list[dict[str, Column]]] = {}
        self._frames: dict[str, list[pl.DataFrame]] = {}

    def add(self, table: Table, columns: Mapping[str, Column]) -> None:
        """Add rows as raw columns: cents, day numbers, Unix seconds, NULL for nothing, numbers of words."""
        self._chunks.setdefault(table.path, []).append({name: _narrow(columns[name]) for name in table.columns})

    def add_frame(self, table: Table, frame: pl.DataFrame) -> None:
        """Add rows that are a frame already."""
        self._frames.setdefault(table.path, []).append(frame)

    def take(self, table: Table) -> pl.DataFrame:
        """The rows of one table, which then are no longer here; of rows with one key an upsert keeps the last."""
        frames = self._frames.pop(table.path, [])
        # A month of a large company is hundreds of megabytes; only one column of it is held twice.
        chunks = self._chunks.pop(table.path, [])
        if chunks:
            columns = (
                _column(table, name, kind, _wide(np.concatenate([chunk.pop(name) for chunk in chunks])))
                for name, kind in table.columns.items()
            )
            frames.append(pl.DataFrame(list(columns)))
        if not frames:
            return table.empty()
        return last_rows(table, pl.concat(frames))


def _narrow(column: Column) -> Column:
    """Whole numbers in half the memory where they fit."""
    if column.dtype == np.int64 and len(column):
        low, high = column.min(), column.max()
        if low >= -(1 << 31) and high < 1 << 31:
            return column.astype(np.int32)
    return column


def _wide(column: Column) -> Column:
    return column.astype(np.int64) if column.dtype == np.int32 else column


def last_rows(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    """What an upsert leaves of rows in the order they were written."""
    if table.mode is Mode.UPSERT and frame.height > 1:
        return frame.unique(subset=list(table.key), keep="last", maintain_order=True)
    return frame


def build(table: Table, columns: Mapping[str, Column]) -> pl.DataFrame:
    """A frame of the schema from raw columns."""
    return pl.DataFrame([_column(table, name, kind, columns[name]) for name, kind in table.columns.items()])


def _column(table: Table, name: str, kind: pl.DataType | type[pl.DataType], values: Column) -> pl.Series:
    words = _WORDS.get((table.path, name))
    if words is not None:
        return pl.Series(words).gather(values.astype(np.int64)).alias(name)
    series = pl.Series(name, values)
    if name in table.nullable and series.dtype.is_integer():
        series = series.set(series == NULL, None)
    if kind == MONEY:
        return money(series)
    if kind == INSTANT:
        return (series * 1_000_000).cast(INSTANT)
    if kind == pl.Date:
        return (series + EPOCH_SHIFT).cast(pl.Int32).cast(pl.Date)
    if isinstance(kind, pl.Decimal):
        return (series.cast(pl.Decimal(12, 2)) / 100).cast(kind)
    return series.cast(kind)


def money(cents: pl.Series) -> pl.Series:
    """Whole cents as DECIMAL(12,2)."""
    return (cents.cast(MONEY) / 100).cast(MONEY)
