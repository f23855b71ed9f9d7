"""Amounts by name as bars that are buttons: a click, or Enter, narrows the page down to one."""

from __future__ import annotations

from typing import Any

import reflex as rx

from walmart_app import tokens as t
from walmart_app.figures.dashboard import BarRow, HeatRow


def bars(rows: Any, label: str, on_choose: Any, *, any_chosen: Any = False, disabled: Any = False) -> rx.Component:
    """One button a row; `on_choose` is an event handler that takes the row's key."""

    def row(bar: rx.vars.ObjectVar[BarRow]) -> rx.Component:
        return rx.el.button(
            rx.el.span(bar.label, class_name="bar-name"),
            rx.el.span(rx.el.span(class_name="bar-fill", width=bar.width), class_name="bar-track", aria_hidden="true"),
            rx.el.span(
                rx.el.span(bar.value, min_width="64px"),
                rx.el.span(bar.share, color=t.MUTED, min_width="44px"),
                rx.cond(bar.delta != "", rx.el.span(bar.delta, color=t.MUTED, min_width="52px")),
                class_name="bar-figures",
            ),
            type="button",
            class_name="bar-row",
            title=bar.title,
            id=bar.element_id,
            on_click=on_choose(bar.key),
            disabled=disabled,
            custom_attrs={"aria-pressed": rx.cond(bar.chosen, "true", "false"), "data-key": bar.key},
            key=bar.key,
        )

    return rx.el.div(
        rx.foreach(rows, row),
        role="group",
        custom_attrs={"aria-label": label},
        class_name=rx.cond(any_chosen, "bars-chosen", ""),
        display="grid",
        gap="2px",
        max_height="336px",
        overflow_y="auto",
    )


def week_of_hours(rows: Any, hours: Any, label: str) -> rx.Component:
    """Seven weekdays by the hours of the day: the deeper the colour, the more. Every cell says its amount."""

    def weekday(row: rx.vars.ObjectVar[HeatRow]) -> rx.Component:
        return rx.el.tr(
            rx.el.th(row.name, scope="row", custom_attrs={"aria-label": row.long_name}),
            rx.foreach(
                row.cells,
                lambda cell: rx.el.td(
                    rx.el.span(cell.text, class_name="unseen"),
                    title=cell.text,
                    background=cell.colour,
                    key=cell.key,
                    custom_attrs={"data-cell": cell.key},
                    position="relative",
                ),
            ),
            key=row.name,
        )

    return rx.el.table(
        rx.el.thead(
            rx.el.tr(
                rx.el.th(rx.el.span("Weekday", class_name="unseen"), scope="col", width="36px", position="relative"),
                rx.foreach(hours, lambda hour: rx.el.th(hour, scope="col", key=hour)),
            )
        ),
        rx.el.tbody(rx.foreach(rows, weekday)),
        class_name="heat",
        id="heat",
        custom_attrs={"aria-label": label},
    )


def segments(options: list[tuple[str, str]], value: Any, on_choose: Any, label: str, prefix: str) -> rx.Component:
    """A few choices side by side, of which one holds."""
    return rx.el.div(
        *[
            rx.el.button(
                text,
                type="button",
                id=f"{prefix}-{key}",
                on_click=on_choose(key),
                custom_attrs={"aria-pressed": rx.cond(value == key, "true", "false")},
            )
            for key, text in options
        ],
        role="group",
        custom_attrs={"aria-label": label},
        class_name="segments",
    )
