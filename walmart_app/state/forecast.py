"""What the forecast page shows: one series with its forecast, from the choices in the address."""

from __future__ import annotations

import csv
import dataclasses
import io
from urllib.parse import urlencode

import plotly.graph_objects as go
import reflex as rx

from loaders.errors import WalmartSimError
from walmart_app.figures.forecast import error_chart, forecast_chart
from walmart_app.queries import forecasts
from walmart_app.queries.database import Conn
from walmart_app.queries.errors import NotFound
from walmart_app.runtime import reader

LEVEL_NAMES = {
    "company": "The whole chain",
    "store": "A store",
    "category": "A category",
    "store_category": "A category in a store",
}
MEASURE_NAMES = {"revenue": "Revenue", "units": "Units"}
HISTORIES = {"8w": ("8 weeks", 56), "26w": ("26 weeks", 182), "all": ("All", None)}
_MODELS = {forecasts.NAIVE: "the same weekday of the last week (seasonal naive)"}


@dataclasses.dataclass
class DayRow:
    """A day ahead, ready to show."""

    date: str
    weekday: str
    mean: str
    lower: str
    upper: str


@dataclasses.dataclass
class ScoreRow:
    """A measure of error, ready to show; `reference` is empty where the model is the reference."""

    key: str
    name: str
    value: str
    reference: str
    words: str


class ForecastState(rx.State):
    """The page's substate."""

    loaded: bool = False
    problem: str = ""
    nothing: str = ""
    level: str = "company"
    measure: str = "revenue"
    key: str = "all"
    history: str = "8w"
    note: str = ""
    keys: rx.Field[list[tuple[str, str]]] = rx.field(default_factory=list)
    made_from: str = ""
    title: str = ""
    subtitle: str = ""
    model: str = ""
    window: str = ""
    has_reference: bool = False
    chart: go.Figure = go.Figure()
    errors_chart: go.Figure = go.Figure()
    errors_shown: bool = False
    rows: rx.Field[list[DayRow]] = rx.field(default_factory=list)
    scores: rx.Field[list[ScoreRow]] = rx.field(default_factory=list)
    _found: forecasts.Forecast | None = None

    @rx.event
    async def open(self) -> None:
        """Show what the address asks for; runs at every change of it."""
        given = self.router.url.query_parameters
        self.level = _one_of(given.get("level"), LEVEL_NAMES, "company")
        self.measure = _one_of(given.get("measure"), MEASURE_NAMES, "revenue")
        self.history = _one_of(given.get("history"), HISTORIES, "8w")
        await self._load(str(given.get("key", ""))[:200])

    @rx.event
    def choose_level(self, level: str) -> rx.event.EventSpec | None:
        """Another level: its first series."""
        return self._go(level=_one_of(level, LEVEL_NAMES, self.level), key="")

    @rx.event
    def choose_key(self, key: str) -> rx.event.EventSpec | None:
        """Another series of the level."""
        return self._go(key=str(key)[:200])

    @rx.event
    def choose_measure(self, measure: str) -> rx.event.EventSpec | None:
        """Revenue or units."""
        return self._go(measure=_one_of(measure, MEASURE_NAMES, self.measure))

    @rx.event
    def choose_history(self, history: str) -> rx.event.EventSpec | None:
        """How much of the past to show."""
        return self._go(history=_one_of(history, HISTORIES, self.history))

    @rx.event
    async def try_again(self) -> None:
        """Ask again after something was wrong."""
        await self.open.fn(self)  # type: ignore[attr-defined]

    @rx.event
    def download(self) -> rx.event.EventSpec | None:
        """What is shown, as CSV: the days sold, then the days ahead."""
        found = self._found
        if found is None:
            return None
        text = io.StringIO()
        write = csv.writer(text)
        write.writerow(["date", "kind", self.measure, "low", "high"])
        write.writerows([day.date, "sold", _exact(day.value), "", ""] for day in found.sold)
        write.writerows(
            [day.date, "forecast", _exact(day.mean), _exact(day.lower), _exact(day.upper)] for day in found.ahead
        )
        name = f"forecast_{self.level}_{self.measure}_{found.as_of}.csv"
        return rx.download(data=text.getvalue(), filename=name)

    def _go(self, **changed: str) -> rx.event.EventSpec | None:
        chosen = {"level": self.level, "key": self.key, "measure": self.measure, "history": self.history} | changed
        if not chosen["key"]:
            del chosen["key"]
        return rx.redirect(f"/forecast?{urlencode(chosen)}", replace=True)

    async def _load(self, key: str) -> None:
        level, measure, days = self.level, self.measure, HISTORIES[self.history][1]
        self.note = ""

        def work(connection: Conn) -> tuple[list[forecasts.Series], forecasts.Forecast, bool]:
            known = forecasts.series(connection, level, measure)
            if not known:
                message = "Nothing is forecast at this level yet: a series needs two weeks of sales."
                raise NotFound(message)
            chosen = key if any(one.key == key for one in known) else known[0].key
            return known, forecasts.forecast(connection, level, measure, chosen, days), chosen != key

        try:
            known, found, replaced = await reader().run(work)
        except NotFound as error:
            self._show_nothing(str(error))
            return
        except forecasts.NotBuilt as error:
            self._show_nothing(str(error))
            return
        except WalmartSimError as error:
            self.problem, self.loaded = str(error), True
            return
        self.problem, self.nothing, self.loaded = "", "", True
        if key and replaced:
            self.note = f"Nothing called {key} is forecast at this level; this is the first of it."
        self.keys = [(one.key, _name(one)) for one in known]
        self._show(found)

    def _show_nothing(self, why: str) -> None:
        self.problem, self.nothing, self.loaded, self._found = "", why, True, None
        self.keys, self.made_from = [], ""

    def _show(self, found: forecasts.Forecast) -> None:
        money = found.measure == "revenue"
        self._found, self.key = found, found.series.key
        self.made_from = f"Made from data up to {found.as_of:%A, %d %B %Y}."
        unit = "Dollars a day, tax apart" if money else "Units a day"
        self.title = f"What will {_subject(found.series)} sell?"
        self.subtitle = f"{unit} · {len(found.sold):,} days sold, {len(found.ahead)} days ahead"
        self.model = f"The forecast of a day is {_MODELS.get(found.model, 'made by the model ' + found.model)}."
        self.chart = forecast_chart(
            [(day.date, day.value) for day in found.sold],
            [(day.date, day.mean, day.lower, day.upper) for day in found.ahead],
            money=money,
        )
        self.rows = [
            DayRow(
                f"{day.date:%Y-%m-%d}",
                f"{day.date:%a}",
                _amount(day.mean, money),
                _amount(day.lower, money),
                _amount(day.upper, money),
            )
            for day in found.ahead
        ]
        self._show_scores(found)

    def _show_scores(self, found: forecasts.Forecast) -> None:
        own = {score.metric: score for score in found.scores if score.model == found.model}
        naive = {score.metric: score for score in found.scores if score.model == forecasts.NAIVE}
        self.has_reference = found.model != forecasts.NAIVE and bool(naive)
        self.scores = [
            ScoreRow(
                metric,
                title,
                _score(metric, own[metric].value),
                _score(metric, naive[metric].value) if self.has_reference and metric in naive else "",
                _words(metric, own[metric].value),
            )
            for metric, title in _METRICS.items()
            if metric in own
        ]
        self.window = ""
        if own:
            some = next(iter(own.values()))
            self.window = (
                f"{some.observations:,} forecast days from {some.window_from:%d %B %Y} to {some.window_until:%d %B %Y}"
                ", which the model had not seen"
            )
        self.errors_shown = bool(found.by_horizon)
        self.errors_chart = error_chart([(one.horizon, one.value) for one in found.by_horizon])


