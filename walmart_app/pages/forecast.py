"""Forecasts of daily sales: history, the days ahead with their interval, and how wrong such forecasts were."""

from __future__ import annotations

import reflex as rx

from walmart_app import tokens as t
from walmart_app.components.chart import chart
from walmart_app.components.definition import definition
from walmart_app.components.feedback import empty, loading, problem
from walmart_app.components.filters import filter_bar, select
from walmart_app.components.layout import card, frame, grid, page_heading
from walmart_app.components.table import cell, column, table
from walmart_app.state.forecast import HISTORIES, LEVEL_NAMES, MEASURE_NAMES, DayRow, ForecastState, ScoreRow

ROUTE, TITLE = "/forecast", "Forecast · Walmart Sim"
DESCRIPTION = "Daily sales four weeks ahead, with intervals and the errors of earlier forecasts."
ON_LOAD = [ForecastState.open]


def page() -> rx.Component:
    """The whole page."""
    return frame(
        page_heading(
            "Forecast",
            rx.cond(ForecastState.made_from != "", ForecastState.made_from, "Daily sales, four weeks ahead."),
            rx.button(
                rx.icon("download", size=16, stroke_width=1.5),
                "Download CSV",
                on_click=ForecastState.download,
                disabled=ForecastState.made_from == "",
                variant="outline",
                color_scheme="gray",
                high_contrast=True,
                id="forecast-csv",
            ),
        ),
        rx.cond(ForecastState.problem != "", _problem()),
        _choices(),
        rx.cond(
            ForecastState.loaded,
            rx.cond(
                ForecastState.nothing != "",
                card("No forecast", "", empty("trending-up", "Nothing to show here", ForecastState.nothing)),
                rx.cond(ForecastState.made_from != "", _content()),
            ),
            card("Forecast", "Reads the newest forecast.", loading("320px", 1)),
        ),
    )


def _problem() -> rx.Component:
    return rx.el.div(
        problem(ForecastState.problem, "forecast-problem"),
        rx.button("Try again", on_click=ForecastState.try_again, size="1", variant="outline", id="forecast-retry"),
        display="flex",
        flex_wrap="wrap",
        align_items="center",
        gap=t.SPACE_3,
    )


def _choices() -> rx.Component:
    return rx.el.div(
        filter_bar(
            select(
                "Level", ForecastState.level, list(LEVEL_NAMES.items()), ForecastState.choose_level, "forecast-level"
            ),
            rx.cond(
                ForecastState.level != "company",
                select("Which", ForecastState.key, ForecastState.keys, ForecastState.choose_key, "forecast-key"),
            ),
            select(
                "Measure",
                ForecastState.measure,
                list(MEASURE_NAMES.items()),
                ForecastState.choose_measure,
                "forecast-measure",
            ),
            select(
                "History",
                ForecastState.history,
                [(key, name) for key, (name, _) in HISTORIES.items()],
                ForecastState.choose_history,
                "forecast-history",
            ),
            label="What to forecast",
        ),
        rx.el.p(
            ForecastState.note, color=t.MUTED, font_size=t.SMALL, margin="6px 0 0", role="status", id="forecast-note"
        ),
    )


def _content() -> rx.Component:
    return rx.fragment(
        card(
            ForecastState.title,
            ForecastState.subtitle,
            _legend(),
            chart(ForecastState.chart, ForecastState.title, 360),
            element_id="forecast-chart",
        ),
        grid(_errors(), _days()),
    )


def _legend() -> rx.Component:
    def entry(mark: rx.Component, text: str) -> rx.Component:
        return rx.el.span(mark, text, display="inline-flex", align_items="center", gap=t.SPACE_2)

    return rx.el.div(
        entry(rx.el.span(width="20px", border_top=f"2px solid {t.COMPARED}"), "Sold"),
        entry(rx.el.span(width="20px", border_top=f"2px dashed {t.ACCENT_LINE}"), "Expected"),
        entry(
            rx.el.span(width="20px", height="12px", background="rgba(62, 99, 221, 0.18)"),
            "Between low and high: 80 of 100 days",
        ),
        display="flex",
        flex_wrap="wrap",
        gap=f"{t.SPACE_1} {t.SPACE_4}",
        font_size=t.SMALL,
        color=t.MUTED,
    )


def _errors() -> rx.Component:
    return card(
        "How wrong were such forecasts?",
        rx.cond(ForecastState.window != "", ForecastState.window, "Not known before five weeks of sales."),
        rx.cond(
            ForecastState.scores,
            table(
                [
                    column("Measure"),
                    column("This forecast", figure=True),
                    rx.cond(ForecastState.has_reference, column("Naive", figure=True)),
                    column("In words"),
                ],
                rx.foreach(ForecastState.scores, _score),
                "Errors of the backtest",
            ),
            empty("ruler", "No errors yet", "They are known once forecasts can be compared with what was sold."),
        ),
        rx.el.p(
            ForecastState.model,
            rx.cond(
                ForecastState.has_reference,
                " The naive reference is the same weekday of the last week.",
                " It is the naive reference itself: a better model has to be below it.",
            ),
            color=t.MUTED,
            font_size=t.SMALL,
            margin="0",
            id="forecast-model",
        ),
        rx.cond(
            ForecastState.errors_shown,
            rx.fragment(
                rx.heading("Share of error by days ahead, all of this level", as_="h3", size="2", weight="medium"),
                chart(ForecastState.errors_chart, "Share of error by days ahead", 180),
            ),
        ),
        element_id="forecast-errors",
    )


def _score(row: rx.vars.ObjectVar[ScoreRow]) -> rx.Component:
    return rx.el.tr(
        cell(definition(row.name, "forecast-errors")),
        cell(row.value, figure=True, id="score-" + row.key.to(str)),
        rx.cond(ForecastState.has_reference, cell(row.reference, figure=True)),
        cell(rx.el.div(row.words, white_space="normal", min_width="200px")),
        key=row.key,
    )


def _days() -> rx.Component:
    return card(
        "The days ahead",
        "What the chart shows, as a table; low and high hold 80 of 100 days",
        table(
            [
                column("Date"),
                column("Day"),
                column("Forecast", figure=True),
                column("Low", figure=True),
                column("High", figure=True),
            ],
            rx.foreach(ForecastState.rows, _day),
            "Forecast by day",
            max_height="560px",
        ),
        element_id="forecast-days",
    )


def _day(row: rx.vars.ObjectVar[DayRow]) -> rx.Component:
    return rx.el.tr(
        cell(row.date),
        cell(row.weekday, color=t.MUTED),
        cell(row.mean, figure=True),
        cell(row.lower, figure=True),
        cell(row.upper, figure=True),
        key=row.date,
    )
