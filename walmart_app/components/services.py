"""Every service: how it is, since when, what to do."""

from __future__ import annotations

import reflex as rx

from walmart_app import tokens as t
from walmart_app.components.feedback import loading
from walmart_app.components.layout import card
from walmart_app.components.states import state_badge
from walmart_app.state.status import ServiceRow, StatusState


def services_card() -> rx.Component:
    """The table of services; the page that shows it has `StatusState.watch` in its ON_LOAD."""
    return card(
        "Services",
        "What this machine runs, and what the settings place elsewhere.",
        rx.cond(StatusState.rows, _table(), _nothing()),
        element_id="services",
    )


def _nothing() -> rx.Component | rx.Var:
    return rx.cond(
        StatusState.loaded,
        rx.el.p(
            "No service has been started here yet. Start them with ",
            rx.code("make run"),
            " or, without the page, ",
            rx.code("python -m walmart_app.services up"),
            ".",
            color=t.MUTED,
        ),
        loading(lines=6),
    )


def _table() -> rx.Component:
    return rx.el.ul(
        rx.foreach(StatusState.rows, _service),
        list_style="none",
        margin="0",
        padding="0",
        aria_label="Services",
    )


def _service(row: rx.vars.ObjectVar[ServiceRow]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(row.title, font_weight="550"),
            rx.cond(row.address != "", rx.link(row.address, href=row.address, font_size=t.SMALL, is_external=True)),
            display="flex",
            flex_direction="column",
            gap="2px",
        ),
        state_badge(row.state),
        rx.el.span(row.since, title=row.since_exact, color=t.MUTED, font_size=t.SMALL, white_space="nowrap"),
        rx.el.div(
            rx.el.span(row.detail),
            rx.cond(row.advice != "", rx.el.span(" ", row.advice, color=t.MUTED)),
            rx.cond(row.restarted != "", rx.el.span(" ", row.restarted, color=t.MUTED)),
            font_size=t.SMALL,
            overflow_wrap="anywhere",
            grid_column=["1 / -1", "1 / -1", "auto"],
        ),
        key=row.name,
        id=row.element_id,
        data_state=row.state,
        display="grid",
        grid_template_columns=[
            "minmax(0, 1fr) auto auto",
            "minmax(0, 1fr) auto auto",
            "minmax(220px, 1.2fr) 130px 90px minmax(240px, 3fr)",
        ],
        align_items="center",
        gap=f"{t.SPACE_1} {t.SPACE_4}",
        padding=f"{t.SPACE_2} 0",
        border_top=t.LINE,
    )
