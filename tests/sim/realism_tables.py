"""Small tables made by hand for the scorecard's tests: what a test says, the rest filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from sim.realism.reading import Company
from sim.schema import BY_PATH

START = date(2025, 1, 6)  # a Monday
Rows = Sequence[Mapping[str, Any]]

_PLAIN: dict[str, dict[str, Any]] = {
    "transactions": {"store_id": 1, "customer_id": 1, "total_amount": Decimal("1.00")},
    "transaction_items": {
        "line_number": 1, "store_id": 1, "product_id": 1, "quantity": 1, "list_price": Decimal("1.98"),
        "unit_price": Decimal("1.98"),
    },
    "stores": {"state": "CA", "time_zone": "UTC"},
    "products": {"department": "Grocery", "category": "Dairy", "brand": "Amberly"},
    "assortment": {"store_id": 1, "product_id": 1, "listed_from": START},
    "inventory_daily": {"store_id": 1, "product_id": 1, "opening": 1, "closing": 1},
    "purchase_orders": {"store_id": 1, "product_id": 1},
    "price_changes": {"product_id": 1},
    "promotions": {"product_id": 1},
    "inventory": {"store_id": 1, "product_id": 1},
}  # fmt: skip


def day(number: int) -> date:
    """The number-th day from the start, a Monday."""
    return START + timedelta(days=number)


def noon(of: date) -> datetime:
    return datetime.combine(of, time(12), tzinfo=UTC)


def company(folder: Path, tables: Mapping[str, Rows]) -> Company:
    """Write the tables and open them; columns not said are the usual ones here, or null."""
    for name_of, rows in tables.items():
        table = BY_PATH[name_of]
        full = [{**_PLAIN.get(name_of, {}), **row} for row in rows]
        columns = {
            name: pl.Series(name, [row.get(name) for row in full], dtype=kind, strict=False)
            for name, kind in table.columns.items()
        }
        path = folder / f"{table.path}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pl.DataFrame(columns).write_parquet(path)
    return Company(folder)


def trips(of: Rows) -> Rows:
    """Transactions on given dates, numbered in turn, at noon."""
    return [
        {"transaction_id": i, "transaction_timestamp": noon(row["transaction_date"]), **row} for i, row in enumerate(of)
    ]


def sales(units: Sequence[int], **columns: Any) -> Rows:
    """One line a day with these units, days without units left out."""
    return [
        {"transaction_id": 1_000_000 + i, "transaction_date": day(i), "quantity": n, **columns}
        for i, n in enumerate(units)
        if n
    ]
