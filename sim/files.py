"""A run's directory: monthly files, final-state files, the state to resume from, the manifest last.

Every file is written aside and renamed, so a reader never sees half of one. A period is committed
in this order: its monthly files (which no manifest names yet), the state, the final-state files, the
manifest. Whatever the manifest does not name is left over from an interrupted run; `--resume`
removes it and computes it again.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from sim import canonical, schema
from sim.errors import OutputError
from sim.params import Params
from sim.schema import Table

FORMATS = ("parquet", "csv")
SCHEMA_VERSION = 1
_MANIFEST, _STATE, _RUN = "manifest.json", ".state", "run.json"
_ASIDE = ".part"
_CSV_INSTANT = "%Y-%m-%d %H:%M:%S%:z"


@dataclass
class Manifest:
    """What a run's directory holds; `through` is the first day not simulated, `parts` digests by table and month."""

    parameters: dict[str, Any]
    start: date
    days: int
    file_format: str
    through: date
    months: list[str] = field(default_factory=list)
    rows: dict[str, dict[str, int]] = field(default_factory=dict)
    parts: dict[str, dict[str, str]] = field(default_factory=dict)
    state: dict[str, str] = field(default_factory=dict)

    @property
    def identity(self) -> dict[str, Any]:
        """What must be equal for a run to be resumed."""
        return {
            "schema_version": SCHEMA_VERSION,
            "parameters": self.parameters,
            "seed": self.parameters["seed"],
            "start": self.start.isoformat(),
            "days": self.days,
            "format": self.file_format,
        }

    def to_dict(self) -> dict[str, Any]:
        """As JSON: `tables` gives each table's rows and canonical hash, and its months' where it grows."""
        tables = {}
        for path in (table.path for table in schema.TABLES if table.path in self.rows):
            counts, digests = self.rows[path], self.parts[path]
            tables[path] = {
                "rows": sum(counts.values()),
                "hash": canonical.combine(digests),
                "parts": {part: {"rows": rows, "digest": digests.get(part)} for part, rows in counts.items()},
            }
        return {
            **self.identity,
            "through": self.through.isoformat(),
            "complete": (self.through - self.start).days == self.days,
            "months": self.months,
            "tables": tables,
            "state": self.state,
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Manifest:
        """The inverse of `to_dict`."""
        tables = content["tables"]
        rows = {path: {part: found["rows"] for part, found in table["parts"].items()} for path, table in tables.items()}
        parts = {
            path: {part: found["digest"] for part, found in table["parts"].items() if found["digest"] is not None}
            for path, table in tables.items()
        }
        return cls(
            content["parameters"], date.fromisoformat(content["start"]), content["days"], content["format"],
            date.fromisoformat(content["through"]), list(content["months"]), rows, parts, dict(content["state"]),
        )  # fmt: skip

    def note(self, table: Table, part: str, frame: pl.DataFrame) -> None:
        """Record a file's rows and digest."""
        self.rows.setdefault(table.path, {})[part] = frame.height
        digests = canonical.part_digests(table, frame)
        self.parts.setdefault(table.path, {}).pop(part, None)
        self.parts[table.path].update(digests)


class RunDirectory:
    """Writes a run. Nothing is written before `open` or `resume` has found the directory usable."""

    def __init__(self, folder: Path, params: Params, start: date, days: int, file_format: str) -> None:
        self.folder, self._format = folder, file_format
        self.manifest = Manifest(params.to_dict(), start, days, file_format, start)

    def open(self) -> None:
        """Take an empty or absent directory; raises OutputError for any other."""
        if self.folder.exists() and not self.folder.is_dir():
            message = f"{self.folder} is a file; give a directory"
            raise OutputError(message)
        try:
            if self.folder.is_dir() and any(self.folder.iterdir()):
                message = f"{self.folder} is not empty; give another directory, or --resume to continue the run in it"
                raise OutputError(message)
            self._state.mkdir(parents=True)
        except OSError as error:
            message = f"{self.folder} cannot be written to: {error.strerror}"
            raise OutputError(message) from error
        self._write_json(self._state / _RUN, self.manifest.identity)

    def resume(self) -> tuple[dict[str, pl.DataFrame], dict[int, bytes]] | None:
        """Continue the run in the directory: its final-state tables and snapshot, or None to start from nothing.

        Raises OutputError when the directory holds something else, or a run of other parameters.
        """
        if not self.folder.is_dir() or not any(self.folder.iterdir()):
            self.open()
            return None
        begun = self._read_json(self._state / _RUN)
        if begun is None:
            message = f"{self.folder} holds no run that could be resumed"
            raise OutputError(message)
        differing = [name for name, value in self.manifest.identity.items() if begun.get(name) != value]
        if differing:
            message = f"the run in {self.folder} was begun with other {', '.join(differing)}; resume it with the same"
            raise OutputError(message)
        found = self._read_json(self.folder / _MANIFEST)
        if found is not None:
            self.manifest = Manifest.from_dict(found)
        self._remove_leftovers()
        return None if found is None else self._read_state()

    def commit(
        self, through: date, rows: dict[str, pl.DataFrame], final: Mapping[str, pl.DataFrame],
        snapshot: Mapping[int, bytes], digests: Mapping[int, str],
    ) -> None:  # fmt: skip
        """Add the rows of the month under way, the final-state tables and the state at the boundary of `through`.

        The month's tables are taken out of `rows` one after the other, and the memory of each is free once it is
        written; the largest, which takes most to write, comes last.
        """
        month = f"{self.manifest.through:%Y-%m}"
        growing = [table for table in schema.TABLES if table.month_of is not None]
        for table in sorted(growing, key=lambda table: rows[table.path].estimated_size()):
            frame = rows.pop(table.path)
            self._write(self._path(table, month), frame)
            self.manifest.note(table, month, frame)
            del frame
        self._write_state(through, final, snapshot)
        aside = []
        for table in schema.TABLES:
            if table.month_of is None:
                aside.append(self._write_aside(self._path(table), final[table.path]))
                self.manifest.note(table, "all", final[table.path])
        for path in aside:
            path.replace(path.with_suffix(""))
        self.manifest.through = through
        self.manifest.months.append(month)
        self.manifest.state = {str(store_id): digest for store_id, digest in digests.items()}
        self._write_json(self.folder / _MANIFEST, self.manifest.to_dict())
        self._remove_old_states()

    # -- paths and files ------------------------------------------------------------------------

    @property
    def _state(self) -> Path:
        return self.folder / _STATE

    def _path(self, table: Table, month: str | None = None) -> Path:
        name = table.path if month is None else f"{table.path}/{month}"
        return self.folder / f"{name}.{self._format}"

    def _write(self, path: Path, frame: pl.DataFrame) -> None:
        self._write_aside(path, frame).replace(path)

    def _write_aside(self, path: Path, frame: pl.DataFrame) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(path.name + _ASIDE)
        write_frame(frame, aside, self._format)
        return aside

    def _write_json(self, path: Path, content: Mapping[str, Any]) -> None:
        aside = path.with_name(path.name + _ASIDE)
        aside.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        aside.replace(path)

    def _read_json(self, path: Path) -> dict[str, Any] | None:
        try:
            content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            message = f"{path} cannot be read: {error}"
            raise OutputError(message) from error
        return content

    # -- state ----------------------------------------------------------------------------------

    def _write_state(self, through: date, final: Mapping[str, pl.DataFrame], snapshot: Mapping[int, bytes]) -> None:
        target = self._state / through.isoformat()
        aside = target.with_name(target.name + _ASIDE)
        for leftover in (aside, target):
            shutil.rmtree(leftover, ignore_errors=True)
        for store_id, data in snapshot.items():
            path = aside / "stores" / f"{store_id:05d}.bin"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        for path_name, frame in final.items():
            path = aside / f"{path_name}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            write_frame(frame, path, "parquet")
        aside.replace(target)

    def _read_state(self) -> tuple[dict[str, pl.DataFrame], dict[int, bytes]]:
        source = self._state / self.manifest.through.isoformat()
        try:
            final = {
                table.path: pl.read_parquet(source / f"{table.path}.parquet")
                for table in schema.TABLES
                if table.month_of is None
            }
            snapshot = {int(path.stem): path.read_bytes() for path in sorted((source / "stores").glob("*.bin"))}
        except (OSError, pl.exceptions.PolarsError) as error:
            message = f"the state to resume from in {source} cannot be read: {error}"
            raise OutputError(message) from error
        return final, snapshot

    def _remove_old_states(self) -> None:
        for path in self._state.iterdir():
            if path.is_dir() and path.name != self.manifest.through.isoformat():
                shutil.rmtree(path, ignore_errors=True)

    def _remove_leftovers(self) -> None:
        self._remove_old_states()
        for path in self.folder.rglob(f"*{_ASIDE}"):
            path.unlink(missing_ok=True)
        for table in schema.TABLES:
            if table.month_of is not None:
                for path in (self.folder / table.path).glob(f"*.{self._format}"):
                    if path.stem not in self.manifest.months:
                        path.unlink()


def write_frame(frame: pl.DataFrame, path: Path, file_format: str) -> None:
    """Write one file; CSV has a header, ISO dates, instants with offset and empty fields for nothing.

    Raises OSError when it cannot be written, on a full disk for one.
    """
    try:
        if file_format == "csv":
            frame.write_csv(path, datetime_format=_CSV_INSTANT)
        else:
            frame.write_parquet(path)
    except pl.exceptions.PolarsError as error:  # the library's word for a full disk is about its encoding
        free = shutil.disk_usage(path.parent).free
        message = f"{path}: {error}; {free / 2**20:.1f} MiB are free there"
        raise OSError(message) from error


def read_table(folder: Path, table: Table) -> pl.DataFrame:
    """All of a table from a run's directory, in the schema's types, whatever the format."""
    whole = [path for path in (folder / f"{table.path}.{kind}" for kind in FORMATS) if path.is_file()]
    paths = whole or sorted(path for kind in FORMATS for path in (folder / table.path).glob(f"*.{kind}"))
    if not paths:
        return table.empty()
    return pl.concat([read_file(path, table) for path in paths])


def read_file(path: Path, table: Table) -> pl.DataFrame:
    """One file of a table in the schema's types."""
    frame = pl.read_csv(path, infer_schema=False) if path.suffix == ".csv" else pl.read_parquet(path)
    return canonical.conform(table, frame)
