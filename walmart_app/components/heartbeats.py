"""When each part last showed that it lives."""

from __future__ import annotations

import reflex as rx

from walmart_app import tokens as t
from walmart_app.components.layout import card
from walmart_app.state.monitoring import MonitoringState
from walmart_app.state.monitoring_dbt import DbtState
from walmart_app.state.monitoring_rows import Heartbeat


def heartbeats_card() -> rx.Component:
    """Airflow's parts and the database, beside each other."""
    return card(
        "Heartbeats",
        "When each part last said, or showed by an answer, that it lives",
        rx.el.dl(
            rx.foreach(MonitoringState.heartbeats, _beat),
            rx.foreach(DbtState.database, _beat),
            id="heartbeats",
            display="flex",
            flex_wrap="wrap",
            gap=f"{t.SPACE_2} {t.SPACE_8}",
            margin="0",
            min_height="40px",
        ),
    )


def _beat(row: rx.vars.ObjectVar[Heartbeat]) -> rx.Component:
    return rx.el.div(
        rx.el.dt(row.name, color=t.MUTED, font_size=t.SMALL),
        rx.el.dd(
            rx.cond(
                row.late,
                rx.icon("triangle-alert", size=16, stroke_width=1.5, aria_label="Late", color=t.WARN),
                rx.icon("heart-pulse", size=16, stroke_width=1.5, aria_hidden=True, color=t.GOOD),
            ),
            rx.el.span(row.when),
            title=row.exact,
            margin="0",
            display="flex",
            align_items="center",
            gap=t.SPACE_1,
            color=rx.cond(row.late, t.WARN, t.TEXT),
        ),
        key=row.name,
        custom_attrs={"data-part": row.name, "data-late": rx.cond(row.late, "true", "false")},
    )
