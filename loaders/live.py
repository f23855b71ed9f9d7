"""What the loaders ask of a simulator."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

import polars as pl

from loaders.inbox import Order

Rows = Mapping[str, pl.DataFrame]
OnDay = Callable[[date, int], None]  # a world day is computed; its number of transactions


class LiveShard(Protocol):
    """A shard in memory; advancing it changes it."""

    def advance(self, until: datetime, orders: Sequence[Order], on_day: OnDay | None) -> Rows: ...
    def snapshot(self) -> dict[int, bytes]: ...
    def digests(self) -> dict[int, str]: ...


class Simulation(Protocol):
    """The simulator of one world. `restore` raises StateRefused for a snapshot that it cannot read."""

    state_version: str

    def start(self, store_ids: Sequence[int]) -> LiveShard: ...
    def restore(self, snapshot: Mapping[int, bytes], clock: datetime) -> LiveShard: ...
