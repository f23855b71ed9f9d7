"""Third step: does the warehouse hold what PostgreSQL held when it was extracted?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from loaders.copying import Conn
from loaders.db import connect
from loaders.errors import NotReconciled
from loaders.settings import Settings
from loaders.warehouse.adapters import opened
from loaders.warehouse.loading import read_manifest
from loaders.warehouse.manifest import Manifest, Totals

_SHOWN = 5


def reconcile(settings: Settings, path: Path) -> dict[str, Any]:
    """Compare rows and exact sums of every part of every table, loaded now or earlier, and record the result.

    Raises:
        NotReconciled: names the first differences; the next extract sends those parts again.
    """
    manifest = read_manifest(settings, path)
    with opened(settings) as warehouse:
        found = {extracted.table.source: warehouse.totals(extracted.table) for extracted in manifest.tables}
    wrong: dict[tuple[str, str], str] = {}
    for extracted in manifest.tables:
        name, there = extracted.table.source, found[extracted.table.source]
        expected = {part.part: part.totals for part in extracted.parts}
        for part in sorted(expected.keys() | there.keys()):
            difference = _difference(expected.get(part), there.get(part))
            if difference:
                wrong[name, part] = f"{name} {part}: {difference}"
    with connect(settings, "loader") as connection:
        _record(connection, manifest, wrong)
    if wrong:
        sentences = list(wrong.values())
        more = f"; and {len(sentences) - _SHOWN} more" if len(sentences) > _SHOWN else ""
        message = f"The warehouse differs from PostgreSQL: {'; '.join(sentences[:_SHOWN])}{more}. Load again."
        raise NotReconciled(message)
    parts = [part for extracted in manifest.tables for part in extracted.parts]
    return {
        "load_id": manifest.load_id,
        "tables": len(manifest.tables),
        "parts": len(parts),
        "rows": sum(part.rows for part in parts),
    }


def _difference(expected: Totals | None, there: Totals | None) -> str | None:
    if expected is None:
        return f"{_plain(there)} that PostgreSQL does not have"
    if there is None:
        return f"{_plain(expected)} missing" if expected["rows"] else None
    for name, value in expected.items():
        if there.get(name) != value:
            return f"{name} is {there.get(name)} and not {value}"
    return None


def _plain(totals: Totals | None) -> str:
    return f"{totals['rows'] if totals else 0} rows"


def _record(connection: Conn, manifest: Manifest, wrong: dict[tuple[str, str], str]) -> None:
    connection.execute(
        "update operations.warehouse_loads set reconciled = true, message = null where load_id = %s",
        (manifest.load_id,),
    )
    connection.cursor().executemany(
        "update operations.warehouse_loads set reconciled = false, message = %s "
        "where warehouse = %s and table_name = %s and part = %s",
        [(sentence, manifest.warehouse, name, part) for (name, part), sentence in wrong.items()],
    )
