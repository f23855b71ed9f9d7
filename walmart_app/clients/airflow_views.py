"""What people want to know of Airflow: its DAGs, their runs, a run's tasks, a task's log; and pausing and retrying."""

from __future__ import annotations

from dataclasses import dataclass

import airflow_client.client as airflow
from airflow_client.client.api import dag_api, monitor_api, task_instance_api

from walmart_app.clients.airflow import AirflowClient, Run
from walmart_app.clients.airflow_logs import LogLine, parse

TAG = "walmart"
MOST_RUNS = 20  # of each DAG: one that runs every quarter of an hour must not crowd out those that run once a day


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
class Heartbeats:
    """When Airflow's own parts last said that they live: ISO text in UTC, empty for one that never did."""

    scheduler: str
    dag_processor: str


@dataclass(frozen=True)
class Overview:
    """All DAGs, the newest runs of each (newest first), and the heartbeats, asked one after the other."""

    dags: list[Dag]
    runs: dict[str, list[Run]]
    heartbeats: Heartbeats


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

    def overview(self) -> Overview:
        """How everything is."""
        dags = self.dags()
        runs = {dag.dag_id: self._client.latest_runs(dag.dag_id, MOST_RUNS) for dag in dags}
        return Overview(dags, runs, self.heartbeats())

    def heartbeats(self) -> Heartbeats:
        """When scheduler and DAG processor last reported."""
        found = self._client.call(lambda client: monitor_api.MonitorApi(client).get_health())
        processor = found.dag_processor.latest_dag_processor_heartbeat if found.dag_processor else None
        return Heartbeats(found.scheduler.latest_scheduler_heartbeat or "", processor or "")

    def run(self, dag_id: str, run_id: str) -> Run:
        """How a run is now.

        Raises:
            AirflowUnknown: there is no such run.
        """
        return self._client.run(dag_id, run_id)

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
        """All lines of a task's newest try.

        The generated client's own way drops level and exceptions, so this reads the answer as it comes.
        """

        def read(client: airflow.ApiClient) -> list[LogLine]:
            answer = task_instance_api.TaskInstanceApi(client).get_log_without_preload_content(
                dag_id,
                run_id,
                task.task_id,
                task.tries,
                map_index=task.map_index,
                full_content=True,
                accept="application/json",
            )
            body = bytes(answer.data)
            if answer.status != 200:
                raise airflow.ApiException(status=answer.status, reason=answer.reason, body=body.decode())
            return parse(body)

        lines: list[LogLine] = self._client.call(read)
        return lines

    def pause(self, dag_id: str, paused: bool) -> None:
        """Let a DAG rest, or go on; what runs already ends by itself."""
        body = airflow.DAGPatchBody(is_paused=paused)
        self._client.call(lambda client: dag_api.DAGApi(client).patch_dag(dag_id, body))

    def retry(self, dag_id: str, run_id: str) -> None:
        """Run what has not succeeded in a run again: failed tasks, and those that were left out because of them."""
        # Airflow's own "only failed" leaves out what a cancelled run skipped, and calls the run a success.
        left = sorted({task.task_id for task in self.tasks(dag_id, run_id) if task.state not in {"success", "removed"}})
        body = airflow.ClearTaskInstancesBody(
            dry_run=False,
            dag_run_id=run_id,
            task_ids=[airflow.ClearTaskInstancesBodyTaskIdsInner(name) for name in left],
            only_failed=False,
            include_downstream=True,
        )
        if left:
            self._client.call(
                lambda client: task_instance_api.TaskInstanceApi(client).post_clear_task_instances(dag_id, body)
            )
