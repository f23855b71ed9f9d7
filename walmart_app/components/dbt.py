"""What dbt did last: commands, and what is not well."""

from __future__ import annotations

import reflex as rx

from walmart_app.components.feedback import empty, loading, problem
from walmart_app.components.layout import card
from walmart_app.components.states import state_badge
from walmart_app.components.table import cell, column, table
from walmart_app.state.monitoring import MonitoringState
from walmart_app.state.monitoring_rows import DbtRow, FailedRow


def dbt_card() -> rx.Component:
    """The newest commands, and failures and warnings of the newest builds."""
    return card(
        "dbt",
        "The newest commands; a model or test counts by its newest result",
        rx.cond(MonitoringState.database_problem != "", problem(MonitoringState.database_problem, "dbt-problem")),
        rx.cond(
            MonitoringState.failed,
            table(
                [
                    column("Not well"),
                    column("Kind"),
                    column("State"),
                    column("Rows", figure=True),
                    column("Message"),
                ],
                rx.foreach(MonitoringState.failed, _failed),
                "Models and tests that are not well",
            ),
        ),
        rx.cond(
            MonitoringState.invocations,
            table(
                [
                    column("Finished"),
                    column("State"),
                    column("Models", figure=True),
                    column("Tests", figure=True),
                    column("Failed", figure=True),
                    column("Warnings", figure=True),
                    column("Took", figure=True),
                ],
                rx.foreach(MonitoringState.invocations, _invocation),
                "The newest dbt commands",
            ),
            rx.cond(
                MonitoringState.loaded,
                empty("layers", "dbt has not run yet", "It runs after the first simulation, by itself."),
                loading(),
            ),
        ),
        element_id="dbt",
    )


def _invocation(row: rx.vars.ObjectVar[DbtRow]) -> rx.Component:
    return rx.el.tr(
        cell(row.when, title=row.exact),
        cell(state_badge(row.state)),
        cell(row.models, figure=True),
        cell(row.tests, figure=True),
        cell(row.failed, figure=True),
        cell(row.warned, figure=True),
        cell(row.took, figure=True),
        key=row.invocation_id,
        custom_attrs={"data-invocation": row.invocation_id},
    )


def _failed(row: rx.vars.ObjectVar[FailedRow]) -> rx.Component:
    return rx.el.tr(
        cell(row.name, white_space="normal", overflow_wrap="anywhere"),
        cell(row.kind),
        cell(state_badge(row.state)),
        cell(row.failures, figure=True),
        cell(row.message, white_space="normal"),
        key=row.name,
    )
