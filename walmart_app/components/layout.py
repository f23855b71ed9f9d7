"""Frame, headings and cards that every page uses."""

from __future__ import annotations

from typing import Any

import reflex as rx

from walmart_app import tokens as t
from walmart_app.components.navigation import dashboard_bar, top_bar


def frame(*content: rx.Component, sidebar: bool = False) -> rx.Component:
    """The page around `content`: skip link, top bar, main landmark; `sidebar` adds the dashboard's."""
    main = rx.el.main(
        *content,
        id="main",
        tab_index=-1,
        flex="1",
        min_width="0",
        display="flex",
        flex_direction="column",
        gap=t.SPACE_4,
    )
    return rx.el.div(
        rx.el.a("Skip to content", href="#main", class_name="skip-link"),
        top_bar(),
        rx.el.div(
            *([dashboard_bar()] if sidebar else []),
            main,
            max_width=t.PAGE_WIDTH,
            margin="0 auto",
            padding=[t.SPACE_4, t.SPACE_4, t.SPACE_6],
            display="flex",
            flex_direction=["column", "column", "row"],
            gap=[t.SPACE_4, t.SPACE_4, t.SPACE_6],
        ),
        background=t.BACKGROUND,
        color=t.TEXT,
        font_family=t.FONT,
        font_size=t.BODY,
        min_height="100vh",
    )


def page_heading(title: str, subtitle: Any, *actions: Any) -> rx.Component:
    """The page's one first-level heading, a sentence under it, and what can be done here at the right."""
    return rx.el.div(
        rx.el.div(
            rx.heading(title, as_="h1", size="6", weight="bold"),
            rx.el.p(subtitle, color=t.MUTED, margin="4px 0 0", role="status", id="page-status"),
            min_width="0",
            flex="1 1 320px",
        ),
        rx.el.div(*actions, display="flex", flex_wrap="wrap", align_items="center", gap=t.SPACE_2),
        display="flex",
        flex_wrap="wrap",
        align_items="flex-end",
        gap=t.SPACE_3,
    )


def card(
    title: str | rx.Var[str],
    subtitle: rx.Component | rx.Var[str] | str,
    *content: rx.Component | rx.Var,
    actions: list[rx.Component] | None = None,
    element_id: str = "",
) -> rx.Component:
    """A bordered section: the title says the question, the subtitle unit and period."""
    return rx.el.section(
        rx.el.div(
            rx.el.div(
                rx.heading(title, as_="h2", size="3", weight="medium"),
                rx.el.p(subtitle, color=t.MUTED, font_size=t.SMALL, margin="2px 0 0"),
                min_width="0",
                flex="1 1 200px",  # narrower than that, the actions go below
            ),
            *(actions or []),
            display="flex",
            flex_wrap="wrap",
            align_items="flex-start",
            gap=t.SPACE_3,
        ),
        *content,
        id=element_id or None,
        background=t.SURFACE,
        border=t.LINE,
        border_radius=t.RADIUS,
        padding=t.SPACE_4,
        display="flex",
        flex_direction="column",
        gap=t.SPACE_3,
        min_width="0",
    )


def grid(*content: rx.Component, columns: int = 2) -> rx.Component:
    """Cards side by side: one column on a narrow screen."""
    return rx.el.div(
        *content,
        display="grid",
        grid_template_columns=["minmax(0, 1fr)", "minmax(0, 1fr)", f"repeat({columns}, minmax(0, 1fr))"],
        gap=t.SPACE_4,
    )
