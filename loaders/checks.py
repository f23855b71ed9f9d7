"""What must hold in a directory of rows before any of it is written; pure: frames in, the first violation out.

Each check gives a `Violation` that names the row by its place in its file, the column and the value.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from sim.schema import (
    ASSORTMENT,
    CUSTOMERS,
    INVENTORY,
    INVENTORY_DAILY,
    PRICE_CHANGES,
    PRODUCTS,
    PROMOTIONS,
    PURCHASE_ORDERS,
    RETURNS,
    STORES,
    SUPPLIERS,
    TRANSACTION_ITEMS,
    TRANSACTIONS,
    Table,
)

# column -> (table, its key): what a value must be found in
REFERENCES: dict[str, dict[str, Table]] = {
    PRODUCTS.path: {"supplier_id": SUPPLIERS},
    CUSTOMERS.path: {"home_store_id": STORES},
    ASSORTMENT.path: {"store_id": STORES, "product_id": PRODUCTS},
    PROMOTIONS.path: {"store_id": STORES, "product_id": PRODUCTS},
    PRICE_CHANGES.path: {"store_id": STORES, "product_id": PRODUCTS},
    INVENTORY.path: {"store_id": STORES, "product_id": PRODUCTS},
    INVENTORY_DAILY.path: {"store_id": STORES, "product_id": PRODUCTS},
    PURCHASE_ORDERS.path: {"supplier_id": SUPPLIERS, "store_id": STORES, "product_id": PRODUCTS},
    TRANSACTIONS.path: {"customer_id": CUSTOMERS, "store_id": STORES},
    TRANSACTION_ITEMS.path: {"store_id": STORES, "product_id": PRODUCTS, "promotion_id": PROMOTIONS},
    RETURNS.path: {"store_id": STORES, "product_id": PRODUCTS},
}
PARENTS = (STORES, SUPPLIERS, PRODUCTS, CUSTOMERS, PROMOTIONS)
# least value of a column, where one is set
LEAST: dict[str, dict[str, int]] = {
    PRODUCTS.path: {"unit_cost": 0, "list_price": 0},
    TRANSACTIONS.path: {"item_count": 1, "tax_amount": 0, "total_amount": 0},
    TRANSACTION_ITEMS.path: {"quantity": 1, "list_price": 0, "unit_price": 0},
    RETURNS.path: {"quantity": 1, "refund_amount": 0},
    INVENTORY.path: {"on_hand": 0, "on_order": 0, "reorder_point": 0, "order_up_to": 0},
    INVENTORY_DAILY.path: {"opening": 0, "received": 0, "sold": 0, "returned": 0, "closing": 0},
    PURCHASE_ORDERS.path: {"quantity": 1, "quantity_received": 0, "unit_cost": 0},
}
_DAY, _STORE = 100_000_000_000, 10_000_000  # how a transaction's number carries its day and store


@dataclass(frozen=True)
class Violation:
    """One value that cannot be; `row` counts from 1."""

    row: int
    column: str
    value: object
    reason: str

    def __str__(self) -> str:
        return f"row {self.row}, column {self.column}: {self.value!r} {self.reason}"


def first_violation(table: Table, frame: pl.DataFrame, part: str, parents: dict[str, pl.Series]) -> Violation | None:
    """The first of a file's violations, or None. `parents` holds the keys of each table in PARENTS by its path."""
    return next(_violations(table, frame, part, parents), None)


def _violations(table: Table, frame: pl.DataFrame, part: str, parents: dict[str, pl.Series]) -> Iterator[Violation]:
    for name in table.columns:
        if name not in table.nullable:
            yield from _at(frame, name, pl.col(name).is_null(), "is empty, and may not be")
    for name, least in LEAST.get(table.path, {}).items():
        yield from _at(frame, name, pl.col(name) < least, f"is less than {least}")
    key = list(table.key)
    yield from _at(frame, key[-1], pl.struct(key).is_duplicated(), f"is there twice (key {', '.join(key)})")
    if table.month_of:
        yield from _at(
            frame, table.month_of, pl.col(table.month_of).dt.strftime("%Y-%m") != part, f"is not in the month {part}"
        )
    for name, parent in REFERENCES.get(table.path, {}).items():
        known = pl.lit(parents[parent.path].implode())
        unknown = pl.col(name).is_not_null() & ~pl.col(name).is_in(known)
        yield from _at(frame, name, unknown, f"is not in {parent.path}")
    if table in (TRANSACTIONS, TRANSACTION_ITEMS):
        number = pl.col("transaction_id")
        day = pl.date(2000, 1, 1) + pl.duration(days=number // _DAY)
        yield from _at(frame, "transaction_id", day != pl.col("transaction_date"), "does not carry transaction_date")
        yield from _at(
            frame, "transaction_id", number // _STORE % 10_000 != pl.col("store_id"), "does not carry store_id"
        )


def receipt_violation(transactions: pl.DataFrame, items: pl.DataFrame) -> Violation | None:
    """The first receipt of a month whose lines do not add up to it; every receipt needs lines, every line a receipt."""
    money = pl.col("quantity").cast(pl.Decimal(38, 0)) * pl.col("unit_price")
    saved = pl.col("quantity").cast(pl.Decimal(38, 0)) * (pl.col("list_price") - pl.col("unit_price"))
    sums = items.group_by("transaction_id").agg(
        money.sum().alias("of_total"), saved.sum().alias("of_discount"), pl.col("quantity").sum().alias("of_count")
    )
    joined = transactions.join(sums, on="transaction_id", how="left", maintain_order="left")
    for name, sums_name in (
        ("total_amount", "of_total"),
        ("discount_amount", "of_discount"),
        ("item_count", "of_count"),
    ):
        wrong = pl.col(sums_name).is_null() | (pl.col(name) != pl.col(sums_name).cast(transactions.schema[name]))
        for violation in _at(joined, name, wrong, ""):
            found = joined[violation.row - 1, sums_name]
            of = f"is not the sum of its lines, {found}" if found is not None else "is of a receipt without lines"
            return Violation(violation.row, name, violation.value, of)
    return None


def orphan_violation(lines: pl.DataFrame, parents: pl.DataFrame, key: list[str], parent: Table) -> Violation | None:
    """The first row of `lines` whose key is not among the parents'."""
    found = lines.with_row_index("row").join(parents.select(key).unique(), on=key, how="anti", maintain_order="left")
    if found.is_empty():
        return None
    return Violation(int(found[0, "row"]) + 1, key[-1], found[0, key[-1]], f"has no row in {parent.path}")


def _at(frame: pl.DataFrame, column: str, wrong: pl.Expr, reason: str) -> Iterator[Violation]:
    where = frame.select(wrong.fill_null(False)).to_series()
    if where.any():
        row = where.arg_max() or 0
        yield Violation(row + 1, column, frame[row, column], reason)
