"""The monitoring page's Airflow part: DAGs, a run's tasks, a task's log, and what can be done about them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import reflex as rx

from loaders.errors import WalmartSimError
from walmart_app.commands import runs
from walmart_app.runtime import settings, with_airflow
from walmart_app.state import monitoring_read
from walmart_app.state.changes import changes
from walmart_app.state.monitoring_read import Seen
from walmart_app.state.monitoring_rows import (
    DagRow,
    Heartbeat,
    LogRow,
    RunBar,
    TaskRow,
    dag_rows,
    heartbeat_rows,
    log_rows,
    log_text,
    run_bars,
    state_counts,
    task_rows,
)
from walmart_app.state.monitoring_view import MonitoringView, address, is_dag, is_run, is_task, view_of
from walmart_app.state.times import whole

_EVERY = 2.0


class MonitoringState(rx.State):
    """What Airflow says; what dbt recorded is in `DbtState`, which the database answers for."""

    loaded: bool = False
    airflow_problem: str = ""
    airflow_away_since: str = ""
    as_of: str = ""
    dags: rx.Field[list[DagRow]] = rx.field(default_factory=list)
    bars: rx.Field[dict[str, list[RunBar]]] = rx.field(default_factory=dict)
    counts: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    heartbeats: rx.Field[list[Heartbeat]] = rx.field(default_factory=list)
    dag: str = ""
    run: str = ""
    task: str = ""
    unknown: str = ""
    run_state: str = ""
    run_finished: bool = True
    tasks: rx.Field[list[TaskRow]] = rx.field(default_factory=list)
    log: rx.Field[list[LogRow]] = rx.field(default_factory=list)
    log_length: str = ""
    log_problem: str = ""
    log_loaded: bool = False
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
            view = view_of(self.router.url.query_parameters)
            self._arrive(view)
        last: Seen | None = None
        answered = datetime.now(UTC)
        while True:
            try:
                last = await with_airflow(lambda before=last: monitoring_read.look(view, before))
                answered, problem = datetime.now(UTC), ""
            except WalmartSimError as error:
                problem = str(error)
            async with self:
                if self._watch != turn:
                    return
                self._show(last, answered, problem, view)
            await asyncio.sleep(_EVERY)

    @rx.event
    def choose_dag(self, dag_id: str) -> Any:
        """Show a DAG's runs."""
        return rx.redirect(address(dag_id)) if is_dag(dag_id) else None

    @rx.event
    def choose_run(self, dag_id: str, run_id: str) -> Any:
        """Show a run's tasks."""
        return rx.redirect(address(dag_id, run_id)) if is_dag(dag_id) and is_run(run_id) else None

    @rx.event
    def choose_task(self, key: str) -> Any:
        """Show a task's log."""
        return rx.redirect(address(self.dag, self.run, key)) if self.run and is_task(key) else None

    @rx.event
    def type_days(self, value: str) -> None:
        """Keep what is typed."""
        if isinstance(value, str):
            self.days = value[:20]

    @rx.event(background=True)
    async def download_log(self) -> Any:
        """Give the whole log as a file."""
        async with self:
            view = MonitoringView(self.dag, self.run, self.task)
        if not view.task:
            return None
        try:
            lines = await with_airflow(lambda: monitoring_read.whole_log(view))
        except WalmartSimError as error:
            async with self:
                self.notice = str(error)
            return None
        name = re.sub(r"[^A-Za-z0-9_.-]+", "-", f"{view.dag}-{view.run}-{view.task}").strip("-")
        return rx.download(data=log_text(lines), filename=f"{name}.log")

    @rx.event(background=True)
    @changes
    async def trigger(self, dag_id: str) -> None:
        """Start a run."""
        if not is_dag(dag_id):
            return await self._refuse("There is no such pipeline: nothing was started.")
        async with self:
            text = self.days
        days = None
        if dag_id == runs.SIMULATION:
            if not (text.isascii() and text.isdigit() and 1 <= int(text) <= runs.MOST_DAYS):
                return await self._refuse(f"Days must be a whole number from 1 to {runs.MOST_DAYS:,}, but is {text!r}.")
            days = int(text)
        return await self._do(lambda: runs.trigger(settings(), dag_id, days), "Started.")

    @rx.event(background=True)
    @changes
    async def pause(self, dag_id: str, paused: bool) -> None:
        """Let a DAG rest, or go on."""
        if not is_dag(dag_id) or not isinstance(paused, bool):
            return await self._refuse("There is no such pipeline or state: nothing was changed.")
        done = "Paused: it starts no runs by itself." if paused else "It starts runs by itself again."
        return await self._do(lambda: runs.pause(settings(), dag_id, paused), done)

    @rx.event(background=True)
    @changes
    async def retry(self, dag_id: str, run_id: str) -> None:
        """Run the failed tasks of a run again."""
        if not is_dag(dag_id) or not is_run(run_id):
            return await self._refuse("There is no such run: nothing was changed.")
        return await self._do(lambda: runs.retry(settings(), dag_id, run_id), "The failed tasks run again.")

    @rx.event(background=True)
    @changes
    async def cancel(self, dag_id: str, run_id: str) -> None:
        """End a run that is under way."""
        if not is_dag(dag_id) or not is_run(run_id):
            return await self._refuse("There is no such run: nothing was changed.")
        return await self._do(lambda: runs.cancel(settings(), dag_id, run_id), "Cancelled. What was committed stays.")

    async def _refuse(self, why: str) -> None:
        async with self:
            self.notice = why

    async def _do(self, work: Callable[[], object], done: str) -> None:
        async with self:
            self.notice = ""
        try:
            await with_airflow(work)
            monitoring_read.forget()
        except (WalmartSimError, ValueError) as error:
            done = str(error)
        async with self:
            self.notice = done

    def _arrive(self, view: MonitoringView) -> None:
        """Take the view from the address; what was shown of something else goes."""
        if (view.dag, view.run) != (self.dag, self.run):
            self.tasks, self.run_state, self.run_finished = [], "", True
        if view.task != self.task or view.run != self.run:
            self.log, self.log_problem, self.log_length, self.log_loaded = [], "", "", False
        self.dag, self.run, self.task, self.unknown = view.dag, view.run, view.task, view.unknown

    def _show(self, seen: Seen | None, answered: datetime, problem: str, view: MonitoringView) -> None:
        now = datetime.now(UTC)
        self.loaded = True
        self.airflow_problem = problem
        self._away = (self._away or now) if problem else None
        self.airflow_away_since = f"{self._away:%H:%M:%S} UTC" if self._away else ""
        if seen is None:
            return
        self._assign("heartbeats", heartbeat_rows(seen.overview.heartbeats, answered, now))
        if problem:  # what was seen last stays; only its age goes on
            return
        self.as_of = f"{answered:%H:%M:%S} UTC"
        self._assign("dags", dag_rows(seen.overview.dags, seen.overview.runs, now))
        self._assign("bars", run_bars(seen.overview.runs, now))
        self._assign("counts", state_counts(seen.overview.runs))
        self.unknown = seen.unknown or view.unknown
        self.run_state, self.run_finished = (seen.run.state, seen.run.finished) if seen.run else ("", True)
        self._assign("tasks", task_rows(seen.tasks, now))
        if view.task:
            lines = log_rows(seen.log)
            self._assign("log", lines)
            more = f"The last {whole(len(lines))} of {whole(len(seen.log))} lines" if lines else ""
            self.log_length = more if len(lines) < len(seen.log) else ""
            self.log_problem, self.log_loaded = seen.log_problem, True

    def _assign(self, name: str, value: Any) -> None:
        """What has not changed is not sent again."""
        if getattr(self, name) != value:
            setattr(self, name, value)
