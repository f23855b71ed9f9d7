"""A panel at the right for the details of one thing. It keeps the keyboard inside; Escape closes it."""

from __future__ import annotations

from typing import Any

import reflex as rx

from walmart_app import tokens as t


def side_panel(
    *content: Any, is_open: Any, on_close: Any, title: Any, description: Any, element_id: str
) -> rx.Component:
    """The panel; `on_close` is called when it is left in any way."""
    return rx.dialog.root(
        rx.dialog.content(
            rx.el.div(
                rx.el.div(
                    rx.dialog.title(title, size="4", margin="0"),
                    rx.dialog.description(description, color=t.MUTED, font_size=t.SMALL, margin="4px 0 0"),
                    flex="1",
                    min_width="0",
                ),
                rx.dialog.close(
                    rx.icon_button(
                        rx.icon("x", size=16, stroke_width=1.5),
                        variant="ghost",
                        color_scheme="gray",
                        custom_attrs={"aria-label": "Close"},
                    )
                ),
                display="flex",
                gap=t.SPACE_3,
                margin_bottom=t.SPACE_4,
            ),
            *content,
            class_name="side-panel",
            id=element_id,
        ),
        open=is_open,
        on_open_change=on_close,
    )
