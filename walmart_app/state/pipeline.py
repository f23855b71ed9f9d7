"""The pipeline as a graph: each step's state, rows, freshness and last run; and one step's details."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import UTC, datetime
from typing import Any

import reflex as rx

from loaders.errors import WalmartSimError
from walmart_app.clients.airflow import Run
from walmart_app.commands import runs
from walmart_app.queries import company, pipeline
from walmart_app.queries.database import Conn
from walmart_app.runtime import reader, settings
from walmart_app.services import report
from walmart_app.state.changes import changes
from walmart_app.state.steps import (
    DETAILS,
    Detail,
    Facts,
    RunRow,
    Step,
    StepRow,
    detail_rows,
    run_rows,
    steps,
)

_EVERY = 1.5


@dataclasses.dataclass
class _Known:
    """The exact counts, kept until the rows change."""

    version: pipeline.Version | None = None
    tables: list[pipeline.TableSize] = dataclasses.field(default_factory=list)


_known = _Known()


class PipelineState(rx.State):
    """The page's substate."""

    loaded: bool = False
    problem: str = ""
    airflow_problem: str = ""
    headline: str = ""
    steps: rx.Field[dict[str, Step]] = rx.field(default_factory=dict)
    chosen: str = ""
    detail: rx.Field[Detail] = rx.field(default_factory=Detail)
    detail_rows: rx.Field[list[StepRow]] = rx.field(default_factory=list)
    detail_runs: rx.Field[list[RunRow]] = rx.field(default_factory=list)
    models_busy: bool = False
    notice: str = ""
    _watch: int = 0

    @rx.var
    def panel_open(self) -> bool:
        """Whether a step is chosen."""
        return self.chosen != ""

    @rx.event
    def arrive(self) -> None:
        """Take the chosen step from the address."""
        key = self.router.url.query_parameters.get("node", "")
        self.chosen = key if key in DETAILS else ""
        if self.chosen:
            self.detail = DETAILS[self.chosen]

    @rx.event
    def choose(self, key: str) -> Any:
        """Open a step's details; the address keeps it."""
        return rx.redirect(f"/?node={key}") if key in DETAILS else None

    @rx.event
    def close(self, _open: bool = False) -> Any:
        """Close the details."""
        return rx.redirect("/")

    @rx.event
    @changes
    async def run_models(self) -> None:
        """Start the models; predictions and warehouse follow."""
        self.notice = ""
        try:
            await asyncio.to_thread(runs.run_models, settings())
            self.notice = "Started: models, then predictions and warehouse."
        except WalmartSimError as error:
            self.notice = str(error)

    @rx.event(background=True)
    async def watch(self) -> None:
        """Follow all steps; ends with the page."""
        async with self:
            self._watch += 1
            turn = self._watch
        while True:
            facts = await _facts()
            now = datetime.now(UTC)
            found = steps(facts, now)
            async with self:
                if self._watch != turn:
                    return
                chosen = self.chosen
                if found != self.steps:
                    self.steps = found
                self.problem, self.airflow_problem = facts.problem, facts.airflow_problem
                self.headline, self.loaded = _headline(facts), True
                self.models_busy = _busy(facts.runs.get(runs.MODELS, []))
            rows, last = detail_rows(chosen, facts), run_rows(chosen, facts, now)
            async with self:
                if self._watch != turn:
                    return
                if self.chosen == chosen and (rows, last) != (self.detail_rows, self.detail_runs):
                    self.detail_rows, self.detail_runs = rows, last
            await asyncio.sleep(_EVERY)


def _headline(facts: Facts) -> str:
    if facts.progress is None:
        return "The database does not answer yet."
    if facts.progress.published_through is None:
        return "There is no company yet; the first run of the simulation makes it."
    if not facts.progress.first_company_done:
        return "The first company is being made. Each step starts when the one before it is done."
    return f"Data as of {facts.progress.published_through:%A, %d %B %Y, %H:%M} UTC."


def _busy(found: list[Run]) -> bool:
    return any(not run.finished for run in found)


async def _facts() -> Facts:
    """All that the page shows, asked anew; what cannot be had leaves a sentence."""
    facts = Facts(services=await asyncio.to_thread(report.read, settings().state_dir))
    try:
        facts = dataclasses.replace(facts, runs=await asyncio.to_thread(runs.recent, settings()))
    except WalmartSimError as error:
        facts = dataclasses.replace(facts, airflow_problem=str(error))
    try:
        return dataclasses.replace(facts, **await reader().run(_read))
    except WalmartSimError as error:
        return dataclasses.replace(facts, problem=str(error))


def _read(connection: Conn) -> dict[str, Any]:
    progress = company.progress(connection)
    version = pipeline.version(connection)
    settled = progress.state not in {"queued", "running"}
    if settled and version != _known.version:
        _known.tables = pipeline.tables(connection)
        _known.version = version
    return {
        "progress": progress,
        "tables": _known.tables if settled else [],
        "built": pipeline.built(connection),
        "models": pipeline.slowest_models(connection),
        "predicted": pipeline.predicted(connection),
        "loaded": pipeline.loaded(connection),
    }
