"""How far the company is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import reflex as rx

from loaders.errors import WalmartSimError
from walmart_app.commands import runs
from walmart_app.queries import company
from walmart_app.runtime import reader, settings
from walmart_app.state.changes import changes
from walmart_app.state.times import duration, whole

_EVERY = 1.5


class CompanyState(rx.State):
    """Progress of the simulation, and what can be done about it."""

    loaded: bool = False
    problem: str = ""
    clock: str = ""
    run_state: str = ""
    headline: str = ""
    figures: str = ""
    percent: int = 0
    simulation_busy: bool = False
    airflow_problem: str = ""
    notice: str = ""
    _watch: int = 0

    @rx.var
    def under_way(self) -> bool:
        """Whether a simulation is queued or running."""
        return self.run_state in {"queued", "running"}

    @rx.event(background=True)
    async def watch(self) -> None:
        """Follow the company; ends with the page."""
        async with self:
            self._watch += 1
            turn = self._watch
        while True:
            found, problem = await _progress()
            busy, trouble = await asyncio.to_thread(_simulation_busy)
            async with self:
                if self._watch != turn:
                    return
                self.problem, self.airflow_problem, self.loaded = problem, trouble, True
                self.simulation_busy = busy
                if found is not None:
                    self._show(found)
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


def _simulation_busy() -> tuple[bool, str]:
    """Whether Airflow is at work on the simulation, or why that is not known."""
    try:
        return any(not run.finished for run in runs.recent(settings())[runs.SIMULATION]), ""
    except WalmartSimError as error:
        return False, str(error)
