"""Canonical hashes: of content alone, whatever it was stored in."""

from __future__ import annotations

from datetime import UTC
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from sim import schema
from sim.canonical import combine, part_digests, table_hash
from sim.files import read_file, write_frame
from tests.sim import baseline
from tests.sim.companies import whole

TABLES = pytest.mark.parametrize("table", schema.TABLES, ids=lambda table: table.path)


@TABLES
@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_files_read_back_to_the_same_hash(table: schema.Table, kind: str, tmp_path: Path) -> None:
    frame = whole()[table.path]
    write_frame(frame, tmp_path / f"table.{kind}", kind)
    again = read_file(tmp_path / f"table.{kind}", table)
    assert again.schema == pl.Schema(table.columns)
    assert table_hash(table, again) == table_hash(table, frame)


@TABLES
def test_order_chunks_and_a_databases_types_do_not_matter(table: schema.Table) -> None:
    frame = whole()[table.path]
    expected = table_hash(table, frame)
    shuffled = frame.sample(fraction=1, shuffle=True, seed=3)
    assert table_hash(table, shuffled) == expected
    assert table_hash(table, pl.concat([shuffled[7:], shuffled[:7]], rechunk=False)) == expected
    # As a driver gives them: Python objects, wide whole numbers, DECIMAL without a fixed scale, naive UTC instants.
    loose = frame.with_columns(
        [pl.col(name).cast(pl.Decimal(38, 6)) for name, kind in table.columns.items() if isinstance(kind, pl.Decimal)]
        + [pl.col(name).cast(pl.Int64) for name, kind in table.columns.items() if kind == pl.Int32]
        + [pl.col(name).dt.replace_time_zone(None) for name, kind in table.columns.items() if kind == schema.INSTANT]
    ).select(reversed(frame.columns))
    assert table_hash(table, loose) == expected
    objects = pl.DataFrame(frame.rows(), schema=frame.columns, orient="row", infer_schema_length=None)
    assert table_hash(table, objects) == expected


@TABLES
def test_any_change_of_a_value_changes_the_hash(table: schema.Table) -> None:
    frame = whole()[table.path]
    expected = table_hash(table, frame)
    assert table_hash(table, frame[1:]) != expected
    for name, kind in table.columns.items():
        other = {pl.String: "changed", pl.Boolean: not frame[name][0]}.get(kind)  # type: ignore[call-overload]
        first = pl.int_range(pl.len()) == 0
        if other is not None:
            changed = frame.with_columns(pl.when(first).then(pl.lit(other)).otherwise(pl.col(name)).alias(name))
        elif kind in (pl.Date, schema.INSTANT):
            changed = frame.with_columns(pl.when(first).then(pl.col(name).dt.offset_by("1d")).otherwise(pl.col(name)))
            if frame[name][0] is None:
                continue
        else:
            step = Decimal("0.01") if isinstance(kind, pl.Decimal) else 1
            moved = (pl.col(name).fill_null(0) + step).cast(kind)
            changed = frame.with_columns(pl.when(first).then(moved).otherwise(pl.col(name)).alias(name))
        assert table_hash(table, changed) != expected, name
        if name in table.nullable and frame[name].null_count() < frame.height:
            assert table_hash(table, frame.with_columns(pl.lit(None, dtype=frame[name].dtype).alias(name))) != expected


def test_months_hashed_apart_combine_to_the_whole() -> None:
    table, frame = schema.TRANSACTIONS, whole()["transactions"]
    parts: dict[str, str] = {}
    for _, part in frame.group_by(pl.col("transaction_date").dt.strftime("%Y-%m")):
        parts.update(part_digests(table, part))
    assert len(parts) == 2
    assert combine(parts) == table_hash(table, frame)


def test_nothing_and_a_null_are_not_zero() -> None:
    table = schema.TRANSACTIONS
    frame = whole()["transactions"]
    zero = frame.with_columns(pl.col("customer_id").fill_null(0))
    assert frame["customer_id"].null_count() > 0
    assert table_hash(table, zero) != table_hash(table, frame)
    assert part_digests(table, frame[:0]) == {}
    assert frame["transaction_timestamp"][0].tzinfo is not None
    assert frame["transaction_timestamp"][0].astimezone(UTC)


def test_the_small_companys_rows_are_those_they_have_been() -> None:
    """Guards reproducibility between machines and Python versions; `python -m tests.sim.baseline` updates it."""
    assert baseline.lines() == baseline.FILE.read_text(encoding="utf-8").splitlines()
