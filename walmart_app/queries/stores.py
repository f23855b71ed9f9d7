"""The chain's stores."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from walmart_app.queries.errors import NotFound
from walmart_app.queries.world import ensure_company


@dataclass(frozen=True)
class Store:
    """A store; `clock` is the instant (UTC) up to which its world has gone, None outside the simulation."""

    store_id: int
    name: str
    format: str
    city: str
    state: str
    region: str
    latitude: float
    longitude: float
    time_zone: str
    opened_on: date
    sales_tax_pct: Decimal
    clock: datetime | None


_STORES = """
select s.store_id, s.name, s.format, s.city, s.state, s.region, s.latitude, s.longitude, s.time_zone, s.opened_on,
       s.sales_tax_pct, w.clock
from public.stores s left join public.world_shards w on s.store_id = any(w.store_ids)
where s.store_id > %(after)s
  and (%(state)s::text is null or s.state = %(state)s)
  and (%(region)s::text is null or s.region = %(region)s)
  and (%(format)s::text is null or s.format = %(format)s)
  and (%(only)s::integer is null or s.store_id = %(only)s)
order by s.store_id
limit %(limit)s
"""
_ANY = {"after": 0, "state": None, "region": None, "format": None, "only": None, "limit": 1}


def stores(
    connection: Connection[Any],
    *,
    state: str | None = None,
    region: str | None = None,
    format: str | None = None,
    after: int = 0,
    limit: int = 50,
) -> list[Store]:
    """At most `limit` stores with a number above `after`.

    Raises:
        NoCompany: there is no company yet.
    """
    values = _ANY | {"state": state, "region": region, "format": format, "after": after, "limit": limit}
    with connection.cursor(row_factory=class_row(Store)) as cursor:
        found = cursor.execute(_STORES, values).fetchall()
    if not found:
        ensure_company(connection)
    return found


def store(connection: Connection[Any], store_id: int) -> Store:
    """One store.

    Raises:
        NotFound: the company has no such store.
        NoCompany: there is no company yet.
    """
    with connection.cursor(row_factory=class_row(Store)) as cursor:
        found = cursor.execute(_STORES, _ANY | {"only": store_id}).fetchone()
    if found is None:
        ensure_company(connection)
        message = f"The company has no store {store_id}."
        raise NotFound(message)
    return found
