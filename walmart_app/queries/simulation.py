"""Runs of the simulator, their days, and the parameters of the company."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row, dict_row

MOST_DAYS_SHOWN = 56


@dataclass(frozen=True)
class SimulationRun:
    """A run: world days asked for and computed, receipts computed, real seconds so far. Instants are UTC."""

    run_id: str
    kind: str
    state: str
    first_day: date
    last_day: date
    days_done: int
    days_total: int
    transactions: int
    seconds: float
    started_at: datetime
    message: str | None


@dataclass(frozen=True)
class SimulatedDay:
    """A committed world day: dollars without tax, receipts, units, and shelves that closed empty."""

    day: date
    revenue: Decimal
    transactions: int
    units: int
    empty_shelves: int


_COLUMNS = """
run_id, kind, state, public.world_day(requested_from) as first_day,
       public.world_day(requested_until) - 1 as last_day, days_done, days_total, transactions,
       extract(epoch from coalesce(finished_at, updated_at) - started_at)::float8 as seconds, started_at, message
"""
_RUNS = f"select {_COLUMNS} from public.simulation_runs order by started_at desc, run_id limit %s"
_OF_AIRFLOW = f"select airflow_run_id, {_COLUMNS} from public.simulation_runs where airflow_run_id = any(%s)"
# Days that nothing moved on a shelf have no row of it; a shelf that stays empty counts on the day it ran out.
_DAYS = """
with span as (
    select greatest(public.world_day(requested_from), least(last, public.world_day(requested_until) - 1) - %(days)s + 1)
               as first,
           least(last, public.world_day(requested_until) - 1) as last
    from public.simulation_runs, (select public.world_day(public.published_through()) - 1 as last) as published
    where run_id = %(run)s
),
sold as (
    select transaction_date as day, sum(total_amount) as revenue, count(*) as transactions, sum(item_count) as units
    from public.transactions
    where transaction_date between (select first from span) and (select last from span)
    group by transaction_date
),
emptied as (
    select date as day, count(*) as shelves
    from public.inventory_daily
    where date between (select first from span) and (select last from span) and closing = 0
    group by date
)
select sold.day, sold.revenue, sold.transactions, sold.units, coalesce(emptied.shelves, 0) as empty_shelves
from sold left join emptied using (day)
order by sold.day
"""


def simulation_runs(connection: Connection[Any], limit: int = 50) -> list[SimulationRun]:
    """The newest runs, newest first."""
    with connection.cursor(row_factory=class_row(SimulationRun)) as cursor:
        return cursor.execute(_RUNS, (limit,)).fetchall()


def progress_of(connection: Connection[Any], airflow_run_ids: Sequence[str]) -> dict[str, SimulationRun]:
    """The runs that these runs of Airflow are, by Airflow's id; what has not been planned yet is left out."""
    found: dict[str, SimulationRun] = {}
    with connection.cursor(row_factory=dict_row) as cursor:
        for row in cursor.execute(_OF_AIRFLOW, (list(airflow_run_ids),)).fetchall():
            airflow_run_id = row.pop("airflow_run_id")
            found[airflow_run_id] = SimulationRun(**row)
    return found


def simulated_days(connection: Connection[Any], run_id: str) -> list[SimulatedDay]:
    """The last `MOST_DAYS_SHOWN` days of a run that are committed, in order; none for an unknown run."""
    with connection.cursor(row_factory=class_row(SimulatedDay)) as cursor:
        return cursor.execute(_DAYS, {"run": run_id, "days": MOST_DAYS_SHOWN}).fetchall()


def company_parameters(connection: Connection[Any]) -> dict[str, Any]:
    """The parameters that the company was made with, by dotted name; empty before there is one."""
    row = connection.execute("select params from public.world").fetchone()
    return dict(_flat(row[0])) if row else {}


def _flat(tree: dict[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, value in tree.items():
        found += _flat(value, f"{prefix}{name}.") if isinstance(value, dict) else [(f"{prefix}{name}", value)]
    return found
