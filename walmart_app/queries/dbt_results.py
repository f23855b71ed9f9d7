"""What dbt's last commands did, as they were recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row


@dataclass(frozen=True)
class Invocation:
    """One dbt command: how many nodes ended how, and its seconds of computing. Instants are UTC."""

    invocation_id: str
    started: datetime
    finished: datetime
    models: int
    tests: int
    passed: int
    warned: int
    failed: int
    skipped: int
    seconds: float


@dataclass(frozen=True)
class Totals:
    """How many models, snapshots, seeds, tests and sources ended how when they last ran."""

    passed: int
    warned: int
    failed: int
    skipped: int


@dataclass(frozen=True)
class FailedNode:
    """A model or test that failed or warned in its newest build; `failures` counts offending rows."""

    unique_id: str
    name: str
    resource_type: str
    status: str
    failures: int | None
    message: str | None
    finished: datetime


# dbt's words for how a node ended; what is none of these has passed (success, pass)
_COUNTS = """
       count(*) filter (where status not in ('error', 'fail', 'runtime error', 'warn', 'skipped', 'no-op')) as passed,
       count(*) filter (where status = 'warn') as warned,
       count(*) filter (where status in ('error', 'fail', 'runtime error')) as failed,
       count(*) filter (where status in ('skipped', 'no-op')) as skipped
"""
_NEWEST = """(
    select distinct on (unique_id) * from operations.dbt_results order by unique_id, finished_at desc, invocation_id
) as newest
"""
_INVOCATIONS = f"""
select invocation_id, min(coalesce(started_at, finished_at)) as started, max(finished_at) as finished,
       count(*) filter (where resource_type in ('model', 'snapshot')) as models,
       count(*) filter (where resource_type in ('test', 'unit_test')) as tests,
       {_COUNTS},
       coalesce(sum(seconds), 0)::float8 as seconds
from operations.dbt_results
group by invocation_id
order by finished desc, invocation_id
limit %s
"""
_TOTALS = f"select {_COUNTS} from {_NEWEST}"
_FAILED = f"""
select unique_id, name, resource_type, status, failures, message, finished_at as finished
from {_NEWEST}
where status in ('error', 'fail', 'runtime error', 'warn')
order by status = 'warn', name, unique_id
limit 100
"""


def invocations(connection: Connection[Any], limit: int = 14) -> list[Invocation]:
    """The newest commands, newest first."""
    with connection.cursor(row_factory=class_row(Invocation)) as cursor:
        return cursor.execute(_INVOCATIONS.encode(), (limit,)).fetchall()


def totals(connection: Connection[Any]) -> Totals:
    """Every node by its newest result."""
    with connection.cursor(row_factory=class_row(Totals)) as cursor:
        found = cursor.execute(_TOTALS.encode()).fetchone()
    assert found is not None
    return found


def failed_nodes(connection: Connection[Any]) -> list[FailedNode]:
    """What is not well now, failures before warnings: nodes whose newest result is one of these."""
    with connection.cursor(row_factory=class_row(FailedNode)) as cursor:
        return cursor.execute(_FAILED.encode()).fetchall()
