"""GET and POST /runs, and POST /runs/{pipeline}/{run_id}/cancel: runs of the pipelines, through Airflow."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Annotated, Literal, Self, TypeVar

from fastapi import APIRouter, Depends, Path, Query, Request
from psycopg import Connection
from pydantic import BaseModel, ConfigDict, Field, model_validator

from loaders.settings import Settings
from walmart_app.api.access import Connected, authorised
from walmart_app.api.problems import described
from walmart_app.api.values import DaysOfRun, refusal
from walmart_app.commands import runs
from walmart_app.queries import simulation

router = APIRouter(prefix="/runs", tags=["runs"])

T = TypeVar("T")
PipelineId = Literal["walmart_simulation", "walmart_dbt_pipeline", "walmart_analytics", "walmart_warehouse_load"]
RunId = Annotated[
    str,
    Path(
        pattern=r"^[A-Za-z0-9_.:+~-]+$",
        min_length=1,
        max_length=250,
        examples=["manual__2026-11-25T10:00:00+00:00"],
    ),
]
# Threads of their own: while Airflow hangs, each question holds one until its time-out.
_threads = ThreadPoolExecutor(4, "airflow-api")


class Progress(BaseModel):
    """How far a simulation is: world days, receipts so far, and what it has to say."""

    model_config = ConfigDict(from_attributes=True)

    days_done: int = Field(examples=[12])
    days_total: int = Field(examples=[30])
    transactions: int = Field(examples=[34120])
    message: str | None


class RunAnswer(BaseModel):
    """A run of a pipeline. Instants are UTC."""

    pipeline: PipelineId
    run_id: str = Field(examples=["manual__2026-11-25T10:00:00+00:00"])
    state: str = Field(description="as Airflow calls it: queued, running, success, failed", examples=["running"])
    started_at: datetime | None
    ended_at: datetime | None
    progress: Progress | None = Field(description="of a simulation that has been planned; null of all others")


class RunList(BaseModel):
    """The last runs of each pipeline, newest first within one."""

    data: list[RunAnswer]


class RunQuery(BaseModel):
    """Which runs."""

    model_config = ConfigDict(extra="forbid")

    pipeline: PipelineId | None = Field(None, description="left out: all pipelines")


class NewRun(BaseModel):
    """A run to start."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"pipeline": "walmart_simulation", "days": 7}]}
    )

    pipeline: PipelineId = "walmart_simulation"
    days: DaysOfRun | None = Field(
        None, description="world days to simulate, of a simulation alone; left out: the days that have ended"
    )

    @model_validator(mode="after")
    def _days_of_a_simulation(self) -> Self:
        if self.days is not None and self.pipeline != runs.SIMULATION:
            raise refusal(allowed=f"without days: only {runs.SIMULATION} takes them")
        return self


async def _ask(work: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(_threads, work)


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


def _answer(run: runs.Run, progress: dict[str, simulation.SimulationRun]) -> RunAnswer:
    found = progress.get(run.run_id) if run.dag_id == runs.SIMULATION else None
    return RunAnswer.model_validate(
        {
            "pipeline": run.dag_id,
            "run_id": run.run_id,
            "state": run.state,
            "started_at": run.started or None,
            "ended_at": run.ended or None,
            "progress": Progress.model_validate(found) if found else None,
        }
    )


@router.get("", summary="The last runs of the pipelines", responses=described(422, 503))
async def list_runs(query: Annotated[RunQuery, Query()], request: Request, database: Connected) -> RunList:
    """From Airflow; a simulation's progress from the database."""
    settings = _settings(request)
    found = await _ask(lambda: runs.recent(settings))
    chosen = [run for pipeline, of_it in found.items() if query.pipeline in (None, pipeline) for run in of_it]
    ids = [run.run_id for run in chosen if run.dag_id == runs.SIMULATION]

    def read(connection: Connection) -> dict[str, simulation.SimulationRun]:
        return simulation.progress_of(connection, ids)

    progress = await database.run(read)
    return RunList(data=[_answer(run, progress) for run in chosen])


@router.post(
    "",
    status_code=202,
    summary="Start a run",
    dependencies=[Depends(authorised)],
    responses=described(401, 409, 413, 422, 503),
)
async def start_run(body: NewRun, request: Request) -> RunAnswer:
    """Start a pipeline; a simulation goes on with the world's next days. It is queued when one is under way."""
    settings = _settings(request)
    return _answer(await _ask(lambda: runs.trigger(settings, body.pipeline, body.days)), {})


@router.post(
    "/{pipeline}/{run_id}/cancel",
    summary="Cancel a run",
    dependencies=[Depends(authorised)],
    responses=described(401, 404, 409, 413, 422, 503),
)
async def cancel_run(pipeline: PipelineId, run_id: RunId, request: Request) -> RunAnswer:
    """End a run that is under way; what it has committed stays, and the next run goes on from there."""
    settings = _settings(request)
    return _answer(await _ask(lambda: runs.cancel_running(settings, pipeline, run_id)), {})
