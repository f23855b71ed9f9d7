"""The simulation workspace: what a run takes, how it goes, what came of it, and the runs before."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import plotly.graph_objects as go
import reflex as rx

from loaders.errors import WalmartSimError
from sim.params import Parameter, describe
from walmart_app.commands import runs
from walmart_app.figures.base import figure
from walmart_app.figures.simulation import by_day
from walmart_app.queries import simulation
from walmart_app.queries.simulation import SimulatedDay, SimulationRun
from walmart_app.runtime import reader, settings
from walmart_app.state.changes import changes
from walmart_app.state.times import ago, duration, whole

_EVERY = 1.5
_HEIGHT = 200
_KINDS = {"first_company": "First company", "days": "Days", "live": "Live", "load": "Loaded from files"}


@dataclasses.dataclass
class RunLine:
    """A run in the history; texts are ready to show."""

    run_id: str
    kind: str
    state: str
    days: str
    span: str
    transactions: str
    took: str
    started: str
    started_exact: str
    message: str


@dataclasses.dataclass
class Figure:
    """A figure of the chosen run's summary."""

    key: str
    title: str
    value: str


@dataclasses.dataclass
class ParameterLine:
    """A parameter of the company."""

    name: str
    value: str
    default: str
    unit: str
    meaning: str
    allowed: str
    source: str


class SimulationState(rx.State):
    """The page's substate."""

    loaded: bool = False
    problem: str = ""
    days: str = "7"
    days_error: str = ""
    notice: str = ""
    history: rx.Field[list[RunLine]] = rx.field(default_factory=list)
    chosen: str = ""
    summary: rx.Field[list[Figure]] = rx.field(default_factory=list)
    charted: str = ""
    sales: go.Figure = figure(_HEIGHT)
    visits: go.Figure = figure(_HEIGHT)
    empty_shelves: go.Figure = figure(_HEIGHT)
    search: str = ""
    parameters: rx.Field[list[ParameterLine]] = rx.field(default_factory=list)
    _all_parameters: list[ParameterLine] = []
    _drawn: list[SimulatedDay] = []
    _watch: int = 0

    @rx.event
    def arrive(self) -> None:
        """Take the chosen run and the search from the address."""
        query = self.router.url.query_parameters
        self.chosen = query.get("run", "")[:300]
        search = query.get("parameter", "")[:100]
        if search != self.search:  # setting it again would take away what is being typed
            self.search = search
        self._select_parameters()

    @rx.event
    def type_days(self, value: str) -> None:
        """Keep what is typed, and say at once if a run cannot take it."""
        self.days = str(value)[:20]
        self.days_error = _days_error(self.days)

    @rx.event
    @changes
    async def start(self) -> None:
        """Start a run of so many days."""
        self.notice, self.days_error = "", _days_error(self.days)
        if self.days_error:
            return
        try:
            days = int(self.days)
            await asyncio.to_thread(runs.simulate_days, settings(), days)
            self.notice = "Started: the next day." if days == 1 else f"Started: the next {whole(days)} days."
        except (WalmartSimError, ValueError) as error:
            self.notice = str(error)

    @rx.event
    def choose(self, run_id: str) -> Any:
        """Show another run; the address keeps it."""
        return self._go(run=str(run_id)[:300], parameter=self.search)

    @rx.event
    def find(self, text: str) -> Any:
        """Narrow the parameters down; the address keeps the text."""
        return self._go(run=self.chosen, parameter=str(text)[:100])

    @rx.event(background=True)
    async def watch(self) -> None:
        """Follow the runs; ends with the page."""
        async with self:
            self._watch += 1
            turn = self._watch
        while True:
            async with self:
                chosen = self.chosen
            try:
                history, shown, days, values = await reader().run(lambda connection, run=chosen: _read(connection, run))
                problem = ""
            except WalmartSimError as error:
                history, shown, days, values, problem = [], None, [], {}, str(error)
            async with self:
                if self._watch != turn:
                    return
                self.problem = problem
                if not problem and self.chosen == chosen:
                    self.loaded = True
                    self._show(history, shown, days)
                    self._keep_parameters(values)
            await asyncio.sleep(_EVERY)

    def _show(self, history: list[SimulationRun], shown: SimulationRun | None, days: list[SimulatedDay]) -> None:
        now = datetime.now(UTC)
        lines = [_line(run, now) for run in history]
        if lines != self.history:
            self.history = lines
        summary = _summary(shown, days) if shown else []
        if summary != self.summary:
            self.summary = summary
        self.charted = _charted(shown, days)
        if days != self._drawn:
            self._drawn = days
            dates = [day.day for day in days]
            self.sales = by_day(dates, [float(day.revenue) for day in days], "", _HEIGHT, money=True)
            self.visits = by_day(dates, [day.transactions for day in days], "visits", _HEIGHT)
            self.empty_shelves = by_day(dates, [day.empty_shelves for day in days], "shelves", _HEIGHT)

    def _keep_parameters(self, values: dict[str, Any]) -> None:
        lines = [_parameter(parameter, values) for parameter in describe()]
        if lines != self._all_parameters:
            self._all_parameters = lines
            self._select_parameters()

    def _select_parameters(self) -> None:
        needle = self.search.strip().lower()
        self.parameters = [
            line for line in self._all_parameters if needle in f"{line.name} {line.meaning} {line.unit}".lower()
        ]

    def _go(self, **query: str) -> Any:
        kept = {name: value for name, value in query.items() if value}
        return rx.redirect(f"/simulation?{urlencode(kept)}" if kept else "/simulation", replace=True)


