"""The simulation workspace: start a run, follow it, see what came of it."""

from __future__ import annotations

import reflex as rx

from walmart_app import tokens as t
from walmart_app.components.chart import chart
from walmart_app.components.company import company_card
from walmart_app.components.feedback import empty, loading, problem
from walmart_app.components.filters import field, filter_bar
from walmart_app.components.layout import card, frame, grid, page_heading
from walmart_app.components.states import state_badge
from walmart_app.components.table import cell, column, table
from walmart_app.state.company import CompanyState
from walmart_app.state.simulation import Figure, ParameterLine, RunLine, SimulationState

ROUTE, TITLE = "/simulation", "Simulation · Walmart Sim"
DESCRIPTION = "Simulate more days, follow the run, and compare it with the runs before."
ON_LOAD = [SimulationState.arrive, SimulationState.watch, CompanyState.watch]


def page() -> rx.Component:
    """The whole page."""
    return frame(
        page_heading(
            "Simulation", "Shoppers buy, stores reorder, suppliers deliver. A run moves the company's clock on."
        ),
        rx.cond(SimulationState.problem != "", problem(SimulationState.problem, "simulation-problem")),
        grid(_start(), company_card()),
        card("The run in figures", "The chosen run; without a choice the newest", _figures(), element_id="run-summary"),
        grid(
            card(
                "How much is sold?", "Dollars without tax, by world day", _chart(SimulationState.sales, "Sales by day")
            ),
            card("How many come?", "Receipts, by world day", _chart(SimulationState.visits, "Visits by day")),
            card(
                "Where do shelves run out?",
                "Products at a store that closed the day with none on hand",
                _chart(SimulationState.empty_shelves, "Empty shelves by day"),
            ),
            columns=3,
        ),
        card("Runs", "Newest first; choose one to see its figures and charts", _history()),
        card(
            "Parameters of this company",
            "Set when it was made; a new company takes others: SIM_ settings, or `make reset` and start anew",
            _parameters(),
        ),
    )


def _start() -> rx.Component:
    return card(
        "Simulate more days",
        "A run goes on from where the company is. Prices, promotions and holidays come with the calendar.",
        filter_bar(
            field(
                "Days (1 to 3,650)",
                SimulationState.days,
                SimulationState.type_days,
                "days",
                input_mode="numeric",
                custom_attrs={
                    "aria-invalid": rx.cond(SimulationState.days_error != "", "true", "false"),
                    "aria-describedby": "days-help",
                },
            ),
            rx.button(
                rx.icon("play", size=16, stroke_width=1.5),
                "Simulate",
                on_click=SimulationState.start,
                disabled=CompanyState.simulation_busy | (CompanyState.airflow_problem != ""),
                id="start-simulation",
            ),
            label="What to simulate",
        ),
        rx.el.p(
            rx.cond(
                SimulationState.days_error != "",
                SimulationState.days_error,
                "A default company makes about 3,000 receipts a day. A run can be cancelled; what was committed stays.",
            ),
            id="days-help",
            margin="0",
            font_size=t.SMALL,
            color=rx.cond(SimulationState.days_error != "", t.BAD, t.MUTED),
            role="status",
        ),
        rx.el.p(SimulationState.notice, id="simulation-notice", margin="0", font_size=t.SMALL, aria_live="polite"),
    )


def _figures() -> rx.Component | rx.Var:
    return rx.cond(
        SimulationState.loaded,
        rx.cond(
            SimulationState.summary,
            rx.el.dl(
                rx.foreach(SimulationState.summary, _figure),
                display="grid",
                grid_template_columns="repeat(auto-fit, minmax(150px, 1fr))",
                gap=t.SPACE_4,
                margin="0",
            ),
            empty("flask-conical", "No runs yet", "The first run starts by itself as soon as Airflow is up."),
        ),
        loading(lines=2),
    )


def _figure(row: rx.vars.ObjectVar[Figure]) -> rx.Component:
    return rx.el.div(
        rx.el.dt(row.title, color=t.MUTED, font_size=t.SMALL),
        rx.el.dd(row.value, font_size=t.LARGE, font_weight="600", margin="0", id=f"summary-{row.key}"),
        key=row.key,
    )


def _chart(figure: rx.Var | object, label: str) -> rx.Component | rx.Var:
    return rx.cond(
        SimulationState.charted != "",
        rx.el.div(
            rx.el.p(SimulationState.charted, color=t.MUTED, font_size=t.TINY, margin="0"),
            chart(figure, label + ", " + SimulationState.charted, 200),
        ),
        rx.cond(
            SimulationState.loaded,
            empty("calendar-clock", "No day yet", "The first committed day appears here."),
            loading("160px", 1),
        ),
    )


def _history() -> rx.Component | rx.Var:
    return rx.cond(
        SimulationState.history,
        table(
            [
                column("Run"),
                column("State"),
                column("World days"),
                column("Done", figure=True),
                column("Transactions", figure=True),
                column("Took", figure=True),
                column("Started"),
                column("Message"),
            ],
            rx.foreach(SimulationState.history, _run),
            "Runs of the simulation",
            max_height="420px",
        ),
        rx.cond(
            SimulationState.loaded,
            empty("history", "No runs yet", "Start one above; the first company starts by itself."),
            loading(),
        ),
    )


def _run(row: rx.vars.ObjectVar[RunLine]) -> rx.Component:
    return rx.el.tr(
        cell(
            rx.el.button(
                row.kind,
                type="button",
                on_click=SimulationState.choose(row.run_id),
                class_name="link-button",
                custom_attrs={"aria-pressed": rx.cond(SimulationState.chosen == row.run_id, "true", "false")},
            )
        ),
        cell(state_badge(row.state)),
        cell(row.span),
        cell(row.days, figure=True),
        cell(row.transactions, figure=True),
        cell(row.took, figure=True),
        cell(row.started, title=row.started_exact),
        cell(row.message),
        key=row.run_id,
        custom_attrs={"data-run": row.run_id},
    )


def _parameters() -> rx.Component:
    return rx.el.div(
        field(
            "Search",
            SimulationState.search,
            SimulationState.find,
            "parameter-search",
            placeholder="Name or meaning",
        ),
        rx.cond(
            SimulationState.parameters,
            table(
                [
                    column("Name"),
                    column("Value", figure=True),
                    column("Default", figure=True),
                    column("Unit"),
                    column("Meaning"),
                    column("Allowed"),
                    column("Source"),
                ],
                rx.foreach(SimulationState.parameters, _parameter),
                "Parameters",
                max_height="480px",
            ),
            rx.cond(
                SimulationState.loaded,
                empty(
                    "search-x", "No parameter has this in its name or meaning", "Try another word, or clear the search."
                ),
                loading(),
            ),
        ),
        display="flex",
        flex_direction="column",
        gap=t.SPACE_3,
    )


def _parameter(row: rx.vars.ObjectVar[ParameterLine]) -> rx.Component:
    return rx.el.tr(
        cell(rx.code(row.name, variant="ghost")),
        cell(row.value, figure=True, font_weight=rx.cond(row.value == row.default, "400", "650")),
        cell(row.default, figure=True),
        cell(row.unit),
        cell(row.meaning),
        cell(row.allowed),
        cell(row.source),
        key=row.name,
    )
