"""The counter of a store: at which instant of the world an order or a return is taken there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from psycopg import Connection

from loaders.errors import NoCompany
from walmart_app.commands.errors import CompanyNotReady
from walmart_app.queries.errors import InvalidValue
from walmart_app.queries.world import check_store


@dataclass(frozen=True)
class Counter:
    """Where and when; `return_days` is for how many days after a sale its goods are taken back."""

    store_id: int
    world_time: datetime
    day: date
    sales_tax_pct: Decimal
    return_days: int


_STORE = """
select w.first_company_done, s.sales_tax_pct, public.world_day(%(time)s),
       (w.params -> 'returns' ->> 'longest_days')::integer,
       to_regclass('public.transaction_items_' || to_char(public.world_day(%(time)s), 'YYYY_MM')) is null
from public.world w left join public.stores s on s.store_id = %(store)s
"""


def open_counter(connection: Connection[Any], store_id: int) -> Counter:
    """Lock the world shared, so that the store's clock stands still until the transaction ends, and read it.

    Raises:
        InvalidValue: the company has no such store.
        NoCompany, CompanyNotReady: there is nothing to buy from yet.
    """
    # a statement of its own: the next one then sees what was committed while this one waited
    locked = connection.execute("select public.world_time_for_order(%s)", (store_id,)).fetchone()
    world_time = locked[0] if locked else None
    row = connection.execute(_STORE, {"time": world_time, "store": store_id}).fetchone()
    if row is None:
        raise NoCompany
    ready, tax, day, return_days, month_missing = row
    if not ready:
        raise CompanyNotReady
    if tax is None:
        check_store(connection, store_id)
    if world_time is None:
        raise InvalidValue(field="store_id", value=store_id, allowed="a store that takes part in the simulation")
    if month_missing:  # orders would wait for one another in ensure_partitions, which locks; the loader works ahead
        connection.execute("select public.ensure_partitions(%s, %s)", (day, day))
    return Counter(store_id, world_time, day, tax, return_days)
