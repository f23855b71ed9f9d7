"""The tables of the retail company: names, columns, types, keys.

This is the one description that the simulator writes by, the loaders copy by and the
migrations create by. Money is DECIMAL(12,2); instants are UTC; a *day* is the store's
local date, which equals the world day (see `sim.clock`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import polars as pl

MONEY = pl.Decimal(12, 2)
INSTANT = pl.Datetime("us", "UTC")


class Mode(StrEnum):
    """How a period's rows reach a table that already holds rows."""

    APPEND = "append"  # new rows only; never changed afterwards
    UPSERT = "upsert"  # inserted, or replaced by primary key


@dataclass(frozen=True)
class Table:
    """One table: `columns` in order, `key` its primary key.

    `month_of` names the date column that splits the table into monthly files; None means
    that a run writes one file with the final state. `schema` is "public" or "truth".
    `nullable` lists the columns that may be empty.
    """

    name: str
    columns: dict[str, pl.DataType | type[pl.DataType]]
    key: tuple[str, ...]
    mode: Mode
    month_of: str | None = None
    schema: str = "public"
    nullable: frozenset[str] = frozenset()

    @property
    def path(self) -> str:
        """Where the table lies in a run's directory, without suffix."""
        return self.name if self.schema == "public" else f"{self.schema}/{self.name}"

    def empty(self) -> pl.DataFrame:
        """A frame of zero rows with this table's columns."""
        return pl.DataFrame(schema=self.columns)


CUSTOMERS = Table(
    "customers",
    {
        "customer_id": pl.Int64,
        "first_name": pl.String,
        "last_name": pl.String,
        "email": pl.String,
        "gender": pl.String,
        "birth_date": pl.Date,
        "city": pl.String,
        "state": pl.String,
        "postal_code": pl.String,
        "home_store_id": pl.Int32,
        "loyalty_tier": pl.String,
        "joined_on": pl.Date,
    },
    ("customer_id",),
    Mode.UPSERT,
)
PRODUCTS = Table(
    "products",
    {
        "product_id": pl.Int32,
        "sku": pl.String,
        "name": pl.String,
        "brand": pl.String,
        "department": pl.String,
        "category": pl.String,
        "subcategory": pl.String,
        "pack_size": pl.String,
        "unit_cost": MONEY,
        "list_price": MONEY,
        "private_label": pl.Boolean,
        "perishable": pl.Boolean,
        "supplier_id": pl.Int32,
        "launched_on": pl.Date,
        "discontinued_on": pl.Date,
        "updated_at": INSTANT,
        "taxable": pl.Boolean,
    },
    ("product_id",),
    Mode.UPSERT,
    nullable=frozenset({"discontinued_on"}),
)
STORES = Table(
    "stores",
    {
        "store_id": pl.Int32,
        "name": pl.String,
        "format": pl.String,
        "city": pl.String,
        "state": pl.String,
        "region": pl.String,
        "latitude": pl.Float64,
        "longitude": pl.Float64,
        "time_zone": pl.String,
        "opened_on": pl.Date,
        "sales_tax_pct": pl.Decimal(5, 2),
    },
    ("store_id",),
    Mode.UPSERT,
)
SUPPLIERS = Table(
    "suppliers",
    {
        "supplier_id": pl.Int32,
        "name": pl.String,
        "city": pl.String,
        "state": pl.String,
        "lead_time_days": pl.Int32,
    },
    ("supplier_id",),
    Mode.UPSERT,
)
ASSORTMENT = Table(
    "assortment",
    {
        "store_id": pl.Int32,
        "product_id": pl.Int32,
        "listed_from": pl.Date,
        "listed_to": pl.Date,
    },
    ("store_id", "product_id", "listed_from"),
    Mode.UPSERT,
    nullable=frozenset({"listed_to"}),
)
PROMOTIONS = Table(
    "promotions",
    {
        "promotion_id": pl.Int64,
        "kind": pl.String,
        "store_id": pl.Int32,
        "product_id": pl.Int32,
        "discount_pct": pl.Decimal(5, 2),
        "starts_on": pl.Date,
        "ends_on": pl.Date,
    },
    ("promotion_id",),
    Mode.UPSERT,
    nullable=frozenset({"store_id"}),
)
PRICE_CHANGES = Table(
    "price_changes",
    {
        "price_change_id": pl.Int64,
        "store_id": pl.Int32,
        "product_id": pl.Int32,
        "effective_on": pl.Date,
        "old_price": MONEY,
        "new_price": MONEY,
        "reason": pl.String,
    },
    ("price_change_id",),
    Mode.UPSERT,
    nullable=frozenset({"store_id"}),
)
TRANSACTIONS = Table(
    "transactions",
    {
        "transaction_id": pl.Int64,
        "customer_id": pl.Int64,
        "store_id": pl.Int32,
        "transaction_date": pl.Date,
        "transaction_timestamp": INSTANT,
        "channel": pl.String,
        "payment_method": pl.String,
        "item_count": pl.Int32,
        "discount_amount": MONEY,
        "tax_amount": MONEY,
        "total_amount": MONEY,
    },
    ("transaction_date", "transaction_id"),
    Mode.APPEND,
    month_of="transaction_date",
    nullable=frozenset({"customer_id"}),
)
TRANSACTION_ITEMS = Table(
    "transaction_items",
    {
        "transaction_id": pl.Int64,
        "line_number": pl.Int32,
        "transaction_date": pl.Date,
        "store_id": pl.Int32,
        "product_id": pl.Int32,
        "quantity": pl.Int32,
        "list_price": MONEY,
        "unit_price": MONEY,
        "promotion_id": pl.Int64,
    },
    ("transaction_date", "transaction_id", "line_number"),
    Mode.APPEND,
    month_of="transaction_date",
    nullable=frozenset({"promotion_id"}),
)
RETURNS = Table(
    "returns",
    {
        "return_id": pl.Int64,
        "transaction_id": pl.Int64,
        "transaction_date": pl.Date,
        "line_number": pl.Int32,
        "product_id": pl.Int32,
        "store_id": pl.Int32,
        "returned_at": INSTANT,
        "returned_on": pl.Date,
        "quantity": pl.Int32,
        "refund_amount": MONEY,
        "reason": pl.String,
        "restocked": pl.Boolean,
    },
    ("return_id",),
    Mode.APPEND,
    month_of="returned_on",
)
INVENTORY = Table(
    "inventory",
    {
        "store_id": pl.Int32,
        "product_id": pl.Int32,
        "on_hand": pl.Int32,
        "on_order": pl.Int32,
        "reorder_point": pl.Int32,
        "order_up_to": pl.Int32,
        "updated_at": INSTANT,
    },
    ("store_id", "product_id"),
    Mode.UPSERT,
)
INVENTORY_DAILY = Table(
    "inventory_daily",
    {
        "store_id": pl.Int32,
        "product_id": pl.Int32,
        "date": pl.Date,
        "opening": pl.Int32,
        "received": pl.Int32,
        "sold": pl.Int32,
        "returned": pl.Int32,
        "shrink": pl.Int32,
        "closing": pl.Int32,
    },
    ("date", "store_id", "product_id"),
    Mode.APPEND,
    month_of="date",
)
PURCHASE_ORDERS = Table(
    "purchase_orders",
    {
        "purchase_order_id": pl.Int64,
        "supplier_id": pl.Int32,
        "store_id": pl.Int32,
        "product_id": pl.Int32,
        "ordered_on": pl.Date,
        "quantity": pl.Int32,
        "expected_on": pl.Date,
        "received_on": pl.Date,
        "quantity_received": pl.Int32,
        "unit_cost": MONEY,
    },
    ("purchase_order_id",),
    Mode.UPSERT,
    nullable=frozenset({"received_on", "quantity_received"}),
)

