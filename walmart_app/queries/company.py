"""How far the company is: its clock, and the newest run of the simulator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row


@dataclass(frozen=True)
class CompanyProgress:
    """The world's clock and the newest run. Without a company all is None or zero.

    `seconds` is how long the run has been going (or went), `first_company_done` whether the first
    history is complete; `transactions` counts what the run has simulated so far.
    """

    published_through: datetime | None
    first_company_done: bool
    run_id: str | None
    kind: str | None
    state: str | None
    days_done: int
    days_total: int
    transactions: int
    seconds: float
    message: str | None


_PROGRESS = """
select published_through() as published_through,
       coalesce((select first_company_done from world), false) as first_company_done,
       r.run_id, r.kind, r.state,
       coalesce(r.days_done, 0) as days_done,
       coalesce(r.days_total, 0) as days_total,
       coalesce(r.transactions, 0) as transactions,
       coalesce(extract(epoch from coalesce(r.finished_at, r.updated_at) - r.started_at), 0)::float8 as seconds,
       r.message
from (values (1)) as one(row)
left join lateral (select * from simulation_runs order by started_at desc limit 1) r on true
"""


def progress(connection: Connection[Any]) -> CompanyProgress:
    """How far the company is, as committed now."""
    with connection.cursor(row_factory=class_row(CompanyProgress)) as cursor:
        found = cursor.execute(_PROGRESS).fetchone()
    assert found is not None
    return found