_METRICS = {
    "wape": "Share of error (WAPE)",
    "mase": "Against the naive forecast (MASE)",
    "bias": "Bias",
    "coverage": "Days inside the interval",
}


def _score(metric: str, value: float) -> str:
    if metric == "mase":
        return f"{value:.2f}"
    return f"{value:+.1%}" if metric == "bias" else f"{value:.1%}"


def _words(metric: str, value: float) -> str:
    if metric == "wape":
        return f"For every 100 sold the forecast was off by {100 * value:.1f}."
    if metric == "bias":
        return f"On the whole {abs(value):.1%} too {'much' if value > 0 else 'little'} was forecast."
    if metric == "mase":
        if abs(value - 1) < 0.005:
            return "As far off as taking the same weekday of the week before."
        side = "more" if value > 1 else "less"
        return (
            f"{abs(value - 1):.0%} {side} error than the same weekday of the week before had in earlier weeks; "
            "below 1 is better."
        )
    meant = f"{forecasts.COVERAGE:.0%}"
    return f"{value:.1%} of the days fell between low and high, of the {meant} that the interval is made for."


def _subject(one: forecasts.Series) -> str:
    if one.store_id is None:
        return one.category or "the whole chain"
    store = one.store_name or f"store {one.store_id}"
    return f"{one.category} at {store}" if one.category else store


def _name(one: forecasts.Series) -> str:
    if one.store_id is None:
        return one.category or "All stores"
    store = f"{one.store_name or 'Store'} ({one.store_id})"
    return f"{store}: {one.category}" if one.category else store


def _amount(value: float, money: bool) -> str:
    return f"${value:,.2f}" if money else f"{value:,.0f}"


def _exact(value: float) -> str:
    return f"{value:.2f}"


def _one_of(
    value: object, known: dict[str, object] | dict[str, str] | dict[str, tuple[str, int | None]], otherwise: str
) -> str:
    return value if isinstance(value, str) and value in known else otherwise
