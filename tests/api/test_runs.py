"""Runs through the API: what it asks Airflow for, and how it tells of Airflow's refusals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from loaders.settings import Settings
from tests.api.conftest import Api, fields, problem, served
from tests.clients.conftest import FakeAirflow, run_entry
from walmart_app.commands import runs as commands

SIMULATION = "walmart_simulation"


class Airflow(FakeAirflow):
    """An Airflow with one run of each state; what is started or changed is kept."""

    def __init__(self) -> None:
        super().__init__()
        self.states = {"going": "running", "done": "success"}
        self.answers = self._answering

    def _answering(self, path: str, query: dict[str, list[str]]) -> tuple[int, Any]:
        parts = path.removeprefix("/api/v2/dags/").split("/")
        dag, run = parts[0], parts[2] if len(parts) > 2 else ""
        if run:
            if run not in self.states:
                return 404, {"detail": f"no run {run}"}
            return 200, run_entry(dag, run, self.states[run])
        if "limit" in query:
            mine = self.states if dag == SIMULATION else {}
            return 200, {"dag_runs": [run_entry(dag, *entry) for entry in mine.items()], "total_entries": len(mine)}
        if dag == "walmart_analytics":
            return 409, {"detail": "it is paused"}
        return 200, run_entry(dag, "new", "queued")


@pytest.fixture
def airflow() -> Iterator[Airflow]:
    """One a test."""
    server = Airflow()
    yield server
    server.close()


@pytest.fixture
def runs(api: Api, airflow: Airflow) -> Iterator[Api]:
    """The API of the company with that Airflow."""
    commands._recent.forget()
    elsewhere = {"airflow_url": airflow.url, "airflow_password": Settings.load(db_password="secret").db_password}
    with served(api.settings.model_copy(update=elsewhere)) as found:
        yield found


def _post(api: Api, path: str, **how: Any) -> httpx.Response:
    return api.send(api.request("POST", path, **({"headers": api.token} | how)))[0]


def test_runs_are_listed_with_a_simulations_progress(runs: Api) -> None:
    runs.execute(
        "insert into simulation_runs (run_id, kind, state, airflow_run_id, requested_from, requested_until, days_done, "
        "days_total, transactions, started_at) values ('mine', 'days', 'running', 'going', '2026-03-13 10:00+00', "
        "'2026-03-20 10:00+00', 3, 7, 1234, now()) on conflict do nothing"
    )
    answer = runs.get("/runs")
    assert answer.status_code == 200, answer.text
    found = answer.json()["data"]
    assert [(run["pipeline"], run["run_id"], run["state"]) for run in found] == [
        (SIMULATION, "going", "running"),
        (SIMULATION, "done", "success"),
    ]
    assert found[0]["progress"] == {"days_done": 3, "days_total": 7, "transactions": 1234, "message": None}
    assert found[1]["progress"] is None
    assert runs.get("/runs", pipeline="walmart_analytics").json()["data"] == []


def test_a_run_is_started_and_cancelled_with_the_token(runs: Api, airflow: Airflow) -> None:
    assert _post(runs, "/runs", json={"days": 3}, headers={}).status_code == 401
    problem(_post(runs, f"/runs/{SIMULATION}/going/cancel", headers={}), 401)
    assert airflow.asked == []
    started = _post(runs, "/runs", json={"days": 3})
    assert (started.status_code, started.json()["run_id"], started.json()["state"]) == (202, "new", "queued")
    assert _post(runs, "/runs", json={"pipeline": "walmart_dbt_pipeline"}).json()["pipeline"] == "walmart_dbt_pipeline"
    cancelled = _post(runs, f"/runs/{SIMULATION}/going/cancel")
    assert (cancelled.status_code, cancelled.json()["run_id"]) == (200, "going")
    assert airflow.asked.count(f"/api/v2/dags/{SIMULATION}/dagRuns/going") == 2


def test_what_airflow_refuses_is_told(runs: Api, airflow: Airflow) -> None:
    assert "paused" in problem(_post(runs, "/runs", json={"pipeline": "walmart_analytics"}), 409)["detail"]
    problem(_post(runs, f"/runs/{SIMULATION}/nothing/cancel"), 404)
    # a run that has ended stays as it ended
    assert "ended already" in problem(_post(runs, f"/runs/{SIMULATION}/done/cancel"), 409)["detail"]
    assert airflow.asked.count(f"/api/v2/dags/{SIMULATION}/dagRuns/done") == 1


def test_without_airflow_there_is_one_sentence(api: Api) -> None:
    commands._recent.forget()
    for answer in (api.get("/runs"), _post(api, "/runs", json={}), _post(api, f"/runs/{SIMULATION}/x/cancel")):
        assert "Airflow is not running" in problem(answer, 503)["detail"]
        assert answer.headers["retry-after"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"days": 0}, "days"),
        ({"days": 3651}, "days"),
        ({"days": 10**400}, "days"),
        ({"days": "3"}, "days"),
        ({"days": 3, "pipeline": "walmart_analytics"}, "body"),
        ({"pipeline": "walmart_live; rm -rf /"}, "pipeline"),
        ({"seed": 1}, "seed"),
    ],
)
def test_a_bad_run_is_refused(api: Api, body: dict[str, Any], field: str) -> None:
    assert fields(_post(api, "/runs", json=body)) == [field]
    assert fields(_post(api, "/runs/walmart_simulation/a%00b/cancel")) == ["run_id"]
