"""A month of receipts filled aside: bare tables, one connection each, keys and indexes after the rows.

Nobody sees such a month until `attach` makes it part of the company, in the transaction that also moves the clock;
so a kill before that leaves tables that belong to nobody: to be filled anew, taken up again, or dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import polars as pl
from psycopg import sql

from loaders.copying import Conn, copy
from sim.schema import TRANSACTION_ITEMS, TRANSACTIONS, Table

TABLES = (TRANSACTION_ITEMS, TRANSACTIONS)  # the longest first
AHEAD = timedelta(days=62)  # months are made so far ahead of the clock, so that no order has to make its own
LEAST_ROWS = 10_000  # receipts from which a month is worth tables of its own

Marks = Mapping[str, str]  # what a month's rows are a copy of, by the table's path


def is_there(connection: Conn, month: date) -> bool:
    """Whether the company has a place for this month's rows already."""
    return month in present(connection, [month])


def present(connection: Conn, wanted: Iterable[date]) -> set[date]:
    """The months among `wanted` for whose rows the company has a place already."""
    rows = connection.execute(
        "select month from unnest(%s::date[]) as month "
        "where to_regclass('public.transactions' || to_char(month, '_YYYY_MM')) is not null",
        (list(wanted),),
    ).fetchall()
    return {month for (month,) in rows}


def filled(connection: Conn) -> dict[str, str]:
    """The marks of the tables that were filled aside, whole, and belong to nobody yet; by the table's name."""
    rows = connection.execute(
        "select relname, obj_description(oid, 'pg_class') from pg_class "
        "where relnamespace = 'loading'::regnamespace and relkind = 'r'"
    ).fetchall()
    return {name: mark for name, mark in rows if mark}


def fill(
    connect: Callable[[], Conn], month: date, rows: Mapping[str, pl.DataFrame], marks: Marks | None = None
) -> None:
    """Write a month's rows of both tables (`rows` by the table's path), in place of what an earlier try left.

    With `marks`, `filled` tells of each table, once it is whole, what it is a copy of.
    """
    with connect() as connection:
        connection.execute("select new_month(%s)", (month,))
        connection.commit()
    with ThreadPoolExecutor(len(TABLES)) as pool:
        for done in [
            pool.submit(_fill, connect, table, month, rows[table.path], marks[table.path] if marks else None)
            for table in TABLES
        ]:
            done.result()


def _fill(connect: Callable[[], Conn], table: Table, month: date, frame: pl.DataFrame, mark: str | None) -> None:
    target = sql.Identifier("loading", name(table, month))
    with connect() as connection, connection.cursor() as cursor:
        # emptied in the transaction that fills it: its rows need no log of their own where wal_level is minimal
        cursor.execute(sql.SQL("set local maintenance_work_mem to '256MB'; truncate {}").format(target))
        copy(cursor, target, frame.select(list(table.columns)), freeze=True)
        cursor.execute(
            "select index_month(%(parent)s, %(month)s), mark_month(%(parent)s, %(month)s, %(mark)s)",
            {"parent": table.name, "month": month, "mark": mark},
        )


def attach(connection: Conn, month: date) -> None:
    """Make a filled month part of the company.

    Raises:
        psycopg.errors.DuplicateTable: somebody made a place for the month meanwhile.
    """
    connection.execute("select attach_month(%s)", (month,))


def discard(connection: Conn) -> None:
    """Drop what loads that were stopped left behind; nobody may be filling a month meanwhile."""
    connection.execute("select discard_months()")


def name(table: Table, month: date) -> str:
    """What a table's part of a month is called."""
    return f"{table.name}_{month:%Y_%m}"
