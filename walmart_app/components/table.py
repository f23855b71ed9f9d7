"""Tables: text left, figures right, a sticky header; wide ones scroll in their own box."""

from __future__ import annotations

from typing import Any

import reflex as rx

from walmart_app import tokens as t


def table(headers: list[Any], rows: Any, label: str, *, max_height: str = "none") -> rx.Component:
    """A table named `label`; `headers` are `column(...)`, `rows` is what `rx.foreach` over `row(...)` gives."""
    return rx.el.div(
        rx.el.table(
            rx.el.thead(rx.el.tr(*headers)),
            rx.el.tbody(rows),
            class_name="data-table",
            custom_attrs={"aria-label": label},
        ),
        role="region",
        tab_index=0,
        custom_attrs={"aria-label": label},
        overflow="auto",
        max_height=max_height,
        border=t.LINE,
        border_radius=t.RADIUS,
        background=t.SURFACE,
    )


def column(title: str | rx.Var[str] | rx.Component, *, figure: bool = False) -> rx.Component:
    """A header that only names its column."""
    return rx.el.th(title, scope="col", class_name="figure" if figure else "")


def sorting_column(title: str, *, on_click: Any, direction: Any, figure: bool = False) -> rx.Component:
    """A header that sorts; `direction` is ascending, descending or none."""
    return rx.el.th(
        rx.el.button(
            title,
            rx.match(
                direction,
                ("ascending", rx.icon("arrow-up", size=14, stroke_width=1.5, aria_hidden=True)),
                ("descending", rx.icon("arrow-down", size=14, stroke_width=1.5, aria_hidden=True)),
                rx.icon("chevrons-up-down", size=14, stroke_width=1.5, aria_hidden=True),
            ),
            type="button",
            on_click=on_click,
        ),
        scope="col",
        class_name="figure" if figure else "",
        custom_attrs={"aria-sort": direction},
    )


def cell(*content: Any, figure: bool = False, **properties: Any) -> rx.Component:
    """One value."""
    return rx.el.td(*content, class_name="figure" if figure else "", **properties)
