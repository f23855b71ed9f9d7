"""Second step: bring an extract's files into the warehouse."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from psycopg.types.json import Jsonb

from loaders.db import connect
from loaders.errors import WarehouseError
from loaders.settings import Settings
from loaders.warehouse.adapters import Warehouse, opened
from loaders.warehouse.catalog import WarehouseTable
from loaders.warehouse.manifest import Extracted, Manifest


def load(settings: Settings, path: Path) -> dict[str, Any]:
    """Stage every changed part first, then publish table after table: readers wait for nothing and see whole parts.

    Tables that PostgreSQL has no more go. A second time it does the same with the same result.

    Raises:
        WarehouseError: the extract was made for another warehouse, or the warehouse refuses.
        WarehouseBusy: the embedded warehouse is in use.
    """
    manifest = read_manifest(settings, path)
    _record(settings, manifest)  # before anything changes: until it is reconciled again, a part counts as unknown
    with opened(settings) as warehouse:
        work = [extracted for extracted in manifest.tables if extracted.changed or _stale(warehouse, extracted)]
        for extracted in work:
            files = {part.part: manifest.directory / str(part.file) for part in extracted.changed}
            warehouse.stage(extracted.table, files)
        for extracted in work:
            staged = [part.part for part in extracted.changed]
            kept = [part.part for part in extracted.parts if part.file is None]
            try:
                warehouse.publish(extracted.table, staged, kept)
            except WarehouseError:
                _distrust(settings, manifest, extracted)
                raise
        _remove_others(settings, manifest, warehouse)
    changed = [part for extracted in work for part in extracted.changed]
    return {
        "load_id": manifest.load_id,
        "tables": len(work),
        "parts": len(changed),
        "rows": sum(part.rows for part in changed),
    }


def _stale(warehouse: Warehouse, extracted: Extracted) -> bool:
    """Whether the warehouse lacks the table, or holds parts that are gone."""
    if not warehouse.exists(extracted.table):
        return len(extracted.changed) == len(extracted.parts)  # otherwise reconciling finds it, and all is sent again
    return bool(warehouse.totals(extracted.table).keys() - {part.part for part in extracted.parts})


def _remove_others(settings: Settings, manifest: Manifest, warehouse: Warehouse) -> None:
    """Drop what earlier loads brought from the schemas' tables that the extract did not find; forget that they did."""
    here = [extracted.table.source for extracted in manifest.tables]
    with connect(settings, "loader") as connection:
        gone = connection.execute(
            "delete from operations.warehouse_loads where warehouse = %s and table_name <> all(%s) "
            "and split_part(table_name, '.', 1) = any(%s) returning table_name",
            (manifest.warehouse, here, list(manifest.schemas)),
        ).fetchall()
        for source in sorted({source for (source,) in gone}):
            warehouse.remove(WarehouseTable.named(source))


def _distrust(settings: Settings, manifest: Manifest, extracted: Extracted) -> None:
    """The next extract sends every part of the table again."""
    with connect(settings, "loader") as connection:
        connection.execute(
            "update operations.warehouse_loads set reconciled = false where warehouse = %s and table_name = %s",
            (manifest.warehouse, extracted.table.source),
        )


def read_manifest(settings: Settings, path: Path) -> Manifest:
    """An extract's manifest.

    Raises:
        WarehouseError: it is gone, or was made for another warehouse.
    """
    if not path.exists():
        message = f"The extract {path} is gone: run the extract step again."
        raise WarehouseError(message)
    manifest = Manifest.read(path)
    if manifest.warehouse != settings.warehouse:
        message = f"The extract was made for {manifest.warehouse}, but WAREHOUSE={settings.warehouse}: extract again."
        raise WarehouseError(message)
    return manifest


def _record(settings: Settings, manifest: Manifest) -> None:
    through = datetime.fromisoformat(manifest.published_through) if manifest.published_through else None
    rows = [
        (
            manifest.load_id,
            extracted.table.source,
            part.part,
            manifest.warehouse,
            part.rows,
            part.checksum,
            Jsonb({name: str(value) for name, value in part.totals.items() if name != "rows"}),
            str(manifest.directory / str(part.file)),
            through,
        )
        for extracted in manifest.tables
        for part in extracted.changed
    ]
    if not rows:
        return
    with connect(settings, "loader") as connection, connection.cursor() as cursor:
        cursor.executemany(
            "insert into operations.warehouse_loads (load_id, table_name, part, warehouse, rows, checksum, sums, "
            "source_path, published_through, loaded_at) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, clock_timestamp()) "
            "on conflict (load_id, table_name, part) do update set rows = excluded.rows, checksum = excluded.checksum, "
            "sums = excluded.sums, source_path = excluded.source_path, reconciled = false, message = null, "
            "published_through = excluded.published_through, loaded_at = excluded.loaded_at",
            rows,
        )
