"""Whether there is a company, and which stores it has."""

from __future__ import annotations

from typing import Any

from psycopg import Connection

from loaders.errors import NoCompany
from walmart_app.queries.errors import InvalidValue


def ensure_company(connection: Connection[Any]) -> None:
    """Do nothing if there is a company.

    Raises:
        NoCompany: there is none yet.
    """
    row = connection.execute("select exists (select 1 from public.world)").fetchone()
    if row is None or not row[0]:
        raise NoCompany


def check_store(connection: Connection[Any], store_id: int) -> None:
    """Do nothing if the company has the store.

    Raises:
        InvalidValue: it has not.
    """
    row = connection.execute(
        "select coalesce(bool_or(store_id = %s), false), min(store_id), max(store_id) from public.stores", (store_id,)
    ).fetchone()
    if row is None or not row[0]:
        raise InvalidValue(
            field="store_id", value=store_id, allowed=f"a store of the company: {row[1]} to {row[2]}" if row else "none"
        )
