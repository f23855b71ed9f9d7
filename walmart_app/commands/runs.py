"""Start and cancel runs of the pipelines, through Airflow's REST API."""

from __future__ import annotations

from dataclasses import dataclass

from loaders.settings import Settings
from walmart_app.clients.airflow import Run
from walmart_app.clients.connect import airflow_client

SIMULATION = "walmart_simulation"
MOST_DAYS = 3650


@dataclass(frozen=True)
class Pipeline:
    """A DAG as people know it."""

    dag_id: str
    title: str
    meaning: str


PIPELINES = (
    Pipeline(SIMULATION, "Simulation", "Shoppers buy, stores reorder; the rows land in PostgreSQL."),
    Pipeline("walmart_dbt_pipeline", "dbt", "Staging, intermediate models, marts and their tests."),
    Pipeline("walmart_analytics", "Analytics", "Forecasts and recommendations from the marts."),
    Pipeline("walmart_warehouse_load", "Warehouse", "Marts, facts and predictions, reconciled to the cent."),
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
    return airflow_client(settings).trigger(SIMULATION, {"days": days})


def cancel(settings: Settings, dag_id: str, run_id: str) -> Run:
    """End a run; what it committed stays."""
    return airflow_client(settings).cancel(dag_id, run_id)


def newest(settings: Settings) -> dict[str, Run | None]:
    """The newest run of each pipeline."""
    client = airflow_client(settings)
    return {part.dag_id: next(iter(client.latest_runs(part.dag_id)), None) for part in PIPELINES}
