"""The receipts: as they come in, filtered, sorted, page by page; one of them with all its lines."""

from __future__ import annotations

from typing import Any

import reflex as rx

from walmart_app import tokens as t
from walmart_app.components.drawer import side_panel
from walmart_app.components.feedback import empty, loading, problem
from walmart_app.components.filters import field, filter_bar, labelled, select
from walmart_app.components.layout import frame, page_heading
from walmart_app.components.receipt import receipt_details
from walmart_app.components.table import cell, column, sorting_column, table
from walmart_app.state.transactions import CHANNEL_CHOICES, PAYMENT_CHOICES, ReceiptRow, TransactionsState

ROUTE, TITLE = "/dashboard/transactions", "Transactions · Walmart Sim"
DESCRIPTION = "Every receipt of the company, live, filtered and sorted."
ON_LOAD = [TransactionsState.watch]


def page() -> rx.Component:
    """The whole page."""
    return frame(
        page_heading(
            "Transactions",
            "Every receipt of the company. Totals are without tax.",
            rx.el.label(
                rx.switch(checked=TransactionsState.live, on_change=TransactionsState.set_live, id="live"),
                "Live",
                display="inline-flex",
                align_items="center",
                gap=t.SPACE_2,
                font_size=t.SMALL,
            ),
            rx.button(
                rx.icon("download", size=16, stroke_width=1.5),
                "Download CSV",
                on_click=rx.download(url=TransactionsState.csv_href, filename="transactions.csv"),
                variant="outline",
                color_scheme="gray",
                high_contrast=True,
                id="download-csv",
            ),
        ),
        rx.cond(TransactionsState.problem != "", problem(TransactionsState.problem, "transactions-problem")),
        rx.cond(TransactionsState.ignored != "", problem(TransactionsState.ignored, "transactions-ignored")),
        _filters(),
        _list(),
        side_panel(
            receipt_details(),
            is_open=TransactionsState.panel_open,
            on_close=TransactionsState.close_receipt,
            title="Receipt " + TransactionsState.opened,
            description="Prices are of one; the total is without tax.",
            element_id="receipt",
        ),
        sidebar=True,
    )


def _filters() -> rx.Component:
    def set_to(name: str) -> Any:
        return lambda value: TransactionsState.filter(name, value)

    values = TransactionsState.values
    stores = rx.el.select(
        rx.el.option("All stores", value=""),
        rx.foreach(TransactionsState.stores, lambda pair: rx.el.option(pair[1], value=pair[0], key=pair[0])),
        value=values["store"],
        on_change=set_to("store"),
        class_name="field",
        id="filter-store",
    )
    return filter_bar(
        field(
            "Search",
            values["q"],
            set_to("q"),
            "filter-q",
            type="search",
            placeholder="Receipt or customer: number, name, e-mail",
            width=["100%", "100%", "300px"],
        ),
        field("From", values["from"], set_to("from"), "filter-from", type="date"),
        field("To", values["to"], set_to("to"), "filter-to", type="date"),
        labelled("Store", stores),
        select("Channel", values["channel"], CHANNEL_CHOICES, set_to("channel"), "filter-channel"),
        select("Payment", values["payment"], PAYMENT_CHOICES, set_to("payment"), "filter-payment"),
        field("At least, $", values["min"], set_to("min"), "filter-min", input_mode="decimal", width="88px"),
        field("At most, $", values["max"], set_to("max"), "filter-max", input_mode="decimal", width="88px"),
        rx.button(
            "Reset",
            on_click=TransactionsState.reset_filters,
            disabled=rx.cond(TransactionsState.filtered, False, True),
            variant="outline",
            color_scheme="gray",
            high_contrast=True,
            id="reset-filters",
        ),
    )


def _list() -> rx.Component:
    return rx.el.div(
        _bar(),
        rx.cond(
            TransactionsState.loaded,
            rx.cond(TransactionsState.rows, _table(), _nothing()),
            loading("34px", 10),
        ),
        display="flex",
        flex_direction="column",
        gap=t.SPACE_2,
        min_width="0",
    )


def _bar() -> rx.Component:
    return rx.el.div(
        rx.el.span(TransactionsState.span, id="span", role="status", font_size=t.SMALL, color=t.MUTED),
        rx.cond(
            TransactionsState.waiting != "",
            rx.button(
                rx.icon("arrow-up", size=14, stroke_width=1.5),
                TransactionsState.waiting,
                on_click=TransactionsState.first_page,
                size="1",
                id="show-new",
            ),
        ),
        rx.el.div(flex="1"),
        _step("First", TransactionsState.first_page, ~TransactionsState.has_previous, "first-page"),
        _step("Previous", TransactionsState.previous_page, ~TransactionsState.has_previous, "previous-page"),
        _step("Next", TransactionsState.next_page, ~TransactionsState.has_next, "next-page"),
        display="flex",
        flex_wrap="wrap",
        align_items="center",
        gap=t.SPACE_2,
    )


def _step(title: str, event: Any, disabled: Any, element_id: str) -> rx.Component:
    return rx.button(
        title,
        on_click=event,
        disabled=disabled,
        size="1",
        variant="outline",
        color_scheme="gray",
        high_contrast=True,
        id=element_id,
    )


def _table() -> rx.Component:
    return table(
        [
            column("Receipt"),
            _sorting("Time", "time"),
            column("Store"),
            column("Customer"),
            column("Channel"),
            column("Payment"),
            _sorting("Items", "items", figure=True),
            column("Discount", figure=True),
            _sorting("Total", "total", figure=True),
        ],
        rx.foreach(TransactionsState.rows, _row),
        "Receipts",
    )


def _sorting(title: str, name: str, *, figure: bool = False) -> rx.Component:
    return sorting_column(
        title,
        on_click=TransactionsState.sort_by(name),
        direction=TransactionsState.directions[name],
        figure=figure,
    )


def _row(row: rx.vars.ObjectVar[ReceiptRow]) -> rx.Component:
    opens = TransactionsState.open_receipt(row.transaction_id)
    return rx.el.tr(
        cell(
            rx.el.button(row.transaction_id, type="button", on_click=opens.stop_propagation, class_name="link-button")
        ),
        cell(row.when, title=row.exact),
        cell(row.store),
        cell(row.customer),
        cell(row.channel),
        cell(row.payment),
        cell(row.item_count, figure=True),
        cell(row.discount, figure=True),
        cell(row.total, figure=True, font_weight="550"),
        key=row.transaction_id,
        on_click=opens,
        class_name=rx.cond(row.arrived, "opens arrived", "opens"),
        custom_attrs={"data-receipt": row.transaction_id},
    )


def _nothing() -> rx.Component | rx.Var:
    return rx.cond(
        TransactionsState.filtered,
        empty("search-x", "No receipt fits these filters", "Take one of them away, or reset them all."),
        empty(
            "receipt-text",
            "No receipts yet",
            "The first run of the simulation makes them; the pipeline page shows how far it is.",
        ),
    )
