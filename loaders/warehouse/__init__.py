"""From PostgreSQL to the warehouse: extract, load, reconcile; and reading what is there.

The three steps pass paths and ids only, and each may run twice. Adapters and their engines are
imported when a function needs them: an embedded engine does not survive a fork.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loaders.retrying import persistent
from loaders.settings import Settings
from loaders.warehouse.schemas import SCHEMAS

if TYPE_CHECKING:
    import polars as pl


@persistent("reader")
def extract(settings: Settings, load_id: str, schemas: Sequence[str] = SCHEMAS) -> Path:
    """Write what changed since the last reconciled load to files, as of one instant; returns the manifest's path.

    Tables of other schemas than `schemas` are neither looked at, nor touched by the load.
    """
    from loaders.warehouse.extracting import extract as run

    return run(settings, load_id, schemas)


@persistent("loader")
def load(settings: Settings, manifest: Path) -> dict[str, Any]:
    """Bring an extract's files into the warehouse; returns counts."""
    from loaders.warehouse.loading import load as run

    return run(settings, Path(manifest))


@persistent("loader")
def reconcile(settings: Settings, manifest: Path) -> dict[str, Any]:
    """Compare the warehouse with what the extract saw in PostgreSQL; returns counts.

    Raises:
        NotReconciled: rows or sums differ; the next extract sends the differing parts again.
    """
    from loaders.warehouse.reconciling import reconcile as run

    return run(settings, Path(manifest))


def query(settings: Settings, sql: str, params: Mapping[str, Any] | None = None) -> pl.DataFrame:
    """Read from the warehouse; parameters are written `%(name)s`."""
    from loaders.warehouse.adapters import opened

    with opened(settings) as warehouse:
        return warehouse.query(sql, params or {})
