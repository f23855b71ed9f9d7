"""A worker's process: `python -m sim.worker FD`, FD being the socket to its parent (`sim.workers`)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime
from multiprocessing.connection import Connection

from sim.counts import DayCounts
from sim.errors import SimulationError
from sim.runner import months
from sim.shard import Shard
from sim.workers import Ended, Order, hand_over
from sim.world import World


def main() -> int:
    """Do as told until the parent is gone."""
    connection = Connection(int(sys.argv[1]))
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        try:
            _work(connection)
        except SimulationError as error:
            connection.send(error)
    return 0


def _work(connection: Connection) -> None:
    shards = made(connection.recv())

    def ended(day: date, counts: DayCounts) -> None:
        connection.send(Ended(day, counts))

    def told() -> Iterator[datetime]:
        while True:
            yield connection.recv()

    for month in months(shards, told(), ended):
        hand_over(connection, month)
        del month  # else it would be held until the next one is there


def made(order: Order) -> list[Shard]:
    """The shards of an order."""
    world = World(order.params, order.start)
    if order.snapshot is None:
        return [world.shard(stores) for stores in order.shards]
    held = order.snapshot
    return [world.restore({store: held[store] for store in stores}, order.clock) for stores in order.shards]


if __name__ == "__main__":
    sys.exit(main())
