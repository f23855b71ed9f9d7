"""A computation in a thread of its own, for a result that will be wanted soon."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Generic, TypeVar

from loaders.live import OnDay

T = TypeVar("T")


class _Abandoned(Exception):
    """Nobody wants the result any more."""


class Ahead(Generic[T]):
    """Begins `compute` at once. The loops of the simulator release Python's lock, so the caller can write meanwhile."""

    def __init__(self, compute: Callable[[OnDay], T], on_day: OnDay | None) -> None:
        self._on_day = on_day
        self._unwanted = threading.Event()
        self._pool = ThreadPoolExecutor(1)
        self._future = self._pool.submit(compute, self._day)

    def result(self) -> T:
        """Wait for the result; raises what the computation raised."""
        try:
            return self._future.result()
        finally:
            self.abandon()

    def abandon(self) -> None:
        """Stop at the end of the world day under way, and wait for that: nothing goes on behind the caller's back."""
        self._unwanted.set()
        self._pool.shutdown()

    def _day(self, day: date, transactions: int) -> None:
        if self._unwanted.is_set():
            raise _Abandoned
        if self._on_day is not None:
            self._on_day(day, transactions)
