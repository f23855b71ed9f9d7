"""What every warehouse can do, and which one the settings name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from loaders.settings import Settings
from loaders.warehouse.catalog import WarehouseTable
from loaders.warehouse.lock import locked
from loaders.warehouse.manifest import Totals


class Warehouse(Protocol):
    """A connection to a warehouse."""

    def stage(self, table: WarehouseTable, files: Mapping[str, Path]) -> None:
        """Bring the files of some parts beside the table; readers see nothing of it yet. Clears an earlier attempt."""

    def publish(self, table: WarehouseTable, staged: Sequence[str], kept: Sequence[str]) -> None:
        """Put the staged parts in place of those of the same name; parts that are neither staged nor kept go."""

    def remove(self, table: WarehouseTable) -> None:
        """Drop the table, if it is there."""

    def exists(self, table: WarehouseTable) -> bool:
        """Whether the table is there."""

    def totals(self, table: WarehouseTable) -> dict[str, Totals]:
        """Rows and exact sums by part; nothing when there is no such table."""

    def query(self, sql: str, params: Mapping[str, Any]) -> pl.DataFrame:
        """Read."""

    def close(self) -> None:
        """Let go of it."""


@contextmanager
def opened(settings: Settings, wait_seconds: float = 60) -> Iterator[Warehouse]:
    """The warehouse of the settings. The embedded one has one owner at a time: others wait for it.

    Raises:
        WarehouseBusy: the embedded warehouse stays in use for longer than `wait_seconds`.
        WarehouseError: it cannot be reached.
    """
    if settings.warehouse == "snowflake":
        from loaders.warehouse.snowflake import SnowflakeWarehouse

        with _closing(SnowflakeWarehouse.connect(settings)) as snowflake:
            yield snowflake
        return
    from loaders.warehouse.clickhouse import ClickHouseWarehouse

    if settings.warehouse == "clickhouse":
        with _closing(ClickHouseWarehouse.connect(settings)) as server:
            yield server
        return
    directory = settings.state_dir / "warehouse"
    with locked(directory / "lock", wait_seconds), _closing(ClickHouseWarehouse.embedded(settings)) as embedded:
        yield embedded


@contextmanager
def _closing(warehouse: Warehouse) -> Iterator[Warehouse]:
    try:
        yield warehouse
    finally:
        warehouse.close()
