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
    failed: int
    warned: int
    seconds: float


@dataclass(frozen=True)
class FailedNode:
    """A model or test that failed or warned in its newest build; `failures` counts offending rows."""

    name: str
    resource_type: str
    status: str
    failures: int | None
    message: str | None
    finished: datetime


_INVOCATIONS = """
select invocation_id, min(started_at) as started, max(finished_at) as finished,
       count(*) filter (where resource_type in ('model', 'snapshot')) as models,
       count(*) filter (where resource_type in ('test', 'unit_test')) as tests,
       count(*) filter (where status in ('error', 'fail', 'runtime error')) as failed,
       count(*) filter (where status = 'warn') as warned,
       coalesce(sum(seconds), 0)::float8 as seconds
from operations.dbt_results
group by invocation_id
order by finished desc, invocation_id
limit %s
"""
_FAILED = """
select name, resource_type, status, failures, message, finished_at as finished
from (select distinct on (unique_id) * from operations.dbt_results order by unique_id, finished_at desc) as newest
where status in ('error', 'fail', 'runtime error', 'warn')
order by status, name
limit 100
"""


def invocations(connection: Connection[Any], limit: int = 14) -> list[Invocation]:
    """The newest commands, newest first."""
    with connection.cursor(row_factory=class_row(Invocation)) as cursor:
        return cursor.execute(_INVOCATIONS, (limit,)).fetchall()


def failed_nodes(connection: Connection[Any]) -> list[FailedNode]:
    """What is not well now: nodes whose newest result is a failure or a warning."""
    with connection.cursor(row_factory=class_row(FailedNode)) as cursor:
        return cursor.execute(_FAILED).fetchall()
