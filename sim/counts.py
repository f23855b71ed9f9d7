"""What happened in a day, in four numbers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class DayCounts:
    """What a shard's day came to: whole counts, sales in cents (before tax)."""

    transactions: int = 0
    lines: int = 0
    units: int = 0
    sales_cents: int = 0

    def add(self, transactions: int, lines: int, units: int, sales_cents: int) -> None:
        """Count some more."""
        self.transactions += transactions
        self.lines += lines
        self.units += units
        self.sales_cents += sales_cents

    def __add__(self, other: DayCounts) -> DayCounts:
        return DayCounts(
            self.transactions + other.transactions, self.lines + other.lines, self.units + other.units,
            self.sales_cents + other.sales_cents,
        )  # fmt: skip
