"""One receipt in the side panel: facts, lines, what came back."""

from __future__ import annotations

import reflex as rx

from walmart_app import tokens as t
from walmart_app.components.feedback import problem
from walmart_app.components.table import cell, column, table
from walmart_app.state.transactions import Fact, LineRow, ReturnRow, TransactionsState


def receipt_details() -> rx.Component:
    """The open receipt."""
    return rx.el.div(
        rx.cond(TransactionsState.opened_problem != "", problem(TransactionsState.opened_problem, "receipt-problem")),
        rx.el.dl(
            rx.foreach(TransactionsState.facts, _fact),
            display="grid",
            grid_template_columns="minmax(120px, auto) 1fr",
            gap=f"{t.SPACE_1} {t.SPACE_4}",
            margin="0",
            font_size=t.SMALL,
            id="receipt-facts",
        ),
        rx.cond(TransactionsState.lines, _lines()),
        rx.cond(TransactionsState.returns, _returns()),
        display="flex",
        flex_direction="column",
        gap=t.SPACE_4,
    )


def _fact(row: rx.vars.ObjectVar[Fact]) -> rx.Component:
    return rx.fragment(
        rx.el.dt(row.name, color=t.MUTED), rx.el.dd(row.value, margin="0", overflow_wrap="anywhere"), key=row.name
    )


def _lines() -> rx.Component:
    return rx.el.div(
        rx.heading("Lines", as_="h3", size="2", weight="medium", margin_bottom=t.SPACE_2),
        table(
            [
                column("Product"),
                column("Quantity", figure=True),
                column("List price", figure=True),
                column("Paid", figure=True),
                column("Amount", figure=True),
            ],
            rx.foreach(TransactionsState.lines, _line),
            "Lines of the receipt",
        ),
        id="receipt-lines",
    )


def _line(row: rx.vars.ObjectVar[LineRow]) -> rx.Component:
    return rx.el.tr(
        cell(
            rx.el.div(row.name),
            rx.el.div(
                row.sku, rx.cond(row.promotion != "", rx.el.span(" · ", row.promotion)), color=t.MUTED, font_size=t.TINY
            ),
            white_space="normal",
        ),
        cell(row.quantity, figure=True),
        cell(row.list_price, figure=True),
        cell(row.unit_price, figure=True),
        cell(row.amount, figure=True),
        key=row.number,
    )


def _returns() -> rx.Component:
    return rx.el.div(
        rx.heading("Came back", as_="h3", size="2", weight="medium", margin_bottom=t.SPACE_2),
        table(
            [
                column("Product"),
                column("When"),
                column("Quantity", figure=True),
                column("Refund", figure=True),
                column("Reason"),
            ],
            rx.foreach(TransactionsState.returns, _return),
            "Returns of the receipt",
        ),
        id="receipt-returns",
    )


def _return(row: rx.vars.ObjectVar[ReturnRow]) -> rx.Component:
    return rx.el.tr(
        cell(row.name, white_space="normal"),
        cell(row.when),
        cell(row.quantity, figure=True),
        cell(row.refund, figure=True),
        cell(row.reason),
    )
