"""How far the company is, and the runs of its pipelines."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime

import reflex as rx

from loaders.errors import WalmartSimError
from walmart_app.commands import runs
from walmart_app.queries import company
from walmart_app.runtime import reader, settings
from walmart_app.state.changes import changes
from walmart_app.state.times import ago, duration, whole

_EVERY = 1.5


@dataclasses.dataclass
class PipelineRow:
    """One pipeline and its newest run; texts are ready to show."""

    dag_id: str
    title: str
    meaning: str
    state: str
    when: str
    element_id: str


class CompanyState(rx.State):
    """Progress of the simulation, and the pipelines."""

    loaded: bool = False
    problem: str = ""
    clock: str = ""
    run_state: str = ""
    headline: str = ""
    figures: str = ""
    percent: int = 0
    pipelines: rx.Field[list[PipelineRow]] = rx.field(default_factory=list)
    pipelines_problem: str = ""
    asking: bool = False
    notice: str = ""
    _watch: int = 0

    @rx.var
    def under_way(self) -> bool:
        """Whether a simulation is queued or running."""
        return self.run_state in {"queued", "running"}

    @rx.var
    def simulation_busy(self) -> bool:
        """Whether Airflow is at work on the simulation."""
        return any(row.dag_id == runs.SIMULATION and row.state in {"queued", "running"} for row in self.pipelines)

    @rx.event(background=True)
    async def watch(self) -> None:
        """Follow the company; ends with the page."""
        async with self:
            self._watch += 1
            turn = self._watch
        while True:
            found, problem = await _progress()
            rows, trouble = await asyncio.to_thread(_pipelines)
            async with self:
                if self._watch != turn:
                    return
                self.problem, self.pipelines_problem, self.loaded = problem, trouble, True
                if found is not None:
                    self._show(found)
                if rows and rows != self.pipelines:
                    self.pipelines = rows
            await asyncio.sleep(_EVERY)

    @rx.event
    @changes
    async def simulate_a_day(self) -> None:
        """Start a run of the next day."""
        await self._ask(lambda: runs.simulate_days(settings(), 1), "Started: the next day is being simulated.")

    @rx.event
    @changes
    async def cancel(self) -> None:
        """End the simulation that is under way."""

        def cancel_newest() -> None:
            run = runs.newest(settings())[runs.SIMULATION]
            if run is not None and not run.finished:
                runs.cancel(settings(), run.dag_id, run.run_id)

        await self._ask(cancel_newest, "Cancelled. What was committed stays; the next run goes on from there.")

    async def _ask(self, work: Callable[[], object], done: str) -> None:
        self.notice = ""
        try:
            await asyncio.to_thread(work)
            self.notice = done
        except WalmartSimError as error:
            self.notice = str(error)

    def _show(self, found: company.CompanyProgress) -> None:
        self.clock = f"{found.published_through:%A, %d %B %Y, %H:%M} UTC" if found.published_through else ""
        self.run_state = found.state or ""
        self.percent = round(100 * found.days_done / found.days_total) if found.days_total else 0
        what = "The first company" if found.kind == "first_company" else "The newest run"
        days = f"{whole(found.days_done)} of {whole(found.days_total)} days"
        self.headline = f"{what}: {days}" if found.run_id else ""
        self.figures = _figures(found)


def _figures(found: company.CompanyProgress) -> str:
    if not found.run_id:
        return ""
    over = found.state in {"success", "failed", "cancelled"}
    parts = [f"{whole(found.transactions)} transactions {'in' if over else 'after'} {duration(found.seconds)}"]
    if found.seconds >= 1 and found.transactions:
        parts.append(f"{whole(round(found.transactions / found.seconds))} a second")
    if not over and found.days_done:
        left = found.seconds / found.days_done * (found.days_total - found.days_done)
        parts.append(f"about {duration(left)} left")
    if found.message:
        parts.append(found.message)
    return " · ".join(parts)


async def _progress() -> tuple[company.CompanyProgress | None, str]:
    try:
        return await reader().run(company.progress), ""
    except WalmartSimError as error:
        return None, str(error)


def _pipelines() -> tuple[list[PipelineRow], str]:
    try:
        newest = runs.newest(settings())
    except WalmartSimError as error:
        return [], str(error)
    now = datetime.now(UTC)
    rows = []
    for part in runs.PIPELINES:
        run = newest[part.dag_id]
        state, when = "idle", "Has not run yet."
        if run is not None:
            state = run.state
            started = datetime.fromisoformat(run.started) if run.started else None
            ended = datetime.fromisoformat(run.ended) if run.ended else None
            when = f"Started {ago(started, now)}" if started else "Waits for its turn."
            if started and ended:
                when = f"Ended {ago(ended, now)}, took {duration((ended - started).total_seconds())}"
        rows.append(PipelineRow(part.dag_id, part.title, part.meaning, state, when, f"pipeline-{part.dag_id}"))
    return rows, ""
