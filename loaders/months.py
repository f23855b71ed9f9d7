"""A month of receipts filled aside: bare tables, one connection each, keys and indexes after the rows.

Nobody sees such a month until `attach` makes it part of the company, in the transaction that also moves the clock;
so a kill before that leaves a table to drop, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import polars as pl
from psycopg import sql

from loaders.copying import Conn, copy
from sim.schema import TRANSACTION_ITEMS, TRANSACTIONS, Table

TABLES = (TRANSACTION_ITEMS, TRANSACTIONS)  # the longest first
LEAST_ROWS = 10_000  # receipts from which a month is worth tables of its own


def is_there(connection: Conn, month: date) -> bool:
    """Whether the company has a place for this month's rows already."""
    row = connection.execute("select to_regclass(%s) is not null", (f"public.{_name(TRANSACTIONS, month)}",)).fetchone()
    return bool(row and row[0])


def fill(connect: Callable[[], Conn], month: date, rows: Mapping[str, pl.DataFrame]) -> None:
    """Write a month's rows of both tables (`rows` by the table's path), in place of what an earlier try left."""
    with connect() as connection:
        connection.execute("select new_month(%s)", (month,))
        connection.commit()
    with ThreadPoolExecutor(len(TABLES)) as pool:
        for done in [pool.submit(_fill, connect, table, month, rows[table.path]) for table in TABLES]:
            done.result()


def _fill(connect: Callable[[], Conn], table: Table, month: date, frame: pl.DataFrame) -> None:
    target = sql.Identifier("loading", _name(table, month))
    with connect() as connection, connection.cursor() as cursor:
        cursor.execute("set local maintenance_work_mem to '256MB'")
        # emptied in the transaction that fills it: its rows need no log of their own where wal_level is minimal
        cursor.execute(sql.SQL("truncate {}").format(target))
        copy(cursor, target, frame.select(list(table.columns)), freeze=True)
        cursor.execute("select index_month(%s, %s)", (table.name, month))


def attach(connection: Conn, month: date) -> None:
    """Make a filled month part of the company.

    Raises:
        psycopg.errors.DuplicateTable: somebody made a place for the month meanwhile.
    """
    connection.execute("select attach_month(%s)", (month,))


def discard(connection: Conn) -> None:
    """Drop what a load that was stopped left behind."""
    connection.execute("select discard_months()")


def _name(table: Table, month: date) -> str:
    return f"{table.name}_{month:%Y_%m}"
