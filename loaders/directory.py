"""A run's directory as the simulator writes it: its manifest and its files, read one by one.

Reading is strict: a file that is missing, a column too many or too few, a value of another type is
refused with the file, row and column named.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from loaders.errors import DirectoryRefused
from sim.schema import INSTANT, TABLES, Table

WHOLE = "all"


@dataclass(frozen=True)
class TableFile:
    """One file: a month of a table, or the whole of it."""

    table: Table
    part: str
    path: Path
    digest: str | None  # canonical digest by the manifest; None: no rows

    @property
    def name(self) -> str:
        """As messages name it."""
        return f"{self.table.path}/{self.path.name}" if self.part != WHOLE else f"{self.table.path}{self.path.suffix}"


@dataclass(frozen=True)
class RunDirectory:
    """The directory of a run that has a manifest."""

    folder: Path
    digest: str  # SHA-256 of the manifest's bytes
    params: dict[str, Any]
    start: date
    through: date  # first day that is not in it
    months: tuple[str, ...]
    tables: dict[str, Any]
    state: dict[int, str]  # digest by store
    file_format: str

    def files(self, table: Table) -> Iterator[TableFile]:
        """The table's files in order of their months.

        Raises:
            DirectoryRefused: a file is missing.
        """
        parts = self.tables[table.path]["parts"]
        for part in self.months if table.month_of else (WHOLE,):
            name = table.path if part == WHOLE else f"{table.path}/{part}"
            path = self.folder / f"{name}.{self.file_format}"
            if not path.is_file():
                message = f"{path} is missing: copy the whole directory, manifest.json included."
                raise DirectoryRefused(message)
            yield TableFile(table, part, path, parts.get(part, {}).get("digest"))

    def snapshots(self) -> dict[int, bytes] | None:
        """The simulator's state by store, or None when the directory does not carry it."""
        folder = self.folder / ".state" / self.through.isoformat() / "stores"
        found = {int(path.stem): path.read_bytes() for path in sorted(folder.glob("*.bin"))}
        return found if found.keys() == self.state.keys() else None


def open_directory(folder: Path) -> RunDirectory:
    """Read a directory's manifest.

    Raises:
        DirectoryRefused: there is none, or it is not one of a run.
    """
    path = folder / "manifest.json"
    try:
        content = path.read_bytes()
        found = json.loads(content)
        directory = RunDirectory(
            folder=folder,
            digest=hashlib.sha256(content).hexdigest(),
            params=dict(found["parameters"]),
            start=date.fromisoformat(found["start"]),
            through=date.fromisoformat(found["through"]),
            months=tuple(found["months"]),
            tables=dict(found["tables"]),
            state={int(store_id): str(digest) for store_id, digest in found["state"].items()},
            file_format=str(found["format"]),
        )
    except OSError as error:
        message = f"{path} cannot be read ({error.strerror}): give a directory that `python -m sim run` has written."
        raise DirectoryRefused(message) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"{path} is not the manifest of a run ({error!r}): simulate again, or copy the directory again."
        raise DirectoryRefused(message) from error
    missing = sorted(table.path for table in TABLES if table.path not in directory.tables)
    if missing or not directory.months:
        message = f"{path} names no {', '.join(missing) or 'months'}: it is of another release or of an empty run."
        raise DirectoryRefused(message)
    return directory


def read_file(file: TableFile) -> pl.DataFrame:
    """A file's rows in the contract's types.

    Raises:
        DirectoryRefused: naming file, column and row.
    """
    try:
        text = file.path.suffix == ".csv"
        frame = pl.read_csv(file.path, infer_schema=False) if text else pl.read_parquet(file.path)
    except (OSError, pl.exceptions.PolarsError) as error:
        message = f"{file.path} cannot be read: {' '.join(str(error).split())[:200]}"
        raise DirectoryRefused(message) from error
    wrong = [f"lacks {name}" for name in file.table.columns if name not in frame.columns]
    wrong += [f"has an unknown column {name}" for name in frame.columns if name not in file.table.columns]
    if wrong:
        message = f"{file.name}: {'; '.join(wrong)}."
        raise DirectoryRefused(message)
    return frame.select(_typed(file, frame[name], kind) for name, kind in file.table.columns.items())


def _typed(file: TableFile, column: pl.Series, kind: Any) -> pl.Series:
    if column.dtype == kind:
        return column
    text = column.dtype == pl.String
    if kind == pl.Boolean and text:
        typed = column.replace_strict({"true": True, "false": False}, default=None, return_dtype=pl.Boolean)
    elif kind == INSTANT and text:
        typed = column.str.to_datetime("%Y-%m-%d %H:%M:%S%.f%:z", time_unit="us", time_zone="UTC", strict=False)
    elif kind == pl.Date and text:
        typed = column.str.to_date("%Y-%m-%d", strict=False)
    elif isinstance(kind, pl.Decimal) and text:
        typed = _decimal(column, kind)
    else:
        typed = column.cast(kind, strict=False)
    lost = typed.is_null() & column.is_not_null()
    if lost.any():
        row = lost.arg_max() or 0
        message = f"{file.name}, row {row + 1}, column {column.name}: {column[row]!r} is not {_words(kind)}."
        raise DirectoryRefused(message)
    return typed


def _decimal(column: pl.Series, kind: pl.Decimal) -> pl.Series:
    """Text as an exact decimal; more decimals than the column has are refused, not rounded."""
    plain = column.str.contains(rf"^[+-]?\d+(\.\d{{1,{kind.scale}}})?$")
    return column.set(~plain.fill_null(False), None).cast(kind, strict=False)


def _words(kind: Any) -> str:
    if isinstance(kind, pl.Decimal):
        return f"an amount with at most {kind.scale} decimals"
    names = {
        pl.Boolean: "true or false",
        pl.Date: "a date (YYYY-MM-DD)",
        pl.String: "a text",
        pl.Float64: "a number",
    }
    if isinstance(kind, pl.Datetime):
        return "an instant with offset (YYYY-MM-DD HH:MM:SS+00:00)"
    return names.get(kind, "a whole number")
