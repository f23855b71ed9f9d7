"""The monitoring page: DAGs, a run's tasks, a task's log, and what dbt did."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import reflex as rx

from loaders.errors import WalmartSimError
from walmart_app.clients.airflow import Run
from walmart_app.clients.airflow_views import AirflowViews, Dag, LogLine, TaskRun
from walmart_app.clients.connect import airflow_client
from walmart_app.commands import runs
from walmart_app.queries import dbt_results
from walmart_app.queries.database import Conn
from walmart_app.runtime import reader, settings
from walmart_app.state.changes import changes
from walmart_app.state.monitoring_rows import (
    DagRow,
    DbtRow,
    FailedRow,
    LogRow,
    RunBar,
    TaskRow,
    dag_rows,
    dbt_rows,
    failed_rows,
    log_rows,
    run_bars,
    task_rows,
)

_EVERY = 2.0
_IDS = {part.dag_id for part in runs.PIPELINES}


class MonitoringState(rx.State):
    """The page's substate."""

    loaded: bool = False
    airflow_problem: str = ""
    airflow_away_since: str = ""
    database_problem: str = ""
    dags: rx.Field[list[DagRow]] = rx.field(default_factory=list)
    bars: rx.Field[dict[str, list[RunBar]]] = rx.field(default_factory=dict)
    counts: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    dag: str = ""
    run: str = ""
    task: str = ""
    run_state: str = ""
    run_finished: bool = True
    tasks: rx.Field[list[TaskRow]] = rx.field(default_factory=list)
    log: rx.Field[list[LogRow]] = rx.field(default_factory=list)
    log_problem: str = ""
    invocations: rx.Field[list[DbtRow]] = rx.field(default_factory=list)
    failed: rx.Field[list[FailedRow]] = rx.field(default_factory=list)
    days: str = "1"
    notice: str = ""
    _away: datetime | None = None
    _watch: int = 0

    @rx.event(background=True)
    async def watch(self) -> None:
        """Follow everything that is visible; ends with the page."""
        async with self:
            self._watch += 1
            turn = self._watch
            query = self.router.url.query_parameters
            dag = query.get("dag", "")
            self.dag = dag if dag in _IDS else ""
            self.run = query.get("run", "")[:300] if self.dag else ""
            self.task = query.get("task", "")[:300] if self.run else ""
            self.tasks, self.log, self.log_problem = [], [], ""
            dag, run, task = self.dag, self.run, self.task
        while True:
            seen, problem = await _ask(lambda: _airflow(dag, run, task))
            results, database_problem = await _results()
            async with self:
                if self._watch != turn:
                    return
                self._show_airflow(seen, problem)
                self.database_problem = database_problem
                if results is not None:
                    self._show_results(results)
                self.loaded = True
            await asyncio.sleep(_EVERY)

    @rx.event
    def choose_dag(self, dag_id: str) -> Any:
        """Show a DAG's runs."""
        return _go(dag=dag_id) if dag_id in _IDS else None

    @rx.event
    def choose_run(self, dag_id: str, run_id: str) -> Any:
        """Show a run's tasks."""
        return _go(dag=dag_id, run=str(run_id)[:300]) if dag_id in _IDS else None

    @rx.event
    def choose_task(self, key: str) -> Any:
        """Show a task's log."""
        return _go(dag=self.dag, run=self.run, task=str(key)[:300])

    @rx.event
    def type_days(self, value: str) -> None:
        """Keep what is typed."""
        self.days = str(value)[:20]

    @rx.event
    @changes
    async def trigger(self, dag_id: str) -> None:
        """Start a run."""
        days = None
        if dag_id == runs.SIMULATION:
            if not (self.days.isascii() and self.days.isdigit() and 1 <= int(self.days) <= runs.MOST_DAYS):
                self.notice = f"Days must be a whole number from 1 to {runs.MOST_DAYS:,}, but is {self.days!r}."
                return
            days = int(self.days)
        await self._do(lambda: runs.trigger(settings(), str(dag_id), days), "Started.")

    @rx.event
    @changes
    async def pause(self, dag_id: str, paused: bool) -> None:
        """Let a DAG rest, or go on."""
        done = "Paused: it starts no runs by itself." if paused else "It starts runs by itself again."
        await self._do(lambda: runs.pause(settings(), str(dag_id), bool(paused)), done)

    @rx.event
    @changes
    async def retry(self) -> None:
        """Run the failed tasks of the chosen run again."""
        dag, run = self.dag, self.run
        await self._do(lambda: runs.retry(settings(), dag, run), "The failed tasks run again.")

    @rx.event
    @changes
    async def cancel(self) -> None:
        """End the chosen run."""
        dag, run = self.dag, self.run
        await self._do(lambda: runs.cancel(settings(), dag, run), "Cancelled. What was committed stays.")

    async def _do(self, work: Callable[[], object], done: str) -> None:
        self.notice = ""
        try:
            await asyncio.to_thread(work)
            self.notice = done
        except (WalmartSimError, ValueError) as error:
            self.notice = str(error)

    def _show_airflow(self, seen: _Seen | None, problem: str) -> None:
        now = datetime.now(UTC)
        if seen is None:
            self._away = self._away or now
            self.airflow_problem = problem
            self.airflow_away_since = f"{self._away:%H:%M:%S} UTC"
            return
        self._away, self.airflow_problem, self.airflow_away_since = None, "", ""
        rows = dag_rows(seen.dags, seen.runs, now)
        if rows != self.dags:
            self.dags = rows
        bars = run_bars(seen.runs, now)
        if bars != self.bars:
            self.bars = bars
        self.counts = {
            state: str(sum(run.state == state for run in seen.runs))
            for state in ("running", "queued", "failed", "success")
        }
        tasks = task_rows(seen.tasks, now)
        if tasks != self.tasks:
            self.tasks = tasks
        chosen = next((run for run in seen.runs if (run.dag_id, run.run_id) == (self.dag, self.run)), None)
        self.run_state, self.run_finished = (chosen.state, chosen.finished) if chosen else ("", True)
        self.log_problem = seen.log_problem
        lines = log_rows(seen.log)
        if lines != self.log:
            self.log = lines

    def _show_results(self, results: _Results) -> None:
        now = datetime.now(UTC)
        invocations = dbt_rows(results.invocations, now)
        if invocations != self.invocations:
            self.invocations = invocations
        failed = failed_rows(results.failed)
        if failed != self.failed:
            self.failed = failed


