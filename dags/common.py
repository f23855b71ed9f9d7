"""What the pipelines share: the assets that join them, and how their tasks behave."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import Asset, CronTriggerTimetable

RAW = Asset("raw")
MARTS = Asset("marts")
PREDICTIONS = Asset("predictions")

# Every task may run twice with the same result, so a killed one is simply tried again.
TASKS: dict[str, Any] = {"retries": 2, "retry_delay": timedelta(seconds=10), "owner": "walmart"}
ONE_AT_A_TIME: dict[str, Any] = {"max_active_runs": 1, "catchup": False, "default_args": TASKS, "tags": ["walmart"]}


def at(cron: str) -> CronTriggerTimetable:
    """A schedule in UTC that begins with the next tick.

    By itself, Airflow makes up at the first start for a tick that was missed by up to a tenth of the interval: after
    midnight the models would be built of nothing, and keep the first company waiting.
    """
    return CronTriggerTimetable(cron, timezone="UTC", run_immediately=timedelta(0))
