"""What the monitoring page's address asks for, checked. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from walmart_app.commands.runs import PIPELINES

PAGE = "/dashboard/monitoring"
DAGS = frozenset(part.dag_id for part in PIPELINES)
_RUN = re.compile(r"[A-Za-z0-9_.~:+-]{1,250}")  # Airflow's own rule and length
_TASK = re.compile(r"[A-Za-z0-9_.-]{1,250}\[-?[0-9]{1,9}\]")


@dataclass(frozen=True)
class MonitoringView:
    """What is shown: a pipeline, a run of it, a task of that; empty where none is chosen.

    `unknown` says what of the address leads nowhere; what comes after it in the address is left out.
    """

    dag: str = ""
    run: str = ""
    task: str = ""
    unknown: str = ""


def view_of(query: Mapping[str, str]) -> MonitoringView:
    """The view that an address asks for. Whether a run or a task of that name exists, only Airflow knows."""
    dag, run, task = query.get("dag", ""), query.get("run", ""), query.get("task", "")
    if not dag:
        return MonitoringView()
    if not is_dag(dag):
        return MonitoringView(unknown=f"There is no pipeline {_short(dag)}.")
    if not run:
        return MonitoringView(dag)
    if not is_run(run):
        return MonitoringView(dag, unknown=no_run(dag, run))
    if task and not is_task(task):
        return MonitoringView(dag, run, unknown=no_task(task))
    return MonitoringView(dag, run, task)


def address(dag: str = "", run: str = "", task: str = "") -> str:
    """The address of a view."""
    query = {name: value for name, value in (("dag", dag), ("run", run), ("task", task)) if value}
    return f"{PAGE}?{urlencode(query)}" if query else PAGE


def is_dag(value: object) -> bool:
    """Whether it is the id of one of our pipelines."""
    return isinstance(value, str) and value in DAGS


def is_run(value: object) -> bool:
    """Whether a run could have this id."""
    return isinstance(value, str) and _RUN.fullmatch(value) is not None


def is_task(value: object) -> bool:
    """Whether it has the form of a task's key, `name[index]`."""
    return isinstance(value, str) and _TASK.fullmatch(value) is not None


def no_run(dag: str, run: str) -> str:
    """A sentence."""
    return f"{dag} has no run {_short(run)}. Airflow may have removed it, or the address is not whole."


def no_task(task: str) -> str:
    """A sentence."""
    return f"The run has no task {_short(task)}."


def _short(text: str) -> str:
    return repr(text if len(text) <= 80 else f"{text[:80]}…")
