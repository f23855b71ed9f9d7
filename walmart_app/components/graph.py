"""The pipeline as a graph: from left to right on a wide screen, from top to bottom on a narrow one."""

from __future__ import annotations

from typing import cast

import reflex as rx

from walmart_app import tokens as t
from walmart_app.components.states import state_badge
from walmart_app.state.pipeline import PipelineState
from walmart_app.state.steps import DETAILS, Step

_ICONS = {
    "simulation": "flask-conical",
    "postgres": "database",
    "dbt": "layers",
    "analytics": "brain-circuit",
    "warehouse": "warehouse",
    "dashboard": "layout-dashboard",
    "forecast": "trending-up",
    "recommendations": "sparkles",
}


def pipeline_graph() -> rx.Component:
    """Simulation ▸ PostgreSQL ▸ dbt ▸ analytics ▸ what people and the warehouse take."""
    return rx.el.ol(
        _layer("Source", _node("simulation")),
        _arrow(),
        _layer("Operational database", _node("postgres")),
        _arrow(),
        _layer("Models and tests", _node("dbt")),
        _arrow(),
        _layer("Predictions", _node("analytics")),
        _arrow(),
        _layer(
            "Use",
            rx.el.div(
                *[_node(key) for key in ("dashboard", "forecast", "recommendations", "warehouse")],
                display="grid",
                grid_template_columns=["1fr", "1fr", "1fr", "1fr", "1fr 1fr"],
                gap=t.SPACE_2,
            ),
            share=2,
        ),
        class_name="pipeline-graph",
        custom_attrs={"aria-label": "Steps of the pipeline, in the order in which data flows"},
    )


def step_of(key: rx.Var[str] | str) -> rx.vars.ObjectVar[Step]:
    """One step of the state."""
    return cast("rx.vars.ObjectVar[Step]", PipelineState.steps[key])


def _layer(name: str, *nodes: rx.Component, share: int = 1) -> rx.Component:
    return rx.el.li(
        rx.el.span(name, color=t.MUTED, font_size=t.TINY),
        *nodes,
        display="flex",
        flex_direction="column",
        justify_content="center",
        gap=t.SPACE_2,
        flex=f"{share} 1 0",
        min_width="0",
    )


def _arrow() -> rx.Component:
    return rx.el.li(
        rx.icon("arrow-right", size=20, stroke_width=1.5, aria_hidden=True),
        class_name="pipeline-arrow",
        custom_attrs={"aria-hidden": "true"},
    )


def _node(key: str) -> rx.Component:
    step = step_of(key)
    return rx.el.button(
        rx.el.span(
            rx.el.span(
                rx.icon(_ICONS[key], size=20, stroke_width=1.5, aria_hidden=True),
                color=t.ACCENT,
                background=t.ACCENT_SOFT,
                border_radius="6px",
                padding="6px",
                display="inline-flex",
            ),
            rx.el.span(DETAILS[key].title, font_weight="600", font_size=t.BODY),
            display="flex",
            align_items="center",
            gap=t.SPACE_2,
        ),
        state_badge(step.state),
        *[
            rx.cond(line != "", rx.el.span(line, font_size=t.TINY, color=colour))
            for line, colour in ((step.rows, t.TEXT), (step.fresh, t.MUTED), (step.last, t.MUTED))
        ],
        type="button",
        on_click=PipelineState.choose(key),
        id=f"node-{key}",
        class_name="pipeline-node",
        custom_attrs={"data-state": step.state},
    )
