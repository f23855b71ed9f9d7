"""Load a run's directory into an empty company: the whole of it is checked first, then it comes in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import polars as pl
import psycopg

from loaders import filling, months, pipeline, simulated
from loaders.checks import PARENTS, Violation, first_violation, orphan_violation, receipt_violation
from loaders.copying import Conn
from loaders.db import connect
from loaders.directory import RunDirectory, TableFile, open_directory, read_file
from loaders.errors import CompanyExists, DirectoryRefused
from loaders.retrying import persistent
from loaders.settings import Settings
from loaders.times import day_start
from loaders.world import read_world
from sim.schema import RETURNS, TABLES, TRANSACTION_ITEMS, TRANSACTIONS

_LINE = ["transaction_date", "transaction_id", "line_number"]


@dataclass(frozen=True)
class Loaded:
    """What a load did; `already` when the same directory had been loaded before and nothing was done."""

    already: bool
    rows: dict[str, int]
    published_through: str


@persistent("loader", first=False)
def load_directory(settings: Settings, folder: Path, report: Callable[[str], object] = str) -> Loaded:
    """Load the directory of `python -m sim run` or of an export; the company can then be simulated on.

    `report` is told what is being done, in a few words.

    Raises:
        DirectoryRefused: something in it is wrong; the message names file, row, column and value.
        CompanyExists: the database holds another company.
        StateRefused: this release does not come to the directory's state, so it could not go on from it.
    """
    directory = open_directory(folder)
    with connect(settings, "loader", autocommit=True) as connection:
        if _same_is_there(connection, directory):
            return _summary(directory, already=True)
        report("checking every file")
        check(directory)
        report("reading the state")
        state = simulated.loaded_state(directory.params, directory.start, directory.through, directory.snapshots())
        if directory.state and state.digests != directory.state:
            message = (
                f"{folder} was written by another release of the simulator: its state of {directory.through} is not "
                "the one that this release comes to. Simulate it anew, and load that."
            )
            raise DirectoryRefused(message)
        try:
            with connection.transaction():
                filling.hold(connection)
                if _same_is_there(connection, directory):  # another load has come first, while this one checked
                    return _summary(directory, already=True)
                filling.write(connection, partial(connect, settings, "loader"), directory, report)
                pipeline.create_loaded_world(connection, settings, state, directory.digest)
        except (psycopg.errors.IntegrityError, psycopg.errors.DataError) as error:
            _discard(connection)
            message = f"{folder} does not fit the database; nothing was written: {' '.join(str(error).split())[:300]}"
            raise DirectoryRefused(message) from error
        connection.execute("select refresh_statistics()")
    return _summary(directory, already=False)


def check(directory: RunDirectory) -> None:
    """Everything that must hold, file by file.

    Raises:
        DirectoryRefused: with the first thing that does not.
    """
    parents = {table.path: read_file(next(directory.files(table)))[table.key[0]] for table in PARENTS}
    for table in TABLES:
        if table not in (TRANSACTIONS, TRANSACTION_ITEMS, RETURNS):
            for file in directory.files(table):
                _refuse_other_content(file, _checked(file, parents))
    returns = [(file, _checked(file, parents)) for file in directory.files(RETURNS)]
    _refuse_twins(returns)
    unsold = pl.concat(
        [frame.select(_LINE).with_columns(file=pl.lit(place)) for place, (_, frame) in enumerate(returns)]
    )
    for receipts, lines in zip(directory.files(TRANSACTIONS), directory.files(TRANSACTION_ITEMS), strict=True):
        transactions, items = _checked(receipts, parents), _checked(lines, parents)
        orphan = orphan_violation(items, transactions, _LINE[:2], TRANSACTIONS)
        if orphan:
            raise _refused(lines, orphan)
        wrong = receipt_violation(transactions, items)
        if wrong:
            raise _refused(receipts, wrong)
        _refuse_other_content(receipts, transactions)
        _refuse_other_content(lines, items)
        unsold = unsold.join(items.select(_LINE), on=_LINE, how="anti", maintain_order="left")
    if not unsold.is_empty():
        file, frame = returns[unsold[0, "file"]]
        orphan = orphan_violation(frame, frame.join(unsold, on=_LINE, how="anti"), _LINE, TRANSACTION_ITEMS)
        assert orphan is not None
        raise _refused(file, orphan)
    for file, frame in returns:
        _refuse_other_content(file, frame)


def _checked(file: TableFile, parents: dict[str, pl.Series]) -> pl.DataFrame:
    frame = read_file(file)
    violation = first_violation(file.table, frame, file.part, parents)
    if violation:
        raise _refused(file, violation)
    return frame


def _refuse_other_content(file: TableFile, frame: pl.DataFrame) -> None:
    """The manifest's hash comes last: a wrong value says more than another hash."""
    if simulated.part_digests(file.table, frame).get(file.part) != file.digest:
        message = (
            f"{file.name} is not the file that manifest.json describes: its content has another hash. "
            "Copy the directory again, or simulate it anew."
        )
        raise DirectoryRefused(message)


def _refused(file: TableFile, violation: Violation) -> DirectoryRefused:
    return DirectoryRefused(f"{file.name}, {violation}. Nothing was written.")


def _refuse_twins(returns: list[tuple[TableFile, pl.DataFrame]]) -> None:
    numbers = pl.concat([frame["return_id"] for _, frame in returns])
    if numbers.is_duplicated().any():
        twin = numbers.filter(numbers.is_duplicated())[0]
        message = f"returns: return_id {twin} is in more than one month."
        raise DirectoryRefused(message)


def _same_is_there(connection: Conn, directory: RunDirectory) -> bool:
    world = read_world(connection)
    if world is None:
        row = connection.execute("select exists (select from customers) or exists (select from stores)").fetchone()
        if row and row[0]:
            message = "The database holds rows of a company without its clock: empty it with `make reset`, then load."
            raise CompanyExists(message)
        return False
    if world.source_digest == directory.digest:
        return True
    message = (
        f"The database holds a company already (since {world.start}), and {directory.folder} is another one: "
        "keep it with `python -m loaders export DIR`, empty the database with `make reset`, then load."
    )
    raise CompanyExists(message)


def _discard(connection: Conn) -> None:
    """Drop the months that were filled aside, where nobody else can be filling any."""
    with connection.transaction():
        filling.hold(connection)
        if read_world(connection) is None:
            months.discard(connection)


def _summary(directory: RunDirectory, *, already: bool) -> Loaded:
    rows = {path: int(found["rows"]) for path, found in directory.tables.items()}
    return Loaded(already, rows, day_start(directory.through).isoformat())
