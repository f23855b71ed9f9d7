"""Every shared component once, in both themes: what pages are made of."""

from __future__ import annotations

import reflex as rx

from walmart_app import tokens as t
from walmart_app.components.chart import chart
from walmart_app.components.drawer import side_panel
from walmart_app.components.feedback import empty, loading, problem, progress
from walmart_app.components.filters import field, filter_bar, select
from walmart_app.components.kpi import kpi_row
from walmart_app.components.layout import card, frame, grid, page_heading
from walmart_app.components.states import STATES, state_badge
from walmart_app.components.table import cell, column, table
from walmart_app.state.design import DesignState

ROUTE, TITLE = "/design", "Design · Walmart Sim"
DESCRIPTION = "The components that all pages share."
ON_LOAD = [DesignState.show]

_STORES = [("all", "All stores"), ("1", "Store 1")]


def page() -> rx.Component:
    """The whole page."""
    return frame(
        page_heading("Design", "The parts that all pages are made of. Figures on this page are examples."),
        kpi_row(DesignState.kpis),
        grid(
            card("Chart", "Example values, no unit", chart(DesignState.line, "Two example lines", 220)),
            card("Filter bar", "Native controls", _filters()),
            card("States", "Always an icon and a word", _states()),
            card("Table", "Text left, figures right", _table()),
            card("Nothing yet", "Says what to do", empty("inbox", "No runs yet", "Start one on the simulation page.")),
            card(
                "Under way, and wrong",
                "Progress, skeletons, a problem",
                progress(62, "Example of progress"),
                loading(lines=2),
                problem("The database does not answer. Nothing is lost; this page goes on when it is back."),
            ),
            card("Colours of categories", "Told apart with every kind of colour blindness", _colours()),
            card("Actions", "Buttons say what they do", _actions()),
        ),
        side_panel(
            rx.el.p("Its content.", margin="0"),
            is_open=DesignState.panel_open,
            on_close=DesignState.close_panel,
            title="Side panel",
            description="The details of one thing.",
            element_id="design-panel",
        ),
    )


def _filters() -> rx.Component:
    return rx.fragment(
        filter_bar(
            select(
                "Store",
                DesignState.chosen,
                _STORES,
                DesignState.choose,
                "design-select",
            ),
            field("Search", DesignState.typed, DesignState.type_text, "design-field", placeholder="Type here"),
        ),
        rx.el.p("Chosen: ", DesignState.chosen, ", typed: ", DesignState.typed, margin="0", id="design-echo"),
    )


def _states() -> rx.Component:
    return rx.el.div(*[state_badge(state) for state in STATES], display="flex", flex_wrap="wrap", gap=t.SPACE_4)


def _table() -> rx.Component:
    rows = [("Whole milk", "1,204", "$4,191.92"), ("Bananas", "980", "$588.00")]
    return table(
        [column("Product"), column("Units", figure=True), column("Revenue", figure=True)],
        rx.fragment(
            *[rx.el.tr(cell(name), cell(units, figure=True), cell(money, figure=True)) for name, units, money in rows]
        ),
        "Example table",
    )


def _colours() -> rx.Component:
    return rx.el.div(
        *[
            rx.el.span(
                rx.el.span(width="16px", height="16px", background=colour, border_radius="4px", display="inline-block"),
                colour,
                display="inline-flex",
                align_items="center",
                gap=t.SPACE_2,
                font_size=t.SMALL,
            )
            for colour in t.CATEGORIES
        ],
        display="flex",
        flex_wrap="wrap",
        gap=t.SPACE_4,
    )


def _actions() -> rx.Component:
    return rx.el.div(
        rx.button("Show a toast", on_click=DesignState.say, id="design-toast"),
        rx.button(
            "Open the side panel", on_click=DesignState.open_panel, variant="outline", color_scheme="gray",
            high_contrast=True, id="design-open",
        ),
        display="flex",
        flex_wrap="wrap",
        gap=t.SPACE_3,
    )  # fmt: skip
