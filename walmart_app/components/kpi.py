"""Cards of key figures."""

from __future__ import annotations

from typing import Any

import reflex as rx

from walmart_app import tokens as t
from walmart_app.figures.kpi import Kpi
from walmart_app.figures.sparkline import HEIGHT, WIDTH

_TWO = "repeat(2, minmax(0, 1fr))"


def kpi_row(kpis: Any, columns: int = 0) -> rx.Component:
    """The figures side by side; as many columns as fit, or so many on a wide screen."""
    wide = f"repeat({columns}, minmax(0, 1fr))" if columns else "repeat(auto-fit, minmax(190px, 1fr))"
    return rx.el.div(
        rx.foreach(kpis, kpi_card),
        display="grid",
        grid_template_columns=[_TWO, _TWO, wide],
        gap=t.SPACE_3,
    )


def kpi_card(row: rx.vars.ObjectVar[Kpi]) -> rx.Component:
    """One figure, its change, and the shape of the last days."""
    return rx.el.div(
        rx.cond(
            row.href != "",
            rx.el.a(row.title, href=row.href, title=row.meaning, class_name="kpi-title"),
            rx.el.span(row.title, color=t.MUTED, font_size=t.SMALL, title=row.meaning),
        ),
        rx.el.span(
            row.value,
            font_size="clamp(16px, 4.6vw, 22px)",  # a year's revenue fits half a phone
            font_weight="600",
            letter_spacing="-0.01em",
            white_space="nowrap",
            id=f"kpi-{row.key}",
        ),
        rx.el.div(
            rx.el.span(
                rx.cond(row.delta != "", _delta(row)),
                rx.cond(row.note != "", rx.el.span(row.note, color=t.MUTED, font_size=t.TINY)),
                display="inline-flex",
                flex_wrap="wrap",
                align_items="center",
                column_gap=t.SPACE_2,
                min_width="0",
            ),
            rx.el.svg(
                rx.el.svg.polyline(
                    points=row.points,
                    fill="none",
                    stroke="var(--accent-9)",
                    stroke_width="1.5",
                    stroke_linejoin="round",
                ),
                rx.el.svg.circle(cx=row.last_x.to_string(), cy=row.last_y.to_string(), r="2.5", fill="var(--accent-9)"),
                width=str(WIDTH),
                height=str(HEIGHT),
                view_box=f"0 0 {WIDTH} {HEIGHT}",
                aria_hidden="true",
                display=["none", "none", "block"],
            ),
            display="flex",
            align_items="center",
            justify_content="space-between",
            gap=t.SPACE_2,
            min_height=f"{HEIGHT}px",
        ),
        key=row.key,
        background=t.SURFACE,
        border=t.LINE,
        border_radius=t.RADIUS,
        padding=t.SPACE_3,
        display="flex",
        flex_direction="column",
        gap=t.SPACE_1,
        min_width="0",
    )


def _delta(row: rx.vars.ObjectVar[Kpi]) -> rx.Component:
    return rx.el.span(
        rx.match(
            row.direction,
            ("up", rx.icon("arrow-up-right", size=14, stroke_width=1.5, aria_hidden=True)),
            ("down", rx.icon("arrow-down-right", size=14, stroke_width=1.5, aria_hidden=True)),
            rx.fragment(),
        ),
        row.delta,
        color=rx.match(row.tone, ("good", t.GOOD), ("bad", t.BAD), t.MUTED),
        font_size=t.SMALL,
        display="inline-flex",
        align_items="center",
        gap="2px",
    )
