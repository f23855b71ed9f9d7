"""A checked directory's rows into an empty company: months of receipts aside, all else beside them.

One transaction makes everything visible. It holds the world's table from before the first row until the company
is there, so nobody begins another company meanwhile; months filled aside wait outside it, whole, and outlive it
when it is cut, so that the next try takes them up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import date
from threading import Event

from loaders import months
from loaders.copying import Conn, copy, identifier
from loaders.directory import RunDirectory, TableFile, read_file
from loaders.migrate import head
from sim.schema import API_SEQUENCE_START, RETURNS, TABLES, TRANSACTION_ITEMS, TRANSACTIONS

Report = Callable[[str], object]
RECEIPTS = (TRANSACTIONS, TRANSACTION_ITEMS)
_SIGN_OF_LIFE = 60.0  # seconds: shorter than any server's patience with a transaction that does nothing

# Input of the world that the company brings along. What came at one instant is put back in an order that was
# possible: goods that came back were there to be sold again.
_INBOX = f"""
insert into order_inbox (transaction_id, world_time, return_id)
select transaction_id, at, return_id from (
    select transaction_id, transaction_timestamp as at, null::bigint as return_id from transactions
    where channel = 'api'
    union all
    select transaction_id, returned_at, return_id from returns where return_id % 10000000 >= {API_SEQUENCE_START}
) as input
order by at, return_id is null, return_id, transaction_id
"""


@dataclass(frozen=True)
class _Month:
    """A month's receipts: the files of `RECEIPTS`, the rows of the first, and what filled tables are known by."""

    first: date
    files: tuple[TableFile, ...]
    receipts: int
    marks: Mapping[str, str]

    def is_filled(self, found: Mapping[str, str]) -> bool:
        return all(found.get(months.name(table, self.first)) == self.marks[table.path] for table in RECEIPTS)


def hold(connection: Conn) -> None:
    """Within a transaction: keep everybody else from making a company, or a place for a month, until its end."""
    connection.execute("lock table world in share row exclusive mode")
    connection.execute("select pg_advisory_xact_lock(hashtext('walmart.ensure_partitions'))")


def write(connection: Conn, more: Callable[[], Conn], directory: RunDirectory, report: Report) -> None:
    """Within a transaction that `hold`s the company's place: write every row; `more` opens further connections."""
    every = _months(directory)
    there = months.present(connection, [each.first for each in every])
    aside = [each for each in every if each.receipts >= months.LEAST_ROWS and each.first not in there]
    beside = [each for each in every if each not in aside]
    found = months.filled(connection)
    stop = Event()
    with ThreadPoolExecutor(1) as pool:
        filling = pool.submit(_fill, more, aside, found, stop, report)
        try:
            for each in beside:
                connection.execute("select ensure_partitions(%s, %s)", (each.first, each.first))
            for table in TABLES:
                if table in RECEIPTS:
                    files: Iterable[TableFile] = (each.files[RECEIPTS.index(table)] for each in beside)
                else:
                    files = () if table is RETURNS else directory.files(table)  # returns refer to lines
                _copy(connection, files, report, filling)
            _await(connection, filling)
        except BaseException:
            stop.set()  # the month under way is finished: the next try takes it up
            raise
    for each in aside:
        months.attach(connection, each.first)
    connection.execute("select ensure_partitions(%s, %s)", (directory.start, directory.through + months.AHEAD))
    _copy(connection, directory.files(RETURNS), report)
    connection.execute(_INBOX.encode())


def _months(directory: RunDirectory) -> list[_Month]:
    counted = directory.tables[TRANSACTIONS.path]["parts"]
    schema = head()  # whose columns a filled table has
    files = zip(*(directory.files(table) for table in RECEIPTS), strict=True)
    return [
        _Month(
            date.fromisoformat(f"{part}-01"),
            of_month,
            int(counted.get(part, {}).get("rows", 0)),
            {file.table.path: f"{file.digest} of schema {schema}" for file in of_month},
        )
        for part, of_month in zip(directory.months, files, strict=True)
    ]


def _fill(
    more: Callable[[], Conn], wanted: Sequence[_Month], found: Mapping[str, str], stop: Event, report: Report
) -> None:
    for number, each in enumerate(wanted, 1):
        if stop.is_set():
            return
        place = f"{each.first:%Y-%m}, month {number} of {len(wanted)}"
        if each.is_filled(found):
            report(f"taking up {place}, filled by an earlier try")
            continue
        rows = {file.table.path: read_file(file) for file in each.files}
        counts = ", ".join(f"{frame.height:,} {path}" for path, frame in rows.items())
        report(f"filling {place}: {counts}")
        months.fill(more, each.first, rows, each.marks)


def _copy(connection: Conn, files: Iterable[TableFile], report: Report, beside: Future[None] | None = None) -> None:
    with connection.cursor() as cursor:
        for file in files:
            if beside and beside.done():
                beside.result()  # its failure ends this
            frame = read_file(file)
            if not frame.is_empty():
                report(f"writing {file.name}, {frame.height:,} rows")
                copy(cursor, identifier(file.table), frame)


def _await(connection: Conn, filling: Future[None]) -> None:
    """Wait for the months; a server may end a transaction that says nothing for long."""
    while not filling.done():
        wait([filling], _SIGN_OF_LIFE)
        connection.execute("select 1")
    filling.result()
