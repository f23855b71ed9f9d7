"""What the pipelines share: the assets that join them, and how their tasks behave."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import Asset

RAW = Asset("raw")
MARTS = Asset("marts")
PREDICTIONS = Asset("predictions")

# Every task may run twice with the same result, so a killed one is simply tried again.
TASKS: dict[str, Any] = {"retries": 2, "retry_delay": timedelta(seconds=10), "owner": "walmart"}
ONE_AT_A_TIME: dict[str, Any] = {"max_active_runs": 1, "catchup": False, "default_args": TASKS, "tags": ["walmart"]}
