"""Health of every part, the pipelines with their runs, tasks and logs, and what dbt found."""

from __future__ import annotations

import reflex as rx

from walmart_app import tokens as t
from walmart_app.components.dags import dags_card
from walmart_app.components.dbt import dbt_card
from walmart_app.components.heartbeats import heartbeats_card
from walmart_app.components.layout import frame, page_heading
from walmart_app.components.run import chosen_part
from walmart_app.components.services import services_card
from walmart_app.components.states import state_badge
from walmart_app.state.monitoring import MonitoringState
from walmart_app.state.monitoring_dbt import DbtState
from walmart_app.state.monitoring_rows import COUNTED
from walmart_app.state.status import StatusState

ROUTE, TITLE = "/dashboard/monitoring", "Monitoring · Walmart Sim"
DESCRIPTION = "How every service and pipeline is: runs, tasks, logs, tests."
ON_LOAD = [StatusState.watch, MonitoringState.watch, DbtState.watch]


def page() -> rx.Component:
    """The whole page."""
    return frame(
        page_heading(
            "Monitoring",
            rx.cond(StatusState.loaded, StatusState.headline, "Asks the services how they are."),
            rx.cond(DbtState.published != "", _data_as_of()),
            rx.el.div(
                *[_count(state) for state in COUNTED],
                display="flex",
                flex_wrap="wrap",
                gap=t.SPACE_2,
                font_size=t.SMALL,
                role="group",
                custom_attrs={"aria-label": "The last 20 runs of each pipeline"},
            ),
        ),
        services_card(),
        heartbeats_card(),
        dags_card(),
        chosen_part(),
        dbt_card(),
        sidebar=True,
    )


def _data_as_of() -> rx.Component:
    return rx.el.span("Data as of ", DbtState.published, id="data-as-of", color=t.MUTED, font_size=t.SMALL)


def _count(state: str) -> rx.Component:
    return rx.el.span(
        state_badge(state),
        rx.el.span(MonitoringState.counts[state], font_weight="600", id=f"count-{state}"),
        display="inline-flex",
        align_items="center",
        gap=t.SPACE_1,
        background=t.SURFACE,
        border=t.LINE,
        border_radius=t.RADIUS,
        padding=f"{t.SPACE_1} {t.SPACE_2}",
        title="Of the last 20 runs of each pipeline",
    )
