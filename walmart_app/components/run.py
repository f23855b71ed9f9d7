"""One run of a DAG: its tasks on a line of time, and a task's log."""

from __future__ import annotations

import reflex as rx

from walmart_app import tokens as t
from walmart_app.components.feedback import empty, loading, problem
from walmart_app.components.layout import card
from walmart_app.components.states import state_badge
from walmart_app.state.monitoring import MonitoringState
from walmart_app.state.monitoring_rows import LogRow, RunBar, TaskRow


def dag_runs_card() -> rx.Component:
    """The runs of the chosen DAG."""
    return card(
        "Runs of " + MonitoringState.dag,
        "The last 20, oldest first; choose one",
        rx.el.ul(
            rx.foreach(MonitoringState.bars[MonitoringState.dag], _run),
            list_style="none",
            margin="0",
            padding="0",
            id="dag-runs",
        ),
    )


def run_card() -> rx.Component:
    """The chosen run's tasks and what can be done about it."""
    return card(
        "Tasks of the run",
        MonitoringState.run,
        rx.el.div(
            state_badge(MonitoringState.run_state),
            rx.button(
                "Retry failed tasks",
                on_click=MonitoringState.retry,
                disabled=MonitoringState.run_state != "failed",
                size="1",
                variant="outline",
                color_scheme="gray",
                high_contrast=True,
                id="retry-run",
            ),
            rx.button(
                "Cancel run",
                on_click=MonitoringState.cancel,
                disabled=MonitoringState.run_finished,
                size="1",
                variant="outline",
                color_scheme="gray",
                high_contrast=True,
                id="cancel-run",
            ),
            display="flex",
            flex_wrap="wrap",
            align_items="center",
            gap=t.SPACE_3,
        ),
        rx.cond(
            MonitoringState.tasks,
            rx.el.ul(
                rx.foreach(MonitoringState.tasks, _task), list_style="none", margin="0", padding="0", id="run-tasks"
            ),
            loading("32px", 3),
        ),
        rx.cond(MonitoringState.log_problem != "", problem(MonitoringState.log_problem, "log-problem")),
        rx.cond(MonitoringState.task != "", _log()),
    )


def _run(bar: rx.vars.ObjectVar[RunBar]) -> rx.Component:
    return rx.el.li(
        rx.el.button(
            bar.run_id,
            type="button",
            on_click=MonitoringState.choose_run(bar.dag_id, bar.run_id),
            class_name="link-button",
            overflow_wrap="anywhere",
            custom_attrs={"aria-pressed": rx.cond(MonitoringState.run == bar.run_id, "true", "false")},
        ),
        state_badge(bar.state),
        rx.el.span(bar.when, color=t.MUTED),
        rx.el.span(bar.took, color=t.MUTED),
        key=bar.run_id,
        display="grid",
        grid_template_columns=["minmax(0, 1fr) auto", "minmax(0, 1fr) auto", "minmax(200px, 3fr) 120px 100px 80px"],
        gap=t.SPACE_3,
        padding=f"{t.SPACE_1} 0",
        font_size=t.SMALL,
    )


def _task(row: rx.vars.ObjectVar[TaskRow]) -> rx.Component:
    return rx.el.li(
        rx.el.button(
            row.name,
            type="button",
            on_click=MonitoringState.choose_task(row.key),
            class_name="link-button",
            custom_attrs={"aria-pressed": rx.cond(MonitoringState.task == row.key, "true", "false")},
        ),
        state_badge(row.state),
        rx.el.span(row.took, row.tries, color=t.MUTED, title=row.started, text_align="right"),
        rx.el.div(
            rx.el.div(
                style={"marginLeft": row.left, "width": row.width},
                class_name="task-bar",
                custom_attrs={"data-state": row.state},
            ),
            background=t.RAISED,
            border_radius="3px",
            overflow="hidden",
            grid_column=["1 / -1", "1 / -1", "auto"],
        ),
        key=row.key,
        custom_attrs={"data-task": row.key, "data-state": row.state},
        display="grid",
        grid_template_columns=["minmax(0, 1fr) auto auto", "minmax(0, 1fr) auto auto", "200px 110px 80px 1fr"],
        align_items="center",
        gap=t.SPACE_3,
        padding=f"{t.SPACE_1} 0",
        font_size=t.SMALL,
    )


def _log() -> rx.Component:
    return rx.el.div(
        rx.heading("Log of " + MonitoringState.task, as_="h3", size="2", weight="medium"),
        rx.cond(
            MonitoringState.log,
            rx.el.div(
                rx.foreach(MonitoringState.log, _log_line),
                id="task-log",
                class_name="log",
                role="log",
                tab_index=0,
                custom_attrs={"aria-label": "Log"},
            ),
            empty("scroll-text", "No line yet", "A task writes its log from its start on."),
        ),
        display="flex",
        flex_direction="column",
        gap=t.SPACE_2,
        min_width="0",
    )


def _log_line(row: rx.vars.ObjectVar[LogRow]) -> rx.Component:
    return rx.el.div(
        rx.el.span(row.time, color=t.MUTED),
        rx.el.span(
            row.level,
            color=rx.match(row.level, ("error", t.BAD), ("critical", t.BAD), ("warning", t.WARN), t.MUTED),
        ),
        rx.el.span(row.text, white_space="pre-wrap", overflow_wrap="anywhere"),
        key=row.number,
        display="grid",
        grid_template_columns="64px 60px minmax(0, 1fr)",
        gap=t.SPACE_2,
    )
