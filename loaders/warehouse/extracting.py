"""First step: write what changed since the last reconciled load to Parquet files."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from psycopg import IsolationLevel, sql

from loaders.copying import Conn, read_query
from loaders.db import connect
from loaders.errors import WarehouseError
from loaders.settings import Settings
from loaders.times import first_of_next_month
from loaders.warehouse.catalog import WHOLE, WarehouseTable, warehouse_tables
from loaders.warehouse.manifest import Extracted, Manifest, Part, Totals
from loaders.warehouse.schemas import SCHEMAS

KEEP = 3  # extracts left on disk, so that a step of an earlier load can be repeated


def extract(settings: Settings, load_id: str, schemas: Sequence[str] = SCHEMAS) -> Path:
    """Look at every table of `schemas` in one snapshot; write the changed parts, then the manifest; return its path.

    Raises:
        WarehouseError: `load_id` cannot be a directory's name, a schema is none of the warehouse's, or a row has no
            date to file it under.
    """
    unknown = sorted(set(schemas) - set(SCHEMAS))
    if unknown:
        message = f"The warehouse holds tables of {', '.join(SCHEMAS)}, and none of {', '.join(unknown)}."
        raise WarehouseError(message)
    if not re.fullmatch(r"[\w.:+=@-]{1,200}", load_id) or load_id.startswith("."):
        message = f"A load's id may hold letters, digits and .:+=@_- only, not {load_id!r}."
        raise WarehouseError(message)
    root = settings.state_dir / "warehouse" / "extracts"
    directory = root / load_id
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True, mode=0o700)
    with connect(settings, "reader") as connection:
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        known = _reconciled(connection, settings.warehouse)
        row = connection.execute("select published_through()").fetchone()
        published = row[0].isoformat() if row and row[0] else None
        found = warehouse_tables(connection, schemas)
        tables = tuple(_extract_table(connection, table, known, directory) for table in found)
    path = Manifest(load_id, settings.warehouse, published, directory, tuple(schemas), tables).write()
    _drop_older(root, keep=directory)
    return path


def _reconciled(connection: Conn, warehouse: str) -> dict[tuple[str, str], str]:
    """Checksums of the parts that the warehouse is known to hold."""
    rows = connection.execute(
        "select distinct on (table_name, part) table_name, part, checksum, reconciled from operations.warehouse_loads "
        "where warehouse = %s order by table_name, part, loaded_at desc, load_id desc",
        (warehouse,),
    ).fetchall()
    return {(name, part): checksum for name, part, checksum, reconciled in rows if reconciled}


def _extract_table(
    connection: Conn, table: WarehouseTable, known: dict[tuple[str, str], str], directory: Path
) -> Extracted:
    parts = []
    for part, fingerprint, totals in _measure(connection, table):
        checksum = hashlib.sha256(f"{table.signature}|{fingerprint}|{totals}".encode()).hexdigest()
        file = None
        if known.get((table.source, part)) != checksum:
            file = f"{table.source}.{part}.parquet"
            _write(connection, table, part, directory / file)
        parts.append(Part(part, checksum, totals, file))
    return Extracted(table, tuple(parts))


def _measure(connection: Conn, table: WarehouseTable) -> list[tuple[str, str, Totals]]:
    """Rows, exact sums and a hash over the rows (in no order) of every part.

    Days are added up first: a month's name for every row would take as long as the sums.
    """
    summed = [column for column in table.columns if column.summed]
    measures = [sql.SQL("sum(hash_record_extended(t, 0))"), sql.SQL("count(*)"),
                *(sql.SQL("sum({})").format(column.selected) for column in summed)]  # fmt: skip
    names = [sql.Identifier(f"measure_{place}") for place in range(len(measures))]
    day = sql.SQL("null::date") if table.part_column is None else sql.Identifier(table.part_column)
    query = sql.SQL(
        "select {part}, {totals} from (select {day} as day, {measures} from {table} t group by 1) days "
        "group by 1 order by 1"
    ).format(
        part=sql.Literal(WHOLE) if table.part_column is None else sql.SQL("to_char(day, 'YYYY-MM')"),
        totals=sql.SQL(", ").join(sql.SQL("coalesce(sum({}), 0)").format(name) for name in names),
        day=day,
        measures=sql.SQL(", ").join(
            sql.SQL("{} as {}").format(measure, name) for measure, name in zip(measures, names, strict=True)
        ),
        table=sql.Identifier(table.schema, table.name),
    )
    measured = []
    for part, fingerprint, rows, *values in connection.execute(query).fetchall():
        if part is None:
            message = f"{table.source} has {rows} rows without {table.part_column}: they belong to no month."
            raise WarehouseError(message)
        totals = {"rows": Decimal(rows)} | {
            column.name: Decimal(value) for column, value in zip(summed, values, strict=False)
        }
        measured.append((part, str(fingerprint), totals))
    return measured


def _write(connection: Conn, table: WarehouseTable, part: str, path: Path) -> None:
    query = sql.SQL("select {} from {} {}").format(
        sql.SQL(", ").join(column.selected for column in table.columns),
        sql.Identifier(table.schema, table.name),
        _within(table, part),
    )
    frame = read_query(connection, query, {column.name: column.polars for column in table.columns})
    frame.write_parquet(path)


def _within(table: WarehouseTable, part: str) -> sql.Composable:
    if table.part_column is None:
        return sql.SQL("")
    first = date.fromisoformat(f"{part}-01")
    return sql.SQL("where {0} >= {1} and {0} < {2}").format(
        sql.Identifier(table.part_column), sql.Literal(first), sql.Literal(first_of_next_month(first))
    )


def _drop_older(root: Path, keep: Path) -> None:
    others = sorted((path for path in root.iterdir() if path != keep), key=lambda path: path.stat().st_mtime)
    for path in others[: max(0, len(others) - (KEEP - 1))]:
        shutil.rmtree(path, ignore_errors=True)
