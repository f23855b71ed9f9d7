"""Airflow's and dbt's facts as rows that people read. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from walmart_app.clients.airflow import Run
from walmart_app.clients.airflow_logs import LogLine
from walmart_app.clients.airflow_views import Dag, Heartbeats, TaskRun
from walmart_app.commands.runs import PIPELINES
from walmart_app.state.times import ago, duration, whole

COUNTED = ("running", "queued", "failed", "success")
MOST_LINES = 500
_LATE_SECONDS = 30.0  # heartbeats come every few seconds; Airflow itself calls its scheduler unhealthy after 15
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
    counts: str
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
    exact: str
    took: str
    label: str


@dataclass
class TaskRow:
    """A task as a bar on the run's time: `left` and `width` are percent."""

    key: str
    name: str
    state: str
    took: str
    started: str
    left: str
    width: str


@dataclass
class LogRow:
    """A line of a log; the text of an exception has several lines of its own."""

    number: str
    time: str
    level: str
    text: str


@dataclass
class Heartbeat:
    """When a component last showed that it lives."""

    name: str
    when: str
    exact: str
    late: bool


def dag_rows(dags: Sequence[Dag], runs: Mapping[str, Sequence[Run]], now: datetime) -> list[DagRow]:
    """Our pipelines in the order of the data, then any other DAG; `runs` are the newest first."""
    order = {part.dag_id: place for place, part in enumerate(PIPELINES)}
    rows = []
    for dag in sorted(dags, key=lambda dag: (order.get(dag.dag_id, len(order)), dag.dag_id)):
        found = runs.get(dag.dag_id, ())
        last = found[0] if found else None
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
                last.state if last else "idle",
                ago(started, now) if started else "waits" if last else "",
                dag.paused,
                dag.dag_id == PIPELINES[0].dag_id,
                _counts(found),
                f"Trigger {title}",
                f"Schedule of {title}",
                f"{title}: last runs",
            )
        )
    return rows


def state_counts(runs: Mapping[str, Sequence[Run]]) -> dict[str, str]:
    """How many of all these runs are in each state."""
    every = [run.state for found in runs.values() for run in found]
    return {state: whole(every.count(state)) for state in COUNTED}


def run_bars(runs: Mapping[str, Sequence[Run]], now: datetime) -> dict[str, list[RunBar]]:
    """The last runs of each DAG, oldest first; each of our pipelines has an entry."""
    found: dict[str, list[RunBar]] = {part.dag_id: [] for part in PIPELINES}
    for dag_id, newest in runs.items():
        oldest_first = list(reversed(newest))
        seconds = [_seconds(run.started, run.ended, now) for run in oldest_first]
        longest = max(seconds, default=0) or 1
        found[dag_id] = [
            _bar(run, took, f"{max(12, round(100 * took / longest))}%", now)
            for run, took in zip(oldest_first, seconds, strict=True)
        ]
    return found


def task_key(task: TaskRun) -> str:
    """How addresses name a task of a run; the index tells the parts of a mapped one apart."""
    return f"{task.task_id}[{task.map_index}]"


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
                task_key(task),
                task.task_id if task.map_index < 0 else f"{task.task_id} {task.map_index}",
                _STATES.get(task.state, task.state),
                _took(took if started else None, task.tries),
                f"{started:%H:%M:%S}" if started else "",
                f"{100 * left:.2f}%",
                f"{max(100 * took / span, 0.8) if started else 0:.2f}%",
            )
        )
    return rows


def log_rows(lines: Sequence[LogLine]) -> list[LogRow]:
    """The last `MOST_LINES` lines, without Airflow's marks of foldable groups."""
    shown = [line for line in lines if not line.text.startswith("::endgroup::")]
    first = max(0, len(shown) - MOST_LINES)
    return [
        LogRow(str(number), line.time[11:19], line.level, line.text.removeprefix("::group::"))
        for number, line in enumerate(shown[first:], first)
    ]


def log_text(lines: Sequence[LogLine]) -> str:
    """All lines as a file: instant, level, text."""
    return "".join(f"{' '.join(filter(None, (line.time, line.level.upper(), line.text)))}\n" for line in lines)


def heartbeat_rows(beats: Heartbeats, answered: datetime, now: datetime) -> list[Heartbeat]:
    """Airflow's parts: two say themselves when they last lived, the API has just answered."""
    return [
        heartbeat("Airflow scheduler", _instant(beats.scheduler), now),
        heartbeat("Airflow DAG processor", _instant(beats.dag_processor), now),
        heartbeat("Airflow API", answered, now),
    ]


def heartbeat(name: str, instant: datetime | None, now: datetime) -> Heartbeat:
    """When it was, and whether the next one is overdue."""
    if instant is None:
        return Heartbeat(name, "never", "", True)
    late = (now - instant).total_seconds() > _LATE_SECONDS
    return Heartbeat(name, ago(instant, now), f"{instant:%Y-%m-%d %H:%M:%S} UTC", late)


def _bar(run: Run, took: float, height: str, now: datetime) -> RunBar:
    started = _instant(run.started)
    when = ago(started, now) if started else "waits"
    exact = f"{started:%Y-%m-%d %H:%M:%S} UTC" if started else ""
    took_text = duration(took) if started else ""
    label = f"{run.state}, started {when}, took {took_text}: {run.run_id}" if started else f"{run.state}: {run.run_id}"
    return RunBar(run.dag_id, run.run_id, run.state, height, when, exact, took_text, label)


def _counts(runs: Sequence[Run]) -> str:
    words = (("success", "done"), ("failed", "failed"), ("running", "running"), ("queued", "queued"))
    counted = [(sum(run.state == state for run in runs), word) for state, word in words]
    return ", ".join(f"{number} {word}" for number, word in counted if number)


def _took(seconds: float | None, tries: int) -> str:
    parts = [duration(seconds)] if seconds is not None else []
    return ", ".join([*parts, f"try {tries}"] if tries > 1 else parts)


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
