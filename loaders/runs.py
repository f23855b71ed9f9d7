"""Records of simulation runs, and their progress while a period is still being computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal

from psycopg.types.json import Jsonb

from loaders.copying import Conn
from loaders.times import world_day

Kind = Literal["first_company", "days", "live", "load"]
State = Literal["queued", "running", "success", "failed", "cancelled"]


def begin(
    connection: Conn,
    run_id: str,
    kind: Kind,
    *,
    requested_from: datetime,
    requested_until: datetime,
    shards: Sequence[int],
    airflow_run_id: str | None = None,
    params: Mapping[str, Any] | None = None,
) -> None:
    """Record a run as queued, as of the database's clock; a second time it keeps its progress."""
    days = -(-(requested_until - requested_from) // timedelta(days=1))
    with connection.transaction():
        connection.execute(
            "insert into simulation_runs (run_id, kind, airflow_run_id, requested_from, requested_until, days_total, "
            "params, started_at) values (%s, %s, %s, %s, %s, %s, %s, now()) "
            "on conflict (run_id) do update set state = 'queued', message = null, finished_at = null",
            (run_id, kind, airflow_run_id, requested_from, requested_until, days, Jsonb(dict(params or {}))),
        )
        connection.cursor().executemany(
            "insert into simulation_run_shards (run_id, shard) values (%s, %s) on conflict do nothing",
            [(run_id, shard) for shard in shards],
        )


def requested_until(connection: Conn, run_id: str) -> datetime | None:
    """Where a run that was planned before is to end; None for a new one."""
    row = connection.execute("select requested_until from simulation_runs where run_id = %s", (run_id,)).fetchone()
    return None if row is None else row[0]


class Progress:
    """One shard's progress in a run, by the day; `connection` is in autocommit mode and writes nothing else."""

    def __init__(self, connection: Conn, run_id: str, shard: int) -> None:
        self.connection, self.run_id, self.shard = connection, run_id, shard
        self._uncommitted: dict[date, int] = {}  # transactions of days that are computed, and may be computed again
        connection.execute("set synchronous_commit to off")  # a lost step of progress costs nothing

    def started(self) -> None:
        """The shard's task has begun."""
        self.connection.execute(
            "update simulation_runs set state = 'running', message = null, updated_at = now() "
            "where run_id = %s and state <> 'success'",
            (self.run_id,),
        )

    def committed(self, until: datetime) -> None:
        """What was computed up to `until` is committed."""
        last = world_day(until - datetime.resolution)
        for day in [day for day in list(self._uncommitted) if day <= last]:
            del self._uncommitted[day]

    def day(self, day: date, transactions: int) -> None:
        """A day is computed; perhaps while the period before it is still being written."""
        self._uncommitted[day] = transactions
        self.connection.execute(
            "update simulation_run_shards set day_reached = %s, updated_at = now(), "
            "computed_transactions = committed_transactions + %s where run_id = %s and shard = %s",
            (day, sum(list(self._uncommitted.values())), self.run_id, self.shard),
        )
        self.connection.execute(_SUM_UP, {"run": self.run_id})

    def finished(self) -> None:
        """The shard has reached the run's end."""
        self.connection.execute(
            "update simulation_run_shards set done = true, computed_transactions = committed_transactions, "
            "day_reached = (select world_day(requested_until) - 1 from simulation_runs where run_id = %(run)s), "
            "updated_at = now() where run_id = %(run)s and shard = %(shard)s",
            {"run": self.run_id, "shard": self.shard},
        )
        self.connection.execute(_SUM_UP, {"run": self.run_id})

    def stopped(self, state: Literal["failed", "cancelled"], message: str, now: datetime | None = None) -> None:
        """The shard's task has ended before its time; what it committed stays."""
        self.connection.execute(
            "update simulation_runs set state = %s, message = %s, updated_at = now(), "
            "finished_at = coalesce(%s::timestamptz, now()) where run_id = %s",
            (state, message, now, self.run_id),
        )


_SUM_UP = """
update simulation_runs r set
    day_reached = s.day_reached,
    days_done = greatest(0, least(days_total, coalesce(s.day_reached - world_day(requested_from) + 1, 0))),
    transactions = s.transactions,
    updated_at = now()
from (
    select case when bool_and(day_reached is not null) then min(day_reached) end as day_reached,
           sum(computed_transactions) as transactions
    from simulation_run_shards where run_id = %(run)s
) s
where r.run_id = %(run)s
"""


def count_committed(connection: Conn, run_id: str, shard: int, until: datetime, transactions: int) -> None:
    """Count a period's transactions in the period's own transaction."""
    connection.execute(
        "insert into simulation_run_shards as s "
        "(run_id, shard, day_reached, committed_transactions, computed_transactions) "
        "values (%(run)s, %(shard)s, %(day)s, %(count)s, %(count)s) "
        "on conflict (run_id, shard) do update set day_reached = excluded.day_reached, "
        "committed_transactions = s.committed_transactions + %(count)s, "
        "computed_transactions = s.committed_transactions + %(count)s, updated_at = now()",
        {"run": run_id, "shard": shard, "day": world_day(until) - timedelta(days=1), "count": transactions},
    )


def finish(
    connection: Conn, run_id: str, state: State, now: datetime | None = None, message: str | None = None
) -> None:
    """Close a run."""
    connection.execute(_SUM_UP, {"run": run_id})
    connection.execute(
        "update simulation_runs set state = %s, message = %s, finished_at = coalesce(%s::timestamptz, now()), "
        "updated_at = now() where run_id = %s",
        (state, message, now, run_id),
    )
