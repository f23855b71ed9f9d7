"""One run of a DAG: its tasks on a line of time, and a task's log."""

from __future__ import annotations

import reflex as rx

from walmart_app import tokens as t
from walmart_app.components.feedback import empty, loading, problem
from walmart_app.components.layout import card
from walmart_app.components.states import state_badge
from walmart_app.state.monitoring import MonitoringState
from walmart_app.state.monitoring_rows import LogRow, RunBar, TaskRow
from walmart_app.state.monitoring_view import PAGE


def chosen_part() -> rx.Component:
    """The runs of the chosen DAG, or the chosen run; where the address leads nowhere it says so."""
    return rx.fragment(
        rx.cond(MonitoringState.unknown != "", _unknown()),
        rx.cond((MonitoringState.dag != "") & (MonitoringState.run == ""), _dag_runs_card()),
        rx.cond((MonitoringState.run != "") & ~_no_such_run(), _run_card()),
    )


def _no_such_run() -> rx.Var[bool]:
    nothing: rx.Var[bool] = rx.Var.create(MonitoringState.run_state) == ""
    return (MonitoringState.unknown != "") & (MonitoringState.task == "") & nothing


def _unknown() -> rx.Component:
    return card(
        "Not found",
        "What the address names does not exist",
        rx.el.div(
            empty(
                "search-x",
                MonitoringState.unknown,
                "Choose a run from the bars above, or go back.",
                rx.el.div(
                    rx.cond(
                        MonitoringState.dag != "",
                        rx.link("Runs of " + MonitoringState.dag, href=f"{PAGE}?dag=" + MonitoringState.dag),
                    ),
                    rx.link("All pipelines", href=PAGE),
                    display="flex",
                    flex_wrap="wrap",
                    justify_content="center",
                    gap=t.SPACE_4,
                    font_size=t.SMALL,
                ),
            ),
            role="status",
        ),
        element_id="not-found",
    )


def _dag_runs_card() -> rx.Component:
    return card(
        "Runs of " + MonitoringState.dag,
        "The last 20, oldest first; choose one",
        rx.cond(
            MonitoringState.bars[MonitoringState.dag],
            rx.el.ul(
                rx.foreach(MonitoringState.bars[MonitoringState.dag], _run),
                list_style="none",
                margin="0",
                padding="0",
                id="dag-runs",
            ),
            _none_yet("clock", "No run yet", "It runs by its schedule, after new data, or when you trigger it."),
        ),
    )


def _run_card() -> rx.Component:
    return card(
        "Tasks of the run",
        MonitoringState.run,
        rx.el.div(
            rx.cond(MonitoringState.run_state != "", state_badge(MonitoringState.run_state)),
            rx.button(
                "Retry failed tasks",
                on_click=MonitoringState.retry(MonitoringState.dag, MonitoringState.run),
                disabled=MonitoringState.run_state != "failed",
                size="1",
                variant="outline",
                color_scheme="gray",
                high_contrast=True,
                id="retry-run",
            ),
            rx.button(
                "Cancel run",
                on_click=MonitoringState.cancel(MonitoringState.dag, MonitoringState.run),
                disabled=MonitoringState.run_finished,
                size="1",
                variant="outline",
                color_scheme="gray",
                high_contrast=True,
                id="cancel-run",
            ),
            rx.link("All runs", href=f"{PAGE}?dag=" + MonitoringState.dag, font_size=t.SMALL, id="all-runs"),
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
            rx.cond(
                MonitoringState.run_state != "",
                empty("clock", "No task yet", "The scheduler makes them when it takes the run up."),
                rx.cond(MonitoringState.airflow_problem == "", loading("32px", 3)),
            ),
        ),
        rx.cond((MonitoringState.task != "") & (MonitoringState.unknown == ""), _log()),
    )


def _none_yet(icon: str, title: str, advice: str) -> rx.Component | rx.Var:
    """Only once Airflow has answered: before that nothing is known, and while it is away the card above says so."""
    return rx.cond(
        MonitoringState.loaded,
        rx.cond(MonitoringState.airflow_problem == "", empty(icon, title, advice)),
        loading("32px", 3),
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
        rx.el.span(bar.when, color=t.MUTED, title=bar.exact),
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
        rx.el.span(row.took, color=t.MUTED, title=row.started, text_align="right", class_name="task-took"),
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
        grid_template_columns=["minmax(0, 1fr) auto auto", "minmax(0, 1fr) auto auto", "200px 110px 110px 1fr"],
        align_items="center",
        gap=t.SPACE_3,
        padding=f"{t.SPACE_1} 0",
        font_size=t.SMALL,
    )


def _log() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.heading("Log of " + MonitoringState.task, as_="h3", size="2", weight="medium"),
            rx.el.span(MonitoringState.log_length, color=t.MUTED, font_size=t.SMALL, flex="1"),
            rx.button(
                rx.icon("download", size=16, stroke_width=1.5, aria_hidden=True),
                "Download the whole log",
                on_click=MonitoringState.download_log,
                disabled=rx.cond(MonitoringState.log, False, True),
                size="1",
                variant="outline",
                color_scheme="gray",
                high_contrast=True,
                id="download-log",
            ),
            display="flex",
            flex_wrap="wrap",
            align_items="center",
            gap=t.SPACE_3,
        ),
        rx.cond(MonitoringState.log_problem != "", problem(MonitoringState.log_problem, "log-problem")),
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
            rx.cond(
                MonitoringState.log_loaded,
                empty("scroll-text", "No line yet", "A task writes its log from its start on."),
                rx.cond(MonitoringState.airflow_problem == "", loading("20px", 4)),
            ),
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
        custom_attrs={"data-level": row.level},
        display="grid",
        grid_template_columns="64px 60px minmax(0, 1fr)",
        gap=t.SPACE_2,
    )
