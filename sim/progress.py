"""How far a run is, on a terminal: one line that is drawn again, or a line a month where it is no terminal."""

from __future__ import annotations

import time
from datetime import date
from typing import TextIO

from sim.counts import DayCounts


class Progress:
    """Draws to `stream`; use `day` as a run's `on_day`."""

    def __init__(self, stream: TextIO, days: int, done: int = 0) -> None:
        self._stream, self._days, self._done, self._first = stream, days, done, done
        self._transactions, self._began, self._drawn = 0, time.perf_counter(), 0.0

    def day(self, day: date, counts: DayCounts) -> None:
        """A world day has ended."""
        self._done += 1
        self._transactions += counts.transactions
        now = time.perf_counter()
        last = self._done == self._days
        if self._stream.isatty():
            if now - self._drawn >= 0.1 or last:
                self._drawn = now
                self._stream.write("\r\x1b[2K" + self._line(day, now) + ("\n" if last else ""))
        elif last or (day.replace(day=1).month != date.fromordinal(day.toordinal() + 1).month):
            self._stream.write(self._line(day, now) + "\n")
        self._stream.flush()

    def _line(self, day: date, now: float) -> str:
        spent = max(now - self._began, 1e-9)
        left = spent / (self._done - self._first) * (self._days - self._done)
        filled = round(24 * self._done / self._days)
        bar = "#" * filled + "-" * (24 - filled)
        speed = f"{self._transactions / spent:,.0f} transactions/s"
        return f"[{bar}] {day} day {self._done}/{self._days}  {speed}  {left:,.0f} s left"
