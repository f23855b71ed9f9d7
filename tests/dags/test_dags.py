"""The DAGs load, carry the names that others rely on, and behave alike."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from loaders.settings import ROOT

READ = """
import json, sys
from airflow.dag_processing.dagbag import DagBag
bag = DagBag(dag_folder=sys.argv[1])
print("FOUND " + json.dumps({
    "errors": bag.import_errors,
    "dags": {
        dag_id: {
            "tasks": {task.task_id: sorted(task.downstream_task_ids) for task in dag.topological_sort()},
            "outlets": {task.task_id: [asset.name for asset in task.outlets] for task in dag.tasks if task.outlets},
            "retries": [task.retries for task in dag.tasks],
            "runs": dag.max_active_runs,
            "catchup": dag.catchup,
            "doc": dag.doc_md,
        }
        for dag_id, dag in bag.dags.items()
    },
}))
"""

FIRST = """
import json, sys
from unittest.mock import patch
import pendulum
from airflow.dag_processing.dagbag import DagBag
from airflow.serialization.serialized_objects import DagSerialization
from airflow.timetables.base import TimeRestriction
dags = DagBag(dag_folder=sys.argv[1]).dags.values()
read = [DagSerialization.from_dict(json.loads(json.dumps(DagSerialization.to_dict(dag)))) for dag in dags]
with patch("airflow.timetables.trigger.utcnow", return_value=pendulum.datetime(2026, 3, 10, 0, 2)):
    first = {dag.dag_id: dag.timetable.next_dagrun_info(
        last_automated_data_interval=None, restriction=TimeRestriction(dag.start_date, None, False)) for dag in read}
print("FOUND " + json.dumps({dag_id: run and run.run_after.isoformat() for dag_id, run in first.items()}))
"""

EXTRACTED = """
import json, sys
from types import SimpleNamespace as Of
from airflow.dag_processing.dagbag import DagBag
from airflow.sdk.execution_time.context import TriggeringAssetEventsAccessor
from loaders import warehouse
warehouse.extract = lambda settings, load_id, schemas: ",".join(schemas)
extract = DagBag(dag_folder=sys.argv[1]).dags["walmart_warehouse_load"].get_task("extract").python_callable
event = lambda name: Of(asset=Of(name=name, uri=name), source_aliases=[])
print("FOUND " + json.dumps({
    names: extract(dag_run=Of(run_id="one"),
                   triggering_asset_events=TriggeringAssetEventsAccessor.build(map(event, names.split())))
    for names in ("", "marts", "predictions", "marts predictions")
}))
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What Airflow reads out of the folder."""
    return ask(READ, tmp_path_factory.mktemp("airflow"))


def ask(code: str, home: Path) -> dict[str, Any]:
    """What it prints in a process of its own."""
    variables = {
        **os.environ,
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "ignore",
    }
    done = subprocess.run(
        [sys.executable, "-c", code, str(ROOT / "dags")], env=variables, capture_output=True, text=True, check=True
    )
    line = next(line for line in done.stdout.splitlines() if line.startswith("FOUND "))
    result: dict[str, Any] = json.loads(line.removeprefix("FOUND "))
    return result


def test_every_file_loads(found: dict[str, Any]) -> None:
    assert found["errors"] == {}


def test_the_pipelines_have_their_tasks_in_order(found: dict[str, Any]) -> None:
    chains = {dag_id: list(dag["tasks"]) for dag_id, dag in found["dags"].items()}
    assert chains == {
        "walmart_simulation": ["plan", "simulate", "publish"],
        "walmart_dbt_pipeline": [
            "dbt_source_freshness",
            "dbt_snapshot",
            "dbt_run_staging",
            "dbt_run_intermediate",
            "dbt_run_marts",
            "dbt_test",
            "dbt_docs_generate",
        ],
        "walmart_analytics": ["forecast", "recommend"],
        "walmart_warehouse_load": ["extract", "load", "reconcile"],
    }
    for dag in found["dags"].values():
        tasks = list(dag["tasks"])
        assert all(later in dag["tasks"][task] for task, later in zip(tasks, tasks[1:], strict=False))


def test_assets_join_them(found: dict[str, Any]) -> None:
    outlets = {dag_id: dag["outlets"] for dag_id, dag in found["dags"].items() if dag["outlets"]}
    assert outlets == {
        "walmart_simulation": {"publish": ["raw"]},
        "walmart_dbt_pipeline": {"dbt_test": ["marts"]},
        "walmart_analytics": {"recommend": ["predictions"]},
    }


def test_only_the_simulation_runs_at_the_first_start_by_itself(tmp_path: Path) -> None:
    """Right after midnight as well: the models have nothing to be built of before the company is there."""
    assert ask(FIRST, tmp_path) == {
        "walmart_simulation": "2026-03-09T10:00:00+00:00",
        "walmart_dbt_pipeline": "2026-03-11T00:00:00+00:00",
        "walmart_warehouse_load": "2026-03-10T00:15:00+00:00",
        "walmart_analytics": None,
    }


def test_new_predictions_alone_go_to_the_warehouse_without_the_marts(tmp_path: Path) -> None:
    everything = "analytics,predictions"
    extracted = ask(EXTRACTED, tmp_path)
    assert extracted == {
        "": everything,
        "marts": everything,
        "predictions": "predictions",
        "marts predictions": everything,
    }


def test_each_is_documented_runs_alone_and_tries_again(found: dict[str, Any]) -> None:
    for dag in found["dags"].values():
        assert dag["doc"]
        assert (dag["runs"], dag["catchup"]) == (1, False)
        assert min(dag["retries"]) >= 2


def test_files_are_short_and_none_is_taken_for_a_dbt_plugin() -> None:
    for path in sorted(Path(ROOT / "dags").glob("*.py")):
        assert not path.name.startswith("dbt_")
        assert len(path.read_text().splitlines()) <= 95, path.name
