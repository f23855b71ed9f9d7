"""A worker's process: `python -m sim.worker FD`, FD being the socket to its parent (`sim.workers`)."""

from __future__ import annotations

import sys
from contextlib import suppress
from datetime import date
from multiprocessing.connection import Connection

from sim.counts import DayCounts
from sim.errors import SimulationError
from sim.runner import gather
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

    on_day = gather(len(shards), ended)
    while True:
        end = connection.recv()
        for shard in shards:
            shard.proceed(end, on_day=on_day)
        hand_over(connection, shards, end)


def made(order: Order) -> list[Shard]:
    """The shards of an order."""
    world = World(order.params, order.start)
    if order.snapshot is None:
        return [world.shard(stores) for stores in order.shards]
    held = order.snapshot
    return [world.restore({store: held[store] for store in stores}, order.clock) for stores in order.shards]


if __name__ == "__main__":
    sys.exit(main())
