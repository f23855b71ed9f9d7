"""Frame, cards and small texts that every page uses."""

from __future__ import annotations

import reflex as rx

from walmart_app.components import tokens as t


def frame(*content: rx.Component) -> rx.Component:
    """The page around `content`: skip link, header with the theme switch, main landmark."""
    return rx.el.div(
        rx.el.a("Skip to content", href="#main", class_name="skip-link"),
        rx.el.header(
            rx.el.div(
                rx.el.a(
                    rx.el.img(src="/favicon.svg", alt="", style={"width": "24px", "height": "24px"}),
                    rx.el.span("Walmart Sim", font_weight="650", font_size=t.BODY),
                    href="/",
                    display="flex",
                    align_items="center",
                    gap=t.SPACE_2,
                    color=t.TEXT,
                    text_decoration="none",
                ),
                rx.el.div(flex="1"),
                rx.color_mode.button(size="1", variant="ghost", custom_attrs={"aria-label": "Switch theme"}),
                display="flex",
                align_items="center",
                gap=t.SPACE_4,
                max_width=t.PAGE_WIDTH,
                margin="0 auto",
                padding=[f"{t.SPACE_3} {t.SPACE_4}", f"{t.SPACE_3} {t.SPACE_4}", f"{t.SPACE_3} {t.SPACE_6}"],
            ),
            border_bottom=t.LINE,
            background=t.SURFACE,
        ),
        rx.el.main(
            *content,
            id="main",
            tab_index=-1,
            max_width=t.PAGE_WIDTH,
            margin="0 auto",
            padding=[t.SPACE_4, t.SPACE_4, t.SPACE_6],
            display="flex",
            flex_direction="column",
            gap=t.SPACE_4,
        ),
        background=t.BACKGROUND,
        color=t.TEXT,
        font_family=t.FONT,
        font_size=t.BODY,
        min_height="100vh",
    )


def card(title: str, subtitle: rx.Var[str] | str, *content: rx.Component | rx.Var) -> rx.Component:
    """A bordered section with a heading."""
    return rx.el.section(
        rx.el.div(
            rx.heading(title, as_="h2", size="3", weight="medium"),
            rx.el.p(subtitle, color=t.MUTED, font_size=t.SMALL, margin="2px 0 0"),
        ),
        *content,
        background=t.SURFACE,
        border=t.LINE,
        border_radius=t.RADIUS,
        padding=t.SPACE_4,
        display="flex",
        flex_direction="column",
        gap=t.SPACE_3,
        min_width="0",
    )
