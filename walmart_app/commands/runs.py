"""Start and cancel runs of the pipelines, through Airflow's REST API."""

from __future__ import annotations

from dataclasses import dataclass

from loaders.settings import Settings
from walmart_app.clients.airflow import Run
from walmart_app.clients.airflow_views import AirflowViews
from walmart_app.clients.connect import airflow_client
from walmart_app.clients.shared import Shared
from walmart_app.commands.errors import RunFinished

SIMULATION, MODELS = "walmart_simulation", "walmart_dbt_pipeline"
ANALYTICS, WAREHOUSE = "walmart_analytics", "walmart_warehouse_load"
MOST_DAYS = 3650
_RUNS = 5  # of each pipeline that pages show
_YOUNG_SECONDS = 1.0


@dataclass(frozen=True)
class Pipeline:
    """A DAG as people know it."""

    dag_id: str
    title: str
    meaning: str


PIPELINES = (
    Pipeline(SIMULATION, "Simulation", "Shoppers buy, stores reorder; the rows land in PostgreSQL."),
    Pipeline(MODELS, "dbt", "Staging, intermediate models, marts and their tests."),
    Pipeline(ANALYTICS, "Analytics", "Forecasts and recommendations from the marts."),
    Pipeline(WAREHOUSE, "Warehouse", "Marts, facts and predictions, reconciled to the cent."),
)


def simulate_days(settings: Settings, days: int) -> Run:
    """Start a run of the next `days` world days.

    Raises:
        ValueError: `days` is out of bounds; nothing was started.
        AirflowUnavailable, AirflowRefused: see `walmart_app.clients.airflow`.
    """
    if not 1 <= days <= MOST_DAYS:
        message = f"days must be 1 to {MOST_DAYS}, but is {days}."
        raise ValueError(message)
    return _fresh(airflow_client(settings).trigger(SIMULATION, {"days": days}))


def cancel(settings: Settings, dag_id: str, run_id: str) -> Run:
    """End a run; what it committed stays."""
    _known(dag_id)
    return _fresh(airflow_client(settings).cancel(dag_id, run_id))


def cancel_running(settings: Settings, dag_id: str, run_id: str) -> Run:
    """End a run that has not ended.

    Raises:
        RunFinished: it has.
        AirflowUnknown: there is no such run.
    """
    _known(dag_id)
    found = airflow_client(settings).run(dag_id, run_id)
    if found.finished:
        raise RunFinished(run_id, found.state)
    return cancel(settings, dag_id, run_id)


def run_models(settings: Settings) -> Run:
    """Start a run of the models; predictions and warehouse follow it by themselves."""
    return _fresh(airflow_client(settings).trigger(MODELS))


def trigger(settings: Settings, dag_id: str, days: int | None = None) -> Run:
    """Start a run of one of our pipelines; `days` is for the simulation alone."""
    if dag_id == SIMULATION and days is not None:
        return simulate_days(settings, days)
    _known(dag_id)
    return _fresh(airflow_client(settings).trigger(dag_id))


def pause(settings: Settings, dag_id: str, paused: bool) -> None:
    """Let a pipeline rest, or go on."""
    _known(dag_id)
    AirflowViews(airflow_client(settings)).pause(dag_id, paused)


def retry(settings: Settings, dag_id: str, run_id: str) -> None:
    """Run the tasks of a run again that did not succeed."""
    _known(dag_id)
    AirflowViews(airflow_client(settings)).retry(dag_id, run_id)
    _recent.forget()


def _known(dag_id: str) -> None:
    if dag_id not in {part.dag_id for part in PIPELINES}:
        message = f"There is no pipeline {dag_id!r}."
        raise ValueError(message)


def newest(settings: Settings) -> dict[str, Run | None]:
    """The newest run of each pipeline."""
    return {dag_id: next(iter(found), None) for dag_id, found in recent(settings).items()}


def recent(settings: Settings) -> dict[str, list[Run]]:
    """The last runs of each pipeline, newest first. However many ask, Airflow is asked once in a while."""

    def ask() -> dict[str, list[Run]]:
        client = airflow_client(settings)
        return {part.dag_id: client.latest_runs(part.dag_id, _RUNS) for part in PIPELINES}

    return _recent.get(ask)


_recent: Shared[dict[str, list[Run]]] = Shared(_YOUNG_SECONDS)


def _fresh(run: Run) -> Run:
    """What was just changed is asked for anew."""
    _recent.forget()
    return run
