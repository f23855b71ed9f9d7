"""How far the company is, and its pipelines."""

from __future__ import annotations

import reflex as rx

from walmart_app import tokens as t
from walmart_app.components.feedback import problem, progress
from walmart_app.components.layout import card
from walmart_app.components.states import state_badge
from walmart_app.state.company import CompanyState, PipelineRow


def company_card() -> rx.Component:
    """The world's clock, the newest simulation's progress, and what can be done."""
    return card(
        "The company",
        rx.cond(
            CompanyState.clock != "",
            "Everything before " + CompanyState.clock + " is in the tables.",
            "It is made by the first run of the simulation, as soon as Airflow is up.",
        ),
        rx.cond(CompanyState.problem != "", problem(CompanyState.problem)),
        rx.cond(CompanyState.headline != "", _progress()),
        rx.el.div(
            rx.button(
                rx.icon("play", size=16, stroke_width=1.5),
                "Simulate a day",
                on_click=CompanyState.simulate_a_day,
                disabled=CompanyState.simulation_busy | (CompanyState.pipelines_problem != ""),
                id="simulate-a-day",
            ),
            rx.cond(
                CompanyState.simulation_busy,
                rx.button(
                    rx.icon("x", size=16, stroke_width=1.5),
                    "Cancel the simulation",
                    on_click=CompanyState.cancel,
                    variant="outline",
                    color_scheme="gray",
                    high_contrast=True,
                    id="cancel-simulation",
                ),
            ),
            rx.el.span(CompanyState.notice, id="notice", font_size=t.SMALL, color=t.MUTED, aria_live="polite"),
            display="flex",
            align_items="center",
            flex_wrap="wrap",
            gap=t.SPACE_3,
        ),
    )


def pipelines_card() -> rx.Component:
    """Each pipeline with its newest run."""
    return card(
        "Pipelines",
        "What Airflow runs, in the order in which data flows.",
        rx.cond(CompanyState.pipelines_problem != "", problem(CompanyState.pipelines_problem)),
        rx.cond(
            CompanyState.pipelines,
            rx.el.ul(
                rx.foreach(CompanyState.pipelines, _pipeline),
                list_style="none",
                margin="0",
                padding="0",
                aria_label="Pipelines",
            ),
            rx.cond(CompanyState.loaded, rx.fragment(), rx.skeleton(height="120px")),
        ),
    )


def _progress() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.span(CompanyState.headline, font_weight="550", id="company-headline"),
            state_badge(CompanyState.run_state),
            display="flex",
            align_items="center",
            flex_wrap="wrap",
            gap=t.SPACE_3,
        ),
        progress(CompanyState.percent, "Progress of the simulation"),
        rx.el.span(CompanyState.figures, color=t.MUTED, font_size=t.SMALL, id="company-figures"),
        display="flex",
        flex_direction="column",
        gap=t.SPACE_2,
    )


def _pipeline(row: rx.vars.ObjectVar[PipelineRow]) -> rx.Component:
    return rx.el.li(
        rx.el.span(row.title, font_weight="550"),
        state_badge(row.state),
        rx.el.span(row.when, color=t.MUTED, font_size=t.SMALL),
        rx.el.span(row.meaning, font_size=t.SMALL, grid_column=["1 / -1", "1 / -1", "auto"]),
        key=row.dag_id,
        id=row.element_id,
        data_state=row.state,
        display="grid",
        grid_template_columns=[
            "1fr auto auto",
            "1fr auto auto",
            "minmax(160px, 0.8fr) 130px minmax(200px, 1fr) minmax(240px, 2.6fr)",
        ],
        align_items="center",
        gap=f"{t.SPACE_1} {t.SPACE_4}",
        padding=f"{t.SPACE_2} 0",
        border_top=t.LINE,
    )