@dataclasses.dataclass(frozen=True)
class _Seen:
    dags: list[Dag]
    runs: list[Run]
    tasks: list[TaskRun]
    log: list[LogLine]
    log_problem: str


@dataclasses.dataclass(frozen=True)
class _Results:
    invocations: list[dbt_results.Invocation]
    failed: list[dbt_results.FailedNode]


def _airflow(dag: str, run: str, task: str) -> _Seen:
    views = AirflowViews(airflow_client(settings()))
    found_dags, found_runs = views.dags(), views.runs()
    tasks: list[TaskRun] = []
    log: list[LogLine] = []
    problem = ""
    if run:
        try:
            tasks = views.tasks(dag, run)
            chosen = next((entry for entry in tasks if f"{entry.task_id}[{entry.map_index}]" == task), None)
            if chosen is not None and chosen.tries:
                log = views.log(dag, run, chosen)
        except WalmartSimError as error:
            problem = str(error)
    return _Seen(found_dags, found_runs, tasks, log, problem)


async def _ask(work: Callable[[], _Seen]) -> tuple[_Seen | None, str]:
    try:
        return await asyncio.to_thread(work), ""
    except WalmartSimError as error:
        return None, str(error)


async def _results() -> tuple[_Results | None, str]:
    def read(connection: Conn) -> _Results:
        return _Results(dbt_results.invocations(connection), dbt_results.failed_nodes(connection))

    try:
        return await reader().run(read), ""
    except WalmartSimError as error:
        return None, str(error)


def _go(**query: str) -> Any:
    return rx.redirect(f"/dashboard/monitoring?{urlencode({name: value for name, value in query.items() if value})}")
