"""One answer for all who ask at about the same time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from loaders.errors import WalmartSimError

T = TypeVar("T")


class Shared(Generic[T]):
    """However many pages ask, the service behind is asked once in `young_seconds`.

    A failure is shared like an answer: those who waited while somebody else's question ran into the time-out
    do not all run into it again, one after the other.
    """

    def __init__(self, young_seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._young, self._clock = young_seconds, clock
        self._lock = threading.Lock()
        self._answer: T | None = None
        self._failure: WalmartSimError | None = None
        self._at: float | None = None

    def get(self, ask: Callable[[], T]) -> T:
        """The last answer if it is young, otherwise a new one from `ask`.

        Raises:
            WalmartSimError: what `ask` raised, now or just before.
        """
        came = self._clock()
        with self._lock:
            if self._at is None or came - self._at > self._young:
                self._ask(ask)
            if self._failure is not None:
                raise self._failure
            assert self._answer is not None
            return self._answer

    def forget(self) -> None:
        """Ask anew next time: what was known has just been changed."""
        with self._lock:
            self._at = None

    def _ask(self, ask: Callable[[], T]) -> None:
        self._at = None  # an error of another kind is nobody's answer
        try:
            self._answer, self._failure = ask(), None
        except WalmartSimError as failure:
            self._failure = failure
        self._at = self._clock()
