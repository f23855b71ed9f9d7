"""Write the company from the database to files: as a run's directory, or as four flat CSV files."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Literal

import polars as pl
from psycopg import IsolationLevel, sql

from loaders import pipeline, simulated
from loaders.copying import Conn, read
from loaders.db import connect
from loaders.errors import DirectoryRefused
from loaders.retrying import persistent
from loaders.settings import Settings
from loaders.times import day_start, first_of_next_month, world_day
from loaders.world import ShardRow, read_shards, the_world
from sim.schema import TABLES, Table

Format = Literal["parquet", "csv", "walmart"]

# one row a line of a receipt with all that is known of it, and the three tables that it joins
_FLAT = {
    "Walmart_cust.csv": "select * from customers order by customer_id",
    "Walmart_products.csv": "select * from products order by product_id",
    "Walmart_transactions.csv": "select * from transactions order by transaction_date, transaction_id",
    "Walmart_commerce.csv": """
        select t.transaction_id, i.line_number, t.transaction_date, t.transaction_timestamp, t.channel,
               t.payment_method, t.store_id, s.name as store_name, s.format as store_format, s.city as store_city,
               s.state as store_state, s.region, t.customer_id, c.first_name, c.last_name, c.gender, c.birth_date,
               c.city as customer_city, c.state as customer_state, c.loyalty_tier, i.product_id, p.sku,
               p.name as product_name, p.brand, p.department, p.category, p.subcategory, i.quantity, i.list_price,
               i.unit_price, i.quantity * i.unit_price as line_total, i.promotion_id
        from transaction_items i
        join transactions t using (transaction_date, transaction_id)
        join stores s on s.store_id = t.store_id
        join products p using (product_id)
        left join customers c using (customer_id)
        order by i.transaction_date, i.transaction_id, i.line_number""",
}


@persistent("loader", first=False)
def export_directory(settings: Settings, folder: Path, file_format: Format = "parquet") -> dict[str, int]:
    """Write the company as of one instant to `folder`, which must be absent or empty; returns rows by file or table.

    `parquet` and `csv` give what `python -m sim run` gives, state and manifest included, so that it can be loaded
    again; `walmart` gives the four files Walmart_{commerce,cust,products,transactions}.csv.

    Raises:
        DirectoryRefused: the folder cannot be written to, or the company stands in the middle of a day.
        NoCompany: there is nothing to export.
    """
    with (
        _made_aside(folder) as aside,
        connect(settings, "loader", autocommit=True) as connection,
        _one_instant(connection),
    ):
        the_world(connection)
        if file_format == "walmart":
            return {name: _copy_csv(connection, query, aside / name) for name, query in _FLAT.items()}
        return _write_run(connection, settings, aside, file_format)


@contextmanager
def _one_instant(connection: Conn) -> Iterator[None]:
    connection.isolation_level, connection.read_only = IsolationLevel.REPEATABLE_READ, True
    with connection.transaction():
        connection.execute("set local timezone to 'UTC'")
        yield


@contextmanager
def _made_aside(folder: Path) -> Iterator[Path]:
    """A directory that takes its place whole or not at all."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        message = f"{folder} is there and not an empty directory: give another one."
        raise DirectoryRefused(message)
    aside = folder.absolute().with_name(f".{folder.absolute().name}.part")
    try:
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        yield aside
        if folder.exists():
            folder.rmdir()
        aside.rename(folder)
    except OSError as error:
        message = f"{folder} cannot be written: {error.strerror or error}."
        raise DirectoryRefused(message) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _copy_csv(connection: Conn, query: str, path: Path) -> int:
    with connection.cursor() as cursor, path.open("wb") as file:
        with cursor.copy(sql.SQL("copy ({}) to stdout (format csv, header)").format(sql.SQL(query))) as stream:
            for piece in stream:
                file.write(piece)
        return max(0, cursor.rowcount)


def _write_run(
    connection: Conn, settings: Settings, folder: Path, file_format: Literal["parquet", "csv"]
) -> dict[str, int]:
    world, shards = the_world(connection), read_shards(connection)
    through = _common_day(shards)
    manifest = simulated.run_manifest(world.params, world.start, through, file_format)
    rows: dict[str, int] = {}
    for table in TABLES:
        for part, frame in _parts(connection, table, world.start, through):
            name = table.path if part == "all" else f"{table.path}/{part}"
            path = folder / f"{name}.{file_format}"
            path.parent.mkdir(parents=True, exist_ok=True)
            simulated.write_frame(frame, path, file_format)
            manifest.note(table, part, frame)
            rows[table.path] = rows.get(table.path, 0) + frame.height
    manifest.months = [part for part, _, _ in _months(world.start, through)]
    stores = folder / ".state" / through.isoformat() / "stores"
    stores.mkdir(parents=True)
    for row in shards:
        for store_id, snapshot in pipeline.state_at_clock(connection, settings, row.shard).items():
            (stores / f"{store_id:05d}.bin").write_bytes(snapshot)
        manifest.state |= {str(store_id): digest for store_id, digest in row.digests.items()}
    manifest.state = dict(sorted(manifest.state.items(), key=lambda item: int(item[0])))
    (folder / "manifest.json").write_text(json.dumps(manifest.to_dict(), indent=1) + "\n", encoding="utf-8")
    return rows


def _common_day(shards: list[ShardRow]) -> date:
    clocks = {row.clock for row in shards}
    day = world_day(min(clocks))
    if clocks != {day_start(day)}:
        message = f"The company stands in the middle of {day}: simulate to the day's end, then export it."
        raise DirectoryRefused(message)
    return day


def _parts(connection: Conn, table: Table, start: date, through: date) -> Iterator[tuple[str, pl.DataFrame]]:
    if table.month_of is None:
        yield "all", read(connection, table)
        return
    column = sql.Identifier(table.month_of)
    for part, first, end in _months(start, through):
        yield (
            part,
            read(
                connection,
                table,
                sql.SQL("{0} >= {1} and {0} < {2}").format(column, sql.Literal(first), sql.Literal(end)),
            ),
        )


def _months(start: date, through: date) -> Iterator[tuple[str, date, date]]:
    """Each month with a day from `start` to before `through`: its name, first day, and the day after its last."""
    first = start.replace(day=1)
    while first < through:
        end = first_of_next_month(first)
        yield f"{first:%Y-%m}", first, end
        first = end
