"""What people want to know of Airflow: its DAGs, their runs, a run's tasks, a task's log; and pausing and retrying."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import airflow_client.client as airflow
from airflow_client.client.api import dag_api, dag_run_api, task_instance_api

from walmart_app.clients.airflow import AirflowClient, Run

TAG = "walmart"
ALL_DAGS = "~"
MOST_LINES = 500


@dataclass(frozen=True)
class Dag:
    """A DAG; `schedule` is in Airflow's words, `next_run` ISO text in UTC, empty when only assets start it."""

    dag_id: str
    paused: bool
    schedule: str
    next_run: str


@dataclass(frozen=True)
class TaskRun:
    """A task of a run. Instants are ISO text in UTC, empty when not reached; `map_index` is -1 for a single one."""

    task_id: str
    map_index: int
    state: str
    started: str
    ended: str
    tries: int


@dataclass(frozen=True)
class LogLine:
    """A line of a log: ISO instant (may be empty), level (may be empty), text."""

    time: str
    level: str
    text: str


class AirflowViews:
    """Reads for pages, over a logged-in client; blocking."""

    def __init__(self, client: AirflowClient) -> None:
        self._client = client

    def dags(self) -> list[Dag]:
        """The product's DAGs, by id."""
        found = self._client.call(lambda client: dag_api.DAGApi(client).get_dags(tags=[TAG], order_by=["dag_id"]))
        return [
            Dag(
                entry.dag_id,
                bool(entry.is_paused),
                entry.timetable_description or entry.timetable_summary or "",
                entry.next_dagrun_run_after.isoformat() if entry.next_dagrun_run_after else "",
            )
            for entry in found.dags
        ]

    def runs(self, limit: int = 100) -> list[Run]:
        """The newest runs of all DAGs, newest first, in one question."""
        return self._client.latest_runs(ALL_DAGS, limit)

    def tasks(self, dag_id: str, run_id: str) -> list[TaskRun]:
        """The tasks of a run, by start."""
        found = self._client.call(
            lambda client: task_instance_api.TaskInstanceApi(client).get_task_instances(dag_id, run_id)
        )
        tasks = [
            TaskRun(
                entry.task_id,
                entry.map_index,
                str(entry.state.value) if entry.state else "waiting",
                entry.start_date.isoformat() if entry.start_date else "",
                entry.end_date.isoformat() if entry.end_date else "",
                entry.try_number,
            )
            for entry in found.task_instances
        ]
        return sorted(tasks, key=lambda task: (task.started or "~", task.task_id, task.map_index))

    def log(self, dag_id: str, run_id: str, task: TaskRun) -> list[LogLine]:
        """The last lines of a task's newest try, `MOST_LINES` at most."""
        found = self._client.call(
            lambda client: task_instance_api.TaskInstanceApi(client).get_log(
                dag_id, run_id, task.task_id, task.tries, map_index=task.map_index, full_content=True
            )
        )
        entries = found.content.actual_instance or []
        return [_line(entry) for entry in entries[-MOST_LINES:]]

    def pause(self, dag_id: str, paused: bool) -> None:
        """Let a DAG rest, or go on; what runs already ends by itself."""
        body = airflow.DAGPatchBody(is_paused=paused)
        self._client.call(lambda client: dag_api.DAGApi(client).patch_dag(dag_id, body))

    def retry(self, dag_id: str, run_id: str) -> None:
        """Run the failed tasks of a run again, and what waited for them."""
        body = airflow.DAGRunClearBody(dry_run=False, only_failed=True)
        self._client.call(lambda client: dag_run_api.DagRunApi(client).clear_dag_run(dag_id, run_id, body))


def _line(entry: Any) -> LogLine:
    if isinstance(entry, str):
        return LogLine("", "", entry)
    more = entry.additional_properties or {}
    text = str(entry.event)
    for detail in more.get("error_detail") or []:
        text += f"\n{detail.get('exc_type', '')}: {detail.get('exc_value', '')}"
    return LogLine(entry.timestamp.isoformat() if entry.timestamp else "", str(more.get("level", "")), text)
