"""Airflow over its REST API: start a DAG, follow a run, cancel it, read what it returned."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

import airflow_client.client as airflow
from airflow_client.client.api import dag_run_api, task_instance_api, x_com_api
from airflow_client.client.exceptions import ApiException
from urllib3.exceptions import HTTPError
from urllib3.exceptions import TimeoutError as NoAnswerInTime

from loaders.errors import WalmartSimError

FINISHED = frozenset({"success", "failed"})
# The longest wait for one answer. They come within 50 ms; at its start, or while it reads new DAG files,
# Airflow's web server stands still for up to 5 s (measured): twice that is no longer slow, it hangs.
ANSWER_SECONDS = 10.0


class AirflowUnavailable(WalmartSimError):
    """Airflow does not answer, or refuses the login."""


class AirflowRefused(WalmartSimError):
    """Airflow does not accept what was asked for, for example a parameter out of bounds."""


class AirflowUnknown(AirflowRefused):
    """Airflow has no such DAG, run, task or log."""


@dataclass(frozen=True)
class Run:
    """One run of a DAG. Instants are ISO text in UTC, empty when not reached."""

    dag_id: str
    run_id: str
    state: str
    started: str = ""
    ended: str = ""

    @property
    def finished(self) -> bool:
        """Whether the run has ended."""
        return self.state in FINISHED


class AirflowClient:
    """A logged-in client; blocking, but no request waits longer than ANSWER_SECONDS. Safe from several threads."""

    def __init__(self, url: str, user: str, password: str) -> None:
        self._url = url.rstrip("/")
        self._credentials = {"username": user, "password": password}
        self._token = ""
        self._lock = threading.Lock()

    def trigger(self, dag_id: str, conf: dict[str, Any] | None = None) -> Run:
        """Start a run.

        Raises:
            AirflowRefused: a parameter is wrong; no run was made.
            AirflowUnavailable: Airflow does not answer.
        """
        body = airflow.TriggerDAGRunPostBody(logical_date=None, conf=conf or {})
        return _run(self.call(lambda client: dag_run_api.DagRunApi(client).trigger_dag_run(dag_id, body)))

    def run(self, dag_id: str, run_id: str) -> Run:
        """How a run is now."""
        return _run(self.call(lambda client: dag_run_api.DagRunApi(client).get_dag_run(dag_id, run_id)))

    def latest_runs(self, dag_id: str, limit: int = 1) -> list[Run]:
        """The newest runs of a DAG, newest first."""
        found = self.call(
            lambda client: dag_run_api.DagRunApi(client).get_dag_runs(dag_id, order_by=["-run_after"], limit=limit)
        )
        return [_run(entry) for entry in found.dag_runs]

    def cancel(self, dag_id: str, run_id: str) -> Run:
        """End a run: its tasks are stopped within seconds, and what they had committed stays."""
        body = airflow.DAGRunPatchBody(state=airflow.DagRunMutableStates.FAILED)
        return _run(self.call(lambda client: dag_run_api.DagRunApi(client).patch_dag_run(dag_id, run_id, body)))

    def repeat(self, dag_id: str, run_id: str) -> Run:
        """Run all tasks of a run again, under its own id."""
        body = airflow.DAGRunClearBody(dry_run=False)
        self.call(lambda client: dag_run_api.DagRunApi(client).clear_dag_run(dag_id, run_id, body))
        return self.run(dag_id, run_id)

    def tasks(self, dag_id: str, run_id: str) -> dict[str, str]:
        """State of each task of a run; a mapped task appears once for each index."""
        found = self.call(lambda client: task_instance_api.TaskInstanceApi(client).get_task_instances(dag_id, run_id))
        return {
            entry.task_id if entry.map_index < 0 else f"{entry.task_id}[{entry.map_index}]": str(
                entry.state.value if entry.state else "scheduled"
            )
            for entry in found.task_instances
        }

    def returned(self, dag_id: str, run_id: str, task_id: str) -> Any:
        """What a task returned."""
        found = self.call(
            lambda client: x_com_api.XComApi(client).get_xcom_entry(dag_id, task_id, run_id, "return_value")
        )
        return found.actual_instance.value if hasattr(found, "actual_instance") else found.value

    def call(self, work: Any) -> Any:
        """Run `work` with a logged-in client, logging in anew once when the token is refused.

        Raises:
            AirflowUnknown: what was asked for is not there.
            AirflowRefused: Airflow does not accept it.
            AirflowUnavailable: Airflow does not answer, or not in time, or not in words that are understood.
        """
        for attempt in (1, 2):
            token = self._token or self._login()
            configuration = airflow.Configuration(host=self._url, access_token=token, retries=0)
            try:
                with _ImpatientClient(configuration) as client:
                    return work(client)
            except ApiException as error:
                if error.status == 401 and attempt == 1:
                    self._token = ""
                    continue
                raise _problem(error) from error
            except HTTPError as error:
                if isinstance(getattr(error, "reason", error), NoAnswerInTime):
                    raise self._hangs() from error
                message = f"Airflow at {self._url} does not answer."
                raise AirflowUnavailable(message) from error
            except ValueError as error:  # also pydantic's: the answer is not of the shape that the client knows
                message = f"Airflow at {self._url} gave an answer that is not understood: is it another release?"
                raise AirflowUnavailable(message) from error
        message = f"Airflow at {self._url} refuses its own token."
        raise AirflowUnavailable(message)

    def _login(self) -> str:
        if not self._lock.acquire(timeout=ANSWER_SECONDS):  # somebody else's login hangs
            raise self._hangs()
        try:
            if self._token:
                return self._token
            request = urllib.request.Request(
                f"{self._url}/auth/token",
                data=json.dumps(self._credentials).encode(),
                headers={"Content-Type": "application/json"},
            )
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            try:
                with opener.open(request, timeout=ANSWER_SECONDS) as answer:
                    self._token = str(json.load(answer)["access_token"])
            except urllib.error.HTTPError as error:
                message = f"Airflow at {self._url} refused the login (HTTP {error.code}): check AIRFLOW_PASSWORD."
                raise AirflowUnavailable(message) from error
            except TimeoutError as error:
                raise self._hangs() from error
            except (OSError, ValueError, KeyError) as error:
                message = f"Airflow at {self._url} does not answer."
                raise AirflowUnavailable(message) from error
            return self._token
        finally:
            self._lock.release()

    def _hangs(self) -> AirflowUnavailable:
        return AirflowUnavailable(
            f"Airflow at {self._url} gave no answer within {ANSWER_SECONDS:g} seconds. "
            "If something was to be started or changed, look whether it was before you try again."
        )


class _ImpatientClient(airflow.ApiClient):
    """The generated client waits for ever unless every single call says how long."""

    def call_api(self, *arguments: Any, **named: Any) -> Any:
        named["_request_timeout"] = named.get("_request_timeout") or ANSWER_SECONDS
        return super().call_api(*arguments, **named)


def _problem(error: ApiException) -> WalmartSimError:
    try:
        detail = json.loads(error.body or "")["detail"]
    except (ValueError, KeyError, TypeError):
        detail = error.reason or "no reason given"
    first = (detail if isinstance(detail, str) else json.dumps(detail)).splitlines()[0]
    if error.status and error.status >= 500:
        return AirflowUnavailable(f"Airflow failed inside (HTTP {error.status}): {first}")
    if error.status == 404:
        return AirflowUnknown(f"Airflow does not have it: {first}")
    return AirflowRefused(f"Airflow does not accept it: {first}")


def _run(entry: Any) -> Run:
    return Run(
        entry.dag_id,
        entry.dag_run_id,
        str(getattr(entry.state, "value", entry.state)),
        entry.start_date.isoformat() if entry.start_date else "",
        entry.end_date.isoformat() if entry.end_date else "",
    )
