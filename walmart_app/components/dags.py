"""Airflow's DAGs: schedule, recent runs as bars, pause, trigger."""

from __future__ import annotations

import reflex as rx

from walmart_app import tokens as t
from walmart_app.components.feedback import empty, loading, problem
from walmart_app.components.filters import field
from walmart_app.components.layout import card
from walmart_app.components.states import state_badge
from walmart_app.state.monitoring import MonitoringState
from walmart_app.state.monitoring_rows import DagRow, RunBar


def dags_card() -> rx.Component:
    """All DAGs; while Airflow is away it says so, and since when."""
    return card(
        "Pipelines in Airflow",
        rx.fragment(
            "Bars are the last 20 runs, oldest first; their height is how long they took. Choose one for its tasks.",
            rx.cond(MonitoringState.as_of != "", rx.el.span(" As of ", MonitoringState.as_of, ".", id="airflow-as-of")),
        ),
        rx.el.p(MonitoringState.notice, id="monitoring-notice", margin="0", font_size=t.SMALL, aria_live="polite"),
        rx.cond(
            MonitoringState.airflow_problem != "",
            rx.el.div(
                problem(MonitoringState.airflow_problem, "airflow-away"),
                rx.el.p(
                    "Not reachable since ",
                    MonitoringState.airflow_away_since,
                    ". Data stay as they are; runs under way go on by themselves, and this page comes back when "
                    "Airflow does.",
                    margin="4px 0 0",
                    color=t.MUTED,
                    font_size=t.SMALL,
                ),
            ),
        ),
        rx.cond(
            MonitoringState.dags,
            rx.el.ul(rx.foreach(MonitoringState.dags, _dag), list_style="none", margin="0", padding="0"),
            rx.cond(
                MonitoringState.loaded & (MonitoringState.airflow_problem == ""),
                empty("workflow", "No pipelines yet", "Airflow reads them within a minute of its start."),
                rx.cond(MonitoringState.loaded, rx.fragment(), loading("56px", 4)),
            ),
        ),
        element_id="dags",
    )


def _dag(row: rx.vars.ObjectVar[DagRow]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.button(
                row.title,
                type="button",
                on_click=MonitoringState.choose_dag(row.dag_id),
                class_name="link-button",
                font_weight="600",
                custom_attrs={"aria-pressed": rx.cond(MonitoringState.dag == row.dag_id, "true", "false")},
            ),
            rx.el.span(row.dag_id, color=t.MUTED, font_size=t.TINY),
            display="flex",
            flex_direction="column",
        ),
        rx.el.div(
            state_badge(row.last_state),
            rx.el.span(row.last_run, color=t.MUTED, font_size=t.TINY),
            display="flex",
            flex_direction="column",
        ),
        rx.el.div(
            rx.el.span(row.schedule, font_size=t.SMALL),
            rx.cond(
                row.next_run != "",
                rx.el.span("Next ", row.next_run, color=t.MUTED, font_size=t.TINY, title=row.next_exact),
            ),
            display="flex",
            flex_direction="column",
        ),
        rx.el.div(
            rx.el.div(
                rx.foreach(MonitoringState.bars[row.dag_id], _bar),
                class_name="run-bars",
                role="group",
                custom_attrs={"aria-label": row.bars_label},
            ),
            rx.el.span(row.counts, class_name="dag-counts", color=t.MUTED, font_size=t.TINY),
            display="flex",
            flex_direction="column",
            gap="2px",
        ),
        _actions(row),
        key=row.dag_id,
        class_name="dag-row",
        custom_attrs={"data-dag": row.dag_id, "data-state": row.last_state},
    )


def _bar(bar: rx.vars.ObjectVar[RunBar]) -> rx.Component:
    return rx.el.button(
        type="button",
        on_click=MonitoringState.choose_run(bar.dag_id, bar.run_id),
        key=bar.run_id,
        title=bar.label,
        style={"height": bar.height},
        class_name="run-bar",
        custom_attrs={
            "aria-label": bar.label,
            "data-state": bar.state,
            "data-run": bar.run_id,
            "aria-pressed": rx.cond(MonitoringState.run == bar.run_id, "true", "false"),
        },
    )


def _actions(row: rx.vars.ObjectVar[DagRow]) -> rx.Component:
    return rx.el.div(
        rx.cond(
            row.simulation,
            field(
                "Days",
                MonitoringState.days,
                MonitoringState.type_days,
                "trigger-days",
                input_mode="numeric",
                width="56px",
            ),
        ),
        rx.button(
            "Trigger",
            on_click=MonitoringState.trigger(row.dag_id),
            size="1",
            variant="outline",
            color_scheme="gray",
            high_contrast=True,
            custom_attrs={"aria-label": row.trigger_label},
        ),
        rx.el.label(
            rx.switch(
                checked=rx.cond(row.paused, False, True),
                on_change=lambda _on: MonitoringState.pause(row.dag_id, rx.cond(row.paused, False, True)),
                size="1",
                custom_attrs={"aria-label": row.schedule_label},
            ),
            rx.cond(row.paused, "Paused", "Scheduled"),
            display="inline-flex",
            align_items="center",
            gap=t.SPACE_1,
            font_size=t.TINY,
        ),
        display="flex",
        align_items="center",
        justify_content="flex-end",
        flex_wrap="wrap",
        gap=t.SPACE_3,
    )