DEMAND = Table(
    "demand",
    {
        "store_id": pl.Int32,
        "product_id": pl.Int32,
        "date": pl.Date,
        "wanted": pl.Int32,
        "sold": pl.Int32,
        "substituted_away": pl.Int32,
        "lost": pl.Int32,
    },
    ("date", "store_id", "product_id"),
    Mode.APPEND,
    month_of="date",
    schema="truth",
)
TRUE_CUSTOMERS = Table(
    "customers",
    {
        "customer_id": pl.Int64,
        "visits_per_week": pl.Float64,
        "basket_scale": pl.Float64,
        "price_sensitivity": pl.Float64,
        "promotion_sensitivity": pl.Float64,
        "pantry_days": pl.Float64,
    },
    ("customer_id",),
    Mode.UPSERT,
    schema="truth",
)
TRUE_PRODUCTS = Table(
    "products",
    {"product_id": pl.Int32, "own_price_elasticity": pl.Float64},
    ("product_id",),
    Mode.UPSERT,
    schema="truth",
)
PROMOTION_EFFECTS = Table(
    "promotion_effects",
    {
        "promotion_id": pl.Int64,
        "store_id": pl.Int32,
        "product_id": pl.Int32,
        "baseline_units": pl.Float64,
        "extra_units": pl.Float64,
    },
    ("promotion_id", "store_id", "product_id"),
    Mode.UPSERT,
    schema="truth",
)

PUBLIC_TABLES: tuple[Table, ...] = (
    STORES,
    SUPPLIERS,
    PRODUCTS,
    CUSTOMERS,
    ASSORTMENT,
    PROMOTIONS,
    PRICE_CHANGES,
    TRANSACTIONS,
    TRANSACTION_ITEMS,
    RETURNS,
    INVENTORY,
    INVENTORY_DAILY,
    PURCHASE_ORDERS,
)
TRUTH_TABLES: tuple[Table, ...] = (DEMAND, TRUE_CUSTOMERS, TRUE_PRODUCTS, PROMOTION_EFFECTS)
# Parents come before children, so loading in this order satisfies every foreign key.
TABLES: tuple[Table, ...] = PUBLIC_TABLES + TRUTH_TABLES
BY_PATH: dict[str, Table] = {table.path: table for table in TABLES}

# A transaction's number carries its day, store and place in that store's day, so that the
# partition can be found from the number alone and shards never need to agree on a counter.
# 9 999 stores, 10 000 000 transactions a store and day; stays below 2**53 (exact in JSON).
_EPOCH = date(2000, 1, 1)
_PER_STORE = 10_000_000
_PER_DAY = 10_000 * _PER_STORE
API_SEQUENCE_START = 5_000_000  # orders from the API are numbered from here on


def transaction_id(day: date, store_id: int, sequence: int) -> int:
    """The number of the `sequence`-th transaction (from 0) of a store's day."""
    if not 0 < store_id < _PER_DAY // _PER_STORE:
        message = f"store_id {store_id} is outside 1 to {_PER_DAY // _PER_STORE - 1}"
        raise ValueError(message)
    if not 0 <= sequence < _PER_STORE:
        message = f"sequence {sequence} is outside 0 to {_PER_STORE - 1}"
        raise ValueError(message)
    return (day - _EPOCH).days * _PER_DAY + store_id * _PER_STORE + sequence


def transaction_day(number: int) -> date:
    """The day that a transaction's number carries."""
    return _EPOCH + timedelta(days=number // _PER_DAY)
