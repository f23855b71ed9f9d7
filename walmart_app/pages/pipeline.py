"""The first page: the way of the data as a graph, how far the company is, and what can be started."""

from __future__ import annotations

from typing import Any

import reflex as rx

from walmart_app import tokens as t
from walmart_app.components.company import company_card
from walmart_app.components.drawer import side_panel
from walmart_app.components.feedback import loading, problem
from walmart_app.components.graph import pipeline_graph, step_of
from walmart_app.components.layout import card, frame, page_heading
from walmart_app.components.states import state_badge
from walmart_app.components.table import cell, column, table
from walmart_app.state.company import CompanyState
from walmart_app.state.pipeline import PipelineState
from walmart_app.state.steps import RunRow, StepRow

ROUTE, TITLE = "/", "Pipeline · Walmart Sim"
DESCRIPTION = "A retail company in a box: from simulated shoppers to forecasts, step by step."
ON_LOAD = [PipelineState.arrive, PipelineState.watch, CompanyState.watch]


def page() -> rx.Component:
    """The whole page."""
    return frame(
        page_heading(
            "Pipeline",
            rx.cond(PipelineState.loaded, PipelineState.headline, "Asks each step how it is."),
            rx.el.span(
                PipelineState.notice, id="pipeline-notice", font_size=t.SMALL, color=t.MUTED, aria_live="polite"
            ),
            rx.button(
                rx.icon("play", size=16, stroke_width=1.5),
                "Run pipeline",
                on_click=PipelineState.run_models,
                disabled=PipelineState.models_busy | (PipelineState.airflow_problem != ""),
                variant="outline",
                color_scheme="gray",
                high_contrast=True,
                id="run-pipeline",
            ),
        ),
        rx.cond(PipelineState.problem != "", problem(PipelineState.problem, "pipeline-problem")),
        card(
            "From shoppers to decisions",
            "Each step shows its state, what it holds and its last run. Choose one for its details.",
            rx.cond(PipelineState.loaded, pipeline_graph(), loading("140px", 1)),
        ),
        company_card(),
        _details(),
    )


def _details() -> rx.Component:
    return side_panel(
        rx.el.div(
            rx.cond(PipelineState.chosen != "", state_badge(step_of(PipelineState.chosen).state)),
            rx.link(PipelineState.detail.more, href=PipelineState.detail.href, font_size=t.SMALL, id="detail-more"),
            display="flex",
            align_items="center",
            justify_content="space-between",
            margin_bottom=t.SPACE_4,
        ),
        rx.cond(
            PipelineState.detail_rows,
            rx.el.div(
                rx.heading(
                    PipelineState.detail.rows_title, as_="h3", size="2", weight="medium", margin_bottom=t.SPACE_2
                ),
                table(
                    [column("Name"), column("", figure=True), column("", figure=True)],
                    rx.foreach(PipelineState.detail_rows, _detail_row),
                    "Details",
                ),
                id="detail-rows",
            ),
        ),
        rx.cond(
            PipelineState.detail_runs,
            rx.el.div(
                _title("Last runs"),
                table(
                    [column("State"), column("Started"), column("Took", figure=True)],
                    rx.foreach(PipelineState.detail_runs, _run_row),
                    "Last runs",
                ),
                id="detail-runs",
            ),
        ),
        is_open=PipelineState.panel_open,
        on_close=PipelineState.close,
        title=PipelineState.detail.title,
        description=PipelineState.detail.meaning,
        element_id="step-details",
    )


def _title(text: rx.Var[str] | str) -> rx.Component:
    return rx.heading(text, as_="h3", size="2", weight="medium", margin=f"{t.SPACE_4} 0 {t.SPACE_2}")


def _columns() -> list[Any]:
    first, second = PipelineState.detail.first, PipelineState.detail.second
    return [column(first, figure=True), rx.cond(second != "", column(second, figure=True))]


def _detail_row(row: rx.vars.ObjectVar[StepRow]) -> rx.Component:
    return rx.el.tr(
        cell(row.name),
        cell(row.first, figure=True),
        rx.cond(PipelineState.detail.second != "", cell(row.second, figure=True)),
        key=row.name,
    )


def _run_row(row: rx.vars.ObjectVar[RunRow]) -> rx.Component:
    return rx.el.tr(
        cell(state_badge(row.state)), cell(row.when, title=row.exact), cell(row.took, figure=True), key=row.run_id
    )
