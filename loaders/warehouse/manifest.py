"""What an extract found: the tables with their parts, which of them it wrote to files, and where."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from loaders.secrets import write_private
from loaders.warehouse.catalog import WarehouseTable

Totals = dict[str, Decimal]  # "rows", and the exact sum of every number column


@dataclass(frozen=True)
class Part:
    """One month of a table, or the whole of it. `file` is None when the warehouse has it already."""

    part: str
    checksum: str
    totals: Totals
    file: str | None

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return int(self.totals["rows"])


@dataclass(frozen=True)
class Extracted:
    """A table and its parts."""

    table: WarehouseTable
    parts: tuple[Part, ...]

    @property
    def changed(self) -> tuple[Part, ...]:
        """The parts to load."""
        return tuple(part for part in self.parts if part.file is not None)


@dataclass(frozen=True)
class Manifest:
    """An extract of the tables of `schemas`; `directory` holds its files."""

    load_id: str
    warehouse: str
    published_through: str | None
    directory: Path
    schemas: tuple[str, ...]
    tables: tuple[Extracted, ...] = field(default_factory=tuple)

    def write(self) -> Path:
        """Write it beside its files, last of all."""
        content = {
            "load_id": self.load_id,
            "warehouse": self.warehouse,
            "published_through": self.published_through,
            "schemas": self.schemas,
            "tables": [
                {
                    "table": extracted.table.to_dict(),
                    "parts": [
                        {
                            "part": part.part,
                            "checksum": part.checksum,
                            "totals": {name: str(value) for name, value in part.totals.items()},
                            "file": part.file,
                        }
                        for part in extracted.parts
                    ],
                }
                for extracted in self.tables
            ],
        }
        path = self.directory / "manifest.json"
        write_private(path, json.dumps(content, indent=1))
        return path

    @classmethod
    def read(cls, path: Path) -> Manifest:
        """Read one back."""
        content = json.loads(path.read_text())
        tables = tuple(
            Extracted(WarehouseTable.from_dict(entry["table"]), tuple(map(_part, entry["parts"])))
            for entry in content["tables"]
        )
        return cls(
            content["load_id"],
            content["warehouse"],
            content["published_through"],
            path.parent,
            tuple(content["schemas"]),
            tables,
        )


def _part(entry: dict[str, Any]) -> Part:
    totals = {name: Decimal(value) for name, value in entry["totals"].items()}
    return Part(entry["part"], entry["checksum"], totals, entry["file"])
