"""Airflow's and dbt's facts as rows that people read. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from walmart_app.clients.airflow import Run
from walmart_app.clients.airflow_views import Dag, LogLine, TaskRun
from walmart_app.commands.runs import PIPELINES
from walmart_app.queries.dbt_results import FailedNode, Invocation
from walmart_app.state.times import ago, duration, whole

_BARS = 20
_TITLES = {part.dag_id: part.title for part in PIPELINES}
_STATES = {"up_for_retry": "retrying", "upstream_failed": "skipped", "scheduled": "queued", "restarting": "retrying"}


@dataclass
class DagRow:
    """A DAG; texts are ready to show."""

    dag_id: str
    title: str
    schedule: str
    next_run: str
    next_exact: str
    last_state: str
    last_run: str
    paused: bool
    simulation: bool
    trigger_label: str
    schedule_label: str
    bars_label: str


@dataclass
class RunBar:
    """A run as a bar: `height` is percent of the longest."""

    dag_id: str
    run_id: str
    state: str
    height: str
    when: str
    took: str
    label: str


@dataclass
class TaskRow:
    """A task as a bar on the run's time: `left` and `width` are percent."""

    key: str
    name: str
    state: str
    tries: str
    took: str
    started: str
    left: str
    width: str


@dataclass
class LogRow:
    """A line of a log."""

    number: str
    time: str
    level: str
    text: str


@dataclass
class DbtRow:
    """A dbt command."""

    invocation_id: str
    when: str
    exact: str
    models: str
    tests: str
    failed: str
    warned: str
    took: str
    state: str


@dataclass
class FailedRow:
    """A model or test that is not well."""

    name: str
    kind: str
    state: str
    failures: str
    message: str


def dag_rows(dags: Sequence[Dag], runs: Sequence[Run], now: datetime) -> list[DagRow]:
    """Our pipelines in the order of the data, then any other DAG."""
    order = {part.dag_id: place for place, part in enumerate(PIPELINES)}
    rows = []
    for dag in sorted(dags, key=lambda dag: (order.get(dag.dag_id, len(order)), dag.dag_id)):
        last = next((run for run in runs if run.dag_id == dag.dag_id), None)
        started = _instant(last.started) if last else None
        following = _instant(dag.next_run)
        title = _TITLES.get(dag.dag_id, dag.dag_id)
        rows.append(
            DagRow(
                dag.dag_id,
                title,
                dag.schedule,
                "" if dag.paused else _until(following, now) if following else "after new data",
                f"{following:%Y-%m-%d %H:%M} UTC" if following else "",
                "paused" if dag.paused else last.state if last else "idle",
                ago(started, now) if started else "not yet",
                dag.paused,
                dag.dag_id == PIPELINES[0].dag_id,
                f"Trigger {title}",
                f"Schedule of {title}",
                f"{title}: last runs",
            )
        )
    return rows


def run_bars(runs: Sequence[Run], now: datetime) -> dict[str, list[RunBar]]:
    """The last runs of each DAG, oldest first."""
    found: dict[str, list[RunBar]] = {part.dag_id: [] for part in PIPELINES}
    for dag_id in {run.dag_id for run in runs} | set(found):
        newest = [run for run in runs if run.dag_id == dag_id][:_BARS][::-1]
        seconds = [_seconds(run.started, run.ended, now) for run in newest]
        longest = max(seconds, default=0) or 1
        found[dag_id] = [
            _bar(run, took, f"{max(12, round(100 * took / longest))}%", now)
            for run, took in zip(newest, seconds, strict=True)
        ]
    return found


def task_rows(tasks: Sequence[TaskRun], now: datetime) -> list[TaskRow]:
    """The tasks of a run as bars from its first start to its last end."""
    starts = [instant for task in tasks if (instant := _instant(task.started))]
    first = min(starts, default=now)
    last = max([_instant(task.ended) or now for task in tasks if task.started], default=now)
    span = max((last - first).total_seconds(), 0.001)
    rows = []
    for task in tasks:
        started = _instant(task.started)
        took = _seconds(task.started, task.ended, now)
        left = (started - first).total_seconds() / span if started else 0
        rows.append(
            TaskRow(
                f"{task.task_id}[{task.map_index}]",
                task.task_id if task.map_index < 0 else f"{task.task_id} {task.map_index}",
                _STATES.get(task.state, task.state),
                f"try {task.tries}" if task.tries > 1 else "",
                duration(took) if started else "",
                f"{started:%H:%M:%S}" if started else "",
                f"{100 * left:.2f}%",
                f"{max(100 * took / span, 0.8) if started else 0:.2f}%",
            )
        )
    return rows


def log_rows(lines: Sequence[LogLine]) -> list[LogRow]:
    """The lines, without Airflow's marks of foldable groups."""
    shown = [line for line in lines if not line.text.startswith("::endgroup::")]
    return [
        LogRow(str(number), line.time[11:19], line.level, line.text.removeprefix("::group::"))
        for number, line in enumerate(shown)
    ]


def dbt_rows(invocations: Sequence[Invocation], now: datetime) -> list[DbtRow]:
    """The commands, newest first."""
    return [
        DbtRow(
            item.invocation_id,
            ago(item.finished, now),
            f"{item.finished:%Y-%m-%d %H:%M:%S} UTC",
            whole(item.models),
            whole(item.tests),
            whole(item.failed),
            whole(item.warned),
            duration((item.finished - item.started).total_seconds()),
            "failed" if item.failed else "success",
        )
        for item in invocations
    ]


def failed_rows(nodes: Sequence[FailedNode]) -> list[FailedRow]:
    """What is not well now."""
    return [
        FailedRow(
            node.name,
            node.resource_type.replace("_", " "),
            "warned" if node.status == "warn" else "failed",
            whole(node.failures) if node.failures is not None else "",
            " ".join((node.message or ("Older than its freshness allows." if node.status == "warn" else "")).split())[
                :300
            ],
        )
        for node in nodes
    ]


def _bar(run: Run, took: float, height: str, now: datetime) -> RunBar:
    started = _instant(run.started)
    when = ago(started, now) if started else "waits"
    return RunBar(
        run.dag_id,
        run.run_id,
        run.state,
        height,
        when,
        duration(took),
        f"{run.state}, started {when}, took {duration(took)}: {run.run_id}",
    )


def _seconds(started: str, ended: str, now: datetime) -> float:
    start = _instant(started)
    return max(0.0, ((_instant(ended) or now) - start).total_seconds()) if start else 0.0


def _until(instant: datetime, now: datetime) -> str:
    seconds = (instant - now).total_seconds()
    if seconds <= 0:
        return "due now"
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"in {int(seconds // size)} {unit}"
    return "in less than a minute"


def _instant(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
