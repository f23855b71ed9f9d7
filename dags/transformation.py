"""Build the marts with dbt, layer by layer, whenever the company's tables have changed, and once a day."""

from __future__ import annotations

import os
from typing import Any

from airflow.sdk import AssetOrTimeSchedule, dag, task

from dags.common import MARTS, ONE_AT_A_TIME, RAW, at

STEPS = (
    "source_freshness",
    "snapshot",
    "run_staging",
    "run_intermediate",
    "run_marts",
    "test",
    "docs_generate",
)


@dag(
    dag_id="walmart_dbt_pipeline",
    schedule=AssetOrTimeSchedule(timetable=at("0 0 * * *"), assets=[RAW]),
    doc_md=__doc__,
    **ONE_AT_A_TIME,
)
def walmart_dbt_pipeline() -> None:
    """source freshness ▸ snapshot ▸ staging ▸ intermediate ▸ marts ▸ test ▸ docs."""

    @task
    def step(name: str) -> dict[str, Any]:
        """One dbt command."""
        if name == "docs_generate":
            os.nice(19)  # readers of documentation can wait for those of figures
        from loaders.dbt import DbtProject
        from loaders.settings import Settings

        done: dict[str, Any] = getattr(DbtProject(Settings.load()), name)()
        return done

    previous = None
    for name in STEPS:
        outlets = [MARTS] if name == "test" else []
        current = step.override(task_id=f"dbt_{name}", outlets=outlets)(name)
        if previous is not None:
            previous >> current
        previous = current


walmart_dbt_pipeline()
