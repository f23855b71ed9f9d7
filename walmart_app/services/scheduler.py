"""Airflow's scheduler with dbt in memory, so that the tasks it forks need not load it, each for two seconds."""

from __future__ import annotations

import sys

import dbt.adapters.postgres
import dbt.cli.main  # noqa: F401  (what tasks of the dbt pipeline import)
from airflow.__main__ import main

from loaders.dbt import DbtProject
from loaders.errors import WalmartSimError
from loaders.settings import Settings


def preload() -> None:
    """Parse the dbt project; whatever is wrong with it, the task that needs it says so."""
    try:
        DbtProject(Settings.load()).preload()
    except WalmartSimError as error:
        sys.stderr.write(f"dbt is not loaded ahead: {error}\n")


if __name__ == "__main__":
    preload()
    sys.argv = ["airflow", "scheduler", *sys.argv[1:]]
    main()  # type: ignore[no-untyped-call]
