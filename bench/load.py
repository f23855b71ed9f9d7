"""How fast rows get into PostgreSQL: a year of receipts, a month that is replayed, the commit of a day.

A year: months filled aside over two connections and attached, against psql's \\copy of the same rows as CSV (written
before the clock starts) into the same partitioned tables, their keys in place; turn by turn, the best of some rounds.
A month: what differs is put right (nothing does, as after a doubtful run), against INSERT ... ON CONFLICT DO UPDATE
of the same rows. A day: the commit of a simulated day with its state, and how often it waits for the server.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from pathlib import Path

import polars as pl

from bench.child import BenchError
from bench.commits import days
from bench.database import delayed, network_server, psql
from bench.receipts import STORES, year
from bench.result import Result, table
from loaders import months
from loaders.copying import copy, identifier
from loaders.db import connect
from loaders.encoding import copy_rows
from loaders.replacing import Span, replace_rows
from loaders.settings import Settings
from sim.schema import TRANSACTION_ITEMS, TRANSACTIONS, Table

Months = Mapping[date, Mapping[str, pl.DataFrame]]
RECEIPTS = (TRANSACTIONS, TRANSACTION_ITEMS)
ROUND_TRIP_MS = 30


def main(arguments: list[str]) -> Result:
    """Print the tables; the result compares loading the year."""
    parser = argparse.ArgumentParser(prog="bench load", description=__doc__)
    parser.add_argument("--transactions", type=int, default=1_000_000, help="receipts of the year (default 1,000,000)")
    parser.add_argument("--rounds", type=int, default=3, help="turns of each way (default 3)")
    parser.add_argument("--days", type=int, default=15, help="days that are simulated and committed (default 15)")
    parser.add_argument("--seed", type=int, default=7)
    chosen = parser.parse_args(arguments)
    rows = year(chosen.transactions, chosen.seed)
    for frame in next(iter(rows.values())).values():
        copy_rows(frame.head(1))  # compiled before the clock starts
    with network_server() as settings:
        ours, reference, away = _year(settings, rows, chosen.rounds)
        _print("a year", ours, "psql \\copy, keys in place", reference)
        print(f"the same over {ROUND_TRIP_MS} ms of round trip: {away:.2f} s, {away / ours:.2f} times as long\n")
        replayed, upserted = _month(settings, rows, chosen.rounds)
        _print("a month replayed", replayed, "INSERT ... ON CONFLICT", upserted)
        print(days(settings, chosen.days, chosen.seed))
    return Result("load", round(ours, 2), round(reference, 2), "s", round(reference / ours, 2))


def _print(name: str, ours: float, against: str, reference: float) -> None:
    row = [name, f"{ours:.2f}", f"{reference:.2f}", f"{reference / ours:.2f}"]
    print(table(["", "ours, s", f"{against}, s", "ratio"], [row]), end="\n\n")


def _year(settings: Settings, rows: Months, rounds: int) -> tuple[float, float, float]:
    """Seconds of ours, of psql, and of ours from far away: the best of the rounds."""
    expected = _content(rows)
    ours, reference, away = [], [], []
    with tempfile.TemporaryDirectory(prefix="walmart-bench-csv-") as name, delayed(settings, ROUND_TRIP_MS) as far:
        folder = Path(name)
        for each in RECEIPTS:
            pl.concat([found[each.path] for found in rows.values()]).write_csv(folder / f"{each.name}.csv")
        copies = [f"\\copy {each.name} from '{folder / each.name}.csv' with (format csv, header)" for each in RECEIPTS]
        for _ in range(rounds):
            for times, way in (
                (reference, partial(psql, settings, *copies)),
                (ours, partial(_load, settings, rows)),
                (away, partial(_load, far, rows)),
            ):
                _empty(settings, rows, partitions=times is reference)
                times.append(_timed(way))
                if _stored(settings) != expected:
                    message = "the tables do not hold the rows that were loaded"
                    raise BenchError(message)
    return min(ours), min(reference), min(away)


def _load(settings: Settings, rows: Months) -> None:
    more = partial(connect, settings, "loader")
    with connect(settings, "loader", autocommit=True) as connection:
        for month, found in rows.items():
            months.fill(more, month, found)
            with connection.transaction():
                months.attach(connection, month)


def _empty(settings: Settings, rows: Months, *, partitions: bool) -> None:
    """The parents without partitions, or with empty ones; what was written before is out of the way."""
    with connect(settings, "owner", autocommit=True) as connection:
        for each in (TRANSACTION_ITEMS, TRANSACTIONS):
            for month in rows:
                child = f"{each.name}_{month:%Y_%m}"
                if connection.execute("select to_regclass(%s)", (child,)).fetchone() != (None,):
                    connection.execute(f"alter table {each.name} detach partition {child}".encode())
                    connection.execute(f"drop table {child}".encode())
        if partitions:
            connection.execute("select ensure_partitions(%s, %s)", (min(rows), max(rows)))
    with connect(settings, "superuser", autocommit=True) as connection:
        connection.execute("checkpoint")


def _month(settings: Settings, rows: Months, rounds: int) -> tuple[float, float]:
    """Seconds to replay the first month, and to bring the same rows by INSERT ... ON CONFLICT."""
    month = min(rows)
    found = rows[month]
    last = max(rows[month][TRANSACTIONS.path]["transaction_date"])
    span = Span(month, last, tuple(range(1, STORES + 1)))
    expected = _stored(settings)
    ours, reference = [], []
    with connect(settings, "loader", autocommit=True) as connection:

        def replay() -> None:
            with connection.transaction():
                replace_rows(connection, span, found)

        def upsert() -> None:
            with connection.transaction(), connection.cursor() as cursor:
                for each in RECEIPTS:
                    cursor.execute(f"create temporary table brought (like {each.name}) on commit drop".encode())
                    copy(cursor, identifier(Table("brought", each.columns, each.key, each.mode, schema="pg_temp")),
                         found[each.path])  # fmt: skip
                    cursor.execute(_upsert(each).encode())
                    cursor.execute("drop table brought")

        for _ in range(rounds):
            for times, way in ((reference, upsert), (ours, replay)):
                with connect(settings, "owner", autocommit=True) as owner:
                    owner.execute("vacuum (analyze) transactions, transaction_items")
                times.append(_timed(way))
    if _stored(settings) != expected:
        message = "replaying a month changed the tables"
        raise BenchError(message)
    return min(ours), min(reference)


def _upsert(each: Table) -> str:
    changes = ", ".join(f"{name} = excluded.{name}" for name in each.columns if name not in each.key)
    return f"insert into {each.name} select * from brought on conflict ({', '.join(each.key)}) do update set {changes}"


def _timed(way: Callable[[], None]) -> float:
    started = time.perf_counter()
    way()
    return time.perf_counter() - started


def _content(rows: Months) -> tuple[int, ...]:
    """Counts, and sums of cents and numbers, of both tables."""
    receipts, lines = (pl.concat([found[each.path] for found in rows.values()]) for each in RECEIPTS)
    return (
        receipts.height,
        int(receipts["total_amount"].sum() * 100),
        int(receipts["customer_id"].sum()),
        lines.height,
        int(lines["unit_price"].sum() * 100),
        int(lines["promotion_id"].sum()),
    )


def _stored(settings: Settings) -> tuple[int, ...]:
    with connect(settings, "reader") as connection:
        row = connection.execute(
            "select (select (count(*), sum(total_amount) * 100, sum(customer_id)) from transactions)::text, "
            "(select (count(*), sum(unit_price) * 100, sum(promotion_id)) from transaction_items)::text"
        ).fetchone()
    assert row is not None
    return tuple(int(float(value)) if "." not in value else int(value.split(".")[0])
                 for part in row for value in part.strip("()").split(","))  # fmt: skip
