"""A company's tables as the scorecard reads them: lazily, only the columns a row needs.

Any directory with the columns of `sim.schema` will do: `DIR/<table>.parquet` or
`DIR/<table>/*.parquet`, the same as CSV. The card looks at the last year of what is there.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from sim import schema
from sim.realism.errors import RealismError, Unmeasurable, refuse
from sim.schema import INSTANT, Table

YEAR = 365
NEARLY_A_YEAR = 350  # days that pass for a year: what a chain's 50 whole weeks of data give
_INSTANT_TEXT = "%Y-%m-%d %H:%M:%S%.f%:z"


class Company:
    """The tables of one directory. Raises RealismError unless it holds sales."""

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            message = f"{folder} is no directory; give the directory that a run wrote"
            raise RealismError(message)
        self.folder = folder
        self.manifest = self._read_manifest()
        if not any(self.has(table) for table in (schema.TRANSACTION_ITEMS, schema.TRANSACTIONS)):
            message = f"{folder} holds neither transactions nor transaction_items as Parquet or CSV"
            raise RealismError(message)

    def has(self, table: Table) -> bool:
        """Whether the table is there."""
        return bool(self._files(table))

    def table(self, table: Table, *columns: str) -> pl.LazyFrame:
        """Some columns of a table in the schema's types; Unmeasurable when it, or one of them, is not there."""
        paths = self._files(table)
        if not paths:
            refuse(f"no table {table.path}")
        csv = paths[0].suffix == ".csv"
        scan = pl.scan_csv(paths, infer_schema=False) if csv else pl.scan_parquet(paths)
        found = scan.collect_schema()
        absent = [column for column in columns if column not in found]
        if absent:
            refuse(f"{table.path} has no column {', '.join(absent)}")
        return scan.select(_conformed(name, found[name], table.columns[name]) for name in columns)

    def within(self, table: Table, *columns: str) -> pl.LazyFrame:
        """Like `table`, for a table that grows by month: the rows of the last year, its date among the columns."""
        day = table.month_of
        if day is None:
            message = f"{table.name} has no date to go by"
            raise ValueError(message)
        rows = self.table(table, *dict.fromkeys((day, *columns)))
        return rows.filter(pl.col(day).is_between(self.first_day, self.last_day))

    @property
    def first_day(self) -> date:
        """The first day that the card looks at."""
        return max(self._span[0], self.last_day - timedelta(days=YEAR - 1))

    @property
    def last_day(self) -> date:
        """The last day with a sale."""
        return self._span[1]

    @property
    def days(self) -> int:
        """How many days the card looks at: 365, or what there is."""
        return (self.last_day - self.first_day).days + 1

    def need_days(self, least: int) -> None:
        """Raises Unmeasurable when there are fewer days."""
        if self.days < least:
            what = "a year" if least == NEARLY_A_YEAR else f"{least} days"
            refuse(f"less than {what} of data ({self.days} days)")

    @cached_property
    def trips(self) -> pl.DataFrame:
        """Transactions of known customers by customer and time: transaction_id, customer_id, date, amount."""
        rows = self.within(
            schema.TRANSACTIONS, "transaction_id", "customer_id", "transaction_timestamp", "total_amount"
        ).filter(pl.col("customer_id").is_not_null())
        return (
            rows.select(
                "transaction_id",
                "customer_id",
                "transaction_timestamp",
                date="transaction_date",
                amount=pl.col("total_amount").cast(pl.Float64),
            )  # fmt: skip
            .sort("customer_id", "transaction_timestamp", "transaction_id")
            .drop("transaction_timestamp")
            .collect(engine="streaming")
        )

    @cached_property
    def baskets(self) -> pl.DataFrame:
        """One row a transaction: items (distinct products) and units."""
        lines = self.within(schema.TRANSACTION_ITEMS, "transaction_id", "product_id", "quantity")
        return (
            lines.group_by("transaction_id")
            .agg(items=pl.col("product_id").n_unique(), units=pl.col("quantity").cast(pl.Int64).sum())
            .collect(engine="streaming")
        )

    @cached_property
    def cells(self) -> pl.DataFrame:
        """Units sold by store_id, product_id and date, where any were."""
        lines = self.within(schema.TRANSACTION_ITEMS, "store_id", "product_id", "quantity")
        return (
            lines.group_by("store_id", "product_id", date="transaction_date")
            .agg(units=pl.col("quantity").sum())
            .filter(pl.col("units") > 0)
            .collect(engine="streaming")
        )

    @cached_property
    def listing(self) -> pl.DataFrame:
        """Listed SKU-stores within the card's year: store_id, product_id, listed_from, listed_to (both included)."""
        columns = ("store_id", "product_id", "listed_from", "listed_to")
        first, last = pl.lit(self.first_day), pl.lit(self.last_day)
        return (
            self.table(schema.ASSORTMENT, *columns)
            .with_columns(
                listed_from=pl.max_horizontal("listed_from", first),
                listed_to=pl.min_horizontal(pl.col("listed_to").fill_null(last), last),
            )
            .filter(pl.col("listed_from") <= pl.col("listed_to"))
            .with_columns(days=(pl.col("listed_to") - pl.col("listed_from")).dt.total_days() + 1)
            .collect()
        )

    @cached_property
    def _span(self) -> tuple[date, date]:
        table = schema.TRANSACTIONS if self.has(schema.TRANSACTIONS) else schema.TRANSACTION_ITEMS
        try:
            days = self.table(table, "transaction_date").select(
                first=pl.col("transaction_date").min(), last=pl.col("transaction_date").max()
            )
            first, last = days.collect(engine="streaming").row(0)
        except (OSError, Unmeasurable, pl.exceptions.PolarsError) as error:
            message = f"the sales in {self.folder} cannot be read: {error}"
            raise RealismError(message) from error
        if first is None:
            message = f"{self.folder} holds no sales"
            raise RealismError(message)
        return first, last

    def _read_manifest(self) -> dict[str, Any]:
        """What a run says of itself; nothing where there is no manifest of one."""
        try:
            content = json.loads((self.folder / "manifest.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return content if isinstance(content, dict) and isinstance(content.get("months"), list) else {}

    def _files(self, table: Table) -> list[Path]:
        for kind in ("parquet", "csv"):
            whole = self.folder / f"{table.path}.{kind}"
            if whole.is_file():
                return [whole]
            parts = sorted((self.folder / table.path).glob(f"*.{kind}"))
            if self.manifest:
                parts = [path for path in parts if path.stem in self.manifest["months"]]
            if parts:
                return parts
        return []


def _conformed(name: str, given: pl.DataType, wanted: pl.DataType | type[pl.DataType]) -> pl.Expr:
    column = pl.col(name)
    if given == wanted:
        return column
    if wanted == INSTANT:
        if given == pl.String:
            return column.str.to_datetime(_INSTANT_TEXT, time_unit="us").dt.convert_time_zone("UTC")
        if isinstance(given, pl.Datetime) and given.time_zone is None:
            return column.dt.cast_time_unit("us").dt.replace_time_zone("UTC")
        return column.dt.cast_time_unit("us").dt.convert_time_zone("UTC")
    if wanted == pl.Date and given == pl.String:
        return column.str.to_date()
    if isinstance(wanted, pl.Decimal):
        return column.cast(pl.Float64).round(2)
    return column.cast(wanted)