def _read(
    connection: Any, chosen: str
) -> tuple[list[SimulationRun], SimulationRun | None, list[SimulatedDay], dict[str, Any]]:
    history = simulation.simulation_runs(connection)
    shown = next((run for run in history if run.run_id == chosen), history[0] if history else None)
    days = simulation.simulated_days(connection, shown.run_id) if shown else []
    return history, shown, days, simulation.company_parameters(connection)


def _days_error(text: str) -> str:
    allowed = f"a whole number from 1 to {runs.MOST_DAYS:,}"
    try:
        number = int(text)
    except ValueError:
        return f"Days must be {allowed}, but is {text!r}." if text.strip() else f"Days must be {allowed}."
    return "" if 1 <= number <= runs.MOST_DAYS else f"Days must be {allowed}, but is {number:,}."


def _line(run: SimulationRun, now: datetime) -> RunLine:
    return RunLine(
        run.run_id,
        _KINDS.get(run.kind, run.kind),
        run.state,
        f"{whole(run.days_done)} of {whole(run.days_total)}",
        _span(run),
        whole(run.transactions),
        duration(run.seconds),
        ago(run.started_at, now),
        f"{run.started_at:%Y-%m-%d %H:%M:%S} UTC",
        run.message or "",
    )


def _span(run: SimulationRun) -> str:
    if run.first_day == run.last_day:
        return f"{run.first_day:%d %b %Y}"
    return f"{run.first_day:%d %b %Y} to {run.last_day:%d %b %Y}"


def _summary(run: SimulationRun, days: Sequence[SimulatedDay]) -> list[Figure]:
    rate = f"{whole(round(run.transactions / run.seconds))} a second" if run.seconds >= 1 else ""
    found = [
        Figure("days", "World days", f"{whole(run.days_done)} of {whole(run.days_total)}"),
        Figure("transactions", "Transactions", whole(run.transactions)),
        Figure("took", "Took", duration(run.seconds)),
        Figure("rate", "Transactions a second", rate.removesuffix(" a second") or "too short to say"),
    ]
    if days:
        title = "Revenue" if len(days) == run.days_done else f"Revenue of the last {len(days)} days"
        found.append(Figure("revenue", title, f"${sum(day.revenue for day in days):,.2f}"))
    return found


def _charted(run: SimulationRun | None, days: Sequence[SimulatedDay]) -> str:
    if run is None or not days:
        return ""
    return f"{days[0].day:%d %b %Y} to {days[-1].day:%d %b %Y}, by world day"


def _parameter(parameter: Parameter, values: dict[str, Any]) -> ParameterLine:
    return ParameterLine(
        parameter.name,
        _plain(values.get(parameter.name, parameter.default)),
        _plain(parameter.default),
        parameter.unit,
        parameter.meaning,
        parameter.allowed,
        parameter.source,
    )


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:,}" if isinstance(value, int) else f"{value}"
