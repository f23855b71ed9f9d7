"""Airflow's scheduler with dbt in memory, so that the tasks it forks need not load it, each for a second and a half."""

from __future__ import annotations

import sys

import dbt.adapters.postgres
import dbt.cli.main  # noqa: F401  (what tasks of the dbt pipeline import)
from airflow.__main__ import main

if __name__ == "__main__":
    sys.argv = ["airflow", "scheduler", *sys.argv[1:]]
    main()  # type: ignore[no-untyped-call]
