"""Simulate the days that ended, or (on demand) the next days.

The first run makes the first company: SIM_DAYS of history. Scheduled runs bring the world to the last
boundary passed; a run with `days` goes so many days on from where the world is. What is committed
stays whatever happens; a repeated run does nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from airflow.sdk import CronTriggerTimetable, Param, dag, task

from dags.common import ONE_AT_A_TIME, RAW


@dag(
    dag_id="walmart_simulation",
    schedule=CronTriggerTimetable("0 10 * * *", timezone="UTC"),
    start_date=datetime(2025, 1, 1, tzinfo=UTC),
    doc_md=__doc__,
    params={
        "days": Param(
            None,
            type=["null", "integer"],
            minimum=1,
            maximum=3650,
            description="World days to simulate from where the world is; empty: up to the last boundary passed.",
        ),
        "parameters": Param(
            {},
            type="object",
            description="Parameters of the first company over the settings, by dotted name; only before there is one.",
        ),
    },
    **ONE_AT_A_TIME,
)
def walmart_simulation() -> None:
    """plan ▸ simulate (a task a shard) ▸ publish."""

    @task
    def plan(**context: Any) -> list[dict[str, Any]]:
        """Decide how far to go, and make the company where there is none; returns a job for each shard behind."""
        from airflow.sdk.exceptions import AirflowFailException

        from loaders.errors import CompanyExists, PeriodError
        from loaders.pipeline import plan as make_plan
        from loaders.settings import Settings
        from sim.errors import ParameterError

        run = context["dag_run"]
        wanted = dict(run.conf or {})
        if unknown := sorted(set(wanted) - {"days", "parameters"}):
            message = f"Unknown: {', '.join(unknown)}. A run takes `days` and `parameters`."
            raise AirflowFailException(message)
        try:
            chosen = make_plan(
                Settings.load(),
                now=run.run_after,
                days=wanted.get("days"),
                overrides=wanted.get("parameters"),
                run_id=run.run_id,
                airflow_run_id=run.run_id,
            )
        except (ParameterError, PeriodError, CompanyExists) as error:
            raise AirflowFailException(str(error)) from error  # another try would end the same
        return [{"shard": shard, "until": chosen.requested_until, "period": chosen.period} for shard in chosen.shards]

    @task(map_index_template="{{ task.op_kwargs['job']['shard'] }}")
    def simulate(job: dict[str, Any], **context: Any) -> dict[str, Any]:
        """Advance one shard, a commit a period."""
        from loaders.pipeline import advance_shard
        from loaders.settings import Settings

        until = datetime.fromisoformat(job["until"])
        return advance_shard(Settings.load(), job["shard"], until, job["period"], context["dag_run"].run_id)

    @task(outlets=[RAW], trigger_rule="none_failed")
    def publish(jobs: list[dict[str, Any]], **context: Any) -> dict[str, Any]:
        """Close the run, and tell those who wait for new data."""
        from loaders.pipeline import finish_run
        from loaders.settings import Settings

        run_id = context["dag_run"].run_id
        return finish_run(Settings.load(), run_id) if jobs else {"run_id": run_id, "transactions": 0, "days": 0}

    jobs = plan()
    simulate.expand(job=jobs) >> publish(jobs)  # type: ignore[arg-type]


walmart_simulation()
