"""Copy marts, facts and predictions into the warehouse, and prove that nothing was lost on the way."""

from __future__ import annotations

from typing import Any

from airflow.sdk import AssetOrTimeSchedule, CronTriggerTimetable, dag, task

from dags.common import MARTS, ONE_AT_A_TIME, PREDICTIONS


@dag(
    dag_id="walmart_warehouse_load",
    schedule=AssetOrTimeSchedule(
        timetable=CronTriggerTimetable("*/15 * * * *", timezone="UTC"), assets=(MARTS | PREDICTIONS)
    ),
    doc_md=__doc__,
    **ONE_AT_A_TIME,
)
def walmart_warehouse_load() -> None:
    """extract ▸ load ▸ reconcile."""

    @task
    def extract() -> str:
        """Write what has changed into files; returns the path of their manifest."""
        from loaders import warehouse
        from loaders.settings import Settings

        return str(warehouse.extract(Settings.load()))

    @task
    def load(manifest: str) -> str:
        """Replace the changed parts in the warehouse."""
        from loaders import warehouse
        from loaders.settings import Settings

        return str(warehouse.load(Settings.load(), manifest))

    @task
    def reconcile(manifest: str) -> dict[str, Any]:
        """Compare counts and sums of both sides."""
        from loaders import warehouse
        from loaders.settings import Settings

        return warehouse.reconcile(Settings.load(), manifest)

    reconcile(load(extract()))  # type: ignore[arg-type]


walmart_warehouse_load()
