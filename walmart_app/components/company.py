"""How far the company is, and the next day."""

from __future__ import annotations

import reflex as rx

from walmart_app import tokens as t
from walmart_app.components.feedback import problem, progress
from walmart_app.components.layout import card
from walmart_app.components.states import state_badge
from walmart_app.state.company import CompanyState


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
        rx.cond(CompanyState.airflow_problem != "", problem(CompanyState.airflow_problem, "airflow-problem")),
        rx.cond(CompanyState.headline != "", _progress()),
        rx.el.div(
            rx.button(
                rx.icon("play", size=16, stroke_width=1.5),
                "Simulate a day",
                on_click=CompanyState.simulate_a_day,
                disabled=CompanyState.simulation_busy | (CompanyState.airflow_problem != ""),
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
