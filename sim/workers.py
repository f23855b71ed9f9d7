"""Shards in processes of their own: Python's one lock does not let threads of one process compute side by side.

A worker is `python -m sim.worker` at the other end of a socket. It ends with its parent, however that ends:
the socket closes. Terminal interrupts reach the parent alone.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType

import polars as pl

from sim import schema
from sim.counts import DayCounts
from sim.errors import SimulationError, WorkerError
from sim.params import Params
from sim.runner import Month, contents, gather, put_together
from sim.shard import OnDay, Shard

_PIECE = 50_000  # rows
_ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Order:
    """What a worker is to simulate: shards (store numbers), from the start or from snapshots taken at `clock`."""

    params: Params
    start: date
    shards: Sequence[Sequence[int]]
    snapshot: dict[int, bytes] | None
    clock: datetime


@dataclass(frozen=True)
class Piece:
    """Some rows of a table; a month goes over in pieces, because each is held twice more on its way."""

    path: str
    rows: pl.DataFrame


def hand_over(connection: Connection, shards: Sequence[Shard], end: datetime) -> None:
    """Send a month that ended to the parent: its rows table by table, then the rest. What was sent is not held here."""
    for table in schema.TABLES:
        for shard in shards:
            for piece in shard.take(table).iter_slices(_PIECE):
                if piece.height:
                    connection.send(Piece(table.path, piece))
    connection.send(Month(end.date(), {}, contents(shards)))


@dataclass(frozen=True)
class Ended:
    """A world day has ended in all of a worker's shards."""

    day: date
    counts: DayCounts


class Workers:
    """The processes of a run, in step; a context manager that ends them."""

    def __init__(self, orders: Sequence[Order]) -> None:
        self._stack = ExitStack()
        self._processes: list[subprocess.Popen[bytes]] = []
        self._connections: list[Connection] = []
        for order in orders:
            self._begin(order)

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for connection in self._connections:
            connection.close()
        for process in self._processes:
            process.terminate()
            process.wait()

    @property
    def pids(self) -> list[int]:
        """The processes."""
        return [process.pid for process in self._processes]

    def months(self, ends: Sequence[datetime], on_day: OnDay | None) -> Iterator[Month]:
        """Advance to each of these instants in turn; while a month is in the caller's hands the next is computed."""
        gathered = gather(len(self._connections), on_day)
        for at, end in enumerate(ends):
            if at == 0:
                self._tell(end)
            month = self._gather(end, gathered)
            if at + 1 < len(ends):
                self._tell(ends[at + 1])
            yield month
            del month  # else it would be held until the next one is there

    def _gather(self, end: datetime, on_day: OnDay | None) -> Month:
        found = [self._hear(place, on_day) for place in range(len(self._connections))]
        states = {store_id: content for part in found for store_id, content in part.contents.items()}
        return Month(end.date(), put_together([part.rows for part in found]), states)

    def _begin(self, order: Order) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-m", "sim.worker", str(theirs.fileno())]
            # One shard a process is all the parallelism there is to have.
            environment = os.environ | {"POLARS_MAX_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
            process = subprocess.Popen(
                command, cwd=_ROOT, env=environment, pass_fds=[theirs.fileno()], process_group=0,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            )  # fmt: skip
        self._processes.append(process)
        self._connections.append(Connection(ours.detach()))
        self._connections[-1].send(order)

    def _tell(self, end: datetime) -> None:
        for place, connection in enumerate(self._connections):
            try:
                connection.send(end)
            except OSError:
                self._lost(place)

    def _hear(self, place: int, on_day: OnDay | None) -> Month:
        pieces: dict[str, list[pl.DataFrame]] = {table.path: [table.empty()] for table in schema.TABLES}
        while True:
            try:
                message = self._connections[place].recv()
            except (EOFError, OSError):
                self._lost(place)
            if isinstance(message, Piece):
                pieces[message.path].append(message.rows)
                continue
            if isinstance(message, Month):
                return replace(message, rows={path: pl.concat(frames) for path, frames in pieces.items()})
            if isinstance(message, SimulationError):
                raise message
            if on_day is not None:
                on_day(message.day, message.counts)

    def _lost(self, place: int) -> None:
        process = self._processes[place]
        process.terminate()
        message = f"worker {process.pid} has ended before its work was done (exit code {process.wait()})"
        raise WorkerError(message)
