"""The dashboard: key figures and charts of any period, store, category and channel."""

from __future__ import annotations

from typing import Any

import reflex as rx

from walmart_app import tokens as t
from walmart_app.components.bars import bars, segments, week_of_hours
from walmart_app.components.chart import chart
from walmart_app.components.feedback import empty, problem
from walmart_app.components.filters import field, filter_bar, select
from walmart_app.components.kpi import kpi_row
from walmart_app.components.layout import card, frame, grid, page_heading
from walmart_app.components.table import cell, column, table
from walmart_app.state.dashboard import DashboardState as State
from walmart_app.state.dashboard_texts import ProductRow
from walmart_app.state.dashboard_view import CHANNEL_NAMES, COMPARISONS, METRICS, PRESETS

ROUTE, TITLE = "/dashboard", "Dashboard · Walmart Sim"
DESCRIPTION = "Revenue, orders, baskets, margin, members, returns and stock, by period, store, category and channel."
ON_LOAD = [State.load]


def page() -> rx.Component:
    """The whole page."""
    return frame(
        page_heading(
            "Dashboard",
            rx.cond(State.status != "", State.status, "Reads the company's figures."),
            _action("rotate-ccw", "Reset", State.reset_filters, "dashboard-reset", disabled=~State.filtered),
            _action("download", "Daily figures (CSV)", State.download, "dashboard-export", disabled=State.status == ""),
        ),
        rx.cond(State.problem != "", problem(State.problem, "dashboard-problem")),
        rx.cond(
            State.status != "",
            rx.fragment(_filters(), _notes(), _content()),
            rx.cond(
                State.waiting != "",
                card("No figures yet", "", empty("chart-line", "There is nothing to show yet", State.waiting)),
                _skeleton(),
            ),
        ),
        sidebar=True,
    )


def _action(icon: str, text: str, on_click: Any, element_id: str, **properties: Any) -> rx.Component:
    return rx.button(
        rx.icon(icon, size=16, stroke_width=1.5, aria_hidden=True),
        text,
        on_click=on_click,
        id=element_id,
        variant="outline",
        color_scheme="gray",
        high_contrast=True,
        **properties,
    )


def _filters() -> rx.Component:
    channels = [("", "All channels"), *CHANNEL_NAMES.items()]
    return filter_bar(
        select("Period", State.preset, list(PRESETS.items()), State.choose_preset, "filter-preset"),
        _day("From", State.first, State.choose_first, "filter-from"),
        _day("To", State.last, State.choose_last, "filter-to"),
        select("Store", State.store, State.stores, State.choose_store, "filter-store"),
        select("Category", State.category, State.categories, State.choose_category, "filter-category"),
        select("Channel", State.channel, channels, State.choose_channel, "filter-channel"),
        select("Compare with", State.compare, list(COMPARISONS.items()), State.choose_comparison, "filter-compare"),
    )


def _day(label: str, value: Any, on_change: Any, element_id: str) -> rx.Component:
    return field(label, value, on_change, element_id, type="date", required=True, min=State.earliest, max=State.latest)


def _notes() -> rx.Component:
    return rx.el.div(
        rx.foreach(State.notes, lambda note: rx.el.p(note, margin="0", key=note)),
        rx.cond(
            State.nothing_sold,
            rx.el.p("Nothing was sold under these filters: choose more days, or reset.", margin="0"),
        ),
        id="dashboard-notes",
        role="status",
        color=t.MUTED,
        font_size=t.SMALL,
        display=rx.cond((State.notes.length() > 0) | State.nothing_sold, "grid", "none"),
        gap="2px",
    )


def _content() -> rx.Component:
    return rx.fragment(
        rx.el.div(kpi_row(State.kpis, columns=4), id="dashboard-kpis"),
        card(
            State.titles["trend"],
            State.titles["trend_subtitle"],
            chart(State.trend, State.titles["trend_label"], 280),
            actions=[
                segments(list(METRICS.items()), State.metric, State.choose_metric, "What the charts measure", "metric")
            ],
            element_id="card-trend",
        ),
        grid(
            card(
                State.titles["categories"],
                State.titles["categories_subtitle"],
                bars(State.category_bars, "Categories", State.choose_category, disabled=State.category != ""),
                actions=[
                    rx.cond(
                        State.category != "",
                        rx.button(
                            "All categories", on_click=State.choose_category(""), id="category-back", size="1",
                            variant="outline", color_scheme="gray", high_contrast=True,
                        ),
                        rx.fragment(),
                    )
                ],
                element_id="card-categories",
            ),
            card(
                "Which stores sell?",
                State.titles["stores_subtitle"],
                bars(State.store_bars, "Stores", State.choose_store, any_chosen=State.store != ""),
                element_id="card-stores",
            ),
            card(
                "When do people buy?",
                State.titles["hours_subtitle"],
                week_of_hours(State.heat, State.hours, "Average by weekday and hour"),
                element_id="card-hours",
            ),
            card(
                "How do people buy?",
                State.titles["channels_subtitle"],
                bars(State.channel_bars, "Channels", State.choose_channel, any_chosen=State.channel != ""),
                element_id="card-channels",
            ),
        ),
        card(
            "Which products sell most?",
            State.titles["products_subtitle"],
            table(
                [
                    column("#", figure=True),
                    column("Product"),
                    column("Category"),
                    column("Revenue", figure=True),
                    column("Units", figure=True),
                    column("Share", figure=True),
                ],
                rx.foreach(State.products, _product),
                "Top products",
            ),
            element_id="card-products",
        ),
    )  # fmt: skip


def _product(row: rx.vars.ObjectVar[ProductRow]) -> rx.Component:
    return rx.el.tr(
        cell(row.rank, figure=True),
        cell(row.name),
        cell(row.category),
        cell(row.revenue, figure=True),
        cell(row.units, figure=True),
        cell(row.share, figure=True),
        key=row.key,
        custom_attrs={"data-product": row.key},
    )


def _skeleton() -> rx.Component:
    return rx.el.div(
        rx.skeleton(height="52px"),
        rx.el.div(
            *[rx.skeleton(height="104px") for _ in range(8)],
            display="grid",
            grid_template_columns=["1fr 1fr", "1fr 1fr", "repeat(4, 1fr)"],
            gap=t.SPACE_3,
        ),
        rx.skeleton(height="360px"),
        rx.skeleton(height="360px"),
        display="grid",
        gap=t.SPACE_4,
        custom_attrs={"aria-busy": "true"},
    )
