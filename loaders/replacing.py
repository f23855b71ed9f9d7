"""Make a span of days of a table what it ought to be, touching only the rows that differ.

Rows that are right stay as they are: nothing that refers to them is disturbed, and readers are never kept out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl
from psycopg import sql

from loaders.copying import Conn, columns_of, copy, identifier
from sim.schema import API_SEQUENCE_START, RETURNS, TABLES, TRANSACTION_ITEMS, TRANSACTIONS, Table

DAILY = tuple(table for table in TABLES if table.month_of)
# input of the world, written by the API and not by the simulator
_FROM_API = {TRANSACTIONS.path: "transaction_id", TRANSACTION_ITEMS.path: "transaction_id", RETURNS.path: "return_id"}


@dataclass(frozen=True)
class Span:
    """Days from `first` to `last`, both included, of some stores."""

    first: date
    last: date
    store_ids: tuple[int, ...]


def replace_rows(connection: Conn, span: Span, rows: Mapping[str, pl.DataFrame]) -> dict[str, int]:
    """Within a transaction: make every table that grows by day hold these rows (by path) in the span, and no others.

    Returns how many rows differed, by table.
    """
    differing = {table.path: _compare(connection, table, span, rows.get(table.path, table.empty())) for table in DAILY}
    wrong = [table for table in DAILY if differing[table.path]]
    for table in reversed(wrong):  # what refers to a row goes before it
        _run(connection, "delete from {target} old using {differing} d where d.extra and {same}", table)
    for table in wrong:
        others = [name for name in table.columns if name not in table.key]
        assignments = _list("{0} = new.{0}", others)
        _run(connection, f"update {{target}} old set {assignments} from {{staged}} new, {{differing}} d "
             f"where not d.extra and {{same}} and {_equal('new', 'd', table.key)}", table)  # fmt: skip
        _run(connection, "insert into {target} ({columns}) select {columns} from {staged} new where exists "
             f"(select from {{differing}} d where d.missing and {_equal('new', 'd', table.key)})", table)  # fmt: skip
    return differing


def _compare(connection: Conn, table: Table, span: Span, frame: pl.DataFrame) -> int:
    """Stage the rows, and note the keys of those that are missing, too many, or other than they ought to be."""
    _run(connection, "create temporary table {staged} (like {target}) on commit drop", table)
    with connection.cursor() as cursor:
        copy(cursor, _name("staged", table), frame.select(list(table.columns)))
    keys = _list("coalesce(new.{0}, old.{0}) as {0}", table.key)
    first = table.key[0]
    # both sides come in the order of their keys or fit a hash table; either way one pass over each
    _run(
        connection,
        f"create temporary table {{differing}} on commit drop as select {keys}, old.{first} is null as missing, "
        f"new.{first} is null as extra from (select * from {{target}} where {_in_span(table, span)}) old "
        f"full join {{staged}} new on {_equal('new', 'old', table.key)} "
        f"where ({_list('old.{0}', table.columns)}) is distinct from ({_list('new.{0}', table.columns)})",
        table,
    )
    row = connection.execute(sql.SQL("select count(*) from {}").format(_name("differing", table))).fetchone()
    return int(row[0]) if row else 0


def _in_span(table: Table, span: Span) -> str:
    stores = ", ".join(map(str, span.store_ids))
    condition = f"{table.month_of} between '{span.first}' and '{span.last}' and store_id in ({stores})"
    number = _FROM_API.get(table.path)
    return f"{condition} and {number} % 10000000 < {API_SEQUENCE_START}" if number else condition


def _run(connection: Conn, statement: str, table: Table) -> None:
    """A statement with the names of a table and of its two helpers filled in; all names are the contract's own."""
    connection.execute(
        sql.SQL(statement).format(
            target=identifier(table),
            staged=_name("staged", table),
            differing=_name("differing", table),
            columns=columns_of(list(table.columns)),
            same=sql.SQL(_equal("old", "d", table.key)),
        )
    )


def _name(kind: str, table: Table) -> sql.Identifier:
    return sql.Identifier("pg_temp", f"{kind}_{table.schema}_{table.name}")


def _list(form: str, names: Iterable[str]) -> str:
    return ", ".join(form.format(name) for name in names)


def _equal(left: str, right: str, names: Sequence[str]) -> str:
    return " and ".join(f"{left}.{name} = {right}.{name}" for name in names)
