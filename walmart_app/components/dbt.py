"""What dbt did last: how everything is, the commands, what is not well, what took longest."""

from __future__ import annotations

from typing import Any

import reflex as rx

from walmart_app import tokens as t
from walmart_app.components.feedback import empty, loading, problem
from walmart_app.components.layout import card
from walmart_app.components.states import state_badge
from walmart_app.components.table import cell, column, table
from walmart_app.state.monitoring_dbt import DbtState
from walmart_app.state.monitoring_dbt_rows import DbtRow, FailedRow, SlowRow

# state of the badge -> the word that dbt's users know
_TOTALS = (("success", "passed"), ("warned", "warned"), ("failed", "failed"), ("skipped", "skipped"))


def dbt_card() -> rx.Component:
    """Everything by its newest result; then the newest commands beside the slowest models."""
    return card(
        "dbt",
        "Models, snapshots, tests and sources, each by its newest result",
        rx.cond(DbtState.problem != "", problem(DbtState.problem, "dbt-problem")),
        rx.cond(
            DbtState.invocations,
            rx.fragment(
                _totals(),
                rx.cond(DbtState.failed, _part("What is not well", _failed_table())),
                _part("The newest commands", _invocations_table()),
                _part("The slowest models of their last build", _slowest()),
            ),
            rx.cond(
                DbtState.loaded,
                rx.cond(
                    DbtState.problem == "",
                    empty("layers", "dbt has not run yet", "It runs after the first simulation, by itself."),
                ),
                loading(),
            ),
        ),
        element_id="dbt",
    )


def _part(title: str, content: Any) -> rx.Component:
    return rx.el.div(
        rx.heading(title, as_="h3", size="2", weight="medium"),
        content,
        display="flex",
        flex_direction="column",
        gap=t.SPACE_2,
        min_width="0",
    )


def _totals() -> rx.Component:
    return rx.el.dl(
        *[
            rx.el.div(
                rx.el.dt(word, color=t.MUTED, font_size=t.SMALL),
                rx.el.dd(
                    DbtState.totals[state],
                    id=f"dbt-{word}",
                    margin="0",
                    font_size="20px",
                    font_weight="600",
                    color=_colour(state),
                ),
                display="flex",
                flex_direction="column-reverse",
            )
            for state, word in _TOTALS
        ],
        display="flex",
        flex_wrap="wrap",
        gap=f"{t.SPACE_2} {t.SPACE_8}",
        margin="0",
        id="dbt-totals",
    )


def _colour(state: str) -> Any:
    """Colour only where something is amiss; a zero is calm."""
    colours = {"failed": t.BAD, "warned": t.WARN}
    return rx.cond(DbtState.totals[state] == "0", t.TEXT, colours[state]) if state in colours else t.TEXT


def _failed_table() -> rx.Component:
    return table(
        [column("Name"), column("Kind"), column("State"), column("Rows", figure=True), column("Message")],
        rx.foreach(DbtState.failed, _failed),
        "Models and tests that are not well",
    )


def _invocations_table() -> rx.Component:
    return table(
        [
            column("Finished"),
            column("State"),
            column("Models", figure=True),
            column("Tests", figure=True),
            column("Passed", figure=True),
            column("Warned", figure=True),
            column("Failed", figure=True),
            column("Skipped", figure=True),
            column("Took", figure=True),
        ],
        rx.foreach(DbtState.invocations, _invocation),
        "The newest dbt commands",
        max_height="360px",
    )


def _slowest() -> rx.Component:
    return rx.el.ul(
        rx.foreach(DbtState.slowest, _slow),
        list_style="none",
        margin="0",
        padding="0",
        id="slowest-models",
    )


def _invocation(row: rx.vars.ObjectVar[DbtRow]) -> rx.Component:
    return rx.el.tr(
        cell(row.when, title=row.exact),
        cell(state_badge(row.state)),
        cell(row.models, figure=True),
        cell(row.tests, figure=True),
        cell(row.passed, figure=True),
        cell(row.warned, figure=True),
        cell(row.failed, figure=True),
        cell(row.skipped, figure=True),
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
        key=row.key,
    )


def _slow(row: rx.vars.ObjectVar[SlowRow]) -> rx.Component:
    return rx.el.li(
        rx.el.span(row.name, overflow_wrap="anywhere"),
        rx.el.span(rx.el.span(class_name="bar-fill", width=row.width), class_name="bar-track", aria_hidden="true"),
        rx.el.span(row.took, text_align="right"),
        rx.el.span(rx.cond(row.rows != "", rx.fragment(row.rows, " rows"), ""), color=t.MUTED, text_align="right"),
        key=row.name,
        custom_attrs={"data-model": row.name},
        display="grid",
        grid_template_columns=[
            "minmax(0, 1fr) 64px 96px",
            "minmax(0, 1fr) 64px 96px",
            "260px minmax(0, 1fr) 64px 110px",
        ],
        align_items="center",
        gap=f"{t.SPACE_1} {t.SPACE_3}",
        padding=f"{t.SPACE_1} 0",
        font_size=t.SMALL,
    )
