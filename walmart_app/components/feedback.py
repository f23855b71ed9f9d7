"""What a page says instead of content: nothing yet, something is wrong, it is coming, it is under way."""

from __future__ import annotations

import reflex as rx

from walmart_app import tokens as t


def empty(icon: str, title: str | rx.Var[str], advice: str | rx.Var[str], *actions: rx.Component) -> rx.Component:
    """There is nothing to show: why, and what to do."""
    return rx.el.div(
        rx.icon(icon, size=20, stroke_width=1.5, aria_hidden=True, color=t.MUTED),
        rx.el.p(title, font_weight="550", margin="0"),
        rx.el.p(advice, color=t.MUTED, font_size=t.SMALL, margin="0", max_width="56ch"),
        *actions,
        display="flex",
        flex_direction="column",
        align_items="center",
        text_align="center",
        gap=t.SPACE_2,
        padding=f"{t.SPACE_8} {t.SPACE_4}",
    )


def problem(text: rx.Var[str] | str, element_id: str = "") -> rx.Component:
    """Something is wrong: a sentence that says what, and what to do."""
    return rx.el.div(
        rx.icon("triangle-alert", size=16, stroke_width=1.5, aria_hidden=True, flex="none"),
        rx.el.span(text),
        id=element_id or None,
        role="alert",
        display="flex",
        align_items="center",
        gap=t.SPACE_2,
        color=t.WARN,
        font_size=t.SMALL,
    )


def loading(height: str = "28px", lines: int = 3) -> rx.Component:
    """Skeletons in the shape of what comes."""
    return rx.el.div(
        *[rx.skeleton(height=height) for _ in range(lines)],
        display="grid",
        gap=t.SPACE_2,
        custom_attrs={"aria-busy": "true"},
    )


def progress(percent: rx.Var[int] | int, label: str) -> rx.Component:
    """How far something is, 0 to 100."""
    return rx.el.div(rx.progress(value=percent, size="2", custom_attrs={"aria-label": label}), flex="none")
