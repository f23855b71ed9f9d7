"""What each step of the pipeline holds: tables, models, predictions, warehouse."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from psycopg import Connection
from psycopg.rows import class_row

T = TypeVar("T")

# the tables of the operational database that people ask for, in the order in which data comes to them
TABLES = (
    "stores",
    "customers",
    "products",
    "assortment",
    "promotions",
    "price_changes",
    "transactions",
    "transaction_items",
    "returns",
    "inventory",
    "inventory_daily",
    "purchase_orders",
    "order_inbox",
)


@dataclass(frozen=True)
class TableSize:
    """A table with its exact number of rows, and its bytes with indexes and partitions."""

    name: str
    rows: int
    bytes: int


@dataclass(frozen=True)
class Version:
    """Changes whenever rows may have: the world's clock, and the newest order from the API."""

    published_through: datetime | None
    orders: int


@dataclass(frozen=True)
class Built:
    """What dbt last did with each model, snapshot and test. Seconds are of computing; `finished` is UTC."""

    models: int
    tests: int
    failed: int
    warned: int
    seconds: float
    finished: datetime | None


@dataclass(frozen=True)
class Model:
    """A model or snapshot as it was last built."""

    name: str
    status: str
    seconds: float
    rows: int | None


@dataclass(frozen=True)
class Predicted:
    """How many forecasts and recommendations there are, from data up to which day."""

    forecasts: int
    forecasts_as_of: date | None
    recommendations: int
    recommendations_as_of: date | None


@dataclass(frozen=True)
class Loaded:
    """The newest load of each table and part in the warehouse."""

    tables: int
    rows: int
    reconciled: bool | None
    loaded_at: datetime | None
    published_through: datetime | None


_VERSION = """
select public.published_through() as published_through,
       (select coalesce(max(sequence), 0) from public.order_inbox) as orders
"""
_BYTES = """
select coalesce(sum(pg_total_relation_size(relid)), 0)::bigint
from pg_partition_tree(%s::regclass)
"""
_NEWEST = """
with newest as (
    select distinct on (unique_id) unique_id, name, resource_type, status, seconds, rows, finished_at
    from operations.dbt_results
    where resource_type in ('model', 'snapshot', 'test', 'unit_test')
    order by unique_id, finished_at desc
)
"""
_BUILT = f"""{_NEWEST}
select count(*) filter (where resource_type in ('model', 'snapshot')) as models,
       count(*) filter (where resource_type in ('test', 'unit_test')) as tests,
       count(*) filter (where status in ('error', 'fail', 'runtime error')) as failed,
       count(*) filter (where status = 'warn') as warned,
       coalesce(sum(seconds), 0)::float8 as seconds,
       max(finished_at) as finished
from newest
"""
_MODELS = f"""{_NEWEST}
select name, status, seconds, rows from newest where resource_type in ('model', 'snapshot')
order by seconds desc, name limit %s
"""
_PREDICTED = """
select (select count(*) from predictions.forecasts where as_of = f.as_of) as forecasts,
       f.as_of as forecasts_as_of,
       (select count(*) from predictions.recommendations) as recommendations,
       (select max(as_of) from predictions.recommendations) as recommendations_as_of
from (select max(as_of) as as_of from predictions.forecasts) as f
"""
_LOADED = """
select count(distinct table_name) as tables, coalesce(sum(rows), 0)::bigint as rows, bool_and(reconciled) as reconciled,
       max(loaded_at) as loaded_at, max(published_through) as published_through
from (
    select distinct on (table_name, part) table_name, rows, reconciled, loaded_at, published_through
    from operations.warehouse_loads order by table_name, part, loaded_at desc
) as newest
"""


def version(connection: Connection[Any]) -> Version:
    """Which state of the operational database this is."""
    return _one(connection, Version, _VERSION)


def tables(connection: Connection[Any]) -> list[TableSize]:
    """Every table of `TABLES`, counted exactly: on a million receipts that takes a fraction of a second."""
    found = []
    for name in TABLES:
        rows = connection.execute(f"select count(*) from public.{name}".encode()).fetchone()
        size = connection.execute(_BYTES, (f"public.{name}",)).fetchone()
        assert rows is not None and size is not None
        found.append(TableSize(name, rows[0], size[0]))
    return found


def built(connection: Connection[Any]) -> Built:
    """The newest result of everything that dbt builds and tests."""
    return _one(connection, Built, _BUILT)


def slowest_models(connection: Connection[Any], limit: int = 8) -> list[Model]:
    """The models that took longest when they were last built."""
    with connection.cursor(row_factory=class_row(Model)) as cursor:
        return cursor.execute(_MODELS, (limit,)).fetchall()


def predicted(connection: Connection[Any]) -> Predicted:
    """Forecasts and recommendations in use."""
    return _one(connection, Predicted, _PREDICTED)


def loaded(connection: Connection[Any]) -> Loaded:
    """What the warehouse holds, by our records of the loads."""
    return _one(connection, Loaded, _LOADED)


def _one(connection: Connection[Any], kind: type[T], query: str) -> T:
    with connection.cursor(row_factory=class_row(kind)) as cursor:
        found = cursor.execute(query.encode()).fetchone()
    assert found is not None
    return found
