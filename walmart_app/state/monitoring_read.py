"""What the monitoring page asks of Airflow and of the database, each by itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from walmart_app.clients.airflow import AirflowUnknown, Run
from walmart_app.clients.airflow_logs import LogLine
from walmart_app.clients.airflow_views import AirflowViews, Overview, TaskRun
from walmart_app.clients.connect import airflow_client
from walmart_app.clients.shared import Shared
from walmart_app.queries import dbt_results, pipeline
from walmart_app.queries.database import Conn
from walmart_app.runtime import settings
from walmart_app.state.monitoring_rows import task_key
from walmart_app.state.monitoring_view import MonitoringView, no_run, no_task

_OVER = frozenset({"success", "failed", "skipped", "upstream_failed", "removed"})
_overview: Shared[Overview] = Shared(young_seconds=1.0)


@dataclass(frozen=True)
class Seen:
    """What Airflow said. `log` is that of `task`; `unknown` says what it does not have."""

    overview: Overview
    run: Run | None = None
    tasks: list[TaskRun] = field(default_factory=list)
    task: TaskRun | None = None
    log: list[LogLine] = field(default_factory=list)
    log_problem: str = ""
    unknown: str = ""


@dataclass(frozen=True)
class Results:
    """What dbt recorded, and up to when the company's data are published."""

    invocations: list[dbt_results.Invocation]
    totals: dbt_results.Totals
    failed: list[dbt_results.FailedNode]
    slowest: list[pipeline.Model]
    published_through: datetime | None


def look(view: MonitoringView, before: Seen | None = None) -> Seen:
    """Ask Airflow for everything that the view shows; blocking.

    The log of a task that is over is taken from `before`: it does not change any more.

    Raises:
        AirflowUnavailable, AirflowRefused: see `walmart_app.clients.airflow`.
    """
    views = AirflowViews(airflow_client(settings()))
    overview = _overview.get(views.overview)
    if not view.run:
        return Seen(overview)
    try:
        run, tasks = views.run(view.dag, view.run), views.tasks(view.dag, view.run)
    except AirflowUnknown:
        return Seen(overview, unknown=no_run(view.dag, view.run))
    if not view.task:
        return Seen(overview, run, tasks)
    task = next((entry for entry in tasks if task_key(entry) == view.task), None)
    if task is None:
        return Seen(overview, run, tasks, unknown=no_task(view.task))
    if not task.tries:
        return Seen(overview, run, tasks, task)
    if before is not None and before.task == task and task.state in _OVER and not before.log_problem:
        return Seen(overview, run, tasks, task, before.log)
    try:
        return Seen(overview, run, tasks, task, views.log(view.dag, view.run, task))
    except AirflowUnknown as error:
        return Seen(overview, run, tasks, task, log_problem=str(error))


def whole_log(view: MonitoringView) -> list[LogLine]:
    """All lines of the log of the view's task; blocking.

    Raises:
        AirflowUnknown: there is no such task, or it has not started.
        AirflowUnavailable, AirflowRefused: see `walmart_app.clients.airflow`.
    """
    views = AirflowViews(airflow_client(settings()))
    for task in views.tasks(view.dag, view.run):
        if task_key(task) == view.task and task.tries:
            return views.log(view.dag, view.run, task)
    raise AirflowUnknown(no_task(view.task))


def forget() -> None:
    """What Airflow said is no longer so: something has just been changed."""
    _overview.forget()


def read_results(connection: Conn) -> Results:
    """All that the page shows of dbt."""
    return Results(
        dbt_results.invocations(connection),
        dbt_results.totals(connection),
        dbt_results.failed_nodes(connection),
        pipeline.slowest_models(connection),
        pipeline.version(connection).published_through,
    )
