"""Copy marts, facts and predictions into the warehouse, and prove that nothing was lost on the way."""

from __future__ import annotations

from typing import Any

from airflow.sdk import AssetOrTimeSchedule, dag, task

from dags.common import MARTS, ONE_AT_A_TIME, PREDICTIONS, at


@dag(
    dag_id="walmart_warehouse_load",
    schedule=AssetOrTimeSchedule(timetable=at("*/15 * * * *"), assets=(MARTS | PREDICTIONS)),
    doc_md=__doc__,
    **ONE_AT_A_TIME,
)
def walmart_warehouse_load() -> None:
    """extract ▸ load ▸ reconcile."""

    @task
    def extract(**context: Any) -> str:
        """Write what has changed into files; returns the path of their manifest."""
        from loaders import warehouse
        from loaders.settings import Settings
        from loaders.warehouse.schemas import SCHEMAS

        # New predictions leave the marts as they were; measuring those again takes longer than all the rest.
        schemas = (PREDICTIONS.name,) if set(context["triggering_asset_events"]) == {PREDICTIONS} else SCHEMAS
        return str(warehouse.extract(Settings.load(), context["dag_run"].run_id, schemas))

    @task
    def load(manifest: str) -> dict[str, Any]:
        """Replace the changed parts in the warehouse."""
        from pathlib import Path

        from loaders import warehouse
        from loaders.settings import Settings

        return warehouse.load(Settings.load(), Path(manifest))

    @task
    def reconcile(manifest: str) -> dict[str, Any]:
        """Compare counts and sums of both sides."""
        from pathlib import Path

        from loaders import warehouse
        from loaders.settings import Settings

        return warehouse.reconcile(Settings.load(), Path(manifest))

    manifest = extract()
    load(manifest) >> reconcile(manifest)  # type: ignore[arg-type]


walmart_warehouse_load()
